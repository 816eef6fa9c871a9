//! How is a lab put together, and how does it end?
//!
//! 1. The clock, S3 in both regions, the distribution over it, and what belongs to no region.
//! 2. Route 53's records and the board of verdicts. Then what was kept, or the zone, the buckets with their
//!    objects and the access point with which a lab begins.
//! 3. Four name servers, then the resolvers, which have to know where they are.
//! 4. The checkers, which find their endpoints by the honest resolver.
//! 5. CloudWatch, which asks the board and S3; STS, Route 53's API, and the controls.
//!
//! Everything binds a port of its own before the next part starts, so the addresses that are handed out
//! are those at which somebody listens. The parts know each other only by the traits that each of them
//! declares; the glue between them is in `glue`, and what is done to a running lab in `controls`.

mod controls;
mod glue;
mod inspect;

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
};

use tokio::task::JoinSet;

pub use inspect::{ServedCheck, ServedSet};

use glue::{Between, Checks, Hosts, Origins, Replicas, Seen, Served};

use super::{
    Options, Ready,
    admin::Admin,
    advice,
    calls::CallLog,
    cloudfront::Distribution,
    cloudwatch::{Alarms, CloudWatchServer, metric::MetricSource},
    connections,
    dns::{self, Resolvers, S3Hosts, ZoneSource},
    fault::{Schedule, Switchboard, Target},
    global::Global,
    health::{Board, Checkers, CheckersFaults, HealthEvent, Prober, Turn},
    http::HttpServer,
    principals::{Keyring, Role},
    route53::{
        self, NAME_SERVERS,
        store::{Store, StoreSettings},
    },
    s3::{self, Regions, S3Settings},
    seeds,
    state::{self, Durable, Keeper, Kept, KeptState, StateError},
    sts,
};
use crate::{
    clock::{Clock, SpeedError},
    model::Region,
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
    /// S3 found no port, or could not be filled.
    #[error("the lab's S3 did not start")]
    S3(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The access point, S3 Control or the proxy to them did not start.
    #[error("the lab's access point did not start")]
    Global(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The state folder cannot be used.
    #[error(transparent)]
    State(StateError),
    /// Another server found no port.
    #[error("{what} found no port on 127.0.0.1{}", advice::on_binding(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), cause))]
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
    faults: Arc<Schedule>,
    calls: CallLog,
    /// What runs besides the servers.
    tasks: JoinSet<()>,
    store: Arc<Store>,
    admin: HttpServer,
    route53: HttpServer,
    cloudwatch: CloudWatchServer,
    sts: HttpServer,
    checkers: Checkers,
    resolvers: Resolvers,
    name_servers: dns::NameServers,
    global: Global,
    regions: Arc<Regions>,
    cloudfront: Distribution,
    keeper: Keeper,
}

impl Lab {
    /// Starts everything.
    pub async fn start(options: Options) -> Result<Self, StartError> {
        let kept = KeptState::open(options.state.as_deref(), options.speed).map_err(StartError::State)?;
        let mut kept = kept.map_err(StartError::Speed)?;
        let clock = kept.clock().clone();
        connections::allow_many();
        let names = vec![options.primary.region.clone(), options.secondary.region.clone()];
        if options.primary.region == options.secondary.region
            || options.primary.bucket == options.secondary.bucket
        {
            return Err(StartError::OnePlace);
        }
        let keys = Arc::new(Keyring::new(clock.clone(), options.accounts.roles.clone()));
        let calls = CallLog::of(Arc::clone(&keys));
        let access = (kept.durable(), &keys, calls.clone());
        let regions = Arc::new(start_s3(&clock, &names, &options, access).await?);
        let cloudfront = start_cloudfront(&clock, &regions, &options).await?;
        let global = Global::start(&clock, &regions, &options, (kept.durable(), &keys)).await;
        let global = global.map_err(|error| StartError::Global(error.into()))?;

        let settings = StoreSettings {
            insync_delay: options.insync_delay,
            throttling: options.throttling,
            quotas: options.quotas,
        };
        let store = Arc::new(Store::new(clock.clone(), settings));
        let board = Arc::new(Board::new(clock.clone()));
        let alarms = Arc::new(Alarms::default());
        alarms.followed_by(Arc::clone(&board) as _);
        let parts: Vec<Arc<dyn Kept>> = vec![
            Arc::clone(&store) as _,
            regions.kept(),
            Arc::clone(&global.points) as _,
            Arc::clone(&alarms) as _,
        ];
        if kept.is_new() {
            seed(&store, &regions, &global, &options)?;
        } else {
            kept.restore(&parts).map_err(StartError::State)?;
        }
        let durable = kept.durable();
        let keeper = kept.keep(parts).map_err(StartError::State)?;

        let served =
            Served { store: Arc::clone(&store), board: Arc::clone(&board), regions: Arc::clone(&regions) };
        let served = Arc::new(served);
        let source: Arc<dyn ZoneSource> = Arc::clone(&served) as _;
        let name_servers = dns::NameServers::start(&source, NAME_SERVERS).await;
        let name_servers = name_servers.map_err(port("a name server"))?;
        let addresses = name_servers.addresses();
        let hosts: Arc<dyn S3Hosts> =
            Arc::new(Hosts { regions: Arc::clone(&regions), distribution: cloudfront.address() });
        let resolvers = Resolvers::start(&clock, &hosts, &addresses).await.map_err(port("a resolver"))?;

        let checkers_faults = CheckersFaults::new();
        let paths = Between { regions: Arc::clone(&regions), checkers: checkers_faults.clone() };
        let prober = Prober::new(clock.clone(), resolvers.honest()).with_paths(Arc::new(paths));
        let source = Arc::new(Checks { store: Arc::clone(&store) });
        let checkers = Checkers::start(clock.clone(), Arc::clone(&board), source, prober);

        let seen = Arc::new(Seen { board: Arc::clone(&board) });
        let replicas = Arc::new(Replicas { regions: Arc::clone(&regions) });
        let metrics: Vec<Arc<dyn MetricSource>> = vec![Arc::clone(&board) as _, replicas];
        let access = (Arc::clone(&keys), durable.clone(), calls.clone());
        let cloudwatch =
            CloudWatchServer::start(clock.clone(), options.metric_delay, metrics, alarms, access);
        let cloudwatch = cloudwatch.await.map_err(port("CloudWatch"))?;
        let sts = HttpServer::start(sts::router(&clock, &keys, &calls)).await.map_err(port("STS"))?;
        let router = route53::router(Arc::clone(&store), seen, served, keys, calls.clone());
        let router = state::guard(router, durable);
        let route53 = HttpServer::start(router).await.map_err(port("the Route 53 API"))?;
        let switches =
            switchboard(&regions, &store, &name_servers, &checkers_faults, &global, &cloudwatch, &cloudfront);
        let faults = Arc::new(Schedule::new(clock.clone(), switches));
        let mut tasks = JoinSet::new();
        tasks.spawn(Arc::clone(&faults).run());
        let admin = Admin::over(&clock, &board, &faults, &calls);
        let admin = HttpServer::start(admin.router()).await.map_err(port("the lab's controls"))?;

        let mut ready = ready(&options, &regions, (&route53, &cloudwatch, &admin), (addresses, &resolvers));
        ready.sts = sts.url();
        ready.cloudfront = Some(format!("http://{}", cloudfront.address()));
        ready.cloudfront_domain = Some(cloudfront.domain().to_string());
        global.announce(&mut ready);
        Ok(Self {
            clock,
            options,
            ready,
            board,
            faults,
            calls,
            tasks,
            store,
            admin,
            route53,
            cloudwatch,
            sts,
            checkers,
            resolvers,
            name_servers,
            global,
            regions,
            cloudfront,
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

    /// What the checkers saw and what became of it, the oldest first: the truth to hold a measurement
    /// against.
    pub fn health_log(&self) -> Vec<HealthEvent> {
        self.board.log()
    }

    /// When each health check's verdicts were reached, and from when on each name server answers by them.
    pub fn health_turns(&self) -> std::collections::BTreeMap<String, Vec<Turn>> {
        self.board.turns(NAME_SERVERS)
    }

    /// A spec for the pair of buckets that the lab starts with.
    pub fn spec_toml(&self) -> String {
        let primary = self.regions.address(&self.options.primary.region);
        self.options.spec_toml(primary.map_or(0, |address| address.port()))
    }

    /// Ends every task of the lab and waits until its ports are closed.
    pub async fn stop(mut self) {
        self.admin.stop().await;
        self.tasks.shutdown().await;
        self.route53.stop().await;
        self.cloudwatch.stop().await;
        self.sts.stop().await;
        self.checkers.stop().await;
        self.resolvers.stop().await;
        self.name_servers.stop().await;
        self.cloudfront.stop().await;
        self.global.stop().await;
        // Nobody else holds the regions by now; if somebody did, they would end when the last lets go.
        if let Some(regions) = Arc::into_inner(self.regions) {
            regions.stop().await;
        }
        // Last, when nothing changes any more.
        self.keeper.stop().await;
    }
}

/// Every part that can be broken, by its name.
fn switchboard(
    regions: &Regions,
    store: &Store,
    name_servers: &dns::NameServers,
    checkers: &CheckersFaults,
    global: &Global,
    cloudwatch: &CloudWatchServer,
    cloudfront: &Distribution,
) -> Switchboard {
    let mut switches = Switchboard::default();
    for (region, switch) in regions.switches() {
        switches.add(Target::S3(region.clone()), switch.clone());
    }
    switches.add(Target::Route53, store.switch().clone());
    for (number, switch) in (1..).zip(name_servers.switches()) {
        switches.add(Target::NameServer(number), switch);
    }
    for (region, switch) in checkers.switches() {
        switches.add(Target::Checkers(region.clone()), switch.clone());
    }
    for (region, switch) in global.control.switches() {
        switches.add(Target::S3Control(region.clone()), switch.clone());
    }
    switches.add(Target::CloudWatch, cloudwatch.switch().clone());
    switches.add(Target::CloudFront, cloudfront.switch().clone());
    switches
}

/// Where everything is, now that everything listens: of the APIs Route 53's, `CloudWatch`'s and the controls,
/// of DNS the name servers and the resolvers.
fn ready(
    options: &Options,
    regions: &Regions,
    (route53, cloudwatch, admin): (&HttpServer, &CloudWatchServer, &HttpServer),
    (nameservers, resolvers): (Vec<SocketAddr>, &Resolvers),
) -> Ready {
    let url = |region: &Region| Some((region.clone(), format!("http://{}", regions.address(region)?)));
    Ready {
        schema: Ready::schema(),
        route53: route53.url(),
        cloudwatch: cloudwatch.url(),
        sts: String::new(),
        roles: options.accounts.roles.iter().map(Role::arn).collect(),
        s3control: None,
        s3control_regions: std::collections::BTreeMap::new(),
        s3: [&options.primary.region, &options.secondary.region].into_iter().filter_map(url).collect(),
        s3_endpoint: format!("http://{}", regions.front_door()),
        mrap: None,
        https_proxy: None,
        ca_bundle: None,
        cloudfront: None,
        cloudfront_domain: None,
        nameservers,
        resolver: resolvers.address(),
        resolvers: resolvers.addresses(),
        admin: admin.url(),
        speed: options.speed,
    }
}

async fn start_s3(
    clock: &Clock,
    names: &[Region],
    options: &Options,
    (durable, keys, calls): (Durable, &Arc<Keyring>, CallLog),
) -> Result<Regions, StartError> {
    let (replication_delay, keys) = (options.replication_delay, Some(Arc::clone(keys)));
    let settings = S3Settings { replication_delay, durable, keys, calls, ..S3Settings::default() };
    let regions = Regions::start(clock.clone(), names, settings).await;
    regions.map_err(|error: s3::StartError| StartError::S3(error.into()))
}

/// What a lab begins with.
fn seed(store: &Store, regions: &Regions, global: &Global, options: &Options) -> Result<(), StartError> {
    let zone_id = store.create_zone(&options.zone);
    store.seed_records(&zone_id, seeds::foreign_records(&options.zone));
    seeds::buckets(regions, options).map_err(|error: s3::SeedError| StartError::S3(error.into()))?;
    seeds::access_point(&global.points, options);
    Ok(())
}

async fn start_cloudfront(
    clock: &Clock,
    regions: &Arc<Regions>,
    options: &Options,
) -> Result<Distribution, StartError> {
    let (primary, secondary) = (&options.primary, &options.secondary);
    let config =
        options.cloudfront.over((&primary.bucket, &primary.region), (&secondary.bucket, &secondary.region));
    let port_of_s3 = regions.address(&primary.region).map_or(0, |address| address.port());
    let origins = Arc::new(Origins { regions: Arc::clone(regions), port: port_of_s3 });
    let started = Distribution::start(clock.clone(), origins, config, port_of_s3).await;
    started.map_err(port("the distribution"))
}

fn port(what: &'static str) -> impl Fn(io::Error) -> StartError {
    move |cause| StartError::Port { what, cause }
}
