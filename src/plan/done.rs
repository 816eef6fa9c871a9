//! Is a change there already?
//!
//! Route 53 refuses a batch that it has carried out when it comes again, and an update of a health check
//! likewise. Whether that is what happened is not in the words of the refusal, but in what there is.

use std::convert::Infallible;

use super::{
    CheckRef,
    checks::{drift, identity},
    records::difference,
};
use crate::{
    account::RecordChange,
    model::{CheckConfig, HealthCheckId, RecordSet},
};

/// Whether the records are as this batch makes them. `records` holds every set at the batch's names.
pub fn is_carried_out(batch: &[RecordChange], records: &[RecordSet]) -> bool {
    let created = |set: &&RecordSet| {
        batch.iter().any(|change| matches!(change, RecordChange::Create(other) if other.key() == set.key()))
    };
    batch.iter().all(|change| match change {
        RecordChange::Create(wanted) => {
            let is = records.iter().find(|set| set.key() == wanted.key());
            is.is_some_and(|is| difference(is, &existing(wanted)).is_none())
        }
        RecordChange::Delete(gone) => created(&gone) || records.iter().all(|set| set.key() != gone.key()),
    })
}

/// Whether a health check has these settings.
pub fn is_as_wanted(is: &CheckConfig, wanted: &CheckConfig) -> bool {
    let named = |config| identity(config, HealthCheckId::to_string);
    let Ok(existing) = wanted.try_map_children(|id| Ok::<_, Infallible>(CheckRef::Existing(id.clone())));
    named(is) == named(wanted) && drift(is, &existing).is_none()
}

fn existing(set: &RecordSet) -> RecordSet<CheckRef> {
    let Ok(set) = set.try_map_check(|id| Ok::<_, Infallible>(CheckRef::Existing(id.clone())));
    set
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Answer, CheckKind, RecordType, Routing, Ttl};

    fn text(name: &str, values: &[&str]) -> RecordSet {
        let ttl = Ttl::from_seconds(60).expect("in bounds");
        RecordSet {
            name: name.parse().expect("a name"),
            record_type: RecordType::Txt,
            routing: Routing::Simple,
            answer: Answer::Values { ttl, values: values.iter().map(ToString::to_string).collect() },
            health_check: None,
        }
    }

    #[test]
    fn a_batch_is_there_when_all_of_it_is() {
        let (old, new) = (text("a.example.com", &["old"]), text("a.example.com", &["new", "more"]));
        let gone = text("b.example.com", &["old"]);
        let batch = [
            RecordChange::Delete(old.clone()),
            RecordChange::Delete(gone.clone()),
            RecordChange::Create(new.clone()),
        ];
        let shuffled = text("a.example.com", &["more", "new"]);
        let other = text("c.example.com", &["whatever"]);
        for (records, done) in [
            (vec![new.clone()], true),
            (vec![shuffled, other], true),
            (vec![old.clone(), gone.clone()], false),
            (vec![], false),
            (vec![old], false),
            (vec![new.clone(), gone.clone()], false),
            (vec![text("a.example.com", &["new"])], false),
            (vec![RecordSet { health_check: "1bc7".parse().ok(), ..new }], false),
        ] {
            assert_eq!(is_carried_out(&batch, &records), done, "{records:?}");
        }
        assert!(is_carried_out(&batch[1..2], &[]));
        assert!(!is_carried_out(&batch[1..2], &[text("b.example.com", &["somebody else's"])]));
    }

    #[test]
    fn a_health_check_is_as_wanted_when_nothing_differs() {
        let check = |children: &[&str], threshold| CheckConfig {
            kind: CheckKind::Calculated {
                children: children.iter().map(|id| id.parse().expect("an id")).collect(),
                threshold,
            },
            inverted: false,
            disabled: false,
        };
        let wanted = check(&["a", "b"], 2);
        assert!(is_as_wanted(&wanted, &wanted));
        assert!(is_as_wanted(&check(&["b", "a"], 2), &wanted));
        for other in [check(&["a", "b"], 1), check(&["a"], 2), check(&["a", "c"], 2)] {
            assert!(!is_as_wanted(&other, &wanted), "{other:?}");
        }
        assert!(!is_as_wanted(&CheckConfig { inverted: true, ..wanted.clone() }, &wanted));
    }
}
