//! Spec files, read and judged: each rule on a file that breaks it, with the whole message.
//!
//! `tests/specs/invalid` holds what is refused, `warned` what passes with a warning, `valid` what passes
//! in silence. `UPDATE_EXPECT=1 cargo test --test it specs` writes the `.expected` files anew; read the
//! difference before it is committed.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use proptest::{collection::vec, prelude::*};
use s3_failover::{
    model::{Fqdn, RecordType, Side},
    spec::{
        Failover, Findings, Format, Loaded, Look, ObjectKey, Severity, Spec, SpecError, Starter, StarterSide,
        Target, all_rules, starter,
    },
};

/// The spec files of a folder, by name.
fn files(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/specs").join(folder);
    let entries = fs::read_dir(&folder).expect("the folder is there");
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    files.retain(|file| file.extension().is_some_and(|ending| ending != "expected"));
    files.sort();
    assert!(!files.is_empty(), "{} is empty", folder.display());
    files
}

fn parse(file: &Path) -> Result<Loaded, s3_failover::spec::Invalid> {
    let name = file.file_name().expect("a file has a name").to_string_lossy();
    let text = fs::read_to_string(file).expect("the file can be read");
    Spec::parse(&name, &text, Format::of_path(file))
}

fn valid(name: &str) -> Spec {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/specs/valid").join(name);
    parse(&file).unwrap_or_else(|invalid| panic!("{}", invalid.render(Look::PLAIN))).spec
}

/// Compares with the file beside the spec, or writes it.
fn expect(file: &Path, found: &str) {
    let name = file.file_name().expect("a file has a name").to_string_lossy();
    let expected = file.with_file_name(format!("{name}.expected"));
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        fs::write(&expected, found).expect("the expectation can be written");
    }
    let wanted = fs::read_to_string(&expected)
        .unwrap_or_else(|error| panic!("{}: {error}; UPDATE_EXPECT=1 writes it", expected.display()));
    assert_eq!(found, wanted, "{}", expected.display());
}

fn ids(findings: &Findings) -> BTreeSet<&'static str> {
    findings.iter().map(|finding| finding.rule.id).collect()
}

#[test]
fn every_invalid_spec_is_refused_with_its_message() {
    for file in files("invalid") {
        let Err(invalid) = parse(&file) else { panic!("{} was accepted", file.display()) };
        assert!(invalid.findings.errors() > 0, "{}", file.display());
        expect(&file, &invalid.render(Look::PLAIN));
    }
}

#[test]
fn every_warned_spec_is_accepted_with_its_message() {
    for file in files("warned") {
        let loaded = parse(&file).unwrap_or_else(|invalid| panic!("{}", invalid.render(Look::PLAIN)));
        assert!(!loaded.warnings.is_empty(), "{}", file.display());
        expect(&file, &loaded.warnings.render(Look::PLAIN));
    }
}

#[test]
fn every_valid_spec_is_accepted_in_silence() {
    for file in files("valid") {
        let loaded = parse(&file).unwrap_or_else(|invalid| panic!("{}", invalid.render(Look::PLAIN)));
        assert_eq!(loaded.warnings.render(Look::PLAIN), "", "{}", file.display());
    }
}

/// A rule without a file that breaks it is not a rule yet, and a file is named for the rule it breaks.
#[test]
fn every_rule_has_its_file() {
    let rules: Vec<_> = all_rules().collect();
    let known: BTreeSet<&str> = rules.iter().map(|rule| rule.id).collect();
    assert_eq!(known.len(), rules.len(), "no id stands for two rules");
    for rule in &rules {
        let folder = match rule.severity {
            Severity::Error => "invalid",
            Severity::Warning => "warned",
        };
        let of_rule = |file: &&PathBuf| file.file_stem().is_some_and(|stem| stem == rule.id);
        let files = files(folder);
        let file =
            files.iter().find(of_rule).unwrap_or_else(|| panic!("{folder}/{}.toml is missing", rule.id));
        let findings = match parse(file) {
            Ok(loaded) => loaded.warnings,
            Err(invalid) => invalid.findings,
        };
        assert!(ids(&findings).contains(rule.id), "{} does not break {}", file.display(), rule.id);
        assert!(!rule.source.is_empty() && rule.reason.ends_with('.'), "{}", rule.id);
    }
    for folder in ["invalid", "warned", "valid"] {
        for file in
            fs::read_dir(format!("{}/tests/specs/{folder}", env!("CARGO_MANIFEST_DIR"))).expect("there")
        {
            let path = file.expect("an entry").path();
            let spec = path.with_extension("");
            let orphan = path.extension().is_some_and(|ending| ending == "expected") && !spec.exists();
            assert!(!orphan, "{} belongs to no spec", path.display());
        }
    }
}

