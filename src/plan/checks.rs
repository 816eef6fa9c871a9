//! Which health checks are created, kept, changed in place, replaced, left over.

use std::collections::BTreeMap;

use super::{
    Action, Change, CheckRef, Kind, Step, checkers,
    desired::{Child, DesiredCheck},
    steps::{AwaitedAlarm, AwaitedCheck},
};
use crate::{
    account::{OwnedChecks, Zone},
    model::{CallerReference, CheckConfig, CheckKind, CheckOwner, CheckRole, Fqdn, HealthCheck},
};

/// What becomes of the health checks of one failover.
#[derive(Default)]
pub(super) struct Checks {
    pub(super) changes: Vec<Change>,
    /// How each role is named: an existing check, or one that will be created.
    pub(super) by_role: BTreeMap<CheckRole, CheckRef>,
    steps: Vec<Step>,
    awaited: Vec<AwaitedCheck>,
    alarms: Vec<AwaitedAlarm>,
    leftovers: Vec<HealthCheck>,
}

impl Checks {
    pub(super) fn has_leftovers(&self) -> bool {
        !self.leftovers.is_empty()
    }

    /// What looks whether a side is up, for records that change and keep their checks; nothing where a side's
    /// health is not told by checkers.
    pub(super) fn look(&self, failover: &Fqdn) -> Option<Step> {
        let side = |role| self.awaited.iter().find(|check: &&AwaitedCheck| check.owner.role == role).cloned();
        let checks = vec![side(CheckRole::Primary)?, side(CheckRole::Secondary)?];
        Some(Step::LookAtSides { failover: failover.clone(), checks })
    }

    /// The steps. The checkers are waited for when a check is new, when one that is made of others is
    /// about to be made of different ones (which an earlier run may have created and not waited for),
    /// or when a record is about to be pointed at another check.
    pub(super) fn steps(&self, failover: &Fqdn, records_change_checks: bool) -> Vec<Step> {
        let mut steps = self.steps.clone();
        let must_wait = |step: &Step| match step {
            Step::CreateCheck { .. } => true,
            Step::UpdateCheck { config, .. } => matches!(config.kind, CheckKind::Calculated { .. }),
            _ => false,
        };
        if records_change_checks || steps.iter().any(must_wait) {
            if !self.awaited.is_empty() {
                steps.push(Step::AwaitCheckers { failover: failover.clone(), checks: self.awaited.clone() });
            }
            if !self.alarms.is_empty() {
                steps.push(Step::AwaitAlarms { failover: failover.clone(), alarms: self.alarms.clone() });
            }
        }
        steps.extend(self.leftovers.iter().map(|check| Step::DeleteCheck {
            id: check.id.clone(),
            calculated: matches!(check.config.kind, CheckKind::Calculated { .. }),
        }));
        steps
    }
}

/// What becomes of the health checks of one failover.
pub(super) fn diff(desired: &[DesiredCheck], spec_name: &str, ours: &OwnedChecks<'_>) -> Checks {
    let mut checks = Checks::default();
    for wanted in desired {
        let existing = ours.checks_of(&wanted.owner);
        let identity = wanted_identity(wanted, desired);
        let same = |check: &&&HealthCheck| {
            existing_identity(check, ours) == identity && !checkers::gains(&check.config, &wanted.config)
        };
        let kept = existing.iter().find(same).copied();
        let config = wanted
            .config
            .try_map_children(|child| match child {
                Child::Ours(role) => checks.by_role.get(role).cloned().ok_or(()),
                Child::Others(id) => Ok(CheckRef::Existing(id.clone())),
            })
            .expect("a role that is made of others comes after them");
        let reference = if let Some(check) = kept {
            checks.keep(wanted, check, config, spec_name);
            CheckRef::Existing(check.id.clone())
        } else {
            let replaces = existing.first().map(|old| {
                format!("{}{}", existing_identity(old, ours), checkers::told(&old.config, &wanted.config))
            });
            checks.create(wanted, config, identity, spec_name, replaces);
            CheckRef::Planned(wanted.owner.clone())
        };
        if let CheckKind::Alarm(alarm) = &wanted.config.kind {
            let (owner, alarm) = (wanted.owner.clone(), alarm.clone());
            checks.alarms.push(AwaitedAlarm { owner, check: reference.clone(), alarm });
        }
        if let CheckKind::Endpoint(endpoint) = &wanted.config.kind {
            checks.awaited.push(AwaitedCheck::of(
                wanted.owner.clone(),
                reference.clone(),
                endpoint,
                wanted.config.inverted,
            ));
        }
        checks.by_role.insert(wanted.owner.role, reference);
        let replaced = kept.is_none();
        let others =
            existing.into_iter().filter(|check| Some(check.id.as_str()) != kept.map(|k| k.id.as_str()));
        for (index, other) in others.enumerate() {
            // The first is part of its replacement; any more are leftovers of runs that were killed.
            if !(replaced && index == 0) {
                checks.changes.push(change(Action::Delete, &wanted.owner, "an earlier run left it behind"));
            }
            checks.leftovers.push(other.clone());
        }
    }
    checks.leave_unwanted_roles(desired, ours);
    checks
}

