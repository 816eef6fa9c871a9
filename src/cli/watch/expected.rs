//! What ought to be answered, read again and again from records and health checks.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use tokio::sync::{Notify, mpsc::UnboundedSender};

use crate::{
    cli::{
        gather::{self, Outside},
        world::World,
    },
    model::Side,
    probe::{Answered, Role, Servers},
    spec::Spec,
    watch::{FailoverState, Seen, Sight, State},
};

/// Between two readings when nothing happens: a reading takes some calls of the account's five a second, which
/// others share.
const SELDOM: Duration = Duration::from_mins(1);
/// After something has changed, a reading may follow so soon upon the last.
const SOON: Duration = Duration::from_secs(10);

/// So often it is looked whether everything has been seen once.
const MOMENT: Duration = Duration::from_millis(200);

/// Of whom it is read, and what they look like from outside meanwhile.
pub(super) struct Readers<'a> {
    pub(super) world: &'a World,
    pub(super) servers: Servers,
    pub(super) spec: &'a Spec,
    pub(super) state: &'a Mutex<State>,
}

/// Reads until it is dropped: seldom, and soon after `changed`. That it cannot read is news, and no end.
pub(super) async fn read_for_ever(
    Readers { world, servers, spec, state }: Readers<'_>,
    changed: &Notify,
    sights: UnboundedSender<Sight>,
) {
    // What CloudWatch says may be a minute old: without a first look from outside nothing would contradict it.
    let first = world.clock.elapsed();
    while !all_seen(state) && world.clock.elapsed() < first + SOON {
        world.clock.sleep(MOMENT).await;
    }
    loop {
        let asked = world.clock.elapsed();
        let outside = {
            let state = state.lock().unwrap_or_else(PoisonError::into_inner);
            state.failovers.iter().map(seen_from_outside).collect()
        };
        let read = gather::sides(world, &servers, spec, outside).await;
        let at = world.clock.elapsed();
        for failover in 0..spec.failovers.len() {
            let expected = match &read {
                Ok(sides) => Ok(sides[failover]),
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

/// Whether name servers and endpoints have been asked once each.
fn all_seen(state: &Mutex<State>) -> bool {
    let state = state.lock().unwrap_or_else(PoisonError::into_inner);
    state.failovers.iter().all(|failover| {
        let asked = failover.of_role(Role::Authoritative).all(|point| point.asked > 0);
        asked && failover.sides.iter().all(|side| side.up.is_some())
    })
}

fn seen_from_outside(failover: &FailoverState) -> Outside {
    let answers = failover.of_role(Role::Authoritative).filter_map(|point| point.answered());
    let serves = Side::BOTH.map(|side| failover.side(side).up);
    Outside { answered: answers.filter_map(Answered::side).collect(), serves }
}
