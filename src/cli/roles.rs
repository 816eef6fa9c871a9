//! Which role of the spec is for whom? None where the spec names none: then the own identity asks.

use crate::{
    account::Role,
    model::Side,
    spec::{Failover, Spec},
};

/// For the account of the zones: Route 53, and what else is asked there.
pub(super) fn of_dns(spec: &Spec) -> Option<Role> {
    let _ = spec;
    None
}

/// For the bucket of a side.
pub(super) fn of_side(failover: &Failover, side: Side) -> Option<Role> {
    let _ = (failover, side);
    None
}
