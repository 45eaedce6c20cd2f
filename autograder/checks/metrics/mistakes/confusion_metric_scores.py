"""Mistakes in `ConfusionMetric`: what is made of the counts, and its settings."""

from nnlearn.diagnosis import mistake

from .confusion_metric import InSteps


@mistake("ConfusionMetric")
class F1OfMacros(InSteps):
    """Macro F1 is computed from macro precision and macro recall. It is the mean of the classes' F1, which is
    another number."""

    def of(self, counts):
        if (self.measure, self.average) != ("f1", "macro"):
            return super().of(counts)
        right, predicted, true = ops.diagonal(counts), ops.sum(counts, axis=0), ops.sum(counts, axis=1)
        precision, recall = (ops.mean(self.over(right, under)) for under in (predicted, true))
        return self.over(2 * precision * recall, precision + recall)


@mistake("ConfusionMetric")
class WeighsByPredictions(InSteps):
    """The weighted mean goes by how often each class was predicted. It goes by how many examples truly are
    of each class."""

    def weighted(self, score, predicted, true):  # noqa: ARG002
        return ops.divide_no_nan(ops.sum(score * predicted), ops.sum(predicted))


@mistake("ConfusionMetric")
class DividesByZero(InSteps):
    """0/0 is NaN, for a class that is never predicted, or absent, and one NaN makes NaN of the whole mean.
    0/0 counts as 0 here: ops.divide_no_nan."""

    def over(self, part, whole):
        return ops.divide(part, whole)


@mistake("ConfusionMetric")
class LeavesAbsentClassesOut(InSteps):
    """Classes that occur neither in labels nor in predictions are left out of the macro mean, as scikit-
    learn does where it is not told all labels. The mean is over all classes; an absent one has 0."""

    def macro(self, score, predicted, true):
        occurs = ops.cast(predicted + true > 0, score.dtype)
        return ops.divide_no_nan(ops.sum(score * occurs), ops.sum(occurs))


@mistake("ConfusionMetric")
class LeavesZerosOut(InSteps):
    """Classes whose score is 0/0 or 0 are left out of the macro mean, which hides the very classes that a
    model never finds. The mean is over all classes."""

    def macro(self, score, predicted, true):  # noqa: ARG002
        counts = ops.cast(score > 0, score.dtype)
        return ops.divide_no_nan(ops.sum(score), ops.sum(counts))


@mistake("ConfusionMetric")
class MeanOverTrueClasses(InSteps):
    """The macro mean is over the classes that occur among the labels. It is over all classes, whatever
    occurs."""

    def macro(self, score, predicted, true):  # noqa: ARG002
        occurs = ops.cast(true > 0, score.dtype)
        return ops.divide_no_nan(ops.sum(score * occurs), ops.sum(occurs))


@mistake("ConfusionMetric")
class EmptyIsPerfect(InSteps):
    """0/0 counts as 1: a class that nobody predicts has a perfect precision. Say 0."""

    def over(self, part, whole):
        return ops.where(whole > 0, ops.divide_no_nan(part, whole), ops.ones_like(whole))


@mistake("ConfusionMetric")
class MicroIsTheMacroMean(InSteps):
    """ "micro" gives the mean over classes, as "macro" does. It is the measure of TP, FP and FN summed over
    all classes, which is the accuracy here."""

    def micro(self, right, predicted, true):
        return ops.mean(self.score(right, predicted, true))


@mistake("ConfusionMetric")
class ArithmeticMeanForF1(InSteps):
    """F1 is computed as the arithmetic mean of precision and recall. It is the harmonic one, 2 TP / (2 TP +
    FP + FN), which is low if either is."""

    def score(self, right, predicted, true):
        if self.measure != "f1":
            return super().score(right, predicted, true)
        return (self.over(right, predicted) + self.over(right, true)) / 2


@mistake("ConfusionMetric")
class ForgetsTheTwo(InSteps):
    """F1 lacks its factor 2: it is half of what it should be. 2 TP / (2 TP + FP + FN)."""

    def score(self, right, predicted, true):
        score = super().score(right, predicted, true)
        return score / 2 if self.measure == "f1" else score


@mistake("ConfusionMetric")
class JaccardForF1(InSteps):
    """F1 is computed as TP / (TP + FP + FN), which is the Jaccard index. TP counts twice in F1, above and
    below."""

    def score(self, right, predicted, true):
        if self.measure != "f1":
            return super().score(right, predicted, true)
        return self.over(right, predicted + true - right)


@mistake("ConfusionMetric")
class AddsEpsilon(InSteps):
    """A small epsilon below the line keeps 0/0 from being NaN, and makes every other score a little too
    small. Use ops.divide_no_nan, which changes only what is divided by 0."""

    def over(self, part, whole):
        return part / (whole + 1e-7)


@mistake("ConfusionMetric")
class AlwaysF1(InSteps):
    """`measure` is not looked at: whatever is asked for, F1 comes out."""

    def score(self, right, predicted, true):
        return self.over(2 * right, predicted + true)


@mistake("ConfusionMetric")
class TakesAnySetting(InSteps):
    """A measure or an average that does not exist is accepted, and something else is computed in silence.
    Raise a ValueError in __init__."""

    def __init__(self, num_classes, measure="f1", average="macro", name=None, dtype=None):
        known = measure in ("precision", "recall", "f1"), average in ("macro", "micro", "weighted", None)
        super().__init__(
            num_classes, measure if known[0] else "f1", average if known[1] else None, name, dtype
        )


@mistake("ConfusionMetric")
class HasNoConfig(InSteps):
    """get_config is that of the base class, with name and dtype alone, so that a saved model cannot make
    the metric again. Add num_classes, measure and average."""

    def get_config(self):
        return keras.metrics.Metric.get_config(self)


@mistake("ConfusionMetric")
class DropsTheName(InSteps):
    """The name is not handed to the base class: the metric is called after its class, whatever was asked
    for."""

    def __init__(self, num_classes, measure="f1", average="macro", name=None, dtype=None):  # noqa: ARG002
        super().__init__(num_classes, measure, average, None, dtype)


@mistake("ConfusionMetric")
class LeavesTheAverageOutOfTheConfig(InSteps):
    """get_config lacks `average`, so that a metric which is made again is a macro one."""

    def get_config(self):
        return {key: value for key, value in super().get_config().items() if key != "average"}


@mistake("ConfusionMetric")
class DividesByNoTrueWeight(InSteps):
    """The weighted mean divides by the true counts of all classes without a guard, which is 0/0 before any
    update. Say 0 there: ops.divide_no_nan."""

    def weighted(self, score, predicted, true):  # noqa: ARG002
        return ops.sum(score * true) / ops.sum(true)


@mistake("ConfusionMetric")
class ResultWithNumPy(InSteps):
    """result turns the counts into a NumPy array. fit asks for the result inside of a tf.function, where
    variables have no values yet, so it raises there. Divide with keras.ops."""

    def matrix(self):
        return ops.convert_to_tensor(np.asarray(self.counts))
