//! What the fuzzers run, without a fuzzer: the kept corpus, and changes of it.
//!
//! Issue, "Bad input": "malformed DNS (fuzzed, cargo-fuzz targets that are kept, run for a bounded time
//! in CI)". `tests/fuzz` wants a nightly compiler; the functions that its targets call do not. A file
//! that a fuzzer has found is put into the corpus, and is a test from then on.

use std::path::{Path, PathBuf};

use proptest::{
    prelude::*,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use s3_failover::{
    lab::fuzzing,
    spec::{Format, Spec},
};

/// Changed inputs of each target. Each costs the lab well below a millisecond.
const CASES: u32 = 1_500;
/// Changes of one input.
const MOST_CHANGES: usize = 6;

fn spec(bytes: &[u8]) {
    if let Ok(text) = std::str::from_utf8(bytes) {
        let _ = Spec::parse("failover.toml", text, Format::Toml);
        let _ = Spec::parse("failover.json", text, Format::Json);
    }
}

fn corpus(target: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/corpus").join(target);
    let files = std::fs::read_dir(folder).expect("each target has a corpus");
    let mut files: Vec<_> = files.map(|file| file.expect("an entry").path()).collect();
    files.sort();
    files.into_iter().map(|path| (path.clone(), std::fs::read(path).expect("a file"))).collect()
}

/// One change of an input.
#[derive(Clone, Debug)]
enum Change {
    Replace(prop::sample::Index, u8),
    Insert(prop::sample::Index, Vec<u8>),
    Remove(prop::sample::Index, usize),
    Cut(prop::sample::Index),
    /// A part of itself once more, elsewhere.
    Repeat(prop::sample::Index, prop::sample::Index, usize),
}

fn change() -> impl Strategy<Value = Change> {
    let at = any::<prop::sample::Index>;
    let bytes = prop_oneof![
        prop::collection::vec(any::<u8>(), 1..8),
        prop::sample::select(vec!["&amp;", "<a>", "</", "]]>", "\\052", "\"", "{", "[", "-1", "99999999999"])
            .prop_map(|text| text.as_bytes().to_vec()),
    ];
    prop_oneof![
        (at(), any::<u8>()).prop_map(|(at, byte)| Change::Replace(at, byte)),
        (at(), bytes).prop_map(|(at, bytes)| Change::Insert(at, bytes)),
        (at(), 1_usize..40).prop_map(|(at, length)| Change::Remove(at, length)),
        at().prop_map(Change::Cut),
        (at(), at(), 1_usize..200).prop_map(|(from, to, length)| Change::Repeat(from, to, length)),
    ]
}

fn changed(mut input: Vec<u8>, changes: &[Change]) -> Vec<u8> {
    for change in changes {
        // An index is asked of something that is never empty.
        let place = |at: &prop::sample::Index| at.index(input.len() + 1);
        let range = |at: &prop::sample::Index, length: usize| {
            let start = place(at);
            start..(start + length).min(input.len())
        };
        match change {
            Change::Replace(at, byte) => {
                let range = range(at, 1);
                input.splice(range, [*byte]);
            }
            Change::Insert(at, bytes) => {
                let place = place(at);
                input.splice(place..place, bytes.iter().copied());
            }
            Change::Remove(at, length) => {
                let range = range(at, *length);
                input.drain(range);
            }
            Change::Cut(at) => {
                let place = place(at);
                input.truncate(place);
            }
            Change::Repeat(from, to, length) => {
                let (part, place) = (input[range(from, *length)].to_vec(), place(to));
                input.splice(place..place, part);
            }
        }
    }
    input
}

/// Runs a target on its corpus, and on changes that are the same in every run.
fn run(name: &str, target: fn(&[u8])) {
    let files = corpus(name);
    assert!(!files.is_empty());
    for (path, bytes) in &files {
        let result = std::panic::catch_unwind(|| target(bytes));
        assert!(result.is_ok(), "{} makes {name} panic", path.display());
    }
    let inputs: Vec<Vec<u8>> = files.into_iter().map(|(_, bytes)| bytes).collect();
    let inputs = (prop::sample::select(inputs), prop::collection::vec(change(), 1..MOST_CHANGES));
    let config = Config { cases: CASES, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let outcome = runner.run(&inputs.prop_map(|(input, changes)| changed(input, &changes)), |input| {
        target(&input);
        Ok(())
    });
    outcome.unwrap_or_else(|failure| panic!("{name}: {failure}"));
}

#[test]
fn dns_packets() {
    run("dns_packet", fuzzing::dns_packet);
}

#[test]
fn replies_to_probes() {
    run("probe_reply", s3_failover::probe::fuzzing::reply);
}

#[test]
fn change_batches() {
    run("change_batch", fuzzing::change_batch);
}

#[test]
fn health_checks() {
    run("health_check", fuzzing::health_check);
}

#[test]
fn bucket_policies() {
    run("bucket_policy", fuzzing::bucket_policy);
}

#[test]
fn specs() {
    run("spec", spec);
}
