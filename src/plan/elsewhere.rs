//! Does a record far from our names depend on something that a plan takes away?
//!
//! A snapshot holds the records at and below the names of the spec. Anybody may have pointed a record of
//! any other name, in any zone of the account, at one of our checks; Route 53 would delete the check all the
//! same. And an alias of the same zone may lead to one of our records. To look at every record costs a call for
//! each 300, so it is done only for a plan that deletes checks, as every plan does that takes a failover away, and
//! after everything else has been found in order.

use std::collections::BTreeSet;

use super::{Plan, Refusal, Refused, Step, records};
use crate::{
    account::{Place, RecordChange, Usage, UsingRecord},
    model::{HostedZoneId, RecordKey},
};

impl Plan {
    /// Whether it can be judged only by one who has looked at every record of the account.
    pub fn deletes_checks(&self) -> bool {
        self.steps.iter().any(|step| matches!(step, Step::DeleteCheck { .. }))
    }

    /// The plan, unless it takes away a health check or a record on which a record depends that it leaves
    /// as it is.
    pub fn unless_used(self, usage: &Usage) -> Result<Self, Refused> {
        let taken = Taken::of(&self.steps);
        let check = |step: &Step| {
            let Step::DeleteCheck { id, .. } = step else { return None };
            let user = taken.staying(usage.records.get(id.as_str())?)?;
            Some(Refusal::CheckInUse { check: id.clone(), user: format!("the record {user}") })
        };
        let target = |place: &Place| {
            let user = taken.staying(usage.aliases.get(place)?)?;
            let (_, name, record_type) = place;
            Some(Refusal::TargetInUse { record: format!("{name} {record_type}"), user: user.to_string() })
        };
        let checks = self.steps.iter().filter_map(check);
        let refusals: Vec<Refusal> = checks.chain(taken.places.iter().filter_map(target)).collect();
        if refusals.is_empty() { Ok(self) } else { Err(Refused { refusals }) }
    }
}

/// What steps take away.
struct Taken {
    records: BTreeSet<(HostedZoneId, RecordKey)>,
    /// Where nothing is put in the place of what goes.
    places: BTreeSet<Place>,
}

impl Taken {
    fn of(steps: &[Step]) -> Self {
        let mut taken = Self { records: BTreeSet::new(), places: BTreeSet::new() };
        let mut put = BTreeSet::new();
        for step in steps {
            let Step::ChangeRecords { zone, changes } = step else { continue };
            for change in changes {
                if let RecordChange::Create(set) = change {
                    put.insert((zone.clone(), set.name.clone(), set.record_type));
                } else if let Some(key) = records::deleted(change) {
                    taken.places.insert((zone.clone(), key.name.clone(), key.record_type));
                    taken.records.insert((zone.clone(), key));
                }
            }
        }
        taken.places = &taken.places - &put;
        taken
    }

    /// The first of these that stays.
    fn staying<'a>(&self, users: &'a [UsingRecord]) -> Option<&'a UsingRecord> {
        let goes = |key| self.records.contains(&key);
        users.iter().find(|user| !user.key().is_some_and(|key| goes((user.zone.clone(), key))))
    }
}
