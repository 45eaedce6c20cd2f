"""Writes what was computed from objects as one formula: `(a * b + a).tanh()`."""

from __future__ import annotations

import string
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from nnlearn.learner.operations import OPERATE, expression, needs_brackets
from nnlearn.learner.origins import Origins
from nnlearn.learner.record import Exchange
from nnlearn.learner.writing import Writing
from nnlearn.protocol.values import BY_NAME, Handle
from nnlearn.text import shown

_LITERAL_LENGTH = 32


class Formula:
    """Writes operations on objects, with everything they were computed from.

    An object that is needed in several places, or was used for something else as well, goes by a letter: to
    make it twice would make two.

    Args:
        origins: Where the objects come from.
        writing: The call that is written, which keeps what letters stand for.
        operands: What is computed with.
        named: Objects among those that need a letter.
    """

    def __init__(
        self, origins: Origins, writing: Writing, operands: Sequence[Any], named: Iterable[Any] = ()
    ) -> None:
        self._origins = origins
        self._writing = writing
        self._inside: set[int] = {writing.place}
        self._places: Counter[int] = Counter(one.id for one in named if isinstance(one, Handle))
        self._letters: dict[int, str] = {}
        for operand in operands:
            self._look_at(operand)

    def operation(self, operator: str, operands: Sequence[Any]) -> str:
        """An operation, as for `nnlearn.host.kit.operate`."""
        return expression(operator, [self.text(operand, inside=operator != "sum") for operand in operands])

    def text(self, value: Any, *, inside: bool = False) -> str:
        """A number or an object in Python; `inside` another operation, with brackets where it needs them."""
        if not isinstance(value, Handle):
            text = self._origins.python(value) or shown(value, _LITERAL_LENGTH)
            return f"({text})" if inside and text.startswith("-") else text
        if value.kind in BY_NAME:
            return value.name
        is_needed_once = self._places[value.id] == 1 and value.id not in self._letters
        if not is_needed_once or self._is_used_elsewhere(value):
            return self.letter(value)
        making = self._origins.making(value)
        if making is not None and self._origins.helper_of(value) == OPERATE:
            operator, *operands = making.request[2]
            text = self.operation(operator, operands)
            return f"({text})" if inside and needs_brackets(operator) else text
        if making is not None and (owner := self._owner_of_method(making)) is not None:
            method = self._origins.method(making.request[1])
            arguments = ", ".join(map(self.text, making.request[2]))
            return f"{self.text(owner, inside=True)}.{method}({arguments})"
        text = self._origins.python(value) or ""
        return text if 0 < len(text) <= _LITERAL_LENGTH else self.letter(value)

    def letter(self, value: Any) -> str:
        """The letter of an object; what is none stands for itself."""
        if not isinstance(value, Handle) or value.kind in BY_NAME:
            return self.text(value)
        if value.id not in self._letters:
            letter = string.ascii_lowercase[len(self._letters) % 26]
            used = ", used before" if self._is_used_elsewhere(value) else ""
            self._letters[value.id] = self._writing.name(value, letter, used, self._letters)
        return self._letters[value.id]

    def _look_at(self, value: Any) -> None:
        """Count in how many places an object is needed."""
        if not isinstance(value, Handle) or value.kind in BY_NAME:
            return
        self._places[value.id] += 1
        making = self._origins.making(value)
        if self._places[value.id] > 1 or making is None:
            return
        owner = self._owner_of_method(making)
        if self._origins.helper_of(value) == OPERATE or owner is not None:
            self._inside.add(self._origins.making_place(value))
            for operand in (owner, *making.request[2]):
                self._look_at(operand)

    def _owner_of_method(self, making: Exchange) -> Handle | None:
        """The object whose method gave another."""
        if making.request[0] != "call" or not self._origins.method(making.request[1]):
            return None
        got = self._origins.making(making.request[1])
        return self._origins.handle(got.request[1]) if got is not None else None

    def _is_used_elsewhere(self, value: Handle) -> bool:
        return self._origins.is_used_outside(value, self._inside, self._writing.place)
