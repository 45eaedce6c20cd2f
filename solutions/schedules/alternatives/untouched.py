# In float64 without where: only the schedule that rules is called, and no weight of the model is written to.
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


def _require(**claims):
    for name, true in claims.items():
        if not true:
            raise ValueError(f"`{name}` is outside of what is allowed")


def _plain(value):
    return value.item() if hasattr(value, "item") else value


def _batches(n, size, seed):
    generator = np.random.default_rng(seed)
    while True:
        order = generator.permutation(n)
        yield from np.split(order, range(size, n, size))


class Exponential(keras.optimizers.schedules.LearningRateSchedule):
    def __init__(self, initial, decay_rate, decay_steps, staircase=False, floor=0.0):
        _require(
            initial=initial > 0, decay_rate=0 < decay_rate <= 1, decay_steps=decay_steps > 0, floor=floor >= 0
        )
        self._config = {
            "initial": _plain(initial),
            "decay_rate": _plain(decay_rate),
            "decay_steps": _plain(decay_steps),
            "staircase": bool(staircase),
            "floor": _plain(floor),
        }

    def __call__(self, step):
        c = self._config
        q = tf.cast(ops.convert_to_tensor(step), tf.float64) / c["decay_steps"]
        q = tf.floor(q) if c["staircase"] else q
        logarithm = math.log(c["initial"]) + q * math.log(c["decay_rate"])
        return tf.cast(tf.maximum(tf.exp(logarithm), c["floor"]), tf.float32)

    def get_config(self):
        return dict(self._config)


class WarmupCosine(keras.optimizers.schedules.LearningRateSchedule):
    def __init__(self, peak, total_steps, warmup_steps=0, start=0.0, end=0.0):
        _require(
            peak=peak > 0 and start <= peak and end <= peak,
            warmup_steps=warmup_steps >= 0,
            total_steps=total_steps > warmup_steps,
        )
        self._config = {
            "peak": _plain(peak),
            "total_steps": _plain(total_steps),
            "warmup_steps": _plain(warmup_steps),
            "start": _plain(start),
            "end": _plain(end),
        }

    def __call__(self, step):
        # The rate is the peak, less what is missing before it and less what is lost after it. Both
        # are shares from 0 to 1, clipped, so nothing has to be selected.
        peak, total, warm, start, end = (float(value) for value in self._config.values())
        step = tf.cast(ops.convert_to_tensor(step), tf.float64)
        lost = tf.sin(math.pi / 2 * tf.clip_by_value((step - warm) / (total - warm), 0.0, 1.0)) ** 2
        rate = (1 - lost) * peak + lost * end
        if warm:
            rate -= (peak - start) * tf.maximum(1 - step / warm, 0.0)
        return tf.cast(rate, tf.float32)

    def get_config(self):
        return dict(self._config)


class Chain(keras.optimizers.schedules.LearningRateSchedule):
    def __init__(self, schedules, boundaries):
        schedules, boundaries = tuple(schedules), [_plain(boundary) for boundary in boundaries]
        kinds = (int, float, np.number, keras.optimizers.schedules.LearningRateSchedule)
        _require(
            schedules=len(schedules) > 0 and all(isinstance(entry, kinds) for entry in schedules),
            boundaries=len(boundaries) == len(schedules) - 1
            and all(isinstance(boundary, (int, float)) and boundary % 1 == 0 for boundary in boundaries)
            and all(a < b for a, b in zip([0, *boundaries], boundaries, strict=False)),
        )
        self._entries = tuple(_plain(entry) for entry in schedules)
        self._begins = (0, *map(int, boundaries))

    def __call__(self, step):
        # Only the one that rules is called.
        step = tf.cast(ops.convert_to_tensor(step), tf.int64)
        ruling = tf.reduce_sum(tf.cast(step >= tf.constant(self._begins, tf.int64), tf.int32)) - 1

        def branch(entry, begin):
            def rate():
                value = entry(step - begin) if callable(entry) else entry
                return tf.reshape(tf.cast(value, tf.float32), [])

            return rate

        pairs = zip(self._entries, self._begins, strict=True)
        return tf.switch_case(ruling, [branch(entry, begin) for entry, begin in pairs])

    def get_config(self):
        serialize = keras.optimizers.schedules.serialize
        return {
            "schedules": [serialize(entry) if callable(entry) else entry for entry in self._entries],
            "boundaries": list(self._begins[1:]),
        }

    @classmethod
    def from_config(cls, config):
        own = copy.deepcopy(config)
        make = keras.optimizers.schedules.deserialize
        own["schedules"] = [make(entry) if isinstance(entry, dict) else entry for entry in own["schedules"]]
        return cls(**own)


