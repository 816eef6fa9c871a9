//! Plans that are not made: each refusal has a name, a reason and a way out.

use std::fmt;

use crate::model::{HealthCheckId, MonthlyCents, RecordKey};

/// Why no plan is made for a failover.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// A record that this tool did not create is where one of ours would go.
    #[error("the record {record} is in the way of {failover}, and nothing says that s3-failover created it")]
    ForeignRecord {
        /// The failover that would need the place.
        failover: String,
        /// What is there.
        record: RecordKey,
    },
    /// A record that shall be taken over and that could not be deleted exactly as it is.
    #[error(
        "the record {record} cannot be taken over by {failover}: it has a routing policy that s3-failover does not \
         know how to write"
    )]
    Unadoptable {
        /// The failover that shall take it over.
        failover: String,
        /// What is there.
        record: RecordKey,
    },
    /// Resolvers could answer a dead side for too long.
    #[error("{failover} has a TTL of {ttl} s: for so long resolvers may answer the side that failed")]
    LongTtl {
        /// The failover.
        failover: String,
        /// Seconds.
        ttl: u32,
    },
    /// The health checks would cost twice as much or more.
    #[error(
        "the health checks of {failover} would cost {wanted} instead of {is} (by the documented prices, free checks \
         not taken off)"
    )]
    DoubledCost {
        /// The failover.
        failover: String,
        /// Now.
        is: MonthlyCents,
        /// As the spec wants it.
        wanted: MonthlyCents,
    },
    /// A health check that shall be counted cannot be.
    #[error("{failover} cannot count the health check {check}: {why}")]
    UncountableChild {
        /// The failover.
        failover: String,
        /// The check.
        check: HealthCheckId,
        /// Why not.
        why: Uncountable,
    },
    /// A record would go to which an alias leads that stays. Whether Route 53 refuses that is not documented.
    #[error("the record {record} would go, but {user} is an alias that leads to it")]
    TargetInUse {
        /// What would go.
        record: String,
        /// What leads to it.
        user: String,
    },
    /// A name would be answered by nothing.
    #[error("the failover {failover} is the last that answers its name in the hosted zone {zone}")]
    LastRecord {
        /// The failover that shall be removed.
        failover: String,
        /// Where.
        zone: String,
    },
    /// A failover that shall be removed was made by another spec.
    #[error("the failover {failover} was made by a spec of the name {spec}, not by this one")]
    OtherSpec {
        /// The failover that shall be removed.
        failover: String,
        /// The name of the spec's file, as the tags tell it.
        spec: String,
    },
    /// A health check would be deleted that something which stays depends on. Route 53 would let it
    /// happen, and the status of what depends on it "can't be predicted and may change" (Route 53 API
    /// reference, `DeleteHealthCheck`).
    #[error(
        "the health check {check} would be deleted, but {user} depends on it, and nothing says that s3-failover \
         created that"
    )]
    CheckInUse {
        /// The health check.
        check: HealthCheckId,
        /// What depends on it.
        user: String,
    },
}

/// Why a health check cannot be a child of a calculated one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Uncountable {
    /// The account has none of this id.
    Missing,
    /// "A calculated health check can't monitor the health of other calculated health checks" (Route 53
    /// Developer Guide, health-checks-creating-values).
    Calculated,
    /// This tool made it, and may replace it when its spec changes.
    Ours,
}

impl fmt::Display for Uncountable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Uncountable::Missing => "the account has no health check of this id",
            Uncountable::Calculated => "it is a calculated health check itself, and Route 53 does not nest them",
            Uncountable::Ours => {
                "s3-failover made it for a failover, and would replace it by one with another id when that changes"
            }
        })
    }
}

impl Refusal {
    /// The guard's name, which stays the same from version to version.
    pub fn id(&self) -> &'static str {
        match self {
            Refusal::ForeignRecord { .. } => "foreign-record",
            Refusal::Unadoptable { .. } => "unadoptable-record",
            Refusal::LongTtl { .. } => "long-ttl",
            Refusal::DoubledCost { .. } => "doubled-cost",
            Refusal::UncountableChild { .. } => "uncountable-child",
            Refusal::TargetInUse { .. } => "target-in-use",
            Refusal::LastRecord { .. } => "last-record",
            Refusal::OtherSpec { .. } => "other-spec",
            Refusal::CheckInUse { .. } => "check-in-use",
        }
    }

    /// What can be done.
    pub fn way_out(&self) -> String {
        match self {
            Refusal::ForeignRecord { failover, .. } => format!(
                "Nothing was changed. Choose another name than {failover}, or remove the record by the tool that \
                 manages it, or let s3-failover take its place with `--adopt {failover}`."
            ),
            Refusal::Unadoptable { .. } => {
                "Nothing was changed. Remove the record by the tool that manages it, then plan again."
                    .to_owned()
            }
            Refusal::LongTtl { .. } => {
                "Nothing was changed. Write `ttl = 60`, or say that it is meant: `--allow long-ttl`."
                    .to_owned()
            }
            Refusal::DoubledCost { .. } => {
                "Nothing was changed. Leave the health check as it was, or say that it is meant: `--allow \
                 doubled-cost`."
                    .to_owned()
            }
            Refusal::UncountableChild { .. } => {
                "Nothing was changed. Name under `children` the ids of health checks of this account that look at \
                 endpoints or follow alarms; `aws route53 list-health-checks` lists them."
                    .to_owned()
            }
            Refusal::TargetInUse { user, .. } => format!(
                "Nothing was changed. Let {user} lead elsewhere by the tool that manages it, then run this again. \
                 (`destroy --leave primary` puts a plain record in the failover's place.)"
            ),
            Refusal::LastRecord { failover, .. } => format!(
                "Nothing was changed. If nobody looks {failover} up any more, say that it is meant: `--allow \
                 last-record`. If somebody does, declare it again and let `destroy --only {failover} --leave primary` \
                 put a plain record in its place."
            ),
            Refusal::OtherSpec { spec, .. } => format!(
                "Nothing was changed. Ask whoever has {spec}; if that is this spec's former name, say that it is \
                 meant: `--allow other-spec`."
            ),
            Refusal::CheckInUse { user, .. } => format!(
                "Nothing was changed. Remove {user}, or let it depend on another health check, by the tool that \
                 manages it, then run this again."
            ),
        }
    }
}

/// No plan, and why: every refusal, not only the first.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the plan was refused for safety")]
pub struct Refused {
    /// At least one.
    pub refusals: Vec<Refusal>,
}
