//! What was written down, in which order, and what became of it.

use std::sync::Mutex;

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
    pub(super) done: Option<std::time::Duration>,
    pub(super) undone: Option<std::time::Duration>,
}

/// The steps of one drill, and the journal in which they stand too.
pub(super) struct Ledger<'a> {
    /// `rusqlite`'s connection may be moved to another thread, and not be used by two at once.
    journal: &'a Mutex<Journal>,
    run: RunId,
    failover: Fqdn,
    pub(super) entries: Vec<Entry>,
}

impl<'a> Ledger<'a> {
    pub(super) fn new(journal: &'a Mutex<Journal>, run: RunId, failover: Fqdn) -> Self {
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
        let journal = self.journal.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
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

    /// A stake was put into the world.
    pub(super) fn done(&mut self, stake: Stake, at: std::time::Duration) {
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
        (at, date): (std::time::Duration, Timestamp),
    ) -> Result<(), JournalError> {
        let entry = &mut self.entries[index];
        entry.undone = Some(at);
        let journal = self.journal.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        journal.undone(entry.id, date)
    }

    /// What a report shows of the fault: the aids break nothing.
    pub(super) fn actions(&self, began: std::time::Duration) -> Vec<Action> {
        let since = |at: std::time::Duration| {
            if at >= began { seconds(at - began) } else { -seconds(began - at) }
        };
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
