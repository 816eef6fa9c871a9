//! A lab inside the test's own process, and programs that talk to it.

use std::path::Path;

use s3_failover::lab::{Lab, Options};
use tempfile::TempDir;

use super::Program;

/// The failover of the lab's spec.
pub(crate) const NAME: &str = "data.example.com";
/// What it may answer: the primary's endpoint, and the secondary's.
pub(crate) const ENDPOINTS: [&str; 2] =
    ["my-app-data-us-east-1.s3.us-east-1.amazonaws.com", "my-app-data-eu-west-1.s3.eu-west-1.amazonaws.com"];

/// What [`Held::described`](super::Held::described) says of the failover's records once the lab's spec is applied.
pub(crate) const RECORDS: [&str; 5] = [
    "data.example.com CNAME PRIMARY `primary of data.example.com` -> us-east-1.data.example.com, evaluated, guarded by combined",
    "data.example.com CNAME SECONDARY `secondary of data.example.com` -> eu-west-1.data.example.com, evaluated, guarded by secondary",
    "_s3-failover.data.example.com TXT 60 \"s3-failover v1 owns data.example.com\" \"s3-failover v1 owns us-east-1.data.example.com\" \"s3-failover v1 owns eu-west-1.data.example.com\"",
    "eu-west-1.data.example.com CNAME 60 my-app-data-eu-west-1.s3.eu-west-1.amazonaws.com",
    "us-east-1.data.example.com CNAME 60 my-app-data-us-east-1.s3.us-east-1.amazonaws.com",
];
/// The roles of its health checks.
pub(crate) const ROLES: [&str; 4] = ["combined", "primary", "secondary", "switch"];

/// Twenty times as fast as our world, and no throttling. (Beyond a speed of 50 the machine's own
/// hiccups are seconds of the lab.)
pub(crate) fn quick() -> Options {
    Options { speed: 20.0, throttling: false, ..Options::default() }
}

/// A running lab and a folder with its ready file (`ready.json`) and its spec (`failover.toml`).
/// Dropping it ends it.
pub(crate) struct TestLab {
    pub(crate) lab: Lab,
    folder: TempDir,
    environment: Vec<(String, String)>,
}

impl TestLab {
    pub(crate) async fn start(options: Options) -> Self {
        let mut this = Self::without_programs(options).await;
        let ready = this.folder().join("ready.json");
        let document = serde_json::to_string(this.lab.ready()).expect("a document");
        std::fs::write(&ready, document).expect("a file");
        this.environment = Program::bare(this.folder()).lab_environment(&ready).await;
        this
    }

    /// A lab to which its spec has been applied.
    pub(crate) async fn applied(options: Options) -> Self {
        let this = Self::start(options).await;
        let ran = this.program().run(&["apply", "--yes"]).await;
        assert_eq!(ran.code, Some(0), "{ran}");
        this
    }

    /// And in which every name server answers its primary.
    pub(crate) async fn answering(options: Options) -> Self {
        let this = Self::applied(options).await;
        answered(&this, NAME, ENDPOINTS[0]).await;
        this
    }

    /// A lab that only this process talks to, so that time may be paused: with a child it must not be.
    pub(crate) async fn without_programs(options: Options) -> Self {
        let lab = Lab::start(options).await.expect("the lab starts");
        let folder = tempfile::tempdir().expect("a folder");
        let this = Self { lab, folder, environment: Vec::new() };
        this.write_spec(&this.lab.spec_toml());
        this
    }

    /// The program in the lab's folder and with the environment that `lab env` prints.
    pub(crate) fn program(&self) -> Program {
        Program::bare(self.folder()).with_all(&self.environment)
    }

    /// The variables that `lab env` prints, for programs of others.
    pub(crate) fn environment(&self) -> &[(String, String)] {
        &self.environment
    }

    /// Where the programs run.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Replaces the spec that the programs read.
    pub(crate) fn write_spec(&self, text: &str) {
        std::fs::write(self.folder().join("failover.toml"), text).expect("a file");
    }

    /// Replaces `old`, which is in the spec exactly once.
    pub(crate) fn edit_spec(&self, old: &str, new: &str) {
        let path = self.folder().join("failover.toml");
        let text = std::fs::read_to_string(path).expect("a spec");
        assert_eq!(text.matches(old).count(), 1, "`{old}` is not in the spec once:\n{text}");
        self.write_spec(&text.replace(old, new));
    }

    /// Ends it and waits.
    pub(crate) async fn stop(self) {
        self.lab.stop().await;
    }

    /// A client of the lab's S3 that is not the program's.
    pub(crate) fn s3(&self, region: &str) -> aws_sdk_s3::Client {
        super::s3(&self.lab.ready().s3_endpoint, region)
    }

    /// A client of the lab's Route 53 that is not the program's.
    pub(crate) fn route53(&self) -> aws_sdk_route53::Client {
        super::route53(&self.lab.ready().route53)
    }
}

/// Every name server answers this endpoint at the name; at the latest soon.
pub(crate) async fn answered(lab: &TestLab, name: &str, endpoint: &str) {
    for server in &lab.lab.ready().nameservers {
        let what = format!("{server} answers {endpoint} at {name}");
        super::eventually(&what, std::time::Duration::from_secs(30), async || {
            match super::pointer(*server, name).await {
                Ok(answer) if answer == endpoint => Ok(()),
                Ok(other) | Err(other) => Err(other),
            }
        })
        .await;
    }
}
