//! A client that looks the name up for a connection, and uses that one for as long as it holds: every pool
//! of an SDK, as long as requests come close enough upon each other.
//!
//! 1. Without a connection, it looks the name up and opens one.
//! 2. With one that the other side has closed since, the same: a closed connection is found out before a
//!    request is lost on it.
//! 3. With one that holds, it asks over that one, and looks nothing up. A refusal (503, say) is an answer, and
//!    the connection stays: AWS has to advise "using a new connection to Amazon S3 and performing a fresh DNS
//!    lookup" for a retry (Best Practices Design Patterns: Optimizing Amazon S3 Performance,
//!    timeouts-and-retries-for-latency-sensitive-applications), because clients do not do so by themselves.
//! 4. When it breaks under a request, or the answer does not come in time, that request fails, and the next
//!    one begins at 1.

use std::time::Duration;

use super::{
    super::connection::Connection,
    errand::Errand,
    lead::Lead,
    look::{ClientLook, Link},
};
use crate::model::Side;

#[derive(Debug, Default)]
pub(super) struct KeepAlive {
    open: Option<Open>,
}

#[derive(Debug)]
struct Open {
    lead: Lead,
    connection: Connection,
    opened: Duration,
    requests: u64,
}

impl KeepAlive {
    pub(super) async fn look(&mut self, errand: &Errand, look: &mut ClientLook) -> Result<Side, String> {
        let last_ended = self.open.as_ref().and_then(|open| open.connection.ended());
        let mut open = match self.open.take() {
            Some(open) if last_ended.is_none() => open,
            _ => {
                let lead = Lead::find(errand, look).await?;
                let connection = lead.open(errand, look).await?;
                Open { lead, connection, opened: errand.clock.elapsed(), requests: 0 }
            }
        };
        open.requests += 1;
        look.led_to = Some(open.lead.side);
        look.address = Some(open.connection.address);
        look.link = Some(Link { opened: open.opened, requests: open.requests, last_ended });
        let answer = open.lead.exchange(errand, &mut open.connection, look).await?;
        let served = errand.served(open.lead.side, &open.lead.endpoint, &answer);
        self.open = Some(open);
        served
    }
}
