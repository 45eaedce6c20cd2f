"""Mistakes in `ConfusionMetric`: what is remembered, and how counts become a score."""

from nnlearn.diagnosis import mistake


class InSteps(ConfusionMetric):
    """The right one in steps, for mistakes that change one of them."""

    def labels(self, y_true):
        return ops.cast(ops.reshape(y_true, (-1,)), "int32")

    def guesses(self, y_pred):
        return ops.argmax(y_pred, axis=-1)

    def weights(self, sample_weight, _labels, _guesses):
        return 1.0 if sample_weight is None else ops.cast(ops.reshape(sample_weight, (-1, 1)), self.dtype)

    def batch(self, y_true, y_pred, sample_weight):
        labels, guesses = self.labels(y_true), self.guesses(y_pred)
        true = ops.one_hot(labels, self.num_classes, dtype=self.dtype)
        true = true * self.weights(sample_weight, labels, guesses)
        return ops.matmul(ops.transpose(true), ops.one_hot(guesses, self.num_classes, dtype=self.dtype))

    def add(self, counts):
        self.counts.assign(self.counts + counts)

    def update_state(self, y_true, y_pred, sample_weight=None):
        self.add(self.batch(y_true, y_pred, sample_weight))

    def over(self, part, whole):
        return ops.divide_no_nan(part, whole)

    def matrix(self):
        return ops.convert_to_tensor(self.counts)

    def score(self, right, predicted, true):
        if self.measure == "precision":
            return self.over(right, predicted)
        if self.measure == "recall":
            return self.over(right, true)
        return self.over(2 * right, predicted + true)

    def macro(self, score, predicted, true):  # noqa: ARG002
        return ops.mean(score)

    def weighted(self, score, predicted, true):  # noqa: ARG002
        return ops.divide_no_nan(ops.sum(score * true), ops.sum(true))

    def micro(self, right, predicted, true):
        return self.score(ops.sum(right), ops.sum(predicted), ops.sum(true))

    def of(self, counts):
        right = ops.diagonal(counts)
        predicted, true = ops.sum(counts, axis=0), ops.sum(counts, axis=1)
        if self.average == "micro":
            return self.micro(right, predicted, true)
        score = self.score(right, predicted, true)
        if self.average == "macro":
            return self.macro(score, predicted, true)
        return self.weighted(score, predicted, true) if self.average == "weighted" else score

    def result(self):
        return self.of(self.matrix())


# What is remembered ------------------------------------------------------------------------------


@mistake("ConfusionMetric")
class MeanOfBatchScores(InSteps):
    """The score of each batch is computed, and the mean of these is the result. A batch that lacks a class
    says 0 for it. Add up counts over the batches, and compute the score when `result` is called."""

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
        shape = () if average else (num_classes,)
        self.total = self.add_variable(shape=shape, initializer="zeros", name="total")
        self.batches = self.add_variable(shape=(), initializer="zeros", name="batches")

    def add(self, counts):
        self.total.assign(self.total + self.of(counts))
        self.batches.assign(self.batches + 1)

    def result(self):
        return ops.divide_no_nan(self.total, self.batches)


@mistake("ConfusionMetric")
class MeanWeightedBySizes(MeanOfBatchScores):
    """The scores of batches are averaged, weighted by how many examples each has. That is right for
    accuracy; a macro score of a batch is no mean over its examples. Add up counts."""

    def add(self, counts):
        self.total.assign(self.total + self.of(counts) * ops.sum(counts))
        self.batches.assign(self.batches + ops.sum(counts))


@mistake("ConfusionMetric")
class KeepsTheLastBatch(InSteps):
    """The counts of a batch are assigned, so that those before are lost: the result is that of the last
    batch. Add them to what is there."""

    def add(self, counts):
        self.counts.assign(counts)


@mistake("ConfusionMetric")
class RemembersInPython(InSteps):
    """Counts are a Python attribute, no variable. reset_state does not know of it, so that epochs run into
    each other, and inside of a tf.function it is changed once, while tracing. Use `self.add_variable`."""

    def __init__(self, num_classes, measure="f1", average="macro", name=None, dtype=None):
        super().__init__(num_classes, measure, average, name, dtype)
        self.kept = np.zeros((num_classes, num_classes), "float32")

    def add(self, counts):
        self.kept = self.kept + counts

    def matrix(self):
        return ops.convert_to_tensor(self.kept)


