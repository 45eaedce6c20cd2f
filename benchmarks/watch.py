"""What a learner waits for after a save: from the write to the first result on the screen.

The watch runs as it does on a terminal: it notices the save, checks it, draws the board. What it draws goes
nowhere. Each save is the reference solution with another comment, so that every check runs to its end.
"""

from __future__ import annotations

import dataclasses
import json
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Annotated, Any

import psutil  # type: ignore[import-untyped]
import typer
from rich.console import Console, Group

from autograder.engine.reference import reference_source
from benchmarks.own import BenchmarkError
from benchmarks.results import Saves
from nnlearn.catalogue import Topic, load_catalogue
from nnlearn.errors import EXIT_OK
from nnlearn.files import write_whole
from nnlearn.results import PartResult, Verdict
from nnlearn.watch.board import Board
from nnlearn.watch.draw import board_lines
from nnlearn.watch.loop import Watch
from nnlearn.watch.pages import Page
from nnlearn.watch.process import can_fork
from nnlearn.watch.signals import Stop
from nnlearn.workspace.workspace import Workspace

_PAUSE_S = 0.5  # nobody saves faster; the next process gets ready in it
_COLD = 3
_SIZE = (90, 30)


class _Saver:
    """A front that draws into nothing, saves the file again and again, and takes the times."""

    has_keys = True  # it does not end with standard input

    def __init__(self, post: Callable[[Any], None], file: Path, text: str, saves: int) -> None:
        self.page: Page | None = None
        self.seconds: list[float] = []
        self.cpu: list[float] = []
        self._post = post
        self._file = file
        self._text = text
        self._left = saves
        self._before: PartResult | None = None
        self._saved: tuple[float, float] | None = None
        self._process = psutil.Process()
        self._console = Console(file=open("/dev/null", "w"), force_terminal=True, width=_SIZE[0])  # noqa: PTH123, SIM115

    def __enter__(self) -> _Saver:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._console.file.close()

    def open(self) -> None:
        """Nothing to open."""

    def close(self) -> None:
        """Nothing to close."""

    def paint(self) -> None:
        """Nobody asks for it."""

    def changed(self, board: Board) -> None:
        """Draw, and see whether the result of the save is there."""
        self._console.print(Group(*board_lines(board, *_SIZE)))
        first = board.results.get(board.topic.parts[0].name)
        if self._saved is None or first is None or first is self._before:
            return
        began, cpu = self._saved
        self.seconds.append(time.perf_counter() - began)
        self.cpu.append(self._cpu() - cpu)
        self._saved = None
        if first.verdict is not Verdict.PASSED:
            raise BenchmarkError(
                f"{first.name}: the reference does not pass: {first.verdict.words}",
                "Run nnlearn topic check first.",
            )

    def ended(self, board: Board) -> None:
        """The run has ended: save once more, or end."""
        self._before = board.results[board.topic.parts[0].name]
        if self._left == 0:
            self._post(Stop(EXIT_OK))
            return
        self._left -= 1
        threading.Timer(_PAUSE_S, self._save).start()

    def _save(self) -> None:
        text = f"{self._text}\n# save {self._left}\n"
        self._saved = (time.perf_counter(), self._cpu())
        write_whole(self._file, text.encode())  # as editors do: nobody ever sees half of it

    def _cpu(self) -> float:
        """Processor time of the watch and all its processes; those that have ended are not counted."""
        total = 0.0
        for process in (self._process, *self._process.children(recursive=True)):
            try:
                times = process.cpu_times()
            except psutil.NoSuchProcess:
                continue
            total += times.user + times.system
        return total


def measure(root: Path, topic_name: str, saves: int) -> Saves:
    """Save the file of a topic in the workspace at `root` many times; then run pytest on it."""
    workspace = Workspace(root)
    topic = workspace.catalogue.topic(topic_name)
    text = _reference(topic_name)
    topic.stub.write_text(text, encoding="utf-8")
    savers: list[_Saver] = []

    def front(post: Callable[[Any], None]) -> _Saver:
        savers.append(_Saver(post, topic.stub, text, saves))
        return savers[0]

    Watch(workspace, topic, front, by_fork=can_fork()).run()
    found = savers[0]
    ordered = sorted(found.seconds)
    return Saves(
        topic=topic_name,
        part=topic.parts[0].name,
        saves=len(ordered),
        median=statistics.median(ordered),
        p95=ordered[min(len(ordered) - 1, round(0.95 * len(ordered)))],
        cpu=statistics.median(found.cpu),
        cold_pytest=statistics.median(_cold(root, topic) for _ in range(_COLD)),
    )


def _reference(topic_name: str) -> str:
    from benchmarks.own import ROOT

    source = reference_source(load_catalogue(ROOT).topic(topic_name))
    return "\n\n\n".join(cell.code for cell in source.cells)


def _cold(root: Path, topic: Topic) -> float:
    """Seconds that plain pytest takes for the same file, started anew."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(topic.visible_checks)]
    began = time.perf_counter()
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)  # noqa: S603
    seconds = time.perf_counter() - began
    if done.returncode != 0:
        raise BenchmarkError(
            f"pytest on the reference of {topic.name} ended with {done.returncode}:\n{done.stdout[-2000:]}",
            "Run nnlearn topic check first.",
        )
    return seconds


def main(
    folder: Path,
    topic: Annotated[str, typer.Option()],
    out: Annotated[Path, typer.Option()],
    saves: Annotated[int, typer.Option(min=1)] = 50,
    content: Annotated[Path | None, typer.Option()] = None,  # noqa: ARG001 - all measurements are given it
) -> None:
    """Measure in the workspace `folder` and write the result to `out`."""
    out.write_text(json.dumps(dataclasses.asdict(measure(folder, topic, saves))))


if __name__ == "__main__":
    typer.run(main)
