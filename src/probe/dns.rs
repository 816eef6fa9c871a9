//! One DNS question to one server, over UDP and, when the answer is truncated, over TCP.

use std::{
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    time::Duration,
};

use hickory_proto::{
    op::{Edns, Message, MessageType, OpCode, ResponseCode},
    rr::{Name, Record, RecordType as WireType},
    serialize::binary::{BinDecodable, BinEncodable},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpStream, UdpSocket},
};

use super::{Transport, Vantage};
use crate::{
    clock::Clock,
    model::{Fqdn, RecordType},
};

/// What a server may send over UDP: the size that DNS flag day 2020 settled on, which no path
/// fragments.
const UDP_PAYLOAD: u16 = 1_232;
/// More than any server sends that heeds `UDP_PAYLOAD`; what is longer is cut and then malformed.
const LARGEST_DATAGRAM: usize = 4_096;

/// A question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    /// The name asked for.
    pub name: Fqdn,
    /// The type asked for.
    pub record_type: RecordType,
    /// Whether the server shall ask others: for resolvers, not for name servers.
    pub recursive: bool,
}

/// A reply that belongs to its question.
#[derive(Clone, Debug)]
pub struct Reply {
    /// The response code: success, or "no such name".
    pub code: ResponseCode,
    /// Whether the server says that it is authoritative.
    pub authoritative: bool,
    /// The answer section, in its order.
    pub answers: Vec<Record>,
}

/// Asks one server after the other until one answers; nothing when there are none. When none answers,
/// what became of the last.
pub async fn first_answer(
    clock: &Clock,
    servers: &[Vantage],
    question: &Query,
    limit: Duration,
) -> Option<Result<Reply, QueryError>> {
    let mut last = None;
    for server in servers {
        match query(clock, server, question, limit).await {
            Ok(reply) => return Some(Ok(reply)),
            Err(error) => last = Some(Err(error)),
        }
    }
    last
}

/// Why there is no reply that belongs to the question.
#[derive(Debug, thiserror::Error)]
pub enum QueryError {
    /// Nothing came, or nothing that belonged to the question.
    #[error("{server} did not answer within {} s{}", limit.as_secs_f64(), unbelieved(*strays))]
    TimedOut {
        /// Who was asked.
        server: Vantage,
        /// How long was waited, in the clock's time.
        limit: Duration,
        /// Datagrams with another id or question, which were not believed.
        strays: usize,
    },
    /// The port is closed, or no way leads there.
    #[error("{server} could not be asked over {transport}")]
    Unreachable {
        /// Who was asked.
        server: Vantage,
        /// Over what.
        transport: &'static str,
        /// What the system said.
        source: io::Error,
    },
    /// The server says that it cannot or will not answer (RFC 1035, 4.1.1): another one might.
    #[error("{server} says that it cannot answer: {}", code.to_str())]
    CannotAnswer {
        /// Who was asked.
        server: Vantage,
        /// Its response code: neither success nor "no such name".
        code: ResponseCode,
    },
    /// What came is no DNS message, or no answer to the question.
    #[error("{server} answered with something that is no reply to the question: {what}")]
    Malformed {
        /// Who was asked.
        server: Vantage,
        /// What is wrong with it.
        what: String,
    },
}

fn unbelieved(count: usize) -> String {
    match count {
        0 => String::new(),
        1 => " (one datagram with another id or question came, and was not believed)".to_owned(),
        n => format!(" ({n} datagrams with another id or question came, and were not believed)"),
    }
}

/// Asks `server` and waits for the reply, `limit` at most in the clock's time, TCP included.
pub async fn query(
    clock: &Clock,
    server: &Vantage,
    question: &Query,
    limit: Duration,
) -> Result<Reply, QueryError> {
    let mut strays = 0;
    let asked = clock.timeout(limit, ask(server, question, &mut strays)).await;
    let message = match asked {
        Ok(result) => result?,
        Err(_) => return Err(QueryError::TimedOut { server: server.clone(), limit, strays }),
    };
    let code = message.metadata.response_code;
    if !matches!(code, ResponseCode::NoError | ResponseCode::NXDomain) {
        return Err(QueryError::CannotAnswer { server: server.clone(), code });
    }
    Ok(Reply { code, authoritative: message.metadata.authoritative, answers: message.answers })
}

/// Over UDP; and when the datagram was truncated, again over TCP (RFC 7766, section 5).
async fn ask(server: &Vantage, question: &Query, strays: &mut usize) -> Result<Message, QueryError> {
    let (id, packet) = pack(server, question)?;
    if server.transport == Transport::Tcp {
        return over_tcp(server, id, question, &packet).await;
    }
    let message = over_udp(server, id, question, &packet, strays).await?;
    if !message.metadata.truncation {
        return Ok(message);
    }
    over_tcp(server, id, question, &packet).await
}