/// Every check of the failover is left over.
pub(super) fn remove(failover: &Fqdn, zone: &Zone, ours: &OwnedChecks<'_>, reason: &str) -> Checks {
    let mut checks = Checks::default();
    for role in CheckRole::ALL {
        let owner = CheckOwner { zone: zone.id.clone(), failover: failover.clone(), role };
        checks.leave(&owner, ours, reason);
    }
    checks
}

impl Checks {
    fn keep(
        &mut self,
        wanted: &DesiredCheck,
        check: &HealthCheck,
        config: CheckConfig<CheckRef>,
        spec_name: &str,
    ) {
        if let Some(reason) = drift(&check.config, &config) {
            self.changes.push(change(Action::Update, &wanted.owner, &reason));
            let (id, version) = (check.id.clone(), check.version);
            self.steps.push(Step::UpdateCheck { id, version, config });
        }
        if CheckOwner::from_tags(&check.tags).as_ref() != Some(&wanted.owner) {
            self.changes.push(change(
                Action::Update,
                &wanted.owner,
                "its tags are missing: a run was interrupted",
            ));
            self.steps.push(Step::TagCheck { id: check.id.clone(), tags: wanted.owner.tags(spec_name) });
        }
    }

    fn create(
        &mut self,
        wanted: &DesiredCheck,
        config: CheckConfig<CheckRef>,
        identity: String,
        spec_name: &str,
        replaces: Option<String>,
    ) {
        let (action, reason) = match replaces {
            None => (Action::Create, "there is none yet".to_owned()),
            Some(old) => (
                Action::Replace,
                format!("was `{old}`, which cannot be changed without a gap: a new check takes over first"),
            ),
        };
        self.changes.push(change(action, &wanted.owner, &reason));
        self.steps.push(Step::CreateCheck {
            owner: wanted.owner.clone(),
            identity,
            config,
            tags: wanted.owner.tags(spec_name),
        });
    }

    fn leave_unwanted_roles(&mut self, desired: &[DesiredCheck], ours: &OwnedChecks<'_>) {
        let Some(first) = desired.first() else { return };
        for role in CheckRole::ALL {
            if !desired.iter().any(|wanted| wanted.owner.role == role) {
                let owner = CheckOwner { role, ..first.owner.clone() };
                self.leave(&owner, ours, "the spec has no use for it any more");
            }
        }
    }

    fn leave(&mut self, owner: &CheckOwner, ours: &OwnedChecks<'_>, reason: &str) {
        for check in ours.checks_of(owner) {
            self.changes.push(change(Action::Delete, owner, reason));
            self.leftovers.push(check.clone());
        }
    }
}

fn change(action: Action, owner: &CheckOwner, reason: &str) -> Change {
    Change {
        action,
        kind: Kind::HealthCheck,
        name: owner.failover.to_string(),
        role: owner.role.to_string(),
        reason: reason.to_owned(),
    }
}

