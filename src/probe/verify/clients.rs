//! Does each kind of client get its bytes from the side that it ought to, and how long would it stay with it?

use std::time::Duration;

use super::{
    super::client::{Change, ClientKind, ClientLook, Until, exposure},
    evidence::Evidence,
    finding::{Finding, Severity, finding},
};
use crate::{
    model::{Side, Ttl},
    spec::{Failover, Target},
};

const REQUESTS: &str = "requests of our own, as such a client makes them";
const BY_HOST: &str = "S3 User Guide, VirtualHosting: S3 finds the bucket by the Host header, and its certificate holds its own names";

/// A finding for each kind of client that has looked.
pub(super) fn findings(failover: &Failover, evidence: &Evidence, expected: Side) -> Vec<Finding> {
    let pointer = failover.side(expected).target == Target::Pointer;
    let last = |kind| evidence.clients.iter().rev().find(|look| look.kind == kind);
    let kinds = ClientKind::ALL.into_iter().filter_map(|kind| Some((kind, last(kind)?)));
    // Behind an alias the client of its name is the one that there is; nobody looks for a pointer there.
    let kinds = kinds.filter(|(kind, _)| pointer || *kind != ClientKind::Pointer);
    let found = kinds.map(|(kind, look)| match kind {
        ClientKind::Https if pointer => beside_the_point(failover, look),
        _ => of_client(kind, look, ttl(evidence, kind), expected),
    });
    found.collect()
}

/// Of the answer by which a client goes: it may have been looked up some looks ago.
fn ttl(evidence: &Evidence, kind: ClientKind) -> Option<Ttl> {
    evidence.clients.iter().rev().filter(|look| look.kind == kind).find_map(|look| look.ttl)
}

fn of_client(kind: ClientKind, look: &ClientLook, ttl: Option<Ttl>, expected: Side) -> Finding {
    let (id, who, advice) = match kind {
        ClientKind::Https => (
            "client.https",
            "a client that calls the name",
            "until the TTL has run out this is as it has to be; afterwards a resolver keeps its answer for too long",
        ),
        ClientKind::Pointer => (
            "client.pointer",
            "a client that looks the name up each time",
            "until the TTL has run out this is as it has to be; afterwards a resolver keeps its answer for too long",
        ),
        ClientKind::KeepAlive => (
            "client.keep_alive",
            "a client that keeps its connection",
            "let pools give connections up at some age, and let a request that failed be tried again by a new look-up over a new connection",
        ),
        ClientKind::Pinned => (
            "client.pinned",
            "a client that has pinned the address",
            "start it again, and let it forget addresses: a JVM by networkaddress.cache.ttl",
        ),
    };
    let stays = stays(kind, ttl);
    let (ok, severity, detail) = match &look.side {
        Ok(side) if *side == expected => (
            true,
            Severity::Error,
            format!("{who} gets its bytes from the {side}; after a change it may stay there {stays}"),
        ),
        Ok(side) => (
            false,
            // Late, but served.
            Severity::Warning,
            format!(
                "{who} gets its bytes from the {side}, not from the {expected}, and may stay there {stays}"
            ),
        ),
        Err(why) => {
            let led = look.led_to.map(|side| format!(" at the {side}")).unwrap_or_default();
            let stays = match look.led_to {
                Some(side) if side != expected => format!(", and may stay there {stays}"),
                _ => String::new(),
            };
            (false, Severity::Error, format!("{who} gets nothing{led}{stays}: {why}"))
        }
    };
    let advice = match look.led_to {
        Some(side) if side != expected => advice,
        _ => "clients are without bytes: what is said of the data and of the name servers tells why",
    };
    finding(id, severity, ok, detail, REQUESTS).advise(advice)
}

/// Until when such a client may be on a side that is no longer answered.
fn stays(kind: ClientKind, ttl: Option<Ttl>) -> String {
    let Some(ttl) = ttl else { return "for a time that is not known".to_owned() };
    match exposure(kind, Change { at: Duration::ZERO, ttl, longest_connection: None }).until {
        Until::Moment(after) => format!("for {} s, the rest of its answer's TTL", after.as_secs()),
        until => until.to_string(),
    }
}

/// Pointers are looked up, not called. Whoever calls one gets nothing, and that is no fault; unless somebody
/// has made a bucket of that name.
fn beside_the_point(failover: &Failover, look: &ClientLook) -> Finding {
    let name = &failover.name;
    let (ok, detail) = match (&look.side, &look.region) {
        (Ok(side), _) => (
            true,
            format!("a client that calls {name} itself is served by the {side}, whose bucket has that name"),
        ),
        (Err(why), Some(region)) => (
            false,
            format!(
                "there is a bucket {name} in {region} that is neither side's, and who calls the name itself ends there: {why}"
            ),
        ),
        (Err(why), None) => (
            true,
            format!(
                "a client that calls {name} itself gets nothing, and this is not how pointers are used: {why}"
            ),
        ),
    };
    let advice = "see whose bucket that is; clients have to look the name up and call what it names";
    finding("client.https", Severity::Warning, ok, detail, BY_HOST).advise(advice)
}
