//! The tool's idea of which side Route 53 ought to answer, against the lab's.
//!
//! The two were written apart: [`expect`] from records and what the checkers report, the lab's from its
//! own records, its checkers' minds and its name servers' walk. Here both are given the same world,
//! drawn at random, each in its own words, and must choose the same side.

mod trees;

use std::{collections::BTreeMap, net::Ipv4Addr};

use proptest::{option, prelude::*};

use crate::{
    lab::{
        dns::{
            self,
            knowledge::{Knowledge, Records},
        },
        health::{CheckerState, enough_healthy, followed, status},
        route53::types as lab,
    },
    model::{self, CheckerReport, Fqdn, RecordType, Side},
    probe::{Known, KnownCheck, KnownChecks, expect},
};

/// What all checkers of an endpoint see, if they have looked.
type Seen = Option<bool>;

#[derive(Clone, Debug)]
struct Endpoint {
    seen: Seen,
    inverted: bool,
    disabled: bool,
}

/// The check of a record.
#[derive(Clone, Debug)]
enum Check {
    /// The record has none.
    None,
    /// The record names one that was deleted.
    Missing,
    Endpoint(Endpoint),
    /// Follows an alarm that has data.
    Alarm {
        ok: bool,
        inverted: bool,
        disabled: bool,
    },
    /// Over two children, each of which may be deleted.
    Calculated {
        children: [Option<Endpoint>; 2],
        threshold: u32,
        inverted: bool,
        disabled: bool,
    },
}

prop_compose! {
    fn endpoint()(seen in any::<Seen>(), inverted in any::<bool>(), disabled in any::<bool>()) -> Endpoint {
        Endpoint { seen, inverted, disabled }
    }
}

fn check() -> impl Strategy<Value = Check> {
    let child = || option::weighted(0.8, endpoint());
    let calculated = ([child(), child()], 0u32..4, any::<bool>(), any::<bool>()).prop_map(
        |(children, threshold, inverted, disabled)| {
            // Of a deleted check Route 53 says that nothing can be predicted. Both sides of this test
            // take it for healthy; what that means turned round they may see differently.
            let inverted = inverted && children.iter().all(Option::is_some);
            Check::Calculated { children, threshold, inverted, disabled }
        },
    );
    let alarm =
        any::<[bool; 3]>().prop_map(|[ok, inverted, disabled]| Check::Alarm { ok, inverted, disabled });
    prop_oneof![
        1 => Just(Check::None),
        1 => Just(Check::Missing),
        3 => endpoint().prop_map(Check::Endpoint),
        1 => alarm,
        3 => calculated,
    ]
}

const CHECKERS: [&str; 4] = ["us-east-1", "eu-west-1", "sa-east-1", "us-west-2"];
const THRESHOLD: u32 = 3;

fn name(text: &str) -> Fqdn {
    text.parse().expect("a name")
}

fn child_id(parent: &str, index: usize) -> String {
    format!("{parent}-child-{index}")
}

/// The world in the tool's words.
mod tool {
    use super::*;

    pub(super) fn side(checks: &[Check; 2]) -> Option<Side> {
        let mut known = KnownChecks::new();
        let records: Vec<model::RecordSet> = Side::BOTH
            .into_iter()
            .zip(checks)
            .flat_map(|(side, check)| {
                let id = side.as_str();
                describe(id, check, &mut known);
                let check = (!matches!(check, Check::None)).then(|| id.parse().expect("an id"));
                [record(side, check), pointer(side)]
            })
            .collect();
        let zone = "Z-LAB-1".parse().expect("an id");
        let known = Known { zone: &zone, records: &records, checks: &known, resources: &BTreeMap::new() };
        let expectation = expect(known, &name("data.example.com"), RecordType::Cname)?;
        assert!(expectation.sides().contains(&expectation.side), "{expectation:?}");
        Some(expectation.side)
    }

    fn pointer(side: Side) -> model::RecordSet {
        model::RecordSet {
            name: name(&format!("{side}.data.example.com")),
            record_type: RecordType::Cname,
            routing: model::Routing::Simple,
            answer: model::Answer::Values {
                ttl: model::Ttl::from_seconds(60).expect("a TTL"),
                values: vec![format!("{side}-bucket.s3.amazonaws.com")],
            },
            health_check: None,
        }
    }

