//! Buckets that a test makes for itself, by the AWS SDK.

use aws_sdk_s3::{
    Client,
    primitives::ByteStream,
    types::{BucketLocationConstraint, CreateBucketConfiguration, PublicAccessBlockConfiguration},
};

/// Creates a bucket in a region. us-east-1 is where it lands when nothing is said, and must not be said:
/// "If the bucket is created in us-east-1, `LocationConstraint` is null" (S3 API reference, `GetBucketLocation`).
pub(crate) async fn create_bucket(client: &Client, name: &str, region: &str) {
    let here = (region != "us-east-1").then(|| {
        let place = BucketLocationConstraint::from(region);
        CreateBucketConfiguration::builder().location_constraint(place).build()
    });
    let create = client.create_bucket().bucket(name).set_create_bucket_configuration(here);
    create.send().await.expect("a bucket");
}

/// Puts these objects into a bucket and lets everybody read what lies beside them.
pub(crate) async fn open_bucket(client: &Client, bucket: &str, keys: &[&str]) {
    let open = PublicAccessBlockConfiguration::builder().block_public_policy(false).build();
    let open = client.put_public_access_block().bucket(bucket).public_access_block_configuration(open);
    open.send().await.expect("a public access block");
    for key in keys {
        let body = ByteStream::from_static(b"ok\n");
        client.put_object().bucket(bucket).key(*key).body(body).send().await.expect("an object");
    }
    let policy = serde_json::json!({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject",
        "Resource": format!("arn:aws:s3:::{bucket}/failover/*"),
    }]});
    client.put_bucket_policy().bucket(bucket).policy(policy.to_string()).send().await.expect("a policy");
}
