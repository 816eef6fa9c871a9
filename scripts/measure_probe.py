"""How fast, how cheap and how punctual is the prober, beside the programs that people ask name servers with?

    measure_probe.py BINARY PROBER [flood|cost|moment|many ...]

BINARY is s3-failover, PROBER the program of benches/prober.rs; scripts/bench builds both, and gives the Python
that has boto3. Questions by the million are the PROBER's, whose library is the same; `moment` and `many` are
`s3-failover watch` itself, which looks at endpoints and plays a client beside. Every figure is measured here, in
one run, on this machine: the server on one core (taskset), who asks on another, what is compared in turns. NSD,
dnsperf, dig and kdig are Debian's. Prints a Markdown table and ends with 1 when a target is missed.
"""

import json
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path

from figures import Table
from measure import plain_environment
from measure_lab import (
    CORES, LOAD_CORE, MIB, SERVER_CORE, change, figures, free_port, insync, lab, lab_client, on, running, short, tool,
    wait_for)

ZONE = "probe.example"
TOOLS = {"dnsperf": "dnsperf", "nsd": "nsd", "dig": "bind9-dnsutils", "kdig": "knot-dnsutils",
         "taskset": "util-linux"}
# How often each thing is measured in turns, and how many seconds each time.
ROUNDS, SECONDS = 5, 3
CONCURRENCY = 100
NAMES = [f"host-{n}.{ZONE}" for n in range(1_000)]
# The moment of a change: vantage points, milliseconds from one asking to the next, and what is promised beyond that.
POINTS, EVERY, GRACE = 50, 10, 5
TURNS = 6
# The side that each answer stands for, and where the lab keeps it.
REGIONS = {"primary": "us-east-1", "secondary": "eu-west-1"}
# Many failovers: so many, at so many servers, once a second, for so many seconds.
FAILOVERS, SERVERS, WATCHED = 1_000, 4, 30


@contextmanager
def nsd(home, name="nsd"):
    """Serves ZONE, in which every name has an address, on the server's core."""
    folder, port = Path(tempfile.mkdtemp(dir=home)), free_port()
    lines = [f"$ORIGIN {ZONE}.", "$TTL 300", "@ SOA ns hostmaster 1 7200 900 1209600 300", "@ NS ns",
             "ns A 127.0.0.1"]
    lines += [f"host-{n} A 192.0.2.{n % 250 + 1}" for n in range(len(NAMES))]
    (folder / "zone").write_text("\n".join(lines) + "\n")
    (folder / "nsd.conf").write_text(
        f"server:\n  ip-address: 127.0.0.1@{port}\n  server-count: 1\n  username: \"\"\n  chroot: \"\"\n"
        f"  zonesdir: {folder}\n  pidfile: \"\"\n  xfrdfile: {folder}/xfrd\n  zonelistfile: {folder}/zones\n"
        f"  database: \"\"\n  rrl-ratelimit: 0\nremote-control:\n  control-enable: no\n"
        f"zone:\n  name: {ZONE}\n  zonefile: zone\n")
    log, address = folder / "log", f"127.0.0.1:{port}"
    with running(on(SERVER_CORE, tool("nsd"), "-d", "-c", folder / "nsd.conf"), log) as process:
        wait_for("nsd", lambda: short(address, NAMES[1], "A"), process, log)
        yield address


def measured(command):
    """Its output, and the seconds of a core that it and its children had."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    ran = subprocess.run([*map(str, command)], capture_output=True, text=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if ran.returncode:
        sys.exit(f"{command[0]} ended with {ran.returncode}:\n{ran.stderr}")
    return ran.stdout, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def one_line(text):
    return json.loads(text.strip().splitlines()[-1])


def flood(prober, home):
    """Answers a second, in turns, and the seconds of a core that each takes: ours, then dnsperf's."""
    ours, theirs, cost, their_cost = [], [], [], []
    questions = Path(home, "questions")
    questions.write_text("".join(f"{name} A\n" for name in NAMES))
    with nsd(home) as address:
        host, port = address.rsplit(":", 1)
        for _ in range(ROUNDS):
            said, spent = measured(on(LOAD_CORE, prober, "flood", address, CONCURRENCY, SECONDS, *NAMES))
            said = one_line(said)
            if said["failed"] > said["answered"] / 1_000:
                sys.exit(f"our prober had no answer to {said['failed']} questions: nothing was measured")
            ours.append(said["answered"] / said["seconds"])
            cost.append(spent / said["answered"])
            said, spent = measured(on(LOAD_CORE, tool("dnsperf"), "-s", host, "-p", port, "-d", questions, "-e",
                                  "-c", 1, "-T", 1, "-q", CONCURRENCY, "-l", SECONDS))
            if float(re.search(r"Queries lost:\s+\d+ \(([\d.]+)%\)", said)[1]) > 0.1:
                sys.exit(f"dnsperf lost questions: nothing was measured\n{said}")
            their_cost.append(spent / int(re.search(r"Queries completed:\s+(\d+)", said)[1]))
            theirs.append(float(re.search(r"Queries per second:\s+([\d.]+)", said)[1]))
    return [statistics.median(measured) for measured in (ours, theirs, cost, their_cost)]


