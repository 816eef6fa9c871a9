//! Sixteen checkers, each with its own rhythm.
//!
//! A task a check and checker: look, report to the board, rest for one interval, again. `RequestInterval`
//! is the time from a response to the next request, and checkers do not synchronise (Route 53 API
//! reference, `RequestInterval`; Developer Guide, health-checks-creating-values), so each starts at a
//! moment of its own within the first interval.
//!
//! How much later than due a look begins is written into the log: on a busy machine, or at a high speed,
//! that is what a drill's figures owe to the lab and not to Route 53.
//!
//! A supervisor follows the creation, change, disabling and deletion of checks. A task reads the
//! check's settings from the board before each look, so a change needs no new task.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use tokio::{
    sync::watch,
    task::{AbortHandle, JoinSet},
};

use super::{
    board::{Board, looks},
    probe::Prober,
    region::Checker,
};
use crate::{
    clock::Clock,
    lab::{chance, route53::types::HealthCheck},
};

/// Where health checks are kept.
pub(crate) trait CheckSource: Send + Sync + 'static {
    /// All checks as they are now.
    fn health_checks(&self) -> Vec<HealthCheck>;
    /// Changes whenever a check is created, updated or deleted.
    fn changes(&self) -> watch::Receiver<u64>;
}

/// The running checkers; dropping stops them.
pub(crate) struct Checkers {
    supervisor: JoinSet<()>,
}

impl Checkers {
    /// Starts looking.
    pub(crate) fn start(
        clock: Clock,
        board: Arc<Board>,
        source: Arc<dyn CheckSource>,
        prober: Prober,
    ) -> Self {
        let mut supervisor = JoinSet::new();
        let rounds = Rounds { clock, board, prober };
        supervisor.spawn(supervise(rounds, source));
        Self { supervisor }
    }

    /// Ends every task and waits for it.
    pub(crate) async fn stop(mut self) {
        self.supervisor.shutdown().await;
    }
}

/// What every checker's task shares.
#[derive(Clone)]
struct Rounds {
    clock: Clock,
    board: Arc<Board>,
    prober: Prober,
}

async fn supervise(rounds: Rounds, source: Arc<dyn CheckSource>) {
    let mut changes = source.changes();
    // Dropped with the supervisor, and with it every checker's task.
    let mut tasks = JoinSet::new();
    let mut running: BTreeMap<(String, Checker), AbortHandle> = BTreeMap::new();
    loop {
        // Marked before reading, so that a change between the two is seen by the next turn.
        changes.mark_unchanged();
        let checks = source.health_checks();
        let wanted: BTreeSet<_> = checks
            .iter()
            .flat_map(|check| looks(check).into_iter().map(|checker| (check.id.clone(), checker)))
            .collect();
        rounds.board.set_checks(checks);
        running.retain(|key, task| {
            let keep = wanted.contains(key);
            if !keep {
                task.abort();
            }
            keep
        });
        for (id, checker) in wanted {
            let key = (id.clone(), checker.clone());
            running.entry(key).or_insert_with(|| tasks.spawn(rounds.clone().keep_looking(id, checker)));
        }
        while tasks.try_join_next().is_some() {}
        if changes.changed().await.is_err() {
            // The source is gone, so nothing will change any more; the checkers go on.
            std::future::pending::<()>().await;
        }
    }
}

impl Rounds {
    /// Looks until the check has no endpoint any more; the supervisor ends the task anyway.
    async fn keep_looking(self, id: String, checker: Checker) {
        let Some(endpoint) = self.board.endpoint(&id) else { return };
        let interval = Duration::from_secs(u64::from(endpoint.request_interval));
        let phase = chance::fraction(&["phase", &id, &checker.ip_address()]);
        let mut due = self.clock.elapsed() + interval.mul_f64(phase);
        loop {
            self.clock.sleep_until(due).await;
            let Some(endpoint) = self.board.endpoint(&id) else { return };
            let late = self.clock.elapsed().saturating_sub(due);
            // Boxed, so that the thousands of checkers that rest hold no room for a look.
            let finding = Box::pin(self.prober.look(checker.region(), &endpoint)).await;
            due = self.clock.elapsed() + interval;
            self.board.report(&id, &checker, finding, late);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::health::{
        event::HealthEventKind,
        fake::{FakeSource, Nowhere, endpoint_check},
    };

    struct World {
        board: Arc<Board>,
        source: Arc<FakeSource>,
        clock: Clock,
        checkers: Checkers,
    }

    /// Checkers in paused time whose every look fails at once, since no host has an address.
    fn world(checks: Vec<HealthCheck>) -> World {
        let clock = Clock::system();
        let board = Arc::new(Board::new(clock.clone()));
        let source = Arc::new(FakeSource::new(checks));
        let prober = Prober::new(clock.clone(), Arc::new(Nowhere));
        let checkers = Checkers::start(clock.clone(), Arc::clone(&board), Arc::clone(&source) as _, prober);
        World { board, source, clock, checkers }
    }

    fn results(board: &Board) -> usize {
        board.log().iter().filter(|e| matches!(e.kind, HealthEventKind::Result { .. })).count()
    }

    #[tokio::test(start_paused = true)]
    async fn sixteen_checkers_look_once_an_interval_each_at_its_own_moment() {
        let world = world(vec![endpoint_check("c", 3)]);
        world.clock.sleep(Duration::from_secs(100)).await;
        let log = world.board.log();
        let mut moments = BTreeMap::new();
        for event in &log {
            if let HealthEventKind::Result { address, .. } = &event.kind {
                moments.entry(address.clone()).or_insert_with(Vec::new).push(event.at_seconds);
            }
        }
        assert_eq!(moments.len(), 16);
        for at in moments.values() {
            assert_eq!(at.len(), 10, "every 10 s for 100 s");
            assert!(at.windows(2).all(|pair| (pair[1] - pair[0] - 10.0).abs() < 0.05), "{at:?}");
        }
        let mut first: Vec<f64> = moments.values().map(|at| at[0]).collect();
        first.sort_by(f64::total_cmp);
        let widest = first.windows(2).map(|pair| pair[1] - pair[0]).fold(0.0, f64::max);
        assert!(widest < 4.0 && first[15] - first[0] > 5.0, "spread over the interval: {first:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn an_endpoint_that_fails_at_once_turns_within_threshold_times_interval() {
        let world = world(vec![endpoint_check("c", 3)]);
        world.clock.sleep(Duration::from_secs(31)).await;
        let turned = world.board.log().into_iter().find_map(|event| match event.kind {
            HealthEventKind::Verdict { healthy: false } => Some(event.at_seconds),
            _ => None,
        });
        let turned = turned.expect("a verdict");
        assert!((20.0..30.0).contains(&turned), "two intervals after the 14th of 16 first looked: {turned}");
    }

    #[tokio::test(start_paused = true)]
    async fn tasks_follow_creation_disabling_and_deletion() {
        let world = world(Vec::new());
        world.clock.sleep(Duration::from_secs(20)).await;
        assert_eq!(results(&world.board), 0);
        world.source.set(vec![endpoint_check("c", 3)]);
        world.clock.sleep(Duration::from_secs(20)).await;
        assert_eq!(results(&world.board), 32);
        let mut disabled = endpoint_check("c", 3);
        disabled.config.disabled = true;
        world.source.set(vec![disabled]);
        world.clock.sleep(Duration::from_secs(20)).await;
        assert_eq!(results(&world.board), 32);
        world.source.set(Vec::new());
        world.clock.sleep(Duration::from_secs(1)).await;
        assert_eq!(world.board.verdicts().get("c"), None);
        world.checkers.stop().await;
    }
}
