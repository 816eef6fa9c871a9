//! Which record Route 53 answers: each sentence of its documentation, held against packets.
//!
//! The verdicts are set through the API: a disabled check is healthy, a disabled and inverted one is not.
//! So nothing has to break before the rules can be seen. (What a checker sees and how verdicts come about
//! is held elsewhere.) The sentences are those of the Route 53 Developer Guide and of its API reference.

use std::{collections::BTreeSet, net::SocketAddr, time::Duration};

use aws_sdk_route53::types::ResourceRecordSetFailover::{Primary, Secondary};

use super::support::{TestLab, Zone, alias, dig, eventually, failover, instant, routed, short, values};

const NAME: &str = "app.example.com";
const FIRST: &str = "192.0.2.1";
const SECOND: &str = "192.0.2.2";
const SOON: Duration = Duration::from_secs(10);

/// Waits until every name server answers with these addresses and nothing else.
async fn answers(lab: &TestLab, name: &str, expected: &[&str]) {
    for server in lab.lab.ready().nameservers.clone() {
        eventually(&format!("{name} is {expected:?}"), SOON, async || {
            let told = short(server, &format!("{name} A")).await;
            if told == expected { Ok(()) } else { Err(format!("{server} says {told:?}")) }
        })
        .await;
    }
}

async fn ask(server: SocketAddr, name: &str) -> Vec<String> {
    short(server, &format!("{name} A")).await
}

/// A pair of addresses, each side with a check of this verdict or without one.
async fn pair(zone: &Zone, name: &str, primary: Option<bool>, secondary: Option<bool>) {
    let check = async |side: &str, verdict: Option<bool>| match verdict {
        Some(healthy) => Some(zone.check(&format!("{name} {side}"), healthy).await),
        None => None,
    };
    let (first, second) = (check("primary", primary).await, check("secondary", secondary).await);
    zone.put([
        failover(values(name, "A", 60, &[FIRST]), Primary, first.as_deref()),
        failover(values(name, "A", 60, &[SECOND]), Secondary, second.as_deref()),
    ])
    .await;
}

/// API reference, `ResourceRecordSet`, `Failover`: "When the primary resource record set is healthy, Route
/// 53 responds to DNS queries with the applicable value from the primary resource record set regardless of
/// the health of the secondary resource record set." "When the primary resource record set is unhealthy and
/// the secondary resource record set is healthy, Route 53 responds to DNS queries with the applicable value
/// from the secondary resource record set." "When the secondary resource record set is unhealthy, Route 53
/// responds to DNS queries with the applicable value from the primary resource record set regardless of the
/// health of the primary resource record set." "If you omit the `HealthCheckId` element for the secondary
/// resource record set, and if the primary resource record set is unhealthy, Route 53 always responds to
/// DNS queries with the applicable value from the secondary resource record set. This is true regardless of
/// the health of the associated endpoint."
#[tokio::test]
async fn the_table_of_primary_and_secondary() {
    let lab = TestLab::start(instant()).await;
    let zone = Zone::of(&lab).await;
    for (number, (primary, secondary, answer)) in [
        (true, Some(true), FIRST),
        (true, Some(false), FIRST),
        (true, None, FIRST),
        (false, Some(true), SECOND),
        (false, None, SECOND),
        (false, Some(false), FIRST),
    ]
    .into_iter()
    .enumerate()
    {
        let name = format!("pair{number}.example.com");
        pair(&zone, &name, Some(primary), secondary).await;
        answers(&lab, &name, &[answer]).await;
    }
}

/// Developer Guide, `health-checks-how-route-53-chooses-records`: "If Route 53 considers the primary record
/// healthy (if the health check endpoint is healthy), Route 53 returns only the primary record in response
/// to a DNS query." "If Route 53 considers the primary record unhealthy and the secondary record healthy,
/// Route 53 returns the secondary record instead." So the way back needs nobody: it is the first sentence
/// again.
#[tokio::test]
async fn only_one_of_the_two_is_ever_returned_and_failback_is_automatic() {
    let lab = TestLab::start(instant()).await;
    let zone = Zone::of(&lab).await;
    let primary = zone.check("primary", true).await;
    zone.put([
        failover(values(NAME, "A", 60, &[FIRST]), Primary, Some(&primary)),
        failover(values(NAME, "A", 60, &[SECOND]), Secondary, None),
    ])
    .await;
    for (healthy, answer) in [(true, FIRST), (false, SECOND), (true, FIRST)] {
        zone.turn(&primary, healthy).await;
        answers(&lab, NAME, &[answer]).await;
    }
    let reply = dig(lab.lab.ready().nameservers[0], &format!("{NAME} A +norecurse")).await;
    assert!(reply.contains("ANSWER: 1,"), "{reply}");
}

