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
    model::{AssumedRole, BucketName, Region, Side},
    spec::{Failover, ObjectKey, Protocol, Spec, Target},
};

/// Why the buckets of a spec cannot be created.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the bucket {bucket} is said to lie in {first} and in {second}")]
pub struct TwoPlaces {
    bucket: BucketName,
    first: String,
    second: String,
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
    // Not left out when there is none: templates ask for it.
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

/// A region, and the role that is assumed there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Place<'a> {
    region: &'a Region,
    role: Option<&'a AssumedRole>,
}

/// What is gathered of a bucket from all failovers.
struct Gathered<'a> {
    place: Place<'a>,
    website: bool,
    peers: BTreeSet<&'a BucketName>,
    readable: BTreeSet<&'a ObjectKey>,
    bodies: BTreeMap<&'a ObjectKey, BTreeSet<&'a str>>,
}

type All<'a> = BTreeMap<&'a BucketName, Gathered<'a>>;

/// The buckets of all failovers, and where they lie.
pub(super) fn buckets(spec: &Spec) -> Result<(Vec<PlaceView>, Vec<BucketView>), TwoPlaces> {
    let mut all = All::new();
    for failover in &spec.failovers {
        for side in Side::BOTH {
            let own = failover.side(side);
            let place = Place { region: &own.region, role: own.role.as_ref() };
            let bucket = gathered(&mut all, &own.bucket, place)?;
            bucket.peers.insert(&failover.side(other(side)).bucket);
            bucket.website |= own.target == Target::Website;
            add_objects(gathered(&mut all, failover.sentinel(side), place)?, failover, side);
        }
    }
    let places: BTreeSet<Place<'_>> = all.values().map(|bucket| bucket.place).collect();
    let buckets = all.iter().map(|(name, bucket)| view(name, bucket, &all)).collect();
    Ok((places.into_iter().map(Place::view).collect(), buckets))
}

fn other(side: Side) -> Side {
    match side {
        Side::Primary => Side::Secondary,
        Side::Secondary => Side::Primary,
    }
}

impl Place<'_> {
    fn key(self) -> Name {
        let region = Name::of("at").with(self.region.as_str());
        self.role.map_or(region.clone(), |role| region.told_apart(&format!("{role:?}")))
    }

    fn view(self) -> PlaceView {
        PlaceView { key: self.key(), region: self.region.to_string(), role: self.role.map(RoleView::of) }
    }

    fn account(self) -> Option<String> {
        self.role.map(|role| role.arn.account().to_owned())
    }

    fn described(self) -> String {
        let external_id = |role: &AssumedRole| {
            role.external_id.as_ref().map(|id| format!(" with the external id {}", id.as_str()))
        };
        let role = self.role.map(|role| format!(" as {}{}", role.arn, external_id(role).unwrap_or_default()));
        format!("{}{}", self.region, role.unwrap_or_default())
    }
}

impl RoleView {
    pub(super) fn of(role: &AssumedRole) -> Self {
        let external_id = role.external_id.as_ref().map(|id| id.as_str().to_owned());
        Self { arn: role.arn.as_str().to_owned(), external_id }
    }
}

fn gathered<'m, 'a>(
    all: &'m mut All<'a>,
    name: &'a BucketName,
    place: Place<'a>,
) -> Result<&'m mut Gathered<'a>, TwoPlaces> {
    let bucket = all.entry(name).or_insert_with(|| Gathered {
        place,
        website: false,
        peers: BTreeSet::new(),
        readable: BTreeSet::new(),
        bodies: BTreeMap::new(),
    });
    if bucket.place == place {
        return Ok(bucket);
    }
    let (first, second) = (bucket.place.described(), place.described());
    Err(TwoPlaces { bucket: name.clone(), first, second })
}

/// What of a side's objects lies in `bucket`, which is its sentinel.
fn add_objects<'a>(bucket: &mut Gathered<'a>, failover: &'a Failover, side: Side) {
    let check = &failover.health_check;
    let own = failover.side(side);
    if let Some(object) = failover.health_object(side).filter(|_| check.protocol != Protocol::Tcp) {
        bucket.bodies.entry(object).or_default().insert(check.contains.as_deref().unwrap_or("ok"));
        // What stands before a bucket reads it as itself, not as everybody.
        if own.sentinel_bucket.is_some() || !matches!(own.target, Target::Alias { .. }) {
            bucket.readable.insert(object);
        }
    }
    if let (Side::Secondary, Some(switch)) = (side, &failover.switch) {
        bucket.readable.insert(switch);
    }
}

fn view(name: &BucketName, bucket: &Gathered<'_>, all: &All<'_>) -> BucketView {
    let key = Name::of(name.as_str());
    let arn = arn(name, bucket.place.region);
    let replica = |(index, peer): (usize, &&BucketName)| ReplicaView {
        key: Name::of(peer.as_str()),
        name: peer.to_string(),
        arn: self::arn(peer, all[*peer].place.region),
        priority: index + 1,
    };
    let replicas: Vec<ReplicaView> = bucket.peers.iter().enumerate().map(replica).collect();
    // Whatever a bucket replicates to replicates to it.
    let foreign = bucket.peers.iter().filter(|peer| all[**peer].place.account() != bucket.place.account());
    let sources: Vec<SourceView> =
        foreign.map(|peer| SourceView { key: Name::of(peer.as_str()), name: peer.to_string() }).collect();
    let object = |(object, bodies): (&&ObjectKey, &BTreeSet<&str>)| ObjectView {
        key: key.with(object.as_str()).told_apart(object.as_str()),
        name: object.as_str().to_owned(),
        body: bodies.iter().copied().collect::<Vec<_>>().join("\n"),
    };
    BucketView {
        region: bucket.place.region.to_string(),
        place: bucket.place.key(),
        versioned: !replicas.is_empty(),
        website: bucket.website,
        public: public(&arn, bucket),
        across: sources.iter().flat_map(|source| across(&arn, source)).collect(),
        sources,
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

/// What the owner of a bucket allows to the role of another account that replicates into it (S3 User Guide,
/// `replication-walkthrough-2`). Objects are the bucket owner's by the bucket's own settings, so nothing is said
/// of their ownership.
fn across(arn: &str, source: &SourceView) -> [StatementView; 2] {
    let statement = |what: &str, actions, resource| StatementView {
        sid: format!("{what}{}", source.key.camel),
        principal: Some(Operand::Role(source.key.clone())),
        actions,
        resources: vec![resource],
    };
    [
        statement(
            "ObjectsFrom",
            vec!["s3:ReplicateObject", "s3:ReplicateDelete", "s3:ReplicateTags"],
            format!("{arn}/*"),
        ),
        statement("VersioningFor", vec!["s3:GetBucketVersioning", "s3:PutBucketVersioning"], arn.to_owned()),
    ]
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
            vec!["s3:GetObjectVersionForReplication", "s3:GetObjectVersionAcl", "s3:GetObjectVersionTagging"],
            vec![format!("{arn}/*")],
        ),
        statement(
            "WriteReplicas",
            vec!["s3:ReplicateObject", "s3:ReplicateDelete", "s3:ReplicateTags"],
            replicas.iter().map(|replica| format!("{}/*", replica.arn)).collect(),
        ),
    ]
}
