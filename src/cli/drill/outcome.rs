//! What did a drill come to, in one word and one number? Pure.

use std::time::Duration;

use crate::{
    cli::exit::ExitStatus,
    drill::phase::{Cut, Ending, Stake, Why},
    report::drill::DrillDocument,
    timeline::seconds,
};

/// Why a drill is as good as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    WithinTarget,
    NoTarget,
    OverTarget,
    NotRecovered,
    NotRestored,
    Interrupted,
    /// Nothing was broken.
    Refused,
    /// AWS did not let it be broken, or this program failed; it was restored.
    Failed,
}

impl Outcome {
    /// By these conditions, the first that holds:
    ///
    /// 1. something is still broken: not restored;
    /// 2. it never came to be broken by intent (a precondition, no yes, another drill, no journal): refused;
    /// 3. somebody wanted it to end, or nobody read any more: interrupted;
    /// 4. AWS did not let it be broken or watched, or this program failed: failed;
    /// 5. clients never got bytes from the secondary, or did not come back, or all is not as it was: not recovered;
    ///    and so it is when it was cut short by anything else;
    /// 6. by the target, if there is one.
    pub(super) fn of(ending: &Ending, document: &DrillDocument, target: Option<Duration>) -> Self {
        if ending.remains.contains(&Stake::Fault) {
            return Self::NotRestored;
        }
        match ending.why {
            Some(Why::Refused | Why::Declined | Why::Taken | Why::NotWritten) => return Self::Refused,
            Some(Why::Cut(Cut::Interrupted | Cut::Unheard)) => return Self::Interrupted,
            _ if !ending.remains.is_empty() => return Self::NotRestored,
            Some(
                Why::NotSettled
                | Why::NotInjected
                | Why::Cut(Cut::Panicked | Cut::NetworkLost | Cut::CredentialsExpired | Cut::Blind),
            ) => return Self::Failed,
            Some(Why::NotRecovered | Why::Cut(Cut::LimitReached | Cut::SecondaryDied)) => {
                return Self::NotRecovered;
            }
            None => {}
        }
        let came_back = document.failback_seconds.is_some() && document.problems.is_empty();
        match (document.recovery_seconds, target) {
            (None, _) => Self::NotRecovered,
            (Some(_), _) if !came_back => Self::NotRecovered,
            (Some(_), None) => Self::NoTarget,
            (Some(took), Some(target)) if took <= seconds(target) => Self::WithinTarget,
            (Some(_), Some(_)) => Self::OverTarget,
        }
    }

    /// As documents name it.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::WithinTarget => "within-target",
            Self::NoTarget => "no-target",
            Self::OverTarget => "over-target",
            Self::NotRecovered | Self::Failed | Self::Refused => "not-recovered",
            Self::NotRestored => "not-restored",
            Self::Interrupted => "interrupted",
        }
    }

    /// How the program ends.
    pub(super) fn status(self) -> ExitStatus {
        match self {
            Self::WithinTarget | Self::NoTarget => ExitStatus::Yes,
            Self::OverTarget | Self::NotRecovered => ExitStatus::No,
            Self::NotRestored | Self::Failed => ExitStatus::Refused,
            Self::Refused => ExitStatus::Unsafe,
            Self::Interrupted => ExitStatus::Interrupted,
        }
    }

    pub(super) fn is_ok(self) -> bool {
        self.status() == ExitStatus::Yes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(why: Option<Why>, remains: &'static [Stake], recovery: Option<f64>, target: u64) -> Outcome {
        let document = DrillDocument {
            recovery_seconds: recovery,
            failback_seconds: recovery,
            ..DrillDocument::default()
        };
        let target = (target > 0).then(|| Duration::from_secs(target));
        Outcome::of(&Ending { why, remains }, &document, target)
    }

    #[test]
    fn the_first_condition_that_holds_decides() {
        assert_eq!(outcome(None, &[], Some(60.0), 0), Outcome::NoTarget);
        assert_eq!(outcome(None, &[], Some(60.0), 60), Outcome::WithinTarget);
        assert_eq!(outcome(None, &[], Some(60.001), 60), Outcome::OverTarget);
        assert_eq!(outcome(None, &[], None, 60), Outcome::NotRecovered);
        let cut = |cut| Some(Why::Cut(cut));
        assert_eq!(outcome(cut(Cut::Interrupted), &[], Some(1.0), 60), Outcome::Interrupted);
        assert_eq!(outcome(cut(Cut::Interrupted), &[Stake::Fault], Some(1.0), 60), Outcome::NotRestored);
        assert_eq!(outcome(cut(Cut::Interrupted), &[Stake::Notice], Some(1.0), 60), Outcome::Interrupted);
        assert_eq!(outcome(None, &[Stake::Notice], Some(1.0), 60), Outcome::NotRestored);
        assert_eq!(outcome(cut(Cut::SecondaryDied), &[], Some(1.0), 60), Outcome::NotRecovered);
        assert_eq!(outcome(cut(Cut::Panicked), &[], Some(1.0), 60), Outcome::Failed);
        assert_eq!(outcome(Some(Why::Taken), &[], None, 0), Outcome::Refused);
    }

    #[test]
    fn all_that_is_not_as_it_was_is_no_recovery() {
        let problems = vec!["the resolver still answers the secondary".to_owned()];
        let document = DrillDocument {
            recovery_seconds: Some(1.0),
            failback_seconds: Some(1.0),
            problems,
            ..DrillDocument::default()
        };
        assert_eq!(Outcome::of(&Ending { why: None, remains: &[] }, &document, None), Outcome::NotRecovered);
    }
}
