//! `failback`: back to the primary, when it can serve and has what was written meanwhile.

use super::{
    args::Global,
    exit::{ExitStatus, Failure},
    switch_args::FailbackArgs,
    switching::{self, Order},
    ui::Ui,
    world::World,
};
use crate::switch::Direction;

pub(super) async fn run(
    args: &FailbackArgs,
    world: &World,
    global: &Global,
    ui: Ui,
) -> Result<ExitStatus, Failure> {
    let order = Order {
        direction: Direction::Failback,
        options: &args.switch,
        reason: None,
        drain: Some(args.drain_timeout),
    };
    switching::run(&order, world, global, ui).await
}
