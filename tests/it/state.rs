//! The lab's world outlives the lab, also one that is killed, and a folder of somebody else is left alone.

use std::{path::Path, time::Duration};

use super::support::{Program, Running, eventually, judge};

/// A lab as a child process, with its state in `state` of the folder.
struct Child {
    running: Running,
    environment: Vec<(String, String)>,
}

const READY: &str = "ready.json";

impl Child {
    async fn start(folder: &Path) -> Self {
        let ready = folder.join(READY);
        let _ = std::fs::remove_file(&ready);
        let program = Program::bare(folder);
        let start = ["lab", "start", "--speed", "20", "--no-throttling", "--state", "state"];
        let running = program.start(&[&start[..], &["--ready-file", READY]].concat());
        eventually("the lab is ready", Duration::from_secs(30), async || {
            if ready.exists() { Ok(()) } else { Err("no ready file") }
        })
        .await;
        let environment = program.lab_environment(&ready).await;
        Self { running, environment }
    }

    async fn judge(&self, what: &str) -> String {
        judge("state.py", &self.environment, &[what]).await
    }
}

/// What is read must not depend on what came of replication meanwhile.
fn settled(read: &str) -> String {
    read.lines().filter(|line| !line.contains("\"waits\"")).collect::<Vec<_>>().join("\n")
}

/// Issue: "State can be kept in a folder and survives a restart of the lab". Everything that boto3 can make
/// and read is the same after `kill -9`; what waited for a region goes on; what is refused stays refused, and
/// no identifier is given out twice.
#[tokio::test]
async fn a_world_survives_kill_9() {
    let folder = tempfile::tempdir().expect("a folder");
    let first = Child::start(folder.path()).await;
    insta::assert_snapshot!(first.judge("change").await, @r#"
    {"ids": ["/change/C-LAB-0003", "/change/C-LAB-0004"], "what": "changes"}
    {"ids": ["LAB-VERSION-000012", "LAB-VERSION-000013", "LAB-VERSION-000014", "LAB-VERSION-000015"], "what": "versions"}
    {"token": "arn:aws:s3:us-west-2:000000000000:async-request/mrap/put-policy/lab-5f6cb1d36cd27b22", "what": "token"}
    "#);
    let before = first.judge("read").await;
    let fault = ["lab", "fault", "eu-west-1", "refuse", "--from", READY];
    let ran = Program::bare(folder.path()).run(&fault).await;
    assert_eq!(ran.code, Some(0), "{ran}");
    insta::assert_snapshot!(first.judge("pending").await, @r#"
    {"status": "PENDING", "version": "LAB-VERSION-000016", "what": "waits"}
    "#);
    let killed = first.running.kill().await;
    assert_eq!(killed.code, None, "{killed}");

    let second = Child::start(folder.path()).await;
    insta::assert_snapshot!(second.judge("replicated").await, @r#"
    {"body": "waits", "status": "REPLICA", "version": "LAB-VERSION-000016", "what": "waits"}
    "#);
    let after = second.judge("read").await;
    assert_eq!(settled(&after), settled(&before));
    assert!(before.lines().count() > 60, "{before}");
    insta::assert_snapshot!(second.judge("completed").await, @r#"
    {"etag": "\"2d94ea85f8ce8604c98e69b1b7f3f987-2\"", "right": true, "what": "object"}
    {"same": true, "what": "the same as the one that was complete"}
    "#);
    insta::assert_snapshot!(second.judge("refused").await, @r#"
    {"code": "HealthCheckAlreadyExists", "what": "a deleted check's reference"}
    {"code": "HealthCheckAlreadyExists", "what": "a kept check's reference with other settings"}
    {"code": "HostedZoneAlreadyExists", "what": "a zone's reference"}
    {"code": "BucketHasAccessPointsAttached", "what": "a bucket behind an access point"}
    {"code": "IdempotencyException", "what": "a caller's token for another order"}
    {"code": "HealthCheckVersionMismatch", "what": "an older version"}
    {"check": "lab-healthcheck-0005", "version": "LAB-VERSION-000018", "what": "the next identifiers"}
    "#);
    second.running.signal("INT").await;
    let ran = second.running.ended().await;
    insta::assert_snapshot!(ran.to_string(), @r#"
    ── stdout
    ── stderr
    The lab is ready. In another terminal: eval "$(s3-failover lab env --from ready.json)"
    The lab has stopped; its world is kept in state.
    ── ended with 0
    "#);

    let third = Child::start(folder.path()).await;
    assert!(third.judge("read").await.contains("lab-healthcheck-0005"), "what was made last");
}

/// A folder is one lab's at a time, and of one version; what is no state of a lab is left as it is.
#[tokio::test]
async fn a_folder_that_is_not_for_this_lab_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path();
    let refused = async |state: &str| {
        let ran = Program::bare(path).run(&["lab", "start", "--state", state]).await;
        format!("{ran}")
    };
    let first = Child::start(path).await;
    insta::assert_snapshot!(refused("state").await, @r#"
    ── stdout
    ── stderr
    error: the lab did not start
      because: another lab is running on the state in state
    ── ended with 2
    "#);
    let killed = first.running.kill().await;
    assert_eq!(killed.code, None, "{killed}");
    let state = path.join("state").display().to_string();
    judge("state.py", &[], &["version", &state]).await;
    insta::assert_snapshot!(refused("state").await, @r#"
    ── stdout
    ── stderr
    error: the lab did not start
      because: the state in state is of version 99, and this program reads version 1
    ── ended with 2
    "#);

    std::fs::create_dir(path.join("photos")).expect("a folder");
    std::fs::write(path.join("photos/1.jpg"), "a picture").expect("a file");
    insta::assert_snapshot!(refused("photos").await, @r#"
    ── stdout
    ── stderr
    error: the lab did not start
      because: photos holds no state of a lab; name an empty folder or one that does not exist yet
    ── ended with 2
    "#);
    std::fs::create_dir(path.join("text")).expect("a folder");
    let text = "a text that is long enough to have the place of a header\n".repeat(20);
    std::fs::write(path.join("text/lab.sqlite3"), &text).expect("a file");
    insta::assert_snapshot!(refused("text").await, @r#"
    ── stdout
    ── stderr
    error: the lab did not start
      because: text holds no state of a lab; name an empty folder or one that does not exist yet
    ── ended with 2
    "#);
    assert_eq!(std::fs::read_to_string(path.join("text/lab.sqlite3")).expect("a file"), text);
    assert_eq!(std::fs::read_dir(path.join("photos")).expect("a folder").count(), 1);
}
