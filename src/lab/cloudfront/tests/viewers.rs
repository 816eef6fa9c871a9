//! What CloudFront says by itself, and how it can be broken.

use super::*;

#[tokio::test(start_paused = true)]
async fn every_answer_has_cloudfronts_headers() {
    let world = World::start(PairSettings::default()).await;
    for (path, status) in [(OBJECT, 200), ("/data/nowhere.txt", 403)] {
        let answer = world.get(path).await;
        assert_eq!(
            (answer.status, answer.header("via")),
            (status, Some("1.1 lab-edge.cloudfront.net (CloudFront)"))
        );
        assert!(answer.header("x-amz-cf-id").is_some_and(|id| id.starts_with("LAB-")), "{answer:?}");
        assert!(answer.header("x-amz-cf-pop").is_some() && answer.header("x-amz-request-id").is_some());
        assert_eq!(answer.headers.get_all("via").iter().count(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn another_host_is_a_bad_request() {
    let world = World::start(PairSettings::default()).await;
    for host in ["d111111abcdef8.cloudfront.net", "data.example.com", "192.0.2.1"] {
        let answer = world.ask("GET", OBJECT, &[("host", host)]).await;
        assert_eq!(
            (answer.status, answer.x_cache(), answer.header("server")),
            (403, "Error", Some("CloudFront"))
        );
        assert!(
            answer.body.contains("<H1>403 ERROR</H1>") && answer.body.contains("\nBad request.\n"),
            "{answer:?}"
        );
        let id = answer.header("x-amz-cf-id").expect("an id");
        assert!(answer.body.contains(&format!("Request ID: {id}\n")), "{}", answer.body);
    }
    let port = world.distribution.address().port();
    for host in [format!("DLAB-Distribution.CloudFront.net:{port}"), format!("127.0.0.1:{port}")] {
        assert_eq!(world.ask("GET", OBJECT, &[("host", &host)]).await.status, 200, "{host}");
    }
    assert_eq!(world.asked(), 1);
}

#[tokio::test(start_paused = true)]
async fn methods_that_are_not_allowed_reach_no_origin() {
    let world = World::start(PairSettings::default()).await;
    for method in ["OPTIONS", "POST", "PUT", "PATCH", "DELETE", "TRACE", "BREW"] {
        let answer = world.send(method, OBJECT, &[], "").await;
        assert_eq!((answer.status, answer.x_cache()), (403, "Error"), "{method}");
        let sentence = "This distribution is not configured to allow the HTTP request method";
        assert!(answer.body.contains(sentence), "{}", answer.body);
    }
    let answer = world.send("GET", OBJECT, &[("content-length", "4")], "body").await;
    assert_eq!(answer.status, 403, "a GET with a body");
    world.change(|config| config.methods = AllowedMethods::GetHeadOptions);
    assert_eq!(world.asked(), 0);
    world.ask("OPTIONS", OBJECT, &[]).await;
    assert!(world.asked() > 0);
    assert_eq!(world.send("POST", OBJECT, &[], "").await.status, 403);
}

#[tokio::test(start_paused = true)]
async fn down_closes_the_listener_until_it_is_mended() {
    let world = World::start(PairSettings::default()).await;
    assert_eq!(world.get(OBJECT).await.status, 200);
    world.distribution.set_fault(CloudFrontFault::Down);
    world.wait(1).await;
    assert_eq!(world.distribution.fault(), CloudFrontFault::Down);
    let error = TcpStream::connect(world.distribution.address()).await.expect_err("nobody listens");
    assert_eq!(error.kind(), std::io::ErrorKind::ConnectionRefused);
    world.distribution.set_fault(CloudFrontFault::None);
    world.wait(1).await;
    assert_eq!(world.get(OBJECT).await.x_cache(), "Hit");
}

#[tokio::test(start_paused = true)]
async fn a_viewer_who_leaves_ends_his_request_at_the_origin() {
    let world = World::start(PairSettings::default()).await;
    world.fault(&us(), Fault::Timeout);
    assert!(world.clock.timeout(seconds(5), world.get(OBJECT)).await.is_err());
    world.wait(200).await;
    assert_eq!(world.distribution.visits(), [], "nobody was answered");
    world.fault(&us(), Fault::None);
    assert_eq!(world.get(OBJECT).await.status, 200);
}
