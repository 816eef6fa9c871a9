//! Waits until the checkers of many health checks have seen enough.

use std::time::Duration;

use tokio::sync::{mpsc, watch};

use super::{
    ApplyError, Event,
    readiness::{self, Looks, Readiness},
    round::Group,
    run::Attempt,
    schedule::{Answer, Schedule, Turn},
    sides,
};
use crate::{
    model::{CheckRole, HealthCheckId},
    plan::{AwaitedCheck, CheckRef},
};

/// A check whose checkers have not seen enough.
struct Waiting<'a> {
    check: &'a AwaitedCheck,
    id: HealthCheckId,
    /// The place of its group among all.
    group: usize,
    looks: Looks,
    turn: Turn,
    first_asked: Option<Duration>,
    asked: u32,
}

/// The checks of groups that may be asked.
struct Room<'a, 'b> {
    attempt: &'b Attempt<'a>,
    groups: &'b [Group<'b>],
    waiting: Vec<Waiting<'b>>,
    schedule: Schedule,
    /// The roles of each group whose checks are not healthy.
    down: Vec<Vec<CheckRole>>,
}

impl Attempt<'_> {
    /// Asks the checkers of the groups whose places come in by `ready`, and says in `done` of which groups all
    /// have seen enough. Ends when nothing more can come and nothing is waited for.
    pub(super) async fn await_checkers(
        &self,
        groups: &[Group<'_>],
        mut ready: mpsc::UnboundedReceiver<usize>,
        done: watch::Sender<Vec<bool>>,
    ) -> Result<(), ApplyError> {
        let mut room = Room {
            attempt: self,
            groups,
            waiting: Vec::new(),
            schedule: Schedule::default(),
            down: vec![Vec::new(); groups.len()],
        };
        loop {
            self.go_on()?;
            while let Ok(group) = ready.try_recv() {
                room.admit(group, &done)?;
            }
            let next = room.schedule.next(room.waiting.iter().map(|waiting| &waiting.turn));
            let Some((index, due)) = next else {
                match ready.recv().await {
                    Some(group) => room.admit(group, &done)?,
                    None => return Ok(()),
                }
                continue;
            };
            tokio::select! {
                biased;
                () = self.stop.asked() => return self.go_on(),
                Some(group) = ready.recv() => room.admit(group, &done)?,
                () = self.clock.sleep_until(due) => room.ask(index, &done).await?,
            }
        }
    }
}

impl Room<'_, '_> {
    fn admit(&mut self, group: usize, done: &watch::Sender<Vec<bool>>) -> Result<(), ApplyError> {
        let Group { failover, checks, .. } = &self.groups[group];
        self.attempt.tell(Event::AwaitingCheckers { failover: (*failover).clone() });
        let now = self.attempt.clock.elapsed();
        for check in *checks {
            let new = matches!(check.check, CheckRef::Planned(_));
            self.waiting.push(Waiting {
                check,
                id: self.attempt.resolve(&check.check)?,
                group,
                looks: Looks::default(),
                turn: Turn::new(now, new),
                first_asked: None,
                asked: 0,
            });
        }
        self.tell_done(group, done)
    }

    fn tell_done(&self, group: usize, done: &watch::Sender<Vec<bool>>) -> Result<(), ApplyError> {
        if self.waiting.iter().any(|waiting| waiting.group == group) {
            return Ok(());
        }
        if sides::both(&self.down[group]) && !self.attempt.options.allow_both_down {
            return Err(ApplyError::BothDown { failover: self.groups[group].failover.clone() });
        }
        done.send_modify(|done| done[group] = true);
        self.attempt.finished();
        Ok(())
    }

    /// With leave to go on unhealthy, it waits all the same until that is certain: a new inverted check that
    /// nobody has looked at would fail over.
    async fn ask(&mut self, index: usize, done: &watch::Sender<Vec<bool>>) -> Result<(), ApplyError> {
        let Attempt { account, clock, options, .. } = self.attempt;
        let waiting = &mut self.waiting[index];
        let check = waiting.check;
        let reports = account.checker_reports(&waiting.id).await?;
        let now = clock.elapsed();
        waiting.looks.see(&reports);
        waiting.asked += 1;
        let waited = now.saturating_sub(*waiting.first_asked.get_or_insert(now));
        let (successes, reporting) = waiting.looks.count();
        let readiness = waiting.looks.judge(check);
        // Where many take turns, a check has to have had as many as it needs.
        let given_up = waited >= readiness::patience(check) && waiting.asked > check.failure_threshold;
        match readiness {
            Readiness::Healthy => {
                let owner = check.owner.clone();
                self.attempt.tell(Event::CheckersReported { owner, successes, reporting });
            }
            Readiness::TooEarly if !given_up => {
                let answer = if reporting == 0 { Answer::Nothing } else { Answer::TooFew };
                let interval = Duration::from_secs(u64::from(check.interval));
                self.schedule.answered(&mut waiting.turn, now, interval, answer);
                return Ok(());
            }
            Readiness::Unhealthy | Readiness::TooEarly if options.may_go_on_unhealthy() => {
                self.attempt.tell(Event::GoingOnUnhealthy { owner: check.owner.clone() });
                self.down[waiting.group].push(check.owner.role);
            }
            Readiness::Unhealthy | Readiness::TooEarly => {
                let owner = check.owner.clone();
                let detail = readiness::detail(check, &reports, readiness, waited);
                return Err(ApplyError::Unhealthy { owner, id: waiting.id.clone(), detail });
            }
        }
        let group = waiting.group;
        self.waiting.remove(index);
        self.tell_done(group, done)
    }
}
