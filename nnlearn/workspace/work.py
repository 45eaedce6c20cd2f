"""In which file of a topic the learner has written something, by the text alone."""

from __future__ import annotations

from pathlib import Path

from nnlearn.catalogue import Topic
from nnlearn.workspace.parts import code_cells, definitions_of, source_of_cell

_OPEN = "not written yet"


def with_work(topic: Topic) -> list[Path]:
    """Those of the .py file and the notebook that hold a part the other one lacks.

    Empty where that cannot be said: both have the same parts, or one cannot be read.
    """
    try:
        in_file, in_notebook = _definitions(topic, topic.stub), _definitions(topic, topic.notebook)
    except (OSError, ValueError):
        return []
    files = set()
    for part in topic.parts:
        written, other = _written(in_file.get(part.name)), _written(in_notebook.get(part.name))
        if written > other:
            files.add(topic.stub)
        elif other > written:
            files.add(topic.notebook)
        elif written > 0 and in_file[part.name] != in_notebook[part.name]:
            files |= {topic.stub, topic.notebook}
    return sorted(files)


def _definitions(topic: Topic, file: Path) -> dict[str, str]:
    names = [part.name for part in topic.parts]
    text = file.read_text(encoding="utf-8")
    if file.suffix == ".py":
        return definitions_of(text, names)
    found: dict[str, str] = {}
    for cell in code_cells(text):
        found |= definitions_of(source_of_cell(cell), names)
    return found


def _written(definition: str | None) -> int:
    """How far a definition is: 0 for none or a stub; predictions count the answers that are given."""
    if definition is None or _OPEN in definition:
        return 0
    if definition.startswith("PREDICTIONS"):
        lines = [line.split("#")[0] for line in definition.splitlines()]
        return sum(":" in line and "None" not in line for line in lines)
    return 1
