//! What did a drill come to, in one word and one number? Pure.

use crate::{
    cli::exit::ExitStatus,
    drill::phase::{Cut, Ending, Stake, Why},
    report::drill::DrillDocument,
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
    /// 6. by the document's own judgement of what was measured.
    pub(super) fn of(ending: &Ending, document: &DrillDocument, as_it_was: bool) -> Self {
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
        match document.outcome.as_str() {
            "within-target" if as_it_was => Self::WithinTarget,
            "no-target" if as_it_was => Self::NoTarget,
            "over-target" => Self::OverTarget,
            _ => Self::NotRecovered,
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

    fn outcome(why: Option<Why>, remains: &'static [Stake], judged: &str) -> Outcome {
        let document = DrillDocument { outcome: judged.to_owned(), ..DrillDocument::default() };
        Outcome::of(&Ending { why, remains }, &document, true)
    }

    #[test]
    fn the_first_condition_that_holds_decides() {
        assert_eq!(outcome(None, &[], "no-target"), Outcome::NoTarget);
        assert_eq!(outcome(None, &[], "within-target"), Outcome::WithinTarget);
        assert_eq!(outcome(None, &[], "over-target"), Outcome::OverTarget);
        assert_eq!(outcome(None, &[], "not-recovered"), Outcome::NotRecovered);
        let cut = |cut| Some(Why::Cut(cut));
        assert_eq!(outcome(cut(Cut::Interrupted), &[], "no-target"), Outcome::Interrupted);
        assert_eq!(outcome(cut(Cut::Interrupted), &[Stake::Fault], "no-target"), Outcome::NotRestored);
        assert_eq!(outcome(cut(Cut::Interrupted), &[Stake::Notice], "no-target"), Outcome::Interrupted);
        assert_eq!(outcome(None, &[Stake::Notice], "no-target"), Outcome::NotRestored);
        assert_eq!(outcome(cut(Cut::SecondaryDied), &[], "no-target"), Outcome::NotRecovered);
        assert_eq!(outcome(cut(Cut::Panicked), &[], "no-target"), Outcome::Failed);
        assert_eq!(outcome(Some(Why::Taken), &[], ""), Outcome::Refused);
    }

    #[test]
    fn what_is_not_as_it_was_is_no_recovery() {
        let document = DrillDocument { outcome: "no-target".to_owned(), ..DrillDocument::default() };
        assert_eq!(Outcome::of(&Ending { why: None, remains: &[] }, &document, false), Outcome::NotRecovered);
    }
}
