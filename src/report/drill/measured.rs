//! From figures to the document: rounded, named, and counted from the fault.

use std::{collections::BTreeMap, time::Duration};

use super::{
    CheckerFigures, ClientFigures, DataLossFigures, DrillDocument, Environment, Lane, RequestCounts, Span,
    TimelineEntry, TrafficSecond,
};
use crate::{
    drill::{ClientRecord, Requests, Way},
    model::Side,
    probe::client::ClientKind,
    timeline::{DrillFigures, Explained, Explanation, Phase, Phases, Setting, WayFigures, seconds},
};

impl DrillDocument {
    /// The document of a drill of DNS failover whose figures were measured. Whoever adds to it asks for the outcome
    /// again by [`DrillDocument::judged`].
    pub fn measured(figures: &DrillFigures) -> Self {
        let (failover, failback) = (&figures.failover.phases, &figures.failback.phases);
        let since = |at: Duration| at.as_secs_f64() - figures.began.as_secs_f64();
        let timeline = figures.events.iter().map(|event| TimelineEntry {
            at: rounded(since(event.at)),
            event: event.name(),
            source: event.source.clone(),
            detail: event.detail.clone(),
        });
        let document = Self {
            schema: "s3-failover/drill/v1".to_owned(),
            name: figures.name.to_string(),
            began: format!("{:.3}", figures.began_at),
            strategy: "dns".to_owned(),
            fault: figures.drilled.fault.clone(),
            basis: "measured".to_owned(),
            timeline: timeline.collect(),
            phases: each(failover, |phase| phase.took),
            floors: each(failover, |phase| phase.floor),
            explained: explained(&figures.failover),
            failback_phases: each(failback, |phase| phase.took),
            failback_floors: each(failback, |phase| phase.floor),
            failback_explained: explained(&figures.failback),
            effective_seconds: failover.effective.map(seconds),
            authoritative_seconds: failover.published.map(seconds),
            cached_seconds: failover.cached.map(seconds),
            recovery_seconds: failover.total.map(seconds),
            failback_seconds: failback.total.map(seconds),
            failback_authoritative_seconds: failback.published.map(seconds),
            failback_cached_seconds: failback.cached.map(seconds),
            restored_at: figures.mended.map(|at| rounded(since(at))),
            requests: counts(figures.ledger.requests()),
            clients: figures.ledger.clients().map(|client| client_figures(figures, client)).collect(),
            traffic: traffic(figures),
            lanes: lanes(figures, since),
            checkers: checkers(figures, since),
            data_loss: DataLossFigures::of(&figures.drilled.data_loss),
            restored: figures.drilled.restored,
            target_seconds: figures.target.map(seconds),
            problems: figures.problems.iter().map(ToString::to_string).collect(),
            environment: environment(&figures.setting),
            ..Self::default()
        };
        document.judged(figures.drilled.interrupted)
    }

    /// With what the drill came to, by what the document holds now.
    ///
    /// 1. Not restored is worst, whatever else there is.
    /// 2. Then comes that somebody stopped it.
    /// 3. It has recovered when every name server, every resolver and the client that looks the name up each time
    ///    went over, and came back.
    /// 4. The time of that client, on the way there, is held against the target.
    #[must_use]
    pub fn judged(self, interrupted: bool) -> Self {
        let arrived = [
            self.authoritative_seconds,
            self.cached_seconds,
            self.recovery_seconds,
            self.failback_authoritative_seconds,
            self.failback_cached_seconds,
            self.failback_seconds,
        ];
        let outcome = match (self.recovery_seconds, self.target_seconds) {
            _ if !self.restored => "not-restored",
            _ if interrupted => "interrupted",
            _ if arrived.contains(&None) => "not-recovered",
            (Some(took), Some(target)) if took > target => "over-target",
            (_, Some(_)) => "within-target",
            (_, None) => "no-target",
        };
        let ok = matches!(outcome, "within-target" | "no-target");
        Self { ok, outcome: outcome.to_owned(), ..self }
    }
}

fn each(phases: &Phases, of: impl Fn(&Phase) -> Option<Duration>) -> BTreeMap<String, Option<f64>> {
    let named = [
        ("detect", &phases.detect),
        ("publish", &phases.publish),
        ("cache", &phases.cache),
        ("client", &phases.client),
    ];
    named.into_iter().map(|(name, phase)| (name.to_owned(), of(phase).map(seconds))).collect()
}

fn explained(WayFigures { phases, explained }: &WayFigures) -> BTreeMap<String, String> {
    let Explained { detect, publish, cache, client } = explained;
    let named = [
        ("detect", phases.detect, detect),
        ("publish", phases.publish, publish),
        ("cache", phases.cache, cache),
        ("client", phases.client, client),
    ];
    let sentence = |phase: Phase, explanation: &Explanation| match (phase.took, explanation.to_string()) {
        (None, _) => "not reached".to_owned(),
        (Some(_), text) if text.is_empty() => "nothing was left to wait for".to_owned(),
        (Some(_), text) => text,
    };
    named.into_iter().map(|(name, phase, why)| (name.to_owned(), sentence(phase, why))).collect()
}

