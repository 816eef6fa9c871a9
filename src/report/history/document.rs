//! `s3-failover/history/v1`. Keys may be added, never renamed.

use std::{path::Path, time::Duration};

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

use super::{Trend, trends};
use crate::{
    journal::{Deed, Line},
    model::Fqdn,
    report::drill::RunLine,
    timeline::seconds,
};

/// What is remembered.
#[derive(Debug, Serialize)]
pub struct Document<'a> {
    schema: &'static str,
    /// The file; nothing where there is none.
    journal: Option<&'a Path>,
    runs: Vec<Run<'a>>,
    trends: Vec<Trend>,
}

/// One run.
#[derive(Debug, Serialize)]
#[expect(clippy::struct_field_names, reason = "the keys of the document")]
pub struct Run<'a> {
    id: i64,
    run: &'a str,
    /// Which command.
    deed: Deed,
    name: Option<&'a Fqdn>,
    /// A date of the world that it was done to.
    at: Timestamp,
    took_seconds: f64,
    clock: &'a str,
    spec_digest: Option<&'a str>,
    plan_digest: Option<&'a str>,
    version: &'a str,
    host: &'a str,
    ok: bool,
    summary: &'a str,
    fault: Option<&'a str>,
    recovery_seconds: Option<f64>,
    failback_seconds: Option<f64>,
    data_loss_seconds: Option<f64>,
    /// What the run printed; only where all of it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    document: Option<Value>,
}

impl<'a> Document<'a> {
    /// Of these runs, each with its document if it is to be shown.
    pub fn new(journal: Option<&'a Path>, lines: &'a [Line], documents: Vec<Option<Value>>) -> Self {
        let documents = documents.into_iter().chain(std::iter::repeat(None));
        let runs = lines.iter().zip(documents).map(|(line, document)| Run::new(line, document)).collect();
        Self { schema: "s3-failover/history/v1", journal, runs, trends: trends(lines) }
    }
}

impl<'a> Run<'a> {
    /// One run, with its document if it is to be shown.
    pub fn new(line: &'a Line, document: Option<Value>) -> Self {
        let Line { id, record, figures, host } = line;
        Self {
            id: *id,
            run: record.run.as_str(),
            deed: record.deed,
            name: record.failover.as_ref(),
            at: record.at,
            took_seconds: seconds(record.took),
            clock: &record.clock,
            spec_digest: record.spec.as_deref(),
            plan_digest: record.plan.as_deref(),
            version: &record.version,
            host,
            ok: record.ok,
            summary: &record.summary,
            fault: figures.fault.as_deref(),
            recovery_seconds: figures.recovery_seconds,
            failback_seconds: figures.failback_seconds,
            data_loss_seconds: figures.data_loss_seconds,
            document,
        }
    }
}

/// The earlier drills of a failover, the oldest first, as a drill's report shows them.
pub fn run_lines(lines: &[Line], failover: &Fqdn) -> Vec<RunLine> {
    let drills = lines.iter().filter(|line| line.record.deed == Deed::Drill);
    let of_it = drills.filter(|line| line.record.failover.as_ref() == Some(failover));
    let line = |Line { record, figures, .. }: &Line| RunLine {
        id: record.run.to_string(),
        began: record.at.to_string(),
        fault: figures.fault.clone().unwrap_or_default(),
        recovery_seconds: figures.recovery_seconds,
        failback_seconds: figures.failback_seconds,
        data_loss_seconds: figures.data_loss_seconds,
        ok: record.ok,
    };
    of_it.map(line).collect()
}

/// A length of time as lists show it: `62.5 s`.
pub(super) fn shown(time: Option<f64>) -> String {
    time.map_or_else(|| "-".to_owned(), |time| format!("{time:.1} s"))
}

/// The same of a duration.
pub(super) fn shown_duration(time: Duration) -> String {
    shown(Some(seconds(time)))
}

#[cfg(test)]
mod tests {
    use super::{super::trend::tests::drill, *};

    #[test]
    fn a_report_gets_the_drills_of_its_failover() {
        let mut other = drill(2, "invert", Some(1.0));
        other.record.failover = Some("other.example.com".parse().expect("a name"));
        let mut applied = drill(3, "invert", None);
        applied.record.deed = Deed::Apply;
        let name = "data.example.com".parse().expect("a name");
        let lines = run_lines(&[drill(1, "invert", Some(62.5)), other, applied], &name);
        let [line] = &lines[..] else { panic!("{lines:?}") };
        assert_eq!(line.id, "20270116T080000Z-00000007");
        assert_eq!((line.began.as_str(), line.fault.as_str()), ("2027-01-16T08:00:00Z", "invert"));
        assert_eq!((line.recovery_seconds, line.data_loss_seconds, line.ok), (Some(62.5), Some(0.0), true));
    }
}
