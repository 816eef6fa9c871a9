//! Where are the recursive resolvers, one of each character?

use std::{collections::BTreeMap, io, net::SocketAddr, sync::Arc};

use super::{
    character::Character,
    resolver::{Resolver, S3Hosts},
    server::DnsServer,
    upstream::Upstream,
};
use crate::clock::Clock;

/// All of them, each with a cache and a port of its own. Dropping them ends them; [`Resolvers::stop`]
/// also waits.
pub(crate) struct Resolvers {
    honest: (Arc<Resolver>, SocketAddr),
    servers: Vec<(Character, DnsServer)>,
}

impl Resolvers {
    /// Starts one of each, in front of these name servers.
    pub(crate) async fn start(
        clock: &Clock,
        hosts: &Arc<dyn S3Hosts>,
        name_servers: &[SocketAddr],
    ) -> io::Result<Self> {
        let resolver = |character| {
            let upstream = Upstream::new(name_servers.to_vec());
            Arc::new(Resolver::new(clock.clone(), character, Arc::clone(hosts), upstream))
        };
        let honest = resolver(Character::Honest);
        let server = DnsServer::start(Arc::clone(&honest) as _).await?;
        let honest = (honest, server.address());
        let mut servers = vec![(Character::Honest, server)];
        for character in Character::ALL.into_iter().filter(|character| *character != Character::Honest) {
            servers.push((character, DnsServer::start(resolver(character)).await?));
        }
        Ok(Self { honest, servers })
    }

    /// The one that keeps to every TTL.
    pub(crate) fn honest(&self) -> Arc<Resolver> {
        Arc::clone(&self.honest.0)
    }

    /// Where the honest one listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.honest.1
    }

    /// Where each of them listens, by its name.
    pub(crate) fn addresses(&self) -> BTreeMap<String, SocketAddr> {
        let named = |(character, server): &(Character, DnsServer)| (character.to_string(), server.address());
        self.servers.iter().map(named).collect()
    }

    /// Ends every task and waits for it.
    pub(crate) async fn stop(self) {
        for (_, server) in self.servers {
            server.stop().await;
        }
    }
}
