"""Got this far on Sunday; fit and the rest on Monday."""

import keras
import numpy as np
import tensorflow as tf
from keras import ops

PREDICTIONS = {
    "no_flag": None,
    "epoch_loss": None,
    "epochs_run": None,
    "noise_factor": None,
}


def minibatches(x, y, batch_size, seed, shuffle=True):
    """Yield one epoch of the data in batches."""
    indices = np.arange(len(x))
    if shuffle:
        np.random.RandomState(seed).shuffle(indices)
    for begin in range(0, len(indices), batch_size):
        batch = indices[begin : begin + batch_size]
        yield x[batch], y[batch]


def train_step(model, optimizer, loss_fn, x, y):
    """Move the model's weights one step down the gradient of the loss of one batch."""
    with tf.GradientTape() as tape:
        output = model(x, training=True)
        loss = ops.mean(loss_fn(y, output))
        for penalty in model.losses:
            loss += penalty
    gradients = tape.gradient(loss, model.trainable_weights)
    optimizer.apply(gradients, model.trainable_weights)
    return loss


def evaluate(model, loss_fn, x, y, batch_size):
    """Measure a classifier's mean loss and accuracy, and change nothing."""
    outputs = [model(bx, training=False) for bx, _ in minibatches(x, y, batch_size, 0, shuffle=False)]
    outputs = keras.ops.concatenate(outputs, axis=0)
    right = keras.ops.argmax(outputs, axis=-1) == keras.ops.cast(y, "int32")
    return {
        "loss": float(ops.mean(loss_fn(y, outputs))) + float(sum(model.losses)),
        "accuracy": float(ops.mean(ops.cast(right, "float32"))),
    }


def fit(model, optimizer, loss_fn, train, validation, epochs, batch_size, seed, patience=None):
    raise NotImplementedError("fit: not written yet")


def accumulate_gradients(model, loss_fn, batches):
    raise NotImplementedError("accumulate_gradients: not written yet")


def clip_by_global_norm(gradients, max_norm):
    raise NotImplementedError("clip_by_global_norm: not written yet")
