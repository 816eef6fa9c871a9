//! Starts and stops the regions, seeds them, and sets their faults.

use std::{
    collections::BTreeMap,
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use bytes::Bytes;
use tokio::{net::TcpListener, task::JoinSet};

use super::{
    access::BlockPublicAccess,
    door::Door,
    fault::{Fault, Faults},
    front_door,
    host::Host,
    listener,
    policy::{Policy, PolicyError},
    replication::{self, Replication},
    service,
    store::{Object, PolicyText, PutCondition, Store, StoreError, Versioning},
};
use crate::{
    clock::Clock,
    lab::state::{Durable, Kept},
    model::{BucketName, Fqdn, Region},
};

/// How the lab's S3 is set.
#[derive(Clone, Debug)]
pub(crate) struct S3Settings {
    /// The port of all regions; 0 takes one that is free.
    pub port: u16,
    /// How long a version takes to its replica, in the lab's time. Modelled: S3 says "most within 15
    /// minutes" (S3 User Guide, `replication-troubleshoot`), and small objects take seconds.
    pub replication_delay: Duration,
    /// Calls that may have changed something are answered when it says so.
    pub durable: Durable,
}

impl Default for S3Settings {
    /// A free port; a replica after 5 seconds (modelled).
    fn default() -> Self {
        Self { port: 0, replication_delay: Duration::from_secs(5), durable: Durable::default() }
    }
}

/// Why the regions did not start.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StartError {
    /// A lab has 1 to 254 regions, each once: region N listens on 127.0.N.1.
    #[error("the lab's S3 needs 1 to 254 regions, each once")]
    Regions,
    /// An address could not be bound.
    #[error(
        "could not listen on {address} for the lab's S3{}",
        if source.kind() == io::ErrorKind::AddrNotAvailable {
            format!("; on macOS add the address first: sudo ifconfig lo0 alias {}", address.ip())
        } else {
            String::new()
        }
    )]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
}

/// The lab does not have the region.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the lab has no region `{0}`")]
pub struct UnknownRegion(pub(crate) Region);

