"""`python -m benchmarks.commands`: how long a learner waits for each command that needs no Keras.

Each command is a process of its own in a fresh workspace, off a terminal. Processor time says what the
command costs; the time on the clock is what the learner waits, and depends on who else is at work.
"""

from __future__ import annotations

import dataclasses
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from benchmarks.results import Machine
from nnlearn.catalogue import load_catalogue

TARGET_S = 0.2
_NNLEARN = (sys.executable, "-m", "nnlearn")


@dataclass(frozen=True)
class Wait:
    """One command, run several times. Times in seconds.

    Attributes:
        command: What was typed.
        median: On the clock.
        fastest: On the clock.
        processor: User and system time together, the median.
    """

    command: str
    median: float
    fastest: float
    processor: float


def commands_of(topic: str, part: str) -> tuple[str, ...]:
    """What learners type most, and what the parser of the command line has to look at."""
    return (
        "nnlearn list",
        f"nnlearn hint {part}",
        f"nnlearn lesson {topic}",
        "nnlearn progress",
        "nnlearn progress --json",
        f"nnlearn reset {part}",
        "nnlearn doctor",
        f"nnlearn hint {part} 2",
        "nnlearn init",
        "nnlearn list --help",
    )


def measure(commands: Sequence[str], folder: Path, runs: int) -> tuple[Wait, ...]:
    """Time each command `runs` times, in turns, after one run that is not counted."""
    found: dict[str, list[tuple[float, float]]] = {command: [] for command in commands}
    for number in range(runs + 1):
        for command in commands:
            timed = _time(command, folder)
            if number:
                found[command].append(timed)
    return tuple(
        Wait(
            command,
            median=round(statistics.median(clock for clock, _ in times), 4),
            fastest=round(min(clock for clock, _ in times), 4),
            processor=round(statistics.median(processor for _, processor in times), 4),
        )
        for command, times in found.items()
    )


def _time(command: str, folder: Path) -> tuple[float, float]:
    """Seconds on the clock and of the processor."""
    before, began = os.times(), time.perf_counter()
    done = subprocess.run(  # noqa: S603 - our own command
        [*_NNLEARN, *command.split()[1:]], cwd=folder, capture_output=True, text=True, check=False
    )
    clock, after = time.perf_counter() - began, os.times()
    if done.returncode:
        raise RuntimeError(f"{command} ended with {done.returncode}: {done.stderr}")
    processor = after.children_user + after.children_system - before.children_user - before.children_system
    return clock, processor


def show(waits: Sequence[Wait], machine: Machine) -> Table:
    """The waits as a table."""
    title = f"Commands without Keras, target {TARGET_S} s (load {machine.load} on {machine.cores} cores)"
    table = Table(title=title, title_justify="left")
    table.add_column("", no_wrap=True)
    for column in ("median (s)", "fastest (s)", "processor (s)", "processor in target"):
        table.add_column(column, justify="right")
    for wait in waits:
        # On a busy machine the clock measures the neighbours as well.
        holds = "yes" if wait.processor <= TARGET_S else "no"
        table.add_row(
            wait.command, f"{wait.median:.3f}", f"{wait.fastest:.3f}", f"{wait.processor:.2f}", holds
        )
    return table


def bench(
    runs: Annotated[int, typer.Option(min=1, help="How often each command runs.")] = 10,
    out: Annotated[Path, typer.Option(help="Where results go.")] = Path("report/benchmarks"),
) -> None:
    """Time the commands that learners type, on this machine."""
    machine = Machine()
    topic = next(topic for topic in load_catalogue().topics if topic.stub.is_file())
    with tempfile.TemporaryDirectory(prefix="nnlearn-benchmark-") as temporary:
        _time("nnlearn init learn", Path(temporary))
        waits = measure(commands_of(topic.name, topic.parts[0].name), Path(temporary) / "learn", runs)
    Console().print(show(waits, machine))
    out.mkdir(parents=True, exist_ok=True)
    document = {
        "schema_version": 1,
        "runs": runs,
        "target_s": TARGET_S,
        "machine": dataclasses.asdict(machine),
        "commands": [dataclasses.asdict(wait) for wait in waits],
    }
    (out / "commands.json").write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    typer.run(bench)
