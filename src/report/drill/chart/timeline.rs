//! A stretch of a drill as a picture: numbered moments on top, phases beside their floors, a lane for each vantage
//! point, and the requests below, all on one axis.

use super::{
    frame::{Frame, Size},
    lanes::lanes,
    mark::Chart,
    markers::{badges, down, markers},
    phases::phases,
    traffic::traffic,
    window::{Leg, Window},
};
use crate::report::drill::DrillDocument;

/// The picture of `window`: with the phases of one way, or of both. `utc` gives the date of a moment.
pub(in crate::report::drill) fn timeline(
    document: &DrillDocument,
    window: Window,
    leg: Option<Leg>,
    size: Size,
    utc: impl Fn(f64) -> Option<String>,
) -> Chart {
    let mut frame = Frame::new(size);
    let scale = frame.scale(window);
    let places = badges(&mut frame, &scale, &markers(document));
    let top = frame.y;
    if leg != Some(Leg::Failback) {
        frame.heading("Phases of the failover, and their floors");
        phases(&mut frame, &scale, document, Leg::Failover, true);
    }
    if leg != Some(Leg::Failover) && document.restored_at.is_some() {
        frame.heading("Phases of the failback, and their floors");
        phases(&mut frame, &scale, document, Leg::Failback, true);
    }
    lanes(&mut frame, &scale, &document.lanes);
    if !document.traffic.is_empty() {
        traffic(&mut frame, &scale, &document.traffic, window);
    }
    down(&mut frame, &places, top);
    frame.time_axis(&scale, top, utc);
    frame.finish()
}
