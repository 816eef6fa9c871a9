//! What does one of the zone's four name servers say?
//!
//! It looks for the zone that encloses the name, as this server has it by now, and answers by
//! [`answer`]. It speaks for its zones alone (AA set, no recursion) and refuses every other name.

use std::{
    net::Ipv4Addr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use async_trait::async_trait;
use hickory_proto::{op::ResponseCode, rr::RecordType as WireType};

use super::{
    answer::{Outcome, answer},
    knowledge::Knowledge,
    server::{Answerer, Question, Reply},
    wire,
};
use crate::{
    lab::{chance, route53::types::Zone},
    model::Fqdn,
};

/// What name servers stand on.
pub(crate) trait ZoneSource: Send + Sync + 'static {
    /// The zone that encloses a name most closely, as server `server` has it now.
    fn zone(&self, server: usize, name: &Fqdn) -> Option<Arc<Zone>>;
    /// Whether a health check is healthy as far as server `server` knows.
    fn healthy(&self, server: usize, check_id: &str) -> bool;
    /// The address and TTL of an alias target outside the zone.
    fn resource(&self, target: &Fqdn) -> Option<(Ipv4Addr, u32)>;
}

/// One of the four.
pub(crate) struct NameServer {
    number: usize,
    source: Arc<dyn ZoneSource>,
    /// Tells the draws of this server from those of the others.
    draws: u64,
    questions: AtomicU64,
}

impl NameServer {
    /// Server `number`, from 0 to 3.
    pub(crate) fn new(number: usize, source: Arc<dyn ZoneSource>) -> Self {
        let draws = chance::number(&["draw", &number.to_string()]);
        Self { number, source, draws, questions: AtomicU64::new(0) }
    }

    /// Weighted sets share by a draw of its own for each question, the same in every run.
    fn draw(&self) -> u64 {
        chance::mix(self.questions.fetch_add(1, Ordering::Relaxed) ^ self.draws)
    }
}

#[async_trait]
impl Answerer for NameServer {
    async fn answer(&self, question: &Question) -> Reply {
        let found = wire::to_fqdn(&question.name)
            .and_then(|name| Some((self.source.zone(self.number, &name)?, name)));
        let Some((zone, name)) = found else { return Reply::bare(ResponseCode::Refused) };
        let rtype = match question.rtype {
            // What Route 53 says to ANY and to transfers is unverified; the lab keeps to a plain no.
            WireType::ANY => return Reply::bare(ResponseCode::NotImp),
            WireType::AXFR | WireType::IXFR => return Reply::bare(ResponseCode::Refused),
            other => wire::from_wire(other),
        };
        let news = News { server: self.number, source: self.source.as_ref() };
        let reply = answer(&zone.name, &zone.id, &zone.records, &news, (&name, rtype), self.draw());
        Reply {
            code: code(reply.outcome),
            authoritative: true,
            recursion_available: false,
            answers: reply.answers.iter().flat_map(wire::records).collect(),
            authority: reply.authority.iter().flat_map(wire::records).collect(),
            additional: Vec::new(),
        }
    }
}

fn code(outcome: Outcome) -> ResponseCode {
    match outcome {
        Outcome::Found | Outcome::NoData => ResponseCode::NoError,
        Outcome::NoSuchName => ResponseCode::NXDomain,
    }
}

/// What has reached one server.
struct News<'a> {
    server: usize,
    source: &'a dyn ZoneSource,
}

impl Knowledge for News<'_> {
    fn healthy(&self, check_id: &str) -> bool {
        self.source.healthy(self.server, check_id)
    }

    fn resource(&self, target: &Fqdn) -> Option<(Ipv4Addr, u32)> {
        self.source.resource(target)
    }
}
