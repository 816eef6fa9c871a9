//! Can an AAAA record stand beside the A record?

use super::{Judged, each_failover, each_side, reaches_website};
use crate::spec::{
    draft::{Draft, DraftFailover, Spanned},
    finding::{Finding, Rule, Severity::Error},
};

pub(super) const RULES: &[Judged] =
    &[(&IPV6_WITH_POINTER, ipv6_with_pointer), (&IPV6_BEYOND_TARGET, ipv6_beyond_target)];

/// The place where AAAA records are asked for.
fn asked_for(failover: &DraftFailover) -> Option<&Spanned<bool>> {
    failover.ipv6.given().filter(|ipv6| ipv6.value)
}

const IPV6_WITH_POINTER: Rule = Rule {
    id: "ipv6-with-pointer",
    severity: Error,
    reason: "A pointer is a CNAME, which has no address of any kind: clients ask the name that it gives for \
             theirs. S3 answers over IPv6 under other host names, `BUCKET.s3.dualstack.REGION.amazonaws.com`.",
    source: "RFC 1034, 3.6.2; S3 User Guide, `dual-stack-endpoints`",
};

fn ipv6_with_pointer(draft: &Draft) -> Vec<Finding> {
    each_failover(draft, |failover| {
        let ipv6 = asked_for(failover)?;
        let pointer = failover.sides().into_iter().find(|side| side.is_pointer())?;
        let message = "a pointer has no AAAA record beside it";
        Some(IPV6_WITH_POINTER.at(ipv6.span, message).and(pointer.target_span(), "a pointer").help(
            "Delete `ipv6`. Clients that want IPv6 tell their SDK to use dual-stack endpoints, with the bucket \
             and region that the pointer led to.",
        ))
    })
}

const IPV6_BEYOND_TARGET: Rule = Rule {
    id: "ipv6-beyond-target",
    severity: Error,
    reason: "Route 53 takes an alias of type AAAA to a CloudFront distribution, a load balancer or another \
             record, and only one of type A to an S3 website, an API, a VPC endpoint or a Beanstalk \
             environment.",
    source: "Route 53 API reference, `ListResourceRecordSets`, `StartRecordType`, and `ResourceRecordSet`, `Type`",
};

/// The services whose names an alias of type A alone can point to, by how their names end.
const IPV4_ONLY: [(&str, &str); 3] = [
    ("execute-api.", "an API of API Gateway"),
    ("vpce.amazonaws.com", "a VPC endpoint"),
    ("elasticbeanstalk.com", "a Beanstalk environment"),
];

fn ipv6_beyond_target(draft: &Draft) -> Vec<Finding> {
    each_side(draft, |failover, side| {
        let ipv6 = asked_for(failover)?;
        let alias = side.alias();
        let by_name = || {
            let name = alias?.value.as_str();
            let among = |(part, _): &&(&str, &str)| match part.strip_suffix('.') {
                Some(label) => name.split('.').any(|own| own == label),
                None => name.ends_with(part),
            };
            IPV4_ONLY.iter().find(among).map(|(_, what)| *what)
        };
        let what = if reaches_website(side) { "an S3 website" } else { by_name()? };
        let message = format!("the {} is {what}, to which no AAAA record can point", side.side);
        let span = alias.map_or_else(|| side.target_span(), |alias| alias.span);
        Some(IPV6_BEYOND_TARGET.at(ipv6.span, message).and(span, what).help(
            "Delete `ipv6`, or let both sides be aliases to what has IPv6: a CloudFront distribution with IPv6 \
             enabled, or a dual-stack load balancer.",
        ))
    })
}
