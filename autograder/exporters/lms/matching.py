"""Who in the gradebook is who in the platform's file: by identifiers, never by names, never by a guess."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from autograder.exporters.lms.errors import MatchingError
from autograder.exporters.lms.scores import LearnerScore
from autograder.exporters.lms.table import Cell
from autograder.render.text import shown_name
from nnlearn.text import one_line

_SHOWN = 6


@dataclass(frozen=True)
class Row:
    """A learner's row in the platform's file.

    Attributes:
        line: Where it stands in the file.
        name: The learner's name, for people to read.
        keys: By column, what the platform knows the learner by.
        grade: The cell for the score.
        keep: Why its score must stay as it is; empty where it may be replaced.
    """

    line: int
    name: str
    keys: tuple[tuple[str, str], ...]
    grade: Cell
    keep: str = ""


@dataclass(frozen=True)
class Match:
    """A learner, the row, and the column and value that put them together."""

    learner: LearnerScore
    row: Row
    column: str
    value: str


@dataclass(frozen=True)
class Matching:
    """The result: every learner and every row is in exactly one of the three."""

    matches: tuple[Match, ...]
    only_gradebook: tuple[LearnerScore, ...]
    only_template: tuple[Row, ...]


def match(learners: Sequence[LearnerScore], rows: Sequence[Row]) -> Matching:
    """Put learners and rows together that share an identifier.

    Raises:
        MatchingError: A row fits two learners or a learner two rows, or none fits.
    """
    known: dict[str, list[LearnerScore]] = {}
    for learner in learners:
        for value in {_plain(value) for value in learner.identities.values()}:
            known.setdefault(value, []).append(learner)
    found = [
        Match(learner, row, column, value)
        for row in rows
        for column, value in row.keys
        for learner in known.get(_plain(value), ())
    ]
    _refuse_ambiguous(found)
    pairs: dict[str, Match] = {}
    for pair in found:  # the first column that fits is the one shown
        pairs.setdefault(pair.learner.id, pair)
    if not pairs:
        raise _nobody(learners, rows)
    taken = {pair.row.line for pair in pairs.values()}
    return Matching(
        tuple(pairs[learner.id] for learner in learners if learner.id in pairs),
        tuple(learner for learner in learners if learner.id not in pairs),
        tuple(row for row in rows if row.line not in taken),
    )


def _plain(value: str) -> str:
    """What two spellings of one identifier have in common."""
    return value.strip().casefold()


def _refuse_ambiguous(found: Sequence[Match]) -> None:
    of_row: dict[int, dict[str, Match]] = {}
    of_learner: dict[str, dict[int, Match]] = {}
    for pair in found:
        of_row.setdefault(pair.row.line, {}).setdefault(pair.learner.id, pair)
        of_learner.setdefault(pair.learner.id, {}).setdefault(pair.row.line, pair)
    problems = [
        f"line {line} ({shown_name(next(iter(pairs.values())).row.name)}) fits "
        + " and ".join(f"{shown_name(p.learner.id)} (by {p.column})" for p in pairs.values())
        for line, pairs in of_row.items()
        if len(pairs) > 1
    ]
    problems += [
        f"{shown_name(learner)} fits "
        + " and ".join(f"line {p.row.line} ({shown_name(p.row.name)}, by {p.column})" for p in pairs.values())
        for learner, pairs in of_learner.items()
        if len(pairs) > 1
    ]
    if problems:
        listed = "".join(f"\n    {problem}" for problem in problems[:_SHOWN])
        more = f"\n    and {len(problems) - _SHOWN} more" if len(problems) > _SHOWN else ""
        raise MatchingError(
            f"learners and rows do not fit one to one, so nothing was written:{listed}{more}",
            "Put the gradebook or the platform right, or name the one column to go by: --match COLUMN.",
        )


def _nobody(learners: Sequence[LearnerScore], rows: Sequence[Row]) -> MatchingError:
    mine = ", ".join(f"{field} {value}" for field, value in learners[0].identities.items())
    if not rows:
        return MatchingError("the template holds no learners.", "Export it again from the right course.")
    theirs = ", ".join(f"{column} {value}" for column, value in rows[0].keys) or "no identifier"
    return MatchingError(
        "nobody in the gradebook is in the template, so nothing was written. The first of each:\n"
        f"    gradebook: {one_line(mine)}\n    template:  {one_line(theirs)}",
        "nbgrader's id, email or lms_user_id has to be in one of the identifying columns.",
    )
