"""The values are right and the gradient is another: there is none, or what arrives from above is ignored."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from typing import Any

from nnlearn.diagnosis.families.method import Change, Method, Possible, Variant, named_parameters
from nnlearn.diagnosis.families.numbers import FACTORS, Step, on_tensors
from nnlearn.diagnosis.families.situation import Situation


def of_gradients(method: Method) -> Iterator[Variant]:
    """The reference with another gradient."""
    import tensorflow as tf

    if method.makes:
        return

    def variant(name: str, message: str, change: Change, possible: Possible) -> Variant:
        return method.variant(f"gradient:{name}", message, change, possible)

    passings: list[tuple[str, str, Step]] = [
        ("negated", "has the wrong sign", tf.negative),
        ("zero", "is 0 everywhere", tf.zeros_like),
        *((f"times{factor:g}", f"is {factor:g} times the right one", _times(factor)) for factor in FACTORS),
    ]
    for name, words, passed in passings:
        yield variant(name, _said(words), _passing(passed), _as_outcome_of(passed))
    words = "takes no account of the gradient that arrives from above"
    yield variant("ones", _said(words), _passing(tf.ones_like), _gradients)
    yield variant("identity", _said("is that of a function that returns its input"), _identity, _gradients)
    none = "No gradient passes: the values are taken out of what TensorFlow can follow back."
    yield variant("none", f"The values are right. {none}", _passing(None), _none)
    parameters = named_parameters(method)
    for parameter in parameters if len(parameters) > 1 else ():
        words = f"The values are right, and no gradient arrives at `{parameter.name}`."
        yield variant(f"none:{parameter.name}", words, _stopped(parameter.name), _none)


def _gradients(seen: Situation) -> bool:
    return seen.gradients


def _none(seen: Situation) -> bool:
    return seen.has_no_gradient


def _as_outcome_of(passed: Step) -> Possible:
    return lambda seen: seen.is_gradient_of(passed)


def _times(factor: float) -> Step:
    return lambda upstream: factor * upstream


def _said(words: str) -> str:
    return f"The values are right, and the gradient {words}."


def _passing(passed: Callable[[Any], Any] | None) -> Callable[..., Any]:
    """The right values; `passed` makes of the gradient that arrives what goes on, None lets none through."""
    import tensorflow as tf

    def step(y: Any) -> Any:
        if passed is None:
            return tf.stop_gradient(y)
        return tf.custom_gradient(lambda y: (tf.identity(y), passed))(y)

    def go(right: Callable[..., Any], given: inspect.BoundArguments) -> Any:
        return on_tensors(right(*given.args, **given.kwargs), step)

    return go


def _identity(right: Callable[..., Any], given: inspect.BoundArguments) -> Any:
    """What arrives at the result arrives at the first argument as it is."""
    import tensorflow as tf

    result = right(*given.args, **given.kwargs)
    first = next(iter(given.arguments.values()), None)
    if first is None or not tf.is_tensor(result) or not tf.is_tensor(first) or first.shape != result.shape:
        return result
    return tf.custom_gradient(lambda _: (tf.identity(result), lambda up: tf.cast(up, first.dtype)))(first)


def _stopped(name: str) -> Callable[..., Any]:
    import tensorflow as tf

    def go(right: Callable[..., Any], given: inspect.BoundArguments) -> Any:
        arguments = given.arguments
        if name in arguments and tf.is_tensor(arguments[name]):
            arguments[name] = tf.stop_gradient(arguments[name])
        return right(*given.args, **given.kwargs)

    return go
