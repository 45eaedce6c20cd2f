"""What a message says about going on: a hint, and a line to try."""

from __future__ import annotations

from nnlearn.checking.failure import ROOM
from nnlearn.learner.session import Session

LONGEST = ROOM


class Advice:
    """Advice where nothing is known about the learner: in grading, and for authors."""

    def next_step(self, part: str) -> str:
        """What to do when a check of `part` did not pass."""
        return f"nnlearn hint {part}"

    def try_it(self, check: str, session: Session) -> str:  # noqa: ARG002
        """A line that repeats what went wrong, or an empty string.

        Args:
            check: The check that did not pass.
            session: Its conversation with the learner's code.
        """
        return ""
