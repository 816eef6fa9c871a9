//! Failovers that lead to one another: no alias is ever without its target.

use std::{collections::BTreeMap, fmt::Write as _};

use proptest::{collection::vec, prelude::*, sample::Index, test_runner::TestCaseError};

use super::{TERMS, account::Account};
use crate::{
    account::{RecordChange, Snapshot, ZoneRecords},
    model::{Answer, Fqdn, HostedZoneId, RecordSet, RecordType},
    plan::{Plan, Step, Terms, destroy, plan},
    spec::{Format, Spec},
};

/// A failover `n0`, `n1`, …: where its primary leads, and how often it is looked at.
#[derive(Clone, Debug)]
struct Node {
    /// Another failover, or a load balancer.
    to: Option<usize>,
    interval: u32,
}

fn spec(nodes: &[Node], order: &[usize]) -> Spec {
    let mut text = "hosted_zone = \"example.com\"\n".to_owned();
    for index in order {
        let Node { to, interval } = &nodes[*index];
        let balancer = |side: &str| {
            format!(
                "{{ alias = \"n{index}-{side}.us-east-1.elb.amazonaws.com\", hosted_zone_id = \"Z35SXDOTRQ7X7K\" }}"
            )
        };
        let primary = to.map_or_else(
            || balancer("one"),
            |to| format!("{{ alias = \"n{to}.example.com\", hosted_zone_id = \"ZEXAMPLE\" }}"),
        );
        write!(
            text,
            "[[failover]]\nname = \"n{index}.example.com\"\n[failover.health_check]\nobject = \"health.txt\"\n\
             interval = {interval}\nprotocol = \"http\"\n\
             [failover.primary]\nbucket = \"n{index}-one\"\nregion = \"us-east-1\"\ntarget = {primary}\n\
             [failover.secondary]\nbucket = \"n{index}-two\"\nregion = \"eu-west-1\"\ntarget = {}\n",
            balancer("two")
        )
        .expect("writing to a String cannot fail");
    }
    match Spec::parse("failover.toml", &text, Format::Toml) {
        Ok(loaded) => loaded.spec,
        Err(invalid) => panic!("{text}\n{}", invalid.render(crate::spec::Look::PLAIN)),
    }
}

/// Each node leads to an earlier one or to none; their order in the file is another.
fn forest() -> impl Strategy<Value = (Vec<Node>, Vec<usize>)> {
    vec((any::<bool>(), any::<Index>(), prop::sample::select(vec![10u32, 30])), 2..6).prop_flat_map(|drawn| {
        let node = |(index, (linked, to, interval)): (usize, &(bool, Index, u32))| Node {
            to: (*linked && index > 0).then(|| to.index(index)),
            interval: *interval,
        };
        let nodes: Vec<Node> = drawn.iter().enumerate().map(node).collect();
        let order = Just((0..nodes.len()).collect::<Vec<_>>()).prop_shuffle();
        (Just(nodes), order)
    })
}

fn carried_out(account: &mut Account, plan: &Plan, killed_after: Option<usize>) -> Result<(), TestCaseError> {
    account.carry_out(plan, killed_after, |_| Ok(())).map_err(TestCaseError::fail)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    /// "The alias target must exist": after each single change of a batch, in whatever order the spec has them,
    /// when only some of them change, when a run is killed, and when all go.
    #[test]
    fn no_alias_is_ever_without_its_target(
        (nodes, order) in forest(),
        intervals in vec(any::<bool>(), 6),
        kill in 0usize..60,
    ) {
        let mut account = Account::with([]);
        let before = spec(&nodes, &order);
        let planned = |account: &Account, spec: &Spec| plan(spec, &TERMS, &account.snapshot(spec));
        let first = planned(&account, &before).expect("nothing is in the way");
        carried_out(&mut account, &first, None)?;
        let changed: Vec<Node> = nodes
            .iter()
            .zip(&intervals)
            .map(|(node, change)| Node { interval: if *change { 40 - node.interval } else { node.interval }, ..node.clone() })
            .collect();
        let after = spec(&changed, &order);
        for killed_after in [Some(kill), None] {
            let change = planned(&account, &after).expect("nothing is in the way");
            carried_out(&mut account, &change, killed_after)?;
        }
        prop_assert!(planned(&account, &after).expect("nothing is in the way").is_empty());
        let removal = destroy(&after, &account.snapshot(&after)).expect("all of it is ours");
        carried_out(&mut account, &removal, None)?;
        prop_assert_eq!(account.records.len(), 0);
    }
}

type Place = (Fqdn, RecordType);

