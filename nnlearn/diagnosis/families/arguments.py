"""The right function of other arguments: one is ignored, has another default, two are swapped."""

from __future__ import annotations

import inspect
import itertools
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from nnlearn.diagnosis.families.method import Change, Method, Variant, named_parameters
from nnlearn.diagnosis.families.numbers import Step, arithmetic, on_tensors
from nnlearn.diagnosis.families.situation import Situation

Arguments = dict[str, Any]
_NUMBERS = (0.0, 1.0, 0.5, 0.1, 0.2, 0.01, 0.001, 1e-5, 1e-7, 0.9, 0.99, 0.999, 2.0)
_AXES = (None, 0, 1, -1, -2)
_MISSING = inspect.Parameter.empty
_ANY = ("bool", "int", "float", "str", "None", "array", "other")
_LEFT_OUT = ""


@dataclass(frozen=True)
class Rule:
    """What is used in place of an argument.

    Attributes:
        name: In a word, with that of the argument.
        message: For a learner whose code goes like this.
        change: Makes the arguments that are used of those that were given, both by name.
        kinds: Of which kinds an argument has to be for this to change anything; `""` is one that is left out.
        rank: How far behind the likely ones it is.
    """

    name: str
    message: str
    change: Callable[[Arguments], Arguments]
    kinds: tuple[str, ...]
    rank: int = 0

    def changes(self, seen: Situation, name: str, place: str) -> bool:
        """Whether it changes anything in a check."""
        return seen.is_given(name, place, self.kinds) or (
            _LEFT_OUT in self.kinds and seen.is_left_out(name, place)
        )


def of_arguments(method: Method) -> Iterator[Variant]:
    """The reference, called with something else than it was given."""
    parameters = named_parameters(method)
    for parameter in parameters:
        for rule in (*rules_for(parameter), *(() if method.makes else _rules_for_tensors(parameter.name))):
            yield _with(method, parameter.name, rule)
    for one, other in itertools.combinations([parameter.name for parameter in parameters], 2):
        yield _swapped(method, one, other)


def rules_for(parameter: inspect.Parameter) -> Iterator[Rule]:
    """What people use in place of an argument that is a plain number, a truth value or a word.

    Each number in their words is from a fixed list, or made of the default alone.
    """
    name, default = parameter.name, parameter.default
    for value in _others(parameter):
        said = f"`{name}` makes no difference: the result is always that of {name}={value!r}."
        is_another = value != default
        kinds = (*_ANY, _LEFT_OUT) if is_another else _ANY
        yield Rule(f"always:{name}={value!r}", said, _always(name, value), kinds, 2 * is_another)
        if default is not _MISSING and is_another:
            said = f"Where `{name}` is not given, the result is that of {name}={value!r}, not of {default!r}."
            yield Rule(f"default:{name}={value!r}", said, _by_default(name, value), (_LEFT_OUT,), 1)
    for item in arithmetic():
        words = f"{item.of.format(f'`{name}`')} is used where `{name}` itself belongs."
        yield Rule(f"{item.name}:{name}", _sentence(words), _of_number(name, item.step), ("float",), 1)
    for step in (1, -1):
        words = f"`{name}` counts one {'more' if step > 0 else 'less'} than it should."
        yield Rule(f"{step:+}:{name}", words, _of_integer(name, step), ("int",))
    yield Rule(f"not:{name}", f"True and False are swapped for `{name}`.", _of_truth(name), ("bool",))


def _others(parameter: inspect.Parameter) -> list[Any]:
    """The default itself, and what else could be in its place."""
    default = parameter.default
    if parameter.name == "training":
        return [False, True]
    match default:
        case bool():
            return [default, not default]
        case float():
            made = (default * 10, default / 10, default**2, 1 - default)
            others = dict.fromkeys((*(float(f"{value:.12g}") for value in made), *_NUMBERS))
            return [default, *(value for value in others if value != default)]
        case int():
            return [default, *(value for value in _AXES if value != default)]
        case None | str():
            return [default]
    return []


