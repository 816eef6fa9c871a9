//! Which room may use which: the picture of the data flow in `src/lib.rs`, held.
//!
//! ```text
//!   model   clock   causes                 nothing of ours
//!     │       │       │
//!     ├───────┼───────┼──▶ lab, journal     the world that is judged, what was done to it; nothing but these three
//!     ▼       ▼       ▼
//!   spec    account                         what is wanted; what is there
//!     │ ╲     │ ╲
//!     │  ╲    ▼  ▶ import                   (by spec and account)
//!     │   ╲▶ plan ──▶ apply, export
//!     ▼
//!   probe ──▶ watch ──▶ switch ──▶ drill ──▶ timeline     (the last three by account, too)
//!     ╰────▶ pointer                        for programs of others
//!                 ╲       ╲
//!   all of these ──▶ report ──▶ cli         nobody uses cli, and lab is used by cli alone
//! ```

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

/// A room and the rooms that it may use. Each may use rooms further up only, so there is no circle.
const ROOMS: [(&str, &[&str]); 19] = [
    ("model", &[]),
    ("clock", &[]),
    ("causes", &[]),
    ("lab", &["model", "clock", "causes"]),
    ("journal", &["model", "clock", "causes"]),
    ("spec", &["model"]),
    ("account", &["model", "clock", "causes"]),
    ("import", &["model", "spec", "account"]),
    ("plan", &["model", "spec", "account"]),
    ("export", &["model", "spec", "account", "plan"]),
    ("apply", &["model", "clock", "account", "plan"]),
    ("probe", &["model", "clock", "causes", "spec"]),
    ("pointer", &["model", "clock", "spec", "probe"]),
    ("watch", &["model", "clock", "causes", "spec", "probe"]),
    ("switch", &["model", "clock", "causes", "spec", "account", "probe", "watch"]),
    ("drill", &["model", "clock", "causes", "spec", "account", "probe", "watch", "switch"]),
    ("timeline", &["model", "drill"]),
    ("report", &["model", "journal", "plan", "apply", "probe", "watch", "switch", "drill", "timeline"]),
    (
        "cli",
        &[
            "model", "clock", "causes", "journal", "lab", "spec", "account", "import", "plan", "export",
            "apply", "probe", "watch", "switch", "drill", "timeline", "report",
        ],
    ),
];

fn room_names() -> BTreeSet<&'static str> {
    ROOMS.iter().map(|(room, _)| *room).collect()
}

/// A use of one room by another that the table does not allow.
#[derive(Debug, PartialEq, Eq)]
struct Breach {
    file: String,
    line: usize,
    used: String,
}

/// Every room that a text names by a path from the crate's root, with the line of the name. `depth` is
/// how many modules deep the file's own module is, to know where a chain of `super::` ends.
fn uses(text: &str, depth: usize) -> Vec<(usize, String)> {
    let code: Vec<&str> =
        text.lines().map(|line| if line.trim_start().starts_with("//") { "" } else { line }).collect();
    let code = code.join("\n");
    let root = "super::".repeat(depth);
    let mut found = Vec::new();
    for start in ["crate::", root.as_str()] {
        for (at, _) in code.match_indices(start) {
            let goes_on = code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':');
            if !goes_on {
                let path = at + start.len();
                found.extend(heads(&code[path..]).into_iter().map(|(offset, name)| {
                    (code[..path + offset].matches('\n').count() + 1, name.to_owned())
                }));
            }
        }
    }
    found
}

/// The first names of a path, or of each path of a group in braces, with their offsets.
fn heads(text: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let (mut nesting, mut expected, mut at) = (0_usize, true, 0);
    while let Some(first) = text[at..].chars().next() {
        let word = text[at..].find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len() - at);
        if word > 0 {
            if expected && nesting <= 1 {
                found.push((at, &text[at..at + word]));
            }
            expected = false;
            at += word;
        } else {
            match first {
                '{' => nesting += 1,
                '}' => nesting = nesting.saturating_sub(1),
                ',' if nesting == 1 => expected = true,
                _ => {}
            }
            at += first.len_utf8();
        }
        // A single name, the end of the group, or `crate::*` and the like.
        if nesting == 0 && (!expected || !first.is_whitespace()) {
            break;
        }
    }
    found
}

/// The uses of a file that the table does not allow.
fn breaches(file: &str, text: &str) -> Vec<Breach> {
    let modules: Vec<&str> = file
        .trim_start_matches("src/")
        .trim_end_matches(".rs")
        .split('/')
        .filter(|part| *part != "mod")
        .collect();
    let room = modules[0];
    let (_, allowed) = ROOMS
        .iter()
        .find(|(name, _)| *name == room)
        .unwrap_or_else(|| panic!("{file} lies in no room of the table"));
    let rooms = room_names();
    uses(text, modules.len())
        .into_iter()
        .filter(|(_, used)| {
            rooms.contains(used.as_str()) && used != room && !allowed.contains(&used.as_str())
        })
        .map(|(line, used)| Breach { file: file.to_owned(), line, used })
        .collect()
}

