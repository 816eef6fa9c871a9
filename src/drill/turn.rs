//! The pure machine that finds the milestones of one turn, from one side to the other.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::SocketAddr,
    time::Duration,
};

use jiff::Timestamp;

use super::{DrillEvent, Milestone, Minds, Way};
use crate::{
    model::Side,
    probe::{Answered, Observation, PointerAnswer, Seen},
};

/// A remaining TTL may have been rounded up by so much.
const ROUNDING: Duration = Duration::from_secs(1);

/// One turn of the answer, from the side that was broken (or healed) to the other.
///
/// A milestone is passed when, for the first time since the turn began:
///
/// 1. effective: our own request to the broken side fails (to the mended side: succeeds);
/// 2. detected: the minds of its checkers add up to another verdict;
/// 3. switched: a name server answers the side to which the turn leads, and until the end of the
///    watch no longer the other one;
/// 4. published: all of them have switched;
/// 5. cached: the resolver answers that side;
/// 6. client: a request through the name brings bytes from that side.
#[derive(Clone, Debug)]
pub struct Turn {
    /// The side that was broken or mended.
    pub changed: Side,
    /// Whether it was broken or mended.
    pub way: Way,
    /// The side to which the answer turns.
    pub towards: Side,
    /// When it was broken or mended.
    pub began: Duration,
    passed: BTreeMap<Milestone, Duration>,
    servers: BTreeSet<SocketAddr>,
    switched: BTreeMap<SocketAddr, Duration>,
    minds: Minds,
    /// When the world's clock showed its zero, to place the checkers' dates.
    epoch: Timestamp,
    /// Until when the resolver may go on with what it answered last of the old side.
    cache_expires: Option<Duration>,
}

impl Turn {
    /// A turn that begins at `began`. `epoch` is the date at the clock's zero, `servers` are the name
    /// servers that are watched, `minds` the checkers' of the changed side.
    pub fn begin(
        changed: Side,
        way: Way,
        began: Duration,
        epoch: Timestamp,
        servers: &[SocketAddr],
        minds: Minds,
    ) -> Self {
        Self {
            changed,
            way,
            towards: match way {
                Way::There => changed.other(),
                Way::Back => changed,
            },
            began,
            passed: BTreeMap::from([(Milestone::Injected, began)]),
            servers: servers.iter().copied().collect(),
            switched: BTreeMap::new(),
            minds,
            epoch,
            cache_expires: None,
        }
    }

    /// When a milestone was passed, by the clock of the world that is drilled.
    pub fn at(&self, milestone: Milestone) -> Option<Duration> {
        self.passed.get(&milestone).copied()
    }

    /// Until when the resolver's last answer of the old side could be kept.
    pub fn cache_expires(&self) -> Option<Duration> {
        self.cache_expires
    }

    /// The checkers' minds, for the turn that follows.
    pub fn minds(&self) -> &Minds {
        &self.minds
    }

    /// Whether checkers, name servers, resolver and client have all arrived.
    pub fn is_complete(&self) -> bool {
        [Milestone::Detected, Milestone::Published, Milestone::Cached, Milestone::Client]
            .iter()
            .all(|m| self.passed.contains_key(m))
    }

    /// Takes in what was seen, and tells of the milestones that were passed with it.
    pub fn see(&mut self, observation: &Observation) -> Vec<DrillEvent> {
        if observation.at < self.began {
            return Vec::new();
        }
        let at = observation.at;
        match &observation.seen {
            Seen::Endpoint { side, served } if *side == self.changed => self.endpoint(at, served),
            Seen::Endpoint { .. } => Vec::new(),
            Seen::Checkers(reports) => match self.minds.see(reports) {
                Some(turned) => self.detected(turned),
                None => Vec::new(),
            },
            Seen::NameServer { server, answer } => self.name_server(at, *server, answer),
            Seen::Resolver { server, answer } => self.resolver(at, *server, answer),
            Seen::Client { served_by } => match served_by {
                Ok(side) if *side == self.towards => self.pass(
                    at,
                    Milestone::Client,
                    "client",
                    format!("a request through the name brought bytes from the {side}"),
                ),
                _ => Vec::new(),
            },
        }
    }

    fn breaks(&self) -> bool {
        self.way == Way::There
    }

    fn endpoint(&mut self, at: Duration, served: &Result<(), String>) -> Vec<DrillEvent> {
        let detail = match served {
            Err(why) if self.breaks() => format!("our own request to the {} fails: {why}", self.changed),
            Ok(()) if !self.breaks() => format!("our own request to the {} succeeds", self.changed),
            _ => return Vec::new(),
        };
        self.pass(at, Milestone::Effective, "direct probe", detail)
    }

    fn detected(&mut self, turned: Timestamp) -> Vec<DrillEvent> {
        let at = Duration::try_from(turned.duration_since(self.epoch)).unwrap_or_default();
        if at < self.began || self.minds.verdict() == self.breaks() {
            return Vec::new();
        }
        let verdict = if self.breaks() { "unhealthy" } else { "healthy" };
        self.pass(
            at,
            Milestone::Detected,
            "checkers",
            format!("enough checkers agree: the {} is {verdict}", self.changed),
        )
    }

