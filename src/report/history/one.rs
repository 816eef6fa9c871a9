//! One run, with all that is known of it.

use serde_json::Value;

use super::document::{shown, shown_duration};
use crate::{
    journal::Line,
    report::{Look, Style, drill::DrillDocument},
};

/// A run and its document.
pub fn one(line: &Line, document: Option<&Value>, look: Look) -> String {
    let Line { id, record, host, .. } = line;
    let of = record.failover.as_ref().map(|name| format!(" of {name}")).unwrap_or_default();
    let title = look.paint(Style::Heading, format!("{} {}{of}", id, record.deed.as_str()));
    let ok = if record.ok { look.paint(Style::Good, "yes") } else { look.paint(Style::Bad, "no") };
    let mut facts = vec![
        ("run", record.run.to_string()),
        ("began", record.at.to_string()),
        ("took", shown_duration(record.took)),
        ("clock", record.clock.clone()),
        ("host", host.clone()),
        ("version", record.version.clone()),
    ];
    let digests = [("spec", &record.spec), ("plan", &record.plan)];
    facts.extend(digests.into_iter().filter_map(|(name, digest)| Some((name, digest.clone()?))));
    facts.push(("ok", format!("{ok}, {}", record.summary)));
    let facts: Vec<String> = facts.iter().map(|(name, value)| format!("  {name:<10}{value}\n")).collect();
    let drill = document.filter(|document| document["schema"] == "s3-failover/drill/v1");
    let drill = drill.and_then(|document| serde_json::from_value(document.clone()).ok());
    let rest = match (drill, document) {
        (Some(drill), _) => drilled(&drill, look),
        (None, Some(document)) => format!("{document:#}\n"),
        (None, None) => String::new(),
    };
    format!("{title}\n{}{rest}", facts.concat())
}

fn drilled(drill: &DrillDocument, look: Look) -> String {
    let heading = |text: &str| look.paint(Style::Heading, text) + "\n";
    let mut out = vec![heading("Drill")];
    out.push(format!("  {:<10}{}, {}\n", "fault", drill.fault, drill.basis));
    let ways = [
        ("failover", drill.recovery_seconds, &drill.phases, &drill.floors),
        ("failback", drill.failback_seconds, &drill.failback_phases, &drill.failback_floors),
    ];
    for (way, total, phases, floors) in ways {
        out.push(format!("  {way:<10}{}\n", shown(total)));
        for phase in ["detect", "publish", "cache", "client"] {
            let of =
                |from: &std::collections::BTreeMap<String, Option<f64>>| from.get(phase).copied().flatten();
            if phases.contains_key(phase) {
                out.push(format!("    {phase:<9}{:>9}, at least {}\n", shown(of(phases)), shown(of(floors))));
            }
        }
    }
    out.push(format!(
        "  {:<10}{} made, {} failed\n",
        "requests", drill.requests.total, drill.requests.failed
    ));
    let loss = &drill.data_loss;
    out.push(match &loss.not_measured {
        Some(why) => format!("  {:<10}not measured: {why}\n", "data loss"),
        None => format!(
            "  {:<10}{} of {} writes were missing, the oldest {} old\n",
            "data loss",
            loss.missing,
            loss.written,
            shown(Some(loss.seconds))
        ),
    });
    for action in &drill.actions {
        let undone =
            action.undone_at.map_or_else(|| "not undone".to_owned(), |at| format!("undone at {at:.1} s"));
        out.push(format!("  {:<10}{} at {:.1} s, {undone}\n", "broken", action.what, action.at));
    }
    for problem in &drill.problems {
        out.push(format!("  {:<10}{problem}\n", "problem"));
    }
    if !drill.timeline.is_empty() {
        out.push(heading("Timeline"));
    }
    for entry in &drill.timeline {
        out.push(format!(
            "  {:>9}  {:<24}{}: {}\n",
            shown(Some(entry.at)),
            entry.event,
            entry.source,
            entry.detail
        ));
    }
    out.concat()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{super::trend::tests::drill, *};

    #[test]
    fn a_drill_is_told_and_other_documents_are_shown() {
        let line = drill(3, "invert", Some(62.5));
        let document = json!({
            "schema": "s3-failover/drill/v1", "fault": "invert", "basis": "measured", "recovery_seconds": 62.5,
            "phases": {"detect": 30.0, "publish": 1.25}, "floors": {"detect": 20.0},
            "requests": {"total": 100, "failed": 7}, "data_loss": {"written": 10, "missing": 1, "seconds": 2.0},
            "actions": [{"what": "the check is inverted", "at": 0.0, "undone_at": 90.0}],
            "problems": ["127.0.0.1:53 never switched"],
            "timeline": [{"at": 30.0, "event": "failover.detected", "source": "checkers", "detail": "unhealthy"}],
        });
        insta::assert_snapshot!(one(&line, Some(&document), Look::Plain), @r#"
        3 drill of data.example.com
          run       20270118T080000Z-00000007
          began     2027-01-18T08:00:00Z
          took      90.5 s
          clock     system
          host      alpha
          version   0.1.0
          spec      5bec
          ok        yes, drilled, "as agreed"
        Drill
          fault     invert, measured
          failover  62.5 s
            detect      30.0 s, at least 20.0 s
            publish      1.2 s, at least -
          failback  -
          requests  100 made, 7 failed
          data loss 1 of 10 writes were missing, the oldest 2.0 s old
          broken    the check is inverted at 0.0 s, undone at 90.0 s
          problem   127.0.0.1:53 never switched
        Timeline
             30.0 s  failover.detected       checkers: unhealthy
        "#);
        insta::assert_snapshot!(one(&line, Some(&json!({"digest": "5bec"})), Look::Plain), @r#"
        3 drill of data.example.com
          run       20270118T080000Z-00000007
          began     2027-01-18T08:00:00Z
          took      90.5 s
          clock     system
          host      alpha
          version   0.1.0
          spec      5bec
          ok        yes, drilled, "as agreed"
        {
          "digest": "5bec"
        }
        "#);
    }
}
