//! What is watched, as metrics: read by Prometheus's own parsers.

use std::{net::SocketAddr, time::Duration};

use s3_failover::{
    model::{Side, Ttl},
    probe::{
        Answered, PointerAnswer, Vantage,
        client::{ClientKind, ClientLook},
    },
    report::metrics::{Format, families, render},
    watch::{ClientState, FailoverState, Point, Seen, Sight, State},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

use super::support::{ENDPOINTS, NAME, TestLab, answered, eventually, judge, quick};

const SECOND: Duration = Duration::from_secs(1);

fn server(number: u8) -> SocketAddr {
    ([192, 0, 2, number], 53).into()
}

/// Two name servers, a resolver and a client, of which nothing is known.
fn unseen() -> State {
    let vantages = [Vantage::authoritative(server(1)), Vantage::authoritative(server(2))];
    let vantages = vantages.into_iter().chain([Vantage::recursive(server(9))]);
    let points = vantages.map(|vantage| Point::new(vantage, SECOND)).collect();
    let failover = FailoverState::new(
        NAME.parse().expect("a name"),
        ttl(),
        points,
        vec![ClientState::new(ClientKind::Pointer)],
    );
    State::new(Duration::ZERO, "2026-11-21T00:00:00Z".parse().expect("a date"), vec![failover])
}

fn ttl() -> Ttl {
    Ttl::from_seconds(60).expect("a TTL")
}

fn see(state: &mut State, at: u64, seen: Seen) {
    state.see(Sight { failover: 0, at: Duration::from_secs(at) + Duration::from_millis(30), seen });
}

fn client(side: Result<Side, String>) -> Seen {
    Seen::Client { client: 0, look: ClientLook { side, ..ClientLook::new(ClientKind::Pointer) } }
}

/// A vantage point answered a side with a TTL of 60.
fn answers(state: &mut State, at: u64, point: usize, side: Side) {
    let answer = Ok(PointerAnswer { answered: Answered::Side(side), ttl: Some(ttl()) });
    see(state, at, Seen::Answer { point, asked: Duration::from_secs(at), answer, says_stale: false });
}

/// All that the two parsers read, which is the same.
async fn read(state: &State, now: u64) -> Vec<String> {
    let families = families(state, Duration::from_secs(now));
    let folder = tempfile::tempdir().expect("a folder");
    let file = |name: &str, format| {
        let path = folder.path().join(name);
        std::fs::write(&path, render(&families, format)).expect("a file");
        path.display().to_string()
    };
    let files = [file("classic", Format::Classic), file("openmetrics", Format::OpenMetrics)];
    let told = judge("metrics.py", &[], &[&files[0], &files[1]]).await;
    told.lines().map(str::to_owned).collect()
}

fn has(read: &[String], line: &str) {
    assert!(read.iter().any(|one| one == line), "no `{line}` in\n{}", read.join("\n"));
}

#[tokio::test]
async fn a_switch_is_seen_in_both_formats() {
    let mut state = unseen();
    let before = read(&state, 0).await;
    has(&before, &format!("gauge s3_failover_active_side{{name={NAME},side=none}} 1"));
    has(&before, &format!("gauge s3_failover_expected_side{{name={NAME},side=unknown}} 1"));
    assert!(!before.iter().any(|line| line.contains("answer_info") || line.contains("last_switch")));

    for point in 0..3 {
        answers(&mut state, 10, point, Side::Primary);
    }
    let expected = Ok(Some(Side::Primary));
    see(&mut state, 11, Seen::Expected { asked: Duration::from_secs(11), expected });
    see(&mut state, 11, client(Ok(Side::Primary)));
    let primary = read(&state, 12).await;
    has(&primary, &format!("gauge s3_failover_active_side{{name={NAME},side=primary}} 1"));
    has(&primary, &format!("gauge s3_failover_as_expected{{name={NAME}}} 1"));
    has(&primary, &format!("gauge s3_failover_consistent{{name={NAME}}} 1"));
    has(&primary, &format!("counter s3_failover_switches_total{{name={NAME}}} 0"));

    answers(&mut state, 20, 0, Side::Secondary);
    let mixed = read(&state, 21).await;
    has(&mixed, &format!("gauge s3_failover_active_side{{name={NAME},side=mixed}} 1"));
    has(&mixed, &format!("gauge s3_failover_consistent{{name={NAME}}} 0"));

    answers(&mut state, 25, 1, Side::Secondary);
    see(&mut state, 26, client(Err("status 503".to_owned())));
    see(
        &mut state,
        27,
        Seen::Answer {
            point: 2,
            asked: Duration::from_secs(27),
            answer: Err("no \"answer\" in time".to_owned()),
            says_stale: false,
        },
    );
    let switched = read(&state, 28).await;
    // Both of the first name server's look-ups took 30 ms.
    let took = |le| {
        let labels = format!("name={NAME},vantage=192.0.2.1:53,role=authoritative,le={le}");
        format!("histogram s3_failover_dns_query_duration_seconds_bucket{{{labels}}}")
    };
    for (le, count) in [("0.02", 0), ("0.05", 2), ("20.0", 2), ("+Inf", 2)] {
        has(&switched, &format!("{} {count}", took(le)));
    }
    let rest: Vec<String> = switched.into_iter().filter(|line| !line.contains("_bucket{")).collect();
    insta::assert_snapshot!(rest.join("\n"), @"
    gauge s3_failover_build_info{version=0.1.0} 1
    gauge s3_failover_active_side{name=data.example.com,side=primary} 0
    gauge s3_failover_active_side{name=data.example.com,side=secondary} 1
    gauge s3_failover_active_side{name=data.example.com,side=mixed} 0
    gauge s3_failover_active_side{name=data.example.com,side=none} 0
    gauge s3_failover_expected_side{name=data.example.com,side=primary} 1
    gauge s3_failover_expected_side{name=data.example.com,side=secondary} 0
    gauge s3_failover_expected_side{name=data.example.com,side=unknown} 0
    gauge s3_failover_as_expected{name=data.example.com} 0
    gauge s3_failover_consistent{name=data.example.com} 1
    gauge s3_failover_records_readable{name=data.example.com} 1
    counter s3_failover_switches_total{name=data.example.com} 1
    gauge s3_failover_last_switch_timestamp_seconds{name=data.example.com} 1795219220
    gauge s3_failover_last_switch_phase_seconds{name=data.example.com,phase=switched} 0
    gauge s3_failover_last_switch_phase_seconds{name=data.example.com,phase=published} 5
    gauge s3_failover_active_since_timestamp_seconds{name=data.example.com} 1795219225
    gauge s3_failover_answer_info{name=data.example.com,vantage=192.0.2.1:53,role=authoritative,answer=secondary} 1
    gauge s3_failover_answer_info{name=data.example.com,vantage=192.0.2.2:53,role=authoritative,answer=secondary} 1
    gauge s3_failover_answer_info{name=data.example.com,vantage=192.0.2.9:53,role=recursive,answer=silent} 1
    gauge s3_failover_answer_ttl_seconds{name=data.example.com,vantage=192.0.2.1:53,role=authoritative} 60
    gauge s3_failover_answer_ttl_seconds{name=data.example.com,vantage=192.0.2.2:53,role=authoritative} 60
    gauge s3_failover_answer_stale_seconds{name=data.example.com,vantage=192.0.2.9:53,role=recursive} 0
    counter s3_failover_dns_queries_total{name=data.example.com,vantage=192.0.2.1:53,role=authoritative,result=answered} 2
    counter s3_failover_dns_queries_total{name=data.example.com,vantage=192.0.2.1:53,role=authoritative,result=failed} 0
    counter s3_failover_dns_queries_total{name=data.example.com,vantage=192.0.2.2:53,role=authoritative,result=answered} 2
    counter s3_failover_dns_queries_total{name=data.example.com,vantage=192.0.2.2:53,role=authoritative,result=failed} 0
    counter s3_failover_dns_queries_total{name=data.example.com,vantage=192.0.2.9:53,role=recursive,result=answered} 1
    counter s3_failover_dns_queries_total{name=data.example.com,vantage=192.0.2.9:53,role=recursive,result=failed} 1
    histogram s3_failover_dns_query_duration_seconds_sum{name=data.example.com,vantage=192.0.2.1:53,role=authoritative} 0.06
    histogram s3_failover_dns_query_duration_seconds_count{name=data.example.com,vantage=192.0.2.1:53,role=authoritative} 2
    histogram s3_failover_dns_query_duration_seconds_sum{name=data.example.com,vantage=192.0.2.2:53,role=authoritative} 0.06
    histogram s3_failover_dns_query_duration_seconds_count{name=data.example.com,vantage=192.0.2.2:53,role=authoritative} 2
    histogram s3_failover_dns_query_duration_seconds_sum{name=data.example.com,vantage=192.0.2.9:53,role=recursive} 0.03
    histogram s3_failover_dns_query_duration_seconds_count{name=data.example.com,vantage=192.0.2.9:53,role=recursive} 1
    gauge s3_failover_dns_last_query_timestamp_seconds{name=data.example.com,vantage=192.0.2.1:53,role=authoritative} 1795219220
    gauge s3_failover_dns_last_query_timestamp_seconds{name=data.example.com,vantage=192.0.2.2:53,role=authoritative} 1795219225
    gauge s3_failover_dns_last_query_timestamp_seconds{name=data.example.com,vantage=192.0.2.9:53,role=recursive} 1795219227
    counter s3_failover_side_requests_total{name=data.example.com,side=primary,result=served} 0
    counter s3_failover_side_requests_total{name=data.example.com,side=primary,result=failed} 0
    counter s3_failover_side_requests_total{name=data.example.com,side=secondary,result=served} 0
    counter s3_failover_side_requests_total{name=data.example.com,side=secondary,result=failed} 0
    histogram s3_failover_side_request_duration_seconds_sum{name=data.example.com,side=primary} 0
    histogram s3_failover_side_request_duration_seconds_count{name=data.example.com,side=primary} 0
    histogram s3_failover_side_request_duration_seconds_sum{name=data.example.com,side=secondary} 0
    histogram s3_failover_side_request_duration_seconds_count{name=data.example.com,side=secondary} 0
    gauge s3_failover_client_side{name=data.example.com,client=pointer,side=primary} 0
    gauge s3_failover_client_side{name=data.example.com,client=pointer,side=secondary} 0
    gauge s3_failover_client_side{name=data.example.com,client=pointer,side=none} 1
    counter s3_failover_client_requests_total{name=data.example.com,client=pointer,result=served} 1
    counter s3_failover_client_requests_total{name=data.example.com,client=pointer,result=failed} 1
    ");
}

/// Labels have few values: whatever is answered, and however often, there is not one sample more.
#[tokio::test]
async fn what_servers_say_makes_no_new_series() {
    let mut state = unseen();
    let mut counts = std::collections::BTreeSet::new();
    for number in 0..50_u64 {
        for point in 0..3 {
            let answer = match number % 3 {
                0 => Err(format!("failure number {number}")),
                1 => Ok(PointerAnswer { answered: Answered::Other(format!("{number}.example.")), ttl: None }),
                _ => Ok(PointerAnswer { answered: Answered::Nothing(format!("code {number}")), ttl: None }),
            };
            see(
                &mut state,
                number + 1,
                Seen::Answer { point, asked: Duration::from_secs(number + 1), answer, says_stale: false },
            );
        }
        let all = families(&state, Duration::from_secs(number + 2));
        counts.insert(all.iter().map(|family| family.samples.len()).sum::<usize>());
    }
    assert_eq!(counts.len(), 1, "{counts:?}");
}

/// What a GET of this path gives, with its head.
async fn get(address: SocketAddr, path: &str, accept: &str) -> String {
    let mut connection = TcpStream::connect(address).await.expect("it listens");
    let request =
        format!("GET {path} HTTP/1.1\r\nhost: metrics\r\naccept: {accept}\r\nconnection: close\r\n\r\n");
    connection.write_all(request.as_bytes()).await.expect("it listens");
    let mut response = String::new();
    connection.read_to_string(&mut response).await.expect("UTF-8");
    response
}

/// The metrics that are served there.
pub(crate) async fn scrape(address: &str) -> String {
    let told = get(address.parse().expect("an address"), "/metrics", "*/*").await;
    told.split_once("\r\n\r\n").map_or(told.clone(), |(_, body)| body.to_owned())
}

/// Issue: "`--metrics ADDR` for Prometheus (names by its conventions, one gauge for the active side …)": a
/// failover in the lab, seen through /metrics.
#[tokio::test]
async fn a_failover_of_the_lab_is_seen_by_a_scraper() {
    let lab = TestLab::start(quick()).await;
    let ran = lab.program().run(&["apply", "--yes"]).await;
    assert_eq!(ran.code, Some(0), "{ran}");
    answered(&lab, NAME, ENDPOINTS[0]).await;
    let free = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = free.local_addr().expect("an address");

    // A port that somebody else has is a sentence, before anything begins.
    let ran = lab.program().run(&["watch", "--metrics", &address.to_string()]).await;
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""), "{ran}");
    assert!(ran.stderr.starts_with(&format!("error: could not serve metrics on {address}\n")), "{ran}");
    drop(free);

    let mut watch = lab.program().start(&["watch", "--metrics", &address.to_string()]);
    watch.said(&format!("metrics: http://{address}/metrics")).await;
    let health = get(address, "/healthz", "*/*").await;
    assert!(health.starts_with("HTTP/1.1 200 ") && health.ends_with("ok\n"), "{health}");
    let soon = Duration::from_secs(30);
    let seen = async |side: &str| {
        let line = format!("s3_failover_active_side{{name=\"{NAME}\",side=\"{side}\"}} 1\n");
        eventually(&format!("metrics say {side}"), soon, async || {
            let told = get(address, "/metrics", "*/*").await;
            if told.contains(&line) { Ok(told) } else { Err(told) }
        })
        .await
    };
    let told = seen("primary").await;
    assert!(told.contains("\r\ncontent-type: text/plain; version=0.0.4; charset=utf-8\r\n"), "{told}");
    lab.lab
        .set_fault(&"us-east-1".parse().expect("a region"), s3_failover::lab::Fault::Http503)
        .expect("a region");
    let told = seen("secondary").await;
    for line in [
        "s3_failover_switches_total{name=\"data.example.com\"} 1\n",
        "s3_failover_last_switch_timestamp_seconds{",
    ] {
        assert!(told.contains(line), "{told}");
    }
    let told = get(address, "/metrics", "application/openmetrics-text;version=1.0.0,text/plain;q=0.5").await;
    assert!(
        told.contains("\r\ncontent-type: application/openmetrics-text; version=1.0.0; charset=utf-8\r\n"),
        "{told}"
    );
    assert!(told.ends_with("# EOF\n"), "{told}");
    let _killed = watch.kill().await;
    lab.stop().await;
}

/// Whatever the dashboard asks for is there.
#[test]
fn the_dashboard_asks_for_metrics_that_there_are() {
    let text = include_str!("../../templates/grafana-dashboard.json");
    let dashboard: serde_json::Value = serde_json::from_str(text).expect("JSON");
    assert_eq!(dashboard["panels"].as_array().map(Vec::len), Some(9));
    let there: Vec<&str> = families(&unseen(), SECOND).iter().map(|family| family.name).collect();
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut asked = 0;
    for (at, _) in text.match_indices("s3_failover_") {
        let name = text[at..].split(|c| !is_word(c)).next().unwrap_or_default();
        let family = ["_total", "_info", "_bucket"].iter().find_map(|end| name.strip_suffix(end));
        assert!(there.contains(&family.unwrap_or(name)), "there is no {name}");
        asked += 1;
    }
    assert!(asked > 15, "only {asked}");
}
