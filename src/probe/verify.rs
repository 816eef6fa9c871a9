//! Evidence into findings: does what is seen agree with what ought to be?

use std::net::SocketAddr;

use serde::Serialize;

use super::{Answered, Basis, Expectation, Fetched, PointerAnswer, SideHealth, Signed};
use crate::{
    model::{Fqdn, Side},
    spec::{Failover, Target},
};

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Clients are, or would be, served wrongly.
    Error,
    /// Not now, but something that was meant to protect them does not.
    Warning,
}

/// Which side was seen by all name servers together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the two sides")]
pub enum Observed {
    Primary,
    Secondary,
    /// No server answered either side.
    None,
    /// Servers answered differently, at least one of them a side.
    Mixed,
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Stays the same from version to version.
    pub id: &'static str,
    /// Whether it is as it should be.
    pub ok: bool,
    /// How bad it is when it is not.
    pub severity: Severity,
    /// What was seen.
    pub detail: String,
    /// Where it was seen, or the rule by which it is judged.
    pub source: String,
}

/// What one name server answered, or why it did not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerAnswer {
    /// The server.
    pub server: SocketAddr,
    /// Whether it answered with authority (the AA bit; RFC 1035, 4.1.1); true when it did not answer.
    pub authoritative: bool,
    /// Its answer.
    pub result: Result<PointerAnswer, String>,
}

/// What a side's endpoint gave, or why it gave nothing.
pub type SideData = Result<Fetched, String>;

/// All that was seen of one failover.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// Which side ought to be answered; nothing when the two records are not there.
    pub expectation: Option<Expectation>,
    /// The health checks behind the records that are switched off, by what they are for.
    pub disabled: Vec<String>,
    /// Why what the checkers see could not be read, where it could not.
    pub unread: Option<String>,
    /// What each name server answered.
    pub servers: Vec<ServerAnswer>,
    /// What the primary and the secondary endpoint gave.
    pub data: [SideData; 2],
}

/// What `verify` says of one failover.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// The failover's name.
    pub name: Fqdn,
    /// The side that ought to be answered.
    pub expected: Side,
    /// The side that was.
    pub observed: Observed,
    /// Whether no error was found.
    pub ok: bool,
    /// Everything that was looked at.
    pub checks: Vec<Finding>,
}

/// Judges the evidence. Pure.
pub fn judge(failover: &Failover, evidence: &Evidence) -> Verdict {
    let observed = observed(&evidence.servers);
    let expected = evidence.expectation.map_or(Side::Primary, |expectation| expectation.side);
    let active = match observed {
        Observed::Primary => Side::Primary,
        Observed::Secondary => Side::Secondary,
        Observed::None | Observed::Mixed => expected,
    };
    let mut checks = health(evidence);
    checks.extend(answers(failover, evidence, expected, observed));
    checks.extend(data(failover, evidence, active));
    let ok = checks.iter().all(|finding| finding.ok || finding.severity == Severity::Warning);
    Verdict { name: failover.name.clone(), expected, observed, ok, checks }
}

fn observed(servers: &[ServerAnswer]) -> Observed {
    let seen = |side: Side| answered(servers).any(|answered| *answered == Answered::Side(side));
    match Side::BOTH.map(seen) {
        [false, false] => Observed::None,
        _ if !agree(servers) => Observed::Mixed,
        [true, _] => Observed::Primary,
        [false, true] => Observed::Secondary,
    }
}

/// Whether all that answered said the same.
fn agree(servers: &[ServerAnswer]) -> bool {
    let mut all = answered(servers);
    let first = all.next();
    all.all(|other| Some(other) == first)
}

fn answered(servers: &[ServerAnswer]) -> impl Iterator<Item = &Answered> {
    servers.iter().filter_map(|server| Some(&server.result.as_ref().ok()?.answered))
}

fn finding(id: &'static str, severity: Severity, ok: bool, detail: String, source: &str) -> Finding {
    Finding { id, ok, severity, detail, source: source.to_owned() }
}

const CHECKERS: &str = "Route 53 GetHealthCheckStatus, by the rule of 18 %";
const ZONE: &str = "Route 53 ListResourceRecordSets";
const DNS: &str = "name servers, asked over UDP, and over TCP where the answer was truncated";
const HTTP: &str = "requests to each side's own endpoint";
const NO_CHECK: &str =
    "Route 53 Developer Guide, health-checks-how-route-53-chooses-records: no check counts as healthy";
