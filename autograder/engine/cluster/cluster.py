"""A cluster as what grades: its nodes come and go, and each job goes to one that has a slot free."""

from __future__ import annotations

import asyncio
import functools
import itertools
import time
import typing
import uuid
from collections.abc import Callable, Coroutine
from concurrent.futures import Executor, Future
from typing import TYPE_CHECKING, Any, TypeVar

from autograder.engine.cluster.connection import ClusterError
from autograder.engine.cluster.history import History
from autograder.engine.cluster.node import name_of
from autograder.engine.cluster.station import RefusedError, Station, StationLostError, Terms, admitted
from autograder.engine.cluster.wire import Travelling, decode, encode
from autograder.engine.pool import ExecutorLostError, JobFailedError, WorkerDiedError
from autograder.render.text import count

if TYPE_CHECKING:
    from distributed import Client

WINDOW = 4096
"""How many jobs are under way or wait for a slot. One that waits costs little, and slots are never idle."""
_LOOK_SECONDS = 0.2
_STARTS = 3  # of a node beside the same Dask worker
_CLOSE_SECONDS = 40.0

Result = TypeVar("Result")


class Cluster:
    """The nodes of a run, as a context that they do not outlive.

    Args:
        client: The way to Dask. All that is done here is done in its thread.
        terms: What every node gets, and has to hold.
        say: Shows a line to whoever grades.

    Attributes:
        history: Who came, who went, and what they graded.

    Raises:
        ClusterError: There are workers, and none of them can be used; each was said before, with why.
    """

    def __init__(self, client: Client, terms: Terms, say: Callable[[str], None]) -> None:
        self.history = History()
        self._client = client
        self._terms = terms
        self._say = say
        self._run = uuid.uuid4().hex[:12]
        self._numbers = itertools.count()
        self._starts: dict[str, int] = {}
        self._coming: dict[str, asyncio.Task[None]] = {}
        self._stations: dict[str, Station] = {}
        self._refused: set[str] = set()
        self._watching: list[asyncio.Task[None]] = []
        self._lost: ExecutorLostError | None = None

    def __enter__(self) -> Cluster:
        try:
            self._there(self._open()).result()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *exception: object) -> None:
        self._there(self._close()).result()

    def start(self) -> Executor:
        """An executor of all nodes, for `autograder.engine.pool.Pool`; they stay when it is shut down."""
        return _Nodes(lambda work, job: self._there(self._grade(work, job)))

    def _there(self, what: Coroutine[Any, Any, Result]) -> Future[Result]:
        loop: Any = self._client.loop
        return asyncio.run_coroutine_threadsafe(what, loop.asyncio_loop)

    async def _open(self) -> None:
        self._free: asyncio.Queue[Station | None] = asyncio.Queue()  # a station as often as it has slots free
        self._changed = asyncio.Event()
        watches = (self._watch_scheduler(), self._watch_workers())
        self._watching = [asyncio.create_task(watch) for watch in watches]
        while not self._stations:
            await self._changed.wait()
            self._changed.clear()
            if self._lost is not None:
                raise self._lost
            if self._refused and not self._stations and not self._coming:
                number = count(len(self._refused), "worker")
                raise ClusterError(
                    f"none of the cluster's workers can grade this: {number} refused",
                    "what is the matter with each is said above",
                )

    async def _close(self) -> None:
        tasks = [*self._watching, *self._coming.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        closing = [asyncio.create_task(station.close()) for station in self._stations.values()]
        if closing:
            await asyncio.wait(closing, timeout=_CLOSE_SECONDS)  # what is not gone then, goes with the client

    async def _grade(self, work: Callable[[Any], Any], job: Travelling) -> Any:
        station = await self._free_station()
        began = time.monotonic()
        failed = "interrupted"
        try:
            data = await asyncio.to_thread(_packed, job)
            answer = await station.grade(name_of(work), data)
            failed = answer.get("failed") or ("its process died" if "died" in answer else "")
        except StationLostError as error:
            failed = "the worker was lost"
            self._leave(station)
            raise self._lost or WorkerDiedError(failed) from error
        finally:
            if not station.is_lost:
                self._free.put_nowait(station)
            self.history.tried(job.label, station.address, time.monotonic() - began, failed)
        if "died" in answer:
            raise WorkerDiedError(failed)
        if failed:
            raise JobFailedError(failed)
        return decode(answer["result"], _result_of(work))

    async def _free_station(self) -> Station:
        while True:
            station = await self._free.get()
            if station is None:
                self._free.put_nowait(None)  # for the next who asks
                raise self._lost or asyncio.CancelledError
            if not station.is_lost:
                return station

    async def _watch_scheduler(self) -> None:
        """Wait for its end, and tell everybody."""
        scheduler: Any = self._client.scheduler
        address = scheduler.address
        while self._client.status == "running":
            await asyncio.sleep(_LOOK_SECONDS)
        self._lose(f"the cluster's scheduler, {address}, is gone")

    def _lose(self, why: str) -> None:
        """There is no going on: tell everybody who waits."""
        self._lost = ExecutorLostError(why, "start a cluster, and go on with --resume")
        self._say(f"LOST: {why}.")
        self._free.put_nowait(None)
        for station in self._stations.values():
            station.lose()
        self._changed.set()

    async def _watch_workers(self) -> None:
        """See who comes and who goes."""
        is_told = False
        while self._lost is None:
            try:
                workers: dict[str, int] = await self._client.nthreads()  # type: ignore[no-untyped-call]
            except OSError:  # if it is more than a moment, the other watch says so
                await asyncio.sleep(_LOOK_SECONDS)
                continue
            except Exception as error:
                self._lose(f"the cluster's scheduler gives no sound answer ({type(error).__name__}: {error})")
                return
            for station in [one for one in self._stations.values() if one.address not in workers]:
                self._leave(station)
            for address, task in self._coming.items():
                if address not in workers:
                    task.cancel()
            self._refused &= workers.keys()
            for address in workers.keys() - self._stations.keys() - self._coming.keys() - self._refused:
                self._coming[address] = asyncio.create_task(self._admit(address, workers[address]))
            is_without = not self._stations and not workers
            if is_without and not is_told:
                self._say("The cluster has no worker at this moment. Grading goes on when one joins.")
            is_told = is_without
            await asyncio.sleep(_LOOK_SECONDS)

    async def _admit(self, address: str, slots: int) -> None:
        self._starts[address] = starts = self._starts.get(address, 0) + 1
        try:
            if starts > _STARTS:
                raise RefusedError(f"what grades there has ended {_STARTS} times")
            key = f"nnlearn-{self._run}-{next(self._numbers)}"
            station, said = await admitted(self._client, address, slots, self._terms, key)
        except RefusedError as error:
            self._refused.add(address)
            self.history.refused(address, slots, str(error))
            self._say(f"REFUSED: the worker {address}: {error}")
        except StationLostError:
            pass  # if it is still among the workers, it is tried again
        else:
            self._stations[address] = station
            self.history.joined(address, slots)
            for line in said:
                self._say(f"{address}: {line}")
            self._say(f"The worker {address} grades, {count(slots, 'submission')} at a time.")
            for _ in range(slots):
                self._free.put_nowait(station)
        finally:
            del self._coming[address]
            self._changed.set()

    def _leave(self, station: Station) -> None:
        """Go on without a station."""
        station.lose()
        if self._stations.get(station.address) is station:
            del self._stations[station.address]
            self.history.left(station.address)
            if self._lost is None:
                self._say(f"The worker {station.address} is gone.")


class _Nodes(Executor):
    """All nodes as one executor: the interface that `Pool` knows."""

    def __init__(self, begin: Callable[[Callable[..., Any], Travelling], Future[Any]]) -> None:
        self._begin = begin
        self._under_way: set[Future[Any]] = set()

    def submit(self, work: Callable[..., Any], /, *args: Any, **_: Any) -> Future[Any]:
        """Have a node do a job: the one argument."""
        [job] = args
        future = self._begin(work, job)
        self._under_way.add(future)
        future.add_done_callback(self._under_way.discard)
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: ARG002
        """Give up what is under way; the nodes stay."""
        for future in list(self._under_way):
            future.cancel()


@functools.cache
def _result_of(work: Callable[[Any], Any]) -> Any:
    """The type of what a function returns, which is the type that comes back."""
    return typing.get_type_hints(work)["return"]


def _packed(job: Travelling) -> bytes:
    """A job with the bytes that it needs, read when there is somebody to send them to."""
    return encode(job.with_data())
