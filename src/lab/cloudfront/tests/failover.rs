//! When the secondary is asked, and after how long.

use std::collections::BTreeSet;

use super::*;

const FROM_US: &str = "hello from us-east-1";
const FROM_EU: &str = "hello from eu-west-1";

fn uncached() -> PairSettings {
    PairSettings { policy: CachePolicy::CACHING_DISABLED, ..PairSettings::default() }
}

fn impatient() -> PairSettings {
    PairSettings {
        attempts: ConnectionAttempts::new(1).expect("an attempt"),
        connection_timeout: ConnectionTimeout::from_seconds(1).expect("a second"),
        response_timeout: ResponseTimeout::from_seconds(1).expect("a second"),
        ..uncached()
    }
}

fn statuses(all: &[u16]) -> BTreeSet<FailoverStatus> {
    all.iter().map(|status| FailoverStatus::new(*status).expect("a failover status")).collect()
}

/// "CloudFront routes all incoming requests to the primary origin, even when a previous request failed over to
/// the secondary origin."
#[tokio::test(start_paused = true)]
async fn every_request_tries_the_primary_first() {
    let world = World::start(uncached()).await;
    assert_eq!(world.get(OBJECT).await.brief(), (200, "Miss", FROM_US));
    world.fault(&us(), Fault::Http503);
    for _ in 0..2 {
        assert_eq!(world.get(OBJECT).await.brief(), (200, "Miss", FROM_EU));
        let tried = ["primary: status 503", "secondary: status 200"].map(str::to_owned).to_vec();
        assert_eq!(world.last(), (CacheResult::Miss, Some("secondary".to_owned()), tried));
    }
    world.fault(&us(), Fault::None);
    assert_eq!(world.get(OBJECT).await.brief(), (200, "Miss", FROM_US));
}

#[tokio::test(start_paused = true)]
async fn a_refused_connection_is_tried_three_times_and_costs_no_time() {
    let world = World::start(uncached()).await;
    world.fault(&us(), Fault::Refuse);
    world.wait(1).await;
    let answer = world.get(OBJECT).await;
    assert_eq!(answer.brief(), (200, "Miss", FROM_EU));
    assert!(answer.took < 0.1, "{answer:?}");
    let refused = "primary: the connection was refused";
    assert_eq!(world.last().2, [refused, refused, refused, "secondary: status 200"]);
    world.fault(&eu(), Fault::Refuse);
    world.wait(1).await;
    let answer = world.get("/data/other.txt").await;
    assert_eq!(
        (answer.status, answer.x_cache(), answer.header("server")),
        (502, "Error", Some("CloudFront"))
    );
    assert!(answer.body.contains("CloudFront wasn't able to connect to the origin."), "{}", answer.body);
}

/// A listener whose queue is full: the kernel leaves further connections unanswered, as a network does that
/// lies between.
struct BlackHole {
    address: SocketAddr,
    _listener: tokio::net::TcpListener,
    _queued: Vec<TcpStream>,
}

impl BlackHole {
    #[expect(clippy::disallowed_methods, reason = "whether the queue is full shows in our own time only")]
    async fn open() -> Self {
        let socket = tokio::net::TcpSocket::new_v4().expect("a socket");
        socket.bind("127.0.0.1:0".parse().expect("an address")).expect("a free port");
        let listener = socket.listen(1).expect("a listener");
        let address = listener.local_addr().expect("an address");
        let mut queued = Vec::new();
        while let Ok(stream) =
            tokio::time::timeout(Duration::from_millis(200), TcpStream::connect(address)).await
        {
            queued.push(stream.expect("a connection"));
            assert!(queued.len() < 100, "the queue has no end");
        }
        Self { address, _listener: listener, _queued: queued }
    }
}

/// "By default, CloudFront tries to connect to the primary origin in an origin group for as long as 30 seconds
/// (3 connection attempts of 10 seconds each) before failing over to the secondary origin."
#[tokio::test(start_paused = true)]
async fn an_unanswered_connection_costs_attempts_times_connection_timeout() {
    let hole = BlackHole::open().await;
    let others = BTreeMap::from([("data-us.s3.us-east-1.amazonaws.com".to_owned(), hole.address)]);
    for (settings, expected, attempts) in [(uncached(), 30, 3), (impatient(), 1, 1)] {
        let world = World::with_others(settings, others.clone()).await;
        let answer = world.get(OBJECT).await;
        assert_eq!(answer.brief(), (200, "Miss", FROM_EU));
        let expected = f64::from(expected);
        assert!((expected..expected + 0.1).contains(&answer.took), "{} s, not {expected} s", answer.took);
        let visit = world.distribution.visits().pop().expect("a request");
        assert_eq!(visit.attempts.len(), attempts + 1);
        assert_eq!(visit.attempts[0].result, "the connection timed out");
        assert!((expected..expected + 0.1).contains(&visit.seconds), "{visit:?}");
    }
}

