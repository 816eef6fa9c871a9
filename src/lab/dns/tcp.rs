//! How are questions over TCP answered? By a task a connection, within limits that protect the process.
//!
//! - Messages have their length before them (RFC 1035, section 4.2.2); several may follow each other on
//!   one connection (RFC 7766, section 6.2.1), and are answered in their order.
//! - Who neither asks nor reads for a while is disconnected: "it is RECOMMENDED that the default server
//!   application-level idle period be on the order of seconds" (RFC 7766, section 6.2.3). A message must
//!   be there as a whole, and an answer be taken, within the same time.
//! - A length that holds no header ends the connection, since what follows it cannot be trusted.
//! - When there are too many connections the oldest is closed for the newest, so that those who hold
//!   theirs open in vain shut nobody out.
//!
//! These limits are in our own seconds, whatever the speed of the lab: they free sockets and memory of
//! this machine, and nothing that the lab measures depends on them.

use std::{collections::VecDeque, io, sync::Arc, time::Duration};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::{AbortHandle, JoinSet},
};

use super::{
    packet::{self, HEADER_BYTES, Reading, Transport},
    question::{Answerer, Reply},
};
use crate::clock::Clock;

/// How long a connection may be idle, a message take, and an answer wait to be read (our choice).
const PATIENCE: Duration = Duration::from_secs(10);
/// Connections at one time (our choice).
const MOST_CONNECTIONS: usize = 256;
/// How long to wait before accepting is tried again (our choice).
const RETRY: Duration = Duration::from_millis(100);

/// Serves for as long as it is polled. Dropping it ends every connection.
pub(super) async fn serve(listener: TcpListener, answerer: Arc<dyn Answerer>) {
    let clock = Clock::system();
    let mut connections = JoinSet::new();
    let mut open: VecDeque<AbortHandle> = VecDeque::new();
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                while connections.try_join_next().is_some() {}
                open.retain(|connection| !connection.is_finished());
                if open.len() == MOST_CONNECTIONS
                    && let Some(oldest) = open.pop_front()
                {
                    oldest.abort();
                }
                open.push_back(connections.spawn(connection(stream, Arc::clone(&answerer), clock.clone())));
            }
            Err(error) => {
                // Out of file descriptors, most likely: it passes when connections end.
                tracing::debug!(%error, "a connection could not be accepted");
                clock.sleep(RETRY).await;
            }
        }
    }
}

async fn connection(mut stream: TcpStream, answerer: Arc<dyn Answerer>, clock: Clock) {
    if let Err(error) = converse(&mut stream, &*answerer, &clock).await {
        tracing::trace!(%error, "a connection ended");
    }
}

/// Answers until the client has no more questions, or is too slow.
async fn converse(stream: &mut TcpStream, answerer: &dyn Answerer, clock: &Clock) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut message = Vec::new();
    while within(clock, next(stream, &mut message)).await? {
        let answer = match packet::read(&message) {
            _ if answerer.is_silent() => None,
            Reading::Silence => None,
            Reading::Refused(bytes) => Some(bytes),
            Reading::Asked(asked, Err(code)) => asked.packet(Reply::bare(code), Transport::Tcp),
            Reading::Asked(asked, Ok(question)) => {
                asked.packet(answerer.answer(&question).await, Transport::Tcp)
            }
        };
        if let Some(answer) = answer {
            let length = u16::try_from(answer.len()).map_err(io::Error::other)?;
            let answer = [&length.to_be_bytes()[..], &answer].concat();
            within(clock, stream.write_all(&answer)).await?;
        }
    }
    Ok(())
}

/// Reads one message; false when there is none any more.
async fn next(stream: &mut TcpStream, message: &mut Vec<u8>) -> io::Result<bool> {
    let length = match stream.read_u16().await {
        Ok(length) => length,
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(false),
        Err(error) => return Err(error),
    };
    if usize::from(length) < HEADER_BYTES {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "a message without a header"));
    }
    // Grows with what arrives, not with what was announced: a thousand clients that promise 65,535
    // bytes and send none cost nothing. What a long message took is given back with the next.
    *message = Vec::new();
    let read = stream.take(u64::from(length)).read_to_end(message).await?;
    if read == usize::from(length) { Ok(true) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
}

async fn within<T>(clock: &Clock, step: impl Future<Output = io::Result<T>>) -> io::Result<T> {
    clock.timeout(PATIENCE, step).await.map_err(|_| io::ErrorKind::TimedOut)?
}
