//! The program as a child process that knows nothing of the machine around it.

use std::{
    collections::BTreeMap,
    fmt,
    path::{Path, PathBuf},
    process::{Output, Stdio},
};

use tokio::{
    io::AsyncReadExt,
    process::{Child, Command},
};

/// How the program is started: in a folder that is its home too, with these variables and no others.
#[derive(Clone, Debug)]
pub(crate) struct Program {
    folder: PathBuf,
    variables: BTreeMap<String, String>,
}

/// A finished child.
#[must_use]
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Ran {
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    /// Nothing when a signal ended it.
    pub(crate) code: Option<i32>,
}

/// A running child. It is killed when this is dropped.
#[derive(Debug)]
pub(crate) struct Running {
    child: Child,
    /// What it has said so far, as far as somebody has listened.
    heard: Vec<u8>,
}

impl Program {
    /// With `PATH`, `HOME` and `NO_COLOR`, and nothing that leads to AWS or to a lab.
    pub(crate) fn bare(folder: &Path) -> Self {
        let path = std::env::var("PATH").expect("the tests have a PATH");
        let home = folder.display().to_string();
        let variables = [("PATH", path), ("HOME", home), ("NO_COLOR", "1".to_owned())];
        let variables = variables.map(|(name, value)| (name.to_owned(), value)).into();
        Self { folder: folder.to_owned(), variables }
    }

    /// Sets a variable.
    pub(crate) fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.variables.insert(name.to_owned(), value.into());
        self
    }

    /// Sets all these variables.
    pub(crate) fn with_all(mut self, variables: &[(String, String)]) -> Self {
        self.variables.extend(variables.iter().cloned());
        self
    }

    /// Where it runs.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// All that it finds in its environment.
    pub(crate) fn variables(&self) -> &BTreeMap<String, String> {
        &self.variables
    }

    /// The variables that `lab env --from READY` prints.
    pub(crate) async fn lab_environment(&self, ready: &Path) -> Vec<(String, String)> {
        let ran = self.run(&["lab", "env", "--from", &ready.display().to_string()]).await;
        assert_eq!(ran.code, Some(0), "{ran}");
        let pair = |line: &str| {
            let (name, value) = line.strip_prefix("export ")?.split_once('=')?;
            Some((name.to_owned(), value.to_owned()))
        };
        ran.stdout.lines().filter_map(pair).collect()
    }

    /// Runs it to its end. Nobody sits at its standard input. What an `apply` leaves is held against the
    /// spec at once: after every apply a plan is empty.
    pub(crate) async fn run(&self, arguments: &[&str]) -> Ran {
        let ran = self.start(arguments).ended().await;
        let applied = arguments.first() == Some(&"apply") && !arguments.contains(&"--help");
        if applied && ran.code == Some(0) {
            let check = self.start(&as_check(arguments)).ended().await;
            assert_eq!(check.code, Some(0), "a plan after {arguments:?} is not empty:\n{check}");
        }
        ran
    }

    /// Starts it.
    pub(crate) fn start(&self, arguments: &[&str]) -> Running {
        let mut command = Command::new(env!("CARGO_BIN_EXE_s3-failover"));
        command.args(arguments).current_dir(&self.folder).env_clear().envs(&self.variables);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        Running { child: command.spawn().expect("the program starts"), heard: Vec::new() }
    }
}

/// The `plan --check` that asks about what this `apply` was to bring about.
fn as_check<'a>(apply: &[&'a str]) -> Vec<&'a str> {
    let mut check = vec!["plan", "--check"];
    let mut arguments = apply.iter().skip(1);
    while let Some(argument) = arguments.next() {
        match *argument {
            "--config" | "-c" | "--only" | "--adopt" | "--allow" | "--remove" => {
                check.push(argument);
                check.extend(arguments.next());
            }
            "--output" | "-o" => drop(arguments.next()),
            _ => {}
        }
    }
    check
}

impl Running {
    /// Waits for its end.
    pub(crate) async fn ended(self) -> Ran {
        let mut output = self.child.wait_with_output().await.expect("the program ends");
        output.stderr.splice(..0, self.heard);
        output.into()
    }

    /// Listens until it has said this on its standard error.
    pub(crate) async fn said(&mut self, text: &str) {
        while !String::from_utf8_lossy(&self.heard).contains(text) {
            let stderr = self.child.stderr.as_mut().expect("a pipe");
            let read = stderr.read_buf(&mut self.heard).await.expect("a pipe");
            assert_ne!(read, 0, "it ended without `{text}`: {}", String::from_utf8_lossy(&self.heard));
        }
    }

    /// Lets nobody read its standard output any more.
    pub(crate) fn hang_up(&mut self) {
        drop(self.child.stdout.take());
    }

    /// Lets nobody read its standard error any more.
    pub(crate) fn stop_listening(&mut self) {
        drop(self.child.stderr.take());
    }

    /// Waits for its end, and leaves what it wrote for [`Running::ended`]. Only for commands that write
    /// less than a pipe holds.
    pub(crate) async fn exited(&mut self) {
        self.child.wait().await.expect("the program ends");
    }

    /// Kills it at once, as `kill -9` does, and waits until it is gone.
    pub(crate) async fn kill(mut self) -> Ran {
        self.child.start_kill().expect("the program is there to be killed");
        self.ended().await
    }

    /// The number of its process.
    pub(crate) fn id(&self) -> u32 {
        self.child.id().expect("the program still runs")
    }

    /// Sends it a signal by name (`INT`, `TERM`).
    pub(crate) async fn signal(&self, name: &str) {
        let id = self.child.id().expect("the program still runs").to_string();
        let sent = Command::new("kill").args(["-s", name, &id]).status().await.expect("kill is there");
        assert!(sent.success(), "SIG{name} was not sent");
    }
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).expect("the program writes UTF-8");
        Self { stdout: text(output.stdout), stderr: text(output.stderr), code: output.status.code() }
    }
}

impl Ran {
    /// Its standard output, as the one JSON document that it must be.
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("no JSON document: {error}\n{self}"))
    }
}

/// Everything, for a snapshot or a failed assertion.
impl fmt::Display for Ran {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let code = self.code.map_or_else(|| "a signal".to_owned(), |code| code.to_string());
        write!(f, "── stdout\n{}── stderr\n{}── ended with {code}", self.stdout, self.stderr)
    }
}
