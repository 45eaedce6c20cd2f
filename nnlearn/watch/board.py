"""What the watch knows about the topic at this moment; how it is shown is decided elsewhere."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from nnlearn.catalogue import Topic
from nnlearn.results import Outcome, PartResult, Verdict

WHEN_GRADED = "when graded"


@dataclass
class Board:
    """The topic, and how the learner's file does.

    Attributes:
        topic: The topic.
        file: The file that is checked; it may be missing.
        number: The topic's place in the course, from 1.
        topics: How many topics there are.
        remembered: Verdicts of earlier sessions, by part.
        checks: How many visible checks each part has, once that is known.
        results: What was found since the watch began, by part.
        focus: The part the learner works on.
        hints_used: How many hints for each part were shown.
        hint: The hint on the screen, or an empty string.
        doing: What is under way, or an empty string.
        is_missing: Whether the file is not there.
        saved_at: The time of the last save, as people read it.
        seconds: From noticing that save to the first result, once that is known.
        unreadable: Why the file cannot be read, or an empty string.
        notes: What there is to say about the file as a whole.
        output: What the learner's code printed.
        notice: A line about what a key has done, or asks.
        passed_elsewhere: Parts of other topics that passed, and all of them.
        following: The topic to go on with, or None.
    """

    topic: Topic
    file: Path
    number: int = 1
    topics: int = 1
    remembered: Mapping[str, str] = field(default_factory=dict)
    checks: Mapping[str, int] = field(default_factory=dict)
    results: dict[str, PartResult] = field(default_factory=dict)
    focus: str = ""
    hints_used: dict[str, int] = field(default_factory=dict)
    hint: str = ""
    doing: str = ""
    is_missing: bool = False
    saved_at: str = ""
    seconds: float | None = None
    unreadable: str = ""
    notes: tuple[str, ...] = ()
    output: str = ""
    notice: str = ""
    passed_elsewhere: tuple[int, int] = (0, 0)
    following: Topic | None = None

    def is_checked_here(self, part: str) -> bool:
        """Whether a part has visible checks; until that is known it is taken to have some."""
        return self.checks.get(part, 1) > 0

    def state(self, part: str) -> str:
        """The state of a part, in words."""
        if not self.is_checked_here(part):
            return WHEN_GRADED
        if part in self.results:
            return self.results[part].verdict.words
        return self.remembered.get(part, "not checked").replace("_", " ")

    def passes(self, part: str) -> bool:
        """Whether a part passes, or did when it was last checked."""
        return self.state(part) == Verdict.PASSED.words

    def count(self, part: str) -> str:
        """How many checks of a part pass, in words."""
        if part not in self.results:
            return "its checks are hidden" if not self.is_checked_here(part) else ""
        outcomes = self.results[part].outcomes
        passed = sum(outcome.verdict is Verdict.PASSED for outcome in outcomes)
        return f"{passed} of {len(outcomes)} checks"

    @property
    def open_parts(self) -> list[str]:
        """The parts with visible checks that do not pass, in order."""
        names = [part.name for part in self.topic.parts]
        return [name for name in names if self.is_checked_here(name) and not self.passes(name)]

    @property
    def passed(self) -> int:
        """How many parts pass."""
        return sum(self.passes(part.name) for part in self.topic.parts)

    @property
    def all_pass(self) -> bool:
        """Whether there is nothing left to do here."""
        return bool(self.results) and not self.open_parts

    @property
    def first_failure(self) -> Outcome | None:
        """The first check that did not pass, of the part in focus."""
        result = self.results.get(self.focus)
        outcomes = result.outcomes if result is not None else ()
        return next((o for o in outcomes if o.verdict is not Verdict.PASSED), None)

    def message(self) -> str:
        """What that check says, with a next step that fits the watch."""
        failure = self.first_failure
        if failure is None:
            return ""
        used, of = self.hints_used.get(self.focus, 0), len(self.topic.part(self.focus).hints)
        command = rf"nnlearn hint (?:\w+\.)?{re.escape(self.focus)}\b( +\(\d of \d used\))?"
        return re.sub(command, f"press h for a hint ({used} of {of} used)", failure.message)

    def choose_focus(self) -> None:
        """Stay with the part in focus until it passes, then go to the first that does not."""
        open_parts = self.open_parts
        if self.focus not in open_parts:
            self.focus = open_parts[0] if open_parts else ""
            self.hint = ""

    def in_order(self) -> list[str]:
        """The parts in the order in which to check them: the one in focus first."""
        names = [part.name for part in self.topic.parts]
        return sorted(names, key=lambda name: name != self.focus)

    @property
    def hidden_checks(self) -> int:
        """How many more checks run when the topic is graded."""
        return sum(part.hidden_checks for part in self.topic.parts)
