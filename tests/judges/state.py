"""Changes and reads the lab's whole world with boto3, to hold one run of the lab against another.

state.py change      makes, changes and deletes something of every kind
state.py pending     writes an object whose replica cannot arrive now, and prints its status
state.py read        prints everything that is there, a JSON document a line
state.py replicated  waits until the replica has arrived, and prints what is there then
state.py completed   completes the upload that was begun
state.py refused     what the lab must still know in order to refuse it
state.py version DIR says that the state in a folder is of another version
"""

import datetime
import json
import sqlite3
import sys
import time

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

CONFIG = Config(retries={"total_max_attempts": 1})
US, EU = "my-app-data-us-east-1", "my-app-data-eu-west-1"
R53 = boto3.client("route53", region_name="us-east-1", config=CONFIG)
S3 = {name: boto3.client("s3", region_name=name[12:], config=CONFIG) for name in (US, EU)}
S3["judge-own"] = S3[EU]
CLOUDWATCH = boto3.client("cloudwatch", region_name="us-east-1", config=CONFIG)
CONTROL = boto3.client("s3control", region_name="us-west-2", config=CONFIG)
ACCOUNT = "000000000000"
PART = 5 << 20


def say(what, **found):
    print(json.dumps({"what": what} | found, sort_keys=True, default=str))


def zone_id():
    [zone] = [zone for zone in R53.list_hosted_zones()["HostedZones"] if zone["Name"] == "kept.example."]
    return zone["Id"]


def check(reference, **settings):
    config = {"Type": "HTTPS_STR_MATCH", "FullyQualifiedDomainName": "example.net", "SearchString": "ü & <ok>"} | settings
    return R53.create_health_check(CallerReference=reference, HealthCheckConfig=config)["HealthCheck"]["Id"]


def headers(call, **arguments):
    try:
        return call(**arguments)["ResponseMetadata"]["HTTPHeaders"]
    except ClientError as refusal:
        return refusal.response["ResponseMetadata"]["HTTPHeaders"]


def arrived(what, look):
    deadline = time.monotonic() + 30
    while not look():
        if time.monotonic() > deadline:
            raise SystemExit(f"{what} has not arrived")
        time.sleep(0.05)


