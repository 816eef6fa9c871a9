//! Metrics as text, in the two formats that Prometheus reads.
//!
//! They differ little: `OpenMetrics` names a family without the end that its samples have (`_total`, `_info`), has
//! a type for info, and says where the text ends, so that a half of it is not taken for the whole.

use std::fmt::Write as _;

use super::{Family, Kind, Sample, Value};

/// How metrics are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Prometheus's own text format, version 0.0.4.
    Classic,
    /// `OpenMetrics`, version 1.0.0.
    OpenMetrics,
}

impl Format {
    /// What a scraper wants that sends this `Accept`: `OpenMetrics` if it is named and not refused, since
    /// Prometheus names it before its own.
    pub fn wanted(accept: &str) -> Self {
        let names = |one: &str| {
            let mut parts = one.split(';').map(str::trim);
            let is_it =
                parts.next().is_some_and(|kind| kind.eq_ignore_ascii_case("application/openmetrics-text"));
            let is_refused = |part: &str| part.strip_prefix("q=").is_some_and(|q| q.parse() == Ok(0.0_f64));
            is_it && !parts.any(is_refused)
        };
        if accept.split(',').any(names) { Self::OpenMetrics } else { Self::Classic }
    }

    /// As a response's header says it.
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Classic => "text/plain; version=0.0.4; charset=utf-8",
            Self::OpenMetrics => "application/openmetrics-text; version=1.0.0; charset=utf-8",
        }
    }
}

/// All families that have samples.
pub fn render(families: &[Family], format: Format) -> String {
    let mut text = String::new();
    for family in families.iter().filter(|family| !family.samples.is_empty()) {
        let end = match family.kind {
            Kind::Counter => "_total",
            Kind::Info => "_info",
            Kind::Gauge | Kind::Histogram => "",
        };
        let kind = match (family.kind, format) {
            (Kind::Counter, _) => "counter",
            (Kind::Histogram, _) => "histogram",
            (Kind::Info, Format::OpenMetrics) => "info",
            (Kind::Gauge, _) | (Kind::Info, Format::Classic) => "gauge",
        };
        let name = family.name;
        let family_end = if format == Format::Classic { end } else { "" };
        let _ = writeln!(text, "# HELP {name}{family_end} {}\n# TYPE {name}{family_end} {kind}", family.help);
        for sample in &family.samples {
            one(&mut text, name, end, sample);
        }
    }
    if format == Format::OpenMetrics {
        text.push_str("# EOF\n");
    }
    text
}

fn one(text: &mut String, name: &str, end: &str, Sample { labels, value }: &Sample) {
    let labels: Vec<String> =
        labels.iter().map(|(label, value)| format!("{label}=\"{}\"", escaped(value))).collect();
    let braced = |labels: String| if labels.is_empty() { labels } else { format!("{{{labels}}}") };
    let plain = braced(labels.join(","));
    match value {
        Value::Number(number) => {
            let _ = writeln!(text, "{name}{end}{plain} {number}");
        }
        Value::Histogram(buckets) => {
            let below = |bound: &str| {
                let bound = format!("le=\"{bound}\"");
                braced(labels.iter().cloned().chain([bound]).collect::<Vec<_>>().join(","))
            };
            for (bound, count) in &buckets.up_to {
                // With a point, as both formats' canonical numbers have it.
                let _ = writeln!(text, "{name}_bucket{} {count}", below(&format!("{bound:?}")));
            }
            let _ = writeln!(text, "{name}_bucket{} {}", below("+Inf"), buckets.count);
            let _ =
                writeln!(text, "{name}_sum{plain} {}\n{name}_count{plain} {}", buckets.sum, buckets.count);
        }
    }
}

/// "`label_value` can be any sequence of UTF-8 characters, but the backslash, double-quote, and line feed
/// characters have to be escaped" (Prometheus, "Exposition formats").
fn escaped(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scraper_gets_the_format_that_it_reads() {
        let prometheus_3 = "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,\
            text/plain;version=0.0.4;q=0.3,*/*;q=0.2";
        for (accept, format) in [
            (prometheus_3, Format::OpenMetrics),
            ("text/plain;version=0.0.4", Format::Classic),
            ("*/*", Format::Classic),
            ("", Format::Classic),
            ("application/openmetrics-text;q=0, */*", Format::Classic),
        ] {
            assert_eq!(Format::wanted(accept), format, "{accept}");
        }
    }

    #[test]
    fn labels_are_escaped() {
        let mut family = Family::new(Kind::Counter, "things", "Things.");
        family.count(&[("of", "a\"b\\c\nd")], 3);
        assert_eq!(
            render(&[family], Format::Classic),
            "# HELP things_total Things.\n# TYPE things_total counter\nthings_total{of=\"a\\\"b\\\\c\\nd\"} 3\n"
        );
    }
}
