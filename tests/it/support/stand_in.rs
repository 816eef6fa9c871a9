//! Stand-ins of others for AWS.

use std::{path::Path, process::Stdio, time::Duration};

use s3_failover::clock::Clock;
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
};

use super::{Program, judges_tool};

/// A server of somebody else; dropping it kills it by its own id.
pub(crate) struct StandIn {
    _child: Child,
    folder: TempDir,
    url: String,
}

impl StandIn {
    /// Starts a tool of the judges', which says `Running on URL` when it serves.
    pub(crate) async fn start(name: &str, arguments: &[&str], variables: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let mut command = Command::new(judges_tool(name));
        command.args(arguments).current_dir(folder.path());
        command.env_clear().env("HOME", folder.path()).env("PYTHONUNBUFFERED", "1");
        command.envs(variables.iter().copied());
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).kill_on_drop(true);
        let mut child = command.spawn().expect("it starts");
        let stderr = child.stderr.take().expect("it is piped");
        let mut lines = BufReader::new(stderr).lines();
        let url = async {
            while let Some(line) = lines.next_line().await.expect("UTF-8") {
                if let Some((_, rest)) = line.split_once("Running on ") {
                    return rest.split_whitespace().next().unwrap_or_default().to_owned();
                }
            }
            panic!("{name} has ended before it served")
        };
        let url = Clock::system().timeout(Duration::from_secs(30), url).await.expect("it serves");
        // Its log has to go somewhere, or it stops when the pipe is full.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        Self { _child: child, folder, url }
    }

    /// Where it serves.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Where the programs run.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// What leads programs to `url`, with keys of no worth. Some stand-ins take the key for an account.
    pub(crate) fn environment(url: &str) -> Vec<(String, String)> {
        let environment = [
            ("AWS_ACCESS_KEY_ID", "111122223333"),
            ("AWS_SECRET_ACCESS_KEY", "of-a-stand-in"),
            ("AWS_REGION", "us-east-1"),
            ("AWS_DEFAULT_REGION", "us-east-1"),
            ("AWS_EC2_METADATA_DISABLED", "true"),
            ("AWS_ENDPOINT_URL", url),
            ("AWS_ENDPOINT_URL_ROUTE_53", url),
        ];
        environment.map(|(name, value)| (name.to_owned(), value.to_owned())).into()
    }

    /// The program in its folder, led to `url`.
    pub(crate) fn program(&self, url: &str) -> Program {
        Program::bare(self.folder()).with_all(&Self::environment(url))
    }
}
