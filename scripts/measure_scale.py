"""A hundred pairs in a zone that holds ten thousand records of others: calls, time and memory.

    measure_scale.py BINARY OCTODNS_SYNC [SPEED [PAIRS]]     with a Python that has boto3 (scripts/bench makes one)

The lab throttles as Route 53 does, and goes SPEED times as fast as our world. Our program is told so
(S3_FAILOVER_LAB_SPEED), so that it waits by the lab's seconds as it would wait by ours at AWS; octoDNS has
no such notion, and keeps below no bucket: it is told to try throttled calls again until they pass.
Calls are counted on the wire, between the programs and the lab. Prints a Markdown table and ends with 1
when a target is missed.
"""

import asyncio
import json
import shlex
import sys
import tempfile
import threading
import time
from contextlib import contextmanager
from pathlib import Path

from figures import Table
from measure import MIB, plain_environment, run
from measure_lab import client, insync, running, wait_for

ZONE = "example.com"
FOREIGN = 10_000
BUCKETS = {"primary": "us-east-1", "secondary": "eu-west-1"}
# Route 53 Developer Guide, throttling-api-requests: CreateHealthCheck, burst and refill a second.
CREATIONS, CREATION_SECONDS = 50, 2.0
# Of the lab, as its name servers take on changes (modelled; AWS says "within 60 seconds").
INSYNC = 20.0
MOST_CALLS, MOST_MEMORY, MOST_RATIO = 60, 100 * MIB, 1.05


class Wire:
    """Passes bytes on between programs and a lab, and counts the requests in them."""

    def __init__(self, endpoint):
        self.host, port = endpoint.removeprefix("http://").rsplit(":", 1)
        self.port, self.requests = int(port), 0
        self.loop = asyncio.new_event_loop()
        self.server = self.loop.run_until_complete(asyncio.start_server(self.connected, "127.0.0.1", 0))
        self.url = "http://127.0.0.1:%d" % self.server.sockets[0].getsockname()[1]
        threading.Thread(target=self.loop.run_forever, daemon=True).start()

    async def connected(self, reader, writer):
        lab_reader, lab_writer = await asyncio.open_connection(self.host, self.port)
        await asyncio.gather(self.passed_on(reader, lab_writer, True), self.passed_on(lab_reader, writer, False))

    async def passed_on(self, reader, writer, count):
        rest = b""
        try:
            while data := await reader.read(65_536):
                if count:
                    rest += data
                    self.requests += rest.count(b" HTTP/1.1\r\n")
                    rest = rest[-10:]
                writer.write(data)
                await writer.drain()
        except ConnectionError:
            pass
        finally:
            writer.close()

    @contextmanager
    def counted(self, counts):
        before = self.requests
        yield
        counts.append(self.requests - before)


@contextmanager
def lab(binary, home, speed):
    """A lab that throttles, and what leads programs to it."""
    home = Path(tempfile.mkdtemp(dir=home))
    ready, spec, log = home / "ready.json", home / "lab.toml", home / "lab.log"
    command = [binary, "lab", "start", "--no-quotas", "--speed", speed, "--ready-file", ready, "--spec-file", spec]
    with running(command, log) as process:
        wait_for("the lab", ready.exists, process, log)
        text = run([binary, "lab", "env", "--from", ready], plain_environment(home))[2].decode()
        lines = [line.removeprefix("export ") for line in text.splitlines() if line.startswith("export ")]
        variables = dict(shlex.split(line)[0].split("=", 1) for line in lines)
        wire = Wire(json.loads(ready.read_text())["route53"])
        variables |= {"AWS_ENDPOINT_URL": wire.url, "AWS_ENDPOINT_URL_ROUTE_53": wire.url}
        yield home, spec.read_text(), plain_environment(home) | variables, wire
        if process.poll() is not None:
            sys.exit("the lab ended while it was measured:\n" + log.read_text(errors="replace")[-2000:])


def names(pairs):
    """Spread over the zone, so that records of others lie between any two."""
    return [f"host-{n * FOREIGN // pairs:05}-data" for n in range(pairs)]


