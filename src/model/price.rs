//! What do health checks cost?
//!
//! Documented, not measured: third-party copies of the Route 53 price page agree on these figures, and the
//! page itself could not be read. That an S3 endpoint is billed as one of AWS's own, and that a calculated
//! check, or one that follows an alarm, costs as much as a basic one, is unverified. The first 50 checks of AWS endpoints are free; what an
//! account already uses of that is not known here, so it is not taken off.

use std::fmt;

use super::{CheckConfig, CheckKind, CheckProtocol};

/// A basic check of an AWS endpoint, a month.
const BASIC: u32 = 50;
/// Each of HTTPS, string matching and the interval of 10 seconds, for an AWS endpoint, a month.
const FEATURE: u32 = 100;

/// US cents a month.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct MonthlyCents(pub u32);

impl MonthlyCents {
    /// The least that a check costs.
    pub const BASIC: Self = Self(BASIC);

    /// What a health check of an AWS endpoint costs. A disabled check costs as much (Route 53 API
    /// reference, `UpdateHealthCheck`, `Disabled`).
    pub fn of<C>(config: &CheckConfig<C>) -> Self {
        let features = match &config.kind {
            CheckKind::Endpoint(endpoint) => {
                u32::from(endpoint.protocol == CheckProtocol::Https)
                    + u32::from(endpoint.search.is_some())
                    + u32::from(endpoint.interval < 30)
            }
            CheckKind::Calculated { .. } | CheckKind::Alarm(_) | CheckKind::Other(_) => 0,
        };
        Self(BASIC + features * FEATURE)
    }
}

impl std::iter::Sum for MonthlyCents {
    fn sum<I: Iterator<Item = Self>>(costs: I) -> Self {
        Self(costs.map(|cost| cost.0).sum())
    }
}

impl fmt::Display for MonthlyCents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "${}.{:02} a month", self.0 / 100, self.0 % 100)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::EndpointCheck;

    fn endpoint(protocol: CheckProtocol, search: Option<&str>, interval: u32) -> CheckConfig {
        let kind = CheckKind::Endpoint(EndpointCheck {
            protocol,
            ip_address: None,
            host: Some("a.example.com".to_owned()),
            port: 80,
            path: "/".to_owned(),
            search: search.map(str::to_owned),
            sni: false,
            interval,
            failure_threshold: 3,
            regions: std::collections::BTreeSet::new(),
        });
        CheckConfig { kind, inverted: false, disabled: false }
    }

    #[test]
    fn each_feature_costs_a_dollar_more() {
        let costs = [
            endpoint(CheckProtocol::Tcp, None, 30),
            endpoint(CheckProtocol::Http, None, 10),
            endpoint(CheckProtocol::Https, Some("ok"), 10),
        ];
        assert_eq!(costs.each_ref().map(MonthlyCents::of), [50, 150, 350].map(MonthlyCents));
        assert_eq!(costs.iter().map(MonthlyCents::of).sum::<MonthlyCents>().to_string(), "$5.50 a month");
    }
}
