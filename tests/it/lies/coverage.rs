//! Issue: "each finding has a test in which it appears and one in which it does not". Here is which, for every id
//! that `verify` knows; and that these tests exist and speak of it.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use s3_failover::probe::IDS;

const NAME_SERVERS: &str = "lies::a_name_server_that_lies_is_found";
const CONTENT: &str = "lies::what_the_buckets_hold_is_a_lie";
const OWNERS: &str = "lies::whose_the_buckets_are_is_a_lie";
const RECORDS: &str = "lies::where_the_records_lead_is_a_lie";
const CHECKS: &str = "lies::what_the_checks_look_at_is_a_lie";
const DELEGATION: &str = "dns_tree::the_delegation_is_walked_and_its_faults_are_found";
const RESOLVERS: &str =
    "dns_tree_resolvers::each_bad_manner_of_a_resolver_is_found_and_an_honest_one_is_left_alone";
const TARGET: &str = "target::a_target_is_judged_and_changes_nothing";

/// An id, the test in which it appears, and the one in which it does not. All go through the wire. Those about lies
/// see each of their ids well before they see it wrong.
const TESTS: [(&str, &str, &str); IDS.len()] = [
    ("records.present", RECORDS, RECORDS),
    ("primary.checked", RECORDS, RECORDS),
    (
        "checks.known",
        "health_evidence::a_hundred_failovers_are_verified_by_few_calls",
        "health_evidence::cloudwatch_tells_the_verdicts_and_no_checker_is_asked",
    ),
    ("checks.present", CHECKS, CHECKS),
    ("checks.enabled", CHECKS, CHECKS),
    ("checks.inverted", CHECKS, CHECKS),
    ("secondary.healthy", CONTENT, CONTENT),
    ("delegation.agree", DELEGATION, DELEGATION),
    ("delegation.lame", DELEGATION, DELEGATION),
    ("authoritative.reachable", NAME_SERVERS, NAME_SERVERS),
    ("authoritative.authority", NAME_SERVERS, NAME_SERVERS),
    ("authoritative.agree", NAME_SERVERS, NAME_SERVERS),
    ("authoritative.expected", NAME_SERVERS, NAME_SERVERS),
    ("authoritative.tcp", "bad_dns::verify_says_which_name_server_does_what", DELEGATION),
    ("authoritative.ttl", RECORDS, RECORDS),
    ("route53.agree", NAME_SERVERS, NAME_SERVERS),
    ("recursive.reachable", RESOLVERS, RESOLVERS),
    ("recursive.agree", RESOLVERS, RESOLVERS),
    ("recursive.stale", RESOLVERS, RESOLVERS),
    ("recursive.negative", RESOLVERS, RESOLVERS),
    ("recursive.honest", RESOLVERS, RESOLVERS),
    ("recursive.ttl", RESOLVERS, RESOLVERS),
    ("data.reachable", OWNERS, OWNERS),
    ("data.region", OWNERS, OWNERS),
    ("data.contains", CONTENT, CONTENT),
    ("data.owner", OWNERS, OWNERS),
    ("standby.reachable", CONTENT, CONTENT),
    ("standby.region", OWNERS, OWNERS),
    ("standby.contains", CONTENT, CONTENT),
    ("standby.owner", OWNERS, OWNERS),
    ("sentinel.equal", CONTENT, CONTENT),
    ("check.endpoint", RECORDS, CHECKS),
    ("check.meaningful", CHECKS, OWNERS),
    ("client.https", OWNERS, OWNERS),
    ("client.pointer", OWNERS, OWNERS),
    ("client.keep_alive", OWNERS, OWNERS),
    ("client.pinned", OWNERS, OWNERS),
    ("target.attainable", TARGET, TARGET),
];

fn text(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The text of a module of tests, and of the folder below it, but for this file.
fn module(name: &str) -> String {
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it");
    let mut all = text(&here.join(format!("{name}.rs")));
    let below = fs::read_dir(here.join(name)).into_iter().flatten();
    let mut below: Vec<PathBuf> = below.map(|file| file.expect("a file").path()).collect();
    below.retain(|file| file.file_name() != Path::new(file!()).file_name());
    all.extend(below.iter().map(|file| text(file)));
    all
}

/// Whether there is a test of this name, and its module speaks of the id.
fn speaks_of(test: &str, id: &str) -> Result<(), String> {
    let (module_name, function) = test.split_once("::").expect("a module");
    let source = module(module_name);
    let mut lines = source.lines();
    let mut is_test = false;
    let there = loop {
        let Some(line) = lines.next() else { break false };
        match line.trim_start() {
            line if line.starts_with("#[tokio::test") || line == "#[test]" => is_test = true,
            line if line.starts_with("#[") || line.starts_with("//") => {}
            line if is_test && line.contains(&format!("fn {function}()")) => break true,
            _ => is_test = false,
        }
    };
    if !there {
        return Err(format!("{id}: there is no test {test}"));
    }
    // In a list of ids, or in a snapshot.
    let spoken = [format!("\"{id}\""), format!(" {id}: "), format!(" {id} "), format!("\n    {id}: ")];
    let is_spoken_of = spoken.iter().any(|form| source.contains(form));
    is_spoken_of.then_some(()).ok_or_else(|| format!("{test} says nothing of {id}"))
}

#[test]
fn each_finding_has_a_test_in_which_it_appears_and_one_in_which_it_does_not() {
    let named = TESTS.map(|(id, ..)| id);
    let [known, covered] = [IDS, named].map(BTreeSet::from);
    let difference: Vec<_> = known.symmetric_difference(&covered).collect();
    assert!(difference.is_empty(), "{difference:?}");
    let faults = TESTS.iter().flat_map(|(id, appears, well)| [speaks_of(appears, id), speaks_of(well, id)]);
    let faults: Vec<String> = faults.filter_map(Result::err).collect();
    assert!(faults.is_empty(), "{faults:#?}");
}

/// The table above says in which table of lies an id is found.
#[test]
fn a_lie_of_the_named_kind_shows_the_id() {
    use super::table;
    let kinds = [
        (CONTENT, table::CONTENT),
        (OWNERS, table::OWNERS),
        (RECORDS, table::RECORDS),
        (CHECKS, table::CHECKS),
    ];
    for (kind, lies) in kinds {
        for (id, appears, well) in TESTS {
            let shown = || lies.iter().any(|lie| lie.found.contains(&id));
            let was_well =
                || lies.iter().any(|lie| lie.found.contains(&id) && !lie.by_the_spec.contains(&id));
            assert!(appears != kind || shown(), "{id} is not found by {kind}");
            assert!(well != kind || was_well(), "{id} is never well in {kind}");
        }
    }
}
