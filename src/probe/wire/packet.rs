//! A question as a packet, and whether a packet is the reply to it. No socket and no time.

use hickory_proto::{
    op::{Edns, Message, MessageType, OpCode, Query as WireQuery, ResponseCode},
    rr::{
        Name, RecordType as WireType,
        rdata::opt::{ClientSubnet as WireSubnet, EdnsOption, NSIDPayload},
    },
    serialize::binary::{BinDecodable, BinEncodable},
};

use super::{
    error::QueryError,
    question::Query,
    reply::{Reply, extended},
};
use crate::{
    model::RecordType,
    probe::{names::to_name, vantage::Vantage},
};

/// What a server may send over UDP: the size that DNS flag day 2020 settled on, which no path
/// fragments.
const UDP_PAYLOAD: u16 = 1_232;
/// Octets of a message's header, the id first (RFC 1035, 4.1.1).
const HEADER: usize = 12;

/// A question, packed.
#[derive(Clone, Debug)]
pub(in crate::probe) struct Packed {
    id: u16,
    name: Name,
    wire_type: WireType,
    bytes: Vec<u8>,
}

/// Why a packet is not the reply to a question.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::probe) enum Stray {
    /// It may be late or forged.
    OtherIdOrQuestion,
    /// It is nobody's reply.
    Malformed(String),
}

impl Packed {
    /// Packs a question under an id that nobody can guess.
    pub(in crate::probe) fn new(question: &Query) -> Result<Self, String> {
        let name = to_name(&question.name).ok_or("its name has no place in a packet")?;
        let wire_type = wire_type(question.record_type);
        let mut message = Message::query();
        message.metadata.recursion_desired = question.recursive;
        message.add_query(WireQuery::query(name.clone(), wire_type));
        let mut edns = Edns::new();
        edns.set_max_payload(UDP_PAYLOAD);
        // An empty one asks for the server's (RFC 5001, 2.1).
        edns.options_mut().insert(EdnsOption::NSID(NSIDPayload::new(Vec::new()).map_err(|e| e.to_string())?));
        if let Some(subnet) = question.subnet {
            // "SCOPE PREFIX-LENGTH [...] MUST be set to 0" in queries (RFC 7871, section 6).
            let subnet = WireSubnet::new(subnet.address(), subnet.prefix(), 0);
            edns.options_mut().insert(EdnsOption::Subnet(subnet));
        }
        message.edns = Some(edns);
        let bytes = message.to_bytes().map_err(|e| e.to_string())?;
        Ok(Self { id: message.metadata.id, name, wire_type, bytes })
    }

    /// The same under another id.
    pub(in crate::probe) fn under(mut self, id: u16) -> Self {
        self.set_id(id);
        self
    }

    /// Goes on under another id.
    pub(in crate::probe) fn set_id(&mut self, id: u16) {
        self.id = id;
        self.bytes[..2].copy_from_slice(&id.to_be_bytes());
    }

    pub(in crate::probe) fn id(&self) -> u16 {
        self.id
    }

    pub(in crate::probe) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// As it goes over a stream: "prefixed with a two byte length field" (RFC 1035, 4.2.2). In one piece, since
    /// some servers know no other (RFC 7766, section 8).
    pub(super) fn with_length(&self) -> Vec<u8> {
        let length = u16::try_from(self.bytes.len()).expect("a question of one name is shorter than 64 KiB");
        [&length.to_be_bytes(), self.bytes.as_slice()].concat()
    }

    /// Reads a packet as the reply to the question. One with another id or another question may be late or
    /// forged and must not be believed (RFC 5452, section 9.1); the caller goes on waiting.
    pub(in crate::probe) fn read(&self, packet: &[u8]) -> Result<Message, Stray> {
        // The id is looked at first: garbage that does not even carry it says nothing about this server.
        if packet.len() < HEADER || packet[..2] != self.id.to_be_bytes() {
            return Err(Stray::OtherIdOrQuestion);
        }
        let message = Message::from_bytes(packet).map_err(|e| Stray::Malformed(e.to_string()))?;
        if message.metadata.message_type != MessageType::Response || message.metadata.op_code != OpCode::Query
        {
            return Err(Stray::Malformed("it is a question itself".to_owned()));
        }
        // Servers that refuse or fail may leave the question out.
        match message.queries.first() {
            Some(asked) if asked.query_type() != self.wire_type || *asked.name() != self.name => {
                Err(Stray::OtherIdOrQuestion)
            }
            None if message.metadata.response_code == ResponseCode::NoError => {
                Err(Stray::Malformed("it does not repeat the question".to_owned()))
            }
            _ => Ok(message),
        }
    }
}

/// The type's number. Hickory has no name for SPF, which is 99 (RFC 4408, section 11).
fn wire_type(record_type: RecordType) -> WireType {
    record_type.as_str().parse().unwrap_or_else(|_| WireType::from(99))
}

/// What a message that belongs to its question says: a reply, or that there is none.
pub(in crate::probe) fn judge_message(server: &Vantage, message: Message) -> Result<Reply, QueryError> {
    match message.metadata.response_code {
        ResponseCode::NoError | ResponseCode::NXDomain => Ok(message.into()),
        code => Err(QueryError::CannotAnswer { server: server.clone(), code, extended: extended(&message) }),
    }
}

/// What has come in place of a reply.
pub(super) fn malformed(server: &Vantage, what: impl Into<String>) -> QueryError {
    QueryError::Malformed { server: server.clone(), what: what.into() }
}

/// Reads what came over a stream, over which only the server itself can speak and nothing has to be cut.
pub(super) fn read_from_stream(
    server: &Vantage,
    packed: &Packed,
    bytes: &[u8],
) -> Result<Message, QueryError> {
    let over = server.transport.name();
    let over = if over == "UDP" { "TCP" } else { over };
    let message = packed.read(bytes).map_err(|stray| match stray {
        Stray::Malformed(what) => malformed(server, what),
        Stray::OtherIdOrQuestion => malformed(server, format!("over {over}, another id or question")),
    })?;
    if message.metadata.truncation {
        return Err(malformed(server, format!("it is truncated, and that over {over}, which cuts nothing")));
    }
    Ok(message)
}
