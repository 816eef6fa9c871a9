//! From where is an endpoint looked at, and can that be changed in place?
//!
//! A checker that has not looked yet counts as if it had found the endpoint healthy ("When you create a new
//! health check, Route 53 considers it to be healthy until there's enough data"; Route 53 Developer Guide,
//! `dns-failover-determining-health-of-endpoints`; that it is so for a checker that joins an old check is
//! unverified). More than 18 % of such newcomers would bring a dead side back, and, since a switch is an inverted
//! check, throw a switch that nobody has thrown, until each of them has looked as often as the threshold
//! says. So a check whose checkers shall be more, or others, is made anew and waited for. Checkers that go
//! leave no doubt: those that stay have looked.

use std::collections::BTreeSet;

use crate::model::{CHECKER_REGIONS, CheckConfig, CheckKind, EndpointCheck, Region};

/// The regions from which a check is looked at.
fn regions(endpoint: &EndpointCheck) -> BTreeSet<&str> {
    let chosen: BTreeSet<&str> = endpoint.regions.iter().map(Region::as_str).collect();
    // Route 53 lists all of them for a check that was created without a choice.
    if chosen.is_empty() { BTreeSet::from(CHECKER_REGIONS) } else { chosen }
}

/// The same as a text.
pub(super) fn list(endpoint: &EndpointCheck) -> String {
    regions(endpoint).into_iter().collect::<Vec<_>>().join(" ")
}

/// Whether checkers would look that have not looked so far.
pub(super) fn gains<A, B>(is: &CheckConfig<A>, wanted: &CheckConfig<B>) -> bool {
    match (&is.kind, &wanted.kind) {
        (CheckKind::Endpoint(is), CheckKind::Endpoint(wanted)) => !regions(wanted).is_subset(&regions(is)),
        _ => false,
    }
}

/// From where a check is looked at, when that is why it is replaced.
pub(super) fn told<A, B>(is: &CheckConfig<A>, wanted: &CheckConfig<B>) -> String {
    match &is.kind {
        CheckKind::Endpoint(endpoint) if gains(is, wanted) => format!(" from {}", list(endpoint)),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::{prelude::*, sample::subsequence};

    use super::*;
    use crate::model::CheckProtocol;

    fn check(regions: &[&str]) -> CheckConfig {
        CheckConfig {
            kind: CheckKind::Endpoint(EndpointCheck {
                protocol: CheckProtocol::Https,
                ip_address: None,
                host: Some("a.example.com".to_owned()),
                port: 443,
                path: String::new(),
                search: None,
                sni: true,
                interval: 10,
                failure_threshold: 3,
                regions: regions.iter().map(|region| region.parse().expect("a region")).collect(),
            }),
            inverted: false,
            disabled: false,
        }
    }

    proptest! {
        #[test]
        fn only_newcomers_matter(
            is in subsequence(CHECKER_REGIONS.to_vec(), 0..=8),
            wanted in subsequence(CHECKER_REGIONS.to_vec(), 0..=8),
        ) {
            let all = |regions: &[&'static str]| {
                if regions.is_empty() { CHECKER_REGIONS.to_vec() } else { regions.to_vec() }
            };
            let newcomer = all(&wanted).into_iter().any(|region| !all(&is).contains(&region));
            prop_assert_eq!(gains(&check(&is), &check(&wanted)), newcomer);
            prop_assert_eq!(told(&check(&is), &check(&wanted)).is_empty(), !newcomer);
        }
    }
}
