//! The journal beside a model of it, and every state in which its file may be found.

use std::{
    collections::BTreeMap,
    fs,
    os::unix::fs::{MetadataExt, PermissionsExt},
    path::{Path, PathBuf},
    time::Duration,
};

use jiff::Timestamp;
use proptest::prelude::*;
use rusqlite::Connection;
use serde_json::json;

use super::{
    Deed, Glance, Journal, JournalError, Life, NewStep, Notice, Record, RunId,
    schema::{self, VERSION},
};

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).expect("a date")
}

fn run() -> RunId {
    RunId::new(at(0), 7)
}

fn step(what: &str) -> NewStep {
    let failover = "data.example.com".parse().expect("a name");
    NewStep { run: run(), failover, what: what.to_owned(), undo: json!({"check": what}), at: at(1) }
}

fn record(recovery: f64) -> Record {
    Record {
        run: run(),
        deed: Deed::Drill,
        failover: Some("data.example.com".parse().expect("a name")),
        at: at(2),
        took: Duration::from_millis(123_456),
        clock: "lab, speed 20".to_owned(),
        spec: Some("5bec".to_owned()),
        plan: None,
        version: "0.1.0".to_owned(),
        ok: true,
        summary: "recovered".to_owned(),
        document: Some(json!({"fault": "http-503", "recovery_seconds": recovery})),
    }
}

fn folder() -> (tempfile::TempDir, PathBuf) {
    let temporary = tempfile::tempdir().expect("a folder");
    let path = temporary.path().join("state/s3-failover");
    (temporary, path)
}

fn open(folder: &Path) -> Journal {
    Journal::open(folder).expect("the journal opens")
}

fn whats(journal: &Journal) -> Vec<String> {
    journal.pending().expect("it can be read").into_iter().map(|step| step.step.what).collect()
}

fn glance(folder: &Path) -> Glance {
    Journal::glance(folder).expect("there is a journal")
}

fn glanced(glance: &Glance) -> Vec<&str> {
    glance.pending.iter().map(|step| step.step.what.as_str()).collect()
}

/// The only notice, and the only file that was kept beside.
fn kept(folder: &Path, journal: &Journal) -> (Notice, PathBuf) {
    let beside = |name: &String| name.starts_with("journal.db.");
    let names = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry"));
    let names: Vec<String> = names.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    let beside: Vec<&String> = names.iter().filter(|name| beside(name)).collect();
    let [notice] = journal.notices() else { panic!("{:?}", journal.notices()) };
    let [name] = &beside[..] else { panic!("{names:?}") };
    (notice.clone(), folder.join(name))
}

#[test]
fn a_step_is_pending_until_it_is_undone_whoever_asks() {
    let (_temporary, folder) = folder();
    assert!(Journal::glance(&folder).is_none());
    assert!(Journal::read(&folder).expect("nothing is wrong").is_none());
    assert!(!folder.exists(), "to look makes nothing");
    let journal = open(&folder);
    let first = journal.intend(&step("first")).expect("it is written");
    let second = journal.intend(&step("second")).expect("it is written");
    let pending = open(&folder).pending().expect("it can be read");
    assert_eq!(pending[0].step, step("first"));
    assert_eq!((pending[0].process, pending[0].life), (std::process::id(), Life::Alive));
    journal.undone(first, at(5)).expect("it is written");
    journal.undone(first, at(6)).expect("to say it again is no error");
    assert_eq!(whats(&open(&folder)), ["second"]);
    assert_eq!(glanced(&glance(&folder)), ["second"]);
    journal.undone(second, at(7)).expect("it is written");
    assert_eq!(whats(&journal), Vec::<String>::new());
    let unknown = journal.undone(99, at(7));
    assert!(matches!(unknown, Err(JournalError::NoStep { id: 99, .. })), "{unknown:?}");
}

#[test]
fn folder_and_file_are_for_one_user_alone() {
    let (_temporary, folder) = folder();
    open(&folder).intend(&step("first")).expect("it is written");
    let mode = |path: &Path| fs::metadata(path).expect("it is there").permissions().mode() & 0o777;
    assert_eq!(mode(&folder), 0o700);
    for entry in fs::read_dir(&folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        assert_eq!(mode(&path), 0o600, "{}", path.display());
    }
}

