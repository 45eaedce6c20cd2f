# All rates are stacked and one is taken by its number; a plateau is found anew in the whole history of each epoch.
import math

import keras
import numpy as np
import tensorflow as tf
from keras import ops

Schedule = keras.optimizers.schedules.LearningRateSchedule
PREDICTIONS = {
    "halvings": 9,
    "stable": 0.2,
    "first_update": "none",
    "momentum": "averages past gradients",
}


def insist(holds, what):
    if not holds:
        raise ValueError(what)


def chosen(number, *rates):
    return ops.take(ops.stack([ops.cast(rate, "float32") for rate in rates]), number)


class Exponential(Schedule):
    def __init__(self, initial, decay_rate, decay_steps, staircase=False, floor=0.0):
        insist(initial > 0 and decay_steps > 0 and floor >= 0, "the rates or the steps are too small")
        insist(0 < decay_rate <= 1, "that is no decay")
        self.config = {"initial": initial, "decay_rate": decay_rate, "decay_steps": decay_steps}
        self.config |= {"staircase": staircase, "floor": floor}

    def __call__(self, step):
        quotient = ops.divide(ops.cast(step, "float32"), self.config["decay_steps"])
        quotient = chosen(int(bool(self.config["staircase"])), quotient, ops.floor(quotient))
        rate = self.config["initial"] * ops.exp(math.log(self.config["decay_rate"]) * quotient)
        floor = self.config["floor"]
        return chosen(ops.cast(rate < floor, "int32"), rate, floor)

    def get_config(self):
        return self.config.copy()


class WarmupCosine(Schedule):
    def __init__(self, peak, total_steps, warmup_steps=0, start=0.0, end=0.0):
        insist(peak > 0, "the peak is too small")
        insist(0 <= warmup_steps < total_steps, "there is no time for both")
        self.config = {"peak": peak, "total_steps": total_steps, "warmup_steps": warmup_steps}
        self.config |= {"start": start, "end": end}

    def __call__(self, step):
        peak, total, warmup, start, end = self.config.values()
        step = ops.cast(step, "float32")
        line = start + (peak - start) / (warmup or 1) * step
        angle = math.pi * (step - warmup) / (total - warmup)
        half, wave = (peak - end) / 2, ops.cos(angle)
        number = ops.cast(step >= warmup, "int32") + ops.cast(step >= total, "int32")
        return chosen(number, line, end + half + half * wave, end)

    def get_config(self):
        return self.config.copy()


class Chain(Schedule):
    def __init__(self, schedules, boundaries):
        insist(len(schedules) == len(boundaries) + 1, "there is one boundary between two schedules")
        insist(all(np.diff([0, *boundaries]) > 0), "boundaries rise from above 0")
        self.schedules, self.boundaries = list(schedules), list(boundaries)

    def __call__(self, step):
        step = ops.cast(step, "int32")
        begins = np.array([0, *self.boundaries], "int32")
        own = ops.unstack(ops.maximum(step - begins, 0), len(begins))
        rates = [
            one(its) if isinstance(one, Schedule) else one
            for one, its in zip(self.schedules, own, strict=True)
        ]
        return chosen(ops.sum(ops.cast(step >= begins, "int32")) - 1, *rates)

    def get_config(self):
        return keras.saving.serialize_keras_object(
            {"schedules": self.schedules, "boundaries": self.boundaries}
        )

    @classmethod
    def from_config(cls, config):
        return cls(**keras.saving.deserialize_keras_object(config))


class ReduceOnPlateau(keras.callbacks.Callback):
    def __init__(self, monitor="val_loss", factor=0.1, patience=10, min_delta=1e-4, cooldown=0, min_lr=0.0):
        super().__init__()
        insist(0 < factor < 1, "the factor has to be between 0 and 1")
        self.monitor, self.factor, self.min_lr = monitor, factor, min_lr
        self.patience, self.min_delta, self.cooldown = patience, min_delta, cooldown

    def on_train_begin(self, _=None):
        self.history, self.rests, self.counted_from = [], 0, 0

    def best_places(self):
        places = []
        for place, value in enumerate(self.history):
            if not places or value < self.history[places[-1]] - self.min_delta:
                places.append(place)
        return places

    def on_epoch_end(self, _, logs=None):
        if not logs or self.monitor not in logs:
            return
        self.history.append(logs[self.monitor])
        here = len(self.history) - 1
        if self.rests:
            self.rests -= 1
            self.counted_from = here
        last_best = self.best_places()[-1]
        if last_best == here or self.rests:
            return
        waited = here - max(last_best, self.counted_from - 1)
        rate = self.model.optimizer.learning_rate
        if waited >= self.patience and float(rate) > np.float32(self.min_lr):
            rate.assign(max(float(rate) * self.factor, self.min_lr))
            self.rests, self.counted_from = self.cooldown, here + 1


def lr_range_test(model, loss_fn, x, y, low=1e-4, high=10.0, steps=50, batch_size=32, seed=0):
    insist(0 < low < high, "the range has to rise from above 0")
    insist(steps > 1 and batch_size > 0, "there have to be steps, and examples in them")
    weights = [(one, one.numpy()) for one in model.weights]
    epochs = -(-steps * batch_size // len(x)) + steps
    generator = np.random.default_rng(seed)
    parts = range(batch_size, len(x), batch_size)
    batches = [rows for _ in range(epochs) for rows in np.split(generator.permutation(len(x)), parts)]
    descent, found = keras.optimizers.SGD(low), {"rates": [], "losses": []}
    descent.build(model.trainable_variables)
    for rows, rate in zip(batches, np.geomspace(low, high, steps), strict=False):
        with tf.GradientTape() as tape:
            losses = loss_fn(y[rows], model(x[rows], training=True))
            loss = ops.sum([ops.mean(losses), *model.losses])
        found["rates"].append(float(rate))
        found["losses"].append(float(loss))
        if np.isnan(found["losses"][-1]) or found["losses"][-1] > 4 * np.nanmin(found["losses"]):
            break
        descent.learning_rate = rate
        descent.apply(tape.gradient(loss, [one.value for one in model.trainable_variables]))
    for variable, before in weights:
        variable.assign(before)
    pairs = [pair for pair in zip(found["losses"], found["rates"], strict=True) if np.isfinite(pair[0])]
    return {**found, "suggestion": min(pairs)[1] / 10}
