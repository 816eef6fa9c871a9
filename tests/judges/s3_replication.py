"""Configures and uses replication with boto3: refusals, both schemas, statuses, what does not replicate; a JSON line a step.

The lab's direction from eu-west-1 to us-east-1 is paused by whoever runs this, so what goes there stays PENDING.
With --tags it asks for what needs object tags, and nothing else.
"""

import json
import sys
import time

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

ROLE = "arn:aws:iam::000000000000:role/judge"
HOME = {"judge-source": "us-east-1", "judge-target": "eu-west-1", "judge-third": "us-east-1", "judge-plain": "eu-west-1"}


def client(region):
    # What boto3 itself would refuse is sent all the same: the lab has to refuse it.
    settings = Config(retries={"total_max_attempts": 1}, parameter_validation=False)
    return boto3.client("s3", region_name=region, config=settings)


CLIENTS = {region: client(region) for region in set(HOME.values())}


def at(bucket):
    return CLIENTS[HOME[bucket]]


def say(step, **found):
    print(json.dumps({"step": step} | found, sort_keys=True))


def refused(step, call, **arguments):
    try:
        call(**arguments)
        say(step, code="NOT REFUSED")
    except ClientError as refusal:
        meta, error = refusal.response["ResponseMetadata"], refusal.response["Error"]
        code = f"{meta['HTTPStatusCode']} {error['Code']}"
        # A document that does not follow the schema is refused by whoever reads it first, in words of its own.
        words = {} if error["Code"] == "MalformedXML" else {"message": error.get("Message")}
        say(step, code=code, **words)


def until(what, look, seconds=20):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = look()
        if found is not None:
            return found
        time.sleep(0.02)
    raise SystemExit(f"{what}: not within {seconds} s")


def rule(target="judge-target", **changes):
    plain = {
        "ID": "everything",
        "Priority": 1,
        "Filter": {"Prefix": ""},
        "Status": "Enabled",
        "DeleteMarkerReplication": {"Status": "Enabled"},
        "SourceSelectionCriteria": {"ReplicaModifications": {"Status": "Enabled"}},
        "Destination": {"Bucket": f"arn:aws:s3:::{target}"},
    }
    changed = plain | changes
    return {name: value for name, value in changed.items() if value is not None}


def destination(bucket="judge-target", **more):
    return {"Bucket": f"arn:aws:s3:::{bucket}"} | more


def configure(source, *rules, role=ROLE):
    configuration = {"Role": role, "Rules": list(rules)}
    if role is None:
        del configuration["Role"]
    return at(source).put_bucket_replication(Bucket=source, ReplicationConfiguration=configuration)


def configured(source):
    return at(source).get_bucket_replication(Bucket=source)["ReplicationConfiguration"]


def version(bucket, status):
    at(bucket).put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": status})


def put(bucket, key, **more):
    return at(bucket).put_object(Bucket=bucket, Key=key, Body=key.encode(), **more)["VersionId"]


def head(bucket, key, **more):
    """What HEAD tells, or nothing when the key is not there."""
    try:
        return at(bucket).head_object(Bucket=bucket, Key=key, **more)
    except ClientError as refusal:
        if refusal.response["Error"]["Code"] not in ("404", "NoSuchKey"):
            raise
        return None


def status(bucket, key):
    found = head(bucket, key)
    return found and found.get("ReplicationStatus", "none")


def ends(bucket, key, wanted):
    until(f"{bucket}/{key} {wanted}", lambda: status(bucket, key) == wanted or None)
    return wanted


def gone(bucket, key):
    until(f"{bucket}/{key} gone", lambda: head(bucket, key) is None or None)
    return True


def create():
    for bucket, region in HOME.items():
        place = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
        at(bucket).create_bucket(Bucket=bucket, **place)


