//! The least time in which checkers can notice, given when each of them looked last.
//!
//! A checker looks again one interval after its last answer (Route 53 Developer Guide,
//! health-checks-creating-values, `RequestInterval`), changes its mind after so many results in a row
//! as the failure threshold says, and the verdict turns with the mind that breaks the quorum. Nobody
//! can be faster than that sum, so what was measured beyond it is publication and measuring error.

use std::time::Duration;

use super::failures_that_turn;

/// What decides how soon checkers can notice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Detection {
    /// When each checker looked last, before the change; by the clock of the world.
    pub last_looks: Vec<Duration>,
    /// When the side was broken or healed.
    pub changed: Duration,
    /// Between the end of one look and the start of the next.
    pub interval: Duration,
    /// Results in a row that change a checker's mind.
    pub threshold: u32,
    /// How long a look takes that ends with the new result: nothing for a refusal or an error
    /// status, 2 s when no response comes, 4 s when no connection does (Route 53 Developer Guide,
    /// dns-failover-determining-health-of-endpoints).
    pub look: Duration,
    /// How long a look may have been under way when the side changed, and still see the change: what a
    /// look takes at most before it, and the error of the moments themselves.
    pub under_way: Duration,
    /// Whether the verdict turns to unhealthy; otherwise back to healthy.
    pub to_unhealthy: bool,
}

/// The checker that completes the quorum, at the soonest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decisive {
    /// How many checkers there are.
    pub checkers: usize,
    /// How many of them have to change their minds.
    pub needed: usize,
    /// When this one looked last before the change.
    pub last_look: Duration,
    /// When the first look of it can end that sees the change.
    pub first_look: Duration,
    /// When it changes its mind, and the verdict turns with it.
    pub turns: Duration,
}

/// The soonest moment at which the verdict can turn. Nothing when there are no checkers.
pub fn detection_floor(detection: &Detection) -> Option<Duration> {
    decisive(detection).map(|checker| checker.turns)
}

/// Whose mind turns the verdict at the soonest moment. Nothing when there are no checkers.
pub fn decisive(detection: &Detection) -> Option<Decisive> {
    let each = detection.last_looks.iter().map(|last| (mind_turns(detection, *last), *last));
    let mut each: Vec<(Duration, Duration)> = each.collect();
    each.sort_unstable();
    let failures = failures_that_turn(each.len());
    // To unhealthy: the last failure that the quorum takes. Back: as many recoveries as leave one too
    // few failures.
    let needed = if detection.to_unhealthy { failures } else { each.len() + 1 - failures };
    let (turns, last_look) = each.get(needed.checked_sub(1)?).copied()?;
    let first_look = turns.saturating_sub(more_looks(detection));
    Some(Decisive { checkers: each.len(), needed, last_look, first_look, turns })
}

/// How long it takes from the end of the first look to that of the last that changes a mind.
fn more_looks(detection: &Detection) -> Duration {
    (detection.interval + detection.look) * detection.threshold.saturating_sub(1)
}

fn mind_turns(detection: &Detection, last: Duration) -> Duration {
    let mut start = last + detection.interval;
    while start + detection.under_way < detection.changed {
        start += detection.interval;
    }
    // A look that was under way shows the change at once.
    start.max(detection.changed) + detection.look + more_looks(detection)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn seconds(list: &[u64]) -> Vec<Duration> {
        list.iter().copied().map(Duration::from_secs).collect()
    }

    fn sixteen(to_unhealthy: bool, threshold: u32, look: u64) -> Detection {
        Detection {
            last_looks: seconds(&(0..16).collect::<Vec<_>>()),
            changed: Duration::from_secs(16),
            interval: Duration::from_secs(30),
            threshold,
            look: Duration::from_secs(look),
            under_way: Duration::ZERO,
            to_unhealthy,
        }
    }

    #[test]
    fn the_fourteenth_failure_of_sixteen_turns_it_and_the_third_recovery_turns_it_back() {
        // The checkers look at 30, 31, …, 45.
        assert_eq!(detection_floor(&sixteen(true, 1, 0)), Some(Duration::from_secs(43)));
        assert_eq!(detection_floor(&sixteen(false, 1, 0)), Some(Duration::from_secs(32)));
    }

    #[test]
    fn each_look_of_the_threshold_takes_an_interval_and_its_own_time() {
        assert_eq!(detection_floor(&sixteen(true, 3, 0)), Some(Duration::from_secs(43 + 60)));
        assert_eq!(detection_floor(&sixteen(true, 3, 2)), Some(Duration::from_secs(43 + 60 + 6)));
    }

    #[test]
    fn without_checkers_there_is_no_floor() {
        assert_eq!(detection_floor(&Detection { last_looks: Vec::new(), ..sixteen(true, 1, 0) }), None);
    }

    proptest! {
        /// Facts on DNS arithmetic: detection takes from (threshold - 1) intervals to threshold
        /// intervals, and the time of the looks.
        #[test]
        fn the_floor_lies_within_the_known_bounds(
            phases in proptest::collection::vec(0u64..30_000, 1..17),
            threshold in 1u32..=10,
            look in 0u64..=6,
        ) {
            let changed = Duration::from_secs(30);
            let detection = Detection {
                last_looks: phases.iter().copied().map(Duration::from_millis).collect(),
                changed,
                interval: Duration::from_secs(30),
                threshold,
                look: Duration::from_secs(look),
                under_way: Duration::ZERO,
                to_unhealthy: true,
            };
            let floor = detection_floor(&detection).expect("there are checkers");
            let floor = floor.checked_sub(changed).expect("nobody notices before the change");
            let looks = detection.look * threshold;
            prop_assert!(floor >= detection.interval * (threshold - 1) + looks);
            prop_assert!(floor <= detection.interval * threshold + looks);
        }
    }
}
