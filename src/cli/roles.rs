//! Which role of the spec is for whom? None where the spec names none: then the own identity asks.

use crate::{
    account::Role,
    model::{AssumedRole, Side},
    spec::{Failover, Spec},
};

/// For the account of the zones: Route 53, and what else is asked there.
pub(super) fn of_dns(spec: &Spec) -> Option<Role> {
    Some(named(spec.role.as_ref()?, "`role_arn` at the top of the spec".to_owned()))
}

/// For the bucket of a side.
pub(super) fn of_side(failover: &Failover, side: Side) -> Option<Role> {
    let place = format!("`role_arn` of the {side} of {}", failover.name);
    Some(named(failover.side(side).role.as_ref()?, place))
}

fn named(role: &AssumedRole, place: String) -> Role {
    Role { role: role.clone(), named: place }
}
