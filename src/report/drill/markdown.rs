//! A drill for a pull request or a runbook: the verdict on top, then the phases with what explains them; the rest
//! is folded away.

use std::{collections::BTreeMap, fmt::Write as _};

use super::{
    DrillDocument, RunLine,
    promises::{Kept, promises},
    visible::visible,
    words::{self, seconds, seconds_or},
};
use crate::report::markdown;

/// So many rows a table has at most: a comment on `GitHub` holds 65,536 signs. The JSON has all.
const ROWS: usize = 100;

/// A text in which nothing is markup, and nothing hidden.
fn cell(text: &str) -> String {
    markdown::cell(&visible(text))
}

pub(super) fn markdown(document: &DrillDocument, earlier: &[RunLine]) -> String {
    let mut text = String::new();
    let word = words::word(document).to_uppercase();
    let _ = writeln!(text, "**{word}**: {}\n", words::sentence(document));
    let known = [document.began.as_str(), document.fault.as_str(), document.environment.world.as_str()];
    let known: Vec<String> = known.into_iter().filter(|part| !part.is_empty()).map(cell).collect();
    let _ = writeln!(text, "### Drill of {}\n\n{}\n", cell(&document.name), known.join(" · "));
    for problem in &document.problems {
        let _ = writeln!(text, "- {}", cell(problem));
    }
    if !document.problems.is_empty() {
        text.push('\n');
    }
    phases(&mut text, document);
    let _ = writeln!(
        text,
        "\nRequests that brought no bytes: {}. {}",
        words::share(document.requests.failed, document.requests.total),
        cell(&words::data_loss(document))
    );
    fold(&mut text, "What was promised, and what was kept", |text| {
        text.push_str("| | Promise | By which figures |\n|---|---|---|\n");
        for promise in promises(document) {
            let kept = match promise.kept {
                Kept::Yes => "kept",
                Kept::No => "**broken**",
                Kept::Remark => "remark",
            };
            let _ = writeln!(text, "| {kept} | {} | {} |", cell(&promise.id), cell(&promise.text));
        }
    });
    if !document.actions.is_empty() {
        fold(&mut text, "What was done, and undone", |text| {
            text.push_str("| What | Done | Undone |\n|---|---:|---:|\n");
            for action in &document.actions {
                let undone = seconds_or(action.undone_at, "**not undone**");
                let _ = writeln!(text, "| {} | {} | {undone} |", cell(&action.what), seconds(action.at));
            }
        });
    }
    clients(&mut text, document);
    fold(&mut text, "Timeline, in seconds since the fault", |text| {
        text.push_str("| Seconds | Event | Seen by | |\n|---:|---|---|---|\n");
        for entry in document.timeline.iter().take(ROWS) {
            let [event, source, detail] = [&entry.event, &entry.source, &entry.detail].map(|text| cell(text));
            let _ = writeln!(text, "| {:.1} | {event} | {source} | {detail} |", entry.at);
        }
        if document.timeline.len() > ROWS {
            let _ = writeln!(text, "| … | and {} more | | |", document.timeline.len() - ROWS);
        }
    });
    repetitions(&mut text, document);
    trend(&mut text, document, earlier);
    environment(&mut text, document);
    text
}

/// The empty lines are wanted: without them a table would be a part of the HTML, and shown as it is written.
fn fold(text: &mut String, summary: &str, write: impl FnOnce(&mut String)) {
    let _ = writeln!(text, "\n<details>\n<summary>{summary}</summary>\n");
    write(text);
    text.push_str("\n</details>\n");
}

fn phases(text: &mut String, document: &DrillDocument) {
    text.push_str("| | Failover | Floor (modelled) | Failback | Floor (modelled) | What explains it |\n");
    text.push_str("|---|---:|---:|---:|---:|---|\n");
    let of =
        |map: &BTreeMap<String, Option<f64>>, name: &str| seconds_or(map.get(name).copied().flatten(), "–");
    for name in ["detect", "publish", "cache", "client"] {
        let why = [document.explained.get(name), document.failback_explained.get(name)];
        let mut why: Vec<String> = why.into_iter().flatten().map(|why| cell(why)).collect();
        why.dedup();
        let _ = writeln!(
            text,
            "| {name} | {} | {} | {} | {} | {} |",
            of(&document.phases, name),
            of(&document.floors, name),
            of(&document.failback_phases, name),
            of(&document.failback_floors, name),
            why.join(" / ")
        );
    }
    let _ = writeln!(
        text,
        "| **total** | **{}** | | **{}** | | |",
        seconds_or(document.recovery_seconds, "not recovered"),
        seconds_or(document.failback_seconds, "did not come back"),
    );
}

