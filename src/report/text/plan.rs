//! A plan, and what happens while it is carried out.

use std::fmt::Write as _;

use crate::{
    apply::{Applied, Event},
    plan::{Action, Change, Note, Plan},
    report::{Look, Style},
};

/// What would change, and why. `empty` is said when nothing would.
pub fn plan(plan: &Plan, empty: &str, look: Look) -> String {
    if plan.is_empty() {
        return format!("{}\n{}", look.paint(Style::Good, empty), notes(plan, look));
    }
    // A private zone is answered inside its VPCs alone, so only from there can it be verified.
    let private = |private| if private { ", private: only its VPCs can ask it" } else { "" };
    let zones: Vec<String> = plan
        .zones
        .iter()
        .map(|zone| format!("{} ({}{})", zone.name, zone.id, private(zone.private)))
        .collect();
    let which = if zones.len() == 1 { "zone" } else { "zones" };
    let mut text = format!("In the hosted {which} {}:\n\n", zones.join(", "));
    for change in &plan.changes {
        line(&mut text, change, look);
    }
    let summary = plan.summary();
    let counts = [
        (summary.create, "to create"),
        (summary.update, "to update"),
        (summary.replace, "to replace"),
        (summary.delete, "to delete"),
    ];
    let counts: Vec<String> = counts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{count} {what}"))
        .collect();
    let counts = if counts.is_empty() {
        "Nothing to see, but some things to finish".to_owned()
    } else {
        counts.join(", ")
    };
    let calls = plan.calls();
    let throttled = match calls.least_time().as_secs() {
        0 => String::new(),
        seconds => format!(", for which Route 53's throttling takes at least {seconds} s"),
    };
    let _ = writeln!(
        text,
        "\n{} (at least {} API calls{throttled}). Digest {}.",
        look.paint(Style::Heading, counts),
        calls.total(),
        &plan.digest()[..12]
    );
    text + &notes(plan, look)
}

fn notes(plan: &Plan, look: Look) -> String {
    let line = |note: &Note| {
        let Note { id, detail, way_out, .. } = note;
        format!(
            "{}: {detail}.\n      {}\n",
            look.paint(Style::Attention, id),
            look.paint(Style::Faint, way_out)
        )
    };
    plan.notes.iter().map(line).collect()
}

fn line(text: &mut String, change: &Change, look: Look) {
    let (sign, style) = match change.action {
        Action::Create => ("+", Style::Good),
        Action::Update => ("~", Style::Attention),
        Action::Replace => ("±", Style::Attention),
        Action::Delete => ("-", Style::Bad),
    };
    let _ = writeln!(
        text,
        "  {} {} {} ({})\n      {}",
        look.paint(style, format!("{sign} {:<7}", change.action)),
        format_args!("{:<12}", change.kind),
        change.name,
        change.role,
        look.paint(Style::Faint, &change.reason),
    );
}

/// One line about something that happened while a plan is carried out.
pub fn apply_event(event: &Event) -> String {
    match event {
        Event::Done(Applied::CheckCreated { owner, id }) => {
            format!("created the {} health check of {}: {id}", owner.role, owner.failover)
        }
        Event::Done(Applied::CheckTagged { id }) => format!("tagged the health check {id}"),
        Event::Done(Applied::CheckUpdated { id }) => format!("updated the health check {id}"),
        Event::Done(Applied::RecordsChanged { change, changes }) => {
            format!("{changes} record changes are on every name server (change {change})")
        }
        Event::Done(Applied::CheckDeleted { id }) => format!("deleted the health check {id}"),
        Event::AwaitingCheckers { failover } => {
            format!("waiting until the checkers of {failover} have looked")
        }
        Event::CheckersReported { owner, successes, reporting } => {
            format!(
                "{successes} of {reporting} checkers report success for the {} check: it is healthy",
                owner.role
            ) + if owner.role == crate::model::CheckRole::Switch { " (inverted)" } else { "" }
        }
        Event::AlarmAsked { owner, alarm } => {
            format!("the alarm {alarm} says nothing against the {} of {}", owner.role, owner.failover)
        }
        Event::GoingOnUnhealthy { owner } => {
            format!("the {} health check of {} is not healthy; going on as asked", owner.role, owner.failover)
        }
        Event::SideIsDown { owner } => format!("the {} of {} is down", owner.role, owner.failover),
        Event::AwaitingInSync { change } => {
            format!("sent the records; waiting until every name server has change {change}")
        }
    }
}
