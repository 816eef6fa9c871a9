//! What Debian's `dig`, which shares no code with us, gets from the lab's name servers.
//!
//! Whole answers are compared: header, flags, EDNS, and every section. Only the id, the order of the
//! columns' white space and what changes from run to run is taken out.

use std::time::Duration;

use s3_failover::lab::Fault;

use super::support::{ENDPOINTS, NAME, TestLab, dig, eventually, quick};

/// What stands beside every answer with records (Route 53 Developer Guide, `DNSBehavior`: "For successful
/// queries, Route 53 appends name server (NS) records for the relevant hosted zone to the Authority
/// section").
const NAME_SERVERS: &str = "\
;; AUTHORITY SECTION:
example.com. 172800 IN NS ns-1.route53-lab.invalid.
example.com. 172800 IN NS ns-2.route53-lab.invalid.
example.com. 172800 IN NS ns-3.route53-lab.invalid.
example.com. 172800 IN NS ns-4.route53-lab.invalid.";

/// interface.md, "What apply creates for a pointer pair", as the world sees it; Route 53 Developer Guide,
/// `resource-record-sets-choosing-alias-non-alias`: an alias answers with the name asked for, and with
/// the TTL of its target.
#[tokio::test]
async fn every_name_server_answers_what_apply_created() {
    let lab = TestLab::applied(quick()).await;
    let servers = lab.lab.ready().nameservers.clone();
    assert_eq!(servers.len(), 4, "a hosted zone has four name servers");
    let mut answers = Vec::new();
    for server in servers {
        let mut told = Vec::new();
        for question in [
            format!("{NAME} CNAME +norecurse"),
            format!("{NAME} A +norecurse"),
            format!("{NAME} AAAA +norecurse +tcp"),
            format!("us-east-1.{NAME} A +norecurse"),
            format!("eu-west-1.{NAME} CNAME +norecurse"),
        ] {
            told.push(format!("$ dig {question}\n{}", dig(server, &question).await));
        }
        answers.push(told.join("\n"));
    }
    insta::assert_snapshot!(answers[0], @"
    $ dig data.example.com CNAME +norecurse
    ;; ->>HEADER<<- opcode: QUERY, status: NOERROR
    ;; flags: qr aa; QUERY: 1, ANSWER: 1, AUTHORITY: 4, ADDITIONAL: 1
    ;; OPT PSEUDOSECTION:
    ; EDNS: version: 0, flags:; udp: 1232
    ;; ANSWER SECTION:
    data.example.com. 60 IN CNAME my-app-data-us-east-1.s3.us-east-1.amazonaws.com.
    ;; AUTHORITY SECTION:
    example.com. 172800 IN NS ns-1.route53-lab.invalid.
    example.com. 172800 IN NS ns-2.route53-lab.invalid.
    example.com. 172800 IN NS ns-3.route53-lab.invalid.
    example.com. 172800 IN NS ns-4.route53-lab.invalid.
    $ dig data.example.com A +norecurse
    ;; ->>HEADER<<- opcode: QUERY, status: NOERROR
    ;; flags: qr aa; QUERY: 1, ANSWER: 1, AUTHORITY: 4, ADDITIONAL: 1
    ;; OPT PSEUDOSECTION:
    ; EDNS: version: 0, flags:; udp: 1232
    ;; ANSWER SECTION:
    data.example.com. 60 IN CNAME my-app-data-us-east-1.s3.us-east-1.amazonaws.com.
    ;; AUTHORITY SECTION:
    example.com. 172800 IN NS ns-1.route53-lab.invalid.
    example.com. 172800 IN NS ns-2.route53-lab.invalid.
    example.com. 172800 IN NS ns-3.route53-lab.invalid.
    example.com. 172800 IN NS ns-4.route53-lab.invalid.
    $ dig data.example.com AAAA +norecurse +tcp
    ;; ->>HEADER<<- opcode: QUERY, status: NOERROR
    ;; flags: qr aa; QUERY: 1, ANSWER: 1, AUTHORITY: 4, ADDITIONAL: 1
    ;; OPT PSEUDOSECTION:
    ; EDNS: version: 0, flags:; udp: 1232
    ;; ANSWER SECTION:
    data.example.com. 60 IN CNAME my-app-data-us-east-1.s3.us-east-1.amazonaws.com.
    ;; AUTHORITY SECTION:
    example.com. 172800 IN NS ns-1.route53-lab.invalid.
    example.com. 172800 IN NS ns-2.route53-lab.invalid.
    example.com. 172800 IN NS ns-3.route53-lab.invalid.
    example.com. 172800 IN NS ns-4.route53-lab.invalid.
    $ dig us-east-1.data.example.com A +norecurse
    ;; ->>HEADER<<- opcode: QUERY, status: NOERROR
    ;; flags: qr aa; QUERY: 1, ANSWER: 1, AUTHORITY: 4, ADDITIONAL: 1
    ;; OPT PSEUDOSECTION:
    ; EDNS: version: 0, flags:; udp: 1232
    ;; ANSWER SECTION:
    us-east-1.data.example.com. 60 IN CNAME my-app-data-us-east-1.s3.us-east-1.amazonaws.com.
    ;; AUTHORITY SECTION:
    example.com. 172800 IN NS ns-1.route53-lab.invalid.
    example.com. 172800 IN NS ns-2.route53-lab.invalid.
    example.com. 172800 IN NS ns-3.route53-lab.invalid.
    example.com. 172800 IN NS ns-4.route53-lab.invalid.
    $ dig eu-west-1.data.example.com CNAME +norecurse
    ;; ->>HEADER<<- opcode: QUERY, status: NOERROR
    ;; flags: qr aa; QUERY: 1, ANSWER: 1, AUTHORITY: 4, ADDITIONAL: 1
    ;; OPT PSEUDOSECTION:
    ; EDNS: version: 0, flags:; udp: 1232
    ;; ANSWER SECTION:
    eu-west-1.data.example.com. 60 IN CNAME my-app-data-eu-west-1.s3.eu-west-1.amazonaws.com.
    ;; AUTHORITY SECTION:
    example.com. 172800 IN NS ns-1.route53-lab.invalid.
    example.com. 172800 IN NS ns-2.route53-lab.invalid.
    example.com. 172800 IN NS ns-3.route53-lab.invalid.
    example.com. 172800 IN NS ns-4.route53-lab.invalid.
    ");
    assert!(answers.iter().all(|text| *text == answers[0]), "the name servers differ: {answers:#?}");
}

/// RFC 1035, 2308 and 4592, and Route 53's own ways (ANY is not implemented; another's zone is refused).
#[tokio::test]
#[expect(clippy::too_many_lines, reason = "most of them are the answers")]
async fn a_name_server_keeps_to_the_protocol() {
    let lab = TestLab::start(quick()).await;
    let server = lab.lab.ready().nameservers[0];
    let ask = async |question: &str| dig(server, question).await;
    // The apex, as Route 53 makes it, and a record of other people.
    insta::assert_snapshot!(ask("example.com SOA +norecurse").await, @"
    ;; ->>HEADER<<- opcode: QUERY, status: NOERROR
    ;; flags: qr aa; QUERY: 1, ANSWER: 1, AUTHORITY: 4, ADDITIONAL: 1
    ;; OPT PSEUDOSECTION:
    ; EDNS: version: 0, flags:; udp: 1232
    ;; ANSWER SECTION:
    example.com. 900 IN SOA ns-1.route53-lab.invalid. awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400
    ;; AUTHORITY SECTION:
    example.com. 172800 IN NS ns-1.route53-lab.invalid.
    example.com. 172800 IN NS ns-2.route53-lab.invalid.
    example.com. 172800 IN NS ns-3.route53-lab.invalid.
    example.com. 172800 IN NS ns-4.route53-lab.invalid.
    ");
    insta::assert_snapshot!(ask("example.com NS +norecurse").await, @"
    ;; ->>HEADER<<- opcode: QUERY, status: NOERROR
    ;; flags: qr aa; QUERY: 1, ANSWER: 4, AUTHORITY: 0, ADDITIONAL: 1
    ;; OPT PSEUDOSECTION:
    ; EDNS: version: 0, flags:; udp: 1232
    ;; ANSWER SECTION:
    example.com. 172800 IN NS ns-1.route53-lab.invalid.
    example.com. 172800 IN NS ns-2.route53-lab.invalid.
    example.com. 172800 IN NS ns-3.route53-lab.invalid.
    example.com. 172800 IN NS ns-4.route53-lab.invalid.
    ");
    insta::assert_snapshot!(ask("example.com MX +norecurse").await, @"
    ;; ->>HEADER<<- opcode: QUERY, status: NOERROR
    ;; flags: qr aa; QUERY: 1, ANSWER: 1, AUTHORITY: 4, ADDITIONAL: 2
    ;; OPT PSEUDOSECTION:
    ; EDNS: version: 0, flags:; udp: 1232
    ;; ANSWER SECTION:
    example.com. 3600 IN MX 10 mail.example.com.
    ;; AUTHORITY SECTION:
    example.com. 172800 IN NS ns-1.route53-lab.invalid.
    example.com. 172800 IN NS ns-2.route53-lab.invalid.
    example.com. 172800 IN NS ns-3.route53-lab.invalid.
    example.com. 172800 IN NS ns-4.route53-lab.invalid.
    ;; ADDITIONAL SECTION:
    mail.example.com. 3600 IN A 192.0.2.25
    ");
    // A wildcard covers every depth below it, but not its own parent, nor another type.
    insta::assert_snapshot!(ask("x.y.apps.example.com A +norecurse").await, @"
    ;; ->>HEADER<<- opcode: QUERY, status: NOERROR
    ;; flags: qr aa; QUERY: 1, ANSWER: 1, AUTHORITY: 4, ADDITIONAL: 1
    ;; OPT PSEUDOSECTION:
    ; EDNS: version: 0, flags:; udp: 1232
    ;; ANSWER SECTION:
    x.y.apps.example.com. 300 IN A 192.0.2.80
    ;; AUTHORITY SECTION:
    example.com. 172800 IN NS ns-1.route53-lab.invalid.
    example.com. 172800 IN NS ns-2.route53-lab.invalid.
    example.com. 172800 IN NS ns-3.route53-lab.invalid.
    example.com. 172800 IN NS ns-4.route53-lab.invalid.
    ");
    insta::assert_snapshot!(ask("x.apps.example.com AAAA +norecurse").await, @"
    ;; ->>HEADER<<- opcode: QUERY, status: NOERROR
    ;; flags: qr aa; QUERY: 1, ANSWER: 0, AUTHORITY: 1, ADDITIONAL: 1
    ;; OPT PSEUDOSECTION:
    ; EDNS: version: 0, flags:; udp: 1232
    ;; AUTHORITY SECTION:
    example.com. 900 IN SOA ns-1.route53-lab.invalid. awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400
    ");
    insta::assert_snapshot!(ask("apps.example.com A +norecurse").await, @"
    ;; ->>HEADER<<- opcode: QUERY, status: NOERROR
    ;; flags: qr aa; QUERY: 1, ANSWER: 0, AUTHORITY: 1, ADDITIONAL: 1
    ;; OPT PSEUDOSECTION:
    ; EDNS: version: 0, flags:; udp: 1232
    ;; AUTHORITY SECTION:
    example.com. 900 IN SOA ns-1.route53-lab.invalid. awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400
    ");
    // No such name; such a name, but no such type. Both carry the SOA, by which they are cached.
    insta::assert_snapshot!(ask("nope.example.com A +norecurse").await, @"
    ;; ->>HEADER<<- opcode: QUERY, status: NXDOMAIN
    ;; flags: qr aa; QUERY: 1, ANSWER: 0, AUTHORITY: 1, ADDITIONAL: 1
    ;; OPT PSEUDOSECTION:
    ; EDNS: version: 0, flags:; udp: 1232
    ;; AUTHORITY SECTION:
    example.com. 900 IN SOA ns-1.route53-lab.invalid. awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400
    ");
    insta::assert_snapshot!(ask("www.example.com AAAA +norecurse").await, @"
    ;; ->>HEADER<<- opcode: QUERY, status: NOERROR
    ;; flags: qr aa; QUERY: 1, ANSWER: 0, AUTHORITY: 1, ADDITIONAL: 1
    ;; OPT PSEUDOSECTION:
    ; EDNS: version: 0, flags:; udp: 1232
    ;; AUTHORITY SECTION:
    example.com. 900 IN SOA ns-1.route53-lab.invalid. awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400
    ");
    // Not ours, and a question that Route 53 does not answer.
    insta::assert_snapshot!(ask("www.example.org A +norecurse").await, @"
    ;; ->>HEADER<<- opcode: QUERY, status: REFUSED
    ;; flags: qr; QUERY: 1, ANSWER: 0, AUTHORITY: 0, ADDITIONAL: 1
    ;; OPT PSEUDOSECTION:
    ; EDNS: version: 0, flags:; udp: 1232
    ");
    insta::assert_snapshot!(ask("example.com ANY +norecurse +notcp").await, @"
    ;; ->>HEADER<<- opcode: QUERY, status: NOTIMP
    ;; flags: qr; QUERY: 1, ANSWER: 0, AUTHORITY: 0, ADDITIONAL: 1
    ;; OPT PSEUDOSECTION:
    ; EDNS: version: 0, flags:; udp: 1232
    ");
    // Letters of either case are one name, and come back as they were asked (RFC 4343).
    insta::assert_snapshot!(ask("WWW.Example.COM A +norecurse").await, @"
    ;; ->>HEADER<<- opcode: QUERY, status: NOERROR
    ;; flags: qr aa; QUERY: 1, ANSWER: 1, AUTHORITY: 4, ADDITIONAL: 1
    ;; OPT PSEUDOSECTION:
    ; EDNS: version: 0, flags:; udp: 1232
    ;; ANSWER SECTION:
    WWW.Example.COM. 300 IN A 192.0.2.10
    ;; AUTHORITY SECTION:
    example.com. 172800 IN NS ns-1.route53-lab.invalid.
    example.com. 172800 IN NS ns-2.route53-lab.invalid.
    example.com. 172800 IN NS ns-3.route53-lab.invalid.
    example.com. 172800 IN NS ns-4.route53-lab.invalid.
    ");
    // Recursion is not offered; without EDNS there is none in the answer; TCP answers the same.
    insta::assert_snapshot!(ask("www.example.com A +recurse").await, @"
    ;; ->>HEADER<<- opcode: QUERY, status: NOERROR
    ;; flags: qr aa rd; QUERY: 1, ANSWER: 1, AUTHORITY: 4, ADDITIONAL: 1
    ;; WARNING: recursion requested but not available
    ;; OPT PSEUDOSECTION:
    ; EDNS: version: 0, flags:; udp: 1232
    ;; ANSWER SECTION:
    www.example.com. 300 IN A 192.0.2.10
    ;; AUTHORITY SECTION:
    example.com. 172800 IN NS ns-1.route53-lab.invalid.
    example.com. 172800 IN NS ns-2.route53-lab.invalid.
    example.com. 172800 IN NS ns-3.route53-lab.invalid.
    example.com. 172800 IN NS ns-4.route53-lab.invalid.
    ");
    insta::assert_snapshot!(ask("www.example.com A +norecurse +noedns").await, @"
    ;; ->>HEADER<<- opcode: QUERY, status: NOERROR
    ;; flags: qr aa; QUERY: 1, ANSWER: 1, AUTHORITY: 4, ADDITIONAL: 0
    ;; ANSWER SECTION:
    www.example.com. 300 IN A 192.0.2.10
    ;; AUTHORITY SECTION:
    example.com. 172800 IN NS ns-1.route53-lab.invalid.
    example.com. 172800 IN NS ns-2.route53-lab.invalid.
    example.com. 172800 IN NS ns-3.route53-lab.invalid.
    example.com. 172800 IN NS ns-4.route53-lab.invalid.
    ");
    assert_eq!(ask("example.com NS +norecurse +tcp").await, ask("example.com NS +norecurse").await);
}

/// The resolver offers recursion, follows the pointer to S3's own name, and is not authoritative.
#[tokio::test]
async fn the_resolver_follows_the_pointer_to_an_address() {
    let lab = TestLab::applied(quick()).await;
    let resolver = lab.lab.ready().resolver;
    let answer = dig(resolver, &format!("{NAME} A")).await;
    let rest: Vec<&str> = answer.lines().filter(|line| line.starts_with(';')).collect();
    insta::assert_snapshot!(rest.join("\n"), @"
    ;; ->>HEADER<<- opcode: QUERY, status: NOERROR
    ;; flags: qr rd ra; QUERY: 1, ANSWER: 2, AUTHORITY: 0, ADDITIONAL: 1
    ;; OPT PSEUDOSECTION:
    ; EDNS: version: 0, flags:; udp: 1232
    ;; ANSWER SECTION:
    ");
    // TTLs count down in the lab's time, which is 20 times ours.
    let records: Vec<Vec<&str>> =
        answer.lines().filter(|line| !line.starts_with(';')).map(|line| line.split(' ').collect()).collect();
    let [pointer, address] = &records[..] else { panic!("two records are wanted:\n{answer}") };
    let endpoint = format!("{}.", ENDPOINTS[0]);
    let at = lab.lab.ready().s3[&"us-east-1".parse().expect("a region")].clone();
    let ip = at.trim_start_matches("http://").split(':').next().expect("an address").to_owned();
    assert_eq!(
        [pointer[0], pointer[2], pointer[3], pointer[4]],
        [&format!("{NAME}."), "IN", "CNAME", &endpoint]
    );
    assert_eq!([address[0], address[2], address[3], address[4]], [&endpoint, "IN", "A", &ip]);
    for (record, most) in [(pointer, 60), (address, 5)] {
        let ttl: u32 = record[1].parse().expect("a TTL");
        assert!(ttl <= most, "a TTL of {ttl} s is longer than {most} s:\n{answer}");
    }
    let unknown = dig(resolver, "nope.example.com A").await;
    let words = unknown.lines().map(|line| match line.split(' ').collect::<Vec<_>>()[..] {
        [name, _ttl, class, ref rest @ ..] if !line.starts_with(';') => {
            format!("{name} TTL {class} {}", rest.join(" "))
        }
        _ => line.to_owned(),
    });
    insta::assert_snapshot!(words.collect::<Vec<_>>().join("\n"), @"
    ;; ->>HEADER<<- opcode: QUERY, status: NXDOMAIN
    ;; flags: qr rd ra; QUERY: 1, ANSWER: 0, AUTHORITY: 1, ADDITIONAL: 1
    ;; OPT PSEUDOSECTION:
    ; EDNS: version: 0, flags:; udp: 1232
    ;; AUTHORITY SECTION:
    example.com. TTL IN SOA ns-1.route53-lab.invalid. awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400
    ");
}

/// Issue, "Done when": "`lab fault us-east-1 http-503`, `dig` shows the secondary, …, `lab fault
/// us-east-1 none`, back again".
#[tokio::test]
async fn dig_sees_the_failover_and_the_way_back() {
    let lab = TestLab::applied(quick()).await;
    let region = "us-east-1".parse().expect("a region");
    for (fault, endpoint) in [(Fault::Http503, ENDPOINTS[1]), (Fault::None, ENDPOINTS[0])] {
        lab.lab.set_fault(&region, fault).expect("the lab has this region");
        let expected = format!(
            ";; ->>HEADER<<- opcode: QUERY, status: NOERROR\n\
             ;; flags: qr aa; QUERY: 1, ANSWER: 1, AUTHORITY: 4, ADDITIONAL: 1\n\
             ;; OPT PSEUDOSECTION:\n; EDNS: version: 0, flags:; udp: 1232\n\
             ;; ANSWER SECTION:\n{NAME}. 60 IN CNAME {endpoint}.\n{NAME_SERVERS}"
        );
        for server in lab.lab.ready().nameservers.clone() {
            let what = format!("{server} answers {endpoint}");
            let look = async || {
                let answer = dig(server, &format!("{NAME} CNAME +norecurse")).await;
                if answer == expected { Ok(()) } else { Err(answer) }
            };
            eventually(&what, Duration::from_secs(20), look).await;
        }
    }
}
