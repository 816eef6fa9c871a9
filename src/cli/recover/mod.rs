//! `recover`: undo what an interrupted drill left behind.
//!
//! ```text
//!   journal of this machine ────────────┐
//!   notices in the secondaries' buckets ┼──▶ gather ──▶ what is broken, each once ──▶ show, ask ──▶ mend ──▶ tell
//!   tags of health checks ──────────────┘
//! ```
//!
//! A source that cannot be read does not keep the others from being mended; it is told, and the end is no success.
//! What a living process drills is left to it. The notices go last: as long as one stands, everybody can read in it
//! what is still broken.

mod broken;
mod gather;
mod memory;
mod mending;
mod tell;

use self::{
    broken::Broken,
    gather::{Gathered, gather},
};
use super::{
    args::Global,
    confirm::confirm,
    exit::{ExitStatus, Failure},
    memory::Run,
    recover_args::RecoverArgs,
    ui::Ui,
    world::World,
};
use crate::report::json;

pub(super) async fn run(
    args: &RecoverArgs,
    world: &World,
    global: &Global,
    ui: Ui,
) -> Result<ExitStatus, Failure> {
    let Gathered { mut broken, journal, troubles } = gather(args, world, global, ui).await?;
    for trouble in &troubles {
        ui.warn(&trouble.to_string());
    }
    let shown = tell::text(&broken, ui.look());
    // Whoever is asked must have seen it.
    if ui.json {
        ui.say(&shown);
    } else {
        ui.data(&shown)?;
    }
    let mut begun = None;
    if !args.dry_run && broken.iter().any(Broken::is_to_be_mended) {
        confirm(ui, args.yes, "Undo all this?").await?;
        begun = Some(Run::begin(&world.clock));
        mending::mend_all(&mut broken, journal.as_ref(), args, world, ui).await;
    }
    let document = tell::document(&broken, &troubles, args.dry_run);
    if let Some(run) = begun {
        // One connection at a time.
        drop(journal);
        memory::remember(&run, (&broken, &document), world, global, ui);
    }
    if ui.json {
        ui.data(&json::render(&document))?;
    }
    // What was left to whoever is at it takes `--force`; what failed is worse.
    Ok(match (document.ok, document.only_left) {
        (true, _) => ExitStatus::Yes,
        (false, true) => ExitStatus::Unsafe,
        (false, false) => ExitStatus::Refused,
    })
}
