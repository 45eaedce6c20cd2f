"""What can go wrong on the learner's side, as the checks' side sees it.

::

    LearnerProblem
    ├── LearnerRaised    the learner's code raised an exception
    ├── NotWritten       the part is still a stub, or its name does not exist
    ├── Forbidden        the part used what the exercise asks the learner to build
    └── LearnerDied      the learner's process ended or was ended

None of these is the grader's fault, so none becomes a grader error.
"""

from __future__ import annotations

from dataclasses import dataclass

from nnlearn.results import Verdict


class LearnerProblem(Exception):
    """Something in the learner's code or process kept a check from getting its answer."""


@dataclass(frozen=True)
class Frame:
    """One frame of the learner's own code in a traceback."""

    file: str
    line: int
    function: str
    text: str


class LearnerRaised(LearnerProblem):
    """The learner's code raised an exception.

    Args:
        type_name: The exception's class, e.g. `ValueError`.
        message: What the exception said, shortened.
        bases: Qualified names of the class and its bases, e.g. `builtins.ValueError`.
        frames: The learner's own frames, outermost first.
    """

    def __init__(
        self, type_name: str, message: str, bases: tuple[str, ...], frames: tuple[Frame, ...]
    ) -> None:
        super().__init__(f"{type_name}: {message}" if message else type_name)
        self.type_name = type_name
        self.message = message
        self.bases = bases
        self.frames = frames


class NotWritten(LearnerProblem):
    """The part is still a stub, or nothing of its name is there."""


class Forbidden(LearnerProblem):
    """The part used what the exercise asks the learner to build.

    Args:
        uses: What was used and where, e.g. `keras.ops.softmax (softmax.py:7)`.
    """

    def __init__(self, uses: tuple[str, ...]) -> None:
        super().__init__(", ".join(uses))
        self.uses = uses


class LearnerDied(LearnerProblem):
    """The learner's process ended, or was ended, before it answered.

    Args:
        verdict: `timed_out`, `out_of_memory` or `crashed`.
        message: What happened, in words for the learner.
    """

    def __init__(self, verdict: Verdict, message: str) -> None:
        super().__init__(message)
        self.verdict = verdict
        self.message = message


def ended_itself(status: int) -> str:
    """What is said of code that ended the process it ran in."""
    return f"your code ended the process, as os._exit({status}) does"
