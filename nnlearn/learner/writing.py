"""Writes one call of a check: what is short stands in its place, everything else goes by a name."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from nnlearn.learner.origins import SETS, Origins
from nnlearn.protocol.values import HELPER, PART, Handle
from nnlearn.text import shown

_KINDS = ("layer", "model", "loss", "optimizer", "variable", "generator")
_LITERAL_LENGTH = 32
_TARGET_LENGTH = 60
_SHOWN_ELEMENTS = 6
_FEW_ELEMENTS = 3  # of an array in a list, which is one of several
_LINE_LENGTH = 60
_MOST_ENTRIES = 4


class Writing:
    """Writes one call.

    Args:
        origins: Where the objects of the check come from.
        place: Which exchange the call is.
        looked_at: An object that is spoken of afterwards, so that it needs a name.

    Attributes:
        place: Which exchange it is.
        looked_at: As above.
        where: For each name in the call, what it stands for, in words.
        given: What the names stand for, as a request has it.
    """

    def __init__(self, origins: Origins, place: int, looked_at: int | None) -> None:
        self._origins = origins
        self.place = place
        self.looked_at = looked_at
        self._callee: str | None = None
        self.where: list[str] = []
        self.given: list[tuple[str, Any]] = []

    def callee(self, target: Handle | int) -> str:
        """What is called: a part, a new object, or one that goes by what kind it is of."""
        if isinstance(target, Handle) and target.kind in (PART, HELPER):
            self._callee = target.name if target.kind == PART else None
            return target.name
        method = self._origins.method(target)
        making = self._origins.making(target)
        if method and making is not None:
            owner, dot = making.request[1], f".{method}"
            if self._origins.is_of_keras(target):
                self._callee = self._origins.python(self._origins.handle(target))
                return self._origins.said(self._origins.handle(target))
        else:
            owner, dot = target, ""
        if isinstance(owner, Handle):
            self._callee = f"{owner.name}{dot}"
            return self._callee
        text = self._fresh(owner, _TARGET_LENGTH)
        if text is not None:
            self._callee = f"{text}{dot}"
            return self._callee
        handle = self._origins.handle(owner)
        return f"{self._by_name(handle, kind_of(handle))}{dot}"

    def argument(self, value: Any, name: str) -> str:
        """How an argument stands in the call; arrays, and what is not short, go by `name`."""
        if isinstance(value, (np.ndarray, np.generic)):
            return self._by_name(value, name)
        if isinstance(value, Handle):
            text = self._fresh(value, _LITERAL_LENGTH)
            return text if text is not None else self._by_name(value, name)
        text = self._origins.python(value)
        return text if text is not None and len(text) <= _LITERAL_LENGTH else self._by_name(value, name)

    def line(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> str:
        """The call with every argument written out, or an empty string."""
        texts = [self._literal(value) for value in args]
        named = {key: self._literal(value) for key, value in kwargs.items()}
        if self._callee is None or None in (*texts, *named.values()):
            return ""
        arguments = [*map(str, texts), *(f"{key}={text}" for key, text in named.items())]
        return f"{self._callee}({', '.join(arguments)})"

    def _literal(self, value: Any) -> str | None:
        if isinstance(value, Handle) and self._origins.uses(value, self.place):
            return None
        return self._origins.python(value)

    def _fresh(self, target: Handle | int, room: int) -> str | None:
        """Short Python that makes an object that nothing was done with yet, or None."""
        if self._origins.owner(target) == self.looked_at:
            return None
        text = self._origins.python(self._origins.handle(target))
        fits = text is not None and len(text) <= room
        # What was done in between may show in it: a second layer that sets the seed of all.
        in_between = self._origins.uses(target, self.place) or self._origins.made_after(target, self.place)
        return text if fits and not in_between else None

    def _by_name(self, value: Any, name: str) -> str:
        name = new_name(name, [known for known, _ in self.given])
        self.given.append((name, value))
        self.where.append(f"{name}: {self._what_it_is(value)}")
        return name

    def name(self, value: Handle, name: str, since: str, names: Mapping[int, str]) -> str:
        """A name for an object: what made it, in the names of others, and what happened since, in words."""
        name = new_name(name, [known for known, _ in self.given])
        self.given.append((name, value))
        self.where.append(f"{name}: {self._origins.said(value, names)}{since}")
        return name

    def _what_it_is(self, value: Any) -> str:
        if isinstance(value, (np.ndarray, np.generic)):
            return describe_array(np.asarray(value))
        if isinstance(value, Handle):
            uses = self._origins.uses(value, self.place)
            only_set = all(
                use.request[0] == "set" or self._origins.method(use.request[1]) in SETS for use in uses
            )
            since = (", with what was set" if only_set else ", used before") if uses else ""
            return f"{self._origins.said(value)}{since}"
        if isinstance(value, (list, tuple)) and _holds_arrays(value):
            entries = [*map(_entry, value[:_MOST_ENTRIES]), *["..."] * (len(value) > _MOST_ENTRIES)]
            return f"{type(value).__name__} of {len(value)}: {'; '.join(entries)}"
        return self._origins.said(value)


def kind_of(handle: Handle | None) -> str:
    """What an object goes by that has no name of its own."""
    return handle.kind if handle is not None and handle.kind in _KINDS else "object"


def new_name(name: str, taken: Sequence[str]) -> str:
    """`name`, or one like it that is not taken."""
    others = (f"{name}{number}" for number in itertools.count(2))
    return name if name not in taken else next(other for other in others if other not in taken)


def _holds_arrays(value: Any) -> bool:
    if isinstance(value, (list, tuple)):
        return any(map(_holds_arrays, value))
    return isinstance(value, np.ndarray)


def _entry(value: Any) -> str:
    """An entry of a list, as short as can be."""
    if isinstance(value, np.ndarray):
        is_short = value.size <= _FEW_ELEMENTS
        return describe_array(value) if is_short else f"shape {value.shape}, {value.dtype}"
    if isinstance(value, (list, tuple)):
        return f"({', '.join(map(_entry, value))})"
    return shown(value, _LITERAL_LENGTH)


def describe_array(array: np.ndarray[Any, Any]) -> str:
    """Shape and dtype, and the values of a small array."""
    text = f"shape {array.shape}, {array.dtype}"
    if array.size <= _SHOWN_ELEMENTS:
        values = np.array2string(array, precision=4, separator=", ").replace("\n", "")
        text = f"{values}, {text}" if len(values) + len(text) <= _LINE_LENGTH else text
    return text
