//! What does the resolver still know?
//!
//! Record sets until their TTL has passed, and that a name or a type does not exist until the SOA's
//! TTL has (RFC 2308), both as the resolver's [`Character`] has it. Every function takes `now`, so the
//! cache goes by the lab's clock and a test needs to wait for nothing.

use std::{collections::HashMap, time::Duration};

use hickory_proto::{
    op::ResponseCode,
    rr::{RData, Record, RecordType},
};

use super::character::Character;
use crate::model::Fqdn;

/// Entries beyond which what is over is thrown out, and then the tenth that was stored first (our
/// choice).
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
    character: Character,
    entries: HashMap<Key, Entry>,
}

#[derive(Debug)]
struct Entry {
    known: Known,
    stored: Duration,
    ttl: u32,
    /// It never expires.
    kept: bool,
    /// Nobody has answered lately: until then nobody is asked.
    asked_in_vain: Option<Duration>,
}

impl Entry {
    /// Whole seconds that have passed, or nothing when the entry has expired. What never expires does not
    /// age either (modelled: a JVM hands out no TTLs).
    fn age(&self, now: Duration) -> Option<u32> {
        if self.kept {
            return Some(0);
        }
        let age = u32::try_from(now.saturating_sub(self.stored).as_secs()).ok()?;
        (age < self.ttl).then_some(age)
    }

    /// Whether it may be answered at all, expired or not.
    fn is_usable(&self, now: Duration, stale_for: Duration) -> bool {
        let lifetime = Duration::from_secs(u64::from(self.ttl)) + stale_for;
        self.age(now).is_some() || now < self.stored + lifetime
    }
}

impl Cache {
    /// An empty cache.
    pub(crate) fn new(character: Character) -> Self {
        Self { character, entries: HashMap::new() }
    }

    /// What is known of a name and type at `now`, its TTLs counted down.
    pub(crate) fn get(&self, name: &Fqdn, rtype: RecordType, now: Duration) -> Option<Known> {
        let of = |rtype| {
            let entry = self.entries.get(&(name.clone(), rtype))?;
            Some(aged(&entry.known, entry.age(now)?))
        };
        of(Some(rtype)).or_else(|| of(None))
    }

    /// Whether something is known that has expired and may be answered if nobody says better.
    pub(crate) fn has_expired(&self, name: &Fqdn, rtype: RecordType, now: Duration) -> bool {
        self.expired(name, rtype, now).is_some()
    }

    /// What was known and has expired, while nobody is to be asked again.
    pub(crate) fn get_resting(&self, name: &Fqdn, rtype: RecordType, now: Duration) -> Option<Known> {
        let entry = self.entries.get(&self.expired(name, rtype, now)?)?;
        entry.asked_in_vain.is_some_and(|until| now < until).then(|| stale(&entry.known))
    }

    /// Notes that nobody has answered, and gives what was known and has expired, if the resolver's
    /// character lets it.
    pub(crate) fn asked_in_vain(&mut self, name: &Fqdn, rtype: RecordType, now: Duration) -> Option<Known> {
        let key = self.expired(name, rtype, now)?;
        let entry = self.entries.get_mut(&key)?;
        entry.asked_in_vain = Some(now + Character::recheck());
        Some(stale(&entry.known))
    }

    /// The key of something that has expired and may be answered all the same: of the type, of every
    /// type, or of the CNAME that stands in its place.
    fn expired(&self, name: &Fqdn, rtype: RecordType, now: Duration) -> Option<Key> {
        let stale_for = self.character.stale_for();
        let usable = |key: &Key| match self.entries.get(key) {
            Some(entry) if key.1 == Some(RecordType::CNAME) && rtype != RecordType::CNAME => {
                matches!(entry.known, Known::Records(_)) && entry.is_usable(now, stale_for)
            }
            Some(entry) => entry.is_usable(now, stale_for),
            None => false,
        };
        let keys = [Some(rtype), None, Some(RecordType::CNAME)].map(|rtype| (name.clone(), rtype));
        keys.into_iter().find(usable).filter(|_| !stale_for.is_zero())
    }

    /// Keeps a record set for the smallest TTL in it; nothing with TTL 0 is kept, but by a resolver that
    /// keeps everything.
    pub(crate) fn put_records(
        &mut self,
        name: &Fqdn,
        rtype: RecordType,
        records: Vec<Record>,
        now: Duration,
    ) {
        let ttl = records.iter().map(|record| record.ttl).min().unwrap_or(0);
        let kept = self.character.keeps_records();
        self.put((name.clone(), Some(rtype)), Known::Records(records), ttl, kept, now);
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
        self.put((name.clone(), rtype), Known::Nothing { code, soa }, ttl, false, now);
    }

    fn put(&mut self, key: Key, known: Known, ttl: u32, kept: bool, now: Duration) {
        if ttl == 0 && !kept {
            return;
        }
        if self.entries.len() >= MOST_ENTRIES {
            let stale_for = self.character.stale_for();
            self.entries.retain(|_, entry| entry.is_usable(now, stale_for));
        }
        if self.entries.len() >= MOST_ENTRIES {
            let mut stored: Vec<Duration> = self.entries.values().map(|entry| entry.stored).collect();
            stored.sort_unstable();
            // The first tenth, and what was stored in the same moment as the last of it.
            let oldest = stored.get(MOST_ENTRIES / 10).copied().unwrap_or(now);
            self.entries.retain(|_, entry| entry.stored > oldest);
        }
        self.entries.insert(key, Entry { known, stored: now, ttl, kept, asked_in_vain: None });
    }
}