const GONE_CHECK: &str = "Route 53 API reference, DeleteHealthCheck";
const DISABLED: &str = "Route 53 API reference, UpdateHealthCheck, Disabled";
const AUTHORITY: &str = "the AA bit of each answer (RFC 1035, 4.1.1)";
const LAST_RESORT: &str =
    "Route 53 Developer Guide, dns-failover-problems: if both sides are unhealthy, the primary is answered";

fn health(evidence: &Evidence) -> Vec<Finding> {
    let mut findings = Vec::new();
    let present = match evidence.expectation {
        Some(_) => "the primary and the secondary record are in the zone",
        None => "the zone lacks the primary or the secondary record: run `s3-failover apply`",
    };
    let is_present = evidence.expectation.is_some();
    findings.push(finding("records.present", Severity::Error, is_present, present.to_owned(), ZONE));
    let Some(expectation) = evidence.expectation else { return findings };
    let known = expectation.basis == Basis::Checkers && !expectation.health.contains(&SideHealth::Unknown);
    let basis = if known {
        "what the checkers see is known".to_owned()
    } else {
        let why = evidence.unread.as_ref().map(|why| format!(" ({why})")).unwrap_or_default();
        format!("what the checkers see could not be read{why}, so the expectation rests on our own requests")
    };
    findings.push(finding("checks.known", Severity::Warning, known, basis, CHECKERS));
    findings.extend(guards(evidence, expectation));
    let secondary = match expectation.health[1] {
        SideHealth::Healthy => "the secondary is healthy",
        SideHealth::Unhealthy => "the secondary is unhealthy: a failover would not happen",
        SideHealth::Unchecked => "the secondary has no health check: it would be answered even if it is dead",
        SideHealth::Gone | SideHealth::Unknown => "whether the secondary is healthy is not known",
    };
    let ok = expectation.health[1] == SideHealth::Healthy;
    findings.push(finding("secondary.healthy", Severity::Warning, ok, secondary.to_owned(), LAST_RESORT));
    findings
}

/// Whether the records are guarded at all: each of these makes a failover impossible or its moment
/// arbitrary, while everything looks well.
fn guards(evidence: &Evidence, expectation: Expectation) -> Vec<Finding> {
    let checked = expectation.health[0] != SideHealth::Unchecked;
    let detail = if checked {
        "the primary's record has a health check"
    } else {
        "the primary's record has no health check, so it counts as healthy for ever: a failover cannot happen"
    };
    let checked = finding("primary.checked", Severity::Error, checked, detail.to_owned(), NO_CHECK);

    let gone =
        Side::BOTH.into_iter().zip(expectation.health).filter(|(_, health)| *health == SideHealth::Gone);
    let gone =
        join(gone.map(|(side, _)| format!("the {side}'s record names a health check that does not exist")));
    let ok = gone.is_empty();
    let detail = if ok { "every health check that the records name exists".to_owned() } else { gone };
    let present = finding("checks.present", Severity::Error, ok, detail, GONE_CHECK);

    let ok = evidence.disabled.is_empty();
    let detail = if ok {
        "no health check is switched off".to_owned()
    } else {
        format!("switched off, and so counted as healthy whatever happens: {}", evidence.disabled.join(", "))
    };
    vec![checked, present, finding("checks.enabled", Severity::Error, ok, detail, DISABLED)]
}

fn answers(failover: &Failover, evidence: &Evidence, expected: Side, observed: Observed) -> Vec<Finding> {
    let servers = &evidence.servers;
    let silent = join(servers.iter().filter_map(|server| server.result.as_ref().err().cloned()));
    let all = servers.len();
    let detail = if silent.is_empty() { format!("all {all} name servers answered") } else { silent.clone() };
    let reachable =
        finding("authoritative.reachable", Severity::Error, silent.is_empty() && all > 0, detail, DNS);

    let others =
        join(servers.iter().filter(|server| !server.authoritative).map(|server| server.server.to_string()));
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
            servers.iter().filter_map(|server| Some((server.server, server.result.as_ref().ok()?.ttl?)));
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
            format!("{} answers the {side}", server.server)
        }
        Ok(PointerAnswer { answered: Answered::Nothing(said), .. }) => {
            format!("{} answers {said}", server.server)
        }
        Ok(PointerAnswer { answered: Answered::Other(said), .. }) => {
            format!("{} answers {said}, which is neither side", server.server)
        }
        Err(why) => why.clone(),
    }))
}

