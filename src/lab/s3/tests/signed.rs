//! Signed operations, through the AWS SDK.

use aws_sdk_s3::{
    error::{ProvideErrorMetadata as _, SdkError},
    primitives::ByteStream,
    types::{
        BucketLocationConstraint, BucketVersioningStatus, ChecksumAlgorithm, ChecksumMode,
        CreateBucketConfiguration, DeleteMarkerReplication, DeleteMarkerReplicationStatus, Destination,
        PublicAccessBlockConfiguration, ReplicationConfiguration, ReplicationRule, ReplicationRuleFilter,
        ReplicationRuleStatus, VersioningConfiguration,
    },
};

use super::*;

#[track_caller]
pub(super) fn code<T: std::fmt::Debug, E: aws_sdk_s3::error::ProvideErrorMetadata + std::fmt::Debug>(
    result: Result<T, SdkError<E>>,
) -> String {
    let error = result.expect_err("a refusal");
    let status = error.raw_response().map_or(0, |response| response.status().as_u16());
    format!("{status} {}", error.code().unwrap_or_default())
}

#[tokio::test(start_paused = true)]
async fn an_object_comes_back_as_it_was_put() {
    let world = World::start().await;
    let client = world.client(&us());
    for algorithm in [None, Some(ChecksumAlgorithm::Sha256), Some(ChecksumAlgorithm::Crc64Nvme)] {
        let body = ByteStream::from_static(b"some bytes");
        let put = client.put_object().bucket("data-us").key("a/b c+d").body(body);
        let put = put.content_type("text/plain").metadata("author", "me").cache_control("no-store");
        let put = put.set_checksum_algorithm(algorithm).send().await.expect("an object");
        assert_eq!(put.e_tag.as_deref(), Some("\"9d0568469d206c1aedf1b71f12f474bc\""));
        assert_eq!(put.version_id, None);
    }
    let get = client.get_object().bucket("data-us").key("a/b c+d").checksum_mode(ChecksumMode::Enabled);
    let get = get.send().await.expect("an object");
    assert_eq!(get.content_type.as_deref(), Some("text/plain"));
    assert_eq!(get.cache_control.as_deref(), Some("no-store"));
    assert_eq!(get.metadata.expect("metadata")["author"], "me");
    assert!(get.checksum_crc64_nvme.is_some());
    assert_eq!(get.body.collect().await.expect("bytes").to_vec(), b"some bytes");

    let part = client.get_object().bucket("data-us").key("a/b c+d").range("bytes=-5").send().await;
    let part = part.expect("a part");
    assert_eq!(part.content_range.as_deref(), Some("bytes 5-9/10"));
    assert_eq!(part.body.collect().await.expect("bytes").to_vec(), b"bytes");
    let head = client.head_object().bucket("data-us").key("a/b c+d").send().await.expect("an object");
    assert_eq!(head.content_length, Some(10));

    client.delete_object().bucket("data-us").key("a/b c+d").send().await.expect("deleted");
    let gone = client.get_object().bucket("data-us").key("a/b c+d").send().await;
    assert_eq!(code(gone), "404 NoSuchKey");
}

#[tokio::test(start_paused = true)]
async fn conditions_of_requests_hold() {
    let world = World::start().await;
    let client = world.client(&us());
    let put = |key: &str| client.put_object().bucket("data-us").key(key).body(ByteStream::from_static(b"x"));
    let first = put("new").if_none_match("*").send().await.expect("there was none");
    assert_eq!(code(put("new").if_none_match("*").send().await), "412 PreconditionFailed");
    assert_eq!(code(put("new").if_match("\"0\"").send().await), "412 PreconditionFailed");
    let etag = first.e_tag.expect("an entity tag");
    put("new").if_match(&etag).send().await.expect("it matches");
    let get = || client.get_object().bucket("data-us").key("new");
    assert!(code(get().if_none_match(&etag).send().await).starts_with("304"));
    assert_eq!(code(get().if_match("\"0\"").send().await), "412 PreconditionFailed");
    assert_eq!(code(get().range("bytes=7-").send().await), "416 InvalidRange");
}

