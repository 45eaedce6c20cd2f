"""How a graded submission stands: its score out of the assignment's maximum, and what took points from it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.handed_in.names import kind_of
from autograder.render.text import how_long, points, shown_name

if TYPE_CHECKING:
    from autograder.course.autograding import AutogradedNotebook
    from autograder.course.blueprint import Blueprint

_SHOWN = 3


@dataclass(frozen=True)
class Lateness:
    """How late a submission was, and what that has cost.

    Attributes:
        seconds: After it was due.
        penalty: The points that were taken off.
        counted: How the course's policy counts that, in words, where it has one.
    """

    seconds: float = 0.0
    penalty: float = 0.0
    counted: str = ""

    @property
    def length(self) -> str:
        """`2 days late`, as the policy counts it where there is one."""
        return self.counted or f"{how_long(self.seconds)} late"

    @property
    def words(self) -> str:
        """`2 days late (20 %), 2.4 taken off`, or nothing for one in time."""
        if self.seconds <= 0:
            return ""
        cost = f"{points(self.penalty)} taken off" if self.penalty else "nothing taken off"
        return f"{self.length}, {cost}"


@dataclass(frozen=True)
class Standing:
    """How a submission stands.

    Attributes:
        score: Its points for what was graded by checks, less what lateness has cost.
        max_score: What the checks of the whole assignment give, whatever was handed in.
        remarks: What is missing, what could not be graded, and how late it was.
        is_whole: Whether every notebook that was handed in could be graded.
    """

    score: float
    max_score: float
    remarks: tuple[str, ...] = ()
    is_whole: bool = True

    @property
    def words(self) -> str:
        """`25 of 63, dropout not handed in`."""
        return ", ".join((f"{points(self.score)} of {points(self.max_score)}", *self.remarks))


def standing_of(
    notebooks: Sequence[AutogradedNotebook],
    blueprints: Mapping[str, Blueprint],
    folder: Path,
    late: Lateness,
) -> Standing:
    """How a submission stands of which `notebooks` were handed in, in `folder`."""
    by_checks = {
        (name, cell.grade_id): cell.points
        for name, blueprint in blueprints.items()
        for cell in blueprint.cells
        if cell.points is not None and cell.cell_type == "code" and not cell.solution
    }
    score = sum(
        value
        for book in notebooks
        for name, value in book.marks.scores.items()
        if value is not None and (book.name, name) in by_checks
    )
    remarks = [*not_handed_in(folder, list(blueprints), [book.name for book in notebooks])]
    remarks += [f"{book.name} {book.failure.word}" for book in notebooks if book.failure]
    if late.words:
        remarks.append(late.words)
    return Standing(
        max(0.0, score - late.penalty),
        sum(by_checks.values()),
        tuple(remarks),
        not any(book.failure for book in notebooks),
    )


def not_handed_in(folder: Path, wanted: Sequence[str], there: Sequence[str]) -> Iterator[str]:
    """What is said about the notebooks of an assignment that were not handed in.

    Args:
        folder: What was handed in.
        wanted: The names of the assignment's notebooks.
        there: Those that were handed in.
    """
    missing = [name for name in wanted if name not in there]
    if missing:
        others = [shown_name(path.relative_to(folder).as_posix()) for path in strays(folder, wanted)]
        listed = ", ".join(others[:_SHOWN]) + (" ..." if len(others) > _SHOWN else "")
        instead = f" (but {listed})" if others else ""
        yield f"{', '.join(map(shown_name, missing))} not handed in{instead}"


def strays(folder: Path, wanted: Sequence[str]) -> list[Path]:
    """Files that look like work and have the name of no notebook that is `wanted`."""
    return sorted(
        path
        for path in folder.rglob("*")
        if kind_of(path.name)
        and not any(part.startswith(".") or part == "exercises" for part in path.relative_to(folder).parts)
        and not (path.parent == folder and path.name in {f"{name}.ipynb" for name in wanted})
    )
