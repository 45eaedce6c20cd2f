"""Mistakes in `LayerNormalization`: which statistics."""

from nnlearn.diagnosis import mistake

from .moments import all_but_last, mean_of_squares, unbiased
from .pieces import LayerInPieces


@mistake("LayerNormalization")
class ComparesTheExamples(LayerInPieces):
    """Every column gets mean 0 instead of every row: that is batch normalization. Layer
    normalization looks at one example at a time: pool the last axis."""

    def of_rows(self, x):
        return ops.mean(x, axis=all_but_last(x)), ops.var(x, axis=all_but_last(x))


@mistake("LayerNormalization")
class PoolsAxisOne(LayerInPieces):
    """Axis 1 is pooled. For rank 2 that is the last axis; for a sequence it is the positions, for an
    image its height. Pool the last axis, -1, whatever the rank."""

    def of_rows(self, x):
        return ops.mean(x, axis=1, keepdims=True), ops.var(x, axis=1, keepdims=True)


@mistake("LayerNormalization")
class PoolsTheWholeExample(LayerInPieces):
    """All axes but the first are pooled. Papers on images do that, and for rank 2 it is the same.
    Keras' layer, and this one, pools the last axis alone: each position of a sequence or an image
    by itself."""

    def of_rows(self, x):
        axes = tuple(range(1, len(x.shape)))
        return ops.mean(x, axis=axes, keepdims=True), ops.var(x, axis=axes, keepdims=True)


@mistake("LayerNormalization")
class PoolsTheWholeBatch(LayerInPieces):
    """One mean and one variance serve the whole input. Name the axis, -1, and keep its
    dimension."""

    def of_rows(self, x):
        return ops.mean(x), ops.var(x)


@mistake("LayerNormalization")
class ForgetsKeepdims(LayerInPieces):
    """mean and var were called without keepdims=True. The means of a (4, 3) input have shape (4,),
    and broadcasting lines them up with the features: an error, or, for a square input, silently the
    wrong numbers."""

    def of_rows(self, x):
        return ops.mean(x, axis=-1), ops.var(x, axis=-1)


@mistake("LayerNormalization")
class RowsDividedByOneLess(LayerInPieces):
    """The variance is divided by the number of features minus 1. The row itself should get a spread
    of 1, so divide by the number of features, as keras.ops.var does."""

    def of_rows(self, x):
        mean, _ = super().of_rows(x)
        return mean, unbiased(x, -1, keepdims=True)


@mistake("LayerNormalization")
class DividesByTheRootMeanSquare(LayerInPieces):
    """The mean is not subtracted: the rows are only divided by the root of their mean square. That
    exists and is called RMS normalization. Layer normalization subtracts the mean, and measures the
    spread around it."""

    def of_rows(self, x):
        return ops.zeros_like(x[..., :1]), ops.mean(ops.square(x), axis=-1, keepdims=True)


@mistake("LayerNormalization")
class RowsKeepTheirMean(LayerInPieces):
    """The rows are divided by their spread, and their mean is never subtracted. Check the mean of a row:
    it should be 0 before beta is added."""

    def combined(self, x, mean, variance):  # noqa: ARG002
        return self.scaled(x / self.spread(variance))


@mistake("LayerNormalization")
class RowsSubtractLargeNumbers(LayerInPieces):
    """The variance is the mean of the squares minus the square of the mean. On paper that is the same.
    For rows around 4096 both are about 16 million, where float32 knows whole numbers only, and a
    difference of 1 is lost; it can even come out negative. Subtract the mean first, and square what
    is left."""

    def of_rows(self, x):
        return mean_of_squares(x, -1, keepdims=True)
