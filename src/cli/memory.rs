//! The journal, as commands have it: opened when it is needed, and only then.
//!
//! 1. A command that looks says what is still broken ([`Memory::tell`]), makes no file, and goes on whatever
//!    state the journal is in.
//! 2. A command that breaks something has to have it ([`Memory::open`]), or does not begin.
//! 3. A command that changes something remembers that ([`Memory::remember`]); what it did is not undone because
//!    it could not be remembered, so this ends in a warning at worst.

use std::{
    path::PathBuf,
    sync::{Arc, OnceLock},
    time::Duration,
};

use jiff::Timestamp;
use serde_json::Value;

use super::{
    args::Global,
    exit::{ExitStatus, Failure},
    state::{self, NoHome},
    ui::Ui,
};
use crate::{
    causes,
    clock::Clock,
    journal::{Deed, Glance, Journal, JournalError, Record, RunId},
    model::{Fqdn, digest},
    report::history,
    spec::Spec,
};

/// Where the journal is, and the journal once it is open.
#[derive(Clone, Debug)]
pub(super) struct Memory {
    place: Place,
    journal: Arc<OnceLock<Arc<Journal>>>,
}

#[derive(Clone, Debug)]
enum Place {
    Folder(PathBuf),
    NoHome(NoHome),
    /// A lab that ends with this process: nothing outlives it that could be mended.
    NotKept,
}

impl Memory {
    /// By options and environment.
    pub(super) fn new(global: &Global) -> Self {
        let place = match state::folder(global) {
            Ok(folder) => Place::Folder(folder),
            Err(none) => Place::NoHome(none),
        };
        Self { place, journal: Arc::default() }
    }

    /// Of a world that ends with this process.
    pub(super) fn not_kept() -> Self {
        Self { place: Place::NotKept, journal: Arc::default() }
    }

    /// The journal, opened and made if it has to be. Whoever breaks something has to have it.
    pub(super) fn open(&self, ui: Ui) -> Result<Arc<Journal>, Failure> {
        if let Some(journal) = self.journal.get() {
            return Ok(Arc::clone(journal));
        }
        let folder = match &self.place {
            Place::Folder(folder) => folder,
            Place::NoHome(none) => return Err(none.clone().into()),
            Place::NotKept => {
                return Err(Failure::new(ExitStatus::Usage, "the world of a demo has no journal"));
            }
        };
        let journal = Journal::open(folder)?;
        for notice in journal.notices() {
            ui.warn(&history::notice(notice));
        }
        Ok(Arc::clone(self.journal.get_or_init(|| Arc::new(journal))))
    }

    /// The journal to read it, if there is one. Where it cannot be read as it is, it is opened to be written, which
    /// keeps it beside or migrates it.
    pub(super) fn read(&self, ui: Ui) -> Result<Option<Arc<Journal>>, Failure> {
        let Place::Folder(folder) = &self.place else { return Ok(None) };
        match Journal::read(folder) {
            Ok(journal) => Ok(journal.map(Arc::new)),
            Err(JournalError::Older { .. } | JournalError::Newer { .. } | JournalError::Damaged { .. }) => {
                self.open(ui).map(Some)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Says what a run that is no more has left broken, and what is wrong with the journal.
    pub(super) fn tell(&self, ui: Ui) {
        let Place::Folder(folder) = &self.place else { return };
        let Some(Glance { pending, trouble }) = Journal::glance(folder) else { return };
        if let Some(text) = history::still_broken(&pending) {
            ui.say(&text);
        }
        if let Some(error) = trouble {
            ui.say(&format!(
                "warning: {}; not all that is still broken may be known",
                causes::in_one_line(&error)
            ));
        }
    }

    /// Remembers a run that ended, or says why not.
    pub(super) fn remember(&self, record: &Record, ui: Ui) {
        if matches!(self.place, Place::NotKept) {
            return;
        }
        let written = self.open(ui).and_then(|journal| Ok(journal.record(record)?));
        if let Err(failure) = written {
            let mut lines = vec![format!("warning: this run is not remembered: {}", failure.in_one_line())];
            lines.extend(failure.hints.iter().map(|hint| format!("hint: {hint}")));
            ui.warn(&lines.join("\n"));
        }
    }
}

/// A run that has begun.
#[derive(Clone, Debug)]
pub(super) struct Run {
    pub(super) id: RunId,
    at: Timestamp,
    elapsed: Duration,
    clock: String,
}

/// How a run ended.
#[derive(Debug)]
pub(super) struct Ended {
    pub(super) deed: Deed,
    /// To which failover; nothing where it was to a whole spec.
    pub(super) failover: Option<Fqdn>,
    pub(super) plan: Option<String>,
    pub(super) ok: bool,
    pub(super) summary: String,
    pub(super) document: Option<Value>,
}

/// The failover that a spec is about, if it is about one alone: what is done to the spec is done to it.
pub(super) fn the_only(spec: &Spec) -> Option<Fqdn> {
    match &spec.failovers[..] {
        [one] => Some(one.name.clone()),
        _ => None,
    }
}

impl Run {
    /// That begins now.
    pub(super) fn begin(clock: &Clock) -> Self {
        let (at, elapsed) = (clock.now(), clock.elapsed());
        let clock_name = history::clock_name(clock.speed());
        Self { id: RunId::new(at, rand::random()), at, elapsed, clock: clock_name }
    }

    /// What is remembered of it.
    pub(super) fn ended(&self, ended: Ended, global: &Global, clock: &Clock) -> Record {
        let Ended { deed, failover, plan, ok, summary, document } = ended;
        // That it can be read was seen when it was loaded.
        let spec = std::fs::read(&global.config).ok().map(|text| digest(&text));
        Record {
            run: self.id.clone(),
            deed,
            failover,
            at: self.at,
            took: clock.elapsed().saturating_sub(self.elapsed),
            clock: self.clock.clone(),
            spec,
            plan,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            ok,
            summary,
            document,
        }
    }
}

impl From<JournalError> for Failure {
    fn from(error: JournalError) -> Self {
        let failure = Self::new(ExitStatus::Usage, error.to_string());
        let failure = match std::error::Error::source(&error) {
            Some(source) => failure.caused_by(source),
            None => failure,
        };
        failure.hint(error.hint())
    }
}
