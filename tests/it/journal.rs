//! What is broken on purpose is known to whoever comes next, whatever became of the process that broke it and of
//! the file in which it wrote that down.

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    os::unix::{fs::PermissionsExt, process::CommandExt},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use jiff::Timestamp;
use s3_failover::journal::{Journal, Life, NewStep, RunId};
use serde_json::json;

use super::support::{Program, Ran, TestLab, eventually, quick};

/// Names the state folder to the helper below.
const STATE: &str = "S3_FAILOVER_TEST_JOURNAL";
const WHAT: &str = "the primary's health check is inverted";

fn step_of(what: &str) -> NewStep {
    let at = Timestamp::from_second(1_800_000_000).expect("a date");
    let failover = "data.example.com".parse().expect("a name");
    NewStep { run: RunId::new(at, 7), failover, what: what.to_owned(), undo: json!({"check": "id"}), at }
}

/// Another process, which writes steps down until it is killed, and says the number of each that is written.
#[test]
#[ignore = "no test but the process that the tests below start and kill"]
fn helper_writes_steps_down() {
    let folder = PathBuf::from(std::env::var_os(STATE).expect("the tests below name the folder"));
    loop {
        let journal = Journal::open(&folder).expect("the journal opens");
        let id = journal.intend(&step_of(WHAT)).expect("it is written");
        let mut stderr = std::io::stderr();
        writeln!(stderr, "written {id}").expect("somebody listens");
        assert!(id < 10_000, "nobody killed it");
    }
}

/// That process, running.
struct Helper {
    child: Child,
    said: BufReader<std::process::ChildStderr>,
}

impl Helper {
    fn start(folder: &Path) -> Self {
        let mut command = Command::new(std::env::current_exe().expect("this program"));
        command.args(["--exact", "journal::helper_writes_steps_down", "--ignored", "--nocapture"]);
        command.env(STATE, folder).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("it starts");
        let said = BufReader::new(child.stderr.take().expect("a pipe"));
        Self { child, said }
    }

    /// Waits until it has written so many steps; the numbers that it said.
    fn wrote(&mut self, steps: usize) -> Vec<i64> {
        let numbers = self.said.by_ref().lines().map_while(Result::ok);
        numbers.filter_map(|line| line.strip_prefix("written ")?.parse().ok()).take(steps).collect()
    }

    /// Kills it at once; the numbers that it said until then.
    fn kill(mut self) -> Vec<i64> {
        self.child.kill().expect("it is there to be killed");
        let said = self.wrote(usize::MAX);
        self.child.wait().expect("it ends");
        said
    }
}

/// Issue: "kill -9 ...: after the others any later command says what is still broken".
#[tokio::test]
async fn what_a_killed_process_left_broken_is_said_by_every_command_that_asks() {
    let lab = TestLab::answering(quick()).await;
    let state = lab.folder().join(".local/state/s3-failover");
    let mut helper = Helper::start(&state);
    helper.wrote(1);
    let quiet = lab.program().run(&["status"]).await;
    assert!(!quiet.stderr.contains("broken"), "it still lives, and mends that itself: {quiet}");
    helper.kill();
    let said = format!("by a run that did not end: data.example.com: {WHAT}");
    for command in [&["plan"][..], &["status"], &["verify"], &["apply", "--yes"], &["destroy"], &["history"]]
    {
        let ran = lab.program().run(command).await;
        assert!(ran.stderr.contains(&said), "{command:?}: {ran}");
        assert!(ran.stderr.contains("`s3-failover recover` mends it."), "{command:?}: {ran}");
    }
    for command in
        [&["status", "-q"][..], &["resolve"], &["lab", "env", "--from", "ready.json"], &["init"], &["--help"]]
    {
        let ran = lab.program().run(command).await;
        assert!(!ran.stderr.contains("broken"), "{command:?}: {ran}");
    }
    let elsewhere = lab.program().run(&["status", "--state", "other"]).await;
    assert!(!elsewhere.stderr.contains("broken"), "{elsewhere}");
    assert!(!lab.folder().join("other").exists(), "to look makes nothing");
}

/// Killed at any moment, also in the middle of a write: what it said it had written is there, and the file is whole.
#[test]
fn nothing_that_was_written_is_lost_by_kill_9() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut known = Vec::new();
    for round in 0..6 {
        let mut helper = Helper::start(folder.path());
        known.extend(helper.wrote(1 + round));
        known.extend(helper.kill());
        let journal = Journal::open(folder.path()).expect("the journal opens");
        assert_eq!(journal.notices(), [], "round {round}");
        let pending = journal.pending().expect("it can be read");
        let missing: Vec<&i64> =
            known.iter().filter(|id| pending.iter().all(|step| step.id != **id)).collect();
        assert_eq!(missing, Vec::<&i64>::new(), "round {round}");
        assert!(pending.iter().all(|step| step.life == Life::Gone && step.step == step_of(WHAT)));
    }
    assert!(known.len() > 20, "{known:?}");
}

