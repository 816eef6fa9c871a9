"""What http.client of Python gets from the lab's distribution while regions break.

cloudfront.py SCENARIO READY.json: a JSON document a line. Faults are set over the lab's own controls.
"""

import http.client
import json
import sys
from urllib.parse import urlsplit

scenario, ready = sys.argv[1], json.load(open(sys.argv[2], encoding="utf-8"))
domain = ready["cloudfront_domain"]


def fault(region, kind):
    connection = http.client.HTTPConnection(urlsplit(ready["admin"]).netloc)
    connection.request("PUT", f"/faults/{region}", json.dumps({"kind": kind}))
    assert connection.getresponse().status < 300, (region, kind)


def faults(primary, secondary="none"):
    fault("us-east-1", primary)
    fault("eu-west-1", secondary)


def ask(case, method, path, headers=None, body=None, host=domain):
    connection = http.client.HTTPConnection(urlsplit(ready["cloudfront"]).netloc)
    connection.request(method, path, body, {"Host": host, **(headers or {})})
    response = connection.getresponse()
    text = response.read().decode()
    request_id = response.getheader("x-amz-request-id") or ""
    region = next((name for name in ("us-east-1", "eu-west-1") if name in request_id), "cloudfront")
    assert response.getheader("via") == "1.1 lab-edge.cloudfront.net (CloudFront)", response.getheaders()
    assert response.getheader("x-amz-cf-id").startswith("LAB-"), response.getheaders()
    said = next((line for line in text.splitlines() if line and "<" not in line), "")
    print(json.dumps({
        "case": case, "status": response.status, "cache": response.getheader("x-cache"), "from": region,
        "said": said if text.startswith("<!DOCTYPE") else text.strip() if response.status < 300 else "",
        "range": response.getheader("content-range"), "length": response.getheader("content-length"),
    }))


def uncached():
    ask("healthy", "GET", "/data/here.txt")
    faults("http-503")
    ask("503", "GET", "/data/here.txt")
    ask("503, HEAD", "HEAD", "/data/here.txt")
    ask("503, range", "GET", "/data/here.txt", {"Range": "bytes=3-6"})
    ask("503, OPTIONS", "OPTIONS", "/data/here.txt")
    faults("block-public")
    ask("block-public, Origin Access Control", "GET", "/data/here.txt")
    faults("none")
    ask("missing on the primary", "GET", "/data/only-there.txt")
    ask("missing on both", "GET", "/data/nowhere.txt")
    ask("POST", "POST", "/data/here.txt", body="new")
    ask("PUT", "PUT", "/data/here.txt", body="new")
    ask("another host", "GET", "/data/here.txt", host="d111111abcdef8.cloudfront.net")


def impatient():
    faults("timeout")
    ask("timeout", "GET", "/data/here.txt")
    faults("none")


def public():
    faults("block-public")
    ask("block-public, public object", "GET", "/failover/health.txt")
    ask("block-public, private object", "GET", "/data/here.txt")
    faults("none")


def refuse():
    faults("refuse")
    ask("refuse", "GET", "/data/here.txt")
    faults("refuse", "refuse")
    ask("both refuse", "GET", "/data/here.txt")


def cached():
    ask("first", "GET", "/data/here.txt")
    ask("second", "GET", "/data/here.txt")
    faults("refuse", "refuse")
    ask("both regions down", "GET", "/data/here.txt")
    ask("both regions down, HEAD", "HEAD", "/data/here.txt")
    ask("both regions down, range", "GET", "/data/here.txt", {"Range": "bytes=-2"})
    ask("not cached", "GET", "/data/other.txt")
    faults("none")
    ask("the error is kept", "GET", "/data/other.txt")


{"uncached": uncached, "impatient": impatient, "public": public, "refuse": refuse, "cached": cached}[scenario]()
