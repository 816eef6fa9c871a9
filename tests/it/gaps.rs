//! Never a gap: whatever changes, the name is answered all the time, and each side is guarded by a check of its own
//! that has looked.
//!
//! The issue: "Changing interval, type, region, bucket, pattern, or simple to failover and back: at no instant does
//! the name answer nothing or a side without its check. A test watches the lab's name servers and checkers
//! through every kind of change and asserts it." [`Gapless`] is who watches.

use std::{collections::BTreeSet, time::Duration};

use s3_failover::{
    lab::{Fault, Options},
    model::Side,
};
use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    task::JoinSet,
};

use crate::support::{
    Action, ENDPOINTS, Gapless, NAME, Proxy, TestLab, Watched, create_bucket, open_bucket, quick,
};

/// Changes reach the four name servers a tenth of a second of ours apart, long enough to be seen.
pub(crate) fn options() -> Options {
    Options { insync_delay: Duration::from_secs(8), ..quick() }
}

/// Checkers of few regions: nothing here is about many.
pub(crate) const REGIONS: &str = "regions = [\"us-east-1\", \"eu-west-1\", \"ap-southeast-1\"]";

/// The lab's failover, applied.
async fn applied() -> TestLab {
    let lab = TestLab::start(options()).await;
    lab.edit_spec("interval = 10", &format!("interval = 10\n{REGIONS}"));
    let ran = lab.program().run(&["apply", "--yes"]).await;
    assert_eq!(ran.code, Some(0), "{ran}");
    lab
}

/// Runs a command under watch; it succeeds, without a gap.
pub(crate) async fn gapless(
    lab: &TestLab,
    watch: &Gapless,
    arguments: &[&str],
    what: &str,
) -> BTreeSet<String> {
    let program = lab.program();
    let Watched { outcome, gaps, led_to } = watch.during(lab, program.run(arguments)).await;
    assert_eq!(outcome.code, Some(0), "{what}: {outcome}");
    assert_eq!(gaps, BTreeSet::new(), "{what}");
    led_to
}

/// Applies the spec as it is now, without a gap; then nothing is left to do.
async fn apply_gapless(lab: &TestLab, watch: &Gapless, what: &str, flags: &[&str]) -> BTreeSet<String> {
    let led_to = gapless(lab, watch, &[&["apply", "--yes"], flags].concat(), what).await;
    let check = lab.program().run(&["plan", "--check"]).await;
    assert_eq!(check.code, Some(0), "{what}: {check}");
    led_to
}

fn endpoints(of: &[&str]) -> BTreeSet<String> {
    of.iter().map(|endpoint| (*endpoint).to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn how_a_side_is_looked_at() {
    let lab = applied().await;
    for (bucket, region) in [("my-app-data-us-east-1", "us-east-1"), ("my-app-data-eu-west-1", "eu-west-1")] {
        open_bucket(&lab.s3(region), bucket, &["failover/health.txt", "failover/other.txt"]).await;
    }
    let watch = Gapless::of(NAME);
    for (old, new) in [
        ("failure_threshold = 3", "failure_threshold = 2"),
        ("interval = 10", "interval = 30"),
        ("contains = \"ok\"\n", ""),
        ("interval = 30", "contains = \"o\"\ninterval = 10"),
        ("object = \"failover/health.txt\"", "object = \"failover/other.txt\""),
        ("ttl = 60", "ttl = 30"),
    ] {
        lab.edit_spec(old, new);
        let led_to =
            apply_gapless(&lab, &watch, &format!("{old} -> {new}"), &["--allow", "doubled-cost"]).await;
        assert_eq!(led_to, endpoints(&ENDPOINTS));
    }
    lab.stop().await;
}

/// A checker that joins an old check has not looked, and counts as healthy: as healthy switch checks, which are
/// inverted, enough of them throw the switch.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn from_where_a_side_is_looked_at() {
    let lab = applied().await;
    let watch = Gapless::of(NAME);
    let mut old = REGIONS.to_owned();
    for new in [
        "regions = [\"us-west-1\", \"us-west-2\", \"sa-east-1\"]",
        "regions = [\"us-west-1\", \"us-west-2\", \"sa-east-1\", \"ap-northeast-1\", \"eu-west-1\"]",
        "regions = [\"us-west-1\", \"us-west-2\", \"sa-east-1\"]",
        "",
    ] {
        lab.edit_spec(&old, if new.is_empty() { "# all of them" } else { new });
        new.clone_into(&mut old);
        apply_gapless(&lab, &watch, new, &[]).await;
    }
    lab.stop().await;
}

/// The same with a dead primary, whose check the newcomers would call healthy again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn from_where_a_dead_side_is_looked_at() {
    let lab = applied().await;
    lab.edit_spec("[failover.switch]\nobject = \"failover/force-secondary\"\n", "");
    let ran = lab.program().run(&["apply", "--yes"]).await;
    assert_eq!(ran.code, Some(0), "{ran}");
    lab.lab.set_fault(&"us-east-1".parse().expect("a region"), Fault::Http503).expect("a region");
    crate::support::answered(&lab, NAME, ENDPOINTS[1]).await;
    lab.edit_spec(REGIONS, "regions = [\"us-west-1\", \"us-west-2\", \"sa-east-1\"]");
    let watch = Gapless::of(NAME).with_down(Side::Primary);
    let work = async {
        let answers = crate::support::Watch::start(&lab.lab.ready().nameservers, NAME);
        let ran = lab.program().run(&["apply", "--yes", "--allow", "unhealthy"]).await;
        (ran, answers.answers().await)
    };
    let Watched { outcome: (ran, answers), gaps, .. } = watch.during(&lab, work).await;
    assert_eq!((ran.code, gaps), (Some(0), BTreeSet::new()), "{ran}");
    assert_eq!(answers, endpoints(&ENDPOINTS[1..]), "the dead side is never answered");
    lab.stop().await;
}

