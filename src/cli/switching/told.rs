//! Who has thrown the switch, and since when? For commands that only look: as strangers see it.

use futures_util::future::join_all;

use crate::{
    cli::{ui::Ui, world::World},
    spec::Spec,
    switch::{Lever, Strangers, Thrower},
};

/// Of each failover of a spec, in its order: who has thrown its switch, if that can be seen; and says so.
pub(in crate::cli) async fn thrown(world: &World, spec: &Spec, ui: Ui) -> Vec<Option<Thrower>> {
    let servers = world.servers().await.ok();
    let found = join_all(spec.failovers.iter().map(async |failover| {
        let (lever, servers) = (Lever::of(failover, None)?, servers.as_ref()?);
        match lever.strangers(&world.clock, servers).await {
            Strangers::See(thrower) => Some(thrower),
            Strangers::DoNot(_) | Strangers::Unknown(_) => None,
        }
    }));
    let found = found.await;
    for (failover, thrower) in spec.failovers.iter().zip(&found) {
        if let Some(thrower) = thrower {
            ui.say(&format!("{}: the switch is thrown {thrower}", failover.name));
        }
    }
    found
}
