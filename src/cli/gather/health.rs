//! The evidence about health: what the checks behind every failover say, and which side that makes Route 53
//! answer.
//!
//! 1. The records to which aliases lead are read, where they are not below the failover's name.
//! 2. CloudWatch is asked for the verdict on every check, by one call for 500, and for the alarms that checks
//!    follow, by one for each hundred.
//! 3. Name servers and sides are asked meanwhile (see `gather`).
//! 4. The checkers are asked about checks of which CloudWatch has nothing new, and about those of failovers where
//!    a name server answers another side than the verdicts make expected, or a side serves although its check
//!    is unhealthy, or the other way round: what CloudWatch has is a minute old or more. Such calls are few for
//!    a whole account, so they are waited for only so long.
//! 5. What is still open is taken from our own requests, and that is said.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use futures_util::future::join_all;

use super::outside::{Outside, or_own_probe};
use crate::{
    account::{AccountError, OwnedChecks, Published, Snapshot, ZoneRecords},
    causes::in_one_line,
    cli::{exit::Failure, world::World},
    model::{
        AlarmCheck, Answer, CheckConfig, CheckKind, CheckOwner, CheckRole, Fqdn, HealthCheckId, RecordSet,
        Side,
    },
    probe::{
        CheckEvidence, CheckState, Evidence, Expectation, Known, KnownCheck, KnownChecks, Route53Says,
        Servers, expect, health_of, judge, read_values,
    },
    spec::{Failover, Spec},
};

/// How long a free call of `GetHealthCheckStatus` is waited for (our choice): about a dozen checks are asked about
/// then.
const PATIENCE: Duration = Duration::from_secs(10);
/// Up to so many failovers Route 53 is asked what it would answer for each; of more, only for those where
/// something disagrees, and for no more than twice as many (our choice, within the ten calls that it allows a
/// second).
const FEW: usize = 10;
/// Most names that are read because aliases lead to them.
const MOST_FOLLOWED: usize = 50;

/// What is known of the health checks of all failovers.
pub(super) struct Health {
    /// Which checks stand behind each failover.
    behind: Vec<BTreeSet<HealthCheckId>>,
    checks: KnownChecks,
    published: BTreeMap<HealthCheckId, Published>,
    unread: Option<String>,
}

/// A look at the account, with the records to which the aliases of the failovers lead, as far as these lie in the
/// zone.
pub(super) async fn snapshot(world: &World, spec: &Spec) -> Result<Snapshot, Failure> {
    let mut snapshot = world.snapshot(spec).await?;
    let mut read: BTreeSet<Fqdn> = BTreeSet::new();
    for _ in 0..MOST_FOLLOWED {
        let next = spec.failovers.iter().find_map(|failover| {
            let held = snapshot.zone_of(&failover.name);
            let known =
                |name: &Fqdn| read.contains(name) || held.names.iter().any(|asked| name.is_within(asked));
            let targets = below(held, failover).into_iter().filter_map(|set| target_in(held, set));
            let name = targets.into_iter().find(|name| !known(name))?;
            Some((held.zone.clone(), name.clone()))
        });
        let Some((zone, name)) = next else { break };
        snapshot.follow(&world.account, &zone, &name).await?;
        read.insert(name);
    }
    Ok(snapshot)
}

