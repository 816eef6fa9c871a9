//! One look at the account: all that a plan is made from.

use std::collections::BTreeMap;

use futures_util::future::{try_join, try_join_all};
use serde::{Deserialize, Serialize};

use super::{Account, AccountError, telling};
use crate::model::{
    CheckConfig, CheckKind, CheckOwner, Fqdn, HealthCheck, HealthCheckId, HostedZoneId, RecordSet,
};

/// A hosted zone.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Zone {
    /// Its id.
    pub id: HostedZoneId,
    /// Its apex.
    pub name: Fqdn,
    /// Whether only VPCs can ask it.
    pub private: bool,
}

/// What the account held at one moment. Immutable; a plan is a function of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// The zones that were asked for, each once.
    pub zones: Vec<ZoneRecords>,
    /// Every health check that this tool created, with the tags that say whose it is.
    pub checks: Vec<HealthCheck>,
    /// The other health checks of the account.
    pub foreign_checks: Vec<ForeignCheck>,
    /// What stands of failovers that shall be removed although no spec declares them, one name each.
    #[serde(default)]
    pub removed: Vec<ZoneRecords>,
}

/// What was read of one zone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ZoneRecords {
    /// The zone.
    pub zone: Zone,
    /// The names that were asked for.
    pub names: Vec<Fqdn>,
    /// The record sets at and below them, in Route 53's order.
    pub records: Vec<RecordSet>,
}

/// A health check that somebody else created: all that matters of it, as Route 53 wrote it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ForeignCheck {
    /// Its id.
    pub id: String,
    /// The checks that it counts, when it is a calculated one.
    pub children: Vec<String>,
    /// Its settings, when this tool can read them.
    pub config: Option<CheckConfig>,
    /// What it costs, in US cents a month, as if its endpoint were one of AWS's.
    pub monthly_cents: u32,
    /// Its type, as Route 53 calls it.
    pub kind: String,
    /// Whether its checkers measure how long connecting takes, which those of ours never do.
    pub measures_latency: bool,
}

impl ForeignCheck {
    /// Whether it is made of others.
    pub fn is_calculated(&self) -> bool {
        let calculated = |config: &CheckConfig| matches!(config.kind, CheckKind::Calculated { .. });
        !self.children.is_empty() || self.config.as_ref().is_some_and(calculated)
    }
}

impl Snapshot {
    /// Reads the records of each zone at and below the names, and the health checks that this tool created.
    ///
    /// Calls: the pages that hold the names (see [`cover`](super::cover)), one for each 100 health checks of
    /// the account, and one for each 10 checks of ours whose tags have something to tell (see
    /// [`telling`](super::telling)). All that do not wait for each other go at once; the account's budget
    /// has them take turns.
    pub async fn read(account: &Account, asked: Vec<(Zone, Vec<Fqdn>)>) -> Result<Self, AccountError> {
        let zones = asked.into_iter().map(|(zone, names)| ZoneRecords::read(account, zone, names));
        let (zones, (mut checks, foreign_checks)) =
            try_join(try_join_all(zones), account.health_checks()).await?;
        telling::infer(&zones, &mut checks);
        account.read_tags(checks.iter_mut().filter(|check| check.tags.is_empty()).collect()).await?;
        Ok(Self { zones, checks, foreign_checks, removed: Vec::new() })
    }

    /// Reads the records at and below a name of a failover that shall be removed. One call.
    pub async fn read_removed(
        &mut self,
        account: &Account,
        zone: Zone,
        name: Fqdn,
    ) -> Result<(), AccountError> {
        self.removed.push(ZoneRecords::read(account, zone, vec![name]).await?);
        Ok(())
    }

    /// The zone in which a name was asked for. A name is asked for in one zone only.
    ///
    /// # Panics
    /// When it was not asked for.
    pub fn zone_of(&self, name: &Fqdn) -> &ZoneRecords {
        let found = self.zones.iter().find(|zone| zone.names.contains(name));
        found.expect("a snapshot is taken of every name that is planned for")
    }
}

impl ZoneRecords {
    /// Reads the records at and below these names.
    pub async fn read(account: &Account, zone: Zone, names: Vec<Fqdn>) -> Result<Self, AccountError> {
        let records = account.records_below(&zone, &names).await?;
        Ok(Self { zone, names, records })
    }

    /// The record sets of this name.
    pub fn records_at<'a>(&'a self, name: &Fqdn) -> Vec<&'a RecordSet> {
        self.records.iter().filter(|set| set.name == *name).collect()
    }
}

/// The health checks of a snapshot by whose they are, found once for many questions.
#[derive(Debug)]
pub struct OwnedChecks<'a> {
    by_owner: BTreeMap<CheckOwner, Vec<&'a HealthCheck>>,
    by_id: BTreeMap<&'a HealthCheckId, &'a HealthCheck>,
    untagged: Vec<&'a HealthCheck>,
}

impl<'a> OwnedChecks<'a> {
    /// Reads the marks of every check of ours.
    pub fn of(snapshot: &'a Snapshot) -> Self {
        let by_id = snapshot.checks.iter().map(|check| (&check.id, check)).collect();
        let mut ours = Self { by_owner: BTreeMap::new(), by_id, untagged: Vec::new() };
        for check in &snapshot.checks {
            match CheckOwner::from_tags(&check.tags) {
                Some(owner) => ours.by_owner.entry(owner).or_default().push(check),
                None => ours.untagged.push(check),
            }
        }
        ours
    }

    /// The health checks that belong to `owner`: by their tags, or, where a crash came between
    /// creation and tagging, by their caller reference.
    pub fn checks_of(&self, owner: &CheckOwner) -> Vec<&'a HealthCheck> {
        let tagged = self.by_owner.get(owner).into_iter().flatten();
        tagged
            .chain(self.untagged.iter().filter(|check| owner.made(&check.caller_reference)))
            .copied()
            .collect()
    }

    /// The health check of this id, if it is one of ours.
    pub fn check(&self, id: &HealthCheckId) -> Option<&'a HealthCheck> {
        self.by_id.get(id).copied()
    }
}
