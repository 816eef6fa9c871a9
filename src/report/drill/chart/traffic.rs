//! Requests a second, by the side that answered and those that got nothing, on the axis of the lanes above.

use std::fmt::Write as _;

use super::{
    frame::{Frame, SMALL, Size},
    label,
    mark::{Anchor, Bounds, Mark, Px},
    scale::{Scale, round_step, time_step},
    window::Window,
};
use crate::report::drill::TrafficSecond;

const HEIGHT: f64 = 90.0;
/// A column is at least so wide.
const COLUMN: f64 = 3.0;

/// Some seconds together: requests of all of them.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(in crate::report::drill) struct Bin {
    pub(in crate::report::drill) at: f64,
    pub(in crate::report::drill) seconds: f64,
    pub(in crate::report::drill) primary: u64,
    pub(in crate::report::drill) secondary: u64,
    pub(in crate::report::drill) failed: u64,
}

impl Bin {
    #[expect(clippy::cast_precision_loss, reason = "counts of a few seconds")]
    fn rates(&self) -> [f64; 3] {
        [self.primary, self.secondary, self.failed].map(|count| count as f64 / self.seconds)
    }
}

/// The seconds of a window, in bins of a round length that is not below `least`.
pub(in crate::report::drill) fn bins(traffic: &[TrafficSecond], window: Window, least: f64) -> Vec<Bin> {
    let seconds = time_step(least.max(1.0));
    let mut bins: Vec<Bin> = Vec::new();
    for second in traffic.iter().filter(|one| one.at >= window.from - 1.0 && one.at < window.to) {
        let at = (second.at / seconds).floor() * seconds;
        if bins.last().is_none_or(|bin| bin.at < at) {
            bins.push(Bin { at, seconds, ..Bin::default() });
        }
        if let Some(bin) = bins.last_mut() {
            bin.primary += u64::from(second.primary);
            bin.secondary += u64::from(second.secondary);
            bin.failed += u64::from(second.failed);
        }
    }
    bins
}

pub(super) fn traffic(frame: &mut Frame, scale: &Scale, traffic: &[TrafficSecond], window: Window) {
    frame.heading("Requests a second of all clients");
    let bins = bins(traffic, window, COLUMN * scale.per_px());
    let most = bins.iter().map(|bin| bin.rates().iter().sum()).fold(0.0, f64::max);
    let (top, bottom) = (frame.y + 4.0, frame.y + 4.0 + HEIGHT);
    let rates = Scale::new((0.0, most.max(1.0)), (bottom, top));
    for tick in rates.ticks(3, round_step) {
        let y = rates.at(tick);
        frame.marks.push(Mark::line((frame.left, y), (frame.right, y), "grid"));
        let text = if tick.fract() == 0.0 { format!("{tick:.0}") } else { format!("{tick:.1}") };
        let (x, anchor, y) = match frame.size {
            Size::Wide => (frame.left - 12.0, Anchor::End, y + SMALL * 0.35),
            Size::Narrow => (frame.right, Anchor::End, y - 2.0),
        };
        if label::width(&text, SMALL) < x {
            frame.marks.push(Mark::text((x, y), anchor, "t-tick", SMALL, text));
        }
    }
    let area = Bounds { left: frame.left, top, right: frame.right, bottom };
    for (series, class) in ["s-primary", "s-secondary", "s-none"].into_iter().enumerate() {
        let mut path = String::new();
        for bin in &bins {
            let below: f64 = bin.rates()[..series].iter().sum();
            let (from, to) = (rates.at(below), rates.at(below + bin.rates()[series]));
            let (left, right) = (scale.at(bin.at), scale.at(bin.at + bin.seconds));
            if from - to >= 0.05 && right > left {
                let [left, from, w, h] = [left, from, right - left, from - to].map(|place| Px(place).text());
                let _ = write!(path, "M{left} {from}h{w}v-{h}h-{w}z");
            }
        }
        if !path.is_empty() {
            frame.marks.push(Mark::Path { d: path, bounds: area, class });
        }
    }
    frame.y = bottom;
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn bins_lose_no_request(counts in proptest::collection::vec((0_u32..50, 0_u32..50, 0_u32..50), 0..200), least in 0.0..100.0) {
            let second = |(index, (primary, secondary, failed)): (u32, (u32, u32, u32))| TrafficSecond {
                at: f64::from(index) - 10.0, primary, secondary, failed,
            };
            let traffic: Vec<_> = (0..).zip(counts).map(second).collect();
            let bins = bins(&traffic, Window { from: -10.0, to: 1_000.0 }, least);
            let sum = |of: fn(&TrafficSecond) -> u32| traffic.iter().map(|one| u64::from(of(one))).sum::<u64>();
            prop_assert_eq!(bins.iter().map(|bin| bin.primary).sum::<u64>(), sum(|one| one.primary));
            prop_assert_eq!(bins.iter().map(|bin| bin.failed).sum::<u64>(), sum(|one| one.failed));
            prop_assert!(bins.windows(2).all(|two| two[1].at >= two[0].at + two[0].seconds - 1e-9));
        }
    }
}
