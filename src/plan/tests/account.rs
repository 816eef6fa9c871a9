//! An account as Route 53 keeps it, as far as a plan can tell.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    account::{ForeignCheck, RecordChange, Snapshot, Zone, ZoneRecords},
    model::{
        AlarmCheck, Answer, CallerReference, CheckConfig, CheckKind, CheckOwner, Fqdn, HealthCheck,
        HealthCheckId, InsufficientData, RecordKey, RecordSet, RecordType, Routing, Side, is_ours,
    },
    plan::{CheckRef, Plan, Step},
    spec::Spec,
};

/// What Route 53 refuses, or what must never be.
pub(crate) type Wrong = String;

type Records = BTreeMap<RecordKey, RecordSet>;

/// Zone records, health checks, and what name servers may still serve.
#[derive(Clone, Debug)]
pub(crate) struct Account {
    pub(crate) zone: Zone,
    pub(crate) records: Records,
    /// What was there before batches that nobody has waited for: some name server may still have it.
    older: Vec<Records>,
    pub(crate) checks: BTreeMap<HealthCheckId, HealthCheck>,
    /// References of deleted checks, which Route 53 keeps for some days.
    burnt: BTreeSet<CallerReference>,
    /// Endpoint checks that were waited for.
    looked: BTreeSet<HealthCheckId>,
    born: u32,
}

