"""Watches, while a part runs, for functions, classes and TensorFlow kernels that it may not use.

It runs in the learner's process and catches what reading the code cannot: `getattr(keras.ops, name)`. What
may be used are the elementary functions, and what the part's topic adds. Keras' own internals, the checks and
whoever else shares the process may use everything: a use counts if the learner's code is what asked for it,
itself or by way of a library that did not know what it called. Someone set on disabling the guard can do so,
and wins nothing: all that is lost is that a shortcut goes unseen, the score is made elsewhere.
"""

from __future__ import annotations

import contextlib
import re
import sys
import types
import weakref
from collections.abc import Container, Iterator
from functools import cache, lru_cache
from typing import Any

from nnlearn.host.frames import Frames, Whose
from nnlearn.host.kernels import Kernels, mark
from nnlearn.host.public import AT_WORK, named_by, names_by_object, public_objects, unwrapped
from nnlearn.host.tripwires import Call, Tripwires
from nnlearn.protocol.requests import Rules
from nnlearn.submission.forbidden import Ruling, dotted_names

_SYMBOLIC = "keras.src.ops."


class Guard:
    """Records what the learner's code uses of what it may not.

    Args:
        rules: What the part may use, and what not.
        learner_files: The file names of the learner's code, as its frames have them.
    """

    def __init__(self, rules: Rules, learner_files: Container[str]) -> None:
        self._rules = rules
        self._ruling = _ruling(rules)
        self._frames = Frames(learner_files)
        self._kernels = Kernels(self._report_kernel, self._report_marked)
        self._hits: dict[str, str] = {}
        self._direct = False

    @staticmethod
    def prepare(rules: Rules) -> None:
        """Look up now what there is to watch: takes a while the first time, executes no operation."""
        _ruling(rules)
        _wires_for(rules)

    @staticmethod
    def stand_watch() -> None:
        """Leave the wires set for good: where nothing but learners' code will run."""
        _wires().set()

    @staticmethod
    def standing() -> contextlib.AbstractContextManager[None]:
        """Leave the wires set until the block ends, which costs less than for each request in it."""
        return _wires().standing()

    @property
    def hits(self) -> tuple[str, ...]:
        """What was used so far, sorted: `keras.ops.softmax (softmax.py:7)`."""
        return tuple(sorted(f"{n} ({w})" if w else n for n, w in self._hits.items()))

    def look_at(self, value: Any) -> None:
        """Record a hit if `value`, which stands for a part, may not be used or derives from what may not."""
        if name := self._refused(_wires_for(self._rules).names_of(value)):
            self._hits.setdefault(name, "")

    @contextlib.contextmanager
    def watching(self, *, direct: bool = True) -> Iterator[None]:
        """Watch until the block ends, however it ends.

        Args:
            direct: Whether the block does nothing but call something of the learner's. What libraries do on
                the way there counts only then.
        """
        self._direct = direct
        with _wires_for(self._rules).reporting_to(self._report), self._kernels.watched():
            yield
        if self._kernels.were_switched_off:
            self._hits.setdefault("a way to switch the watch for it off", "")

    def _report(self, call: Call) -> None:
        if not self._counts(call):
            return
        if makes_something(call):
            _made.add(call.args[0])
        if name := self._refused(call.names):
            self._hits.setdefault(name, self._frames.place(call.caller))

    def _report_kernel(self, kernel: str) -> None:
        if self._ruling.refuses_kernel(kernel):
            self._note(f"the TensorFlow kernel {kernel}")

    def _report_marked(self, names: tuple[str, ...]) -> None:
        """A graph runs that was made while the file was loaded, of a call of what has these names."""
        if name := self._refused(names):
            self._note(name)

    def _note(self, name: str) -> None:
        if name not in self._hits and self._is_learners_doing(sys._getframe()):
            self._hits[name] = self._frames.place(sys._getframe())

    def _counts(self, call: Call) -> bool:
        """Whether a call is the learner's doing."""
        if call.function.__name__ in AT_WORK and call.args and is_given(call.args[0]):
            return False
        if self._frames.whose(call.caller) is Whose.LIBRARY and (is_named(call) or is_elementary(call.names)):
            return False
        return self._is_learners_doing(call.caller)

    def _is_learners_doing(self, frame: types.FrameType) -> bool:
        whose = self._frames.asked_for_by(frame, is_given)
        return whose in (Whose.LEARNER, None) or (whose is Whose.OURS and self._direct)

    def _refused(self, names: tuple[str, ...]) -> str:
        return refused_of(self._ruling, names)


