//! A plan as apply carries it out.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    account::RecordChange,
    model::{
        AlarmCheck, CHECKER_REGIONS, CheckConfig, CheckOwner, EndpointCheck, Fqdn, HealthCheckId,
        HostedZoneId,
    },
};

/// A health check that exists, or one that an earlier step of the same plan creates.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckRef {
    /// There it is.
    Existing(HealthCheckId),
    /// The step that creates the check of this owner comes earlier.
    Planned(CheckOwner),
}

/// One thing to do. Each can be repeated: done twice it has the effect of once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "step")]
pub enum Step {
    /// Create a health check and tag it.
    CreateCheck {
        /// Whose it will be.
        owner: CheckOwner,
        /// Its settings.
        config: CheckConfig<CheckRef>,
        /// What of the settings cannot be changed in place; part of the caller reference.
        identity: String,
        /// Its tags.
        tags: BTreeMap<String, String>,
    },
    /// Set the tags of a health check.
    TagCheck {
        /// Which check.
        id: HealthCheckId,
        /// The tags.
        tags: BTreeMap<String, String>,
    },
    /// Change settings of a health check in place.
    UpdateCheck {
        /// Which check.
        id: HealthCheckId,
        /// The version that the plan saw; Route 53 refuses when it is another by now.
        version: i64,
        /// The settings it shall have.
        config: CheckConfig<CheckRef>,
    },
    /// Wait until the checkers of these health checks have looked, and found them healthy. A new
    /// inverted check counts as unhealthy until there is data (Route 53 Developer Guide,
    /// dns-failover-determining-health-of-endpoints): records that point at it too early fail over.
    AwaitCheckers {
        /// The failover that they serve.
        failover: Fqdn,
        /// Which checks.
        checks: Vec<AwaitedCheck>,
    },
    /// See that the alarms of these health checks do not speak against their sides. There are no checkers to
    /// wait for: a new check of an alarm counts as healthy until Route 53 has data, unless it shall count as
    /// unhealthy without them.
    AwaitAlarms {
        /// The failover that they serve.
        failover: Fqdn,
        /// Which checks, and their alarms.
        alarms: Vec<AwaitedAlarm>,
    },
    /// Go on only when one of these health checks, which exist, is healthy now.
    LookAtSides {
        /// The failover that they serve.
        failover: Fqdn,
        /// The checks of the sides that may be answered afterwards.
        checks: Vec<AwaitedCheck>,
    },
    /// Wait until every name server has all batches that were sent.
    AwaitRecords,
    /// Change records in one atomic batch, then wait until every name server has it.
    ChangeRecords {
        /// The zone that holds them.
        zone: HostedZoneId,
        /// The batch, in the order in which Route 53 wants it.
        changes: Vec<RecordChange<CheckRef>>,
    },
    /// Delete a health check that no record of ours uses any more.
    DeleteCheck {
        /// Which check.
        id: HealthCheckId,
        /// Whether it is made of others, and so goes before them.
        calculated: bool,
    },
}

impl AwaitedCheck {
    /// A check with these settings.
    pub(super) fn of(owner: CheckOwner, check: CheckRef, endpoint: &EndpointCheck, inverted: bool) -> Self {
        let regions =
            if endpoint.regions.is_empty() { CHECKER_REGIONS.len() } else { endpoint.regions.len() };
        Self {
            owner,
            check,
            inverted,
            interval: endpoint.interval,
            failure_threshold: endpoint.failure_threshold,
            regions,
        }
    }
}

/// A health check whose checkers are waited for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AwaitedCheck {
    /// Whose it is.
    pub owner: CheckOwner,
    /// Which check.
    pub check: CheckRef,
    /// Whether it is inverted: healthy when its endpoint fails.
    pub inverted: bool,
    /// Seconds between two looks of a checker.
    pub interval: u32,
    /// Results in a row that change a checker's mind.
    pub failure_threshold: u32,
    /// In how many regions checkers look.
    pub regions: usize,
}

/// A health check that follows an alarm.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AwaitedAlarm {
    /// Whose it is.
    pub owner: CheckOwner,
    /// Which check.
    pub check: CheckRef,
    /// Its alarm.
    pub alarm: AlarmCheck,
}
