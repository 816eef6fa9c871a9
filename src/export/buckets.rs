//! Which buckets do the failovers stand on, and what has to be so of each?
//!
//! 1. Each bucket once, whatever number of failovers use it.
//! 2. It replicates to every bucket that stands on the other side of one of its failovers, everything, deletions
//!    too, with changes made to replicas going back (S3 User Guide, `replication-for-metadata-changes`).
//! 3. The objects that health checkers look at are in it, and everybody may read these and nothing else; of a
//!    website everything, since that is what a website is.
//! 4. Block Public Access is opened for that policy and no further: ACLs stay without effect.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::{names::Name, operand::Operand, quote};
use crate::{
    model::{BucketName, Region, Side},
    spec::{Failover, ObjectKey, Protocol, Spec, Target},
};

/// Why the buckets of a spec cannot be created.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the bucket {bucket} is said to lie in {first} and in {second}")]
pub struct TwoRegions {
    bucket: BucketName,
    first: Region,
    second: Region,
}

/// A bucket.
#[derive(Clone, Debug, Serialize)]
pub(super) struct BucketView {
    pub(super) key: Name,
    pub(super) name: String,
    pub(super) arn: String,
    pub(super) region: String,
    /// Where and as whom it is created.
    pub(super) place: Name,
    pub(super) versioned: bool,
    pub(super) website: bool,
    /// What everybody may do.
    pub(super) public: Vec<StatementView>,
    /// What the roles of other accounts may do.
    pub(super) across: Vec<StatementView>,
    /// The buckets from which these replicate.
    pub(super) sources: Vec<SourceView>,
    pub(super) objects: Vec<ObjectView>,
    pub(super) replicas: Vec<ReplicaView>,
    /// What the role that replicates from here may do.
    pub(super) role: Vec<StatementView>,
}

/// A region of an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct PlaceView {
    pub(super) key: Name,
    pub(super) region: String,
    pub(super) role: Option<RoleView>,
}

/// A role that is assumed to create something.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(super) struct RoleView {
    pub(super) arn: String,
    pub(super) external_id: Option<String>,
}

/// A bucket of another account that replicates into one of ours.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(super) struct SourceView {
    pub(super) key: Name,
    pub(super) name: String,
}

/// A statement of a policy that allows.
#[derive(Clone, Debug, Serialize)]
pub(super) struct StatementView {
    pub(super) sid: String,
    /// Who, in the policy of a bucket.
    pub(super) principal: Option<Operand>,
    pub(super) actions: Vec<&'static str>,
    pub(super) resources: Vec<String>,
}

/// An object that health checkers look at.
#[derive(Clone, Debug, Serialize)]
pub(super) struct ObjectView {
    pub(super) key: Name,
    pub(super) name: String,
    pub(super) body: String,
}

/// A bucket to which another replicates.
#[derive(Clone, Debug, Serialize)]
pub(super) struct ReplicaView {
    pub(super) key: Name,
    pub(super) name: String,
    pub(super) arn: String,
    pub(super) priority: usize,
}

/// What is gathered of a bucket from all failovers.
struct Gathered<'a> {
    region: &'a Region,
    website: bool,
    peers: BTreeSet<&'a BucketName>,
    readable: BTreeSet<&'a ObjectKey>,
    bodies: BTreeMap<&'a ObjectKey, BTreeSet<&'a str>>,
}

/// The buckets of all failovers.
pub(super) fn buckets(spec: &Spec) -> Result<Vec<BucketView>, TwoRegions> {
    let mut all: BTreeMap<&BucketName, Gathered<'_>> = BTreeMap::new();
    for failover in &spec.failovers {
        for side in Side::BOTH {
            let peer = &failover.side(other(side)).bucket;
            let own = failover.side(side);
            let bucket = gathered(&mut all, &own.bucket, &own.region)?;
            bucket.peers.insert(peer);
            bucket.website |= own.target == Target::Website;
            add_objects(bucket, failover, side);
        }
    }
    Ok(all.iter().map(|(name, bucket)| view(name, bucket, &all)).collect())
}

fn other(side: Side) -> Side {
    match side {
        Side::Primary => Side::Secondary,
        Side::Secondary => Side::Primary,
    }
}

