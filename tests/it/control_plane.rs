//! Route 53's control plane is down, and failover goes on: the reason why it is made of health checks.

use std::time::Duration;

use aws_sdk_route53::error::ProvideErrorMetadata;
use s3_failover::lab::{Fault, Route53Fault};

use super::support::{ENDPOINTS, NAME, TestLab, eventually, pointer, quick};

/// "The control plane for Route 53 is in us-east-1; the data plane, which answers queries and checks
/// health, is everywhere" (AWS Fault Isolation Boundaries, `global-services`).
#[tokio::test]
async fn names_fail_over_while_the_api_is_down() {
    let lab = TestLab::start(quick()).await;
    let applied = lab.program().run(&["apply", "--yes"]).await;
    assert_eq!(applied.code, Some(0), "{applied}");
    let region = "us-east-1".parse().expect("a region");
    for (control_plane, primary, endpoint) in [
        (Route53Fault::Down, Fault::Http503, ENDPOINTS[1]),
        (Route53Fault::Throttled, Fault::None, ENDPOINTS[0]),
    ] {
        lab.lab.set_route53_fault(control_plane);
        lab.lab.set_fault(&region, primary).expect("the lab has this region");
        for server in lab.lab.ready().nameservers.clone() {
            let look = async || match pointer(server, NAME).await {
                Ok(answered) if answered == endpoint => Ok(()),
                Ok(other) | Err(other) => Err(other),
            };
            eventually(&format!("{server} answers {endpoint}"), Duration::from_secs(20), look).await;
        }
    }
}

/// What a client is told in each case, and that it is as before when the fault is over.
#[tokio::test]
async fn each_fault_of_the_control_plane_has_its_error() {
    let lab = TestLab::start(quick()).await;
    let retries = aws_sdk_route53::config::retry::RetryConfig::disabled();
    let config = lab.route53().config().to_builder().retry_config(retries).build();
    let client = aws_sdk_route53::Client::from_conf(config);
    let mut told = Vec::new();
    for fault in Route53Fault::ALL.into_iter().chain([Route53Fault::None]) {
        lab.lab.set_route53_fault(fault);
        assert_eq!(lab.lab.route53_fault(), fault);
        let said = match client.get_hosted_zone_count().send().await {
            Ok(found) => format!("{} zone", found.hosted_zone_count()),
            Err(error) => {
                let status = error.raw_response().map_or(0, |response| response.status().as_u16());
                format!("{status} {}: {}", error.code().unwrap_or("?"), error.message().unwrap_or("?"))
            }
        };
        told.push(format!("{fault}: {said}"));
    }
    insta::assert_snapshot!(told.join("\n"), @"
    none: 1 zone
    down: 503 ServiceUnavailable: The request has failed due to a temporary failure of the server.
    throttled: 400 Throttling: Rate exceeded
    http-500: 500 InternalFailure: The request processing has failed because of an unknown error, exception or failure.
    none: 1 zone
    ");
}
