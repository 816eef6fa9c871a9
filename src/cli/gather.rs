//! Gathers the evidence for `verify` and `status`: records from Route 53, answers from the name servers,
//! bytes from both sides. (Health: [`gather_health`].)

use std::{collections::BTreeMap, net::SocketAddr};

use futures_util::future::join_all;

use super::{
    exit::Failure,
    gather_health::{self, Health},
    signed,
    world::World,
};
use crate::{
    account::{Snapshot, ZoneRecords},
    causes::in_one_line,
    model::{HostedZoneId, Side},
    probe::{
        Endpoint, Evidence, Query, ServerAnswer, Servers, SideAddresses, SideData, Vantage, fetch, query,
        read_answer,
    },
    spec::{Failover, Spec, Target},
};

/// The evidence of each failover of a spec, in its order.
pub(super) async fn evidence(world: &World, spec: &Spec) -> Result<Vec<Evidence>, Failure> {
    let servers = world.servers()?;
    let mut snapshot = world.snapshot(spec).await?;
    gather_health::follow(world, spec, &mut snapshot).await?;
    let snapshot = snapshot;
    let mut name_servers = BTreeMap::new();
    for ZoneRecords { zone, .. } in &snapshot.zones {
        name_servers.insert(&zone.id, servers.name_servers(&world.clock, &zone.name).await?);
    }
    let scene = Scene { world, servers: &servers, name_servers: &name_servers, snapshot: &snapshot };
    let looks = join_all(spec.failovers.iter().map(|failover| of_failover(&scene, failover)));
    let (mut evidence, health) = tokio::join!(looks, Health::read(world, spec, &snapshot));
    health.settle(world, spec, &snapshot, &mut evidence).await;
    gather_health::ask_route53(world, &servers, spec, &snapshot, &mut evidence).await;
    Ok(evidence)
}

/// What is the same for every failover of a spec.
struct Scene<'a> {
    world: &'a World,
    servers: &'a Servers,
    /// Of each zone.
    name_servers: &'a BTreeMap<&'a HostedZoneId, Vec<SocketAddr>>,
    snapshot: &'a Snapshot,
}

async fn of_failover(scene: &Scene<'_>, failover: &Failover) -> Evidence {
    let Scene { world, servers, name_servers, snapshot, .. } = scene;
    let held = snapshot.zone_of(&failover.name);
    let addresses = servers.side_addresses(&world.clock, failover).await.unwrap_or_default();
    let answers = join_all(
        name_servers[&held.zone.id].iter().map(|server| ask(world, servers, *server, failover, &addresses)),
    );
    let data = join_all(Side::BOTH.map(|side| side_data(world, servers, failover, side)));
    let (answers, data) = tokio::join!(answers, data);
    let data: [SideData; 2] = data.try_into().expect("there are two sides");
    // What is expected is known once the health checks are, of all failovers together.
    Evidence::new(None, answers, data)
}

async fn ask(
    world: &World,
    servers: &Servers,
    server: SocketAddr,
    failover: &Failover,
    addresses: &SideAddresses,
) -> ServerAnswer {
    let question =
        Query { name: failover.name.clone(), record_type: failover.record_type(), recursive: false };
    let vantage = Vantage::authoritative(server);
    match query(&world.clock, &vantage, &question, servers.limit).await {
        Ok(reply) => ServerAnswer {
            vantage,
            authoritative: reply.authoritative,
            result: Ok(read_answer(failover, &reply, addresses)),
        },
        Err(error) => ServerAnswer { vantage, authoritative: true, result: Err(in_one_line(&error)) },
    }
}

async fn side_data(world: &World, servers: &Servers, failover: &Failover, side: Side) -> SideData {
    if signed::is_private(failover, side) {
        return signed::side_data(world, failover, side).await;
    }
    let endpoint = Endpoint::of(failover, side);
    let fetched = fetch(&world.clock, servers, &endpoint).await;
    let mut fetched = fetched.map_err(|error| in_one_line(&error))?;
    let no_bucket =
        failover.side(side).target == Target::Pointer && fetched.status == 404 && fetched.region.is_none();
    if endpoint.path.is_none() && fetched.status < 500 && !no_bucket {
        // No object of the bucket is public then; that S3 answers at all is all that can be seen from outside.
        fetched.status = 200;
    }
    Ok(fetched)
}
