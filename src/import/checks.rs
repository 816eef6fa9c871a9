//! What guards a side today, and the health check of the spec that comes nearest.

use std::collections::BTreeSet;

use super::{Note, Refusal, endpoint::Host, records::Way};
use crate::{
    account::Snapshot,
    model::{
        Answer, CHECKER_REGIONS, CheckConfig, CheckKind, CheckProtocol, EndpointCheck, FailureThreshold,
        Fqdn, HealthCheckId, Interval, RecordSet, Region, Side,
    },
    spec::{HealthCheckSpec, ObjectKey, Protocol},
};

/// What guards one side.
#[derive(Default)]
pub(super) struct Guard<'a> {
    /// The check that looks at the side's own endpoint.
    pub(super) endpoint: Option<Standing<'a>>,
    /// The inverted check beside it.
    pub(super) switch: Option<Standing<'a>>,
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
    ours: bool,
    measures_latency: bool,
}

fn find<'a>(id: &HealthCheckId, snapshot: &'a Snapshot) -> Option<Found<'a>> {
    let ours = snapshot.checks.iter().find(|check| check.id == *id);
    let ours = ours.map(|check| Found {
        kind: "",
        config: Some(&check.config),
        ours: true,
        measures_latency: false,
    });
    ours.or_else(|| {
        let check = snapshot.foreign_checks.iter().find(|check| check.id == id.as_str())?;
        Some(Found {
            kind: &check.kind,
            config: check.config.as_ref(),
            ours: false,
            measures_latency: check.measures_latency,
        })
    })
}

