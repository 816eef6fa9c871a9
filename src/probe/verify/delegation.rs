//! Does everybody name the same name servers: the parent, the zone itself, and Route 53?
//!
//! The classic fault is a domain whose registrar points at the name servers of another hosted zone of the
//! same name: all looks well in the console, and nobody ever asks these servers ("If you delete and
//! recreate a hosted zone, it has other name servers", Route 53 Developer Guide,
//! `troubleshooting-domain-unavailable`, in substance).

use std::collections::BTreeSet;

use super::{
    super::{
        Delegation, Walk,
        delegation::{Addresses, Authority},
    },
    finding::{Finding, Severity, finding, join},
};
use crate::model::Fqdn;

const WALK: &str =
    "NS of the zone, asked of its parent's name servers and of its own; GetHostedZone of Route 53";

pub(super) fn findings(delegation: &Delegation) -> Vec<Finding> {
    match delegation {
        Delegation::Unseen => Vec::new(),
        Delegation::Skipped(why) => {
            let detail = format!("the delegation was not walked: {why}");
            vec![finding("delegation.agree", Severity::Warning, true, detail, WALK)]
        }
        Delegation::Unknown(why) => {
            let detail = format!("the delegation could not be walked: {why}");
            let found = finding("delegation.agree", Severity::Warning, false, detail, WALK);
            vec![found.advise(
                "Ask resolvers that answer for the zones above, too (`--resolver`); where there are none, as in a \
                 network of its own, `--nameserver` says whom to ask, and nothing is walked.",
            )]
        }
        Delegation::Walked(walk) => vec![agree(walk), lame(walk)],
    }
}

fn agree(walk: &Walk) -> Finding {
    let delegated = walk.delegated();
    let (names, listed) = (delegated.keys().cloned().collect::<BTreeSet<_>>(), walk.listed());
    let mut errors = Vec::new();
    let mut warnings = Vec::new();
    if names.is_empty() {
        errors.push(format!("{} does not delegate {}", walk.parent, walk.zone));
    }
    match &walk.route53 {
        Ok(route53) if !names.is_empty() => match strangers(walk, &names, route53) {
            Strangers::None => {}
            Strangers::Some(strange) => warnings.push(format!(
                "{} also names {}, which Route 53 does not know for this hosted zone",
                walk.parent,
                list(&strange)
            )),
            Strangers::All => errors.push(format!(
                "{} names {}, but the name servers of this hosted zone are {}: it is another zone that is asked",
                walk.parent,
                list(&names),
                list(route53)
            )),
        },
        Ok(_) => {}
        Err(why) => warnings.push(format!("which name servers Route 53 gave the zone could not be read: {why}")),
    }
    warnings.extend(differing_parents(walk));
    if !listed.is_empty() && !names.is_empty() {
        let lacks = |side: &str, whose: &BTreeSet<Fqdn>, other: &BTreeSet<Fqdn>| {
            let only: BTreeSet<Fqdn> = whose.difference(other).cloned().collect();
            (!only.is_empty()).then(|| format!("only {side} names {}", list(&only)))
        };
        warnings.extend(lacks(&format!("the parent {}", walk.parent), &names, &listed));
        warnings.extend(lacks("the zone itself", &listed, &names));
        warnings.extend(differing_servers(walk));
    }
    errors.extend(false_glue(walk, &delegated));
    let severity =
        if errors.is_empty() && !warnings.is_empty() { Severity::Warning } else { Severity::Error };
    let ok = errors.is_empty() && warnings.is_empty();
    let detail = if ok {
        format!("{}, {} and Route 53 name the same name servers: {}", walk.parent, walk.zone, list(&names))
    } else {
        join(errors.into_iter().chain(warnings))
    };
    finding("delegation.agree", severity, ok, detail, WALK).advise(match &walk.route53 {
        Ok(route53) if !route53.is_empty() => format!(
            "Have the registrar, or whoever keeps {}, name exactly these name servers for {}: {}; and let the NS \
             record of the zone itself say the same.",
            walk.parent,
            walk.zone,
            list(route53)
        ),
        _ => format!(
            "Compare the NS records that {} holds for {} with those of the zone, and with `aws route53 \
             get-hosted-zone`; the identity needs route53:GetHostedZone.",
            walk.parent, walk.zone
        ),
    })
}

