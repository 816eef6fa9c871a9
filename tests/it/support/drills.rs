//! Documents of drills that nobody ran: one of each kind that a report has to show.

use std::collections::BTreeMap;

use s3_failover::report::drill::{
    Action, CheckerFigures, ClientFigures, DataLossFigures, DrillDocument, Environment, Lane, Percentiles,
    Repetitions, RequestCounts, RunLine, Span, TimelineEntry, TrafficSecond,
};

/// When things happened in the drill that the others are made of.
const BEGAN: &str = "2026-11-22T01:08:24.500Z";
const PHASES: [(&str, f64, Option<f64>, &str); 4] = [
    ("detect", 27.412, Some(21.3), "the quorum of 16 checkers needed 14 more looks than the luckiest order"),
    ("publish", 2.1, None, "AWS publishes no figure"),
    ("cache", 14.903, Some(14.2), "the resolver kept an answer for its rest of TTL, 14.2 s"),
    ("client", 0.785, Some(0.0), "its next request, with a new connection"),
];

/// To the millisecond, as in a document.
fn ms(seconds: f64) -> f64 {
    (seconds * 1_000.0).round() / 1_000.0
}

fn phases(of: impl Fn(&(&str, f64, Option<f64>, &str)) -> Option<f64>) -> BTreeMap<String, Option<f64>> {
    PHASES.iter().map(|phase| (phase.0.to_owned(), of(phase))).collect()
}

fn lane(vantage: &str, role: &str, spans: &[(f64, f64, &str)]) -> Lane {
    let span = |(from, to, shown): &(f64, f64, &str)| Span {
        from: ms(*from),
        to: ms(*to),
        shown: (*shown).to_owned(),
    };
    Lane { vantage: vantage.to_owned(), role: role.to_owned(), spans: spans.iter().map(span).collect() }
}

/// A vantage point that sees the secondary from `there` to `back`.
fn turns(vantage: &str, role: &str, there: f64, back: f64, end: f64) -> Lane {
    let spans = [(-12.0, there, "primary"), (there, back, "secondary"), (back, end, "primary")];
    lane(vantage, role, &spans)
}

fn traffic(end: u32, there: f64, mended: f64, back: f64) -> Vec<TrafficSecond> {
    let second = |second: u32| {
        let at = f64::from(second) - 12.0;
        let all = 28 + (second * 7) % 5;
        let (primary, secondary, failed) = match at {
            at if at < 0.0 || at > back => (all, 0, 0),
            at if at < there => (0, 0, all / 3),
            at if at < mended => (0, all, 0),
            _ => (0, all - 1, 1),
        };
        TrafficSecond { at, primary, secondary, failed }
    };
    (0..end + 12).map(second).collect()
}

fn events(mended: f64) -> Vec<TimelineEntry> {
    let told = [
        (0.0, "failover.injected", "drill", "http-503 of S3 in us-east-1"),
        (0.181, "failover.effective", "primary endpoint", "503 Slow Down"),
        (27.412, "failover.detected", "checkers", "2 of 16 say healthy"),
        (28.2, "failover.switched", "127.0.0.1:5301", "answers the secondary"),
        (29.512, "failover.published", "name servers", "4 of 4 answer the secondary"),
        (44.415, "failover.cached", "127.0.0.1:5353", "answers the secondary"),
        (45.2, "failover.client", "pointer client", "200 with bytes from eu-west-1"),
        (mended, "failback.injected", "drill", "the fault is undone"),
        (mended + 24.0, "failback.detected", "checkers", "3 of 16 say healthy"),
        (mended + 25.9, "failback.published", "name servers", "4 of 4 answer the primary"),
        (mended + 41.0, "failback.client", "pointer client", "200 with bytes from us-east-1"),
    ];
    let entry = |(at, event, source, detail): (f64, &str, &str, &str)| TimelineEntry {
        at: ms(at),
        event: event.to_owned(),
        source: source.to_owned(),
        detail: detail.to_owned(),
    };
    told.into_iter().map(entry).collect()
}

fn environment() -> Environment {
    let numbers = [("dns", 0.1), ("http", 0.1), ("verdict", 1.0)];
    Environment {
        version: "0.1.0".to_owned(),
        spec_digest: Some(
            "sha256:5f0d7a0b6a5e4d3c2b1a09f8e7d6c5b4a39281706f5e4d3c2b1a09f8e7d6c5b4".to_owned(),
        ),
        world: "the lab".to_owned(),
        clock_speed: 10.0,
        clock: "monotonic".to_owned(),
        clock_drift_seconds: Some(0.002),
        host: "drill-host.example.net".to_owned(),
        ttl: 60,
        interval: 10,
        failure_threshold: 3,
        primary: "my-app-data-us-east-1 in us-east-1".to_owned(),
        secondary: "my-app-data-eu-west-1 in eu-west-1".to_owned(),
        name_servers: (1..=4).map(|number| format!("127.0.0.1:530{number}")).collect(),
        resolvers: vec!["127.0.0.1:5353".to_owned(), "https://resolver.example.net/dns-query".to_owned()],
        looked_every_seconds: numbers.into_iter().map(|(kind, every)| (kind.to_owned(), every)).collect(),
    }
}

