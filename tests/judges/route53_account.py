"""Prepares an account, or prints what is in it, one JSON document a line, without ids that differ each time.

route53_account.py prepare    a zone, a record and a health check of other people
route53_account.py read       every record and health check with its tags
"""

import json
import sys

import boto3

CLIENT = boto3.client("route53")


def prepare():
    zone = CLIENT.create_hosted_zone(Name="example.com", CallerReference="zone")["HostedZone"]["Id"]
    record = {"Name": "www.example.com", "Type": "A", "TTL": 300, "ResourceRecords": [{"Value": "192.0.2.10"}]}
    change = {"Action": "CREATE", "ResourceRecordSet": record}
    CLIENT.change_resource_record_sets(HostedZoneId=zone, ChangeBatch={"Changes": [change]})
    config = {"Type": "TCP", "FullyQualifiedDomainName": "www.example.com", "Port": 443}
    CLIENT.create_health_check(CallerReference="of other people", HealthCheckConfig=config)


def read():
    [zone] = CLIENT.list_hosted_zones()["HostedZones"]
    zone = zone["Id"].removeprefix("/hostedzone/")
    checks = {}
    for page in CLIENT.get_paginator("list_health_checks").paginate():
        for check in page["HealthChecks"]:
            found = CLIENT.list_tags_for_resource(ResourceType="healthcheck", ResourceId=check["Id"])
            tags = {tag["Key"]: tag["Value"].replace(zone, "ZONE") for tag in found["ResourceTagSet"]["Tags"]}
            checks[check["Id"]] = {"config": check["HealthCheckConfig"], "tags": tags}
    for record in CLIENT.list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"]:
        if "HealthCheckId" in record:
            # A check is told by the host that it looks at.
            record["HealthCheckId"] = checks[record["HealthCheckId"]]["config"]["FullyQualifiedDomainName"]
        if record.get("AliasTarget", {}).get("HostedZoneId") == zone:
            record["AliasTarget"]["HostedZoneId"] = "ZONE"
        if record["Type"] not in ("NS", "SOA"):
            print(json.dumps(record, sort_keys=True))
    for check in sorted(checks.values(), key=lambda check: check["config"]["FullyQualifiedDomainName"]):
        print(json.dumps(check, sort_keys=True))


{"prepare": prepare, "read": read}[sys.argv[1]]()
