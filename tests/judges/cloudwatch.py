"""Reads the lab's CloudWatch with botocore in protocols of the caller's choice; a JSON line a step.

PROTOCOLS are names with commas between; a line `== PROTOCOL` comes before the steps of each.

cloudwatch.py PROTOCOLS create PORT HOST   makes a health check, and prints its id
cloudwatch.py PROTOCOLS read CHECK         what there is of a check that was healthy and failed
cloudwatch.py PROTOCOLS own                metrics and alarms of the caller's own
cloudwatch.py PROTOCOLS refusals           what is refused, and by which code
"""

import datetime
import json
import sys

import boto3
import botocore.model
from botocore.config import Config
from botocore.exceptions import ClientError

def client(region="us-east-1", **arguments):
    config = Config(retries={"total_max_attempts": 1}, parameter_validation=False)
    return boto3.client("cloudwatch", region_name=region, config=config, **arguments)


# The lab's date runs ahead of ours when its clock is fast; a day less an hour is as much as may be asked for.
NOW = datetime.datetime.now(datetime.UTC)
RANGE = {"StartTime": NOW - datetime.timedelta(hours=1), "EndTime": NOW + datetime.timedelta(hours=22)}


def say(step, **found):
    print(json.dumps({"step": step} | found, sort_keys=True, default=str))


def status(check, name="HealthCheckStatus", stat="Minimum", period=60):
    metric = {"Namespace": "AWS/Route53", "MetricName": name, "Dimensions": [{"Name": "HealthCheckId", "Value": check}]}
    return {"Id": "m", "MetricStat": {"Metric": metric, "Period": period, "Stat": stat}}


def create(port, host):
    config = {
        "Type": "HTTP",
        "FullyQualifiedDomainName": host,
        "Port": int(port),
        "ResourcePath": "/failover/health.txt",
        "RequestInterval": 10,
        "FailureThreshold": 1,
    }
    made = boto3.client("route53").create_health_check(CallerReference="judge", HealthCheckConfig=config)
    print(made["HealthCheck"]["Id"])


def read(check):
    filters = [{"Name": "HealthCheckId", "Value": check}]
    metrics = CLIENT.list_metrics(Namespace="AWS/Route53", Dimensions=filters)["Metrics"]
    say("metrics", names=[metric["MetricName"] for metric in metrics])
    queries = [status(check), status(check, "HealthCheckPercentageHealthy", "Average") | {"Id": "p", "Label": "share"}]
    # Minutes go by meanwhile; all questions are about those that are there now.
    newest = CLIENT.get_metric_data(MetricDataQueries=queries, **RANGE)["MetricDataResults"][0]["Timestamps"][0]
    minutes = RANGE | {"EndTime": newest + datetime.timedelta(minutes=1)}
    whole = CLIENT.get_metric_data(MetricDataQueries=queries, ScanBy="TimestampAscending", **minutes)["MetricDataResults"]
    for result in whole:
        values = result["Values"]
        say("data", id=result["Id"], label=result["Label"], status=result["StatusCode"], first=values[0], last=values[-1] < 19)
    newest = CLIENT.get_metric_data(MetricDataQueries=[status(check)], **minutes)["MetricDataResults"][0]
    say("newest first", same=newest["Values"][::-1] == whole[0]["Values"], dates=newest["Timestamps"][0] > newest["Timestamps"][-1])
    pages = CLIENT.get_paginator("get_metric_data").paginate(
        MetricDataQueries=queries, ScanBy="TimestampAscending", MaxDatapoints=1, **minutes
    )
    seen, codes = {"m": [], "p": []}, set()
    for page in pages:
        for result in page["MetricDataResults"]:
            seen[result["Id"]] += result["Values"]
            codes.add(result["StatusCode"])
    say("point by point", same=seen == {result["Id"]: result["Values"] for result in whole}, codes=sorted(codes))
    found = CLIENT.get_metric_statistics(
        Namespace="AWS/Route53", MetricName="HealthCheckStatus", Dimensions=filters, Period=60,
        Statistics=["Minimum", "Maximum", "Average", "Sum", "SampleCount"], **minutes,
    )  # fmt: skip
    points = sorted(found["Datapoints"], key=lambda point: point["Timestamp"])
    last = {name: value for name, value in points[-1].items() if name != "Timestamp"}
    say("statistics", label=found["Label"], last=last, second=points[-1]["Timestamp"].second, utc=str(points[-1]["Timestamp"].utcoffset()))
    elsewhere = client("eu-west-1")
    say("another region", metrics=elsewhere.list_metrics()["Metrics"], data=elsewhere.get_metric_data(MetricDataQueries=[status(check)], **minutes)["MetricDataResults"][0]["Values"])


