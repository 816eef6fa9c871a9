//! What guards a side today: its own check, the switch, and what counts besides.

use super::{
    Note, Refusal,
    endpoint::Host,
    records::{LeadsTo, Way},
};
use crate::{
    account::Snapshot,
    model::{
        AlarmCheck, Answer, BucketName, CheckConfig, CheckKind, CheckOwner, CheckRole, EndpointCheck, Fqdn,
        HealthCheckId, RecordSet, Side,
    },
    spec::CalculatedSpec,
};

/// A child of a calculated check that is not inverted: its id, what it looks at, and its role when it is ours.
type Child<'a> = (&'a HealthCheckId, &'a CheckKind, Option<CheckRole>);

/// What is known of a side before its checks are.
pub(super) struct Post<'a> {
    pub(super) name: &'a Fqdn,
    pub(super) side: Side,
    pub(super) leads_to: &'a LeadsTo,
    /// The buckets in which a switch may lie; nothing when that is not known.
    pub(super) switch_in: Option<Vec<BucketName>>,
}

/// What guards one side.
#[derive(Default)]
pub(super) struct Guard<'a> {
    /// The check that looks at the side's own endpoint.
    pub(super) endpoint: Option<Standing<'a>>,
    /// The alarm that speaks for the side instead.
    pub(super) alarm: Option<AlarmCheck>,
    /// The inverted check beside it.
    pub(super) switch: Option<Standing<'a>>,
    /// What counts besides.
    pub(super) calculated: Option<CalculatedSpec>,
    /// Every check that takes part and that this tool did not create.
    pub(super) of_others: Vec<HealthCheckId>,
    pub(super) notes: Vec<Note>,
}

/// An endpoint check of the account.
#[derive(Clone, Copy)]
pub(super) struct Standing<'a> {
    pub(super) id: &'a HealthCheckId,
    pub(super) endpoint: &'a EndpointCheck,
}

impl Standing<'_> {
    /// The host that it asks.
    pub(super) fn host(&self) -> Option<Fqdn> {
        self.endpoint.host.as_deref()?.parse().ok()
    }
}

/// A check, whoever created it.
struct Found<'a> {
    kind: &'a str,
    config: Option<&'a CheckConfig>,
    /// What it does for us, when it is ours.
    role: Option<CheckRole>,
    ours: bool,
    measures_latency: bool,
}

fn find<'a>(id: &HealthCheckId, snapshot: &'a Snapshot) -> Option<Found<'a>> {
    let ours = snapshot.checks.iter().find(|check| check.id == *id);
    let ours = ours.map(|check| Found {
        kind: "",
        config: Some(&check.config),
        role: CheckOwner::from_tags(&check.tags).map(|owner| owner.role),
        ours: true,
        measures_latency: false,
    });
    ours.or_else(|| {
        let check = snapshot.foreign_checks.iter().find(|check| check.id == id.as_str())?;
        Some(Found {
            kind: &check.kind,
            config: check.config.as_ref(),
            role: None,
            ours: false,
            measures_latency: check.measures_latency,
        })
    })
}

