# By the formulas in float32, with where, and a model that is trained in place and put back.
import copy
import math

import keras
import numpy as np
import tensorflow as tf
from keras import ops


PREDICTIONS = {
    "halvings": 9,
    "stable": 0.2,
    "first_update": "none",
    "momentum": "averages past gradients",
}


class Exponential(keras.optimizers.schedules.LearningRateSchedule):
    def __init__(self, initial, decay_rate, decay_steps, staircase=False, floor=0.0):
        if not initial > 0:
            raise ValueError(f"initial has to be above 0, not {initial}")
        if not 0 < decay_rate <= 1:
            raise ValueError(f"decay_rate has to be above 0 and at most 1, not {decay_rate}")
        if not decay_steps > 0:
            raise ValueError(f"decay_steps has to be above 0, not {decay_steps}")
        if not floor >= 0:
            raise ValueError(f"floor has to be at least 0, not {floor}")
        self.initial = float(initial)
        self.decay_rate = float(decay_rate)
        self.decay_steps = float(decay_steps)
        self.staircase = bool(staircase)
        self.floor = float(floor)

    def __call__(self, step):
        quotient = ops.cast(step, "float32") / self.decay_steps
        if self.staircase:
            quotient = ops.floor(quotient)
        rate = self.initial * ops.power(ops.cast(self.decay_rate, "float32"), quotient)
        return ops.maximum(rate, ops.cast(self.floor, "float32"))

    def get_config(self):
        return {
            "initial": self.initial,
            "decay_rate": self.decay_rate,
            "decay_steps": self.decay_steps,
            "staircase": self.staircase,
            "floor": self.floor,
        }


class WarmupCosine(keras.optimizers.schedules.LearningRateSchedule):
    def __init__(self, peak, total_steps, warmup_steps=0, start=0.0, end=0.0):
        if not peak > 0:
            raise ValueError(f"peak has to be above 0, not {peak}")
        if not warmup_steps >= 0:
            raise ValueError(f"warmup_steps has to be at least 0, not {warmup_steps}")
        if not total_steps > warmup_steps:
            raise ValueError(f"total_steps has to be above warmup_steps, not {total_steps}")
        if not (start <= peak and end <= peak):
            raise ValueError(f"peak has to be the largest rate, but start is {start} and end is {end}")
        self.peak = float(peak)
        self.total_steps = float(total_steps)
        self.warmup_steps = float(warmup_steps)
        self.start = float(start)
        self.end = float(end)

    def __call__(self, step):
        step = ops.cast(step, "float32")
        f = (step - self.warmup_steps) / (self.total_steps - self.warmup_steps)
        f = ops.minimum(f, 1.0)
        rate = self.end + (self.peak - self.end) * (1 + ops.cos(math.pi * f)) / 2
        if self.warmup_steps > 0:
            line = self.start + (self.peak - self.start) * step / self.warmup_steps
            rate = ops.where(step < self.warmup_steps, line, rate)
        return rate

    def get_config(self):
        return {
            "peak": self.peak,
            "total_steps": self.total_steps,
            "warmup_steps": self.warmup_steps,
            "start": self.start,
            "end": self.end,
        }


class Chain(keras.optimizers.schedules.LearningRateSchedule):
    def __init__(self, schedules, boundaries):
        schedules, boundaries = list(schedules), list(boundaries)
        if not schedules:
            raise ValueError("a chain needs at least one schedule")
        if len(boundaries) != len(schedules) - 1:
            raise ValueError(f"{len(schedules)} schedules need one boundary fewer, not {len(boundaries)}")
        self.schedules = []
        for entry in schedules:
            if isinstance(entry, keras.optimizers.schedules.LearningRateSchedule):
                self.schedules.append(entry)
            elif isinstance(entry, (int, float, np.integer, np.floating)) and not isinstance(entry, bool):
                self.schedules.append(float(entry))
            else:
                raise ValueError(f"neither a schedule nor a number: {entry!r}")
        self.boundaries, before = [], 0
        for boundary in boundaries:
            whole = isinstance(boundary, (int, np.integer)) and not isinstance(boundary, bool)
            if not whole and not (
                isinstance(boundary, (float, np.floating)) and float(boundary).is_integer()
            ):
                raise ValueError(f"a boundary has to be a whole number, not {boundary!r}")
            if boundary <= before:
                raise ValueError(f"boundaries have to be above 0 and rise, not {boundaries}")
            before = int(boundary)
            self.boundaries.append(before)

    def __call__(self, step):
        step = ops.cast(step, "int64")
        rate = self._rate(0, step)
        for number, boundary in enumerate(self.boundaries, start=1):
            own = self._rate(number, ops.maximum(step - boundary, 0))
            rate = ops.where(step >= boundary, own, rate)
        return rate

    def _rate(self, number, step):
        entry = self.schedules[number]
        return ops.reshape(ops.cast(entry if isinstance(entry, float) else entry(step), "float32"), ())

    def get_config(self):
        entries = [
            entry if isinstance(entry, float) else keras.saving.serialize_keras_object(entry)
            for entry in self.schedules
        ]
        return {"schedules": entries, "boundaries": list(self.boundaries)}

    @classmethod
    def from_config(cls, config):
        entries = [
            keras.saving.deserialize_keras_object(copy.deepcopy(entry)) if isinstance(entry, dict) else entry
            for entry in config["schedules"]
        ]
        return cls(entries, config["boundaries"])


