//! Which operation does a request mean, and in which regions does it live?
//!
//! Method and path are those of the S3 Control model, but for the version in front, which is not looked
//! at: AWS may count it up.

use hyper::Method;

use super::fault::CONTROL_REGIONS;
use crate::lab::encoding::percent_decoded;

/// An operation of the lab, with what its path names.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::enum_variant_names, reason = "they are the model's names")]
pub(super) enum Operation {
    CreateMultiRegionAccessPoint,
    DeleteMultiRegionAccessPoint,
    PutMultiRegionAccessPointPolicy,
    DescribeMultiRegionAccessPointOperation { token: String },
    GetMultiRegionAccessPoint { name: String },
    GetMultiRegionAccessPointPolicy { name: String },
    GetMultiRegionAccessPointPolicyStatus { name: String },
    ListMultiRegionAccessPoints,
    GetMultiRegionAccessPointRoutes { arn: String },
    SubmitMultiRegionAccessPointRoutes { arn: String },
    GetPublicAccessBlock,
    PutPublicAccessBlock,
    DeletePublicAccessBlock,
}

impl Operation {
    /// Reads method and path; nothing of what the lab does not have.
    pub(super) fn of(method: &Method, path: &str) -> Option<Self> {
        let (_version, rest) = path.trim_start_matches('/').split_once('/')?;
        if let Some(what) = rest.strip_prefix("async-requests/mrap/") {
            return Self::async_request(method, what);
        }
        if let Some(what) = rest.strip_prefix("mrap/instances") {
            return Self::instance(method, what);
        }
        match (method, rest) {
            (&Method::GET, "configuration/publicAccessBlock") => Some(Self::GetPublicAccessBlock),
            (&Method::PUT, "configuration/publicAccessBlock") => Some(Self::PutPublicAccessBlock),
            (&Method::DELETE, "configuration/publicAccessBlock") => Some(Self::DeletePublicAccessBlock),
            _ => None,
        }
    }

    fn async_request(method: &Method, what: &str) -> Option<Self> {
        match (method, what) {
            (&Method::POST, "create") => Some(Self::CreateMultiRegionAccessPoint),
            (&Method::POST, "delete") => Some(Self::DeleteMultiRegionAccessPoint),
            (&Method::POST, "put-policy") => Some(Self::PutMultiRegionAccessPointPolicy),
            (&Method::GET, token) if !token.is_empty() => {
                Some(Self::DescribeMultiRegionAccessPointOperation { token: percent_decoded(token) })
            }
            _ => None,
        }
    }

    fn instance(method: &Method, what: &str) -> Option<Self> {
        let Some(what) = what.strip_prefix('/').filter(|what| !what.is_empty()) else {
            let list = method == Method::GET && (what.is_empty() || what == "/");
            return list.then_some(Self::ListMultiRegionAccessPoints);
        };
        let (name, sub) = match what.rsplit_once('/') {
            Some((name, sub @ ("routes" | "policy" | "policystatus"))) => (percent_decoded(name), sub),
            _ => (percent_decoded(what), ""),
        };
        match (method, sub) {
            (&Method::GET, "") => Some(Self::GetMultiRegionAccessPoint { name }),
            (&Method::GET, "policy") => Some(Self::GetMultiRegionAccessPointPolicy { name }),
            (&Method::GET, "policystatus") => Some(Self::GetMultiRegionAccessPointPolicyStatus { name }),
            (&Method::GET, "routes") => Some(Self::GetMultiRegionAccessPointRoutes { arn: name }),
            (&Method::PATCH, "routes") => Some(Self::SubmitMultiRegionAccessPointRoutes { arn: name }),
            _ => None,
        }
    }

