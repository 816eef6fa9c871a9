//! Where are the controls of the lab that is drilled?
//!
//! Said by a variable that `lab env` prints, and heard only where AWS is a lab on this machine: a fault of some lab
//! would say nothing of the AWS that is looked at.

use super::speed;

/// The variable.
pub(super) const VARIABLE: &str = "S3_FAILOVER_LAB_ADMIN";

/// The address, such as `http://127.0.0.1:4000`.
pub(super) fn address() -> Option<String> {
    let admin = std::env::var(VARIABLE).ok().filter(|text| !text.is_empty())?;
    (speed::asks_loopback() && speed::is_loopback(&admin)).then_some(admin)
}