class ReduceOnPlateau(keras.callbacks.Callback):
    def __init__(self, monitor="val_loss", factor=0.1, patience=10, min_delta=1e-4, cooldown=0, min_lr=0.0):
        super().__init__()
        if not 0 < factor < 1:
            raise ValueError(f"factor has to be above 0 and below 1, not {factor}")
        self.monitor = monitor
        self.factor = factor
        self.patience = patience
        self.min_delta = min_delta
        self.cooldown = cooldown
        self.min_lr = min_lr
        self._forget()

    def _forget(self):
        self.best = None
        self.wait = 0
        self.cooling = 0

    def on_train_begin(self, _=None):
        self._forget()

    def on_epoch_end(self, _, logs=None):
        number = (logs or {}).get(self.monitor)
        if number is None:
            return
        number = float(number)
        if self.cooling > 0:
            self.cooling -= 1
            self.wait = 0
        if not math.isnan(number) and (self.best is None or number < self.best - self.min_delta):
            self.best = number
            self.wait = 0
        elif self.cooling == 0:
            self.wait += 1
            if self.wait >= self.patience:
                rate = float(self.model.optimizer.learning_rate)
                if rate > self.min_lr:
                    self.model.optimizer.learning_rate = max(rate * self.factor, self.min_lr)
                self.wait = 0
                self.cooling = self.cooldown


def lr_range_test(model, loss_fn, x, y, low=1e-4, high=10.0, steps=50, batch_size=32, seed=0):
    if not low > 0:
        raise ValueError(f"low has to be above 0, not {low}")
    if not high > low:
        raise ValueError(f"high has to be above low, not {high}")
    if not steps >= 2:
        raise ValueError(f"steps has to be at least 2, not {steps}")
    if not batch_size >= 1:
        raise ValueError(f"batch_size has to be at least 1, not {batch_size}")

    def as_in_fit(array):
        array = np.asarray(array)
        return array.astype(keras.config.floatx()) if array.dtype.kind == "f" else array

    x, y = as_in_fit(x), as_in_fit(y)
    generator = np.random.default_rng(seed)
    weights = model.trainable_weights
    kept = [(variable, variable.numpy().copy()) for variable in model.variables]
    rates, losses, queue = [], [], []
    try:
        for i in range(steps):
            if not queue:
                order = generator.permutation(len(x))
                queue = [order[at : at + batch_size] for at in range(0, len(x), batch_size)]
            rows = queue.pop(0)
            rate = float(low * (high / low) ** (i / (steps - 1)))
            with tf.GradientTape() as tape:
                outputs = model(ops.convert_to_tensor(x[rows]), training=True)
                loss = ops.mean(loss_fn(ops.convert_to_tensor(y[rows]), outputs))
                for penalty in model.losses:
                    loss = loss + ops.cast(ops.sum(penalty), loss.dtype)
            rates.append(rate)
            losses.append(float(loss))
            if not math.isfinite(losses[-1]) or (i > 0 and losses[-1] > 4 * min(losses[:-1])):
                break
            gradients = tape.gradient(loss, [weight.value for weight in weights])
            for weight, gradient in zip(weights, gradients, strict=True):
                gradient = tf.convert_to_tensor(gradient)  # an embedding has a sparse one
                weight.assign(weight - ops.cast(rate, weight.dtype) * ops.cast(gradient, weight.dtype))
    finally:
        for variable, value in kept:
            variable.assign(value)
    finite = [loss if math.isfinite(loss) else math.inf for loss in losses]
    return {"rates": rates, "losses": losses, "suggestion": rates[finite.index(min(finite))] / 10}
