"""Reads JUnit XML with junitparser, and prints what a CI system would make of it. $1: the file."""
import sys

from junitparser import Failure, JUnitXml, Skipped

document = JUnitXml.fromfile(sys.argv[1])
for suite in document:
    properties = ", ".join(f"{one.name}={one.value}" for one in suite.properties())
    print(f"suite {suite.name}: {suite.tests} tests, {suite.failures} failed, {suite.skipped} skipped ({properties})")
    for case in suite:
        assert case.classname == suite.name, case.classname
        for result in case.result:
            kind = {Failure: "failed", Skipped: "skipped"}[type(result)]
            print(f"{kind} {case.name}\n  message: {result.message}\n  type: {result.type}")
            for line in (result.text or "").strip().splitlines():
                print(f"  | {line}")
        if not case.result:
            print(f"passed {case.name}: {case.system_out}")
