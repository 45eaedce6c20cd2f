"""Trusted helpers that checks need on the learner's side.

A check cannot hand a Python function over, so what has to run next to the learner's objects lives here.
Each helper takes the objects themselves and returns plain data or objects, which the host passes on.
Keras and TensorFlow are imported when a helper runs: the process that only imports this module must not
have executed an operation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
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


def weight_gradients(layer: Any, *args: Any, upstream: Any = None, **kwargs: Any) -> list[Any]:
    """The gradients of `sum(upstream * layer(*args, **kwargs))` with respect to the trainable weights.

    Args:
        layer: A built layer or model that returns one tensor.
        *args: Its arguments.
        upstream: Weights of the shape of the output; ones when left out.
        **kwargs: Its keyword arguments.

    Returns:
        One tensor per weight, in the order of `layer.trainable_variables`; None where unconnected.
    """
    import tensorflow as tf

    with tf.GradientTape() as tape:
        output = tf.convert_to_tensor(layer(*args, **kwargs))
    if upstream is not None:
        upstream = tf.cast(tf.convert_to_tensor(upstream), output.dtype)
    variables = [variable.value for variable in layer.trainable_variables]
    gradients: list[Any] = tape.gradient(output, variables, output_gradients=upstream)
    return gradients


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


def reloaded(model: Any, *kinds: Any) -> Any:
    """`model` saved to a file and loaded again.

    Args:
        model: A built model. What it was compiled with is saved and loaded too.
        *kinds: Classes that are in it, known by their names from then on; those of its layers are anyway.
    """
    import tempfile
    from pathlib import Path

    import keras

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "model.keras"
        model.save(file)
        classes = {kind.__name__: kind for kind in (*kinds, *map(type, model.layers))}
        return keras.saving.load_model(file, custom_objects=classes)


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


def arguments_after(fn: Callable[..., Any], *args: Any, **kwargs: Any) -> list[Any]:
    """The positional arguments as `fn(*args, **kwargs)` leaves them: what it changed in place shows.

    If `fn` returns an iterator, that is walked to its end first.
    """
    for _ in _items(fn(*args, **kwargs)):
        pass
    return list(args)


def kept(fn: Callable[..., Any], *args: Any, **kwargs: Any) -> tuple[list[Any], list[str]]:
    """What the iterator `fn(*args, **kwargs)` gives, looked at when it has ended.

    Returns:
        Its items, 1000 at most, which show what a later one has overwritten, and the names of the classes
        of what is in them.
    """
    import itertools

    import keras

    items = list(itertools.islice(fn(*args, **kwargs), 1000))
    return items, sorted({type(leaf).__name__ for leaf in keras.tree.flatten(items)})


def written_over(fn: Callable[..., Any], *args: Any, **kwargs: Any) -> list[Any]:
    """The positional arguments once every array in the items that `fn(*args, **kwargs)` gives is all zeros.

    Whether these have memory of their own shows in the arguments.
    """
    import keras
    import numpy as np

    for item in fn(*args, **kwargs):
        for leaf in keras.tree.flatten(item):
            if isinstance(leaf, np.ndarray) and leaf.flags.writeable:
                leaf[...] = 0
    return list(args)


def _items(value: Any) -> Iterator[Any]:
    return value if isinstance(value, Iterator) else iter(())


def walked_once(items: list[Any]) -> Iterator[Any]:
    """An iterator over `items`: it has no length, and nothing is left of it after the first walk."""
    return iter(items)


def rates_by_step(rates: list[float]) -> Any:
    """A Keras schedule that gives each step of an optimizer its own learning rate; the last one stays.

    Keras' own `PiecewiseConstantDecay` does the same, and compares each step with every boundary.
    """
    import keras
    import tensorflow as tf

    values = tf.constant(rates, tf.float32)

    class RatesByStep(keras.optimizers.schedules.LearningRateSchedule):  # type: ignore[misc, unused-ignore]
        def __call__(self, step: Any) -> Any:
            return values[tf.minimum(tf.cast(step, tf.int32), len(rates) - 1)]

    return RatesByStep()


def recorder() -> Any:
    """A Keras layer that passes its input on and writes down, whenever it runs, how it was run.

    It writes from inside the graph, so a compiled function counts each time it runs, not when it is traced.

    Returns:
        A layer with two lists: `modes`, the training flag of each run (False where none was given), and
        `batches`, the input of each run.
    """
    import keras
    import tensorflow as tf

    class Recorder(keras.layers.Layer):  # type: ignore[misc, unused-ignore]
        def __init__(self) -> None:
            super().__init__()
            self.modes: list[bool] = []
            self.batches: list[Any] = []
            self.supports_jit = False  # XLA cannot call back

        def call(self, x: Any, training: Any = False) -> Any:
            flag = tf.cast(False if training is None else training, tf.bool)
            tf.numpy_function(self._write, [x, flag], [])
            return x

        def _write(self, x: Any, flag: Any) -> None:
            self.batches.append(x.copy())
            self.modes.append(bool(flag))

    return Recorder()
