//! How does a figure look? By where it comes from: read off a clock in this drill, reckoned, or written down
//! somewhere. The look, a sign and (for those who listen) a word tell the three apart; no colour does.

use minijinja::{Environment, value::Value};

use crate::report::drill::{DrillDocument, words};

/// Where a figure comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Source {
    Measured,
    Modelled,
    Documented,
}

/// Writes the figures of one drill.
#[derive(Clone, Copy, Debug)]
pub(super) struct Figures {
    began: Option<jiff::Timestamp>,
    /// What the drill's own figures are.
    own: Source,
}

impl Figures {
    pub(super) fn of(document: &DrillDocument) -> Self {
        let own = if document.basis == "modelled" { Source::Modelled } else { Source::Measured };
        Self { began: document.began.parse().ok(), own }
    }

    /// The date of a moment, if the drill's own is known: `2026-11-22 01:08:24`, in UTC.
    pub(super) fn date(self, at: f64) -> Option<String> {
        self.format(at, "%Y-%m-%d %H:%M:%S")
    }

    /// And without its day.
    pub(super) fn time(self, at: f64) -> Option<String> {
        self.format(at, "%H:%M:%S")
    }

    fn format(self, at: f64, format: &str) -> Option<String> {
        let since = jiff::SignedDuration::try_from_secs_f64(at).ok()?;
        Some(self.began?.checked_add(since).ok()?.strftime(format).to_string())
    }

    /// The filters of the template.
    pub(super) fn add_to(self, environment: &mut Environment<'_>) {
        environment.add_filter("own", move |value: Option<f64>, none: Option<&str>| {
            figure(self.own, value, words::seconds, none)
        });
        environment.add_filter("own_count", move |value: f64| {
            figure(self.own, Some(value), |value| format!("{value:.0}"), None)
        });
        environment.add_filter("modelled", |value: Option<f64>, none: Option<&str>| {
            figure(Source::Modelled, value, words::seconds, none)
        });
        environment.add_filter("documented", |value: f64| {
            figure(Source::Documented, Some(value), words::target, None)
        });
        environment.add_filter("documented_count", |value: f64| {
            figure(Source::Documented, Some(value), |value| format!("{value:.0}"), None)
        });
        environment.add_filter("seconds", |value: f64| words::seconds(value));
        environment.add_filter("date", move |value: Option<f64>| {
            value.and_then(|at| self.date(at)).unwrap_or_else(|| "–".to_owned())
        });
        environment.add_filter("plain", |value: f64| format!("{value}"));
    }
}

fn figure(source: Source, value: Option<f64>, write: impl Fn(f64) -> String, none: Option<&str>) -> Value {
    let Some(value) = value else {
        let word = super::escape::escaped(none.unwrap_or("not known"));
        return Value::from_safe_string(format!("<span class=\"none\">{word}</span>"));
    };
    let (class, sign, word) = match source {
        Source::Measured => ("measured", "", ""),
        Source::Modelled => ("modelled", "≈ ", "modelled "),
        Source::Documented => ("documented", "§ ", "documented "),
    };
    let text = write(value);
    let sign = match sign {
        "" => String::new(),
        sign => format!("<span aria-hidden=\"true\">{sign}</span><span class=\"hear\">{word}</span>"),
    };
    Value::from_safe_string(format!("<data class=\"fig {class}\" value=\"{value}\">{sign}{text}</data>"))
}
