//! What boto3, which shares no code with us nor with the AWS SDK for Rust, gets from the lab.
//!
//! The judges are `tests/judges/*.py`. They print a JSON document a line, and the whole of it is
//! compared here; they also fail by themselves, for instance when a refused batch has changed a zone.

use serde_json::Value;

use super::support::{TestLab, judge, quick};

fn lines(output: &str) -> Vec<Value> {
    output.lines().map(|line| serde_json::from_str(line).expect("a JSON document a line")).collect()
}

/// Route 53 API reference: the error codes of each operation. The facts by which AWS refuses each of
/// these batches are those of the Route 53 Developer Guide (`ResourceRecordTypes`, `dns-failover`,
/// `resource-record-sets-values-failover-alias`) and of public reports; stand-ins let most of them pass.
#[tokio::test]
#[expect(clippy::too_many_lines, reason = "most of them are the refusals")]
async fn the_lab_refuses_what_route_53_refuses() {
    let lab = TestLab::start(quick()).await;
    let output = judge("route53_refusals.py", lab.environment(), &[]).await;
    let told = lines(&output).into_iter().map(|found| {
        let text = |key: &str| found[key].as_str().unwrap_or("NOT REFUSED").to_owned();
        format!("{}\n  {} {}: {}", text("case"), found["status"], text("code"), text("message"))
    });
    let told: Vec<String> = told.collect();
    assert!(told.iter().all(|line| !line.contains("NOT REFUSED")), "{told:#?}");
    insta::assert_snapshot!(told.join("\n"), @r#"
    primary without identifier
      400 InvalidInput: Invalid request: Missing field 'SetIdentifier' in Change with [Action=CREATE, Name=bad.example.com, Type=CNAME, SetIdentifier=null]
    identifier without routing policy
      400 InvalidInput: Invalid request: Expected exactly one of [Weight, Region, Failover, GeoLocation, MultiValueAnswer, GeoProximityLocation, or CidrRoutingConfig], but found none in Change with [Action=CREATE, Name=bad.example.com, Type=CNAME, SetIdentifier=one]
    failover and weight
      400 InvalidInput: Invalid request: Expected exactly one of [Weight, Region, Failover, GeoLocation, MultiValueAnswer, GeoProximityLocation, or CidrRoutingConfig], but found more than one in Change with [Action=CREATE, Name=bad.example.com, Type=CNAME, SetIdentifier=one]
    tertiary
      400 InvalidInput: 1 validation error detected: Value 'TERTIARY' at 'changeBatch.changes.1.member.resourceRecordSet.failover' failed to satisfy constraint: Member must satisfy enum value set: [PRIMARY, SECONDARY]
    ttl missing
      400 InvalidInput: Invalid request: Expected exactly one of [AliasTarget, all of [TTL, and ResourceRecords], or TrafficPolicyInstanceId], but found none in Change with [Action=CREATE, Name=bad.example.com, Type=CNAME, SetIdentifier=null]
    neither values nor alias
      400 InvalidInput: Invalid request: Expected exactly one of [AliasTarget, all of [TTL, and ResourceRecords], or TrafficPolicyInstanceId], but found none in Change with [Action=CREATE, Name=bad.example.com, Type=CNAME, SetIdentifier=null]
    alias with ttl
      400 InvalidInput: Invalid request: Expected exactly one of [AliasTarget, all of [TTL, and ResourceRecords], or TrafficPolicyInstanceId], but found more than one in Change with [Action=CREATE, Name=bad.example.com, Type=A, SetIdentifier=null]
    unknown type
      400 InvalidInput: 1 validation error detected: Value 'ANAME' at 'changeBatch.changes.1.member.resourceRecordSet.type' failed to satisfy constraint: Member must satisfy enum value set: [A, AAAA, CAA, CNAME, DS, HTTPS, MX, NAPTR, NS, PTR, SOA, SPF, SRV, SSHFP, SVCB, TLSA, TXT]
    unknown action
      400 InvalidInput: 1 validation error detected: Value 'REPLACE' at 'changeBatch.changes.1.member.action' failed to satisfy constraint: Member must satisfy enum value set: [CREATE, DELETE, UPSERT]
    primary without health check
      400 InvalidChangeBatch: [A non-alias primary ResourceRecordSet must have an associated health check. No changes made.]
    unknown health check
      404 NoSuchHealthCheck: A health check with id 11111111-2222-3333-4444-555555555555 does not exist.
    no address
      400 InvalidChangeBatch: [Invalid Resource Record: 'FATAL problem: ARRDATAIllegalIPv4Address (Value is not a valid IPv4 address) encountered with 'not-an-ip'']
    the same value twice
      400 InvalidChangeBatch: [Duplicate Resource Record: '192.0.2.1']
    two names in a cname
      400 InvalidChangeBatch: [A resource record set of type CNAME can have only one value.]
    a text without quotes
      400 InvalidChangeBatch: [Invalid Resource Record: 'FATAL problem: InvalidCharacterString (Value should be enclosed in quotation marks) encountered with 'plain'']
    a name with an empty label
      400 InvalidChangeBatch: [FATAL problem: DomainLabelEmpty (Domain label is empty) encountered with 'a..example.com']
    another zone's name
      400 InvalidChangeBatch: [RRSet with DNS name x.other.net. is not permitted in zone example.com.]
    a name that only ends like the zone
      400 InvalidChangeBatch: [RRSet with DNS name badexample.com. is not permitted in zone example.com.]
    cname at the apex
      400 InvalidChangeBatch: [RRSet of type CNAME with DNS name example.com. is not permitted at apex in zone example.com., RRSet of type CNAME with DNS name example.com. is not permitted as it conflicts with other records with the same DNS name in zone example.com.]
    cname beside an address
      400 InvalidChangeBatch: [RRSet of type CNAME with DNS name www.example.com. is not permitted as it conflicts with other records with the same DNS name in zone example.com.]
    two primaries
      400 InvalidChangeBatch: [RRSet with DNS name bad.example.com., type CNAME, SetIdentifier one cannot be created as a failover set with the value PRIMARY exists with the same name and type., RRSet with DNS name bad.example.com., type CNAME, SetIdentifier two cannot be created as a failover set with the value PRIMARY exists with the same name and type.]
    simple beside failover
      400 InvalidChangeBatch: [RRSet with DNS name bad.example.com., type CNAME cannot be created as other RRSets exist with the same name and type., RRSet with DNS name bad.example.com., type CNAME, SetIdentifier one cannot be created as a non-failover set exists with the same name and type.]
    weighted beside failover
      400 InvalidChangeBatch: [RRSet with DNS name bad.example.com., type CNAME, SetIdentifier one cannot be created as a non-failover set exists with the same name and type., RRSet with DNS name bad.example.com., type CNAME, SetIdentifier two cannot be created as a non-weighted set exists with the same name and type.]
    create of what is there
      400 InvalidChangeBatch: [Tried to create resource record set [name='www.example.com.', type='A'] but it already exists]
    create of what is there, with another value
      400 InvalidChangeBatch: [Tried to create resource record set [name='www.example.com.', type='A'] but it already exists]
    alias to a record that is not there
      400 InvalidChangeBatch: [Tried to create an alias that targets nowhere.example.com., type A in zone ZONE, but that target was not found]
    alias to a record of another type
      400 InvalidChangeBatch: [Tried to create an alias that targets www.example.com., type AAAA in zone ZONE, but that target was not found]
    alias to s3's rest endpoint
      400 InvalidChangeBatch: [Tried to create an alias that targets bucket.s3.us-east-1.amazonaws.com., type A in zone Z3AQBSTGFYJSTF, but the alias target name does not lie within the target zone, Tried to create an alias that targets bucket.s3.us-east-1.amazonaws.com., type A in zone Z3AQBSTGFYJSTF, but that target was not found]
    alias to another region's website
      400 InvalidChangeBatch: [Tried to create an alias that targets s3-website-eu-west-1.amazonaws.com., type A in zone Z3AQBSTGFYJSTF, but the alias target name does not lie within the target zone, Tried to create an alias that targets s3-website-eu-west-1.amazonaws.com., type A in zone Z3AQBSTGFYJSTF, but that target was not found]
    delete of what is not there
      400 InvalidChangeBatch: [Tried to delete resource record set [name='bad.example.com.', type='CNAME'] but it was not found]
    delete with another value
      400 InvalidChangeBatch: [Tried to delete resource record set [name='www.example.com.', type='A'] but the values provided do not match the current values]
    delete with another ttl
      400 InvalidChangeBatch: [Tried to delete resource record set [name='www.example.com.', type='A'] but the values provided do not match the current values]
    delete twice
      400 InvalidChangeBatch: [Tried to delete resource record set [name='www.example.com.', type='A'] but it was not found]
    delete of the soa
      400 InvalidChangeBatch: [A HostedZone must contain exactly one SOA record.]
    a good change before bad ones
      400 InvalidChangeBatch: [Invalid Resource Record: 'FATAL problem: ARRDATAIllegalIPv4Address (Value is not a valid IPv4 address) encountered with 'x'', RRSet with DNS name z.other.net. is not permitted in zone example.com.]
    no change at all
      400 InvalidInput: Invalid XML ; cvc-complex-type.2.4.b: The content of element 'Changes' is not complete. One of '{"https://route53.amazonaws.com/doc/2013-04-01/":Change}' is expected.
    too many elements
      400 InvalidChangeBatch: [Number of records limit of 1000 exceeded.]
    a zone that is not there
      404 NoSuchHostedZone: No hosted zone found with ID: Z0000000000000
    interval of 9 s
      400 InvalidInput: RequestInterval is a number from 10 to 30.
    interval of 31 s
      400 InvalidInput: RequestInterval is a number from 10 to 30.
    threshold of 11
      400 InvalidInput: FailureThreshold is a number from 1 to 10.
    nothing to check
      400 InvalidInput: Basic health checks must have an IP address or a fully qualified domain name.
    a private address
      400 InvalidInput: The IP address 10.0.0.1 is in a private, special-use or multicast range.
    search without text
      400 InvalidInput: Health checks of type HTTP_STR_MATCH must have a search string specified.
    text without search
      400 InvalidInput: Health checks of type HTTP must not have a search string specified.
    tcp without port
      400 InvalidInput: TCP health checks must have a port specified.
    two checker regions
      400 InvalidInput: Regions must name at least three different regions.
    unknown checker region
      400 InvalidInput: 'eu-central-1' is not a region of Route 53's health checkers.
    unknown kind
      400 InvalidInput: 'PING' is not a type of health check.
    a used reference with other settings
      409 HealthCheckAlreadyExists: The specified caller reference of the judge has been used by another health check.
    unknown child
      400 InvalidInput: The child health check 11111111-2222-3333-4444-555555555555 does not exist.
    calculated over calculated
      400 InvalidInput: The child health check COMBINED is itself a calculated one.
    update of an older version
      409 HealthCheckVersionMismatch: The health check CHECK has version 1.
    a health check that is not there
      404 NoSuchHealthCheck: A health check with id 11111111 does not exist.
    status of a calculated check
      400 InvalidInput: Health checks of type CALCULATED have no observations of checkers.
    a zone's reference twice
      409 HostedZoneAlreadyExists: A hosted zone has already been created with the specified caller reference: once
    a zone with records
      400 HostedZoneNotEmpty: The specified hosted zone contains non-required resource record sets and so cannot be deleted.
    a change that is not there
      404 NoSuchChange: Could not find resource with ID: C0000000000000
    eleven resources
      400 InvalidInput: ResourceIds has 1 to 10 ids.
    a type without a name
      400 InvalidInput: The input is not valid: a type needs a name beside it.
    wrong secret
      403 SignatureDoesNotMatch: The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.
    unknown key
      403 InvalidClientTokenId: The security token included in the request is invalid.
    "#);
}

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