/// `RequestAndResponseBehaviorS3Origin`: "If the origin doesn't respond within 30 seconds … CloudFront drops the
/// connection. If the specified number of origin connection attempts is more than 1, CloudFront tries again".
#[tokio::test(start_paused = true)]
async fn a_silent_region_costs_attempts_times_response_timeout() {
    for (settings, expected) in [(uncached(), 90), (impatient(), 1)] {
        let world = World::start(settings).await;
        world.fault(&us(), Fault::Timeout);
        let answer = world.get(OBJECT).await;
        assert_eq!(answer.brief(), (200, "Miss", FROM_EU));
        let expected = f64::from(expected);
        assert!((expected..expected + 0.1).contains(&answer.took), "{} s, not {expected} s", answer.took);
        world.fault(&eu(), Fault::Timeout);
        let answer = world.get(OBJECT).await;
        assert_eq!((answer.status, answer.x_cache()), (504, "Error"));
        assert!((2.0 * expected..2.0 * expected + 0.1).contains(&answer.took), "{}", answer.took);
    }
}

#[tokio::test(start_paused = true)]
async fn a_slow_region_is_waited_for_unless_the_response_timeout_is_shorter() {
    let world = World::start(uncached()).await;
    world.fault(&us(), Fault::Slow);
    let answer = world.get(OBJECT).await;
    assert_eq!((answer.brief(), answer.took.round()), ((200, "Miss", FROM_US), 3.0));
    world.change(|config| {
        config.origins[0].attempts = ConnectionAttempts::new(2).expect("two");
        config.origins[0].response_timeout = ResponseTimeout::from_seconds(2).expect("two seconds");
    });
    let answer = world.get(OBJECT).await;
    assert_eq!((answer.brief(), answer.took.round()), ((200, "Miss", FROM_EU), 4.0));
}

#[tokio::test(start_paused = true)]
async fn the_group_fails_over_on_its_own_statuses_only() {
    let world = World::start(uncached()).await;
    world.put("data-eu", "data/only-there.txt", "only there");
    assert_eq!(world.get("/data/only-there.txt").await.brief(), (200, "Miss", "only there"));
    assert_eq!(world.last().2, ["primary: status 403", "secondary: status 200"]);
    world.change(|config| config.groups[0].statuses = statuses(&[500]));
    let answer = world.get("/data/only-there.txt").await;
    assert_eq!((answer.status, answer.x_cache()), (403, "Error"));
    assert!(answer.body.contains("<Code>AccessDenied</Code>"), "the origin's own error: {}", answer.body);
    world.fault(&us(), Fault::Http503);
    assert_eq!(world.get(OBJECT).await.status, 503);
    assert_eq!(world.last().2, ["primary: status 503"]);
    world.change(|config| config.groups[0].statuses = statuses(&[503]));
    world.wait(11).await;
    assert_eq!(world.get(OBJECT).await.brief(), (200, "Miss", FROM_EU));
    world.change(|config| config.groups[0].statuses = statuses(&[416]));
    world.fault(&us(), Fault::None);
    world.put("data-eu", "data/hello.txt", "a longer hello from eu-west-1");
    let answer = world.ask("GET", OBJECT, &[("range", "bytes=25-28")]).await;
    assert_eq!((answer.status, answer.body.as_str()), (206, "st-1"));
}

#[tokio::test(start_paused = true)]
async fn what_the_secondary_says_is_the_answer() {
    let world = World::start(uncached()).await;
    let answer = world.get("/data/nowhere.txt").await;
    assert_eq!((answer.status, answer.x_cache()), (403, "Error"));
    let tried = ["primary: status 403", "secondary: status 403"].map(str::to_owned).to_vec();
    assert_eq!(world.last(), (CacheResult::Error, Some("secondary".to_owned()), tried));
    assert!(answer.header("x-amz-request-id").expect("S3's own").contains("eu-west-1"));
    assert_eq!(answer.header("server"), Some("AmazonS3"));
}

#[tokio::test(start_paused = true)]
async fn an_origin_alone_has_nobody_to_fail_over_to() {
    let world = World::start(uncached()).await;
    world.change(|config| config.target = "primary".to_owned());
    world.fault(&us(), Fault::Http503);
    assert_eq!(world.get(OBJECT).await.status, 503);
    assert_eq!(world.asked(), 1);
}

