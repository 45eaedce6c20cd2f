"""What a learner has done: the last verdict of every part, and how many hints were shown.

It is kept in `.nnlearn/progress.json` of the workspace::

    {
      "schema_version": 1,
      "topics": {
        "activations": {
          "softmax": {"verdict": "passed", "hints": 1},
          "relu": {"verdict": "not_written"},
          "predictions": {"guesses": {"softmax_shift": {"answer": "same", "right": true}}}
        }
      }
    }

A verdict is one of `nnlearn.results.Verdict`; a part that was never checked has none. Guesses are the first
answers to predictions, as they were before anybody said whether they are right. Keys that are not
listed here are kept as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from nnlearn.catalogue import PREDICTIONS
from nnlearn.files import locked
from nnlearn.workspace.state import Damaged, read_state, set_aside, write_state

SCHEMA_VERSION = 1
HINTS = 3
T = TypeVar("T")


class Progress:
    """The progress kept in the workspace at `root`. A missing file is an empty progress.

    Several processes may use it at once: each change is made to what the file holds at that moment,
    under a lock.

    Args:
        root: The root of the workspace.

    Attributes:
        notes: What the learner should know about the file: that it was damaged, and where it is now.

    Raises:
        WorkspaceError: From any method: a newer nnlearn wrote the file, or it cannot be read.
        OutputError: From a method that writes: the file cannot be written.
    """

    def __init__(self, root: Path) -> None:
        self._file = root / ".nnlearn" / "progress.json"
        self._lock = root / ".nnlearn" / "progress.lock"
        self.notes: list[str] = []

    def record(self, topic: str, verdicts: Mapping[str, str]) -> None:
        """Remember the verdicts of parts; those of other parts stay as they are.

        Args:
            topic: The topic.
            verdicts: For each part its verdict: `passed`, `failed`, ...
        """

        def change(topics: dict[str, Any]) -> None:
            parts = _table(topics, topic)
            for part, verdict in verdicts.items():
                _table(parts, part)["verdict"] = str(verdict)

        if any(self.verdicts(topic).get(part) != verdict for part, verdict in verdicts.items()):
            self._update(change)

    def verdicts(self, topic: str) -> dict[str, str]:
        """For each part of `topic` that was checked, its last verdict."""
        parts = self._read().get(topic, {})
        return {name: part["verdict"] for name, part in parts.items() if "verdict" in part}

    def hints_used(self, topic: str, part: str) -> int:
        """How many hints for a part were shown: 0 to 3."""
        return int(self._read().get(topic, {}).get(part, {}).get("hints", 0))

    def use_hint(self, topic: str, part: str) -> int:
        """The number of the hint to show now, 1 to 3: the next one, and the last again after it."""

        def change(topics: dict[str, Any]) -> int:
            entry = _table(_table(topics, topic), part)
            entry["hints"] = min(int(entry.get("hints", 0)) + 1, HINTS)
            return int(entry["hints"])

        return self._update(change)

    def keep_guess(self, topic: str, key: str, answer: object, *, is_right: bool) -> None:
        """Keep the first answer to a prediction; what comes after it changes nothing.

        Args:
            topic: The topic.
            key: The prediction.
            answer: An allowed answer: plain data.
            is_right: Whether it is the right one.
        """

        def change(topics: dict[str, Any]) -> None:
            guesses = _table(_table(_table(topics, topic), PREDICTIONS), "guesses")
            guesses.setdefault(key, {"answer": answer, "right": is_right})

        if key not in self.guesses(topic):
            self._update(change)

    def guesses(self, topic: str) -> dict[str, bool]:
        """For each prediction of `topic` that was answered, whether the first guess was right."""
        guesses = self._read().get(topic, {}).get(PREDICTIONS, {}).get("guesses", {})
        return {key: bool(guess["right"]) for key, guess in guesses.items()}

    def forget(self, topic: str, part: str | None = None) -> None:
        """Forget the verdicts of a topic, or of one part of it; the hints that were shown stay counted."""

        def change(topics: dict[str, Any]) -> None:
            for name, entry in topics.get(topic, {}).items():
                if part in (None, name):
                    entry.pop("verdict", None)

        self._update(change)

    def _update(self, change: Callable[[dict[str, Any]], T]) -> T:
        with locked(self._lock):
            document = self._document()
            document["schema_version"] = SCHEMA_VERSION
            result = change(_table(document, "topics"))
            write_state(self._file, document)
            return result

    def _read(self) -> dict[str, Any]:
        try:
            return _topics(read_state(self._file, SCHEMA_VERSION))
        except Damaged:
            with locked(self._lock):  # another process may be putting it right at this moment
                return _topics(self._document())

    def _document(self) -> dict[str, Any]:
        """All that the file holds. Called under the lock: a damaged file is moved out of the way."""
        try:
            document = read_state(self._file, SCHEMA_VERSION)
            _topics(document)
        except Damaged as error:
            aside = set_aside(self._file)
            self.notes.append(
                f"{self._file} was damaged ({error}). It is kept as {aside.name}; "
                "progress starts anew, and your exercises are as they were."
            )
            return {}
        return document


def _table(tables: dict[str, Any], name: str) -> dict[str, Any]:
    table: dict[str, Any] = tables.setdefault(name, {})
    return table


def _topics(document: dict[str, Any]) -> dict[str, dict[str, dict[str, Any]]]:
    """The topics in a document.

    Raises:
        Damaged: Something in it has another form than it should.
    """
    topics = document.get("topics", {})
    levels: list[Any] = [topics]
    for _ in range(2):
        if not all(isinstance(level, dict) for level in levels):
            raise Damaged("`topics` does not hold parts by topic")
        levels = [value for level in levels for value in level.values()]
    for entry in levels:
        if not isinstance(entry, dict) or not isinstance(entry.get("verdict", ""), str):
            raise Damaged("a part does not hold a verdict in words")
        hints = entry.get("hints", 0)
        if type(hints) is not int or not 0 <= hints <= HINTS:
            raise Damaged("a part does not hold a number of hints")
        guesses = entry.get("guesses", {})
        if not isinstance(guesses, dict) or not all(
            isinstance(guess, dict) and type(guess.get("right")) is bool for guess in guesses.values()
        ):
            raise Damaged("a part does not hold guesses that are right or wrong")
    return topics  # type: ignore[no-any-return]
