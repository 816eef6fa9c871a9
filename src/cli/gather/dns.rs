//! Gathers what DNS shows of each failover: the delegation of its zone, the answers of every name server
//! over UDP and TCP, and of every resolver, all at once.
//!
//! Where a resolver's answer looks too old or its TTL too long, all are asked once more after a moment: a
//! cache counts down meanwhile, and whoever does not is found out.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::SocketAddr,
    time::Duration,
};

use futures_util::future::{join_all, try_join_all};

use crate::{
    account::{Snapshot, Zone},
    causes::in_one_line,
    cli::{exit::Failure, speed, world::World},
    model::HostedZoneId,
    probe::{
        Answered, Asked, Asker, Delegation, DnsEvidence, Look, PointerAnswer, Query, ROUNDING,
        ResolverAnswer, ServerAnswer, Servers, SideAddresses, Tracker, Transport, TtlHabit, Vantage,
        read_answer, walk,
    },
    spec::Failover,
};

/// From the first look to the second: longer than what a cache's rounding may hide.
const MOMENT: Duration = ROUNDING.saturating_add(Duration::from_millis(500));

/// Whom to ask about each zone, and how many at once.
pub(super) struct Dns<'a> {
    world: &'a World,
    servers: &'a Servers,
    asker: Asker,
    zones: BTreeMap<HostedZoneId, (Vec<SocketAddr>, Delegation)>,
}

impl<'a> Dns<'a> {
    /// Finds the name servers of every zone.
    pub(super) async fn of(
        world: &'a World,
        servers: &'a Servers,
        snapshot: &Snapshot,
    ) -> Result<Self, Failure> {
        let asker = Asker::new(&world.clock, servers.limit);
        let find = |zone| find(world, &asker, servers, zone);
        let found = try_join_all(snapshot.zones.iter().map(|records| find(&records.zone))).await?;
        let ids = snapshot.zones.iter().map(|records| records.zone.id.clone());
        let zones = ids.zip(found).collect();
        Ok(Self { world, servers, asker, zones })
    }

    /// What every name server of the zone and every resolver answers.
    pub(super) async fn look(
        &self,
        zone: &Zone,
        failover: &Failover,
        addresses: &SideAddresses,
    ) -> (Vec<ServerAnswer>, DnsEvidence) {
        let (found, delegation) = &self.zones[&zone.id];
        let question = self.servers.question(&failover.name, failover.record_type());
        let looking = Looking { dns: self, failover, addresses, question };
        let vantages: Vec<Vantage> = found.iter().map(|server| self.servers.name_server(*server)).collect();
        let (mut names, tcp, mut resolvers) =
            tokio::join!(looking.names(&vantages), looking.over_tcp(&vantages), looking.resolvers());
        // In the midst of a switch two questions may get two answers: the later one is asked for once more.
        looking.again_where_tcp_differs(&mut names, &tcp).await;
        let mut tracker = Tracker::new(failover.ttl, ROUNDING);
        feed(&mut tracker, &names, &resolvers);
        let mut given = given(&names);
        if resolvers.iter().any(|resolver| is_odd(resolver, &given, &tracker)) {
            self.world.clock.sleep(MOMENT).await;
            let once_more = looking.resolvers().await;
            let now = looking.names(&vantages).await;
            feed(&mut tracker, &now, &once_more);
            given = self::given(&now);
            resolvers = once_more;
        }
        let without_route = match delegation {
            Delegation::Walked(walk) => walk.without_route(),
            Delegation::Unseen | Delegation::Skipped(_) | Delegation::Unknown(_) => BTreeSet::default(),
        };
        let resolvers = resolvers.into_iter().map(|seen| ResolverAnswer {
            freshness: tracker.of(&seen.vantage).cloned().unwrap_or_default(),
            vantage: seen.vantage,
            result: seen.result,
            negative_ttl: seen.negative_ttl,
        });
        let evidence = DnsEvidence {
            delegation: delegation.clone(),
            without_route,
            tcp: tcp.into_iter().map(SeenAt::into_answer).collect(),
            resolvers: resolvers.collect(),
            given,
            epoch: Some(self.world.clock.epoch()),
        };
        (names.into_iter().map(SeenAt::into_answer).collect(), evidence)
    }
}

/// The name servers of a zone, and how they were found.
async fn find(
    world: &World,
    asker: &Asker,
    servers: &Servers,
    zone: &Zone,
) -> Result<(Vec<SocketAddr>, Delegation), Failure> {
    if !servers.authoritative.is_empty() {
        let why = "the name servers were given (`--nameserver`)";
        return Ok((servers.authoritative.clone(), Delegation::Skipped(why)));
    }
    let looked_up = || Box::pin(servers.name_servers(&world.clock, &zone.name));
    if zone.private {
        let why = "the hosted zone is private, and nobody delegates to it";
        return Ok((looked_up().await?, Delegation::Skipped(why)));
    }
    let in_a_tree = Servers { port: speed::dns_port().unwrap_or(servers.port), ..servers.clone() };
    let route53 = world.account.delegation_set(&zone.id).await.map_err(|error| in_one_line(&error));
    match walk(asker, &in_a_tree, &zone.name, route53).await {
        Ok(walk) if !walk.servers.is_empty() => {
            Ok((walk.vantages().into_iter().collect(), Delegation::Walked(Box::new(walk))))
        }
        // Nobody is named who has an address; perhaps the resolvers know more.
        Ok(walk) => Ok((looked_up().await.unwrap_or_default(), Delegation::Walked(Box::new(walk)))),
        Err(why) => Ok((looked_up().await?, Delegation::Unknown(why))),
    }
}

