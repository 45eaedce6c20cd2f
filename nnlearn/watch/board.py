"""What the watch knows about the topic at this moment; how it is shown is decided elsewhere."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from nnlearn.catalogue import PREDICTIONS, Topic
from nnlearn.results import Outcome, PartResult, Verdict
from nnlearn.watch.written import Fault
from nnlearn.workspace.standing import Standing

WHEN_GRADED = "when graded"
NOT_CHECKED = "not checked"
_NO_WORK = (Verdict.NOT_WRITTEN.words, NOT_CHECKED)


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
        focus: The part that is shown: the one the learner works on, or went to; none where all is done.
        hints_used: How many hints for each part were shown.
        hint: The hint on the screen, or an empty string.
        doing: What is under way, or an empty string.
        is_missing: Whether the file is not there.
        saved_at: The time of the last save, as people read it.
        seconds: From noticing that save to the first result, once that is known.
        fault: Where the file does not parse, if parts cannot be checked for that; what was found before
            stands until it does.
        unreadable: Why the file cannot be read, or an empty string.
        notes: What there is to say about the file as a whole.
        printed: What each part printed; under no name what the file did while it was loaded.
        notice: A line about what a key has done, or asks.
        passed_elsewhere: Parts of other topics that passed, and all of them.
        following: The topic to go on with, or None.
        beyond: What there is besides once all passes, a line each; None as long as nobody has looked.
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
    fault: Fault | None = None
    unreadable: str = ""
    notes: tuple[str, ...] = ()
    printed: dict[str, str] = field(default_factory=dict)
    notice: str = ""
    passed_elsewhere: tuple[int, int] = (0, 0)
    following: Topic | None = None
    beyond: tuple[str, ...] | None = None
    _changed: Sequence[str] = ()
    _broke: list[str] = field(default_factory=list)
    _was_at: str = ""
    _left: str = ""
    _is_chosen: bool = False

    def look_at(self, standing: Standing) -> None:
        """Bring what is said about all topics up to date.

        Raises:
            NnlearnError: The progress cannot be read.
        """
        topic, progress = self.topic, standing.progress
        self.number, self.topics = standing.topics.index(topic) + 1, len(standing.topics)
        self.remembered = progress.verdicts(topic.name)
        self.hints_used = {p.name: progress.hints_used(topic.name, p.name) for p in topic.parts}
        others = [other for other in standing.topics if other is not topic]
        total = sum(len(other.parts) for other in others)
        self.passed_elsewhere = (sum(standing.passed(other) for other in others), total)
        self.following = standing.following(topic)
        if self.all_pass and self.beyond is None:  # not before: it takes a while
            self.beyond = standing.beyond(topic)

    def is_checked_here(self, part: str) -> bool:
        """Whether a part has visible checks; until that is known it is taken to have some."""
        return self.checks.get(part, 1) > 0

    def state(self, part: str) -> str:
        """The state of a part, in words."""
        if not self.is_checked_here(part):
            return WHEN_GRADED
        if part in self.results:
            return self.results[part].verdict.words
        return self.remembered.get(part, NOT_CHECKED).replace("_", " ")

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

    def is_untouched(self, part: str) -> bool:
        """Whether nothing of a part is written, as far as is known; of one with visible checks."""
        outcomes = self.results[part].outcomes if part in self.results else ()
        return self.state(part) in _NO_WORK and all(o.verdict is not Verdict.PASSED for o in outcomes)

    def printed_by(self, part: str) -> str:
        """What a part has printed, or the file; nothing while the file cannot be read: that is said alone."""
        return "" if self.fault is not None or self.unreadable else self.printed.get(part, "")

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
        is_read = not (self.is_missing or self.unreadable or self.fault)
        return bool(self.results) and is_read and not self.open_parts

    @property
    def failures(self) -> tuple[Outcome, ...]:
        """What there is to look at of the part in focus: one check, or each guess that was answered."""
        result = self.results.get(self.focus)
        return result.to_look_at(apart=self.focus == PREDICTIONS) if result is not None else ()

    def messages(self) -> list[str]:
        """What is said of each of them, with a next step that fits the watch."""
        if not self.failures:
            return []
        used, of = self.hints_used.get(self.focus, 0), len(self.topic.part(self.focus).hints)
        command = rf"nnlearn hint (?:\w+\.)?{re.escape(self.focus)}\b( +\(\d of \d used\))?"
        step = f"press h for a hint ({used} of {of} used)"
        return [re.sub(command, step, outcome.message) for outcome in self.failures]

    def go_to(self, part: str) -> None:
        """Show a part, and stay there until another one is changed; none: what there is when all is done."""
        self._is_chosen = True
        self._broke.clear()
        self._show(part)
        self._was_at = part

    def saved(self, changed: Collection[str]) -> None:
        """The file was saved: go where the learner is.

        Args:
            changed: The parts that are written in other words than before.
        """
        self._changed = [part.name for part in self.topic.parts if part.name in changed]
        self._broke.clear()
        self._was_at = self.focus
        if not self._changed:
            return
        self._is_chosen = False
        if self.focus not in self._changed:
            self._show(self._changed[0])

    def take(self, result: PartResult) -> None:
        """Take in the result of a part, and choose which one is to be seen."""
        passed = self.passes(result.name)
        self.results[result.name] = result
        if passed and not self.passes(result.name):
            self._broke.append(result.name)
        self.choose_focus()

    def choose_focus(self) -> None:
        """Stay with the part that was changed, or gone to, until it passes, then go on.

        What broke goes before what was open all along; then comes the part that was left for one that
        passes now, and then the next in order. What is not written yet, or was never checked, is nothing
        to look at as long as there is anything else that was changed.
        """
        open_parts = self.open_parts
        at_work = [n for n in self._changed if n in open_parts and self.state(n) not in _NO_WORK]
        if self.focus in at_work or (self._is_chosen and not self._broke):
            return
        names = [part.name for part in self.topic.parts]
        place = names.index(self.focus) if self.focus else 0
        following = [name for name in (*names[place:], *names[:place]) if name in open_parts]
        candidates = (*at_work, *self._broke, *self._changed, self.focus, self._left, *following)
        chosen = next((name for name in candidates if name in open_parts), "")
        if self._was_at in open_parts and chosen != self._was_at:
            self._left = self._was_at
        self._is_chosen = False
        self._show(chosen)

    def in_order(self) -> list[str]:
        """The parts in the order in which to check them: those first that the learner is at.

        One that waits for the file to parse is not among them.
        """
        kept = self.fault.parts if self.fault else ()
        names = [part.name for part in self.topic.parts if part.name not in kept]
        return sorted(names, key=lambda name: (name != self.focus, name not in self._changed))

    def _show(self, part: str) -> None:
        if part != self.focus:
            self.focus, self.hint = part, ""

    @property
    def hidden_checks(self) -> int:
        """How many more checks run when the topic is graded."""
        return sum(part.hidden_checks for part in self.topic.parts)
