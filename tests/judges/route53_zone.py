"""Fills a zone with every record type and every routing policy by boto3, lists it whole and in pages, and asks
TestDNSAnswer; one JSON line a step."""

import json
import time

import boto3
from botocore import UNSIGNED
from botocore.config import Config

CLIENT = boto3.client("route53")
ZONE = CLIENT.create_hosted_zone(Name="rich.example", CallerReference="rich")["HostedZone"]["Id"]


def say(step, **found):
    print(json.dumps({"step": step} | found, sort_keys=True, ensure_ascii=False))


def record(name, kind, *values, **fields):
    values = {"TTL": 60, "ResourceRecords": [{"Value": value} for value in values]} if values else {}
    return {"Name": f"{name}rich.example", "Type": kind} | values | fields


def alias(name, kind, target, evaluate=True, **fields):
    where = {"HostedZoneId": ZONE, "DNSName": f"{target}rich.example", "EvaluateTargetHealth": evaluate}
    return record(name, kind, AliasTarget=where, **fields)


def change(action, records):
    changes = [{"Action": action, "ResourceRecordSet": record} for record in records]
    return CLIENT.change_resource_record_sets(HostedZoneId=ZONE, ChangeBatch={"Changes": changes})["ChangeInfo"]


def until(what, look, seconds=20):
    deadline, seen = time.monotonic() + seconds, None
    while time.monotonic() < deadline:
        seen, done = look()
        if done:
            return seen
        time.sleep(0.02)
    raise SystemExit(f"{what}: not within {seconds} s; seen last: {seen}")


def in_sync(info):
    status = CLIENT.get_change(Id=info["Id"])["ChangeInfo"]["Status"]
    return status, status == "INSYNC"


def check(reference, **settings):
    config = {"Type": "CALCULATED", "HealthThreshold": 0, "ChildHealthChecks": []} | settings
    return CLIENT.create_health_check(CallerReference=reference, HealthCheckConfig=config)["HealthCheck"]["Id"]


# A calculated check of threshold 0 is always healthy, and inverted never: no endpoint is needed.
WELL, ILL = check("well"), check("ill", Inverted=True)

TYPES = [
    record("", "MX", "10 mail.rich.example.", "20 mail2.rich.example."),
    record("", "TXT", '"v=spf1 -all"', '"two" "strings"'),
    record("", "SPF", '"v=spf1 -all"'),
    record("", "CAA", '0 issue "ca.example.net; policy=ev"'),
    record("www.", "A", "192.0.2.1", "192.0.2.2"),
    record("www.", "AAAA", "2001:db8::1"),
    record("www.", "HTTPS", '1 . alpn="h3,h2" ipv4hint=192.0.2.1'),
    record("www.", "SSHFP", "4 2 123456789abcdef67890123456789abcdef67890123456789abcdef123456789"),
    record("cname.", "CNAME", "www.rich.example"),
    record("child.", "NS", "ns1.child.example.", "ns2.child.example."),
    record("child.", "DS", "12345 13 2 49FD46E6C4B45C55D4AC49FD46E6C4B45C55D4AC49FD46E6C4B45C55D4AC0000"),
    record("_sip._udp.", "SRV", "10 5 5060 sip.rich.example."),
    record("naptr.", "NAPTR", '100 50 "u" "E2U+sip" "!^.*$!sip:a b@rich.example!" .'),
    record("ptr.", "PTR", "www.rich.example."),
    record("_443._tcp.www.", "TLSA", "3 1 1 d2abde240d7cd3ee6b4b28c54df034b97983a1d16e8a410e4561cb106618e971"),
    record("svcb.", "SVCB", "1 www.rich.example. port=8443"),
    # Names: a wildcard, characters that come back as escapes, and a hyphen, which stands before the dot.
    record("*.", "A", "192.0.2.3"),
    record("a@b.", "A", "192.0.2.4"),
    record("x\\100y.", "A", "192.0.2.5"),
    record("www-1.", "A", "192.0.2.6"),
    record("below.www.", "A", "192.0.2.7"),
    record("UPPER.", "A", "192.0.2.8"),
]
POLICIES = [
    record("failover.", "A", "192.0.2.10", SetIdentifier="first", Failover="PRIMARY", HealthCheckId=ILL),
    record("failover.", "A", "192.0.2.11", SetIdentifier="second", Failover="SECONDARY", HealthCheckId=WELL),
    record("weighted.", "A", "192.0.2.20", SetIdentifier="all", Weight=255),
    record("weighted.", "A", "192.0.2.21", SetIdentifier="none", Weight=0),
    record("latency.", "A", "192.0.2.30", SetIdentifier="eu", Region="eu-west-1"),
    record("latency.", "A", "192.0.2.31", SetIdentifier="us", Region="us-east-1", HealthCheckId=WELL),
    record("geo.", "A", "192.0.2.40", SetIdentifier="africa", GeoLocation={"ContinentCode": "AF"}),
    record("geo.", "A", "192.0.2.41", SetIdentifier="world", GeoLocation={"CountryCode": "*"}),
    record(
        "geo.",
        "A",
        "192.0.2.42",
        SetIdentifier="washington",
        GeoLocation={"CountryCode": "US", "SubdivisionCode": "WA"},
    ),
    record("near.", "A", "192.0.2.50", SetIdentifier="a", GeoProximityLocation={"AWSRegion": "eu-west-1", "Bias": -9}),
    record(
        "near.",
        "A",
        "192.0.2.51",
        SetIdentifier="b",
        GeoProximityLocation={"Coordinates": {"Latitude": "49.22", "Longitude": "-74.01"}},
    ),
    record("many.", "A", "192.0.2.60", SetIdentifier="a", MultiValueAnswer=True),
    record("many.", "A", "192.0.2.61", SetIdentifier="b", MultiValueAnswer=True, HealthCheckId=WELL),
    record(
        "cidr.",
        "A",
        "192.0.2.70",
        SetIdentifier="a",
        CidrRoutingConfig={"CollectionId": "0a1b2c3d-0000-1111-2222-333344445555", "LocationName": "*"},
    ),
    alias("", "A", "www."),
    alias("", "AAAA", "www.", evaluate=False),
    alias("tree.", "A", "failover.", SetIdentifier="left", Weight=1),
]
change("CREATE", TYPES)
info = change("CREATE", POLICIES)
say("in sync", status=until("the records", lambda: in_sync(info)))


