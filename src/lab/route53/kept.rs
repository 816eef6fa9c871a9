//! Route 53's part of a kept state: zones and their records, changes, health checks, and the caller
//! references that are spent. Records are documents one by one, made again only when their zone changed.
//!
//! Fields are taken apart without `..`, so that a new one cannot be forgotten here.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{
    checks::Checks,
    served::History,
    store::{State, Store},
    types::{HealthCheck, RecordSet},
    zones::{ChangeInfo, HostedZone, Zones},
};
use crate::lab::state::{Document, Kept, RestoreError, Taker};

const ZONE: &str = "route53 hosted zone";
/// The key begins with the id of the zone.
const RECORD: &str = "route53 record set";
const CHANGE: &str = "route53 change";
const CHECK: &str = "route53 health check";
/// The key is the caller reference of a deleted check.
const SPENT: &str = "route53 spent reference";
const COUNTERS: &str = "route53 counters";

/// How many were made, for the identifiers of the next.
#[derive(Serialize, Deserialize)]
struct Counters {
    zones: u64,
    changes: u64,
    checks: u64,
}

impl Kept for Store {
    fn kinds(&self) -> &'static [&'static str] {
        &[ZONE, RECORD, CHANGE, CHECK, SPENT, COUNTERS]
    }

    fn documents(&self, taker: &mut dyn Taker) {
        let state = self.state();
        let State { zones, checks } = &*state;
        // Settings are those of each start. Histories are made anew.
        let Zones { insync_delay: _, quotas: _, present: hosted, histories: _, changes, noted, created } =
            zones;
        let Checks { most: _, present, spent, created: checks_made } = checks;
        for (id, hosted) in hosted {
            taker.document(Document::new(ZONE, id, hosted));
            let origin = Arc::clone(&hosted.zone);
            taker.group(id, origin, &mut hosted.zone.sets().map(|set| record_document(id, set)));
        }
        let changes =
            changes.iter().map(|(number, change)| Document::new(CHANGE, number.to_string(), change));
        let checks = present.iter().map(|(id, check)| Document::new(CHECK, id, check));
        let spent = spent.iter().map(|reference| Document::new(SPENT, reference, &()));
        changes.chain(checks).chain(spent).for_each(|document| taker.document(document));
        let counters = Counters { zones: *created, changes: *noted, checks: *checks_made };
        taker.document(Document::new(COUNTERS, "", &counters));
    }

    fn restore(&self, documents: Vec<Document>) -> Result<(), RestoreError> {
        let mut state = self.state();
        let (records, others): (Vec<_>, Vec<_>) =
            documents.into_iter().partition(|document| document.kind == RECORD);
        for document in others {
            let id = document.key.clone();
            match document.kind.as_str() {
                ZONE => drop(state.zones.present.insert(id, document.read::<HostedZone>()?)),
                CHANGE => {
                    let number =
                        id.parse().map_err(|error: std::num::ParseIntError| document.unfit(error))?;
                    state.zones.changes.insert(number, document.read::<ChangeInfo>()?);
                }
                CHECK => drop(state.checks.present.insert(id, document.read::<HealthCheck>()?)),
                SPENT => drop(state.checks.spent.insert(id)),
                _ => {
                    let counters: Counters = document.read()?;
                    (state.zones.created, state.zones.noted) = (counters.zones, counters.changes);
                    state.checks.created = counters.checks;
                }
            }
        }
        for document in records {
            let key: Vec<String> = serde_json::from_str(&document.key).map_err(|e| document.unfit(e))?;
            let hosted = key.first().and_then(|id| state.zones.present.get_mut(id));
            let hosted = hosted.ok_or_else(|| document.unfit("its zone is missing"))?;
            Arc::make_mut(&mut hosted.zone).put(document.read::<RecordSet>()?);
        }
        let Zones { present, histories, .. } = &mut state.zones;
        // No name server serves private ones. Those that start read what is there.
        for (id, hosted) in present.iter().filter(|(_, hosted)| !hosted.is_private()) {
            let mut history = History::default();
            history.settle(Arc::clone(&hosted.zone));
            histories.insert(id.clone(), (hosted.zone.name.clone(), history));
        }
        drop(state);
        self.health_checks_changed();
        Ok(())
    }
}

/// Names hold any character, so a separator would not do.
fn record_document(zone: &str, set: &RecordSet) -> Document {
    let identifier = set.set_identifier.as_deref().unwrap_or_default();
    let key = [zone, &set.name.to_string(), &set.rtype.to_string(), identifier];
    Document::new(RECORD, serde_json::to_string(&key).expect("text is JSON"), set)
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
        store.documents(&mut found);
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
        assert_eq!(new.zone_as_served(3, &name).map(|zone| zone.sets().count()), Some(5), "served at once");
        let insync = |second: u64| {
            let (state, now) = (new.state(), Duration::from_secs(second));
            state.zones.is_insync(state.zones.change_info("C-LAB-0002").expect("a change"), now)
        };
        assert_eq!([0, 19, 20].map(insync), [false, false, true]);
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