#[test]
fn every_error_offers_a_way_out() {
    for file in files("invalid").iter().chain(&files("warned")) {
        let findings = parse(file).map_or_else(|invalid| invalid.findings, |loaded| loaded.warnings);
        for finding in findings.iter() {
            assert!(!finding.help.is_empty(), "{}: {}", file.display(), finding.message);
            let position = findings.position(finding);
            let place = format!("{}:{}:{}]", findings.file(), position.line, position.column);
            assert!(findings.render(Look::PLAIN).contains(&place), "{place} is not in the text");
        }
    }
}

#[test]
fn the_example_says_what_it_says() {
    let spec = valid("example.toml");
    let [failover] = spec.failovers.as_slice() else { panic!("one failover") };
    let names = |side| failover.pointer_name(side).to_string();
    assert_eq!(failover.name.as_str(), "data.example.com");
    assert_eq!(names(Side::Primary), "us-east-1.data.example.com");
    assert_eq!(names(Side::Secondary), "eu-west-1.data.example.com");
    assert_eq!(failover.marker_name().as_str(), "_s3-failover.data.example.com");
    assert_eq!(failover.record_type(), RecordType::Cname);
    assert_eq!(
        failover.side(Side::Primary).probe_host().as_str(),
        "my-app-data-us-east-1.s3.us-east-1.amazonaws.com"
    );
    assert_eq!(
        failover.health_object(Side::Primary).map(ObjectKey::path).as_deref(),
        Some("/failover/health.txt")
    );
    assert_eq!(failover.health_check.port, 443);
    assert_eq!(failover.switch.as_ref().map(ObjectKey::as_str), Some("failover/force-secondary"));
    insta::assert_snapshot!(serde_json::to_string(&spec).expect("a spec can be written"), @r#"{"hosted_zone":"example.com","failover":[{"name":"data.example.com","ttl":60,"health_check":{"object":"failover/health.txt","contains":"ok","interval":10,"failure_threshold":3,"protocol":"https","port":443},"switch":{"object":"failover/force-secondary"},"primary":{"bucket":"my-app-data-us-east-1","region":"us-east-1","target":"pointer"},"secondary":{"bucket":"my-app-data-eu-west-1","region":"eu-west-1","target":"pointer"},"mrap":{"account":"111122223333","alias":"mfzwi23gnjvgw.mrap"},"cloudfront":{"domain":"d111111abcdef8.cloudfront.net"}}]}"#);
}

#[test]
fn defaults_are_route_53s() {
    let spec = valid("minimal.toml");
    let check = &spec.failovers[0].health_check;
    assert_eq!(spec.failovers[0].ttl.seconds(), 60);
    assert_eq!((check.interval.seconds(), check.failure_threshold.get()), (30, 3));
    assert_eq!((check.protocol.as_str(), check.port), ("https", 443));
    assert!(check.regions.is_empty() && check.contains.is_none());
    assert_eq!(spec.failovers[0].primary.target, Target::Pointer);
}

#[test]
fn the_same_in_another_notation_is_the_same() {
    assert_eq!(valid("example.json"), valid("example.toml"));
    assert_eq!(valid("target-as-section.toml"), valid("two-load-balancers.toml"));
}

#[test]
fn aliases_and_websites_are_checked_at_their_own_hosts() {
    let alias = valid("two-load-balancers.toml").failovers.remove(0);
    assert_eq!(alias.record_type(), RecordType::A);
    assert_eq!(alias.secondary.probe_host().as_str(), "data-0987654321.eu-west-1.elb.amazonaws.com");
    let warned = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/specs/warned/website-is-http-only.toml");
    let website = parse(&warned).expect("it is valid").spec.failovers.remove(0);
    assert_eq!(
        website.secondary.probe_host().as_str(),
        "data.example.com.s3-website-eu-west-1.amazonaws.com"
    );
}

#[test]
fn a_part_of_a_spec_can_be_chosen() {
    let spec = valid("two-failovers.toml");
    let name = |text: &str| text.parse::<Fqdn>().expect("a name");
    assert_eq!(spec.clone().only(&[]).expect("all"), spec);
    let logs = spec.clone().only(&[name("logs.example.com")]).expect("one of them");
    assert_eq!(logs.failovers.iter().map(|f| f.name.as_str()).collect::<Vec<_>>(), ["logs.example.com"]);
    let error = |text: &str| spec.clone().only(&[name(text)]).expect_err("not declared").to_string();
    assert_eq!(
        error("log.example.com"),
        "the spec declares no failover named `log.example.com`; did you mean `logs.example.com`?"
    );
    assert_eq!(
        error("www.example.org"),
        "the spec declares no failover named `www.example.org`; it declares `data.example.com`, \
         `logs.example.com`"
    );
}

#[test]
fn a_file_is_read_by_its_ending() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/specs/valid");
    let json = Spec::load(&folder.join("example.json")).expect("valid").spec;
    assert_eq!(json, Spec::load(&folder.join("example.toml")).expect("valid").spec);
    let missing = Spec::load(Path::new("no/such/failover.toml")).expect_err("not there");
    assert_eq!(missing.to_string(), "cannot read the spec `no/such/failover.toml`");
    assert!(matches!(missing, SpecError::Read { .. }));
}

