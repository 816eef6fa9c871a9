//! What apply makes of a spec, import makes a spec of again: the two rooms held against each other.
//!
//! The specs are the plan's own, drawn at random, and the account is the one that its tests carry plans out in.

use std::collections::BTreeSet;

use proptest::{prelude::*, test_runner::TestCaseError};

use crate::{
    account::Snapshot,
    import::{Asked, Imported, import, text},
    model::{Answer, Interval, RecordSet, RecordType, Routing, Side},
    plan::{
        plan,
        tests::{
            TERMS,
            account::Account,
            specs::{Draft, drafts, spec},
        },
    },
    spec::{Failover, Format, HealthCheckSpec, Protocol, Spec, Target},
};

/// The account after the spec was applied.
fn applied(spec: &Spec) -> Account {
    let mut account = Account::with([]);
    let plan = plan(spec, &TERMS, &account.snapshot(spec)).expect("nothing is in the way");
    account.carry_out(&plan, None, |_| Ok(())).expect("Route 53 takes it");
    account
}

fn asked(spec: &Spec) -> Vec<Asked> {
    let of = |failover: &Failover| Asked { name: failover.name.clone(), by: spec.zone_of(failover).clone() };
    spec.failovers.iter().map(of).collect()
}

fn imported(spec: &Spec, snapshot: &Snapshot) -> Imported {
    import(&asked(spec), snapshot).unwrap_or_else(|refusals| panic!("{refusals:?}"))
}

/// Less what Route 53 does not hold: the bucket behind an alias, and its region; and in which order the
/// checkers' regions were written.
fn told(spec: &Spec) -> Spec {
    let mut spec = spec.clone();
    for failover in &mut spec.failovers {
        let switched = failover.switch.is_some();
        for (side, switched) in [(&mut failover.primary, false), (&mut failover.secondary, switched)] {
            let alias = matches!(side.target, Target::Alias { .. });
            if alias && !(switched && side.sentinel_bucket.is_none() && side.alarm.is_none()) {
                side.bucket = "bucket".parse().expect("a name");
                side.region = "us-east-1".parse().expect("a region");
            }
            // Nothing looks into it; or only the switch, and behind an alias that might be the bucket itself.
            if side.alarm.is_some() && (alias || !switched) {
                side.sentinel_bucket = None;
            }
        }
        let check = &mut failover.health_check;
        check.regions.sort();
        // With an alarm on both sides nothing but the switch is looked for.
        if failover.primary.alarm.is_some() && failover.secondary.alarm.is_some() {
            (check.object, check.contains) = (None, None);
            if !switched {
                (check.interval, check.failure_threshold) =
                    (Interval::Thirty, HealthCheckSpec::default_threshold());
                (check.protocol, check.port, check.regions) = (Protocol::Https, 443, Vec::new());
            }
        }
    }
    spec
}

fn says(imported: &Imported) -> Result<(), TestCaseError> {
    for format in [Format::Toml, Format::Json] {
        let text = text(imported, &["A head: \u{7}with \"all\" sorts\nof things.".to_owned()], format);
        let loaded = Spec::parse("spec", &text, format).map_err(|invalid| {
            TestCaseError::fail(format!("{text}\n{}", invalid.findings.render(crate::spec::Look::PLAIN)))
        })?;
        prop_assert_eq!(&loaded.spec, &imported.spec, "{}", text);
    }
    Ok(())
}

