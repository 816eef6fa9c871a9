//! What `dig` and `kdig` get where a zone has structure: delegations, zones inside zones, empty nodes,
//! wildcards, chains of CNAMEs, an alias at the apex, and answers that do not fit.
//!
//! Whole answers, as in `dig`.

use aws_sdk_route53::types::ResourceRecordSetFailover::{Primary, Secondary};

use super::support::{TestLab, Zone, dig, failover, instant, kdig, routed, short, values};

/// Public output of `dig` at a delegation of Route 53's (nodejs/node#33858): no AA, the NS records in the
/// Authority section, for NS itself too. RFC 1034, section 4.2.1: glue; RFC 4035, section 3.1.4.1: DS is the
/// parent's.
#[tokio::test]
async fn what_is_delegated_is_referred() {
    let lab = TestLab::start(instant()).await;
    let zone = Zone::of(&lab).await;
    let digest = "0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF";
    zone.put([
        values("child.example.com", "NS", 300, &["ns.child.example.com.", "ns.elsewhere.example.net."]),
        values("ns.child.example.com", "A", 300, &["192.0.2.53"]),
        values("child.example.com", "DS", 300, &[&format!("12345 13 2 {digest}")]),
        values("www.child.example.com", "A", 300, &["192.0.2.80"]),
        values("into.example.com", "CNAME", 300, &["www.child.example.com"]),
    ])
    .await;
    let server = lab.lab.ready().nameservers[0];
    let referral = dig(server, "child.example.com NS +norecurse").await;
    insta::assert_snapshot!(referral, @"
    ;; ->>HEADER<<- opcode: QUERY, status: NOERROR
    ;; flags: qr; QUERY: 1, ANSWER: 0, AUTHORITY: 2, ADDITIONAL: 2
    ;; OPT PSEUDOSECTION:
    ; EDNS: version: 0, flags:; udp: 1232
    ;; AUTHORITY SECTION:
    child.example.com. 300 IN NS ns.child.example.com.
    child.example.com. 300 IN NS ns.elsewhere.example.net.
    ;; ADDITIONAL SECTION:
    ns.child.example.com. 300 IN A 192.0.2.53
    ");
    for question in ["www.child.example.com A", "ns.child.example.com A", "a.b.child.example.com TXT"] {
        assert_eq!(dig(server, &format!("{question} +norecurse")).await, referral, "{question}");
    }
    insta::assert_snapshot!(dig(server, "child.example.com DS +norecurse +nosplit").await, @"
    ;; ->>HEADER<<- opcode: QUERY, status: NOERROR
    ;; flags: qr aa; QUERY: 1, ANSWER: 1, AUTHORITY: 4, ADDITIONAL: 1
    ;; OPT PSEUDOSECTION:
    ; EDNS: version: 0, flags:; udp: 1232
    ;; ANSWER SECTION:
    child.example.com. 300 IN DS 12345 13 2 0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF
    ;; AUTHORITY SECTION:
    example.com. 172800 IN NS ns-1.route53-lab.invalid.
    example.com. 172800 IN NS ns-2.route53-lab.invalid.
    example.com. 172800 IN NS ns-3.route53-lab.invalid.
    example.com. 172800 IN NS ns-4.route53-lab.invalid.
    ");
    // Whom the referral names is not in the lab, and nobody outside is asked.
    let resolved = dig(lab.lab.ready().resolver, "www.child.example.com A").await;
    assert!(resolved.contains("status: SERVFAIL"), "{resolved}");
    // A CNAME of the zone's own that leads into the other: this far the server speaks for it.
    insta::assert_snapshot!(dig(server, "into.example.com A +norecurse").await, @"
    ;; ->>HEADER<<- opcode: QUERY, status: NOERROR
    ;; flags: qr aa; QUERY: 1, ANSWER: 1, AUTHORITY: 2, ADDITIONAL: 2
    ;; OPT PSEUDOSECTION:
    ; EDNS: version: 0, flags:; udp: 1232
    ;; ANSWER SECTION:
    into.example.com. 300 IN CNAME www.child.example.com.
    ;; AUTHORITY SECTION:
    child.example.com. 300 IN NS ns.child.example.com.
    child.example.com. 300 IN NS ns.elsewhere.example.net.
    ;; ADDITIONAL SECTION:
    ns.child.example.com. 300 IN A 192.0.2.53
    ");
}

/// A zone inside a zone, both on the lab's servers: the inner one speaks for its names, and the outer one
/// for its DS once it delegates. Before that it would deny a name that exists.
#[tokio::test]
async fn the_innermost_zone_answers() {
    let lab = TestLab::start(instant()).await;
    let outer = Zone::of(&lab).await;
    outer.put([values("www.inner.example.com", "A", 300, &["192.0.2.1"])]).await;
    let server = lab.lab.ready().nameservers[3];
    assert_eq!(short(server, "www.inner.example.com A").await, ["192.0.2.1"]);
    let inner = Zone::create(&lab, "inner.example.com").await;
    inner.put([values("www.inner.example.com", "A", 300, &["192.0.2.2"])]).await;
    assert_eq!(short(server, "www.inner.example.com A").await, ["192.0.2.2"]);
    let missing = dig(server, "nope.inner.example.com A +norecurse").await;
    assert!(
        missing.contains("status: NXDOMAIN") && missing.contains("inner.example.com. 900 IN SOA"),
        "{missing}"
    );
    let digest = dig(server, "inner.example.com DS +norecurse").await;
    assert!(
        digest.contains("status: NOERROR") && digest.contains("inner.example.com. 900 IN SOA"),
        "{digest}"
    );
    outer.put([values("inner.example.com", "NS", 300, &["ns.example.net"])]).await;
    insta::assert_snapshot!(dig(server, "inner.example.com DS +norecurse").await, @"
    ;; ->>HEADER<<- opcode: QUERY, status: NOERROR
    ;; flags: qr aa; QUERY: 1, ANSWER: 0, AUTHORITY: 1, ADDITIONAL: 1
    ;; OPT PSEUDOSECTION:
    ; EDNS: version: 0, flags:; udp: 1232
    ;; AUTHORITY SECTION:
    example.com. 900 IN SOA ns-1.route53-lab.invalid. awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400
    ");
}

/// RFC 4592: a wildcard answers for what does not exist, at every depth; not for a name that exists with
/// another type (2.2.1), nor for an empty node, nor below one (2.2.2, 2.2.3). RFC 8020 and RFC 4592, 2.2.2:
/// an empty node exists.
#[tokio::test]
async fn wildcards_and_empty_nodes() {
    let lab = TestLab::start(instant()).await;
    let zone = Zone::of(&lab).await;
    zone.put([
        values("*.w.example.com", "A", 60, &["192.0.2.1"]),
        values("*.w.example.com", "MX", 60, &["10 host.w.example.com"]),
        values("host.w.example.com", "TXT", 60, &["\"here\""]),
        values("leaf.empty.w.example.com", "A", 60, &["192.0.2.2"]),
        values("*.c.example.com", "CNAME", 60, &["host.example.net"]),
    ])
    .await;
    let server = lab.lab.ready().nameservers[0];
    for (question, status, answer) in [
        ("a.w.example.com A", "NOERROR", "a.w.example.com. 60 IN A 192.0.2.1"),
        ("a.b.c.w.example.com A", "NOERROR", "a.b.c.w.example.com. 60 IN A 192.0.2.1"),
        ("*.w.example.com A", "NOERROR", "*.w.example.com. 60 IN A 192.0.2.1"),
        ("a.w.example.com TXT", "NOERROR", ""),
        ("host.w.example.com A", "NOERROR", ""),
        ("a.host.w.example.com A", "NXDOMAIN", ""),
        ("empty.w.example.com A", "NOERROR", ""),
        ("a.empty.w.example.com A", "NXDOMAIN", ""),
        ("w.example.com A", "NOERROR", ""),
        ("a.c.example.com A", "NOERROR", "a.c.example.com. 60 IN CNAME host.example.net."),
    ] {
        let reply = dig(server, &format!("{question} +norecurse")).await;
        assert!(reply.contains(&format!("status: {status}")), "{question}:\n{reply}");
        let mut lines = reply.lines().skip_while(|line| *line != ";; ANSWER SECTION:").skip(1);
        assert_eq!(lines.next().unwrap_or_default(), answer, "{question}:\n{reply}");
        assert_eq!(reply.contains("IN SOA"), answer.is_empty(), "{question}:\n{reply}");
    }
}

/// RFC 1034, section 3.6.2: a chain is followed inside the zone and no further, and what stands at its end
/// decides the code (RFC 6604, section 3).
#[tokio::test]
async fn chains_of_cnames() {
    let lab = TestLab::start(instant()).await;
    let zone = Zone::of(&lab).await;
    zone.put([
        values("one.example.com", "CNAME", 60, &["two.example.com"]),
        values("two.example.com", "CNAME", 70, &["www.example.com"]),
        values("out.example.com", "CNAME", 60, &["www.example.net"]),
        values("lost.example.com", "CNAME", 60, &["nowhere.example.com"]),
        values("loop.example.com", "CNAME", 60, &["pool.example.com"]),
        values("pool.example.com", "CNAME", 60, &["loop.example.com"]),
    ])
    .await;
    let server = lab.lab.ready().nameservers[0];
    insta::assert_snapshot!(dig(server, "one.example.com A +norecurse").await, @"
    ;; ->>HEADER<<- opcode: QUERY, status: NOERROR
    ;; flags: qr aa; QUERY: 1, ANSWER: 3, AUTHORITY: 4, ADDITIONAL: 1
    ;; OPT PSEUDOSECTION:
    ; EDNS: version: 0, flags:; udp: 1232
    ;; ANSWER SECTION:
    one.example.com. 60 IN CNAME two.example.com.
    two.example.com. 70 IN CNAME www.example.com.
    www.example.com. 300 IN A 192.0.2.10
    ;; AUTHORITY SECTION:
    example.com. 172800 IN NS ns-1.route53-lab.invalid.
    example.com. 172800 IN NS ns-2.route53-lab.invalid.
    example.com. 172800 IN NS ns-3.route53-lab.invalid.
    example.com. 172800 IN NS ns-4.route53-lab.invalid.
    ");
    insta::assert_snapshot!(dig(server, "two.example.com CNAME +norecurse").await, @"
    ;; ->>HEADER<<- opcode: QUERY, status: NOERROR
    ;; flags: qr aa; QUERY: 1, ANSWER: 1, AUTHORITY: 4, ADDITIONAL: 2
    ;; OPT PSEUDOSECTION:
    ; EDNS: version: 0, flags:; udp: 1232
    ;; ANSWER SECTION:
    two.example.com. 70 IN CNAME www.example.com.
    ;; AUTHORITY SECTION:
    example.com. 172800 IN NS ns-1.route53-lab.invalid.
    example.com. 172800 IN NS ns-2.route53-lab.invalid.
    example.com. 172800 IN NS ns-3.route53-lab.invalid.
    example.com. 172800 IN NS ns-4.route53-lab.invalid.
    ;; ADDITIONAL SECTION:
    www.example.com. 300 IN A 192.0.2.10
    ");
    insta::assert_snapshot!(dig(server, "out.example.com A +norecurse").await, @"
    ;; ->>HEADER<<- opcode: QUERY, status: NOERROR
    ;; flags: qr aa; QUERY: 1, ANSWER: 1, AUTHORITY: 4, ADDITIONAL: 1
    ;; OPT PSEUDOSECTION:
    ; EDNS: version: 0, flags:; udp: 1232
    ;; ANSWER SECTION:
    out.example.com. 60 IN CNAME www.example.net.
    ;; AUTHORITY SECTION:
    example.com. 172800 IN NS ns-1.route53-lab.invalid.
    example.com. 172800 IN NS ns-2.route53-lab.invalid.
    example.com. 172800 IN NS ns-3.route53-lab.invalid.
    example.com. 172800 IN NS ns-4.route53-lab.invalid.
    ");
    insta::assert_snapshot!(dig(server, "lost.example.com A +norecurse").await, @"
    ;; ->>HEADER<<- opcode: QUERY, status: NXDOMAIN
    ;; flags: qr aa; QUERY: 1, ANSWER: 1, AUTHORITY: 1, ADDITIONAL: 1
    ;; OPT PSEUDOSECTION:
    ; EDNS: version: 0, flags:; udp: 1232
    ;; ANSWER SECTION:
    lost.example.com. 60 IN CNAME nowhere.example.com.
    ;; AUTHORITY SECTION:
    example.com. 900 IN SOA ns-1.route53-lab.invalid. awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400
    ");
    let circle = dig(server, "loop.example.com A +norecurse").await;
    assert!(circle.contains("status: NOERROR") && circle.contains("ANSWER: 2,"), "{circle}");
    // RFC 1034, section 5.2.2: a resolver bounds its work.
    let resolved = dig(lab.lab.ready().resolver, "loop.example.com A").await;
    assert!(resolved.contains("status: SERVFAIL"), "{resolved}");
}

/// An alias may stand at the apex (Route 53 Developer Guide, `resource-record-sets-choosing-alias-non-alias`)
/// and looks like what it points at, through other aliases too.
#[tokio::test]
async fn an_alias_at_the_apex_looks_like_a_record() {
    let lab = TestLab::start(instant()).await;
    let zone = Zone::of(&lab).await;
    zone.put([
        zone.alias("mid.example.com", "A", "www.example.com", false),
        zone.alias("example.com", "A", "mid.example.com", false),
    ])
    .await;
    insta::assert_snapshot!(dig(lab.lab.ready().nameservers[0], "example.com A +norecurse").await, @"
    ;; ->>HEADER<<- opcode: QUERY, status: NOERROR
    ;; flags: qr aa; QUERY: 1, ANSWER: 1, AUTHORITY: 4, ADDITIONAL: 1
    ;; OPT PSEUDOSECTION:
    ; EDNS: version: 0, flags:; udp: 1232
    ;; ANSWER SECTION:
    example.com. 300 IN A 192.0.2.10
    ;; AUTHORITY SECTION:
    example.com. 172800 IN NS ns-1.route53-lab.invalid.
    example.com. 172800 IN NS ns-2.route53-lab.invalid.
    example.com. 172800 IN NS ns-3.route53-lab.invalid.
    example.com. 172800 IN NS ns-4.route53-lab.invalid.
    ");
}

/// RFC 2308, section 3: "The TTL of this record is set from the minimum of the MINIMUM field of the SOA
/// record and the TTL of the SOA itself".
#[tokio::test]
async fn nothing_is_cached_for_the_smaller_of_two_figures() {
    let lab = TestLab::start(instant()).await;
    let zone = Zone::of(&lab).await;
    for (ttl, minimum, expected) in [(900, 86_400, 900), (900, 60, 60), (30, 60, 30)] {
        let soa =
            format!("ns-1.route53-lab.invalid. awsdns-hostmaster.amazon.com. 1 7200 900 1209600 {minimum}");
        zone.replace([values("example.com", "SOA", ttl, &[&soa])]).await;
        for question in ["nope.example.com A", "www.example.com AAAA"] {
            let reply = dig(lab.lab.ready().nameservers[0], &format!("{question} +norecurse")).await;
            assert!(reply.ends_with(&format!("example.com. {expected} IN SOA {soa}")), "{reply}");
        }
    }
}

/// Route 53 Developer Guide, `DNSBehavior`: "responses sent over UDP are no more than 512 bytes in size.
/// Responses exceeding 512 bytes are truncated and the resolver must re-issue the request over TCP. If the
/// resolver supports EDNS0, … Route 53 permits responses up to 4096 bytes over UDP, without truncation."
#[tokio::test]
async fn what_does_not_fit_is_truncated_and_asked_again_over_tcp() {
    let lab = TestLab::start(instant()).await;
    let zone = Zone::of(&lab).await;
    let long: Vec<String> = (0..20).map(|number| format!("\"{number:0>100}\"")).collect();
    let long: Vec<&str> = long.iter().map(String::as_str).collect();
    zone.put([values("long.example.com", "TXT", 60, &long)]).await;
    let server = lab.lab.ready().nameservers[0];
    for (options, flags, answers) in [
        ("+noedns +ignore", "qr aa tc", 0),
        ("+bufsize=512 +ignore", "qr aa tc", 0),
        ("+bufsize=1232 +ignore", "qr aa tc", 0),
        ("+bufsize=4096 +ignore", "qr aa", 20),
        ("+noedns", "qr aa", 20),
        ("+bufsize=1232", "qr aa", 20),
        ("+tcp", "qr aa", 20),
    ] {
        let reply = dig(server, &format!("long.example.com TXT +norecurse {options}")).await;
        assert!(
            reply.contains(&format!(";; flags: {flags}; QUERY: 1, ANSWER: {answers},")),
            "{options}:\n{reply}"
        );
        assert_eq!(reply.contains("EDNS: version: 0"), !options.contains("noedns"), "{options}:\n{reply}");
    }
    // dig says itself that it has come over TCP.
    let retried = kdig(server, "long.example.com TXT +norecurse").await;
    assert!(retried.contains("ANSWER: 20;"), "{retried}");
}

/// A second client, by other people: header, flags and sections are the same.
#[tokio::test]
async fn kdig_reads_the_same() {
    let lab = TestLab::start(instant()).await;
    let server = lab.lab.ready().nameservers[0];
    insta::assert_snapshot!(kdig(server, "www.example.com A +norecurse +edns").await, @"
    ;; ->>HEADER<<- opcode: QUERY; status: NOERROR
    ;; Flags: qr aa; QUERY: 1; ANSWER: 1; AUTHORITY: 4; ADDITIONAL: 1
    www.example.com. 300 IN A 192.0.2.10
    example.com. 172800 IN NS ns-1.route53-lab.invalid.
    example.com. 172800 IN NS ns-2.route53-lab.invalid.
    example.com. 172800 IN NS ns-3.route53-lab.invalid.
    example.com. 172800 IN NS ns-4.route53-lab.invalid.
    ");
    insta::assert_snapshot!(kdig(server, "x.apps.example.com A +norecurse +tcp").await, @"
    ;; ->>HEADER<<- opcode: QUERY; status: NOERROR
    ;; Flags: qr aa; QUERY: 1; ANSWER: 1; AUTHORITY: 4; ADDITIONAL: 0
    x.apps.example.com. 300 IN A 192.0.2.80
    example.com. 172800 IN NS ns-1.route53-lab.invalid.
    example.com. 172800 IN NS ns-2.route53-lab.invalid.
    example.com. 172800 IN NS ns-3.route53-lab.invalid.
    example.com. 172800 IN NS ns-4.route53-lab.invalid.
    ");
    insta::assert_snapshot!(kdig(server, "nope.example.com A +norecurse").await, @"
    ;; ->>HEADER<<- opcode: QUERY; status: NXDOMAIN
    ;; Flags: qr aa; QUERY: 1; ANSWER: 0; AUTHORITY: 1; ADDITIONAL: 0
    example.com. 900 IN SOA ns-1.route53-lab.invalid. awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400
    ");
}

/// The names that everybody asks for first, by both programs: the same records, flags and counts.
#[tokio::test]
async fn dig_and_kdig_agree_on_every_kind_of_name() {
    let lab = TestLab::start(instant()).await;
    let zone = Zone::of(&lab).await;
    let check = zone.check("primary", false).await;
    let pair = |address, side, check| failover(values("pair.example.com", "A", 60, &[address]), side, check);
    zone.put([
        routed(values("weighted.example.com", "A", 60, &["192.0.2.1"]), "a", None).weight(1),
        routed(values("weighted.example.com", "A", 60, &["192.0.2.2"]), "b", None).weight(0),
        pair("192.0.2.3", Primary, Some(check.as_str())),
        pair("192.0.2.4", Secondary, None),
        zone.alias("alias.example.com", "A", "www.example.com", false),
    ])
    .await;
    let server = lab.lab.ready().nameservers[0];
    for (name, answer) in [
        ("www", Some("300 IN A 192.0.2.10")),
        ("weighted", Some("60 IN A 192.0.2.1")),
        ("pair", Some("60 IN A 192.0.2.4")),
        ("alias", Some("300 IN A 192.0.2.10")),
        ("x.apps", Some("300 IN A 192.0.2.80")),
        ("missing", None),
    ] {
        let question = format!("{name}.example.com A +norecurse");
        let (one, other) = (dig(server, &question).await, kdig(server, &format!("{question} +edns")).await);
        let records = |text: &str| -> Vec<String> {
            text.lines().filter(|line| !line.starts_with(';')).map(str::to_owned).collect()
        };
        assert_eq!(records(&one), records(&other), "{question}");
        let (status, flags) = match answer {
            Some(_) => ("NOERROR", "qr aa; QUERY: 1, ANSWER: 1, AUTHORITY: 4, ADDITIONAL: 1"),
            None => ("NXDOMAIN", "qr aa; QUERY: 1, ANSWER: 0, AUTHORITY: 1, ADDITIONAL: 1"),
        };
        assert!(one.contains(&format!("status: {status}")) && one.contains(flags), "{one}");
        let flags = flags.replace(',', ";");
        assert!(other.contains(&format!("status: {status}")) && other.contains(&flags), "{other}");
        let first = answer.map_or_else(
            || "example.com. 900 IN SOA ns-1.route53-lab.invalid. awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400".to_owned(),
            |answer| format!("{name}.example.com. {answer}"),
        );
        assert_eq!(records(&one).first(), Some(&first), "{question}");
    }
}

/// The Authority section holds the zone's NS records as they are now, and an answer that is them does not
/// repeat them.
#[tokio::test]
async fn the_authority_section_follows_the_zone() {
    let lab = TestLab::start(instant()).await;
    let zone = Zone::of(&lab).await;
    let server = lab.lab.ready().nameservers[0];
    let authority = async || {
        let reply = dig(server, "www.example.com A +norecurse").await;
        let lines = reply.lines().skip_while(|line| *line != ";; AUTHORITY SECTION:").skip(1);
        lines.map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(authority().await.len(), 4);
    zone.replace([values("example.com", "NS", 3_600, &["ns.elsewhere.example.net."])]).await;
    assert_eq!(authority().await, ["example.com. 3600 IN NS ns.elsewhere.example.net."]);
    let reply = dig(server, "example.com NS +norecurse").await;
    assert!(reply.contains("ANSWER: 1, AUTHORITY: 0, ADDITIONAL: 1"), "{reply}");
}
