//! Is this text a service binding, the value of an SVCB or HTTPS record?
//!
//! `PRIORITY TARGET [KEY=VALUE …]` (RFC 9460, section 2.1). With priority 0 it is an alias, which has no
//! parameters (RFC 9460, 2.4.2: "recipients MUST ignore any `SvcParams`"; that Route 53 refuses them there
//! is unverified). Which parameters Route 53 reads is unverified too: the lab knows those of RFC 9460,
//! `ech` and `dohpath`, and `keyNNNNN` for any other. What would be a packet that no client can read (RFC
//! 9460, section 2.2) is refused here, so that the name servers can answer with whatever was taken in.

use std::{
    collections::BTreeSet,
    net::{Ipv4Addr, Ipv6Addr},
};

use aws_smithy_types::base64;

/// Parameters with names, by their numbers (RFC 9460, section 14.3.2; `dohpath`: RFC 9461, section 5).
const NAMES: [&str; 8] =
    ["mandatory", "alpn", "no-default-alpn", "port", "ipv4hint", "ech", "ipv6hint", "dohpath"];

/// What is wrong with parameters; in the names of Route 53's faults.
pub(crate) type Fault = (&'static str, &'static str);

/// Judges what stands behind the target.
pub(super) fn parameters(priority: u16, text: &str) -> Result<(), Fault> {
    let parameters = split(text)?;
    if priority == 0 && !parameters.is_empty() {
        return Err(("SVCBRRDATAAliasWithParameters", "An alias (priority 0) has no parameters"));
    }
    let mut keys = BTreeSet::new();
    for (key, value) in &parameters {
        if !keys.insert(*key) {
            return Err(("SVCBRRDATADuplicateParameter", "A parameter is given twice"));
        }
        if !is_good(key, value.as_deref()) {
            return Err(("SVCBRRDATAInvalidParameter", "A parameter is not valid"));
        }
    }
    if keys.contains("no-default-alpn") && !keys.contains("alpn") {
        // RFC 9460, section 7.1.1: "the \"alpn\" SvcParam MUST also be specified".
        return Err(("SVCBRRDATAMissingParameter", "no-default-alpn has no meaning without alpn"));
    }
    // RFC 9460, section 8: what is mandatory must be there.
    let mandatory =
        parameters.iter().find(|(key, _)| *key == "mandatory").and_then(|(_, list)| list.as_deref());
    match mandatory.map(|list| list.split(',').all(|key| key != "mandatory" && keys.contains(key))) {
        Some(false) => Err(("SVCBRRDATAMissingMandatory", "A mandatory parameter is missing")),
        _ => Ok(()),
    }
}

/// The number of a parameter. One that has a name is not told by its number, whose value would be bytes
/// (unverified), and the last number means no parameter (RFC 9460, section 14.3.2).
pub(crate) fn key_number(key: &str) -> Option<u16> {
    let named = NAMES.iter().position(|name| *name == key).and_then(|number| u16::try_from(number).ok());
    named.or_else(|| {
        let number: u16 = key.strip_prefix("key")?.parse().ok()?;
        (usize::from(number) >= NAMES.len() && number < u16::MAX && key == format!("key{number}"))
            .then_some(number)
    })
}

/// Keys and values; a value may be quoted, and then hold spaces.
pub(crate) fn split(text: &str) -> Result<Vec<(&str, Option<String>)>, Fault> {
    let open = ("SVCBRRDATAUnclosedQuote", "A quotation mark is not closed");
    let mut found = Vec::new();
    let mut rest = text.trim_ascii();
    while !rest.is_empty() {
        let end = rest.find([' ', '\t', '=']).unwrap_or(rest.len());
        let (key, behind) = rest.split_at(end);
        let Some(value) = behind.strip_prefix('=') else {
            found.push((key, None));
            rest = behind.trim_ascii_start();
            continue;
        };
        let (value, behind) = match value.strip_prefix('"') {
            Some(inside) => inside.split_once('"').ok_or(open)?,
            None => value.split_at(value.find([' ', '\t']).unwrap_or(value.len())),
        };
        if !behind.is_empty() && !behind.starts_with([' ', '\t']) {
            return Err(("SVCBRRDATAInvalidParameter", "A parameter is not valid"));
        }
        found.push((key, Some(value.to_owned())));
        rest = behind.trim_ascii_start();
    }
    Ok(found)
}

fn is_good(key: &str, value: Option<&str>) -> bool {
    let each = |judge: fn(&str) -> bool| value.is_some_and(|list| list.split(',').all(judge));
    match key {
        "alpn" => each(|name| (1..=255).contains(&name.len())),
        "no-default-alpn" => value.is_none_or(str::is_empty),
        "port" => each(|port| port.parse::<u16>().is_ok()) && !value.is_some_and(|v| v.contains(',')),
        "ipv4hint" => each(|address| address.parse::<Ipv4Addr>().is_ok()),
        "ipv6hint" => each(|address| address.parse::<Ipv6Addr>().is_ok()),
        "mandatory" => each(|key| !key.is_empty()),
        "ech" => value.is_some_and(|text| !text.is_empty() && base64::decode(text).is_ok()),
        "dohpath" => value.is_some_and(|text| !text.is_empty()),
        other => key_number(other).is_some(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn parameters_of_the_rfc_pass() {
        for text in [
            "",
            "alpn=\"h3,h2\"",
            "alpn=h2 no-default-alpn port=8443 ipv4hint=192.0.2.1,192.0.2.2 ipv6hint=2001:db8::1",
            "mandatory=alpn,ipv4hint alpn=h2 ipv4hint=192.0.2.1",
            "key667=\"hello world\"  key9=",
            "ech=AEn+DQBFKwAgACABWIHUGj4u",
        ] {
            assert_eq!(parameters(1, text), Ok(()), "{text}");
        }
        assert_eq!(parameters(0, " "), Ok(()));
    }

    #[test]
    fn others_do_not() {
        for text in [
            "alpn",
            "alpn=",
            "port=65536",
            "port=1,2",
            "ipv4hint=::1",
            "ipv6hint=192.0.2.1",
            "nonsense=1",
            "alpn=h2 alpn=h3",
            "mandatory=port alpn=h2",
            "alpn=\"h2",
            "alpn=\"h2\"x",
            "no-default-alpn=1",
            "no-default-alpn",
            "key3=8443",
            "key65535=x",
            "key0667=x",
            "ech=!",
            "mandatory=nonsense nonsense=1",
            "=x",
        ] {
            assert!(parameters(1, text).is_err(), "{text}");
        }
        assert!(parameters(0, "alpn=h2").is_err());
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "\\PC{0,30}|[a-z=\", 0-9]{0,30}") {
            let _ = parameters(1, &text);
        }
    }
}
