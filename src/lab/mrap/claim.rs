//! Who does a request say has signed it, and for where? By header or by query, in either of S3's schemes.
//!
//! - AWS4-HMAC-SHA256, `SigV4`: `Credential=KEY/DATE/REGION/s3/aws4_request`, good for one region;
//! - AWS4-ECDSA-P256-SHA256, `SigV4A`: `Credential=KEY/DATE/s3/aws4_request` and the set of regions beside
//!   it, in `X-Amz-Region-Set` (IAM User Guide, `reference_sigv`).
//!
//! Nothing is believed here; see `signature`.

use std::time::Duration;

use hyper::{HeaderMap, Uri, header};

use crate::lab::encoding::percent_decoded;

/// The two ways in which S3 lets requests be signed, and for which regions one is good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Scheme {
    /// `SigV4`, for this region.
    V4 {
        /// The region in the credential's scope.
        region: String,
    },
    /// `SigV4A`, for these regions.
    V4a {
        /// Names and patterns, separated by commas.
        region_set: String,
    },
}

impl Scheme {
    /// What the algorithm is called.
    pub(super) fn algorithm(&self) -> &'static str {
        match self {
            Self::V4 { .. } => V4,
            Self::V4a { .. } => V4A,
        }
    }

    /// Whether a signature is good for a region. A set holds names and patterns with stars, such as `*`
    /// and `us-west-*` (IAM User Guide, `reference_sigv`; a star anywhere but at the end is unverified).
    pub(crate) fn covers(&self, region: &str) -> bool {
        let fits = |pattern: &str| match pattern.strip_suffix('*') {
            Some(start) => region.starts_with(start),
            None => pattern == region,
        };
        match self {
            Self::V4 { region: signed } => signed == region,
            Self::V4a { region_set } => region_set.split(',').any(|pattern| fits(pattern.trim())),
        }
    }
}

const V4: &str = "AWS4-HMAC-SHA256";
const V4A: &str = "AWS4-ECDSA-P256-SHA256";

/// What a request says about its signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Claim {
    /// In which scheme, and for where.
    pub(crate) scheme: Scheme,
    /// Whether it stands in the query, and for how long it is good then.
    pub(crate) presigned: Option<Duration>,
    pub(super) key_id: String,
    pub(super) service: String,
    pub(super) date: String,
    pub(super) signed_at: String,
    pub(super) signed_headers: Vec<String>,
    pub(super) signature: String,
}

/// Why a request's word about its signature cannot be understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the signature of the request is not written as AWS has it")]
pub(crate) struct Unreadable;

impl Claim {
    /// Reads it; nothing of a request that is not signed at all.
    pub(crate) fn read(uri: &Uri, headers: &HeaderMap) -> Result<Option<Self>, Unreadable> {
        if let Some(authorization) = headers.get(header::AUTHORIZATION) {
            let text = authorization.to_str().map_err(|_| Unreadable)?;
            return of_header(text, headers).map(Some).ok_or(Unreadable);
        }
        let pairs = pairs(uri);
        if !pairs.iter().any(|(name, _)| name == "X-Amz-Signature" || name == "X-Amz-Algorithm") {
            return Ok(None);
        }
        of_query(&pairs).map(Some).ok_or(Unreadable)
    }

    /// When it was signed, as `x-amz-date` has it.
    pub(super) fn signed_at(&self) -> &str {
        &self.signed_at
    }
}

/// The parameters of the query, decoded.
fn pairs(uri: &Uri) -> Vec<(String, String)> {
    let pair = |text: &str| {
        let (name, value) = text.split_once('=').unwrap_or((text, ""));
        (percent_decoded(name), percent_decoded(value))
    };
    uri.query().unwrap_or_default().split('&').filter(|text| !text.is_empty()).map(pair).collect()
}

fn of_header(authorization: &str, headers: &HeaderMap) -> Option<Claim> {
    let (algorithm, fields) = authorization.split_once(' ')?;
    let field = |name: &str| fields.split(',').find_map(|f| f.trim().strip_prefix(name)?.strip_prefix('='));
    let header = |name: &str| headers.get(name)?.to_str().ok().map(str::to_owned);
    let scope = Scope::read(algorithm, field("Credential")?, || header("x-amz-region-set"))?;
    Some(scope.claim(header("x-amz-date")?, field("SignedHeaders")?, field("Signature")?, None))
}

