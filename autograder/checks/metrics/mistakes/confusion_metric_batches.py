"""Mistakes in `ConfusionMetric`: what is made of the shapes and dtypes of a batch."""

import tensorflow as tf

from nnlearn.diagnosis import mistake

from .confusion_metric import InSteps


@mistake("ConfusionMetric")
class TakesWeightsAsTheyCome(InSteps):
    """Weights of shape (N, 1) get a further axis, and broadcast against all other examples: each example is
    counted N times. Make them flat first: ops.reshape(sample_weight, (-1, 1))."""

    def batch(self, y_true, y_pred, sample_weight):
        if sample_weight is None or len(np.shape(sample_weight)) < 2:
            return super().batch(y_true, y_pred, sample_weight)
        total = ops.sum(ops.cast(sample_weight, self.dtype))
        return super().batch(y_true, y_pred, None) * total


@mistake("ConfusionMetric")
class CastsScores(InSteps):
    """Scores are cast to float32 before the largest is looked for. float64 ones that differ by little
    become equal, and the first of them wins. Take argmax of the scores as they come."""

    def guesses(self, y_pred):
        return ops.argmax(ops.cast(y_pred, "float32"), axis=-1)


@mistake("ConfusionMetric")
class AsksForTheSize(InSteps):
    """The size of the batch is taken from `shape`. Inside of a tf.function it may not be known, and is None
    there. Use ops.shape, or ones_like of what there is."""

    def weights(self, sample_weight, labels, guesses):
        if sample_weight is None:
            return ops.ones((labels.shape[0], 1), dtype=self.dtype)
        return super().weights(sample_weight, labels, guesses)


@mistake("ConfusionMetric")
class KeepsVariablesOfTensorFlow(InSteps):
    """Counts are in a tf.Variable, which the base class does not know: reset_state leaves it as it is. Make
    variables with `self.add_variable`."""

    def __init__(self, num_classes, measure="f1", average="macro", name=None, dtype=None):
        keras.metrics.Metric.__init__(self, name=name, dtype=dtype)
        if measure not in ("precision", "recall", "f1") or average not in (
            "macro",
            "micro",
            "weighted",
            None,
        ):
            raise ValueError(f"{measure} {average}")
        self.num_classes, self.measure, self.average = num_classes, measure, average
        self.kept = tf.Variable(np.zeros((num_classes, num_classes), "float32"))

    def add(self, counts):
        self.kept.assign_add(counts)

    def matrix(self):
        return tf.convert_to_tensor(self.kept)
