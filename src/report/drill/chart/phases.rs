//! The phases of one way as bars, each where the one before it ended, and below each the least that it could
//! have taken.

use std::fmt::Write as _;

use super::{
    frame::{Frame, Size},
    mark::{Bounds, Mark},
    scale::Scale,
    window::Leg,
};
use crate::report::drill::{DrillDocument, words::seconds};

/// The phases in their order.
const NAMES: [&str; 4] = ["detect", "publish", "cache", "client"];

pub(super) fn phases(
    frame: &mut Frame,
    scale: &Scale,
    document: &DrillDocument,
    leg: Leg,
    with_figures: bool,
) {
    let (mut began, took, floors) = match leg {
        Leg::Failover => (0.0, &document.phases, &document.floors),
        Leg::Failback => {
            (document.restored_at.unwrap_or_default(), &document.failback_phases, &document.failback_floors)
        }
    };
    let measured = if document.basis == "modelled" { "phase modelled" } else { "phase" };
    for name in NAMES {
        let took = took.get(name).copied().flatten();
        let floor = floors.get(name).copied().flatten();
        let mut figure = took.map_or_else(|| "not reached".to_owned(), seconds);
        if let Some(floor) = floor {
            let word = match frame.size {
                Size::Wide => "",
                Size::Narrow => "floor ",
            };
            let _ = write!(figure, " ({word}≈ {})", seconds(floor));
        }
        let figure = if with_figures { figure.as_str() } else { "" };
        let row = frame.row(name, figure, "t-name", 18.0);
        let bar = |from: f64, to: f64, top: f64, bottom: f64| Bounds {
            left: scale.at(from),
            // What took no time is still to be seen.
            right: scale.at(to).max(scale.at(from) + 1.5).min(row.right),
            top: row.top + top,
            bottom: row.top + bottom,
        };
        if let Some(took) = took {
            let tip =
                format!("{name}: {}, from {} to {}", seconds(took), seconds(began), seconds(began + took));
            frame.marks.push(Mark::rect(bar(began, began + took, 0.0, 11.0), measured, Some(tip)));
        }
        if let Some(floor) = floor {
            let tip = format!("{name}: at least {} by arithmetic", seconds(floor));
            frame.marks.push(Mark::rect(bar(began, began + floor, 12.5, 17.5), "floor", Some(tip)));
        }
        began += took.unwrap_or_default();
    }
}
