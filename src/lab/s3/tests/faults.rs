//! Each fault by its name, its end, and what it does to connections that were open.

use std::io::ErrorKind;

use super::*;

const HOST: &str = "data-us.s3.us-east-1.amazonaws.com";
const PATH: &str = "/failover/health.txt";

#[tokio::test(start_paused = true)]
async fn refuse_closes_the_listener_and_cuts_connections() {
    let world = World::start().await;
    let mut idle = Connection::open(world.address(&us())).await;
    idle.send("GET", HOST, PATH).await;
    assert_eq!(idle.answer("GET").await.map(|answer| answer.status), Some(200));

    world.fault(&us(), Fault::Refuse);
    assert!(idle.answer("GET").await.is_none(), "the open connection is cut");
    let error = TcpStream::connect(world.address(&us())).await.expect_err("nobody listens");
    assert_eq!(error.kind(), ErrorKind::ConnectionRefused);
    assert_eq!(world.probe(&eu(), "data-eu").await.status, 200, "the other region does not notice");

    world.fault(&us(), Fault::None);
    world.seconds(1).await;
    assert_eq!(world.probe(&us(), "data-us").await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn refuse_binds_again_once_the_port_is_free() {
    let world = World::start().await;
    world.fault(&us(), Fault::Refuse);
    world.seconds(1).await;
    let taken = tokio::net::TcpListener::bind(world.address(&us())).await.expect("the port is free");
    world.fault(&us(), Fault::None);
    world.seconds(10).await;
    drop(taken);
    world.seconds(1).await;
    assert_eq!(world.probe(&us(), "data-us").await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn timeout_accepts_and_answers_nothing_until_it_ends() {
    let world = World::start().await;
    let mut open = Connection::open(world.address(&us())).await;
    world.fault(&us(), Fault::Timeout);
    let mut new = Connection::open(world.address(&us())).await;
    for connection in [&mut open, &mut new] {
        connection.send("GET", HOST, PATH).await;
    }
    for connection in [&mut open, &mut new] {
        let waited = world.clock.timeout(Duration::from_mins(10), connection.answer("GET")).await;
        assert!(waited.is_err(), "nothing is answered");
    }
    world.fault(&us(), Fault::None);
    for connection in [&mut open, &mut new] {
        assert_eq!(connection.answer("GET").await.map(|answer| answer.status), Some(200));
    }
}

#[tokio::test(start_paused = true)]
async fn http_503_answers_every_request_so_signed_ones_too() {
    let world = World::start().await;
    let mut open = Connection::open(world.address(&us())).await;
    world.fault(&us(), Fault::Http503);
    for _ in 0..2 {
        open.send("GET", HOST, PATH).await;
        let answer = open.answer("GET").await.expect("an answer");
        assert_eq!((answer.status, answer.code()), (503, Some("ServiceUnavailable")));
    }
    let error = world.client(&us()).list_buckets().send().await.expect_err("503");
    assert_eq!(error.raw_response().map(|response| response.status().as_u16()), Some(503));
    world.fault(&us(), Fault::None);
    open.send("GET", HOST, PATH).await;
    assert_eq!(open.answer("GET").await.map(|answer| answer.status), Some(200));
}

#[tokio::test(start_paused = true)]
async fn slow_is_late_for_a_checker_and_in_time_for_a_patient_client() {
    let world = World::start().await;
    world.fault(&us(), Fault::Slow);
    let begun = world.clock.elapsed();
    assert_eq!(world.probe(&us(), "data-us").await.status, 200);
    let took = world.clock.elapsed().saturating_sub(begun);
    assert!((3.0..3.1).contains(&took.as_secs_f64()), "{took:?}");

    let mut waiting = Connection::open(world.address(&us())).await;
    waiting.send("GET", HOST, PATH).await;
    world.seconds(1).await;
    let healed = world.clock.elapsed();
    world.fault(&us(), Fault::None);
    assert_eq!(waiting.answer("GET").await.map(|answer| answer.status), Some(200));
    assert!(
        world.clock.elapsed().saturating_sub(healed) < Duration::from_millis(100),
        "healing acts on who waits"
    );
}

#[tokio::test(start_paused = true)]
async fn a_fault_that_changes_into_another_acts_on_who_waits() {
    let world = World::start().await;
    world.fault(&us(), Fault::Timeout);
    let mut waiting = Connection::open(world.address(&us())).await;
    waiting.send("GET", HOST, PATH).await;
    world.seconds(1).await;
    world.fault(&us(), Fault::Http503);
    assert_eq!(waiting.answer("GET").await.map(|answer| answer.status), Some(503));
    world.fault(&us(), Fault::Timeout);
    waiting.send("GET", HOST, PATH).await;
    world.seconds(1).await;
    world.fault(&us(), Fault::Refuse);
    assert!(waiting.answer("GET").await.is_none());
}

#[tokio::test(start_paused = true)]
async fn block_public_denies_the_anonymous_and_nobody_else() {
    let world = World::start().await;
    world.fault(&us(), Fault::BlockPublic);
    let answer = world.probe(&us(), "data-us").await;
    assert_eq!((answer.status, answer.code()), (403, Some("AccessDenied")));
    let get = world.client(&us()).get_object().bucket("data-us").key(HEALTH).send().await;
    assert!(get.is_ok(), "a signed request goes on: {get:?}");
    let own = world.client(&us()).get_public_access_block().bucket("data-us").send().await;
    let own = own.expect("a configuration").public_access_block_configuration.expect("switches");
    assert_eq!(own.restrict_public_buckets, Some(false), "the bucket's own switches stay as they are");
    world.fault(&us(), Fault::None);
    assert_eq!(world.probe(&us(), "data-us").await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn a_fault_reaches_the_front_door() {
    let world = World::start().await;
    let front = world.regions.front_door();
    let path = "/data-us/failover/health.txt";
    for (fault, expected) in [
        (Fault::None, Some(200)),
        (Fault::Refuse, None),
        (Fault::Http503, Some(503)),
        (Fault::BlockPublic, Some(403)),
        (Fault::Slow, Some(200)),
    ] {
        world.fault(&us(), fault);
        let mut connection = Connection::open(front).await;
        connection.send("GET", &front.to_string(), path).await;
        assert_eq!(connection.answer("GET").await.map(|answer| answer.status), expected, "{fault}");
        let mut other = Connection::open(front).await;
        other.send("GET", &front.to_string(), "/data-eu/failover/health.txt").await;
        assert_eq!(other.answer("GET").await.map(|answer| answer.status), Some(200), "{fault}: eu-west-1");
    }
    world.fault(&us(), Fault::Timeout);
    let mut held = Connection::open(front).await;
    held.send("GET", &front.to_string(), path).await;
    assert!(world.clock.timeout(Duration::from_mins(1), held.answer("GET")).await.is_err());
}

#[cfg(target_os = "linux")]
#[tokio::test(start_paused = true)]
async fn a_checker_that_gives_up_leaves_no_connection_behind() {
    let world = World::start().await;
    world.fault(&us(), Fault::Timeout);
    for _ in 0..20 {
        let mut connection = Connection::open(world.address(&us())).await;
        connection.send("GET", HOST, PATH).await;
        world.seconds(2).await;
    }
    world.seconds(1).await;
    // proc(5): a socket whose peer has closed and which is still open here is in state 08, CLOSE_WAIT.
    let sockets = std::fs::read_to_string("/proc/net/tcp").expect("the kernel's list of sockets");
    let here = format!("0101007F:{:04X}", world.address(&us()).port());
    let kept = |line: &&str| {
        let mut columns = line.split_whitespace().skip(1);
        columns.next() == Some(&here) && columns.nth(1) == Some("08")
    };
    assert_eq!(sockets.lines().filter(kept).count(), 0);
}
