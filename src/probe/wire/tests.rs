//! Packets of all kinds. No socket.

use hickory_proto::{
    op::{Edns, Message, MessageType, OpCode, Query as WireQuery, ResponseCode},
    rr::{
        Name, RData, Record, RecordType as WireType,
        rdata::{
            A, CNAME, SOA,
            opt::{ClientSubnet as WireSubnet, EdnsCode, EdnsOption},
        },
    },
    serialize::binary::{BinDecodable, BinEncodable},
};
use proptest::prelude::*;

use super::{
    ExtendedError, Query, Reply,
    packet::{Packed, Stray},
};
use crate::model::RecordType;

fn question() -> Query {
    Query::of(&"data.example.com".parse().expect("a name"), RecordType::A)
}

fn asked(question: &Query) -> Message {
    Message::from_bytes(Packed::new(question).expect("it fits").bytes()).expect("a message")
}

fn reply_to(packed: &Packed) -> Message {
    let question = Message::from_bytes(packed.bytes()).expect("a message");
    let mut message = Message::new(packed.id(), MessageType::Response, OpCode::Query);
    message.queries = question.queries;
    message
}

fn name(text: &str) -> Name {
    Name::from_ascii(text).expect("a name")
}

fn soa(ttl: u32, minimum: u32) -> Record {
    let data = SOA::new(name("ns.example.com."), name("admin.example.com."), 1, 2, 3, 4, minimum);
    Record::from_rdata(name("example.com."), ttl, RData::SOA(data))
}

#[test]
fn a_question_carries_what_was_asked() {
    let plain = asked(&question());
    assert_eq!(plain.queries[0].to_string(), "data.example.com. IN A");
    assert!(!plain.metadata.recursion_desired);
    assert_eq!(plain.edns.as_ref().map(Edns::max_payload), Some(1_232));
    assert_eq!(plain.edns.as_ref().and_then(|edns| edns.option(EdnsCode::Subnet)), None);
    let subnet = "192.0.2.77/24".parse().ok();
    let full = asked(&question().recursive().on_behalf_of(subnet));
    assert!(full.metadata.recursion_desired);
    let sent = full.edns.as_ref().and_then(|edns| edns.option(EdnsCode::Subnet)).cloned();
    let address = [192, 0, 2, 0].into();
    assert_eq!(sent, Some(EdnsOption::Subnet(WireSubnet::new(address, 24, 0))));
}

/// Every type that Route 53 has can be asked for, and every escape stands for its octet.
#[test]
fn every_type_and_every_name_can_be_asked() {
    for record_type in RecordType::ALL {
        let message = asked(&Query::of(&"a.example".parse().expect("a name"), *record_type));
        let number = u16::from(message.queries[0].query_type());
        assert!(number != 0 && number != u16::from(WireType::NULL), "{record_type}");
    }
    let wild = asked(&Query::of(&"\\052.example.com".parse().expect("a name"), RecordType::A));
    assert_eq!(wild.queries[0].name().iter().next(), Some(&b"*"[..]));
    let odd = asked(&Query::of(&"a\\040b\\056.example".parse().expect("a name"), RecordType::A));
    assert_eq!(odd.queries[0].name().iter().next(), Some(&b"a b."[..]));
}

