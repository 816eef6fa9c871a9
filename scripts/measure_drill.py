"""What does it cost to be watched, how true are a drill's moments, and what do other settings gain?

    measure_drill.py BINARY [cost|moment|faults|long|settings ...]      with a Python that has boto3 (scripts/bench makes one)

Everything happens on loopback, against labs of our own, whose log is the truth. `cost` has clients that share no
code with the program, and so has `settings`: `demo` begins with a lab in which the checkers' rounds are the same each
time. Things are measured RUNS times, SPEED seconds of the lab pass in one of ours, and JOBS labs run at a time where
they mostly wait. Prints Markdown tables and ends with 1 when a target is missed.
"""

import json
import os
import random
import selectors
import socket
import statistics
import struct
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from figures import Table
from measure import MIB, plain_environment, run
from measure_lab import lab, lab_client, wait_for

ZONE, NAME = "example.com", "data.example.com"
BUCKETS = {"primary": ("my-app-data-us-east-1", "us-east-1"), "secondary": ("my-app-data-eu-west-1", "eu-west-1")}
OBJECT = "failover/health.txt"
# Seconds of the lab in one of ours, for `cost` and `settings`; and how often each thing is measured.
SPEED, RUNS = float(os.environ.get("SPEED", 10)), int(os.environ.get("RUNS", 5))
# Labs at a time.
JOBS = int(os.environ.get("JOBS", 4))
# What runs beside for `cost`: `drill --yes --fault observe` measures what others break.
WATCHING = tuple(os.environ.get("BESIDE", "watch --interval 200ms").split())
# The issue: "with and without `drill` the lab's own clients see the same switch time within 1 %", "Timestamps are
# right to 5 ms against the lab's log", which a sample can only show when it is taken.
SAME, GRACE = 0.01, 0.005
# "A drill of 30 minutes with 20 vantage points at 10 samples a second: below 100 MiB, below a quarter core; its
# report below 1 MiB".
MINUTES, POINTS, SAMPLES = int(os.environ.get("MINUTES", 30)), 20, 10
# As fast as a lab may go for that: the program asks no more than 400 times in a second of ours, and twice 20 times 10
# is that. So half an hour of the lab is a quarter of ours.
LONG_SPEED = 2


def date(text):
    """Seconds, to the microsecond, of a date that may be written to the nanosecond."""
    seconds, _, fraction = text.removesuffix("Z").partition(".")
    return datetime.fromisoformat(seconds + "+00:00").timestamp() + float(f"0.{fraction or 0}")


class Stage:
    """A lab to which a spec has been applied, and whose name servers answer the primary."""

    def __init__(self, binary, home, process, document, variables, spec, speed):
        self.binary, self.home, self.process, self.document = binary, Path(home), process, document
        self.spec, self.speed = spec, speed
        self.variables = plain_environment(home) | variables | {"S3_FAILOVER_LAB_SPEED": str(speed)}
        self.servers = document["nameservers"]

    def program(self, *arguments, ok=(0,)):
        """Seconds, peak memory and standard output of the program."""
        return run([self.binary, "--config", self.spec, *arguments], self.variables, ok)

    def status(self):
        with urllib.request.urlopen(self.document["admin"] + "/status") as answer:
            return json.load(answer)

    def now(self):
        """Seconds of the lab: by its own word first, by our clock after."""
        if not hasattr(self, "began"):
            before = time.monotonic()
            seconds = self.status()["seconds"]
            self.began = (before + time.monotonic()) / 2 - seconds / self.speed
        return (time.monotonic() - self.began) * self.speed

    def sleep_until(self, seconds):
        time.sleep(max(0.0, (seconds - self.now()) / self.speed))

    def fault(self, kind, after=0.0):
        """Breaks or mends the primary's S3 so many seconds from now; says at which of the lab's."""
        at, order = self.now() + after, json.dumps({"kind": kind, "after_seconds": after}).encode()
        urllib.request.urlopen(urllib.request.Request(
            f"{self.document['admin']}/faults/{BUCKETS['primary'][1]}", data=order, method="PUT")).close()
        return at

    def check(self):
        """The id of the health check that looks at the primary."""
        checks = lab_client(self.document, self.variables).list_health_checks()["HealthChecks"]
        config = "HealthCheckConfig"
        return next(check["Id"] for check in checks
                    if check[config].get("FullyQualifiedDomainName", "").startswith(BUCKETS["primary"][0])
                    and not check[config].get("Inverted"))

    def guard(self):
        """The id of the health check by which the name servers choose."""
        route53 = lab_client(self.document, self.variables)
        zone = route53.list_hosted_zones_by_name(DNSName=ZONE)["HostedZones"][0]["Id"]
        records = route53.list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"]
        return next(record["HealthCheckId"] for record in records if record.get("Failover") == "PRIMARY")

    def answered(self, side):
        return all(asked(server) == side for server in self.servers)


