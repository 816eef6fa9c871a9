//! Is this file shaped like a spec, and is each value in it one that can be?
//!
//! From the tree to a [`Draft`], table by table, in the order of the file's documentation. Values are
//! parsed by their own types, so that a bucket's name is judged in one place whoever says it. What is
//! wrong never stops the reading.

use std::fmt::Display;

use crate::model::{
    FailureThreshold, Fqdn, HealthCheckId, HostedZoneId, InsufficientData, Interval, RecoveryTarget, Region,
    Side, Ttl,
};

use super::{
    CloudFrontSpec, MrapSpec, ObjectKey, Protocol, WEBSITES, ZoneRef, ZoneRefError,
    document::{Format, Node, Value},
    draft::{
        Draft, DraftAlarm, DraftCalculated, DraftCheck, DraftFailover, DraftRole, DraftSide, DraftTarget,
        Field, Spanned,
    },
    finding::{Finding, Rule},
    reader::{Fields, Reader, Refused, nearest},
    schema::{self, Key},
    value_rules as rules,
};

/// The draft of a spec, and everything that is wrong with its shape and its single values.
pub(super) fn draft(root: &Node, format: Format) -> (Draft, Vec<Finding>) {
    let mut reader = Reader::new(format);
    let draft = match reader.fields(root, "", schema::ROOT) {
        Some(fields) => Draft {
            format,
            zone: reader.text(&fields, &schema::HOSTED_ZONE, &rules::HOSTED_ZONE, zone),
            role: role(&mut reader, &fields),
            failovers: failovers(&mut reader, &fields),
        },
        None => Draft { format, zone: Field::Faulty, role: DraftRole::FAULTY, failovers: Vec::new() },
    };
    (draft, reader.findings)
}

fn zone(text: &str) -> Result<ZoneRef, String> {
    text.parse().map_err(|error: ZoneRefError| error.to_string())
}

fn failovers(reader: &mut Reader, root: &Fields<'_>) -> Vec<DraftFailover> {
    let Field::Given(Spanned { value: items, span }) = reader.list(root, &schema::FAILOVERS) else {
        return Vec::new();
    };
    if items.is_empty() {
        let finding = rules::NO_FAILOVER.at(span, "the spec declares no failover");
        reader
            .findings
            .push(finding.help("Add a failover: its `name`, `health_check`, `primary` and `secondary`."));
    }
    items.iter().filter_map(|item| failover(reader, item)).collect()
}

fn failover(reader: &mut Reader, node: &Node) -> Option<DraftFailover> {
    let fields = reader.fields(node, "failover", schema::FAILOVER)?;
    let (primary, secondary) = (side(reader, &fields, Side::Primary), side(reader, &fields, Side::Secondary));
    let endpoints = if primary.alarm.is_absent() || secondary.alarm.is_absent() {
        Endpoints::OneOrTwo
    } else {
        Endpoints::None
    };
    Some(DraftFailover {
        name: reader.text(&fields, &schema::NAME, &rules::DOMAIN_NAME, str::parse),
        zone: reader.text(&fields, &schema::OWN_ZONE, &rules::HOSTED_ZONE, zone),
        ttl: reader.number(&fields, &schema::TTL, &rules::TTL, Ttl::from_seconds),
        target_seconds: reader.number(
            &fields,
            &schema::TARGET_SECONDS,
            &rules::TARGET_SECONDS,
            RecoveryTarget::from_seconds,
        ),
        ipv6: reader.flag(&fields, &schema::IPV6),
        health_check: check(reader, &fields, endpoints),
        switch: switch(reader, &fields),
        primary,
        secondary,
        mrap: mrap(reader, &fields),
        cloudfront: cloudfront(reader, &fields),
    })
}

