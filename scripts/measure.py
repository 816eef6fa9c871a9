"""Measures for scripts/bench: wall time and peak memory of whole processes. Standard library only.

Times are medians. A child's peak memory (ru_maxrss) is never reported below that of this interpreter,
about 10 MiB, since Linux counts what was there before exec: our own figure may be too high, not too low.
"""

import json
import os
import shlex
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from figures import Table

MIB = 1024 * 1024


def run(command, env, ok=(0,)):
    """Seconds, peak bytes and standard output of one process."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as talk:
        start = time.perf_counter()
        process = subprocess.Popen(command, env=env, stdout=out, stderr=talk, stdin=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        if process.returncode not in ok:
            talk.seek(0)
            said = talk.read().decode(errors="replace")
            sys.exit(f"{shlex.join(map(str, command))} ended with {process.returncode}:\n{said}")
        return seconds, usage.ru_maxrss * 1024, out.read()


def medians(command, env, runs):
    measured = [run(command, env)[:2] for _ in range(runs)]
    return [statistics.median(column) for column in zip(*measured)]


def plain_environment(home):
    return {"PATH": os.environ["PATH"], "HOME": home, "NO_COLOR": "1", "LANG": "C.UTF-8"}


class Lab:
    """A lab of our own, stopped by its process id."""

    def __init__(self, binary, home):
        self.env = plain_environment(home)
        self.ready, self.spec = Path(home, "ready.json"), Path(home, "failover.toml")
        command = [binary, "lab", "start", "--ready-file", self.ready, "--spec-file", self.spec]
        self.log = open(Path(home, "lab.log"), "wb")
        self.process = subprocess.Popen(command, env=self.env, stdout=self.log, stderr=self.log)

    def __enter__(self):
        deadline = time.monotonic() + 30
        while not self.ready.exists():
            if self.process.poll() is not None or time.monotonic() > deadline:
                sys.exit("the lab did not start:\n" + Path(self.log.name).read_text())
            time.sleep(0.05)
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(timeout=30)
        self.log.close()

    def variables(self, binary):
        """What `lab env` exports, as a shell would take it."""
        text = run([binary, "lab", "env", "--from", self.ready], self.env)[2].decode()
        lines = [line.removeprefix("export ") for line in text.splitlines() if line.startswith("export ")]
        return dict(shlex.split(line)[0].split("=", 1) for line in lines)


def octodns_files(home):
    """The same pair for octodns: a CNAME with two pools and a health check."""
    zones = Path(home, "zones")
    zones.mkdir()
    host = "my-app-data-{0}.s3.{0}.amazonaws.com."
    record = {
        "type": "CNAME",
        "ttl": 60,
        "value": host.format("eu-west-1"),
        "dynamic": {
            "pools": {
                "primary": {"fallback": "secondary", "values": [{"value": host.format("us-east-1")}]},
                "secondary": {"values": [{"value": host.format("eu-west-1")}]},
            },
            "rules": [{"pool": "primary"}],
        },
        "octodns": {"healthcheck": {"path": "/failover/health.txt", "protocol": "HTTPS"}},
    }
    # JSON is YAML; octodns wants its keys in order.
    Path(zones, "example.com.yaml").write_text(json.dumps({"data": record}, sort_keys=True))
    config = {
        "providers": {
            "files": {"class": "octodns.provider.yaml.YamlProvider", "directory": str(zones)},
            "route53": {"class": "octodns_route53.Route53Provider"},
        },
        "zones": {"example.com.": {"sources": ["files"], "targets": ["route53"]}},
    }
    path = Path(home, "octodns.yaml")
    path.write_text(json.dumps(config))
    return path


def plans(binary, octodns, runs, home):
    """Seconds and bytes of both programs' plan of the same pair, against one lab, in turns."""
    with Lab(binary, home) as lab:
        env = lab.env | lab.variables(binary)
        ours = [binary, "--config", lab.spec, "plan", "--output", "json"]
        config = octodns_files(home)
        theirs = [octodns, "--config-file", config]
        if not json.loads(run(ours, env)[2])["changes"]:
            sys.exit("our plan is empty: nothing was measured")
        # octodns writes its plan to standard error, as log lines; told not to, to a file of ours.
        if b"data.example.com" not in run([*theirs, "--log-stream-stdout"], env)[2]:
            sys.exit("octodns planned nothing for data.example.com: nothing was measured")
        return medians(ours, env, runs), medians(theirs, env, runs)


def demos(binary, runs, home):
    """Seconds of wall clock, and distance of the authoritative switch from its floor in lab seconds."""
    walls, distances = [], []
    for _ in range(runs):
        wall, _, out = run([binary, "demo", "--quiet", "--output", "json"], plain_environment(home))
        drill = json.loads(out)
        walls.append(wall)
        distances.append(abs(drill["authoritative_seconds"] - drill["floors"]["detect"]))
    return walls, distances


def main(binary, octodns, runs):
    table = Table("what", "measured", "at most", "met")
    with tempfile.TemporaryDirectory() as home:
        (seconds, memory), (their_seconds, their_memory) = plans(binary, octodns, runs, home)
    ratio = seconds / their_seconds
    table.row("`plan` of one pair, time against `octodns-sync`",
        f"{seconds * 1e3:.0f} ms : {their_seconds * 1e3:.0f} ms = 1 : {1 / ratio:.1f}", "1 : 10", ratio <= 0.1)
    ratio = memory / their_memory
    table.row("`plan` of one pair, peak memory against `octodns-sync`",
        f"{memory / MIB:.0f} MiB : {their_memory / MIB:.0f} MiB = 1 : {1 / ratio:.1f}", "1 : 2", ratio <= 0.5)

    with tempfile.TemporaryDirectory() as home:
        env = plain_environment(home)
        helped, nothing = medians([binary, "--help"], env, 50)[0], medians(["/bin/true"], env, 50)[0]
        table.row("`--help` against `/bin/true`", f"{helped * 1e3:.1f} ms : {nothing * 1e3:.1f} ms",
            "3 times and 10 ms", helped <= 3 * nothing + 0.010)
        walls, distances = demos(binary, min(runs, 3), home)
    size = os.path.getsize(binary)
    table.row("stripped release binary", f"{size / MIB:.1f} MiB", "30 MiB", size < 30 * MIB)
    table.row(f"`demo`, wall clock, slowest of {len(walls)}", f"{max(walls):.1f} s", "30 s", max(walls) <= 30)
    table.row(f"`demo`, authoritative switch from its floor, worst of {len(walls)}",
        f"{max(distances):.2f} s of the lab", "1 s", max(distances) <= 1)

    table.end(f"by `scripts/bench`; medians of {runs}.")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
