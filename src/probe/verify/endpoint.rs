//! Does the health check look where the record leads, and could it ever fail?
//!
//! "Route 53 never probes the record value" (Route 53 Developer Guide, dns-failover-simple-configs): check and
//! record are two texts that somebody has to keep equal. Both are read as they are in Route 53 now. Inverted
//! checks are a switch and look elsewhere on purpose; an alarm looks at nothing; the checks of others that the
//! spec counts are theirs.

use super::{
    behind::Guard,
    evidence::Evidence,
    finding::{Finding, Severity, finding},
};
use crate::{
    model::{CheckConfig, CheckKind, CheckProtocol, EndpointCheck, Fqdn, Side},
    spec::{Failover, WEBSITES},
};

const LIVE: &str = "Route 53 ListHealthChecks and ListResourceRecordSets";
const RULES: &str = "Route 53 Developer Guide, dns-failover-determining-health-of-endpoints";

/// What S3 sends with a redirect (S3 User Guide, `RESTRedirect` and `WebsiteEndpoints`): a status of 3xx, which
/// is healthy, and one of these.
const REDIRECT_PAGES: [&str; 2] = [
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>PermanentRedirect</Code><Message>The bucket you \
     are attempting to access must be addressed using the specified endpoint. Please send all future requests \
     to this endpoint.</Message><Endpoint></Endpoint><Bucket></Bucket><RequestId></RequestId><HostId></HostId>\
     </Error>",
    "<html><head><title>301 Moved Permanently</title></head><body><h1>301 Moved Permanently</h1><ul><li>Code: \
     Found</li><li>Message: Resource Found</li><li>RequestId: </li><li>HostId: </li></ul><hr/></body></html>",
];

/// Nothing when nobody has looked.
pub(super) fn findings(failover: &Failover, evidence: &Evidence) -> Vec<Finding> {
    let Some(guards) = &evidence.behind.guards else { return Vec::new() };
    let sides = || Side::BOTH.into_iter().zip(guards);
    let aims: Vec<_> = sides().flat_map(|(side, guard)| aims(failover, side, guard)).collect();
    let idle: Vec<_> = sides().flat_map(|(side, guard)| idle(failover, side, guard, evidence)).collect();
    let aim = "run `s3-failover plan`: each check has to look at the endpoint that its own record leads to";
    let test = "let it look for a text that only the object holds, by https, at the bucket's own endpoint";
    vec![
        told("check.endpoint", aims, "each health check looks where its record leads", LIVE).advise(aim),
        told("check.meaningful", idle, "each health check can fail", RULES).advise(test),
    ]
}

type Fault = (Severity, String);

fn told(id: &'static str, faults: Vec<Fault>, well: &str, source: &str) -> Finding {
    let ok = faults.is_empty();
    let error = ok || faults.iter().any(|(severity, _)| *severity == Severity::Error);
    let severity = if error { Severity::Error } else { Severity::Warning };
    let mut details: Vec<String> = faults.into_iter().map(|(_, detail)| detail).collect();
    details.dedup();
    let detail = if ok { well.to_owned() } else { details.join("; ") };
    finding(id, severity, ok, detail, source)
}

fn endpoints<'a>(failover: &Failover, guard: &'a Guard) -> impl Iterator<Item = &'a EndpointCheck> {
    let endpoints =
        guard.checks.iter().filter(|check| !check.inverted).filter_map(|check| match &check.kind {
            CheckKind::Endpoint(endpoint) => Some(endpoint),
            CheckKind::Calculated { .. } | CheckKind::Alarm(_) | CheckKind::Other(_) => None,
        });
    // The switch's check is one also when it has lost its inversion, which is told as that.
    let switch = failover.switch.as_ref().map(crate::spec::ObjectKey::path);
    endpoints.filter(move |check| switch.as_ref() != Some(&check.path))
}

fn aims(failover: &Failover, side: Side, guard: &Guard) -> Vec<Fault> {
    endpoints(failover, guard).filter_map(|check| aim(failover, side, guard, check)).collect()
}

