"""Assumes roles of a lab with several accounts and asks every service as them; a line a step.

A visitor, whose account owns nothing, comes in by roles: `dns` opens the lab's own account, the two `bucket` roles
open one bucket each. `nobody` trusts nobody, `chained` trusts the primary's account, and sessions of `short` are
over at once.
"""

import datetime
import json
import sys
import time
import urllib.request

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

DNS, PRIMARY, SECONDARY = "000000000000", "000000000001", "000000000002"
VISITOR = {"aws_access_key_id": "LAB-VISITOR-KEY", "aws_secret_access_key": "lab-visitor-secret"}
USER = {"aws_access_key_id": "LAB-ACCESS-KEY", "aws_secret_access_key": "lab-secret-key"}
BUCKETS = {PRIMARY: "my-app-data-us-east-1", SECONDARY: "my-app-data-eu-west-1"}
REGIONS = {PRIMARY: "us-east-1", SECONDARY: "eu-west-1"}
EXTERNAL_ID = "lab-external-id"
KEY = "failover/health.txt"
# What is judged is the server, and each refusal is wanted as it is.
SETTINGS = Config(parameter_validation=False, retries={"total_max_attempts": 1})


def client(service, keys, region="us-east-1"):
    return boto3.client(service, region_name=region, config=SETTINGS, **keys)


def say(step, found):
    print(f"{step}\n  {found}")


def refused(step, call, **arguments):
    try:
        answer = call(**arguments)
        say(step, f"not refused: {answer['ResponseMetadata']['HTTPStatusCode']}")
    except ClientError as refusal:
        status, error = refusal.response["ResponseMetadata"]["HTTPStatusCode"], refusal.response["Error"]
        say(step, f"{status} {error['Code']}: {error.get('Message')}")


def role(account, name):
    return f"arn:aws:iam::{account}:role/{name}"


def wanted(account, name, **more):
    return {"RoleArn": role(account, name), "RoleSessionName": "judge"} | more


def keys(answer):
    found = answer["Credentials"]
    return {
        "aws_access_key_id": found["AccessKeyId"],
        "aws_secret_access_key": found["SecretAccessKey"],
        "aws_session_token": found["SessionToken"],
    }


def who(found):
    identity = client("sts", found).get_caller_identity()
    return f"{identity['Account']} {identity['Arn']} {identity['UserId']}"


STS = client("sts", VISITOR)
say("the lab's user", who(USER))
say("the visitor", who(VISITOR))

refused("no external id", STS.assume_role, **wanted(DNS, "dns"))
refused("another external id", STS.assume_role, **wanted(DNS, "dns", ExternalId="guessed"))
refused("a role that is not there", STS.assume_role, **wanted(DNS, "other", ExternalId=EXTERNAL_ID))
refused("a role that trusts nobody", STS.assume_role, **wanted(PRIMARY, "nobody"))
refused("a role that trusts another account", STS.assume_role, **wanted(DNS, "chained"))
refused("no role", STS.assume_role, RoleSessionName="judge", RoleArn="arn:aws:iam::000000000000:user/dns")
refused("nothing", STS.assume_role)
refused("much that is wrong", STS.assume_role, RoleArn="dns", RoleSessionName="a judge", DurationSeconds=60)
refused("too long", STS.assume_role, **wanted(DNS, "dns", ExternalId=EXTERNAL_ID, DurationSeconds=7200))
refused("a policy", STS.assume_role, **wanted(DNS, "dns", ExternalId=EXTERNAL_ID, Policy="{}"))
refused("another secret", client("sts", VISITOR | {"aws_secret_access_key": "x"}).get_caller_identity)
refused("another key", client("sts", VISITOR | {"aws_access_key_id": "AKIAOTHER"}).get_caller_identity)

sessions = {}
for account, name in [(DNS, "dns"), (PRIMARY, "bucket"), (SECONDARY, "bucket")]:
    answer = STS.assume_role(**wanted(account, name, ExternalId=EXTERNAL_ID))
    left = answer["Credentials"]["Expiration"] - datetime.datetime.now(datetime.timezone.utc)
    # An hour of the lab, told in our own time.
    speed = float(sys.argv[1])
    assert abs(left.total_seconds() - 3600 / speed) < 5, left
    user = answer["AssumedRoleUser"]
    sessions[account] = keys(answer)
    assert who(sessions[account]) == f"{account} {user['Arn']} {user['AssumedRoleId']}"
    say("assumed", f"{user['Arn']} {user['AssumedRoleId']}")

