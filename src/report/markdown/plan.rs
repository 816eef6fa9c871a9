//! A plan, for the pull request that changes a spec.

use std::fmt::Write as _;

use super::cell;
use crate::plan::{Action, Change, Note, Plan};

/// What would change, and why.
pub fn plan(plan: &Plan) -> String {
    let zones: Vec<String> =
        plan.zones.iter().map(|zone| format!("`{}` (`{}`)", zone.name, zone.id)).collect();
    let place = format!("{} {}", if zones.len() == 1 { "zone" } else { "zones" }, zones.join(", "));
    if plan.is_empty() {
        return format!("**No changes** in the hosted {place}.\n{}", notes(plan));
    }
    let summary = plan.summary();
    let mut text = format!(
        "**{} to create, {} to update, {} to replace, {} to delete** in the hosted {place}.\n\n\
         | | Kind | Name | Role | Why |\n|---|---|---|---|---|\n",
        summary.create, summary.update, summary.replace, summary.delete
    );
    for change in &plan.changes {
        let Change { action, kind, .. } = change;
        let stress = if *action == Action::Delete { "**" } else { "" };
        let _ = writeln!(
            text,
            "| {stress}{action}{stress} | {kind} | {} | {} | {} |",
            cell(&change.name),
            cell(&change.role),
            cell(&change.reason)
        );
    }
    let _ = writeln!(text, "\nAt least {} API calls. Digest `{}`.", plan.calls().total(), plan.digest());
    text + &notes(plan)
}

fn notes(plan: &Plan) -> String {
    let line = |note: &Note| format!("\n> **{}**: {}. {}\n", note.id, cell(&note.detail), note.way_out);
    plan.notes.iter().map(line).collect()
}
