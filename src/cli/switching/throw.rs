//! The one thing that is done: the object is put, or deleted. And whether those see it whom it is for.

use std::time::Duration;

use super::inspection::{Inspected, Inspector, Standing};
use crate::{
    account::{AccountError, Conditional},
    cli::{
        exit::{ExitStatus, Failure},
        switching::person::{host_name, user_name},
    },
    probe::Servers,
    switch::{Direction, Lever, Note, Position, Strangers},
};

/// What came of it.
pub(super) struct Thrown {
    /// The moment from which it is waited: when S3 said that it was done, or when it was found done.
    pub(super) at: Option<Duration>,
    /// In a sentence.
    pub(super) said: String,
    /// Why checkers will not see it: sentences.
    pub(super) problems: Vec<String>,
    /// Why it was not done.
    pub(super) failure: Option<Failure>,
    ours: bool,
}

impl Thrown {
    /// Whether this run did it.
    pub(super) fn is_ours(&self) -> bool {
        self.ours
    }

    /// Whether anything is to be expected of it.
    pub(super) fn is_awaited(&self) -> bool {
        self.failure.is_none() && self.problems.is_empty() && self.at.is_some()
    }

    fn failed(name: &str, failure: Failure) -> Self {
        let said = format!("{name}: {}", failure.message);
        Self { at: None, said, problems: Vec::new(), failure: Some(failure), ours: false }
    }
}

/// Puts or deletes the object, unless it is as it should be already.
pub(super) async fn throw(
    inspector: &Inspector<'_>,
    inspected: &Inspected<'_>,
    servers: Option<Servers>,
) -> Thrown {
    let (clock, buckets, order) = (&inspector.world.clock, &inspector.buckets, inspector.order);
    let name = &inspected.failover.name;
    let lever = inspected.lever.as_ref().expect("without one, the guard `switch.declared` has refused");
    let done = match (&inspected.standing, order.direction) {
        (Standing::Already(_) | Standing::Absent, _) => Ok(Conditional::Changed),
        (Standing::Ready(_), Direction::Failover) => {
            let mut note = Note::new(name, user_name(), host_name(), clock.now());
            note.reason = order.reason.map(str::to_owned);
            lever.put(clock, buckets, &note).await.map(|done| match done {
                Conditional::Done(_) => Conditional::Done(()),
                Conditional::Changed => Conditional::Changed,
            })
        }
        (Standing::Ready(etag), Direction::Failback) => lever.delete(clock, buckets, etag.as_ref()).await,
    };
    let at = clock.elapsed();
    let (ours, said) = match done {
        Err(error) => return Thrown::failed(name.as_str(), refused(error, order.direction)),
        Ok(Conditional::Done(())) => {
            let what = match order.direction {
                Direction::Failover => "thrown",
                Direction::Failback => "taken back",
            };
            (true, format!("{name}: the switch is {what}: {}", lever.uri()))
        }
        Ok(Conditional::Changed) => match as_found(inspector, inspected, lever).await {
            Ok(said) => (false, said),
            Err(failure) => return Thrown::failed(name.as_str(), failure),
        },
    };
    let (mut problems, mut said) = (Vec::new(), said);
    if let Some(servers) = servers {
        let wanted = order.direction == Direction::Failover;
        match (lever.settled(clock, &servers, wanted).await, wanted) {
            (Strangers::DoNot(status), true) => {
                problems.push(format!(
                    "strangers get status {status} for {}, so no health checker sees it and nothing will happen; it \
                     stays there, and works once it can be read (`s3-failover failback` takes it away)",
                    lever.uri()
                ));
                problems.extend(lever.why_hidden(clock, buckets).await);
            }
            (Strangers::See(_), false) => problems.push(format!(
                "strangers still get {}, so health checkers see it too: somebody may have thrown the switch anew",
                lever.uri()
            )),
            (Strangers::Unknown(why), _) => {
                said = format!("{said}\n{name}: whether strangers see it is not known: {why}");
            }
            _ => {}
        }
    }
    Thrown { at: Some(at), said, problems, failure: None, ours }
}

/// It was done already, or somebody else was faster.
async fn as_found(
    inspector: &Inspector<'_>,
    inspected: &Inspected<'_>,
    lever: &Lever,
) -> Result<String, Failure> {
    let name = &inspected.failover.name;
    match (&inspected.standing, inspector.order.direction) {
        (Standing::Already(Some(thrower)), Direction::Failover) => {
            Ok(format!("{name}: the switch is already there, thrown {thrower}"))
        }
        (Standing::Already(_), Direction::Failover) => Ok(format!("{name}: the switch is already there")),
        (Standing::Already(_), Direction::Failback) => Ok(format!("{name}: the switch is not thrown")),
        (_, direction) => match lever.position(&inspector.world.clock, &inspector.buckets).await {
            Position::On(thrower, _) if direction == Direction::Failover => {
                Ok(format!("{name}: somebody was faster: the switch is already there, thrown {thrower}"))
            }
            Position::On(thrower, _) => Err(Failure::new(
                ExitStatus::Unsafe,
                format!("{name}: meanwhile the switch was thrown anew, {thrower}; it was left alone"),
            )
            .hint("Ask them. Run the same command again to take that one back.")),
            Position::Off if direction == Direction::Failback => {
                Ok(format!("{name}: somebody was faster: the switch is not thrown any more"))
            }
            Position::Off => Err(Failure::new(
                ExitStatus::Refused,
                format!("{name}: somebody put the switch and took it away again at the same time"),
            )
            .hint("Run the same command again.")),
            Position::Unknown(why) => Err(Failure::new(
                ExitStatus::Refused,
                format!("{name}: somebody else is at work on the switch, and it cannot be looked at: {why}"),
            )
            .hint("Run the same command again.")),
        },
    }
}

fn refused(error: AccountError, direction: Direction) -> Failure {
    let failure = Failure::from(error);
    match direction {
        Direction::Failover => failure.hint(
            "The switch was not thrown. Run the same command again; while the secondary's region cannot be written to, \
             whatever makes the primary's health check fail fails over, such as to take its health object away.",
        ),
        Direction::Failback => failure.hint("The switch stays thrown. Run the same command again."),
    }
}