/// Recovered within its target, and came back.
#[expect(clippy::too_many_lines, reason = "one of everything")]
pub(crate) fn good() -> DrillDocument {
    let (mended, end) = (105.0, 165.0);
    let back = mended + 41.0;
    let mut lanes = vec![
        lane(
            "checkers",
            "verdict",
            &[(-12.0, 27.4, "up"), (27.4, mended + 24.0, "down"), (mended + 24.0, end, "up")],
        ),
        lane(
            "primary endpoint",
            "endpoint",
            &[(-12.0, 0.2, "up"), (0.2, mended + 0.1, "down"), (mended + 0.1, end, "up")],
        ),
    ];
    lanes.extend((1..=4).map(|number| {
        let later = f64::from(number) * 0.4;
        turns(&format!("127.0.0.1:530{number}"), "authoritative", 27.9 + later, mended + 24.3 + later, end)
    }));
    lanes.push(turns("127.0.0.1:5353", "resolver", 44.4, mended + 40.1, end));
    lanes.push(turns("https://resolver.example.net/dns-query", "resolver", 38.4, mended + 30.1, end));
    let client = |kind: &str, recovery: f64| {
        let spans = [
            (-12.0, 0.2, "primary"),
            (0.2, recovery, "none"),
            (recovery, mended + recovery - 4.2, "secondary"),
            (mended + recovery - 4.2, end, "primary"),
        ];
        lane(&format!("{kind} client"), "client", &spans)
    };
    lanes.extend([client("pointer", 45.2), client("keep-alive", 45.9)]);
    let client = |kind: &str, recovery: Option<f64>, note: &str| ClientFigures {
        kind: kind.to_owned(),
        recovery_seconds: recovery,
        failback_seconds: recovery.map(|took| ms(took - 4.2)),
        requests: RequestCounts { total: 1_702, failed: 151 },
        without_bytes_seconds: recovery.unwrap_or(105.0),
        note: note.to_owned(),
    };
    let checker = |number: u32| CheckerFigures {
        region: Some(
            ["us-east-1", "eu-west-1", "ap-southeast-1", "sa-east-1"][number as usize % 4].to_owned(),
        ),
        address: format!("15.177.{number}.{}", number * 3),
        first_failure: Some(ms(0.6 + f64::from(number) * 0.61)),
        first_success: Some(ms(mended + 0.4 + f64::from(number) * 0.61)),
    };
    DrillDocument {
        schema: "s3-failover/drill/v1".to_owned(),
        id: "2026-11-22-010824-7f3a".to_owned(),
        began: BEGAN.to_owned(),
        name: "data.example.com".to_owned(),
        strategy: "dns".to_owned(),
        fault: "http-503".to_owned(),
        basis: "measured".to_owned(),
        timeline: events(mended),
        phases: phases(|phase| Some(phase.1)),
        floors: phases(|phase| phase.2),
        explained: PHASES.iter().map(|phase| (phase.0.to_owned(), phase.3.to_owned())).collect(),
        failback_phases: phases(|phase| Some(if phase.0 == "detect" { ms(phase.1 - 4.2) } else { phase.1 })),
        failback_floors: phases(|phase| phase.2.map(|floor| ms(floor * 0.8))),
        failback_explained: BTreeMap::from([("cache".to_owned(), "the rest of its TTL, 13.1 s".to_owned())]),
        effective_seconds: Some(0.181),
        authoritative_seconds: Some(29.512),
        cached_seconds: Some(44.9),
        failback_authoritative_seconds: Some(25.4),
        failback_cached_seconds: Some(40.8),
        recovery_seconds: Some(45.2),
        failback_seconds: Some(41.0),
        restored_at: Some(mended),
        requests: RequestCounts { total: 5_106, failed: 453 },
        clients: vec![
            client("pointer", Some(45.2), "looks the name up for each request"),
            client("keep-alive", Some(45.9), "its connection was closed by the fault"),
            client("pinned", None, "never looks the name up again"),
        ],
        traffic: traffic(165, 45.2, mended, back),
        lanes,
        checkers: (0..16).map(checker).collect(),
        data_loss: DataLossFigures {
            written: 57,
            missing: 2,
            seconds: 3.4,
            missing_keys: vec![
                "s3-failover/heartbeat/000056".to_owned(),
                "s3-failover/heartbeat/000057".to_owned(),
            ],
            written_secondary: 61,
            ..DataLossFigures::default()
        },
        actions: vec![Action {
            what: "s3 in us-east-1 answers 503 to everything".to_owned(),
            at: 0.0,
            undone_at: Some(mended),
        }],
        restored: true,
        target_seconds: Some(60.0),
        ok: true,
        outcome: "within-target".to_owned(),
        problems: Vec::new(),
        environment: environment(),
        ..DrillDocument::default()
    }
}

