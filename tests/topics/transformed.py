"""Answers as nobody expects them: the reference of a topic, with its replies made into something else."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.engine.reference import Reference
from nnlearn.catalogue import Topic
from nnlearn.host.host import Host
from nnlearn.learner.errors import LearnerDied
from nnlearn.learner.local import HostSeat, LocalTransport
from nnlearn.protocol.requests import Program
from nnlearn.protocol.transport import Transport
from nnlearn.protocol.values import Handle
from nnlearn.results import Verdict

Array = np.ndarray[Any, Any]
Keep = Callable[[Any], Handle]
Transform = Callable[[Any, Keep], Any]
STOPS, GOES_ON = "stops early", "does not stop"
_HUGE = 10**9
_MORE = 300  # values that a generator gives which should have stopped


def _array(change: Callable[[Array], Any]) -> Transform:
    """Changes every array in a reply; what holds none stays."""

    def transform(value: Any, keep: Keep) -> Any:
        if isinstance(value, np.ndarray):
            return change(value)
        if isinstance(value, (list, tuple)):
            return type(value)(transform(item, keep) for item in value)
        if isinstance(value, dict):
            return {key: transform(item, keep) for key, item in value.items()}
        if type(value) in (int, float):
            return change(np.asarray(value))
        return value

    return transform


def _entries(change: Callable[[list[Any]], list[Any]]) -> Transform:
    """Changes how many entries a tuple, a list or a dictionary has."""

    def transform(value: Any, _: Keep) -> Any:
        if isinstance(value, dict):
            return dict(change(list(value.items())))
        return type(value)(change(list(value))) if isinstance(value, (list, tuple)) else value

    return transform


def _always(value: Any) -> Transform:
    return lambda _, keep: value


def _kept(make: Callable[[], Any]) -> Transform:
    return lambda _, keep: keep(make())


def _with_one(number: float) -> Transform:
    def change(array: Array) -> Array:
        array = array.astype("float32" if array.dtype.kind in "biu" else array.dtype)
        array.ravel()[:1] = number
        return array

    return _array(change)


def _full(number: float) -> Transform:
    return _array(lambda a: np.full_like(a, number, dtype=a.dtype if a.dtype.kind in "fc" else "float64"))


def _nested(value: Any, depth: int) -> Any:
    return value if depth == 0 else [_nested(value, depth - 1)]


TRANSFORMS: dict[str, Transform] = {
    "None": _always(None),
    "text": _always("abc"),
    "long text": _always("x" * 100_000),
    "surrogate": _always("\ud800"),
    "bytes": _always(b"abc"),
    "True": _always(True),
    "0": _always(0),
    "-1": _always(-1),
    "huge int": _always(10**1100),
    "huge negative int": _always(-(10**1100)),
    "an int of 5000 digits": _always(10**5000),
    "list of huge ints": _always([10**1100, 10**400]),
    "nan": _always(float("nan")),
    "inf": _always(float("inf")),
    "complex": _always(np.asarray(1 + 2j)),
    "empty list": _always([]),
    "empty tuple": _always(()),
    "empty dict": _always({}),
    "empty array": _always(np.zeros((0,), "float32")),
    "ragged": _always([[1.0, 2.0], [3.0]]),
    "ragged arrays": _always([np.ones((2, 3)), np.ones((3, 2))]),
    "list of texts": _always(["a", "bc"]),
    "list with None": _always([None, 1.0]),
    "dict with odd keys": _always({0: 1, b"x": None, None: [2]}),
    "object": _kept(object),
    "function": _kept(lambda: len),
    "class": _kept(lambda: dict),
    "module": _kept(lambda: np),
    "generator": _kept(lambda: (n for n in range(3))),
    "object array": _kept(lambda: np.array([None, "a"], object)),
    "texts": _kept(lambda: np.array(["a", "bc"])),
    "zero-size of a huge shape": _always(np.zeros((0, _HUGE), "float32")),
    "rank 32": _always(np.zeros((1,) * 32)),
    "in a list": lambda value, keep: [value],
    "in a tuple": lambda value, keep: (value, value),
    "in a dict": lambda value, keep: {"value": value},
    "nested": lambda value, keep: _nested(value, 14),
    "as a list": _array(lambda a: a.tolist()),
    "extra entry": _entries(lambda items: [*items, *items[:1]]),
    "missing entry": _entries(lambda items: items[:-1]),
    "missing first entry": _entries(lambda items: items[1:]),
    "no entries": _entries(lambda items: []),
    "entries the other way round": _entries(lambda items: items[::-1]),
    "rank more": _array(lambda a: a[None]),
    "column": _array(lambda a: a[..., None]),
    "rank less": _array(lambda a: a[0] if a.ndim and len(a) else a),
    "sum": _array(np.sum),
    "zero rows": _array(lambda a: a[:0] if a.ndim else a),
    "zero columns": _array(lambda a: a[..., :0] if a.ndim else a),
    "one row less": _array(lambda a: a[1:] if a.ndim else a),
    "one row more": _array(lambda a: np.concatenate([a, a[:1]]) if a.ndim else a),
    "flat": _array(np.ravel),
    "transposed": _array(np.transpose),
    "wide": _array(lambda a: np.zeros((1, 100_000))),
    "nan in one place": _with_one(np.nan),
    "inf in one place": _with_one(np.inf),
    "nan everywhere": _full(np.nan),
    "inf everywhere": _full(-np.inf),
    "large": _full(1e300),
    "as bool": _array(lambda a: a.astype(bool)),
    "as int64": _array(lambda a: np.nan_to_num(a.real).astype("int64")),
    "as uint8": _array(lambda a: np.nan_to_num(a.real).astype("uint8")),
    "as float16": _array(lambda a: a.astype("float16")),
    "as complex": _array(lambda a: a.astype("complex64") + 1j),
    "plus one": _array(lambda a: a + np.ones((), a.dtype)),
}
"""What a reply's value is made into, in words; each gets that, and what puts an object behind a handle."""

