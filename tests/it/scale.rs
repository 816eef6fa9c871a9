//! What hundreds of failovers cost, in a zone that is full of other people's records: in calls, since these
//! are what an account is short of. Times are measured by `scripts/bench`.

use std::{collections::BTreeMap, fmt::Write as _};

use s3_failover::lab::{Options, Quotas};
use serde_json::Value;

use crate::support::{Call, NAME, Program, Proxy, TestLab, Zone, instant, judge, values};

/// Records of others in the zone.
const FOREIGN: usize = 10_000;
/// Most elements of one batch (Route 53 Developer Guide, `DNSLimitations`).
const MOST_ELEMENTS: usize = 1_000;

/// At our own pace: the program is not to wait for the lab's checkers, which would have much to do.
async fn lab() -> TestLab {
    TestLab::start(Options { quotas: Quotas::RAISED, speed: 1.0, ..instant() }).await
}

/// The lab's pair of buckets at each of these names, with few checkers that look seldom: there are many.
fn spec(lab: &TestLab, names: impl IntoIterator<Item = String>) -> String {
    let text = lab.lab.spec_toml();
    let (head, one) = text.split_at(text.find("[[failover]]").expect("the lab's spec has a failover"));
    let (checked, rest) = one.split_once("[failover.switch]").expect("it has a switch");
    let sides = &rest[rest.find("[failover.primary]").expect("it has a primary")
        ..rest.find("[failover.mrap]").expect("and more behind its sides")];
    let regions = "interval = 30\nregions = [\"us-east-1\", \"eu-west-1\", \"ap-southeast-1\"]";
    let checked = checked.replace("interval = 10", regions);
    let one = format!("{}{sides}", checked.replace("failure_threshold = 3", "failure_threshold = 1"));
    names.into_iter().fold(head.to_owned(), |mut text, name| {
        let _ = write!(text, "\n{}", one.replace(NAME, &name));
        text
    })
}

/// The program before a proxy, waiting so many times as fast as it would at AWS: the lab does not throttle.
fn hurried(lab: &TestLab, proxy: &Proxy) -> Program {
    lab.program().with("AWS_ENDPOINT_URL_ROUTE_53", proxy.url()).with("S3_FAILOVER_LAB_SPEED", "200")
}

fn counted(calls: &[Call], method: &str, path: &str) -> usize {
    calls.iter().filter(|call| call.method == method && call.path.contains(path)).count()
}

/// Issue: "100 pairs … in a zone of 10,000 foreign records …; a plan with no change at most 60 calls".
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_pairs_among_ten_thousand_records_of_others() {
    let lab = lab().await;
    let zone = Zone::of(&lab).await;
    for at in (0..FOREIGN).step_by(MOST_ELEMENTS) {
        let name = |n: usize| format!("host-{n:05}.example.com");
        zone.put((at..at + MOST_ELEMENTS).map(|n| values(&name(n), "A", 300, &["192.0.2.1"]))).await;
    }
    // Between any two lie a hundred records of others.
    lab.write_spec(&spec(&lab, (0..100).map(|n| format!("host-{:05}-data.example.com", n * 100))));

    let proxy = Proxy::start(&lab).await;
    let apply = ["apply", "--yes", "--allow-unhealthy", "--quiet", "--output", "json"];
    let applied = hurried(&lab, &proxy).start(&apply).ended().await;
    assert_eq!(applied.code, Some(0), "{applied}");
    let (calls, document) = (proxy.calls(), applied.json());
    // 200 checks, each created and tagged; 700 elements are one batch.
    let posted = ["/tags/", "/rrset"].map(|path| counted(&calls, "POST", path));
    assert_eq!((posted, proxy.mutating().len()), ([200, 1], 401));
    assert_eq!(document["api_calls"]["made"], calls.len());
    let planned = document["api_calls"]["planned"].as_u64().expect("a number");
    assert_eq!(planned, 200 * 3 + 2, "created, tagged, looked at; sent and found INSYNC");
    assert!(calls.len() as u64 >= planned);
    // 150 creations wait two seconds each.
    assert_eq!(document["api_calls"]["least_seconds"], 300.0);

    let proxy = Proxy::start(&lab).await;
    let program = lab.program().with("AWS_ENDPOINT_URL_ROUTE_53", proxy.url());
    let again = program.run(&["plan", "--check"]).await;
    assert_eq!(again.code, Some(0), "{again}");
    let calls = proxy.calls();
    let read = ["/hostedzonesbyname", "/healthcheck", "/rrset"].map(|path| counted(&calls, "GET", path));
    // Two pages of a hundred checks; of some 10,500 record sets, by three hundred, all but those behind the last
    // failover; no tags.
    assert_eq!((read, calls.len()), ([1, 2, 34], 37));
    lab.stop().await;
}

