"""Sends bad requests to a Route 53 API with boto3, and prints the code and message of each refusal.

One JSON document a line: {"case", "code", "status", "message"}; code is null where nothing was refused.
"""

import json
import sys

import boto3
from botocore import xform_name
from botocore.config import Config
from botocore.exceptions import ClientError

# boto3 checks much by itself; what is judged here is the server.
CLIENT = boto3.client("route53", config=Config(parameter_validation=False, retries={"total_max_attempts": 1}))
ZONE = CLIENT.list_hosted_zones()["HostedZones"][0]["Id"].removeprefix("/hostedzone/")
NAME = "bad.example.com"


def change(action="CREATE", **fields):
    """A change of a CNAME that would be accepted, but for the fields given; None leaves one out."""
    record = {
        "Name": NAME,
        "Type": "CNAME",
        "TTL": 60,
        "ResourceRecords": [{"Value": "target.example.net"}],
    } | fields
    return {"Action": action, "ResourceRecordSet": {k: v for k, v in record.items() if v is not None}}


def alias(target, zone=ZONE, type="A", **fields):
    """A change of an alias."""
    where = {"HostedZoneId": zone, "DNSName": target, "EvaluateTargetHealth": False}
    return change(Type=type, TTL=None, ResourceRecords=None, AliasTarget=where, **fields)


def with_ttl(change):
    change["ResourceRecordSet"]["TTL"] = 60
    return change


def alias_with(target, **fields):
    """A change of an alias with another target than the usual."""
    of = alias(target)
    where = of["ResourceRecordSet"]["AliasTarget"] | fields
    of["ResourceRecordSet"]["AliasTarget"] = {k: v for k, v in where.items() if v is not None}
    return of


def a(*values, **fields):
    """A change of an A record."""
    return change(Type="A", ResourceRecords=[{"Value": value} for value in values], **fields)


def failover(side, identifier, check=None, **fields):
    """A change of one half of a pair."""
    return change(Failover=side, SetIdentifier=identifier, HealthCheckId=check, **fields)


def attempt(case, call, **arguments):
    try:
        call(**arguments)
        found = {"case": case, "code": None, "status": None, "message": None}
    except ClientError as refusal:
        error, meta = refusal.response["Error"], refusal.response["ResponseMetadata"]
        message = error["Message"].replace(CHECK, "CHECK").replace(COMBINED, "COMBINED").replace(ZONE, "ZONE")
        message = message.replace("xxxxxxxx" * 8, "x…").replace('"https://route53.amazonaws.com/doc/2013-04-01/":', "")
        found = {"case": case, "code": error["Code"], "status": meta["HTTPStatusCode"], "message": message}
    print(json.dumps(found))


def batch(case, *changes, zone=ZONE):
    before = everything()
    attempt(
        case,
        CLIENT.change_resource_record_sets,
        HostedZoneId=zone,
        ChangeBatch={"Changes": list(changes)},
    )
    # A batch is made as a whole or not at all.
    if everything() != before:
        sys.exit(f"{case}: the zone has changed")


def everything():
    return CLIENT.list_resource_record_sets(HostedZoneId=ZONE)["ResourceRecordSets"]


def check(case, reference="another", **fields):
    endpoint = {
        "Type": "HTTP",
        "FullyQualifiedDomainName": "bucket.s3.us-east-1.amazonaws.com",
        "ResourcePath": "/health.txt",
        "RequestInterval": 10,
    } | fields
    endpoint = {k: v for k, v in endpoint.items() if v is not None}
    attempt(case, CLIENT.create_health_check, CallerReference=reference, HealthCheckConfig=endpoint)


CHECK = CLIENT.create_health_check(
    CallerReference="of the judge",
    HealthCheckConfig={"Type": "TCP", "FullyQualifiedDomainName": "example.net", "Port": 443},
)["HealthCheck"]["Id"]
COMBINED = CLIENT.create_health_check(
    CallerReference="combined",
    HealthCheckConfig={"Type": "CALCULATED", "HealthThreshold": 1, "ChildHealthChecks": [CHECK]},
)["HealthCheck"]["Id"]

