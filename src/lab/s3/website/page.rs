//! S3's own pages: errors and redirects as the website endpoint writes them.
//!
//! S3 User Guide, `WebsiteEndpoints`: it "Returns an HTML document". The list of code, message and
//! details, and the headers `x-amz-error-code`, `x-amz-error-message` and `x-amz-error-detail-KEY`,
//! are as they were seen by many.

use std::fmt::Write as _;

use hyper::{HeaderMap, Method, StatusCode, header};
use quick_xml::escape::escape;
use s3s::{Body, HttpResponse};

/// Why there is no page.
#[derive(Debug)]
pub(super) struct Failure {
    pub status: StatusCode,
    code: &'static str,
    message: &'static str,
    details: Vec<(&'static str, String)>,
}

impl Failure {
    fn new(status: StatusCode, code: &'static str, message: &'static str) -> Self {
        Self { status, code, message, details: Vec::new() }
    }

    fn with(mut self, name: &'static str, value: &str) -> Self {
        self.details.push((name, value.to_owned()));
        self
    }

    pub(super) fn no_such_key(key: &str) -> Self {
        let message = "The specified key does not exist.";
        Self::new(StatusCode::NOT_FOUND, "NoSuchKey", message).with("Key", key)
    }

    pub(super) fn no_such_bucket(bucket: &str) -> Self {
        let message = "The specified bucket does not exist";
        Self::new(StatusCode::NOT_FOUND, "NoSuchBucket", message).with("BucketName", bucket)
    }

    pub(super) fn no_website(bucket: &str) -> Self {
        let message = "The specified bucket does not have a website configuration";
        Self::new(StatusCode::NOT_FOUND, "NoSuchWebsiteConfiguration", message).with("BucketName", bucket)
    }

    /// S3 User Guide, `CustomErrorDocSupport`: 400 when "the regional website endpoint of the bucket is
    /// incorrect". The code is unverified.
    pub(super) fn elsewhere(bucket: &str, endpoint: &str) -> Self {
        let message = "The specified bucket exists in another region. Please direct requests to the specified endpoint.";
        let failure = Self::new(StatusCode::BAD_REQUEST, "IncorrectEndpoint", message);
        failure.with("Endpoint", &format!("{bucket}.{endpoint}"))
    }

    pub(super) fn access_denied() -> Self {
        Self::new(StatusCode::FORBIDDEN, "AccessDenied", "Access Denied")
    }

    pub(super) fn method_not_allowed(method: &Method) -> Self {
        let message = "The specified method is not allowed against this resource.";
        let failure = Self::new(StatusCode::METHOD_NOT_ALLOWED, "MethodNotAllowed", message);
        failure.with("Method", method.as_str()).with("ResourceType", "OBJECT")
    }

    pub(super) fn precondition() -> Self {
        let message = "At least one of the pre-conditions you specified did not hold";
        Self::new(StatusCode::PRECONDITION_FAILED, "PreconditionFailed", message)
    }

    pub(super) fn range() -> Self {
        let message = "The requested range is not satisfiable";
        Self::new(StatusCode::RANGE_NOT_SATISFIABLE, "InvalidRange", message)
    }

    /// The page.
    pub(super) fn page(&self, id: &str) -> HttpResponse {
        self.written(None, id)
    }

    /// The page when there was to be an error document, and that failed too.
    pub(super) fn page_with(&self, second: &Self, id: &str) -> HttpResponse {
        self.written(Some(second), id)
    }

    fn written(&self, second: Option<&Self>, id: &str) -> HttpResponse {
        let mut items = self.items();
        for (name, value) in [("RequestId", id), ("HostId", id)] {
            item(&mut items, name, value);
        }
        let mut body = format!("<ul>\n{items}</ul>\n");
        if let Some(second) = second {
            body += "<h3>An Error Occurred While Attempting to Retrieve a Custom Error Document</h3>\n";
            write!(body, "<ul>\n{}</ul>\n", second.items()).expect("a String takes everything");
        }
        let mut response = document(self.status, &body);
        self.add_headers(response.headers_mut());
        if self.status == StatusCode::METHOD_NOT_ALLOWED {
            response.headers_mut().insert(header::ALLOW, header::HeaderValue::from_static("HEAD, GET"));
        }
        response
    }

    fn items(&self) -> String {
        let mut items = String::new();
        item(&mut items, "Code", self.code);
        item(&mut items, "Message", self.message);
        for (name, value) in &self.details {
            item(&mut items, name, value);
        }
        items
    }

    /// What the error is called, for programs.
    pub(super) fn add_headers(&self, headers: &mut HeaderMap) {
        headers.insert("x-amz-error-code", header::HeaderValue::from_static(self.code));
        headers.insert("x-amz-error-message", header::HeaderValue::from_static(self.message));
        for (name, value) in &self.details {
            let name = format!("x-amz-error-detail-{}", name.to_ascii_lowercase());
            if let (Ok(name), Ok(value)) = (header::HeaderName::try_from(name), value.parse()) {
                headers.insert(name, value);
            }
        }
    }
}

/// Sends elsewhere.
pub(super) fn redirect(status: StatusCode, location: &str, id: &str) -> HttpResponse {
    let (code, message) = if status == StatusCode::FOUND {
        ("Found", "Resource Found")
    } else {
        ("MovedPermanently", "Object moved permanently")
    };
    let mut items = String::new();
    for (name, value) in [("Code", code), ("Message", message), ("RequestId", id), ("HostId", id)] {
        item(&mut items, name, value);
    }
    let mut response = document(status, &format!("<ul>\n{items}</ul>\n"));
    if let Ok(location) = location.parse() {
        response.headers_mut().insert(header::LOCATION, location);
    }
    response
}

fn item(list: &mut String, name: &str, value: &str) {
    writeln!(list, "<li>{name}: {}</li>", escape(value)).expect("a String takes everything");
}

fn document(status: StatusCode, body: &str) -> HttpResponse {
    let title = format!("{} {}", status.as_u16(), status.canonical_reason().unwrap_or_default());
    let html = format!(
        "<html>\n<head><title>{title}</title></head>\n<body>\n<h1>{title}</h1>\n{body}<hr/>\n</body>\n</html>\n"
    );
    let mut response = HttpResponse::new(Body::from(html));
    *response.status_mut() = status;
    let html = header::HeaderValue::from_static("text/html; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, html);
    response
}
