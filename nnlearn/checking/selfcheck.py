"""Checking one's own file: the visible checks, in this process, with the diagnoses that came with them."""

from __future__ import annotations

from pathlib import Path

from nnlearn.catalogue import Topic
from nnlearn.checking.advice import LONGEST, Advice
from nnlearn.checking.bench import Bench, proven
from nnlearn.diagnosis.store import read_diagnoses
from nnlearn.errors import NnlearnError
from nnlearn.learner.local import Impatience, LocalSeat
from nnlearn.learner.session import Session
from nnlearn.submission.source import Source
from nnlearn.workspace.workspace import find_workspace


def learner_bench(topic: Topic, source: Source, impatience: Impatience | None = None) -> Bench:
    """A bench for `source` with what a learner has: no mistake's code, only the replies of each.

    Args:
        topic: What the file is for.
        source: The file.
        impatience: What is done about a cell that never ends.

    Raises:
        ContentError: The diagnoses file is damaged.
    """
    advice = SelfCheckAdvice(topic, source.path)
    seat = LocalSeat(topic, source, impatience)
    return Bench(topic, seat, known=read_diagnoses(topic), advice=advice, standard=proven)


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

    def try_it(self, check: str, session: Session) -> str:
        """The call again, where its arguments are small; else the check alone, under pytest."""
        line = session.line_to_try()
        if line and len(line) <= LONGEST:
            return line
        if file_to_check(self._topic).resolve() != self._file.resolve():
            return ""
        place = self._topic.visible_checks
        shown = place.relative_to(Path.cwd()) if place.is_relative_to(Path.cwd()) else place
        choices = (f"pytest {shown}::{check}", f"pytest {shown.parent} -k {check}")
        return next((choice for choice in choices if len(choice) <= LONGEST and "[" not in choice), "")
