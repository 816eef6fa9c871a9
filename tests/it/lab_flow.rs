//! A lab in one terminal, everything else in another.
//!
//! Holds the sentence: "`lab start` in one terminal and, in another, `eval "$(s3-failover lab env
//! --from FILE)"`, then `plan`, `apply`, `plan --check` (0), `verify` (0), `lab fault us-east-1 http-503`,
//! `dig` shows the secondary, `resolve` prints it, `verify` says so, `lab fault us-east-1 none`, back
//! again, `destroy`, and the zone holds what it held before."

use std::{net::TcpListener, path::Path, time::Duration};

use s3_failover::lab::Ready;
use serde_json::json;
use tempfile::TempDir;
use tokio::process::Command;

use crate::support::{ENDPOINTS, NAME, Program, Running, eventually, held, route53, tool};

/// In our own time: at speed 20 a turn of the answer takes two or three seconds.
const SOON: Duration = Duration::from_secs(30);

/// The first terminal.
struct Terminal {
    folder: TempDir,
    lab: Running,
    ready: Ready,
}

impl Terminal {
    async fn open() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let program = Program::bare(folder.path());
        let files = ["--ready-file", "ready.json", "--spec-file", "failover.toml"];
        let lab = program.start(&[&["lab", "start", "--speed", "20"][..], &files].concat());
        let file = folder.path().join("ready.json");
        let ready = eventually("the lab writes its ready file", SOON, async || {
            let text = std::fs::read_to_string(&file).map_err(|error| error.to_string())?;
            // It appears whole, so what is there can be read at once.
            Ok::<Ready, String>(serde_json::from_str(&text).expect("a ready file"))
        })
        .await;
        assert!(folder.path().join("failover.toml").exists(), "the ready file comes last");
        Self { folder, lab, ready }
    }

    /// The second terminal.
    async fn second(&self) -> Program {
        let bare = Program::bare(self.folder.path());
        let environment = bare.lab_environment(Path::new("ready.json")).await;
        bare.with_all(&environment)
    }
}

/// What `dig` prints for the CNAME at the failover's name.
async fn dug(ready: &Ready) -> String {
    let server = ready.nameservers[0];
    let (address, port) = (format!("@{}", server.ip()), server.port().to_string());
    let mut dig = Command::new(tool("dig"));
    dig.args([&address, "-p", &port, "+short", "+norecurse", "+tries=1", NAME, "CNAME"]);
    let output = dig.output().await.expect("dig runs");
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).expect("text").trim_end().trim_end_matches('.').to_owned()
}

/// Waits until `verify` ends with 0; what it says then.
async fn verified(program: &Program) -> serde_json::Value {
    let ran = eventually("verify ends with 0", SOON, async || {
        let ran = program.run(&["verify", "--output", "json"]).await;
        if ran.code == Some(0) { Ok(ran) } else { Err(ran) }
    })
    .await;
    ran.json()
}

