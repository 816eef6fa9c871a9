//! Can these names exist, here, beside each other?

use crate::model::{Fqdn, Region};

use super::{Judged, each_failover};
use crate::spec::{
    declared::MARKER_LABEL,
    draft::{Draft, DraftFailover, Spanned, zone_name},
    finding::{Finding, Rule, Severity::Error, Span},
};

pub(super) const RULES: &[Judged] = &[
    (&POINTER_AT_APEX, pointer_at_apex),
    (&NAME_OUTSIDE_ZONE, name_outside_zone),
    (&WILDCARD_NAME, wildcard_name),
    (&NAME_TOO_LONG, name_too_long),
    (&DOUBLED_NAME, doubled_name),
    (&COLLIDING_RECORDS, colliding_records),
];

const POINTER_AT_APEX: Rule = Rule {
    id: "pointer-at-apex",
    severity: Error,
    reason: "A pointer pair is answered as a CNAME. Nothing else may exist at a CNAME's name, and the apex \
             always holds the zone's NS and SOA records. An alias does not help: it has the type of what it \
             points to.",
    source: "Route 53 Developer Guide, `resource-record-sets-choosing-alias-non-alias`",
};

fn pointer_at_apex(draft: &Draft) -> Vec<Finding> {
    each_failover(draft, |failover| {
        let name = failover.name.given().filter(|name| !name.value.is_wildcard())?;
        let at_apex = draft.zone_name_of(failover) == Some(&name.value);
        if !at_apex || !failover.sides().iter().any(|side| side.is_pointer()) {
            return None;
        }
        let message = format!("`{}` is the apex of its hosted zone, where no pointer can stand", name.value);
        let entry = draft.format.entry("name", &format!("\"data.{}\"", name.value));
        Some(
            POINTER_AT_APEX
                .at(name.span, message)
                .help(format!("Use a name below the apex, for example `{entry}`.")),
        )
    })
}

const NAME_OUTSIDE_ZONE: Rule = Rule {
    id: "name-outside-zone",
    severity: Error,
    reason: "A hosted zone holds records for its own domain and for the names below it, and for no others.",
    source: "Route 53 Developer Guide, `route-53-concepts`",
};

fn name_outside_zone(draft: &Draft) -> Vec<Finding> {
    each_failover(draft, |failover| {
        let (zone, name) = (draft.zone_name_of(failover)?, failover.name.given()?);
        if name.value.is_within(zone) {
            return None;
        }
        let message = format!("`{}` does not lie in the hosted zone `{zone}`", name.value);
        let label = name.value.labels().next().filter(|label| *label != "*").unwrap_or("data");
        let entry = draft.format.entry("name", &format!("\"{label}.{zone}\""));
        let help =
            format!("Use a name of this zone, `{entry}`, or give the zone that `{}` lies in.", name.value);
        let finding = NAME_OUTSIDE_ZONE.at(name.span, message).help(help);
        Some(match draft.zone_of(failover).given() {
            Some(zone) => finding.and(zone.span, "the zone"),
            None => finding,
        })
    })
}

const WILDCARD_NAME: Rule = Rule {
    id: "wildcard-name",
    severity: Error,
    reason: "The pointers and the marker of a failover have names below its own, and `*` can only be the \
             first label of a name.",
    source: "Route 53 Developer Guide, `DomainNameFormat`",
};

fn wildcard_name(draft: &Draft) -> Vec<Finding> {
    let mut findings = each_failover(draft, |failover| {
        let name = failover.name.given().filter(|name| name.value.is_wildcard())?;
        let entry =
            draft.format.entry("name", &format!("\"{}\"", name.value.as_str().replacen('*', "data", 1)));
        let message = format!("`{}` is a wildcard, and a failover needs a name of its own", name.value);
        Some(WILDCARD_NAME.at(name.span, message).help(format!("Name one host, for example `{entry}`.")))
    });
    let zones = std::iter::once(&draft.zone).chain(draft.failovers.iter().map(|failover| &failover.zone));
    findings.extend(zones.filter_map(|field| {
        let (zone, name) = (field.given()?, zone_name(field)?);
        let bare = name.is_wildcard().then(|| name.as_str().trim_start_matches("*."))?;
        let entry = draft.format.entry("hosted_zone", &format!("\"{bare}\""));
        let message = format!("`{name}` is a wildcard, and no zone has such a name");
        Some(WILDCARD_NAME.at(zone.span, message).help(format!("Name the zone: `{entry}`.")))
    }));
    findings
}

