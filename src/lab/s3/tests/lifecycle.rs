//! Starting, addresses, stopping, starting again.

use super::super::StartError;
use super::*;

#[tokio::test(start_paused = true)]
async fn regions_share_a_port_and_have_an_address_each() {
    let world = World::start().await;
    let (us_east, eu_west) = (world.address(&us()), world.address(&eu()));
    assert_eq!(us_east.ip().to_string(), "127.0.1.1");
    assert_eq!(eu_west.ip().to_string(), "127.0.2.1");
    assert_eq!(us_east.port(), eu_west.port());
    assert_eq!(world.regions.front_door().ip().to_string(), "127.0.0.1");
    assert_eq!(world.regions.address(&region("ap-south-1")), None);
    assert_eq!(world.regions.fault(&us()), Some(Fault::None));
    assert!(world.regions.set_fault(&region("ap-south-1"), Fault::Slow).is_err());
}

#[tokio::test(start_paused = true)]
async fn s3s_names_lead_to_the_addresses() {
    let world = World::start().await;
    let address = |host: &str| {
        world.regions.address_of_host(&host.parse().expect("a name")).map(|address| address.to_string())
    };
    assert_eq!(address("data-us.s3.us-east-1.amazonaws.com").as_deref(), Some("127.0.1.1"));
    assert_eq!(address("s3.eu-west-1.amazonaws.com").as_deref(), Some("127.0.2.1"));
    assert_eq!(address("nobodys.s3.eu-west-1.amazonaws.com").as_deref(), Some("127.0.2.1"));
    assert_eq!(address("data-eu.s3.amazonaws.com").as_deref(), Some("127.0.2.1"));
    assert_eq!(address("nobodys.s3.amazonaws.com").as_deref(), Some("127.0.1.1"));
    assert_eq!(address("b.s3.ap-south-1.amazonaws.com"), None);
    assert_eq!(address("data.example.com"), None);
}

#[tokio::test(start_paused = true)]
async fn after_stop_the_port_can_be_bound_again() {
    let world = World::start().await;
    let port = world.address(&us()).port();
    let mut open = Connection::open(world.address(&us())).await;
    open.send("GET", "data-us", "/failover/health.txt").await;
    assert_eq!(open.answer("GET").await.map(|answer| answer.status), Some(200));
    world.regions.stop().await;
    assert!(open.answer("GET").await.is_none(), "open connections end");
    let settings = S3Settings { port, ..S3Settings::default() };
    let again = Regions::start(Clock::system(), &[us(), eu()], settings).await.expect("the same port");
    assert_eq!(again.address(&us()).map(|address| address.port()), Some(port));
}

#[tokio::test(start_paused = true)]
async fn what_cannot_start_says_why() {
    let start = |regions: Vec<Region>, port| async move {
        let settings = S3Settings { port, ..S3Settings::default() };
        Regions::start(Clock::system(), &regions, settings).await.map(|_| ()).expect_err("cannot start")
    };
    assert!(matches!(start(vec![], 0).await, StartError::Regions));
    assert!(matches!(start(vec![us(), us()], 0).await, StartError::Regions));
    let taken = tokio::net::TcpListener::bind("127.0.2.1:0").await.expect("a free port");
    let port = taken.local_addr().expect("it is bound").port();
    let error = start(vec![us(), eu()], port).await;
    let expected = format!(
        "could not listen on 127.0.2.1:{port} for the lab's S3; another program has the port: `lsof -nP -i \
         :{port}` says which, end that one first"
    );
    assert_eq!(error.to_string(), expected);
}
