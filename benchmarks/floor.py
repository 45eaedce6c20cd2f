"""Measures the floor, in a process of its own: the same checks in one warm process, without isolation."""

from __future__ import annotations

import dataclasses
import json
import time
from pathlib import Path
from typing import Annotated

import typer

from benchmarks.results import Floor


def measure(folder: Path, topic_name: str, content: Path) -> Floor:
    """Check the notebooks in `folder` twice and time the second pass; nothing is diagnosed."""
    from nnlearn.catalogue import load_catalogue
    from nnlearn.checking.bench import Bench
    from nnlearn.checking.runner import CheckRunner
    from nnlearn.learner.local import LocalSeat
    from nnlearn.submission.source import load_source

    topic = load_catalogue(content).topic(topic_name)
    assert topic.checks is not None  # noqa: S101 - benchmarks run in a full clone
    files = sorted(folder.glob("*.ipynb"))
    with CheckRunner(topic, topic.checks) as runner:
        for _ in range(2):  # the first pass warms up
            benches = []
            began = time.perf_counter()
            for file in files:
                bench = Bench(topic, LocalSeat(topic, load_source(file)))
                benches.append(runner.run(bench))
            seconds = time.perf_counter() - began
    reports = [bench.parts() for bench in benches]
    scores = tuple(sum(p.score for p in parts) / sum(p.max_score for p in parts) for parts in reports)
    return Floor(len(files), seconds, scores)


def main(
    folder: Path,
    topic: Annotated[str, typer.Option()],
    content: Annotated[Path, typer.Option()],
    out: Annotated[Path, typer.Option()],
) -> None:
    """Measure and write the result to `out`."""
    from nnlearn.runtime.before_fork import run_graphs_as_traced, run_kernels_directly
    from nnlearn.runtime.quiet import import_keras

    import_keras()
    run_kernels_directly()  # as learners' processes do
    run_graphs_as_traced()
    out.write_text(json.dumps(dataclasses.asdict(measure(folder, topic, content))))


if __name__ == "__main__":
    typer.run(main)
