//! Is an answer older than its TTL allows?
//!
//! A resolver may go on to answer what it holds until the TTL has run out, and only that long. A single look
//! cannot tell: it shows neither when the resolver fetched the answer, nor since when the name servers say
//! something else. So the tracker is fed every sighting, and reasons with what it was shown:
//!
//! 1. No name server has answered A since the moment L: the latest at which one of them was first seen to
//!    say something else (or was first seen at all, saying something else).
//! 2. A cache that answers A at t with r seconds left of a TTL of T fetched it at t - (T - r), or later if
//!    it caps TTLs and so counts from less. This holds for each cache of a pool behind one address, too.
//! 3. Whoever fetched A later than L cannot have it from a name server: it was frozen, or served stale.
//!    For a resolver that has ever told more than T the time that is left proves nothing; but that the
//!    answer is older than T does, and it is so for sure from L + T on.
//!
//! 4. Name servers may have begun to give A since they were looked at last, and a resolver may be the first
//!    to show it. So nobody is accused before all name servers were looked at once more.
//!
//! Each reply is taken to have been made when it was asked for, and each name server to have switched when
//! it was seen to have; so an honest resolver is never accused, as long as the name servers are looked at
//! as often as they change. Caches count whole seconds; [`ROUNDING`] allows for that.
//!
//! Unverified is how long the many machines behind one address of Route 53 take to switch one after the
//! other: whoever sees false alarms in the second after a switch gives the tracker more slack.

use std::{collections::BTreeMap, time::Duration};

use serde::Serialize;

use super::{Answered, PointerAnswer, Vantage};
use crate::model::Ttl;

/// How far a cache's count in whole seconds may be from the truth, with one more cache behind it.
pub const ROUNDING: Duration = Duration::from_secs(2);
/// So many answers of one name are remembered: one that is asked for weeks may be given any number of them.
const MOST_ANSWERS: usize = 32;

/// How the TTL of a resolver's answers behaves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TtlHabit {
    /// It was within what the name servers say, and nothing speaks against its counting down.
    #[default]
    Within,
    /// It stays, while time passes that is shorter than itself. A pool of caches may look so by chance.
    Frozen,
    /// It was above what the name servers say, and has only counted down since: stretched, or kept from a
    /// time at which the zone's own TTL was longer.
    Above(Duration),
    /// It was set anew to more than the name servers say: the resolver stretches TTLs, by this much.
    Stretched(Duration),
}

impl TtlHabit {
    /// The word for it in documents.
    pub fn word(self) -> &'static str {
        match self {
            Self::Within => "within",
            Self::Frozen => "frozen",
            Self::Above(_) => "above",
            Self::Stretched(_) => "stretched",
        }
    }

    /// By how much TTLs were above what the name servers say.
    pub fn above(self) -> Option<Duration> {
        match self {
            Self::Within | Self::Frozen => None,
            Self::Above(by) | Self::Stretched(by) => Some(by),
        }
    }
}

/// Why an answer is taken to be older than allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Overdue {
    /// The resolver says so itself.
    Said,
    /// No name server has given the answer for longer than its TTL.
    Expired,
    /// By its TTL it was fetched at a moment at which no name server gave it any more.
    Refetched,
}

/// An answer that is older than allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stale {
    /// By what it is known.
    pub reason: Overdue,
    /// When it was first seen to be so.
    pub first_seen: Duration,
    /// Since when no name server gives it, where that is known.
    pub abandoned: Option<Duration>,
    /// Since when it is older than allowed, where that is known.
    pub since: Option<Duration>,
}

/// What is known of one resolver's answers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Freshness {
    /// When it was seen first.
    pub first_sight: Duration,
    /// How its TTL behaves.
    pub ttl: TtlHabit,
    /// Whether its present answer is older than allowed.
    pub stale: Option<Stale>,
    /// The most by which a TTL was above that of the name servers; zero for an honest one.
    above: Duration,
    /// The last answer that had a TTL.
    last: Option<Last>,
    /// What it would be accused of, if the name servers still bear it out.
    suspect: Option<Suspect>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Suspect {
    answered: Answered,
    /// When it had answered.
    at: Duration,
    stale: Stale,
}

