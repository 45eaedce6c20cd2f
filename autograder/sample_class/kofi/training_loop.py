import numpy as np
import tensorflow as tf

PREDICTIONS = {
    "no_flag": "inference",
    "epoch_loss": 0.72,
    "epochs_run": 5,
    "fair_comparison": "nothing",
}


def minibatches(x, y, batch_size, seed, shuffle=True):
    rng = np.random.default_rng(seed)
    idx = rng.permutation(len(x)) if shuffle else np.arange(len(x))
    for i in range(0, len(x), batch_size):
        yield x[idx[i : i + batch_size]], y[idx[i : i + batch_size]]


def train_step(model, optimizer, loss_fn, x, y):
    with tf.GradientTape() as tape:
        pred = model(x, training=True)
        loss = tf.reduce_mean(loss_fn(y, pred))
    grads = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(grads, model.trainable_variables))  # noqa: B905
    return loss


def evaluate(model, loss_fn, x, y, batch_size):
    loss, right = 0.0, 0
    for bx, by in minibatches(x, y, batch_size, 0, shuffle=False):
        pred = model(bx, training=False)
        loss += float(tf.reduce_mean(loss_fn(by, pred))) * len(bx)
        right += int(np.sum(np.argmax(pred, axis=-1) == by))
    return {"loss": loss / len(x) + float(sum(model.losses)), "accuracy": right / len(x)}


def fit(model, optimizer, loss_fn, train, validation, epochs, batch_size, seed, patience=None):
    tf.random.set_seed(seed)
    model.compile(optimizer=optimizer, loss=loss_fn, metrics=["accuracy"])
    callbacks = []
    if patience is not None:
        callbacks.append(tf.keras.callbacks.EarlyStopping(patience=patience, restore_best_weights=True))
    history = model.fit(
        *train, batch_size, epochs, validation_data=validation, callbacks=callbacks, verbose=0
    )
    return history.history


def accumulate_gradients(model, loss_fn, batches):
    sums, n = None, 0
    for x, y in batches:
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(loss_fn(y, model(x, training=True))) + sum(model.losses)
        grads = tape.gradient(loss, model.trainable_variables)
        grads = [tf.zeros_like(v) if g is None else g for g, v in zip(grads, model.trainable_variables)]  # noqa: B905
        if sums is None:
            sums = [g * len(x) for g in grads]
        else:
            sums = [s + g * len(x) for s, g in zip(sums, grads)]  # noqa: B905
        n += len(x)
    return [s / n for s in sums]


def clip_by_global_norm(gradients, max_norm):
    norm = tf.linalg.global_norm(gradients)
    if norm <= max_norm:
        return list(gradients)
    return [g if g is None else g * max_norm / norm for g in gradients]
