//! How is a lab put together, and how does it end?
//!
//! 1. The clock, and S3 in both regions.
//! 2. Route 53's records and the board of verdicts. Then what was kept, or the zone, the buckets and their
//!    objects with which a lab begins.
//! 3. Four name servers, then the resolver, which has to know where they are.
//! 4. The checkers, which find their endpoints by the resolver.
//! 5. CloudWatch, which asks the board; Route 53's API, and the controls.
//!
//! Everything binds a port of its own before the next part starts, so the addresses that are handed out
//! are those at which somebody listens. The parts know each other only by the traits that each of them
//! declares; the glue between them is here.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
};

use tokio::sync::watch;

use super::{
    CloudWatchFault, Options, Ready,
    admin::Admin,
    aws_hosts::{CLOUDFRONT_TTL, S3_TTL, is_distribution, website_region},
    cloudwatch::{Alarms, CloudWatchServer, metric::MetricSource},
    credentials,
    dns::{DnsServer, NameServer, Resolver, S3Hosts, Upstream, ZoneSource},
    health::{Board, CheckSource, Checkers, HealthEvent, Prober},
    http::HttpServer,
    route53::{
        self, NAME_SERVERS,
        store::{Store, StoreSettings},
        types::{HealthCheck, Observation, Observations, Zone},
    },
    s3::{self, Fault, Regions, S3Settings, UnknownRegion},
    seeds,
    signature::AccessKey,
    state::{self, Durable, Keeper, Kept, KeptState, StateError},
};
use crate::{
    clock::{Clock, SpeedError},
    model::{Fqdn, Region},
};

