//! Metrics as OpenTelemetry's protocol carries them (OTLP, as protobuf).
//!
//! Names are the families' own, so that a dashboard reads the same whether Prometheus has scraped us or a
//! collector has been told: where OTLP is turned into Prometheus's format, `_total` is put behind what counts and a
//! unit behind what has one, unless it stands there ("Prometheus and `OpenMetrics` Compatibility", metric metadata).
//!
//! A collector is told what there is, and so cannot see by itself that something is there no longer: an answer that was
//! replaced would stand beside the new one for minutes. Each such series gets one last point that says so.

use std::collections::HashSet;

use jiff::Timestamp;
use opentelemetry_proto::tonic::{
    collector::metrics::v1::ExportMetricsServiceRequest,
    common::v1::{AnyValue, InstrumentationScope, KeyValue, any_value},
    metrics::v1::{
        AggregationTemporality, DataPointFlags, Gauge, Histogram, HistogramDataPoint, Metric,
        NumberDataPoint, ResourceMetrics, ScopeMetrics, Sum, metric::Data, number_data_point,
    },
    resource::v1::Resource,
};
use prost::Message as _;

use super::{Buckets, Family, Kind, Sample, Value};

/// "This `DataPoint` is valid but has no recorded value. This value SHOULD be used to reflect explicitly missing data in
/// a series, as for an equivalent to the Prometheus 'staleness marker'" (opentelemetry/proto/metrics/v1/metrics.proto).
const GONE: u32 = DataPointFlags::NoRecordedValueMask as u32;

/// What is told a collector at once.
#[derive(Clone, Copy, Debug)]
pub struct Export<'a> {
    /// All there is.
    pub families: &'a [Family],
    /// What the collector was told last.
    pub told: &'a [Family],
    /// Who tells it.
    pub resource: &'a [(String, String)],
    /// Since when counters count.
    pub began: Timestamp,
    /// When this is so.
    pub at: Timestamp,
}

impl Export<'_> {
    /// As it goes over the wire.
    pub fn encode(&self) -> Vec<u8> {
        let metrics = self.families.iter().filter_map(|family| self.metric(family)).collect();
        let scope = InstrumentationScope {
            name: env!("CARGO_PKG_NAME").to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            ..InstrumentationScope::default()
        };
        let attributes = self.resource.iter().map(|(key, value)| attribute(key, value)).collect();
        let of_resource = ResourceMetrics {
            resource: Some(Resource { attributes, ..Resource::default() }),
            scope_metrics: vec![ScopeMetrics { scope: Some(scope), metrics, ..ScopeMetrics::default() }],
            ..ResourceMetrics::default()
        };
        ExportMetricsServiceRequest { resource_metrics: vec![of_resource] }.encode_to_vec()
    }

    /// One family, if there is or was anything of it.
    fn metric(&self, family: &Family) -> Option<Metric> {
        let there: HashSet<_> = family.samples.iter().map(|sample| &sample.labels).collect();
        let told = self.told.iter().filter(|told| told.name == family.name).flat_map(|told| &told.samples);
        let gone: Vec<&Sample> = told.filter(|sample| !there.contains(&sample.labels)).collect();
        if family.samples.is_empty() && gone.is_empty() {
            return None;
        }
        let data = if family.kind == Kind::Histogram {
            let mut points: Vec<_> = family.samples.iter().map(|sample| self.histogram(sample)).collect();
            let gone = gone.into_iter().map(|sample| HistogramDataPoint {
                attributes: attributes(sample),
                start_time_unix_nano: nanoseconds(self.began),
                time_unix_nano: nanoseconds(self.at),
                flags: GONE,
                ..HistogramDataPoint::default()
            });
            points.extend(gone);
            Data::Histogram(Histogram { data_points: points, aggregation_temporality: CUMULATIVE })
        } else {
            let there = family.samples.iter().map(|sample| self.number(family.kind, sample));
            let gone = gone.into_iter().map(|sample| NumberDataPoint {
                value: None,
                flags: GONE,
                ..self.number(family.kind, sample)
            });
            let data_points = there.chain(gone).collect();
            let sum = |data_points, is_monotonic| {
                Data::Sum(Sum { data_points, aggregation_temporality: CUMULATIVE, is_monotonic })
            };
            match family.kind {
                Kind::Counter => sum(data_points, true),
                // "A Prometheus Info metric MUST be converted to an OTLP Non-Monotonic Sum" (Prometheus and OpenMetrics
                // Compatibility, "Info").
                Kind::Info => sum(data_points, false),
                Kind::Gauge | Kind::Histogram => Data::Gauge(Gauge { data_points }),
            }
        };
        let name =
            if family.kind == Kind::Info { format!("{}_info", family.name) } else { family.name.into() };
        let unit = if family.name.ends_with("_seconds") { "s" } else { "" };
        let description = family.help.to_owned();
        Some(Metric { name, description, unit: unit.to_owned(), data: Some(data), ..Metric::default() })
    }

    fn number(&self, kind: Kind, sample: &Sample) -> NumberDataPoint {
        let value = match &sample.value {
            Value::Number(number) => Some(number_data_point::Value::AsDouble(*number)),
            Value::Histogram(_) => None,
        };
        NumberDataPoint {
            attributes: attributes(sample),
            // A gauge is so at a moment, and since no other.
            start_time_unix_nano: if kind == Kind::Gauge { 0 } else { nanoseconds(self.began) },
            time_unix_nano: nanoseconds(self.at),
            value,
            ..NumberDataPoint::default()
        }
    }

    /// OTLP counts in each bucket what is in no smaller one, and has one more bucket than bounds.
    fn histogram(&self, sample: &Sample) -> HistogramDataPoint {
        let none = Buckets { up_to: Vec::new(), count: 0, sum: 0.0 };
        let Buckets { up_to, count, sum } = match &sample.value {
            Value::Histogram(buckets) => buckets,
            Value::Number(_) => &none,
        };
        let ends = up_to.iter().map(|(_, count)| *count).chain([*count]);
        let starts = [0].into_iter().chain(up_to.iter().map(|(_, count)| *count));
        HistogramDataPoint {
            attributes: attributes(sample),
            start_time_unix_nano: nanoseconds(self.began),
            time_unix_nano: nanoseconds(self.at),
            count: *count,
            sum: Some(*sum),
            bucket_counts: ends.zip(starts).map(|(end, start)| end.saturating_sub(start)).collect(),
            explicit_bounds: up_to.iter().map(|(bound, _)| *bound).collect(),
            ..HistogramDataPoint::default()
        }
    }
}

