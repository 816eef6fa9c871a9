//! Findings of verify, for a pull request or the summary of a job: the verdict on top, what is not well as a
//! table with what to do, and folded away what is.

use std::fmt::Write as _;

use super::cell;
use crate::probe::{Finding, Severity, Verdict};

/// Each failover with its findings.
pub fn verify(verdicts: &[Verdict]) -> String {
    let wrong = verdicts.iter().filter(|verdict| !verdict.ok).count();
    let mut text = match (wrong, verdicts.len()) {
        (0, 1) => "**OK**: the failover answers what the spec says.\n".to_owned(),
        (0, all) => format!("**OK**: all {all} failovers answer what the spec says.\n"),
        (wrong, all) => {
            format!("**NOT OK**: {wrong} of {all} {} not what the spec says.\n", failovers(all, wrong))
        }
    };
    for verdict in verdicts {
        one(&mut text, verdict);
    }
    text
}

fn failovers(all: usize, wrong: usize) -> &'static str {
    match (all, wrong) {
        (1, _) => "failover is",
        (_, 1) => "failovers is",
        _ => "failovers are",
    }
}

fn one(text: &mut String, verdict: &Verdict) {
    let _ = writeln!(
        text,
        "\n### {}: {}\n\nExpected: {}. Observed: {}.\n",
        cell(verdict.name.as_str()),
        if verdict.ok { "ok" } else { "NOT OK" },
        verdict.expected,
        verdict.observed.in_words(),
    );
    let (well, unwell): (Vec<&Finding>, Vec<&Finding>) =
        verdict.checks.iter().partition(|finding| finding.ok);
    if !unwell.is_empty() {
        text.push_str("| | Finding | What was seen | Where | What to do |\n|---|---|---|---|---|\n");
    }
    for finding in unwell {
        let severity = match finding.severity {
            Severity::Error => "**error**",
            Severity::Warning => "warning",
        };
        let Finding { id, detail, source, advice, .. } = finding;
        let advice = advice.as_deref().unwrap_or_default();
        let _ = writeln!(
            text,
            "| {severity} | `{id}` | {} | {} | {} |",
            cell(detail),
            cell(source),
            cell(advice)
        );
    }
    if well.is_empty() {
        return;
    }
    // The empty lines are wanted: without them the table would be a part of the HTML, and shown as it is written.
    let _ = writeln!(
        text,
        "\n<details>\n<summary>{} as it should be</summary>\n\n| Finding | What was seen |\n|---|---|",
        well.len()
    );
    for finding in well {
        let _ = writeln!(text, "| `{}` | {} |", finding.id, cell(&finding.detail));
    }
    text.push_str("\n</details>\n");
}
