"""Mistakes in `BatchNormalization`: the formula."""

from nnlearn.diagnosis import mistake

from .moments import all_but_last, in_numpy, mean_of_squares, unbiased
from .pieces import BatchInPieces


@mistake("BatchNormalization")
class DividesByOneLess(BatchInPieces):
    """The variance is divided by m - 1, the unbiased estimate for a whole population. Here the
    batch itself should get a spread of 1, so divide by m. With 4 examples the two differ by a
    third."""

    def of_batch(self, x):
        mean, _ = super().of_batch(x)
        return mean, unbiased(x, all_but_last(x))


@mistake("BatchNormalization")
class StoresTheUnbiasedVariance(BatchInPieces):
    """The output is right, but moving_variance is fed with the unbiased variance (divided by m -
    1). The paper and PyTorch do that; Keras stores the biased one, the one the batch was divided
    by."""

    def call(self, inputs, training=None):
        self.inputs = self.widened(inputs)
        return super().call(inputs, training=training)

    def remember(self, mean, variance):  # noqa: ARG002
        super().remember(mean, unbiased(self.inputs, all_but_last(self.inputs)))


@mistake("BatchNormalization")
class StoresTheUnbiasedVarianceWithCare(BatchInPieces):
    """The output is right, but moving_variance is fed with the unbiased variance (divided by m -
    1). The paper and PyTorch do that; Keras stores the biased one, the one the batch was divided
    by. A batch of one then needs no care either."""

    def call(self, inputs, training=None):
        self.inputs = self.widened(inputs)
        return super().call(inputs, training=training)

    def remember(self, mean, variance):  # noqa: ARG002
        super().remember(mean, unbiased(self.inputs, all_but_last(self.inputs), least=1))


@mistake("BatchNormalization")
class RemembersAsPyTorchDoes(StoresTheUnbiasedVarianceWithCare):
    """Two things in the update are as PyTorch has them: momentum is the share of the new batch, and the
    variance that is stored is the unbiased one. In Keras momentum is the share of the old value, and
    the variance that the batch was divided by is stored."""

    def blended(self, old, new):
        return (1 - self.momentum) * ops.cast(old, new.dtype) + self.momentum * new


@mistake("BatchNormalization")
class NormalizesWithTheUnbiasedVariance(BatchInPieces):
    """What is stored is right, but the batch is divided by the root of the unbiased variance (with
    m - 1). The batch itself should get a spread of 1, so divide by m in both places."""

    def call(self, inputs, training=None):
        if not self.trains(training):
            return super().call(inputs, training=training)
        x = self.widened(inputs)
        mean, variance = self.of_batch(x)
        self.remember(mean, variance)
        return self.normalized(x, mean, unbiased(x, all_but_last(x)))


@mistake("BatchNormalization")
class SubtractsLargeNumbers(BatchInPieces):
    """The variance is the mean of the squares minus the square of the mean. On paper that is the same.
    For features around 4096 both are about 16 million, where float32 knows whole numbers only, and
    a difference of 1 is lost; it can even come out negative. Subtract the mean first, and square
    what is left."""

    def of_batch(self, x):
        return mean_of_squares(x, all_but_last(x))


@mistake("BatchNormalization")
class DoesNotSubtractTheMean(BatchInPieces):
    """The features are divided by their spread, and their mean is never subtracted. Check the mean
    of a column: it should be 0 before beta is added."""

    def combined(self, x, mean, variance):  # noqa: ARG002
        return self.scaled(x / self.spread(variance))


@mistake("BatchNormalization")
class ScalesBetaToo(BatchInPieces):
    """beta is added before gamma multiplies, so it is scaled as well. First multiply, then add: gamma *
    normalized + beta."""

    def scaled(self, x):
        return ops.cast(self.gamma, x.dtype) * (x + ops.cast(self.beta, x.dtype))


@mistake("BatchNormalization")
class SwapsGammaAndBeta(BatchInPieces):
    """gamma and beta have changed places: beta multiplies and gamma is added. gamma scales, beta
    shifts."""

    def scaled(self, x):
        return ops.cast(self.beta, x.dtype) * x + ops.cast(self.gamma, x.dtype)


@mistake("BatchNormalization")
class ForgetsToSubtractInTheVariance(BatchInPieces):
    """The variance is the mean of the squares, without subtracting the mean first. That is right
    only for features whose mean is 0. It is the mean of (x - mean) squared."""

    def of_batch(self, x):
        mean, _ = super().of_batch(x)
        return mean, ops.mean(ops.square(x), axis=all_but_last(x))


@mistake("BatchNormalization")
class MeasuresAroundTheMovingMean(BatchInPieces):
    """The variance that is stored is measured around moving_mean instead of around the mean of the
    batch, so it holds the distance of the two as well. The output is right: store the variance that
    it was divided by."""

    def call(self, inputs, training=None):
        self.inputs = self.widened(inputs)
        return super().call(inputs, training=training)

    def remember(self, mean, variance):  # noqa: ARG002
        self.moving_mean.assign(self.blended(self.moving_mean, mean))
        distance = self.inputs - ops.cast(self.moving_mean, mean.dtype)
        around = ops.mean(ops.square(distance), axis=all_but_last(distance))
        self.moving_variance.assign(self.blended(self.moving_variance, around))


@mistake("BatchNormalization")
class PutsEpsilonOutsideTheRoot(BatchInPieces):
    """epsilon is added to the root instead of to the variance under it. It hardly shows until a
    variance is small, and there sqrt(0 + 0.001) = 0.03 is a very different number from 0 +
    0.001."""

    def spread(self, variance):
        return ops.sqrt(variance) + self.epsilon


