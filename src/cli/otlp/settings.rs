//! The variables by which every program that speaks OpenTelemetry is told where its metrics go. Pure.
//!
//! By the OpenTelemetry specification ("OpenTelemetry Protocol Exporter" and "Environment Variable Specification"):
//!
//! 1. A variable for metrics alone wins over the one for all signals, and takes its place entirely.
//! 2. An endpoint for metrics is used as it is; to one for all signals, `v1/metrics` is added.
//! 3. A variable that is set but empty is not set.
//! 4. A number that is none is told, and the default holds.
//!
//! One rule is ours: nothing is exported unless an endpoint is named. The specification's default, a collector on
//! this machine, is for programs whose purpose it is to be observed.

use std::{collections::BTreeMap, path::PathBuf, time::Duration};

use hyper::{
    HeaderMap, Uri,
    header::{HeaderName, HeaderValue},
};
use percent_encoding::percent_decode_str;

/// "Default value: 10000".
const TIMEOUT: Duration = Duration::from_secs(10);
/// "Default value: 60000".
const INTERVAL: Duration = Duration::from_mins(1);

/// Where metrics go, and how.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Settings {
    pub(super) endpoint: Uri,
    pub(super) headers: HeaderMap,
    /// For one request.
    pub(super) timeout: Duration,
    /// Between the beginnings of two.
    pub(super) interval: Duration,
    pub(super) is_packed: bool,
    /// Whose certificates are believed, if not those that the system believes.
    pub(super) authorities: Option<PathBuf>,
    /// Who sends them, by OpenTelemetry's names.
    pub(super) resource: BTreeMap<String, String>,
    /// What was not heeded, and why.
    pub(super) ignored: Vec<String>,
}

/// A variable that cannot be followed.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub(super) enum SettingError {
    #[error("{variable} asks for `{value}`, and metrics are exported by http/protobuf only")]
    Protocol { variable: String, value: String },
    /// Its value is not repeated: it may hold a password.
    #[error("{variable} is no URL of a collector")]
    Endpoint { variable: String },
    /// Its value is not repeated: headers hold keys.
    #[error("{variable} is no list of headers")]
    Headers { variable: String },
    #[error("{variable} asks for `{value}`, and metrics are packed with gzip or not at all")]
    Compression { variable: String, value: String },
    #[error("{variable} is set, and a certificate of our own is never shown")]
    ClientCertificate { variable: String },
}

impl SettingError {
    /// The way out.
    pub(super) fn hint(&self) -> &'static str {
        match self {
            Self::Protocol { .. } => {
                "A collector takes http/protobuf on another port than gRPC: 4318, where gRPC has 4317. \
                 `OTEL_EXPORTER_OTLP_METRICS_PROTOCOL` and `OTEL_EXPORTER_OTLP_METRICS_ENDPOINT` are for metrics alone."
            }
            Self::Endpoint { .. } => "Write it like http://localhost:4318 or https://otlp.example.com:4318.",
            Self::Headers { .. } => {
                "Write it like api-key=value,other-header=value; %2C is a comma in a value."
            }
            Self::Compression { .. } => "Leave it out, or set it to gzip.",
            Self::ClientCertificate { .. } => {
                "Let a collector on this machine do that, or unset the variable for this program."
            }
        }
    }
}

/// A variable's name, and what it says.
type Said = (String, String);

struct Variables<'a>(&'a dyn Fn(&str) -> Option<String>);

impl Variables<'_> {
    fn get(&self, variable: &str) -> Option<Said> {
        let value = (self.0)(variable)?.trim().to_owned();
        (!value.is_empty()).then(|| (variable.to_owned(), value))
    }

    /// For metrics alone, or for all signals.
    fn of_metrics(&self, what: &str) -> Option<Said> {
        self.get(&format!("OTEL_EXPORTER_OTLP_METRICS_{what}"))
            .or_else(|| self.get(&format!("OTEL_EXPORTER_OTLP_{what}")))
    }
}

impl Settings {
    /// Reads them; nothing when metrics are to go nowhere.
    pub(super) fn read(get: &dyn Fn(&str) -> Option<String>) -> Result<Option<Self>, SettingError> {
        let variables = Variables(get);
        // "Only the case-insensitive string "true" means true."
        let is_disabled =
            variables.get("OTEL_SDK_DISABLED").is_some_and(|(_, value)| value.eq_ignore_ascii_case("true"));
        let is_elsewhere = variables
            .get("OTEL_METRICS_EXPORTER")
            .is_some_and(|(_, value)| !value.split(',').any(|one| one.trim() == "otlp"));
        if is_disabled || is_elsewhere {
            return Ok(None);
        }
        let Some(endpoint) = endpoint(&variables)? else { return Ok(None) };
        if let Some((variable, value)) =
            variables.of_metrics("PROTOCOL").filter(|(_, p)| p != "http/protobuf")
        {
            return Err(SettingError::Protocol { variable, value });
        }
        for what in ["CLIENT_CERTIFICATE", "CLIENT_KEY"] {
            if let Some((variable, _)) = variables.of_metrics(what) {
                return Err(SettingError::ClientCertificate { variable });
            }
        }
        let is_packed = match variables.of_metrics("COMPRESSION") {
            None => false,
            Some((_, value)) if value == "none" => false,
            Some((_, value)) if value == "gzip" => true,
            Some((variable, value)) => return Err(SettingError::Compression { variable, value }),
        };
        let mut ignored = Vec::new();
        let preference = variables.get("OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE");
        if let Some((variable, value)) = preference.filter(|(_, v)| !v.eq_ignore_ascii_case("cumulative")) {
            ignored.push(format!("{variable} asks for `{value}`; sums are cumulative all the same"));
        }
        Ok(Some(Self {
            endpoint,
            headers: headers(&variables)?,
            timeout: time(variables.of_metrics("TIMEOUT"), TIMEOUT, &mut ignored),
            interval: time(variables.get("OTEL_METRIC_EXPORT_INTERVAL"), INTERVAL, &mut ignored),
            is_packed,
            authorities: variables.of_metrics("CERTIFICATE").map(|(_, file)| PathBuf::from(file)),
            resource: resource(&variables, &mut ignored),
            ignored,
        }))
    }

