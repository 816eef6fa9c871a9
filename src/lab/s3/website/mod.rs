//! What does a bucket's website endpoint answer? Pages for anybody's browser, over HTTP only.
//!
//! It is another way into a region than the REST API, with host names and an address of its own (S3
//! User Guide, `WebsiteEndpoints`). It knows GET and HEAD, never looks at a signature, and answers
//! errors as HTML. The bucket is what stands before the endpoint in the Host header, or the whole Host
//! when that is another name: so a record that leads here must be called like its bucket.
//!
//! 1. Without a bucket it leads to the product's page, <https://aws.amazon.com/s3/>, by 301.
//! 2. A bucket that is not there is a 404, one of another region a 400, one without a website
//!    configuration a 404 (S3 User Guide, `CustomErrorDocSupport`).
//! 3. `RedirectAllRequestsTo`, then routing rules that ask for no error.
//! 4. The object; for a folder its index document; for a folder without the slash at its end a 302 to
//!    the same with it (`IndexDocumentSupport`).
//! 5. What may not be read is a 403, what is not there a 404: routing rules for errors, then the error
//!    document, then a page of S3's own. That a missing key is a 404 though nobody may list the bucket
//!    is what the guide says, as long as the key could be read if it were there (the last is inferred).
//!
//! - [`rules`]: redirects, as pure functions;
//! - [`page`]: S3's own pages.

mod page;
mod rules;

use hyper::{HeaderMap, Method, Request, StatusCode, body::Incoming, header};
use s3s::{Body, HttpResponse, dto, service::S3Service};

use self::{
    page::{Failure, redirect},
    rules::Rules,
};
use super::{
    host::Host,
    policy::{Attempt, Caller, Facts},
    refusal::Cut,
    service::RegionalS3,
};
use crate::{
    lab::{
        aws_hosts::website_endpoint,
        encoding::{percent_decoded, percent_encoded},
    },
    model::Region,
};

/// One region's website endpoint.
pub(super) struct Website {
    regional: RegionalS3,
    service: S3Service,
}

/// What a key comes to for somebody without a signature.
enum Look {
    Readable,
    /// Another place is to be asked for (`x-amz-website-redirect-location`).
    Moved(String),
    Missing,
    Denied,
}

impl Website {
    pub(super) fn new(regional: RegionalS3, service: S3Service) -> Self {
        Self { regional, service }
    }

    /// Answers by the numbered steps above.
    pub(super) async fn answer(&self, request: &Request<Incoming>, id: &str) -> Result<HttpResponse, Cut> {
        let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
        let host = host.unwrap_or_default();
        let get = match *request.method() {
            Method::GET => true,
            Method::HEAD => false,
            _ => return Ok(Failure::method_not_allowed(request.method()).page(id)),
        };
        let Some(bucket) = bucket(host) else {
            return Ok(redirect(StatusCode::MOVED_PERMANENTLY, "https://aws.amazon.com/s3/", id));
        };
        let website = match self.website(&bucket) {
            Ok(website) => website,
            Err(failure) => return Ok(failure.page(id)),
        };
        let asked = request.uri().path_and_query().map_or("/", hyper::http::uri::PathAndQuery::as_str);
        if let Some(all) = &website.redirect_all_requests_to {
            let protocol = all.protocol.as_ref().map_or("http", dto::Protocol::as_str);
            let location = format!("{protocol}://{}{asked}", all.host_name);
            return Ok(redirect(StatusCode::MOVED_PERMANENTLY, &location, id));
        }
        let path = request.uri().path();
        let key = percent_decoded(path.strip_prefix('/').unwrap_or(path));
        let rules = Rules::new(website.routing_rules.as_deref().unwrap_or_default(), host);
        if let Some((status, location)) = rules.before(&key) {
            return Ok(redirect(status, &location, id));
        }
        let suffix = website.index_document.as_ref().map(|index| index.suffix.as_str()).unwrap_or_default();
        let folder = key.is_empty() || key.ends_with('/');
        let wanted = if folder { format!("{key}{suffix}") } else { key.clone() };
        let failure = match self.look(&bucket, &wanted) {
            Look::Moved(location) => return Ok(redirect(StatusCode::MOVED_PERMANENTLY, &location, id)),
            Look::Readable => match self.object(&bucket, &wanted, get, request.headers()).await? {
                Ok(response) => return Ok(response),
                Err(failure) => failure,
            },
            Look::Missing if !folder && self.is_there(&bucket, &format!("{key}/{suffix}")) => {
                let location = format!("/{}/", percent_encoded(&key));
                return Ok(redirect(StatusCode::FOUND, &location, id));
            }
            Look::Missing => Failure::no_such_key(&wanted),
            Look::Denied => Failure::access_denied(),
        };
        if let Some((status, location)) = rules.after(&key, failure.status) {
            return Ok(redirect(status, &location, id));
        }
        match &website.error_document {
            Some(document) if failure.status.is_client_error() => {
                self.error_document(&bucket, &document.key, get, failure, id).await
            }
            _ => Ok(failure.page(id)),
        }
    }

