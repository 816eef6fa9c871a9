//! Can an alias point there?

use super::{Judged, alias_host, each_failover, each_side};
use crate::spec::{
    draft::Draft,
    finding::{Finding, Rule, Severity::Error},
    host::Host,
    website::website,
};

pub(super) const RULES: &[Judged] = &[
    (&REST_ENDPOINT_AS_ALIAS, rest_endpoint_as_alias),
    (&MRAP_AS_ALIAS, mrap_as_alias),
    (&WEBSITE_ALIAS_FORM, website_alias_form),
    (&WEBSITE_ALIAS_ZONE_ID, website_alias_zone_id),
    (&CLOUDFRONT_ZONE_ID, cloudfront_zone_id),
    (&TWO_DISTRIBUTIONS, two_distributions),
    (&ONE_ALIAS, one_alias),
    (&ALIAS_TO_ITSELF, alias_to_itself),
];

const REST_ENDPOINT_AS_ALIAS: Rule = Rule {
    id: "rest-endpoint-as-alias",
    severity: Error,
    reason: "An alias to S3 can only target a region's website endpoint. For a REST endpoint Route 53 answers \
             InvalidChangeBatch: \"the alias target name does not lie within the target zone\".",
    source: "Route 53 API reference, `AliasTarget`; hashicorp/terraform#21021",
};

fn rest_endpoint_as_alias(draft: &Draft) -> Vec<Finding> {
    each_side(draft, |_, side| {
        let alias = side.alias()?;
        if alias_host(side)? != Host::S3Rest {
            return None;
        }
        let message = format!("`{}` is a REST endpoint of S3, which no alias can point to", alias.value);
        Some(REST_ENDPOINT_AS_ALIAS.at(alias.span, message).help(
            "Delete `target` on both sides: a pointer is a CNAME to this very endpoint, and clients call the \
             endpoint by its own name.",
        ))
    })
}

const MRAP_AS_ALIAS: Rule = Rule {
    id: "mrap-as-alias",
    severity: Error,
    reason: "A Multi-Region Access Point is no alias target, takes no anonymous requests, so no health check \
             can see it, and answers under its own name only.",
    source: "Route 53 API reference, `AliasTarget`; S3 User Guide, `MultiRegionAccessPointRestrictions`",
};

fn mrap_as_alias(draft: &Draft) -> Vec<Finding> {
    each_side(draft, |_, side| {
        let alias = side.alias()?;
        if alias_host(side)? != Host::Mrap {
            return None;
        }
        let table = match draft.format {
            crate::spec::Format::Toml => "[failover.mrap]",
            crate::spec::Format::Json => "\"mrap\": { … }",
        };
        let message =
            format!("`{}` is a Multi-Region Access Point, which no alias can point to", alias.value);
        Some(MRAP_AS_ALIAS.at(alias.span, message).help(format!(
            "Use pointers to the two buckets (delete `target` on both sides), and name the access point under \
             `{table}` to compare the two ways. It fails over by its own routes."
        )))
    })
}

const WEBSITE_ALIAS_FORM: Rule = Rule {
    id: "website-alias-form",
    severity: Error,
    reason: "The target is the region's website endpoint, without the bucket, in the one form that the region \
             has. With the other dash or dot Route 53 answers \"does not lie within the target zone\"; with \
             the bucket before it the record was accepted and did not resolve.",
    source: "Route 53 API reference, `AliasTarget`, `DNSName`; awsdocs/aws-cloudformation-user-guide#667; \
             aws/aws-cdk#4248",
};

fn website_alias_form(draft: &Draft) -> Vec<Finding> {
    each_side(draft, |_, side| {
        let alias = side.alias()?;
        let Host::S3Website { region, bucket } = alias_host(side)? else { return None };
        let endpoint = website(&region)?.endpoint;
        if alias.value.as_str() == endpoint {
            return None;
        }
        let message = match bucket {
            Some(bucket) => {
                format!("the alias names the bucket `{bucket}`, and must name the endpoint alone")
            }
            None => format!("`{}` is not how `{region}` writes its website endpoint", alias.value),
        };
        let entry = draft.format.entry("target", "\"website\"");
        Some(WEBSITE_ALIAS_FORM.at(alias.span, message).help(format!(
            "Write `{entry}`, which fills in `{endpoint}` and its zone id, and checks the bucket's own website."
        )))
    })
}

const WEBSITE_ALIAS_ZONE_ID: Rule = Rule {
    id: "website-alias-zone-id",
    severity: Error,
    reason: "Each region's website endpoint has a zone id of its own, and Route 53 refuses an alias with \
             another.",
    source: "AWS General Reference, Amazon S3 website endpoints, as in Terraform's and the CDK's tables",
};

fn website_alias_zone_id(draft: &Draft) -> Vec<Finding> {
    each_side(draft, |_, side| {
        let zone_id = side.alias_zone_id()?;
        let Host::S3Website { region, .. } = alias_host(side)? else { return None };
        let known = website(&region)?;
        if zone_id.value.as_str() == known.hosted_zone_id {
            return None;
        }
        let message =
            format!("the website endpoint of `{region}` has the zone id `{}`", known.hosted_zone_id);
        let entry = draft.format.entry("target", "\"website\"");
        Some(
            WEBSITE_ALIAS_ZONE_ID
                .at(zone_id.span, message)
                .help(format!("Write `{entry}`, which fills in endpoint and zone id.")),
        )
    })
}

