//! What did not come to its end, and who is to blame?

use std::{fmt, time::Duration};

use crate::{
    drill::{Ended, LaneRole, Milestone, Run, Shown, Turn, Way},
    model::Side,
};

/// A clock that is this far ahead makes the moments of checkers wrong (our choice: their precision is half a second).
const APART: Duration = Duration::from_secs(1);
/// A step of the system's clock of so many seconds is said.
const STEP: f64 = 1.0;

/// Something that did not come to its end. Moments are since the fault.
#[derive(Clone, Debug, PartialEq)]
pub enum Problem {
    /// The verdict was never seen to turn.
    NeverDetected {
        /// On which way.
        way: Way,
    },
    /// A name server never answered the side to which the way leads.
    NeverSwitched {
        /// On which way.
        way: Way,
        /// Which.
        server: String,
        /// What it showed last.
        shows: String,
    },
    /// A resolver never did.
    NeverLetGo {
        /// On which way.
        way: Way,
        /// Which.
        resolver: String,
        /// What it showed last.
        shows: String,
        /// For how much longer its last answer might have been kept, when the watch of the turn ended.
        might_keep: Option<Duration>,
    },
    /// The client that looks the name up each time never got there.
    NeverServed {
        /// On which way.
        way: Way,
        /// Why.
        why: Option<String>,
    },
    /// A client that keeps something got nothing until the end.
    LeftBehind {
        /// Which.
        client: String,
        /// Why.
        why: String,
        /// For how long it got nothing.
        without: Duration,
    },
    /// The side that was not broken did not serve.
    OtherSideFailed {
        /// Which.
        side: Side,
        /// Since when, counted from the fault.
        since: f64,
        /// For how long.
        lasted: Duration,
        /// Whether it still does not.
        goes_on: bool,
        /// Whether the turn was given up for it.
        gave_up: bool,
    },
    /// The checkers' clocks are ahead of ours.
    ClocksApart {
        /// By this at least.
        by: Duration,
    },
    /// The system's clock was set while the drill went on.
    ClockMoved {
        /// By so many seconds.
        by: f64,
    },
    /// A lane changed more often than can be shown.
    Coarse {
        /// Which.
        lane: String,
        /// What was shorter is not shown.
        resolution: Duration,
    },
}

/// All of a run.
pub(super) fn problems(run: &Run) -> Vec<Problem> {
    let ways = [Way::There, Way::Back].into_iter().filter_map(|way| run.turned(way));
    let mut found: Vec<Problem> = ways.flat_map(|turn| of_turn(run, turn)).collect();
    found.extend(other_side(run));
    found.extend(left_behind(run));
    let ledger = run.ledger();
    if ledger.clocks_apart >= APART {
        found.push(Problem::ClocksApart { by: ledger.clocks_apart });
    }
    let drift = run.scene().clock.drift().as_secs_f64();
    if drift.abs() >= STEP {
        found.push(Problem::ClockMoved { by: drift });
    }
    found.extend(ledger.lanes().filter_map(|lane| {
        Some(Problem::Coarse { lane: lane.vantage.clone(), resolution: lane.resolution()? })
    }));
    found
}

fn of_turn(run: &Run, turn: &Turn) -> Vec<Problem> {
    let way = turn.way;
    let mut found = Vec::new();
    if turn.at(Milestone::Detected).is_none() {
        found.push(Problem::NeverDetected { way });
    }
    let now = run.ledger().last();
    for (point, kept) in turn.missing() {
        let Some(lane) = run.ledger().point(point) else { continue };
        let shows = match (lane.shown(), lane.words()) {
            (Some(Shown::Nothing) | None, words) => words.unwrap_or("no answer").to_owned(),
            (Some(shown), _) => format!("the {}", shown.as_str()),
        };
        let vantage = lane.vantage.clone();
        found.push(if lane.role == LaneRole::Resolver {
            let might_keep = kept.and_then(|kept| kept.checked_sub(now));
            Problem::NeverLetGo { way, resolver: vantage, shows, might_keep }
        } else {
            Problem::NeverSwitched { way, server: vantage, shows }
        });
    }
    if turn.at(Milestone::Client).is_none() {
        let why = run.ledger().clients().next().and_then(|client| client.failure.clone());
        found.push(Problem::NeverServed { way, why });
    }
    found
}

fn other_side(run: &Run) -> Option<Problem> {
    let (ledger, side) = (run.ledger(), run.scene().side.other());
    let outage = ledger.outage(side);
    let (first, began) = (outage.first()?, ledger.marked(Way::There)?);
    let gave_up = run.turned(Way::There).is_some_and(|turn| turn.ended == Some(Ended::Lost));
    Some(Problem::OtherSideFailed {
        side,
        since: first.as_secs_f64() - began.as_secs_f64(),
        lasted: outage.total(ledger.last()),
        goes_on: outage.goes_on(),
        gave_up,
    })
}

/// Those that keep something, and starve by it; that the first one starves is said already.
fn left_behind(run: &Run) -> Vec<Problem> {
    let ledger = run.ledger();
    let starving = ledger.clients().skip(1).filter_map(|client| {
        Some(Problem::LeftBehind {
            client: client.word().to_owned(),
            why: client.failure.clone()?,
            without: client.without_bytes(ledger.last()),
        })
    });
    if ledger.marked(Way::There).is_some() { starving.collect() } else { Vec::new() }
}

/// As a sentence.
impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = Way::as_str;
        match self {
            Self::NeverDetected { way } => {
                write!(f, "{}: the verdict of the health checkers was never seen to turn", name(*way))
            }
            Self::NeverSwitched { way, server, shows } => {
                write!(
                    f,
                    "{}: the name server {server} never switched; at the end it showed {shows}",
                    name(*way)
                )
            }
            Self::NeverLetGo { way, resolver, shows, might_keep } => {
                let way = name(*way);
                write!(f, "{way}: the resolver {resolver} never let go; at the end it showed {shows}")?;
                match might_keep {
                    Some(left) => {
                        write!(f, ", and tells a TTL by which it may for {:.0} s more", left.as_secs_f64())
                    }
                    None => Ok(()),
                }
            }
            Self::NeverServed { way, why } => {
                write!(f, "{}: no request through the name was served by the other side", name(*way))?;
                why.as_ref().map_or(Ok(()), |why| write!(f, ": {why}"))
            }
            Self::LeftBehind { client, why, without } => write!(
                f,
                "the {client} client is still on the dead side, without bytes for {:.1} s: {why}",
                without.as_secs_f64()
            ),
            Self::OtherSideFailed { side, since, lasted, goes_on, gave_up } => {
                write!(
                    f,
                    "the {side} did not serve from {since:.1} s on, for {:.1} s",
                    lasted.as_secs_f64()
                )?;
                f.write_str(if *goes_on { ", and still does not" } else { "" })?;
                f.write_str(if *gave_up { "; the drill gave up for it" } else { "" })
            }
            Self::ClocksApart { by } => write!(
                f,
                "the checkers' reports are up to {:.1} s ahead of our clock: is it set by NTP? Detection is as wrong",
                by.as_secs_f64()
            ),
            Self::ClockMoved { by } => {
                write!(
                    f,
                    "the system's clock moved by {by:.1} s meanwhile; moments are by the monotonic clock"
                )
            }
            Self::Coarse { lane, resolution } => write!(
                f,
                "the lane of {lane} changed too often to be shown; what lasted less than {:.1} s is left out of it",
                resolution.as_secs_f64()
            ),
        }
    }
}
