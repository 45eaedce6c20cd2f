"""`python -m benchmarks.cluster`: one Dask worker, two, and the local pool on the same notebooks; the limits.

The second part grades nothing: it sends simulated submissions through everything else (the scheduler, the
nodes, their pools and the journal) and measures what each costs the grader.
"""

from __future__ import annotations

import dataclasses
import json
import resource
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import psutil  # type: ignore[import-untyped]
import typer
from rich.console import Console

from autograder.engine.cluster.cluster import WINDOW, Cluster
from autograder.engine.cluster.connection import connected
from autograder.engine.cluster.package import Package, package_of
from autograder.engine.cluster.station import Terms
from autograder.engine.cluster.wire import encode
from autograder.engine.grade_all import grade_all
from autograder.engine.processes import Processes
from autograder.engine.submissions import Submission, collect
from autograder.engine.worker import Graded, Job
from benchmarks import own
from benchmarks.classroom import hand_in, notebook, write
from benchmarks.dask_processes import dask_processes
from benchmarks.engine import Lasting
from benchmarks.simulated import PLACE, SECONDS, Simulating
from nnlearn.catalogue import Catalogue, load_catalogue
from nnlearn.results import Report, Run

_CORES = 2


@dataclass(frozen=True)
class Limit:
    """What simulated submissions cost.

    Attributes:
        submissions: How many.
        workers: Dask workers with a slot each.
        seconds: How long all took.
        grader_ms: The grader's processor time for each, in ms.
        scheduler_ms: The scheduler's.
        grader_mb: The most memory that the grader has held.
        there_kb: What one submission is on its way there.
        back_kb: What its result is on its way back.
        journal_mb: How large the journal was at the end.
        content_mb: What each worker got once.
    """

    submissions: int
    workers: int
    seconds: float
    grader_ms: float
    scheduler_ms: float
    grader_mb: float
    there_kb: float
    back_kb: float
    journal_mb: float
    content_mb: float


def bench(
    submissions: Annotated[int, typer.Option(min=1, help="Notebooks to grade, several times.")] = 40,
    simulated: Annotated[int, typer.Option(min=0, help="Submissions that do nothing; 0: none.")] = 10_000,
    seconds: Annotated[float, typer.Option(min=0, help="How long each of those takes.")] = 0,
    topic: Annotated[str, typer.Option(help="The topic of the class.")] = "activations",
    sides: Annotated[bool, typer.Option("--sides/--no-sides", help="Side by side with the pool.")] = True,
    out: Annotated[Path, typer.Option(help="Where results go.")] = Path("report/benchmarks"),
) -> None:
    """Measure grading over Dask on this machine."""
    console = Console()
    catalogue = load_catalogue(own.ROOT)
    chosen = catalogue.topic(topic)
    found: dict[str, object] = {"topic": topic, "submissions": submissions}
    with tempfile.TemporaryDirectory(prefix="nnlearn-benchmark-") as temporary:
        work = Path(temporary)
        folder = work / "class"
        folder.mkdir()
        for person in hand_in(chosen, own.ROOT, submissions):
            write(notebook(chosen, person), folder / f"{person.learner}.ipynb")
        own.remember_mistakes(chosen, own.ROOT, work)
        handed = collect([folder], topic, catalogue)
        package = package_of(own.ROOT, [chosen], 0, {})
        if sides:
            each = {"local pool, 2 processes": _pool(handed, catalogue, work)}
            for workers in (1, _CORES):
                each[f"cluster, {workers} x 1 slot"] = _cluster(handed, catalogue, work, workers, package)
            found["seconds for each"] = each
            best = each["local pool, 2 processes"]
            for name, took in each.items():
                console.print(f"{name}: {took:.4f} s each, {best / took:.0%} of the pool", highlight=False)
        if simulated:
            limit = _simulated(handed[0], simulated, seconds, catalogue, work, package)
            found["simulated"] = dataclasses.asdict(limit)
            for name, value in dataclasses.asdict(limit).items():
                console.print(f"{name}: {value}", highlight=False)
    out.mkdir(parents=True, exist_ok=True)
    (out / "cluster.json").write_text(json.dumps(found, indent=2) + "\n")


