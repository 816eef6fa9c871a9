//! What does the lab's Route 53 keep, and who may ask?
//!
//! One mutex around everything: zones, changes in flight, health checks. Three rooms look in: the API
//! (which writes), the name servers ([`Store::zone_as_served`]) and the checkers
//! ([`Store::health_checks`], woken by [`Store::health_check_changes`]). Every method is short and none
//! waits, so the lock is never held across an await.
//!
//! A batch changes the zone under the lock, in microseconds; that Route 53 takes longer and refuses other
//! batches meanwhile is the business of `intake`.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::sync::watch;

use crate::{clock::Clock, lab::fault::Switch, model::Fqdn};

use super::{
    checks::Checks,
    fault::Route53Fault,
    quotas::Quotas,
    types::{HealthCheck, RecordSet, Zone},
    zones::{Moment, NewZone, Zones},
};

/// How the lab's Route 53 behaves where AWS gives no number or a wish decides.
#[derive(Clone, Copy, Debug)]
pub(crate) struct StoreSettings {
    /// Time of the lab from a change to INSYNC. AWS: "Changes generally propagate to all Route 53 name
    /// servers managing the hosted zone within 60 seconds" (Route 53 model, `ChangeResourceRecordSets`).
    pub(crate) insync_delay: Duration,
    /// Whether the API refuses callers that ask too often, or while a batch for the zone is in the works.
    pub(crate) throttling: bool,
    /// How much the account may have.
    pub(crate) quotas: Quotas,
}

impl Default for StoreSettings {
    /// INSYNC after 20 seconds (modelled), throttling and quotas as on AWS.
    fn default() -> Self {
        Self { insync_delay: Duration::from_secs(20), throttling: true, quotas: Quotas::default() }
    }
}

/// The account's Route 53.
#[derive(Debug)]
pub(crate) struct Store {
    clock: Clock,
    throttling: bool,
    state: Mutex<State>,
    fault: Switch<Route53Fault>,
    check_changes: watch::Sender<u64>,
}

/// What is behind the lock.
#[derive(Debug)]
pub(crate) struct State {
    /// Hosted zones and the changes in flight.
    pub(crate) zones: Zones,
    /// Health checks.
    pub(crate) checks: Checks,
}

impl Store {
    /// An empty account.
    pub(crate) fn new(clock: Clock, settings: StoreSettings) -> Self {
        let zones = Zones::new(settings.insync_delay, settings.quotas);
        let state = State { zones, checks: Checks::new(settings.quotas.health_checks) };
        Self {
            clock,
            throttling: settings.throttling,
            state: Mutex::new(state),
            fault: Switch::new(),
            check_changes: watch::Sender::new(0),
        }
    }

    /// The zone that encloses `name` most closely, as name server `server` (0 to 3) serves it now. Each
    /// change reaches each server at its own moment; INSYNC is when the last has it.
    pub(crate) fn zone_as_served(&self, server: usize, name: &Fqdn) -> Option<Arc<Zone>> {
        let now = self.clock.elapsed();
        self.state().zones.as_served(server, name, now)
    }

    /// Every zone, as name server `server` serves it now.
    pub(crate) fn zones_as_served(&self, server: usize) -> Vec<Arc<Zone>> {
        let now = self.clock.elapsed();
        self.state().zones.all_as_served(server, now)
    }

    /// Breaks or mends the control plane.
    pub(crate) fn set_fault(&self, fault: Route53Fault) {
        self.fault.set(fault);
    }

    /// How the control plane is broken now.
    pub(crate) fn fault(&self) -> Route53Fault {
        self.fault.now()
    }

    /// The switch of that, for orders by name.
    pub(crate) fn switch(&self) -> &Switch<Route53Fault> {
        &self.fault
    }

