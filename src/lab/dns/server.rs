//! How does a question come in over UDP or TCP, and the answer go out?
//!
//! [`DnsServer`] binds one port for both transports, checks what the protocol asks for (one question,
//! class IN, EDNS version 0), hands the question to an [`Answerer`], and fits the answer into the
//! packet. What is answered is the answerer's business: the name servers and the resolver are two.
//!
//! hickory's server does the sockets and the packets; its own zones and catalogues are not used, since
//! they know nothing of Route 53's ways.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use async_trait::async_trait;
use hickory_proto::{
    op::{Edns, Metadata, OpCode, ResponseCode},
    rr::{DNSClass, Name, Record, RecordType as WireType},
    serialize::binary::BinEncoder,
};
use hickory_server::{
    net::{runtime::Time, xfer::Protocol},
    server::{Request, RequestHandler, ResponseHandler, ResponseInfo},
    zone_handler::MessageResponseBuilder,
};
use tokio::net::{TcpListener, UdpSocket};

/// Tries to find a port that is free for UDP and TCP alike (our choice).
const PORT_ATTEMPTS: usize = 64;
/// An idle TCP connection is closed after this long, in our seconds: the server is hickory's, and the
/// limit is there to free sockets, not to imitate anything (our choice).
const TCP_IDLE: Duration = Duration::from_secs(10);
/// Answers queued on one TCP connection (our choice).
const TCP_QUEUE: usize = 32;
/// Without EDNS a packet holds 512 bytes (RFC 1035, section 4.2.1).
const PLAIN_UDP_BYTES: u16 = 512;
/// The most that is sent in one UDP packet, however much the client takes (modelled).
const LARGEST_UDP_BYTES: u16 = 4_096;

/// One question.
#[derive(Clone, Debug)]
pub(crate) struct Question {
    /// The name as it was asked, in the client's case.
    pub(crate) name: Name,
    /// The type.
    pub(crate) rtype: WireType,
}

/// One answer, before it is fitted into a packet.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    /// The response code.
    pub(crate) code: ResponseCode,
    /// Whether the server speaks for the zone (AA).
    pub(crate) authoritative: bool,
    /// Whether it would recurse (RA).
    pub(crate) recursion_available: bool,
    /// The answer section.
    pub(crate) answers: Vec<Record>,
    /// The authority section.
    pub(crate) authority: Vec<Record>,
    /// The additional section, without the OPT record.
    pub(crate) additional: Vec<Record>,
}

impl Reply {
    /// A reply without records.
    pub(crate) fn bare(code: ResponseCode) -> Self {
        Self {
            code,
            authoritative: false,
            recursion_available: false,
            answers: Vec::new(),
            authority: Vec::new(),
            additional: Vec::new(),
        }
    }
}

/// Whoever knows the answers.
#[async_trait]
pub(crate) trait Answerer: Send + Sync + 'static {
    /// Answers a question.
    async fn answer(&self, question: &Question) -> Reply;

    /// Whether questions are left without any answer at present.
    fn is_silent(&self) -> bool {
        false
    }
}

/// A running server; dropping it ends its tasks.
pub(crate) struct DnsServer {
    address: SocketAddr,
    server: hickory_server::Server<Handler>,
}

