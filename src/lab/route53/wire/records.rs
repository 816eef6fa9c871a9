//! Record sets and change batches, as XML.
//!
//! What a record set must look like by itself (an alias or a TTL with values, one routing policy with an
//! identifier) is judged here, where the XML is still at hand, and refused as `InvalidInput` in Route
//! 53's words: `Invalid request: Expected exactly one of […], but found none in Change with […]`. What
//! it may be beside others is the business of the batch.

use crate::model::{RecordType, Ttl};

use super::super::{
    batch::{Action, Change},
    errors::{ApiError, Code, not_in},
    names,
    rules::shown,
    types::{Answer, RecordSet, Routing},
};
use super::policy::{MEMBERS, POLICIES, policy};
use super::xml::{Element, Writer};

/// Most characters of a comment (Route 53 model, `ResourceDescription`).
pub(crate) const LONGEST_COMMENT: usize = 256;
/// Most characters of an identifier (Route 53 model, `ResourceRecordSetIdentifier`).
const LONGEST_IDENTIFIER: usize = 128;

/// A batch as it was asked for.
#[derive(Debug)]
pub(crate) struct ChangeBatch {
    /// For people.
    pub(crate) comment: Option<String>,
    /// In their order.
    pub(crate) changes: Vec<Change>,
}

/// Reads the body of `ChangeResourceRecordSets`.
pub(crate) fn change_batch(root: &Element) -> Result<ChangeBatch, ApiError> {
    expect_root(root, "ChangeResourceRecordSetsRequest")?;
    let batch = root.child("ChangeBatch").ok_or_else(|| root.incomplete("ChangeBatch"))?;
    root.only(&["ChangeBatch"])?;
    batch.only(&["Comment", "Changes"])?;
    let comment = comment(batch)?;
    let list = batch.child("Changes").ok_or_else(|| batch.incomplete("Changes"))?;
    if list.child("Change").is_none() {
        return Err(list.incomplete("Change"));
    }
    let (mut changes, mut problems) = (Vec::new(), Vec::new());
    for (index, element) in list.children.iter().filter(|c| c.name == "Change").enumerate() {
        match change(element, index + 1)? {
            Ok(change) => changes.push(change),
            Err(problem) => problems.push(problem),
        }
    }
    if problems.is_empty() { Ok(ChangeBatch { comment, changes }) } else { Err(ApiError::batch(&problems)) }
}

/// Refuses a document of another operation.
pub(crate) fn expect_root(root: &Element, expected: &str) -> Result<(), ApiError> {
    if root.name == expected {
        return Ok(());
    }
    let message = format!("{} is not valid, expected {expected}", root.name);
    Err(ApiError::new(Code::MalformedInput, message))
}

/// The comment of a batch or a zone.
pub(crate) fn comment(element: &Element) -> Result<Option<String>, ApiError> {
    match element.text_of("Comment") {
        Some(text) if text.chars().count() > LONGEST_COMMENT => {
            Err(ApiError::input(format!("Comment has more than {LONGEST_COMMENT} characters.")))
        }
        text => Ok(text.map(str::to_owned)),
    }
}

/// A change; the inner error is a name that does not parse, which Route 53 counts among the errors of
/// the batch.
fn change(element: &Element, number: usize) -> Result<Result<Change, String>, ApiError> {
    element.only(&["Action", "ResourceRecordSet"])?;
    let action = match element.required("Action")? {
        "CREATE" => Action::Create,
        "DELETE" => Action::Delete,
        "UPSERT" => Action::Upsert,
        other => {
            let field = format!("changeBatch.changes.{number}.member.action");
            return Err(not_in(other, &field, "[CREATE, DELETE, UPSERT]"));
        }
    };
    let set = element.child("ResourceRecordSet").ok_or_else(|| element.incomplete("ResourceRecordSet"))?;
    set.only(&MEMBERS)?;
    let field = format!("changeBatch.changes.{number}.member.resourceRecordSet.type");
    let rtype = record_type(set.required("Type")?, &field)?;
    let context = Context {
        number,
        element: set,
        action: element.required("Action")?,
        name: set.required("Name")?,
        rtype,
    };
    let record = context.record_set()?;
    Ok(record.map(|record| Change { action, record }))
}

/// A record type by its exact name.
pub(crate) fn record_type(text: &str, field: &str) -> Result<RecordType, ApiError> {
    RecordType::ALL.iter().copied().find(|rtype| rtype.as_str() == text).ok_or_else(|| {
        let known: Vec<&str> = RecordType::ALL.iter().map(|t| t.as_str()).collect();
        not_in(text, field, &format!("[{}]", known.join(", ")))
    })
}