class LoadingWatch:
    """Remembers what the learner's file makes while it is loaded, so that the guard knows it when it is used.

    Args:
        learner_files: The file names of the learner's code, as its frames have them.
    """

    def __init__(self, learner_files: Container[str]) -> None:
        self._frames = Frames(learner_files)

    @contextlib.contextmanager
    def watching(self) -> Iterator[None]:
        """Watch until the block ends."""
        with _wires().reporting_to(self._report):
            yield

    def _report(self, call: Call) -> None:
        if self._frames.whose(call.caller) is Whose.LIBRARY and is_named(call):
            return
        if makes_something(call):
            _made.add(call.args[0])
        else:
            mark(call.names)


class _Made:
    """The objects of classes with wires on them that are of the learner's making."""

    def __init__(self) -> None:
        self._references: dict[int, weakref.ref[Any]] = {}

    def add(self, thing: Any) -> None:
        """Remember `thing`."""
        with contextlib.suppress(TypeError):  # of a kind that cannot be referred to so
            self._references[id(thing)] = weakref.ref(thing)

    def __contains__(self, thing: Any) -> bool:
        reference = self._references.get(id(thing))
        return reference is not None and reference() is thing


_made = _Made()


def is_given(thing: Any) -> bool:
    """Whether something was put into the learner's hands: an object that is not elementary, made by others.

    Wires alone do not tell: there are more of them for what some topics forbid.
    """
    return thing not in _made and not is_elementary(_wires().names_of(type(thing)))


def is_elementary(names: tuple[str, ...]) -> bool:
    """Whether something with these names is forbidden in some topics at most: libraries need no excuse."""
    return not refused_of(_ruling(Rules()), names)


def makes_something(call: Call) -> bool:
    """Whether a call is that of a constructor."""
    return call.function.__name__ == "__init__" and bool(call.args)


def is_named(call: Call) -> bool:
    """Whether the code of the caller names what it calls, so that calling it was its own idea."""
    words = {name.rpartition(".")[2] for name in call.names}
    if call.function.__name__ in AT_WORK or makes_something(call):
        if call.function.__module__.startswith(_SYMBOLIC):  # Keras names it, for whoever called the function
            return False
    else:
        words.add(call.function.__name__)
    code = call.caller.f_code
    return not words.isdisjoint((*code.co_names, *code.co_freevars))


@lru_cache(maxsize=20_000)
def refused_of(ruling: Ruling, names: tuple[str, ...]) -> str:
    """What may not be used of something with these public names; empty if any of them may."""
    for name in names:
        if name in ruling.names:  # word for word: another name makes it no better
            return name
    if any(not ruling.match(name) for name in names):
        return ""
    return ruling.match(min(names, key=_plainness)) if names else ""


def _plainness(name: str) -> tuple[bool, int]:
    return bool(re.search(r"\b(compat|experimental|legacy)\b", name)), name.count(".")


@cache
def _ruling(rules: Rules) -> Ruling:
    return Ruling(rules)


@cache
def _wires() -> Tripwires:
    """The wires of this process: on all that is public and not elementary."""
    wires = Tripwires()
    elementary = _ruling(Rules())
    names = names_by_object()
    free = {number for number, known in names.items() if any(map(elementary.may_be_used, known))}
    wires.put_on((n, value) for n, value in public_objects() if not {id(value), id(unwrapped(value))} & free)
    return wires


_wired: set[str] = set()


def _wires_for(rules: Rules) -> Tripwires:
    """The wires, and those that the rules want besides: on what is elementary, but forbidden here."""
    wires = _wires()
    for entry in dotted_names(rules.forbid):
        if entry not in _wired and (objects := tuple(named_by([entry]))):
            _wired.add(entry)
            names = names_by_object()
            wires.put_on((n, value) for name, value in objects for n in {name, *names.get(id(value), ())})
    return wires