# What a record set must be by itself.
batch("primary without identifier", change(Failover="PRIMARY", HealthCheckId=CHECK))
batch("identifier without routing policy", change(SetIdentifier="one"))
batch("failover and weight", failover("PRIMARY", "one", CHECK, Weight=1))
batch("tertiary", failover("TERTIARY", "one", CHECK))
batch("ttl missing", change(TTL=None))
batch("neither values nor alias", change(TTL=None, ResourceRecords=None))
batch("alias with ttl", with_ttl(alias("www.example.com")))
batch("unknown type", change(Type="ANAME"))
batch("unknown action", change(action="REPLACE"))
batch("primary without health check", failover("PRIMARY", "one"))
batch("unknown health check", failover("PRIMARY", "one", "11111111-2222-3333-4444-555555555555"))
batch("no address", a("not-an-ip"))
batch("the same value twice", a("192.0.2.1", "192.0.2.1"))
batch("two names in a cname", change(ResourceRecords=[{"Value": "a.example.net"}, {"Value": "b.example.net"}]))
batch("a text without quotes", change(Type="TXT", ResourceRecords=[{"Value": "plain"}]))
batch("a name with an empty label", change(Name="a..example.com"))
batch("another zone's name", change(Name="x.other.net"))
batch("a name that only ends like the zone", change(Name="badexample.com"))
batch("a label of 64 characters", change(Name=f"{'x' * 64}.example.com"))
batch("a name with a space", change(Name="a b.example.com"))
batch("a ttl below zero", change(TTL=-1))
batch("a ttl beyond 31 bits", change(TTL=2**31))
batch("an identifier of 129 characters", change(SetIdentifier="x" * 129, Weight=1))
batch("a health check without a policy", change(HealthCheckId=CHECK))
batch("alias without evaluation", alias_with("www.example.com", EvaluateTargetHealth=None))
for kind, value in [
    ("AAAA", "192.0.2.1"),
    ("CAA", "256 issue \"ca.example.net\""),
    ("CNAME", "two names.example.net"),
    ("DS", "1 2 3 xyz"),
    ("HTTPS", "0 . alpn=h2"),
    ("MX", "mail.example.net"),
    ("NAPTR", "10 20 u \"E2U+sip\" \"\" ."),
    ("PTR", "a..example.net"),
    ("SPF", "v=spf1 -all"),
    ("SRV", "1 2 70000 host.example.net"),
    ("SSHFP", "1 x abcd"),
    ("SVCB", "1"),
    ("TLSA", "3 1 256 abcd"),
    ("TXT", f"\"{'x' * 256}\""),
]:
    batch(f"no value of type {kind}", change(Type=kind, ResourceRecords=[{"Value": value}]))
