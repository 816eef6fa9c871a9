//! Breaks, and mends. The one hand of a drill that changes anything.

use super::{
    BucketPlace, FaultError, FaultKind, Prepared, PreparedStep, Undo, Undone,
    fault::{invert, lab, object, public_access, statement},
};
use crate::{
    account::{Account, Buckets},
    clock::Clock,
    model::{AssumedRole, HostedZoneId, Side},
    spec::{Failover, Protocol, Target},
};

/// Breaks the primary of one failover, and mends it.
#[derive(Clone, Debug)]
pub struct Saboteur {
    /// The clock of the world.
    pub clock: Clock,
    /// Route 53.
    pub account: Account,
    /// S3.
    pub buckets: Buckets,
    /// The failover.
    pub failover: Failover,
    /// The zone that holds its records, and that the tags of its health checks name.
    pub zone: HostedZoneId,
    /// As whom `account` asks Route 53, if not as the own identity; written down for others.
    pub role: Option<AssumedRole>,
    /// The name of the drill's run: in the tag, in the statement's `Sid`, in the switch object.
    pub run: String,
    /// The admin address of the lab, when the world is one.
    pub lab: Option<String>,
}

impl Saboteur {
    /// Looks what is there, and whether what is going to be done may be undone. Changes nothing.
    pub async fn prepare(&self, kind: &FaultKind) -> Result<Prepared, FaultError> {
        let (primary, mut unproven) = (BucketPlace::of_sentinel(&self.failover, Side::Primary), Vec::new());
        let at = primary.bucket.clone();
        let step = match kind {
            FaultKind::Observe => None,
            FaultKind::Invert => {
                self.doubt_the_count(&mut unproven);
                let of = (&self.failover.name, &self.zone);
                let role = self.role.as_ref();
                let undo = invert::prepare(&self.account, of, role, &self.run, &mut unproven).await?;
                Some(("the primary's health check is inverted".to_owned(), undo))
            }
            FaultKind::BlockPublic => {
                self.object_of(&primary, &mut unproven)?;
                let undo = public_access::prepare(&self.buckets, primary, &mut unproven).await?;
                Some((format!("all public access to the bucket {at} is blocked"), undo))
            }
            FaultKind::BlockSentinel => {
                let key = self.object_of(&primary, &mut unproven)?;
                let undo = statement::prepare(&self.buckets, primary, &key, &self.run, &mut unproven).await?;
                Some((format!("strangers are denied s3://{at}/{key}"), undo))
            }
            FaultKind::Switch => {
                let key = self.failover.switch.as_ref();
                let key = key.ok_or_else(|| FaultError::NoSwitch(self.failover.name.clone()))?.as_str();
                let secondary = BucketPlace::of_sentinel(&self.failover, Side::Secondary);
                let what = format!("the switch s3://{}/{key} is thrown", secondary.bucket);
                let undo = object::prepare(&self.buckets, secondary, key, &self.run, &mut unproven).await?;
                Some((what, undo))
            }
            FaultKind::Lab(name) => {
                let region = &self.failover.primary.region;
                if self.failover.secondary.region == *region {
                    return Err(FaultError::BothSides(format!("the region {region}")));
                }
                let undo = lab::prepare(self.lab.as_deref(), region, name).await?;
                Some((format!("the lab's S3 of {region} is set to `{name}`"), undo))
            }
        };
        let steps = step.into_iter().map(|(what, undo)| PreparedStep { what, undo }).collect();
        Ok(Prepared { kind: kind.clone(), steps, unproven })
    }

    /// Breaks the primary. Whoever calls has written `prepared` down.
    pub async fn inject(&self, prepared: &Prepared) -> Result<(), FaultError> {
        for PreparedStep { undo, .. } in &prepared.steps {
            match undo {
                Undo::Inverted { check, inverted, .. } => {
                    invert::inject(&self.account, check, *inverted, &self.run).await?;
                }
                Undo::PublicAccess { at, before } => {
                    public_access::inject(&self.buckets, at, *before).await?;
                }
                Undo::Statement { at, sid, .. } => {
                    let key = self.object_of(at, &mut Vec::new())?;
                    statement::inject(&self.buckets, at, &key, sid).await?;
                }
                Undo::Object { at, key, .. } => object::inject(&self.buckets, at, key, &self.run).await?,
                Undo::LabFault { admin, target, set: Some(kind), .. } => {
                    lab::inject(admin, target, kind).await?;
                }
                // Nothing of this kind comes out of `prepare`.
                Undo::LabFault { .. } | Undo::Prefix { .. } => {}
            }
        }
        Ok(())
    }

    /// Undoes one step.
    pub async fn undo(&self, undo: &Undo) -> Result<Undone, FaultError> {
        mend(&self.account, &self.buckets, undo).await
    }

    /// The health object in the primary's sentinel bucket, when checkers look at one there and the bucket is not the
    /// secondary's.
    fn object_of(&self, at: &BucketPlace, unproven: &mut Vec<String>) -> Result<String, FaultError> {
        let key = self.failover.health_object(Side::Primary);
        let key = key.filter(|_| self.failover.health_check.protocol != Protocol::Tcp);
        let key = key.ok_or_else(|| FaultError::NoObject(self.failover.name.clone()))?;
        if at.bucket == *self.failover.sentinel(Side::Secondary) {
            return Err(FaultError::BothSides(format!("the bucket {}", at.bucket)));
        }
        let by_alias = matches!(self.failover.primary.target, Target::Alias { .. });
        if by_alias && self.failover.primary.sentinel_bucket.is_none() {
            let host = self.failover.primary.check_host();
            unproven.push(format!(
                "that {host}, which the checkers ask, reads the bucket {} as a stranger",
                at.bucket
            ));
        }
        Ok(key.to_string())
    }

    /// Where other checks count beside the primary's own, that alone may not turn the name.
    fn doubt_the_count(&self, unproven: &mut Vec<String>) {
        let Some(counted) = &self.failover.primary.calculated else { return };
        if usize::try_from(counted.healthy).is_ok_and(|healthy| healthy <= counted.children.len()) {
            unproven.push(format!(
                "that the name turns: of {} checks of the primary {} are enough, and the fault turns one",
                counted.children.len() + 1,
                counted.healthy
            ));
        }
    }
}

/// Undoes one step, wherever it was written down. `account` asks Route 53 as the role that the undo names.
pub async fn mend(account: &Account, buckets: &Buckets, undo: &Undo) -> Result<Undone, FaultError> {
    match undo {
        Undo::Inverted { check, inverted, run, .. } => {
            invert::mend(account, check, *inverted, run.as_deref()).await
        }
        Undo::PublicAccess { at, before } => public_access::mend(buckets, at, *before).await,
        Undo::Statement { at, sid, before } => statement::mend(buckets, at, sid, before.as_deref()).await,
        Undo::Object { at, key, holds } => object::mend(buckets, at, key, holds.as_deref()).await,
        Undo::Prefix { at, prefix } => object::mend_all(buckets, at, prefix).await,
        Undo::LabFault { admin, target, before, set } => {
            lab::mend(admin, target, before, set.as_deref()).await
        }
    }
}
