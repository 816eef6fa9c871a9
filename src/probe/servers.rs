//! Whom to ask: the zone's name servers, and recursive resolvers.

use std::{
    collections::BTreeSet,
    net::{IpAddr, SocketAddr},
    time::Duration,
};

use hickory_proto::rr::RData;

use super::{
    Query, QueryError, Vantage,
    answer::{SideAddresses, address, cname},
    first_answer,
};
use crate::{
    clock::Clock,
    model::{Fqdn, RecordType, Side},
    spec::{Failover, Target},
};

/// Where Unix systems name their resolvers.
const RESOLV_CONF: &str = "/etc/resolv.conf";
/// DNS over UDP and TCP (RFC 1035, 4.2).
const DNS_PORT: u16 = 53;
/// How many names of an alias chain are followed.
const LONGEST_CHAIN: usize = 8;

/// Whom to ask, in whose time, and how long to wait.
#[derive(Clone, Debug)]
pub struct Servers {
    /// Recursive resolvers; at least one.
    pub resolvers: Vec<Vantage>,
    /// The zone's name servers, where they were given; otherwise the delegated ones are looked up.
    pub authoritative: Vec<SocketAddr>,
    /// How long to wait for one reply, in the clock's time.
    pub limit: Duration,
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
    /// The system's configuration names no resolver.
    #[error("the system's resolvers could not be read from {RESOLV_CONF}")]
    NoSystemResolver(#[source] std::io::Error),
    /// A resolver did not answer.
    #[error("no resolver gave an answer for {name} {record_type}")]
    NoAnswer {
        /// The name asked for.
        name: Fqdn,
        /// The type asked for.
        record_type: RecordType,
        /// What became of the last one asked.
        source: QueryError,
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
    /// Reads what `--resolver` and `--nameserver` gave; without resolvers, the system's own are used.
    pub fn parse(
        resolvers: &[String],
        authoritative: &[String],
        limit: Duration,
    ) -> Result<Self, ServerError> {
        let mut found = Vec::new();
        // A variable that is set but empty names nobody.
        for text in resolvers.iter().filter(|text| !text.is_empty()) {
            match text.as_str() {
                "system" => found.extend(system_resolvers()?),
                text => found.push(Vantage::recursive(socket_address(text)?)),
            }
        }
        if found.is_empty() {
            found = system_resolvers()?;
        }
        let authoritative = authoritative
            .iter()
            .filter(|text| !text.is_empty())
            .map(|text| socket_address(text))
            .collect::<Result<_, _>>()?;
        Ok(Self { resolvers: found, authoritative, limit })
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
                RData::NS(name) => name.0.to_ascii().parse().ok(),
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
        Ok(addresses.into_iter().map(|ip| SocketAddr::new(ip, DNS_PORT)).collect())
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
                found[usize::from(side == Side::Secondary)] = self.addresses(clock, &host).await?;
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
    ) -> Result<super::Reply, ServerError> {
        let question = Query { name: name.clone(), record_type, recursive: true };
        let reply = first_answer(clock, &self.resolvers, &question, self.limit).await;
        let reply = reply.expect("there is at least one resolver");
        reply.map_err(|source| ServerError::NoAnswer { name: name.clone(), record_type, source })
    }
}

fn socket_address(text: &str) -> Result<SocketAddr, ServerError> {
    if text.contains("://") {
        let why = "DNS over TCP, TLS and HTTPS are not built in yet; write IP or IP:PORT";
        return Err(ServerError::NotAServer { text: text.to_owned(), why });
    }
    let ip = || text.parse::<IpAddr>().map(|ip| SocketAddr::new(ip, DNS_PORT));
    text.parse().or_else(|_| ip()).map_err(|_| ServerError::NotAServer {
        text: text.to_owned(),
        why: "write IP, IP:PORT or [IPv6]:PORT; names are not looked up here",
    })
}

fn system_resolvers() -> Result<Vec<Vantage>, ServerError> {
    let text = std::fs::read_to_string(RESOLV_CONF).map_err(ServerError::NoSystemResolver)?;
    let config = resolv_conf::Config::parse(&text)
        .map_err(|e| ServerError::NoSystemResolver(std::io::Error::other(e.to_string())))?;
    let server = |ip: &resolv_conf::ScopedIp| Vantage::recursive(SocketAddr::new(ip.into(), DNS_PORT));
    let servers: Vec<Vantage> = config.nameservers.iter().map(server).collect();
    if servers.is_empty() {
        return Err(ServerError::NoSystemResolver(std::io::Error::other("it has no `nameserver` line")));
    }
    Ok(servers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_are_addresses() {
        let address = |text: &str| socket_address(text).map(|a| a.to_string());
        assert_eq!(address("192.0.2.1").expect("an address"), "192.0.2.1:53");
        assert_eq!(address("127.0.0.1:5353").expect("an address"), "127.0.0.1:5353");
        assert_eq!(address("[::1]:5353").expect("an address"), "[::1]:5353");
        assert!(address("dns.example.com").is_err());
        assert!(address("tls://192.0.2.1").is_err());
    }
}
