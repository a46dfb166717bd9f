"""What the programs of this folder stand on: a private redis-server, children that are stopped again, and an end."""

import argparse
import asyncio
import contextlib
import os
import shutil
import signal
import socket
import sys
import tempfile
import urllib.error
import urllib.request


class Failure(Exception):
    """Something that ends the run; the text says what and what to do."""


@contextlib.asynccontextmanager
async def process(*command, **options):
    """A child that is stopped, politely first, when the block ends."""
    # A session of its own: Ctrl-C reaches this program alone, which then stops its children in order.
    child = await asyncio.create_subprocess_exec(*command, start_new_session=True, **options)
    try:
        yield child
    finally:
        if child.returncode is None:
            child.terminate()
            try:
                await asyncio.wait_for(child.wait(), 15)
            except asyncio.TimeoutError:
                child.kill()
                await child.wait()


@contextlib.asynccontextmanager
async def redis_url():
    given = os.environ.get("REDIS_URL")
    if given:
        print("Using the Redis of REDIS_URL")
        yield given
        return
    server = shutil.which("redis-server")
    if not server:
        raise Failure("redis-server is not on the PATH: run `make deps`, or set REDIS_URL")
    with tempfile.TemporaryDirectory(prefix="bullmq-run-") as folder:
        socket = os.path.join(folder, "redis.sock")
        async with process(server, "--port", "0", "--unixsocket", socket, "--dir", folder, "--save", "", "--appendonly", "no",
                           "--maxmemory-policy", "noeviction", stdout=asyncio.subprocess.PIPE) as child:
            async def ready():
                while line := await child.stdout.readline():
                    if b"ready to accept connections" in line.lower():
                        return
                raise Failure("redis-server ended before it was ready")
            await asyncio.wait_for(ready(), 20)
            drain = asyncio.create_task(child.stdout.read())
            print("Started a private redis-server")
            try:
                yield "unix://" + socket
            finally:
                drain.cancel()


async def while_running(children, coroutine, timeout=None):
    """What the coroutine returns; a Failure if one of the children, by name, ends before it, or it takes too long."""
    ends = {asyncio.create_task(child.wait()): (name, child) for name, child in children.items()}
    outcome = asyncio.create_task(coroutine)
    try:
        done, _ = await asyncio.wait({outcome, *ends}, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
        if outcome.done():
            return outcome.result()
        for end in done:
            name, child = ends[end]
            raise Failure(f"{name} ended with {child.returncode}")
        raise Failure(f"not everything was done within {timeout} seconds")
    finally:
        outcome.cancel()
        for end in ends:
            end.cancel()


def free_port(preferred):
    """This port of the loopback interface if nobody has it, else any."""
    for port in (preferred, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return probe.getsockname()[1]
    raise Failure("there is no free port")


async def until_answering(url, seconds=30):
    """Waits until a server answers at this address with a success."""
    def ask():
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:
                return answer.status < 300
        except (OSError, urllib.error.URLError):
            return False

    deadline = asyncio.get_running_loop().time() + seconds
    while not await asyncio.to_thread(ask):
        if asyncio.get_running_loop().time() > deadline:
            raise Failure(f"nobody answers at {url}")
        await asyncio.sleep(0.05)


class Watch:
    """Hears of the end of jobs, also of those that end before it knows their ids."""

    def __init__(self, events, progress=lambda job, data: None):
        self._ended = set()
        self._changed = asyncio.Event()
        for event in ("completed", "failed"):
            events.on(event, lambda args, _=None: self._note(args["jobId"]))
        events.on("progress", lambda args, _=None: progress(args["jobId"], args["data"]))

    def _note(self, job):
        self._ended.add(job)
        self._changed.set()

    async def all(self, jobs):
        """Waits until every one of the jobs has completed or failed."""
        wanted = set(jobs)
        while not wanted <= self._ended:
            self._changed.clear()
            await self._changed.wait()


def run(name, work, description, options, success, failure):
    """Reads the command line, does the work until it ends or is interrupted, and ends the process."""
    parser = argparse.ArgumentParser(description=description)
    for option, details in options.items():
        parser.add_argument(option, **details)
    arguments = parser.parse_args()
    sys.stdout.reconfigure(line_buffering=True)
    sys.exit(asyncio.run(_run(name, work(arguments), success, failure)))


async def _run(name, work, success, failure):
    task = asyncio.create_task(work)
    for signum in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(signum, task.cancel)
    try:
        good = await task
    except asyncio.CancelledError:
        print("Stopped", file=sys.stderr)
        return 130
    except Failure as problem:
        print(f"{name}: {problem}", file=sys.stderr)
        return 1
    print(success if good else failure)
    return 0 if good else 1
