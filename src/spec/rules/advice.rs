//! What works, with a consequence that is easily overlooked? Warnings, which never stop anything.

use super::{Judged, alias_host, each_failover, reaches_website};
use crate::spec::{
    Protocol,
    draft::{Draft, DraftSide, DraftTarget},
    finding::{Finding, Rule, Severity::Warning},
    host::Host,
};

pub(super) const RULES: &[Judged] = &[
    (&LONG_TTL, long_ttl),
    (&UNUSED_TTL, unused_ttl),
    (&WEBSITE_IS_HTTP_ONLY, website_is_http_only),
    (&REDIRECT_IS_HEALTHY, redirect_is_healthy),
    (&TCP_SEES_NO_BUCKET, tcp_sees_no_bucket),
];

/// "We recommend a TTL of 60 seconds or less" for records with a health check
/// (Route 53 Developer Guide, `resource-record-sets-values-failover`).
const LONGEST_RECOMMENDED_TTL: u32 = 60;

const LONG_TTL: Rule = Rule {
    id: "long-ttl",
    severity: Warning,
    reason: "AWS recommends at most 60 seconds for records with a health check: resolvers keep an answer that \
             long, so the TTL is added to every recovery.",
    source: "Route 53 Developer Guide, `resource-record-sets-values-failover`",
};

fn long_ttl(draft: &Draft) -> Vec<Finding> {
    each_failover(draft, |failover| {
        let ttl = failover.ttl.given().filter(|ttl| ttl.value.seconds() > LONGEST_RECOMMENDED_TTL)?;
        if !failover.sides().iter().any(|side| side.is_pointer()) {
            return None;
        }
        let message =
            format!("clients may follow the old pointer for {} seconds after a failover", ttl.value);
        let entry = draft.format.entry("ttl", "60");
        Some(LONG_TTL.at(ttl.span, message).help(format!("Write `{entry}`.")))
    })
}

const UNUSED_TTL: Rule = Rule {
    id: "unused-ttl",
    severity: Warning,
    reason: "An alias to an AWS resource has the TTL of that resource, and Route 53 wants none from us.",
    source: "Route 53 Developer Guide, `resource-record-sets-choosing-alias-non-alias`",
};

fn unused_ttl(draft: &Draft) -> Vec<Finding> {
    each_failover(draft, |failover| {
        let ttl = failover.ttl.given()?;
        let aliases = |target| target != DraftTarget::Pointer;
        if !failover.sides().iter().all(|side| side.target().is_some_and(aliases)) {
            return None;
        }
        Some(
            UNUSED_TTL
                .at(ttl.span, "this failover has no pointers, so its `ttl` is not used")
                .help("Delete it."),
        )
    })
}

const WEBSITE_IS_HTTP_ONLY: Rule = Rule {
    id: "website-is-http-only",
    severity: Warning,
    reason: "S3's website endpoints answer GET and HEAD over plain HTTP. HTTPS clients, and browsers that \
             remember HSTS, cannot connect while the website answers.",
    source: "S3 User Guide, `WebsiteEndpoints`",
};

fn website_is_http_only(draft: &Draft) -> Vec<Finding> {
    each_failover(draft, |failover| {
        let [primary, secondary] = failover.sides();
        let (website, other) = match (reaches_website(primary), reaches_website(secondary)) {
            (true, false) => (primary, secondary),
            (false, true) => (secondary, primary),
            _ => return None,
        };
        other.alias()?;
        let message =
            format!("only plain HTTP works while the {} answers: it is an S3 website", website.side);
        let elsewhere = match alias_host(other)? {
            Host::CloudFront => "one CloudFront distribution with both buckets as an origin group",
            _ => "two load balancers, or one CloudFront distribution with both buckets as an origin group",
        };
        Some(WEBSITE_IS_HTTP_ONLY.at(website.target_span(), message).and(other.target_span(), "may speak HTTPS").help(
            format!("Good enough for a page that says sorry. For HTTPS throughout, use pointers, or {elsewhere}."),
        ))
    })
}

const REDIRECT_IS_HEALTHY: Rule = Rule {
    id: "redirect-is-healthy",
    severity: Warning,
    reason: "Any status from 200 to 399 counts as healthy, so an endpoint that merely redirects, to HTTPS or to \
             an error page, looks alive.",
    source: "Route 53 Developer Guide, `dns-failover-determining-health-of-endpoints`",
};

fn redirect_is_healthy(draft: &Draft) -> Vec<Finding> {
    each_failover(draft, |failover| {
        let check = &failover.health_check;
        let by_alias =
            |side: &&DraftSide| side.is_looked_at() && side.target().is_some() && !side.is_pointer();
        let aliases = failover.sides().into_iter().find(by_alias)?;
        if check.protocol()? == Protocol::Tcp || !check.contains.is_absent() {
            return None;
        }
        let message = "the health check takes a redirect for health";
        let entry = draft.format.entry("contains", "\"ok\"");
        Some(
            REDIRECT_IS_HEALTHY
                .at(check.span, message)
                .and(aliases.target_span(), "may redirect")
                .help(format!("Look for a text that only the object has: `{entry}`.")),
        )
    })
}

const TCP_SEES_NO_BUCKET: Rule = Rule {
    id: "tcp-sees-no-bucket",
    severity: Warning,
    reason: "A TCP check is content with a connection. S3's endpoint accepts one for any bucket, also for one \
             that is blocked, emptied or deleted.",
    source: "Route 53 Developer Guide, `dns-failover-determining-health-of-endpoints`",
};

fn tcp_sees_no_bucket(draft: &Draft) -> Vec<Finding> {
    each_failover(draft, |failover| {
        let protocol = failover.health_check.protocol.given().filter(|p| p.value == Protocol::Tcp)?;
        if !failover.sides().iter().any(|side| side.is_pointer() && side.alarm.is_absent()) {
            return None;
        }
        let entry = draft.format.entry("protocol", "\"https\"");
        let message = "the health check sees the region's front end and not the bucket";
        Some(TCP_SEES_NO_BUCKET.at(protocol.span, message).help(format!(
            "Write `{entry}` and keep a small public object in each bucket; nothing else needs to be public."
        )))
    })
}
