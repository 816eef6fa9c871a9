//! What a person declares, as values that need no further checking.
//!
//! Serialised, a [`Spec`] has the shape of its file: what is written out can be read again.

use std::{str::FromStr, sync::Arc};

use serde::{Serialize, Serializer, ser::SerializeStruct};

use crate::model::{
    AlarmCheck, AssumedRole, BucketName, FailureThreshold, Fqdn, HealthCheckId, HostedZoneId, IdError,
    Interval, NameError, RecordType, RecoveryTarget, Region, Side, Ttl,
};

use super::{AccountId, MrapAlias, ObjectKey, Protocol, reader::nearest, website::website_host};

/// A valid spec: a zone and the names in it that fail over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Spec {
    /// The zone that holds the records of every failover that has no other.
    #[serde(rename = "hosted_zone")]
    pub zone: ZoneRef,
    /// The role to assume for Route 53.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub role: Option<AssumedRole>,
    /// At least one failover, each with a name of its own.
    #[serde(rename = "failover")]
    pub failovers: Vec<Failover>,
}

/// How the spec names its hosted zone.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(untagged)]
pub enum ZoneRef {
    /// By its domain name.
    Name(Fqdn),
    /// By its id.
    Id(HostedZoneId),
}

impl FromStr for ZoneRef {
    type Err = ZoneRefError;

    /// A zone is meant by its id when the text begins with an upper-case Z and has no dot, as Route 53's
    /// ids do.
    fn from_str(text: &str) -> Result<Self, ZoneRefError> {
        let id = text.strip_prefix("/hostedzone/").unwrap_or(text);
        if id.starts_with('Z') && !id.contains('.') {
            Ok(Self::Id(id.parse()?))
        } else {
            Ok(Self::Name(text.parse()?))
        }
    }
}

/// Why a text names no hosted zone.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ZoneRefError {
    /// It looks like an id, and is none.
    #[error(transparent)]
    Id(#[from] IdError),
    /// It is no domain name.
    #[error(transparent)]
    Name(#[from] NameError),
}

/// A name that is answered by one of two sides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Failover {
    /// The name that clients look up.
    pub name: Fqdn,
    /// The zone that holds its records, when it is not the spec's.
    #[serde(rename = "hosted_zone", skip_serializing_if = "Option::is_none")]
    pub zone: Option<ZoneRef>,
    /// How long the pointer records may be cached. Aliases to AWS resources have a TTL of their own.
    pub ttl: Ttl,
    /// How long a failover may take; nothing is built by it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target_seconds: Option<RecoveryTarget>,
    /// Whether an AAAA record stands beside each A record; never with pointers or websites.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub ipv6: bool,
    /// How each side is checked that no alarm speaks for, and the switch.
    #[serde(skip_serializing_if = "HealthCheckSpec::says_nothing")]
    pub health_check: HealthCheckSpec,
    /// The manual switch: while this object exists in the secondary's bucket, the secondary answers.
    #[serde(serialize_with = "switch_table", skip_serializing_if = "Option::is_none")]
    pub switch: Option<ObjectKey>,
    /// Answers as long as it is healthy.
    pub primary: SideSpec,
    /// Answers when the primary is not.
    pub secondary: SideSpec,
    /// The Multi-Region Access Point to compare with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mrap: Option<MrapSpec>,
    /// The CloudFront distribution to compare with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cloudfront: Option<CloudFrontSpec>,
}

/// The check of a side's endpoint; both sides are checked alike, but one that an alarm speaks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HealthCheckSpec {
    /// A small public object under each bucket, or in its sentinel bucket. There may be none when an
    /// alarm speaks for each side, or a connection is enough.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub object: Option<ObjectKey>,
    /// Text that its body must hold, 1 to 255 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contains: Option<String>,
    /// Between two looks of one checker.
    pub interval: Interval,
    /// Equal results in a row after which a checker believes them.
    pub failure_threshold: FailureThreshold,
    /// How the checkers reach the endpoint.
    pub protocol: Protocol,
    /// The port that they ask.
    pub port: u16,
    /// The regions that they look from: none for all eight, else at least three.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub regions: Vec<Region>,
}

