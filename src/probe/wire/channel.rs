//! An open connection to a server, in whichever way it is asked.

use std::io;

use hickory_proto::op::Message;
use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio_rustls::{TlsConnector, client::TlsStream};

use super::{
    error::QueryError,
    https::{HttpFault, HttpsChannel},
    packet::{Packed, malformed, read_from_stream},
    stream::{End, StreamChannel},
};
use crate::probe::{
    trust::{trusted, trusted_for_http2},
    vantage::{Transport, Vantage},
};

/// Ready for questions.
#[derive(Debug)]
pub(super) enum Channel {
    Stream(StreamChannel),
    Https(HttpsChannel),
}

/// Why an open connection brought no reply.
#[derive(Debug)]
pub(super) enum Fault {
    /// The server may have closed it just before it was asked: another connection may do.
    Gone(QueryError),
    /// This is what the server has to say.
    Said(QueryError),
}

impl From<Fault> for QueryError {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Gone(error) | Fault::Said(error) => error,
        }
    }
}

impl Channel {
    /// Connects; `stage` says all the while what is waited for, and nothing at the end.
    pub(super) async fn open(server: &Vantage, stage: &mut Option<&'static str>) -> Result<Self, QueryError> {
        let transport = &server.transport;
        *stage = Some("accept a connection");
        let unreachable = |source| unreachable(server, source);
        let stream = TcpStream::connect(server.server).await.map_err(unreachable)?;
        stream.set_nodelay(true).map_err(unreachable)?;
        let channel = match transport {
            // Over TCP, because the datagram was truncated.
            Transport::Udp | Transport::Tcp => Self::Stream(StreamChannel::new(stream)),
            Transport::Tls { name } => {
                *stage = Some("finish the TLS handshake");
                let name = name.clone().unwrap_or_else(|| server.server.ip().to_string());
                let connector = TlsConnector::from(trusted());
                Self::Stream(StreamChannel::new(shake_hands(server, &connector, name, stream).await?))
            }
            Transport::Https { host, path } => {
                *stage = Some("finish the TLS handshake");
                let connector = TlsConnector::from(trusted_for_http2());
                let stream = shake_hands(server, &connector, host.clone(), stream).await?;
                let authority = authority(host, server.server.port());
                let opened = HttpsChannel::open(stream, authority, path.clone()).await;
                Self::Https(opened.map_err(|fault| QueryError::from(of_http(server, fault)))?)
            }
        };
        *stage = None;
        Ok(channel)
    }

    /// Whether no question can be asked any more.
    pub(super) fn is_closed(&self) -> bool {
        match self {
            Self::Stream(stream) => stream.is_closed(),
            Self::Https(https) => https.is_closed(),
        }
    }

    /// Asks one question.
    pub(super) async fn exchange(&self, server: &Vantage, packed: &Packed) -> Result<Message, Fault> {
        match self {
            Self::Stream(stream) => match stream.exchange(packed).await {
                Ok((id, bytes)) => {
                    read_from_stream(server, &packed.clone().under(id), &bytes).map_err(Fault::Said)
                }
                Err(End::Broken(kind, text)) => {
                    Err(Fault::Gone(unreachable(server, io::Error::new(kind, text))))
                }
                Err(End::Nonsense(what)) => {
                    let over = carrier(server);
                    Err(Fault::Said(malformed(server, format!("over {over}, {what}"))))
                }
            },
            Self::Https(https) => {
                // "In order to maximize HTTP cache friendliness, DoH clients [...] SHOULD use a DNS ID of 0 in
                // every DNS request" (RFC 8484, 4.1).
                let packed = packed.clone().under(0);
                let (bytes, age) = https.exchange(&packed).await.map_err(|fault| of_http(server, fault))?;
                let mut message = read_from_stream(server, &packed, &bytes).map_err(Fault::Said)?;
                let sections = [&mut message.answers, &mut message.authorities, &mut message.additionals];
                for record in sections.into_iter().flatten() {
                    record.ttl = record.ttl.saturating_sub(age);
                }
                Ok(message)
            }
        }
    }
}

/// What carries the questions when there is a connection.
fn carrier(server: &Vantage) -> &'static str {
    match &server.transport {
        Transport::Udp => Transport::Tcp.name(),
        other => other.name(),
    }
}

fn unreachable(server: &Vantage, source: io::Error) -> QueryError {
    QueryError::Unreachable { server: server.clone(), transport: carrier(server), source }
}

fn of_http(server: &Vantage, fault: HttpFault) -> Fault {
    match fault {
        HttpFault::Broken(text) => Fault::Gone(unreachable(server, io::Error::other(text))),
        HttpFault::Answered(what) => Fault::Said(QueryError::Http { server: server.clone(), what }),
    }
}

async fn shake_hands(
    server: &Vantage,
    connector: &TlsConnector,
    name: String,
    stream: TcpStream,
) -> Result<TlsStream<TcpStream>, QueryError> {
    let tls = |source| QueryError::Tls { server: server.clone(), name: name.clone(), source };
    let wanted = ServerName::try_from(name.clone()).map_err(|e| tls(io::Error::other(e)))?;
    // A handshake holds much, and would make a large future of every one that waits for it.
    Box::pin(connector.connect(wanted, stream)).await.map_err(tls)
}

/// Host and port, as a request names them.
fn authority(host: &str, port: u16) -> String {
    let host = if host.contains(':') { format!("[{host}]") } else { host.to_owned() };
    if port == Transport::HTTPS_PORT { host } else { format!("{host}:{port}") }
}
