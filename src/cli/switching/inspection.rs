//! What is so before anything is changed: how the switch stands, and what each guard says.

use std::time::Duration;

use jiff::Timestamp;

use super::Order;
use crate::{
    account::{Buckets, ETag, Store},
    causes::in_one_line,
    cli::{gather, roles, ui::Ui, world::World},
    model::Side,
    probe::{Endpoint, Observed, Servers, fetch},
    report::switch::{Outcome, SwitchDocument},
    spec::{Failover, ObjectKey, Protocol},
    switch::{Direction, Expected, Gauge, Guard, Judged, Lag, Lever, Patience, Position, Strangers, Thrower},
};

/// How long an object of ours is waited for before a failover (our choice): most arrive within seconds, and the
/// primary is down.
const PATIENCE: Duration = Duration::from_secs(20);
/// And by who does not want to know (our choice).
const FORCED_PATIENCE: Duration = Duration::from_secs(5);
/// Looks at the side that takes over, and how many of them have to succeed (our choice): one may be lost.
const LOOKS: u32 = 3;
const SUCCESSES: u32 = 2;
const PAUSE: Duration = Duration::from_secs(1);
/// In so much of a body a checker looks for its text (Route 53 Developer Guide,
/// `dns-failover-determining-health-of-endpoints`: "the first 5,120 bytes").
const SEARCHED: usize = 5_120;

/// How the switch stands.
#[derive(Debug)]
pub(super) enum Standing {
    /// As it should be already; by whom, where that can be said.
    Already(Option<Thrower>),
    /// To be put or deleted; with the tag of what is there.
    Ready(Option<ETag>),
    /// There is none.
    Absent,
}

/// What was found out of one failover.
pub(super) struct Inspected<'a> {
    pub(super) failover: &'a Failover,
    pub(super) lever: Option<Lever>,
    pub(super) standing: Standing,
    pub(super) guards: Vec<Judged>,
    /// Who threw it, before anything was done.
    pub(super) found: Option<Thrower>,
    pub(super) lag: Option<Lag>,
    pub(super) expected: Option<Expected>,
    dry_run: bool,
}

/// Looks.
pub(super) struct Inspector<'a> {
    pub(super) world: &'a World,
    pub(super) buckets: Buckets,
    pub(super) order: &'a Order<'a>,
    pub(super) ui: Ui,
}