fn clients(text: &mut String, document: &DrillDocument) {
    if document.clients.is_empty() {
        return;
    }
    fold(text, "Each kind of client", |text| {
        text.push_str("| Client | Recovery | Failback | Requests that failed | Without bytes | |\n");
        text.push_str("|---|---:|---:|---:|---:|---|\n");
        for client in &document.clients {
            let _ = writeln!(
                text,
                "| {} | {} | {} | {} | {} | {} |",
                cell(&client.kind),
                seconds_or(client.recovery_seconds, "never"),
                seconds_or(client.failback_seconds, "never"),
                words::share(client.requests.failed, client.requests.total),
                seconds(client.without_bytes_seconds),
                cell(&client.note)
            );
        }
    });
}

fn repetitions(text: &mut String, document: &DrillDocument) {
    let Some(repetitions) = &document.repetitions else { return };
    let _ = writeln!(
        text,
        "\n{} drills in a row, of which {} were good; the figures above are those of the slowest.\n\n\
         | | min | p50 | p90 | p99 | max |\n|---|---:|---:|---:|---:|---:|",
        repetitions.count, repetitions.ok
    );
    let rows = [
        ("recovery", repetitions.recovery),
        ("failback", repetitions.failback),
        ("data loss", repetitions.data_loss),
    ];
    for (name, percentiles) in rows {
        let Some(of) = percentiles else { continue };
        let cells = [of.min, of.p50, of.p90, of.p99, of.max].map(seconds).join(" | ");
        let _ = writeln!(text, "| {name} | {cells} |");
    }
}

fn trend(text: &mut String, document: &DrillDocument, earlier: &[RunLine]) {
    let earlier: Vec<&RunLine> =
        earlier.iter().filter(|run| document.id.is_empty() || run.id != document.id).collect();
    if earlier.is_empty() {
        return;
    }
    fold(text, "Earlier drills", |text| {
        text.push_str("| When | Fault | Recovery | Failback | Data loss | |\n|---|---|---:|---:|---:|---|\n");
        for run in &earlier[earlier.len().saturating_sub(ROWS)..] {
            let _ = writeln!(
                text,
                "| {} | {} | {} | {} | {} | {} |",
                cell(&run.began),
                cell(&run.fault),
                seconds_or(run.recovery_seconds, "never"),
                seconds_or(run.failback_seconds, "never"),
                seconds_or(run.data_loss_seconds, "–"),
                if run.ok { "passed" } else { "**failed**" }
            );
        }
    });
}

fn environment(text: &mut String, document: &DrillDocument) {
    let environment = &document.environment;
    let mut known = vec![
        ("run", document.id.clone()),
        ("strategy", document.strategy.clone()),
        ("basis of the figures", document.basis.clone()),
        ("version", environment.version.clone()),
        ("spec", environment.spec_digest.clone().unwrap_or_default()),
        ("host", environment.host.clone()),
        ("clock", environment.clock.clone()),
        ("primary", environment.primary.clone()),
        ("secondary", environment.secondary.clone()),
        ("name servers", environment.name_servers.join(", ")),
        ("resolvers", environment.resolvers.join(", ")),
    ];
    if environment.ttl > 0 {
        known.push((
            "TTL, interval, threshold",
            format!("{} s, {} s, {}", environment.ttl, environment.interval, environment.failure_threshold),
        ));
    }
    known.retain(|(_, value)| !value.is_empty());
    if known.is_empty() {
        return;
    }
    fold(text, "Environment", |text| {
        text.push_str("| | |\n|---|---|\n");
        for (name, value) in known {
            let _ = writeln!(text, "| {name} | {} |", cell(&value));
        }
    });
}
