//! What a drill came to, on one screen: the timeline, the phases beside their floors and why they took so long, who
//! got bytes, and what did not come to its end.

use std::{collections::BTreeMap, fmt::Write as _};

use crate::report::{
    Look, Style,
    drill::{ClientFigures, DataLossFigures, DrillDocument, Percentiles, Repetitions, words},
};

const PHASES: [&str; 4] = ["detect", "publish", "cache", "client"];
/// Shorter is not worth a line (our choice).
const WORTH_A_LINE: f64 = 0.5;

/// What happened when, how long each phase took, and why.
pub fn drill(document: &DrillDocument, look: Look) -> String {
    let heading = |words: &str| look.paint(Style::Heading, words);
    let mut text = format!("{}\n", heading("Timeline, in seconds since the fault"));
    for entry in &document.timeline {
        let milestone = entry.event.split_once('.').map_or(entry.event.as_str(), |(_, milestone)| milestone);
        let _ = writeln!(text, "{:>8.1}  {milestone:<10} {:<24} {}", entry.at, entry.source, entry.detail);
    }
    let _ = writeln!(text, "\n{}", heading("Phases, in seconds, beside the least that arithmetic allows"));
    text += &phases(document, look);
    let _ = writeln!(text, "\n{}", heading("Clients, in seconds"));
    text += &clients(&document.clients);
    text += &checkers(document);
    text += &data_loss(&document.data_loss);
    if !document.problems.is_empty() {
        let _ = writeln!(text, "\n{}", heading("What did not come to its end"));
        for problem in &document.problems {
            let _ = writeln!(text, "  {} {problem}", look.paint(Style::Bad, "!"));
        }
    }
    if let Some(all) = &document.repetitions {
        let _ = writeln!(text, "\n{}", heading(&format!("{} runs, of which this is the slowest", all.count)));
        text += &repetitions(all);
    }
    let _ = writeln!(text, "\n{}", outcome(document, look));
    text
}

fn phases(document: &DrillDocument, look: Look) -> String {
    let mut text =
        format!("            {:>10} {:>8}   {:>10} {:>8}\n", "failover", "floor", "failback", "floor");
    let of = |map: &BTreeMap<String, Option<f64>>, name: &str| figure(map.get(name).copied().flatten());
    for name in PHASES {
        let _ = writeln!(
            text,
            "  {name:<9} {:>10} {:>8}   {:>10} {:>8}",
            of(&document.phases, name),
            of(&document.floors, name),
            of(&document.failback_phases, name),
            of(&document.failback_floors, name),
        );
    }
    let total = look.paint(Style::Heading, "total    ");
    let (there, back) = (figure(document.recovery_seconds), figure(document.failback_seconds));
    let _ = writeln!(text, "  {total} {there:>10} {:>8}   {back:>10}", "");
    for (way, phases, why) in [
        ("failover", &document.phases, &document.explained),
        ("failback", &document.failback_phases, &document.failback_explained),
    ] {
        for name in PHASES {
            let took = phases.get(name).copied().flatten().unwrap_or_default();
            if let Some(why) = why.get(name).filter(|_| took >= WORTH_A_LINE) {
                let _ = writeln!(text, "  {way} {name}: {}", look.paint(Style::Faint, why));
            }
        }
    }
    text
}

fn clients(clients: &[ClientFigures]) -> String {
    let mut text = format!(
        "              {:>8} {:>8} {:>10} {:>8} {:>15}\n",
        "there", "back", "requests", "failed", "without bytes"
    );
    for client in clients {
        let _ = writeln!(
            text,
            "  {:<11} {:>8} {:>8} {:>10} {:>8} {:>15.1}   {}",
            client.kind,
            figure(client.recovery_seconds),
            figure(client.failback_seconds),
            client.requests.total,
            client.requests.failed,
            client.without_bytes_seconds,
            client.note
        );
    }
    let (total, failed) = clients.iter().fold((0, 0), |(total, failed), client| {
        (total + client.requests.total, failed + client.requests.failed)
    });
    let _ = writeln!(text, "\nOf {total} requests through the name, {failed} brought no bytes.");
    text
}

fn checkers(document: &DrillDocument) -> String {
    let mut failures: Vec<f64> =
        document.checkers.iter().filter_map(|checker| checker.first_failure).collect();
    failures.sort_unstable_by(f64::total_cmp);
    match failures.as_slice() {
        [first, .., last] => format!(
            "Of {} checkers, {} saw it fail: the first {first:.1} s after the fault, the last {last:.1} s after it.\n",
            document.checkers.len(),
            failures.len()
        ),
        _ => String::new(),
    }
}

fn data_loss(loss: &DataLossFigures) -> String {
    if let Some(why) = &loss.not_measured {
        return format!("What data was lost is not known: {why}.\n");
    }
    let mut text = format!(
        "Of {} objects written to the primary, the secondary lacked {} when it took over; the oldest was written \
         {:.1} s before the writes were interrupted.\n",
        loss.written, loss.missing, loss.seconds
    );
    let _ = writeln!(
        text,
        "Of {} objects written to the secondary, the primary lacked {} when it took over again.",
        loss.written_secondary, loss.missing_after_failback
    );
    if !loss.conflicts.is_empty() {
        let _ = writeln!(
            text,
            "{} writes to {} were made on both sides without knowing of each other.",
            loss.conflicting_writes,
            loss.conflicts.join(", ")
        );
    }
    text
}

fn repetitions(all: &Repetitions) -> String {
    let mut text =
        format!("            {:>8} {:>8} {:>8} {:>8} {:>8}\n", "least", "p50", "p90", "p99", "most");
    let rows = [("recovery", all.recovery), ("failback", all.failback), ("data loss", all.data_loss)];
    for (name, percentiles) in rows {
        let Some(Percentiles { min, p50, p90, p99, max }) = percentiles else { continue };
        let _ = writeln!(text, "  {name:<9} {min:>8.1} {p50:>8.1} {p90:>8.1} {p99:>8.1} {max:>8.1}");
    }
    text + "  (percentiles by nearest rank: each is one that was measured)\n"
}

fn outcome(document: &DrillDocument, look: Look) -> String {
    let words = format!("{}: {}", words::word(document), words::sentence(document));
    let style = if document.ok { Style::Good } else { Style::Bad };
    look.paint(style, words)
}

fn figure(seconds: Option<f64>) -> String {
    seconds.map_or_else(|| "-".to_owned(), |seconds| format!("{seconds:.1}"))
}
