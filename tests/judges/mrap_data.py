"""Uses a Multi-Region Access Point with boto3 as on AWS, by its ARN; a JSON line a step."""

import json
import os
import ssl
import sys
import urllib.error
import urllib.request

import boto3
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError

ARN, US, EU = sys.argv[1], "my-app-data-us-east-1", "my-app-data-eu-west-1"


def client(region="us-east-1", keys=None, **settings):
    keys = keys or {}
    return boto3.client("s3", region_name=region, config=Config(retries={"total_max_attempts": 1}, **settings), **keys)


S3 = client()


def say(step, **found):
    print(json.dumps({"step": step} | found, sort_keys=True, default=str))


def refused(call, **arguments):
    try:
        call(**arguments)
        return "NOT REFUSED"
    except ClientError as refusal:
        status = refusal.response["ResponseMetadata"]["HTTPStatusCode"]
        error = refusal.response["Error"]
        return f"{status} {error['Code']}: {error['Message']}"


def direct(bucket, region, key):
    try:
        return client(region).get_object(Bucket=bucket, Key=key)["Body"].read().decode()
    except ClientError as refusal:
        return refusal.response["Error"]["Code"]


key = "data/ü & <b> + 1.txt"
put = S3.put_object(Bucket=ARN, Key=key, Body=b"through the access point", ContentType="text/plain", Metadata={"who": "judge"})
got = S3.get_object(Bucket=ARN, Key=key)
say("object", body=got["Body"].read().decode(), type=got["ContentType"], metadata=got["Metadata"], same=got["VersionId"] == put["VersionId"])
say("in the region that is active", primary=direct(US, "us-east-1", key))
say("head", length=S3.head_object(Bucket=ARN, Key=key)["ContentLength"])
say("range", body=S3.get_object(Bucket=ARN, Key=key, Range="bytes=0-6")["Body"].read().decode())
say("listing", keys=[found["Key"] for found in S3.list_objects_v2(Bucket=ARN, Prefix="data/")["Contents"]])
S3.put_object(Bucket=ARN, Key="big", Body=b"x" * 3_000_000)
say("big", length=len(S3.get_object(Bucket=ARN, Key="big")["Body"].read()))
upload = S3.create_multipart_upload(Bucket=ARN, Key="parts")["UploadId"]
parts = []
for number, body in enumerate([b"y" * 5_242_880, b"end"], 1):
    part = S3.upload_part(Bucket=ARN, Key="parts", UploadId=upload, PartNumber=number, Body=body)
    parts.append({"PartNumber": number, "ETag": part["ETag"]})
S3.complete_multipart_upload(Bucket=ARN, Key="parts", UploadId=upload, MultipartUpload={"Parts": parts})
S3.put_object_tagging(Bucket=ARN, Key="parts", Tagging={"TagSet": [{"Key": "a", "Value": "b"}]})
tags = S3.get_object_tagging(Bucket=ARN, Key="parts")["TagSet"]
say("parts and tags", length=S3.head_object(Bucket=ARN, Key="parts")["ContentLength"], tags=tags)
say("missing", found=refused(S3.get_object, Bucket=ARN, Key="nothing"))

# Signed addresses.
trust = ssl.create_default_context(cafile=os.environ["AWS_CA_BUNDLE"])
opener = urllib.request.build_opener(
    urllib.request.ProxyHandler({"https": os.environ["HTTPS_PROXY"]}), urllib.request.HTTPSHandler(context=trust)
)


def fetch(url):
    try:
        with opener.open(url, timeout=10) as answer:
            return f"{answer.status} {answer.read().decode()}"
    except urllib.error.HTTPError as refusal:
        return f"{refusal.code} {refusal.read().decode().split('<Code>')[1].split('</Code>')[0]}"


url = S3.generate_presigned_url("get_object", Params={"Bucket": ARN, "Key": key}, ExpiresIn=60)
host = url.split("/")[2]
assert "X-Amz-Algorithm=AWS4-ECDSA-P256-SHA256" in url, url
say("a signed address", found=fetch(url), changed=fetch(url.replace("data/", "other/")), plain=fetch(f"https://{host}/big"))
regional = client(signature_version="s3v4")
url = regional.generate_presigned_url("get_object", Params={"Bucket": ARN, "Key": "big"}, ExpiresIn=60)
assert "X-Amz-Algorithm=AWS4-HMAC-SHA256" in url, url
say("an address signed for one region", found=fetch(url), other=fetch(url.replace("us-east-1", "eu-west-1")))
say("signed for one region", found=refused(regional.get_object, Bucket=ARN, Key="big"))

# What is refused.
say("anonymous", found=refused(client(signature_version=UNSIGNED).get_object, Bucket=ARN, Key="big"))
keys = {"aws_access_key_id": "LAB-ACCESS-KEY", "aws_secret_access_key": "wrong"}
say("wrong secret", found=refused(client(keys=keys).get_object, Bucket=ARN, Key="big"))
say("unknown key", found=refused(client(keys=keys | {"aws_access_key_id": "AKIAIOSFODNN7EXAMPLE"}).get_object, Bucket=ARN, Key="big"))
say("signed for another region", found=refused(client(sigv4a_signing_region_set="eu-west-1,ap-*").get_object, Bucket=ARN, Key="big"))
say("signed for some regions", length=client(sigv4a_signing_region_set="eu-west-1,us-*").get_object(Bucket=ARN, Key="big")["ContentLength"])
say("copy to it", found=refused(S3.copy_object, Bucket=ARN, Key="copy", CopySource={"Bucket": US, "Key": "big"}))
say("its versioning", found=refused(S3.get_bucket_versioning, Bucket=ARN))
say("many deletions", found=refused(S3.delete_objects, Bucket=ARN, Delete={"Objects": [{"Key": "big"}]}))
say("nobody's", found=refused(S3.get_object, Bucket=ARN.replace("lab-", "lab-x"), Key="big"))
try:
    opener.open("https://example.com/", timeout=10)
except OSError as refusal:
    say("the rest of the world", found=str(refusal))

# Delegation: only through the access point, and there no deletions.
policy = json.loads(S3.get_bucket_policy(Bucket=US)["Policy"])
only = {
    "Sid": "OnlyThroughTheAccessPoint",
    "Effect": "Deny",
    "Principal": "*",
    "Action": ["s3:GetObject", "s3:PutObject"],
    "Resource": f"arn:aws:s3:::{US}/data/*",
    "Condition": {"StringNotEquals": {"s3:DataAccessPointArn": ARN}},
}
S3.put_bucket_policy(Bucket=US, Policy=json.dumps(policy | {"Statement": policy["Statement"] + [only]}))
say("delegated", through=S3.get_object(Bucket=ARN, Key=key)["ContentLength"], directly=direct(US, "us-east-1", key))
S3.put_bucket_policy(Bucket=US, Policy=json.dumps(policy))
say("deleted", status=S3.delete_object(Bucket=ARN, Key=key)["ResponseMetadata"]["HTTPStatusCode"], found=refused(S3.get_object, Bucket=ARN, Key=key).split(":")[0])
