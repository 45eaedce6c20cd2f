"""Reads a submission, `.py` or `.ipynb`, into cells of code. Nothing of it is executed here.

The file comes from someone who may not be trusted and is read by the process that grades, so everything
about it is doubted: what kind of file it is, its size, its encoding, its nesting.
"""

from __future__ import annotations

import ast
import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from nnlearn.errors import SubmissionError
from nnlearn.runtime.notebooks import import_nbformat
from nnlearn.submission.file import python_text, read_file, refuse_wide_encodings, with_plain_newlines
from nnlearn.submission.jupyter import as_python, most_magics
from nnlearn.submission.network import fetches
from nnlearn.submission.syntax import parse, quoted

MAX_CODE = 1_000_000
_RUNS_NOT = "demo"
_SAVE_NOTEBOOK = "Open it in Jupyter, save it there and hand it in again."


@dataclass(frozen=True)
class Cell:
    """A piece of the learner's code that runs as one.

    Attributes:
        number: Position in the notebook, counted from 1 over all its cells; 1 for a `.py` file.
        code: The code as Python; what IPython alone understands is left out or put into Python on its line.
        tags: The notebook's tags for the cell.
        name: `softmax.py` or `cell 7`: the file name that tracebacks show.
        error: Why the cell cannot run, or None.
        fault: Where that shows, if it can be said: a line and a column, counted from 1.
    """

    number: int
    code: str
    tags: frozenset[str]
    name: str
    error: str | None = None
    fault: tuple[int, int] | None = None

    @cached_property
    def tree(self) -> ast.Module:
        """The parsed code; empty for a cell that cannot run."""
        return ast.Module([], []) if self.error else parse(self.code)


@dataclass(frozen=True)
class Source:
    """A submission as read from its file.

    Attributes:
        path: The file.
        kind: `py` or `ipynb`.
        cells: The cells that are to run, in order, those with an `error` among them.
        notes: What the learner should know about the file.
        sha256: Digest of the file's bytes.
        left_out: The cells that do not run because they are tagged `demo`, as they were handed in.
    """

    path: Path
    kind: Literal["py", "ipynb"]
    cells: tuple[Cell, ...]
    notes: tuple[str, ...] = ()
    sha256: str = ""
    left_out: tuple[Cell, ...] = ()

    def statements(self) -> Iterator[tuple[Cell, ast.stmt]]:
        """The statements at the top level of every cell, in the order in which they run."""
        for cell in self.cells:
            for statement in cell.tree.body:
                yield cell, statement


def file_name(path: str) -> str:
    """A file as learners see it: the last component of a path, of whichever system."""
    return re.split(r"[/\\]", path)[-1]


def place(file: str, line: int) -> str:
    """A line of a cell as learners read it: `softmax.py:7` or `cell 7, line 3`."""
    return f"{file}, line {line}" if file.startswith("cell ") else f"{file}:{line}"


def load_source(path: Path) -> Source:
    """Read the submission at `path`.

    Cells tagged `demo` are left out. A cell that does not parse stays, with its `error` and a note, so that
    the others can still be graded. What Jupyter accepts besides Python (`%%time`, `>>>`, `!pip ...`) is made
    Python of, or left out with a note.

    Raises:
        SubmissionError: The file cannot be read as Python or as a notebook at all.
    """
    return read_source(path, read_file(path))


def read_source(path: Path, data: bytes) -> Source:
    """Read a submission that is not, or not as it is, in a file.

    Args:
        path: What the file is called; nothing is read from it.
        data: What it holds.

    Raises:
        SubmissionError: It cannot be read as Python or as a notebook at all.
    """
    kind = path.suffix.lower()
    digest = hashlib.sha256(data).hexdigest()
    if kind == ".py":
        all_cells = [Cell(1, python_text(path, data), frozenset(), path.name)]
    else:
        all_cells = _notebook_cells(path, data)
    raw = [cell for cell in all_cells if _RUNS_NOT not in cell.tags]
    left_out = tuple(cell for cell in all_cells if _RUNS_NOT in cell.tags)
    size = sum(len(cell.code) for cell in raw)
    if size > MAX_CODE:
        raise SubmissionError(
            f"{path} holds more than {MAX_CODE:,} characters of code",
            "Move data out of the code and hand in the exercise alone.",
        )
    notes: list[str] = []
    cells = tuple(as_it_runs(cell, most_magics(size), notes) for cell in raw)
    return Source(path, "py" if kind == ".py" else "ipynb", cells, tuple(notes), digest, left_out)


