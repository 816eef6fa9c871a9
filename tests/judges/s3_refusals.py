"""Asks boto3 for what S3 refuses; a line with status, code and sentence for each."""

import datetime
import http.client
import json
import sys
import urllib.parse

import boto3
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError

HOME = {"us-east-1": sys.argv[1], "eu-west-1": sys.argv[2]}
MIB = 1 << 20


def client(region, **settings):
    return boto3.client("s3", region_name=region, config=Config(retries={"total_max_attempts": 1}, parameter_validation=False), **settings)


US, EU = client("us-east-1"), client("eu-west-1")
BUCKET, OTHER, VERSIONED = "judged-refusals", "judged-refusals-eu", "judged-refusals-versioned"


def refused(what, call, **arguments):
    try:
        answer = call(**arguments)
        print(f"{what}\n  not refused: {answer['ResponseMetadata']['HTTPStatusCode']}")
    except ClientError as refusal:
        status, error = refusal.response["ResponseMetadata"]["HTTPStatusCode"], refusal.response["Error"]
        print(f"{what}\n  {status} {error['Code']}: {error.get('Message')}")


def allowed(what, call, **arguments):
    print(f"{what}\n  {call(**arguments)['ResponseMetadata']['HTTPStatusCode']}")


allowed("a bucket", US.create_bucket, Bucket=BUCKET)
allowed("a bucket of another region, by its own endpoint", EU.create_bucket, Bucket=OTHER, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
allowed("the same bucket again, in us-east-1", US.create_bucket, Bucket=BUCKET)
refused("the same bucket again, elsewhere", EU.create_bucket, Bucket=OTHER, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
refused("a name that another region has", US.create_bucket, Bucket=OTHER)
refused("no constraint outside us-east-1", EU.create_bucket, Bucket="judged-elsewhere")
refused("another region's constraint", EU.create_bucket, Bucket="judged-elsewhere", CreateBucketConfiguration={"LocationConstraint": "ap-south-1"})
refused("us-east-1 as a constraint", US.create_bucket, Bucket="judged-elsewhere", CreateBucketConfiguration={"LocationConstraint": "us-east-1"})
refused("no region at all", US.create_bucket, Bucket="judged-elsewhere", CreateBucketConfiguration={"LocationConstraint": "moon-1"})
refused("a reserved name", US.create_bucket, Bucket="sthree-judged")
refused("an alias of an access point", US.create_bucket, Bucket="judged-s3alias")
refused("a public bucket", US.create_bucket, Bucket="judged-public", ACL="public-read")
refused("a bucket that is not there", US.list_objects_v2, Bucket="judged-nowhere")
refused("somebody else's bucket", US.get_object, Bucket=BUCKET, Key="a", ExpectedBucketOwner="111122223333")
refused("a bucket that is not empty", lambda **a: (US.put_object(Bucket=BUCKET, Key="a", Body=b"12345"), US.delete_bucket(**a))[1], Bucket=BUCKET)

refused("a key that is not there", US.get_object, Bucket=BUCKET, Key="none")
refused("a range behind the end", US.get_object, Bucket=BUCKET, Key="a", Range="bytes=5-")
refused("range and part", US.get_object, Bucket=BUCKET, Key="a", Range="bytes=0-1", PartNumber=1)
refused("a part that is not there", US.get_object, Bucket=BUCKET, Key="a", PartNumber=2)
refused("another entity tag", US.get_object, Bucket=BUCKET, Key="a", IfMatch='"0"')
etag = US.head_object(Bucket=BUCKET, Key="a")["ETag"]
refused("the same entity tag", US.get_object, Bucket=BUCKET, Key="a", IfNoneMatch=etag)
future = datetime.datetime(2100, 1, 1, tzinfo=datetime.timezone.utc)
past = datetime.datetime(2000, 1, 1, tzinfo=datetime.timezone.utc)
refused("not modified since", US.get_object, Bucket=BUCKET, Key="a", IfModifiedSince=future)
refused("modified since", US.get_object, Bucket=BUCKET, Key="a", IfUnmodifiedSince=past)
refused("no version at all", US.get_object, Bucket=BUCKET, Key="a", VersionId="nonsense")
refused("a put onto what is there", US.put_object, Bucket=BUCKET, Key="a", Body=b"", IfNoneMatch="*")
refused("a put onto another", US.put_object, Bucket=BUCKET, Key="a", Body=b"", IfMatch='"0"')
refused("a put onto nothing", US.put_object, Bucket=BUCKET, Key="none", Body=b"", IfMatch='"0"')
refused("a deletion of another", US.delete_object, Bucket=BUCKET, Key="a", IfMatch='"0"')
refused("another checksum", US.put_object, Bucket=BUCKET, Key="b", Body=b"x", ChecksumSHA256="47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=")
refused("no checksum at all", US.put_object, Bucket=BUCKET, Key="b", Body=b"x", ChecksumSHA256="short")
refused("another md5", US.put_object, Bucket=BUCKET, Key="b", Body=b"x", ContentMD5="1B2M2Y8AsgTpgAmY7PhCfg==")
refused("no md5 at all", US.put_object, Bucket=BUCKET, Key="b", Body=b"x", ContentMD5="short")
refused("too much metadata", US.put_object, Bucket=BUCKET, Key="b", Body=b"x", Metadata={"m": "x" * 2048})
refused("no storage class", US.put_object, Bucket=BUCKET, Key="b", Body=b"x", StorageClass="COLD")
refused("an acl", US.put_object, Bucket=BUCKET, Key="b", Body=b"x", ACL="public-read")
refused("an acl of a bucket", US.put_bucket_acl, Bucket=BUCKET, ACL="public-read")
refused("an acl of an object", US.put_object_acl, Bucket=BUCKET, Key="a", ACL="public-read")
refused("eleven tags", US.put_object, Bucket=BUCKET, Key="b", Body=b"x", Tagging="&".join(f"k{n}=v" for n in range(11)))
refused("a tag twice", US.put_object_tagging, Bucket=BUCKET, Key="a", Tagging={"TagSet": [{"Key": "k", "Value": "1"}, {"Key": "k", "Value": "2"}]})
refused("a tag of aws", US.put_object_tagging, Bucket=BUCKET, Key="a", Tagging={"TagSet": [{"Key": "aws:k", "Value": "1"}]})
refused("a key that is too long", US.put_object, Bucket=BUCKET, Key="k" * 1025, Body=b"x")
refused("retention without object lock", US.put_object, Bucket=BUCKET, Key="b", Body=b"x", ObjectLockMode="GOVERNANCE", ObjectLockRetainUntilDate=future)

refused("a copy onto itself", US.copy_object, Bucket=BUCKET, Key="a", CopySource=f"{BUCKET}/a")
refused("a copy of nothing", US.copy_object, Bucket=BUCKET, Key="b", CopySource=f"{BUCKET}/none")
refused("a copy of a bucket that is not there", US.copy_object, Bucket=BUCKET, Key="b", CopySource="judged-nowhere/a")
refused("a copy of another", US.copy_object, Bucket=BUCKET, Key="b", CopySource=f"{BUCKET}/a", CopySourceIfMatch='"0"')
refused("a copy of the same", US.copy_object, Bucket=BUCKET, Key="b", CopySource=f"{BUCKET}/a", CopySourceIfNoneMatch=etag)
refused("a copy onto what is there", US.copy_object, Bucket=BUCKET, Key="a", CopySource=f"{BUCKET}/a", MetadataDirective="REPLACE", IfNoneMatch="*")

upload = US.create_multipart_upload(Bucket=BUCKET, Key="parts")["UploadId"]
etags = [US.upload_part(Bucket=BUCKET, Key="parts", UploadId=upload, PartNumber=n, Body=b"small")["ETag"] for n in (1, 2)]
parts = [{"PartNumber": n, "ETag": etag} for n, etag in enumerate(etags, 1)]
complete = dict(Bucket=BUCKET, Key="parts", UploadId=upload)
refused("parts that are too small", US.complete_multipart_upload, **complete, MultipartUpload={"Parts": parts})
refused("parts in disorder", US.complete_multipart_upload, **complete, MultipartUpload={"Parts": parts[::-1]})
refused("a part that is not there", US.complete_multipart_upload, **complete, MultipartUpload={"Parts": [{"PartNumber": 7, "ETag": etags[0]}]})
refused("another entity tag of a part", US.complete_multipart_upload, **complete, MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": '"0"'}]})
refused("no part", US.complete_multipart_upload, **complete)
refused("part 0", US.upload_part, **complete, PartNumber=0, Body=b"")
refused("part 10001", US.upload_part, **complete, PartNumber=10001, Body=b"")
refused("an upload that is not there", US.upload_part, Bucket=BUCKET, Key="parts", UploadId="nonsense", PartNumber=1, Body=b"")
refused("an upload of another key", US.list_parts, Bucket=BUCKET, Key="others", UploadId=upload)
US.abort_multipart_upload(**complete)
refused("an upload that was aborted", US.abort_multipart_upload, **complete)

refused("a version marker alone", US.list_object_versions, Bucket=BUCKET, VersionIdMarker="x")
refused("a token of nobody", US.list_objects_v2, Bucket=BUCKET, ContinuationToken="nonsense")
refused("a thousand and one keys", US.delete_objects, Bucket=BUCKET, Delete={"Objects": [{"Key": str(n)} for n in range(1001)]})
refused("a policy of no json", US.put_bucket_policy, Bucket=BUCKET, Policy="{")
public = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{BUCKET}/*"}]})
refused("a public policy", US.put_bucket_policy, Bucket=BUCKET, Policy=public)
for name in ["cors", "lifecycle_configuration", "website", "tagging", "policy", "replication"]:
    refused(f"no {name}", getattr(US, f"get_bucket_{name}"), Bucket=BUCKET)
refused("no object lock", US.get_object_lock_configuration, Bucket=BUCKET)
refused("no retention", US.get_object_retention, Bucket=BUCKET, Key="a")
US.delete_public_access_block(Bucket=BUCKET)
refused("no public access block", US.get_public_access_block, Bucket=BUCKET)
refused("no such metrics", US.get_bucket_metrics_configuration, Bucket=BUCKET, Id="none")
refused("object lock without versions", US.put_object_lock_configuration, Bucket=BUCKET, ObjectLockConfiguration={"ObjectLockEnabled": "Enabled"})
refused("a website without index", US.put_bucket_website, Bucket=BUCKET, WebsiteConfiguration={"ErrorDocument": {"Key": "e"}})
refused("an operation that is not here", US.restore_object, Bucket=BUCKET, Key="a", RestoreRequest={"Days": 1})

refused("an unsigned get", boto3.client("s3", region_name="us-east-1", config=Config(signature_version=UNSIGNED)).get_object, Bucket=BUCKET, Key="a")
stranger = client("us-east-1", aws_access_key_id="AKIDNOBODY", aws_secret_access_key="x")
refused("an unknown key id", stranger.list_buckets)
US.delete_object(Bucket=BUCKET, Key="a")


def raw(what, region, method, path, headers, body=None):
    """One request on the wire, and its answer with the elements of the error."""
    url = urllib.parse.urlparse(HOME[region])
    connection = http.client.HTTPConnection(url.hostname, url.port, timeout=10)
    connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
    for name, value in headers.items():
        connection.putheader(name, value)
    connection.endheaders(body)
    answer = connection.getresponse()
    text = answer.read().decode()
    element = lambda name: text.split(f"<{name}>")[1].split(f"</{name}>")[0] if f"<{name}>" in text else None
    found = {name: element(name) for name in ["Code", "BucketName", "Endpoint", "Region"] if element(name)}
    found |= {name: answer.headers[name] for name in ["x-amz-bucket-region", "Location"] if answer.headers[name]}
    ids = element("RequestId") == answer.headers["x-amz-request-id"] and bool(element("HostId")) and bool(answer.headers["x-amz-id-2"])
    print(f"{what}\n  {answer.status} {json.dumps(found)} ids: {ids}")


raw("another region's bucket", "us-east-1", "GET", "/", {"Host": f"{OTHER}.s3.us-east-1.amazonaws.com"})
raw("nobody's bucket", "us-east-1", "GET", "/", {"Host": "judged-nowhere.s3.us-east-1.amazonaws.com"})
raw("a private bucket", "us-east-1", "GET", "/", {"Host": f"{BUCKET}.s3.us-east-1.amazonaws.com"})
raw("no length", "us-east-1", "PUT", "/k", {"Host": f"{BUCKET}.s3.us-east-1.amazonaws.com"})
stale = {"Authorization": "AWS4-HMAC-SHA256 Credential=K/20200101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0", "x-amz-date": "20200101T000000Z", "x-amz-content-sha256": "UNSIGNED-PAYLOAD"}
raw("signed years ago", "us-east-1", "GET", "/", {"Host": "s3.us-east-1.amazonaws.com"} | stale)
US.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:PutObject", "Resource": f"arn:aws:s3:::{BUCKET}/*"}]}))
raw("six gigabytes", "us-east-1", "PUT", "/k", {"Host": f"{BUCKET}.s3.us-east-1.amazonaws.com", "Content-Length": str(6 << 30), "Expect": "100-continue"})
