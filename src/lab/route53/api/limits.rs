//! How much the account and a zone may have, and how much they have.

use super::super::{
    errors::{ApiError, Code, not_in},
    quotas::{REUSABLE_DELEGATION_SETS, TRAFFIC_POLICIES, TRAFFIC_POLICY_INSTANCES},
    store::Store,
    wire::xml::Writer,
};

/// Route 53 model, `HostedZoneLimitType`.
const OF_ZONE: &str = "[MAX_RRSETS_BY_ZONE, MAX_VPCS_ASSOCIATED_BY_ZONE]";
/// Route 53 model, `AccountLimitType`.
const OF_ACCOUNT: &str = "[MAX_HEALTH_CHECKS_BY_OWNER, MAX_HOSTED_ZONES_BY_OWNER, \
                          MAX_TRAFFIC_POLICY_INSTANCES_BY_OWNER, MAX_REUSABLE_DELEGATION_SETS_BY_OWNER, \
                          MAX_TRAFFIC_POLICIES_BY_OWNER]";

pub(super) fn of_zone(store: &Store, id: &str, kind: &str) -> Result<String, ApiError> {
    let state = store.state();
    let (hosted, quotas) = (state.zones.get(id)?, state.zones.quotas());
    let usage = match kind {
        "MAX_RRSETS_BY_ZONE" => (hosted.zone.sets().count(), quotas.records),
        "MAX_VPCS_ASSOCIATED_BY_ZONE" if hosted.is_private() => (hosted.vpcs.len(), quotas.vpcs),
        "MAX_VPCS_ASSOCIATED_BY_ZONE" => {
            // The model's words.
            let message = "The specified hosted zone is a public hosted zone, not a private hosted zone.";
            return Err(ApiError::new(Code::HostedZoneNotPrivate, message));
        }
        other => return Err(not_in(other, "type", OF_ZONE)),
    };
    Ok(write("GetHostedZoneLimitResponse", kind, usage))
}

pub(super) fn of_account(store: &Store, kind: &str) -> Result<String, ApiError> {
    let state = store.state();
    let usage = match kind {
        "MAX_HEALTH_CHECKS_BY_OWNER" => state.checks.usage(),
        "MAX_HOSTED_ZONES_BY_OWNER" => (state.zones.all().count(), state.zones.quotas().hosted_zones),
        "MAX_REUSABLE_DELEGATION_SETS_BY_OWNER" => (0, REUSABLE_DELEGATION_SETS),
        "MAX_TRAFFIC_POLICIES_BY_OWNER" => (0, TRAFFIC_POLICIES),
        "MAX_TRAFFIC_POLICY_INSTANCES_BY_OWNER" => (0, TRAFFIC_POLICY_INSTANCES),
        other => return Err(not_in(other, "type", OF_ACCOUNT)),
    };
    Ok(write("GetAccountLimitResponse", kind, usage))
}

fn write(root: &str, kind: &str, (count, limit): (usize, usize)) -> String {
    Writer::document(root, |out| {
        out.element("Limit", |out| {
            out.leaf("Type", kind);
            out.leaf("Value", limit);
        });
        out.leaf("Count", count);
    })
}
