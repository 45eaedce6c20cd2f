"""Measures nnlearn itself, in a process of its own: `python -m benchmarks.engine FOLDER --jobs 2`."""

from __future__ import annotations

import dataclasses
import json
import statistics
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import Executor, Future
from pathlib import Path
from typing import Annotated, Any

import psutil  # type: ignore[import-untyped]
import typer

from benchmarks.memory import PeakOfLearners, processes_of
from benchmarks.results import Engine

_REPEATS = 10
_SAMPLED = 4


class Lasting(Executor):
    """A pool that outlives the runs that use it."""

    def __init__(self, pool: Executor) -> None:
        self._pool = pool

    def submit(self, work: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Pass a job on."""
        return self._pool.submit(work, *args, **kwargs)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Stay: the next run wants warm processes."""


def measure(folder: Path, topic: str, content: Path, jobs: int) -> Engine:
    """Grade the notebooks in `folder` from nothing, then again with warm processes."""
    from autograder.engine.grade_all import grade_all
    from autograder.engine.processes import Processes
    from autograder.engine.submissions import Submission, collect
    from nnlearn.catalogue import load_catalogue
    from nnlearn.results import Report, Run

    def grade(submissions: list[Submission]) -> tuple[float, Run]:
        def ignore(submission: Submission, report: Report) -> None:
            """Nothing to show: these runs are timed."""

        began = time.perf_counter()
        run = grade_all(
            submissions,
            catalogue,
            jobs=jobs,
            seed=0,
            journal=Path(kept) / "grading.jsonl",
            on_report=ignore,
            start_executor=lambda: pool,
        )
        return time.perf_counter() - began, run

    catalogue = load_catalogue(content)
    submissions = collect([folder], topic, catalogue)
    with Processes(jobs) as real, tempfile.TemporaryDirectory() as kept:
        pool = Lasting(real)
        first, _ = grade(submissions)
        before = _processor_time()
        warm, run = grade(submissions)
        cpu = (_processor_time() - before) / len(submissions)
        worker_mb = processes_of(psutil.Process()).worker_mb
        with PeakOfLearners() as peak:
            grade(submissions[:_SAMPLED])
    scores = tuple(report.score / report.max_score for report in run.topics[0].reports)
    return Engine(jobs, len(submissions), first, warm, scores, worker_mb, peak.mb or None, cpu)


def _processor_time() -> float:
    """Of this process and of all that it has started, with those that have ended."""
    own = psutil.Process()
    return sum(sum(process.cpu_times()[:4]) for process in (own, *own.children(recursive=True)))


def measure_start() -> dict[str, float]:
    """How long a zygote takes to start, and a fork to be confined and ready: two of the fields of `Start`."""
    from nnlearn.isolation.deadlines import Deadlines
    from nnlearn.isolation.transport import RemoteTransport
    from nnlearn.isolation.zygote import Zygote
    from nnlearn.protocol.requests import Program

    with Zygote() as zygote:
        began = time.perf_counter()
        assert zygote.pid  # noqa: S101 - asking for it starts the zygote
        started = time.perf_counter() - began
        forks = []
        for _ in range(_REPEATS):
            began = time.perf_counter()
            transport = RemoteTransport.start(zygote, Program("empty", (), {}), Deadlines(10, 60, 300), 1024)
            forks.append(time.perf_counter() - began)
            transport.close()
    return {"zygote": started, "fork_to_ready": statistics.median(forks)}


def main(
    folder: Path,
    topic: Annotated[str, typer.Option()],
    content: Annotated[Path, typer.Option()],
    out: Annotated[Path, typer.Option()],
    jobs: Annotated[int, typer.Option()] = 0,
) -> None:
    """Measure with `jobs` jobs, or without any the start alone; write the result to `out`."""
    result = dataclasses.asdict(measure(folder, topic, content, jobs)) if jobs else measure_start()
    out.write_text(json.dumps(result))


if __name__ == "__main__":
    typer.run(main)