    /// Where metrics go, for people: without what may be a key.
    pub(super) fn place(&self) -> String {
        let (scheme, host) = (self.endpoint.scheme_str(), self.endpoint.host());
        let port = self.endpoint.port().map(|port| format!(":{port}")).unwrap_or_default();
        let (scheme, host) = (scheme.unwrap_or_default(), host.unwrap_or_default());
        format!("{scheme}://{host}{port}{}", self.endpoint.path())
    }
}

fn endpoint(variables: &Variables<'_>) -> Result<Option<Uri>, SettingError> {
    let parse = |(variable, value): Said, more: &str| {
        let wrong = || SettingError::Endpoint { variable: variable.clone() };
        let uri: Uri = value.parse().map_err(|_| wrong())?;
        if !matches!(uri.scheme_str(), Some("http" | "https")) || uri.host().is_none_or(str::is_empty) {
            return Err(wrong());
        }
        if more.is_empty() {
            return Ok(uri);
        }
        let mut parts = uri.into_parts();
        let path = parts.path_and_query.as_ref().map_or("", |path| path.path()).trim_end_matches('/');
        parts.path_and_query = Some(format!("{path}{more}").parse().map_err(|_| wrong())?);
        Uri::from_parts(parts).map_err(|_| wrong())
    };
    if let Some(said) = variables.get("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT") {
        return parse(said, "").map(Some);
    }
    variables.get("OTEL_EXPORTER_OTLP_ENDPOINT").map(|said| parse(said, "/v1/metrics")).transpose()
}

/// A length of time in milliseconds, more than none.
fn time(said: Option<Said>, default: Duration, ignored: &mut Vec<String>) -> Duration {
    let Some((variable, value)) = said else { return default };
    match value.parse() {
        Ok(milliseconds) if milliseconds > 0 => Duration::from_millis(milliseconds),
        _ => {
            let default = default.as_millis();
            ignored.push(format!("{variable} is no number of milliseconds; it is taken for {default}"));
            Duration::from_millis(u64::try_from(default).unwrap_or(u64::MAX))
        }
    }
}

fn headers(variables: &Variables<'_>) -> Result<HeaderMap, SettingError> {
    let Some((variable, value)) = variables.of_metrics("HEADERS") else { return Ok(HeaderMap::new()) };
    let mut headers = HeaderMap::new();
    for (key, value) in pairs(&value).ok_or_else(|| SettingError::Headers { variable: variable.clone() })? {
        let wrong = || SettingError::Headers { variable: variable.clone() };
        let mut held = HeaderValue::from_str(&value).map_err(|_| wrong())?;
        held.set_sensitive(true);
        headers.insert(HeaderName::from_bytes(key.as_bytes()).map_err(|_| wrong())?, held);
    }
    Ok(headers)
}

fn resource(variables: &Variables<'_>, ignored: &mut Vec<String>) -> BTreeMap<String, String> {
    let of_ours = [("service.name", env!("CARGO_PKG_NAME")), ("service.version", env!("CARGO_PKG_VERSION"))];
    let mut resource: BTreeMap<_, _> =
        of_ours.into_iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
    if let Some((variable, value)) = variables.get("OTEL_RESOURCE_ATTRIBUTES") {
        match pairs(&value) {
            Some(pairs) => resource.extend(pairs),
            // "In case of any error … the entire environment variable value SHOULD be discarded."
            None => ignored.push(format!("{variable} is no list like key=value,key=value; it is not heeded")),
        }
    }
    if let Some((_, name)) = variables.get("OTEL_SERVICE_NAME") {
        resource.insert("service.name".to_owned(), name);
    }
    resource
}

/// `key=value,key=value`, percent-decoded; nothing when it is something else.
fn pairs(text: &str) -> Option<Vec<(String, String)>> {
    let pair = |one: &str| {
        let (key, value) = one.split_once('=')?;
        let decoded = |text: &str| Some(percent_decode_str(text.trim()).decode_utf8().ok()?.into_owned());
        let key = decoded(key).filter(|key| !key.is_empty())?;
        Some((key, decoded(value)?))
    };
    text.split(',').filter(|one| !one.trim().is_empty()).map(pair).collect()
}

#[cfg(test)]
#[path = "settings_tests.rs"]
mod tests;