# Routing policies.
batch("a weight of 256", change(SetIdentifier="one", Weight=256))
batch("a region that is none", change(SetIdentifier="one", Region="Europe"))
batch("a country that is none", change(SetIdentifier="one", GeoLocation={"CountryCode": "XX"}))
batch(
    "a continent and a country",
    change(SetIdentifier="one", GeoLocation={"ContinentCode": "EU", "CountryCode": "FR"}),
)
batch(
    "a state outside the united states",
    change(SetIdentifier="one", GeoLocation={"CountryCode": "FR", "SubdivisionCode": "WA"}),
)
batch("a bias of 100", change(SetIdentifier="one", GeoProximityLocation={"AWSRegion": "eu-west-1", "Bias": 100}))
batch("a place nowhere", change(SetIdentifier="one", GeoProximityLocation={"Bias": 1}))
batch("no cidr collection", change(SetIdentifier="one", CidrRoutingConfig={"CollectionId": "x", "LocationName": "y"}))
batch("no multivalue answer", a("192.0.2.1", SetIdentifier="one", MultiValueAnswer=False))
batch("a multivalue answer that is an alias", alias("www.example.com", SetIdentifier="one", MultiValueAnswer=True))
batch("a latency set of two values", a("192.0.2.1", "192.0.2.2", SetIdentifier="one", Region="eu-west-1"))
batch(
    "a region twice",
    *[a("192.0.2.1", SetIdentifier=identifier, Region="eu-west-1") for identifier in ("one", "two")],
)
batch(
    "a place twice",
    *[a("192.0.2.1", SetIdentifier=identifier, GeoLocation={"CountryCode": "*"}) for identifier in ("one", "two")],
)
batch("two weights with two ttls", *[change(SetIdentifier=f"{ttl}", Weight=1, TTL=ttl) for ttl in (60, 61)])
batch(
    "a delegation by failover",
    failover("PRIMARY", "one", CHECK, Type="NS", ResourceRecords=[{"Value": "ns.example.net"}]),
)
# What may stand beside it.
batch("cname at the apex", change(Name="example.com"))
batch("an address beside a cname", change(), a("192.0.2.1"))
batch("name servers of every name", change(Name="*.example.com", Type="NS"))
batch("another type by upsert", change(action="UPSERT", Name="www.example.com"))
batch("cname beside an address", change(Name="www.example.com"))
batch("two primaries", failover("PRIMARY", "one", CHECK), failover("PRIMARY", "two", CHECK))
batch("simple beside failover", change(), failover("PRIMARY", "one", CHECK))
batch("weighted beside failover", failover("PRIMARY", "one", CHECK), change(SetIdentifier="two", Weight=1))
batch("two secondaries", failover("SECONDARY", "one"), failover("SECONDARY", "two"))
batch("create of what is there", a("192.0.2.10", Name="www.example.com", TTL=300))
batch("create of what is there, with another value", a("192.0.2.99", Name="www.example.com"))
# Aliases.
batch("alias to a record that is not there", alias("nowhere.example.com"))
batch("alias to a record of another type", alias("www.example.com", type="AAAA"))
batch("alias to s3's rest endpoint", alias("bucket.s3.us-east-1.amazonaws.com", zone="Z3AQBSTGFYJSTF"))
batch("alias to another region's website", alias("s3-website-eu-west-1.amazonaws.com", zone="Z3AQBSTGFYJSTF"))
batch("alias to s3's global endpoint", alias("website.s3.amazonaws.com", zone="Z1BKCTXD74EZPE"))
batch("alias to a website with a dot for a dash", alias("s3-website.us-east-1.amazonaws.com", zone="Z3AQBSTGFYJSTF"))
batch("alias to a website with a dash for a dot", alias("s3-website-us-east-2.amazonaws.com", zone="Z2O1EMRO9K5GLX"))
batch(
    "alias to a website by ipv6",
    alias("s3-website-us-east-1.amazonaws.com", zone="Z3AQBSTGFYJSTF", type="AAAA"),
)
batch("alias to another zone's record", alias("www.example.net"))
batch("alias in another zone's name", alias("www.example.com", zone="Z00000000000000000000"))
batch("alias to itself", alias(NAME))
batch("alias before its target", alias("later.example.com"), a("192.0.2.1", Name="later.example.com"))
batch(
    "alias that evaluates cloudfront",
    alias_with("d111111abcdef8.cloudfront.net", HostedZoneId="Z2FDTNDATAQYW2", EvaluateTargetHealth=True),
)
# Deleting.
batch("delete of what is not there", change(action="DELETE"))
batch("delete with another value", a("192.0.2.99", action="DELETE", Name="www.example.com", TTL=300))
batch("delete with another ttl", a("192.0.2.10", action="DELETE", Name="www.example.com", TTL=60))
batch("delete twice", *[a("192.0.2.10", action="DELETE", Name="www.example.com", TTL=300)] * 2)
SOA = next(record for record in everything() if record["Type"] == "SOA")
batch("delete of the soa", {"Action": "DELETE", "ResourceRecordSet": SOA})
NS = next(record for record in everything() if record["Type"] == "NS")
batch("delete of the name servers", {"Action": "DELETE", "ResourceRecordSet": NS})
batch("a second soa", {"Action": "CREATE", "ResourceRecordSet": SOA | {"Name": NAME}})
# All or nothing, and all that is wrong at once.
batch("a good change before bad ones", change(), a("x", Name="y.example.com"), change(Name="z.other.net"))
batch("no change at all")
batch("too many elements", *[
    change(Name=f"n{number}.example.com", action="UPSERT") for number in range(501)
])
batch("too many elements, created", *[change(Name=f"n{number}.example.com") for number in range(1001)])
TEXTS = [{"Value": f"\"{letter * 200}\""} for letter in "abcdefghijklmnopqrst"]
batch("too many characters, upserted", *[
    change(Name=f"n{number}.example.com", action="UPSERT", Type="TXT", ResourceRecords=TEXTS) for number in range(4)
])
batch("too many characters, created", *[
    change(Name=f"n{number}.example.com", Type="TXT", ResourceRecords=TEXTS) for number in range(8)
])
batch("401 values", a(*[f"192.0.{number // 250}.{number % 250}" for number in range(401)]))
attempt(
    "a comment of 257 characters",
    CLIENT.change_resource_record_sets,
    HostedZoneId=ZONE,
    ChangeBatch={"Changes": [change()], "Comment": "x" * 257},
)
batch("a zone that is not there", change(), zone="Z0000000000000")
# Health checks.
check("interval of 9 s", RequestInterval=9)
check("interval of 17 s", RequestInterval=17)
check("interval of 31 s", RequestInterval=31)
check("threshold of 11", FailureThreshold=11)
check("threshold of 0", FailureThreshold=0)
check("port 0", Port=0)
check("port 65536", Port=65536)
check("a path of 256 characters", ResourcePath="/" + "x" * 255)
check("a search of 256 characters", Type="HTTP_STR_MATCH", SearchString="x" * 256)
check("a reference of 65 characters", reference="x" * 65)
check("nothing to check", FullyQualifiedDomainName=None)
check("a private address", IPAddress="10.0.0.1")
check("an address for documentation", IPAddress="192.0.2.1")
check("a multicast address", IPAddress="224.0.0.1")
check("no address at all", IPAddress="300.1.2.3")
check("search without text", Type="HTTP_STR_MATCH")
check("text without search", SearchString="ok")
check("tcp without port", Type="TCP", ResourcePath=None)
check("tcp with a path", Type="TCP", Port=80)
check("tcp with address and name", Type="TCP", Port=80, ResourcePath=None, IPAddress="8.8.8.8")
check("children of an endpoint", HealthThreshold=1, ChildHealthChecks=[CHECK])
check("alarm of an endpoint", AlarmIdentifier={"Region": "us-east-1", "Name": "alarm"})
check("two checker regions", Regions=["us-east-1", "eu-west-1"])
check("unknown checker region", Regions=["us-east-1", "eu-west-1", "eu-central-1"])
check("unknown kind", Type="PING")
check("a used reference with other settings", reference="of the judge")
children = {"Type": "CALCULATED", "FullyQualifiedDomainName": None, "ResourcePath": None, "RequestInterval": None}
check("unknown child", **children, HealthThreshold=1, ChildHealthChecks=["11111111-2222-3333-4444-555555555555"])
check("calculated over calculated", **children, HealthThreshold=1, ChildHealthChecks=[COMBINED])
check("calculated with a name", **children | {"FullyQualifiedDomainName": "example.net"})
check("calculated with a port", **children, Port=80)
check("257 children", **children, HealthThreshold=1, ChildHealthChecks=[CHECK] * 257)
check("a health threshold of 257", **children, HealthThreshold=257, ChildHealthChecks=[CHECK])
check("a metric without an alarm", **children | {"Type": "CLOUDWATCH_METRIC"})
check(
    "a metric that is unsure in its own way",
    **children | {"Type": "CLOUDWATCH_METRIC"},
    AlarmIdentifier={"Region": "us-east-1", "Name": "alarm"},
    InsufficientDataHealthStatus="Maybe",
)
check("a routing control", **children | {"Type": "RECOVERY_CONTROL"})
SPENT = {"CallerReference": "spent", "HealthCheckConfig": {"Type": "HTTP", "FullyQualifiedDomainName": "example.net"}}
CLIENT.delete_health_check(HealthCheckId=CLIENT.create_health_check(**SPENT)["HealthCheck"]["Id"])
attempt("the reference of a deleted check", CLIENT.create_health_check, **SPENT)
attempt("update that adds an address", CLIENT.update_health_check, HealthCheckId=CHECK, IPAddress="8.8.8.8")
attempt("reset of what has no default", CLIENT.update_health_check, HealthCheckId=CHECK, ResetElements=["Port"])
attempt(
    "reset of all that is checked",
    CLIENT.update_health_check,
    HealthCheckId=CHECK,
    ResetElements=["FullyQualifiedDomainName"],
)
attempt("update of a check that is not there", CLIENT.update_health_check, HealthCheckId="11111111", Port=80)
attempt("delete of a check that is not there", CLIENT.delete_health_check, HealthCheckId="11111111")
attempt("failures of a calculated check", CLIENT.get_health_check_last_failure_reason, HealthCheckId=COMBINED)
attempt(
    "update of an older version",
    CLIENT.update_health_check,
    HealthCheckId=CHECK,
    HealthCheckVersion=7,
    Port=80,
)
attempt("a health check that is not there", CLIENT.get_health_check, HealthCheckId="11111111")
attempt("status of a calculated check", CLIENT.get_health_check_status, HealthCheckId=COMBINED)
# Zones and changes.
CLIENT.create_hosted_zone(Name="new.example", CallerReference="once")
attempt("a zone's reference twice", CLIENT.create_hosted_zone, Name="other.example", CallerReference="once")
attempt("a zone of no name", CLIENT.create_hosted_zone, Name="a..example", CallerReference="a")
attempt("a zone of a wildcard", CLIENT.create_hosted_zone, Name="*.example", CallerReference="b")
attempt(
    "a zone of a delegation set",
    CLIENT.create_hosted_zone,
    Name="a.example",
    CallerReference="c",
    DelegationSetId="N00000000000",
)
attempt("zones of a delegation set", CLIENT.list_hosted_zones, DelegationSetId="N00000000000")
attempt("zones of a type", CLIENT.list_hosted_zones, HostedZoneType="PublicHostedZone")
attempt("zones, none a page", CLIENT.list_hosted_zones, MaxItems="0")
attempt("zones by an id without a name", CLIENT.list_hosted_zones_by_name, HostedZoneId=ZONE)
attempt("zones from no name on", CLIENT.list_hosted_zones_by_name, DNSName="a..example")
# Private zones.
VPC, OTHER = [{"VPCRegion": "us-east-1", "VPCId": f"vpc-0000000{number}"} for number in (1, 2)]
PRIVATE = CLIENT.create_hosted_zone(
    Name="inside.example",
    CallerReference="inside",
    VPC=VPC,
    HostedZoneConfig={"PrivateZone": True},
)["HostedZone"]["Id"]
attempt(
    "a private zone without a vpc",
    CLIENT.create_hosted_zone,
    Name="a.example",
    CallerReference="d",
    HostedZoneConfig={"PrivateZone": True},
)
attempt(
    "a private zone of no vpc",
    CLIENT.create_hosted_zone,
    Name="a.example",
    CallerReference="e",
    VPC=VPC | {"VPCId": "vpc-x"},
)
attempt("a vpc's second zone", CLIENT.create_hosted_zone, Name="inside.example", CallerReference="f", VPC=VPC)
attempt("a private zone's signature", CLIENT.get_dnssec, HostedZoneId=PRIVATE)
attempt("a public zone's vpc", CLIENT.associate_vpc_with_hosted_zone, HostedZoneId=ZONE, VPC=VPC)
attempt("a vpc once more", CLIENT.associate_vpc_with_hosted_zone, HostedZoneId=PRIVATE, VPC=VPC)
attempt("the last vpc", CLIENT.disassociate_vpc_from_hosted_zone, HostedZoneId=PRIVATE, VPC=VPC)
attempt("another vpc", CLIENT.disassociate_vpc_from_hosted_zone, HostedZoneId=PRIVATE, VPC=OTHER)
attempt("zones of no vpc", CLIENT.list_hosted_zones_by_vpc, VPCId="x", VPCRegion="us-east-1")
# What boto3 never sends: members that there are not.