/// A table under a key, as its fields.
fn table<'n>(
    reader: &mut Reader,
    parent: &Fields<'n>,
    key: &'static Key,
    keys: &'static [&'static Key],
) -> Field<Fields<'n>> {
    reader.node(parent, key).and_then(|node| match reader.fields(node.value, key.example, keys) {
        Some(value) => Field::Given(Spanned { value, span: node.span }),
        None => Field::Faulty,
    })
}

/// How many sides are judged by a look at their endpoint.
#[derive(Clone, Copy)]
enum Endpoints {
    /// None: an alarm speaks for each. Then there is no object to look at, and maybe nothing to say.
    None,
    OneOrTwo,
}

fn check(reader: &mut Reader, parent: &Fields<'_>, endpoints: Endpoints) -> DraftCheck {
    let (check, object) = match endpoints {
        Endpoints::None => (&schema::HEALTH_CHECK_BESIDE_ALARMS, &schema::OBJECT_UNSEEN),
        Endpoints::OneOrTwo => (&schema::HEALTH_CHECK, &schema::OBJECT),
    };
    let (fields, span) = match table(reader, parent, check, schema::CHECK) {
        Field::Given(Spanned { value: fields, span }) => (fields, span),
        Field::Absent => return DraftCheck::absent(parent.span),
        Field::Faulty => return DraftCheck::faulty(parent.span),
    };
    let protocol = reader.text(&fields, &schema::PROTOCOL, &rules::PROTOCOL, protocol);
    // A connection is enough, so there is no object to look at either.
    let tcp = protocol.given().is_some_and(|given| given.value == Protocol::Tcp);
    let object = if tcp { &schema::OBJECT_UNSEEN } else { object };
    DraftCheck {
        span,
        object: reader.text(&fields, object, &rules::OBJECT_KEY, str::parse),
        contains: reader.text(&fields, &schema::CONTAINS, &rules::SEARCH_TEXT, search_text),
        interval: reader.number(&fields, &schema::INTERVAL, &rules::INTERVAL, Interval::from_seconds),
        failure_threshold: reader.number(
            &fields,
            &schema::FAILURE_THRESHOLD,
            &rules::FAILURE_THRESHOLD,
            FailureThreshold::new,
        ),
        protocol,
        port: reader.number(&fields, &schema::PORT, &rules::PORT, port),
        regions: checker_regions(reader, &fields),
    }
}

/// Longest search string (Route 53 API reference, `HealthCheckConfig`, `SearchString`).
const LONGEST_SEARCH: usize = 255;

fn search_text(text: &str) -> Result<String, String> {
    match text.chars().count() {
        0 => Err("an empty text is found in every body, so it checks nothing".to_owned()),
        length if length > LONGEST_SEARCH => {
            Err(format!("the text has {length} characters; a health check takes {LONGEST_SEARCH}"))
        }
        _ => Ok(text.to_owned()),
    }
}

fn protocol(text: &str) -> Result<Protocol, Refused> {
    text.parse().map_err(|error| meant(error, text, Protocol::ALL.map(Protocol::as_str)))
}

fn port(number: i64) -> Result<u16, &'static str> {
    let port = u16::try_from(number).ok().filter(|port| *port > 0);
    port.ok_or("a port is a whole number from 1 to 65535")
}

fn region(text: &str) -> Result<Region, Refused> {
    text.parse().map_err(|error| meant(error, text, WEBSITES.iter().map(|website| website.region)))
}

/// A refusal that knows what may have been meant.
fn meant(error: impl Display, text: &str, candidates: impl IntoIterator<Item = &'static str>) -> Refused {
    Refused { message: error.to_string(), meant: nearest(text, candidates) }
}

fn checker_regions(reader: &mut Reader, fields: &Fields<'_>) -> Field<Vec<Spanned<Region>>> {
    texts(reader, fields, &schema::REGIONS, &rules::REGION_CODE, region)
}

