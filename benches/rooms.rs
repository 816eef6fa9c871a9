//! How fast are the rooms that only compute? `cargo bench`.
//!
//! What a person feels is measured by `scripts/bench`, with processes and sockets; here are the pure
//! parts, at sizes far beyond a normal day, to see that none of them grows faster than its input.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::SocketAddr,
    sync::Arc,
    time::Duration,
};

use divan::{Bencher, black_box};
use jiff::Timestamp;
use s3_failover::{
    account::{RecordChange, Snapshot, Zone, ZoneRecords},
    drill::{Floor, Ledger, Looked, Minds, Observation, Seen, Start, Turn, Way},
    model::{
        CheckOwner, CheckerReport, Detection, HealthCheck, HealthCheckId, RecordKey, RecordSet, Side, Ttl,
        detection_floor,
    },
    plan::{CheckRef, Plan, Step, Terms, plan},
    probe::{Answered, PointerAnswer, Vantage, client::ClientKind},
    spec::{Format, Spec},
    timeline::Phases,
};

fn main() {
    divan::main();
}

/// A spec of so many pairs, each with a switch.
fn text(failovers: usize) -> String {
    let mut text = "hosted_zone = \"example.com\"\n".to_owned();
    for number in 0..failovers {
        let failover = format!(
            "[[failover]]\nname = \"data-{number}.example.com\"\n\
             health_check = {{ object = \"health.txt\", interval = 10 }}\n\
             switch = {{ object = \"force-secondary\" }}\n\
             primary = {{ bucket = \"one-{number}\", region = \"us-east-1\" }}\n\
             secondary = {{ bucket = \"two-{number}\", region = \"eu-west-1\" }}\n"
        );
        text.push_str(&failover);
    }
    text
}

fn spec(failovers: usize) -> Spec {
    Spec::parse("failover.toml", &text(failovers), Format::Toml).expect("a valid spec").spec
}

fn account(spec: &Spec, records: Vec<RecordSet>, checks: Vec<HealthCheck>) -> Snapshot {
    let zone = Zone {
        id: "ZEXAMPLE".parse().expect("an id"),
        name: "example.com".parse().expect("a name"),
        private: false,
    };
    let names = spec.failovers.iter().map(|failover| failover.name.clone()).collect();
    Snapshot {
        zones: vec![ZoneRecords { zone, names, records }],
        checks,
        foreign_checks: Vec::new(),
        removed: Vec::new(),
    }
}

fn nothing(spec: &Spec) -> Snapshot {
    account(spec, Vec::new(), Vec::new())
}

/// What the account holds after a first plan was carried out.
fn all_of(spec: &Spec, plan: &Plan) -> Snapshot {
    let mut ids: BTreeMap<&CheckOwner, HealthCheckId> = BTreeMap::new();
    let mut records: BTreeMap<RecordKey, RecordSet> = BTreeMap::new();
    let mut checks = Vec::new();
    let id_of = |ids: &BTreeMap<&CheckOwner, HealthCheckId>, check: &CheckRef| match check {
        CheckRef::Existing(id) => Ok::<_, ()>(id.clone()),
        CheckRef::Planned(owner) => Ok(ids[owner].clone()),
    };
    for step in &plan.steps {
        match step {
            Step::CreateCheck { owner, config, identity, tags } => {
                let id: HealthCheckId = format!("check-{}", checks.len()).parse().expect("an id");
                checks.push(HealthCheck {
                    id: id.clone(),
                    caller_reference: owner.reference(identity, 0),
                    version: 1,
                    config: config.try_map_children(|child| id_of(&ids, child)).expect("never fails"),
                    tags: tags.clone(),
                });
                ids.insert(owner, id);
            }
            Step::ChangeRecords { changes, .. } => {
                for change in changes {
                    if let RecordChange::Create(set) = change {
                        let set = set.try_map_check(|check| id_of(&ids, check)).expect("never fails");
                        records.insert(set.key(), set);
                    }
                }
            }
            _ => {}
        }
    }
    account(spec, records.into_values().collect(), checks)
}

fn planned(spec: &Spec, snapshot: &Snapshot) -> Plan {
    plan(spec, &Terms { spec_name: "failover.toml", ..Terms::default() }, snapshot)
        .expect("nothing is in the way")
}

#[divan::bench(args = [1, 300], sample_count = 20)]
fn spec_is_read_and_judged(bencher: Bencher, failovers: usize) {
    let text = text(failovers);
    bencher.bench(|| Spec::parse("failover.toml", black_box(&text), Format::Toml).expect("a valid spec"));
}

