//! Which zones does a spec name, and which records does it want in each?
//!
//! The records are those of a plan for an account that holds nothing: the one place that knows what apply
//! writes is `plan`, and so it is asked.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    account::{ForeignCheck, RecordChange, Snapshot, Zone, ZoneRecords},
    model::{Fqdn, HealthCheckId, HostedZoneId, RecordType, Region, Side},
    plan::{Guard, Refused, Step, Terms, plan},
    spec::{Spec, ZoneRef},
};

/// The ids of zones that the spec names, as far as somebody has asked.
pub type Found = BTreeMap<Fqdn, HostedZoneId>;

/// All that a policy has to know of a spec.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Needs {
    pub(super) zones: Vec<ZoneUse>,
    /// The alarms that speak for sides, by region and name.
    pub(super) alarms: BTreeSet<(Region, String)>,
    /// Whether there are checkers that look at something.
    pub(super) has_checkers: bool,
    /// Whether health checks are counted that somebody else made.
    pub(super) counts_others: bool,
    /// The account that holds all this, when a role tells.
    pub(super) account: Option<String>,
}

/// One zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ZoneUse {
    /// Nothing when it is not known: then it may be any.
    pub(super) id: Option<HostedZoneId>,
    /// Its apex, when the spec names it.
    pub(super) name: Option<Fqdn>,
    /// Whether it is asked for by its id.
    pub(super) by_id: bool,
    /// The names that fail over.
    pub(super) roots: BTreeSet<Fqdn>,
    /// Every record set that apply writes.
    pub(super) names: BTreeSet<Fqdn>,
    pub(super) types: BTreeSet<RecordType>,
}

/// Why no policy can be made of a spec.
#[derive(Debug, thiserror::Error)]
pub enum BadZone {
    /// An ARN with it would mean something else.
    #[error("`{0}` is no id of a hosted zone: ids hold letters, digits and hyphens")]
    Id(HostedZoneId),
    /// Even an account that holds nothing gets no plan.
    #[error("the spec cannot be planned")]
    Plan(#[source] Refused),
}

impl Needs {
    /// The names of the zones of which no id is known.
    pub(super) fn unknown(&self) -> impl Iterator<Item = &Fqdn> {
        self.zones.iter().filter(|zone| zone.id.is_none()).filter_map(|zone| zone.name.as_ref())
    }

    /// Adds the zones of a spec, which may be another state of one that was added before: then failovers in a zone
    /// of its own may have to be removed by name.
    pub(super) fn add(&mut self, spec: &Spec, found: &Found, may_go: bool) -> Result<(), BadZone> {
        // By its place in the list; an id of the zone's own, or one that stands for what is not known.
        let mut used: BTreeMap<usize, Vec<Fqdn>> = BTreeMap::new();
        for failover in &spec.failovers {
            let place = self.place(spec.zone_of(failover), found, may_go)?;
            self.zones[place].roots.insert(failover.name.clone());
            used.entry(place).or_default().push(failover.name.clone());
            self.counts_others |= Side::BOTH.into_iter().any(|side| failover.side(side).calculated.is_some());
            let alarms = Side::BOTH.into_iter().filter_map(|side| failover.side(side).alarm.as_ref());
            self.alarms.extend(alarms.map(|alarm| (alarm.region.clone(), alarm.name.to_string())));
        }
        let zones = used.into_iter().map(|(place, names)| ZoneRecords {
            zone: Zone {
                id: format!("zone-{place}").parse().expect("a word and a number are an id"),
                // Nothing is decided by it.
                name: names[0].clone(),
                private: false,
            },
            names,
            records: Vec::new(),
        });
        let zones = zones.collect();
        let (checks, foreign_checks, removed) = (Vec::new(), counted(spec), Vec::new());
        let snapshot = Snapshot { zones, checks, foreign_checks, removed };
        let terms = Terms { allow: &Guard::ALL, ..Terms::default() };
        let plan = plan(spec, &terms, &snapshot).map_err(BadZone::Plan)?;
        for step in plan.steps {
            self.has_checkers |= matches!(step, Step::AwaitCheckers { .. });
            let Step::ChangeRecords { zone, changes } = step else { continue };
            let place = zone.as_str().strip_prefix("zone-").and_then(|place| place.parse().ok());
            let place: usize = place.expect("the plan is about the zones that it was given");
            for change in changes {
                let (name, record_type) = match change {
                    RecordChange::Create(set) => (set.name, set.record_type),
                    RecordChange::Delete(set) => (set.name, set.record_type),
                };
                self.zones[place].names.insert(name);
                self.zones[place].types.insert(record_type);
            }
        }
        Ok(())
    }

    fn place(&mut self, zone: &ZoneRef, found: &Found, may_go: bool) -> Result<usize, BadZone> {
        let (id, name, has_id) = match zone {
            ZoneRef::Id(id) => (Some(id.clone()), None, true),
            ZoneRef::Name(name) => (found.get(name).cloned(), Some(name.clone()), false),
        };
        if let Some(id) = id.as_ref().filter(|id| !is_plain(id)) {
            return Err(BadZone::Id(id.clone()));
        }
        let same = |known: &ZoneUse| match &id {
            Some(_) => known.id == id,
            None => known.id.is_none() && known.name == name,
        };
        if let Some(place) = self.zones.iter().position(same) {
            let known = &mut self.zones[place];
            known.by_id |= has_id;
            known.name = known.name.take().or(name);
            return Ok(place);
        }
        let (roots, names, types) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        let by_id = has_id || may_go;
        self.zones.push(ZoneUse { id, name, by_id, roots, names, types });
        Ok(self.zones.len() - 1)
    }
}

/// The health checks of others that a spec counts, which have to be there for a plan. What they are matters to
/// none.
fn counted(spec: &Spec) -> Vec<ForeignCheck> {
    let sides = spec.failovers.iter().flat_map(|failover| Side::BOTH.map(|side| failover.side(side)));
    let counted = sides.filter_map(|side| side.calculated.as_ref());
    let check = |id: &HealthCheckId| ForeignCheck {
        id: id.to_string(),
        children: Vec::new(),
        config: None,
        monthly_cents: 0,
        kind: String::new(),
        measures_latency: false,
    };
    counted.flat_map(|counted| &counted.children).map(check).collect()
}

/// Whether nothing in it means something in an ARN of a policy: `*`, `?` and `${…}` do.
fn is_plain(id: &HostedZoneId) -> bool {
    id.as_str().bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}
