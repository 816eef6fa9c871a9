//! What do the routing policies beside failover and weight mean in a lab?
//!
//! The clients of a lab are on loopback, which lies in no country and in no CIDR collection. So:
//!
//! | Policy | Answer |
//! |---|---|
//! | `MultiValueAnswer` | up to eight healthy records, as on AWS |
//! | `GeoLocation` | the default record (`CountryCode` `*`), as AWS answers an address that it cannot map; without one nothing: "If you don't create a default record, Route 53 returns a 'no answer' response" (Route 53 Developer Guide, `routing-policy-geo`) |
//! | `CidrRoutingConfig` | the default record (`LocationName` `*`), without one nothing (same guide, `routing-policy-ipbased`) |
//! | `Region` (latency) | the healthy record of the region nearest to us-east-1 (modelled: a fixed order, where AWS measures) |
//! | `GeoProximityLocation` | the first healthy record in the order of the identifiers (modelled) |
//!
//! The client subnet of EDNS (RFC 7871) is not looked at, and none is sent back.

/// Regions by their distance from us-east-1, the nearest first (modelled: the order of round-trip times
/// that the cables suggest). Regions that are not named come last.
const NEAREST: [&str; 12] = [
    "us-east-1",
    "us-east-2",
    "ca-central-1",
    "us-west-2",
    "us-west-1",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "eu-central-1",
    "sa-east-1",
    "ap-northeast-1",
    "ap-southeast-1",
];

/// What the policy of a record set says of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Policy {
    /// It is answered together with others.
    Several,
    /// By distance: the smaller the nearer.
    Nearest(usize),
    /// By the client's place, which is unknown.
    Place {
        /// It is for those whose place is unknown.
        default: bool,
    },
    /// It is like any other of its group.
    Other,
}

/// Reads a policy that the API stores as it was given: the element's name and what stands in it.
pub(super) fn policy(element: &str, xml: &str) -> Policy {
    match element {
        "MultiValueAnswer" if xml.trim() == "true" => Policy::Several,
        "Region" => {
            let rank = NEAREST.iter().position(|region| *region == xml.trim());
            Policy::Nearest(rank.unwrap_or(NEAREST.len()))
        }
        "GeoLocation" => Policy::Place { default: xml.contains("<CountryCode>*</CountryCode>") },
        "CidrRoutingConfig" => Policy::Place { default: xml.contains("<LocationName>*</LocationName>") },
        _ => Policy::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_policy_is_read_from_its_element() {
        for (element, xml, expected) in [
            ("MultiValueAnswer", "true", Policy::Several),
            ("MultiValueAnswer", "false", Policy::Other),
            ("Region", "us-east-1", Policy::Nearest(0)),
            ("Region", "mx-central-1", Policy::Nearest(NEAREST.len())),
            ("GeoLocation", "<CountryCode>*</CountryCode>", Policy::Place { default: true }),
            ("GeoLocation", "<ContinentCode>EU</ContinentCode>", Policy::Place { default: false }),
            (
                "CidrRoutingConfig",
                "<CollectionId>1</CollectionId><LocationName>*</LocationName>",
                Policy::Place { default: true },
            ),
            ("GeoProximityLocation", "<AWSRegion>us-east-1</AWSRegion>", Policy::Other),
        ] {
            assert_eq!(policy(element, xml), expected, "{element} {xml}");
        }
    }
}
