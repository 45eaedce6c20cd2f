"""A check that ended in an exception of our own, met by answers that the reference does not give."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from nnlearn.checking.failure import Failure
from nnlearn.checking.judge import call_lines
from nnlearn.checking.kinds import Answer, Unlike
from nnlearn.text import one_line

_LONGEST = 200


@dataclass(frozen=True)
class Unforeseen:
    """An exception that no check raises on purpose.

    Attributes:
        words: Its class and what it says.
        too_large: Whether there was no memory left to handle an answer with.
    """

    words: str
    too_large: bool

    @classmethod
    def of(cls, error: BaseException) -> Unforeseen:
        """`error` in words."""
        words = one_line(f"{type(error).__name__}: {error}", _LONGEST)
        return cls(words, isinstance(error, MemoryError))


def at_fault(
    failure: Failure,
    title: str,
    unforeseen: Unforeseen,
    answers: Sequence[Answer],
    unlike: Unlike | None,
) -> Failure:
    """What to say where the answers are at fault: the first that is not of the kind that was expected.

    Args:
        failure: What is known of the place and the last call.
        title: What the check asks for.
        unforeseen: The exception.
        answers: The learner's.
        unlike: The first that the reference would have answered otherwise, if one is known.
    """
    failure = replace(failure, claim=f"this should hold: {title.rstrip('.')}", raised=())
    if unforeseen.too_large:
        return replace(failure, kind="size", detail="the answer was too large to be checked")
    if unlike is not None:
        return replace(
            failure,
            kind=unlike.kind,
            detail=unlike.detail,
            expected=(unlike.expected,),
            got=(unlike.got,),
            call=call_lines(unlike.call) or failure.call,
        )
    last = next((answer.kind.words for answer in reversed(answers) if answer.kind), "")
    return replace(
        failure,
        detail="your answer could not be compared",
        got=(last,) if last else (),
        raised=(unforeseen.words,),
    )
