import numpy as np
import tensorflow as tf

PREDICTIONS = {
    "no_flag": "training",
    "epoch_loss": 0.8,
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
        pred = model(x)
        loss = tf.reduce_mean(loss_fn(y, pred)) + sum(model.losses)
    grads = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(grads, model.trainable_variables))  # noqa: B905
    return loss


def evaluate(model, loss_fn, x, y, batch_size):
    losses, accs = [], []
    for bx, by in minibatches(x, y, batch_size, 0, shuffle=False):
        pred = model(bx, training=False)
        losses.append(tf.reduce_mean(loss_fn(by, pred)))
        accs.append(np.mean(np.argmax(pred, axis=-1) == by))
    return {"loss": float(np.mean(losses)) + float(sum(model.losses)), "accuracy": float(np.mean(accs))}


def fit(model, optimizer, loss_fn, train, validation, epochs, batch_size, seed, patience=None):
    history = {"loss": []}
    if validation is not None:
        history["val_loss"], history["val_accuracy"] = [], []
    best, best_weights, wait = np.inf, None, 0
    for epoch in range(epochs):
        total, count = 0.0, 0
        for bx, by in minibatches(train[0], train[1], batch_size, seed + 1000 * epoch):
            loss = float(train_step(model, optimizer, loss_fn, bx, by))
            if not np.isfinite(loss):
                raise ValueError(f"training loss is not finite: {loss}")
            total += loss * len(bx)
            count += len(bx)
        history["loss"].append(total / count)
        if validation is None:
            continue
        scores = evaluate(model, loss_fn, validation[0], validation[1], batch_size)
        if not np.isfinite(scores["loss"]):
            raise ValueError(f"validation loss is not finite: {scores['loss']}")
        history["val_loss"].append(scores["loss"])
        history["val_accuracy"].append(scores["accuracy"])
        if patience is not None:
            if scores["loss"] < best:
                best, best_weights, wait = scores["loss"], model.get_weights(), 0
            else:
                wait += 1
                if wait >= patience:
                    break
    if best_weights is not None:
        model.set_weights(best_weights)
    return history


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
