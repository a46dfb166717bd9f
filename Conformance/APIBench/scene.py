"""The programs that take part: a Redis that keeps what it is told, servers under test, and the tokens they believe."""

import asyncio
import base64
import contextlib
import hashlib
import hmac
import json
import os
import pathlib
import shutil
import signal
import sys
import time
import uuid

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE.parents[1] / "Samples" / "Run"))

from stage import Failure, free_port, process, run, until_answering  # noqa: E402, F401

SECRET = "a secret that only this benchmark uses"
TICKS = os.sysconf("SC_CLK_TCK")


class Redis:
    """A private redis-server with an append-only file, which can be ended and started again on the same data."""

    def __init__(self, folder, fsync):
        self.folder, self.fsync, self.port, self.child = folder, fsync, free_port(0), None

    async def __aenter__(self):
        if not shutil.which("redis-server"):
            raise Failure("redis-server is not on the PATH: run `make deps`")
        await self.start()
        return self

    async def __aexit__(self, *_):
        await self.end(signal.SIGTERM)

    async def start(self):
        self.child = await asyncio.create_subprocess_exec(
            "redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--dir", self.folder, "--save", "",
            "--appendonly", "yes", "--appendfsync", self.fsync, "--maxmemory-policy", "noeviction",
            stdout=asyncio.subprocess.DEVNULL, start_new_session=True)
        for _ in range(1000):
            if await self.ask("PING", check=False) == b"PONG":
                return
            await asyncio.sleep(0.02)
        raise Failure("redis-server is not ready after 20 seconds")

    async def end(self, how):
        if self.child.returncode is None:
            self.child.send_signal(how)
        await self.child.wait()

    async def ask(self, *command, given=None, check=True):
        """What redis-cli prints for a command, or for many, a line each, that are given to it."""
        child = await asyncio.create_subprocess_exec(
            "redis-cli", "-p", str(self.port), *command, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE)
        out, error = await child.communicate(given)
        if check and (child.returncode or out.startswith(b"ERR")):
            raise Failure(f"redis-cli {' '.join(command)}: {(error or out).decode().strip()}")
        return out.strip()


class Server:
    """A server under test: where it is, and what it has used so far."""

    def __init__(self, port, child):
        self.root, self.child = f"http://127.0.0.1:{port}", child

    @property
    def stats(self):
        return self.root + "/api/queue/stats"

    @property
    def media(self):
        return self.root + "/api/queue/media"

    def resident(self):
        """Megabytes (millions of bytes): in memory now, those of them that no file backs, and at most so far."""
        with open(f"/proc/{self.child.pid}/status") as file:
            fields = dict(line.split(":", 1) for line in file)
        return [int(fields[name].split()[0]) * 1024 / 1e6 for name in ("VmRSS", "RssAnon", "VmHWM")]


def used(pid):
    """Seconds of processor time of a process so far."""
    with open(f"/proc/{pid}/stat") as file:
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


@contextlib.asynccontextmanager
async def queue_api(program, redis, log, **settings):
    """The server with an embedded stand-in for Directus; its own log goes to a file."""
    port = free_port(0)
    environment = {
        "PATH": os.environ["PATH"], "REDIS_URL": f"redis://127.0.0.1:{redis.port}", "QUEUE_API_PORT": str(port),
        "DIRECTUS_PORT": "0", "DIRECTUS_SECRET": SECRET, "QUEUE_API_RECORD_CHECK": "compat", **settings}
    async with process(program, env=environment, stdout=log, stderr=log) as child:
        await until_answering(f"http://127.0.0.1:{port}/health/live")
        yield Server(port, child)


@contextlib.asynccontextmanager
async def node_server(redis=None):
    """The comparison on node:http, with the official package if there is a Redis for it."""
    port = free_port(0)
    more = {"REDIS": str(redis.port)} if redis else {}
    environment = {name: os.environ[name] for name in ("PATH", "NODE_PATH") if name in os.environ} | more
    async with process("node", str(HERE / "node_server.js"), str(port), env=environment) as child:
        await until_answering(f"http://127.0.0.1:{port}/api/queue/stats")
        yield Server(port, child)


async def has_official_package():
    """Whether node finds the official package."""
    child = await asyncio.create_subprocess_exec(
        "node", "-e", "require.resolve('bullmq')", cwd=HERE, stderr=asyncio.subprocess.DEVNULL)
    return await child.wait() == 0


def token(user):
    """An access token as Directus signs it, for an ordinary user."""
    def part(value):
        return base64.urlsafe_b64encode(value).rstrip(b"=")

    now = int(time.time())
    claims = {"id": user, "role": str(uuid.UUID(int=1)), "app_access": True, "admin_access": False, "iat": now,
              "exp": now + 7200, "iss": "directus"}
    signed = b".".join(part(json.dumps(value).encode()) for value in ({"alg": "HS256", "typ": "JWT"}, claims))
    return (signed + b"." + part(hmac.digest(SECRET.encode(), signed, hashlib.sha256))).decode()


def write_tokens(path, users=50):
    """A file with the tokens of so many users."""
    path.write_text("".join(token(str(uuid.UUID(int=user + 1))) + "\n" for user in range(users)))
    return path


def write_tiers(path):
    """A tier table whose one limit is never reached, so that every request is counted and none refused."""
    table = {"version": 1, "defaultTier": "free", "tiers": {"free": {"operations": {"transcoding": 1_000_000_000}}}}
    path.write_text(json.dumps(table))
    return path
