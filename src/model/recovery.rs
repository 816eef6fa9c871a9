//! How long may a failover take, by its settings alone?
//!
//! ```text
//!   the side breaks ── detection ──▶ the verdict turns ── publication ──▶ name servers ── TTL ──▶ resolvers
//! ```
//!
//! Detection is [`detection_floor`] for checkers that nobody has asked when they looked: their phases are
//! independent, so the k-th of n comes on average k/(n+1) of an interval after the change, and the last
//! possible moment for each of them is a whole interval after it. Nothing here was measured. A client that
//! keeps connections, or a resolver that stretches TTLs, takes longer.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Detection, FailureThreshold, Interval, Ttl, detection_floor};

/// From the verdict to the name servers. AWS documents no figure (modelled: "a few seconds").
const PUBLICATION: Duration = Duration::from_secs(5);
/// A shorter TTL is not proposed: it multiplies queries and gains nothing over the checkers' own time (our
/// choice).
const SHORTEST_TTL: u32 = 5;

/// A target for the recovery time: 1 second to a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecoveryTarget(u32);

/// Not such a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a target is a whole number of seconds from 1 to 86400, a day")]
pub struct RecoveryTargetError;

impl RecoveryTarget {
    /// The target of so many seconds.
    pub fn from_seconds(seconds: i64) -> Result<Self, RecoveryTargetError> {
        let seconds = u32::try_from(seconds).ok().filter(|seconds| (1..=86_400).contains(seconds));
        seconds.map(Self).ok_or(RecoveryTargetError)
    }

    /// In seconds.
    pub fn seconds(self) -> u32 {
        self.0
    }

    /// As a length of time.
    pub fn duration(self) -> Duration {
        Duration::from_secs(u64::from(self.0))
    }
}

impl Serialize for RecoveryTarget {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u32(self.0)
    }
}

impl<'de> Deserialize<'de> for RecoveryTarget {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::from_seconds(i64::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

/// What decides how long a failover takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecoveryTerms {
    /// Between the end of one look and the start of the next.
    pub interval: Interval,
    /// Results in a row that change a checker's mind.
    pub threshold: FailureThreshold,
    /// How long a look takes at most that ends with a failure.
    pub longest_look: Duration,
    /// How many checkers look.
    pub checkers: usize,
    /// How long resolvers may keep the answer of the side that breaks.
    pub ttl: Ttl,
    /// Whether the TTL is ours to choose.
    pub own_ttl: bool,
}

/// How long something takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecoveryTime {
    /// When the endpoint refuses or answers errors at once, and a resolver's copy has half its life before it.
    pub mean: Duration,
    /// When each look takes as long as it may, every phase is the worst, and the copy is new.
    pub worst: Duration,
}

/// What keeps a failover from a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blame {
    /// The time in which resolvers keep the old answer.
    Ttl,
    /// The time in which checkers notice.
    Checks,
}

/// Why a target cannot be met, and what would meet it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shortfall {
    /// The worst that is to be expected now.
    pub worst: Duration,
    /// What has to change.
    pub blame: Blame,
    /// The gentlest settings that meet it, if any do.
    pub would_meet: Option<RecoveryTerms>,
    /// The worst that is to be expected with the quickest settings there are.
    pub least: Duration,
}

impl RecoveryTerms {
    /// The time until the verdict turns, when a failed look takes `look`.
    pub fn detection(&self, look: Duration) -> RecoveryTime {
        let (checkers, interval) = (self.checkers, self.interval.duration());
        let turned = |last_looks: Vec<Duration>| {
            let floor = detection_floor(&Detection {
                last_looks,
                changed: interval,
                interval,
                threshold: u32::from(self.threshold.get()),
                look,
                under_way: Duration::ZERO,
                to_unhealthy: true,
            });
            floor.unwrap_or_default().saturating_sub(interval)
        };
        let apart = |place: usize| interval.mul_f64(seconds(place) / seconds(checkers + 1));
        RecoveryTime {
            mean: turned((1..=checkers).map(apart).collect()),
            worst: turned(vec![interval; checkers]),
        }
    }

    /// The time until a client that looks the name up again is answered the other side.
    pub fn expected(&self) -> RecoveryTime {
        let ttl = self.ttl.duration();
        RecoveryTime {
            mean: self.detection(Duration::ZERO).mean + PUBLICATION + ttl / 2,
            worst: self.detection(self.longest_look).worst + PUBLICATION + ttl,
        }
    }

