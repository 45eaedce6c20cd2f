"""Metrics.

README.md next to this file is the lesson.
Put your own code in place of each `raise NotImplementedError` (and of each None), then run

    nnlearn check metrics      to check your work
    nnlearn hint predictions   for a hint
"""

import keras
import numpy as np
from keras import ops


PREDICTIONS = {
    # Of 1,000 people tested, 990 are healthy and 10 are ill. A model calls everybody healthy, without
    # looking. What is its accuracy, as a number from 0 to 1?
    # Allowed: a number.
    "majority_accuracy": None,
    # Micro F1 adds up true positives, false positives and false negatives over all classes, and then
    # computes F1. Each example has one true label and one predicted label. Which number is micro F1?
    # Allowed: "accuracy", "macro f1" or "recall of class 0".
    "micro_f1": None,
    # The AUC is the probability that a random positive scores higher than a random negative. All scores
    # lie between 0 and 1, and each is replaced by its cube. What becomes of the AUC?
    # Allowed: "same", "higher" or "lower".
    "auc_of_cubed": None,
    # A model is calibrated if, of answers that are 80 % sure, 80 % are right; the calibration error
    # is the distance from that. A model ignores its inputs and gives everybody the frequencies of the
    # classes in the very data on which it is measured. Is its calibration error 0?
    # Allowed: "yes" or "no".
    "frequencies_ece": None,
}


def baselines(y_train, y_test, task):
    """Score the best constant guesses, which are learned from `y_train` alone, on `y_test`. No argument is changed.

    Args:
        y_train: An array or list of shape (N,), N of at least 1. For "classification" integer labels, which need not
            begin at 0 nor be consecutive; for "regression" numbers.
        y_test: The same, of shape (M,), M of at least 1. It may have labels that are not in `y_train`.
        task: "classification" or "regression".

    Returns:
        A dictionary of two plain numbers, computed in float64. For "classification":

        - "accuracy": the share of `y_test` that is the commonest label of `y_train`; of several that are equally common,
          the smallest label.
        - "log_loss": the mean over `y_test` of minus the natural logarithm of the label's frequency in `y_train`; infinity
          (`float("inf")`) if a label of `y_test` is not in `y_train`.

        For "regression":

        - "mse": the mean squared error of the mean of `y_train`.
        - "mae": the mean absolute error of the median of `y_train`, the mean of the two middle numbers if N is even.

    Raises:
        ValueError: Another `task`.
    """
    raise NotImplementedError("baselines: not written yet")