#[test]
fn a_reply_says_what_else_it_is() {
    let packed = Packed::new(&question()).expect("it fits");
    let read = |message: &Message| {
        let bytes = message.to_bytes().expect("a packet");
        Reply::from(packed.read(&bytes).expect("it belongs"))
    };
    let mut nothing = reply_to(&packed);
    nothing.metadata.recursion_available = true;
    nothing.authorities.push(soa(900, 86_400));
    let reply = read(&nothing);
    assert_eq!((reply.negative_ttl, reply.recursion_available, reply.stale), (Some(900), true, false));
    assert_eq!(reply.authorities.len(), 1);

    let mut short = reply_to(&packed);
    short.metadata.response_code = ResponseCode::NXDomain;
    short.authorities.push(soa(900, 60));
    assert_eq!(read(&short).negative_ttl, Some(60));

    // A chain to nothing is nothing (RFC 2308, 2.1 and 2.2); an address is something.
    let mut chain = reply_to(&packed);
    let to = CNAME(name("other.example.com."));
    chain.answers.push(Record::from_rdata(name("data.example.com."), 60, RData::CNAME(to)));
    chain.authorities.push(soa(5, 60));
    assert_eq!(read(&chain).negative_ttl, Some(5));
    chain.answers.push(Record::from_rdata(name("other.example.com."), 60, RData::A(A::new(192, 0, 2, 1))));
    assert_eq!(read(&chain).negative_ttl, None);

    for (code, stale, told) in [
        (3, true, "Stale Answer"),
        (19, true, "Stale NXDOMAIN Answer"),
        (22, false, "No Reachable Authority"),
    ] {
        let mut message = reply_to(&packed);
        let mut edns = Edns::new();
        let data = [&u16::to_be_bytes(code)[..], b"at 192.0.2.1\n\0"].concat();
        edns.options_mut().insert(EdnsOption::Unknown(15, data));
        edns.options_mut().insert(EdnsOption::Subnet(WireSubnet::new([192, 0, 2, 0].into(), 24, 20)));
        message.edns = Some(edns);
        let reply = read(&message);
        assert_eq!((reply.stale, reply.scope), (stale, Some(20)));
        assert_eq!(reply.extended, [ExtendedError { code, text: "at 192.0.2.1".to_owned() }]);
        assert_eq!(reply.extended[0].to_string(), format!("{told}, \"at 192.0.2.1\""));
    }
}

#[test]
fn what_does_not_belong_is_not_believed() {
    let packed = Packed::new(&question()).expect("it fits");
    let read = |change: fn(&mut Message)| {
        let mut message = reply_to(&packed);
        change(&mut message);
        packed.read(&message.to_bytes().expect("a packet")).map(|_| ())
    };
    let other = Err(Stray::OtherIdOrQuestion);
    assert_eq!(read(|_| {}), Ok(()));
    assert_eq!(read(|message| message.metadata.id = message.metadata.id.wrapping_add(1)), other);
    assert_eq!(
        read(|message| message.queries = vec![WireQuery::query(name("example.com."), WireType::A)]),
        other
    );
    assert_eq!(
        read(|message| message.queries = vec![WireQuery::query(name("data.example.com."), WireType::AAAA)]),
        other
    );
    // Whatever its case: some servers answer in lower case what was asked in another.
    assert_eq!(
        read(|message| message.queries = vec![WireQuery::query(name("DATA.example.com."), WireType::A)]),
        Ok(())
    );
    assert_eq!(
        read(|message| message.metadata.message_type = MessageType::Query),
        Err(Stray::Malformed("it is a question itself".to_owned()))
    );
    assert_eq!(
        read(|message| message.queries.clear()),
        Err(Stray::Malformed("it does not repeat the question".to_owned()))
    );
    assert_eq!(packed.read(&[]).map(|_| ()), other);
}

proptest! {
    /// Whatever comes, it is read or refused, and what is believed repeats the question.
    #[test]
    fn no_packet_makes_the_reader_panic(mut packet in prop::collection::vec(any::<u8>(), 0..300), right_id: bool) {
        let packed = Packed::new(&question()).expect("it fits");
        if right_id && packet.len() >= 2 {
            packet[..2].copy_from_slice(&packed.id().to_be_bytes());
        }
        if let Ok(message) = packed.read(&packet) {
            prop_assert!(right_id || packet[..2] == packed.id().to_be_bytes());
            let _ = Reply::from(message);
        }
    }

    /// The same with replies of which a few octets are others.
    #[test]
    fn no_changed_reply_makes_the_reader_panic(changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6)) {
        let packed = Packed::new(&question()).expect("it fits");
        let mut message = reply_to(&packed);
        message.answers.push(Record::from_rdata(name("data.example.com."), 60, RData::A(A::new(192, 0, 2, 1))));
        message.authorities.push(soa(5, 60));
        let mut edns = Edns::new();
        edns.options_mut().insert(EdnsOption::Unknown(15, vec![0, 3, 65]));
        message.edns = Some(edns);
        let mut bytes = message.to_bytes().expect("a packet");
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if let Ok(message) = packed.read(&bytes) {
            prop_assert_eq!(message.metadata.id, packed.id());
            let _ = Reply::from(message);
        }
    }
}
