//! The words that every room speaks: names, identifiers, records, buckets, health checks.
//!
//! Values only. Nothing here knows time, network, the AWS SDK or a DNS library, so that the lab (an
//! oracle) and the tool (what it judges) can share the nouns without sharing any logic. Each type
//! checks what it holds when it is made, by [`FromStr`](std::str::FromStr); after that nobody has to
//! check again.

mod alarm;
mod bucket;
mod check;
mod detection;
mod digest;
mod health;
mod ids;
mod mark;
mod name;
mod policy;
mod price;
mod quorum;
mod record;
mod record_set;
mod recovery;
mod region;
mod role;

pub use alarm::{
    ALARM_REGIONS, AlarmCheck, AlarmName, AlarmNameError, AlarmState, InsufficientData,
    UnknownInsufficientData,
};
pub use bucket::{BucketName, BucketNameError};
pub use check::{CheckConfig, CheckKind, CheckProtocol, CheckerReport, EndpointCheck, HealthCheck};
pub use detection::{Decisive, Detection, decisive, detection_floor};
pub use digest::digest;
pub use health::{FailureThreshold, Interval, IntervalError, Side, ThresholdError};
pub use ids::{CallerReference, ChangeId, HealthCheckId, HostedZoneId, IdError, SetIdentifier};
pub use mark::{
    CheckOwner, CheckRole, FENCE_LABEL, HEARTBEAT_PREFIX, TAG_DRILL, drill_notice_key, drilled_by, is_ours,
    mark_of, marked_name, marker_value,
};
pub use name::{Fqdn, NameError};
pub use policy::Policy;
pub use price::MonthlyCents;
pub use quorum::{failures_that_turn, is_quorum, verdict};
pub use record::{RecordType, Ttl, TtlError, UnknownRecordType};
pub use record_set::{Answer, RecordKey, RecordSet, Routing};
pub use recovery::{Blame, RecoveryTarget, RecoveryTargetError, RecoveryTerms, RecoveryTime, Shortfall};
pub use region::{CHECKER_REGIONS, Region, RegionError};
pub use role::{AssumedRole, ExternalId, ExternalIdError, RoleArn, RoleArnError};

/// Implements `Serialize` and `Deserialize` for a type by its `Display` and `FromStr`, so that what
/// comes out of a file has passed the same check as what comes from a command line.
macro_rules! serde_as_text {
    ($name:ty) => {
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}
pub(crate) use serde_as_text;
