//! How long replies take, without a list of them: a histogram of fixed buckets.

use std::time::Duration;

/// A histogram. Its buckets are fixed, so that those of many vantage points and of many programs can be
/// added up (Prometheus, "Histograms and summaries": quantiles themselves cannot be averaged).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Latencies {
    counts: [u64; Latencies::BOUNDS.len() + 1],
    sum: Duration,
}

impl Latencies {
    /// The upper bound of each bucket but the last, in milliseconds: from a name server of the same machine to
    /// the limit of a look-up and beyond, in steps of 2 to 2.5.
    pub const BOUNDS: [u64; 14] = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000];

    /// Counts one.
    pub fn add(&mut self, took: Duration) {
        let bound = |bound: &&u64| took <= Duration::from_millis(**bound);
        let bucket = Self::BOUNDS.iter().take_while(|b| !bound(b)).count();
        self.counts[bucket] += 1;
        self.sum += took;
    }

    /// Counts one, if there is one.
    pub(super) fn add_some(&mut self, took: Option<Duration>) {
        if let Some(took) = took {
            self.add(took);
        }
    }

    /// How many were counted.
    pub fn count(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// All of them together.
    pub fn sum(&self) -> Duration {
        self.sum
    }

    /// How many took no longer than each of [`Latencies::BOUNDS`]: what Prometheus calls `le`.
    pub fn up_to(&self) -> impl Iterator<Item = (Duration, u64)> + '_ {
        let mut sum = 0;
        Self::BOUNDS.iter().zip(&self.counts).map(move |(bound, count)| {
            sum += count;
            (Duration::from_millis(*bound), sum)
        })
    }

    /// The latency that this share of all, from 0 to 1, did not exceed; estimated within its bucket, as
    /// Prometheus's `histogram_quantile` does. Nothing when none was counted.
    #[expect(clippy::cast_precision_loss, reason = "an estimate")]
    pub fn quantile(&self, share: f64) -> Option<Duration> {
        let rank = share.clamp(0.0, 1.0) * self.count() as f64;
        let (mut below, mut lower) = (0, Duration::ZERO);
        for (upper, up_to) in self.up_to() {
            if up_to > 0 && up_to as f64 >= rank {
                let within = (rank - below as f64) / (up_to - below).max(1) as f64;
                return Some(lower + upper.saturating_sub(lower).mul_f64(within.clamp(0.0, 1.0)));
            }
            (below, lower) = (up_to, upper);
        }
        // In the bucket without an upper bound: no less than its lower one.
        (self.count() > 0).then_some(lower)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Against the list that it spares: count and sum are exact, a quantile lies in the bucket of the sample
        /// that it stands for.
        #[test]
        fn it_says_what_a_list_would_say(
            samples in prop::collection::vec(0_u64..30_000_000, 1..200),
            share in 0.0..=1.0_f64,
        ) {
            let mut samples: Vec<Duration> = samples.into_iter().map(Duration::from_micros).collect();
            let mut latencies = Latencies::default();
            for sample in &samples {
                latencies.add(*sample);
            }
            samples.sort_unstable();
            prop_assert_eq!(latencies.count(), samples.len() as u64);
            prop_assert_eq!(latencies.sum(), samples.iter().sum::<Duration>());
            for (bound, count) in latencies.up_to() {
                prop_assert_eq!(count, samples.iter().filter(|sample| **sample <= bound).count() as u64);
            }
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss,
                reason = "small and not negative")]
            let rank = (share * samples.len() as f64).ceil().max(1.0) as usize;
            let exact = samples[rank - 1];
            let said = latencies.quantile(share).expect("there are samples");
            let bounds = || Latencies::BOUNDS.into_iter().map(Duration::from_millis);
            let lower = bounds().take_while(|bound| *bound < exact).last().unwrap_or_default();
            let upper = bounds().find(|bound| *bound >= exact).unwrap_or(lower);
            prop_assert!((lower..=upper).contains(&said), "{said:?} for {exact:?}");
        }
    }

    #[test]
    fn without_samples_there_is_no_quantile() {
        assert_eq!(Latencies::default().quantile(0.5), None);
    }
}
