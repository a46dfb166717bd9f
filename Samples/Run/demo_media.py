"""Every media operation on one photograph and one video, through the queue, with a contact sheet of before and after.

Starts a private redis-server (unless REDIS_URL is set), a file server on the loopback interface (for `download`), a
stand-in for a language model (unless LLM_BASE_URL is set) and the media worker; adds a job for each operation; waits for
all; takes a picture of each result with media-tool; and puts everything on one PNG. Ends with 0 only if every job
completed and every result is there.
"""

import asyncio
import functools
import http.server
import json
import os
import tempfile
import threading
import time
from pathlib import Path

from bullmq import Job, Queue, QueueEvents
from PIL import Image, ImageDraw, ImageFont, ImageOps

from stage import Failure, Watch, process, redis_url, run, while_running

QUEUE = "media-jobs"
TIMEOUT = 600
TILE = (320, 240)


def jobs_for(photo, video, download_url):
    """Label, operation, input and parameters of each job."""
    photo, video = "file:" + photo.name, "file:" + video.name
    fan = 0x123456789ABC
    return [
        ("convert_image", photo, {"format": "webp", "quality": 75}),
        ("resize_image", photo, {"width": 320, "height": 320, "fit": "cover", "position": "attention"}),
        ("crop_image", photo, {"aspect": "1:1", "gravity": "smart"}),
        ("apply_watermark", photo, {"text": "demo", "position": "southeast", "opacity": 0.8}),
        ("apply_steganographic_watermark", photo, {"fan_id": fan}),
        ("strip_metadata", photo, {}),
        ("thumbnail", photo, {"width": 200}),
        ("analysis", photo, {}),
        ("caption_generation", photo, {"count": 2}),
        ("upload", photo, {"thumbnail": True}),
        ("download", download_url, {"kind": "image"}),
        ("resize_video", video, {"resolution": "360p"}),
        ("crop_video", video, {"aspect": "1:1", "gravity": "center"}),
        ("compress_video", video, {"crf": 30}),
        ("transcoding", video, {"format": "webm", "codec": "vp9", "resolution": "360p"}),
        ("create_teaser", video, {"duration": 4}),
        ("thumbnail", video, {"width": 640}),
        ("apply_watermark", video, {"text": "demo", "tile": True, "opacity": 0.4}),
        ("apply_steganographic_watermark", video, {"fan_id": fan}),
        ("strip_metadata", video, {}),
        ("analysis", video, {}),
        ("caption_generation", video, {"frames": 3}),
        ("upload", video, {"thumbnail": True}),
    ]


