//! What becomes of a request that S3 Control answers with a token only?
//!
//! "When you invoke an asynchronous operation, Amazon S3 first synchronously authorizes the requested
//! operation. If authorization is successful, Amazon S3 returns a token that you can use to track the
//! progress and results" (S3 User Guide, `ManagingMultiRegionAccessPoints`). In the lab everything is
//! decided when the request arrives, and told when its time has come.

use std::{borrow::Cow, time::Duration};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::names::Name;
use crate::{lab::s3::BlockPublicAccess, model::Region};

/// What was asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Order {
    /// A new access point.
    Create {
        /// Its name.
        name: Name,
        /// Its switches.
        block: BlockPublicAccess,
        /// Its buckets, each with the account that it is said to belong to.
        buckets: Vec<(String, Option<String>)>,
    },
    /// The end of one.
    Delete {
        /// Its name.
        name: Name,
    },
    /// Another policy.
    PutPolicy {
        /// Its name.
        name: Name,
        /// The document.
        policy: String,
    },
}

impl Order {
    /// The access point that it is about.
    pub(crate) fn name(&self) -> &Name {
        match self {
            Self::Create { name, .. } | Self::Delete { name } | Self::PutPolicy { name, .. } => name,
        }
    }

    /// As the API writes it (S3 Control model, `AsyncOperationName`).
    pub(crate) fn operation(&self) -> &'static str {
        match self {
            Self::Create { .. } => "CreateMultiRegionAccessPoint",
            Self::Delete { .. } => "DeleteMultiRegionAccessPoint",
            Self::PutPolicy { .. } => "PutMultiRegionAccessPointPolicy",
        }
    }

    /// As it stands in the token and in the address of the operation.
    pub(super) fn verb(&self) -> &'static str {
        match self {
            Self::Create { .. } => "create",
            Self::Delete { .. } => "delete",
            Self::PutPolicy { .. } => "put-policy",
        }
    }
}

/// Why an order failed. Its code is that of the same refusal elsewhere in S3 where there is one; which of
/// them AWS gives is unverified.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Failure {
    /// For programs.
    pub(crate) code: Cow<'static, str>,
    /// For people.
    pub(crate) message: String,
    /// What it is about.
    pub(crate) resource: String,
}

/// An order on its way, or done.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct AsyncRequest {
    /// The token, `arn:aws:s3:us-west-2:ACCOUNT:async-request/mrap/VERB/…`.
    pub(crate) token: String,
    /// The caller's own token, by which the same request twice is one.
    pub(crate) client_token: String,
    /// What was asked for.
    pub(crate) order: Order,
    /// The date at which it arrived.
    pub(crate) created: Timestamp,
    /// How it ends: in these regions, or not.
    pub(crate) outcome: Result<Vec<Region>, Failure>,
    pub(super) submitted: Duration,
    pub(super) due: Duration,
    pub(super) settled: bool,
}

/// How far an order has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Progress {
    /// Nobody has looked at it.
    New,
    /// Somebody has.
    Running,
    /// It was done.
    Succeeded,
    /// It could not be done.
    Failed,
}

impl Progress {
    /// As the API writes it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::New => "NEW",
            Self::Running => "IN_PROGRESS",
            Self::Succeeded => "SUCCEEDED",
            Self::Failed => "FAILED",
        }
    }
}

impl AsyncRequest {
    /// Its progress at `now`: new for a tenth of its time (modelled), then in progress, then as it ends.
    pub(crate) fn progress(&self, now: Duration) -> Progress {
        if now >= self.due {
            return if self.outcome.is_ok() { Progress::Succeeded } else { Progress::Failed };
        }
        if now < self.submitted + self.due.saturating_sub(self.submitted) / 10 {
            Progress::New
        } else {
            Progress::Running
        }
    }
}
