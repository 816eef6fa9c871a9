//! How is the distribution started, configured, broken and looked at?

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex, PoisonError, RwLock, atomic::AtomicU64},
};

use tokio::{net::TcpListener, task::JoinSet};

use super::{
    cache::Cache,
    config::{Behaviour, ConfigError, DistributionConfig},
    edge::Edge,
    fault::CloudFrontFault,
    fetch::{Fetcher, OriginHosts},
    server,
    visits::{Visit, Visits},
};
use crate::{
    clock::Clock,
    lab::{aws_hosts::DISTRIBUTION_HOST, fault::Switch},
    model::Fqdn,
};

/// What cannot be invalidated.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no path to invalidate: it begins with `/`, and `*` can only be its last character")]
pub struct InvalidationError(String);

/// An address at which nobody else takes any port that comes, as everybody does at `127.0.0.1`: so the port of this
/// lab's S3 is free there.
const OWN: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 2);

/// A running distribution. [`Distribution::stop`] ends it and waits; dropping it ends it too.
pub struct Distribution {
    edge: Arc<Edge>,
    address: SocketAddr,
    config: Mutex<DistributionConfig>,
    fault: Switch<CloudFrontFault>,
    tasks: JoinSet<()>,
}

impl Distribution {
    /// Listens and serves: on `port` of `127.0.0.2`, so that a client which knows the port of the lab's S3 finds the
    /// distribution by its name as well; where that cannot be had, on any of `127.0.0.1`. A configuration that CloudFront
    /// refuses is an error, too.
    pub(crate) async fn start(
        clock: Clock,
        hosts: Arc<dyn OriginHosts>,
        config: DistributionConfig,
        port: u16,
    ) -> io::Result<Self> {
        let behaviour = Behaviour::of(&config).map_err(io::Error::other)?;
        let listener = match TcpListener::bind((OWN, port)).await {
            Ok(listener) if port != 0 => listener,
            _ => TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?,
        };
        let address = listener.local_addr()?;
        let edge = Arc::new(Edge {
            domain: DISTRIBUTION_HOST.parse().expect("the distribution's host is a domain name"),
            fetcher: Fetcher { clock: clock.clone(), hosts },
            behaviour: RwLock::new(Arc::new(behaviour)),
            cache: Mutex::new(Cache::default()),
            visits: Visits::default(),
            requests: AtomicU64::new(0),
        });
        let fault = Switch::new();
        let mut tasks = JoinSet::new();
        tasks.spawn(server::serve(Arc::clone(&edge), address, listener, fault.watch(), clock));
        Ok(Self { edge, address, config: Mutex::new(config), fault, tasks })
    }

    /// Its host name.
    pub fn domain(&self) -> &Fqdn {
        &self.edge.domain
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// How it is configured.
    pub fn config(&self) -> DistributionConfig {
        self.config.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Configures it anew, for all requests from now on. (AWS takes minutes to tell its edge locations.) What is
    /// in the cache stays there.
    pub fn configure(&self, config: DistributionConfig) -> Result<(), ConfigError> {
        let behaviour = Arc::new(Behaviour::of(&config)?);
        *self.edge.behaviour.write().unwrap_or_else(PoisonError::into_inner) = behaviour;
        *self.config.lock().unwrap_or_else(PoisonError::into_inner) = config;
        Ok(())
    }

    /// Breaks or mends it, at once.
    pub fn set_fault(&self, fault: CloudFrontFault) {
        self.fault.set(fault);
    }

    /// How it is broken at present.
    pub fn fault(&self) -> CloudFrontFault {
        self.fault.now()
    }

    /// The switch of that, for orders by name.
    pub(crate) fn switch(&self) -> &Switch<CloudFrontFault> {
        &self.fault
    }

    /// Drops what the cache holds at these paths, or below one that ends in `*`; says how many entries that were.
    /// Query strings are not looked at (AWS matches them where they are part of the cache key).
    pub fn invalidate(&self, paths: &[&str]) -> Result<usize, InvalidationError> {
        let is_none =
            |path: &&&str| !path.starts_with('/') || path.strip_suffix('*').unwrap_or(path).contains('*');
        if let Some(path) = paths.iter().find(is_none) {
            return Err(InvalidationError((*path).to_owned()));
        }
        Ok(paths.iter().map(|path| self.edge.cache().invalidate(path)).sum())
    }

    /// The last requests, the oldest first.
    pub fn visits(&self) -> Vec<Visit> {
        self.edge.visits.all()
    }

    /// Ends it and waits until its port is free.
    pub async fn stop(mut self) {
        self.tasks.shutdown().await;
    }
}
