//! The fold against a naive reading of the whole list of what was seen.

use std::time::Duration;

use jiff::Timestamp;
use proptest::prelude::*;

use super::{
    Answer, ClientState, Condition, Event, FailoverState, News, Phase, Point, Seen, Sight, State, Until,
};
use crate::{
    model::{Side, Ttl},
    probe::{
        Answered, Observed, PointerAnswer, Role, Vantage,
        client::{ClientKind, ClientLook},
    },
};

const SERVERS: usize = 3;
const RESOLVERS: usize = 2;
const POINTS: usize = SERVERS + RESOLVERS;

fn state() -> State {
    let vantage = |index: usize| {
        let server = format!("127.0.0.1:{}", 1_000 + index).parse().expect("an address");
        if index < SERVERS { Vantage::authoritative(server) } else { Vantage::recursive(server) }
    };
    let points = (0..POINTS).map(|index| Point::new(vantage(index), Duration::from_secs(1)));
    let name = "data.example.com".parse().expect("a name");
    let failover =
        FailoverState::new(name, ttl(), points.collect(), vec![ClientState::new(ClientKind::Pointer)]);
    State::new(Duration::ZERO, Timestamp::UNIX_EPOCH, vec![failover])
}

#[expect(clippy::unnecessary_wraps, reason = "answers are results")]
fn answers(side: Side) -> Answer {
    Ok(PointerAnswer { answered: Answered::Side(side), ttl: Some(ttl()) })
}

fn ttl() -> Ttl {
    Ttl::from_seconds(60).expect("a TTL")
}

fn second(second: u64) -> Duration {
    Duration::from_secs(second)
}

fn look(point: usize, at: u64, answer: Answer) -> Sight {
    let (asked, at) = (second(at), second(at) + Duration::from_millis(20));
    Sight { failover: 0, at, seen: Seen::Answer { point, asked, answer, says_stale: false } }
}

fn client(at: u64, side: Side) -> Sight {
    let look = ClientLook { side: Ok(side), led_to: Some(side), ..ClientLook::new(ClientKind::Pointer) };
    Sight { failover: 0, at: second(at), seen: Seen::Client { client: 0, look } }
}

fn phases(events: &[Event]) -> Vec<Phase> {
    let phase = |event: &Event| match event.news {
        News::Phase { phase, .. } => Some(phase),
        _ => None,
    };
    events.iter().filter_map(phase).collect()
}

#[test]
fn a_change_passes_its_phases() {
    let mut state = state();
    for point in 0..POINTS {
        assert_eq!(
            phases(&state.see(look(point, 1, answers(Side::Primary)))),
            [],
            "the first answers are no change"
        );
    }
    assert_eq!(phases(&state.see(client(1, Side::Primary))), []);
    let mut see = |sight| phases(&state.see(sight));
    assert_eq!(see(look(0, 10, answers(Side::Secondary))), [Phase::Switched]);
    assert_eq!(see(look(0, 11, answers(Side::Secondary))), []);
    assert_eq!(see(look(3, 11, answers(Side::Secondary))), [Phase::FirstResolver]);
    assert_eq!(see(client(12, Side::Primary)), []);
    assert_eq!(see(look(1, 12, answers(Side::Secondary))), []);
    assert_eq!(see(look(2, 13, Err("silence".to_owned()))), [Phase::Published], "of those that answer");
    assert_eq!(see(client(14, Side::Secondary)), [Phase::Client]);
    assert_eq!(see(look(4, 70, answers(Side::Secondary))), [Phase::Cached]);
    let change = state.failovers[0].change.as_ref().expect("a change");
    let after: Vec<u64> =
        Phase::ALL.iter().filter_map(|phase| Some(change.after(*phase)?.as_secs())).collect();
    assert_eq!(after, [0, 3, 1, 60, 3]);
    assert_eq!(state.failovers[0].changes, 1);
}

#[test]
fn a_server_that_goes_back_has_not_changed() {
    let mut state = state();
    for (at, server, side) in [(1, 0, 0), (1, 1, 0), (1, 2, 0), (2, 0, 1), (3, 0, 0)] {
        state.see(look(server, at, answers(Side::BOTH[side])));
    }
    assert_eq!(state.failovers[0].change, None);
    assert_eq!(phases(&state.see(look(1, 4, answers(Side::Secondary)))), [Phase::Switched]);
}