def _grade(handed: Sequence[Submission], catalogue: Catalogue, work: Path, jobs: int, start: object) -> Run:
    def ignore(submission: Submission, report: Report) -> None:
        """Nothing to show: these runs are timed."""

    return grade_all(
        handed,
        catalogue,
        jobs=jobs,
        seed=0,
        journal=work / "grading.jsonl",
        on_report=ignore,
        start_executor=start,  # type: ignore[arg-type]
    )


def _warm(handed: Sequence[Submission], catalogue: Catalogue, work: Path, jobs: int, start: object) -> float:
    """Seconds for each, when all was graded once before."""
    _grade(handed, catalogue, work, jobs, start)
    began = time.perf_counter()
    _grade(handed, catalogue, work, jobs, start)
    return (time.perf_counter() - began) / len(handed)


def _pool(handed: Sequence[Submission], catalogue: Catalogue, work: Path) -> float:
    with Processes(_CORES) as real:
        pool = Lasting(real)
        return _warm(handed, catalogue, work, _CORES, lambda: pool)


def _cluster(
    handed: Sequence[Submission], catalogue: Catalogue, work: Path, workers: int, package: Package
) -> float:
    terms = Terms(package, required=False, preload=())
    with (
        dask_processes(workers, work) as (address, _),
        connected(address) as client,
        Cluster(client, terms, _say) as nodes,
    ):
        _until_all_are_there(nodes, workers)
        return _warm(handed, catalogue, work, WINDOW, nodes.start)


def _simulated(
    first: Submission, count: int, seconds: float, catalogue: Catalogue, work: Path, package: Package
) -> Limit:
    """Grade one submission, and have its result stand for that of all."""
    with Processes(1) as pool:
        run = _grade([first], catalogue, work, 1, lambda: pool)
    graded = Graded(run.topics[0].reports[0], run.isolation)
    besides = {PLACE: encode(graded), SECONDS: str(seconds).encode()}
    package = dataclasses.replace(package, files={**package.files, **besides})
    terms = Terms(package, required=False, preload=())
    many = [
        dataclasses.replace(first, learner=f"learner{number}", name=f"learner{number}/{first.name}")
        for number in range(count)
    ]
    with (
        dask_processes(_CORES, work) as (address, scheduler),
        connected(address) as client,
        Cluster(client, terms, _say) as nodes,
    ):
        _until_all_are_there(nodes, _CORES)
        _grade(many[:50], catalogue, work, WINDOW, lambda: Simulating(nodes.start()))
        began, cpu, theirs = time.perf_counter(), time.process_time(), _cpu(scheduler)
        _grade(many, catalogue, work, WINDOW, lambda: Simulating(nodes.start()))
        took, cpu, theirs = (
            time.perf_counter() - began,
            time.process_time() - cpu,
            _cpu(scheduler) - theirs,
        )
    job = Job(first, catalogue.root, 0).with_data()
    return Limit(
        submissions=count,
        workers=_CORES,
        seconds=round(took, 2),
        grader_ms=round(1000 * cpu / count, 3),
        scheduler_ms=round(1000 * theirs / count, 3),
        grader_mb=round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
        there_kb=round(len(encode(job)) / 1024, 2),
        back_kb=round(len(encode(graded)) / 1024, 2),
        journal_mb=round((work / "grading.jsonl").stat().st_size / 1e6, 1),
        content_mb=round(len(encode(package)) / 1e6, 2),
    )


def _say(line: str) -> None:
    typer.echo(line, err=True)


def _until_all_are_there(nodes: Cluster, workers: int) -> None:
    while sum(worker.joined is not None for worker in nodes.history.workers) < workers:
        time.sleep(0.1)


def _cpu(pid: int) -> float:
    return sum(psutil.Process(pid).cpu_times()[:2])


if __name__ == "__main__":
    typer.run(bench)
