//! One look at the account: all that a plan is made from.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Account, AccountError};
use crate::model::{CheckOwner, Fqdn, HealthCheck, HealthCheckId, HostedZoneId, RecordSet};

/// A hosted zone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
    /// Every health check that this tool created, with its tags.
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
    /// What it costs, in US cents a month, as if its endpoint were one of AWS's.
    pub monthly_cents: u32,
}

impl Snapshot {
    /// Reads the records of each zone at and below the names, and the health checks that this tool created.
    ///
    /// Route 53 lists a name and all that lies below it in one run, so a failover costs one call
    /// however large the zone is. Calls: one a failover (more beyond 300 records below it), one for
    /// each 100 health checks of the account, one for each 10 checks of ours.
    pub async fn read(account: &Account, asked: Vec<(Zone, Vec<Fqdn>)>) -> Result<Self, AccountError> {
        let mut zones = Vec::new();
        for (zone, names) in asked {
            zones.push(ZoneRecords::read(account, zone, names).await?);
        }
        let (mut checks, foreign_checks) = account.health_checks().await?;
        account.read_tags(&mut checks).await?;
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
    async fn read(account: &Account, zone: Zone, names: Vec<Fqdn>) -> Result<Self, AccountError> {
        let mut records = Vec::new();
        for name in &names {
            // A name below another of the list has been read with that one.
            let covered = names.iter().any(|other| other != name && name.is_within(other));
            if !covered {
                records.extend(account.records_below(&zone, name).await?);
            }
        }
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
