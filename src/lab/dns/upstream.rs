//! How does the resolver ask a name server?
//!
//! 1. One UDP packet to the next server in turn, over a connected socket, so that a closed port is an
//!    error at once and a packet from elsewhere never arrives.
//! 2. A packet with another id or question is not the answer; go on waiting.
//! 3. Truncated: the same question over TCP.
//! 4. No answer in time, or one that it is not asked for (`REFUSED`, `SERVFAIL`): the next server. When
//!    none has a better answer, the refusal counts.
//!
//! Time limits are in our own seconds: a packet on loopback does not travel faster in a lab whose
//! clock does, and nothing that the lab measures depends on them.

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use hickory_proto::{
    op::{Edns, Message, MessageType, OpCode, Query, ResponseCode},
    rr::{Name, RecordType},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpStream, UdpSocket},
};

use crate::{
    causes::in_one_line,
    clock::{Clock, Elapsed},
    lab::chance,
};

/// A name server that has not answered by then is passed over (our choice: all four in turn take less
/// than the 1.8 seconds after which a resolver ought to answer what has expired, RFC 8767, section 5).
const FIRST_LIMIT: Duration = Duration::from_millis(400);
/// The same when all of them are asked once more, because a machine has hiccups (our choice: a client
/// that waits for five seconds hears of the failure).
const SECOND_LIMIT: Duration = Duration::from_millis(600);
/// What is taken in one UDP packet (the size that DNS Flag Day 2020 settled on).
const UDP_BYTES: u16 = 1_232;

/// How long to go on asking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Patience {
    /// Each server once: there is something else to answer.
    Little,
    /// Each server twice.
    Much,
}

/// The name servers of the lab's zones, asked in turn.
pub(crate) struct Upstream {
    servers: Vec<SocketAddr>,
    clock: Clock,
    asked: AtomicU64,
}

/// Why one name server gave no answer.
#[derive(Debug, thiserror::Error)]
enum AskError {
    #[error("no answer in time")]
    Late(#[from] Elapsed),
    #[error("no exchange of packets")]
    Socket(#[from] std::io::Error),
    #[error("a question that fits no packet, or an answer that is none")]
    Packet(#[from] hickory_proto::ProtoError),
}

impl Upstream {
    pub(crate) fn new(servers: Vec<SocketAddr>) -> Self {
        Self { servers, clock: Clock::system(), asked: AtomicU64::new(0) }
    }

    /// Asks until a server answers; nothing when none does, a refusal when all that answer refuse.
    pub(crate) async fn ask(&self, name: &Name, rtype: RecordType, patience: Patience) -> Option<Message> {
        let turn = self.asked.fetch_add(1, Ordering::Relaxed);
        let first = usize::try_from(turn).unwrap_or(0);
        let mut refusal = None;
        let count = self.servers.len();
        let attempts = if patience == Patience::Little { count } else { 2 * count };
        for attempt in 0..attempts {
            // Who has refused once refuses again; only silence may pass.
            if attempt == count && refusal.is_some() {
                break;
            }
            let server = *self.servers.get((first + attempt) % count)?;
            let limit = if attempt < count { FIRST_LIMIT } else { SECOND_LIMIT };
            let question = question(turn, name, rtype);
            match self.clock.timeout(limit, exchange(server, &question)).await {
                Ok(Ok(answer)) if !refuses(&answer) => return Some(answer),
                Ok(Ok(answer)) => refusal = Some(answer),
                Ok(Err(error)) => passed_over(server, name, &error),
                Err(late) => passed_over(server, name, &AskError::Late(late)),
            }
        }
        refusal
    }
}

fn refuses(answer: &Message) -> bool {
    matches!(answer.metadata.response_code, ResponseCode::Refused | ResponseCode::ServFail)
}

fn passed_over(server: SocketAddr, name: &Name, error: &AskError) {
    tracing::debug!(%server, %name, error = in_one_line(error), "a name server gave no answer");
}

fn question(turn: u64, name: &Name, rtype: RecordType) -> Message {
    // The upper 16 bits of a mixed counter: ids of one run differ, and are the same in the next.
    let id = u16::try_from(chance::mix(turn) >> 48).unwrap_or(0);
    let mut message = Message::new(id, MessageType::Query, OpCode::Query);
    message.add_query(Query::query(name.clone(), rtype));
    let mut edns = Edns::new();
    edns.set_max_payload(UDP_BYTES);
    message.set_edns(edns);
    message
}

async fn exchange(server: SocketAddr, question: &Message) -> Result<Message, AskError> {
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    socket.connect(server).await?;
    socket.send(&question.to_vec()?).await?;
    let mut bytes = vec![0; usize::from(UDP_BYTES)];
    loop {
        let length = socket.recv(&mut bytes).await?;
        let Some(answer) = bytes.get(..length).and_then(|bytes| Message::from_vec(bytes).ok()) else {
            continue;
        };
        if !answers(&answer, question) {
            continue;
        }
        return if answer.metadata.truncation { exchange_tcp(server, question).await } else { Ok(answer) };
    }
}

async fn exchange_tcp(server: SocketAddr, question: &Message) -> Result<Message, AskError> {
    let mut stream = TcpStream::connect(server).await?;
    stream.set_nodelay(true)?;
    let bytes = question.to_vec()?;
    let length = u16::try_from(bytes.len()).map_err(|_| hickory_proto::ProtoError::Message("too long"))?;
    stream.write_all(&[&length.to_be_bytes()[..], &bytes].concat()).await?;
    loop {
        let mut answer = vec![0; usize::from(stream.read_u16().await?)];
        stream.read_exact(&mut answer).await?;
        let answer = Message::from_vec(&answer).map_err(hickory_proto::ProtoError::from)?;
        if answers(&answer, question) {
            return Ok(answer);
        }
    }
}

fn answers(answer: &Message, question: &Message) -> bool {
    answer.metadata.message_type == MessageType::Response
        && answer.metadata.id == question.metadata.id
        && answer.queries == question.queries
}