/// Developer Guide, same page: "If a record in a group of records that have the same name and type doesn't
/// have an associated health check, Route 53 always considers it healthy and always includes it among
/// possible responses to a query." "If none of the records in a group of records are healthy, Route 53
/// needs to return something in response to DNS queries, but it has no basis for choosing one record over
/// another. In this circumstance, Route 53 considers all the records in the group to be healthy and selects
/// one based on the routing policy and on the values that you specify for each record."
#[tokio::test]
async fn without_a_check_always_healthy_and_all_unhealthy_is_all_healthy() {
    let lab = TestLab::start(instant()).await;
    let zone = Zone::of(&lab).await;
    let (sick, sick_too) = (zone.check("a", false).await, zone.check("b", false).await);
    let set =
        |name: &str, address, id: &str, check| routed(values(name, "A", 60, &[address]), id, check).weight(1);
    zone.put([
        set("some.example.com", FIRST, "a", Some(sick.as_str())),
        set("some.example.com", SECOND, "b", None),
        set("none.example.com", FIRST, "a", Some(sick.as_str())),
        set("none.example.com", SECOND, "b", Some(sick_too.as_str())),
    ])
    .await;
    answers(&lab, "some.example.com", &[SECOND]).await;
    let mut seen = BTreeSet::new();
    for _ in 0..40 {
        seen.extend(ask(lab.lab.ready().nameservers[0], "none.example.com").await);
    }
    assert_eq!(seen, BTreeSet::from([FIRST.to_owned(), SECOND.to_owned()]), "both, as if both were healthy");
}

/// Route 53's own words (kubernetes-sigs/external-dns#2362): "A non-alias primary `ResourceRecordSet` must
/// have an associated health check." An alias without one is accepted, and unless it evaluates its target
/// it is always healthy.
#[tokio::test]
async fn a_primary_needs_a_check_unless_it_is_an_alias_and_then_it_never_gives_way() {
    let lab = TestLab::start(instant()).await;
    let zone = Zone::of(&lab).await;
    let refusal = zone
        .try_put([
            failover(values(NAME, "A", 60, &[FIRST]), Primary, None),
            failover(values(NAME, "A", 60, &[SECOND]), Secondary, None),
        ])
        .await
        .expect_err("Route 53 refuses this");
    assert!(refusal.starts_with("InvalidChangeBatch: "), "{refusal}");
    assert!(
        refusal.contains("A non-alias primary ResourceRecordSet must have an associated health check"),
        "{refusal}"
    );
    let sick = zone.check("leaf", false).await;
    zone.put([
        routed(values("one.example.com", "A", 60, &[FIRST]), "leaf", Some(&sick)).weight(1),
        values("two.example.com", "A", 60, &[SECOND]),
        failover(zone.alias(NAME, "A", "one.example.com", false), Primary, None),
        failover(zone.alias(NAME, "A", "two.example.com", false), Secondary, None),
    ])
    .await;
    answers(&lab, NAME, &[FIRST]).await;
}

/// Developer Guide, `dns-failover-complex-configs`, of an alias with a check and with Evaluate Target
/// Health: "both of the following must be true before Route 53 will return the applicable value for a
/// weighted record: The health check associated with the latency alias record must pass. At least one
/// weighted record must be considered healthy, either because it's associated with a health check that
/// passes or because it's not associated with a health check." "If you set Evaluate Target Health to No,
/// Route 53 continues to route traffic to the records that an alias record refers to even if health checks
/// for those records are failing." Of a leaf without a check: "Route 53 assumes that the resource is
/// healthy and returns the applicable value in response to the query."
#[tokio::test]
async fn an_alias_is_as_healthy_as_its_check_and_its_target() {
    let lab = TestLab::start(instant()).await;
    let zone = Zone::of(&lab).await;
    let (own, leaf) = (zone.check("own", true).await, zone.check("leaf", true).await);
    zone.put([
        routed(values("one.example.com", "A", 60, &[FIRST]), "leaf", Some(&leaf)).weight(1),
        values("two.example.com", "A", 60, &[SECOND]),
        failover(zone.alias(NAME, "A", "one.example.com", true), Primary, Some(&own)),
        failover(zone.alias(NAME, "A", "two.example.com", true), Secondary, None),
        failover(zone.alias("pinned.example.com", "A", "one.example.com", false), Primary, None),
        failover(zone.alias("pinned.example.com", "A", "two.example.com", false), Secondary, None),
        failover(zone.alias("healthy-leaf.example.com", "A", "two.example.com", true), Primary, None),
        failover(zone.alias("healthy-leaf.example.com", "A", "one.example.com", true), Secondary, None),
    ])
    .await;
    for (own_healthy, leaf_healthy, answer) in
        [(true, true, FIRST), (false, true, SECOND), (true, false, SECOND), (false, false, SECOND)]
    {
        zone.turn(&own, own_healthy).await;
        zone.turn(&leaf, leaf_healthy).await;
        answers(&lab, NAME, &[answer]).await;
    }
    answers(&lab, "pinned.example.com", &[FIRST]).await;
    answers(&lab, "healthy-leaf.example.com", &[SECOND]).await;
}

