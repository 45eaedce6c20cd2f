"""Watches one long grading run from outside: does anything grow, and is anything left?

`nnlearn grade` runs as anybody runs it, in a folder and with a temporary folder of its own; its processes are
looked at again and again. `python -m benchmarks.endurance` measures this alone.
"""

from __future__ import annotations

import dataclasses
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Annotated

import psutil  # type: ignore[import-untyped]
import typer
from rich.console import Console

from benchmarks import own, show
from benchmarks.classroom import Handed, hand_in, notebook, write
from benchmarks.memory import processes_of, unshared_mb
from benchmarks.results import Endurance, Machine, Sample
from nnlearn.catalogue import Topic, load_catalogue


def measure(
    handed: list[Handed], topic: Topic, content: Path, folder: Path, *, jobs: int, every: float = 1.0
) -> Endurance:
    """Grade a class with one command.

    Args:
        handed: The class.
        topic: What they handed in.
        content: The content tree.
        folder: An empty folder to work in.
        jobs: How many submissions are graded at a time.
        every: Seconds between two looks.

    Raises:
        BenchmarkError: The command failed, or not everybody was graded.
    """
    # With a short path: the fork server has a socket among its temporary files, which needs one.
    with tempfile.TemporaryDirectory(prefix="endurance-") as temporary:
        return _watched(handed, topic, content, folder, Path(temporary), jobs, every)


def _watched(
    handed: list[Handed], topic: Topic, content: Path, folder: Path, temporary: Path, jobs: int, every: float
) -> Endurance:
    submitted, said = folder / "submitted", folder / "said.txt"
    submitted.mkdir(parents=True)
    for person in handed:
        write(notebook(topic, person), submitted / f"{person.learner}.ipynb")
    command = [*(sys.executable, "-m", "nnlearn", "grade", str(submitted), "--topic", topic.name)]
    command += ["--content", str(content), "--jobs", str(jobs), "--json", "report.json"]
    environment = os.environ | {"PYTHONPATH": str(own.ROOT), "TMPDIR": str(temporary)}
    samples, seen, began = list[Sample](), set[psutil.Process](), time.perf_counter()
    with said.open("w") as errors:
        run = subprocess.Popen(command, cwd=folder, env=environment, stdout=errors, stderr=errors)  # noqa: S603
        while run.poll() is None:
            sample, there = _look(psutil.Process(run.pid), temporary, said, time.perf_counter() - began)
            samples.append(sample)
            seen.update(there)
            time.sleep(every)
    seconds = time.perf_counter() - began
    if run.returncode != 0:
        raise own.BenchmarkError(
            f"nnlearn grade ended with exit status {run.returncode}:\n{said.read_text()[-2000:]}"
        )
    (graded,) = json.loads((folder / "report.json").read_text())["topics"]
    if len(graded["reports"]) != len(handed):
        raise own.BenchmarkError(f"{len(graded['reports'])} reports for {len(handed)} submissions")
    _, left = psutil.wait_procs(seen, timeout=5)
    files = tuple(sorted(path.name for path in temporary.iterdir()))
    return Endurance(jobs, len(handed), seconds, tuple(samples), len(left), files)


def _look(
    grader: psutil.Process, temporary: Path, said: Path, seconds: float
) -> tuple[Sample, list[psutil.Process]]:
    """What is there at this moment."""
    found = processes_of(grader)
    with said.open() as lines:
        graded = sum(1 for line in lines if line.partition("/")[0].isdigit())
    sample = Sample(
        round(seconds, 2),
        graded,
        round(unshared_mb([grader]), 1),
        round(found.worker_mb or 0.0, 1),
        len(found.all),
        sum(_descriptors(process.pid) for process in found.all),
        sum(1 for _ in temporary.rglob("*")),
    )
    return sample, found.all


def _descriptors(pid: int) -> int:
    """How many descriptors a process holds; 0 if it has ended, or is another user's."""
    try:
        return sum(1 for _ in Path(f"/proc/{pid}/fd").iterdir())
    except OSError:
        return 0


def main(
    submissions: Annotated[int, typer.Option(min=1, help="Notebooks in the class.")] = 1000,
    jobs: Annotated[int, typer.Option(min=1, help="Submissions graded at a time.")] = 2,
    topic: Annotated[str, typer.Option(help="The topic of the class.")] = "activations",
    content: Annotated[Path, typer.Option(help="The content tree.")] = own.ROOT,
    out: Annotated[Path, typer.Option(help="Where results go.")] = Path("report/benchmarks"),
) -> None:
    """Grade a long class and watch what memory, processes, descriptors and files come to."""
    machine = Machine()
    content = content.resolve()
    chosen = load_catalogue(content).topic(topic)
    work = Path(tempfile.mkdtemp(prefix="nnlearn-benchmark-"))
    try:
        own.remember_mistakes(chosen, content, work)
        found = measure(hand_in(chosen, content, submissions), chosen, content, work, jobs=jobs)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    Console().print(show.endurance(found))
    out.mkdir(parents=True, exist_ok=True)
    document = {"machine": dataclasses.asdict(machine), **dataclasses.asdict(found), "growth": found.growth}
    (out / "endurance.json").write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    typer.run(main)
