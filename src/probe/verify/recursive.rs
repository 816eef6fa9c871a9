//! What do clients get who ask a resolver: what the name servers give, and for how long may it differ?
//!
//! A resolver may answer the old side until the TTL of what it holds has run out; that is a warning. It may
//! not do so for longer, nor tell a longer TTL than the zone's, nor answer what nobody gave it.

use jiff::SignedDuration;

use super::{
    super::{Answered, Freshness, Overdue, PointerAnswer, Stale, TtlHabit},
    dns::{DnsEvidence, ResolverAnswer},
    finding::{Finding, Severity, finding, join},
};
use crate::spec::{Failover, Target};

const RESOLVERS: &str = "recursive resolvers, asked for the failover's name";
const AGE: &str = "resolvers and name servers, looked at together over a while (RFC 1035, 3.2.1; RFC 8767)";
const TTL: &str = "the TTL of each resolver's answer and of the name servers' (RFC 2181, 8)";
const NEGATIVE: &str = "resolvers, and the SOA that they send along (RFC 2308, 5)";

pub(super) fn findings(failover: &Failover, dns: &DnsEvidence) -> Vec<Finding> {
    if dns.resolvers.is_empty() {
        return Vec::new();
    }
    let mut findings = vec![reachable(dns)];
    // Without anything to compare with, nothing can be said but how they count.
    if !dns.given.is_empty() {
        findings.extend([agree(dns), stale(dns), negative(dns), honest(failover, dns)]);
    }
    findings.push(stretched(dns));
    findings
}

fn answers(dns: &DnsEvidence) -> impl Iterator<Item = (&ResolverAnswer, &PointerAnswer)> {
    dns.resolvers.iter().filter_map(|resolver| Some((resolver, resolver.result.as_ref().ok()?)))
}

/// Those that answer something that no name server gives.
fn differing(dns: &DnsEvidence) -> impl Iterator<Item = (&ResolverAnswer, &PointerAnswer)> {
    answers(dns).filter(|(_, answer)| !dns.given.contains(&answer.answered))
}

fn reachable(dns: &DnsEvidence) -> Finding {
    let all = dns.resolvers.len();
    let silent: Vec<&String> = dns.resolvers.iter().filter_map(|one| one.result.as_ref().err()).collect();
    let severity = if silent.len() == all { Severity::Error } else { Severity::Warning };
    let ok = silent.is_empty();
    let detail =
        if ok { format!("{all} of {all} resolvers answered") } else { join(silent.into_iter().cloned()) };
    finding("recursive.reachable", severity, ok, detail, RESOLVERS).advise(
        "Look at the resolver's address, and whether it lets this machine ask; its clients get no answer either \
         if it cannot reach the name servers.",
    )
}

fn agree(dns: &DnsEvidence) -> Finding {
    let old = differing(dns).filter(|(resolver, _)| resolver.freshness.stale.is_none());
    let old = old.filter_map(|(resolver, answer)| match (&answer.answered, answer.ttl) {
        (Answered::Side(side), Some(ttl)) => {
            Some(format!("{} answers the {side}, and may still do so for {ttl} s", resolver.vantage))
        }
        (Answered::Side(side), None) => Some(format!("{} answers the {side}", resolver.vantage)),
        (Answered::Nothing(_) | Answered::Other(_), _) => None,
    });
    let old = join(old);
    let ok = old.is_empty();
    let detail = if ok { "no resolver answers another side than the name servers".to_owned() } else { old };
    finding("recursive.agree", Severity::Warning, ok, detail, RESOLVERS).advise(
        "Wait for that long: whoever asks these resolvers goes to the other side until then. A smaller `ttl` in the \
         spec shortens the next wait.",
    )
}

fn stale(dns: &DnsEvidence) -> Finding {
    let stale = || {
        let all = answers(dns).filter_map(|(one, answer)| Some((one, answer, one.freshness.stale?)));
        // What was never a side's is no old answer; that is told as `recursive.honest`.
        all.filter(|(_, answer, stale)| {
            stale.reason == Overdue::Said || !matches!(answer.answered, Answered::Other(_))
        })
    };
    let wrong = stale().any(|(_, answer, _)| !dns.given.contains(&answer.answered));
    let detail = join(stale().map(|(resolver, answer, stale)| {
        format!(
            "{} answers {}, {}{}",
            resolver.vantage,
            said(&answer.answered),
            why(&resolver.freshness, answer, stale),
            seen(dns, stale)
        )
    }));
    let ok = detail.is_empty();
    let detail = if ok { "no answer is known to be older than its TTL allows".to_owned() } else { detail };
    let severity = if wrong || ok { Severity::Error } else { Severity::Warning };
    finding("recursive.stale", severity, ok, detail, AGE).advise(
        "The resolver keeps answers beyond their TTL (serve-stale, a least TTL, or a cache that forgets nothing). Flush \
         the name there, turn that off, or see why it cannot reach the name servers; until then no TTL bounds when \
         its clients follow.",
    )
}

