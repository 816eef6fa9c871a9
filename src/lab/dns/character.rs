//! Which habits has a recursive resolver? Those that users meet, each by its name.
//!
//! A failover is over for a client when its resolver says so. The honest one is the arithmetic of TTLs;
//! the others are why a measured recovery is longer than that.

use std::{fmt, str::FromStr, time::Duration};

use crate::model::serde_as_text;

/// How a resolver of the lab treats what it has heard.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Character {
    /// It keeps to every TTL.
    #[default]
    Honest,
    /// It keeps everything for five minutes at least (unbound's `cache-min-ttl`, and the habit of many
    /// providers' resolvers).
    Stretching,
    /// It answers what has expired when no name server answers (RFC 8767, "serve stale").
    Stale,
    /// It keeps what it has found for as long as it runs, as a JVM with `networkaddress.cache.ttl=-1`
    /// does (S3 User Guide, `UsingRouting`, warns of it).
    Forever,
}

/// The text names no resolver of the lab.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no resolver of the lab; there are honest, stretching, stale and forever")]
pub struct UnknownCharacter(String);

/// What the stretching resolver keeps everything for, in seconds (our choice).
const STRETCHED_TTL: u32 = 300;
/// "When returning a response containing stale records, a recursive resolver MUST set the TTL of each
/// expired record in the message to a value greater than 0, with a RECOMMENDED value of 30 seconds"
/// (RFC 8767, section 4).
const STALE_TTL: u32 = 30;
/// How old it may be: RFC 8767, section 5, suggests one to three days.
const STALE_FOR: Duration = Duration::from_hours(24);
/// Name servers that fail are asked again no sooner than this: RFC 8767, section 5, recommends 30 seconds.
const RECHECK: Duration = Duration::from_secs(30);
/// `networkaddress.cache.negative.ttl`, in seconds: 10 in the `java.security` of the JDK.
const JVM_NEGATIVE_TTL: u32 = 10;

impl Character {
    /// All of them, in the order in which they are told to people.
    pub const ALL: [Self; 4] = [Self::Honest, Self::Stretching, Self::Stale, Self::Forever];

    /// The name by which files know it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Honest => "honest",
            Self::Stretching => "stretching",
            Self::Stale => "stale",
            Self::Forever => "forever",
        }
    }

    /// The TTL that it makes of a record's.
    pub(super) fn ttl(self, ttl: u32) -> u32 {
        match self {
            Self::Stretching => ttl.max(STRETCHED_TTL),
            Self::Honest | Self::Stale | Self::Forever => ttl,
        }
    }

    /// The TTL that it makes of an answer without records.
    pub(super) fn negative_ttl(self, ttl: u32) -> u32 {
        match self {
            Self::Stretching => ttl.max(STRETCHED_TTL),
            Self::Forever => ttl.min(JVM_NEGATIVE_TTL),
            Self::Honest | Self::Stale => ttl,
        }
    }

    /// Whether records never expire.
    pub(super) fn keeps_records(self) -> bool {
        self == Self::Forever
    }

    /// How long something that has expired may still be answered when nobody says better.
    pub(super) fn stale_for(self) -> Duration {
        if self == Self::Stale { STALE_FOR } else { Duration::ZERO }
    }

    /// The TTL of what has expired.
    pub(super) fn stale_ttl() -> u32 {
        STALE_TTL
    }

    /// For how long nobody is asked again after nobody has answered.
    pub(super) fn recheck() -> Duration {
        RECHECK
    }
}

impl FromStr for Character {
    type Err = UnknownCharacter;

    fn from_str(text: &str) -> Result<Self, UnknownCharacter> {
        let found = Self::ALL.into_iter().find(|character| character.name() == text);
        found.ok_or_else(|| UnknownCharacter(text.to_owned()))
    }
}

impl fmt::Display for Character {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

serde_as_text!(Character);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_character_is_known_by_its_name() {
        for character in Character::ALL {
            assert_eq!(character.to_string().parse(), Ok(character));
        }
        let error = "lazy".parse::<Character>().expect_err("not a name");
        for character in Character::ALL {
            assert!(error.to_string().contains(character.name()), "{character} is missing in: {error}");
        }
    }
}