class ReduceOnPlateau(keras.callbacks.Callback):
    def __init__(self, monitor="val_loss", factor=0.1, patience=10, min_delta=1e-4, cooldown=0, min_lr=0.0):
        super().__init__()
        _require(factor=0 < factor < 1)
        self.monitor, self.factor, self.min_lr = monitor, factor, min_lr
        self._rules = (patience, min_delta, cooldown)
        self._state = (None, 0, 0)

    @staticmethod
    def _advance(state, number, patience, min_delta, cooldown):
        best, wait, left = state
        wait, left = (0, left - 1) if left else (wait, left)
        better = number == number if best is None else number < best - min_delta
        if better:
            return (number, 0, left), False
        if left:
            return (best, wait, left), False
        if wait + 1 < patience:
            return (best, wait + 1, 0), False
        return (best, 0, cooldown), True

    def on_train_begin(self, _=None):
        self._state = (None, 0, 0)

    def on_epoch_end(self, _, logs=None):
        if not logs or logs.get(self.monitor) is None:
            return
        self._state, lower = self._advance(self._state, float(logs[self.monitor]), *self._rules)
        optimizer = self.model.optimizer
        if lower:
            rate = float(ops.convert_to_numpy(optimizer.learning_rate))
            # min(rate, ...) leaves a rate that is below min_lr where it is
            optimizer.learning_rate = min(rate, max(rate * self.factor, self.min_lr))


def lr_range_test(model, loss_fn, x, y, low=1e-4, high=10.0, steps=50, batch_size=32, seed=0):
    _require(low=low > 0, high=high > low, steps=steps >= 2, batch_size=batch_size >= 1)
    x, y = np.asarray(x), np.asarray(y)
    # The model's variables are never written to: Keras' stateless scope puts tensors in their places and
    # collects what the layers would have assigned.
    movable = list(model.trainable_variables)
    places = {id(v): v for v in (*movable, *model.variables)}.values()
    now = {id(v): tf.identity(ops.convert_to_tensor(v)) for v in places}
    plan = [
        float(rate) for rate in float(low) * (float(high) / float(low)) ** (np.arange(steps) / (steps - 1))
    ]
    losses, lowest = [], math.inf
    for rate, rows in zip(plan, _batches(len(x), int(batch_size), seed), strict=False):
        here = [now[id(v)] for v in movable]
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(here)
            with keras.StatelessScope(
                state_mapping=[(v, now[id(v)]) for v in places], collect_losses=True
            ) as scope:
                outputs = model(x[rows], training=True)
                penalties = [tf.cast(tf.reduce_sum(p), tf.float32) for p in model.losses]
                loss = tf.cast(tf.reduce_mean(loss_fn(y[rows], outputs)), tf.float32)
                loss = tf.add_n([loss, *penalties])
        losses.append(float(loss))
        if not np.isfinite(losses[-1]) or losses[-1] > 4 * lowest:
            break
        lowest = min(lowest, losses[-1])
        slopes = tape.gradient(loss, here)
        now = {
            id(v): scope.get_current_value(v) if scope.get_current_value(v) is not None else now[id(v)]
            for v in places
        }
        for v, w, slope in zip(movable, here, slopes, strict=True):
            now[id(v)] = w - tf.cast(rate, w.dtype) * tf.convert_to_tensor(slope)
    best = int(np.nanargmin(np.where(np.isfinite(losses), losses, np.nan)))
    return {"rates": plan[: len(losses)], "losses": losses, "suggestion": plan[best] / 10}
