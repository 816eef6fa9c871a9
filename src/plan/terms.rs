//! What the person who plans gives leave to, beyond the spec.

use std::{fmt, str::FromStr};

use crate::model::{Fqdn, serde_as_text};

/// On which terms a plan is made.
#[derive(Clone, Copy, Debug, Default)]
pub struct Terms<'a> {
    /// What tags call the spec, for people to read.
    pub spec_name: &'a str,
    /// Failovers that take over records of others which stand in their places.
    pub adopt: &'a [Fqdn],
    /// Failovers that go although no spec declares them; a snapshot holds what stands of them.
    pub remove: &'a [Fqdn],
    /// Whether the spec is only a part of its file, so that what it lacks may be declared all the same.
    pub cut_down: bool,
    /// Guards that stand aside.
    pub allow: &'a [Guard],
}

/// A guard that a person can ask to stand aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guard {
    /// Refuses a TTL over 300 seconds.
    LongTtl,
    /// Refuses a change that doubles what the health checks of a failover cost.
    DoubledCost,
    /// Refuses to remove a failover after which its name is answered by nothing.
    LastRecord,
    /// Refuses to remove a failover that the spec of another file made.
    OtherSpec,
    /// Refuses records whose health check is not healthy.
    Unhealthy,
    /// Refuses a change of records while both sides are down.
    BothDown,
}

/// A text names no guard.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no guard that can stand aside; there are {known}", known = names())]
pub struct UnknownGuard(String);

fn names() -> String {
    Guard::ALL.map(Guard::id).join(", ")
}

impl Guard {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::LongTtl,
        Self::DoubledCost,
        Self::LastRecord,
        Self::OtherSpec,
        Self::Unhealthy,
        Self::BothDown,
    ];

    /// Its name, which stays the same from version to version.
    pub fn id(self) -> &'static str {
        match self {
            Self::LongTtl => "long-ttl",
            Self::DoubledCost => "doubled-cost",
            Self::LastRecord => "last-record",
            Self::OtherSpec => "other-spec",
            Self::Unhealthy => "unhealthy",
            Self::BothDown => "both-down",
        }
    }
}

impl FromStr for Guard {
    type Err = UnknownGuard;

    fn from_str(text: &str) -> Result<Self, UnknownGuard> {
        Self::ALL.into_iter().find(|guard| guard.id() == text).ok_or_else(|| UnknownGuard(text.to_owned()))
    }
}

impl fmt::Display for Guard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

serde_as_text!(Guard);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_guard_is_known_by_its_name() {
        for guard in Guard::ALL {
            assert_eq!(guard.id().parse(), Ok(guard));
            assert!(UnknownGuard(String::new()).to_string().contains(guard.id()), "{}", guard.id());
        }
    }
}
