//! Record changes into batches that Route 53 accepts.

use super::{CheckRef, Step};
use crate::{
    account::RecordChange,
    model::{Answer, HostedZoneId},
};

/// "A request cannot contain more than 1,000 `ResourceRecord` elements" (Route 53 Developer Guide,
/// `DNSLimitations`); an alias counts as one.
const MOST_ELEMENTS: usize = 1_000;
/// "The sum of the number of characters (including spaces) in all Value elements in a request cannot
/// exceed 32,000 characters" (Route 53 Developer Guide, `DNSLimitations`).
const MOST_CHARACTERS: usize = 32_000;

/// Puts the changes of several failovers of a zone into as few batches as the limits allow. A failover's own
/// changes always stay in one batch, since only a batch is atomic; they are far below the limits.
pub(super) fn split(zone: &HostedZoneId, failovers: Vec<Vec<RecordChange<CheckRef>>>) -> Vec<Step> {
    let mut batches: Vec<(Size, Vec<RecordChange<CheckRef>>)> = Vec::new();
    for changes in failovers.into_iter().filter(|changes| !changes.is_empty()) {
        let size = Size::of(&changes);
        match batches.last_mut() {
            Some((sum, batch)) if sum.with(size).fits() => {
                *sum = sum.with(size);
                batch.extend(changes);
            }
            _ => batches.push((size, changes)),
        }
    }
    batches.into_iter().map(|(_, changes)| Step::ChangeRecords { zone: zone.clone(), changes }).collect()
}

/// Whether these changes can be one batch.
pub(super) fn fits(changes: &[RecordChange<CheckRef>]) -> bool {
    Size::of(changes).fits()
}

#[derive(Clone, Copy)]
struct Size {
    elements: usize,
    characters: usize,
}

impl Size {
    fn of(changes: &[RecordChange<CheckRef>]) -> Self {
        let each = changes.iter().map(|change| match change {
            RecordChange::Create(set) => answer_size(&set.answer),
            RecordChange::Delete(set) => answer_size(&set.answer),
        });
        each.fold(Self { elements: 0, characters: 0 }, Self::with)
    }

    fn with(self, other: Self) -> Self {
        Self { elements: self.elements + other.elements, characters: self.characters + other.characters }
    }

    fn fits(self) -> bool {
        self.elements <= MOST_ELEMENTS && self.characters <= MOST_CHARACTERS
    }
}

fn answer_size(answer: &Answer) -> Size {
    match answer {
        Answer::Values { values, .. } => {
            Size { elements: values.len(), characters: values.iter().map(|v| v.chars().count()).sum() }
        }
        Answer::Alias { .. } => Size { elements: 1, characters: 0 },
    }
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};

    use super::*;
    use crate::model::{RecordSet, RecordType, Routing, Ttl};

    fn failover(values: usize) -> Vec<RecordChange<CheckRef>> {
        vec![RecordChange::Create(RecordSet {
            name: "a.example.com".parse().expect("a name"),
            record_type: RecordType::Txt,
            routing: Routing::Simple,
            answer: Answer::Values {
                ttl: Ttl::from_seconds(60).expect("in bounds"),
                values: vec!["x".repeat(10); values],
            },
            health_check: None,
        })]
    }

    fn sizes(failovers: Vec<Vec<RecordChange<CheckRef>>>) -> Vec<usize> {
        let steps = split(&"ZONE".parse().expect("an id"), failovers);
        steps
            .iter()
            .map(|step| if let Step::ChangeRecords { changes, .. } = step { changes.len() } else { 0 })
            .collect()
    }

    #[test]
    fn batches_stay_below_the_limits_and_never_split_a_failover() {
        assert_eq!(sizes(vec![]), Vec::<usize>::new());
        assert_eq!(sizes(vec![failover(0), vec![], failover(1)]), [2]);
        assert_eq!(sizes(vec![failover(600), failover(400), failover(1)]), [2, 1], "elements");
        let long = || vec![failover(1).remove(0); 40];
        assert_eq!(sizes((0..81).map(|_| long()).collect()).iter().sum::<usize>(), 81 * 40);
        assert!(sizes((0..81).map(|_| long()).collect()).iter().all(|size| size % 40 == 0 && *size <= 1_000));
    }

    /// A failover of so many records, each with this answer.
    fn records(records: usize, values: usize, characters: usize) -> Vec<RecordChange<CheckRef>> {
        let mut one = failover(values);
        if let RecordChange::Create(set) = &mut one[0]
            && let Answer::Values { values, .. } = &mut set.answer
        {
            *values = vec!["x".repeat(characters); values.len()];
        }
        vec![one.remove(0); records]
    }

    fn measured(changes: &[RecordChange<CheckRef>]) -> (usize, usize) {
        let values = |change: &RecordChange<CheckRef>| match change {
            RecordChange::Create(RecordSet { answer: Answer::Values { values, .. }, .. }) => values.clone(),
            _ => Vec::new(),
        };
        let all: Vec<String> = changes.iter().flat_map(values).collect();
        (all.len(), all.iter().map(String::len).sum())
    }

    proptest! {
        /// "max 1,000 `ResourceRecord` elements … and 32,000 Value characters": each batch keeps to both, no
        /// failover is split, none is lost or moved, and no batch could have taken the failover after it.
        #[test]
        fn batches_are_whole_failovers_in_their_order_and_as_full_as_can_be(
            sizes in vec((0..6_usize, 1..60_usize, 1..70_usize), 0..60),
        ) {
            let failovers: Vec<_> = sizes.iter().map(|(r, v, c)| records(*r, *v, *c)).collect();
            let steps = split(&"ZONE".parse().expect("an id"), failovers.clone());
            let batches: Vec<_> = steps
                .iter()
                .map(|step| match step {
                    Step::ChangeRecords { changes, .. } => changes.clone(),
                    other => panic!("{other:?}"),
                })
                .collect();
            prop_assert_eq!(batches.concat(), failovers.concat());
            let mut rest = failovers.into_iter().filter(|failover| !failover.is_empty()).peekable();
            for batch in &batches {
                let (elements, characters) = measured(batch);
                prop_assert!(elements <= MOST_ELEMENTS && characters <= MOST_CHARACTERS);
                let mut taken = 0;
                while taken < batch.len() {
                    taken += rest.next().expect("one for each part").len();
                }
                prop_assert_eq!(taken, batch.len(), "a failover is split");
                if let Some(next) = rest.peek() {
                    let (more, longer) = measured(next);
                    prop_assert!(elements + more > MOST_ELEMENTS || characters + longer > MOST_CHARACTERS);
                }
            }
        }
    }
}
