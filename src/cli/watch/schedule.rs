//! How often is each looked at? Pure.

use std::{collections::BTreeMap, net::SocketAddr, time::Duration};

use crate::{
    model::Side,
    probe::{Role, Vantage, client::ClientKind},
    spec::{Failover, Target},
    watch::Watched,
};

/// Between two requests to one endpoint, and between two of a client; requests cost money, look-ups do not.
const ENDPOINT_EVERY: Duration = Duration::from_secs(5);
const CLIENT_EVERY: Duration = Duration::from_secs(2);
/// However many failovers there are, so many requests a second are made to endpoints, and so many by clients.
const MOST_REQUESTS: u32 = 20;
/// Of so many failovers every kind of client is sent: a kept connection is an open file, of which a shell allows a
/// program 1,024. Of more, only the one that looks the name up each time.
const MOST_WITH_ALL_CLIENTS: u32 = 100;
/// Public resolvers serve others too: each question once a second at most, and so many a second in all.
const PUBLIC_EVERY: Duration = Duration::from_secs(1);
const MOST_QUESTIONS: u32 = 10;

/// How each failover is watched, by its name servers and by the resolvers that all have in common.
pub(in crate::cli) fn schedule(
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
        let every = if resolver.is_public() {
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
        let kinds = clients(&failover, many);
        let each = requests(CLIENT_EVERY, u32::try_from(kinds.len()).unwrap_or(u32::MAX));
        let clients = kinds.iter().map(|kind| (*kind, each)).collect();
        Watched { failover, points, endpoints, clients }
    };
    failovers.into_iter().map(watched).collect()
}

/// Who goes by the name: a pointer is asked for an endpoint, every other name is called itself.
fn clients(failover: &Failover, failovers: u32) -> &'static [ClientKind] {
    let pointer = Side::BOTH.iter().all(|side| failover.side(*side).target == Target::Pointer);
    match (pointer, are_few(failovers)) {
        (true, true) => &[ClientKind::Pointer, ClientKind::KeepAlive, ClientKind::Pinned],
        (true, false) => &[ClientKind::Pointer],
        (false, true) => &[ClientKind::Https, ClientKind::KeepAlive, ClientKind::Pinned],
        (false, false) => &[ClientKind::Https],
    }
}

/// Whether every kind of client is sent.
fn are_few(failovers: u32) -> bool {
    failovers <= MOST_WITH_ALL_CLIENTS
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
        let spec = crate::spec::Spec::parse(
            "failover.toml",
            include_str!("../../../tests/specs/valid/minimal.toml"),
            crate::spec::Format::Toml,
        );
        let failover = spec.expect("a spec").spec.failovers.remove(0);
        let resolvers = ["127.0.0.1:53", "10.0.0.2:53", "9.9.9.9:53", "[fd00::1]:53", "[2620:fe::fe]:53"];
        let resolvers = resolvers.map(|text| Vantage::recursive(text.parse().expect("an address")));
        let every = |failovers: usize, interval: u64| -> Vec<u128> {
            let failovers = vec![(failover.clone(), Vec::new()); failovers];
            let scheduled = schedule(failovers, &resolvers, Duration::from_millis(interval));
            scheduled[0].points.iter().map(|(_, every)| every.as_millis()).collect()
        };
        let kinds = |failovers: usize| -> Vec<(&str, u64)> {
            let scheduled =
                schedule(vec![(failover.clone(), Vec::new()); failovers], &resolvers, Duration::from_secs(1));
            scheduled[0].clients.iter().map(|(kind, every)| (kind.as_str(), every.as_secs())).collect()
        };
        assert_eq!(kinds(1), [("pointer", 2), ("keep_alive", 2), ("pinned", 2)]);
        assert_eq!(kinds(100), [("pointer", 15), ("keep_alive", 15), ("pinned", 15)]);
        assert_eq!(kinds(1_000), [("pointer", 50)]);
        assert_eq!(every(1, 10), [10, 10, 1_000, 10, 1_000]);
        assert_eq!(every(1, 5_000), [5_000; 5]);
        assert_eq!(every(50, 100), [100, 100, 5_000, 100, 5_000]);
    }
}