def refusals():
    source = "judge-source"
    refused("no configuration", configured, source=source)
    refused_rules("source not versioned", [rule()])
    version(source, "Enabled")
    refused_rules("destination not versioned", [rule()])
    for bucket in ("judge-target", "judge-third"):
        version(bucket, "Enabled")
    time_control = {"Status": "Enabled", "Time": {"Minutes": 15}}
    tag = {"Key": "copy", "Value": "yes"}
    first = {"Filter": None, "Priority": None, "DeleteMarkerReplication": None, "SourceSelectionCriteria": None}
    kms = {"SseKmsEncryptedObjects": {"Status": "Enabled"}}
    for step, rules, role in [
        ("no destination", [rule("judge-nowhere")], ROLE),
        ("to itself", [rule(source)], ROLE),
        ("no role", [rule()], None),
        ("a role that is none", [rule()], "arn:aws:iam::000000000000:user/judge"),
        ("no rule", [], ROLE),
        ("no status", [rule(Status=None)], ROLE),
        ("no arn", [rule(Destination={"Bucket": "judge-target"})], ROLE),
        ("no priority", [rule(Priority=None)], ROLE),
        ("no word on delete markers", [rule(DeleteMarkerReplication=None)], ROLE),
        ("delete markers beside a tag", [rule(Filter={"Tag": tag})], ROLE),
        ("delete markers beside tags", [rule(Filter={"And": {"Prefix": "a", "Tags": [tag]}})], ROLE),
        ("one priority twice", [rule(), rule(ID="more", Filter={"Prefix": "a"})], ROLE),
        ("one id twice", [rule(), rule(Priority=2)], ROLE),
        ("a long id", [rule(ID="x" * 256)], ROLE),
        ("prefix and filter", [rule(Prefix="a")], ROLE),
        ("time without metrics", [rule(Destination=destination(ReplicationTime=time_control))], ROLE),
        ("ten minutes", [rule(Destination=destination(Metrics={"Status": "Enabled", "EventThreshold": {"Minutes": 10}}))], ROLE),
        ("kms without key", [rule(SourceSelectionCriteria=kms)], ROLE),
        ("a class for file systems", [rule(Destination=destination(StorageClass="FSX_OPENZFS"))], ROLE),
        ("priority in the first schema", [rule(Prefix="a", **first | {"Priority": 1})], ROLE),
        ("modifications in the first schema", [rule(Prefix="a", **first | {"SourceSelectionCriteria": rule()["SourceSelectionCriteria"]})], ROLE),
        ("two destinations in the first schema", [rule(Prefix="a", **first), rule("judge-third", ID="more", Prefix="b", **first)], ROLE),
        ("overlapping prefixes", [rule(Prefix="a", **first), rule(ID="more", Prefix="ab", **first)], ROLE),
        ("1,001 rules", [rule(ID=str(n), Priority=n, Filter={"Prefix": f"{n}/"}) for n in range(1, 1_002)], ROLE),
    ]:
        refused_rules(step, rules, role)
    refused("still no configuration", configured, source=source)


def refused_rules(step, rules, role=ROLE):
    refused(step, lambda: configure("judge-source", *rules, role=role))


