//! Resolvers of many characters against the tracker: no honest one is accused, and each that holds on for
//! longer than it may is.

use std::net::SocketAddr;

use proptest::prelude::*;

use super::*;
use crate::model::Side;

fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

fn ttl(count: u64) -> Option<Ttl> {
    Ttl::from_seconds(i64::try_from(count).expect("a small number")).ok()
}

fn side(side: Side, left: u64) -> PointerAnswer {
    PointerAnswer { answered: Answered::Side(side), ttl: ttl(left) }
}

fn server(number: u8) -> Vantage {
    Vantage::authoritative(SocketAddr::from(([127, 0, 0, number], 53)))
}

fn resolver() -> Vantage {
    Vantage::recursive(SocketAddr::from(([127, 0, 1, 1], 53)))
}

fn at(moment: Duration) -> Look {
    Look { asked: moment, answered: moment }
}

/// A tracker that has seen its one name server leave the primary in the tenth second.
fn switched() -> Tracker {
    let mut tracker = Tracker::new(ttl(60).expect("a TTL"), ROUNDING);
    tracker.name_server(&server(1), at(seconds(9)), Some(&side(Side::Primary, 60)));
    tracker.name_server(&server(1), at(seconds(10)), Some(&side(Side::Secondary, 60)));
    tracker
}

/// What is made of an answer, once the name server was asked again and answered the secondary.
fn known(tracker: &mut Tracker, moment: u64, answer: &PointerAnswer) -> Freshness {
    tracker.resolver(&resolver(), at(seconds(moment)), answer, false);
    tracker.name_server(&server(1), at(seconds(moment)), Some(&side(Side::Secondary, 60)));
    tracker.of(&resolver()).expect("it was seen").clone()
}

fn stale(tracker: &mut Tracker, moment: u64, answer: &PointerAnswer) -> Option<Stale> {
    known(tracker, moment, answer).stale
}

#[test]
fn a_cache_that_counts_down_is_fresh_to_the_end() {
    let mut tracker = switched();
    for at in 10..=70 {
        assert_eq!(stale(&mut tracker, at, &side(Side::Primary, 70 - at)), None, "second {at}");
    }
    assert_eq!(tracker.of(&resolver()).map(|known| known.ttl), Some(TtlHabit::Within));
    assert_eq!(stale(&mut tracker, 71, &side(Side::Secondary, 60)), None);
}

#[test]
fn a_frozen_answer_is_found_by_its_ttl_and_when_it_is_late_by_the_time() {
    let mut tracker = switched();
    assert_eq!(stale(&mut tracker, 11, &side(Side::Primary, 60)), None, "within the rounding");
    let found = stale(&mut tracker, 13, &side(Side::Primary, 60)).expect("it was fetched when it was gone");
    assert_eq!((found.reason, found.first_seen), (Overdue::Refetched, seconds(13)));
    assert_eq!((found.abandoned, found.since), (Some(seconds(10)), None));
    stale(&mut tracker, 15, &side(Side::Primary, 60));
    assert_eq!(tracker.of(&resolver()).map(|known| known.ttl), Some(TtlHabit::Frozen));
    let found = stale(&mut tracker, 73, &side(Side::Primary, 0)).expect("it is late");
    assert_eq!((found.reason, found.first_seen), (Overdue::Expired, seconds(13)), "the first sight stays");
    assert_eq!(found.since, Some(seconds(70)));
    assert_eq!(stale(&mut tracker, 74, &side(Side::Secondary, 60)), None, "it has caught up");
}

#[test]
fn what_a_resolver_says_itself_counts_at_once() {
    let mut tracker = switched();
    tracker.resolver(&resolver(), at(seconds(11)), &side(Side::Primary, 30), true);
    let found = tracker.of(&resolver()).and_then(|known| known.stale);
    assert_eq!(found.map(|found| found.reason), Some(Overdue::Said));
}

