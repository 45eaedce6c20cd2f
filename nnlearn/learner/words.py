"""Says what values and objects are, in words, where no Python makes them again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from nnlearn.learner.literals import written
from nnlearn.learner.operations import CHAIN, FUNCTION, GRAPH, OPERATE, described, described_chain, expression
from nnlearn.protocol.functions import text_of
from nnlearn.protocol.requests import KERAS, MODULE
from nnlearn.protocol.values import BY_NAME, Handle
from nnlearn.text import shown

if TYPE_CHECKING:
    from nnlearn.learner.origins import Origins

_HELPERS = {
    "recorder": "a layer that notes how it is run",
    "scaler": "a scaler that notes how it is used",
    "compiled": "tf.function({})",
    "reloaded": "{}, saved and loaded",
    "reloaded_elsewhere": "{}, saved and loaded where only Keras is known",
    "resumed": "{}, saved and loaded",
    "walked_once": "an iterator over {}",
}


class Words:
    """Says what values are.

    Args:
        origins: Where objects come from.
        names: What objects go by, by their numbers, that have been given a name.
    """

    def __init__(self, origins: Origins, names: Mapping[int, str]) -> None:
        self._origins = origins
        self._names = names

    def of(self, value: Any) -> str:
        """The value in words."""
        if isinstance(value, Handle):
            return self._of_object(value)
        if isinstance(value, (np.ndarray, np.generic)):
            return written(value) or f"<array of shape {np.shape(value)}>"
        if isinstance(value, (list, tuple)):
            inner = ", ".join(map(self.of, value))
            alone = "," * (isinstance(value, tuple) and len(value) == 1)
            return f"[{inner}]" if isinstance(value, list) else f"({inner}{alone})"
        return shown(value)

    def _of_object(self, target: Handle | int) -> str:
        if isinstance(target, Handle) and target.kind in BY_NAME:
            return target.name
        number = target if isinstance(target, int) else target.id
        if number in self._names:
            return self._names[number]
        if (known := self._origins.known(number)) is None:
            return {KERAS: "keras", MODULE: ""}.get(number, "<object>")
        exchange, inside = known
        verb, maker, *operands = exchange.request
        if verb == "get":
            return f"{self._of_object(maker)}.{operands[0]}{inside}".lstrip(".")
        if verb == "item":
            return f"{self._of_object(maker)}[{operands[0]!r}]{inside}"
        if verb != "call":
            return f"{verb}({self._of_object(maker)})"
        args, kwargs = operands
        if self._origins.helper_of(number) == GRAPH:
            return described(*args)
        if self._origins.helper_of(number) == CHAIN:
            return described_chain(*args)
        if self._origins.helper_of(number) == OPERATE:
            return expression(args[0], [self._operand(value) for value in args[1:]])
        if self._origins.helper_of(number) == FUNCTION:
            return text_of(args[0], [self.of(value) for value in args[1:]])
        if (helper := self._origins.helper_of(number)) in _HELPERS:
            return _HELPERS[helper].format(*map(self.of, args))
        texts = [*map(self.of, args), *(f"{key}={self.of(arg)}" for key, arg in kwargs.items())]
        return f"{self._of_object(maker)}({', '.join(texts)}){inside}"

    def _operand(self, value: Any) -> str:
        is_operation = isinstance(value, Handle) and self._origins.helper_of(value) == OPERATE
        named = isinstance(value, Handle) and value.id in self._names
        text = self.of(value)
        return f"({text})" if text.startswith("-") or (is_operation and not named) else text
