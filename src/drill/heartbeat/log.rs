//! Every write that was tried: who, where, when, and what is known of its end.

use std::{collections::BTreeMap, time::Duration};

use serde::{Deserialize, Serialize};

use crate::model::Side;

/// One of the two that write.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Writer {
    /// Looks the name up when the answer that it keeps has expired.
    Pointer,
    /// Keeps the address that it has for as long as it is answered there.
    Kept,
}

/// One write of one writer: each has numbers of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Mark {
    /// Whose.
    pub writer: Writer,
    /// Which, from 1.
    pub number: u64,
}

/// To which object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Object {
    /// One of its own.
    Numbered,
    /// The one that both overwrite.
    Shared,
}

/// What is known of a write's end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// S3 acknowledged it, at this moment.
    Acknowledged(Duration),
    /// S3 said no: it is not there.
    Refused(String),
    /// No answer, or none in time: it is there, or not, or will be.
    Uncertain,
}

/// One write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Write {
    /// To which side.
    pub side: Side,
    /// When it was sent, by the clock of the world.
    pub sent: Duration,
    /// What came of it; a write that is under way is uncertain.
    pub outcome: Outcome,
    /// Of an overwriting: what was there when its writer read it before.
    pub based_on: Option<Mark>,
}

impl Write {
    /// When S3 acknowledged it, if it did.
    pub fn acknowledged(&self) -> Option<Duration> {
        match self.outcome {
            Outcome::Acknowledged(at) => Some(at),
            Outcome::Refused(_) | Outcome::Uncertain => None,
        }
    }
}

/// All writes of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Log {
    writes: BTreeMap<(Object, Mark), Write>,
}

impl Log {
    /// A write is sent.
    pub fn sent(&mut self, object: Object, mark: Mark, side: Side, at: Duration, based_on: Option<Mark>) {
        let write = Write { side, sent: at, outcome: Outcome::Uncertain, based_on };
        self.writes.insert((object, mark), write);
    }

    /// Its end is known.
    pub fn ended(&mut self, object: Object, mark: Mark, outcome: Outcome) {
        if let Some(write) = self.writes.get_mut(&(object, mark)) {
            write.outcome = outcome;
        }
    }

    /// All writes to objects of one kind.
    pub fn to(&self, object: Object) -> impl Iterator<Item = (Mark, &Write)> {
        self.writes.iter().filter(move |((of, _), _)| *of == object).map(|((_, mark), write)| (*mark, write))
    }

    /// Those whose end is not known.
    pub fn uncertain(&self) -> usize {
        self.writes.values().filter(|write| write.outcome == Outcome::Uncertain).count()
    }

    /// The last words of a side that said no.
    pub fn refusal(&self) -> Option<&str> {
        let refused = self.writes.values().filter_map(|write| match &write.outcome {
            Outcome::Refused(why) => Some((write.sent, why)),
            Outcome::Acknowledged(_) | Outcome::Uncertain => None,
        });
        refused.max_by_key(|(sent, _)| *sent).map(|(_, why)| why.as_str())
    }
}
