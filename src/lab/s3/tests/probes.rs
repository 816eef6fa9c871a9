//! What a health checker gets from S3: each way to probe it that users try, and what comes back. The
//! table is S3 User Guide, `CustomErrorDocSupport`, `WebsiteAccessPermissionsReqd`, `WebsiteEndpoints`,
//! `UsingRouting`, `RESTRedirect`, with S3 API reference, `GetObject`; a 2xx or 3xx is healthy.

use super::*;
use crate::lab::s3::policy::DataAccessPoint;

const REST: &str = "data-us.s3.us-east-1.amazonaws.com";
const WEBSITE: &str = "data-us.s3-website-us-east-1.amazonaws.com";

fn statement(effect: &str, action: &str, resource: &str, condition: &serde_json::Value) -> serde_json::Value {
    json!({"Effect": effect, "Principal": "*", "Action": action,
           "Resource": format!("arn:aws:s3:::data-us{resource}"), "Condition": condition})
}

impl World {
    fn policy(&self, statements: &[serde_json::Value]) {
        let policy = json!({"Version": "2012-10-17", "Statement": statements}).to_string();
        self.regions.set_policy(&bucket("data-us"), &policy).expect("a policy");
    }

    fn website(&self) {
        let website = s3s::dto::WebsiteConfiguration {
            index_document: Some(s3s::dto::IndexDocument { suffix: "health.txt".into() }),
            ..Default::default()
        };
        let set = |bucket: &mut crate::lab::s3::store::Bucket| {
            bucket.settings.website = Some(website);
            Ok(())
        };
        self.regions.store().edit("data-us", set).expect("a bucket");
    }

    async fn code(&self, host: &str, path: &str) -> (u16, Option<String>) {
        let answer = self.ask(&us(), "GET", host, path).await;
        let code = answer.code().or_else(|| answer.header("x-amz-error-code")).map(str::to_owned);
        (answer.status, code)
    }
}

#[tokio::test(start_paused = true)]
async fn a_rest_endpoint_is_red_unless_the_object_is_public() {
    let world = World::start().await;
    let none = json!({});
    let denied = (403, Some("AccessDenied".to_owned()));
    assert_eq!(world.code(REST, "/").await, denied, "GET / on a private bucket");
    assert_eq!(world.code(REST, "/failover/health.txt").await, (200, None), "a public object");
    assert_eq!(world.code(REST, "/failover/none").await, denied, "a missing key, no public list");
    let read = statement("Allow", "s3:GetObject", "/*", &none);
    world.policy(&[read.clone(), statement("Allow", "s3:ListBucket", "", &none)]);
    assert_eq!(world.code(REST, "/").await, (200, None), "GET / with a public list");
    assert_eq!(
        world.code(REST, "/none").await,
        (404, Some("NoSuchKey".into())),
        "a missing key, public list"
    );
    let insecure = json!({"Bool": {"aws:SecureTransport": "false"}});
    world.policy(&[read.clone(), statement("Deny", "s3:*", "/*", &insecure)]);
    assert_eq!(world.code(REST, "/failover/health.txt").await, denied, "TLS wanted, probed without");
    world.policy(&[read]);
    world.regions.set_public_access_block(&bucket("data-us"), BlockPublicAccess::ON).expect("a bucket");
    assert_eq!(world.code(REST, "/failover/health.txt").await, denied, "Block Public Access");
}

#[tokio::test(start_paused = true)]
async fn a_redirect_is_green_and_proves_nothing() {
    let world = World::start().await;
    let wrong_region = world.ask(&eu(), "GET", REST, "/failover/health.txt").await;
    assert_eq!((wrong_region.status, wrong_region.code()), (301, Some("PermanentRedirect")));
    let bare = world.ask(&us(), "GET", "s3-website-us-east-1.amazonaws.com", "/").await;
    assert_eq!((bare.status, bare.header("location")), (301, Some("https://aws.amazon.com/s3/")));
    world.website();
    let folder = world.ask(&us(), "GET", WEBSITE, "/failover").await;
    assert_eq!((folder.status, folder.header("location")), (302, Some("/failover/")));
}

#[tokio::test(start_paused = true)]
async fn a_website_is_red_when_the_object_is_private_or_missing() {
    let world = World::start().await;
    assert_eq!(world.code(WEBSITE, "/").await, (404, Some("NoSuchWebsiteConfiguration".into())));
    world.website();
    assert_eq!(world.code(WEBSITE, "/failover/health.txt").await, (200, None));
    assert_eq!(world.code(WEBSITE, "/failover/").await, (200, None), "the index document");
    assert_eq!(world.code(WEBSITE, "/secret.txt").await, (403, Some("AccessDenied".into())));
    assert_eq!(world.code(WEBSITE, "/failover/none").await, (404, Some("NoSuchKey".into())));
    let elsewhere = world.ask(&eu(), "GET", "data-us.s3-website-eu-west-1.amazonaws.com", "/").await;
    assert_eq!(elsewhere.status, 400, "the wrong region");
    let payer = s3s::dto::Payer::from_static(s3s::dto::Payer::REQUESTER);
    let set = |bucket: &mut crate::lab::s3::store::Bucket| {
        bucket.settings.payer = Some(payer);
        Ok(())
    };
    world.regions.store().edit("data-us", set).expect("a bucket");
    assert_eq!(world.code(WEBSITE, "/failover/health.txt").await.0, 403, "the requester pays");
    assert_eq!(world.code(REST, "/failover/health.txt").await.0, 403, "the requester pays, by the REST API");
}

