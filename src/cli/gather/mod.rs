//! Gathers the evidence for `verify` and `status`: records from Route 53, answers from the name servers,
//! bytes from both sides. (Health: [`health`]; what a watch reads of all that: [`expected`].)

mod clients;
mod data;
mod dns;
mod expected;
mod health;
mod outside;
mod side;

use futures_util::future::join_all;

pub(super) use self::{clients::signer, expected::sides, outside::Outside, side::side_data};
use self::{dns::Dns, health::Health};
use super::{exit::Failure, world::World};
use crate::{
    account::{OwnedChecks, Snapshot},
    model::Side,
    probe::{Evidence, Servers, SideData},
    spec::{Failover, Spec},
};

/// The evidence of each failover of a spec, in its order.
pub(super) async fn evidence(world: &World, spec: &Spec) -> Result<Vec<Evidence>, Failure> {
    let servers = world.servers().await?;
    let snapshot = health::snapshot(world, spec).await?;
    let dns = Dns::of(world, &servers, &snapshot).await?;
    let ours = OwnedChecks::of(&snapshot);
    let scene = Scene { world, servers: &servers, dns: &dns, snapshot: &snapshot, ours: &ours };
    let looks = join_all(spec.failovers.iter().map(|failover| of_failover(&scene, failover)));
    let (mut evidence, known, looks) =
        tokio::join!(looks, Health::read(world, spec, &snapshot), clients::looks(world, &servers, spec));
    known.settle(world, spec, &snapshot, &mut evidence).await;
    health::ask_for_drills(world, &mut evidence).await;
    health::ask_route53(world, &servers, spec, &snapshot, &mut evidence).await;
    Ok(evidence.into_iter().zip(looks).map(|(evidence, clients)| Evidence { clients, ..evidence }).collect())
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
    let behind = data::behind(world, failover, &data, (snapshot, scene.ours)).await;
    // What is expected is known once the health checks are, of all failovers together.
    Evidence { dns, behind, ..Evidence::new(None, answers, data) }
}
