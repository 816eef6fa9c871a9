//! Who answers for a zone, by those who say so: its parent, its own name servers, and Route 53?
//!
//! As `dig +trace` goes the last step of its way:
//!
//! 1. The parent is the closest name above that has NS records, and the resolvers know its name servers.
//! 2. Each of those is asked, without recursion, for the zone's NS. It answers a referral: the names in
//!    the authority section, with glue, the addresses that it needs to tell for names within the zone
//!    (RFC 1034, 4.2.1; RFC 9471).
//! 3. Every address of every name, by glue and by the resolvers, IPv4 and IPv6, is a name server of the
//!    zone to somebody. Each is asked for the zone's NS itself: one that has no authority is lame.
//!
//! Judged is elsewhere; here is what was seen. A machine without IPv6 can say nothing about a server's
//! IPv6, and so can one whose IPv6 leads nowhere: when no IPv6 address at all answers, the parent's
//! included, none is called unreachable.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::ErrorKind,
    net::{IpAddr, SocketAddr},
};

use futures_util::future::join_all;
use hickory_proto::{
    op::ResponseCode,
    rr::{RData, Record},
};

use super::{
    Asker, Query, QueryError, Reply, Servers, Vantage,
    answer::address,
    first_answer,
    names::{to_fqdn, to_name},
};
use crate::{
    causes::in_one_line,
    model::{Fqdn, RecordType},
};

/// Names of name servers with addresses: all that are known, or the glue.
pub type Addresses = BTreeMap<Fqdn, BTreeSet<IpAddr>>;

/// What a parent's server says: the delegation with its glue, empty where there is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParentServer {
    /// Its address.
    pub server: SocketAddr,
    /// What it says, or why nothing.
    pub said: Result<Addresses, String>,
}

/// How a server behaves to which the zone is delegated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Authority {
    /// It has authority, and names these name servers itself.
    Answers(BTreeSet<Fqdn>),
    /// It has none, or says nothing, and this is how.
    Lame(String),
    /// This machine has no way there.
    NoRoute,
}

/// One address of one name server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ZoneServer {
    /// Its name.
    pub name: Fqdn,
    /// Its address.
    pub server: SocketAddr,
    /// What it says.
    pub authority: Authority,
}

/// What was seen on the way to a zone's name servers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Walk {
    /// The zone.
    pub zone: Fqdn,
    /// The zone above that delegates it.
    pub parent: Fqdn,
    /// The parent's servers.
    pub parents: Vec<ParentServer>,
    /// Addresses by the resolvers, of every name that somebody calls a name server of the zone.
    pub addresses: Addresses,
    /// The zone's servers: those that the parent names, and those that they name themselves.
    pub servers: Vec<ZoneServer>,
    /// The names that Route 53 gave to the hosted zone, or why that is not known.
    pub route53: Result<BTreeSet<Fqdn>, String>,
}

/// How the zone's name servers were found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Delegation {
    /// Nobody has looked.
    #[default]
    Unseen,
    /// There was no need to, or no sense in it, and why.
    Skipped(&'static str),
    /// It could not be walked, and why.
    Unknown(String),
    /// It was walked.
    Walked(Box<Walk>),
}

impl Walk {
    /// The parent's names: what any of its servers says, and the glue that goes with them.
    pub fn delegated(&self) -> Addresses {
        let mut all = Addresses::new();
        for (name, glue) in self.parents.iter().filter_map(|parent| parent.said.as_ref().ok()).flatten() {
            all.entry(name.clone()).or_default().extend(glue);
        }
        all
    }

    /// The names that the zone's own servers call its name servers.
    pub fn listed(&self) -> BTreeSet<Fqdn> {
        let answers = self.servers.iter().filter_map(|server| match &server.authority {
            Authority::Answers(names) => Some(names),
            Authority::Lame(_) | Authority::NoRoute => None,
        });
        answers.flatten().cloned().collect()
    }

    /// The addresses to ask: all of the zone's servers but those to which there is no way.
    pub fn vantages(&self) -> BTreeSet<SocketAddr> {
        let there = self.servers.iter().filter(|server| server.authority != Authority::NoRoute);
        there.map(|server| server.server).collect()
    }

    /// The addresses to which this machine has no way.
    pub fn without_route(&self) -> BTreeSet<SocketAddr> {
        let gone = self.servers.iter().filter(|server| server.authority == Authority::NoRoute);
        gone.map(|server| server.server).collect()
    }
}