/// What is wrong with where a check of `side` looks. The first that holds:
///
/// 1. It has a fixed address: S3's change, and "DNS is not used" then.
/// 2. It looks at the failover's own name: "results are unpredictable" (Route 53 API reference,
///    `FullyQualifiedDomainName`).
/// 3. It looks at the other side.
/// 4. It looks at another host than the record leads to; at a sentinel instead, if the spec has one.
/// 5. It asks that host for something else than the spec says.
fn aim(failover: &Failover, side: Side, guard: &Guard, check: &EndpointCheck) -> Option<Fault> {
    let error = |detail| Some((Severity::Error, detail));
    if let Some(address) = &check.ip_address {
        return error(format!(
            "the check of the {side} looks at the fixed address {address}, and not at what DNS says"
        ));
    }
    let host = check.host.as_deref().unwrap_or_default();
    let looked_at: Option<Fqdn> = host.parse().ok();
    if looked_at.as_ref() == Some(&failover.name) {
        return error(format!(
            "the check of the {side} looks at {host}, the failover's own name, so at whichever side is answered"
        ));
    }
    let (own, other) = (failover.side(side), failover.side(side.other()));
    let elsewhere = [other.check_host(), other.probe_host()];
    let own_hosts = [own.check_host(), own.probe_host()];
    if looked_at.as_ref().is_some_and(|host| elsewhere.contains(host) && !own_hosts.contains(host)) {
        return error(format!("the check of the {side} looks at the {}: {host}", side.other()));
    }
    let sentinel = own.sentinel_bucket.is_some();
    let wanted = if sentinel { Some(own.check_host()) } else { guard.leads_to.clone() };
    let wanted = wanted.unwrap_or_else(|| own.check_host());
    // A website's alias leads to the region's endpoint, which finds the bucket by the record's own name.
    let as_website = || format!("{}.{wanted}", failover.name);
    if looked_at.as_ref() != Some(&wanted) && !(is_bare_website(wanted.as_str()) && host == as_website()) {
        let where_to = if sentinel { "the sentinel bucket is at" } else { "its record leads to" };
        return error(format!("the check of the {side} looks at {host}, and {where_to} {wanted}"));
    }
    let path = failover.health_object(side).map(crate::spec::ObjectKey::path).unwrap_or_default();
    let (port, tcp) = (failover.health_check.port, check.protocol == CheckProtocol::Tcp);
    let asked = format!("port {}{}", check.port, if tcp { "" } else { &check.path });
    let declared = format!("port {port}{}", if tcp { "" } else { &path });
    (asked != declared).then(|| {
        let detail = format!("the check of the {side} asks {host} for {asked}, and the spec says {declared}");
        (Severity::Warning, detail)
    })
}

/// What of a side's checks can never fail, or not when it should.
fn idle(failover: &Failover, side: Side, guard: &Guard, evidence: &Evidence) -> Vec<Fault> {
    let calculated = guard.checks.iter().filter_map(|check| counts_nothing(side, check));
    let looks = endpoints(failover, guard).filter_map(|check| {
        let host = check.host.as_deref().unwrap_or_default();
        if is_bare_website(host) {
            let why = "answers 301 to everybody, which is healthy";
            return Some((Severity::Error, format!("the check of the {side} looks at {host}, which {why}")));
        }
        if check.protocol == CheckProtocol::Tcp {
            let why = "a connection is enough, which S3 accepts for any bucket, also for one that is gone";
            return Some((Severity::Warning, format!("to the check of the {side} {why}")));
        }
        if let Some(text) = &check.search {
            let found = REDIRECT_PAGES.iter().any(|page| page.contains(text.as_str()));
            let why = "stands in the page that S3 sends with a redirect too, and a redirect is healthy";
            return found
                .then(|| (Severity::Warning, format!("the text {text:?} of the check of the {side} {why}")));
        }
        let apart = failover.side(side).sentinel_bucket.is_some();
        let data = &evidence.data[side.index()];
        let status = data.as_ref().ok().map(|fetched| fetched.status).filter(|_| !apart)?;
        (300..400).contains(&status).then(|| {
            let why = "answers a redirect, which is healthy wherever it leads";
            (Severity::Error, format!("the check of the {side} looks at {host}, which {why} ({status})"))
        })
    });
    calculated.chain(looks).collect()
}

/// "If you specify 0, Route 53 always considers this health check to be healthy", and with more than there are
/// children "always unhealthy" (Route 53 API reference, `HealthThreshold`).
fn counts_nothing(side: Side, check: &CheckConfig) -> Option<Fault> {
    let CheckKind::Calculated { children, threshold } = &check.kind else { return None };
    let always = if *threshold == 0 {
        "healthy"
    } else if *threshold as usize > children.len() {
        "unhealthy"
    } else {
        return None;
    };
    let (of, all) = (threshold, children.len());
    Some((Severity::Error, format!("the check of the {side} is always {always}: it wants {of} of {all}")))
}

/// The website endpoint of a region, without a bucket.
fn is_bare_website(host: &str) -> bool {
    WEBSITES.iter().any(|website| website.endpoint == host)
}
