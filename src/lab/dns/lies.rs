//! What does a name server say that lies?
//!
//! Of a failover pair the other side ([`super::choice`]). Where there is no other side, an address or a
//! target that is nobody's. Everything else it tells as it is: a lie that no client can tell from the
//! truth by its form is the one worth trying.

use super::reply::Line;
use crate::model::RecordType;

/// Where a lying name server sends everybody: addresses for documentation (RFC 5737, RFC 3849) and a
/// name that cannot exist (RFC 6761).
const FALSE_IPV4: &str = "192.0.2.66";
const FALSE_IPV6: &str = "2001:db8::66";
const FALSE_NAME: &str = "lie.route53-lab.invalid.";

/// Makes a line say what is not so.
pub(super) fn tell(line: &mut Line) {
    let value = match line.rtype {
        RecordType::A => FALSE_IPV4,
        RecordType::Aaaa => FALSE_IPV6,
        RecordType::Cname => FALSE_NAME,
        _ => return,
    };
    line.values = vec![value.to_owned()];
}