/// A list of texts, each made into a value; faulty when one of them is.
fn texts<T, E: Into<Refused>>(
    reader: &mut Reader,
    fields: &Fields<'_>,
    key: &Key,
    rule: &'static Rule,
    parse: impl Fn(&str) -> Result<T, E>,
) -> Field<Vec<Spanned<T>>> {
    reader.list(fields, key).and_then(|Spanned { value: items, span }| {
        let read = |item| reader.text_node(item, key, rule, &parse);
        let values: Vec<Field<T>> = items.iter().map(read).collect();
        let given = |field| if let Field::Given(value) = field { Some(value) } else { None };
        match values.into_iter().map(given).collect() {
            Some(value) => Field::Given(Spanned { value, span }),
            None => Field::Faulty,
        }
    })
}

fn switch(reader: &mut Reader, parent: &Fields<'_>) -> Field<ObjectKey> {
    table(reader, parent, &schema::SWITCH, schema::SWITCH_KEYS)
        .and_then(|fields| reader.text(&fields.value, &schema::SWITCH_OBJECT, &rules::OBJECT_KEY, str::parse))
}

fn side(reader: &mut Reader, parent: &Fields<'_>, side: Side) -> DraftSide {
    let key = match side {
        Side::Primary => &schema::PRIMARY,
        Side::Secondary => &schema::SECONDARY,
    };
    let Field::Given(Spanned { value: fields, span }) = table(reader, parent, key, schema::SIDE) else {
        return DraftSide::faulty(side, parent.span);
    };
    let (alarm_key, calculated_key) = match side {
        Side::Primary => (&schema::ALARM, &schema::CALCULATED),
        Side::Secondary => (&schema::SECONDARY_ALARM, &schema::SECONDARY_CALCULATED),
    };
    DraftSide {
        side,
        span,
        bucket: reader.text(&fields, &schema::BUCKET, &rules::BUCKET_NAME, str::parse),
        region: reader.text(&fields, &schema::REGION, &rules::REGION_CODE, region),
        target: target(reader, &fields),
        role: role(reader, &fields),
        sentinel_bucket: reader.text(&fields, &schema::SENTINEL_BUCKET, &rules::BUCKET_NAME, str::parse),
        alarm: alarm(reader, &fields, alarm_key),
        calculated: calculated(reader, &fields, calculated_key),
    }
}

fn role(reader: &mut Reader, fields: &Fields<'_>) -> DraftRole {
    DraftRole {
        arn: reader.text(fields, &schema::ROLE_ARN, &rules::ROLE_ARN, str::parse),
        external_id: reader.text(fields, &schema::EXTERNAL_ID, &rules::EXTERNAL_ID, str::parse),
    }
}

fn alarm(reader: &mut Reader, side: &Fields<'_>, key: &'static Key) -> Field<DraftAlarm> {
    table(reader, side, key, schema::ALARM_KEYS).and_then(|Spanned { value: fields, span }| {
        let data = |text: &str| {
            let meant = |error| meant(error, text, InsufficientData::ALL.map(InsufficientData::as_str));
            text.parse::<InsufficientData>().map_err(meant)
        };
        let value = DraftAlarm {
            name: reader.text(&fields, &schema::ALARM_NAME, &rules::ALARM_NAME, str::parse),
            region: reader.text(&fields, &schema::ALARM_REGION, &rules::REGION_CODE, region),
            insufficient_data: reader.text(
                &fields,
                &schema::INSUFFICIENT_DATA,
                &rules::INSUFFICIENT_DATA,
                data,
            ),
        };
        Field::Given(Spanned { value, span })
    })
}

fn calculated(reader: &mut Reader, side: &Fields<'_>, key: &'static Key) -> Field<DraftCalculated> {
    table(reader, side, key, schema::CALCULATED_KEYS).and_then(|Spanned { value: fields, span }| {
        let value = DraftCalculated {
            children: texts(reader, &fields, &schema::CHILDREN, &rules::CHECK_ID, check_id),
            healthy: reader.number(&fields, &schema::HEALTHY, &rules::HEALTHY, healthy),
        };
        Field::Given(Spanned { value, span })
    })
}

