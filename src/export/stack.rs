//! What does apply create, as resources that refer to each other?
//!
//! It is the plan's own desired state; nothing is decided here a second time. A hosted zone that the spec names
//! by its name has an id that only AWS knows, and nobody asks AWS here. So each zone gets an id that stands for
//! it, and where that id comes back in a record, an alias or a tag, there is a reference.

use serde::Serialize;

use super::{
    buckets::RoleView,
    names::Name,
    operand::Operand,
    settings::{Setting, settings},
};
use crate::{
    account::Zone,
    model::{Answer, CheckRole, Fqdn, HostedZoneId, RecordSet, RecordType, Routing, Side, digest},
    plan::{Child, Desired, DesiredCheck, DesiredRecord, RecordRole, desired, first_reference},
    spec::{Failover, Spec, Target, ZoneRef},
};

/// The role to assume for Route 53.
pub(super) fn role_of(spec: &Spec) -> Option<RoleView> {
    spec.role.as_ref().map(RoleView::of)
}

/// The zones and failovers of a spec.
#[derive(Debug, Serialize)]
pub(super) struct Stack {
    /// The file that declares them.
    pub(super) spec: String,
    pub(super) zones: Vec<ZoneView>,
    pub(super) failovers: Vec<FailoverView>,
}

/// A hosted zone that is there already.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct ZoneView {
    pub(super) key: Name,
    /// One of these two is there.
    pub(super) name: Option<String>,
    pub(super) id: Option<String>,
    #[serde(skip)]
    stands_for: HostedZoneId,
}

/// What one failover needs.
#[derive(Clone, Debug, Serialize)]
pub(super) struct FailoverView {
    pub(super) name: String,
    pub(super) zone: Name,
    pub(super) checks: Vec<CheckView>,
    pub(super) records: Vec<RecordView>,
}

/// A health check.
#[derive(Clone, Debug, Serialize)]
pub(super) struct CheckView {
    pub(super) key: Name,
    pub(super) role: String,
    /// The caller reference under which apply would create it.
    pub(super) reference: String,
    pub(super) settings: Vec<Setting>,
    pub(super) tags: Vec<TagView>,
}

/// A tag of a health check.
#[derive(Clone, Debug, Serialize)]
pub(super) struct TagView {
    pub(super) key: String,
    pub(super) value: Operand,
}

/// A record set.
#[derive(Clone, Debug, Serialize)]
pub(super) struct RecordView {
    pub(super) key: Name,
    pub(super) role: String,
    pub(super) zone: Operand,
    pub(super) name: String,
    #[serde(rename = "type")]
    pub(super) record_type: String,
    /// `PRIMARY` or `SECONDARY`.
    pub(super) failover: Option<&'static str>,
    pub(super) set_identifier: Option<String>,
    pub(super) ttl: Option<u32>,
    /// As Route 53 takes them.
    pub(super) values: Vec<String>,
    /// Without the quotation marks of a TXT value, which Terraform's provider puts around it by itself.
    pub(super) bare_values: Vec<String>,
    pub(super) alias: Option<AliasView>,
    pub(super) check: Option<Operand>,
}

/// What an alias leads to.
#[derive(Clone, Debug, Serialize)]
pub(super) struct AliasView {
    pub(super) zone: Operand,
    pub(super) target: Operand,
    pub(super) evaluate_target_health: bool,
}

impl Stack {
    /// What apply would create for `spec`, which tags call `spec_name`.
    pub(super) fn of(spec: &Spec, spec_name: &str) -> Self {
        let mut zones: Vec<ZoneView> = Vec::new();
        let mut failovers = Vec::new();
        for failover in &spec.failovers {
            let zone = ZoneView::of(spec.zone_of(failover));
            failovers.push(of_failover(failover, &zone, spec_name));
            if !zones.contains(&zone) {
                zones.push(zone);
            }
        }
        Self { spec: spec_name.to_owned(), zones, failovers }
    }
}

impl ZoneView {
    fn of(zone: &ZoneRef) -> Self {
        let (text, name, id) = match zone {
            ZoneRef::Name(name) => (name.to_string(), Some(name.to_string()), None),
            ZoneRef::Id(id) => (id.to_string(), None, Some(id.to_string())),
        };
        let stands_for = match zone {
            ZoneRef::Id(id) => id.clone(),
            ZoneRef::Name(_) => format!("zone-{}", &digest(text.as_bytes())[..16])
                .parse()
                .expect("a word and a short hash are an id"),
        };
        Self { key: Name::of(&text.to_ascii_lowercase()).with("zone"), name, id, stands_for }
    }

