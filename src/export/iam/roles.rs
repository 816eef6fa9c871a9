//! Who asks for what, where a spec names roles?
//!
//! Whoever runs the commands assumes the role that the spec names for Route 53, and for reading what is private
//! in a bucket the role of its side; where none is named, the own identity asks. So there are as many policies
//! as there are identities, and each has no more than its own part.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use super::{BadZone, Deeds, Found, Partition, statement::Statement, zones::Needs};
use crate::{
    account::LAG_PREFIX,
    model::{HEARTBEAT_PREFIX, RoleArn, Side, drill_notice_key},
    spec::{Failover, ObjectKey, Protocol, Spec},
};

/// Who has a policy.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Principal {
    /// Whoever runs the commands.
    Caller,
    /// A role that the spec names.
    Role(RoleArn),
}

impl Principal {
    /// A name for a file: `caller`, or that of the role and its account.
    pub fn label(&self) -> String {
        match self {
            Self::Caller => "caller".to_owned(),
            Self::Role(arn) => {
                let name = arn.as_str().rsplit('/').next().unwrap_or_default();
                format!("role-{}-{name}", arn.account())
            }
        }
    }
}

impl fmt::Display for Principal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Caller => f.write_str("whoever runs the commands"),
            Self::Role(arn) => write!(f, "the role {arn}"),
        }
    }
}

/// What one of them does.
#[derive(Clone, Debug, Default)]
pub(super) struct Share {
    /// In Route 53, if anything.
    pub(super) zones: Option<Needs>,
    assumes: BTreeSet<RoleArn>,
    /// Buckets that are asked, and the objects that are read there.
    buckets: BTreeSet<String>,
    objects: BTreeSet<String>,
    /// Objects that are put and deleted.
    written: BTreeSet<String>,
    /// Buckets of which it is asked what keeps strangers out.
    explained: BTreeSet<String>,
    /// Buckets that are closed and opened again, and objects that are put and taken away.
    closed: BTreeSet<String>,
    put: BTreeSet<String>,
    /// Replicas of what was put, which are read and taken away.
    copies: BTreeSet<String>,
    /// Objects that are written, read and taken away with all their versions, and the buckets that list these.
    beats: BTreeSet<String>,
    versioned: BTreeSet<String>,
}

/// The share of each, of all these specs, which may be several states of one.
pub(super) fn shares(
    deeds: Deeds,
    specs: &[&Spec],
    found: &Found,
) -> Result<BTreeMap<Principal, Share>, BadZone> {
    let mut shares: BTreeMap<Principal, Share> = BTreeMap::new();
    for (place, spec) in specs.iter().enumerate() {
        let role = spec.role.as_ref().map(|role| &role.arn);
        if deeds.ask_route53() {
            let zones = acting(&mut shares, role).zones.get_or_insert_default();
            zones.account = role.map(|role| role.account().to_string());
            zones.add(spec, found, place > 0 && deeds.looks_everywhere)?;
        }
        for failover in spec.failovers.iter().filter(|_| deeds.switches) {
            add_switch(&mut shares, failover);
        }
        for failover in spec.failovers.iter().filter(|_| deeds.breaks) {
            breaking(&mut shares, failover);
        }
        let sides = spec.failovers.iter().flat_map(|failover| Side::BOTH.map(|side| (failover, side)));
        for (failover, side) in sides.filter(|_| deeds.reads_data) {
            let declared = failover.side(side);
            let bucket = declared.bucket.to_string();
            let share = acting(&mut shares, declared.role.as_ref().map(|role| &role.arn));
            let key = failover.public_object(side).filter(|_| is_private(failover, side));
            if let Some(key) = key.map(ObjectKey::as_str) {
                share.objects.insert(format!("{bucket}/{}", literal(key)));
            }
            share.buckets.insert(bucket);
            share.buckets.extend(declared.sentinel_bucket.as_ref().map(ToString::to_string));
        }
    }
    Ok(shares)
}

/// What `failover` and `failback` ask of S3: the switch; the objects below a prefix of their own by which lag is measured;
/// and of the secondary, which they look at when the primary is dead, what kind of copy each of its newest objects is.
fn add_switch(shares: &mut BTreeMap<Principal, Share>, failover: &Failover) {
    let Some(switch) = &failover.switch else { return };
    for side in Side::BOTH {
        let declared = failover.side(side);
        let share = acting(shares, declared.role.as_ref().map(|role| &role.arn));
        let bucket = &declared.bucket;
        let measured = format!("{bucket}/{LAG_PREFIX}*");
        // A key that is not there is a 403 to who may not list the primary, which is as good as a 404 here.
        if side == Side::Secondary || is_private(failover, side) {
            share.buckets.insert(bucket.to_string());
        }
        share.written.insert(measured.clone());
        if side == Side::Primary {
            share.objects.insert(measured);
            let private = failover.public_object(side).filter(|_| is_private(failover, side));
            share.objects.extend(private.map(|key| format!("{bucket}/{}", literal(key.as_str()))));
            continue;
        }
        let sentinel = failover.sentinel(side);
        let switch = format!("{sentinel}/{}", literal(switch.as_str()));
        share.objects.insert(format!("{bucket}/*"));
        share.explained.insert(sentinel.to_string());
        if sentinel != bucket {
            share.buckets.insert(sentinel.to_string());
            share.objects.insert(switch.clone());
        }
        share.written.insert(switch);
    }
}

