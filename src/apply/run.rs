//! One attempt at a plan.

use std::{
    collections::BTreeMap,
    pin::pin,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use futures_util::future::{Either, select};
use tokio::sync::{mpsc, watch};

use super::{
    Applied, ApplyError, Event, Stop, again,
    generations::generations,
    readiness::{self, Readiness},
    round::{Checks, Round, rounds},
    sides,
};
use crate::{
    account::{Account, Created, RecordChange},
    clock::Clock,
    model::{ChangeId, CheckConfig, CheckOwner, Fqdn, HealthCheckId, HostedZoneId},
    plan::{AwaitedAlarm, AwaitedCheck, CheckRef, Plan, Step},
};

/// "Changes generally propagate to all Route 53 name servers within 60 seconds" (Route 53 API
/// reference, `ChangeResourceRecordSets`); five times that is our choice.
const IN_SYNC_WITHIN: Duration = Duration::from_mins(5);
/// The wait between two looks at a change grows from this ...
const FIRST_LOOK: Duration = Duration::from_secs(1);
/// ... to this: few calls beside ten a second, and little time lost behind an apply of minutes.
const SLOWEST_LOOK: Duration = Duration::from_secs(3);

/// What the person who applies allows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Change the records although a health check that guards them is not healthy.
    pub allow_unhealthy: bool,
    /// The same where both sides are down.
    pub allow_both_down: bool,
}

impl Options {
    /// Whether one side may be down. Who allows both to be allows one.
    pub(super) fn may_go_on_unhealthy(self) -> bool {
        self.allow_unhealthy || self.allow_both_down
    }
}

/// What an attempt did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// In the order in which it was done.
    pub applied: Vec<Applied>,
}

/// Carries out `plan` and tells `on_event` about it: round by round, and what of a round may overlap
/// overlaps.
pub async fn apply(
    account: &Account,
    clock: &Clock,
    plan: &Plan,
    options: Options,
    on_event: &mut (dyn FnMut(Event) + Send),
) -> Result<Outcome, ApplyError> {
    apply_until(&Stop::default(), account, clock, plan, options, on_event).await
}

/// Carries out `plan` until it is done or `stop` is asked for. Then the calls in flight end (a health check
/// that was just created gets its tags as well), no other is made, and no wait goes on.
pub async fn apply_until(
    stop: &Stop,
    account: &Account,
    clock: &Clock,
    plan: &Plan,
    options: Options,
    on_event: &mut (dyn FnMut(Event) + Send),
) -> Result<Outcome, ApplyError> {
    stop.heed();
    let mut attempt = Attempt {
        stop,
        account,
        clock,
        plan,
        options,
        told: Mutex::new(Told { on_event, applied: Vec::new() }),
        steps_done: AtomicUsize::new(0),
        created: Mutex::default(),
        sent: Vec::new(),
    };
    match attempt.carry_out().await {
        // Only now is it known what was still finished.
        Err(ApplyError::Stopped { .. }) => Err(attempt.stopped()),
        Err(error) => Err(error),
        Ok(()) => {
            let Told { applied, .. } = attempt.told.into_inner().unwrap_or_else(PoisonError::into_inner);
            Ok(Outcome { applied })
        }
    }
}

/// One attempt. What steps that overlap share is behind locks, which are never held across a wait.
pub(super) struct Attempt<'a> {
    pub(super) stop: &'a Stop,
    pub(super) account: &'a Account,
    pub(super) clock: &'a Clock,
    plan: &'a Plan,
    pub(super) options: Options,
    told: Mutex<Told<'a>>,
    steps_done: AtomicUsize,
    created: Mutex<BTreeMap<CheckOwner, HealthCheckId>>,
    /// Batches that were sent and not yet waited for, and how many changes each holds.
    sent: Vec<(ChangeId, usize)>,
}

/// What was said and done.
struct Told<'a> {
    on_event: &'a mut (dyn FnMut(Event) + Send),
    applied: Vec<Applied>,
}

impl<'a> Attempt<'a> {
    async fn carry_out(&mut self) -> Result<(), ApplyError> {
        for round in rounds(&self.plan.steps) {
            // Batches are sent one after the other and waited for together: to Route 53 it is all one wait.
            if !matches!(round, Round::Alone(Step::ChangeRecords { .. })) {
                self.await_sent().await?;
            }
            self.go_on()?;
            match round {
                Round::Checks(checks) => self.checks(&checks).await?,
                Round::Alone(Step::ChangeRecords { zone, changes }) => self.send(zone, changes).await?,
                Round::Alone(step) => self.step(step).await?,
            }
        }
        self.await_sent().await?;
        self.go_on()
    }

