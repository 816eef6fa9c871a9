//! How far may the side that takes over be behind?
//!
//! Nobody can read billions of keys at 3 a.m., and S3 lists by name alone. So two things are looked at:
//!
//! | what | says | basis |
//! |---|---|---|
//! | an object of ours, put on the side that is left and waited for on the other | how long a write takes there now | measured |
//! | the newest replica among a thousand keys of the other | at that age replication still worked | modelled |
//!
//! The second takes replication for a queue, which it is not: "Order is not preserved across keys". It is for a side
//! that is dead and takes no object, and for an object that no rule takes along. What neither says is unknown, and
//! unknown counts as too far. Objects that the dead side has and has not sent are invisible until it comes back.

use std::{fmt, time::Duration};

/// What became of an object of ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Probe {
    /// None was sent.
    NotSent,
    /// It arrived after so long, at most.
    Arrived(Duration),
    /// It has not arrived after so long; with what the side where it was put says of it: `PENDING`, `FAILED`.
    UnderWay(Duration, Option<String>),
    /// It could not be put.
    Refused(String),
}

/// The newest replica that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Newest {
    /// Nobody looked.
    NotLooked,
    /// Written so long ago, under this key.
    Replica(Duration, String),
    /// There is none among the keys that were looked at.
    None,
    /// It could not be looked for.
    Unknown(String),
}

/// What was found out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// By writing.
    pub probe: Probe,
    /// By looking.
    pub newest: Newest,
}

/// How far behind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lag {
    /// So far, measured.
    Measured(Duration),
    /// So far at most, if objects arrive in the order in which they were written (modelled).
    AtMost(Duration, String),
    /// Nobody knows, and why.
    Unknown(String),
}

impl Evidence {
    /// What it says together.
    ///
    /// 1. An object that arrived is the measure.
    /// 2. Otherwise the newest replica is, unless the side says that replication has failed.
    /// 3. An object that has been under way for longer than that replica is old makes it older: the measure is what
    ///    is known last.
    pub fn lag(&self) -> Lag {
        let why = match &self.probe {
            Probe::Arrived(took) => return Lag::Measured(*took),
            Probe::NotSent => "nothing was written to measure it".to_owned(),
            Probe::Refused(why) => format!("the side that is left takes no object ({why})"),
            Probe::UnderWay(waited, status) => {
                let what = format!("an object of ours had not arrived after {} s", waited.as_secs());
                match status.as_deref() {
                    Some("FAILED") => {
                        return Lag::Unknown(format!(
                            "{what}, and S3 says FAILED: the rule's role or the other bucket does not let it through"
                        ));
                    }
                    Some(status) => format!("{what}, and S3 says {status}"),
                    None => format!("{what}: no replication rule takes it along"),
                }
            }
        };
        match &self.newest {
            Newest::Replica(age, key) => {
                let waited = match &self.probe {
                    Probe::UnderWay(waited, Some(_)) => *waited,
                    _ => Duration::ZERO,
                };
                Lag::AtMost((*age).max(waited), key.clone())
            }
            Newest::None => {
                Lag::Unknown(format!("{why}, and no replica is among the keys that were looked at"))
            }
            Newest::Unknown(other) => Lag::Unknown(format!("{why}; {other}")),
            Newest::NotLooked => Lag::Unknown(why),
        }
    }
}

impl Lag {
    /// Whether it is within a limit; nothing when nobody knows.
    pub fn within(&self, limit: Duration) -> Option<bool> {
        match self {
            Self::Measured(lag) | Self::AtMost(lag, _) => Some(*lag <= limit),
            Self::Unknown(_) => None,
        }
    }

    /// In seconds, where it is known.
    pub fn seconds(&self) -> Option<f64> {
        match self {
            Self::Measured(lag) | Self::AtMost(lag, _) => Some(lag.as_secs_f64()),
            Self::Unknown(_) => None,
        }
    }

    /// On what it rests.
    pub fn basis(&self) -> &'static str {
        match self {
            Self::Measured(_) => "measured",
            Self::AtMost(..) => "modelled",
            Self::Unknown(_) => "unknown",
        }
    }
}

impl fmt::Display for Lag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Measured(lag) => {
                write!(f, "an object of ours arrived within {:.1} s (measured)", lag.as_secs_f64())
            }
            Self::AtMost(lag, key) => {
                write!(f, "the newest replica that was found is {} s old (modelled; {key})", lag.as_secs())
            }
            Self::Unknown(why) => f.write_str(why),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn s(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn lag(probe: Probe, newest: Newest) -> Lag {
        Evidence { probe, newest }.lag()
    }

    fn replica(age: u64) -> Newest {
        Newest::Replica(s(age), "k".to_owned())
    }

    #[test]
    fn what_was_measured_goes_before_what_was_found() {
        let pending = || Probe::UnderWay(s(20), Some("PENDING".to_owned()));
        let at_most = |seconds| Lag::AtMost(s(seconds), "k".to_owned());
        assert_eq!(lag(Probe::Arrived(s(2)), replica(900)), Lag::Measured(s(2)));
        assert_eq!(lag(Probe::Refused("503".to_owned()), replica(30)), at_most(30));
        assert_eq!(lag(Probe::NotSent, replica(30)), at_most(30));
        assert_eq!(lag(pending(), replica(30)), at_most(30));
        assert_eq!(lag(pending(), replica(3)), at_most(20), "it is 20 s behind at least");
        assert_eq!(lag(Probe::UnderWay(s(20), None), replica(3)), at_most(3), "no rule takes ours along");
    }

    #[test]
    fn what_nobody_knows_is_unknown() {
        let failed = Probe::UnderWay(s(20), Some("FAILED".to_owned()));
        assert_eq!(lag(failed, replica(1)).within(s(900)), None, "a failure is not repeated");
        for (probe, newest) in [
            (Probe::NotSent, Newest::NotLooked),
            (Probe::Refused("no".to_owned()), Newest::None),
            (Probe::UnderWay(s(20), None), Newest::Unknown("no leave to list".to_owned())),
        ] {
            let lag = lag(probe, newest);
            assert_eq!((lag.within(Duration::MAX), lag.seconds(), lag.basis()), (None, None, "unknown"));
        }
    }

    proptest! {
        /// A longer limit never refuses what a shorter one lets through, and an older replica never helps.
        #[test]
        fn more_patience_never_refuses(age in 0_u64..2_000, older in 0_u64..500, limit in 0_u64..2_000, more in 0_u64..500) {
            let (young, old) = (lag(Probe::NotSent, replica(age)), lag(Probe::NotSent, replica(age + older)));
            if young.within(s(limit)) == Some(true) {
                prop_assert_eq!(young.within(s(limit + more)), Some(true));
            }
            if old.within(s(limit)) == Some(true) {
                prop_assert_eq!(young.within(s(limit)), Some(true));
            }
        }
    }
}