/// Recovered, but later than was asked for.
pub(crate) fn over_target() -> DrillDocument {
    DrillDocument {
        target_seconds: Some(30.0),
        ok: false,
        outcome: "over-target".to_owned(),
        problems: vec!["127.0.0.1:5353 kept an expired answer for 14.9 s".to_owned()],
        ..good()
    }
}

/// The secondary was never reached; the repair is under way.
pub(crate) fn not_recovered() -> DrillDocument {
    let mut document = good();
    for lane in document.lanes.iter_mut().filter(|lane| lane.role == "client" || lane.role == "resolver") {
        lane.spans = vec![
            Span { from: -12.0, to: 0.2, shown: "primary".to_owned() },
            Span { from: 0.2, to: 165.0, shown: "none".to_owned() },
        ];
    }
    for traffic in document.traffic.iter_mut().filter(|second| second.at >= 0.0) {
        *traffic = TrafficSecond { failed: 9, primary: 0, secondary: 0, ..*traffic };
    }
    document.timeline.retain(|entry| !entry.event.ends_with("client") && !entry.event.ends_with("cached"));
    for phases in [&mut document.phases, &mut document.failback_phases] {
        phases.insert("cache".to_owned(), None);
        phases.insert("client".to_owned(), None);
    }
    DrillDocument {
        recovery_seconds: None,
        failback_seconds: None,
        ok: false,
        outcome: "not-recovered".to_owned(),
        problems: vec!["no resolver switched before the drill reached its limit of 2 min".to_owned()],
        ..document
    }
}

/// Left in the middle, with the fault still there.
pub(crate) fn interrupted() -> DrillDocument {
    let whole = good();
    let mut document = DrillDocument {
        timeline: whole.timeline.into_iter().filter(|entry| entry.at < 20.0).collect(),
        traffic: whole.traffic.into_iter().filter(|second| second.at < 20.0).collect(),
        phases: BTreeMap::new(),
        failback_phases: BTreeMap::new(),
        failback_floors: BTreeMap::new(),
        explained: BTreeMap::new(),
        failback_explained: BTreeMap::new(),
        authoritative_seconds: None,
        recovery_seconds: None,
        failback_seconds: None,
        restored_at: None,
        restored: false,
        ok: false,
        outcome: "interrupted".to_owned(),
        data_loss: DataLossFigures {
            not_measured: Some("the drill was interrupted before the switch.".to_owned()),
            ..DataLossFigures::default()
        },
        clients: Vec::new(),
        checkers: Vec::new(),
        ..good()
    };
    for lane in &mut document.lanes {
        lane.spans.truncate(1);
    }
    document.actions[0].undone_at = None;
    document
}

/// Texts that try to be something else, everywhere.
pub(crate) fn hostile() -> DrillDocument {
    let odd = [
        "</script></style></title><img src=x onerror=alert(1)><script>alert(2)</script>",
        "\u{202e}gpj.exe\u{202c}\u{0}\u{1b}[31m\u{7}\u{85}\u{200b}",
        "]]>\"'`{{ 7 * 7 }}{% raw %}<!--\r\n|*_~~$x$ <b>b</b> &lt; https://example.org/",
        "日本語のとても長い名前のバケットとキーで折り返しが必要なものです🦀🦀🦀🦀",
        "averyveryveryveryveryveryveryveryveryveryveryverylongnamewithoutanyplacetobreakit.example.com",
    ];
    let mut turn = odd.iter().cycle();
    let mut next = || (*turn.next().expect("a circle has no end")).to_owned();
    let mut document = over_target();
    document.name = next();
    document.id = next();
    document.fault = next();
    document.strategy = next();
    document.timeline.iter_mut().for_each(|entry| {
        entry.event = format!("failover.{}", next());
        entry.source = next();
        entry.detail = next();
    });
    document.lanes.iter_mut().for_each(|lane| lane.vantage = next());
    document.lanes[9].role = next();
    document.lanes[3].spans[0].shown = next();
    document.clients.iter_mut().for_each(|client| {
        client.kind = next();
        client.note = next();
    });
    document.checkers.iter_mut().for_each(|checker| {
        checker.address = next();
        checker.region = Some(next());
    });
    document.data_loss.missing_keys = odd.map(str::to_owned).to_vec();
    document.data_loss.conflicts = odd.map(str::to_owned).to_vec();
    document.actions[0].what = next();
    document.problems = odd.map(str::to_owned).to_vec();
    document
        .explained
        .values_mut()
        .chain(document.failback_explained.values_mut())
        .for_each(|why| *why = next());
    let environment = &mut document.environment;
    for text in [
        &mut environment.version,
        &mut environment.world,
        &mut environment.clock,
        &mut environment.host,
        &mut environment.primary,
        &mut environment.secondary,
    ] {
        *text = next();
    }
    environment.spec_digest = Some(next());
    environment.name_servers = odd.map(str::to_owned).to_vec();
    environment.looked_every_seconds.insert(next(), 0.1);
    document
}

