//! Which roles are there, and who may assume them?
//!
//! A role's trust policy is what matters of it here: the accounts that it names, and whether it asks for an
//! external id (IAM User Guide, `id_roles_common-scenarios_third-party`).

use std::time::Duration;

use super::AccountId;

/// A role of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Role {
    /// Whose it is, and all that its sessions may do is there.
    pub account: AccountId,
    /// Its name, without a path.
    pub name: String,
    /// What the trust policy wants to hear (`sts:ExternalId`); nothing when it does not ask.
    pub external_id: Option<String>,
    /// The accounts whose principals may assume it; without any it is there in vain.
    pub trusts: Vec<AccountId>,
    /// Longest session, in the lab's time. IAM allows one to twelve hours (IAM API reference, `CreateRole`,
    /// `MaxSessionDuration`); less is for those who want to see a session end.
    pub longest_session: Duration,
}

/// `MaxSessionDuration` of a role that says nothing (IAM API reference, `CreateRole`).
const ONE_HOUR: Duration = Duration::from_hours(1);

impl Role {
    /// A role of an account that principals of these accounts may assume.
    pub fn new(account: AccountId, name: &str, trusts: &[AccountId]) -> Self {
        let (name, trusts) = (name.to_owned(), trusts.to_vec());
        Self { account, name, external_id: None, trusts, longest_session: ONE_HOUR }
    }

    /// The same, for those who know the external id.
    #[must_use]
    pub fn with_external_id(self, id: &str) -> Self {
        Self { external_id: Some(id.to_owned()), ..self }
    }

    /// How requests name it.
    pub fn arn(&self) -> String {
        format!("arn:aws:iam::{}:role/{}", self.account, self.name)
    }
}

/// Which accounts a lab has beside its own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Accounts {
    /// Who owns the bucket of the primary.
    pub primary: AccountId,
    /// Who owns the bucket of the secondary.
    pub secondary: AccountId,
    /// Every role that there is.
    pub roles: Vec<Role>,
}

impl Accounts {
    /// A company: DNS in the lab's own account, each bucket in another, and a visitor, whose account owns nothing
    /// and who comes in by a role of each.
    pub fn several() -> Self {
        let role = |account, name| Role::new(account, name, &[AccountId::VISITOR]);
        let (primary, secondary) = (AccountId::PRIMARY, AccountId::SECONDARY);
        let id = crate::lab::credentials::EXTERNAL_ID;
        let roles = vec![
            role(AccountId::LAB, "dns").with_external_id(id),
            role(primary, "bucket").with_external_id(id),
            role(secondary, "bucket").with_external_id(id),
        ];
        Self { primary, secondary, roles }
    }
}
