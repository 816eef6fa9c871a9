//! What does a plan cost, in calls and in the time that Route 53's throttling makes of them?
//!
//! The token buckets of an account (Route 53 Developer Guide, `throttling-api-requests`): each call takes a
//! token from the bucket of all calls, some take one from a bucket of their own too. The time is modelled:
//! full buckets at the start, nobody else who calls. Waiting for checkers and name servers comes on top.

use std::time::Duration;

use super::{AwaitedCheck, Step};

/// A bucket: tokens at once, and tokens a second.
struct Bucket {
    burst: f64,
    refill: f64,
}

const ALL: Bucket = Bucket { burst: 50.0, refill: 10.0 };
const CREATE_CHECK: Bucket = Bucket { burst: 50.0, refill: 0.5 };
/// "1,000 `CreateHealthCheck` requests in a 24-hour period" (Route 53 Developer Guide, `DNSLimitations`; that it
/// refills evenly is modelled).
const CREATE_CHECK_A_DAY: Bucket = Bucket { burst: 1_000.0, refill: 1_000.0 / 86_400.0 };
const DELETE_CHECK: Bucket = Bucket { burst: 15.0, refill: 3.0 };
const CHECK_STATUS: Bucket = Bucket { burst: 4.0, refill: 1.0 };

/// The least number of calls, by the buckets that they take from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Calls {
    create_check: u32,
    delete_check: u32,
    check_status: u32,
    others: u32,
    /// Of CloudWatch, which are in none of the buckets.
    cloudwatch: u32,
}

impl Calls {
    /// Of a step.
    fn of(step: &Step) -> Self {
        let none = Self::default();
        match step {
            // Created, and tagged.
            Step::CreateCheck { .. } => Self { create_check: 1, others: 1, ..none },
            Step::TagCheck { .. } | Step::UpdateCheck { .. } => Self { others: 1, ..none },
            Step::AwaitCheckers { checks, .. } => {
                Self { check_status: checks.iter().map(looks_at).sum(), ..none }
            }
            // CloudWatch has buckets of its own.
            Step::AwaitAlarms { alarms, .. } => {
                Self { cloudwatch: u32::try_from(alarms.len()).unwrap_or(u32::MAX), ..none }
            }
            // The first is healthy, or the next is asked too.
            Step::LookAtSides { .. } => Self { check_status: 1, ..none },
            Step::AwaitRecords => none,
            // Sent, and found INSYNC.
            Step::ChangeRecords { .. } => Self { others: 2, ..none },
            Step::DeleteCheck { .. } => Self { delete_check: 1, ..none },
        }
    }

    /// How many there are.
    pub fn total(self) -> u64 {
        u64::from(self.of_route53()) + u64::from(self.cloudwatch)
    }

    fn of_route53(self) -> u32 {
        [self.create_check, self.delete_check, self.check_status, self.others]
            .into_iter()
            .fold(0, u32::saturating_add)
    }

    /// The least time in which the buckets let them through.
    pub fn least_time(self) -> Duration {
        let all = self.of_route53();
        let waits = [
            (all, ALL),
            (self.create_check, CREATE_CHECK),
            (self.create_check, CREATE_CHECK_A_DAY),
            (self.delete_check, DELETE_CHECK),
            (self.check_status, CHECK_STATUS),
        ];
        let seconds =
            waits.into_iter().map(|(calls, bucket)| (f64::from(calls) - bucket.burst) / bucket.refill);
        Duration::from_secs_f64(seconds.fold(0.0, f64::max))
    }
}

/// How often the checkers of a check are asked at least: a first good look is enough of a plain one; of an
/// inverted one each call shows one look, and as many are needed as change a checker's mind.
fn looks_at(check: &AwaitedCheck) -> u32 {
    if check.inverted { check.failure_threshold } else { 1 }
}

impl<'a> FromIterator<&'a Step> for Calls {
    fn from_iter<I: IntoIterator<Item = &'a Step>>(steps: I) -> Self {
        steps.into_iter().map(Self::of).fold(Self::default(), |sum, step| Self {
            create_check: sum.create_check + step.create_check,
            delete_check: sum.delete_check + step.delete_check,
            check_status: sum.check_status + step.check_status,
            others: sum.others + step.others,
            cloudwatch: sum.cloudwatch + step.cloudwatch,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scarcest_bucket_decides() {
        let few = Calls { create_check: 4, check_status: 3, others: 6, ..Calls::default() };
        assert_eq!((few.total(), few.least_time()), (13, Duration::ZERO));
        // A hundred pairs with switches: 400 checks, of which 350 wait two seconds each.
        let many = Calls { create_check: 400, check_status: 300, others: 404, ..Calls::default() };
        assert_eq!(many.least_time(), Duration::from_secs(700));
        // More than a day allows.
        let too_many = Calls { create_check: 1_100, ..Calls::default() };
        assert_eq!(too_many.least_time(), Duration::from_mins(144));
        let gone = Calls { delete_check: 400, others: 4, ..Calls::default() };
        assert_eq!(gone.least_time().as_secs(), 128);
    }
}
