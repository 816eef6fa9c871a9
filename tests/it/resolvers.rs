//! Resolvers of four characters, and how long each holds on to the primary.

use std::{net::SocketAddr, time::Duration};

use aws_sdk_route53::types::ResourceRecordSetFailover::{Primary, Secondary};
use s3_failover::lab::{Character, NameServerFault, Options};

use super::support::{TestLab, Zone, dig, eventually, failover, instant, values};

const NAME: &str = "app.example.com";
const FIRST: &str = "192.0.2.1";
const SECOND: &str = "192.0.2.2";
const SOON: Duration = Duration::from_secs(20);
/// Of the pair, in the lab's seconds.
const TTL: u32 = 4;

/// Code, TTL and value of an answer with one address.
async fn ask(resolver: SocketAddr) -> (String, Option<(u32, String)>) {
    let reply = dig(resolver, &format!("{NAME} A")).await;
    let status = reply.split("status: ").nth(1).and_then(|rest| rest.lines().next()).unwrap_or_default();
    let record = reply.lines().find(|line| line.starts_with(NAME)).map(|line| {
        let words: Vec<&str> = line.split(' ').collect();
        (words[1].parse().expect("a TTL"), words[4].to_owned())
    });
    (status.to_owned(), record)
}

async fn value(resolver: SocketAddr) -> Option<String> {
    ask(resolver).await.1.map(|(_, value)| value)
}

async fn becomes(resolver: SocketAddr, expected: &str) {
    eventually(&format!("{resolver} answers {expected}"), SOON, async || match value(resolver).await {
        Some(value) if value == expected => Ok(()),
        other => Err(format!("{other:?}")),
    })
    .await;
}

/// RFC 2181, section 8; RFC 8767; and S3's own guide warns that the JVM may cache lookups for ever (S3 User
/// Guide, `UsingRouting`). The honest one is over the failover when the TTL is, the stretching one and the one that forgets
/// nothing are not, and the one that serves stale is as honest as the first while name servers answer.
#[tokio::test]
async fn each_resolver_holds_on_to_the_primary_as_its_character_has_it() {
    // Five seconds of the lab in one of ours: the five minutes of the stretching one are a minute.
    let lab = TestLab::start(Options { speed: 5.0, ..instant() }).await;
    let zone = Zone::of(&lab).await;
    let check = zone.check("primary", true).await;
    zone.put([
        failover(values(NAME, "A", i64::from(TTL), &[FIRST]), Primary, Some(&check)),
        failover(values(NAME, "A", i64::from(TTL), &[SECOND]), Secondary, None),
    ])
    .await;
    let resolvers = lab.lab.ready().resolvers.clone();
    let names: Vec<&str> = resolvers.keys().map(String::as_str).collect();
    assert_eq!(names, ["forever", "honest", "stale", "stretching"]);
    assert_eq!(resolvers["honest"], lab.lab.ready().resolver);
    let of = |character: Character| resolvers[character.name()];
    for (character, least, most) in [
        (Character::Honest, 1, TTL),
        (Character::Stretching, 200, 300),
        (Character::Stale, 1, TTL),
        (Character::Forever, TTL, TTL),
    ] {
        let (status, record) = ask(of(character)).await;
        let (ttl, value) = record.expect("an address");
        assert_eq!((status.as_str(), value.as_str()), ("NOERROR", FIRST), "{character}");
        assert!((least..=most).contains(&ttl), "{character} tells a TTL of {ttl} s");
    }
    zone.turn(&check, false).await;
    becomes(of(Character::Honest), SECOND).await;
    becomes(of(Character::Stale), SECOND).await;
    let (_, stretched) = ask(of(Character::Stretching)).await;
    let (ttl, value) = stretched.expect("an address");
    assert!(ttl > TTL && value == FIRST, "{value} for {ttl} s more");
    assert_eq!(ask(of(Character::Forever)).await.1, Some((TTL, FIRST.to_owned())));
    // What does not exist is another matter, for the JVM too: it is asked again, and found once it is there.
    let missing = dig(of(Character::Forever), "later.example.com A").await;
    assert!(missing.contains("status: NXDOMAIN"), "{missing}");
    zone.put([values("later.example.com", "A", 60, &[FIRST])]).await;
    eventually("what was missing is found", SOON, async || {
        let reply = dig(of(Character::Forever), "later.example.com A").await;
        if reply.contains("ANSWER: 1,") { Ok(()) } else { Err(reply) }
    })
    .await;
}

