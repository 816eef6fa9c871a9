//! Gathers the evidence for `verify` and `status`: records and checkers from Route 53, answers from
//! the name servers, bytes from both sides.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::SocketAddr,
};

use futures_util::future::join_all;

use super::{exit::Failure, gather_data, signed, world::World};
use crate::{
    account::{AccountError, OwnedChecks, Snapshot, ZoneRecords},
    causes::in_one_line,
    model::{AlarmCheck, CheckConfig, CheckKind, CheckOwner, HealthCheckId, HostedZoneId, RecordSet, Side},
    probe::{
        Basis, Endpoint, Evidence, Expectation, KnownCheck, Query, ServerAnswer, Servers, SideAddresses,
        SideData, SideHealth, Vantage, choose, expect, fetch, query, read_answer,
    },
    spec::{Failover, Spec, Target},
};

/// The evidence of each failover of a spec, in its order.
pub(super) async fn evidence(world: &World, spec: &Spec) -> Result<Vec<Evidence>, Failure> {
    let servers = world.servers()?;
    let snapshot = world.snapshot(spec).await?;
    let mut name_servers = BTreeMap::new();
    for ZoneRecords { zone, .. } in &snapshot.zones {
        name_servers.insert(&zone.id, servers.name_servers(&world.clock, &zone.name).await?);
    }
    let ours = OwnedChecks::of(&snapshot);
    let scene =
        Scene { world, servers: &servers, name_servers: &name_servers, snapshot: &snapshot, ours: &ours };
    Ok(join_all(spec.failovers.iter().map(|failover| of_failover(&scene, failover))).await)
}

/// What is the same for every failover of a spec.
struct Scene<'a> {
    world: &'a World,
    servers: &'a Servers,
    /// Of each zone.
    name_servers: &'a BTreeMap<&'a HostedZoneId, Vec<SocketAddr>>,
    snapshot: &'a Snapshot,
    ours: &'a OwnedChecks<'a>,
}

async fn of_failover(scene: &Scene<'_>, failover: &Failover) -> Evidence {
    let Scene { world, servers, name_servers, snapshot, .. } = scene;
    let held = snapshot.zone_of(&failover.name);
    let addresses = servers.side_addresses(&world.clock, failover).await.unwrap_or_default();
    let answers = join_all(
        name_servers[&held.zone.id].iter().map(|server| ask(world, servers, *server, failover, &addresses)),
    );
    let data = join_all(Side::BOTH.map(|side| side_data(world, servers, failover, side)));
    let (answers, data, checks) = tokio::join!(answers, data, known_checks(scene, failover));
    let Checks { known, disabled, unread } = checks;
    let data: [SideData; 2] = data.try_into().expect("there are two sides");
    let behind = gather_data::behind(world, failover, &data, (snapshot, scene.ours)).await;
    let records: Vec<_> = held.records_at(&failover.name).into_iter().cloned().collect();
    let expectation =
        expect(&records, &known).map(|expectation| missing_are_gone(expectation, &records, scene));
    let expectation = expectation.map(|expectation| or_own_probe(expectation, &data));
    Evidence { disabled, unread, behind, ..Evidence::new(expectation, answers, data) }
}

async fn ask(
    world: &World,
    servers: &Servers,
    server: SocketAddr,
    failover: &Failover,
    addresses: &SideAddresses,
) -> ServerAnswer {
    let question =
        Query { name: failover.name.clone(), record_type: failover.record_type(), recursive: false };
    let vantage = Vantage::authoritative(server);
    match query(&world.clock, &vantage, &question, servers.limit).await {
        Ok(reply) => ServerAnswer {
            vantage,
            authoritative: reply.authoritative,
            result: Ok(read_answer(failover, &reply, addresses)),
        },
        Err(error) => ServerAnswer { vantage, authoritative: true, result: Err(in_one_line(&error)) },
    }
}

async fn side_data(world: &World, servers: &Servers, failover: &Failover, side: Side) -> SideData {
    if signed::is_private(failover, side) {
        return signed::side_data(world, failover, side).await;
    }
    let endpoint = Endpoint::of(failover, side);
    let fetched = fetch(&world.clock, servers, &endpoint).await;
    let mut fetched = fetched.map_err(|error| in_one_line(&error))?;
    let no_bucket =
        failover.side(side).target == Target::Pointer && fetched.status == 404 && fetched.region.is_none();
    if endpoint.path.is_none() && fetched.status < 500 && !no_bucket {
        // No object of the bucket is public then; that S3 answers at all is all that can be seen from outside.
        fetched.status = 200;
    }
    Ok(fetched)
}

