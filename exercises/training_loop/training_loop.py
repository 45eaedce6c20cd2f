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
    # Two runs differ in the batch size alone: 20 epochs each, with one learning rate. Batches of 16 end at a
    # validation loss of 0.20, batches of 256 at 0.45. What does that say about the lowest validation loss
    # that each size can reach?
    # Allowed: "small" (small batches reach a lower one), "large" (large ones do, given time) or
    # "nothing" (it says nothing yet).
    "fair_comparison": None,
}


def minibatches(x, y, batch_size, seed, shuffle=True):
    """Yield one epoch of the data in batches.

    Args:
        x: A NumPy array of shape (N, ...), the inputs. It is not changed.
        y: A NumPy array of shape (N, ...), the targets; row i belongs to row i of `x`. It is not changed.
        batch_size: An integer, at least 1.
        seed: An integer, at least 0. The same seed gives the same order; for another one it is drawn anew.
        shuffle: Whether to shuffle: every order of the examples is then equally likely. If not, the order is
            that of the arrays.

    Yields:
        Pairs of NumPy arrays, `(batch_x, batch_y)`, of the dtypes of `x` and `y`, their rows still
        belonging together. Each is a copy of its own, with and without shuffling: no later pair overwrites
        it, and writing into it changes neither `x` nor `y`. Each example comes exactly once per call, and then
        the generator ends. Every batch has `batch_size` examples, except the last, which has what is left; no
        batch is empty.
    """
    raise NotImplementedError("minibatches: not written yet")


def train_step(model, optimizer, loss_fn, x, y):
    """Move the model's weights one step down the gradient of the loss of one batch.

    The model runs once, in training mode. The loss is the mean of `loss_fn(y, predictions)`, plus the
    sum of `model.losses`. The optimizer updates the variables that are trainable *now*. Between two calls
    layers may be frozen, but none is unfrozen; the next call may come with another optimizer, or with another
    model and a new optimizer.

    Args:
        model: A Keras model with one input and one output. The loss depends on each of its trainable
            variables. It need not be compiled.
        optimizer: A Keras optimizer, without loss scaling, new or used before. (A new one makes its
            variables itself, at its first step.)
        loss_fn: A function or Keras loss, called as `loss_fn(y, predictions)`. It returns a scalar, the
            mean over the batch, or one loss per example.
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
        model: A Keras model with one input, and outputs of shape (N, classes). Its `losses` depend on its
            weights alone.
        loss_fn: A function or Keras loss, called as `loss_fn(y, predictions)`. It returns a scalar, the
            mean over the batch, or one loss per example.
        x: A NumPy array of shape (N, ...), the inputs.
        y: A NumPy array of shape (N,) of integers, the labels.
        batch_size: An integer, at least 1: how many examples to run at once. It may be larger than N.
            The result does not depend on it.

    Returns:
        A dictionary with exactly two entries, both Python floats: `"loss"`, the mean loss over all N
        examples, plus the sum of `model.losses` once; and `"accuracy"`, the share of examples whose largest
        output is that of their label. (If several outputs are the largest, take any of them.)
    """
    raise NotImplementedError("evaluate: not written yet")


