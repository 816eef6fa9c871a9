//! The only door to AWS's API: Route 53's, and S3's where a bucket is not for everybody.
//!
//! Everything is asked and answered in the words of [`crate::model`]; no SDK type leaves this room.
//! A call is one attempt in the SDK's own retry policy (standard mode: it repeats what AWS calls
//! transient or throttled, and nothing else; adaptive mode is avoided, since its rate limiter stalls
//! a failover for half a minute after earlier throttling). What comes back is either an answer or an
//! [`AccountError`] that says what was tried, what came back and what to do.

mod access;
mod alarms;
mod bucket_settings;
mod buckets;
mod calls;
mod checks;
mod connect;
mod convert;
mod cover;
mod dry;
mod error;
mod follow;
mod inverting;
mod lever;
mod objects;
mod own;
mod owners;
mod pace;
mod records;
mod snapshot;
pub(crate) mod telling;
mod test_answer;
mod usage;
mod verdicts;
mod versions;
mod zones;

pub use access::{Access, Role};
pub use alarms::AlarmStates;
pub use bucket_settings::{LONGEST_POLICY, PublicAccess};
pub use buckets::{Buckets, Object};
pub use checks::Created;
pub use connect::{Account, Identity, patient};
pub use dry::Permission;
pub use error::{AccountError, Cause};
pub use lever::{Hidden, LAG_PREFIX, Recent};
pub use objects::{Conditional, ETag, Head, PutWhen, Store};
pub use owners::BucketOwner;
pub use records::RecordChange;
pub use snapshot::{ForeignCheck, OwnedChecks, Snapshot, Zone, ZoneRecords};
pub use test_answer::{ClientSubnet, TestedAnswer};
pub use usage::{Place, Usage, UsingRecord};
pub use verdicts::Published;
pub use versions::ObjectVersion;
