"""Takes zones, health checks, tags and records through their lives with boto3; one JSON line a step."""

import json
import time

import boto3

CLIENT = boto3.client("route53")


def say(step, **found):
    print(json.dumps({"step": step} | found, sort_keys=True, default=str))


def until(what, look, seconds=20):
    """Looks until it is done, and gives what was seen last."""
    deadline, seen = time.monotonic() + seconds, None
    while time.monotonic() < deadline:
        seen, done = look()
        if done:
            return seen
        time.sleep(0.02)
    raise SystemExit(f"{what}: not within {seconds} s; seen last: {seen}")


def short(record):
    return " ".join(
        str(record.get(key))
        for key in ("Name", "Type", "SetIdentifier", "Failover", "TTL")
        if record.get(key) is not None
    )


made = CLIENT.create_hosted_zone(
    Name="Journey.Example", CallerReference="journey", HostedZoneConfig={"Comment": "a <zone> & more"}
)
zone = made["HostedZone"]["Id"]
say(
    "zone created",
    http=made["ResponseMetadata"]["HTTPStatusCode"],
    name=made["HostedZone"]["Name"],
    comment=made["HostedZone"]["Config"]["Comment"],
    records=made["HostedZone"]["ResourceRecordSetCount"],
    servers=len(made["DelegationSet"]["NameServers"]),
    status=made["ChangeInfo"]["Status"],
)
assert made["Location"].endswith(zone), made["Location"]


def change_status(info):
    status = CLIENT.get_change(Id=info["Id"])["ChangeInfo"]["Status"]
    return status, status == "INSYNC"


say("zone in sync", status=until("the zone", lambda: change_status(made["ChangeInfo"])))

names = [found["Name"] for found in CLIENT.list_hosted_zones()["HostedZones"]]
say("zones", names=sorted(names))
page = CLIENT.list_hosted_zones_by_name(DNSName="example.com", MaxItems="1")
say(
    "zones by name, first page",
    names=[found["Name"] for found in page["HostedZones"]],
    more=page["IsTruncated"],
    next=page.get("NextDNSName"),
)

endpoint = {
    "Type": "HTTPS_STR_MATCH",
    "FullyQualifiedDomainName": "bucket.s3.us-east-1.amazonaws.com",
    "ResourcePath": "failover/health.txt",
    "SearchString": "ok & <well>",
    "RequestInterval": 10,
}
created = CLIENT.create_health_check(CallerReference="endpoint", HealthCheckConfig=endpoint)
first = created["HealthCheck"]
say("check created", version=first["HealthCheckVersion"], config=first["HealthCheckConfig"])
again = CLIENT.create_health_check(CallerReference="endpoint", HealthCheckConfig=endpoint)
say("created again", same=again["HealthCheck"]["Id"] == first["Id"])
tcp = {"Type": "TCP", "FullyQualifiedDomainName": "example.net", "Port": 443, "Inverted": True}
second = CLIENT.create_health_check(CallerReference="tcp", HealthCheckConfig=tcp)["HealthCheck"]
say("tcp check created", config=second["HealthCheckConfig"])
combined = {"Type": "CALCULATED", "HealthThreshold": 2, "ChildHealthChecks": [first["Id"], second["Id"]]}
third = CLIENT.create_health_check(CallerReference="both", HealthCheckConfig=combined)["HealthCheck"]
say("calculated check created", children=len(third["HealthCheckConfig"]["ChildHealthChecks"]))
checks = [first["Id"], second["Id"], third["Id"]]

updated = CLIENT.update_health_check(
    HealthCheckId=first["Id"],
    HealthCheckVersion=1,
    FailureThreshold=1,
    Regions=["us-east-1", "eu-west-1", "sa-east-1"],
)["HealthCheck"]
say("check updated", version=updated["HealthCheckVersion"], config=updated["HealthCheckConfig"])
reset = CLIENT.update_health_check(HealthCheckId=first["Id"], ResetElements=["Regions"])["HealthCheck"]
say("regions reset", version=reset["HealthCheckVersion"], regions=len(reset["HealthCheckConfig"].get("Regions", [])))


def observations():
    found = CLIENT.get_health_check_status(HealthCheckId=second["Id"])["HealthCheckObservations"]
    return len(found), len(found) == 16


