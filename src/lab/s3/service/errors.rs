//! What the store's refusals are called in S3's protocol (S3 API reference, `ErrorResponses`).

use s3s::{S3Error, S3ErrorCode, S3Result, s3_error};

use crate::lab::s3::store::{NULL_VERSION, StoreError};

impl From<StoreError> for S3Error {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NoSuchBucket(_) => s3_error!(NoSuchBucket, "The specified bucket does not exist"),
            StoreError::BucketExists(_) => s3_error!(
                BucketAlreadyOwnedByYou,
                "Your previous request to create the named bucket succeeded and you already own it."
            ),
            StoreError::BucketNotEmpty(_) => {
                s3_error!(BucketNotEmpty, "The bucket you tried to delete is not empty")
            }
            StoreError::NoSuchKey { marker } => no_such_key(marker.as_deref()),
            StoreError::NoSuchVersion => s3_error!(NoSuchVersion, "The specified version does not exist."),
            StoreError::VersionIsMarker => {
                let message = "The specified method is not allowed against this resource.";
                let mut error = s3_error!(MethodNotAllowed, "{message}");
                error.set_headers(headers(&[("x-amz-delete-marker", "true"), ("allow", "DELETE")]));
                error
            }
            StoreError::NoSuchUpload => {
                let message = "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.";
                s3_error!(NoSuchUpload, "{message}")
            }
            StoreError::ConditionFailed => {
                let message = "At least one of the pre-conditions you specified did not hold";
                s3_error!(PreconditionFailed, "{message}")
            }
            StoreError::Unfit(message) => s3_error!(InvalidRequest, "{message}"),
        }
    }
}

fn no_such_key(marker: Option<&str>) -> S3Error {
    let mut error = s3_error!(NoSuchKey, "The specified key does not exist.");
    if let Some(version) = marker {
        error.set_headers(headers(&[("x-amz-delete-marker", "true"), ("x-amz-version-id", version)]));
    }
    error
}

/// Headers for an error; a value that cannot stand in a header is left out.
pub(super) fn headers(values: &[(&'static str, &str)]) -> hyper::HeaderMap {
    let valid = |&(name, value): &(&'static str, &str)| {
        Some((hyper::header::HeaderName::from_static(name), value.parse().ok()?))
    };
    values.iter().filter_map(valid).collect()
}

/// An error that s3s has no code for; without the status it would be a 500.
pub(super) fn custom(code: &'static str, status: hyper::StatusCode, message: &'static str) -> S3Error {
    let mut error = S3Error::with_message(S3ErrorCode::Custom(code.into()), message);
    error.set_status_code(status);
    error
}

/// An id that S3 could never have given is no version at all, but a bad argument.
pub(super) fn check_version_id(version_id: Option<&str>) -> S3Result<()> {
    let ours = |id: &str| id == NULL_VERSION || id.starts_with("LAB-VERSION-");
    if version_id.is_none_or(ours) {
        Ok(())
    } else {
        Err(s3_error!(InvalidArgument, "Invalid version id specified"))
    }
}