/// For how long an answer without records counts: "the minimum of the MINIMUM field of the SOA record
/// and the TTL of the SOA itself" (RFC 2308, section 3).
pub(crate) fn negative_ttl(soa: &Record) -> u32 {
    match &soa.data {
        RData::SOA(data) => soa.ttl.min(data.minimum),
        _ => soa.ttl,
    }
}

fn aged(known: &Known, age: u32) -> Known {
    changed(known, |ttl| ttl.saturating_sub(age))
}

fn stale(known: &Known) -> Known {
    changed(known, |_| Character::stale_ttl())
}

fn changed(known: &Known, ttl: impl Fn(u32) -> u32) -> Known {
    let change = |record: &mut Record| record.ttl = ttl(record.ttl);
    let mut known = known.clone();
    match &mut known {
        Known::Records(records) => records.iter_mut().for_each(change),
        Known::Nothing { soa, .. } => soa.as_deref_mut().into_iter().for_each(change),
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
            let stored = at(0.001 * f64::from(u32::try_from(n).expect("a small number")));
            cache.put_records(&name(&format!("n{n}.example")), RecordType::A, vec![record(60)], stored);
        }
        assert_eq!(cache.entries.len(), MOST_ENTRIES - MOST_ENTRIES / 10);
        let known = |n: usize| cache.get(&name(&format!("n{n}.example")), RecordType::A, at(10.0)).is_some();
        assert!(!known(0) && known(MOST_ENTRIES), "the first go first");
        // All of one moment, and none of them over: bounded all the same.
        let mut cache = Cache::new(Character::Forever);
        for n in 0..=MOST_ENTRIES {
            cache.put_records(&name(&format!("n{n}.example")), RecordType::A, vec![record(0)], at(0.0));
        }
        assert_eq!(cache.entries.len(), 1);
    }

    #[test]
    fn what_has_expired_is_answered_by_the_stale_one_alone_and_only_when_nobody_answers() {
        let mut honest = Cache::default();
        honest.put_records(&name("a.example"), RecordType::A, vec![record(60)], at(0.0));
        assert_eq!(honest.asked_in_vain(&name("a.example"), RecordType::A, at(61.0)), None);

        let mut cache = Cache::new(Character::Stale);
        cache.put_records(&name("a.example"), RecordType::A, vec![record(60)], at(0.0));
        let owner = name("a.example");
        assert_eq!(cache.get(&owner, RecordType::A, at(61.0)), None, "it has expired");
        assert_eq!(cache.get_resting(&owner, RecordType::A, at(61.0)), None, "somebody has to be asked");
        assert_eq!(ttl(cache.asked_in_vain(&owner, RecordType::A, at(61.0))), Some(30));
        assert_eq!(ttl(cache.get_resting(&owner, RecordType::A, at(90.0))), Some(30));
        assert_eq!(cache.get_resting(&owner, RecordType::A, at(91.0)), None, "time to ask again");
        let day = 86_400.0;
        assert!(cache.asked_in_vain(&owner, RecordType::A, at(60.0 + day - 1.0)).is_some());
        assert_eq!(cache.asked_in_vain(&owner, RecordType::A, at(60.0 + day)), None, "too old");
    }

    #[test]
    fn a_cname_that_has_expired_stands_for_every_type_but_no_data_does_not() {
        let mut cache = Cache::new(Character::Stale);
        let owner = name("a.example");
        cache.put_records(&owner, RecordType::CNAME, vec![record(60)], at(0.0));
        assert!(cache.asked_in_vain(&owner, RecordType::AAAA, at(61.0)).is_some());
        let (other, soa) = (name("b.example"), Some(Box::new(record(60))));
        cache.put_nothing(&other, RecordType::CNAME, ResponseCode::NoError, soa, at(0.0));
        assert_eq!(cache.asked_in_vain(&other, RecordType::AAAA, at(61.0)), None);
        assert!(cache.asked_in_vain(&other, RecordType::CNAME, at(61.0)).is_some());
    }

    #[test]
    fn what_is_kept_for_ever_does_not_age_and_what_does_not_exist_is_asked_again() {
        let mut cache = Cache::new(Character::Forever);
        let (owner, other) = (name("a.example"), name("b.example"));
        cache.put_records(&owner, RecordType::A, vec![record(0)], at(0.0));
        cache.put_nothing(&other, RecordType::A, ResponseCode::NXDomain, Some(Box::new(record(10))), at(0.0));
        assert_eq!(ttl(cache.get(&owner, RecordType::A, at(1e9))), Some(0));
        assert_eq!(ttl(cache.get(&other, RecordType::A, at(9.0))), Some(1));
        assert_eq!(cache.get(&other, RecordType::A, at(10.0)), None);
    }
}
