//! What belongs to no region: the access points over the pair of buckets, S3 Control, and the tunnel to
//! both.

use std::{io, net::Ipv4Addr, sync::Arc};

use super::{
    Options, Ready,
    mrap::{self, AccessPoints, Alias, Delays, Entrance, Name},
    principals::Keyring,
    s3::{Holder, Regions},
    s3control::{S3Control, region_of_host},
    seeds,
    state::Durable,
    tunnel::{AuthorityError, Tunnel},
};
use crate::{clock::Clock, model::Fqdn};

/// Why it did not start.
#[derive(Debug, thiserror::Error)]
pub(super) enum GlobalError {
    /// A server found no port.
    #[error("{what} found no port on 127.0.0.1")]
    Port {
        /// The server.
        what: &'static str,
        /// Why not.
        #[source]
        cause: io::Error,
    },
    /// There is no proxy.
    #[error(transparent)]
    Tunnel(#[from] AuthorityError),
}

/// All of it, running.
pub(super) struct Global {
    pub(super) points: Arc<AccessPoints>,
    pub(super) control: S3Control,
    pub(super) entrance: Arc<Entrance>,
    server: mrap::Server,
    tunnel: Tunnel,
}

impl Global {
    /// Starts it, without access points. S3 Control answers calls that may have changed something when
    /// `durable` says so.
    pub(super) async fn start(
        clock: &Clock,
        regions: &Regions,
        options: &Options,
        (durable, keys): (Durable, &Arc<Keyring>),
    ) -> Result<Self, GlobalError> {
        let delays = Delays { operation: options.mrap_operation_delay, routes: options.mrap_route_delay };
        let points = AccessPoints::new(clock.clone(), delays, Arc::clone(regions.store()));
        let points = Arc::new(points);
        let holder: Arc<dyn Holder> = Arc::clone(&points) as _;
        regions.store().set_holder(Arc::downgrade(&holder));
        let client = options.client_location.clone().unwrap_or_else(|| options.primary.region.clone());
        let entrance =
            Entrance::new(clock.clone(), Arc::clone(&points), regions.doors(), client, Arc::clone(keys));
        let entrance = Arc::new(entrance);
        let port = |what| move |cause| GlobalError::Port { what, cause };
        let store = Arc::clone(regions.store());
        let control = S3Control::start(clock, Arc::clone(&points), store, (durable, Arc::clone(keys))).await;
        let control = control.map_err(port("S3 Control"))?;
        let server = mrap::Server::start(Arc::clone(&entrance)).await;
        let server = server.map_err(port("the Multi-Region Access Point"))?;
        let tunnel = Tunnel::start(Arc::clone(&entrance), &control, regions.doors()).await?;
        Ok(Self { points, control, entrance, server, tunnel })
    }

    /// Says where it is.
    pub(super) fn announce(&self, ready: &mut Ready) {
        let url = |address| format!("http://{address}");
        ready.s3control = Some(url(self.control.address()));
        let regions = self.control.addresses().iter();
        ready.s3control_regions = regions.map(|(region, address)| (region.clone(), url(*address))).collect();
        ready.mrap = Some(url(self.server.address()));
        ready.https_proxy = Some(self.tunnel.url());
        ready.ca_bundle = Some(self.tunnel.certificate().to_owned());
    }

    /// Ends it and waits.
    pub(super) async fn stop(self) {
        self.tunnel.stop().await;
        self.server.stop().await;
        self.control.stop().await;
    }
}

/// The loopback address that serves one of these hosts: those of access points and of S3 Control. Whether
/// there is such an access point does not matter, as S3's DNS answers for every name.
pub(super) fn address_of_host(host: &Fqdn) -> Option<Ipv4Addr> {
    let host = host.as_str();
    (mrap::alias_of_host(host).is_some() || region_of_host(host).is_some()).then_some(Ipv4Addr::LOCALHOST)
}

/// What the access point is called that a lab starts with: the first that is made, so always the same.
pub(super) fn first_alias() -> Alias {
    let name: Name = seeds::ACCESS_POINT.parse().expect("the example is a name");
    Alias::new(&name, 1)
}
