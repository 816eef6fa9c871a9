//! What leaves and what comes back, in bytes: written once for each look-up, and read once for each answer.
//!
//! A name server that is asked the same thing every second says the same thing every second: all but the id
//! is equal, byte for byte, and has been read before.

use std::sync::Arc;

use super::Lookup;
use crate::probe::{
    QueryError, Reply,
    wire::{Packed, Stray, judge_message},
};

/// The id's two bytes come first (RFC 1035, 4.1.1).
const ID: usize = 2;

/// A look-up and its packets.
#[derive(Debug)]
pub(super) struct Packets {
    /// The question, and whom it goes to.
    pub(super) lookup: Lookup,
    question: Packed,
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
        let malformed = |what| QueryError::Malformed { server: lookup.vantage.clone(), what };
        let question = Packed::new(&lookup.question).map_err(malformed)?;
        Ok(Self { lookup, question, last: None })
    }

    /// The question with this id.
    pub(super) fn question(&mut self, id: u16) -> &[u8] {
        self.question.set_id(id);
        self.question.bytes()
    }

    /// Reads a packet that came with the id of a question that waits.
    pub(super) fn read(&mut self, packet: &[u8], id: u16) -> Received {
        let rest = packet.get(ID..).unwrap_or_default();
        if let Some((_, reply)) = self.last.as_ref().filter(|(bytes, _)| **bytes == *rest) {
            return Received::Result(Ok(Arc::clone(reply)));
        }
        self.question.set_id(id);
        let message = match self.question.read(packet) {
            Ok(message) if message.metadata.truncation => return Received::Truncated,
            Ok(message) => message,
            Err(Stray::OtherIdOrQuestion) => return Received::Stray,
            Err(Stray::Malformed(what)) => {
                let server = self.lookup.vantage.clone();
                return Received::Result(Err(QueryError::Malformed { server, what }));
            }
        };
        let judged = judge_message(&self.lookup.vantage, message).map(Arc::new);
        self.last = judged.as_ref().ok().map(|reply| (rest.into(), Arc::clone(reply)));
        Received::Result(judged)
    }
}
