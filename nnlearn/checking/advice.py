"""What a message says about going on: a hint, and a line to try."""

from __future__ import annotations

from nnlearn.learner.calls import CallText
from nnlearn.learner.parameters import Names


class Advice:
    """Advice where nothing is known about the learner: in grading, and for authors."""

    def next_step(self, part: str) -> str:
        """What to do when a check of `part` did not pass."""
        return f"nnlearn hint {part}"

    def try_it(self, about: str, told: CallText, names: Names) -> str:  # noqa: ARG002
        """A line that repeats what went wrong, or an empty string.

        Args:
            about: The check that did not pass, or the part of which it is the first; empty where
                neither can be run again.
            told: The call that the message is about.
            names: What the submission calls things.
        """
        return ""

    def keep_guess(self, key: str, answer: object, *, is_right: bool) -> None:
        """Remember what was predicted, before it is said whether it is right.

        Args:
            key: The prediction.
            answer: An allowed answer.
            is_right: Whether it is the right one.
        """