    /// What keeps these settings from a target; nothing when they meet it.
    pub fn shortfall(&self, target: RecoveryTarget) -> Option<Shortfall> {
        let (worst, wanted) = (self.expected().worst, target.duration());
        if worst <= wanted {
            return None;
        }
        let meets = |terms: &Self| terms.expected().worst <= wanted;
        let with_shorter_ttl = |terms: Self| {
            let room = wanted.saturating_sub(terms.expected().worst.saturating_sub(terms.ttl.duration()));
            let room = u32::try_from(room.as_secs()).unwrap_or(u32::MAX).min(terms.ttl.seconds());
            let ttl = Ttl::from_seconds(i64::from(room)).ok()?;
            let shorter = terms.own_ttl && room >= SHORTEST_TTL;
            (shorter || meets(&terms)).then_some(Self { ttl, ..terms })
        };
        let would_meet = self.gentlest_first().find_map(with_shorter_ttl);
        let least = self.quickest().expected().worst;
        let checks_alone = self.expected().worst.saturating_sub(self.ttl.duration());
        let enough = self.own_ttl && checks_alone + Duration::from_secs(SHORTEST_TTL.into()) <= wanted;
        let blame = if enough { Blame::Ttl } else { Blame::Checks };
        Some(Shortfall { worst, blame, would_meet, least })
    }

    /// These settings, and all that notice sooner, those that look least often first.
    fn gentlest_first(&self) -> impl Iterator<Item = Self> {
        let intervals = [Interval::Thirty, Interval::Ten].into_iter().filter(|i| *i <= self.interval);
        let each = intervals.flat_map(|interval| {
            let thresholds = (1..=i64::from(self.threshold.get())).rev().filter_map(move |results| {
                Some(Self { interval, threshold: FailureThreshold::new(results).ok()?, ..self.clone() })
            });
            thresholds.collect::<Vec<_>>()
        });
        each.collect::<Vec<_>>().into_iter()
    }

    /// What notices soonest.
    fn quickest(&self) -> Self {
        let threshold = FailureThreshold::new(1).unwrap_or(self.threshold);
        let shortest = Ttl::from_seconds(SHORTEST_TTL.into()).unwrap_or(self.ttl).min(self.ttl);
        let ttl = if self.own_ttl { shortest } else { self.ttl };
        Self { interval: Interval::Ten, threshold, ttl, ..self.clone() }
    }
}