/// What a resolver may keep, and for how long it was seen to keep what it may not.
#[test]
fn an_answer_that_outlives_its_ttl_is_news_and_so_is_its_end() {
    let mut state = state();
    let mut told = Vec::new();
    for at in 1..200 {
        let counted = Ttl::from_seconds(60 - i64::try_from(at).expect("small") % 60).expect("a TTL");
        // The name servers change at 10. What the one resolver holds runs out at 60; the other fetches it anew.
        let changes = [10, 10, 10, 60, 150];
        for (point, changes) in changes.into_iter().enumerate() {
            let side = Side::BOTH[usize::from(at >= changes)];
            let ttl = if point < SERVERS { ttl() } else { counted };
            let answer = Ok(PointerAnswer { answered: Answered::Side(side), ttl: Some(ttl) });
            told.extend(state.see(look(point, at, answer)).into_iter().filter_map(
                |event| match event.news {
                    News::Stale { vantage, by, .. } => {
                        Some((at, "stale", vantage.server.port(), by.as_secs()))
                    }
                    News::Fresh { vantage, after, .. } => {
                        Some((at, "fresh", vantage.server.port(), after.as_secs()))
                    }
                    _ => None,
                },
            ));
        }
        let outlived = state.failovers[0].points[4].stale.map(|stale| stale.first_seen);
        assert_eq!(outlived, (61..150).contains(&at).then(|| second(60)), "at {at}");
    }
    assert_eq!(told, [(61, "stale", 1_004, 1), (150, "fresh", 1_004, 90)]);
}

/// From when all name servers have changed, by what each client keeps.
#[test]
fn who_is_still_on_the_side_that_was_left_and_until_when() {
    let mut state = state();
    state.failovers[0].clients =
        [ClientKind::Pointer, ClientKind::KeepAlive, ClientKind::Pinned].map(ClientState::new).to_vec();
    let told = |state: &State, now: u64| -> Vec<String> {
        let failover = &state.failovers[0];
        let told = |client| failover.exposed(client, second(now)).map(|exposed| exposed.to_string());
        failover.clients.iter().map(|client| told(client).unwrap_or_default()).collect()
    };
    for point in 0..POINTS {
        state.see(look(point, 1, answers(Side::Primary)));
    }
    let request = |state: &mut State, at: u64, index: usize, side: Result<Side, String>, led_to: Side| {
        let look = ClientLook {
            side,
            led_to: Some(led_to),
            ..ClientLook::new(state.failovers[0].clients[index].kind)
        };
        state.see(Sight { failover: 0, at: second(at), seen: Seen::Client { client: index, look } });
    };
    for index in 0..3 {
        request(&mut state, 2, index, Ok(Side::Primary), Side::Primary);
    }
    assert_eq!(told(&state, 3), ["", "", ""], "nothing has changed");
    for (server, at) in [(0, 10), (1, 12), (2, 20)] {
        state.see(look(server, at, answers(Side::Secondary)));
    }
    let kept = "still on the primary, until its connection is closed";
    let pinned = "still on the primary, until it is started again";
    assert_eq!(told(&state, 30), ["still on the primary, for 50 s at most", kept, pinned]);
    assert_eq!(told(&state, 90), ["still on the primary, 9 s too long", kept, pinned]);
    request(&mut state, 91, 0, Ok(Side::Secondary), Side::Secondary);
    // The connection broke, and the pinned address is dead, which does not move the client.
    request(&mut state, 91, 1, Ok(Side::Secondary), Side::Secondary);
    request(&mut state, 91, 2, Err("refused".to_owned()), Side::Primary);
    assert_eq!(told(&state, 92), ["", "", pinned]);
}

#[test]
fn a_condition_has_to_hold_for_a_round() {
    let (mut state, mut until) = (state(), Until::new(Condition::Side(Side::Secondary), 1));
    let mut met = |sight: Sight| {
        let at = sight.at;
        state.see(sight);
        until.see(0, at, &state.failovers[0]);
        until.is_met()
    };
    for point in 0..POINTS {
        assert!(!met(look(point, 1, answers(Side::Secondary))), "all have only just said so");
    }
    for point in 0..POINTS - 1 {
        assert!(!met(look(point, 2, answers(Side::Secondary))), "not everybody was asked again");
    }
    assert!(!met(look(POINTS - 1, 2, answers(Side::Primary))), "and that one is of another mind");
    assert!(!met(look(POINTS - 1, 3, answers(Side::Secondary))));
    for point in 0..POINTS {
        let last = point == POINTS - 1;
        assert_eq!(met(look(point, 4, answers(Side::Secondary))), last);
    }
}

