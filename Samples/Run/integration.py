"""The whole system, walked through with curl as a client would use it.

Starts a private redis-server (unless REDIS_URL is set), a stand-in for Directus (unless DIRECTUS_URL is set), the queue API
and the media worker; signs in, uploads a photograph, makes the record of a job, enqueues it, polls until it is completed,
downloads the result and checks it with Pillow. Then it leaves everything running, with the dashboard's address on the
screen, until Ctrl-C; with --once it ends, with 0 only if the result is as expected.

With DIRECTUS_URL it needs DIRECTUS_TOKEN, the static token of an administrator, and DIRECTUS_EMAIL and DIRECTUS_PASSWORD of
whoever signs in.
"""

import asyncio
import contextlib
import json
import os
import secrets
import shlex
import shutil
import uuid
from pathlib import Path

from PIL import Image, ImageOps

from stage import Failure, free_port, process, redis_url, run, until_answering, while_running

TIMEOUT = 180
WIDTH, HEIGHT = 320, 320


class Curl:
    """Calls by curl, each shown as a person would type it: tokens by the name of a variable."""

    def __init__(self, token=None):
        self.token = token

    async def __call__(self, method, url, *, data=None, form=None, output=None, shown=True):
        command = ["curl", "--silent", "--show-error", "--request", method, url]
        for part in form or []:
            command += ["--form", part]
        if data is not None:
            command += ["--header", "Content-Type: application/json", "--data", json.dumps(data)]
        if output:
            command += ["--output", str(output)]
        if shown:
            token = ["--header", "Authorization: Bearer $TOKEN"] if self.token else []
            visible = [part.replace(self.token, "$TOKEN") if self.token else part for part in command + token]
            print("  $ " + " ".join(show(part) for part in visible if part not in ("--silent", "--show-error")))
        # The token goes the way that no list of processes shows.
        config = f'header = "Authorization: Bearer {self.token}"\n' if self.token else ""
        async with process(*command, "--config", "-", "--write-out", "\n%{http_code}", stdin=asyncio.subprocess.PIPE,
                           stdout=asyncio.subprocess.PIPE) as child:
            text, _ = await child.communicate(config.encode())
        if child.returncode:
            raise Failure(f"curl ended with {child.returncode} at {method} {url}")
        body, _, status = text.decode().rpartition("\n")
        if not status.startswith("2"):
            raise Failure(f"{method} {url} answered {status}: {body[:500]}")
        return json.loads(body) if body.strip() else None


def show(part):
    """A part of a command, quoted only where it must be; a variable stays one."""
    return f'"{part}"' if "$TOKEN" in part else shlex.quote(part)


@contextlib.asynccontextmanager
async def directus(arguments):
    """Address, administrator's token, and who signs in: name and password."""
    given = os.environ.get("DIRECTUS_URL")
    if given:
        names = ("DIRECTUS_TOKEN", "DIRECTUS_EMAIL", "DIRECTUS_PASSWORD")
        missing = [name for name in names if not os.environ.get(name)]
        if missing:
            raise Failure(f"DIRECTUS_URL is set, but {', '.join(missing)} is not")
        print(f"Using the Directus at {given}")
        yield {}, given.rstrip("/"), *(os.environ[name] for name in names), os.environ.get("DIRECTUS_SECRET")
        return
    port = free_port(8055)
    url = f"http://127.0.0.1:{port}"
    token, secret, email, password = secrets.token_hex(24), secrets.token_hex(32), "admin@example.com", secrets.token_hex(6)
    environment = dict(os.environ, DIRECTUS_STANDIN_SECRET=secret, DIRECTUS_STANDIN_ADMIN_EMAIL=email,
                       DIRECTUS_STANDIN_ADMIN_PASSWORD=password, DIRECTUS_STANDIN_ADMIN_TOKEN=token,
                       LOG_LEVEL=os.environ.get("LOG_LEVEL", "warning"))
    async with process(arguments.directus, "--port", str(port), env=environment,
                       stdout=asyncio.subprocess.DEVNULL) as child:
        await while_running({"directus-stand-in": child}, until_answering(url + "/server/ping"))
        print(f"Started a stand-in for Directus at {url}")
        yield {"directus-stand-in": child}, url, token, email, password, secret


