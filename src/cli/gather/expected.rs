//! Which side ought to be answered, without all the rest of the evidence: what a watch reads again and again.
//!
//! What [`evidence`](super::evidence) asks beside records and checks (the way down the delegation, resolvers, owners,
//! bytes) a watch looks at anyway, each on its own schedule. It brings along what it has seen.

use futures_util::{StreamExt, stream};

use super::{
    health::{self, Health},
    outside::{self, Outside},
    side::side_data,
};
use crate::{
    account::Snapshot,
    cli::{exit::Failure, world::World},
    model::Side,
    probe::{Expectation, Servers, SideHealth},
    spec::{Failover, Spec},
};

/// So many endpoints are asked at once.
const SIDE_BY_SIDE: usize = 16;

/// The side that ought to be answered, of each failover of a spec, in its order; nothing where the two records
/// are not there.
pub(in crate::cli) async fn sides(
    world: &World,
    servers: &Servers,
    spec: &Spec,
    outside: Vec<Outside>,
) -> Result<Vec<Option<Side>>, Failure> {
    let snapshot = health::snapshot(world, spec).await?;
    let mut health = Health::read(world, spec, &snapshot).await;
    health.complete(world, spec, &snapshot, &outside).await;
    let (health, snapshot) = (&health, &snapshot);
    let each = spec.failovers.iter().zip(outside);
    let each =
        each.map(|(failover, outside)| expected(world, servers, (health, snapshot), failover, outside));
    let expectations: Vec<Option<Expectation>> = stream::iter(each).buffered(SIDE_BY_SIDE).collect().await;
    Ok(expectations.into_iter().map(|one| one.map(|expectation| expectation.side)).collect())
}

/// An endpoint is asked here only where nothing else tells, and nobody has asked it yet.
async fn expected(
    world: &World,
    servers: &Servers,
    (health, snapshot): (&Health, &Snapshot),
    failover: &Failover,
    mut outside: Outside,
) -> Option<Expectation> {
    let expectation = health.expectation(snapshot, failover, &outside)?;
    for (side, known) in Side::BOTH.into_iter().zip(expectation.health) {
        let served = &mut outside.serves[side.index()];
        if known == SideHealth::Unknown && served.is_none() {
            *served = Some(outside::serves(&side_data(world, servers, failover, side).await));
        }
    }
    Some(outside::or_own_probe(health.expectation(snapshot, failover, &outside)?, &outside))
}
