"""Reads jobs and queues through the official Python package. The protocol is described in ../README.md."""

import asyncio

from bullmq import Job, Queue

import peer

PROPERTIES = [
    "id", "name", "data", "opts", "progress", "returnvalue", "stacktrace", "delay", "priority", "timestamp",
    "attemptsStarted", "attemptsMade", "stalledCounter", "failedReason", "deferredFailure", "finishedOn", "processedOn",
    "parentKey", "parent", "repeatJobKey", "processedBy",
]  # fmt: skip


async def describe(job):
    """All public properties of a job under the names the Node package gives them, and its state."""
    if job is None:
        return None
    properties = {name: getattr(job, name) for name in PROPERTIES if hasattr(job, name)}
    return {**properties, "deduplicationId": job.deduplication_id, "state": await job.getState()}


async def plain(value):
    """A result as JSON: jobs become their properties."""
    if isinstance(value, Job):
        return await describe(value)
    if isinstance(value, (list, tuple)):
        return [await plain(each) for each in value]
    return value


async def main():
    arguments = peer.parser().parse_args()
    queues = {}
    peer.say(ready=True)
    async for command in peer.commands():
        try:
            name = command["queue"]
            if name not in queues:
                queues[name] = Queue(name, peer.options(arguments))
            queue = queues[name]
            if "call" in command:
                target = await queue.getJob(command["id"]) if "id" in command else queue
                result = await getattr(target, command["call"])(*command.get("args", []))
                peer.say(result=await plain(result))
            else:
                peer.say(job=await describe(await queue.getJob(command["id"])))
        except Exception as exception:
            peer.say(error=peer.error(exception))
    for queue in queues.values():
        await queue.close()


asyncio.run(main())