    /// Makes a zone with its NS and SOA records, served at once, and returns its id.
    pub(crate) fn create_zone(&self, name: &Fqdn) -> String {
        let now = self.now();
        let mut state = self.state();
        let mut number = 1;
        loop {
            let reference = format!("lab-zone-{number}");
            // The reference is the only thing that can be refused, and a caller may have taken ours.
            let new = NewZone { name, reference: &reference, comment: None, vpc: None };
            if let Ok((id, _)) = state.zones.create(new, now) {
                state.zones.seed(&id, Vec::new());
                return id;
            }
            number += 1;
        }
    }

    /// Puts records into a zone, unjudged and served at once; nothing if there is no such zone.
    pub(crate) fn seed_records(&self, zone_id: &str, records: Vec<RecordSet>) {
        self.state().zones.seed(zone_id, records);
    }

    /// Every health check.
    pub(crate) fn health_checks(&self) -> Vec<HealthCheck> {
        self.state().checks.all().cloned().collect()
    }

    /// Counts up with each health check that is made, changed or deleted.
    pub(crate) fn health_check_changes(&self) -> watch::Receiver<u64> {
        self.check_changes.subscribe()
    }

    /// Tells those who watch that the health checks are not what they were.
    pub(crate) fn health_checks_changed(&self) {
        self.check_changes.send_modify(|count| *count += 1);
    }

    /// The lab's clock.
    pub(crate) fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Whether the API refuses callers that ask too often.
    pub(crate) fn throttling(&self) -> bool {
        self.throttling
    }

    /// This moment, for what is written down.
    pub(crate) fn now(&self) -> Moment {
        Moment { elapsed: self.clock.elapsed(), date: self.clock.now() }
    }

    /// The state, locked. A thread that died while it held the lock left nothing half-done: every change
    /// is made on a copy or by one insertion.
    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::{
            batch::{Action, Change},
            errors::Code,
            types::{Answer, Routing},
        },
        *,
    };
    use crate::model::RecordType;

    #[tokio::test(start_paused = true)]
    async fn the_closest_zone_is_served() {
        let store = Store::new(Clock::system(), StoreSettings::default());
        let name = |text: &str| text.parse::<Fqdn>().expect("a name");
        let outer = store.create_zone(&name("example.com"));
        let inner = store.create_zone(&name("data.example.com"));
        let served = |text: &str| store.zone_as_served(0, &name(text)).map(|zone| zone.id.clone());
        assert_eq!(served("a.data.example.com"), Some(inner));
        assert_eq!(served("a.example.com"), Some(outer.clone()));
        assert_eq!(served("example.net"), None);
        assert_eq!(store.create_zone(&name("example.com")), "Z-LAB-3");
        assert_eq!(served("example.com").as_deref(), Some("Z-LAB-3"));
        assert_eq!(outer, "Z-LAB-1");
    }
    #[tokio::test(start_paused = true)]
    async fn a_change_is_served_by_one_server_after_the_other_until_it_is_insync() {
        let store = Store::new(Clock::system(), StoreSettings::default());
        let name: Fqdn = "a.example.com".parse().expect("a name");
        let id = store.create_zone(&"example.com".parse().expect("a name"));
        let record = RecordSet {
            name: name.clone(),
            rtype: RecordType::A,
            set_identifier: None,
            routing: Routing::Simple,
            answer: Answer::Values { ttl: 60, values: vec!["192.0.2.1".to_owned()] },
            health_check_id: None,
        };
        let create = [Change { action: Action::Create, record }];
        let change =
            |changes: &[Change]| store.state().zones.change(&id, changes, None, &|_| false, store.now());
        let info = change(&create).expect("a valid batch");
        assert_eq!(change(&create).expect_err("it exists now").code, Code::InvalidChangeBatch);
        let serving =
            || (0..4).filter(|s| store.zone_as_served(*s, &name).is_some_and(|z| z.sets().count() == 3));
        for (second, servers) in [(1, 0), (5, 1), (12, 2), (19, 3), (20, 4)] {
            store.clock().sleep_until(Duration::from_secs(second)).await;
            assert_eq!(serving().count(), servers, "after {second} s");
            assert_eq!(store.state().zones.is_insync(&info, store.clock().elapsed()), servers == 4);
        }
    }
}