fn check_id(text: &str) -> Result<HealthCheckId, String> {
    let id = text.strip_prefix("/healthcheck/").unwrap_or(text);
    if id.contains(|character: char| !character.is_ascii_alphanumeric() && character != '-') {
        return Err(format!("`{text}` is no id of a health check: that has letters, digits and hyphens"));
    }
    id.parse().map_err(|error: crate::model::IdError| error.to_string())
}

fn healthy(number: i64) -> Result<u32, String> {
    if number < 1 {
        return Err("the number of checks that must be healthy is at least 1".to_owned());
    }
    u32::try_from(number).map_err(|_| format!("{number} is more than a health check can have children"))
}

fn target(reader: &mut Reader, fields: &Fields<'_>) -> Field<DraftTarget> {
    reader.node(fields, &schema::TARGET).and_then(|Spanned { value: node, span }| match &node.value {
        Value::Text(_) => reader.text_node(node, &schema::TARGET, &rules::TARGET, named_target),
        Value::Table(_) => match reader.fields(node, "target", schema::ALIAS_KEYS) {
            Some(fields) => Field::Given(Spanned { value: alias(reader, &fields), span }),
            None => Field::Faulty,
        },
        other => reader.wrong_type(node, &schema::TARGET, other),
    })
}

fn alias(reader: &mut Reader, fields: &Fields<'_>) -> DraftTarget {
    DraftTarget::Alias {
        dns_name: reader.text(fields, &schema::ALIAS, &rules::DOMAIN_NAME, str::parse::<Fqdn>),
        hosted_zone_id: reader.text(fields, &schema::ALIAS_ZONE, &rules::ALIAS_ZONE_ID, alias_zone_id),
    }
}

fn named_target(text: &str) -> Result<DraftTarget, Refused> {
    match text {
        "pointer" => Ok(DraftTarget::Pointer),
        "website" => Ok(DraftTarget::Website),
        other => {
            let error = format!(
                "`{other}` is no target; there are `pointer`, `website`, and a table with `alias` and \
                 `hosted_zone_id`"
            );
            Err(meant(error, other, ["pointer", "website"]))
        }
    }
}

fn alias_zone_id(text: &str) -> Result<HostedZoneId, String> {
    if text.contains('.') {
        return Err(format!("`{text}` is a name; an alias takes the id of a zone, such as `Z2FDTNDATAQYW2`"));
    }
    text.parse().map_err(|error: crate::model::IdError| error.to_string())
}

fn mrap(reader: &mut Reader, parent: &Fields<'_>) -> Field<MrapSpec> {
    table(reader, parent, &schema::MRAP, schema::MRAP_KEYS).and_then(|Spanned { value: fields, span }| {
        let account = reader.text(&fields, &schema::MRAP_ACCOUNT, &rules::ACCOUNT_ID, str::parse);
        let alias = reader.text(&fields, &schema::MRAP_ALIAS, &rules::MRAP_ALIAS, str::parse);
        match (account, alias) {
            (Field::Given(account), Field::Given(alias)) => {
                Field::Given(Spanned { value: MrapSpec { account: account.value, alias: alias.value }, span })
            }
            _ => Field::Faulty,
        }
    })
}

fn cloudfront(reader: &mut Reader, parent: &Fields<'_>) -> Field<CloudFrontSpec> {
    table(reader, parent, &schema::CLOUDFRONT, schema::CLOUDFRONT_KEYS).and_then(|fields| {
        let key = &schema::CLOUDFRONT_DOMAIN;
        let domain = reader.text(&fields.value, key, &rules::DOMAIN_NAME, str::parse);
        domain.and_then(|Spanned { value: domain, span }| {
            Field::Given(Spanned { value: CloudFrontSpec { domain }, span })
        })
    })
}