/// Names of others cost nothing, and names that lie together one call.
#[tokio::test]
async fn a_thousand_entries_are_planned_by_few_calls_and_little_memory() {
    let lab = lab().await;
    lab.write_spec(&spec(&lab, (0..1_000).map(|n| format!("data-{n:04}.example.com"))));
    let proxy = Proxy::start(&lab).await;
    let program = lab.program().with("AWS_ENDPOINT_URL_ROUTE_53", proxy.url());
    let plan = program.run(&["plan", "--output", "json"]).await;
    assert_eq!(plan.code, Some(0), "{plan}");
    assert_eq!(plan.json()["summary"]["create"], 7_000);
    // "1,000 CreateHealthCheck requests in a 24-hour period": the second thousand takes a day more.
    assert_eq!(plan.json()["api_calls"]["least_seconds"], 86_400.0);
    assert_eq!(proxy.calls().len(), 3, "zone, records, checks: {:#?}", proxy.calls());

    let config = lab.folder().join("failover.toml").display().to_string();
    let command = [env!("CARGO_BIN_EXE_s3-failover"), "--config", &config, "plan"];
    let said = judge("peak.py", lab.environment(), &command).await;
    let (code, peak) = said.trim().split_once(' ').expect("two numbers");
    assert_eq!(code, "0");
    assert!(peak.parse::<u32>().expect("a number") <= 100, "{peak} MiB");
    lab.stop().await;
}

/// Hundreds of entries over several zones: one call finds the zones, and each is read by itself.
#[tokio::test]
async fn three_hundred_entries_over_three_zones() {
    let lab = lab().await;
    let others = ["example.net", "example.org"];
    for name in others {
        Zone::create(&lab, name).await;
    }
    let mut text = spec(&lab, (0..100).map(|n| format!("data-{n:03}.example.com")));
    for zone in others {
        let entries = spec(&lab, (0..100).map(|n| format!("data-{n:03}.{zone}")));
        let entries = &entries[entries.find("[[failover]]").expect("an entry")..];
        text += &entries.replace("[[failover]]\n", &format!("[[failover]]\nhosted_zone = \"{zone}\"\n"));
    }
    lab.write_spec(&text);
    let proxy = Proxy::start(&lab).await;
    let program = lab.program().with("AWS_ENDPOINT_URL_ROUTE_53", proxy.url());
    let plan = program.run(&["plan", "--out", "plan.json"]).await;
    assert_eq!(plan.code, Some(0), "{plan}");
    let read =
        ["/hostedzonesbyname", "/healthcheck", "/rrset"].map(|path| counted(&proxy.calls(), "GET", path));
    assert_eq!((read, proxy.calls().len()), ([1, 1, 3], 5));
    let batches = batches(&lab, "plan.json");
    assert_eq!(batches.iter().map(|(_, elements)| *elements).collect::<Vec<_>>(), [700; 3], "one a zone");
    lab.stop().await;
}

/// The failovers that each batch of a plan on file holds, and its elements. (A plan on file is what is sent.)
fn batches(lab: &TestLab, file: &str) -> Vec<(Vec<String>, usize)> {
    let text = std::fs::read_to_string(lab.folder().join(file)).expect("a file");
    let document: Value = serde_json::from_str(&text).expect("JSON");
    let steps = document["plan"]["steps"].as_array().expect("steps").clone();
    let changes = steps.iter().filter_map(|step| step.get("changes")?.as_array().cloned());
    let batch = |changes: Vec<Value>| {
        let sets: Vec<&Value> = changes
            .iter()
            .map(|change| change.as_object().and_then(|change| change.values().next()).expect("a set"))
            .collect();
        let elements = |set: &&Value| {
            set["answer"].to_string().matches("amazonaws.com\"").count()
                + set["answer"].to_string().matches("s3-failover v1 owns").count()
                + usize::from(set["answer"].to_string().contains("hosted_zone_id"))
        };
        let names = sets.iter().map(|set| set["name"].as_str().expect("a name").to_owned()).collect();
        (names, sets.iter().map(elements).sum())
    };
    changes.map(batch).collect()
}

/// Issue: "Batches split at 1,000 elements and 32,000 characters …, never inside a failover's own records."
#[tokio::test]
async fn batches_of_three_hundred_failovers_split_between_failovers() {
    let lab = lab().await;
    lab.write_spec(&spec(&lab, (0..320).map(|n| format!("data-{n:03}.example.com"))));
    let plan = lab.program().run(&["plan", "--out", "plan.json"]).await;
    assert_eq!(plan.code, Some(0), "{plan}");
    let batches = batches(&lab, "plan.json");
    // Seven elements each, of which 142 would fit, and some 240 characters, of which 132 do.
    let sizes: Vec<_> = batches.iter().map(|(names, elements)| (names.len(), *elements)).collect();
    assert_eq!(sizes, [(132 * 5, 924), (132 * 5, 924), (56 * 5, 392)]);
    let mut at: BTreeMap<&str, usize> = BTreeMap::new();
    for (index, (names, _)) in batches.iter().enumerate() {
        for name in names {
            let failover = &name[name.find("data-").expect("a failover's name")..];
            assert_eq!(*at.entry(failover).or_insert(index), index, "{failover} is split");
        }
    }
    assert_eq!(at.len(), 320);
    lab.stop().await;
}