    /// The id of a zone; that of this one by reference.
    fn id_of(&self, id: &HostedZoneId) -> Operand {
        if *id == self.stands_for { Operand::Zone(self.key.clone()) } else { Operand::text(id) }
    }
}

fn of_failover(failover: &Failover, zone: &ZoneView, spec_name: &str) -> FailoverView {
    // Nothing that is wanted depends on the zone but by its id.
    let stand_in = Zone { id: zone.stands_for.clone(), name: failover.name.clone(), private: false };
    let Desired { checks, records, .. } = desired(failover, &stand_in);
    let scene = Scene { failover, zone, key: Name::of(failover.name.as_str()), spec_name };
    FailoverView {
        name: failover.name.to_string(),
        zone: zone.key.clone(),
        checks: checks.iter().map(|check| scene.check(check, &checks)).collect(),
        records: records.iter().map(|record| scene.record(record)).collect(),
    }
}

/// What is the same for all that one failover needs.
struct Scene<'a> {
    failover: &'a Failover,
    zone: &'a ZoneView,
    key: Name,
    spec_name: &'a str,
}

impl Scene<'_> {
    fn check_key(&self, role: CheckRole) -> Name {
        self.key.with(&format!("{role}-check"))
    }

    fn check(&self, wanted: &DesiredCheck, all: &[DesiredCheck]) -> CheckView {
        let owner = &wanted.owner;
        let zone = self.zone.stands_for.as_str();
        let tag = |(key, value): (String, String)| TagView {
            value: if value == zone { Operand::Zone(self.zone.key.clone()) } else { Operand::Text(value) },
            key,
        };
        CheckView {
            key: self.check_key(owner.role),
            role: owner.role.to_string(),
            reference: first_reference(wanted, all).to_string(),
            settings: settings(&wanted.config, |child| match child {
                Child::Ours(role) => Operand::Check(self.check_key(*role)),
                Child::Others(id) => Operand::text(id),
            }),
            tags: owner.tags(self.spec_name).into_iter().map(tag).collect(),
        }
    }

    fn record(&self, wanted: &DesiredRecord) -> RecordView {
        let DesiredRecord { role, set } = wanted;
        let (failover, set_identifier) = match &set.routing {
            Routing::Failover { set_identifier, side } => {
                let side = if *side == Side::Primary { "PRIMARY" } else { "SECONDARY" };
                (Some(side), Some(set_identifier.to_string()))
            }
            Routing::Simple => (None, None),
            Routing::Other { set_identifier, .. } => (None, Some(set_identifier.to_string())),
        };
        let (ttl, values, alias) = match &set.answer {
            Answer::Values { ttl, values } => (Some(ttl.seconds()), values.clone(), None),
            Answer::Alias { hosted_zone_id, target, evaluate_target_health } => {
                let alias = AliasView {
                    zone: self.zone.id_of(hosted_zone_id),
                    target: self.target(target),
                    evaluate_target_health: *evaluate_target_health,
                };
                (None, Vec::new(), Some(alias))
            }
        };
        let bare = |value: &String| match set.record_type {
            RecordType::Txt => value.trim_matches('"').to_owned(),
            _ => value.clone(),
        };
        RecordView {
            key: self.record_key(*role, set),
            role: role.to_string(),
            zone: Operand::Zone(self.zone.key.clone()),
            name: set.name.to_string(),
            record_type: set.record_type.to_string(),
            failover,
            set_identifier,
            ttl,
            bare_values: values.iter().map(bare).collect(),
            values,
            alias,
            check: set.health_check.as_ref().map(|role| Operand::Check(self.check_key(*role))),
        }
    }

    fn record_key(&self, role: RecordRole, set: &RecordSet<CheckRole>) -> Name {
        self.key.with(&format!("{role}-{}", set.record_type.as_str().to_ascii_lowercase()))
    }

    /// The target of an alias; a pointer by reference, so that it is there first.
    fn target(&self, target: &Fqdn) -> Operand {
        let pointers =
            Side::BOTH.into_iter().filter(|side| self.failover.side(*side).target == Target::Pointer);
        let mut leading = pointers.filter(|side| self.failover.pointer_name(*side) == *target);
        leading.next().map_or_else(
            || Operand::text(target),
            |side| Operand::Record(self.key.with(&format!("{}-cname", RecordRole::Pointer(side)))),
        )
    }
}
