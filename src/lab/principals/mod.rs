//! Who may talk to the lab, and for which account?
//!
//! The lab's own account owns all that is not S3's, and the buckets too unless [`Accounts`] says otherwise. A
//! principal is a user with a key for good, or a session of a role with a key for some time. Small, and true
//! as far as it goes:
//!
//! - every principal may do everything in its own account, as if its policies allowed that;
//! - in another account it may do what a bucket policy there allows, and assume roles that trust its account;
//! - Route 53, `CloudWatch`, S3 Control and access points are there for the lab's own account alone. A
//!   principal of another account is refused, as one is whose policies allow nothing of these services.

mod account;
mod keyring;
mod role;
mod token;

pub use account::{AccountId, NoAccountId};
pub(crate) use keyring::{Key, Keyring, Principal, TokenError, Wanted};
pub use role::{Accounts, Role};
pub(crate) use token::token;
