//! Which verdict stands for each health check, since when, and who knows of it already?
//!
//! The board keeps what every checker reported, works out each check's verdict after every report
//! (by `state`), remembers when a verdict changed, and lets a name server see a change a moment later.
//! Its log is the truth against which a drill's own observations can be held.
//!
//! One mutex, held for arithmetic only.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use jiff::Timestamp;

use super::{
    event::{HealthEvent, HealthEventKind, Turn},
    gauges::Gauges,
    news::{NEWS_DELAY, NEWS_SPREAD, news_delay, turn},
    probe::LookResult,
    region::Checker,
    state::{CheckerState, enough_healthy, followed, share, status},
};
use crate::{
    clock::Clock,
    lab::{
        cloudwatch::{
            following::{AlarmFollower, Said},
            metric::{Datum, MetricSource},
        },
        route53::types::{CheckKind, EndpointCheck, HealthCheck, Observation},
    },
};

/// Verdicts kept for each check: all but the newest few are long known to every server (our choice).
const VERDICTS_KEPT: usize = 64;
/// Events kept in the log (our choice).
const EVENTS_KEPT: usize = 50_000;

/// The verdicts of all health checks and how they came about.
pub(crate) struct Board {
    clock: Clock,
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    checks: BTreeMap<String, Entry>,
    /// The calculated checks that count a check, by its id.
    counted_by: BTreeMap<String, Vec<String>>,
    /// What the alarms say.
    said: Said,
    log: VecDeque<HealthEvent>,
}

struct Entry {
    check: HealthCheck,
    checkers: BTreeMap<Checker, Seen>,
    /// When each verdict was reached, the newest last; never empty.
    verdicts: VecDeque<(Duration, bool)>,
    /// What its alarm said when its data were last enough; forgotten when the lab ends (modelled).
    last_said: Option<bool>,
    gauges: Gauges,
}

#[derive(Clone)]
struct Seen {
    state: CheckerState,
    last: Option<(LookResult, Timestamp)>,
    last_failure: Option<(String, Timestamp)>,
}

impl Board {
    /// A board without checks.
    pub(crate) fn new(clock: Clock) -> Self {
        Self { clock, inner: Mutex::default() }
    }

    /// Takes over the checks as they are now: new ones appear, changed ones keep what was seen of
    /// them (that a change does not start them anew is unverified), deleted ones are forgotten.
    pub(crate) fn set_checks(&self, checks: Vec<HealthCheck>) {
        let now = self.clock.elapsed();
        let mut inner = self.lock();
        let mut old = std::mem::take(&mut inner.checks);
        for check in checks {
            let known = old.remove(&check.id);
            let known = known.map(|entry| (entry.checkers, entry.verdicts, entry.last_said, entry.gauges));
            let (mut checkers, verdicts, last_said, gauges) = known.unwrap_or_default();
            let looking = looks(&check);
            checkers.retain(|checker, _| looking.contains(checker));
            inner.checks.insert(check.id.clone(), Entry { check, checkers, verdicts, last_said, gauges });
        }
        inner.settle_all(now);
    }

    /// The endpoint that a check looks at now; nothing when it was deleted, disabled, or has none.
    pub(crate) fn endpoint(&self, check_id: &str) -> Option<EndpointCheck> {
        match &self.lock().checks.get(check_id)?.check.config {
            config if config.disabled => None,
            config => match &config.kind {
                CheckKind::Endpoint(endpoint) => Some(endpoint.clone()),
                CheckKind::Calculated { .. } | CheckKind::CloudWatchMetric { .. } => None,
            },
        }
    }

