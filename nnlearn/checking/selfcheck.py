"""Checking one's own file: the visible checks, in this process, with the diagnoses that came with them."""

from __future__ import annotations

import ast
import contextlib
from pathlib import Path

from nnlearn.catalogue import Topic
from nnlearn.checking.advice import Advice
from nnlearn.checking.bench import Bench, proven
from nnlearn.diagnosis.store import read_diagnoses
from nnlearn.errors import NnlearnError
from nnlearn.learner.calls import CallText
from nnlearn.learner.local import Impatience, LocalSeat
from nnlearn.learner.parameters import MODULES, Names
from nnlearn.submission.source import Source
from nnlearn.workspace.workspace import find_workspace

LONGEST = 70
"""A line to try that is longer is not read."""


def learner_bench(
    topic: Topic, source: Source, impatience: Impatience | None = None, *, open_book: bool = False
) -> Bench:
    """A bench for `source` with what a learner has: no mistake's code, only the replies of each.

    Args:
        topic: What the file is for.
        source: The file.
        impatience: What is done about a cell that never ends.
        open_book: Whether hidden checks are there too, and are told as visible ones are.

    Raises:
        ContentError: The diagnoses file is damaged.
    """
    advice = SelfCheckAdvice(topic, source.path)
    seat = LocalSeat(topic, source, impatience)
    known = read_diagnoses(topic)
    return Bench(topic, seat, known=known, advice=advice, standard=proven, open_book=open_book)


def file_to_check(topic: Topic) -> Path:
    """The file that plain pytest checks: in a workspace the one worked on, else the one to fill in."""
    workspace = find_workspace(topic.exercise_dir)
    return workspace.file_of(topic) if workspace else topic.stub


class SelfCheckAdvice(Advice):
    """Advice for a learner at their own machine.

    Args:
        topic: The topic that is checked.
        file: The file that is checked.
    """

    def __init__(self, topic: Topic, file: Path) -> None:
        self._topic = topic
        self._file = file
        self._workspace = find_workspace(topic.exercise_dir)

    def next_step(self, part: str) -> str:
        """The command for a hint; in a workspace, how many were read."""
        if self._workspace is None:
            return super().next_step(part)
        try:
            command = super().next_step(self._workspace.catalogue.name_of(self._topic, part))
            used = self._workspace.progress.hints_used(self._topic.name, part)
        except NnlearnError:  # what is wrong is said where progress is written
            return super().next_step(part)
        return f"{command}   ({used} of {len(self._topic.part(part).hints)} used)"

    def keep_guess(self, key: str, answer: object, *, is_right: bool) -> None:
        """Keep the first guess in the workspace; later ones are the learner's own business."""
        if self._workspace is None or self._workspace.root not in self._file.resolve().parents:
            return
        with contextlib.suppress(NnlearnError):  # what is wrong is said where progress is written
            self._workspace.progress.keep_guess(self._topic.name, key, answer, is_right=is_right)

    def try_it(self, about: str, told: CallText, names: Names) -> str:
        """The call again: written out where its arguments are small, else as the check makes it."""
        again = f'nnlearn.again("{about}")' if about else ""
        line = told.line if 0 < len(told.line) <= LONGEST else again
        needed = {node.id for node in ast.walk(ast.parse(line)) if isinstance(node, ast.Name)}
        missing = [text for name, text in MODULES.items() if name in needed - names.modules]
        return "; ".join([*missing, line]) if line else ""