/// What guards a record of the pair: its own health check, and those on its way as long as the health of what
/// an alias leads to counts for it.
pub(super) fn guard<'a>(way: &Way<'a>, side: Side, snapshot: &'a Snapshot) -> Result<Guard<'a>, Refusal> {
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
            guard.settings(side, id, &found, config);
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
                    guard.note("inverted", format!(
                        "The health check {id} of the {side} is inverted today: healthy while its endpoint fails. \
                         `apply`'s is not."
                    ));
                }
                guard.endpoint = Some(standing);
            }
        }
        CheckKind::Calculated { children, threshold } => {
            let refused = |what: String| Refusal::Calculated { record: set.key(), check: id.clone(), what };
            if config.inverted || config.disabled {
                return Err(refused("is inverted or disabled".to_owned()));
            }
            guard.calculated(side, children, *threshold, snapshot).map_err(refused)?;
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

    fn belongs(&mut self, id: &HealthCheckId, found: &Found<'_>) {
        if !found.ours && !self.of_others.contains(id) {
            self.of_others.push(id.clone());
        }
    }

    /// What no spec can say of a check.
    fn settings(&mut self, side: Side, id: &HealthCheckId, found: &Found<'_>, config: &CheckConfig) {
        if config.disabled {
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

    /// A switch, or a calculated check of one other; else what is not as in a spec.
    fn calculated(
        &mut self,
        side: Side,
        children: &'a [HealthCheckId],
        threshold: u32,
        snapshot: &'a Snapshot,
    ) -> Result<(), String> {
        let mut plain = Vec::new();
        let mut inverted = Vec::new();
        for id in children {
            let found =
                find(id, snapshot).ok_or_else(|| format!("counts {id}, which is not in this account"))?;
            let config = found.config.ok_or_else(|| format!("counts {id} of the type {}", found.kind))?;
            self.belongs(id, &found);
            self.settings(side, id, &found, config);
            match &config.kind {
                CheckKind::Endpoint(endpoint) if config.inverted => inverted.push(Standing { id, endpoint }),
                CheckKind::Endpoint(endpoint) => plain.push(Standing { id, endpoint }),
                CheckKind::Calculated { .. } => return Err(format!("counts {id}, a calculated one")),
                CheckKind::Other(kind) => return Err(format!("counts {id} of the type {kind}")),
            }
        }
        match (plain.as_slice(), inverted.as_slice(), threshold) {
            ([endpoint], [], 1) => self.endpoint = Some(*endpoint),
            ([endpoint], [switch], 2) if side == Side::Primary => {
                (self.endpoint, self.switch) = (Some(*endpoint), Some(*switch));
            }
            ([_], [_], 2) => return Err("is a switch, and guards the secondary".to_owned()),
            _ => return Err(format!("needs {threshold} of {} others to be healthy", children.len())),
        }
        Ok(())
    }
}

/// The health check of the spec: for both sides the one that the primary has; or the secondary's, where that is
/// a website, since a website cannot be asked in every way in which something else can (`prefer`).
pub(super) fn spec(guards: &[Guard<'_>; 2], prefer: Side, https: bool) -> (HealthCheckSpec, Vec<Note>) {
    let mut notes = Vec::new();
    let [primary, secondary] = guards.each_ref().map(|guard| guard.endpoint);
    let (first, then) = if prefer == Side::Primary { (primary, secondary) } else { (secondary, primary) };
    let basis = first.or(then);
    let (object, exact) = [first, then]
        .into_iter()
        .flatten()
        .find_map(|standing| object(standing.endpoint))
        .unwrap_or_else(|| ("failover/health.txt".parse().expect("is a key"), false));
    if !exact {
        let why = match basis.map(|standing| standing.endpoint) {
            None => "no health check looks at an endpoint today".to_owned(),
            Some(endpoint) if endpoint.protocol == CheckProtocol::Tcp => {
                "today's health check only connects".to_owned()
            }
            Some(endpoint) => {
                format!("today's health check asks for `{}`, which is no object", endpoint.path)
            }
        };
        notes.push(Note::new(
            "object-guessed",
            "health_check.object",
            format!("Guessed: {why}. Name a small public object that is in both buckets."),
        ));
    }
    let mut spec = default(object, https);
    let Some(Standing { id, endpoint }) = basis else { return (spec, notes) };
    spec.contains = endpoint.search.clone();
    spec.protocol = match endpoint.protocol {
        CheckProtocol::Https => Protocol::Https,
        CheckProtocol::Http => Protocol::Http,
        CheckProtocol::Tcp => Protocol::Tcp,
    };
    spec.port = endpoint.port;
    spec.interval = interval(endpoint.interval);
    if spec.interval.seconds() != endpoint.interval {
        let message = format!(
            "The health check {id} looks every {} s, and the documentation offers 10 and 30.",
            endpoint.interval
        );
        notes.push(Note::new("interval", "health_check.interval", message));
    }
    if let Ok(threshold) = FailureThreshold::new(i64::from(endpoint.failure_threshold)) {
        spec.failure_threshold = threshold;
    }
    spec.regions = regions(endpoint).into_iter().cloned().collect();
    (spec, notes)
}

/// As a spec has it when it says nothing.
fn default(object: ObjectKey, https: bool) -> HealthCheckSpec {
    let protocol = if https { Protocol::Https } else { Protocol::Http };
    HealthCheckSpec {
        object,
        contains: None,
        interval: Interval::Thirty,
        failure_threshold: HealthCheckSpec::default_threshold(),
        protocol,
        port: protocol.default_port(),
        regions: Vec::new(),
    }
}

fn interval(seconds: u32) -> Interval {
    if seconds <= 20 { Interval::Ten } else { Interval::Thirty }
}

/// Nothing for all of them, which Route 53 lists for a check that was created without a choice.
fn regions(endpoint: &EndpointCheck) -> BTreeSet<&Region> {
    let all =
        CHECKER_REGIONS.iter().all(|code| endpoint.regions.iter().any(|region| region.as_str() == *code));
    if all { BTreeSet::new() } else { endpoint.regions.iter().collect() }
}

/// The object that a check asks for, and whether that is all it asks for.
pub(super) fn object(endpoint: &EndpointCheck) -> Option<(ObjectKey, bool)> {
    let path = endpoint.path.split(['?', '#']).next().unwrap_or_default();
    let key = percent_decoded(path.strip_prefix('/')?)?.parse::<ObjectKey>().ok()?;
    let exact = key.path() == endpoint.path;
    Some((key, exact))
}

/// Nothing where the bytes are no UTF-8, as the keys of objects are.
fn percent_decoded(text: &str) -> Option<String> {
    let mut parts = text.split('%');
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        bytes.push(u8::from_str_radix(part.get(..2)?, 16).ok()?);
        bytes.extend(part.get(2..)?.bytes());
    }
    String::from_utf8(bytes).ok()
}

/// How a standing check differs from what the spec says, setting by setting.
pub(super) fn differences(is: &EndpointCheck, spec: &HealthCheckSpec, probe_host: &Fqdn) -> Vec<String> {
    let mut differences = Vec::new();
    let mut compare = |what: &str, is: String, wanted: String| {
        if is != wanted {
            differences.push(format!("{what} {is}, not {wanted}"));
        }
    };
    let tcp = spec.protocol == Protocol::Tcp;
    let text =
        |search: &Option<String>| search.as_ref().map_or("none".to_owned(), |text| format!("`{text}`"));
    let list = |regions: BTreeSet<&Region>| match regions.len() {
        0 => "all".to_owned(),
        _ => regions.into_iter().map(Region::as_str).collect::<Vec<_>>().join(" "),
    };
    compare("protocol", is.protocol.as_str().to_owned(), spec.protocol.as_str().to_owned());
    compare("host", is.host.clone().unwrap_or_else(|| "none".to_owned()), probe_host.to_string());
    compare(
        "address",
        is.ip_address.map_or("that of the host".to_owned(), |ip| ip.to_string()),
        "that of the host".to_owned(),
    );
    compare("port", is.port.to_string(), spec.port.to_string());
    if !tcp {
        compare("path", is.path.clone(), spec.object.path());
        compare("text to look for", text(&is.search), text(&spec.contains));
    }
    compare("SNI", is.sni.to_string(), (spec.protocol == Protocol::Https).to_string());
    compare("interval", format!("{} s", is.interval), format!("{} s", spec.interval.seconds()));
    compare("failure threshold", is.failure_threshold.to_string(), spec.failure_threshold.get().to_string());
    compare("checker regions", list(regions(is)), list(spec.regions.iter().collect()));
    differences
}

/// The bucket and region that a check looks at, if it looks at one.
pub(super) fn bucket_of(standing: Option<&Standing<'_>>) -> Option<super::endpoint::Endpoint> {
    Host::of(&standing?.host()?).bucket()
}
