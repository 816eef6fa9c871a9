//! A server that is asked again and again.

use std::{sync::Arc, time::Duration};

use hickory_proto::op::Message;
use tokio::sync::Mutex;

use super::{
    channel::{Channel, Fault},
    error::QueryError,
    once::{Progress, ask_once},
    packet::{Packed, judge_message, malformed},
    question::Query,
    reply::Reply,
};
use crate::{
    clock::Clock,
    probe::vantage::{Transport, Vantage},
};

/// A way to one server that stays open between questions: over TCP, TLS and HTTPS the second question costs
/// no handshake. It opens itself with the first question, and again when the server has closed it: "DNS
/// servers [...] may close idle connections", and who finds it closed asks over a new one (RFC 7766, 6.2.4).
///
/// Any number of questions may be under way at once. Over UDP each has a socket of its own, as with
/// [`crate::probe::query`].
#[derive(Debug)]
pub struct Connection {
    clock: Clock,
    server: Vantage,
    // Held while it is opened, so that of many who ask at once one opens it and the others wait.
    channel: Mutex<Option<Arc<Channel>>>,
}

impl Connection {
    /// A way to this server; nothing is opened yet.
    pub fn new(clock: &Clock, server: Vantage) -> Self {
        Self { clock: clock.clone(), server, channel: Mutex::new(None) }
    }

    /// Who is asked.
    pub fn vantage(&self) -> &Vantage {
        &self.server
    }

    /// Asks, and waits for the reply, `limit` at most in the clock's time, with all that has to be opened.
    pub async fn query(&self, question: &Query, limit: Duration) -> Result<Reply, QueryError> {
        let packed = Packed::new(question).map_err(|what| malformed(&self.server, what))?;
        let mut progress = Progress::default();
        let asked = self.clock.timeout(limit, self.ask(&packed, &mut progress)).await;
        let Ok(asked) = asked else {
            // What is silent once may be silent for ever: the next question finds another connection.
            if let Ok(mut channel) = self.channel.try_lock() {
                *channel = None;
            }
            return Err(progress.timed_out(&self.server, limit));
        };
        judge_message(&self.server, asked?)
    }

    async fn ask(&self, packed: &Packed, progress: &mut Progress) -> Result<Message, QueryError> {
        if self.server.transport == Transport::Udp {
            return ask_once(&self.server, packed, progress).await;
        }
        let (channel, used_before) = self.channel(progress).await?;
        match channel.exchange(&self.server, packed).await {
            Err(Fault::Gone(_)) if used_before => {
                self.forget(&channel).await;
                let (channel, _) = self.channel(progress).await?;
                Ok(channel.exchange(&self.server, packed).await?)
            }
            other => Ok(other?),
        }
    }

    /// The open connection, and whether it was open before.
    async fn channel(&self, progress: &mut Progress) -> Result<(Arc<Channel>, bool), QueryError> {
        let mut held = self.channel.lock().await;
        if let Some(channel) = held.as_ref().filter(|channel| !channel.is_closed()) {
            return Ok((Arc::clone(channel), true));
        }
        let channel = Arc::new(Box::pin(Channel::open(&self.server, &mut progress.stage)).await?);
        *held = Some(Arc::clone(&channel));
        Ok((channel, false))
    }

    /// Another may have opened a new one already.
    async fn forget(&self, channel: &Arc<Channel>) {
        let mut held = self.channel.lock().await;
        if held.as_ref().is_some_and(|now| Arc::ptr_eq(now, channel)) {
            *held = None;
        }
    }
}