async def work(arguments):
    if not shutil.which("curl"):
        raise Failure("curl is not on the PATH: run `make deps`")
    source = Path(arguments.file).resolve()
    if not source.is_file():
        raise Failure(f"{source} is not a file")
    with Image.open(source) as picture:
        size = ImageOps.exif_transpose(picture).size
    results = Path(arguments.results).resolve()
    results.mkdir(parents=True, exist_ok=True)

    async with contextlib.AsyncExitStack() as stack:
        redis = await stack.enter_async_context(redis_url())
        children, directus_url, token, email, password, secret = await stack.enter_async_context(directus(arguments))
        port = free_port(3001)
        api = f"http://127.0.0.1:{port}"
        environment = dict(os.environ, REDIS_URL=redis, DIRECTUS_URL=directus_url, DIRECTUS_TOKEN=token,
                           QUEUE_API_PORT=str(port), LOG_LEVEL=os.environ.get("LOG_LEVEL", "warning"))
        if secret:
            environment["DIRECTUS_SECRET"] = secret
        async with process(arguments.api, "setup", env=environment) as setup:
            if await setup.wait():
                raise Failure(f"queue-api setup ended with {setup.returncode}")
        server = await stack.enter_async_context(process(arguments.api, env=environment))
        children["queue-api"] = server
        await while_running(children, until_answering(api + "/health/ready"))
        print(f"Started the queue API at {api}")
        children["media-worker"] = await stack.enter_async_context(process(arguments.worker, env=environment))
        print(f"Started the media worker; photograph: {source.name}, {size[0]}x{size[1]}")

        good = await while_running(
            children, walk(directus_url, api, email, password, source, size, results), TIMEOUT)
        await until_answering(api + "/dashboard", 5)
        print(f"Dashboard: {api}/dashboard (sign in as {email}, password {password})")
        if arguments.once or not good:
            return good
        print("Everything goes on until Ctrl-C", flush=True)
        try:
            await while_running(children, asyncio.Event().wait())
        except asyncio.CancelledError:
            print("Stopping")
        return good


async def walk(directus_url, api, email, password, source, size, results):
    """The example of the contract, step by step."""
    print("1. Sign in")
    curl = Curl()
    login = await curl("POST", directus_url + "/auth/login", data={"email": email, "password": password}, shown=False)
    curl.token = login["data"]["access_token"]
    print(f"  TOKEN of {email}, for {login['data']['expires'] // 60000} minutes")

    print("2. Upload the photograph")
    kind = Image.MIME[Image.open(source).format]
    file = (await curl("POST", directus_url + "/files",
                       form=["title=The photograph", f"file=@{source};type={kind}"]))["data"]["id"]
    print(f"  file {file}")

    print("3. Make the record of the job")
    job = str(uuid.uuid4())
    params = {"width": WIDTH, "height": HEIGHT, "fit": "inside", "format": "webp"}
    await curl("POST", directus_url + "/items/media_jobs?fields=id,status",
               data={"id": job, "operation": "resize_image", "status": "pending", "input_file_id": file, "params": params})

    print("4. Enqueue it")
    answer = await curl("POST", api + "/api/queue/media",
                        data={"jobId": job, "operation": "resize_image", "input_file_id": file, "params": params})
    print(f"  {json.dumps(answer)}")

    print("5. Poll until it is completed")
    record = await poll(curl, f"{directus_url}/items/media_jobs/{job}?fields=status,progress,output_file_id,error")
    if record["status"] != "completed":
        print(f"  FAILED: {record['error']}")
        return False

    print("6. Download the result")
    result = results / f"{source.stem}-resize_image.webp"
    await curl("GET", f"{directus_url}/assets/{record['output_file_id']}", output=result)
    good = check(result, size)

    stats = (await curl("GET", api + "/api/queue/stats"))["stats"]
    print("  " + ", ".join(f"{name} {stats[name]}" for name in ("waiting", "active", "completed", "failed", "delayed")))
    return good


async def poll(curl, url):
    last = None
    shown = True
    while True:
        record = (await curl("GET", url, shown=shown))["data"]
        shown = False
        if (state := (record["status"], record["progress"])) != last:
            print(f"  {record['status']}" + (f", {record['progress']} %" if record["progress"] is not None else ""))
            last = state
        if record["status"] in ("completed", "failed", "error"):
            return record
        await asyncio.sleep(0.25)


def check(path, size):
    scale = min(1, WIDTH / size[0], HEIGHT / size[1])
    wanted = tuple(max(1, round(side * scale)) for side in size)
    with Image.open(path) as picture:
        picture.load()
        actual, format = picture.size, picture.format
    good = actual == wanted and format == "WEBP"
    verdict = "as expected" if good else f"WRONG, expected {wanted[0]}x{wanted[1]} WEBP"
    print(f"  {path}: {actual[0]}x{actual[1]} {format}, {path.stat().st_size:,} bytes, {verdict}")
    return good


if __name__ == "__main__":
    run("integration", work, __doc__, {
        "--directus": {"required": True, "help": "the directus-stand-in executable"},
        "--api": {"required": True, "help": "the queue-api executable"},
        "--worker": {"required": True, "help": "the media-worker executable"},
        "--file": {"required": True, "help": "the photograph"},
        "--results": {"default": "run-results", "help": "folder for the result"},
        "--once": {"action": "store_true", "help": "end after the example instead of going on until Ctrl-C"},
    }, success="The result is as expected", failure="The result is not as expected")