@mistake("ConfusionMetric")
class KeepsAllPredictions(InSteps):
    """All labels and predictions are kept in lists until they are needed. That takes memory without end,
    reset_state does not empty them, and inside of a tf.function they hold tensors without a value. Keep
    counts, in variables."""

    def __init__(self, num_classes, measure="f1", average="macro", name=None, dtype=None):
        super().__init__(num_classes, measure, average, name, dtype)
        self.seen = []

    def update_state(self, y_true, y_pred, sample_weight=None):
        self.seen.append(self.batch(y_true, y_pred, sample_weight))

    def matrix(self):
        return sum(self.seen, ops.zeros((self.num_classes, self.num_classes)))


@mistake("ConfusionMetric")
class CountsWithNumPy(InSteps):
    """update_state turns tensors into NumPy arrays. Inside of `fit` it is traced, and tensors have no
    values then, so it raises. Count with keras.ops."""

    def batch(self, y_true, y_pred, sample_weight):
        labels, guesses = np.array(y_true).reshape(-1), np.argmax(np.array(y_pred), axis=-1)
        weights = np.ones(len(labels)) if sample_weight is None else np.array(sample_weight).reshape(-1)
        counts = np.zeros((self.num_classes, self.num_classes))
        np.add.at(counts, (labels, guesses), weights)
        return ops.cast(counts, self.dtype)


@mistake("ConfusionMetric")
class NeverResets(InSteps):
    """reset_state resets nothing, so that the numbers of an epoch have all epochs before it in them. Leave
    it to the base class, which sets all variables to zero: those that add_variable made, and no
    tf.Variable."""

    def reset_state(self):
        pass


@mistake("ConfusionMetric")
class ResetsAfterTheResult(InSteps):
    """result sets the counts to zero. Keras shows a result after each batch, and it may be asked for more
    than once: only reset_state resets."""

    def result(self):
        score = super().result()
        self.reset_state()
        return score


# How it is counted -------------------------------------------------------------------------------


@mistake("ConfusionMetric")
class SwapsRowsAndColumns(InSteps):
    """Sums over rows and columns are swapped, so precision is recall and the other way round. With true
    classes in rows, the sum of a column is what was predicted to be of a class, and goes into precision."""

    def of(self, counts):
        return super().of(ops.transpose(counts))


@mistake("ConfusionMetric")
class IgnoresWeights(InSteps):
    """sample_weight is not used: each example counts as one. An example with the weight 2 counts as two,
    with 0 not at all."""

    def weights(self, *_):
        return 1.0


@mistake("ConfusionMetric")
class WeighsTheRightAlone(InSteps):
    """Weights multiply what is right and not the mistakes. An example's weight counts wherever the example is
    counted: in TP, FP and FN."""

    def weights(self, sample_weight, labels, guesses):
        weights = super().weights(sample_weight, labels, guesses)
        is_right = ops.cast(ops.equal(labels, ops.cast(guesses, labels.dtype)), self.dtype)[:, None]
        return weights * is_right + (1 - is_right)


@mistake("ConfusionMetric")
class RoundsWeights(InSteps):
    """Weights become whole numbers, so that 0.5 counts as nothing. They are floats, as the counts are."""

    def weights(self, sample_weight, labels, guesses):
        weights = super().weights(sample_weight, labels, guesses)
        return ops.cast(ops.cast(weights, "int32"), self.dtype)


@mistake("ConfusionMetric")
class CutsAtOneHalf(InSteps):
    """A class counts as predicted where its score is above 0.5. Scores may be logits, and of three
    probabilities none may be above 0.5. The largest score decides."""

    def batch(self, y_true, y_pred, sample_weight):
        labels = self.labels(y_true)
        true = ops.one_hot(labels, self.num_classes, dtype=self.dtype)
        true = true * self.weights(sample_weight, labels, None)
        return ops.matmul(ops.transpose(true), ops.cast(ops.convert_to_tensor(y_pred) > 0.5, self.dtype))


@mistake("ConfusionMetric")
class TakesLabelsAsTheyCome(InSteps):
    """Labels of shape (N, 1), as many data sets have them, are not made flat. Flatten them:
    ops.reshape(y_true, (-1,))."""

    def labels(self, y_true):
        return ops.cast(y_true, "int32")


@mistake("ConfusionMetric")
class CountsInWholeNumbers(InSteps):
    """The variable for the counts is made of whole numbers, dtype int32: a weight of 0.5 adds nothing.
    Counts are float32, as weights need not be whole."""

    def __init__(self, num_classes, measure="f1", average="macro", name=None, dtype=None):
        super().__init__(num_classes, measure, average, name, dtype)
        self.whole = self.add_variable(
            shape=(num_classes, num_classes), initializer="zeros", dtype="int32", name="whole"
        )

    def add(self, counts):
        self.whole.assign(self.whole + ops.cast(counts, "int32"))

    def matrix(self):
        return ops.cast(self.whole, "float32")