    /// Takes one checker's result, of a look that began `late` after it was due. A check that is gone
    /// meanwhile takes none.
    pub(crate) fn report(&self, check_id: &str, checker: &Checker, result: LookResult, late: Duration) {
        let (now, date) = (self.clock.elapsed(), self.clock.now());
        let mut inner = self.lock();
        let Some(entry) = inner.checks.get_mut(check_id) else { return };
        let CheckKind::Endpoint(endpoint) = &entry.check.config.kind else { return };
        let threshold = endpoint.failure_threshold;
        let new = Seen { state: CheckerState::NEW, last: None, last_failure: None };
        let seen = entry.checkers.entry(checker.clone()).or_insert(new);
        let before = seen.state.healthy();
        seen.state = seen.state.after(result.success, threshold);
        let turned = (seen.state.healthy() != before).then_some(seen.state.healthy());
        if !result.success {
            seen.last_failure = Some((result.status.clone(), date));
        }
        seen.last = Some((result.clone(), date));
        let region = checker.region().to_owned();
        let address = checker.ip_address();
        let late_microseconds = u64::try_from(late.as_micros()).unwrap_or(u64::MAX);
        let status = result.status;
        inner.note(now, check_id, HealthEventKind::Result { region, address, status, late_microseconds });
        if let Some(healthy) = turned {
            let (region, address) = (checker.region().to_owned(), checker.ip_address());
            inner.note(now, check_id, HealthEventKind::Checker { region, address, healthy });
        }
        inner.settle_one(check_id, now);
    }

    /// Whether a check is healthy as far as name server `server` knows now. Of an unknown or deleted
    /// check AWS says that its status cannot be predicted; the lab says healthy.
    pub(crate) fn healthy(&self, check_id: &str, server: usize) -> bool {
        let now = self.clock.elapsed();
        let inner = self.lock();
        let Some(entry) = inner.checks.get(check_id) else { return true };
        // Most questions come long after the newest verdict: then its own delay need not be worked out.
        let known = |&&(at, _): &&(Duration, bool)| {
            at + NEWS_DELAY + NEWS_SPREAD <= now || at + news_delay(check_id, server, at) <= now
        };
        let verdict = entry.verdicts.iter().rev().find(known).or(entry.verdicts.front());
        verdict.is_none_or(|(_, healthy)| *healthy)
    }

    /// When each check's verdicts were reached, and when each of `servers` name servers knew of them.
    pub(crate) fn turns(&self, servers: usize) -> BTreeMap<String, Vec<Turn>> {
        let inner = self.lock();
        let of = |(id, entry): (&String, &Entry)| {
            let turns = entry.verdicts.iter().map(|(at, healthy)| turn(id, *at, *healthy, servers));
            (id.clone(), turns.collect())
        };
        inner.checks.iter().map(of).collect()
    }

    /// What each checker that has looked saw last; empty for an unknown check and for kinds without
    /// checkers.
    pub(crate) fn observations(&self, check_id: &str) -> Vec<Observation> {
        let inner = self.lock();
        let seen = inner.checks.get(check_id).into_iter().flat_map(|entry| &entry.checkers);
        seen.filter_map(|(checker, seen)| {
            let (result, checked_at) = seen.last.clone()?;
            Some(Observation {
                region: checker.region().to_owned(),
                ip_address: checker.ip_address(),
                status: result.status,
                checked_at,
                last_failure: seen.last_failure.clone(),
            })
        })
        .collect()
    }

    /// Everything that happened, the oldest first; bounded, so a long run loses its beginning.
    pub(crate) fn log(&self) -> Vec<HealthEvent> {
        self.lock().log.iter().cloned().collect()
    }

