//! Between which bounds may the numbers of a distribution lie? As CloudFront's API has them.

use std::{fmt, time::Duration};

/// A number is out of CloudFront's bounds.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what} must be {bounds}, and is {given}")]
pub struct LimitError {
    what: &'static str,
    bounds: &'static str,
    given: u64,
}

/// How often CloudFront tries to connect: "The minimum number is 1, the maximum is 3, and the default (if
/// you don't specify otherwise) is 3" (CloudFront API reference, `Origin`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConnectionAttempts(u8);

impl ConnectionAttempts {
    /// From 1 to 3.
    pub fn new(attempts: u8) -> Result<Self, LimitError> {
        let what = "the number of connection attempts";
        within(what, "from 1 to 3", u64::from(attempts), 1, 3).map(|()| Self(attempts))
    }

    /// The number.
    pub fn get(self) -> u8 {
        self.0
    }
}

impl Default for ConnectionAttempts {
    fn default() -> Self {
        Self(3)
    }
}

/// How long CloudFront waits for a connection: "The minimum timeout is 1 second, the maximum is 10 seconds,
/// and the default (if you don't specify otherwise) is 10 seconds" (CloudFront API reference, `Origin`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConnectionTimeout(Duration);

impl ConnectionTimeout {
    /// From 1 to 10 seconds.
    pub fn from_seconds(seconds: u64) -> Result<Self, LimitError> {
        let what = "the connection timeout in seconds";
        within(what, "from 1 to 10", seconds, 1, 10).map(|()| Self(Duration::from_secs(seconds)))
    }

    /// The time, in the lab's seconds.
    pub fn get(self) -> Duration {
        self.0
    }
}

impl Default for ConnectionTimeout {
    fn default() -> Self {
        Self(Duration::from_secs(10))
    }
}

/// How long CloudFront waits for an answer, and for each further piece of it: "The minimum timeout is 1
/// second, the maximum is 120 seconds, and the default (if you don't specify otherwise) is 30 seconds"
/// (CloudFront API reference, `S3OriginConfig`, `OriginReadTimeout`). Older documentation has 1 to 60 s
/// for custom origins and a fixed 30 s for S3.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ResponseTimeout(Duration);

impl ResponseTimeout {
    /// From 1 to 120 seconds.
    pub fn from_seconds(seconds: u64) -> Result<Self, LimitError> {
        let what = "the response timeout in seconds";
        within(what, "from 1 to 120", seconds, 1, 120).map(|()| Self(Duration::from_secs(seconds)))
    }

    /// The time, in the lab's seconds.
    pub fn get(self) -> Duration {
        self.0
    }
}

impl Default for ResponseTimeout {
    fn default() -> Self {
        Self(Duration::from_secs(30))
    }
}

/// A status that may make CloudFront turn to the secondary: "any combination of the following status codes:
/// 400, 403, 404, 416, 500, 502, 503, or 504" (CloudFront Developer Guide,
/// `high_availability_origin_failover`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FailoverStatus(u16);

impl FailoverStatus {
    /// All that may be chosen.
    pub const ALL: [Self; 8] =
        [Self(400), Self(403), Self(404), Self(416), Self(500), Self(502), Self(503), Self(504)];

    /// One of [`FailoverStatus::ALL`].
    pub fn new(status: u16) -> Result<Self, LimitError> {
        let bounds = "400, 403, 404, 416, 500, 502, 503 or 504";
        let error = LimitError { what: "a failover status", bounds, given: u64::from(status) };
        Self::ALL.into_iter().find(|known| known.0 == status).ok_or(error)
    }

    /// The number.
    pub fn get(self) -> u16 {
        self.0
    }
}

impl fmt::Display for FailoverStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

fn within(
    what: &'static str,
    bounds: &'static str,
    given: u64,
    min: u64,
    max: u64,
) -> Result<(), LimitError> {
    if (min..=max).contains(&given) { Ok(()) } else { Err(LimitError { what, bounds, given }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_within_cloudfronts_bounds_and_no_others() {
        let attempts: Vec<u8> = (0..=255).filter(|n| ConnectionAttempts::new(*n).is_ok()).collect();
        assert_eq!(attempts, [1, 2, 3]);
        let seconds = |valid: &dyn Fn(u64) -> bool| {
            let found: Vec<u64> = (0..1_000).filter(|n| valid(*n)).collect();
            (found[0], found[found.len() - 1], found.len())
        };
        assert_eq!(seconds(&|n| ConnectionTimeout::from_seconds(n).is_ok()), (1, 10, 10));
        assert_eq!(seconds(&|n| ResponseTimeout::from_seconds(n).is_ok()), (1, 120, 120));
        let statuses: Vec<u16> = (0..1_000).filter(|n| FailoverStatus::new(*n).is_ok()).collect();
        assert_eq!(statuses, [400, 403, 404, 416, 500, 502, 503, 504]);
        let error = ConnectionAttempts::new(4).expect_err("too many").to_string();
        assert_eq!(error, "the number of connection attempts must be from 1 to 3, and is 4");
    }

    #[test]
    fn the_defaults_are_cloudfronts() {
        assert_eq!(ConnectionAttempts::default().get(), 3);
        assert_eq!(ConnectionTimeout::default().get().as_secs(), 10);
        assert_eq!(ResponseTimeout::default().get().as_secs(), 30);
    }
}
