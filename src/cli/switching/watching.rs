//! Who answers whom, from before the switch is thrown until everybody has arrived. DNS and S3 are asked, and no account.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use futures_util::future::OptionFuture;

use crate::{
    apply::Stop,
    causes::in_one_line,
    cli::{speed, ui::Ui, watch, watch::schedule::schedule, world::World},
    clock::Clock,
    model::Fqdn,
    probe::{Observed, Role, Servers},
    report::text,
    spec::{Failover, Spec, ZoneRef},
    switch::{Arrival, Direction},
    watch::{Condition, FailoverState, Looks, Scene, State, Until},
};

/// Between two questions to one name server.
const EVERY: Duration = Duration::from_secs(1);
/// For everybody's first answer, before the switch is thrown.
const BASELINE: Duration = Duration::from_secs(6);

/// How a wait ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ended {
    /// Everybody who is awaited has arrived, or nobody is.
    Arrived,
    TimedOut,
    Interrupted,
}

/// Watches, where anybody can be asked.
pub(super) struct Watching {
    clock: Clock,
    servers: Option<Servers>,
    seen: Option<(Looks, State)>,
}

impl Watching {
    /// Begins to look. That DNS cannot be asked is said, and keeps nobody from switching.
    pub(super) async fn start(world: &World, spec: &Spec, ui: Ui) -> Self {
        let clock = world.clock.clone();
        let servers = match world.servers().await {
            Ok(servers) => servers,
            Err(failure) => {
                ui.warn(&format!("nobody can be asked for names: {}", failure.in_one_line()));
                return Self { clock, servers: None, seen: None };
            }
        };
        let mut failovers = Vec::new();
        for failover in &spec.failovers {
            let found = name_servers(&clock, &servers, spec, failover).await;
            let found = found.unwrap_or_else(|why| {
                ui.warn(&format!("{}: its name servers are not known: {why}", failover.name));
                Vec::new()
            });
            failovers.push((failover.clone(), found));
        }
        let watched = Arc::new(schedule(failovers, &servers.resolvers, EVERY));
        let states = watched.iter().map(watch::unseen).collect();
        let state = State::new(clock.elapsed(), clock.epoch(), states);
        let (fetch, sign) = (watch::fetch_side(world, &servers, &watched), watch::sign_for(world, &watched));
        let scene =
            Scene { clock: clock.clone(), servers: servers.clone(), watched, fetch, sign: Some(sign) };
        Self { clock, servers: Some(servers), seen: Some((Looks::start(scene).await, state)) }
    }

    /// Whom to ask for names.
    pub(super) fn servers(&self) -> Option<Servers> {
        self.servers.clone()
    }

    /// What is known of a failover.
    pub(super) fn state(&self, place: usize) -> Option<&FailoverState> {
        self.seen.as_ref().map(|(_, state)| &state.failovers[place])
    }

    /// What its name servers answer; its resolvers, where it has none.
    pub(super) fn observed(&self, place: usize) -> Option<Observed> {
        let state = self.state(place)?;
        let roles = [Role::Authoritative, Role::Recursive];
        roles.into_iter().find(|role| state.of_role(*role).next().is_some()).map(|role| state.observed(role))
    }

    /// Looks until everybody has been asked once.
    pub(super) async fn baseline(&mut self) {
        let Some((looks, state)) = &mut self.seen else { return };
        let all_asked = |state: &State| {
            state.failovers.iter().all(|failover| failover.points.iter().all(|point| point.asked > 0))
        };
        let until = self.clock.elapsed() + BASELINE;
        while !all_asked(state) {
            let left = until.saturating_sub(self.clock.elapsed());
            match self.clock.timeout(left, looks.next()).await {
                Ok(Some(sight)) => drop(state.see(sight)),
                Ok(None) | Err(_) => return,
            }
        }
    }

    /// Waits until everybody has arrived of each failover that was thrown at a moment, and tells what is new.
    pub(super) async fn wait(
        &mut self,
        direction: Direction,
        thrown: &[Option<Duration>],
        limit: Duration,
        stop: &Stop,
        ui: Ui,
    ) -> Ended {
        let Some((looks, state)) = &mut self.seen else {
            return if thrown.iter().all(Option::is_none) { Ended::Arrived } else { Ended::TimedOut };
        };
        let mut awaited: Vec<Option<Until>> =
            thrown.iter().map(|at| at.map(|_| Until::new(Condition::Side(direction.towards()), 1))).collect();
        let until = thrown.iter().flatten().min().map(|first| *first + limit);
        let clock = self.clock.clone();
        let mut timeout = std::pin::pin!(OptionFuture::from(until.map(|moment| clock.sleep_until(moment))));
        loop {
            let arrived = awaited.iter().zip(thrown).zip(&state.failovers).all(|((until, at), failover)| {
                let (Some(until), Some(at)) = (until, at) else { return true };
                until.is_met() && Arrival::of(failover, direction, *at, clock.elapsed()).is_complete()
            });
            if arrived {
                return Ended::Arrived;
            }
            let sight = tokio::select! {
                Some(sight) = looks.next() => sight,
                Some(()) = &mut timeout => return Ended::TimedOut,
                () = stop.asked() => return Ended::Interrupted,
            };
            let (place, at) = (sight.failover, sight.at);
            for event in state.see(sight) {
                ui.say(&text::watch_event(state, &event));
            }
            // What was asked before it was thrown says nothing of what came after.
            if let (Some(until), Some(began)) = (&mut awaited[place], thrown[place])
                && at >= began
            {
                until.see(0, at, &state.failovers[place]);
            }
        }
    }
}

/// The name servers of a failover's zone. Of a zone that the spec names by its id, the name is known to Route 53's API
/// alone, which is not asked: its delegation is the nearest at or above the failover's name.
async fn name_servers(
    clock: &Clock,
    servers: &Servers,
    spec: &Spec,
    failover: &Failover,
) -> Result<Vec<SocketAddr>, String> {
    let mut zone = match spec.zone_of(failover) {
        ZoneRef::Name(zone) => zone.clone(),
        ZoneRef::Id(_) => failover.name.clone(),
    };
    // A tree of zones on loopback has a port of its own.
    let servers = Servers { port: speed::dns_port().unwrap_or(servers.port), ..servers.clone() };
    let by_name = matches!(spec.zone_of(failover), ZoneRef::Name(_));
    loop {
        let error = match servers.name_servers(clock, &zone).await {
            Ok(found) => return Ok(found),
            Err(error) => error,
        };
        let above: Option<Fqdn> = zone.parent().filter(|above| above.labels().count() > 1);
        match above {
            Some(above) if !by_name => zone = above,
            _ => return Err(in_one_line(&error)),
        }
    }
}
