//! Who gathers what the sources measure, and up to which moment can it be seen?
//!
//! A task asks every source once a minute of the lab's date, and judges the alarms then. What it learns can
//! be seen after the delay, and not before a fault that holds new data back is mended; alarms see no more.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use super::{
    alarm::{BEYOND, Settings},
    alarms::Alarms,
    archive::Archive,
    fault::CloudWatchFault,
    metric::MetricSource,
    period::{self, Stat},
};
use crate::{clock::Clock, lab::fault::Switch};

const MINUTE: Duration = Duration::from_mins(1);

/// Time of the lab from the end of a minute until its points appear, unless it is set otherwise (modelled:
/// AWS says minutes, and no number; Route 53 Developer Guide, `monitoring-health-checks`).
pub(crate) const DELAY: Duration = Duration::from_mins(1);

/// What CloudWatch knows, and how it is at present.
#[derive(Debug)]
pub(crate) struct CloudWatch {
    pub(super) clock: Clock,
    delay: Duration,
    archive: Mutex<Archive>,
    pub(super) alarms: Arc<Alarms>,
    fault: Switch<CloudWatchFault>,
    /// When the fault began that holds new data back, while it lasts.
    late_since: Mutex<Option<Duration>>,
}

impl CloudWatch {
    /// One that knows nothing yet and is whole.
    pub(super) fn new(clock: Clock, delay: Duration, alarms: Arc<Alarms>) -> Self {
        let (archive, fault, late_since) = (Mutex::default(), Switch::new(), Mutex::default());
        Self { clock, delay, archive, alarms, fault, late_since }
    }

    /// How it is broken.
    pub(super) fn switch(&self) -> &Switch<CloudWatchFault> {
        &self.fault
    }

    /// What is known.
    pub(super) fn archive(&self) -> MutexGuard<'_, Archive> {
        // Every change of it is one insertion, so a panic elsewhere leaves nothing half-done.
        self.archive.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How it is broken now.
    pub(super) fn fault(&self) -> CloudWatchFault {
        self.fault.now()
    }

    /// What was known at this moment can be seen now; nothing while there is no such moment.
    pub(super) fn horizon(&self) -> Option<Duration> {
        self.late_since().unwrap_or_else(|| self.clock.elapsed()).checked_sub(self.delay)
    }

    /// Since when new data are held back; nothing while they are not.
    fn late_since(&self) -> Option<Duration> {
        let mut since = self.late_since.lock().unwrap_or_else(PoisonError::into_inner);
        match self.fault.now() {
            CloudWatchFault::Late => Some(*since.get_or_insert_with(|| self.clock.elapsed())),
            CloudWatchFault::None | CloudWatchFault::Down => {
                *since = None;
                None
            }
        }
    }

    /// Notes when a fault begins, also while nobody asks.
    pub(super) async fn note_faults(self: Arc<Self>) {
        let mut fault = self.fault.watch();
        while fault.changed().await.is_ok() {
            self.late_since();
        }
    }

    /// The figures that an alarm is judged by, of the newest periods that can be seen whole, the newest first.
    fn figures(&self, region: &str, settings: &Settings) -> Vec<Option<f64>> {
        let (Some(horizon), Ok(stat)) = (self.horizon(), settings.statistic.parse::<Stat>()) else {
            return Vec::new();
        };
        let length = settings.period;
        let seen = (self.clock.now() - self.delay).as_second();
        let end = seen.div_euclid(length) * length;
        let count = settings.evaluation_periods + BEYOND;
        let (metric, unit) = (&settings.metric, settings.unit.as_deref());
        let points = self.archive().points(region, metric, unit, (end - count * length, end), horizon);
        let periods = period::by_period(&points, 0, length);
        let figure = |n: i64| periods.get(&(end - n * length)).and_then(|found| stat.of(found));
        (1..=count).map(figure).collect()
    }

    pub(super) async fn record(self: Arc<Self>, sources: Vec<Arc<dyn MetricSource>>) {
        let (mut start, now) = (self.clock.elapsed(), self.clock.now());
        let into_minute = now.as_nanosecond().rem_euclid(MINUTE.as_nanos().cast_signed());
        let into_minute = Duration::from_nanos(u64::try_from(into_minute).unwrap_or_default());
        let mut end = start + MINUTE.saturating_sub(into_minute);
        let mut at = now.as_second().div_euclid(60) * 60;
        loop {
            self.clock.sleep_until(end).await;
            let data = sources.iter().flat_map(|source| source.measured(start, end)).collect();
            self.archive().record(at, end, data);
            let figures = |region: &str, settings: &Settings| self.figures(region, settings);
            self.alarms.judge(self.clock.now(), figures);
            (start, end, at) = (end, end + MINUTE, at + 60);
        }
    }
}
