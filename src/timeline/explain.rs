//! Why did a phase take as long as it did? Its time, cut into parts, each with its reason and the figures behind it.
//!
//! The parts of a phase add up to it. What arithmetic explains comes first, as far as the phase is long; what is left
//! belongs to the last reason.

use std::{fmt, time::Duration};

use super::Phases;
use crate::{
    drill::{Floor, Periods, Turn},
    model::decisive,
};

/// Why a part of a phase passed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// Until the first look, of the checker that decided, which could see it.
    FirstLook {
        /// Between its looks.
        interval: Duration,
        /// How long before the change it had looked last.
        looked_before: Duration,
        /// How many checkers have to agree.
        needed: usize,
        /// Of how many.
        checkers: usize,
    },
    /// Until it had seen it often enough.
    MoreLooks {
        /// How many more times.
        looks: u32,
        /// Between two.
        interval: Duration,
    },
    /// Looks take their time, and a checker waits an interval after each.
    LongerLooks,
    /// Until Route 53 had taken the change.
    Told,
    /// An alarm, of which nothing is seen until a name server switches.
    Alarm,
    /// Until the first name server knew of the verdict.
    FirstServer {
        /// Which.
        server: String,
    },
    /// Until the last one did.
    LastServer {
        /// Which.
        server: String,
        /// How many there are.
        of: usize,
    },
    /// As long as the resolver might keep what it had.
    Kept {
        /// Which.
        resolver: String,
    },
    /// Until it was asked again.
    AskedAgain {
        /// How often it is.
        every: Duration,
    },
    /// Until the client's next request brought bytes.
    NextRequest {
        /// How often it makes one.
        every: Duration,
    },
}

/// A part of a phase.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// How long it took.
    pub took: Duration,
    /// Why.
    pub why: Why,
}

/// What explains a phase.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Explanation {
    /// One after the other.
    pub parts: Vec<Part>,
    /// By how much it was shorter than its floor: a look was under way when the change came.
    pub sooner: Option<Duration>,
}

/// Of each phase of a turn; an empty one for a phase that was never reached.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the phases")]
pub struct Explained {
    pub detect: Explanation,
    pub publish: Explanation,
    pub cache: Explanation,
    pub client: Explanation,
}

impl Explained {
    /// Explains the phases of a turn.
    pub fn of(turn: &Turn, phases: &Phases, periods: &Periods) -> Self {
        let detected = turn.began + phases.detect.took.unwrap_or_default();
        let client = Why::NextRequest { every: periods.client };
        Self {
            detect: detect(turn, phases),
            publish: publish(turn, phases, detected),
            cache: cache(turn, phases, periods),
            client: Parts::of(phases.client.took).rest(client),
        }
    }
}

fn detect(turn: &Turn, phases: &Phases) -> Explanation {
    let mut parts = Parts::of(phases.detect.took);
    let detection = match &turn.floor {
        Floor::Looks(detection) => detection,
        Floor::AtOnce => return parts.rest(Why::Told),
        Floor::Unknown => return parts.rest(Why::Alarm),
    };
    let Some(checker) = decisive(detection) else { return parts.rest(Why::LongerLooks) };
    let waited = checker.first_look.saturating_sub(turn.began);
    parts.take(
        waited,
        Why::FirstLook {
            interval: detection.interval,
            looked_before: turn.began.saturating_sub(checker.last_look),
            needed: checker.needed,
            checkers: checker.checkers,
        },
    );
    let more = checker.turns.saturating_sub(checker.first_look);
    let looks = detection.threshold.saturating_sub(1);
    parts.take(more, Why::MoreLooks { looks, interval: detection.interval });
    let sooner = phases.detect.floor.zip(phases.detect.took);
    let sooner = sooner.and_then(|(floor, took)| floor.checked_sub(took)).filter(|less| !less.is_zero());
    Explanation { sooner, ..parts.rest(Why::LongerLooks) }
}

