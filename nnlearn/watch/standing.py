"""How far the learner has come with all topics, by what the workspace remembers."""

from __future__ import annotations

from nnlearn.catalogue import Topic
from nnlearn.results import Verdict
from nnlearn.watch.board import Board
from nnlearn.workspace.workspace import Workspace


class Standing:
    """The topics of a workspace, and which of their parts pass."""

    def __init__(self, workspace: Workspace) -> None:
        self._progress = workspace.progress
        self.topics = workspace.catalogue.topics

    def passed(self, topic: Topic) -> int:
        """How many parts of a topic passed when they were last checked."""
        return sum(v == Verdict.PASSED for v in self._progress.verdicts(topic.name).values())

    def is_done(self, topic: Topic) -> bool:
        """Whether every part of it that was ever checked passed, and some were.

        Parts with hidden checks only are never checked here, and all others always together.
        """
        verdicts = self._progress.verdicts(topic.name).values()
        return bool(verdicts) and all(verdict == Verdict.PASSED for verdict in verdicts)

    def first_open(self) -> Topic:
        """The first topic that is not done; the first of all if every one is."""
        return next((topic for topic in self.topics if not self.is_done(topic)), self.topics[0])

    def following(self, topic: Topic) -> Topic | None:
        """The next topic that is not done, after the last the first again; None if there is none."""
        place = self.topics.index(topic)
        others = (*self.topics[place + 1 :], *self.topics[:place])
        return next((other for other in others if not self.is_done(other)), None)

    def look_at(self, board: Board) -> None:
        """Bring what the board says about all topics up to date.

        Raises:
            NnlearnError: The progress cannot be read.
        """
        topic = board.topic
        board.number, board.topics = self.topics.index(topic) + 1, len(self.topics)
        board.remembered = self._progress.verdicts(topic.name)
        board.hints_used = {p.name: self._progress.hints_used(topic.name, p.name) for p in topic.parts}
        others = [other for other in self.topics if other is not topic]
        total = sum(len(other.parts) for other in others)
        board.passed_elsewhere = (sum(self.passed(other) for other in others), total)
        board.following = self.following(topic)
