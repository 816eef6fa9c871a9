//! What does a packet ask, as far as the protocol alone decides, and how does an answer become a packet?
//!
//! [`read`] judges what came in, before anybody is asked what the answer is:
//!
//! 1. Less than a header, or a response: silence. To answer a response would let two servers talk to
//!    each other for ever.
//! 2. Another operation than a query: `NOTIMP` (RFC 1035, section 4.1.1).
//! 3. Not exactly one question: `FORMERR` ("A DNS message with OPCODE = 0 MUST NOT include a QDCOUNT
//!    parameter whose value is greater than 1", RFC 9619, section 4; none has no answer either).
//! 4. What cannot be read to its end (names that point in circles or nowhere, records cut short):
//!    `FORMERR`. So are two OPT records ("a FORMERR (RCODE=1) MUST be returned", RFC 6891, 6.1.1).
//! 5. A later version of EDNS: `BADVERS` (RFC 6891, 6.1.3).
//! 6. Another class than IN: `REFUSED`.
//!
//! [`Asked::packet`] is the way back. Both are functions of bytes and values: sockets are elsewhere,
//! and the same functions are fuzzed.

use hickory_proto::{
    op::{Edns, Message, Metadata, Query, ResponseCode, emit_message_parts},
    rr::DNSClass,
    serialize::binary::BinEncoder,
};

use super::question::{Question, Reply};

/// Bytes of a header (RFC 1035, section 4.1.1).
pub(super) const HEADER_BYTES: usize = 12;
/// Without EDNS a packet over UDP holds 512 bytes (RFC 1035, section 4.2.1).
const PLAIN_UDP_BYTES: u16 = 512;
/// The most that is sent in one UDP packet, however much the client takes (modelled).
const LARGEST_UDP_BYTES: u16 = 4_096;

/// What to do with a packet.
#[derive(Debug)]
pub(super) enum Reading {
    /// Nothing: it deserves no answer.
    Silence,
    /// Send these bytes: what came in could not even be read.
    Refused(Vec<u8>),
    /// Send [`Asked::packet`] of the answer, or of this refusal.
    Asked(Asked, Result<Question, ResponseCode>),
}

/// What of a question its answer repeats.
#[derive(Debug)]
pub(super) struct Asked {
    metadata: Metadata,
    query: Query,
    edns: Option<Edns>,
}

/// How an answer travels, and so how long it may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Transport {
    Udp,
    Tcp,
}

/// Judges a packet by the numbered rules above.
pub(super) fn read(packet: &[u8]) -> Reading {
    let Some(header) = packet.first_chunk::<HEADER_BYTES>() else { return Reading::Silence };
    let is_response = header[2] & 0b1000_0000 != 0;
    let operation = header[2] >> 3 & 0b1111;
    let questions = u16::from_be_bytes([header[4], header[5]]);
    if is_response {
        return Reading::Silence;
    }
    if operation != 0 {
        return Reading::Refused(bare(header, ResponseCode::NotImp));
    }
    if questions != 1 {
        return Reading::Refused(bare(header, ResponseCode::FormErr));
    }
    let message = Message::from_vec(packet).ok();
    let message = message.and_then(|mut message| Some((message.queries.pop()?, message)));
    let Some((query, message)) = message else {
        return Reading::Refused(bare(header, ResponseCode::FormErr));
    };
    let verdict = if message.edns.as_ref().is_some_and(|edns| edns.version() > 0) {
        Err(ResponseCode::BADVERS)
    } else if query.query_class != DNSClass::IN {
        Err(ResponseCode::Refused)
    } else {
        Ok(Question { name: query.name.clone(), rtype: query.query_type })
    };
    let asked = Asked {
        metadata: Metadata::response_from_request(&message.metadata),
        query,
        edns: message.edns.as_ref().map(response_edns),
    };
    Reading::Asked(asked, verdict)
}

/// A header and nothing else: the id, the operation and RD as they came, and a code.
fn bare(header: &[u8; HEADER_BYTES], code: ResponseCode) -> Vec<u8> {
    let mut packet = vec![0; HEADER_BYTES];
    packet[..2].copy_from_slice(&header[..2]);
    packet[2] = 0b1000_0000 | header[2] & 0b0111_1001;
    packet[3] = code.low();
    packet
}

/// The size that the client takes is not ours to repeat, but the limit of this answer is read from it.
fn response_edns(asked: &Edns) -> Edns {
    let mut edns = Edns::new();
    edns.set_max_payload(asked.max_payload().clamp(PLAIN_UDP_BYTES, LARGEST_UDP_BYTES));
    edns.set_version(0);
    edns
}

impl Asked {
    /// The answer as a packet. Nothing when it cannot be written at all, which no record that the API
    /// took in can bring about.
    pub(super) fn packet(&self, mut reply: Reply, transport: Transport) -> Option<Vec<u8>> {
        // A client may mix the case of its question to make forgery harder, and wants it back.
        for record in reply.answers.iter_mut().filter(|record| record.name == self.query.name) {
            record.name = self.query.name.clone();
        }
        let mut metadata = self.metadata;
        metadata.response_code = reply.code;
        metadata.authoritative = reply.authoritative;
        metadata.recursion_available = reply.recursion_available;
        let limit = match transport {
            Transport::Udp => self.edns.as_ref().map_or(PLAIN_UDP_BYTES, Edns::max_payload),
            Transport::Tcp => u16::MAX,
        };
        let fitting =
            |reply: &Reply| self.write(metadata, reply).filter(|packet| packet.len() <= usize::from(limit));
        let mut packet = fitting(&reply);
        if packet.is_none() && !reply.additional.is_empty() {
            // What is only additional is left out first, and is no reason for TC (RFC 2181, section 9).
            reply.additional.clear();
            packet = fitting(&reply);
        }
        packet.or_else(|| {
            // No record at all rather than a part of them: a client has to ask again over TCP in any
            // case ("it should ignore that response", RFC 2181, section 9), and so the OPT record stays.
            let mut metadata = metadata;
            metadata.truncation = true;
            self.write(metadata, &Reply::bare(reply.code))
        })
    }

    /// Nothing when it is longer than any packet may be.
    fn write(&self, metadata: Metadata, reply: &Reply) -> Option<Vec<u8>> {
        let mut packet = Vec::with_capacity(usize::from(PLAIN_UDP_BYTES));
        let mut encoder = BinEncoder::new(&mut packet);
        let header = emit_message_parts(
            &metadata,
            &mut std::iter::once(&self.query),
            &mut reply.answers.iter(),
            &mut reply.authority.iter(),
            &mut reply.additional.iter(),
            self.edns.as_ref(),
            None,
            &mut encoder,
        );
        let header = header.ok()?;
        // The encoder leaves out records beyond 65,535 bytes and says so in the header that it wrote.
        (header.metadata.truncation == metadata.truncation).then_some(packet)
    }
}

#[cfg(test)]
#[path = "packet_tests.rs"]
mod tests;
