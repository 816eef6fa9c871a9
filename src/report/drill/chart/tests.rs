//! Whatever a drill was like: nothing leaves the picture, and no text stands on another.

use proptest::{collection::vec, option, prelude::*};

use super::{
    Leg, Size, close,
    mark::{Chart, Mark},
    timeline, trend, whole,
};
use crate::report::drill::{DrillDocument, Lane, RunLine, Span, TrafficSecond};

fn lanes() -> impl Strategy<Value = Vec<Lane>> {
    let roles =
        prop::sample::select(vec!["verdict", "endpoint", "authoritative", "resolver", "client", "moon"]);
    let shown = prop::sample::select(vec!["primary", "secondary", "none", "up", "down", "?"]);
    let lane = ("\\PC{0,60}", roles, -20.0..20.0_f64, vec((0.01..90.0_f64, shown), 0..40));
    let lane = lane.prop_map(|(vantage, role, mut at, spans)| Lane {
        vantage,
        role: role.to_owned(),
        spans: spans
            .into_iter()
            .map(|(length, shown)| {
                at += length;
                Span { from: at - length, to: at, shown: shown.to_owned() }
            })
            .collect(),
    });
    vec(lane, 0..25)
}

prop_compose! {
    fn documents()(
        lanes in lanes(),
        counts in vec((0_u32..5_000, 0_u32..50, 0_u32..50), 0..300),
        took in option::of(0.0..400.0_f64),
        parts in vec(option::of(0.0..500.0_f64), 16),
        restored_at in option::of(0.0..2_000.0_f64),
        back in option::of(0.0..400.0_f64),
        effective in option::of(-1.0..1e9_f64),
    ) -> DrillDocument {
        let phases = |from: usize| ["detect", "publish", "cache", "client"].iter().zip(&parts[from..])
            .map(|(name, took)| ((*name).to_owned(), *took)).collect();
        DrillDocument {
            lanes,
            traffic: (0_u32..).zip(counts).map(|(index, (primary, secondary, failed))| TrafficSecond {
                at: f64::from(index) - 12.0, primary, secondary, failed,
            }).collect(),
            phases: phases(0), floors: phases(4), failback_phases: phases(8), failback_floors: phases(12),
            recovery_seconds: took,
            authoritative_seconds: took,
            restored_at,
            failback_seconds: back,
            effective_seconds: effective,
            ..DrillDocument::default()
        }
    }
}

/// All marks lie inside, and no two texts meet.
fn well_laid_out(chart: &Chart) -> Result<(), TestCaseError> {
    let bounds: Vec<_> = chart.marks.iter().map(|mark| (mark.bounds(), mark)).collect();
    for (bounds, mark) in &bounds {
        let inside = bounds.left >= -0.1
            && bounds.top >= -0.1
            && bounds.right <= chart.width.0 + 0.1
            && bounds.bottom <= chart.height.0 + 0.1;
        prop_assert!(inside, "{mark:?} leaves {:?} x {:?}", chart.width, chart.height);
        prop_assert!(bounds.right >= bounds.left && bounds.bottom >= bounds.top, "{mark:?}");
    }
    let texts: Vec<_> = bounds.iter().filter(|(_, mark)| matches!(mark, Mark::Text { .. })).collect();
    for (index, (one, mark)) in texts.iter().enumerate() {
        for (other, beside) in &texts[index + 1..] {
            prop_assert!(!one.overlaps(other), "{mark:?} stands on {beside:?}");
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn a_timeline_stays_in_its_picture(document in documents(), narrow: bool) {
        let size = if narrow { Size::Narrow } else { Size::Wide };
        let utc = |at: f64| Some(format!("{:02.0}:{:02.0}:59", at.abs() % 23.0, at.abs() % 59.0));
        let windows = [
            (Some(whole(&document)), None),
            (close(&document, Leg::Failover), Some(Leg::Failover)),
            (close(&document, Leg::Failback), Some(Leg::Failback)),
        ];
        for (window, leg) in windows {
            let Some(window) = window else { continue };
            let chart = timeline(&document, window, leg, size, utc);
            well_laid_out(&chart)?;
            let drawn = chart.marks.iter().filter(|mark| matches!(mark, Mark::Rect { .. })).count();
            prop_assert!(drawn <= 700, "{drawn} rectangles");
        }
    }

    #[test]
    fn a_trend_stays_in_its_picture(
        runs in vec((option::of(0.0..1e5_f64), option::of(0.0..1e5_f64), any::<bool>(), "\\PC{0,30}"), 0..90),
        target in option::of(0.1..1e4_f64),
        narrow: bool,
    ) {
        let runs: Vec<RunLine> = runs.into_iter().map(|(recovery_seconds, failback_seconds, ok, began)| RunLine {
            began, recovery_seconds, failback_seconds, ok, ..RunLine::default()
        }).collect();
        well_laid_out(&trend(&runs, target, if narrow { Size::Narrow } else { Size::Wide }))?;
    }
}
