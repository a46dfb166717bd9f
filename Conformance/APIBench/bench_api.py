"""Measures queue-api under load, holds it against node:http, and ends its Redis in the middle. See README.md."""

import asyncio
import contextlib
import json
import os
import pathlib
import shutil
import signal
import statistics
import tempfile
import time

from load import Load
from restart import restart
from scene import Redis, has_official_package, node_server, queue_api, run, write_tiers, write_tokens

TARGETS = {"enqueue": 5000, "stats": 10_000}
HALF_LOAD_P99 = 25
RESIDENT = 60


class Report:
    """Rows for the screen, requirements, and everything for the file."""

    def __init__(self):
        self.measured, self.requirements, self.rows = {}, [], []

    def row(self, name, results):
        """One line of the table: the medians of some rounds."""
        median = {key: statistics.median(result[key] for result in results) for key in results[0]}
        self.measured[name] = {"median": median, "rounds": results}
        print(f"{name:<34}{median['rate']:>9,.0f}/s{median['p50']:>9.1f}{median['p99']:>9.1f} ms"
              f"{median['server_us']:>10.0f}{median['redis_us']:>8.0f} µs")
        return median

    def require(self, good, text):
        self.requirements.append({"text": text, "met": bool(good)})

    def write(self, folder):
        folder.mkdir(exist_ok=True)
        path = folder / time.strftime("api-%Y%m%d-%H%M%S.json")
        path.write_text(json.dumps({"measured": self.measured, "requirements": self.requirements}, indent=2) + "\n")
        print(f"\nWritten to {path}\n")
        for requirement in self.requirements:
            print(f"{'met   ' if requirement['met'] else 'MISSED'}  {requirement['text']}")


@contextlib.asynccontextmanager
async def scene(arguments, log):
    """One Redis, and every server that is compared, each ready and idle."""
    async with contextlib.AsyncExitStack() as stack:
        folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="queue-api-bench-")))
        redis = await stack.enter_async_context(Redis(str(folder), "everysec"))
        tokens, tiers = write_tokens(folder / "tokens"), write_tiers(folder / "tiers.json")

        async def own(**settings):
            return await stack.enter_async_context(queue_api(arguments.program, redis, log, **settings))

        subjects = {
            "queue-api": await own(),
            "queue-api, no access log": await own(QUEUE_API_ACCESS_LOG="false"),
            "queue-api, counted tiers": await own(QUEUE_API_TIERS="static", QUEUE_API_TIER_TABLE=str(tiers)),
        }
        if shutil.which("node"):
            subjects["node:http, no work"] = await stack.enter_async_context(node_server())
            if await has_official_package():
                subjects["node:http, official package"] = await stack.enter_async_context(node_server(redis))
            else:
                print("The official Node package is not found: the comparison is with a server that does no work")
        yield redis, subjects, tokens


async def compare(report, arguments, redis, subjects, tokens):
    """Full load, rounds outside and subjects inside, so that what disturbs the machine disturbs all alike."""
    results = {}
    for _ in range(arguments.rounds):
        for name, server in subjects.items():
            for kind, load in (("enqueue", Load(server.media, tokens)), ("stats", Load(server.stats))):
                await redis.ask("FLUSHALL")
                found = await load.measure(server, redis, arguments.seconds)
                results.setdefault(f"{kind}: {name}", []).append(found)
    medians = {name: report.row(name, results[name]) for name in sorted(results)}
    for kind, target in TARGETS.items():
        own = medians[f"{kind}: queue-api"]
        report.require(own["rate"] >= target, f"{kind}: {own['rate']:,.0f} requests/s (at least {target:,})")
        for name in subjects:
            if name.startswith("node"):
                ratio = own["rate"] / medians[f"{kind}: {name}"]["rate"]
                print(f"{kind}: {ratio:.2f} × {name}")
                report.measured[f"{kind} × {name}"] = ratio
    return {kind: medians[f"{kind}: queue-api"]["rate"] for kind in TARGETS}


