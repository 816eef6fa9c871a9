//! Several accounts: the zones in one, each bucket in another, and who runs the program in none of them. What is
//! asked as a wrong role, the lab refuses.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use aws_sdk_s3::config::{BehaviorVersion, Credentials, Region};
use s3_failover::lab::{
    AccountId, Accounts, Options,
    credentials::{EXTERNAL_ID, VISITOR_KEY_ID, VISITOR_SECRET},
};
use serde_json::json;

use crate::support::{Action, NAME, Program, Proxy, Ran, TestLab, eventually, quick};

const DNS: &str = "arn:aws:iam::000000000000:role/dns";
const PRIMARY: &str = "arn:aws:iam::000000000001:role/bucket";
const SECONDARY: &str = "arn:aws:iam::000000000002:role/bucket";
const BUCKETS: [(&str, &str, &str); 2] =
    [(PRIMARY, "us-east-1", "my-app-data-us-east-1"), (SECONDARY, "eu-west-1", "my-app-data-eu-west-1")];

fn several() -> Options {
    Options { accounts: Accounts::several(), ..quick() }
}

/// A proxy before the lab's STS, which writes the calls down.
async fn sts(lab: &TestLab) -> Proxy {
    Proxy::before(&lab.lab.ready().sts, |_| Action::Forward, str::to_owned).await
}

/// The role of each `AssumeRole` so far.
fn assumed(sts: &Proxy) -> Vec<String> {
    let calls = sts.calls();
    let form = |body: &str| form_urlencoded::parse(body.as_bytes()).into_owned().collect::<Vec<_>>();
    let value =
        |body: &str, name| form(body).into_iter().find(|(key, _)| key == name).map(|(_, value)| value);
    for call in &calls {
        if value(&call.body, "Action").as_deref() == Some("GetCallerIdentity") {
            continue;
        }
        assert_eq!(value(&call.body, "Action").as_deref(), Some("AssumeRole"));
        assert_eq!(value(&call.body, "RoleSessionName").as_deref(), Some("s3-failover"));
    }
    calls.iter().filter_map(|call| value(&call.body, "RoleArn")).collect()
}

/// Runs the program behind that proxy, and gives the roles that it has assumed, in alphabetical order.
async fn run(lab: &TestLab, arguments: &[&str]) -> (Ran, Vec<String>) {
    let sts = sts(lab).await;
    let ran = lab.program().with("AWS_ENDPOINT_URL_STS", sts.url()).start(arguments).ended().await;
    let mut roles = assumed(&sts);
    roles.sort();
    (ran, roles)
}

/// Keys of a role that asks for an external id, by a client that is not the program's.
async fn session(lab: &TestLab, role: &str) -> Credentials {
    let visitor = Credentials::new(VISITOR_KEY_ID, VISITOR_SECRET, None, None, "the visitor's");
    let config = aws_sdk_sts::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .credentials_provider(visitor)
        .endpoint_url(&lab.lab.ready().sts);
    let client = aws_sdk_sts::Client::from_conf(config.build());
    let request = client.assume_role().role_arn(role).role_session_name("the-test").external_id(EXTERNAL_ID);
    let keys = request.send().await.expect("the lab knows the role").credentials.expect("keys");
    let token = Some(keys.session_token);
    Credentials::new(keys.access_key_id, keys.secret_access_key, token, None, "a session's")
}

/// A client of a bucket's own account.
async fn owner(lab: &TestLab, role: &str, region: &str) -> aws_sdk_s3::Client {
    let config = aws_sdk_s3::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(region.to_owned()))
        .credentials_provider(session(lab, role).await)
        .endpoint_url(&lab.lab.ready().s3_endpoint)
        .force_path_style(true);
    aws_sdk_s3::Client::from_conf(config.build())
}

