//! What the parts of a lab are to each other: each declares a trait for what it asks, and here is who answers.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use tokio::sync::watch;

use crate::{
    lab::{
        aws_hosts::{
            BUCKET_WEBSITE_TTL, CLOUDFRONT_TTL, DISTRIBUTION_HOST, S3_TTL, is_distribution, website_region,
        },
        cloudfront::OriginHosts,
        cloudwatch::metric::{Datum, Metric, MetricSource},
        dns::{AwsHost, AwsName, S3Hosts, ZoneSource, aws_name, say, website_name},
        global,
        health::{Board, CheckSource, CheckersFaults, Paths},
        route53::{
            store::Store,
            types::{HealthCheck, NameServers, Observation, Observations, Said, Zone},
        },
        s3::{Fault, Regions, ReplicationMetric},
    },
    model::{CHECKER_REGIONS, Fqdn, RecordType},
};

/// What the name servers stand on.
pub(super) struct Served {
    pub(super) store: Arc<Store>,
    pub(super) board: Arc<Board>,
    pub(super) regions: Arc<Regions>,
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
pub(super) struct Hosts {
    pub(super) regions: Arc<Regions>,
    pub(super) distribution: SocketAddr,
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
pub(super) struct Origins {
    pub(super) regions: Arc<Regions>,
    pub(super) port: u16,
}

impl OriginHosts for Origins {
    fn address(&self, host: &Fqdn) -> Option<SocketAddr> {
        Some(SocketAddr::from((self.regions.address_of_host(host)?, self.port)))
    }
}

/// What lies between checkers and endpoints: a region that is cut off from some of them, and checkers that
/// are cut off from everything.
pub(super) struct Between {
    pub(super) regions: Arc<Regions>,
    pub(super) checkers: CheckersFaults,
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
pub(super) struct Checks {
    pub(super) store: Arc<Store>,
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
pub(super) struct Seen {
    pub(super) board: Arc<Board>,
}

impl Observations for Seen {
    fn observations(&self, check_id: &str) -> Vec<Observation> {
        self.board.observations(check_id)
    }
}

/// What S3 measures of its replication, for CloudWatch.
pub(super) struct Replicas {
    pub(super) regions: Arc<Regions>,
}

impl MetricSource for Replicas {
    fn measured(&self, start: Duration, end: Duration) -> Vec<Datum> {
        let datum = |measured: ReplicationMetric| {
            // S3 User Guide, `metrics-dimensions`.
            let dimensions = [
                ("SourceBucket", measured.source_bucket.as_str()),
                ("DestinationBucket", &measured.destination_bucket),
                ("RuleId", &measured.rule_id),
            ];
            let metric = Metric::new("AWS/S3", measured.name, &dimensions);
            Datum::once(&measured.region, metric, measured.unit, measured.value)
        };
        self.regions.store().replication_metrics(start, end).into_iter().map(datum).collect()
    }
}
