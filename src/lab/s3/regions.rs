//! Starts and stops the regions, seeds them, and sets their faults.

use std::{
    collections::BTreeMap,
    io,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use bytes::Bytes;
use tokio::{net::TcpListener, sync::watch, task::JoinSet};

use super::{
    access::BlockPublicAccess,
    door::{Door, Face},
    fault::{Fault, Faults},
    front_door,
    host::Host,
    listener,
    policy::{Policy, PolicyError},
    replication::{self, Replication, ReplicationDelay},
    service::RegionalS3,
    store::{Object, PolicyText, PutCondition, Store, StoreError, Versioning},
};
use crate::{
    clock::Clock,
    lab::{
        advice,
        calls::CallLog,
        fault::Switch,
        principals::{AccountId, Keyring},
        state::{Durable, Kept},
    },
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
    /// Who may come in; without it, those whom every lab knows.
    pub keys: Option<Arc<Keyring>>,
    /// Where signed requests are written down.
    pub calls: CallLog,
}

impl Default for S3Settings {
    /// A free port; a replica after 5 seconds (modelled).
    fn default() -> Self {
        let (durable, calls) = (Durable::default(), CallLog::default());
        Self { port: 0, replication_delay: Duration::from_secs(5), durable, keys: None, calls }
    }
}

/// Why the regions did not start.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StartError {
    /// A lab has 1 to 254 regions, each once: region N listens on 127.0.N.1.
    #[error("the lab's S3 needs 1 to 254 regions, each once")]
    Regions,
    /// An address could not be bound.
    #[error("could not listen on {address} for the lab's S3{}", advice::on_binding(*address, source))]
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
    websites: BTreeMap<Region, SocketAddr>,
    front_door: SocketAddr,
    faults: Faults,
    store: Arc<Store>,
    doors: Vec<Arc<Door>>,
    tasks: JoinSet<()>,
}

impl Regions {
    /// Binds `127.0.1.1`, `127.0.2.1` and so on, one address a region in their order, and `127.0.1.2` and
    /// so on for their website endpoints, all on one port, and the front door on `127.0.0.1`; then serves.
    pub(crate) async fn start(
        clock: Clock,
        regions: &[Region],
        settings: S3Settings,
    ) -> Result<Self, StartError> {
        let ips = |last| (1..=254).zip(regions).map(move |(number, _)| Ipv4Addr::new(127, 0, number, last));
        let (rest, websites) = (ips(1), ips(2));
        let ips: Vec<Ipv4Addr> = rest.collect();
        let faults = Faults::new(regions);
        if regions.is_empty() || ips.len() != regions.len() || faults.len() != regions.len() {
            return Err(StartError::Regions);
        }
        let failed = |(address, source)| StartError::Listen { address, source };
        let all: Vec<Ipv4Addr> = ips.iter().copied().chain(websites).collect();
        let mut listeners = listener::bind_one_port(&all, settings.port).await.map_err(failed)?;
        let websites = listeners.split_off(ips.len());
        let mut front = listener::bind_one_port(&[Ipv4Addr::LOCALHOST], 0).await.map_err(failed)?;
        let store = Arc::new(Store::new(clock.clone(), settings.replication_delay));
        let mut started = Self {
            addresses: BTreeMap::new(),
            websites: BTreeMap::new(),
            front_door: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            faults,
            store,
            doors: Vec::new(),
            tasks: JoinSet::new(),
        };
        let keys = settings.keys.clone().unwrap_or_else(|| Arc::new(Keyring::new(clock.clone(), Vec::new())));
        for ((region, listener), website) in regions.iter().zip(listeners).zip(websites) {
            let door = started.open(region, (listener, website), &clock, (&settings, &keys))?;
            started.doors.push(door);
        }
        let doors = started.doors.clone();
        if let Some(listener) = front.pop() {
            started.front_door = local_address(&listener)?;
            started.tasks.spawn(front_door::serve(doors, started.store.clone(), listener));
        }
        started.tasks.spawn(replication::run(started.store.clone(), started.faults.clone(), clock));
        Ok(started)
    }

