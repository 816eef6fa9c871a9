//! What does a request say of itself that a policy's conditions can ask for?
//!
//! Condition keys and their values (IAM User Guide, `reference_policies_condition-keys`; Service
//! Authorization Reference, `list_amazons3`). A key that is not here is absent from the request, and IAM
//! says what each operator makes of that. The lab speaks plain HTTP and its clients sit on the same
//! machine, so `aws:SecureTransport` is false and `aws:SourceIp` is 127.0.0.1, always.

use hyper::{HeaderMap, Uri};

use crate::lab::{
    credentials::ACCOUNT_ID,
    encoding::percent_decoded,
    principals::{AccountId, Principal},
};

/// The ARN of the access point through which a request came, as an extension of the request: whoever
/// lets a request in through one puts it there.
#[derive(Clone, Debug)]
pub(crate) struct DataAccessPoint(pub String);

/// Condition keys, in lower case, with their values.
#[derive(Clone, Debug)]
pub(crate) struct Facts(Vec<(String, String)>);

impl Default for Facts {
    /// What is true of every request to the lab.
    fn default() -> Self {
        Self(vec![
            ("aws:securetransport".to_owned(), "false".to_owned()),
            ("aws:sourceip".to_owned(), "127.0.0.1".to_owned()),
            ("s3:resourceaccount".to_owned(), ACCOUNT_ID.to_owned()),
            ("aws:resourceaccount".to_owned(), ACCOUNT_ID.to_owned()),
        ])
    }
}

/// Headers that are condition keys, with the names of these.
const HEADERS: [(&str, &str); 11] = [
    ("user-agent", "aws:useragent"),
    ("referer", "aws:referer"),
    ("x-amz-acl", "s3:x-amz-acl"),
    ("x-amz-content-sha256", "s3:x-amz-content-sha256"),
    ("x-amz-copy-source", "s3:x-amz-copy-source"),
    ("x-amz-metadata-directive", "s3:x-amz-metadata-directive"),
    ("x-amz-server-side-encryption", "s3:x-amz-server-side-encryption"),
    ("x-amz-storage-class", "s3:x-amz-storage-class"),
    ("x-amz-object-ownership", "s3:x-amz-object-ownership"),
    ("if-match", "s3:if-match"),
    ("if-none-match", "s3:if-none-match"),
];

/// Query parameters that are condition keys, with the names of these.
const PARAMETERS: [(&str, &str); 4] = [
    ("prefix", "s3:prefix"),
    ("delimiter", "s3:delimiter"),
    ("max-keys", "s3:max-keys"),
    ("versionId", "s3:versionid"),
];

impl Facts {
    /// Reads a request. `now` is the lab's time.
    pub(crate) fn of(
        uri: &Uri,
        headers: &HeaderMap,
        signer: Option<&Principal>,
        now: jiff::Timestamp,
    ) -> Self {
        let mut facts = Self::default();
        for (header, key) in HEADERS {
            if let Some(value) = headers.get(header).and_then(|value| value.to_str().ok()) {
                facts.add(key, value);
            }
        }
        for pair in uri.query().unwrap_or_default().split('&') {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            if let Some((_, key)) = PARAMETERS.iter().find(|(parameter, _)| *parameter == name) {
                facts.add(key, &percent_decoded(&value.replace('+', " ")));
            }
        }
        facts.add("aws:currenttime", &now.to_string());
        facts.add("aws:epochtime", &now.as_second().to_string());
        if let Some(signer) = signer {
            facts.add("aws:principalaccount", &signer.account.to_string());
            facts.add("aws:principalarn", &signer.arn);
            facts.add("s3:signatureversion", "AWS4-HMAC-SHA256");
            let by_query = uri.query().is_some_and(|query| query.contains("X-Amz-Signature="));
            facts.add("s3:authtype", if by_query { "REST-QUERY-STRING" } else { "REST-HEADER" });
        }
        facts
    }

    /// What is true when replication acts for the role with this ARN: S3 itself speaks TLS.
    pub(super) fn of_replication(role: &str) -> Self {
        let mut facts = Self(Vec::new());
        facts.add("aws:securetransport", "true");
        facts.add("aws:principalarn", role);
        facts.add("aws:principalaccount", ACCOUNT_ID);
        facts
    }

    /// Adds the access point through which the request came.
    pub(crate) fn with_access_point(mut self, arn: Option<&DataAccessPoint>) -> Self {
        if let Some(DataAccessPoint(arn)) = arn {
            self.add("s3:dataaccesspointarn", arn);
            self.add("s3:dataaccesspointaccount", ACCOUNT_ID);
        }
        self
    }

    /// What is true of a resource of this account, where it is not the lab's own.
    pub(crate) fn of_resource(mut self, owner: AccountId) -> Self {
        for (key, value) in &mut self.0 {
            if key.ends_with(":resourceaccount") {
                *value = owner.to_string();
            }
        }
        self
    }

    /// The account of the resource.
    pub(crate) fn owner(&self) -> &str {
        self.get("aws:resourceaccount").unwrap_or(ACCOUNT_ID)
    }

    fn add(&mut self, key: &str, value: &str) {
        self.0.push((key.to_owned(), value.to_owned()));
    }

    /// The value of a key, which is in lower case.
    pub(super) fn get(&self, key: &str) -> Option<&str> {
        self.0.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str())
    }
}
