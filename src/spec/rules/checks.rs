//! Will the health checks see what they are meant to see?

use std::collections::BTreeSet;

use super::{Judged, alias_host, each_failover, each_side, reaches_website};
use crate::model::CHECKER_REGIONS;
use crate::spec::{
    Protocol,
    draft::{Draft, DraftSide},
    finding::{Finding, Rule, Severity::Error},
    host::Host,
    reader::nearest,
};

pub(super) const RULES: &[Judged] = &[
    (&HTTPS_WITH_DOTTED_BUCKET, https_with_dotted_bucket),
    (&WEBSITE_WITH_TLS, website_with_tls),
    (&CHECK_AT_BARE_WEBSITE, check_at_bare_website),
    (&CONTAINS_WITH_TCP, contains_with_tcp),
    (&SWITCH_WITH_TCP, switch_with_tcp),
    (&SWITCH_IS_HEALTH_OBJECT, switch_is_health_object),
    (&TOO_FEW_CHECKER_REGIONS, too_few_checker_regions),
    (&UNKNOWN_CHECKER_REGION, unknown_checker_region),
    (&DOUBLED_CHECKER_REGION, doubled_checker_region),
    (&COMPARED_WITH_ITSELF, compared_with_itself),
];

const HTTPS_WITH_DOTTED_BUCKET: Rule = Rule {
    id: "https-with-dotted-bucket",
    severity: Error,
    reason: "S3's wildcard certificate covers one label before `s3.REGION.amazonaws.com`, so every client that \
             verifies it refuses the endpoint of a bucket with a dot. Health checkers do not verify, and \
             would stay green.",
    source: "S3 User Guide, `VirtualHosting`; Route 53 Developer Guide, \
             `dns-failover-determining-health-of-endpoints`",
};

fn https_with_dotted_bucket(draft: &Draft) -> Vec<Finding> {
    each_side(draft, |failover, side| {
        let bucket = side.bucket.given().filter(|bucket| bucket.value.has_dot())?;
        if !side.is_pointer() || failover.health_check.protocol()? != Protocol::Https {
            return None;
        }
        let message = format!("the pointer to `{}` cannot be used over HTTPS", bucket.value);
        let entry = draft.format.entry("protocol", "\"http\"");
        let hyphens = bucket.value.as_str().replace('.', "-");
        Some(HTTPS_WITH_DOTTED_BUCKET.at(bucket.span, message).help(format!(
            "Use a bucket without dots, such as `{hyphens}`. If your clients speak plain HTTP or address \
             buckets by path, say so: `{entry}` under `health_check`."
        )))
    })
}

const WEBSITE_WITH_TLS: Rule = Rule {
    id: "website-with-tls",
    severity: Error,
    reason: "S3's website endpoints have no HTTPS, so a check on port 443 finds nobody, and the side would \
             count as unhealthy for ever.",
    source: "S3 User Guide, `WebsiteEndpoints`",
};

fn website_with_tls(draft: &Draft) -> Vec<Finding> {
    each_failover(draft, |failover| {
        let check = &failover.health_check;
        let looked_at = |side: &&DraftSide| side.is_looked_at() && reaches_website(side);
        let website = failover.sides().into_iter().find(looked_at)?;
        let https = check.protocol()? == Protocol::Https;
        if !https && check.port()? != 443 {
            return None;
        }
        let (span, what) = match check.port.given() {
            Some(port) if !https => (port.span, "on port 443"),
            _ if https => (check.protocol_span(), "by HTTPS"),
            _ => (check.protocol_span(), "on port 443, the default of `tcp`"),
        };
        let message = format!("the {}'s website cannot be checked {what}", website.side);
        let entry = draft.format.entry("protocol", "\"http\"");
        let mut help = format!("Write `{entry}` without a `port`: both sides are then checked on port 80.");
        if failover.sides().into_iter().any(|side| alias_host(side) == Some(Host::CloudFront)) {
            help.push_str(
                " Have CloudFront answer the health object in the clear as well: a redirect to HTTPS does not \
                 hold the text that `contains` asks for.",
            );
        }
        Some(WEBSITE_WITH_TLS.at(span, message).and(website.target_span(), "the website").help(help))
    })
}

