//! What does the resolver still know?
//!
//! Record sets until their TTL has passed, and that a name or a type does not exist until the SOA's
//! TTL has (RFC 2308). Every function takes `now`, so the cache goes by the lab's clock and a test
//! needs to wait for nothing.

use std::{collections::HashMap, time::Duration};

use hickory_proto::{
    op::ResponseCode,
    rr::{Record, RecordType},
};

use crate::model::Fqdn;

/// Entries beyond which the stale ones are thrown out, and all of them when none is stale
/// (our choice).
const MOST_ENTRIES: usize = 10_000;

/// What is known of a name and type.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Known {
    /// Its records.
    Records(Vec<Record>),
    /// That there are none, with the SOA that says for how long.
    Nothing {
        /// `NXDomain` or `NoError`.
        code: ResponseCode,
        /// Of the zone that said so.
        soa: Option<Box<Record>>,
    },
}

/// What is known about a name: of one type, or of every type (`NXDOMAIN` holds for all of them,
/// RFC 2308, section 5).
type Key = (Fqdn, Option<RecordType>);

/// A cache by TTL.
#[derive(Debug, Default)]
pub(crate) struct Cache {
    entries: HashMap<Key, Entry>,
}

#[derive(Debug)]
struct Entry {
    known: Known,
    stored: Duration,
    ttl: u32,
}

impl Entry {
    /// Whole seconds that have passed, or nothing when the entry is stale.
    fn age(&self, now: Duration) -> Option<u32> {
        let age = u32::try_from(now.saturating_sub(self.stored).as_secs()).ok()?;
        (age < self.ttl).then_some(age)
    }
}

impl Cache {
    /// What is known of a name and type at `now`, its TTLs counted down.
    pub(crate) fn get(&self, name: &Fqdn, rtype: RecordType, now: Duration) -> Option<Known> {
        let of = |rtype| {
            let entry = self.entries.get(&(name.clone(), rtype))?;
            Some(aged(&entry.known, entry.age(now)?))
        };
        of(Some(rtype)).or_else(|| of(None))
    }

    /// Keeps a record set for the smallest TTL in it; nothing with TTL 0 is kept.
    pub(crate) fn put_records(
        &mut self,
        name: &Fqdn,
        rtype: RecordType,
        records: Vec<Record>,
        now: Duration,
    ) {
        let ttl = records.iter().map(|record| record.ttl).min().unwrap_or(0);
        self.put((name.clone(), Some(rtype)), Known::Records(records), ttl, now);
    }

    /// Keeps that a name has no records of a type, or (`NXDomain`) none at all, for the TTL of the
    /// SOA. Without an SOA it is not kept (RFC 2308, section 5).
    pub(crate) fn put_nothing(
        &mut self,
        name: &Fqdn,
        rtype: RecordType,
        code: ResponseCode,
        soa: Option<Box<Record>>,
        now: Duration,
    ) {
        let ttl = soa.as_ref().map_or(0, |soa| soa.ttl);
        let rtype = (code != ResponseCode::NXDomain).then_some(rtype);
        self.put((name.clone(), rtype), Known::Nothing { code, soa }, ttl, now);
    }

    fn put(&mut self, key: Key, known: Known, ttl: u32, now: Duration) {
        if ttl == 0 {
            return;
        }
        if self.entries.len() >= MOST_ENTRIES {
            self.entries.retain(|_, entry| entry.age(now).is_some());
        }
        if self.entries.len() >= MOST_ENTRIES {
            self.entries.clear();
        }
        self.entries.insert(key, Entry { known, stored: now, ttl });
    }
}

fn aged(known: &Known, age: u32) -> Known {
    let count_down = |record: &mut Record| record.ttl = record.ttl.saturating_sub(age);
    let mut known = known.clone();
    match &mut known {
        Known::Records(records) => records.iter_mut().for_each(count_down),
        Known::Nothing { soa, .. } => soa.as_deref_mut().into_iter().for_each(count_down),
    }
    known
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use hickory_proto::rr::{Name, RData, rdata::A};

    use super::*;

    fn name(text: &str) -> Fqdn {
        text.parse().expect("a name")
    }

    fn record(ttl: u32) -> Record {
        Record::from_rdata(Name::root(), ttl, RData::A(A(Ipv4Addr::LOCALHOST)))
    }

    fn at(seconds: f64) -> Duration {
        Duration::from_secs_f64(seconds)
    }

    fn ttl(known: Option<Known>) -> Option<u32> {
        match known? {
            Known::Records(records) => Some(records[0].ttl),
            Known::Nothing { soa, .. } => soa.map(|soa| soa.ttl),
        }
    }

    #[test]
    fn a_ttl_counts_down_and_ends() {
        let mut cache = Cache::default();
        cache.put_records(&name("a.example"), RecordType::A, vec![record(60)], at(100.0));
        let get = |now| ttl(cache.get(&name("a.example"), RecordType::A, at(now)));
        assert_eq!(get(100.0), Some(60));
        assert_eq!(get(101.9), Some(59));
        assert_eq!(get(159.9), Some(1));
        assert_eq!(get(160.0), None);
        assert_eq!(ttl(cache.get(&name("a.example"), RecordType::AAAA, at(100.0))), None);
    }

    #[test]
    fn records_with_ttl_0_and_nothing_without_an_soa_are_not_kept() {
        let mut cache = Cache::default();
        cache.put_records(&name("a.example"), RecordType::A, vec![record(0)], at(0.0));
        cache.put_nothing(&name("b.example"), RecordType::A, ResponseCode::NoError, None, at(0.0));
        assert!(cache.entries.is_empty());
    }

    #[test]
    fn no_such_name_holds_for_every_type_and_no_data_for_one() {
        let mut cache = Cache::default();
        let soa = || Some(Box::new(record(30)));
        cache.put_nothing(&name("a.example"), RecordType::A, ResponseCode::NXDomain, soa(), at(0.0));
        cache.put_nothing(&name("b.example"), RecordType::A, ResponseCode::NoError, soa(), at(0.0));
        let known = |owner, rtype| cache.get(&name(owner), rtype, at(10.0));
        assert_eq!(ttl(known("a.example", RecordType::TXT)), Some(20));
        assert_eq!(ttl(known("b.example", RecordType::A)), Some(20));
        assert_eq!(known("b.example", RecordType::TXT), None);
    }

    #[test]
    fn the_cache_is_bounded() {
        let mut cache = Cache::default();
        for n in 0..=MOST_ENTRIES {
            cache.put_records(&name(&format!("n{n}.example")), RecordType::A, vec![record(60)], at(0.0));
        }
        assert_eq!(cache.entries.len(), 1);
    }
}