def fit(model, optimizer, loss_fn, train, validation, epochs, batch_size, seed, patience=None):
    """Train a classifier, and stop early if asked to.

    Each epoch goes through all training examples once, in batches of `batch_size` (the last may be
    smaller), in an order that is new in each epoch and follows from `seed`. For each batch it takes one
    step as `train_step` does: training mode, mean loss plus `model.losses`. After each epoch it measures
    the validation data as `evaluate` does: inference mode, nothing changes.

    Args:
        model: A Keras model with one input, and outputs of shape (N, classes). Its `losses` depend on its
            weights alone.
        optimizer: A Keras optimizer, without loss scaling.
        loss_fn: A function or Keras loss, called as `loss_fn(y, predictions)`. It returns a scalar, the
            mean over the batch, or one loss per example.
        train: A pair of NumPy arrays `(x, y)`, with integer labels y of shape (N,).
        validation: Another such pair, or None.
        epochs: An integer, at least 1: the most epochs to run.
        batch_size: An integer, at least 1.
        seed: An integer, at least 0. The same seed gives the same orders of the examples; with another
            seed the first epoch has another order. (`seed + epoch` may be the seed of an epoch.)
        patience: None, or an integer of at least 1; None if `validation` is None. Training ends after
            this many epochs in a row whose `val_loss` was not smaller than the smallest before them.
            (Equal is not smaller.)

    Returns:
        A dictionary of lists with one number for each epoch that was run: `"loss"`, the mean over the
        epoch's examples of what `train_step` returns, so that a step counts by the examples in its batch;
        `"val_loss"` and `"val_accuracy"`, what `evaluate` gives after the epoch. Without validation the last
        two are left out. `"accuracy"`, that of the training examples, may be there too.

    With `patience`, the model ends with all the weights of its best epoch, moving statistics included,
    whether training ended early or not. Without, it keeps those of the last epoch.

    Raises:
        An exception of any type whose message says that the loss is not finite (with "nan", "inf" or
        "finite" in it), if the loss of a step or `val_loss` is NaN or infinite: at once, or at the latest
        before the next epoch. What the weights are then is left open.
    """
    raise NotImplementedError("fit: not written yet")


def accumulate_gradients(model, loss_fn, batches):
    """Work out the gradients of many batches as if they were one.

    The result is the gradient of `train_step`'s loss for one batch of all the examples: training mode,
    the mean over all of them, plus the sum of `model.losses` once. No weight is changed.

    Args:
        model: A Keras model with one input and one output, without batch normalization (its examples would
            mix) and without embeddings (their gradients are sparse). Its `losses` depend on its weights alone.
        loss_fn: A function or Keras loss, called as `loss_fn(y, predictions)`. It returns a scalar, the
            mean over the batch, or one loss per example.
        batches: One or more pairs `(x, y)` of arrays, with different numbers of examples: a list, or an
            iterator, which can be walked through only once.

    Returns:
        A list of tensors, one for each of `model.trainable_variables`, in that order. For a variable that
        the loss does not depend on, None is right, and zeros are right too.
    """
    raise NotImplementedError("accumulate_gradients: not written yet")


def clip_by_global_norm(gradients, max_norm):
    """Shorten gradients, all together, to at most a given length.

    Args:
        gradients: A list of float32 tensors of any shapes, some of which may be None. The sum of the
            squares of their elements lies in the range of float32. Neither the list nor what is in it is
            changed.
        max_norm: A positive number, the most that the norm of all gradients together may be.

    Returns:
        A list of as many float32 tensors, with None where `gradients` has None. If the norm of all
        together is larger than `max_norm`, each gradient times `max_norm` / norm; that holds for tiny norms,
        too. Else each as it is; it may be the list that was given. Zeros stay zeros.

    Reference:
        Pascanu et al. (2013), On the difficulty of training recurrent neural networks,
        https://arxiv.org/abs/1211.5063
    """
    raise NotImplementedError("clip_by_global_norm: not written yet")


# Answered in words, between the quotes: a person reads it.
ANSWERS = {
    # In your own words
    #
    # A colleague shows you this evaluation and early stopping, and says: "It runs, and the loss goes
    # down. Something is odd, though: each evaluation gives another number, and the restored model is
    # never as good as the best epoch was."
    #
    # ```python
    # losses = [loss_fn(y, model(x, training=True)) for x, y in batches]  # the last batch is short
    # val_loss = np.mean(losses)
    # if val_loss < best_loss:
    #     best_loss, best = val_loss, model.weights
    # ...
    # model.set_weights(best)
    # ```
    #
    # Explain in six to twelve sentences: which three mistakes you see, what each does to the numbers, and
    # how to put it right. Then say whether you would advise this colleague to stop early at all, and what
    # speaks against it.
    "three_bugs": r"""

""",
}