    /// The verdict of every check.
    pub(crate) fn verdicts(&self) -> BTreeMap<String, bool> {
        let inner = self.lock();
        inner.checks.iter().filter_map(|(id, entry)| Some((id.clone(), entry.verdict()?))).collect()
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        // A panic while the lock was held would be a bug elsewhere; what is kept stays readable.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Entry {
    fn is_calculated(&self) -> bool {
        matches!(self.check.config.kind, CheckKind::Calculated { .. })
    }

    fn children(&self) -> &[String] {
        match &self.check.config.kind {
            CheckKind::Calculated { children, .. } => children,
            CheckKind::Endpoint(_) | CheckKind::CloudWatchMetric { .. } => &[],
        }
    }

    /// Notes what it looks like to CloudWatch from now on, with the number of its healthy children.
    fn gauge(&mut self, now: Duration, children: Option<usize>) {
        let share = share(self.checkers.values().map(|seen| seen.state));
        let share = share.filter(|_| !self.check.config.disabled);
        self.gauges.set(now, self.verdict(), share, children);
    }

    fn verdict(&self) -> Option<bool> {
        self.verdicts.back().map(|(_, healthy)| *healthy)
    }
}

impl Inner {
    /// Works out every verdict anew and notes the changes. Calculated checks come second, because
    /// they count the others; a calculated check cannot have a calculated child.
    fn settle_all(&mut self, now: Duration) {
        self.counted_by.clear();
        for (id, entry) in &self.checks {
            for child in entry.children() {
                self.counted_by.entry(child.clone()).or_default().push(id.clone());
            }
        }
        let (calculated, others): (Vec<_>, Vec<_>) =
            self.checks.keys().cloned().partition(|id| self.checks[id].is_calculated());
        for id in others.iter().chain(&calculated) {
            let said = self.alarm_of(&self.checks[id]);
            if let Some(entry) = self.checks.get_mut(id) {
                entry.last_said = said.or(entry.last_said);
            }
            self.judge(id, now);
            self.gauge(id, now);
        }
    }

    /// The same for one check, and for those that count it: a thousand checks cost a report no more than
    /// one does.
    fn settle_one(&mut self, id: &str, now: Duration) {
        self.judge(id, now);
        self.gauge(id, now);
        for parent in self.counted_by.get(id).cloned().unwrap_or_default() {
            self.judge(&parent, now);
            self.gauge(&parent, now);
        }
    }

    /// Notes what a check looks like to CloudWatch from now on. A child of which nothing is known counts as
    /// healthy.
    fn gauge(&mut self, id: &str, now: Duration) {
        let Some(entry) = self.checks.get(id) else { return };
        let healthy = |child: &&String| self.checks.get(*child).and_then(Entry::verdict).unwrap_or(true);
        let children = entry.is_calculated().then(|| entry.children().iter().filter(healthy).count());
        if let Some(entry) = self.checks.get_mut(id) {
            entry.gauge(now, children);
        }
    }

    fn judge(&mut self, id: &str, now: Duration) {
        let Some(entry) = self.checks.get(id) else { return };
        let child = |id: &str| self.checks.get(id).and_then(Entry::verdict);
        let own = || match &entry.check.config.kind {
            CheckKind::CloudWatchMetric { insufficient_data, .. } => {
                followed(insufficient_data, self.alarm_of(entry), entry.last_said)
            }
            _ => enough_healthy(entry.checkers.values().map(|seen| seen.state)),
        };
        let healthy = status(&entry.check.config, own, child);
        if entry.verdict() != Some(healthy) {
            self.turn(id, now, healthy);
        }
    }

    /// What the alarm of a check says; nothing without enough data, or without an alarm.
    fn alarm_of(&self, entry: &Entry) -> Option<bool> {
        let CheckKind::CloudWatchMetric { alarm_region, alarm_name, .. } = &entry.check.config.kind else {
            return None;
        };
        self.said.get(&(alarm_region.clone(), alarm_name.clone())).copied()
    }

    fn turn(&mut self, id: &str, now: Duration, healthy: bool) {
        if let Some(entry) = self.checks.get_mut(id) {
            entry.verdicts.push_back((now, healthy));
            if entry.verdicts.len() > VERDICTS_KEPT {
                entry.verdicts.pop_front();
            }
        }
        self.note(now, id, HealthEventKind::Verdict { healthy });
    }

