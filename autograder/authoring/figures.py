"""The figures of a lesson: what they are made from, drawing them, and what they weigh."""

from __future__ import annotations

import hashlib
import json
import tempfile
from pathlib import Path
from typing import Any, NoReturn

import nnlearn
from autograder.authoring.master import Kind, Master
from autograder.authoring.process import run_module
from nnlearn.errors import ContentError

SECONDS = 600
MOST_KB = 150
"""What the figures of a topic may weigh together: learners install all topics, and history keeps them all."""


def figure_names(master: Master) -> list[str]:
    """The names of the figures, in the order of the lesson."""
    return [cell.name for cell in master.of(Kind.FIGURE)]


def figures_digest(master: Master) -> str:
    """SHA-256 of all code that the figures depend on.

    Figures are compared by it, not by their pixels, which differ a little from machine to machine.
    """
    digest = hashlib.sha256()
    for cell in master.of(Kind.CODE, Kind.DEMO, Kind.FIGURE):
        digest.update(f"{cell.kind}:{len(cell.source)}:{cell.source}".encode())
    package = Path(nnlearn.__file__).parent
    for helper in (
        *(package / name for name in ("data.py", "figures.py", "lesson.py")),
        *(
            Path(__file__).with_name(name)
            for name in ("draw_figures.py", "figure_faults.py", "alt_numbers.py")
        ),
    ):
        digest.update(helper.read_bytes())
    return digest.hexdigest()


def draw_figures(master: Master, folder: Path) -> None:
    """Run the lesson as a learner finds it, parts unwritten, and save its figures in `folder`.

    Raises:
        ContentError: A cell raises, leaves no figure or takes too long, or figures are not as they should
            be; the message names the lines.
    """
    folder.mkdir(parents=True, exist_ok=True)
    cells = [
        {
            "code": cell.public,
            "line": cell.line,
            "figure": cell.name if cell.kind is Kind.FIGURE else "",
            "alt": cell.alt,
        }
        for cell in master.cells
        if cell.kind not in (Kind.MARKDOWN, Kind.RESPONSE)
    ]
    run_lesson(master, "draw_figures", "drawing the figures", {"cells": cells, "folder": str(folder)})


def run_lesson(master: Master, module: str, what: str, job: dict[str, Any]) -> None:
    """Run cells of a lesson in a process of its own.

    Args:
        master: The lesson.
        module: The module that runs them, a neighbour of this one.
        what: What it is for, in words.
        job: What the module is told, besides the master and where to write what went wrong.

    Raises:
        ContentError: A cell raises or takes too long, or the module found fault; the message names the lines.
    """
    with tempfile.TemporaryDirectory() as scratch:
        file, error = Path(scratch, "job.json"), Path(scratch, "error.json")
        document = {"master": str(master.path), "error": str(error), **job}
        file.write_text(json.dumps(document), encoding="utf-8")
        done = run_module(f"autograder.authoring.{module}", [str(file)], SECONDS)
        if done.returncode == 0:
            return
        if error.exists():
            _refuse(master, json.loads(error.read_text(encoding="utf-8")))
        raise ContentError(
            f"{master.path}: {what} {done.how_it_ended(SECONDS)}",
            f"the last that it said:\n{done.last_words}",
        )


def _refuse(master: Master, found: dict[str, Any]) -> NoReturn:
    """Say what came of a job that did not succeed: what a cell raised, or every fault of the figures."""
    if "raised" in found:
        raised = found["raised"]
        raise ContentError(
            f"{master.path}:{raised['line']}: the lesson does not run: {raised['what']}",
            "it has to run from top to bottom, before a single part is written and with all of them",
        )
    raise ContentError(
        "\n".join(f"{master.path}:{fault['line']}: {fault['what']}" for fault in found["faults"]),
        "put the cell right, or the text in its first line (CONTRIBUTING.md says what a figure needs)",
    )


def overweight(folder: Path) -> str:
    """By how much the figures in `folder` weigh too much, and which one most, or an empty string."""
    sizes = {file.name: file.stat().st_size / 1000 for file in sorted(folder.glob("*")) if file.is_file()}
    total = sum(sizes.values())
    if total <= MOST_KB:
        return ""
    heaviest = max(sizes, key=lambda name: sizes[name])
    return (
        f"the figures take {total:.0f} KB of {MOST_KB} KB; the heaviest is {heaviest} with "
        f"{sizes[heaviest]:.0f} KB: draw less in it, or make it smaller"
    )
