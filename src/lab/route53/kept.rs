//! Route 53's part of a kept state: zones with their records, what the name servers serve of them, changes,
//! health checks, and the caller references that are spent.
//!
//! Fields are taken apart without `..`, so that a new one cannot be forgotten here.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{
    checks::Checks,
    store::{State, Store},
    types::HealthCheck,
    zones::{ChangeInfo, HostedZone, Served, Zones},
};
use crate::lab::state::{Document, Kept, RestoreError};

const ZONE: &str = "route53 hosted zone";
const SERVED: &str = "route53 served zone";
const CHANGE: &str = "route53 change";
const CHECK: &str = "route53 health check";
/// The key is the caller reference of a deleted check.
const SPENT: &str = "route53 spent reference";
const COUNTERS: &str = "route53 counters";

/// How many were made, for the identifiers of the next.
#[derive(Serialize, Deserialize)]
struct Counters {
    zones: u64,
    checks: u64,
}

impl Kept for Store {
    fn kinds(&self) -> &'static [&'static str] {
        &[ZONE, SERVED, CHANGE, CHECK, SPENT, COUNTERS]
    }

    fn documents(&self, take: &mut dyn FnMut(Document)) {
        let state = self.state();
        let State { zones, checks } = &*state;
        let Zones { insync_delay: _, present: hosted, histories, changes, created: zones_made } = zones;
        let Checks { present, spent, created: checks_made } = checks;
        let hosted = hosted.iter().map(|(id, zone)| Document::new(ZONE, id, zone));
        let served = histories.iter().map(|(id, served)| Document::new(SERVED, id, served));
        let changes = changes.iter().map(|(id, change)| Document::new(CHANGE, id, change));
        let checks = present.iter().map(|(id, check)| Document::new(CHECK, id, check));
        let spent = spent.iter().map(|reference| Document::new(SPENT, reference, &()));
        hosted.chain(served).chain(changes).chain(checks).chain(spent).for_each(&mut *take);
        take(Document::new(COUNTERS, "", &Counters { zones: *zones_made, checks: *checks_made }));
    }

    fn restore(&self, documents: Vec<Document>) -> Result<(), RestoreError> {
        let mut state = self.state();
        for document in documents {
            let id = document.key.clone();
            match document.kind.as_str() {
                ZONE => drop(state.zones.present.insert(id, document.read::<HostedZone>()?)),
                SERVED => drop(state.zones.histories.insert(id, document.read::<Served>()?)),
                CHANGE => drop(state.zones.changes.insert(id, document.read::<ChangeInfo>()?)),
                CHECK => drop(state.checks.present.insert(id, document.read::<HealthCheck>()?)),
                SPENT => drop(state.checks.spent.insert(id)),
                _ => {
                    let counters: Counters = document.read()?;
                    state.zones.created = counters.zones;
                    state.checks.created = counters.checks;
                }
            }
        }
        drop(state);
        self.health_checks_changed();
        Ok(())
    }
}

/// The records of a zone as a list: JSON has no keys of two parts.
pub(super) mod records {
    use serde::{Deserialize, Deserializer, Serializer};

    use super::{super::types::RecordSet, BTreeMap};
    use crate::model::{Fqdn, RecordType};

    type Records = BTreeMap<(Fqdn, RecordType), Vec<RecordSet>>;

    pub(in super::super) fn serialize<S: Serializer>(records: &Records, to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(records.values().flatten())
    }

    pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Records, D::Error> {
        let mut records = Records::new();
        for set in Vec::<RecordSet>::deserialize(from)? {
            records.entry((set.name.clone(), set.rtype)).or_default().push(set);
        }
        Ok(records)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{
        super::{
            batch::{Action, Change},
            check_request::Requested,
            store::StoreSettings,
            types::{Answer, RecordSet, Routing},
        },
        *,
    };
    use crate::{clock::Clock, model::Side};

    fn documents(store: &Store) -> Vec<Document> {
        let mut found = Vec::new();
        store.documents(&mut |document| found.push(document));
        found
    }

    fn record(name: &str, set_identifier: Option<&str>, routing: Routing, answer: Answer) -> Change {
        let record = RecordSet {
            name: name.parse().expect("a name"),
            rtype: "CNAME".parse().expect("a type"),
            set_identifier: set_identifier.map(str::to_owned),
            routing,
            answer,
            health_check_id: set_identifier.map(|_| "lab-healthcheck-0001".to_owned()),
        };
        Change { action: Action::Create, record }
    }

    /// A store with one of everything, a change of it on its way.
    fn store(clock: &Clock) -> Store {
        let store = Store::new(clock.clone(), StoreSettings::default());
        let zone = store.create_zone(&"example.com".parse().expect("a name"));
        let check = |reference: &str| {
            let requested = Requested {
                kind: "HTTPS_STR_MATCH".to_owned(),
                fully_qualified_domain_name: Some("a.example.net".to_owned()),
                search_string: Some("ü & <ok>".to_owned()),
                ..Requested::default()
            };
            store.state().checks.create(reference, &requested).expect("a check");
        };
        check("kept");
        check("deleted");
        store.state().checks.delete("lab-healthcheck-0002").expect("a check");
        let alias = Answer::Alias {
            hosted_zone_id: zone.clone(),
            dns_name: "one.example.com".parse().expect("a name"),
            evaluate_target_health: true,
        };
        let values = Answer::Values { ttl: 60, values: vec!["one.example.net".to_owned()] };
        let changes = [
            record("one.example.com", None, Routing::Simple, values.clone()),
            record("*.example.com", Some("w"), Routing::Weighted(7), values),
            record("data.example.com", Some("p"), Routing::Failover(Side::Primary), alias),
        ];
        let known = |_: &str| true;
        let made = store.state().zones.change(&zone, &changes, Some("why".to_owned()), &known, store.now());
        made.expect("a good batch");
        store
    }

    /// What comes back hands out the same documents again, and serves, checks and refuses the same.
    #[tokio::test(start_paused = true)]
    async fn what_was_handed_out_comes_back_whole() {
        let clock = Clock::system();
        let old = store(&clock);
        let new = Store::new(clock.clone(), StoreSettings::default());
        let changes = new.health_check_changes();
        new.restore(documents(&old)).expect("its own documents");
        assert_eq!(documents(&new), documents(&old));
        assert!(changes.has_changed().expect("the store is there"), "the checkers are told");
        assert_eq!(new.health_checks(), old.health_checks());
        let name = "one.example.com".parse().expect("a name");
        for second in [0, 6, 11, 16, 21] {
            clock.sleep_until(Duration::from_secs(second)).await;
            for server in 0..4 {
                assert_eq!(new.zone_as_served(server, &name), old.zone_as_served(server, &name));
            }
        }
        let requested = Requested { kind: "HTTP".to_owned(), ..Requested::default() };
        assert!(new.state().checks.create("deleted", &requested).is_err(), "a deleted check's reference");
        assert_eq!(new.create_zone(&"example.net".parse().expect("a name")), "Z-LAB-2");
    }

    #[tokio::test(start_paused = true)]
    async fn a_document_that_is_none_of_ours_is_refused() {
        let new = Store::new(Clock::system(), StoreSettings::default());
        let error = new.restore(vec![Document::new(CHECK, "c", &1)]).expect_err("no check");
        assert_eq!(error.to_string(), "the route53 health check `c` cannot be read");
    }
}
