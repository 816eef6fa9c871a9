//! Who uses the health checks of the account? Asked of every zone, so it costs a call for each 300 records.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    ops::ControlFlow,
};

use aws_sdk_route53::types::ResourceRecordSet;

use super::{Account, AccountError, Zone, pace::Call, zones::zone_of};
use crate::model::{FENCE_LABEL, Fqdn, HostedZoneId, RecordKey, RecordType};

/// Most zones of one `ListHostedZones` page (Route 53 API reference, `MaxItems`: "up to 100").
const ZONES: i32 = 100;

/// The records that depend on health checks and on other records, in all zones of the account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Every zone.
    pub zones: Vec<Zone>,
    /// By the id of the check: the records that use it.
    pub records: BTreeMap<String, Vec<UsingRecord>>,
    /// The aliases that lead to a record of their own zone, by that record's place.
    pub aliases: BTreeMap<Place, Vec<UsingRecord>>,
    /// The zones in which a run that was killed has left its fence.
    pub fences: BTreeSet<HostedZoneId>,
}

/// A record that depends on something, as Route 53 wrote it: it may be of a kind that this tool never writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsingRecord {
    /// The zone that holds it.
    pub zone: HostedZoneId,
    /// Its name, without the final dot.
    pub name: String,
    /// Its type.
    pub record_type: String,
    /// What tells it from its siblings.
    pub set_identifier: Option<String>,
}

/// Zone, name and type of what an alias leads to.
pub type Place = (HostedZoneId, Fqdn, RecordType);

/// Where an alias leads that stays in its zone.
fn target(zone: &Zone, set: &ResourceRecordSet) -> Option<Place> {
    let alias = set.alias_target()?;
    let stays = alias.hosted_zone_id().parse::<HostedZoneId>().ok()? == zone.id;
    // What this tool cannot write it does not take away either.
    let place = (zone.id.clone(), alias.dns_name().parse().ok()?, set.r#type().as_str().parse().ok()?);
    stays.then_some(place)
}

impl UsingRecord {
    fn of(zone: &Zone, set: &ResourceRecordSet) -> Self {
        Self {
            zone: zone.id.clone(),
            name: set.name().trim_end_matches('.').to_owned(),
            record_type: set.r#type().to_string(),
            set_identifier: set.set_identifier().map(str::to_owned),
        }
    }

    /// What tells it from all others of its zone; nothing for a name or a type that this tool cannot write.
    pub fn key(&self) -> Option<RecordKey> {
        let set_identifier = self.set_identifier.as_ref().map(|id| id.parse()).transpose().ok()?;
        Some(RecordKey {
            name: self.name.parse().ok()?,
            record_type: self.record_type.parse().ok()?,
            set_identifier,
        })
    }
}

impl fmt::Display for UsingRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} in {}", self.name, self.record_type, self.zone)
    }
}

impl Account {
    /// Reads every record of every zone.
    pub async fn check_usage(&self) -> Result<Usage, AccountError> {
        let mut usage = Usage::default();
        for zone in self.zones().await? {
            let what = || format!("list the records of the hosted zone {}", zone.id);
            self.each_record(&zone, None, &what, |set| {
                if set.name().split('.').next() == Some(FENCE_LABEL) {
                    usage.fences.insert(zone.id.clone());
                }
                if let Some(check) = set.health_check_id() {
                    usage.records.entry(check.to_owned()).or_default().push(UsingRecord::of(&zone, set));
                }
                if let Some(place) = target(&zone, set) {
                    usage.aliases.entry(place).or_default().push(UsingRecord::of(&zone, set));
                }
                Ok(ControlFlow::Continue(()))
            })
            .await?;
            usage.zones.push(zone);
        }
        Ok(usage)
    }

    /// Every hosted zone of the account: one call for each hundred.
    pub async fn zones(&self) -> Result<Vec<Zone>, AccountError> {
        let what = "list the hosted zones";
        let mut zones = Vec::new();
        let mut marker = None;
        loop {
            let request = self.route53(Call::Other).await.list_hosted_zones();
            let answer = request.max_items(ZONES).set_marker(marker).send().await;
            let answer = answer.map_err(|e| AccountError::from_sdk(what, e))?;
            for zone in answer.hosted_zones() {
                zones.push(zone_of(zone, what)?);
            }
            match answer.next_marker {
                Some(next) if answer.is_truncated => marker = Some(next),
                _ => return Ok(zones),
            }
        }
    }
}
