//! Do the zone's name servers answer, with authority, all the same, and the right side?

use super::{
    super::{Answered, PointerAnswer},
    evidence::Evidence,
    finding::{Finding, Severity, finding, join},
    observed::{Observed, agree},
    server_answer::ServerAnswer,
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
    let reachable = finding(
        "authoritative.reachable",
        Severity::Error,
        silent.is_empty() && all > 0,
        detail,
        DNS,
    )
    .advise(
        "Resolvers lose time at a server that does not answer. Look whether UDP and TCP of port 53 reach it \
             from here, and whether it is one of the zone's name servers at all.",
    );

    let others =
        join(servers.iter().filter(|server| !server.authoritative).map(|server| server.vantage.to_string()));
    let ok = others.is_empty();
    let detail = if ok {
        "every answer carries authority".to_owned()
    } else {
        format!("answers without authority, so not the zone's name servers, or lame: {others}")
    };
    let authority = finding("authoritative.authority", Severity::Error, ok, detail, AUTHORITY).advise(
        "Name the zone's own name servers by `--nameserver`, not resolvers; and take out of the delegation what \
         does not serve the zone.",
    );

    let agree = agree(servers);
    let detail = if agree {
        "the name servers agree".to_owned()
    } else {
        format!("the name servers disagree: {}", who(servers))
    };
    let agree = finding("authoritative.agree", Severity::Error, agree, detail, DNS).advise(
        "Changes take up to a minute to reach all of Route 53's servers: look again. If it stays, a name server \
         serves another zone of this name, or a copy that is not kept up to date.",
    );

    let wanted = if expected == Side::Primary { Observed::Primary } else { Observed::Secondary };
    let detail = if observed == wanted {
        format!("the {expected} is answered, as it should be")
    } else {
        let turning = "; if a side has just failed or recovered, the switch may be under way";
        format!("the {expected} should be answered, but: {}{turning}", who(servers))
    };
    let as_expected = finding("authoritative.expected", Severity::Error, observed == wanted, detail, DNS).advise(
        "Look again in a minute; then `s3-failover plan` shows whether the records are as in the spec, and the \
         findings about health checks why a side is taken for healthy or not.",
    );
    let mut findings = vec![reachable, authority, agree, as_expected];
    findings.extend(over_tcp(evidence));

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
        let ttl = finding("authoritative.ttl", Severity::Warning, ok, detail, DNS);
        findings.push(ttl.advise(
            "`s3-failover plan` shows what differs, `s3-failover apply` sets the spec's TTL. Resolvers hold on to an \
             answer for as long as the name servers' TTL says, not the spec's.",
        ));
    }
    findings
}

/// What answers over UDP must answer the same over TCP: "all general-purpose DNS implementations MUST support
/// both UDP and TCP transport" (RFC 7766, section 5).
fn over_tcp(evidence: &Evidence) -> Option<Finding> {
    let tcp = &evidence.dns.tcp;
    let other = |server: &ServerAnswer| {
        let of_server = |one: &&ServerAnswer| one.vantage.server == server.vantage.server;
        Some((tcp.iter().find(of_server)?.clone(), server.result.as_ref().ok()?.answered.clone()))
    };
    let pairs: Vec<(ServerAnswer, Answered)> = evidence.servers.iter().filter_map(other).collect();
    if pairs.is_empty() {
        return None;
    }
    let differs = |(tcp, udp): &&(ServerAnswer, Answered)| {
        tcp.result.as_ref().is_ok_and(|answer| answer.answered != *udp)
    };
    let wrong = pairs.iter().any(|pair| differs(&pair));
    let bad = pairs.iter().filter(|pair| pair.0.result.is_err() || differs(pair));
    let detail = who(&bad.map(|(tcp, _)| tcp.clone()).collect::<Vec<_>>());
    let ok = detail.is_empty();
    let detail = match (ok, wrong) {
        (true, _) => format!("all {} name servers answer the same over TCP", pairs.len()),
        (false, true) => format!("over TCP it is another answer than over UDP: {detail}"),
        (false, false) => detail,
    };
    let severity = if wrong { Severity::Error } else { Severity::Warning };
    let source = "name servers, asked over TCP (RFC 7766, section 5)";
    Some(finding("authoritative.tcp", severity, ok, detail, source).advise(
        "Let TCP to port 53 pass wherever UDP does: an answer that is too long for a datagram comes over TCP alone, \
         and some resolvers ask over TCP only.",
    ))
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
