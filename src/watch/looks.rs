//! Who looks? Each vantage point, endpoint and client, on its own schedule; what they see comes down one
//! channel.

use std::{
    collections::BTreeSet,
    fmt,
    net::IpAddr,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use futures_util::future::join_all;
use tokio::{
    sync::mpsc::{self, UnboundedReceiver, UnboundedSender},
    task::JoinSet,
};

use super::{Seen, Sight};
use crate::{
    causes::in_one_line,
    clock::Clock,
    model::Side,
    probe::{
        Endpoint, Lookup, Prober, Query, Role, Servers, SideAddresses, SideData, Sighting, Vantage,
        client::{Client, ClientKind, Errand, SignedRequests},
        fetch, read_answer,
    },
    spec::{Failover, Target},
};

/// Between two look-ups of what the sides' own names resolve to, where answers are addresses.
const ADDRESSES_EVERY: Duration = Duration::from_secs(5);
/// The first looks of one failover come within this, however seldom they are repeated.
const SOON: Duration = Duration::from_secs(1);
/// So many addresses of a side are remembered: S3 and `CloudFront` answer others at every look-up.
const MOST_ADDRESSES: usize = 1_000;

/// Asks the endpoint of a side of a failover, by its place in the list, for its object.
pub type FetchSide = Arc<dyn Fn(usize, Side) -> Pin<Box<dyn Future<Output = SideData> + Send>> + Send + Sync>;

/// Signs for the clients of a failover, by its place in the list, where its data is not for everybody.
pub type SignFor = Arc<dyn Fn(usize) -> Arc<dyn SignedRequests> + Send + Sync>;

/// One failover, and how it is watched.
#[derive(Clone, Debug)]
pub struct Watched {
    /// The failover.
    pub failover: Failover,
    /// From where its name is looked up, and how often.
    pub points: Vec<(Vantage, Duration)>,
    /// Which endpoints are asked directly, and how often.
    pub endpoints: Vec<(Side, Duration)>,
    /// Which clients make requests by the name, and how often.
    pub clients: Vec<(ClientKind, Duration)>,
}

/// What is watched, and by whom.
#[derive(Clone)]
pub struct Scene {
    /// The clock of the world.
    pub clock: Clock,
    /// Whom clients ask for names.
    pub servers: Servers,
    /// The failovers.
    pub watched: Arc<Vec<Watched>>,
    /// How an endpoint is asked.
    pub fetch: FetchSide,
    /// Who signs for clients; without anybody, they are strangers.
    pub sign: Option<SignFor>,
}

impl fmt::Debug for Scene {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scene")
            .field("servers", &self.servers)
            .field("watched", &self.watched)
            .finish_non_exhaustive()
    }
}

/// Asks endpoints as strangers do.
pub fn fetch_publicly(clock: &Clock, servers: &Servers, watched: &Arc<Vec<Watched>>) -> FetchSide {
    let (clock, servers, watched) = (clock.clone(), servers.clone(), Arc::clone(watched));
    Arc::new(move |failover, side| {
        let (clock, servers) = (clock.clone(), servers.clone());
        let endpoint = Endpoint::of(&watched[failover].failover, side);
        Box::pin(async move { fetch(&clock, &servers, &endpoint).await.map_err(|error| in_one_line(&error)) })
    })
}

/// Looks until it is dropped.
#[derive(Debug)]
pub struct Looks {
    scene: Scene,
    prober: Prober,
    /// Of each look-up: the failover and the point.
    places: Vec<(usize, usize)>,
    addresses: Arc<Mutex<Vec<SideAddresses>>>,
    sights: UnboundedReceiver<Sight>,
    _tasks: JoinSet<()>,
}

impl Looks {
    /// Begins to look. Where a side is told by its addresses, those are looked up first.
    pub async fn start(scene: Scene) -> Self {
        let (sender, sights) = mpsc::unbounded_channel();
        let addresses = vec![SideAddresses::default(); scene.watched.len()];
        let addresses = Arc::new(Mutex::new(addresses));
        let mut looks = JoinSet::new();
        let (mut lookups, mut places, mut by_address) = (Vec::new(), Vec::new(), Vec::new());
        let all = scene.watched.len();
        for (index, watched) in scene.watched.iter().enumerate() {
            for (point, (vantage, every)) in watched.points.iter().enumerate() {
                let (vantage, every) = (vantage.clone(), *every);
                lookups.push(Lookup {
                    question: question(&scene.servers, &watched.failover, vantage.role),
                    vantage,
                    every,
                });
                places.push((index, point));
            }
            if Side::BOTH.iter().any(|side| watched.failover.side(*side).target != Target::Pointer) {
                by_address.push(index);
                looks.spawn(follow_addresses(scene.clone(), index, Arc::clone(&addresses)));
            }
            // Many failovers' looks are spread over their period, and those of one a little: nobody waits long for the
            // first of each.
            let begin = |every: Duration, place: usize, of: usize| {
                let room = every.mul_f64(share(1, all)).min(SOON);
                every.mul_f64(share(index, all)) + room.mul_f64(share(place, of))
            };
            let requests = watched.endpoints.len() + watched.clients.len();
            for (place, (side, every)) in watched.endpoints.iter().copied().enumerate() {
                let (scene, sender) = (scene.clone(), sender.clone());
                let when = (begin(every, place, requests), every);
                looks.spawn(look_at_endpoint(scene, index, side, when, sender));
            }
            for (client, (kind, every)) in watched.clients.iter().copied().enumerate() {
                let when = (begin(every, watched.endpoints.len() + client, requests), every);
                let who = (index, client, kind);
                looks.spawn(be_a_client(scene.clone(), who, when, sender.clone()));
            }
        }
        join_all(by_address.into_iter().map(|index| look_up_addresses(&scene, index, &addresses))).await;
        let prober = Prober::start(&scene.clock, lookups, scene.servers.limit);
        Self { scene, prober, places, addresses, sights, _tasks: looks }
    }

