//! The ways in which Route 53's control plane can be broken, each by its name.
//!
//! Route 53 keeps its control plane in one region and its data plane everywhere (AWS Fault Isolation
//! Boundaries, `global-services`): while the API refuses, name servers answer, checkers look, and
//! verdicts travel as before. So a fault is asked for by the API alone.

use super::errors::{ApiError, Code};
use crate::lab::fault::faults;

faults! {
    /// How the control plane is broken at present.
    Route53Fault of "the lab's Route 53", else UnknownRoute53Fault {
        /// Every call is refused with 503 `ServiceUnavailable`.
        Down = "down",
        /// Every call is refused with 400 `Throttling`, whoever asks and how seldom.
        Throttled = "throttled",
        /// Every call is refused with 500 `InternalFailure`.
        Http500 = "http-500",
    }
}

impl Route53Fault {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_none_lets_calls_through() {
        let refusing: Vec<_> = Route53Fault::ALL.into_iter().filter(|f| f.refusal().is_some()).collect();
        assert_eq!(refusing, Route53Fault::ALL[1..]);
    }
}