/// One side: a bucket, and how the name reaches it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SideSpec {
    /// The bucket.
    pub bucket: BucketName,
    /// Its region.
    pub region: Region,
    /// How the name reaches it.
    pub target: Target,
    /// The role to assume for requests to this bucket.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub role: Option<AssumedRole>,
    /// A bucket in the same region that holds the health object, and the secondary's the switch object,
    /// so that nothing in the bucket itself needs to be public.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sentinel_bucket: Option<BucketName>,
    /// The CloudWatch alarm that speaks for this side, instead of a look at its endpoint.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alarm: Option<AlarmCheck>,
    /// Other health checks that count beside the side's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub calculated: Option<CalculatedSpec>,
}

/// Health checks that somebody has, counted together with a side's own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CalculatedSpec {
    /// The other checks; none of them is made of others itself.
    pub children: Vec<HealthCheckId>,
    /// How many must be healthy, the side's own included: from 1 to all of them. With a manual switch on
    /// this side always all.
    pub healthy: u32,
}

/// How a failover name reaches a side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// By a CNAME to the bucket's REST endpoint, which clients look up and then call by its own name.
    Pointer,
    /// By an alias to S3's regional website endpoint; the bucket is named like the record.
    Website,
    /// By an alias to anything else.
    Alias {
        /// The name that the alias points to.
        dns_name: Fqdn,
        /// The id of the zone in which that name lives.
        hosted_zone_id: HostedZoneId,
    },
}

/// A Multi-Region Access Point over the same buckets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MrapSpec {
    /// The account that owns it.
    pub account: AccountId,
    /// The alias that S3 gave it.
    pub alias: MrapAlias,
}

/// A CloudFront distribution over the same buckets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CloudFrontSpec {
    /// The name under which it answers.
    pub domain: Fqdn,
}

/// `--only` named a failover that the spec does not declare.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the spec declares no failover named `{name}`{}", self.hint())]
pub struct UnknownFailover {
    /// The name that was asked for.
    pub name: Fqdn,
    /// The names that the spec declares.
    pub known: Arc<[Fqdn]>,
}

impl UnknownFailover {
    fn hint(&self) -> String {
        if let Some(near) = nearest(self.name.as_str(), self.known.iter().map(Fqdn::as_str)) {
            return format!("; did you mean `{near}`?");
        }
        let known: Vec<String> = self.known.iter().map(|name| format!("`{name}`")).collect();
        format!("; it declares {}", known.join(", "))
    }
}

impl Spec {
    /// The zone that holds a failover's records.
    pub fn zone_of<'a>(&'a self, failover: &'a Failover) -> &'a ZoneRef {
        failover.zone.as_ref().unwrap_or(&self.zone)
    }

    /// Only the failovers with these names, in the order of the spec; all of them when no name is given.
    pub fn only(mut self, names: &[Fqdn]) -> Result<Spec, UnknownFailover> {
        let known: Arc<[Fqdn]> = self.failovers.iter().map(|failover| failover.name.clone()).collect();
        if let Some(name) = names.iter().find(|name| !known.contains(name)) {
            return Err(UnknownFailover { name: name.clone(), known });
        }
        if !names.is_empty() {
            self.failovers.retain(|failover| names.contains(&failover.name));
        }
        Ok(self)
    }
}

/// The first label of a marker, which tells our records from others.
pub(super) const MARKER_LABEL: &str = "_s3-failover";

/// The name of the record that marks the failover of this name as ours; none where there is no room for one.
pub fn marker_name(failover: &Fqdn) -> Option<Fqdn> {
    failover.child(MARKER_LABEL).ok()
}

impl Failover {
    /// 60 seconds: the most that AWS recommends for records with a health check
    /// (Route 53 Developer Guide, `resource-record-sets-values-failover`).
    pub fn default_ttl() -> Ttl {
        Ttl::from_seconds(60).expect("60 is a TTL")
    }

    /// One of the two sides.
    pub fn side(&self, side: Side) -> &SideSpec {
        match side {
            Side::Primary => &self.primary,
            Side::Secondary => &self.secondary,
        }
    }

    /// The name of a side's pointer record, `REGION.NAME`.
    pub fn pointer_name(&self, side: Side) -> Fqdn {
        let label = self.side(side).region.as_str();
        self.name.child(label).expect("the rule `name-too-long` leaves room for a region's code")
    }

