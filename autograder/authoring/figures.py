"""The figures of a lesson: what they are made from, drawing them, and what they weigh."""

from __future__ import annotations

import hashlib
import json
import tempfile
from pathlib import Path

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
        Path(__file__).with_name("draw_figures.py"),
    ):
        digest.update(helper.read_bytes())
    return digest.hexdigest()


def draw_figures(master: Master, folder: Path) -> None:
    """Run the lesson as a learner finds it, parts unwritten, and save its figures in `folder`.

    Raises:
        ContentError: A cell raises, leaves no figure or takes too long; the message names the line.
    """
    folder.mkdir(parents=True, exist_ok=True)
    cells = [
        {
            "code": cell.public,
            "line": cell.line,
            "figure": cell.name if cell.kind is Kind.FIGURE else "",
        }
        for cell in master.cells
        if cell.kind not in (Kind.MARKDOWN, Kind.RESPONSE)
    ]
    with tempfile.TemporaryDirectory() as scratch:
        job, error = Path(scratch, "job.json"), Path(scratch, "error.json")
        document = {"master": str(master.path), "cells": cells, "folder": str(folder)}
        job.write_text(json.dumps({**document, "error": str(error)}), encoding="utf-8")
        done = run_module("autograder.authoring.draw_figures", [str(job)], SECONDS)
        if done.returncode == 0:
            return
        if error.exists():
            found = json.loads(error.read_text(encoding="utf-8"))
            raise ContentError(
                f"{master.path}:{found['line']}: the lesson does not run: {found['what']}",
                "it has to run from top to bottom before a single part is written",
            )
        raise ContentError(
            f"{master.path}: drawing the figures {done.how_it_ended(SECONDS)}",
            f"the last that it said:\n{done.last_words}",
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
