//! `s3-failover/switch/v1`: what a switch by hand came to, for programs and for people. Keys may be added, never
//! renamed. Times are in seconds of the world that was switched.

use std::{fmt::Write, time::Duration};

use jiff::Timestamp;
use serde::{Serialize, Serializer};

use crate::{
    model::Fqdn,
    switch::{Arrival, Direction, Expected, Judged, Lag, Thrower},
    timeline::seconds,
};

const SCHEMA: &str = "s3-failover/switch/v1";

/// How it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Everybody has arrived.
    Switched,
    /// It had been done before, and everybody has arrived.
    Already,
    /// A guard refused; nothing was changed.
    Refused,
    /// Nothing was to be changed.
    DryRun,
    /// Health checkers do not see what was done.
    Unseen,
    /// Not everybody arrived in time.
    NotInTime,
    /// Somebody stopped waiting.
    Interrupted,
    /// S3 refused, or could not be reached.
    Failed,
}

/// All failovers of one command.
#[derive(Debug, Serialize)]
pub struct SwitchDocuments<'a> {
    schema: &'static str,
    direction: Direction,
    ok: bool,
    failovers: &'a [SwitchDocument],
}

impl<'a> SwitchDocuments<'a> {
    /// Of these.
    pub fn new(direction: Direction, failovers: &'a [SwitchDocument]) -> Self {
        let ok = failovers.iter().all(|document| document.ok);
        Self { schema: SCHEMA, direction, ok, failovers }
    }
}

/// One failover.
#[derive(Clone, Debug, Serialize)]
pub struct SwitchDocument {
    /// `s3-failover/switch/v1`.
    pub schema: &'static str,
    /// Its name.
    pub name: Fqdn,
    /// Which way.
    pub direction: Direction,
    /// How it ended.
    pub outcome: Outcome,
    /// Whether it is as it should be.
    pub ok: bool,
    /// When the command began.
    pub began: Timestamp,
    /// When the object was put or deleted; nothing when this run did neither.
    pub thrown_at: Option<Timestamp>,
    /// Why, as it was said.
    pub reason: Option<String>,
    /// Who had thrown the switch before.
    pub found: Option<Thrower>,
    /// What was looked at before.
    pub guards: Vec<Judged>,
    /// How far the side that took over was behind.
    #[serde(serialize_with = "lag")]
    pub lag: Option<Lag>,
    /// What it should take.
    #[serde(serialize_with = "expected")]
    pub expected: Option<Expected>,
    /// Whether the phases were measured.
    pub basis: &'static str,
    /// How long each took.
    pub phases: SwitchPhases,
    /// From the throw until everybody had arrived.
    pub seconds: Option<f64>,
    /// Each name server.
    pub switched: Vec<SwitchedServer>,
    /// Who has not arrived.
    pub left: Vec<LeftBehind>,
    /// Clients that go by what they have kept.
    pub kept: Vec<String>,
    /// Why nothing will come of it.
    pub problems: Vec<String>,
}

/// How long each phase took, in seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct SwitchPhases {
    /// From the throw to the last name server: what the checkers think meanwhile is known to Route 53's API alone.
    pub detect_publish: Option<f64>,
    /// To the last resolver.
    pub cache: Option<f64>,
    /// To the first bytes through the name.
    pub client: Option<f64>,
}

/// A name server.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SwitchedServer {
    /// Which.
    pub server: String,
    /// How long after the throw it answered the side; nothing if it does not.
    pub seconds: Option<f64>,
}

/// Somebody who has not arrived.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LeftBehind {
    /// Who.
    pub who: String,
    /// What is seen there.
    pub sees: String,
    /// For how much longer that may be so, where a TTL says it.
    pub at_most_seconds: Option<f64>,
}

impl SwitchDocument {
    /// Nothing has been done yet.
    pub fn new(name: Fqdn, direction: Direction, began: Timestamp, outcome: Outcome) -> Self {
        Self {
            schema: SCHEMA,
            name,
            direction,
            outcome,
            ok: matches!(outcome, Outcome::DryRun | Outcome::Already),
            began,
            thrown_at: None,
            reason: None,
            found: None,
            guards: Vec::new(),
            lag: None,
            expected: None,
            basis: "measured",
            phases: SwitchPhases::default(),
            seconds: None,
            switched: Vec::new(),
            left: Vec::new(),
            kept: Vec::new(),
            problems: Vec::new(),
        }
    }

