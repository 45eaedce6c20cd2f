"""Steps of arithmetic that people take once too often, or forget: what they do, and how they read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

Step = Callable[[Any], Any]
FACTORS = (2.0, 0.5, 3.0, 4.0, 0.25, 10.0, 0.1, 100.0, 0.01)
OFFSETS = (1.0, -1.0, 0.5, -0.5)


@dataclass(frozen=True)
class Arithmetic:
    """Something that is done to each number.

    Attributes:
        name: In a word.
        of: How the outcome reads: `{} times 0.5`, with what it is done to in place of the braces.
        step: Does it to a floating tensor.
    """

    name: str
    of: str
    step: Step


def arithmetic() -> Iterator[Arithmetic]:
    """All of them. Each number in their words is from a fixed list, so it says nothing about any input."""
    from keras import ops

    yield Arithmetic("negated", "{} with the sign reversed", ops.negative)
    for factor in FACTORS:
        yield Arithmetic(f"times{factor:g}", f"{{}} times {factor:g}", _times(factor))
    for offset in OFFSETS:
        words = f"{{}} {'plus' if offset > 0 else 'minus'} {abs(offset):g}"
        yield Arithmetic(f"plus{offset:g}", words, _plus(offset))
    yield Arithmetic("complement", "1 minus {}", lambda y: 1 - y)
    yield Arithmetic("abs", "{} without the sign", ops.abs)
    yield Arithmetic("square", "{} squared", ops.square)
    yield Arithmetic("sqrt", "the square root of {}", ops.sqrt)
    yield Arithmetic("reciprocal", "1 divided by {}", lambda y: 1 / y)
    yield Arithmetic("log", "the logarithm of {}", ops.log)
    yield Arithmetic("exp", "the exponential of {}", ops.exp)


def _times(factor: float) -> Step:
    return lambda y: y * factor


def _plus(offset: float) -> Step:
    return lambda y: y + offset


def on_tensors(value: Any, step: Step, *, integers: bool = False) -> Any:
    """`value` with `step` done to each floating tensor, array and number in it.

    Args:
        value: A tensor, an array or a number, or a list, tuple or dictionary of such; all else is left alone.
        step: What is done; it gets a tensor.
        integers: Whether it is done to integers too.

    Returns:
        The same structure, with tensors for tensors, arrays for arrays and floats for floats.
    """
    import numpy as np
    from keras import KerasTensor, ops

    if isinstance(value, (list, tuple)):
        return type(value)(on_tensors(item, step, integers=integers) for item in value)
    if isinstance(value, dict):
        return {key: on_tensors(item, step, integers=integers) for key, item in value.items()}
    if type(value) is float:
        return float(step(ops.convert_to_tensor(value, "float32")))
    if isinstance(value, (np.ndarray, np.generic)):
        suits = value.dtype.kind == "f" or (integers and value.dtype.kind in "iu")
        return ops.convert_to_numpy(step(ops.convert_to_tensor(value))) if suits else value
    if ops.is_tensor(value) or isinstance(value, KerasTensor):
        kind = str(getattr(value.dtype, "name", value.dtype))
        return step(value) if "float" in kind or (integers and "int" in kind) else value
    return value
