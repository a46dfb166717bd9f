"""The official Python package as one side of the benchmark.

Reads one JSON line for each scenario from standard input, runs it, and writes one JSON line with its figures:

    {"scenario": "add", "queue": Q, "jobs": n}                       one after the other
    {"scenario": "add", "queue": Q, "jobs": n, "inFlight": 64}       so many at a time
    {"scenario": "addBulk", "queue": Q, "jobs": n, "size": 1000, "inFlight": 2}
                                                                     in bulks of this size, so many calls at a time
    {"scenario": "process", "queue": Q, "jobs": n, "concurrency": c} no-op jobs that are in the queue already; a job
                                                                     counts when its completion was acknowledged

Each answer: {"jobs", "seconds", "cpu_user", "cpu_sys", "maxrss_kb"}; times are those of the scenario alone, in seconds,
the memory is the peak of the process so far. The first line written is {"ready": true}.
"""

import asyncio
import itertools
import json
import resource
import sys
import time

from bullmq import Queue, Worker


def data(number):
    return {"file": "photos/2024/05/harbour.jpg", "width": 1280, "index": number}


async def add(queue, command):
    numbers = itertools.count()

    async def add_some():
        while (number := next(numbers)) < command["jobs"]:
            await queue.add("noop", data(number))

    await asyncio.gather(*(add_some() for _ in range(command.get("inFlight", 1))))


async def add_bulk(queue, command):
    size = command["size"]
    starts = iter(range(0, command["jobs"], size))

    async def call_after_call():
        for start in starts:
            numbers = range(start, min(start + size, command["jobs"]))
            await queue.addBulk([{"name": "noop", "data": data(number), "opts": {}} for number in numbers])

    await asyncio.gather(*(call_after_call() for _ in range(command.get("inFlight", 1))))


async def process(options, command):
    done = asyncio.Event()
    left = command["jobs"]

    def completed(*_):
        nonlocal left
        left -= 1
        if left == 0:
            done.set()

    async def noop(job, token):
        return None

    worker = Worker(command["queue"], noop, {**options, "concurrency": command["concurrency"]})
    worker.on("completed", completed)
    await done.wait()
    return worker


async def run(options, command):
    """Runs a scenario; what has to be closed afterwards is handed back, so that closing is not measured."""
    if command["scenario"] == "process":
        return await process(options, command)
    queue = Queue(command["queue"], options)
    await (add_bulk if command["scenario"] == "addBulk" else add)(queue, command)
    return queue


async def main():
    options = {"connection": sys.argv[1], "prefix": sys.argv[2] if len(sys.argv) > 2 else "bull"}
    print(json.dumps({"ready": True}), flush=True)
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        command = json.loads(line)
        before, start = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
        used = await run(options, command)
        seconds, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_SELF)
        figures = {
            "jobs": command["jobs"],
            "seconds": seconds,
            "cpu_user": after.ru_utime - before.ru_utime,
            "cpu_sys": after.ru_stime - before.ru_stime,
            "maxrss_kb": after.ru_maxrss,
        }
        print(json.dumps(figures), flush=True)
        await used.close()


asyncio.run(main())
