//! Which hosted zones are there, what is in them, and which changes are on their way?
//!
//! Pure state: the caller brings the time. Every change of records (and the making and deleting of a
//! zone) gets an id that is PENDING until the INSYNC delay has passed. A private zone is like any other,
//! but belongs to VPCs (see `vpc`), and no name server of the lab serves it.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    lab::state::arc,
    model::{Fqdn, RecordType},
};

use super::{
    batch::{self, Action, Change},
    errors::{ApiError, Code},
    quotas::Quotas,
    served::{History, NAME_SERVERS},
    types::{Answer, RecordSet, Routing, Vpc, Zone},
};

/// Longest caller reference of a zone (Route 53 model, `Nonce`).
const LONGEST_REFERENCE: usize = 128;
/// TTL of a zone's NS records, in seconds (Route 53 Developer Guide, `SOA-NSrecords`).
const NS_TTL: u32 = 172_800;
/// TTL of a zone's SOA record, in seconds (same place).
const SOA_TTL: u32 = 900;

/// How the ids of changes begin.
const CHANGE_ID: &str = "C-LAB-";
/// Changes that `GetChange` knows, the oldest forgotten first (how long AWS knows them is undocumented).
const MOST_CHANGES: usize = 100_000;

/// A zone and what only the API knows of it.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct HostedZone {
    /// Name and records as the API lists them, PENDING changes included.
    #[serde(with = "arc")]
    pub(crate) zone: Arc<Zone>,
    /// Given by whoever made it.
    pub(crate) caller_reference: String,
    /// For people.
    pub(crate) comment: Option<String>,
    /// Key and value.
    pub(crate) tags: BTreeMap<String, String>,
    /// The VPCs that see a private zone, in order; none of a public one.
    pub(crate) vpcs: Vec<Vpc>,
}

impl HostedZone {
    /// Whether it is for VPCs alone.
    pub(crate) fn is_private(&self) -> bool {
        !self.vpcs.is_empty()
    }
}

/// A zone that is to be made.
#[derive(Debug)]
pub(crate) struct NewZone<'a> {
    pub(crate) name: &'a Fqdn,
    pub(crate) reference: &'a str,
    pub(crate) comment: Option<String>,
    /// Makes it a private zone.
    pub(crate) vpc: Option<Vpc>,
}

/// A change and when it was asked for (Route 53 model, `ChangeInfo`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ChangeInfo {
    /// Given by the lab.
    pub(crate) id: String,
    /// The lab's date.
    pub(crate) submitted_at: Timestamp,
    /// From the batch.
    pub(crate) comment: Option<String>,
    /// By the lab's monotonic clock.
    submitted: Duration,
}

/// One moment of the lab's clock.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moment {
    /// Since the clock was started.
    pub(crate) elapsed: Duration,
    /// The date.
    pub(crate) date: Timestamp,
}

/// The zones of the account.
#[derive(Debug)]
pub(crate) struct Zones {
    pub(super) insync_delay: Duration,
    pub(super) quotas: Quotas,
    pub(super) present: BTreeMap<String, HostedZone>,
    /// Of public zones only; also of deleted zones, until no server serves them.
    pub(super) histories: BTreeMap<String, (Fqdn, History)>,
    /// By their numbers, from which their ids are made.
    pub(super) changes: BTreeMap<u64, ChangeInfo>,
    pub(super) noted: u64,
    pub(super) created: u64,
}

impl Zones {
    /// No zones yet.
    pub(crate) fn new(insync_delay: Duration, quotas: Quotas) -> Self {
        Self {
            insync_delay,
            quotas,
            present: BTreeMap::new(),
            histories: BTreeMap::new(),
            changes: BTreeMap::new(),
            noted: 0,
            created: 0,
        }
    }

    /// How much there may be.
    pub(crate) fn quotas(&self) -> Quotas {
        self.quotas
    }

    /// All, in the order of their ids.
    pub(crate) fn all(&self) -> impl Iterator<Item = &HostedZone> {
        self.present.values()
    }

    /// The zone of this id.
    pub(crate) fn get(&self, id: &str) -> Result<&HostedZone, ApiError> {
        self.present.get(id).ok_or_else(|| ApiError::no_such_zone(id))
    }

    /// The zone of this id, to change it.
    pub(crate) fn get_mut(&mut self, id: &str) -> Result<&mut HostedZone, ApiError> {
        self.present.get_mut(id).ok_or_else(|| ApiError::no_such_zone(id))
    }