fn of_query(pairs: &[(String, String)]) -> Option<Claim> {
    let value = |name: &str| pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    let region_set = || value("X-Amz-Region-Set").map(str::to_owned);
    let scope = Scope::read(value("X-Amz-Algorithm")?, value("X-Amz-Credential")?, region_set)?;
    // "The minimum value you can set is 1, and the maximum is 604800 (seven days)" (S3 API reference,
    // sigv4-query-string-auth).
    let seconds: u64 = value("X-Amz-Expires")?.parse().ok().filter(|n| (1..=604_800).contains(n))?;
    let (date, headers) = (value("X-Amz-Date")?.to_owned(), value("X-Amz-SignedHeaders")?);
    Some(scope.claim(date, headers, value("X-Amz-Signature")?, Some(Duration::from_secs(seconds))))
}

/// What the credential and its algorithm say.
struct Scope {
    scheme: Scheme,
    key_id: String,
    date: String,
    service: String,
}

impl Scope {
    fn read(algorithm: &str, credential: &str, region_set: impl Fn() -> Option<String>) -> Option<Self> {
        let parts: Vec<&str> = credential.split('/').collect();
        let (key_id, date, scheme, service) = match (algorithm, &parts[..]) {
            (V4, [key, date, region, service, "aws4_request"]) => {
                (key, date, Scheme::V4 { region: (*region).to_owned() }, service)
            }
            (V4A, [key, date, service, "aws4_request"]) => {
                (key, date, Scheme::V4a { region_set: region_set()? }, service)
            }
            _ => return None,
        };
        let owned = |text: &&str| (*text).to_owned();
        Some(Self { scheme, key_id: owned(key_id), date: owned(date), service: owned(service) })
    }

    fn claim(
        self,
        signed_at: String,
        signed_headers: &str,
        signature: &str,
        presigned: Option<Duration>,
    ) -> Claim {
        Claim {
            scheme: self.scheme,
            presigned,
            key_id: self.key_id,
            service: self.service,
            date: self.date,
            signed_at,
            signed_headers: signed_headers.split(';').map(str::to_owned).collect(),
            signature: signature.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claim(authorization: &str) -> Result<Option<Claim>, Unreadable> {
        let mut headers = HeaderMap::new();
        headers.insert("authorization", authorization.parse().expect("a value"));
        headers.insert("x-amz-date", "20260101T000000Z".parse().expect("a value"));
        headers.insert("x-amz-region-set", "*".parse().expect("a value"));
        Claim::read(&Uri::from_static("/"), &headers)
    }

    #[test]
    fn both_schemes_are_read_and_nothing_else() {
        let rest = "SignedHeaders=host;x-amz-date, Signature=00";
        let v4 = claim(&format!("{V4} Credential=K/20260101/us-east-1/s3/aws4_request, {rest}"));
        assert_eq!(v4.expect("readable").expect("signed").scheme, Scheme::V4 { region: "us-east-1".into() });
        let v4a = claim(&format!("{V4A} Credential=K/20260101/s3/aws4_request,{rest}"));
        assert_eq!(v4a.expect("readable").expect("signed").scheme, Scheme::V4a { region_set: "*".into() });
        for wrong in [
            "Bearer x".to_owned(),
            format!("{V4A} Credential=K/20260101/us-east-1/s3/aws4_request, {rest}"),
            format!("{V4} Credential=K/20260101/s3/aws4_request, {rest}"),
            format!("{V4} Credential=K/20260101/us-east-1/s3/aws4_request, Signature=00"),
            V4.to_owned(),
        ] {
            assert_eq!(claim(&wrong), Err(Unreadable), "{wrong}");
        }
        assert_eq!(Claim::read(&Uri::from_static("/k?list-type=2"), &HeaderMap::new()), Ok(None));
    }

    #[test]
    fn a_query_says_how_long_it_is_good() {
        let read = |expires: &str| {
            let uri = format!(
                "/k?X-Amz-Algorithm={V4A}&X-Amz-Credential=K%2F20260101%2Fs3%2Faws4_request&X-Amz-Date=0\
                 &X-Amz-Expires={expires}&X-Amz-SignedHeaders=host&X-Amz-Region-Set=%2A&X-Amz-Signature=00"
            );
            Claim::read(&uri.parse().expect("a URI"), &HeaderMap::new())
        };
        let claim = read("60").expect("readable").expect("signed");
        assert_eq!(claim.presigned, Some(Duration::from_mins(1)));
        assert_eq!(claim.scheme, Scheme::V4a { region_set: "*".into() });
        for wrong in ["0", "604801", "x", ""] {
            assert_eq!(read(wrong), Err(Unreadable), "{wrong}");
        }
    }

    #[test]
    fn a_set_covers_what_it_names() {
        let covers = |set: &str, region| Scheme::V4a { region_set: set.to_owned() }.covers(region);
        assert!(covers("*", "us-east-1") && covers("us-west-2,us-east-1", "us-east-1"));
        assert!(covers("eu-west-1, us-*", "us-east-1"));
        assert!(!covers("eu-west-1", "us-east-1") && !covers("", "us-east-1") && !covers("us", "us-east-1"));
    }
}