/// "Specify Z2FDTNDATAQYW2. This is always the hosted zone ID when you create an alias record that
/// routes traffic to a CloudFront distribution" (Route 53 API reference, `AliasTarget`).
const CLOUDFRONT_ZONE: &str = "Z2FDTNDATAQYW2";

const CLOUDFRONT_ZONE_ID: Rule = Rule {
    id: "cloudfront-zone-id",
    severity: Error,
    reason: "`Z2FDTNDATAQYW2` is the zone of all CloudFront distributions and of nothing else, and an alias's \
             name must lie within its zone.",
    source: "Route 53 API reference, `AliasTarget`, `HostedZoneId`",
};

fn cloudfront_zone_id(draft: &Draft) -> Vec<Finding> {
    each_side(draft, |_, side| {
        let (alias, zone_id) = (side.alias()?, side.alias_zone_id()?);
        let distribution = alias_host(side)? == Host::CloudFront;
        let entry = draft.format.entry("hosted_zone_id", &format!("\"{CLOUDFRONT_ZONE}\""));
        let finding = match (distribution, zone_id.value.as_str() == CLOUDFRONT_ZONE) {
            (true, true) | (false, false) => return None,
            (true, false) => CLOUDFRONT_ZONE_ID
                .at(zone_id.span, format!("a CloudFront distribution has the zone id `{CLOUDFRONT_ZONE}`"))
                .help(format!("Write `{entry}`.")),
            (false, true) => CLOUDFRONT_ZONE_ID
                .at(zone_id.span, format!("this is CloudFront's zone id, and `{}` is not there", alias.value))
                .help(
                    "Give the distribution's own name, such as `d111111abcdef8.cloudfront.net`, or the zone id \
                     that AWS lists for the service behind this name.",
                ),
        };
        Some(finding.and(alias.span, "the alias"))
    })
}

const TWO_DISTRIBUTIONS: Rule = Rule {
    id: "two-distributions",
    severity: Error,
    reason: "A distribution answers for the names listed in it, and one name can be listed in one distribution \
             only; the other would refuse the requests after a failover.",
    source: "Route 53 API reference, `AliasTarget`, `DNSName`",
};

fn two_distributions(draft: &Draft) -> Vec<Finding> {
    each_failover(draft, |failover| {
        let [primary, secondary] = failover.sides();
        let distribution = |side| alias_host(side) == Some(Host::CloudFront);
        let (one, other) = (primary.alias()?, secondary.alias()?);
        if one.value == other.value || !distribution(primary) || !distribution(secondary) {
            return None;
        }
        let message = "both sides are CloudFront distributions, and only one can have the record's name";
        Some(
            TWO_DISTRIBUTIONS
                .at(other.span, message)
                .label("a second distribution")
                .and(one.span, "the first")
                .help(
                    "Put both buckets behind one distribution as an origin group: it fails over by itself, and \
                     needs no failover record. Or make this side a website, or both sides pointers.",
                ),
        )
    })
}

const ONE_ALIAS: Rule = Rule {
    id: "one-alias",
    severity: Error,
    reason: "Both answers would lead to the same place, and the same health check would judge both sides.",
    source: "Route 53 Developer Guide, `health-checks-how-route-53-chooses-records`",
};

fn one_alias(draft: &Draft) -> Vec<Finding> {
    each_failover(draft, |failover| {
        let (one, other) = (failover.primary.alias()?, failover.secondary.alias()?);
        if one.value != other.value {
            return None;
        }
        let message = format!("both sides are aliases to `{}`", other.value);
        let help = "Point the secondary to what serves the secondary's bucket.";
        Some(ONE_ALIAS.at(other.span, message).and(one.span, "the primary's alias").help(help))
    })
}

const ALIAS_TO_ITSELF: Rule = Rule {
    id: "alias-to-itself",
    severity: Error,
    reason: "The health check asks the alias's name. Aimed at the failover's own name it checks whichever side \
             answers just now; Route 53 calls the results unpredictable. A record cannot be an alias to \
             itself either.",
    source: "Route 53 API reference, `HealthCheckConfig`, `FullyQualifiedDomainName`; Route 53 Developer \
             Guide, `resource-record-sets-values-failover`",
};

fn alias_to_itself(draft: &Draft) -> Vec<Finding> {
    each_side(draft, |failover, side| {
        let (name, alias) = (failover.name.given()?, side.alias()?);
        if name.value != alias.value {
            return None;
        }
        let message = format!("the {}'s alias and health check aim at the failover's own name", side.side);
        Some(ALIAS_TO_ITSELF.at(alias.span, message).and(name.span, "the failover").help(
            "Name the endpoint itself, such as `d111111abcdef8.cloudfront.net` or \
             `my-balancer-1234567890.us-east-1.elb.amazonaws.com`.",
        ))
    })
}
