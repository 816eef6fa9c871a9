//! What Route 53 refuses, the lab refuses: each case by its error code, seen by boto3.
//!
//! The judge is `tests/judges/route53_refusals.py`. It prints a JSON document a case, and the whole of it
//! is compared here; it fails by itself when a refused batch has changed a zone.

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
    a label of 64 characters
      400 InvalidChangeBatch: [FATAL problem: DomainLabelTooLong (Domain label is too long) encountered with 'x….example.com']
    a name with a space
      400 InvalidChangeBatch: [FATAL problem: UnsupportedCharacter (Value contains unsupported characters) encountered with 'a b.example.com']
    a ttl below zero
      400 InvalidInput: a TTL is a whole number of seconds from 0 to 2147483647.
    a ttl beyond 31 bits
      400 InvalidInput: a TTL is a whole number of seconds from 0 to 2147483647.
    an identifier of 129 characters
      400 InvalidInput: A SetIdentifier has 1 to 128 characters.
    a health check without a policy
      400 InvalidInput: Invalid request: Missing field 'SetIdentifier' in Change with [Action=CREATE, Name=bad.example.com, Type=CNAME, SetIdentifier=null]
    alias without evaluation
      400 InvalidInput: Invalid XML ; cvc-complex-type.2.4.b: The content of element 'AliasTarget' is not complete. One of '{EvaluateTargetHealth}' is expected.
    no value of type AAAA
      400 InvalidChangeBatch: [Invalid Resource Record: 'FATAL problem: AAAARRDATAIllegalIPv6Address (Value is not a valid IPv6 address) encountered with '192.0.2.1'']
    no value of type CAA
      400 InvalidChangeBatch: [Invalid Resource Record: 'FATAL problem: InvalidNumber (Value is not a number in range) encountered with '256 issue "ca.example.net"'']
    no value of type CNAME
      400 InvalidChangeBatch: [Invalid Resource Record: 'FATAL problem: CNAMERRDATANotSingleField (Value contains spaces) encountered with 'two names.example.net'']
    no value of type DS
      400 InvalidChangeBatch: [Invalid Resource Record: 'FATAL problem: InvalidHexadecimal (Value is not in hexadecimal) encountered with '1 2 3 xyz'']
    no value of type HTTPS
      400 InvalidChangeBatch: [Invalid Resource Record: 'FATAL problem: SVCBRRDATAAliasWithParameters (An alias (priority 0) has no parameters) encountered with '0 . alpn=h2'']
    no value of type MX
      400 InvalidChangeBatch: [Invalid Resource Record: 'FATAL problem: MXRRDATANotTwoFields (Value does not have two fields) encountered with 'mail.example.net'']
    no value of type NAPTR
      400 InvalidChangeBatch: [Invalid Resource Record: 'FATAL problem: InvalidCharacterString (Value should be enclosed in quotation marks) encountered with '10 20 u "E2U+sip" "" .'']
    no value of type PTR
      400 InvalidChangeBatch: [Invalid Resource Record: 'FATAL problem: DomainLabelEmpty (Domain label is empty) encountered with 'a..example.net'']
    no value of type SPF
      400 InvalidChangeBatch: [Invalid Resource Record: 'FATAL problem: InvalidCharacterString (Value should be enclosed in quotation marks) encountered with 'v=spf1 -all'']
    no value of type SRV
      400 InvalidChangeBatch: [Invalid Resource Record: 'FATAL problem: InvalidNumber (Value is not a number in range) encountered with '1 2 70000 host.example.net'']
    no value of type SSHFP
      400 InvalidChangeBatch: [Invalid Resource Record: 'FATAL problem: InvalidNumber (Value is not a number in range) encountered with '1 x abcd'']
    no value of type SVCB
      400 InvalidChangeBatch: [Invalid Resource Record: 'FATAL problem: SVCBRRDATATooFewFields (Value does not have a priority and a target) encountered with '1'']
    no value of type TLSA
      400 InvalidChangeBatch: [Invalid Resource Record: 'FATAL problem: InvalidNumber (Value is not a number in range) encountered with '3 1 256 abcd'']
    no value of type TXT
      400 InvalidChangeBatch: [Invalid Resource Record: 'FATAL problem: CharacterStringTooLong (Value is too long) encountered with '"x…x…x…x…"'']
    a weight of 256
      400 InvalidInput: 1 validation error detected: Value '256' at 'changeBatch.changes.1.member.resourceRecordSet.weight' failed to satisfy constraint: Member must have value between 0 and 255, inclusive
    a region that is none
      400 InvalidInput: 1 validation error detected: Value 'Europe' at 'changeBatch.changes.1.member.resourceRecordSet.region' failed to satisfy constraint: Member must satisfy enum value set: the regions of Amazon EC2
    a country that is none
      400 InvalidInput: The geolocation ContinentCode=null, CountryCode=XX, SubdivisionCode=null is not one that Amazon Route 53 supports.
    a continent and a country
      400 InvalidInput: The geolocation ContinentCode=EU, CountryCode=FR, SubdivisionCode=null is not one that Amazon Route 53 supports.
    a state outside the united states
      400 InvalidInput: The geolocation ContinentCode=null, CountryCode=FR, SubdivisionCode=WA is not one that Amazon Route 53 supports.
    a bias of 100
      400 InvalidInput: The Bias is a number from -99 to 99, not 100.
    a place nowhere
      400 InvalidInput: A GeoProximityLocation has exactly one of AWSRegion, LocalZoneGroup and Coordinates.
    no cidr collection
      400 InvalidInput: 'x' is not the id of a CIDR collection.
    no multivalue answer
      400 InvalidInput: MultiValueAnswer must be true, not 'false'.
    a multivalue answer that is an alias
      400 InvalidChangeBatch: [RRSet with DNS name bad.example.com., type A cannot be created: multivalue answer sets cannot be aliases.]
    a latency set of two values
      400 InvalidChangeBatch: [RRSet with DNS name bad.example.com., type A cannot be created: latency sets must have exactly one resource record.]
    a region twice
      400 InvalidChangeBatch: [RRSet with DNS name bad.example.com., type A, SetIdentifier one cannot be created as a latency set with the value eu-west-1 exists with the same name and type., RRSet with DNS name bad.example.com., type A, SetIdentifier two cannot be created as a latency set with the value eu-west-1 exists with the same name and type.]
    a place twice
      400 InvalidChangeBatch: [RRSet with DNS name bad.example.com., type A, SetIdentifier one cannot be created as a geolocation set with the value <CountryCode>*</CountryCode> exists with the same name and type., RRSet with DNS name bad.example.com., type A, SetIdentifier two cannot be created as a geolocation set with the value <CountryCode>*</CountryCode> exists with the same name and type.]
    two weights with two ttls
      400 InvalidChangeBatch: [RRSet with DNS name bad.example.com., type CNAME, SetIdentifier 60 cannot be created as weighted sets must contain the same TTL., RRSet with DNS name bad.example.com., type CNAME, SetIdentifier 61 cannot be created as weighted sets must contain the same TTL.]
    a delegation by failover
      400 InvalidChangeBatch: [RRSet of type NS with DNS name bad.example.com. can only be a simple record.]
    cname at the apex
      400 InvalidChangeBatch: [RRSet of type CNAME with DNS name example.com. is not permitted at apex in zone example.com., RRSet of type CNAME with DNS name example.com. is not permitted as it conflicts with other records with the same DNS name in zone example.com.]
    an address beside a cname
      400 InvalidChangeBatch: [RRSet of type A with DNS name bad.example.com. is not permitted because a conflicting RRSet of type CNAME with the same DNS name already exists in zone example.com.]
    name servers of every name
      400 InvalidChangeBatch: [RRSet of type NS with DNS name \052.example.com. cannot be a wildcard.]
    another type by upsert
      400 InvalidChangeBatch: [RRSet of type CNAME with DNS name www.example.com. is not permitted as it conflicts with other records with the same DNS name in zone example.com.]
    cname beside an address
      400 InvalidChangeBatch: [RRSet of type CNAME with DNS name www.example.com. is not permitted as it conflicts with other records with the same DNS name in zone example.com.]
    two primaries
      400 InvalidChangeBatch: [RRSet with DNS name bad.example.com., type CNAME, SetIdentifier one cannot be created as a failover set with the value PRIMARY exists with the same name and type., RRSet with DNS name bad.example.com., type CNAME, SetIdentifier two cannot be created as a failover set with the value PRIMARY exists with the same name and type.]
    simple beside failover
      400 InvalidChangeBatch: [RRSet with DNS name bad.example.com., type CNAME cannot be created as other RRSets exist with the same name and type., RRSet with DNS name bad.example.com., type CNAME, SetIdentifier one cannot be created as a non-failover set exists with the same name and type.]
    weighted beside failover
      400 InvalidChangeBatch: [RRSet with DNS name bad.example.com., type CNAME, SetIdentifier one cannot be created as a non-failover set exists with the same name and type., RRSet with DNS name bad.example.com., type CNAME, SetIdentifier two cannot be created as a non-weighted set exists with the same name and type.]
    two secondaries
      400 InvalidChangeBatch: [RRSet with DNS name bad.example.com., type CNAME, SetIdentifier one cannot be created as a failover set with the value SECONDARY exists with the same name and type., RRSet with DNS name bad.example.com., type CNAME, SetIdentifier two cannot be created as a failover set with the value SECONDARY exists with the same name and type.]
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
    alias to s3's global endpoint
      400 InvalidChangeBatch: [Tried to create an alias that targets website.s3.amazonaws.com., type A in zone Z1BKCTXD74EZPE, but the alias target name does not lie within the target zone, Tried to create an alias that targets website.s3.amazonaws.com., type A in zone Z1BKCTXD74EZPE, but that target was not found]
    alias to a website with a dot for a dash
      400 InvalidChangeBatch: [Tried to create an alias that targets s3-website.us-east-1.amazonaws.com., type A in zone Z3AQBSTGFYJSTF, but the alias target name does not lie within the target zone, Tried to create an alias that targets s3-website.us-east-1.amazonaws.com., type A in zone Z3AQBSTGFYJSTF, but that target was not found]
    alias to a website with a dash for a dot
      400 InvalidChangeBatch: [Tried to create an alias that targets s3-website-us-east-2.amazonaws.com., type A in zone Z2O1EMRO9K5GLX, but the alias target name does not lie within the target zone, Tried to create an alias that targets s3-website-us-east-2.amazonaws.com., type A in zone Z2O1EMRO9K5GLX, but that target was not found]
    alias to a website by ipv6
      400 InvalidChangeBatch: [Tried to create an alias that targets s3-website-us-east-1.amazonaws.com., type AAAA in zone Z3AQBSTGFYJSTF, but that target was not found]
    alias to another zone's record
      400 InvalidChangeBatch: [Tried to create an alias that targets www.example.net., type A in zone ZONE, but the alias target name does not lie within the target zone, Tried to create an alias that targets www.example.net., type A in zone ZONE, but that target was not found]
    alias in another zone's name
      400 InvalidChangeBatch: [Tried to create an alias that targets www.example.com., type A in zone Z00000000000000000000, but the alias target name does not lie within the target zone, Tried to create an alias that targets www.example.com., type A in zone Z00000000000000000000, but that target was not found]
    alias to itself
      400 InvalidChangeBatch: [Tried to create an alias that targets bad.example.com., type A in zone ZONE, but that target was not found]
    alias before its target
      400 InvalidChangeBatch: [Tried to create an alias that targets later.example.com., type A in zone ZONE, but that target was not found]
    alias that evaluates cloudfront
      400 InvalidChangeBatch: [Tried to create an alias that targets d111111abcdef8.cloudfront.net., type A in zone Z2FDTNDATAQYW2, but EvaluateTargetHealth cannot be true for a CloudFront distribution]
    delete of what is not there
      400 InvalidChangeBatch: [Tried to delete resource record set [name='bad.example.com.', type='CNAME'] but it was not found]
    delete with another value
      400 InvalidChangeBatch: [Tried to delete resource record set [name='www.example.com.', type='A'] but the values provided do not match the current values]
    delete with another ttl
      400 InvalidChangeBatch: [Tried to delete resource record set [name='www.example.com.', type='A'] but the values provided do not match the current values]
    delete twice
      400 InvalidChangeBatch: [The request contains an invalid set of changes for a resource record set 'A www.example.com.']
    delete of the soa
      400 InvalidChangeBatch: [A HostedZone must contain exactly one SOA record.]
    delete of the name servers
      400 InvalidChangeBatch: [A HostedZone must contain at least one NS record for the zone itself.]
    a second soa
      400 InvalidChangeBatch: [RRSet of type SOA with DNS name bad.example.com. is only permitted at the zone apex.]
    a good change before bad ones
      400 InvalidChangeBatch: [Invalid Resource Record: 'FATAL problem: ARRDATAIllegalIPv4Address (Value is not a valid IPv4 address) encountered with 'x'', RRSet with DNS name z.other.net. is not permitted in zone example.com.]
    no change at all
      400 InvalidInput: Invalid XML ; cvc-complex-type.2.4.b: The content of element 'Changes' is not complete. One of '{Change}' is expected.
    too many elements
      400 InvalidChangeBatch: [Number of records limit of 1000 exceeded.]
    too many elements, created
      400 InvalidChangeBatch: [Number of records limit of 1000 exceeded.]
    too many characters, upserted
      400 InvalidChangeBatch: [Number of characters limit of 32000 exceeded.]
    too many characters, created
      400 InvalidChangeBatch: [Number of characters limit of 32000 exceeded.]
    401 values
      400 InvalidChangeBatch: [A resource record set can have at most 400 values.]
    a comment of 257 characters
      400 InvalidInput: Comment has more than 256 characters.
    a zone that is not there
      404 NoSuchHostedZone: No hosted zone found with ID: Z0000000000000
    interval of 9 s
      400 InvalidInput: RequestInterval is a number from 10 to 30.
    interval of 17 s
      400 InvalidInput: RequestInterval is 10 or 30, not 17.
    interval of 31 s
      400 InvalidInput: RequestInterval is a number from 10 to 30.
    threshold of 11
      400 InvalidInput: FailureThreshold is a number from 1 to 10.
    threshold of 0
      400 InvalidInput: FailureThreshold is a number from 1 to 10.
    port 0
      400 InvalidInput: Port is a number from 1 to 65535.
    port 65536
      400 InvalidInput: Port is a number from 1 to 65535.
    a path of 256 characters
      400 InvalidInput: ResourcePath has more than 255 characters.
    a search of 256 characters
      400 InvalidInput: SearchString has more than 255 characters.
    a reference of 65 characters
      400 InvalidInput: CallerReference has 1 to 64 characters.
    nothing to check
      400 InvalidInput: Basic health checks must have an IP address or a fully qualified domain name.
    a private address
      400 InvalidInput: The IP address 10.0.0.1 is in a private, special-use or multicast range.
    an address for documentation
      400 InvalidInput: The IP address 192.0.2.1 is in a private, special-use or multicast range.
    a multicast address
      400 InvalidInput: The IP address 224.0.0.1 is in a private, special-use or multicast range.
    no address at all
      400 InvalidInput: '300.1.2.3' is not an IP address.
    search without text
      400 InvalidInput: Health checks of type HTTP_STR_MATCH must have a search string specified.
    text without search
      400 InvalidInput: Health checks of type HTTP must not have a search string specified.
    tcp without port
      400 InvalidInput: TCP health checks must have a port specified.
    tcp with a path
      400 InvalidInput: TCP health checks must not have a resource path specified.
    tcp with address and name
      400 InvalidInput: TCP health checks that have IP address must not have a fully qualified domain name specified.
    children of an endpoint
      400 InvalidInput: Basic health checks must not have child health checks or an alarm's settings.
    alarm of an endpoint
      400 InvalidInput: Invalid parameter : Basic health checks must not have an metric region specified.
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
    calculated with a name
      400 InvalidInput: Health checks of type CALCULATED must not have FullyQualifiedDomainName.
    calculated with a port
      400 InvalidInput: Health checks of type CALCULATED must not have Port.
    257 children
      400 InvalidInput: A calculated health check has at most 256 children.
    a health threshold of 257
      400 InvalidInput: HealthThreshold is a number from 0 to 256.
    a metric without an alarm
      400 InvalidInput: Health checks of type CLOUDWATCH_METRIC must have an alarm specified.
    a metric that is unsure in its own way
      400 InvalidInput: 'Maybe' is not an InsufficientDataHealthStatus.
    a routing control
      400 InvalidInput: The lab has no routing controls: RECOVERY_CONTROL is not supported by it.
    the reference of a deleted check
      409 HealthCheckAlreadyExists: The specified caller reference spent has been used by another health check.
    update that adds an address
      400 InvalidInput: IPAddress cannot be added to a health check that has none.
    reset of what has no default
      400 InvalidInput: 'Port' cannot be reset.
    reset of all that is checked
      400 InvalidInput: Basic health checks must have an IP address or a fully qualified domain name.
    update of a check that is not there
      404 NoSuchHealthCheck: A health check with id 11111111 does not exist.
    delete of a check that is not there
      404 NoSuchHealthCheck: A health check with id 11111111 does not exist.
    failures of a calculated check
      400 InvalidInput: Health checks of type CALCULATED have no observations of checkers.
    update of an older version
      409 HealthCheckVersionMismatch: The health check CHECK has version 1.
    a health check that is not there
      404 NoSuchHealthCheck: A health check with id 11111111 does not exist.
    status of a calculated check
      400 InvalidInput: Health checks of type CALCULATED have no observations of checkers.
    a zone's reference twice
      409 HostedZoneAlreadyExists: A hosted zone has already been created with the specified caller reference: once
    a zone of no name
      400 InvalidDomainName: FATAL problem: DomainLabelEmpty (Domain label is empty) encountered with 'a..example'
    a zone of a wildcard
      400 InvalidDomainName: The name of a hosted zone cannot be a wildcard.
    a zone of a delegation set
      400 NoSuchDelegationSet: The specified delegation set N00000000000 does not exist.
    zones of a delegation set
      400 NoSuchDelegationSet: The specified delegation set N00000000000 does not exist.
    zones of a type
      400 InvalidInput: 1 validation error detected: Value 'PublicHostedZone' at 'hostedZoneType' failed to satisfy constraint: Member must satisfy enum value set: [PrivateHostedZone]
    zones, none a page
      400 InvalidInput: MaxItems is a number of 1 or more.
    zones by an id without a name
      400 InvalidInput: HostedZoneId needs a DNSName beside it.
    zones from no name on
      400 InvalidDomainName: FATAL problem: DomainLabelEmpty (Domain label is empty) encountered with 'a..example'
    a private zone without a vpc
      400 InvalidInput: When you're creating a private hosted zone, you must specify a VPC.
    a private zone of no vpc
      400 InvalidVPCId: The VPC: vpc-x in region us-east-1 that you provided is not a valid VPC.
    a vpc's second zone
      400 ConflictingDomainExists: A conflicting domain is already associated with the given VPC: vpc-00000001 in us-east-1, by hosted zone Z-LAB-3.
    a private zone's signature
      400 InvalidArgument: A private hosted zone cannot be signed.
    a public zone's vpc
      400 PublicZoneVPCAssociation: Associating a VPC with a public hosted zone is not supported.
    a vpc once more
      400 ConflictingDomainExists: A conflicting domain is already associated with the given VPC: vpc-00000001 in us-east-1, by hosted zone Z-LAB-3.
    the last vpc
      400 LastVPCAssociation: The VPC vpc-00000001 is the last VPC that is associated with the hosted zone Z-LAB-3 and cannot be disassociated.
    another vpc
      404 VPCAssociationNotFound: The VPC vpc-00000002 and hosted zone Z-LAB-3 are not currently associated.
    zones of no vpc
      400 InvalidInput: The VPC: x in region us-east-1 that you provided is not a valid VPC.
    a header of a checker
      400 InvalidInput: Invalid XML ; cvc-complex-type.2.4.a: Invalid content was found starting with element '{HTTPHeaders}'. One of '{IPAddress, Port, Type, ResourcePath, FullyQualifiedDomainName, SearchString, RequestInterval, FailureThreshold, MeasureLatency, Inverted, Disabled, HealthThreshold, ChildHealthChecks, EnableSNI, Regions, AlarmIdentifier, InsufficientDataHealthStatus, RoutingControlArn}' is expected.
    another Type of a check
      400 InvalidInput: Invalid XML ; cvc-complex-type.2.4.a: Invalid content was found starting with element '{Type}'. One of '{HealthCheckVersion, IPAddress, Port, ResourcePath, FullyQualifiedDomainName, SearchString, FailureThreshold, Inverted, Disabled, HealthThreshold, ChildHealthChecks, EnableSNI, Regions, AlarmIdentifier, InsufficientDataHealthStatus, ResetElements}' is expected.
    another RequestInterval of a check
      400 InvalidInput: Invalid XML ; cvc-complex-type.2.4.a: Invalid content was found starting with element '{RequestInterval}'. One of '{HealthCheckVersion, IPAddress, Port, ResourcePath, FullyQualifiedDomainName, SearchString, FailureThreshold, Inverted, Disabled, HealthThreshold, ChildHealthChecks, EnableSNI, Regions, AlarmIdentifier, InsufficientDataHealthStatus, ResetElements}' is expected.
    another MeasureLatency of a check
      400 InvalidInput: Invalid XML ; cvc-complex-type.2.4.a: Invalid content was found starting with element '{MeasureLatency}'. One of '{HealthCheckVersion, IPAddress, Port, ResourcePath, FullyQualifiedDomainName, SearchString, FailureThreshold, Inverted, Disabled, HealthThreshold, ChildHealthChecks, EnableSNI, Regions, AlarmIdentifier, InsufficientDataHealthStatus, ResetElements}' is expected.
    a comment of a record
      400 InvalidInput: Invalid XML ; cvc-complex-type.2.4.a: Invalid content was found starting with element '{Comment}'. One of '{Name, Type, SetIdentifier, Weight, Region, GeoLocation, Failover, MultiValueAnswer, TTL, ResourceRecords, AliasTarget, HealthCheckId, TrafficPolicyInstanceId, CidrRoutingConfig, GeoProximityLocation}' is expected.
    a limit of accounts
      400 InvalidInput: 1 validation error detected: Value 'MAX_BUCKETS' at 'type' failed to satisfy constraint: Member must satisfy enum value set: [MAX_HEALTH_CHECKS_BY_OWNER, MAX_HOSTED_ZONES_BY_OWNER, MAX_TRAFFIC_POLICY_INSTANCES_BY_OWNER, MAX_REUSABLE_DELEGATION_SETS_BY_OWNER, MAX_TRAFFIC_POLICIES_BY_OWNER]
    a limit of zones
      400 InvalidInput: 1 validation error detected: Value 'MAX_BUCKETS' at 'type' failed to satisfy constraint: Member must satisfy enum value set: [MAX_RRSETS_BY_ZONE, MAX_VPCS_ASSOCIATED_BY_ZONE]
    a limit of private zones
      400 HostedZoneNotPrivate: The specified hosted zone is a public hosted zone, not a private hosted zone.
    a place that is none
      404 NoSuchGeoLocation: Amazon Route 53 doesn't support the specified geographic location.
    an answer from inside
      400 InvalidInput: TestDNSAnswer only supports querying public hosted zones, and this one is private.
    an answer from nowhere
      404 NoSuchHostedZone: No hosted zone found with ID: Z00000000000000000000
    an answer about others
      400 InvalidInput: www.example.net. is not within the zone example.com.
    an answer of no type
      400 InvalidInput: 1 validation error detected: Value 'ANY' at 'recordType' failed to satisfy constraint: Member must satisfy enum value set: [A, AAAA, CAA, CNAME, DS, HTTPS, MX, NAPTR, NS, PTR, SOA, SPF, SRV, SSHFP, SVCB, TLSA, TXT]
    an answer for no resolver
      400 InvalidInput: The resolverip 'resolver' is not an IP address.
    an answer for no client
      400 InvalidInput: The edns0clientsubnetip '192.0.2' is not an IP address.
    an answer for 33 bits
      400 InvalidInput: edns0clientsubnetmask is a number from 0 to 32, not '33'.
    an answer for 129 bits
      400 InvalidInput: edns0clientsubnetmask is a number from 0 to 128, not '129'.
    an answer for bits of nobody
      400 InvalidInput: edns0clientsubnetmask needs edns0clientsubnetip beside it.
    get of a zone that is not there
      404 NoSuchHostedZone: No hosted zone found with ID: Z00000000000000000000
    delete of a zone that is not there
      404 NoSuchHostedZone: No hosted zone found with ID: Z00000000000000000000
    records of a zone that is not there
      404 NoSuchHostedZone: No hosted zone found with ID: Z00000000000000000000
    comment of a zone that is not there
      404 NoSuchHostedZone: No hosted zone found with ID: Z00000000000000000000
    vpc of a zone that is not there
      404 NoSuchHostedZone: No hosted zone found with ID: Z00000000000000000000
    tags of a zone that is not there
      404 NoSuchHostedZone: No hosted zone found with ID: Z00000000000000000000
    tags of a bucket
      400 InvalidInput: Invalid resource type: bucket
    eleven tags
      400 InvalidInput: Invalid XML ; cvc-complex-type.2.4.f: 'Tag' can occur a maximum of '10' times in the current sequence. This limit was exceeded. No child element is expected at this point.
    a key of 129 characters
      400 InvalidInput: A tag has a key of 1 to 128 and a value of at most 256 characters.
    a value of 257 characters
      400 InvalidInput: A tag has a key of 1 to 128 and a value of at most 256 characters.
    no tags
      400 InvalidInput: Invalid XML ; the body is not one whole XML document
    one tag more
      400 InvalidInput: A resource has at most 10 tags.
    a zone with records
      400 HostedZoneNotEmpty: The specified hosted zone contains non-required resource record sets and so cannot be deleted.
    a change that is not there
      404 NoSuchChange: Could not find resource with ID: C0000000000000
    eleven resources
      400 InvalidInput: Invalid XML ; cvc-complex-type.2.4.f: 'ResourceId' can occur a maximum of '10' times in the current sequence. This limit was exceeded. No child element is expected at this point.
    a type without a name
      400 InvalidInput: The input is not valid: a type needs a name beside it.
    an identifier without a type
      400 InvalidInput: The input is not valid: an identifier needs a name and a type beside it.
    records, none a page
      400 InvalidInput: MaxItems is a number of 1 or more.
    wrong secret
      403 SignatureDoesNotMatch: The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.
    unknown key
      403 InvalidClientTokenId: The security token included in the request is invalid.
    "#);
}
