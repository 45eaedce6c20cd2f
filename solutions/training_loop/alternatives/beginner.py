"""Step by step, with Python's own random numbers, lists and loops."""

import math
import random

import numpy as np
import tensorflow as tf

PREDICTIONS = {
    "no_flag": "inference",
    "epoch_loss": 0.72,
    "epochs_run": 5,
    "fair_comparison": "nothing",
}


def minibatches(x, y, batch_size, seed, shuffle=True):
    numbers = list(range(len(x)))
    if shuffle:
        generator = random.Random(seed)  # noqa: S311 - nothing secret
        generator.shuffle(numbers)

    batch_x = []
    batch_y = []
    for i in numbers:
        batch_x.append(x[i])
        batch_y.append(y[i])
        if len(batch_x) == batch_size:
            yield np.array(batch_x, dtype=x.dtype), np.array(batch_y, dtype=y.dtype)
            batch_x = []
            batch_y = []
    if len(batch_x) > 0:
        yield np.array(batch_x, dtype=x.dtype), np.array(batch_y, dtype=y.dtype)


def total_loss(model, loss_fn, y, predictions):
    loss = tf.reduce_mean(loss_fn(y, predictions))
    for extra in model.losses:
        loss = loss + extra
    return loss


def train_step(model, optimizer, loss_fn, x, y):
    with tf.GradientTape() as tape:
        predictions = model(x, training=True)
        loss = total_loss(model, loss_fn, y, predictions)
    gradients = tape.gradient(loss, model.trainable_variables)
    pairs = zip(gradients, model.trainable_variables, strict=True)
    optimizer.apply_gradients(pairs)
    return loss


def evaluate(model, loss_fn, x, y, batch_size):
    sum_of_losses = 0.0
    number_right = 0
    start = 0
    while start < len(x):
        batch_x = x[start : start + batch_size]
        batch_y = y[start : start + batch_size]
        predictions = model(batch_x, training=False).numpy()
        batch_loss = float(tf.reduce_mean(loss_fn(batch_y, predictions)))
        sum_of_losses = sum_of_losses + batch_loss * len(batch_x)
        for row, label in zip(predictions, batch_y, strict=True):
            if int(np.argmax(row)) == int(label):
                number_right = number_right + 1
        start = start + batch_size
    loss = sum_of_losses / len(x)
    for extra in model.losses:
        loss = loss + float(extra)
    return {"loss": loss, "accuracy": number_right / len(x)}


def complain_if_broken(loss, epoch):
    if math.isnan(loss) or math.isinf(loss):
        raise ValueError("The loss became NaN or infinite in epoch " + str(epoch))


def fit(model, optimizer, loss_fn, train, validation, epochs, batch_size, seed, patience=None):
    x, y = train
    history = {"loss": [], "accuracy": []}
    if validation is not None:
        history["val_loss"] = []
        history["val_accuracy"] = []

    best_loss = None
    best_weights = None
    epochs_without_progress = 0

    for epoch in range(1, epochs + 1):
        sum_of_losses = 0.0
        for batch_x, batch_y in minibatches(x, y, batch_size, seed=1000 * seed + epoch):
            loss = float(train_step(model, optimizer, loss_fn, batch_x, batch_y))
            complain_if_broken(loss, epoch)
            sum_of_losses = sum_of_losses + loss * len(batch_x)
        history["loss"].append(sum_of_losses / len(x))
        history["accuracy"].append(evaluate(model, loss_fn, x, y, batch_size)["accuracy"])

        if validation is None:
            continue
        measured = evaluate(model, loss_fn, validation[0], validation[1], batch_size)
        complain_if_broken(measured["loss"], epoch)
        history["val_loss"].append(measured["loss"])
        history["val_accuracy"].append(measured["accuracy"])

        if patience is None:
            continue
        if best_loss is None or measured["loss"] < best_loss:
            best_loss = measured["loss"]
            best_weights = [weight.numpy().copy() for weight in model.weights]
            epochs_without_progress = 0
        else:
            epochs_without_progress = epochs_without_progress + 1
            if epochs_without_progress == patience:
                break

    if best_weights is not None:
        for weight, value in zip(model.weights, best_weights, strict=True):
            weight.assign(value)
    return history


def accumulate_gradients(model, loss_fn, batches):
    sums = [tf.zeros(variable.shape) for variable in model.trainable_variables]
    number_of_examples = 0
    for x, y in batches:
        with tf.GradientTape() as tape:
            loss = total_loss(model, loss_fn, y, model(x, training=True))
        gradients = tape.gradient(loss, model.trainable_variables)
        for i in range(len(sums)):
            if gradients[i] is not None:
                sums[i] = sums[i] + gradients[i] * float(len(x))
        number_of_examples = number_of_examples + len(x)
    return [one_sum / number_of_examples for one_sum in sums]


def clip_by_global_norm(gradients, max_norm):
    sum_of_squares = 0.0
    for gradient in gradients:
        if gradient is not None:
            sum_of_squares = sum_of_squares + float(tf.reduce_sum(gradient**2))
    norm = math.sqrt(sum_of_squares)
    clipped = []
    for gradient in gradients:
        if gradient is None:
            clipped.append(None)
        elif norm > max_norm:
            clipped.append(gradient * (max_norm / norm))
        else:
            clipped.append(gradient)
    return clipped
