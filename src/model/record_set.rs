//! A resource record set, as it is wanted or as it was found.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Fqdn, HealthCheckId, HostedZoneId, Policy, RecordType, SetIdentifier, Side, Ttl};

/// A resource record set (Route 53 model, `ResourceRecordSet`).
///
/// `C` is how its health check is named: by [`HealthCheckId`] once the check exists, by something
/// that stands for the future id while it is still planned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordSet<C = HealthCheckId> {
    /// The owner name.
    pub name: Fqdn,
    /// The record type.
    pub record_type: RecordType,
    /// How Route 53 chooses among sets of one name and type.
    pub routing: Routing,
    /// What it answers.
    pub answer: Answer,
    /// The health check on which the choice depends.
    pub health_check: Option<C>,
}

/// A routing policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Routing {
    /// The only set of its name and type.
    Simple,
    /// One of a primary and a secondary.
    Failover {
        /// What tells the two apart.
        set_identifier: SetIdentifier,
        /// Which of the two.
        side: Side,
    },
    /// A policy that this tool never writes: such a set is somebody else's.
    Other {
        /// What tells it from its siblings.
        set_identifier: SetIdentifier,
        /// Which one.
        #[serde(default, skip_serializing_if = "Policy::is_unknown")]
        policy: Policy,
    },
}

/// What a record set answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// Records of its own.
    Values {
        /// How long they may be cached.
        ttl: Ttl,
        /// In presentation format.
        values: Vec<String>,
    },
    /// Whatever the target answers, with the target's TTL.
    Alias {
        /// The zone in which the target lies.
        hosted_zone_id: HostedZoneId,
        /// The target.
        target: Fqdn,
        /// Whether the target's health counts for this set.
        evaluate_target_health: bool,
    },
}

/// What tells one record set from all others in a zone.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordKey {
    /// The owner name.
    pub name: Fqdn,
    /// The record type.
    pub record_type: RecordType,
    /// Present when the routing policy is not simple.
    pub set_identifier: Option<SetIdentifier>,
}

impl<C> RecordSet<C> {
    /// What tells this set from all others in its zone.
    pub fn key(&self) -> RecordKey {
        let set_identifier = match &self.routing {
            Routing::Simple => None,
            Routing::Failover { set_identifier, .. } | Routing::Other { set_identifier, .. } => {
                Some(set_identifier.clone())
            }
        };
        RecordKey { name: self.name.clone(), record_type: self.record_type, set_identifier }
    }

    /// Which side of a failover this set is, if any.
    pub fn side(&self) -> Option<Side> {
        match self.routing {
            Routing::Failover { side, .. } => Some(side),
            Routing::Simple | Routing::Other { .. } => None,
        }
    }

    /// The name to which an alias or a CNAME leads.
    pub fn leads_to(&self) -> Option<Fqdn> {
        match &self.answer {
            Answer::Alias { target, .. } => Some(target.clone()),
            Answer::Values { values, .. } if self.record_type == RecordType::Cname => {
                values.first().and_then(|value| value.parse().ok())
            }
            Answer::Values { .. } => None,
        }
    }

    /// The same set with its health check named in another way.
    pub fn try_map_check<D, E>(&self, name: impl FnOnce(&C) -> Result<D, E>) -> Result<RecordSet<D>, E> {
        Ok(RecordSet {
            name: self.name.clone(),
            record_type: self.record_type,
            routing: self.routing.clone(),
            answer: self.answer.clone(),
            health_check: self.health_check.as_ref().map(name).transpose()?,
        })
    }
}

impl fmt::Display for RecordKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.name, self.record_type)?;
        match &self.set_identifier {
            Some(id) => write!(f, " \"{id}\""),
            None => Ok(()),
        }
    }
}
