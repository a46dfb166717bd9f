"""Adds jobs through the official Python package. The protocol is described in ../README.md."""

import asyncio

from bullmq import FlowProducer, Queue

import peer


async def main():
    arguments = peer.parser().parse_args()
    queues = {}
    flows = None

    def queue(name):
        if name not in queues:
            queues[name] = Queue(name, peer.options(arguments))
        return queues[name]

    peer.say(ready=True)
    async for command in peer.commands():
        try:
            if "flow" in command:
                flows = flows or FlowProducer(arguments.redis, peer.options(arguments))
                peer.say(flow=tree(await flows.add(command["flow"])))
            elif "bulk" in command:
                jobs = await queue(command["queue"]).addBulk(
                    [{"opts": {}, **job} for job in command["bulk"]]
                )
                peer.say(ids=[job.id for job in jobs])
            else:
                job = await queue(command["queue"]).add(
                    command["name"], command["data"], command.get("opts", {})
                )
                peer.say(ids=[job.id])
        except Exception as exception:
            peer.say(error=peer.error(exception))
    for each in queues.values():
        await each.close()
    if flows:
        await flows.close()


def tree(node):
    """A flow as ids."""
    return {"id": node["job"].id, "children": [tree(child) for child in node.get("children") or []]}


asyncio.run(main())