def listed(**start):
    return CLIENT.list_resource_record_sets(HostedZoneId=ZONE, **start)


def short(of):
    return " ".join([of["Name"], of["Type"]] + ([of["SetIdentifier"]] if "SetIdentifier" in of else []))


every = listed()["ResourceRecordSets"]
say("the order", sets=[short(of) for of in every])


def told(of):
    """A set that was sent, as it is told: its name written out, with escapes and in lower case."""
    name = of["Name"].lower().replace("@", "\\100").replace("*", "\\052") + "."
    told = of | {"Name": name}
    if "AliasTarget" in of:
        where = of["AliasTarget"]
        told["AliasTarget"] = where | {"HostedZoneId": ZONE.split("/")[-1], "DNSName": where["DNSName"] + "."}
    return told


sent = {json.dumps(told(of), sort_keys=True) for of in TYPES + POLICIES}
back = {json.dumps(of, sort_keys=True) for of in every if of["Type"] != "SOA" and of["TTL" if "TTL" in of else "Name"] != 172800}
say("came back as sent", missing=sorted(sent - back), added=sorted(back - sent))

for size in ("1", "2", "7"):
    pages, start = [], {}
    while True:
        page = listed(MaxItems=size, **start)
        pages.append(page["ResourceRecordSets"])
        if not page["IsTruncated"]:
            break
        start = {"StartRecordName": page["NextRecordName"], "StartRecordType": page["NextRecordType"]}
        if "NextRecordIdentifier" in page:
            start["StartRecordIdentifier"] = page["NextRecordIdentifier"]
    assert [of for page in pages for of in page] == every, size
    assert all(len(page) == int(size) for page in pages[:-1]), size
say("pages of 1, 2 and 7 hold the same")
border = listed(MaxItems="1", StartRecordName="failover.rich.example", StartRecordType="A")
say("a border within the pair", next=[border.get(f"NextRecord{part}") for part in ("Name", "Type", "Identifier")])
page = listed(MaxItems="1", StartRecordName="*.rich.example")["ResourceRecordSets"]
say("from the wildcard on", sets=[short(of) for of in page])


def ask(name, kind, **fields):
    found = CLIENT.test_dns_answer(HostedZoneId=ZONE, RecordName=f"{name}rich.example", RecordType=kind, **fields)
    assert found["Nameserver"] in servers and found["Protocol"] == "UDP", found
    return [found["ResponseCode"], *found["RecordData"]]


