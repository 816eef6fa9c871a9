//! From seconds, or requests, to places in the picture; and which of them deserve a mark on the axis.

/// A straight scale.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Scale {
    from: f64,
    to: f64,
    start: f64,
    end: f64,
}

impl Scale {
    /// `from`..`to` drawn at `start`..`end`. An empty range is made to have a length.
    pub(super) fn new((from, to): (f64, f64), (start, end): (f64, f64)) -> Self {
        let to = if to > from { to } else { from + 1.0 };
        Self { from, to, start, end }
    }

    /// Where `value` is drawn; what lies outside, at the edge.
    pub(super) fn at(&self, value: f64) -> f64 {
        let share = ((value - self.from) / (self.to - self.from)).clamp(0.0, 1.0);
        self.start + share * (self.end - self.start)
    }

    /// Whether `value` lies inside.
    pub(super) fn holds(&self, value: f64) -> bool {
        (self.from..=self.to).contains(&value)
    }

    /// How much of the range one unit of length in the picture is.
    pub(super) fn per_px(&self) -> f64 {
        ((self.to - self.from) / (self.end - self.start)).abs()
    }

    /// Round values inside, `most` at most, none nearer to the next than a step of `steps`.
    pub(super) fn ticks(&self, most: usize, steps: impl Fn(f64) -> f64) -> Vec<f64> {
        #[expect(clippy::cast_precision_loss, reason = "a handful")]
        let mut step = steps((self.to - self.from) / most.max(1) as f64);
        loop {
            let first = (self.from / step).ceil();
            let last = (self.to / step).floor();
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "not negative, and small"
            )]
            let count = (last - first + 1.0).max(0.0) as usize;
            if count <= most.max(1) {
                #[expect(clippy::cast_precision_loss, reason = "a handful")]
                return (0..count).map(|index| (first + index as f64) * step).collect();
            }
            step = steps(step * 1.01);
        }
    }
}

/// The least of 1, 2 and 5 times a power of ten that is not below `least`.
pub(super) fn round_step(least: f64) -> f64 {
    let power = 10_f64.powf(least.max(1e-3).log10().floor());
    [1.0, 2.0, 5.0].into_iter().map(|times| times * power).find(|step| *step >= least).unwrap_or(power * 10.0)
}

/// The same for times: seconds, minutes and hours that a clock shows.
pub(super) fn time_step(least: f64) -> f64 {
    const CLOCK: [f64; 15] = [
        1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 900.0, 1_800.0, 3_600.0, 7_200.0,
        14_400.0,
    ];
    if least < 1.0 {
        return round_step(least);
    }
    CLOCK.into_iter().find(|step| *step >= least).unwrap_or_else(|| (least / 14_400.0).ceil() * 14_400.0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn ticks_are_what_a_clock_shows() {
        let ticks = |from, to, most| Scale::new((from, to), (0.0, 500.0)).ticks(most, time_step);
        assert_eq!(ticks(-12.0, 62.0, 8), [-10.0, 0.0, 10.0, 20.0, 30.0, 40.0, 50.0, 60.0]);
        assert_eq!(ticks(0.0, 1_800.0, 7), [0.0, 300.0, 600.0, 900.0, 1_200.0, 1_500.0, 1_800.0]);
        assert_eq!(ticks(0.0, 0.0, 4), [0.0, 0.5, 1.0]);
    }

    proptest! {
        #[test]
        fn ticks_lie_inside_in_order_and_are_few(
            from in -1e5..1e5, length in 0.0..2e5, most in 1_usize..20, time: bool,
        ) {
            let scale = Scale::new((from, from + length), (100.0, 900.0));
            let ticks = scale.ticks(most, if time { time_step } else { round_step });
            prop_assert!(ticks.len() <= most);
            for tick in &ticks {
                prop_assert!(*tick >= scale.from - 1e-6 && *tick <= scale.to + 1e-6);
                prop_assert!((100.0..=900.0).contains(&scale.at(*tick)));
            }
            prop_assert!(ticks.is_sorted());
        }

        #[test]
        fn nothing_is_drawn_outside(from in -1e6..1e6, length in -1.0..1e6, value in -1e9..1e9) {
            let scale = Scale::new((from, from + length), (10.0, 20.0));
            prop_assert!((10.0..=20.0).contains(&scale.at(value)));
        }

        #[test]
        fn a_step_is_never_below_what_was_asked(least in 1e-2..1e6) {
            prop_assert!(round_step(least) >= least * 0.999_999 && round_step(least) <= least * 10.0);
            prop_assert!(time_step(least) >= least * 0.999_999);
        }
    }
}
