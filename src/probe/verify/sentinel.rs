//! Is the health object the same on both sides?
//!
//! Where it lies in the two data buckets, replication should keep it equal like all the rest, so a difference
//! says that replication does not cover it or that somebody edited one. Sentinel buckets stand for a region and
//! not for data: nothing replicates between them, and each may say what it likes. So it is compared only where
//! both sides have it in their own bucket.
//!
//! Bytes are compared and not `ETags`, which differ between equal objects "when encryption defaults differ" or
//! parts do (S3 User Guide, replication-what-is-isnot-replicated).

use sha2::{Digest, Sha256};

use super::{
    evidence::Evidence,
    finding::{Finding, Severity, finding},
};
use crate::{model::Side, spec::Failover};

const BODIES: &str = "the bodies of the health object on both sides";

/// Nothing where there is nothing to compare.
pub(super) fn finding_of(failover: &Failover, evidence: &Evidence) -> Option<Finding> {
    let key = Side::BOTH.map(|side| failover.public_object(side));
    let [Some(key), Some(_)] = key else { return None };
    let [Ok(primary), Ok(secondary)] = &evidence.data else { return None };
    if !primary.is_success() || !secondary.is_success() {
        return None;
    }
    let equal = primary.body == secondary.body;
    let detail = if equal {
        format!("{} is the same on both sides", key.as_str())
    } else {
        let say = |body: &[u8]| format!("{} bytes, SHA-256 {}", body.len(), beginning(body));
        format!(
            "{} differs: {} in {}, {} in {}",
            key.as_str(),
            say(&primary.body),
            failover.primary.bucket,
            say(&secondary.body),
            failover.secondary.bucket
        )
    };
    let advice = "replicate it like the data, or write it to both buckets; until then do not trust that the \
                  rest is equal";
    Some(finding("sentinel.equal", Severity::Warning, equal, detail, BODIES).advise(advice))
}

/// Enough to tell two apart.
fn beginning(body: &[u8]) -> String {
    let digest = Sha256::digest(body);
    format!(
        "{:02x}{:02x}{:02x}{:02x}{:02x}{:02x}",
        digest[0], digest[1], digest[2], digest[3], digest[4], digest[5]
    )
}
