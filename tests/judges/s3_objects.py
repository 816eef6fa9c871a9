"""Writes, copies, lists, reads and deletes objects with boto3 as it is installed; a JSON line a step."""

import base64
import hashlib
import io
import json
import sys
import time
import urllib.error
import urllib.request

import boto3
from boto3.s3.transfer import TransferConfig
from botocore.config import Config

HOME = {"us-east-1": sys.argv[1], "eu-west-1": sys.argv[2]}  # the URL of each region's own S3


def client(region):
    return boto3.client("s3", region_name=region, config=Config(retries={"total_max_attempts": 1}))


US, EU = client("us-east-1"), client("eu-west-1")
HERE, THERE = "judged-objects-here", "judged-objects-there"
MIB = 1 << 20


def say(step, **found):
    print(json.dumps({"step": step} | found, sort_keys=True, default=str))


def only(found, *names):
    return {name: found[name] for name in names if name in found}


US.create_bucket(Bucket=HERE)
EU.create_bucket(Bucket=THERE, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
say("buckets", here=US.get_bucket_location(Bucket=HERE)["LocationConstraint"], there=EU.get_bucket_location(Bucket=THERE)["LocationConstraint"])

# Checksums: the client's default, each algorithm, and what S3 adds when nothing is sent.
put = US.put_object(Bucket=HERE, Key="plain", Body=b"plain bytes")
say("put", **only(put, "ETag", "ChecksumCRC32", "ChecksumType", "ServerSideEncryption"))
for algorithm in ["CRC32", "CRC32C", "SHA1", "SHA256", "CRC64NVME"]:
    try:
        US.put_object(Bucket=HERE, Key="checked", Body=b"123456789", ChecksumAlgorithm=algorithm)
    except Exception as error:  # the client lacks a library for it
        say("checksum", algorithm=algorithm, error=type(error).__name__)
        continue
    got = US.get_object(Bucket=HERE, Key="checked", ChecksumMode="ENABLED")
    say("checksum", body=got["Body"].read().decode(), type=got["ChecksumType"], value=got["Checksum" + algorithm])
sha512 = hashlib.sha512(b"x").digest()
US.put_object(Bucket=HERE, Key="newer", Body=b"x", ChecksumSHA512=base64.b64encode(sha512).decode())
newer = US.head_object(Bucket=HERE, Key="newer", ChecksumMode="ENABLED")
say("newer checksum", same=newer.get("ChecksumSHA512") == base64.b64encode(sha512).decode())

# What is said of an object comes back.
US.put_object(
    Bucket=HERE, Key="told/ü &+<b>.txt", Body=b"0123456789", ContentType="text/plain", CacheControl="max-age=5",
    ContentDisposition="attachment", ContentEncoding="identity", ContentLanguage="de", Metadata={"who": "judge"},
    StorageClass="STANDARD_IA", Tagging="a=1&b=two%20words", WebsiteRedirectLocation="/elsewhere",
)
told = US.head_object(Bucket=HERE, Key="told/ü &+<b>.txt")
names = "CacheControl ContentDisposition ContentEncoding ContentLanguage ContentLength ContentType ETag Metadata StorageClass TagCount WebsiteRedirectLocation"
say("told", **only(told, *names.split()))
say("tags", tags=US.get_object_tagging(Bucket=HERE, Key="told/ü &+<b>.txt")["TagSet"])
for wanted in ["bytes=2-4", "bytes=7-", "bytes=-3", "bytes=0-99"]:
    part = US.get_object(Bucket=HERE, Key="told/ü &+<b>.txt", Range=wanted)
    say("range", wanted=wanted, body=part["Body"].read().decode(), range=part["ContentRange"], status=part["ResponseMetadata"]["HTTPStatusCode"])
other = US.get_object(Bucket=HERE, Key="told/ü &+<b>.txt", ResponseContentType="text/css", ResponseCacheControl="no-store")
say("chosen headers", **only(other, "ContentType", "CacheControl"))

# Copies, also between regions.
copied = EU.copy_object(Bucket=THERE, Key="copy", CopySource={"Bucket": HERE, "Key": "told/ü &+<b>.txt"})
copy = EU.head_object(Bucket=THERE, Key="copy")
say("copy", etag=copied["CopyObjectResult"]["ETag"], **only(copy, "ContentType", "Metadata", "StorageClass", "TagCount", "WebsiteRedirectLocation"))
EU.copy_object(Bucket=THERE, Key="copy", CopySource=f"{THERE}/copy", MetadataDirective="REPLACE", Metadata={"who": "again"}, TaggingDirective="REPLACE", Tagging="c=3")
copy = EU.get_object(Bucket=THERE, Key="copy")
say("copy onto itself", body=copy["Body"].read().decode(), tags=EU.get_object_tagging(Bucket=THERE, Key="copy")["TagSet"], **only(copy, "ContentType", "Metadata"))

# Parts: by hand, and as the client's transfer manager does it.
upload = US.create_multipart_upload(Bucket=HERE, Key="parts", ContentType="text/x-parts", ChecksumAlgorithm="SHA256", Tagging="part=yes")
say("upload", **only(upload, "Bucket", "Key", "ChecksumAlgorithm", "ChecksumType"))
contents = [b"a" * (5 * MIB), b"b" * (5 * MIB), b"c"]
done = []
for number, content in enumerate(contents, 1):
    answer = US.upload_part(Bucket=HERE, Key="parts", UploadId=upload["UploadId"], PartNumber=number, Body=content, ChecksumAlgorithm="SHA256")
    done.append({"PartNumber": number, "ETag": answer["ETag"], "ChecksumSHA256": answer["ChecksumSHA256"]})
US.upload_part_copy(Bucket=HERE, Key="parts", UploadId=upload["UploadId"], PartNumber=9, CopySource=f"{HERE}/checked", CopySourceRange="bytes=0-3")
first = US.list_parts(Bucket=HERE, Key="parts", UploadId=upload["UploadId"], MaxParts=2)
rest = US.list_parts(Bucket=HERE, Key="parts", UploadId=upload["UploadId"], PartNumberMarker=first["NextPartNumberMarker"])
say("parts", first=[part["PartNumber"] for part in first["Parts"]], more=first["IsTruncated"], rest=[[part["PartNumber"], part["Size"]] for part in rest["Parts"]])
say("uploads", keys=[found["Key"] for found in US.list_multipart_uploads(Bucket=HERE)["Uploads"]])
complete = US.complete_multipart_upload(Bucket=HERE, Key="parts", UploadId=upload["UploadId"], MultipartUpload={"Parts": done})
etags = hashlib.md5(b"".join(hashlib.md5(content).digest() for content in contents)).hexdigest()
sums = base64.b64encode(hashlib.sha256(b"".join(hashlib.sha256(content).digest() for content in contents)).digest()).decode()
say("complete", etag=complete["ETag"] == f'"{etags}-3"', checksum=complete["ChecksumSHA256"] == f"{sums}-3", type=complete["ChecksumType"])
second = US.get_object(Bucket=HERE, Key="parts", PartNumber=2)
say("second part", same=second["Body"].read() == contents[1], count=second["PartsCount"], range=second["ContentRange"], type=second["ContentType"])
known = US.get_object_attributes(Bucket=HERE, Key="parts", ObjectAttributes=["ETag", "Checksum", "ObjectParts", "StorageClass", "ObjectSize"])
say("attributes", etag=known["ETag"] == f"{etags}-3", parts=known["ObjectParts"]["TotalPartsCount"], sizes=[part["Size"] for part in known["ObjectParts"]["Parts"]], **only(known, "ObjectSize", "StorageClass"))
aborted = US.create_multipart_upload(Bucket=HERE, Key="never")
US.abort_multipart_upload(Bucket=HERE, Key="never", UploadId=aborted["UploadId"])
say("aborted", uploads=US.list_multipart_uploads(Bucket=HERE).get("Uploads", []))
low = TransferConfig(multipart_threshold=5 * MIB, multipart_chunksize=5 * MIB)
US.upload_fileobj(io.BytesIO(b"z" * (12 * MIB)), HERE, "transferred", Config=low)
back = io.BytesIO()
US.download_fileobj(HERE, "transferred", back, Config=low)
say("transfer manager", same=back.getvalue() == b"z" * (12 * MIB), etag=US.head_object(Bucket=HERE, Key="transferred")["ETag"][-3:])
EU.copy({"Bucket": HERE, "Key": "transferred"}, THERE, "transferred", SourceClient=US, Config=low)
say("copy in parts", size=EU.head_object(Bucket=THERE, Key="transferred")["ContentLength"])

# Listings, in pages of every size, old and new.
for key in ["a/1", "a/2", "b/1", "c", "ü"]:
    EU.put_object(Bucket=THERE, Key=f"list/{key}", Body=b"")
for size in [1, 2, 1000]:
    new = EU.get_paginator("list_objects_v2").paginate(Bucket=THERE, Prefix="list/", Delimiter="/", PaginationConfig={"PageSize": size})
    old = EU.get_paginator("list_objects").paginate(Bucket=THERE, Prefix="list/", Delimiter="/", PaginationConfig={"PageSize": size})
    for kind, pages in [("new", new), ("old", old)]:
        found = [item.get("Key") or item.get("Prefix") for page in pages for name in ("Contents", "CommonPrefixes") for item in page.get(name, [])]
        say("listing", kind=kind, size=size, found=sorted(found))
after = EU.list_objects_v2(Bucket=THERE, Prefix="list/", StartAfter="list/b/1", FetchOwner=True)["Contents"]
say("listing behind", keys=[found["Key"] for found in after], owner=all("ID" in found["Owner"] for found in after))

# Versions.
US.put_bucket_versioning(Bucket=HERE, VersioningConfiguration={"Status": "Enabled"})
ids = [US.put_object(Bucket=HERE, Key="v/one", Body=body)["VersionId"] for body in (b"1", b"22")]
marker = US.delete_object(Bucket=HERE, Key="v/one")
US.put_object(Bucket=HERE, Key="v/two", Body=b"3")
names = {ids[0]: "first", ids[1]: "second", marker["VersionId"]: "marker"}
for size in [1, 1000]:
    lines = []
    for page in US.get_paginator("list_object_versions").paginate(Bucket=HERE, Prefix="v/", PaginationConfig={"PageSize": size}):
        lines += [[item["Key"], names.get(item["VersionId"], "new"), item["IsLatest"]] for item in page.get("DeleteMarkers", []) + page.get("Versions", [])]
    say("versions", size=size, lines=sorted(lines))
say("old version", body=US.get_object(Bucket=HERE, Key="v/one", VersionId=ids[0])["Body"].read().decode(), deleted=marker["DeleteMarker"])
back = US.copy_object(Bucket=HERE, Key="v/one", CopySource={"Bucket": HERE, "Key": "v/one", "VersionId": ids[0]})
say("brought back", body=US.get_object(Bucket=HERE, Key="v/one")["Body"].read().decode(), source=names[back["CopySourceVersionId"]])
US.put_object_tagging(Bucket=HERE, Key="v/one", VersionId=ids[1], Tagging={"TagSet": [{"Key": "k", "Value": "v"}]})
say("tags of versions", second=US.get_object_tagging(Bucket=HERE, Key="v/one", VersionId=ids[1])["TagSet"], current=US.get_object_tagging(Bucket=HERE, Key="v/one")["TagSet"])
US.delete_object_tagging(Bucket=HERE, Key="v/one", VersionId=ids[1])
say("tags gone", second=US.get_object_tagging(Bucket=HERE, Key="v/one", VersionId=ids[1])["TagSet"])
bulk = US.delete_objects(Bucket=HERE, Delete={"Objects": [{"Key": "v/one", "VersionId": ids[0]}, {"Key": "v/two"}, {"Key": "v/none", "VersionId": "nonsense"}]})
say("deleted in bulk", deleted=[only(found, "Key", "DeleteMarker") for found in bulk["Deleted"]], errors=[found["Code"] for found in bulk["Errors"]])
quiet = US.delete_objects(Bucket=HERE, Delete={"Quiet": True, "Objects": [{"Key": "plain"}]})
say("deleted quietly", deleted=quiet.get("Deleted", []))

# URLs that were signed beforehand, in the client's usual way and by today's signature.
url = US.generate_presigned_url("get_object", Params={"Bucket": HERE, "Key": "checked"}, ExpiresIn=600)
say("signed url", body=urllib.request.urlopen(url, timeout=10).read().decode())
today = boto3.client("s3", region_name="us-east-1", config=Config(signature_version="s3v4"))
url = today.generate_presigned_url("put_object", Params={"Bucket": HERE, "Key": "by url"}, ExpiresIn=600)
urllib.request.urlopen(urllib.request.Request(url, data=b"by url", method="PUT"), timeout=10)
say("signed put", body=US.get_object(Bucket=HERE, Key="by url")["Body"].read().decode())
short = today.generate_presigned_url("get_object", Params={"Bucket": HERE, "Key": "checked"}, ExpiresIn=1)
long = today.generate_presigned_url("get_object", Params={"Bucket": HERE, "Key": "checked"})
time.sleep(2.1)  # its date has seconds only
for what, url in [("another's url", long.replace("checked", "transferred")), ("a url that is over", short)]:
    try:
        urllib.request.urlopen(url, timeout=10)
    except urllib.error.HTTPError as refusal:
        say(what, status=refusal.code, code=refusal.read().decode().split("<Code>")[1].split("</Code>")[0])

# Object Lock.
US.create_bucket(Bucket="judged-locked", ObjectLockEnabledForBucket=True)
US.put_object_lock_configuration(Bucket="judged-locked", ObjectLockConfiguration={"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 1}}})
locked = US.put_object(Bucket="judged-locked", Key="kept", Body=b"kept")["VersionId"]
say("locked", mode=US.get_object_retention(Bucket="judged-locked", Key="kept")["Retention"]["Mode"], rule=US.get_object_lock_configuration(Bucket="judged-locked")["ObjectLockConfiguration"]["Rule"])
refused = US.delete_objects(Bucket="judged-locked", Delete={"Objects": [{"Key": "kept", "VersionId": locked}]})
say("locked against deletion", errors=[found["Code"] for found in refused["Errors"]])
US.put_object_legal_hold(Bucket="judged-locked", Key="kept", LegalHold={"Status": "ON"})
say("held", status=US.get_object_legal_hold(Bucket="judged-locked", Key="kept")["LegalHold"]["Status"], head=US.head_object(Bucket="judged-locked", Key="kept")["ObjectLockLegalHoldStatus"])
US.put_object_legal_hold(Bucket="judged-locked", Key="kept", LegalHold={"Status": "OFF"})
US.delete_object(Bucket="judged-locked", Key="kept", VersionId=locked, BypassGovernanceRetention=True)
say("unlocked", left=US.list_object_versions(Bucket="judged-locked").get("Versions", []))
