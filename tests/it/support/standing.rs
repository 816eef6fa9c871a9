//! All that a drill may break, read by the AWS SDK: to compare before and after.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use super::{TestLab, eventually, held};

/// The pair of buckets of a lab's spec, and where they are.
const BUCKETS: [(&str, &str); 2] =
    [("my-app-data-us-east-1", "us-east-1"), ("my-app-data-eu-west-1", "eu-west-1")];

/// Health checks with tags, records, policies, public access blocks, objects, and the lab's own faults.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Standing {
    /// Without their versions, which count every change.
    checks: BTreeMap<String, String>,
    records: Vec<String>,
    buckets: BTreeMap<String, Bucket>,
    faults: Vec<String>,
}

#[derive(Clone, Debug, PartialEq)]
struct Bucket {
    policy: Option<String>,
    public_access: Option<String>,
    objects: BTreeSet<(String, String)>,
}

/// As it is now.
pub(crate) async fn standing(lab: &TestLab) -> Standing {
    let held = held(&lab.route53()).await;
    let checks: BTreeMap<String, String> = held
        .checks
        .iter()
        .map(|(check, tags)| (check.id().to_owned(), format!("{:?} {tags:?}", check.health_check_config())))
        .collect();
    let mut records: Vec<String> = held.records.iter().map(|record| format!("{record:?}")).collect();
    records.sort();
    let mut buckets = BTreeMap::new();
    for (name, region) in BUCKETS {
        buckets.insert(name.to_owned(), bucket(lab, name, region).await);
    }
    let faults = lab.lab.faults().into_iter().map(|(target, state)| format!("{target}: {state:?}")).collect();
    Standing { checks, records, buckets, faults }
}

/// All is as it was, at the latest when what was on its way between the buckets has arrived.
pub(crate) async fn left_as_it_was(lab: &TestLab, before: &Standing, context: &dyn std::fmt::Display) {
    let what = format!("all is as it was: {context}");
    eventually(&what, Duration::from_secs(10), async || match standing(lab).await {
        now if now == *before => Ok(()),
        now => Err(format!("{now:#?}\n before: {before:#?}")),
    })
    .await;
}

async fn bucket(lab: &TestLab, name: &str, region: &str) -> Bucket {
    let s3 = lab.s3(region);
    let policy = s3.get_bucket_policy().bucket(name).send().await.ok().and_then(|found| found.policy);
    let block = s3.get_public_access_block().bucket(name).send().await.ok();
    let public_access =
        block.and_then(|found| Some(format!("{:?}", found.public_access_block_configuration?)));
    let listed = s3.list_objects_v2().bucket(name).send().await.expect("a listing");
    assert_ne!(listed.is_truncated(), Some(true), "more objects than a page holds");
    let object = |object: &aws_sdk_s3::types::Object| {
        (object.key().unwrap_or_default().to_owned(), object.e_tag().unwrap_or_default().to_owned())
    };
    Bucket { policy, public_access, objects: listed.contents().iter().map(object).collect() }
}
