//! Programs in Python that judge from outside, and the Python that runs them.

use std::path::{Path, PathBuf};

use tokio::process::Command;

/// Names the Python that `scripts/test` has installed `tests/requirements.txt` for.
const PYTHON: &str = "S3_FAILOVER_TEST_PYTHON";

/// A program that `scripts/test` has installed beside that Python: `python`, `moto_server`, ….
///
/// # Panics
/// When it is missing: a test that needs it must not pass without it.
pub(crate) fn judges_tool(name: &str) -> PathBuf {
    let usual = || Path::new(env!("CARGO_MANIFEST_DIR")).join("target/judges/bin/python");
    let python = std::env::var_os(PYTHON).map_or_else(usual, PathBuf::from);
    let tool = python.with_file_name(name);
    assert!(
        tool.is_file(),
        "{} is missing; scripts/test installs what the tests need, and {PYTHON} names the Python",
        tool.display()
    );
    tool
}

/// Runs a script of `tests/judges` with these variables and arguments, and gives what it has written:
/// lines of text that it finds out by itself. A script that fails has found something out too.
pub(crate) async fn judge(script: &str, variables: &[(String, String)], arguments: &[&str]) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/judges").join(script);
    let mut command = Command::new(judges_tool("python"));
    // -I: neither the user's packages nor PYTHON… variables; -B: nothing is written beside the script.
    command.arg("-IB").arg(&path).args(arguments).env_clear().envs(variables.iter().cloned());
    command.kill_on_drop(true);
    let output = command.output().await.expect("Python starts");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("the judges write UTF-8");
    let (stdout, stderr) = (text(output.stdout), text(output.stderr));
    assert!(output.status.success(), "{script} failed\n{stdout}\n{stderr}");
    stdout
}

/// Runs a script of `tests/judges` that drives a browser, as [`judge`] runs those in Python.
pub(crate) async fn browser(script: &str, arguments: &[&str]) -> String {
    let judges = judges_tool("python");
    let judges = judges.ancestors().nth(2).expect("python lies in a folder bin");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/judges").join(script);
    let home = tempfile::tempdir().expect("a folder");
    let mut command = Command::new("node");
    command.arg(&path).args(arguments).env_clear();
    let path = std::env::var_os("PATH").unwrap_or_default();
    command
        .env("PATH", path)
        .env("HOME", home.path())
        .env("NODE_MODULES", judges.join("browser/node_modules"));
    command.kill_on_drop(true);
    let output = command.output().await.expect("scripts/test installs nodejs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("the judges write UTF-8");
    let (stdout, stderr) = (text(output.stdout), text(output.stderr));
    assert!(output.status.success(), "{script} failed\n{stdout}\n{stderr}");
    stdout
}