const CHECK_AT_BARE_WEBSITE: Rule = Rule {
    id: "check-at-bare-website",
    severity: Error,
    reason: "Without a bucket's name in the Host header the website endpoint redirects to aws.amazon.com, and \
             a redirect counts as healthy: the check would be green whatever happens.",
    source: "S3 User Guide, `WebsiteEndpoints`; Route 53 Developer Guide, \
             `dns-failover-determining-health-of-endpoints`",
};

fn check_at_bare_website(draft: &Draft) -> Vec<Finding> {
    each_side(draft, |failover, side| {
        let alias = side.alias()?;
        let bare = matches!(alias_host(side)?, Host::S3Website { bucket: None, .. });
        if !bare || !side.is_looked_at() || failover.health_check.protocol()? == Protocol::Tcp {
            return None;
        }
        let message = format!("the health check would ask the bare website endpoint `{}`", alias.value);
        let entry = draft.format.entry("target", "\"website\"");
        Some(CHECK_AT_BARE_WEBSITE.at(alias.span, message).help(format!(
            "Write `{entry}`: the alias is the same, and the check asks the website of the bucket."
        )))
    })
}

const CONTAINS_WITH_TCP: Rule = Rule {
    id: "contains-with-tcp",
    severity: Error,
    reason: "A TCP check is content with a connection and never sees a body.",
    source: "Route 53 Developer Guide, `dns-failover-determining-health-of-endpoints`",
};

fn contains_with_tcp(draft: &Draft) -> Vec<Finding> {
    each_failover(draft, |failover| {
        let contains = failover.health_check.contains.given()?;
        let protocol = failover.health_check.protocol.given().filter(|p| p.value == Protocol::Tcp)?;
        let entry = draft.format.entry("protocol", "\"https\"");
        let message = "a TCP check cannot look for text";
        Some(
            CONTAINS_WITH_TCP
                .at(contains.span, message)
                .and(protocol.span, "the protocol")
                .help(format!("Write `{entry}`, or delete `contains`.")),
        )
    })
}

const SWITCH_WITH_TCP: Rule = Rule {
    id: "switch-with-tcp",
    severity: Error,
    reason: "The switch is an inverted check of an object: as soon as it can be fetched, the primary counts as \
             unhealthy. A TCP check is content with a connection, exists the object or not.",
    source: "Route 53 Developer Guide, `dns-failover-determining-health-of-endpoints`",
};

fn switch_with_tcp(draft: &Draft) -> Vec<Finding> {
    each_failover(draft, |failover| {
        let switch = failover.switch.given()?;
        let protocol = failover.health_check.protocol.given().filter(|p| p.value == Protocol::Tcp)?;
        let entry = draft.format.entry("protocol", "\"https\"");
        let message = "a TCP check cannot see the switch object";
        Some(
            SWITCH_WITH_TCP
                .at(switch.span, message)
                .and(protocol.span, "the protocol")
                .help(format!("Write `{entry}`, or delete `switch`.")),
        )
    })
}

const SWITCH_IS_HEALTH_OBJECT: Rule = Rule {
    id: "switch-is-health-object",
    severity: Error,
    reason: "The health object is always there, and the switch object sends everybody to the secondary as long \
             as it is there.",
    source: "s3-failover: the manual switch",
};

fn switch_is_health_object(draft: &Draft) -> Vec<Finding> {
    each_failover(draft, |failover| {
        let (switch, object) = (failover.switch.given()?, failover.health_check.object.given()?);
        if switch.value != object.value {
            return None;
        }
        let message = "the switch object is the health object, so the switch would always be on";
        let entry = draft.format.entry("object", "\"failover/force-secondary\"");
        Some(
            SWITCH_IS_HEALTH_OBJECT
                .at(switch.span, message)
                .and(object.span, "the health object")
                .help(format!("Give the switch an object of its own: `{entry}`.")),
        )
    })
}

