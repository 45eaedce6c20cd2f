"""Gradients of what the learner has written, by a tape."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def gradient(fn: Callable[..., Any], *args: Any, wrt: int = 0, upstream: Any = None, **kwargs: Any) -> Any:
    """The gradient of `sum(upstream * fn(*args, **kwargs))` with respect to argument number `wrt`.

    Args:
        fn: A function or layer that returns one tensor.
        *args: Its arguments; number `wrt` is an array or tensor of a floating dtype.
        wrt: Which positional argument to differentiate by.
        upstream: Weights of the shape of the output; ones when left out.
        **kwargs: Its keyword arguments.

    Returns:
        A tensor of the shape of `args[wrt]`, or None where the output does not depend on it.
    """
    return value_and_gradient(fn, *args, wrt=wrt, upstream=upstream, **kwargs)[1]


def value_and_gradient(
    fn: Callable[..., Any], *args: Any, wrt: int = 0, upstream: Any = None, **kwargs: Any
) -> tuple[Any, Any]:
    """`fn(*args, **kwargs)` and, of the same run, what `gradient` returns; its arguments are the same."""
    import tensorflow as tf

    inputs = list(args)
    inputs[wrt] = tf.convert_to_tensor(inputs[wrt])
    with tf.GradientTape() as tape:
        tape.watch(inputs[wrt])
        output = tf.convert_to_tensor(fn(*inputs, **kwargs))
    if upstream is not None:
        upstream = tf.cast(tf.convert_to_tensor(upstream), output.dtype)
    return output, tape.gradient(output, inputs[wrt], output_gradients=upstream)


def weight_gradients(
    layer: Any, *args: Any, upstream: Any = None, of: Any = None, **kwargs: Any
) -> list[Any]:
    """The gradients of `sum(upstream * layer(*args, **kwargs))` with respect to the trainable weights.

    Args:
        layer: A built layer or model that returns one tensor; a function, where `of` says whose weights.
        *args: Its arguments.
        upstream: Weights of the shape of the output; ones when left out.
        of: The built layer or model that has the weights; `layer` itself when left out.
        **kwargs: Its keyword arguments.

    Returns:
        One tensor per weight, in the order of its `trainable_variables`; None where unconnected.
    """
    import tensorflow as tf

    with tf.GradientTape() as tape:
        output = tf.convert_to_tensor(layer(*args, **kwargs))
    if upstream is not None:
        upstream = tf.cast(tf.convert_to_tensor(upstream), output.dtype)
    variables = [variable.value for variable in (layer if of is None else of).trainable_variables]
    gradients: list[Any] = tape.gradient(output, variables, output_gradients=upstream)
    return gradients
