//! Plans on file: `plan --out FILE` writes one, `apply FILE` carries it out or nothing.

use std::{fs, path::Path};

use super::{
    args::{Global, LeaveArgs},
    exit::{ExitStatus, Failure},
    world::spec_name,
};
use crate::{
    model::Fqdn,
    plan::{Change, Outdated, Plan, Reviewed, Terms},
    report::json,
};

/// Writes a plan that was just made from the spec.
pub(super) fn write(path: &Path, plan: Plan, global: &Global, terms: &Terms<'_>) -> Result<(), Failure> {
    let reviewed = Reviewed::new(plan, &spec_text(global), &global.only, terms);
    fs::write(path, json::render(&reviewed)).map_err(|error| Failure::not_written(path, &error))
}

/// Reads a plan file, and has what it was made with stand for `--only`, `--adopt` and `--allow`.
pub(super) fn read(
    path: &Path,
    global: &Global,
    leave: &LeaveArgs,
) -> Result<(Reviewed, Global, LeaveArgs), Failure> {
    let wrong = |error: &(dyn std::error::Error + 'static)| {
        let failure = Failure::new(ExitStatus::Usage, format!("{} cannot be applied", path.display()));
        failure.caused_by(error).hint("Nothing was sent. `s3-failover plan --out FILE` writes a plan file.")
    };
    let text = fs::read_to_string(path).map_err(|error| wrong(&error))?;
    let reviewed = Reviewed::parse(&text).map_err(|error| wrong(&error))?;
    let mut global = global.clone();
    if global.only.is_empty() {
        global.only = reviewed.only().to_vec();
    } else if !same(&global.only, reviewed.only()) {
        let message = format!("{} was made for other failovers than `--only` names", path.display());
        return Err(Failure::new(ExitStatus::Usage, message).hint("Nothing was sent. Leave `--only` out."));
    }
    if !leave.adopt.is_empty() || !leave.remove.is_empty() || !leave.allow.is_empty() {
        let message = format!("{} says by itself what is adopted, removed and allowed", path.display());
        return Err(Failure::new(ExitStatus::Usage, message)
            .hint("Nothing was sent. Give `--adopt`, `--remove` and `--allow` to `plan --out`."));
    }
    let leave = LeaveArgs {
        adopt: reviewed.adopt().to_vec(),
        remove: reviewed.remove().to_vec(),
        allow: reviewed.allow().to_vec(),
    };
    Ok((reviewed, global, leave))
}

/// The plan as it would be made now must be the one that was reviewed.
pub(super) fn unchanged(reviewed: &Reviewed, now: &Plan, global: &Global) -> Result<(), Failure> {
    let name = spec_name(&global.config);
    reviewed.still_holds(now, &spec_text(global), &name).map_err(|outdated| refusal(&outdated, global))
}

fn refusal(outdated: &Outdated, global: &Global) -> Failure {
    let Outdated { spec_changed, other_name, zones_gone, gone, new } = outdated;
    let mut failure = Failure::new(ExitStatus::Unsafe, "this is not what would be done now");
    failure.causes.push(if *spec_changed {
        format!("outdated-plan: {} is not the spec that the plan was made from", global.config.display())
    } else if let Some(name) = other_name {
        format!(
            "outdated-plan: it was made from a spec of the name {name}, as the health checks' tags would say, and \
             not {}",
            spec_name(&global.config)
        )
    } else if !zones_gone.is_empty() {
        let zones: Vec<String> = zones_gone.iter().map(|zone| format!("{} ({})", zone.name, zone.id)).collect();
        format!(
            "outdated-plan: it was made for the hosted zone {}, which is another one now, or in another account",
            zones.join(", ")
        )
    } else {
        "outdated-plan: records or health checks have changed since the plan was made".to_owned()
    });
    failure.causes.extend(gone.iter().map(|change| format!("not any more: {}", told(change))));
    failure.causes.extend(new.iter().map(|change| format!("but now: {}", told(change))));
    failure.hint("Nothing was sent. Plan again, review, and apply the new plan.")
}

fn told(change: &Change) -> String {
    let Change { action, kind, name, role, reason } = change;
    format!("{action} the {kind} {name} ({role}): {reason}")
}

fn same(one: &[Fqdn], other: &[Fqdn]) -> bool {
    one.iter().all(|name| other.contains(name)) && other.iter().all(|name| one.contains(name))
}

/// Only to say whether the spec is another one; that it can be read was seen when it was loaded.
fn spec_text(global: &Global) -> String {
    fs::read_to_string(&global.config).unwrap_or_default()
}
