//! The list for people: one line a run, and beneath it how recovery times went.

use super::{
    Trend,
    document::{shown, shown_duration},
    trends,
};
use crate::{
    journal::Line,
    report::{Look, Style},
};

/// From nothing to the most.
const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
/// How many drills a picture of the trend shows: the last ones.
const SHOWN: usize = 40;
const HEAD: [&str; 10] =
    ["ID", "WHEN", "WHAT", "NAME", "FAULT", "RECOVERY", "DATA LOSS", "TOOK", "OK", "SUMMARY"];

/// Runs and trends.
pub fn list(lines: &[Line], look: Look) -> String {
    let rows: Vec<[String; 10]> =
        std::iter::once(HEAD.map(str::to_owned)).chain(lines.iter().map(row)).collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: [usize; 10] = std::array::from_fn(width);
    let text = |row: &[String; 10]| {
        let cells = row.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}"));
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    let mut out = look.paint(Style::Heading, text(&rows[0])) + "\n";
    for (line, row) in lines.iter().zip(&rows[1..]) {
        let text = text(row);
        out += &if line.record.ok { text } else { look.paint(Style::Attention, text) };
        out.push('\n');
    }
    let trends = trends(lines);
    if !trends.is_empty() {
        out.push('\n');
    }
    out + &trends.iter().map(|trend| told(trend, look)).collect::<String>()
}

fn row(line: &Line) -> [String; 10] {
    let Line { id, record, figures, .. } = line;
    [
        id.to_string(),
        record.at.strftime("%Y-%m-%d %H:%M:%SZ").to_string(),
        record.deed.as_str().to_owned(),
        record.failover.as_ref().map_or_else(|| "-".to_owned(), ToString::to_string),
        figures.fault.clone().unwrap_or_else(|| "-".to_owned()),
        shown(figures.recovery_seconds),
        shown(figures.data_loss_seconds),
        shown_duration(record.took),
        if record.ok { "yes" } else { "no" }.to_owned(),
        record.summary.replace(char::is_control, " "),
    ]
}

fn told(trend: &Trend, look: Look) -> String {
    let Trend { name, fault, drills, recovered, .. } = trend;
    let seconds = |time| shown(time);
    let (median, worst) = (seconds(trend.median_seconds), seconds(trend.worst_seconds));
    let last = trend.last_seconds.map_or_else(|| "not recovered".to_owned(), |last| seconds(Some(last)));
    let failed = match drills - recovered {
        0 => String::new(),
        failed => format!(", of which {failed} did not recover"),
    };
    let verdict = match trend.last_is_worse {
        Some(true) => look.paint(Style::Bad, "worse than the median before it"),
        Some(false) => look.paint(Style::Good, "not worse than the median before it"),
        None => "nothing before it to compare with".to_owned(),
    };
    let picture = sparkline(&trend.recovery_seconds);
    format!(
        "{name}, {fault}: {picture}  {drills} drills{failed}; median {median}, worst {worst}, last {last}: {verdict}\n"
    )
}

/// One bar a drill, from nothing to the worst; a cross for one that did not recover.
fn sparkline(times: &[Option<f64>]) -> String {
    let times = &times[times.len().saturating_sub(SHOWN)..];
    let most = times.iter().copied().flatten().fold(0.0, f64::max);
    let bar = |time: &Option<f64>| match time {
        None => '×',
        Some(time) => {
            let part = if most > 0.0 { time / most } else { 0.0 };
            let mut heights = (1_u8..).map(|bar| f64::from(bar) / 8.0).zip(BARS);
            heights.find(|(height, _)| part <= *height).map_or('█', |(_, bar)| bar)
        }
    };
    times.iter().map(bar).collect()
}

#[cfg(test)]
mod tests {
    use super::{super::trend::tests::drill, *};

    #[test]
    fn a_list_and_its_trends() {
        let mut applied = drill(5, "-", None);
        applied.record.deed = crate::journal::Deed::Apply;
        applied.record.failover = None;
        applied.figures = crate::journal::Figures::default();
        let lines = [
            drill(1, "invert", Some(60.0)),
            drill(2, "invert", Some(62.54)),
            drill(3, "observe", None),
            drill(4, "invert", Some(90.0)),
            applied,
            drill(6, "observe", Some(30.0)),
        ];
        insta::assert_snapshot!(list(&lines, Look::Plain), @r#"
        ID  WHEN                  WHAT   NAME              FAULT    RECOVERY  DATA LOSS  TOOK    OK   SUMMARY
        1   2027-01-16 08:00:00Z  drill  data.example.com  invert   60.0 s    0.0 s      90.5 s  yes  drilled, "as agreed"
        2   2027-01-17 08:00:00Z  drill  data.example.com  invert   62.5 s    0.0 s      90.5 s  yes  drilled, "as agreed"
        3   2027-01-18 08:00:00Z  drill  data.example.com  observe  -         0.0 s      90.5 s  no   drilled, "as agreed"
        4   2027-01-19 08:00:00Z  drill  data.example.com  invert   90.0 s    0.0 s      90.5 s  yes  drilled, "as agreed"
        5   2027-01-20 08:00:00Z  apply  -                 -        -         -          90.5 s  no   drilled, "as agreed"
        6   2027-01-21 08:00:00Z  drill  data.example.com  observe  30.0 s    0.0 s      90.5 s  yes  drilled, "as agreed"

        data.example.com, invert: ▆▆█  3 drills; median 62.5 s, worst 90.0 s, last 90.0 s: worse than the median before it
        data.example.com, observe: ×█  2 drills, of which 1 did not recover; median 30.0 s, worst 30.0 s, last 30.0 s: nothing before it to compare with
        "#);
    }

    #[test]
    fn bars_go_from_nothing_to_the_worst() {
        let times = [0.0, 1.0, 12.5, 13.0, 50.0, 99.0, 100.0].map(Some);
        assert_eq!(sparkline(&times), "▁▁▁▂▄██");
        assert_eq!(sparkline(&[None, Some(0.0)]), "×▁");
        assert_eq!(sparkline(&[Some(1.0); 100]).chars().count(), SHOWN);
    }
}