/// Another port leads to the same S3 by a forwarder at each region's address.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn by_what_a_side_is_reached() {
    let lab = applied().await;
    let ready = lab.lab.ready();
    let mut forwarders = JoinSet::new();
    let (mut port, mut first) = (0, 0);
    for url in ready.s3.values() {
        let address: std::net::SocketAddr = url.trim_start_matches("http://").parse().expect("an address");
        let listener = TcpListener::bind((address.ip(), port)).await.expect("a port");
        (port, first) = (listener.local_addr().expect("an address").port(), address.port());
        forwarders.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((mut near, _)) = listener.accept().await {
                connections.spawn(async move {
                    let mut far = TcpStream::connect(address).await.expect("the lab listens");
                    // Whoever ends first, it ends.
                    let _ = copy_bidirectional(&mut near, &mut far).await;
                });
            }
        });
    }
    let watch = Gapless::of(NAME);
    lab.edit_spec(&format!("port = {first}"), &format!("port = {port}"));
    apply_gapless(&lab, &watch, "port", &[]).await;
    lab.edit_spec("contains = \"ok\"\n", "");
    // A connection says nothing of an object.
    lab.edit_spec(SWITCH, "");
    lab.edit_spec("protocol = \"http\"", "protocol = \"tcp\"");
    apply_gapless(&lab, &watch, "tcp", &[]).await;
    lab.edit_spec("protocol = \"tcp\"", "protocol = \"http\"");
    apply_gapless(&lab, &watch, "http", &["--allow", "doubled-cost"]).await;
    lab.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_a_side_is() {
    let lab = applied().await;
    let eu = lab.s3("eu-west-1");
    create_bucket(&eu, "another-bucket", "eu-west-1").await;
    open_bucket(&eu, "another-bucket", &["failover/health.txt"]).await;
    let watch = Gapless::of(NAME);
    lab.edit_spec("bucket = \"my-app-data-eu-west-1\"", "bucket = \"another-bucket\"");
    let led_to = apply_gapless(&lab, &watch, "bucket", &[]).await;
    assert_eq!(led_to, endpoints(&[ENDPOINTS[0], ENDPOINTS[1], "another-bucket.s3.eu-west-1.amazonaws.com"]));
    // The lab has no such region, so nothing answers there; the name of the pointer changes.
    lab.edit_spec("region = \"eu-west-1\"", "region = \"eu-central-1\"");
    let refused = async { lab.program().run(&["apply", "--yes", "--allow", "long-ttl"]).await };
    let Watched { outcome, gaps, .. } = watch.during(&lab, refused).await;
    assert_eq!((outcome.code, gaps), (Some(4), BTreeSet::new()), "{outcome}");
    assert!(outcome.stderr.contains("because: unhealthy: "), "{outcome}");
    let watch = watch.with_down(Side::Secondary);
    apply_gapless(&lab, &watch, "region", &["--allow", "unhealthy"]).await;
    lab.stop().await;
}

