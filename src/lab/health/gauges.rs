//! How does a health check look to CloudWatch?
//!
//! Route 53 publishes its metrics in us-east-1 alone, by the dimension `HealthCheckId` (Route 53 Developer
//! Guide, `monitoring-cloudwatch`). The lab does not publish `ConnectionTime`, `SSLHandshakeTime` and
//! `TimeToFirstByte`.

use std::time::Duration;

use crate::{
    lab::cloudwatch::metric::{Datum, Gauge, Metric},
    model::Region,
};

/// Namespace of Route 53's metrics (Route 53 Developer Guide, `monitoring-cloudwatch`).
const NAMESPACE: &str = "AWS/Route53";
/// The only region that has them (same place).
const REGION: &str = "us-east-1";

/// The figures of one check and their recent past.
#[derive(Debug, Default)]
pub(super) struct Gauges {
    status: Gauge,
    percentage: Gauge,
    children: Gauge,
}

impl Gauges {
    /// The figures from `now` on: the verdict, how many of how many checkers say healthy (nothing while a
    /// check is disabled or nobody looked), and how many children are healthy (calculated checks only).
    #[expect(clippy::cast_precision_loss, reason = "there are 64 checkers and 256 children at most")]
    pub(super) fn set(
        &mut self,
        now: Duration,
        verdict: Option<bool>,
        share: Option<(usize, usize)>,
        children: Option<usize>,
    ) {
        self.status.set(now, verdict.map(|healthy| f64::from(u8::from(healthy))));
        self.percentage.set(now, share.map(|(healthy, all)| 100.0 * healthy as f64 / all as f64));
        self.children.set(now, children.map(|count| count as f64));
    }

    /// What was measured of check `id`. (That a status has no unit and a count of children is a `Count` is
    /// modelled.)
    pub(super) fn measured(&self, id: &str, start: Duration, end: Duration) -> Vec<Datum> {
        let region: Region = REGION.parse().expect("us-east-1 is a region");
        let figures = [
            ("HealthCheckStatus", "None", &self.status),
            ("HealthCheckPercentageHealthy", "Percent", &self.percentage),
            ("ChildHealthCheckHealthyCount", "Count", &self.children),
        ];
        let figures = figures.into_iter().filter_map(|(name, unit, gauge)| {
            let metric = Metric::new(NAMESPACE, name, &[("HealthCheckId", id)]);
            let statistics = gauge.measured(start, end)?;
            Some(Datum { region: region.clone(), metric, unit, statistics })
        });
        figures.collect()
    }
}
