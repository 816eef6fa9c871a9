//! The `aws` command, which most people reach Route 53 with, does a whole journey in the lab.
//!
//! The journey is a shell script, as people write them: `tests/judges/awscli_journey.sh`. What the
//! command prints is compared as a whole.

use std::{path::Path, time::Duration};

use s3_failover::lab::Options;
use tokio::process::Command;

use super::support::{TestLab, judges_tool, quick};

#[tokio::test]
async fn the_aws_command_takes_a_zone_through_its_life() {
    // The command's waiter looks at once, and then only after 30 seconds of ours.
    let lab = TestLab::start(Options { insync_delay: Duration::from_secs(2), ..quick() }).await;
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/judges/awscli_journey.sh");
    let mut command = Command::new("bash");
    command.arg(script).current_dir(lab.folder()).env_clear().envs(lab.environment().iter().cloned());
    // Nothing of this machine's own configuration; dates and dictionaries look the same everywhere.
    command.env("HOME", lab.folder()).env("AWS", judges_tool("aws"));
    command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
    let output = command.kill_on_drop(true).output().await.expect("bash starts");
    let said = String::from_utf8([output.stdout, output.stderr].concat()).expect("UTF-8");
    assert!(output.status.success(), "{said}");
    insta::assert_snapshot!(said, @r#"
    zone: cli.example. 2
    check: HTTP /health
    waiter: in sync
    one a page: cli.example./NS/- cli.example./SOA/- \052.cli.example./TXT/- data.cli.example./A/primary data.cli.example./A/secondary
    the first two: 3
    checkers: 16
    answer for data: NOERROR 192.0.2.2
    answer for nothing: NOERROR
    the same batch again: exit code 255
    An error occurred (InvalidChangeBatch) when calling the ChangeResourceRecordSets operation: [Tried to create resource record set [name='data.cli.example.', type='A', set-identifier='primary'] but it already exists, Tried to create resource record set [name='data.cli.example.', type='A', set-identifier='secondary'] but it already exists, Tried to create resource record set [name='\052.cli.example.', type='TXT'] but it already exists]
    a check that is gone: exit code 255
    An error occurred (NoSuchHealthCheck) when calling the GetHealthCheck operation: A health check with id CHECK does not exist.
    deleted: PENDING
    "#);
}
