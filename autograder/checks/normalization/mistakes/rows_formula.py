"""Mistakes in `LayerNormalization`: the formula."""

from nnlearn.diagnosis import mistake

from .moments import in_numpy
from .pieces import LayerInPieces


@mistake("LayerNormalization")
class RowsSquareEpsilon(LayerInPieces):
    """The square of epsilon is added to the variance, as hypot(spread, epsilon) does it too. epsilon
    is added to the variance as it is."""

    def spread(self, variance):
        return ops.sqrt(variance + self.epsilon**2)


@mistake("LayerNormalization")
class RowEpsilonOutsideTheRoot(LayerInPieces):
    """epsilon is added to the root instead of to the variance under it. It hardly shows until a row
    has a small variance."""

    def spread(self, variance):
        return ops.sqrt(variance) + self.epsilon


@mistake("LayerNormalization")
class RowsWithoutEpsilon(LayerInPieces):
    """epsilon is not added to the variance. Where it is missing, a row of equal numbers gives 0 / 0,
    which is nan; padding is such a row. The larger of the two is something else, too: add epsilon to
    every variance, under the root."""

    def spread(self, variance):
        return ops.sqrt(variance)


@mistake("LayerNormalization")
class RowsIgnoreTheirEpsilon(LayerInPieces):
    """The formula uses 0.001 whatever epsilon the layer was made with. Keep the argument in
    __init__ and use self.epsilon."""

    def spread(self, variance):
        return ops.sqrt(variance + 1e-3)


@mistake("LayerNormalization")
class RowsHaveAnotherDefault(LayerInPieces):
    """Without an argument, epsilon is not the 0.001 of the signature but smaller. PyTorch's layer begins
    with 0.00001; this one, like Keras', with 0.001."""

    def __init__(self, epsilon=1e-5, **kwargs):
        super().__init__(epsilon, **kwargs)


@mistake("LayerNormalization")
class RowsDividedByTheVariance(LayerInPieces):
    """The output is divided by the variance, not by its root. Check the spread of a row: it should
    be 1."""

    def spread(self, variance):
        return variance + self.epsilon


@mistake("LayerNormalization")
class RowsWithoutGamma(LayerInPieces):
    """gamma exists and takes no part in the output. Multiply the normalized values by it."""

    def combined(self, x, mean, variance):
        return (x - mean) / self.spread(variance) + ops.cast(self.beta, x.dtype)


@mistake("LayerNormalization")
class RowsWithoutBeta(LayerInPieces):
    """beta exists and takes no part in the output. Add it at the end."""

    def combined(self, x, mean, variance):
        return ops.cast(self.gamma, x.dtype) * (x - mean) / self.spread(variance)


@mistake("LayerNormalization")
class RowsScaleBetaToo(LayerInPieces):
    """beta is added before gamma multiplies, so it is scaled as well. First multiply, then add: gamma *
    normalized + beta."""

    def scaled(self, x):
        return ops.cast(self.gamma, x.dtype) * (x + ops.cast(self.beta, x.dtype))


@mistake("LayerNormalization")
class RowsSwapGammaAndBeta(LayerInPieces):
    """gamma and beta have changed places: beta multiplies and gamma is added. gamma scales, beta
    shifts."""

    def scaled(self, x):
        return ops.cast(self.beta, x.dtype) * x + ops.cast(self.gamma, x.dtype)


@mistake("LayerNormalization")
class ScalesBeforeNormalizing(LayerInPieces):
    """gamma and beta are applied to the input, and the result is normalized. That undoes most of
    what they did: the output has mean 0 and spread 1 again. They come after the normalization."""

    def widened(self, inputs):
        return self.scaled(super().widened(inputs))

    def combined(self, x, mean, variance):
        return (x - mean) / self.spread(variance)


@mistake("LayerNormalization")
class StopsTheRowGradient(LayerInPieces):
    """The gradient is stopped at mean and variance, as if they were constants. They are functions
    of the row. Leave stop_gradient (and NumPy) out of the way to the output."""

    def of_rows(self, x):
        mean, variance = super().of_rows(x)
        return ops.stop_gradient(mean), ops.stop_gradient(variance)


@mistake("LayerNormalization")
class StopsTheRowGradientAtTheMean(LayerInPieces):
    """The gradient is stopped at the mean, as if it were a constant; at the variance it is not. The
    mean is a function of the row."""

    def of_rows(self, x):
        mean, variance = super().of_rows(x)
        return ops.stop_gradient(mean), variance


@mistake("LayerNormalization")
class StopsTheRowGradientAtTheVariance(LayerInPieces):
    """The gradient is stopped at the variance, as if it were a constant; at the mean it is not. The
    variance is a function of the row."""

    def of_rows(self, x):
        mean, variance = super().of_rows(x)
        return mean, ops.stop_gradient(variance)


@mistake("LayerNormalization")
class AsksNumPyForRows(LayerInPieces):
    """Mean and variance are computed in NumPy. The numbers are right, but no gradient flows through
    them, and inside a compiled graph, where `fit` runs, tensors have no values that NumPy could
    have. Use keras.ops."""

    def of_rows(self, x):
        return in_numpy(x, -1, keepdims=True)


@mistake("LayerNormalization")
class ReshapesToWhatIsNotKnownYet(LayerInPieces):
    """The shape of the input is used as numbers, to reshape or to count, and while a graph is traced the
    size of the batch and the length of a sequence are None. Pool the axis -1 with keepdims=True,
    which needs no other shape, or ask keras.ops.shape, which is known when the graph runs."""

    def call(self, inputs, training=None):
        rows = 1
        for size in inputs.shape[:-1]:
            rows = rows * size
        flat = ops.reshape(self.widened(inputs), (rows, inputs.shape[-1]))
        return ops.reshape(super().call(flat, training=training), inputs.shape)
