"""How far the learner has come with all topics, and where they are, by what the workspace remembers."""

from __future__ import annotations

import re
from pathlib import Path

from nnlearn.catalogue import PREDICTIONS, Part, Topic
from nnlearn.results import Verdict
from nnlearn.workspace.beyond import beyond
from nnlearn.workspace.state import WorkspaceError
from nnlearn.workspace.workspace import Workspace

_CHECKED = re.compile(r'^@check\(\s*"(\w+)"', re.MULTILINE)


def checked_here(topic: Topic) -> set[str]:
    """The parts of a topic that have visible checks, by their text; those of predictions are made at need."""
    try:
        text = topic.visible_checks.read_text(encoding="utf-8")
    except (OSError, ValueError):
        return {part.name for part in topic.parts}
    return {*_CHECKED.findall(text), *([PREDICTIONS] if topic.predictions else [])}


class Standing:
    """The topics of a workspace, and which of their parts pass.

    Args:
        workspace: The workspace.

    Attributes:
        topics: The topics in it, at least one.
        progress: What is remembered of them.

    Raises:
        WorkspaceError: No topic is there, or one is damaged.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self.progress = workspace.progress
        self.topics = workspace.catalogue.topics
        if not self.topics:
            raise WorkspaceError(f"there is no topic in {workspace.root}", "`nnlearn init` puts them there")

    def passed(self, topic: Topic) -> int:
        """How many parts of a topic passed when they were last checked."""
        return sum(v == Verdict.PASSED for v in self.progress.verdicts(topic.name).values())

    def is_done(self, topic: Topic) -> bool:
        """Whether every part of it passed that has checks here, and some did."""
        verdicts = self.progress.verdicts(topic.name)
        if not verdicts or any(verdict != Verdict.PASSED for verdict in verdicts.values()):
            return False
        never_checked = [part.name for part in topic.parts if part.name not in verdicts]
        return not never_checked or not checked_here(topic).intersection(never_checked)

    def beyond(self, topic: Topic) -> tuple[str, ...]:
        """What there is besides for a topic that is done."""
        return beyond(self._workspace, topic)

    def first_open(self) -> Topic:
        """The first topic that is not done; the first of all if every one is."""
        return next((topic for topic in self.topics if not self.is_done(topic)), self.topics[0])

    def following(self, topic: Topic) -> Topic | None:
        """The next topic that is not done, after the last the first again; None if there is none."""
        place = self.topics.index(topic)
        others = (*self.topics[place + 1 :], *self.topics[:place])
        return next((other for other in others if not self.is_done(other)), None)

    def worked_on(self, folder: Path) -> Topic:
        """The topic of `folder`, else that of the file that was saved last, else the first that is open."""
        around = self._workspace.catalogue.topic_around(folder)
        return around or self._saved_last() or self.first_open()

    def ahead(self, folder: Path) -> Topic:
        """The topic that is worked on, or the next that is open where that is done."""
        topic = self.worked_on(folder)
        return (self.following(topic) if self.is_done(topic) else None) or topic

    def open_part(self, topic: Topic) -> Part:
        """The first part that did not pass when it was last checked; the last of all if every one did."""
        verdicts = self.progress.verdicts(topic.name)
        return next((p for p in topic.parts if verdicts.get(p.name) != Verdict.PASSED), topic.parts[-1])

    def passed_part(self, topic: Topic) -> Part:
        """The last part that passed when it was last checked; the first of all if none did."""
        verdicts = self.progress.verdicts(topic.name)
        passed = [part for part in topic.parts if verdicts.get(part.name) == Verdict.PASSED]
        return (passed or topic.parts)[-1 if passed else 0]

    def _saved_last(self) -> Topic | None:
        """The topic with the file that was changed, and saved after all others that were."""
        changed = [
            (saved, place)
            for place, topic in enumerate(self.topics)
            for file in (topic.stub, topic.notebook)
            if (saved := self._workspace.saved_at(file))
        ]
        return self.topics[max(changed)[1]] if changed else None
