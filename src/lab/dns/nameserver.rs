//! What does one of the zone's four name servers say?
//!
//! It looks for the zone that encloses the name, as this server has it by now, and answers by
//! [`answer`]. It speaks for its zones alone (AA set, no recursion) and refuses every other name. A
//! fault ([`NameServerFault`]) makes it wrong in one of four ways, and the other three servers stay right.

use std::{
    net::Ipv4Addr,
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicU64, Ordering},
    },
};

use async_trait::async_trait;
use hickory_proto::{op::ResponseCode, rr::RecordType as WireType};

use super::{
    answer::{Line, Outcome, answer},
    fault::NameServerFault,
    frozen::Frozen,
    knowledge::{Knowledge, ZoneSource},
    server::{Answerer, Question, Reply},
    wire,
};
use crate::{
    lab::{chance, route53::types::Zone},
    model::Fqdn,
};

/// One of the four.
pub(crate) struct NameServer {
    number: usize,
    source: Arc<dyn ZoneSource>,
    /// Tells the draws of this server from those of the others.
    draws: u64,
    questions: AtomicU64,
    mind: RwLock<Mind>,
}

/// How a server is set at present.
#[derive(Clone, Default)]
struct Mind {
    fault: NameServerFault,
    /// What a stale server goes on with.
    frozen: Option<Arc<Frozen>>,
}

impl NameServer {
    /// Server `number`, from 0 to 3.
    pub(crate) fn new(number: usize, source: Arc<dyn ZoneSource>) -> Self {
        let draws = chance::number(&["draw", &number.to_string()]);
        Self { number, source, draws, questions: AtomicU64::new(0), mind: RwLock::default() }
    }

    /// Breaks or mends it, at once. A server that is stale already keeps to what it had first.
    pub(crate) fn set_fault(&self, fault: NameServerFault) {
        let mut mind = self.mind.write().unwrap_or_else(PoisonError::into_inner);
        if fault == NameServerFault::Stale && mind.frozen.is_some() {
            return;
        }
        let frozen = (fault == NameServerFault::Stale)
            .then(|| Arc::new(Frozen::of(self.source.as_ref(), self.number)));
        *mind = Mind { fault, frozen };
    }

    /// How it is broken now.
    pub(crate) fn fault(&self) -> NameServerFault {
        self.mind.read().unwrap_or_else(PoisonError::into_inner).fault
    }

    fn view(&self) -> View<'_> {
        let mind = self.mind.read().unwrap_or_else(PoisonError::into_inner).clone();
        View { server: self.number, source: self.source.as_ref(), mind }
    }

    /// Weighted sets share by a draw of its own for each question, the same in every run.
    fn draw(&self) -> u64 {
        chance::mix(self.questions.fetch_add(1, Ordering::Relaxed) ^ self.draws)
    }
}

#[async_trait]
impl Answerer for NameServer {
    async fn answer(&self, question: &Question) -> Reply {
        let view = self.view();
        let found =
            wire::to_fqdn(&question.name).and_then(|name| Some((view.zone_for(&name, question)?, name)));
        let Some((zone, name)) = found else { return Reply::bare(ResponseCode::Refused) };
        let rtype = match question.rtype {
            // In 2016 Route 53 was seen to answer ANY with all that it had (public write-ups of a
            // contest); what it says today to ANY and to transfers is unverified. The lab says no: RFC 8482
            // lets a server refuse, and Route 53 documents no transfers.
            WireType::ANY => return Reply::bare(ResponseCode::NotImp),
            WireType::AXFR | WireType::IXFR => return Reply::bare(ResponseCode::Refused),
            other => wire::from_wire(other),
        };
        let reply = answer(&zone.name, &zone.id, &zone.records, &view, (&name, rtype), self.draw());
        let packed = |lines: &[Line]| lines.iter().flat_map(wire::records).collect();
        Reply {
            code: code(reply.outcome),
            authoritative: reply.outcome != Outcome::Referral,
            recursion_available: false,
            answers: packed(&reply.answers),
            authority: packed(&reply.authority),
            additional: packed(&reply.additional),
        }
    }

    fn is_silent(&self) -> bool {
        self.fault() == NameServerFault::Silent
    }
}

fn code(outcome: Outcome) -> ResponseCode {
    match outcome {
        Outcome::Found | Outcome::NoData | Outcome::Referral => ResponseCode::NoError,
        Outcome::NoSuchName => ResponseCode::NXDomain,
    }
}

/// What one server makes of what there is, while it answers one question.
struct View<'a> {
    server: usize,
    source: &'a dyn ZoneSource,
    mind: Mind,
}

impl View<'_> {
    /// The zone to answer from. The DS records of a zone stand in the zone above it, and are asked for
    /// there when the server has both (RFC 4035, section 3.1.4.1).
    fn zone_for(&self, name: &Fqdn, question: &Question) -> Option<Arc<Zone>> {
        let zone = self.zone(name)?;
        let above = (question.rtype == WireType::DS && zone.name == *name)
            .then(|| name.parent().and_then(|parent| self.zone(&parent)));
        Some(above.flatten().unwrap_or(zone))
    }

    fn zone(&self, name: &Fqdn) -> Option<Arc<Zone>> {
        match (self.mind.fault, &self.mind.frozen) {
            (NameServerFault::Lame, _) => None,
            (_, Some(frozen)) => frozen.zone(name),
            (_, None) => self.source.zone(self.server, name),
        }
    }
}

impl Knowledge for View<'_> {
    fn healthy(&self, check_id: &str) -> bool {
        match &self.mind.frozen {
            Some(frozen) => frozen.healthy(check_id),
            None => self.source.healthy(self.server, check_id),
        }
    }

    fn resource(&self, target: &Fqdn) -> Option<(Ipv4Addr, u32)> {
        self.source.resource(target)
    }

    fn lies(&self) -> bool {
        self.mind.fault == NameServerFault::Lying
    }
}