fn join(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().join("; ")
}

fn data(failover: &Failover, evidence: &Evidence, active: Side) -> Vec<Finding> {
    let of = |side: Side| &evidence.data[usize::from(side == Side::Secondary)];
    let (ok, detail) = served(failover, active, of(active));
    let mut findings = vec![finding("data.reachable", Severity::Error, ok, detail, HTTP)];
    if let Ok(fetched) = of(active) {
        let wanted = &failover.side(active).region;
        let detail = match &fetched.region {
            Some(region) => format!("S3 says that the {active}'s bucket is in {region}"),
            None => format!("the {active}'s endpoint does not say in which region its bucket is"),
        };
        // Only S3's own endpoints name a region; behind an alias target there may be anything.
        let must = failover.side(active).target == Target::Pointer;
        let ok = fetched.region.as_ref().map_or(!must, |region| region == wanted);
        findings.push(finding(
            "data.region",
            Severity::Error,
            ok,
            detail,
            "x-amz-bucket-region of S3's HeadBucket",
        ));
        let public = failover.public_object(active).is_some();
        if let Some(text) = failover.health_check.contains.as_ref().filter(|_| public) {
            let holds = String::from_utf8_lossy(&fetched.body).contains(text.as_str());
            let detail = format!("the object {} {text:?}", if holds { "holds" } else { "does not hold" });
            findings.push(finding("data.contains", Severity::Error, holds, detail, HTTP));
        }
    }
    let standby = of(active.other());
    let (ok, detail) = served(failover, active.other(), standby);
    // A standby that is down harms nobody yet; one whose bucket is anybody's to create does.
    let severity =
        if has_no_bucket(failover, active.other(), standby) { Severity::Error } else { Severity::Warning };
    findings.push(finding("standby.reachable", severity, ok, detail, HTTP));
    findings
}

/// Whether S3 says that there is no bucket of this name: it names the region of every bucket that
/// exists, also when it refuses the caller (S3 API reference, `HeadBucket`).
fn has_no_bucket(failover: &Failover, side: Side, data: &SideData) -> bool {
    let pointer = failover.side(side).target == Target::Pointer;
    data.as_ref().is_ok_and(|fetched| pointer && fetched.status == 404 && fetched.region.is_none())
}

fn served(failover: &Failover, side: Side, data: &SideData) -> (bool, String) {
    let bucket = &failover.side(side).bucket;
    match data {
        Ok(fetched) if fetched.is_success() => {
            let milliseconds = fetched.took.as_millis();
            if failover.public_object(side).is_none() {
                if let Some(Signed { by, .. }) = &fetched.signed {
                    return (true, format!("the {side} answered {by} in {milliseconds} ms"));
                }
                let what = "none of its objects is public, so more cannot be seen from outside";
                return (true, format!("the {side} answered in {milliseconds} ms; {what}"));
            }
            (true, format!("the {side} served the object with {} in {milliseconds} ms", fetched.status))
        }
        Ok(fetched) => {
            let reason = match fetched.status {
                403 if fetched.signed.is_some() && failover.public_object(side).is_none() => {
                    format!(": {bucket} does not let this identity look at it (s3:ListBucket)")
                }
                403 if fetched.signed.is_some() => {
                    format!(": the object is missing, or {bucket} does not let this identity read it")
                }
                403 => format!(
                    ": the object is missing, or Block Public Access or the policy of {bucket} hides it"
                ),
                404 if has_no_bucket(failover, side, data) => {
                    format!(
                        ": there is no bucket {bucket}, and anybody could create it and serve your clients"
                    )
                }
                404 => format!(": there is no such object in {bucket}"),
                300..400 => ": a redirect, which Route 53's checkers take for healthy".to_owned(),
                _ => String::new(),
            };
            let whom = fetched.signed.as_ref().map(|Signed { by, code }| match code {
                Some(code) => format!(" {code} to {by}"),
                None => format!(" to {by}"),
            });
            (false, format!("the {side} answered {}{}{reason}", fetched.status, whom.unwrap_or_default()))
        }
        Err(why) => (false, format!("the {side} could not be asked: {why}")),
    }
}
