"""What the demonstrations of a lesson print once all parts are written: for its page."""

from __future__ import annotations

import hashlib
from pathlib import Path

from autograder.authoring.figures import figures_digest, run_lesson
from autograder.authoring.lesson import code_on_page
from autograder.authoring.master import Kind, Master

_RUN = (Kind.CODE, Kind.DEMO, Kind.FIGURE, Kind.PART, Kind.PREDICTIONS)


def output_key(code: str) -> str:
    """What stands for the code of a demonstration, as the lesson's page shows it."""
    return hashlib.sha256(code.strip().encode()).hexdigest()[:16]


def outputs_digest(master: Master) -> str:
    """SHA-256 of all code that the outputs depend on."""
    digest = hashlib.sha256(figures_digest(master).encode())
    for cell in master.of(Kind.PART, Kind.PREDICTIONS):
        digest.update(f"{len(cell.source)}:{cell.source}".encode())
    return digest.hexdigest()


def record_outputs(master: Master, file: Path) -> None:
    """Run the lesson with its reference, and write what each demonstration prints.

    The file is JSON: the text by the key of the code as it stands on the page.

    Raises:
        ContentError: A cell raises or takes too long; the message names the line.
    """
    cells = [
        {"code": cell.source, "line": cell.line, "key": output_key(code_on_page(cell, master))}
        for cell in master.cells
        if cell.kind in _RUN
    ]
    job = {"cells": cells, "outputs": str(file)}
    run_lesson(master, "run_demonstrations", "running the demonstrations", job)
