//! Whom to ask: the zone's name servers, and recursive resolvers.

use std::{
    collections::BTreeSet,
    net::{IpAddr, SocketAddr},
    time::Duration,
};

use hickory_proto::rr::RData;

use super::{
    answer::{SideAddresses, address, cname},
    names::to_fqdn,
    vantage::{Transport, Vantage},
    wire::{ClientSubnet, Query, QueryError, Reply, SubnetError, first_answer},
};
use crate::{
    clock::Clock,
    model::{Fqdn, RecordType, Side},
    spec::{Failover, Target},
};

/// How many names of an alias chain are followed.
const LONGEST_CHAIN: usize = 8;

/// Whom to ask, in whose time, and how long to wait.
#[derive(Clone, Debug)]
pub struct Servers {
    /// Recursive resolvers; at least one.
    pub resolvers: Vec<Vantage>,
    /// The zone's name servers, where they were given; otherwise the delegated ones are looked up.
    pub authoritative: Vec<SocketAddr>,
    /// Those of them that are asked over TCP alone.
    pub tcp_only: BTreeSet<SocketAddr>,
    /// The network on whose behalf is asked (RFC 7871), where that was said.
    pub subnet: Option<ClientSubnet>,
    /// How long to wait for one reply, in the clock's time.
    pub limit: Duration,
    /// At which port the name servers are that a delegation names: 53, but in a tree of one's own.
    pub port: u16,
}

/// Why nobody can be asked.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// Not an address that can be asked.
    #[error("`{text}` is no server to ask: {why}")]
    NotAServer {
        /// What was given.
        text: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// Not a network on whose behalf could be asked.
    #[error(transparent)]
    NotASubnet(#[from] SubnetError),
    /// The system's configuration names no resolver.
    #[error("the system's resolvers could not be read from /etc/resolv.conf")]
    NoSystemResolver(#[source] std::io::Error),
    /// A resolver did not answer.
    #[error("no resolver gave an answer for {name} {record_type}")]
    NoAnswer {
        /// The name asked for.
        name: Fqdn,
        /// The type asked for.
        record_type: RecordType,
        /// What became of the last one asked.
        source: Box<QueryError>,
    },
    /// A name has no address.
    #[error("the resolvers know no address of {name} ({said})")]
    NoAddress {
        /// The name.
        name: Fqdn,
        /// The response code or what else was said.
        said: String,
    },
    /// Nobody is delegated to answer for the zone.
    #[error("the resolvers know no name server of the zone {zone} ({said}): is it delegated?")]
    NotDelegated {
        /// The zone.
        zone: Fqdn,
        /// The response code.
        said: String,
    },
}

impl Servers {
    /// These resolvers, and the name servers that they know.
    pub fn of(resolvers: Vec<Vantage>, limit: Duration) -> Self {
        let (authoritative, tcp_only) = (Vec::new(), BTreeSet::new());
        Self { resolvers, authoritative, tcp_only, subnet: None, limit, port: Transport::DNS_PORT }
    }

    /// A question on behalf of the network for which is asked, if there is one; to a name server.
    pub fn question(&self, name: &Fqdn, record_type: RecordType) -> Query {
        Query::of(name, record_type).on_behalf_of(self.subnet)
    }

    /// How a name server is asked: over UDP, if nothing else was said of this one.
    pub fn name_server(&self, server: SocketAddr) -> Vantage {
        let vantage = Vantage::authoritative(server);
        if self.tcp_only.contains(&server) { vantage.over(Transport::Tcp) } else { vantage }
    }

    /// The zone's name servers: those that were given, or every address of every name of the zone's
    /// delegation.
    pub async fn name_servers(&self, clock: &Clock, zone: &Fqdn) -> Result<Vec<SocketAddr>, ServerError> {
        if !self.authoritative.is_empty() {
            return Ok(self.authoritative.clone());
        }
        let reply = self.ask_resolvers(clock, zone, RecordType::Ns).await?;
        let names: BTreeSet<Fqdn> = reply
            .answers
            .iter()
            .filter_map(|record| match &record.data {
                RData::NS(name) => to_fqdn(&name.0),
                _ => None,
            })
            .collect();
        if names.is_empty() {
            return Err(ServerError::NotDelegated {
                zone: zone.clone(),
                said: reply.code.to_str().to_owned(),
            });
        }
        let mut addresses = BTreeSet::new();
        for name in &names {
            addresses.extend(self.addresses(clock, name).await?);
        }
        Ok(addresses.into_iter().map(|ip| SocketAddr::new(ip, self.port)).collect())
    }

    /// The IPv4 addresses of a name, by the resolvers.
    pub async fn addresses(&self, clock: &Clock, name: &Fqdn) -> Result<BTreeSet<IpAddr>, ServerError> {
        let mut wanted = name.clone();
        for _ in 0..LONGEST_CHAIN {
            let reply = self.ask_resolvers(clock, &wanted, RecordType::A).await?;
            let addresses: BTreeSet<IpAddr> = reply.answers.iter().filter_map(|r| address(&r.data)).collect();
            if !addresses.is_empty() {
                return Ok(addresses);
            }
            // A resolver follows the chain itself; one that does not is helped along.
            match reply.answers.iter().rev().find_map(|record| cname(&record.data)) {
                Some(next) if next != wanted => wanted = next,
                _ => {
                    return Err(ServerError::NoAddress {
                        name: name.clone(),
                        said: reply.code.to_str().to_owned(),
                    });
                }
            }
        }
        Err(ServerError::NoAddress {
            name: name.clone(),
            said: "its chain of aliases does not end".to_owned(),
        })
    }

    /// The addresses of each side's alias target, primary first. Pointers need none: their answers
    /// carry the target's name.
    pub async fn side_addresses(
        &self,
        clock: &Clock,
        failover: &Failover,
    ) -> Result<SideAddresses, ServerError> {
        let mut found = SideAddresses::default();
        for side in Side::BOTH {
            if failover.side(side).target != Target::Pointer {
                let host = failover.side(side).probe_host();
                found[side.index()] = self.addresses(clock, &host).await?;
            }
        }
        Ok(found)
    }

    /// Asks the resolvers in turn until one answers.
    pub async fn ask_resolvers(
        &self,
        clock: &Clock,
        name: &Fqdn,
        record_type: RecordType,
    ) -> Result<Reply, ServerError> {
        let question = self.question(name, record_type).recursive();
        let reply = first_answer(clock, &self.resolvers, &question, self.limit).await;
        let reply = reply.expect("there is at least one resolver");
        reply.map_err(|error| {
            let source = Box::new(error);
            ServerError::NoAnswer { name: name.clone(), record_type, source }
        })
    }
}