    fn website(&self, bucket: &str) -> Result<dto::WebsiteConfiguration, Failure> {
        let home: Region =
            self.regional.store.region_of(bucket).ok_or_else(|| Failure::no_such_bucket(bucket))?;
        if home != self.regional.region {
            return Err(Failure::elsewhere(bucket, &website_endpoint(&home)));
        }
        let website = self.regional.store.read(bucket, |bucket| Ok(bucket.settings.website.clone()));
        website.ok().flatten().ok_or_else(|| Failure::no_website(bucket))
    }

    fn look(&self, bucket: &str, key: &str) -> Look {
        let attempt = Attempt { action: "s3:GetObject", bucket, key: Some(key) };
        if !matches!(self.regional.allows(Caller::Anonymous, attempt, &Facts::default()), Ok(true)) {
            return Look::Denied;
        }
        match self.regional.store.current_object(bucket, key) {
            Ok(Some(object)) => match &object.attributes.website_redirect {
                Some(location) => Look::Moved(location.clone()),
                None => Look::Readable,
            },
            _ => Look::Missing,
        }
    }

    fn is_there(&self, bucket: &str, key: &str) -> bool {
        matches!(self.regional.store.current_object(bucket, key), Ok(Some(_)))
    }

    /// The object as the REST API hands it out to anybody: with its conditions, ranges and headers.
    async fn object(
        &self,
        bucket: &str,
        key: &str,
        get: bool,
        headers: &HeaderMap,
    ) -> Result<Result<HttpResponse, Failure>, Cut> {
        let mut inner = Request::new(Body::empty());
        *inner.method_mut() = if get { Method::GET } else { Method::HEAD };
        let path = format!("/{bucket}/{}", percent_encoded(key));
        *inner.uri_mut() = path.parse().map_err(|_| Cut)?;
        // An address as the host: the bucket is in the path.
        inner.headers_mut().insert(header::HOST, header::HeaderValue::from_static("127.0.0.1"));
        let forwarded = [
            header::RANGE,
            header::IF_MATCH,
            header::IF_NONE_MATCH,
            header::IF_MODIFIED_SINCE,
            header::IF_UNMODIFIED_SINCE,
        ];
        for name in forwarded {
            if let Some(value) = headers.get(&name) {
                inner.headers_mut().insert(name, value.clone());
            }
        }
        let response = self.service.call(inner).await.map_err(|_| Cut)?;
        Ok(match response.status() {
            status if status.is_success() || status == StatusCode::NOT_MODIFIED => Ok(response),
            StatusCode::PRECONDITION_FAILED => Err(Failure::precondition()),
            StatusCode::RANGE_NOT_SATISFIABLE => Err(Failure::range()),
            StatusCode::NOT_FOUND => Err(Failure::no_such_key(key)),
            _ => Err(Failure::access_denied()),
        })
    }

    /// The error document with the error's status; without one, S3's own page tells of both.
    async fn error_document(
        &self,
        bucket: &str,
        document: &str,
        get: bool,
        failure: Failure,
        id: &str,
    ) -> Result<HttpResponse, Cut> {
        let second = match self.look(bucket, document) {
            Look::Moved(location) => return Ok(redirect(StatusCode::MOVED_PERMANENTLY, &location, id)),
            Look::Readable => match self.object(bucket, document, get, &HeaderMap::new()).await? {
                Ok(mut response) => {
                    *response.status_mut() = failure.status;
                    failure.add_headers(response.headers_mut());
                    return Ok(response);
                }
                Err(second) => second,
            },
            Look::Missing => Failure::no_such_key(document),
            Look::Denied => Failure::access_denied(),
        };
        Ok(failure.page_with(&second, id))
    }
}

/// The bucket that a Host means here; none when it is the endpoint's own name or an address.
fn bucket(host: &str) -> Option<String> {
    match Host::parse(host) {
        Host::Website { bucket, .. } => bucket,
        Host::Address => None,
        Host::Custom(name) => Some(name),
        // A name of the REST API means nothing here but a bucket that is called so.
        Host::Endpoint { .. } => {
            Some(host.rsplit_once(':').map_or(host, |(name, _)| name).to_ascii_lowercase())
        }
    }
}
