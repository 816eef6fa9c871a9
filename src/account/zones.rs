//! Finding the hosted zone.

use aws_sdk_route53::types::HostedZone;

use super::{Account, AccountError, Cause, Zone, pace::Call};
use crate::model::{Fqdn, HostedZoneId};

impl Account {
    /// The zone of this id.
    pub async fn zone_by_id(&self, id: &HostedZoneId) -> Result<Zone, AccountError> {
        let what = || format!("read the hosted zone {id}");
        let answer = self.route53(Call::Other).await.get_hosted_zone().id(id.as_str()).send().await;
        let answer = answer.map_err(|e| AccountError::from_sdk(what(), e))?;
        let zone =
            answer.hosted_zone().ok_or_else(|| AccountError::not_understood(what(), "no zone in it"))?;
        zone_of(zone, &what())
    }

    /// The one zone of this name. A name that a public and a private zone share is refused, with
    /// both ids, since only a person can know which is meant.
    pub async fn zone_by_name(&self, name: &Fqdn) -> Result<Zone, AccountError> {
        let what = || format!("find the hosted zone {name}");
        let answer = self
            .route53(Call::Other)
            .await
            .list_hosted_zones_by_name()
            .dns_name(name.absolute())
            .send()
            .await;
        let answer = answer.map_err(|e| AccountError::from_sdk(what(), e))?;
        let zones = answer.hosted_zones().iter().map(|zone| zone_of(zone, &what()));
        let mut zones: Vec<Zone> = zones.collect::<Result<_, _>>()?;
        // The list begins at the name and goes on to the names after it.
        zones.retain(|zone| zone.name == *name);
        match zones.len() {
            1 => Ok(zones.remove(0)),
            0 => Err(AccountError::new(
                what(),
                Cause::NotFound("the account has no hosted zone of this name".to_owned()),
            )),
            _ => {
                let ids: Vec<String> = zones.iter().map(describe).collect();
                let message = format!("several hosted zones have this name: {}", ids.join(", "));
                Err(AccountError::new(what(), Cause::Ambiguous(message)))
            }
        }
    }
}

pub(super) fn zone_of(zone: &HostedZone, what: &str) -> Result<Zone, AccountError> {
    let bad = |e: &dyn std::fmt::Display| AccountError::not_understood(what, e);
    Ok(Zone {
        id: zone.id().parse().map_err(|e| bad(&e))?,
        name: zone.name().parse().map_err(|e| bad(&e))?,
        private: zone.config().is_some_and(aws_sdk_route53::types::HostedZoneConfig::private_zone),
    })
}

fn describe(zone: &Zone) -> String {
    format!("{} ({})", zone.id, if zone.private { "private" } else { "public" })
}
