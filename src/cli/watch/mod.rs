//! `watch`: keeps looking, and tells what is new; or waits until something is so.
//!
//! The state stands behind a lock of its own, so that whoever shows it (a live view, metrics) looks at it
//! whenever it likes, and the fold waits for nobody.

mod expected;
mod live;
pub(super) mod schedule;
mod teller;

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    pin::pin,
    sync::{Arc, Mutex, PoisonError},
};

use futures_util::future::OptionFuture;
use tokio::sync::{Notify, mpsc};

use self::{expected::Readers, teller::Teller};
use super::{
    args::Global,
    exit::{ExitStatus, Failure},
    gather,
    interrupt::Interrupt,
    metrics::MetricsSocket,
    otlp::{Otlp, Pushing},
    ui::Ui,
    watch_args::{UntilArg, WatchArgs},
    world::{World, load_spec},
};
use crate::{
    model::Fqdn,
    probe::Servers,
    report::watch::Ended,
    spec::{Failover, Spec, ZoneRef},
    watch::{
        ClientState, FailoverState, FetchSide, Looks, News, Point, Scene, SignFor, State, Until, Watched,
    },
};

pub(super) async fn run(
    args: &WatchArgs,
    world: &World,
    global: &Global,
    ui: Ui,
) -> Result<ExitStatus, Failure> {
    let spec = load_spec(global, ui)?;
    let mut teller = Teller::new(args, ui)?;
    let metrics = OptionFuture::from(args.metrics.map(MetricsSocket::bind)).await.transpose()?;
    let otlp = Otlp::from_environment()?;
    let mut exports = Exports { metrics, otlp, pushing: None };
    let mut interrupt = Interrupt::listen()?;
    let ended = tokio::select! {
        ended = watch(args, world, spec, &mut exports, &mut teller) => ended,
        () = interrupt.heard() => teller.end(Ended::by_hand(args.until.is_some())),
    };
    if let Some(pushing) = exports.pushing {
        tokio::select! {
            notes = pushing.finish() => notes.iter().for_each(|note| ui.warn(note)),
            // Asked a second time, it does not wait for a collector.
            () = interrupt.heard() => {}
        }
    }
    ended
}

/// Where metrics go.
struct Exports {
    metrics: Option<MetricsSocket>,
    otlp: Option<Otlp>,
    /// Once there is something to push.
    pushing: Option<Pushing>,
}

/// Watches until what is waited for has come, or the time is over, or nobody reads any more.
async fn watch(
    args: &WatchArgs,
    world: &World,
    spec: Spec,
    exports: &mut Exports,
    teller: &mut Teller,
) -> Result<ExitStatus, Failure> {
    let world = &world.acting_for(&spec).await;
    let clock = &world.clock;
    let servers = world.servers().await?;
    let failovers = name_servers(world, &spec, &servers).await?;
    let watched = Arc::new(schedule::schedule(failovers, &servers.resolvers, args.interval));
    if watched.iter().flat_map(|one| &one.points).any(|point| schedule::is_spared(point, args.interval)) {
        teller.say("public resolvers are asked less often than --interval says: see --help");
    }
    let began = clock.elapsed();
    let states = watched.iter().map(unseen).collect();
    let state = Arc::new(Mutex::new(State::new(began, clock.epoch(), states)));
    let metrics = exports.metrics.take();
    let served = metrics.map(|socket| socket.serve(Arc::clone(&state), clock.clone())).transpose()?;
    if let Some(served) = &served {
        teller.say(&format!("metrics: http://{}/metrics", served.address()));
    }
    if let Some(otlp) = exports.otlp.take() {
        otlp.ignored().iter().for_each(|text| teller.say(text));
        let pushing = exports.pushing.insert(otlp.start(Arc::clone(&state), clock.clone()));
        teller.say(&pushing.describe());
    }
    if !teller.begin(&state)? {
        return teller.end(Ended::Unheard);
    }
    let over = args.timeout.map(|limit| began + limit);
    let mut until = args.until.map(|until| Until::new(until.into(), watched.len()));
    let (fetch, sign) = (fetch_side(world, &servers, &watched), sign_for(world, &watched));
    let readers = Readers { world, servers: servers.clone(), spec: &spec, state: &state };
    let mut looks =
        Looks::start(Scene { clock: clock.clone(), servers, watched, fetch, sign: Some(sign) }).await;
    let (changed, (sender, mut read)) = (Notify::new(), mpsc::unbounded_channel());
    let mut reading = pin!(expected::read_for_ever(readers, &changed, sender));
    let mut timeout = pin!(OptionFuture::from(over.map(|moment| clock.sleep_until(moment))));
    let waiting = live::Waiting { what: args.until.map(UntilArg::word), until: over };
    let shown = teller.is_live().then(|| live::show(Arc::clone(&state), clock.clone(), waiting));
    // In a box, to be dropped before the last words: the view has the terminal until then.
    let mut shown = Box::pin(OptionFuture::from(shown));
    let ended = loop {
        let sight = tokio::select! {
            Some(sight) = looks.next() => sight,
            Some(sight) = read.recv() => sight,
            () = &mut reading => continue,
            Some(note) = note(&mut exports.pushing) => {
                teller.note(note);
                continue;
            }
            Some(()) = &mut timeout => break Ended::TimedOut,
            Some(quit) = &mut shown => {
                quit?;
                break Ended::by_hand(args.until.is_some());
            }
        };
        let index = sight.failover;
        let events = {
            let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
            let (at, events) = (sight.at, state.see(sight));
            if let Some(until) = &mut until {
                let held = until.holds_for(index);
                until.see(index, at, &state.failovers[index]);
                if !held && until.holds_for(index) {
                    changed.notify_one();
                }
            }
            events
        };
        for event in events {
            if matches!(event.news, News::Active { .. } | News::Endpoint { .. }) {
                changed.notify_one();
            }
            if !teller.tell(&event)? {
                return teller.end(Ended::Unheard);
            }
        }
        if until.as_ref().is_some_and(Until::is_met) {
            break Ended::Met;
        }
    };
    drop(shown);
    teller.end(ended)
}