servers = CLIENT.get_hosted_zone(Id=ZONE)["DelegationSet"]["NameServers"]
answer = until("the verdicts", lambda: (found := ask("failover.", "A"), found == ["NOERROR", "192.0.2.11"]))
for name, kind in [
    ("www.", "A"),
    ("", "A"),
    ("", "MX"),
    ("", "SOA"),
    ("cname.", "A"),
    ("anything.", "A"),
    ("anything.", "TXT"),
    ("nothing.www.", "A"),
    ("a@b.", "A"),
    ("upper.", "A"),
    ("weighted.", "A"),
    ("naptr.", "NAPTR"),
]:
    say(f"answer to {name or '@'} {kind}", found=ask(name, kind))
say("answer through a tree", found=until("the tree", lambda: (f := ask("tree.", "A"), f[1:] == ["192.0.2.11"])))
client = {"ResolverIP": "192.0.2.53", "EDNS0ClientSubnetIP": "2001:db8::", "EDNS0ClientSubnetMask": "64"}
say("answer for a client", found=ask("www.", "AAAA", **client))

count = CLIENT.get_hosted_zone_limit(HostedZoneId=ZONE, Type="MAX_RRSETS_BY_ZONE")
zone = CLIENT.get_hosted_zone(Id=ZONE)["HostedZone"]
say("counted", same=count["Count"] == len(every) == zone["ResourceRecordSetCount"], limit=count["Limit"]["Value"])
say("comment", now=CLIENT.update_hosted_zone_comment(Id=ZONE, Comment="rich")["HostedZone"]["Config"]["Comment"])
say("no comment", now=CLIENT.update_hosted_zone_comment(Id=ZONE)["HostedZone"]["Config"].get("Comment"))

stranger = boto3.client("route53", config=Config(signature_version=UNSIGNED))
say("checkers, to somebody who signs nothing", ranges=stranger.get_checker_ip_ranges()["CheckerIpRanges"])
say("signed", found=CLIENT.get_dnssec(HostedZoneId=ZONE)["Status"])

places, start = [], {}
while True:
    page = CLIENT.list_geo_locations(MaxItems="50", **start)
    places += page["GeoLocationDetailsList"]
    if not page["IsTruncated"]:
        break
    start = {
        f"Start{part}Code": page[f"Next{part}Code"]
        for part in ("Continent", "Country", "Subdivision")
        if f"Next{part}Code" in page
    }
say("places", first=places[0], last=places[-1], twice=len(places) - len({json.dumps(place) for place in places}))
say("a place", found=CLIENT.get_geo_location(CountryCode="US", SubdivisionCode="WA")["GeoLocationDetails"])

VPCS = [{"VPCRegion": "us-east-1", "VPCId": f"vpc-0000000{number}"} for number in (1, 2)]
made = CLIENT.create_hosted_zone(Name="rich.example", CallerReference="inside", VPC=VPCS[0])
inside = made["HostedZone"]["Id"]
say("private zone", vpc=made["VPC"], private=made["HostedZone"]["Config"]["PrivateZone"])
CLIENT.associate_vpc_with_hosted_zone(HostedZoneId=inside, VPC=VPCS[1], Comment="second")
found = CLIENT.get_hosted_zone(Id=inside)
say("its vpcs", vpcs=found["VPCs"], servers="DelegationSet" in found)
secret = record("secret.", "A", "192.0.2.99")
batch = {"Changes": [{"Action": "CREATE", "ResourceRecordSet": secret}]}
sent = CLIENT.change_resource_record_sets(HostedZoneId=inside, ChangeBatch=batch)["ChangeInfo"]
until("the private record", lambda: in_sync(sent))
say("the public servers", found=ask("secret.", "A"))
private = CLIENT.list_hosted_zones(HostedZoneType="PrivateHostedZone")["HostedZones"]
say("private zones", names=[of["Name"] for of in private])
summaries = CLIENT.list_hosted_zones_by_vpc(VPCId="vpc-00000002", VPCRegion="us-east-1")["HostedZoneSummaries"]
say("zones of the second", names=[[of["Name"], of["Owner"]["OwningAccount"]] for of in summaries])
CLIENT.disassociate_vpc_from_hosted_zone(HostedZoneId=inside, VPC=VPCS[0])
say("its vpcs in the end", vpcs=CLIENT.get_hosted_zone(Id=inside)["VPCs"])