    /// Makes checks and waits for their checkers, side by side ([`round`](super::round) says in which order).
    ///
    /// Whichever of both fails ends the other: the waiting at once, since it changes nothing; the making
    /// after the step that it is at, so that no call is left in flight.
    async fn checks(&self, checks: &Checks<'_>) -> Result<(), ApplyError> {
        let (admit, ready) = mpsc::unbounded_channel();
        let (done, looked) = watch::channel(vec![false; checks.groups.len()]);
        let making = pin!(self.make(checks, admit, looked));
        let waiting = pin!(self.await_checkers(&checks.groups, ready, done));
        match select(making, waiting).await {
            Either::Left((Ok(()), waiting)) => waiting.await,
            Either::Left((failed, _)) => failed,
            Either::Right((waited, making)) => {
                let made = making.await;
                waited.and(made)
            }
        }
    }

    /// Carries out the steps that make checks. Stops when nobody waits for checkers any more, though not all
    /// have looked.
    async fn make(
        &self,
        checks: &Checks<'_>,
        admit: mpsc::UnboundedSender<usize>,
        mut looked: watch::Receiver<Vec<bool>>,
    ) -> Result<(), ApplyError> {
        for done in 0..=checks.looking.len() {
            for group in (0..checks.groups.len()).filter(|group| checks.groups[*group].after == done) {
                // Refused only when the waiting has failed, which the next line notices.
                let _ = admit.send(group);
            }
            if let Some(step) = checks.looking.get(done) {
                if looked.has_changed().is_err() {
                    return Ok(());
                }
                self.go_on()?;
                self.step(step).await?;
            }
        }
        drop(admit);
        for step in &checks.once {
            self.go_on()?;
            self.step(step).await?;
        }
        for step in &checks.made_of_others {
            let needed = checks.needed_by(step);
            let all = |looked: &Vec<bool>| needed.iter().all(|group| looked[*group]);
            if looked.wait_for(all).await.is_err() {
                return Ok(());
            }
            self.go_on()?;
            self.step(step).await?;
        }
        Ok(())
    }

    async fn step(&self, step: &Step) -> Result<(), ApplyError> {
        match step {
            Step::CreateCheck { owner, config, identity, tags } => {
                let config = self.resolve_children(config)?;
                let id = self.create(owner, &config, identity).await?;
                self.account.tag_health_check(&id, tags).await?;
                self.created().insert(owner.clone(), id.clone());
                self.done(Applied::CheckCreated { owner: owner.clone(), id });
            }
            Step::TagCheck { id, tags } => {
                self.account.tag_health_check(id, tags).await?;
                self.done(Applied::CheckTagged { id: id.clone() });
            }
            Step::UpdateCheck { id, version, config } => {
                let config = self.resolve_children(config)?;
                again::update_check(self.account, id, *version, &config).await?;
                self.done(Applied::CheckUpdated { id: id.clone() });
            }
            Step::AwaitAlarms { alarms, .. } => {
                for alarm in alarms {
                    self.see_alarm(alarm).await?;
                }
            }
            Step::LookAtSides { failover, checks } => self.look_at_sides(failover, checks).await?,
            // Done before any round that is no batch.
            Step::AwaitRecords => {}
            Step::DeleteCheck { id, .. } => {
                self.account.delete_health_check(id).await?;
                self.done(Applied::CheckDeleted { id: id.clone() });
            }
            Step::AwaitCheckers { .. } | Step::ChangeRecords { .. } => {
                unreachable!("a round asks for these by itself")
            }
        }
        self.finished();
        Ok(())
    }

    async fn send(
        &mut self,
        zone: &HostedZoneId,
        changes: &[RecordChange<CheckRef>],
    ) -> Result<(), ApplyError> {
        let batch: Result<Vec<RecordChange>, _> = changes.iter().map(|c| self.resolve_change(c)).collect();
        let batch = batch?;
        let zone = self.plan.zones.iter().find(|known| known.id == *zone);
        let zone = zone.expect("a plan names the zones that it changes");
        let change = again::change_records(self.account, zone, &batch).await?;
        self.tell(Event::AwaitingInSync { change: change.clone() });
        self.sent.push((change, batch.len()));
        self.finished();
        Ok(())
    }

    /// Counts a step that is done, or sent.
    pub(super) fn finished(&self) {
        self.steps_done.fetch_add(1, Ordering::Relaxed);
    }

