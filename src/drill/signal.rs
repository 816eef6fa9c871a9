//! By what does Route 53 learn that the primary is not to be answered any more?
//!
//! | fault | what turns the verdict | what can be known of the moment |
//! |---|---|---|
//! | the endpoint breaks | its checkers, `threshold` looks in a row, `interval` apart; 14 of 16 | reckoned from their reports |
//! | `switch` | the checkers of the switch see the object. Their check is inverted, so a look that succeeds is the bad news, and 3 of 16 are enough | the same |
//! | `invert` | nobody has to look: "If you want Route 53 to consider a health check unhealthy when it otherwise would be considered healthy" (Route 53 API reference, `Inverted`) | the moment at which Route 53 took the change; that the verdict turns with it is nowhere documented |
//! | an alarm speaks for the side | CloudWatch's data, period by period | nothing, until the first name server answers otherwise |
//!
//! What CloudWatch tells of the verdict (`HealthCheckStatus`) comes once a minute, and minutes late: too slow for a
//! drill. `GetHealthCheckStatus` knows no verdict at all, only looks. So the verdict is reckoned (see
//! [`Minds`](super::Minds)).
//!
//! With a manual switch, or checks of others, the record is guarded by a calculated check above these. How soon that
//! follows its children is documented nowhere; the time counts as publication.

use std::time::Duration;

use super::{FaultKind, Minds, Way};
use crate::{
    clock::Clock,
    model::{CheckConfig, CheckKind, CheckRole, CheckerReport, Detection, HealthCheck, HealthCheckId, Side},
    spec::Failover,
};

/// A checker that connects waits so long for a response (Route 53 Developer Guide,
/// dns-failover-determining-health-of-endpoints).
const RESPONSE_LIMIT: Duration = Duration::from_secs(2);
/// How well the moments of looks are known: an undisturbed look's own length and the timers of a lab.
const MOMENTS: Duration = Duration::from_millis(500);

/// What turns the verdict over the side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Signal {
    /// Checkers look.
    Checkers(Watched),
    /// Route 53 is told, and nobody has to look.
    Told,
    /// An alarm of CloudWatch: nobody outside sees when it turns.
    Alarm,
}

/// A health check whose checkers are watched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Watched {
    /// Which.
    pub check: HealthCheckId,
    /// Whether a look that succeeds counts against the side: the check of the switch.
    pub inverted: bool,
    /// Between the end of one look and the start of the next.
    pub interval: Duration,
    /// Looks in a row that change a checker's mind.
    pub threshold: u32,
    /// How long a look takes that shows the fault.
    pub look: Duration,
}

/// There is no health check by which the fault could be noticed.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("the failover has no health check of the role `{}` by which Route 53 could notice the fault", .0.as_str())]
pub struct NoSignal(pub CheckRole);

impl Signal {
    /// What turns the verdict when `side` is broken in this way. `check` finds the failover's health check of a role.
    pub fn of<'a>(
        fault: &FaultKind,
        failover: &Failover,
        side: Side,
        check: impl Fn(CheckRole) -> Option<&'a HealthCheck>,
    ) -> Result<Self, NoSignal> {
        let role = match (fault, side) {
            (FaultKind::Invert, _) => return Ok(Self::Told),
            (FaultKind::Switch, _) => CheckRole::Switch,
            _ if failover.side(side).alarm.is_some() => return Ok(Self::Alarm),
            (_, Side::Primary) => CheckRole::Primary,
            (_, Side::Secondary) => CheckRole::Secondary,
        };
        let found = check(role).ok_or(NoSignal(role))?;
        let look = match fault {
            FaultKind::Lab(name) if name == "timeout" || name == "slow" => RESPONSE_LIMIT,
            _ => Duration::ZERO,
        };
        match &found.config {
            CheckConfig { kind: CheckKind::Endpoint(endpoint), inverted, .. } => {
                Ok(Self::Checkers(Watched {
                    check: found.id.clone(),
                    inverted: *inverted,
                    interval: Duration::from_secs(u64::from(endpoint.interval)),
                    threshold: endpoint.failure_threshold,
                    look,
                }))
            }
            _ => Ok(Self::Alarm),
        }
    }

    /// The check whose checkers are asked what they saw.
    pub fn watched(&self) -> Option<&Watched> {
        match self {
            Self::Checkers(watched) => Some(watched),
            Self::Told | Self::Alarm => None,
        }
    }

    /// What checkers think when nothing has happened for a while.
    pub fn settled(&self, reports: &[CheckerReport]) -> Minds {
        match self {
            Self::Checkers(watched) => Minds::settled(reports, watched.threshold).inverted(watched.inverted),
            Self::Told | Self::Alarm => Minds::settled(&[], 1),
        }
    }

    /// The soonest that anybody can notice what happens at `changed`.
    pub fn floor(&self, minds: &Minds, way: Way, changed: Duration, clock: &Clock) -> Floor {
        let watched = match self {
            Self::Checkers(watched) => watched,
            Self::Told => return Floor::AtOnce,
            Self::Alarm => return Floor::Unknown,
        };
        let since = |at: jiff::Timestamp| Duration::try_from(at.duration_since(clock.epoch())).ok();
        let breaks = way == Way::There;
        Floor::Looks(Detection {
            last_looks: minds.last_looks().into_iter().filter_map(since).collect(),
            changed,
            interval: watched.interval,
            threshold: watched.threshold,
            look: if breaks { watched.look } else { Duration::ZERO },
            // A look that the fault holds up ends well when it is mended in time.
            under_way: MOMENTS + if breaks || watched.inverted { Duration::ZERO } else { RESPONSE_LIMIT },
            // Of an inverted check the successes are what breaks it, and few of them are enough.
            to_unhealthy: breaks != watched.inverted,
        })
    }
}

/// The least time that detection can take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Floor {
    /// By the looks of checkers.
    Looks(Detection),
    /// None: nobody has to look (undocumented).
    AtOnce,
    /// Nobody knows.
    Unknown,
}
