"""Makes, switches and deletes Multi-Region Access Points with boto3; a JSON line a step."""

import functools
import json
import os
import time
import urllib.error
import urllib.request

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

ACCOUNT, SEEDED = "000000000000", "my-app-data"
PAIR = ["my-app-data-us-east-1", "my-app-data-eu-west-1"]
FIVE = ["us-east-1", "us-west-2", "ap-southeast-2", "ap-northeast-1", "eu-west-1"]


@functools.cache
def client(region="us-west-2", **settings):
    config = Config(retries={"total_max_attempts": 1}, parameter_validation=False)
    return boto3.client("s3control", region_name=region, config=config, **settings)


OREGON = client()


def say(step, **found):
    print(json.dumps({"step": step} | found, sort_keys=True, default=str))


def refused(call, **arguments):
    try:
        call(AccountId=ACCOUNT, **arguments)
        return "NOT REFUSED"
    except ClientError as refusal:
        status = refusal.response["ResponseMetadata"]["HTTPStatusCode"]
        error = refusal.response["Error"]
        return f"{status} {error['Code']}: {error['Message']}"


def until(what, look, seconds=20):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = look()
        if found is not None:
            return found
        time.sleep(0.02)
    raise SystemExit(f"{what}: not within {seconds} s")


def create(name, buckets, token, region="us-west-2", **more):
    details = {"Name": name, "Regions": [{"Bucket": bucket} for bucket in buckets]} | more
    return client(region).create_multi_region_access_point(AccountId=ACCOUNT, ClientToken=token, Details=details)["RequestTokenARN"]


def describe(token):
    return OREGON.describe_multi_region_access_point_operation(AccountId=ACCOUNT, RequestTokenARN=token)["AsyncOperation"]


def ended(token):
    """Waits for the end of an operation; which steps it took, without those that were too short to be seen."""
    order, seen = ["NEW", "IN_PROGRESS", "SUCCEEDED", "FAILED"], []

    def look():
        operation = describe(token)
        seen.append(operation["RequestStatus"])
        return operation if seen[-1] in ("SUCCEEDED", "FAILED") else None

    operation = until("the operation", look)
    assert seen == sorted(seen, key=order.index), seen
    return operation


def point(name):
    return OREGON.get_multi_region_access_point(AccountId=ACCOUNT, Name=name)["AccessPoint"]


def stranger():
    """What somebody gets who signs nothing, of an object that a bucket's policy makes public."""
    try:
        with urllib.request.urlopen(f"{os.environ['AWS_ENDPOINT_URL_S3']}/{PAIR[0]}/failover/health.txt", timeout=10) as answer:
            return answer.status
    except urllib.error.HTTPError as refusal:
        return refusal.code


# The account and its access point.
say("nothing blocked", found=refused(OREGON.get_public_access_block), stranger=stranger())
block = dict.fromkeys(["BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"], True)
elsewhere = client("eu-central-1")  # the account's settings are those of all regions
elsewhere.put_public_access_block(AccountId=ACCOUNT, PublicAccessBlockConfiguration=block | {"BlockPublicPolicy": False})
say("blocked", stranger=stranger(), found=OREGON.get_public_access_block(AccountId=ACCOUNT)["PublicAccessBlockConfiguration"])
OREGON.delete_public_access_block(AccountId=ACCOUNT)
say("blocked no more", found=refused(OREGON.get_public_access_block), stranger=stranger())

seeded = point(SEEDED)
alias, mrap = seeded["Alias"], f"arn:aws:s3::{ACCOUNT}:accesspoint/{seeded['Alias']}"
say("the seeded one", alias=alias, status=seeded["Status"], regions=seeded["Regions"], block=seeded["PublicAccessBlock"])


def routes(region="us-west-2"):
    found = client(region).get_multi_region_access_point_routes(AccountId=ACCOUNT, Mrap=mrap)
    assert found["Mrap"] == mrap
    return {route["Region"]: route["TrafficDialPercentage"] for route in found["Routes"]}


def submit(*updates, region="us-west-2", to=mrap):
    return client(region).submit_multi_region_access_point_routes(AccountId=ACCOUNT, Mrap=to, RouteUpdates=list(updates))


def dial(percentage, **names):
    return names | {"TrafficDialPercentage": percentage}


say("routes, in each of the five regions", same=all(routes(region) == routes() for region in FIVE), found=routes())

