"""What a kernel holds of a part, where that is something else than its cells say now.

A kernel that was restarted holds nothing, a cell that ended in an error leaves what an earlier run of it
defined, and a cell that was skipped leaves out what others need. None of this says anything about the
learner's code: it is told in words, and what was reached before stands.
"""

from __future__ import annotations

import ast
import builtins
import inspect
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nnlearn.checking.bench import CheckRun
from nnlearn.notebook.cells import TIMED, RunCell, is_of_cells, run_cells, source_of
from nnlearn.notebook.graded import last_to_define, notes_on
from nnlearn.results import Verdict
from nnlearn.submission.locate import flattened, names_bound
from nnlearn.submission.source import Cell, Source
from nnlearn.workspace.parts import code_cells, source_of_cell

_UNKNOWN = re.compile(r"NameError: name '(\w+)' is not defined")


@dataclass(frozen=True)
class Notice:
    """What has to be known before the verdict.

    Attributes:
        title: It in a few words.
        text: What it means, and what to do, in paragraphs.
    """

    title: str
    text: tuple[str, ...]


def not_run(name: str, namespace: dict[str, Any]) -> Notice | None:
    """Said where `namespace`, that of a kernel, holds nothing called `name`; None where it does."""
    if name in namespace or not is_of_cells(namespace):
        return None
    source = source_of(run_cells(namespace))
    made = last_to_define(source, name)
    if made is None:
        text = [f"This kernel holds no `{name}` yet: the cell that defines it has not run."]
    else:
        text = [
            f"This kernel holds no `{name}`, though {made.name} should define it. If that cell ended in an "
            "error, put it right and run it again; then run this one."
        ]
        text += notes_on(made, source)
    return Notice("run the cell above first", tuple(text))


def interrupted(runs: Collection[CheckRun], line: str) -> Notice:
    """Said where the learner has pressed the stop button.

    Args:
        runs: The checks that have run, and the one that was running.
        line: The learner's own line that was running, or an empty string.
    """
    text = ["You stopped it before its checks were through."]
    stopped = next((run for run in runs if run.verdict is Verdict.TIMED_OUT), None)
    if stopped is not None:
        text.append(f"It was checking: {stopped.info.title}")
    if line:
        text.append(f"It was at {line}")
    return Notice("stopped", tuple(text))


def older_definition(
    name: str, namespace: dict[str, Any], cells: Sequence[RunCell], source: Source
) -> Notice | None:
    """Said where a cell that should define `name` ended before it did, and an earlier one had defined it.

    Only where that is certain: decorators, imports and most assignments do not tell where a value is from.
    """
    made = last_to_define(source, name)
    if made is None:
        return None
    files = set(_files_of(namespace[name]))
    known = [cell.name for cell in cells if cell.file in files]
    if made.name in known or TIMED in files:
        return None
    if not (made.error or _names_unknown(made, name, namespace) or (known and _has_plain(made, name))):
        return None
    before = f"the older definition, of {known[-1]}" if known else "what an earlier run defined"
    text = (
        f"{made.name} ended before it defined `{name}` anew: what was checked is {before}. "
        "Put that cell right and run it again, then this one."
    )
    return Notice("older than the cell above", (text,))


def not_run_above(raised: Collection[str], namespace: dict[str, Any], exercise: Path) -> Notice | None:
    """Said where checks ended because a cell of the exercise has not run in this kernel.

    Args:
        raised: What the exceptions said that ended them.
        namespace: What the kernel holds.
        exercise: The notebook.
    """
    unknown = [found[1] for found in map(_UNKNOWN.match, raised) if found and found[1] not in namespace]
    for name in unknown:
        if name in _names_in(exercise):
            text = f"This kernel holds no `{name}` yet: the cell that defines or imports it has not run."
            return Notice("run the cells above first", (text,))
    return None


def _has_plain(made: Cell, name: str) -> bool:
    """Whether the last thing that binds `name` in a cell is a plain `def` or `class`."""
    match _last_binding(made, name):
        case ast.FunctionDef(decorator_list=[]) | ast.ClassDef():
            return True
    return False


def _names_unknown(made: Cell, name: str, namespace: dict[str, Any]) -> bool:
    """Whether a cell could not assign `name`, since nothing has the names that the value is made of."""
    match _last_binding(made, name):
        case ast.Assign(value=ast.Dict() as value):
            names = {node.id for node in ast.walk(value) if isinstance(node, ast.Name)}
            return any(each not in namespace and not hasattr(builtins, each) for each in names)
    return False


def _last_binding(made: Cell, name: str) -> ast.stmt | None:
    binding = [node for node in flattened(made.tree.body) if name in names_bound(node)]
    return binding[-1] if binding else None


def _files_of(value: Any) -> Iterator[str]:
    """The names of the files that the code of a function, or of a class's own methods, is from."""
    functions = [inspect.unwrap(value)] if inspect.isfunction(value) else []
    if inspect.isclass(value):
        functions = [f for f in vars(value).values() if inspect.isfunction(f)]
        functions = [f for f in functions if f.__qualname__ == f"{value.__qualname__}.{f.__name__}"]
    for function in functions:
        yield function.__code__.co_filename


def _names_in(exercise: Path) -> set[str]:
    """What the cells of a notebook define at their top level, as far as they can be read."""
    try:
        cells = [source_of_cell(cell) for cell in code_cells(exercise.read_text(encoding="utf-8"))]
    except (OSError, ValueError):  # an instructor's own course hands out no other copy of it
        return set()
    return {name for cell in cells for name in _bound_in(cell)}


def _bound_in(code: str) -> Iterator[str]:
    try:
        body = ast.parse(code).body
    except (SyntaxError, ValueError):
        return
    for statement in flattened(body):
        yield from names_bound(statement)
