//! What happens to a viewer's request?
//!
//! 1. CloudFront refuses it by itself ([`refusal`]).
//! 2. GET and HEAD: what the cache holds and is fresh is the answer. No origin hears of it.
//! 3. What has expired is the answer too while an origin failed in the last seconds ("For the duration of the
//!    error caching minimum TTL, CloudFront continues to respond to viewer requests by serving the object from
//!    the edge cache", CloudFront Developer Guide, `HTTPStatusCodes`).
//! 4. The primary is asked, "even when a previous request failed over to the secondary origin"
//!    (`high_availability_origin_failover`); for an object that has expired, whether it has changed.
//! 5. When that failed as the group says, the secondary is asked the same; its answer counts, whatever it is.
//! 6. No answer, or a 5xx: an object that has expired stands in for it. Else it is kept as the error that it is.
//! 7. What an origin answered is kept for as long as it is good, and sent.
//!
//! Other methods are passed on (OPTIONS by the steps 4 and 5), and nothing of them is kept.

use std::{
    net::IpAddr,
    sync::{
        Arc, Mutex, PoisonError, RwLock,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use http_body_util::BodyExt as _;
use hyper::{
    HeaderMap, Method, Request, Response, StatusCode,
    body::Incoming,
    header::{self, HeaderName, HeaderValue},
};

use super::{
    asked::{self, Asked},
    cache::{Cache, Entry, Key},
    config::Behaviour,
    failover::{self, Failure},
    fetch::{Answer, AnswerBody, Body, BodyError, Fetcher, Order, whole},
    freshness::{self, Told},
    pages,
    refusal::refusal,
    visits::{Attempt, CacheResult, Visit, Visits},
};
use crate::model::Fqdn;

/// "Via: http-version alphanumeric-string.cloudfront.net (CloudFront)"; AWS's string has 32 hex digits.
const VIA: HeaderValue = HeaderValue::from_static("1.1 lab-edge.cloudfront.net (CloudFront)");
/// The edge location; AWS's begins with the code of an airport.
const POP: HeaderValue = HeaderValue::from_static("LAB-EDGE");
const CF_ID: HeaderName = HeaderName::from_static("x-amz-cf-id");
/// CloudFront Developer Guide, `RequestAndResponseBehaviorCustomOrigin`, "User-Agent".
const USER_AGENT: HeaderValue = HeaderValue::from_static("Amazon CloudFront");

/// The one edge location of the lab.
pub(super) struct Edge {
    pub(super) domain: Fqdn,
    pub(super) fetcher: Fetcher,
    pub(super) behaviour: RwLock<Arc<Behaviour>>,
    pub(super) cache: Mutex<Cache>,
    pub(super) visits: Visits,
    pub(super) requests: AtomicU64,
}

/// What goes to a viewer, before CloudFront's own headers.
struct Reply {
    status: StatusCode,
    headers: HeaderMap,
    body: Body,
    cache: CacheResult,
    age: Option<Duration>,
    origin: Option<String>,
}

/// A request on its way through the edge.
struct Passage {
    behaviour: Arc<Behaviour>,
    request_id: String,
    viewer: IpAddr,
    attempts: Vec<Attempt>,
}

/// What became of asking the origins, and whose answer it is.
struct Asking {
    origin: String,
    result: Result<Answer, Failure>,
}

impl Edge {
    /// Answers a request by the numbered steps above.
    pub(super) async fn answer(&self, request: Request<Incoming>, viewer: IpAddr) -> Response<Body> {
        let begun = self.fetcher.clock.elapsed();
        let number = self.requests.fetch_add(1, Ordering::Relaxed);
        let (method, path) = (request.method().to_string(), request.uri().path().to_owned());
        let behaviour = Arc::clone(&self.behaviour.read().unwrap_or_else(PoisonError::into_inner));
        let request_id = format!("LAB-cloudfront-{number:08}==");
        let mut passage = Passage { behaviour, request_id, viewer, attempts: Vec::new() };

        let reply = match refusal(&request, |host| self.is_ours(host), passage.behaviour.methods) {
            Some((status, sentence)) => own_page(status, sentence, &passage),
            None if [Method::GET, Method::HEAD].contains(request.method()) => {
                self.read(&Asked::by(&request, &passage.behaviour.policy), &mut passage).await
            }
            None => self.pass_on(request, &mut passage).await,
        };
        self.visits.add(Visit {
            number,
            at_seconds: begun.as_secs_f64(),
            method,
            path,
            status: reply.status.as_u16(),
            cache: reply.cache,
            origin: reply.origin.clone(),
            attempts: passage.attempts,
            seconds: self.fetcher.clock.elapsed().saturating_sub(begun).as_secs_f64(),
        });
        response(reply, &passage.request_id)
    }

    /// The distribution's own name. The lab adds its address, for clients that cannot say another host than
    /// the one they connect to.
    fn is_ours(&self, host: &str) -> bool {
        host.eq_ignore_ascii_case(self.domain.as_str())
            || host == "localhost"
            || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
    }

    async fn read(&self, asked: &Asked, passage: &mut Passage) -> Reply {
        let now = self.fetcher.clock.elapsed();
        let held = self.cache().get(&asked.key);
        if let Some((_, entry)) = &held {
            if entry.is_fresh(now) {
                let cache = if entry.is_error() { CacheResult::ErrorHit } else { CacheResult::Hit };
                return from_entry(asked, entry, cache, Some(now));
            }
            if now < entry.quiet_until && entry.may_stand_in(now) {
                return from_entry(asked, entry, CacheResult::Stale, Some(now));
            }
        }
        let mut order = asked.order(held.as_ref().map(|(_, entry)| &**entry), passage.headers());
        let asking = self.ask(&mut order, passage).await;
        self.settle(asked, held, &order, asking, passage)
    }

    /// The primary, and when it failed the secondary.
    async fn ask(&self, order: &mut Order, passage: &mut Passage) -> Asking {
        let behaviour = Arc::clone(&passage.behaviour);
        let primary = &behaviour.primary;
        let result = self.fetcher.fetch(primary, order, &mut passage.attempts).await;
        if let Some((secondary, statuses)) = &behaviour.secondary {
            let outcome = result.as_ref().map(|answer| answer.status).map_err(|failure| *failure);
            if failover::switches(&order.method, outcome, statuses) {
                let result = self.fetcher.fetch(secondary, order, &mut passage.attempts).await;
                return Asking { origin: secondary.id.clone(), result };
            }
        }
        Asking { origin: primary.id.clone(), result }
    }

    /// What a viewer gets, and what is kept, of what the origins did.
    fn settle(
        &self,
        asked: &Asked,
        held: Option<(Key, Arc<Entry>)>,
        order: &Order,
        asking: Asking,
        passage: &Passage,
    ) -> Reply {
        let now = self.fetcher.clock.elapsed();
        let status = match &asking.result {
            Ok(answer) => answer.status,
            Err(failure) => failure.status(),
        };
        match held {
            Some((key, entry)) if status.is_server_error() && entry.may_stand_in(now) => {
                let quiet_until = now + passage.behaviour.error_ttl(status.as_u16());
                let entry = Entry { quiet_until, ..(*entry).clone() };
                self.cache().put(key, entry.clone());
                return from_entry(asked, &entry, CacheResult::Stale, Some(now));
            }
            Some((key, entry)) if status == StatusCode::NOT_MODIFIED => {
                let said =
                    asking.result.map(|answer| asked::for_the_viewer(answer.headers)).unwrap_or_default();
                let entry = self.confirmed((*entry).clone(), &said, &passage.behaviour);
                self.cache().put(key, entry.clone());
                return from_entry(asked, &entry, CacheResult::RefreshHit, None);
            }
            _ => {}
        }
        let (headers, body) = match asking.result {
            Err(failure) => pages::page(status, sentence(failure), &passage.request_id),
            Ok(Answer { headers, body: AnswerBody::Whole(body), .. }) => {
                (asked::for_the_viewer(headers), body)
            }
            Ok(Answer { headers, body: AnswerBody::Coming(body), .. }) => {
                let headers = asked::for_the_viewer(headers);
                let (cache, origin) = (of_a_status(status), Some(asking.origin));
                return Reply { status, headers, body, cache, age: None, origin };
            }
        };
        let lifetime = freshness::lifetime(status, &headers, &passage.behaviour, self.fetcher.clock.now());
        let stale_if_error = Told::by(&headers).stale_if_error();
        let entry = Entry {
            status,
            headers,
            body,
            origin: asking.origin,
            confirmed: now,
            lifetime: lifetime.unwrap_or_default(),
            stale_if_error,
            quiet_until: Duration::ZERO,
        };
        if lifetime.is_some() {
            self.cache().put(asked.kept_as(&order.method, status), entry.clone());
        }
        from_entry(asked, &entry, of_a_status(status), None)
    }

    /// An entry of which an origin says that it has not changed: "the cache must freshen" its headers (RFC
    /// 9111, section 4.3.4).
    fn confirmed(&self, mut entry: Entry, said: &HeaderMap, behaviour: &Behaviour) -> Entry {
        for (name, value) in said {
            if ![header::CONTENT_LENGTH, header::CONTENT_TYPE, header::CONTENT_RANGE].contains(name) {
                entry.headers.insert(name, value.clone());
            }
        }
        let clock = &self.fetcher.clock;
        let lifetime = freshness::lifetime(entry.status, &entry.headers, behaviour, clock.now());
        Entry { confirmed: clock.elapsed(), lifetime: lifetime.unwrap_or_default(), ..entry }
    }

    /// A method of which nothing is kept.
    async fn pass_on(&self, request: Request<Incoming>, passage: &mut Passage) -> Reply {
        let mut order = asked::passed_on(&request, &passage.behaviour.policy, passage.headers());
        if request.method() != Method::OPTIONS {
            order.body = Some(request.into_body().map_err(BodyError::from).boxed_unsync());
        }
        let Asking { origin, result } = self.ask(&mut order, passage).await;
        match result {
            Err(failure) => {
                let page = own_page(failure.status(), sentence(failure), passage);
                Reply { origin: Some(origin), ..page }
            }
            Ok(Answer { status, headers, body }) => {
                let body = match body {
                    AnswerBody::Whole(bytes) => whole(bytes),
                    AnswerBody::Coming(body) => body,
                };
                let headers = asked::for_the_viewer(headers);
                Reply { status, headers, body, cache: of_a_status(status), age: None, origin: Some(origin) }
            }
        }
    }

    pub(super) fn cache(&self) -> std::sync::MutexGuard<'_, Cache> {
        self.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Passage {
    /// What CloudFront tells an origin of itself and of the viewer.
    fn headers(&self) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(header::USER_AGENT, USER_AGENT);
        headers.insert(header::VIA, VIA);
        for (name, text) in [
            (CF_ID, self.request_id.clone()),
            (HeaderName::from_static("x-forwarded-for"), self.viewer.to_string()),
        ] {
            headers.insert(name, text.parse().expect("an id and an address can stand in a header"));
        }
        headers
    }
}

fn from_entry(asked: &Asked, entry: &Entry, cache: CacheResult, now: Option<Duration>) -> Reply {
    let (status, headers, body) = asked.reply(entry);
    let age = now.map(|now| entry.age(now));
    Reply { status, headers, body: whole(body), cache, age, origin: Some(entry.origin.clone()) }
}

fn own_page(status: StatusCode, sentence: &str, passage: &Passage) -> Reply {
    let (headers, body) = pages::page(status, sentence, &passage.request_id);
    Reply { status, headers, body: whole(body), cache: CacheResult::Error, age: None, origin: None }
}

fn of_a_status(status: StatusCode) -> CacheResult {
    if status.is_client_error() || status.is_server_error() { CacheResult::Error } else { CacheResult::Miss }
}

fn sentence(failure: Failure) -> &'static str {
    match failure {
        Failure::NoAddress | Failure::Refused => pages::NO_CONNECTION,
        Failure::ConnectionTimeout | Failure::ResponseTimeout | Failure::Closed => pages::NO_ANSWER,
    }
}

/// A reply with the headers that every answer of CloudFront has.
fn response(reply: Reply, request_id: &str) -> Response<Body> {
    let mut response = Response::new(reply.body);
    *response.status_mut() = reply.status;
    let headers = response.headers_mut();
    *headers = reply.headers;
    headers.insert("x-cache", HeaderValue::from_static(reply.cache.header()));
    headers.insert(header::VIA, VIA);
    headers.insert("x-amz-cf-pop", POP);
    headers.insert(CF_ID, request_id.parse().expect("an id can stand in a header"));
    if let Some(age) = reply.age {
        headers.insert(header::AGE, HeaderValue::from(age.as_secs()));
    }
    if reply.status == StatusCode::PAYLOAD_TOO_LARGE {
        headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    response
}