/// RFC 8767, section 4: "If the data is unable to be authoritatively refreshed when the TTL expires, the
/// record MAY be used as though it is unexpired", with a TTL of "30 seconds".
#[tokio::test]
async fn without_name_servers_the_honest_one_fails_and_the_stale_one_answers_what_it_had() {
    let lab = TestLab::start(instant()).await;
    let zone = Zone::of(&lab).await;
    zone.put([values(NAME, "A", i64::from(TTL), &[FIRST])]).await;
    let resolvers = lab.lab.ready().resolvers.clone();
    let (honest, stale) = (resolvers["honest"], resolvers["stale"]);
    for resolver in [honest, stale] {
        assert_eq!(value(resolver).await.as_deref(), Some(FIRST));
    }
    let set_all = |fault| {
        for number in 0..4 {
            lab.lab.set_name_server_fault(number, fault).expect("a name server");
        }
    };
    set_all(NameServerFault::Silent);
    let failure = eventually("the honest one fails", SOON, async || match ask(honest).await {
        (status, None) if status == "SERVFAIL" => Ok(()),
        other => Err(format!("{other:?}")),
    });
    let stale_answer =
        eventually("the stale one answers what has expired", SOON, async || match ask(stale).await {
            (status, Some((30, value))) if status == "NOERROR" && value == FIRST => Ok(()),
            other => Err(format!("{other:?}")),
        });
    tokio::join!(failure, stale_answer);
    zone.replace([values(NAME, "A", i64::from(TTL), &[SECOND])]).await;
    set_all(NameServerFault::None);
    becomes(honest, SECOND).await;
    becomes(stale, SECOND).await;
}

/// The names of S3 and `CloudFront` lead to the lab (S3 User Guide, `VirtualHosting`, `WebsiteEndpoints`,
/// `dual-stack-endpoints`, `transfer-acceleration`; endpoint rules of 2026), and those of other people lead
/// nowhere.
#[tokio::test]
async fn names_of_aws_lead_to_the_lab() {
    let lab = TestLab::start(instant()).await;
    let resolver = lab.lab.ready().resolver;
    let (us, eu, website) = ("127.0.1.1", "127.0.2.1", "127.0.2.2");
    for (host, expected) in [
        ("my-app-data-us-east-1.s3.us-east-1.amazonaws.com", us),
        ("my-app-data-eu-west-1.s3.eu-west-1.amazonaws.com", eu),
        ("a.b.c.s3.eu-west-1.amazonaws.com", eu),
        ("s3.eu-west-1.amazonaws.com", eu),
        ("b.s3.dualstack.eu-west-1.amazonaws.com", eu),
        ("b.s3-fips.us-east-1.amazonaws.com", us),
        ("b.s3-fips.dualstack.us-east-1.amazonaws.com", us),
        ("b.s3-eu-west-1.amazonaws.com", eu),
        ("my-app-data-eu-west-1.s3.amazonaws.com", eu),
        ("nobodys.s3.amazonaws.com", us),
        ("my-app-data-eu-west-1.s3-accelerate.amazonaws.com", eu),
        ("my-app-data-eu-west-1.s3-accelerate.dualstack.amazonaws.com", eu),
        ("s3-website-eu-west-1.amazonaws.com", website),
        ("b.s3-website-eu-west-1.amazonaws.com", website),
        ("dlab-distribution.cloudfront.net", "127.0.0.2"),
    ] {
        let reply = dig(resolver, &format!("{host} A")).await;
        assert!(reply.ends_with(&format!(" IN A {expected}")), "{host}:\n{reply}");
        let none = dig(resolver, &format!("{host} AAAA")).await;
        assert!(none.contains("status: NOERROR") && !none.contains("IN AAAA"), "{host}:\n{none}");
    }
    let website = dig(resolver, "b.s3-website-eu-west-1.amazonaws.com A").await;
    let cname = "b.s3-website-eu-west-1.amazonaws.com. 60 IN CNAME s3-website-eu-west-1.amazonaws.com.";
    assert!(website.contains(cname), "{website}");
    for host in [
        "b.s3.ap-south-1.amazonaws.com",
        "sqs.us-east-1.amazonaws.com",
        "d111111abcdef8.cloudfront.net",
        "www.example.org",
    ] {
        let reply = dig(resolver, &format!("{host} A")).await;
        assert!(reply.contains("status: REFUSED"), "{host}:\n{reply}");
    }
}
