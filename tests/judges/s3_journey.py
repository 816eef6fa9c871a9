"""Uses S3 in two regions with boto3: objects, policy, Block Public Access, replication; a JSON line a step."""

import json
import sys
import time
import urllib.error
import urllib.request

import boto3
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError

PRIMARY, SECONDARY = ("my-app-data-us-east-1", "us-east-1"), ("my-app-data-eu-west-1", "eu-west-1")
HOME = {PRIMARY[0]: sys.argv[1], SECONDARY[0]: sys.argv[2]}  # the URL of each region's own S3


def client(region, **settings):
    return boto3.client("s3", region_name=region, config=Config(retries={"total_max_attempts": 1}, **settings))


US, EU = client("us-east-1"), client("eu-west-1")


def say(step, **found):
    print(json.dumps({"step": step} | found, sort_keys=True, default=str))


def code(call, **arguments):
    try:
        return call(**arguments)["ResponseMetadata"]["HTTPStatusCode"]
    except ClientError as refusal:
        meta = refusal.response["ResponseMetadata"]
        return f"{meta['HTTPStatusCode']} {refusal.response['Error']['Code']}"


def stranger(bucket, region, key):
    """What somebody gets who signs nothing, at the bucket's own host name."""
    request = urllib.request.Request(f"{HOME[bucket]}/{key}", headers={"Host": f"{bucket}.s3.{region}.amazonaws.com"})
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return [answer.status, answer.read().decode()]
    except urllib.error.HTTPError as refusal:
        return [refusal.code, None]


def until(what, look, seconds=20):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = look()
        if found is not None:
            return found
        time.sleep(0.02)
    raise SystemExit(f"{what}: not within {seconds} s")


say("regions", found=[US.head_bucket(Bucket=PRIMARY[0])["BucketRegion"], EU.head_bucket(Bucket=SECONDARY[0])["BucketRegion"]])
say("versioning", found=[US.get_bucket_versioning(Bucket=PRIMARY[0])["Status"], EU.get_bucket_versioning(Bucket=SECONDARY[0])["Status"]])

put = US.put_object(Bucket=PRIMARY[0], Key="data/ü & <b>.txt", Body=b"bytes", ContentType="text/plain", Metadata={"who": "judge"})
got = US.get_object(Bucket=PRIMARY[0], Key="data/ü & <b>.txt")
say("object", body=got["Body"].read().decode(), type=got["ContentType"], metadata=got["Metadata"], same_version=got["VersionId"] == put["VersionId"])
say("range", body=US.get_object(Bucket=PRIMARY[0], Key="data/ü & <b>.txt", Range="bytes=1-2")["Body"].read().decode())
keys = [found["Key"] for found in US.list_objects_v2(Bucket=PRIMARY[0], Prefix="data/")["Contents"]]
say("listing", keys=keys)
say(
    "what is not there",
    object=code(US.get_object, Bucket=PRIMARY[0], Key="nothing"),
    head=code(US.head_object, Bucket=PRIMARY[0], Key="nothing"),
    bucket=code(US.list_objects_v2, Bucket="my-app-data-nowhere"),
)
unsigned = client("us-east-1", signature_version=UNSIGNED)
say("unsigned", object=code(unsigned.get_object, Bucket=PRIMARY[0], Key="data/hello.txt"))

rules = US.get_bucket_replication(Bucket=PRIMARY[0])["ReplicationConfiguration"]["Rules"]
say("replication", status=[rule["Status"] for rule in rules], to=[rule["Destination"]["Bucket"] for rule in rules])


def replica():
    try:
        return EU.get_object(Bucket=SECONDARY[0], Key="data/ü & <b>.txt")
    except ClientError as refusal:
        if refusal.response["Error"]["Code"] != "NoSuchKey":
            raise
        return None


there = until("the replica", replica)
say("replica", body=there["Body"].read().decode(), status=there["ReplicationStatus"], metadata=there["Metadata"])


def completed():
    status = US.head_object(Bucket=PRIMARY[0], Key="data/ü & <b>.txt")["ReplicationStatus"]
    return status if status == "COMPLETED" else None


say("source", status=until("the source's status", completed))

sentinel = "failover/health.txt"
block = US.get_public_access_block(Bucket=PRIMARY[0])["PublicAccessBlockConfiguration"]
say("public access block", found=block)
policy = json.loads(US.get_bucket_policy(Bucket=PRIMARY[0])["Policy"])
say("policy", actions=[statement["Action"] for statement in policy["Statement"]])
say("a stranger", sentinel=stranger(*PRIMARY, sentinel), other=stranger(*PRIMARY, "data/hello.txt"))
everything = dict.fromkeys(block, True)
US.put_public_access_block(Bucket=PRIMARY[0], PublicAccessBlockConfiguration=everything)
say("a stranger when all is blocked", sentinel=stranger(*PRIMARY, sentinel), signed=code(US.get_object, Bucket=PRIMARY[0], Key=sentinel))
say("a public policy when all is blocked", put=code(US.put_bucket_policy, Bucket=PRIMARY[0], Policy=json.dumps(policy)))
US.put_public_access_block(Bucket=PRIMARY[0], PublicAccessBlockConfiguration=block)
say("a stranger when it is as before", sentinel=stranger(*PRIMARY, sentinel))
US.delete_bucket_policy(Bucket=PRIMARY[0])
say("a stranger without a policy", sentinel=stranger(*PRIMARY, sentinel))
US.put_bucket_policy(Bucket=PRIMARY[0], Policy=json.dumps(policy))
say("a stranger with the policy", sentinel=stranger(*PRIMARY, sentinel))
US.delete_object(Bucket=PRIMARY[0], Key="data/ü & <b>.txt")
say("deleted", found=code(US.get_object, Bucket=PRIMARY[0], Key="data/ü & <b>.txt"))
