//! The routing policies that this tool never writes, but meets in the zones of others.

use serde::{Deserialize, Serialize};

/// How Route 53 chooses among record sets that are no failover (Route 53 model, `ResourceRecordSet`), as far
/// as it can be said which of them may be answered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Policy {
    /// By chance, in proportion to a weight from 0 to 255 (`Weight`).
    Weighted(u8),
    /// By the asker's latency to a region (`Region`).
    Latency,
    /// By the asker's distance (`GeoProximityLocation`).
    Geoproximity,
    /// By the asker's country (`GeoLocation`).
    Geolocation {
        /// For all that are nowhere else (`CountryCode` `*`).
        default: bool,
    },
    /// By the asker's address (`CidrRoutingConfig`).
    Cidr {
        /// For all that are nowhere else (`LocationName` `*`).
        default: bool,
    },
    /// Up to eight healthy ones together (`MultiValueAnswer`).
    Multivalue,
    /// By nothing that this tool can read.
    #[default]
    Unknown,
}

impl Policy {
    /// Whether nothing is known of it.
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference to the field")]
    pub(super) fn is_unknown(&self) -> bool {
        *self == Self::Unknown
    }
}
