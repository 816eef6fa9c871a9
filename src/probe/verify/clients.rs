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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        model::Region,
        spec::{Format, Spec},
    };

    fn failover() -> Failover {
        let text = include_str!("../../../tests/specs/valid/minimal.toml");
        Spec::parse("failover.toml", text, Format::Toml).expect("a spec").spec.failovers.remove(0)
    }

    fn look(
        kind: ClientKind,
        led_to: Option<Side>,
        side: Result<Side, &str>,
        ttl: Option<i64>,
    ) -> ClientLook {
        ClientLook {
            led_to,
            side: side.map_err(str::to_owned),
            ttl: ttl.map(|ttl| Ttl::from_seconds(ttl).expect("a TTL")),
            ..ClientLook::new(kind)
        }
    }

    fn found(looks: Vec<ClientLook>, expected: Side) -> Vec<Finding> {
        let nothing = [Err(String::new()), Err(String::new())];
        let evidence = Evidence { clients: looks, ..Evidence::new(None, Vec::new(), nothing) };
        findings(&failover(), &evidence, expected)
    }

    fn told(finding: &Finding) -> (&str, bool, Severity, &str) {
        (finding.id, finding.ok, finding.severity, finding.detail.as_str())
    }

    const KINDS: [ClientKind; 3] = [ClientKind::Pointer, ClientKind::KeepAlive, ClientKind::Pinned];

    #[test]
    fn nothing_is_said_of_clients_that_were_not_sent() {
        assert_eq!(found(Vec::new(), Side::Primary), []);
    }

    /// Well served, each is told how long it would stay.
    #[test]
    fn a_client_on_the_expected_side_is_well() {
        let looks = KINDS.map(|kind| look(kind, Some(Side::Primary), Ok(Side::Primary), Some(42)));
        // The second look goes by the answer of the first.
        let again = look(ClientKind::KeepAlive, Some(Side::Primary), Ok(Side::Primary), None);
        let found = found([looks.to_vec(), vec![again]].concat(), Side::Primary);
        let told: Vec<_> = found.iter().map(told).collect();
        let well = |id, detail| (id, true, Severity::Error, detail);
        assert_eq!(
            told,
            [
                well(
                    "client.pointer",
                    "a client that looks the name up each time gets its bytes from the primary; after a change it may stay there for 42 s, the rest of its answer's TTL"
                ),
                well(
                    "client.keep_alive",
                    "a client that keeps its connection gets its bytes from the primary; after a change it may stay there until its connection is closed (S3 documents no limit; unverified)"
                ),
                well(
                    "client.pinned",
                    "a client that has pinned the address gets its bytes from the primary; after a change it may stay there until it is started again"
                ),
            ]
        );
        assert!(found.iter().all(|finding| finding.advice.is_none()));
    }

    /// Late but served is a warning; without bytes is an error, and it is told until when.
    #[test]
    fn a_client_elsewhere_is_found() {
        for kind in KINDS {
            let late =
                found(vec![look(kind, Some(Side::Primary), Ok(Side::Primary), Some(42))], Side::Secondary);
            assert!(!late[0].ok && late[0].severity == Severity::Warning, "{late:?}");
            assert!(
                late[0].detail.contains("from the primary, not from the secondary, and may stay there"),
                "{late:?}"
            );
            assert!(late[0].advice.is_some());
            let dead =
                found(vec![look(kind, Some(Side::Primary), Err("it is dark"), Some(42))], Side::Secondary);
            assert!(!dead[0].ok && dead[0].severity == Severity::Error, "{dead:?}");
            assert!(dead[0].detail.contains(" gets nothing at the primary, and may stay there "), "{dead:?}");
            let lost = found(vec![look(kind, None, Err("nobody answers"), None)], Side::Secondary);
            assert!(!lost[0].ok && lost[0].detail.ends_with(" gets nothing: nobody answers"), "{lost:?}");
        }
    }

    /// That a pointer cannot be called is no fault; that somebody has a bucket of its name is.
    #[test]
    fn a_pointer_that_is_called_is_beside_the_point() {
        let nobody = look(ClientKind::Https, None, Err("status 404"), None);
        let somebody = ClientLook { region: "eu-west-3".parse::<Region>().ok(), ..nobody.clone() };
        let nobody = found(vec![nobody], Side::Primary);
        assert_eq!(
            told(&nobody[0]),
            (
                "client.https",
                true,
                Severity::Warning,
                "a client that calls data.example.com itself gets nothing, and this is not how pointers are used: status 404"
            )
        );
        let somebody = found(vec![somebody], Side::Primary);
        assert!(
            !somebody[0].ok
                && somebody[0]
                    .detail
                    .starts_with("there is a bucket data.example.com in eu-west-3 that is neither side's"),
            "{somebody:?}"
        );
    }
}
