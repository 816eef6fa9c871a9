//! Which alarms are there, and how do they turn? Each is judged once a minute, from what can be seen then.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
};

use jiff::Timestamp;

use super::{
    alarm::{Alarm, Settings, State},
    following::AlarmFollower,
};
use crate::lab::state::{Document, Kept, RestoreError, Taker};

/// The kind of an alarm's document; the key is region and name.
const ALARM: &str = "cloudwatch alarm";

/// The alarms of the account, by region and name, and who follows them.
#[derive(Default)]
pub(crate) struct Alarms {
    alarms: Mutex<BTreeMap<(String, String), Alarm>>,
    follower: OnceLock<Arc<dyn AlarmFollower>>,
}

impl fmt::Debug for Alarms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Alarms").field(&self.alarms).finish()
    }
}

impl Alarms {
    pub(super) fn lock(&self) -> MutexGuard<'_, BTreeMap<(String, String), Alarm>> {
        // Every change of it is one insertion or removal.
        self.alarms.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells `follower` from now on what the alarms say; there is one.
    pub(crate) fn followed_by(&self, follower: Arc<dyn AlarmFollower>) {
        // A second one would be a mistake of the lab's own start, and would be told nothing.
        drop(self.follower.set(follower));
    }

    /// Tells the follower. Never while the alarms are locked.
    pub(super) fn tell(&self) {
        let Some(follower) = self.follower.get() else { return };
        let says = |alarm: &Alarm| match alarm.state {
            State::Ok => Some(true),
            State::Alarm => Some(false),
            State::InsufficientData => None,
        };
        let said = self.lock().iter().filter_map(|(key, alarm)| Some((key.clone(), says(alarm)?))).collect();
        follower.told(said);
    }

    /// Makes an alarm, or changes its settings: "When you update an existing alarm, its state is left
    /// unchanged" (CloudWatch API reference, `PutMetricAlarm`).
    pub(super) fn put(&self, region: &str, settings: Settings, now: Timestamp) {
        let mut alarms = self.lock();
        let key = (region.to_owned(), settings.name.clone());
        let (state, reason, turned) = match alarms.remove(&key) {
            Some(old) => (old.state, old.reason, old.turned),
            None => (State::InsufficientData, "Unchecked: Initial alarm creation".to_owned(), now),
        };
        alarms.insert(key, Alarm { settings, state, reason, configured: now, turned });
    }

    /// Judges each alarm by the figures of its newest periods, the newest first, which `figures` knows.
    pub(super) fn judge(&self, now: Timestamp, figures: impl Fn(&str, &Settings) -> Vec<Option<f64>>) {
        for ((region, _), alarm) in self.lock().iter_mut() {
            let figures = figures(region, &alarm.settings);
            let state = alarm.settings.judge(alarm.state, &figures);
            if state != alarm.state {
                let there = figures.iter().flatten().map(ToString::to_string).collect::<Vec<_>>();
                alarm.reason = format!(
                    "{} judged by the figures [{}] against the threshold {} ({}).",
                    state.name(),
                    there.join(", "),
                    alarm.settings.threshold,
                    alarm.settings.comparison.name()
                );
                (alarm.state, alarm.turned) = (state, now);
            }
        }
        self.tell();
    }
}

impl Kept for Alarms {
    fn kinds(&self) -> &'static [&'static str] {
        &[ALARM]
    }

    fn documents(&self, taker: &mut dyn Taker) {
        for ((region, name), alarm) in &*self.lock() {
            taker.document(Document::new(ALARM, format!("{region} {name}"), &(region, alarm)));
        }
    }

    fn restore(&self, documents: Vec<Document>) -> Result<(), RestoreError> {
        for document in documents {
            let (region, alarm): (String, Alarm) = document.read()?;
            self.lock().insert((region, alarm.settings.name.clone()), alarm);
        }
        self.tell();
        Ok(())
    }
}