pub(super) fn pack(server: &Vantage, question: &Query) -> Result<(u16, Vec<u8>), QueryError> {
    let malformed = |what: String| QueryError::Malformed { server: server.clone(), what };
    let name = Name::from_ascii(question.name.absolute()).map_err(|e| malformed(e.to_string()))?;
    let wire_type: WireType =
        question.record_type.as_str().parse().map_err(|_| malformed("the type".to_owned()))?;
    let mut message = Message::query();
    message.metadata.recursion_desired = question.recursive;
    message.add_query(hickory_proto::op::Query::query(name, wire_type));
    let mut edns = Edns::new();
    edns.set_max_payload(UDP_PAYLOAD);
    message.edns = Some(edns);
    let packet = message.to_bytes().map_err(|e| malformed(e.to_string()))?;
    Ok((message.metadata.id, packet))
}

async fn over_udp(
    server: &Vantage,
    id: u16,
    question: &Query,
    packet: &[u8],
    strays: &mut usize,
) -> Result<Message, QueryError> {
    let unreachable = |source| QueryError::Unreachable { server: server.clone(), transport: "UDP", source };
    let any = match server.server.ip() {
        IpAddr::V4(_) => SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0)),
        IpAddr::V6(_) => SocketAddr::from((Ipv6Addr::UNSPECIFIED, 0)),
    };
    // A socket of its own for each question has a port of its own, which a forger would have to
    // guess; connected, it takes datagrams from this server alone, and learns of a closed port.
    let socket = UdpSocket::bind(any).await.map_err(unreachable)?;
    socket.connect(server.server).await.map_err(unreachable)?;
    socket.send(packet).await.map_err(unreachable)?;
    let mut buffer = vec![0; LARGEST_DATAGRAM];
    loop {
        let length = socket.recv(&mut buffer).await.map_err(unreachable)?;
        match belongs(&buffer[..length], id, question) {
            Ok(message) => return Ok(message),
            Err(Stray::OtherIdOrQuestion) => *strays += 1,
            Err(Stray::Malformed(what)) => {
                return Err(QueryError::Malformed { server: server.clone(), what });
            }
        }
    }
}

async fn over_tcp(server: &Vantage, id: u16, question: &Query, packet: &[u8]) -> Result<Message, QueryError> {
    let unreachable = |source| QueryError::Unreachable { server: server.clone(), transport: "TCP", source };
    let mut stream = TcpStream::connect(server.server).await.map_err(unreachable)?;
    stream.set_nodelay(true).map_err(unreachable)?;
    let length = u16::try_from(packet.len()).expect("a question of one name is far shorter than 64 KiB");
    stream.write_all(&[&length.to_be_bytes(), packet].concat()).await.map_err(unreachable)?;
    let length = stream.read_u16().await.map_err(unreachable)?;
    let mut reply = vec![0; usize::from(length)];
    stream.read_exact(&mut reply).await.map_err(unreachable)?;
    belongs(&reply, id, question).map_err(|stray| match stray {
        Stray::Malformed(what) => QueryError::Malformed { server: server.clone(), what },
        Stray::OtherIdOrQuestion => QueryError::Malformed {
            server: server.clone(),
            what: "over TCP, another id or question".to_owned(),
        },
    })
}

/// Why a packet is not the reply to a question.
pub(super) enum Stray {
    OtherIdOrQuestion,
    Malformed(String),
}

/// Reads a datagram as the reply to the question. One with another id or another question may be
/// late or forged and must not be believed (RFC 5452, section 9.1); the caller goes on waiting.
pub(super) fn belongs(packet: &[u8], id: u16, question: &Query) -> Result<Message, Stray> {
    // The id is looked at first: garbage that does not even carry it says nothing about this server.
    if packet.len() < 12 || packet[..2] != id.to_be_bytes() {
        return Err(Stray::OtherIdOrQuestion);
    }
    let message = Message::from_bytes(packet).map_err(|e| Stray::Malformed(e.to_string()))?;
    if message.metadata.message_type != MessageType::Response || message.metadata.op_code != OpCode::Query {
        return Err(Stray::Malformed("it is a question itself".to_owned()));
    }
    let same = |asked: &hickory_proto::op::Query| {
        asked.name().to_ascii().trim_end_matches('.').eq_ignore_ascii_case(question.name.as_str())
            && asked.query_type().to_string() == question.record_type.as_str()
    };
    // Servers that refuse or fail may leave the question out.
    match message.queries.first() {
        Some(asked) if !same(asked) => Err(Stray::OtherIdOrQuestion),
        None if message.metadata.response_code == ResponseCode::NoError => {
            Err(Stray::Malformed("it does not repeat the question".to_owned()))
        }
        _ => Ok(message),
    }
}
