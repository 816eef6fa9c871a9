//! Which side is what Route 53 says that it would answer?

use std::net::IpAddr;

use super::{Answered, SideAddresses, answer::side_among};
use crate::{model::Fqdn, spec::Failover};

/// Reads the values of an answer to a question for `failover.name` and its record type, in presentation format,
/// as [`read_answer`](super::read_answer) reads those of a reply.
pub fn read_values(
    failover: &Failover,
    code: &str,
    values: &[String],
    addresses: &SideAddresses,
) -> Answered {
    if values.is_empty() {
        let said = if code == "NOERROR" { "no record of this type" } else { code };
        return Answered::Nothing(said.to_owned());
    }
    let ips: Vec<IpAddr> = values.iter().filter_map(|value| value.parse().ok()).collect();
    let is_name = |value: &&String| value.parse::<IpAddr>().is_err();
    let names: Vec<Fqdn> = values.iter().filter(is_name).filter_map(|value| value.parse().ok()).collect();
    side_among(failover, &names, &ips, addresses)
}
