//! Gathers the evidence for `verify` and `status`: records from Route 53, answers from the name servers,
//! bytes from both sides. (Health: [`gather_health`].)

use futures_util::future::join_all;

use super::{
    exit::Failure,
    gather_clients, gather_data,
    gather_dns::Dns,
    gather_health::{self, Health},
    signed,
    world::World,
};
use crate::{
    account::{OwnedChecks, Snapshot},
    causes::in_one_line,
    model::Side,
    probe::{Endpoint, Evidence, Servers, SideData, fetch},
    spec::{Failover, Spec, Target},
};

/// The evidence of each failover of a spec, in its order.
pub(super) async fn evidence(world: &World, spec: &Spec) -> Result<Vec<Evidence>, Failure> {
    let servers = world.servers().await?;
    let mut snapshot = world.snapshot(spec).await?;
    gather_health::follow(world, spec, &mut snapshot).await?;
    let snapshot = snapshot;
    let dns = Dns::of(world, &servers, &snapshot).await?;
    let ours = OwnedChecks::of(&snapshot);
    let scene = Scene { world, servers: &servers, dns: &dns, snapshot: &snapshot, ours: &ours };
    let looks = join_all(spec.failovers.iter().map(|failover| of_failover(&scene, failover)));
    let (mut evidence, health, clients) = tokio::join!(
        looks,
        Health::read(world, spec, &snapshot),
        gather_clients::looks(world, &servers, spec)
    );
    health.settle(world, spec, &snapshot, &mut evidence).await;
    gather_health::ask_route53(world, &servers, spec, &snapshot, &mut evidence).await;
    Ok(evidence
        .into_iter()
        .zip(clients)
        .map(|(evidence, clients)| Evidence { clients, ..evidence })
        .collect())
}

/// What is the same for every failover of a spec.
struct Scene<'a> {
    world: &'a World,
    servers: &'a Servers,
    dns: &'a Dns<'a>,
    snapshot: &'a Snapshot,
    ours: &'a OwnedChecks<'a>,
}

async fn of_failover(scene: &Scene<'_>, failover: &Failover) -> Evidence {
    let Scene { world, servers, dns, snapshot, .. } = scene;
    let held = snapshot.zone_of(&failover.name);
    let addresses = servers.side_addresses(&world.clock, failover).await.unwrap_or_default();
    let answers = dns.look(&held.zone, failover, &addresses);
    let data = join_all(Side::BOTH.map(|side| side_data(world, servers, failover, side)));
    let ((answers, dns), data) = tokio::join!(answers, data);
    let data: [SideData; 2] = data.try_into().expect("there are two sides");
    let behind = gather_data::behind(world, failover, &data, (snapshot, scene.ours)).await;
    // What is expected is known once the health checks are, of all failovers together.
    Evidence { dns, behind, ..Evidence::new(None, answers, data) }
}

/// What a side's endpoint gives, to a signed request where its data is not for everybody.
pub(super) async fn side_data(world: &World, servers: &Servers, failover: &Failover, side: Side) -> SideData {
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