def cost(prober, home, loops=200):
    """Seconds of a core for one question, all that a process needs to start included: the prober on a schedule of
    1,000 questions a second, a loop of kdig, one kdig with many questions, a loop of dig."""
    spent = {what: [] for what in ("ours", "kdig", "kdig, one process", "dig")}
    with nsd(home) as address:
        host, port = address.rsplit(":", 1)
        points = Path(home, "points")
        points.write_text("".join(f"{name} {address}\n" for name in NAMES))
        for _ in range(3):
            said, taken = measured(on(LOAD_CORE, prober, "watch", 1_000, 2 * SECONDS, points))
            said = one_line(said)
            if said["failed"] or said["skipped"]:
                sys.exit(f"our prober failed {said['failed']} times: nothing was measured")
            spent["ours"].append(taken / said["sightings"])
            for name in ("kdig", "dig"):
                command = f"for n in $(seq {loops}); do {tool(name)} @{host} -p {port} +norec +short host-$n.{ZONE} A; done"
                said, taken = measured(on(LOAD_CORE, "/bin/sh", "-c", command))
                if said.count("192.0.2.") != loops:
                    sys.exit(f"{name} had no answer: nothing was measured\n{said}")
                spent[name].append(taken / loops)
            many = [word for n in range(loops) for word in (f"host-{n}.{ZONE}", "A")]
            said, taken = measured(on(LOAD_CORE, tool("kdig"), f"@{host}", "-p", port, "+norec", "+short", *many))
            spent["kdig, one process"].append(taken / loops)
    return {what: statistics.median(seconds) for what, seconds in spent.items()}


def pointers(name, check):
    """As `apply` makes them, but for the check, which all have in common."""
    for side, region in REGIONS.items():
        guarded = {"HealthCheckId": check} if side == "primary" else {}
        yield {"Name": name, "Type": "CNAME", "TTL": 60, "SetIdentifier": side, "Failover": side.upper(),
               "ResourceRecords": [{"Value": f"my-app-data-{region}.s3.{region}.amazonaws.com"}]} | guarded


def spec(file, names):
    """The lab's own pair of buckets, under each of these names."""
    sides = "".join(f'[failover.{side}]\nbucket = "my-app-data-{region}"\nregion = "{region}"\n'
                    for side, region in REGIONS.items())
    check = '[failover.health_check]\nobject = "failover/health.txt"\ncontains = "ok"\n'
    file.write_text(f'hosted_zone = "{ZONE}"\n' + "".join(
        f'\n[[failover]]\nname = "{name}"\nttl = 60\n{check}{sides}' for name in names))
    return file


