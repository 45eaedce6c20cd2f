import numpy as np
import tensorflow as tf

PREDICTIONS = {"no_flag": "inference", "epoch_loss": 0.72, "epochs_run": 5, "noise_factor": 0.5}


def minibatches(x, y, batch_size, seed, shuffle=True):
    n = np.arange(len(x))
    if shuffle:
        n = np.random.default_rng(seed).permutation(n)
    while len(n):
        yield x[n[:batch_size]], y[n[:batch_size]]
        n = n[batch_size:]


def loss_of(model, loss_fn, x, y, training):
    p = model(x, training=training)
    return tf.add_n([tf.reduce_mean(loss_fn(y, p)), *model.losses]), p


def train_step(model, optimizer, loss_fn, x, y):
    with tf.GradientTape() as tape:
        loss, _ = loss_of(model, loss_fn, x, y, True)
    v = model.trainable_variables
    optimizer.apply_gradients(zip(tape.gradient(loss, v), v, strict=True))
    return loss


def evaluate(model, loss_fn, x, y, batch_size):
    loss = hits = 0.0
    for bx, by in minibatches(x, y, batch_size, 0, shuffle=False):
        # The penalties are in each batch's loss, and each batch counts by its size: in sum they count once.
        batch_loss, p = loss_of(model, loss_fn, bx, by, False)
        loss += float(batch_loss) * len(bx) / len(x)
        hits += np.sum(np.argmax(p, axis=1) == by)
    return {"loss": loss, "accuracy": float(hits / len(x))}


def fit(model, optimizer, loss_fn, train, validation, epochs, batch_size, seed, patience=None):
    h, best, weights, bad = {"loss": []}, np.inf, None, 0
    for e in range(epochs):
        s = 0.0
        for bx, by in minibatches(*train, batch_size, 7919 * seed + e):
            s += float(train_step(model, optimizer, loss_fn, bx, by)) * len(bx)
            assert np.isfinite(s), "loss not finite"
        h["loss"].append(s / len(train[0]))
        if validation is None:
            continue
        m = evaluate(model, loss_fn, *validation, batch_size)
        assert np.isfinite(m["loss"]), "validation loss not finite"
        h.setdefault("val_loss", []).append(m["loss"])
        h.setdefault("val_accuracy", []).append(m["accuracy"])
        if m["loss"] < best:
            best, bad = m["loss"], 0
            weights = model.get_weights() if patience else None
        else:
            bad += 1
            if bad == patience:
                break
    if weights is not None:
        model.set_weights(weights)
    return h


def accumulate_gradients(model, loss_fn, batches):
    parts = []
    for x, y in batches:
        with tf.GradientTape() as tape:
            loss, _ = loss_of(model, loss_fn, x, y, True)
        v = model.trainable_variables
        gs = [tf.zeros(w.shape) if g is None else g for g, w in zip(tape.gradient(loss, v), v, strict=True)]
        parts.append((len(x), gs))
    n = sum(k for k, _ in parts)
    return [
        sum(k / n * g for (k, _), g in zip(parts, gs, strict=True))
        for gs in zip(*[g for _, g in parts], strict=True)
    ]


def clip_by_global_norm(gradients, max_norm):
    s = max_norm / max(float(tf.linalg.global_norm(gradients)), max_norm)
    return [None if g is None else s * g for g in gradients]
