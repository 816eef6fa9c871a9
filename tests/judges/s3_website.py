"""Configures a website with boto3, then asks its endpoint as a browser does; a line an answer."""

import http.client
import json
import sys
import urllib.parse

import boto3
from botocore.config import Config

HOME = {"us-east-1": sys.argv[1], "eu-west-1": sys.argv[2]}  # the URL of each region's own S3
US = boto3.client("s3", region_name="us-east-1", config=Config(retries={"total_max_attempts": 1}))
SITE = "www.judged.example"
ENDPOINTS = {"us-east-1": "s3-website-us-east-1.amazonaws.com", "eu-west-1": "s3-website-eu-west-1.amazonaws.com"}


def ask(what, path, method="GET", host=f"{SITE}.{ENDPOINTS['us-east-1']}", region="us-east-1", headers={}, address=None):
    url = urllib.parse.urlparse(HOME[region])
    connection = http.client.HTTPConnection(address or url.hostname, url.port, timeout=10)
    connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
    for name, value in ({"Host": host} | headers).items():
        connection.putheader(name, value)
    connection.endheaders()
    answer = connection.getresponse()
    body = answer.read().decode()
    names = ["Location", "x-amz-error-code", "x-amz-error-detail-Key", "Content-Type", "Content-Range", "Allow"]
    found = {name: answer.headers[name] for name in names if answer.headers[name]}
    if body.startswith("<?xml"):
        found["code"] = body.split("<Code>")[1].split("</Code>")[0]
    elif not body.startswith("<html>"):
        found["body"] = body
    elif f"<h1>{answer.status} {answer.reason}</h1>" not in body:
        found["page"] = body
    print(f"{what}\n  {answer.status} {json.dumps(found)}")


ask("nobody's bucket", "/")
US.create_bucket(Bucket=SITE)
ask("a bucket without a website", "/")
US.delete_public_access_block(Bucket=SITE)
allow = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": [f"arn:aws:s3:::{SITE}/*"]}
deny = {"Effect": "Deny", "Principal": "*", "Action": "s3:GetObject", "Resource": [f"arn:aws:s3:::{SITE}/private*"]}
US.put_bucket_policy(Bucket=SITE, Policy=json.dumps({"Version": "2012-10-17", "Statement": [allow, deny]}))
for key in ["index.html", "docs/index.html", "docs/a b.html", "private.html", "error.html"]:
    US.put_object(Bucket=SITE, Key=key, Body=key.encode(), ContentType="text/plain")
US.put_object(Bucket=SITE, Key="moved", Body=b"", WebsiteRedirectLocation="https://example.org/here")
website = {"IndexDocument": {"Suffix": "index.html"}}
US.put_bucket_website(Bucket=SITE, WebsiteConfiguration=website)

ask("the root", "/")
ask("the root, head", "/", method="HEAD")
ask("an object", "/docs/a%20b.html")
ask("a folder", "/docs/")
ask("a folder without its slash", "/docs")
ask("a private object", "/private.html")
ask("a missing object", "/none")
ask("a missing folder", "/none/")
ask("a moved object", "/moved")
ask("a part", "/index.html", headers={"Range": "bytes=0-4"})
ask("a range behind the end", "/index.html", headers={"Range": "bytes=99-"})
ask("another entity tag", "/index.html", headers={"If-Match": '"0"'})
ask("a post", "/", method="POST", headers={"Content-Length": "0"})
ask("a put", "/x", method="PUT", headers={"Content-Length": "0"})
ask("the bare endpoint", "/", host=ENDPOINTS["us-east-1"])
ask("the bare endpoint of another region", "/anything", host=ENDPOINTS["eu-west-1"], region="eu-west-1")
ask("another region's endpoint", "/", host=f"{SITE}.{ENDPOINTS['eu-west-1']}", region="eu-west-1")
ask("the record's name at the rest api", "/", host=SITE)
websites = urllib.parse.urlparse(HOME["us-east-1"]).hostname.removesuffix(".1") + ".2"
ask("the record's name at the website endpoint", "/", host=f"{SITE}:80", address=websites)
ask("another name at the website endpoint", "/", host="other.judged.example", address=websites)
ask("no name at the website endpoint", "/", host=websites, address=websites)

US.put_bucket_website(Bucket=SITE, WebsiteConfiguration=website | {"ErrorDocument": {"Key": "error.html"}})
ask("a missing object, with an error document", "/none")
ask("a private object, with an error document", "/private.html")
US.put_bucket_website(Bucket=SITE, WebsiteConfiguration=website | {"ErrorDocument": {"Key": "none.html"}})
ask("a missing object, and the error document too", "/none")

rules = [
    {"Condition": {"KeyPrefixEquals": "old/"}, "Redirect": {"ReplaceKeyPrefixWith": "docs/", "HttpRedirectCode": "302"}},
    {"Condition": {"HttpErrorCodeReturnedEquals": "404", "KeyPrefixEquals": "gone/"}, "Redirect": {"ReplaceKeyWith": "error.html"}},
    {"Condition": {"HttpErrorCodeReturnedEquals": "403"}, "Redirect": {"HostName": "login.example.org", "Protocol": "https"}},
]
US.put_bucket_website(Bucket=SITE, WebsiteConfiguration=website | {"RoutingRules": rules})
ask("by prefix", "/old/a.html")
ask("by prefix and error", "/gone/a")
ask("by error", "/private.html")
ask("by no rule", "/none")

US.put_bucket_website(Bucket=SITE, WebsiteConfiguration={"RedirectAllRequestsTo": {"HostName": "new.example.org", "Protocol": "https"}})
ask("everything elsewhere", "/some/path?and=query")
US.put_bucket_request_payment(Bucket=SITE, RequestPaymentConfiguration={"Payer": "Requester"})
US.put_bucket_website(Bucket=SITE, WebsiteConfiguration=website)
ask("the requester pays", "/")
US.put_bucket_request_payment(Bucket=SITE, RequestPaymentConfiguration={"Payer": "BucketOwner"})
block = {"BlockPublicAcls": True, "IgnorePublicAcls": True, "BlockPublicPolicy": True, "RestrictPublicBuckets": True}
US.put_public_access_block(Bucket=SITE, PublicAccessBlockConfiguration=block)
ask("public access blocked", "/")
US.delete_bucket_website(Bucket=SITE)
ask("the website deleted", "/")
