"""`python -m benchmarks`: grades one class with nnlearn and with other graders, and compares."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from benchmarks import course, endurance, nbgrader_peer, otter_peer, own, show
from benchmarks.classroom import hand_in, notebook, write
from benchmarks.results import Benchmark, Engine, Machine
from nnlearn.catalogue import load_catalogue
from nnlearn.errors import NnlearnError

_TOPIC = "activations"
_STOCK = 4  # fewer notebooks say nothing about the time for each


def bench(
    submissions: Annotated[int, typer.Option(min=1, help="Notebooks that nnlearn grades.")] = 40,
    jobs: Annotated[str, typer.Option(help="Numbers of jobs to measure, with commas.")] = "1,2",
    peers: Annotated[int, typer.Option(min=0, help="Notebooks that each peer grades; 0 for no peers.")] = 6,
    topic: Annotated[str, typer.Option(help="The topic of the class.")] = _TOPIC,
    content: Annotated[Path, typer.Option(help="The content tree.")] = own.ROOT,
    out: Annotated[Path, typer.Option(help="Where results go.")] = Path("report/benchmarks"),
    commands: Annotated[bool, typer.Option(help="Also time what learners wait for.")] = True,
    graded: Annotated[bool, typer.Option("--course/--no-course", help="Also grade a course.")] = True,
    saves: Annotated[int, typer.Option(min=0, help="Saves per topic under `nnlearn watch`; 0: none.")] = 50,
    each: Annotated[int, typer.Option(min=0, help="Notebooks of each topic, for a table of all.")] = 8,
    long: Annotated[int, typer.Option("--endurance", min=0, help="Notebooks of a long run; 0: none.")] = 0,
) -> None:
    """Grade one class with nnlearn and with other graders, on this machine, in this run."""
    console, messages = Console(), Console(stderr=True)
    counts = [int(number) for number in jobs.split(",")]
    machine = Machine()
    content = content.resolve()
    chosen = load_catalogue(content).topic(topic)
    handed = hand_in(chosen, content, max(submissions, peers))
    with tempfile.TemporaryDirectory(prefix="nnlearn-benchmark-") as temporary:
        work = Path(temporary)
        folder = work / "class"
        folder.mkdir()
        for person in handed[:submissions]:
            write(notebook(chosen, person), folder / f"{person.learner}.ipynb")

        def say(what: str) -> None:
            messages.print(what, highlight=False)

        say("the known mistakes, and the start of processes ...")
        start = own.start(folder, chosen, content)
        say(f"{submissions} notebooks. The checks alone ...")
        floor = own.floor(folder, chosen, content)
        engine: list[Engine] = []
        for count in counts:
            say(f"nnlearn, jobs: {count} ...")
            engine.append(own.engine(folder, chosen, content, count))
        found_peers = []
        for peer in (nbgrader_peer, otter_peer) if peers else ():
            say(f"{peer.__name__.rpartition('.')[2].removesuffix('_peer')} on {peers} notebooks ...")
            found_peers.append(peer.measure(handed[:peers], chosen, work))
        times = None
        if graded and peers >= _STOCK and submissions >= _STOCK * max(counts):
            say(f"a course of {submissions} notebooks, stock nbgrader on {peers} ...")
            place = work / "course"
            class_ = handed[:submissions]
            times = course.measure(class_, chosen, content, place, stock=peers, jobs=max(counts))
        waits = None
        if commands:
            say("commands ...")
            waits = own.commands(folder / f"{handed[0].learner}.ipynb", chosen)
        if saves:
            say(f"nnlearn watch, {saves} saves of each topic ...")
        saved = own.saves(work, content, saves) if saves else ()
        topics = {}
        for other in load_catalogue(content).topics if each else ():
            if other.master is not None:
                say(f"{other.name}, {each} notebooks ...")
                topics[other.name] = own.of_topic(other, content, work, each)
        lasted = None
        if long:
            say(f"{long} notebooks in one run ...")
            many = hand_in(chosen, content, long)
            lasted = endurance.measure(many, chosen, content, work / "endurance", jobs=max(counts))
    peers_found = tuple(found_peers)
    found = Benchmark(
        topic, machine, floor, tuple(engine), start, peers_found, waits, saved, times, topics, lasted
    )
    show.print_tables(found, console)
    out.mkdir(parents=True, exist_ok=True)
    show.write_json(found, out / "benchmark.json")
    show.draw(found, out / "benchmark.png")
    console.print(f"Written: {out / 'benchmark.json'}, {out / 'benchmark.png'}", highlight=False)


def main() -> None:
    """Run the command; errors that people can put right end in a message and an exit code."""
    try:
        typer.run(bench)
    except NnlearnError as error:
        Console(stderr=True).print(str(error), markup=False, highlight=False)
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
