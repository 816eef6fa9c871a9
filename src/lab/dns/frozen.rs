//! What did a name server know at one moment?
//!
//! A stale server goes on with it: with each zone as it had it, and with the verdict of each health
//! check that a record of those zones names.

use std::{collections::BTreeMap, sync::Arc};

use super::knowledge::ZoneSource;
use crate::{lab::route53::types::Zone, model::Fqdn};

/// Records and verdicts that do not change any more.
#[derive(Debug, Default)]
pub(super) struct Frozen {
    zones: Vec<Arc<Zone>>,
    verdicts: BTreeMap<String, bool>,
}

impl Frozen {
    /// All that server `server` knows now.
    pub(super) fn of(source: &dyn ZoneSource, server: usize) -> Self {
        let zones = source.zones(server);
        let checks = zones.iter().flat_map(|zone| zone.sets()).filter_map(|set| set.health_check_id.clone());
        let mut verdicts = BTreeMap::new();
        for check in checks {
            let healthy = source.healthy(server, &check);
            verdicts.insert(check, healthy);
        }
        Self { zones, verdicts }
    }

    /// The zone that enclosed a name most closely.
    pub(super) fn zone(&self, name: &Fqdn) -> Option<Arc<Zone>> {
        let enclosing = self.zones.iter().filter(|zone| name.is_within(&zone.name));
        enclosing.max_by_key(|zone| zone.name.as_str().len()).cloned()
    }

    /// Whether a check was healthy. Every check that a record names was looked at.
    pub(super) fn healthy(&self, check_id: &str) -> bool {
        self.verdicts.get(check_id).copied().unwrap_or(true)
    }
}
