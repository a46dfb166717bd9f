"""What the Python peers share: their arguments, and JSON lines in and out."""

import argparse
import asyncio
import json
import sys


def parser(**arguments):
    """The argument parser of a peer; `arguments` maps option names to keyword arguments of `add_argument`."""
    result = argparse.ArgumentParser()
    result.add_argument("--redis", required=True)
    result.add_argument("--prefix", default="bull")
    for name, options in arguments.items():
        result.add_argument("--" + name, **options)
    return result


def options(arguments, **more):
    """The options every object of the package takes."""
    return {"connection": arguments.redis, "prefix": arguments.prefix, **more}


def say(**message):
    """Writes one line of JSON."""
    print(json.dumps(message, ensure_ascii=False, allow_nan=False, default=str), flush=True)


def error(exception):
    """An exception as it is told to the suite."""
    return {"type": type(exception).__name__, "message": str(exception)}


async def commands():
    """The lines of standard input, parsed. (A thread that reads would keep the process from ending.)"""
    reader = asyncio.StreamReader(limit=2**28)
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        yield json.loads(line)