const CUMULATIVE: i32 = AggregationTemporality::Cumulative as i32;

fn attributes(sample: &Sample) -> Vec<KeyValue> {
    sample.labels.iter().map(|(label, value)| attribute(label, value)).collect()
}

fn attribute(key: &str, value: &str) -> KeyValue {
    let value = AnyValue { value: Some(any_value::Value::StringValue(value.to_owned())) };
    KeyValue { key: key.to_owned(), value: Some(value), ..KeyValue::default() }
}

/// Nothing for dates before 1970, which no clock of ours shows.
fn nanoseconds(date: Timestamp) -> u64 {
    u64::try_from(date.as_nanosecond()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The points of an export: name, attributes' values, value (nothing for what is gone).
    fn points(families: &[Family], told: &[Family]) -> Vec<(String, String, Option<f64>)> {
        let (began, at) = (Timestamp::UNIX_EPOCH, Timestamp::UNIX_EPOCH);
        let bytes = Export { families, told, resource: &[], began, at }.encode();
        let request = ExportMetricsServiceRequest::decode(bytes.as_slice()).expect("it was encoded");
        let metrics = &request.resource_metrics[0].scope_metrics[0].metrics;
        let of_metric = |metric: &Metric| {
            let points = match metric.data.clone().expect("data") {
                Data::Gauge(gauge) => gauge.data_points,
                Data::Sum(sum) => sum.data_points,
                other => panic!("{other:?}"),
            };
            let of_point = |point: NumberDataPoint| {
                let value = point.value.map(|value| match value {
                    number_data_point::Value::AsDouble(number) => number,
                    number_data_point::Value::AsInt(_) => panic!("no integers"),
                });
                assert_eq!(value.is_none(), point.flags == GONE);
                let attributes: Vec<String> =
                    point.attributes.iter().map(|one| format!("{:?}", one.value)).collect();
                let word = attributes.concat();
                let word = word.split('"').nth(1).unwrap_or_default().to_owned();
                (metric.name.clone(), word, value)
            };
            points.into_iter().map(of_point).collect::<Vec<_>>()
        };
        metrics.iter().flat_map(of_metric).collect()
    }

    #[test]
    fn what_is_gone_is_told_once() {
        let answer = |side: &[&str]| {
            let mut family = Family::new(Kind::Info, "answer", "An answer.");
            for side in side {
                family.number(&[("answer", side)], 1.0);
            }
            vec![family]
        };
        let told = |side: &str, value| ("answer_info".to_owned(), side.to_owned(), value);
        let (primary, secondary) = (answer(&["primary"]), answer(&["secondary"]));
        assert_eq!(points(&primary, &[]), [told("primary", Some(1.0))]);
        let turned = [told("secondary", Some(1.0)), told("primary", None)];
        assert_eq!(points(&secondary, &primary), turned);
        assert_eq!(points(&secondary, &secondary), [told("secondary", Some(1.0))]);
        assert_eq!(points(&answer(&[]), &secondary), [told("secondary", None)]);
        assert_eq!(points(&answer(&[]), &answer(&[])), []);
    }
}