def _rules_for_tensors(name: str) -> Iterator[Rule]:
    """What people use in place of an argument that is an array."""
    from keras import ops

    for item in arithmetic():
        words = f"{item.of.format(f'`{name}`')} is used where `{name}` itself belongs."
        yield Rule(f"{item.name}:{name}[]", _sentence(words), _of_tensor(name, item.step), ("array",), 3)
    steps: list[tuple[str, str, Step]] = [
        ("transposed", "with its last two axes swapped", lambda x: ops.swapaxes(x, -1, -2)),
        ("centered", "minus its mean", lambda x: x - ops.mean(x)),
        (
            "row_centered",
            "minus the mean of its last axis",
            lambda x: x - ops.mean(x, axis=-1, keepdims=True),
        ),
        ("softmax", "put through a softmax", lambda x: ops.softmax(x, axis=-1)),
        ("sigmoid", "put through a sigmoid", ops.sigmoid),
        ("from_zero", "with 0 in place of what is below 0", lambda x: ops.maximum(x, 0.0)),
        ("clipped", "cut off at 0 and at 1", lambda x: ops.clip(x, 0.0, 1.0)),
        ("first", "of which only the first row is used", lambda x: x[:1]),
        ("rounded", "rounded to whole numbers", ops.round),
        ("float16", "rounded to float16", lambda x: ops.cast(ops.cast(x, "float16"), x.dtype)),
        ("float32", "rounded to float32", lambda x: ops.cast(ops.cast(x, "float32"), x.dtype)),
    ]
    for kind, words, step in steps:
        said = f"The result is that of `{name}` {words}."
        yield Rule(f"{kind}:{name}[]", said, _of_tensor(name, step), ("array",), 3)


def _always(name: str, value: Any) -> Callable[[Arguments], Arguments]:
    return lambda given: {**given, name: value}


def _by_default(name: str, value: Any) -> Callable[[Arguments], Arguments]:
    return lambda given: {name: value, **given}


def _swapped(method: Method, one: str, other: str) -> Variant:
    """Two arguments in each other's place, where some call has two of one kind."""

    def change(given: Arguments) -> Arguments:
        if one not in given or other not in given:
            return given
        return {**given, one: given[other], other: given[one]}

    def possible(seen: Situation) -> bool:
        return seen.values and seen.are_alike((one, method.place_of(one)), (other, method.place_of(other)))

    words = f"`{one}` and `{other}` are used in each other's place."
    return method.variant(f"argument:swapped:{one}:{other}", words, _calling(method, change), possible)


def _of_number(name: str, step: Step) -> Callable[[Arguments], Arguments]:
    return _of(name, lambda value: type(value) is float, lambda value: float(step(value)))


def _of_integer(name: str, step: int) -> Callable[[Arguments], Arguments]:
    return _of(name, lambda value: type(value) is int, lambda value: value + step)


def _of_truth(name: str) -> Callable[[Arguments], Arguments]:
    return _of(name, lambda value: type(value) is bool, lambda value: not value)


def _of_tensor(name: str, step: Step) -> Callable[[Arguments], Arguments]:
    return _of(name, lambda value: hasattr(value, "shape"), lambda value: on_tensors(value, step))


def _of(name: str, suits: Callable[[Any], bool], step: Step) -> Callable[[Arguments], Arguments]:
    def change(given: Arguments) -> Arguments:
        return {**given, name: step(given[name])} if name in given and suits(given[name]) else given

    return change


def _calling(method: Method, change: Callable[[Arguments], Arguments]) -> Change:
    """The right function, called with what `change` makes of the arguments."""

    def go(right: Callable[..., Any], given: inspect.BoundArguments) -> Any:
        changed = inspect.BoundArguments(method.signature, OrderedDict(change(dict(given.arguments))))
        return right(*changed.args, **changed.kwargs)

    return go


def _with(method: Method, name: str, rule: Rule) -> Variant:
    def possible(seen: Situation) -> bool:
        return seen.values and rule.changes(seen, name, method.place_of(name))

    go = _calling(method, rule.change)
    return method.variant(f"argument:{rule.name}", rule.message, go, possible, rule.rank)


def _sentence(words: str) -> str:
    return words[0].upper() + words[1:]
