//! The moments that a reader looks for, numbered: their words stand under the picture, where they never stand on
//! each other.

use super::{
    frame::{Frame, SMALL, Size},
    mark::{Anchor, Bounds, Mark},
    scale::Scale,
};
use crate::report::drill::DrillDocument;

/// Half of a number's badge, and the least between the middles of two.
const RADIUS: f64 = 8.0;
const APART: f64 = 2.0 * RADIUS + 2.0;

/// A moment, with its number.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::report::drill) struct Marker {
    pub(in crate::report::drill) number: usize,
    pub(in crate::report::drill) at: f64,
    pub(in crate::report::drill) what: &'static str,
}

/// The moments of a drill that are known, in their order.
pub(in crate::report::drill) fn markers(document: &DrillDocument) -> Vec<Marker> {
    let event = |name: &str| document.timeline.iter().find(|entry| entry.event == name).map(|entry| entry.at);
    let mended = document.restored_at;
    let known = [
        (Some(0.0), "Fault injected"),
        (document.effective_seconds, "First request to the primary that failed"),
        (event("failover.detected"), "Verdict of the checkers: unhealthy"),
        (document.authoritative_seconds, "Every name server answers the secondary"),
        (document.recovery_seconds, "Switch: first bytes from the secondary"),
        (mended, "Fault undone, primary mended"),
        (event("failback.detected"), "Verdict of the checkers: healthy"),
        (event("failback.published"), "Every name server answers the primary"),
        (
            mended.zip(document.failback_seconds).map(|(at, took)| at + took),
            "Switch back: first bytes from the primary",
        ),
    ];
    let mut known: Vec<_> = known
        .into_iter()
        .filter_map(|(at, what)| at.map(|at| (at, what)))
        .filter(|(at, _)| at.is_finite())
        .collect();
    known.sort_by(|(one, _), (other, _)| one.total_cmp(other));
    known.into_iter().zip(1..).map(|((at, what), number)| Marker { number, at, what }).collect()
}

/// Draws those that the scale holds; their lines are added by [`down`] when it is known how long they are.
pub(super) fn badges(frame: &mut Frame, scale: &Scale, markers: &[Marker]) -> Vec<f64> {
    let shown: Vec<&Marker> = markers.iter().filter(|marker| scale.holds(marker.at)).collect();
    let places: Vec<f64> = shown.iter().map(|marker| scale.at(marker.at)).collect();
    let edge = match frame.size {
        Size::Wide => frame.left - RADIUS,
        Size::Narrow => 0.0,
    };
    let spread = spread(&places, (edge + RADIUS + 1.0, frame.width - RADIUS - 1.0));
    let middle = frame.y + RADIUS + 1.0;
    for ((marker, x), place) in shown.iter().zip(spread).zip(&places) {
        frame.marks.push(Mark::line((x, middle), (*place, middle + RADIUS + 8.0), "marker"));
        let badge =
            Bounds { left: x - RADIUS, top: middle - RADIUS, right: x + RADIUS, bottom: middle + RADIUS };
        frame.marks.push(Mark::rect(badge, "badge", Some(marker.what.to_owned())));
        let base = (x, middle + SMALL * 0.36);
        frame.marks.push(Mark::text(base, Anchor::Middle, "t-badge", SMALL, marker.number.to_string()));
    }
    frame.y = middle + RADIUS + 8.0;
    places
}

/// Lines from the badges down to where the picture ends now.
pub(super) fn down(frame: &mut Frame, places: &[f64], top: f64) {
    for x in places {
        frame.marks.push(Mark::line((*x, top), (*x, frame.y), "marker"));
    }
}

/// The same places, in the same order, moved as far as they have to be so that they are apart.
fn spread(places: &[f64], (least, most): (f64, f64)) -> Vec<f64> {
    let mut spread: Vec<f64> = places.to_vec();
    let mut reached = least - APART;
    for place in &mut spread {
        *place = place.max(reached + APART);
        reached = *place;
    }
    let mut reached = most + APART;
    for place in spread.iter_mut().rev() {
        *place = place.min(reached - APART);
        reached = *place;
    }
    spread
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn badges_are_apart_in_order_and_inside(mut places in proptest::collection::vec(10.0..300.0, 0..12)) {
            places.sort_by(f64::total_cmp);
            let spread = spread(&places, (0.0, 310.0));
            prop_assert!(spread.windows(2).all(|two| two[1] - two[0] >= APART - 1e-9));
            prop_assert!(spread.iter().all(|place| (-1e-9..=310.0 + 1e-9).contains(place)));
        }
    }
}
