//! Buckets as requests, in the order in which S3 takes them: a public policy after public policies are allowed, a
//! replication rule after both buckets are versioned and its role may do its work.

use serde_json::{Value, json};

use super::{
    buckets::{BucketView, PlaceView, StatementView},
    operand::Operand,
    request::{Gives, Request, placeholder},
};
use crate::model::digest;

/// The requests that create these buckets with all that belongs to them.
pub(super) fn bucket_requests(places: &[PlaceView], buckets: &[BucketView]) -> Vec<Request> {
    let steps = [create, create_role, allow, put_objects, replicate];
    let of_step = |step: fn(&BucketView) -> Vec<Request>| {
        buckets.iter().flat_map(move |bucket| {
            let place = places.iter().find(|place| place.key == bucket.place);
            let role = place.and_then(|place| place.role.clone());
            step(bucket).into_iter().map(move |request| Request { role: role.clone(), ..request })
        })
    };
    steps.into_iter().flat_map(of_step).collect()
}

fn request(bucket: &BucketView, command: &'static str, input: Value) -> Request {
    let region = Some(bucket.region.clone());
    Request { service: "s3api", command, region, role: None, input, gives: None }
}

fn create(bucket: &BucketView) -> Vec<Request> {
    let name = &bucket.name;
    let mut create = json!({ "Bucket": name, "ObjectOwnership": "BucketOwnerEnforced" });
    // us-east-1 is where a bucket lies without a constraint, and no constraint itself.
    if bucket.region != "us-east-1" {
        create["CreateBucketConfiguration"] = json!({ "LocationConstraint": bucket.region });
    }
    let private = bucket.public.is_empty();
    let block = json!({
        "BlockPublicAcls": true,
        "IgnorePublicAcls": true,
        "BlockPublicPolicy": private,
        "RestrictPublicBuckets": private,
    });
    let block = json!({ "Bucket": name, "PublicAccessBlockConfiguration": block });
    let mut requests =
        vec![request(bucket, "create-bucket", create), request(bucket, "put-public-access-block", block)];
    if bucket.versioned {
        let versioning = json!({ "Bucket": name, "VersioningConfiguration": { "Status": "Enabled" } });
        requests.push(request(bucket, "put-bucket-versioning", versioning));
    }
    if bucket.website {
        let website =
            json!({ "IndexDocument": { "Suffix": "index.html" }, "ErrorDocument": { "Key": "error.html" } });
        requests.push(request(
            bucket,
            "put-bucket-website",
            json!({ "Bucket": name, "WebsiteConfiguration": website }),
        ));
    }
    requests
}

fn create_role(bucket: &BucketView) -> Vec<Request> {
    if bucket.replicas.is_empty() {
        return Vec::new();
    }
    // A role's name has at most 64 characters (IAM model, `roleNameType`), a bucket's up to 63.
    let role = format!("s3-failover-replication-{}", &digest(bucket.name.as_bytes())[..16]);
    let trust = json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Effect": "Allow",
            "Principal": { "Service": "s3.amazonaws.com" },
            "Action": "sts:AssumeRole",
        }],
    });
    let create = json!({
        "RoleName": role,
        "Description": format!("Replicates from {}", bucket.name),
        "AssumeRolePolicyDocument": trust.to_string(),
    });
    let allow = json!({
        "RoleName": role,
        "PolicyName": "replicate",
        "PolicyDocument": policy(&bucket.role).to_string(),
    });
    let gives = Gives { placeholder: placeholder("role", &bucket.key), query: "Role.Arn".to_owned() };
    let iam =
        |command, input, gives| Request { service: "iam", command, region: None, role: None, input, gives };
    vec![iam("create-role", create, Some(gives)), iam("put-role-policy", allow, None)]
}

fn allow(bucket: &BucketView) -> Vec<Request> {
    let statements: Vec<StatementView> = bucket.public.iter().chain(&bucket.across).cloned().collect();
    if statements.is_empty() {
        return Vec::new();
    }
    let input = json!({ "Bucket": bucket.name, "Policy": policy(&statements).to_string() });
    vec![request(bucket, "put-bucket-policy", input)]
}

fn policy(statements: &[StatementView]) -> Value {
    let statement = |statement: &StatementView| {
        let mut allow = json!({
            "Sid": statement.sid,
            "Effect": "Allow",
            "Action": statement.actions,
            "Resource": statement.resources,
        });
        match &statement.principal {
            Some(Operand::Role(role)) => allow["Principal"] = json!({ "AWS": placeholder("role", role) }),
            Some(Operand::Text(text)) => allow["Principal"] = json!(text),
            _ => {}
        }
        allow
    };
    let statements: Vec<Value> = statements.iter().map(statement).collect();
    json!({ "Version": "2012-10-17", "Statement": statements })
}

fn put_objects(bucket: &BucketView) -> Vec<Request> {
    let put = |object: &super::buckets::ObjectView| {
        let input = json!({
            "Bucket": bucket.name,
            "Key": object.name,
            "Body": object.body,
            "ContentType": "text/plain",
        });
        request(bucket, "put-object", input)
    };
    bucket.objects.iter().map(put).collect()
}

fn replicate(bucket: &BucketView) -> Vec<Request> {
    if bucket.replicas.is_empty() {
        return Vec::new();
    }
    let rule = |replica: &super::buckets::ReplicaView| {
        json!({
            "ID": format!("to {}", replica.name),
            "Priority": replica.priority,
            "Status": "Enabled",
            "Filter": { "Prefix": "" },
            "DeleteMarkerReplication": { "Status": "Enabled" },
            "SourceSelectionCriteria": { "ReplicaModifications": { "Status": "Enabled" } },
            "Destination": { "Bucket": replica.arn, "Metrics": { "Status": "Enabled" } },
        })
    };
    let rules: Vec<Value> = bucket.replicas.iter().map(rule).collect();
    let configuration = json!({ "Role": placeholder("role", &bucket.key), "Rules": rules });
    let input = json!({ "Bucket": bucket.name, "ReplicationConfiguration": configuration });
    vec![request(bucket, "put-bucket-replication", input)]
}