#[test]
fn colours_change_nothing_but_colour() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/specs/invalid/pointer-at-apex.toml");
    let invalid = parse(&file).expect_err("invalid");
    let coloured = invalid.render(Look { colour: true, width: 100 });
    assert_ne!(coloured, invalid.render(Look::PLAIN));
    assert_eq!(anstream::adapter::strip_str(&coloured).to_string(), invalid.render(Look::PLAIN));
}

fn starter_answers() -> Starter {
    let side = |bucket: &str, region: &str| StarterSide {
        bucket: bucket.parse().expect("a bucket name"),
        region: region.parse().expect("a region"),
    };
    Starter::new(
        s3_failover::spec::ZoneRef::Name("example.com".parse().expect("a name")),
        "data.example.com".parse().expect("a name"),
        side("my-app-data-us-east-1", "us-east-1"),
        side("my-app-data-eu-west-1", "eu-west-1"),
    )
}

/// The starter with the answers of the documented example is the documented example, less what its
/// comments leave optional.
#[test]
fn the_starter_is_a_spec() {
    let mut wanted = valid("example.toml");
    for failover in &mut wanted.failovers {
        (failover.switch, failover.mrap, failover.cloudfront) = (None, None, None);
    }
    for format in [Format::Toml, Format::Json] {
        let text = starter(&starter_answers(), format);
        let loaded =
            Spec::parse("failover", &text, format).unwrap_or_else(|i| panic!("{}", i.render(Look::PLAIN)));
        assert_eq!(loaded.spec, wanted);
        assert_eq!(loaded.warnings.render(Look::PLAIN), "");
    }
}

/// What the starter offers in comments works too, once it is uncommented.
#[test]
fn the_starter_with_its_options_is_the_whole_example() {
    let text = starter(&starter_answers(), Format::Toml);
    let optional = ["[failover.", "object", "account", "alias", "domain"];
    let uncommented: Vec<&str> = text
        .lines()
        .map(|line| {
            let inner = line.strip_prefix("# ").unwrap_or_default();
            if optional.iter().any(|start| inner.starts_with(start)) { inner } else { line }
        })
        .collect();
    let loaded = Spec::parse("failover.toml", &uncommented.join("\n"), Format::Toml)
        .unwrap_or_else(|invalid| panic!("{}", invalid.render(Look::PLAIN)));
    assert_eq!(loaded.spec, valid("example.toml"));
}

#[test]
fn odd_answers_stay_inside_of_their_quotes() {
    let mut answers = starter_answers();
    answers.contains = "say \"ok\" \\ \u{7f}\n{name}".to_owned();
    for format in [Format::Toml, Format::Json] {
        let text = starter(&answers, format);
        let loaded =
            Spec::parse("failover", &text, format).unwrap_or_else(|i| panic!("{}", i.render(Look::PLAIN)));
        assert_eq!(loaded.spec.failovers[0].health_check.contains.as_ref(), Some(&answers.contains));
    }
}

