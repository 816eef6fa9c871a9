//! What `dig` reads in answers of each record type, and of each routing policy.

use std::{collections::BTreeSet, net::SocketAddr};

use aws_sdk_route53::types::{CidrRoutingConfig, GeoLocation, ResourceRecordSetRegion};

use super::support::{TestLab, Zone, instant, routed, short, values};

const DIGEST: &str = "0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF";

/// Each type of `ResourceRecordTypes` (Route 53 Developer Guide), as it was given and as `dig`, with a
/// parser of its own, prints what has arrived.
#[tokio::test]
async fn a_value_of_each_type_arrives_as_it_was_given() {
    let lab = TestLab::start(instant()).await;
    let zone = Zone::of(&lab).await;
    let (ds, tlsa, sshfp) =
        (format!("12345 13 2 {DIGEST}"), format!("3 1 1 {DIGEST}"), format!("4 2 {DIGEST}"));
    let cases = [
        ("A", "192.0.2.1", "192.0.2.1"),
        ("AAAA", "2001:0db8:85a3:0:0:8a2e:0370:7334", "2001:db8:85a3::8a2e:370:7334"),
        ("CAA", "0 issue \"ca.example.net\"", "0 issue \"ca.example.net\""),
        ("CNAME", "elsewhere.example.net", "elsewhere.example.net."),
        ("DS", &ds, &ds),
        (
            "HTTPS",
            "1 svc.example.net alpn=\"h2,h3\" port=8443",
            "1 svc.example.net. alpn=\"h2,h3\" port=8443",
        ),
        ("MX", "10 mail.example.net", "10 mail.example.net."),
        (
            "NAPTR",
            "100 50 \"u\" \"sip+E2U\" \"!^(\\\\+441632960083)$!sip:\\\\1@example.com!\" .",
            "100 50 \"u\" \"sip+E2U\" \"!^(\\\\+441632960083)$!sip:\\\\1@example.com!\" .",
        ),
        ("PTR", "host.example.net", "host.example.net."),
        ("SPF", "\"v=spf1 ip4:192.0.2.0/24 -all\"", "\"v=spf1 ip4:192.0.2.0/24 -all\""),
        ("SRV", "10 5 443 host.example.net", "10 5 443 host.example.net."),
        ("SSHFP", &sshfp, &sshfp),
        ("SVCB", "0 svc.example.net", "0 svc.example.net."),
        ("TLSA", &tlsa, &tlsa),
        ("TXT", "\"one part\" \"and; a \\\"second\\\"\"", "\"one part\" \"and; a \\\"second\\\"\""),
    ];
    // Octal escapes are Route 53's (`ResourceRecordTypes`, TXT: "Using special characters"): \\344 is ä, and
    // dig prints it in decimal.
    let octal = ("escapes.example.com", "\"a\\040b \\344\"", "\"a b \\228\"");
    // DS stands beside the NS records of a delegation only (RFC 4035, section 2.4).
    let owner = |rtype: &str| format!("{}.types.example.com", rtype.to_ascii_lowercase());
    zone.put([values(&owner("DS"), "NS", 60, &["ns.example.net"])]).await;
    zone.put(cases.map(|(rtype, value, _)| values(&owner(rtype), rtype, 60, &[value]))).await;
    let server = lab.lab.ready().nameservers[1];
    for (rtype, _, expected) in cases {
        let told = short(server, &format!("+nosplit {} {rtype}", owner(rtype))).await;
        assert_eq!(told, [expected], "{rtype}");
    }
    zone.put([values(octal.0, "TXT", 60, &[octal.1])]).await;
    assert_eq!(short(server, &format!("{} TXT", octal.0)).await, [octal.2]);
    assert_eq!(short(server, &format!("{} TYPE99", owner("SPF"))).await.len(), 1, "SPF is type 99");
}

/// "Using special characters" (Route 53 Developer Guide, `DomainNameFormat` and `ResourceRecordTypes`): what
/// was taken in with escapes is answered, as owner and as target, and a label may hold 63 of them.
#[tokio::test]
async fn names_and_values_with_escapes_arrive() {
    let lab = TestLab::start(instant()).await;
    let zone = Zone::of(&lab).await;
    let many = format!("{}.example.com", "\\100".repeat(63));
    let cases = [
        ("a@b.example.com", "A", "192.0.2.1", "192.0.2.1"),
        (&many, "A", "192.0.2.2", "192.0.2.2"),
        ("c.example.com", "CNAME", "a\\100b.example.com", "a\\@b.example.com."),
        ("m.example.com", "MX", "10 x\\040y.example.net", "10 x\\032y.example.net."),
        ("caa.example.com", "CAA", "0\tissue \"ca.example.net\\073 x=y\"", "0 issue \"ca.example.net; x=y\""),
        ("n.example.com", "NAPTR", "1 2 \"u\" \"x\" \"\\041^.*$!x!\" .", "1 2 \"u\" \"x\" \"!^.*$!x!\" ."),
        ("s.example.com", "SSHFP", "9 9 0123 4567", "9 9 01234567"),
        ("k.example.com", "SVCB", "1 . key667=\"hello world\"", "1 . key667=\"hello world\""),
        ("d.example.com", "HTTPS", "1 . dohpath=/q{?dns} alpn=h2", "1 . alpn=\"h2\" key7=\"/q{?dns}\""),
    ];
    zone.put(cases.map(|(owner, rtype, value, _)| values(owner, rtype, 60, &[value]))).await;
    let server = lab.lab.ready().nameservers[1];
    for (owner, rtype, _, expected) in cases {
        // dig reads escapes in decimal (RFC 1035, section 5.1).
        let asked = owner.replace("\\100", "\\064");
        let told = short(server, &format!("+nosplit {asked} {rtype}")).await;
        assert_eq!(told.last().map(String::as_str), Some(expected), "{owner}");
    }
}

