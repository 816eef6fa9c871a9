//! The ways in which CloudWatch can be broken, each by its name.

use std::{fmt, str::FromStr};

use crate::{lab::fault::fault_kind, model::serde_as_text};

/// How the lab's CloudWatch is broken at present.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum CloudWatchFault {
    /// Not at all.
    #[default]
    None,
    /// Every request is answered with 503.
    Down,
    /// Requests are answered, but no data newer than the fault appears until it is mended.
    Late,
}

/// The text names no fault.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no fault of CloudWatch; the faults are none, down and late")]
pub struct UnknownCloudWatchFault(String);

impl CloudWatchFault {
    /// All of them, in the order in which they are told to people.
    pub const ALL: [Self; 3] = [Self::None, Self::Down, Self::Late];

    /// The name by which commands and files know it.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Down => "down",
            Self::Late => "late",
        }
    }
}

impl FromStr for CloudWatchFault {
    type Err = UnknownCloudWatchFault;

    fn from_str(text: &str) -> Result<Self, UnknownCloudWatchFault> {
        let found = Self::ALL.into_iter().find(|fault| fault.name() == text);
        found.ok_or_else(|| UnknownCloudWatchFault(text.to_owned()))
    }
}

impl fmt::Display for CloudWatchFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

serde_as_text!(CloudWatchFault);
fault_kind!(CloudWatchFault);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_fault_is_known_by_its_name() {
        for fault in CloudWatchFault::ALL {
            assert_eq!(fault.to_string().parse(), Ok(fault));
        }
        let error = "late-data".parse::<CloudWatchFault>().expect_err("not a name");
        for fault in CloudWatchFault::ALL {
            assert!(error.to_string().contains(fault.name()), "{fault} is missing in: {error}");
        }
    }
}