/// What guards a record of the pair: its own health check, and those on its way as long as the health of what
/// an alias leads to counts for it.
pub(super) fn guard<'a>(
    way: &Way<'a>,
    post: &Post<'_>,
    snapshot: &'a Snapshot,
) -> Result<Guard<'a>, Refusal> {
    let side = post.side;
    let mut guard = Guard::default();
    let set = way.sets[0];
    let counting =
        way.sets.iter().position(|set| !counts_target_health(set)).map_or(way.sets.len(), |at| at + 1);
    let mut guarded = way.sets[..counting].iter().filter_map(|set| Some((*set, set.health_check.as_ref()?)));
    let Some((by, id)) = guarded.next() else {
        let so = match side {
            Side::Primary => "it is answered whatever happens, unless its target's own health counts",
            Side::Secondary => "when the primary fails it is answered, alive or dead",
        };
        guard.note("no-check", format!("The {side} has no health check today: {so}. `apply` creates one."));
        return Ok(guard);
    };
    if by.name != set.name {
        guard.note("check-further-on", format!(
            "The {side} has no health check of its own today; the one of {}, to which it leads, counts for it.",
            by.key()
        ));
    }
    let others: Vec<String> = guarded.map(|(by, id)| format!("{id} of {}", by.key())).collect();
    if !others.is_empty() {
        guard.note(
            "several-checks",
            format!(
                "Besides {id}, these health checks count for the {side} today: {}. In a spec a side has one.",
                others.join(", ")
            ),
        );
    }
    let Some(found) = find(id, snapshot) else {
        guard.note("check-gone", format!(
            "The {side} is guarded by the health check {id}, which is not in this account: deleted, or another's. \
             `apply` creates one."
        ));
        return Ok(guard);
    };
    let refused =
        |kind: &str| Refusal::CheckType { record: set.key(), check: id.clone(), kind: kind.to_owned() };
    let config = found.config.ok_or_else(|| refused(found.kind))?;
    guard.belongs(id, &found);
    match &config.kind {
        CheckKind::Endpoint(endpoint) => {
            guard.settings(side, id, &found);
            let standing = Standing { id, endpoint };
            // The manual switch alone: "standby takes over primary", an inverted check of an object that is
            // not there as long as all is well.
            if side == Side::Primary && config.inverted && !config.disabled {
                guard.switch = Some(standing);
                guard.note("switch-alone", format!(
                    "The primary is guarded by nothing but the switch {id} today. `apply` puts a check of its \
                     endpoint beside that."
                ));
            } else {
                if config.inverted {
                    guard.inverted(side, id);
                }
                guard.endpoint = Some(standing);
            }
        }
        CheckKind::Calculated { children, threshold } => {
            let refused = |what: String| Refusal::Calculated { record: set.key(), check: id.clone(), what };
            if config.inverted || config.disabled {
                return Err(refused("is inverted or disabled".to_owned()));
            }
            guard.calculated(post, children, *threshold, snapshot).map_err(refused)?;
        }
        CheckKind::Alarm(alarm) => {
            guard.settings(side, id, &found);
            if config.inverted {
                guard.inverted(side, id);
            }
            guard.alarm = Some(alarm.clone());
        }
        CheckKind::Other(kind) => return Err(refused(kind)),
    }
    Ok(guard)
}

fn counts_target_health(set: &RecordSet) -> bool {
    matches!(set.answer, Answer::Alias { evaluate_target_health: true, .. })
}

impl<'a> Guard<'a> {
    fn note(&mut self, id: &'static str, message: String) {
        self.notes.push(Note::new(id, "health_check", message));
    }

    fn inverted(&mut self, side: Side, id: &HealthCheckId) {
        self.note("inverted", format!(
            "The health check {id} of the {side} is inverted today: healthy while what it looks at fails. `apply`'s \
             is not."
        ));
    }

    fn belongs(&mut self, id: &HealthCheckId, found: &Found<'_>) {
        if !found.ours && !self.of_others.contains(id) {
            self.of_others.push(id.clone());
        }
    }

    /// What no spec can say of a check.
    fn settings(&mut self, side: Side, id: &HealthCheckId, found: &Found<'_>) {
        if found.config.is_some_and(|config| config.disabled) {
            self.note("disabled", format!(
                "The health check {id} of the {side} is disabled today, so it says the same whatever happens. \
                 `apply`'s looks."
            ));
        }
        if found.measures_latency {
            self.note("latency", format!(
                "The health check {id} of the {side} measures latency; `apply`'s does not, and its graphs end."
            ));
        }
    }

