//! The ways in which the distribution can be broken, each by its name.

use std::{fmt, str::FromStr};

use crate::{lab::fault::fault_kind, model::serde_as_text};

/// How the distribution is broken at present.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum CloudFrontFault {
    /// Not at all.
    #[default]
    None,
    /// Nobody can be reached at the distribution's address: connections are refused, and those that were
    /// open are cut (modelled).
    Down,
}

/// The text names no fault.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no fault of the lab's distribution; the faults are none and down")]
pub struct UnknownCloudFrontFault(String);

impl CloudFrontFault {
    /// All of them, in the order in which they are told to people.
    pub const ALL: [Self; 2] = [Self::None, Self::Down];

    /// The name by which commands and files know it.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Down => "down",
        }
    }
}

impl FromStr for CloudFrontFault {
    type Err = UnknownCloudFrontFault;

    fn from_str(text: &str) -> Result<Self, UnknownCloudFrontFault> {
        let found = Self::ALL.into_iter().find(|fault| fault.name() == text);
        found.ok_or_else(|| UnknownCloudFrontFault(text.to_owned()))
    }
}

impl fmt::Display for CloudFrontFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

serde_as_text!(CloudFrontFault);
fault_kind!(CloudFrontFault);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_fault_is_known_by_its_name() {
        for fault in CloudFrontFault::ALL {
            assert_eq!(fault.to_string().parse(), Ok(fault));
        }
        let error = "up".parse::<CloudFrontFault>().expect_err("not a name").to_string();
        for fault in CloudFrontFault::ALL {
            assert!(error.contains(fault.name()), "{fault} is missing in: {error}");
        }
    }
}
