//! How do requests and answers look in XML? The shapes of the S3 Control model, for serde.
//!
//! Requests and answers alike have a list as an element with elements. An answer's root is
//! `…Result`: the Rust SDK refuses any other. Members are read in any order, unknown ones are passed over.

use jiff::Timestamp;
use quick_xml::{events::Event, reader::Reader};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::errors::ApiError;
use crate::lab::s3::BlockPublicAccess;

/// The namespace of every document of this API (S3 Control model, `xmlNamespace`).
pub(super) const NAMESPACE: &str = "http://awss3control.amazonaws.com/doc/2018-08-20/";

/// The four switches; in a request each may be absent.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
#[expect(clippy::struct_excessive_bools, reason = "they are four switches at AWS as well")]
pub(super) struct PublicAccessBlock {
    block_public_acls: bool,
    ignore_public_acls: bool,
    block_public_policy: bool,
    restrict_public_buckets: bool,
}

impl Default for PublicAccessBlock {
    fn default() -> Self {
        BlockPublicAccess::OFF.into()
    }
}

impl From<BlockPublicAccess> for PublicAccessBlock {
    fn from(block: BlockPublicAccess) -> Self {
        Self {
            block_public_acls: block.block_public_acls,
            ignore_public_acls: block.ignore_public_acls,
            block_public_policy: block.block_public_policy,
            restrict_public_buckets: block.restrict_public_buckets,
        }
    }
}

impl From<PublicAccessBlock> for BlockPublicAccess {
    fn from(block: PublicAccessBlock) -> Self {
        Self {
            block_public_acls: block.block_public_acls,
            ignore_public_acls: block.ignore_public_acls,
            block_public_policy: block.block_public_policy,
            restrict_public_buckets: block.restrict_public_buckets,
        }
    }
}

/// A list whose items are called `Region`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Regions<T> {
    #[serde(rename = "Region", default = "Vec::new")]
    pub(super) items: Vec<T>,
}

/// A list whose items are called `Route`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct RouteList {
    #[serde(rename = "Route", default)]
    pub(super) items: Vec<RouteShape>,
}

/// A list whose items are called `AccessPoint`.
#[derive(Debug, Clone, Serialize)]
pub(super) struct PointList {
    #[serde(rename = "AccessPoint")]
    pub(super) items: Vec<PointShape>,
}

/// One of the three asynchronous requests: a token and the details.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Ordered<T> {
    pub(super) client_token: String,
    pub(super) details: T,
}

/// `CreateMultiRegionAccessPointInput`.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct CreateDetails {
    pub(super) name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) public_access_block: Option<PublicAccessBlock>,
    pub(super) regions: Regions<RegionWanted>,
}

/// A bucket that shall be behind an access point.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct RegionWanted {
    pub(super) bucket: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) bucket_account_id: Option<String>,
}

/// `DeleteMultiRegionAccessPointInput`.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct DeleteDetails {
    pub(super) name: String,
}

/// `PutMultiRegionAccessPointPolicyInput`.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct PolicyDetails {
    pub(super) name: String,
    pub(super) policy: String,
}

/// `SubmitMultiRegionAccessPointRoutesRequest`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct RouteUpdates {
    pub(super) route_updates: RouteList,
}

/// `MultiRegionAccessPointRoute`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct RouteShape {
    pub(super) bucket: Option<String>,
    pub(super) region: Option<String>,
    pub(super) traffic_dial_percentage: i64,
}

/// `MultiRegionAccessPointReport`.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct PointShape {
    pub(super) name: String,
    pub(super) alias: String,
    pub(super) created_at: String,
    pub(super) public_access_block: PublicAccessBlock,
    pub(super) status: &'static str,
    pub(super) regions: Regions<RegionReport>,
}

/// `RegionReport`.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct RegionReport {
    pub(super) bucket: String,
    pub(super) region: String,
    pub(super) bucket_account_id: &'static str,
}

/// `AsyncOperation`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct AsyncOperation {
    pub(super) creation_time: String,
    pub(super) operation: &'static str,
    #[serde(rename = "RequestTokenARN")]
    pub(super) token: String,
    pub(super) request_parameters: Parameters,
    pub(super) request_status: &'static str,
    pub(super) response_details: Details,
}

/// `AsyncRequestParameters`: what was asked for.
#[derive(Debug, Default, Serialize)]
pub(super) struct Parameters {
    #[serde(rename = "CreateMultiRegionAccessPointRequest", skip_serializing_if = "Option::is_none")]
    pub(super) create: Option<CreateDetails>,
    #[serde(rename = "DeleteMultiRegionAccessPointRequest", skip_serializing_if = "Option::is_none")]
    pub(super) delete: Option<DeleteDetails>,
    #[serde(rename = "PutMultiRegionAccessPointPolicyRequest", skip_serializing_if = "Option::is_none")]
    pub(super) put_policy: Option<PolicyDetails>,
}

/// `AsyncResponseDetails`: the regions, or the error.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Details {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) multi_region_access_point_details: Option<PointDetails>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) error_details: Option<ErrorDetails>,
}

/// `MultiRegionAccessPointsAsyncResponse`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct PointDetails {
    pub(super) regions: Regions<RegionStatus>,
}

/// `MultiRegionAccessPointRegionalResponse`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct RegionStatus {
    pub(super) name: String,
    pub(super) request_status: &'static str,
}

/// `AsyncErrorDetails`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ErrorDetails {
    pub(super) code: String,
    pub(super) message: String,
    pub(super) resource: String,
    pub(super) request_id: String,
}

/// `MultiRegionAccessPointPolicyDocument`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct PolicyDocument {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) established: Option<PolicyShape>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) proposed: Option<PolicyShape>,
}

