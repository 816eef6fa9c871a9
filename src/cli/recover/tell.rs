//! What is told of it: to people, and as `s3-failover/recover/v1`.

use std::fmt;

use jiff::Timestamp;
use serde::Serialize;

use super::broken::{Broken, Outcome, Source};
use crate::{
    drill::Undo,
    model::Fqdn,
    report::{Look, Style},
};

/// A source that could not be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Trouble {
    /// Which, as a phrase.
    pub(super) place: String,
    /// Why not.
    pub(super) why: String,
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "warning: {} could not be read, so something may be broken that is not listed: {}",
            self.place, self.why
        )
    }
}

/// The document. Keys may be added, never renamed.
#[derive(Debug, Serialize)]
pub(super) struct Document<'a> {
    schema: &'static str,
    /// Nothing is broken any more, and everybody could be asked.
    pub(super) ok: bool,
    dry_run: bool,
    /// Whatever is not mended was left to somebody who is still at it.
    #[serde(skip)]
    pub(super) only_left: bool,
    items: Vec<Item<'a>>,
    unread: &'a [Trouble],
}

#[derive(Debug, Serialize)]
struct Item<'a> {
    what: &'a str,
    failover: &'a Fqdn,
    run: Option<&'a str>,
    since: Option<Timestamp>,
    host: Option<&'a str>,
    sources: &'a [Source],
    undo: Option<&'a Undo>,
    /// `mended`, `already`, `gone`, `forgotten`, `failed`, `left` (somebody is at it), or nothing in a dry run.
    outcome: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    by_hand: Option<String>,
}

pub(super) fn document<'a>(broken: &'a [Broken], unread: &'a [Trouble], dry_run: bool) -> Document<'a> {
    let ok = unread.is_empty() && (dry_run || broken.iter().all(Broken::is_mended));
    let only_left =
        unread.is_empty() && broken.iter().all(|item| item.is_mended() || !item.is_to_be_mended());
    let items = broken.iter().map(item).collect();
    Document { schema: "s3-failover/recover/v1", ok, dry_run, only_left, items, unread }
}

fn item(broken: &Broken) -> Item<'_> {
    let (outcome, why) = match &broken.outcome {
        Some(Outcome::Mended) => (Some("mended"), None),
        Some(Outcome::Already) => (Some("already"), None),
        Some(Outcome::Gone) => (Some("gone"), None),
        Some(Outcome::Forgotten(why)) => (Some("forgotten"), Some(why.as_str())),
        Some(Outcome::Failed { why, .. }) => (Some("failed"), Some(why.as_str())),
        None => (broken.busy.as_ref().map(|_| "left"), broken.busy.as_deref()),
    };
    let by_hand = broken.undo.as_ref().ok().filter(|_| !broken.is_mended()).map(Undo::by_hand);
    Item {
        what: &broken.what,
        failover: &broken.failover,
        run: broken.run.as_deref(),
        since: broken.since,
        host: broken.host.as_deref(),
        sources: &broken.sources,
        undo: broken.undo.as_ref().ok(),
        outcome,
        why,
        by_hand,
    }
}

/// What is broken, before anything is done about it.
pub(super) fn text(broken: &[Broken], look: Look) -> String {
    if broken.is_empty() {
        return "Nothing is broken by a drill, as far as can be seen from here.\n".to_owned();
    }
    let lines = broken.iter().map(|item| {
        let who = match (&item.run, &item.host, item.since) {
            (Some(run), Some(host), Some(since)) => format!(" (drill {run} on {host}, since {since})"),
            (Some(run), _, _) => format!(" (drill {run})"),
            _ => String::new(),
        };
        let busy = item.busy.as_ref().map(|busy| {
            let busy = format!("{busy}: left alone; `--force` undoes it all the same");
            format!("\n    {}", look.paint(Style::Heading, &busy))
        });
        let unread = item.undo.as_ref().err().map(|why| format!("\n    {why}"));
        format!(
            "  {}: {}{who}{}{}\n",
            item.failover,
            item.what,
            busy.unwrap_or_default(),
            unread.unwrap_or_default()
        )
    });
    format!("Still broken:\n{}", lines.collect::<String>())
}

/// What came of one.
pub(super) fn outcome(item: &Broken, outcome: &Outcome) -> String {
    let what = format!("{}: {}", item.failover, item.what);
    match outcome {
        Outcome::Mended => format!("mended: {what}"),
        Outcome::Already => format!("as it should be already: {what}"),
        Outcome::Gone => format!("gone, with what was broken: {what}"),
        Outcome::Forgotten(why) => format!("forgotten: {what}: {why}"),
        Outcome::Failed { why, hint } => {
            let by_hand =
                item.undo.as_ref().ok().map(|undo| format!("\n  by hand:\n{}", indented(&undo.by_hand())));
            format!("not mended: {what}\n  because: {why}\n  hint: {hint}{}", by_hand.unwrap_or_default())
        }
    }
}

fn indented(text: &str) -> String {
    text.lines().map(|line| format!("    {line}")).collect::<Vec<_>>().join("\n")
}