/// Walks from the zone's parent to its servers. `route53` is what Route 53's API says of them.
pub async fn walk(
    asker: &Asker,
    servers: &Servers,
    zone: &Fqdn,
    route53: Result<BTreeSet<Fqdn>, String>,
) -> Result<Walk, String> {
    let walker = Walker { asker, servers };
    let (parent, names) = walker.parent_of(zone).await?;
    let known = walker.addresses_of(&names).await;
    let above: BTreeSet<SocketAddr> = known.values().flatten().map(|ip| walker.at(*ip)).collect();
    if above.is_empty() {
        return Err(format!("no name server of {parent} has an address"));
    }
    let replies = walker.ask_all(&above, zone).await;
    let ipv6_works = replies.iter().any(|(server, reply)| server.is_ipv6() && reply.is_ok());
    let has_a_way = |(server, reply): &(SocketAddr, Result<Reply, QueryError>)| {
        !no_route(reply) && (ipv6_works || !server.is_ipv6() || !is_silent(reply))
    };
    let parents = replies.into_iter().filter(has_a_way).map(|(server, reply)| ParentServer {
        server,
        said: reply.map(|reply| referral(&reply, zone)).map_err(|error| in_one_line(&error)),
    });
    let parents: Vec<ParentServer> = parents.collect();
    if parents.iter().all(|parent| parent.said.is_err()) {
        let why = parents.iter().find_map(|parent| parent.said.as_ref().err());
        let why = why.map_or("no way leads there", String::as_str);
        return Err(format!("no name server of {parent} answered for {zone}: {why}"));
    }
    let (zone, addresses, servers) = (zone.clone(), Addresses::new(), Vec::new());
    let mut walk = Walk { zone, parent, parents, addresses, servers, route53 };
    walker.ask_the_zones_own(&mut walk, ipv6_works).await;
    Ok(walk)
}

struct Walker<'a> {
    asker: &'a Asker,
    servers: &'a Servers,
}

impl Walker<'_> {
    fn at(&self, ip: IpAddr) -> SocketAddr {
        SocketAddr::new(ip, self.servers.port)
    }

    /// The closest name above that has NS records, and what they say.
    async fn parent_of(&self, zone: &Fqdn) -> Result<(Fqdn, BTreeSet<Fqdn>), String> {
        let mut above = zone.parent();
        while let Some(name) = above {
            let reply = self.resolve(&name, RecordType::Ns).await?;
            let names = name_servers(&reply.answers, &name);
            if !names.is_empty() {
                return Ok((name, names));
            }
            above = name.parent();
        }
        Err(format!("the resolvers know no zone above {zone}"))
    }

    async fn resolve(&self, name: &Fqdn, record_type: RecordType) -> Result<Reply, String> {
        let question = Query::of(name, record_type).recursive();
        let clock = self.asker.clock();
        let (resolvers, limit) = (&self.servers.resolvers, self.servers.limit);
        let reply = Box::pin(first_answer(clock, resolvers, &question, limit)).await;
        let reply = reply.ok_or_else(|| "there is no resolver".to_owned())?;
        reply.map_err(|error| format!("{name} {record_type}: {}", in_one_line(&error)))
    }

    /// Every address of every name. A name that has none, or of which nothing is known, has an empty set.
    async fn addresses_of(&self, names: &BTreeSet<Fqdn>) -> Addresses {
        let of = |name: Fqdn| async move {
            let (four, six) =
                tokio::join!(self.resolve(&name, RecordType::A), self.resolve(&name, RecordType::Aaaa));
            let replies = [four, six].into_iter().flatten().flat_map(|reply| reply.answers);
            (name, replies.filter_map(|record| address(&record.data)).collect())
        };
        join_all(names.iter().cloned().map(of)).await.into_iter().collect()
    }

    async fn ask_all(
        &self,
        servers: &BTreeSet<SocketAddr>,
        zone: &Fqdn,
    ) -> Vec<(SocketAddr, Result<Reply, QueryError>)> {
        let question = Query::of(zone, RecordType::Ns);
        let ask = |server: SocketAddr| {
            let question = &question;
            async move { (server, self.asker.ask(&Vantage::authoritative(server), question).await.result) }
        };
        join_all(servers.iter().copied().map(ask)).await
    }

    /// Asks the servers that the parent names, and then those that only they name. Where the parent names
    /// nobody, those of Route 53 are asked.
    async fn ask_the_zones_own(&self, walk: &mut Walk, mut ipv6_works: bool) {
        let glue = walk.delegated();
        let delegated: BTreeSet<Fqdn> = glue.keys().cloned().collect();
        let route53: BTreeSet<Fqdn> = walk.route53.iter().flatten().cloned().collect();
        walk.addresses = self.addresses_of(&delegated.union(&route53).cloned().collect()).await;
        let mut names = if delegated.is_empty() { route53 } else { delegated };
        let mut done = BTreeSet::new();
        while !names.is_empty() {
            done.extend(names.iter().cloned());
            let unknown = names.iter().filter(|name| !walk.addresses.contains_key(*name)).cloned().collect();
            walk.addresses.extend(self.addresses_of(&unknown).await);
            let mut fresh: BTreeMap<SocketAddr, &Fqdn> = BTreeMap::new();
            for name in &names {
                let addresses = walk.addresses[name].iter().chain(glue.get(name).into_iter().flatten());
                fresh.extend(addresses.map(|ip| (self.at(*ip), name)));
            }
            fresh.retain(|at, _| walk.servers.iter().all(|known| known.server != *at));
            let replies = self.ask_all(&fresh.keys().copied().collect(), &walk.zone).await;
            ipv6_works |= replies.iter().any(|(server, reply)| server.is_ipv6() && reply.is_ok());
            for (server, reply) in replies {
                let gone = no_route(&reply) || (server.is_ipv6() && !ipv6_works && is_silent(&reply));
                let authority = if gone { Authority::NoRoute } else { authority(reply, &walk.zone) };
                walk.servers.push(ZoneServer { name: fresh[&server].clone(), server, authority });
            }
            names = walk.listed().difference(&done).cloned().collect();
        }
    }
}

