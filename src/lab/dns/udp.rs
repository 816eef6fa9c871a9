//! How are questions over UDP answered? By one task, many at a time.
//!
//! It takes what has arrived, answers it, and sends all answers in one call where the system has one: on
//! loopback each call wakes the client, which costs more than the answer. An answer that is there at once,
//! as a name server's always is and a resolver's when it remembers, needs no task, no queue and no lock.
//! Only an answer that waits for others gets a task of its own, of which there are a limited number; a
//! client that finds none left hears nothing and asks again, as with any packet that is lost.

use std::{
    io,
    net::SocketAddr,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, Waker},
};

use tokio::{io::Interest, net::UdpSocket, task::JoinSet};

use super::{
    packet::{self, Asked, Reading, Transport},
    question::{Answerer, Question, Reply},
};

/// Packets taken before answers are sent, and other tasks have their turn (our choice).
const BURST: usize = 64;
/// Answers that may wait at one time (our choice).
const MOST_WAITING: usize = 1_024;
/// The largest packet that UDP can carry.
const LARGEST_PACKET: usize = 65_535;

/// A packet and where it goes.
type Addressed = (Vec<u8>, SocketAddr);

/// One server's side of UDP.
struct Udp {
    socket: Arc<UdpSocket>,
    answerer: Arc<dyn Answerer>,
    waiting: JoinSet<()>,
}

/// Serves for as long as it is polled.
pub(super) async fn serve(socket: UdpSocket, answerer: Arc<dyn Answerer>) {
    let mut udp = Udp { socket: Arc::new(socket), answerer, waiting: JoinSet::new() };
    let mut buffer = vec![0; LARGEST_PACKET];
    loop {
        if let Err(error) = udp.socket.readable().await {
            tracing::error!(%error, "a server of the lab ended");
            return;
        }
        let mut answers = Vec::new();
        for _ in 0..BURST {
            match udp.socket.try_recv_from(&mut buffer) {
                Ok((length, from)) => answers.extend(udp.answer(&buffer[..length], from)),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                // A client that closed its port before our answer came: the next packet is another's.
                Err(error) => tracing::debug!(%error, "a packet could not be received"),
            }
        }
        send(&udp.socket, &answers).await;
        tokio::task::consume_budget().await;
    }
}

impl Udp {
    /// The answer to a packet, if there is one at once; one that waits is sent when it comes.
    fn answer(&mut self, packet: &[u8], from: SocketAddr) -> Option<Addressed> {
        let packet = match packet::read(packet) {
            _ if self.answerer.is_silent() => None,
            Reading::Silence => None,
            Reading::Refused(bytes) => Some(bytes),
            Reading::Asked(asked, Err(code)) => asked.packet(Reply::bare(code), Transport::Udp),
            Reading::Asked(asked, Ok(question)) => {
                let mut answer = Box::pin(answered(Arc::clone(&self.answerer), asked, question));
                if let Some(packet) = at_once(answer.as_mut()) {
                    packet
                } else {
                    self.wait(answer, from);
                    None
                }
            }
        };
        Some((packet?, from))
    }

    fn wait(&mut self, answer: impl Future<Output = Option<Vec<u8>>> + Send + 'static, from: SocketAddr) {
        while self.waiting.try_join_next().is_some() {}
        if self.waiting.len() < MOST_WAITING {
            let socket = Arc::clone(&self.socket);
            self.waiting.spawn(async move {
                if let Some(packet) = answer.await {
                    send(&socket, &[(packet, from)]).await;
                }
            });
        }
    }
}

async fn answered(answerer: Arc<dyn Answerer>, asked: Asked, question: Question) -> Option<Vec<u8>> {
    let reply = answerer.answer(&question).await;
    asked.packet(reply, Transport::Udp)
}

/// What a future gives without waiting. One that waits is asked again by whoever awaits it, who is then
/// the one to be woken.
fn at_once<F: Future>(future: Pin<&mut F>) -> Option<F::Output> {
    match future.poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => Some(output),
        Poll::Pending => None,
    }
}

async fn send(socket: &UdpSocket, mut packets: &[Addressed]) {
    while let Some((_, to)) = packets.first() {
        let ready = socket.writable().await;
        match ready.and_then(|()| socket.try_io(Interest::WRITABLE, || send_some(socket, packets))) {
            Ok(sent) => packets = packets.get(sent.max(1)..).unwrap_or_default(),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) => {
                tracing::debug!(%error, %to, "an answer could not be sent");
                packets = &packets[1..];
            }
        }
    }
}

/// Sends packets without waiting, and says how many of them; an error is the first one's.
#[cfg(target_os = "linux")]
fn send_some(socket: &UdpSocket, packets: &[Addressed]) -> io::Result<usize> {
    use std::{io::IoSlice, os::fd::AsRawFd};

    use nix::sys::socket::{MsgFlags, MultiHeaders, SockaddrStorage, sendmmsg};

    let contents: Vec<[IoSlice<'_>; 1]> = packets.iter().map(|(packet, _)| [IoSlice::new(packet)]).collect();
    let to: Vec<Option<SockaddrStorage>> = packets.iter().map(|(_, to)| Some((*to).into())).collect();
    let mut headers = MultiHeaders::preallocate(packets.len(), None);
    let sent = sendmmsg(socket.as_raw_fd(), &mut headers, &contents, &to, [], MsgFlags::MSG_DONTWAIT)?;
    Ok(sent.count())
}

/// Sends a packet without waiting.
#[cfg(not(target_os = "linux"))]
fn send_some(socket: &UdpSocket, packets: &[Addressed]) -> io::Result<usize> {
    let Some((packet, to)) = packets.first() else { return Ok(0) };
    socket.try_send_to(packet, *to).map(|_| 1)
}