def own():
    space = f"judge/{PROTOCOL}"
    many = [{"MetricName": f"metric {n:04}", "Value": n, "Dimensions": [{"Name": "parity", "Value": str(n % 2)}]} for n in range(700)]
    CLIENT.put_metric_data(Namespace=space, MetricData=many)  # large enough that botocore packs it
    pages = list(CLIENT.get_paginator("list_metrics").paginate(Namespace=space))
    odd = CLIENT.list_metrics(Namespace=space, Dimensions=[{"Name": "parity", "Value": "1"}])["Metrics"]
    say("own metrics", pages=[len(page["Metrics"]) for page in pages], odd=len(odd))
    at = {"Timestamp": NOW - datetime.timedelta(minutes=5), "MetricName": "lag", "Unit": "Seconds"}
    data = [at | {"Value": 2.5}, at | {"Values": [1, 4], "Counts": [3, 1]}]
    data += [at | {"StatisticValues": {"SampleCount": 2, "Sum": 20, "Minimum": 9, "Maximum": 11}}]
    CLIENT.put_metric_data(Namespace=space, MetricData=data)
    found = CLIENT.get_metric_statistics(
        Namespace=space, MetricName="lag", Period=300, Statistics=["SampleCount", "Sum", "Minimum", "Maximum"], **RANGE
    )["Datapoints"]
    alarm = {"AlarmName": f"too high {PROTOCOL}", "Namespace": space, "MetricName": "lag", "Statistic": "Maximum", "Period": 60,
             "EvaluationPeriods": 3, "DatapointsToAlarm": 2, "Threshold": 10.5, "ComparisonOperator": "GreaterThanThreshold",
             "TreatMissingData": "notBreaching", "AlarmActions": ["arn:aws:sns:us-east-1:000000000000:topic"]}  # fmt: skip
    CLIENT.put_metric_alarm(**alarm)
    CLIENT.put_metric_alarm(**alarm | {"AlarmDescription": "a <lag>", "ActionsEnabled": False})
    CLIENT.put_metric_alarm(**alarm | {"AlarmName": f"too low {PROTOCOL}", "ComparisonOperator": "LessThanThreshold"})
    names = [f"too high {PROTOCOL}", f"too low {PROTOCOL}", "not there"]
    [high, low] = CLIENT.describe_alarms(AlarmNames=names)["MetricAlarms"]
    keys = [key for key in high if not key.startswith("State") and not key.endswith("Timestamp") and key not in ("AlarmName", "AlarmArn", "Namespace")]
    say("alarm", settings={key: high[key] for key in keys}, same_arn=high["AlarmArn"].endswith(f":alarm:too high {PROTOCOL}"))
    pages = CLIENT.get_paginator("describe_alarms").paginate(AlarmNamePrefix="too ", PaginationConfig={"PageSize": 1})
    mine = [alarm["AlarmName"] in names for page in pages for alarm in page["MetricAlarms"]]
    of_metric = CLIENT.describe_alarms_for_metric(Namespace=space, MetricName="lag")["MetricAlarms"]
    say("alarms", listed=mine.count(True), of_metric=len(of_metric))
    CLIENT.delete_alarms(AlarmNames=[low["AlarmName"], "not there"])
    left = CLIENT.describe_alarms(AlarmNames=names)["MetricAlarms"]
    say("alarms left", names=[alarm["AlarmName"] == high["AlarmName"] for alarm in left], elsewhere=client("eu-west-1").describe_alarms()["MetricAlarms"])
    say("own statistics", found=[{name: value for name, value in point.items() if name != "Timestamp"} for point in found])


def refused(step, call, **arguments):
    try:
        call(**arguments)
        say(step, code="NOT REFUSED")
    except ClientError as refusal:
        error = refusal.response["Error"]
        say(step, http=refusal.response["ResponseMetadata"]["HTTPStatusCode"], code=error["Code"], message=error["Message"])


