//! The scripts of `scripts/verification`, run as users run them: in a good world and in bad ones.

use std::{
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use s3_failover::lab::{Fault, NameServerFault};
use tokio::process::Command;

use super::support::{ENDPOINTS, NAME, Ran, TestLab, answered, judges_tool, quick};

fn scripts() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/verification")
}

/// Runs a script where `s3-failover` is on the PATH and leads to the lab.
async fn run(lab: &TestLab, script: &str, arguments: &[&str]) -> Ran {
    let binary = Path::new(env!("CARGO_BIN_EXE_s3-failover")).parent().expect("a folder");
    let path = format!("{}:{}", binary.display(), std::env::var("PATH").expect("the tests have a PATH"));
    let mut command = Command::new(scripts().join(script));
    command.args(arguments).current_dir(lab.folder()).env_clear().envs(lab.environment().iter().cloned());
    command.env("PATH", path).env("HOME", lab.folder()).kill_on_drop(true);
    command.output().await.expect("the script starts").into()
}

#[tokio::test]
async fn shellcheck_finds_nothing() {
    let files: Vec<PathBuf> =
        std::fs::read_dir(scripts()).expect("scripts").map(|entry| entry.expect("an entry").path()).collect();
    assert_eq!(files.len(), 3, "{files:?}");
    for file in &files {
        let mode = file.metadata().expect("a file").permissions().mode();
        assert_eq!(mode & 0o111, 0o111, "{} cannot be run", file.display());
    }
    let output = Command::new(judges_tool("shellcheck")).args(&files).output().await.expect("it starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}

#[tokio::test]
async fn cron_tells_once_of_bad_and_once_of_good() {
    let lab = TestLab::answering(quick()).await;
    let told = lab.folder().join("told");
    let teller = lab.folder().join("tell");
    let write = |path: &Path, text: &str| {
        std::fs::write(path, text).expect("a file");
        std::fs::set_permissions(path, PermissionsExt::from_mode(0o755)).expect("a mode");
    };
    write(&teller, "#!/bin/sh\n{ echo \"$S3_FAILOVER_ALERT $1\"; head -n 1; } >>told\n");
    let alert = async || run(&lab, "alert", &["state", "./tell", "ops"]).await;
    let said = || std::fs::read_to_string(&told).unwrap_or_default();

    assert_eq!(alert().await.code, Some(0));
    assert_eq!(said(), "", "it was told that all goes on to be well");
    lab.lab.set_name_server_fault(0, NameServerFault::Lying).expect("a name server");
    // Nobody can be told at first: it is told again.
    write(&teller, "#!/bin/sh\nexit 1\n");
    let ran = alert().await;
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(3), "alert: could not tell that it is bad\n"), "{ran}");
    write(&teller, "#!/bin/sh\n{ echo \"$S3_FAILOVER_ALERT $1\"; head -n 1; } >>told\n");
    for _ in 0..2 {
        assert_eq!(alert().await.code, Some(1));
    }
    let bad = "bad ops\n**NOT OK**: 1 of 1 failover is not what the spec says.\n";
    assert_eq!(said(), bad);
    lab.lab.set_name_server_fault(0, NameServerFault::None).expect("a name server");
    for _ in 0..2 {
        assert_eq!(alert().await.code, Some(0));
    }
    let good = format!("{bad}good ops\n**OK**: the failover answers what the spec says.\n");
    assert_eq!(said(), good);
    // Whoever cannot look does not know that all is well.
    lab.write_spec("nonsense");
    assert_eq!(alert().await.code, Some(1));
    assert_eq!(said(), format!("{good}bad ops\n**NOT KNOWN**: verify could not look (code 2).\n"));
    assert_eq!(run(&lab, "alert", &["state"]).await.code, Some(2));
    lab.stop().await;
}

#[tokio::test]
async fn a_webhook_gets_a_text() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let lab = TestLab::answering(quick()).await;
    lab.lab.set_name_server_fault(0, NameServerFault::Lying).expect("a name server");
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}/hook", listener.local_addr().expect("an address"));
    let hook = async {
        let (mut connection, _) = listener.accept().await.expect("a connection");
        let mut heard = String::new();
        while !heard.ends_with('}') {
            let mut buffer = [0; 4096];
            let read = connection.read(&mut buffer).await.expect("a request");
            heard.push_str(std::str::from_utf8(&buffer[..read]).expect("UTF-8"));
        }
        connection.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok").await.expect("it listens");
        heard
    };
    let arguments = ["state", url.as_str()];
    let (heard, ran) = tokio::join!(hook, run(&lab, "alert", &arguments));
    assert_eq!(ran.code, Some(1), "{ran}");
    assert!(heard.starts_with("POST /hook "), "{heard}");
    let (_, body) = heard.split_once("\r\n\r\n").expect("a body");
    let body: serde_json::Value = serde_json::from_str(body).expect("JSON");
    assert_eq!(body, serde_json::json!({"text": "**NOT OK**: 1 of 1 failover is not what the spec says."}));
    lab.stop().await;
}

#[tokio::test]
async fn the_gate_is_open_only_while_both_sides_are_well() {
    let lab = TestLab::answering(quick()).await;
    let ran = run(&lab, "gate", &["--only", NAME]).await;
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), "gate: open\n"), "{ran}");

    lab.lab.set_name_server_fault(0, NameServerFault::Lying).expect("a name server");
    let ran = run(&lab, "gate", &[]).await;
    assert_eq!(ran.code, Some(1), "{ran}");
    assert!(ran.stderr.starts_with("gate: closed\n"), "{ran}");
    assert!(ran.stderr.contains(&format!("\n{NAME}: authoritative.agree: ")), "{ran}");
    lab.lab.set_name_server_fault(0, NameServerFault::None).expect("a name server");

    // The primary is down, the name fails over as it ought to, and verify finds no error.
    lab.lab.set_fault(&"us-east-1".parse().expect("a region"), Fault::Http503).expect("a region");
    answered(&lab, NAME, ENDPOINTS[1]).await;
    let ran = run(&lab, "gate", &[]).await;
    assert_eq!(ran.code, Some(1), "{ran}");
    assert!(ran.stderr.contains("a deployment wants the primary, in health"), "{ran}");
    lab.write_spec("nonsense");
    assert_eq!(run(&lab, "gate", &[]).await.code, Some(2));
    lab.stop().await;
}

#[tokio::test]
async fn a_runbook_waits_for_the_failover() {
    let lab = TestLab::answering(quick()).await;
    let ran = run(&lab, "wait-for-failover", &["5s", NAME]).await;
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(1), ""), "{ran}");
    assert!(
        ran.stderr.contains("wait-for-failover: no failover within 5s; this is what is wrong:\n"),
        "{ran}"
    );
    lab.lab.set_fault(&"us-east-1".parse().expect("a region"), Fault::Http503).expect("a region");
    let ran = run(&lab, "wait-for-failover", &["10m", NAME]).await;
    assert_eq!(ran.code, Some(0), "{ran}");
    assert!(ran.stdout.contains("export S3_FAILOVER_BUCKET=my-app-data-eu-west-1\n"), "{ran}");
    assert_eq!(run(&lab, "wait-for-failover", &[]).await.code, Some(2));
    lab.stop().await;
}
