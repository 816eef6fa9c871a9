//! What the writers have noted: the log, and who took over when.

use std::{collections::BTreeSet, time::Duration};

use super::{
    log::{Log, Mark, Object, Outcome},
    loss::{Loss, TakeOver},
    prefix::HeartbeatPrefix,
};
use crate::model::Side;

/// What the writers have noted so far.
#[derive(Debug, Default)]
pub(super) struct Notes {
    log: Log,
    takeovers: Vec<TakeOver>,
    /// To which side the last acknowledged write went, by the order of their sending.
    active: Option<(Side, Duration)>,
}

impl Notes {
    pub(super) fn sent(
        &mut self,
        object: Object,
        mark: Mark,
        to: Side,
        at: Duration,
        based_on: Option<Mark>,
    ) {
        self.log.sent(object, mark, to, at, based_on);
    }

    pub(super) fn ended(&mut self, object: Object, mark: Mark, outcome: Outcome) {
        self.log.ended(object, mark, outcome);
    }

    /// A numbered write was acknowledged. Says whether its side has taken over with it, and so is to be asked what
    /// it holds. A write to the side before that was sent earlier and is acknowledged late turns nothing back.
    pub(super) fn acknowledged(&mut self, mark: Mark, side: Side, sent: Duration, at: Duration) -> bool {
        self.log.ended(Object::Numbered, mark, Outcome::Acknowledged(at));
        match self.active {
            Some((_, last)) if sent < last => false,
            Some((active, _)) if active != side => {
                let held = Err("it was not asked yet".to_owned());
                self.takeovers.push(TakeOver { side, sent, at, held });
                self.active = Some((side, sent));
                true
            }
            _ => {
                self.active = Some((side, sent));
                false
            }
        }
    }

    /// What a side held when it took over with the write that was sent then.
    pub(super) fn held(&mut self, sent: Duration, held: Result<BTreeSet<u64>, String>) {
        if let Some(over) = self.takeovers.iter_mut().find(|over| over.sent == sent) {
            over.held = held;
        }
    }

    /// The last words of a side that refused, if nothing was ever acknowledged.
    pub(super) fn never_written(&self) -> Option<String> {
        let refused = || self.log.refusal().unwrap_or("no write was ever acknowledged").to_owned();
        self.active.is_none().then(refused)
    }

    pub(super) fn loss(&self, prefix: &HeartbeatPrefix, end: &[Option<BTreeSet<u64>>; 2]) -> Loss {
        Loss::of(prefix, &self.log, &self.takeovers, end)
    }
}