class Watching:
    """`s3-failover watch`, on the load's core, until `end`."""

    def __init__(self, binary, home, variables, names, *options):
        self.folder = Path(tempfile.mkdtemp(dir=home))
        self.before = resource.getrusage(resource.RUSAGE_CHILDREN)
        self.began, self.out = time.monotonic(), open(self.folder / "summary", "wb")
        self.log = open(self.folder / "log", "wb")
        command = on(LOAD_CORE, binary, "--config", spec(self.folder / "spec.toml", names), "--quiet", "-o", "json",
                     "watch", "--events", self.folder / "events", *options)
        self.process = subprocess.Popen([*map(str, command)], env=plain_environment(self.folder) | variables,
                                        stdin=subprocess.DEVNULL, stdout=self.out, stderr=self.log)
        wait_for("the watch", lambda: "began" in self.events(), self.process, self.folder / "log")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for file in (self.out, self.log):
            file.close()
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def events(self):
        """By kind."""
        found, file = {}, self.folder / "events"
        for line in file.read_text().splitlines() if file.exists() else []:
            event = json.loads(line)
            found.setdefault(event["event"], []).append(event)
        return found

    def end(self):
        """Its last words, the share of a core that it took from its first moment on, and its peak of memory."""
        peak, _ = figures(self.process)
        seconds = time.monotonic() - self.began
        self.process.terminate()
        if self.process.wait(timeout=30):
            sys.exit("the watch failed:\n" + (self.folder / "log").read_text()[-2000:])
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        spent = after.ru_utime + after.ru_stime - self.before.ru_utime - self.before.ru_stime
        return json.loads((self.folder / "summary").read_text()), spent / seconds, peak


class Told:
    """What a watch says of its vantage points at the end."""

    def __init__(self, summary, every):
        points = [point for one in summary["failovers"] for point in one["vantages"]]
        points = [point for point in points if point["role"] == "authoritative"]
        self.asked, self.failed = (sum(point[what] for point in points) for what in ("asked", "failed"))
        self.due = len(points) * summary["seconds"] / every
        self.why = next((point["why"] for point in points if "why" in point), None)

    def is_complete(self):
        """A packet in a thousand may be lost, and one asking in twenty left out by a machine that was busy."""
        return self.failed <= self.asked / 1_000 and self.asked >= 0.95 * self.due

    def __str__(self):
        why = f": {self.why}" if self.why else ""
        return f"{self.asked:,} sightings of {self.due:,.0f} due, {self.failed} failed{why}"


class Switched:
    """A lab with one failover, whose check is turned by hand."""

    def __init__(self, document, variables):
        self.document, self.route53 = document, lab_client(document, variables)
        zone = self.route53.create_hosted_zone(Name=ZONE, CallerReference="probe")["HostedZone"]["Id"]
        # "After you disable a health check, Route 53 considers the status of the health check to always be
        # healthy. ... If you want to stop routing traffic to a resource, change the value of Inverted".
        self.check = self.route53.create_health_check(CallerReference="probe", HealthCheckConfig={
            "Type": "TCP", "FullyQualifiedDomainName": "www.example.net", "Port": 443, "Disabled": True})["HealthCheck"]["Id"]
        self.change = change(self.route53, zone, pointers(f"app.{ZONE}", self.check))

    def turn(self, healthy):
        self.route53.update_health_check(HealthCheckId=self.check, Inverted=not healthy)

    def turns(self):
        """(date, healthy) of every turn of every name server, by the lab's own log."""
        with urllib.request.urlopen(self.document["admin"] + "/status") as answer:
            status = json.load(answer)
        # The date at which the lab's seconds were zero.
        now = subprocess.run(["date", "--date", status["now"], "+%s.%N"], capture_output=True, text=True, check=True)
        began = float(now.stdout) - status["seconds"]
        turns = status["health_checks"][self.check]["turns"][1:]
        return [[(began + turn["known_at_seconds"][server], turn["healthy"]) for turn in turns]
                for server in range(len(self.document["nameservers"]))]