def schemas():
    everything = [
        rule(
            ID="all elements",
            Priority=7,
            Filter={"And": {"Prefix": "in/ü & <x>", "Tags": [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": ""}]}},
            DeleteMarkerReplication={"Status": "Disabled"},
            SourceSelectionCriteria={
                "SseKmsEncryptedObjects": {"Status": "Enabled"},
                "ReplicaModifications": {"Status": "Enabled"},
            },
            Destination=destination(
                Account="000000000000",
                StorageClass="STANDARD_IA",
                AccessControlTranslation={"Owner": "Destination"},
                EncryptionConfiguration={"ReplicaKmsKeyID": "arn:aws:kms:eu-west-1:000000000000:key/judge"},
                ReplicationTime={"Status": "Enabled", "Time": {"Minutes": 15}},
                Metrics={"Status": "Enabled", "EventThreshold": {"Minutes": 15}},
            ),
        ),
        rule(ID="a tag", Priority=0, Filter={"Tag": {"Key": "c", "Value": "d"}}, DeleteMarkerReplication={"Status": "Disabled"}),
        rule("judge-third", ID="off", Priority=7, Filter={"Prefix": "x"}, Status="Disabled"),
    ]
    configure("judge-source", *everything)
    say("second schema", same=configured("judge-source") == {"Role": ROLE, "Rules": everything})
    first = {"Filter": None, "Priority": None, "DeleteMarkerReplication": None, "SourceSelectionCriteria": None}
    old = [rule(Prefix="a/", **first), rule(ID="b", Prefix="b/", Status="Disabled", **first)]
    configure("judge-source", *old)
    say("first schema", same=configured("judge-source") == {"Role": ROLE, "Rules": old})
    many = [rule(ID=str(n), Priority=n, Filter={"Prefix": f"{n}/"}) for n in range(1, 1_001)]
    configure("judge-source", *many)
    say("1,000 rules", same=configured("judge-source")["Rules"] == many)
    configure("judge-source", rule(ID=None))
    say("no id", given=configured("judge-source")["Rules"][0]["ID"])
    at("judge-source").delete_bucket_replication(Bucket="judge-source")
    refused("deleted", configured, source="judge-source")


def travel():
    source, target, third = "judge-source", "judge-target", "judge-third"
    put(source, "before")
    configure(source, rule())
    configure(target, rule(source))
    made = put(source, "data/one", Metadata={"who": "judge"}, ContentType="text/plain")
    say("source", status=ends(source, "data/one", "COMPLETED"))
    here, there = head(source, "data/one"), head(target, "data/one")
    same = [name for name in ("VersionId", "LastModified", "ETag", "Metadata", "ContentType") if here[name] == there[name]]
    say("replica", status=there["ReplicationStatus"], same=same, version=there["VersionId"] == made)
    say("before the rule", source=status(source, "before"), target=status(target, "before"))
    put(target, "data/paused")
    say("to a paused side", source=status(target, "data/paused"), target=status(source, "data/paused"))
    at(source).delete_object(Bucket=source, Key="data/one")
    say("delete marker", gone=gone(target, "data/one"))
    marker = put(source, "data/two")
    ends(source, "data/two", "COMPLETED")
    at(source).delete_object(Bucket=source, Key="data/two", VersionId=marker)
    put(source, "data/after")
    ends(source, "data/after", "COMPLETED")
    say("a removed version", source=status(source, "data/two"), target=status(target, "data/two"))
    say("no loop", source=status(source, "data/after"), target=status(target, "data/after"))
    refused("suspended source", version, bucket=source, status="Suspended")

    quiet = {"Status": "Disabled"}
    configure(
        source,
        rule(ID="low", Priority=1),
        rule(ID="high", Priority=2, Filter={"Prefix": "quiet/"}, DeleteMarkerReplication=quiet),
        rule(third, ID="third", Priority=1, Filter={"Prefix": "both/"}),
        rule(ID="off", Priority=3, Status="Disabled"),
    )
    put(source, "both/a")
    put(source, "quiet/a")
    ends(source, "both/a", "COMPLETED")
    ends(source, "quiet/a", "COMPLETED")
    say("two destinations", target=status(target, "both/a"), third=status(third, "both/a"))
    say("one destination", target=status(target, "quiet/a"), third=status(third, "quiet/a"))
    for key in ("quiet/a", "both/a"):
        at(source).delete_object(Bucket=source, Key=key)
    gone(target, "both/a")
    say("the highest priority keeps delete markers", target=status(target, "quiet/a"))

    deny = {"Effect": "Deny", "Principal": {"AWS": ROLE}, "Action": "s3:ReplicateObject", "Resource": f"arn:aws:s3:::{target}/secret/*"}
    at(target).put_bucket_policy(Bucket=target, Policy=json.dumps({"Version": "2012-10-17", "Statement": [deny]}))
    put(source, "secret/a")
    put(source, "open/a")
    say("denied", source=ends(source, "secret/a", "FAILED"), target=status(target, "secret/a"))
    at(target).delete_bucket_policy(Bucket=target)
    say("not denied", source=ends(source, "open/a", "COMPLETED"))
    at(target).delete_bucket_replication(Bucket=target)
    version(target, "Suspended")
    put(source, "late/a")
    say("suspended destination", source=ends(source, "late/a", "FAILED"))
    version(target, "Enabled")
    put(source, "late/b")
    ends(source, "late/b", "COMPLETED")
    say("failed is not retried", source=status(source, "late/a"), target=status(target, "late/a"))


def tags():
    source, target = "judge-source", "judge-target"
    for bucket in (source, target):
        version(bucket, "Enabled")
    wanted = rule(ID="tagged", Priority=2, Filter={"And": {"Prefix": "t/", "Tags": [{"Key": "copy", "Value": "yes"}]}}, DeleteMarkerReplication={"Status": "Disabled"})
    configure(source, wanted)
    configure(target, rule(source))
    put(source, "t/no", Tagging="copy=no")
    late = put(source, "t/late")
    put(source, "t/yes", Tagging="copy=yes&more=1")
    set_tags(source, "t/late", {"copy": "yes"})
    ends(source, "t/yes", "COMPLETED")
    say("tagged", target=status(target, "t/yes"), tags=get_tags(target, "t/yes"))
    say("not tagged", no=status(target, "t/no"), late=status(target, "t/late"), late_source=status(source, "t/late"), same=late == head(source, "t/late")["VersionId"])

    configure(source, rule())
    put(source, "m/a", Tagging="state=old")
    ends(source, "m/a", "COMPLETED")
    set_tags(source, "m/a", {"state": "new"})
    until("the change", lambda: get_tags(target, "m/a") == {"state": "new"} or None)
    say("a change follows", source=ends(source, "m/a", "COMPLETED"), target=status(target, "m/a"))
    set_tags(target, "m/a", {"state": "theirs"})
    say("a change on the replica", target=status(target, "m/a"), source=get_tags(source, "m/a"))


def set_tags(bucket, key, tags):
    tagging = {"TagSet": [{"Key": name, "Value": value} for name, value in tags.items()]}
    at(bucket).put_object_tagging(Bucket=bucket, Key=key, Tagging=tagging)


def get_tags(bucket, key):
    return {tag["Key"]: tag["Value"] for tag in at(bucket).get_object_tagging(Bucket=bucket, Key=key)["TagSet"]}


create()
if "--tags" in sys.argv:
    tags()
else:
    refusals()
    schemas()
    travel()
