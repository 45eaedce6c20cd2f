"""Facts about failures: what the calls that went wrong have in common, and none that went right has.

A fact is said where it holds for every failed check of a part and no call that was right says otherwise:
`For unsigned integers, the values are not right; all other calls are.`
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from nnlearn.diagnosis.difference import GRADIENTS, Wrong, first_wrong, is_alike
from nnlearn.diagnosis.matching import Asked, Evidence
from nnlearn.results import FoundBy, Noticed

_FEWEST_RIGHT = 2
_LARGE = 20.0
_FEWEST_WITHOUT = 3
_FIRST = ("empty arrays", "NaN or infinity", "unsigned integers")
_GRADIENTS_ALONE = ("gradient", "weight_gradients")
_OF_RANKS = {"raises", "none", "shape", "type"}
_OF_GRADIENTS = {"no gradient", "gradient", "gradient finite"}


_HOW = {
    "raises": "it raises an error",
    "accepts": "it gives a result where it should raise an error",
    "none": "nothing comes back",
    "finite": "NaN or infinity comes out",
    "dtype": "the dtype is not right",
    "shape": "the shape is not right",
    "value": "the values are not right",
    "no gradient": "no gradient arrives",
    "gradient": "the gradient is not right",
    "gradient finite": "the gradient is NaN or infinite",
    "type": "what comes back is of the wrong kind",
    "keys": "entries are missing, or there are too many",
}
_WHERE = {
    "empty arrays": "For empty arrays",
    "NaN or infinity": "Where NaN or infinity goes in",
    "unsigned integers": "For unsigned integers",
    "integers": "For integers",
    "truth values": "For truth values",
    "lists": "For plain lists",
    "float16": "In float16",
    "float64": "In float64",
    "traced": "Inside a tf.function",
    "training=True": "With training=True",
    "training=False": "With training=False",
    "again": "From the second call of an object on",
    "one row": "Where an array has one row alone",
    "zeros": "Where numbers are exactly 0",
}
_RANKS = {f"rank {rank}": f"For inputs of rank {rank}" for rank in range(8)}


Expected = Callable[[str], Sequence[Asked] | None]
"""What the reference answers to a check; None where that cannot be compared."""


def fact_behind(evidence: Mapping[str, Evidence], expected: Expected) -> Noticed | None:
    """What holds for all failures of a part, or None.

    Args:
        evidence: How the checks of the part went.
        expected: What the reference answers to them.
    """
    wrong: list[Wrong] = []
    answered: list[tuple[Asked, Asked]] = []  # what was not found wrong, beside what the reference says
    for check, seen in evidence.items():
        answers = expected(check)
        if seen.passed:
            answered += zip(seen.asked, answers or (), strict=False)
            continue
        found = None if answers is None else first_wrong(seen.asked, answers)
        if answers is None or found is None:
            return None
        place, difference = found
        if not difference.asked.what and not any(one.what for one in seen.asked[:place]):
            return None
        wrong.append(difference)
        answered += zip(seen.asked[:place], answers, strict=False)
    calls = [pair for pair in answered if pair[0].what and not pair[0].what.startswith(".")]
    right = [got for got, want in calls if is_alike(got, want)]
    unsure = [got for got, want in calls if not is_alike(got, want)]
    return next(_facts(wrong, right, unsure), None) if wrong else None


def _facts(wrong: Sequence[Wrong], right: Sequence[Asked], unsure: Sequence[Asked]) -> Iterator[Noticed]:
    """What can be said, the most telling first.

    Args:
        wrong: For each failed check, the first call that went wrong.
        right: The calls that went as those of the reference do.
        unsure: Those that did not, in checks that passed.
    """
    hows = {item.how for item in wrong}
    if len(right) < _FEWEST_RIGHT:
        return
    members = {item.asked.what for item in wrong}
    if "" in members:
        if members == {""} and hows == {"value"} and not unsure:
            said = "What comes back is right, but weights or other objects are not left as they should be."
            yield _noticed("left", said)
        return
    if any(name.startswith(".") for name in members):
        if len(members) == 1:
            yield from _of_member(members.pop()[1:], hows, "" if unsure else "All results are right. ")
        return
    if hows == {"accepts"}:
        others = "" if unsure else " All other calls are right."
        said = "a result comes back where an error should be raised."
        yield _noticed("accepts", f"Something that makes no sense is accepted: {said}{others}")
        return
    if (how := _in_words(hows)) is None:
        return
    name = "+".join(sorted(hows))
    gradients = hows <= _OF_GRADIENTS
    if gradients and not _are_values_right(right, unsure):
        return
    others = (
        "the values are right, and so are all other gradients" if gradients else "all other calls are right"
    )
    compared = [item for item in (*right, *unsure) if not gradients or item.what in GRADIENTS]
    for where, mark in _places(wrong, compared):
        if mark in _RANKS and not hows <= _OF_RANKS:
            continue  # few calls are of one rank, and what they have besides may be what matters
        if mark == "zeros" and not gradients:
            continue  # labels and weights are full of them
        yield _noticed(f"{name}:{mark}", f"{where}, {how}; {others}.")
    for where, mark in _arguments(wrong, compared):
        yield _noticed(f"{name}:only:{mark}", f"{where}, {how} in some calls; without it, all are right.")
    if gradients:
        yield _noticed(name, f"The values are right, but {how}.")


def _are_values_right(right: Sequence[Asked], unsure: Sequence[Asked]) -> bool:
    """Whether calls that give a value, and not a gradient alone, have been seen to give the right one."""
    right, unsure = ([one for one in calls if one.what not in _GRADIENTS_ALONE] for calls in (right, unsure))
    return len(right) >= _FEWEST_RIGHT and not unsure


def _of_member(name: str, hows: set[str], others: str) -> Iterator[Noticed]:
    """What is wrong with an attribute, or with what a method gives."""
    if hows == {"keys"}:
        said = f"What `{name}` gives lacks entries, or has too many."
        yield _noticed(f"{name}:keys", f"{others}{said}")
    elif hows <= {"value", "dtype", "shape", "none"}:
        yield _noticed(f"{name}:wrong", f"{others}`{name}` is not as it should be.")


def _places(wrong: Sequence[Wrong], right: Sequence[Asked]) -> Iterator[tuple[str, str]]:
    """Where it is that something goes wrong, and nothing goes right; in words and in a word."""
    if not right:
        return
    shared = frozenset.intersection(*(item.asked.marks for item in wrong))
    smallest = min(item.asked.largest for item in wrong)
    telling = shared - frozenset().union(*(item.marks for item in right))
    words = _words_of(telling)
    yield from ((words[mark], mark) for mark in _FIRST if mark in words)
    if smallest >= _LARGE and smallest > max(item.largest for item in right):
        yield "Where the numbers are large", "large"
    yield from ((where, mark) for mark, where in words.items())
    for mark, where in _words_of(shared).items():
        like = [item.largest for item in right if mark in item.marks]
        if "=" in mark and like and smallest >= _LARGE and smallest > max(like):
            yield f"{where}, and where the numbers are large", f"{mark}+large"


def _arguments(wrong: Sequence[Wrong], right: Sequence[Asked]) -> Iterator[tuple[str, str]]:
    """The one argument without which nothing goes wrong, though something may go right with it."""
    shared = frozenset.intersection(*(item.asked.marks for item in wrong))
    for mark, where in _words_of(frozenset(mark for mark in shared if "=" in mark)).items():
        if sum(mark not in item.marks for item in right) >= _FEWEST_WITHOUT:
            yield where, mark


def _words_of(marks: frozenset[str]) -> dict[str, str]:
    """Marks in words, the most telling first."""
    words = {mark: where for mark, where in _WHERE.items() if mark in marks}
    for mark in sorted(marks - words.keys()):
        if mark.endswith("="):
            words[mark] = f"Where `{mark[:-1]}` is given"
        elif "=" in mark:
            words[mark] = f"With {mark}"
    return words | {mark: where for mark, where in _RANKS.items() if mark in marks}


def _in_words(hows: set[str]) -> str | None:
    """How it goes wrong; None where that is not one thing."""
    if len(hows) == 1:
        return _HOW[next(iter(hows))]
    if hows <= {"finite", "gradient finite"}:
        return "NaN or infinity comes out"
    if hows <= _OF_GRADIENTS:
        return "the gradient is not right"
    if hows <= {"value", "finite"}:
        return "the values are not right"
    if hows <= {"value", "finite"} | _OF_GRADIENTS:
        return "values and gradient are not right"
    return None


def _noticed(name: str, message: str) -> Noticed:
    return Noticed(f"fact:{name}", message, FoundBy.FACT)
