//! What does Route 53 say when it refuses?
//!
//! Every refusal is one [`ApiError`]: a code with the HTTP status that the Smithy model gives it, and a
//! message. Where AWS's own words are known from public reports they are used to the letter, because
//! people search for them and tools match on them; where they are not, the message says what is wrong
//! and the place that makes it is marked "unverified".

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident $status:literal),+ $(,)?) => {
        /// An error code of the API.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Code { $($(#[$doc])* $name),+ }

        impl Code {
            /// As it stands in the answer.
            pub(crate) fn name(self) -> &'static str {
                match self { $(Code::$name => stringify!($name)),+ }
            }

            /// The HTTP status that goes with it (Route 53 model, `httpError`; 400 where the model has none).
            pub(crate) fn status(self) -> u16 {
                match self { $(Code::$name => $status),+ }
            }
        }
    };
}

codes! {
    /// The body is not the document that the operation wants.
    MalformedInput 400,
    /// A field is missing, wrong or one too many.
    InvalidInput 400,
    /// The operation is nothing for this resource.
    InvalidArgument 400,
    /// The name of a zone is no domain name.
    InvalidDomainName 400,
    /// A change batch that cannot be applied; nothing was.
    InvalidChangeBatch 400,
    /// No zone of that id.
    NoSuchHostedZone 404,
    /// No health check of that id.
    NoSuchHealthCheck 404,
    /// No change of that id.
    NoSuchChange 404,
    /// The caller reference has been used.
    HostedZoneAlreadyExists 409,
    /// There are records beside SOA and NS.
    HostedZoneNotEmpty 400,
    /// The caller reference has been used with other settings, or by a check that is deleted.
    HealthCheckAlreadyExists 409,
    /// The caller's version is not the present one.
    HealthCheckVersionMismatch 409,
    /// The account has as many zones as it may have.
    TooManyHostedZones 400,
    /// The account has as many health checks as it may have.
    TooManyHealthChecks 400,
    /// A private zone has as many VPCs as it may have.
    LimitsExceeded 400,
    /// No reusable delegation set of that id.
    NoSuchDelegationSet 400,
    /// The VPC sees a zone of that name already.
    ConflictingDomainExists 400,
    /// Not the id of a VPC.
    InvalidVPCId 400,
    /// A public zone belongs to no VPC.
    PublicZoneVPCAssociation 400,
    /// The VPC does not see that zone.
    VPCAssociationNotFound 404,
    /// A private zone keeps one VPC at least.
    LastVPCAssociation 400,
    /// A limit of private zones was asked of a public one.
    HostedZoneNotPrivate 400,
    /// Nobody knows the place.
    NoSuchGeoLocation 404,
    /// The token is not one that a listing gave.
    InvalidPaginationToken 400,
    /// Another batch for the zone is in the works.
    PriorRequestNotComplete 400,
    /// Too many requests.
    Throttling 400,
    /// The control plane is down.
    ServiceUnavailable 503,
    /// The control plane is broken.
    InternalFailure 500,
    /// Not signed.
    MissingAuthenticationToken 403,
    /// Signed with a key that the lab does not know.
    InvalidClientTokenId 403,
    /// Signed with a key of the lab, but not with its secret, or not this request.
    SignatureDoesNotMatch 403,
    /// Signed by a session that is over.
    ExpiredToken 403,
    /// Signed by somebody who may not do this.
    AccessDenied 403,
    /// Nothing lives at this method and path.
    UnknownOperation 404,
}

/// A refusal.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {message}", code.name())]
pub(crate) struct ApiError {
    /// Which one.
    pub(crate) code: Code,
    /// In Route 53's words, as far as they are known.
    pub(crate) message: String,
}

impl ApiError {
    /// A refusal with this code and message.
    pub(crate) fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }

    /// `InvalidInput`, the commonest.
    pub(crate) fn input(message: impl Into<String>) -> Self {
        Self::new(Code::InvalidInput, message)
    }

    /// `InvalidChangeBatch` with all that is wrong, in brackets and separated by commas, as Route 53
    /// lists it: `[Tried to create …, Tried to delete …]`.
    pub(crate) fn batch(messages: &[String]) -> Self {
        Self::new(Code::InvalidChangeBatch, format!("[{}]", messages.join(", ")))
    }

    /// `NoSuchHostedZone` in Route 53's words.
    pub(crate) fn no_such_zone(id: &str) -> Self {
        Self::new(Code::NoSuchHostedZone, format!("No hosted zone found with ID: {id}"))
    }

    /// `NoSuchHealthCheck`.
    pub(crate) fn no_such_check(id: &str) -> Self {
        Self::new(Code::NoSuchHealthCheck, format!("A health check with id {id} does not exist."))
    }
}

/// The refusal of a value that is none of a set, in the words of AWS's check of shapes.
pub(crate) fn not_in(value: &str, field: &str, set: &str) -> ApiError {
    ApiError::input(format!(
        "1 validation error detected: Value '{value}' at '{field}' failed to satisfy constraint: Member must satisfy \
         enum value set: {set}"
    ))
}