@contextmanager
def stage(binary, home, speed, **settings):
    home = tempfile.mkdtemp(dir=home)
    spec = Path(home, "failover.toml")
    with lab(binary, home, "--speed", speed, "--spec-file", spec) as (process, document, variables):
        text = spec.read_text()
        for key, value in settings.items():
            now = next(line for line in text.splitlines() if line.startswith(f"{key} = "))
            text = text.replace(now, f"{key} = {value}")
        spec.write_text(text)
        set_up = Stage(binary, home, process, document, variables, spec, speed)
        set_up.program("apply", "--yes", "--quiet")
        wait_for("the primary", lambda: set_up.answered("primary"), process, spec, seconds=60)
        yield set_up


# Clients of our own: a packet for each question, a request for each object.

QUESTION = (b"".join(bytes([len(label)]) + label.encode() for label in NAME.split(".")) + b"\0"
            + struct.pack("!HH", 5, 1))


def packet():
    return struct.pack("!6H", random.randrange(65_536), 0, 1, 0, 0, 0) + QUESTION


def side_of(answer):
    """No name is compressed that appears but once."""
    return next((side for side, (bucket, _) in BUCKETS.items() if bucket.encode() in answer), None)


def asked(server, patience=1.0):
    host, port = server.rsplit(":", 1)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.settimeout(patience)
        udp.connect((host, int(port)))
        udp.send(packet())
        try:
            return side_of(udp.recv(4_096))
        except OSError:
            return None


def fetched(stage, side):
    bucket, region = BUCKETS[side]
    try:
        with urllib.request.urlopen(f"{stage.document['s3'][region]}/{bucket}/{OBJECT}", timeout=1) as answer:
            return answer.status == 200 and answer.read() == b"ok\n"
    except OSError:
        return False


def switch_times(stage, fault, patience=300.0):
    """From the fault to the last name server that answers the secondary, and to the first bytes from there of a
    client that keeps an answer for as long as it may, in the lab's seconds. Its answer is 20 s old at the fault."""
    first = {}
    end = threading.Event()

    def ask(server):
        while not end.is_set():
            if asked(server) == "secondary":
                first[server] = stage.now() - fault
                return
            time.sleep(0.005)

    def use():
        stage.sleep_until(fault - 20)
        kept_until = 0.0
        while not end.is_set():
            if stage.now() >= kept_until:
                side = asked(stage.servers[0])
                kept_until = stage.now() + 60 if side else 0.0
            if side and fetched(stage, side) and side == "secondary":
                first["client"] = stage.now() - fault
                return
            time.sleep(0.01)

    threads = [threading.Thread(target=ask, args=(server,)) for server in stage.servers]
    threads.append(threading.Thread(target=use))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(0.0, patience / stage.speed))
    end.set()
    if len(first) != len(threads):
        sys.exit(f"no switch was seen but by {sorted(first)}: nothing was measured")
    return max(first[server] for server in stage.servers), first["client"]


@contextmanager
def watched(stage, *command):
    """A command of the program beside, until the block ends."""
    log, began = stage.home / "beside.log", stage.home / "beside.jsonl"
    command = [stage.binary, "--config", stage.spec, "--quiet", *command, "--events", began]
    with open(log, "wb") as out:
        process = subprocess.Popen([*map(str, command)], env=stage.variables, stdin=subprocess.DEVNULL, stdout=out,
                                   stderr=out)
        try:
            wait_for(command[4], lambda: began.exists() and began.stat().st_size, process, log)
            yield process
        finally:
            if process.poll() is None:
                process.terminate()
                process.wait(timeout=60)