#[tokio::test(start_paused = true)]
async fn a_listing_comes_in_pages() {
    let world = World::start().await;
    for key in ["logs/1", "logs/2", "zeta"] {
        world.regions.put_object(&bucket("data-us"), key, key).expect("an object");
    }
    let client = world.client(&us());
    let mut pages = client.list_objects_v2().bucket("data-us").max_keys(2).into_paginator().send();
    let mut keys = Vec::new();
    while let Some(page) = pages.next().await {
        let page = page.expect("a page");
        keys.extend(page.contents.unwrap_or_default().into_iter().filter_map(|object| object.key));
    }
    assert_eq!(keys, [HEALTH, "logs/1", "logs/2", "secret.txt", "zeta"]);
    let rolled = client.list_objects_v2().bucket("data-us").delimiter("/").send().await.expect("a listing");
    let prefixes: Vec<_> =
        rolled.common_prefixes().iter().filter_map(|common| common.prefix.as_deref()).collect();
    assert_eq!(prefixes, ["failover/", "logs/"]);
    assert_eq!(rolled.key_count, Some(4));
}

#[tokio::test(start_paused = true)]
async fn signatures_are_checked() {
    let world = World::start().await;
    let address = world.address(&us());
    let wrong_secret = client(address, "us-east-1", "another secret");
    assert_eq!(code(wrong_secret.list_buckets().send().await), "403 SignatureDoesNotMatch");
    let wrong_region = client(address, "eu-west-1", SECRET_ACCESS_KEY);
    let refused = wrong_region.list_objects_v2().bucket("data-us").send().await;
    assert_eq!(code(refused), "400 AuthorizationHeaderMalformed");
    let config = wrong_secret.config().to_builder();
    let config = config.credentials_provider(Credentials::new("AKIAUNKNOWN", "x", None, None, "nobody"));
    let unknown_key = aws_sdk_s3::Client::from_conf(config.build());
    assert_eq!(code(unknown_key.list_buckets().send().await), "403 InvalidAccessKeyId");
    let other_owner =
        world.client(&us()).head_bucket().bucket("data-us").expected_bucket_owner("111122223333");
    assert!(code(other_owner.send().await).starts_with("403"));
}

#[tokio::test(start_paused = true)]
async fn buckets_live_in_their_region() {
    let world = World::start().await;
    let (us_east, eu_west) = (world.client(&us()), world.client(&eu()));
    us_east.create_bucket().bucket("new-us").send().await.expect("a new bucket");
    let unspecified = eu_west.create_bucket().bucket("new-eu").send().await;
    assert_eq!(code(unspecified), "400 IllegalLocationConstraintException");
    let here =
        CreateBucketConfiguration::builder().location_constraint(BucketLocationConstraint::EuWest1).build();
    let create = eu_west.create_bucket().bucket("new-eu").create_bucket_configuration(here);
    create.clone().send().await.expect("a new bucket");
    assert_eq!(code(create.send().await), "409 BucketAlreadyOwnedByYou");
    us_east.create_bucket().bucket("new-us").send().await.expect("us-east-1 says yes again");

    let location = us_east.get_bucket_location().bucket("new-us").send().await.expect("a bucket");
    assert_eq!(location.location_constraint.filter(|place| !place.as_str().is_empty()), None);
    let location = eu_west.get_bucket_location().bucket("new-eu").send().await.expect("a bucket");
    assert_eq!(location.location_constraint, Some(BucketLocationConstraint::EuWest1));
    let head = eu_west.head_bucket().bucket("new-eu").send().await.expect("a bucket");
    assert_eq!(head.bucket_region.as_deref(), Some("eu-west-1"));
    let elsewhere = us_east.list_objects_v2().bucket("new-eu").send().await;
    assert_eq!(code(elsewhere), "301 PermanentRedirect");

    let listed = us_east.list_buckets().send().await.expect("a list");
    let names: Vec<_> = listed.buckets().iter().filter_map(|bucket| bucket.name.as_deref()).collect();
    assert_eq!(names, ["data-eu", "data-us", "new-eu", "new-us"]);
    assert_eq!(code(us_east.delete_bucket().bucket("data-us").send().await), "409 BucketNotEmpty");
    us_east.delete_bucket().bucket("new-us").send().await.expect("an empty bucket");
    assert_eq!(code(us_east.list_objects_v2().bucket("new-us").send().await), "404 NoSuchBucket");
}

