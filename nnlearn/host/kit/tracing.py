"""Calls with tensors, with values or without."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def traced(fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """`fn(*args, **kwargs)` run inside a `tf.function`, where tensors have no values yet.

    Arrays among the positional arguments become symbolic tensors; everything else is passed as it is.
    Python's `if` and `for` are Python's, as in `model.fit`.
    """
    import numpy as np
    import tensorflow as tf

    positions = [i for i, arg in enumerate(args) if isinstance(arg, np.ndarray)]

    @tf.function(autograph=False)  # type: ignore[untyped-decorator, unused-ignore]
    def graph(*tensors: Any) -> Any:
        filled = list(args)
        for position, tensor in zip(positions, tensors, strict=True):
            filled[position] = tensor
        return fn(*filled, **kwargs)

    return graph(*(tf.convert_to_tensor(args[i]) for i in positions))


def compiled(fn: Callable[..., Any]) -> Callable[..., Any]:
    """`fn` as one `tf.function`, to be called many times: what its first call traces, later calls repeat.

    A call with arrays of another length traces once more, with that length unknown: None in `.shape`.
    """
    import tensorflow as tf

    @tf.function(autograph=False, reduce_retracing=True)  # type: ignore[untyped-decorator, unused-ignore]
    def graph(*args: Any, **kwargs: Any) -> Any:
        return fn(*args, **kwargs)

    compiled_fn: Callable[..., Any] = graph
    return compiled_fn


def on_tensors(fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """`fn(*args, **kwargs)` with eager tensors in place of arrays, also of those in lists and tuples."""
    return fn(*(tensors(arg) for arg in args), **{key: tensors(arg) for key, arg in kwargs.items()})


def tensors(value: Any) -> Any:
    """Eager tensors in place of arrays, also of those in lists and tuples."""
    import numpy as np
    import tensorflow as tf

    if isinstance(value, (list, tuple)):
        return type(value)(tensors(item) for item in value)
    return tf.convert_to_tensor(value) if isinstance(value, np.ndarray) else value
