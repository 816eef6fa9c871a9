//! Each rule of [`super::read`] on bytes made by hand, and answers of every length.

use hickory_proto::{
    op::{MessageType, OpCode},
    rr::{
        Name, RData, Record, RecordType,
        rdata::{A, TXT},
    },
};
use proptest::prelude::*;

use super::*;

/// A query for the A records of `www.example.com`, id 0x1234, RD set; `counts` are those of the header.
fn query(second: u8, counts: [u16; 4], after: &[u8]) -> Vec<u8> {
    let mut packet = vec![0x12, 0x34, second, 0];
    packet.extend(counts.iter().flat_map(|count| count.to_be_bytes()));
    packet.extend_from_slice(b"\x03www\x07example\x03com\x00\x00\x01\x00\x01");
    packet.extend_from_slice(after);
    packet
}

const RD: u8 = 1;
/// An OPT record of a version, for 1,232 bytes.
fn opt(version: u8) -> Vec<u8> {
    vec![0, 0, 41, 4, 208, 0, version, 0, 0, 0, 0]
}

/// What is sent for a packet, for an answerer that has no records; nothing for silence.
fn sent(packet: &[u8]) -> Option<Message> {
    let bytes = match read(packet) {
        Reading::Silence => return None,
        Reading::Refused(bytes) => bytes,
        Reading::Asked(asked, verdict) => {
            let reply = Reply::bare(verdict.err().unwrap_or(ResponseCode::NoError));
            asked.packet(reply, Transport::Udp).expect("it fits")
        }
    };
    let message = Message::from_vec(&bytes).expect("we wrote it");
    assert_eq!((message.metadata.id, message.metadata.message_type), (0x1234, MessageType::Response));
    Some(message)
}

/// The response code by number (16 is BADVERS, and BADSIG too), and the questions repeated.
fn code(packet: &[u8]) -> Option<(u16, usize)> {
    sent(packet).map(|message| (message.metadata.response_code.into(), message.queries.len()))
}

#[test]
fn a_plain_question_is_asked_and_repeated() {
    assert_eq!(code(&query(RD, [1, 0, 0, 0], &[])), Some((0, 1)));
    let Reading::Asked(_, Ok(question)) = read(&query(0, [1, 0, 0, 0], &[])) else { panic!("a question") };
    assert_eq!((question.name.to_ascii().as_str(), question.rtype), ("www.example.com.", RecordType::A));
}

/// "To answer a response would let two servers talk to each other for ever."
#[test]
fn responses_and_less_than_a_header_deserve_silence() {
    assert_eq!(code(&query(0b1000_0000, [1, 0, 0, 0], &[])), None);
    for length in 0..12 {
        assert_eq!(code(&query(RD, [1, 0, 0, 0], &[])[..length]), None, "{length} bytes");
    }
}

/// RFC 1035, section 4.1.1: "Not Implemented - The name server does not support the requested kind of
/// query."
#[test]
fn other_operations_are_not_implemented() {
    for operation in 1..16 {
        let message = sent(&query(operation << 3 | RD, [1, 0, 0, 0], &[])).expect("an answer");
        assert_eq!(message.metadata.response_code, ResponseCode::NotImp, "{operation}");
        assert!(message.metadata.recursion_desired);
        assert_eq!(u8::from(message.metadata.op_code), operation);
    }
    assert_eq!(OpCode::from_u8(0), OpCode::Query);
}

#[test]
fn none_and_two_questions_are_format_errors() {
    let second = b"\x00\x00\x01\x00\x01";
    for (questions, after) in [(0, &b""[..]), (2, second), (65_535, second)] {
        assert_eq!(code(&query(RD, [questions, 0, 0, 0], after)), Some((1, 0)), "{questions}");
    }
}

#[test]
fn what_cannot_be_read_to_its_end_is_a_format_error() {
    let whole = query(RD, [1, 0, 0, 1], &opt(0));
    for length in 12..whole.len() {
        assert_eq!(code(&whole[..length]), Some((1, 0)), "{length} of {} bytes", whole.len());
    }
    let header = &query(RD, [1, 0, 0, 0], &[])[..12];
    for (name, what) in [
        (&b"\xc0\x0c"[..], "a pointer to itself"),
        (b"\xc0\x0e\xc0\x0c", "two pointers to each other"),
        (b"\xc0\xff", "a pointer beyond the end"),
        (b"\x03www\xc0\x0c", "a name that ends in itself"),
        (b"\x40www\x00", "a label of a type that there is not"),
    ] {
        let packet = [header, name, b"\x00\x01\x00\x01"].concat();
        assert_eq!(code(&packet), Some((1, 0)), "{what}");
    }
    let long = [&b"\x3f"[..], &[b'x'; 63]].concat().repeat(4);
    assert_eq!(code(&[header, &long, b"\x00\x00\x01\x00\x01"].concat()), Some((1, 0)), "over 255 octets");
}

