//! The figures of a turn, whatever is seen in it: phases add up to the whole, and what explains a phase adds up to it.

use std::{collections::BTreeSet, time::Duration};

use jiff::Timestamp;
use proptest::prelude::*;
use s3_failover::{
    clock::Clock,
    drill::{Floor, Looked, Minds, Observation, Periods, Seen, Start, Turn, Way},
    model::{CheckerReport, Detection, Side, Ttl},
    probe::{Answered, PointerAnswer, Vantage, client::ClientKind},
    timeline::{Explained, Phases},
};

const BEGAN: Duration = Duration::from_secs(100);

fn turn(floor: u8) -> Turn {
    let address = |port: u16| std::net::SocketAddr::from(([127, 0, 0, 1], port));
    let points = [Vantage::authoritative(address(1)), Vantage::authoritative(address(2))];
    let resolvers = [Vantage::recursive(address(3)), Vantage::recursive(address(4))];
    let looks = Detection {
        last_looks: vec![Duration::from_secs(95)],
        changed: BEGAN,
        interval: Duration::from_secs(10),
        threshold: 2,
        look: Duration::ZERO,
        under_way: Duration::ZERO,
        to_unhealthy: true,
    };
    Turn::begin(Start {
        changed: Side::Primary,
        way: Way::There,
        began: BEGAN,
        done: BEGAN + Duration::from_millis(300),
        epoch: Timestamp::UNIX_EPOCH,
        points: points.into_iter().chain(resolvers).collect(),
        minds: Minds::settled(&[report(90, true)], 2),
        floor: [Floor::Looks(looks), Floor::AtOnce, Floor::Unknown][usize::from(floor)].clone(),
        lead: ClientKind::Pointer,
        failing: BTreeSet::new(),
    })
}

fn report(second: i64, success: bool) -> CheckerReport {
    CheckerReport {
        region: None,
        ip_address: "192.0.2.1".to_owned(),
        success,
        status: String::new(),
        checked_at: Timestamp::from_second(second).ok(),
    }
}

fn anything() -> impl Strategy<Value = Seen> {
    let side = || prop_oneof![1 => Just(Side::Primary), 3 => Just(Side::Secondary)];
    let client = |served_by: Result<Side, String>| Seen::Client {
        kind: ClientKind::Pointer,
        led_to: served_by.clone().ok(),
        served_by,
        took: Duration::from_millis(50),
    };
    prop_oneof![
        4 => (0_usize..4, side()).prop_map(|(point, side)| {
            let ttl = Ttl::from_seconds(20).ok();
            Seen::Answer { point, answer: Ok(PointerAnswer { answered: Answered::Side(side), ttl }) }
        }),
        1 => (0_usize..4).prop_map(|point| Seen::Answer { point, answer: Err("silence".to_owned()) }),
        1 => any::<bool>().prop_map(|up| Seen::Endpoint {
            side: Side::Primary,
            looked: Looked::Data,
            served: if up { Ok(()) } else { Err("refused".to_owned()) },
        }),
        2 => (95_i64..200, any::<bool>()).prop_map(|(at, good)| Seen::Checkers(vec![report(at, good)])),
        1 => side().prop_map(move |side| client(Ok(side))),
        1 => Just(client(Err("refused".to_owned()))),
    ]
}

proptest! {
    #[test]
    fn phases_add_up_and_so_does_what_explains_them(
        seen in prop::collection::vec((0_u64..3_000, anything()), 0..80),
        floor in 0_u8..3,
    ) {
        let mut turn = turn(floor);
        let mut at = BEGAN;
        for (later, seen) in seen {
            at += Duration::from_millis(later);
            turn.see(&Observation { at, seen });
        }
        let phases = Phases::of(&turn);
        let each = [phases.detect, phases.publish, phases.cache, phases.client];
        let sum: Duration = each.iter().filter_map(|phase| phase.took).sum();
        if let Some(total) = phases.total {
            prop_assert_eq!(sum, total);
        }
        prop_assert!(turn.is_complete() == phases.complete && (!phases.complete || phases.total.is_some()));
        let clock = Clock::scaled(20.0).expect("a valid speed");
        let explained = Explained::of(&turn, &phases, &Periods::for_few(4, &clock));
        let words = [&explained.detect, &explained.publish, &explained.cache, &explained.client];
        for (phase, why) in each.iter().zip(words) {
            let parts: Duration = why.parts.iter().map(|part| part.took).sum();
            prop_assert_eq!(parts, phase.took.unwrap_or_default(), "{}", why);
        }
    }
}
