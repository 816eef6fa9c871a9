//! `invert`: healthy counts as unhealthy. The gentlest fault: no data and no endpoint is touched.
//!
//! Each step in an order in which a death between any two leaves a trace:
//! 1. the check gets the drill's tag, by which every machine can tell that it was done on purpose;
//! 2. it is inverted, under the version that was looked at;
//! 3. undone: it is inverted back, under the version that was looked at;
//! 4. the tag goes last.

use super::{FaultError, Undone};
use crate::{
    account::{Account, Conditional, Permission},
    drill::Undo,
    model::{
        AssumedRole, CheckKind, CheckOwner, CheckRole, Fqdn, HealthCheck, HealthCheckId, HostedZoneId,
        drilled_by,
    },
};

/// How often a check is looked at anew when others change it at the same time (our choice).
const TRIES: usize = 3;

/// Finds the primary's own check, and asks whether it may be changed back.
pub(crate) async fn prepare(
    account: &Account,
    (failover, zone): (&Fqdn, &HostedZoneId),
    role: Option<&AssumedRole>,
    run: &str,
    unproven: &mut Vec<String>,
) -> Result<Undo, FaultError> {
    let owner = CheckOwner { zone: zone.clone(), failover: failover.clone(), role: CheckRole::Primary };
    let mut found = account.own_checks().await?;
    found.retain(|check| CheckOwner::from_tags(&check.tags).as_ref() == Some(&owner));
    if found.len() > 1 {
        let checks = found.into_iter().map(|check| check.id).collect();
        return Err(FaultError::SeveralChecks { failover: failover.clone(), checks });
    }
    let check = found.pop().ok_or_else(|| FaultError::NoCheck(failover.clone()))?;
    if let Some(other) = drilled_by(&check.tags) {
        return Err(FaultError::Drilled { check: check.id, run: other.to_owned() });
    }
    let denied = |source| FaultError::NotPermitted {
        undo: format!("changing the health check {} back", check.id),
        source: Box::new(source),
    };
    match account.may_set_inverted(&check).await {
        Ok(Permission::Proven) => {}
        Ok(Permission::Unknown) => {
            unproven.push(format!("that the health check {} may be changed back", check.id));
        }
        Err(error) if error.is_denial() => return Err(denied(error)),
        Err(error) => return Err(error.into()),
    }
    // Takes away what is not there.
    if let Err(error) = account.unmark_drilled(&check.id).await {
        return Err(if error.is_denial() { denied(error) } else { error.into() });
    }
    if matches!(check.config.kind, CheckKind::Endpoint(_)) && check.config.disabled {
        unproven.push(format!("that inverting the health check {}, which is disabled, turns it", check.id));
    }
    Ok(Undo::Inverted {
        check: check.id,
        inverted: check.config.inverted,
        role: role.cloned(),
        run: Some(run.to_owned()),
    })
}

/// Inverts it, if it is still as it was.
pub(crate) async fn inject(
    account: &Account,
    id: &HealthCheckId,
    before: bool,
    run: &str,
) -> Result<(), FaultError> {
    let check = account.own_check(id).await?;
    let meanwhile = || FaultError::Meanwhile(format!("the health check {id}"));
    let check = check.ok_or_else(meanwhile)?;
    match drilled_by(&check.tags) {
        Some(other) if other != run => {
            return Err(FaultError::Drilled { check: id.clone(), run: other.to_owned() });
        }
        // Done already, and asked again.
        Some(_) if check.config.inverted != before => return Ok(()),
        _ if check.config.inverted != before => return Err(meanwhile()),
        _ => account.mark_drilled(id, run).await?,
    }
    match account.set_inverted(id, check.version, !before).await? {
        Conditional::Done(()) => Ok(()),
        Conditional::Changed => Err(meanwhile()),
    }
}

/// Inverts it back, and takes the tag away. One with the tag of another run is no longer this one's: somebody has
/// mended it, and it was broken again.
pub(crate) async fn mend(
    account: &Account,
    id: &HealthCheckId,
    before: bool,
    run: Option<&str>,
) -> Result<Undone, FaultError> {
    for _ in 0..TRIES {
        let Some(check) = account.own_check(id).await? else { return Ok(Undone::Gone) };
        if is_anothers(&check, run) {
            return Ok(Undone::Already);
        }
        let undone = if check.config.inverted == before {
            Undone::Already
        } else {
            match account.set_inverted(id, check.version, before).await {
                Ok(Conditional::Done(())) => Undone::Mended,
                Ok(Conditional::Changed) => continue,
                Err(error) if error.has_code("NoSuchHealthCheck") => return Ok(Undone::Gone),
                Err(error) => return Err(error.into()),
            }
        };
        if drilled_by(&check.tags).is_some() {
            account.unmark_drilled(id).await?;
        }
        return Ok(undone);
    }
    Err(FaultError::Meanwhile(format!("the health check {id}, again and again,")))
}

fn is_anothers(check: &HealthCheck, run: Option<&str>) -> bool {
    matches!((drilled_by(&check.tags), run), (Some(tagged), Some(run)) if tagged != run)
}
