//! Packets to a name server, by hand: no resolver, no cache, no retry.

use std::{net::SocketAddr, time::Duration};

use hickory_proto::{
    op::{Message, MessageType, OpCode, Query, ResponseCode},
    rr::{Name, RecordType},
    serialize::binary::{BinDecodable, BinEncodable},
};
use s3_failover::clock::Clock;
use tokio::net::UdpSocket;

/// An answer takes so long at most, in our own seconds; the servers are in this process.
const LIMIT: Duration = Duration::from_secs(5);

/// What a name server said.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Answer {
    code: ResponseCode,
    /// The answer section: name without final dot, type, TTL and value, as in a zone file.
    records: Vec<(String, RecordType, u32, String)>,
}

/// Asks one server once, over UDP.
async fn ask(server: SocketAddr, name: &str, rtype: RecordType) -> Answer {
    let id = 1 + u16::try_from(name.len()).unwrap_or(0);
    let mut query = Message::new(id, MessageType::Query, OpCode::Query);
    query.add_query(Query::query(Name::from_ascii(name).expect("a name"), rtype));
    let socket = UdpSocket::bind("127.0.0.1:0").await.expect("a port");
    socket.connect(server).await.expect("a route");
    socket.send(&query.to_bytes().expect("a packet")).await.expect("the packet leaves");
    let mut packet = [0; 4_096];
    let received = Clock::system().timeout(LIMIT, socket.recv(&mut packet)).await;
    let length = received.expect("the name server answers").expect("a packet");
    let answer = Message::from_bytes(&packet[..length]).expect("a DNS packet");
    assert_eq!(answer.metadata.id, id, "the answer is to another question");
    let record = |record: &hickory_proto::rr::Record| {
        let name = record.name.to_ascii().trim_end_matches('.').to_owned();
        (name, record.record_type(), record.ttl, record.data.to_string())
    };
    Answer { code: answer.metadata.response_code, records: answer.answers.iter().map(record).collect() }
}

/// Whether the server answers something to a client that wants to go to `name`; else what it says. A CNAME is an
/// answer to a question for any type.
pub(crate) async fn answers_something(server: SocketAddr, name: &str) -> Result<(), String> {
    let answer = ask(server, name, RecordType::A).await;
    if answer.code == ResponseCode::NoError && !answer.records.is_empty() {
        Ok(())
    } else {
        Err(format!("{server} answers {name} with {answer:?}"))
    }
}

/// The endpoint that the server answers for `name` by a CNAME, without final dot; else what it says.
pub(crate) async fn pointer(server: SocketAddr, name: &str) -> Result<String, String> {
    let answer = ask(server, name, RecordType::CNAME).await;
    match &answer.records[..] {
        [(_, RecordType::CNAME, _, target)] if answer.code == ResponseCode::NoError => {
            Ok(target.trim_end_matches('.').to_owned())
        }
        _ => Err(format!("{server} answers {name} with {answer:?}")),
    }
}
