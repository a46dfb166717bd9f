"""Redis ends in the middle of the load and comes back: no acknowledged job may be missing, no answer may have another form."""

import asyncio
import dataclasses
import http.client
import json
import pathlib
import tempfile
import time

from load import Load, answers
from scene import Redis, queue_api

# How long a request may wait for an answer while Redis is away (queue API, section 18).
PATIENCE = 2.5
STATS_FAILURE = {"ok": False, "error": "Failed to connect to Redis"}


@dataclasses.dataclass
class Outcome:
    """What was seen."""
    acknowledged: int
    lost: int
    unacknowledged: int
    resumed: int
    others: dict
    faults: list


def get(server, path):
    """Status, body and seconds of one request."""
    connection, start = http.client.HTTPConnection(server.root.removeprefix("http://"), timeout=10), time.monotonic()
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read()), time.monotonic() - start
    finally:
        connection.close()


def judge_refusal(line):
    """What is wrong with an answer other than 200, if anything (queue API, section 5.4)."""
    status, _, text = line.partition(" ")
    try:
        body = json.loads(text)
    except ValueError:
        body = None
    good = (status == "500" and isinstance(body, dict) and body.keys() == {"ok", "error"} and body["ok"] is False
            and isinstance(body["error"], str) and body["error"])
    return None if good else f"unexpected answer: {line}"


async def judge_outage(server):
    """What is wrong with the other routes while Redis is away."""
    faults = []
    status, body, seconds = await asyncio.to_thread(get, server, "/api/queue/stats")
    if (status, body) != (500, STATS_FAILURE):
        faults.append(f"GET /stats without Redis: {status} {body}")
    if seconds > PATIENCE:
        faults.append(f"GET /stats without Redis answered after {seconds:.1f} s")
    status, _, _ = await asyncio.to_thread(get, server, "/health/live")
    if status != 200:
        faults.append(f"GET /health/live without Redis: {status}")
    status, _, _ = await asyncio.to_thread(get, server, "/health/ready")
    if status != 503:
        faults.append(f"GET /health/ready without Redis: {status}")
    return faults


async def restart(program, tokens, log, fsync, how, before=3, away=3, after=6):
    """Enqueues for some seconds; in between Redis is ended with this signal and is away for a while."""
    with tempfile.TemporaryDirectory(prefix="queue-api-restart-") as folder:
        path = pathlib.Path(folder) / "answers"
        async with Redis(folder, fsync) as redis, queue_api(program, redis, log) as server:
            load = asyncio.create_task(Load(server.media, tokens).run(before + away + after, answers=path))
            try:
                await asyncio.sleep(before)
                await redis.end(how)
                gone = time.monotonic()
                faults = await judge_outage(server)
                await asyncio.sleep(max(0, away - (time.monotonic() - gone)))
                known = len(answers(path)[0])
                await redis.start()
                result = await load
            finally:
                load.cancel()
            acknowledged, others = answers(path)
            asked = "".join(f"EXISTS bull:media-jobs:{id}\n" for id in acknowledged).encode()
            found = (await redis.ask(given=asked)).split()
            stored = int(await redis.ask("ZCARD", "bull:media-jobs:prioritized"))
        if result["broken"]:
            faults.append(f"{result['broken']} requests got no answer")
        if not others:
            faults.append("no request was refused: Redis was not away for long enough")
        if len(acknowledged) == known:
            faults.append("no job was accepted after Redis had come back")
        faults += [fault for line in others if (fault := judge_refusal(line))]
        return Outcome(
            acknowledged=len(acknowledged), lost=len(acknowledged) - found.count(b"1"),
            unacknowledged=stored - found.count(b"1"), resumed=len(acknowledged) - known, others=others, faults=faults)
