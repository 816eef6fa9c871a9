//! What leaves and what comes back, in bytes: written once for each look-up, and read once for each answer.
//!
//! A name server that is asked the same thing every second says the same thing every second: all but the id
//! is equal, byte for byte, and has been read before.

use std::sync::Arc;

use hickory_proto::op::ResponseCode;

use super::Lookup;
use crate::probe::{
    QueryError, Reply,
    dns::{Stray, belongs, pack},
};

/// The id's two bytes come first (RFC 1035, 4.1.1).
const ID: usize = 2;

/// A look-up and its packets.
#[derive(Debug)]
pub(super) struct Packets {
    /// The question, and whom it goes to.
    pub(super) lookup: Lookup,
    question: Vec<u8>,
    /// The last reply that was read, without its id, and what it says.
    last: Option<(Box<[u8]>, Arc<Reply>)>,
}

/// What a packet is to a question.
#[derive(Debug)]
pub(super) enum Received {
    /// Its answer, or why there is none.
    Result(Result<Arc<Reply>, QueryError>),
    /// Its answer does not fit into a datagram.
    Truncated,
    /// Not its answer.
    Stray,
}

impl Packets {
    /// Writes the question.
    pub(super) fn of(lookup: Lookup) -> Result<Self, QueryError> {
        let (_, question) = pack(&lookup.vantage, &lookup.question)?;
        Ok(Self { lookup, question, last: None })
    }

    /// The question with this id.
    pub(super) fn question(&mut self, id: u16) -> &[u8] {
        self.question[..ID].copy_from_slice(&id.to_be_bytes());
        &self.question
    }

    /// Reads a packet that came with the question's id.
    pub(super) fn read(&mut self, packet: &[u8], id: u16) -> Received {
        let rest = packet.get(ID..).unwrap_or_default();
        if let Some((_, reply)) = self.last.as_ref().filter(|(bytes, _)| **bytes == *rest) {
            return Received::Result(Ok(Arc::clone(reply)));
        }
        let server = || self.lookup.vantage.clone();
        let message = match belongs(packet, id, &self.lookup.question) {
            Ok(message) if message.metadata.truncation => return Received::Truncated,
            Ok(message) => message,
            Err(Stray::OtherIdOrQuestion) => return Received::Stray,
            Err(Stray::Malformed(what)) => {
                return Received::Result(Err(QueryError::Malformed { server: server(), what }));
            }
        };
        let code = message.metadata.response_code;
        if !matches!(code, ResponseCode::NoError | ResponseCode::NXDomain) {
            return Received::Result(Err(QueryError::CannotAnswer { server: server(), code }));
        }
        let authoritative = message.metadata.authoritative;
        let reply = Arc::new(Reply { code, authoritative, answers: message.answers });
        self.last = Some((rest.into(), Arc::clone(&reply)));
        Received::Result(Ok(reply))
    }
}
