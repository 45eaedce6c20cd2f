"""The training loop.

README.md next to this file is the lesson.
Put your own code in place of each `raise NotImplementedError` (and of each None), then run

    nnlearn check training_loop   to check your work
    nnlearn hint minibatches      for a hint
"""

import numpy as np
import tensorflow as tf
from keras import ops


PREDICTIONS = {
    # A model has dropout and batch normalization layers. You call it as `model(x)`, inside a
    # tf.GradientTape, and say nothing about training. How do these layers behave?
    # Allowed: "training" (a tape means training), "inference" or "error" (the flag has to be given).
    "no_flag": None,
    # An epoch has three batches of 40, 40 and 20 examples. Their mean losses are 0.5, 0.7 and 1.2.
    # What is the mean loss of the epoch, over its examples?
    # Allowed: a number.
    "epoch_loss": None,
    # The validation losses of a training run would be 0.9, 0.7, 0.6, 0.65, 0.6, 0.5, 0.4.
    # Early stopping has a patience of 2. How many epochs are run?
    # Allowed: an integer.
    "epochs_run": None,
    # The gradient of a batch is an estimate, which varies with the examples that happen to be in it.
    # You make the batch four times as large. By what number is the standard deviation of the
    # estimate multiplied?
    # Allowed: a number.
    "noise_factor": None,
}


def minibatches(x, y, batch_size, seed, shuffle=True):
    """Yield one epoch of the data in batches.

    Args:
        x: A NumPy array of shape (N, ...), the inputs. It is not changed.
        y: A NumPy array of shape (N, ...), the targets; row i belongs to row i of `x`. It is not changed.
        batch_size: An integer, at least 1.
        seed: An integer, at least 0. The same seed gives the same order, another seed another one.
        shuffle: Whether to shuffle. If not, the order is that of the arrays.

    Yields:
        Pairs of NumPy arrays, `(batch_x, batch_y)`, of the dtypes of `x` and `y`, their rows still
        belonging together. Each example comes exactly once per call. Every batch has `batch_size`
        examples, except the last, which has what is left; no batch is empty. Shuffled, any order of
        the examples is as likely as any other.
    """
    raise NotImplementedError("minibatches: not written yet")


def train_step(model, optimizer, loss_fn, x, y):
    """Move the model's weights one step down the gradient of the loss of one batch.

    The model runs once, in training mode. The loss is the mean of what `loss_fn` gives, plus the sum
    of `model.losses`. The optimizer updates the variables that are trainable *now*: layers may be frozen
    between two calls, and each call may come with another model or another optimizer.

    Args:
        model: A Keras model with one input and one output. It need not be compiled.
        optimizer: A Keras optimizer. It may be new, so that its variables do not exist yet.
        loss_fn: A function or Keras loss, called as `loss_fn(y, predictions)`. It returns a scalar, or
            one loss per example.
        x: An array of shape (N, ...), the inputs of one batch.
        y: An array of shape (N, ...), the targets.

    Returns:
        The loss as a scalar tensor, float32: that of the weights *before* the update.

    Reference:
        https://www.tensorflow.org/guide/keras/writing_a_training_loop_from_scratch
    """
    raise NotImplementedError("train_step: not written yet")


def evaluate(model, loss_fn, x, y, batch_size):
    """Measure a classifier's mean loss and accuracy, and change nothing.

    The model runs in inference mode, batch by batch. Neither its weights nor its moving statistics
    are changed, and calls do not depend on each other.

    Args:
        model: A Keras model with one input, and outputs of shape (N, classes).
        loss_fn: A function or Keras loss, called as `loss_fn(y, predictions)`. It returns a scalar, or
            one loss per example.
        x: A NumPy array of shape (N, ...), the inputs.
        y: A NumPy array of shape (N,) of integers, the labels.
        batch_size: An integer, at least 1: how many examples to run at once. It may be larger than N.
            The result does not depend on it.

    Returns:
        A dictionary with exactly two entries, both Python floats: `"loss"`, the mean loss over all N
        examples plus the sum of `model.losses`, counted once; and `"accuracy"`, the share of examples
        for which the largest output is that of the label.
    """
    raise NotImplementedError("evaluate: not written yet")


