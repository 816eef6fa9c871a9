//! What does CloudWatch learn about replication?
//!
//! Four numbers for each rule whose `Metrics` are enabled (S3 User Guide, `metrics-dimensions`):
//! - `ReplicationLatency`: "the maximum number of seconds by which the replication destination bucket is
//!   behind the source bucket", here the age of the oldest operation that is on its way;
//! - `BytesPendingReplication`: "the total number of bytes of objects pending replication";
//! - `OperationsPendingReplication`: "the number of operations pending replication", be they objects,
//!   delete markers, tags, ACLs or locks;
//! - `OperationsFailedReplication`: the number of operations that failed.
//!
//! A meter keeps them second by second for a while, so that whoever collects them, once a minute, misses
//! no peak. While nothing was on its way there are no data, which is why alarms on these metrics should
//! treat missing data as "ignore" (S3 User Guide, `replication-metrics`).

use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

use crate::model::Region;

/// S3 User Guide, `replication-metrics`: the first points come "about 15 minutes" after metrics were
/// enabled.
const FIRST_POINTS: Duration = Duration::from_mins(15);

/// How many seconds a meter remembers (our choice): the minute that is collected, and time for that.
const MEMORY: u64 = 600;

/// One number of one rule.
#[derive(Clone, Debug, PartialEq)]
pub struct ReplicationMetric {
    /// `ReplicationLatency`, say; the namespace is `AWS/S3`.
    pub name: &'static str,
    /// `Seconds`, `Bytes` or `Count`.
    pub unit: &'static str,
    /// The source bucket's region, whose CloudWatch has it (unverified).
    pub region: Region,
    /// The dimension `SourceBucket`.
    pub source_bucket: String,
    /// The dimension `DestinationBucket`.
    pub destination_bucket: String,
    /// The dimension `RuleId`.
    pub rule_id: String,
    /// The maximum of the time asked for; of failed operations the sum.
    pub value: f64,
}

/// Which meter: source bucket, destination bucket and rule.
pub(crate) type MeterId = (String, String, String);

/// The meters of all rules that ever had metrics enabled.
#[derive(Debug, Default)]
pub(crate) struct Meters(BTreeMap<MeterId, Meter>);

#[derive(Debug)]
struct Meter {
    region: Region,
    on: bool,
    first_points: Duration,
    /// When each operation that is on its way was written, and how many were then.
    written: BTreeMap<Duration, u64>,
    operations: u64,
    bytes: u64,
    /// Until when the seconds are filled.
    filled: Duration,
    seconds: VecDeque<Second>,
}

/// The greatest numbers of one second, and the failures in it.
#[derive(Clone, Copy, Debug, Default)]
struct Second {
    number: u64,
    latency: f64,
    bytes: u64,
    operations: u64,
    failed: u64,
}

impl Meters {
    /// From `now` on these rules of a bucket are measured, and no other of it. The first points come
    /// after a while, or at once when the rule was `settled` before.
    pub(crate) fn enable(
        &mut self,
        source: &str,
        region: &Region,
        rules: &[(String, String)],
        now: Duration,
        settled: bool,
    ) {
        for (id, meter) in &mut self.0 {
            let (destination, rule) = (&id.1, &id.2);
            meter.on &= id.0 != source || rules.iter().any(|(to, name)| to == destination && name == rule);
        }
        let first_points = if settled { Duration::ZERO } else { now + FIRST_POINTS };
        for (destination, rule) in rules {
            let id = (source.to_owned(), destination.clone(), rule.clone());
            let meter = self.0.entry(id).or_insert_with(|| Meter::new(region.clone()));
            if !meter.on {
                (meter.on, meter.first_points) = (true, first_points);
            }
        }
    }

    /// An operation was sent on its way; whether it is measured.
    pub(crate) fn sent(&mut self, id: &MeterId, now: Duration, bytes: u64) -> bool {
        let Some(meter) = self.0.get_mut(id).filter(|meter| meter.on) else { return false };
        meter.fill(now);
        *meter.written.entry(now).or_default() += 1;
        meter.operations += 1;
        meter.bytes += bytes;
        meter.fill(now);
        true
    }

