//! What do CloudWatch's alarms say of a health check?
//!
//! A check that follows an alarm has no checkers, and no call of Route 53 tells its verdict. The alarm's
//! state is known at once, in the alarm's region; what Route 53 made of it is published a minute or more
//! later, in us-east-1 ([`verdicts`](super::verdicts)).

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_cloudwatch::types::{AlarmType, StateValue};

use super::{Account, AccountError};
use crate::model::{AlarmCheck, AlarmName, AlarmState, Region};

/// The states of alarms, by region and name.
pub type AlarmStates = BTreeMap<(Region, AlarmName), AlarmState>;

/// Route 53's metrics are "in the US East (N. Virginia) Region" only (Route 53 Developer Guide,
/// `monitoring-cloudwatch`).
pub(super) const ROUTE53_METRICS: &str = "us-east-1";
/// Most names of one `DescribeAlarms` call (CloudWatch model, `AlarmNames`: at most 100).
const NAMES: usize = 100;

impl Account {
    /// The state of an alarm; nothing when there is none of this name in its region.
    pub async fn alarm_state(&self, alarm: &AlarmCheck) -> Result<Option<AlarmState>, AccountError> {
        let what = format!("read the alarm {} in {}", alarm.name, alarm.region);
        let request = self.cloudwatch(alarm.region.as_str()).describe_alarms();
        let answer =
            request.alarm_names(alarm.name.as_str()).alarm_types(AlarmType::MetricAlarm).send().await;
        let answer = answer.map_err(|e| AccountError::from_sdk(&*what, e))?;
        let Some(found) = answer.metric_alarms().first() else { return Ok(None) };
        let state = found.state_value();
        match state.and_then(state_of) {
            Some(known) => Ok(Some(known)),
            None => Err(AccountError::not_understood(what, format!("a state {state:?}"))),
        }
    }

    /// The state of each of these alarms that there is, by region and name; one call for each hundred of a region.
    pub async fn alarm_states(&self, alarms: &[&AlarmCheck]) -> Result<AlarmStates, AccountError> {
        let mut names: BTreeMap<&Region, BTreeSet<&AlarmName>> = BTreeMap::new();
        for alarm in alarms {
            names.entry(&alarm.region).or_default().insert(&alarm.name);
        }
        let mut states = AlarmStates::new();
        for (region, names) in names {
            let names: Vec<&AlarmName> = names.into_iter().collect();
            for some in names.chunks(NAMES) {
                let what = || format!("read {} alarms in {region}", some.len());
                let request = self.cloudwatch(region.as_str()).describe_alarms();
                let request = request.alarm_types(AlarmType::MetricAlarm).max_records(100);
                let names = some.iter().map(ToString::to_string).collect();
                let answer = request.set_alarm_names(Some(names)).send().await;
                let answer = answer.map_err(|e| AccountError::from_sdk(what(), e))?;
                for found in answer.metric_alarms() {
                    let name = found.alarm_name().and_then(|name| name.parse().ok());
                    let state = found.state_value().and_then(state_of);
                    if let Some((name, state)) = name.zip(state) {
                        states.insert((region.clone(), name), state);
                    }
                }
            }
        }
        Ok(states)
    }
}

fn state_of(state: &StateValue) -> Option<AlarmState> {
    match state {
        StateValue::Ok => Some(AlarmState::Ok),
        StateValue::Alarm => Some(AlarmState::Alarm),
        StateValue::InsufficientData => Some(AlarmState::InsufficientData),
        _ => None,
    }
}
