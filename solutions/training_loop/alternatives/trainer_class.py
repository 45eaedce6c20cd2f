"""One class holds a loop's state, another its patience; the parts are thin doors to them."""

import copy

import keras
import numpy as np
import tensorflow as tf
from keras import ops

PREDICTIONS = {
    "no_flag": "inference",
    "epoch_loss": 0.72,
    "epochs_run": 5,
    "fair_comparison": "nothing",
}


class Batches:
    """Hands out the batches of one epoch, one at each call of next."""

    def __init__(self, x, y, batch_size, order):
        self.x, self.y, self.batch_size = x, y, batch_size
        self.left = list(order)

    def __iter__(self):
        return self

    def __next__(self):
        if not self.left:
            raise StopIteration
        chosen, self.left = self.left[: self.batch_size], self.left[self.batch_size :]
        return self.x[chosen], self.y[chosen]


def minibatches(x, y, batch_size, seed, shuffle=True):
    draws = np.random.RandomState(seed).random_sample(len(x))
    return Batches(x, y, batch_size, np.argsort(draws) if shuffle else range(len(x)))


class Patience:
    """Counts the epochs that were no better and keeps the weights of the best."""

    def __init__(self, model, limit):
        self.model, self.limit = model, limit
        self.best, self.weights, self.bad = np.inf, None, 0

    def is_used_up(self, loss):
        if self.limit is None:
            return False
        self.bad += 1
        if loss < self.best:
            self.best, self.bad = loss, 0
            self.weights = copy.deepcopy([ops.convert_to_numpy(v) for v in self.model.variables])
        return self.bad == self.limit

    def restore(self):
        for variable, value in zip(self.model.variables, self.weights or [], strict=self.weights is not None):
            variable.assign(value)


class Trainer:
    """Steps, measurements and epochs for one model and one loss."""

    def __init__(self, model, loss_fn, optimizer=None):
        self.model, self.loss_fn, self.optimizer = model, loss_fn, optimizer

    def penalty(self):
        return sum(self.model.losses, start=ops.zeros(()))

    def gradients(self, x, y):
        with tf.GradientTape() as tape:
            losses = self.loss_fn(y, self.model(x, training=True))
            total = ops.mean(losses) + self.penalty()
        return total, tape.gradient(total, self.model.trainable_variables)

    def step(self, x, y):
        loss, gradients = self.gradients(x, y)
        self.optimizer.apply(gradients, self.model.trainable_variables)
        return loss

    def measure(self, x, y, batch_size):
        loss = keras.metrics.Mean()
        accuracy = keras.metrics.SparseCategoricalAccuracy()
        for some_x, some_y in minibatches(x, y, batch_size, 0, shuffle=False):
            outputs = self.model(some_x, training=False)
            loss.update_state(ops.mean(self.loss_fn(some_y, outputs)), sample_weight=len(some_x))
            accuracy.update_state(some_y, outputs)
        return {"loss": float(loss.result() + self.penalty()), "accuracy": float(accuracy.result())}

    def epoch(self, batches):
        losses, sizes = [], []
        for x, y in batches:
            losses.append(self.checked(float(self.step(x, y))))
            sizes.append(len(x))
        return float(np.dot(losses, sizes) / np.sum(sizes))

    @staticmethod
    def checked(loss):
        if loss - loss != 0:  # true of NaN and of both infinities
            raise RuntimeError(f"Training stopped: non-finite loss ({loss})")
        return loss


def train_step(model, optimizer, loss_fn, x, y):
    return Trainer(model, loss_fn, optimizer).step(x, y)


def evaluate(model, loss_fn, x, y, batch_size):
    return Trainer(model, loss_fn).measure(x, y, batch_size)


def fit(model, optimizer, loss_fn, train, validation, epochs, batch_size, seed, patience=None):
    trainer, watch = Trainer(model, loss_fn, optimizer), Patience(model, patience)
    seeds = np.random.RandomState(seed)
    rows = []
    for _ in range(epochs):
        row = {"loss": trainer.epoch(minibatches(*train, batch_size, seeds.randint(2**31)))}
        if validation is not None:
            measured = trainer.measure(*validation, batch_size)
            row["val_loss"] = trainer.checked(measured["loss"])
            row["val_accuracy"] = measured["accuracy"]
        rows.append(row)
        if validation is not None and watch.is_used_up(row["val_loss"]):
            break
    watch.restore()
    return {key: [row[key] for row in rows] for key in rows[0]}


def accumulate_gradients(model, loss_fn, batches):
    """The running mean: each batch moves it by its share of the examples so far."""
    trainer, mean, seen = Trainer(model, loss_fn), None, 0
    for x, y in batches:
        _, gradients = trainer.gradients(x, y)
        seen += len(x)
        share = len(x) / seen
        if mean is None:
            mean = gradients
        else:
            pairs = zip(mean, gradients, strict=True)
            mean = [None if g is None else m + share * (g - m) for m, g in pairs]
    return mean


def clip_by_global_norm(gradients, max_norm):
    lengths = [0.0 if g is None else float(ops.norm(ops.reshape(g, (-1,)))) for g in gradients]
    longest = float(np.linalg.norm(lengths))
    shrink = 1.0 if longest <= max_norm else max_norm / longest
    return [g if g is None else ops.multiply(g, shrink) for g in gradients]
