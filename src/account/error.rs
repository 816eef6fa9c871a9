//! What can go wrong at the door, told apart by whose fault it is and what to do about it.

use std::error::Error;

use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_route53::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_sts::operation::assume_role::AssumeRoleError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;

use super::{
    access::{NotAssumed, Role},
    own::NoProfile,
};
use crate::causes::causes;

/// A call to AWS that gave no answer, or not the one that was asked for.
#[derive(Debug, thiserror::Error)]
#[error("could not {what}")]
pub struct AccountError {
    /// What was tried, as a phrase that follows "could not".
    pub what: String,
    /// Why it failed.
    #[source]
    pub cause: Cause,
}

/// Why a call failed. The first five: we failed to ask. The others: the service said no.
#[derive(Debug, thiserror::Error)]
pub enum Cause {
    /// No provider of the chain gave credentials.
    #[error("no AWS credentials were found")]
    NoCredentials,
    /// A profile is named that no configuration file has.
    #[error("the AWS configuration files have no profile `{0}`")]
    NoProfile(String),
    /// The session of a role could not be had.
    #[error("{role} could not be assumed")]
    Role {
        /// The role, and where it was named.
        role: Role,
        /// What STS said, or why it could not be asked.
        #[source]
        cause: Box<Cause>,
    },
    /// No connection, or it broke.
    #[error("the endpoint could not be reached ({0})")]
    Unreachable(String),
    /// Connected, and no answer in time.
    #[error("no answer came in time ({0})")]
    TimedOut(String),
    /// The answer was not one that the service's model allows.
    #[error("the answer was not understood ({0})")]
    NotUnderstood(String),
    /// The caller may not do this.
    #[error("AWS refused it with {code}: {message}")]
    AccessDenied {
        /// AWS's error code.
        code: String,
        /// AWS's own words.
        message: String,
    },
    /// More calls than the account may make, also after the SDK's retries.
    #[error("AWS throttled it with {code}, and went on doing so when asked again")]
    Throttled {
        /// AWS's error code.
        code: String,
    },
    /// What was asked for is not there.
    #[error("{0}")]
    NotFound(String),
    /// AWS knows of nothing by this id.
    #[error("AWS knows of none ({code}: {message})")]
    Absent {
        /// AWS's error code.
        code: String,
        /// AWS's own words.
        message: String,
    },
    /// Several things fit, and only a person can know which is meant.
    #[error("{0}")]
    Ambiguous(String),
    /// We asked for something that the API's own model does not allow.
    #[error("the request could not be made ({0})")]
    Unsendable(String),
    /// The service has trouble of its own, also after the SDK's retries.
    #[error("AWS failed with {code}: {message}, and went on doing so when asked again")]
    Unwell {
        /// AWS's error code.
        code: String,
        /// AWS's own words.
        message: String,
    },
    /// Any other refusal.
    #[error("AWS refused it with {code}: {message}")]
    Refused {
        /// AWS's error code.
        code: String,
        /// AWS's own words.
        message: String,
    },
}

/// Codes by which AWS says that the caller may not do something, whoever is asked.
const DENIALS: [&str; 3] = ["AccessDenied", "AccessDeniedException", "OptInRequired"];
/// Codes by which AWS says that it does not accept the keys, whatever they would allow.
const BAD_KEYS: [&str; 8] = [
    "InvalidClientTokenId",
    "UnrecognizedClientException",
    "SignatureDoesNotMatch",
    "ExpiredToken",
    "ExpiredTokenException",
    "InvalidAccessKeyId",
    "InvalidToken",
    "MissingAuthenticationToken",
];
/// Codes of the SDK's own list of throttling errors that Route 53 uses.
const THROTTLES: [&str; 3] = ["Throttling", "ThrottlingException", "PriorRequestNotComplete"];
/// What Route 53 says when an account may have no more (Route 53 model; 200 health checks unless AWS has raised
/// it: Route 53 Developer Guide, `DNSLimitations`).
const QUOTAS: [&str; 2] = ["TooManyHealthChecks", "LimitsExceeded"];
/// What Route 53 says of ids that it does not know.
const ABSENCES: [&str; 3] = ["NoSuchHostedZone", "NoSuchHealthCheck", "NoSuchChange"];

