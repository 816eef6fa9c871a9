//! What does a region answer to a request? Faults first, then the region, then S3 itself.
//!
//! 1. The region's fault lets the request through, holds it, answers 503, or cuts the connection. A
//!    change of the fault acts at once on requests that are held.
//! 2. A request for a bucket that lives elsewhere is told so, with 301 and the region (S3 User Guide,
//!    `UsingRouting`).
//! 3. A signature for another region is refused (S3 API reference, `ErrorResponses`,
//!    `AuthorizationHeaderMalformed`).
//! 4. The rest is S3's protocol and operations.
//! 5. The fault is looked at again, so that no answer leaves a region that broke meanwhile.

use std::{
    fmt::Write as _,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use hyper::{HeaderMap, Method, Request, StatusCode, Uri, body::Incoming, header};
use quick_xml::escape::escape;
use s3s::{Body, HttpResponse, service::S3Service};
use tokio::sync::watch;

use super::{fault::Fault, host::Host, store::Store};
use crate::{clock::Clock, lab::state::Durable, model::Region};

/// How late a slow region answers (modelled): later than the 2 s that a Route 53 health checker waits
/// for a status once it is connected (Route 53 Developer Guide,
/// `dns-failover-determining-health-of-endpoints`), sooner than SDKs give up.
const SLOW_ANSWER: Duration = Duration::from_secs(3);

/// The connection ends without an answer.
#[derive(Debug, thiserror::Error)]
#[error("the lab cut the connection")]
pub(super) struct Cut;

/// One region's way in.
pub(super) struct Door {
    region: Region,
    store: Arc<Store>,
    fault: watch::Receiver<Fault>,
    clock: Clock,
    service: S3Service,
    durable: Durable,
    answered: AtomicU64,
}

enum Passage {
    Open,
    Unavailable,
}

impl Door {
    pub(super) fn new(
        region: Region,
        store: Arc<Store>,
        fault: watch::Receiver<Fault>,
        clock: Clock,
        service: S3Service,
    ) -> Self {
        let durable = Durable::default();
        Self { region, store, fault, clock, service, durable, answered: AtomicU64::new(0) }
    }

    /// Has calls that may have changed something wait until `durable` says so.
    pub(super) fn answering_when(self, durable: Durable) -> Self {
        Self { durable, ..self }
    }

    /// The region behind the door.
    pub(super) fn region(&self) -> &Region {
        &self.region
    }

    /// The region's fault and its changes.
    pub(super) fn fault(&self) -> watch::Receiver<Fault> {
        self.fault.clone()
    }

    /// Answers a request by the numbered steps above.
    pub(super) async fn answer(&self, request: Request<Incoming>) -> Result<HttpResponse, Cut> {
        let arrived = self.clock.elapsed();
        let asked = format!("{} {}", request.method(), request.uri());
        let only_reads = matches!(*request.method(), Method::GET | Method::HEAD);
        let mut response = match self.passage(arrived).await? {
            Passage::Unavailable => unavailable(),
            Passage::Open => {
                let response = match self.elsewhere(request.method(), request.uri(), request.headers()) {
                    Some(refusal) => refusal,
                    None => self.service.call(request.map(Body::from)).await.map_err(|_| Cut)?,
                };
                if !only_reads && self.durable.settled().await.is_err() {
                    return Ok(refusal(
                        StatusCode::INTERNAL_SERVER_ERROR,
                        "InternalError",
                        "We encountered an internal error. Please try again.",
                        &[],
                        None,
                    ));
                }
                match self.passage(arrived).await? {
                    Passage::Open => response,
                    Passage::Unavailable => unavailable(),
                }
            }
        };
        let number = self.answered.fetch_add(1, Ordering::Relaxed);
        let id = format!("LAB-{}-{number:08}", self.region);
        if let Ok(id) = id.parse() {
            response.headers_mut().insert("x-amz-request-id", id);
        }
        response.headers_mut().insert(header::SERVER, header::HeaderValue::from_static("AmazonS3"));
        tracing::debug!(region = %self.region, asked, status = response.status().as_u16(), "answered");
        Ok(response)
    }

    /// Waits until the region's fault lets a request through that arrived at `arrived`.
    async fn passage(&self, arrived: Duration) -> Result<Passage, Cut> {
        let mut fault = self.fault.clone();
        loop {
            let now = *fault.borrow_and_update();
            let opens = match now {
                Fault::None | Fault::BlockPublic => return Ok(Passage::Open),
                Fault::Http503 => return Ok(Passage::Unavailable),
                Fault::Refuse => return Err(Cut),
                Fault::Slow if self.clock.elapsed() >= arrived + SLOW_ANSWER => return Ok(Passage::Open),
                Fault::Slow => Some(arrived + SLOW_ANSWER),
                Fault::Timeout => None,
            };
            tokio::select! {
                changed = fault.changed() => changed.map_err(|_| Cut)?,
                () = self.sleep_until(opens) => {}
            }
        }
    }

    async fn sleep_until(&self, moment: Option<Duration>) {
        match moment {
            Some(moment) => self.clock.sleep_until(moment).await,
            None => std::future::pending().await,
        }
    }

    /// The refusal of a request that belongs to another region.
    fn elsewhere(&self, method: &Method, uri: &Uri, headers: &HeaderMap) -> Option<HttpResponse> {
        let bucket = bucket(uri, headers);
        let home = bucket.as_deref().and_then(|bucket| self.store.region_of(bucket));
        if let (Some(bucket), Some(home)) = (&bucket, &home)
            && *home != self.region
            && !creates_bucket(method, uri, headers)
        {
            return Some(redirect(bucket, home));
        }
        let signed_for = signed_region(uri, headers)?;
        if signed_for == self.region.as_str() {
            return None;
        }
        let message = format!(
            "The authorization header is malformed; the region '{signed_for}' is wrong; expecting '{}'",
            self.region
        );
        let more = [("Region", self.region.as_str())];
        Some(refusal(StatusCode::BAD_REQUEST, "AuthorizationHeaderMalformed", &message, &more, home.as_ref()))
    }
}

/// The regions whose buckets S3 redirects to; for those that were launched after 20 March 2019 it
/// answers 400 (S3 User Guide, `UsingRouting`).
const REDIRECTED_REGIONS: [&str; 21] = [
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
    "ca-central-1",
    "sa-east-1",
    "eu-central-1",
    "eu-north-1",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "cn-north-1",
    "cn-northwest-1",
    "us-gov-east-1",
    "us-gov-west-1",
];

/// The answer to a request for a bucket that lives in another region, `home`. Code and sentence of
/// the 400 are unverified.
fn redirect(bucket: &str, home: &Region) -> HttpResponse {
    if !REDIRECTED_REGIONS.contains(&home.as_str()) {
        let message = format!(
            "The {home} location constraint is incompatible for the region specific endpoint this request was sent to."
        );
        let code = "IllegalLocationConstraintException";
        return refusal(StatusCode::BAD_REQUEST, code, &message, &[], Some(home));
    }
    let endpoint = format!("{bucket}.s3.{home}.{}", home.dns_suffix());
    let message = "The bucket you are attempting to access must be addressed using the specified endpoint. Please send all future requests to this endpoint.";
    let more = [("Endpoint", endpoint.as_str()), ("Bucket", bucket)];
    refusal(StatusCode::MOVED_PERMANENTLY, "PermanentRedirect", message, &more, Some(home))
}

/// The bucket that a request names, by its host or by the first segment of its path.
pub(super) fn bucket(uri: &Uri, headers: &HeaderMap) -> Option<String> {
    if let Some(bucket) = host(headers).bucket() {
        return Some(bucket.to_owned());
    }
    let segment = uri.path().trim_start_matches('/').split('/').next()?;
    (!segment.is_empty()).then(|| segment.to_owned())
}

fn host(headers: &HeaderMap) -> Host {
    headers.get(header::HOST).and_then(|value| value.to_str().ok()).map_or(Host::Address, Host::parse)
}

fn creates_bucket(method: &Method, uri: &Uri, headers: &HeaderMap) -> bool {
    let segments = uri.path().split('/').filter(|segment| !segment.is_empty()).count();
    let in_host = usize::from(host(headers).bucket().is_some());
    method == Method::PUT
        && segments + in_host == 1
        && uri.query().is_none_or(|query| query.is_empty() || query == "x-id=CreateBucket")
}

/// The region that a request was signed for, by header or by query (the credential scope of `SigV4`,
/// `KEY/DATE/REGION/s3/aws4_request`).
pub(super) fn signed_region(uri: &Uri, headers: &HeaderMap) -> Option<String> {
    let by_header = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let by_header =
        by_header.and_then(|text| text.split_once("Credential=")).map(|(_, scope)| scope.to_owned());
    let by_query = || {
        let scope = uri.query()?.split('&').find_map(|pair| pair.strip_prefix("X-Amz-Credential="))?;
        Some(scope.replace("%2F", "/").replace("%2f", "/"))
    };
    let scope = by_header.or_else(by_query)?;
    scope.split(',').next()?.split('/').nth(2).map(str::to_owned)
}

/// S3 API reference, `ErrorResponses`: `ServiceUnavailable`, 503.
fn unavailable() -> HttpResponse {
    let status = StatusCode::SERVICE_UNAVAILABLE;
    refusal(status, "ServiceUnavailable", "Service is unable to handle request.", &[], None)
}

fn refusal(
    status: StatusCode,
    code: &str,
    message: &str,
    more: &[(&str, &str)],
    bucket_region: Option<&Region>,
) -> HttpResponse {
    let mut xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error>".to_owned();
    for (name, text) in [("Code", code), ("Message", message)].iter().chain(more) {
        write!(xml, "<{name}>{}</{name}>", escape(*text)).expect("a String takes everything");
    }
    xml += "</Error>";
    let mut response = HttpResponse::new(Body::from(xml));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, header::HeaderValue::from_static("application/xml"));
    if let Some(region) = bucket_region.and_then(|region| region.as_str().parse().ok()) {
        headers.insert("x-amz-bucket-region", region);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: header::HeaderName, value: &'static str) -> HeaderMap {
        [(name, header::HeaderValue::from_static(value))].into_iter().collect()
    }

    #[test]
    fn the_signed_region_is_in_header_or_query() {
        let header = headers(
            header::AUTHORIZATION,
            "AWS4-HMAC-SHA256 Credential=K/20260101/eu-west-1/s3/aws4_request, SignedHeaders=host, Signature=0",
        );
        let plain = Uri::from_static("/b");
        let presigned = Uri::from_static(
            "/b/k?X-Amz-Credential=K%2F20260101%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=0",
        );
        assert_eq!(signed_region(&plain, &header).as_deref(), Some("eu-west-1"));
        assert_eq!(signed_region(&presigned, &HeaderMap::new()).as_deref(), Some("us-east-1"));
        assert_eq!(signed_region(&plain, &HeaderMap::new()), None);
        assert_eq!(signed_region(&plain, &headers(header::AUTHORIZATION, "Basic eDp5")), None);
        assert_eq!(signed_region(&plain, &headers(header::AUTHORIZATION, "x Credential=K")), None);
    }

    #[test]
    fn young_regions_are_not_redirected_to() {
        let status = |home: &str| redirect("b", &home.parse().expect("a region")).status().as_u16();
        assert_eq!(status("eu-west-1"), 301);
        assert_eq!(status("me-south-1"), 400);
    }

    #[test]
    fn only_a_bare_put_creates_a_bucket() {
        let creates = |method: Method, uri: &'static str, host: &'static str| {
            creates_bucket(&method, &Uri::from_static(uri), &headers(header::HOST, host))
        };
        assert!(creates(Method::PUT, "/b", "127.0.1.1:80"));
        assert!(creates(Method::PUT, "/", "b.s3.us-east-1.amazonaws.com"));
        assert!(!creates(Method::PUT, "/b/k", "127.0.1.1:80"));
        assert!(!creates(Method::PUT, "/k", "b.s3.us-east-1.amazonaws.com"));
        assert!(!creates(Method::PUT, "/b?policy", "127.0.1.1:80"));
        assert!(!creates(Method::HEAD, "/b", "127.0.1.1:80"));
    }
}
