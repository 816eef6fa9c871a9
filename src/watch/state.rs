//! The state of everything that is watched.

use std::time::Duration;

use super::{Event, News, Point};
use crate::{
    model::{Fqdn, Side},
    probe::{Answered, Observed, PointerAnswer, Role, Vantage},
};

/// All failovers that are watched.
#[derive(Clone, Debug, PartialEq)]
pub struct State {
    /// The moment of the last sighting.
    pub at: Duration,
    /// In the spec's order.
    pub failovers: Vec<FailoverState>,
}

/// One failover.
#[derive(Clone, Debug, PartialEq)]
pub struct FailoverState {
    /// Its name.
    pub name: Fqdn,
    /// The side that ought to be answered, where it is known.
    pub expected: Option<Side>,
    /// What the name servers answer together.
    pub active: Observed,
    /// Since when.
    pub active_since: Duration,
    /// Every vantage point: name servers first, then resolvers.
    pub points: Vec<Point>,
}

impl FailoverState {
    /// Nothing is known yet.
    pub fn new(name: Fqdn, vantages: impl IntoIterator<Item = Vantage>) -> Self {
        let points = vantages.into_iter().map(Point::new).collect();
        Self { name, expected: None, active: Observed::None, active_since: Duration::ZERO, points }
    }

    /// What all vantage points of a role answer together.
    pub fn observed(&self, role: Role) -> Observed {
        let answers = self.points.iter().filter(|point| point.vantage.role == role);
        let answers: Vec<&Answered> =
            answers.filter_map(|point| Some(&point.answer.as_ref()?.as_ref().ok()?.answered)).collect();
        match answers.split_first() {
            None => Observed::None,
            Some((first, others)) if others.iter().any(|other| other != first) => Observed::Mixed,
            Some((Answered::Side(Side::Primary), _)) => Observed::Primary,
            Some((Answered::Side(Side::Secondary), _)) => Observed::Secondary,
            Some(_) => Observed::None,
        }
    }

    /// Takes in what a vantage point answered; tells what is new.
    pub fn see(
        &mut self,
        point: usize,
        asked: Duration,
        answered: Duration,
        answer: Result<PointerAnswer, String>,
    ) -> Vec<Event> {
        let mut news = Vec::new();
        let seen = &mut self.points[point];
        let said = |answer: &Result<PointerAnswer, String>| match answer {
            Ok(PointerAnswer { answered: Answered::Side(side), .. }) => side.to_string(),
            Ok(PointerAnswer { answered: Answered::Nothing(said) | Answered::Other(said), .. }) => {
                said.clone()
            }
            Err(_) => "no answer".to_owned(),
        };
        if seen.answer.as_ref().map(said) != Some(said(&answer)) {
            seen.since = answered;
            news.push(News::Answer { vantage: seen.vantage.clone(), answers: said(&answer) });
        }
        seen.asked += 1;
        seen.failed += u64::from(answer.is_err());
        seen.seen = answered;
        seen.took = Some(answered.saturating_sub(asked));
        seen.expires = answer.as_ref().ok().and_then(|answer| Some(answered + answer.ttl?.duration()));
        seen.answer = Some(answer);
        let active = self.observed(Role::Authoritative);
        if active != self.active {
            (self.active, self.active_since) = (active, answered);
            news.push(News::Active { observed: active });
        }
        news.into_iter().map(|news| Event { at: answered, name: self.name.clone(), news }).collect()
    }
}