impl AccountError {
    pub(super) fn new(what: impl Into<String>, cause: Cause) -> Self {
        Self { what: what.into(), cause }
    }

    /// An answer that lacks something which the model demands.
    pub(super) fn not_understood(what: impl Into<String>, why: impl std::fmt::Display) -> Self {
        Self::new(what, Cause::NotUnderstood(why.to_string()))
    }

    /// A request that the SDK would not build.
    pub(super) fn unsendable(what: impl Into<String>, why: impl std::fmt::Display) -> Self {
        Self::new(what, Cause::Unsendable(why.to_string()))
    }

    /// A refusal of one part of a request that was answered as a whole.
    pub(super) fn refused(what: impl Into<String>, code: &str, message: &str) -> Self {
        Self::new(what, by_code(code, message))
    }

    /// Turns the SDK's error into ours, for `map_err`. The code decides, never the variant: AWS does not model
    /// `Throttling` on most operations, and emulators leave out more.
    #[expect(clippy::needless_pass_by_value, reason = "`map_err` hands the error over")]
    pub(super) fn from_sdk<E>(what: impl Into<String>, error: SdkError<E>) -> Self
    where
        E: ProvideErrorMetadata + Error + Send + Sync + 'static,
    {
        Self::new(what, cause_of(&error))
    }

    /// Whether AWS answered with this code.
    pub fn has_code(&self, wanted: &str) -> bool {
        match &self.cause {
            Cause::AccessDenied { code, .. }
            | Cause::Throttled { code }
            | Cause::Absent { code, .. }
            | Cause::Unwell { code, .. }
            | Cause::Refused { code, .. } => code == wanted,
            _ => false,
        }
    }

    /// Whether there are no keys, or AWS does not accept those that there are, whatever they would allow.
    pub fn is_about_keys(&self) -> bool {
        fn is(cause: &Cause) -> bool {
            match cause {
                Cause::NoCredentials => true,
                Cause::AccessDenied { code, .. } => BAD_KEYS.contains(&code.as_str()),
                Cause::Role { cause, .. } => is(cause),
                _ => false,
            }
        }
        is(&self.cause)
    }

    /// Whether the caller may not do it, whose keys are good.
    pub fn is_denial(&self) -> bool {
        matches!(&self.cause, Cause::AccessDenied { code, .. } if !BAD_KEYS.contains(&code.as_str()))
    }

    /// Whether the service has said no, so that what was asked for was not done. Otherwise nobody knows: a request
    /// whose answer was lost, or that broke inside the service, may have been carried out.
    pub fn is_refusal(&self) -> bool {
        !self.is_silence() && !matches!(self.cause, Cause::NotUnderstood(_) | Cause::Unwell { .. })
    }

    /// Whether nothing came back: no connection, or no answer in time.
    pub fn is_silence(&self) -> bool {
        matches!(self.cause, Cause::Unreachable(_) | Cause::TimedOut(_))
    }

