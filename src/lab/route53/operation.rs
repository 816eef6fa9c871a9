//! Which operation is asked for?
//!
//! Only what follows the version segment decides, so `/2013-04-01/hostedzone` and `/2030-01-01/hostedzone`
//! are the same. Ids come with and without their `/hostedzone/` or `/change/`, and percent-encoded; here
//! they become bare. A new operation is a line in [`Operation`], one in [`Operation::of`], and its answer.

use axum::http::Method;

use super::throttle::Bucket;
use crate::lab::encoding::percent_decoded;

/// An operation and what its path says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Operation {
    CreateHostedZone,
    ListHostedZones,
    ListHostedZonesByName,
    GetHostedZoneCount,
    GetHostedZone(String),
    DeleteHostedZone(String),
    UpdateHostedZoneComment(String),
    GetDNSSEC(String),
    ListHostedZonesByVPC,
    AssociateVPCWithHostedZone(String),
    DisassociateVPCFromHostedZone(String),
    /// The zone and the limit's type.
    GetHostedZoneLimit(String, String),
    /// The limit's type.
    GetAccountLimit(String),
    GetGeoLocation,
    ListGeoLocations,
    TestDNSAnswer,
    ListResourceRecordSets(String),
    ChangeResourceRecordSets(String),
    GetChange(String),
    CreateHealthCheck,
    ListHealthChecks,
    GetHealthCheckCount,
    GetCheckerIpRanges,
    GetHealthCheck(String),
    UpdateHealthCheck(String),
    DeleteHealthCheck(String),
    GetHealthCheckStatus(String),
    GetHealthCheckLastFailureReason(String),
    ListTagsForResource(Resource),
    ChangeTagsForResource(Resource),
    /// The type's name, as in the path.
    ListTagsForResources(String),
}

/// What can have tags: the type's name (`healthcheck` or `hostedzone`, unjudged) and the id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Resource {
    /// As in the path.
    pub(crate) kind: String,
    /// Bare.
    pub(crate) id: String,
}

impl Operation {
    /// The operation at this method and path, if there is one.
    pub(crate) fn of(method: &Method, path: &str) -> Option<Self> {
        let decoded = path.split('/').map(percent_decoded).collect::<Vec<_>>().join("/");
        let mut segments: Vec<&str> =
            decoded.split('/').filter(|segment| !segment.is_empty()).skip(1).collect();
        // An id that came with its prefix has it twice now: `hostedzone/hostedzone/Z-LAB-1`.
        if segments.len() > 2 && segments[0] == segments[1] {
            segments.remove(0);
        }
        // `tags/hostedzone/hostedzone/Z-LAB-1`, likewise.
        if segments.len() > 3 && segments[0] == "tags" && segments[1] == segments[2] {
            segments.remove(1);
        }
        let own = |text: &str| text.to_owned();
        let resource = |kind: &str, id: &str| Resource { kind: own(kind), id: own(id) };
        let operation = match (method.as_str(), &segments[..]) {
            ("POST", ["hostedzone"]) => Self::CreateHostedZone,
            ("GET", ["hostedzone"]) => Self::ListHostedZones,
            ("GET", ["hostedzonesbyname"]) => Self::ListHostedZonesByName,
            ("GET", ["hostedzonecount"]) => Self::GetHostedZoneCount,
            ("GET", ["hostedzone", id]) => Self::GetHostedZone(own(id)),
            ("DELETE", ["hostedzone", id]) => Self::DeleteHostedZone(own(id)),
            ("POST", ["hostedzone", id]) => Self::UpdateHostedZoneComment(own(id)),
            ("GET", ["hostedzone", id, "dnssec"]) => Self::GetDNSSEC(own(id)),
            ("GET", ["hostedzonesbyvpc"]) => Self::ListHostedZonesByVPC,
            ("POST", ["hostedzone", id, "associatevpc"]) => Self::AssociateVPCWithHostedZone(own(id)),
            ("POST", ["hostedzone", id, "disassociatevpc"]) => Self::DisassociateVPCFromHostedZone(own(id)),
            ("GET", ["hostedzonelimit", id, kind] | ["hostedzonelimit", "hostedzone", id, kind]) => {
                Self::GetHostedZoneLimit(own(id), own(kind))
            }
            ("GET", ["accountlimit", kind]) => Self::GetAccountLimit(own(kind)),
            ("GET", ["geolocation"]) => Self::GetGeoLocation,
            ("GET", ["geolocations"]) => Self::ListGeoLocations,
            ("GET", ["testdnsanswer"]) => Self::TestDNSAnswer,
            ("GET", ["hostedzone", id, "rrset"]) => Self::ListResourceRecordSets(own(id)),
            ("POST", ["hostedzone", id, "rrset"]) => Self::ChangeResourceRecordSets(own(id)),
            ("GET", ["change", id]) => Self::GetChange(own(id)),
            ("POST", ["healthcheck"]) => Self::CreateHealthCheck,
            ("GET", ["healthcheck"]) => Self::ListHealthChecks,
            ("GET", ["healthcheckcount"]) => Self::GetHealthCheckCount,
            ("GET", ["checkeripranges"]) => Self::GetCheckerIpRanges,
            ("GET", ["healthcheck", id]) => Self::GetHealthCheck(own(id)),
            ("POST", ["healthcheck", id]) => Self::UpdateHealthCheck(own(id)),
            ("DELETE", ["healthcheck", id]) => Self::DeleteHealthCheck(own(id)),
            ("GET", ["healthcheck", id, "status"]) => Self::GetHealthCheckStatus(own(id)),
            ("GET", ["healthcheck", id, "lastfailurereason"]) => {
                Self::GetHealthCheckLastFailureReason(own(id))
            }
            ("GET", ["tags", kind, id]) => Self::ListTagsForResource(resource(kind, id)),
            ("POST", ["tags", kind, id]) => Self::ChangeTagsForResource(resource(kind, id)),
            ("POST", ["tags", kind]) => Self::ListTagsForResources(own(kind)),
            _ => return None,
        };
        Some(operation)
    }

