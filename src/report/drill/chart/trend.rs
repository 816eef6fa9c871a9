//! Recovery and failback of several drills, one after the other, beside the target.

use super::{
    frame::{Frame, SMALL, Size},
    label,
    mark::{Anchor, Bounds, Chart, Mark, Px},
    scale::{Scale, round_step},
};
use crate::report::drill::{RunLine, words};

const HEIGHT: f64 = 150.0;
/// Half of a point.
const POINT: f64 = 4.5;

/// How many drills a picture holds.
fn room(size: Size) -> usize {
    match size {
        Size::Wide => 60,
        Size::Narrow => 20,
    }
}

/// The newest of `runs`, oldest first. The last one is this drill.
pub(in crate::report::drill) fn trend(runs: &[RunLine], target: Option<f64>, size: Size) -> Chart {
    let mut frame = Frame::new(size);
    if size == Size::Narrow {
        frame.left += 40.0;
    } else {
        frame.left = 84.0;
    }
    let runs = &runs[runs.len().saturating_sub(room(size))..];
    let values = runs.iter().flat_map(|run| [run.recovery_seconds, run.failback_seconds]).flatten();
    let most = values.chain(target).fold(1.0_f64, f64::max) * 1.08;
    let (top, bottom) = (frame.y + 14.0, frame.y + 14.0 + HEIGHT);
    let y = Scale::new((0.0, most), (bottom, top));
    for tick in y.ticks(5, round_step) {
        let at = y.at(tick);
        frame.marks.push(Mark::line((frame.left, at), (frame.right, at), "grid"));
        let text = label::fit(&words::target(tick), SMALL, frame.left - 10.0);
        frame.marks.push(Mark::text(
            (frame.left - 8.0, at + SMALL * 0.35),
            Anchor::End,
            "t-tick",
            SMALL,
            text,
        ));
    }
    frame.marks.push(Mark::line((frame.left, bottom), (frame.right, bottom), "axis"));
    #[expect(clippy::cast_precision_loss, reason = "at most sixty")]
    let x = Scale::new((-0.5, runs.len() as f64 - 0.5), (frame.left, frame.right));
    #[expect(clippy::cast_precision_loss, reason = "at most sixty")]
    let places: Vec<f64> = (0..runs.len()).map(|index| x.at(index as f64)).collect();
    if let Some(target) = target {
        let at = y.at(target);
        frame.marks.push(Mark::line((frame.left, at), (frame.right, at), "target"));
    }
    let area = Bounds { left: frame.left, top, right: frame.right, bottom };
    let line = |of: fn(&RunLine) -> Option<f64>| -> String {
        let known = runs.iter().zip(&places).filter_map(|(run, x)| Some((*x, y.at(of(run)?))));
        let steps = known.enumerate().map(|(index, (x, y))| {
            format!("{}{} {}", if index == 0 { "M" } else { "L" }, Px(x).text(), Px(y).text())
        });
        steps.collect()
    };
    for (d, class) in
        [(line(|run| run.failback_seconds), "l-failback"), (line(|run| run.recovery_seconds), "l-recovery")]
    {
        if d.contains('L') {
            frame.marks.push(Mark::Path { d, bounds: area, class });
        }
    }
    for (run, x) in runs.iter().zip(&places) {
        point(&mut frame, run, *x, &y, bottom);
    }
    ends(&mut frame, runs, &places, bottom);
    frame.y = bottom + 24.0;
    frame.finish()
}

/// A drill: a dot for a good recovery, a cross for any other, a diamond for the failback.
fn point(frame: &mut Frame, run: &RunLine, x: f64, y: &Scale, bottom: f64) {
    let bounds = |at: f64| Bounds {
        left: x - POINT,
        top: at - POINT,
        right: x + POINT,
        bottom: (at + POINT).min(bottom + POINT),
    };
    let [left, right] = [x - POINT, x + POINT].map(|place| Px(place).text());
    let middle = Px(x).text();
    if let Some(failback) = run.failback_seconds {
        let at = y.at(failback);
        let [top, centre, low] = [at - POINT, at, at + POINT].map(|place| Px(place).text());
        let d = format!("M{middle} {top}L{right} {centre}L{middle} {low}L{left} {centre}z");
        frame.marks.push(Mark::Path { d, bounds: bounds(at), class: "p-failback" });
    }
    let at = run.recovery_seconds.map_or(bottom, |took| y.at(took));
    if run.ok && run.recovery_seconds.is_some() {
        let what = words::seconds_or(run.recovery_seconds, "");
        frame.marks.push(Mark::rect(bounds(at), "p-ok", Some(format!("{}: {what}", run.began))));
    } else {
        let [top, low] = [at - POINT, at + POINT].map(|place| Px(place).text());
        let d = format!("M{left} {top}L{right} {low}M{left} {low}L{right} {top}");
        frame.marks.push(Mark::Path { d, bounds: bounds(at), class: "p-not-ok" });
    }
}

/// The dates of the first and of the last drill.
fn ends(frame: &mut Frame, runs: &[RunLine], places: &[f64], bottom: f64) {
    let day = |run: &RunLine| -> String { run.began.chars().take_while(|sign| *sign != 'T').collect() };
    let half = (frame.right - frame.left) / 2.0 - 6.0;
    let base = bottom + 18.0;
    if let [first, .., last] = runs {
        let (first, last) = (label::fit(&day(first), SMALL, half), label::fit(&day(last), SMALL, half));
        frame.marks.push(Mark::text((frame.left, base), Anchor::Start, "t-tick", SMALL, first));
        frame.marks.push(Mark::text((frame.right, base), Anchor::End, "t-tick", SMALL, last));
    } else if let ([only], [x]) = (runs, places) {
        let only = label::fit(&day(only), SMALL, half);
        frame.marks.push(Mark::text((*x, base), Anchor::Middle, "t-tick", SMALL, only));
    }
}
