//! What a health check that follows a CloudWatch alarm is told: which alarm, and what silence means.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use super::{Region, serde_as_text};

/// Where the alarms live that Route 53 can follow (Route 53 model of August 2026, `CloudWatchRegion`).
pub const ALARM_REGIONS: [&str; 46] = [
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
    "ca-central-1",
    "eu-central-1",
    "eu-central-2",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "ap-east-1",
    "me-south-1",
    "me-central-1",
    "ap-south-1",
    "ap-south-2",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-southeast-3",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "eu-north-1",
    "sa-east-1",
    "cn-northwest-1",
    "cn-north-1",
    "af-south-1",
    "eu-south-1",
    "eu-south-2",
    "us-gov-west-1",
    "us-gov-east-1",
    "us-iso-east-1",
    "us-iso-west-1",
    "us-isob-east-1",
    "ap-southeast-4",
    "il-central-1",
    "ca-west-1",
    "ap-southeast-5",
    "mx-central-1",
    "us-isof-south-1",
    "us-isof-east-1",
    "ap-southeast-7",
    "ap-east-2",
    "eu-isoe-west-1",
    "ap-southeast-6",
    "us-isob-west-1",
    "eusc-de-east-1",
];

/// Longest name of an alarm (CloudWatch model, `AlarmName`; Route 53's would allow one more).
const LONGEST_NAME: usize = 255;

/// The name of a CloudWatch alarm.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AlarmName(String);

/// Why a text cannot be an alarm's name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AlarmNameError {
    /// Not 1 to 255 characters.
    #[error("the name of an alarm has 1 to {LONGEST_NAME} characters, this one has {0}")]
    Length(usize),
    /// "can't contain ASCII control characters" (CloudWatch model, `PutMetricAlarmInput`).
    #[error("the name of an alarm cannot hold control characters")]
    Control,
    /// An ARN, where Route 53 takes a name and a region apart.
    #[error("`{0}` is an ARN; Route 53 takes the alarm's name, and its region apart from it")]
    Arn(String),
}

impl AlarmName {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for AlarmName {
    type Err = AlarmNameError;

    fn from_str(text: &str) -> Result<Self, AlarmNameError> {
        let length = text.chars().count();
        if !(1..=LONGEST_NAME).contains(&length) {
            return Err(AlarmNameError::Length(length));
        }
        if text.chars().any(|character| character.is_ascii_control()) {
            return Err(AlarmNameError::Control);
        }
        if text.starts_with("arn:") && text.contains(":cloudwatch:") {
            return Err(AlarmNameError::Arn(text.to_owned()));
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for AlarmName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

serde_as_text!(AlarmName);

/// What a check says while its alarm has too little data to judge by
/// (Route 53 model, `InsufficientDataHealthStatus`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum InsufficientData {
    /// Healthy.
    Healthy,
    /// Unhealthy.
    Unhealthy,
    /// What it said when there last were enough; healthy for a new check.
    LastKnown,
}

/// Not one of the three answers to too little data.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` says nothing about too little data; there are `healthy`, `unhealthy` and `last-known`")]
pub struct UnknownInsufficientData(String);

impl InsufficientData {
    /// All three.
    pub const ALL: [Self; 3] = [Self::Healthy, Self::Unhealthy, Self::LastKnown];

    /// As the spec writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Healthy => "healthy",
            Self::Unhealthy => "unhealthy",
            Self::LastKnown => "last-known",
        }
    }
}

impl FromStr for InsufficientData {
    type Err = UnknownInsufficientData;

    fn from_str(text: &str) -> Result<Self, UnknownInsufficientData> {
        let found = Self::ALL.into_iter().find(|status| status.as_str() == text);
        found.ok_or_else(|| UnknownInsufficientData(text.to_owned()))
    }
}

impl fmt::Display for InsufficientData {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

serde_as_text!(InsufficientData);

/// The alarm that a check follows (Route 53 model, `AlarmIdentifier`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlarmCheck {
    /// The alarm's name.
    pub name: AlarmName,
    /// Where the alarm lives.
    pub region: Region,
    /// What the check says while the alarm has too little data.
    pub insufficient_data: InsufficientData,
}

/// In which state an alarm is (CloudWatch model, `StateValue`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AlarmState {
    /// Its figures are as they should be.
    Ok,
    /// They are not.
    Alarm,
    /// There are too few of them.
    InsufficientData,
}

impl AlarmCheck {
    /// What the check makes of the alarm's state: "If the state of the alarm is `OK`, the health check is
    /// considered healthy. If the state is `ALARM`, the health check is considered unhealthy. If
    /// CloudWatch doesn't have sufficient data [...], the health check status depends on the setting for
    /// `InsufficientDataHealthStatus`" (Route 53 model, `HealthCheckConfig`, `Type`). Nothing when that
    /// setting asks for what it said before.
    ///
    /// An approximation: Route 53 watches the alarm's figures and not its state, so the check may turn a
    /// little earlier, and a state that was set by hand does not turn it (Route 53 Developer Guide,
    /// `health-checks-types`).
    pub fn verdict(&self, state: AlarmState) -> Option<bool> {
        match (state, self.insufficient_data) {
            (AlarmState::Ok, _) | (AlarmState::InsufficientData, InsufficientData::Healthy) => Some(true),
            (AlarmState::Alarm, _) | (AlarmState::InsufficientData, InsufficientData::Unhealthy) => {
                Some(false)
            }
            (AlarmState::InsufficientData, InsufficientData::LastKnown) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_rule_of_a_name_refuses() {
        let error = |text: &str| text.parse::<AlarmName>().expect_err("no alarm's name");
        assert_eq!(error(""), AlarmNameError::Length(0));
        assert_eq!(error(&"ä".repeat(256)), AlarmNameError::Length(256));
        assert_eq!(error("a\tb"), AlarmNameError::Control);
        let arn = "arn:aws:cloudwatch:us-east-1:111122223333:alarm:bucket";
        assert_eq!(error(arn), AlarmNameError::Arn(arn.to_owned()));
        assert!("ä".repeat(255).parse::<AlarmName>().is_ok());
        assert!("The bucket's alarm: 5xx > 1 %".parse::<AlarmName>().is_ok());
    }
}
