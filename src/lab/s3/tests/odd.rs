//! What clients do that is odd, and what S3 answers.

use aws_sdk_s3::{
    presigning::PresigningConfig,
    types::{Delete, ObjectIdentifier},
};

use super::{signed::code, *};

const DATA_US: &str = "data-us.s3.us-east-1.amazonaws.com";

/// An anonymous request for the sentinel object, with more headers.
async fn ask_with(world: &World, method: &str, path: &str, more: &str) -> Answer {
    let mut connection = Connection::open(world.address(&us())).await;
    let request = format!("{method} {path} HTTP/1.1\r\nHost: {DATA_US}\r\n{more}\r\n");
    connection.0.write_all(request.as_bytes()).await.expect("an open connection");
    connection.answer(method).await.expect("an answer")
}

/// A signed address; how long it is good can be changed afterwards, which spoils its signature only.
async fn signed_address(world: &World, key: &str) -> String {
    let client = world.client(&us());
    let week = PresigningConfig::expires_in(Duration::from_hours(1)).expect("less than a week");
    let request = client.get_object().bucket("data-us").key(key).presigned(week).await.expect("an address");
    let (_, path) =
        request.uri().split_once("://").and_then(|(_, rest)| rest.split_once('/')).expect("a path");
    format!("/{path}")
}

/// What is no range, and several ranges at once, count as none: "aws ignores the invalid range and returns
/// the full object" (`noobaa/noobaa-core#9889`), "AWS S3 respond _whole_ resource when multiple ranges are
/// requested" (`basho/riak_cs#304`).
#[tokio::test(start_paused = true)]
async fn a_range_that_is_none_is_not_looked_at() {
    let world = World::start().await;
    let path = format!("/{HEALTH}");
    for range in ["bytes=1-0", "bytes=0-0,1-1", "bytes=x", "lines=0-1", "bytes=-"] {
        let answer = ask_with(&world, "GET", &path, &format!("Range: {range}\r\n")).await;
        assert_eq!((answer.status, answer.body.as_str()), (200, "ok"), "{range}");
    }
    // A signed address signs the host alone, so that its range can be left away as well.
    let address = signed_address(&world, HEALTH).await;
    let mut connection = Connection::open(world.address(&us())).await;
    let host = world.address(&us());
    let request = format!("GET {address} HTTP/1.1\r\nHost: {host}\r\nRange: bytes=0-0,1-1\r\n\r\n");
    connection.0.write_all(request.as_bytes()).await.expect("an open connection");
    assert_eq!(connection.answer("GET").await.expect("an answer").body, "ok");
}

#[tokio::test(start_paused = true)]
async fn a_range_is_partial_content_of_a_head_too_and_too_far_it_says_how_long_the_object_is() {
    let world = World::start().await;
    let path = format!("/{HEALTH}");
    let head = ask_with(&world, "HEAD", &path, "Range: bytes=1-1\r\n").await;
    assert_eq!((head.status, head.header("content-range")), (206, Some("bytes 1-1/2")));
    let far = ask_with(&world, "GET", &path, "Range: bytes=2-\r\n").await;
    assert_eq!((far.status, far.code()), (416, Some("InvalidRange")));
    assert!(
        far.body.contains("<RangeRequested>bytes=2-</RangeRequested><ActualObjectSize>2</ActualObjectSize>")
    );
    let name = bucket("data-us");
    world.regions.put_object(&name, "failover/empty", "").expect("an object");
    let empty = ask_with(&world, "GET", "/failover/empty", "Range: bytes=-1\r\n").await;
    assert_eq!(empty.status, 416, "{}", empty.head);
}

/// botocore announces even a body without bytes by `Expect`, takes an answer that comes at once for the
/// answer of the connection, and never reads another one right.
#[tokio::test(start_paused = true)]
async fn who_waits_for_permission_to_send_nothing_gets_no_second_request() {
    let world = World::start().await;
    let waits = "Expect: 100-continue\r\nContent-Length: 0\r\n";
    let answer = ask_with(&world, "PUT", "/failover/empty", waits).await;
    assert_eq!((answer.status, answer.header("connection")), (403, Some("close")));
    let plain = ask_with(&world, "PUT", "/failover/empty", "Content-Length: 0\r\n").await;
    assert_eq!((plain.status, plain.header("connection")), (403, None));
}

#[tokio::test(start_paused = true)]
async fn a_body_that_is_too_short_is_told_so() {
    let world = World::start().await;
    let mut connection = Connection::open(world.address(&us())).await;
    let request = format!("PUT /failover/short HTTP/1.1\r\nHost: {DATA_US}\r\nContent-Length: 10\r\n\r\nabc");
    connection.0.write_all(request.as_bytes()).await.expect("an open connection");
    connection.0.shutdown().await.expect("an open connection");
    let answer = connection.answer("PUT").await.expect("an answer");
    assert_eq!((answer.status, answer.code()), (400, Some("IncompleteBody")));
}