impl Health {
    /// Asks CloudWatch about every check behind a failover. What cannot be read is left out, and it is said why.
    pub(super) async fn read(world: &World, spec: &Spec, snapshot: &Snapshot) -> Self {
        let configs = configs(snapshot);
        let behind = spec.failovers.iter().map(|failover| checks_of(snapshot, failover, &configs));
        let behind: Vec<BTreeSet<HealthCheckId>> = behind.collect();
        let all = behind.iter().flatten();
        let known = all.filter_map(|id| Some((id.clone(), KnownCheck::new(configs.get(id)?.clone()))));
        let mut checks: KnownChecks = known.collect();
        let asked: Vec<HealthCheckId> =
            checks.iter().filter(|(_, check)| !check.config.disabled).map(|(id, _)| id.clone()).collect();
        let alarms: Vec<AlarmCheck> =
            checks.values().filter_map(|check| alarm_of(&check.config).cloned()).collect();
        let alarms: Vec<&AlarmCheck> = alarms.iter().collect();
        let (published, states) = tokio::join!(
            world.account.published_verdicts(&asked, world.clock.now()),
            world.account.alarm_states(&alarms)
        );
        let mut unread = None;
        let mut or_why = |error: AccountError| unread = Some(in_one_line(&error));
        let published = published.map_err(&mut or_why).unwrap_or_default();
        let states = states.map_err(&mut or_why).unwrap_or_default();
        for (id, check) in &mut checks {
            check.published = published.get(id).filter(|said| said.new).map(|said| said.healthy);
            check.alarm = alarm_of(&check.config)
                .and_then(|alarm| alarm.verdict(*states.get(&(alarm.region.clone(), alarm.name.clone()))?));
        }
        Self { behind, checks, published, unread }
    }

    /// Completes the evidence of each failover with what ought to be answered, and on what that rests.
    pub(super) async fn settle(
        mut self,
        world: &World,
        spec: &Spec,
        snapshot: &Snapshot,
        evidence: &mut [Evidence],
    ) {
        let outside: Vec<Outside> = evidence.iter().map(Outside::of).collect();
        let over = self.complete(world, spec, snapshot, &outside).await;
        let ours = OwnedChecks::of(snapshot);
        let each = spec.failovers.iter().zip(&self.behind).zip(outside.iter().zip(evidence.iter_mut()));
        for ((failover, ids), (outside, evidence)) in each {
            let expectation = self.expectation(snapshot, failover, outside);
            evidence.expectation = expectation.map(|known| or_own_probe(known, outside));
            let late = ids.iter().filter(|id| over.contains(*id) && health_of(id, &self.checks).is_none());
            evidence.checks = CheckEvidence {
                checks: ids.iter().map(|id| self.state(id, &ours)).collect(),
                over_budget: late.count(),
                patience: PATIENCE.as_secs(),
            };
            let disabled =
                ids.iter().filter(|id| self.checks.get(id).is_some_and(|check| check.config.disabled));
            evidence.disabled = disabled.map(|id| named(id, &ours)).collect();
            evidence.unread.clone_from(&self.unread);
        }
    }

    /// Asks the checkers where CloudWatch has said nothing, or what is seen from outside speaks against it.
    /// Gives back the checks for which no call was free.
    pub(super) async fn complete(
        &mut self,
        world: &World,
        spec: &Spec,
        snapshot: &Snapshot,
        outside: &[Outside],
    ) -> BTreeSet<HealthCheckId> {
        let mut urgent: BTreeSet<&HealthCheckId> = BTreeSet::new();
        let mut unsaid: BTreeSet<&HealthCheckId> = BTreeSet::new();
        for ((failover, ids), outside) in spec.failovers.iter().zip(&self.behind).zip(outside) {
            let expectation = self.expectation(snapshot, failover, outside);
            let contradicted = expectation.is_some_and(|expectation| outside.contradicts(expectation));
            for id in ids {
                match self.checks.get(id) {
                    Some(check) if !has_checkers(&check.config) => {}
                    Some(_) if contradicted => drop(urgent.insert(id)),
                    Some(check) if check.published.is_none() => drop(unsaid.insert(id)),
                    _ => {}
                }
            }
        }
        let asked = urgent.iter().chain(unsaid.difference(&urgent)).copied();
        let asked: Vec<HealthCheckId> = asked.cloned().collect();
        self.ask_checkers(world, &asked).await
    }

    /// Asks the checkers about these, in this order. Those for which no call was free are given back.
    async fn ask_checkers(&mut self, world: &World, asked: &[HealthCheckId]) -> BTreeSet<HealthCheckId> {
        let answers = asked.iter().map(|id| world.account.checker_reports_within(id, PATIENCE));
        let answers = join_all(answers).await;
        let mut over = BTreeSet::new();
        for (id, answer) in asked.iter().zip(answers) {
            match answer {
                Ok(Some(reports)) => {
                    if let Some(check) = self.checks.get_mut(id) {
                        check.reports = Some(reports);
                    }
                }
                Ok(None) => drop(over.insert(id.clone())),
                Err(error) => self.unread = Some(in_one_line(&error)),
            }
        }
        over
    }