/// Waits until the side at this place of [`ENDPOINTS`] is answered to every kind of question.
async fn answers(terminal: &Terminal, program: &Program, side: usize) {
    let name = ["primary", "secondary"][side];
    let region = ["us-east-1", "eu-west-1"][side];
    let (bucket, endpoint) = (format!("my-app-data-{region}"), ENDPOINTS[side]);
    eventually(&format!("dig shows the {name}"), SOON, async || match dug(&terminal.ready).await {
        shown if shown == endpoint => Ok(()),
        shown => Err(shown),
    })
    .await;
    // All four servers, and the resolver's cache.
    let document = eventually(&format!("resolve gives the {name}"), SOON, async || {
        let ran = program.run(&["resolve", "--output", "json"]).await;
        if ran.code == Some(0) && ran.json()["role"] == name { Ok(ran.json()) } else { Err(ran) }
    })
    .await;
    let ttl = document["ttl"].as_u64().expect("a TTL");
    assert!(ttl <= 60, "{document}");
    let expected = json!({
        "schema": "s3-failover/resolve/v1", "name": NAME, "role": name, "bucket": bucket, "region": region,
        "endpoint": endpoint, "ttl": ttl,
    });
    assert_eq!(document, expected);
    let env = program.run(&["resolve", "--format", "env"]).await;
    let lines = [("ROLE", name), ("BUCKET", &bucket), ("REGION", region), ("ENDPOINT", endpoint)];
    let lines = lines.map(|(key, value)| format!("export S3_FAILOVER_{key}={value}\n")).concat();
    assert_eq!((env.code, &env.stdout), (Some(0), &lines), "{env}");
    let uri = program.run(&["resolve", "--format", "uri", NAME]).await;
    assert_eq!((uri.code, uri.stdout.as_str()), (Some(0), format!("s3://{bucket}\n").as_str()), "{uri}");
    // The command's own options, output and exit code are its own.
    let script = "env | grep ^S3_FAILOVER_ENDPOINT; exit $1";
    let command = program.run(&["resolve", "--exec", "sh", "-c", script, "--quiet", "7"]).await;
    let told = format!("S3_FAILOVER_ENDPOINT={endpoint}\n");
    assert_eq!((command.code, &command.stdout), (Some(7), &told), "{command}");
    let apart = program.run(&["resolve", "--exec", "--", "sh", "-c", script, "--", "8"]).await;
    assert_eq!((apart.code, &apart.stdout), (Some(8), &told), "{apart}");
    let missing = program.run(&["resolve", "--exec", "no-such-program"]).await;
    assert_eq!((missing.code, missing.stdout.as_str()), (Some(2), ""), "{missing}");
    let human = program.run(&["resolve"]).await;
    let (first, rest) = human.stdout.split_once('\n').expect("lines");
    assert!(first.starts_with(&format!("{NAME}: the {name} is active, for ")), "{human}");
    assert_eq!(rest, format!("  bucket    {bucket}\n  region    {region}\n  endpoint  {endpoint}\n"));

    let verdict = verified(program).await;
    assert_eq!((&verdict["schema"], &verdict["ok"]), (&json!("s3-failover/verify/v1"), &json!(true)));
    let failover = &verdict["failovers"][0];
    assert_eq!(
        ["name", "expected", "observed", "ok"].map(|key| &failover[key]),
        [&json!(NAME), &json!(name), &json!(name), &json!(true)],
        "{verdict:#}"
    );
    let primary = ["healthy", "unhealthy"][side];
    let status = program.run(&["status"]).await;
    let line = status.stdout.lines().nth(1).unwrap_or_default();
    let words: Vec<&str> = line.split_whitespace().collect();
    assert_eq!((status.code, &words[..4]), (Some(0), &[NAME, name, name, primary][..]), "{status}");
    assert_eq!((words[5], words[7], words[8]), ("healthy", "off", "60"), "{status}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn from_lab_start_to_destroy() {
    let terminal = Terminal::open().await;
    let program = terminal.second().await;
    let client = route53(&terminal.ready.route53);
    let before = held(&client).await;
    let zero = async |arguments: &[&str]| {
        let ran = program.run(arguments).await;
        assert_eq!(ran.code, Some(0), "{arguments:?}: {ran}");
    };

    zero(&["plan"]).await;
    zero(&["apply", "--yes"]).await;
    zero(&["plan", "--check"]).await;
    answers(&terminal, &program, 0).await;

    zero(&["lab", "fault", "us-east-1", "http-503", "--from", "ready.json"]).await;
    answers(&terminal, &program, 1).await;

    zero(&["lab", "fault", "us-east-1", "none", "--from", "ready.json"]).await;
    answers(&terminal, &program, 0).await;

    zero(&["destroy", "--yes"]).await;
    assert_eq!(held(&client).await, before);
    assert_eq!(before.checks, []);
}

/// interface.md: the lab "runs in the foreground on loopback until it is interrupted".
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_lab_ends_with_0_when_it_is_interrupted_and_frees_its_ports() {
    for signal in ["INT", "TERM"] {
        let terminal = Terminal::open().await;
        let ready = &terminal.ready;
        let url = |url: &String| url.strip_prefix("http://").expect("an address").to_owned();
        let mut addresses: Vec<String> = ready.s3.values().map(url).collect();
        addresses.extend([&ready.route53, &ready.s3_endpoint, &ready.admin].map(url));
        addresses.extend(ready.cloudfront.iter().map(url));
        addresses.extend(ready.nameservers.iter().chain([&ready.resolver]).map(ToString::to_string));
        let taken = |address: &String| TcpListener::bind(address).is_err();
        assert!(addresses.iter().all(taken), "somebody listens at each of {addresses:?}");

        terminal.lab.signal(signal).await;
        let ran = terminal.lab.ended().await;
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(0), ""), "SIG{signal}: {ran}");
        assert!(ran.stderr.ends_with("The lab has stopped; nothing of it is left.\n"), "{ran}");
        let left: Vec<_> = addresses.iter().filter(|address| taken(address)).collect();
        assert_eq!(left, [""; 0], "after SIG{signal}");
    }
}
