"""Runs a lesson's code in a process of its own and saves its figures: `python -m` this with a JOB file.

The job is JSON: the master's path, the cells to run in order, and the folder for the pictures.
What went wrong is written to the job's `error` file.
"""

from __future__ import annotations

import ast
import io
import json
import random
import sys
import traceback
from pathlib import Path
from typing import Any

from autograder.authoring.figure_faults import DPI, faults_of

_COLOURS = 256
"""As many as a byte tells apart. A picture's lines, areas and their soft edges need few more, and so none is
visibly another; the file has a third of the size."""


def main(job_file: str) -> int:
    """Run the job; 0 if every figure was drawn."""
    job = json.loads(Path(job_file).read_text(encoding="utf-8"))
    import matplotlib as mpl

    mpl.use("Agg")
    mpl.rcdefaults()
    namespace: dict[str, Any] = {"__name__": "__main__"}
    faults: list[dict[str, Any]] = []
    for cell in job["cells"]:
        try:
            _seed()
            _run(cell, job["master"], namespace)
            if cell["figure"]:
                faults += [
                    {"line": cell["line"], "what": f"figure `{cell['figure']}`: {fault}"}
                    for fault in _save(Path(job["folder"]) / f"{cell['figure']}.png", cell["alt"])
                ]
        except BaseException as error:  # the author's code may raise anything, SystemExit too
            frames = traceback.extract_tb(error.__traceback__)
            lines = [f.lineno for f in frames if f.filename == job["master"] and f.lineno]
            raised = {"line": lines[-1] if lines else cell["line"], "what": _words(error)}
            Path(job["error"]).write_text(json.dumps({"raised": raised}), encoding="utf-8")
            return 1
    if faults:
        Path(job["error"]).write_text(json.dumps({"faults": faults}), encoding="utf-8")
    return 1 if faults else 0


def _run(cell: dict[str, Any], master: str, namespace: dict[str, Any]) -> None:
    """Execute a cell so that tracebacks name the lines of the master."""
    tree = ast.increment_lineno(ast.parse(cell["code"]), cell["line"] - 1)
    exec(compile(tree, master, "exec", dont_inherit=True), namespace)  # noqa: S102


def _seed() -> None:
    """The same random numbers in every build."""
    random.seed(0)
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed(0)
    if "keras" in sys.modules:
        sys.modules["keras"].utils.set_random_seed(0)


def _save(file: Path, alt: str) -> list[str]:
    """Save what the cell has drawn, and say what is wrong with it."""
    import matplotlib.pyplot as plt
    from PIL import Image

    if not plt.get_fignums():
        raise ValueError("the cell leaves no figure: make one with plt.figure() or plt.subplots()")
    drawn = io.BytesIO()
    plt.gcf().savefig(drawn, format="png", dpi=DPI, bbox_inches="tight", facecolor="white")
    with Image.open(drawn) as picture:
        faults = list(faults_of(plt.gcf(), alt, picture.width))
        # Of Pillow's ways to choose colours the one that is nowhere far from the right one.
        few = picture.convert("RGB").quantize(_COLOURS, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    plt.close("all")
    few.save(file, optimize=True)
    return faults


def _words(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
