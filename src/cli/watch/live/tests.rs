//! Frames, drawn into a buffer and read.

use std::time::Duration;

use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use jiff::Timestamp;
use ratatui::{Terminal, backend::TestBackend, crossterm};

use super::{
    Waiting,
    draw::{Around, draw},
    view::{View, Wish},
};
use crate::{
    model::{Side, Ttl},
    probe::{
        Answered, PointerAnswer, Vantage,
        client::{ClientKind, ClientLook},
    },
    watch::{Answer, ClientState, FailoverState, Point, Seen, Sight, State},
};

const SECOND: Duration = Duration::from_secs(1);

fn at(seconds: u64) -> Duration {
    Duration::from_secs(100 + seconds)
}

fn ttl() -> Ttl {
    Ttl::from_seconds(60).expect("a TTL")
}

#[expect(clippy::unnecessary_wraps, reason = "beside answers that never came")]
fn answer(side: Side) -> Answer {
    Ok(PointerAnswer { answered: Answered::Side(side), ttl: Some(ttl()) })
}

/// Two name servers and a resolver of each failover; after thirty seconds one server goes over, then it is
/// silent, and the resolver keeps what it has.
fn state(names: &[&str]) -> State {
    let failovers = names.iter().map(|name| {
        let servers = ["192.0.2.1:53", "[2001:db8::53]:53"].map(|server| server.parse().expect("an address"));
        let resolver = Vantage::recursive("198.51.100.7:53".parse().expect("an address"));
        let vantages = servers.map(Vantage::authoritative).into_iter().chain([resolver]);
        let points = vantages.map(|vantage| Point::new(vantage, SECOND)).collect();
        FailoverState::new(
            name.parse().expect("a name"),
            ttl(),
            points,
            vec![ClientState::new(ClientKind::Pointer)],
        )
    });
    let mut state =
        State::new(at(0), Timestamp::from_second(1_800_000_000).expect("a date"), failovers.collect());
    for second in 0..40 {
        for failover in 0..names.len() {
            for point in 0..3 {
                let answer = match (point, second) {
                    (0, 36..) => Err("nothing came".to_owned()),
                    (0, 30..) => answer(Side::Secondary),
                    _ => answer(Side::Primary),
                };
                let asked = at(second) + Duration::from_millis(500);
                let seen = Seen::Answer { point, asked, answer, says_stale: false };
                state.see(Sight { failover, at: asked + Duration::from_micros(340), seen });
            }
            let (side, led_to) = (Ok(Side::Primary), Some(Side::Primary));
            let look = ClientLook { side, led_to, ..ClientLook::new(ClientKind::Pointer) };
            let seen = Seen::Client { client: 0, look };
            state.see(Sight { failover, at: at(second) + Duration::from_millis(600), seen });
        }
    }
    state
}

fn frame(state: &State, view: &mut View, (width, height): (u16, u16)) -> String {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).expect("a buffer");
    let waiting = Waiting { what: Some("secondary"), until: Some(at(300)) };
    let around = Around { now: at(40), waiting };
    terminal.draw(|frame| draw(frame, state, view, around)).expect("a buffer takes every frame");
    terminal.backend().to_string()
}

