"""Work that takes as long as grading and does nothing: what is left is the cost of everything around it."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable
from concurrent.futures import Executor, Future
from dataclasses import replace
from pathlib import Path
from typing import Any

from autograder.engine.cluster.wire import decode
from autograder.engine.worker import Graded, Job

PLACE = "benchmark/graded"
"""Where, beside the content, the result lies that each submission gets."""
SECONDS = "benchmark/seconds"
"""Where the time lies that it takes."""


def answer(job: Job) -> Graded:
    """The same result for every submission, under its own name."""
    graded, seconds = _prepared(job.content)
    if seconds:
        time.sleep(seconds)
    submission = job.submission
    report = replace(
        graded.report,
        learner=submission.learner,
        submission=submission.name,
        sha256=submission.sha256,
    )
    return replace(graded, report=report)


@functools.cache
def _prepared(content: Path) -> tuple[Graded, float]:
    return decode((content / PLACE).read_bytes(), Graded), float((content / SECONDS).read_text())


class Simulating(Executor):
    """An executor that does this in place of what it is asked for."""

    def __init__(self, executor: Executor) -> None:
        self._executor = executor

    def submit(self, _: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Pass a job on."""
        return self._executor.submit(answer, *args, **kwargs)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """As the executor does."""
        self._executor.shutdown(wait, cancel_futures=cancel_futures)
