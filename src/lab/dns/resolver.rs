//! What does the resolver of a client of the lab answer?
//!
//! 1. A host of the lab's S3 has the address of its region (on AWS, other servers than the zone's
//!    would say so).
//! 2. What the cache still holds counts, for as long as its TTL lasts in the lab's seconds.
//! 3. Anything else is asked of one of the zone's name servers, over the wire.
//! 4. A CNAME is followed, from 1 on.
//!
//! Names of no zone of the lab are refused, as the name servers refuse them: nothing is ever asked of
//! the internet.

use std::{
    net::Ipv4Addr,
    sync::{Mutex, PoisonError},
};

use async_trait::async_trait;
use hickory_proto::{
    op::{Message, ResponseCode},
    rr::{RData, Record, RecordType, rdata::A},
};

use super::{
    cache::{Cache, Known},
    knowledge::LONGEST_CHAIN,
    server::{Answerer, Question, Reply},
    upstream::Upstream,
    wire,
};
use crate::{
    clock::Clock,
    lab::{aws_hosts::S3_TTL, health::Hosts},
    model::Fqdn,
};

/// Where the hosts of the lab's S3 are.
pub(crate) trait S3Hosts: Send + Sync + 'static {
    /// The address that serves a host, or nothing for a host that is none of S3's.
    fn address(&self, host: &Fqdn) -> Option<Ipv4Addr>;
}

/// A recursive resolver with a cache.
pub(crate) struct Resolver {
    clock: Clock,
    hosts: Box<dyn S3Hosts>,
    upstream: Upstream,
    cache: Mutex<Cache>,
}

impl Resolver {
    pub(crate) fn new(clock: Clock, hosts: Box<dyn S3Hosts>, upstream: Upstream) -> Self {
        Self { clock, hosts, upstream, cache: Mutex::default() }
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
        if let Some(known) = self.s3_host(name, rtype).or_else(|| self.remembered(name, rtype)) {
            return known;
        }
        let failed = Known::Nothing { code: ResponseCode::ServFail, soa: None };
        let Some(wire_name) = wire::to_name(name) else { return failed };
        let Some(message) = self.upstream.ask(&wire_name, rtype).await else { return failed };
        self.learn(name, rtype, message)
    }

    fn s3_host(&self, name: &Fqdn, rtype: RecordType) -> Option<Known> {
        let address = self.hosts.address(name)?;
        let nothing = Known::Nothing { code: ResponseCode::NoError, soa: None };
        if rtype != RecordType::A {
            return Some(nothing);
        }
        let record = Record::from_rdata(wire::to_name(name)?, S3_TTL, RData::A(A(address)));
        Some(Known::Records(vec![record]))
    }

    fn remembered(&self, name: &Fqdn, rtype: RecordType) -> Option<Known> {
        let now = self.clock.elapsed();
        let cache = self.cache.lock().unwrap_or_else(PoisonError::into_inner);
        cache.get(name, rtype, now).or_else(|| {
            let cname = cache.get(name, RecordType::CNAME, now)?;
            matches!(cname, Known::Records(_)).then_some(cname)
        })
    }

    /// Keeps every record set of an answer, and says what it means for the name that was asked for.
    fn learn(&self, name: &Fqdn, rtype: RecordType, message: Message) -> Known {
        let now = self.clock.elapsed();
        let mut cache = self.cache.lock().unwrap_or_else(PoisonError::into_inner);
        let mut sets: Vec<(Fqdn, RecordType, Vec<Record>)> = Vec::new();
        for record in message.answers {
            let Some(owner) = wire::to_fqdn(&record.name) else { continue };
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
        let soa = message.authorities.into_iter().find(|record| record.record_type() == RecordType::SOA);
        let soa = soa.map(Box::new);
        if matches!(code, ResponseCode::NoError | ResponseCode::NXDomain) {
            cache.put_nothing(name, rtype, code, soa.clone(), now);
        }
        Known::Nothing { code, soa }
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