#[tokio::test(start_paused = true)]
async fn head_and_options_fail_over_and_writes_do_not() {
    let world = World::start(uncached()).await;
    world.change(|config| config.methods = AllowedMethods::All);
    world.fault(&us(), Fault::Http503);
    let answer = world.ask("HEAD", OBJECT, &[]).await;
    assert_eq!((answer.status, answer.header("content-length")), (200, Some("20")));
    world.ask("OPTIONS", OBJECT, &[]).await;
    let (_, origin, tried) = world.last();
    assert_eq!(
        (origin.as_deref(), tried.len(), tried[0].as_str()),
        (Some("secondary"), 2, "primary: status 503")
    );
    for method in ["PUT", "POST", "PATCH", "DELETE"] {
        let answer = world.send(method, OBJECT, &[], "new").await;
        assert_eq!((answer.status, answer.x_cache()), (503, "Error"), "{method}");
        assert_eq!(world.last().2, ["primary: status 503"], "{method}");
    }
    world.fault(&us(), Fault::Timeout);
    let answer = world.send("PUT", OBJECT, &[], "new").await;
    assert_eq!((answer.status, answer.took.round()), (504, 30.0), "a write that was sent is not sent again");
}

/// An origin that gives every connection the same bytes and closes it.
async fn origin_that_says(reply: &'static str) -> (SocketAddr, JoinSet<()>) {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    let mut tasks = JoinSet::new();
    tasks.spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut head = [0; 4_096];
            let _ = stream.read(&mut head).await;
            let _ = stream.write_all(reply.as_bytes()).await;
        }
    });
    (address, tasks)
}

async fn before(primary: SocketAddr) -> World {
    let others = BTreeMap::from([("data-us.s3.us-east-1.amazonaws.com".to_owned(), primary)]);
    World::with_others(uncached(), others).await
}

/// "400, 403, 404, 416, 500, 502, 503, or 504": each of them on the wire, chosen and not chosen.
#[tokio::test(start_paused = true)]
async fn each_status_leads_to_the_secondary_if_it_was_chosen() {
    for (status, reply) in [
        (400, "HTTP/1.1 400 x\r\ncontent-length: 0\r\n\r\n"),
        (403, "HTTP/1.1 403 x\r\ncontent-length: 0\r\n\r\n"),
        (404, "HTTP/1.1 404 x\r\ncontent-length: 0\r\n\r\n"),
        (416, "HTTP/1.1 416 x\r\ncontent-length: 0\r\n\r\n"),
        (500, "HTTP/1.1 500 x\r\ncontent-length: 0\r\n\r\n"),
        (502, "HTTP/1.1 502 x\r\ncontent-length: 0\r\n\r\n"),
        (503, "HTTP/1.1 503 x\r\ncontent-length: 0\r\n\r\n"),
        (504, "HTTP/1.1 504 x\r\ncontent-length: 0\r\n\r\n"),
    ] {
        let (primary, _tasks) = origin_that_says(reply).await;
        let world = before(primary).await;
        world.change(|config| config.groups[0].statuses = statuses(&[status]));
        assert_eq!(world.get(OBJECT).await.brief(), (200, "Miss", FROM_EU), "{status}");
        let other = if status == 500 { 404 } else { 500 };
        world.change(|config| config.groups[0].statuses = statuses(&[other]));
        let answer = world.get(OBJECT).await;
        assert_eq!((answer.status, answer.x_cache(), world.last().2.len()), (status, "Error", 1));
    }
}

/// A connection that ends in the midst of an answer is no answer, and is tried again for a GET.
#[tokio::test(start_paused = true)]
async fn an_answer_that_breaks_off_leads_to_the_secondary() {
    for reply in ["", "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf", "not HTTP at all"] {
        let (primary, _tasks) = origin_that_says(reply).await;
        let world = before(primary).await;
        assert_eq!(world.get(OBJECT).await.brief(), (200, "Miss", FROM_EU), "{reply}");
        let closed = "primary: the origin closed the connection";
        assert_eq!(world.last().2, [closed, closed, closed, "secondary: status 200"], "{reply}");
    }
}

/// A redirect is passed along: "CloudFront doesn't follow the redirect."
#[tokio::test(start_paused = true)]
async fn a_redirect_is_no_failure() {
    let reply =
        "HTTP/1.1 301 x\r\nlocation: http://example.com/\r\ncontent-length: 0\r\nset-cookie: a=b\r\n\r\n";
    let (primary, _tasks) = origin_that_says(reply).await;
    let world = before(primary).await;
    let answer = world.get(OBJECT).await;
    assert_eq!((answer.status, answer.header("location")), (301, Some("http://example.com/")));
    assert_eq!(answer.header("set-cookie"), None, "not without forwarded cookies");
}
