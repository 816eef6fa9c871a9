//! Looks at everything at once, each vantage point on its own schedule.
//!
//! Name servers, resolver, endpoint and client are looked at as by any watch; a drill adds what the checkers
//! see, and tells all of it in its own words.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use tokio::{
    sync::mpsc::{self, UnboundedReceiver, UnboundedSender},
    task::JoinSet,
};

use crate::{
    account::Account,
    clock::Clock,
    model::{HealthCheckId, Side},
    probe::{Observation, Role, Seen, Servers, SideData, Vantage, client::ClientKind},
    spec::Failover,
    watch::{self, Looks, Sight, Watched, fetch_publicly},
};

/// Between two questions to one name server: the precision of the moment at which it switched.
const NAME_SERVER_EVERY: Duration = Duration::from_millis(200);
/// Between two questions to the resolver.
const RESOLVER_EVERY: Duration = Duration::from_millis(500);
/// Between two requests of our own to the side that is broken.
const ENDPOINT_EVERY: Duration = Duration::from_millis(500);
/// Between two requests of the client.
const CLIENT_EVERY: Duration = Duration::from_secs(1);
/// Between two readings of the checkers: `GetHealthCheckStatus` may be called once a second (Route 53
/// Developer Guide, throttling-api-requests). Their looks are further apart than this, so none is missed.
const CHECKERS_EVERY: Duration = Duration::from_millis(1_200);

/// What is watched, and by whom.
#[derive(Clone, Debug)]
pub struct Scene {
    /// The clock of the world.
    pub clock: Clock,
    /// The resolver that clients use.
    pub servers: Servers,
    /// The zone's name servers.
    pub name_servers: Vec<SocketAddr>,
    /// The failover.
    pub failover: Failover,
    /// The account whose checkers are asked.
    pub account: Account,
    /// The side that is going to be broken.
    pub side: Side,
    /// The health check that looks at that side's endpoint.
    pub check: HealthCheckId,
}

/// A watch that goes on until it is dropped.
#[derive(Debug)]
pub struct Watch {
    looks: Looks,
    points: Vec<Vantage>,
    checkers: UnboundedReceiver<Observation>,
    _look: JoinSet<()>,
}

impl Watch {
    /// Begins to look.
    pub async fn start(scene: Scene) -> Self {
        let name_servers = scene.name_servers.iter().copied().map(Vantage::authoritative);
        let name_servers = name_servers.map(|vantage| (vantage, NAME_SERVER_EVERY));
        let resolver = scene.servers.resolvers.first().cloned().map(|vantage| (vantage, RESOLVER_EVERY));
        let watched = Watched {
            failover: scene.failover.clone(),
            points: name_servers.chain(resolver).collect(),
            endpoints: vec![(scene.side, ENDPOINT_EVERY)],
            clients: vec![(ClientKind::Pointer, CLIENT_EVERY)],
        };
        let points = watched.points.iter().map(|(vantage, _)| vantage.clone()).collect();
        let watched = Arc::new(vec![watched]);
        let fetch = fetch_publicly(&scene.clock, &scene.servers, &watched);
        let (clock, servers) = (scene.clock.clone(), scene.servers.clone());
        let looks = Looks::start(watch::Scene { clock, servers, watched, fetch, sign: None }).await;
        let (sender, checkers) = mpsc::unbounded_channel();
        let mut look = JoinSet::new();
        look.spawn(look_at_checkers(scene, sender));
        Self { looks, points, checkers, _look: look }
    }

    /// The next thing that is seen.
    pub async fn next(&mut self) -> Option<Observation> {
        loop {
            let observation = tokio::select! {
                Some(sight) = self.looks.next() => self.observation(sight),
                Some(observation) = self.checkers.recv() => Some(observation),
                else => return None,
            };
            if observation.is_some() {
                return observation;
            }
        }
    }

    fn observation(&self, Sight { at, seen, .. }: Sight) -> Option<Observation> {
        let seen = match seen {
            watch::Seen::Answer { point, answer, .. } => {
                let Vantage { server, role, .. } = self.points[point];
                match role {
                    Role::Authoritative => Seen::NameServer { server, answer },
                    Role::Recursive => Seen::Resolver { server, answer },
                }
            }
            watch::Seen::Endpoint { side, served } => Seen::Endpoint { side, served: object(served) },
            watch::Seen::Client { look, .. } => Seen::Client { served_by: look.side },
            // What ought to be is the drill's own doing.
            watch::Seen::Expected { .. } => return None,
        };
        Some(Observation { at, seen })
    }
}

/// Whether the object was served, and if not, why.
fn object(served: SideData) -> Result<(), String> {
    let fetched = served?;
    if fetched.is_success() { Ok(()) } else { Err(format!("status {}", fetched.status)) }
}

async fn look_at_checkers(scene: Scene, sender: UnboundedSender<Observation>) {
    loop {
        let began = scene.clock.elapsed();
        // A look that fails is made up for by the next: the reports carry their own times.
        if let Ok(reports) = scene.account.checker_reports(&scene.check).await {
            let observation = Observation { at: scene.clock.elapsed(), seen: Seen::Checkers(reports) };
            if sender.send(observation).is_err() {
                return;
            }
        }
        scene.clock.sleep_until(began + CHECKERS_EVERY).await;
    }
}