# What is refused.
us, eu = {"Region": "us-east-1"}, {"Region": "eu-west-1"}


def no(step, *updates, region="us-west-2", to=mrap):
    call = client(region).submit_multi_region_access_point_routes
    say(step, found=refused(call, Mrap=to, RouteUpdates=list(updates)))


no("all passive", dial(0, **us))
no("a dial between", dial(50, **us))
no("a dial beyond", dial(101, **us))
no("no route", region="eu-west-1")
no("nameless", dial(100))
no("an unknown bucket", dial(100, Bucket="nobody"))
no("an unknown region", dial(100, Region="us-west-2"))
no("bucket and region that disagree", dial(100, Bucket=PAIR[1], Region="us-east-1"))
no("twice", dial(100, **eu), dial(0, Bucket=PAIR[1]))
no("a name in place of the ARN", dial(100, **eu), to=SEEDED)
no("an alias in place of the ARN", dial(100, **eu), to=alias)
no("another account's ARN", dial(100, **eu), to=mrap.replace(ACCOUNT, "111122223333"))
no("an ARN of nobody", dial(100, **eu), to=mrap.replace("lab-", "lab-x"))
no("elsewhere", dial(100, **eu), region="us-east-2")
say("routes elsewhere", found=refused(client("eu-central-1").get_multi_region_access_point_routes, Mrap=mrap))
for region in ("us-east-1", "eu-west-1"):
    say(f"creating in {region}", found=refused(client(region).create_multi_region_access_point, ClientToken="e", Details={"Name": "abc", "Regions": [{"Bucket": PAIR[0]}]}))
say("listing elsewhere", found=refused(client("us-east-1").list_multi_region_access_points))
orders = [
    ("a bad name", {"Name": "Bad.Name", "Regions": [{"Bucket": PAIR[0]}]}),
    ("no bucket", {"Name": "none", "Regions": []}),
    ("18 buckets", {"Name": "many", "Regions": [{"Bucket": f"b-{n}"} for n in range(18)]}),
]
for step, details in orders:
    say(step, found=refused(OREGON.create_multi_region_access_point, ClientToken=step.replace(" ", "-"), Details=details))
