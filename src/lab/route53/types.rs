//! What Route 53 keeps: record sets and health checks, as the API's shapes with the API's names.
//!
//! The lab has shapes of its own, apart from those with which the tool describes what it wants, so
//! that a mistake in one is not repeated in the other.

use serde::{Deserialize, Serialize};

use crate::model::{Fqdn, RecordType, Side};

/// One resource record set (Route 53 model, `ResourceRecordSet`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RecordSet {
    /// The owner name.
    pub(crate) name: Fqdn,
    /// The record type.
    pub(crate) rtype: RecordType,
    /// What tells sets of one name and type apart; present exactly when the routing is not simple.
    pub(crate) set_identifier: Option<String>,
    /// How Route 53 chooses among sets of one name and type.
    pub(crate) routing: Routing,
    /// What it answers.
    pub(crate) answer: Answer,
    /// The health check that guards it.
    pub(crate) health_check_id: Option<String>,
}

/// A routing policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Routing {
    /// The only set of its name and type.
    Simple,
    /// One of a primary and a secondary.
    Failover(Side),
    /// By share of weight, 0 to 255.
    Weighted(u8),
    /// A policy that the lab stores and lists, but answers like `Simple`: its name in the API
    /// (`Region`, `GeoLocation`, `MultiValueAnswer`, …) and its value as XML text.
    Stored {
        /// The element's name.
        element: String,
        /// The element's content, as it was received.
        xml: String,
    },
}

/// What a record set answers with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Answer {
    /// Records of its own.
    Values {
        /// In seconds.
        ttl: u32,
        /// One or more values, in presentation format as they were given.
        values: Vec<String>,
    },
    /// Whatever another record set answers, or an AWS resource.
    Alias {
        /// The zone in which the target lies.
        hosted_zone_id: String,
        /// The target.
        dns_name: Fqdn,
        /// Whether the target's health counts for this set.
        evaluate_target_health: bool,
    },
}

/// A health check and what belongs to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct HealthCheck {
    /// Given by the lab.
    pub(crate) id: String,
    /// Given by the caller of `CreateHealthCheck`.
    pub(crate) caller_reference: String,
    /// Begins with 1 and grows with each update.
    pub(crate) version: u64,
    /// Its settings.
    pub(crate) config: HealthCheckConfig,
    /// Key and value, in the order of the keys.
    pub(crate) tags: std::collections::BTreeMap<String, String>,
}

/// A health check's settings (Route 53 model, `HealthCheckConfig`), with the defaults filled in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct HealthCheckConfig {
    /// What the checkers do.
    pub(crate) kind: CheckKind,
    /// Healthy counts as unhealthy, and the other way round.
    pub(crate) inverted: bool,
    /// Not probed, and counted as healthy (before `inverted` is applied).
    pub(crate) disabled: bool,
}

/// What a health check looks at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum CheckKind {
    /// The checkers connect to an endpoint.
    Endpoint(EndpointCheck),
    /// Counts the healthy among other checks.
    Calculated {
        /// Ids of the children; a child may have been deleted since.
        children: Vec<String>,
        /// Healthy when at least this many children are. 0: always healthy.
        threshold: u32,
    },
    /// Follows an alarm of the lab's CloudWatch.
    CloudWatchMetric {
        /// The alarm's region.
        alarm_region: String,
        /// The alarm's name.
        alarm_name: String,
        /// `Healthy`, `Unhealthy` or `LastKnownStatus`.
        insufficient_data: String,
    },
}

/// A check of an endpoint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct EndpointCheck {
    /// HTTP, HTTPS or bare TCP.
    pub(crate) protocol: CheckProtocol,
    /// The address to probe; without it the name is resolved, IPv4 only.
    pub(crate) ip_address: Option<std::net::IpAddr>,
    /// 1 to 65535.
    pub(crate) port: u16,
    /// With a leading slash; empty when none was given, and for TCP. A checker that asks by HTTP asks for
    /// `/` then.
    pub(crate) resource_path: String,
    /// The host to resolve (without `ip_address`) and to name in the Host header.
    pub(crate) fully_qualified_domain_name: Option<String>,
    /// Text that the first 5,120 bytes of the body must hold; makes the type `*_STR_MATCH`.
    pub(crate) search_string: Option<String>,
    /// 10 or 30 seconds.
    pub(crate) request_interval: u32,
    /// 1 to 10 consecutive results.
    pub(crate) failure_threshold: u32,
    /// Stored and listed.
    pub(crate) measure_latency: bool,
    /// Whether the name goes into the TLS client hello.
    pub(crate) enable_sni: bool,
    /// The checkers' regions; empty means all eight.
    pub(crate) regions: Vec<String>,
}