/// A record set whose set identifiers, and nothing else, are another's.
fn renamed(set: &RecordSet) -> RecordSet {
    let routing = match &set.routing {
        Routing::Failover { side, .. } => Routing::Failover {
            set_identifier: format!("terraform-{side}").parse().expect("an identifier"),
            side: *side,
        },
        other => other.clone(),
    };
    RecordSet { routing, ..set.clone() }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    /// "`import NAME` writes the spec for records and checks that stand …, and the next plan is empty".
    #[test]
    fn what_apply_made_is_imported_as_it_was_wanted(drafts in drafts()) {
        let spec = spec(&drafts);
        let snapshot = applied(&spec).snapshot(&spec);
        let imported = imported(&spec, &snapshot);
        prop_assert_eq!(told(&imported.spec), told(&spec));
        let again = plan(&imported.spec, &TERMS, &snapshot).expect("all of it is ours");
        prop_assert!(again.is_empty(), "{:#?}", again.changes);
        says(&imported)?;
        let noted: BTreeSet<&str> = imported.notes.values().flatten().map(|note| note.id).collect();
        let unknown = BTreeSet::from(["origin", "bucket-unknown", "region-unknown", "sentinel-guessed"]);
        prop_assert!(noted.is_subset(&unknown), "{noted:?}");
    }

    /// "… whoever made them": without a mark of ours it is the same spec, and the plan takes it over only when
    /// somebody says so. Carried out, there is nothing left to do, and nothing of the foreign checks was touched.
    #[test]
    fn what_others_made_is_the_same_spec_and_not_ours(drafts in drafts()) {
        let spec = spec(&drafts);
        let mut theirs = applied(&spec);
        let kept = theirs.records.values().filter(|set| set.record_type != RecordType::Txt);
        theirs.records = kept.map(renamed).map(|set| (set.key(), set)).collect();
        for (index, check) in theirs.checks.values_mut().enumerate() {
            check.caller_reference = format!("terraform-{index}").parse().expect("a reference");
            check.tags.clear();
        }
        let foreign = theirs.checks.clone();
        let snapshot = theirs.snapshot(&spec);
        let imported = imported(&spec, &snapshot);
        // The marker alone has a TTL where there are no pointers.
        let default_ttl = |mut spec: Spec| {
            for failover in &mut spec.failovers {
                if failover.primary.target != Target::Pointer {
                    failover.ttl = Failover::default_ttl();
                }
            }
            spec
        };
        prop_assert_eq!(default_ttl(told(&imported.spec)), default_ttl(told(&spec)));
        says(&imported)?;
        prop_assert!(plan(&imported.spec, &TERMS, &snapshot).is_err(), "not ours, and not refused");
        let names: Vec<_> = spec.failovers.iter().map(|failover| failover.name.clone()).collect();
        let terms = crate::plan::Terms { adopt: &names, ..TERMS };
        let plan = plan(&imported.spec, &terms, &snapshot).expect("somebody said so");
        theirs.carry_out(&plan, None, |_| Ok(())).map_err(TestCaseError::fail)?;
        let again = crate::plan::plan(&imported.spec, &TERMS, &theirs.snapshot(&spec)).expect("ours by now");
        prop_assert!(again.is_empty(), "{:#?}", again.changes);
        for (id, check) in &foreign {
            prop_assert_eq!(theirs.checks.get(id), Some(check));
        }
    }

    /// CNAME pairs straight to the endpoints, as people write them by hand, are the same spec too.
    #[test]
    fn a_pair_without_pointers_is_the_same_spec(drafts in drafts()) {
        let spec = spec(&drafts);
        let mut account = applied(&spec);
        let pointers = account.records.clone();
        let ends = |set: &RecordSet| {
            let target = set.leads_to()?;
            let pointer = pointers.values().find(|pointer| pointer.name == target)?;
            Some(RecordSet { answer: pointer.answer.clone(), ..set.clone() })
        };
        for set in account.records.values_mut() {
            if let Some(direct) = ends(set).filter(|_| set.record_type == RecordType::Cname) {
                *set = direct;
            }
        }
        account.records.retain(|_, set| set.side().is_some());
        let imported = imported(&spec, &account.snapshot(&spec));
        let pointers = |spec: Spec| -> Vec<Failover> {
            spec.failovers.into_iter().filter(|failover| failover.primary.target == Target::Pointer).collect()
        };
        prop_assert_eq!(pointers(told(&imported.spec)), pointers(told(&spec)));
    }
}

/// A record that stands nowhere is a refusal, and so is each thing that a spec cannot say; none is lost beside
/// another.
#[test]
fn every_name_that_cannot_be_imported_is_told() {
    let spec = spec(&[Draft::example(), Draft { name: "media.example.com", ..Draft::example() }]);
    let mut account = applied(&spec);
    account
        .records
        .retain(|key, set| key.name.as_str() != "media.example.com" && set.side() != Some(Side::Secondary));
    let refusals = import(&asked(&spec), &account.snapshot(&spec)).expect_err("half of it is gone");
    let ids: Vec<&str> = refusals.iter().map(crate::import::Refusal::id).collect();
    assert_eq!(ids, ["half-a-pair", "no-record"]);
}

/// The name of a bucket that is not known cannot be foreseen, and is the same each time.
#[test]
fn a_bucket_that_is_not_known_has_a_name_of_its_own() {
    let spec = spec(&[Draft { kind: crate::plan::tests::specs::Kind::Aliases, ..Draft::example() }]);
    let account = applied(&spec);
    let buckets = || {
        let imported = imported(&spec, &account.snapshot(&spec));
        let failover = &imported.spec.failovers[0];
        [failover.primary.bucket.to_string(), failover.secondary.bucket.to_string()]
    };
    let [primary, secondary] = buckets();
    assert!(primary.starts_with("not-known-") && secondary.starts_with("not-known-"));
    assert_ne!(primary, secondary);
    assert_eq!(buckets(), [primary, secondary]);
    let values = |set: &RecordSet| matches!(set.answer, Answer::Values { .. });
    assert!(account.records.values().filter(|set| values(set)).all(|set| set.record_type == RecordType::Txt));
}