/// RFC 6891, 6.1.1: "If a query message with more than one OPT RR is received, a FORMERR (RCODE=1) MUST
/// be returned."
#[test]
fn two_opt_records_are_a_format_error() {
    assert_eq!(code(&query(RD, [1, 0, 0, 2], &opt(0).repeat(2))), Some((1, 0)));
}

/// RFC 6891, 6.1.3: "If a responder does not implement the VERSION level of the request, then it MUST
/// respond with RCODE=BADVERS."
#[test]
fn a_later_edns_is_refused_by_an_edns_of_ours() {
    let message = sent(&query(RD, [1, 0, 0, 1], &opt(1))).expect("an answer");
    assert_eq!(u16::from(message.metadata.response_code), 16);
    assert_eq!(message.edns.map(|edns| edns.version()), Some(0));
}

#[test]
fn other_classes_are_refused() {
    for class in [3, 254, 255] {
        let mut packet = query(RD, [1, 0, 0, 0], &[]);
        *packet.last_mut().expect("a class") = class;
        assert_eq!(code(&packet), Some((5, 1)), "class {class}");
    }
}

fn texts(count: usize) -> Reply {
    let text = RData::TXT(TXT::new(vec!["x".repeat(200)]));
    let owner = Name::from_ascii("www.example.com.").expect("a name");
    let answers = vec![Record::from_rdata(owner, 60, text); count];
    Reply { answers, ..Reply::bare(ResponseCode::NoError) }
}

/// Records sent and TC, of an answer of so many long records.
fn fitted(edns: &[u8], count: usize, transport: Transport) -> (usize, bool) {
    let packet = query(RD, [1, 0, 0, u16::from(!edns.is_empty())], edns);
    let Reading::Asked(asked, Ok(_)) = read(&packet) else { panic!("a question") };
    let bytes = asked.packet(texts(count), transport).expect("it can be written");
    let message = Message::from_vec(&bytes).expect("we wrote it");
    assert_eq!(message.edns.is_some(), !edns.is_empty());
    (message.answers.len(), message.metadata.truncation)
}

#[test]
fn an_answer_is_whole_or_says_that_it_is_not() {
    assert_eq!(fitted(&[], 2, Transport::Udp), (2, false));
    assert_eq!(fitted(&[], 3, Transport::Udp), (0, true));
    assert_eq!(fitted(&opt(0), 5, Transport::Udp), (5, false));
    assert_eq!(fitted(&opt(0), 6, Transport::Udp), (0, true));
    assert_eq!(fitted(&[], 250, Transport::Tcp), (250, false));
    assert_eq!(fitted(&[], 400, Transport::Tcp), (0, true), "no message is longer than 65,535 bytes");
}

#[test]
fn the_clients_case_comes_back_in_question_and_answer() {
    let mut packet = query(RD, [1, 0, 0, 0], &[]);
    packet[13..16].copy_from_slice(b"wWw");
    let Reading::Asked(asked, Ok(_)) = read(&packet) else { panic!("a question") };
    let owner = Name::from_ascii("www.example.com.").expect("a name");
    let record = Record::from_rdata(owner, 60, RData::A(A::new(192, 0, 2, 1)));
    let reply = Reply { answers: vec![record], ..Reply::bare(ResponseCode::NoError) };
    let message = Message::from_vec(&asked.packet(reply, Transport::Udp).expect("it fits")).expect("ours");
    assert_eq!(message.queries[0].name.to_ascii(), "wWw.example.com.");
    assert_eq!(message.answers[0].name.to_ascii(), "wWw.example.com.");
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = read(&bytes);
    }

    #[test]
    fn no_damage_to_a_good_question_makes_it_panic_or_answer_more_than_a_packet(
        at in 0_usize..44, byte: u8, length in 0_usize..45,
    ) {
        let mut packet = query(RD, [1, 0, 0, 1], &opt(0));
        packet[at.min(43)] = byte;
        packet.truncate(length);
        if let Reading::Asked(asked, _) = read(&packet) {
            let answer = asked.packet(texts(400), Transport::Udp).expect("it can be written");
            prop_assert!(answer.len() <= 4_096);
        }
    }
}
