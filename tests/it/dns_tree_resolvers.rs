//! What `verify` finds at resolvers, and does not find at an honest one.

use std::net::SocketAddr;

use hickory_proto::{
    op::{Edns, Message, ResponseCode},
    rr::rdata::opt::EdnsOption,
};
use s3_failover::lab::Fault;

use super::support::{
    DnsServer, ENDPOINTS, NAME, Ran, Reaction, TestLab, answered, cname, nothing, quick, reply,
};

/// A resolver that answers this, whatever is asked.
async fn saying(answer: impl Fn(&Message) -> Message + Send + Sync + 'static) -> DnsServer {
    DnsServer::start(move |question| Reaction::Says(answer(question))).await
}

fn pointing(question: &Message, ttl: u32, target: &str) -> Message {
    let mut message = reply(question, ResponseCode::NoError, false);
    message.answers.push(cname(&format!("{NAME}."), ttl, &format!("{target}.")));
    message
}

/// Adds the extended error "Stale Answer" (RFC 8914, 4.4).
fn said_to_be_stale(mut message: Message) -> Message {
    let mut edns = Edns::new();
    edns.options_mut().insert(EdnsOption::Unknown(15, vec![0, 3]));
    message.edns = Some(edns);
    message
}

/// The findings about resolvers: id, whether all is well, severity, and what was seen.
fn about_resolvers(ran: &Ran, servers: &[SocketAddr]) -> String {
    let document = ran.json();
    let checks = document["failovers"][0]["checks"].as_array().expect("findings").clone();
    let ours =
        checks.iter().filter(|check| check["id"].as_str().is_some_and(|id| id.starts_with("recursive.")));
    let line = |check: &serde_json::Value| {
        let ok = if check["ok"] == true { "ok" } else { check["severity"].as_str().expect("a severity") };
        assert_eq!(
            check["ok"] == true,
            check["advice"].is_null(),
            "what is wrong comes with advice: {check}"
        );
        let text = |key: &str| check[key].as_str().expect("text").to_owned();
        let detail = text("detail").replace(&servers[0].to_string(), "LAB");
        // The date is not the test's to know.
        let mut parts = detail.split("; first seen at ");
        let mut detail = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            detail.push_str("; first seen at DATE");
            detail.push_str(&part[part.find('Z').map_or(0, |end| end + 1)..]);
        }
        format!("{} {ok}: {detail}", text("id"))
    };
    let mut lines = ours.map(line).collect::<Vec<_>>().join("\n");
    for (index, server) in servers.iter().enumerate().skip(1) {
        lines = lines.replace(&server.to_string(), &format!("R{index}"));
    }
    lines
}

async fn verified(lab: &TestLab, servers: &[SocketAddr]) -> Ran {
    let list: Vec<String> = servers.iter().map(ToString::to_string).collect();
    lab.program().with("S3_FAILOVER_RESOLVERS", list.join(",")).run(&["verify", "-o", "json"]).await
}

#[tokio::test]
async fn each_bad_manner_of_a_resolver_is_found_and_an_honest_one_is_left_alone() {
    let lab = TestLab::answering(quick()).await;
    let honest = lab.lab.ready().resolver;
    let ran = verified(&lab, &[honest]).await;
    assert_eq!(ran.code, Some(0), "{ran}");
    insta::assert_snapshot!(about_resolvers(&ran, &[honest]), @"
    recursive.reachable ok: 1 of 1 resolvers answered
    recursive.agree ok: no resolver answers another side than the name servers
    recursive.stale ok: no answer is known to be older than its TTL allows
    recursive.negative ok: no resolver keeps in mind that there was nothing
    recursive.honest ok: no resolver answers anything that no name server gives
    recursive.ttl ok: no resolver tells a longer TTL than the name servers
    ");

    let counting_down = saying(|question| pointing(question, 30, ENDPOINTS[1])).await;
    let fetched_anew = saying(|question| pointing(question, 60, ENDPOINTS[1])).await;
    let serving_stale = saying(|question| said_to_be_stale(pointing(question, 30, ENDPOINTS[1]))).await;
    let stretching = saying(|question| pointing(question, 300, ENDPOINTS[0])).await;
    let negative = saying(|question| nothing(question, "example.com.", 540)).await;
    let lying = saying(|question| pointing(question, 60, "elsewhere.example.net")).await;
    let refusing = saying(|question| reply(question, ResponseCode::Refused, false)).await;
    let servers = [&counting_down, &fetched_anew, &serving_stale, &stretching, &negative, &lying, &refusing];
    let servers: Vec<SocketAddr> =
        std::iter::once(honest).chain(servers.iter().map(|server| server.address)).collect();
    let ran = verified(&lab, &servers).await;
    assert_eq!(ran.code, Some(1), "{ran}");
    insta::assert_snapshot!(about_resolvers(&ran, &servers), @"
    recursive.reachable warning: R7 says that it cannot answer: Query Refused
    recursive.agree warning: R1 answers the secondary, and may still do so for 30 s
    recursive.stale error: R2 answers the secondary, with a TTL of 60 s as if it were fresh, but no name server gives it any more; first seen at DATE; R3 answers the secondary, and says itself that it has outlived its TTL; first seen at DATE
    recursive.negative error: R5 answers Non-Existent Domain, though the name servers have an answer, and may still do so for 540 s
    recursive.honest error: neither side, and no name server gives it: R6 answers elsewhere.example.net
    recursive.ttl warning: R4 answers a TTL of 300 s, by up to 240 s more than the name servers: it stretches TTLs, or the zone's TTL has just been lowered
    ");
}

/// The lab's own resolvers of bad character, after a failover: the one that stretches says so by its TTL, the
/// one that forgets nothing answers the primary as if it were fresh; and the honest one passes.
#[tokio::test]
async fn a_cache_that_forgets_nothing_is_found_after_a_failover() {
    let lab = TestLab::answering(quick()).await;
    let resolvers = lab.lab.ready().resolvers.clone();
    let (honest, forever) = (resolvers["honest"], resolvers["forever"]);
    // It takes the primary in.
    assert_eq!(super::support::pointer(forever, NAME).await.as_deref(), Ok(ENDPOINTS[0]));
    let region = "us-east-1".parse().expect("a region");
    lab.lab.set_fault(&region, Fault::Http503).expect("the lab has this region");
    answered(&lab, NAME, ENDPOINTS[1]).await;
    let servers = [honest, forever];
    let ran = verified(&lab, &servers).await;
    assert_eq!(ran.code, Some(1), "{ran}");
    insta::assert_snapshot!(about_resolvers(&ran, &servers), @"
    recursive.reachable ok: 2 of 2 resolvers answered
    recursive.agree ok: no resolver answers another side than the name servers
    recursive.stale error: R1 answers the primary, with a TTL of 60 s as if it were fresh, but no name server gives it any more; first seen at DATE
    recursive.negative ok: no resolver keeps in mind that there was nothing
    recursive.honest ok: no resolver answers anything that no name server gives
    recursive.ttl ok: no resolver tells a longer TTL than the name servers
    ");
}
