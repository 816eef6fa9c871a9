//! What has an identity to be permitted, to run these commands for this spec, and nothing beyond?
//!
//! ```text
//!   spec ──▶ zones   (which zones are read, and every record that apply would write: asked of `plan` itself)
//!              │
//!              ▼
//!   purpose ─▶ grants  (the calls that the commands make, each with the narrowest resource that IAM knows)
//!              │
//!              ▼
//!   roles ──▶ statement ──▶ pack   (into documents that IAM takes; coarser, and told, where names are too many)
//! ```
//!
//! Actions, resource types and condition keys are those of the Service Authorization Reference
//! (`list_amazonroute53`). Health checks and changes have no names before they exist, and IAM knows no tags of
//! theirs, so they are permitted by type; records are permitted by name, type and kind of change. All this is
//! held against the lab's log of calls, by a judge that is not ours: `tests/it/export_iam.rs`.

mod deeds;
mod grants;
mod names;
mod pack;
mod partition;
mod roles;
mod statement;
#[cfg(test)]
mod tests;
mod zones;

use std::{collections::BTreeSet, fmt};

use crate::{
    model::{Fqdn, RecordType},
    spec::Spec,
};

use deeds::Deeds;

pub use pack::{LIMIT, TooLarge};
pub use partition::{Partition, Partitions};
pub use roles::Principal;
pub use statement::Document;
pub use zones::{BadZone, Found};

/// What the policy is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Looking: nothing is changed.
    Plan,
    /// Creating, changing and removing what the spec declares.
    Apply,
    /// Looking, at what the checkers saw too.
    Verify,
    /// Breaking a primary, and mending it; recovering, too.
    Drill,
    /// Finding health checks in no zone's use, and removing ours.
    Orphans,
    /// Switching by hand, without Route 53's API.
    Switch,
    /// All of these but switching by hand.
    All,
}

/// The policies, and what has to be said of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policies {
    /// Of each identity, the caller's first.
    pub policies: Vec<Policy>,
    /// For people.
    pub notes: Vec<Note>,
}

/// What one identity may do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Whose it is.
    pub principal: Principal,
    /// At least one.
    pub documents: Vec<Document>,
}

/// Why there are none.
#[derive(Debug, thiserror::Error)]
pub enum PolicyError {
    /// The buckets are in several partitions.
    #[error(transparent)]
    Partitions(#[from] Partitions),
    /// A zone cannot be named.
    #[error(transparent)]
    Zone(#[from] BadZone),
    /// Nothing is there to be switched.
    #[error("the spec gives no failover a switch, so there is nothing to permit")]
    NoSwitch,
    /// The records cannot be named.
    #[error(transparent)]
    TooLarge(#[from] TooLarge),
}

/// Why a policy is wider or narrower than one might think.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Note {
    /// Health checks may be deleted.
    EveryZone,
    /// The spec counts health checks that somebody else made.
    AnyAlarm,
    /// Nobody was asked for the zone's id.
    AnyZone(Fqdn),
    /// The records of a zone have too many names for one statement.
    Coarse {
        /// The zone.
        zone: String,
        /// What is permitted instead.
        reach: Reach,
        /// How many record names there are.
        names: usize,
    },
    /// The policy of a bucket may be changed, and with it anything be permitted.
    MayGrant(Principal),
    /// Several identities take part.
    Roles(usize),
    /// One document does not hold it all.
    Several(Principal, usize),
}

/// How exactly a policy names records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    /// Each by its name.
    Exact,
    /// Every record at a failover's name and below it.
    Below,
    /// Every record below the name that is one label above a failover's.
    Beside,
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Note::EveryZone => f.write_str(
                "before a health check is deleted, every record of every hosted zone of the account is looked at, since \
                 any may depend on it: so all zones may be read.",
            ),
            Note::AnyAlarm => f.write_str(
                "the spec counts health checks that somebody else made, and whether they follow alarms is not known: so \
                 the state of every alarm may be read.",
            ),
            Note::AnyZone(zone) => write!(
                f,
                "the id of the hosted zone {zone} is not known, so what is permitted for it is permitted for every \
                 zone of the account. `hosted_zone = \"Z…\"` in the spec, or leaving `--offline` \
                 out, names the zone."
            ),
            Note::Coarse { zone, reach, names } => {
                let instead = match reach {
                    Reach::Exact | Reach::Below => "every record at and below the failovers' names",
                    Reach::Beside => "every record below the names that are one label above the failovers'",
                };
                write!(
                    f,
                    "the {names} record names of {zone} make more than the {LIMIT} characters of a policy, and one \
                     batch of changes has to be permitted by one statement: {instead} may be changed."
                )
            }
            Note::MayGrant(principal) => write!(
                f,
                "{principal} may change the policy of the bucket whose sentinel a drill hides, and so could grant anything \
                 in that bucket. Only `--fault block-sentinel` needs `s3:PutBucketPolicy` and `s3:DeleteBucketPolicy`: \
                 leave them out where it is not used, or give the sentinel a bucket of its own (`sentinel_bucket`)."
            ),
            Note::Roles(count) => write!(
                f,
                "the spec names roles, so these are policies for {count} identities: whoever runs the commands, and \
                 each role. That a role may be assumed is said by its trust policy, too, which is not in here."
            ),
            Note::Several(principal, count) => write!(
                f,
                "{principal} needs {count} policies, since one has at most {LIMIT} characters; attach all of them. (A \
                 role takes 10 managed policies unless its quota is raised.)"
            ),
        }
    }
}

/// The policies for `purpose`, for the first spec, of which the others may be other states. With `adopted`,
/// records of others of these types may be taken over, too.
pub fn policies(
    purpose: Purpose,
    specs: &[&Spec],
    found: &Found,
    adopted: &[RecordType],
) -> Result<Policies, PolicyError> {
    let (deeds, partition) = (purpose.deeds(), Partition::of_specs(specs)?);
    let switches = || specs.iter().flat_map(|spec| &spec.failovers).any(|failover| failover.switch.is_some());
    if purpose == Purpose::Switch && !switches() {
        return Err(PolicyError::NoSwitch);
    }
    let (mut policies, mut notes, mut unknown) = (Vec::new(), Vec::new(), BTreeSet::new());
    for (principal, share) in roles::shares(deeds, specs, found)? {
        let (mut statements, mut batches) = (share.statements(partition), Vec::new());
        if share.may_grant() {
            notes.push(Note::MayGrant(principal.clone()));
        }
        if let Some(zones) = &share.zones {
            let (more, records) = grants::of(deeds, zones, partition, adopted);
            statements.extend(more);
            batches = records;
            unknown.extend(zones.unknown().cloned());
            if zones.counts_others && deeds.reads_data {
                notes.push(Note::AnyAlarm);
            }
        }
        let (documents, coarse) = pack::pack(statements, batches)?;
        notes.extend(coarse);
        if documents.len() > 1 {
            notes.push(Note::Several(principal.clone(), documents.len()));
        }
        policies.push(Policy { principal, documents });
    }
    if deeds.looks_everywhere {
        notes.push(Note::EveryZone);
    }
    if !deeds.looks_everywhere || deeds.changes {
        notes.extend(unknown.into_iter().map(Note::AnyZone));
    }
    if policies.len() > 1 {
        notes.push(Note::Roles(policies.len()));
    }
    Ok(Policies { policies, notes })
}