    /// The zone that encloses `name` most closely, as `server` serves it at `now`.
    pub(crate) fn as_served(&self, server: usize, name: &Fqdn, now: Duration) -> Option<Arc<Zone>> {
        self.histories
            .values()
            .filter(|(zone_name, _)| name.is_within(zone_name))
            .filter_map(|(_, history)| history.as_served(server, now, self.insync_delay))
            .max_by_key(|zone| zone.name.as_str().len())
            .cloned()
    }

    /// Every zone, as `server` serves it at `now`.
    pub(crate) fn all_as_served(&self, server: usize, now: Duration) -> Vec<Arc<Zone>> {
        let of_zone =
            |(_, history): &(Fqdn, History)| history.as_served(server, now, self.insync_delay).cloned();
        self.histories.values().filter_map(of_zone).collect()
    }

    /// The records of a public zone as `server` serves them at `now`; nothing of a zone that it does not
    /// serve.
    pub(crate) fn zone_as_served(&self, server: usize, id: &str, now: Duration) -> Option<Arc<Zone>> {
        self.histories.get(id)?.1.as_served(server, now, self.insync_delay).cloned()
    }

    /// Makes a zone with the records that Route 53 gives each one.
    pub(crate) fn create(&mut self, new: NewZone<'_>, now: Moment) -> Result<(String, ChangeInfo), ApiError> {
        let NewZone { name, reference, comment, vpc } = new;
        if reference.is_empty() || reference.chars().count() > LONGEST_REFERENCE {
            return Err(ApiError::input(format!("CallerReference has 1 to {LONGEST_REFERENCE} characters.")));
        }
        if self.all().any(|zone| zone.caller_reference == reference) {
            let message = format!(
                "A hosted zone has already been created with the specified caller reference: {reference}"
            );
            return Err(ApiError::new(Code::HostedZoneAlreadyExists, message));
        }
        if let Some(vpc) = &vpc {
            self.free_of(name, vpc)?;
        }
        self.created += 1;
        let zone = Arc::new(new_zone(format!("Z-LAB-{}", self.created), name));
        let id = zone.id.clone();
        let hosted = HostedZone {
            zone: Arc::clone(&zone),
            caller_reference: reference.to_owned(),
            comment,
            tags: BTreeMap::new(),
            vpcs: Vec::from_iter(vpc),
        };
        self.present.insert(id.clone(), hosted);
        let info = self.publish(&id, name, Some(zone), None, now);
        Ok((id, info))
    }

    /// Whether the account may have a further zone, beside those of this reference.
    pub(crate) fn room_for(&self, reference: &str) -> Result<(), ApiError> {
        let known = || self.all().any(|zone| zone.caller_reference == reference);
        if self.present.len() < self.quotas.hosted_zones || known() {
            return Ok(());
        }
        // The model's words.
        let message = "This operation can't be completed because the current account has reached the limit on the \
                       number of hosted zones.";
        Err(ApiError::new(Code::TooManyHostedZones, message))
    }

    /// Whether a VPC sees no zone of this name yet.
    pub(crate) fn free_of(&self, name: &Fqdn, vpc: &Vpc) -> Result<(), ApiError> {
        let Some(taken) = self.all().find(|zone| zone.zone.name == *name && zone.vpcs.contains(vpc)) else {
            return Ok(());
        };
        let message = format!(
            "A conflicting domain is already associated with the given VPC: {} in {}, by hosted zone {}.",
            vpc.id, vpc.region, taken.zone.id
        );
        Err(ApiError::new(Code::ConflictingDomainExists, message))
    }

    /// Changes the records of a zone, all or nothing. `check_exists` knows the health checks.
    pub(crate) fn change(
        &mut self,
        id: &str,
        changes: &[Change],
        comment: Option<String>,
        check_exists: &dyn Fn(&str) -> bool,
        now: Moment,
    ) -> Result<ChangeInfo, ApiError> {
        let most = self.quotas.records;
        let hosted = self.get_mut(id)?;
        // An unknown check is an error of its own (Route 53 model, `ChangeResourceRecordSets`, errors);
        // that it goes before those of the batch is unverified. A DELETE may name a check that is gone.
        let written = changes.iter().filter(|change| change.action != Action::Delete);
        if let Some(gone) = written
            .filter_map(|change| change.record.health_check_id.as_deref())
            .find(|check| !check_exists(check))
        {
            return Err(ApiError::no_such_check(gone));
        }
        let zone = batch::apply(&hosted.zone, changes).map_err(|problems| ApiError::batch(&problems))?;
        let count = zone.sets().count();
        if count > most && count > hosted.zone.sets().count() {
            // That there is this quota is documented (`DNSLimitations`); code and wording are unverified.
            let problem = format!("Number of records limit of {most} exceeded in zone {}.", zone.name);
            return Err(ApiError::batch(&[problem]));
        }
        let (name, zone) = (zone.name.clone(), Arc::new(zone));
        hosted.zone = Arc::clone(&zone);
        Ok(self.publish(id, &name, Some(zone), comment, now))
    }

