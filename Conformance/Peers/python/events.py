"""Prints the events of a queue as the official Python package reports them. The protocol is described in ../README.md."""

import asyncio

from bullmq import QueueEvents

import peer

EVENTS = [
    "active", "added", "cleaned", "completed", "deduplicated", "delayed", "drained", "duplicated", "error", "failed",
    "paused", "progress", "removed", "resumed", "retries-exhausted", "stalled", "waiting", "waiting-children",
]  # fmt: skip


def announce(event):
    def listener(*arguments):
        entry = next((each for each in arguments if isinstance(each, str)), None)
        fields = next((each for each in arguments if isinstance(each, dict)), {})
        peer.say(event=event, id=entry, args=fields)

    return listener


async def main():
    arguments = peer.parser(queue={"required": True}, **{"from": {"default": "$", "dest": "start"}}).parse_args()
    events = QueueEvents(arguments.queue, peer.options(arguments, lastEventId=arguments.start))
    for event in EVENTS:
        events.on(event, announce(event))
    peer.say(ready=True)
    async for _ in peer.commands():
        pass
    await events.close()


asyncio.run(main())
