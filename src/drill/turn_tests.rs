use proptest::prelude::*;

use super::*;
use crate::model::{CheckerReport, Ttl};

const NAME_SERVERS: [&str; 2] = ["127.0.0.1:1001", "127.0.0.1:1002"];
const RESOLVERS: [&str; 2] = ["127.0.0.1:2001", "127.0.0.1:2002"];
const BEGAN: u64 = 100;

fn points() -> Arc<[Vantage]> {
    let address = |text: &&str| text.parse().expect("an address");
    let name_servers = NAME_SERVERS.iter().map(address).map(Vantage::authoritative);
    name_servers.chain(RESOLVERS.iter().map(address).map(Vantage::recursive)).collect()
}

fn turn_by(way: Way, floor: Floor) -> Turn {
    let second = Duration::from_secs(BEGAN);
    Turn::begin(Start {
        changed: Side::Primary,
        way,
        began: second,
        done: second + Duration::from_secs(1),
        epoch: Timestamp::UNIX_EPOCH,
        points: points(),
        minds: Minds::settled(&[look(90, way == Way::There)], 1),
        floor,
        lead: ClientKind::Pointer,
        failing: if way == Way::Back { BTreeSet::from([Looked::Data]) } else { BTreeSet::new() },
    })
}

fn looks() -> Floor {
    Floor::Looks(crate::model::Detection {
        last_looks: vec![Duration::from_secs(90)],
        changed: Duration::from_secs(BEGAN),
        interval: Duration::from_secs(10),
        threshold: 1,
        look: Duration::ZERO,
        under_way: Duration::ZERO,
        to_unhealthy: true,
    })
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

fn answer(point: usize, side: Side) -> Seen {
    let ttl = Ttl::from_seconds(30).ok();
    Seen::Answer { point, answer: Ok(PointerAnswer { answered: Answered::Side(side), ttl }) }
}

fn client(kind: ClientKind, served_by: Result<Side, String>) -> Seen {
    Seen::Client { kind, led_to: served_by.clone().ok(), served_by, took: Duration::ZERO }
}

fn endpoint(side: Side, served: Result<(), String>) -> Seen {
    Seen::Endpoint { side, looked: Looked::Data, served }
}

fn see(turn: &mut Turn, second: u64, seen: Seen) -> Vec<Milestone> {
    let observation = Observation { at: Duration::from_secs(second), seen };
    turn.see(&observation).into_iter().map(|event| event.milestone).collect()
}

fn refused<T>() -> Result<T, String> {
    Err("refused".to_owned())
}

#[test]
fn the_milestones_are_found_in_what_is_seen() {
    let mut turn = turn_by(Way::There, looks());
    let down = || endpoint(Side::Primary, refused());
    assert_eq!(see(&mut turn, 99, down()), [], "before the fault");
    assert_eq!(see(&mut turn, 101, endpoint(Side::Secondary, refused())), [], "not the side that was broken");
    assert_eq!(see(&mut turn, 101, down()), [Milestone::Effective]);
    assert_eq!(see(&mut turn, 129, Seen::Checkers(vec![look(128, false)])), [Milestone::Detected]);
    assert_eq!(turn.at(Milestone::Detected), Some(Duration::from_secs(128)), "by the look's own moment");
    assert_eq!(see(&mut turn, 129, answer(0, Side::Primary)), []);
    assert_eq!(see(&mut turn, 130, answer(0, Side::Secondary)), [Milestone::Switched]);
    assert_eq!(see(&mut turn, 131, answer(1, Side::Secondary)), [Milestone::Switched, Milestone::Published]);
    assert_eq!(see(&mut turn, 132, answer(2, Side::Primary)), []);
    assert_eq!(turn.first_resolver(), (None, Some(Duration::from_secs(161))));
    assert_eq!(see(&mut turn, 140, answer(3, Side::Secondary)), [Milestone::Refreshed]);
    assert_eq!(see(&mut turn, 140, client(ClientKind::Pointer, refused())), []);
    assert_eq!(
        see(&mut turn, 141, client(ClientKind::KeepAlive, Ok(Side::Secondary))),
        [],
        "not the one that counts"
    );
    assert!(!turn.is_complete());
    assert_eq!(see(&mut turn, 162, answer(2, Side::Secondary)), [Milestone::Refreshed, Milestone::Cached]);
    assert_eq!(see(&mut turn, 163, client(ClientKind::Pointer, Ok(Side::Secondary))), [Milestone::Client]);
    assert!(turn.is_complete());
    assert_eq!(turn.events().iter().filter(|event| event.milestone == Milestone::Refreshed).count(), 2);
}

#[test]
fn a_server_that_goes_back_has_not_switched() {
    let mut turn = turn_by(Way::There, looks());
    for point in [0, 1] {
        see(&mut turn, 130, answer(point, Side::Secondary));
    }
    assert_eq!(turn.at(Milestone::Published), Some(Duration::from_secs(130)));
    assert_eq!(see(&mut turn, 131, answer(0, Side::Primary)), []);
    assert_eq!(turn.at(Milestone::Published), None);
    let left: Vec<_> = turn.events().iter().map(|event| (event.milestone, event.source.as_str())).collect();
    assert_eq!(left, [(Milestone::Injected, "drill"), (Milestone::Switched, NAME_SERVERS[1])]);
    assert_eq!(see(&mut turn, 132, answer(0, Side::Secondary)), [Milestone::Switched, Milestone::Published]);
}

/// An inverted check: nobody has to look, and it turns when Route 53 took the change.
#[test]
fn what_route53_was_told_is_detected_at_once() {
    let turn = turn_by(Way::There, Floor::AtOnce);
    assert_eq!(turn.at(Milestone::Detected), Some(Duration::from_secs(BEGAN + 1)));
}

/// An alarm: no later than the first name server switches.
#[test]
fn an_alarm_is_known_by_the_first_name_server() {
    let mut turn = turn_by(Way::There, Floor::Unknown);
    assert_eq!(see(&mut turn, 120, answer(3, Side::Secondary)), [Milestone::Refreshed]);
    assert_eq!(see(&mut turn, 121, answer(1, Side::Secondary)), [Milestone::Detected, Milestone::Switched]);
    assert_eq!(turn.at(Milestone::Detected), Some(Duration::from_secs(121)));
}

/// Mended is a side when all that failed is served again.
#[test]
fn a_mended_side_serves_all_again() {
    let mut turn = turn_by(Way::Back, looks());
    let object = |served| Seen::Endpoint { side: Side::Primary, looked: Looked::HealthObject, served };
    assert_eq!(see(&mut turn, 101, object(refused())), []);
    assert_eq!(see(&mut turn, 102, endpoint(Side::Primary, Ok(()))), [], "one of the two");
    assert_eq!(see(&mut turn, 103, object(Ok(()))), [Milestone::Effective]);
}

fn anything() -> impl Strategy<Value = Seen> {
    let side = || prop_oneof![Just(Side::Primary), Just(Side::Secondary)];
    prop_oneof![
        (0_usize..5, side()).prop_map(|(point, side)| answer(point, side)),
        (0_usize..5).prop_map(|point| Seen::Answer { point, answer: refused() }),
        (side(), any::<bool>()).prop_map(|(side, up)| endpoint(side, if up { Ok(()) } else { refused() })),
        (80_i64..200, any::<bool>()).prop_map(|(second, good)| Seen::Checkers(vec![look(second, good)])),
        side().prop_map(|side| client(ClientKind::Pointer, Ok(side))),
        Just(client(ClientKind::Pointer, refused())),
    ]
}

proptest! {
    /// Whatever is seen: no milestone lies before the beginning; all of a kind have arrived when each of them has,
    /// and not before; nothing that was passed moves, unless it was taken back; and the phases add up.
    #[test]
    fn milestones_never_go_backwards(
        seen in prop::collection::vec((0_u64..5, anything()), 0..80),
        back in any::<bool>(),
        floor in 0_u8..3,
    ) {
        let floor = [looks(), Floor::AtOnce, Floor::Unknown][usize::from(floor)].clone();
        let mut turn = turn_by(if back { Way::Back } else { Way::There }, floor);
        let mut second = BEGAN - 10;
        for (later, seen) in seen {
            second += later;
            let before = turn.clone();
            see(&mut turn, second, seen);
            for (milestone, at) in &before.passed {
                let now = turn.passed.get(milestone);
                let is_taken_back = matches!(milestone, Milestone::Published | Milestone::Cached) && now.is_none();
                prop_assert!(now == Some(at) || is_taken_back, "{milestone} moved from {at:?} to {now:?}");
            }
            prop_assert!(turn.passed.values().all(|at| *at >= turn.began));
            let told = |wanted| turn.events().iter().filter(|event| event.milestone == wanted).count();
            for (each, one, all) in [
                (turn.name_servers(), Milestone::Switched, Milestone::Published),
                (turn.resolvers(), Milestone::Refreshed, Milestone::Cached),
            ] {
                let arrived: Vec<Duration> = each.iter().filter_map(|(_, at)| *at).collect();
                prop_assert_eq!(told(one), arrived.len());
                let last = arrived.iter().max().copied().filter(|_| arrived.len() == each.len());
                prop_assert_eq!(last, turn.at(all));
            }
        }
    }
}
