//! `--remove NAME`: what stands of a failover that was taken out of the spec?

use std::collections::BTreeSet;

use super::{
    exit::{ExitStatus, Failure},
    world::World,
};
use crate::{
    account::{Snapshot, Zone},
    model::HostedZoneId,
    plan::{Terms, undeclared},
    spec::Spec,
};

/// Reads the records of the failovers that shall go, one call for each. One of which nothing is left is
/// told by the plan and is no failure: an earlier run may have removed it.
pub(super) async fn read(
    world: &World,
    spec: &Spec,
    terms: &Terms<'_>,
    snapshot: &mut Snapshot,
) -> Result<(), Failure> {
    if terms.remove.is_empty() {
        return Ok(());
    }
    if terms.cut_down {
        let message = "`--remove` looks at what the whole spec declares, and `--only` names a part of it";
        return Err(Failure::new(ExitStatus::Usage, message).hint("Nothing was sent. Leave `--only` out."));
    }
    let zones: Vec<Zone> = snapshot.zones.iter().map(|held| held.zone.clone()).collect();
    let places = undeclared(spec, snapshot);
    for name in terms.remove {
        let mut found: BTreeSet<&HostedZoneId> =
            places.iter().filter(|(failover, _)| failover == name).map(|(_, id)| id).collect();
        // Somebody may have deleted its health checks; then only its records can tell of it.
        let around = zones.iter().filter(|zone| name.is_within(&zone.name)).map(|zone| &zone.id);
        if found.is_empty() && spec.failovers.iter().all(|failover| failover.name != *name) {
            found.extend(around);
        }
        for id in found {
            let known = zones.iter().find(|zone| zone.id == *id).cloned();
            let zone = match known {
                Some(zone) => zone,
                None => world.account.zone_by_id(id).await?,
            };
            snapshot.read_removed(&world.account, zone, name.clone()).await?;
        }
    }
    Ok(())
}
