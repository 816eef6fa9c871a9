//! Which health checks are there?
//!
//! Creation is idempotent by the caller's reference: the same reference with the same settings gives the
//! check that exists; with other settings, or when the check has been deleted since, it is refused
//! (Route 53 model, `CreateHealthCheckRequest.CallerReference`). Deletion asks nobody: a check that
//! records or other checks still name is gone all the same (`HealthCheckInUse` is "not in use").

use std::collections::{BTreeMap, BTreeSet};

use super::{
    check_request::Requested,
    errors::{ApiError, Code},
    types::{CheckKind, HealthCheck},
};

/// Longest caller reference (Route 53 model, `HealthCheckNonce`).
const LONGEST_REFERENCE: usize = 64;

/// The health checks of the account.
#[derive(Debug)]
pub(crate) struct Checks {
    /// How many there may be.
    pub(super) most: usize,
    pub(super) present: BTreeMap<String, HealthCheck>,
    /// References of deleted checks. AWS forgets them after "a number of days", the lab never.
    pub(super) spent: BTreeSet<String>,
    pub(super) created: u64,
}

/// Whether a creation made something.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Created {
    /// A new check.
    New(HealthCheck),
    /// The check that an earlier call with the same reference and settings made.
    Existing(HealthCheck),
}

impl Checks {
    /// No checks yet, and at most so many.
    pub(crate) fn new(most: usize) -> Self {
        Self { most, present: BTreeMap::new(), spent: BTreeSet::new(), created: 0 }
    }

    /// How many there are, and how many there may be.
    pub(crate) fn usage(&self) -> (usize, usize) {
        (self.present.len(), self.most)
    }

    /// All, in the order of their ids.
    pub(crate) fn all(&self) -> impl Iterator<Item = &HealthCheck> {
        self.present.values()
    }

    /// The check of this id.
    pub(crate) fn get(&self, id: &str) -> Result<&HealthCheck, ApiError> {
        self.present.get(id).ok_or_else(|| ApiError::no_such_check(id))
    }

    /// The check of this id, to change its tags.
    pub(crate) fn get_mut(&mut self, id: &str) -> Result<&mut HealthCheck, ApiError> {
        self.present.get_mut(id).ok_or_else(|| ApiError::no_such_check(id))
    }

    /// Makes a check, or finds the one that the same call made before.
    pub(crate) fn create(&mut self, reference: &str, requested: &Requested) -> Result<Created, ApiError> {
        if reference.is_empty() || reference.chars().count() > LONGEST_REFERENCE {
            return Err(ApiError::input(format!("CallerReference has 1 to {LONGEST_REFERENCE} characters.")));
        }
        let used = || {
            let message =
                format!("The specified caller reference {reference} has been used by another health check.");
            ApiError::new(Code::HealthCheckAlreadyExists, message)
        };
        if self.spent.contains(reference) {
            return Err(used());
        }
        let config = requested.resolve(&|id| self.is_calculated(id))?;
        if let Some(existing) = self.all().find(|check| check.caller_reference == reference) {
            return if existing.config == config {
                Ok(Created::Existing(existing.clone()))
            } else {
                Err(used())
            };
        }
        if self.present.len() >= self.most {
            // Route 53's own message, as the model documents it.
            let message = "You have reached the maximum number of active health checks for an Amazon Web Services \
                           account. To request a higher limit, create a case with the Amazon Web Services Support \
                           Center.";
            return Err(ApiError::new(Code::TooManyHealthChecks, message));
        }
        self.created += 1;
        let check = HealthCheck {
            id: format!("lab-healthcheck-{:04}", self.created),
            caller_reference: reference.to_owned(),
            version: 1,
            config,
            tags: BTreeMap::new(),
        };
        self.present.insert(check.id.clone(), check.clone());
        Ok(Created::New(check))
    }

