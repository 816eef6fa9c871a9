//! What the program says and how it ends when AWS, the spec or the buckets are not as they should be.
//!
//! Issue, "Bad input": "a sentence that says what was tried, what came back and what to do, exit code 3,
//! and nothing half-done that a second run cannot finish"; interface.md, "Exit codes". Each message is
//! held as a whole, with ports and ids that change taken out.

use std::time::Duration;

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpSocket},
    task::JoinSet,
};

use super::support::{Action, Program, Proxy, Ran, TestLab, eventually, quick};

/// What a run said, without the ports of the day.
fn told(ran: &Ran) -> String {
    let mut text = ran.to_string();
    for (start, name) in [("127.0.0.1:", "PORT"), ("127.0.1.1:", "PORT"), ("127.0.2.1:", "PORT")] {
        let parts: Vec<&str> = text.split(start).collect();
        let without = |part: &&str| part.trim_start_matches(|c: char| c.is_ascii_digit()).to_owned();
        let rest: Vec<String> = parts[1..].iter().map(without).collect();
        text = parts[..1]
            .iter()
            .map(ToString::to_string)
            .chain(rest)
            .collect::<Vec<_>>()
            .join(&format!("{start}{name}"));
    }
    text
}

/// An endpoint that does with each connection what it is told to.
#[derive(Clone, Copy)]
enum Stranger {
    /// Reads a request and answers this.
    Answers(&'static str),
    /// Accepts, and closes at once.
    Closes,
    /// Accepts, and says nothing.
    Silent,
}

/// Where it listens, and what ends it when it is dropped.
async fn stranger(how: Stranger) -> (String, JoinSet<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let mut tasks = JoinSet::new();
    tasks.spawn(async move {
        let mut open = Vec::new();
        loop {
            let (mut stream, _) = listener.accept().await.expect("a connection");
            match how {
                Stranger::Closes => {}
                Stranger::Silent => open.push(stream),
                Stranger::Answers(text) => {
                    let mut request = [0; 4_096];
                    // A client that is gone before it is answered is its own affair.
                    let _ = stream.read(&mut request).await;
                    let _ = stream.write_all(text.as_bytes()).await;
                }
            }
        }
    });
    (url, tasks)
}

/// A program of this lab that asks somebody else for Route 53.
fn asking(lab: &TestLab, url: &str) -> Program {
    lab.program().with("AWS_ENDPOINT_URL_ROUTE_53", url)
}

/// A run of `plan` that fails to get anything from AWS: nothing on stdout, and exit code 3.
async fn plan_refused(program: &Program) -> String {
    let ran = program.run(&["plan"]).await;
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(3), ""), "{ran}");
    told(&ran)
}

