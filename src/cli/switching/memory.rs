//! What is remembered of a switch. It is done, whatever becomes of this: a journal that cannot be written is a warning.

use crate::{
    cli::{
        args::Global,
        memory::{Ended, Run},
        ui::Ui,
        world::World,
    },
    journal::Deed,
    report::switch::SwitchDocument,
    switch::Direction,
};

/// Remembers what came of each failover.
pub(super) fn remember(run: &Run, documents: &[SwitchDocument], world: &World, global: &Global, ui: Ui) {
    for document in documents {
        let deed = match document.direction {
            Direction::Failover => Deed::Failover,
            Direction::Failback => Deed::Failback,
        };
        let ended = Ended {
            deed,
            failover: Some(document.name.clone()),
            plan: None,
            ok: document.ok,
            summary: document.summary(),
            document: serde_json::to_value(document).ok(),
        };
        world.memory.remember(&run.ended(ended, global, &world.clock), ui);
    }
}