#[test]
fn who_never_answered_does_not_count_and_who_fell_silent_does() {
    let (mut state, mut until) = (state(), Until::new(Condition::Consistent, 1));
    let mut round = |at: u64, silent: &[usize]| {
        for point in 0..POINTS {
            let answer = if silent.contains(&point) { Err(String::new()) } else { answers(Side::Primary) };
            let sight = look(point, at, answer);
            let at = sight.at;
            state.see(sight);
            until.see(0, at, &state.failovers[0]);
        }
        until.is_met()
    };
    assert_eq!([round(1, &[0]), round(2, &[0])], [false, true], "it was never there");
    assert_eq!([round(3, &[0, 1]), round(4, &[0, 1])], [false, false], "it was there before");
    assert!(!round(5, &[3, 4]), "no resolver answers");
}

#[test]
fn what_is_expected_has_to_be_read_again() {
    let (mut state, mut until) = (state(), Until::new(Condition::Expected, 1));
    let mut met = |sight: Sight| {
        let at = sight.at;
        state.see(sight);
        until.see(0, at, &state.failovers[0]);
        until.is_met()
    };
    let expected = |at, expected| Sight {
        failover: 0,
        at: second(at),
        seen: Seen::Expected { asked: second(at), expected },
    };
    assert!(!met(expected(1, Ok(Some(Side::Primary)))));
    for at in [2, 3] {
        assert!(!(0..POINTS).any(|point| met(look(point, at, answers(Side::Primary)))));
    }
    assert!(met(expected(4, Ok(Some(Side::Primary)))));
    assert!(!met(expected(5, Ok(Some(Side::Secondary)))));
    assert!(!met(expected(6, Ok(Some(Side::Primary)))));
    assert!(!met(expected(7, Err("no credentials".to_owned()))), "it may be another by now");
}

proptest! {
    /// Whatever comes: each point is as its own last answers say, all together as the last answers of all say, an
    /// event is told exactly when an answer is another than before, and no phase before its time.
    #[test]
    fn the_state_is_what_the_list_says(
        looks in prop::collection::vec((0..POINTS, 0_u8..4), 1..120),
    ) {
        let mut state = state();
        let mut lists: Vec<Vec<(Duration, Answer)>> = vec![Vec::new(); POINTS];
        for (number, (point, kind)) in looks.into_iter().enumerate() {
            let answer = match kind {
                0 => answers(Side::Primary),
                1 => answers(Side::Secondary),
                2 => Ok(PointerAnswer { answered: Answered::Nothing("NXDomain".to_owned()), ttl: None }),
                _ => Err(format!("silence {number}")),
            };
            let sight = look(point, number as u64, answer.clone());
            let at = sight.at;
            let before = lists[point].last().map(|(_, answer)| answer.clone());
            lists[point].push((at, answer.clone()));
            let events = state.see(sight);
            let told = events.iter().any(|event| matches!(event.news, News::Answer { .. }));
            let kind = |answer: &Answer| answer.clone().map(|answer| answer.answered).map_err(drop);
            prop_assert_eq!(told, before.as_ref().map(kind) != Some(kind(&answer)));
            let failover = &state.failovers[0];
            let list = &lists[point];
            let seen = &failover.points[point];
            let same = list.iter().rev().take_while(|(_, other)| kind(other) == kind(&answer));
            prop_assert_eq!(Some(seen.since), same.last().map(|(at, _)| *at));
            prop_assert_eq!(seen.asked, list.len() as u64);
            prop_assert_eq!(seen.failed, list.iter().filter(|(_, answer)| answer.is_err()).count() as u64);
            let together = |of: &[Vec<(Duration, Answer)>]| {
                let last = of.iter().filter_map(|list| list.last()?.1.clone().ok());
                let last: Vec<Answered> = last.map(|answer| answer.answered).collect();
                let all = |side| !last.is_empty() && last.iter().all(|answered| *answered == Answered::Side(side));
                let any = last.iter().any(|answered| matches!(answered, Answered::Side(_)));
                match (all(Side::Primary), all(Side::Secondary)) {
                    (true, _) => Observed::Primary,
                    (_, true) => Observed::Secondary,
                    _ if any => Observed::Mixed,
                    _ => Observed::None,
                }
            };
            prop_assert_eq!(failover.active, together(&lists[..SERVERS]));
            prop_assert_eq!(failover.observed(Role::Recursive), together(&lists[SERVERS..]));
            if let Some(change) = &failover.change {
                let order = [Phase::Switched, Phase::Published, Phase::Cached].map(|phase| change.at(phase));
                prop_assert!(order[0].is_some());
                let passed: Vec<Duration> = order.into_iter().flatten().collect();
                prop_assert!(passed.is_sorted(), "{passed:?}");
                prop_assert!(order[2].is_none() || order[1].is_some());
            }
        }
    }
}