/// How a checker talks to an endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum CheckProtocol {
    /// Plain HTTP.
    Http,
    /// HTTP over TLS, certificates not validated.
    Https,
    /// A connection is enough.
    Tcp,
}

/// What one checker saw last (Route 53 model, `HealthCheckObservation`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Observation {
    /// The checker's region.
    pub(crate) region: String,
    /// The checker's own address.
    pub(crate) ip_address: String,
    /// `Success: …` or `Failure: …`.
    pub(crate) status: String,
    /// When it looked.
    pub(crate) checked_at: jiff::Timestamp,
    /// The last failure and when it was seen.
    pub(crate) last_failure: Option<(String, jiff::Timestamp)>,
}

/// The checkers, as the API asks them.
pub(crate) trait Observations: Send + Sync {
    /// One line a checker; none for a check that nobody looks at.
    fn observations(&self, check_id: &str) -> Vec<Observation>;
}

/// A virtual private cloud that sees a private zone (Route 53 model, `VPC`).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Vpc {
    /// Its region.
    pub(crate) region: String,
    /// `vpc-` and a number in hexadecimal.
    pub(crate) id: String,
}

/// What a name server says of a question (Route 53 model, `TestDNSAnswerResponse`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Said {
    /// `NOERROR`, `NXDOMAIN`, …
    pub(crate) code: &'static str,
    /// The values of the answer section, in presentation format.
    pub(crate) values: Vec<String>,
}

/// The name servers, as the API asks them.
pub(crate) trait NameServers: Send + Sync {
    /// What server `server` says of a name and type, from the records of `zone` as it serves them and
    /// the verdicts as it knows them. `draw` decides among weighted sets.
    fn say(&self, server: usize, zone: &Zone, question: (&Fqdn, RecordType), draw: u64) -> Said;
}

/// A zone with all its records (Route 53 model, `HostedZone`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Zone {
    /// Given by the lab.
    pub(crate) id: String,
    /// The apex.
    pub(crate) name: Fqdn,
    /// The sets of each name and type, in the order of their identifiers. No list is empty.
    #[serde(skip)] // kept one by one
    pub(crate) records: std::collections::BTreeMap<(Fqdn, RecordType), Vec<RecordSet>>,
}

impl Zone {
    /// Every record set, in Route 53's order of listing: name from the right, type, identifier.
    pub(crate) fn sets(&self) -> impl Iterator<Item = &RecordSet> {
        self.records.values().flatten()
    }

    /// The record set with the same name, type and identifier.
    pub(crate) fn find(&self, like: &RecordSet) -> Option<&RecordSet> {
        let sets = self.records.get(&(like.name.clone(), like.rtype))?;
        sets.iter().find(|set| set.set_identifier == like.set_identifier)
    }

    /// Puts a record set in the place of the one with the same name, type and identifier.
    pub(crate) fn put(&mut self, record: RecordSet) {
        let sets = self.records.entry((record.name.clone(), record.rtype)).or_default();
        match sets.binary_search_by(|set| set.set_identifier.cmp(&record.set_identifier)) {
            Ok(place) => sets[place] = record,
            Err(place) => sets.insert(place, record),
        }
    }

    /// Takes out the record set with the same name, type and identifier.
    pub(crate) fn remove(&mut self, like: &RecordSet) {
        let key = (like.name.clone(), like.rtype);
        if let Some(sets) = self.records.get_mut(&key) {
            sets.retain(|set| set.set_identifier != like.set_identifier);
            if sets.is_empty() {
                self.records.remove(&key);
            }
        }
    }
}
