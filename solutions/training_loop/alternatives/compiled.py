"""The steps compiled with tf.function, one graph for each model and what is trainable in it."""

import keras
import numpy as np
import tensorflow as tf

PREDICTIONS = {
    "no_flag": "inference",
    "epoch_loss": 0.72,
    "epochs_run": 5,
    "fair_comparison": "nothing",
}


def minibatches(x, y, batch_size, seed, shuffle=True):
    order = tf.range(len(x))
    if shuffle:
        order = tf.random.experimental.stateless_shuffle(order, seed=[seed, 17])
    for chosen in tf.data.Dataset.from_tensor_slices(order).batch(batch_size).as_numpy_iterator():
        yield x[chosen], y[chosen]


def forward(model, loss_fn, x, y, training):
    outputs = model(x, training=training)
    return tf.reduce_mean(loss_fn(y, outputs)), outputs


def gradient_graph(model, loss_fn):
    """A compiled function from a batch to its loss and gradients."""
    variables = model.trainable_variables

    @tf.function(reduce_retracing=True)
    def graph(x, y):
        with tf.GradientTape() as tape:
            loss, _ = forward(model, loss_fn, x, y, training=True)
            loss = tf.add_n([loss, *model.losses])
        found = tape.gradient(loss, variables)
        return loss, [tf.zeros(v.shape) if g is None else g for g, v in zip(found, variables, strict=True)]

    return graph


GRAPHS = {}


def graph_for(model, loss_fn):
    key = (id(model), id(loss_fn), *(id(variable) for variable in model.trainable_variables))
    if key not in GRAPHS:
        # What the ids belong to is kept, so that no other object gets them.
        GRAPHS[key] = gradient_graph(model, loss_fn), model, loss_fn
    return GRAPHS[key][0]


def train_step(model, optimizer, loss_fn, x, y):
    loss, gradients = graph_for(model, loss_fn)(tf.constant(x), tf.constant(y))
    optimizer.apply(gradients, model.trainable_variables)
    return loss


def evaluate(model, loss_fn, x, y, batch_size):
    means = {"loss": keras.metrics.Mean(), "accuracy": keras.metrics.Mean()}
    for some_x, some_y in minibatches(x, y, batch_size, 0, shuffle=False):
        loss, outputs = forward(model, loss_fn, some_x, some_y, training=False)
        right = tf.argmax(outputs, axis=-1) == tf.cast(some_y, tf.int64)
        means["loss"].update_state(loss, sample_weight=len(some_x))
        means["accuracy"].update_state(tf.cast(right, tf.float32))
    found = {name: float(metric.result()) for name, metric in means.items()}
    return {**found, "loss": found["loss"] + sum(float(loss) for loss in model.losses)}


def fit(model, optimizer, loss_fn, train, validation, epochs, batch_size, seed, patience=None):
    history = {"loss": []}
    best_epoch, best_weights = None, None
    for epoch, epoch_seed in enumerate(np.random.SeedSequence(seed).generate_state(epochs) // 2):
        mean = keras.metrics.Mean()
        for x, y in minibatches(*train, batch_size, int(epoch_seed)):
            loss = train_step(model, optimizer, loss_fn, x, y)
            tf.debugging.check_numerics(loss, "the training loss is not finite")
            mean.update_state(loss, sample_weight=len(x))
        history["loss"].append(float(mean.result()))
        if validation is None:
            continue
        for name, value in evaluate(model, loss_fn, *validation, batch_size).items():
            history.setdefault(f"val_{name}", []).append(value)
        losses = history["val_loss"]
        tf.debugging.check_numerics(losses[-1], "the validation loss is not finite")
        if patience is None:
            continue
        if int(np.argmin(losses)) == epoch:  # the first of the smallest
            best_epoch, best_weights = epoch, model.get_weights()
        elif epoch - best_epoch >= patience:
            break
    if best_weights is not None:
        model.set_weights(best_weights)
    return history


def accumulate_gradients(model, loss_fn, batches):
    graph = gradient_graph(model, loss_fn)
    sums = [tf.Variable(tf.zeros(variable.shape)) for variable in model.trainable_variables]
    examples = 0
    for x, y in batches:
        _, gradients = graph(tf.constant(x), tf.constant(y))
        examples += len(x)
        for total, gradient in zip(sums, gradients, strict=True):
            total.assign_add(gradient * len(x))
    return [total / examples for total in sums]


def clip_by_global_norm(gradients, max_norm):
    there = [g for g in gradients if g is not None]
    flat = tf.concat([tf.reshape(g, [-1]) for g in there], axis=0)
    pieces = iter(tf.split(tf.clip_by_norm(flat, max_norm), [tf.size(g) for g in there]))
    return [None if g is None else tf.reshape(next(pieces), tf.shape(g)) for g in gradients]
