//! Specs, drawn at random, and the records of others that may lie beside theirs.
//!
//! Few values of each kind, so that two specs in a row differ in some things and agree in others.

use std::fmt::Write as _;

use proptest::{collection::vec, option, prelude::*, sample::select, sample::subsequence};

use super::account::THEIRS;
use crate::{
    model::{Answer, Fqdn, RecordSet, RecordType, Routing, Side, Ttl},
    spec::{Format, Spec},
};

/// The names of which a spec declares some; one lies below another.
pub(super) const NAMES: [&str; 4] =
    ["data.example.com", "deep.data.example.com", "media.example.com", "other.example.com"];
const REGIONS: [&str; 4] = ["us-east-1", "eu-west-1", "ap-southeast-1", "eu-central-1"];

/// A failover of a spec to be.
#[derive(Clone, Debug)]
pub(super) struct Draft {
    pub(super) name: &'static str,
    pub(super) ttl: u32,
    pub(super) object: &'static str,
    pub(super) contains: Option<&'static str>,
    pub(super) interval: u32,
    pub(super) threshold: u32,
    pub(super) checker_regions: bool,
    pub(super) switch: Option<&'static str>,
    pub(super) kind: Kind,
    /// Of the primary, then of the secondary.
    pub(super) beside: [Beside; 2],
    pub(super) ipv6: bool,
    /// Region and bucket of the primary, then of the secondary.
    pub(super) sides: [(&'static str, &'static str); 2],
}

/// How the name reaches its sides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Pointers,
    /// Load balancers before both buckets.
    Aliases,
    /// CloudFront before the primary, a website as the secondary.
    WebsiteBehindCloudFront,
}

/// What speaks for a side beside its endpoint, or instead of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Beside {
    pub(super) alarm: Option<(&'static str, &'static str)>,
    pub(super) sentinel: bool,
    /// How many checks of others count, and how many of all must be healthy.
    pub(super) counted: Option<(usize, Option<usize>)>,
}

impl Draft {
    /// The example of the documentation.
    pub(super) fn example() -> Self {
        Self {
            name: NAMES[0],
            ttl: 60,
            object: "health.txt",
            contains: None,
            interval: 10,
            threshold: 3,
            checker_regions: false,
            switch: None,
            kind: Kind::Pointers,
            beside: [Beside::default(); 2],
            ipv6: false,
            sides: [("us-east-1", "one"), ("eu-west-1", "two")],
        }
    }

    fn toml(&self) -> String {
        let mut text = format!("[[failover]]\nname = \"{}\"\nttl = {}\n", self.name, self.ttl);
        let mut line = |line: String| writeln!(text, "{line}").expect("writing to a String cannot fail");
        if self.ipv6 && self.kind == Kind::Aliases {
            line("ipv6 = true".to_owned());
        }
        line("[failover.health_check]".to_owned());
        let looked_at = self.beside.iter().any(|beside| beside.alarm.is_none());
        if looked_at {
            line(format!("object = \"{}\"", self.object));
        }
        line(format!("interval = {}\nfailure_threshold = {}", self.interval, self.threshold));
        // Websites have no TLS.
        line(format!("protocol = \"{}\"", if self.kind == Kind::Pointers { "https" } else { "http" }));
        if let Some(text) = self.contains.filter(|_| looked_at) {
            line(format!("contains = \"{text}\""));
        }
        if self.checker_regions {
            line("regions = [\"us-east-1\", \"eu-west-1\", \"sa-east-1\"]".to_owned());
        }
        if let Some(object) = self.switch {
            line(format!("[failover.switch]\nobject = \"{object}\""));
        }
        for (side, (region, bucket)) in ["primary", "secondary"].into_iter().zip(self.sides) {
            let label = self.name.replace('.', "-");
            let alias =
                |name: String, zone: &str| format!("{{ alias = \"{name}\", hosted_zone_id = \"{zone}\" }}");
            let (bucket, target) = match (self.kind, side) {
                (Kind::Pointers, _) => (format!("{label}-{bucket}-{region}"), "\"pointer\"".to_owned()),
                (Kind::Aliases, _) => {
                    let name = format!("{bucket}-{side}.{region}.elb.amazonaws.com");
                    (format!("{label}-{bucket}-{region}"), alias(name, "Z35SXDOTRQ7X7K"))
                }
                (Kind::WebsiteBehindCloudFront, "primary") => {
                    let name = "d111111abcdef8.cloudfront.net".to_owned();
                    (format!("{label}-{bucket}-{region}"), alias(name, "Z2FDTNDATAQYW2"))
                }
                (Kind::WebsiteBehindCloudFront, _) => (self.name.to_owned(), "\"website\"".to_owned()),
            };
            line(format!(
                "[failover.{side}]\nbucket = \"{bucket}\"\nregion = \"{region}\"\ntarget = {target}"
            ));
            let Beside { alarm, sentinel, counted } = self.beside[usize::from(side == "secondary")];
            if sentinel {
                line(format!("sentinel_bucket = \"{label}-{region}-sentinel\""));
            }
            if let Some((alarm, data)) = alarm {
                let name = format!("{alarm} of {side}");
                line(format!("alarm = {{ name = \"{name}\", insufficient_data = \"{data}\" }}"));
            }
            if let Some((others, healthy)) = counted {
                line(format!("[failover.{side}.calculated]\nchildren = {:?}", &THEIRS[..others]));
                // With a switch all are needed.
                let healthy = healthy.filter(|_| side == "secondary" || self.switch.is_none());
                line(healthy.map_or_else(String::new, |healthy| format!("healthy = {healthy}")));
            }
        }
        text
    }
}

