//! Do the zone's name servers answer, with authority, all the same, and the right side?

use super::{
    super::{Answered, PointerAnswer},
    evidence::{Evidence, ServerAnswer},
    finding::{Finding, Severity, finding, join},
    observed::{Observed, agree},
};
use crate::{
    model::Side,
    spec::{Failover, Target},
};

const DNS: &str = "name servers, asked over UDP, and over TCP where the answer was truncated";
const AUTHORITY: &str = "the AA bit of each answer (RFC 1035, 4.1.1)";

pub(super) fn findings(
    failover: &Failover,
    evidence: &Evidence,
    expected: Side,
    observed: Observed,
) -> Vec<Finding> {
    let servers = &evidence.servers;
    let silent = join(servers.iter().filter_map(|server| server.result.as_ref().err().cloned()));
    let all = servers.len();
    let detail = if silent.is_empty() { format!("all {all} name servers answered") } else { silent.clone() };
    let reachable =
        finding("authoritative.reachable", Severity::Error, silent.is_empty() && all > 0, detail, DNS);

    let others =
        join(servers.iter().filter(|server| !server.authoritative).map(|server| server.vantage.to_string()));
    let ok = others.is_empty();
    let detail = if ok {
        "every answer carries authority".to_owned()
    } else {
        format!("answers without authority, so not the zone's name servers, or lame: {others}")
    };
    let authority = finding("authoritative.authority", Severity::Error, ok, detail, AUTHORITY);

    let agree = agree(servers);
    let detail = if agree {
        "the name servers agree".to_owned()
    } else {
        format!("the name servers disagree: {}", who(servers))
    };
    let agree = finding("authoritative.agree", Severity::Error, agree, detail, DNS);

    let wanted = if expected == Side::Primary { Observed::Primary } else { Observed::Secondary };
    let detail = if observed == wanted {
        format!("the {expected} is answered, as it should be")
    } else {
        let turning = "; if a side has just failed or recovered, the switch may be under way";
        format!("the {expected} should be answered, but: {}{turning}", who(servers))
    };
    let as_expected = finding("authoritative.expected", Severity::Error, observed == wanted, detail, DNS);
    let mut findings = vec![reachable, authority, agree, as_expected];

    let pointer = failover.primary.target == Target::Pointer && failover.secondary.target == Target::Pointer;
    if pointer {
        let ttls =
            servers.iter().filter_map(|server| Some((&server.vantage, server.result.as_ref().ok()?.ttl?)));
        let wrong = ttls
            .filter(|(_, ttl)| *ttl != failover.ttl)
            .map(|(server, ttl)| format!("{server} answers a TTL of {ttl} s"));
        let wrong = join(wrong);
        let ok = wrong.is_empty();
        let detail = if ok {
            format!("the TTL is {} s, as in the spec", failover.ttl)
        } else {
            format!("the spec says {} s, but {wrong}", failover.ttl)
        };
        findings.push(finding("authoritative.ttl", Severity::Warning, ok, detail, DNS));
    }
    findings
}

fn who(servers: &[ServerAnswer]) -> String {
    join(servers.iter().map(|server| match &server.result {
        Ok(PointerAnswer { answered: Answered::Side(side), .. }) => {
            format!("{} answers the {side}", server.vantage)
        }
        Ok(PointerAnswer { answered: Answered::Nothing(said), .. }) => {
            format!("{} answers {said}", server.vantage)
        }
        Ok(PointerAnswer { answered: Answered::Other(said), .. }) => {
            format!("{} answers {said}, which is neither side", server.vantage)
        }
        Err(why) => why.clone(),
    }))
}
