//! A server that is asked once.

use std::time::Duration;

use futures_util::stream::{FuturesUnordered, StreamExt};
use hickory_proto::op::Message;

use super::{
    channel::Channel,
    error::QueryError,
    packet::{Packed, judge_message, malformed},
    question::Query,
    reply::Reply,
    udp,
};
use crate::{
    clock::Clock,
    probe::vantage::{Transport, Vantage},
};

/// After so long without an answer the next server is asked too (our choice; what waits is somebody's data).
const PATIENCE: Duration = Duration::from_secs(1);

/// How far an asking has come, for when its time is over.
#[derive(Debug, Default)]
pub(super) struct Progress {
    /// Datagrams that were not believed.
    pub(super) strays: usize,
    /// What is waited for before anything can be asked.
    pub(super) stage: Option<&'static str>,
}

impl Progress {
    pub(super) fn timed_out(&self, server: &Vantage, limit: Duration) -> QueryError {
        let server = server.clone();
        match self.stage {
            Some(stage) => QueryError::NotReady { server, stage, limit },
            None => QueryError::TimedOut { server, limit, strays: self.strays },
        }
    }
}

/// Asks `server` and waits for the reply, `limit` at most in the clock's time, with everything that has to be
/// opened for it.
pub async fn query(
    clock: &Clock,
    server: &Vantage,
    question: &Query,
    limit: Duration,
) -> Result<Reply, QueryError> {
    let packed = Packed::new(question).map_err(|what| malformed(server, what))?;
    let mut progress = Progress::default();
    let asked = clock.timeout(limit, ask_once(server, &packed, &mut progress)).await;
    let Ok(asked) = asked else { return Err(progress.timed_out(server, limit)) };
    judge_message(server, asked?)
}

/// In the way that the vantage point names; and when a datagram was truncated, again over TCP (RFC 7766,
/// section 5).
pub(super) async fn ask_once(
    server: &Vantage,
    packed: &Packed,
    progress: &mut Progress,
) -> Result<Message, QueryError> {
    if server.transport == Transport::Udp {
        let message = udp::ask(server, packed, &mut progress.strays).await?;
        if !message.metadata.truncation {
            return Ok(message);
        }
    }
    // Most questions end above; those that do not shall not make every future large.
    Box::pin(over_channel(server, packed, progress)).await
}

async fn over_channel(
    server: &Vantage,
    packed: &Packed,
    progress: &mut Progress,
) -> Result<Message, QueryError> {
    let channel = Channel::open(server, &mut progress.stage).await?;
    Ok(channel.exchange(server, packed).await?)
}

/// Asks one server after the other until one answers: the next when one has failed, or is silent for a second; a
/// late answer of an earlier one is as good. Nothing when there are none. When none answers, what became of the
/// last.
pub async fn first_answer(
    clock: &Clock,
    servers: &[Vantage],
    question: &Query,
    limit: Duration,
) -> Option<Result<Reply, QueryError>> {
    let (mut waiting, mut asked) = (servers.iter(), FuturesUnordered::new());
    let mut last = None;
    loop {
        if let Some(server) = waiting.next() {
            asked.push(Box::pin(query(clock, server, question, limit)));
        } else if asked.is_empty() {
            return last;
        }
        // One that is silent costs the next one's patience, and not its own whole limit.
        let answer = if waiting.len() == 0 {
            asked.next().await
        } else {
            clock.timeout(PATIENCE.min(limit), asked.next()).await.unwrap_or_default()
        };
        match answer {
            Some(Ok(reply)) => return Some(Ok(reply)),
            Some(Err(error)) => last = Some(Err(error)),
            None => {}
        }
    }
}
