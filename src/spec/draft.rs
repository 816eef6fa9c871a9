//! The spec as it was written: every value parsed, nothing yet judged, each with its place.
//!
//! Rules read this and not the finished [`Spec`], for two reasons: they must point into the
//! file, and they must run when other parts of the file are wrong, so that all findings come at once.

use crate::model::{
    AlarmCheck, AlarmName, AssumedRole, BucketName, ExternalId, FailureThreshold, Fqdn, HealthCheckId,
    HostedZoneId, InsufficientData, Interval, RecoveryTarget, Region, RoleArn, Side, Ttl,
};

use super::{
    CalculatedSpec, CloudFrontSpec, Failover, HealthCheckSpec, MrapSpec, ObjectKey, Protocol, SideSpec, Spec,
    Target, ZoneRef, document::Format, finding::Span,
};

/// A value and the place where it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Spanned<T> {
    pub(super) value: T,
    pub(super) span: Span,
}

/// What stands under a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Field<T> {
    /// The key is not there, and may be left out.
    Absent,
    /// It is there and no good, or not there and needed; that finding has been made.
    Faulty,
    /// Its value.
    Given(Spanned<T>),
}

impl<T> Field<T> {
    /// The value with its place, when there is one.
    pub(super) fn given(&self) -> Option<&Spanned<T>> {
        match self {
            Self::Given(spanned) => Some(spanned),
            Self::Absent | Self::Faulty => None,
        }
    }

    /// The value alone, when there is one.
    pub(super) fn value(&self) -> Option<&T> {
        self.given().map(|spanned| &spanned.value)
    }

    /// Whether the key was left out, so that its default holds.
    pub(super) fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }

    /// The value in force: the given one, the default for an absent key, nothing for a faulty one.
    pub(super) fn or(&self, default: T) -> Option<T>
    where
        T: Clone,
    {
        match self {
            Self::Absent => Some(default),
            Self::Faulty => None,
            Self::Given(spanned) => Some(spanned.value.clone()),
        }
    }

    /// What `next` makes of a given value.
    pub(super) fn and_then<U>(self, next: impl FnOnce(Spanned<T>) -> Field<U>) -> Field<U> {
        match self {
            Self::Absent => Field::Absent,
            Self::Faulty => Field::Faulty,
            Self::Given(spanned) => next(spanned),
        }
    }

    /// As [`Self::as_option`], of a table that `finish` makes a value of unless it is faulty in itself.
    fn as_option_of<U>(&self, finish: impl FnOnce(&T) -> Option<U>) -> Field<Option<U>> {
        match self {
            Self::Absent => Field::Absent,
            Self::Faulty => Field::Faulty,
            Self::Given(Spanned { value, span }) => match finish(value) {
                Some(value) => Field::Given(Spanned { value: Some(value), span: *span }),
                None => Field::Faulty,
            },
        }
    }

    /// As a key whose default is to be left out: then [`Self::or`] tells an absent one from a faulty one.
    fn as_option(&self) -> Field<Option<T>>
    where
        T: Clone,
    {
        self.clone().and_then(|Spanned { value, span }| Field::Given(Spanned { value: Some(value), span }))
    }
}

pub(super) struct Draft {
    pub(super) format: Format,
    pub(super) zone: Field<ZoneRef>,
    pub(super) role: DraftRole,
    pub(super) failovers: Vec<DraftFailover>,
}

pub(super) struct DraftFailover {
    pub(super) name: Field<Fqdn>,
    /// Absent when it is the spec's.
    pub(super) zone: Field<ZoneRef>,
    pub(super) ttl: Field<Ttl>,
    pub(super) target_seconds: Field<RecoveryTarget>,
    pub(super) ipv6: Field<bool>,
    pub(super) health_check: DraftCheck,
    pub(super) switch: Field<ObjectKey>,
    pub(super) primary: DraftSide,
    pub(super) secondary: DraftSide,
    pub(super) mrap: Field<MrapSpec>,
    pub(super) cloudfront: Field<CloudFrontSpec>,
}

pub(super) struct DraftCheck {
    pub(super) span: Span,
    pub(super) object: Field<ObjectKey>,
    pub(super) contains: Field<String>,
    pub(super) interval: Field<Interval>,
    pub(super) failure_threshold: Field<FailureThreshold>,
    pub(super) protocol: Field<Protocol>,
    pub(super) port: Field<u16>,
    pub(super) regions: Field<Vec<Spanned<Region>>>,
}

