//! The side that is active now, for a pointer client.

use super::{Answered, QueryError, Reply, ServerError, Servers, Vantage, first_answer, read_answer};
use crate::{
    clock::Clock,
    model::{BucketName, Fqdn, Region, Side, Ttl},
    spec::Failover,
};

/// Where the active side is, and how long that may be relied on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Active {
    /// Which side.
    pub side: Side,
    /// Its bucket.
    pub bucket: BucketName,
    /// Its region.
    pub region: Region,
    /// The host to call.
    pub endpoint: Fqdn,
    /// How long the answer may be kept.
    pub ttl: Option<Ttl>,
}

/// Why the active side is not known.
#[derive(Debug, thiserror::Error)]
pub enum ResolveError {
    /// The resolvers could not be asked.
    #[error(transparent)]
    Servers(#[from] ServerError),
    /// No name server answered.
    #[error("no name server gave an answer for {name}")]
    NameServers {
        /// The failover's name.
        name: Fqdn,
        /// What became of the last one asked.
        source: QueryError,
    },
    /// The answer is neither side.
    #[error("{name} answers neither side: {said}")]
    NeitherSide {
        /// The failover's name.
        name: Fqdn,
        /// What was answered.
        said: String,
    },
}

/// Looks the failover's name up and says which side it is.
///
/// Name servers that were given are asked themselves, and so the answer is of this moment; otherwise
/// the resolvers are, as a client's own look-up would, and the answer may be as old as its TTL.
pub async fn resolve_active(
    clock: &Clock,
    servers: &Servers,
    failover: &Failover,
) -> Result<Active, ResolveError> {
    let reply = ask(clock, servers, failover).await?;
    let addresses = servers.side_addresses(clock, failover).await?;
    let answer = read_answer(failover, &reply, &addresses);
    let neither = |said| ResolveError::NeitherSide { name: failover.name.clone(), said };
    let side = match answer.answered {
        Answered::Side(side) => side,
        Answered::Nothing(said) | Answered::Other(said) => return Err(neither(said)),
    };
    let active = failover.side(side);
    Ok(Active {
        side,
        bucket: active.bucket.clone(),
        region: active.region.clone(),
        endpoint: active.probe_host(),
        ttl: answer.ttl,
    })
}

async fn ask(clock: &Clock, servers: &Servers, failover: &Failover) -> Result<Reply, ResolveError> {
    if servers.authoritative.is_empty() {
        return Ok(servers.ask_resolvers(clock, &failover.name, failover.record_type()).await?);
    }
    let question = servers.question(&failover.name, failover.record_type());
    let name_servers: Vec<Vantage> =
        servers.authoritative.iter().map(|server| servers.name_server(*server)).collect();
    let reply = first_answer(clock, &name_servers, &question, servers.limit).await;
    let reply = reply.expect("there is at least one name server");
    reply.map_err(|source| ResolveError::NameServers { name: failover.name.clone(), source })
}