    /// What ought to be answered, by what was read and, of what only AWS sees, by what answers us.
    pub(super) fn expectation(
        &self,
        snapshot: &Snapshot,
        failover: &Failover,
        outside: &Outside,
    ) -> Option<Expectation> {
        let held = snapshot.zone_of(&failover.name);
        // What answers us stands behind its load balancer; why something does not, we cannot tell.
        let answering =
            Side::BOTH.into_iter().zip(outside.serves).filter(|(_, serves)| *serves == Some(true));
        let resources = answering.map(|(side, _)| (failover.side(side).probe_host(), true)).collect();
        let (zone, records) = (&held.zone.id, &held.records);
        let known = Known { zone, records, checks: &self.checks, resources: &resources };
        expect(known, &failover.name, failover.record_type())
    }

    fn state(&self, id: &HealthCheckId, ours: &OwnedChecks<'_>) -> CheckState {
        let known = self.checks.get(id);
        let health = health_of(id, &self.checks);
        let role = role_of(id, ours);
        // What was published before is worth nothing once the verdict is another.
        let same = |said: &&Published| Some(said.healthy) == health.map(|(healthy, _)| healthy);
        CheckState {
            id: id.clone(),
            role,
            exists: known.is_some(),
            healthy: health.map(|(healthy, _)| healthy),
            basis: health.map(|(_, basis)| basis),
            since: self.published.get(id).filter(same).and_then(|said| said.since),
            // Whether a check that others made ought to be inverted is theirs to know.
            inverted_by_hand: role.is_some_and(|role| {
                known.is_some_and(|check| check.config.inverted != (role == CheckRole::Switch))
            }),
            drill: None,
        }
    }
}

/// Asks of checks that are inverted, and should not be, whether a drill has done it. Only of these: the tags of checks
/// that are at work are not read otherwise (see `account/telling.rs`). That they are inverted is told in any case, so
/// tags that cannot be read are no failure.
pub(super) async fn ask_for_drills(world: &World, evidence: &mut [Evidence]) {
    let inverted = |check: &&mut CheckState| check.inverted_by_hand;
    let checks = || evidence.iter().flat_map(|evidence| &evidence.checks.checks);
    let ids: BTreeSet<HealthCheckId> =
        checks().filter(|check| check.inverted_by_hand).map(|check| check.id.clone()).collect();
    if ids.is_empty() {
        return;
    }
    match world.account.drilled(&ids.into_iter().collect::<Vec<_>>()).await {
        Ok(drilled) => {
            let checks = evidence.iter_mut().flat_map(|evidence| &mut evidence.checks.checks);
            checks.filter(inverted).for_each(|check| check.drill = drilled.get(&check.id).cloned());
        }
        Err(error) => tracing::debug!(error = in_one_line(&error), "whether a drill inverted it is unknown"),
    }
}

/// Asks Route 53 what it would answer: for each of a few failovers, or where something disagrees.
pub(super) async fn ask_route53(
    world: &World,
    servers: &Servers,
    spec: &Spec,
    snapshot: &Snapshot,
    evidence: &mut [Evidence],
) {
    let few = spec.failovers.len() <= FEW;
    let disagrees = |(failover, evidence): (&Failover, &Evidence)| {
        let verdict = judge(failover, evidence);
        let wrong = ["authoritative.agree", "authoritative.expected"];
        verdict.checks.iter().any(|finding| wrong.contains(&finding.id) && !finding.ok)
    };
    let both = || spec.failovers.iter().zip(evidence.iter());
    let asked: Vec<usize> = both()
        .enumerate()
        .filter(|(_, both)| few || disagrees(*both))
        .map(|(at, _)| at)
        .take(2 * FEW)
        .collect();
    let says = asked.iter().map(|at| route53_says(world, servers, snapshot, &spec.failovers[*at]));
    let says = join_all(says);
    let says = says.await;
    for (at, says) in asked.into_iter().zip(says) {
        evidence[at].route53 = says;
    }
}

