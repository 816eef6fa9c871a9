//! What does the resolver of a client of the lab answer?
//!
//! 1. A host of AWS has the address that the lab has for it (on AWS, other servers than the zone's
//!    would say so).
//! 2. What the cache still holds counts, for as long as its TTL lasts in the lab's seconds.
//! 3. Anything else is asked of one of the zone's name servers, over the wire.
//! 4. A CNAME is followed, from 1 on.
//!
//! Its [`Character`] says how it deals with TTLs, and what it does when no name server answers. Names of
//! no zone of the lab are refused, as the name servers refuse them, and where they refer to others the
//! resolver fails: nothing is ever asked of the internet.

use std::{
    net::Ipv4Addr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;
use hickory_proto::{
    op::{Message, ResponseCode},
    rr::{
        RData, Record, RecordType,
        rdata::{A, CNAME},
    },
};

use super::{
    cache::{Cache, Known, negative_ttl},
    character::Character,
    knowledge::LONGEST_CHAIN,
    server::{Answerer, Question, Reply},
    upstream::{Patience, Upstream},
    wire,
};
use crate::{clock::Clock, lab::health::Hosts, model::Fqdn};

/// What stands at a host of AWS, with its TTL in seconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum AwsHost {
    /// An address.
    Address(Ipv4Addr, u32),
    /// The name of another.
    Alias(Fqdn, u32),
}

/// Where the hosts of AWS are that the lab serves.
pub(crate) trait S3Hosts: Send + Sync + 'static {
    /// What stands at a host, or nothing for one that the lab does not serve.
    fn host(&self, host: &Fqdn) -> Option<AwsHost>;
}

/// A recursive resolver with a cache.
pub(crate) struct Resolver {
    clock: Clock,
    character: Character,
    hosts: Arc<dyn S3Hosts>,
    upstream: Upstream,
    cache: Mutex<Cache>,
}

impl Resolver {
    pub(crate) fn new(
        clock: Clock,
        character: Character,
        hosts: Arc<dyn S3Hosts>,
        upstream: Upstream,
    ) -> Self {
        Self { clock, character, hosts, upstream, cache: Mutex::new(Cache::new(character)) }
    }

    /// Follows a name to records of the type.
    async fn resolve(&self, name: &Fqdn, rtype: RecordType) -> Reply {
        let mut reply = Reply { recursion_available: true, ..Reply::bare(ResponseCode::NoError) };
        let mut current = name.clone();
        for _ in 0..LONGEST_CHAIN {
            match self.step(&current, rtype).await {
                Known::Records(records) => {
                    let target = target(&records, rtype);
                    reply.answers.extend(records);
                    match target {
                        Some(target) => current = target,
                        None => return reply,
                    }
                }
                Known::Nothing { code, soa } => {
                    reply.code = code;
                    reply.authority = soa.into_iter().map(|soa| *soa).collect();
                    return reply;
                }
            }
        }
        // A chain without end (RFC 1034, section 5.2.2: bound the work, and report an error).
        Reply { recursion_available: true, ..Reply::bare(ResponseCode::ServFail) }
    }

    /// The records of one name, or its CNAME.
    async fn step(&self, name: &Fqdn, rtype: RecordType) -> Known {
        if let Some(known) = self.aws_host(name, rtype).or_else(|| self.remembered(name, rtype)) {
            return known;
        }
        let failed = |code| Known::Nothing { code, soa: None };
        let Some(wire_name) = wire::to_name(name) else { return failed(ResponseCode::ServFail) };
        let expired = self.cache().has_expired(name, rtype, self.clock.elapsed());
        let patience = if expired { Patience::Little } else { Patience::Much };
        let answer = self.upstream.ask(&wire_name, rtype, patience).await;
        match answer.as_ref().map(|message| message.metadata.response_code) {
            Some(ResponseCode::NoError | ResponseCode::NXDomain) => answer
                .map_or_else(|| failed(ResponseCode::ServFail), |message| self.learn(name, rtype, message)),
            code => {
                let known = self.cache().asked_in_vain(name, rtype, self.clock.elapsed());
                known.unwrap_or_else(|| failed(code.unwrap_or(ResponseCode::ServFail)))
            }
        }
    }