/// A question and its answer: when it was asked, and when it was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// When the question left.
    pub asked: Duration,
    /// When the reply was there, or was given up.
    pub answered: Duration,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Last {
    at: Duration,
    answered: Answered,
    ttl: Duration,
    /// Since when the TTL has been what it is.
    unchanged: Duration,
}

/// One name server's history, as far as it was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Origin {
    now: Answered,
    /// When it was first seen at all, or since when all that it gave is remembered.
    first: Duration,
    /// When it was last asked.
    asked: Duration,
    /// What it answered before, and when it was first seen to have stopped.
    before: Vec<(Answered, Duration)>,
}

/// Follows one name at all its vantage points.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tracker {
    declared: Duration,
    slack: Duration,
    origins: BTreeMap<Vantage, Origin>,
    ttls: Vec<(Answered, Duration)>,
    resolvers: BTreeMap<Vantage, Freshness>,
}

impl Tracker {
    /// Nothing was seen yet. `declared` is the TTL of an answer that no name server gives while it is
    /// watched; `slack` is [`ROUNDING`] at least.
    pub fn new(declared: Ttl, slack: Duration) -> Self {
        let declared = declared.duration();
        Self { declared, slack, origins: BTreeMap::new(), ttls: Vec::new(), resolvers: BTreeMap::new() }
    }

    /// A name server was asked. One that gave no answer counts with what it said last, since a resolver may
    /// reach it.
    pub fn name_server(&mut self, server: &Vantage, look: Look, answer: Option<&PointerAnswer>) {
        if let Some(answer) = answer {
            self.said(server, look, answer);
        } else if let Some(origin) = self.origins.get_mut(server) {
            origin.asked = look.asked;
        }
        let (given, asked) = (self.origins.values(), self.origins.values().map(|origin| origin.asked).min());
        let given: Vec<&Answered> = given.map(|origin| &origin.now).collect();
        for known in self.resolvers.values_mut() {
            known.hear(&given, asked.unwrap_or_default());
        }
    }

    fn said(&mut self, server: &Vantage, look: Look, answer: &PointerAnswer) {
        let said = &answer.answered;
        match self.origins.get_mut(server) {
            None => {
                let (now, first, asked) = (said.clone(), look.answered, look.asked);
                self.origins.insert(server.clone(), Origin { now, first, asked, before: Vec::new() });
            }
            Some(origin) => {
                origin.asked = look.asked;
                if origin.now != *said {
                    origin.before.retain(|(before, _)| *before != origin.now && before != said);
                    let old = std::mem::replace(&mut origin.now, said.clone());
                    origin.before.push((old, look.answered));
                    if origin.before.len() > MOST_ANSWERS {
                        // Of what is forgotten nothing is known but that it was not given since.
                        let (_, left) = origin.before.remove(0);
                        origin.first = origin.first.max(left);
                    }
                }
            }
        }
        if let Some(ttl) = answer.ttl.map(Ttl::duration) {
            if let Some((_, known)) = self.ttls.iter_mut().find(|(of, _)| of == said) {
                *known = ttl.max(*known);
            } else {
                if self.ttls.len() == MOST_ANSWERS {
                    self.ttls.remove(0);
                }
                self.ttls.push((said.clone(), ttl));
            }
        }
    }

    /// A resolver answered. `said_stale` is its own word for it.
    pub fn resolver(&mut self, resolver: &Vantage, look: Look, answer: &PointerAnswer, said_stale: bool) {
        let (abandoned, allowed) = (self.abandoned(&answer.answered), self.allowed(&answer.answered));
        let Look { asked, answered } = look;
        let slack = self.slack;
        let known = self
            .resolvers
            .entry(resolver.clone())
            .or_insert_with(|| Freshness { first_sight: asked, ..Freshness::default() });
        if let Some(ttl) = answer.ttl.map(Ttl::duration) {
            known.count(asked, &answer.answered, ttl, allowed, slack);
        }
        // How long nothing may be kept is the SOA's to say (RFC 2308), and not told by an answer's TTL.
        let gone = abandoned.filter(|_| !matches!(answer.answered, Answered::Nothing(_)));
        let left = answer.ttl.map_or(Duration::ZERO, Ttl::duration).min(allowed);
        let late = |by: Duration| gone.is_some_and(|gone| asked + by > gone + allowed + slack);
        let reason = if said_stale {
            Some(Overdue::Said)
        } else if late(Duration::ZERO) {
            Some(Overdue::Expired)
        } else if known.above.is_zero() && late(left) {
            Some(Overdue::Refetched)
        } else {
            None
        };
        let Some(reason) = reason else {
            (known.stale, known.suspect) = (None, None);
            return;
        };
        // What it was accused of before stays, so that a later reason does not hide the first sight.
        let first_seen = known.stale.map_or(asked, |stale| stale.first_seen);
        let since = abandoned.map(|gone| gone + allowed).filter(|since| *since <= asked);
        let stale = Stale { reason, first_seen, abandoned, since };
        if reason == Overdue::Said {
            (known.stale, known.suspect) = (Some(stale), None);
        } else {
            let said = answer.answered.clone();
            known.suspect = Some(Suspect { answered: said, at: answered, stale });
        }
    }

