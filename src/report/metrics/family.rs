//! Metrics as data, for any format.

use std::time::Duration;

use crate::watch::Latencies;

/// What kind of numbers a family holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A number that goes up and down.
    Gauge,
    /// A number that only goes up. Its family's name has no `_total` at its end.
    Counter,
    /// How many took how long.
    Histogram,
    /// Labels with the value 1. Its family's name has no `_info` at its end.
    Info,
}

/// Metrics of one name.
#[derive(Clone, Debug, PartialEq)]
pub struct Family {
    /// Its name, without what the kind puts at its end.
    pub name: &'static str,
    /// What it is, in a sentence without line ends, quotes and backslashes.
    pub help: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// The numbers.
    pub samples: Vec<Sample>,
}

/// One number, or one histogram.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    /// Which of the family it is.
    pub labels: Vec<(&'static str, String)>,
    /// What it is.
    pub value: Value,
}

/// What a sample is.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A number.
    Number(f64),
    /// A histogram.
    Histogram(Buckets),
}

/// A histogram, in seconds.
#[derive(Clone, Debug, PartialEq)]
pub struct Buckets {
    /// Each upper bound, and how many were no longer than that.
    pub up_to: Vec<(f64, u64)>,
    /// How many there were.
    pub count: u64,
    /// All of them together.
    pub sum: f64,
}

impl Family {
    /// Nothing of this name yet.
    pub(super) fn new(kind: Kind, name: &'static str, help: &'static str) -> Self {
        Self { name, help, kind, samples: Vec::new() }
    }

    /// With one more number.
    pub(super) fn number(&mut self, labels: &[(&'static str, &str)], value: f64) {
        self.push(labels, Value::Number(value));
    }

    /// With one more number that counts. (Beyond 2^53, which takes ages, it is no longer exact.)
    #[expect(clippy::cast_precision_loss, reason = "the formats know floating-point numbers only")]
    pub(super) fn count(&mut self, labels: &[(&'static str, &str)], value: u64) {
        self.number(labels, value as f64);
    }

    /// With one more truth.
    pub(super) fn flag(&mut self, labels: &[(&'static str, &str)], value: bool) {
        self.number(labels, f64::from(u8::from(value)));
    }

    /// With one more length of time.
    pub(super) fn seconds(&mut self, labels: &[(&'static str, &str)], value: Duration) {
        self.number(labels, value.as_secs_f64());
    }

    /// With one of several values that exclude each other: a sample for each, of which one is 1.
    pub(super) fn one_of(
        &mut self,
        labels: &[(&'static str, &str)],
        label: &'static str,
        values: &[&str],
        is: &str,
    ) {
        for value in values {
            self.flag(&[labels, &[(label, *value)]].concat(), *value == is);
        }
    }

    /// With one more histogram.
    pub(super) fn latencies(&mut self, labels: &[(&'static str, &str)], latencies: &Latencies) {
        let up_to = latencies.up_to().map(|(bound, count)| (bound.as_secs_f64(), count)).collect();
        let (count, sum) = (latencies.count(), latencies.sum().as_secs_f64());
        self.push(labels, Value::Histogram(Buckets { up_to, count, sum }));
    }

    fn push(&mut self, labels: &[(&'static str, &str)], value: Value) {
        let labels = labels.iter().map(|(label, value)| (*label, (*value).to_owned())).collect();
        self.samples.push(Sample { labels, value });
    }
}
