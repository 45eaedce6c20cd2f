"""As short as it gets: fit is made of the other parts, and evaluate lets `predict` go through the batches."""

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


def minibatches(x, y, batch_size, seed, shuffle=True):
    order = np.random.default_rng(seed).permutation(len(x)) if shuffle else np.arange(len(x))
    yield from ((x[i], y[i]) for i in np.split(order, range(batch_size, len(x), batch_size)))


def loss_and_gradients(model, loss_fn, x, y):
    with tf.GradientTape() as tape:
        loss = ops.mean(loss_fn(y, model(x, training=True))) + ops.sum(model.losses or [0.0])
    return loss, tape.gradient(loss, model.trainable_variables)


def train_step(model, optimizer, loss_fn, x, y):
    loss, gradients = loss_and_gradients(model, loss_fn, x, y)
    optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
    return loss


def evaluate(model, loss_fn, x, y, batch_size):
    p = model.predict(x, batch_size, verbose=0)
    loss = np.mean(loss_fn(y, p)) + sum(map(float, model.losses))
    return {"loss": float(loss), "accuracy": np.mean(p.argmax(-1) == y)}


def fit(model, optimizer, loss_fn, train, validation, epochs, batch_size, seed, patience=None):
    history, best = {}, (np.inf, -1, None)
    for epoch in range(epochs):
        batches = minibatches(*train, batch_size, seed * 10_000 + epoch)
        losses = [(float(train_step(model, optimizer, loss_fn, *b)), len(b[0])) for b in batches]
        values, sizes = zip(*losses, strict=True)
        now = {"loss": np.average(values, weights=sizes)}
        if validation:
            now |= {f"val_{k}": v for k, v in evaluate(model, loss_fn, *validation, batch_size).items()}
        if not np.all(np.isfinite(list(now.values()))):
            raise ArithmeticError(f"not finite: {now}")
        for key, value in now.items():
            history.setdefault(key, []).append(float(value))
        if patience and now["val_loss"] < best[0]:
            best = now["val_loss"], epoch, model.get_weights()
        if patience and epoch - best[1] == patience:
            break
    if patience:
        model.set_weights(best[2])
    return history


def accumulate_gradients(model, loss_fn, batches):
    total, count = [0.0] * len(model.trainable_variables), 0
    for x, y in batches:
        _, gradients = loss_and_gradients(model, loss_fn, x, y)
        total = [t if g is None else t + len(x) * g for t, g in zip(total, gradients, strict=True)]
        count += len(x)
    shapes = [v.shape for v in model.trainable_variables]
    return [
        ops.broadcast_to(ops.cast(t, keras.config.floatx()) / count, s)
        for t, s in zip(total, shapes, strict=True)
    ]


def clip_by_global_norm(gradients, max_norm):
    scale = tf.minimum(1.0, tf.math.divide_no_nan(float(max_norm), tf.linalg.global_norm(gradients)))
    scale = tf.where(tf.linalg.global_norm(gradients) > 0, scale, 1.0)
    return [g if g is None else g * scale for g in gradients]