/// S3 API reference, `sigv4-query-string-auth`: "The minimum value you can set is 1, and the maximum is
/// 604800 (seven days)."
#[tokio::test(start_paused = true)]
async fn a_signed_address_is_good_for_a_week_at_most() {
    let world = World::start().await;
    let address = signed_address(&world, HEALTH).await;
    let host = world.address(&us()).to_string();
    assert_eq!(world.ask(&us(), "GET", &host, &address).await.status, 200);
    for wrong in ["604801", "-1", "soon"] {
        let address = address.replace("X-Amz-Expires=3600", &format!("X-Amz-Expires={wrong}"));
        let answer = world.ask(&us(), "GET", &host, &address).await;
        assert_eq!(
            (answer.status, answer.code()),
            (400, Some("AuthorizationQueryParametersError")),
            "{wrong}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_missing_key_is_told_as_it_was_meant() {
    let world = World::start().await;
    let host = world.address(&us()).to_string();
    let answer = world.ask(&us(), "GET", &host, &signed_address(&world, "a ü+&").await).await;
    assert_eq!(answer.code(), Some("NoSuchKey"));
    assert!(answer.body.contains("<Key>a ü+&amp;</Key>"), "{}", answer.body);
}

/// S3 User Guide, `object-keys`: an XML 1.0 parser cannot read these characters, so no XML can name them.
#[tokio::test(start_paused = true)]
async fn keys_that_xml_cannot_name_are_not_deleted_by_a_list() {
    let world = World::start().await;
    let client = world.client(&us());
    for (key, good) in [("tab\there", true), ("one\u{1}", false), ("last\u{ffff}", false)] {
        client.put_object().bucket("data-us").key(key).send().await.expect("an object");
        let one = ObjectIdentifier::builder().key(key).build().expect("a key");
        let list = Delete::builder().objects(one).build().expect("a list");
        let result = client.delete_objects().bucket("data-us").delete(list).send().await;
        if good {
            assert_eq!(result.expect("deleted").deleted().len(), 1);
        } else {
            assert_eq!(code(result), "400 MalformedXML");
        }
    }
}

/// S3 API reference, `CopyObject`: "If you specify versionId in the x-amz-copy-source and the versionId is a
/// delete marker, Amazon S3 returns an HTTP 400 Bad Request error".
#[tokio::test(start_paused = true)]
async fn a_delete_marker_is_no_source_of_a_copy() {
    let world = World::start().await;
    let client = world.client(&us());
    let on = aws_sdk_s3::types::VersioningConfiguration::builder()
        .status(aws_sdk_s3::types::BucketVersioningStatus::Enabled)
        .build();
    client.put_bucket_versioning().bucket("data-us").versioning_configuration(on).send().await.expect("on");
    let marker = client.delete_object().bucket("data-us").key("a").send().await.expect("a marker");
    let marker = marker.version_id.expect("a version");
    let copy = client.copy_object().bucket("data-us").key("b");
    let copy = copy.copy_source(format!("data-us/a?versionId={marker}")).send().await;
    assert_eq!(code(copy), "400 InvalidRequest");
    let copy = client.copy_object().bucket("data-us").key("b").copy_source("data-us/a").send().await;
    assert_eq!(code(copy), "404 NoSuchKey");
}

/// Bytes that are not those that were signed for.
#[tokio::test(start_paused = true)]
async fn a_body_of_another_digest_is_told_so() {
    let world = World::start().await;
    let hour = PresigningConfig::expires_in(Duration::from_hours(1)).expect("less than a week");
    let put = world.client(&us()).put_object().bucket("data-us").key("a");
    let put = put.presigned(hour).await.expect("an address");
    let address = world.address(&us());
    let path = put.uri().strip_prefix(&format!("http://{address}")).expect("an address of the region");
    for length in [3, 100_000] {
        let mut connection = Connection::open(address).await;
        let digest = "0".repeat(64);
        let head = format!(
            "PUT {path} HTTP/1.1\r\nHost: {address}\r\nContent-Length: {length}\r\nx-amz-content-sha256: {digest}\r\n\r\n"
        );
        connection.0.write_all(head.as_bytes()).await.expect("an open connection");
        connection.0.write_all(&vec![b'a'; length]).await.expect("an open connection");
        let answer = connection.answer("PUT").await.expect("an answer");
        assert_eq!(answer.code(), Some("XAmzContentSHA256Mismatch"), "{length}: {}", answer.body);
    }
}

#[tokio::test(start_paused = true)]
async fn who_says_oddly_who_he_is_is_told_so() {
    let world = World::start().await;
    let path = format!("/{HEALTH}");
    let bearer = ask_with(&world, "GET", &path, "Authorization: Bearer x\r\n").await;
    assert_eq!((bearer.status, bearer.code()), (400, Some("InvalidArgument")));
    assert!(bearer.body.contains("<Message>Unsupported Authorization Type</Message>"));
    assert!(bearer.body.contains("<ArgumentValue>Bearer x</ArgumentValue>"));
    let lacking = ask_with(&world, "GET", &path, "Authorization: AWS4-HMAC-SHA256 Credential=a\r\n").await;
    assert_eq!((lacking.status, lacking.code()), (400, Some("AuthorizationHeaderMalformed")));
    let address = signed_address(&world, HEALTH).await;
    let twice = ask_with(&world, "GET", &address, "Authorization: Bearer x\r\n").await;
    assert!(twice.body.contains("Only one auth mechanism allowed"), "{}", twice.body);
}
