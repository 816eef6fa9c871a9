//! The settings of a health check that a person chooses, and the two sides that are checked.

use std::{fmt, str::FromStr, time::Duration};

use serde::{Deserialize, Serialize};

/// One of the two sides of a failover (Route 53 model, `ResourceRecordSetFailover`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// Answered as long as it is healthy.
    Primary,
    /// Answered when the primary is not.
    Secondary,
}

impl Side {
    /// Both sides, the primary first.
    pub const BOTH: [Side; 2] = [Side::Primary, Side::Secondary];

    /// The other one.
    pub fn other(self) -> Self {
        match self {
            Side::Primary => Side::Secondary,
            Side::Secondary => Side::Primary,
        }
    }

    /// Its place in a list of both, the primary first.
    pub fn index(self) -> usize {
        usize::from(self == Side::Secondary)
    }

    /// In lower case, as files and reports write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Side::Primary => "primary",
            Side::Secondary => "secondary",
        }
    }
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Time between the end of one look of a checker and the start of its next. The model allows 10 to
/// 30 seconds, the documentation offers 10 and 30 only (Route 53 API reference, `RequestInterval`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Interval {
    /// Every 10 seconds; an optional feature with a price.
    Ten,
    /// Every 30 seconds, Route 53's default.
    Thirty,
}

/// Not an interval that Route 53 offers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("Route 53 checks every 10 or every 30 seconds")]
pub struct IntervalError;

impl Interval {
    /// The interval of so many seconds.
    pub fn from_seconds(seconds: i64) -> Result<Self, IntervalError> {
        match seconds {
            10 => Ok(Self::Ten),
            30 => Ok(Self::Thirty),
            _ => Err(IntervalError),
        }
    }

    /// In seconds.
    pub fn seconds(self) -> u32 {
        match self {
            Self::Ten => 10,
            Self::Thirty => 30,
        }
    }

    /// As a length of time.
    pub fn duration(self) -> Duration {
        Duration::from_secs(u64::from(self.seconds()))
    }
}

impl FromStr for Interval {
    type Err = IntervalError;

    fn from_str(text: &str) -> Result<Self, IntervalError> {
        text.parse().map_err(|_| IntervalError).and_then(Self::from_seconds)
    }
}

/// Consecutive results after which a checker changes its mind, in either direction: 1 to 10
/// (Route 53 API reference, `FailureThreshold`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FailureThreshold(u8);

/// Not a failure threshold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a failure threshold is a whole number from 1 to 10")]
pub struct ThresholdError;

impl FailureThreshold {
    /// The threshold of so many results.
    pub fn new(results: i64) -> Result<Self, ThresholdError> {
        u8::try_from(results).ok().filter(|n| (1..=10).contains(n)).map(Self).ok_or(ThresholdError)
    }

    /// The number of results.
    pub fn get(self) -> u8 {
        self.0
    }
}

impl FromStr for FailureThreshold {
    type Err = ThresholdError;

    fn from_str(text: &str) -> Result<Self, ThresholdError> {
        text.parse().map_err(|_| ThresholdError).and_then(Self::new)
    }
}

macro_rules! serde_as_number {
    ($name:ty, $get:expr, $new:expr) => {
        impl Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_u32($get(*self))
            }
        }
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $new(i64::deserialize(deserializer)?).map_err(serde::de::Error::custom)
            }
        }
    };
}

serde_as_number!(Interval, Interval::seconds, Interval::from_seconds);
serde_as_number!(FailureThreshold, |t: FailureThreshold| u32::from(t.0), FailureThreshold::new);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_route_53_offers() {
        assert_eq!(Interval::from_seconds(10), Ok(Interval::Ten));
        assert_eq!(Interval::from_seconds(20), Err(IntervalError));
        assert_eq!(FailureThreshold::new(0), Err(ThresholdError));
        assert_eq!(FailureThreshold::new(10).map(FailureThreshold::get), Ok(10));
        assert_eq!(FailureThreshold::new(11), Err(ThresholdError));
    }
}
