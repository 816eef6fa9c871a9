//! Where did a drill take place, and with what settings?

use std::time::Duration;

use crate::{
    drill::{Periods, Run},
    model::Side,
};

/// The settings under which everything was measured.
#[derive(Clone, Debug, PartialEq)]
pub struct Setting {
    /// Of the pointer records, in seconds.
    pub ttl: u32,
    /// Between two looks of a checker, in seconds.
    pub interval: u32,
    /// Looks in a row that change its mind.
    pub failure_threshold: u32,
    /// Bucket and region of both sides, primary first.
    pub sides: [String; 2],
    /// Who was asked.
    pub name_servers: Vec<String>,
    /// And who else.
    pub resolvers: Vec<String>,
    /// How often.
    pub periods: Periods,
    /// Seconds of that world in one of ours.
    pub speed: f64,
    /// How far the system's clock moved beside the monotonic one, in our seconds.
    pub drift: f64,
    /// For how long everything was watched.
    pub watched: Duration,
}

impl Setting {
    pub(super) fn of(run: &Run) -> Self {
        let scene = run.scene();
        let (failover, check) = (&scene.failover, &scene.failover.health_check);
        let side = |side: Side| format!("{} ({})", failover.side(side).bucket, failover.side(side).region);
        // Those that are watched, where they are: what stands may differ from the spec.
        let (interval, failure_threshold) = match scene.signal.watched() {
            Some(watched) => {
                (u32::try_from(watched.interval.as_secs()).unwrap_or(u32::MAX), watched.threshold)
            }
            None => (check.interval.seconds(), u32::from(check.failure_threshold.get())),
        };
        let name_servers = scene.name_servers.iter().map(ToString::to_string);
        Self {
            ttl: failover.ttl.seconds(),
            interval,
            failure_threshold,
            sides: Side::BOTH.map(side),
            name_servers: name_servers.collect(),
            resolvers: scene.servers.resolvers.iter().map(ToString::to_string).collect(),
            periods: scene.periods,
            speed: scene.clock.speed(),
            drift: scene.clock.drift().as_secs_f64(),
            watched: run.ledger().last(),
        }
    }
}