for account, found in sessions.items():
    say("as the role of", account)
    route53 = client("route53", found)
    refused("  the zones", route53.list_hosted_zones)
    refused("  a zone", route53.get_hosted_zone, Id="Z-LAB-1")
    refused("  the metrics", client("cloudwatch", found).list_metrics)
    refused("  the access points", client("s3control", found, "us-west-2").list_multi_region_access_points, AccountId=DNS)
    say("  buckets of its own", [bucket["Name"] for bucket in client("s3", found).list_buckets()["Buckets"]])
    for owner, bucket in BUCKETS.items():
        s3 = client("s3", found, REGIONS[owner])
        refused(f"  the listing of {bucket}", s3.list_objects_v2, Bucket=bucket)
        refused(f"  what everybody may read of {bucket}", s3.get_object, Bucket=bucket, Key=KEY)
refused("the visitor by himself: the zones", client("route53", VISITOR).list_hosted_zones)
refused("the visitor by himself: a bucket", client("s3", VISITOR).list_objects_v2, Bucket=BUCKETS[PRIMARY])

tokenless = {name: text for name, text in sessions[DNS].items() if name != "aws_session_token"}
for step, found in [("without its token", tokenless), ("with another token", tokenless | {"aws_session_token": "x"})]:
    refused(f"a session {step}: STS", client("sts", found).get_caller_identity)
    refused(f"a session {step}: Route 53", client("route53", found).list_hosted_zones)
    refused(f"a session {step}: CloudWatch", client("cloudwatch", found).list_metrics)
    refused(f"a session {step}: S3", client("s3", found).list_buckets)
    refused(f"a session {step}: S3 Control", client("s3control", found, "us-west-2").list_multi_region_access_points, AccountId=DNS)

chained = client("sts", sessions[PRIMARY])
refused("chained, too long", chained.assume_role, **wanted(DNS, "chained", DurationSeconds=7200))
say("chained", who(keys(chained.assume_role(**wanted(DNS, "chained", DurationSeconds=3600)))))

s3 = client("s3", sessions[PRIMARY])
signing = boto3.client("s3", region_name="us-east-1", config=SETTINGS.merge(Config(signature_version="s3v4")), **sessions[PRIMARY])
url = signing.generate_presigned_url("get_object", Params={"Bucket": BUCKETS[PRIMARY], "Key": "data/hello.txt"})
with urllib.request.urlopen(url) as answer:
    say("a signed address", f"{answer.status} {answer.read()!r}")

statement = {
    "Effect": "Allow",
    "Principal": {"AWS": "arn:aws:iam::000000000009:root"},
    "Action": "s3:GetObject",
    "Resource": f"arn:aws:s3:::{BUCKETS[PRIMARY]}/data/*",
}
before = s3.get_bucket_policy(Bucket=BUCKETS[PRIMARY])["Policy"]
policy = json.loads(before)
policy["Statement"].append(statement)
s3.put_bucket_policy(Bucket=BUCKETS[PRIMARY], Policy=json.dumps(policy))
visiting = {"Bucket": BUCKETS[PRIMARY], "Key": "data/hello.txt"}
refused("what the bucket policy gives to the visitor", client("s3", VISITOR).get_object, **visiting)
refused("and not to another", client("s3", sessions[SECONDARY]).get_object, **visiting)
s3.put_bucket_policy(Bucket=BUCKETS[PRIMARY], Policy=before)

s3.create_bucket(Bucket="judged-account")
refused("a bucket that another account has", client("s3", sessions[DNS]).create_bucket, Bucket="judged-account")
refused("the expected owner", s3.head_bucket, Bucket="judged-account", ExpectedBucketOwner=PRIMARY)
refused("another expected owner", s3.head_bucket, Bucket="judged-account", ExpectedBucketOwner=DNS)
s3.delete_bucket(Bucket="judged-account")

short = keys(STS.assume_role(**wanted(DNS, "short")))
time.sleep(0.2)
refused("a session that is over: STS", client("sts", short).get_caller_identity)
refused("a session that is over: Route 53", client("route53", short).list_hosted_zones)
refused("a session that is over: CloudWatch", client("cloudwatch", short).list_metrics)
refused("a session that is over: S3", client("s3", short).list_buckets)
refused("a session that is over: S3 Control", client("s3control", short, "us-west-2").list_multi_region_access_points, AccountId=DNS)