/// One call of apply to Route 53; between any two it can be killed.
enum Call<'a> {
    Create(&'a CheckOwner, &'a CheckConfig<CheckRef>, &'a str),
    TagCreated(&'a CheckOwner, &'a BTreeMap<String, String>),
    Tag(&'a HealthCheckId, &'a BTreeMap<String, String>),
    Update(&'a HealthCheckId, i64, &'a CheckConfig<CheckRef>),
    Await(&'a CheckRef),
    Change(&'a [RecordChange<CheckRef>]),
    InSync,
    Delete(&'a HealthCheckId),
}

fn calls(plan: &Plan) -> Vec<Call<'_>> {
    let calls = plan.steps.iter().flat_map(|step| match step {
        Step::CreateCheck { owner, config, identity, tags } => {
            vec![Call::Create(owner, config, identity), Call::TagCreated(owner, tags)]
        }
        Step::TagCheck { id, tags } => vec![Call::Tag(id, tags)],
        Step::UpdateCheck { id, version, config } => vec![Call::Update(id, *version, config)],
        Step::AwaitCheckers { checks, .. } => checks.iter().map(|check| Call::Await(&check.check)).collect(),
        Step::AwaitAlarms { alarms, .. } => alarms.iter().map(|alarm| Call::Await(&alarm.check)).collect(),
        Step::LookAtSides { .. } | Step::AwaitRecords => Vec::new(),
        Step::ChangeRecords { changes, .. } => vec![Call::Change(changes), Call::InSync],
        Step::DeleteCheck { id, .. } => vec![Call::Delete(id)],
    });
    calls.collect()
}

impl Account {
    /// The account of `example.com` with these records of others.
    pub(crate) fn with(foreign: impl IntoIterator<Item = RecordSet>) -> Self {
        Self {
            zone: Zone {
                id: "ZEXAMPLE".parse().expect("an id"),
                name: "example.com".parse().expect("a name"),
                private: false,
            },
            records: foreign.into_iter().map(|set| (set.key(), set)).collect(),
            older: Vec::new(),
            checks: THEIRS.map(their_check).into_iter().map(|check| (check.id.clone(), check)).collect(),
            burnt: BTreeSet::new(),
            looked: THEIRS.map(|id| id.parse().expect("an id")).into(),
            born: 0,
        }
    }

    /// What [`Snapshot::read`] would find for a spec.
    pub(crate) fn snapshot(&self, spec: &Spec) -> Snapshot {
        let below = |set: &&RecordSet| spec.failovers.iter().any(|f| set.name.is_within(&f.name));
        Snapshot {
            zones: vec![ZoneRecords {
                zone: self.zone.clone(),
                names: spec.failovers.iter().map(|failover| failover.name.clone()).collect(),
                records: self.records.values().filter(below).cloned().collect(),
            }],
            checks: self.our_checks().cloned().collect(),
            foreign_checks: self
                .checks
                .values()
                .filter(|check| !is_ours(&check.caller_reference))
                .map(told)
                .collect(),
            removed: Vec::new(),
        }
    }

    pub(crate) fn our_checks(&self) -> impl Iterator<Item = &HealthCheck> {
        self.checks.values().filter(|check| is_ours(&check.caller_reference))
    }

    /// Carries out a plan, or only its first calls. `look` sees the account after each.
    pub(crate) fn carry_out(
        &mut self,
        plan: &Plan,
        killed_after: Option<usize>,
        mut look: impl FnMut(&Account) -> Result<(), Wrong>,
    ) -> Result<(), Wrong> {
        let mut created = BTreeMap::new();
        for call in calls(plan).into_iter().take(killed_after.unwrap_or(usize::MAX)) {
            self.call(&call, &mut created)?;
            self.nothing_dangles()?;
            look(self)?;
        }
        Ok(())
    }

    fn call(
        &mut self,
        call: &Call<'_>,
        created: &mut BTreeMap<CheckOwner, HealthCheckId>,
    ) -> Result<(), Wrong> {
        match call {
            Call::Create(owner, config, identity) => {
                let config = config.try_map_children(|child| resolve(child, created))?;
                self.children_have_looked(&config)?;
                let id = self.create(owner, config, identity);
                created.insert((*owner).clone(), id);
            }
            Call::TagCreated(owner, tags) => self.tag(&created[*owner], tags)?,
            Call::Tag(id, tags) => self.tag(id, tags)?,
            Call::Update(id, version, config) => {
                let config = config.try_map_children(|child| resolve(child, created))?;
                self.children_have_looked(&config)?;
                self.still_speaks_for_its_side(id, &config)?;
                let updated = self.checks.get_mut(*id).ok_or(format!("NoSuchHealthCheck: update {id}"))?;
                if updated.version != *version {
                    return Err(format!("HealthCheckVersionMismatch: {id}"));
                }
                (updated.config, updated.version) = (config, updated.version + 1);
            }
            Call::Await(check) => {
                let id = resolve(check, created)?;
                if !self.checks.contains_key(&id) {
                    return Err(format!("NoSuchHealthCheck: await {id}"));
                }
                self.looked.insert(id);
            }
            Call::Change(changes) => {
                let after = self.batch(changes, created)?;
                self.older.push(std::mem::replace(&mut self.records, after));
            }
            Call::InSync => self.older.clear(),
            Call::Delete(id) => self.delete(id)?,
        }
        Ok(())
    }

    /// "If you send a `CreateHealthCheck` request with the same `CallerReference` and settings as a
    /// previous request, and if the health check doesn't exist, Amazon Route 53 creates the health
    /// check. If the health check does exist, Route 53 returns the existing health check." With other
    /// settings, or that of a deleted check: `HealthCheckAlreadyExists` (API reference,
    /// `CreateHealthCheck`), and apply takes the next reference.
    fn create(&mut self, owner: &CheckOwner, config: CheckConfig, identity: &str) -> HealthCheckId {
        let references = (0..).map(|generation| owner.reference(identity, generation));
        for caller_reference in references {
            match self.checks.values().find(|check| check.caller_reference == caller_reference) {
                Some(check) if check.config == config => return check.id.clone(),
                Some(_) => {}
                None if self.burnt.contains(&caller_reference) => {}
                None => {
                    self.born += 1;
                    let id: HealthCheckId = format!("check-{}", self.born).parse().expect("an id");
                    let tags = BTreeMap::new();
                    let check = HealthCheck { id: id.clone(), caller_reference, version: 1, config, tags };
                    self.checks.insert(id.clone(), check);
                    return id;
                }
            }
        }
        unreachable!("there are more references than checks")
    }

    fn tag(&mut self, id: &HealthCheckId, tags: &BTreeMap<String, String>) -> Result<(), Wrong> {
        let check = self.checks.get_mut(id).ok_or(format!("NoSuchHealthCheck: tag {id}"))?;
        check.tags.extend(tags.clone());
        Ok(())
    }

    /// Route 53 itself does not refuse this; what comes of it "can't be predicted" (API reference,
    /// `DeleteHealthCheck`).
    fn delete(&mut self, id: &HealthCheckId) -> Result<(), Wrong> {
        let served = self.older.iter().chain([&self.records]).flat_map(Records::values);
        if let Some(set) = served.into_iter().find(|set| set.health_check.as_ref() == Some(id)) {
            return Err(format!("{id} is deleted while {} uses it, or may still", set.key()));
        }
        let parent = self.checks.values().find(
            |check| matches!(&check.config.kind, CheckKind::Calculated { children, .. } if children.contains(id)),
        );
        if let Some(parent) = parent {
            return Err(format!("{id} is deleted while {} is made of it", parent.id));
        }
        let check = self.checks.remove(id).ok_or(format!("{id} is deleted twice"))?;
        self.burnt.insert(check.caller_reference);
        Ok(())
    }

    /// A check without data is healthy, or unhealthy when inverted: what is made of it must wait.
    fn children_have_looked(&self, config: &CheckConfig) -> Result<(), Wrong> {
        let CheckKind::Calculated { children, .. } = &config.kind else { return Ok(()) };
        match children.iter().find(|child| !self.looked.contains(child)) {
            Some(child) => Err(format!("a calculated check is made of {child}, which has not looked yet")),
            None => Ok(()),
        }
    }

    /// A check that guards a record may not look elsewhere from one moment to the next: it would speak
    /// for a side that the record does not answer.
    fn still_speaks_for_its_side(&self, id: &HealthCheckId, config: &CheckConfig) -> Result<(), Wrong> {
        let mut served = self.older.iter().chain([&self.records]).flat_map(Records::values);
        let guards = served.any(|set| set.health_check.as_ref() == Some(id));
        let before = self.checks.get(id).map(|check| self.looks_at(&check.config));
        if guards && before.is_some_and(|before| before != self.looks_at(config)) {
            return Err(format!("{id} guards a record and suddenly looks elsewhere"));
        }
        Ok(())
    }

    fn looks_at(&self, config: &CheckConfig) -> BTreeSet<(Option<String>, u16, String)> {
        match &config.kind {
            CheckKind::Endpoint(endpoint) => {
                [(endpoint.host.clone(), endpoint.port, endpoint.path.clone())].into()
            }
            CheckKind::Calculated { children, .. } => {
                let children = children.iter().filter_map(|child| self.checks.get(child));
                children.flat_map(|child| self.looks_at(&child.config)).collect()
            }
            CheckKind::Alarm(alarm) => [(Some(alarm.region.to_string()), 0, alarm.name.to_string())].into(),
            CheckKind::Other(_) => BTreeSet::new(),
        }
    }

    fn has_looked(&self, id: &HealthCheckId) -> Result<(), Wrong> {
        match self.checks.get(id).map(|check| &check.config) {
            None => Err(format!("NoSuchHealthCheck: {id} in a record")),
            Some(config @ CheckConfig { kind: CheckKind::Calculated { .. }, .. }) => {
                self.children_have_looked(config)
            }
            Some(_) if self.looked.contains(id) => Ok(()),
            Some(_) => Err(format!("a record is pointed at {id}, which has not looked yet")),
        }
    }

    fn batch(
        &self,
        changes: &[RecordChange<CheckRef>],
        created: &BTreeMap<CheckOwner, HealthCheckId>,
    ) -> Result<Records, Wrong> {
        let mut records = self.records.clone();
        for change in changes {
            match change {
                RecordChange::Delete(set) => {
                    if records.get(&set.key()) != Some(set) {
                        return Err(format!(
                            "InvalidChangeBatch: delete {}: not found, or not so",
                            set.key()
                        ));
                    }
                    records.remove(&set.key());
                }
                RecordChange::Create(set) => {
                    let set = set.try_map_check(|check| resolve(check, created))?;
                    if let Some(id) = &set.health_check {
                        self.has_looked(id)?;
                    }
                    if let Some(other) = records.values().find(|other| excludes(other, &set)) {
                        return Err(format!("InvalidChangeBatch: {} beside {}", set.key(), other.key()));
                    }
                    records.insert(set.key(), set);
                }
            }
            self.targets_exist(&records)?;
        }
        pairs_are_whole(&records)?;
        Ok(records)
    }

    fn targets_exist(&self, records: &Records) -> Result<(), Wrong> {
        for set in records.values() {
            if let Answer::Alias { hosted_zone_id, target, .. } = &set.answer
                && *hosted_zone_id == self.zone.id
                && !records.keys().any(|key| key.name == *target && key.record_type == set.record_type)
            {
                return Err(format!("{} is an alias to {target}, which is not there", set.key()));
            }
        }
        Ok(())
    }

    /// Every health check that any name server may still know of exists.
    fn nothing_dangles(&self) -> Result<(), Wrong> {
        for set in self.older.iter().chain([&self.records]).flat_map(Records::values) {
            if let Some(id) = set.health_check.as_ref().filter(|id| !self.checks.contains_key(id)) {
                return Err(format!("{} uses {id}, which is not there", set.key()));
            }
        }
        Ok(())
    }

    /// The sides that a name has.
    pub(crate) fn sides(&self, name: &Fqdn) -> Vec<Side> {
        self.records.values().filter(|set| set.name == *name).filter_map(RecordSet::side).collect()
    }
}

/// The health checks of others that a spec may count.
pub(crate) const THEIRS: [&str; 2] = ["theirs-1", "theirs-2"];

fn their_check(id: &str) -> HealthCheck {
    let alarm = AlarmCheck {
        name: id.parse().expect("a name"),
        region: "us-east-1".parse().expect("a region"),
        insufficient_data: InsufficientData::LastKnown,
    };
    HealthCheck {
        id: id.parse().expect("an id"),
        caller_reference: format!("by hand {id}").parse().expect("a reference"),
        version: 1,
        config: CheckConfig { kind: CheckKind::Alarm(alarm), inverted: false, disabled: false },
        tags: BTreeMap::new(),
    }
}

fn told(check: &HealthCheck) -> ForeignCheck {
    let children = match &check.config.kind {
        CheckKind::Calculated { children, .. } => children.iter().map(ToString::to_string).collect(),
        _ => Vec::new(),
    };
    let (id, config) = (check.id.to_string(), Some(check.config.clone()));
    let kind = "OF_SOMEBODY".to_owned();
    ForeignCheck { id, children, config, monthly_cents: 50, kind, measures_latency: false }
}

fn resolve(check: &CheckRef, created: &BTreeMap<CheckOwner, HealthCheckId>) -> Result<HealthCheckId, Wrong> {
    match check {
        CheckRef::Existing(id) => Ok(id.clone()),
        CheckRef::Planned(owner) => created.get(owner).cloned().ok_or(format!("{owner:?} comes too late")),
    }
}

/// Whether a set cannot exist beside another: the very same, a CNAME and anything else (RFC 1034,
/// 3.6.2), two routing policies of one name and type, or one side twice.
fn excludes(one: &RecordSet, other: &RecordSet) -> bool {
    let policy = |set: &RecordSet| match set.routing {
        Routing::Simple => 0,
        Routing::Failover { .. } => 1,
        Routing::Other { .. } => 2,
    };
    one.name == other.name
        && if one.record_type == other.record_type {
            policy(one) != policy(other)
                || one.key() == other.key()
                || (one.side().is_some() && one.side() == other.side())
        } else {
            [one.record_type, other.record_type].contains(&RecordType::Cname)
        }
}

/// A primary never without a secondary, nor the other way round.
fn pairs_are_whole(records: &Records) -> Result<(), Wrong> {
    for set in records.values() {
        let partner = |other: &&RecordSet| {
            other.name == set.name && other.record_type == set.record_type && other.side() != set.side()
        };
        if set.side().is_some() && !records.values().any(|other| partner(&other)) {
            return Err(format!("{} is alone", set.key()));
        }
    }
    Ok(())
}
