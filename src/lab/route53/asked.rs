//! What does the log of calls say of a request to Route 53?
//!
//! Read from the request alone, before anything is judged, so that a refused one is told as well. What cannot
//! be read is left out.

use axum::http::HeaderMap;

use super::{operation::Operation, wire::xml::Element};
use crate::lab::calls::{Asked, RecordChange, access_key, operation_name};

/// The request in the words of the log.
pub(super) fn asked(operation: Option<&Operation>, headers: &HeaderMap, body: &[u8]) -> Asked {
    let mut asked = Asked { service: "route53", access_key: access_key(headers), ..Asked::default() };
    let Some(operation) = operation else { return asked };
    asked.operation = operation_name(operation);
    asked.resources = resources(operation, body);
    if let Operation::ChangeResourceRecordSets(_) = operation {
        asked.changes = changes(body).unwrap_or_default();
    }
    asked
}

/// What the operation is about, by the ends of ARNs (Service Authorization Reference, `list_amazonroute53`).
fn resources(operation: &Operation, body: &[u8]) -> Vec<String> {
    match operation {
        Operation::GetHostedZone(id)
        | Operation::DeleteHostedZone(id)
        | Operation::UpdateHostedZoneComment(id)
        | Operation::GetDNSSEC(id)
        | Operation::AssociateVPCWithHostedZone(id)
        | Operation::DisassociateVPCFromHostedZone(id)
        | Operation::GetHostedZoneLimit(id, _)
        | Operation::ListResourceRecordSets(id)
        | Operation::ChangeResourceRecordSets(id) => vec![format!("hostedzone/{id}")],
        Operation::GetChange(id) => vec![format!("change/{id}")],
        Operation::GetHealthCheck(id)
        | Operation::UpdateHealthCheck(id)
        | Operation::DeleteHealthCheck(id)
        | Operation::GetHealthCheckStatus(id)
        | Operation::GetHealthCheckLastFailureReason(id) => vec![format!("healthcheck/{id}")],
        Operation::ListTagsForResource(resource) | Operation::ChangeTagsForResource(resource) => {
            vec![format!("{}/{}", resource.kind, resource.id)]
        }
        Operation::ListTagsForResources(kind) => {
            let root = Element::parse(body).unwrap_or_default();
            let ids = root.texts("ResourceIds", "ResourceId").unwrap_or_default();
            ids.iter().map(|id| format!("{kind}/{}", id.trim_start_matches("/hostedzone/"))).collect()
        }
        _ => Vec::new(),
    }
}

fn changes(body: &[u8]) -> Option<Vec<RecordChange>> {
    let root = Element::parse(body).ok()?;
    let list = root.child("ChangeBatch")?.child("Changes")?;
    let text = |element: Option<&Element>, name: &str| {
        element.and_then(|element| element.text_of(name)).unwrap_or_default().to_owned()
    };
    let change = |element: &Element| {
        let set = element.child("ResourceRecordSet");
        RecordChange {
            action: text(Some(element), "Action"),
            name: text(set, "Name"),
            record_type: text(set, "Type"),
        }
    };
    Some(list.children.iter().map(change).collect())
}

#[cfg(test)]
mod tests {
    use axum::http::Method;

    use super::*;

    fn told(method: &Method, path: &str, body: &str) -> Asked {
        asked(Operation::of(method, path).as_ref(), &HeaderMap::new(), body.as_bytes())
    }

    #[test]
    fn a_batch_is_told_change_by_change() {
        let body = "<ChangeResourceRecordSetsRequest><ChangeBatch><Changes>\
            <Change><Action>CREATE</Action><ResourceRecordSet><Name>a.example.</Name><Type>TXT</Type>\
            </ResourceRecordSet></Change><Change><Action>DELETE</Action></Change>\
            </Changes></ChangeBatch></ChangeResourceRecordSetsRequest>";
        let asked = told(&Method::POST, "/v/hostedzone/Z-LAB-1/rrset", body);
        assert_eq!(asked.operation, "ChangeResourceRecordSets");
        assert_eq!(asked.resources, ["hostedzone/Z-LAB-1"]);
        let change = |action: &str, name: &str, record_type: &str| RecordChange {
            action: action.to_owned(),
            name: name.to_owned(),
            record_type: record_type.to_owned(),
        };
        assert_eq!(asked.changes, [change("CREATE", "a.example.", "TXT"), change("DELETE", "", "")]);
    }

    #[test]
    fn tags_in_bulk_are_told_resource_by_resource() {
        let body = "<ListTagsForResourcesRequest><ResourceIds><ResourceId>1</ResourceId>\
            <ResourceId>2</ResourceId></ResourceIds></ListTagsForResourcesRequest>";
        let asked = told(&Method::POST, "/v/tags/healthcheck", body);
        assert_eq!(asked.resources, ["healthcheck/1", "healthcheck/2"]);
    }

    #[test]
    fn what_cannot_be_read_is_left_out() {
        assert_eq!(told(&Method::GET, "/v/nothing", "").operation, "");
        assert_eq!(told(&Method::POST, "/v/hostedzone/Z/rrset", "<a").changes, []);
        assert_eq!(told(&Method::POST, "/v/tags/healthcheck", "<a").resources, Vec::<String>::new());
    }
}