/// Several answers to the same question, each sorted, without repetitions.
async fn seen(server: SocketAddr, name: &str) -> BTreeSet<Vec<String>> {
    let mut seen = BTreeSet::new();
    for _ in 0..20 {
        let mut told = short(server, &format!("{name} A")).await;
        told.sort();
        seen.insert(told);
    }
    seen
}

/// API reference, `ResourceRecordSet`, `Weight`: "Route 53 then responds to queries based on the ratio of a
/// resource's weight to the total." "if you set Weight to 0 for a resource record set, Route 53 never
/// responds to queries with the applicable value for that resource record set." Which one it is is drawn
/// anew for each question, and an answer is one record set alone.
#[tokio::test]
async fn weighted_records_share_and_weight_0_is_not_answered() {
    let lab = TestLab::start(instant()).await;
    let zone = Zone::of(&lab).await;
    let name = "weighted.example.com";
    let set = |addresses: &[&str], id: &str, weight| {
        routed(values(name, "A", 60, addresses), id, None).weight(weight)
    };
    zone.put([set(&["192.0.2.1"], "a", 100), set(&["192.0.2.3"], "b", 100), set(&["192.0.2.4"], "c", 0)])
        .await;
    let expected = [vec!["192.0.2.1"], vec!["192.0.2.3"]];
    let expected = expected.map(|values| values.into_iter().map(str::to_owned).collect());
    assert_eq!(seen(lab.lab.ready().nameservers[0], name).await, BTreeSet::from(expected));
}

/// API reference, `ResourceRecordSet`, `MultiValueAnswer`: "Route 53 responds to DNS queries with up to
/// eight healthy records; if you have eight or fewer healthy records, Route 53 responds to all DNS queries
/// with all the healthy records." "If you have more than eight healthy records, Route 53 responds to
/// different DNS resolvers with different combinations of healthy records." "When all records are
/// unhealthy, Route 53 responds to DNS queries with up to eight unhealthy records."
#[tokio::test]
async fn multivalue_answers_up_to_eight_healthy_records() {
    let lab = TestLab::start(instant()).await;
    let zone = Zone::of(&lab).await;
    let sick = zone.check("sick", false).await;
    let set = |name: &str, number: usize, check: Option<&str>| {
        let set = values(name, "A", 60, &[&format!("192.0.2.{number}")]);
        routed(set, &format!("{number:02}"), check).multi_value_answer(true)
    };
    let (many, few, none) = ("many.example.com", "few.example.com", "none.example.com");
    zone.put((1..=10).map(|number| set(many, number, None))).await;
    zone.put((1..=3).map(|number| set(few, number, (number == 2).then_some(&*sick)))).await;
    zone.put((1..=9).map(|number| set(none, number, Some(&sick)))).await;
    let server = lab.lab.ready().nameservers[0];
    let answers = seen(server, many).await;
    assert!(answers.iter().all(|answer| answer.len() == 8), "{answers:?}");
    let all: BTreeSet<&String> = answers.iter().flatten().collect();
    assert_eq!(all.len(), 10, "each record has its turn");
    let healthy = ["192.0.2.1", "192.0.2.3"].map(str::to_owned).to_vec();
    assert_eq!(seen(server, few).await, BTreeSet::from([healthy]));
    assert!(seen(server, none).await.iter().all(|answer| answer.len() == 8));
}

/// Developer Guide, `routing-policy-geo`: "some IP addresses aren't mapped to geographic locations"; a
/// default record "handles both queries from IP addresses that aren't mapped to any location and queries
/// that come from locations that you haven't created geolocation records for. If you don't create a default
/// record, Route 53 returns a "no answer" response". Loopback is such an address; so it is for CIDR
/// collections. By latency the lab's clients are in us-east-1 (modelled).
#[tokio::test]
async fn clients_on_loopback_have_no_place_and_are_near_us_east_1() {
    let lab = TestLab::start(instant()).await;
    let zone = Zone::of(&lab).await;
    let sick = zone.check("sick", false).await;
    let set = |name: &str, last: u8| {
        let id = last.to_string();
        routed(values(name, "A", 60, &[&format!("192.0.2.{last}")]), &id, None)
    };
    let country = |code: &str| GeoLocation::builder().country_code(code).build();
    let europe = GeoLocation::builder().continent_code("EU").build();
    let near = |name: &str, last, region: &str| set(name, last).region(ResourceRecordSetRegion::from(region));
    let cidr = CidrRoutingConfig::builder().collection_id("11111111-2222-3333-4444-555555555555");
    zone.put([
        set("geo.example.com", 1).geo_location(europe.clone()),
        set("geo.example.com", 2).geo_location(country("*")),
        set("nowhere.example.com", 1).geo_location(europe),
        set("cidr.example.com", 3).cidr_routing_config(cidr.location_name("*").build().expect("a location")),
        near("near.example.com", 1, "ap-southeast-1"),
        near("near.example.com", 2, "eu-west-1"),
        near("near.example.com", 3, "us-east-1").health_check_id(&sick),
    ])
    .await;
    let server = lab.lab.ready().nameservers[0];
    for (name, expected) in [
        ("geo.example.com", vec!["192.0.2.2"]),
        ("nowhere.example.com", vec![]),
        ("cidr.example.com", vec!["192.0.2.3"]),
        ("near.example.com", vec!["192.0.2.2"]),
    ] {
        assert_eq!(short(server, &format!("{name} A")).await, expected, "{name}");
    }
}
