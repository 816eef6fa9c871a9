//! Where is S3 Control? At one address for all regions, and at one for each of the five control regions.
//!
//! The first suits clients that know one endpoint URL, `AWS_ENDPOINT_URL_S3_CONTROL`: the signature says
//! which region is meant. The others can be taken down one by one so that nobody listens any more.

use std::{collections::BTreeMap, io, net::Ipv4Addr, net::SocketAddr, sync::Arc};

use hyper::{Request, body::Incoming};
use tokio::{net::TcpListener, task::JoinSet};

use super::{
    api::Api,
    fault::{Faults, S3ControlFault},
    service::Service,
};
use crate::{
    clock::Clock,
    lab::{
        fault::Switch,
        listening::Listening,
        mrap::AccessPoints,
        principals::Keyring,
        s3::{Store, UnknownRegion, accept},
        state::Durable,
    },
    model::Region,
};

/// S3 Control, running. Dropping it ends it; [`S3Control::stop`] also waits.
pub(crate) struct S3Control {
    service: Arc<Service>,
    faults: Faults,
    address: SocketAddr,
    addresses: BTreeMap<Region, SocketAddr>,
    tasks: JoinSet<()>,
}

impl S3Control {
    /// Binds six ports of `127.0.0.1` and serves.
    pub(crate) async fn start(
        clock: &Clock,
        points: Arc<AccessPoints>,
        account: Arc<Store>,
        (durable, keys): (Durable, Arc<Keyring>),
    ) -> io::Result<Self> {
        let faults = Faults::new();
        let service = Arc::new(Service::new(Api { points, account }, faults.clone(), durable, keys));
        let mut tasks = JoinSet::new();
        let mut addresses = BTreeMap::new();
        for region in faults.regions() {
            let listener = bind(0).await?;
            let address = listener.local_addr()?;
            addresses.insert(region.clone(), address);
            let own = OneRegion { service: Arc::clone(&service), region: region.clone(), address };
            tasks.spawn(own.serve(listener, faults.clone(), clock.clone()));
        }
        let listener = bind(0).await?;
        let address = listener.local_addr()?;
        let all = Arc::clone(&service);
        tasks.spawn(async move {
            let answer = move |request: Request<Incoming>| {
                let service = Arc::clone(&all);
                async move { service.answer(request, None).await }
            };
            accept(&listener, answer).await;
        });
        Ok(Self { service, faults, address, addresses, tasks })
    }

    /// What answers, for those who have other ways in.
    pub(crate) fn service(&self) -> &Arc<Service> {
        &self.service
    }

    /// Where all regions can be had.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where each control region can be had.
    pub(crate) fn addresses(&self) -> &BTreeMap<Region, SocketAddr> {
        &self.addresses
    }

    /// Breaks or mends a control region, at once.
    pub(crate) fn set_fault(&self, region: &Region, fault: S3ControlFault) -> Result<(), UnknownRegion> {
        if self.faults.set(region, fault) { Ok(()) } else { Err(UnknownRegion(region.clone())) }
    }

    /// How a control region is broken now; nothing of a region that is none of the five.
    pub(crate) fn fault(&self, region: &Region) -> Option<S3ControlFault> {
        self.faults.of(region)
    }

    /// Every control region's switch, for orders by name.
    pub(crate) fn switches(&self) -> impl Iterator<Item = (&Region, &Switch<S3ControlFault>)> {
        self.faults.switches()
    }

    /// Ends it and waits until its ports are closed.
    pub(crate) async fn stop(mut self) {
        self.tasks.shutdown().await;
    }
}

async fn bind(port: u16) -> io::Result<TcpListener> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await
}

/// One control region at its own address.
struct OneRegion {
    service: Arc<Service>,
    region: Region,
    address: SocketAddr,
}

impl OneRegion {
    /// Serves for as long as it is polled; while the region is down, nobody listens.
    async fn serve(self, bound: TcpListener, faults: Faults, clock: Clock) {
        let (address, this) = (self.address, Arc::new(self));
        let fault = faults.watch(&this.region).expect("the region is one of the five");
        let answer = move |request: Request<Incoming>| {
            let own = Arc::clone(&this);
            async move { own.service.answer(request, Some(&own.region)).await }
        };
        let down = |fault: &S3ControlFault| *fault == S3ControlFault::Down;
        let mut listening = Listening::new((address, bound), fault, down, clock);
        while let Some(listener) = listening.open().await {
            tokio::select! {
                () = accept(&listener, answer.clone()) => {}
                () = listening.closed() => {}
            }
        }
    }
}