    /// Changes a check. With a `version`, only if it is still the present one.
    pub(crate) fn update(
        &mut self,
        id: &str,
        version: Option<u64>,
        update: Requested,
        reset: &[String],
    ) -> Result<HealthCheck, ApiError> {
        let present = self.get(id)?;
        if version.is_some_and(|version| version != present.version) {
            let message = format!("The health check {id} has version {}.", present.version);
            return Err(ApiError::new(Code::HealthCheckVersionMismatch, message));
        }
        let mut requested = Requested::of(&present.config);
        if update.ip_address.is_some() && requested.ip_address.is_none() {
            // Whether there is an address is fixed; its value is not (Route 53 model,
            // `UpdateHealthCheckRequest.IPAddress`).
            return Err(ApiError::input("IPAddress cannot be added to a health check that has none."));
        }
        for element in reset {
            requested.reset(element)?;
        }
        requested.overlay(update);
        let config = requested.resolve(&|child| self.is_calculated(child))?;
        let check = self.get_mut(id)?;
        check.config = config;
        check.version += 1;
        Ok(check.clone())
    }

    /// Removes a check, whoever still uses it.
    pub(crate) fn delete(&mut self, id: &str) -> Result<(), ApiError> {
        let check = self.present.remove(id).ok_or_else(|| ApiError::no_such_check(id))?;
        self.spent.insert(check.caller_reference);
        Ok(())
    }

    fn is_calculated(&self, id: &str) -> Option<bool> {
        let check = self.present.get(id)?;
        Some(matches!(check.config.kind, CheckKind::Calculated { .. }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn http(name: &str) -> Requested {
        Requested {
            kind: "HTTP".to_owned(),
            fully_qualified_domain_name: Some(name.to_owned()),
            ..Requested::default()
        }
    }

    fn new(checks: &mut Checks, reference: &str, requested: &Requested) -> HealthCheck {
        match checks.create(reference, requested) {
            Ok(Created::New(check)) => check,
            other => panic!("not new: {other:?}"),
        }
    }

    #[test]
    fn a_reference_makes_creation_idempotent() {
        let mut checks = Checks::new(200);
        let check = new(&mut checks, "ref", &http("a.example.com"));
        assert_eq!(checks.create("ref", &http("a.example.com")), Ok(Created::Existing(check.clone())));
        let error = checks.create("ref", &http("b.example.com")).expect_err("other settings");
        assert_eq!(error.code, Code::HealthCheckAlreadyExists);
        checks.delete(&check.id).expect("it is there");
        let error = checks.create("ref", &http("a.example.com")).expect_err("a deleted check's");
        assert_eq!(error.code, Code::HealthCheckAlreadyExists);
        assert_eq!(new(&mut checks, "other", &http("a.example.com")).id, "lab-healthcheck-0002");
    }

    #[test]
    fn there_are_so_many_and_no_more() {
        let mut checks = Checks::new(1);
        let id = new(&mut checks, "one", &http("a.example.com")).id;
        let error = checks.create("two", &http("a.example.com")).expect_err("the account is full");
        assert_eq!(error.code, Code::TooManyHealthChecks);
        assert!(checks.create("one", &http("a.example.com")).is_ok(), "it is there already");
        checks.delete(&id).expect("it is there");
        new(&mut checks, "two", &http("a.example.com"));
    }

    #[test]
    fn an_update_is_locked_by_the_version() {
        let mut checks = Checks::new(200);
        let id = new(&mut checks, "ref", &http("a.example.com")).id;
        let inverted = Requested { inverted: Some(true), ..Requested::default() };
        let updated = checks.update(&id, Some(1), inverted.clone(), &[]).expect("version 1 is present");
        assert!(updated.config.inverted);
        assert_eq!(updated.version, 2);
        let error = checks.update(&id, Some(1), inverted, &[]).expect_err("stale");
        assert_eq!(error.code, Code::HealthCheckVersionMismatch);
    }

    #[test]
    fn an_update_may_reset_and_may_not_add_an_address() {
        let mut checks = Checks::new(200);
        let requested = Requested { resource_path: Some("/x".to_owned()), ..http("a.example.com") };
        let id = new(&mut checks, "ref", &requested).id;
        let reset = ["ResourcePath".to_owned()];
        let updated = checks.update(&id, None, Requested::default(), &reset).expect("an update");
        assert!(matches!(updated.config.kind, CheckKind::Endpoint(check) if check.resource_path.is_empty()));
        let address = Requested { ip_address: Some("127.0.0.1".to_owned()), ..Requested::default() };
        assert!(checks.update(&id, None, address, &[]).is_err());
    }
}
