//! `watch` for people: a line when something happens, and the state at the end.

use std::{fmt::Write, time::Duration};

use crate::{
    model::Side,
    probe::{Observed, Overdue, Role, client::ClientKind},
    report::watch::words,
    watch::{Event, FailoverState, News, Phase, Point, State},
};

/// One event, in a line: date, time since the start, of which failover, what.
pub fn watch_event(state: &State, event: &Event) -> String {
    let date = state.date(event.at).strftime("%H:%M:%S%.3fZ");
    let since = state.since_start(event.at).as_secs_f64();
    format!("{date} {since:>9.3} s  {}: {}\n", event.name, news(&event.news))
}

fn news(news: &News) -> String {
    match news {
        News::Answer { vantage, role, answers, before, after, ttl, why } => {
            let ttl = ttl.map(|ttl| format!(", TTL {ttl}")).unwrap_or_default();
            let before = before.as_ref().zip(*after);
            let before = before.map(|(before, after)| format!(" (before: {before}, for {})", short(after)));
            let why = why.as_ref().map(|why| format!(": {why}")).unwrap_or_default();
            format!("{} {vantage} answers {answers}{ttl}{}{why}", whom(*role), before.unwrap_or_default())
        }
        News::Stale { vantage, answers, reason, by, seen_for } => {
            let how = match reason {
                Overdue::Said => "says itself that this has outlived its TTL".to_owned(),
                Overdue::Expired => format!("for {} longer than its TTL allows", short(*by)),
                Overdue::Refetched => "as if it were fresh, though no name server gives it".to_owned(),
            };
            format!("resolver {vantage} still answers {answers}, {how}; first seen {} ago", short(*seen_for))
        }
        News::Fresh { vantage, answers, after } => {
            format!(
                "resolver {vantage} has forgotten what it should have, {} late: it answers {answers}",
                short(*after)
            )
        }
        News::Ttl { vantage, by, .. } => {
            format!("resolver {vantage} tells a longer TTL than the name servers, by {}", short(*by))
        }
        News::Active { observed } => match observed {
            Observed::Primary => "the name servers answer the primary".to_owned(),
            Observed::Secondary => "the name servers answer the secondary".to_owned(),
            Observed::Mixed => "the name servers disagree".to_owned(),
            Observed::None => "no name server answers a side".to_owned(),
        },
        News::Phase { phase: Phase::Switched, towards, .. } => {
            format!("a change to the {towards} has begun")
        }
        News::Phase { phase, towards, after } => {
            format!("{} on the {towards}, {} after the change began", phase.words(), short(*after))
        }
        News::Endpoint { side, up: true, .. } => format!("the {side}'s endpoint serves its object"),
        News::Endpoint { side, up: false, why } => {
            format!("the {side}'s endpoint does not serve: {}", why.as_deref().unwrap_or("nobody knows why"))
        }
        News::Client { client, served_by: Some(side), .. } => {
            format!("the {} client has its bytes from the {side}", kind(*client))
        }
        News::Client { client, served_by: None, why } => {
            format!(
                "the {} client has no bytes: {}",
                kind(*client),
                why.as_deref().unwrap_or("nobody knows why")
            )
        }
        News::Expected { expected: Some(side) } => format!("the {side} ought to be answered"),
        News::Expected { expected: None } => {
            "nothing ought to be answered: the two records are not there".to_owned()
        }
        News::Unread { why } => format!("records and health checks cannot be read: {why}"),
        News::ReadAgain => "records and health checks can be read again".to_owned(),
    }
}

fn whom(role: Role) -> &'static str {
    match role {
        Role::Authoritative => "name server",
        Role::Recursive => "resolver",
    }
}

fn kind(kind: ClientKind) -> String {
    kind.as_str().replace('_', "-")
}

/// The last state, some lines a failover.
pub fn watch_summary(state: &State) -> String {
    let mut text = String::new();
    for failover in &state.failovers {
        // Writing into a string cannot fail.
        let _ = of_failover(&mut text, state, failover);
    }
    text
}

