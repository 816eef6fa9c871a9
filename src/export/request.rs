//! One request, in the shape that the aws command and boto3 take.

use serde::Serialize;
use serde_json::Value;

use super::{buckets::RoleView, names::Name};

/// One request.
#[derive(Serialize)]
pub(super) struct Request {
    pub(super) service: &'static str,
    pub(super) command: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) region: Option<String>,
    /// The role to assume for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) role: Option<RoleView>,
    pub(super) input: Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) gives: Option<Gives>,
}

/// What an answer tells to later requests.
#[derive(Serialize)]
pub(super) struct Gives {
    pub(super) placeholder: String,
    /// In the aws command's `--query` language, `JMESPath`.
    pub(super) query: String,
}

/// The text that stands for what an earlier answer tells.
pub(super) fn placeholder(kind: &str, name: &Name) -> String {
    format!("${{{kind}:{}}}", name.snake)
}