pub(super) struct DraftSide {
    pub(super) side: Side,
    pub(super) span: Span,
    pub(super) bucket: Field<BucketName>,
    pub(super) region: Field<Region>,
    pub(super) target: Field<DraftTarget>,
    pub(super) role: DraftRole,
    pub(super) sentinel_bucket: Field<BucketName>,
    pub(super) alarm: Field<DraftAlarm>,
    pub(super) calculated: Field<DraftCalculated>,
}

pub(super) struct DraftRole {
    pub(super) arn: Field<RoleArn>,
    pub(super) external_id: Field<ExternalId>,
}

pub(super) struct DraftAlarm {
    pub(super) name: Field<AlarmName>,
    /// Absent when it is the side's.
    pub(super) region: Field<Region>,
    pub(super) insufficient_data: Field<InsufficientData>,
}

pub(super) struct DraftCalculated {
    pub(super) children: Field<Vec<Spanned<HealthCheckId>>>,
    /// Absent when all must be.
    pub(super) healthy: Field<u32>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum DraftTarget {
    Pointer,
    Website,
    Alias { dns_name: Field<Fqdn>, hosted_zone_id: Field<HostedZoneId> },
}

impl Draft {
    /// The zone of a failover: its own, or the spec's.
    pub(super) fn zone_of<'a>(&'a self, failover: &'a DraftFailover) -> &'a Field<ZoneRef> {
        if failover.zone.is_absent() { &self.zone } else { &failover.zone }
    }

    /// The name of a failover's zone, when the zone is given by name.
    pub(super) fn zone_name_of<'a>(&'a self, failover: &'a DraftFailover) -> Option<&'a Fqdn> {
        zone_name(self.zone_of(failover))
    }

    /// The finished spec, when nothing is missing or faulty.
    pub(super) fn finish(&self) -> Option<Spec> {
        let failovers = self.failovers.iter().map(DraftFailover::finish).collect::<Option<Vec<_>>>()?;
        Some(Spec { zone: self.zone.value()?.clone(), role: self.role.finish().or(None)?, failovers })
    }
}

/// A zone's name, when the zone is given by name.
pub(super) fn zone_name(zone: &Field<ZoneRef>) -> Option<&Fqdn> {
    match zone.value()? {
        ZoneRef::Name(name) => Some(name),
        ZoneRef::Id(_) => None,
    }
}

impl DraftFailover {
    /// Both sides, the primary first.
    pub(super) fn sides(&self) -> [&DraftSide; 2] {
        [&self.primary, &self.secondary]
    }

    /// The finished failover, when nothing is missing or faulty.
    pub(super) fn finish(&self) -> Option<Failover> {
        Some(Failover {
            name: self.name.value()?.clone(),
            zone: self.zone.as_option().or(None)?,
            ttl: self.ttl.or(Failover::default_ttl())?,
            target_seconds: self.target_seconds.as_option().or(None)?,
            ipv6: self.ipv6.or(false)?,
            health_check: self.health_check.finish()?,
            switch: self.switch.as_option().or(None)?,
            primary: self.primary.finish()?,
            secondary: self.secondary.finish()?,
            mrap: self.mrap.as_option().or(None)?,
            cloudfront: self.cloudfront.as_option().or(None)?,
        })
    }
}

impl DraftRole {
    pub(super) const FAULTY: Self = Self { arn: Field::Faulty, external_id: Field::Faulty };

    fn finish(&self) -> Field<Option<AssumedRole>> {
        self.arn.as_option_of(|arn| {
            Some(AssumedRole { arn: arn.clone(), external_id: self.external_id.as_option().or(None)? })
        })
    }
}

impl DraftCheck {
    /// A check that was left out: its defaults hold.
    pub(super) fn absent(span: Span) -> Self {
        Self {
            span,
            object: Field::Absent,
            contains: Field::Absent,
            interval: Field::Absent,
            failure_threshold: Field::Absent,
            protocol: Field::Absent,
            port: Field::Absent,
            regions: Field::Absent,
        }
    }

    /// A check of which nothing can be said: its rules stay silent.
    pub(super) fn faulty(span: Span) -> Self {
        Self {
            span,
            object: Field::Faulty,
            contains: Field::Faulty,
            interval: Field::Faulty,
            failure_threshold: Field::Faulty,
            protocol: Field::Faulty,
            port: Field::Faulty,
            regions: Field::Faulty,
        }
    }

