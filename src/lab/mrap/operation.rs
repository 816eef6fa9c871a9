//! Which operation does a request through an access point ask for, and is it one of those that go through?
//!
//! "You can use Multi-Region Access Point to access buckets using the following subset of Amazon S3 APIs"
//! (S3 User Guide, `MrapOperations`): objects, their parts, tags, ACLs and locks, and `ListObjectsV2`. No
//! `CopyObject`, from or to (`MultiRegionAccessPointRestrictions`), and no bucket-level configuration.

use hyper::{HeaderMap, Method, Uri};

use crate::lab::encoding::percent_decoded;

/// A request that may go through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Operation {
    /// The action that a policy must allow (Service Authorization Reference, `list_amazons3`).
    pub(super) action: &'static str,
    /// The object; none when it is about the listing.
    pub(super) key: Option<String>,
}

/// Parameters without a value that make another operation of a request, as far as any goes through.
const SUBRESOURCES: [&str; 6] = ["acl", "legal-hold", "retention", "tagging", "restore", "uploads"];

/// What the request asks for; nothing of what does not go through.
pub(super) fn operation(method: &Method, uri: &Uri, headers: &HeaderMap) -> Option<Operation> {
    if headers.contains_key("x-amz-copy-source") {
        return None;
    }
    let names: Vec<(&str, &str)> = uri.query().unwrap_or_default().split('&').map(pair).collect();
    let value = |wanted: &str| names.iter().find(|(name, _)| *name == wanted).map(|(_, value)| *value);
    let bare = names.iter().filter(|(name, value)| !name.is_empty() && value.is_empty());
    // An empty prefix or delimiter of a listing is a parameter, not another operation.
    let listing = ["prefix", "delimiter", "start-after", "continuation-token", "encoding-type", "key-marker"];
    let bare: Vec<&str> = bare.map(|(name, _)| *name).filter(|name| !listing.contains(name)).collect();
    let sub = match bare[..] {
        [] => None,
        [one] if SUBRESOURCES.contains(&one) => Some(one),
        _ => return None,
    };
    let key = percent_decoded(uri.path().trim_start_matches('/'));
    let (upload, version) = (value("uploadId").is_some(), value("versionId").is_some());
    if key.is_empty() {
        let action = match (method, sub) {
            (&Method::GET, None) if value("list-type") == Some("2") => "s3:ListBucket",
            (&Method::GET, Some("uploads")) => "s3:ListBucketMultipartUploads",
            _ => return None,
        };
        return Some(Operation { action, key: None });
    }
    let action = match (method, sub, upload) {
        (&Method::GET | &Method::HEAD, None, false) if version => "s3:GetObjectVersion",
        (&Method::GET | &Method::HEAD, None, false) => "s3:GetObject",
        (&Method::GET, None, true) => "s3:ListMultipartUploadParts",
        (&Method::PUT, None, _) | (&Method::POST, None, true) | (&Method::POST, Some("uploads"), false) => {
            "s3:PutObject"
        }
        (&Method::DELETE, None, true) => "s3:AbortMultipartUpload",
        (&Method::DELETE, None, false) if version => "s3:DeleteObjectVersion",
        (&Method::DELETE, None, false) => "s3:DeleteObject",
        (&Method::GET, Some("acl"), false) => "s3:GetObjectAcl",
        (&Method::PUT, Some("acl"), false) => "s3:PutObjectAcl",
        (&Method::GET, Some("tagging"), false) => "s3:GetObjectTagging",
        (&Method::PUT, Some("tagging"), false) => "s3:PutObjectTagging",
        (&Method::DELETE, Some("tagging"), false) => "s3:DeleteObjectTagging",
        (&Method::GET, Some("legal-hold"), false) => "s3:GetObjectLegalHold",
        (&Method::PUT, Some("legal-hold"), false) => "s3:PutObjectLegalHold",
        (&Method::GET, Some("retention"), false) => "s3:GetObjectRetention",
        (&Method::PUT, Some("retention"), false) => "s3:PutObjectRetention",
        (&Method::POST, Some("restore"), false) => "s3:RestoreObject",
        _ => return None,
    };
    Some(Operation { action, key: Some(key) })
}

fn pair(text: &str) -> (&str, &str) {
    text.split_once('=').unwrap_or((text, ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn action(method: &Method, uri: &'static str) -> Option<&'static str> {
        operation(method, &Uri::from_static(uri), &HeaderMap::new()).map(|operation| operation.action)
    }

    #[test]
    fn the_documented_operations_go_through() {
        for (method, uri, expected) in [
            (Method::GET, "/k?x-id=GetObject", "s3:GetObject"),
            (Method::HEAD, "/a/b", "s3:GetObject"),
            (Method::GET, "/k?versionId=v", "s3:GetObjectVersion"),
            (Method::PUT, "/k?x-id=PutObject", "s3:PutObject"),
            (Method::PUT, "/k?partNumber=1&uploadId=u", "s3:PutObject"),
            (Method::POST, "/k?uploads", "s3:PutObject"),
            (Method::POST, "/k?uploadId=u", "s3:PutObject"),
            (Method::GET, "/k?uploadId=u", "s3:ListMultipartUploadParts"),
            (Method::DELETE, "/k?uploadId=u", "s3:AbortMultipartUpload"),
            (Method::DELETE, "/k", "s3:DeleteObject"),
            (Method::GET, "/?list-type=2&prefix=&delimiter=", "s3:ListBucket"),
            (Method::GET, "/?uploads", "s3:ListBucketMultipartUploads"),
            (Method::GET, "/k?tagging", "s3:GetObjectTagging"),
            (Method::PUT, "/k?legal-hold=", "s3:PutObjectLegalHold"),
            (Method::POST, "/k?restore", "s3:RestoreObject"),
        ] {
            assert_eq!(action(&method, uri), Some(expected), "{uri}");
        }
    }

    #[test]
    fn all_others_do_not() {
        for (method, uri) in [
            (Method::GET, "/"),
            (Method::GET, "/?prefix=a"),
            (Method::PUT, "/"),
            (Method::DELETE, "/"),
            (Method::HEAD, "/"),
            (Method::PUT, "/?versioning"),
            (Method::GET, "/?location"),
            (Method::POST, "/?delete"),
            (Method::GET, "/k?attributes"),
            (Method::GET, "/k?torrent"),
            (Method::GET, "/k?acl&tagging"),
            (Method::DELETE, "/k?acl"),
            (Method::POST, "/k?select&select-type=2"),
            (Method::PATCH, "/k"),
        ] {
            assert_eq!(action(&method, uri), None, "{method} {uri}");
        }
        let copy: HeaderMap =
            [("x-amz-copy-source".parse().expect("a name"), "b/k".parse().expect("a value"))]
                .into_iter()
                .collect();
        assert_eq!(operation(&Method::PUT, &Uri::from_static("/k"), &copy), None);
    }
}
