"""Expectations of answers of any kind: how many there are, whether they are there, what is raised."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from typing import Any

from nnlearn.checking.expect.reading import is_array, is_number, of_the_answer, short
from nnlearn.checking.failure import CheckFailed, Failure
from nnlearn.learner.errors import LearnerRaised
from nnlearn.text import one_line


def true(condition: bool, claim: str, but: str = "") -> None:
    """A condition that the check worked out holds."""
    if not condition:
        raise CheckFailed(Failure(claim, "property", but or "it does not"))


@of_the_answer
def items(answer: Any, count: int, claim: str) -> tuple[Any, ...]:
    """The answer is a tuple or a list of `count` things, which are returned."""
    listed = isinstance(answer, (tuple, list))
    true(listed, claim, f"it is {type(answer).__name__}")
    true(len(answer) == count, claim, f"it has {len(answer)}")
    return tuple(answer)


@of_the_answer
def number(answer: Any, claim: str) -> float:
    """The answer is one number, Python's, NumPy's or a tensor of rank 0, which is returned."""
    several = is_array(answer) and answer.shape != ()
    true(is_number(answer), claim, f"its shape is {answer.shape}" if several else f"it is {short(answer)}")
    try:
        return float(answer)
    except OverflowError:
        raise CheckFailed(Failure(claim, "finite", f"it is {short(answer)}", ("a number",))) from None


def arrives(gradient: Any, claim: str) -> Any:
    """There is a gradient, which is returned: None is what a tape gives where nothing leads back."""
    true(gradient is not None, claim, "no gradient arrives: TensorFlow lost track of the computation")
    return gradient


@contextlib.contextmanager
def raises(error: type[BaseException], claim: str, mentions: str | Sequence[str] = ()) -> Iterator[None]:
    """The learner's code raises `error`, a built-in exception, and its message mentions some words.

    Args:
        error: The built-in class; subclasses will do.
        claim: What should hold.
        mentions: Words that the message has to contain, in any case.
    """
    words = [mentions] if isinstance(mentions, str) else list(mentions)
    wanted = f"{error.__name__}" + (f" mentioning {', '.join(words)}" if words else "")
    try:
        yield
    except LearnerRaised as raised:
        said = (one_line(str(raised)),)
        if f"{error.__module__}.{error.__qualname__}" not in raised.bases:
            detail = f"{raised.type_name} is raised"
            raise CheckFailed(Failure(claim, "error", detail, (wanted,), said)) from raised
        missing = [word for word in words if word.lower() not in raised.message.lower()]
        if missing:
            detail = f"the message does not mention {', '.join(missing)}"
            raise CheckFailed(Failure(claim, "error", detail, (wanted,), said)) from raised
    else:
        raise CheckFailed(Failure(claim, "error", "nothing is raised", (wanted,), ("no error",)))
