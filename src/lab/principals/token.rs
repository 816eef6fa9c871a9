//! Where does a session's token stand in a request?

use hyper::{HeaderMap, Uri};

use crate::lab::encoding::percent_decoded;

/// The token, in its header or in a signed address (IAM User Guide, `reference_sigv-create-signed-request`).
pub(crate) fn token(uri: &Uri, headers: &HeaderMap) -> Option<String> {
    let header = headers.get("x-amz-security-token").and_then(|value| value.to_str().ok());
    let query = || {
        let mut pairs = uri.query().unwrap_or_default().split('&');
        pairs.find_map(|pair| pair.strip_prefix("X-Amz-Security-Token=")).map(percent_decoded)
    };
    header.map(str::to_owned).or_else(query)
}
