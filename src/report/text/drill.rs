//! The timeline of a drill and its phases beside their floors.

use std::{fmt::Write as _, time::Duration};

use crate::{
    report::{Look, Style, drill::DataLossFigures},
    timeline::{DrillFigures, Phase, Phases},
};

/// A phase's name, where to find it, and what it consists of.
type Row = (&'static str, fn(&Phases) -> Phase, &'static str);

/// What happened when, and how long each phase took.
pub fn drill(figures: &DrillFigures, look: Look) -> String {
    let mut text = format!("{}\n", look.paint(Style::Heading, "Timeline, in seconds since the fault"));
    for event in &figures.events {
        let at = event.at.saturating_sub(figures.began).as_secs_f64();
        let milestone = format!("{:<10}", event.milestone.to_string());
        let _ = writeln!(text, "{at:>8.1}  {milestone} {:<24} {}", event.source, event.detail);
    }
    let _ = writeln!(
        text,
        "\n{}",
        look.paint(Style::Heading, "Phases, in seconds, beside the least that arithmetic allows")
    );
    let _ =
        writeln!(text, "            {:>10} {:>8}   {:>10} {:>8}", "failover", "floor", "failback", "floor");
    let rows: [Row; 4] = [
        ("detect", |p| p.detect, "checkers: their own phases, interval and threshold"),
        ("publish", |p| p.publish, "verdict to name servers: AWS publishes no figure"),
        ("cache", |p| p.cache, "what the resolver could still keep"),
        ("client", |p| p.client, "its next request"),
    ];
    for (name, of, what) in rows {
        let (there, back) = (of(&figures.failover), of(&figures.failback));
        let _ = writeln!(
            text,
            "  {name:<9} {:>10} {:>8}   {:>10} {:>8}   {}",
            figure(there.took),
            figure(there.floor),
            figure(back.took),
            figure(back.floor),
            look.paint(Style::Faint, what)
        );
    }
    let (there, back) = (figure(figures.failover.total), figure(figures.failback.total));
    let _ =
        writeln!(text, "  {:<9} {there:>10} {:>8}   {back:>10}", look.paint(Style::Heading, "total    "), "");
    let requests = figures.requests;
    let _ = writeln!(
        text,
        "\nOf {} requests through the name, {} brought no bytes.",
        requests.total, requests.failed
    );
    text += &data_loss(&DataLossFigures::of(&figures.data_loss));
    text
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

fn figure(duration: Option<Duration>) -> String {
    duration.map_or_else(|| "-".to_owned(), |duration| format!("{:.1}", duration.as_secs_f64()))
}
