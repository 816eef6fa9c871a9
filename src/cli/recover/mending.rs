//! Undoes everything, one after the other, and strikes out what is done.

use super::broken::{Broken, Outcome, Source};
use crate::{
    account::{Account, Buckets, Role},
    causes::in_one_line,
    cli::{recover_args::RecoverArgs, ui::Ui, world::World},
    drill::{FaultError, Undo, Undone, mend},
    journal::Journal,
};

/// Mends what nobody is at; the notices last, and only when nothing else of their runs is left.
pub(super) async fn mend_all(
    broken: &mut [Broken],
    journal: Option<&Journal>,
    args: &RecoverArgs,
    world: &World,
    ui: Ui,
) {
    let (notices, mut steps): (Vec<usize>, Vec<usize>) = (0..broken.len())
        .filter(|place| broken[*place].is_to_be_mended())
        .partition(|place| broken[*place].is_notice());
    // What breaks nothing comes after what does: a side that is broken lets nobody take its heartbeats away.
    steps.sort_by_key(|place| matches!(broken[*place].undo, Ok(Undo::Prefix { .. })));
    let prefixes: Vec<usize> = steps
        .iter()
        .copied()
        .filter(|place| matches!(broken[*place].undo, Ok(Undo::Prefix { .. })))
        .collect();
    for place in steps.into_iter().chain(notices) {
        let item = &broken[place];
        let left = |other: &&Broken| other.run == item.run && !other.is_notice() && !other.is_mended();
        let outcome = match broken.iter().find(left).filter(|_| item.is_notice()) {
            Some(other) => Outcome::Failed {
                why: format!("it stays as long as this is so: {}", other.what),
                hint: "`s3-failover recover` takes it away when everything else is mended.".to_owned(),
            },
            None => mend_one(item, args, world).await,
        };
        ui.say(&super::tell::outcome(item, &outcome));
        let item = &mut broken[place];
        item.outcome = Some(outcome);
        strike_out(item, journal, world, ui);
    }
    // While one side was emptied, the other one's objects still arrived there: once more, now that both are.
    for place in prefixes {
        let outcome = mend_one(&broken[place], args, world).await;
        if matches!(outcome, Outcome::Failed { .. }) {
            ui.say(&super::tell::outcome(&broken[place], &outcome));
            broken[place].outcome = Some(outcome);
        }
    }
}

async fn mend_one(item: &Broken, args: &RecoverArgs, world: &World) -> Outcome {
    let failed = |why: String, hint: &str| Outcome::Failed { why, hint: hint.to_owned() };
    let undo = match &item.undo {
        Ok(undo) => undo,
        Err(why) => return failed(why.clone(), "The version of this tool that drilled can undo it."),
    };
    let buckets = Buckets::new(world.access.clone());
    match mend(&account(undo, world).await, &buckets, undo).await {
        Ok(Undone::Mended) => Outcome::Mended,
        Ok(Undone::Already) => Outcome::Already,
        Ok(Undone::Gone) => Outcome::Gone,
        Err(error @ FaultError::Changed { .. }) if args.force => Outcome::Forgotten(in_one_line(&error)),
        Err(error) => failed(in_one_line(&error), error.hint()),
    }
}

/// Route 53 as the role that is written down with the step.
async fn account(undo: &Undo, world: &World) -> Account {
    let Undo::Inverted { role: Some(role), .. } = undo else { return world.account.clone() };
    let role = Role { role: role.clone(), named: "the role of the drill".to_owned() };
    Account::new(&world.access.settings(Some(&role)).await, &world.clock)
}

fn strike_out(item: &Broken, journal: Option<&Journal>, world: &World, ui: Ui) {
    let Some(journal) = journal.filter(|_| item.is_mended()) else { return };
    for source in &item.sources {
        let Source::Journal(id) = source else { continue };
        if let Err(error) = journal.undone(*id, world.clock.now()) {
            // It is mended, and will be found so once more.
            ui.warn(&format!("warning: {} stays in the journal: {}", item.what, in_one_line(&error)));
        }
    }
}
