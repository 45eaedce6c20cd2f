"""The errors nnlearn shows to people.

::

    NnlearnError               exit code 4: bad usage or bad input
    ├── ContentError           a content tree or a topic.toml is wrong
    ├── SubmissionError        a submission cannot be read at all
    └── OutputError            a file that was asked for cannot be written

Every error names the thing, what was expected, what was received and the next step.
The command line prints the message and exits with `exit_code`; it never prints a traceback of ours.
"""

from __future__ import annotations

EXIT_OK = 0
EXIT_CHECKS_FAILED = 1
EXIT_INTERRUPTED = 2
EXIT_GRADER_ERROR = 3
EXIT_USAGE = 4


class NnlearnError(Exception):
    """Something the person at the keyboard can put right.

    Args:
        problem: One sentence that names the thing, what was expected and what was received.
        next_step: What to do about it: a command to type or a line to change.
    """

    exit_code = EXIT_USAGE

    def __init__(self, problem: str, next_step: str = "") -> None:
        super().__init__(problem)
        self.problem = problem
        self.next_step = next_step

    def __str__(self) -> str:
        return f"{self.problem}\n  {self.next_step}" if self.next_step else self.problem

    @property
    def in_one_line(self) -> str:
        """The same where there is one line for it: two sentences, and not one that runs into the other."""
        return f"{self.problem.rstrip('.')}. {self.next_step}" if self.next_step else self.problem

    def _render_traceback_(self) -> list[str]:
        """What Jupyter shows in place of a traceback."""
        return [f"{type(self).__name__}: {self}"]


class ContentError(NnlearnError):
    """A content tree, or a file in it, is not as it should be."""


class SubmissionError(NnlearnError):
    """A submission cannot be read: the learner has to hand in something else."""


class OutputError(NnlearnError):
    """A file or folder that was asked for cannot be written."""
