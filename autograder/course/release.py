"""What nbgrader runs when it makes a release and feedback: learners get no solution and no marking scheme.

Named in nbgrader_config.py. Notebooks that are not made from a topic are treated as nbgrader treats them.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from nbgrader import utils
from nbgrader.preprocessors import ClearSolutions as StockClearSolutions
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import List, Unicode

from autograder.authoring.stub import blank_predictions
from autograder.course.cells import grade_id_of, solution_id, topic_name_of
from autograder.course.layout import CourseError, find_course
from nnlearn.catalogue import PREDICTIONS

_REGION = re.compile(rb"^[ \t]*#*[ \t]*#[ \t]*BEGIN SOLUTION\b", re.MULTILINE)
_SCHEME = re.compile(
    r"\n*^[^\n]*BEGIN MARK SCHEME[^\n]*$.*?^[^\n]*END MARK SCHEME[^\n]*$", re.DOTALL | re.MULTILINE
)


class ClearSolutions(StockClearSolutions):  # type: ignore[misc]
    """Takes solutions out as `topic build` does: parts say that they are unwritten, predictions are None."""

    part_stub = Unicode(
        'raise NotImplementedError("{part}: not written yet")',
        help="What stands in place of a solution; {part} is the name of the part.",
    ).tag(config=True)

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """Clear all solutions of a notebook; refuse a release that others would be copied into.

        Raises:
            CourseError: A file beside the notebook holds a solution.
        """
        self.is_topic = topic_name_of(nb) is not None
        folder = resources.get("metadata", {}).get("path")
        if folder:
            refuse_solutions_beside(Path(folder))
        return super().preprocess(nb, resources)  # type: ignore[no-any-return]

    def _replace_solution_region(self, cell: Any, language: str) -> bool:
        name = grade_id_of(cell)
        if not self.is_topic or cell.cell_type != "code" or not utils.is_solution(cell) or name is None:
            return bool(super()._replace_solution_region(cell, language))
        if name == solution_id(PREDICTIONS):
            cell.source = blank_predictions(cell.source, Path(f"the cell {name}"), 1)
            return True
        stock: Any = self.code_stub  # type: ignore[has-type]
        self.code_stub = {**stock, language: self.part_stub.format(part=name)}
        try:
            return bool(super()._replace_solution_region(cell, language))
        finally:
            self.code_stub = stock


class HideMarkingSchemes(NbGraderPreprocessor):  # type: ignore[misc]
    """Takes marking schemes out of what learners read; markers have seen them by then."""

    # The exporter of feedback sets it for every preprocessor, as nbgrader's own expect.
    display_data_priority = List(Unicode()).tag(config=True)

    def preprocess_cell(self, cell: Any, resources: Any, cell_index: int) -> tuple[Any, Any]:  # noqa: ARG002
        """Clear one cell, if the instructor wrote it."""
        # In a cell of the learner's own these words mean nothing.
        if utils.is_locked(cell) or utils.is_task(cell):
            cell.source = _SCHEME.sub("", cell.source)
        return cell, resources


def complete_feedback(assignment: str, student: str, notebooks: Any) -> None:  # noqa: ARG001
    """Add what `nbgrader release_feedback` wants of every submission; it ends at the first that lacks it.

    A submission that did not come through the exchange has neither a time nor a secret name. Nobody looks
    for its feedback there, and nobody can guess the name that it gets.

    Args:
        assignment: The assignment whose feedback has been generated.
        student: A pattern of students; all are looked at.
        notebooks: The notebooks of the last one.
    """
    course = find_course(Path.cwd())
    for folder in course.feedback(assignment, "*").parents[1].glob(f"*/{assignment}"):
        for name, text in (("timestamp.txt", ""), ("submission_secret.txt", secrets.token_hex(64))):
            if not (folder / name).exists():
                (folder / name).write_text(text, encoding="utf-8")


def refuse_solutions_beside(folder: Path) -> None:
    """Refuse to release a folder with a solution outside of its notebooks: nbgrader copies files as they are.

    Raises:
        CourseError: A file holds a solution region.
    """
    for file in _other_files(folder):
        if _REGION.search(file.read_bytes()):
            raise CourseError(
                f"{file} holds a solution, and would be handed out as it is",
                "move it out of the assignment's folder",
            )


def _other_files(folder: Path) -> Iterator[Path]:
    for file in sorted(folder.rglob("*")):
        if file.is_file() and file.suffix != ".ipynb" and ".ipynb_checkpoints" not in file.parts:
            yield file
