"""Holds a push against what /metrics showed at the same moment. $1: the text that was scraped, $2: the body of the push.

OTLP is turned into Prometheus's samples by the rules of "Prometheus and OpenMetrics Compatibility"; then both must
be the same. Prints the scope, the resource's attributes, and how many metrics of each kind there are.
"""
import collections
import gzip
import pathlib
import sys

from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.metrics.v1.metrics_pb2 import AGGREGATION_TEMPORALITY_CUMULATIVE
from prometheus_client.parser import text_string_to_metric_families

scrape, push = (pathlib.Path(name).read_bytes() for name in sys.argv[1:])
push = gzip.decompress(push) if push.startswith(b"\x1f\x8b") else push


def key(name, labels):
    if "le" in labels:
        labels = labels | {"le": float(labels["le"])}
    return name, tuple(sorted(labels.items()))


scraped = {}
described = {}
for family in text_string_to_metric_families(scrape.decode()):
    described[family.name] = family.documentation
    for sample in family.samples:
        scraped[key(sample.name, sample.labels)] = sample.value


def attributes(of):
    return {one.key: one.value.string_value for one in of}


request = ExportMetricsServiceRequest.FromString(push)
(resource,) = request.resource_metrics
(scope,) = resource.scope_metrics
pushed = {}
kinds = collections.Counter()
starts = set()
times = set()


def put(name, labels, value):
    assert key(name, labels) not in pushed, (name, labels)
    pushed[key(name, labels)] = value


for metric in scope.metrics:
    kind = metric.WhichOneof("data")
    data = getattr(metric, kind)
    assert metric.unit == ("s" if metric.name.endswith("_seconds") else ""), metric
    assert metric.description == described[metric.name], metric
    if kind != "gauge":
        assert data.aggregation_temporality == AGGREGATION_TEMPORALITY_CUMULATIVE, metric
    kinds[kind + (" that only grows" if kind == "sum" and data.is_monotonic else "")] += 1
    for point in data.data_points:
        labels = attributes(point.attributes)
        assert point.flags == 0, point
        times.add(point.time_unix_nano)
        if kind == "gauge":
            assert point.start_time_unix_nano == 0, point
        else:
            starts.add(point.start_time_unix_nano)
        if kind == "histogram":
            assert len(point.bucket_counts) == len(point.explicit_bounds) + 1, point
            below = 0
            for bound, count in zip([*point.explicit_bounds, float("inf")], point.bucket_counts):
                below += count
                put(f"{metric.name}_bucket", labels | {"le": bound}, below)
            assert below == point.count, point
            put(f"{metric.name}_count", labels, point.count)
            put(f"{metric.name}_sum", labels, point.sum)
        else:
            end = "_total" if kind == "sum" and data.is_monotonic else ""
            put(f"{metric.name}{end}", labels, point.as_double)

for one in sorted(scraped.keys() | pushed.keys()):
    assert scraped.get(one) == pushed.get(one), f"{one}: scraped {scraped.get(one)}, pushed {pushed.get(one)}"
assert len(starts) == len(times) == 1 and starts.pop() < times.pop(), (starts, times)

print(f"by {scope.scope.name} {scope.scope.version}")
for name, value in sorted(attributes(resource.resource.attributes).items()):
    print(f"{name}={value}")
for kind, count in sorted(kinds.items()):
    print(f"{count} {kind}")