say("checkers", seen=until("the checkers", observations))

for number, check in enumerate(checks):
    tags = [{"Key": "number", "Value": str(number)}, {"Key": "both", "Value": "ü & <é>"}]
    CLIENT.change_tags_for_resource(ResourceType="healthcheck", ResourceId=check, AddTags=tags)
CLIENT.change_tags_for_resource(ResourceType="healthcheck", ResourceId=checks[0], RemoveTagKeys=["both"])
bulk = CLIENT.list_tags_for_resources(ResourceType="healthcheck", ResourceIds=checks)["ResourceTagSets"]
tags = {checks.index(of["ResourceId"]): {tag["Key"]: tag["Value"] for tag in of["Tags"]} for of in bulk}
say("tags in bulk", tags=[tags[number] for number in range(3)])

pages = CLIENT.get_paginator("list_health_checks").paginate(PaginationConfig={"PageSize": 1})
sizes = [len(page["HealthChecks"]) for page in pages]
say("checks, one a page", sizes=sizes, count=CLIENT.get_health_check_count()["HealthCheckCount"])


def pointer(region, bucket):
    return {
        "Name": f"{region}.data.journey.example",
        "Type": "CNAME",
        "TTL": 60,
        "ResourceRecords": [{"Value": f"{bucket}.s3.{region}.amazonaws.com"}],
    }


def half(side, region, check):
    return {
        "Name": "data.journey.example",
        "Type": "CNAME",
        "SetIdentifier": side.lower(),
        "Failover": side,
        "HealthCheckId": check,
        "AliasTarget": {
            "HostedZoneId": zone,
            "DNSName": f"{region}.data.journey.example",
            "EvaluateTargetHealth": False,
        },
    }


ours = [
    pointer("us-east-1", "a"),
    pointer("eu-west-1", "b"),
    half("PRIMARY", "us-east-1", checks[0]),
    half("SECONDARY", "eu-west-1", checks[1]),
]


def batch(action, records):
    changes = [{"Action": action, "ResourceRecordSet": record} for record in records]
    return CLIENT.change_resource_record_sets(HostedZoneId=zone, ChangeBatch={"Changes": changes})["ChangeInfo"]


sent = batch("CREATE", ours)
say("records in sync", at_first=sent["Status"], status=until("the records", lambda: change_status(sent)))


def listed(**start):
    return CLIENT.list_resource_record_sets(HostedZoneId=zone, **start)


every = listed()["ResourceRecordSets"]
say("records", sets=[short(record) for record in every])
primary = next(record for record in every if record.get("Failover") == "PRIMARY")
assert primary.pop("HealthCheckId") == checks[0], primary
assert primary["AliasTarget"].pop("HostedZoneId") == zone.removeprefix("/hostedzone/"), primary
say("the primary", record=primary)
pages = CLIENT.get_paginator("list_resource_record_sets")
pages = list(pages.paginate(HostedZoneId=zone, PaginationConfig={"PageSize": 1}))
paged = [record for page in pages for record in page["ResourceRecordSets"]]
say("records, one a page", pages=len(pages), same=paged == listed()["ResourceRecordSets"])
begin = listed(
    StartRecordName="data.journey.example",
    StartRecordType="CNAME",
    StartRecordIdentifier="secondary",
    MaxItems="1",
)
say(
    "from the secondary on",
    sets=[short(record) for record in begin["ResourceRecordSets"]],
    next=begin["NextRecordName"],
)
batch("UPSERT", [pointer("us-east-1", "c")])
upserted = listed(StartRecordName="us-east-1.data.journey.example")
say("after upsert", value=upserted["ResourceRecordSets"][0]["ResourceRecords"])

batch("DELETE", [ours[3], ours[2], ours[1], pointer("us-east-1", "c")])
for check in reversed(checks):
    CLIENT.delete_health_check(HealthCheckId=check)
left = listed()["ResourceRecordSets"]
gone = CLIENT.delete_hosted_zone(Id=zone)["ChangeInfo"]["Status"]
say(
    "all deleted",
    records=[record["Type"] for record in left],
    checks=CLIENT.get_health_check_count()["HealthCheckCount"],
    status=gone,
    zones=CLIENT.get_hosted_zone_count()["HostedZoneCount"],
)
