//! Packets of any bytes, for [`crate::lab::fuzzing`].

use std::sync::Arc;

use futures_util::FutureExt;
use hickory_proto::op::{Message, MessageType, OpCode, Query};

use super::{
    ZoneSource,
    nameserver::NameServer,
    packet::{self, Reading, Transport},
    question::{Answerer, Reply},
    wire,
};
use crate::model::{Fqdn, RecordType};

/// The most that goes into a UDP packet; see `packet`.
const LARGEST_UDP_BYTES: usize = 4_096;

/// Has a name server decide what a packet deserves, over both transports.
///
/// # Panics
/// When what it sends is not a response to that packet, or is too long.
pub(crate) fn decide(source: Arc<dyn ZoneSource>, bytes: &[u8]) {
    let server = NameServer::new(0, source);
    for transport in [Transport::Udp, Transport::Tcp] {
        let sent = match packet::read(bytes) {
            Reading::Silence => continue,
            Reading::Refused(sent) => Some(sent),
            Reading::Asked(asked, Err(code)) => asked.packet(Reply::bare(code), transport),
            Reading::Asked(asked, Ok(question)) => {
                let reply = server.answer(&question).now_or_never();
                asked.packet(reply.expect("a name server waits for nobody"), transport)
            }
        };
        let sent = sent.expect("every answer can be written");
        assert!(transport == Transport::Tcp || sent.len() <= LARGEST_UDP_BYTES, "{} bytes", sent.len());
        let answer = Message::from_vec(&sent).expect("what is sent can be read");
        assert_eq!(answer.metadata.message_type, MessageType::Response);
        assert_eq!(Some(&answer.metadata.id.to_be_bytes()[..]), bytes.get(..2), "it bears the question's id");
    }
}

/// Asks for the records of a name and type.
///
/// # Panics
/// As [`decide`] does.
pub(crate) fn ask(source: Arc<dyn ZoneSource>, name: &Fqdn, rtype: RecordType) {
    let name = wire::to_name(name).expect("every name has a place in a packet");
    let mut message = Message::new(1, MessageType::Query, OpCode::Query);
    message.add_query(Query::query(name, wire::to_wire(rtype)));
    decide(source, &message.to_vec().expect("a question fits into a packet"));
}
