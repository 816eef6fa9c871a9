//! What a health checker and a client without credentials get, by host, bucket and key.

use super::*;

#[tokio::test(start_paused = true)]
async fn the_sentinel_is_served_by_every_form_of_its_name() {
    let world = World::start().await;
    let us_east = world.address(&us());
    for (host, path) in [
        ("data-us.s3.us-east-1.amazonaws.com".to_owned(), "/failover/health.txt"),
        (format!("data-us.s3.us-east-1.amazonaws.com:{}", us_east.port()), "/failover/health.txt"),
        ("s3.us-east-1.amazonaws.com".to_owned(), "/data-us/failover/health.txt"),
        (us_east.to_string(), "/data-us/failover/health.txt"),
        ("data-us".to_owned(), "/failover/health.txt"),
    ] {
        let answer = world.ask(&us(), "GET", &host, path).await;
        assert_eq!((answer.status, answer.body.as_str()), (200, "ok"), "{host}{path}");
        assert_eq!(answer.header("server"), Some("AmazonS3"));
        assert_eq!(answer.header("x-amz-bucket-region"), None, "GetObject does not carry it");
    }
}

#[tokio::test(start_paused = true)]
async fn the_failover_name_as_host_is_a_bucket_that_nobody_has() {
    let world = World::start().await;
    let answer = world.ask(&us(), "GET", "Data.Example.com", "/failover/health.txt").await;
    assert_eq!((answer.status, answer.code()), (404, Some("NoSuchBucket")));
}

#[tokio::test(start_paused = true)]
async fn a_bucket_named_like_the_host_is_served() {
    let world = World::start().await;
    let name = bucket("data.example.com");
    world.regions.create_bucket(&us(), &name).expect("a new bucket");
    let answer = world.ask(&us(), "GET", "data.example.com", "/").await;
    assert_eq!((answer.status, answer.code()), (403, Some("AccessDenied")));
    let elsewhere = world.ask(&eu(), "GET", "data.example.com", "/").await;
    assert_eq!((elsewhere.status, elsewhere.code()), (301, Some("PermanentRedirect")));
}

#[tokio::test(start_paused = true)]
async fn a_bucket_of_another_region_is_redirected_to() {
    let world = World::start().await;
    let answer = world.ask(&eu(), "GET", "data-us.s3.eu-west-1.amazonaws.com", "/failover/health.txt").await;
    assert_eq!((answer.status, answer.code()), (301, Some("PermanentRedirect")));
    assert_eq!(answer.header("x-amz-bucket-region"), Some("us-east-1"));
    assert!(
        answer.body.contains("<Endpoint>data-us.s3.us-east-1.amazonaws.com</Endpoint>"),
        "{}",
        answer.body
    );
    let head = world.ask(&eu(), "HEAD", "data-us.s3.eu-west-1.amazonaws.com", "/").await;
    assert_eq!((head.status, head.header("x-amz-bucket-region")), (301, Some("us-east-1")));
}

#[tokio::test(start_paused = true)]
async fn what_is_not_public_is_denied_and_tells_nothing() {
    let world = World::start().await;
    let host = "data-us.s3.us-east-1.amazonaws.com";
    for (method, path, status) in [
        ("GET", "/", 403),
        ("GET", "/secret.txt", 403),
        ("GET", "/missing.txt", 403),
        ("GET", "/failover/missing.txt", 403),
        ("HEAD", "/failover/missing.txt", 403),
        ("PUT", "/failover/health.txt", 403),
        ("DELETE", "/failover/health.txt", 403),
        ("GET", "/?policy", 403),
        ("DELETE", "/", 403),
    ] {
        let answer = world.ask(&us(), method, host, path).await;
        assert_eq!(answer.status, status, "{method} {path}");
        if method != "HEAD" {
            assert_eq!(answer.code(), Some("AccessDenied"), "{method} {path}");
        }
    }
    let list = world.ask(&us(), "GET", "s3.us-east-1.amazonaws.com", "/").await;
    assert_eq!((list.status, list.code()), (403, Some("AccessDenied")));
    let missing = world.ask(&us(), "GET", "s3.us-east-1.amazonaws.com", "/nobodys-bucket/a").await;
    assert_eq!((missing.status, missing.code()), (404, Some("NoSuchBucket")));
}

#[tokio::test(start_paused = true)]
async fn head_bucket_tells_the_region_even_when_it_is_denied() {
    let world = World::start().await;
    let head = world.ask(&eu(), "HEAD", "data-eu.s3.eu-west-1.amazonaws.com", "/").await;
    assert_eq!((head.status, head.header("x-amz-bucket-region")), (403, Some("eu-west-1")));
}

#[tokio::test(start_paused = true)]
async fn who_may_list_learns_that_a_key_is_missing() {
    let world = World::start().await;
    let policy = json!({"Statement": {"Effect": "Allow", "Principal": "*",
        "Action": ["s3:GetObject", "s3:ListBucket"],
        "Resource": ["arn:aws:s3:::data-us", "arn:aws:s3:::data-us/*"]}});
    world.regions.set_policy(&bucket("data-us"), &policy.to_string()).expect("a policy");
    let host = "data-us.s3.us-east-1.amazonaws.com";
    let missing = world.ask(&us(), "GET", host, "/missing.txt").await;
    assert_eq!((missing.status, missing.code()), (404, Some("NoSuchKey")));
    let list = world.ask(&us(), "GET", host, "/?list-type=2&prefix=failover/").await;
    assert_eq!(list.status, 200);
    assert!(list.body.contains("<Key>failover/health.txt</Key>"), "{}", list.body);
}

#[tokio::test(start_paused = true)]
async fn a_range_is_answered_in_part() {
    let world = World::start().await;
    let mut connection = Connection::open(world.address(&us())).await;
    let request = "GET /failover/health.txt HTTP/1.1\r\nHost: data-us\r\nRange: bytes=1-\r\n\r\n";
    connection.0.write_all(request.as_bytes()).await.expect("an open connection");
    let answer = connection.answer("GET").await.expect("an answer");
    assert_eq!((answer.status, answer.body.as_str()), (206, "k"));
    assert_eq!(answer.header("content-range"), Some("bytes 1-1/2"));
}

#[tokio::test(start_paused = true)]
async fn nonsense_is_a_bad_request() {
    let world = World::start().await;
    for (host, path, status) in [
        ("s3.us-east-1.amazonaws.com", "/Not_A_Bucket/a", 400),
        ("s3.us-east-1.amazonaws.com", "/%ff", 400),
        ("data-us", "/?continuation-token", 403),
    ] {
        assert_eq!(world.ask(&us(), "GET", host, path).await.status, status, "{host}{path}");
    }
    let mut connection = Connection::open(world.address(&us())).await;
    connection.0.write_all(b"\x16\x03\x01 this is TLS\r\n\r\n").await.expect("an open connection");
    assert_eq!(connection.answer("GET").await.map(|answer| answer.status), Some(400));
}
