//! Who uses the health checks of the account? Asked of every zone, so it costs a call for each 300 records.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::ControlFlow,
};

use super::{Account, AccountError, Zone, pace::Call, zones::zone_of};
use crate::model::{FENCE_LABEL, HostedZoneId};

/// Most zones of one `ListHostedZones` page (Route 53 API reference, `MaxItems`: "up to 100").
const ZONES: i32 = 100;

/// The records that use health checks, in all zones of the account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Every zone.
    pub zones: Vec<Zone>,
    /// By the id of the check: the records that use it, by zone, name and type.
    pub records: BTreeMap<String, Vec<String>>,
    /// The zones in which a run that was killed has left its fence.
    pub fences: BTreeSet<HostedZoneId>,
}

impl Account {
    /// Reads every record of every zone.
    pub async fn check_usage(&self) -> Result<Usage, AccountError> {
        let mut usage = Usage::default();
        for zone in self.zones().await? {
            let what = || format!("list the records of the hosted zone {}", zone.id);
            self.each_record(&zone, &what, |set| {
                if set.name().split('.').next() == Some(FENCE_LABEL) {
                    usage.fences.insert(zone.id.clone());
                }
                if let Some(check) = set.health_check_id() {
                    let name = set.name().trim_end_matches('.');
                    let user = format!("{name} {} in {}", set.r#type(), zone.id);
                    usage.records.entry(check.to_owned()).or_default().push(user);
                }
                Ok(ControlFlow::Continue(()))
            })
            .await?;
            usage.zones.push(zone);
        }
        Ok(usage)
    }

    async fn zones(&self) -> Result<Vec<Zone>, AccountError> {
        let what = "list the hosted zones";
        let mut zones = Vec::new();
        let mut marker = None;
        loop {
            let request = self.route53(Call::Other).await.list_hosted_zones();
            let answer = request.max_items(ZONES).set_marker(marker).send().await;
            let answer = answer.map_err(|e| AccountError::from_sdk(what, e))?;
            for zone in answer.hosted_zones() {
                zones.push(zone_of(zone, what)?);
            }
            match answer.next_marker {
                Some(next) if answer.is_truncated => marker = Some(next),
                _ => return Ok(zones),
            }
        }
    }
}