const TOO_FEW_CHECKER_REGIONS: Rule = Rule {
    id: "too-few-checker-regions",
    severity: Error,
    reason: "Route 53 asks for at least three regions to look from, so that one region's network cannot decide.",
    source: "Route 53 API reference, `HealthCheckConfig`, `Regions`",
};

fn too_few_checker_regions(draft: &Draft) -> Vec<Finding> {
    each_failover(draft, |failover| {
        let regions = failover.health_check.regions.given()?;
        let different: BTreeSet<_> = regions.value.iter().map(|region| &region.value).collect();
        let message = match different.len() {
            0 => "no region to look from is named".to_owned(),
            1 => "only one region to look from is named".to_owned(),
            2 => "only two regions to look from are named".to_owned(),
            _ => return None,
        };
        let listed = "[\"us-east-1\", \"eu-west-1\", \"ap-southeast-1\"]";
        let entry = draft.format.entry("regions", listed);
        Some(
            TOO_FEW_CHECKER_REGIONS
                .at(regions.span, message)
                .help(format!("Delete the key to look from all eight, or name three or more: `{entry}`.")),
        )
    })
}

const UNKNOWN_CHECKER_REGION: Rule = Rule {
    id: "unknown-checker-region",
    severity: Error,
    reason: "Route 53 has checkers in eight regions only: us-east-1, us-west-1, us-west-2, eu-west-1, \
             ap-southeast-1, ap-southeast-2, ap-northeast-1 and sa-east-1.",
    source: "Route 53 API reference, `HealthCheckRegion`",
};

fn unknown_checker_region(draft: &Draft) -> Vec<Finding> {
    let checks = draft.failovers.iter().filter_map(|failover| failover.health_check.regions.value());
    let unknown = |name: &str| !CHECKER_REGIONS.contains(&name);
    let regions = checks.flatten().filter(|region| unknown(region.value.as_str()));
    let finding = |region: &crate::spec::draft::Spanned<crate::model::Region>| {
        let message = format!("Route 53 has no checkers in `{}`", region.value);
        let near = nearest(region.value.as_str(), CHECKER_REGIONS).unwrap_or("eu-west-1");
        UNKNOWN_CHECKER_REGION
            .at(region.span, message)
            .help(format!("Look from one of the eight, such as `{near}`. The buckets may be in any region."))
    };
    regions.map(finding).collect()
}

const DOUBLED_CHECKER_REGION: Rule = Rule {
    id: "doubled-checker-region",
    severity: Error,
    reason: "The regions are a set; naming one twice adds no checkers and hides that there are fewer.",
    source: "Route 53 API reference, `HealthCheckConfig`, `Regions`",
};

fn doubled_checker_region(draft: &Draft) -> Vec<Finding> {
    let mut findings = Vec::new();
    for regions in draft.failovers.iter().filter_map(|failover| failover.health_check.regions.value()) {
        for (index, region) in regions.iter().enumerate() {
            if let Some(first) = regions[..index].iter().find(|earlier| earlier.value == region.value) {
                let message = format!("`{}` is named twice", region.value);
                let finding = DOUBLED_CHECKER_REGION.at(region.span, message).label("again here");
                findings.push(finding.and(first.span, "first here").help("Name it once."));
            }
        }
    }
    findings
}

const COMPARED_WITH_ITSELF: Rule = Rule {
    id: "compared-with-itself",
    severity: Error,
    reason: "`compare` asks the distribution by this name to set it beside the failover; by the failover's own \
             name it would measure the failover twice.",
    source: "s3-failover: `compare`",
};

fn compared_with_itself(draft: &Draft) -> Vec<Finding> {
    each_failover(draft, |failover| {
        let (name, cloudfront) = (failover.name.given()?, failover.cloudfront.given()?);
        if cloudfront.value.domain != name.value {
            return None;
        }
        let message = "the distribution to compare with has the failover's own name";
        let entry = draft.format.entry("domain", "\"d111111abcdef8.cloudfront.net\"");
        Some(
            COMPARED_WITH_ITSELF
                .at(cloudfront.span, message)
                .and(name.span, "the failover")
                .help(format!("Give the name that CloudFront gave the distribution: `{entry}`.")),
        )
    })
}
