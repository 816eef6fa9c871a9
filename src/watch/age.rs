//! Does a resolver keep an answer for longer than it may? [`Tracker`](crate::probe::Tracker) reasons; here that
//! becomes state and news.

use std::time::Duration;

use super::{FailoverState, News, Point, Stale, failover::said};
use crate::probe::{Look, Role, TtlHabit};

impl FailoverState {
    /// Shows the tracker what a point has just answered, and takes over what is known now of every resolver: a
    /// name server's answer may convict one.
    pub(super) fn track(&mut self, look: Look, index: usize, says_stale: bool, news: &mut Vec<News>) {
        let Point { vantage, answer, .. } = &self.points[index];
        let answer = answer.as_ref().and_then(|answer| answer.as_ref().ok());
        match (vantage.role, answer) {
            (Role::Authoritative, answer) => self.tracker.name_server(vantage, look, answer),
            (Role::Recursive, Some(answer)) => self.tracker.resolver(vantage, look, answer, says_stale),
            // One that says nothing is neither stale nor fresh: what was known of it stays.
            (Role::Recursive, None) => {}
        }
        for point in self.points.iter_mut().filter(|point| point.vantage.role == Role::Recursive) {
            let Some(known) = self.tracker.of(&point.vantage) else { continue };
            let (stale, habit) = point.age(known);
            news.extend(of_stale(point, stale, look.answered));
            news.extend(of_ttl(point, habit));
        }
    }
}

fn of_stale(point: &Point, before: Option<Stale>, at: Duration) -> Option<News> {
    let vantage = point.vantage.clone();
    let answers = point.answer.as_ref().map(said).unwrap_or_default();
    match (before, point.stale) {
        (None, Some(Stale { expired, first_seen, reason })) => {
            let (by, seen_for) = (at.saturating_sub(expired), at.saturating_sub(first_seen));
            Some(News::Stale { vantage, answers, reason, by, seen_for })
        }
        (Some(stale), None) => {
            let after = at.saturating_sub(stale.first_seen);
            Some(News::Fresh { vantage, answers, after })
        }
        _ => None,
    }
}

/// By how much may change from look to look, and is no news.
fn of_ttl(point: &Point, before: TtlHabit) -> Option<News> {
    let by = point.ttl_habit.above()?;
    let is_new = before.word() != point.ttl_habit.word();
    let (vantage, habit) = (point.vantage.clone(), point.ttl_habit.word());
    is_new.then_some(News::Ttl { vantage, habit, by })
}
