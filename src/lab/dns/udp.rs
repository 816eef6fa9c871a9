//! How are questions over UDP answered? By one task that reads and writes without rest.
//!
//! An answer that is there at once, as a name server's always is and a resolver's when it remembers, is
//! sent before the next packet is read: no task, no queue, no lock. Only an answer that waits for others
//! gets a task of its own, of which there are a limited number; a client that finds none left hears
//! nothing and asks again, as with any packet that is lost.

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, Waker},
};

use tokio::{net::UdpSocket, task::JoinSet};

use super::{
    packet::{self, Asked, Reading, Transport},
    question::{Answerer, Question, Reply},
};

/// Answers that may wait at one time (our choice).
const MOST_WAITING: usize = 1_024;
/// The largest packet that UDP can carry.
const LARGEST_PACKET: usize = 65_535;

/// Serves for as long as it is polled.
pub(super) async fn serve(socket: Arc<UdpSocket>, answerer: Arc<dyn Answerer>) {
    let mut buffer = vec![0; LARGEST_PACKET];
    let mut waiting = JoinSet::new();
    loop {
        // Tokio tries the socket first and yields to other tasks now and then, so a burst of packets
        // costs one wake-up.
        let (length, from) = match socket.recv_from(&mut buffer).await {
            Ok(received) => received,
            // A client that closed its port before our answer came: the next packet is another's.
            Err(error) => {
                tracing::debug!(%error, "a packet could not be received");
                continue;
            }
        };
        let answer = match packet::read(&buffer[..length]) {
            _ if answerer.is_silent() => None,
            Reading::Silence => None,
            Reading::Refused(bytes) => Some(bytes),
            Reading::Asked(asked, Err(code)) => asked.packet(Reply::bare(code), Transport::Udp),
            Reading::Asked(asked, Ok(question)) => {
                let mut answer = Box::pin(answered(Arc::clone(&answerer), asked, question));
                match at_once(answer.as_mut()) {
                    Some(packet) => packet,
                    None => {
                        while waiting.try_join_next().is_some() {}
                        if waiting.len() < MOST_WAITING {
                            let socket = Arc::clone(&socket);
                            waiting.spawn(async move {
                                if let Some(packet) = answer.await {
                                    send(&socket, &packet, from).await;
                                }
                            });
                        }
                        None
                    }
                }
            }
        };
        if let Some(packet) = answer {
            send(&socket, &packet, from).await;
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

async fn send(socket: &UdpSocket, packet: &[u8], to: std::net::SocketAddr) {
    if let Err(error) = socket.send_to(packet, to).await {
        tracing::debug!(%error, %to, "an answer could not be sent");
    }
}