    /// Deletes a zone that holds nothing but its SOA and NS records.
    pub(crate) fn delete(&mut self, id: &str, now: Moment) -> Result<ChangeInfo, ApiError> {
        let zone = &self.get(id)?.zone;
        let name = zone.name.clone();
        let served = self.histories.contains_key(id);
        let required =
            |set: &RecordSet| set.name == name && matches!(set.rtype, RecordType::Soa | RecordType::Ns);
        if !zone.sets().all(required) {
            let message = "The specified hosted zone contains non-required resource record sets and so cannot be deleted.";
            return Err(ApiError::new(Code::HostedZoneNotEmpty, message));
        }
        self.present.remove(id);
        Ok(if served { self.publish(id, &name, None, None, now) } else { self.note(None, now) })
    }

    /// The change of this id, and whether every server has it.
    pub(crate) fn change_info(&self, id: &str) -> Result<&ChangeInfo, ApiError> {
        let missing = || ApiError::new(Code::NoSuchChange, format!("Could not find resource with ID: {id}"));
        let number = id.strip_prefix(CHANGE_ID).and_then(|number| number.parse().ok()).ok_or_else(missing)?;
        self.changes.get(&number).filter(|info| info.id == id).ok_or_else(missing)
    }

    /// Whether every server serves what this change made.
    pub(crate) fn is_insync(&self, info: &ChangeInfo, now: Duration) -> bool {
        info.submitted + self.insync_delay <= now
    }

    /// Lets every server serve at once what the zone holds now and these records, unjudged.
    pub(crate) fn seed(&mut self, id: &str, records: Vec<RecordSet>) {
        let Some(hosted) = self.present.get_mut(id) else { return };
        let zone = Arc::make_mut(&mut hosted.zone);
        for record in records {
            zone.put(record);
        }
        if hosted.is_private() {
            return;
        }
        let (name, zone) = (hosted.zone.name.clone(), Arc::clone(&hosted.zone));
        self.histories.entry(id.to_owned()).or_insert_with(|| (name, History::default())).1.settle(zone);
    }

    fn publish(
        &mut self,
        id: &str,
        name: &Fqdn,
        zone: Option<Arc<Zone>>,
        comment: Option<String>,
        now: Moment,
    ) -> ChangeInfo {
        if self.present.get(id).is_some_and(HostedZone::is_private) {
            return self.note(comment, now);
        }
        self.histories.retain(|_, (_, history)| !history.is_over(now.elapsed, self.insync_delay));
        let (_, history) =
            self.histories.entry(id.to_owned()).or_insert_with(|| (name.clone(), History::default()));
        history.push(now.elapsed, zone, self.insync_delay);
        self.note(comment, now)
    }

    /// Writes a change down.
    pub(crate) fn note(&mut self, comment: Option<String>, now: Moment) -> ChangeInfo {
        self.noted += 1;
        let info = ChangeInfo {
            id: format!("{CHANGE_ID}{:04}", self.noted),
            submitted_at: now.date,
            comment,
            submitted: now.elapsed,
        };
        self.changes.insert(self.noted, info.clone());
        if self.changes.len() > MOST_CHANGES {
            self.changes.pop_first();
        }
        info
    }
}

/// The names of a lab zone's name servers: four, under a domain that cannot exist (RFC 2606).
pub(crate) fn name_servers() -> [String; NAME_SERVERS] {
    std::array::from_fn(|server| format!("ns-{}.route53-lab.invalid", server + 1))
}

/// A zone with its NS and SOA records (Route 53 Developer Guide, `SOA-NSrecords`).
fn new_zone(id: String, name: &Fqdn) -> Zone {
    let mut zone = Zone { id, name: name.clone(), records: BTreeMap::new() };
    let servers = name_servers();
    let soa = format!("{}. awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400", servers[0]);
    let mut put = |rtype, ttl, values| {
        zone.put(RecordSet {
            name: name.clone(),
            rtype,
            set_identifier: None,
            routing: Routing::Simple,
            answer: Answer::Values { ttl, values },
            health_check_id: None,
        });
    };
    put(RecordType::Ns, NS_TTL, servers.iter().map(|server| format!("{server}.")).collect());
    put(RecordType::Soa, SOA_TTL, vec![soa]);
    zone
}
