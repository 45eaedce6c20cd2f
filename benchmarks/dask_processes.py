"""A scheduler and workers of Dask as processes of their own, on this machine."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.own import ROOT, BenchmarkError

_PATIENCE_S = 60


@contextmanager
def dask_processes(workers: int, work: Path) -> Iterator[tuple[str, int]]:
    """So many workers with one slot each; yields the scheduler's address and its process id.

    They run in the clone, so that they find what is measured, and write below `work`.
    """
    file = work / f"scheduler-{workers}.json"
    dask = [sys.executable, "-m", "dask"]
    quiet = ["--no-dashboard"]
    scheduler = _started([*dask, "scheduler", "--host", "127.0.0.1", "--port", "0", *quiet], file, work)
    started = [scheduler]
    try:
        until = time.monotonic() + _PATIENCE_S
        while not file.exists():
            if time.monotonic() > until or scheduler.poll() is not None:
                raise BenchmarkError(f"Dask's scheduler has not started: see {work}/dask.log")
            time.sleep(0.05)
        memory = ["--memory-limit", "0", "--local-directory", str(work)]
        for _ in range(workers):
            worker = [*dask, "worker", "--no-nanny", "--nthreads", "1", *quiet, *memory]
            started.append(_started(worker, file, work))
        yield json.loads(file.read_text())["address"], scheduler.pid
    finally:
        for process in reversed(started):
            process.terminate()
        for process in started:
            process.wait(_PATIENCE_S)


def _started(command: list[str], file: Path, work: Path) -> subprocess.Popen[bytes]:
    with (work / "dask.log").open("ab") as log:
        return subprocess.Popen(  # noqa: S603
            [*command, "--scheduler-file", str(file)], stdout=log, stderr=log, cwd=ROOT
        )