#[test]
fn eighty_columns() {
    insta::assert_snapshot!(frame(&state(&["data.example.com"]), &mut View::default(), (80, 12)), @r#"
    "s3-failover watch  40 s  until secondary, 4m20s left     2027-01-15 08:02:20 UTC"
    "data.example.com  PRIMARY for 3 s                                               "
    "         vantage point     answers     since    took     TTL the last 19 s      "
    "server   192.0.2.1:53      no answer     3 s                 PPPPPPPPSSSSSS!!!! "
    "server   [2001:db8::53]:53 primary      39 s  0.3 ms    59 s PPPPPPPPPPPPPPPPPP "
    "resolver 198.51.100.7:53   primary      39 s  0.3 ms    59 s PPPPPPPPPPPPPPPPPP "
    "endpoints  primary not asked yet   secondary not asked yet                      "
    "clients    pointer primary (0 of 40 failed)                                     "
    "                                                                                "
    "                                                                                "
    "                                                                                "
    "q quit   cells: P primary  S secondary  0 nothing  ? other  ! no answer         "
    "#);
}

#[test]
fn two_hundred_columns() {
    insta::assert_snapshot!(frame(&state(&["data.example.com"]), &mut View::default(), (200, 12)), @r#"
    "s3-failover watch  40 s  until secondary, 4m20s left                                                                                                                             2027-01-15 08:02:20 UTC"
    "data.example.com  PRIMARY for 3 s                                                                                                                                                                       "
    "         vantage point     answers     since    took     TTL the last 2m19s                                                                                                                             "
    "server   192.0.2.1:53      no answer     3 s                                                                                                                   PPPPPPPPPPPPPPPPPPPPPPPPPPPPPPSSSSSS!!!! "
    "server   [2001:db8::53]:53 primary      39 s  0.3 ms    59 s                                                                                                   PPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPP "
    "resolver 198.51.100.7:53   primary      39 s  0.3 ms    59 s                                                                                                   PPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPP "
    "endpoints  primary not asked yet   secondary not asked yet                                                                                                                                              "
    "clients    pointer primary (0 of 40 failed)                                                                                                                                                             "
    "                                                                                                                                                                                                        "
    "                                                                                                                                                                                                        "
    "                                                                                                                                                                                                        "
    "q quit   cells: P primary  S secondary  0 nothing  ? other  ! no answer                                                                                                                                 "
    "#);
}

#[test]
fn what_has_no_room_is_left_out_and_nothing_panics() {
    let state = state(&["data.example.com", "a-name-that-is-much-longer-than-others.archive.example.com"]);
    for width in 1..100 {
        for height in 1..16 {
            frame(&state, &mut View::default(), (width, height));
        }
    }
    insta::assert_snapshot!(frame(&state, &mut View::default(), (44, 10)), @r#"
    "40 s  until secondary, 4m20s left           "
    "data.example.com  PRIMARY for 3 s           "
    "         vantage point    answers       TTL "
    "server   192.0.2.1:53     no answer         "
    "server   …001:db8::53]:53 primary      59 s "
    "resolver 198.51.100.7:53  primary      59 s "
    "endpoints  primary not asked yet            "
    "           secondary not asked yet          "
    "clients    pointer primary (0 of 40 failed) "
    "q quit   ↑↓ PgUp PgDn: 0 above, 10 below    "
    "#);
}

#[test]
fn the_keys_scroll_within_what_there_is() {
    let state = state(&["a.example.com", "b.example.com", "c.example.com"]);
    let mut view = View::default();
    let mut press = |code, modifiers| {
        let wish = view.press(&Event::Key(KeyEvent::new(code, modifiers)), 8);
        frame(&state, &mut view, (80, 10));
        (wish, view.scroll)
    };
    let plain = KeyModifiers::NONE;
    assert_eq!(press(KeyCode::Down, plain), (Wish::Look, 1));
    assert_eq!(press(KeyCode::Char('k'), plain), (Wish::Look, 0));
    assert_eq!(press(KeyCode::Up, plain), (Wish::Look, 0), "not beyond the first line");
    assert_eq!(press(KeyCode::PageDown, plain), (Wish::Look, 8));
    let (_, end) = press(KeyCode::End, plain);
    assert_eq!(press(KeyCode::PageDown, plain), (Wish::Look, end), "not beyond the last line");
    assert_eq!(press(KeyCode::Home, plain), (Wish::Look, 0));
    assert_eq!(press(KeyCode::Char('c'), plain).0, Wish::Look);
    assert_eq!(press(KeyCode::Char('c'), KeyModifiers::CONTROL).0, Wish::Quit);
    assert_eq!(press(KeyCode::Char('q'), plain).0, Wish::Quit);
}
