//! Which records have to be read besides those at the names that were asked for?

use std::collections::BTreeSet;

use crate::{
    account::{Snapshot, Zone},
    model::{Fqdn, RecordSet},
};

/// The names of the zone to which CNAMEs and aliases lead, from those that were asked for on, and that have not
/// been read: neither with the names that were asked for, nor in `read`. Each costs a call. Empty when every way is
/// known to its end.
pub fn further(snapshot: &Snapshot, read: &BTreeSet<(Zone, Fqdn)>) -> BTreeSet<(Zone, Fqdn)> {
    let mut wanted = BTreeSet::new();
    for held in &snapshot.zones {
        let known = |name: &Fqdn| {
            held.names.iter().any(|asked| name.is_within(asked))
                || read.contains(&(held.zone.clone(), name.clone()))
        };
        let begins = |set: &&RecordSet| {
            held.names.contains(&set.name) || read.contains(&(held.zone.clone(), set.name.clone()))
        };
        let mut ahead: Vec<Fqdn> =
            held.records.iter().filter(begins).filter_map(RecordSet::leads_to).collect();
        let mut visited = BTreeSet::new();
        while let Some(name) = ahead.pop() {
            if !name.is_within(&held.zone.name) || !visited.insert(name.clone()) {
                continue;
            }
            if known(&name) {
                ahead.extend(held.records_at(&name).into_iter().filter_map(RecordSet::leads_to));
            } else {
                wanted.insert((held.zone.clone(), name));
            }
        }
    }
    wanted
}