    /// The protocol in force.
    pub(super) fn protocol(&self) -> Option<Protocol> {
        self.protocol.or(Protocol::Https)
    }

    /// The port in force.
    pub(super) fn port(&self) -> Option<u16> {
        self.port.or(self.protocol()?.default_port())
    }

    /// Where the protocol is said, or else where the check is described.
    pub(super) fn protocol_span(&self) -> Span {
        self.protocol.given().map_or(self.span, |protocol| protocol.span)
    }

    fn finish(&self) -> Option<HealthCheckSpec> {
        let regions = self.regions.or(Vec::new())?;
        Some(HealthCheckSpec {
            object: self.object.as_option().or(None)?,
            contains: self.contains.as_option().or(None)?,
            interval: self.interval.or(Interval::Thirty)?,
            failure_threshold: self.failure_threshold.or(HealthCheckSpec::default_threshold())?,
            protocol: self.protocol()?,
            port: self.port()?,
            regions: regions.into_iter().map(|region| region.value).collect(),
        })
    }
}

impl DraftSide {
    /// A side of which nothing can be said: its rules stay silent.
    pub(super) fn faulty(side: Side, span: Span) -> Self {
        Self {
            side,
            span,
            bucket: Field::Faulty,
            region: Field::Faulty,
            target: Field::Faulty,
            role: DraftRole::FAULTY,
            sentinel_bucket: Field::Faulty,
            alarm: Field::Faulty,
            calculated: Field::Faulty,
        }
    }

    /// Whether checkers look at what the name leads to: no alarm speaks for the side, and no sentinel
    /// stands in for it.
    pub(super) fn is_looked_at(&self) -> bool {
        self.alarm.is_absent() && self.sentinel_bucket.is_absent()
    }

    /// The target in force.
    pub(super) fn target(&self) -> Option<DraftTarget> {
        self.target.or(DraftTarget::Pointer)
    }

    /// Where the target is said, or else where the side is described.
    pub(super) fn target_span(&self) -> Span {
        self.target.given().map_or(self.span, |target| target.span)
    }

    pub(super) fn is_pointer(&self) -> bool {
        self.target() == Some(DraftTarget::Pointer)
    }

    /// The name of a hand-written alias.
    pub(super) fn alias(&self) -> Option<&Spanned<Fqdn>> {
        match self.target.value()? {
            DraftTarget::Alias { dns_name, .. } => dns_name.given(),
            DraftTarget::Pointer | DraftTarget::Website => None,
        }
    }

    /// The zone id of a hand-written alias.
    pub(super) fn alias_zone_id(&self) -> Option<&Spanned<HostedZoneId>> {
        match self.target.value()? {
            DraftTarget::Alias { hosted_zone_id, .. } => hosted_zone_id.given(),
            DraftTarget::Pointer | DraftTarget::Website => None,
        }
    }

    fn finish(&self) -> Option<SideSpec> {
        let target = match self.target()? {
            DraftTarget::Pointer => Target::Pointer,
            DraftTarget::Website => Target::Website,
            DraftTarget::Alias { dns_name, hosted_zone_id } => Target::Alias {
                dns_name: dns_name.value()?.clone(),
                hosted_zone_id: hosted_zone_id.value()?.clone(),
            },
        };
        let region = self.region.value()?.clone();
        let alarm = self.alarm.as_option_of(|alarm| alarm.finish(&region)).or(None)?;
        Some(SideSpec {
            bucket: self.bucket.value()?.clone(),
            target,
            role: self.role.finish().or(None)?,
            sentinel_bucket: self.sentinel_bucket.as_option().or(None)?,
            alarm,
            calculated: self.calculated.as_option_of(DraftCalculated::finish).or(None)?,
            region,
        })
    }
}

impl DraftAlarm {
    fn finish(&self, side: &Region) -> Option<AlarmCheck> {
        Some(AlarmCheck {
            name: self.name.value()?.clone(),
            region: self.region.or(side.clone())?,
            insufficient_data: self.insufficient_data.or(InsufficientData::LastKnown)?,
        })
    }
}

impl DraftCalculated {
    /// How many checks there are, the side's own included.
    pub(super) fn all(&self) -> Option<u32> {
        u32::try_from(self.children.value()?.len() + 1).ok()
    }

    fn finish(&self) -> Option<CalculatedSpec> {
        let children = self.children.value()?.iter().map(|child| child.value.clone()).collect();
        Some(CalculatedSpec { children, healthy: self.healthy.or(self.all()?)? })
    }
}
