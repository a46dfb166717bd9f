"""The main job, end to end: the official Python package enqueues, a Swift worker does the work.

Starts a private redis-server (unless REDIS_URL is set) and the media worker, adds jobs for one photograph, shows their
progress, checks every result with Pillow, and stops what it started. Ends with 0 only if every result is as expected.
"""

import argparse
import asyncio
import contextlib
import os
import signal
import shutil
import sys
import tempfile
from pathlib import Path

from bullmq import Queue, QueueEvents
from PIL import Image, ImageOps

QUEUE = "media-jobs"
TIMEOUT = 120


class Failure(Exception):
    """Something that ends the run; the text says what and what to do."""


def upright_size(path):
    with Image.open(path) as image:
        return ImageOps.exif_transpose(image).size


def inside(size, width, height):
    """The size of a picture made to fit a box without being enlarged."""
    scale = min(1, width / size[0], height / size[1])
    return tuple(max(1, round(side * scale)) for side in size)


def jobs_for(source, size):
    """Name, parameters and expected result of each job."""
    url = "file:" + source.name
    return [
        ("resize_image", url, {"width": 320, "height": 320, "fit": "inside", "format": "jpeg"}, inside(size, 320, 320), "JPEG"),
        ("resize_image", url, {"width": 200, "height": 200, "fit": "cover", "format": "png"},
         (min(200, size[0]), min(200, size[1])), "PNG"),
        ("convert_image", url, {"format": "webp", "quality": 75}, size, "WEBP"),
        ("convert_image", url, {"format": "png"}, size, "PNG"),
    ]


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


async def work(arguments):
    source = Path(arguments.file).resolve()
    if not source.is_file():
        raise Failure(f"{source} is not a file")
    try:
        size = upright_size(source)
    except Exception as error:
        raise Failure(f"{source} is not a picture that can be read: {error}")
    results = Path(arguments.results).resolve()
    results.mkdir(parents=True, exist_ok=True)

    async with redis_url() as url:
        environment = dict(os.environ, REDIS_URL=url, MEDIA_ROOT=str(source.parent), MEDIA_OUTPUT=str(results),
                           LOG_LEVEL=os.environ.get("LOG_LEVEL", "warning"))
        async with process(arguments.worker, env=environment) as worker:
            print(f"Started the media worker; photograph: {source.name}, {size[0]}x{size[1]}")
            ended = asyncio.create_task(worker.wait())
            outcome = asyncio.create_task(enqueue_and_watch(url, source, size))
            try:
                await asyncio.wait({ended, outcome}, timeout=TIMEOUT, return_when=asyncio.FIRST_COMPLETED)
                if outcome.done():
                    return outcome.result()
                if ended.done():
                    raise Failure(f"the media worker ended with {worker.returncode}")
                raise Failure(f"the jobs did not end within {TIMEOUT} seconds")
            finally:
                outcome.cancel()
                ended.cancel()


async def enqueue_and_watch(url, source, size):
    options = {"connection": url}
    queue = Queue(QUEUE, options)
    finished = {}
    labels = {}
    all_finished = asyncio.Event()
    expected = jobs_for(source, size)

    def note(event, args):
        job = args["jobId"]
        label = labels.get(job)
        if label is None:
            return
        if event == "progress":
            print(f"  {label}: {args['data']} %")
        else:
            finished[job] = event
            if len(finished) == len(expected):
                all_finished.set()

    events = QueueEvents(QUEUE, {**options, "lastEventId": "0-0"})
    try:
        added = []
        for number, (name, input_url, params, wanted, kind) in enumerate(expected, 1):
            job = await queue.add(name, {"input_url": input_url, "params": params, "jobId": f"run-{os.getpid()}-{number}"},
                                  {"attempts": 3, "backoff": {"type": "exponential", "delay": 2000}})
            labels[job.id] = f"{name} to {params['format']}"
            added.append((job, wanted, kind))
        print(f"The Python package enqueued {len(added)} jobs")
        for event in ("progress", "completed", "failed"):
            events.on(event, lambda args, _=None, event=event: note(event, args))
        await all_finished.wait()
        return await verify(queue, added, labels)
    finally:
        await events.close()
        await queue.close()


async def verify(queue, added, labels):
    from bullmq import Job

    print("Results:")
    good = True
    for job, wanted, kind in added:
        stored = await Job.fromId(queue, job.id)
        if stored.failedReason:
            print(f"  {labels[job.id]}: FAILED, {stored.failedReason}")
            good = False
            continue
        path = stored.returnvalue["path"]
        with Image.open(path) as picture:
            picture.load()
            actual, format = picture.size, picture.format
        right = actual == wanted and format == kind
        good = good and right
        verdict = "as expected" if right else f"WRONG, expected {wanted[0]}x{wanted[1]} {kind}"
        print(f"  {path}: {actual[0]}x{actual[1]} {format}, {verdict}")
    return good


async def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worker", required=True, help="the media-worker executable")
    parser.add_argument("--file", required=True, help="the photograph")
    parser.add_argument("--results", default="run-results", help="folder for the results")
    arguments = parser.parse_args()
    task = asyncio.create_task(work(arguments))
    for signum in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(signum, task.cancel)
    try:
        good = await task
    except asyncio.CancelledError:
        print("Stopped", file=sys.stderr)
        return 130
    except Failure as failure:
        print(f"run: {failure}", file=sys.stderr)
        return 1
    print("All results are as expected" if good else "Not all results are as expected")
    return 0 if good else 1


if __name__ == "__main__":
    sys.stdout.reconfigure(line_buffering=True)
    sys.exit(asyncio.run(main()))
