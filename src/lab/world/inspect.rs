//! What does each name server serve at this moment, and who looks at what for it? The truth, for those who hold
//! a tool against it; no call of Route 53 tells it.

use std::{collections::BTreeSet, sync::Arc};

use super::Lab;
use crate::{
    lab::route53::{
        NAME_SERVERS,
        types::{Answer, CheckKind, HealthCheck, RecordSet, Routing, Zone},
    },
    model::{Fqdn, RecordType, Side},
};

/// The longest way from a record to where it leads (our choice).
const LONGEST_WAY: usize = 16;

/// A record set as one name server serves it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServedSet {
    /// The number of the server, from 0.
    pub server: usize,
    /// The id of the zone that holds it.
    pub zone: String,
    /// Its type.
    pub record_type: RecordType,
    /// Which side of a failover it is, if any.
    pub side: Option<Side>,
    /// The name outside the zone at the end of the way from it, by aliases and CNAMEs.
    pub leads_to: Option<String>,
    /// The health check that guards it, if it names one.
    pub check: Option<ServedCheck>,
}

/// A health check behind a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServedCheck {
    /// Its id.
    pub id: String,
    /// Whether there is such a check.
    pub exists: bool,
    /// Whether its checkers, or those of each check that it counts, have looked.
    pub has_looked: bool,
    /// Whether it is healthy, as far as that server knows.
    pub healthy: bool,
    /// The hosts that it looks at; not those of inverted checks that it counts.
    pub hosts: BTreeSet<String>,
}

impl Lab {
    /// The record sets of a name, as each name server serves them now, by every zone that holds some.
    pub fn served(&self, name: &Fqdn) -> Vec<ServedSet> {
        let checks = self.store.health_checks();
        let mut served = Vec::new();
        for server in 0..NAME_SERVERS {
            for zone in self.store.zones_as_served(server) {
                for set in zone.sets().filter(|set| set.name == *name) {
                    served.push(ServedSet {
                        server,
                        zone: zone.id.clone(),
                        record_type: set.rtype,
                        side: match set.routing {
                            Routing::Failover(side) => Some(side),
                            _ => None,
                        },
                        leads_to: leads_to(&zone, set),
                        check: set.health_check_id.as_ref().map(|id| self.served_check(id, server, &checks)),
                    });
                }
            }
        }
        served
    }

    fn served_check(&self, id: &str, server: usize, checks: &[HealthCheck]) -> ServedCheck {
        let check = checks.iter().find(|check| check.id == id);
        let children: Vec<&String> = match check.map(|check| &check.config.kind) {
            Some(CheckKind::Calculated { children, .. }) => children.iter().collect(),
            _ => Vec::new(),
        };
        let looked = |id: &str| !self.board.observations(id).is_empty();
        let child = |id: &&String| checks.iter().find(|check| check.id == **id);
        let endpoints = children.iter().filter_map(child).filter(|child| !child.config.inverted).chain(check);
        ServedCheck {
            id: id.to_owned(),
            exists: check.is_some() && children.iter().all(|id| child(id).is_some()),
            has_looked: if children.is_empty() { looked(id) } else { children.iter().all(|id| looked(id)) },
            healthy: self.board.healthy(id, server),
            hosts: endpoints.filter_map(host).collect(),
        }
    }
}

fn host(check: &HealthCheck) -> Option<String> {
    match &check.config.kind {
        CheckKind::Endpoint(endpoint) => endpoint.fully_qualified_domain_name.clone(),
        CheckKind::Calculated { .. } | CheckKind::CloudWatchMetric { .. } => None,
    }
}

/// The first name that the zone does not hold.
fn leads_to(zone: &Arc<Zone>, set: &RecordSet) -> Option<String> {
    let mut set = set;
    for _ in 0..LONGEST_WAY {
        let (target, rtype) = match &set.answer {
            Answer::Alias { dns_name, .. } => (dns_name.clone(), set.rtype),
            Answer::Values { values, .. } if set.rtype == RecordType::Cname => {
                (values.first()?.parse().ok()?, set.rtype)
            }
            Answer::Values { .. } => return None,
        };
        match zone.sets().find(|other| other.name == target && other.rtype == rtype) {
            Some(next) => set = next,
            None => return Some(target.to_string()),
        }
    }
    None
}
