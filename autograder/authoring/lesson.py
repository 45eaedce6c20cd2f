"""Writes what learners read and fill in: the stub, the notebook and the lesson."""

from __future__ import annotations

import ast
import hashlib
import itertools
import json
import re
from collections.abc import Iterator
from typing import Any

from autograder.authoring.answers import answers_code
from autograder.authoring.master import Kind, Master, MasterCell
from autograder.authoring.stub import without_unused_imports
from autograder.engine.written_answers import ANSWERS, answer_id
from nnlearn.catalogue import PREDICTIONS, Part
from nnlearn.render.folded import folded
from nnlearn.submission.locate import flattened, names_bound

# TensorFlow greets whoever imports it with a page of warnings, which in a notebook look like errors.
_START = """\
import importlib.util

if importlib.util.find_spec("nnlearn") is None:  # in Colab, say, or on a hub that does not have it
    get_ipython().run_line_magic("pip", "install --quiet nnlearn")

from nnlearn.runtime.quiet import import_keras

import_keras()  # Keras and TensorFlow, without their log lines"""
# Not part of what is graded; and a part that is not written yet does not keep the cells below from running.
CHECK_TAGS = ["demo", "check", "raises-exception"]
_SETS_A_SEED = "keras.utils.set_random_seed("
_RAISE = re.compile(r'raise NotImplementedError\("\w+: not written yet"\)')


def write_stub(master: Master) -> str:
    """`<topic>.py`: imports and parts, and where to answer in words; nothing else."""
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
    if questions := master.of(Kind.RESPONSE):
        code.append(answers_code(questions))
    return "\n\n\n".join([f"{header}\n\n{code[0]}", *code[1:]]) + "\n"


def write_notebook(master: Master) -> str:
    """`<topic>.ipynb`: the lesson with its code, the parts unwritten."""
    topic = master.topic
    advice = (
        "Fill in the cells that raise `NotImplementedError`, and replace each `None`. "
        "Run such a cell and the one below it: `nnlearn.check` says what is right, what is not, and why. "
        f"`nnlearn check {topic.name}.ipynb` in a terminal checks the whole notebook, once it is saved."
    )
    each = ", ".join(f"{_name_of(part)} ({part.effort})" for part in topic.parts)
    advice += f"\n\nTo write, {topic.effort} after reading: {each}."
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
        yield _notebook_cell("markdown", "", answer_id(cell.name), ["answer"])
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
    """`README.md`: the lesson with all of its code; that of figures is folded, parts show what to write."""
    topic = master.topic
    blocks = [
        f"<!-- Built from the master of `{topic.name}` by `nnlearn topic build`; "
        "changes made here are lost. -->"
    ]
    for is_setup, cells in itertools.groupby(master.cells, key=_is_setup):
        if is_setup:
            code = "\n\n".join(cell.public.strip() for cell in cells)
            blocks.append(folded("What the code on this page imports", _block(code)))
        else:
            blocks += [_lesson_block(master, cell) for cell in cells]
    if blocks[1].startswith("# "):
        links = ", ".join(f"[{name.replace('_', ' ')}](../{name}/README.md)" for name in topic.requires)
        before = f"Before this: {links} · " if links else ""
        title, _, text = blocks[1].partition("\n")
        blocks[1] = f"{title}\n\n*{before}To write after reading: {topic.effort}*\n{text}"
    blocks.append(
        "---\n\n"
        f"Write your code in `{topic.name}.py` or in `{topic.name}.ipynb`, next to this file. "
        "Check it with\n\n"
        f"```\nnnlearn check {topic.name}\n```\n\n"
        "The demonstrations on this page run as they stand, from the top down, in a Python that was started "
        f"in this folder: they take your parts from `{topic.name}.py`. After a change to it, start a new one."
    )
    return "\n\n".join(blocks) + "\n"


def _lesson_block(master: Master, cell: MasterCell) -> str:
    if cell.kind is Kind.MARKDOWN:
        return cell.public.strip()
    if cell.kind is Kind.FIGURE:
        picture = f"![{_in_brackets(cell.alt)}](figures/{cell.name}.png)"
        return f"{picture}\n\n{folded('The code of this figure', _block(code_on_page(cell, master)))}"
    if cell.kind is Kind.RESPONSE:
        points = next(item.points for item in master.topic.responses if item.name == cell.name)
        place = f"`{ANSWERS}` at the end of `{master.topic.name}.py`"
        worth = f"*In words, in the notebook or in {place} · {_points(points)}*"
        return f"{cell.public.strip()}\n\n{worth}"
    if cell.kind in (Kind.PART, Kind.PREDICTIONS):
        part = master.topic.part(cell.name)
        heading = f"**Your part: {_name_of(part)}** · {_points(part.points)} · {part.effort}"
        return f"{heading}\n\n{_block(_RAISE.sub('...', cell.public))}"
    return _block(code_on_page(cell, master))


def code_on_page(cell: MasterCell, master: Master) -> str:
    """The code of a cell as the lesson's page has it, demonstrations with the parts that they use."""
    if cell.kind is Kind.DEMO:
        return with_parts(cell.public, master)
    if cell.kind is Kind.FIGURE:
        return with_parts(cell.public.partition("\n")[2], master)  # the first line has the name and the text
    return cell.public


def with_parts(code: str, master: Master) -> str:
    """A demonstration with the import of those parts that it uses, which a notebook has in its cells."""
    body = ast.parse(code).body
    used = {node.id for node in ast.walk(ast.Module(body, [])) if isinstance(node, ast.Name)}
    used -= {name for statement in flattened(body) for name in names_bound(statement)}
    parts = [part.name for part in master.topic.parts if part.name in used]
    return f"from {master.topic.name} import {', '.join(parts)}\n\n{code}" if parts else code


def _name_of(part: Part) -> str:
    return "Predictions" if part.name == PREDICTIONS else f"`{part.name}`"


def _is_setup(cell: MasterCell) -> bool:
    """Whether a cell holds imports, and nothing else but what sets a seed."""
    if cell.kind not in (Kind.CODE, Kind.DEMO):
        return False
    body = ast.parse(cell.public).body
    return any(isinstance(node, (ast.Import, ast.ImportFrom)) for node in body) and all(
        isinstance(node, (ast.Import, ast.ImportFrom)) or ast.unparse(node).startswith(_SETS_A_SEED)
        for node in body
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