fn gathered<'m, 'a>(
    all: &'m mut BTreeMap<&'a BucketName, Gathered<'a>>,
    name: &'a BucketName,
    region: &'a Region,
) -> Result<&'m mut Gathered<'a>, TwoRegions> {
    let bucket = all.entry(name).or_insert_with(|| Gathered {
        region,
        website: false,
        peers: BTreeSet::new(),
        readable: BTreeSet::new(),
        bodies: BTreeMap::new(),
    });
    if bucket.region == region {
        Ok(bucket)
    } else {
        Err(TwoRegions { bucket: name.clone(), first: bucket.region.clone(), second: region.clone() })
    }
}

fn add_objects<'a>(bucket: &mut Gathered<'a>, failover: &'a Failover, side: Side) {
    let check = &failover.health_check;
    if check.protocol != Protocol::Tcp {
        bucket.bodies.entry(&check.object).or_default().insert(check.contains.as_deref().unwrap_or("ok"));
        // What stands before a bucket reads it as itself, not as everybody.
        if !matches!(failover.side(side).target, Target::Alias { .. }) {
            bucket.readable.insert(&check.object);
        }
    }
    if let (Side::Secondary, Some(switch)) = (side, &failover.switch) {
        bucket.readable.insert(switch);
    }
}

fn view(name: &BucketName, bucket: &Gathered<'_>, all: &BTreeMap<&BucketName, Gathered<'_>>) -> BucketView {
    let key = Name::of(name.as_str());
    let arn = arn(name, bucket.region);
    let replica = |(index, peer): (usize, &&BucketName)| ReplicaView {
        key: Name::of(peer.as_str()),
        name: peer.to_string(),
        arn: self::arn(peer, all[*peer].region),
        priority: index + 1,
    };
    let replicas: Vec<ReplicaView> = bucket.peers.iter().enumerate().map(replica).collect();
    let object = |(object, bodies): (&&ObjectKey, &BTreeSet<&str>)| ObjectView {
        key: key.with(object.as_str()).told_apart(object.as_str()),
        name: object.as_str().to_owned(),
        body: bodies.iter().copied().collect::<Vec<_>>().join("\n"),
    };
    BucketView {
        region: bucket.region.to_string(),
        place: Name::of("at").with(bucket.region.as_str()),
        versioned: !replicas.is_empty(),
        website: bucket.website,
        public: public(&arn, bucket),
        across: Vec::new(),
        objects: bucket.bodies.iter().map(object).collect(),
        role: if replicas.is_empty() { Vec::new() } else { replicating(&arn, &replicas) },
        name: name.to_string(),
        replicas,
        arn,
        key,
    }
}

fn arn(bucket: &BucketName, region: &Region) -> String {
    let partition = match region.as_str() {
        code if code.starts_with("cn-") => "aws-cn",
        code if code.starts_with("us-gov-") => "aws-us-gov",
        _ => "aws",
    };
    format!("arn:{partition}:s3:::{bucket}")
}

fn public(arn: &str, bucket: &Gathered<'_>) -> Vec<StatementView> {
    let read = |sid: &str, resources| StatementView {
        sid: sid.to_owned(),
        principal: Some(Operand::Text("*".to_owned())),
        actions: vec!["s3:GetObject"],
        resources,
    };
    let keys = bucket.readable.iter().map(|key| format!("{arn}/{}", quote::policy_key(key.as_str())));
    let keys: Vec<String> = keys.collect();
    match (bucket.website, keys.is_empty()) {
        (true, _) => vec![read("EverybodyReadsTheWebsite", vec![format!("{arn}/*")])],
        (false, false) => vec![read("HealthCheckersReadTheirObjects", keys)],
        (false, true) => Vec::new(),
    }
}

/// The least with which S3 replicates (S3 User Guide, `setting-repl-config-perm-overview`).
fn replicating(arn: &str, replicas: &[ReplicaView]) -> Vec<StatementView> {
    let statement = |sid: &str, actions, resources| StatementView {
        sid: sid.to_owned(),
        principal: None,
        actions,
        resources,
    };
    vec![
        statement(
            "ReadTheRules",
            vec!["s3:GetReplicationConfiguration", "s3:ListBucket"],
            vec![arn.to_owned()],
        ),
        statement(
            "ReadVersions",
            vec![
                "s3:GetObjectVersionForReplication",
                "s3:GetObjectVersionAcl",
                "s3:GetObjectVersionTagging",
            ],
            vec![format!("{arn}/*")],
        ),
        statement(
            "WriteReplicas",
            vec!["s3:ReplicateObject", "s3:ReplicateDelete", "s3:ReplicateTags"],
            replicas.iter().map(|replica| format!("{}/*", replica.arn)).collect(),
        ),
    ]
}