fn counts(Requests { total, failed }: Requests) -> RequestCounts {
    RequestCounts { total, failed }
}

fn client_figures(figures: &DrillFigures, client: &ClientRecord) -> ClientFigures {
    let after = |way: Way| {
        let began = figures.ledger.marked(way)?;
        client.first[way.index()].map(|at| seconds(at.saturating_sub(began)))
    };
    ClientFigures {
        kind: client.word().to_owned(),
        recovery_seconds: after(Way::There),
        failback_seconds: after(Way::Back),
        requests: counts(client.requests),
        without_bytes_seconds: seconds(client.without_bytes(figures.ledger.last())),
        note: note(figures, client),
    }
}

/// What explains where a client was.
fn note(figures: &DrillFigures, client: &ClientRecord) -> String {
    let went = client.first[Way::There.index()].is_some();
    let starves = client.failure.is_some();
    let note = match client.kind {
        ClientKind::Pointer | ClientKind::Https => "it looks the name up for each request",
        ClientKind::KeepAlive if went => "its connection ended, and for the next one it looked the name up",
        ClientKind::KeepAlive if client.requests.failed == 0 => {
            "its connection held, so it stayed where it was; nothing but the connection's end moves it"
        }
        ClientKind::KeepAlive => "it looks the name up only for a new connection",
        ClientKind::Pinned => {
            "it looked the name up once and stays at that address until it is started again"
        }
    };
    if starves && figures.mended.is_some() {
        format!("{note}; at the end it got nothing")
    } else {
        note.to_owned()
    }
}

fn traffic(figures: &DrillFigures) -> Vec<TrafficSecond> {
    let second = |(at, second): (i64, crate::drill::Second)| {
        let [primary, secondary] = Side::BOTH.map(|side| second.served[side.index()]);
        #[expect(clippy::cast_precision_loss, reason = "seconds of a drill are far below 2^53")]
        let at = at as f64;
        TrafficSecond { at, primary, secondary, failed: second.failed }
    };
    figures.ledger.traffic.seconds().map(second).collect()
}

fn lanes(figures: &DrillFigures, since: impl Fn(Duration) -> f64) -> Vec<Lane> {
    let end = figures.ledger.last();
    let lane = |lane: &crate::drill::Lane| {
        // A verdict goes on until it turns; what is asked again and again is known until it was asked last.
        let end = (lane.role == crate::drill::LaneRole::Verdict).then_some(end);
        let span = |(from, to, shown): (Duration, Duration, crate::drill::Shown)| Span {
            from: rounded(since(from)),
            to: rounded(since(to)),
            shown: shown.as_str().to_owned(),
        };
        Lane {
            vantage: lane.vantage.clone(),
            role: lane.role.as_str().to_owned(),
            spans: lane.spans(end).map(span).collect(),
        }
    };
    figures.ledger.lanes().map(lane).collect()
}

fn checkers(figures: &DrillFigures, since: impl Fn(Duration) -> f64) -> Vec<CheckerFigures> {
    let mut checkers: Vec<CheckerFigures> = figures
        .ledger
        .checkers
        .iter()
        .map(|(address, checker)| CheckerFigures {
            region: checker.region.as_ref().map(ToString::to_string),
            address: address.clone(),
            first_failure: checker.first_failure.map(|at| rounded(since(at))),
            first_success: checker.first_success.map(|at| rounded(since(at))),
        })
        .collect();
    checkers.sort_by(|a, b| (&a.region, &a.address).cmp(&(&b.region, &b.address)));
    checkers
}

fn environment(setting: &Setting) -> Environment {
    let [primary, secondary] = setting.sides.clone();
    let periods = setting.periods;
    let every = [
        ("authoritative", periods.name_server),
        ("resolver", periods.resolver),
        ("public resolver", periods.public_resolver),
        ("endpoint", periods.endpoint),
        ("client", periods.client),
        ("checkers", periods.checkers),
    ];
    Environment {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        clock_speed: setting.speed,
        clock: "monotonic".to_owned(),
        clock_drift_seconds: Some(rounded(setting.drift)),
        ttl: setting.ttl,
        interval: setting.interval,
        failure_threshold: setting.failure_threshold,
        primary,
        secondary,
        name_servers: setting.name_servers.clone(),
        resolvers: setting.resolvers.clone(),
        looked_every_seconds: every
            .into_iter()
            .map(|(what, every)| (what.to_owned(), seconds(every)))
            .collect(),
        ..Environment::default()
    }
}

/// To the millisecond.
fn rounded(seconds: f64) -> f64 {
    (seconds * 1_000.0).round() / 1_000.0
}
