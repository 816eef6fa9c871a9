//! Who gets bytes, and from which side? One small client for each way in which programs go to S3.
//!
//! | kind | looks the name up | connects |
//! |---|---|---|
//! | [`ClientKind::Https`] | each time | each time, to the failover's own name |
//! | [`ClientKind::Pointer`] | each time | each time, to the endpoint that the name names |
//! | [`ClientKind::KeepAlive`] | when it has no connection | once, for as long as the connection holds |
//! | [`ClientKind::Pinned`] | once | each time, to the address that it found then |
//!
//! Each holds its state between looks, and takes [`Client::look`] as often as somebody likes: `verify` looks
//! twice, `watch` on a schedule. The clients know resolvers only, as clients do; name servers are the
//! business of others. How long each kind may stay on a side that is no longer answered is arithmetic and
//! stands in [`exposure`].

mod errand;
mod exposure;
mod https;
mod keep_alive;
mod lead;
mod look;
mod pinned;
mod pointer;

pub use errand::{Errand, SignedRequests};
pub use exposure::{Change, Exposure, Until, exposure};
pub use look::{ClientKind, ClientLook, Link};

use keep_alive::KeepAlive;
use pinned::Pinned;

/// A client of one kind, with what it keeps between looks.
#[derive(Debug)]
pub struct Client {
    errand: Errand,
    kept: Kept,
}

#[derive(Debug)]
enum Kept {
    Https,
    Pointer,
    KeepAlive(KeepAlive),
    Pinned(Pinned),
}

impl Client {
    /// A client that has not looked yet.
    pub fn new(kind: ClientKind, errand: Errand) -> Self {
        let kept = match kind {
            ClientKind::Https => Kept::Https,
            ClientKind::Pointer => Kept::Pointer,
            ClientKind::KeepAlive => Kept::KeepAlive(KeepAlive::default()),
            ClientKind::Pinned => Kept::Pinned(Pinned::default()),
        };
        Self { errand, kept }
    }

    /// Which kind it is.
    pub fn kind(&self) -> ClientKind {
        match self.kept {
            Kept::Https => ClientKind::Https,
            Kept::Pointer => ClientKind::Pointer,
            Kept::KeepAlive(_) => ClientKind::KeepAlive,
            Kept::Pinned(_) => ClientKind::Pinned,
        }
    }

    /// One request, as a client of this kind makes it. It ends, whatever the servers do: each look-up,
    /// connection and answer has a limit.
    pub async fn look(&mut self) -> ClientLook {
        let (started, mut look) = (self.errand.clock.elapsed(), ClientLook::new(self.kind()));
        let errand = &self.errand;
        let served = match &mut self.kept {
            Kept::Https => https::look(errand, &mut look).await,
            Kept::Pointer => pointer::look(errand, &mut look).await,
            Kept::KeepAlive(client) => client.look(errand, &mut look).await,
            Kept::Pinned(client) => client.look(errand, &mut look).await,
        };
        look.side = served;
        look.phases.total = errand.clock.elapsed().saturating_sub(started);
        look
    }
}