/// A failover of a random kind under `INDEX.example.com`, as JSON.
fn failover(index: usize) -> impl Strategy<Value = serde_json::Value> {
    let key = "[a-zA-Z0-9 _=+é-]{1,12}(/[a-z]{1,5})?";
    let contains = proptest::option::of("[ -~äß\"\\\\]{1,20}");
    let side = ("[a-z0-9]{3,20}", 0..2_usize);
    let numbers = (0..=60_u32, prop_oneof![Just(10), Just(30)], 1..=10, 1..=65535_u16);
    let kind = 0..3;
    (key, contains, side, numbers, kind, any::<bool>(), any::<[bool; 6]>()).prop_map(
        move |(key, contains, (bucket, region), (ttl, interval, threshold, port), kind, regions, beside)| {
            let name = format!("n{index}.example.com");
            let codes = [["us-east-1", "eu-west-1"], ["eu-central-1", "ap-south-1"]][region];
            let alias = |id: &str| serde_json::json!({ "alias": format!("{id}.elb.amazonaws.com"), "hosted_zone_id": "Z1" });
            let target = |id: &str| if kind == 0 { "pointer".into() } else { alias(id) };
            let mut value = serde_json::json!({
                "name": name,
                "health_check": {
                    "object": key, "interval": interval, "failure_threshold": threshold,
                    "protocol": if kind == 2 { "http" } else { "https" }, "port": port,
                },
                "primary": { "bucket": format!("{bucket}-1"), "region": codes[0], "target": target("one") },
                "secondary": { "bucket": format!("{bucket}-2"), "region": codes[1], "target": target("two") },
                "switch": { "object": format!("{key}-switch") },
                "mrap": { "account": "111122223333", "alias": "mfzwi23gnjvgw.mrap" },
            });
            if kind == 0 {
                value["ttl"] = ttl.into();
            }
            let [ipv6, role, sentinel, calculated, one_alarm, two_alarms] = beside;
            if kind != 0 && ipv6 {
                value["ipv6"] = true.into();
            }
            if role {
                value["primary"]["role_arn"] = "arn:aws:iam::111122223333:role/bucket".into();
                value["primary"]["external_id"] = "our/word".into();
            }
            if sentinel {
                value["secondary"]["sentinel_bucket"] = format!("{bucket}-3").into();
            }
            if calculated {
                value["secondary"]["calculated"] = serde_json::json!({ "children": ["a", "b"], "healthy": 2 });
                value["primary"]["calculated"] = serde_json::json!({ "children": ["c"] });
            }
            if one_alarm {
                value["primary"]["alarm"] = serde_json::json!({ "name": key, "insufficient_data": "unhealthy" });
            }
            if one_alarm && two_alarms {
                value["secondary"]["alarm"] = serde_json::json!({ "name": "b", "region": "us-east-2" });
                value["health_check"].as_object_mut().expect("a table").remove("object");
                return value;
            }
            if let Some(contains) = contains {
                value["health_check"]["contains"] = contains.into();
            }
            if regions {
                value["health_check"]["regions"] = serde_json::json!(["us-east-1", "sa-east-1", "us-west-2"]);
            }
            value
        },
    )
}

fn specs() -> impl Strategy<Value = serde_json::Value> {
    let failovers = (1..4_usize).prop_flat_map(|count| (0..count).map(failover).collect::<Vec<_>>());
    failovers.prop_map(|failovers| serde_json::json!({ "hosted_zone": "example.com", "failover": failovers }))
}

proptest! {
    /// Whatever a file holds, the answer is a spec or findings, and findings can be shown.
    #[test]
    fn no_text_panics(text in "\\PC{0,200}|(hosted_zone|failover|name|\\[\\[|\\]\\]|\\[|\\]|=|\"|\\.|\n|\\{|\\}|:|,| |é|1){0,60}") {
        for format in [Format::Toml, Format::Json] {
            if let Err(invalid) = Spec::parse("random", &text, format) {
                prop_assert!(!invalid.render(Look::PLAIN).is_empty());
            }
        }
    }

    /// Nor does a spec with a piece cut out or put twice.
    #[test]
    fn no_broken_spec_panics(cut in vec(0..2000_usize, 2), json in any::<bool>(), twice in any::<bool>()) {
        let format = if json { Format::Json } else { Format::Toml };
        let text = starter(&starter_answers(), format);
        let at = |index: usize| text.floor_char_boundary(cut[index].min(text.len()));
        let (from, to) = (at(0).min(at(1)), at(0).max(at(1)));
        let broken = if twice { format!("{}{}", &text[..to], &text[from..]) } else { format!("{}{}", &text[..from], &text[to..]) };
        if let Err(invalid) = Spec::parse("broken", &broken, format) {
            let narrow = invalid.render(Look { colour: true, width: 10 });
            prop_assert!(!narrow.is_empty());
        }
    }

    /// JSON and TOML of one spec are the same spec, and a spec that is written out can be read again.
    #[test]
    fn both_formats_say_the_same(value in specs()) {
        let json = value.to_string();
        let toml = toml::to_string(&value).expect("can be written as TOML");
        let read = |text: &str, format| match Spec::parse("spec", text, format) {
            Ok(loaded) => loaded.spec,
            Err(invalid) => panic!("{}", invalid.render(Look::PLAIN)),
        };
        let spec = read(&json, Format::Json);
        prop_assert_eq!(&read(&toml, Format::Toml), &spec);
        prop_assert_eq!(&read(&toml::to_string(&spec).expect("TOML"), Format::Toml), &spec);
        prop_assert_eq!(&read(&serde_json::to_string(&spec).expect("JSON"), Format::Json), &spec);
        let names = |f: &Failover| [f.pointer_name(Side::Primary), f.pointer_name(Side::Secondary), f.marker_name()];
        let all: BTreeSet<Fqdn> = spec.failovers.iter().flat_map(names).collect();
        prop_assert_eq!(all.len(), spec.failovers.len() * 3);
    }
}
