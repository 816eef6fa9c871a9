//! What boto3, which shares no code with us nor with the AWS SDK for Rust, gets from the lab.
//!
//! The judges are `tests/judges/*.py`. They print a JSON document a line, and the whole of it is
//! compared here; they also fail by themselves, for instance when a refused batch has changed a zone.

use s3_failover::lab::{Options, Quotas};

use super::support::{TestLab, judge, quick};

/// The lives of a zone, of health checks, of tags and of a pair of failover records: all that an
/// independent client does with them is done, listed whole and in pages, and gone in the end.
#[tokio::test]
async fn boto3_takes_a_zone_through_its_life() {
    let lab = TestLab::start(quick()).await;
    let output = judge("route53_journey.py", lab.environment(), &[]).await;
    insta::assert_snapshot!(output, @r#"
    {"comment": "a <zone> & more", "http": 201, "name": "journey.example.", "records": 2, "servers": 4, "status": "PENDING", "step": "zone created"}
    {"status": "INSYNC", "step": "zone in sync"}
    {"names": ["example.com.", "journey.example."], "step": "zones"}
    {"more": true, "names": ["example.com."], "next": "journey.example.", "step": "zones by name, first page"}
    {"config": {"Disabled": false, "EnableSNI": true, "FailureThreshold": 3, "FullyQualifiedDomainName": "bucket.s3.us-east-1.amazonaws.com", "Inverted": false, "MeasureLatency": false, "Port": 443, "RequestInterval": 10, "ResourcePath": "/failover/health.txt", "SearchString": "ok & <well>", "Type": "HTTPS_STR_MATCH"}, "step": "check created", "version": 1}
    {"same": true, "step": "created again"}
    {"config": {"Disabled": false, "EnableSNI": false, "FailureThreshold": 3, "FullyQualifiedDomainName": "example.net", "Inverted": true, "MeasureLatency": false, "Port": 443, "RequestInterval": 30, "Type": "TCP"}, "step": "tcp check created"}
    {"children": 2, "step": "calculated check created"}
    {"config": {"Disabled": false, "EnableSNI": true, "FailureThreshold": 1, "FullyQualifiedDomainName": "bucket.s3.us-east-1.amazonaws.com", "Inverted": false, "MeasureLatency": false, "Port": 443, "Regions": ["us-east-1", "eu-west-1", "sa-east-1"], "RequestInterval": 10, "ResourcePath": "/failover/health.txt", "SearchString": "ok & <well>", "Type": "HTTPS_STR_MATCH"}, "step": "check updated", "version": 2}
    {"regions": 0, "step": "regions reset", "version": 3}
    {"seen": 16, "step": "checkers"}
    {"step": "tags in bulk", "tags": [{"number": "0"}, {"both": "\u00fc & <\u00e9>", "number": "1"}, {"both": "\u00fc & <\u00e9>", "number": "2"}]}
    {"count": 3, "sizes": [1, 1, 1], "step": "checks, one a page"}
    {"at_first": "PENDING", "status": "INSYNC", "step": "records in sync"}
    {"sets": ["journey.example. NS 172800", "journey.example. SOA 900", "data.journey.example. CNAME primary PRIMARY", "data.journey.example. CNAME secondary SECONDARY", "eu-west-1.data.journey.example. CNAME 60", "us-east-1.data.journey.example. CNAME 60"], "step": "records"}
    {"record": {"AliasTarget": {"DNSName": "us-east-1.data.journey.example.", "EvaluateTargetHealth": false}, "Failover": "PRIMARY", "Name": "data.journey.example.", "SetIdentifier": "primary", "Type": "CNAME"}, "step": "the primary"}
    {"pages": 6, "same": true, "step": "records, one a page"}
    {"next": "eu-west-1.data.journey.example.", "sets": ["data.journey.example. CNAME secondary SECONDARY"], "step": "from the secondary on"}
    {"step": "after upsert", "value": [{"Value": "c.s3.us-east-1.amazonaws.com"}]}
    {"checks": 0, "records": ["NS", "SOA"], "status": "PENDING", "step": "all deleted", "zones": 1}
    "#);
}

/// Every record type and every routing policy come back as they were sent, in Route 53's order and in
/// pages of any size; `TestDNSAnswer` says of them what the name servers would. And what belongs to a
/// zone besides its records: limits, comment, places, the VPCs of a private one.
#[tokio::test]
async fn boto3_fills_a_zone_with_all_that_route_53_knows() {
    let lab = TestLab::start(quick()).await;
    let output = judge("route53_zone.py", lab.environment(), &[]).await;
    insta::assert_snapshot!(output, @r#"
    {"status": "INSYNC", "step": "in sync"}
    {"sets": ["rich.example. A", "rich.example. AAAA", "rich.example. CAA", "rich.example. MX", "rich.example. NS", "rich.example. SOA", "rich.example. SPF", "rich.example. TXT", "\\052.rich.example. A", "_sip._udp.rich.example. SRV", "a\\100b.rich.example. A", "child.rich.example. DS", "child.rich.example. NS", "cidr.rich.example. A a", "cname.rich.example. CNAME", "failover.rich.example. A first", "failover.rich.example. A second", "geo.rich.example. A africa", "geo.rich.example. A washington", "geo.rich.example. A world", "latency.rich.example. A eu", "latency.rich.example. A us", "many.rich.example. A a", "many.rich.example. A b", "naptr.rich.example. NAPTR", "near.rich.example. A a", "near.rich.example. A b", "ptr.rich.example. PTR", "svcb.rich.example. SVCB", "tree.rich.example. A left", "upper.rich.example. A", "weighted.rich.example. A all", "weighted.rich.example. A none", "www-1.rich.example. A", "www.rich.example. A", "www.rich.example. AAAA", "www.rich.example. HTTPS", "www.rich.example. SSHFP", "_443._tcp.www.rich.example. TLSA", "below.www.rich.example. A", "x\\100y.rich.example. A"], "step": "the order"}
    {"added": [], "missing": [], "step": "came back as sent"}
    {"step": "pages of 1, 2 and 7 hold the same"}
    {"next": ["failover.rich.example.", "A", "second"], "step": "a border within the pair"}
    {"sets": ["\\052.rich.example. A"], "step": "from the wildcard on"}
    {"found": ["NOERROR", "192.0.2.1", "192.0.2.2"], "step": "answer to www. A"}
    {"found": ["NOERROR", "192.0.2.1", "192.0.2.2"], "step": "answer to @ A"}
    {"found": ["NOERROR", "10 mail.rich.example.", "20 mail2.rich.example."], "step": "answer to @ MX"}
    {"found": ["NOERROR", "ns-1.route53-lab.invalid. awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400"], "step": "answer to @ SOA"}
    {"found": ["NOERROR", "www.rich.example", "192.0.2.1", "192.0.2.2"], "step": "answer to cname. A"}
    {"found": ["NOERROR", "192.0.2.3"], "step": "answer to anything. A"}
    {"found": ["NOERROR"], "step": "answer to anything. TXT"}
    {"found": ["NXDOMAIN"], "step": "answer to nothing.www. A"}
    {"found": ["NOERROR", "192.0.2.4"], "step": "answer to a@b. A"}
    {"found": ["NOERROR", "192.0.2.8"], "step": "answer to upper. A"}
    {"found": ["NOERROR", "192.0.2.20"], "step": "answer to weighted. A"}
    {"found": ["NOERROR", "100 50 \"u\" \"E2U+sip\" \"!^.*$!sip:a b@rich.example!\" ."], "step": "answer to naptr. NAPTR"}
    {"found": ["NOERROR", "192.0.2.11"], "step": "answer through a tree"}
    {"found": ["NOERROR", "2001:db8::1"], "step": "answer for a client"}
    {"limit": 10000, "same": true, "step": "counted"}
    {"now": "rich", "step": "comment"}
    {"now": null, "step": "no comment"}
    {"ranges": ["127.0.0.0/8"], "step": "checkers, to somebody who signs nothing"}
    {"found": {"ServeSignature": "NOT_SIGNING"}, "step": "signed"}
    {"first": {"CountryCode": "*", "CountryName": "Default"}, "last": {"ContinentCode": "SA", "ContinentName": "South America"}, "step": "places", "twice": 0}
    {"found": {"CountryCode": "US", "CountryName": "United States", "SubdivisionCode": "WA", "SubdivisionName": "Washington"}, "step": "a place"}
    {"private": true, "step": "private zone", "vpc": {"VPCId": "vpc-00000001", "VPCRegion": "us-east-1"}}
    {"servers": false, "step": "its vpcs", "vpcs": [{"VPCId": "vpc-00000001", "VPCRegion": "us-east-1"}, {"VPCId": "vpc-00000002", "VPCRegion": "us-east-1"}]}
    {"found": ["NOERROR", "192.0.2.3"], "step": "the public servers"}
    {"names": ["rich.example."], "step": "private zones"}
    {"names": [["rich.example.", "000000000000"]], "step": "zones of the second"}
    {"step": "its vpcs in the end", "vpcs": [{"VPCId": "vpc-00000002", "VPCRegion": "us-east-1"}]}
    "#);
}

/// Route 53 Developer Guide, `DNSLimitations` and `throttling-api-requests`: quotas of the account, token
/// buckets, and one batch a zone at a time. At our own world's speed, since the buckets fill in the lab's.
#[tokio::test]
async fn boto3_meets_the_limits_of_an_account() {
    let quotas = Quotas { hosted_zones: 3, health_checks: 2, records: 9, vpcs: 1 };
    let lab = TestLab::start(Options { quotas, ..Options::default() }).await;
    let output = judge("route53_limits.py", lab.environment(), &[]).await;
    insta::assert_snapshot!(output, @r#"
    {"limit": [3, 3], "made": 2, "refused": ["TooManyHostedZones", 400, "This operation can't be completed because the current account has reached the limit on the number of hosted zones."], "step": "zones"}
    {"limit": [2, 2], "made": 2, "refused": ["TooManyHealthChecks", 400, "You have reached the maximum number of active health checks for an Amazon Web Services account. To request a higher limit, create a case with the Amazon Web Services Support Center."], "step": "health checks"}
    {"limit": [1, 2], "step": "after a deletion"}
    {"count": 9, "filled": true, "listed": 9, "refused": ["InvalidChangeBatch", 400, "[Number of records limit of 9 exceeded in zone example.com.]"], "step": "records"}
    {"limit": [0, 100], "step": "reusable delegation sets"}
    {"limit": [0, 50], "step": "traffic policies"}
    {"limit": [0, 5], "step": "traffic policy instances"}
    {"answered": true, "refused": ["PriorRequestNotComplete", 400], "step": "two at once"}
    {"step": "one after the other"}
    {"burst": true, "refused": ["Throttling", 400, "Rate exceeded"], "step": "status, as fast as can be"}
    {"refused": ["Throttling", 400, "Rate exceeded"], "step": "anything, as fast as can be"}
    "#);
}

/// S3 as an independent client sees it: objects, versions, replication with its statuses, and who may
/// read what under Block Public Access and a bucket policy.
#[tokio::test]
async fn boto3_uses_both_regions_of_s3() {
    let lab = TestLab::start(quick()).await;
    let of = |region: &str| lab.lab.ready().s3[&region.parse().expect("a region")].clone();
    let output = judge("s3_journey.py", lab.environment(), &[&of("us-east-1"), &of("eu-west-1")]).await;
    insta::assert_snapshot!(output, @r#"
    {"found": ["us-east-1", "eu-west-1"], "step": "regions"}
    {"found": ["Enabled", "Enabled"], "step": "versioning"}
    {"body": "bytes", "metadata": {"who": "judge"}, "same_version": true, "step": "object", "type": "text/plain"}
    {"body": "yt", "step": "range"}
    {"keys": ["data/hello.txt", "data/\u00fc & <b>.txt"], "step": "listing"}
    {"bucket": "404 NoSuchBucket", "head": "404 404", "object": "404 NoSuchKey", "step": "what is not there"}
    {"object": "403 AccessDenied", "step": "unsigned"}
    {"status": ["Enabled"], "step": "replication", "to": ["arn:aws:s3:::my-app-data-eu-west-1"]}
    {"body": "bytes", "metadata": {"who": "judge"}, "status": "REPLICA", "step": "replica"}
    {"status": "COMPLETED", "step": "source"}
    {"found": {"BlockPublicAcls": true, "BlockPublicPolicy": false, "IgnorePublicAcls": true, "RestrictPublicBuckets": false}, "step": "public access block"}
    {"actions": ["s3:GetObject", "s3:GetObject"], "step": "policy"}
    {"other": [403, null], "sentinel": [200, "ok\n"], "step": "a stranger"}
    {"sentinel": [403, null], "signed": 200, "step": "a stranger when all is blocked"}
    {"put": "403 AccessDenied", "step": "a public policy when all is blocked"}
    {"sentinel": [200, "ok\n"], "step": "a stranger when it is as before"}
    {"sentinel": [403, null], "step": "a stranger without a policy"}
    {"sentinel": [200, "ok\n"], "step": "a stranger with the policy"}
    {"found": "404 NoSuchKey", "step": "deleted"}
    "#);
}
