//! What each vantage point saw, a lane each. What is too short to be drawn is not left out: a stretch of many
//! short spans is drawn as one that says that it changed.

use super::{
    frame::{Frame, Size},
    mark::{Bounds, Mark},
    scale::Scale,
};
use crate::report::drill::{Lane, Span, words::seconds};

/// So many spans are drawn at most, of all lanes together; else a page of many hours would be slow.
const MOST: usize = 600;
/// Roles in the order in which a change passes them, with their words.
const ROLES: [(&str, &str); 5] = [
    ("verdict", "Verdict of the checkers"),
    ("endpoint", "Endpoint of the primary, asked directly"),
    ("authoritative", "Authoritative name servers"),
    ("resolver", "Resolvers"),
    ("client", "Clients through the name"),
];

/// A stretch of a lane as it is drawn.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Piece<'a> {
    pub(super) from: f64,
    pub(super) to: f64,
    /// Nothing if it changed too often to be drawn.
    pub(super) shown: Option<&'a str>,
}

/// The lanes of each role.
pub(in crate::report::drill) fn by_role(lanes: &[Lane]) -> Vec<(&'static str, Vec<&Lane>)> {
    let of = |role: &str| -> Vec<&Lane> { lanes.iter().filter(|lane| lane.role == role).collect() };
    let known = ROLES.into_iter().map(|(role, words)| (words, of(role)));
    let is_known = |lane: &&Lane| ROLES.iter().any(|(role, _)| lane.role == *role);
    let others = lanes.iter().filter(|lane| !is_known(lane)).collect();
    known.chain([("Others", others)]).filter(|(_, lanes)| !lanes.is_empty()).collect()
}

pub(super) fn lanes(frame: &mut Frame, scale: &Scale, lanes: &[Lane]) {
    let mut least = 1.5 * scale.per_px();
    while lanes.iter().map(|lane| pieces(&lane.spans, scale, least).len()).sum::<usize>()
        > MOST.max(lanes.len())
    {
        least *= 2.0;
    }
    for (words, lanes) in by_role(lanes) {
        frame.heading(words);
        for lane in lanes {
            let row = frame.row(&lane.vantage, "", "t-name", 13.0);
            for piece in pieces(&lane.spans, scale, least) {
                let (left, right) = (scale.at(piece.from), scale.at(piece.to));
                let bounds = Bounds { left, right, top: row.top, bottom: row.bottom };
                let tip = (frame.size == Size::Wide).then(|| {
                    let shown = piece.shown.unwrap_or("changing");
                    format!("{shown}: {} to {}", seconds(piece.from), seconds(piece.to))
                });
                frame.marks.push(Mark::rect(bounds, class(piece.shown), tip));
            }
        }
    }
}

fn class(shown: Option<&str>) -> &'static str {
    match shown {
        Some("primary") => "s-primary",
        Some("secondary") => "s-secondary",
        Some("none") => "s-none",
        Some("up") => "s-up",
        Some("down") => "s-down",
        Some(_) => "s-other",
        None => "s-mixed",
    }
}

/// The spans that the scale holds; those shorter than `shortest` together with the short ones beside them.
fn pieces<'a>(spans: &'a [Span], scale: &Scale, shortest: f64) -> Vec<Piece<'a>> {
    let mut pieces: Vec<Piece<'_>> = Vec::new();
    for span in spans {
        if span.to.total_cmp(&span.from).is_le() || scale.at(span.to) <= scale.at(span.from) {
            continue;
        }
        let short = span.to - span.from < shortest;
        match pieces.last_mut() {
            Some(last) if last.shown == Some(span.shown.as_str()) && last.to >= span.from => {
                last.to = span.to;
            }
            Some(last) if short && last.to - last.from < shortest => {
                last.to = span.to;
                last.shown = None;
            }
            Some(last) if short && last.shown.is_none() => last.to = span.to,
            _ => pieces.push(Piece { from: span.from, to: span.to, shown: Some(&span.shown) }),
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn spans(lengths: &[f64]) -> Vec<Span> {
        let mut at = 0.0;
        let words = ["primary", "none", "secondary"];
        lengths
            .iter()
            .zip(words.iter().cycle())
            .map(|(length, word)| {
                at += length;
                Span { from: at - length, to: at, shown: (*word).to_owned() }
            })
            .collect()
    }

    #[test]
    fn many_short_spans_are_one_that_changed() {
        let spans = spans(&[10.0, 0.25, 0.25, 0.25, 10.0]);
        let scale = Scale::new((0.0, 20.75), (0.0, 207.5));
        let shown: Vec<_> =
            pieces(&spans, &scale, 0.5).iter().map(|piece| (piece.from, piece.shown)).collect();
        assert_eq!(shown, [(0.0, Some("primary")), (10.0, None), (10.75, Some("none"))]);
        assert_eq!(pieces(&spans, &scale, 0.01).len(), 5);
    }

    proptest! {
        /// Drawn or not: no moment is left out.
        #[test]
        fn pieces_cover_what_the_spans_cover(lengths in proptest::collection::vec(0.01..5.0, 1..60), least in 0.0..10.0) {
            let spans = spans(&lengths);
            let end = spans.last().map_or(0.0, |span| span.to);
            let pieces = pieces(&spans, &Scale::new((0.0, end), (0.0, 600.0)), least);
            prop_assert_eq!(pieces.first().map(|piece| piece.from), Some(0.0));
            prop_assert_eq!(pieces.last().map(|piece| piece.to), Some(end));
            prop_assert!(pieces.windows(2).all(|two| (two[0].to - two[1].from).abs() < 1e-9));
        }
    }
}
