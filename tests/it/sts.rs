//! Accounts, roles and sessions of the lab, as boto3 meets them in every service.

use std::time::Duration;

use s3_failover::lab::{AccountId, Accounts, Options, Role};

use super::support::{TestLab, judge, quick};

/// IAM User Guide, `id_roles`: who may be what, in which words the others are refused, and what a session opens.
/// The judge, `tests/judges/sts.py`, says which roles there are.
#[tokio::test]
async fn boto3_comes_into_other_accounts_by_roles() {
    let mut accounts = Accounts::several();
    let chained = Role::new(AccountId::LAB, "chained", &[AccountId::PRIMARY]);
    let short = Role::new(AccountId::LAB, "short", &[AccountId::VISITOR]);
    accounts.roles.extend([
        Role::new(AccountId::PRIMARY, "nobody", &[]),
        Role { longest_session: Duration::from_hours(12), ..chained },
        Role { longest_session: Duration::from_secs(2), ..short },
    ]);
    let lab = TestLab::start(Options { accounts, ..quick() }).await;
    let output = judge("sts.py", lab.environment(), &["20"]).await;
    insta::assert_snapshot!(output, @"");
}