/// Has a bucket refuse everybody but its own account, and strangers without a signature.
async fn close_to_other_accounts(lab: &TestLab) {
    for (role, region, bucket) in BUCKETS {
        let client = owner(lab, role, region).await;
        let policy = client.get_bucket_policy().bucket(bucket).send().await.expect("a policy");
        let mut policy: serde_json::Value =
            serde_json::from_str(policy.policy().expect("a document")).expect("JSON");
        let own = role.split(':').nth(4).expect("an account");
        let others = ["000000000000", "000000000001", "000000000002", "000000000009"];
        let others: Vec<&str> = others.into_iter().filter(|account| *account != own).collect();
        let statements = policy["Statement"].as_array_mut().expect("a list");
        statements.push(json!({
            "Effect": "Deny", "Principal": { "AWS": others }, "Action": "s3:*",
            "Resource": [format!("arn:aws:s3:::{bucket}"), format!("arn:aws:s3:::{bucket}/*")],
        }));
        let put = client.put_bucket_policy().bucket(bucket).policy(policy.to_string());
        put.send().await.expect("the owner may");
    }
}

fn count(role: &str, times: usize) -> Vec<String> {
    vec![role.to_owned(); times]
}

/// One role a run for what is asked once, and each account by its own: a wrong one would have been refused.
#[tokio::test]
async fn each_account_is_asked_as_its_own_role() {
    let lab = TestLab::start(several()).await;
    close_to_other_accounts(&lab).await;
    for (arguments, code, roles) in [
        (&["plan"][..], 0, &[DNS][..]),
        (&["apply", "--yes"], 0, &[DNS]),
        (&["plan", "--check"], 0, &[DNS]),
        (&["verify"], 0, &[DNS, PRIMARY, SECONDARY]),
        (&["status"], 0, &[DNS, PRIMARY, SECONDARY]),
        (&["status", "--orphans"], 0, &[DNS]),
        (&["resolve"], 0, &[]),
        (&["destroy", "--yes"], 0, &[DNS]),
        (&["plan", "--check"], 1, &[DNS]),
        (&["destroy", "--orphans", "--yes"], 0, &[DNS]),
    ] {
        let (ran, assumed) = run(&lab, arguments).await;
        assert_eq!(ran.code, Some(code), "{arguments:?}\n{ran}");
        assert_eq!(assumed, roles, "{arguments:?}");
    }
    lab.stop().await;
}

/// Whoever runs the program may do nothing by himself, and a bucket's role nothing to the zones.
#[tokio::test]
async fn a_role_of_another_account_does_not_open_the_zones() {
    let lab = TestLab::start(several()).await;
    let spec = lab.lab.spec_toml();
    let head = format!("role_arn = \"{DNS}\"\nexternal_id = \"{EXTERNAL_ID}\"\n");
    lab.write_spec(&spec.replacen(&head, "", 1));
    let ran = lab.program().run(&["plan"]).await;
    assert_eq!(ran.code, Some(3), "{ran}");
    let told = "AccessDenied: User: arn:aws:iam::000000000009:user/visitor is not authorized to perform: \
                route53:ListHostedZonesByName";
    assert!(ran.stderr.contains(told), "{ran}");

    lab.write_spec(&spec.replacen(DNS, PRIMARY, 1));
    let ran = lab.program().run(&["plan"]).await;
    assert_eq!(ran.code, Some(3), "{ran}");
    let told =
        "AccessDenied: User: arn:aws:sts::000000000001:assumed-role/bucket/s3-failover is not authorized";
    assert!(ran.stderr.contains(told), "{ran}");
    lab.stop().await;
}