#[expect(clippy::cast_precision_loss, reason = "there are a few dozen checkers at most")]
fn seconds(count: usize) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn terms(interval: Interval, threshold: i64, ttl: i64) -> RecoveryTerms {
        RecoveryTerms {
            interval,
            threshold: FailureThreshold::new(threshold).expect("a threshold"),
            longest_look: Duration::from_secs(6),
            checkers: 16,
            ttl: Ttl::from_seconds(ttl).expect("a TTL"),
            own_ttl: true,
        }
    }

    fn target(seconds: i64) -> RecoveryTarget {
        RecoveryTarget::from_seconds(seconds).expect("a target")
    }

    /// Sixteen checkers, each of which looks on and on; the moment at which three are too few for healthy.
    /// Step by step, so that it shares nothing with the arithmetic but the rule of 18 %.
    fn simulated(phases: &[f64], interval: f64, threshold: u32, look: f64) -> f64 {
        let mut turned: Vec<f64> = Vec::new();
        for phase in phases {
            let (mut now, mut failures) = (phase * interval, 0);
            loop {
                now += look;
                failures += 1;
                if failures == threshold {
                    break;
                }
                now += interval;
            }
            turned.push(now);
        }
        turned.sort_by(f64::total_cmp);
        let healthy_after = |moment: f64| turned.iter().filter(|turn| **turn > moment).count();
        let enough = |moment: &f64| healthy_after(*moment) * 100 <= phases.len() * 18;
        turned.iter().copied().find(enough).expect("all fail in the end")
    }

    const INTERVALS: [Interval; 2] = [Interval::Ten, Interval::Thirty];

    proptest! {
        #[test]
        fn no_simulation_takes_longer_than_the_worst(
            phases in proptest::collection::vec(0.0f64..1.0, 16),
            fast in any::<bool>(),
            threshold in 1u32..=10,
            look in 0u32..=10,
        ) {
            let interval = INTERVALS[usize::from(!fast)];
            let terms = terms(interval, threshold.into(), 60);
            let took = simulated(&phases, f64::from(interval.seconds()), threshold, look.into());
            let worst = terms.detection(Duration::from_secs(look.into())).worst.as_secs_f64();
            prop_assert!(took <= worst + 1e-6, "{took} > {worst}");
            prop_assert!(took >= worst - f64::from(interval.seconds()) - 1e-6, "{took} < {worst}");
        }

        /// Whatever is proposed meets the target, and is never slower than what there is.
        #[test]
        fn what_is_proposed_meets_the_target(
            fast in any::<bool>(), threshold in 1i64..=10, ttl in 0i64..=3_600, wanted in 1i64..=4_000,
            own_ttl in any::<bool>(),
        ) {
            let interval = INTERVALS[usize::from(!fast)];
            let terms = RecoveryTerms { own_ttl, ..terms(interval, threshold, ttl) };
            let Some(shortfall) = terms.shortfall(target(wanted)) else {
                prop_assert!(terms.expected().worst <= target(wanted).duration());
                return Ok(());
            };
            prop_assert!(terms.expected().worst > target(wanted).duration());
            prop_assert!(shortfall.least <= terms.expected().worst);
            match shortfall.would_meet {
                Some(better) => {
                    prop_assert!(better.shortfall(target(wanted)).is_none());
                    prop_assert!(better.interval <= terms.interval && better.threshold <= terms.threshold);
                    prop_assert!(better.ttl <= terms.ttl && (own_ttl || better.ttl == terms.ttl));
                    if shortfall.blame == Blame::Ttl {
                        prop_assert_eq!((better.interval, better.threshold), (terms.interval, terms.threshold));
                    }
                }
                None => prop_assert!(shortfall.least > target(wanted).duration()),
            }
        }
    }

    /// The published table of simulated detection times: mean and longest in seconds, for an endpoint that
    /// refuses, and for one whose connections time out after 4 s.
    #[test]
    fn the_known_table() {
        for (interval, threshold, refused, unconnected) in [
            (Interval::Thirty, 3, (85.0, 90.0), (97.0, 102.0)),
            (Interval::Thirty, 1, (25.0, 30.0), (29.0, 34.0)),
            (Interval::Ten, 3, (29.0, 31.0), (40.0, 42.0)),
            (Interval::Ten, 2, (19.0, 20.0), (26.0, 28.0)),
            (Interval::Ten, 1, (8.0, 10.0), (12.0, 14.0)),
        ] {
            for (look, (mean, longest)) in [(0, refused), (4, unconnected)] {
                let found = terms(interval, threshold, 60).detection(Duration::from_secs(look));
                let near = |found: Duration, known: f64| (found.as_secs_f64() - known).abs() <= 1.0;
                assert!(near(found.mean, mean), "{interval:?} x {threshold}, {look} s: {found:?}");
                assert!(near(found.worst, longest), "{interval:?} x {threshold}, {look} s: {found:?}");
            }
        }
    }

    /// 4,000 simulations with phases of a small generator: their mean is the mean.
    #[test]
    fn the_mean_is_that_of_many_simulations() {
        let mut state = 1u64;
        let mut random = move || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            f64::from(u32::try_from(state >> 32).expect("32 bits")) / 4_294_967_296.0
        };
        for (interval, threshold) in [(Interval::Thirty, 3u32), (Interval::Ten, 1), (Interval::Ten, 3)] {
            let mut sum = 0.0;
            for _ in 0..4_000 {
                let phases: Vec<f64> = (0..16).map(|_| random()).collect();
                sum += simulated(&phases, interval.seconds().into(), threshold, 4.0);
            }
            let mean = terms(interval, threshold.into(), 60).detection(Duration::from_secs(4)).mean;
            assert!((sum / 4_000.0 - mean.as_secs_f64()).abs() < 0.2, "{} and {mean:?}", sum / 4_000.0);
        }
    }

    #[test]
    fn who_is_to_blame_and_what_would_do() {
        let terms = |interval, threshold, ttl| terms(interval, threshold, ttl);
        let default = terms(Interval::Thirty, 3, 60);
        assert_eq!(default.expected().worst, Duration::from_secs(90 + 18 + 5 + 60));
        assert_eq!(default.shortfall(target(173)), None);
        let close = default.shortfall(target(172)).expect("a shortfall");
        assert_eq!((close.blame, close.would_meet), (Blame::Ttl, Some(terms(Interval::Thirty, 3, 59))));
        let checks = default.shortfall(target(60)).expect("a shortfall");
        let least = Duration::from_secs(10 + 6 + 5 + 5);
        let wanted = terms(Interval::Thirty, 1, 19);
        assert_eq!((checks.blame, checks.would_meet, checks.least), (Blame::Checks, Some(wanted), least));
        let none = default.shortfall(target(25)).expect("a shortfall");
        assert_eq!((none.blame, none.would_meet), (Blame::Checks, None));
    }

    #[test]
    fn a_target_has_bounds() {
        assert_eq!(RecoveryTarget::from_seconds(86_400).map(RecoveryTarget::seconds), Ok(86_400));
        for seconds in [0, -1, 86_401, i64::MAX] {
            assert_eq!(RecoveryTarget::from_seconds(seconds), Err(RecoveryTargetError));
        }
    }
}
