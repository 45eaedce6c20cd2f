"""Writes what learners read and fill in: the stub, the notebook and the lesson."""

from __future__ import annotations

import ast
import hashlib
import json
import re
from collections.abc import Iterator
from typing import Any

from autograder.authoring.master import Kind, Master, MasterCell
from autograder.authoring.stub import without_unused_imports
from nnlearn.catalogue import PREDICTIONS, Part, Response

# TensorFlow greets whoever imports it with a page of warnings, which in a notebook look like errors.
_START = """\
from nnlearn.runtime.quiet import import_keras

import_keras()  # Keras and TensorFlow, without their log lines"""
# Not part of what is graded; and a part that is not written yet does not keep the cells below from running.
CHECK_TAGS = ["demo", "check", "raises-exception"]
_RAISE = re.compile(r'raise NotImplementedError\("\w+: not written yet"\)')


def write_stub(master: Master) -> str:
    """`<topic>.py`: imports and parts, nothing else."""
    topic = master.topic
    first = topic.parts[0].name
    width = max(len(f"nnlearn check {topic.name}"), len(f"nnlearn hint {first}"))
    header = (
        f'"""{topic.title}.\n\n'
        "README.md next to this file is the lesson.\n"
        "Put your own code in place of each `raise NotImplementedError` (and of each None), then run\n\n"
        f"    {f'nnlearn check {topic.name}':<{width}}   to check your work\n"
        f"    {f'nnlearn hint {first}':<{width}}   for a hint\n"
        '"""'
    )
    cells = [(cell.public, cell.source) for cell in master.cells if cell.is_learners]
    code = [text for text in without_unused_imports(cells) if text]
    return "\n\n\n".join([f"{header}\n\n{code[0]}", *code[1:]]) + "\n"


def write_notebook(master: Master) -> str:
    """`<topic>.ipynb`: the lesson with its code, the parts unwritten."""
    topic = master.topic
    advice = (
        "Fill in the cells that raise `NotImplementedError`, and replace each `None`. "
        "Run such a cell and the one below it: `nnlearn.check` says what is right, what is not, and why. "
        f"`nnlearn check {topic.name}.ipynb` in a terminal checks the whole notebook, once it is saved."
    )
    cells = [_notebook_cell("markdown", advice, "how-to-check")]
    cells.append(_notebook_cell("code", _START, "start-keras", ["demo"]))
    for cell in master.cells:
        cells += _notebook_cells(cell)
    metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    seen: set[str] = set()
    for made in cells:
        while made["id"] in seen:
            made["id"] += "-again"
        seen.add(made["id"])
    notebook = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(notebook, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def _notebook_cells(cell: MasterCell) -> Iterator[dict[str, Any]]:
    if cell.kind is Kind.MARKDOWN:
        yield _notebook_cell("markdown", cell.public, _named("text", cell.public))
    elif cell.kind is Kind.RESPONSE:
        yield _notebook_cell("markdown", cell.public, f"question-{cell.name}")
        yield _notebook_cell("markdown", "", f"answer-{cell.name}", ["answer"])
    elif cell.kind is Kind.DEMO:
        yield _notebook_cell("code", cell.public, _named("demo", cell.public), ["demo"])
    elif cell.kind is Kind.FIGURE:
        yield _notebook_cell("code", cell.public, f"figure-{cell.name}", ["demo", "figure"])
    elif cell.kind is Kind.CODE:
        yield _notebook_cell("code", cell.public, _named("code", cell.public))
    else:
        yield _notebook_cell("code", cell.public, f"part-{cell.name}")
        yield _notebook_cell("code", check_code(cell.name), f"check-{cell.name}", CHECK_TAGS)


def check_code(part: str) -> str:
    """The cell below a part's: it checks what the notebook holds at that moment."""
    return f'import nnlearn\n\nnnlearn.check("{part}")'


def _notebook_cell(type_: str, source: str, name: str, tags: list[str] | None = None) -> dict[str, Any]:
    """A cell of notebook format 4.5; its id says what it is and is the same in every build."""
    code: dict[str, Any] = {"execution_count": None, "outputs": []} if type_ == "code" else {}
    return {
        "cell_type": type_,
        "id": name[:55],
        "metadata": {"tags": tags} if tags else {},
        "source": source.splitlines(keepends=True),
        **code,
    }


def _named(kind: str, source: str) -> str:
    return f"{kind}-{hashlib.sha256(source.encode()).hexdigest()[:8]}"


def write_lesson(master: Master) -> str:
    """`README.md`: the lesson with its figures; parts show what is to be written."""
    topic = master.topic
    blocks = [
        f"<!-- Built from the master of `{topic.name}` by `nnlearn topic build`; "
        "changes made here are lost. -->"
    ]
    blocks += [text for cell in master.cells if (text := _lesson_block(master, cell))]
    blocks.append(
        "---\n\n"
        f"Write your code in `{topic.name}.py` or in `{topic.name}.ipynb`, next to this file. "
        "Check it with\n\n"
        f"```\nnnlearn check {topic.name}\n```"
    )
    return "\n\n".join(blocks) + "\n"


def _lesson_block(master: Master, cell: MasterCell) -> str:
    graded: tuple[Part | Response, ...] = (*master.topic.parts, *master.topic.responses)
    points = {item.name: item.points for item in graded}
    if cell.kind is Kind.MARKDOWN:
        return cell.public.strip()
    if cell.kind is Kind.DEMO:
        return _block(cell.public)
    if cell.kind is Kind.FIGURE:
        return f"![{_in_brackets(cell.alt)}](figures/{cell.name}.png)"
    if cell.kind is Kind.RESPONSE:
        worth = f"*In words, in the notebook · {_points(points[cell.name])}*"
        return f"{cell.public.strip()}\n\n{worth}"
    if cell.kind in (Kind.PART, Kind.PREDICTIONS):
        shown = "Predictions" if cell.name == PREDICTIONS else f"`{cell.name}`"
        heading = f"**Your part: {shown}** · {_points(points[cell.name])}"
        return f"{heading}\n\n{_block(_RAISE.sub('...', cell.public))}"
    return _block(cell.public) if _defines_helpers(cell.public) else ""


def _defines_helpers(code: str) -> bool:
    """Whether a cell is more than imports."""
    return any(
        isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
        for node in ast.parse(code).body
    )


def _block(code: str) -> str:
    fence = "```"
    while fence in code:
        fence += "`"
    return f"{fence}python\n{code.strip()}\n{fence}"


def _in_brackets(text: str) -> str:
    return text.replace("[", "&#91;").replace("]", "&#93;")


def _points(number: float) -> str:
    return f"{number:g} point{'' if number == 1 else 's'}"