impl Inspector<'_> {
    pub(super) async fn inspect<'f>(
        &self,
        failover: &'f Failover,
        servers: Option<Servers>,
    ) -> Inspected<'f> {
        let (direction, options) = (self.order.direction, self.order.options);
        let lever = Lever::of(failover, roles::of_side(failover, Side::Secondary));
        let mut inspected = Inspected {
            failover,
            standing: Standing::Absent,
            guards: vec![Guard::declared(direction, failover)],
            found: None,
            lag: None,
            expected: Expected::of(failover),
            dry_run: options.dry_run,
            lever,
        };
        let Some(lever) = &inspected.lever else { return inspected };
        let (standing, found) = self.standing(lever, servers.as_ref()).await;
        (inspected.standing, inspected.found) = (standing, found);
        if matches!(inspected.standing, Standing::Already(_)) {
            return inspected;
        }
        let (healthy, (lag, unsent)) =
            tokio::join!(self.healthy(failover, servers.as_ref()), self.lag(failover));
        inspected.guards.push(Guard::healthy(direction, &healthy));
        inspected.guards.push(Guard::current(direction, &lag, options.max_lag, &unsent));
        inspected.lag = Some(lag);
        if direction == Direction::Failover {
            let could = lever.could_be_put(&self.world.clock, &self.buckets).await;
            let could = could.map_err(|error| in_one_line(&error));
            inspected.guards.push(Guard::writable(direction, could, &lever.uri()));
        }
        inspected.guards = inspected.guards.drain(..).map(|judged| judged.forced(options.force)).collect();
        inspected
    }

    /// How the switch stands. Where a signed look is refused, strangers know.
    async fn standing(&self, lever: &Lever, servers: Option<&Servers>) -> (Standing, Option<Thrower>) {
        let clock = &self.world.clock;
        let (on, etag) = match lever.position(clock, &self.buckets).await {
            Position::On(thrower, etag) => (Some(thrower), Some(etag)),
            Position::Off => (None, None),
            Position::Unknown(why) => {
                tracing::info!(why, "the switch could not be looked at; strangers are asked");
                match servers {
                    Some(servers) => match lever.strangers(clock, servers).await {
                        Strangers::See(thrower) => (Some(thrower), None),
                        // To put is asked for on condition, and to delete what is not there does no harm.
                        Strangers::DoNot(_) | Strangers::Unknown(_) => return (Standing::Ready(None), None),
                    },
                    None => return (Standing::Ready(None), None),
                }
            }
        };
        let standing = match (self.order.direction, &on) {
            (Direction::Failover, Some(_)) | (Direction::Failback, None) => Standing::Already(on.clone()),
            (Direction::Failover, None) | (Direction::Failback, Some(_)) => Standing::Ready(etag),
        };
        (standing, on)
    }

    /// Whether the side that takes over serves what checkers look at, to a stranger; several looks.
    async fn healthy(&self, failover: &Failover, servers: Option<&Servers>) -> Result<(), String> {
        let Some(servers) = servers else {
            return Err("nobody could be asked for its address".to_owned());
        };
        let (mut good, mut last) = (0, String::new());
        for look in 0..LOOKS {
            if look > 0 {
                self.world.clock.sleep(PAUSE).await;
            }
            match self.look(failover, servers).await {
                Ok(()) => good += 1,
                Err(why) => last = why,
            }
            if good == SUCCESSES {
                return Ok(());
            }
        }
        Err(format!("{last} ({good} of {LOOKS} looks succeeded)"))
    }

    async fn look(&self, failover: &Failover, servers: &Servers) -> Result<(), String> {
        let side = self.order.direction.towards();
        let object = failover.health_object(side).filter(|_| failover.health_check.protocol != Protocol::Tcp);
        let Some(object) = object else {
            // Nothing there is for strangers: it is asked as `verify` asks.
            let fetched = gather::side_data(self.world, servers, failover, side).await?;
            return if fetched.is_success() { Ok(()) } else { Err(format!("status {}", fetched.status)) };
        };
        let (host, path) = (failover.side(side).check_host(), Some(ObjectKey::path(object)));
        let endpoint = Endpoint { host, path, ..Endpoint::of(failover, side) };
        let fetched = fetch(&self.world.clock, servers, &endpoint).await;
        let fetched = fetched.map_err(|error| in_one_line(&error))?;
        let searched = &fetched.body[..fetched.body.len().min(SEARCHED)];
        match &failover.health_check.contains {
            _ if !fetched.is_success() => Err(format!("status {}", fetched.status)),
            Some(text) if !searched.windows(text.len()).any(|part| part == text.as_bytes()) => {
                Err(format!("its body does not hold `{text}`"))
            }
            _ => Ok(()),
        }
    }

    /// How far the side that takes over is behind, and what is known not to have arrived. Before a failback this waits
    /// until replication has drained.
    async fn lag(&self, failover: &Failover) -> (Lag, Vec<(String, String)>) {
        let (direction, options, clock) = (self.order.direction, self.order.options, &self.world.clock);
        let store = |side: Side| {
            let declared = failover.side(side);
            let (bucket, region) = (declared.bucket.clone(), declared.region.clone());
            Store { bucket, region, role: roles::of_side(failover, side) }
        };
        let (from, towards) = (store(direction.from()), store(direction.towards()));
        let gauge = Gauge { clock: clock.clone(), buckets: self.buckets.clone(), from, towards };
        let name = format!("{:016x}", rand::random::<u64>());
        let patience = match (options.dry_run, options.force, self.order.drain) {
            (true, ..) => Patience::Nothing,
            (_, true, _) => Patience::Until(FORCED_PATIENCE.min(options.max_lag)),
            (_, _, Some(drain)) => Patience::Until(drain),
            (..) => Patience::Until(PATIENCE.min(options.max_lag)),
        };
        let Some(drain) = self.order.drain else {
            return (gauge.evidence(direction, &name, patience).await.lag(), Vec::new());
        };
        let began = clock.elapsed();
        let (which, towards) = (&failover.name, direction.towards());
        self.ui.say(&format!("{which}: waiting until the {towards} has what was written meanwhile"));
        let lag = gauge.evidence(direction, &name, patience).await.lag();
        loop {
            // What may not be looked at is not known to be missing.
            let unsent = gauge.unsent().await.unwrap_or_default();
            let waited = clock.elapsed().saturating_sub(began);
            if unsent.is_empty() || waited >= drain || options.force || options.dry_run {
                return (lag, unsent);
            }
            clock.sleep(PAUSE).await;
        }
    }
}

impl Inspected<'_> {
    /// Takes in what the name servers answer now.
    pub(super) fn answered(&mut self, order: &Order<'_>, observed: Option<Observed>) {
        let there = observed.and_then(Observed::side) == Some(order.direction.towards());
        let words = observed.map_or("nobody that could be asked", Observed::in_words);
        self.guards.push(Guard::answered(order.direction, words, there));
    }

    /// Whether it must not be switched. What only a write could tell refuses no dry run.
    pub(super) fn refuses(&self) -> bool {
        self.refusing().next().is_some()
    }

    /// The guards that refuse.
    pub(super) fn refusing(&self) -> impl Iterator<Item = &Judged> {
        self.guards.iter().filter(|judged| judged.refuses() && !(self.dry_run && judged.ok.is_none()))
    }

    pub(super) fn document(&self, order: &Order<'_>, began: Timestamp, outcome: Outcome) -> SwitchDocument {
        let outcome = match (&self.standing, outcome) {
            (Standing::Already(_), Outcome::DryRun) => Outcome::Already,
            _ => outcome,
        };
        SwitchDocument {
            reason: order.reason.map(str::to_owned),
            found: self.found.clone(),
            guards: self.guards.clone(),
            lag: self.lag.clone(),
            expected: self.expected,
            ..SwitchDocument::new(self.failover.name.clone(), order.direction, began, outcome)
        }
    }
}
