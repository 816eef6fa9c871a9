"""Puts every configuration of a bucket with boto3, reads it back, deletes it; a JSON line each."""

import json

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

US = boto3.client("s3", region_name="us-east-1", config=Config(retries={"total_max_attempts": 1}))
BUCKET = "judged-settings"
US.create_bucket(Bucket=BUCKET)


def say(step, **found):
    print(json.dumps({"step": step} | found, sort_keys=True, default=str))


def read(name, **arguments):
    """What the bucket has, or what S3 says when it has none."""
    try:
        found = getattr(US, name)(Bucket=BUCKET, **arguments)
        del found["ResponseMetadata"]
        return found
    except ClientError as refusal:
        return refusal.response["Error"]["Code"]


SETTINGS = {
    "bucket_cors": {"CORSConfiguration": {"CORSRules": [{"AllowedMethods": ["GET"], "AllowedOrigins": ["https://example.com"], "MaxAgeSeconds": 5}]}},
    "bucket_lifecycle_configuration": {"LifecycleConfiguration": {"Rules": [{"ID": "old", "Status": "Enabled", "Filter": {"Prefix": "logs/"}, "NoncurrentVersionExpiration": {"NoncurrentDays": 3}}]}},
    "bucket_encryption": {"ServerSideEncryptionConfiguration": {"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "LAB-KEY"}, "BucketKeyEnabled": True}]}},
    "bucket_ownership_controls": {"OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerPreferred"}]}},
    "bucket_logging": {"BucketLoggingStatus": {"LoggingEnabled": {"TargetBucket": BUCKET, "TargetPrefix": "logs/"}}},
    "bucket_accelerate_configuration": {"AccelerateConfiguration": {"Status": "Enabled"}},
    "bucket_notification_configuration": {"NotificationConfiguration": {"EventBridgeConfiguration": {}}},
    "bucket_request_payment": {"RequestPaymentConfiguration": {"Payer": "Requester"}},
    "bucket_tagging": {"Tagging": {"TagSet": [{"Key": "team", "Value": "judges & <more>"}]}},
    "bucket_versioning": {"VersioningConfiguration": {"Status": "Enabled"}},
    "object_lock_configuration": {"ObjectLockConfiguration": {"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": {"Mode": "COMPLIANCE", "Days": 2}}}},
    "bucket_website": {"WebsiteConfiguration": {"IndexDocument": {"Suffix": "index.html"}, "ErrorDocument": {"Key": "error.html"}, "RoutingRules": [{"Condition": {"KeyPrefixEquals": "a/"}, "Redirect": {"ReplaceKeyPrefixWith": "b/"}}]}},
    "public_access_block": {"PublicAccessBlockConfiguration": {"BlockPublicAcls": True, "IgnorePublicAcls": False, "BlockPublicPolicy": True, "RestrictPublicBuckets": False}},
}
DELETED = ["bucket_cors", "bucket_encryption", "bucket_ownership_controls", "bucket_tagging", "bucket_website", "public_access_block"]

for name, value in SETTINGS.items():
    before = read(f"get_{name}")
    getattr(US, f"put_{name}")(Bucket=BUCKET, **value)
    after = read(f"get_{name}")
    say(name, before=before, after=after)
US.delete_bucket_lifecycle(Bucket=BUCKET)
say("deleted bucket_lifecycle", after=read("get_bucket_lifecycle_configuration"))
head = US.put_object(Bucket=BUCKET, Key="k", Body=b"")
say("encrypted by default", algorithm=head["ServerSideEncryption"], key=head["SSEKMSKeyId"], bucket_key=head["BucketKeyEnabled"])
say("locked by default", mode=US.head_object(Bucket=BUCKET, Key="k")["ObjectLockMode"])
for name in DELETED:
    getattr(US, f"delete_{name}")(Bucket=BUCKET)
    say(f"deleted {name}", after=read(f"get_{name}"))
say("acl", grants=len(read("get_bucket_acl")["Grants"]))

NAMED = {
    "metrics": {"MetricsConfiguration": {"Id": "all", "Filter": {"Prefix": "p/"}}},
    "analytics": {"AnalyticsConfiguration": {"Id": "all", "StorageClassAnalysis": {}}},
    "intelligent_tiering": {"IntelligentTieringConfiguration": {"Id": "all", "Status": "Enabled", "Tierings": [{"Days": 90, "AccessTier": "ARCHIVE_ACCESS"}]}},
    "inventory": {"InventoryConfiguration": {"Id": "all", "IsEnabled": True, "IncludedObjectVersions": "All", "Schedule": {"Frequency": "Daily"}, "Destination": {"S3BucketDestination": {"Bucket": f"arn:aws:s3:::{BUCKET}", "Format": "CSV"}}}},
}
for kind, value in NAMED.items():
    getattr(US, f"put_bucket_{kind}_configuration")(Bucket=BUCKET, Id="all", **value)
    [(name, _)] = value.items()
    found = read(f"get_bucket_{kind}_configuration", Id="all")
    listed = read(f"list_bucket_{kind}_configurations")
    getattr(US, f"delete_bucket_{kind}_configuration")(Bucket=BUCKET, Id="all")
    gone = read(f"get_bucket_{kind}_configuration", Id="all")
    say(kind, same=found == value, listed=[one["Id"] for one in listed[f"{name}List"]], more=listed["IsTruncated"], gone=gone)