/// What people should know of a collector, if there is one.
async fn note(pushing: &mut Option<Pushing>) -> Option<String> {
    pushing.as_mut()?.note().await
}

pub(super) fn unseen(watched: &Watched) -> FailoverState {
    let points = watched.points.iter().map(|(vantage, every)| Point::new(vantage.clone(), *every));
    let clients = watched.clients.iter().map(|(kind, _)| ClientState::new(*kind));
    let (name, ttl) = (watched.failover.name.clone(), watched.failover.ttl);
    FailoverState::new(name, ttl, points.collect(), clients.collect())
}

/// Each failover with its zone's name servers. AWS is asked only where the spec names a zone by its id.
async fn name_servers(
    world: &World,
    spec: &Spec,
    servers: &Servers,
) -> Result<Vec<(Failover, Vec<SocketAddr>)>, Failure> {
    let by_id = |failover| matches!(spec.zone_of(failover), ZoneRef::Id(_));
    let wanted = servers.authoritative.is_empty() && spec.failovers.iter().any(by_id);
    let zones = if wanted { world.zones(spec).await? } else { Vec::new() };
    let (mut found, mut asked): (Vec<_>, BTreeMap<&Fqdn, Vec<SocketAddr>>) = (Vec::new(), BTreeMap::new());
    for failover in &spec.failovers {
        let of_id = || zones.iter().find(|(_, names)| names.contains(&failover.name));
        let zone = match spec.zone_of(failover) {
            ZoneRef::Name(name) => name,
            ZoneRef::Id(_) => of_id().map_or(&failover.name, |(zone, _)| &zone.name),
        };
        // Many names lie in one zone.
        if !asked.contains_key(zone) {
            asked.insert(zone, servers.name_servers(&world.clock, zone).await?);
        }
        found.push((failover.clone(), asked[zone].clone()));
    }
    Ok(found)
}

/// Asks endpoints as `verify` does: signed where the data is not for everybody.
pub(super) fn fetch_side(world: &World, servers: &Servers, watched: &Arc<Vec<Watched>>) -> FetchSide {
    let (world, servers, watched) = (Arc::new(world.clone()), Arc::new(servers.clone()), Arc::clone(watched));
    Arc::new(move |failover, side| {
        let (world, servers, watched) = (Arc::clone(&world), Arc::clone(&servers), Arc::clone(&watched));
        Box::pin(async move { gather::side_data(&world, &servers, &watched[failover].failover, side).await })
    })
}

/// Sends clients as `verify` does.
pub(super) fn sign_for(world: &World, watched: &Arc<Vec<Watched>>) -> SignFor {
    let (world, watched) = (world.clone(), Arc::clone(watched));
    Arc::new(move |failover| gather::signer(&world, &watched[failover].failover))
}