fn of_failover(text: &mut String, state: &State, failover: &FailoverState) -> std::fmt::Result {
    let now = state.at;
    let active = format!("{:?}", failover.active).to_lowercase();
    let since = short(now.saturating_sub(failover.active_since));
    let expected = match (failover.expected, &failover.unread) {
        (Some(side), None) => format!("{side} ought to be"),
        (Some(side), Some(_)) => format!("{side} ought to be, by an old reading"),
        (None, _) => "what ought to be is not known".to_owned(),
    };
    writeln!(text, "{}: name servers answer {active} for {since}; {expected}", failover.name)?;
    for point in &failover.points {
        writeln!(
            text,
            "  {:<12}{:<24}{}",
            whom(point.vantage.role),
            point.vantage.to_string(),
            of_point(point, now)
        )?;
    }
    for side in Side::BOTH {
        let endpoint = failover.side(side);
        let since = short(now.saturating_sub(endpoint.since));
        let said = match (endpoint.up, &endpoint.why) {
            (None, _) => "not asked yet".to_owned(),
            (Some(true), _) => format!("serves for {since}"),
            (Some(false), why) => {
                format!("does not serve for {since}: {}", why.as_deref().unwrap_or_default())
            }
        };
        writeln!(text, "  {:<12}{:<24}{said}", "endpoint", side.to_string())?;
    }
    for client in &failover.clients {
        let since = short(now.saturating_sub(client.since));
        let said = match &client.served_by {
            None => "has not asked yet".to_owned(),
            Some(Ok(side)) => format!("{side} for {since}"),
            Some(Err(why)) => format!("no bytes for {since}: {why}"),
        };
        let lost = format!("{} of {} requests failed", client.failed, client.requests);
        let still = failover.exposed(client, now).map(|exposed| format!("; {exposed}")).unwrap_or_default();
        writeln!(text, "  {:<12}{:<24}{said}; {lost}{still}", "client", kind(client.kind))?;
    }
    let Some(change) = &failover.change else { return Ok(()) };
    let phase = |phase: &Phase| match change.after(*phase) {
        Some(after) => format!("{} {}", phase.words(), short(after)),
        None => format!("{} not yet", phase.words()),
    };
    let phases: Vec<String> = Phase::ALL.iter().skip(1).map(phase).collect();
    let began = short(now.saturating_sub(change.began));
    writeln!(text, "  change to the {}, {began} ago: {}", change.towards, phases.join(", "))
}

fn of_point(point: &Point, now: Duration) -> String {
    let Some(answer) = &point.answer else { return "not asked yet".to_owned() };
    let since = short(now.saturating_sub(point.since));
    let ttl = point.ttl_left(now).map(|left| format!(", TTL {} s left", left.as_secs())).unwrap_or_default();
    let lost = match point.failed {
        0 => String::new(),
        failed => format!("; {failed} of {} lost", point.asked),
    };
    let why = answer.as_ref().err().map(|why| format!(": {why}")).unwrap_or_default();
    let stale = point
        .stale
        .map(|stale| format!("; older than its TTL allows, by {}", short(now.saturating_sub(stale.expired))));
    let stretched = point.ttl_habit.above().map(|by| format!("; stretches TTLs by {}", short(by)));
    let (stale, stretched) = (stale.unwrap_or_default(), stretched.unwrap_or_default());
    format!("{} for {since}{ttl}{stale}{stretched}{lost}{why}", words(answer))
}

/// A length of time as people read it, to what matters of it.
fn short(length: Duration) -> String {
    match length.as_secs() {
        0..100 => format!("{:.1} s", length.as_secs_f64()),
        seconds @ 100..7_200 => format!("{} min {} s", seconds / 60, seconds % 60),
        seconds @ 7_200..172_800 => format!("{} h {} min", seconds / 3_600, seconds / 60 % 60),
        seconds => format!("{} d {} h", seconds / 86_400, seconds / 3_600 % 24),
    }
}