/// A record set that is being read, and what messages say of it.
struct Context<'a> {
    /// Its place in the batch, from 1.
    number: usize,
    element: &'a Element,
    action: &'a str,
    name: &'a str,
    rtype: RecordType,
}

impl Context<'_> {
    fn record_set(&self) -> Result<Result<RecordSet, String>, ApiError> {
        let set_identifier = self.identifier()?;
        let routing = self.routing(set_identifier.is_some())?;
        let health_check_id = self.element.text_of("HealthCheckId").map(str::to_owned);
        if routing == Routing::Simple && health_check_id.is_some() {
            // Only records with an identifier can have a check (resource-record-sets-values-basic has no
            // such field); that the API says it like this is unverified.
            return Err(self.invalid("Missing field 'SetIdentifier' in"));
        }
        let answer = match self.answer()? {
            Ok(answer) => answer,
            Err(problem) => return Ok(Err(problem)),
        };
        let name = match names::parse(self.name) {
            Ok(name) => name,
            Err(problem) => return Ok(Err(problem)),
        };
        Ok(Ok(RecordSet { name, rtype: self.rtype, set_identifier, routing, answer, health_check_id }))
    }

    /// `Invalid request: … Change with [Action=…, Name=…, Type=…, SetIdentifier=…]`.
    fn invalid(&self, what: &str) -> ApiError {
        let identifier = self.element.text_of("SetIdentifier").unwrap_or("null");
        let Context { action, name, rtype, .. } = self;
        ApiError::input(format!(
            "Invalid request: {what} Change with [Action={action}, Name={name}, Type={rtype}, \
             SetIdentifier={identifier}]"
        ))
    }

    fn identifier(&self) -> Result<Option<String>, ApiError> {
        match self.element.text_of("SetIdentifier") {
            Some(id) if id.is_empty() || id.chars().count() > LONGEST_IDENTIFIER => {
                Err(ApiError::input(format!("A SetIdentifier has 1 to {LONGEST_IDENTIFIER} characters.")))
            }
            id => Ok(id.map(str::to_owned)),
        }
    }

    fn routing(&self, identified: bool) -> Result<Routing, ApiError> {
        let found: Vec<&Element> =
            self.element.children.iter().filter(|c| POLICIES.contains(&c.name.as_str())).collect();
        let one_of = "Expected exactly one of [Weight, Region, Failover, GeoLocation, MultiValueAnswer, \
                      GeoProximityLocation, or CidrRoutingConfig], but found";
        match found[..] {
            [] if identified => Err(self.invalid(&format!("{one_of} none in"))),
            [] => Ok(Routing::Simple),
            [_] if !identified => Err(self.invalid("Missing field 'SetIdentifier' in")),
            [chosen] => policy(chosen, self.number),
            _ => Err(self.invalid(&format!("{one_of} more than one in"))),
        }
    }

    fn answer(&self) -> Result<Result<Answer, String>, ApiError> {
        let alias = self.element.child("AliasTarget");
        let ttl = self.element.child("TTL");
        let records = self.element.child("ResourceRecords");
        let one_of = "Expected exactly one of [AliasTarget, all of [TTL, and ResourceRecords], or \
                      TrafficPolicyInstanceId], but found";
        match (alias, ttl, records) {
            (Some(alias), None, None) => alias_target(alias),
            (None, Some(_), Some(records)) => {
                let ttl: Option<i64> = self.element.number("TTL")?;
                let ttl =
                    Ttl::from_seconds(ttl.unwrap_or(-1)).map_err(|e| ApiError::input(format!("{e}.")))?;
                let mut values = Vec::new();
                for record in records.children.iter().filter(|c| c.name == "ResourceRecord") {
                    values.push(record.required("Value")?.to_owned());
                }
                if values.is_empty() {
                    return Err(records.incomplete("ResourceRecord"));
                }
                Ok(Ok(Answer::Values { ttl: ttl.seconds(), values }))
            }
            (Some(_), _, _) => Err(self.invalid(&format!("{one_of} more than one in"))),
            (None, _, _) => Err(self.invalid(&format!("{one_of} none in"))),
        }
    }
}

fn alias_target(alias: &Element) -> Result<Result<Answer, String>, ApiError> {
    alias.only(&["HostedZoneId", "DNSName", "EvaluateTargetHealth"])?;
    let zone = alias.required("HostedZoneId")?;
    let target = alias.required("DNSName")?;
    let evaluate =
        alias.flag("EvaluateTargetHealth")?.ok_or_else(|| alias.incomplete("EvaluateTargetHealth"))?;
    Ok(match names::parse(target) {
        Ok(dns_name) => Ok(Answer::Alias {
            hosted_zone_id: zone.strip_prefix("/hostedzone/").unwrap_or(zone).to_owned(),
            dns_name,
            evaluate_target_health: evaluate,
        }),
        Err(problem) => Err(problem),
    })
}

