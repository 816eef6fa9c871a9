//! `failover`: to the secondary by hand, through the data plane only.

use super::{
    args::Global,
    exit::{ExitStatus, Failure},
    switch_args::FailoverArgs,
    switching::{self, Order},
    ui::Ui,
    world::World,
};
use crate::switch::Direction;

pub(super) async fn run(
    args: &FailoverArgs,
    world: &World,
    global: &Global,
    ui: Ui,
) -> Result<ExitStatus, Failure> {
    let order = Order {
        direction: Direction::Failover,
        options: &args.switch,
        reason: args.reason.as_deref(),
        drain: None,
    };
    switching::run(&order, world, global, ui).await
}