def smuggle(case, call, before, more, **arguments):
    """Calls with more in the body than boto3 would send."""

    def insert(params, **_):
        params["body"] = params["body"].replace(before, more + before, 1)

    event = f"before-call.route53.{call}"
    CLIENT.meta.events.register(event, insert, unique_id="smuggle")
    attempt(case, getattr(CLIENT, xform_name(call)), **arguments)
    CLIENT.meta.events.unregister(event, unique_id="smuggle")


CONFIG = SPENT["HealthCheckConfig"]
smuggle(
    "a header of a checker",
    "CreateHealthCheck",
    b"</HealthCheckConfig>",
    b"<HTTPHeaders><Header>x</Header></HTTPHeaders>",
    CallerReference="smuggled",
    HealthCheckConfig=CONFIG,
)
for member, value in [("Type", b"TCP"), ("RequestInterval", b"10"), ("MeasureLatency", b"true")]:
    name = member.encode()
    smuggle(
        f"another {member} of a check",
        "UpdateHealthCheck",
        b"</UpdateHealthCheckRequest>",
        b"<" + name + b">" + value + b"</" + name + b">",
        HealthCheckId=CHECK,
        Inverted=False,
    )
smuggle(
    "a comment of a record",
    "ChangeResourceRecordSets",
    b"</ResourceRecordSet>",
    b"<Comment>x</Comment>",
    HostedZoneId=ZONE,
    ChangeBatch={"Changes": [change()]},
)
# Limits, places and answers.
attempt("a limit of accounts", CLIENT.get_account_limit, Type="MAX_BUCKETS")
attempt("a limit of zones", CLIENT.get_hosted_zone_limit, HostedZoneId=ZONE, Type="MAX_BUCKETS")
attempt(
    "a limit of private zones",
    CLIENT.get_hosted_zone_limit,
    HostedZoneId=ZONE,
    Type="MAX_VPCS_ASSOCIATED_BY_ZONE",
)
attempt("a place that is none", CLIENT.get_geo_location, CountryCode="XX")


