//! What is said about the journal beside a command's own work.

use crate::{
    journal::{Life, Notice, Step},
    plan::Summary,
};

/// How many steps are named one by one.
const NAMED: usize = 3;

/// What a run that is no more has left broken, and the way out: two lines. What a run breaks that still lives, it
/// mends itself.
pub fn still_broken(pending: &[Step]) -> Option<String> {
    let left: Vec<&Step> = pending.iter().filter(|step| step.life != Life::Alive).collect();
    let first = left.first()?;
    let mut named: Vec<String> =
        left.iter().take(NAMED).map(|step| format!("{}: {}", step.step.failover, step.step.what)).collect();
    if left.len() > NAMED {
        named.push(format!("and {} more", left.len() - NAMED));
    }
    let elsewhere = left.iter().find(|step| step.life == Life::Elsewhere);
    let who = match elsewhere {
        Some(step) => {
            format!("a run on {}, of which it cannot be seen from here whether it still goes on", step.host)
        }
        None => "a run that did not end".to_owned(),
    };
    Some(format!(
        "warning: still broken on purpose since {}, by {who}: {}\n`s3-failover recover` mends it.",
        first.step.at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        named.join("; ")
    ))
}

/// What was done about a file that could not be used as it was.
pub fn notice(notice: &Notice) -> String {
    match notice {
        Notice::SetAside { why, to, steps, records, whole } => {
            let over =
                format!("{steps} steps that are still broken and {records} remembered runs were taken over");
            let rest = if *whole {
                "."
            } else {
                "; not everything in it could be read. `s3-failover recover` also finds what is broken by what \
                 stands in AWS."
            };
            let to = to.display();
            format!(
                "warning: the journal could not be used: {why}. It is kept as {to}, and a new one was begun; {over}{rest}"
            )
        }
        Notice::Migrated { from, copy } => {
            let copy = copy.display();
            format!(
                "The journal was of version {from} and has been brought to this one; as it was, it is kept as {copy}."
            )
        }
    }
}

/// Whether changes are meant or made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tense {
    /// They would be made.
    Planned,
    /// They were made.
    Done,
}

/// The changes of a plan in one line.
pub fn changes(summary: Summary, tense: Tense) -> String {
    let Summary { create, update, replace, delete } = summary;
    let counts = [
        (create, "to create", "created"),
        (update, "to update", "updated"),
        (replace, "to replace", "replaced"),
        (delete, "to delete", "deleted"),
    ];
    let some = counts.into_iter().filter(|(count, ..)| *count > 0);
    let words: Vec<String> = some
        .map(|(count, planned, done)| match tense {
            Tense::Planned => format!("{count} {planned}"),
            Tense::Done => format!("{count} {done}"),
        })
        .collect();
    if words.is_empty() { "nothing to do".to_owned() } else { words.join(", ") }
}

/// What a record calls the clock of a world.
pub fn clock_name(speed: f64) -> String {
    // Only a lab's clock goes at another speed than ours.
    if (speed - 1.0).abs() < f64::EPSILON { "system".to_owned() } else { format!("lab, speed {speed}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::{NewStep, RunId};

    fn step(what: &str, life: Life) -> Step {
        let at = jiff::Timestamp::from_second(1_800_000_000).expect("a date");
        let failover = "data.example.com".parse().expect("a name");
        let step = NewStep { run: RunId::new(at, 7), failover, what: what.to_owned(), undo: true.into(), at };
        Step { id: 1, step, host: "alpha".to_owned(), process: 7, life }
    }

    #[test]
    fn what_a_living_run_breaks_is_its_own_affair() {
        assert_eq!(still_broken(&[step("a", Life::Alive)]), None);
        assert_eq!(still_broken(&[]), None);
        let some = still_broken(&[step("a", Life::Alive), step("the check is inverted", Life::Gone)]);
        insta::assert_snapshot!(some.expect("one is left"), @"
        warning: still broken on purpose since 2027-01-15T08:00:00Z, by a run that did not end: data.example.com: the check is inverted
        `s3-failover recover` mends it.
        ");
        let many: Vec<Step> = ["a", "b", "c", "d", "e"].map(|what| step(what, Life::Elsewhere)).into();
        insta::assert_snapshot!(still_broken(&many).expect("some are left"), @"
        warning: still broken on purpose since 2027-01-15T08:00:00Z, by a run on alpha, of which it cannot be seen from here whether it still goes on: data.example.com: a; data.example.com: b; data.example.com: c; and 2 more
        `s3-failover recover` mends it.
        ");
    }

    #[test]
    fn changes_are_counted_by_what_is_done() {
        let summary = Summary { create: 9, update: 0, replace: 1, delete: 2 };
        assert_eq!(changes(summary, Tense::Done), "9 created, 1 replaced, 2 deleted");
        assert_eq!(changes(summary, Tense::Planned), "9 to create, 1 to replace, 2 to delete");
        let nothing = Summary { create: 0, replace: 0, delete: 0, ..summary };
        assert_eq!(changes(nothing, Tense::Done), "nothing to do");
    }

    #[test]
    fn only_a_labs_clock_has_a_speed() {
        assert_eq!((clock_name(1.0), clock_name(20.0)), ("system".to_owned(), "lab, speed 20".to_owned()));
    }
}
