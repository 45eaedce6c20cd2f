"""The cells that a notebook has run, as far as their code can still be read.

IPython gives the code of each cell a file name of its own and keeps its lines for tracebacks. A script has
one such piece of code: its file.
"""

from __future__ import annotations

import linecache
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from nnlearn.submission.jupyter import as_typed, most_magics
from nnlearn.submission.source import Cell, Source, as_it_runs

TIMED = "<timed exec>"
_OLD_NAME = re.compile(r"<ipython-input-(?P<number>\d+)-\w+>")  # IPython 7, which Colab has


@dataclass(frozen=True)
class RunCell:
    """A cell that was run.

    Attributes:
        file: Its name in tracebacks.
        number: When it was run last.
        name: As people see it: `cell In[7]`, or the name of a file.
        code: Its code.
        above: How many of its lines stand above that code, and are none of it.
    """

    file: str
    number: int
    name: str
    code: str
    above: int = 0


def shell() -> Any:
    """The IPython that runs this code, or None."""
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython else None


def is_of_cells(namespace: dict[str, Any]) -> bool:
    """Whether `namespace` is the one in which cells run, and not that of a module."""
    kernel = shell()
    return kernel is not None and namespace is kernel.user_ns


def run_cells(namespace: dict[str, Any]) -> tuple[RunCell, ...]:
    """The cells that ran, in their order; outside of IPython the file that `namespace` belongs to."""
    kernel = shell()
    if not is_of_cells(namespace):
        file = namespace.get("__file__")
        if not isinstance(file, str):
            return ()
        return (RunCell(file, 1, Path(file).name, "".join(linecache.getlines(file))),)
    found = []
    for file, entry in list(linecache.cache.items()):
        number = _number(kernel, file)
        if number is not None and len(entry) == 4:
            found.append(RunCell(file, number, f"cell In[{number}]", "".join(entry[2])))
    return tuple(_wrapped(sorted(found, key=lambda cell: cell.number)))


def _wrapped(cells: list[RunCell]) -> Iterator[RunCell]:
    """The cells, and what of them ran below a magic, which IPython takes for a piece of code by itself.

    What `%%capture` runs has the number that follows; what `%%time` runs has the same name always.
    """
    below = {(cell.number + 1, _body(cell, "%%capture")): cell for cell in cells}
    for cell in cells:
        whole = below.get((cell.number, as_typed(cell.code).strip()))
        yield replace(cell, number=whole.number, name=whole.name, above=1) if whole else cell
    for cell in reversed(cells):
        if body := _body(cell, "%%time"):
            yield RunCell(TIMED, cell.number, cell.name, body, above=1)
            return


def _body(cell: RunCell, magic: str) -> str:
    """What stands below a magic in a cell, or an empty string."""
    header, _, body = as_typed(cell.code).partition("\n")
    return body.strip() if header.split()[:1] == [magic] else ""


def _number(kernel: Any, file: str) -> int | None:
    """The execution count of the cell whose code has this file name, or None if it is no cell."""
    if old := _OLD_NAME.fullmatch(file):
        return int(old["number"])
    label = getattr(kernel.compile, "format_code_name", lambda _: None)(file)
    digits = re.search(r"\d+", label[1]) if label else None
    return int(digits[0]) if digits else None


def source_of(cells: tuple[RunCell, ...]) -> Source:
    """`cells` as a submission that can be searched, with what grading would say about them."""
    most = most_magics(sum(len(cell.code) for cell in cells))
    notes: list[str] = []
    read = tuple(
        as_it_runs(Cell(cell.number, cell.code, frozenset(), cell.name), most, notes)
        for cell in cells
        if cell.code.strip() and not cell.above
    )
    return Source(Path("notebook"), "ipynb", read, tuple(notes))


def tags_of_this_cell() -> frozenset[str] | None:
    """The tags of the cell that runs now, or None where what runs it does not tell: JupyterLab does."""
    parent = getattr(getattr(shell(), "kernel", None), "get_parent", None)
    metadata = parent().get("metadata", {}) if parent else {}
    if "cellId" not in metadata:
        return None
    return frozenset(tag for tag in metadata.get("tags", ()) if isinstance(tag, str))