    /// An operation that was measured and `written` then is no longer on its way.
    pub(crate) fn ended(&mut self, id: &MeterId, written: Duration, now: Duration, bytes: u64, failed: bool) {
        let Some(meter) = self.0.get_mut(id) else { return };
        meter.fill(now);
        if let Some(count) = meter.written.get_mut(&written) {
            *count -= 1;
            if *count == 0 {
                meter.written.remove(&written);
            }
        }
        meter.operations = meter.operations.saturating_sub(1);
        meter.bytes = meter.bytes.saturating_sub(bytes);
        if failed && meter.on {
            meter.second(now.as_secs()).failed += 1;
        }
    }

    /// What was measured in the seconds that ended after `start` and not after `end`, which has passed.
    pub(crate) fn measured(
        &mut self,
        start: Duration,
        end: Duration,
        now: Duration,
    ) -> Vec<ReplicationMetric> {
        let mut metrics = Vec::new();
        for ((source, destination, rule), meter) in &mut self.0 {
            meter.fill(now);
            if !meter.on || end <= meter.first_points {
                continue;
            }
            let Some(all) = meter.between(start, end) else { continue };
            #[expect(clippy::cast_precision_loss, reason = "CloudWatch's numbers are floats")]
            let numbers = [
                ("ReplicationLatency", "Seconds", all.latency),
                ("BytesPendingReplication", "Bytes", all.bytes as f64),
                ("OperationsPendingReplication", "Count", all.operations as f64),
                ("OperationsFailedReplication", "Count", all.failed as f64),
            ];
            metrics.extend(numbers.into_iter().map(|(name, unit, value)| ReplicationMetric {
                name,
                unit,
                region: meter.region.clone(),
                source_bucket: source.clone(),
                destination_bucket: destination.clone(),
                rule_id: rule.clone(),
                value,
            }));
        }
        metrics
    }
}

impl Meter {
    fn new(region: Region) -> Self {
        Self {
            region,
            on: false,
            first_points: Duration::ZERO,
            written: BTreeMap::new(),
            operations: 0,
            bytes: 0,
            filled: Duration::ZERO,
            seconds: VecDeque::new(),
        }
    }

    /// The second with this number, which is the last one or a later one.
    fn second(&mut self, number: u64) -> &mut Second {
        if self.seconds.back().is_none_or(|last| last.number < number) {
            self.seconds.push_back(Second { number, ..Second::default() });
        }
        while self.seconds.front().is_some_and(|first| first.number + MEMORY < number) {
            self.seconds.pop_front();
        }
        self.seconds.back_mut().expect("one was pushed just now, unless the last one is it")
    }

    /// Notes what held from the last call until `now`: nothing changed in between.
    fn fill(&mut self, now: Duration) {
        let from = self.filled.as_secs().max(now.as_secs().saturating_sub(MEMORY));
        self.filled = now;
        let Some(oldest) = self.written.keys().next().copied() else { return };
        let (bytes, operations) = (self.bytes, self.operations);
        for number in from..=now.as_secs() {
            let until = now.min(Duration::from_secs(number + 1));
            let latency = until.saturating_sub(oldest).as_secs_f64();
            let second = self.second(number);
            second.latency = second.latency.max(latency);
            second.bytes = second.bytes.max(bytes);
            second.operations = second.operations.max(operations);
        }
    }

    fn between(&self, start: Duration, end: Duration) -> Option<Second> {
        let within = |second: &&Second| {
            let over = Duration::from_secs(second.number + 1);
            start < over && over <= end
        };
        self.seconds.iter().filter(within).copied().reduce(|one, other| Second {
            number: other.number,
            latency: one.latency.max(other.latency),
            bytes: one.bytes.max(other.bytes),
            operations: one.operations.max(other.operations),
            failed: one.failed + other.failed,
        })
    }
}