    fn record(side: Side, health_check: Option<model::HealthCheckId>) -> model::RecordSet {
        let set_identifier = side.as_str().parse().expect("an identifier");
        model::RecordSet {
            name: name("data.example.com"),
            record_type: RecordType::Cname,
            routing: model::Routing::Failover { set_identifier, side },
            answer: model::Answer::Alias {
                hosted_zone_id: "Z-LAB-1".parse().expect("an id"),
                target: name(&format!("{side}.data.example.com")),
                evaluate_target_health: true,
            },
            health_check,
        }
    }

    pub(super) fn describe(id: &str, check: &Check, known: &mut KnownChecks) {
        let described = match check {
            Check::None | Check::Missing => return,
            Check::Endpoint(endpoint) => self::endpoint(endpoint),
            Check::Alarm { ok, inverted, disabled } => {
                let kind = model::CheckKind::Alarm(model::AlarmCheck {
                    name: "errors".parse().expect("a name"),
                    region: "us-east-1".parse().expect("a region"),
                    insufficient_data: model::InsufficientData::LastKnown,
                });
                let config = model::CheckConfig { kind, inverted: *inverted, disabled: *disabled };
                KnownCheck { alarm: Some(*ok), ..KnownCheck::new(config) }
            }
            Check::Calculated { children, threshold, inverted, disabled } => {
                let ids = (0..children.len()).map(|index| child_id(id, index).parse().expect("an id"));
                let kind = model::CheckKind::Calculated { children: ids.collect(), threshold: *threshold };
                for (index, child) in children.iter().enumerate() {
                    if let Some(child) = child {
                        let id = child_id(id, index).parse().expect("an id");
                        known.insert(id, self::endpoint(child));
                    }
                }
                let config = model::CheckConfig { kind, inverted: *inverted, disabled: *disabled };
                KnownCheck::new(config)
            }
        };
        known.insert(id.parse().expect("an id"), described);
    }

    fn endpoint(endpoint: &Endpoint) -> KnownCheck {
        let kind = model::CheckKind::Endpoint(model::EndpointCheck {
            protocol: model::CheckProtocol::Https,
            ip_address: None,
            host: Some("bucket.s3.us-east-1.amazonaws.com".to_owned()),
            port: 443,
            path: "/health.txt".to_owned(),
            search: None,
            sni: true,
            interval: 10,
            failure_threshold: THRESHOLD,
            regions: CHECKERS.iter().map(|region| region.parse().expect("a region")).collect(),
        });
        let report = |region: &&str, success: bool| CheckerReport {
            region: region.parse().ok(),
            ip_address: String::new(),
            success,
            status: String::new(),
            checked_at: None,
        };
        let reports =
            endpoint.seen.map(|success| CHECKERS.iter().map(|region| report(region, success)).collect());
        let config = model::CheckConfig { kind, inverted: endpoint.inverted, disabled: endpoint.disabled };
        KnownCheck { reports: Some(reports.unwrap_or_default()), ..KnownCheck::new(config) }
    }
}

/// The world in the lab's words.
mod oracle {
    use super::*;

    pub(super) struct Verdicts(pub(super) BTreeMap<String, bool>);

    impl Knowledge for Verdicts {
        /// As the lab's board has it: an unknown check is healthy.
        fn healthy(&self, check_id: &str) -> bool {
            self.0.get(check_id).copied().unwrap_or(true)
        }

        /// Each has an address that tells its name.
        fn resource(&self, target: &Fqdn) -> Option<(Ipv4Addr, u32)> {
            let number: u8 = target.labels().next()?.strip_prefix("lb-")?.parse().ok()?;
            Some((Ipv4Addr::new(198, 51, 100, number), 60))
        }
    }

    pub(super) fn side(checks: &[Check; 2]) -> Option<Side> {
        let mut verdicts = BTreeMap::new();
        let mut records = Records::new();
        for (side, check) in Side::BOTH.into_iter().zip(checks) {
            judge(side.as_str(), check, &mut verdicts);
            let check = (!matches!(check, Check::None)).then(|| side.as_str().to_owned());
            for set in sets(side, check) {
                records.entry((set.name.clone(), set.rtype)).or_default().push(set);
            }
        }
        let question = name("data.example.com");
        let question = (&question, Some(RecordType::Cname));
        let reply = dns::answer(&name("example.com"), "Z-LAB-1", &records, &Verdicts(verdicts), question, 0);
        let value = reply.answers.first()?.values.first()?.clone();
        Side::BOTH.into_iter().find(|side| value == bucket(*side))
    }

    fn bucket(side: Side) -> String {
        format!("{side}-bucket.s3.amazonaws.com")
    }

