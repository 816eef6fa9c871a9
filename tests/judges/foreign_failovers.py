"""Failover records and health checks as other tools and people make them, without any mark of ours.

foreign_failovers.py SCENARIO PORT: creates what SCENARIO names in the zone example.com, whose health checks ask
plain HTTP on PORT, and waits until it is in sync. Writes the ids of the health checks, a line each.
"""

import sys
import time

import boto3

scenario, port = sys.argv[1], int(sys.argv[2])
route53 = boto3.client("route53")
zone = route53.list_hosted_zones_by_name(DNSName="example.com.")["HostedZones"][0]["Id"].split("/")[-1]
BUCKETS = {"us-east-1": "my-app-data-us-east-1", "eu-west-1": "my-app-data-eu-west-1"}


def check(reference, **config):
    # As Terraform's aws_route53_health_check: a reference of its own, and a Name tag.
    made = route53.create_health_check(CallerReference=f"terraform-{reference}", HealthCheckConfig=config)
    identifier = made["HealthCheck"]["Id"]
    route53.change_tags_for_resource(
        ResourceType="healthcheck", ResourceId=identifier, AddTags=[{"Key": "Name", "Value": reference}]
    )
    print(identifier)
    return identifier


def endpoint(reference, region, path="/failover/health.txt", **more):
    host = f"{BUCKETS[region]}.s3.{region}.amazonaws.com"
    config = {"Type": "HTTP_STR_MATCH", "SearchString": "ok"} if "Type" not in more else {}
    config |= {"FullyQualifiedDomainName": host, "Port": port, "ResourcePath": path}
    return check(reference, **config, **{"RequestInterval": 10, "FailureThreshold": 2, **more})


def values(name, *answers, ttl=60, kind="CNAME", **more):
    records = [{"Value": answer} for answer in answers]
    return {"Name": name, "Type": kind, "TTL": ttl, "ResourceRecords": records, **more}


def alias(name, target, kind="CNAME", target_zone=zone, evaluated=True, **more):
    target = {"DNSName": target, "HostedZoneId": target_zone, "EvaluateTargetHealth": evaluated}
    return {"Name": name, "Type": kind, "AliasTarget": target, **more}


def side(role, set_identifier, check=None):
    more = {"Failover": role, "SetIdentifier": set_identifier}
    return more | ({"HealthCheckId": check} if check else {})


def put(*sets):
    changes = [{"Action": "CREATE", "ResourceRecordSet": record} for record in sets]
    change = route53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch={"Changes": changes})
    identifier = change["ChangeInfo"]["Id"]
    while route53.get_change(Id=identifier)["ChangeInfo"]["Status"] != "INSYNC":
        time.sleep(0.05)


def by_hand():
    """Two CNAMEs straight to the endpoints, each in another form; different settings on either side."""
    primary = endpoint("primary", "us-east-1", MeasureLatency=True)
    secondary = endpoint("secondary", "eu-west-1", RequestInterval=30, FailureThreshold=3)
    name = "data.example.com"
    put(
        values(name, "my-app-data-us-east-1.s3.amazonaws.com", **side("PRIMARY", "data-primary", primary)),
        values(
            name,
            "my-app-data-eu-west-1.s3.dualstack.eu-west-1.amazonaws.com",
            ttl=120,
            **side("SECONDARY", "data-secondary", secondary),
        ),
    )


def terraform():
    """Aliases to pointers that stand beside the name, and a manual switch, all as a module might."""
    own = endpoint("own", "us-east-1")
    switch = endpoint("switch", "eu-west-1", "/failover/force-secondary", Type="HTTP", Inverted=True)
    both = check("both", Type="CALCULATED", ChildHealthChecks=[own, switch], HealthThreshold=2)
    secondary = endpoint("secondary", "eu-west-1")
    put(
        values("us.example.com", "my-app-data-us-east-1.s3.us-east-1.amazonaws.com"),
        values("eu.example.com", "my-app-data-eu-west-1.s3.eu-west-1.amazonaws.com"),
    )
    put(
        alias("data.example.com", "us.example.com", **side("PRIMARY", "terraform-20260101", both)),
        alias("data.example.com", "eu.example.com", **side("SECONDARY", "terraform-20260102", secondary)),
    )


def website():
    """A distribution before the primary, and a website that says sorry."""
    primary = endpoint("primary", "us-east-1")
    name = "site.example.com"
    put(
        alias(
            name, "d111111abcdef8.cloudfront.net", "A", "Z2FDTNDATAQYW2", False, **side("PRIMARY", "cdn", primary)
        ),
        alias(
            name, "s3-website-eu-west-1.amazonaws.com", "A", "Z1BKCTXD74EZPE", False, **side("SECONDARY", "sorry")
        ),
    )


def impossible():
    """What no spec can say."""
    checked = endpoint("checked", "us-east-1")
    recovery = check("alarm", Type="CALCULATED", ChildHealthChecks=[checked], HealthThreshold=0)
    bucket = "my-app-data-us-east-1.s3.us-east-1.amazonaws.com"
    other = "my-app-data-eu-west-1.s3.eu-west-1.amazonaws.com"
    weighted = {"SetIdentifier": "a", "Weight": 1}
    put(
        values("weighted.example.com", bucket, **weighted),
        values("weighted.example.com", other, **(weighted | {"SetIdentifier": "b"})),
        values("simple.example.com", bucket),
        values("lonely.example.com", bucket, **side("PRIMARY", "p", checked)),
        values("text.example.com", '"a"', kind="TXT", **side("PRIMARY", "p", checked)),
        values("text.example.com", '"b"', kind="TXT", **side("SECONDARY", "s")),
        values("addresses.example.com", "192.0.2.1", kind="A", **side("PRIMARY", "p", checked)),
        values("addresses.example.com", "192.0.2.2", kind="A", **side("SECONDARY", "s")),
        values("elsewhere.example.com", "balancer.example.net", **side("PRIMARY", "p", checked)),
        values("elsewhere.example.com", other, **side("SECONDARY", "s")),
        values("path.example.com", "s3.us-east-1.amazonaws.com", **side("PRIMARY", "p", checked)),
        values("path.example.com", other, **side("SECONDARY", "s")),
        values("fast.example.com", "my-other-data.s3-accelerate.amazonaws.com", **side("PRIMARY", "p", checked)),
        values("fast.example.com", other, **side("SECONDARY", "s")),
        values("never.example.com", bucket, **side("PRIMARY", "p", recovery)),
        values("never.example.com", other, **side("SECONDARY", "s")),
    )
    put(
        alias("nested.example.com", "weighted.example.com", **side("PRIMARY", "p", checked)),
        alias("nested.example.com", "simple.example.com", **side("SECONDARY", "s")),
    )


{"by-hand": by_hand, "terraform": terraform, "website": website, "impossible": impossible}[scenario]()
