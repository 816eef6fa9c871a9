//! How CloudFront shows itself to its origins: Origin Access Control, and what public access needs.

use super::*;

async fn statuses(world: &World) -> Vec<u16> {
    let mut found = Vec::new();
    for path in [OBJECT, "/public/hello.txt"] {
        found.push(world.get(path).await.status);
    }
    found
}

fn uncached() -> PairSettings {
    PairSettings { policy: CachePolicy::CACHING_DISABLED, ..PairSettings::default() }
}

#[tokio::test(start_paused = true)]
async fn a_private_object_is_for_the_distribution_that_the_policy_names() {
    let world = World::start(uncached()).await;
    assert_eq!(statuses(&world).await, [200, 200]);
    for name in ["data-us", "data-eu"] {
        let name = bucket(name);
        let other =
            policy(&name).replace(DISTRIBUTION_ARN, "arn:aws:cloudfront::000000000000:distribution/OTHER");
        world.regions.set_policy(&name, &other).expect("a policy");
    }
    assert_eq!(statuses(&world).await, [403, 200]);
}

#[tokio::test(start_paused = true)]
async fn without_origin_access_control_only_public_objects_come() {
    let world = World::start(PairSettings { access: OriginAccess::Public, ..uncached() }).await;
    assert_eq!(statuses(&world).await, [403, 200]);
}

/// S3 User Guide, `access-control-block-public-access`: with `RestrictPublicBuckets`, "only AWS service
/// principals and authorized users within the bucket owner's account" still come in.
#[tokio::test(start_paused = true)]
async fn block_public_access_stops_the_public_and_not_origin_access_control() {
    for (access, expected) in [(OriginAccess::Public, "eu-west-1"), (OriginAccess::Signed, "us-east-1")] {
        let world = World::start(PairSettings { access, ..uncached() }).await;
        world.fault(&us(), Fault::BlockPublic);
        let answer = world.get("/public/hello.txt").await;
        assert_eq!((answer.status, answer.body), (200, format!("hello from {expected}")), "{access:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn nobody_else_passes_for_cloudfront() {
    let world = World::start(uncached()).await;
    let config = aws_sdk_s3::Config::builder()
        .behavior_version(aws_sdk_s3::config::BehaviorVersion::v2026_01_12())
        .region(aws_sdk_s3::config::Region::new("us-east-1"))
        .endpoint_url(format!("http://{}", world.regions.address(&us()).expect("a region")))
        .credentials_provider(aws_sdk_s3::config::Credentials::new(
            "LAB-CLOUDFRONT-KEY",
            "guess",
            None,
            None,
            "x",
        ))
        .build();
    let client = aws_sdk_s3::Client::from_conf(config);
    let error = client.get_object().bucket("data-us").key(&OBJECT[1..]).send().await.expect_err("refused");
    assert_eq!(error.raw_response().map(|response| response.status().as_u16()), Some(403));
}

/// The key is written as S3 writes it when it checks a signature, however the viewer has written it.
#[tokio::test(start_paused = true)]
async fn odd_keys_are_signed_right() {
    let world = World::start(uncached()).await;
    let key = "data/a b+(c)&ä~*'!.txt";
    world.put("data-us", key, "odd");
    for path in ["/data/a%20b+(c)&%C3%A4~*'!.txt", "/data/a%20b%2B%28c%29%26%c3%a4%7E%2A%27%21.txt"] {
        assert_eq!(world.get(path).await.brief(), (200, "Miss", "odd"), "{path}");
        assert_eq!(world.last().2, ["primary: status 200"]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_write_goes_through_when_methods_and_policy_allow_it() {
    let world = World::start(PairSettings { methods: AllowedMethods::All, ..uncached() }).await;
    assert_eq!(world.send("PUT", "/data/new.txt", &[], "new").await.status, 403);
    let name = bucket("data-us");
    let writable = policy(&name).replace("\"s3:GetObject\"", "[\"s3:GetObject\",\"s3:PutObject\"]");
    world.regions.set_policy(&name, &writable).expect("a policy");
    let headers = [("content-type", "text/new"), ("x-amz-meta-who", "viewer")];
    assert_eq!(world.send("PUT", "/data/new.txt", &headers, "new").await.status, 200);
    let answer = world.get("/data/new.txt").await;
    assert_eq!(answer.body, "new");
    assert_eq!(answer.header("content-type"), Some("text/new"));
    assert_eq!(answer.header("x-amz-meta-who"), Some("viewer"), "S3's own headers go through");
}