async def half_load(report, arguments, redis, server, tokens, full):
    """The tail of latencies when the server is half as busy as it can be."""
    for kind, load in (("enqueue", Load(server.media, tokens)), ("stats", Load(server.stats))):
        await redis.ask("FLUSHALL")
        found = await load.measure_at(full[kind] / 2, server, redis, arguments.seconds)
        report.row(f"{kind}: queue-api at half load", [found])
        report.require(
            found["p99"] <= HALF_LOAD_P99, f"{kind}: p99 {found['p99']:.1f} ms at {found['rate']:,.0f} requests/s, "
            f"{found['rate'] / full[kind]:.0%} of full load (at most {HALF_LOAD_P99} ms)")


async def memory(report, arguments, log):
    """What a fresh server has in memory after so many requests: two enqueues to one of the statistics, in turn."""
    with tempfile.TemporaryDirectory(prefix="queue-api-memory-") as folder:
        tokens = write_tokens(pathlib.Path(folder) / "tokens")
        async with Redis(folder, "everysec") as redis, queue_api(arguments.program, redis, log) as server:
            loads, count, course = (Load(server.media, tokens), Load(server.stats)), 0, [(0, *server.resident()[:2])]
            while count < arguments.requests:
                for load, seconds in zip(loads, (10, 5)):
                    count += (await load.run(seconds))["requests"]
                course.append((count, *server.resident()[:2]))
                # Only the server's memory is of interest: Redis need not hold a million jobs.
                await redis.ask("FLUSHALL")
            now, _, peak = server.resident()
    report.measured["memory"] = {"course": course, "peak": peak}
    print(f"\nResident, and of that not backed by the program's files; at most {peak:.1f} MB:")
    for requests, size, own in course:
        print(f"  {size:.1f} MB, {own:.1f} MB after {requests:,} requests")
    report.require(now <= RESIDENT, f"{now:.1f} MB resident after {count:,} requests (at most {RESIDENT})")


async def restarts(report, arguments, tokens, log):
    """Orderly with the usual policy, killed with the strict one; and killed with the usual one, which promises less."""
    for fsync, how, name, is_required in (
            ("everysec", signal.SIGTERM, "restarted, appendfsync everysec", True),
            ("always", signal.SIGKILL, "killed, appendfsync always", True),
            ("everysec", signal.SIGKILL, "killed, appendfsync everysec", False)):
        found = await restart(arguments.program, tokens, log, fsync, how)
        report.measured[f"Redis {name}"] = vars(found)
        print(f"\nRedis {name}: {found.acknowledged:,} acknowledged, {found.resumed:,} of them after its return; "
              f"{found.lost} lost; {found.unacknowledged} stored without having been acknowledged")
        for line, count in sorted(found.others.items()):
            print(f"  {count:>6} × {line}")
        for fault in found.faults:
            report.require(False, f"Redis {name}: {fault}")
        if is_required:
            report.require(found.lost == 0, f"Redis {name}: {found.lost} of {found.acknowledged:,} acknowledged jobs lost")


async def work(arguments):
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, cores[:2])
    print(f"On {len(cores[:2])} of {len(cores)} cores, with the load of other programs at {os.getloadavg()[0]:.1f}")
    report = Report()
    with open(os.devnull, "wb") as log:
        async with scene(arguments, log) as (redis, subjects, tokens):
            print(f"\n{'':<34}{'requests':>11}{'p50':>9}{'p99':>9}   {'server':>10}{'Redis':>8}")
            full = await compare(report, arguments, redis, subjects, tokens)
            await half_load(report, arguments, redis, subjects["queue-api"], tokens, full)
            await restarts(report, arguments, tokens, log)
        if arguments.requests:
            await memory(report, arguments, log)
    report.write(pathlib.Path("bench-results"))
    missed = [requirement for requirement in report.requirements if not requirement["met"]]
    return not missed or not arguments.strict


if __name__ == "__main__":
    run("bench-api", work, __doc__, {
        "program": {"help": "queue-api, built for release"},
        "--seconds": {"type": int, "default": 8, "help": "length of each measurement"},
        "--rounds": {"type": int, "default": 3, "help": "how often each is repeated; medians are shown"},
        "--requests": {"type": int, "default": 1_000_000, "help": "before memory is looked at; 0: not at all"},
        "--strict": {"action": "store_true", "help": "fail if a requirement is missed"},
    }, "Done", "A requirement was missed")
