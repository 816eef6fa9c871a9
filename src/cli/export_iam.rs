//! `export --format iam`: what an identity has to be permitted, to run these commands for this spec.

use std::collections::BTreeSet;

use super::{
    args::Global,
    exit::{ExitStatus, Failure},
    export_args::ExportArgs,
    export_files::write_files,
    ui::Ui,
    world::{World, load_spec},
};
use crate::{
    export::{
        File,
        iam::{Document, Found, Policy, PolicyError, Purpose, policies},
    },
    model::Fqdn,
    spec::{Spec, ZoneRef},
};

/// Prints the policy for the command of `--for`.
pub(super) async fn run(
    args: &ExportArgs,
    spec: &Spec,
    global: &Global,
    ui: Ui,
) -> Result<ExitStatus, Failure> {
    let Some(purpose) = args.for_.map(Purpose::from) else {
        return Err(Failure::new(ExitStatus::Usage, "a policy is for a command, and none was named")
            .hint("`--for apply` prints the policy that apply needs; `export --help` lists all."));
    };
    if args.buckets {
        return Err(Failure::new(ExitStatus::Usage, "`--buckets` has no part in a policy"));
    }
    let others = others(args, global, ui)?;
    let specs: Vec<&Spec> = std::iter::once(spec).chain(&others).collect();
    // Every zone is read for orphans, whatever the spec names.
    let offline = args.iam.offline || matches!(purpose, Purpose::Orphans | Purpose::Switch);
    let found = if offline { Found::new() } else { look_up(&specs, global).await? };
    let made = policies(purpose, &specs, &found, &args.iam.adopt)?;
    for note in &made.notes {
        ui.warn(&format!("note: {note}"));
    }
    write_files(&files(&made.policies), "policies", args.out.as_deref(), ui)?;
    Ok(ExitStatus::Yes)
}

/// A file for each document, named by whose it is where there are several identities.
fn files(policies: &[Policy]) -> Vec<File> {
    let file = |policy: &Policy, number: usize, document: &Document| {
        let whose = if policies.len() > 1 { policy.principal.label() } else { "policy".to_owned() };
        let name = if policy.documents.len() > 1 {
            format!("{whose}-{number}.json")
        } else {
            format!("{whose}.json")
        };
        File { name, text: document.render() }
    };
    let mut files = Vec::new();
    for policy in policies {
        files.extend((1..).zip(&policy.documents).map(|(number, document)| file(policy, number, document)));
    }
    files
}

/// The other states of the spec, cut down to the same failovers as far as they have them.
fn others(args: &ExportArgs, global: &Global, ui: Ui) -> Result<Vec<Spec>, Failure> {
    let read = |config: &std::path::PathBuf| {
        let mut spec = load_spec(&Global { config: config.clone(), only: Vec::new(), ..global.clone() }, ui)?;
        spec.failovers.retain(|failover| global.only.is_empty() || global.only.contains(&failover.name));
        Ok(spec)
    };
    args.iam.also.iter().map(read).collect()
}

/// The ids of the zones that the specs name without, each asked for as the role that its spec names: whoever
/// writes a policy may have a zone of the same name.
async fn look_up(specs: &[&Spec], global: &Global) -> Result<Found, Failure> {
    let (mut found, mut world) = (Found::new(), None);
    for spec in specs {
        let zones = spec.failovers.iter().map(|failover| spec.zone_of(failover));
        let names: BTreeSet<&Fqdn> = zones
            .filter_map(|zone| match zone {
                ZoneRef::Name(name) => Some(name),
                ZoneRef::Id(_) => None,
            })
            .filter(|name| !found.contains_key(name))
            .collect();
        if names.is_empty() {
            continue;
        }
        let world = match &mut world {
            Some(world) => world,
            none => none.insert(World::from_environment(global).await),
        };
        let names: Vec<Fqdn> = names.into_iter().cloned().collect();
        let zones = world.acting_for(spec).await.account.zones_by_name(&names).await.map_err(|error| {
            Failure::from(error).hint(
                "Give the zone by its id, `hosted_zone = \"Z…\"`; or `--offline` for a policy that names no zone.",
            )
        })?;
        found.extend(names.into_iter().zip(zones.into_iter().map(|zone| zone.id)));
    }
    Ok(found)
}

impl From<PolicyError> for Failure {
    fn from(error: PolicyError) -> Self {
        let failure = Self::new(ExitStatus::Usage, error.to_string());
        match error {
            PolicyError::NoSwitch => failure.hint("`[failover.switch]` in the spec gives a failover one."),
            PolicyError::Partitions(_) => failure.hint("`--only NAME` makes a policy for one of them."),
            PolicyError::TooLarge(_) => failure
                .hint("`--only NAME` makes policies for fewer failovers; run apply with the same `--only`."),
            PolicyError::Zone(error) => match std::error::Error::source(&error) {
                Some(source) => failure.caused_by(source),
                None => failure,
            },
        }
    }
}
