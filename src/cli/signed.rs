//! The evidence of a side whose data is not for everybody: read by a signed request, as clients read it.
//!
//! A side is taken for private when the spec names a role for it, or has an alarm speak for it. Where the data is
//! public after all, a signed request is answered too.

use super::{roles, world::World};
use crate::{
    account::{Buckets, Cause, Object},
    causes::in_one_line,
    model::Side,
    probe::{Fetched, SideData, Signed},
    spec::{Failover, ObjectKey},
};

/// Whether strangers are not meant to read what is looked at.
pub(super) fn is_private(failover: &Failover, side: Side) -> bool {
    let side = failover.side(side);
    side.role.is_some() || side.alarm.is_some()
}

/// Reads what the checkers look at, or asks the bucket alone where they look at no object in it.
pub(super) async fn side_data(world: &World, failover: &Failover, side: Side) -> SideData {
    let declared = failover.side(side);
    let role = roles::of_side(failover, side);
    let by = role.as_ref().map_or_else(|| "the own identity".to_owned(), ToString::to_string);
    let key = failover.public_object(side).map(ObjectKey::as_str);
    let (started, place) = (world.clock.elapsed(), (&declared.bucket, &declared.region));
    let read = Buckets::new(world.access.clone()).read(place, key, role.as_ref()).await;
    let took = world.clock.elapsed().saturating_sub(started);
    match read {
        Ok(Object { status, code, region, body }) => {
            let signed = Some(Signed { by, code });
            Ok(Fetched { address: None, signed, status, region, body, took })
        }
        // A role that could not be assumed is named already.
        Err(error) if matches!(error.cause, Cause::Role { .. }) => Err(in_one_line(&error)),
        Err(error) => Err(format!("{} (as {by})", in_one_line(&error))),
    }
}