def cost(binary, home):
    """Switch times of our own clients, alone and with the program beside, in turns. Each time in a lab of its own,
    and broken at the same moment of the checkers' rounds, which are the same in every lab."""
    times = {beside: [] for beside in (None, WATCHING)}
    for _ in range(RUNS):
        for beside in times:
            with stage(binary, home, SPEED) as world:
                check = world.check()
                status = world.status()
                looked = min(status["health_checks"][check]["checkers"], key=lambda checker: checker["address"])
                age = date(status["now"]) - date(looked["checked_at"])
                # Half a minute on, so that everything beside has begun to look, and the client to keep.
                fault = status["seconds"] - age + 10 * (4 + age // 10)
                world.now()
                if beside:
                    with watched(world, *beside):
                        world.fault("http-503", fault - world.now())
                        times[beside].append(switch_times(world, fault))
                else:
                    world.fault("http-503", fault - world.now())
                    times[beside].append(switch_times(world, fault))
                print(beside, times[beside][-1], file=sys.stderr)
    return [list(zip(*times[beside])) for beside in times]


# Settings.

# Which are compared: seconds between two looks, looks that change a mind, seconds that an answer is kept. A spec that
# says nothing has the first.
INTERVALS, THRESHOLDS, TTLS = (30, 10), (3, 2, 1), (60, 30, 10)
# How a look fails, and how long that takes: at once; "The endpoint must respond ... within two seconds after
# connecting" (Route 53 Developer Guide, dns-failover-determining-health-of-endpoints).
FAULTS = {"refuse": 0, "timeout": 2}
# Every way to break a primary in a lab.
BREAKING = ("invert", "block-sentinel", "block-public", "switch", "refuse", "timeout", "http-500", "http-503", "slow")
# A check is healthy while more than 18 % of its checkers say so: the 14th of 16 turns it.
CHECKERS, TURNS = 16, 14


def arithmetic(interval, threshold, ttl, look):
    """The recovery to expect and the longest, for checkers and a cache that are anywhere in their rounds."""
    rest = (threshold - 1) * interval + threshold * look
    return interval * TURNS / (CHECKERS + 1) + rest + ttl / 2, interval + rest + ttl


def recoveries(binary, home, setting, fault):
    """How long a client of our own is without bytes, RUNS times, and the least that it could have been: it keeps an
    answer for its TTL, and is broken off at any moment of that and of the checkers' rounds."""
    interval, threshold, ttl = setting
    taken = []
    with stage(binary, home, SPEED, interval=interval, failure_threshold=threshold, ttl=ttl) as world:
        check = world.check()
        for _ in range(RUNS):
            world.sleep_until(world.now() + random.uniform(0, max(interval, ttl)))
            status = world.status()
            began = date(status["now"]) - status["seconds"]
            at = world.fault(fault)
            looked = sorted(date(checker["checked_at"]) - began
                            for checker in status["health_checks"][check]["checkers"])
            known = looked[TURNS - 1] + threshold * (interval + FAULTS[fault]) - at
            kept = random.uniform(0, ttl)
            # Whoever has just asked in vain asks again when that answer is too old.
            least = max(known, kept) if kept >= known else kept + -(-(known - kept) // ttl) * ttl
            while True:
                world.sleep_until(at + kept)
                if asked(world.servers[0]) == "secondary":
                    break
                kept += ttl
            while not fetched(world, "secondary"):
                time.sleep(0.01)
            taken.append((world.now() - at, least))
            world.fault("none")
            wait_for("the primary", lambda: world.answered("primary"), world.process, world.spec, seconds=600)
    return taken


def settings(binary, home, table):
    """A row for each setting: what was measured and its floors, for each way to fail."""
    chosen = [(interval, threshold, ttl) for interval in INTERVALS for threshold in THRESHOLDS for ttl in TTLS]
    with ThreadPoolExecutor(JOBS) as pool:
        runs = {(setting, fault): pool.submit(recoveries, binary, home, setting, fault)
                for setting in chosen for fault in FAULTS}
        for setting in chosen:
            cells = []
            for fault, look in FAULTS.items():
                recovered, least = zip(*runs[setting, fault].result())
                mean, longest = arithmetic(*setting, look)
                cells += [f"{statistics.median(recovered):.0f} s ({max(recovered):.0f} s)",
                          f"{statistics.median(least):.0f} s ({max(least):.0f} s)", f"{mean:.0f} s ({longest} s)"]
            interval, threshold, ttl = setting
            table.cells(f"{interval} s × {threshold}, TTL {ttl} s", *cells)


# The program's own figures, beside the lab's log.

def moments(binary, home, fault="http-503", speed=1):
    """How much later than they were true a drill tells that name servers switched, in the lab's seconds, and how
    often it asked: with settings that make the drill short."""
    with stage(binary, home, speed, interval=10, failure_threshold=1, ttl=10) as world:
        said = world.program("--quiet", "--output", "json", "drill", "--yes", "--fault", fault, "--hold", "1s")[2]
        drill, status = json.loads(said), world.status()
        # The dates at which the lab's seconds, and the drill's, were zero.
        lab_began = date(status["now"]) - status["seconds"]
        began = date(drill["began"])
        turns = status["health_checks"][world.guard()]["turns"][-2:]
        if [turn["healthy"] for turn in turns] != [False, True]:
            sys.exit(f"the lab did {turns}, and not there and back: nothing was measured")
        lanes = {lane["vantage"]: lane["spans"] for lane in drill["lanes"] if lane["role"] == "authoritative"}
        late = []
        for number, server in enumerate(world.servers):
            spans = [span for span in lanes[server] if span["shown"] in BUCKETS]
            told = [(span["shown"] == "primary", began + span["from"]) for span in spans[1:]]
            true = [(turn["healthy"], lab_began + turn["known_at_seconds"][number]) for turn in turns]
            if [side for side, _ in told] != [side for side, _ in true]:
                sys.exit(f"{server} did {true}, and the drill tells {spans}: nothing was measured")
            late += [seen - was for (_, seen), (_, was) in zip(told, true)]
        return late, drill["environment"]["looked_every_seconds"]["authoritative"]


class Relays:
    """Name servers that ask another one, and count."""

    def __init__(self, servers, count):
        self.asked, self.end = 0, False
        self.selector, self.fronts = selectors.DefaultSelector(), []
        for number in range(count):
            front, back = (socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2))
            front.bind(("127.0.0.1", 0))
            host, port = servers[number % len(servers)].rsplit(":", 1)
            back.connect((host, int(port)))
            waiting = {}
            self.selector.register(front, selectors.EVENT_READ, (self.question, front, back, waiting))
            self.selector.register(back, selectors.EVENT_READ, (self.answer, front, back, waiting))
            self.fronts.append("127.0.0.1:%d" % front.getsockname()[1])
        self.thread = threading.Thread(target=self.work)

    def question(self, front, back, waiting):
        packet, client = front.recvfrom(4_096)
        waiting[packet[:2]] = client
        back.send(packet)
        self.asked += 1

    def answer(self, front, back, waiting):
        packet = back.recv(4_096)
        if client := waiting.pop(packet[:2], None):
            front.sendto(packet, client)

    def work(self):
        while not self.end:
            for key, _ in self.selector.select(timeout=0.1):
                act, *sockets = key.data
                act(*sockets)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.end = True
        self.thread.join()
        for key in list(self.selector.get_map().values()):
            key.fileobj.close()
        self.selector.close()


def long(binary, home):
    """Peak memory, seconds of a core, seconds of the lab, size of the report, and questions that were counted, of a
    drill with so many vantage points."""
    with stage(binary, home, LONG_SPEED) as world, Relays(world.servers, POINTS - len(world.servers) - 1) as relays:
        servers = [word for server in world.servers + relays.fronts for word in ("--nameserver", server)]
        report, out = world.home / "report.html", world.home / "drill.json"
        # Before and after the time on the secondary a drill takes three to four minutes.
        command = [binary, "--config", world.spec, "--quiet", "--output", "json", "drill", "--yes", "--fault",
                   "http-503", "--hold", f"{MINUTES - 3}m", "--max-duration", f"{MINUTES + 10}m", "--report", report,
                   *servers]
        began = world.now()
        with open(out, "wb") as said, open(world.home / "drill.log", "wb") as talk:
            process = subprocess.Popen([*map(str, command)], env=world.variables, stdin=subprocess.DEVNULL,
                                       stdout=said, stderr=talk)
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            sys.exit(f"the drill ended with {process.returncode}:\n{(world.home / 'drill.log').read_text()[-2000:]}")
        return (usage.ru_maxrss * 1024, usage.ru_utime + usage.ru_stime, world.now() - began, report.stat().st_size,
                relays.asked / len(relays.fronts))


def main(binary):
    binary, only, table = str(Path(binary).resolve()), sys.argv[2:], Table()
    with tempfile.TemporaryDirectory() as home:
        if not only or "cost" in only:
            alone, beside = cost(binary, home)
            for what, without, with_it in zip(("the last name server", "a client with a cache"), alone, beside):
                before, after = statistics.median(without), statistics.median(with_it)
                table.row(f"switch time seen by clients of others, alone : beside `{WATCHING[0]}`: {what}",
                          f"{before:.2f} s : {after:.2f} s ({after / before - 1:+.2%}; alone from {min(without):.2f} s to "
                          f"{max(without):.2f} s)", "1 %", abs(after / before - 1) <= SAME)
        if not only or "moment" in only:
            with ThreadPoolExecutor(JOBS) as pool:
                drills = [one.result() for one in [pool.submit(moments, binary, home) for _ in range(RUNS)]]
            every, late = drills[0][1], [one for late, _ in drills for one in late]
            table.row(f"a drill's moments against the lab's log, each name server asked every {every * 1e3:.0f} ms: "
                      f"worst of {len(late)} (median)",
                      f"{max(late) * 1e3:.1f} ms late ({statistics.median(late) * 1e3:.1f} ms)",
                      f"0 to {(every + GRACE) * 1e3:.0f} ms", min(late) > -0.002 and max(late) <= every + GRACE)
        if not only or "faults" in only:
            for speed in 1, 10:
                with ThreadPoolExecutor(JOBS) as pool:
                    drills = {fault: pool.submit(moments, binary, home, fault, speed) for fault in BREAKING}
                    drills = {fault: drill.result() for fault, drill in drills.items()}
                worst = {fault: max(late) for fault, (late, _) in drills.items()}
                every = max(every for _, every in drills.values())
                table.row(f"a drill of each of {len(BREAKING)} faults at speed {speed}, against the lab's log: there and "
                          f"back at each name server, worst of all (of `{max(worst, key=worst.get)}`)",
                          f"{max(worst.values()):.2f} s of the lab late", f"0 to {every + GRACE * speed:.2f} s",
                          max(worst.values()) <= every + GRACE * speed
                          and min(min(late) for late, _ in drills.values()) > -0.002 * speed)
        if not only or "long" in only:
            peak, spent, seconds, size, asked_each = long(binary, home)
            what = f"a drill of {seconds / 60:.0f} minutes of the lab, {POINTS} vantage points, each asked " \
                   f"{asked_each:,.0f} times"
            table.row(f"{what}: peak memory", f"{peak / MIB:.0f} MiB", "100 MiB",
                      peak < 100 * MIB and asked_each >= 0.95 * SAMPLES * MINUTES * 60)
            table.row("… processor time, by second of the lab", f"{spent / seconds:.2f} of a core", "0.25",
                      spent / seconds < 0.25)
            table.row("… its report", f"{size / MIB:.2f} MiB", "1 MiB", size < MIB)
        if not only or "settings" in only:
            columns = [f"`{fault}`: {what}" for fault in FAULTS for what in (
                "recovery, median (worst)", "its floor", "to expect, mean (longest)")]
            told = Table("interval × threshold, TTL", *columns)
            settings(binary, home, told)
            told.print(f"by `scripts/measure_drill.py`, {RUNS} times each at speed {SPEED:g}, at any moment of the "
                       "checkers' rounds and of the TTL; in the lab's seconds.")
            print()
    if table.rows:
        table.end(f"by `scripts/measure_drill.py`; medians of {RUNS} runs at speed {SPEED:g}.")


if __name__ == "__main__":
    main(sys.argv[1])
