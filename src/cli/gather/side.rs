//! What a side's own endpoint gives.

use crate::{
    causes::in_one_line,
    cli::{signed, world::World},
    model::Side,
    probe::{Endpoint, Servers, SideData, fetch},
    spec::{Failover, Target},
};

/// What a side's endpoint gives, to a signed request where its data is not for everybody.
pub(in crate::cli) async fn side_data(
    world: &World,
    servers: &Servers,
    failover: &Failover,
    side: Side,
) -> SideData {
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