/// Why a lab did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The speed is out of bounds.
    #[error("the lab's clock cannot go at this speed")]
    Speed(#[source] SpeedError),
    /// Both buckets are in one region, or have one name.
    #[error("the lab needs two buckets in two regions, and was given one of either twice")]
    OnePlace,
    /// The state folder cannot be used.
    #[error(transparent)]
    State(StateError),
    /// S3 found no port, or could not be filled.
    #[error("the lab's S3 did not start")]
    S3(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Another server found no port.
    #[error("{what} found no port on 127.0.0.1")]
    Port {
        /// The server.
        what: &'static str,
        /// Why not.
        #[source]
        cause: io::Error,
    },
}

/// A running lab. [`Lab::stop`] ends it and waits; dropping it ends it too.
pub struct Lab {
    clock: Clock,
    options: Options,
    ready: Ready,
    board: Arc<Board>,
    admin: HttpServer,
    route53: HttpServer,
    cloudwatch: CloudWatchServer,
    checkers: Checkers,
    resolver: DnsServer,
    name_servers: Vec<DnsServer>,
    regions: Arc<Regions>,
    keeper: Keeper,
}

impl Lab {
    /// Starts everything.
    pub async fn start(options: Options) -> Result<Self, StartError> {
        let mut kept = KeptState::open(options.state.as_deref(), options.speed)
            .map_err(StartError::State)?
            .map_err(StartError::Speed)?;
        let clock = kept.clock().clone();
        let names = vec![options.primary.region.clone(), options.secondary.region.clone()];
        if options.primary.region == options.secondary.region
            || options.primary.bucket == options.secondary.bucket
        {
            return Err(StartError::OnePlace);
        }
        let regions = Arc::new(start_s3(&clock, &names, &options, kept.durable()).await?);

        let settings = StoreSettings { insync_delay: options.insync_delay, throttling: options.throttling };
        let store = Arc::new(Store::new(clock.clone(), settings));
        let board = Arc::new(Board::new(clock.clone()));
        let alarms = Arc::new(Alarms::default());
        let parts: Vec<Arc<dyn Kept>> =
            vec![Arc::clone(&store) as _, regions.kept(), Arc::clone(&alarms) as _];
        if kept.is_new() {
            seed(&store, &regions, &options)?;
        } else {
            kept.restore(&parts).map_err(StartError::State)?;
        }
        let durable = kept.durable();
        let keeper = kept.keep(parts).map_err(StartError::State)?;

        let served =
            Served { store: Arc::clone(&store), board: Arc::clone(&board), regions: Arc::clone(&regions) };
        let name_servers = start_name_servers(&Arc::new(served)).await?;
        let addresses: Vec<_> = name_servers.iter().map(DnsServer::address).collect();
        let hosts = Box::new(Hosts { regions: Arc::clone(&regions) });
        let answerer = Arc::new(Resolver::new(clock.clone(), hosts, Upstream::new(addresses.clone())));
        let resolver = DnsServer::start(Arc::clone(&answerer) as _).await.map_err(port("the resolver"))?;

        let prober = Prober::new(clock.clone(), answerer);
        let source = Arc::new(Checks { store: Arc::clone(&store) });
        let checkers = Checkers::start(clock.clone(), Arc::clone(&board), source, prober);

        let key = AccessKey {
            id: credentials::ACCESS_KEY_ID.to_owned(),
            secret: credentials::SECRET_ACCESS_KEY.to_owned(),
        };
        let metrics: Vec<Arc<dyn MetricSource>> = vec![Arc::clone(&board) as _];
        let access = (key.clone(), durable.clone());
        let cloudwatch =
            CloudWatchServer::start(clock.clone(), options.metric_delay, metrics, alarms, access);
        let cloudwatch = cloudwatch.await.map_err(port("CloudWatch"))?;
        let router = route53::router(store, Arc::new(Seen { board: Arc::clone(&board) }), key);
        let route53 =
            HttpServer::start(state::guard(router, durable)).await.map_err(port("the Route 53 API"))?;
        let admin =
            Admin { clock: clock.clone(), board: Arc::clone(&board), regions: Arc::clone(&regions), names };
        let admin = HttpServer::start(admin.router()).await.map_err(port("the lab's controls"))?;

        let ready =
            ready(&options, &regions, (&route53, &cloudwatch, &admin), (addresses, resolver.address()));
        Ok(Self {
            clock,
            options,
            ready,
            board,
            admin,
            route53,
            cloudwatch,
            checkers,
            resolver,
            name_servers,
            regions,
            keeper,
        })
    }

    /// Where everything is.
    pub fn ready(&self) -> &Ready {
        &self.ready
    }

    /// The lab's clock.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Breaks or mends a region's S3.
    pub fn set_fault(&self, region: &Region, fault: Fault) -> Result<(), UnknownRegion> {
        self.regions.set_fault(region, fault)
    }

    /// How a region's S3 is broken now; nothing of a region that the lab does not have.
    pub fn fault(&self, region: &Region) -> Option<Fault> {
        self.regions.fault(region)
    }

    /// Breaks or mends CloudWatch.
    pub fn set_cloudwatch_fault(&self, fault: CloudWatchFault) {
        self.cloudwatch.set_fault(fault);
    }

    /// How CloudWatch is broken now.
    pub fn cloudwatch_fault(&self) -> CloudWatchFault {
        self.cloudwatch.fault()
    }

    /// What the checkers saw and what became of it, the oldest first: the truth to hold a measurement
    /// against.
    pub fn health_log(&self) -> Vec<HealthEvent> {
        self.board.log()
    }

    /// A spec for the pair of buckets that the lab starts with.
    pub fn spec_toml(&self) -> String {
        let primary = self.regions.address(&self.options.primary.region);
        self.options.spec_toml(primary.map_or(0, |address| address.port()))
    }

    /// Ends every task of the lab and waits until its ports are closed.
    pub async fn stop(self) {
        self.admin.stop().await;
        self.route53.stop().await;
        self.cloudwatch.stop().await;
        self.checkers.stop().await;
        self.resolver.stop().await;
        for server in self.name_servers {
            server.stop().await;
        }
        // Nobody else holds the regions by now; if somebody did, they would end when the last lets go.
        if let Some(regions) = Arc::into_inner(self.regions) {
            regions.stop().await;
        }
        // Last, when nothing changes any more.
        self.keeper.stop().await;
    }
}

/// Where everything is, now that everything listens: of the APIs Route 53's, CloudWatch's and the controls, of DNS
/// the name servers and the resolver.
fn ready(
    options: &Options,
    regions: &Regions,
    (route53, cloudwatch, admin): (&HttpServer, &CloudWatchServer, &HttpServer),
    (nameservers, resolver): (Vec<SocketAddr>, SocketAddr),
) -> Ready {
    let url = |region: &Region| Some((region.clone(), format!("http://{}", regions.address(region)?)));
    Ready {
        schema: Ready::schema(),
        route53: route53.url(),
        cloudwatch: cloudwatch.url(),
        s3control: None,
        s3: [&options.primary.region, &options.secondary.region].into_iter().filter_map(url).collect(),
        s3_endpoint: format!("http://{}", regions.front_door()),
        mrap: None,
        cloudfront: None,
        nameservers,
        resolver,
        admin: admin.url(),
        speed: options.speed,
    }
}

async fn start_s3(
    clock: &Clock,
    names: &[Region],
    options: &Options,
    durable: Durable,
) -> Result<Regions, StartError> {
    let settings =
        S3Settings { replication_delay: options.replication_delay, durable, ..S3Settings::default() };
    let regions = Regions::start(clock.clone(), names, settings).await;
    regions.map_err(|error: s3::StartError| StartError::S3(error.into()))
}

/// What a lab begins with.
fn seed(store: &Store, regions: &Regions, options: &Options) -> Result<(), StartError> {
    let zone_id = store.create_zone(&options.zone);
    store.seed_records(&zone_id, seeds::foreign_records(&options.zone));
    seeds::buckets(regions, options).map_err(|error: s3::SeedError| StartError::S3(error.into()))
}

async fn start_name_servers(served: &Arc<Served>) -> Result<Vec<DnsServer>, StartError> {
    let mut servers = Vec::new();
    for number in 0..NAME_SERVERS {
        let answerer = Arc::new(NameServer::new(number, Arc::clone(served) as _));
        servers.push(DnsServer::start(answerer).await.map_err(port("a name server"))?);
    }
    Ok(servers)
}

fn port(what: &'static str) -> impl Fn(io::Error) -> StartError {
    move |cause| StartError::Port { what, cause }
}

/// What the name servers stand on.
struct Served {
    store: Arc<Store>,
    board: Arc<Board>,
    regions: Arc<Regions>,
}

impl ZoneSource for Served {
    fn zone(&self, server: usize, name: &Fqdn) -> Option<Arc<Zone>> {
        self.store.zone_as_served(server, name)
    }

    fn healthy(&self, server: usize, check_id: &str) -> bool {
        self.board.healthy(check_id, server)
    }

    fn resource(&self, target: &Fqdn) -> Option<(Ipv4Addr, u32)> {
        if is_distribution(target) {
            return Some((ipv4(self.regions.front_door())?, CLOUDFRONT_TTL));
        }
        let region = website_region(target)?;
        Some((ipv4(self.regions.address(&region)?)?, S3_TTL))
    }
}

fn ipv4(address: SocketAddr) -> Option<Ipv4Addr> {
    match address.ip() {
        std::net::IpAddr::V4(address) => Some(address),
        std::net::IpAddr::V6(_) => None,
    }
}

/// The hosts of S3, for the resolver.
struct Hosts {
    regions: Arc<Regions>,
}

impl S3Hosts for Hosts {
    fn address(&self, host: &Fqdn) -> Option<Ipv4Addr> {
        self.regions.address_of_host(host)
    }
}

/// The health checks, for the checkers.
struct Checks {
    store: Arc<Store>,
}

impl CheckSource for Checks {
    fn health_checks(&self) -> Vec<HealthCheck> {
        self.store.health_checks()
    }

    fn changes(&self) -> watch::Receiver<u64> {
        self.store.health_check_changes()
    }
}

/// What the checkers saw, for the API.
struct Seen {
    board: Arc<Board>,
}

impl Observations for Seen {
    fn observations(&self, check_id: &str) -> Vec<Observation> {
        self.board.observations(check_id)
    }
}
