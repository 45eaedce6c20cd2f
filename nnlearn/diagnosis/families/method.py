"""What of a part can be made to go otherwise: a function, or a method of a class."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from nnlearn.catalogue import PREDICTIONS
from nnlearn.diagnosis.families.situation import Situation
from nnlearn.diagnosis.gallery import Mistake

Possible = Callable[[Situation], bool]
"""Whether a variant can be what is behind a difference; where it cannot, it need not be run."""
Change = Callable[[Callable[..., Any], inspect.BoundArguments], Any]
"""Stands in for a call: what it gets is the right function and the arguments by name."""

_CONSTRUCTOR = "__init__"
# What is asked of an object; the rest of a class prepares for it, or says what the object is made of.
_ASKED = ("call", "__call__", "update_state", "result", "update_step", "on_epoch_end")


@dataclass(frozen=True)
class Variant:
    """The reference with one thing that goes otherwise, and what it can be behind.

    Attributes:
        mistake: It, as a mistake of its part.
        possible: What it can be behind.
        rank: How far behind the likely ones it is, which are tried first.
    """

    mistake: Mistake
    possible: Possible
    rank: int = 0


@dataclass(frozen=True)
class Method:
    """A function, or a method, of the reference.

    Attributes:
        part: The part it belongs to.
        name: Of a method of a class; empty for a function.
        signature: Without `self`.
    """

    part: str
    name: str
    signature: inspect.Signature

    def place_of(self, parameter: str) -> str:
        """The name that an argument without a name goes by."""
        return str([*self.signature.parameters].index(parameter))

    @property
    def makes(self) -> bool:
        """Whether it is a constructor: what it is given is kept, and nothing comes back."""
        return self.name == _CONSTRUCTOR

    def variant(
        self, family: str, message: str, change: Change, possible: Possible, rank: int = 0
    ) -> Variant:
        """The reference in which `change` stands in for calls of this method.

        Args:
            family: What is changed and how, in a word; unique for a method.
            message: What to say to a learner whose code goes like this.
            change: What happens instead.
            possible: What it can be behind.
            rank: How far behind the likely ones it is.
        """

        def replace(namespace: dict[str, Any]) -> None:
            if not self.name:
                namespace[self.part] = self._changed(namespace[self.part], change)
                return
            # The namespace is a run of the reference for this variant alone, and its class is too.
            kind = namespace[self.part]
            setattr(kind, self.name, self._changed_method(vars(kind)[self.name], change))

        name = f"{self.part}.{self.name}" if self.name else self.part
        return Variant(Mistake(self.part, f"{name}:{family}", message, replace), possible, rank)

    def _changed(self, right: Callable[..., Any], change: Change) -> Callable[..., Any]:
        @functools.wraps(right)
        def function(*args: Any, **kwargs: Any) -> Any:
            return self._go(right, change, args, kwargs)

        return function

    def _changed_method(self, right: Callable[..., Any], change: Change) -> Callable[..., Any]:
        @functools.wraps(right)
        def method(itself: Any, *args: Any, **kwargs: Any) -> Any:
            return self._go(functools.partial(right, itself), change, args, kwargs)

        return method

    def _go(
        self, right: Callable[..., Any], change: Change, args: tuple[Any, ...], kwargs: Mapping[str, Any]
    ) -> Any:
        try:
            given = self.signature.bind(*args, **kwargs)
        except TypeError:
            return right(*args, **kwargs)  # which says what is wrong
        return change(right, given)


def methods_of(part: str, namespace: Mapping[str, Any]) -> Iterator[Method]:
    """What of a part is called: the function that it is, or what is asked of objects of the class."""
    value = namespace.get(part)
    if part == PREDICTIONS or value is None:
        return
    if isinstance(value, type):
        for name in (_CONSTRUCTOR, *_ASKED):
            if inspect.isfunction(vars(value).get(name)):
                parameters = list(inspect.signature(vars(value)[name]).parameters.values())[1:]
                yield Method(part, name, inspect.Signature(parameters))
    elif inspect.isfunction(value):
        yield Method(part, "", inspect.signature(value))


def named_parameters(method: Method) -> list[inspect.Parameter]:
    """The parameters of a method that go by a name of their own."""
    several = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    return [parameter for parameter in method.signature.parameters.values() if parameter.kind not in several]