/// What is the same for every server that is asked about a failover.
struct Looking<'a> {
    dns: &'a Dns<'a>,
    failover: &'a Failover,
    addresses: &'a SideAddresses,
    question: Query,
}

/// One server's answer, and when.
struct SeenAt {
    vantage: Vantage,
    look: Look,
    authoritative: bool,
    stale: bool,
    negative_ttl: Option<u32>,
    result: Result<PointerAnswer, String>,
}

impl SeenAt {
    fn into_answer(self) -> ServerAnswer {
        ServerAnswer { vantage: self.vantage, authoritative: self.authoritative, result: self.result }
    }
}

impl Looking<'_> {
    async fn names(&self, vantages: &[Vantage]) -> Vec<SeenAt> {
        join_all(vantages.iter().map(|vantage| self.ask(vantage, &self.question))).await
    }

    /// Of those that are not asked over TCP anyway.
    async fn over_tcp(&self, vantages: &[Vantage]) -> Vec<SeenAt> {
        let others = vantages.iter().filter(|vantage| vantage.transport != Transport::Tcp);
        let others: Vec<Vantage> = others.map(|vantage| vantage.clone().over(Transport::Tcp)).collect();
        self.names(&others).await
    }

    async fn resolvers(&self) -> Vec<SeenAt> {
        let question = &self.question.clone().recursive();
        join_all(self.dns.servers.resolvers.iter().map(|vantage| self.ask(vantage, question))).await
    }

    async fn again_where_tcp_differs(&self, names: &mut [SeenAt], tcp: &[SeenAt]) {
        let answer = |seen: &SeenAt| seen.result.as_ref().ok().map(|answer| answer.answered.clone());
        for seen in names {
            let other = tcp.iter().find(|tcp| tcp.vantage.server == seen.vantage.server).and_then(answer);
            if other.is_some_and(|other| answer(seen).is_some_and(|answer| answer != other)) {
                *seen = self.ask(&seen.vantage, &self.question).await;
            }
        }
    }

    async fn ask(&self, vantage: &Vantage, question: &Query) -> SeenAt {
        let Asked { asked, answered, result } = self.dns.asker.ask(vantage, question).await;
        let (vantage, look) = (vantage.clone(), Look { asked, answered });
        match result {
            Ok(reply) => SeenAt {
                vantage,
                look,
                authoritative: reply.authoritative,
                stale: reply.stale,
                negative_ttl: reply.negative_ttl,
                result: Ok(read_answer(self.failover, &reply, self.addresses)),
            },
            Err(error) => {
                let result = Err(in_one_line(&error));
                SeenAt { vantage, look, authoritative: true, stale: false, negative_ttl: None, result }
            }
        }
    }
}

/// Shows the tracker the resolvers' answers and then the name servers', which bear them out or not.
fn feed(tracker: &mut Tracker, names: &[SeenAt], resolvers: &[SeenAt]) {
    // A TTL is measured by the name servers', so they come first; as far as they are known, they stay known.
    let show = |tracker: &mut Tracker| {
        for seen in names.iter().filter(|seen| seen.authoritative) {
            tracker.name_server(&seen.vantage, seen.look, seen.result.as_ref().ok());
        }
    };
    show(tracker);
    for seen in resolvers {
        if let Ok(answer) = &seen.result {
            tracker.resolver(&seen.vantage, seen.look, answer, seen.stale);
        }
    }
    show(tracker);
}

/// What name servers give, each answer once; one without authority may itself be a cache.
fn given(names: &[SeenAt]) -> Vec<Answered> {
    let mut given = Vec::new();
    for seen in names.iter().filter(|seen| seen.authoritative) {
        if let Ok(answer) = &seen.result
            && !given.contains(&answer.answered)
        {
            given.push(answer.answered.clone());
        }
    }
    given
}

/// Whether a second look would tell more.
fn is_odd(resolver: &SeenAt, given: &[Answered], tracker: &Tracker) -> bool {
    let known = tracker.of(&resolver.vantage);
    let stretched =
        known.is_some_and(|known| matches!(known.ttl, TtlHabit::Above(_) | TtlHabit::Stretched(_)));
    let other = resolver.result.as_ref().is_ok_and(|answer| {
        matches!(answer.answered, Answered::Side(_)) && !given.contains(&answer.answered)
    });
    !given.is_empty() && (other || resolver.stale || stretched)
}
