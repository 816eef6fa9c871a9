//! A DNS server of a test's own, over UDP and TCP: what it says is a function of the question, or another
//! server's word.

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use hickory_proto::{
    op::{Message, MessageType, OpCode, ResponseCode},
    rr::{Name, RData, Record, rdata},
    serialize::binary::{BinDecodable, BinEncodable},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream, UdpSocket},
    task::JoinSet,
};

/// What a server does about a question.
pub(crate) enum Reaction {
    Says(Message),
    /// As this server answers it.
    As(SocketAddr),
}

type Mind = Arc<dyn Fn(&Message) -> Reaction + Send + Sync>;

/// A running server; dropping it ends it.
pub(crate) struct DnsServer {
    pub(crate) address: SocketAddr,
    _tasks: JoinSet<()>,
}

impl DnsServer {
    /// At a port of its own.
    pub(crate) async fn start(mind: impl Fn(&Message) -> Reaction + Send + Sync + 'static) -> Self {
        let mind: Mind = Arc::new(mind);
        for _ in 0..20 {
            let here = IpAddr::from([127, 0, 0, 1]);
            if let Some(server) = Self::at(SocketAddr::new(here, 0), &mind).await {
                return server;
            }
        }
        panic!("no number is free for both")
    }

    /// Several servers at these addresses, all at one port.
    pub(crate) async fn start_all(minds: Vec<(IpAddr, Mind)>) -> Vec<Self> {
        'port: for _ in 0..20 {
            let mut servers: Vec<Self> = Vec::new();
            for (ip, mind) in &minds {
                let port = servers.first().map_or(0, |first| first.address.port());
                match Self::at(SocketAddr::new(*ip, port), mind).await {
                    Some(server) => servers.push(server),
                    None => continue 'port,
                }
            }
            return servers;
        }
        panic!("no port is free at all addresses")
    }

    async fn at(address: SocketAddr, mind: &Mind) -> Option<Self> {
        let socket = UdpSocket::bind(address).await.ok()?;
        let address = socket.local_addr().expect("an address");
        let listener = TcpListener::bind(address).await.ok()?;
        let mut tasks = JoinSet::new();
        let over_tcp = Arc::clone(mind);
        tasks.spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.expect("a connection");
                let mind = Arc::clone(&over_tcp);
                tokio::spawn(async move { serve(stream, &mind).await });
            }
        });
        let (socket, over_udp) = (Arc::new(socket), Arc::clone(mind));
        tasks.spawn(async move {
            let mut buffer = [0; 4_096];
            loop {
                let (length, from) = socket.recv_from(&mut buffer).await.expect("a packet");
                let (packet, socket, mind) =
                    (buffer[..length].to_vec(), Arc::clone(&socket), Arc::clone(&over_udp));
                tokio::spawn(async move {
                    if let Some(packet) = react(&packet, &mind).await {
                        let _gone = socket.send_to(&packet, from).await;
                    }
                });
            }
        });
        Some(Self { address, _tasks: tasks })
    }
}

async fn react(packet: &[u8], mind: &Mind) -> Option<Vec<u8>> {
    match mind(&Message::from_bytes(packet).expect("a question")) {
        Reaction::Says(message) => Some(message.to_bytes().expect("a packet")),
        Reaction::As(server) => {
            let socket = UdpSocket::bind("127.0.0.1:0").await.expect("a port");
            socket.connect(server).await.expect("a route");
            socket.send(packet).await.expect("the packet leaves");
            let mut buffer = vec![0; 4_096];
            let length = socket.recv(&mut buffer).await.ok()?;
            buffer.truncate(length);
            Some(buffer)
        }
    }
}

async fn serve(mut stream: TcpStream, mind: &Mind) -> Option<()> {
    let length = stream.read_u16().await.ok()?;
    let mut question = vec![0; usize::from(length)];
    stream.read_exact(&mut question).await.ok()?;
    let packet = react(&question, mind).await?;
    let length = u16::try_from(packet.len()).expect("a short packet");
    stream.write_all(&[&length.to_be_bytes()[..], &packet].concat()).await.ok()
}

/// The beginning of a reply.
pub(crate) fn reply(question: &Message, code: ResponseCode, authoritative: bool) -> Message {
    let mut message = Message::new(question.metadata.id, MessageType::Response, OpCode::Query);
    message.metadata.response_code = code;
    message.metadata.authoritative = authoritative;
    message.metadata.recursion_available = !authoritative;
    message.queries.clone_from(&question.queries);
    message
}

/// A record.
pub(crate) fn record(name: &str, ttl: u32, data: RData) -> Record {
    Record::from_rdata(Name::from_ascii(name).expect("a name"), ttl, data)
}

/// A CNAME record.
pub(crate) fn cname(name: &str, ttl: u32, target: &str) -> Record {
    record(name, ttl, RData::CNAME(rdata::CNAME(Name::from_ascii(target).expect("a name"))))
}

/// A resolver's answer that there is no such name, for so many seconds more.
pub(crate) fn nothing(question: &Message, zone: &str, left: u32) -> Message {
    let mut message = reply(question, ResponseCode::NXDomain, false);
    let name = || Name::from_ascii(zone).expect("a name");
    let soa = rdata::SOA::new(name(), name(), 1, 7_200, 900, 1_209_600, 86_400);
    message.authorities.push(record(zone, left, RData::SOA(soa)));
    message
}