fn publish(turn: &Turn, phases: &Phases, detected: Duration) -> Explanation {
    let mut parts = Parts::of(phases.publish.took);
    let mut servers: Vec<_> =
        turn.name_servers().into_iter().filter_map(|(server, at)| Some((at?, server.to_string()))).collect();
    servers.sort();
    let of = servers.len();
    let (Some((first, first_server)), Some((_, last_server))) = (servers.first().cloned(), servers.pop())
    else {
        return Explanation::default();
    };
    if of == 1 {
        return parts.rest(Why::FirstServer { server: first_server });
    }
    parts.take(first.saturating_sub(detected), Why::FirstServer { server: first_server });
    parts.rest(Why::LastServer { server: last_server, of })
}

fn cache(turn: &Turn, phases: &Phases, periods: &Periods) -> Explanation {
    let mut parts = Parts::of(phases.cache.took);
    let resolvers = turn.resolvers();
    let Some((resolver, _)) = resolvers.first() else { return Explanation::default() };
    let every = if resolver.is_public() { periods.public_resolver } else { periods.resolver };
    parts.take(phases.cache.floor.unwrap_or_default(), Why::Kept { resolver: resolver.to_string() });
    parts.rest(Why::AskedAgain { every })
}

/// A time that is handed out.
struct Parts {
    left: Option<Duration>,
    parts: Vec<Part>,
}

impl Parts {
    fn of(took: Option<Duration>) -> Self {
        Self { left: took, parts: Vec::new() }
    }

    /// At most so much of what is left.
    fn take(&mut self, wanted: Duration, why: Why) {
        let Some(left) = self.left else { return };
        let took = wanted.min(left);
        self.left = Some(left.saturating_sub(took));
        if !took.is_zero() {
            self.parts.push(Part { took, why });
        }
    }

    /// All that is left.
    fn rest(mut self, why: Why) -> Explanation {
        if let Some(left) = self.left {
            self.take(left, why);
        }
        Explanation { parts: self.parts, sooner: None }
    }
}

/// As a sentence: `7.3 s until …; 20.0 s for …`.
impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, part) in self.parts.iter().enumerate() {
            let between = if index == 0 { "" } else { "; " };
            write!(f, "{between}{:.1} s {}", part.took.as_secs_f64(), part.why)?;
        }
        if let Some(sooner) = self.sooner {
            let between = if self.parts.is_empty() { "" } else { "; " };
            let sooner = sooner.as_secs_f64();
            write!(
                f,
                "{between}{sooner:.1} s sooner than reckoned: a look was under way when the change came"
            )?;
        }
        Ok(())
    }
}

/// As the end of a sentence that begins with a time.
impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let s = |duration: &Duration| duration.as_secs_f64();
        match self {
            Self::FirstLook { interval, looked_before, needed, checkers } => write!(
                f,
                "until the look that had to see it: {needed} of {checkers} checkers have to agree, their looks are \
                 {} s apart, and the one that decided had looked {:.1} s before",
                s(interval),
                s(looked_before)
            ),
            Self::MoreLooks { looks, interval } => {
                let (more, each) = if *looks == 1 { ("look", "") } else { ("looks", "each ") };
                write!(f, "for {looks} more {more}, {each}{} s after the one before", s(interval))
            }
            Self::LongerLooks => {
                f.write_str("more, because looks take their time and a checker waits an interval after each")
            }
            Self::Told => f.write_str("until Route 53 had taken the change; no checker has to look (undocumented)"),
            Self::Alarm => f.write_str(
                "until the first name server switched; when the alarm turned within it cannot be seen from outside",
            ),
            Self::FirstServer { server } => {
                write!(f, "until {server} knew of it, the first name server; AWS publishes no figure for this")
            }
            Self::LastServer { server, of } => write!(f, "until {server} did, the last of {of}"),
            Self::Kept { resolver } => {
                write!(f, "because {resolver} might keep its answer for so long, by its TTL")
            }
            Self::AskedAgain { every } => {
                write!(f, "until it was asked again, which is done every {} s, and had the new answer", s(every))
            }
            Self::NextRequest { every } => {
                write!(f, "until the client's next request brought bytes; it makes one every {} s", s(every))
            }
        }
    }
}
