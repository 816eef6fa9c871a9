//! Why is a text no policy?

/// Why a document is no bucket policy. The sentences are S3's own where they are known.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PolicyError {
    /// Not JSON, or not the shape of a policy.
    #[error("This policy contains invalid Json")]
    Json(#[source] serde_json::Error),
    /// A version of the language that there is not.
    #[error("The policy must contain a valid version string")]
    Version,
    /// Neither `Principal` nor `NotPrincipal`, or both.
    #[error("Missing required field Principal")]
    Principal,
    /// Neither `Action` nor `NotAction`, or both.
    #[error("Missing required field Action")]
    MissingAction,
    /// An action of another service.
    #[error("Policy has invalid action")]
    Action,
    /// Neither `Resource` nor `NotResource`, or both.
    #[error("Missing required field Resource")]
    MissingResource,
    /// A resource that is not this bucket or something in it.
    #[error("Policy has invalid resource")]
    Resource,
    /// A condition operator that IAM does not have.
    #[error("Invalid Condition type : {0}")]
    ConditionOperator(String),
}
