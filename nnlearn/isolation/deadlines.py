"""How long a learner's code may take: for one call, for one part, for the whole submission.

Only the time that the grader waits for the learner's process counts.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Allowance:
    """The time that one request may take.

    Attributes:
        seconds: How long.
        rule: The limit that it comes from, in words.
    """

    seconds: float
    rule: str


class Deadlines:
    """Keeps the time of one submission, over all the processes that serve it.

    Args:
        call_seconds: The most one request may take.
        part_seconds: The most all requests of one part may take; also the most that a cell of the file may.
        submission_seconds: The most all requests may take.
    """

    def __init__(self, call_seconds: float, part_seconds: float, submission_seconds: float) -> None:
        self._limits = {
            "one call": call_seconds,
            "one part": part_seconds,
            "the whole submission": submission_seconds,
        }
        self._part = 0.0
        self._loading = 0.0
        self._loaded = "loading the file"
        self._submission = 0.0

    def start_loading(self, what: str) -> None:
        """The next requests run code of the file.

        Args:
            what: Which, in words: `a cell`, `loading the file`.
        """
        self._loading = 0.0
        self._loaded = what

    def start_part(self) -> None:
        """The next requests belong to another part."""
        self._part = 0.0

    def allowance(self, *, loading: bool = False) -> Allowance:
        """The time that the next request may take; 0 seconds when a limit is used up."""
        spent = {
            "one call": 0.0,
            "one part": self._loading if loading else self._part,
            "the whole submission": self._submission,
        }
        left = {rule: max(0.0, limit - spent[rule]) for rule, limit in self._limits.items()}
        if loading:
            del left["one call"]
        rule = min(left, key=lambda name: left[name])
        what = self._loaded if loading and rule == "one part" else rule
        return Allowance(left[rule], f"{what} may take {self._limits[rule]:g} s")

    def spend(self, seconds: float, *, loading: bool = False) -> None:
        """Count time that a request took; what the file's own cells take is not a part's to pay for."""
        if loading:
            self._loading += seconds
        else:
            self._part += seconds
        self._submission += seconds

    @property
    def submission_seconds(self) -> float:
        """The most all requests may take."""
        return self._limits["the whole submission"]
