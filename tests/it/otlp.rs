//! What is watched, pushed to an OpenTelemetry collector: OTLP's own protobuf messages, read by the Python that
//! OpenTelemetry generates from them, and held against what a scraper sees.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Router,
    body::Bytes,
    extract::State as Shared,
    http::{HeaderMap, HeaderValue, StatusCode, Uri},
};
use tokio::{net::TcpListener, task::JoinSet};

use super::support::{Program, Ran, TestLab, eventually, judge, quick};

const SOON: Duration = Duration::from_secs(30);
const ENDPOINT: &str = "OTEL_EXPORTER_OTLP_ENDPOINT";

/// One request that a collector got.
#[derive(Clone, Debug)]
struct Push {
    path: String,
    headers: HeaderMap,
    body: Bytes,
}

#[derive(Clone, Debug)]
struct Desk {
    pushes: Arc<Mutex<Vec<Push>>>,
    answer: Arc<Mutex<(StatusCode, &'static [u8])>>,
}

/// A collector, until it is dropped.
struct Collector {
    address: SocketAddr,
    desk: Desk,
    _served: JoinSet<()>,
}

impl Collector {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let pushes = Arc::default();
        let answer = Arc::new(Mutex::new((StatusCode::OK, &b""[..])));
        let desk = Desk { pushes, answer };
        let router = Router::new().fallback(take).with_state(desk.clone());
        let mut served = JoinSet::new();
        served.spawn(async move { axum::serve(listener, router).await.expect("it serves") });
        Self { address, desk, _served: served }
    }

    fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    fn answers(&self, status: StatusCode, body: &'static [u8]) {
        *self.desk.answer.lock().expect("no panic") = (status, body);
    }

    fn pushes(&self) -> Vec<Push> {
        self.desk.pushes.lock().expect("no panic").clone()
    }

    /// Waits until it got so many more.
    async fn gets(&self, more: usize) {
        let enough = self.pushes().len() + more;
        eventually("a push", SOON, async || match self.pushes().len() {
            number if number >= enough => Ok(()),
            number => Err(number),
        })
        .await;
    }
}