/// The names to which NS records of this owner lead.
fn name_servers(records: &[Record], owner: &Fqdn) -> BTreeSet<Fqdn> {
    let of_owner = records.iter().filter(|record| is(record, owner));
    of_owner
        .filter_map(|record| match &record.data {
            RData::NS(name) => to_fqdn(&name.0),
            _ => None,
        })
        .collect()
}

fn is(record: &Record, owner: &Fqdn) -> bool {
    to_name(owner).is_some_and(|owner| record.name == owner)
}

/// The names and glue of a referral. A parent's server that is one of the zone's too answers itself.
fn referral(reply: &Reply, zone: &Fqdn) -> Addresses {
    let mut names = name_servers(&reply.authorities, zone);
    names.extend(name_servers(&reply.answers, zone));
    let glue = |name: &Fqdn| {
        let of_name = reply.additionals.iter().filter(|record| is(record, name));
        of_name.filter_map(|record| address(&record.data)).collect()
    };
    names.into_iter().map(|name| (name.clone(), glue(&name))).collect()
}

fn authority(reply: Result<Reply, QueryError>, zone: &Fqdn) -> Authority {
    let reply = match reply {
        Ok(reply) => reply,
        Err(QueryError::CannotAnswer { code, .. }) => {
            return Authority::Lame(format!("answers {}", code.to_str()));
        }
        Err(error) => return Authority::Lame(in_one_line(&error)),
    };
    let names = name_servers(&reply.answers, zone);
    if !reply.authoritative {
        return Authority::Lame("answers without authority".to_owned());
    }
    if names.is_empty() {
        let said = if reply.code == ResponseCode::NoError { "no NS record" } else { reply.code.to_str() };
        return Authority::Lame(format!("answers {said}"));
    }
    Authority::Answers(names)
}

fn is_silent(reply: &Result<Reply, QueryError>) -> bool {
    matches!(
        reply,
        Err(QueryError::TimedOut { .. } | QueryError::NotReady { .. } | QueryError::Unreachable { .. })
    )
}

/// Whether the system itself has no way to the server: no route, no address to ask from, or no IPv6 at all.
pub(super) fn no_route<T>(reply: &Result<T, QueryError>) -> bool {
    /// EAFNOSUPPORT on Linux and on macOS, for which the standard library has no name.
    const NO_FAMILY: [i32; 2] = [97, 47];
    match reply {
        Err(QueryError::Unreachable { source, .. }) => {
            matches!(source.kind(), ErrorKind::NetworkUnreachable | ErrorKind::AddrNotAvailable)
                || source.raw_os_error().is_some_and(|code| NO_FAMILY.contains(&code))
        }
        _ => false,
    }
}
