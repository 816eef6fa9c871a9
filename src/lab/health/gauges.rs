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

#[cfg(test)]
mod tests {
    use crate::{
        clock::Clock,
        lab::{
            cloudwatch::metric::MetricSource as _,
            health::{
                board::Board,
                fake::{endpoint_check, failure, success},
                probe::LookResult,
                region::Checker,
            },
            route53::types::CheckKind,
        },
    };

    use super::*;

    fn report(board: &Board, id: &str, result: &LookResult, from: usize, to: usize) {
        for checker in &Checker::of(&[])[from..to] {
            board.report(id, checker, result.clone(), Duration::ZERO);
        }
    }

    /// Route 53 Developer Guide, `monitoring-cloudwatch`: `HealthCheckStatus` is 1 or 0, the percentage is
    /// there for checks with checkers, the count for calculated ones; a disabled check has no percentage.
    #[tokio::test(start_paused = true)]
    async fn cloudwatch_learns_the_verdict_the_share_and_the_healthy_children() {
        let mut all = endpoint_check("all", 1);
        all.config.kind = CheckKind::Calculated { children: vec!["c".to_owned()], threshold: 1 };
        let board = Board::new(Clock::system());
        board.set_checks(vec![all.clone(), endpoint_check("c", 1)]);
        report(&board, "c", &success(), 0, 16);
        report(&board, "c", &failure(), 0, 12);
        let minute = |from: u64| board.measured(Duration::from_secs(from), Duration::from_secs(from + 60));
        let told = |data: Vec<Datum>| -> Vec<String> {
            let told = data.into_iter().map(|datum| {
                let (id, found) = (&datum.metric.dimensions[0].1, datum.statistics);
                format!("{id} {} {}..{} {}", datum.metric.name, found.minimum, found.maximum, datum.unit)
            });
            told.collect()
        };
        let seconds = tokio::time::advance;
        seconds(Duration::from_mins(1)).await;
        let healthy = [
            "all HealthCheckStatus 1..1 None",
            "all ChildHealthCheckHealthyCount 1..1 Count",
            "c HealthCheckStatus 1..1 None",
            "c HealthCheckPercentageHealthy 25..25 Percent",
        ];
        assert_eq!(told(minute(0)), healthy);
        report(&board, "c", &failure(), 12, 16);
        seconds(Duration::from_mins(1)).await;
        let unhealthy = [
            "all HealthCheckStatus 0..0 None",
            "all ChildHealthCheckHealthyCount 0..0 Count",
            "c HealthCheckStatus 0..0 None",
            "c HealthCheckPercentageHealthy 0..0 Percent",
        ];
        assert_eq!(told(minute(60)), unhealthy);
        let mut disabled = endpoint_check("c", 1);
        disabled.config.disabled = true;
        board.set_checks(vec![all, disabled]);
        seconds(Duration::from_mins(1)).await;
        let told = told(minute(120));
        assert_eq!(told, [healthy[0], healthy[1], healthy[2]], "no percentage of a disabled check");
    }
}
