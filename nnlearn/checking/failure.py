"""A failed check as data, and the words it is shown in.

Terminals, pytest, notebooks, nbgrader feedback, HTML and JSON all show the text of `render`, each laid out
for the width that it has (`nnlearn.text.laid_out`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from nnlearn.text import FIELD, laid_out

WIDTH = 83  # of lines where nobody can tell how much room there is

KINDS = {
    "value": "some values are not right",
    "shape": "the shape is not right",
    "dtype": "the dtype is not right",
    "finite": "NaN or infinity stands where a finite number belongs",
    "size": "what comes back is too large to be checked",
    "type": "what comes back is of the wrong kind",
    "error": "an error that should be raised is not raised, or another one is",
    "property": "this does not hold",
}


@dataclass(frozen=True)
class Failure:
    """Everything there is to say about a check that did not pass.

    Attributes:
        claim: What should hold: `each row should add up to 1`.
        kind: A key of `KINDS`: the only thing a hidden check says about values.
        detail: How it does not hold: `row 0 adds up to 0.2833`.
        expected: Lines that show what was expected.
        got: Lines that show what came back.
        part: The part that was checked.
        call: The call of the learner's code that it is about, and what its arguments were.
        raised: What the exception said.
        frames: The learner's own lines it went through.
        noticed: What was noticed in the part, in words, where this is the check to say it at.
        try_it: A line that repeats the call, or that runs this check alone.
        next_step: What to do now.
        where: Where the part stands in the learner's file.
    """

    claim: str
    kind: str = "property"
    detail: str = ""
    expected: tuple[str, ...] = ()
    got: tuple[str, ...] = ()
    part: str = ""
    call: tuple[str, ...] = ()
    raised: tuple[str, ...] = ()
    frames: tuple[str, ...] = ()
    noticed: tuple[str, ...] = ()
    try_it: str = ""
    next_step: str = ""
    where: str = ""

    def redacted(self, title: str) -> Failure:
        """What a learner may see of a hidden check: its title and the kind of failure.

        Nothing that the learner's code chose is left: it may have put the inputs into what an exception
        says, into its class, into the name of a function, of something forbidden.
        """
        return self._bare(title, "it raised an error" if self.frames else KINDS[self.kind])

    def without_answer(self, title: str) -> Failure:
        """What a learner may see of a hidden check that got no answer: its code can choose why."""
        return self._bare(title, "it gave no answer: it raised an error, or ran out of time or memory")

    def _bare(self, title: str, got: str) -> Failure:
        claim = f"this should hold: {title.rstrip('.')}"
        return replace(
            self, claim=claim, detail="", expected=(), got=(got,), call=(), raised=(), frames=(), try_it=""
        )


class CheckFailed(AssertionError):
    """A check did not pass.

    Attributes:
        failure: All there is to say about it. The pytest plugin adds the part, the call, the diagnosis
            and the place, which an expectation cannot know.
        about: The answers of the learner that it is about: first what a check says, last what was looked at.
    """

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.claim)
        self.failure = failure
        self.about: list[Any] = []

    def __str__(self) -> str:
        return laid_out(render(self.failure), WIDTH)


def render(failure: Failure) -> str:
    """The failure as text: the diagnosis on line one, then a row for each thing known, each on one line."""
    headline = f"{failure.part}: {failure.claim}" if failure.part else failure.claim
    if failure.detail:
        headline += f", but {failure.detail}" if failure.claim else failure.detail
    lines = [" ".join(headline.split())]
    rows: list[tuple[str, tuple[str, ...]]] = [
        ("Call", failure.call),
        ("Expected", failure.expected),
        ("Got", failure.got),
        ("Raised", failure.raised),
        ("Line", failure.frames),
        *(("Noticed", (" ".join(text.split()),)) for text in failure.noticed),
        ("Try it", (failure.try_it,) if failure.try_it else ()),
        ("Next", (failure.next_step,) if failure.next_step else ()),
        ("Where", (failure.where,) if failure.where else ()),
    ]
    if any(content for _, content in rows):
        lines.append("")
    for label, content in rows:
        for i, line in enumerate(content):
            lines.append(f"  {label if i == 0 else '':<{FIELD - 2}}{line}".rstrip())
    return "\n".join(lines)