const NAME_TOO_LONG: Rule = Rule {
    id: "name-too-long",
    severity: Error,
    reason: "`apply` creates `REGION.NAME` for each pointer and `_s3-failover.NAME` as the mark of what is \
             ours. A domain name has at most 253 characters, and one text of the mark, which names each of \
             them, at most 255.",
    source: "RFC 1035, 2.3.4 and 3.3",
};

/// The longest name that the mark can speak for: 255 octets of one string of a TXT record, less the words
/// before the name.
const LONGEST_MARKED: usize = 255 - "s3-failover v1 owns ".len();

fn name_too_long(draft: &Draft) -> Vec<Finding> {
    each_failover(draft, |failover| {
        let name = failover.name.given().filter(|name| !name.value.is_wildcard())?;
        let regions = failover.sides().into_iter().filter_map(|side| side.region.value());
        let mut labels = regions.map(Region::as_str).chain([MARKER_LABEL]);
        let length = name.value.as_str().len();
        let label = labels.find(|label| label.len() + 1 + length > LONGEST_MARKED)?;
        let most = LONGEST_MARKED.saturating_sub(label.len() + 1);
        let message =
            format!("the name has {length} characters, which leaves no room for `{label}.` before it");
        Some(NAME_TOO_LONG.at(name.span, message).help(format!("Use a name of at most {most} characters.")))
    })
}

const DOUBLED_NAME: Rule = Rule {
    id: "doubled-name",
    severity: Error,
    reason: "A name and type hold exactly two failover records, one PRIMARY and one SECONDARY.",
    source: "Route 53 API reference, `ResourceRecordSet`, `Failover`",
};

fn doubled_name(draft: &Draft) -> Vec<Finding> {
    let names: Vec<&Spanned<Fqdn>> = draft.failovers.iter().filter_map(|f| f.name.given()).collect();
    let finding = |(index, name): (usize, &&Spanned<Fqdn>)| {
        let first = names[..index].iter().find(|earlier| earlier.value == name.value)?;
        let message = format!("two failovers are named `{}`", name.value);
        let help = "Delete one of them, or give it a name of its own.";
        Some(DOUBLED_NAME.at(name.span, message).label("again here").and(first.span, "first here").help(help))
    };
    names.iter().enumerate().filter_map(finding).collect()
}

const COLLIDING_RECORDS: Rule = Rule {
    id: "colliding-records",
    severity: Error,
    reason: "Nothing else may exist at a name that holds a CNAME, and `apply` needs `REGION.NAME` for each \
             pointer and `_s3-failover.NAME` as its mark.",
    source: "Route 53 Developer Guide, `resource-record-sets-choosing-alias-non-alias`",
};

fn colliding_records(draft: &Draft) -> Vec<Finding> {
    let records: Vec<Vec<(Fqdn, String)>> = draft.failovers.iter().map(records).collect();
    let mut findings = Vec::new();
    for (index, failover) in draft.failovers.iter().enumerate() {
        for (earlier, other) in draft.failovers[..index].iter().enumerate() {
            let (Some(name), Some(other)) = (failover.name.given(), other.name.given()) else { continue };
            if name.value != other.value {
                findings.extend(collision(name, &records[index], other.span, &records[earlier]));
            }
        }
    }
    findings
}

/// Every record that a failover brings, by what it is.
fn records(failover: &DraftFailover) -> Vec<(Fqdn, String)> {
    let Some(name) = failover.name.value() else { return Vec::new() };
    let pointer = |side: &&crate::spec::draft::DraftSide| {
        let region = side.is_pointer().then(|| side.region.value()).flatten()?;
        Some((name.child(region.as_str()).ok()?, format!("the pointer to the {} of `{name}`", side.side)))
    };
    let own = (name.clone(), format!("the failover record `{name}`"));
    let marker = name.child(MARKER_LABEL).ok().map(|marker| (marker, format!("the marker of `{name}`")));
    [own].into_iter().chain(failover.sides().iter().filter_map(pointer)).chain(marker).collect()
}

fn collision(
    name: &Spanned<Fqdn>,
    records: &[(Fqdn, String)],
    other: Span,
    others: &[(Fqdn, String)],
) -> Option<Finding> {
    let (record, theirs, ours) = others.iter().find_map(|(record, theirs)| {
        let (_, ours) = records.iter().find(|(mine, _)| mine == record)?;
        Some((record, theirs, ours))
    })?;
    let message = format!("`{record}` would be {theirs} and also {ours}");
    Some(
        COLLIDING_RECORDS
            .at(name.span, message)
            .and(other, "collides with this failover")
            .help("Rename one of the two failovers so that no name is needed twice."),
    )
}
