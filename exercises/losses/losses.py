"""Outputs and losses.

README.md next to this file is the lesson.
Put your own code in place of each `raise NotImplementedError` (and of each None), then run

    nnlearn check losses              to check your work
    nnlearn hint mean_squared_error   for a hint
"""

import keras
import tensorflow as tf
from keras import ops

from nnlearn.lesson import as_floating


PREDICTIONS = {
    # A network is to tell ten digits apart. It has not been trained, and gives all ten classes the
    # same logit. What is its cross-entropy loss (natural logarithm)?
    # Allowed: a number; two decimals are enough.
    "loss_at_start": None,
    # A network gets 93 of 100 images right, and none of the 100 lies exactly on the border between two
    # answers. What is the slope of its accuracy with respect to one of its weights?
    # Allowed: "0", "0.93" or "small, but not 0".
    "slope_of_accuracy": None,
    # The right answer is 1 and the logit is -10: the network is sure, and wrong.
    # Which of the two losses of this example has the larger slope at that logit?
    # Allowed: "squared error" (of the sigmoid), "cross-entropy" or "equal".
    "sure_and_wrong": None,
    # A ten-class network ends with softmax, and its loss takes that output for logits, so softmax is
    # applied twice. The network becomes perfect: probability 1 for the right class of every image.
    # What value does the loss end at?
    # Allowed: a number; two decimals are enough.
    "softmax_twice": None,
}


def mean_squared_error(y_true, y_pred):
    """Compute the mean of squared differences over the last axis.

    Args:
        y_true: Targets: anything `keras.ops.convert_to_tensor` accepts, of rank 1 or more.
        y_pred: Predictions, of the same shape.

    Returns:
        A tensor of the shape of `y_pred` without its last axis: (N, T, D) gives (N, T), (D,)
        gives a scalar. Its dtype is that of `y_pred` (float16, float32 or float64), or float32 where
        `y_pred` holds integers, unsigned ones too. Both arguments are brought to the dtype of the
        result before anything is computed. Its gradient with respect to `y_pred` is
        `2 * (y_pred - y_true) / D`, where D is the length of the last axis.

    Raises:
        ValueError: The shapes differ, e.g. (N,) against (N, 1). Nothing is broadcast. So it is inside
            a `tf.function` and in `model.fit` too, where the size of a batch may not be known (None in
            `.shape`); whether None on one side alone differs from a number is left to you.

    Reference:
        https://keras.io/api/losses/regression_losses/
    """
    raise NotImplementedError("mean_squared_error: not written yet")


def huber(y_true, y_pred, delta=1.0):
    """Compute the mean of Huber's loss over the last axis.

    Args:
        y_true: Targets: anything `keras.ops.convert_to_tensor` accepts, of rank 1 or more.
        y_pred: Predictions, of the same shape.
        delta: A positive float. The loss of an error `e = y_pred - y_true` is `e**2 / 2` where
            `abs(e) <= delta`, and `delta * abs(e) - delta**2 / 2` elsewhere.

    Returns:
        A tensor of the shape of `y_pred` without its last axis: (N, T, D) gives (N, T), (D,)
        gives a scalar. Its dtype is that of `y_pred` (float16, float32 or float64), or float32 where
        `y_pred` holds integers, unsigned ones too. Both arguments are brought to the dtype of the
        result before anything is computed. Its gradient with respect to `y_pred` is `e / D` where
        `abs(e) <= delta` and `delta * sign(e) / D` elsewhere.

    Raises:
        ValueError: The shapes differ, e.g. (N,) against (N, 1). Nothing is broadcast. So it is inside
            a `tf.function` and in `model.fit` too, where the size of a batch may not be known (None in
            `.shape`); whether None on one side alone differs from a number is left to you.

    Reference:
        Huber (1964), Robust Estimation of a Location Parameter;
        https://keras.io/api/losses/regression_losses/
    """
    raise NotImplementedError("huber: not written yet")


def binary_crossentropy(y_true, logits):
    """Compute the mean binary cross-entropy over the last axis, from logits.

    Not allowed, wherever they come from: ready-made losses, `softplus`, `log_sigmoid`, `logsumexp`
    and `logaddexp`. Other activations, such as `sigmoid`, are.

    Args:
        y_true: Targets from 0 to 1: anything `keras.ops.convert_to_tensor` accepts, of rank 1 or
            more. Mostly exactly 0 or 1; values between (as label smoothing gives) are allowed.
        logits: Raw outputs of the network, before any sigmoid, of the same shape.

    Returns:
        A tensor of the shape of `logits` without its last axis: (N, T, D) gives (N, T), (D,)
        gives a scalar. Its dtype is that of `logits` (float16, float32 or float64), or float32 where
        `logits` holds integers, unsigned ones too. Both arguments are brought to the dtype of the
        result before anything is computed. Values are right to about `1e-5 * (1 + abs(value))` in
        float32, to one percent in float16. Its gradient with respect to `logits` is
        `(sigmoid(logits) - y_true) / D` everywhere: at logits of +-100 (float16: +-60) too, and at
        exactly 0, where `maximum` and `abs` have a kink and the slopes that TensorFlow gives them there
        need not add up to it.

    Raises:
        ValueError: The shapes differ, e.g. (N,) against (N, 1). Nothing is broadcast. So it is inside
            a `tf.function` and in `model.fit` too, where the size of a batch may not be known (None in
            `.shape`); whether None on one side alone differs from a number is left to you.

    Reference:
        https://keras.io/api/losses/probabilistic_losses/ (with `from_logits=True`)
    """
    raise NotImplementedError("binary_crossentropy: not written yet")