say("no token", found=refused(OREGON.create_multi_region_access_point, ClientToken="", Details={"Name": "abc", "Regions": [{"Bucket": PAIR[0]}]}))
say("getting nobody", found=refused(OREGON.get_multi_region_access_point, Name="nobody"))
say("deleting nobody", found=refused(OREGON.delete_multi_region_access_point, ClientToken="d", Details={"Name": "nobody"}))
say("describing nothing", found=refused(OREGON.describe_multi_region_access_point_operation, RequestTokenARN="arn:aws:s3:us-west-2:000000000000:async-request/mrap/create/x"))
say("a policy of something else", found=refused(OREGON.put_multi_region_access_point_policy, ClientToken="p", Details={"Name": SEEDED, "Policy": json.dumps({"Statement": {"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "*"}})}))
say("another operation", found=refused(OREGON.list_access_points))
say("wrong secret", found=refused(client(aws_secret_access_key="wrong", aws_access_key_id="LAB-ACCESS-KEY").list_multi_region_access_points))
say("unknown key", found=refused(client(aws_access_key_id="AKIAIOSFODNN7EXAMPLE", aws_secret_access_key="wrong").list_multi_region_access_points))
try:
    OREGON.list_multi_region_access_points(AccountId="111122223333")
except ClientError as refusal:
    say("another account", found=refusal.response["Error"]["Code"])
say("routes after all that", found=routes())

# A failover and back, from two regions.
done = submit(dial(0, **us), dial(100, Bucket=PAIR[1]), region="ap-southeast-2")
say("failover", status=done["ResponseMetadata"]["HTTPStatusCode"], found=routes("eu-west-1"))
no("failback at once", dial(100, **us), region="us-east-1")


def back():
    try:
        return submit(dial(100, **us), dial(0, **eu), region="us-east-1")
    except ClientError as refusal:
        assert refusal.response["Error"]["Code"] == "OperationAborted", refusal
        return None


until("failback", back)
say("failback", found=routes())

# The life of another one.
for bucket, region in (("judge-us-east-1", "us-east-1"), ("judge-eu-west-1", "eu-west-1")):
    where = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    boto3.client("s3", region_name=region).create_bucket(Bucket=bucket, **where)
mine = ["judge-us-east-1", "judge-eu-west-1"]
failing = [
    ("a bucket that is not there", "ghost", [*mine, "nobody"]),
    ("two buckets in a region", "crowd", [mine[0], PAIR[0]]),
    ("a name that is taken", SEEDED, mine),
]
tokens = [create(name, buckets, step.replace(" ", "-")) for step, name, buckets in failing]
alone = create("alone", mine[:1], "alone")
for (step, _, _), token in zip(failing, tokens):
    operation = ended(token)
    details = operation["ResponseDetails"]["ErrorDetails"]
    say(step, status=operation["RequestStatus"], found=[details["Code"], details["Message"], details["Resource"]])
say("nothing is left of them", found=refused(OREGON.get_multi_region_access_point, Name="ghost"))

token = create("judge", mine, "one", PublicAccessBlock=block | {"BlockPublicPolicy": False})
say("ordered", again=create("judge", mine, "one", PublicAccessBlock=block | {"BlockPublicPolicy": False}) == token, status=point("judge")["Status"])
say("the token for another", found=refused(OREGON.create_multi_region_access_point, ClientToken="one", Details={"Name": "other", "Regions": [{"Bucket": mine[0]}]}))
say("changed too early", found=refused(OREGON.delete_multi_region_access_point, ClientToken="early", Details={"Name": "judge"}))
operation = ended(token)
say("created", operation=operation["Operation"], status=operation["RequestStatus"], parameters=operation["RequestParameters"], details=operation["ResponseDetails"])
judge = point("judge")
say("ready", status=judge["Status"], alias_is_new=judge["Alias"] != alias, block=judge["PublicAccessBlock"])
first = OREGON.list_multi_region_access_points(AccountId=ACCOUNT, MaxResults=2)
second = OREGON.list_multi_region_access_points(AccountId=ACCOUNT, MaxResults=2, NextToken=first["NextToken"])
say("pages", found=[[found["Name"] for found in page["AccessPoints"]] for page in (first, second)], more="NextToken" in second)
say("a wrong token", found=refused(OREGON.list_multi_region_access_points, NextToken="?"))



def remove(bucket):
    try:
        return boto3.client("s3", region_name="us-east-1").delete_bucket(Bucket=bucket)["ResponseMetadata"]["HTTPStatusCode"]
    except ClientError as refusal:
        return refusal.response["Error"]["Code"]


say("a bucket behind it", found=remove(mine[0]))
arn = f"arn:aws:s3::{ACCOUNT}:accesspoint/{judge['Alias']}"
allow = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": f"{arn}/object/*"}
policy = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
before = OREGON.get_multi_region_access_point_policy(AccountId=ACCOUNT, Name="judge")["Policy"]
token = OREGON.put_multi_region_access_point_policy(AccountId=ACCOUNT, ClientToken="policy", Details={"Name": "judge", "Policy": policy})["RequestTokenARN"]
meanwhile = OREGON.get_multi_region_access_point_policy(AccountId=ACCOUNT, Name="judge")["Policy"]
status = ended(token)["RequestStatus"]
after = OREGON.get_multi_region_access_point_policy(AccountId=ACCOUNT, Name="judge")["Policy"]
public = OREGON.get_multi_region_access_point_policy_status(AccountId=ACCOUNT, Name="judge")["Established"]
say("policy", before=before, meanwhile=meanwhile == {"Proposed": {"Policy": policy}}, status=status, after=after == {"Established": {"Policy": policy}}, public=public)

ended(alone)
lonely = point("alone")["Alias"]
no("the routes of one region", dial(0, **us), to=f"arn:aws:s3::{ACCOUNT}:accesspoint/{lonely}")

last = OREGON.delete_multi_region_access_point(AccountId=ACCOUNT, ClientToken="last", Details={"Name": "alone"})["RequestTokenARN"]
token = OREGON.delete_multi_region_access_point(AccountId=ACCOUNT, ClientToken="end", Details={"Name": "judge"})["RequestTokenARN"]
status = point("judge")["Status"]
ended(last)
say("deleted", bucket=remove(mine[0]), meanwhile=status, status=ended(token)["RequestStatus"], found=refused(OREGON.get_multi_region_access_point, Name="judge"))