/// Developer Guide, same page: "The health check failed, so Route 53 chooses another weighted record based
/// on weight and checks its health. That record also is unhealthy. Route 53 backs out of that branch of the
/// tree". And `health-checks-how-route-53-chooses-records`: "As long as at least one of the weighted
/// records is healthy, Route 53 considers the alias record to be healthy." "If none of the weighted records
/// is healthy, Route 53 considers the alias record to be unhealthy."
#[tokio::test]
async fn a_tree_is_walked_down_and_a_dead_branch_backed_out_of() {
    let lab = TestLab::start(instant()).await;
    let zone = Zone::of(&lab).await;
    let checks = [zone.check("e1", true).await, zone.check("e2", true).await];
    let leaf = |number: usize, address| {
        let set = values("east.example.com", "A", 60, &[address]);
        routed(set, &number.to_string(), Some(checks[number].as_str())).weight(10)
    };
    zone.put([
        leaf(0, FIRST),
        leaf(1, "192.0.2.11"),
        values("west.example.com", "A", 60, &[SECOND]),
        failover(zone.alias(NAME, "A", "east.example.com", true), Primary, None),
        failover(zone.alias(NAME, "A", "west.example.com", true), Secondary, None),
    ])
    .await;
    zone.turn(&checks[1], false).await;
    answers(&lab, NAME, &[FIRST]).await;
    zone.turn(&checks[0], false).await;
    answers(&lab, NAME, &[SECOND]).await;
    zone.turn(&checks[1], true).await;
    answers(&lab, NAME, &["192.0.2.11"]).await;
}

/// API reference, `AliasTarget`, `EvaluateTargetHealth`: "because S3 buckets are highly available by
/// design, `EvaluateTargetHealth` provides no operational benefit and Route 53 health checks are
/// recommended instead for failover scenarios." "You can't set `EvaluateTargetHealth` to true when the
/// alias target is a `CloudFront` distribution." So a check has to decide.
#[tokio::test]
async fn health_of_s3_and_cloudfront_is_not_evaluated_and_a_check_decides() {
    let lab = TestLab::start(instant()).await;
    let zone = Zone::of(&lab).await;
    let distribution = ("Z2FDTNDATAQYW2", "d111111abcdef8.cloudfront.net");
    let website = ("Z3AQBSTGFYJSTF", "s3-website-us-east-1.amazonaws.com");
    let evaluated = failover(alias(NAME, "A", distribution, true), Primary, None);
    let refusal = zone.try_put([evaluated]).await.expect_err("Route 53 refuses this");
    assert!(refusal.starts_with("InvalidChangeBatch: "), "{refusal}");
    let check = zone.check("distribution", true).await;
    zone.put([
        failover(alias(NAME, "A", distribution, false), Primary, Some(&check)),
        failover(alias(NAME, "A", website, true), Secondary, None),
    ])
    .await;
    answers(&lab, NAME, &["127.0.0.1"]).await;
    zone.turn(&check, false).await;
    answers(&lab, NAME, &["127.0.1.2"]).await;
    // A region that is down does not make its website endpoint unhealthy.
    zone.put([
        failover(alias("site.example.com", "A", website, true), Primary, None),
        failover(values("site.example.com", "A", 60, &[SECOND]), Secondary, None),
    ])
    .await;
    let region = "us-east-1".parse().expect("a region");
    lab.lab.set_fault(&region, s3_failover::lab::Fault::Refuse).expect("a region of the lab");
    answers(&lab, "site.example.com", &["127.0.1.2"]).await;
}

