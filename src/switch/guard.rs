//! What speaks against switching now? Each guard has a name, a sentence and a way out.
//!
//! What is not known counts as a refusal: whoever does not know whether the secondary is current does not switch to it
//! by accident. `--force` does so on purpose, and says what it overrides.

use std::time::Duration;

use serde::Serialize;

use super::{Direction, Lag};
use crate::spec::Failover;

/// What is looked at before anything is changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guard {
    /// The spec has a switch.
    Declared,
    /// The side that takes over serves its health object to strangers.
    Healthy,
    /// It is not too far behind.
    Current,
    /// The object could be put.
    Writable,
    /// Who is answered now. Never refuses.
    Answered,
}

/// What a guard says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Judged {
    /// Its name, which stays: `secondary.healthy`.
    pub id: String,
    /// Whether it lets pass; nothing when it could not be found out, which does not.
    pub ok: Option<bool>,
    /// In a sentence.
    pub detail: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub way_out: Option<String>,
    /// Whether `--force` has passed it by.
    pub overridden: bool,
    /// Whether `--force` could.
    #[serde(skip)]
    pub forcible: bool,
}

impl Guard {
    /// Its name, for one direction.
    pub fn id(self, direction: Direction) -> String {
        let side = direction.towards();
        match self {
            Self::Declared => "switch.declared".to_owned(),
            Self::Writable => "switch.writable".to_owned(),
            Self::Answered => "name.answered".to_owned(),
            Self::Healthy => format!("{side}.healthy"),
            Self::Current => format!("{side}.current"),
        }
    }

    fn says(self, direction: Direction, ok: Option<bool>, detail: String, way_out: String) -> Judged {
        let way_out = (ok != Some(true)).then_some(way_out);
        let forcible = self != Self::Declared;
        Judged { id: self.id(direction), ok, detail, way_out, overridden: false, forcible }
    }

    /// Whether the spec has a switch.
    pub fn declared(direction: Direction, failover: &Failover) -> Judged {
        let ok = failover.switch.is_some();
        let detail = match &failover.switch {
            Some(key) => format!(
                "the switch is {} in {}",
                key.as_str(),
                failover.sentinel(crate::model::Side::Secondary)
            ),
            None => format!("the spec gives {} no switch, so there is nothing to throw", failover.name),
        };
        let way_out = "Add to its [[failover]], before [failover.primary]:\n\n    [failover.switch]\n    object = \
                       \"failover/force-secondary\"\n\nthen `s3-failover apply`, which takes Route 53's API: a switch \
                       has to be there before it is needed. Without it, whatever makes the primary's health check fail \
                       fails over, such as to take its health object away.";
        Self::Declared.says(direction, Some(ok), detail, way_out.to_owned())
    }

    /// Whether the side that takes over serves its health object, by an unsigned request.
    pub fn healthy(direction: Direction, served: &Result<(), String>) -> Judged {
        let side = direction.towards();
        let detail = match served {
            Ok(()) => format!("the {side} serves its health object to strangers"),
            Err(why) => format!("the {side} does not serve its health object to strangers: {why}"),
        };
        let way_out = format!(
            "Mend the {side} first: clients would be led to a side that does not answer. (While both sides are down \
             Route 53 answers the primary.)"
        );
        Self::Healthy.says(direction, Some(served.is_ok()), detail, way_out)
    }

    /// Whether it is current enough. `unsent`: what is known not to have arrived.
    pub fn current(direction: Direction, lag: &Lag, limit: Duration, unsent: &[(String, String)]) -> Judged {
        let (side, other) = (direction.towards(), direction.from());
        let ok = if unsent.is_empty() { lag.within(limit) } else { Some(false) };
        let limit = limit.as_secs();
        let detail = match (ok, unsent) {
            (_, [(key, said), ..]) => {
                let many = unsent.len();
                format!(
                    "the {side} lacks what the {other} has: {many} of its newest objects are {said}, such as {key}"
                )
            }
            (Some(true), _) => format!("the {side} is current within {limit} s: {lag}"),
            (Some(false), _) => format!("the {side} is behind by more than {limit} s: {lag}"),
            (None, _) => format!("whether the {side} is current is not known: {lag}"),
        };
        let way_out = match direction {
            Direction::Failover => format!(
                "Whatever the {other} has and the {side} lacks is missing for as long as the {side} answers. \
                 `--max-lag TIME` accepts more; `--force` does not want to know."
            ),
            Direction::Failback => format!(
                "What was written on the {other} since then is missing on the {side} until replication brings it. \
                 `--drain-timeout TIME` waits longer, `--max-lag TIME` accepts more; `--force` does not wait."
            ),
        };
        Self::Current.says(direction, ok, detail, way_out)
    }

    /// Whether the object could be put, by a request that writes nothing.
    pub fn writable(direction: Direction, could: Result<(), String>, uri: &str) -> Judged {
        let ok = could.is_ok();
        let detail = match could {
            Ok(()) => format!("{uri} can be written"),
            Err(why) => format!("{uri} cannot be written: {why}"),
        };
        let way_out = "The switch is in the secondary's region. Without that region, or without leave to write there \
                       (`s3-failover export --format iam --for switch` prints it), it cannot be thrown.";
        Self::Writable.says(direction, Some(ok), detail, way_out.to_owned())
    }

    /// Who is answered now.
    pub fn answered(direction: Direction, observed: &str, there: bool) -> Judged {
        let detail = if there {
            format!("the name servers answer {observed} already; the switch keeps it so")
        } else {
            format!("the name servers answer {observed}")
        };
        Self::Answered.says(direction, Some(true), detail, String::new())
    }
}

impl Judged {
    /// Whether it keeps from switching.
    pub fn refuses(&self) -> bool {
        self.ok != Some(true) && !self.overridden
    }

    /// The same, passed by where that is possible.
    #[must_use]
    pub fn forced(self, force: bool) -> Self {
        let overridden = force && self.ok != Some(true) && self.forcible;
        Self { overridden, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn s(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn what_is_unknown_refuses_and_force_says_so() {
        let unknown = Lag::Unknown("nobody knows".to_owned());
        for direction in [Direction::Failover, Direction::Failback] {
            let judged = Guard::current(direction, &unknown, s(900), &[]);
            assert!(judged.refuses() && judged.way_out.is_some(), "{judged:?}");
            let forced = judged.forced(true);
            assert!(!forced.refuses() && forced.overridden, "{forced:?}");
            let current = Guard::current(direction, &Lag::Measured(s(3)), s(900), &[]).forced(true);
            assert!(!current.refuses() && !current.overridden && current.way_out.is_none(), "{current:?}");
        }
    }

    #[test]
    fn what_has_not_arrived_goes_before_what_has() {
        let unsent = [("data/1".to_owned(), "PENDING".to_owned())];
        let judged = Guard::current(Direction::Failback, &Lag::Measured(s(1)), s(900), &unsent);
        assert_eq!((judged.ok, judged.id.as_str()), (Some(false), "primary.current"));
        assert!(judged.detail.contains("data/1"), "{judged:?}");
    }

    #[test]
    fn a_switch_that_is_not_there_cannot_be_forced() {
        let spec = crate::spec::Spec::parse(
            "failover.toml",
            include_str!("../../tests/specs/valid/minimal.toml"),
            crate::spec::Format::Toml,
        );
        let failover = spec.expect("a spec").spec.failovers.remove(0);
        let judged = Guard::declared(Direction::Failover, &failover).forced(true);
        assert!(judged.refuses() && !judged.overridden, "{judged:?}");
        assert!(judged.way_out.expect("a way out").contains("[failover.switch]\n    object = "));
    }
}
