"""Regularization.

README.md next to this file is the lesson.
Put your own code in place of each `raise NotImplementedError` (and of each None), then run

    nnlearn check regularization   to check your work
    nnlearn hint diagnose_fit      for a hint
"""

import math

import keras
import numpy as np
from keras import ops

from nnlearn.lesson import as_floating


PREDICTIONS = {
    # A model for photographs has an error of 30 % on its training examples, 31 % on validation
    # examples. People have 2 % on the same task. What is the matter?
    # Allowed: "underfitting", "overfitting" or "good".
    "verdict": None,
    # The training loss is low, and goes on falling. The validation loss has turned, and rises. What
    # is the best cure among these?
    # Allowed: "more data", "a larger model" or "longer training".
    "widening_gap": None,
    # Cross-entropy of 10 classes with a label smoothing of 0.1, as in Keras: what is the lowest loss
    # (natural logarithm) that any model can reach?
    # Allowed: a number; two decimals are enough.
    "smoothing_floor": None,
    # Two equal weights are trained by Adam with an L2 penalty in the loss. The gradients of one are
    # a hundred times as large as those of the other, and both have mean 0. How does the weight with
    # the large gradients shrink?
    # Allowed: "less", "more" or "alike".
    "l2_under_adam": None,
}


def diagnose_fit(history, target, gap, window=3):
    """Say what a training loss and a validation loss, epoch by epoch, have to tell.

    t and v are the means of `loss` and `val_loss` over the last `window` epochs, or over all, if there are fewer.
    The verdict is the first of these that holds:

    1. "diverged": a number in one of the lists is NaN or infinite.
    2. "not comparable": t - v > gap.
    3. "train longer": t > target, there are at least 2 * window epochs, and t is below 0.99 times the mean of
       `loss` over the `window` epochs before the last `window`.
    4. "underfitting": t > target.
    5. "overfitting": v - t > gap.
    6. "good".

    Args:
        history: A dictionary, as `model.fit(...).history` is one, with lists of numbers by name: "loss" and
            "val_loss", equally long and not empty. What else is in it does not matter.
        target: The training loss that is good enough, a number.
        gap: The difference of the two losses that is still harmless, a number of at least 0.
        window: How many epochs are averaged, an integer of at least 1.

    Returns:
        A dictionary. `verdict` is the text; `best_epoch` the number of the epoch with the smallest finite
        `val_loss`, from 0, the first if there are several; `gap` is v - t. (Where the verdict is "diverged",
        `gap` does not matter, nor does `best_epoch` if no `val_loss` is finite.)

    Raises:
        ValueError: A list is missing, empty, or shorter than the other; `gap` is below 0 or `window` below 1.
    """
    raise NotImplementedError("diagnose_fit: not written yet")


class ElasticNet(keras.regularizers.Regularizer):
    """The penalty `l1 * sum(abs(w)) + l2 * sum(w ** 2)`, as in `keras.regularizers.L1L2`.

    Its gradient by w is `l1 * sign(w) + 2 * l2 * w`, and 0 where w is 0.
    It works in layers, in `fit` and in a `tf.function`, and in a model that is saved and loaded (whoever loads it
    names the class in `custom_objects`).

    Args:
        l1: The factor of the sum of absolute values, a finite number of at least 0.
        l2: The factor of the sum of squares, a finite number of at least 0.

    Raises:
        ValueError: A factor is below 0, infinite or NaN.
    """

    def __init__(self, l1=0.0, l2=0.0):
        raise NotImplementedError("ElasticNet: not written yet")

    def __call__(self, x):
        """The penalty of weights.

        Args:
            x: The weights, a floating variable, tensor or NumPy array of any shape.

        Returns:
            One number, a tensor of rank 0, in the dtype of `x`.
        """
        raise NotImplementedError("ElasticNet: not written yet")

    def get_config(self):
        """What makes the same penalty again: a dictionary with l1 and l2."""
        raise NotImplementedError("ElasticNet: not written yet")


class MaxNorm(keras.constraints.Constraint):
    """Limits norms: `w * min(1, max_value / norm)`, as in `keras.constraints.MaxNorm`.

    The norm is the root of the sum of squares over `axis`. What is within the limit stays as it is (Keras' own
    changes it by a share of 1e-7 / norm, which is as good), and zeros stay zeros. You may take it for granted that
    the squares of the weights do not overflow.
    It works in layers, in `fit` and in a `tf.function`, and in a model that is saved and loaded (whoever loads it
    names the class in `custom_objects`).

    Args:
        max_value: The limit, a finite number above 0.
        axis: What the sum goes over, an integer or a list of integers: 0 for the kernel of a Dense layer,
            [0, 1, 2] for that of a Conv2D layer.

    Raises:
        ValueError: `max_value` is 0 or below.
    """

    def __init__(self, max_value=2.0, axis=0):
        raise NotImplementedError("MaxNorm: not written yet")

    def __call__(self, w):
        """Weights within the limit.

        Args:
            w: The weights, a floating variable, tensor or NumPy array.

        Returns:
            A tensor of the shape and dtype of `w`.
        """
        raise NotImplementedError("MaxNorm: not written yet")

    def get_config(self):
        """What makes the same limit again: a dictionary with max_value and axis, as they were given."""
        raise NotImplementedError("MaxNorm: not written yet")