    /// The next thing that is seen. Nothing is lost when the wait for it is given up.
    pub async fn next(&mut self) -> Option<Sight> {
        tokio::select! {
            Some(sighting) = self.prober.next() => Some(self.read(sighting)),
            Some(sight) = self.sights.recv() => Some(sight),
            else => None,
        }
    }

    fn read(&self, sighting: Sighting) -> Sight {
        let Sighting { lookup, asked, answered, result } = sighting;
        let (failover, point) = self.places[lookup];
        let says_stale = result.as_ref().is_ok_and(|reply| reply.stale);
        let answer = result.map_err(|error| in_one_line(&error)).map(|reply| {
            let addresses = self.addresses.lock().unwrap_or_else(PoisonError::into_inner);
            read_answer(&self.scene.watched[failover].failover, &reply, &addresses[failover])
        });
        Sight { failover, at: answered, seen: Seen::Answer { point, asked, answer, says_stale } }
    }
}

fn question(servers: &Servers, failover: &Failover, role: Role) -> Query {
    let question = servers.question(&failover.name, failover.record_type());
    match role {
        Role::Authoritative => question,
        Role::Recursive => question.recursive(),
    }
}

#[expect(clippy::cast_precision_loss, reason = "far fewer failovers than 2^53")]
fn share(index: usize, all: usize) -> f64 {
    index as f64 / all as f64
}

/// When it is time to look again.
struct Beat {
    clock: Clock,
    next: Duration,
    period: Duration,
}

impl Beat {
    /// For the first time so long after now, and then once in each period.
    fn new(clock: &Clock, (delay, period): (Duration, Duration)) -> Self {
        Self { clock: clock.clone(), next: clock.elapsed() + delay, period }
    }

    /// Waits for it. A look that took longer than a period is followed by the next at once.
    async fn come(&mut self) {
        self.clock.sleep_until(self.next).await;
        self.next = self.clock.elapsed() + self.period;
    }
}

/// Asks an endpoint again and again, until nobody listens.
async fn look_at_endpoint(
    scene: Scene,
    failover: usize,
    side: Side,
    when: (Duration, Duration),
    sender: UnboundedSender<Sight>,
) {
    let mut beat = Beat::new(&scene.clock, when);
    loop {
        beat.come().await;
        let served = (scene.fetch)(failover, side).await;
        let seen = Seen::Endpoint { side, served };
        if sender.send(Sight { failover, at: scene.clock.elapsed(), seen }).is_err() {
            return;
        }
    }
}

/// Sends a client again and again, until nobody listens. What it keeps, it keeps from request to request.
async fn be_a_client(
    scene: Scene,
    (failover, client, kind): (usize, usize, ClientKind),
    when: (Duration, Duration),
    sender: UnboundedSender<Sight>,
) {
    let clock = scene.clock;
    let errand = Errand::new(clock.clone(), scene.servers, scene.watched[failover].failover.clone());
    let errand = match scene.sign {
        Some(sign) => errand.signed_by(sign(failover)),
        None => errand,
    };
    let (mut sent, mut beat) = (Client::new(kind, errand), Beat::new(&clock, when));
    loop {
        beat.come().await;
        let seen = Seen::Client { client, look: sent.look().await };
        if sender.send(Sight { failover, at: clock.elapsed(), seen }).is_err() {
            return;
        }
    }
}

async fn follow_addresses(scene: Scene, failover: usize, addresses: Arc<Mutex<Vec<SideAddresses>>>) {
    loop {
        scene.clock.sleep(ADDRESSES_EVERY).await;
        look_up_addresses(&scene, failover, &addresses).await;
    }
}

/// Adds what the sides' names resolve to now to what they resolved to before. A look that fails is made up for
/// by the next.
async fn look_up_addresses(scene: &Scene, failover: usize, addresses: &Mutex<Vec<SideAddresses>>) {
    let found = scene.servers.side_addresses(&scene.clock, &scene.watched[failover].failover).await;
    let Ok(found) = found else { return };
    let mut addresses = addresses.lock().unwrap_or_else(PoisonError::into_inner);
    for (known, found) in addresses[failover].iter_mut().zip(found) {
        remember(known, found);
    }
}

fn remember(known: &mut BTreeSet<IpAddr>, found: BTreeSet<IpAddr>) {
    if known.len() + found.len() > MOST_ADDRESSES {
        known.clear();
    }
    known.extend(found);
}