    fn name_server(
        &mut self,
        at: Duration,
        server: SocketAddr,
        answer: &Result<PointerAnswer, String>,
    ) -> Vec<DrillEvent> {
        let Ok(PointerAnswer { answered: Answered::Side(side), .. }) = answer else { return Vec::new() };
        if *side != self.towards {
            // It went back: what looked like a switch was none.
            self.switched.remove(&server);
            self.passed.remove(&Milestone::Published);
            return Vec::new();
        }
        if self.switched.contains_key(&server) {
            return Vec::new();
        }
        self.switched.insert(server, at);
        let source = server.to_string();
        let mut events = vec![DrillEvent {
            way: self.way,
            at,
            milestone: Milestone::Switched,
            source,
            detail: format!("answers the {side} ({} of {})", self.switched.len(), self.servers.len()),
        }];
        if self.servers.iter().all(|server| self.switched.contains_key(server)) {
            let detail = format!("every name server answers the {side}");
            events.extend(self.pass(at, Milestone::Published, "name servers", detail));
        }
        events
    }

    fn resolver(
        &mut self,
        at: Duration,
        server: SocketAddr,
        answer: &Result<PointerAnswer, String>,
    ) -> Vec<DrillEvent> {
        match answer {
            Ok(PointerAnswer { answered: Answered::Side(side), .. }) if *side == self.towards => {
                let detail = format!("answers the {side}: what it had kept has expired");
                self.pass(at, Milestone::Cached, &format!("resolver {server}"), detail)
            }
            Ok(PointerAnswer { ttl: Some(ttl), .. }) if !self.passed.contains_key(&Milestone::Cached) => {
                // Resolvers count whole seconds down, and round as they like.
                self.cache_expires = Some((at + ttl.duration()).saturating_sub(ROUNDING));
                Vec::new()
            }
            _ => Vec::new(),
        }
    }

    fn pass(&mut self, at: Duration, milestone: Milestone, source: &str, detail: String) -> Vec<DrillEvent> {
        if self.passed.contains_key(&milestone) {
            return Vec::new();
        }
        self.passed.insert(milestone, at);
        vec![DrillEvent { way: self.way, at, milestone, source: source.to_owned(), detail }]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{CheckerReport, Ttl};

    const S1: &str = "127.0.0.1:1001";
    const S2: &str = "127.0.0.1:1002";

    fn server(text: &str) -> SocketAddr {
        text.parse().expect("an address")
    }

    fn turn() -> Turn {
        let servers = [server(S1), server(S2)];
        let second = Duration::from_secs(100);
        let minds = Minds::settled(&[look(90, true)], 1);
        Turn::begin(Side::Primary, Way::There, second, Timestamp::UNIX_EPOCH, &servers, minds)
    }

    /// A look of the only checker.
    fn look(second: i64, success: bool) -> CheckerReport {
        CheckerReport {
            region: None,
            ip_address: "192.0.2.1".to_owned(),
            success,
            status: String::new(),
            checked_at: Timestamp::from_second(second).ok(),
        }
    }

    #[expect(clippy::unnecessary_wraps, reason = "observations carry results")]
    fn answers(side: Side) -> Result<PointerAnswer, String> {
        Ok(PointerAnswer { answered: Answered::Side(side), ttl: Ttl::from_seconds(30).ok() })
    }

    fn see(turn: &mut Turn, second: u64, seen: Seen) -> Vec<Milestone> {
        let observation = Observation { at: Duration::from_secs(second), seen };
        turn.see(&observation).into_iter().map(|event| event.milestone).collect()
    }

    #[test]
    fn the_milestones_are_found_in_what_is_seen() {
        let mut turn = turn();
        let name_server = |s: &str, side| Seen::NameServer { server: server(s), answer: answers(side) };
        let resolver = |side| Seen::Resolver { server: server("127.0.0.1:53"), answer: answers(side) };
        let down = || Seen::Endpoint { side: Side::Primary, served: Err("refused".to_owned()) };
        assert_eq!(see(&mut turn, 99, down()), [], "before the fault");
        assert_eq!(see(&mut turn, 101, down()), [Milestone::Effective]);
        assert_eq!(see(&mut turn, 129, Seen::Checkers(vec![look(128, false)])), [Milestone::Detected]);
        assert_eq!(turn.at(Milestone::Detected), Some(Duration::from_secs(128)), "by the look's own moment");
        assert_eq!(see(&mut turn, 129, name_server(S1, Side::Primary)), []);
        assert_eq!(see(&mut turn, 130, name_server(S1, Side::Secondary)), [Milestone::Switched]);
        assert_eq!(
            see(&mut turn, 131, name_server(S2, Side::Secondary)),
            [Milestone::Switched, Milestone::Published]
        );
        assert_eq!(see(&mut turn, 132, resolver(Side::Primary)), []);
        assert_eq!(turn.cache_expires(), Some(Duration::from_secs(161)));
        assert_eq!(see(&mut turn, 140, Seen::Client { served_by: Err("refused".to_owned()) }), []);
        assert!(!turn.is_complete());
        assert_eq!(see(&mut turn, 162, resolver(Side::Secondary)), [Milestone::Cached]);
        assert_eq!(see(&mut turn, 163, Seen::Client { served_by: Ok(Side::Secondary) }), [Milestone::Client]);
        assert!(turn.is_complete());
    }

    #[test]
    fn a_server_that_goes_back_has_not_switched() {
        let mut turn = turn();
        for s in [S1, S2] {
            see(&mut turn, 130, Seen::NameServer { server: server(s), answer: answers(Side::Secondary) });
        }
        assert_eq!(turn.at(Milestone::Published), Some(Duration::from_secs(130)));
        see(&mut turn, 131, Seen::NameServer { server: server(S1), answer: answers(Side::Primary) });
        assert_eq!(turn.at(Milestone::Published), None);
    }
}