/// What a drill does to the buckets of a failover: it closes the one in which checkers look at the primary, puts
/// its notice and the switch into the secondary's, takes away the notice's copy that replication makes in the primary's,
/// and writes heartbeats into both. What is put is looked for, and S3 says that it is not there only to those who may
/// list the bucket ("If you don't have `s3:ListBucket` […] 403", S3 API reference, `GetObject`).
///
/// Heartbeats go by `DeleteObjects` with ids of versions: "you must always specify the `s3:DeleteObject` permission",
/// and `s3:DeleteObjectVersion` for a version (S3 API reference, `DeleteObjects`).
fn breaking(shares: &mut BTreeMap<Principal, Share>, failover: &Failover) {
    let [primary, secondary] = Side::BOTH.map(|side| failover.side(side));
    let looked_at = failover.health_object(Side::Primary).is_some();
    if looked_at && failover.health_check.protocol != Protocol::Tcp {
        let share = acting(shares, primary.role.as_ref().map(|role| &role.arn));
        share.closed.insert(failover.sentinel(Side::Primary).to_string());
    }
    let notice = literal(&drill_notice_key(&failover.name));
    for declared in [primary, secondary] {
        let share = acting(shares, declared.role.as_ref().map(|role| &role.arn));
        let bucket = declared.bucket.to_string();
        share.beats.insert(format!("{bucket}/{HEARTBEAT_PREFIX}*"));
        share.versioned.insert(bucket.clone());
        share.buckets.insert(bucket);
    }
    let share = acting(shares, primary.role.as_ref().map(|role| &role.arn));
    share.copies.insert(format!("{}/{notice}", primary.bucket));
    let share = acting(shares, secondary.role.as_ref().map(|role| &role.arn));
    share.put.insert(format!("{}/{notice}", secondary.bucket));
    if let Some(switch) = &failover.switch {
        let bucket = failover.sentinel(Side::Secondary);
        share.put.insert(format!("{bucket}/{}", literal(switch.as_str())));
        share.buckets.insert(bucket.to_string());
    }
}

/// The share of a role, which the caller then assumes; else the caller's own.
fn acting<'a>(shares: &'a mut BTreeMap<Principal, Share>, role: Option<&RoleArn>) -> &'a mut Share {
    let caller = shares.entry(Principal::Caller).or_default();
    let Some(role) = role else {
        return shares.get_mut(&Principal::Caller).expect("it was put there just now");
    };
    caller.assumes.insert(role.clone());
    shares.entry(Principal::Role(role.clone())).or_default()
}

/// Whether `verify` reads a side by a signed request: a role or an alarm says that strangers are not to read it.
fn is_private(failover: &Failover, side: Side) -> bool {
    let side = failover.side(side);
    side.role.is_some() || side.alarm.is_some()
}

impl Share {
    /// Whether who has it could have more: whoever may change a bucket's policy may permit himself anything there.
    pub(super) fn may_grant(&self) -> bool {
        !self.closed.is_empty()
    }

    /// What it takes outside of Route 53. `HeadBucket` is permitted as `s3:ListBucket` (Service Authorization
    /// Reference, `list_amazons3`).
    pub(super) fn statements(&self, partition: Partition) -> Vec<Statement> {
        let s3 = |what: &BTreeSet<String>| -> BTreeSet<String> {
            what.iter().map(|what| format!("arn:{partition}:s3:::{what}")).collect()
        };
        let roles = self.assumes.iter().map(|role| literal(role.as_str())).collect();
        let closing = [
            "s3:GetBucketPublicAccessBlock",
            "s3:PutBucketPublicAccessBlock",
            "s3:GetBucketPolicy",
            "s3:PutBucketPolicy",
            "s3:DeleteBucketPolicy",
        ];
        let explaining = ["s3:GetBucketPolicyStatus", "s3:GetBucketPublicAccessBlock"];
        let beating = ["s3:PutObject", "s3:GetObject", "s3:DeleteObject", "s3:DeleteObjectVersion"];
        let all: [(&str, &[&'static str], BTreeSet<String>); 10] = [
            ("Roles", &["sts:AssumeRole"], roles),
            ("Buckets", &["s3:ListBucket"], s3(&self.buckets)),
            ("Objects", &["s3:GetObject"], s3(&self.objects)),
            ("Faults", &closing, s3(&self.closed)),
            ("Notices", &["s3:GetObject", "s3:PutObject", "s3:DeleteObject"], s3(&self.put)),
            ("NoticeCopies", &["s3:GetObject", "s3:DeleteObject"], s3(&self.copies)),
            ("Heartbeats", &beating, s3(&self.beats)),
            ("HeartbeatVersions", &["s3:ListBucketVersions"], s3(&self.versioned)),
            ("Switch", &["s3:PutObject", "s3:DeleteObject"], s3(&self.written)),
            ("WhyHidden", &explaining, s3(&self.explained)),
        ];
        let some = all.into_iter().filter(|(_, _, resources)| !resources.is_empty());
        some.map(|(sid, actions, resources)| Statement::new(sid, actions.iter().copied(), resources))
            .collect()
    }
}

/// A text in which nothing is a wildcard or a variable to IAM: "use ${*} where you need an * (asterisk)
/// character", likewise `${?}` and `${$}` (IAM User Guide, `reference_policies_variables`).
pub(super) fn literal(text: &str) -> String {
    let one = |c: char| if "*?$".contains(c) { format!("${{{c}}}") } else { c.to_string() };
    text.chars().map(one).collect()
}