/// Why something could not be put into the lab before it is used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SeedError {
    /// The lab does not have the region.
    #[error(transparent)]
    Region(#[from] UnknownRegion),
    /// The store said no.
    #[error("could not seed the lab's S3")]
    Store(#[from] StoreError),
    /// The policy is none.
    #[error("could not give the bucket its policy")]
    Policy(#[from] PolicyError),
}

/// All regions of the lab's S3. Dropping it ends them; [`Regions::stop`] also waits until they ended.
pub(crate) struct Regions {
    addresses: BTreeMap<Region, SocketAddr>,
    front_door: SocketAddr,
    faults: Faults,
    store: Arc<Store>,
    tasks: JoinSet<()>,
}

impl Regions {
    /// Binds `127.0.1.1`, `127.0.2.1` and so on, one address a region in their order, all on one port,
    /// and the front door on `127.0.0.1`; then serves.
    pub(crate) async fn start(
        clock: Clock,
        regions: &[Region],
        settings: S3Settings,
    ) -> Result<Self, StartError> {
        let ips: Vec<Ipv4Addr> =
            (1..=254).zip(regions).map(|(number, _)| Ipv4Addr::new(127, 0, number, 1)).collect();
        let faults = Faults::new(regions);
        if regions.is_empty() || ips.len() != regions.len() || faults.len() != regions.len() {
            return Err(StartError::Regions);
        }
        let failed = |(address, source)| StartError::Listen { address, source };
        let listeners = listener::bind_one_port(&ips, settings.port).await.map_err(failed)?;
        let mut front = listener::bind_one_port(&[Ipv4Addr::LOCALHOST], 0).await.map_err(failed)?;
        let store = Arc::new(Store::new(clock.clone(), settings.replication_delay));
        let mut started = Self {
            addresses: BTreeMap::new(),
            front_door: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            faults,
            store,
            tasks: JoinSet::new(),
        };
        let mut doors = Vec::new();
        for (region, listener) in regions.iter().zip(listeners) {
            doors.push(started.open(region, listener, &clock, &settings.durable)?);
        }
        if let Some(listener) = front.pop() {
            started.front_door = local_address(&listener)?;
            started.tasks.spawn(front_door::serve(doors, started.store.clone(), listener, clock.clone()));
        }
        started.tasks.spawn(replication::run(started.store.clone(), started.faults.clone(), clock));
        Ok(started)
    }

    fn open(
        &mut self,
        region: &Region,
        listener: TcpListener,
        clock: &Clock,
        durable: &Durable,
    ) -> Result<Arc<Door>, StartError> {
        let address = local_address(&listener)?;
        let service = service::regional_service(region.clone(), self.store.clone(), self.faults.clone());
        let fault = self.faults.watch(region).expect("the faults were made from the same regions");
        let door = Door::new(region.clone(), self.store.clone(), fault, clock.clone(), service)
            .answering_when(durable.clone());
        let door = Arc::new(door);
        self.addresses.insert(region.clone(), address);
        self.tasks.spawn(listener::serve_region(door.clone(), address, listener, clock.clone()));
        Ok(door)
    }

    /// What of it outlives the lab.
    pub(crate) fn kept(&self) -> Arc<dyn Kept> {
        self.store.clone()
    }

    /// Where a region listens.
    pub(crate) fn address(&self, region: &Region) -> Option<SocketAddr> {
        self.addresses.get(region).copied()
    }

    /// Where all regions can be had at one address.
    pub(crate) fn front_door(&self) -> SocketAddr {
        self.front_door
    }

    /// The loopback address that serves one of S3's host names: `BUCKET.s3.REGION.amazonaws.com` and
    /// `s3.REGION.amazonaws.com` in all their forms. Whether there is such a bucket does not matter,
    /// as S3's DNS answers for every name. The legacy global names lead to where the bucket lives, or
    /// to us-east-1 (S3 User Guide, `UsingRouting`).
    pub(crate) fn address_of_host(&self, host: &Fqdn) -> Option<Ipv4Addr> {
        let Host::Endpoint { bucket, region } = Host::parse(host.as_str()) else { return None };
        let home = || {
            let home = bucket.and_then(|bucket| self.store.region_of(&bucket));
            home.or_else(|| crate::lab::credentials::DEFAULT_REGION.parse().ok())
        };
        match self.address(&region.or_else(home)?)? {
            SocketAddr::V4(address) => Some(*address.ip()),
            SocketAddr::V6(_) => None,
        }
    }

    /// Breaks or heals a region, at once.
    pub(crate) fn set_fault(&self, region: &Region, fault: Fault) -> Result<(), UnknownRegion> {
        if !self.faults.set(region, fault) {
            return Err(UnknownRegion(region.clone()));
        }
        self.store.wake_replication();
        Ok(())
    }

    /// How a region is broken at present.
    pub(crate) fn fault(&self, region: &Region) -> Option<Fault> {
        self.faults.of(region)
    }

    /// Ends everything and waits until it ended: afterwards the ports can be bound again.
    pub(crate) async fn stop(mut self) {
        self.tasks.shutdown().await;
    }

    /// Seeds a bucket as S3 creates it: private, not versioned, Block Public Access on.
    pub(crate) fn create_bucket(&self, region: &Region, bucket: &BucketName) -> Result<(), SeedError> {
        if self.faults.of(region).is_none() {
            return Err(UnknownRegion(region.clone()).into());
        }
        Ok(self.store.create_bucket(bucket.as_str(), region)?)
    }

    /// Seeds an object, as if it had been put by a client.
    pub(crate) fn put_object(
        &self,
        bucket: &BucketName,
        key: &str,
        bytes: impl Into<Bytes>,
    ) -> Result<(), SeedError> {
        self.store.put(bucket.as_str(), key, Object::new(bytes.into()), &PutCondition::Always)?;
        Ok(())
    }

    /// Gives a bucket its policy, whatever Block Public Access says.
    pub(crate) fn set_policy(&self, bucket: &BucketName, document: &str) -> Result<(), SeedError> {
        let policy = Policy::parse(document, bucket.as_str())?;
        self.change(bucket, |bucket| bucket.policy = Some(PolicyText { text: document.to_owned(), policy }))
    }

    /// Sets a bucket's Block Public Access.
    pub(crate) fn set_public_access_block(
        &self,
        bucket: &BucketName,
        block: BlockPublicAccess,
    ) -> Result<(), SeedError> {
        self.change(bucket, |bucket| bucket.block = Some(block))
    }

    /// Has a bucket keep versions.
    pub(crate) fn enable_versioning(&self, bucket: &BucketName) -> Result<(), SeedError> {
        self.change(bucket, |bucket| bucket.versioning = Versioning::Enabled)
    }

    /// Replicates everything both ways between two buckets, which are versioned for it.
    pub(crate) fn two_way_replication(&self, one: &BucketName, other: &BucketName) -> Result<(), SeedError> {
        self.enable_versioning(one)?;
        self.enable_versioning(other)?;
        self.store.set_replication(one.as_str(), Replication::of_everything_to(other.as_str()))?;
        Ok(self.store.set_replication(other.as_str(), Replication::of_everything_to(one.as_str()))?)
    }

    fn change(
        &self,
        bucket: &BucketName,
        change: impl FnOnce(&mut super::store::Bucket),
    ) -> Result<(), SeedError> {
        Ok(self.store.edit(bucket.as_str(), |bucket| {
            change(bucket);
            Ok(())
        })?)
    }
}

fn local_address(listener: &TcpListener) -> Result<SocketAddr, StartError> {
    let unknown = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    listener.local_addr().map_err(|source| StartError::Listen { address: unknown, source })
}