    /// What is known of a resolver.
    pub fn of(&self, resolver: &Vantage) -> Option<&Freshness> {
        self.resolvers.get(resolver)
    }

    /// Since when no name server has given this answer; nothing while one does, or none was seen.
    fn abandoned(&self, answer: &Answered) -> Option<Duration> {
        let since = |origin: &Origin| {
            let left = origin.before.iter().find(|(before, _)| before == answer).map(|(_, moment)| *moment);
            (origin.now != *answer).then(|| left.unwrap_or(origin.first))
        };
        let all: Option<Vec<Duration>> = self.origins.values().map(since).collect();
        all?.into_iter().max()
    }

    /// The TTL with which the name servers give this answer, or gave it.
    fn allowed(&self, answer: &Answered) -> Duration {
        let own = self.ttls.iter().find(|(of, _)| of == answer).map(|(_, ttl)| *ttl);
        let longest = self.ttls.iter().map(|(_, ttl)| *ttl).fold(self.declared, Duration::max);
        own.unwrap_or(longest)
    }
}

impl Freshness {
    /// The name servers give these answers, and the one that was asked longest ago was asked then.
    fn hear(&mut self, given: &[&Answered], asked: Duration) {
        let excused = self.last.as_ref().is_some_and(|last| given.contains(&&last.answered));
        if excused && self.stale.is_some_and(|stale| stale.reason != Overdue::Said) {
            self.stale = None;
        }
        match self.suspect.take() {
            Some(suspect) if given.contains(&&suspect.answered) => {}
            Some(suspect) if suspect.at <= asked => self.stale = Some(suspect.stale),
            waits => self.suspect = waits,
        }
    }

    /// Takes in how the TTL behaves.
    fn count(
        &mut self,
        at: Duration,
        answered: &Answered,
        ttl: Duration,
        allowed: Duration,
        slack: Duration,
    ) {
        let before = self.last.take().filter(|last| last.answered == *answered);
        let above = ttl.saturating_sub(allowed);
        self.above = self.above.max(above);
        let raised = before.as_ref().is_some_and(|last| ttl > last.ttl);
        // Asked again after it has run out, an honest cache has fetched it anew, and tells the same.
        let stays = |last: &&Last| last.ttl == ttl && at.saturating_sub(last.at) + slack < ttl;
        let unchanged = before.as_ref().filter(stays).map_or(at, |last| last.unchanged);
        self.ttl = match self.ttl {
            TtlHabit::Stretched(by) => TtlHabit::Stretched(by.max(above)),
            _ if raised && !above.is_zero() => TtlHabit::Stretched(self.above),
            _ if !above.is_zero() => TtlHabit::Above(self.above),
            _ if at.saturating_sub(unchanged) > slack => TtlHabit::Frozen,
            _ => TtlHabit::Within,
        };
        self.last = Some(Last { at, answered: answered.clone(), ttl, unchanged });
    }

    /// When it was seen last with an answer that has a TTL.
    pub fn last_sight(&self) -> Option<Duration> {
        self.last.as_ref().map(|last| last.at)
    }

    /// When the answer that it gave last runs out by its own TTL.
    pub fn runs_out(&self) -> Option<Duration> {
        self.last.as_ref().map(|last| last.at + last.ttl)
    }
}

#[cfg(test)]
#[path = "freshness_tests.rs"]
mod tests;