@mistake("BatchNormalization")
class SquaresEpsilon(BatchInPieces):
    """The square of epsilon is added to the variance, as hypot(spread, epsilon) does it too. epsilon
    is added to the variance as it is."""

    def spread(self, variance):
        return ops.sqrt(variance + self.epsilon**2)


@mistake("BatchNormalization")
class ForgetsEpsilonAtInference(BatchInPieces):
    """Training adds epsilon to the variance and inference does not. The formula is the same in both
    modes; only where mean and variance come from differs."""

    def call(self, inputs, training=None):
        self.epsilon_now = self.epsilon if self.trains(training) else 0.0
        return super().call(inputs, training=training)

    def spread(self, variance):
        return ops.sqrt(variance + self.epsilon_now)


@mistake("BatchNormalization")
class ForgetsEpsilonInTraining(BatchInPieces):
    """Inference adds epsilon to the variance and training does not, so a feature that is constant over
    the batch gives 0 / 0, which is nan. The formula is the same in both modes."""

    def call(self, inputs, training=None):
        self.epsilon_now = 0.0 if self.trains(training) else self.epsilon
        return super().call(inputs, training=training)

    def spread(self, variance):
        return ops.sqrt(variance + self.epsilon_now)


@mistake("BatchNormalization")
class ForgetsEpsilon(BatchInPieces):
    """epsilon is not added to the variance. Where it is missing, a feature that is constant over the batch
    gives 0 / 0, which is nan, and spreads from there. The larger of the two is something else, too:
    add epsilon to every variance, under the root."""

    def spread(self, variance):
        return ops.sqrt(variance)


@mistake("BatchNormalization")
class IgnoresItsEpsilon(BatchInPieces):
    """The formula uses 0.001 whatever epsilon the layer was made with. Keep the argument in
    __init__ and use self.epsilon."""

    def spread(self, variance):
        return ops.sqrt(variance + 1e-3)


@mistake("BatchNormalization")
class HasAnotherEpsilon(BatchInPieces):
    """Without an argument, epsilon is not the 0.001 of the signature but smaller. PyTorch's layer begins
    with 0.00001; this one, like Keras', with 0.001."""

    def __init__(self, momentum=0.99, epsilon=1e-5, **kwargs):
        super().__init__(momentum, epsilon, **kwargs)


@mistake("BatchNormalization")
class DividesByTheVariance(BatchInPieces):
    """The output is divided by the variance, not by its root. Check the spread of a column: it
    should be 1. The variance is in squared units, centimetres squared; only the root brings back
    centimetres."""

    def spread(self, variance):
        return variance + self.epsilon


@mistake("BatchNormalization")
class ForgetsGamma(BatchInPieces):
    """gamma exists and takes no part in the output, so the layer can only ever say "spread 1".
    Multiply the normalized values by it."""

    def combined(self, x, mean, variance):
        return (x - mean) / self.spread(variance) + ops.cast(self.beta, x.dtype)


@mistake("BatchNormalization")
class ForgetsBeta(BatchInPieces):
    """beta exists and takes no part in the output. Add it at the end: it also does the work of the
    bias that the layer before does not need."""

    def combined(self, x, mean, variance):
        return ops.cast(self.gamma, x.dtype) * (x - mean) / self.spread(variance)


@mistake("BatchNormalization")
class ScalesInTrainingOnly(BatchInPieces):
    """Inference normalizes with the stored statistics, and leaves gamma and beta out. The formula is the
    same in both modes; only where mean and variance come from differs."""

    def call(self, inputs, training=None):
        self.training_now = self.trains(training)
        return super().call(inputs, training=training)

    def scaled(self, x):
        return super().scaled(x) if self.training_now else x


@mistake("BatchNormalization")
class StopsTheGradient(BatchInPieces):
    """The gradient is stopped at mean and variance, as if they were constants. They are functions
    of the batch: move one example and they move. Without that part the layer tries to shift
    features that the next forward pass centres again. Leave stop_gradient (and NumPy) out of the
    way to the output."""

    def of_batch(self, x):
        mean, variance = super().of_batch(x)
        return ops.stop_gradient(mean), ops.stop_gradient(variance)


@mistake("BatchNormalization")
class StopsTheGradientAtTheMean(BatchInPieces):
    """The gradient is stopped at the mean, as if it were a constant; at the variance it is not. The
    mean is a function of the batch: move one example and it moves."""

    def of_batch(self, x):
        mean, variance = super().of_batch(x)
        return ops.stop_gradient(mean), variance


@mistake("BatchNormalization")
class StopsTheGradientAtTheVariance(BatchInPieces):
    """The gradient is stopped at the variance, as if it were a constant; at the mean it is not. The
    variance is a function of the batch: move one example and it moves."""

    def of_batch(self, x):
        mean, variance = super().of_batch(x)
        return mean, ops.stop_gradient(variance)


@mistake("BatchNormalization")
class AsksNumPy(BatchInPieces):
    """Mean and variance are computed in NumPy. The numbers are right, but no gradient flows through
    them, and inside a compiled graph, where `fit` runs, tensors have no values that NumPy could
    have. Use keras.ops."""

    def of_batch(self, x):
        return tuple(map(ops.convert_to_tensor, in_numpy(x, all_but_last(x))))


@mistake("BatchNormalization")
class CountsWhatIsNotKnownYet(BatchInPieces):
    """The number of examples is taken from the shape of the input, which is None for the batch while
    a graph is traced, and so is every count made of it. Use keras.ops.mean, or keras.ops.shape,
    which is known when the graph runs."""

    def of_batch(self, x):
        count = 1
        for size in x.shape[:-1]:
            count = count * size
        mean = ops.sum(x, axis=all_but_last(x)) / count
        return mean, ops.sum(ops.square(x - mean), axis=all_but_last(x)) / count
