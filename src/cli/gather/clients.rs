//! Sends a client of each kind on its way, for `verify` and `status`: each looks, and those that keep something
//! look again by what they have kept.

use std::sync::Arc;

use async_trait::async_trait;
use futures_util::{StreamExt, future::join_all, stream};

use crate::{
    cli::{signed, world::World},
    model::Side,
    probe::{
        Fetched, Servers,
        client::{Client, ClientKind, ClientLook, Errand, SignedRequests},
    },
    spec::{Failover, Spec},
};

/// Of so many failovers at once; each has four connections open meanwhile, and a shell allows a program 1,024
/// files.
const SIDE_BY_SIDE: usize = 16;

/// What each client saw, for each failover of a spec, in its order.
pub(super) async fn looks(world: &World, servers: &Servers, spec: &Spec) -> Vec<Vec<ClientLook>> {
    let each = spec.failovers.iter().map(|failover| of_failover(world, servers, failover));
    stream::iter(each).buffered(SIDE_BY_SIDE).collect().await
}

async fn of_failover(world: &World, servers: &Servers, failover: &Failover) -> Vec<ClientLook> {
    let signed = signer(world, failover);
    let errand = Errand::new(world.clock.clone(), servers.clone(), failover.clone()).signed_by(signed);
    let each = ClientKind::ALL.map(|kind| twice_if_it_keeps(Client::new(kind, errand.clone())));
    join_all(each).await.concat()
}

/// What is kept matters from the second look on. A first one that failed has said enough, and has taken long
/// enough.
async fn twice_if_it_keeps(mut client: Client) -> Vec<ClientLook> {
    let first = client.look().await;
    let keeps = matches!(client.kind(), ClientKind::KeepAlive | ClientKind::Pinned);
    if keeps && first.side.is_ok() { vec![first, client.look().await] } else { vec![first] }
}

/// Signs for the clients of a failover where its data is not for everybody.
pub(in crate::cli) fn signer(world: &World, failover: &Failover) -> Arc<dyn SignedRequests> {
    Arc::new(OwnCredentials { world: world.clone(), failover: failover.clone() })
}

/// Signs as the rest of `verify` does.
#[derive(Debug)]
struct OwnCredentials {
    world: World,
    failover: Failover,
}

#[async_trait]
impl SignedRequests for OwnCredentials {
    fn are_needed(&self, side: Side) -> bool {
        signed::is_private(&self.failover, side)
    }

    async fn fetch(&self, side: Side) -> Result<Fetched, String> {
        signed::side_data(&self.world, &self.failover, side).await
    }
}