    /// What the person at the terminal can do about it.
    pub fn hint(&self) -> &'static str {
        match &self.cause {
            Cause::NoCredentials => {
                "Set AWS_PROFILE or --profile, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or sign in with \
                 `aws sso login`. To try the tool without an account: `s3-failover demo`."
            }
            Cause::NoProfile(_) => {
                "`aws configure list-profiles` lists those that there are. AWS_PROFILE or --profile names one; \
                 AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE say where the files are."
            }
            Cause::Role { cause, .. } => hint_of_role(cause),
            Cause::Unreachable(_) | Cause::TimedOut(_) => {
                "Check the network, proxies and AWS_ENDPOINT_URL_ROUTE_53. Running the same command again is \
                 safe: it goes on from what is there. If Route 53's control plane in us-east-1 is down, health \
                 checks and DNS answers go on without it."
            }
            Cause::NotUnderstood(_) => {
                "Something that is not Route 53 may be answering (a proxy, an emulator that lacks the \
                 operation). Look at AWS_ENDPOINT_URL_ROUTE_53; RUST_LOG=debug shows the answer."
            }
            Cause::AccessDenied { code, .. } if BAD_KEYS.contains(&code.as_str()) => {
                "The keys may be mistyped, deleted or expired, or meant for another endpoint. Look at \
                 AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN, at AWS_PROFILE or --profile, \
                 or sign in again. Nothing was changed by this call."
            }
            Cause::AccessDenied { .. } => {
                "Check which identity is used (`aws sts get-caller-identity`) and that its policy allows the \
                 action. Nothing was changed by this call."
            }
            Cause::Throttled { .. } => {
                "Route 53 allows few calls a second for the whole account, other tools included. Wait a minute \
                 and run the same command again: it goes on from what is there."
            }
            Cause::NotFound(_) | Cause::Absent { .. } => {
                "Check the id or name, and that the credentials belong to the account that owns it."
            }
            Cause::Ambiguous(_) => "Write the id of the one that you mean as `hosted_zone` in the spec.",
            Cause::Unsendable(_) => {
                "Nothing was sent. This is a fault of the program: please report it with the spec."
            }
            Cause::Unwell { .. } => {
                "Route 53 has trouble of its own. What this call was to change may have been changed. Wait a \
                 minute and run the same command again: it goes on from what is there. Meanwhile health checks \
                 and DNS answers go on without the control plane."
            }
            Cause::Refused { code, .. } if QUOTAS.contains(&code.as_str()) => {
                "The account has as many as it may. `s3-failover status --orphans --all` shows health checks that \
                 nothing uses, `s3-failover destroy --orphans` removes ours among them; AWS raises the quota \
                 when asked (Service Quotas, Amazon Route 53). Then run the same command again: it goes on from \
                 what is there."
            }
            Cause::Refused { .. } => {
                "Run `s3-failover plan` to see what there is now, and the same command again."
            }
        }
    }
}

/// What can be done about a role that was not assumed.
fn hint_of_role(cause: &Cause) -> &'static str {
    match cause {
        Cause::AccessDenied { code, .. } if BAD_KEYS.contains(&code.as_str()) => {
            "These are the keys with which the role is asked for, not the role's own. They may be mistyped, \
             deleted or expired: look at AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN, at \
             AWS_PROFILE or --profile, or sign in again. Nothing was changed."
        }
        Cause::AccessDenied { .. } => {
            "AWS says the same of a role that does not exist, of one whose trust policy does not name who asks, \
             and of an external id that is missing or wrong. Look at `role_arn` and `external_id` in the spec, \
             at the role's trust policy, at who asks (`aws sts get-caller-identity`), and whether that identity \
             may call sts:AssumeRole. Nothing was changed."
        }
        Cause::Unreachable(_) | Cause::TimedOut(_) => {
            "Check the network, proxies, AWS_REGION and AWS_ENDPOINT_URL_STS. Running the same command again is \
             safe: it goes on from what is there."
        }
        Cause::NotUnderstood(_) => {
            "Something that is not STS may be answering (a proxy, an emulator). Look at AWS_ENDPOINT_URL_STS; \
             RUST_LOG=debug shows the answer."
        }
        Cause::Refused { code, .. } if code == "RegionDisabledException" => {
            "STS is switched off in this region for the role's account: set AWS_REGION or --region to one that \
             is on."
        }
        Cause::Throttled { .. } => {
            "Wait a minute and run the same command again: it goes on from what is there."
        }
        Cause::NoCredentials => {
            "A role is asked for with an identity of one's own: set AWS_PROFILE or --profile, or AWS_ACCESS_KEY_ID \
             and AWS_SECRET_ACCESS_KEY, or sign in with `aws sso login`."
        }
        Cause::NoProfile(_) => {
            "`aws configure list-profiles` lists those that there are. AWS_PROFILE or --profile names one; \
             AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE say where the files are."
        }
        _ => "Look at `role_arn` and `external_id` in the spec. Nothing was changed.",
    }
}