/// Tags are read of those checks alone that may have something to tell: here of a failover that the spec
/// does not name any more.
#[tokio::test]
async fn tags_are_read_of_checks_that_nothing_else_explains() {
    let lab = TestLab::start(instant()).await;
    let applied = lab.program().run(&["apply", "--yes"]).await;
    assert_eq!(applied.code, Some(0), "{applied}");
    let tags = async |expected: usize| {
        let proxy = Proxy::start(&lab).await;
        let plan = lab.program().with("AWS_ENDPOINT_URL_ROUTE_53", proxy.url()).run(&["plan"]).await;
        assert_eq!(plan.code, Some(0), "{plan}");
        assert_eq!(counted(&proxy.calls(), "POST", "/tags/healthcheck"), expected, "{plan}");
    };
    tags(0).await;
    lab.edit_spec("name = \"data.example.com\"", "name = \"other.example.com\"");
    tags(1).await;
    lab.stop().await;
}

/// Issue: "1,000 entries with one wrong (all findings, right lines)", "duplicate names, overlapping names":
/// each is found where it stands, and nothing is sent.
#[tokio::test]
async fn what_is_wrong_among_a_thousand_entries_is_found_where_it_stands() {
    let lab = lab().await;
    let good = spec(&lab, (0..1_000).map(|n| format!("data-{n:04}.example.com")));
    let proxy = Proxy::start(&lab).await;
    let program = lab.program().with("AWS_ENDPOINT_URL_ROUTE_53", proxy.url());
    // What each entry is made into, what its finding says, and the part of the entry that it points at.
    let wrongs = [
        (17, "ttl = 60", "ttl = -1", "ttl", "ttl = -1"),
        (401, "interval = 30", "interval = 11", "every 10 or every 30 seconds", "interval = 11"),
        (777, "name = \"data-0777.", "name = \"data-0003.", "two failovers are named", "name = \"data-0003."),
        (
            998,
            "name = \"data-0998.",
            "name = \"us-east-1.data-0005.",
            "us-east-1.data-0005",
            "name = \"us-east-1.",
        ),
    ];
    let entry = |text: &str, n: usize| text.match_indices("[[failover]]").nth(n).expect("an entry").0;
    let mut all = good.clone();
    for (n, old, new, said, at) in wrongs {
        let begin = entry(&good, n);
        let one = format!("{}{}", &good[..begin], good[begin..].replacen(old, new, 1));
        let place = entry(&all, n);
        all = format!("{}{}", &all[..place], all[place..].replacen(old, new, 1));
        lab.write_spec(&one);
        let refused = program.run(&["plan"]).await;
        assert_eq!(refused.code, Some(2), "{refused}");
        let before = &one[..begin + one[begin..].find(at).expect("it was written")];
        let line = before.matches('\n').count() + 1;
        assert!(refused.stderr.contains(&format!("failover.toml:{line}:")), "{line}: {refused}");
        assert!(refused.stderr.contains(said), "{said}: {refused}");
        assert!(refused.stderr.contains("has 1 error; nothing was sent"), "{refused}");
    }
    lab.write_spec(&all);
    let refused = program.run(&["plan"]).await;
    assert!(refused.stderr.contains("has 4 errors; nothing was sent"), "{refused}");
    for (.., said, _) in wrongs {
        assert!(refused.stderr.contains(said), "{said}: {refused}");
    }
    assert_eq!(proxy.calls(), []);
    lab.stop().await;
}

/// Names may lie below others as long as no record of one is in the place of another's.
#[tokio::test]
async fn names_below_names_are_read_once() {
    let lab = lab().await;
    let names = ["data.example.com", "b.data.example.com", "c.b.data.example.com", "zz.example.com"];
    lab.write_spec(&spec(&lab, names.map(str::to_owned)));
    let proxy = Proxy::start(&lab).await;
    let applied = hurried(&lab, &proxy).run(&["apply", "--yes", "--allow-unhealthy"]).await;
    assert_eq!(applied.code, Some(0), "{applied}");
    let again = lab.program().run(&["plan", "--check"]).await;
    assert_eq!(again.code, Some(0), "{again}");
    let destroyed = lab.program().run(&["destroy", "--yes", "--only", "data.example.com"]).await;
    assert_eq!(destroyed.code, Some(0), "{destroyed}");
    let again = lab.program().run(&["plan", "--check", "--only", "b.data.example.com"]).await;
    assert_eq!(again.code, Some(0), "{again}");
    lab.stop().await;
}
