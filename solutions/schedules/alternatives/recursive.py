# A chain is two halves and a branch between them; the range test is a generator; rates are kept in logarithms.
import math
from itertools import count, islice

import keras
import numpy as np
import tensorflow as tf

PREDICTIONS = {
    "momentum": "averages past gradients",
    "first_update": "none",
    "stable": 0.2,
    "halvings": 9,
}
schedules_of_keras = keras.optimizers.schedules


class Kept(schedules_of_keras.LearningRateSchedule):
    """A schedule whose configuration is all its attributes."""

    def get_config(self):
        return dict(vars(self))


class Exponential(Kept):
    def __init__(self, initial, decay_rate, decay_steps, staircase=False, floor=0.0):
        if min(initial, decay_rate, decay_steps) <= 0 or decay_rate > 1 or floor < 0:
            raise ValueError("no decay")
        vars(self).update(initial=initial, decay_rate=decay_rate, decay_steps=decay_steps)
        vars(self).update(staircase=staircase, floor=floor)

    def __call__(self, step):
        step = tf.cast(tf.convert_to_tensor(step), tf.float32)
        logarithm = math.log(self.decay_rate)
        rest = tf.math.floormod(step, self.decay_steps) if self.staircase else 0.0
        rate = tf.exp(math.log(self.initial) + logarithm * (step - rest) / self.decay_steps)
        return rate + tf.nn.relu(self.floor - rate)


class WarmupCosine(Kept):
    def __init__(self, peak, total_steps, warmup_steps=0, start=0.0, end=0.0):
        if peak <= 0 or warmup_steps < 0 or total_steps <= warmup_steps:
            raise ValueError("no cosine")
        vars(self).update(peak=peak, total_steps=total_steps, warmup_steps=warmup_steps, start=start, end=end)

    def __call__(self, step):
        step = tf.cast(tf.convert_to_tensor(step), tf.float32)
        rising = tf.minimum(step, self.warmup_steps) / max(self.warmup_steps, 1)
        falling = (tf.maximum(step, self.warmup_steps) - self.warmup_steps) / (
            self.total_steps - self.warmup_steps
        )
        falling = tf.sin(math.pi / 2 * tf.minimum(falling, 1.0)) ** 2
        low = (self.start - self.peak) * (1 - rising) if self.warmup_steps else 0.0
        return self.peak + low + (self.end - self.peak) * falling


class Chain(schedules_of_keras.LearningRateSchedule):
    def __init__(self, schedules, boundaries):
        if len(schedules) - len(boundaries) != 1 or sorted({0, *boundaries}) != [0, *boundaries]:
            raise ValueError("no chain")
        self.schedules, self.boundaries = [*schedules], [*boundaries]

    def __call__(self, step):
        return self.among(tf.cast(tf.convert_to_tensor(step), tf.int64), 0, len(self.schedules))

    def among(self, step, first, after):
        """The rate of the schedules from number `first` up to number `after`, exclusive."""
        if after - first == 1:
            one = self.schedules[first]
            begin = self.boundaries[first - 1] if first else 0
            rate = one(tf.nn.relu(step - begin)) if callable(one) else one
            return tf.cast(rate, tf.float32)
        middle = (first + after) // 2
        return tf.cond(
            step < self.boundaries[middle - 1],
            lambda: self.among(step, first, middle),
            lambda: self.among(step, middle, after),
        )

    def get_config(self):
        members = [
            one if isinstance(one, (int, float)) else schedules_of_keras.serialize(one)
            for one in self.schedules
        ]
        return {"schedules": members, "boundaries": self.boundaries}

    @classmethod
    def from_config(cls, config):
        make = schedules_of_keras.deserialize
        members = [one if isinstance(one, (int, float)) else make(one) for one in config["schedules"]]
        return cls(members, config["boundaries"])


class ReduceOnPlateau(keras.callbacks.Callback):
    def __init__(self, monitor="val_loss", factor=0.1, patience=10, min_delta=1e-4, cooldown=0, min_lr=0.0):
        if factor <= 0 or factor >= 1:
            raise ValueError("no reduction")
        super().__init__()
        self.monitor, self.factor, self.patience = monitor, factor, max(patience, 1)
        self.min_delta, self.cooldown, self.min_lr = min_delta, cooldown, min_lr

    def on_train_begin(self, _=None):
        self.epochs = self.watching()
        next(self.epochs)

    def on_epoch_end(self, _, logs=None):
        if logs and logs.get(self.monitor) is not None:
            self.epochs.send(logs[self.monitor])

    def watching(self):
        """A training: gets the number of each epoch."""
        best = yield
        while True:
            waited = 0
            while waited < self.patience:
                value = yield
                better = value < best - self.min_delta
                best = value if better else best
                waited = 0 if better else waited + 1
            while float(self.model.optimizer.learning_rate) <= np.float32(self.min_lr):
                yield
            lower = float(self.model.optimizer.learning_rate) * self.factor
            self.model.optimizer.learning_rate = max(lower, self.min_lr)
            for _ in range(self.cooldown - 1):
                value = yield
                best = value if value < best - self.min_delta else best


def descending(model, loss_fn, x, y, low, high, steps, batch_size, seed):
    """Pairs of a rate and the loss before the update with it."""
    generator, order = np.random.default_rng(seed), []
    smallest = math.inf
    for number in count():
        order = order if len(order) else generator.permutation(len(x))
        rows, order = np.split(order, [batch_size])
        rate = math.exp(math.log(low) + math.log(high / low) * number / (steps - 1))
        with tf.GradientTape() as tape:
            losses = loss_fn(y[rows], model(x[rows], training=True))
            loss = tf.add_n([tf.reduce_mean(losses), *model.losses])
        yield rate, float(loss)
        smallest = min(smallest, float(loss))
        if not float(loss) <= 4 * smallest:
            return
        for variable, slope in zip(
            model.trainable_variables,
            tape.gradient(loss, [one.value for one in model.trainable_variables]),
            strict=True,
        ):
            variable.assign(variable - rate * slope)


def lr_range_test(model, loss_fn, x, y, low=1e-4, high=10.0, steps=50, batch_size=32, seed=0):
    if low <= 0 or high <= low or steps < 2 or batch_size < 1:
        raise ValueError("no range")
    before = model.get_weights()
    run = descending(model, loss_fn, x, y, low, high, steps, batch_size, seed)
    rates, losses = map(list, zip(*islice(run, steps), strict=True))
    model.set_weights(before)
    finite = [loss if math.isfinite(loss) else math.inf for loss in losses]
    return {"rates": rates, "losses": losses, "suggestion": rates[finite.index(min(finite))] / 10}