def change():
    own = S3["judge-own"]
    own.create_bucket(Bucket="judge-own", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    token = points()
    config = {"Comment": "a <zone>", "PrivateZone": False}
    zone = R53.create_hosted_zone(Name="kept.example", CallerReference="zone", HostedZoneConfig=config)["HostedZone"]["Id"]
    one, two, gone = check("one"), check("two"), check("gone")
    R53.update_health_check(HealthCheckId=one, FailureThreshold=1, Inverted=True)
    both = {"Type": "CALCULATED", "ChildHealthChecks": [one, two], "HealthThreshold": 1}
    R53.create_health_check(CallerReference="both", HealthCheckConfig=both)
    R53.delete_health_check(HealthCheckId=gone)
    for kind, name in ("healthcheck", one), ("hostedzone", zone.split("/")[-1]):
        R53.change_tags_for_resource(ResourceType=kind, ResourceId=name, AddTags=[{"Key": "k <1>", "Value": "ü"}])
    value = [{"Value": "b.example.net"}]
    records = [
        {"Name": "a.kept.example", "Type": "A", "TTL": 60, "ResourceRecords": [{"Value": "192.0.2.1"}, {"Value": "192.0.2.2"}]},
        {"Name": "*.kept.example", "Type": "TXT", "TTL": 60, "ResourceRecords": [{"Value": '"a \\"b\\""'}]},
        {"Name": "w.kept.example", "Type": "CNAME", "TTL": 5, "SetIdentifier": "w", "Weight": 7, "ResourceRecords": value},
        {"Name": "r.kept.example", "Type": "CNAME", "TTL": 5, "SetIdentifier": "r", "Region": "eu-west-1", "ResourceRecords": value},
        {"Name": "f.kept.example", "Type": "CNAME", "TTL": 5, "SetIdentifier": "p", "Failover": "PRIMARY", "HealthCheckId": one, "ResourceRecords": value},
        {"Name": "f.kept.example", "Type": "CNAME", "TTL": 5, "SetIdentifier": "s", "Failover": "SECONDARY", "ResourceRecords": value},
    ]
    changes = [{"Action": "CREATE", "ResourceRecordSet": record} for record in records]
    batch = R53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch={"Changes": changes, "Comment": "why"})
    delete = {"Changes": [{"Action": "DELETE", "ResourceRecordSet": records[0]}]}
    last = R53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch=delete)
    vpc = {"VPCRegion": "eu-west-1", "VPCId": "vpc-0123abcd"}
    private = {"Comment": "inside", "PrivateZone": True}
    R53.create_hosted_zone(Name="private.example", CallerReference="private", VPC=vpc, HostedZoneConfig=private)
    say("changes", ids=[batch["ChangeInfo"]["Id"], last["ChangeInfo"]["Id"]])

    alarm()
    own.put_object(Bucket="judge-own", Key="plain", Body=b"overwritten")
    own.put_object(Bucket="judge-own", Key="plain", Body=b"")
    own.put_object(Bucket="judge-own", Key="gone", Body=b"gone")
    own.delete_object(Bucket="judge-own", Key="gone")
    own.delete_public_access_block(Bucket="judge-own")
    policy = {"Statement": {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::judge-own/*"}}
    own.put_bucket_policy(Bucket="judge-own", Policy=json.dumps(policy))
    configure(own)
    objects(own)
    upload(own)
    us = S3[US]
    first = us.put_object(Bucket=US, Key="ü / \"1\"", Body=bytes(range(256)) * 300, ContentType="text/plain", Metadata={"who": "judge"})
    second = us.put_object(Bucket=US, Key="ü / \"1\"", Body=b"second", CacheControl="no-store", ChecksumAlgorithm="SHA256")
    third = us.put_object(Bucket=US, Key="ü / \"1\"", Body=b"third")
    us.delete_object(Bucket=US, Key="ü / \"1\"", VersionId=third["VersionId"])
    marker = us.delete_object(Bucket=US, Key="ü / \"1\"")
    say("versions", ids=[put["VersionId"] for put in (first, second, third, marker)])
    arrived("the delete marker", lambda: "x-amz-delete-marker" in headers(S3[EU].head_object, Bucket=EU, Key="ü / \"1\""))
    version = {"Bucket": US, "Key": "ü / \"1\"", "VersionId": second["VersionId"]}
    arrived("the second version", lambda: us.head_object(**version)["ReplicationStatus"] == "COMPLETED")
    arrived("the policy", lambda: done(token))
    say("token", token=token)


def configure(own):
    bucket = {"Bucket": "judge-own"}
    own.put_bucket_ownership_controls(OwnershipControls={"Rules": [{"ObjectOwnership": "BucketOwnerPreferred"}]}, **bucket)
    own.put_bucket_tagging(Tagging={"TagSet": [{"Key": "k", "Value": "ü"}]}, **bucket)
    own.put_bucket_cors(CORSConfiguration={"CORSRules": [{"AllowedMethods": ["GET"], "AllowedOrigins": ["*"], "MaxAgeSeconds": 9}]}, **bucket)
    rule = {"ID": "old", "Status": "Enabled", "Filter": {"Prefix": "old/"}, "Expiration": {"Days": 3}}
    own.put_bucket_lifecycle_configuration(LifecycleConfiguration={"Rules": [rule]}, **bucket)
    kms = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "arn:aws:kms:eu-west-1:000000000000:key/k"}
    own.put_bucket_encryption(ServerSideEncryptionConfiguration={"Rules": [{"ApplyServerSideEncryptionByDefault": kms, "BucketKeyEnabled": True}]}, **bucket)
    logging = {"TargetBucket": "judge-own", "TargetPrefix": "logs/", "TargetObjectKeyFormat": {"PartitionedPrefix": {"PartitionDateSource": "EventTime"}}}
    own.put_bucket_logging(BucketLoggingStatus={"LoggingEnabled": logging}, **bucket)
    website = {"IndexDocument": {"Suffix": "index.html"}, "RoutingRules": [{"Condition": {"KeyPrefixEquals": "a/"}, "Redirect": {"ReplaceKeyPrefixWith": "b/"}}]}
    own.put_bucket_website(WebsiteConfiguration=website, **bucket)
    own.put_bucket_request_payment(RequestPaymentConfiguration={"Payer": "Requester"}, **bucket)
    own.put_bucket_metrics_configuration(Id="m", MetricsConfiguration={"Id": "m", "Filter": {"Prefix": "p/"}}, **bucket)


def objects(own):
    own.put_object(Bucket="judge-own", Key="told", Body=b"told", StorageClass="STANDARD_IA", Tagging="k=1&a=2", ContentLanguage="de", WebsiteRedirectLocation="/x")
    locked = {"Bucket": "judge-locked"}
    own.create_bucket(CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}, ObjectLockEnabledForBucket=True, **locked)
    own.put_object(Key="locked", Body=b"locked", **locked)
    own.put_object_legal_hold(Key="locked", LegalHold={"Status": "ON"}, **locked)
    until = datetime.datetime(2099, 1, 1, tzinfo=datetime.UTC)
    own.put_object_retention(Key="locked", Retention={"Mode": "GOVERNANCE", "RetainUntilDate": until}, **locked)


def upload(own):
    """Two uploads in parts: one is complete, the other is not."""
    for key in "whole", "begun":
        where = {"Bucket": "judge-own", "Key": key}
        where["UploadId"] = own.create_multipart_upload(ChecksumAlgorithm="SHA256", **where)["UploadId"]
        first = own.upload_part(PartNumber=1, Body=b"1" * PART, ChecksumAlgorithm="SHA256", **where)
        own.upload_part(PartNumber=2, Body=b"overwritten", ChecksumAlgorithm="SHA256", **where)
        second = own.upload_part(PartNumber=2, Body=b"2", ChecksumAlgorithm="SHA256", **where)
        if key == "whole":
            own.complete_multipart_upload(MultipartUpload=named([first, second]), **where)


def named(parts):
    return {"Parts": [{"PartNumber": n, "ETag": part["ETag"], "ChecksumSHA256": part["ChecksumSHA256"]} for n, part in enumerate(parts, 1)]}


def points():
    """The account's switches, an access point of one's own, and a policy and routes of the one that is there."""
    block = {"BlockPublicAcls": True, "IgnorePublicAcls": True, "BlockPublicPolicy": False, "RestrictPublicBuckets": False}
    CONTROL.put_public_access_block(AccountId=ACCOUNT, PublicAccessBlockConfiguration=block)
    details = {"Name": "judge-point", "Regions": [{"Bucket": "judge-own"}]}
    CONTROL.create_multi_region_access_point(AccountId=ACCOUNT, ClientToken="point", Details=details)
    statement = {"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "s3:GetObject", "Resource": f"{arn('my-app-data')}/object/*"}
    policy = {"Name": "my-app-data", "Policy": json.dumps({"Version": "2012-10-17", "Statement": statement})}
    routes = [{"Bucket": US, "TrafficDialPercentage": 0}, {"Bucket": EU, "TrafficDialPercentage": 100}]
    CONTROL.submit_multi_region_access_point_routes(AccountId=ACCOUNT, Mrap=arn("my-app-data"), RouteUpdates=routes)
    return CONTROL.put_multi_region_access_point_policy(AccountId=ACCOUNT, ClientToken="policy", Details=policy)["RequestTokenARN"]


def done(token):
    found = CONTROL.describe_multi_region_access_point_operation(AccountId=ACCOUNT, RequestTokenARN=token)
    return found["AsyncOperation"]["RequestStatus"] == "SUCCEEDED"


def arn(name):
    point = CONTROL.get_multi_region_access_point(AccountId=ACCOUNT, Name=name)["AccessPoint"]
    return f"arn:aws:s3::{ACCOUNT}:accesspoint/{point['Alias']}"


def alarm():
    settings = {"Namespace": "judge", "MetricName": "m", "Statistic": "Sum", "Period": 60, "EvaluationPeriods": 1, "Threshold": 1.5}
    CLOUDWATCH.put_metric_alarm(AlarmName="kept", ComparisonOperator="LessThanThreshold", AlarmDescription="ü", **settings)


def pending():
    put = S3[US].put_object(Bucket=US, Key="waits", Body=b"waits")
    say("waits", version=put["VersionId"], status=S3[US].head_object(Bucket=US, Key="waits")["ReplicationStatus"])


def without_request(answer):
    answer.pop("ResponseMetadata", None)
    return answer


def read():
    for zone in R53.list_hosted_zones()["HostedZones"]:
        say("zone", zone=zone, tags=R53.list_tags_for_resource(ResourceType="hostedzone", ResourceId=zone["Id"].split("/")[-1])["ResourceTagSet"])
        for record in R53.list_resource_record_sets(HostedZoneId=zone["Id"])["ResourceRecordSets"]:
            say("record", record=record)
    for found in R53.list_health_checks()["HealthChecks"]:
        say("check", check=found, tags=R53.list_tags_for_resource(ResourceType="healthcheck", ResourceId=found["Id"])["ResourceTagSet"])
    for number in range(1, 6):
        info = R53.get_change(Id=f"C-LAB-{number:04}")["ChangeInfo"]
        say("change", change={name: info[name] for name in info if name != "Status"})
    for alarm in CLOUDWATCH.describe_alarms()["MetricAlarms"]:
        say("alarm", alarm=alarm)
    for zone in R53.list_hosted_zones()["HostedZones"]:
        if zone["Config"]["PrivateZone"]:
            say("vpcs", vpcs=R53.get_hosted_zone(Id=zone["Id"])["VPCs"])
    read_points()
    read_settings()
    for bucket in sorted(S3):
        s3 = S3[bucket]
        for call in s3.get_bucket_versioning, s3.get_bucket_policy, s3.get_public_access_block, s3.get_bucket_replication, s3.get_bucket_location:
            try:
                found = without_request(call(Bucket=bucket))
            except ClientError as refusal:
                found = refusal.response["Error"]["Code"]
            say("setting", bucket=bucket, call=call.__name__, found=found)
        for key in s3.list_objects_v2(Bucket=bucket).get("Contents", []):
            found = s3.get_object(Bucket=bucket, Key=key["Key"], ChecksumMode="ENABLED")
            body = found.pop("Body").read()
            if key["Key"] == "waits":
                found.pop("ReplicationStatus")  # goes on by itself
            say("object", bucket=bucket, key=key, found=without_request(found), length=len(body), start=body[:8].hex())
    for version in [f"LAB-VERSION-{number:06}" for number in range(1, 17)]:
        for bucket in (US, EU):
            for key in ("ü / \"1\"", "waits"):
                try:
                    found = S3[bucket].get_object(Bucket=bucket, Key=key, VersionId=version)
                    say("version", bucket=bucket, key=key, version=version, body=len(found["Body"].read()))
                except ClientError as refusal:
                    if refusal.response["Error"]["Code"] != "NoSuchVersion":
                        say("version", bucket=bucket, key=key, version=version, code=refusal.response["Error"]["Code"])


def read_points():
    for point in CONTROL.list_multi_region_access_points(AccountId=ACCOUNT)["AccessPoints"]:
        policy = CONTROL.get_multi_region_access_point_policy(AccountId=ACCOUNT, Name=point["Name"])["Policy"]
        routes = CONTROL.get_multi_region_access_point_routes(AccountId=ACCOUNT, Mrap=arn(point["Name"]))["Routes"]
        say("point", point=point, policy=policy, routes=routes)
    say("account", block=CONTROL.get_public_access_block(AccountId=ACCOUNT)["PublicAccessBlockConfiguration"])


def read_settings():
    own, bucket = S3["judge-own"], {"Bucket": "judge-own"}
    for call in (
        own.get_bucket_ownership_controls,
        own.get_bucket_tagging,
        own.get_bucket_cors,
        own.get_bucket_lifecycle_configuration,
        own.get_bucket_encryption,
        own.get_bucket_logging,
        own.get_bucket_website,
        own.get_bucket_request_payment,
        own.list_bucket_metrics_configurations,
    ):
        say("setting", call=call.__name__, found=without_request(call(**bucket)))
    attributes = ["ETag", "Checksum", "ObjectParts", "StorageClass", "ObjectSize"]
    for key in "whole", "told":
        found = own.get_object_attributes(Key=key, ObjectAttributes=attributes, **bucket)
        say("attributes", key=key, found=without_request(found))
        say("tags", key=key, tags=own.get_object_tagging(Key=key, **bucket)["TagSet"])
    for call in own.get_object_legal_hold, own.get_object_retention:
        say("lock", found=without_request(call(Bucket="judge-locked", Key="locked")))
    for found in own.list_multipart_uploads(**bucket).get("Uploads", []):
        parts = own.list_parts(Key=found["Key"], UploadId=found["UploadId"], **bucket)
        say("upload", upload=found, parts=parts["Parts"])


def completed():
    """An upload that began in another run of the lab becomes an object in this one."""
    own = S3["judge-own"]
    [found] = own.list_multipart_uploads(Bucket="judge-own")["Uploads"]
    where = {"Bucket": "judge-own", "Key": found["Key"], "UploadId": found["UploadId"]}
    parts = own.list_parts(**where)["Parts"]
    made = own.complete_multipart_upload(MultipartUpload=named(parts), **where)
    body = own.get_object(Bucket="judge-own", Key=found["Key"])["Body"].read()
    say("object", etag=made["ETag"], right=body == b"1" * PART + b"2")
    whole = own.head_object(Bucket="judge-own", Key="whole")["ETag"]
    say("the same as the one that was complete", same=whole == made["ETag"])


def replicated():
    arrived("the replica", lambda: S3[US].head_object(Bucket=US, Key="waits")["ReplicationStatus"] == "COMPLETED")
    there = S3[EU].get_object(Bucket=EU, Key="waits")
    say("waits", version=there["VersionId"], status=there["ReplicationStatus"], body=there["Body"].read().decode())


def refused():
    for what, call in {
        "a deleted check's reference": lambda: check("gone"),
        "a kept check's reference with other settings": lambda: check("one", FailureThreshold=9),
        "a zone's reference": lambda: R53.create_hosted_zone(Name="kept.example", CallerReference="zone"),
        "a bucket behind an access point": lambda: S3["judge-own"].delete_bucket(Bucket="judge-own"),
        "a caller's token for another order": lambda: CONTROL.create_multi_region_access_point(
            AccountId=ACCOUNT, ClientToken="point", Details={"Name": "other-point", "Regions": [{"Bucket": US}]}
        ),
        "an older version": lambda: R53.update_health_check(HealthCheckId="lab-healthcheck-0001", HealthCheckVersion=1),
    }.items():
        try:
            call()
            say(what, code="NOT REFUSED")
        except ClientError as refusal:
            say(what, code=refusal.response["Error"]["Code"])
    say("the next identifiers", check=check("next"), version=S3[US].put_object(Bucket=US, Key="next", Body=b"")["VersionId"])


def version(folder):
    with sqlite3.connect(f"{folder}/lab.sqlite3") as database:
        database.execute("PRAGMA user_version = 99")


{"change": change, "pending": pending, "read": read, "replicated": replicated, "completed": completed, "refused": refused, "version": version}[sys.argv[1]](*sys.argv[2:])