/// Writes a record set in the order of the model's members.
pub(crate) fn write(out: &mut Writer, set: &RecordSet) {
    out.element("ResourceRecordSet", |out| {
        out.leaf("Name", shown(&set.name));
        out.leaf("Type", set.rtype);
        out.optional("SetIdentifier", set.set_identifier.as_ref());
        match &set.routing {
            Routing::Simple => {}
            Routing::Failover(side) => out.leaf("Failover", side.as_str().to_uppercase()),
            Routing::Weighted(weight) => out.leaf("Weight", weight),
            Routing::Stored { element, xml } => out.element(element, |out| out.raw(xml)),
        }
        match &set.answer {
            Answer::Values { ttl, values } => {
                out.leaf("TTL", ttl);
                out.element("ResourceRecords", |out| {
                    for value in values {
                        out.element("ResourceRecord", |out| out.leaf("Value", value));
                    }
                });
            }
            Answer::Alias { hosted_zone_id, dns_name, evaluate_target_health } => {
                out.element("AliasTarget", |out| {
                    out.leaf("HostedZoneId", hosted_zone_id);
                    out.leaf("DNSName", shown(dns_name));
                    out.leaf("EvaluateTargetHealth", evaluate_target_health);
                });
            }
        }
        out.optional("HealthCheckId", set.health_check_id.as_ref());
    });
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Trees of the words that a batch is made of, put together in any way.
    fn any_element() -> impl Strategy<Value = Element> {
        let names = prop::sample::select(vec![
            "ChangeResourceRecordSetsRequest",
            "ChangeBatch",
            "Changes",
            "Change",
            "Action",
            "ResourceRecordSet",
            "Name",
            "Type",
            "TTL",
            "ResourceRecords",
            "ResourceRecord",
            "Value",
            "AliasTarget",
            "HostedZoneId",
            "DNSName",
            "EvaluateTargetHealth",
            "SetIdentifier",
            "Failover",
            "Weight",
            "Region",
        ]);
        let texts = prop::sample::select(vec![
            "", "CREATE", "A", "CNAME", "60", "-1", "true", "PRIMARY", "a.b", "..", "é",
        ]);
        let element = |(name, text, children): (&str, &str, Vec<Element>)| Element {
            name: name.to_owned(),
            text: text.to_owned(),
            children,
        };
        let leaf = (names.clone(), texts.clone(), Just(Vec::new())).prop_map(element);
        leaf.prop_recursive(6, 64, 6, move |inner| {
            (names.clone(), texts.clone(), prop::collection::vec(inner, 0..6)).prop_map(element)
        })
    }

    proptest! {
        #[test]
        fn no_tree_makes_it_panic(changes in prop::collection::vec(any_element(), 1..4)) {
            let inside = |name: &str, children| Element { name: name.to_owned(), text: String::new(), children };
            let root = inside("ChangeResourceRecordSetsRequest", vec![inside(
                "ChangeBatch",
                vec![inside("Changes", changes.into_iter().map(|c| inside("Change", vec![c])).collect())],
            )]);
            let _ = change_batch(&root);
        }

        #[test]
        fn what_is_written_is_read_again(
            name in "[a-z*]{1}(\\.[a-z]{1,5}){1,3}",
            value in "\"[ -~&&[^\"\\\\]]{1,40}\"",
            weight in prop::option::of(any::<u8>()),
        ) {
            let set = RecordSet {
                name: name.parse().expect("a name"),
                rtype: RecordType::Txt,
                set_identifier: weight.map(|w| format!("<{w}>")),
                routing: weight.map_or(Routing::Simple, Routing::Weighted),
                answer: Answer::Values { ttl: 60, values: vec![value] },
                health_check_id: weight.map(|_| "check".to_owned()),
            };
            let document = Writer::document("ChangeResourceRecordSetsRequest", |out| {
                out.element("ChangeBatch", |out| out.element("Changes", |out| out.element("Change", |out| {
                    out.leaf("Action", "DELETE");
                    write(out, &set);
                })));
            });
            let batch = Element::parse(document.as_bytes()).and_then(|root| change_batch(&root)).expect("ours");
            prop_assert_eq!(&batch.changes[0].record, &set);
        }
    }
}
