//! One of four name servers is wrong, and the others are not: what each fault looks like from outside, and
//! that a resolver gets on with the other three.

use std::{net::SocketAddr, time::Duration};

use aws_sdk_route53::types::ResourceRecordSetFailover::{Primary, Secondary};
use s3_failover::lab::NameServerFault;

use super::support::{TestLab, Zone, dig, eventually, failover, instant, is_unanswered, short, values};

const NAME: &str = "app.example.com";
const FIRST: &str = "192.0.2.1";
const SECOND: &str = "192.0.2.2";
const SOON: Duration = Duration::from_secs(10);

/// A lab with a failover pair whose primary is healthy; its check.
async fn lab_with_a_pair() -> (TestLab, Zone, String) {
    let lab = TestLab::start(instant()).await;
    let zone = Zone::of(&lab).await;
    let check = zone.check("primary", true).await;
    zone.put([
        failover(values(NAME, "A", 60, &[FIRST]), Primary, Some(&check)),
        failover(values(NAME, "A", 60, &[SECOND]), Secondary, None),
    ])
    .await;
    (lab, zone, check)
}

async fn becomes(server: SocketAddr, name: &str, expected: &[&str]) {
    eventually(&format!("{server} answers {name} with {expected:?}"), SOON, async || {
        let told = short(server, &format!("{name} A")).await;
        if told == expected { Ok(()) } else { Err(format!("{told:?}")) }
    })
    .await;
}

#[tokio::test]
async fn a_stale_server_goes_on_with_what_it_had_until_it_is_mended() {
    let (lab, zone, check) = lab_with_a_pair().await;
    let servers = lab.lab.ready().nameservers.clone();
    lab.lab.set_name_server_fault(1, NameServerFault::Stale).expect("a name server");
    assert_eq!(lab.lab.name_server_fault(1), Some(NameServerFault::Stale));
    zone.turn(&check, false).await;
    zone.put([values("new.example.com", "A", 60, &[FIRST])]).await;
    for right in [0, 2, 3] {
        becomes(servers[right], NAME, &[SECOND]).await;
        becomes(servers[right], "new.example.com", &[FIRST]).await;
    }
    // To make it stale once more does not teach it anything.
    lab.lab.set_name_server_fault(1, NameServerFault::Stale).expect("a name server");
    assert_eq!(short(servers[1], &format!("{NAME} A")).await, [FIRST]);
    assert!(dig(servers[1], "new.example.com A +norecurse").await.contains("status: NXDOMAIN"));
    lab.lab.set_name_server_fault(1, NameServerFault::None).expect("a name server");
    becomes(servers[1], NAME, &[SECOND]).await;
    becomes(servers[1], "new.example.com", &[FIRST]).await;
}

#[tokio::test]
async fn a_silent_server_answers_neither_packets_nor_connections_and_a_resolver_passes_it_over() {
    let (lab, _, _) = lab_with_a_pair().await;
    let ready = lab.lab.ready();
    lab.lab.set_name_server_fault(2, NameServerFault::Silent).expect("a name server");
    let server = ready.nameservers[2];
    let ((udp, tcp), mut connection) = tokio::join!(
        async {
            let (udp, tcp) = (format!("{NAME} A"), format!("{NAME} A +tcp"));
            tokio::join!(is_unanswered(server, &udp), is_unanswered(server, &tcp))
        },
        async { tokio::net::TcpStream::connect(server).await.expect("a connection is accepted") }
    );
    tokio::io::AsyncWriteExt::shutdown(&mut connection).await.expect("it stands");
    assert!(udp && tcp, "UDP unanswered: {udp}, TCP unanswered: {tcp}");
    // More questions than servers, so that each has its turn.
    for number in 0..6 {
        let told = dig(ready.resolver, &format!("x{number}.apps.example.com A")).await;
        assert!(told.contains("192.0.2.80"), "{told}");
    }
    lab.lab.set_name_server_fault(2, NameServerFault::None).expect("a name server");
    becomes(server, NAME, &[FIRST]).await;
}

#[tokio::test]
async fn a_lame_server_refuses_the_zone_and_a_resolver_asks_another() {
    let (lab, _, _) = lab_with_a_pair().await;
    let ready = lab.lab.ready();
    lab.lab.set_name_server_fault(3, NameServerFault::Lame).expect("a name server");
    let told = dig(ready.nameservers[3], &format!("{NAME} A +norecurse")).await;
    assert!(told.contains("status: REFUSED") && told.contains(";; flags: qr;"), "{told}");
    for number in 0..6 {
        let told = dig(ready.resolver, &format!("x{number}.apps.example.com A")).await;
        assert!(told.contains("192.0.2.80"), "{told}");
    }
    for number in 0..4 {
        lab.lab.set_name_server_fault(number, NameServerFault::Lame).expect("a name server");
    }
    let told = dig(ready.resolver, "lame.apps.example.com A").await;
    assert!(told.contains("status: REFUSED"), "{told}");
}

#[tokio::test]
async fn a_lying_server_answers_the_other_side_and_false_addresses() {
    let (lab, zone, check) = lab_with_a_pair().await;
    let server = lab.lab.ready().nameservers[0];
    lab.lab.set_name_server_fault(0, NameServerFault::Lying).expect("a name server");
    assert_eq!(short(server, &format!("{NAME} A")).await, [SECOND]);
    zone.turn(&check, false).await;
    becomes(server, NAME, &[FIRST]).await;
    let told = dig(server, "www.example.com A +norecurse").await;
    assert!(
        told.contains("flags: qr aa;") && told.contains("www.example.com. 300 IN A 192.0.2.66"),
        "{told}"
    );
    becomes(lab.lab.ready().nameservers[1], NAME, &[SECOND]).await;
}

#[tokio::test]
async fn there_are_four_name_servers() {
    let lab = TestLab::start(instant()).await;
    let error = lab.lab.set_name_server_fault(4, NameServerFault::Lame).expect_err("there is none");
    assert_eq!(error.to_string(), "the lab has no name server 4");
    assert_eq!(lab.lab.name_server_fault(4), None);
}
