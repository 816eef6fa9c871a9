//! Which variables count, and what cannot be followed.

use super::*;

fn read(variables: &[(&str, &str)]) -> Result<Option<Settings>, SettingError> {
    let of = |name: &str| {
        let found = variables.iter().find(|(variable, _)| *variable == name);
        found.map(|(_, value)| (*value).to_owned())
    };
    Settings::read(&of)
}

fn told(variables: &[(&str, &str)]) -> Settings {
    let base = [("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4318")];
    read(&[&base, variables].concat()).expect("they can be followed").expect("an endpoint is named")
}

#[test]
fn nothing_is_exported_unless_somebody_wants_it() {
    let endpoint = ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4318");
    for variables in [
        &[][..],
        &[("OTEL_EXPORTER_OTLP_ENDPOINT", " ")],
        &[("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")],
        &[("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://collector:4318")],
        &[endpoint, ("OTEL_SDK_DISABLED", "True")],
        &[endpoint, ("OTEL_METRICS_EXPORTER", "none")],
    ] {
        assert_eq!(read(variables), Ok(None), "{variables:?}");
    }
    for variables in [("OTEL_SDK_DISABLED", "1"), ("OTEL_METRICS_EXPORTER", "console, otlp")] {
        assert!(matches!(read(&[endpoint, variables]), Ok(Some(_))), "{variables:?}");
    }
}

/// The specification's own examples ("Endpoint URLs for OTLP/HTTP").
#[test]
fn an_endpoint_for_all_signals_gets_the_path_of_metrics() {
    for (variable, value, endpoint) in [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4318", "http://collector:4318/v1/metrics"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4318/", "http://collector:4318/v1/metrics"),
        (
            "OTEL_EXPORTER_OTLP_ENDPOINT",
            "http://collector:4318/mycollector/",
            "http://collector:4318/mycollector/v1/metrics",
        ),
        (
            "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT",
            "https://collector.example.com",
            "https://collector.example.com/",
        ),
        (
            "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT",
            "https://collector.example.com/metrics?key=1",
            "https://collector.example.com/metrics?key=1",
        ),
    ] {
        let settings = read(&[(variable, value)]).expect("a URL").expect("an endpoint");
        assert_eq!(settings.endpoint.to_string(), endpoint, "{variable}={value}");
    }
    let both = told(&[("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "http://user:key@other:1/?key=secret")]);
    assert_eq!(both.place(), "http://other:1/");
}

#[test]
fn a_variable_for_metrics_alone_wins() {
    let settings = told(&[
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"),
        ("OTEL_EXPORTER_OTLP_METRICS_PROTOCOL", "http/protobuf"),
        ("OTEL_EXPORTER_OTLP_HEADERS", "a=1,b=2"),
        ("OTEL_EXPORTER_OTLP_METRICS_HEADERS", "API-Key = a%2Cb=c , "),
        ("OTEL_EXPORTER_OTLP_TIMEOUT", "1"),
        ("OTEL_EXPORTER_OTLP_METRICS_TIMEOUT", "2500"),
        ("OTEL_EXPORTER_OTLP_COMPRESSION", "none"),
        ("OTEL_EXPORTER_OTLP_METRICS_COMPRESSION", "gzip"),
    ]);
    let headers: Vec<_> =
        settings.headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect();
    assert_eq!(headers, [("api-key", &b"a,b=c"[..])]);
    assert_eq!((settings.timeout, settings.is_packed), (Duration::from_millis(2_500), true));
    assert_eq!((settings.interval, settings.ignored), (INTERVAL, vec![]));
}

#[test]
fn what_cannot_be_followed_is_said_without_what_is_secret() {
    for (variable, value) in [
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"),
        ("OTEL_EXPORTER_OTLP_METRICS_PROTOCOL", "http/json"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4318/secret"),
        ("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "grpc://secret@collector"),
        ("OTEL_EXPORTER_OTLP_HEADERS", "secret"),
        ("OTEL_EXPORTER_OTLP_METRICS_HEADERS", "a=secret%0A"),
        ("OTEL_EXPORTER_OTLP_METRICS_HEADERS", "a=%ffsecret"),
        ("OTEL_EXPORTER_OTLP_COMPRESSION", "zstd"),
        ("OTEL_EXPORTER_OTLP_CLIENT_KEY", "secret"),
    ] {
        // The first of a name counts.
        let said = read(&[(variable, value), ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4318")]);
        let error = said.expect_err(value).to_string();
        assert!(error.starts_with(variable) && !error.contains("secret"), "{error}");
    }
}

#[test]
fn what_is_no_number_is_told_and_not_heeded() {
    let settings = told(&[
        ("OTEL_EXPORTER_OTLP_TIMEOUT", "10s"),
        ("OTEL_METRIC_EXPORT_INTERVAL", "0"),
        ("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment.name=prod,nonsense"),
        ("OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE", "delta"),
    ]);
    assert_eq!((settings.timeout, settings.interval), (TIMEOUT, INTERVAL));
    assert_eq!(settings.ignored.len(), 4, "{:?}", settings.ignored);
    assert_eq!(settings.resource.len(), 2, "{:?}", settings.resource);
}

#[test]
fn a_service_has_the_name_that_it_is_given() {
    let name = |variables: &[(&str, &str)]| told(variables).resource["service.name"].clone();
    let attributes = ("OTEL_RESOURCE_ATTRIBUTES", "service.name=watcher,team=a%20b");
    assert_eq!(name(&[]), "s3-failover");
    assert_eq!(name(&[attributes]), "watcher");
    assert_eq!(name(&[attributes, ("OTEL_SERVICE_NAME", "mine")]), "mine");
    assert_eq!(told(&[attributes]).resource["team"], "a b");
}