    /// As the model calls it.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::CreateMultiRegionAccessPoint => "CreateMultiRegionAccessPoint",
            Self::DeleteMultiRegionAccessPoint => "DeleteMultiRegionAccessPoint",
            Self::PutMultiRegionAccessPointPolicy => "PutMultiRegionAccessPointPolicy",
            Self::DescribeMultiRegionAccessPointOperation { .. } => "DescribeMultiRegionAccessPointOperation",
            Self::GetMultiRegionAccessPoint { .. } => "GetMultiRegionAccessPoint",
            Self::GetMultiRegionAccessPointPolicy { .. } => "GetMultiRegionAccessPointPolicy",
            Self::GetMultiRegionAccessPointPolicyStatus { .. } => "GetMultiRegionAccessPointPolicyStatus",
            Self::ListMultiRegionAccessPoints => "ListMultiRegionAccessPoints",
            Self::GetMultiRegionAccessPointRoutes { .. } => "GetMultiRegionAccessPointRoutes",
            Self::SubmitMultiRegionAccessPointRoutes { .. } => "SubmitMultiRegionAccessPointRoutes",
            Self::GetPublicAccessBlock => "GetPublicAccessBlock",
            Self::PutPublicAccessBlock => "PutPublicAccessBlock",
            Self::DeletePublicAccessBlock => "DeletePublicAccessBlock",
        }
    }

    /// The regions that have it, when not all have. "This action will always be routed to the US West
    /// (Oregon) Region" (S3 Control model, of all that is done to access points) means that it must be
    /// sent there; routes can be read and written in the five.
    pub(super) fn regions(&self) -> Option<&'static [&'static str]> {
        match self {
            Self::GetPublicAccessBlock | Self::PutPublicAccessBlock | Self::DeletePublicAccessBlock => None,
            Self::GetMultiRegionAccessPointRoutes { .. }
            | Self::SubmitMultiRegionAccessPointRoutes { .. } => Some(&CONTROL_REGIONS),
            _ => Some(&["us-west-2"]),
        }
    }

    /// Whether a checksum must come along (S3 Control model, `httpChecksumRequired`).
    pub(super) fn wants_checksum(&self) -> bool {
        !matches!(
            self,
            Self::GetPublicAccessBlock | Self::PutPublicAccessBlock | Self::DeletePublicAccessBlock
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(method: &Method, path: &str) -> Option<Operation> {
        Operation::of(method, &format!("/v20180820/{path}"))
    }

    #[test]
    fn paths_mean_what_the_model_says() {
        let arn = "arn%3Aaws%3As3%3A%3A000000000000%3Aaccesspoint/lab-x.mrap";
        let plain = "arn:aws:s3::000000000000:accesspoint/lab-x.mrap".to_owned();
        for (method, path, expected) in [
            (Method::POST, "async-requests/mrap/create".to_owned(), Operation::CreateMultiRegionAccessPoint),
            (
                Method::GET,
                "async-requests/mrap/arn%3Aaws/mrap/create/x".to_owned(),
                Operation::DescribeMultiRegionAccessPointOperation { token: "arn:aws/mrap/create/x".into() },
            ),
            (Method::GET, "mrap/instances".to_owned(), Operation::ListMultiRegionAccessPoints),
            (Method::GET, "mrap/instances/".to_owned(), Operation::ListMultiRegionAccessPoints),
            (
                Method::GET,
                "mrap/instances/data".to_owned(),
                Operation::GetMultiRegionAccessPoint { name: "data".into() },
            ),
            (
                Method::GET,
                "mrap/instances/data/policystatus".to_owned(),
                Operation::GetMultiRegionAccessPointPolicyStatus { name: "data".into() },
            ),
            (
                Method::GET,
                format!("mrap/instances/{arn}/routes"),
                Operation::GetMultiRegionAccessPointRoutes { arn: plain.clone() },
            ),
            (
                Method::PATCH,
                format!("mrap/instances/{}/routes", arn.replace('/', "%2F")),
                Operation::SubmitMultiRegionAccessPointRoutes { arn: plain },
            ),
            (Method::PUT, "configuration/publicAccessBlock".to_owned(), Operation::PutPublicAccessBlock),
        ] {
            assert_eq!(of(&method, &path), Some(expected), "{path}");
        }
        assert_eq!(
            Operation::of(&Method::GET, "/v20991231/mrap/instances"),
            Some(Operation::ListMultiRegionAccessPoints),
            "the version may count up"
        );
    }

    #[test]
    fn what_is_not_there_is_nothing() {
        for (method, path) in [
            (Method::GET, "accesspoint"),
            (Method::POST, "mrap/instances"),
            (Method::PATCH, "mrap/instances/data"),
            (Method::DELETE, "mrap/instances/data/routes"),
            (Method::POST, "async-requests/mrap/other"),
            (Method::GET, "async-requests/mrap/"),
            (Method::GET, "mrap"),
        ] {
            assert_eq!(of(&method, path), None, "{method} {path}");
        }
        assert_eq!(Operation::of(&Method::GET, "/"), None);
    }
}