#[tokio::test(start_paused = true)]
async fn the_website_endpoint_has_an_address_of_its_own() {
    let world = World::start().await;
    let name = bucket("data.example.com");
    world.regions.create_bucket(&us(), &name).expect("a new bucket");
    let lead = |host: &str| world.regions.address_of_host(&host.parse().expect("a name"));
    let website = lead("s3-website-us-east-1.amazonaws.com").expect("an address");
    assert_eq!(website.to_string(), "127.0.1.2");
    assert_eq!(
        lead("data.example.com.s3-website-eu-west-1.amazonaws.com").map(|a| a.to_string()).as_deref(),
        Some("127.0.2.2")
    );
    let address = SocketAddr::from((website, world.address(&us()).port()));
    let mut connection = Connection::open(address).await;
    connection.send("GET", "data.example.com", "/").await;
    let answer = connection.answer("GET").await.expect("an answer");
    let code = answer.header("x-amz-error-code");
    assert_eq!((answer.status, code), (404, Some("NoSuchWebsiteConfiguration")), "{}", answer.body);
    world.fault(&us(), Fault::Http503);
    connection.send("GET", "data.example.com", "/").await;
    assert_eq!(connection.answer("GET").await.map(|answer| answer.status), Some(503), "the region's fault");
}

#[tokio::test(start_paused = true)]
async fn the_accounts_block_acts_on_every_bucket_of_every_region() {
    let world = World::start().await;
    let probes = async || {
        let us_east = world.probe(&us(), "data-us").await.status;
        (us_east, world.probe(&eu(), "data-eu").await.status)
    };
    assert_eq!(probes().await, (200, 200));
    let restrict = BlockPublicAccess { restrict_public_buckets: true, ..BlockPublicAccess::OFF };
    world.regions.store().set_account_block(Some(restrict));
    assert_eq!(probes().await, (403, 403));
    let policy = json!({"Statement": statement("Allow", "s3:GetObject", "/*", &json!({}))}).to_string();
    let put = || world.client(&us()).put_bucket_policy().bucket("data-us").policy(&policy).send();
    put().await.expect("only access is restricted");
    let refuse = BlockPublicAccess { block_public_policy: true, ..BlockPublicAccess::OFF };
    world.regions.store().set_account_block(Some(refuse));
    let refused = put().await.expect_err("the account refuses public policies");
    assert_eq!(aws_sdk_s3::error::ProvideErrorMetadata::code(&refused), Some("AccessDenied"));
    assert_eq!(probes().await, (200, 200));
    world.regions.store().set_account_block(None);
    put().await.expect("as before");
}

#[tokio::test(start_paused = true)]
async fn conditions_of_a_policy_see_the_request() {
    let world = World::start().await;
    let granted = async |action: &str, resource: &str, condition: serde_json::Value, path: &str| {
        world.policy(&[statement("Allow", action, resource, &condition)]);
        world.code(REST, path).await.0
    };
    let object = "/failover/health.txt";
    let get = "s3:GetObject";
    let from = |network: &str| json!({"IpAddress": {"aws:SourceIp": network}});
    assert_eq!(granted(get, "/*", from("127.0.0.0/8"), object).await, 200);
    assert_eq!(granted(get, "/*", from("203.0.113.0/24"), object).await, 403);
    let below = json!({"StringLike": {"s3:prefix": ["failover/*"]}});
    assert_eq!(granted("s3:ListBucket", "", below.clone(), "/?list-type=2&prefix=failover%2Fh").await, 200);
    assert_eq!(granted("s3:ListBucket", "", below, "/?list-type=2&prefix=other").await, 403);
    let few = json!({"NumericLessThanEquals": {"s3:max-keys": "10"}});
    assert_eq!(granted("s3:ListBucket", "", few.clone(), "/?list-type=2&max-keys=10").await, 200);
    assert_eq!(granted("s3:ListBucket", "", few, "/?list-type=2&max-keys=11").await, 403);
    let arn = "arn:aws:s3::000000000000:accesspoint/lab.mrap";
    let through = json!({"StringEquals": {"s3:DataAccessPointArn": arn}});
    assert_eq!(granted(get, "/*", through, object).await, 403, "it came through none");
    let facts =
        crate::lab::s3::policy::Facts::default().with_access_point(Some(&DataAccessPoint(arn.into())));
    let allow = json!({"Statement": statement("Allow", get, "/*",
        &json!({"StringEquals": {"s3:DataAccessPointArn": arn}}))});
    let policy = crate::lab::s3::policy::Policy::parse(&allow.to_string(), "data-us").expect("a policy");
    let attempt =
        crate::lab::s3::policy::Attempt { action: get, bucket: "data-us", key: Some("failover/health.txt") };
    let caller = crate::lab::s3::policy::Caller::Anonymous;
    let verdict =
        crate::lab::s3::access::judge(caller, attempt, &facts, Some(&policy), BlockPublicAccess::OFF);
    assert!(verdict.allows(), "it came through that access point");
}
