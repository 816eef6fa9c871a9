//! Looks at everything at once, each vantage point on its own schedule.
//!
//! Name servers, resolvers, both sides and clients are looked at as by any watch; a drill adds what the checkers
//! see, and the object that they look at where it lies apart, and tells all of it in its own words.

use std::{sync::Arc, time::Duration};

use tokio::{
    sync::mpsc::{self, UnboundedReceiver, UnboundedSender},
    task::JoinSet,
};

use super::{Looked, Observation, Scene, Seen};
use crate::{
    causes::in_one_line,
    model::{HealthCheckId, Side},
    probe::{Endpoint, SideData, client::ClientLook, fetch},
    spec::{ObjectKey, Protocol},
    watch::{self, Looks, Sight, Watched, fetch_publicly},
};

/// A watch that goes on until it is dropped.
#[derive(Debug)]
pub struct Watch {
    looks: Looks,
    others: UnboundedReceiver<Observation>,
    _look: JoinSet<()>,
}

impl Watch {
    /// Begins to look.
    pub async fn start(scene: &Scene) -> Self {
        let periods = scene.periods;
        let watched = Watched {
            failover: scene.failover.clone(),
            points: scene.points(),
            endpoints: Side::BOTH.map(|side| (side, periods.endpoint)).to_vec(),
            clients: scene.clients().map(|kind| (kind, periods.client)).to_vec(),
        };
        let watched = Arc::new(vec![watched]);
        let fetch = scene.fetch.clone();
        let fetch = fetch.unwrap_or_else(|| fetch_publicly(&scene.clock, &scene.servers, &watched));
        let (clock, servers, sign) = (scene.clock.clone(), scene.servers.clone(), scene.sign.clone());
        let looks = Looks::start(watch::Scene { clock, servers, watched, fetch, sign }).await;
        let (sender, others) = mpsc::unbounded_channel();
        let mut look = JoinSet::new();
        if let Some(watched) = scene.signal.watched() {
            look.spawn(look_at_checkers(scene.clone(), watched.check.clone(), sender.clone()));
        }
        if let Some(endpoint) = health_object(scene) {
            look.spawn(look_at_health_object(scene.clone(), endpoint, sender));
        }
        Self { looks, others, _look: look }
    }

    /// The next thing that is seen. Nothing is lost when the wait for it is given up.
    pub async fn next(&mut self) -> Option<Observation> {
        loop {
            let observation = tokio::select! {
                Some(sight) = self.looks.next() => observation(sight),
                Some(observation) = self.others.recv() => Some(observation),
                else => return None,
            };
            if observation.is_some() {
                return observation;
            }
        }
    }
}

fn observation(Sight { at, seen, .. }: Sight) -> Option<Observation> {
    let seen = match seen {
        watch::Seen::Answer { point, answer, .. } => Seen::Answer { point, answer },
        watch::Seen::Endpoint { side, served } => {
            Seen::Endpoint { side, looked: Looked::Data, served: object(served) }
        }
        watch::Seen::Client { look: ClientLook { kind, side, led_to, phases, .. }, .. } => {
            Seen::Client { kind, served_by: side, led_to, took: phases.total }
        }
        // What ought to be is the drill's own doing.
        watch::Seen::Expected { .. } => return None,
    };
    Some(Observation { at, seen })
}

/// Whether the object was served, and if not, why.
fn object(served: SideData) -> Result<(), String> {
    let fetched = served?;
    if fetched.is_success() { Ok(()) } else { Err(format!("status {}", fetched.status)) }
}

async fn look_at_checkers(scene: Scene, check: HealthCheckId, sender: UnboundedSender<Observation>) {
    let clock = scene.clock;
    loop {
        let began = clock.elapsed();
        // A look that fails is made up for by the next: the reports carry their own times.
        if let Ok(reports) = scene.account.checker_reports(&check).await
            && sender.send(Observation { at: clock.elapsed(), seen: Seen::Checkers(reports) }).is_err()
        {
            return;
        }
        clock.sleep_until(began + scene.periods.checkers).await;
    }
}

/// What checkers look at on the side that is broken, where that is not what clients come for.
fn health_object(scene: &Scene) -> Option<Endpoint> {
    let (failover, side) = (&scene.failover, scene.side);
    failover.side(side).sentinel_bucket.as_ref()?;
    let tcp = failover.health_check.protocol == Protocol::Tcp;
    let path = failover.health_object(side).filter(|_| !tcp).map(ObjectKey::path)?;
    let host = failover.side(side).check_host();
    Some(Endpoint { host, path: Some(path), ..Endpoint::of(failover, side) })
}

async fn look_at_health_object(scene: Scene, endpoint: Endpoint, sender: UnboundedSender<Observation>) {
    let (clock, side, looked) = (&scene.clock, scene.side, Looked::HealthObject);
    let mut next = clock.elapsed() + scene.periods.endpoint / 4;
    loop {
        clock.sleep_until(next).await;
        next = clock.elapsed() + scene.periods.endpoint.max(Duration::from_millis(1));
        let served = fetch(clock, &scene.servers, &endpoint).await.map_err(|error| in_one_line(&error));
        let seen = Seen::Endpoint { side, looked, served: object(served) };
        if sender.send(Observation { at: clock.elapsed(), seen }).is_err() {
            return;
        }
    }
}