/// What is known of the health checks behind a failover's records.
#[derive(Default)]
struct Checks {
    known: BTreeMap<HealthCheckId, KnownCheck>,
    disabled: Vec<String>,
    unread: Option<String>,
}

/// The settings and reports of every check that the failover's records use, and of those that such a
/// check counts, be they ours or not. What cannot be read is left out, and it is said why.
async fn known_checks(scene: &Scene<'_>, failover: &Failover) -> Checks {
    let held = scene.snapshot.zone_of(&failover.name);
    let used = held.records_at(&failover.name).into_iter().filter_map(|record| record.health_check.clone());
    let used: BTreeSet<HealthCheckId> = used.collect();
    let counted = used.iter().filter_map(|id| config_of(scene, id)).flat_map(children).cloned();
    let all: BTreeSet<HealthCheckId> = used.iter().cloned().chain(counted).collect();
    let mut checks = Checks::default();
    for id in all {
        let Some(config) = config_of(scene, &id) else { continue };
        if config.disabled {
            let role = scene.ours.check(&id).and_then(|check| CheckOwner::from_tags(&check.tags));
            let role = role.map(|owner| format!(" ({})", owner.role));
            checks.disabled.push(format!("{id}{}", role.unwrap_or_default()));
        }
        let (mut reports, mut alarm) = (None, None);
        let read = match &config.kind {
            CheckKind::Endpoint(_) => scene.world.account.checker_reports(&id).await.map(|read| {
                reports = Some(read);
            }),
            CheckKind::Alarm(follows) => {
                alarm_says(scene.world, &id, follows, config.inverted).await.map(|says| alarm = says)
            }
            CheckKind::Calculated { .. } | CheckKind::Other(_) => Ok(()),
        };
        checks.unread = read.err().map(|error| in_one_line(&error)).or(checks.unread);
        checks.known.insert(id, KnownCheck { config: config.clone(), reports, alarm });
    }
    checks
}

fn config_of<'a>(scene: &Scene<'a>, id: &HealthCheckId) -> Option<&'a CheckConfig> {
    let others = || scene.snapshot.foreign_checks.iter().find(|check| check.id == id.as_str());
    scene.ours.check(id).map(|check| &check.config).or_else(|| others()?.config.as_ref())
}

/// What the alarm of a check says, before it is inverted: by its state, and where that leaves it open or
/// there is no such alarm any more, by what Route 53 published last.
async fn alarm_says(
    world: &World,
    id: &HealthCheckId,
    alarm: &AlarmCheck,
    inverted: bool,
) -> Result<Option<bool>, AccountError> {
    let state = world.account.alarm_state(alarm).await?;
    if let Some(says) = state.and_then(|state| alarm.verdict(state)) {
        return Ok(Some(says));
    }
    let published = world.account.published_verdict(id, world.clock.now()).await?;
    Ok(published.map(|healthy| healthy != inverted))
}

/// A check that is nowhere in the account, ours or another's, is gone.
fn missing_are_gone(mut expectation: Expectation, records: &[RecordSet], scene: &Scene<'_>) -> Expectation {
    for (index, side) in Side::BOTH.into_iter().enumerate() {
        let record = records.iter().find(|record| record.side() == Some(side));
        let Some(id) = record.and_then(|record| record.health_check.as_ref()) else { continue };
        let others = scene.snapshot.foreign_checks.iter().any(|check| check.id == id.as_str());
        if scene.ours.check(id).is_none() && !others {
            expectation.health[index] = SideHealth::Gone;
        }
    }
    expectation
}

fn children(config: &CheckConfig) -> &[HealthCheckId] {
    match &config.kind {
        CheckKind::Calculated { children, .. } => children,
        CheckKind::Endpoint(_) | CheckKind::Alarm(_) | CheckKind::Other(_) => &[],
    }
}

/// Where the checkers could not be asked, our own request to the side stands in for them.
fn or_own_probe(expectation: Expectation, data: &[SideData; 2]) -> Expectation {
    if !expectation.health.contains(&SideHealth::Unknown) {
        return expectation;
    }
    let seen = |data: &SideData| match data {
        Ok(fetched) if fetched.is_success() => SideHealth::Healthy,
        _ => SideHealth::Unhealthy,
    };
    let mut health = expectation.health;
    for (known, data) in health.iter_mut().zip(data) {
        // What is known stays, whatever the endpoint answers: that a check is gone, or what an alarm says.
        if *known == SideHealth::Unknown {
            *known = seen(data);
        }
    }
    Expectation { side: choose(health[0], health[1]), health, basis: Basis::OwnProbe }
}