/// interface.md: "credentials and endpoints come from `aws-config`". Nothing is sent without any.
#[tokio::test]
async fn without_credentials() {
    let lab = TestLab::start(quick()).await;
    let proxy = Proxy::start(&lab).await;
    let program = Program::bare(lab.folder())
        .with("AWS_ENDPOINT_URL_ROUTE_53", proxy.url())
        .with("AWS_EC2_METADATA_DISABLED", "true");
    insta::assert_snapshot!(plan_refused(&program).await, @"
    ── stdout
    ── stderr
    error: could not find the hosted zone example.com
      because: no AWS credentials were found
    hint: Set AWS_PROFILE or --profile, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or sign in with `aws sso login`. To try the tool without an account: `s3-failover demo`.
    ── ended with 3
    ");
    let program = program.with("AWS_PROFILE", "nobody");
    insta::assert_snapshot!(plan_refused(&program).await, @"
    ── stdout
    ── stderr
    error: could not find the hosted zone example.com
      because: the AWS configuration files have no profile `nobody`
    hint: `aws configure list-profiles` lists those that there are. AWS_PROFILE or --profile names one; AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE say where the files are.
    ── ended with 3
    ");
    assert_eq!(proxy.calls(), []);
}

/// IAM User Guide, `CommonErrors`: `InvalidClientTokenId`, `SignatureDoesNotMatch`.
#[tokio::test]
async fn with_keys_that_are_not_the_accounts() {
    let lab = TestLab::start(quick()).await;
    let program = lab.program().with("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE");
    insta::assert_snapshot!(plan_refused(&program).await, @"
    ── stdout
    ── stderr
    error: could not find the hosted zone example.com
      because: AWS refused it with InvalidClientTokenId: The security token included in the request is invalid.
    hint: The keys may be mistyped, deleted or expired, or meant for another endpoint. Look at AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN, at AWS_PROFILE or --profile, or sign in again. Nothing was changed by this call.
    ── ended with 3
    ");
    let program = lab.program().with("AWS_SECRET_ACCESS_KEY", "wrong");
    insta::assert_snapshot!(plan_refused(&program).await, @"
    ── stdout
    ── stderr
    error: could not find the hosted zone example.com
      because: AWS refused it with SignatureDoesNotMatch: The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.
    hint: The keys may be mistyped, deleted or expired, or meant for another endpoint. Look at AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN, at AWS_PROFILE or --profile, or sign in again. Nothing was changed by this call.
    ── ended with 3
    ");
}

/// Route 53 API reference, `ListHostedZonesByName`: the list goes on with the names after the one that
/// was asked for, which must not be taken for it.
#[tokio::test]
async fn with_a_zone_that_is_not_there() {
    let lab = TestLab::start(quick()).await;
    lab.edit_spec("hosted_zone = \"example.com\"", "hosted_zone = \"corp.example.com\"");
    lab.edit_spec("name = \"data.example.com\"", "name = \"data.corp.example.com\"");
    insta::assert_snapshot!(plan_refused(&lab.program()).await, @"
    ── stdout
    ── stderr
    error: could not find the hosted zone corp.example.com
      because: the account has no hosted zone of this name
    hint: Check the id or name, and that the credentials belong to the account that owns it.
    ── ended with 3
    ");
    lab.write_spec(&lab.lab.spec_toml());
    lab.edit_spec("hosted_zone = \"example.com\"", "hosted_zone = \"Z0123456789ABCDEFGHIJ\"");
    insta::assert_snapshot!(plan_refused(&lab.program()).await, @"
    ── stdout
    ── stderr
    error: could not read the hosted zone Z0123456789ABCDEFGHIJ
      because: AWS knows of none (NoSuchHostedZone: No hosted zone found with ID: Z0123456789ABCDEFGHIJ)
    hint: Check the id or name, and that the credentials belong to the account that owns it.
    ── ended with 3
    ");
}

/// Route 53 Developer Guide, `hosted-zones-working-with`: several zones can have one name.
#[tokio::test]
async fn with_two_zones_of_one_name() {
    let lab = TestLab::start(quick()).await;
    let create = lab.route53().create_hosted_zone().name("example.com").caller_reference("second");
    create.send().await.expect("a second zone");
    insta::assert_snapshot!(plan_refused(&lab.program()).await, @"
    ── stdout
    ── stderr
    error: could not find the hosted zone example.com
      because: several hosted zones have this name: Z-LAB-1 (public), Z-LAB-2 (public)
    hint: Write the id of the one that you mean as `hosted_zone` in the spec.
    ── ended with 3
    ");
    lab.edit_spec("hosted_zone = \"example.com\"", "hosted_zone = \"Z-LAB-1\"");
    let ran = lab.program().run(&["plan"]).await;
    assert_eq!(ran.code, Some(0), "the id that the message names does not work: {ran}");
}

/// The zone that an id names is known only to AWS, so that a name outside of it is found here.
#[tokio::test]
async fn with_a_name_outside_the_zone_of_an_id() {
    let lab = TestLab::start(quick()).await;
    lab.edit_spec("hosted_zone = \"example.com\"", "hosted_zone = \"Z-LAB-1\"");
    lab.edit_spec("name = \"data.example.com\"", "name = \"data.example.org\"");
    let ran = lab.program().run(&["plan"]).await;
    insta::assert_snapshot!(told(&ran), @"
    ── stdout
    ── stderr
    error: data.example.org lies outside the hosted zone example.com (Z-LAB-1)
    hint: `hosted_zone` has to name the zone that holds the failover's name.
    ── ended with 2
    ");
}

/// Nobody listens; somebody else answers; the connection breaks.
#[tokio::test]
async fn with_an_endpoint_that_is_not_route_53() {
    let lab = TestLab::start(quick()).await;
    // A port that is taken and at which nobody listens refuses whoever connects.
    let port = TcpSocket::new_v4().expect("a socket");
    port.bind("127.0.0.1:0".parse().expect("an address")).expect("a port");
    let closed = format!("http://{}", port.local_addr().expect("an address"));
    // One attempt each: that the SDK tries again is held elsewhere.
    let asking = |url: &str| asking(&lab, url).with("AWS_MAX_ATTEMPTS", "1");
    insta::assert_snapshot!(plan_refused(&asking(&closed)).await, @"
    ── stdout
    ── stderr
    error: could not find the hosted zone example.com
      because: the endpoint could not be reached (Connection refused (os error 111))
    hint: Check the network, proxies and AWS_ENDPOINT_URL_ROUTE_53. Running the same command again is safe: it goes on from what is there. If Route 53's control plane in us-east-1 is down, health checks and DNS answers go on without it.
    ── ended with 3
    ");
    let page =
        "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 27\r\n\r\n<html>Please log in.</html>";
    let (url, _tasks) = stranger(Stranger::Answers(page)).await;
    insta::assert_snapshot!(plan_refused(&asking(&url)).await, @"
    ── stdout
    ── stderr
    error: could not find the hosted zone example.com
      because: the answer was not understood (HTTP status 200, text/html, `<html>Please log in.</html>`)
    hint: Something that is not Route 53 may be answering (a proxy, an emulator that lacks the operation). Look at AWS_ENDPOINT_URL_ROUTE_53; RUST_LOG=debug shows the answer.
    ── ended with 3
    ");
    let page = "HTTP/1.1 502 Bad Gateway\r\ncontent-type: text/html\r\ncontent-length: 25\r\n\r\n<html>Bad gateway.</html>";
    let (url, _tasks) = stranger(Stranger::Answers(page)).await;
    insta::assert_snapshot!(plan_refused(&asking(&url)).await, @"
    ── stdout
    ── stderr
    error: could not find the hosted zone example.com
      because: the answer was not understood (HTTP status 502, text/html, `<html>Bad gateway.</html>`)
    hint: Something that is not Route 53 may be answering (a proxy, an emulator that lacks the operation). Look at AWS_ENDPOINT_URL_ROUTE_53; RUST_LOG=debug shows the answer.
    ── ended with 3
    ");
    let (url, _tasks) = stranger(Stranger::Answers("this is not HTTP\r\n\r\n")).await;
    insta::assert_snapshot!(plan_refused(&asking(&url)).await, @"
    ── stdout
    ── stderr
    error: could not find the hosted zone example.com
      because: the endpoint could not be reached (invalid HTTP version parsed)
    hint: Check the network, proxies and AWS_ENDPOINT_URL_ROUTE_53. Running the same command again is safe: it goes on from what is there. If Route 53's control plane in us-east-1 is down, health checks and DNS answers go on without it.
    ── ended with 3
    ");
    let (url, _tasks) = stranger(Stranger::Closes).await;
    insta::assert_snapshot!(plan_refused(&asking(&url)).await, @"
    ── stdout
    ── stderr
    error: could not find the hosted zone example.com
      because: the endpoint could not be reached (connection closed before message completed)
    hint: Check the network, proxies and AWS_ENDPOINT_URL_ROUTE_53. Running the same command again is safe: it goes on from what is there. If Route 53's control plane in us-east-1 is down, health checks and DNS answers go on without it.
    ── ended with 3
    ");
}

/// A control plane in trouble accepts connections and says nothing. This test waits for one attempt.
#[tokio::test]
async fn with_an_endpoint_that_is_silent() {
    let lab = TestLab::start(quick()).await;
    let (url, _tasks) = stranger(Stranger::Silent).await;
    insta::assert_snapshot!(plan_refused(&asking(&lab, &url).with("AWS_MAX_ATTEMPTS", "1")).await, @"
    ── stdout
    ── stderr
    error: could not find the hosted zone example.com
      because: no answer came in time (operation attempt timeout (single attempt) occurred after 10s)
    hint: Check the network, proxies and AWS_ENDPOINT_URL_ROUTE_53. Running the same command again is safe: it goes on from what is there. If Route 53's control plane in us-east-1 is down, health checks and DNS answers go on without it.
    ── ended with 3
    ");
}

/// Four attempts where the environment does not say otherwise; `AWS_MAX_ATTEMPTS` is the SDKs' own
/// variable (AWS SDKs and Tools Reference Guide, `feature-retry-behavior`).
#[tokio::test]
async fn with_throttling_that_does_not_end() {
    let lab = TestLab::start(quick()).await;
    let proxy = Proxy::with(&lab, |_| Action::Fail(400, "Throttling", "Rate exceeded")).await;
    let program = asking(&lab, proxy.url());
    insta::assert_snapshot!(plan_refused(&program).await, @"
    ── stdout
    ── stderr
    error: could not find the hosted zone example.com
      because: AWS throttled it with Throttling, and went on doing so when asked again
    hint: Route 53 allows few calls a second for the whole account, other tools included. Wait a minute and run the same command again: it goes on from what is there.
    ── ended with 3
    ");
    assert_eq!(proxy.calls().len(), 4);
    plan_refused(&program.with("AWS_MAX_ATTEMPTS", "1")).await;
    assert_eq!(proxy.calls().len(), 5);
}

/// A policy that allows to read and not to write: what was done is said, and a second run, with a
/// better policy, goes on from it.
#[tokio::test]
async fn with_a_policy_that_forbids_a_step() {
    let lab = TestLab::start(quick()).await;
    let denied = "User: arn:aws:iam::000000000000:user/reader is not authorized to perform: \
                  route53:ChangeResourceRecordSets on resource: arn:aws:route53:::hostedzone/Z-LAB-1";
    let proxy = Proxy::with(&lab, move |call| {
        if call.path.ends_with("/rrset") && call.method == "POST" {
            Action::Fail(403, "AccessDenied", denied)
        } else {
            Action::Forward
        }
    })
    .await;
    let ran = asking(&lab, proxy.url()).run(&["apply", "--yes"]).await;
    let (before, failure) = ran.stderr.split_once("error: ").expect("a failure");
    assert!(before.contains("created the primary health check of data.example.com"), "{ran}");
    assert_eq!(ran.code, Some(3), "{ran}");
    insta::assert_snapshot!(failure, @"
    could not change 5 records in the hosted zone Z-LAB-1
      because: AWS refused it with AccessDenied: User: arn:aws:iam::000000000000:user/reader is not authorized to perform: route53:ChangeResourceRecordSets on resource: arn:aws:route53:::hostedzone/Z-LAB-1
    hint: Check which identity is used (`aws sts get-caller-identity`) and that its policy allows the action. Nothing was changed by this call.
    ");
    let again = lab.program().run(&["apply", "--yes"]).await;
    assert_eq!(again.code, Some(0), "{again}");
    let held = super::support::held(&lab.route53()).await;
    assert_eq!(held.checks.len(), 4, "a check has been created twice: {held:#?}");
}

/// interface.md, exit code 2: "wrong use or a spec that is not valid; nothing was sent".
#[tokio::test]
async fn with_a_spec_that_cannot_be_used() {
    let lab = TestLab::start(quick()).await;
    let proxy = Proxy::start(&lab).await;
    let program = asking(&lab, proxy.url());
    let run = async |arguments: &[&str]| {
        let ran = program.run(arguments).await;
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""), "{ran}");
        told(&ran)
    };
    insta::assert_snapshot!(run(&["plan", "-c", "nothing.toml"]).await, @"
    ── stdout
    ── stderr
    error: cannot read the spec `nothing.toml`
      because: No such file or directory (os error 2)
    hint: `s3-failover init` writes a spec to begin with; `--config FILE` names another.
    ── ended with 2
    ");
    insta::assert_snapshot!(run(&["apply", "--yes", "--only", "date.example.com"]).await, @"
    ── stdout
    ── stderr
    error: the spec declares no failover named `date.example.com`; did you mean `data.example.com`?
    ── ended with 2
    ");
    insta::assert_snapshot!(run(&["resolve", "date.example.com"]).await, @"
    ── stdout
    ── stderr
    error: the spec has no failover date.example.com; it has data.example.com
    ── ended with 2
    ");
    insta::assert_snapshot!(run(&["verify", "--nameserver", "ns-1.example.com"]).await, @"
    ── stdout
    ── stderr
    error: `ns-1.example.com` is no server to ask: a name server is written IP, IP:PORT or [IPv6]:PORT, and tcp:// before it for TCP alone
    hint: `--nameserver` and `--resolver` take one server each, or several with commas between them.
    ── ended with 2
    ");
    insta::assert_snapshot!(run(&["resolve", "--resolver", "http://192.0.2.1/dns-query"]).await, @"
    ── stdout
    ── stderr
    error: `http://192.0.2.1/dns-query` is no server to ask: DNS over HTTP without TLS tells everybody what is asked; write https://
    hint: `--nameserver` and `--resolver` take one server each, or several with commas between them.
    ── ended with 2
    ");
    lab.edit_spec("ttl = 60", "ttl = -1\ntll = 60");
    let invalid = run(&["apply", "--yes"]).await;
    insta::assert_snapshot!(invalid, @r#"
    ── stdout
    ── stderr
    error[ttl]

      × a TTL is a whole number of seconds from 0 to 2147483647
       ╭─[failover.toml:7:7]
     6 │ name = "data.example.com"
     7 │ ttl = -1
       ·       ──
     8 │ tll = 60
       ╰────
       why: DNS carries a TTL as 31 bits of seconds. [RFC 2181, section 8; Route 53 API reference,
            `ResourceRecordSet`, `TTL`]
      help: Write it like `ttl = 60`.

    error[unknown-key]

      × `failover` has no key `tll`
       ╭─[failover.toml:8:1]
     7 │ ttl = -1
     8 │ tll = 60
       · ───
     9 │ 
       ╰────
       why: A key that is not read has no effect, and a misspelt one would only be noticed in an outage.
            [s3-failover: unknown keys are errors]
      help: Did you mean `ttl`? The keys here are `name`, `hosted_zone`, `ttl`, `target_seconds`,
            `ipv6`, `health_check`, `switch`, `primary`, `secondary`, `mrap` and `cloudfront`.
    error: the spec `failover.toml` has 2 errors; nothing was sent
    ── ended with 2
    "#);
    for command in ["plan", "verify", "resolve", "status", "destroy"] {
        assert_eq!(run(&[command]).await, invalid, "{command}");
    }
    std::fs::write(lab.folder().join("broken.json"), "{\"hosted_zone\": ").expect("a file");
    insta::assert_snapshot!(run(&["plan", "-c", "broken.json"]).await, @r#"
    ── stdout
    ── stderr
    error[syntax]

      × the file is not JSON: expected value after colon in object property
       ╭─[broken.json:1:17]
     1 │ {"hosted_zone": 
       ╰────
       why: Nothing else in the file can be judged until it can be read. [TOML 1.1 (toml.io) or RFC 8259
            for files that end in `.json`]
      help: Correct this place. JSON has no comments and no comma after the last value.
    error: the spec `broken.json` has 1 error; nothing was sent
    ── ended with 2
    "#);
    assert_eq!(proxy.calls(), []);
}

/// interface.md, exit code 4: without a terminal and without `--yes` nothing is changed.
#[tokio::test]
async fn with_nobody_to_ask() {
    let lab = TestLab::start(quick()).await;
    let proxy = Proxy::start(&lab).await;
    let ran = asking(&lab, proxy.url()).run(&["apply"]).await;
    assert_eq!(ran.code, Some(4), "{ran}");
    insta::assert_snapshot!(ran.stderr, @"
    refused: nobody can be asked, and nobody has said yes; nothing was changed
    hint: `--yes` answers for you.
    ");
    assert_eq!(proxy.mutating(), []);
}

/// A bucket that is not there is named by `verify`, which ends with 1, whichever side it is of: anybody
/// could create it and serve our clients.
#[tokio::test]
async fn with_a_bucket_that_is_not_there() {
    let lab = TestLab::start(quick()).await;
    for (side, bucket) in [("secondary", "my-app-data-eu-west-1"), ("primary", "my-app-data-us-east-1")] {
        lab.write_spec(&lab.lab.spec_toml());
        lab.edit_spec(&format!("bucket = \"{bucket}\""), &format!("bucket = \"{bucket}-gone\""));
        let applied = lab.program().run(&["apply", "--yes", "--allow-unhealthy"]).await;
        assert_eq!(applied.code, Some(0), "{applied}");
        let bad = async || {
            let ran = lab.program().run(&["verify", "-o", "json"]).await;
            let checks = ran.json()["failovers"][0]["checks"].clone();
            let checks = checks.as_array().expect("findings").clone();
            let bad = checks.iter().filter(|check| check["ok"] == false);
            let lines =
                bad.map(|check| format!("{} {}: {}", check["severity"], check["id"], check["detail"]));
            (ran.code, lines.collect::<Vec<_>>().join("\n").replace('"', ""))
        };
        // The health checks are new: the checkers have to see the missing bucket first, and the answer
        // may have to turn.
        let seen = if side == "secondary" { "secondary.healthy" } else { "standby.reachable: the primary" };
        let steady = async || match bad().await {
            (Some(1), found) if found.contains(seen) && !found.contains("authoritative.expected") => {
                Ok(found)
            }
            (_, found) => Err(found),
        };
        let found = eventually("verify names the bucket", Duration::from_secs(20), steady).await;
        if side == "secondary" {
            insta::assert_snapshot!(found, @"
            warning secondary.healthy: the secondary is unhealthy: a failover would not happen
            error standby.reachable: the secondary answered 404: there is no bucket my-app-data-eu-west-1-gone, and anybody could create it and serve your clients
            error standby.owner: there is no bucket my-app-data-eu-west-1-gone, and anybody could create it
            ");
        } else {
            insta::assert_snapshot!(found, @"
            error standby.reachable: the primary answered 404: there is no bucket my-app-data-us-east-1-gone, and anybody could create it and serve your clients
            error standby.owner: there is no bucket my-app-data-us-east-1-gone, and anybody could create it
            ");
        }
        let destroyed = lab.program().run(&["destroy", "--yes"]).await;
        assert_eq!(destroyed.code, Some(0), "{destroyed}");
    }
}