    fn open(
        &mut self,
        region: &Region,
        (listener, website): (TcpListener, TcpListener),
        clock: &Clock,
        (settings, keys): (&S3Settings, &Arc<Keyring>),
    ) -> Result<Arc<Door>, StartError> {
        let fault = self.faults.watch(region).expect("the faults were made from the same regions");
        let regional = RegionalS3 {
            region: region.clone(),
            store: self.store.clone(),
            faults: self.faults.clone(),
            keys: Arc::clone(keys),
            calls: settings.calls.clone(),
        };
        let door = Arc::new(Door::new(regional, fault, clock.clone(), settings.durable.clone()));
        self.tasks.spawn(resume_replication(door.fault(), self.store.clone()));
        let (address, websites) = (local_address(&listener)?, local_address(&website)?);
        self.addresses.insert(region.clone(), address);
        self.websites.insert(region.clone(), websites);
        self.tasks.spawn(listener::serve_region(door.clone(), address, listener, clock.clone()));
        let side = Arc::new(door.with_face(Face::Website));
        self.tasks.spawn(listener::serve_region(side, websites, website, clock.clone()));
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

    /// The ways into the regions, for those who answer in their name, such as an access point.
    pub(crate) fn doors(&self) -> &[Arc<Door>] {
        &self.doors
    }

    /// The region that answers at an address, by either of its endpoints.
    pub(crate) fn region_at(&self, address: IpAddr) -> Option<&Region> {
        let mut all = self.addresses.iter().chain(&self.websites);
        all.find(|(_, socket)| socket.ip() == address).map(|(region, _)| region)
    }

    /// Where all regions can be had at one address.
    pub(crate) fn front_door(&self) -> SocketAddr {
        self.front_door
    }

    /// The loopback address that serves one of S3's host names: `BUCKET.s3.REGION.amazonaws.com` and
    /// `s3.REGION.amazonaws.com` in all their forms, and the website endpoints. Whether there is such a bucket does not matter,
    /// as S3's DNS answers for every name. The legacy global names lead to where the bucket lives, or
    /// to us-east-1 (S3 User Guide, `UsingRouting`).
    pub(crate) fn address_of_host(&self, host: &Fqdn) -> Option<Ipv4Addr> {
        let (bucket, region) = match Host::parse(host.as_str()) {
            Host::Endpoint { bucket, region } => (bucket, region),
            Host::Website { region, .. } => return ipv4(*self.websites.get(&region)?),
            Host::Address | Host::Custom(_) => return None,
        };
        let home = || {
            let home = bucket.and_then(|bucket| self.store.region_of(&bucket));
            home.or_else(|| crate::lab::credentials::DEFAULT_REGION.parse().ok())
        };
        ipv4(self.address(&region.or_else(home)?)?)
    }

    /// The store behind all regions, for those who serve other parts of the account.
    pub(crate) fn store(&self) -> &Arc<Store> {
        &self.store
    }

    /// Breaks or heals a region, at once.
    pub(crate) fn set_fault(&self, region: &Region, fault: Fault) -> Result<(), UnknownRegion> {
        if self.faults.set(region, fault) { Ok(()) } else { Err(UnknownRegion(region.clone())) }
    }

    /// Every region's switch, for orders by name.
    pub(crate) fn switches(&self) -> impl Iterator<Item = (&Region, &Switch<Fault>)> {
        self.faults.switches()
    }

    /// How versions travel from one region to another.
    pub(crate) fn replication_delay(&self, from: &Region, to: &Region) -> Option<ReplicationDelay> {
        self.known(from).and_then(|()| self.known(to)).ok()?;
        Some(self.store.replication_delay(from, to))
    }

    /// Changes how versions travel, those that are on their way included.
    pub(crate) fn set_replication_delay(
        &self,
        from: &Region,
        to: &Region,
        delay: ReplicationDelay,
    ) -> Result<(), UnknownRegion> {
        self.known(from)?;
        self.known(to)?;
        self.store.set_replication_delay(from, to, delay);
        Ok(())
    }

    fn known(&self, region: &Region) -> Result<(), UnknownRegion> {
        self.faults.of(region).map(drop).ok_or_else(|| UnknownRegion(region.clone()))
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
        self.store.seed_replication(one.as_str(), Replication::of_everything_to(other.as_str()))?;
        Ok(self.store.seed_replication(other.as_str(), Replication::of_everything_to(one.as_str()))?)
    }

    /// Gives a bucket to an account.
    pub(crate) fn set_owner(&self, bucket: &BucketName, owner: AccountId) -> Result<(), SeedError> {
        self.change(bucket, |bucket| bucket.owner = owner)
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

/// Has replication look again whenever the region's fault changes.
async fn resume_replication(mut fault: watch::Receiver<Fault>, store: Arc<Store>) {
    while fault.changed().await.is_ok() {
        store.wake_replication();
    }
}

fn ipv4(address: SocketAddr) -> Option<Ipv4Addr> {
    match address {
        SocketAddr::V4(address) => Some(*address.ip()),
        SocketAddr::V6(_) => None,
    }
}

fn local_address(listener: &TcpListener) -> Result<SocketAddr, StartError> {
    let unknown = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    listener.local_addr().map_err(|source| StartError::Listen { address: unknown, source })
}
