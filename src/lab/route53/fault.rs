//! The ways in which Route 53's control plane can be broken, each by its name.
//!
//! Route 53 keeps its control plane in one region and its data plane everywhere (AWS Fault Isolation
//! Boundaries, `global-services`): while the API refuses, name servers answer, checkers look, and
//! verdicts travel as before. So a fault is asked for by the API alone.

use std::{fmt, str::FromStr};

use super::errors::{ApiError, Code};
use crate::{lab::fault::fault_kind, model::serde_as_text};

/// How the control plane is broken at present.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Route53Fault {
    /// Not at all.
    #[default]
    None,
    /// Every call is refused with 503 `ServiceUnavailable`.
    Down,
    /// Every call is refused with 400 `Throttling`, whoever asks and how seldom.
    Throttled,
    /// Every call is refused with 500 `InternalFailure`.
    Http500,
}

/// The text names no fault.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no fault of the lab's Route 53; the faults are none, down, throttled and http-500")]
pub struct UnknownRoute53Fault(String);

impl Route53Fault {
    /// All of them, in the order in which they are told to people.
    pub const ALL: [Self; 4] = [Self::None, Self::Down, Self::Throttled, Self::Http500];

    /// The name by which commands and files know it.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Down => "down",
            Self::Throttled => "throttled",
            Self::Http500 => "http-500",
        }
    }

    /// What every call is told while it lasts. The messages of `ServiceUnavailable` and
    /// `InternalFailure` are those of the errors that all services share (Route 53 API reference,
    /// `CommonErrors`).
    pub(super) fn refusal(self) -> Option<ApiError> {
        let (code, message) = match self {
            Self::None => return None,
            Self::Down => {
                (Code::ServiceUnavailable, "The request has failed due to a temporary failure of the server.")
            }
            Self::Throttled => (Code::Throttling, "Rate exceeded"),
            Self::Http500 => (
                Code::InternalFailure,
                "The request processing has failed because of an unknown error, exception or failure.",
            ),
        };
        Some(ApiError::new(code, message))
    }
}

impl FromStr for Route53Fault {
    type Err = UnknownRoute53Fault;

    fn from_str(text: &str) -> Result<Self, UnknownRoute53Fault> {
        let found = Self::ALL.into_iter().find(|fault| fault.name() == text);
        found.ok_or_else(|| UnknownRoute53Fault(text.to_owned()))
    }
}

impl fmt::Display for Route53Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

serde_as_text!(Route53Fault);
fault_kind!(Route53Fault);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_fault_is_known_by_its_name() {
        for fault in Route53Fault::ALL {
            assert_eq!(fault.to_string().parse(), Ok(fault));
        }
        let error = "http500".parse::<Route53Fault>().expect_err("not a name");
        for fault in Route53Fault::ALL {
            assert!(error.to_string().contains(fault.name()), "{fault} is missing in: {error}");
        }
    }

    #[test]
    fn only_none_lets_calls_through() {
        let refusing: Vec<_> = Route53Fault::ALL.into_iter().filter(|f| f.refusal().is_some()).collect();
        assert_eq!(refusing, Route53Fault::ALL[1..]);
    }
}
