"""The main job, end to end: the official Python package enqueues, a Swift worker does the work.

Starts a private redis-server (unless REDIS_URL is set) and the media worker, adds jobs for one photograph, shows their
progress, checks every result with Pillow, and stops what it started. Ends with 0 only if every result is as expected.
"""

import os
from pathlib import Path

from bullmq import Job, Queue, QueueEvents
from PIL import Image, ImageOps

from stage import Failure, Watch, process, redis_url, run, while_running

QUEUE = "media-jobs"
TIMEOUT = 120


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
            return await while_running({"the media worker": worker}, enqueue_and_watch(url, source, size), TIMEOUT)


async def enqueue_and_watch(url, source, size):
    options = {"connection": url}
    queue = Queue(QUEUE, options)
    labels = {}

    def show(job, percent):
        if job in labels:
            print(f"  {labels[job]}: {percent} %")

    events = QueueEvents(QUEUE, {**options, "lastEventId": "0-0"})
    watch = Watch(events, show)
    try:
        added = []
        for number, (name, input_url, params, wanted, kind) in enumerate(jobs_for(source, size), 1):
            job = await queue.add(name, {"input_url": input_url, "params": params, "jobId": f"run-{os.getpid()}-{number}"},
                                  {"attempts": 3, "backoff": {"type": "exponential", "delay": 2000}})
            labels[job.id] = f"{name} to {params['format']}"
            added.append((job, wanted, kind))
        print(f"The Python package enqueued {len(added)} jobs")
        await watch.all(labels)
        return await verify(queue, added, labels)
    finally:
        await events.close()
        await queue.close()


async def verify(queue, added, labels):
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


if __name__ == "__main__":
    run("run", work, __doc__, {
        "--worker": {"required": True, "help": "the media-worker executable"},
        "--file": {"required": True, "help": "the photograph"},
        "--results": {"default": "run-results", "help": "folder for the results"},
    }, success="All results are as expected", failure="Not all results are as expected")
