"""A node: the process beside a Dask worker that grades, with a pool as on a single machine.

`python -m autograder.engine.cluster.node DESCRIPTOR FOLDER SLOTS`. It is apart from Dask's own process, whose
threads and daemons leave no room for forks. It ends when the socket does, however that happened, and takes
its folder along.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import shutil
import signal
import socket
import sys
import typing
from collections.abc import Callable
from concurrent.futures import BrokenExecutor
from pathlib import Path
from typing import Any

from autograder.engine.check_isolation import check_isolation
from autograder.engine.cluster.package import Package, unpack
from autograder.engine.cluster.wire import Travelling, decode, encode, receive, send
from autograder.engine.processes import Processes
from nnlearn.errors import NnlearnError


def name_of(work: Callable[..., Any]) -> str:
    """What a function is called on the way to a node."""
    return f"{work.__module__}:{work.__qualname__}"


def do(name: str, job: bytes, content: Path) -> bytes:
    """Do a job in this process, a worker of the pool: bytes in, bytes out.

    Args:
        name: The function, as `name_of` has it. It takes one job; its annotations are what travels.
        job: The job.
        content: Where the content lies here.
    """
    module, function = name.split(":")
    work = getattr(importlib.import_module(module), function)
    kinds = typing.get_type_hints(work)
    [kind] = [kinds[argument] for argument in kinds if argument != "return"]
    arrived: Travelling = decode(job, kind)
    return encode(work(arrived.with_content(content)))


class Node:
    """What there is in this process besides the pool.

    Args:
        folder: Where all that it writes belongs.
        slots: How many submissions are graded at a time.
    """

    def __init__(self, folder: Path, slots: int) -> None:
        self._content = folder / "content"
        self._slots = slots
        self._preload: tuple[str, ...] = ()
        self._pool: Processes | None = None
        self._renewing = asyncio.Lock()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer until the socket is closed."""
        under_way: set[asyncio.Task[None]] = set()
        while (message := await receive(reader)) is not None:
            task = asyncio.create_task(self._answer(message, writer))
            under_way.add(task)
            task.add_done_callback(under_way.discard)

    def close(self) -> None:
        """End the pool, whatever it is doing."""
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)

    async def _answer(self, message: dict[str, Any], writer: asyncio.StreamWriter) -> None:
        number = message.pop("number")
        answer = await (self._start(**message) if "package" in message else self._grade(**message))
        with contextlib.suppress(ConnectionError):  # nobody waits for it any more: `serve` ends as well
            await send(writer, {"number": number, **answer})

    async def _start(self, package: bytes, required: bool, preload: list[str]) -> dict[str, Any]:
        """Take over the content and start the pool, if this machine can confine learners' processes."""
        said: list[str] = []
        try:
            check_isolation(required=required, say=said.append, networked=True)
            self._content.mkdir(0o700)
            digests = unpack(decode(package, Package), self._content)
            self._preload = tuple(preload)
            self._pool = Processes(self._slots, *self._preload)
        except (NnlearnError, OSError) as error:
            return {"refused": str(error)}
        return {"digests": dict(digests), "said": said}

    async def _grade(self, work: str, job: bytes) -> dict[str, Any]:
        """Have the pool do a job; a worker that dies costs the jobs under way, as on a single machine."""
        async with self._renewing:
            pool = self._pool
        if pool is None:
            return {"failed": "nothing has been started here"}
        try:
            return {"result": await asyncio.wrap_future(pool.submit(do, work, job, self._content))}
        except (BrokenExecutor, EOFError, OSError):
            await self._renew(pool)
            return {"died": True}
        except Exception as error:  # a fault of ours, said in the report of this submission
            return {"failed": f"{type(error).__name__}: {error}"}

    async def _renew(self, broken: Processes) -> None:
        """Another pool in place of one that broke; those who find it broken together get the same."""
        async with self._renewing:
            if self._pool is broken:
                await asyncio.to_thread(broken.shutdown)
                self._pool = Processes(self._slots, *self._preload)


async def _main(descriptor: int, folder: Path, slots: int) -> None:
    node = Node(folder, slots)
    reader, writer = await asyncio.open_connection(sock=socket.socket(fileno=descriptor))
    try:
        await node.serve(reader, writer)
    finally:
        node.close()
        writer.close()


if __name__ == "__main__":
    for number in (signal.SIGINT, signal.SIGTERM):  # the Dask worker's own: its end is ours
        signal.signal(
            number, lambda *_: None
        )  # not ignored: the processes started here are as on one machine
    place = Path(sys.argv[2])
    try:
        asyncio.run(_main(int(sys.argv[1]), place, int(sys.argv[3])))
    finally:
        shutil.rmtree(place, ignore_errors=True)
