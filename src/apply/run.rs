//! One attempt at a plan.

use std::{collections::BTreeMap, time::Duration};

use super::{
    Applied, Event,
    readiness::{self, Looks, Readiness},
    sides,
};
use crate::{
    account::{Account, AccountError, Created, RecordChange},
    clock::Clock,
    model::{ChangeId, CheckConfig, CheckOwner, CheckRole, CheckerReport, Fqdn, HealthCheckId},
    plan::{AwaitedCheck, CheckRef, Plan, Step},
};

/// References of deleted checks are kept "for a number of days" (Route 53 API reference,
/// `CreateHealthCheck`), and 1,000 checks can be created a day: more tries are never needed.
const MOST_GENERATIONS: u32 = 1_000;
/// `GetHealthCheckStatus` may be called once a second (Route 53 Developer Guide,
/// throttling-api-requests); half of that leaves room for other tools.
const BETWEEN_STATUS_CALLS: Duration = Duration::from_secs(2);
/// "Changes generally propagate to all Route 53 name servers within 60 seconds" (Route 53 API
/// reference, `ChangeResourceRecordSets`); five times that is our choice.
const IN_SYNC_WITHIN: Duration = Duration::from_mins(5);
/// The wait between two looks at a change grows from this ...
const FIRST_LOOK: Duration = Duration::from_secs(1);
/// ... to this.
const SLOWEST_LOOK: Duration = Duration::from_secs(8);

/// What the person who applies allows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Change the records although a health check that guards them is not healthy.
    pub allow_unhealthy: bool,
    /// The same where both sides are down.
    pub allow_both_down: bool,
}

/// What an attempt did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// In the order in which it was done.
    pub applied: Vec<Applied>,
}

/// Why an attempt ended early. What was done before stays, and the same command goes on from there.
#[derive(Debug, thiserror::Error)]
pub enum ApplyError {
    /// A call failed.
    #[error(transparent)]
    Account(#[from] AccountError),
    /// A health check that would guard the records is not healthy.
    #[error(
        "the {} health check of {} ({id}) is not healthy: {detail}. The records were not changed",
        owner.role, owner.failover
    )]
    Unhealthy {
        /// The check's owner.
        owner: CheckOwner,
        /// The check.
        id: HealthCheckId,
        /// What its checkers say.
        detail: String,
    },
    /// Neither side is up.
    #[error(
        "both sides of {failover} are down: none of their health checks is healthy. The records were not changed"
    )]
    BothDown {
        /// The failover.
        failover: Fqdn,
    },
    /// Route 53 did not finish a change in time.
    #[error("the change {change} was accepted, but after {} s not every name server has it", waited.as_secs())]
    NotInSync {
        /// The change.
        change: ChangeId,
        /// How long it was waited for.
        waited: Duration,
    },
    /// Every caller reference is taken.
    #[error("every caller reference for the {} health check of {} is taken", owner.role, owner.failover)]
    NoReference {
        /// The owner of the check that could not be created.
        owner: CheckOwner,
    },
    /// A plan that refers to a check which no earlier step creates.
    #[error(
        "the plan refers to the {role} health check of {failover} before it creates it: it was not made by this tool"
    )]
    NotCreated {
        /// The failover.
        failover: Fqdn,
        /// The check's role.
        role: CheckRole,
    },
}

/// Carries out `plan`, in its order, and tells `on_event` about it.
pub async fn apply(
    account: &Account,
    clock: &Clock,
    plan: &Plan,
    options: Options,
    on_event: &mut (dyn FnMut(Event) + Send),
) -> Result<Outcome, ApplyError> {
    let mut attempt = Attempt {
        account,
        clock,
        options,
        on_event,
        created: BTreeMap::new(),
        sent: Vec::new(),
        applied: Vec::new(),
    };
    for step in &plan.steps {
        // Batches are sent one after the other and waited for together: to Route 53 it is all one wait.
        if !matches!(step, Step::ChangeRecords { .. }) {
            attempt.await_sent().await?;
        }
        attempt.step(step).await?;
    }
    attempt.await_sent().await?;
    Ok(Outcome { applied: attempt.applied })
}