/// The spec of these failovers; it is valid.
pub(super) fn spec(drafts: &[Draft]) -> Spec {
    let failovers: Vec<String> = drafts.iter().map(Draft::toml).collect();
    let text = format!("hosted_zone = \"example.com\"\n{}", failovers.join(""));
    match Spec::parse("failover.toml", &text, Format::Toml) {
        Ok(loaded) => loaded.spec,
        Err(invalid) => panic!("{text}\n{}", invalid.render(crate::spec::Look::PLAIN)),
    }
}

fn beside() -> impl Strategy<Value = Beside> {
    let alarm = (select(vec!["errors", "latency"]), select(vec!["healthy", "last-known"]));
    let counted = (1usize..=2, option::of(1usize..=2));
    (option::weighted(0.3, alarm), any::<bool>(), option::weighted(0.3, counted))
        .prop_map(|(alarm, sentinel, counted)| Beside { alarm, sentinel, counted })
}

prop_compose! {
    fn draft(name: &'static str)(
        (ttl, interval, threshold) in (select(vec![30u32, 60]), select(vec![10u32, 30]), 3u32..=4),
        object in select(vec!["health.txt", "other.txt"]),
        contains in option::of(Just("ok")),
        checker_regions in any::<bool>(),
        switch in option::of(select(vec!["switch", "force"])),
        kind in prop_oneof![
            4 => Just(Kind::Pointers),
            1 => Just(Kind::Aliases),
            1 => Just(Kind::WebsiteBehindCloudFront),
        ],
        regions in subsequence(REGIONS.to_vec(), 2),
        buckets in [select(vec!["one", "two"]), select(vec!["one", "two"])],
        swapped in any::<bool>(),
        beside in [beside(), beside()],
        ipv6 in any::<bool>(),
    ) -> Draft {
        let mut sides = [(regions[0], buckets[0]), (regions[1], buckets[1])];
        if swapped {
            sides.reverse();
        }
        Draft { name, ttl, object, contains, interval, threshold, checker_regions, switch, kind, beside, ipv6, sides }
    }
}

/// One to four failovers.
pub(super) fn drafts() -> impl Strategy<Value = Vec<Draft>> {
    subsequence(NAMES.to_vec(), 1..=4)
        .prop_flat_map(|names| names.into_iter().map(draft).collect::<Vec<_>>())
        .prop_map(|drafts: Vec<Draft>| drafts)
}

