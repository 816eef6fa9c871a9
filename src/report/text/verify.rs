//! Findings of verify.

use std::fmt::Write as _;

use crate::{
    probe::{Severity, Verdict},
    report::{Look, Style},
};

/// Each failover with its findings; what is not as it should be comes with where it was seen.
pub fn verify(verdicts: &[Verdict], look: Look) -> String {
    let mut text = String::new();
    for verdict in verdicts {
        let observed = verdict.observed.in_words();
        let (style, ok) = if verdict.ok { (Style::Good, "ok") } else { (Style::Bad, "NOT OK") };
        let _ = writeln!(
            text,
            "{}: {} (expected the {}, observed {observed})",
            look.paint(Style::Heading, &verdict.name),
            look.paint(style, ok),
            verdict.expected
        );
        for finding in &verdict.checks {
            let (style, mark) = match (finding.ok, finding.severity) {
                (true, _) => (Style::Good, "ok     "),
                (false, Severity::Warning) => (Style::Attention, "warning"),
                (false, Severity::Error) => (Style::Bad, "ERROR  "),
            };
            let _ = writeln!(text, "  {} {:<23} {}", look.paint(style, mark), finding.id, finding.detail);
            if !finding.ok {
                let _ = writeln!(
                    text,
                    "{:35}{}",
                    "",
                    look.paint(Style::Faint, format!("by: {}", finding.source))
                );
            }
        }
    }
    text
}