#[test]
fn a_server_that_still_gives_it_excuses_everybody() {
    let mut tracker = switched();
    tracker.name_server(&server(2), at(seconds(9)), Some(&side(Side::Primary, 60)));
    assert_eq!(stale(&mut tracker, 500, &side(Side::Primary, 60)), None);
    tracker.name_server(&server(2), at(seconds(501)), Some(&side(Side::Secondary, 60)));
    assert_eq!(stale(&mut tracker, 502, &side(Side::Primary, 60)), None);
    assert_eq!(stale(&mut tracker, 504, &side(Side::Primary, 60)), None, "the second was not asked since");
    // Asked in vain, it is believed to answer as before.
    tracker.name_server(&server(2), at(seconds(505)), None);
    assert!(tracker.of(&resolver()).expect("it was seen").stale.is_some());
    tracker.name_server(&server(2), at(seconds(506)), Some(&side(Side::Primary, 60)));
    assert_eq!(tracker.of(&resolver()).expect("it was seen").stale, None, "it is back");
}

#[test]
fn a_ttl_above_the_zones_is_told_and_one_that_is_set_anew_is_stretched() {
    let mut tracker = switched();
    let mut habit = |moment, left| known(&mut tracker, moment, &side(Side::Secondary, left)).ttl;
    assert_eq!(habit(11, 60), TtlHabit::Within);
    assert_eq!(habit(12, 290), TtlHabit::Stretched(seconds(230)), "it has just been within");
    assert_eq!(habit(200, 102), TtlHabit::Stretched(seconds(230)), "and is not forgiven");
    let mut tracker = switched();
    let mut habit = |moment, left| known(&mut tracker, moment, &side(Side::Secondary, left)).ttl;
    assert_eq!(habit(11, 290), TtlHabit::Above(seconds(230)));
    assert_eq!(habit(13, 288), TtlHabit::Above(seconds(230)));
    assert_eq!(habit(260, 41), TtlHabit::Within, "the zone's own TTL may have been longer before");
}

/// Of the records, in the property tests.
const TTL: u64 = 20;

/// What a resolver does to what it fetched.
#[derive(Clone, Copy, Debug)]
enum Manner {
    /// Keeps it as long as it may.
    Honest,
    /// Shorter than it may.
    Caps(u64),
    /// Longer than it may.
    Stretches(u64),
    /// Once its TTL is over, goes on with it for this TTL, again and again.
    Stale(u64),
    /// For ever, at the TTL with which it came.
    Forever,
}

#[derive(Clone, Copy, Debug)]
enum Counting {
    Down,
    Up,
    /// By a clock that has whole seconds only.
    Ticks,
}

#[derive(Clone, Debug)]
struct World {
    /// In milliseconds: the length of each phase; the sides take turns.
    phases: Vec<u64>,
    /// By how much each name server is late.
    delays: Vec<u64>,
    manner: Manner,
    counting: Counting,
    /// From one look at the resolver to the next, which name server it would ask, and which of the caches
    /// behind its address it is.
    looks: Vec<(u64, usize, usize)>,
}

fn world(manner: impl Strategy<Value = Manner>) -> impl Strategy<Value = World> {
    let phases = prop::collection::vec(3_500..60_000_u64, 1..5);
    let looks = prop::collection::vec((1_100..9_000_u64, 0..3_usize, 0..3_usize), 1..60);
    let counting = prop_oneof![Just(Counting::Down), Just(Counting::Up), Just(Counting::Ticks)];
    (phases, prop::collection::vec(0..3_000_u64, 1..4), manner, counting, looks).prop_map(
        |(phases, delays, manner, counting, looks)| World { phases, delays, manner, counting, looks },
    )
}

impl World {
    fn side_at(&self, server: usize, at: u64) -> Side {
        let mut end = self.delays[server];
        for (number, length) in self.phases.iter().enumerate() {
            end += length;
            if at < end {
                return if number % 2 == 0 { Side::Primary } else { Side::Secondary };
            }
        }
        if self.phases.len().is_multiple_of(2) { Side::Primary } else { Side::Secondary }
    }

    /// Looks at all name servers, and notes since when no one was seen to give a side.
    fn poll(&self, moment: u64, tracker: &mut Tracker, gone: &mut [Option<u64>; 2]) {
        let sides: Vec<Side> = (0..self.delays.len()).map(|number| self.side_at(number, moment)).collect();
        for (number, answered) in (1..).zip(&sides) {
            let look = at(Duration::from_millis(moment));
            tracker.name_server(&server(number), look, Some(&side(*answered, TTL)));
        }
        for (side, gone) in Side::BOTH.iter().zip(gone) {
            *gone = if sides.contains(side) { None } else { gone.or(Some(moment)) };
        }
    }