    /// Takes in who has arrived. Each phase begins where the one before ended; what was early took no time.
    pub fn arrive(&mut self, arrival: Arrival) {
        let Arrival { published, cached, client, servers, left, kept } = arrival;
        let mut reached = Duration::ZERO;
        let mut phase = |at: Option<Duration>| {
            let at = at?;
            let took = at.saturating_sub(reached);
            reached = reached.max(at);
            Some(seconds(took))
        };
        self.phases =
            SwitchPhases { detect_publish: phase(published), cache: phase(cached), client: phase(client) };
        self.seconds = (left.is_empty() && published.is_some()).then(|| seconds(reached));
        let server =
            |(server, at): (String, Option<Duration>)| SwitchedServer { server, seconds: at.map(seconds) };
        self.switched = servers.into_iter().map(server).collect();
        let behind = |left: crate::switch::Left| LeftBehind {
            who: left.who,
            sees: left.sees,
            at_most_seconds: left.at_most.map(seconds),
        };
        self.left = left.into_iter().map(behind).collect();
        self.kept = kept;
    }

    /// In one line, for lists.
    pub fn summary(&self) -> String {
        let (name, towards) = (&self.name, self.direction.towards());
        match (self.outcome, self.seconds) {
            (Outcome::Switched, Some(seconds)) => {
                format!("{name} answers the {towards}: everybody was there {seconds:.1} s after the switch")
            }
            (Outcome::Switched, None) => {
                format!("{name} answers the {towards}; it did, or had begun to, before the switch")
            }
            (Outcome::Already, _) => format!("{name} answers the {towards}: nothing was to be done"),
            (Outcome::Refused, _) => format!("{name}: refused; nothing was changed"),
            (Outcome::DryRun, _) => {
                format!("{name}: would be switched to the {towards}; nothing was changed")
            }
            (Outcome::Unseen, _) => format!("{name}: the switch is not as health checkers should see it"),
            (Outcome::NotInTime, _) => format!("{name}: not everybody is on the {towards} yet"),
            (Outcome::Interrupted, _) => {
                format!("{name}: nobody waited until everybody was on the {towards}")
            }
            (Outcome::Failed, _) => format!("{name}: the switch could not be reached"),
        }
    }
}

/// For people.
pub fn switch_text(document: &SwitchDocument) -> String {
    let mut text = document.summary() + "\n";
    let SwitchPhases { detect_publish, cache, client } = document.phases;
    for (name, took) in [("detect + publish", detect_publish), ("cache", cache), ("client", client)] {
        if let Some(took) = took {
            // Writing into a text cannot fail.
            let _ = writeln!(text, "  {name:<17}{took:>7.1} s (measured)");
        }
    }
    let waited = matches!(document.outcome, Outcome::NotInTime | Outcome::Interrupted);
    for left in document.left.iter().filter(|_| waited) {
        let until = left.at_most_seconds.map(|left| format!(", for {left:.0} s more at most"));
        let _ = writeln!(text, "  {} {}{}", left.who, left.sees, until.unwrap_or_default());
    }
    for line in document.kept.iter().chain(&document.problems) {
        let _ = writeln!(text, "  {line}");
    }
    text
}

#[derive(Serialize)]
struct Figures<'a> {
    seconds: Option<f64>,
    basis: &'a str,
    detail: String,
}

#[expect(clippy::ref_option, reason = "serde calls it with a reference to the field")]
fn lag<S: Serializer>(lag: &Option<Lag>, serializer: S) -> Result<S::Ok, S::Error> {
    let figures = lag.as_ref().map(|lag| Figures {
        seconds: lag.seconds(),
        basis: lag.basis(),
        detail: lag.to_string(),
    });
    figures.serialize(serializer)
}

#[derive(Serialize)]
struct ExpectedSeconds {
    mean_seconds: f64,
    worst_seconds: f64,
    basis: &'static str,
}

#[expect(clippy::ref_option, reason = "serde calls it with a reference to the field")]
fn expected<S: Serializer>(expected: &Option<Expected>, serializer: S) -> Result<S::Ok, S::Error> {
    let figures = expected.map(|Expected { mean, worst }| ExpectedSeconds {
        mean_seconds: seconds(mean),
        worst_seconds: seconds(worst),
        basis: "modelled",
    });
    figures.serialize(serializer)
}