def moment(binary, home):
    """How late each change was seen at each vantage point, in milliseconds, and the share of a core that it took:
    every vantage point is a name server of its own."""
    with ExitStack() as stack:
        labs = [stack.enter_context(lab(binary, home, "--speed", "1", core=SERVER_CORE))[1:]
                for _ in range(-(-POINTS // SERVERS))]
        variables = labs[0][1]
        labs = [Switched(*one) for one in labs]
        for one in labs:
            insync(one.route53, one.change)
        points = {one.document["nameservers"][server]: (one, server) for one in labs for server in range(SERVERS)}
        points = dict(list(points.items())[:POINTS])
        servers = [word for point in points for word in ("--nameserver", point)]
        with Watching(binary, home, variables, [f"app.{ZONE}"], "--interval", f"{EVERY}ms", *servers) as watching:
            time.sleep(1)
            for turn in range(TURNS):
                for one in labs:
                    one.turn(healthy=turn % 2 == 1)
                time.sleep(1.5)
            summary, share, _ = watching.end()
            answers = [event for event in watching.events()["answer"] if "before" in event]
        truth = {id(one): one.turns() for one in labs}
        late = []
        for point, (one, server) in points.items():
            seen = [answer for answer in answers if answer["vantage"] == point]
            turns = truth[id(one)][server]
            if [answer["answers"] == "primary" for answer in seen] != [healthy for _, healthy in turns]:
                sys.exit(f"{point} was seen to answer {seen}, and the lab did {turns}: nothing was measured")
            late += [(datetime.fromisoformat(answer["time"]).timestamp() - true) * 1e3
                     for answer, (true, _) in zip(seen, turns)]
        return late, share, Told(summary, EVERY / 1e3)


def many(binary, home):
    """Share of a core and peak memory of 1,000 failovers at four name servers, and what was seen."""
    with lab(binary, home, "--speed", "1", core=SERVER_CORE) as (_, document, variables):
        route53 = lab_client(document, variables)
        zone = route53.create_hosted_zone(Name=ZONE, CallerReference="many")["HostedZone"]["Id"]
        check = route53.create_health_check(CallerReference="many", HealthCheckConfig={
            "Type": "TCP", "FullyQualifiedDomainName": "www.example.net", "Port": 443, "Disabled": True})["HealthCheck"]["Id"]
        names = [f"app-{n}.{ZONE}" for n in range(FAILOVERS)]
        insync(route53, change(route53, zone, [one for name in names for one in pointers(name, check)]))
        with Watching(binary, home, variables, names) as watching:
            time.sleep(WATCHED)
            summary, share, peak = watching.end()
        return share, peak, Told(summary, 1)


def main(binary, prober):
    missing = [package for name, package in TOOLS.items() if tool(name) is None]
    if missing:
        sys.exit(f"missing: as root, run: apt-get install --no-install-recommends {' '.join(missing)}")
    if len(CORES) < 2:
        sys.exit("two cores are wanted: one for the server that is asked, one for who asks")
    binary, prober = str(Path(binary).resolve()), str(Path(prober).resolve())
    only = sys.argv[3:]
    table = Table()
    with tempfile.TemporaryDirectory() as home:
        if not only or "flood" in only:
            ours, theirs, spent, their_spent = flood(prober, home)
            table.row("questions to one name server (NSD) a second, on one core, against dnsperf",
                f"{ours:,.0f} : {theirs:,.0f} = {ours / theirs:.2f}; {spent * 1e6:.1f} µs : {their_spent * 1e6:.1f} µs "
                "of a core each",
                "at least 0.9", ours >= 0.9 * theirs)
        if not only or "cost" in only:
            spent = cost(prober, home)
            for what, target in (("kdig", 10), ("dig", 50)):
                more = spent[what] / spent["ours"]
                table.row(f"processor time of a question, 1,000 a second on schedule, against a loop of `{what}`",
                    f"{spent['ours'] * 1e6:.1f} µs : {spent[what] * 1e6:,.0f} µs = 1 : {more:,.0f}", f"1 : {target}",
                    more >= target)
            more = spent["kdig, one process"] / spent["ours"]
            table.row("the same against one `kdig` that is given all questions",
                f"{spent['ours'] * 1e6:.1f} µs : {spent['kdig, one process'] * 1e6:,.0f} µs = 1 : {more:,.1f}")
        if not only or "moment" in only:
            late, share, told = moment(binary, home)
            table.row(
                f"`watch`: moment of a change at {POINTS} name servers asked every {EVERY} ms, worst of {len(late)} "
                "(median)", f"{max(late):.1f} ms late ({statistics.median(late):.1f} ms); {told}",
                f"0 to {EVERY + GRACE} ms", min(late) > -2 and max(late) <= EVERY + GRACE)
            table.row("processor time of that `watch`", f"{share:.2f} of a core", "below 0.5", share < 0.5)
        if not only or "many" in only:
            share, peak, told = many(binary, home)
            table.row(f"`watch`: {FAILOVERS:,} failovers at {SERVERS} name servers, each once a second",
                f"{share:.2f} of a core, {peak / MIB:.0f} MiB; {told}", "below 1 core and 200 MiB",
                share < 1 and peak < 200 * MIB and told.is_complete())

    table.end(f"by `scripts/measure_probe.py`; medians of {ROUNDS} rounds of {SECONDS} s where rates are compared.")


if __name__ == "__main__":
    main(*sys.argv[1:3])
