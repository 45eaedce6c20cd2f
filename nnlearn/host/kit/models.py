"""Layers and schedules that checks put beside the learner's, and models saved and loaded."""

from __future__ import annotations

from typing import Any


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


def reloaded_elsewhere(model: Any) -> Any:
    """`model` saved, and loaded by somebody who has Keras, in its safe mode, and no code of the learner.

    Args:
        model: A built model.

    Raises:
        TypeError: What it is made of is not all of Keras.
        ValueError: It has Python code in it, which the safe mode does not run.
    """
    import tempfile
    from pathlib import Path

    import keras

    known = keras.saving.get_custom_objects()
    registered = dict(known)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "model.keras"
        model.save(file)
        known.clear()
        try:
            return keras.saving.load_model(file, safe_mode=True)
        finally:
            known.update(registered)


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