/// Half an hour, twenty vantage points, and some of them never sure.
pub(crate) fn long() -> DrillDocument {
    let (mended, end) = (1_500.0, 1_800.0);
    let mut document = good();
    document.traffic = traffic(1_800, 45.2, mended, mended + 41.0);
    document.timeline = events(mended);
    document.restored_at = Some(mended);
    document.lanes = (0_u32..20)
        .map(|number| {
            let role = ["authoritative", "resolver", "client"][number as usize % 3];
            let mut lane =
                turns(&format!("192.0.2.{number}:53"), role, 28.0 + f64::from(number), mended + 24.0, end);
            if number % 4 == 0 {
                let shown = ["primary", "secondary", "none"];
                let span = |index: u32| {
                    let from = f64::from(index) * 0.5 - 12.0;
                    Span { from, to: from + 0.5, shown: shown[index as usize % 3].to_owned() }
                };
                lane.spans = (0..3_624).map(span).collect();
            }
            lane
        })
        .collect();
    document.timeline.extend((0..3_000).map(|number| TimelineEntry {
        at: ms(200.0 + f64::from(number) * 0.4),
        event: "failover.switched".to_owned(),
        source: format!("192.0.2.{}:53", number % 20),
        detail: "answers the secondary, and did not a moment ago".to_owned(),
    }));
    document.timeline.sort_by(|one, other| one.at.total_cmp(&other.at));
    document
}

/// Twenty in a row.
pub(crate) fn repeated() -> DrillDocument {
    let runs: Vec<RunLine> = lines(20);
    let percentiles = |min: f64| Percentiles {
        min,
        p50: ms(min + 6.0),
        p90: ms(min + 19.0),
        p99: ms(min + 31.5),
        max: ms(min + 31.5),
    };
    let document = over_target();
    let id = runs[19].id.clone();
    let repetitions = Repetitions {
        count: 20,
        ok: 18,
        recovery: Some(percentiles(31.2)),
        failback: Some(percentiles(29.0)),
        data_loss: None,
        runs,
    };
    DrillDocument { id, repetitions: Some(repetitions), ..document }
}

/// Earlier drills, oldest first.
pub(crate) fn lines(count: u32) -> Vec<RunLine> {
    let line = |number: u32| RunLine {
        id: format!("run-{number:04}"),
        began: format!("20{:02}-{:02}-01T09:00:00Z", 20 + number / 12, 1 + number % 12),
        fault: ["http-503", "block-public", "invert"][number as usize % 3].to_owned(),
        recovery_seconds: (number % 9 != 5).then_some(ms(31.2 + f64::from(number * 37 % 32))),
        failback_seconds: (number % 9 != 5).then_some(ms(29.0 + f64::from(number * 23 % 32))),
        data_loss_seconds: number.is_multiple_of(2).then_some(f64::from(number % 5)),
        ok: number % 9 != 5 && number % 7 != 3,
    };
    (0..count).map(line).collect()
}

/// A document of the first version, which knew less.
pub(crate) const OLDER: &str = r#"{
  "schema": "s3-failover/drill/v1", "name": "data.example.com", "strategy": "dns", "fault": "refuse", "basis": "measured",
  "timeline": [{ "at": 0.0, "event": "failover.injected", "source": "drill", "detail": "refuse" }],
  "phases": { "detect": 21.5, "publish": 1.0, "cache": 12.5, "client": 0.2 },
  "floors": { "detect": 21.0, "publish": null, "cache": 12.0, "client": 0.0 },
  "recovery_seconds": 35.2, "failback_seconds": null,
  "requests": { "total": 200, "failed": 70 },
  "data_loss": { "written": 0, "missing": 0, "seconds": 0.0 },
  "restored": true, "target_seconds": null, "ok": true
}"#;
