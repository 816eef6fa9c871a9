//! What does a region answer to a request? Faults first, then the region, then S3 itself.
//!
//! 1. The region's fault lets the request through, holds it, answers 500 or 503, or cuts the connection. A
//!    change of the fault acts at once on requests that are held.
//! 2. A request for a bucket that lives elsewhere is told so, with 301 and the region (S3 User Guide,
//!    `UsingRouting`).
//! 3. A signature for another region is refused (S3 API reference, `ErrorResponses`,
//!    `AuthorizationHeaderMalformed`).
//! 4. The rest is S3's protocol and operations.
//! 5. The fault is looked at again, so that no answer leaves a region that broke meanwhile.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use http_body_util::BodyExt as _;
use hyper::{HeaderMap, Method, Request, StatusCode, Uri, body::Incoming, header};
use s3s::{Body, HttpResponse, service::S3Service};
use tokio::sync::watch;

use super::{
    fault::Fault,
    host::Host,
    problem::{self, Asked},
    reading::{bucket, creates_bucket, has_body, has_strange_range, host, signed_region, signed_scope},
    refusal::{
        Cut, failure, good_for_no_time, newer_than_the_lab, odd_authorization, redirect, refusal, too_short,
    },
    service::{RegionalS3, regional_service},
    website::Website,
};
use crate::{clock::Clock, lab::state::Durable, model::Region};

/// How late a slow region answers (modelled): later than the 2 s that a Route 53 health checker waits
/// for a status once it is connected (Route 53 Developer Guide,
/// `dns-failover-determining-health-of-endpoints`), sooner than SDKs give up.
const SLOW_ANSWER: Duration = Duration::from_secs(3);

/// Up to how many bytes a body is read before anything else is looked at (our choice).
const SHORT_BODY: u64 = 64 << 10;

/// "The difference between the request time and the server's time is too large": 15 minutes.
const MOST_SKEW: Duration = Duration::from_mins(15);

/// Which of a region's two endpoints stands behind an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Face {
    /// The REST API; a website's host name is answered here as well.
    Rest,
    /// The website endpoint alone.
    Website,
}

/// One region's way in.
#[derive(Clone)]
pub(crate) struct Door {
    face: Face,
    regional: RegionalS3,
    fault: watch::Receiver<Fault>,
    clock: Clock,
    service: S3Service,
    website: Arc<Website>,
    durable: Durable,
    answered: Arc<AtomicU64>,
}

enum Passage {
    Open,
    /// Answered with an error of the server.
    Failing(StatusCode),
}

impl Door {
    /// Calls that may have changed something are answered when `durable` says so.
    pub(super) fn new(
        regional: RegionalS3,
        fault: watch::Receiver<Fault>,
        clock: Clock,
        durable: Durable,
    ) -> Self {
        let service = regional_service(regional.clone());
        let website = Arc::new(Website::new(regional.clone(), service.clone()));
        let (face, answered) = (Face::Rest, Arc::default());
        Self { face, regional, fault, clock, service, website, durable, answered }
    }

    /// The same region behind another address.
    pub(super) fn with_face(&self, face: Face) -> Self {
        Self { face, ..self.clone() }
    }

    /// The region behind the door.
    pub(crate) fn region(&self) -> &Region {
        &self.regional.region
    }

    /// The region's fault and its changes.
    pub(crate) fn fault(&self) -> watch::Receiver<Fault> {
        self.fault.clone()
    }

    /// Answers a request by the numbered steps above.
    pub(crate) async fn answer(&self, request: Request<Incoming>) -> Result<HttpResponse, Cut> {
        let arrived = self.clock.elapsed();
        let asked = format!("{} {}", request.method(), request.uri());
        let has_body = has_body(request.headers());
        let only_reads = matches!(*request.method(), Method::GET | Method::HEAD);
        let (waits, heads) =
            (request.headers().contains_key(header::EXPECT), request.method() == Method::HEAD);
        let number = self.answered.fetch_add(1, Ordering::Relaxed);
        let id = format!("LAB-{}-{number:08}", self.region());
        let mut response = match self.passage(arrived).await? {
            Passage::Failing(status) => failure(status),
            Passage::Open => {
                let mut response = self.respond(request, &id).await?;
                if !only_reads && self.durable.settled().await.is_err() {
                    response = failure(StatusCode::INTERNAL_SERVER_ERROR);
                }
                match self.passage(arrived).await? {
                    Passage::Open => response,
                    Passage::Failing(status) => failure(status),
                }
            }
        };
        if heads
            && response.status() == StatusCode::OK
            && response.headers().contains_key(header::CONTENT_RANGE)
        {
            // `s3s` keeps the status of a part for GET alone; S3 answers HEAD alike (RFC 9110, section
            // 9.3.2).
            *response.status_mut() = StatusCode::PARTIAL_CONTENT;
        }
        if has_body && !response.status().is_success() || waits && !has_body {
            // What is left of the body spoils the connection, and the client must know that before it
            // sends the next request. And botocore, which announces a body without bytes by `Expect` as
            // well, takes an answer that comes at once for that of every request of the connection.
            // (What S3 does then is unverified; a 100 cannot be sent where no body is read.)
            let close = header::HeaderValue::from_static("close");
            response.headers_mut().insert(header::CONNECTION, close);
        }
        if let Ok(id) = id.parse() {
            let id: header::HeaderValue = id;
            response.headers_mut().insert("x-amz-id-2", id.clone());
            response.headers_mut().insert("x-amz-request-id", id);
        }
        response.headers_mut().insert(header::SERVER, header::HeaderValue::from_static("AmazonS3"));
        tracing::debug!(region = %self.region(), asked, status = response.status().as_u16(), "answered");
        Ok(response)
    }

