"""Holds a document against the schema of s3-failover/drill/v1, and the schema against spoiled documents. $1: the file."""
import copy
import json
import pathlib
import sys

from jsonschema import Draft202012Validator

schema = json.loads(pathlib.Path(__file__).with_name("drill.schema.json").read_text())
Draft202012Validator.check_schema(schema)
validator = Draft202012Validator(schema)
document = json.load(open(sys.argv[1]))
errors = [f"{error.json_path}: {error.message}" for error in validator.iter_errors(document)]
assert not errors, errors


def spoiled(change):
    other = copy.deepcopy(document)
    change(other)
    return [error.json_path for error in validator.iter_errors(other)]


changes = {
    "another schema": lambda one: one.update(schema="s3-failover/drill/v2"),
    "no verdict": lambda one: one.pop("ok"),
    "a figure in words": lambda one: one.update(recovery_seconds="soon"),
    "a phase of the moon": lambda one: one["phases"].update(moon=1.0),
    "fewer than none": lambda one: one["data_loss"].update(missing=-1),
    "an outcome of its own": lambda one: one.update(outcome="fine"),
    "an event without a moment": lambda one: one["timeline"].append({"event": "a", "source": "b", "detail": "c"}),
}
for name, change in changes.items():
    found = spoiled(change)
    assert found, f"{name} is taken"
    print(f"{name}: {found[0]}")
assert not spoiled(lambda one: one.update(moon=4)), "keys may be added"