def ridge(x, y, strength):
    """Linear regression with an L2 penalty on the weights, and none on the bias, solved exactly.

    It minimizes `mean((x @ w + b - y) ** 2) + strength * sum(w ** 2)` over w and b.

    Args:
        x: Inputs, a NumPy array, float64, of shape (N, F), N > F. Its columns may have any mean and scale; less
            their means they are independent (so that there is one solution even at strength 0).
        y: Targets, float64, shape (N,).
        strength: The factor of the penalty; at least 0.

    Returns:
        A tuple `(weights, bias, degrees_of_freedom)`: weights of shape (F,), and two numbers. Degrees of
        freedom are the sum of `d ** 2 / (d ** 2 + N * strength)` over the singular values d of x less its
        means. All in float64; x and y stay as they are.

    Raises:
        ValueError: `strength` is below 0, or the shape of y is not (N,).
    """
    raise NotImplementedError("ridge: not written yet")


def smoothed_crossentropy(labels, logits, smoothing=0.1):
    """Cross-entropy with softened targets, one loss for each label.

    The targets are `(1 - smoothing) * one_hot + smoothing / K`, and the loss is minus the sum of targets times the
    logarithm of softmax. Loss and gradient are finite for logits of ±10,000 (in float32 and float64); the
    gradient by the logits is softmax minus targets.

    Args:
        labels: The numbers of the right classes, integers from 0 to K - 1, of any shape.
        logits: Anything `keras.ops.convert_to_tensor` accepts, of the shape of `labels` and one more axis, the
            last, of K classes. Floating dtypes are kept, integers count as float32.
        smoothing: How much of the target is spread over all classes, from 0 to 1.

    Returns:
        A tensor of the shape of `labels`, in the dtype of the logits.

    Raises:
        ValueError: `smoothing` is below 0 or above 1.
    """
    raise NotImplementedError("smoothed_crossentropy: not written yet")


class EarlyStopper(keras.callbacks.Callback):
    """Ends training when a number has not become better for some epochs, and brings the best weights back.

    An epoch takes part if its number is `start_from_epoch` or more (epochs are counted from 0) and its logs have
    `monitor`; any other changes nothing. The first that takes part is the best. A later one is better if its
    value is below `best - abs(min_delta)`, or, with mode "max", above `best + abs(min_delta)`; where these are
    equal it is not. NaN is never better (the first value is not NaN). With `patience` epochs in a row that take part
    and are not better, `self.model.stop_training` becomes True; a patience of 0 does the same as 1.

    When training ends, stopped or not, all weights of the best epoch are restored, also those that are not trained
    (if `restore_best_weights`, and if an epoch took part).

    `best` is the best value, `best_epoch` the number of its epoch, and `stopped_epoch` that of the epoch in which
    this callback stopped training. Each is None as long as there is none, from the beginning.
    When a training begins (`on_train_begin`), everything is forgotten, so one callback may serve several.

    Args:
        monitor: The name of the number in `logs`.
        mode: "min" if lower is better, "max" if higher is.
        min_delta: By how much a value has to be better; its sign does not matter.
        patience: How many epochs in a row without a better one end the training, an integer of at least 0.
        start_from_epoch: The number of the first epoch that takes part.
        restore_best_weights: Whether the best weights come back. If not, those of the last epoch stay.

    Raises:
        ValueError: `mode` is neither "min" nor "max", or `patience` is below 0.
    """

    def __init__(
        self,
        monitor="val_loss",
        mode="min",
        min_delta=0.0,
        patience=0,
        start_from_epoch=0,
        restore_best_weights=True,
    ):
        raise NotImplementedError("EarlyStopper: not written yet")

    def on_train_begin(self, logs=None):
        """Forget everything."""
        raise NotImplementedError("EarlyStopper: not written yet")

    def on_epoch_end(self, epoch, logs=None):
        """Look at the number, and stop training if it is time.

        Args:
            epoch: The number of the epoch, from 0.
            logs: The numbers of the epoch by name; it may be None.
        """
        raise NotImplementedError("EarlyStopper: not written yet")

    def on_train_end(self, logs=None):
        """Bring the best weights back."""
        raise NotImplementedError("EarlyStopper: not written yet")


# Answered in words, between the quotes: a person reads it.
ANSWERS = {
    # In your own words
    #
    # A colleague trains a network with dropout and an L2 penalty. In every epoch, `val_loss` is *below*
    # `loss`. "Then it does not overfit," says the colleague, "it even underfits, so I take a larger one."
    #
    # Why can a validation loss be below the training loss? Give at least four causes in five to ten
    # sentences, and say for each how to find out whether it is the one. Then say what would have to be
    # measured before anybody speaks of underfitting or overfitting.
    "better_than_training": r"""

""",
}