#[test]
fn what_is_remembered_comes_back_as_it_was() {
    let (_temporary, folder) = folder();
    let journal = open(&folder);
    let whole = Record { deed: Deed::Apply, failover: None, document: None, ..record(0.0) };
    journal.record(&record(62.5)).expect("it is written");
    journal.record(&whole).expect("it is written");
    let journal = Journal::read(&folder).expect("nothing is wrong").expect("it is there");
    assert_eq!(journal.history().expect("it can be read"), [record(62.5), whole]);
    let lines = journal.lines().expect("it can be read");
    assert_eq!(lines[0].figures.recovery_seconds, Some(62.5));
    assert_eq!(lines[0].record, Record { document: None, ..record(62.5) });
}

#[test]
fn what_is_no_journal_is_kept_beside_as_it_was() {
    let text = b"a text that is long enough to have the place of a header\n".repeat(100);
    for (content, wrong) in [(text.as_slice(), "file is not a database"), (&[], "it is empty")] {
        let (_temporary, folder) = folder();
        fs::create_dir_all(&folder).expect("a folder");
        fs::write(folder.join("journal.db"), content).expect("a file");
        let looked = glance(&folder);
        assert!(matches!(looked.trouble, Some(JournalError::Damaged { .. })), "{looked:?}");
        assert_eq!(
            fs::read_dir(&folder).expect("a folder").count(),
            2,
            "a look leaves it as it is, and a lock"
        );
        let journal = open(&folder);
        let (notice, beside) = kept(&folder, &journal);
        assert_eq!(fs::read(&beside).expect("a file"), content);
        let Notice::SetAside { why, to, steps: 0, records: 0, .. } = notice else { panic!("{notice:?}") };
        assert_eq!((why.as_str(), to), (wrong, beside));
        journal.intend(&step("first")).expect("the new one can be written");
        assert_eq!(open(&folder).notices(), [], "the new one is whole");
    }
}

#[test]
fn a_database_of_somebody_else_is_kept_beside() {
    let (_temporary, folder) = folder();
    fs::create_dir_all(&folder).expect("a folder");
    let other = Connection::open(folder.join("journal.db")).expect("a database");
    other
        .execute_batch("CREATE TABLE photo (name TEXT); INSERT INTO photo VALUES ('1.jpg')")
        .expect("a table");
    drop(other);
    let (notice, beside) = kept(&folder, &open(&folder));
    assert!(format!("{notice:?}").contains("a database of another program"), "{notice:?}");
    let other = Connection::open(beside).expect("a database");
    let name: String = other.query_row("SELECT name FROM photo", [], |row| row.get(0)).expect("its row");
    assert_eq!(name, "1.jpg");
}

/// A page in the middle is zeroes, as after a disk that lost a write: what lies on both sides of it is still told
/// and taken over.
#[test]
fn what_can_be_read_of_a_torn_file_is_taken_over() {
    let (_temporary, folder) = folder();
    let journal = open(&folder);
    let long = "x".repeat(1000);
    for number in 0..60 {
        journal.intend(&step(&format!("{number} {long}"))).expect("it is written");
    }
    journal.record(&record(62.5)).expect("it is written");
    drop(journal);
    let file = folder.join("journal.db");
    let mut bytes = fs::read(&file).expect("a file");
    let torn = bytes.windows(4).position(|found| found == b"30 x").expect("the step in the middle");
    bytes[torn / 4096 * 4096..][..4096].fill(0);
    fs::write(&file, &bytes).expect("a file");

    let looked = glance(&folder);
    assert!(matches!(looked.trouble, Some(JournalError::Damaged { .. })), "{:?}", looked.trouble);
    let journal = open(&folder);
    let (notice, beside) = kept(&folder, &journal);
    assert_eq!(fs::read(beside).expect("a file"), bytes);
    let Notice::SetAside { steps, records: 1, whole: false, .. } = notice else { panic!("{notice:?}") };
    let found = whats(&journal);
    assert!((50..60).contains(&steps), "{steps}");
    assert_eq!((found.len(), looked.pending.len()), (steps, steps));
    for number in [0, 59] {
        assert!(found.contains(&format!("{number} {long}")), "{number}");
    }
    assert_eq!(journal.history().expect("it can be read"), [record(62.5)]);
}

