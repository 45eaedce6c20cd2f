"""Of what kind a learner's answers are, and which is the first that the reference would answer otherwise.

A check that meets an answer it was not written for ends in an exception of its own. The reference passes the
same check, so what made the difference is an answer of another kind: None instead of an array, two entries
instead of three. Which one it is, and what was expected in its place, is found by laying the two
conversations side by side.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from nnlearn.learner.calls import Calls, CallText
from nnlearn.learner.record import Exchange
from nnlearn.protocol.values import Handle
from nnlearn.text import shown

_MOST_ENTRIES = 50
_MOST_DEPTH = 8
_SUBJECTS = {"call": "it returns", "next": "it gives", "array": "its value is", "len": "its length is"}
_SEVERAL = ("list", "tuple")
_ARRAYS = ("array", "number")
# Reading one of these as an array gives its numbers, so it is as good as an array.
_HOLDS_NUMBERS = "variable"


@dataclass(frozen=True)
class Kind:
    """What can be said of a value without saying the value.

    Attributes:
        name: `None`, `truth value`, `text`, `bytes`, `number`, `array`, `list`, `tuple`, `dict`, or what an
            object is that has no plain form: `function`, `layer`, `generator` ...
        shape: Of an array.
        finite: Whether all numbers are, where there are any.
        entries: The kinds of the first entries of a list or tuple, or of the values of a dictionary.
        keys: The keys of a dictionary, as many.
        length: How many entries there are in all.
    """

    name: str
    shape: tuple[int, ...] = ()
    finite: bool = True
    entries: tuple[Kind, ...] = ()
    keys: tuple[Any, ...] = ()
    length: int = 0

    @property
    def words(self) -> str:
        """As it stands in a sentence."""
        match self.name:
            case "None":
                return "None"
            case "array":
                if len(self.shape) > _MOST_DEPTH:
                    return f"an array of rank {len(self.shape)}"
                return f"an array of shape {self.shape}"
            case "list" | "tuple":
                return f"a {self.name} of {self.length}"
            case "dict":
                return "a dictionary"
            case "bytes":
                return "a string of bytes"
            case "text":
                return "a string"
        return f"{'an' if self.name[0] in 'aeiou' else 'a'} {self.name}"


@dataclass(frozen=True)
class Answer:
    """One reply to a check.

    Attributes:
        verb: What was asked for.
        name: The attribute or the key that was asked for, if it was one.
        reply: `value`, `end`, or what kept the host from giving one.
        kind: Of the value, if it is one.
        call: The call in words, if it was a call.
    """

    verb: str
    name: str
    reply: str
    kind: Kind | None
    call: CallText | None


@dataclass(frozen=True)
class Unlike:
    """How an answer differs from the one that was expected.

    Attributes:
        kind: A key of `nnlearn.checking.failure.KINDS`.
        detail: `it returns None, where an array of shape (3, 4) was expected`.
        expected: What was expected.
        got: What came back.
        call: The call in words that was answered so.
    """

    kind: str
    detail: str
    expected: str
    got: str
    call: CallText | None = None


def answers_in(
    exchanges: Sequence[Exchange], parameters: Mapping[str, tuple[str, ...]]
) -> tuple[Answer, ...]:
    """What can be said of every reply of a check.

    Args:
        exchanges: What was asked, and what came back.
        parameters: As for `Calls`.
    """
    calls = Calls(exchanges, parameters)
    return tuple(
        Answer(
            exchange.request[0],
            shown(exchange.request[2]) if exchange.request[0] in ("get", "item", "prediction") else "",
            exchange.reply[0],
            kind_of(exchange.reply[1]) if exchange.reply[0] == "value" else None,
            calls.of(place) if exchange.request[0] == "call" else None,
        )
        for place, exchange in enumerate(exchanges)
    )


def kind_of(value: Any, depth: int = 0) -> Kind:
    """Of what kind a plain value or a handle is."""
    if value is None:
        return Kind("None")
    if isinstance(value, Handle):
        return Kind("symbolic tensor" if value.name == "KerasTensor" else value.kind)
    if isinstance(value, bool):
        return Kind("truth value")
    if isinstance(value, int):
        return Kind("number")
    if isinstance(value, float):
        return Kind("number", finite=bool(np.isfinite(value)))
    if isinstance(value, str):
        return Kind("text")
    if isinstance(value, bytes):
        return Kind("bytes")
    if isinstance(value, (np.ndarray, np.generic)):
        finite = value.dtype.kind in "biu" or bool(np.isfinite(value).all())
        return Kind("array" if value.ndim else "number", value.shape, finite)
    keys = tuple(value)[:_MOST_ENTRIES] if isinstance(value, dict) else ()
    first = [value[key] for key in keys] if isinstance(value, dict) else value[:_MOST_ENTRIES]
    entries = tuple(kind_of(item, depth + 1) for item in first) if depth < _MOST_DEPTH else ()
    return Kind(type(value).__name__, entries=entries, keys=keys, length=len(value))


def first_unlike(answers: Sequence[Answer], expected: Sequence[Answer]) -> Unlike | None:
    """The first answer that is of another kind than the reference's to the same request, if there is one.

    Args:
        answers: The learner's, in their order.
        expected: The reference's. What is asked for may depend on the answers, so they are comparable only
            until something else was asked.
    """
    comparable = zip(answers, expected, strict=False)
    pairs = list(itertools.takewhile(lambda pair: pair[0].verb == pair[1].verb, comparable))
    # Many a check takes a list for the array it is, so that counts only where nothing else differs.
    found = (_unlike(got, want, lenient) for lenient in (True, False) for got, want in pairs)
    return next(filter(None, found), None)


def _unlike(got: Answer, want: Answer, lenient: bool) -> Unlike | None:
    if got.kind is not None and want.kind is not None:
        found = _difference(got.kind, want.kind, "", lenient)
        if found is None:
            return None
        kind, place, one, other = found
        subject = _SUBJECTS.get(got.verb, f"{got.name} is" if got.name else "it is")
        subject = f"entry {place} is" if place else subject
        return Unlike(kind, f"{subject} {one}, where {other} was expected", other, one, got.call)
    if got.reply == want.reply:
        return None
    if "end" in (got.reply, want.reply):
        stops = "it stops too early" if got.reply == "end" else "it goes on where it should have stopped"
        return Unlike("property", stops, _or_the_end(want), _or_the_end(got), got.call)
    return Unlike("error", "it does not raise what it should", "an error", "no error", got.call)


def _or_the_end(answer: Answer) -> str:
    return answer.kind.words if answer.kind else "the end" if answer.reply == "end" else "an error"


def _difference(got: Kind, want: Kind, place: str, lenient: bool) -> tuple[str, str, str, str] | None:
    """A key of `KINDS`, the entry in which they differ, what is there, and what should be."""
    if lenient and want.name in _ARRAYS:
        got = _as_array(got)
    if got.name in _ARRAYS and want.name in _ARRAYS:
        if got.shape != want.shape:
            return "shape", place, got.words, want.words
        if want.finite and not got.finite:
            wanted = "an array of finite numbers" if want.shape else "a finite number"
            return "finite", place, "NaN or infinity", wanted
        return None
    if got.name in _SEVERAL and want.name in _SEVERAL:
        if got.length != want.length:
            return "shape", place, got.words, want.words
        return _first_difference(got.entries, want.entries, range(got.length), place, lenient)
    if got.name == want.name == "dict":
        missing = next((key for key in want.keys if key not in got.keys), None)
        if missing is not None:
            return "property", place, f"a dictionary without {missing!r}", "one that has it"
        shared = dict(zip(got.keys, got.entries, strict=False))
        entries = [shared[key] for key in want.keys if key in shared]
        return _first_difference(entries, want.entries, want.keys, place, lenient)
    return None if _are_alike(got, want) else ("type", place, _in_words(got), want.words)


def _first_difference(
    got: Sequence[Kind], want: Sequence[Kind], names: Sequence[Any], place: str, lenient: bool
) -> tuple[str, str, str, str] | None:
    for one, other, name in zip(got, want, names, strict=False):
        if (found := _difference(one, other, f"{place}[{name!r}]", lenient)) is not None:
            return found
    return None


def _are_alike(got: Kind, want: Kind) -> bool:
    """Whether two values of kinds with different names can stand for each other."""
    if want.name in _ARRAYS:
        return got.name == _HOLDS_NUMBERS
    plain = {"None", "truth value", "text", "bytes", "dict", *_SEVERAL, *_ARRAYS}
    # One object may do what another does, whatever it is; a class is made into one first.
    objects = not {got.name, want.name} & plain
    return got.name == want.name or (objects and "class" not in (got.name, want.name))


def _as_array(kind: Kind) -> Kind:
    """Nested lists of numbers as the array they are, where they are not empty; all else as it is."""
    shape = _shape_of(kind) if kind.name in _SEVERAL else None
    return Kind("array", shape, kind.finite) if shape else kind


def _shape_of(kind: Kind) -> tuple[int, ...] | None:
    """The shape of the array that nested lists of numbers are, or None."""
    if kind.name in _ARRAYS:
        return kind.shape
    if kind.name not in _SEVERAL or bool(kind.entries) != bool(kind.length):
        return None
    shapes = {_shape_of(entry) for entry in kind.entries} or {()}
    row = shapes.pop()
    return None if shapes or row is None else (kind.length, *row)


def _in_words(kind: Kind) -> str:
    """A list says whether its rows are of one length, where an array was expected."""
    lengths = {entry.length or entry.shape for entry in kind.entries if entry.name in (*_SEVERAL, *_ARRAYS)}
    ragged = kind.name in _SEVERAL and len(lengths) > 1
    return f"{kind.words} whose rows are not of one length" if ragged else kind.words
