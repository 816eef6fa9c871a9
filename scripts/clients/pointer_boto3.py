"""Puts an object into the bucket that is active now, and gets it back: pointer_boto3.py TEXT KEY

`active()` is the whole of it: where to go, looked up anew when the answer's TTL has run out or a request failed.
"""

import json
import subprocess
import sys
import time

import boto3
from botocore.exceptions import BotoCoreError, ClientError

_kept = {"until": 0.0}


def active(refresh=False):
    """The active bucket and a client for its region, kept for as long as the answer's TTL allows."""
    asked = time.monotonic()
    if refresh or asked >= _kept["until"]:
        run = ["s3-failover", "--output", "json", "resolve"]
        answer = json.loads(subprocess.run(run, check=True, stdout=subprocess.PIPE).stdout)
        # A new client has no connection yet that would lead to the old side.
        client = boto3.client("s3", region_name=answer["region"])
        _kept.update(until=asked + (answer.get("ttl") or 0), bucket=answer["bucket"], client=client)
    return _kept["bucket"], _kept["client"]


def there_and_back(text, key, refresh=False):
    bucket, s3 = active(refresh)
    s3.put_object(Bucket=bucket, Key=key, Body=text.encode())
    assert s3.get_object(Bucket=bucket, Key=key)["Body"].read() == text.encode()
    return bucket


if __name__ == "__main__":
    try:
        print(there_and_back(*sys.argv[1:3]))
    except (BotoCoreError, ClientError):
        print(there_and_back(*sys.argv[1:3], refresh=True))
