"""Learning rates: schedules that are handed over, and what a callback makes of a rate."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from typing import Any


def ramp(start: float, slope: float) -> Any:
    """A Keras schedule that gives `start + slope * step`, so that its answer says which step it was given.

    Outside of a graph a step below 0 is a ValueError. Keras can make it again from its configuration.
    """
    return _ramp_class()(start, slope)


@functools.cache
def _ramp_class() -> Any:
    import keras

    @keras.saving.register_keras_serializable(package="nnlearn")
    class Ramp(keras.optimizers.schedules.LearningRateSchedule):  # type: ignore[misc, unused-ignore]
        def __init__(self, start: float, slope: float) -> None:
            super().__init__()
            self.start, self.slope = start, slope

        def __call__(self, step: Any) -> Any:
            step = keras.ops.convert_to_tensor(step)
            if hasattr(step, "numpy") and step.numpy() < 0:
                raise ValueError(f"a schedule was called with step {step.numpy()}, which is below 0")
            return self.start + self.slope * keras.ops.cast(step, "float32")

        def get_config(self) -> dict[str, float]:
            return {"start": self.start, "slope": self.slope}

    return Ramp


def rates_of_epochs(
    callback: Any, rate: float, *trainings: Sequence[Mapping[str, float] | None]
) -> list[list[float]]:
    """The learning rate after each epoch of trainings in which only a callback's hooks are called.

    Args:
        callback: A Keras callback. It gets a model without weights, whose optimizer has `rate` to begin with.
        rate: The learning rate before the first training; the next one begins where that ended.
        *trainings: For each, the logs of its epochs. The callback gets a copy of each, or None.

    Returns:
        For each training, as many rates as it has epochs.
    """
    import keras

    model = keras.Model()
    model.optimizer = keras.optimizers.SGD(rate)
    callback.set_model(model)
    found = []
    for epochs in trainings:
        callback.on_train_begin({})
        rates = []
        for epoch, logs in enumerate(epochs):
            callback.on_epoch_begin(epoch, {})
            callback.on_epoch_end(epoch, None if logs is None else dict(logs))
            rates.append(float(model.optimizer.learning_rate))
        callback.on_train_end({})
        found.append(rates)
    return found