VERBS: dict[str, tuple[Any, ...]] = {
    "raises": ("raised", "ValueError", "no", ["builtins.ValueError", "builtins.Exception"], []),
    "is not written": ("not_written", "nothing here"),
}
"""Replies of another kind, in words."""


@dataclass(frozen=True)
class Plan:
    """What is done to the replies of one check.

    Attributes:
        what: A key of `TRANSFORMS` or `VERBS`, or how an iterator ends: `STOPS` or `GOES_ON`.
        place: Which reply, counted from 0; None for all.
    """

    what: str
    place: int | None


class TransformingTransport:
    """Carries requests to a host, and changes its replies."""

    output = ""

    def __init__(self, host: Host, plan: Plan) -> None:
        self._inner = LocalTransport(host)
        self._host = host
        self._plan = plan
        self._replies = 0
        self._more = _MORE
        self._last: tuple[Any, ...] = ("value", None)

    def request(self, request: tuple[Any, ...]) -> tuple[Any, ...]:
        if _is_huge(request):  # a layer made for that many features: a process with limits ends there
            raise LearnerDied(Verdict.OUT_OF_MEMORY, "it ran out of memory")
        reply = self._inner.request(request)
        if request[0] == "begin":
            return reply
        place, self._replies = self._replies, self._replies + 1
        return self._changed(request[0], reply) if self._plan.place in (None, place) else reply

    def close(self) -> None:
        self._inner.close()

    def _changed(self, verb: str, reply: tuple[Any, ...]) -> tuple[Any, ...]:
        what = self._plan.what
        if what == STOPS:
            return ("end",) if verb == "next" else reply
        if what == GOES_ON:
            return self._endless(verb, reply)
        if what in VERBS:
            return VERBS[what]
        if reply[0] != "value":
            return reply
        with np.errstate(all="ignore"):
            return ("value", TRANSFORMS[what](reply[1], self._host._keep))

    def _endless(self, verb: str, reply: tuple[Any, ...]) -> tuple[Any, ...]:
        if reply == ("end",) and self._more:
            self._more -= 1
            return self._last
        self._last = reply if verb == "next" else self._last
        return reply


def _is_huge(value: Any) -> bool:
    """Whether an array of the huge shape is, or is anywhere in, what a check hands back."""
    if isinstance(value, np.ndarray):
        return _HUGE in value.shape
    if isinstance(value, dict):
        return any(map(_is_huge, value.values()))
    return isinstance(value, (list, tuple)) and any(map(_is_huge, value))


class TransformingSeat(HostSeat):
    """The reference of a topic, with its replies changed."""

    def __init__(self, topic: Topic, reference: Reference, plan: Plan) -> None:
        self._host = Host.around(reference.run(), Program(topic.name, (), {}))
        self._plan = plan

    def transport(self, part: str) -> Transport:
        return TransformingTransport(self._host, self._plan)


def plans(check: str, replies: int) -> Iterator[Plan]:
    """Each transformation of all replies to a check at once, and of one alone: which, differs by check."""
    for what in (*TRANSFORMS, *VERBS, STOPS, GOES_ON):
        yield Plan(what, None)
        if replies:
            yield Plan(what, zlib.crc32(f"{check}:{what}".encode()) % replies)
