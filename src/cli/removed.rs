//! `--remove NAME`: what stands of a failover that was taken out of the spec?

use super::{
    exit::{ExitStatus, Failure},
    world::World,
};
use crate::{
    account::Snapshot,
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
    let places = undeclared(spec, snapshot);
    for name in terms.remove {
        for (_, id) in places.iter().filter(|(failover, _)| failover == name) {
            let known = snapshot.zones.iter().find(|held| held.zone.id == *id).map(|held| held.zone.clone());
            let zone = match known {
                Some(zone) => zone,
                None => world.account.zone_by_id(id).await?,
            };
            snapshot.read_removed(&world.account, zone, name.clone()).await?;
        }
    }
    Ok(())
}
