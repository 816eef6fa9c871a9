"""Reads metrics with Prometheus's own parsers, and prints every sample. $1: the classic text, $2: OpenMetrics."""
import pathlib
import sys

from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics
from prometheus_client.parser import text_string_to_metric_families as classic


def samples(families, bare):
    for family in families:
        assert family.documentation.endswith("."), family.name
        kind = {"info": "gauge"}.get(family.type, family.type)
        for one in family.samples:
            labels = ",".join(f"{name}={value}" for name, value in one.labels.items())
            yield family.name.removesuffix("_info"), kind, f"{one.name}{{{labels}}}", one.value


texts = [pathlib.Path(name).read_text() for name in sys.argv[1:]]
read = [list(samples(parse(text), None)) for parse, text in zip((classic, openmetrics), texts)]
assert sorted(read[0]) == sorted(read[1]), "the two formats say different things"
try:
    list(openmetrics(texts[1].rsplit("\n", 3)[0]))
except ValueError:
    pass
else:
    raise AssertionError("half a text was taken for the whole")
for name, kind, sample, value in read[0]:
    print(f"{kind} {sample} {value:g}" if "timestamp" not in name else f"{kind} {sample} {value:.0f}")
