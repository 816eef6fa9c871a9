//! What was written down, in which order, and what became of it.

use std::time::Duration;

use jiff::Timestamp;

use crate::{
    cli::exit::{ExitStatus, Failure},
    drill::{PreparedStep, phase::Stake},
    journal::{Journal, JournalError, NewStep, RunId},
    model::Fqdn,
    report::drill::Action,
    timeline::seconds,
};

/// One step, with its place in the journal.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) stake: Stake,
    pub(super) step: PreparedStep,
    /// Its number in the journal.
    id: i64,
    /// When it was done, by the clock of the world.
    pub(super) done: Option<Duration>,
    pub(super) undone: Option<Duration>,
}

/// The steps of one drill, and the journal in which they stand too.
pub(super) struct Ledger<'a> {
    journal: &'a Journal,
    run: RunId,
    failover: Fqdn,
    pub(super) entries: Vec<Entry>,
}

impl<'a> Ledger<'a> {
    pub(super) fn new(journal: &'a Journal, run: RunId, failover: Fqdn) -> Self {
        Self { journal, run, failover, entries: Vec::new() }
    }

    /// Writes down what undoes a stake. When a step cannot be written, those of the stake that were are taken back:
    /// none of them is taken.
    pub(super) fn intend(
        &mut self,
        stake: Stake,
        steps: Vec<PreparedStep>,
        at: Timestamp,
    ) -> Result<(), JournalError> {
        let journal = self.journal;
        let first = self.entries.len();
        for step in steps {
            let undo = serde_json::to_value(&step.undo).expect("an undo has string keys only");
            let new = NewStep {
                run: self.run.clone(),
                failover: self.failover.clone(),
                what: step.what.clone(),
                undo,
                at,
            };
            match journal.intend(&new) {
                Ok(id) => self.entries.push(Entry { stake, step, id, done: None, undone: None }),
                Err(error) => {
                    for entry in self.entries.drain(first..) {
                        // What stands there though nothing was done does no harm: to undo it changes nothing.
                        let _ = journal.undone(entry.id, at);
                    }
                    return Err(error);
                }
            }
        }
        Ok(())
    }

    /// Refuses when something of this failover was written down and not undone: by a drill that goes on, or by one
    /// that died.
    pub(super) fn nothing_pending(&self) -> Result<(), Failure> {
        let journal = self.journal;
        let pending = journal.pending().map_err(|error| not_written(&error))?;
        let of_this = pending.into_iter().filter(|step| step.step.failover == self.failover);
        let told: Vec<String> =
            of_this.map(|step| format!("{} (drill {})", step.step.what, step.step.run)).collect();
        if told.is_empty() {
            return Ok(());
        }
        let message =
            format!("an earlier drill of {} has not undone everything; nothing was changed", self.failover);
        let mut failure = Failure::new(ExitStatus::Unsafe, message);
        failure.causes = told;
        Err(failure.hint("`s3-failover recover` undoes it. If that drill still runs, let it end."))
    }

    /// A stake that was written down was not put into the world after all.
    pub(super) fn never_done(&mut self, stake: Stake, date: Timestamp) {
        for index in self.owed(stake) {
            self.entries[index].done = None;
            // What stands there though nothing was done is told by the next command, and undone without harm.
            let _ = self.undone(index, (Duration::ZERO, date));
        }
    }

    /// A stake was put into the world.
    pub(super) fn done(&mut self, stake: Stake, at: Duration) {
        self.entries.iter_mut().filter(|entry| entry.stake == stake).for_each(|entry| entry.done = Some(at));
    }

    /// The steps of a stake that are not undone; the latest first.
    pub(super) fn owed(&self, stake: Stake) -> Vec<usize> {
        let owed = |entry: &Entry| entry.stake == stake && entry.undone.is_none();
        (0..self.entries.len()).rev().filter(|index| owed(&self.entries[*index])).collect()
    }

    /// A step was undone.
    pub(super) fn undone(
        &mut self,
        index: usize,
        (at, date): (Duration, Timestamp),
    ) -> Result<(), JournalError> {
        let entry = &mut self.entries[index];
        entry.undone = Some(at);
        let journal = self.journal;
        journal.undone(entry.id, date)
    }

    /// What a report shows of the fault: the aids break nothing.
    pub(super) fn actions(&self, began: Duration) -> Vec<Action> {
        let since =
            |at: Duration| at.checked_sub(began).map_or_else(|| -seconds(began.saturating_sub(at)), seconds);
        let of = |entry: &Entry| {
            let at = since(entry.done?);
            Some(Action { what: entry.step.what.clone(), at, undone_at: entry.undone.map(since) })
        };
        self.entries.iter().filter_map(of).collect()
    }
}

/// Why nothing was done: it could not be written down.
pub(super) fn not_written(error: &JournalError) -> Failure {
    Failure::new(ExitStatus::Unsafe, "what undoes the drill could not be written down, so nothing was broken")
        .caused_by(error)
        .hint("`--state DIR` (or S3_FAILOVER_STATE) names a folder that you may write.")
}
