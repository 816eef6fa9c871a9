//! What ought to be answered, read again and again from records and health checks.

use std::time::Duration;

use tokio::sync::{Notify, mpsc::UnboundedSender};

use crate::{
    cli::{gather, world::World},
    spec::Spec,
    watch::{Seen, Sight},
};

/// Between two readings when nothing happens: a reading takes some calls of the account's five a second, which
/// others share.
const SELDOM: Duration = Duration::from_mins(1);
/// After something has changed, a reading may follow so soon upon the last.
const SOON: Duration = Duration::from_secs(10);

/// Reads until it is dropped: seldom, and soon after `changed`. That it cannot read is news, and no end.
pub(super) async fn read_for_ever(
    world: &World,
    spec: &Spec,
    changed: &Notify,
    sights: UnboundedSender<Sight>,
) {
    loop {
        let asked = world.clock.elapsed();
        let read = gather::evidence(world, spec).await;
        let at = world.clock.elapsed();
        for failover in 0..spec.failovers.len() {
            let expected = match &read {
                Ok(evidence) => Ok(evidence[failover].expectation.map(|expectation| expectation.side)),
                Err(failure) => Err(failure.in_one_line()),
            };
            if sights.send(Sight { failover, at, seen: Seen::Expected { asked, expected } }).is_err() {
                return;
            }
        }
        world.clock.sleep_until(at + SOON).await;
        let rest = SELDOM.saturating_sub(SOON);
        // Either way it is time.
        let _ = world.clock.timeout(rest, changed.notified()).await;
    }
}