/// What a check looks at and how often, as a text that two checks share exactly when one can be made
/// into the other without anybody noticing a change of endpoint.
///
/// Route 53 cannot change the type and the interval (Route 53 API reference, `UpdateHealthCheck`).
/// Host, port, path, search string, the alarm and the children of a calculated check it could; but one that
/// looks elsewhere from one moment to the next would speak for a side that the record does not yet
/// answer. So these make a new check too, which is waited for before the record points at it.
pub(super) fn identity<C>(config: &CheckConfig<C>, child: impl FnMut(&C) -> String) -> String {
    match &config.kind {
        CheckKind::Endpoint(endpoint) => {
            let scheme = endpoint.protocol.as_str();
            let host = endpoint.host.as_deref().unwrap_or("-");
            let address = endpoint.ip_address.map(|ip| format!(" at {ip}")).unwrap_or_default();
            let search =
                endpoint.search.as_ref().map(|text| format!(" holding {text:?}")).unwrap_or_default();
            format!(
                "{scheme}://{host}:{}{}{address}{search} every {} s",
                endpoint.port, endpoint.path, endpoint.interval
            )
        }
        CheckKind::Calculated { children, .. } => {
            // A set: Route 53 may list them in another order.
            let mut children: Vec<String> = children.iter().map(child).collect();
            children.sort();
            format!("made of {}", children.join(" and "))
        }
        // Another alarm is another place to look at; what silence means can be changed in place.
        CheckKind::Alarm(alarm) => format!("alarm {:?} in {}", alarm.name.as_str(), alarm.region),
        CheckKind::Other(kind) => kind.clone(),
    }
}

fn wanted_identity(wanted: &DesiredCheck, desired: &[DesiredCheck]) -> String {
    identity(&wanted.config, |child| match child {
        Child::Others(id) => id.to_string(),
        Child::Ours(role) => {
            let child = desired.iter().find(|other| other.owner.role == *role);
            // A child is never made of others itself (Route 53 Developer Guide, dns-failover-types).
            child.map_or_else(|| role.to_string(), |child| identity(&child.config, |_| String::new()))
        }
    })
}

/// The caller reference under which apply creates a check of `desired`, if Route 53 has never had another of
/// its kind.
pub fn first_reference(wanted: &DesiredCheck, desired: &[DesiredCheck]) -> CallerReference {
    wanted.owner.reference(&wanted_identity(wanted, desired), 0)
}

fn existing_identity(check: &HealthCheck, ours: &OwnedChecks<'_>) -> String {
    identity(&check.config, |id| {
        let child = ours.check(id);
        child.map_or_else(|| id.to_string(), |child| identity(&child.config, ToString::to_string))
    })
}

/// What differs between two checks of one identity, as a reason to update; nothing when nothing does.
pub(super) fn drift(is: &CheckConfig, wanted: &CheckConfig<CheckRef>) -> Option<String> {
    let mut differences = Vec::new();
    let mut compare = |what: &str, is: String, wanted: String| {
        if is != wanted {
            differences.push(format!("{what} is {is}, not {wanted}"));
        }
    };
    compare("inverted", is.inverted.to_string(), wanted.inverted.to_string());
    compare("disabled", is.disabled.to_string(), wanted.disabled.to_string());
    match (&is.kind, &wanted.kind) {
        (CheckKind::Endpoint(is), CheckKind::Endpoint(wanted)) => {
            compare(
                "the failure threshold",
                is.failure_threshold.to_string(),
                wanted.failure_threshold.to_string(),
            );
            compare("SNI", is.sni.to_string(), wanted.sni.to_string());
            compare("the set of checker regions", checkers::list(is), checkers::list(wanted));
        }
        (
            CheckKind::Calculated { children: is, threshold: is_threshold },
            CheckKind::Calculated { children: wanted, threshold: wanted_threshold },
        ) => {
            compare(
                "the number of healthy children needed",
                is_threshold.to_string(),
                wanted_threshold.to_string(),
            );
            let same = is.len() == wanted.len()
                && wanted.iter().all(|child| matches!(child, CheckRef::Existing(id) if is.contains(id)));
            compare(
                "the list of children",
                if same { "right" } else { "old" }.to_owned(),
                "right".to_owned(),
            );
        }
        (CheckKind::Alarm(is), CheckKind::Alarm(wanted)) => {
            compare(
                "its status without data",
                is.insufficient_data.to_string(),
                wanted.insufficient_data.to_string(),
            );
        }
        _ => {}
    }
    (!differences.is_empty()).then(|| differences.join("; "))
}
