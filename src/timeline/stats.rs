//! Percentiles of few values: by nearest rank, so each is one that was measured.
//!
//! "The nearest-rank method": of n values in their order the p-th percentile is the one at the rank
//! ⌈p / 100 × n⌉, and the first for p = 0. Nothing is interpolated: of five drills the 90th percentile is the slowest,
//! and a figure between two drills would be one that nobody saw. The same method as R's type 1 (Hyndman and Fan,
//! "Sample Quantiles in Statistical Packages", 1996, definition 1).

/// The percentiles that are shown.
#[derive(Clone, Copy, Debug, PartialEq)]
#[expect(missing_docs, reason = "the words")]
pub struct Ranks {
    pub min: f64,
    pub p50: f64,
    pub p90: f64,
    pub p99: f64,
    pub max: f64,
}

/// The percentiles of some values; of none, nothing.
pub fn percentiles(values: impl IntoIterator<Item = f64>) -> Option<Ranks> {
    let mut values: Vec<f64> = values.into_iter().collect();
    values.sort_unstable_by(f64::total_cmp);
    let at = |percent| nearest_rank(&values, percent);
    Some(Ranks { min: at(0)?, p50: at(50)?, p90: at(90)?, p99: at(99)?, max: at(100)? })
}

/// Of values in their order, the one at the rank of this percentage.
fn nearest_rank(sorted: &[f64], percent: usize) -> Option<f64> {
    let rank = (percent * sorted.len()).div_ceil(100).max(1);
    sorted.get(rank - 1).copied()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn of_five_the_ninetieth_is_the_slowest() {
        let ranks = percentiles([35.0, 20.0, 15.0, 50.0, 40.0]).expect("there are some");
        assert_eq!(ranks, Ranks { min: 15.0, p50: 35.0, p90: 50.0, p99: 50.0, max: 50.0 });
        assert_eq!(percentiles([]), None);
        assert_eq!(percentiles([7.0]), Some(Ranks { min: 7.0, p50: 7.0, p90: 7.0, p99: 7.0, max: 7.0 }));
    }

    proptest! {
        /// The naive model: the least of the values of which at least p of a hundred are not above it.
        #[test]
        fn nearest_ranks_are_the_naive_ones(values in prop::collection::vec(0.0_f64..1e4, 1..200)) {
            let ranks = percentiles(values.clone()).expect("there are some");
            let naive = |percent: usize| {
                let enough = |value: &&f64| {
                    let below = values.iter().filter(|other| *other <= *value).count();
                    below * 100 >= percent * values.len()
                };
                values.iter().filter(enough).copied().fold(f64::INFINITY, f64::min)
            };
                let (min, p50, p90, p99, max) = (naive(0), naive(50), naive(90), naive(99), naive(100));
            prop_assert_eq!(ranks, Ranks { min, p50, p90, p99, max });
            }
    }
}