fn lame(walk: &Walk) -> Finding {
    let bad = walk.servers.iter().filter_map(|server| match &server.authority {
        Authority::Lame(how) => Some(format!("{} ({}) {how}", server.name, server.server)),
        Authority::Answers(_) | Authority::NoRoute => None,
    });
    let glue = walk.delegated();
    let homeless = glue.iter().filter(|(name, glue)| glue.is_empty() && walk.addresses[*name].is_empty());
    let detail = join(bad.chain(homeless.map(|(name, _)| format!("{name} has no address"))));
    let ok = detail.is_empty();
    let gone = walk.without_route().len();
    let unseen = if gone == 0 {
        String::new()
    } else {
        format!("; {gone} IPv6 addresses were left out, since this machine has no IPv6 that leads anywhere")
    };
    let answering = walk.servers.len() - gone;
    let detail = if ok {
        format!("all {answering} addresses of the zone's name servers answer with authority{unseen}")
    } else {
        format!("{detail}{unseen}")
    };
    finding("delegation.lame", Severity::Error, ok, detail, WALK).advise(
        "Resolvers ask a lame server in their turn and lose time, or fail. Take it out of the delegation and of the \
         zone's NS record, or have it serve the zone.",
    )
}

enum Strangers {
    None,
    Some(BTreeSet<Fqdn>),
    All,
}

/// The delegated names that are none of Route 53's, neither by name nor, as white-label name servers are, by
/// address.
fn strangers(walk: &Walk, names: &BTreeSet<Fqdn>, route53: &BTreeSet<Fqdn>) -> Strangers {
    let addresses = |name: &Fqdn| walk.addresses.get(name).into_iter().flatten();
    let theirs: BTreeSet<_> = route53.iter().flat_map(addresses).collect();
    let known = |name: &&Fqdn| route53.contains(*name) || addresses(name).any(|ip| theirs.contains(ip));
    let strange: BTreeSet<Fqdn> = names.iter().filter(|name| !known(name)).cloned().collect();
    match strange.len() {
        0 => Strangers::None,
        all if all == names.len() => Strangers::All,
        _ => Strangers::Some(strange),
    }
}

fn differing_parents(walk: &Walk) -> Option<String> {
    let said = |one: &Addresses| one.keys().cloned().collect::<BTreeSet<_>>();
    let all: BTreeSet<BTreeSet<Fqdn>> =
        walk.parents.iter().filter_map(|parent| parent.said.as_ref().ok().map(said)).collect();
    (all.len() > 1).then(|| {
        let sets: Vec<String> = all.iter().map(list).collect();
        format!("the name servers of {} disagree: {}", walk.parent, sets.join(" or "))
    })
}

fn differing_servers(walk: &Walk) -> Option<String> {
    let all: BTreeSet<&BTreeSet<Fqdn>> = walk
        .servers
        .iter()
        .filter_map(|server| match &server.authority {
            Authority::Answers(names) => Some(names),
            Authority::Lame(_) | Authority::NoRoute => None,
        })
        .collect();
    (all.len() > 1).then(|| {
        let sets: Vec<String> = all.into_iter().map(list).collect();
        format!("the zone's own name servers name different ones: {}", sets.join(" or "))
    })
}

/// Glue that the name itself does not have. A name of which the resolvers know no address proves nothing.
fn false_glue(walk: &Walk, delegated: &Addresses) -> Vec<String> {
    let of = |(name, glue): (&Fqdn, &BTreeSet<_>)| {
        let real = walk.addresses.get(name).filter(|real| !real.is_empty())?;
        let wrong: Vec<String> = glue.difference(real).map(ToString::to_string).collect();
        (!wrong.is_empty()).then(|| {
            let real: Vec<String> = real.iter().map(ToString::to_string).collect();
            format!("the glue of {name} is {}, but its address is {}", wrong.join(", "), real.join(", "))
        })
    };
    delegated.iter().filter_map(of).collect()
}

fn list(names: &BTreeSet<Fqdn>) -> String {
    if names.is_empty() {
        return "nobody".to_owned();
    }
    names.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}
