"""Trainings in which only a callback's hooks are called: how they end, and with which weights."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from typing import Any


def ends_of_trainings(
    callback: Any, trainings: Sequence[Sequence[Mapping[str, float] | None]]
) -> list[dict[str, Any]]:
    """How trainings end in which a callback may stop the model, one after the other.

    Args:
        callback: A Keras callback. It gets a model with a weight that is trained and one that is not. In
            epoch number n of all trainings together, from 1, these become n and -n.
        trainings: For each, the logs of the epochs that it may have. The callback gets a copy of each, or
            None.

    Returns:
        For each training `epochs`, how many were run; `stopped`, the model's `stop_training`; `weights`, what
        both are at its end; and the callback's `best`, `best_epoch` and `stopped_epoch`, None where it does
        not have them.
    """
    model = _held_class()()
    trained, other = model.weights
    callback.set_model(model)
    ends, count = [], 0
    for logs_of_epochs in trainings:
        model.stop_training, epochs = False, 0
        callback.set_params({"verbose": 0, "epochs": len(logs_of_epochs), "steps": 1})
        callback.on_train_begin({})
        for epoch, logs in enumerate(logs_of_epochs):
            callback.on_epoch_begin(epoch, {})
            count, epochs = count + 1, epochs + 1
            trained.assign(count)
            other.assign(-count)
            callback.on_epoch_end(epoch, None if logs is None else dict(logs))
            if model.stop_training:
                break
        callback.on_train_end({})
        end = {"epochs": epochs, "stopped": model.stop_training, "weights": [float(trained), float(other)]}
        names = ("best", "best_epoch", "stopped_epoch")
        ends.append(end | {name: getattr(callback, name, None) for name in names})
    return ends


@functools.cache
def _held_class() -> Any:
    import keras

    class Held(keras.Model):  # type: ignore[misc, unused-ignore]
        """Two weights and no layers: a model with layers takes several times as long to make."""

        def __init__(self) -> None:
            super().__init__()
            self.add_weight(shape=(), name="trained")
            self.add_weight(shape=(), name="other", trainable=False)
            self.built = True

        def call(self, x: Any) -> Any:
            return x

    return Held