def fill(env, speed):
    """Ten thousand records of others; then the buckets are given the time to be full again."""
    route53 = client(env["AWS_ENDPOINT_URL_ROUTE_53"], env["AWS_ACCESS_KEY_ID"], env["AWS_SECRET_ACCESS_KEY"])
    zone = route53.list_hosted_zones_by_name(DNSName=ZONE)["HostedZones"][0]["Id"]
    for at in range(0, FOREIGN, 1_000):
        sets = ({"Name": f"host-{n:05}.{ZONE}", "Type": "A", "TTL": 300,
                 "ResourceRecords": [{"Value": "192.0.2.1"}]} for n in range(at, at + 1_000))
        changes = [{"Action": "CREATE", "ResourceRecordSet": one} for one in sets]
        while True:
            try:
                made = route53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch={"Changes": changes})
                break
            except route53.exceptions.PriorRequestNotComplete:
                time.sleep(0.2)
    insync(route53, made["ChangeInfo"]["Id"])
    time.sleep(100 / speed)


def our_spec(lab_spec, pairs, switch):
    """The lab's own failover, once for each name; with the manual switch or without."""
    one = lab_spec[lab_spec.index("[[failover]]"):lab_spec.index("[failover.mrap]")]
    if not switch:
        one = one[:one.index("[failover.switch]")] + one[one.index("[failover.primary]"):]
    # As often as Route 53 looks when nothing else is said, and as far as a lab at this speed keeps its time.
    one = one.replace("interval = 10", "interval = 30")
    entries = [one.replace(f'name = "data.{ZONE}"', f'name = "{name}.{ZONE}"') for name in names(pairs)]
    return f'hosted_zone = "{ZONE}"\n\n' + "\n".join(entries)


def ours(binary, home, speed, pairs, switch):
    """Apply from nothing, then a plan that finds nothing to do."""
    with lab(binary, home, speed) as (folder, lab_spec, env, wire):
        fill(env, speed)
        spec = folder / "failover.toml"
        spec.write_text(our_spec(lab_spec, pairs, switch))
        command = [binary, "--config", spec, "--output", "json"]
        fast = env | {"S3_FAILOVER_LAB_SPEED": str(speed)}
        planned = json.loads(run([*command, "plan"], fast)[2])
        time.sleep(100 / speed)
        calls = []
        with wire.counted(calls):
            seconds, memory, out = run([*command, "--quiet", "apply", "--yes"], fast)
        applied = json.loads(out)
        if applied["api_calls"]["made"] != calls[0]:
            sys.exit(f"apply says {applied['api_calls']}, and {calls[0]} calls were on the wire")
        time.sleep(10)
        with wire.counted(calls):
            plan_seconds, plan_memory, out = run([*command, "plan", "--check"], env)
        checks = sum(change["kind"] == "health_check" for change in applied["changes"])
        return {
            "checks": checks, "records": len(applied["changes"]) - checks, "planned": planned["api_calls"],
            "calls": calls[0], "seconds": seconds * speed, "memory": memory,
            "plan_calls": calls[1], "plan_seconds": plan_seconds, "plan_memory": plan_memory}


def octodns_files(folder, port, pairs):
    """The same pairs: a CNAME with two pools each, and health checks of the same object."""
    zones = folder / "zones"
    zones.mkdir()
    host = "my-app-data-{0}.s3.{0}.amazonaws.com."
    value = {side: {"values": [{"value": host.format(region)}]} for side, region in BUCKETS.items()}
    value["primary"]["fallback"] = "secondary"
    record = {
        "type": "CNAME", "ttl": 60, "value": host.format(BUCKETS["primary"]),
        "dynamic": {"pools": value, "rules": [{"pool": "primary"}]},
        "octodns": {"healthcheck": {"path": "/failover/health.txt", "protocol": "HTTP", "port": port},
                    "route53": {"healthcheck": {"request_interval": 30}}},
    }
    # JSON is YAML; octodns wants its keys in order.
    zone = {name: record for name in names(pairs)}
    (zones / f"{ZONE}.yaml").write_text(json.dumps(zone, sort_keys=True))
    config = {
        "providers": {
            "files": {"class": "octodns.provider.yaml.YamlProvider", "directory": str(zones)},
            "route53": {"class": "octodns_route53.Route53Provider", "client_max_attempts": 100},
        },
        # Without it octoDNS would remove the records of others.
        "processors": {"ours": {"class": "octodns.processor.filter.NameAllowlistFilter",
                                "allowlist": ["/-data$/"]}},
        "zones": {f"{ZONE}.": {"sources": ["files"], "processors": ["ours"], "targets": ["route53"]}},
    }
    path = folder / "octodns.yaml"
    path.write_text(json.dumps(config))
    return path


