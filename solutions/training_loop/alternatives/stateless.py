"""Without hidden state: the model as a function of its weights, the way JAX wants it."""

import itertools

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
    count = len(x)
    order = np.random.Generator(np.random.Philox(seed)).permutation(count) if shuffle else np.r_[:count]
    number = np.empty(count, int)
    number[order] = np.arange(count) // batch_size
    for batch in range(-(-count // batch_size)):
        members = order[number[order] == batch]
        yield x.take(members, axis=0), y.take(members, axis=0)


def gradients_at(model, loss_fn, x, y):
    """The loss, its gradients, and the new values of what is not trained."""
    trainable = [tf.convert_to_tensor(variable.value) for variable in model.trainable_variables]
    others = [tf.convert_to_tensor(variable.value) for variable in model.non_trainable_variables]
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(trainable)
        outputs, others, penalties = model.stateless_call(
            trainable, others, x, training=True, return_losses=True
        )
        loss = ops.mean(loss_fn(y, outputs)) + sum(penalties)
    return loss, tape.gradient(loss, trainable), others


def train_step(model, optimizer, loss_fn, x, y):
    loss, gradients, others = gradients_at(model, loss_fn, x, y)
    optimizer.apply(gradients, model.trainable_variables)
    for variable, value in zip(model.non_trainable_variables, others, strict=True):
        variable.assign(value)
    return loss


def evaluate(model, loss_fn, x, y, batch_size):
    trainable = [variable.value for variable in model.trainable_variables]
    others = [variable.value for variable in model.non_trainable_variables]
    totals = np.zeros(2)
    for some_x, some_y in minibatches(x, y, batch_size, 0, shuffle=False):
        outputs, _ = model.stateless_call(trainable, others, some_x, training=False)
        right = np.equal(np.argmax(ops.convert_to_numpy(outputs), axis=-1), some_y)
        totals += np.array([float(ops.mean(loss_fn(some_y, outputs))), right.mean()]) * len(some_x)
    loss, accuracy = (totals / len(x)).tolist()
    return {"loss": loss + float(sum(model.losses)), "accuracy": accuracy}


def epochs_of(model, optimizer, loss_fn, train, validation, batch_size, seed):
    """Yield the history of one epoch after the other, without end."""
    for epoch in itertools.count():
        total = 0.0
        for x, y in minibatches(*train, batch_size, [seed, epoch]):
            loss = float(train_step(model, optimizer, loss_fn, x, y))
            if not np.isfinite(loss):
                raise FloatingPointError(f"loss = {loss}")
            total += loss * len(x) / len(train[0])
        row = {"loss": total}
        if validation is not None:
            measured = evaluate(model, loss_fn, *validation, batch_size)
            if not np.isfinite(measured["loss"]):
                raise FloatingPointError(f"validation loss = {measured['loss']}")
            row |= {"val_loss": measured["loss"], "val_accuracy": measured["accuracy"]}
        yield row


def fit(model, optimizer, loss_fn, train, validation, epochs, batch_size, seed, patience=None):
    rows, kept = [], []
    run = epochs_of(model, optimizer, loss_fn, train, validation, batch_size, seed)
    for row in itertools.islice(run, epochs):
        rows.append(row)
        if patience is not None:
            kept.append(model.get_weights())
            losses = [earlier["val_loss"] for earlier in rows]
            if len(losses) - 1 - losses.index(min(losses)) == patience:
                break
    if kept:
        model.set_weights(kept[losses.index(min(losses))])
    return {key: [row[key] for row in rows] for key in rows[0]}


def accumulate_gradients(model, loss_fn, batches):
    found = [(len(x), gradients_at(model, loss_fn, x, y)[1]) for x, y in batches]
    sizes = [size for size, _ in found]
    columns = zip(*(gradients for _, gradients in found), strict=True)
    return [
        None
        if column[0] is None
        else ops.convert_to_tensor(np.average(np.stack(column), axis=0, weights=sizes), dtype="float32")
        for column in columns
    ]


def clip_by_global_norm(gradients, max_norm):
    """Nothing but a projection: the nearest point of the ball of radius max_norm."""
    squares = keras.tree.map_structure(
        lambda g: 0.0 if g is None else ops.sum(g * g), list(gradients), none_is_leaf=True
    )
    norm = sum(squares) ** 0.5
    if norm <= max_norm:
        return list(gradients)
    return [None if g is None else g / norm * max_norm for g in gradients]
