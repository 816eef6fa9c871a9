//! Where does a version go? Replication rules, and the task that delivers.
//!
//! A configuration is kept as it came, so that reading it back gives each element; what the lab acts
//! on is read from it once. When a version is written, the rules say to which buckets it goes; it
//! arrives there a delay later, or, if the source's or the destination's region is broken then, as soon
//! as both work (S3 User Guide, `replication-status`: while a region is unavailable the status stays
//! PENDING, and replication resumes by itself). What existed before the rule stays where it is, and so
//! does a replica, but for changes of its tags, ACL and lock where both sides have replica modification
//! sync.
//!
//! - [`configuration`] and [`rule`]: which rule takes what; [`refusal`]: what S3 would not take;
//! - [`permission`]: what the policies of both buckets deny to the role;
//! - [`delay`]: how long it takes, which can be changed at any time;
//! - [`metrics`]: what CloudWatch learns.
//!
//! What is on its way, how it leaves and how it arrives is in the store, since it changes buckets:
//! `store::departure`, `store::pending` and `store::delivery`. Not in the lab: Batch Replication, the
//! events of Replication Time Control, and lifecycle, whose delete markers S3 does not replicate.

mod configuration;
mod delay;
mod metrics;
mod permission;
mod refusal;
mod rule;
#[cfg(test)]
mod tests;

use std::sync::Arc;

pub(crate) use configuration::Replication;
pub(crate) use delay::Delays;
pub use delay::ReplicationDelay;
pub(crate) use metrics::Meters;
pub use metrics::ReplicationMetric;
pub(crate) use permission::{Cargo, Permission, permission};
pub(crate) use refusal::{RefusalCode, ReplicationError};
pub(crate) use rule::{Rule, Written};

use super::{
    fault::{Fault, Faults},
    store::Store,
};
use crate::clock::Clock;

/// Delivers versions when they are due, for as long as it is polled.
pub(crate) async fn run(store: Arc<Store>, faults: Faults, clock: Clock) {
    loop {
        let open = |region: &_| faults.of(region).is_none_or(Fault::lets_replication_through);
        let next = store.replicate(clock.elapsed(), open);
        match next {
            Some(due) => tokio::select! {
                () = clock.sleep_until(due) => {}
                () = store.replication_wanted() => {}
            },
            None => store.replication_wanted().await,
        }
    }
}