const SWITCH: &str = "[failover.switch]\nobject = \"failover/force-secondary\"\n";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_switch() {
    let lab = applied().await;
    let watch = Gapless::of(NAME);
    lab.edit_spec(SWITCH, "");
    apply_gapless(&lab, &watch, "removed", &[]).await;
    lab.edit_spec("[failover.primary]", &format!("{SWITCH}\n[failover.primary]"));
    apply_gapless(&lab, &watch, "added", &["--allow", "doubled-cost"]).await;
    lab.edit_spec("failover/force-secondary", "failover/another");
    apply_gapless(&lab, &watch, "moved", &[]).await;
    lab.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn which_side_is_primary() {
    let lab = applied().await;
    let swapped = swapped(&lab);
    lab.write_spec(&swapped);
    apply_gapless(&lab, &Gapless::of(NAME), "swapped", &[]).await;
    lab.stop().await;
}

fn swapped(lab: &TestLab) -> String {
    let spec = lab.lab.spec_toml().replace("interval = 10", &format!("interval = 10\n{REGIONS}"));
    let (before, sides) = spec.split_once("[failover.primary]").expect("a primary");
    let sides = sides.replace("us-east-1", "elsewhere").replace("eu-west-1", "us-east-1");
    format!("{before}[failover.primary]{}", sides.replace("elsewhere", "eu-west-1"))
}

/// From a CNAME to an alias of type A is another type at one name: only one batch can do that.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_pattern() {
    let lab = applied().await;
    let s3 = lab.s3("us-east-1");
    create_bucket(&s3, NAME, "us-east-1").await;
    open_bucket(&s3, NAME, &["failover/health.txt"]).await;
    let index = aws_sdk_s3::types::IndexDocument::builder().suffix("index.html").build().expect("a suffix");
    let website = aws_sdk_s3::types::WebsiteConfiguration::builder().index_document(index).build();
    s3.put_bucket_website().bucket(NAME).website_configuration(website).send().await.expect("a website");
    let pointers = lab.lab.spec_toml().replace("interval = 10", &format!("interval = 10\n{REGIONS}"));
    let domain = lab.lab.ready().cloudfront_domain.clone().expect("a distribution");
    let aliases = pointers
        .replace("bucket = \"my-app-data-us-east-1\"", "bucket = \"data.example.com\"\ntarget = \"website\"")
        .replace(
            "bucket = \"my-app-data-eu-west-1\"",
            &format!(
                "bucket = \"my-app-data-eu-west-1\"\ntarget = {{ alias = \"{domain}\", hosted_zone_id = \
                 \"Z2FDTNDATAQYW2\" }}"
            ),
        );
    let watch = Gapless::of(NAME);
    lab.write_spec(&aliases);
    let led_to = apply_gapless(&lab, &watch, "pointers to aliases", &["--allow", "doubled-cost"]).await;
    let website = "s3-website-us-east-1.amazonaws.com";
    assert_eq!(led_to, endpoints(&[ENDPOINTS[0], ENDPOINTS[1], website, &domain]));
    lab.write_spec(&pointers);
    let led_to = apply_gapless(&lab, &watch, "aliases to pointers", &["--allow", "doubled-cost"]).await;
    assert_eq!(led_to, endpoints(&[ENDPOINTS[0], ENDPOINTS[1], website, &domain]));
    lab.stop().await;
}

/// A run that ends in the middle leaves no gap either, nor does the one that goes on from there. Every call
/// from the first change on is the last of one run.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_that_fails_in_the_middle() {
    let lab = applied().await;
    let swapped = swapped(&lab).replace("interval = 10", "interval = 30");
    lab.write_spec(&swapped);
    let watch = Gapless::of(NAME);
    let changes = |call: &crate::support::Call| {
        call.method != "GET" && !(call.method == "POST" && call.path == "/tags/healthcheck")
    };
    for number in [2, 5, 3, 1] {
        let mut seen = 0;
        let proxy = Proxy::with(&lab, move |call| {
            seen += usize::from(changes(call));
            if seen < number { Action::Forward } else { Action::Fail(400, "InvalidInput", "the test's") }
        })
        .await;
        let program = lab.program().with("AWS_ENDPOINT_URL_ROUTE_53", proxy.url());
        let Watched { outcome, gaps, .. } = watch.during(&lab, program.run(&["apply", "--yes"])).await;
        assert_eq!((outcome.code, gaps), (Some(3), BTreeSet::new()), "call {number}: {outcome}");
    }
    // The batch is made, and nobody hears of it; what follows must not delete what a server may still serve.
    let batch = |call: &crate::support::Call| call.method == "POST" && call.path.ends_with("/rrset");
    let mut proxy =
        Proxy::with(&lab, move |call| if batch(call) { Action::WithholdAnswer } else { Action::Forward })
            .await;
    let killed = async {
        let child = lab.program().with("AWS_ENDPOINT_URL_ROUTE_53", proxy.url()).start(&["apply", "--yes"]);
        proxy.reached().await;
        let killed = child.kill().await;
        (killed, lab.program().run(&["apply", "--yes"]).await)
    };
    let Watched { outcome: (killed, again), gaps, .. } = watch.during(&lab, killed).await;
    assert_eq!((killed.code, again.code, gaps), (None, Some(0), BTreeSet::new()), "{killed}\n{again}");
    apply_gapless(&lab, &watch, "again", &[]).await;
    lab.stop().await;
}