def sparse_categorical_crossentropy(labels, logits):
    """Compute the categorical cross-entropy of each integer label, from logits.

    Not allowed, wherever they come from: ready-made losses, `softplus`, `log_sigmoid`, `logsumexp`
    and `logaddexp`. Other activations, such as `softmax` and `log_softmax`, are.

    Args:
        labels: Integers from 0 to K - 1, of any integer dtype and of the shape of `logits` without its
            last axis; no other shapes are given.
        logits: Raw outputs of the network, before any softmax, with K classes on the last axis:
            anything `keras.ops.convert_to_tensor` accepts, of rank 2 or more.

    Returns:
        A tensor of the shape of `labels`: one loss per label, no mean is taken. Its dtype is that of
        `logits` (float16, float32 or float64), or float32 where `logits` holds integers, unsigned ones
        too. Values are right to about `1e-5 * (1 + abs(value))` in float32, to one percent in float16.
        Its gradient with respect to `logits` is `softmax(logits) - one_hot(labels)`, also at logits of
        +-100 (float16: +-60).

    Raises:
        Exception: A label is below 0 or above K - 1. Any kind of exception will do, and it is
            needed when running eagerly only. Inside a `tf.function`, and so in `model.fit`, the
            function has to work too, where labels have no values yet and the size of a batch may be
            None. Operations such as gather do not mind; what hands a value to Python does (`if`,
            `int`, `.numpy()`): do that only where `tf.executing_eagerly()` is true.

    Reference:
        https://keras.io/api/losses/probabilistic_losses/ (with `from_logits=True`)
    """
    raise NotImplementedError("sparse_categorical_crossentropy: not written yet")


class WeightedLoss(keras.losses.Loss):
    """A loss for `compile` and training loops: weights the losses of a function and reduces them.

    Args:
        fn: A function of `y_true` and `y_pred`, called in this order, that returns a tensor with one
            loss per example (N,) or per step (N, T): one of the functions of this topic, or of Keras'.
        reduction: What to do with the losses once each is multiplied by its weight.
            "sum" adds them up. "sum_over_batch_size" and "mean" divide their sum by the number of
            losses, N or N * T. "mean_with_sample_weight" divides it by the sum of the weights, or
            by the number of losses where no weights are given. None leaves them as they are: not
            reduced. These five are asked for; what Keras does not know raises a ValueError at
            construction (the base class sees to it).
        name: A name for the loss; None lets Keras choose one.

    Reference:
        https://keras.io/api/losses/ (keras.losses.Loss)
    """

    def __init__(self, fn, reduction="sum_over_batch_size", name=None):
        raise NotImplementedError("WeightedLoss: not written yet")

    def __call__(self, y_true, y_pred, sample_weight=None):
        """Compute the loss of a batch.

        Args:
            y_true: Targets, handed to `fn`.
            y_pred: Predictions, handed to `fn`.
            sample_weight: Weights, of any numeric dtype and of the shape of the losses. Losses of
                shape (N,) may also come with weights of shape (N, 1), though not with
                `reduction=None`; no other shapes are asked for. None weighs all alike. A finite loss
                of weight 0 adds nothing; if all weights are 0 the result and its gradient are 0 (with
                `reduction=None` each of them), not NaN.

        Returns:
            A scalar tensor; with `reduction=None` a tensor of the shape of the losses. Losses in
            float32 give float32, whatever the dtype of the weights; losses of another dtype are not
            asked for. It works eagerly, inside a `tf.function` and in `model.fit`, where the size of
            a batch may not be known (None in `.shape`), and gradients flow through it.
        """
        raise NotImplementedError("WeightedLoss: not written yet")


def output_head(task):
    """Name the activation and the loss that fit a task.

    Args:
        task: "regression" (amounts), "binary" (one yes or no), "multilabel" (several independent
            yes or no answers) or "multiclass" (exactly one of several classes).

    Returns:
        A pair of names, `(activation, loss)`. The activation turns raw outputs into a prediction
        that can be read: "linear", "sigmoid" or "softmax". The loss is for training, and takes the raw
        outputs: "mean_squared_error", "binary_crossentropy" or "sparse_categorical_crossentropy".

    Raises:
        ValueError: `task` is another text (spelling and capitals count), or None.
    """
    raise NotImplementedError("output_head: not written yet")


# Answered in words, between the quotes: a person reads it.
ANSWERS = {
    # In your own words
    #
    # A colleague trains a yes-or-no classifier that ends with a sigmoid, and uses the mean squared error
    # of the probabilities as its loss. "It is the error, after all", says the colleague. After training,
    # 3% of the training examples are still wrong, and their logits lie between −9 and −14 where the right
    # answer is 1. Ten more epochs change nothing about them.
    #
    # Explain in five to ten sentences: why these examples no longer learn, with the slope of the loss at
    # such a logit; what cross-entropy does differently and why; and what, in terms of probability, each
    # of the two losses assumes about the targets.
    "squared_error_classifier": r"""

""",
}
