//! How is a lab put together, and how does it end?
//!
//! 1. S3 in both regions, with its buckets and their objects.
//! 2. Route 53's records and the board of verdicts; the zone.
//! 3. Four name servers, then the resolvers, which have to know where they are.
//! 4. The checkers, which find their endpoints by the honest resolver.
//! 5. Route 53's API, and the controls.
//!
//! Everything binds a port of its own before the next part starts, so the addresses that are handed out
//! are those at which somebody listens. The parts know each other only by the traits that each of them
//! declares; the glue between them is here.

use std::{
    collections::BTreeMap,
    io,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use tokio::{sync::watch, task::JoinSet};

use super::{
    Options, Ready,
    admin::Admin,
    advice,
    aws_hosts::{
        BUCKET_WEBSITE_TTL, CLOUDFRONT_TTL, DISTRIBUTION_HOST, S3_TTL, is_distribution, website_region,
    },
    cloudfront::{Distribution, OriginHosts},
    connections, credentials,
    dns::{
        self, AwsHost, AwsName, NameServerFault, Resolvers, S3Hosts, UnknownNameServer, ZoneSource, aws_name,
        say, website_name,
    },
    fault::{Order, Refused, Schedule, State, Switchboard, Target},
    global::{self, Global},
    health::{Board, CheckSource, Checkers, CheckersFaults, HealthEvent, Paths, Prober},
    http::HttpServer,
    route53::{
        self, AccessKey, NAME_SERVERS,
        fault::Route53Fault,
        store::{Store, StoreSettings},
        types::{HealthCheck, NameServers, Observation, Observations, Said, Zone},
    },
    s3::{
        self, Fault, Regions, ReplicationBacklog, ReplicationDelay, ReplicationMetric, S3Settings,
        UnknownRegion,
    },
    s3control::S3ControlFault,
    seeds,
};
use crate::{
    clock::{Clock, SpeedError},
    model::{CHECKER_REGIONS, Fqdn, RecordType, Region},
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
    /// What runs besides the servers.
    tasks: JoinSet<()>,
    store: Arc<Store>,
    admin: HttpServer,
    route53: HttpServer,
    checkers: Checkers,
    resolvers: Resolvers,
    name_servers: dns::NameServers,
    global: Global,
    regions: Arc<Regions>,
    cloudfront: Distribution,
}

impl Lab {
    /// Starts everything.
    pub async fn start(options: Options) -> Result<Self, StartError> {
        let clock = Clock::scaled(options.speed).map_err(StartError::Speed)?;
        connections::allow_many();
        let names = vec![options.primary.region.clone(), options.secondary.region.clone()];
        if options.primary.region == options.secondary.region
            || options.primary.bucket == options.secondary.bucket
        {
            return Err(StartError::OnePlace);
        }
        let regions = Arc::new(start_s3(&clock, &names, &options).await?);
        let cloudfront = start_cloudfront(&clock, &regions, &options).await?;
        let global = Global::start(&clock, &regions, &options).await;
        let global = global.map_err(|error| StartError::Global(error.into()))?;

        let settings = StoreSettings {
            insync_delay: options.insync_delay,
            throttling: options.throttling,
            quotas: options.quotas,
        };
        let store = Arc::new(Store::new(clock.clone(), settings));
        let board = Arc::new(Board::new(clock.clone()));
        let zone_id = store.create_zone(&options.zone);
        store.seed_records(&zone_id, seeds::foreign_records(&options.zone));

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

        let key = AccessKey {
            id: credentials::ACCESS_KEY_ID.to_owned(),
            secret: credentials::SECRET_ACCESS_KEY.to_owned(),
        };
        let seen = Arc::new(Seen { board: Arc::clone(&board) });
        let router = route53::router(Arc::clone(&store), seen, served, key);
        let route53 = HttpServer::start(router).await.map_err(port("the Route 53 API"))?;
        let mut switches = Switchboard::default();
        for (region, switch) in regions.switches() {
            switches.add(Target::S3(region.clone()), switch.clone());
        }
        switches.add(Target::Route53, store.switch().clone());
        for (number, switch) in (1..).zip(name_servers.switches()) {
            switches.add(Target::NameServer(number), switch);
        }
        for (region, switch) in checkers_faults.switches() {
            switches.add(Target::Checkers(region.clone()), switch.clone());
        }
        for (region, switch) in global.control.switches() {
            switches.add(Target::S3Control(region.clone()), switch.clone());
        }
        switches.add(Target::CloudFront, cloudfront.switch().clone());
        let faults = Arc::new(Schedule::new(clock.clone(), switches));
        let mut tasks = JoinSet::new();
        tasks.spawn(Arc::clone(&faults).run());
        let admin = Admin { clock: clock.clone(), board: Arc::clone(&board), faults: Arc::clone(&faults) };
        let admin = HttpServer::start(admin.router()).await.map_err(port("the lab's controls"))?;

        let mut ready = ready(&options, &regions, (&route53, &admin), (addresses, &resolvers));
        ready.cloudfront = Some(format!("http://{}", cloudfront.address()));
        ready.cloudfront_domain = Some(cloudfront.domain().to_string());
        global.announce(&mut ready);
        Ok(Self {
            clock,
            options,
            ready,
            board,
            faults,
            tasks,
            store,
            admin,
            route53,
            checkers,
            resolvers,
            name_servers,
            global,
            regions,
            cloudfront,
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

    /// Takes orders to break or mend parts of the lab, now or later; all of them, or none.
    pub fn order(&self, orders: &[Order]) -> Result<(), Refused> {
        self.faults.take(orders)
    }

    /// Mends everything, and forgets the orders whose time has not come.
    pub fn mend(&self) {
        self.faults.clear();
    }

    /// Every part that can be broken, and how it is.
    pub fn faults(&self) -> BTreeMap<Target, State> {
        self.faults.switches().states()
    }

    /// Breaks or mends a region's S3.
    pub fn set_fault(&self, region: &Region, fault: Fault) -> Result<(), UnknownRegion> {
        self.regions.set_fault(region, fault)
    }

    /// How a region's S3 is broken now; nothing of a region that the lab does not have.
    pub fn fault(&self, region: &Region) -> Option<Fault> {
        self.regions.fault(region)
    }

    /// The distribution over both buckets.
    pub fn cloudfront(&self) -> &Distribution {
        &self.cloudfront
    }

    /// Breaks or mends one of the zone's name servers, numbered 0 to 3.
    pub fn set_name_server_fault(
        &self,
        number: usize,
        fault: NameServerFault,
    ) -> Result<(), UnknownNameServer> {
        self.name_servers.set_fault(number, fault)
    }

    /// How one of the name servers is broken now; nothing for one that the lab does not have.
    pub fn name_server_fault(&self, number: usize) -> Option<NameServerFault> {
        self.name_servers.fault(number)
    }

    /// Breaks or mends Route 53's control plane.
    pub fn set_route53_fault(&self, fault: Route53Fault) {
        self.store.set_fault(fault);
    }

    /// How Route 53's control plane is broken now.
    pub fn route53_fault(&self) -> Route53Fault {
        self.store.fault()
    }

    /// How versions travel from one region to another; nothing of a region that the lab does not have.
    pub fn replication_delay(&self, from: &Region, to: &Region) -> Option<ReplicationDelay> {
        self.regions.replication_delay(from, to)
    }

    /// Changes how versions travel from one region to another, those that are on their way included.
    pub fn set_replication_delay(
        &self,
        from: &Region,
        to: &Region,
        delay: impl Into<ReplicationDelay>,
    ) -> Result<(), UnknownRegion> {
        self.regions.set_replication_delay(from, to, delay.into())
    }

    /// What replication has on its way, for each pair of buckets that has something.
    pub fn replication_backlog(&self) -> Vec<ReplicationBacklog> {
        self.regions.store().replication_backlog()
    }

    /// What the replication rules with metrics measured from `start` to `end` (by the clock's elapsed
    /// time), which has passed.
    pub fn replication_metrics(&self, start: Duration, end: Duration) -> Vec<ReplicationMetric> {
        self.regions.store().replication_metrics(start, end)
    }

    /// Breaks or mends S3 Control in one of its five control regions.
    pub fn set_s3control_fault(&self, region: &Region, fault: S3ControlFault) -> Result<(), UnknownRegion> {
        self.global.control.set_fault(region, fault)
    }

    /// How S3 Control is broken in a region now; nothing of a region that is no control region.
    pub fn s3control_fault(&self, region: &Region) -> Option<S3ControlFault> {
        self.global.control.fault(region)
    }

    /// Moves the clients of access points near another region.
    pub fn set_client_location(&self, region: Region) {
        self.global.entrance.set_client_location(region);
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
    pub async fn stop(mut self) {
        self.admin.stop().await;
        self.tasks.shutdown().await;
        self.route53.stop().await;
        self.checkers.stop().await;
        self.resolvers.stop().await;
        self.name_servers.stop().await;
        self.cloudfront.stop().await;
        self.global.stop().await;
        // Nobody else holds the regions by now; if somebody did, they would end when the last lets go.
        if let Some(regions) = Arc::into_inner(self.regions) {
            regions.stop().await;
        }
    }
}

/// Where everything is, now that everything listens: of the APIs Route 53's and the controls, of DNS
/// the name servers and the resolver.
fn ready(
    options: &Options,
    regions: &Regions,
    (route53, admin): (&HttpServer, &HttpServer),
    (nameservers, resolvers): (Vec<SocketAddr>, &Resolvers),
) -> Ready {
    let url = |region: &Region| Some((region.clone(), format!("http://{}", regions.address(region)?)));
    Ready {
        schema: Ready::schema(),
        route53: route53.url(),
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

async fn start_s3(clock: &Clock, names: &[Region], options: &Options) -> Result<Regions, StartError> {
    let settings = S3Settings { replication_delay: options.replication_delay, ..S3Settings::default() };
    let regions = Regions::start(clock.clone(), names, settings).await;
    let regions = regions.map_err(|error: s3::StartError| StartError::S3(error.into()))?;
    seeds::buckets(&regions, options).map_err(|error: s3::SeedError| StartError::S3(error.into()))?;
    Ok(regions)
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

    fn zones(&self, server: usize) -> Vec<Arc<Zone>> {
        self.store.zones_as_served(server)
    }

    fn healthy(&self, server: usize, check_id: &str) -> bool {
        self.board.healthy(check_id, server)
    }

    fn resource(&self, target: &Fqdn) -> Option<(Ipv4Addr, u32)> {
        if is_distribution(target) {
            return Some((ipv4(self.regions.front_door())?, CLOUDFRONT_TTL));
        }
        website_region(target)?;
        Some((self.regions.address_of_host(target)?, S3_TTL))
    }
}

impl NameServers for Served {
    fn say(&self, server: usize, zone: &Zone, question: (&Fqdn, RecordType), draw: u64) -> Said {
        say(self, server, zone, question, draw)
    }
}

fn ipv4(address: SocketAddr) -> Option<Ipv4Addr> {
    match address.ip() {
        std::net::IpAddr::V4(address) => Some(address),
        std::net::IpAddr::V6(_) => None,
    }
}

/// The hosts of AWS, for the resolvers.
struct Hosts {
    regions: Arc<Regions>,
    distribution: SocketAddr,
}

impl S3Hosts for Hosts {
    fn host(&self, host: &Fqdn) -> Option<AwsHost> {
        let address = |address: Option<Ipv4Addr>, ttl| Some(AwsHost::Address(address?, ttl));
        match aws_name(host) {
            AwsName::MultiRegionAccessPoint => address(global::address_of_host(host), S3_TTL),
            AwsName::Distribution if host.as_str() == DISTRIBUTION_HOST => {
                address(ipv4(self.distribution), CLOUDFRONT_TTL)
            }
            AwsName::Distribution => None,
            AwsName::Website(_) => address(self.regions.address_of_host(host), S3_TTL),
            AwsName::BucketWebsite(region) => {
                self.regions.address(&region)?;
                Some(AwsHost::Alias(website_name(&region)?, BUCKET_WEBSITE_TTL))
            }
            AwsName::Accelerate(global) => address(self.regions.address_of_host(&global), S3_TTL),
            AwsName::Other => {
                let of_s3 = self.regions.address_of_host(host);
                address(of_s3.or_else(|| global::address_of_host(host)), S3_TTL)
            }
        }
    }
}

/// The hosts of S3, for the distribution.
struct Origins {
    regions: Arc<Regions>,
    port: u16,
}

impl OriginHosts for Origins {
    fn address(&self, host: &Fqdn) -> Option<SocketAddr> {
        Some(SocketAddr::from((self.regions.address_of_host(host)?, self.port)))
    }
}

/// What lies between checkers and endpoints: a region that is cut off from some of them, and checkers that
/// are cut off from everything.
struct Between {
    regions: Arc<Regions>,
    checkers: CheckersFaults,
}

impl Paths for Between {
    fn lead(&self, checker_region: &str, address: IpAddr) -> bool {
        let parted = || {
            let region = self.regions.region_at(address)?;
            let number = CHECKER_REGIONS.iter().position(|region| *region == checker_region)?;
            Some(self.regions.fault(region) == Some(Fault::Partition) && number % 2 == 1)
        };
        self.checkers.reach(checker_region) && !parted().unwrap_or(false)
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
