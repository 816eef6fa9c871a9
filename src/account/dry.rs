//! Would a change be permitted? Asked without changing anything, where AWS has no dry run.
//!
//! A request is sent that cannot be carried out, whoever sends it: on another version of a thing, or with a body that
//! is no document. Its refusal tells. `AccessDenied` disproves the permission. Any other refusal came after the
//! permission was looked at: that AWS looks at permissions first is what it does, and documented nowhere (unverified);
//! so what is learnt here is as good as can be had, and what is disproved is disproved.

use aws_sdk_s3::error::SdkError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;

use super::{AccountError, Cause};

/// What a dry call has told. A denial is an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Permission {
    /// Refused for what was wrong with the request, and not for who sent it.
    Proven,
    /// Nothing: the service took what it should have refused. What was sent is what was there.
    Unknown,
}

/// What the answer to such a request says.
pub(super) fn judged<T, E>(
    what: &str,
    answer: Result<T, SdkError<E, HttpResponse>>,
) -> Result<Permission, AccountError>
where
    E: aws_sdk_s3::error::ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    let Err(error) = answer else { return Ok(Permission::Unknown) };
    let error = AccountError::from_sdk(what, error);
    match error.cause {
        Cause::Refused { .. } if !error.has_code("NoSuchBucket") => Ok(Permission::Proven),
        _ => Err(error),
    }
}
