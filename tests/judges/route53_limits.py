"""Meets Route 53's limits with boto3, in a lab whose account may have 3 zones, 2 health checks and 6 records a zone.

One JSON line a step: what was allowed, and the code and message of what was not.
"""

import json
import sys
import threading

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

CLIENT = boto3.client("route53", config=Config(retries={"total_max_attempts": 1}))
ZONE = CLIENT.list_hosted_zones()["HostedZones"][0]["Id"].removeprefix("/hostedzone/")


def say(step, **found):
    print(json.dumps({"step": step} | found, sort_keys=True))


def repeated(call, attempts):
    """How often a call was answered before the first refusal, and the refusal."""
    for number in range(attempts):
        try:
            call(number)
        except ClientError as refusal:
            error, meta = refusal.response["Error"], refusal.response["ResponseMetadata"]
            return number, [error["Code"], meta["HTTPStatusCode"], error["Message"]]
    sys.exit(f"not refused in {attempts} attempts")


def zone(number):
    CLIENT.create_hosted_zone(Name="limit.example", CallerReference=f"limit {number}")


def check(number):
    config = {"Type": "TCP", "FullyQualifiedDomainName": "example.net", "Port": 443}
    return CLIENT.create_health_check(CallerReference=f"limit {number}", HealthCheckConfig=config)["HealthCheck"]["Id"]


def record(number, action="CREATE"):
    set_ = {"Name": f"n{number}.example.com", "Type": "A", "TTL": 60, "ResourceRecords": [{"Value": "192.0.2.1"}]}
    batch = {"Changes": [{"Action": action, "ResourceRecordSet": set_}]}
    return CLIENT.change_resource_record_sets(HostedZoneId=ZONE, ChangeBatch=batch)


def account(kind):
    found = CLIENT.get_account_limit(Type=f"MAX_{kind}_BY_OWNER")
    return [found["Count"], found["Limit"]["Value"]]


made, refusal = repeated(zone, 9)
say("zones", made=made, refused=refusal, limit=account("HOSTED_ZONES"))
made, refusal = repeated(check, 9)
say("health checks", made=made, refused=refusal, limit=account("HEALTH_CHECKS"))
first = check(0)  # the same call again is no further check
CLIENT.delete_health_check(HealthCheckId=first)
say("after a deletion", limit=account("HEALTH_CHECKS"))
before = CLIENT.get_hosted_zone_limit(HostedZoneId=ZONE, Type="MAX_RRSETS_BY_ZONE")
room = before["Limit"]["Value"] - before["Count"]
made, refusal = repeated(record, 9)
after = CLIENT.get_hosted_zone_limit(HostedZoneId=ZONE, Type="MAX_RRSETS_BY_ZONE")
listed = CLIENT.list_resource_record_sets(HostedZoneId=ZONE)["ResourceRecordSets"]
say("records", filled=made == room, refused=refusal, count=after["Count"], listed=len(listed))
for kind in ("REUSABLE_DELEGATION_SETS", "TRAFFIC_POLICIES", "TRAFFIC_POLICY_INSTANCES"):
    say(kind.lower().replace("_", " "), limit=account(kind))

# Two that write to one zone at once, until they meet.
met, barrier = [], threading.Barrier(2)


def write():
    for _ in range(20):
        barrier.wait()
        try:
            record(0, "UPSERT")
            met.append(None)
        except ClientError as refusal:
            met.append([refusal.response["Error"]["Code"], refusal.response["ResponseMetadata"]["HTTPStatusCode"]])
        if barrier.wait() == 0 and any(met):
            barrier.abort()


def until_met():
    try:
        write()
    except threading.BrokenBarrierError:
        pass


threads = [threading.Thread(target=until_met) for _ in range(2)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
say("two at once", refused=next((found for found in met if found), None), answered=None in met)
record(0, "UPSERT")
say("one after the other")

second = check(1)
made, refusal = repeated(lambda _: CLIENT.get_health_check_status(HealthCheckId=second), 100)
say("status, as fast as can be", burst=made >= 4, refused=refusal)
made, refusal = repeated(lambda _: CLIENT.get_hosted_zone_count(), 2000)
say("anything, as fast as can be", refused=refusal)