def refusals():
    data, statistics, put = CLIENT.get_metric_data, CLIENT.get_metric_statistics, CLIENT.put_metric_data
    one = {"Namespace": "AWS/Route53", "MetricName": "HealthCheckStatus", "Period": 60, "Statistics": ["Minimum"]}
    backwards = {"StartTime": RANGE["EndTime"], "EndTime": RANGE["StartTime"]}
    refused("backwards", statistics, **one, **backwards)
    refused("backwards, data", data, MetricDataQueries=[status("c")], **backwards)
    refused("no period", statistics, **{name: one[name] for name in one if name != "Period"}, **RANGE)
    refused("odd period", statistics, **one | {"Period": 61}, **RANGE)
    refused("no statistics", statistics, **{name: one[name] for name in one if name != "Statistics"}, **RANGE)
    refused("both statistics", statistics, **one, ExtendedStatistics=["p99"], **RANGE)
    refused("unknown statistic", statistics, **one | {"Statistics": ["Median"]}, **RANGE)
    month = {"StartTime": NOW - datetime.timedelta(days=30), "EndTime": RANGE["EndTime"]}
    refused("too many points", statistics, **one, **month)
    refused("unknown unit", statistics, **one, Unit="Parsec", **RANGE)
    refused("no queries", data, **RANGE)
    refused("the same id twice", data, MetricDataQueries=[status("c"), status("d")], **RANGE)
    refused("a bad id", data, MetricDataQueries=[status("c") | {"Id": "M"}], **RANGE)
    refused("metric math", data, MetricDataQueries=[{"Id": "m", "Expression": "1+1"}], **RANGE)
    refused("a token of somebody else", data, MetricDataQueries=[status("c")], NextToken="x", **RANGE)
    refused("no namespace", put, MetricData=[{"MetricName": "m", "Value": 1}])
    refused("namespace of AWS", put, Namespace="AWS/Route53", MetricData=[{"MetricName": "m", "Value": 1}])
    refused("no value", put, Namespace="judge", MetricData=[{"MetricName": "m"}])
    refused("two values", put, Namespace="judge", MetricData=[{"MetricName": "m", "Value": 1, "Values": [1]}])
    old = NOW - datetime.timedelta(days=15)
    refused("too old", put, Namespace="judge", MetricData=[{"MetricName": "m", "Value": 1, "Timestamp": old}])
    alarm = {"AlarmName": "a", "Namespace": "judge", "MetricName": "m", "Statistic": "Sum", "Period": 60, "EvaluationPeriods": 1, "Threshold": 1, "ComparisonOperator": "LessThanThreshold"}
    without = lambda name: {key: alarm[key] for key in alarm if key != name}
    for name in ("AlarmName", "MetricName", "Statistic", "Period", "EvaluationPeriods", "Threshold", "ComparisonOperator"):
        refused(f"an alarm without {name}", CLIENT.put_metric_alarm, **without(name))
    refused("an alarm that looks back too far", CLIENT.put_metric_alarm, **alarm | {"EvaluationPeriods": 1441})
    refused("more points than periods", CLIENT.put_metric_alarm, **alarm, DatapointsToAlarm=2)
    refused("unknown comparison", CLIENT.put_metric_alarm, **alarm | {"ComparisonOperator": "Near"})
    refused("unknown treatment", CLIENT.put_metric_alarm, **alarm, TreatMissingData="guess")
    refused("names and a prefix", CLIENT.describe_alarms, AlarmNames=["a"], AlarmNamePrefix="a")
    refused("too many records", CLIENT.describe_alarms, MaxRecords=101)
    refused("not there", CLIENT.list_dashboards)
    refused("wrong secret", client(aws_secret_access_key="wrong", aws_access_key_id="LAB-ACCESS-KEY").list_metrics)
    refused("unknown key", client(aws_secret_access_key="wrong", aws_access_key_id="AKIA").list_metrics)


for PROTOCOL in sys.argv[1].split(","):
    # botocore takes the first of these that the service's model names.
    botocore.model.PRIORITY_ORDERED_SUPPORTED_PROTOCOLS = (PROTOCOL, "rest-xml")
    CLIENT = client()
    assert CLIENT.meta.service_model.resolved_protocol == PROTOCOL, CLIENT.meta.service_model.resolved_protocol
    print(f"== {PROTOCOL}")
    {"create": create, "read": read, "own": own, "refusals": refusals}[sys.argv[2]](*sys.argv[3:])