/// Like `before`, but with some failovers gone, some new, and some changed in some ways.
pub(super) fn changed(before: &[Draft], drawn: &[Draft], keep: &[bool]) -> Vec<Draft> {
    let merge = |new: &Draft| {
        let Some(old) = before.iter().find(|old| old.name == new.name) else { return new.clone() };
        let pick = |index: usize| keep.get(index).copied().unwrap_or(false);
        Draft {
            name: new.name,
            ttl: if pick(0) { old.ttl } else { new.ttl },
            object: if pick(1) { old.object } else { new.object },
            contains: if pick(1) { old.contains } else { new.contains },
            interval: if pick(2) { old.interval } else { new.interval },
            threshold: if pick(3) { old.threshold } else { new.threshold },
            checker_regions: if pick(3) { old.checker_regions } else { new.checker_regions },
            switch: if pick(4) { old.switch } else { new.switch },
            kind: if pick(5) { old.kind } else { new.kind },
            beside: match (pick(8), pick(3)) {
                (true, true) => old.beside,
                (true, false) => [old.beside[0], new.beside[1]],
                (false, _) => new.beside,
            },
            ipv6: if pick(5) { old.ipv6 } else { new.ipv6 },
            sides: match (pick(6), pick(7)) {
                (true, true) => old.sides,
                (true, false) => [old.sides[1], old.sides[0]],
                (false, _) => new.sides,
            },
        }
    };
    drawn.iter().map(merge).collect()
}

fn set(name: &str, record_type: RecordType, routing: Routing, value: &str) -> RecordSet {
    RecordSet {
        name: name.parse().expect("a name"),
        record_type,
        routing,
        answer: Answer::Values {
            ttl: Ttl::from_seconds(300).expect("in bounds"),
            values: vec![value.to_owned()],
        },
        health_check: None,
    }
}

/// A record of somebody else.
pub(super) fn simple(name: &str, record_type: RecordType, value: &str) -> RecordSet {
    set(name, record_type, Routing::Simple, value)
}

/// A failover pair of somebody else.
pub(super) fn pair(name: &str, record_type: RecordType, value: &str) -> [RecordSet; 2] {
    Side::BOTH.map(|side| {
        let set_identifier = format!("their {side}").parse().expect("an identifier");
        set(name, record_type, Routing::Failover { set_identifier, side }, value)
    })
}

/// Records of others: beside, below and at the names of failovers.
pub(super) fn foreign() -> impl Strategy<Value = Vec<RecordSet>> {
    let mut choices: Vec<Vec<RecordSet>> = vec![
        vec![simple("example.com", RecordType::Mx, "10 mail.example.com")],
        vec![simple("www.example.com", RecordType::Cname, "data.example.com")],
        vec![simple("unrelated.data.example.com", RecordType::Cname, "elsewhere.example.org")],
        vec![simple("other.example.com", RecordType::Txt, "\"theirs\"")],
        vec![simple("_s3-failover.media.example.com", RecordType::Txt, "\"theirs\"")],
        vec![simple("_s3-failover.other.example.com", RecordType::Cname, "elsewhere.example.org")],
        pair("media.example.com", RecordType::Aaaa, "2001:db8::1").to_vec(),
        pair("deep.data.example.com", RecordType::A, "192.0.2.1").to_vec(),
    ];
    for region in REGIONS {
        let name = format!("{region}.data.example.com");
        choices.push(vec![simple(&name, RecordType::Cname, "elsewhere.example.org")]);
    }
    let none = Just(Vec::new());
    let some = subsequence(choices, 1..=2).prop_map(|some| some.concat());
    prop_oneof![2 => none, 1 => some]
}

/// After how many calls runs are killed.
pub(super) fn kills() -> impl Strategy<Value = Vec<usize>> {
    vec(0usize..40, 0..4)
}

/// The name and type of each record that a spec needs, worked out apart from the plan.
pub(super) fn needed(spec: &Spec) -> Vec<(Fqdn, RecordType)> {
    let of = |failover: &crate::spec::Failover| {
        let child = |label: &str| failover.name.child(label).expect("a short name");
        let mut needed = vec![(child("_s3-failover"), RecordType::Txt)];
        if failover.primary.target == crate::spec::Target::Pointer {
            needed.push((child(failover.primary.region.as_str()), RecordType::Cname));
            needed.push((child(failover.secondary.region.as_str()), RecordType::Cname));
            needed.push((failover.name.clone(), RecordType::Cname));
        } else {
            needed.push((failover.name.clone(), RecordType::A));
            if failover.ipv6 {
                needed.push((failover.name.clone(), RecordType::Aaaa));
            }
        }
        needed
    };
    spec.failovers.iter().flat_map(of).collect()
}

/// Whether a record of somebody else takes a place that the spec needs.
pub(super) fn blocks(spec: &Spec, foreign: &RecordSet) -> bool {
    needed(spec).into_iter().any(|(name, record_type)| {
        let cname = [record_type, foreign.record_type].contains(&RecordType::Cname);
        name == foreign.name && (record_type == foreign.record_type || cname)
    })
}