#[tokio::test(start_paused = true)]
async fn the_front_door_serves_every_region_by_what_was_signed() {
    let world = World::start().await;
    let front = world.regions.front_door();
    for (region, name) in [("us-east-1", "data-us"), ("eu-west-1", "data-eu")] {
        let client = client(front, region, SECRET_ACCESS_KEY);
        let get = client.get_object().bucket(name).key(HEALTH).send().await.expect("an object");
        assert_eq!(get.body.collect().await.expect("bytes").to_vec(), b"ok");
    }
    let elsewhere = client(front, "us-east-1", SECRET_ACCESS_KEY);
    assert_eq!(
        code(elsewhere.get_object().bucket("data-eu").key(HEALTH).send().await),
        "301 PermanentRedirect"
    );
    let nowhere = client(front, "ap-south-1", SECRET_ACCESS_KEY);
    assert_eq!(code(nowhere.list_buckets().send().await), "400 AuthorizationHeaderMalformed");
}

fn switches(on: bool) -> PublicAccessBlockConfiguration {
    PublicAccessBlockConfiguration::builder()
        .block_public_acls(on)
        .ignore_public_acls(on)
        .block_public_policy(on)
        .restrict_public_buckets(on)
        .build()
}

#[tokio::test(start_paused = true)]
async fn a_public_policy_needs_block_public_access_off() {
    let world = World::start().await;
    let client = world.client(&us());
    client.create_bucket().bucket("sentinel").send().await.expect("a new bucket");
    world.regions.put_object(&bucket("sentinel"), HEALTH, "ok").expect("an object");
    let block =
        client.get_public_access_block().bucket("sentinel").send().await.expect("a new bucket has one");
    assert_eq!(block.public_access_block_configuration, Some(switches(true)));
    assert_eq!(code(client.get_bucket_policy().bucket("sentinel").send().await), "404 NoSuchBucketPolicy");

    let policy = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*",
        "Action": "s3:GetObject", "Resource": "arn:aws:s3:::sentinel/failover/health.txt"}]});
    let put = client.put_bucket_policy().bucket("sentinel").policy(policy.to_string());
    assert_eq!(code(put.clone().send().await), "403 AccessDenied");
    client.delete_public_access_block().bucket("sentinel").send().await.expect("deleted");
    let none = client.get_public_access_block().bucket("sentinel").send().await;
    assert_eq!(code(none), "404 NoSuchPublicAccessBlockConfiguration");
    put.send().await.expect("nothing blocks it");
    let stored = client.get_bucket_policy().bucket("sentinel").send().await.expect("a policy");
    assert_eq!(stored.policy.as_deref(), Some(policy.to_string().as_str()));
    let status = client.get_bucket_policy_status().bucket("sentinel").send().await.expect("a policy");
    assert_eq!(status.policy_status.and_then(|status| status.is_public), Some(true));
    assert_eq!(world.probe(&us(), "sentinel").await.status, 200);

    let on = client.put_public_access_block().bucket("sentinel");
    on.public_access_block_configuration(switches(true)).send().await.expect("set");
    assert_eq!(world.probe(&us(), "sentinel").await.status, 403);
    client.delete_bucket_policy().bucket("sentinel").send().await.expect("deleted");
    let malformed = client.put_bucket_policy().bucket("sentinel").policy("{").send().await;
    assert_eq!(code(malformed), "400 MalformedPolicy");
}