    fn aws_host(&self, name: &Fqdn, rtype: RecordType) -> Option<Known> {
        let (data, ttl) = match (self.hosts.host(name)?, rtype) {
            (AwsHost::Address(address, ttl), RecordType::A) => (RData::A(A(address)), ttl),
            (AwsHost::Alias(target, ttl), _) => (RData::CNAME(CNAME(wire::to_name(&target)?)), ttl),
            (AwsHost::Address(..), _) => {
                return Some(Known::Nothing { code: ResponseCode::NoError, soa: None });
            }
        };
        let record = Record::from_rdata(wire::to_name(name)?, self.character.ttl(ttl), data);
        Some(Known::Records(vec![record]))
    }

    fn cache(&self) -> MutexGuard<'_, Cache> {
        // A panic while the lock was held would be a bug elsewhere; what is kept stays readable.
        self.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn remembered(&self, name: &Fqdn, rtype: RecordType) -> Option<Known> {
        let now = self.clock.elapsed();
        let cache = self.cache();
        let cname = || {
            let cname = cache.get(name, RecordType::CNAME, now)?;
            matches!(cname, Known::Records(_)).then_some(cname)
        };
        cache.get(name, rtype, now).or_else(cname).or_else(|| cache.get_resting(name, rtype, now))
    }

    /// Keeps every record set of an answer, and says what it means for the name that was asked for.
    fn learn(&self, name: &Fqdn, rtype: RecordType, message: Message) -> Known {
        let now = self.clock.elapsed();
        let mut cache = self.cache();
        let mut sets: Vec<(Fqdn, RecordType, Vec<Record>)> = Vec::new();
        for mut record in message.answers {
            let Some(owner) = wire::to_fqdn(&record.name) else { continue };
            record.ttl = self.character.ttl(record.ttl);
            let rtype = record.record_type();
            match sets.iter_mut().find(|(name, set_type, _)| *name == owner && *set_type == rtype) {
                Some((_, _, records)) => records.push(record),
                None => sets.push((owner, rtype, vec![record])),
            }
        }
        for (owner, rtype, records) in &sets {
            cache.put_records(owner, *rtype, records.clone(), now);
        }
        let mine = |wanted| {
            let found = sets.iter().find(|(owner, rtype, _)| owner == name && *rtype == wanted);
            found.map(|(_, _, records)| Known::Records(records.clone()))
        };
        if let Some(known) = mine(rtype).or_else(|| mine(RecordType::CNAME)) {
            return known;
        }
        let code = message.metadata.response_code;
        let mut authorities = message.authorities.into_iter();
        let refers = !message.metadata.authoritative;
        let soa = authorities.find(|record| record.record_type() == RecordType::SOA);
        let Some(mut soa) = soa.map(Box::new) else {
            // Without an SOA nothing says that there is nothing; a referral says that others know. They
            // are not in the lab, or its name servers would have answered.
            let code = if refers { ResponseCode::ServFail } else { code };
            return Known::Nothing { code, soa: None };
        };
        soa.ttl = self.character.negative_ttl(negative_ttl(&soa));
        cache.put_nothing(name, rtype, code, Some(soa.clone()), now);
        Known::Nothing { code, soa: Some(soa) }
    }
}

/// Where to go on: the target of a CNAME, unless CNAMEs were asked for.
fn target(records: &[Record], rtype: RecordType) -> Option<Fqdn> {
    match records {
        [record] if rtype != RecordType::CNAME => match &record.data {
            RData::CNAME(target) => wire::to_fqdn(target),
            _ => None,
        },
        _ => None,
    }
}

#[async_trait]
impl Answerer for Resolver {
    async fn answer(&self, question: &Question) -> Reply {
        match (wire::to_fqdn(&question.name), question.rtype) {
            (Some(name), rtype) if rtype != RecordType::ANY => self.resolve(&name, rtype).await,
            (Some(_), _) => Reply { recursion_available: true, ..Reply::bare(ResponseCode::NotImp) },
            (None, _) => Reply { recursion_available: true, ..Reply::bare(ResponseCode::Refused) },
        }
    }
}

/// The checkers find their endpoints as any client does.
#[async_trait]
impl Hosts for Resolver {
    async fn ipv4(&self, host: &str) -> Option<Ipv4Addr> {
        if let Ok(address) = host.parse() {
            return Some(address);
        }
        let reply = self.resolve(&host.parse().ok()?, RecordType::A).await;
        reply.answers.iter().find_map(|record| match &record.data {
            RData::A(A(address)) => Some(*address),
            _ => None,
        })
    }
}
