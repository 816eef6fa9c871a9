//! Findings of verify as JUnit XML, which Jenkins, GitLab and most other CI systems read: a suite for each
//! failover, a case for each finding.
//!
//! A warning is a case that was *skipped*, with its text. It is no failure, since it must not turn a pipeline
//! red that the exit code 0 leaves green. As a passed case it would be lost: GitLab keeps the text of failed
//! and skipped cases only (`lib/gitlab/ci/parsers/test/junit.rb`), and Jenkins and the reporters of `GitHub` fold
//! passed cases away, whereas all of them count and list skipped ones, in a colour of their own.

use quick_junit::{NonSuccessKind, Property, Report, TestCase, TestCaseStatus, TestSuite};

use crate::probe::{Finding, Severity, Verdict};

/// Each failover with its findings. `spec` is the name of the spec's file.
pub fn verify(verdicts: &[Verdict], spec: &str) -> String {
    let mut report = Report::new("s3-failover verify");
    report.add_test_suites(verdicts.iter().map(|verdict| suite(verdict, spec)));
    report.to_string().expect("it is written into memory, which takes everything")
}

fn suite(verdict: &Verdict, spec: &str) -> TestSuite {
    let mut suite = TestSuite::new(verdict.name.as_str());
    suite.add_property(Property::new("spec", spec));
    suite.add_property(Property::new("expected", verdict.expected.to_string()));
    suite.add_property(Property::new("observed", verdict.observed.word()));
    suite.add_test_cases(verdict.checks.iter().map(|finding| case(verdict, finding)));
    suite
}

fn case(verdict: &Verdict, finding: &Finding) -> TestCase {
    let status = match (finding.ok, finding.severity) {
        (true, _) => TestCaseStatus::success(),
        (false, Severity::Warning) => TestCaseStatus::skipped(),
        (false, Severity::Error) => TestCaseStatus::non_success(NonSuccessKind::Failure),
    };
    let mut case = TestCase::new(finding.id, status);
    case.set_classname(verdict.name.as_str());
    if finding.ok {
        case.set_system_out(&finding.detail);
    } else {
        let severity = match finding.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        let told = [Some(&finding.detail), Some(&finding.source), finding.advice.as_ref()];
        let told = ["", "Where: ", "What to do: "].iter().zip(told);
        let told: Vec<String> = told.filter_map(|(what, text)| Some(format!("{what}{}", text?))).collect();
        case.status.set_type(severity).set_message(format!("{severity}: {}", finding.detail));
        case.status.set_description(told.join("\n"));
    }
    case
}