/// Two drills of different failovers on one machine.
#[test]
fn several_processes_write_at_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut helpers: Vec<Helper> = (0..3).map(|_| Helper::start(folder.path())).collect();
    let said: Vec<Vec<i64>> = helpers.iter_mut().map(|helper| helper.wrote(5)).collect();
    let alive = Journal::open(folder.path()).and_then(|journal| journal.pending()).expect("it can be read");
    assert!(alive.iter().all(|step| step.life == Life::Alive), "{alive:?}");
    let rest: Vec<Vec<i64>> = helpers.into_iter().map(Helper::kill).collect();
    let mut numbers: Vec<i64> = said.into_iter().chain(rest).flatten().collect();
    numbers.sort_unstable();
    let pending = Journal::open(folder.path()).and_then(|journal| journal.pending()).expect("it can be read");
    assert!(numbers.len() >= 15, "{numbers:?}");
    assert!(numbers.windows(2).all(|pair| pair[0] != pair[1]), "a number was given out twice: {numbers:?}");
    assert!(numbers.iter().all(|id| pending.iter().any(|step| step.id == *id)), "{numbers:?}");
}

/// To look goes on, whatever the journal is; to change something keeps the file beside.
#[tokio::test]
async fn a_damaged_journal_is_told_and_kept() {
    let lab = TestLab::start(quick()).await;
    let program = lab.program().with("S3_FAILOVER_STATE", "state");
    let state = lab.folder().join("state");
    fs::create_dir(&state).expect("a folder");
    fs::write(state.join("journal.db"), "no database, whatever it is called").expect("a file");
    let looked = program.run(&["status"]).await;
    assert_eq!(looked.code, Some(0), "{looked}");
    insta::assert_snapshot!(looked.stderr, @"warning: the journal state/journal.db is damaged: file is not a database; not all that is still broken may be known");
    assert_eq!(fs::read_dir(&state).expect("a folder").count(), 2, "the file and a lock");
    let applied = program.run(&["apply", "--yes", "-q"]).await;
    assert_eq!(applied.code, Some(0), "{applied}");
    let kept = kept(&state);
    assert_eq!(fs::read(&kept).expect("a file"), b"no database, whatever it is called");
    let name = kept.file_name().expect("a name").to_string_lossy().into_owned();
    insta::assert_snapshot!(applied.stderr.replace(&name, "journal.db.damaged-DATE"), @"warning: the journal could not be used: file is not a database. It is kept as state/journal.db.damaged-DATE, and a new one was begun; 0 steps that are still broken and 0 remembered runs were taken over; not everything in it could be read. `s3-failover recover` also finds what is broken by what stands in AWS.");
    let history = program.run(&["history", "-o", "json"]).await;
    assert_eq!((history.json()["runs"][0]["deed"].as_str(), history.stderr.as_str()), (Some("apply"), ""));
}

fn kept(state: &Path) -> PathBuf {
    let paths = fs::read_dir(state).expect("a folder").map(|entry| entry.expect("an entry").path());
    let kept = paths.filter(|path| path.to_string_lossy().contains("journal.db."));
    let [kept] = &kept.collect::<Vec<_>>()[..] else { panic!("one file is kept") };
    kept.clone()
}

