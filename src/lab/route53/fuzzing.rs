//! Bodies of any bytes, for [`crate::lab::fuzzing`].

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use super::{
    api::{Answered, Request, answer},
    errors::ApiError,
    operation::Operation,
    store::{Store, StoreSettings},
    types::{NameServers, Observation, Observations, Said, Zone},
    wire::xml::Element,
};
use crate::{
    clock::Clock,
    model::{Fqdn, RecordType},
};

/// Nobody has looked at anything.
struct Nobody;

impl Observations for Nobody {
    fn observations(&self, _: &str) -> Vec<Observation> {
        Vec::new()
    }
}

impl NameServers for Nobody {
    fn say(&self, _: usize, _: &Zone, _: (&Fqdn, RecordType), _: u64) -> Said {
        Said { code: "NOERROR", values: Vec::new() }
    }
}

fn store() -> Store {
    let settings =
        StoreSettings { insync_delay: Duration::ZERO, throttling: false, ..StoreSettings::default() };
    Store::new(Clock::system(), settings)
}

fn asked(store: &Store, operation: &Operation, body: &[u8]) -> Result<Answered, ApiError> {
    answer(store, (&Nobody, &Nobody), Some(operation), &Request { query: BTreeMap::new(), body, number: 0 })
}

/// Changes the records of a zone `example.com`, which has a health check `unknown` only if the batch names
/// none. The zone as it is afterwards; nothing when the batch was refused.
///
/// # Panics
/// When a batch that was refused has changed something, or one that was taken in cannot be listed.
pub(crate) fn change_batch(body: &[u8]) -> Option<Arc<Zone>> {
    let store = store();
    let id = store.create_zone(&"example.com".parse().expect("a name"));
    let zone = || Arc::clone(&store.state().zones.get(&id).expect("it was just made").zone);
    let before = zone();
    let result = asked(&store, &Operation::ChangeResourceRecordSets(id.clone()), body);
    if result.is_err() {
        assert_eq!(zone(), before, "all or nothing");
        return None;
    }
    let listed = asked(&store, &Operation::ListResourceRecordSets(id.clone()), b"").expect("a listing");
    Element::parse(listed.body.as_bytes()).expect("a listing is XML");
    Some(zone())
}

/// Creates a health check.
///
/// # Panics
/// When one that was taken in is told otherwise afterwards.
pub(crate) fn health_check(body: &[u8]) {
    let store = store();
    if asked(&store, &Operation::CreateHealthCheck, body).is_ok() {
        let checks = store.health_checks();
        let [check] = &checks[..] else { panic!("one check was made, not {}", checks.len()) };
        let told = asked(&store, &Operation::GetHealthCheck(check.id.clone()), b"").expect("it is there");
        Element::parse(told.body.as_bytes()).expect("an answer is XML");
        asked(&store, &Operation::CreateHealthCheck, body).expect("the same reference and settings again");
        assert_eq!(store.health_checks(), checks, "the same again makes no second one");
    }
}