#[test]
fn a_newer_one_is_kept_beside_and_its_steps_are_taken_over() {
    let (_temporary, folder) = folder();
    let journal = open(&folder);
    journal.intend(&step("first")).expect("it is written");
    journal.record(&record(62.5)).expect("it is written");
    let later = "ALTER TABLE step ADD COLUMN colour TEXT; PRAGMA user_version = 99";
    Connection::open(journal.file())
        .and_then(|later_one| later_one.execute_batch(later))
        .expect("it is changed");
    let looked = glance(&folder);
    assert!(matches!(looked.trouble, Some(JournalError::Newer { found: 99, .. })), "{looked:?}");
    assert_eq!(glanced(&looked), ["first"]);
    let in_use = Journal::open(&folder).map(|_| ()).expect_err("somebody has it open");
    assert!(matches!(in_use, JournalError::InUse { .. }), "{in_use:?}");
    drop(journal);
    let journal = open(&folder);
    let (notice, beside) = kept(&folder, &journal);
    let Notice::SetAside { why, to, steps: 1, records: 1, whole: true } = notice else {
        panic!("{notice:?}")
    };
    assert_eq!(why, format!("it is of version 99, and this program knows version {VERSION}"));
    assert_eq!(to, beside);
    assert_eq!(whats(&journal), ["first"]);
}

#[test]
fn an_older_one_is_copied_and_migrated() {
    let (_temporary, folder) = folder();
    fs::create_dir_all(&folder).expect("a folder");
    let file = folder.join("journal.db");
    let mut old = Connection::open(&file).expect("a database");
    let transaction = old.transaction().expect("a transaction");
    schema::migrate(&transaction, 0, 1).expect("the first version");
    let insert = "INSERT INTO step (run, failover, what, undo, at, host, process)
        VALUES ('r', 'data.example.com', 'old', '{}', '2026-01-01T00:00:00Z', 'elsewhere', 1)";
    transaction.execute_batch(insert).expect("a row");
    transaction.commit().expect("it is written");
    drop(old);
    let looked = glance(&folder);
    assert_eq!(glanced(&looked), ["old"]);
    assert!(looked.trouble.is_none(), "{looked:?}");
    assert!(matches!(Journal::read(&folder), Err(JournalError::Older { found: 1, .. })));

    let journal = open(&folder);
    let (notice, copy) = kept(&folder, &journal);
    assert_eq!(notice, Notice::Migrated { from: 1, copy: copy.clone() });
    assert_eq!(fs::metadata(&copy).expect("a file").mode() & 0o777, 0o600);
    assert_eq!(whats(&journal), ["old"]);
    assert_eq!(journal.pending().expect("it can be read")[0].life, Life::Elsewhere);
    journal.record(&record(1.0)).expect("the new tables are there");
    let copy = Connection::open(copy).expect("a database");
    let version: i64 = copy.query_row("PRAGMA user_version", [], |row| row.get(0)).expect("a number");
    let steps: i64 = copy.query_row("SELECT count(*) FROM step", [], |row| row.get(0)).expect("a number");
    assert_eq!((version, steps), (1, 1));
}

/// Two files of one second: neither takes the other's place.
#[test]
fn nothing_that_was_kept_is_overwritten() {
    let (_temporary, folder) = folder();
    let texts = ["one", "two", "three"];
    let kept = texts.map(|text| {
        fs::create_dir_all(&folder).expect("a folder");
        fs::write(folder.join("journal.db"), text).expect("a file");
        let journal = open(&folder);
        let [Notice::SetAside { to, .. }] = journal.notices() else { panic!("{:?}", journal.notices()) };
        to.clone()
    });
    let read = kept.map(|path| fs::read_to_string(path).expect("a file"));
    assert_eq!(read, texts);
}