#[divan::bench(args = [1, 300], sample_count = 20)]
fn plan_from_nothing(bencher: Bencher, failovers: usize) {
    let spec = spec(failovers);
    let snapshot = nothing(&spec);
    bencher.bench(|| planned(black_box(&spec), &snapshot));
}

#[divan::bench(args = [1, 300], sample_count = 20)]
fn plan_when_all_is_well(bencher: Bencher, failovers: usize) {
    let spec = spec(failovers);
    let snapshot = all_of(&spec, &planned(&spec, &nothing(&spec)));
    assert!(planned(&spec, &snapshot).is_empty());
    bencher.bench(|| planned(black_box(&spec), &snapshot));
}

/// Observations as a watch sends them: four name servers, a resolver, sixteen checkers, both endpoints
/// and a client, in turns; in the middle everything goes over to the secondary.
fn observations(number: usize) -> Vec<Observation> {
    let one = |index: usize| {
        let side = if index * 2 < number { Side::Primary } else { Side::Secondary };
        let answer = Ok(PointerAnswer { answered: Answered::Side(side), ttl: Ttl::from_seconds(60).ok() });
        let seen = match index % 8 {
            point @ 0..5 => Seen::Answer { point, answer },
            5 => Seen::Checkers(reports(index, side == Side::Primary)),
            6 => {
                let served = Err("refused".to_owned());
                Seen::Endpoint { side: Side::Primary, looked: Looked::Data, served }
            }
            _ => Seen::Client {
                kind: ClientKind::Pointer,
                served_by: Ok(side),
                led_to: Some(side),
                took: Duration::from_millis(20),
            },
        };
        Observation { at: Duration::from_millis(100 * index as u64), seen }
    };
    (0..number).map(one).collect()
}

fn points() -> Arc<[Vantage]> {
    let address = |number: u8| SocketAddr::from(([127, 0, 0, number], 53));
    let name_servers = (1..=4).map(|number| Vantage::authoritative(address(number)));
    name_servers.chain([Vantage::recursive(address(5))]).collect()
}

fn reports(index: usize, success: bool) -> Vec<CheckerReport> {
    let report = |checker: usize| CheckerReport {
        region: "us-east-1".parse().ok(),
        ip_address: format!("198.51.100.{checker}"),
        success,
        status: "Success: HTTP Status Code 200, OK".to_owned(),
        checked_at: i64::try_from(100 * index + checker)
            .ok()
            .and_then(|at| Timestamp::from_millisecond(at).ok()),
    };
    (0..16).map(report).collect()
}

#[divan::bench(args = [1_000, 100_000], sample_count = 20)]
fn timeline_folds_observations(bencher: Bencher, number: usize) {
    let observations = observations(number);
    let minds = Minds::settled(&reports(0, true), 3);
    bencher.bench(|| {
        let mut turn = Turn::begin(Start {
            changed: Side::Primary,
            way: Way::There,
            began: Duration::ZERO,
            done: Duration::ZERO,
            epoch: Timestamp::UNIX_EPOCH,
            points: points(),
            minds: minds.clone(),
            floor: Floor::Looks(detection(16)),
            lead: ClientKind::Pointer,
            failing: BTreeSet::new(),
        });
        let mut ledger = Ledger::new(Side::Primary, Timestamp::UNIX_EPOCH, &points(), &[ClientKind::Pointer]);
        ledger.mark(Way::There, Duration::ZERO);
        let mut see = |observation: &Observation| {
            let news = turn.see(observation).len();
            news + usize::from(ledger.see(observation, turn.minds()).is_some())
        };
        let events: usize = observations.iter().map(&mut see).sum();
        assert!(turn.is_complete());
        (events, Phases::of(&turn), ledger.requests())
    });
}

fn detection(checkers: u64) -> Detection {
    Detection {
        last_looks: (0..checkers).map(Duration::from_millis).collect(),
        changed: Duration::from_mins(1),
        interval: Duration::from_secs(10),
        threshold: 3,
        look: Duration::ZERO,
        under_way: Duration::ZERO,
        to_unhealthy: true,
    }
}

#[divan::bench]
fn floor_of_sixteen_checkers(bencher: Bencher) {
    let detection = detection(16);
    bencher.bench(|| detection_floor(black_box(&detection)));
}