def as_it_runs(cell: Cell, most: int, notes: list[str]) -> Cell:
    """`cell` as Python, marked if it cannot run.

    Args:
        cell: The cell, as it was written.
        most: How many magics are put into Python.
        notes: Gets what there is to say about it.
    """
    reading = as_python(cell.code, most)
    notes += (f"{place(cell.name, line)}: {words}" for line, words in reading.notes)
    if reading.error:
        notes.append(f"{cell.name} {reading.error}")
    read = Cell(cell.number, reading.code, cell.tags, cell.name, reading.error, reading.fault)
    notes += (f"{place(cell.name, line)}: {words}" for line, words in fetches(read.tree))
    return read


def _notebook_cells(path: Path, data: bytes) -> list[Cell]:
    """The code cells of a notebook, those without code left out."""
    cells = []
    for number, cell in enumerate(read_cells(path, data), start=1):
        if not isinstance(cell, dict) or cell.get("cell_type") != "code":
            continue
        code = cell.get("source", "")
        metadata = cell.get("metadata")
        tags = metadata.get("tags") if isinstance(metadata, dict) else None
        tags = tags if isinstance(tags, list) else []
        names = frozenset(tag for tag in tags if isinstance(tag, str))
        if code.strip():
            cells.append(Cell(number, with_plain_newlines(code), names, f"cell {number}"))
    if not cells:
        raise SubmissionError(
            f"{path} has no code cells", "Hand in the notebook in which you filled in the exercise."
        )
    return cells


def read_cells(path: Path, data: bytes) -> list[Any]:
    """All cells of a notebook, brought to format 4; what is in them is as it was handed in, of any kind.

    Args:
        path: What the notebook is called; nothing is read from it.
        data: What it holds.

    Raises:
        SubmissionError: It cannot be read as a notebook.
    """
    refuse_wide_encodings(path, data)
    try:
        text = data.decode("utf-8-sig")
        document = json.loads(text)
    except UnicodeDecodeError as error:
        raise _not_a_notebook(path, f"it is not UTF-8 ({error.reason})") from None
    except RecursionError:
        raise _not_a_notebook(path, "it is nested too deeply") from None
    except ValueError as error:
        raise _not_a_notebook(path, f"its JSON is broken ({quoted(str(error))})") from None
    version = document.get("nbformat") if isinstance(document, dict) else None
    if version is None:
        raise _not_a_notebook(path, "it has no nbformat number")
    if type(version) is not int or version not in (3, 4):
        raise _not_a_notebook(path, f"its format is {quoted(repr(version))}, expected 4 (or 3)")

    if version == 4 and "cells" not in document:
        raise _not_a_notebook(path, "its structure is not that of a notebook: it has no cells")
    cells = document["cells"] if version == 4 else _cells_of_format_3(path, text)
    if not isinstance(cells, list):
        raise _not_a_notebook(path, "its cells are not a list")
    # Not by nbformat: a notebook that breaks the schema in a detail is still gradable.
    cells = [_with_joined_source(cell) for cell in cells]
    for number, cell in enumerate(cells, start=1):
        is_code = isinstance(cell, dict) and cell.get("cell_type") == "code"
        if is_code and not isinstance(cell.get("source", ""), str):
            raise _not_a_notebook(path, f"the code of cell {number} is not text")
    return cells


def _cells_of_format_3(path: Path, text: str) -> Any:
    nbformat = import_nbformat()
    from nbformat import reader

    try:
        return nbformat.convert(reader.reads(text), 4)["cells"]  # type: ignore[no-untyped-call]
    except Exception as error:  # the library trusts the structure it is given, in many ways
        reason = f"its structure is not that of a notebook ({type(error).__name__})"
        raise _not_a_notebook(path, reason) from None


def _with_joined_source(cell: Any) -> Any:
    """A cell whose text is in one piece; a file may hold it line by line."""
    source = cell.get("source") if isinstance(cell, dict) else None
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        return {**cell, "source": "".join(source)}
    return cell


def _not_a_notebook(path: Path, reason: str) -> SubmissionError:
    return SubmissionError(f"{path} cannot be read as a notebook: {reason}", _SAVE_NOTEBOOK)