    /// The name of the record that marks this failover as ours, `_s3-failover.NAME`.
    pub fn marker_name(&self) -> Fqdn {
        marker_name(&self.name).expect("the rule `name-too-long` leaves room for the marker")
    }

    /// The bucket that holds the health object of a side, and of the secondary the switch object.
    pub fn sentinel(&self, side: Side) -> &BucketName {
        let side = self.side(side);
        side.sentinel_bucket.as_ref().unwrap_or(&side.bucket)
    }

    /// The object that checkers look at on a side; nothing when an alarm speaks for it.
    pub fn health_object(&self, side: Side) -> Option<&ObjectKey> {
        if self.side(side).alarm.is_some() { None } else { self.health_check.object.as_ref() }
    }

    /// The object that anybody can fetch from a side's own bucket: none when an alarm speaks for it, a
    /// sentinel bucket holds the object, or a connection is enough.
    pub fn public_object(&self, side: Side) -> Option<&ObjectKey> {
        let apart = self.side(side).sentinel_bucket.is_some() || self.health_check.protocol == Protocol::Tcp;
        self.health_object(side).filter(|_| !apart)
    }

    /// The types of the failover records, each with one record for either side.
    pub fn record_types(&self) -> &'static [RecordType] {
        match self.record_type() {
            RecordType::A if self.ipv6 => &[RecordType::A, RecordType::Aaaa],
            RecordType::A => &[RecordType::A],
            _ => &[RecordType::Cname],
        }
    }

    /// The type of the two failover records: CNAME for pointers, A for aliases to AWS resources.
    pub fn record_type(&self) -> RecordType {
        match self.primary.target {
            Target::Pointer => RecordType::Cname,
            Target::Website | Target::Alias { .. } => RecordType::A,
        }
    }
}

impl HealthCheckSpec {
    /// 3, as Route 53 has it (Route 53 API reference, `FailureThreshold`).
    pub fn default_threshold() -> FailureThreshold {
        FailureThreshold::new(3).expect("3 is from 1 to 10")
    }

    /// Whether nothing is looked at and nothing differs from the defaults, so that the table can be left
    /// out.
    fn says_nothing(&self) -> bool {
        let silent = Self {
            object: None,
            contains: None,
            interval: Interval::Thirty,
            failure_threshold: Self::default_threshold(),
            protocol: Protocol::Https,
            port: Protocol::Https.default_port(),
            regions: Vec::new(),
        };
        *self == silent
    }
}

impl SideSpec {
    /// The host that health checkers ask: never the failover's own name, for which Route 53 documents
    /// unpredictable results (Route 53 Developer Guide, `resource-record-sets-values-failover`). A sentinel
    /// bucket is asked at its REST endpoint, whatever the name leads to.
    pub fn check_host(&self) -> Fqdn {
        match &self.sentinel_bucket {
            Some(sentinel) => sentinel.rest_endpoint(&self.region),
            None => self.probe_host(),
        }
    }

    /// The host under which clients reach this side itself.
    pub fn probe_host(&self) -> Fqdn {
        match &self.target {
            Target::Pointer => self.bucket.rest_endpoint(&self.region),
            Target::Website => website_host(&self.bucket, &self.region),
            Target::Alias { dns_name, .. } => dns_name.clone(),
        }
    }
}

impl Serialize for Target {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Pointer => serializer.serialize_str("pointer"),
            Self::Website => serializer.serialize_str("website"),
            Self::Alias { dns_name, hosted_zone_id } => {
                let mut table = serializer.serialize_struct("Alias", 2)?;
                table.serialize_field("alias", dns_name)?;
                table.serialize_field("hosted_zone_id", hosted_zone_id)?;
                table.end()
            }
        }
    }
}

#[expect(clippy::ref_option, reason = "serde hands over a reference to the field")]
fn switch_table<S: Serializer>(switch: &Option<ObjectKey>, serializer: S) -> Result<S::Ok, S::Error> {
    let mut table = serializer.serialize_struct("Switch", 1)?;
    table.serialize_field("object", switch)?;
    table.end()
}
