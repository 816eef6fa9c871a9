//! Where are the zone's four name servers, and how is each of them set?

use std::{io, net::SocketAddr, sync::Arc};

use super::{
    fault::{NameServerFault, UnknownNameServer},
    knowledge::ZoneSource,
    nameserver::NameServer,
    server::DnsServer,
};
use crate::lab::fault::Breakable;

/// All of them, each on a port of its own. Dropping them ends them; [`NameServers::stop`] also waits.
pub(crate) struct NameServers {
    servers: Vec<(Arc<NameServer>, DnsServer)>,
}

impl NameServers {
    /// Starts `count` servers, numbered from 0.
    pub(crate) async fn start(source: &Arc<dyn ZoneSource>, count: usize) -> io::Result<Self> {
        let mut servers = Vec::new();
        for number in 0..count {
            let answerer = Arc::new(NameServer::new(number, Arc::clone(source)));
            let server = DnsServer::start(Arc::clone(&answerer) as _).await?;
            servers.push((answerer, server));
        }
        Ok(Self { servers })
    }

    /// Where each of them listens, in their order.
    pub(crate) fn addresses(&self) -> Vec<SocketAddr> {
        self.servers.iter().map(|(_, server)| server.address()).collect()
    }

    /// Breaks or mends one of them, at once.
    pub(crate) fn set_fault(&self, number: usize, fault: NameServerFault) -> Result<(), UnknownNameServer> {
        let (answerer, _) = self.servers.get(number).ok_or(UnknownNameServer(number))?;
        answerer.set_fault(fault);
        Ok(())
    }

    /// How one of them is broken now; nothing for one that is not there.
    pub(crate) fn fault(&self, number: usize) -> Option<NameServerFault> {
        self.servers.get(number).map(|(answerer, _)| answerer.fault())
    }

    /// Each of them, for orders by name.
    pub(crate) fn switches(&self) -> impl Iterator<Item = NameServerSwitch> {
        self.servers.iter().map(|(answerer, _)| NameServerSwitch(Arc::clone(answerer)))
    }

    /// Ends every task and waits for it.
    pub(crate) async fn stop(self) {
        for (_, server) in self.servers {
            server.stop().await;
        }
    }
}

/// The fault of one of them. It keeps it itself, since what a stale server goes on with is taken at the moment
/// of the order.
pub(crate) struct NameServerSwitch(Arc<NameServer>);

impl Breakable for NameServerSwitch {
    fn kinds(&self) -> Vec<&'static str> {
        NameServerFault::ALL.iter().map(|fault| fault.name()).collect()
    }

    fn kind(&self) -> &'static str {
        self.0.fault().name()
    }

    fn set_kind(&self, name: &str) -> bool {
        let found = NameServerFault::ALL.into_iter().find(|fault| fault.name() == name);
        found.inspect(|fault| self.0.set_fault(*fault)).is_some()
    }
}
