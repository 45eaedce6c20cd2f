"""The reference of a topic, which is its master: as a submission, and as a module that has run."""

from __future__ import annotations

import linecache
import types

from nnlearn.catalogue import Topic
from nnlearn.catalogue.prediction_code import is_place, predictions_code
from nnlearn.errors import ContentError
from nnlearn.runtime.notebooks import import_jupytext
from nnlearn.submission.source import Cell, Source


def reference_source(topic: Topic) -> Source:
    """The topic's master as a submission: its code without the demonstrations, its predictions answered."""
    if topic.master is None:
        raise ContentError(
            f"topic `{topic.name}` has no reference solution", "point --content at a full tree"
        )
    cells = import_jupytext().read(topic.master, fmt="py:percent").cells
    return Source(
        topic.master,
        "py",
        tuple(
            Cell(number, _completed(cell.source, topic), frozenset(), f"{topic.name}.py, cell {number}")
            for number, cell in enumerate(cells, start=1)
            if cell.cell_type == "code" and "demo" not in cell.metadata.get("tags", ())
        ),
    )


class Reference:
    """The reference of a topic, compiled once, to be run as often as it is needed."""

    def __init__(self, topic: Topic) -> None:
        self._name = topic.name
        self._codes = []
        for cell in reference_source(topic).cells:
            self._codes.append(compile(cell.code, cell.name, "exec", dont_inherit=True))
            # AutoGraph reads source lines here; otherwise it would take those of whatever was loaded last.
            lines = cell.code.splitlines(keepends=True)
            linecache.cache[cell.name] = (len(cell.code), None, lines, cell.name)

    def run(self) -> types.ModuleType:
        """A module of its own in which the reference has run."""
        module = types.ModuleType(self._name)
        for code in self._codes:
            exec(code, module.__dict__)  # noqa: S102 - the author's own code
        return module


def _completed(code: str, topic: Topic) -> str:
    """A cell of the master; the one that stands for the predictions holds them."""
    if "PREDICTIONS" in code and is_place(code):
        return predictions_code(topic.predictions, answered=True)
    return code