impl DnsServer {
    /// Listens on a free port of `127.0.0.1`, the same for UDP and TCP.
    pub(crate) async fn start(answerer: Arc<dyn Answerer>) -> io::Result<Self> {
        let (udp, tcp) = bind_both().await?;
        let address = tcp.local_addr()?;
        let mut server = hickory_server::Server::new(Handler { answerer });
        server.register_socket(udp);
        server.register_listener(tcp, TCP_IDLE, TCP_QUEUE);
        Ok(Self { address, server })
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Ends every task and waits for it.
    pub(crate) async fn stop(mut self) {
        if let Err(error) = self.server.shutdown_gracefully().await {
            tracing::debug!(%error, "a name server of the lab ended with an error");
        }
    }
}

async fn bind_both() -> io::Result<(UdpSocket, TcpListener)> {
    let mut last = None;
    for _ in 0..PORT_ATTEMPTS {
        let udp = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        match TcpListener::bind(udp.local_addr()?).await {
            Ok(tcp) => return Ok((udp, tcp)),
            Err(error) => last = Some(error),
        }
    }
    Err(last.unwrap_or_else(|| io::ErrorKind::AddrInUse.into()))
}

struct Handler {
    answerer: Arc<dyn Answerer>,
}

#[async_trait]
impl RequestHandler for Handler {
    async fn handle_request<R: ResponseHandler, T: Time>(
        &self,
        request: &Request,
        mut response: R,
    ) -> ResponseInfo {
        if self.answerer.is_silent() {
            let metadata = Metadata::response_from_request(&request.metadata);
            let counts = hickory_proto::op::HeaderCounts::default();
            return hickory_proto::op::Header { metadata, counts }.into();
        }
        let mut reply = self.reply(request).await;
        let edns = response_edns(request);
        let mut metadata = metadata(request, &reply);
        let limit = usize::from(edns.as_ref().map_or(PLAIN_UDP_BYTES, Edns::max_payload));
        let fits = |reply: &Reply| {
            request.protocol() != Protocol::Udp || size(request, metadata, reply, edns.as_ref()) <= limit
        };
        let mut whole = fits(&reply);
        if !whole && !reply.additional.is_empty() {
            // What is only additional is left out first, and is no reason for TC (RFC 2181, section 9).
            reply.additional.clear();
            whole = fits(&reply);
        }
        let builder = MessageResponseBuilder::new(&request.queries, edns.as_ref());
        let sent = if whole {
            let (answers, authority) = (reply.answers.iter(), reply.authority.iter());
            let additional = reply.additional.iter();
            response.send_response(builder.build(metadata, answers, authority, [], additional)).await
        } else {
            // No record at all rather than a part of them: a client has to ask again over TCP in any
            // case ("it should ignore that response", RFC 2181, section 9), and so the OPT record stays.
            metadata.truncation = true;
            response.send_response(builder.build_no_records(metadata)).await
        };
        sent.unwrap_or_else(|error| {
            tracing::debug!(%error, "an answer could not be sent");
            hickory_proto::op::Header { metadata, counts: hickory_proto::op::HeaderCounts::default() }.into()
        })
    }
}

impl Handler {
    async fn reply(&self, request: &Request) -> Reply {
        let [query] = request.queries.queries() else { return Reply::bare(ResponseCode::FormErr) };
        let refusal = if request.edns.as_ref().is_some_and(|edns| edns.version() > 0) {
            Some(ResponseCode::BADVERS)
        } else if request.metadata.op_code != OpCode::Query {
            Some(ResponseCode::NotImp)
        } else if query.query_class() != DNSClass::IN {
            Some(ResponseCode::Refused)
        } else {
            None
        };
        if let Some(code) = refusal {
            return Reply::bare(code);
        }
        let question = Question { name: query.original().name().clone(), rtype: query.query_type() };
        let mut reply = self.answerer.answer(&question).await;
        // A client may mix the case of its question to make forgery harder, and wants it back.
        for record in reply.answers.iter_mut().filter(|record| record.name == question.name) {
            record.name = question.name.clone();
        }
        reply
    }
}

fn metadata(request: &Request, reply: &Reply) -> Metadata {
    let mut metadata = Metadata::response_from_request(&request.metadata);
    metadata.response_code = reply.code;
    metadata.authoritative = reply.authoritative;
    metadata.recursion_available = reply.recursion_available;
    metadata
}

/// hickory takes the size of the packet from the response's own OPT record.
fn response_edns(request: &Request) -> Option<Edns> {
    let asked = request.edns.as_ref()?;
    let mut edns = Edns::new();
    edns.set_max_payload(asked.max_payload().clamp(PLAIN_UDP_BYTES, LARGEST_UDP_BYTES));
    edns.set_version(0);
    Some(edns)
}

/// The bytes of the whole answer, encoded for the count alone: hickory itself sends as much as fits.
fn size(request: &Request, metadata: Metadata, reply: &Reply, edns: Option<&Edns>) -> usize {
    let mut bytes = Vec::with_capacity(usize::from(PLAIN_UDP_BYTES));
    let whole = MessageResponseBuilder::new(&request.queries, edns);
    let whole = whole.build(metadata, &reply.answers, &reply.authority, [], &reply.additional);
    whole.destructive_emit(&mut BinEncoder::new(&mut bytes)).map_or(usize::MAX, |_| bytes.len())
}
