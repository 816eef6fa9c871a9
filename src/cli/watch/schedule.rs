//! How often is each looked at? Pure.

use std::{collections::BTreeMap, net::IpAddr, net::SocketAddr, time::Duration};

use crate::{
    model::Side,
    probe::{Role, Vantage},
    spec::Failover,
    watch::Watched,
};

/// Between two requests to one endpoint, and between two of a client; requests cost money, look-ups do not.
const ENDPOINT_EVERY: Duration = Duration::from_secs(5);
const CLIENT_EVERY: Duration = Duration::from_secs(2);
/// However many failovers there are, so many requests a second are made to endpoints, and so many by clients.
const MOST_REQUESTS: u32 = 20;
/// Public resolvers serve others too: each question once a second at most, and so many a second in all.
const PUBLIC_EVERY: Duration = Duration::from_secs(1);
const MOST_QUESTIONS: u32 = 10;

/// How each failover is watched, by its name servers and by the resolvers that all have in common.
pub(super) fn schedule(
    failovers: Vec<(Failover, Vec<SocketAddr>)>,
    resolvers: &[Vantage],
    interval: Duration,
) -> Vec<Watched> {
    let many = u32::try_from(failovers.len()).unwrap_or(u32::MAX);
    // A resolver that was named twice is asked twice.
    let mut named: BTreeMap<SocketAddr, u32> = BTreeMap::new();
    for resolver in resolvers {
        *named.entry(resolver.server).or_default() += 1;
    }
    let of_resolver = |resolver: &Vantage| {
        let every = if is_public(resolver.server.ip()) {
            let questions = many.saturating_mul(named[&resolver.server]);
            PUBLIC_EVERY.max(Duration::from_secs(1) * questions / MOST_QUESTIONS)
        } else {
            Duration::ZERO
        };
        (resolver.clone(), every.max(interval))
    };
    let requests = |every: Duration, each: u32| {
        every.max(interval).max(Duration::from_secs(1) * many.saturating_mul(each) / MOST_REQUESTS)
    };
    let watched = |(failover, name_servers): (Failover, Vec<SocketAddr>)| {
        let name_servers = name_servers.into_iter().map(|server| (Vantage::authoritative(server), interval));
        let points = name_servers.chain(resolvers.iter().map(of_resolver)).collect();
        let endpoints = Side::BOTH.map(|side| (side, requests(ENDPOINT_EVERY, 2))).to_vec();
        // Two requests: a look-up, which falls under what resolvers are spared, and a fetch.
        Watched { failover, points, endpoints, client: requests(CLIENT_EVERY, 1) }
    };
    failovers.into_iter().map(watched).collect()
}

/// Whether an address is one of the internet's, and not of this machine or of a network's own.
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => !(v4.is_loopback() || v4.is_private() || v4.is_link_local()),
        IpAddr::V6(v6) => !(v6.is_loopback() || v6.is_unique_local() || v6.is_unicast_link_local()),
    }
}

/// Whether this vantage point is asked less often than was wished for.
pub(super) fn is_spared((vantage, every): &(Vantage, Duration), interval: Duration) -> bool {
    vantage.role == Role::Recursive && *every > interval
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn public_resolvers_are_spared() {
        const SPEC: &str = r#"
            hosted_zone = "example.com"
            [[failover]]
            name = "data.example.com"
            health_check.object = "health.txt"
            primary = { bucket = "my-app-data-us-east-1", region = "us-east-1" }
            secondary = { bucket = "my-app-data-eu-west-1", region = "eu-west-1" }
        "#;
        let spec = crate::spec::Spec::parse("failover.toml", SPEC, crate::spec::Format::Toml);
        let failover = spec.expect("a spec").spec.failovers.remove(0);
        let resolvers = ["127.0.0.1:53", "10.0.0.2:53", "9.9.9.9:53", "[fd00::1]:53", "[2620:fe::fe]:53"];
        let resolvers = resolvers.map(|text| Vantage::recursive(text.parse().expect("an address")));
        let every = |failovers: usize, interval: u64| -> Vec<u128> {
            let failovers = vec![(failover.clone(), Vec::new()); failovers];
            let scheduled = schedule(failovers, &resolvers, Duration::from_millis(interval));
            scheduled[0].points.iter().map(|(_, every)| every.as_millis()).collect()
        };
        assert_eq!(every(1, 10), [10, 10, 1_000, 10, 1_000]);
        assert_eq!(every(1, 5_000), [5_000; 5]);
        assert_eq!(every(50, 100), [100, 100, 5_000, 100, 5_000]);
    }
}
