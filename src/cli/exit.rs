//! How the program ends.

use std::{error::Error, path::Path, process::ExitCode};

use crate::{
    account::AccountError,
    apply::ApplyError,
    causes::causes,
    drill::RunError,
    plan::{Guard, Refused},
    probe::{ResolveError, ServerError},
};

/// The exit codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ExitStatus {
    /// Done, and the answer is yes.
    Yes,
    /// The tool worked, and the answer is no.
    No,
    /// Wrong use, or a spec that is not valid; nothing was sent.
    Usage,
    /// AWS, S3 or DNS refused or could not be reached.
    Refused,
    /// Refused for safety.
    Unsafe,
    /// Interrupted; whatever had been broken was restored first.
    Interrupted,
}

impl From<ExitStatus> for ExitCode {
    fn from(status: ExitStatus) -> Self {
        ExitCode::from(match status {
            ExitStatus::Yes => 0,
            ExitStatus::No => 1,
            ExitStatus::Usage => 2,
            ExitStatus::Refused => 3,
            ExitStatus::Unsafe => 4,
            ExitStatus::Interrupted => 130,
        })
    }
}

/// Why a command did not do what it was asked to: a sentence, its causes, and ways out.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) status: ExitStatus,
    pub(super) message: String,
    pub(super) causes: Vec<String>,
    pub(super) hints: Vec<String>,
}

impl Failure {
    pub(super) fn new(status: ExitStatus, message: impl Into<String>) -> Self {
        Self { status, message: message.into(), causes: Vec::new(), hints: Vec::new() }
    }

    pub(super) fn caused_by(mut self, error: &(dyn Error + 'static)) -> Self {
        self.causes.extend(causes(error).map(ToString::to_string));
        self
    }

    pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// A file of the user's that the system would not let us write.
    pub(super) fn not_written(path: &Path, error: &std::io::Error) -> Self {
        Self::new(ExitStatus::Usage, format!("could not write {}", path.display())).caused_by(error)
    }

    /// Message and causes, for a place that has one line.
    pub(super) fn in_one_line(&self) -> String {
        let causes = self.causes.iter().map(String::as_str);
        std::iter::once(self.message.as_str()).chain(causes).collect::<Vec<_>>().join(": ")
    }

    /// Refused by a guard, which is named.
    fn named(guard: Guard, error: &(dyn Error + 'static)) -> Self {
        let mut failure = Self::new(ExitStatus::Unsafe, "what was planned was refused for safety");
        failure.causes.push(format!("{guard}: {error}"));
        failure
    }

    /// The error's own sentence, and its causes beneath.
    pub(super) fn of(status: ExitStatus, error: &(dyn Error + 'static)) -> Self {
        let failure = Self::new(status, error.to_string());
        match error.source() {
            Some(source) => failure.caused_by(source),
            None => failure,
        }
    }
}

impl From<AccountError> for Failure {
    fn from(error: AccountError) -> Self {
        Self::of(ExitStatus::Refused, &error).hint(error.hint())
    }
}

/// What may have happened between plan and apply, by what AWS says to the change.
const MEANWHILE: [(&str, &str); 4] = [
    ("InvalidChangeBatch", "The zone may have changed since the plan was made: plan again."),
    ("HealthCheckVersionMismatch", "The health check has changed since the plan was made: plan again."),
    ("NoSuchHealthCheck", "The health check was deleted since the plan was made: plan again."),
    (
        "NoSuchHostedZone",
        "The zone was deleted since the plan was made. What is left of the failover are its health checks: \
         `s3-failover destroy --orphans` removes them.",
    ),
];

impl From<ApplyError> for Failure {
    fn from(error: ApplyError) -> Self {
        let again = "Run the same command again: it goes on from what is there.";
        match error {
            ApplyError::Account(error) => {
                let more = MEANWHILE.iter().find(|(code, _)| error.has_code(code));
                let failure = Self::from(error);
                more.into_iter().fold(failure, |failure, (_, hint)| failure.hint(*hint))
            }
            ApplyError::Unhealthy { .. } => Self::named(Guard::Unhealthy, &error).hint(
                "Put the object where the health check looks (and let it be read by everybody), then run the same \
                 command again. `--allow unhealthy` changes the records all the same.",
            ),
            ApplyError::BothDown { .. } => Self::named(Guard::BothDown, &error).hint(
                "While both sides are down Route 53 answers the primary, and whatever changes now can make that worse. \
                 Bring one side back, then run the same command again. `--allow both-down` changes the records all \
                 the same.",
            ),
            ApplyError::Stopped { ref sent, .. } => {
                let mut failure = Self::of(ExitStatus::Interrupted, &error);
                failure.causes.extend(sent.iter().map(|change| {
                    format!("the change {change} was accepted; not every name server may have it yet")
                }));
                failure.hint(again)
            }
            ApplyError::NotInSync { .. } | ApplyError::NoReference { .. } | ApplyError::NotCreated { .. } => {
                Self::of(ExitStatus::Refused, &error).hint(again)
            }
        }
    }
}

impl From<RunError> for Failure {
    fn from(error: RunError) -> Self {
        match error {
            RunError::Account(error) => error.into(),
            RunError::WatchEnded => Self::of(ExitStatus::Refused, &error),
        }
    }
}

impl From<Refused> for Failure {
    fn from(refused: Refused) -> Self {
        let mut failure = Self::new(ExitStatus::Unsafe, refused.to_string());
        for refusal in &refused.refusals {
            failure.causes.push(format!("{}: {refusal}", refusal.id()));
            failure.hints.push(refusal.way_out());
        }
        failure
    }
}

const OTHER_SERVERS: &str = "Look at the address, and whether UDP and TCP reach it: `--nameserver IP:PORT` and `--resolver \
     IP:PORT` say whom to ask instead.";

impl From<ServerError> for Failure {
    fn from(error: ServerError) -> Self {
        let (status, hint) = match error {
            ServerError::NotAServer { .. } => (
                ExitStatus::Usage,
                "`--nameserver` and `--resolver` take one server each, or several with commas between them.",
            ),
            ServerError::NotASubnet(_) => (
                ExitStatus::Usage,
                "`--client-subnet` says on whose behalf names are asked for; without it, resolvers go by where they are asked from.",
            ),
            _ => (ExitStatus::Refused, OTHER_SERVERS),
        };
        Self::of(status, &error).hint(hint)
    }
}

impl From<ResolveError> for Failure {
    fn from(error: ResolveError) -> Self {
        let hint = match error {
            ResolveError::Servers(error) => return Self::from(error),
            ResolveError::NameServers { .. } => OTHER_SERVERS,
            ResolveError::NeitherSide { .. } => {
                "`s3-failover plan` shows whether the records are there, `s3-failover verify` what each name \
                 server answers."
            }
        };
        Self::of(ExitStatus::Refused, &error).hint(hint)
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::of(ExitStatus::Refused, &error)
    }
}