async fn take(
    Shared(desk): Shared<Desk>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> (StatusCode, &'static [u8]) {
    desk.pushes.lock().expect("no panic").push(Push { path: uri.path().to_owned(), headers, body });
    *desk.answer.lock().expect("no panic")
}

/// The lines of a program's talk that are about metrics.
fn about_metrics(ran: &Ran) -> Vec<&str> {
    ran.stderr.lines().filter(|line| line.contains("metrics")).collect()
}

/// Issue: "`--metrics ADDR` for Prometheus … and OTLP by the usual environment variables". The look-ups are made
/// once and then not for hours: so the last push and the scrape before it are of the same state.
#[tokio::test]
async fn a_collector_is_told_what_a_scraper_sees() {
    let lab = TestLab::answering(quick()).await;
    let collector = Collector::start().await;
    let program = lab
        .program()
        .with(ENDPOINT, format!("{}/base/", collector.url()))
        .with("OTEL_EXPORTER_OTLP_HEADERS", "api-key=of%2Call,user-agent=not%20ours")
        .with("OTEL_EXPORTER_OTLP_COMPRESSION", "gzip")
        .with("OTEL_METRIC_EXPORT_INTERVAL", "3600000")
        .with("OTEL_RESOURCE_ATTRIBUTES", "cloud.region=eu-west-1,service.instance.id=one,service.name=no")
        .with("OTEL_SERVICE_NAME", "watcher");
    let free = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = free.local_addr().expect("an address").to_string();
    drop(free);
    let mut watch = program.start(&["watch", "--interval", "10h", "--metrics", &address]);
    watch.said(&format!("metrics: to {}/base/v1/metrics every 3600 s\n", collector.url())).await;

    let mut before = String::new();
    let scraped = eventually("all has been looked at", SOON, async || {
        let now = super::metrics::scrape(&address).await;
        let is_all = ["s3_failover_as_expected{", "s3_failover_client_side{", "s3_failover_side_healthy{"]
            .iter()
            .all(|name| now.contains(name));
        let vantage_points = now.matches("s3_failover_dns_query_duration_seconds_count{").count();
        let is_whole =
            vantage_points > 0 && now.matches("s3_failover_answer_info{").count() == vantage_points;
        let is_still = std::mem::replace(&mut before, now.clone()) == now;
        if is_all && is_whole && is_still { Ok(now) } else { Err(now) }
    })
    .await;
    watch.signal("TERM").await;
    let ran = watch.ended().await;
    assert_eq!(ran.code, Some(0), "{ran}");

    let pushes = collector.pushes();
    let last = pushes.last().expect("the last state is pushed");
    assert!(pushes.len() <= 2, "one soon after the beginning, one at the end: {}", pushes.len());
    assert_eq!(last.path, "/base/v1/metrics");
    for (name, value) in [
        ("content-type", "application/x-protobuf"),
        ("content-encoding", "gzip"),
        ("api-key", "of,all"),
        ("user-agent", "not ours"),
    ] {
        assert_eq!(last.headers.get(name).map(HeaderValue::as_bytes), Some(value.as_bytes()), "{name}");
    }
    let file = |name: &str, bytes: &[u8]| {
        let path = lab.folder().join(name);
        std::fs::write(&path, bytes).expect("a file");
        path.display().to_string()
    };
    let files = [file("scrape", scraped.as_bytes()), file("push", &last.body)];
    let told = judge("otlp.py", &[], &[&files[0], &files[1]]).await;
    insta::assert_snapshot!(told, @"
    by s3-failover 0.1.0
    cloud.region=eu-west-1
    service.instance.id=one
    service.name=watcher
    service.version=0.1.0
    11 gauge
    2 histogram
    2 sum
    4 sum that only grows
    ");
    lab.stop().await;
}

/// A collector that is away is told once, and once when it is back; the watch goes on meanwhile.
#[tokio::test]
async fn a_collector_that_refuses_is_told_once() {
    let lab = TestLab::answering(quick()).await;
    let collector = Collector::start().await;
    // google.rpc.Status: code 14, message "full".
    collector.answers(StatusCode::SERVICE_UNAVAILABLE, b"\x08\x0e\x12\x04full");
    let program = lab.program().with("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", collector.url() + "/here");
    let mut watch = program.with("OTEL_METRIC_EXPORT_INTERVAL", "50").start(&["watch"]);
    let place = format!("{}/here", collector.url());
    let refused = format!("metrics do not arrive at {place}: it answered 503 Service Unavailable: full");
    watch.said(&refused).await;
    collector.gets(3).await;
    // ExportMetricsServiceResponse: 2 points were not taken.
    collector.answers(StatusCode::OK, b"\x0a\x09\x08\x02\x12\x05stale");
    let again = format!("metrics arrive at {place} again");
    watch.said(&again).await;
    let partly = format!("metrics arrive at {place}, but it did not take 2 of the numbers: stale");
    watch.said(&partly).await;
    collector.gets(3).await;
    let before = collector.pushes().len();
    watch.signal("INT").await;
    let ran = watch.ended().await;
    assert_eq!(ran.code, Some(0), "{ran}");
    assert!(collector.pushes().len() > before, "the last state is pushed");
    let begun = format!("metrics: to {place} every 0.05 s");
    assert_eq!(about_metrics(&ran), [begun, refused, again, partly], "{ran}");
    assert!(collector.pushes().iter().all(|push| push.path == "/here"));
    lab.stop().await;
}

/// Neither one that is not there nor one that never answers keeps the watch from its end.
#[tokio::test]
async fn a_collector_that_is_silent_holds_nothing_up() {
    let lab = TestLab::answering(quick()).await;
    // The system takes connections for it, and nobody reads them.
    let silent = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let gone = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = |listener: &TcpListener| format!("http://{}", listener.local_addr().expect("an address"));
    let (silent_url, gone_url) = (url(&silent), url(&gone));
    drop(gone);
    let watch = async |url: &str| {
        let program = lab.program().with(ENDPOINT, url).with("OTEL_EXPORTER_OTLP_TIMEOUT", "300");
        let ran = program.run(&["watch", "--until", "primary", "--timeout", "5m"]).await;
        assert_eq!(ran.code, Some(0), "{ran}");
        about_metrics(&ran).last().copied().unwrap_or_default().to_owned()
    };
    let (silent_said, gone_said) = tokio::join!(watch(&silent_url), watch(&gone_url));
    let not = |url: &str, why: &str| format!("metrics do not arrive at {url}/v1/metrics: {why}");
    assert_eq!(silent_said, not(&silent_url, "it did not answer within 0.3 s"));
    assert_eq!(gone_said, not(&gone_url, "it cannot be reached: Connection refused (os error 111)"));

    let collector = Collector::start().await;
    let program = lab.program().with(ENDPOINT, collector.url()).with("OTEL_SDK_DISABLED", "true");
    let ran = program.run(&["watch", "--until", "primary", "--timeout", "5m"]).await;
    assert_eq!((ran.code, about_metrics(&ran).len(), collector.pushes().len()), (Some(0), 0, 0), "{ran}");
    lab.stop().await;
}

/// What cannot be followed is a sentence, before anything is sent.
#[tokio::test]
async fn grpc_is_a_sentence() {
    let folder = tempfile::tempdir().expect("a folder");
    let program = Program::bare(folder.path()).with(ENDPOINT, "http://127.0.0.1:4317");
    assert_eq!(program.run(&["init"]).await.code, Some(0));
    let ran = program.with("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc").run(&["watch"]).await;
    insta::assert_snapshot!(ran, @"
    ── stdout
    ── stderr
    error: OTEL_EXPORTER_OTLP_PROTOCOL asks for `grpc`, and metrics are exported by http/protobuf only
    hint: A collector takes http/protobuf on another port than gRPC: 4318, where gRPC has 4317. `OTEL_EXPORTER_OTLP_METRICS_PROTOCOL` and `OTEL_EXPORTER_OTLP_METRICS_ENDPOINT` are for metrics alone.
    ── ended with 2
    ");
}