fn why(freshness: &Freshness, answer: &PointerAnswer, stale: Stale) -> String {
    let gone = |now: Option<std::time::Duration>| match (now, stale.abandoned) {
        (Some(now), Some(gone)) => format!("for at least {} s", now.saturating_sub(gone).as_secs()),
        _ => "any more".to_owned(),
    };
    match stale.reason {
        Overdue::Said => "and says itself that it has outlived its TTL".to_owned(),
        Overdue::Expired => {
            format!("which no name server has given {}, longer than its TTL", gone(freshness.last_sight()))
        }
        Overdue::Refetched => {
            let ttl = answer.ttl.map_or_else(String::new, |ttl| format!(" of {ttl} s"));
            format!("with a TTL{ttl} as if it were fresh, but no name server gives it any more")
        }
    }
}

fn seen(dns: &DnsEvidence, stale: Stale) -> String {
    let moment = SignedDuration::try_from(stale.first_seen).ok().zip(dns.epoch);
    let moment = moment.and_then(|(first, epoch)| epoch.checked_add(first).ok());
    moment.map_or_else(String::new, |moment| format!("; first seen at {moment:.0}"))
}

fn stretched(dns: &DnsEvidence) -> Finding {
    let of = |(resolver, answer): (&ResolverAnswer, &PointerAnswer)| {
        let (by, how) = match resolver.freshness.ttl {
            TtlHabit::Stretched(by) => (by, "it stretches TTLs"),
            TtlHabit::Above(by) => (by, "it stretches TTLs, or the zone's TTL has just been lowered"),
            TtlHabit::Within | TtlHabit::Frozen => return None,
        };
        let told = answer.ttl.map_or_else(String::new, |ttl| format!(" of {ttl} s"));
        let by = by.as_secs();
        Some(format!(
            "{} answers a TTL{told}, by up to {by} s more than the name servers: {how}",
            resolver.vantage
        ))
    };
    let detail = join(answers(dns).filter_map(of));
    let ok = detail.is_empty();
    let detail = if ok { "no resolver tells a longer TTL than the name servers".to_owned() } else { detail };
    finding("recursive.ttl", Severity::Warning, ok, detail, TTL).advise(
        "Lower the resolver's least TTL (unbound: cache-min-ttl; PowerDNS: minimum-ttl-override; dnsmasq: \
         min-cache-ttl; Knot Resolver: cache.min_ttl), or count its TTL into the time to recover.",
    )
}

fn negative(dns: &DnsEvidence) -> Finding {
    let of = |(resolver, answer): (&ResolverAnswer, &PointerAnswer)| {
        let Answered::Nothing(said) = &answer.answered else { return None };
        let left = resolver.negative_ttl.map(|left| format!(", and may still do so for {left} s"));
        let left =
            left.unwrap_or_else(|| ", and sends no SOA along: it may know no way to the zone".to_owned());
        Some(format!("{} answers {said}, though the name servers have an answer{left}", resolver.vantage))
    };
    let detail = join(differing(dns).filter_map(of));
    let ok = detail.is_empty();
    let detail = if ok { "no resolver keeps in mind that there was nothing".to_owned() } else { detail };
    finding("recursive.negative", Severity::Error, ok, detail, NEGATIVE).advise(
        "Where a time is told, somebody asked before the record was there, and the resolver keeps that for as long as \
         the zone's SOA says: wait, or flush the name there, and lower the last field of the SOA before the next name \
         is made. Where none is, see whether it answers other names of the zone: it may not be a resolver at all.",
    )
}

fn honest(failover: &Failover, dns: &DnsEvidence) -> Finding {
    let other = differing(dns).filter_map(|(resolver, answer)| match &answer.answered {
        Answered::Other(said) => Some(format!("{} answers {said}", resolver.vantage)),
        Answered::Side(_) | Answered::Nothing(_) => None,
    });
    let detail = join(other);
    // The addresses of a load balancer, a website or a distribution change, and a cache keeps the old ones.
    let pointer = failover.primary.target == Target::Pointer && failover.secondary.target == Target::Pointer;
    let severity = if pointer { Severity::Error } else { Severity::Warning };
    let ok = detail.is_empty();
    let detail = match (ok, pointer) {
        (true, _) => "no resolver answers anything that no name server gives".to_owned(),
        (false, true) => format!("neither side, and no name server gives it: {detail}"),
        (false, false) => format!("no name server gives it now, but a target's addresses change: {detail}"),
    };
    finding("recursive.honest", severity, ok, detail, RESOLVERS).advise(
        "The resolver rewrites answers, was poisoned, or has a zone of its own by this name: look at its configuration, \
         and ask it with `dig` from another network.",
    )
}

fn said(answered: &Answered) -> String {
    match answered {
        Answered::Side(side) => format!("the {side}"),
        Answered::Nothing(said) | Answered::Other(said) => said.clone(),
    }
}