/// One of the two policies.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct PolicyShape {
    pub(super) policy: String,
}

/// `PolicyStatus`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct PolicyStatus {
    pub(super) is_public: bool,
}

/// The answer to each operation, by the members that it has.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Answer {
    #[serde(rename = "RequestTokenARN", skip_serializing_if = "Option::is_none")]
    pub(super) token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) async_operation: Option<AsyncOperation>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) access_point: Option<PointShape>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) access_points: Option<PointList>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) next_token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) policy: Option<PolicyDocument>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) established: Option<PolicyStatus>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) mrap: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) routes: Option<RouteList>,
}

/// A date as the API writes it.
pub(super) fn date(timestamp: Timestamp) -> String {
    timestamp.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}

/// Reads a body whose root must be of this name.
pub(super) fn read<T: DeserializeOwned>(body: &[u8], root: &str) -> Result<T, ApiError> {
    let text = std::str::from_utf8(body).map_err(|_| ApiError::malformed())?;
    let mut reader = Reader::from_str(text);
    let found = loop {
        match reader.read_event().map_err(|_| ApiError::malformed())? {
            Event::Decl(_) | Event::Comment(_) | Event::Text(_) => {}
            Event::Start(start) => break start.local_name().into_inner() == root,
            _ => break false,
        }
    };
    if !found {
        return Err(ApiError::malformed());
    }
    quick_xml::de::from_str(text).map_err(|_| ApiError::malformed())
}

/// Writes a document with this root.
pub(super) fn document(root: &str, content: &impl Serialize) -> String {
    let body = quick_xml::se::to_string_with_root(root, content);
    let body = body.expect("the shapes above are maps, lists and texts, which XML can hold");
    let body = body.replacen(root, &format!("{root} xmlns=\"{NAMESPACE}\""), 1);
    format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{body}")
}

/// Writes a refusal.
pub(super) fn refusal(error: &ApiError, id: &str) -> String {
    #[derive(Serialize)]
    #[serde(rename_all = "PascalCase")]
    struct Error<'a> {
        code: &'a str,
        message: &'a str,
    }
    #[derive(Serialize)]
    #[serde(rename_all = "PascalCase")]
    struct ErrorResponse<'a> {
        error: Error<'a>,
        request_id: &'a str,
    }
    let error = Error { code: error.code, message: &error.message };
    document("ErrorResponse", &ErrorResponse { error, request_id: id })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_read_in_any_order_and_with_any_prefix() {
        let body = br#"<?xml version="1.0"?><!-- x --><c:SubmitMultiRegionAccessPointRoutesRequest xmlns:c="http://awss3control.amazonaws.com/doc/2018-08-20/"><c:RouteUpdates>
            <c:Route><c:TrafficDialPercentage>100</c:TrafficDialPercentage><c:Other/><c:Region>us-east-1</c:Region></c:Route>
            <c:Route><c:Bucket>a&amp;b</c:Bucket><c:TrafficDialPercentage>0</c:TrafficDialPercentage></c:Route>
            </c:RouteUpdates></c:SubmitMultiRegionAccessPointRoutesRequest>"#;
        let read: RouteUpdates = read(body, "SubmitMultiRegionAccessPointRoutesRequest").expect("a request");
        let [first, second] = &read.route_updates.items[..] else { panic!("{read:?}") };
        assert_eq!((first.region.as_deref(), first.traffic_dial_percentage), (Some("us-east-1"), 100));
        assert_eq!((second.bucket.as_deref(), second.region.as_deref()), (Some("a&b"), None));
    }

    #[test]
    fn what_is_no_request_is_malformed() {
        for body in [
            "",
            "junk",
            "<Other><RouteUpdates/></Other>",
            "<SubmitMultiRegionAccessPointRoutesRequest/>",
            "<SubmitMultiRegionAccessPointRoutesRequest><RouteUpdates>",
            "<SubmitMultiRegionAccessPointRoutesRequest><RouteUpdates><Route><Region>a</Region></Route></RouteUpdates></SubmitMultiRegionAccessPointRoutesRequest>",
            "<SubmitMultiRegionAccessPointRoutesRequest><RouteUpdates><Route><TrafficDialPercentage>x</TrafficDialPercentage></Route></RouteUpdates></SubmitMultiRegionAccessPointRoutesRequest>",
            "<!DOCTYPE x [<!ENTITY e \"e\">]><SubmitMultiRegionAccessPointRoutesRequest/>",
        ] {
            let found = read::<RouteUpdates>(body.as_bytes(), "SubmitMultiRegionAccessPointRoutesRequest");
            assert_eq!(found.map(|_| ()), Err(ApiError::malformed()), "{body}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_body_is_answered(body in ".{0,200}") {
            let _ = read::<Ordered<CreateDetails>>(body.as_bytes(), "CreateMultiRegionAccessPointRequest");
        }
    }

    #[test]
    fn an_answer_has_its_root_and_only_its_members() {
        let answer = Answer { token: Some("a<b".to_owned()), ..Answer::default() };
        assert_eq!(
            document("CreateMultiRegionAccessPointResult", &answer),
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<CreateMultiRegionAccessPointResult xmlns=\"http://awss3control.amazonaws.com/doc/2018-08-20/\"><RequestTokenARN>a&lt;b</RequestTokenARN></CreateMultiRegionAccessPointResult>"
        );
        assert_eq!(
            refusal(&ApiError::invalid("no & no"), "1"),
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ErrorResponse xmlns=\"http://awss3control.amazonaws.com/doc/2018-08-20/\"><Error><Code>InvalidRequest</Code><Message>no &amp; no</Message></Error><RequestId>1</RequestId></ErrorResponse>"
        );
    }
}
