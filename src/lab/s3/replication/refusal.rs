//! Why is a replication configuration refused?
//!
//! The sentences that S3 is known to say are its own (public reports of S3's answers to Terraform,
//! `CloudFormation` and the consoles); those marked as modelled follow their pattern.

/// The code under which S3 refuses, each with status 400.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RefusalCode {
    /// `InvalidRequest`: the elements do not go together.
    InvalidRequest,
    /// `InvalidArgument`: the value of one element is wrong.
    InvalidArgument,
    /// `MalformedXML`: the document does not follow the schema.
    MalformedXml,
}

/// Why a configuration is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ReplicationError {
    /// An element is missing, is there twice, or has a value that the schema does not know.
    #[error("The XML you provided was not well-formed or did not validate against our published schema")]
    Schema,
    /// S3 API reference, `ReplicationConfiguration`: "can contain a maximum of 1,000 rules".
    #[error("The number of replication rules must not exceed the allowed limit of 1000 rules.")]
    TooManyRules,
    /// The role is no ARN of a role.
    #[error("Invalid Role specified in replication configuration")]
    Role,
    /// The destination is no bucket ARN.
    #[error("Invalid bucket ARN.")]
    DestinationArn,
    /// S3 API reference, `ReplicationRule`: "The maximum value is 255 characters."
    #[error("The maximum value is 255 characters.")]
    LongId,
    /// Two rules have one id.
    #[error("Rule Id must be unique.")]
    DuplicateId,
    /// S3 API reference, `ReplicationRule`: "The maximum prefix length is 1,024 characters" (sentence
    /// modelled).
    #[error("The maximum size of a prefix is 1024.")]
    LongPrefix,
    /// An element that the first schema does not have, in a rule without `Filter`.
    #[error(
        "{0} cannot be used for this version of Cross Region Replication configuration schema. Please refer to S3 Developer Guide for more information."
    )]
    OnlyInSecond(&'static str),
    /// An element that the second schema must have, missing in a rule with `Filter` (S3 API reference,
    /// `ReplicationRule`: "If you specify a Filter in your replication configuration, you must also
    /// include a `DeleteMarkerReplication` element").
    #[error(
        "{0} must be specified for this version of Cross Region Replication configuration schema. Please refer to S3 Developer Guide for more information."
    )]
    MissingInSecond(&'static str),
    /// Some rules have a `Filter` and some have none (modelled).
    #[error("Filter must be specified in all rules or in none of them.")]
    MixedSchemas,
    /// The first schema knows one destination.
    #[error("Number of distinct destination bucket ARNs cannot exceed 1")]
    ManyDestinations,
    /// Prefixes of the first schema must not begin like each other.
    #[error("Found overlapping prefixes '{0}' and '{1}'")]
    OverlappingPrefixes(String, String),
    /// Delete markers have no tags (S3 User Guide, `delete-marker-replication`: "Delete marker
    /// replication is not supported for tag-based replication rules").
    #[error(
        "Delete marker replication is not supported if any Tag filter is specified. Please refer to S3 Developer Guide for more information."
    )]
    TagsAndDeleteMarkers,
    /// The priority is negative (modelled).
    #[error("Priority must be between 0 and 2147483647.")]
    NegativePriority,
    /// Two rules for one destination have one priority.
    #[error("Found duplicate priority {0}.")]
    DuplicatePriority(i32),
    /// S3 API reference, `ReplicationTime`: "Must be specified together with a Metrics block" (sentence
    /// modelled).
    #[error("Metrics must be enabled if ReplicationTime is enabled.")]
    TimeWithoutMetrics,
    /// S3 API reference, `ReplicationTimeValue`: "Valid value: 15" (sentence modelled).
    #[error("The only valid value of Minutes is 15.")]
    Minutes,
    /// Objects under KMS need a key on the other side.
    #[error("ReplicaKmsKeyID must be specified if SseKmsEncryptedObjects tag is present.")]
    KeyMissing,
    /// A key on the other side is for objects under KMS.
    #[error("SseKmsEncryptedObjects must be specified if EncryptionConfiguration is present.")]
    KeyWithoutObjects,
    /// S3 API reference, `AccessControlTranslation`: the new owner is `Account` (sentence modelled).
    #[error("Account must be specified if AccessControlTranslation is specified.")]
    AccountMissing,
}

impl ReplicationError {
    /// The code under which S3 says it.
    pub(crate) fn code(&self) -> RefusalCode {
        match self {
            Self::Schema => RefusalCode::MalformedXml,
            Self::Role
            | Self::DestinationArn
            | Self::LongId
            | Self::DuplicateId
            | Self::LongPrefix
            | Self::Minutes => RefusalCode::InvalidArgument,
            _ => RefusalCode::InvalidRequest,
        }
    }
}
