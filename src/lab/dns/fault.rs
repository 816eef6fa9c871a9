//! The ways in which a single name server can be wrong, each by its name.

use std::{fmt, str::FromStr};

use crate::model::serde_as_text;

/// How one of the four name servers is broken at present.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum NameServerFault {
    /// Not at all.
    #[default]
    None,
    /// It goes on with the records and the verdicts that it had when the fault began.
    Stale,
    /// It answers nothing: packets are dropped, connections accepted and left alone.
    Silent,
    /// It refuses the zone, as a server does that was never told of it.
    Lame,
    /// It answers the other side of a failover pair, and false addresses and targets elsewhere.
    Lying,
}

/// The text names no fault.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no fault of a name server; the faults are none, stale, silent, lame and lying")]
pub struct UnknownNameServerFault(String);

/// There are four name servers, 0 to 3.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the lab has no name server {0}")]
pub struct UnknownNameServer(pub(super) usize);

impl NameServerFault {
    /// All of them, in the order in which they are told to people.
    pub const ALL: [Self; 5] = [Self::None, Self::Stale, Self::Silent, Self::Lame, Self::Lying];

    /// The name by which commands and files know it.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Stale => "stale",
            Self::Silent => "silent",
            Self::Lame => "lame",
            Self::Lying => "lying",
        }
    }
}

impl FromStr for NameServerFault {
    type Err = UnknownNameServerFault;

    fn from_str(text: &str) -> Result<Self, UnknownNameServerFault> {
        let found = Self::ALL.into_iter().find(|fault| fault.name() == text);
        found.ok_or_else(|| UnknownNameServerFault(text.to_owned()))
    }
}

impl fmt::Display for NameServerFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

serde_as_text!(NameServerFault);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_fault_is_known_by_its_name() {
        for fault in NameServerFault::ALL {
            assert_eq!(fault.to_string().parse(), Ok(fault));
        }
        let error = "quiet".parse::<NameServerFault>().expect_err("not a name");
        for fault in NameServerFault::ALL {
            assert!(error.to_string().contains(fault.name()), "{fault} is missing in: {error}");
        }
    }
}
