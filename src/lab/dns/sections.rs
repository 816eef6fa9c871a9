//! What stands in a packet beside the answer itself?
//!
//! Route 53 Developer Guide, `DNSBehavior`:
//!
//! - "For successful queries, Route 53 appends name server (NS) records for the relevant hosted zone to
//!   the Authority section of the DNS response." An answer that is those NS records does not repeat
//!   them (seen in public output of `dig`).
//! - "For names that are not found (NXDOMAIN responses), Route 53 appends the start of authority (SOA)
//!   record." So it does where a name has no records of the type (seen in public output of `dig`).
//! - "If the records are known and appropriate, the service appends A or AAAA records for any target of
//!   an MX, CNAME, NS, or SRV record cited in the Answer section." And for those of the NS records in
//!   the Authority section (seen likewise): in a referral they are the glue.

use super::{
    choice::Choice,
    knowledge::Records,
    node::{cut_above, line_at, node_of},
    reply::{Line, Outcome, Reply},
};
use crate::{
    lab::route53::types::Answer,
    model::{Fqdn, RecordType},
};

/// Completes answers from one zone.
pub(super) struct Sections<'a> {
    zone_name: &'a Fqdn,
    records: &'a Records,
    choice: Choice<'a>,
}

impl<'a> Sections<'a> {
    pub(super) fn new(zone_name: &'a Fqdn, records: &'a Records, choice: Choice<'a>) -> Self {
        Self { zone_name, records, choice }
    }

    /// An answer with records.
    pub(super) fn found(mut self, answers: Vec<Line>) -> Reply {
        let told = |line: &Line| line.rtype == RecordType::Ns && line.name == *self.zone_name;
        let authority = if answers.iter().any(told) { None } else { self.name_servers(self.zone_name) };
        let authority: Vec<Line> = authority.into_iter().collect();
        let additional = self.additional(&answers, &authority);
        Reply { outcome: Outcome::Found, answers, authority, additional }
    }

    /// An answer without records: the SOA says how long that may be cached. Its TTL is the smaller of its
    /// own and its last field (RFC 2308, section 3).
    pub(super) fn nothing(self, outcome: Outcome, answers: Vec<Line>) -> Reply {
        let soa = self.records.get(&(self.zone_name.clone(), RecordType::Soa)).and_then(|sets| sets.first());
        let authority = soa.and_then(|set| match &set.answer {
            Answer::Values { ttl, values } => {
                let minimum = values.first()?.split_whitespace().last()?.parse().unwrap_or(*ttl);
                let (name, ttl) = (self.zone_name.clone(), minimum.min(*ttl));
                Some(Line { name, rtype: RecordType::Soa, ttl, values: values.clone() })
            }
            Answer::Alias { .. } => None,
        });
        Reply { outcome, answers, authority: authority.into_iter().collect(), additional: Vec::new() }
    }

    /// A referral to the name servers at `cut`. Behind a CNAME of the zone's own the server still speaks
    /// for the first name (RFC 1035, section 4.1.1: AA "corresponds to the name which matches the query
    /// name, or the first owner name in the answer section").
    pub(super) fn referral(mut self, answers: Vec<Line>, cut: &Fqdn) -> Reply {
        let outcome = if answers.is_empty() { Outcome::Referral } else { Outcome::Found };
        let authority: Vec<Line> = self.name_servers(cut).into_iter().collect();
        let additional = self.additional(&answers, &authority);
        Reply { outcome, answers, authority, additional }
    }

    fn name_servers(&mut self, owner: &Fqdn) -> Option<Line> {
        let (ttl, values) = self.choice.values_at(owner, RecordType::Ns)?;
        Some(Line { name: owner.clone(), rtype: RecordType::Ns, ttl, values })
    }

    /// The addresses of the targets that lie in the zone, each once, and none that the answer holds. What
    /// the zone has below a delegation is glue, good for name servers alone.
    fn additional(&mut self, answers: &[Line], authority: &[Line]) -> Vec<Line> {
        let mut additional: Vec<Line> = Vec::new();
        let pointing = answers.iter().chain(authority).filter(|line| points(line.rtype));
        for (rtype, value) in pointing.flat_map(|line| line.values.iter().map(|value| (line.rtype, value))) {
            let Some(target) = target_within(value, self.zone_name) else { continue };
            let delegated = || cut_above(self.zone_name, self.records, &target, None).is_some();
            if rtype != RecordType::Ns && delegated() {
                continue;
            }
            if answers.iter().chain(&additional).any(|line| line.name == target) {
                continue;
            }
            let Some(node) = node_of(self.zone_name, self.records, &target) else { continue };
            for rtype in [RecordType::A, RecordType::Aaaa] {
                additional.extend(line_at(&mut self.choice, &node, rtype, &target));
            }
        }
        additional
    }
}

fn points(rtype: RecordType) -> bool {
    matches!(rtype, RecordType::Mx | RecordType::Cname | RecordType::Ns | RecordType::Srv)
}

/// The name at the end of a value, if it lies in the zone. Most do not, and that is seen without making
/// a name of it.
fn target_within(value: &str, zone_name: &Fqdn) -> Option<Fqdn> {
    let target = value.split_ascii_whitespace().last()?;
    let target = target.strip_suffix('.').unwrap_or(target);
    let tail = target.get(target.len().checked_sub(zone_name.as_str().len())?..)?;
    if !tail.eq_ignore_ascii_case(zone_name.as_str()) {
        return None;
    }
    target.parse().ok().filter(|name: &Fqdn| name.is_within(zone_name))
}