def ask(case, **fields):
    question = {"HostedZoneId": ZONE, "RecordName": "www.example.com", "RecordType": "A"} | fields
    attempt(case, CLIENT.test_dns_answer, **question)


ask("an answer from inside", HostedZoneId=PRIVATE, RecordName="www.inside.example")
ask("an answer from nowhere", HostedZoneId="Z00000000000000000000")
ask("an answer about others", RecordName="www.example.net")
ask("an answer of no type", RecordType="ANY")
ask("an answer for no resolver", ResolverIP="resolver")
ask("an answer for no client", EDNS0ClientSubnetIP="192.0.2")
ask("an answer for 33 bits", EDNS0ClientSubnetIP="192.0.2.1", EDNS0ClientSubnetMask="33")
ask("an answer for 129 bits", EDNS0ClientSubnetIP="2001:db8::", EDNS0ClientSubnetMask="129")
ask("an answer for bits of nobody", EDNS0ClientSubnetMask="24")
# What is not there.
GONE = "Z00000000000000000000"
attempt("get of a zone that is not there", CLIENT.get_hosted_zone, Id=GONE)
attempt("delete of a zone that is not there", CLIENT.delete_hosted_zone, Id=GONE)
attempt("records of a zone that is not there", CLIENT.list_resource_record_sets, HostedZoneId=GONE)
attempt("comment of a zone that is not there", CLIENT.update_hosted_zone_comment, Id=GONE, Comment="x")
attempt("vpc of a zone that is not there", CLIENT.associate_vpc_with_hosted_zone, HostedZoneId=GONE, VPC=VPC)
attempt("tags of a zone that is not there", CLIENT.list_tags_for_resource, ResourceType="hostedzone", ResourceId=GONE)
attempt("tags of a bucket", CLIENT.list_tags_for_resource, ResourceType="bucket", ResourceId=GONE)