#[tokio::test(start_paused = true)]
async fn versions_and_delete_markers() {
    let world = World::start().await;
    let client = world.client(&us());
    let none = client.get_bucket_versioning().bucket("data-us").send().await.expect("a bucket");
    assert_eq!(none.status, None);
    let set = |status| {
        let configuration = VersioningConfiguration::builder().status(status).build();
        client.put_bucket_versioning().bucket("data-us").versioning_configuration(configuration).send()
    };
    set(BucketVersioningStatus::Enabled).await.expect("set");
    let put =
        || client.put_object().bucket("data-us").key(HEALTH).body(ByteStream::from_static(b"two")).send();
    let second = put().await.expect("an object").version_id.expect("a version");
    let get = |version: Option<&str>| {
        client.get_object().bucket("data-us").key(HEALTH).set_version_id(version.map(str::to_owned)).send()
    };
    let before = get(Some("null")).await.expect("what was there before versioning");
    assert_eq!(before.body.collect().await.expect("bytes").to_vec(), b"ok");

    let delete = |version: Option<&str>| {
        client.delete_object().bucket("data-us").key(HEALTH).set_version_id(version.map(str::to_owned)).send()
    };
    let marker = delete(None).await.expect("a delete marker");
    assert_eq!(marker.delete_marker, Some(true));
    let hidden = get(None).await.expect_err("it is deleted");
    let header = hidden.raw_response().and_then(|response| response.headers().get("x-amz-delete-marker"));
    assert_eq!((hidden.code(), header), (Some("NoSuchKey"), Some("true")));
    let marker = marker.version_id.expect("a version");
    assert_eq!(code(get(Some(&marker)).await), "405 MethodNotAllowed");
    delete(Some(&marker)).await.expect("the marker goes");
    assert_eq!(get(None).await.expect("back again").version_id.as_deref(), Some(second.as_str()));
    assert_eq!(code(get(Some("LAB-VERSION-999999")).await), "404 NoSuchVersion");

    set(BucketVersioningStatus::Suspended).await.expect("set");
    assert_eq!(put().await.expect("an object").version_id.as_deref(), Some("null"));
    assert!(get(Some(&second)).await.is_ok(), "older versions stay");
}

fn rule(destination: &str) -> ReplicationConfiguration {
    let markers = DeleteMarkerReplication::builder().status(DeleteMarkerReplicationStatus::Disabled).build();
    let destination = Destination::builder().bucket(format!("arn:aws:s3:::{destination}")).build();
    let rule = ReplicationRule::builder()
        .id("all")
        .status(ReplicationRuleStatus::Enabled)
        .priority(1)
        .filter(ReplicationRuleFilter::builder().prefix("in/").build())
        .delete_marker_replication(markers)
        .destination(destination.expect("it has a bucket"))
        .build();
    ReplicationConfiguration::builder()
        .role("arn:aws:iam::000000000000:role/replication")
        .rules(rule.expect("it has all elements"))
        .build()
        .expect("it has a role and a rule")
}

#[tokio::test(start_paused = true)]
async fn replication_is_configured_between_versioned_buckets() {
    let world = World::start().await;
    let client = world.client(&us());
    let put = |destination: &str| {
        client.put_bucket_replication().bucket("data-us").replication_configuration(rule(destination)).send()
    };
    let none = client.get_bucket_replication().bucket("data-us").send().await;
    assert_eq!(code(none), "404 ReplicationConfigurationNotFoundError");
    assert_eq!(code(put("data-eu").await), "400 InvalidRequest", "the source is not versioned");
    world.regions.enable_versioning(&bucket("data-us")).expect("a bucket");
    assert_eq!(code(put("data-eu").await), "400 InvalidRequest", "the destination is not versioned");
    assert_eq!(code(put("nobodys").await), "400 InvalidRequest", "there is no destination");
    world.regions.enable_versioning(&bucket("data-eu")).expect("a bucket");
    put("data-eu").await.expect("configured");
    let stored = client.get_bucket_replication().bucket("data-us").send().await.expect("a configuration");
    assert_eq!(stored.replication_configuration, Some(rule("data-eu")));

    let suspend = VersioningConfiguration::builder().status(BucketVersioningStatus::Suspended).build();
    let suspend =
        client.put_bucket_versioning().bucket("data-us").versioning_configuration(suspend).send().await;
    assert_eq!(code(suspend), "409 InvalidBucketState");

    for key in ["in/a", "out/a"] {
        world.regions.put_object(&bucket("data-us"), key, key).expect("an object");
    }
    world.seconds(6).await;
    let replica = |key: &'static str| world.client(&eu()).get_object().bucket("data-eu").key(key).send();
    assert!(replica("in/a").await.is_ok());
    assert_eq!(code(replica("out/a").await), "404 NoSuchKey");
    client.delete_object().bucket("data-us").key("in/a").send().await.expect("a delete marker");
    world.seconds(6).await;
    assert!(replica("in/a").await.is_ok(), "the rule keeps delete markers back");
    client.delete_bucket_replication().bucket("data-us").send().await.expect("deleted");
}
