"""A warm pytest session: the checks of a topic are collected once and run on many submissions.

pytest owns a thread of its own. Its run loop waits for work, so that a check is run by pytest itself,
fixtures and all, as often as one likes.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path

import pytest

from nnlearn.catalogue import Topic
from nnlearn.checking import plugin
from nnlearn.checking.bench import Bench
from nnlearn.checking.marks import CheckInfo
from nnlearn.checking.warm_session import (
    Collecting,
    checks_in,
    forget_module,
    not_collected,
    run_check,
    session_arguments,
)
from nnlearn.errors import ContentError
from nnlearn.runtime.quiet import start_keras


class CheckRunner:
    """Runs the checks in one file on one bench after the other.

    Args:
        topic: The topic the checks belong to.
        checks: The file of checks: the visible ones, or all.

    Raises:
        ContentError: The checks cannot be collected; the message holds pytest's own words.
    """

    def __init__(self, topic: Topic, checks: Path) -> None:
        start_keras()  # before pytest collects checks that import it, so that it stays quiet
        self.topic = topic
        self._checks = checks = checks.resolve()
        self._loop = _Loop()
        self._thread = threading.Thread(target=self._run_pytest, args=(checks,), daemon=True)
        self._thread.start()
        self._loop.ready.wait()
        if self._loop.errors:
            raise not_collected(checks, self._loop.errors)
        unknown = {c.part for c in self._loop.infos} - {part.name for part in topic.parts}
        if unknown:
            self.close()
            raise ContentError(
                f"{checks}: checks of {', '.join(sorted(unknown))}, which topic.toml does not list",
                f"the parts are {', '.join(part.name for part in topic.parts)}",
            )

    def __enter__(self) -> CheckRunner:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    @property
    def check_names(self) -> tuple[str, ...]:
        """The checks, in their order."""
        return tuple(self._loop.names)

    def checks_of(self, part: str) -> tuple[str, ...]:
        """The checks of one part, in their order."""
        pairs = zip(self._loop.names, self._loop.infos, strict=True)
        return tuple(name for name, info in pairs if info.part == part)

    def run(
        self,
        bench: Bench,
        parts: Collection[str] | None = None,
        only: str | None = None,
        hidden: bool | None = None,
        on_check: Callable[[str], None] | None = None,
    ) -> Bench:
        """Run checks on `bench`, and return it.

        Args:
            bench: The submission, and where to keep what is found.
            parts: The parts to check; all if left out.
            only: The one check to run; all if left out.
            hidden: Whether to run the hidden ones or the visible ones; both if left out.
            on_check: Called with the name of each check that has been run.
        """
        self._loop.jobs.put(_Job(bench, parts, only, hidden, on_check))
        problem = self._loop.done.get()
        if problem is not None:
            raise problem
        return bench

    def close(self) -> None:
        """End the pytest session."""
        self._loop.jobs.put(None)
        self._thread.join()
        forget_module(self._checks)

    def _run_pytest(self, checks: Path) -> None:
        try:
            code = pytest.main(session_arguments(checks), plugins=[plugin, self._loop])
            if not self._loop.names and not self._loop.errors:
                self._loop.errors.append(f"pytest ended with exit code {code}")
        finally:
            self._loop.ready.set()
            self._loop.done.put(RuntimeError("the pytest session has ended"))


@dataclass(frozen=True)
class _Job:
    """What the run loop is asked to do."""

    bench: Bench
    parts: Collection[str] | None
    only: str | None
    hidden: bool | None
    on_check: Callable[[str], None] | None

    def asks_for(self, check: str, info: CheckInfo) -> bool:
        """Whether a check is to be run."""
        of_part = self.parts is None or info.part in self.parts
        return of_part and self.only in (None, check) and self.hidden in (None, info.hidden)


class _Loop(Collecting):
    """A pytest plugin whose run loop takes benches from a queue."""

    def __init__(self) -> None:
        super().__init__()
        self.jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self.done: queue.SimpleQueue[BaseException | None] = queue.SimpleQueue()
        self.ready = threading.Event()
        self.names: list[str] = []
        self.infos: list[CheckInfo] = []

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        items = checks_in(session)
        # What a learner's code says in a visible check is shown: it must not know a hidden one by then.
        items.sort(key=lambda pair: pair[1].hidden)
        self.names = [item.name for item, _ in items]
        self.infos = [info for _, info in items]
        if not items and not self.errors:
            self.errors.append("it holds no check")
        self.ready.set()
        while not self.errors and (job := self.jobs.get()) is not None:
            self.done.put(self._run_job(items, job))
        return True

    def _run_job(self, items: list[tuple[pytest.Item, CheckInfo]], job: _Job) -> BaseException | None:
        try:
            with job.bench.seat.while_checked():
                for place, (item, info) in enumerate(items):
                    if not job.asks_for(item.name, info):
                        continue
                    # There is always a next one: pytest keeps the module then, and does not import it again.
                    following, _ = items[(place + 1) % len(items)]
                    run_check(item, job.bench, following if following is not item else None)
                    if job.on_check is not None:
                        job.on_check(item.name)
        except BaseException as error:
            return error
        return None
