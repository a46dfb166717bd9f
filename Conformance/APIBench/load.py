"""Load from wrk, and what it costs the programs that take part."""

import asyncio
import itertools
import json
import pathlib
import shutil
import time

from scene import HERE, Failure, used

CONNECTIONS = 64
_runs = itertools.count(1)


class Load:
    """Requests of one kind: `GET` of a URL, or, with a file of tokens, `POST` of ever new jobs."""

    def __init__(self, url, tokens=None):
        self.url, self.tokens = url, tokens

    async def run(self, seconds, pause=None, answers=None):
        """What wrk says after so many seconds, with the pause of load.lua if given."""
        if not shutil.which("wrk"):
            raise Failure("wrk is not on the PATH: run `make bench-api`")
        given = {"tokens": self.tokens, "run": f"{next(_runs):08x}", "pause": pause, "answers": answers}
        child = await asyncio.create_subprocess_exec(
            "wrk", "--threads", "1", "--connections", str(CONNECTIONS), "--duration", f"{seconds}s", "--timeout", "10s",
            "--script", str(HERE / "load.lua"), self.url, "--",
            *(f"{name}={value}" for name, value in given.items() if value is not None),
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT, start_new_session=True)
        try:
            text = (await child.communicate())[0].decode()
        finally:
            if child.returncode is None:
                child.kill()
                await child.wait()
        for line in text.splitlines():
            if line.startswith("RESULT "):
                return json.loads(line.removeprefix("RESULT "))
        raise Failure(f"wrk said no result, but:\n{text}")

    async def measure(self, server, redis, seconds, pause=None):
        """The result with what a request cost, in microseconds of processor time."""
        pids = {"server": server.child.pid, "redis": redis.child.pid}
        before, start = {name: used(pid) for name, pid in pids.items()}, time.monotonic()
        result = await self.run(seconds, pause)
        if result["refused"] or result["broken"]:
            raise Failure(f"{self.url}: not every request was answered with a success: {result}")
        result["elapsed"] = time.monotonic() - start
        result["rate"] = result["requests"] / result["seconds"]
        for name, pid in pids.items():
            result[name + "_us"] = (used(pid) - before[name]) * 1e6 / max(1, result["requests"])
        return result

    async def measure_at(self, rate, server, redis, seconds):
        """The same at about this rate: each connection pauses before each request, for a time that two trials find."""
        pause = cycle = CONNECTIONS / rate * 1000
        for _ in range(2):
            trial = await self.measure(server, redis, 3, pause)
            # What a connection needs besides its pause.
            answering = max(0, CONNECTIONS / trial["rate"] * 1000 - pause)
            pause = max(0, cycle - answering)
        return await self.measure(server, redis, seconds, pause)


def answers(path):
    """The ids of acknowledged jobs, and the other answers with how often they came, from what load.lua has written."""
    acknowledged, others = [], {}
    for file in pathlib.Path(path).parent.glob(pathlib.Path(path).name + ".*"):
        for line in file.read_text().splitlines():
            if line.startswith("+"):
                acknowledged.append(line[1:])
            else:
                others[line] = others.get(line, 0) + 1
    return acknowledged, others