    /// The record of a side, and the pointer to which it leads.
    fn sets(side: Side, health_check_id: Option<String>) -> [lab::RecordSet; 2] {
        let pointer = name(&format!("{side}.data.example.com"));
        let values = vec![bucket(side)];
        [
            lab::RecordSet {
                name: name("data.example.com"),
                rtype: RecordType::Cname,
                set_identifier: Some(side.to_string()),
                routing: lab::Routing::Failover(side),
                answer: lab::Answer::Alias {
                    hosted_zone_id: "Z-LAB-1".to_owned(),
                    dns_name: pointer.clone(),
                    evaluate_target_health: true,
                },
                health_check_id,
            },
            lab::RecordSet {
                name: pointer,
                rtype: RecordType::Cname,
                set_identifier: None,
                routing: lab::Routing::Simple,
                answer: lab::Answer::Values { ttl: 60, values },
                health_check_id: None,
            },
        ]
    }

    pub(super) fn judge(id: &str, check: &Check, verdicts: &mut BTreeMap<String, bool>) {
        let healthy = match check {
            Check::None | Check::Missing => return,
            Check::Endpoint(endpoint) => self::endpoint(endpoint),
            Check::Alarm { ok, inverted, disabled } => {
                let kind = lab::CheckKind::CloudWatchMetric {
                    alarm_region: "us-east-1".to_owned(),
                    alarm_name: "errors".to_owned(),
                    insufficient_data: "LastKnownStatus".to_owned(),
                };
                let config = lab::HealthCheckConfig { kind, inverted: *inverted, disabled: *disabled };
                status(&config, || followed("LastKnownStatus", Some(*ok), None), |_| None)
            }
            Check::Calculated { children, threshold, inverted, disabled } => {
                for (index, child) in children.iter().enumerate() {
                    if let Some(child) = child {
                        verdicts.insert(child_id(id, index), self::endpoint(child));
                    }
                }
                let ids = (0..children.len()).map(|index| child_id(id, index)).collect();
                let kind = lab::CheckKind::Calculated { children: ids, threshold: *threshold };
                let config = lab::HealthCheckConfig { kind, inverted: *inverted, disabled: *disabled };
                status(&config, || true, |id| verdicts.get(id).copied())
            }
        };
        verdicts.insert(id.to_owned(), healthy);
    }

    fn endpoint(endpoint: &Endpoint) -> bool {
        let kind = lab::CheckKind::Endpoint(lab::EndpointCheck {
            protocol: lab::CheckProtocol::Https,
            ip_address: None,
            port: 443,
            resource_path: "/health.txt".to_owned(),
            fully_qualified_domain_name: Some("bucket.s3.us-east-1.amazonaws.com".to_owned()),
            search_string: None,
            request_interval: 10,
            failure_threshold: THRESHOLD,
            measure_latency: false,
            enable_sni: true,
            regions: CHECKERS.map(str::to_owned).to_vec(),
        });
        let config =
            lab::HealthCheckConfig { kind, inverted: endpoint.inverted, disabled: endpoint.disabled };
        // Enough looks for every checker to have made up its mind.
        let mind = |_| {
            let looks = (0..THRESHOLD).filter_map(|_| endpoint.seen);
            looks.fold(CheckerState::NEW, |mind, success| mind.after(success, THRESHOLD))
        };
        status(&config, || enough_healthy(CHECKERS.map(mind)), |_| None)
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, failure_persistence: None, ..ProptestConfig::default() })]

    /// "Works out from the records and the state of the health checks which side ought to answer"; "the lab
    /// shares no failover logic with the code that it judges".
    #[test]
    fn both_choose_the_same_side(checks in [check(), check()]) {
        let (tool, oracle) = (tool::side(&checks), oracle::side(&checks));
        prop_assert!(oracle.is_some(), "the lab answers one of the two");
        prop_assert_eq!(tool, oracle);
    }
}

/// That the property above sees both sides: a dead primary, and a dead pair.
#[test]
fn a_dead_primary_leads_to_the_secondary_and_a_dead_pair_to_the_primary() {
    let endpoint = |seen| Check::Endpoint(Endpoint { seen: Some(seen), inverted: false, disabled: false });
    for (checks, side) in [
        ([endpoint(true), endpoint(true)], Side::Primary),
        ([endpoint(false), endpoint(true)], Side::Secondary),
        ([endpoint(false), Check::None], Side::Secondary),
        ([endpoint(false), endpoint(false)], Side::Primary),
    ] {
        assert_eq!([tool::side(&checks), oracle::side(&checks)], [Some(side); 2], "{checks:?}");
    }
}
