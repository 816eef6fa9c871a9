//! What is broken, each thing once, however many tell of it.

use jiff::Timestamp;

use crate::{drill::Undo, model::Fqdn};

/// Who tells of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Source {
    /// A row of this machine's journal.
    Journal(#[serde(skip)] i64),
    /// A notice in the secondary's bucket.
    Notice,
    /// The health check itself: by its tag, or by being inverted.
    Check,
}

/// What came of mending it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It was mended.
    Mended,
    /// It was as it should be already.
    Already,
    /// What was broken is there no longer.
    Gone,
    /// Somebody else has changed it since, and it was forgotten: `--force`.
    Forgotten(String),
    /// It could not be mended.
    Failed {
        /// Why, with the causes.
        why: String,
        /// What can be done.
        hint: String,
    },
}

/// One thing.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Broken {
    /// In words, as a phrase.
    pub(super) what: String,
    /// Whose it is.
    pub(super) failover: Fqdn,
    /// In which run it was broken, if that is known.
    pub(super) run: Option<String>,
    /// When, if that is known.
    pub(super) since: Option<Timestamp>,
    /// On which machine, if that is known.
    pub(super) host: Option<String>,
    /// What undoes it; or why that cannot be read.
    pub(super) undo: Result<Undo, String>,
    /// Who tells of it.
    pub(super) sources: Vec<Source>,
    /// Who may still be at it, as a sentence's beginning: "process 7 on alpha is still drilling".
    pub(super) busy: Option<String>,
    /// Whether the process that broke it is known to have ended.
    pub(super) is_abandoned: bool,
    /// Nothing while nothing was tried.
    pub(super) outcome: Option<Outcome>,
}

impl Broken {
    /// Whether somebody shall try.
    pub(super) fn is_to_be_mended(&self) -> bool {
        self.busy.is_none()
    }

    /// Whether it is known to be mended now.
    pub(super) fn is_mended(&self) -> bool {
        let failed = |outcome: &Outcome| matches!(outcome, Outcome::Failed { .. });
        self.outcome.as_ref().is_some_and(|outcome| !failed(outcome))
    }

    /// Whether it is the notice of a drill, which goes last.
    pub(super) fn is_notice(&self) -> bool {
        matches!(&self.undo, Ok(Undo::Object { key, .. }) if *key == crate::drill::Notice::key(&self.failover))
    }

    /// Whether both tell of the same thing.
    fn is(&self, other: &Self) -> bool {
        match (&self.undo, &other.undo) {
            (Ok(one), Ok(two)) => {
                let runs = self.run.is_none() || other.run.is_none() || self.run == other.run;
                runs && place(one) == place(two)
            }
            _ => false,
        }
    }
}

/// What is touched by an undo.
fn place(undo: &Undo) -> String {
    match undo {
        Undo::Inverted { check, .. } => format!("check {check}"),
        Undo::PublicAccess { at, .. } => format!("public access {}", at.bucket),
        Undo::Statement { at, sid, .. } => format!("statement {} {sid}", at.bucket),
        Undo::Object { at, key, .. } => format!("object {} {key}", at.bucket),
        Undo::Prefix { at, prefix } => format!("prefix {} {prefix}", at.bucket),
        Undo::LabFault { admin, target, .. } => format!("fault {admin} {target}"),
    }
}

/// Adds what a source tells. The first teller knows best how to undo it; the others confirm it, and know more of who.
pub(super) fn add(all: &mut Vec<Broken>, told: Broken) {
    let Some(known) = all.iter_mut().find(|known| known.is(&told)) else {
        all.push(told);
        return;
    };
    known.sources.extend(told.sources);
    known.run = known.run.take().or(told.run);
    known.since = known.since.or(told.since);
    known.host = known.host.take().or(told.host);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inverted(run: Option<&str>, source: Source) -> Broken {
        let check = "abc".parse().expect("an id");
        let run = run.map(str::to_owned);
        Broken {
            what: "the primary's health check is inverted".to_owned(),
            failover: "data.example.com".parse().expect("a name"),
            run: run.clone(),
            since: None,
            host: None,
            undo: Ok(Undo::Inverted { check, inverted: false, role: None, run }),
            sources: vec![source],
            busy: None,
            is_abandoned: false,
            outcome: None,
        }
    }

    #[test]
    fn what_several_tell_of_stands_once() {
        let mut all = Vec::new();
        add(&mut all, inverted(Some("one"), Source::Journal(7)));
        add(&mut all, inverted(Some("one"), Source::Notice));
        add(&mut all, inverted(None, Source::Check));
        assert_eq!(all.len(), 1, "{all:?}");
        assert_eq!(all[0].sources, [Source::Journal(7), Source::Notice, Source::Check]);
        add(&mut all, inverted(Some("two"), Source::Check));
        assert_eq!(all.len(), 2, "{all:?}");
    }

    #[test]
    fn what_cannot_be_read_is_like_nothing_else() {
        let unread = |text: &str| Broken { undo: Err(text.to_owned()), ..inverted(None, Source::Journal(1)) };
        let mut all = Vec::new();
        add(&mut all, unread("x"));
        add(&mut all, unread("x"));
        assert_eq!(all.len(), 2);
    }
}