def fit(model, optimizer, loss_fn, train, validation, epochs, batch_size, seed, patience=None):
    """Train a classifier, and stop early if asked to.

    Each epoch goes through all training examples once, in batches of `batch_size` (the last may be
    smaller), in an order that is new in each epoch and follows from `seed`. For each batch it takes one
    step as `train_step` does: training mode, mean loss plus `model.losses`. After each epoch it measures
    the validation data as `evaluate` does: inference mode, nothing changes.

    Args:
        model: A Keras model with one input, and outputs of shape (N, classes).
        optimizer: A Keras optimizer.
        loss_fn: A function or Keras loss, called as `loss_fn(y, predictions)`. It returns a scalar, or
            one loss per example.
        train: A pair of NumPy arrays `(x, y)`, with integer labels y of shape (N,).
        validation: Another such pair, or None.
        epochs: An integer, at least 1: the most epochs to run.
        batch_size: An integer, at least 1.
        seed: An integer, at least 0. The same seed, with the same weights to begin with, gives the same
            training; another seed gives another order.
        patience: None, or an integer of at least 1; then there is a validation pair. Training ends
            when `val_loss` has been no better than its best so far for that many epochs in a row.
            Better means strictly smaller.

    Returns:
        A dictionary of lists with one float for each epoch that was run: `"loss"`, the mean over the
        training examples of the losses of the epoch's steps, each taken before its update; `"val_loss"`
        and `"val_accuracy"`, what `evaluate` gives after the epoch. Without validation the last two
        are left out. `"accuracy"`, that of the training examples, may be there too.

    With `patience`, the model ends with all the weights of its best epoch, moving statistics included,
    whether training ended early or not. Without, it keeps those of the last epoch.

    Raises:
        An exception of any type whose message says that the loss is not finite (with "nan", "inf" or
        "finite" in it), as soon as a training or validation loss is NaN or infinite.
    """
    raise NotImplementedError("fit: not written yet")


def accumulate_gradients(model, loss_fn, batches):
    """Work out the gradients of many batches as if they were one.

    The result is the gradient of the loss that `train_step` takes, for the batch in which all
    examples are joined: training mode, the mean over all examples, plus `model.losses` once. (Exactly so for
    models whose examples do not mix, that is, without batch normalization. Models with embeddings, whose
    gradients are sparse, are left out.) No weight is updated.

    Args:
        model: A Keras model with one input and one output.
        loss_fn: A function or Keras loss, called as `loss_fn(y, predictions)`. It returns a scalar, or
            one loss per example.
        batches: An iterable of at least one pair `(x, y)` of arrays, which may be one that can be walked
            through only once. Their numbers of examples may differ.

    Returns:
        A list of tensors, one for each of `model.trainable_variables`, in that order. Where the loss does not
        depend on a variable, its entry is None or zeros.
    """
    raise NotImplementedError("accumulate_gradients: not written yet")


def clip_by_global_norm(gradients, max_norm):
    """Shorten gradients, all together, to at most a given length.

    Args:
        gradients: A list of float32 tensors of any shapes, some of which may be None. Neither the list nor
            what is in it is changed.
        max_norm: A positive number, the most that the norm of all gradients together may be.

    Returns:
        A list of as many float32 tensors, with None where `gradients` has None: each gradient times
        `max_norm` / norm if the norm is larger than `max_norm`, and otherwise as it is. Zeros stay
        zeros.

    Reference:
        Pascanu et al. (2013), On the difficulty of training recurrent neural networks,
        https://arxiv.org/abs/1211.5063
    """
    raise NotImplementedError("clip_by_global_norm: not written yet")