fn leads_to<C>(zone: &HostedZoneId, set: &RecordSet<C>) -> Option<Place> {
    match &set.answer {
        Answer::Alias { hosted_zone_id, target, .. } if hosted_zone_id == zone => {
            Some((target.clone(), set.record_type))
        }
        _ => None,
    }
}

/// Makes the changes one by one, and gives the number of batches.
fn made(
    plan: &Plan,
    zone: &HostedZoneId,
    held: &mut BTreeMap<Place, i32>,
    led: &mut BTreeMap<Place, i32>,
) -> usize {
    let mut batches = 0;
    for step in &plan.steps {
        let Step::ChangeRecords { changes, .. } = step else { continue };
        batches += 1;
        assert!(changes.len() <= 1_000);
        for change in changes {
            let (place, target, by) = match change {
                RecordChange::Create(set) => ((set.name.clone(), set.record_type), leads_to(zone, set), 1),
                RecordChange::Delete(set) => ((set.name.clone(), set.record_type), leads_to(zone, set), -1),
            };
            if let Some(target) = target {
                assert!(
                    held.get(&target).is_some_and(|sets| *sets > 0),
                    "{target:?} is not there: {change:?}"
                );
                *led.entry(target).or_default() += by;
            }
            *held.entry(place.clone()).or_default() += by;
            let (sets, aliases) = (held[&place], led.get(&place).copied().unwrap_or(0));
            assert!(sets > 0 || aliases == 0, "{aliases} aliases lead to {place:?}, which is gone");
        }
    }
    batches
}

/// "A request cannot contain more than 1,000 `ResourceRecord` elements": 400 in a row are 1,200, declared the last
/// first.
#[test]
fn a_chain_longer_than_a_batch_is_built_from_its_end_and_taken_down_from_its_beginning() {
    let nodes: Vec<Node> =
        (0..400_usize).map(|index| Node { to: index.checked_sub(1), interval: 30 }).collect();
    let order: Vec<usize> = (0..nodes.len()).rev().collect();
    let spec = spec(&nodes, &order);
    let account = Account::with([]);
    let zone = account.zone.id.clone();
    let (mut held, mut led) = (BTreeMap::new(), BTreeMap::new());
    let built = plan(&spec, &TERMS, &account.snapshot(&spec)).expect("nothing is in the way");
    assert_eq!(made(&built, &zone, &mut held, &mut led), 2);
    assert_eq!(held.len(), 800);

    let mut snapshot = account.snapshot(&spec);
    for step in &built.steps {
        let Step::ChangeRecords { changes, .. } = step else { continue };
        for change in changes {
            let RecordChange::Create(set) = change else { panic!("there was nothing") };
            let set = set.try_map_check(|_| "a-check".parse());
            snapshot.zones[0].records.push(set.expect("an id"));
        }
    }
    let removed = destroy(&spec, &snapshot).expect("all of it is ours");
    assert_eq!(made(&removed, &zone, &mut held, &mut led), 2);
    assert!(held.values().all(|sets| *sets == 0));
}

/// Two that lead to one another are taken out of the spec, and named the wrong way round.
#[test]
fn what_is_removed_goes_aliases_first() {
    let node = |to| Node { to, interval: 30 };
    let nodes = [node(None), node(Some(0)), node(None)];
    let mut account = Account::with([]);
    let whole = spec(&nodes, &[0, 1, 2]);
    let plan_of = |spec: &Spec, terms: &Terms<'_>, snapshot: &Snapshot| {
        plan(spec, terms, snapshot).expect("nothing is in the way")
    };
    let first = plan_of(&whole, &TERMS, &account.snapshot(&whole));
    account.carry_out(&first, None, |_| Ok(())).expect("Route 53 accepts it");
    let kept = spec(&nodes, &[2]);
    let remove: Vec<Fqdn> =
        ["n0", "n1"].map(|label| format!("{label}.example.com").parse().expect("a name")).into();
    let held = |name: &Fqdn| ZoneRecords {
        zone: account.zone.clone(),
        names: vec![name.clone()],
        records: account.records.values().filter(|set| set.name.is_within(name)).cloned().collect(),
    };
    let snapshot = Snapshot { removed: remove.iter().map(held).collect(), ..account.snapshot(&kept) };
    let removal = plan_of(&kept, &Terms { remove: &remove, ..TERMS }, &snapshot);
    account.carry_out(&removal, None, |_| Ok(())).expect("Route 53 accepts it");
    assert_eq!((account.records.len(), account.our_checks().count()), (3, 2));
}