    async fn respond(&self, mut request: Request<Incoming>, id: &str) -> Result<HttpResponse, Cut> {
        if has_strange_range(&request) {
            request.headers_mut().remove(header::RANGE);
        }
        let is_website = matches!(host(request.headers()), Host::Website { .. });
        if self.face == Face::Website || is_website {
            return self.website.answer(&request, id).await;
        }
        let (uri, headers) = (request.uri().clone(), request.headers());
        let (bucket, access_key) = (bucket(&uri, headers), signed_scope(&uri, headers));
        let refusal = self.elsewhere(request.method(), &uri, headers);
        let refusal = refusal.or_else(|| newer_than_the_lab(&uri, headers));
        let refusal = refusal.or_else(|| good_for_no_time(&uri));
        let refusal = refusal.or_else(|| odd_authorization(&uri, headers)).or_else(|| self.skewed(headers));
        let range = headers.get(header::RANGE).and_then(|range| range.to_str().ok()).map(str::to_owned);
        let mut response = match refusal {
            Some(refusal) => refusal,
            None => self.serve(request).await?,
        };
        let access_key = access_key.as_deref().and_then(|scope| scope.split('/').next());
        let (bucket, range) = (bucket.as_deref(), range.as_deref());
        let asked = Asked { bucket, path: uri.path(), range, id, access_key };
        problem::complete(&mut response, &asked);
        if uri.query().is_some_and(|query| query.split('&').any(|pair| pair.starts_with("attributes"))) {
            problem::without_quotes(&mut response);
        }
        Ok(response)
    }

    /// Has S3 answer. A short body is read before it is looked at who may send it, so that a refusal does
    /// not meet a client that is still busy sending.
    async fn serve(&self, request: Request<Incoming>) -> Result<HttpResponse, Cut> {
        let length = request.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok());
        if length.and_then(|text| text.parse().ok()).is_some_and(|length: u64| length <= SHORT_BODY) {
            let (head, body) = request.into_parts();
            let Ok(bytes) = body.collect().await.map(http_body_util::Collected::to_bytes) else {
                return Ok(too_short());
            };
            return self.service.call(Request::from_parts(head, Body::from(bytes))).await.map_err(|_| Cut);
        }
        self.service.call(request.map(Body::from)).await.map_err(|_| Cut)
    }

    /// The refusal of a request that was signed at another time: more than 15 minutes away (S3 API
    /// reference, `ErrorResponses`, `RequestTimeTooSkewed`). A lab whose time runs faster has clients
    /// that sign by their own clocks, so both that time and the lab's are taken.
    fn skewed(&self, headers: &HeaderMap) -> Option<HttpResponse> {
        if !headers.contains_key(header::AUTHORIZATION) {
            // The query of a presigned URL says by itself how long it is good.
            return None;
        }
        let text = headers.get("x-amz-date")?.to_str().ok()?;
        let signed = jiff::fmt::strtime::parse("%Y%m%dT%H%M%SZ", text).ok()?.to_datetime().ok()?;
        let signed = signed.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp();
        let (start, elapsed) = (self.clock.epoch(), self.clock.elapsed());
        let away = |now: jiff::Timestamp| now.duration_since(signed).unsigned_abs() > MOST_SKEW;
        let theirs = start.checked_add(self.clock.real(elapsed)).ok()?;
        if !away(self.clock.now()) || !away(theirs) {
            return None;
        }
        let message = "The difference between the request time and the current time is too large.";
        Some(refusal(StatusCode::FORBIDDEN, "RequestTimeTooSkewed", message, &[], None))
    }

    /// Waits until the region's fault lets a request through that arrived at `arrived`.
    async fn passage(&self, arrived: Duration) -> Result<Passage, Cut> {
        let mut fault = self.fault.clone();
        loop {
            let now = *fault.borrow_and_update();
            let opens = match now {
                Fault::None | Fault::BlockPublic | Fault::Partition => return Ok(Passage::Open),
                Fault::Http500 => return Ok(Passage::Failing(StatusCode::INTERNAL_SERVER_ERROR)),
                Fault::Http503 => return Ok(Passage::Failing(StatusCode::SERVICE_UNAVAILABLE)),
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
        let home = bucket.as_deref().and_then(|bucket| self.regional.store.region_of(bucket));
        if let (Some(bucket), Some(home)) = (&bucket, &home)
            && home != self.region()
            && !creates_bucket(method, uri, headers)
        {
            return Some(redirect(bucket, home));
        }
        let signed_for = signed_region(uri, headers)?;
        if signed_for == self.region().as_str() {
            return None;
        }
        let message = format!(
            "The authorization header is malformed; the region '{signed_for}' is wrong; expecting '{}'",
            self.region()
        );
        let more = [("Region", self.region().as_str())];
        Some(refusal(StatusCode::BAD_REQUEST, "AuthorizationHeaderMalformed", &message, &more, home.as_ref()))
    }
}
