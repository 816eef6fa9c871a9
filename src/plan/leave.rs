//! The way back from a failover to a plain record, without a moment in which the name answers nothing.
//!
//! In the batch that takes the failover records away, a plain record takes their place: with what one
//! side answers now, for as long as that side's pointer could be cached, and guarded by nothing. It carries
//! no mark, so from then on it is whoever's who manages the zone; `apply --adopt` makes a failover of it
//! again. What stands is left, not what the spec says, since that may be something else by now.

use super::{
    Action, Change, CheckRef, Kind, Note, Step,
    records::{self, Records},
    steps::AwaitedCheck,
};
use crate::{
    account::{OwnedChecks, RecordChange, ZoneRecords},
    model::{Answer, CheckKind, CheckOwner, CheckRole, Fqdn, RecordSet, RecordType, Routing, Side},
    spec::Failover,
};

/// Lets a side's answer stand in the place of the failover. Before that it is looked whether the side is up.
pub(super) fn in_place(
    side: Side,
    removed: &mut Records,
    failover: &Failover,
    held: &ZoneRecords,
    ours: &OwnedChecks<'_>,
) -> Option<Step> {
    let sets = records::ours(&failover.name, held);
    let chosen: Vec<&RecordSet> = sets.values().filter(|set| set.side() == Some(side)).copied().collect();
    for set in &chosen {
        let answer = match &set.answer {
            Answer::Alias { target, .. } => pointer(target, set.record_type, &sets),
            Answer::Values { .. } => None,
        };
        let plain: RecordSet<CheckRef> = RecordSet {
            name: set.name.clone(),
            record_type: set.record_type,
            routing: Routing::Simple,
            answer: answer.unwrap_or_else(|| set.answer.clone()),
            health_check: None,
        };
        removed.changes.push(Change {
            action: Action::Create,
            kind: Kind::Record,
            name: set.name.to_string(),
            role: "plain".to_owned(),
            reason: format!("answers what the {side} answers, whatever becomes of it, and is not ours"),
        });
        removed.batch.push(RecordChange::Create(plain));
    }
    if chosen.is_empty() { None } else { look(side, failover, held, ours) }
}

/// What a pointer of ours answers: it goes with the failover, so what led to it has to answer by itself.
fn pointer(
    target: &Fqdn,
    record_type: RecordType,
    sets: &std::collections::BTreeMap<crate::model::RecordKey, &RecordSet>,
) -> Option<Answer> {
    let pointer = sets
        .values()
        .find(|set| set.name == *target && set.record_type == record_type && set.routing == Routing::Simple);
    pointer.map(|pointer| pointer.answer.clone())
}

fn look(side: Side, failover: &Failover, held: &ZoneRecords, ours: &OwnedChecks<'_>) -> Option<Step> {
    let role = match side {
        Side::Primary => CheckRole::Primary,
        Side::Secondary => CheckRole::Secondary,
    };
    let owner = CheckOwner { zone: held.zone.id.clone(), failover: failover.name.clone(), role };
    let check = ours.checks_of(&owner).into_iter().next()?;
    let CheckKind::Endpoint(endpoint) = &check.config.kind else { return None };
    let check =
        AwaitedCheck::of(owner, CheckRef::Existing(check.id.clone()), endpoint, check.config.inverted);
    Some(Step::LookAtSides { failover: failover.name.clone(), checks: vec![check] })
}

/// What people should know who leave nothing.
pub(super) fn nothing(failover: &Failover, held: &ZoneRecords) -> Option<Note> {
    let answered = records::ours(&failover.name, held).values().any(|set| set.side().is_some());
    answered.then(|| Note {
        id: "last-record".to_owned(),
        name: failover.name.to_string(),
        detail: format!("{} will answer nothing any more", failover.name),
        way_out: "`--leave primary` or `--leave secondary` puts a plain record in its place, without a gap."
            .to_owned(),
    })
}