    /// Which of the children is the side's own check, which the switch, and which count besides; else what is
    /// not as in a spec.
    fn calculated(
        &mut self,
        post: &Post<'_>,
        children: &'a [HealthCheckId],
        threshold: u32,
        snapshot: &'a Snapshot,
    ) -> Result<(), String> {
        let (mut plain, mut inverted) = (Vec::new(), Vec::new());
        for id in children {
            let found =
                find(id, snapshot).ok_or_else(|| format!("counts {id}, which is not in this account"))?;
            match found.config.map(|config| (config.inverted, &config.kind)) {
                Some((_, CheckKind::Calculated { .. })) => {
                    return Err(format!("counts {id}, a calculated one"));
                }
                Some((true, CheckKind::Endpoint(endpoint))) => inverted.push(Standing { id, endpoint }),
                Some((false, kind)) => plain.push((id, kind, found.role)),
                _ => {}
            }
        }
        let all = usize::try_from(threshold).is_ok_and(|needed| needed == children.len());
        let Some((own, kind)) = post.own(&plain) else {
            return Err(format!("counts {} others, of which none looks at this side", children.len()));
        };
        match kind {
            CheckKind::Endpoint(endpoint) => self.endpoint = Some(Standing { id: own, endpoint }),
            CheckKind::Alarm(alarm) => self.alarm = Some(alarm.clone()),
            _ => {}
        }
        self.switch = inverted.iter().find(|standing| all && post.may_switch(standing)).copied();
        let taken: Vec<&HealthCheckId> =
            [own].into_iter().chain(self.switch.map(|switch| switch.id)).collect();
        for id in &taken {
            if let Some(found) = find(id, snapshot) {
                self.belongs(id, &found);
                self.settings(post.side, id, &found);
            }
        }
        let besides: Vec<HealthCheckId> = children.iter().filter(|id| !taken.contains(id)).cloned().collect();
        if !besides.is_empty() {
            let needed = if self.switch.is_some() { threshold.saturating_sub(1) } else { threshold };
            if needed == 0 || usize::try_from(needed).is_ok_and(|needed| needed > besides.len() + 1) {
                return Err(format!("needs {threshold} of {} others to be healthy", children.len()));
            }
            self.calculated = Some(CalculatedSpec { children: besides, healthy: needed });
        } else if !all {
            return Err(format!("needs {threshold} of {} others to be healthy", children.len()));
        }
        Ok(())
    }
}

impl Post<'_> {
    /// Which of the plain children is the side's own: ours by its mark; else the one that asks the side; else the
    /// first that can be, an alarm or a check of a bucket that stands for another.
    fn own<'a>(&self, plain: &[Child<'a>]) -> Option<(&'a HealthCheckId, &'a CheckKind)> {
        let role = match self.side {
            Side::Primary => CheckRole::Primary,
            Side::Secondary => CheckRole::Secondary,
        };
        let standing = |child: &Child<'a>| match child.1 {
            CheckKind::Endpoint(endpoint) => Some(Standing { id: child.0, endpoint }),
            _ => None,
        };
        let marked = |child: &&Child<'a>| child.2 == Some(role);
        let asks = |child: &&Child<'a>| standing(child).is_some_and(|standing| self.asks(&standing));
        let may_be = |child: &&Child<'a>| {
            matches!(child.1, CheckKind::Alarm(_)) || bucket_of(standing(child).as_ref()).is_some()
        };
        let found = plain.iter().find(marked).or_else(|| plain.iter().find(asks));
        found.or_else(|| plain.iter().find(may_be)).map(|(id, kind, _)| (*id, *kind))
    }

    /// Whether a check looks at the side itself.
    fn asks(&self, standing: &Standing<'_>) -> bool {
        let Some(host) = standing.host() else { return false };
        let bucket = Host::of(&host).bucket().map(|endpoint| endpoint.bucket);
        match self.leads_to {
            LeadsTo::Bucket { endpoint, .. } => bucket.as_ref() == Some(&endpoint.bucket),
            LeadsTo::Website(_) => bucket.is_some_and(|bucket| bucket.as_str() == self.name.as_str()),
            LeadsTo::Alias { dns_name, .. } => host == *dns_name,
        }
    }

    /// Whether an inverted check may be the manual switch.
    fn may_switch(&self, standing: &Standing<'_>) -> bool {
        let Some(place) = bucket_of(Some(standing)) else { return false };
        self.side == Side::Primary
            && self.switch_in.as_ref().is_none_or(|buckets| buckets.contains(&place.bucket))
    }
}

/// The bucket and region that a check looks at, if it looks at one.
pub(super) fn bucket_of(standing: Option<&Standing<'_>>) -> Option<super::endpoint::Endpoint> {
    Host::of(&standing?.host()?).bucket()
}
