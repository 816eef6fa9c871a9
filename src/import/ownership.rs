//! What will be otherwise once apply has taken over, and what stays behind: notes for the person who decides.

use super::{
    Note,
    checks::differences,
    guard::{Guard, Standing},
    records::{LeadsTo, Pair},
    zones::describe,
};
use crate::{
    account::ZoneRecords,
    model::{Answer, Fqdn, HealthCheckId, RecordSet, RecordType, Routing, Side},
    spec::Failover,
};

/// Where the failover comes from.
pub(super) fn origin(name: &Fqdn, pair: &Pair<'_>, held: &ZoneRecords) -> Note {
    let [primary, secondary] = pair.sets.map(identifier);
    let mut message = format!(
        "The {} records {primary} (primary) and {secondary} (secondary) in {}.",
        pair.record_type,
        describe(&held.zone)
    );
    if pair.name != *name {
        let elsewhere = format!(
            " They stand at {}, to which {name} leads by one record of another policy than failover; `apply` puts \
             the pair at {name} itself, for everybody.",
            pair.name
        );
        message.push_str(&elsewhere);
    }
    Note::new("origin", "", message)
}

fn identifier(set: &RecordSet) -> String {
    match &set.routing {
        Routing::Failover { set_identifier, .. } | Routing::Other { set_identifier, .. } => {
            format!("\"{set_identifier}\"")
        }
        Routing::Simple => set.name.to_string(),
    }
}

/// How the check of a side differs from the spec's, which is one for both.
pub(super) fn check_notes(failover: &Failover, side: Side, guard: &Guard<'_>) -> Option<Note> {
    let Standing { id, endpoint } = guard.endpoint.as_ref()?;
    let differences = differences(endpoint, &failover.health_check, &failover.side(side).check_host());
    (!differences.is_empty()).then(|| {
        let message =
            format!("The {side}'s health check {id} differs from `apply`'s: {}.", differences.join("; "));
        Note::new("check-differs", "health_check", message)
    })
}

/// What of a side's records will be otherwise, or stays behind.
pub(super) fn record_notes(failover: &Failover, side: Side, set: &RecordSet, leads: &LeadsTo) -> Vec<Note> {
    let mut notes = Vec::new();
    if let LeadsTo::Bucket { by_way_of, .. } = leads {
        let pointer = failover.pointer_name(side);
        let left: Vec<String> =
            by_way_of.iter().filter(|name| **name != pointer).map(ToString::to_string).collect();
        if !left.is_empty() {
            notes.push(Note::new("left-behind", side.as_str(), format!(
                "Today the name leads here by way of {}, which stays as it is. `apply`'s pointer is {pointer}.",
                left.join(" and ")
            )));
        }
    }
    if let Answer::Alias { target, evaluate_target_health, .. } = &set.answer {
        // CloudFront allows no other; everywhere else a failover alias shall have it (see `plan`).
        let wanted = !target.as_str().ends_with(".cloudfront.net");
        if *evaluate_target_health != wanted {
            notes.push(Note::new(
                "target-health",
                side.as_str(),
                format!(
                    "The health of {target} itself counts {} today; with `apply` it does{}.",
                    if *evaluate_target_health { "too" } else { "not" },
                    if wanted { "" } else { " not" }
                ),
            ));
        }
    }
    notes
}

/// Whether the AAAA records beside are the A records once more, as a spec's are.
pub(super) fn speaks_ipv6(pair: &Pair<'_>) -> bool {
    let alike = |a: &RecordSet, aaaa: &RecordSet| {
        a.answer == aaaa.answer
            && a.health_check == aaaa.health_check
            && matches!(a.answer, Answer::Alias { .. })
    };
    let [primary, secondary] = pair.sets;
    pair.record_type == RecordType::A
        && pair.beside.is_some_and(|[one, other]| alike(primary, one) && alike(secondary, other))
}

/// Whose all this is, and what taking it over leaves.
pub(super) fn ownership(pair: &Pair<'_>, guards: &[Guard<'_>; 2], held: &ZoneRecords) -> Vec<Note> {
    let mut notes = Vec::new();
    let [primary, secondary] = guards;
    let mut ids: Vec<&HealthCheckId> = primary.of_others.iter().chain(&secondary.of_others).collect();
    ids.dedup();
    if !ids.is_empty() {
        let listed: Vec<&str> = ids.iter().map(|id| id.as_str()).collect();
        notes.push(Note::new("checks-of-others", "health_check", format!(
            "Today's health checks were not created by s3-failover: {}. `apply` creates its own, waits until they \
             have looked, and only then has the records use them; these stay (and cost) until whoever manages them \
             removes them.",
            listed.join(", ")
        )));
    }
    let own: Vec<_> = pair.sets.iter().chain(pair.beside.iter().flatten()).map(|set| set.key()).collect();
    for id in ids {
        let uses = |set: &&RecordSet| set.health_check.as_ref() == Some(id) && !own.contains(&set.key());
        let guarded: Vec<String> =
            held.records.iter().filter(uses).map(|set| format!("{}", set.key())).collect();
        if !guarded.is_empty() {
            notes.push(Note::new("shared-check", "health_check", format!(
                "The health check {id} also guards {}, which it goes on doing; here `apply` creates one of its own.",
                guarded.join(", ")
            )));
        }
    }
    if pair.sets[0].health_check.is_some() && pair.sets[0].health_check == pair.sets[1].health_check {
        notes.push(Note::new(
            "shared-check",
            "health_check",
            "Both sides are guarded by one health check today, so \
             they fail together. `apply` has one for each.",
        ));
    }
    if let Some(beside) = pair.beside.filter(|_| !speaks_ipv6(pair)) {
        let [primary, secondary] = beside.map(identifier);
        notes.push(Note::new("ipv6", "", format!(
            "Beside it stand AAAA records, {primary} and {secondary}. This spec does not speak of them, and they \
             stay as they are."
        )));
    }
    notes
}
