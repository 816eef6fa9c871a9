//! No file is forgotten: what lies in the folder of the tests is run, and every script is one.

use std::{collections::BTreeSet, fs, os::unix::fs::PermissionsExt, path::Path, process::Command};

/// Whether a file's name has this ending.
fn ends(name: &str, ending: &str) -> bool {
    Path::new(name).extension().is_some_and(|found| found == ending)
}

fn names(folder: &str) -> BTreeSet<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let entries = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    entries.map(|entry| entry.expect("an entry").file_name().into_string().expect("UTF-8")).collect()
}

/// A file of tests that `main.rs` does not name would never run, and nobody would notice.
#[test]
fn every_file_of_tests_is_part_of_the_binary() {
    let root = include_str!("main.rs");
    let declared: Vec<&str> =
        root.lines().filter_map(|line| line.strip_prefix("mod ")?.strip_suffix(';')).collect();
    let there: BTreeSet<String> = names("tests/it")
        .into_iter()
        // Whole outputs that are too long to stand in a test lie in `snapshots`.
        .filter(|name| !["main.rs", "snapshots"].contains(&name.as_str()) && !name.starts_with('.'))
        .map(|name| name.trim_end_matches(".rs").to_owned())
        .collect();
    assert_eq!(declared.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>(), there);
    let modules: Vec<&str> = declared.iter().copied().filter(|name| *name != "support").collect();
    assert!(modules.is_sorted(), "the modules of main.rs are not in alphabetical order: {modules:?}");
}

/// There is one binary of tests; a file beside its folder would be another, linked anew.
#[test]
fn there_is_one_binary_of_tests() {
    let stray: Vec<String> = names("tests").into_iter().filter(|name| ends(name, "rs")).collect();
    assert_eq!(stray, Vec::<String>::new());
}

/// README: `scripts/test` and `.ci/run` are what a person types, so each has to be executable, to name
/// its interpreter, and to be something that this interpreter can read.
#[test]
fn every_script_can_be_run() {
    for folder in ["scripts", ".ci"] {
        // Folders hold what users write after us; other tests run that.
        let is_file = |name: &String| Path::new(env!("CARGO_MANIFEST_DIR")).join(folder).join(name).is_file();
        let (helpers, scripts): (Vec<String>, Vec<String>) =
            names(folder).into_iter().filter(is_file).partition(|name| ends(name, "py"));
        let read = |name: &String| {
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder).join(name);
            fs::read_to_string(path).expect("a script is text")
        };
        for helper in helpers {
            assert!(
                scripts.iter().any(|script| read(script).contains(&helper)),
                "nothing runs {folder}/{helper}"
            );
        }
        for name in scripts {
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder).join(&name);
            let text = read(&name);
            let mode = fs::metadata(&path).expect("its metadata").permissions().mode();
            assert_eq!(mode & 0o111, 0o111, "{} is not executable", path.display());
            let first = text.lines().next().unwrap_or_default();
            assert_eq!(first, "#!/usr/bin/env bash", "{}", path.display());
            assert!(text.contains("\nset -euo pipefail\n"), "{} goes on after a failure", path.display());
            let read = Command::new("bash").arg("-n").arg(&path).output().expect("bash runs");
            assert!(read.status.success(), "{}: {}", path.display(), String::from_utf8_lossy(&read.stderr));
        }
    }
}

/// The judges are read by the Python that runs them, before a test waits for one.
#[test]
fn every_judge_is_named_by_a_test() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |folder: &'static str| {
        let files = names(folder).into_iter().filter(|name| ends(name, "rs"));
        files.map(move |name| fs::read_to_string(root.join(folder).join(name)).expect("a file of tests"))
    };
    let tests: String = read("tests/it").chain(read("tests/it/support")).collect();
    let unused: Vec<String> = names("tests/judges")
        .into_iter()
        .filter(|name| ends(name, "py") && !tests.contains(&format!("\"{name}\"")))
        .collect();
    assert_eq!(unused, Vec::<String>::new());
}
