//! What is the answer to this operation?
//!
//! One function an operation, from the store and the request to the XML of the answer or a refusal; no
//! HTTP and no waiting. The shapes are those of the Smithy model, member by member, and in its order.

use std::collections::BTreeMap;

use super::{
    errors::{ApiError, Code},
    operation::Operation,
    store::Store,
    types::{NameServers, Observations},
    wire::xml::{Element, Writer},
};

mod checks;
mod limits;
mod places;
mod records;
mod tags;
mod test_answer;
mod vpcs;
mod zones;

/// A request's query and body.
#[derive(Debug)]
pub(crate) struct Request<'a> {
    /// Decoded.
    pub(crate) query: BTreeMap<String, String>,
    /// As it came.
    pub(crate) body: &'a [u8],
    /// Counts the requests.
    pub(crate) number: u64,
}

impl Request<'_> {
    fn query(&self, name: &str) -> Option<&str> {
        self.query.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    fn xml(&self) -> Result<Element, ApiError> {
        Element::parse(self.body)
    }

    /// `MaxItems`: at least 1, and no more than the most that a page can hold.
    fn max_items(&self, usual: usize, most: usize) -> Result<usize, ApiError> {
        match self.query("maxitems").map(str::parse::<usize>) {
            None => Ok(usual),
            Some(Ok(items)) if items > 0 => Ok(items.min(most)),
            Some(_) => Err(ApiError::input("MaxItems is a number of 1 or more.")),
        }
    }
}

/// A good answer.
#[derive(Debug)]
pub(crate) struct Answered {
    /// The XML.
    pub(crate) body: String,
    /// The path of what was made.
    pub(crate) location: Option<String>,
}

impl From<String> for Answered {
    fn from(body: String) -> Self {
        Self { body, location: None }
    }
}

/// Answers an operation.
pub(crate) fn answer(
    store: &Store,
    (observations, name_servers): (&dyn Observations, &dyn NameServers),
    operation: Option<&Operation>,
    request: &Request<'_>,
) -> Result<Answered, ApiError> {
    let Some(operation) = operation else {
        return Err(ApiError::new(
            Code::UnknownOperation,
            "The lab knows no operation at this method and path.",
        ));
    };
    match operation {
        Operation::CreateHostedZone => zones::create(store, request),
        Operation::ListHostedZones => zones::list(store, request).map(Answered::from),
        Operation::ListHostedZonesByName => zones::list_by_name(store, request).map(Answered::from),
        Operation::GetHostedZoneCount => Ok(zones::count(store).into()),
        Operation::GetHostedZone(id) => zones::get(store, id).map(Answered::from),
        Operation::DeleteHostedZone(id) => zones::delete(store, id).map(Answered::from),
        Operation::UpdateHostedZoneComment(id) => {
            zones::update_comment(store, id, request).map(Answered::from)
        }
        Operation::GetDNSSEC(id) => zones::dnssec(store, id).map(Answered::from),
        Operation::ListHostedZonesByVPC => vpcs::list(store, request).map(Answered::from),
        Operation::AssociateVPCWithHostedZone(id) => vpcs::associate(store, id, request).map(Answered::from),
        Operation::DisassociateVPCFromHostedZone(id) => {
            vpcs::disassociate(store, id, request).map(Answered::from)
        }
        Operation::GetHostedZoneLimit(id, kind) => limits::of_zone(store, id, kind).map(Answered::from),
        Operation::GetAccountLimit(kind) => limits::of_account(store, kind).map(Answered::from),
        Operation::GetGeoLocation => places::get(request).map(Answered::from),
        Operation::ListGeoLocations => places::list(request).map(Answered::from),
        Operation::TestDNSAnswer => test_answer::test(store, name_servers, request).map(Answered::from),
        Operation::ListResourceRecordSets(id) => records::list(store, id, request).map(Answered::from),
        Operation::ChangeResourceRecordSets(id) => records::change(store, id, request).map(Answered::from),
        Operation::GetChange(id) => records::get_change(store, id).map(Answered::from),
        Operation::CreateHealthCheck => checks::create(store, request),
        Operation::ListHealthChecks => checks::list(store, request).map(Answered::from),
        Operation::GetHealthCheckCount => Ok(checks::count(store).into()),
        Operation::GetCheckerIpRanges => Ok(checker_ip_ranges().into()),
        Operation::GetHealthCheck(id) => checks::get(store, id).map(Answered::from),
        Operation::UpdateHealthCheck(id) => checks::update(store, id, request).map(Answered::from),
        Operation::DeleteHealthCheck(id) => checks::delete(store, id).map(Answered::from),
        Operation::GetHealthCheckStatus(id) => checks::status(store, observations, id).map(Answered::from),
        Operation::GetHealthCheckLastFailureReason(id) => {
            checks::last_failure_reason(store, observations, id).map(Answered::from)
        }
        Operation::ListTagsForResource(resource) => tags::list(store, resource).map(Answered::from),
        Operation::ChangeTagsForResource(resource) => {
            tags::change(store, resource, request).map(Answered::from)
        }
        Operation::ListTagsForResources(kind) => tags::list_many(store, kind, request).map(Answered::from),
    }
}

/// The lab's checkers look from loopback, whatever their region.
fn checker_ip_ranges() -> String {
    Writer::document("GetCheckerIpRangesResponse", |out| {
        out.element("CheckerIpRanges", |out| out.leaf("member", "127.0.0.0/8"));
    })
}
