//! Finding the hosted zone.

use std::collections::BTreeSet;

use aws_sdk_route53::types::HostedZone;

use super::{Account, AccountError, Cause, Zone, pace::Call};
use crate::model::{Fqdn, HostedZoneId};

/// Most zones of one `ListHostedZonesByName` page (Route 53 API reference, `MaxItems`: "up to 100").
const ZONES: i32 = 100;

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

    /// The names of the name servers that Route 53 gave to a zone; none for a private one.
    pub async fn delegation_set(&self, id: &HostedZoneId) -> Result<BTreeSet<Fqdn>, AccountError> {
        let what = || format!("read the name servers of the hosted zone {id}");
        let answer = self.route53(Call::Other).await.get_hosted_zone().id(id.as_str()).send().await;
        let answer = answer.map_err(|e| AccountError::from_sdk(what(), e))?;
        let names = answer.delegation_set.map(|set| set.name_servers).unwrap_or_default();
        let names: Result<_, _> = names.iter().map(|name| name.parse()).collect();
        names.map_err(|e: crate::model::NameError| AccountError::not_understood(what(), e))
    }

    /// The one zone of each of these names, in their order. A name that several zones have, a public and a
    /// private one or two of a kind, is refused, with all ids, since only a person can know which is meant.
    ///
    /// Route 53 lists zones by name from any name on, so one call finds all whose names lie close together.
    pub async fn zones_by_name(&self, names: &[Fqdn]) -> Result<Vec<Zone>, AccountError> {
        let mut wanted: Vec<&Fqdn> = names.iter().collect();
        wanted.sort();
        let mut found: Vec<Zone> = Vec::new();
        let mut start = wanted.first().map(|name| (name.absolute(), None));
        while let Some((name, id)) = start {
            let what = || format!("find the hosted zone {}", name.trim_end_matches('.'));
            let request = self.route53(Call::Other).await.list_hosted_zones_by_name().max_items(ZONES);
            let answer = request.dns_name(&name).set_hosted_zone_id(id).send().await;
            let answer = answer.map_err(|e| AccountError::from_sdk(what(), e))?;
            for zone in answer.hosted_zones() {
                // One with a name that is none to us has none of these names.
                if zone.name().parse().is_ok_and(|name| wanted.contains(&&name)) {
                    found.push(zone_of(zone, &what())?);
                }
            }
            let next = answer.next_dns_name.filter(|_| answer.is_truncated);
            start = next.and_then(|next| onwards(next, answer.next_hosted_zone_id, &wanted));
        }
        names.iter().map(|name| the_one(name, &found)).collect()
    }
}

/// Where the list goes on: at the next name that is wanted and was not yet passed.
fn onwards(next: String, id: Option<String>, wanted: &[&Fqdn]) -> Option<(String, Option<String>)> {
    let Ok(name) = next.parse::<Fqdn>() else { return Some((next, id)) };
    match wanted.iter().find(|wanted| ***wanted >= name) {
        // In the midst of several zones of one name.
        Some(wanted) if **wanted == name => Some((next, id)),
        wanted => wanted.map(|wanted| (wanted.absolute(), None)),
    }
}

fn the_one(name: &Fqdn, zones: &[Zone]) -> Result<Zone, AccountError> {
    let what = format!("find the hosted zone {name}");
    let having: Vec<&Zone> = zones.iter().filter(|zone| zone.name == *name).collect();
    match having[..] {
        [zone] => Ok(zone.clone()),
        [] => Err(AccountError::new(
            what,
            Cause::NotFound("the account has no hosted zone of this name".to_owned()),
        )),
        _ => {
            let ids: Vec<String> = having.into_iter().map(describe).collect();
            let message = format!("several hosted zones have this name: {}", ids.join(", "));
            Err(AccountError::new(what, Cause::Ambiguous(message)))
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