class ConfusionMetric(keras.metrics.Metric):
    """Precision, recall or F1 of classes, from counts that are added up over batches.

    `update_state` adds to counts, and `result` computes from them what all examples since the last reset would give at
    once, up to rounding. Between batches nothing is kept but counts, in float32 variables. `update_state` and `result` work
    inside a `tf.function`, with the size of the batch unknown, and so in `fit` and `evaluate`, as one of `metrics` or
    `weighted_metrics` (only these get sample weights). `reset_state` forgets all counts (the base class does that).

    For each of the K classes, TP is the weight of its examples that are predicted as this class, FP that of other
    examples predicted as it, and FN that of its examples predicted as another. Precision is TP / (TP + FP), recall
    TP / (TP + FN), and F1 2 TP / (2 TP + FP + FN). 0/0 is 0, which covers `result()` before any update.

    Args:
        num_classes: K, at least 2.
        measure: "precision", "recall" or "f1".
        average: "macro", the mean over all K classes, also those that never occur; "micro", the measure of TP, FP and
            FN summed over all classes; "weighted", the mean over classes weighted by TP + FN, their true weight, 0 if
            there is none; or None, one number for each class.
        name: For the base class.
        dtype: For the base class, too.

    Raises:
        ValueError: Another `measure` or `average`.
    """

    def __init__(self, num_classes, measure="f1", average="macro", name=None, dtype=None):
        raise NotImplementedError("ConfusionMetric: not written yet")

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Add a batch.

        Args:
            y_true: Integer labels from 0 to K - 1, an array or tensor of shape (N,) or (N, 1).
            y_pred: A floating array or tensor of shape (N, K): probabilities, logits or other scores. The largest one
                decides what is predicted; of equal ones, the first.
            sample_weight: Numbers of at least 0, an array or tensor of shape (N,) or (N, 1); None for 1 each.
        """
        raise NotImplementedError("ConfusionMetric: not written yet")

    def result(self):
        """The measure of all batches since the last reset.

        Returns:
            A float32 tensor: of shape (K,) if `average` is None, else of shape ().
        """
        raise NotImplementedError("ConfusionMetric: not written yet")

    def get_config(self):
        """The configuration: what the base class has, and `num_classes`, `measure` and `average`."""
        raise NotImplementedError("ConfusionMetric: not written yet")


def roc_auc(y_true, scores, sample_weight=None):
    """The probability that a positive scores higher than a negative, plus half of that of a tie.

    Over all pairs of a positive and a negative, each weighted by the product of their sample weights. Scores are compared
    exactly, as they are. No argument is changed.

    Args:
        y_true: Integers 0 and 1 (1 is positive), an array or list of shape (N,), N up to 5000.
        scores: Numbers of shape (N,), floats or integers (below 2**53 in size).
        sample_weight: Numbers of at least 0, of shape (N,); None for 1 each.

    Returns:
        A plain number from 0 to 1, computed in float64.

    Raises:
        ValueError: A score is NaN or infinite, or one of the two classes has no examples, or none with a weight
            above 0.
    """
    raise NotImplementedError("roc_auc: not written yet")


def expected_calibration_error(y_true, probabilities, bins=10):
    """How far accuracy is from confidence, on average over bins of confidence.

    The predicted class is the one with the largest probability, of equal ones the first; this probability is the
    confidence. Bin i, from 1 to `bins`, holds confidences above (i - 1) / bins and up to i / bins, this one included. The
    result is the sum over bins of n_i / N * abs(accuracy - mean confidence), both of the n_i examples in the bin; empty
    bins add nothing. No argument is changed.

    Args:
        y_true: Integer labels from 0 to K - 1, an array or list of shape (N,), N of at least 1.
        probabilities: An array of shape (N, K), float32 or float64, each row with the sum 1. They count as float64. No
            confidence lies within 1e-6 of an edge that binary fractions cannot hold exactly, such as 0.7; one
            may lie on edges like 0.5 and 1.
        bins: How many bins, at least 1.

    Returns:
        A plain number from 0 to 1.
    """
    raise NotImplementedError("expected_calibration_error: not written yet")


def choose_threshold(y_true, scores, cost_fp, cost_fn):
    """Find a threshold with the lowest mean cost; an example is positive when its score >= the threshold.

    No argument is changed.

    Args:
        y_true: Integers 0 and 1 (1 is positive), an array or list of shape (N,), N of at least 1.
        scores: Finite numbers of shape (N,), of any size; they count as float64, and so does the threshold.
        cost_fp: What a negative costs that is called positive, at least 0.
        cost_fn: What a positive costs that is called negative, at least 0.

    Returns:
        A tuple of two plain numbers: the threshold, and its mean cost per example. No other threshold is cheaper,
        infinite ones included (then nobody, or everybody, is positive); of several that are as cheap any one is
        right.
    """
    raise NotImplementedError("choose_threshold: not written yet")


def bootstrap_interval(y_true, y_pred, metric, resamples=1000, level=0.95, seed=0):
    """The percentile bootstrap interval of a metric.

    A resample draws N places from N with replacement, the same for both arrays: pairs stay together. Of the values
    `metric(y_true[places], y_pred[places])` of all resamples, the interval goes from the quantile (1 - level) / 2 to
    the quantile (1 + level) / 2, interpolated linearly as `np.quantile` does.

    Args:
        y_true: A NumPy array with N rows: its shape is (N,) or (N, ...).
        y_pred: A NumPy array with N rows; it may have another shape and dtype.
        metric: A function of two NumPy arrays, of the shapes and dtypes of `y_true` and `y_pred`, in this order.
            It returns a finite number: Python's, NumPy's, or an array or tensor of shape ().
        resamples: How many times to draw, at least 1. `metric` is called once for each.
        level: The share of resamples between the two ends, above 0 and below 1.
        seed: An integer of at least 0. The same seed gives the same interval again; others differ. Neither depends on
            nor changes the state of any global random generator.

    Returns:
        A tuple of two plain numbers, the lower and the upper end. No argument is changed.

    Raises:
        ValueError: `level` is 0 or less, or 1 or more.
    """
    raise NotImplementedError("bootstrap_interval: not written yet")


# Answered in words, between the quotes: a person reads it.
ANSWERS = {
    # In your own words
    #
    # A colleague shows you one number: "94 % accurate on the breast cancer data." It comes from a single
    # run, on a test part of 114 rows that was looked at after each change to the model. The clinic wants
    # to use the probabilities to decide whom to call back.
    #
    # In five to ten sentences: what else do you ask for, what can be wrong with 94 % as it is, and what
    # would you report in its place?
    "ninety_four_percent": r"""

""",
}