struct Attempt<'a> {
    account: &'a Account,
    clock: &'a Clock,
    options: Options,
    on_event: &'a mut (dyn FnMut(Event) + Send),
    created: BTreeMap<CheckOwner, HealthCheckId>,
    /// Batches that were sent and not yet waited for, and how many changes each holds.
    sent: Vec<(ChangeId, usize)>,
    applied: Vec<Applied>,
}

impl Attempt<'_> {
    async fn step(&mut self, step: &Step) -> Result<(), ApplyError> {
        match step {
            Step::CreateCheck { owner, config, identity, tags } => {
                let config = self.resolve_children(config)?;
                let id = self.create(owner, &config, identity).await?;
                self.account.tag_health_check(&id, tags).await?;
                self.created.insert(owner.clone(), id.clone());
                self.done(Applied::CheckCreated { owner: owner.clone(), id });
            }
            Step::TagCheck { id, tags } => {
                self.account.tag_health_check(id, tags).await?;
                self.done(Applied::CheckTagged { id: id.clone() });
            }
            Step::UpdateCheck { id, version, config } => {
                let config = self.resolve_children(config)?;
                self.account.update_health_check(id, *version, &config).await?;
                self.done(Applied::CheckUpdated { id: id.clone() });
            }
            Step::AwaitCheckers { failover, checks } => {
                (self.on_event)(Event::AwaitingCheckers { failover: failover.clone() });
                let mut down = Vec::new();
                for check in checks {
                    let up = self.await_checkers(check).await?;
                    down.extend((!up).then_some(check.owner.role));
                }
                if sides::both(&down) && !self.options.allow_both_down {
                    return Err(ApplyError::BothDown { failover: failover.clone() });
                }
            }
            Step::LookAtSides { failover, checks } => self.look_at_sides(failover, checks).await?,
            // Done before any step that is no batch.
            Step::AwaitRecords => {}
            Step::ChangeRecords { zone, changes } => {
                let batch: Result<Vec<RecordChange>, _> =
                    changes.iter().map(|c| self.resolve_change(c)).collect();
                let batch = batch?;
                let change = self.account.change_records(zone, &batch, "s3-failover").await?;
                (self.on_event)(Event::AwaitingInSync { change: change.clone() });
                self.sent.push((change, batch.len()));
            }
            Step::DeleteCheck { id, .. } => {
                self.account.delete_health_check(id).await?;
                self.done(Applied::CheckDeleted { id: id.clone() });
            }
        }
        Ok(())
    }

    fn done(&mut self, applied: Applied) {
        (self.on_event)(Event::Done(applied.clone()));
        self.applied.push(applied);
    }

    /// Creates a check, with the first caller reference that is not that of a deleted one.
    async fn create(
        &self,
        owner: &CheckOwner,
        config: &CheckConfig,
        identity: &str,
    ) -> Result<HealthCheckId, ApplyError> {
        for generation in 0..MOST_GENERATIONS {
            let reference = owner.reference(identity, generation);
            if let Created::Check(id) = self.account.create_health_check(&reference, config).await? {
                return Ok(id);
            }
        }
        Err(ApplyError::NoReference { owner: owner.clone() })
    }

    /// Waits until the checkers have seen enough. With leave to go on unhealthy, it waits all the same
    /// until that is certain: a new inverted check that nobody has looked at would fail over.
    ///
    /// False when it goes on although the check is not healthy.
    async fn await_checkers(&mut self, check: &AwaitedCheck) -> Result<bool, ApplyError> {
        let id = self.resolve(&check.check)?;
        let deadline = self.clock.elapsed() + readiness::patience(check);
        let mut looks = Looks::default();
        loop {
            let reports = self.account.checker_reports(&id).await?;
            looks.see(&reports);
            let (successes, reporting) = looks.count();
            let readiness = looks.judge(check);
            if readiness == Readiness::Healthy {
                (self.on_event)(Event::CheckersReported { owner: check.owner.clone(), successes, reporting });
                return Ok(true);
            }
            let given_up = self.clock.elapsed() >= deadline;
            if readiness == Readiness::Unhealthy || given_up {
                if self.options.allow_unhealthy || self.options.allow_both_down {
                    (self.on_event)(Event::GoingOnUnhealthy { owner: check.owner.clone() });
                    return Ok(false);
                }
                let owner = check.owner.clone();
                let detail = detail(check, &reports, readiness);
                return Err(ApplyError::Unhealthy { owner, id, detail });
            }
            self.clock.sleep(BETWEEN_STATUS_CALLS).await;
        }
    }

    /// One of these sides has to be up. Nothing is waited for: the checks are there and have looked, or have
    /// not and count as healthy.
    async fn look_at_sides(&mut self, failover: &Fqdn, checks: &[AwaitedCheck]) -> Result<(), ApplyError> {
        let allowed = match checks.len() {
            1 => self.options.allow_unhealthy || self.options.allow_both_down,
            _ => self.options.allow_both_down,
        };
        let mut last = None;
        for check in checks {
            let id = self.resolve(&check.check)?;
            let reports = self.account.checker_reports(&id).await?;
            if sides::is_up(&reports) {
                return Ok(());
            }
            (self.on_event)(Event::SideIsDown { owner: check.owner.clone() });
            last = Some((check, id, reports));
        }
        match last {
            Some((check, id, reports)) if !allowed && checks.len() == 1 => Err(ApplyError::Unhealthy {
                owner: check.owner.clone(),
                id,
                detail: detail(check, &reports, Readiness::Unhealthy),
            }),
            Some(_) if !allowed => Err(ApplyError::BothDown { failover: failover.clone() }),
            _ => Ok(()),
        }
    }

    async fn await_sent(&mut self) -> Result<(), ApplyError> {
        for (change, changes) in std::mem::take(&mut self.sent) {
            self.await_in_sync(&change).await?;
            self.done(Applied::RecordsChanged { change, changes });
        }
        Ok(())
    }

    async fn await_in_sync(&self, change: &ChangeId) -> Result<(), ApplyError> {
        let started = self.clock.elapsed();
        let mut wait = FIRST_LOOK;
        while !self.account.is_in_sync(change).await? {
            let waited = self.clock.elapsed().saturating_sub(started);
            if waited >= IN_SYNC_WITHIN {
                return Err(ApplyError::NotInSync { change: change.clone(), waited });
            }
            self.clock.sleep(wait).await;
            wait = (wait * 2).min(SLOWEST_LOOK);
        }
        Ok(())
    }

    fn resolve(&self, check: &CheckRef) -> Result<HealthCheckId, ApplyError> {
        match check {
            CheckRef::Existing(id) => Ok(id.clone()),
            CheckRef::Planned(owner) => self
                .created
                .get(owner)
                .cloned()
                .ok_or_else(|| ApplyError::NotCreated { failover: owner.failover.clone(), role: owner.role }),
        }
    }

    fn resolve_children(&self, config: &CheckConfig<CheckRef>) -> Result<CheckConfig, ApplyError> {
        config.try_map_children(|child| self.resolve(child))
    }

    fn resolve_change(&self, change: &RecordChange<CheckRef>) -> Result<RecordChange, ApplyError> {
        match change {
            RecordChange::Create(set) => {
                Ok(RecordChange::Create(set.try_map_check(|check| self.resolve(check))?))
            }
            RecordChange::Delete(set) => Ok(RecordChange::Delete(set.clone())),
        }
    }
}

/// What the checkers say, in words.
fn detail(check: &AwaitedCheck, reports: &[CheckerReport], readiness: Readiness) -> String {
    let (successes, reporting) = (reports.iter().filter(|report| report.success).count(), reports.len());
    if readiness == Readiness::TooEarly {
        let waited = readiness::patience(check).as_secs();
        return format!(
            "after {waited} s only {reporting} checkers have reported, or not often enough to be sure"
        );
    }
    let example = reports.iter().find(|report| report.success == check.inverted);
    let example = example.map(|report| format!("; one says: {}", report.status)).unwrap_or_default();
    format!("{successes} of {reporting} checkers report success{example}")
}