    /// What the resolver tells of what it has held for `age`.
    fn told(&self, now: u64, fetched: u64) -> u64 {
        let age = now - fetched;
        let left = |whole: u64| match self.counting {
            Counting::Down => (whole * 1_000).saturating_sub(age) / 1_000,
            Counting::Up => (whole * 1_000).saturating_sub(age).div_ceil(1_000),
            Counting::Ticks => whole.saturating_sub(now / 1_000 - fetched / 1_000),
        };
        match self.manner {
            Manner::Stale(told) if age >= TTL * 1_000 => told,
            Manner::Forever => TTL,
            Manner::Honest | Manner::Stale(_) => left(TTL),
            Manner::Caps(_) | Manner::Stretches(_) => left(self.held()),
        }
    }

    /// For how long the resolver holds what it fetched, in seconds.
    fn held(&self) -> u64 {
        match self.manner {
            Manner::Honest => TTL,
            Manner::Caps(most) => TTL.min(most),
            Manner::Stretches(least) => TTL.max(least),
            Manner::Stale(_) | Manner::Forever => u64::MAX / 2_000,
        }
    }

    /// Plays it; each look at the resolver is handed over with what the tracker makes of it once the name
    /// servers were looked at again.
    fn play(&self, mut seen: impl FnMut(Seen)) {
        let mut tracker = Tracker::new(ttl(TTL).expect("a TTL"), ROUNDING);
        let mut caches: [Option<(u64, Side)>; 3] = [None; 3];
        let (mut poll, mut now) = (0, 500);
        let mut gone = [None; 2];
        for (gap, server_of, cache) in &self.looks {
            now += gap;
            // The name servers are looked at once a second.
            while poll <= now {
                self.poll(poll, &mut tracker, &mut gone);
                poll += 1_000;
            }
            let fresh = (now, self.side_at(server_of % self.delays.len(), now));
            let kept = caches[*cache].filter(|(fetched, _)| now - fetched < self.held() * 1_000);
            let (fetched, held) = kept.unwrap_or(fresh);
            caches[*cache] = Some((fetched, held));
            let look = at(Duration::from_millis(now));
            tracker.resolver(&resolver(), look, &side(held, self.told(now, fetched)), false);
            self.poll(poll, &mut tracker, &mut gone);
            poll += 1_000;
            let known = tracker.of(&resolver()).expect("it was seen");
            let gone = gone[held.index()];
            seen(Seen { at: now, age: now - fetched, gone, stale: known.stale, habit: known.ttl });
        }
    }
}

/// One look at a resolver, in milliseconds.
#[derive(Debug)]
struct Seen {
    at: u64,
    age: u64,
    /// Since when no name server was seen to give what the resolver answers.
    gone: Option<u64>,
    stale: Option<Stale>,
    habit: TtlHabit,
}

fn honest() -> impl Strategy<Value = Manner> {
    prop_oneof![Just(Manner::Honest), (1..TTL).prop_map(Manner::Caps)]
}

fn dishonest() -> impl Strategy<Value = Manner> {
    prop_oneof![
        (TTL + 5..200).prop_map(Manner::Stretches),
        (0..=TTL).prop_map(Manner::Stale),
        Just(Manner::Forever)
    ]
}

proptest! {
    #[test]
    fn no_honest_cache_nor_pool_of_them_is_accused(world in world(honest())) {
        world.play(|look| {
            assert_eq!(look.stale, None, "{look:?}");
            assert!(!matches!(look.habit, TtlHabit::Above(_) | TtlHabit::Stretched(_)), "{look:?}");
        });
    }

    #[test]
    fn whoever_holds_on_for_longer_than_allowed_is_found(world in world(dishonest())) {
        let late = |look: &Seen| {
            let allowed = TTL * 1_000 + 2_000;
            look.gone.is_some_and(|gone| look.at > gone + allowed)
        };
        world.play(|look| assert!(!late(&look) || look.stale.is_some(), "{look:?}"));
    }

    /// And what is found at one that serves stale answers is older than allowed, or looks freshly fetched.
    #[test]
    fn nobody_is_accused_of_an_answer_that_a_name_server_gives(world in world(dishonest())) {
        world.play(|look| {
            assert!(look.gone.is_some() || look.stale.is_none(), "{look:?}");
            let stretched = matches!(look.habit, TtlHabit::Above(_) | TtlHabit::Stretched(_));
            assert!(!stretched || look.stale.is_none() || look.age > TTL * 1_000, "{look:?}");
        });
    }
}
