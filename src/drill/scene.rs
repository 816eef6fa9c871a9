//! What is watched, by whom, and how often?

use std::{fmt, net::SocketAddr, sync::Arc, time::Duration};

use super::Signal;
use crate::{
    account::Account,
    clock::Clock,
    model::Side,
    probe::{Role, Servers, Vantage, client::ClientKind},
    spec::{Failover, Target},
    watch::{FetchSide, SignFor},
};

/// Name servers are asked 10 times a second when they are few: the precision of the moment at which one switched.
const NAME_SERVER_EVERY: Duration = Duration::from_millis(100);
/// Of our own seconds, not the world's: a lab that goes 20 times as fast would be kept busy by being looked at.
const MOST_QUESTIONS: f64 = 400.0;
/// Between two questions to a resolver of one's own.
const RESOLVER_EVERY: Duration = Duration::from_millis(250);
/// Public resolvers serve others too (as in `watch`).
const PUBLIC_EVERY: Duration = Duration::from_secs(1);
/// Between two requests of our own to each side.
const ENDPOINT_EVERY: Duration = Duration::from_millis(500);
/// Between two requests of each client.
const CLIENT_EVERY: Duration = Duration::from_secs(1);
/// Between two readings of the checkers: `GetHealthCheckStatus` may be called once a second (Route 53
/// Developer Guide, throttling-api-requests). Their looks are further apart than this, so none is missed.
const CHECKERS_EVERY: Duration = Duration::from_millis(1_200);

/// How often each kind of thing is looked at: the precision of its moments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Periods {
    /// Between two questions to one name server.
    pub name_server: Duration,
    /// To one resolver.
    pub resolver: Duration,
    /// To one that serves the public.
    pub public_resolver: Duration,
    /// Between two requests of our own to one side.
    pub endpoint: Duration,
    /// Between two requests of one client.
    pub client: Duration,
    /// Between two readings of what the checkers saw.
    pub checkers: Duration,
}

impl Periods {
    /// As often as is useful, and no machine is kept busy by, for so many name servers and resolvers.
    pub fn for_few(points: usize, clock: &Clock) -> Self {
        #[expect(clippy::cast_precision_loss, reason = "far fewer points than 2^53")]
        let bearable = Duration::from_secs_f64(points as f64 * clock.speed() / MOST_QUESTIONS);
        Self {
            name_server: NAME_SERVER_EVERY.max(bearable),
            resolver: RESOLVER_EVERY.max(bearable),
            public_resolver: PUBLIC_EVERY.max(bearable),
            endpoint: ENDPOINT_EVERY,
            client: CLIENT_EVERY,
            checkers: CHECKERS_EVERY,
        }
    }

    fn of(&self, vantage: &Vantage) -> Duration {
        match vantage.role {
            Role::Authoritative => self.name_server,
            Role::Recursive if vantage.is_public() => self.public_resolver,
            Role::Recursive => self.resolver,
        }
    }
}

/// What is watched, and by whom.
#[derive(Clone)]
pub struct Scene {
    /// The clock of the world.
    pub clock: Clock,
    /// The resolvers that clients use; each is a vantage point.
    pub servers: Servers,
    /// The zone's name servers.
    pub name_servers: Vec<SocketAddr>,
    /// The failover.
    pub failover: Failover,
    /// The account whose checkers are asked.
    pub account: Account,
    /// The side that is going to be broken.
    pub side: Side,
    /// By what Route 53 learns of it.
    pub signal: Signal,
    /// How often everything is looked at; [`Periods::for_few`] unless somebody knows better.
    pub periods: Periods,
    /// How a side is asked for its data; as strangers do, if nobody says otherwise.
    pub fetch: Option<FetchSide>,
    /// Who signs for clients; without anybody, they are strangers.
    pub sign: Option<SignFor>,
    /// A turn is given up at this moment of the clock at the latest.
    pub until: Option<Duration>,
}

impl fmt::Debug for Scene {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scene")
            .field("failover", &self.failover.name)
            .field("side", &self.side)
            .field("signal", &self.signal)
            .field("periods", &self.periods)
            .finish_non_exhaustive()
    }
}

impl Scene {
    /// Every name server and every resolver, and how often it is asked.
    pub fn points(&self) -> Vec<(Vantage, Duration)> {
        let name_servers = self.name_servers.iter().map(|server| self.servers.name_server(*server));
        let points = name_servers.chain(self.servers.resolvers.iter().cloned());
        points.map(|vantage| (self.periods.of(&vantage), vantage)).map(|(every, v)| (v, every)).collect()
    }

    /// The same without how often.
    pub fn vantages(&self) -> Arc<[Vantage]> {
        self.points().into_iter().map(|(vantage, _)| vantage).collect()
    }

    /// Who goes by the name, first the one that looks it up each time: a pointer is asked for an endpoint, every other
    /// name is called itself.
    pub fn clients(&self) -> [ClientKind; 3] {
        let pointer = Side::BOTH.iter().all(|side| self.failover.side(*side).target == Target::Pointer);
        let lead = if pointer { ClientKind::Pointer } else { ClientKind::Https };
        [lead, ClientKind::KeepAlive, ClientKind::Pinned]
    }
}