/// Whether the service has answered that it was asked too often, or too soon.
pub(super) fn is_throttle<E: ProvideErrorMetadata>(error: &SdkError<E>) -> bool {
    error.as_service_error().and_then(E::code).is_some_and(|code| THROTTLES.contains(&code))
}

fn cause_of<E>(error: &SdkError<E>) -> Cause
where
    E: ProvideErrorMetadata + Error + Send + Sync + 'static,
{
    if let Some(NotAssumed { role, cause }) = find::<NotAssumed>(error) {
        return Cause::Role { role: role.clone(), cause: Box::new(cause_of_role(cause)) };
    }
    if let Some(NoProfile(name)) = find::<NoProfile>(error) {
        return Cause::NoProfile(name.clone());
    }
    if lacks_credentials(error) {
        return Cause::NoCredentials;
    }
    match error {
        SdkError::TimeoutError(_) => Cause::TimedOut(innermost(error)),
        SdkError::DispatchFailure(failure) if failure.is_timeout() => Cause::TimedOut(innermost(error)),
        SdkError::DispatchFailure(_) => Cause::Unreachable(innermost(error)),
        SdkError::ServiceError(service) => match service.err().code() {
            // "429 Too Many Requests" (RFC 6585, 4), by whichever code.
            Some(code) if service.raw().status().as_u16() == 429 => {
                Cause::Throttled { code: code.to_owned() }
            }
            Some(code) if service.raw().status().is_server_error() => Cause::Unwell {
                code: code.to_owned(),
                message: service.err().message().unwrap_or("no message").to_owned(),
            },
            Some(code) => by_code(code, service.err().message().unwrap_or("no message")),
            None => Cause::NotUnderstood(as_received(service.raw())),
        },
        SdkError::ResponseError(response) => Cause::NotUnderstood(as_received(response.raw())),
        _ => Cause::NotUnderstood(innermost(error)),
    }
}

/// Why a role was not assumed: what STS said, or what went wrong before it was asked.
fn cause_of_role(error: &CredentialsError) -> Cause {
    match find::<SdkError<AssumeRoleError>>(error) {
        Some(refused) => cause_of(refused),
        None => Cause::NotUnderstood(innermost(error)),
    }
}

/// The first error of this kind in a chain.
fn find<'a, T: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a T> {
    causes(error).find_map(|cause| cause.downcast_ref::<T>())
}

/// An answer that no model describes, as much of it as tells a person who has sent it.
fn as_received(answer: &HttpResponse) -> String {
    const SHOWN: usize = 60;
    let status = answer.status();
    let content = answer.headers().get("content-type").unwrap_or("no content type");
    let body = String::from_utf8_lossy(answer.body().bytes().unwrap_or_default()).into_owned();
    let body = body.split_whitespace().collect::<Vec<_>>().join(" ");
    let begins = match body.char_indices().nth(SHOWN) {
        _ if body.is_empty() => "an empty body".to_owned(),
        Some((end, _)) => format!("which begins `{}`", &body[..end]),
        None => format!("`{body}`"),
    };
    format!("HTTP status {status}, {content}, {begins}")
}

fn by_code(code: &str, message: &str) -> Cause {
    let (code, message) = (code.to_owned(), message.to_owned());
    if DENIALS.contains(&code.as_str()) || BAD_KEYS.contains(&code.as_str()) {
        Cause::AccessDenied { code, message }
    } else if THROTTLES.contains(&code.as_str()) {
        Cause::Throttled { code }
    } else if ABSENCES.contains(&code.as_str()) {
        Cause::Absent { code, message }
    } else {
        Cause::Refused { code, message }
    }
}

fn lacks_credentials(error: &(dyn Error + 'static)) -> bool {
    causes(error).any(|cause| {
        cause
            .downcast_ref::<CredentialsError>()
            .is_some_and(|e| matches!(e, CredentialsError::CredentialsNotLoaded(_)))
            || cause.to_string().contains("no providers in chain provided credentials")
    })
}

/// The last cause of a chain, which names the real reason ("connection refused").
fn innermost(error: &(dyn Error + 'static)) -> String {
    causes(error).last().map(ToString::to_string).unwrap_or_default()
}