    /// Its name, which is that of the IAM action too (Service Authorization Reference, `list_amazonroute53`).
    pub(crate) fn name(&self) -> String {
        let debugged = format!("{self:?}");
        debugged.split(['(', ' ']).next().unwrap_or_default().to_owned()
    }

    /// The bucket of its own that the operation takes from.
    pub(crate) fn bucket(&self) -> Bucket {
        match self {
            Self::CreateHealthCheck => Bucket::CreateHealthCheck,
            Self::DeleteHealthCheck(_) => Bucket::DeleteHealthCheck,
            Self::GetHealthCheckStatus(_) => Bucket::HealthCheckStatus,
            Self::GetHealthCheckLastFailureReason(_) => Bucket::LastFailureReason,
            _ => Bucket::AllCalls,
        }
    }

    /// The zone that refuses the operation while a batch for it is in the works (Route 53 model, the
    /// operations with the error `PriorRequestNotComplete`; those on tags are left out, since tags do not
    /// change the zone).
    pub(crate) fn changes_zone(&self) -> Option<&str> {
        match self {
            Self::ChangeResourceRecordSets(id)
            | Self::DeleteHostedZone(id)
            | Self::UpdateHostedZoneComment(id)
            | Self::AssociateVPCWithHostedZone(id) => Some(id),
            _ => None,
        }
    }

    /// Whether the caller must sign: the ranges of the checkers are for everybody.
    pub(crate) fn is_signed(&self) -> bool {
        *self != Self::GetCheckerIpRanges
    }

    /// Whether the operation is answered with 201 Created (Route 53 model, `http.code`).
    pub(crate) fn creates(&self) -> bool {
        matches!(self, Self::CreateHostedZone | Self::CreateHealthCheck)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn get(path: &str) -> Option<Operation> {
        Operation::of(&Method::GET, path)
    }

    #[test]
    fn the_version_does_not_matter() {
        assert_eq!(get("/2013-04-01/hostedzone"), Some(Operation::ListHostedZones));
        assert_eq!(get("/2099-12-31/hostedzone/"), Some(Operation::ListHostedZones));
        assert_eq!(get("/hostedzone"), None);
    }

    #[test]
    fn ids_come_in_every_spelling() {
        let zone = Some(Operation::GetHostedZone("Z-LAB-1".to_owned()));
        for path in
            ["Z-LAB-1", "%2Fhostedzone%2FZ-LAB-1", "/hostedzone/Z-LAB-1", "Z%2DLAB%2D1", "hostedzone/Z-LAB-1"]
        {
            assert_eq!(get(&format!("/2013-04-01/hostedzone/{path}")), zone, "{path}");
        }
        let change = Some(Operation::GetChange("C-LAB-0001".to_owned()));
        assert_eq!(get("/v/change/%2Fchange%2FC-LAB-0001"), change);
        let records = Operation::ChangeResourceRecordSets("Z-LAB-1".to_owned());
        assert_eq!(Operation::of(&Method::POST, "/v/hostedzone/Z-LAB-1/rrset/"), Some(records));
        let limit = Operation::GetHostedZoneLimit("Z-LAB-1".to_owned(), "MAX".to_owned());
        assert_eq!(get("/v/hostedzonelimit/Z-LAB-1/MAX"), Some(limit.clone()));
        assert_eq!(get("/v/hostedzonelimit/%2Fhostedzone%2FZ-LAB-1/MAX"), Some(limit));
    }

    #[test]
    fn an_operation_has_a_name() {
        let name = |path| get(path).map(|operation| operation.name());
        assert_eq!(name("/v/hostedzone").as_deref(), Some("ListHostedZones"));
        assert_eq!(name("/v/hostedzone/Z-LAB-1/rrset").as_deref(), Some("ListResourceRecordSets"));
    }

    #[test]
    fn an_unknown_place_is_no_operation() {
        for path in ["/", "/v", "/v/trafficpolicy", "/v/hostedzone/a/b/c", "/v/%", "//"] {
            assert_eq!(get(path), None, "{path}");
        }
        assert_eq!(Operation::of(&Method::PUT, "/v/hostedzone"), None);
    }
}
