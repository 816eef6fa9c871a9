//! Where the objects of one run are: below a prefix that nobody else uses.

use std::{fmt, str::FromStr};

use crate::model::HEARTBEAT_PREFIX as ALL;

/// The object that both writers overwrite.
const SHARED: &str = "shared";
/// No run has a longer name.
const LONGEST: usize = 64;

/// `s3-failover/heartbeat/RUN/`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeartbeatPrefix(String);

/// A text is no prefix of a run.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is no prefix of heartbeat objects; nothing below it is touched. They are below `s3-failover/heartbeat/RUN/`"
)]
pub struct NoHeartbeatPrefix(String);

impl HeartbeatPrefix {
    /// Of a run. Its name has to be a new one each time: whatever is below the prefix counts as this run's.
    pub fn of(run: &str) -> Result<Self, NoHeartbeatPrefix> {
        format!("{ALL}{run}/").parse()
    }

    /// As S3 takes it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The run.
    pub fn run(&self) -> &str {
        self.0.trim_start_matches(ALL).trim_end_matches('/')
    }

    /// The key of a numbered object.
    pub fn numbered(&self, number: u64) -> String {
        format!("{}{number:06}", self.0)
    }

    /// The key that both writers overwrite.
    pub fn shared(&self) -> String {
        format!("{}{SHARED}", self.0)
    }

    /// The key of the object by which is tried whether all this may be done.
    pub(super) fn rehearsal(&self) -> String {
        format!("{}rehearsal", self.0)
    }

    /// The number of a key, if it is a numbered one's.
    pub(super) fn number(&self, key: &str) -> Option<u64> {
        let number = key.strip_prefix(&self.0)?;
        number.parse().ok().filter(|parsed| self.numbered(*parsed) == key)
    }
}

impl FromStr for HeartbeatPrefix {
    type Err = NoHeartbeatPrefix;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let run = text.strip_prefix(ALL).and_then(|rest| rest.strip_suffix('/'));
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        match run {
            Some(run) if (1..=LONGEST).contains(&run.len()) && run.chars().all(plain) => {
                Ok(Self(text.to_owned()))
            }
            _ => Err(NoHeartbeatPrefix(text.to_owned())),
        }
    }
}

impl fmt::Display for HeartbeatPrefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a journal holds is read again, and may have been damaged: never is anything removed but one run's.
    #[test]
    fn only_the_prefix_of_one_run_is_one() {
        let good = HeartbeatPrefix::of("2026-11-22T01_30-ab").expect("a run");
        assert_eq!(good.as_str(), "s3-failover/heartbeat/2026-11-22T01_30-ab/");
        assert_eq!(good.run(), "2026-11-22T01_30-ab");
        assert_eq!(good.as_str().parse(), Ok(good));
        for text in [
            "",
            "/",
            "s3-failover/",
            "s3-failover/heartbeat",
            "s3-failover/heartbeat/",
            "s3-failover/heartbeat//",
            "s3-failover/heartbeat/run",
            "s3-failover/heartbeat/a/b/",
            "s3-failover/heartbeat/a b/",
            "heartbeat/run/",
            "data/",
        ] {
            assert_eq!(text.parse::<HeartbeatPrefix>(), Err(NoHeartbeatPrefix(text.to_owned())));
        }
        assert!(HeartbeatPrefix::of(&"r".repeat(65)).is_err());
        assert!(HeartbeatPrefix::of("").is_err());
    }

    #[test]
    fn a_key_tells_its_number() {
        let prefix = HeartbeatPrefix::of("run").expect("a run");
        for number in [0, 1, 123, 999_999, 1_000_000] {
            assert_eq!(prefix.number(&prefix.numbered(number)), Some(number));
        }
        for key in [prefix.shared(), prefix.rehearsal(), format!("{prefix}1"), "000001".to_owned()] {
            assert_eq!(prefix.number(&key), None, "{key}");
        }
    }
}