/// What cannot be written is told with place, reason and way out, and what only wanted to be remembered goes on.
#[tokio::test]
async fn without_a_place_for_the_journal_commands_say_so_and_go_on() {
    let lab = TestLab::start(quick()).await;
    fs::write(lab.folder().join("taken"), "a text").expect("a file");
    let apply = async |program: Program| {
        let ran = program.run(&["apply", "--yes", "-q"]).await;
        assert_eq!(ran.code, Some(0), "{ran}");
        ran.stderr
    };
    insta::assert_snapshot!(apply(lab.program().with("S3_FAILOVER_STATE", "taken")).await, @"
    warning: this run is not remembered: the state folder taken cannot be used: it is no folder
    hint: `--state DIR` (or S3_FAILOVER_STATE) names a folder that you may write. Whoever wrote this one sees in it what is still broken.
    ");
    insta::assert_snapshot!(apply(lab.program().with("HOME", "nowhere")).await, @"
    warning: this run is not remembered: there is no place for the journal: this user has no home directory
    hint: `--state DIR` (or S3_FAILOVER_STATE) names a folder for it.
    ");
    let history = lab.program().with("S3_FAILOVER_STATE", "taken").run(&["history"]).await;
    insta::assert_snapshot!(history, @"
    ── stdout
    ── stderr
    error: the journal taken/journal.db cannot be opened
      because: Not a directory (os error 20)
    hint: `--state DIR` (or S3_FAILOVER_STATE) names a folder that you may write. Whoever wrote this one sees in it what is still broken.
    ── ended with 2
    ");
}

/// Whoever is root may everything, so then it is tried as nobody.
fn as_somebody(command: &mut Command) -> &mut Command {
    let root = fs::metadata("/proc/self").is_ok_and(|this| std::os::unix::fs::MetadataExt::uid(&this) == 0);
    if root { command.uid(65_534).gid(65_534) } else { command }
}

/// The program, copied to where everybody may run it.
struct Somebody {
    folder: tempfile::TempDir,
}

impl Somebody {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        mode(folder.path(), 0o755);
        fs::copy(env!("CARGO_BIN_EXE_s3-failover"), folder.path().join("s3-failover")).expect("a copy");
        Self { folder }
    }

    /// Runs it in the environment of another one, after these words of a shell.
    fn runs(&self, program: &Program, shell: &str, arguments: &[&str]) -> Ran {
        let mut command = Command::new("sh");
        let binary = self.folder.path().join("s3-failover");
        command.arg("-c").arg(format!("{shell} exec \"$0\" \"$@\"")).arg(binary).args(arguments);
        command.current_dir(program.folder()).env_clear().envs(program.variables()).stdin(Stdio::null());
        // The lab's certificate is its owner's alone, and its Route 53 speaks HTTP.
        command.env_remove("AWS_CA_BUNDLE").env_remove("SSL_CERT_FILE");
        as_somebody(&mut command).output().expect("it runs").into()
    }
}

fn mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("it is ours");
}

/// A folder that may be read and not written, one that is somebody else's, and a disk that takes nothing more.
#[tokio::test(flavor = "multi_thread")]
async fn what_may_not_be_written_is_told_with_the_way_out() {
    let lab = TestLab::start(quick()).await;
    let somebody = Somebody::new();
    mode(lab.folder(), 0o755);
    let program = lab.program().with("S3_FAILOVER_STATE", "state");
    let state = lab.folder().join("state");
    let id = Journal::open(&state).and_then(|journal| journal.intend(&step_of(WHAT))).expect("it is written");
    let open = |wide: bool| {
        mode(&state, if wide { 0o555 } else { 0o000 });
        mode(&state.join("journal.db"), if wide { 0o444 } else { 0o000 });
    };
    open(true);
    let told = |ran: Ran| ran.stderr.replace(&lab.folder().display().to_string(), "FOLDER");
    let looked = somebody.runs(&program, "", &["history", "-o", "json"]);
    assert_eq!(looked.json()["runs"], json!([]), "a folder that is read-only can be read: {looked}");
    let refused = "\
        warning: this run is not remembered: the state folder state cannot be used: Permission denied (os error 13)\n\
        hint: `--state DIR` (or S3_FAILOVER_STATE) names a folder that you may write. Whoever wrote this one sees in \
        it what is still broken.\n";
    assert_eq!(told(somebody.runs(&program, "", &["apply", "--yes", "-q"])), refused);
    open(false);
    assert_eq!(told(somebody.runs(&program, "", &["apply", "--yes", "-q"])), refused);
    let unknown = "warning: the journal state/journal.db cannot be opened: Permission denied (os error 13); not all that \
        is still broken may be known\n";
    assert_eq!(told(somebody.runs(&program, "", &["status"])), unknown);

    // The system says that a file may not grow any further, and does not kill who tries it all the same.
    mode(&state, 0o777);
    for entry in fs::read_dir(&state).expect("a folder") {
        mode(&entry.expect("an entry").path(), 0o666);
    }
    let full = somebody.runs(&program, "trap '' XFSZ; ulimit -f 0;", &["apply", "--yes", "-q"]);
    assert_eq!(full.code, Some(0), "{full}");
    let full = told(full);
    let reason = "warning: this run is not remembered: the journal state/journal.db cannot be ";
    assert!(full.starts_with(reason) && full.contains("`--state DIR`"), "{full}");
    let journal = Journal::open(&state).expect("nothing is damaged");
    assert_eq!(journal.pending().expect("it can be read")[0].id, id);
    assert_eq!((journal.notices(), journal.lines().expect("it can be read").len()), (&[][..], 0));
}

/// `lab start` has a `--state` of its own, and what the environment says of the journal is not for it.
#[tokio::test]
async fn a_lab_is_not_kept_where_the_journal_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let program = Program::bare(folder.path()).with("S3_FAILOVER_STATE", "journal");
    for (arguments, kept) in [(&["lab", "start"][..], false), (&["lab", "start", "--state", "world"], true)] {
        let ready = folder.path().join("ready.json");
        let running = program.start(&[arguments, &["--ready-file", "ready.json"]].concat());
        eventually("the lab is ready", Duration::from_secs(30), async || {
            if ready.exists() { Ok(()) } else { Err("no ready file") }
        })
        .await;
        let killed = running.kill().await;
        assert_eq!(killed.code, None, "{killed}");
        assert_eq!(folder.path().join("world/lab.sqlite3").exists(), kept);
        fs::remove_file(ready).expect("it is there");
    }
    assert!(!folder.path().join("journal").exists());
}
