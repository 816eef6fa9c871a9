//! Which side does a writer take for the active one? As programs do: what was looked up is kept for a while.

use std::time::Duration;

use super::log::Writer;
use crate::{
    clock::Clock,
    model::{Side, Ttl},
    probe::{ResolveError, Servers, resolve_active},
    spec::Failover,
};

/// What one writer believes.
#[derive(Debug)]
pub(super) struct Belief {
    writer: Writer,
    kept: Option<(Side, Duration)>,
}

impl Belief {
    /// Nothing yet.
    pub(super) fn new(writer: Writer) -> Self {
        Self { writer, kept: None }
    }

    /// The side that it goes to now; looked up when that is due. Both know resolvers only, as programs do: what
    /// those keep adds to what is kept here.
    pub(super) async fn side(
        &mut self,
        clock: &Clock,
        servers: &Servers,
        failover: &Failover,
    ) -> Result<Side, ResolveError> {
        let holds = |until: Duration| self.writer == Writer::Kept || clock.elapsed() < until;
        if let Some((side, _)) = self.kept.filter(|(_, until)| holds(*until)) {
            return Ok(side);
        }
        let active = resolve_active(clock, servers, failover).await?;
        let ttl = active.ttl.map(Ttl::duration).unwrap_or_default();
        self.kept = Some((active.side, clock.elapsed() + ttl));
        Ok(active.side)
    }

    /// A connection to this side broke, or none was to be had: the next look-up is due.
    pub(super) fn broke(&mut self, side: Side) {
        if self.writer == Writer::Kept && self.kept.is_some_and(|(believed, _)| believed == side) {
            self.kept = None;
        }
    }
}
