//! What is watched, pushed to an OpenTelemetry collector: the metrics of `--metrics`, by OTLP over HTTP.
//!
//! It is on when one of the usual variables names an endpoint. Each push is a whole picture, and counters count from the
//! beginning of the watch: so a push that fails is not repeated, the next one makes up for it. A collector
//! that is away is told once, and once when it is back; the watch neither waits for it nor ends by it.
//!
//! The collector is of our own world, so that this goes by our own clock, also in front of a lab whose
//! seconds are shorter.

mod collector;
mod settings;

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use jiff::Timestamp;
use tokio::{
    sync::{mpsc, oneshot},
    task::JoinSet,
};

use self::{
    collector::{Collector, PushError},
    settings::Settings,
};
use super::exit::{ExitStatus, Failure};
use crate::{
    clock::Clock,
    report::metrics::{Export, Family, families},
    watch::State,
};

/// The first push comes no later, so that whoever has set something wrong need not wait for it to be told.
const FIRST: Duration = Duration::from_secs(5);
/// Where a collector takes gRPC (OTLP specification, "OTLP/gRPC Default Port").
const GRPC: u16 = 4317;

/// A collector that is to be told, before anything has begun.
#[derive(Debug)]
pub(super) struct Otlp {
    collector: Collector,
    resource: Vec<(String, String)>,
}

/// Metrics are pushed until this is dropped.
#[derive(Debug)]
pub(super) struct Pushing {
    place: String,
    every: Duration,
    stop: oneshot::Sender<()>,
    notes: mpsc::UnboundedReceiver<String>,
    task: JoinSet<()>,
}

/// What pushes.
struct Pusher {
    otlp: Otlp,
    /// Ours, and that of the world that is watched.
    clocks: [Clock; 2],
    began: Timestamp,
    state: Arc<Mutex<State>>,
    /// What the collector was told last.
    told: Vec<Family>,
    is_away: bool,
    has_warned: bool,
    notes: mpsc::UnboundedSender<String>,
}

impl Otlp {
    /// By the variables of the environment; nothing when they name no collector.
    pub(super) fn from_environment() -> Result<Option<Self>, Failure> {
        let settings = Settings::read(&|name| std::env::var(name).ok())
            .map_err(|error| Failure::new(ExitStatus::Usage, error.to_string()).hint(error.hint()))?;
        let Some(settings) = settings else { return Ok(None) };
        let mut resource = settings.resource.clone();
        // "MUST be unique for each instance of the same service.namespace,service.name pair" (OpenTelemetry semantic
        // conventions, "Service"): else the numbers of two watches of one name would be taken for one's.
        resource.entry("service.instance.id".to_owned()).or_insert_with(|| uuid(rand::random()));
        let collector = Collector::new(settings).map_err(|error| {
            Failure::new(ExitStatus::Usage, "metrics cannot be exported").caused_by(&error)
        })?;
        Ok(Some(Self { collector, resource: resource.into_iter().collect() }))
    }

    /// What was not heeded of the variables.
    pub(super) fn ignored(&self) -> &[String] {
        &self.collector.settings.ignored
    }

    /// Begins to push what is watched. `clock` is that of the world that is watched.
    pub(super) fn start(self, state: Arc<Mutex<State>>, clock: Clock) -> Pushing {
        let (place, every) = (self.collector.settings.place(), self.collector.settings.interval);
        let (stop, stopped) = oneshot::channel();
        let (sender, notes) = mpsc::unbounded_channel();
        let ours = Clock::system();
        let pusher = Pusher {
            otlp: self,
            began: ours.now(),
            clocks: [ours, clock],
            state,
            told: Vec::new(),
            is_away: false,
            has_warned: false,
            notes: sender,
        };
        let mut task = JoinSet::new();
        task.spawn(pusher.run(stopped));
        Pushing { place, every, stop, notes, task }
    }
}

impl Pushing {
    /// Where to and how often, for people.
    pub(super) fn describe(&self) -> String {
        format!("metrics: to {} every {} s", self.place, self.every.as_secs_f64())
    }

    /// What people should know next.
    pub(super) async fn note(&mut self) -> Option<String> {
        self.notes.recv().await
    }

    /// Pushes the last state; what people should know of that. Takes no longer than one push may.
    pub(super) async fn finish(mut self) -> Vec<String> {
        // Whoever hears it no longer has ended already.
        let _ = self.stop.send(());
        let _ended = self.task.join_next().await;
        let mut notes = Vec::new();
        while let Ok(note) = self.notes.try_recv() {
            notes.push(note);
        }
        notes
    }
}

impl Pusher {
    async fn run(mut self, mut stopped: oneshot::Receiver<()>) {
        let every = self.otlp.collector.settings.interval;
        let mut next = self.clocks[0].elapsed() + every.min(FIRST);
        loop {
            let clock = self.clocks[0].clone();
            let pushing = async {
                clock.sleep_until(next).await;
                self.push().await;
            };
            // A push that is under way when the watch ends gives way to that of the last state.
            tokio::select! {
                _ = &mut stopped => break,
                () = pushing => {}
            }
            next = (next + every).max(clock.elapsed());
        }
        self.push().await;
    }

    async fn push(&mut self) {
        let families = {
            let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
            families(&state, self.clocks[1].elapsed())
        };
        let export = Export {
            families: &families,
            told: &self.told,
            resource: &self.otlp.resource,
            began: self.began,
            at: self.clocks[0].now(),
        };
        let pushed = self.otlp.collector.push(&self.clocks[0], export.encode()).await;
        if pushed.is_ok() {
            self.told = families;
        }
        if let Some(note) = self.news(pushed) {
            // Nobody is left to tell once the watch has ended.
            let _ = self.notes.send(note);
        }
    }

    /// What people should know now that they did not know before.
    fn news(&mut self, pushed: Result<Option<String>, PushError>) -> Option<String> {
        let place = self.otlp.collector.settings.place();
        let was_away = std::mem::replace(&mut self.is_away, pushed.is_err());
        match pushed {
            Err(_) if was_away => None,
            Err(error) => {
                let port = self.otlp.collector.settings.endpoint.port_u16();
                let hint = if port == Some(GRPC) {
                    " (4317 is the port for gRPC; that for HTTP is 4318)"
                } else {
                    ""
                };
                Some(format!("metrics do not arrive at {place}: {error}{hint}"))
            }
            Ok(_) if was_away => Some(format!("metrics arrive at {place} again")),
            Ok(Some(said)) if !self.has_warned => {
                self.has_warned = true;
                Some(format!("metrics arrive at {place}, but {said}"))
            }
            Ok(_) => None,
        }
    }
}

/// A random number as a UUID, version 4 (RFC 9562, 5.4).
fn uuid(random: u128) -> String {
    let bits = random & !(0xf << 76) & !(0b11 << 62) | (4 << 76) | (0b10 << 62);
    let digits = format!("{bits:032x}");
    format!("{}-{}-{}-{}-{}", &digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uuid_says_its_version() {
        assert_eq!(uuid(0), "00000000-0000-4000-8000-000000000000");
        assert_eq!(uuid(u128::MAX), "ffffffff-ffff-4fff-bfff-ffffffffffff");
    }
}
