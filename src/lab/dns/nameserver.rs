//! What does one of the zone's four name servers say?
//!
//! It looks for the zone that encloses the name, as this server has it by now, and answers by
//! [`answer`]. It speaks for its zones alone (AA set, no recursion) and refuses every other name. A
//! fault ([`NameServerFault`]) makes it wrong in one of four ways, and the other three servers stay right.

use std::{
    net::Ipv4Addr,
    sync::{
        Arc, Mutex, PoisonError, RwLock, Weak,
        atomic::{AtomicU64, Ordering},
    },
};

use async_trait::async_trait;
use hickory_proto::{
    op::ResponseCode,
    rr::{Record, RecordType as WireType},
};

use super::{
    answer::{Line, Outcome, answer},
    fault::NameServerFault,
    frozen::Frozen,
    knowledge::{Knowledge, ZoneSource},
    server::{Answerer, Question, Reply},
    wire,
};
use crate::{
    lab::{
        chance,
        route53::types::{Said, Zone},
    },
    model::{Fqdn, RecordType},
};

/// Zones whose NS records a server keeps ready; beyond these the first goes (our choice).
const MOST_PACKED: usize = 32;

/// One of the four.
pub(crate) struct NameServer {
    number: usize,
    source: Arc<dyn ZoneSource>,
    /// Tells the draws of this server from those of the others.
    draws: u64,
    questions: AtomicU64,
    mind: RwLock<Mind>,
    authorities: Mutex<Vec<Packed>>,
}

/// The NS records of a zone, ready for a packet: every answer with records carries them, and to read them
/// anew each time takes longer than all the rest. A zone that has changed is another zone.
struct Packed {
    zone: Weak<Zone>,
    records: Vec<Record>,
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
        let (questions, mind, authorities) = (AtomicU64::new(0), RwLock::default(), Mutex::default());
        Self { number, source, draws, questions, mind, authorities }
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

    /// The authority section of an answer from `zone`.
    fn authority(&self, zone: &Arc<Zone>, lines: &[Line]) -> Vec<Record> {
        let [line] = lines else { return packed(lines) };
        if line.rtype != RecordType::Ns || line.name != zone.name {
            return packed(lines);
        }
        let mut known = self.authorities.lock().unwrap_or_else(PoisonError::into_inner);
        // A place in memory is not given to another zone while a weak pointer to the old one is left.
        let place = Arc::as_ptr(zone);
        if let Some(found) = known.iter().find(|known| std::ptr::eq(known.zone.as_ptr(), place)) {
            return found.records.clone();
        }
        known.retain(|known| known.zone.strong_count() > 0);
        if known.len() >= MOST_PACKED {
            known.remove(0);
        }
        let records = packed(lines);
        known.push(Packed { zone: Arc::downgrade(zone), records: records.clone() });
        records
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
        Reply {
            code: code(reply.outcome),
            authoritative: reply.outcome != Outcome::Referral,
            recursion_available: false,
            answers: packed(&reply.answers),
            authority: self.authority(&zone, &reply.authority),
            additional: packed(&reply.additional),
        }
    }

    fn is_silent(&self) -> bool {
        self.fault() == NameServerFault::Silent
    }
}

fn packed(lines: &[Line]) -> Vec<Record> {
    lines.iter().flat_map(wire::records).collect()
}

/// What server `number` says of a name within a zone, for whoever asks without a packet:
/// `TestDNSAnswer`.
pub(crate) fn say(
    source: &dyn ZoneSource,
    number: usize,
    zone: &Zone,
    (name, rtype): (&Fqdn, RecordType),
    draw: u64,
) -> Said {
    let view = View { server: number, source, mind: Mind::default() };
    let reply = answer(&zone.name, &zone.id, &zone.records, &view, (name, Some(rtype)), draw);
    let code = match reply.outcome {
        Outcome::Found | Outcome::NoData | Outcome::Referral => "NOERROR",
        Outcome::NoSuchName => "NXDOMAIN",
    };
    Said { code, values: reply.answers.into_iter().flat_map(|line| line.values).collect() }
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
    /// there when the server has both and the one above delegates (RFC 4035, section 3.1.4.1). One that
    /// does not would deny that the name exists.
    fn zone_for(&self, name: &Fqdn, question: &Question) -> Option<Arc<Zone>> {
        let zone = self.zone(name)?;
        let above = (question.rtype == WireType::DS && zone.name == *name)
            .then(|| name.parent().and_then(|parent| self.zone(&parent)));
        let delegates = |above: &Arc<Zone>| above.records.contains_key(&(name.clone(), RecordType::Ns));
        Some(above.flatten().filter(delegates).unwrap_or(zone))
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