/// A bucket that the role may not read is told with the role; one that it may is not, whatever strangers see.
#[tokio::test]
async fn a_bucket_is_read_as_its_own_role() {
    let lab = TestLab::start(several()).await;
    close_to_other_accounts(&lab).await;
    lab.edit_spec(PRIMARY, SECONDARY);
    let (ran, assumed) = run(&lab, &["verify", "--output", "json"]).await;
    assert_eq!((ran.code, assumed), (Some(1), [DNS, SECONDARY].map(str::to_owned).to_vec()), "{ran}");
    let checks = ran.json()["failovers"][0]["checks"].as_array().expect("a list").clone();
    // Nothing was applied, and the buckets are looked at all the same.
    let buckets = checks.iter().filter(|check| {
        let id = check["id"].as_str().unwrap_or_default();
        id == "data.region" || id.starts_with("data.") && check["ok"] == json!(false)
    });
    let told: Vec<_> = buckets.map(|check| format!("{}: {}", check["id"], check["detail"])).collect();
    insta::assert_snapshot!(told.join("\n"), @r#"
    "data.reachable": "the primary answered 403 AccessDenied to the role arn:aws:iam::000000000002:role/bucket (`role_arn` of the primary of data.example.com): the object is missing, or my-app-data-us-east-1 does not let this identity read it"
    "data.region": "S3 says that the primary's bucket is in us-east-1"
    "data.owner": "whose my-app-data-us-east-1 is could not be told: S3 answered 403"
    "#);

    // A health check that looks at no object says nothing about one either.
    lab.edit_spec("contains = \"ok\"\n", "");
    lab.edit_spec("protocol = \"http\"", "protocol = \"tcp\"");
    lab.edit_spec("[failover.switch]\nobject = \"failover/force-secondary\"\n", "");
    let ran = lab.program().run(&["verify"]).await;
    assert_eq!(ran.code, Some(1), "{ran}");
    assert!(ran.stdout.contains("the primary answered 403 to the role"), "{ran}");
    lab.stop().await;
}

/// Where an alarm speaks for a side, its data is taken for private: read by a signed request, by whoever may.
#[tokio::test]
async fn a_bucket_that_an_alarm_speaks_for_is_read_by_a_signed_request() {
    let lab = TestLab::start(several()).await;
    let side = |name: &str, (role, region, bucket): (&str, &str, &str), by_role: bool| {
        let role = format!("role_arn = \"{role}\"\nexternal_id = \"{EXTERNAL_ID}\"\n");
        let role = if by_role { role } else { String::new() };
        format!(
            "[failover.{name}]\nbucket = \"{bucket}\"\nregion = \"{region}\"\n{role}\
             [failover.{name}.alarm]\nname = \"errors\"\n"
        )
    };
    let head = format!(
        "hosted_zone = \"example.com\"\nrole_arn = \"{DNS}\"\nexternal_id = \"{EXTERNAL_ID}\"\n\
         [[failover]]\nname = \"{NAME}\"\nttl = 60\n"
    );
    let by_roles = [side("primary", BUCKETS[0], true), side("secondary", BUCKETS[1], false)];
    lab.write_spec(&format!("{head}{}", by_roles.concat()));
    let (ran, assumed) = run(&lab, &["verify", "--output", "json"]).await;
    assert_eq!(ran.code, Some(1), "nothing is there yet: {ran}");
    assert_eq!(assumed, [DNS, PRIMARY]);
    let checks = ran.json()["failovers"][0]["checks"].as_array().expect("a list").clone();
    let told = checks.iter().filter(|check| {
        ["data.reachable", "standby.reachable", "standby.owner"].map(|id| json!(id)).contains(&check["id"])
    });
    let told: Vec<String> = told
        .map(|check| {
            let detail = check["detail"].as_str().unwrap_or_default();
            format!("{} {} {}", check["ok"], check["id"], detail.split(" in ").next().unwrap_or_default())
        })
        .collect();
    insta::assert_snapshot!(told.join("\n"), @r#"
    true "data.reachable" the primary answered the role arn:aws:iam::000000000001:role/bucket (`role_arn` of the primary of data.example.com)
    false "standby.reachable" the secondary answered 403 to the own identity: my-app-data-eu-west-1 does not let this identity look at it (s3:ListBucket)
    false "standby.owner" whose my-app-data-eu-west-1 is could not be told: S3 answered 403
    "#);
    lab.stop().await;
}

/// A role is asked for once, however many failovers name it.
#[tokio::test]
async fn a_role_that_many_failovers_share_is_assumed_once() {
    let lab = TestLab::start(several()).await;
    let spec = lab.lab.spec_toml();
    let at = spec.find("[[failover]]").expect("the lab's spec has a failover");
    let more = (1..8).map(|number| spec[at..].replace(NAME, &format!("data-{number}.example.com")));
    lab.write_spec(&format!("{spec}\n{}", more.collect::<Vec<_>>().join("\n")));
    let (ran, assumed) = run(&lab, &["verify"]).await;
    assert_eq!(ran.code, Some(1), "nothing is there yet: {ran}");
    assert_eq!(assumed, [DNS, PRIMARY, SECONDARY]);
    lab.stop().await;
}

/// STS API reference, `AssumeRole`: a wrong external id, a role that is not there and one that trusts others are
/// the same to a stranger. The sentence names the role and where it is named; nothing is sent to Route 53.
#[tokio::test]
async fn a_role_that_cannot_be_assumed_is_named() {
    let lab = TestLab::start(several()).await;
    let spec = lab.lab.spec_toml();
    lab.write_spec(&spec.replacen(EXTERNAL_ID, "guessed", 1));
    let route53 = Proxy::start(&lab).await;
    let program = lab.program().with("AWS_ENDPOINT_URL_ROUTE_53", route53.url());
    let ran = program.run(&["apply", "--yes"]).await;
    insta::assert_snapshot!(ran, @"
    ── stdout
    ── stderr
    error: could not find the hosted zone example.com
      because: the role arn:aws:iam::000000000000:role/dns (`role_arn` at the top of the spec) could not be assumed
      because: AWS refused it with AccessDenied: User: arn:aws:iam::000000000009:user/visitor is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::000000000000:role/dns
    hint: AWS says the same of a role that does not exist, of one whose trust policy does not name who asks, and of an external id that is missing or wrong. Look at `role_arn` and `external_id` in the spec, at the role's trust policy, at who asks (`aws sts get-caller-identity`), and whether that identity may call sts:AssumeRole. Nothing was changed.
    ── ended with 3
    ");

    lab.write_spec(&spec.replacen("role/dns", "role/none", 1));
    let ran = program.run(&["plan"]).await;
    assert_eq!(ran.code, Some(3), "{ran}");
    assert!(ran.stderr.contains("the role arn:aws:iam::000000000000:role/none"), "{ran}");
    assert_eq!(route53.calls(), []);

    // Of a bucket's role one finding speaks, and the others are made all the same.
    lab.write_spec(&spec.replacen(PRIMARY, "arn:aws:iam::000000000001:role/none", 1));
    let (ran, assumed) = run(&lab, &["verify", "--output", "json"]).await;
    assert_eq!(ran.code, Some(1), "{ran}");
    assert_eq!(assumed.len(), 3, "a refusal is not asked for again: {assumed:?}");
    let checks = ran.json()["failovers"][0]["checks"].as_array().expect("a list").clone();
    let told = checks.iter().find(|check| check["id"] == json!("data.reachable")).expect("it is there");
    insta::assert_snapshot!(told["detail"].as_str().unwrap_or_default(), @"the primary could not be asked: could not read s3://my-app-data-us-east-1/failover/health.txt: the role arn:aws:iam::000000000001:role/none (`role_arn` of the primary of data.example.com) could not be assumed: AWS refused it with AccessDenied: User: arn:aws:iam::000000000009:user/visitor is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::000000000001:role/none");
    assert!(ran.stdout.contains("the secondary served the object with 200"), "{ran}");
    lab.stop().await;
}

/// The identity with which a role is asked for may be over itself, or unreachable, or none.
#[tokio::test]
async fn what_keeps_from_asking_for_a_role_is_told() {
    let mut accounts = Accounts::several();
    // A tenth of a second of ours.
    accounts.roles[1].longest_session = Duration::from_secs(2);
    let lab = TestLab::start(Options { accounts, ..quick() }).await;
    let keys = session(&lab, PRIMARY).await;
    lab.lab.clock().sleep(Duration::from_secs(3)).await;
    let program = lab.program().with("AWS_MAX_ATTEMPTS", "1");
    let over = program
        .clone()
        .with("AWS_ACCESS_KEY_ID", keys.access_key_id())
        .with("AWS_SECRET_ACCESS_KEY", keys.secret_access_key())
        .with("AWS_SESSION_TOKEN", keys.session_token().expect("a session has one"));
    insta::assert_snapshot!(over.run(&["plan"]).await, @"
    ── stdout
    ── stderr
    error: could not find the hosted zone example.com
      because: the role arn:aws:iam::000000000000:role/dns (`role_arn` at the top of the spec) could not be assumed
      because: AWS refused it with ExpiredToken: The security token included in the request is expired
    hint: These are the keys with which the role is asked for, not the role's own. They may be mistyped, deleted or expired: look at AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN, at AWS_PROFILE or --profile, or sign in again. Nothing was changed.
    ── ended with 3
    ");
    let closed = program.clone().with("AWS_ENDPOINT_URL_STS", "http://127.0.0.1:1");
    insta::assert_snapshot!(closed.run(&["plan"]).await, @"
    ── stdout
    ── stderr
    error: could not find the hosted zone example.com
      because: the role arn:aws:iam::000000000000:role/dns (`role_arn` at the top of the spec) could not be assumed
      because: the endpoint could not be reached (Connection refused (os error 111))
    hint: Check the network, proxies, AWS_REGION and AWS_ENDPOINT_URL_STS. Running the same command again is safe: it goes on from what is there.
    ── ended with 3
    ");
    let nobody = program.clone().with("AWS_PROFILE", "nobody");
    insta::assert_snapshot!(nobody.run(&["plan"]).await, @"
    ── stdout
    ── stderr
    error: could not find the hosted zone example.com
      because: the role arn:aws:iam::000000000000:role/dns (`role_arn` at the top of the spec) could not be assumed
      because: the AWS configuration files have no profile `nobody`
    hint: `aws configure list-profiles` lists those that there are. AWS_PROFILE or --profile names one; AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE say where the files are.
    ── ended with 3
    ");
    lab.stop().await;
}

/// A session that ends while the program runs is followed by another.
#[tokio::test]
async fn a_session_that_ends_in_the_middle_is_renewed() {
    let mut accounts = Accounts::several();
    for role in &mut accounts.roles {
        // A second of ours.
        role.longest_session = Duration::from_secs(20);
    }
    let lab = TestLab::start(Options { accounts, ..quick() }).await;
    let started = lab.lab.clock().elapsed();
    let (ran, assumed) = run(&lab, &["apply", "--yes"]).await;
    assert_eq!(ran.code, Some(0), "{ran}");
    let took = lab.lab.clock().elapsed().saturating_sub(started);
    assert!(took > Duration::from_secs(20), "no session has ended: {took:?}");
    assert!(assumed.len() > 1, "{assumed:?}");
    assert_eq!(assumed, count(DNS, assumed.len()));
    let ran = lab.program().run(&["plan", "--check"]).await;
    assert_eq!(ran.code, Some(0), "{ran}");
    lab.stop().await;
}

/// Writes the configuration files of the AWS SDKs: a profile `ci`, whose program gives the visitor's keys and
/// writes into the file that this returns.
fn write_profile(lab: &TestLab) -> PathBuf {
    let folder = lab.folder().join(".aws");
    std::fs::create_dir(&folder).expect("a folder");
    let keys = json!({ "Version": 1, "AccessKeyId": VISITOR_KEY_ID, "SecretAccessKey": VISITOR_SECRET });
    std::fs::write(folder.join("keys.json"), keys.to_string()).expect("a file");
    let home = folder.display();
    let process = format!("sh -c \"echo once >> {home}/asked; cat {home}/keys.json\"");
    std::fs::write(folder.join("config"), format!("[profile ci]\ncredential_process = {process}\n"))
        .expect("a file");
    folder.join("asked")
}

/// A profile is where every AWS SDK looks for it, and its program is run once for all roles.
#[tokio::test]
async fn a_profile_asks_for_the_roles() {
    let lab = TestLab::start(several()).await;
    let asked = write_profile(&lab);
    let sts = sts(&lab).await;
    let program = lab.program().with("AWS_ENDPOINT_URL_STS", sts.url());
    let program = program.with("AWS_ACCESS_KEY_ID", "").with("AWS_SECRET_ACCESS_KEY", "");
    let ran = program.with("AWS_PROFILE", "ci").run(&["verify"]).await;
    assert_eq!(ran.code, Some(1), "nothing is there yet: {ran}");
    assert_eq!(assumed(&sts).len(), 3, "{ran}");
    assert_eq!(std::fs::read_to_string(asked).expect("it was asked"), "once\n");
    lab.stop().await;
}

/// Keys of the environment do not come before the profile that the command line names.
#[tokio::test]
async fn a_profile_that_is_named_here_is_the_one() {
    let lab = TestLab::start(quick()).await;
    write_profile(&lab);
    let ran = lab.program().run(&["plan"]).await;
    assert_eq!(ran.code, Some(0), "the environment has the keys of the zones' account: {ran}");
    let ran = lab.program().run(&["plan", "--profile", "ci"]).await;
    assert_eq!(ran.code, Some(3), "{ran}");
    assert!(ran.stderr.contains("User: arn:aws:iam::000000000009:user/visitor is not authorized"), "{ran}");
    let ran = lab.program().run(&["plan", "--profile", "nobody"]).await;
    assert_eq!(ran.code, Some(3), "{ran}");
    assert!(ran.stderr.contains("the AWS configuration files have no profile `nobody`"), "{ran}");
    lab.stop().await;
}

/// The same lab for everybody: `lab start --several-accounts`, and in another terminal what its spec says.
#[tokio::test]
async fn a_lab_of_several_accounts_can_be_started() {
    let folder = tempfile::tempdir().expect("a folder");
    let bare = Program::bare(folder.path());
    let files = ["--ready-file", "ready.json", "--spec-file", "failover.toml"];
    let lab = bare.start(&[&["lab", "start", "--speed", "20", "--several-accounts"][..], &files].concat());
    eventually("the lab writes its ready file", Duration::from_secs(30), async || {
        let there = folder.path().join("ready.json").exists();
        if there { Ok(()) } else { Err("there is none".to_owned()) }
    })
    .await;
    let environment = bare.lab_environment(Path::new("ready.json")).await;
    let spec = std::fs::read_to_string(folder.path().join("failover.toml")).expect("a spec");
    assert!([DNS, PRIMARY, SECONDARY].iter().all(|role| spec.contains(role)), "{spec}");
    let program = bare.with_all(&environment);
    let ran = program.run(&["plan", "--check"]).await;
    assert_eq!(ran.code, Some(1), "{ran}");
    std::fs::write(
        folder.path().join("failover.toml"),
        spec.replace("role_arn", "# role_arn").replace("external_id", "# external_id"),
    )
    .expect("a file");
    let ran = program.run(&["plan"]).await;
    assert_eq!(ran.code, Some(3), "without its role the visitor may nothing: {ran}");
    lab.signal("INT").await;
    assert_eq!(lab.ended().await.code, Some(0));
}

/// The visitor's own account has nothing to do with it.
#[test]
fn the_visitor_is_a_stranger_everywhere() {
    let roles = Accounts::several().roles;
    assert!(roles.iter().all(|role| role.account != AccountId::VISITOR && role.external_id.is_some()));
}

/// The id in a policy is that of the role's zone, and not of one by the same name in the account of who asks.
#[tokio::test]
async fn the_zones_of_a_policy_are_those_of_the_role() {
    let lab = TestLab::start(several()).await;
    for purpose in ["plan", "apply"] {
        let out = format!("policies-{purpose}");
        let (ran, roles) = run(&lab, &["export", "--format", "iam", "--for", purpose, "--out", &out]).await;
        assert_eq!((ran.code, roles), (Some(0), vec![DNS.to_owned()]), "{ran}");
    }
    lab.stop().await;
}
