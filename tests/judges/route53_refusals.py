"""Sends bad requests to a Route 53 API with boto3, and prints the code and message of each refusal.

One JSON document a line: {"case", "code", "status", "message"}; code is null where nothing was refused.
"""

import json
import sys

import boto3
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
# What may stand beside it.
batch("cname at the apex", change(Name="example.com"))
batch("cname beside an address", change(Name="www.example.com"))
batch("two primaries", failover("PRIMARY", "one", CHECK), failover("PRIMARY", "two", CHECK))
batch("simple beside failover", change(), failover("PRIMARY", "one", CHECK))
batch("weighted beside failover", failover("PRIMARY", "one", CHECK), change(SetIdentifier="two", Weight=1))
batch("create of what is there", a("192.0.2.10", Name="www.example.com", TTL=300))
batch("create of what is there, with another value", a("192.0.2.99", Name="www.example.com"))
# Aliases.
batch("alias to a record that is not there", alias("nowhere.example.com"))
batch("alias to a record of another type", alias("www.example.com", type="AAAA"))
batch("alias to s3's rest endpoint", alias("bucket.s3.us-east-1.amazonaws.com", zone="Z3AQBSTGFYJSTF"))
batch("alias to another region's website", alias("s3-website-eu-west-1.amazonaws.com", zone="Z3AQBSTGFYJSTF"))
# Deleting.
batch("delete of what is not there", change(action="DELETE"))
batch("delete with another value", a("192.0.2.99", action="DELETE", Name="www.example.com", TTL=300))
batch("delete with another ttl", a("192.0.2.10", action="DELETE", Name="www.example.com", TTL=60))
batch("delete twice", *[a("192.0.2.10", action="DELETE", Name="www.example.com", TTL=300)] * 2)
SOA = next(record for record in everything() if record["Type"] == "SOA")
batch("delete of the soa", {"Action": "DELETE", "ResourceRecordSet": SOA})
# All or nothing, and all that is wrong at once.
batch("a good change before bad ones", change(), a("x", Name="y.example.com"), change(Name="z.other.net"))
batch("no change at all")
batch("too many elements", *[
    change(Name=f"n{number}.example.com", action="UPSERT") for number in range(501)
])
batch("a zone that is not there", change(), zone="Z0000000000000")
# Health checks.
check("interval of 9 s", RequestInterval=9)
check("interval of 31 s", RequestInterval=31)
check("threshold of 11", FailureThreshold=11)
check("nothing to check", FullyQualifiedDomainName=None)
check("a private address", IPAddress="10.0.0.1")
check("search without text", Type="HTTP_STR_MATCH")
check("text without search", SearchString="ok")
check("tcp without port", Type="TCP", ResourcePath=None)
check("two checker regions", Regions=["us-east-1", "eu-west-1"])
check("unknown checker region", Regions=["us-east-1", "eu-west-1", "eu-central-1"])
check("unknown kind", Type="PING")
check("a used reference with other settings", reference="of the judge")
children = {"Type": "CALCULATED", "FullyQualifiedDomainName": None, "ResourcePath": None, "RequestInterval": None}
check("unknown child", **children, HealthThreshold=1, ChildHealthChecks=["11111111-2222-3333-4444-555555555555"])
check("calculated over calculated", **children, HealthThreshold=1, ChildHealthChecks=[COMBINED])
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
attempt("a zone with records", CLIENT.delete_hosted_zone, Id=ZONE)
attempt("a change that is not there", CLIENT.get_change, Id="C0000000000000")
attempt("eleven resources", CLIENT.list_tags_for_resources, ResourceType="healthcheck", ResourceIds=[CHECK] * 11)
attempt(
    "a type without a name",
    CLIENT.list_resource_record_sets,
    HostedZoneId=ZONE,
    StartRecordType="A",
)
# Who asks.
for case, secret, identifier in [("wrong secret", "wrong", None), ("unknown key", None, "AKIAIOSFODNN7EXAMPLE")]:
    own = boto3.Session().get_credentials()
    stranger = boto3.client(
        "route53",
        aws_access_key_id=identifier or own.access_key,
        aws_secret_access_key=secret or own.secret_key,
    )
    attempt(case, stranger.list_hosted_zones)
