//! Findings of verify: faults first, each with what to do, then what is well in one line.

use std::{collections::BTreeMap, fmt::Write as _};

use crate::{
    probe::{ExpectedRecovery, Finding, Severity, Verdict},
    report::{Look, Style},
};

/// Lines are no longer, unless a single word is.
const WIDTH: usize = 80;
/// Before every line of a finding but its first.
const INDENT: &str = "          ";

/// Each failover with its findings; what is not as it should be comes with what to do and where it was seen.
pub fn verify(verdicts: &[Verdict], look: Look) -> String {
    let each = verdicts.iter().map(|verdict| {
        let observed = verdict.observed.in_words();
        let (style, ok) = if verdict.ok { (Style::Good, "ok") } else { (Style::Bad, "NOT OK") };
        let mut text = format!(
            "{}: {} (expected the {}, observed {observed})\n",
            look.paint(Style::Heading, &verdict.name),
            look.paint(style, ok),
            verdict.expected
        );
        let wrong = |severity| verdict.checks.iter().filter(move |one| !one.ok && one.severity == severity);
        for finding in wrong(Severity::Error).chain(wrong(Severity::Warning)) {
            fault(&mut text, finding, look);
        }
        well(&mut text, &verdict.checks, look);
        recovery(&mut text, verdict, look);
        text
    });
    each.collect()
}

fn fault(text: &mut String, finding: &Finding, look: Look) {
    let (style, mark) = match finding.severity {
        Severity::Error => (Style::Bad, "ERROR  "),
        Severity::Warning => (Style::Attention, "warning"),
    };
    let _ = writeln!(text, "  {} {}", look.paint(style, mark), finding.id);
    for line in lines("", &finding.detail) {
        let _ = writeln!(text, "{INDENT}{line}");
    }
    for line in finding.advice.iter().flat_map(|advice| lines("do: ", advice)) {
        let _ = writeln!(text, "{INDENT}{line}");
    }
    for line in lines("by: ", &finding.source) {
        let _ = writeln!(text, "{INDENT}{}", look.paint(Style::Faint, line));
    }
}

/// What is as it should be, counted by topic.
fn well(text: &mut String, findings: &[Finding], look: Look) {
    let mut topics: BTreeMap<&str, usize> = BTreeMap::new();
    for finding in findings.iter().filter(|finding| finding.ok) {
        *topics.entry(finding.id.split('.').next().unwrap_or(finding.id)).or_default() += 1;
    }
    let well: usize = topics.values().sum();
    if well == 0 {
        return;
    }
    let topics = topics.iter().map(|(topic, count)| format!("{topic}\u{a0}{count}"));
    let told = format!("{well} of {}: {}", findings.len(), topics.collect::<Vec<_>>().join(", "));
    for (number, line) in lines("", &told).into_iter().enumerate() {
        let mark = if number == 0 { look.paint(Style::Good, "ok     ") } else { " ".repeat(7) };
        let _ = writeln!(text, "  {mark} {}", line.replace('\u{a0}', " "));
    }
}

fn recovery(text: &mut String, verdict: &Verdict, look: Look) {
    let wanted = verdict.target_seconds.map(|target| format!("; {} s wanted", target.seconds()));
    let wanted = wanted.unwrap_or_default();
    let told = match &verdict.expected_recovery_seconds {
        Some(ExpectedRecovery { mean, worst }) => format!(
            "a failover takes {:.0} s on average, {:.0} s at worst (modelled{wanted})",
            mean.as_secs_f64(),
            worst.as_secs_f64()
        ),
        None => format!("how long a failover takes is not known from the spec{wanted}"),
    };
    for (number, line) in lines("", &told).into_iter().enumerate() {
        let mark = if number == 0 { look.paint(Style::Faint, "time   ") } else { " ".repeat(7) };
        let _ = writeln!(text, "  {mark} {line}");
    }
}

/// A text in lines that fit behind [`INDENT`], the first after `label`, the others as far in. Blanks that do not
/// break are words' own.
fn lines(label: &str, told: &str) -> Vec<String> {
    let room = WIDTH - INDENT.len();
    let mut all = vec![label.to_owned()];
    for word in told.split(' ') {
        let last = all.last_mut().expect("there is a line from the start");
        let started = last.len() > label.len();
        if started && last.chars().count() + 1 + word.chars().count() > room {
            all.push(" ".repeat(label.len()) + word);
        } else {
            last.push_str(if started { " " } else { "" });
            last.push_str(word);
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::{
        model::{RecoveryTarget, Side},
        probe::Observed,
    };

    fn finding(id: &'static str, ok: bool, severity: Severity, detail: &str) -> Finding {
        let advice =
            (!ok).then(|| "create the bucket in your own account before somebody else does".to_owned());
        let source = "S3 HeadBucket with x-amz-expected-bucket-owner".to_owned();
        Finding { id, ok, severity, detail: detail.to_owned(), source, advice }
    }

    fn verdict(checks: Vec<Finding>) -> Verdict {
        let recovery =
            ExpectedRecovery { mean: Duration::from_millis(64_200), worst: Duration::from_secs(119) };
        Verdict {
            name: "data.example.com".parse().expect("a name"),
            expected: Side::Primary,
            observed: Observed::Primary,
            ok: checks.iter().all(|finding| finding.ok || finding.severity == Severity::Warning),
            expected_recovery_seconds: Some(recovery),
            target_seconds: RecoveryTarget::from_seconds(90).ok(),
            checks,
        }
    }

    #[test]
    fn faults_come_first_and_what_is_well_is_counted() {
        let checks = vec![
            finding("records.present", true, Severity::Error, "there"),
            finding("target.attainable", false, Severity::Warning, "a failover may take 119 s"),
            finding("data.reachable", true, Severity::Error, "served"),
            finding(
                "standby.owner",
                false,
                Severity::Error,
                "there is no bucket my-app-data-eu-west-1, to which the record in the zone leads, and anybody \
                 could create it",
            ),
            finding("data.region", true, Severity::Error, "there"),
        ];
        let text = verify(&[verdict(checks)], Look::Plain);
        assert!(text.lines().all(|line| line.chars().count() <= WIDTH), "{text}");
        insta::assert_snapshot!(text, @"
        data.example.com: NOT OK (expected the primary, observed the primary)
          ERROR   standby.owner
                  there is no bucket my-app-data-eu-west-1, to which the record in the
                  zone leads, and anybody could create it
                  do: create the bucket in your own account before somebody else does
                  by: S3 HeadBucket with x-amz-expected-bucket-owner
          warning target.attainable
                  a failover may take 119 s
                  do: create the bucket in your own account before somebody else does
                  by: S3 HeadBucket with x-amz-expected-bucket-owner
          ok      3 of 5: data 2, records 1
          time    a failover takes 64 s on average, 119 s at worst (modelled; 90 s
                  wanted)
        ");
    }

    #[test]
    fn a_failover_of_which_nothing_is_known_says_so() {
        let checks = vec![finding("records.present", true, Severity::Error, "there")];
        let unknown = Verdict { expected_recovery_seconds: None, target_seconds: None, ..verdict(checks) };
        insta::assert_snapshot!(verify(&[unknown], Look::Plain), @"
        data.example.com: ok (expected the primary, observed the primary)
          ok      1 of 1: records 1
          time    how long a failover takes is not known from the spec
        ");
    }
}
