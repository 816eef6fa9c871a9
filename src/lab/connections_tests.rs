//! Clients that stop, stay, and come in numbers. No test here waits for longer than a limit says, and
//! none asks how long anything took.

use std::{
    net::SocketAddr,
    sync::atomic::{AtomicUsize, Ordering},
};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{Request, Response, service::service_fn};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    sync::{Notify, oneshot},
};

use super::*;

const SHORT: Duration = Duration::from_millis(50);
const LONG: Duration = Duration::from_hours(1);
const GET: &[u8] = b"GET / HTTP/1.1\r\nhost: x\r\n\r\n";

/// What the handler waits for before it answers, and how many it has been asked by at one time.
#[derive(Default)]
struct Handler {
    open: Notify,
    waiting: AtomicUsize,
    most: AtomicUsize,
}

impl Handler {
    async fn answer(&self, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, hyper::Error> {
        let held = request.uri().path() == "/held";
        request.into_body().collect().await?;
        let waiting = self.waiting.fetch_add(1, Ordering::SeqCst) + 1;
        self.most.fetch_max(waiting, Ordering::SeqCst);
        if held {
            self.open.notified().await;
        }
        self.waiting.fetch_sub(1, Ordering::SeqCst);
        Ok(Response::new(Full::from("done")))
    }
}

struct Server {
    address: SocketAddr,
    handler: Arc<Handler>,
    end: oneshot::Sender<()>,
    tasks: JoinSet<()>,
}

async fn server(limits: Limits) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    let handler = Arc::new(Handler::default());
    let (end, ended) = oneshot::channel();
    let answering = Arc::clone(&handler);
    let mut tasks = JoinSet::new();
    tasks.spawn(async move {
        let service = service_fn(move |request| {
            let handler = Arc::clone(&answering);
            async move { handler.answer(request).await }
        });
        let ended = async { ended.await.unwrap_or_default() };
        serve_until(&listener, limits, |_| service.clone(), ended).await;
    });
    Server { address, handler, end, tasks }
}

impl Server {
    async fn asked(&self, request: &[u8]) -> TcpStream {
        let mut stream = TcpStream::connect(self.address).await.expect("a server");
        stream.write_all(request).await.expect("sent");
        stream
    }
}

/// Everything that the server still sends until it closes the connection.
async fn rest(mut stream: TcpStream) -> String {
    let mut bytes = Vec::new();
    let read = Clock::system().timeout(Duration::from_secs(20), stream.read_to_end(&mut bytes)).await;
    let _reset_or_end = read.expect("the server closes the connection");
    String::from_utf8(bytes).expect("text")
}

async fn answered(stream: &mut TcpStream) {
    let mut bytes = [0; 15];
    stream.read_exact(&mut bytes).await.expect("an answer");
    assert_eq!(&bytes, b"HTTP/1.1 200 OK");
}

#[tokio::test]
async fn half_a_header_and_an_idle_connection_are_given_up() {
    let server = server(Limits { header: SHORT, silence: LONG, connections: 9 }).await;
    assert_eq!(rest(server.asked(b"GET / HT").await).await, "");
    assert_eq!(rest(server.asked(b"").await).await, "");
    let idle = rest(server.asked(GET).await).await;
    assert!(idle.starts_with("HTTP/1.1 200 OK"), "answered, then closed: {idle}");
}

#[tokio::test]
async fn half_a_body_is_given_up() {
    let server = server(Limits { header: LONG, silence: SHORT, connections: 9 }).await;
    let half = server.asked(b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\nhalf").await;
    assert_eq!(rest(half).await, "");
    assert_eq!(server.handler.most.load(Ordering::SeqCst), 0, "the handler never had the whole");
}

#[tokio::test]
async fn beyond_the_number_a_connection_waits_until_another_ends() {
    let server = server(Limits { header: LONG, silence: LONG, connections: 2 }).await;
    let mut streams = Vec::new();
    for _ in 0..6 {
        streams.push(server.asked(b"GET /held HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await);
    }
    for stream in streams {
        server.handler.open.notify_one();
        assert!(rest(stream).await.ends_with("done"));
    }
    assert_eq!(server.handler.most.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn what_has_been_asked_is_answered_before_the_server_ends() {
    let mut server = server(Limits { header: LONG, silence: LONG, connections: 9 }).await;
    let mut idle = server.asked(GET).await;
    answered(&mut idle).await;
    let held = server.asked(b"GET /held HTTP/1.1\r\nhost: x\r\n\r\n").await;
    while server.handler.waiting.load(Ordering::SeqCst) == 0 {
        tokio::task::yield_now().await;
    }
    server.end.send(()).expect("the server runs");
    assert!(rest(idle).await.ends_with("done"));
    server.handler.open.notify_one();
    assert!(rest(held).await.ends_with("done"));
    server.tasks.join_next().await.expect("one task").expect("no panic");
    assert!(TcpStream::connect(server.address).await.is_err(), "nobody listens any more");
}