fn source() -> BTreeMap<String, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut folders = vec![root.join("src")];
    let mut files = BTreeMap::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder of the source") {
            let path: PathBuf = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                let name = path.strip_prefix(root).expect("it lies in the project").display().to_string();
                files.insert(name, fs::read_to_string(&path).expect("UTF-8"));
            }
        }
    }
    files
}

/// The files that lie in no room: the two roots, and modules of tests that hold one room against another.
fn outside(files: &BTreeMap<String, String>) -> BTreeSet<String> {
    let library = files["src/lib.rs"].split("#[cfg(test)]\nmod ").skip(1);
    let tests: Vec<String> =
        library.filter_map(|text| Some(format!("src/{}", text.split_once(';')?.0))).collect();
    let is_one = |file: &&String| {
        tests.iter().any(|test| **file == format!("{test}.rs") || file.starts_with(&format!("{test}/")))
    };
    let tests = files.keys().filter(is_one).cloned();
    tests.chain(["src/lib.rs".to_owned(), "src/main.rs".to_owned()]).collect()
}

/// House rule: rooms use rooms up the stream only.
#[test]
fn no_room_uses_another_against_the_stream() {
    let files = source();
    assert!(files.len() > 100, "only {} files were found", files.len());
    let rooms = files.iter().filter(|(file, _)| !outside(&files).contains(*file));
    let breaches: Vec<Breach> = rooms.flat_map(|(file, text)| breaches(file, text)).collect();
    assert_eq!(breaches, [], "the table of rooms in tests/it/layering.rs says who may use whom");
}

/// The table speaks of the rooms that there are, of all of them and of no other.
#[test]
fn the_table_knows_every_room() {
    let library = source().remove("src/lib.rs").expect("the library's root");
    let declared: BTreeSet<&str> =
        library.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';')).collect();
    assert_eq!(declared, room_names());
}

/// No circle: whatever a room may use stands above it.
#[test]
fn the_table_flows_one_way() {
    for (index, (room, allowed)) in ROOMS.iter().enumerate() {
        let above: BTreeSet<&str> = ROOMS[..index].iter().map(|(above, _)| *above).collect();
        let below: Vec<&&str> = allowed.iter().filter(|used| !above.contains(**used)).collect();
        assert_eq!(below, Vec::<&&str>::new(), "{room} may use what does not stand above it");
    }
}

/// Only the edge uses the lab, and nobody the edge: the tool cannot lean on what judges it.
#[test]
fn the_lab_and_the_edge_are_used_by_nobody_else() {
    let users = |wanted: &str| -> Vec<&str> {
        ROOMS.iter().filter(|(_, allowed)| allowed.contains(&wanted)).map(|(room, _)| *room).collect()
    };
    assert_eq!((users("lab"), users("cli")), (vec!["cli"], vec![]));
}

/// The reader finds a breach in each way in which one can be written, and none where there is none.
#[test]
fn the_reader_finds_every_way_to_write_a_breach() {
    let used = |file: &str, text: &str| -> Vec<(usize, String)> {
        breaches(file, text).into_iter().map(|breach| (breach.line, breach.used)).collect()
    };
    let cli = |line| vec![(line, "cli".to_owned())];
    for text in [
        "use crate::cli::Ui;",
        "use crate::cli;",
        "pub(super) use crate::cli::{Ui, World};",
        "use crate::{cli::Ui, model::Fqdn};",
        "fn f() -> crate::cli::Ui {}",
        "fn f(ui: &crate::cli::Ui) {}",
        "use super::super::cli::Ui;",
        "use super::super::{model::Side, cli::Ui};",
    ] {
        assert_eq!(used("src/plan/batch.rs", text), cli(1), "{text}");
    }
    let group = "//! A room.\n\nuse crate::{\n    model::{\n        Fqdn, lab,\n    },\n    cli::ui::{self, Ui},\n};\n";
    assert_eq!(used("src/plan/batch.rs", group), cli(7));
    assert_eq!(used("src/plan/mod.rs", "use super::cli::Ui;"), cli(1));
    assert_eq!(used("src/clock.rs", "use super::cli::Ui;"), cli(1));
    for innocent in [
        "use crate::model::{Fqdn, cli};",
        "/// See [`crate::cli`].",
        "use crate::plan::cli;",
        "use super::cli::Ui;",
        "mycrate::cli::x();",
        "use crate::{model::{cli, lab}, spec};",
        "use super::*;",
    ] {
        assert_eq!(used("src/plan/batch.rs", innocent), vec![], "{innocent}");
    }
}
