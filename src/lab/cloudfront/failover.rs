//! When does a request turn to the secondary, and what is a viewer told when no origin answered?

use std::collections::BTreeSet;

use hyper::{Method, StatusCode};

use super::limits::FailoverStatus;

/// Why an origin gave no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Failure {
    /// Its name has no address.
    #[error("the origin's name has no address")]
    NoAddress,
    /// Nobody listens.
    #[error("the connection was refused")]
    Refused,
    /// The connection timeout passed.
    #[error("the connection timed out")]
    ConnectionTimeout,
    /// The response timeout passed, before the answer or in the midst of it.
    #[error("the response timed out")]
    ResponseTimeout,
    /// The connection ended before the answer did, or what came was none.
    #[error("the origin closed the connection")]
    Closed,
}

impl Failure {
    /// What the viewer gets when no origin is left (CloudFront Developer Guide: `http-502-bad-gateway` when
    /// CloudFront "couldn't connect to the origin server", `http-504-gateway-timeout` when "the origin didn't
    /// respond before the request expired"; `high_availability_origin_failover` has 504 for connections
    /// that time out).
    pub(super) fn status(self) -> StatusCode {
        match self {
            Self::NoAddress | Self::Refused | Self::Closed => StatusCode::BAD_GATEWAY,
            Self::ConnectionTimeout | Self::ResponseTimeout => StatusCode::GATEWAY_TIMEOUT,
        }
    }

    /// Whether the same origin is tried again, while there are attempts left: connecting always; a request
    /// that was sent, only for GET and HEAD. "`DELETE`, `OPTIONS`, `PATCH`, `PUT`, and `POST` requests – …
    /// CloudFront drops the connection and doesn't try again to contact the origin" (CloudFront Developer
    /// Guide, `RequestAndResponseBehaviorS3Origin`). That a connection which the origin closes counts as one
    /// that is silent is modelled.
    pub(super) fn may_be_tried_again(self, method: &Method) -> bool {
        match self {
            Self::NoAddress => false,
            Self::Refused | Self::ConnectionTimeout => true,
            Self::ResponseTimeout | Self::Closed => [Method::GET, Method::HEAD].contains(method),
        }
    }
}

/// Whether the secondary is asked, after what the primary did:
///
/// 1. the method is GET, HEAD or OPTIONS: "CloudFront does not fail over when the viewer sends a different
///    HTTP method";
/// 2. and either there was no answer, or it has one of the statuses of the group.
///
/// (CloudFront Developer Guide, `high_availability_origin_failover`.)
pub(super) fn switches(
    method: &Method,
    primary: Result<StatusCode, Failure>,
    statuses: &BTreeSet<FailoverStatus>,
) -> bool {
    [Method::GET, Method::HEAD, Method::OPTIONS].contains(method)
        && match primary {
            Err(_) => true,
            Ok(status) => statuses.iter().any(|one| one.get() == status.as_u16()),
        }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_group_switches_by_its_own_statuses() {
        let all: BTreeSet<_> = FailoverStatus::ALL.into_iter().collect();
        let one: BTreeSet<_> = [FailoverStatus::new(503).expect("a status")].into();
        let by = |statuses: &BTreeSet<FailoverStatus>| -> Vec<u16> {
            let codes = (100..600).filter_map(|code| StatusCode::from_u16(code).ok());
            codes.filter(|code| switches(&Method::GET, Ok(*code), statuses)).map(|c| c.as_u16()).collect()
        };
        assert_eq!(by(&all), [400, 403, 404, 416, 500, 502, 503, 504]);
        assert_eq!(by(&one), [503]);
    }

    #[test]
    fn three_methods_fail_over() {
        let none = BTreeSet::new();
        for (method, expected) in [
            ("GET", true),
            ("HEAD", true),
            ("OPTIONS", true),
            ("POST", false),
            ("PUT", false),
            ("PATCH", false),
            ("DELETE", false),
        ] {
            let method = Method::from_bytes(method.as_bytes()).expect("a method");
            assert_eq!(switches(&method, Err(Failure::Refused), &none), expected, "{method}");
        }
    }

    #[test]
    fn a_write_that_was_sent_is_never_sent_again() {
        for method in [Method::PUT, Method::OPTIONS] {
            assert!(!Failure::ResponseTimeout.may_be_tried_again(&method));
            assert!(!Failure::Closed.may_be_tried_again(&method));
            assert!(Failure::ConnectionTimeout.may_be_tried_again(&method));
        }
        assert!(Failure::ResponseTimeout.may_be_tried_again(&Method::HEAD));
    }
}