/// Developer Guide, `dns-failover-determining-health-of-endpoints`: "Route 53 considers a new health check
/// to be healthy until there's enough data to determine the actual status, healthy or unhealthy. If you
/// chose the option to invert the health check status, Route 53 considers a new health check to be
/// unhealthy until there's enough data." API reference, `HealthCheckConfig`, `Disabled`: "After you disable
/// a health check, Route 53 considers the status of the health check to always be healthy. If you
/// configured DNS failover, Route 53 continues to route traffic to the corresponding resources. If you want
/// to stop routing traffic to a resource, change the value of Inverted."
#[tokio::test]
async fn a_new_check_is_healthy_a_new_inverted_one_is_not_and_a_disabled_one_never_changes() {
    let lab = TestLab::start(instant()).await;
    let zone = Zone::of(&lab).await;
    for (name, inverted, disabled, answer) in [
        ("new.example.com", false, false, FIRST),
        ("inverted.example.com", true, false, SECOND),
        ("disabled.example.com", false, true, FIRST),
        ("forced.example.com", true, true, SECOND),
    ] {
        let config = Zone::endpoint().inverted(inverted).disabled(disabled).build().expect("a configuration");
        let check = zone.create_check(name, config).await;
        zone.put([
            failover(values(name, "A", 60, &[FIRST]), Primary, Some(&check)),
            failover(values(name, "A", 60, &[SECOND]), Secondary, None),
        ])
        .await;
        answers(&lab, name, &[answer]).await;
    }
}

/// Developer Guide, `resource-record-sets-choosing-alias-non-alias`: "If an alias record points to an AWS
/// resource, you can't set the time to live (TTL); Route 53 uses the default TTL for the resource. If an
/// alias record points to another record in the same hosted zone, Route 53 uses the TTL of the record that
/// the alias record points to." (5 s for a website endpoint and 60 s for a distribution were seen; AWS
/// names neither.)
#[tokio::test]
async fn an_alias_has_the_ttl_of_its_target() {
    let lab = TestLab::start(instant()).await;
    let zone = Zone::of(&lab).await;
    zone.put([
        values("target.example.com", "A", 37, &[FIRST]),
        zone.alias("one.example.com", "A", "target.example.com", false),
        zone.alias("two.example.com", "A", "one.example.com", true),
        alias("website.example.com", "A", ("Z3AQBSTGFYJSTF", "s3-website-us-east-1.amazonaws.com"), false),
        alias("cdn.example.com", "A", ("Z2FDTNDATAQYW2", "d111111abcdef8.cloudfront.net"), false),
    ])
    .await;
    let server = lab.lab.ready().nameservers[2];
    for (name, line) in [
        ("one.example.com", "one.example.com. 37 IN A 192.0.2.1"),
        ("two.example.com", "two.example.com. 37 IN A 192.0.2.1"),
        ("website.example.com", "website.example.com. 5 IN A 127.0.1.2"),
        ("cdn.example.com", "cdn.example.com. 60 IN A 127.0.0.1"),
    ] {
        let reply = dig(server, &format!("{name} A +norecurse")).await;
        assert!(reply.lines().any(|told| told == line), "{line} is not in:\n{reply}");
    }
    let ttl = zone.alias("three.example.com", "A", "target.example.com", false).ttl(60);
    let refusal = zone.try_put([ttl]).await.expect_err("an alias has no TTL of its own");
    assert!(refusal.starts_with("Invalid"), "{refusal}");
}

/// Developer Guide, `health-checks-how-route-53-chooses-records`, weighted records that have a weight of 0:
/// "Route 53 initially considers only the nonzero weighted records, if any." "If all the records that have a
/// weight greater than 0 are unhealthy, then Route 53 considers the zero-weighted records."
#[tokio::test]
async fn a_weight_of_0_is_for_when_all_others_are_unhealthy() {
    let lab = TestLab::start(instant()).await;
    let zone = Zone::of(&lab).await;
    let checks = [zone.check("heavy", true).await, zone.check("light", true).await];
    zone.put([
        routed(values(NAME, "A", 60, &[FIRST]), "heavy", Some(&checks[0])).weight(10),
        routed(values(NAME, "A", 60, &[SECOND]), "light", Some(&checks[1])).weight(0),
    ])
    .await;
    for (heavy, light, answer) in
        [(true, true, FIRST), (false, true, SECOND), (false, false, FIRST), (true, false, FIRST)]
    {
        zone.turn(&checks[0], heavy).await;
        zone.turn(&checks[1], light).await;
        answers(&lab, NAME, &[answer]).await;
    }
}
