"""The grader's end of one node: admitted if it fits, asked job by job, lost at some time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from autograder.engine.cluster.dask_worker import NodeActor
from autograder.engine.cluster.versions import differences, versions_here
from autograder.engine.cluster.wire import encode

if TYPE_CHECKING:
    from distributed import Client

    from autograder.engine.cluster.package import Package


class RefusedError(Exception):
    """A Dask worker cannot grade this run; the message says why."""


class StationLostError(Exception):
    """A node, or the machine it is on, is gone."""


@dataclass(frozen=True)
class Terms:
    """What every node of a run gets, and has to hold.

    Attributes:
        package: What to grade with.
        required: Whether every layer of isolation has to hold.
        preload: Modules to import before the first submission.
    """

    package: Package
    required: bool
    preload: tuple[str, ...]

    @cached_property
    def encoded(self) -> bytes:
        """The package as it travels."""
        return encode(self.package)


class Station:
    """A node that grades.

    Args:
        address: The Dask worker it is beside.
        slots: How many submissions it grades at a time.
        future: What Dask keeps the actor for.
        actor: The way to it.

    Attributes:
        is_lost: Whether it is gone.
    """

    def __init__(self, address: str, slots: int, future: Any, actor: Any) -> None:
        self.address = address
        self.slots = slots
        self._future = future
        self._actor = actor
        self._lost = asyncio.get_running_loop().create_future()

    @property
    def is_lost(self) -> bool:
        """Whether it is gone."""
        return self._lost.done()

    def lose(self) -> None:
        """Let go of it: whoever waits for an answer is told, and what is left of the node ends."""
        if not self._lost.done():
            self._lost.set_result(None)
            self._future.release()

    async def grade(self, work: str, job: bytes) -> Any:
        """What a job came to, see `NodeActor.grade`.

        Raises:
            StationLostError: The node is gone, and the job's result with it.
        """
        return await self._unless_lost(lambda: self._actor.grade(work, job))

    async def start(self, terms: Terms) -> list[str]:
        """Start the node; what it has to say.

        Raises:
            RefusedError: It does not fit, or cannot be started.
            StationLostError: It is gone.
        """
        there = await self._unless_lost(self._actor.versions)
        if other := differences(versions_here(), there):
            raise RefusedError(f"of another version: {other}")
        answer = await self._unless_lost(
            lambda: self._actor.start(self.slots, terms.encoded, terms.required, terms.preload)
        )
        if "refused" in answer:
            raise RefusedError(answer["refused"])
        if other := differences(terms.package.digests, answer["digests"]):
            raise RefusedError(f"other content arrived: {other}")
        return list(answer["said"])

    async def close(self) -> None:
        """End the node, and wait until nothing is left of it."""
        try:
            if not self.is_lost:
                await self._unless_lost(self._actor.close)
        except StationLostError:
            pass  # then it has ended by itself
        finally:
            self.lose()

    async def _unless_lost(self, ask: Callable[[], Awaitable[Any]]) -> Any:
        if self.is_lost:
            raise StationLostError
        answer: asyncio.Future[Any] = asyncio.ensure_future(_awaited(ask))
        await asyncio.wait({answer, self._lost}, return_when=asyncio.FIRST_COMPLETED)
        if not answer.done():
            answer.cancel()
            raise StationLostError
        if (error := answer.exception()) is not None:  # of Dask, or of what it could not reach
            self.lose()
            raise StationLostError(str(error)) from error
        return answer.result()


async def _awaited(ask: Callable[[], Awaitable[Any]]) -> Any:
    return await ask()


async def admitted(
    client: Client, address: str, slots: int, terms: Terms, key: str
) -> tuple[Station, list[str]]:
    """A node beside a Dask worker, started, with what it has to say.

    Raises:
        RefusedError: The worker cannot grade this run.
        StationLostError: It is gone.
    """
    future = client.submit(
        NodeActor, actor=True, key=key, workers=[address], allow_other_workers=False, pure=False
    )
    try:
        actor = await future
    except Exception as error:
        future.release()  # type: ignore[no-untyped-call]
        raise RefusedError(f"nnlearn cannot be started there: {type(error).__name__}: {error}") from error
    station = Station(address, slots, future, actor)
    try:
        return station, await station.start(terms)
    except BaseException:
        await station.close()
        raise
