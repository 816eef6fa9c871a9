//! The examples of `scripts/clients` do what they say, in the hands of the real aws command, boto3 and the SDK for
//! Rust: each puts and gets an object through the name, before a failover and after it.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use s3_failover::lab::{Fault, Options};
use tokio::process::Command;

use super::support::{TestLab, eventually, judges_tool, quick};

const SOON: Duration = Duration::from_secs(30);
/// The pair of the lab's spec.
const BUCKETS: [&str; 2] = ["my-app-data-us-east-1", "my-app-data-eu-west-1"];
/// The files of `scripts/clients`.
const EXAMPLES: [&str; 3] = ["pointer-aws.sh", "pointer_boto3.py", "pointer_rust.rs"];

fn scripts() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/clients")
}

/// The example in Rust. Cargo builds it with the tests; where only this binary was asked for it may be missing, or older
/// than the program, and is built now.
async fn pointer_rust() -> PathBuf {
    let program = Path::new(env!("CARGO_BIN_EXE_s3-failover"));
    let example = program.with_file_name("examples").join("pointer_rust");
    let made = |path: &Path| std::fs::metadata(path).and_then(|file| file.modified()).ok();
    if made(&example) < made(program) {
        let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        cargo.args(["build", "--quiet", "--offline", "--example", "pointer_rust"]);
        if !cfg!(debug_assertions) {
            cargo.arg("--release");
        }
        let output = cargo.current_dir(env!("CARGO_MANIFEST_DIR")).output().await.expect("cargo starts");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    example
}

/// Runs one of the examples, as a user would: what it needs is in the `PATH`. The bucket that it says it has used.
async fn bucket_used(lab: &TestLab, example: &str, text: &str, key: &str) -> String {
    let path = scripts().join(example);
    let mut command = match example {
        "pointer-aws.sh" => {
            std::fs::write(lab.folder().join("upload.txt"), text).expect("a file");
            Command::new(path)
        }
        "pointer_boto3.py" => {
            let mut command = Command::new(judges_tool("python"));
            command.arg("-IB").arg(path);
            command
        }
        _ => Command::new(pointer_rust().await),
    };
    command.arg(if example == "pointer-aws.sh" { "upload.txt" } else { text }).arg(key);
    let ours = Path::new(env!("CARGO_BIN_EXE_s3-failover")).parent().expect("a folder").to_owned();
    let theirs = judges_tool("aws").parent().expect("a folder").to_owned();
    let rest = std::env::var_os("PATH").unwrap_or_default();
    let path = std::env::join_paths([ours, theirs].into_iter().chain(std::env::split_paths(&rest)));
    command.env_clear().envs(lab.environment().iter().cloned()).env("HOME", lab.folder());
    command.env("PATH", path.expect("a PATH")).current_dir(lab.folder()).kill_on_drop(true);
    let output = command.output().await.expect("the example starts");
    let said = String::from_utf8_lossy(&output.stdout).trim_end().to_owned();
    assert!(output.status.success(), "{example}: {said}\n{}", String::from_utf8_lossy(&output.stderr));
    said
}

async fn holds(lab: &TestLab, side: usize, key: &str) -> Option<String> {
    let s3 = lab.s3(["us-east-1", "eu-west-1"][side]);
    let got = s3.get_object().bucket(BUCKETS[side]).key(key).send().await.ok()?;
    let body = got.body.collect().await.expect("a body").into_bytes();
    Some(String::from_utf8(body.to_vec()).expect("text"))
}

/// Each example, with an object of its own, uses the bucket of this side, and the object is there.
async fn all_use(lab: &TestLab, side: usize, when: &str) {
    let name = ["primary", "secondary"][side];
    eventually(&format!("resolve gives the {name}"), SOON, async || {
        let ran = lab.program().run(&["resolve", "--output", "json"]).await;
        if ran.code == Some(0) && ran.json()["role"] == name { Ok(()) } else { Err(ran) }
    })
    .await;
    for example in EXAMPLES {
        let (text, key) = (format!("{example} {when}"), format!("{when}/{example}"));
        assert_eq!(bucket_used(lab, example, &text, &key).await, BUCKETS[side], "{example} {when}");
        assert_eq!(holds(lab, side, &key).await, Some(text), "{key}");
    }
}

#[tokio::test]
async fn every_example_is_run() {
    let mut found: Vec<String> = std::fs::read_dir(scripts())
        .expect("the folder")
        .map(|entry| entry.expect("an entry").file_name().into_string().expect("UTF-8"))
        .collect();
    found.sort();
    assert_eq!(found, EXAMPLES);
}

#[tokio::test]
async fn the_examples_follow_a_failover() {
    let lab = TestLab::start(Options { speed: 40.0, ..quick() }).await;
    let applied = lab.program().run(&["apply", "--yes"]).await;
    assert_eq!(applied.code, Some(0), "{applied}");
    all_use(&lab, 0, "before").await;
    lab.lab.set_fault(&"us-east-1".parse().expect("a region"), Fault::Refuse).expect("a region of the lab");
    all_use(&lab, 1, "after").await;
    lab.stop().await;
}

/// Interface, "Commands": `--exec` runs a command with the active bucket, region and endpoint in its environment. The
/// region is where every SDK looks for it, whatever the caller's is; the lab's endpoint stays as it was; signals and
/// the exit code are the command's own.
#[tokio::test]
async fn a_command_finds_bucket_and_region_and_gets_the_signals() {
    let lab = TestLab::start(quick()).await;
    let applied = lab.program().run(&["apply", "--yes"]).await;
    assert_eq!(applied.code, Some(0), "{applied}");
    let elsewhere = lab.program().with("AWS_REGION", "sa-east-1").with("AWS_DEFAULT_REGION", "sa-east-1");
    let script = "env | grep -E '^(AWS_(DEFAULT_)?REGION|AWS_ENDPOINT_URL_S3|S3_FAILOVER_(ROLE|BUCKET|REGION))=' | sort";
    let ran = elsewhere.run(&["resolve", "--exec", "sh", "-c", script]).await;
    let expected = format!(
        "AWS_DEFAULT_REGION=us-east-1\nAWS_ENDPOINT_URL_S3={}\nAWS_REGION=us-east-1\nS3_FAILOVER_BUCKET={}\nS3_FAILOVER_REGION=us-east-1\nS3_FAILOVER_ROLE=primary\n",
        lab.lab.ready().s3_endpoint,
        BUCKETS[0],
    );
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(0), expected.as_str()), "{ran}");

    let script = "trap 'echo told; exit 42' TERM; echo ready >&2; while :; do sleep 0.05; done";
    let mut running = lab.program().start(&["resolve", "--exec", "sh", "-c", script]);
    running.said("ready").await;
    running.signal("TERM").await;
    let ran = running.ended().await;
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(42), "told\n"), "{ran}");
    // Whoever does not catch it is ended by it.
    let mut running =
        lab.program().start(&["resolve", "--exec", "sh", "-c", "echo ready >&2; exec sleep 60"]);
    running.said("ready").await;
    running.signal("INT").await;
    assert_eq!(running.ended().await.code, None);
    if cfg!(target_os = "linux") {
        // Our own deafness to a closed pipe is not handed on.
        let ran = lab.program().run(&["resolve", "--exec", "grep", "SigIgn", "/proc/self/status"]).await;
        let mask = ran.stdout.split_whitespace().last().and_then(|hex| u64::from_str_radix(hex, 16).ok());
        assert_eq!(mask.map(|mask| mask & (1 << 12)), Some(0), "SIGPIPE is ignored: {ran}");
    }
    lab.stop().await;
}
