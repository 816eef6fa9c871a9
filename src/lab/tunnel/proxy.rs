//! The proxy: `CONNECT host:443`, then TLS with the lab's certificate, then HTTP as if on AWS.

use std::{net::Ipv4Addr, net::SocketAddr, path::Path, sync::Arc, time::Duration};

use hyper::{Request, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use s3s::HttpResponse;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinSet,
};
use tokio_rustls::TlsAcceptor;

use super::authority::{Authority, AuthorityError};
use crate::{
    clock::Clock,
    lab::{
        connections::{self, LIMITS},
        mrap::{Entrance, alias_of_host},
        s3::{Cut, Door, Host},
        s3control::{S3Control, Service, region_of_host},
    },
};

/// A client that has not said by then where it wants to go never will (our choice, in our own seconds).
const LIMIT: Duration = Duration::from_secs(10);
/// Longest request to be let through, in bytes (our choice).
const LONGEST_HEAD: usize = 8 << 10;

const ESTABLISHED: &[u8] = b"HTTP/1.1 200 Connection established\r\n\r\n";
const REFUSED: &str = "The lab's proxy leads to the lab's own servers and nowhere else.\n";

/// Whose answers the proxy leads to.
#[derive(Clone)]
struct Servers {
    entrance: Arc<Entrance>,
    control: Arc<Service>,
    doors: Arc<[Arc<Door>]>,
}

/// One of them.
#[derive(Clone)]
enum Server {
    AccessPoint(Arc<Entrance>),
    Control(Arc<Service>),
    Region(Arc<Door>),
}

impl Servers {
    /// Who answers under the name of a host; nobody under a name that is none of the lab's.
    fn of(&self, host: &str) -> Option<Server> {
        if alias_of_host(host).is_some() {
            return Some(Server::AccessPoint(Arc::clone(&self.entrance)));
        }
        if region_of_host(host).is_some() {
            return Some(Server::Control(Arc::clone(&self.control)));
        }
        let Host::Endpoint { region: Some(region), .. } = Host::parse(host) else { return None };
        let door = self.doors.iter().find(|door| *door.region() == region)?;
        Some(Server::Region(Arc::clone(door)))
    }
}

impl Server {
    async fn answer(&self, request: Request<Incoming>) -> Result<HttpResponse, Cut> {
        match self {
            Self::AccessPoint(entrance) => entrance.answer(request).await,
            Self::Control(service) => service.answer(request, None).await,
            Self::Region(door) => door.answer(request).await,
        }
    }
}

/// A running proxy. Dropping it ends it; [`Tunnel::stop`] also waits.
pub(crate) struct Tunnel {
    address: SocketAddr,
    authority: Authority,
    tasks: JoinSet<()>,
}

impl Tunnel {
    /// Makes the authority, binds a port of `127.0.0.1`, and serves.
    pub(crate) async fn start(
        entrance: Arc<Entrance>,
        control: &S3Control,
        doors: &[Arc<Door>],
    ) -> Result<Self, AuthorityError> {
        let authority = Authority::new(&names(control, doors))?;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let servers = Servers { entrance, control: Arc::clone(control.service()), doors: doors.into() };
        let acceptor = TlsAcceptor::from(authority.server());
        let mut tasks = JoinSet::new();
        tasks.spawn(accept(listener, servers, acceptor));
        Ok(Self { address, authority, tasks })
    }

    /// Its address as a URL, for `HTTPS_PROXY`.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The certificate of the authority that clients must believe.
    pub(crate) fn certificate(&self) -> &Path {
        self.authority.certificate()
    }

    /// Ends it and waits until its port is closed.
    pub(crate) async fn stop(mut self) {
        self.tasks.shutdown().await;
    }
}

/// The names that the certificate is for.
fn names(control: &S3Control, doors: &[Arc<Door>]) -> Vec<String> {
    let mut names = vec!["*.mrap.accesspoint.s3-global.amazonaws.com".to_owned()];
    let control = control.addresses().keys().map(|region| format!("s3-control.{region}.amazonaws.com"));
    let s3 = doors.iter().map(|door| format!("s3.{}.amazonaws.com", door.region()));
    for name in control.chain(s3) {
        names.extend([format!("*.{name}"), name]);
    }
    names
}

async fn accept(listener: TcpListener, servers: Servers, acceptor: TlsAcceptor) {
    let mut open = JoinSet::new();
    let each = |stream, _| {
        let (servers, acceptor) = (servers.clone(), acceptor.clone());
        async move {
            if let Err(error) = serve(stream, &servers, &acceptor).await {
                tracing::debug!(%error, "a connection through the proxy ended");
            }
        }
    };
    connections::accept(&listener, LIMITS.connections, &mut open, each).await;
}

/// Why a connection came to nothing.
#[derive(Debug, thiserror::Error)]
enum Ended {
    #[error("the connection broke")]
    Io(#[from] std::io::Error),
    #[error("the client was too slow")]
    Late(#[from] crate::clock::Elapsed),
    #[error("the exchange broke")]
    Http(#[from] hyper::Error),
}

async fn serve(mut stream: TcpStream, servers: &Servers, acceptor: &TlsAcceptor) -> Result<(), Ended> {
    stream.set_nodelay(true)?;
    let ours = Clock::system();
    let head = ours.timeout(LIMIT, head(&mut stream)).await??;
    let Some(server) = host(&head).and_then(|host| servers.of(&host)) else {
        let length = REFUSED.len();
        let answer = format!(
            "HTTP/1.1 403 Forbidden\r\nContent-Type: text/plain\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{REFUSED}"
        );
        return Ok(stream.write_all(answer.as_bytes()).await?);
    };
    stream.write_all(ESTABLISHED).await?;
    let stream = ours.timeout(LIMIT, acceptor.accept(stream)).await??;
    let answer = service_fn(move |request| {
        let server = server.clone();
        async move { server.answer(request).await }
    });
    Ok(http1::Builder::new().serve_connection(TokioIo::new(stream), answer).await?)
}

/// Reads to the empty line; what a client sends before it is answered is nothing of a tunnel.
async fn head(stream: &mut TcpStream) -> std::io::Result<String> {
    let mut bytes = Vec::new();
    while !bytes.ends_with(b"\r\n\r\n") && bytes.len() < LONGEST_HEAD {
        match stream.read_u8().await {
            Ok(byte) => bytes.push(byte),
            Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => break,
            Err(error) => return Err(error),
        }
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// The host of `CONNECT host:443 HTTP/1.1` (RFC 9110, section 9.3.6).
fn host(head: &str) -> Option<String> {
    let mut words = head.lines().next()?.split(' ');
    if words.next()? != "CONNECT" || !head.ends_with("\r\n\r\n") {
        return None;
    }
    let (host, port) = words.next()?.rsplit_once(':')?;
    (port == "443").then(|| host.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_whole_connect_to_443_is_read() {
        assert_eq!(
            host("CONNECT A.example.com:443 HTTP/1.1\r\nHost: b\r\n\r\n").as_deref(),
            Some("a.example.com")
        );
        for other in [
            "",
            "\r\n\r\n",
            "CONNECT a:80 HTTP/1.1\r\n\r\n",
            "CONNECT a HTTP/1.1\r\n\r\n",
            "GET http://a:443/ HTTP/1.1\r\n\r\n",
            "CONNECT a:443 HTTP/1.1\r\nHost: b",
        ] {
            assert_eq!(host(other), None, "{other:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_head_is_read(head in ".{0,80}") {
            host(&head);
        }
    }
}