    /// Nobody has asked it to stop.
    pub(super) fn go_on(&self) -> Result<(), ApplyError> {
        if self.stop.is_asked() { Err(self.stopped()) } else { Ok(()) }
    }

    fn stopped(&self) -> ApplyError {
        let sent: Vec<ChangeId> = self.sent.iter().map(|(change, _)| change.clone()).collect();
        let done = self.steps_done.load(Ordering::Relaxed) - sent.len();
        ApplyError::Stopped { done, steps: self.plan.steps.len(), sent }
    }

    /// Waits, unless somebody asks it to stop.
    async fn pause(&self, duration: Duration) -> Result<(), ApplyError> {
        tokio::select! {
            () = self.clock.sleep(duration) => {}
            () = self.stop.asked() => {}
        }
        self.go_on()
    }

    pub(super) fn tell(&self, event: Event) {
        (self.told().on_event)(event);
    }

    fn done(&self, applied: Applied) {
        let mut told = self.told();
        (told.on_event)(Event::Done(applied.clone()));
        told.applied.push(applied);
    }

    fn told(&self) -> MutexGuard<'_, Told<'a>> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn created(&self) -> MutexGuard<'_, BTreeMap<CheckOwner, HealthCheckId>> {
        self.created.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Creates a check, with the first caller reference that is not that of a deleted one.
    async fn create(
        &self,
        owner: &CheckOwner,
        config: &CheckConfig,
        identity: &str,
    ) -> Result<HealthCheckId, ApplyError> {
        for generation in generations(self.clock.now()) {
            let reference = owner.reference(identity, generation);
            if let Created::Check(id) = self.account.create_health_check(&reference, config).await? {
                return Ok(id);
            }
            self.go_on()?;
        }
        Err(ApplyError::NoReference { owner: owner.clone() })
    }

    /// Asks the alarm of a check. There is nothing to wait for: a new check counts as healthy until Route 53
    /// has data (Route 53 model, `InsufficientDataHealthStatus`), so no record can fail over by surprise,
    /// and what the alarm says in the end is not a matter of minutes.
    async fn see_alarm(&self, awaited: &AwaitedAlarm) -> Result<(), ApplyError> {
        let id = self.resolve(&awaited.check)?;
        let state = self.account.alarm_state(&awaited.alarm).await?;
        let owner = awaited.owner.clone();
        let Some(detail) = readiness::against(&awaited.alarm, state) else {
            self.tell(Event::AlarmAsked { owner, alarm: awaited.alarm.name.clone() });
            return Ok(());
        };
        if self.options.may_go_on_unhealthy() {
            self.tell(Event::GoingOnUnhealthy { owner });
            return Ok(());
        }
        Err(ApplyError::Unhealthy { owner, id, detail })
    }

    /// One of these sides has to be up. Nothing is waited for: the checks are there and have looked, or have
    /// not and count as healthy.
    async fn look_at_sides(&self, failover: &Fqdn, checks: &[AwaitedCheck]) -> Result<(), ApplyError> {
        let allowed = match checks.len() {
            1 => self.options.may_go_on_unhealthy(),
            _ => self.options.allow_both_down,
        };
        let mut last = None;
        for check in checks {
            let id = self.resolve(&check.check)?;
            let reports = self.account.checker_reports(&id).await?;
            if sides::is_up(&reports) {
                return Ok(());
            }
            self.tell(Event::SideIsDown { owner: check.owner.clone() });
            last = Some((check, id, reports));
        }
        match last {
            Some((check, id, reports)) if !allowed && checks.len() == 1 => Err(ApplyError::Unhealthy {
                owner: check.owner.clone(),
                id,
                detail: readiness::detail(check, &reports, Readiness::Unhealthy, Duration::ZERO),
            }),
            Some(_) if !allowed => Err(ApplyError::BothDown { failover: failover.clone() }),
            _ => Ok(()),
        }
    }

    async fn await_sent(&mut self) -> Result<(), ApplyError> {
        while let Some((change, changes)) = self.sent.first().cloned() {
            self.go_on()?;
            self.await_in_sync(&change).await?;
            self.sent.remove(0);
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
            self.pause(wait).await?;
            wait = (wait * 2).min(SLOWEST_LOOK);
        }
        Ok(())
    }

    pub(super) fn resolve(&self, check: &CheckRef) -> Result<HealthCheckId, ApplyError> {
        match check {
            CheckRef::Existing(id) => Ok(id.clone()),
            CheckRef::Planned(owner) => self
                .created()
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