def tag(case, **fields):
    attempt(case, CLIENT.change_tags_for_resource, ResourceType="hostedzone", ResourceId=ZONE, **fields)


tag("eleven tags", AddTags=[{"Key": f"{number}", "Value": ""} for number in range(11)])
tag("a key of 129 characters", AddTags=[{"Key": "x" * 129, "Value": ""}])
tag("a value of 257 characters", AddTags=[{"Key": "x", "Value": "x" * 257}])
tag("no tags")
CLIENT.change_tags_for_resource(
    ResourceType="hostedzone",
    ResourceId=ZONE,
    AddTags=[{"Key": f"{number}", "Value": ""} for number in range(10)],
)
tag("one tag more", AddTags=[{"Key": "more", "Value": ""}])
attempt("a zone with records", CLIENT.delete_hosted_zone, Id=ZONE)
attempt("a change that is not there", CLIENT.get_change, Id="C0000000000000")
attempt("eleven resources", CLIENT.list_tags_for_resources, ResourceType="healthcheck", ResourceIds=[CHECK] * 11)
attempt(
    "a type without a name",
    CLIENT.list_resource_record_sets,
    HostedZoneId=ZONE,
    StartRecordType="A",
)
attempt(
    "an identifier without a type",
    CLIENT.list_resource_record_sets,
    HostedZoneId=ZONE,
    StartRecordName="www.example.com",
    StartRecordIdentifier="one",
)
attempt("records, none a page", CLIENT.list_resource_record_sets, HostedZoneId=ZONE, MaxItems="0")
# Who asks.
for case, secret, identifier in [("wrong secret", "wrong", None), ("unknown key", None, "AKIAIOSFODNN7EXAMPLE")]:
    own = boto3.Session().get_credentials()
    stranger = boto3.client(
        "route53",
        aws_access_key_id=identifier or own.access_key,
        aws_secret_access_key=secret or own.secret_key,
    )
    attempt(case, stranger.list_hosted_zones)