def theirs(binary, octodns, home, speed, pairs):
    """octodns-sync from nothing, then without a change."""
    with lab(binary, home, speed) as (folder, lab_spec, env, wire):
        fill(env, speed)
        port = int(lab_spec.split("port = ")[1].split()[0])
        command = [octodns, "--config-file", octodns_files(folder, port, pairs), "--log-stream-stdout"]
        calls = []
        with wire.counted(calls):
            seconds, memory, out = run([*command, "--doit", "--force"], env)
        if out.count(b"Create <CnameRecord") != pairs:
            sys.exit("octodns did not create what it should:\n" + out.decode(errors="replace")[-3000:])
        with wire.counted(calls):
            plan_seconds, plan_memory, out = run(command, env)
        if b"No changes were planned" not in out:
            sys.exit("octodns finds something to do again:\n" + out.decode(errors="replace")[-3000:])
        return {"calls": calls[0], "seconds": seconds * speed, "memory": memory,
                "plan_calls": calls[1], "plan_seconds": plan_seconds, "plan_memory": plan_memory}


def main(binary, octodns, speed=20.0, pairs=100):
    table = Table("what", "measured", "at most", "met")
    with tempfile.TemporaryDirectory() as home:
        measured = {}
        for switch in (False, True):
            us = measured[switch] = ours(binary, home, speed, pairs, switch)
            what = f"{pairs} pairs{' with switches' if switch else ''}"
            buckets = max((us["checks"] - CREATIONS) * CREATION_SECONDS, us["planned"]["least_seconds"])
            ratio = us["seconds"] / (buckets + INSYNC) if buckets else 0.0
            table.row(f"{what} ({us['checks']} health checks, {us['records']} records), `apply` from nothing",
                f"{us['seconds']:.0f} s : {buckets:.0f} s of buckets and {INSYNC:.0f} s until INSYNC = {ratio:.3f}",
                f"{MOST_RATIO}", ratio <= MOST_RATIO)
            table.row(f"{what}, `apply`: calls, of which the plan had said at least; peak memory",
                f"{us['calls']}, {us['planned']['planned']}; {us['memory'] / MIB:.0f} MiB")
            table.row(f"{what}, a plan without a change: calls", us["plan_calls"], MOST_CALLS,
                us["plan_calls"] <= MOST_CALLS)
            table.row(f"{what}, a plan without a change: peak memory, time",
                f"{us['plan_memory'] / MIB:.0f} MiB, {us['plan_seconds']:.2f} s", f"{MOST_MEMORY // MIB} MiB",
                us["plan_memory"] <= MOST_MEMORY)
        us, them = measured[False], theirs(binary, octodns, home, speed, pairs)
        table.row("the same pairs by `octodns-sync --doit` : `apply`; calls", f"{them['calls']} : {us['calls']}")
        table.row("… time, of which `octodns-sync` waits for no checker and no name server",
            f"{them['seconds']:.0f} s : {us['seconds']:.0f} s")
        table.row("… peak memory", f"{them['memory'] / MIB:.0f} MiB : {us['memory'] / MIB:.0f} MiB")
        table.row("without a change by `octodns-sync` : `plan`; calls", f"{them['plan_calls']} : {us['plan_calls']}")
        table.row("… time", f"{them['plan_seconds']:.1f} s : {us['plan_seconds']:.2f} s")
        table.row("… peak memory", f"{them['plan_memory'] / MIB:.0f} MiB : {us['plan_memory'] / MIB:.0f} MiB")

    table.end(f"by `scripts/measure_scale.py`: {pairs} pairs in a zone with {FOREIGN:,} records of others, in a lab "
              f"that throttles as Route 53 does, at speed {speed:g}; seconds of apply are the lab's.")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], *map(float, sys.argv[3:4]), *map(int, sys.argv[4:5]))