#[test]
fn a_full_disk_is_told_and_nothing_is_half_written() {
    let (_temporary, folder) = folder();
    let journal = open(&folder);
    journal.intend(&step("first")).expect("it is written");
    let limit = |pages: i64| {
        let set = journal.connection_for_tests(|connection| {
            connection.query_row(&format!("PRAGMA max_page_count = {pages}"), [], |row| row.get::<_, i64>(0))
        });
        set.expect("it is set");
    };
    limit(1);
    let long = "x".repeat(100_000);
    let full = journal.intend(&step(&long)).expect_err("there is no room");
    assert!(matches!(full, JournalError::Full { .. }), "{full:?}");
    let full = journal.record(&Record { summary: long, ..record(1.0) }).expect_err("there is no room");
    assert!(matches!(full, JournalError::Full { .. }), "{full:?}");
    assert_eq!(whats(&open(&folder)), ["first"]);
    limit(1000);
    journal.intend(&step("second")).expect("there is room again");
    assert_eq!(whats(&open(&folder)), ["first", "second"]);
    assert_eq!(journal.history().expect("it can be read"), []);
}

#[test]
fn what_is_no_folder_is_told() {
    let (temporary, _) = folder();
    let file = temporary.path().join("file");
    fs::write(&file, "a text").expect("a file");
    for path in [file.clone(), file.join("below")] {
        let refused = Journal::open(&path).map(|_| ()).expect_err("it is no folder");
        assert!(
            matches!(refused, JournalError::NotAFolder { .. } | JournalError::Folder { .. }),
            "{refused:?}"
        );
        assert!(refused.hint().contains("--state DIR"));
    }
    assert_eq!(fs::read_to_string(file).expect("a file"), "a text");
    let taken = temporary.path().join("taken");
    fs::create_dir_all(taken.join("journal.db")).expect("a folder");
    let refused = Journal::open(&taken).map(|_| ()).expect_err("it is no file");
    assert!(matches!(refused, JournalError::NotOpened { .. }), "{refused:?}");
}

#[test]
fn many_open_one_that_is_not_there_and_all_write() {
    let (_temporary, folder) = folder();
    std::thread::scope(|scope| {
        for thread in 0..6 {
            let folder = &folder;
            scope.spawn(move || {
                for number in 0..5 {
                    open(folder).intend(&step(&format!("{thread} {number}"))).expect("it is written");
                }
            });
        }
    });
    assert_eq!(whats(&open(&folder)).len(), 30);
}

#[derive(Clone, Copy, Debug)]
enum Move {
    Intend,
    Undo(prop::sample::Index),
    Record,
    OpenAgain,
}

fn a_move() -> impl Strategy<Value = Move> {
    prop_oneof![
        3 => Just(Move::Intend),
        2 => any::<prop::sample::Index>().prop_map(Move::Undo),
        1 => Just(Move::Record),
        1 => Just(Move::OpenAgain),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    /// Whatever is done in whatever order, the file says what a map would, and no number is given out twice.
    #[test]
    fn the_file_is_as_good_as_a_map(moves in prop::collection::vec(a_move(), 1..30)) {
        let (_temporary, folder) = folder();
        let mut journal = open(&folder);
        let (mut model, mut given, mut records) = (BTreeMap::new(), Vec::new(), 0);
        for (number, next) in moves.into_iter().enumerate() {
            match next {
                Move::Intend => {
                    let id = journal.intend(&step(&number.to_string())).expect("it is written");
                    prop_assert!(!given.contains(&id));
                    given.push(id);
                    model.insert(id, number.to_string());
                }
                Move::Undo(_) if given.is_empty() => {}
                Move::Undo(index) => {
                    let id = *index.get(&given);
                    journal.undone(id, at(9)).expect("it is written");
                    model.remove(&id);
                }
                Move::Record => {
                    journal.record(&record(1.0)).expect("it is written");
                    records += 1;
                }
                Move::OpenAgain => journal = open(&folder),
            }
            let pending = journal.pending().expect("it can be read");
            let pending: BTreeMap<_, _> = pending.into_iter().map(|step| (step.id, step.step.what)).collect();
            prop_assert_eq!(&pending, &model);
            prop_assert_eq!(journal.lines().expect("it can be read").len(), records);
        }
    }
}
