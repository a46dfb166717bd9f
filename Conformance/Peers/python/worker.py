"""Works a queue through the official Python package, with behaviour scripted by job name: see ../README.md."""

import asyncio
import json
import os
import signal
import sys
import time

from bullmq import DelayedError, Queue, UnrecoverableError, WaitingChildrenError, Worker

import peer

arguments = None
released = asyncio.Event()
EVENTS = ["ready", "active", "completed", "failed", "progress", "stalled", "drained", "error", "closing", "closed"]


def who(job):
    return {"by": "python", "attempt": job.attemptsMade + 1}


async def fail(job, token):
    attempt = job.attemptsMade + 1
    if attempt <= job.data["times"]:
        raise RuntimeError(job.data.get("message", f"python attempt {attempt}"))
    return who(job)


async def unrecoverable(job, token):
    raise UnrecoverableError(job.data.get("message", "python gives up"))


async def progress(job, token):
    for value in job.data.get("progress", []):
        await job.updateProgress(value)
    for row in job.data.get("logs", []):
        await job.log(row)
    return "done"


async def slow(job, token):
    await asyncio.sleep(job.data["ms"] / 1000)
    return job.data["ms"]


async def hang(job, token):
    await asyncio.Event().wait()


async def hold(job, token):
    await released.wait()
    return who(job)


async def update(job, token):
    await job.updateData(job.data["next"])
    return "updated"


async def postpone(job, token):
    if job.attemptsStarted > 1:
        return who(job)
    await job.moveToDelayed(int(time.time() * 1000) + job.data["ms"], token)
    raise DelayedError("postponed")


async def gather(job, token):
    return await job.getChildrenValues()


async def divide(job, token):
    if job.attemptsStarted == 1:
        queue = Queue(job.data["queue"], peer.options(arguments))
        parent = {"id": job.id, "queue": f"{arguments.prefix}:{arguments.queue}"}
        for part in job.data["parts"]:
            await queue.add("value", {"value": part}, {"parent": parent})
        await queue.close()
        if await job.moveToWaitingChildren(token, {}):
            raise WaitingChildrenError("divided")
    return await gather(job, token)


async def echo(job, token):
    return job.data


async def value(job, token):
    return job.data["value"]


async def whoami(job, token):
    return who(job)


BEHAVIOURS = {
    "divide": divide,
    "fail": fail,
    "gather": gather,
    "hang": hang,
    "hold": hold,
    "postpone": postpone,
    "progress": progress,
    "slow": slow,
    "unrecoverable": unrecoverable,
    "update": update,
    "value": value,
    "who": whoami,
}


async def process(job, token):
    peer.say(processing=job.id, name=job.name, attemptsMade=job.attemptsMade, attemptsStarted=job.attemptsStarted)
    return await BEHAVIOURS.get(job.name, echo)(job, token)


def announce(event):
    """A listener that tells the suite of an event, whatever its arguments are."""

    def listener(*arguments):
        message = {"event": event}
        for argument in arguments:
            if hasattr(argument, "attemptsMade"):
                message |= {"id": argument.id, "name": argument.name, "attemptsMade": argument.attemptsMade}
            elif isinstance(argument, BaseException):
                message["reason"] = str(argument)
            else:
                message.setdefault("values", []).append(argument)
        peer.say(**message)

    return listener


async def main():
    global arguments
    arguments = peer.parser(queue={"required": True}, options={"default": "{}", "type": json.loads}).parse_args()
    worker = Worker(arguments.queue, process, peer.options(arguments, **arguments.options))
    for event in EVENTS:
        worker.on(event, announce(event))

    async def obey():
        async for command in peer.commands():
            match command["do"]:
                case "close":
                    return command.get("force", False)
                case "pause":
                    await worker.pause()
                    peer.say(done="pause")
                case "resume":
                    worker.resume()
                    peer.say(done="resume")
                case "release":
                    released.set()
                    peer.say(done="release")
        return False

    terminated = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, terminated.set)
    peer.say(ready=True)
    obeying = asyncio.create_task(obey())
    await asyncio.wait([obeying, asyncio.create_task(terminated.wait())], return_when=asyncio.FIRST_COMPLETED)
    # What the suite wants to know is in Redis after this time at the latest, and it ends the process below. (A closing that
    # does not heed its cancellation would hold up `wait_for`.)
    closing = asyncio.create_task(worker.close(obeying.result() if obeying.done() else False))
    await asyncio.wait([closing], timeout=5)
    if closing.done():
        closing.result()
    peer.say(closed=True)
    sys.stdout.flush()
    # Tasks that the package left running sometimes keep the loop from ending after close; nothing of theirs is needed.
    os._exit(0)


asyncio.run(main())
