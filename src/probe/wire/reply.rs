//! What was answered, and what else the answer says about itself.

use std::fmt;

use hickory_proto::{
    op::{Message, ResponseCode},
    rr::{
        RData, Record,
        rdata::opt::{EdnsCode, EdnsOption},
    },
};

/// A reply that belongs to its question.
#[derive(Clone, Debug)]
pub struct Reply {
    /// The response code: success, or "no such name".
    pub code: ResponseCode,
    /// Whether the server says that it is authoritative.
    pub authoritative: bool,
    /// The answer section, in its order.
    pub answers: Vec<Record>,
    /// Whether the server says that it asks others.
    pub recursion_available: bool,
    /// The authority section, in its order.
    pub authorities: Vec<Record>,
    /// The additional section, in its order, without EDNS.
    pub additionals: Vec<Record>,
    /// How long it may be kept in mind that there is nothing, in seconds; only where there is nothing, and the
    /// zone's SOA says so.
    pub negative_ttl: Option<u32>,
    /// Whether the server says that it has kept the answer beyond its TTL.
    pub stale: bool,
    /// What else the server says about its answer.
    pub extended: Vec<ExtendedError>,
    /// To how many bits of the client's network the answer is good, where the server says so (RFC 7871, 7.2.1).
    pub scope: Option<u8>,
    /// How the server calls itself (RFC 5001), where it does.
    pub server_id: Option<String>,
}

/// An extended DNS error (RFC 8914): why an answer is as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExtendedError {
    /// Its number.
    pub code: u16,
    /// What the server says further, or nothing.
    pub text: String,
}

impl Reply {
    /// A reply of which nothing is known but its code, its authority and its answers.
    pub fn new(code: ResponseCode, authoritative: bool, answers: Vec<Record>) -> Self {
        Self {
            code,
            authoritative,
            answers,
            recursion_available: false,
            authorities: Vec::new(),
            additionals: Vec::new(),
            negative_ttl: None,
            stale: false,
            extended: Vec::new(),
            scope: None,
            server_id: None,
        }
    }
}

impl From<Message> for Reply {
    fn from(message: Message) -> Self {
        let extended = extended(&message);
        let option = |code| message.edns.as_ref().and_then(|edns| edns.option(code));
        let scope = match option(EdnsCode::Subnet) {
            Some(EdnsOption::Subnet(subnet)) => Some(subnet.scope_prefix()),
            _ => None,
        };
        let server_id = match option(EdnsCode::NSID) {
            Some(EdnsOption::NSID(id)) => {
                Some(String::from_utf8_lossy(id.as_ref()).into_owned()).filter(|id| !id.is_empty())
            }
            _ => None,
        };
        Self {
            recursion_available: message.metadata.recursion_available,
            negative_ttl: negative_ttl(&message),
            stale: extended.iter().any(ExtendedError::is_stale),
            extended,
            scope,
            server_id,
            authorities: message.authorities,
            additionals: message.additionals,
            ..Self::new(message.metadata.response_code, message.metadata.authoritative, message.answers)
        }
    }
}

/// "The TTL of this record is set from the minimum of the MINIMUM field of the SOA record and the TTL of the SOA
/// itself, and indicates how long a resolver may cache the negative answer" (RFC 2308, section 3; section 5
/// has resolvers count it down).
fn negative_ttl(message: &Message) -> Option<u32> {
    let asked = message.queries.first()?.query_type();
    let there = message.answers.iter().any(|record| record.record_type() == asked);
    if there && message.metadata.response_code != ResponseCode::NXDomain {
        return None;
    }
    message.authorities.iter().find_map(|record| match &record.data {
        RData::SOA(soa) => Some(record.ttl.min(soa.minimum)),
        _ => None,
    })
}

/// The extended errors of a message, in their order.
pub(super) fn extended(message: &Message) -> Vec<ExtendedError> {
    let Some(edns) = &message.edns else { return Vec::new() };
    let errors = edns.options().options.iter().filter_map(|(_, option)| match option {
        // "A 16-bit unsigned integer INFO-CODE", then "EXTRA-TEXT [...] a UTF-8-encoded string that may be
        // null terminated" (RFC 8914, section 2).
        EdnsOption::Unknown(ExtendedError::OPTION, data) => {
            let (code, text) = data.split_first_chunk::<2>()?;
            let text = String::from_utf8_lossy(text);
            let text = text.trim_end_matches('\0').chars().filter(|c| !c.is_control()).collect();
            Some(ExtendedError { code: u16::from_be_bytes(*code), text })
        }
        _ => None,
    });
    errors.collect()
}

impl ExtendedError {
    /// The option's number (IANA, "DNS EDNS0 Option Codes").
    const OPTION: u16 = 15;

    /// "Stale Answer" (3) and "Stale NXDOMAIN Answer" (19).
    fn is_stale(&self) -> bool {
        matches!(self.code, 3 | 19)
    }

    /// The name of its number (RFC 8914, section 4, and IANA's "Extended DNS Error Codes").
    fn name(&self) -> Option<&'static str> {
        const NAMES: [&str; 30] = [
            "Other",
            "Unsupported DNSKEY Algorithm",
            "Unsupported DS Digest Type",
            "Stale Answer",
            "Forged Answer",
            "DNSSEC Indeterminate",
            "DNSSEC Bogus",
            "Signature Expired",
            "Signature Not Yet Valid",
            "DNSKEY Missing",
            "RRSIGs Missing",
            "No Zone Key Bit Set",
            "NSEC Missing",
            "Cached Error",
            "Not Ready",
            "Blocked",
            "Censored",
            "Filtered",
            "Prohibited",
            "Stale NXDOMAIN Answer",
            "Not Authoritative",
            "Not Supported",
            "No Reachable Authority",
            "Network Error",
            "Invalid Data",
            "Signature Expired before Valid",
            "Too Early",
            "Unsupported NSEC3 Iterations Value",
            "Unable to conform to policy",
            "Synthesized",
        ];
        NAMES.get(usize::from(self.code)).copied()
    }
}

impl fmt::Display for ExtendedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name)?,
            None => write!(f, "extended error {}", self.code)?,
        }
        if self.text.is_empty() { Ok(()) } else { write!(f, ", \"{}\"", self.text) }
    }
}
