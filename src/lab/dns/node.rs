//! Which node of the zone's tree owns a name, and what does it answer?

use std::ops::Bound;

use super::{choice::Choice, knowledge::Records, lies, reply::Line};
use crate::model::{Fqdn, RecordType};

/// The records of a type at a node, owned by the name that was asked for (a wildcard's answer, and an
/// alias's, carry the name of the question).
pub(super) fn line_at(choice: &mut Choice<'_>, node: &Fqdn, rtype: RecordType, owner: &Fqdn) -> Option<Line> {
    let (ttl, values) = choice.values_at(node, rtype)?;
    let mut line = Line { name: owner.clone(), rtype, ttl, values };
    if choice.lies() {
        lies::tell(&mut line);
    }
    Some(line)
}

/// The node whose records answer for `name`: itself when it exists, or the wildcard directly below
/// its closest encloser (RFC 4592, section 3.3.1). That a wildcard does not reach below a name that
/// exists, and that an empty node exists, is RFC 4592, 2.2.2; of Route 53 itself unverified. (Its guide says
/// under `DomainNameFormat`: "If you create a record named *.example.com and there's no example.com record,
/// Route 53 responds to DNS queries for example.com with NXDOMAIN". Its own example cannot be, since an apex
/// always has records, so the lab keeps to the RFC.)
pub(super) fn node_of(zone_name: &Fqdn, records: &Records, name: &Fqdn) -> Option<Fqdn> {
    if exists(records, name) {
        return Some(name.clone());
    }
    let encloser = std::iter::successors(name.parent(), Fqdn::parent)
        .take_while(|above| above.is_within(zone_name))
        .find(|above| above == zone_name || exists(records, above))?;
    encloser.child("*").ok().filter(|wildcard| exists(records, wildcard))
}

/// Whether a name has records or stands above names that do. The order of names puts everything
/// below a name right behind it, so the first key from there on decides.
fn exists(records: &Records, name: &Fqdn) -> bool {
    let first_type = RecordType::ALL.first().copied().unwrap_or(RecordType::A);
    let from = Bound::Included((name.clone(), first_type));
    records.range((from, Bound::Unbounded)).next().is_some_and(|((found, _), _)| found.is_within(name))
}

/// The highest name from which on the zone hands `name` to other servers: one below the apex with NS
/// records (RFC 1034, section 4.2.1). Wildcards hand over nothing (Route 53 Developer Guide,
/// `DomainNameFormat`: "You can't use the * as a wildcard for records that have a type of NS").
pub(super) fn cut_above(
    zone_name: &Fqdn,
    records: &Records,
    name: &Fqdn,
    rtype: Option<RecordType>,
) -> Option<Fqdn> {
    let below_apex =
        std::iter::successors(Some(name.clone()), Fqdn::parent).take_while(|above| above != zone_name);
    let mut cuts = below_apex.filter(|above| records.contains_key(&(above.clone(), RecordType::Ns)));
    let lowest = cuts.next()?;
    let highest = cuts.last().unwrap_or(lowest);
    (rtype != Some(RecordType::Ds) || highest != *name).then_some(highest)
}
