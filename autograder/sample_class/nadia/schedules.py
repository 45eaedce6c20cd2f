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
        if initial <= 0:
            raise ValueError("initial must be above 0")
        if decay_rate <= 0 or decay_rate > 1:
            raise ValueError("decay_rate must be in (0, 1]")
        if decay_steps <= 0:
            raise ValueError("decay_steps must be above 0")
        if floor < 0:
            raise ValueError("floor must not be negative")
        self.initial = initial
        self.decay_rate = decay_rate
        self.decay_steps = decay_steps
        self.staircase = staircase
        self.floor = floor

    def __call__(self, step):
        t = ops.cast(step, "float32") / self.decay_steps
        if self.staircase:
            t = ops.floor(t)
        rate = self.initial * self.decay_rate**t
        return ops.maximum(rate, self.floor)

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
        if peak <= 0 or warmup_steps < 0 or warmup_steps >= total_steps:
            raise ValueError("peak > 0 and 0 <= warmup_steps < total_steps, please")
        self.peak, self.total_steps, self.warmup_steps = peak, total_steps, warmup_steps
        self.start, self.end = start, end

    def __call__(self, step):
        step = ops.cast(step, "float32")
        f = (step - self.warmup_steps) / (self.total_steps - self.warmup_steps)
        f = ops.minimum(f, 1.0)
        rate = self.end + (self.peak - self.end) * 0.5 * (1.0 + ops.cos(math.pi * f))
        if self.warmup_steps > 0:
            warm = self.start + (self.peak - self.start) * step / self.warmup_steps
            rate = ops.where(step < self.warmup_steps, warm, rate)
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
        if len(boundaries) != len(schedules) - 1:
            raise ValueError("one boundary fewer than schedules, please")
        last = 0
        for b in boundaries:
            if b <= last:
                raise ValueError("boundaries have to rise from above 0")
            last = b
        self.schedules = list(schedules)
        self.boundaries = list(boundaries)

    def __call__(self, step):
        step = ops.cast(step, "int32")

        def rate(k):
            s = self.schedules[k]
            if not callable(s):
                return ops.convert_to_tensor(s, "float32")
            begin = self.boundaries[k - 1] if k > 0 else 0
            return ops.cast(s(ops.maximum(step - begin, 0)), "float32")

        result = rate(len(self.schedules) - 1)
        for k in reversed(range(len(self.boundaries))):
            result = ops.where(step < self.boundaries[k], rate(k), result)
        return result

    def get_config(self):
        schedules = []
        for s in self.schedules:
            schedules.append(keras.optimizers.schedules.serialize(s) if callable(s) else s)
        return {"schedules": schedules, "boundaries": self.boundaries}

    @classmethod
    def from_config(cls, config):
        schedules = []
        for s in config["schedules"]:
            schedules.append(keras.optimizers.schedules.deserialize(s) if isinstance(s, dict) else s)
        return cls(schedules, config["boundaries"])


class ReduceOnPlateau(keras.callbacks.Callback):
    def __init__(self, monitor="val_loss", factor=0.1, patience=10, min_delta=1e-4, cooldown=0, min_lr=0.0):
        super().__init__()
        if not (0 < factor < 1):
            raise ValueError("factor must be between 0 and 1")
        self.monitor = monitor
        self.factor = factor
        self.patience = patience
        self.min_delta = min_delta
        self.cooldown = cooldown
        self.min_lr = min_lr

    def on_train_begin(self, logs=None):
        self.best = math.inf
        self.wait = 0
        self.cooldown_left = 0

    def on_epoch_end(self, epoch, logs=None):
        if not logs or self.monitor not in logs:
            return
        value = logs[self.monitor]
        if self.cooldown_left > 0:
            self.cooldown_left -= 1
            self.wait = 0
        if value < self.best - self.min_delta:
            self.best = value
            self.wait = 0
            return
        if self.cooldown_left > 0:
            return
        self.wait += 1
        if self.wait >= self.patience:
            old = float(self.model.optimizer.learning_rate)
            new = max(old * self.factor, self.min_lr)
            if new < old:
                self.model.optimizer.learning_rate = new
            self.wait = 0
            self.cooldown_left = self.cooldown


def lr_range_test(model, loss_fn, x, y, low=1e-4, high=10.0, steps=50, batch_size=32, seed=0):
    if low <= 0 or high <= low:
        raise ValueError("0 < low < high, please")
    if steps < 2 or batch_size < 1:
        raise ValueError("too few steps, or empty batches")
    weights = model.get_weights()
    rng = np.random.default_rng(seed)
    rates = []
    losses = []
    order = rng.permutation(len(x))
    start = 0
    for i in range(steps):
        if start >= len(x):
            order = rng.permutation(len(x))
            start = 0
        rows = order[start : start + batch_size]
        start += batch_size
        rate = low * (high / low) ** (i / (steps - 1))
        with tf.GradientTape() as tape:
            loss = ops.mean(loss_fn(y[rows], model(x[rows], training=True)))
            for extra in model.losses:
                loss = loss + extra
        rates.append(float(rate))
        losses.append(float(loss))
        if not math.isfinite(losses[-1]) or losses[-1] > 4 * min(losses):
            break
        grads = tape.gradient(loss, [v.value for v in model.trainable_variables])
        for v, g in zip(model.trainable_variables, grads):
            v.assign(v - rate * g)
    model.set_weights(weights)
    finite = [(loss, rate) for loss, rate in zip(losses, rates) if math.isfinite(loss)]
    return {"rates": rates, "losses": losses, "suggestion": min(finite)[1] / 10}


ANSWERS = {
    "progressive_momentum": """A schedule is a plan: the rate depends on how many updates were made and on nothing else.
Momentum does not change the rate, it averages the gradients of the past, so the step depends on the history, and its
direction too. With 0.9 and the same gradient each time the steps grow to 1 / (1 - 0.9) = 10 times the first one, that is
what is right about the sentence. If the gradient alternates, they cancel and the step gets smaller, about half, and the
rate still is the same. A schedule cannot know whether gradients agree. They are two different knobs, so you can use both:
SGD with momentum and a cosine.""",
}