async fn route53_says(
    world: &World,
    servers: &Servers,
    snapshot: &Snapshot,
    failover: &Failover,
) -> Route53Says {
    let zone = &snapshot.zone_of(&failover.name).zone;
    if zone.private {
        return Route53Says::Private;
    }
    let answer = world.account.test_dns_answer(&zone.id, &failover.name, failover.record_type(), None).await;
    match answer {
        Ok(answer) => {
            let addresses = servers.side_addresses(&world.clock, failover).await.unwrap_or_default();
            let answered = read_values(failover, &answer.code, &answer.values, &addresses);
            Route53Says::Answers(answered, answer.server)
        }
        Err(error) => Route53Says::Failed(in_one_line(&error)),
    }
}

/// The settings of every check of the account. Of one that this tool cannot read nothing but that it exists.
fn configs(snapshot: &Snapshot) -> BTreeMap<HealthCheckId, CheckConfig> {
    let ours = snapshot.checks.iter().map(|check| (check.id.clone(), check.config.clone()));
    let others = snapshot.foreign_checks.iter().filter_map(|check| {
        let unread =
            || CheckConfig { kind: CheckKind::Other(check.kind.clone()), inverted: false, disabled: false };
        Some((check.id.parse().ok()?, check.config.clone().unwrap_or_else(unread)))
    });
    others.chain(ours).collect()
}

/// The record sets that may decide what a failover's name answers: its own, and those to which aliases lead.
fn below<'a>(held: &'a ZoneRecords, failover: &Failover) -> Vec<&'a RecordSet> {
    let mut names = vec![failover.name.clone()];
    let mut found: Vec<&RecordSet> = Vec::new();
    while let Some(name) = names.pop() {
        let types = failover.record_types();
        let here = held.records.iter().filter(|set| set.name == name && types.contains(&set.record_type));
        let new: Vec<&RecordSet> = here.filter(|set| !found.contains(set)).collect();
        names.extend(new.iter().filter_map(|set| target_in(held, set)).cloned());
        found.extend(new);
    }
    found
}

/// The name in the same zone to which an alias leads.
fn target_in<'a>(held: &ZoneRecords, set: &'a RecordSet) -> Option<&'a Fqdn> {
    match &set.answer {
        Answer::Alias { hosted_zone_id, target, .. } if *hosted_zone_id == held.zone.id => Some(target),
        Answer::Alias { .. } | Answer::Values { .. } => None,
    }
}

/// The checks behind a failover, and those that these count, whether they exist or not.
fn checks_of(
    snapshot: &Snapshot,
    failover: &Failover,
    configs: &BTreeMap<HealthCheckId, CheckConfig>,
) -> BTreeSet<HealthCheckId> {
    let used = below(snapshot.zone_of(&failover.name), failover).into_iter();
    let used: BTreeSet<&HealthCheckId> = used.filter_map(|set| set.health_check.as_ref()).collect();
    let children = used.iter().filter_map(|id| configs.get(*id)).flat_map(|config| config.kind.children());
    used.iter().copied().chain(children).cloned().collect()
}

fn alarm_of(config: &CheckConfig) -> Option<&AlarmCheck> {
    match &config.kind {
        CheckKind::Alarm(alarm) if !config.disabled => Some(alarm),
        _ => None,
    }
}

fn has_checkers(config: &CheckConfig) -> bool {
    !config.disabled && matches!(config.kind, CheckKind::Endpoint(_))
}

fn role_of(id: &HealthCheckId, ours: &OwnedChecks<'_>) -> Option<CheckRole> {
    ours.check(id).and_then(|check| CheckOwner::from_tags(&check.tags)).map(|owner| owner.role)
}

fn named(id: &HealthCheckId, ours: &OwnedChecks<'_>) -> String {
    role_of(id, ours).map_or_else(|| id.to_string(), |role| format!("{id} ({role})"))
}
