"""What a Dask worker holds of a grading run: an actor that starts a node beside it and passes jobs on.

Nothing is graded in Dask's process. The actor goes when the grader lets go of it, or is gone itself; the node
goes with the actor.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from autograder.engine.cluster.folder import new_folder
from autograder.engine.cluster.versions import versions_here
from autograder.engine.cluster.wire import receive, send
from autograder.engine.reply_cache import PLACE

_END_SECONDS = 30.0


class NodeActor:
    """The way to a node. All of its answers are plain values."""

    def __init__(self) -> None:
        self._numbers = itertools.count()
        self._waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._ended: asyncio.Task[None] | None = None

    async def versions(self) -> dict[str, str]:
        """What this machine would grade with."""
        return dict(await asyncio.to_thread(versions_here))

    async def start(
        self, slots: int, package: bytes, required: bool, preload: tuple[str, ...]
    ) -> Mapping[str, Any]:
        """Start the node.

        Args:
            slots: How many submissions are graded at a time.
            package: What to grade with: an encoded `Package`.
            required: Whether every layer of isolation has to hold.
            preload: Modules to import before the first submission.

        Returns:
            `digests` and what was `said`, or why it is `refused`.
        """
        folder, held = new_folder()
        ours, theirs = socket.socketpair()
        with theirs:
            process = subprocess.Popen(  # noqa: S603
                [
                    *(sys.executable, "-m", "autograder.engine.cluster.node"),
                    *(str(theirs.fileno()), str(folder), str(slots)),
                ],
                pass_fds=(theirs.fileno(), held),
                stdin=subprocess.DEVNULL,
                env={**os.environ, PLACE: str(folder / "cache"), "TMPDIR": str(folder)},
                start_new_session=True,
            )
        self._loop = asyncio.get_running_loop()
        reader, self._writer = await asyncio.open_connection(sock=ours)
        # Without this actor in its hands: it would keep it alive.
        self._ended = asyncio.create_task(_pass_on(reader, self._waiting, process, folder, held))
        return await self._ask({"package": package, "required": required, "preload": list(preload)})

    async def grade(self, work: str, job: bytes) -> Mapping[str, Any]:
        """What a job came to: `result`, `died`, or why it `failed`."""
        return await self._ask({"work": work, "job": job})

    async def close(self) -> None:
        """End the node; when this returns, nothing is left of it."""
        if self._writer is not None and self._ended is not None:
            self._writer.close()
            await self._ended

    def __del__(self) -> None:
        if self._writer is not None and self._loop is not None:
            with contextlib.suppress(RuntimeError):  # the loop is closed, and so is the socket
                self._loop.call_soon_threadsafe(self._writer.close)

    async def _ask(self, message: Mapping[str, Any]) -> Mapping[str, Any]:
        assert self._writer is not None  # noqa: S101 - for the type checker
        number = next(self._numbers)
        answer: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._waiting[number] = answer
        try:
            await send(self._writer, {"number": number, **message})
            return await answer
        finally:
            del self._waiting[number]


async def _pass_on(
    reader: asyncio.StreamReader,
    waiting: Mapping[int, asyncio.Future[dict[str, Any]]],
    process: subprocess.Popen[bytes],
    folder: Path,
    held: int,
) -> None:
    """Hand the node's answers to those who wait for them; clear up when it has ended."""
    while (message := await receive(reader)) is not None:
        answer = waiting.get(message.pop("number"))
        if answer is not None and not answer.done():
            answer.set_result(message)
    for answer in waiting.values():
        if not answer.done():
            answer.set_exception(ConnectionError("the process that grades on this machine has ended"))
    await asyncio.to_thread(_clear_up, process, folder, held)


def _clear_up(process: subprocess.Popen[bytes], folder: Path, held: int) -> None:
    try:
        process.wait(_END_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    shutil.rmtree(folder, ignore_errors=True)  # if the node could not
    os.close(held)
