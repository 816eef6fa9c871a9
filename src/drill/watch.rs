//! Looks at everything at once, each vantage point on its own schedule.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use tokio::{
    sync::mpsc::{self, UnboundedReceiver, UnboundedSender},
    task::JoinSet,
};

use crate::{
    account::Account,
    causes::in_one_line,
    clock::Clock,
    model::{HealthCheckId, Side},
    probe::{
        Endpoint, Observation, PointerAnswer, Seen, Servers, SideAddresses, Vantage, fetch, query,
        read_answer, resolve_active,
    },
    spec::Failover,
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
    observations: UnboundedReceiver<Observation>,
    _looks: JoinSet<()>,
}

impl Watch {
    /// Begins to look.
    pub fn start(scene: Scene) -> Self {
        let (sender, observations) = mpsc::unbounded_channel();
        let scene = Arc::new(scene);
        let mut looks = JoinSet::new();
        for server in scene.name_servers.clone() {
            looks.spawn(look_at_name_server(Arc::clone(&scene), server, sender.clone()));
        }
        looks.spawn(look_at_resolver(Arc::clone(&scene), sender.clone()));
        looks.spawn(look_at_endpoint(Arc::clone(&scene), sender.clone()));
        looks.spawn(look_at_checkers(Arc::clone(&scene), sender.clone()));
        looks.spawn(be_a_client(scene, sender));
        Self { observations, _looks: looks }
    }

    /// The next thing that is seen.
    pub async fn next(&mut self) -> Option<Observation> {
        self.observations.recv().await
    }
}

/// Looks again and again until nobody listens.
async fn every<F: Future<Output = Option<Seen>>>(
    scene: &Scene,
    period: Duration,
    sender: UnboundedSender<Observation>,
    mut look: impl FnMut() -> F,
) {
    loop {
        let began = scene.clock.elapsed();
        if let Some(seen) = look().await {
            let at = scene.clock.elapsed();
            if sender.send(Observation { at, seen }).is_err() {
                return;
            }
        }
        scene.clock.sleep_until(began + period).await;
    }
}

async fn look_at_name_server(scene: Arc<Scene>, server: SocketAddr, sender: UnboundedSender<Observation>) {
    every(&scene, NAME_SERVER_EVERY, sender, || async {
        let answer = answer(&scene, &scene.servers.name_server(server), false).await;
        Some(Seen::NameServer { server, answer })
    })
    .await;
}

async fn look_at_resolver(scene: Arc<Scene>, sender: UnboundedSender<Observation>) {
    let Some(server) = scene.servers.resolvers.first().cloned() else { return };
    every(&scene, RESOLVER_EVERY, sender, || async {
        Some(Seen::Resolver { server: server.server, answer: answer(&scene, &server, true).await })
    })
    .await;
}

async fn answer(scene: &Scene, server: &Vantage, recursive: bool) -> Result<PointerAnswer, String> {
    let failover = &scene.failover;
    let question = scene.servers.question(&failover.name, failover.record_type());
    let question = if recursive { question.recursive() } else { question };
    let reply =
        query(&scene.clock, server, &question, scene.servers.limit).await.map_err(|e| in_one_line(&e))?;
    Ok(read_answer(failover, &reply, &SideAddresses::default()))
}

async fn look_at_endpoint(scene: Arc<Scene>, sender: UnboundedSender<Observation>) {
    every(&scene, ENDPOINT_EVERY, sender, || async {
        Some(Seen::Endpoint { side: scene.side, served: served(&scene, scene.side).await })
    })
    .await;
}

async fn served(scene: &Scene, side: Side) -> Result<(), String> {
    let fetched = fetch(&scene.clock, &scene.servers, &Endpoint::of(&scene.failover, side))
        .await
        .map_err(|e| in_one_line(&e))?;
    if fetched.is_success() { Ok(()) } else { Err(format!("status {}", fetched.status)) }
}

async fn look_at_checkers(scene: Arc<Scene>, sender: UnboundedSender<Observation>) {
    every(&scene, CHECKERS_EVERY, sender, || async {
        // A look that fails is made up for by the next: the reports carry their own times.
        scene.account.checker_reports(&scene.check).await.ok().map(Seen::Checkers)
    })
    .await;
}

async fn be_a_client(scene: Arc<Scene>, sender: UnboundedSender<Observation>) {
    // Clients know resolvers, not name servers.
    let servers = Servers { authoritative: Vec::new(), ..scene.servers.clone() };
    every(&scene, CLIENT_EVERY, sender, || async {
        let served_by = match resolve_active(&scene.clock, &servers, &scene.failover).await {
            Ok(active) => served(&scene, active.side).await.map(|()| active.side),
            Err(error) => Err(in_one_line(&error)),
        };
        Some(Seen::Client { served_by })
    })
    .await;
}