    fn note(&mut self, now: Duration, id: &str, kind: HealthEventKind) {
        if self.log.len() == EVENTS_KEPT {
            self.log.pop_front();
        }
        self.log.push_back(HealthEvent { at_seconds: now.as_secs_f64(), check: id.to_owned(), kind });
    }
}

/// The checks that follow an alarm turn when it does: as soon as the lab's `CloudWatch` has judged it
/// (modelled: Route 53 watches the alarm's figures itself, and may be a little earlier).
impl AlarmFollower for Board {
    fn told(&self, said: Said) {
        let now = self.clock.elapsed();
        let mut inner = self.lock();
        if inner.said == said {
            return;
        }
        inner.said = said;
        inner.settle_all(now);
    }
}

/// CloudWatch's metrics of the checks. Of a check that is deleted the last minute is lost.
impl MetricSource for Board {
    fn measured(&self, start: Duration, end: Duration) -> Vec<Datum> {
        let inner = self.lock();
        inner.checks.iter().flat_map(|(id, entry)| entry.gauges.measured(id, start, end)).collect()
    }
}

/// The checkers that look at a check; none for kinds without an endpoint and for a disabled check.
pub(super) fn looks(check: &HealthCheck) -> Vec<Checker> {
    match &check.config.kind {
        CheckKind::Endpoint(endpoint) if !check.config.disabled => Checker::of(&endpoint.regions),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::health::fake::{endpoint_check, failure, success};

    async fn board(checks: Vec<HealthCheck>) -> Board {
        let board = Board::new(Clock::system());
        board.set_checks(checks);
        tokio::time::advance(Duration::from_secs(1)).await;
        board
    }

    fn verdict(board: &Board, id: &str) -> Option<bool> {
        board.verdicts().get(id).copied()
    }

    fn report(board: &Board, id: &str, result: &LookResult, from: usize, to: usize) {
        for checker in &Checker::of(&[])[from..to] {
            board.report(id, checker, result.clone(), Duration::ZERO);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn fourteen_of_sixteen_have_to_fail_and_three_have_to_pass() {
        let board = board(vec![endpoint_check("c", 1)]).await;
        report(&board, "c", &success(), 0, 16);
        report(&board, "c", &failure(), 0, 13);
        assert_eq!(verdict(&board, "c"), Some(true));
        report(&board, "c", &failure(), 13, 14);
        assert_eq!(verdict(&board, "c"), Some(false));
        report(&board, "c", &success(), 0, 1);
        assert_eq!(verdict(&board, "c"), Some(true));
    }

    #[tokio::test(start_paused = true)]
    async fn a_verdict_reaches_each_server_within_its_own_delay() {
        let board = board(vec![endpoint_check("c", 1)]).await;
        report(&board, "c", &failure(), 0, 16);
        let news = |server| board.healthy("c", server);
        assert!((0..4).all(news), "no server has heard of it yet");
        tokio::time::advance(Duration::from_millis(99)).await;
        assert!((0..4).all(news));
        tokio::time::advance(Duration::from_millis(501)).await;
        assert!((0..4).all(|server| !news(server)));
    }

    /// The log of a name server's answers is what it answers, to the moment.
    #[tokio::test(start_paused = true)]
    async fn when_a_server_knew_of_a_verdict_is_told_to_the_moment() {
        let board = board(vec![endpoint_check("c", 1)]).await;
        report(&board, "c", &failure(), 0, 16);
        let turn = board.turns(4)["c"].last().expect("it has turned").clone();
        assert!(!turn.healthy && turn.known_at_seconds.len() == 4, "{turn:?}");
        for (server, moment) in turn.known_at_seconds.into_iter().enumerate() {
            let clock = board.clock.clone();
            let moment = Duration::from_secs_f64(moment);
            // Tokio's timers go by the millisecond.
            clock.sleep_until(moment.saturating_sub(Duration::from_millis(2))).await;
            if clock.elapsed() < moment {
                assert!(board.healthy("c", server), "{server} knew before {moment:?}");
            }
            clock.sleep_until(moment + Duration::from_millis(1)).await;
            assert!(!board.healthy("c", server), "{server} did not know at {moment:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn an_unknown_and_a_deleted_check_are_healthy_and_tell_nothing() {
        let board = board(vec![endpoint_check("c", 1)]).await;
        report(&board, "c", &failure(), 0, 16);
        tokio::time::advance(Duration::from_secs(1)).await;
        assert!(!board.healthy("c", 0) && board.healthy("other", 0));
        assert_eq!(board.observations("c").len(), 16);
        board.set_checks(Vec::new());
        assert!(board.healthy("c", 0));
        assert!(board.observations("c").is_empty() && board.endpoint("c").is_none());
    }

    #[tokio::test(start_paused = true)]
    async fn a_check_follows_its_alarm_and_remembers_what_it_said() {
        let follower = |id: &str, insufficient_data: &str| {
            let mut check = endpoint_check(id, 1);
            check.config.kind = CheckKind::CloudWatchMetric {
                alarm_region: "eu-west-1".to_owned(),
                alarm_name: "errors".to_owned(),
                insufficient_data: insufficient_data.to_owned(),
            };
            check
        };
        let checks = [("h", "Healthy"), ("u", "Unhealthy"), ("l", "LastKnownStatus")];
        let board = board(checks.map(|(id, data)| follower(id, data)).to_vec()).await;
        let verdicts = || ["h", "u", "l"].map(|id| verdict(&board, id).expect("a verdict"));
        let key = |region: &str| (region.to_owned(), "errors".to_owned());
        assert_eq!(verdicts(), [true, false, true], "without data");
        board.told(Said::from([(key("us-east-1"), false)]));
        assert_eq!(verdicts(), [true, false, true], "an alarm of this name elsewhere");
        board.told(Said::from([(key("eu-west-1"), false)]));
        assert_eq!(verdicts(), [false; 3]);
        board.told(Said::new());
        assert_eq!(verdicts(), [true, false, false], "the last known");
        board.told(Said::from([(key("eu-west-1"), true)]));
        assert_eq!(verdicts(), [true; 3]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_calculated_check_turns_with_its_children_and_the_inverted_switch_forces_it() {
        let mut switch = endpoint_check("switch", 1);
        switch.config.inverted = true;
        let mut both = endpoint_check("both", 1);
        both.config.kind =
            CheckKind::Calculated { children: vec!["c".to_owned(), "switch".to_owned()], threshold: 2 };
        let board = board(vec![both, endpoint_check("c", 1), switch]).await;
        assert_eq!(verdict(&board, "both"), Some(false), "a new inverted check is unhealthy");
        report(&board, "switch", &failure(), 0, 16);
        assert_eq!(verdict(&board, "both"), Some(true), "no switch object: inverted, so healthy");
        report(&board, "c", &failure(), 0, 16);
        assert_eq!(verdict(&board, "both"), Some(false));
    }

    #[tokio::test(start_paused = true)]
    async fn the_log_tells_results_turns_and_verdicts_in_order() {
        let board = board(vec![endpoint_check("c", 2)]).await;
        report(&board, "c", &failure(), 0, 1);
        report(&board, "c", &failure(), 0, 1);
        let kinds: Vec<_> = board.log().into_iter().map(|event| event.kind.to_string()).collect();
        assert_eq!(
            kinds,
            [
                "verdict: healthy",
                "us-east-1 198.51.100.1: Failure: HTTP Status Code 503",
                "us-east-1 198.51.100.1: Failure: HTTP Status Code 503",
                "us-east-1 198.51.100.1 turns to unhealthy",
                "verdict: unhealthy",
            ]
        );
        let observation = board.observations("c").remove(0);
        assert_eq!(observation.status, "Failure: HTTP Status Code 503");
        assert_eq!(observation.last_failure.map(|(text, _)| text), Some(observation.status));
    }

    #[tokio::test(start_paused = true)]
    async fn a_changed_check_keeps_what_was_seen_and_drops_checkers_of_other_regions() {
        let board = board(vec![endpoint_check("c", 1)]).await;
        report(&board, "c", &failure(), 0, 16);
        let mut narrowed = endpoint_check("c", 1);
        if let CheckKind::Endpoint(endpoint) = &mut narrowed.config.kind {
            endpoint.regions = vec!["us-east-1".to_owned(), "eu-west-1".to_owned(), "sa-east-1".to_owned()];
        }
        board.set_checks(vec![narrowed.clone()]);
        assert_eq!((verdict(&board, "c"), board.observations("c").len()), (Some(false), 6));
        narrowed.config.disabled = true;
        board.set_checks(vec![narrowed]);
        assert_eq!((verdict(&board, "c"), board.endpoint("c")), (Some(true), None));
    }
}
