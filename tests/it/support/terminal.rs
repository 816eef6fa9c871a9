//! A terminal in which a program believes that somebody sits: tmux, of which nobody sees the screen but the
//! test.

use std::{path::PathBuf, process::Stdio, time::Duration};

use tokio::process::Command;

use super::{Program, eventually, tool};

/// How long a screen may take to show something, in our own seconds.
const SOON: Duration = Duration::from_mins(1);

/// A terminal with one program in it. Dropping it ends both.
pub(crate) struct Terminal {
    tmux: PathBuf,
    folder: tempfile::TempDir,
}

impl Terminal {
    /// Starts the program in a terminal of so many columns and lines. When it has ended, its exit code is
    /// shown.
    pub(crate) async fn start(program: &Program, (columns, lines): (u16, u16), arguments: &[&str]) -> Self {
        let this = Self { tmux: tool("tmux"), folder: tempfile::tempdir().expect("a folder") };
        let line =
            format!("{} {}; echo ended with $?; cat", env!("CARGO_BIN_EXE_s3-failover"), arguments.join(" "));
        let mut command = this.command();
        command.env_clear().envs(program.variables()).env("TERM", "screen").current_dir(program.folder());
        command.args([
            "-f",
            "/dev/null",
            "new-session",
            "-d",
            "-x",
            &columns.to_string(),
            "-y",
            &lines.to_string(),
        ]);
        let started = command.args(["sh", "-c", &line]).status().await.expect("tmux starts");
        assert!(started.success(), "{started}");
        this
    }

    /// What is on the screen.
    pub(crate) async fn screen(&self) -> String {
        let output = self.command().args(["capture-pane", "-p"]).output().await.expect("tmux answers");
        String::from_utf8_lossy(&output.stdout).trim_end().to_owned()
    }

    /// Waits until the screen is as it should be, and says what is on it.
    pub(crate) async fn shows(&self, what: &str, is_it: impl Fn(&str) -> bool) -> String {
        eventually(what, SOON, async || {
            let screen = self.screen().await;
            if is_it(&screen) { Ok(screen) } else { Err(format!("\n{screen}")) }
        })
        .await
    }

    /// Presses a key, by tmux's name for it.
    pub(crate) async fn press(&self, key: &str) {
        self.order(&["send-keys", key]).await;
    }

    /// Makes it so many columns wide and lines high.
    pub(crate) async fn resize(&self, columns: u16, lines: u16) {
        self.order(&["resize-window", "-x", &columns.to_string(), "-y", &lines.to_string()]).await;
    }

    async fn order(&self, arguments: &[&str]) {
        let done = self.command().args(arguments).status().await.expect("tmux answers");
        assert!(done.success(), "{arguments:?}: {done}");
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.tmux);
        command.arg("-S").arg(self.folder.path().join("socket")).stdin(Stdio::null()).kill_on_drop(true);
        command
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let mut command = std::process::Command::new(&self.tmux);
        command.arg("-S").arg(self.folder.path().join("socket")).arg("kill-server");
        // One that is gone already has nothing to end.
        let _ = command.output();
    }
}