class StandInModel(http.server.BaseHTTPRequestHandler):
    """Answers each question in the form it asks for, without looking: it shows the protocol, not a model."""

    def do_POST(self):
        question = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        pictures = sum(part.get("type") == "image_url" for message in question["messages"]
                       if isinstance(message["content"], list) for part in message["content"])
        schema = question["response_format"]["json_schema"]["schema"]
        count = schema["properties"]["captions"]["minItems"]
        captions = [{"alt_text": f"{pictures} picture(s) that this stand-in does not look at",
                     "text": f"Caption {number} of a stand-in: set LLM_BASE_URL for a real one",
                     "hashtags": ["demo", "bullmq"]} for number in range(1, count + 1)]
        body = json.dumps({"model": "stand-in", "choices": [
            {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": json.dumps({"captions": captions})}}]})
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *arguments):
        pass


class QuietFiles(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *arguments):
        pass


def serve(handler):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


async def work(arguments):
    photo, video = Path(arguments.photo).resolve(), Path(arguments.video).resolve()
    for file in (photo, video):
        if not file.is_file():
            raise Failure(f"{file} is not a file")
    if photo.parent != video.parent:
        raise Failure("the photograph and the video must be in one folder, which the worker may read")
    results = Path(arguments.results).resolve()
    results.mkdir(parents=True, exist_ok=True)
    files = serve(functools.partial(QuietFiles, directory=str(photo.parent)))
    host = f"127.0.0.1:{files.server_port}"
    environment = dict(os.environ, MEDIA_ROOT=str(photo.parent), MEDIA_OUTPUT=str(results), MEDIA_TRUSTED_HOSTS=host,
                       LOG_LEVEL=os.environ.get("LOG_LEVEL", "error"))
    model = None
    if not os.environ.get("LLM_BASE_URL"):
        model = serve(StandInModel)
        environment.update(LLM_BASE_URL=f"http://127.0.0.1:{model.server_port}/v1", LLM_MODEL="stand-in")
        print("LLM_BASE_URL is not set: captions come from a stand-in")
    # A key for the invisible watermark, unless there is a real one.
    environment.setdefault("MEDIA_WATERMARK_KEY", "demonstration only")
    try:
        async with redis_url() as url:
            environment["REDIS_URL"] = url
            async with process(arguments.worker, env=environment) as worker:
                jobs = jobs_for(photo, video, f"http://{host}/{photo.name}")
                ends = await while_running({"the media worker": worker}, enqueue_and_watch(url, jobs), TIMEOUT)
    finally:
        files.shutdown()
        if model:
            model.shutdown()
    for end in ends:
        if end["operation"] == "apply_steganographic_watermark" and end["good"]:
            await read_mark(end, arguments.tool, environment)
    sheet = results / "contact-sheet.png"
    with tempfile.TemporaryDirectory(prefix="media-demo-") as folder:
        pictures = {file: await frame_of(file, arguments.tool, Path(folder)) for file in (photo, video)}
        rows = [(end, pictures[photo if photo.name in end["input"] else video], await picture_of(end, arguments.tool, Path(folder)))
                for end in ends]
        draw_sheet(rows, sheet)
    print(f"Contact sheet: {sheet}")
    return all(end["good"] for end in ends)


async def enqueue_and_watch(url, jobs):
    options = {"connection": url}
    queue = Queue(QUEUE, options)
    events = QueueEvents(QUEUE, {**options, "lastEventId": "0-0"})
    watch = Watch(events)
    try:
        added = []
        for number, (name, input_url, params) in enumerate(jobs, 1):
            job = await queue.add(name, {"operation": name, "input_url": input_url, "params": params,
                                         "jobId": f"demo-{number:02}-{name}"}, {"attempts": 2})
            added.append((job, name, input_url))
        print(f"The Python package enqueued {len(added)} jobs")
        await watch.all(job.id for job, _, _ in added)
        ends = []
        for job, name, input_url in added:
            stored = await Job.fromId(queue, job.id)
            end = {"operation": name, "input": input_url, "result": stored.returnvalue, "good": False}
            kind = "video" if input_url.endswith((".mp4", ".mov")) else "photo"
            if stored.failedReason:
                end["text"] = f"FAILED: {stored.failedReason}"
            else:
                result = stored.returnvalue
                end["good"] = Path(result["path"]).is_file() and Path(result["path"]).stat().st_size == result["bytes"]
                size = f"{result['width']}x{result['height']} " if result["width"] else ""
                length = f"{result['duration_ms'] / 1000:.1f} s " if result.get("duration_ms") else ""
                end["text"] = f"{size}{length}{result['format']}, {result['bytes']:,} bytes, {result['ms']:,} ms"
            print(f"  {name} ({kind}): {end['text']}")
            ends.append(end)
        return ends
    finally:
        await events.close()
        await queue.close()


async def read_mark(end, tool, environment):
    """Reads the hidden number again, from the result alone."""
    async with process(tool, "detect", end["result"]["path"], "--json", env=environment,
                       stdout=asyncio.subprocess.PIPE) as child:
        output, _ = await child.communicate()
    found = json.loads(output)["details"] if child.returncode == 0 else {}
    end["good"] = found.get("payload_hex") == end["result"]["details"]["payload_hex"]
    verdict = f"reads {found['payload_hex']}" if end["good"] else "CANNOT BE READ"
    end["text"] += f", {verdict}"
    print(f"  {Path(end['result']['path']).name}: the hidden mark {verdict}")


async def frame_of(file, tool, folder):
    """A picture of a picture or a video, made with the tool; None for anything else."""
    target = folder / f"{time.monotonic_ns()}.png"
    async with process(tool, "thumbnail", str(file), str(target), "--param", "width=640", "--quiet",
                       stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL) as child:
        await child.wait()
    if not target.is_file():
        return None
    with Image.open(target) as picture:
        return ImageOps.contain(picture.convert("RGB"), TILE)


async def picture_of(end, tool, folder):
    if not end["result"] or not end["good"]:
        return None
    path = Path(end["result"]["path"])
    return json.loads(path.read_text()) if path.suffix == ".json" else await frame_of(path, tool, folder)


def draw_sheet(rows, file):
    font = ImageFont.load_default(size=14)
    small = ImageFont.load_default(size=11)
    margin, title = 12, 40
    width, height = 2 * TILE[0] + 3 * margin, TILE[1] + title + margin
    columns = 2
    lines = (len(rows) + columns - 1) // columns
    sheet = Image.new("RGB", (columns * width, lines * height), "white")
    draw = ImageDraw.Draw(sheet)
    for index, (end, before, after) in enumerate(rows):
        left, top = index % columns * width + margin, index // columns * height + margin
        draw.text((left, top), end["operation"], font=font, fill="black")
        draw.text((left, top + 19), end["text"][:110], font=small, fill="#444" if end["good"] else "#c00")
        for offset, picture in ((0, before), (TILE[0] + margin, after)):
            box = (left + offset, top + title, left + offset + TILE[0], top + title + TILE[1])
            draw.rectangle(box, fill="#f0f0f0")
            if isinstance(picture, Image.Image):
                sheet.paste(picture, (box[0] + (TILE[0] - picture.width) // 2, box[1] + (TILE[1] - picture.height) // 2))
            elif isinstance(picture, dict):
                text = json.dumps(picture, indent=1, ensure_ascii=False).splitlines()[:16]
                draw.multiline_text((box[0] + 6, box[1] + 6), "\n".join(line[:52] for line in text), font=small, fill="#222")
    sheet.save(file)


if __name__ == "__main__":
    run("demo-media", work, __doc__, {
        "--worker": {"required": True, "help": "the media-worker executable"},
        "--tool": {"required": True, "help": "the media-tool executable"},
        "--photo": {"required": True},
        "--video": {"required": True},
        "--results": {"default": "run-results/media", "help": "folder for the results"},
    }, success="All operations did their work", failure="Not all operations did their work")
