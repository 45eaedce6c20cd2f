"""Mistakes that people really make in the topic `normalization`, each with what a teacher would say.

`BatchInPieces` and `LayerInPieces` are the reference with its `call` in small methods, so that a mistake is
the one method that goes wrong.
"""

from nnlearn.diagnosis import mistake


class Pieces:
    """What both layers do with a mean and a variance, and how they make their weights."""

    def add_weight(self, **how):
        name = ("gamma", "beta", "moving_mean", "moving_variance")[len(self.weights)]
        return super().add_weight(**how | self.differently(name))

    def differently(self, name):  # noqa: ARG002
        """What a weight is made with instead."""
        return {}

    def widened(self, inputs):
        """The inputs in at least float32."""
        return ops.cast(inputs, keras.backend.result_type(self.compute_dtype, "float32"))

    def normalized(self, x, mean, variance):
        """The output."""
        return ops.cast(self.combined(x, mean, variance), self.compute_dtype)

    def combined(self, x, mean, variance):
        """The formula."""
        return self.scaled((x - mean) / self.spread(variance))

    def scaled(self, x):
        """Times gamma, plus beta."""
        return ops.cast(self.gamma, x.dtype) * x + ops.cast(self.beta, x.dtype)

    def spread(self, variance):
        """What to divide by."""
        return ops.sqrt(variance + self.epsilon)


class BatchInPieces(Pieces, BatchNormalization):
    """Batch normalization as it should be."""

    def call(self, inputs, training=None):
        x = self.widened(inputs)
        if self.trains(training):
            mean, variance = self.of_batch(x)
            self.remember(mean, variance)
        else:
            mean, variance = self.stored(x.dtype)
        return self.normalized(x, mean, variance)

    def trains(self, training):
        """Whether to use the statistics of the batch."""
        return training and self.trainable

    def of_batch(self, x):
        """Mean and variance of the batch."""
        return ops.mean(x, axis=all_but_last(x)), ops.var(x, axis=all_but_last(x))

    def stored(self, dtype):
        """The moving statistics."""
        return ops.cast(self.moving_mean, dtype), ops.cast(self.moving_variance, dtype)

    def remember(self, mean, variance):
        """Update the moving statistics."""
        self.moving_mean.assign(self.blended(self.moving_mean, mean))
        self.moving_variance.assign(self.blended(self.moving_variance, variance))

    def blended(self, old, new):
        """The moving average after one more batch."""
        return self.momentum * ops.cast(old, new.dtype) + (1 - self.momentum) * new


class LayerInPieces(Pieces, LayerNormalization):
    """Layer normalization as it should be."""

    def call(self, inputs):
        x = self.widened(inputs)
        return self.normalized(x, *self.of_rows(x))

    def of_rows(self, x):
        """Mean and variance of each vector along the last axis."""
        return ops.mean(x, axis=-1, keepdims=True), ops.var(x, axis=-1, keepdims=True)


def all_but_last(x):
    """The axes that a batch normalization pools."""
    return tuple(range(len(x.shape) - 1))


def unbiased(x, axes, keepdims=False):
    """The variance with m - 1 in the denominator."""
    biased = ops.var(x, axis=axes, keepdims=keepdims)
    count = ops.cast(ops.size(x), x.dtype) / ops.cast(ops.size(biased), x.dtype)
    return biased * count / (count - 1)


# BatchNormalization: which statistics, when -----------------------------------------------------


@mistake("BatchNormalization")
class UsesTheBatchAtInference(BatchInPieces):
    """Inference normalizes with the mean and variance of the batch it is given, so the answer for
    one example depends on who else is in the batch, and a batch of one always comes out as beta.
    Look at a single example: with training=False its output should not change when the others do.
    Use moving_mean and moving_variance there."""

    def stored(self, dtype):  # noqa: ARG002
        return self.batch

    def call(self, inputs, training=None):
        self.batch = self.of_batch(self.widened(inputs))
        return super().call(inputs, training=training)


@mistake("BatchNormalization")
class TrainsAlways(BatchInPieces):
    """The layer ignores the training argument: it normalizes with the batch and updates its memory
    at inference too. Only training=True (on a layer that is trainable) may do that."""

    def trains(self, training):  # noqa: ARG002
        return self.trainable


@mistake("BatchNormalization")
class TrainsByDefault(BatchInPieces):
    """When the training argument is left out, the layer behaves as in training. The default of call
    should be training=None or False: whoever calls a model to use it should not have to say so."""

    def call(self, inputs, training=True):
        return super().call(inputs, training=training)

    def trains(self, training):
        return (training is None or training) and self.trainable


@mistake("BatchNormalization")
class NormalizesTrainingWithTheMovingStatistics(BatchInPieces):
    """In training the layer updates the moving statistics and then normalizes with them, instead of
    with the batch. Early in training they are mostly 0 and 1, so next to nothing is normalized, and
    no gradient flows through the statistics. The moving statistics are for inference alone."""

    def combined(self, x, mean, variance):  # noqa: ARG002
        return super().combined(x, *self.stored(x.dtype))


@mistake("BatchNormalization")
class IgnoresTrainable(BatchInPieces):
    """A frozen layer (trainable = False) still normalizes with the batch and updates its memory
    when it is called with training=True. In Keras, freezing a batch normalization puts it into
    inference mode: ask for training and self.trainable."""

    def trains(self, training):
        return training


@mistake("BatchNormalization")
class FreezesOnlyTheUpdate(BatchInPieces):
    """A frozen layer leaves its moving statistics alone, which is right, but still normalizes with
    the batch. In Keras, trainable = False means inference mode altogether: the stored statistics
    are used too."""

    def trains(self, training):
        return training

    def remember(self, mean, variance):
        if self.trainable:
            super().remember(mean, variance)


@mistake("BatchNormalization")
class NeverRemembers(BatchInPieces):
    """The moving statistics are never updated: they stay 0 and 1, and inference normalizes nothing.
    The training loss looks fine and evaluation looks broken. Assign to both of them in training
    mode."""

    def remember(self, mean, variance):
        pass


@mistake("BatchNormalization")
class RemembersTheMeanOnly(BatchInPieces):
    """moving_mean is updated and moving_variance is not, so inference divides by the spread it
    started with. Both need an assign."""

    def remember(self, mean, variance):  # noqa: ARG002
        self.moving_mean.assign(self.blended(self.moving_mean, mean))


@mistake("BatchNormalization")
class RemembersAtInference(BatchInPieces):
    """Inference uses the stored statistics, and then updates them with the batch. Using a model
    must not change it: the same example would get another answer the second time. Update in
    training mode only."""

    def call(self, inputs, training=None):
        y = super().call(inputs, training=training)
        if not self.trains(training):
            self.remember(*self.of_batch(self.widened(inputs)))
        return y


@mistake("BatchNormalization")
class ReversesMomentum(BatchInPieces):
    """The roles of momentum and 1 - momentum are swapped: with 0.99 the memory keeps 1 % of its
    past and takes 99 % from the last batch. In Keras momentum is the share of the old value (in
    PyTorch of the new one)."""

    def blended(self, old, new):
        return (1 - self.momentum) * ops.cast(old, new.dtype) + self.momentum * new


@mistake("BatchNormalization")
class IgnoresItsMomentum(BatchInPieces):
    """The update uses 0.99 whatever momentum the layer was made with. Keep the argument in __init__
    and use self.momentum."""

    def blended(self, old, new):
        return 0.99 * ops.cast(old, new.dtype) + 0.01 * new


@mistake("BatchNormalization")
class AddsUpInsteadOfAveraging(BatchInPieces):
    """The new batch is added with its full weight, moving = momentum * moving + batch, so the
    stored statistics grow to 1 / (1 - momentum) times what they should be. The batch needs the
    factor 1 - momentum."""

    def blended(self, old, new):
        return self.momentum * ops.cast(old, new.dtype) + new


@mistake("BatchNormalization")
class AveragesStandardDeviations(BatchInPieces):
    """The moving average runs over standard deviations, which are squared afterwards. That is not
    the average of the variances: for 1 and 3 it gives 4 instead of 5. Average the variances
    themselves."""

    def remember(self, mean, variance):
        self.moving_mean.assign(self.blended(self.moving_mean, mean))
        old = ops.sqrt(ops.cast(self.moving_variance, variance.dtype))
        self.moving_variance.assign(ops.square(self.blended(old, ops.sqrt(variance))))


@mistake("BatchNormalization")
class StoresStandardDeviations(BatchInPieces):
    """moving_variance is fed with standard deviations: the root is taken too early. Store
    variances, and take the root when you divide."""

    def remember(self, mean, variance):
        super().remember(mean, ops.sqrt(variance))


@mistake("BatchNormalization")
class ReplacesTheVariables(BatchInPieces):
    """`self.moving_mean = ...` puts a tensor where a variable was. It looks right for a while, but
    the layer's weights keep their old values, so saving forgets what was learned, and a compiled
    step breaks. Use `self.moving_mean.assign(...)`."""

    def remember(self, mean, variance):
        self.moving_mean = self.blended(self.moving_mean, mean)
        self.moving_variance = self.blended(self.moving_variance, variance)


@mistake("BatchNormalization")
class StartsVarianceAtZero(BatchInPieces):
    """moving_variance starts at 0. A layer that has seen no batch then divides by the root of
    epsilon and blows its input up by a factor of about 30. It should start as ones."""

    def differently(self, name):
        return {"initializer": "zeros"} if name == "moving_variance" else {}


# BatchNormalization: the formula -----------------------------------------------------------------


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
class ForgetsToSubtractInTheVariance(BatchInPieces):
    """The variance is the mean of the squares, without subtracting the mean first. That is right
    only for features whose mean is 0. It is the mean of (x - mean) squared."""

    def of_batch(self, x):
        mean, _ = super().of_batch(x)
        return mean, ops.mean(ops.square(x), axis=all_but_last(x))


@mistake("BatchNormalization")
class PutsEpsilonOutsideTheRoot(BatchInPieces):
    """epsilon is added to the root instead of to the variance under it. It hardly shows until a
    variance is small, and there sqrt(0 + 0.001) = 0.03 is a very different number from 0 +
    0.001."""

    def spread(self, variance):
        return ops.sqrt(variance) + self.epsilon


@mistake("BatchNormalization")
class ForgetsEpsilon(BatchInPieces):
    """There is no epsilon: a feature that is constant over the batch gives 0 / 0, which is nan, and
    spreads from there. Add epsilon to the variance under the root."""

    def spread(self, variance):
        return ops.sqrt(variance)


@mistake("BatchNormalization")
class IgnoresItsEpsilon(BatchInPieces):
    """The formula uses 0.001 whatever epsilon the layer was made with. Keep the argument in
    __init__ and use self.epsilon."""

    def spread(self, variance):
        return ops.sqrt(variance + 1e-3)


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
class StopsTheGradient(BatchInPieces):
    """The gradient is stopped at mean and variance, as if they were constants. They are functions
    of the batch: move one example and they move. Without that part the layer tries to shift
    features that the next forward pass centres again. Leave stop_gradient (and NumPy) out of the
    way to the output."""

    def of_batch(self, x):
        mean, variance = super().of_batch(x)
        return ops.stop_gradient(mean), ops.stop_gradient(variance)


# BatchNormalization: the axes --------------------------------------------------------------------


@mistake("BatchNormalization")
class NormalizesEachExample(BatchInPieces):
    """Every row gets mean 0 instead of every column: that is layer normalization. Batch
    normalization compares the examples with each other, one feature at a time: pool all axes but
    the last."""

    def of_batch(self, x):
        return ops.mean(x, axis=-1, keepdims=True), ops.var(x, axis=-1, keepdims=True)

    def remember(self, mean, variance):
        pooled = tuple(range(len(mean.shape)))
        super().remember(ops.mean(mean, axis=pooled), ops.mean(variance, axis=pooled))

    def blended(self, old, new):
        return ops.broadcast_to(super().blended(old, new), old.shape)


@mistake("BatchNormalization")
class PoolsOnlyTheBatch(BatchInPieces):
    """For images only the batch axis is pooled, so each pixel has a mean of its own. A convolution
    treats every position alike, and so does batch normalization: pool height and width as well, all
    axes but the last."""

    def of_batch(self, x):
        return ops.mean(x, axis=0), ops.var(x, axis=0)

    def remember(self, mean, variance):
        axes = tuple(range(len(mean.shape) - 1))
        super().remember(ops.mean(mean, axis=axes), ops.mean(variance, axis=axes))


@mistake("BatchNormalization")
class PoolsEverything(BatchInPieces):
    """One mean and one variance serve the whole batch, all features together, so features keep
    their different means and scales. Name the axes: all of them but the last."""

    def of_batch(self, x):
        return ops.mean(x), ops.var(x)

    def blended(self, old, new):
        return super().blended(old, ops.broadcast_to(new, old.shape))


# BatchNormalization: the layer ---------------------------------------------------------------------


@mistake("BatchNormalization")
class FixesGamma(BatchInPieces):
    """gamma was made with trainable=False: it stays 1 however long you train. Only the moving
    statistics are not trained."""

    def differently(self, name):
        return {"trainable": False} if name == "gamma" else {}


@mistake("BatchNormalization")
class FixesBeta(BatchInPieces):
    """beta was made with trainable=False: it stays 0 however long you train. Only the moving
    statistics are not trained."""

    def differently(self, name):
        return {"trainable": False} if name == "beta" else {}


@mistake("BatchNormalization")
class TrainsTheStatistics(BatchInPieces):
    """The moving statistics are trainable weights. They are counted, not learned: the optimizer
    (and weight decay) would pull at them. Make them with trainable=False."""

    def differently(self, name):
        return {"trainable": True} if name.startswith("moving") else {}


@mistake("BatchNormalization")
class LosesItsConfig(BatchInPieces):
    """get_config does not say what momentum and epsilon are, so a saved model cannot be loaded as
    it was. Extend the dictionary that super().get_config() returns."""

    def get_config(self):
        return super(BatchNormalization, self).get_config()


@mistake("BatchNormalization")
class ComputesInHalfPrecision(BatchInPieces):
    """The statistics are computed in the dtype of the input. In float16 nothing above 65504 exists,
    and the variance of values around 300 is larger than that. Cast the input to float32 first, and
    the result back at the end."""

    def widened(self, inputs):
        return ops.cast(inputs, self.compute_dtype)

    def of_batch(self, x):
        mean, _ = super().of_batch(x)
        return mean, ops.mean(ops.square(x - mean), axis=all_but_last(x))


@mistake("BatchNormalization")
class LetsKerasRoundTheWeights(BatchInPieces):
    """Under mixed_float16 Keras hands the weights to call rounded to float16, moving statistics
    included, and every update rounds them again. Make the weights with autocast=False."""

    def differently(self, name):  # noqa: ARG002
        return {"autocast": True}


@mistake("BatchNormalization")
class KeepsTheWideDtype(BatchInPieces):
    """The computation runs in float32, which is right, and so does the output, which should have
    the layer's compute dtype. Cast it at the end: ops.cast(result, self.compute_dtype)."""

    def normalized(self, x, mean, variance):
        return self.combined(x, mean, variance)


# LayerNormalization ----------------------------------------------------------------------------------


@mistake("LayerNormalization")
class ComparesTheExamples(LayerInPieces):
    """Every column gets mean 0 instead of every row: that is batch normalization. Layer
    normalization looks at one example at a time: pool the last axis."""

    def of_rows(self, x):
        return ops.mean(x, axis=all_but_last(x)), ops.var(x, axis=all_but_last(x))


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
class RowEpsilonOutsideTheRoot(LayerInPieces):
    """epsilon is added to the root instead of to the variance under it. It hardly shows until a row
    has a small variance."""

    def spread(self, variance):
        return ops.sqrt(variance) + self.epsilon


@mistake("LayerNormalization")
class RowsWithoutEpsilon(LayerInPieces):
    """There is no epsilon: a row of equal numbers gives 0 / 0, which is nan. Padding is such a row.
    Add epsilon to the variance under the root."""

    def spread(self, variance):
        return ops.sqrt(variance)


@mistake("LayerNormalization")
class RowsIgnoreTheirEpsilon(LayerInPieces):
    """The formula uses 0.001 whatever epsilon the layer was made with. Keep the argument in
    __init__ and use self.epsilon."""

    def spread(self, variance):
        return ops.sqrt(variance + 1e-3)


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
class OneGammaForAll(LayerInPieces):
    """gamma and beta are single numbers, so all features are scaled alike. Each feature has its
    own: their shape is (features,)."""

    def build(self, input_shape):
        super().build((*input_shape[:-1], 1))


@mistake("LayerNormalization")
class FixesTheRowGamma(LayerInPieces):
    """gamma was made with trainable=False: it stays 1 however long you train. Both weights are
    learned."""

    def differently(self, name):
        return {"trainable": False} if name == "gamma" else {}


@mistake("LayerNormalization")
class RemembersLikeABatch(BatchInPieces):
    """The layer keeps moving statistics and uses them at inference, as batch normalization does.
    Layer normalization needs no memory: a row is all it takes to normalize a row, in both modes."""

    def __init__(self, epsilon=1e-3, **kwargs):
        super().__init__(epsilon=epsilon, **kwargs)

    def of_batch(self, x):
        return ops.mean(x, axis=-1, keepdims=True), ops.var(x, axis=-1, keepdims=True)

    def remember(self, mean, variance):
        pass

    def get_config(self):
        return {**super(BatchNormalization, self).get_config(), "epsilon": self.epsilon}


@mistake("LayerNormalization")
class ForgetsTheEpsilonInItsConfig(LayerInPieces):
    """get_config does not say what epsilon is, so a saved model cannot be loaded as it was. Extend
    the dictionary that super().get_config() returns."""

    def get_config(self):
        return super(LayerNormalization, self).get_config()


@mistake("LayerNormalization")
class RowsInHalfPrecision(LayerInPieces):
    """Mean and variance are computed in the dtype of the input. In float16 nothing above 65504
    exists, and the variance of values around 300 is larger than that. Cast the input to float32
    first, and the result back at the end."""

    def widened(self, inputs):
        return ops.cast(inputs, self.compute_dtype)

    def of_rows(self, x):
        mean, _ = super().of_rows(x)
        return mean, ops.mean(ops.square(x - mean), axis=-1, keepdims=True)


@mistake("LayerNormalization")
class LetsKerasRoundGamma(LayerInPieces):
    """Under mixed_float16 Keras hands the weights to call rounded to float16. Make them with
    autocast=False and compute in float32 to the end."""

    def differently(self, name):  # noqa: ARG002
        return {"autocast": True}


# fold_batch_norm -------------------------------------------------------------------------------------


def scale_of(gamma, variance, epsilon):
    """What the outputs are multiplied by."""
    return as_floating(gamma) / ops.sqrt(as_floating(variance) + epsilon)


@mistake("fold_batch_norm")
def folds_without_epsilon(kernel, bias, gamma, beta, mean, variance, epsilon):  # noqa: ARG001
    """epsilon is missing under the root. For large variances nobody notices; for an output that was
    nearly constant in training the folded layer is far off, or infinite."""
    return fold_batch_norm(kernel, bias, gamma, beta, mean, variance, 0.0)


@mistake("fold_batch_norm")
def folds_with_epsilon_outside(kernel, bias, gamma, beta, mean, variance, epsilon):
    """epsilon is added to the root instead of to the variance under it. The folded layer has to use
    the formula of the layer it replaces."""
    root = ops.sqrt(as_floating(variance)) + epsilon
    return fold_batch_norm(kernel, bias, gamma, beta, mean, root**2, 0.0)


@mistake("fold_batch_norm")
def divides_by_the_variance(kernel, bias, gamma, beta, mean, variance, epsilon):
    """The scale is gamma over the variance; the root is missing."""
    divisor = as_floating(variance) + epsilon
    return fold_batch_norm(kernel, bias, gamma, beta, mean, divisor**2, 0.0)


@mistake("fold_batch_norm")
def forgets_the_old_bias(kernel, bias, gamma, beta, mean, variance, epsilon):  # noqa: ARG001
    """The layer's own bias is dropped. In training it would cancel, but the stored mean was
    measured with the bias in it: b - mean belongs together."""
    return fold_batch_norm(kernel, None, gamma, beta, mean, variance, epsilon)


@mistake("fold_batch_norm")
def leaves_the_old_bias_unscaled(kernel, bias, gamma, beta, mean, variance, epsilon):
    """The old bias is added as it is. It goes through the normalization like everything else the
    layer puts out, so it is multiplied by gamma / sqrt(variance + epsilon) as well."""
    kernel, new_bias = fold_batch_norm(kernel, None, gamma, beta, mean, variance, epsilon)
    return kernel, new_bias if bias is None else new_bias + as_floating(bias)


@mistake("fold_batch_norm")
def forgets_to_fold_gamma(kernel, bias, gamma, beta, mean, variance, epsilon):
    """gamma is missing from the scale: it is gamma / sqrt(variance + epsilon)."""
    return fold_batch_norm(kernel, bias, ops.ones_like(gamma), beta, mean, variance, epsilon)


@mistake("fold_batch_norm")
def forgets_to_fold_beta(kernel, bias, gamma, beta, mean, variance, epsilon):
    """beta is missing from the new bias. The normalization adds it at the end, so it is added
    unscaled."""
    return fold_batch_norm(kernel, bias, gamma, ops.zeros_like(beta), mean, variance, epsilon)


@mistake("fold_batch_norm")
def scales_beta_too(kernel, bias, gamma, beta, mean, variance, epsilon):
    """beta is multiplied by the scale. It is added after the scaling, so it goes into the new bias
    as it is."""
    shift = beta if bias is None else as_floating(bias) + as_floating(beta)
    return fold_batch_norm(kernel, shift, gamma, ops.zeros_like(beta), mean, variance, epsilon)


@mistake("fold_batch_norm")
def adds_the_mean(kernel, bias, gamma, beta, mean, variance, epsilon):
    """The mean is added where it should be subtracted: the new bias is beta + (bias - mean) *
    scale."""
    return fold_batch_norm(kernel, bias, gamma, beta, -as_floating(mean), variance, epsilon)


@mistake("fold_batch_norm")
def scales_the_inputs(kernel, bias, gamma, beta, mean, variance, epsilon):
    """The kernel is scaled along its inputs instead of along its outputs. If there are as many inputs
    as outputs nothing complains. Normalization follows the layer, so it acts on the outputs: the
    last axis of a kernel in Keras. (In PyTorch they are the first.)"""
    _, new_bias = fold_batch_norm(kernel, bias, gamma, beta, mean, variance, epsilon)
    return as_floating(kernel) * scale_of(gamma, variance, epsilon)[:, None], new_bias


@mistake("fold_batch_norm")
def leaves_no_bias(kernel, bias, gamma, beta, mean, variance, epsilon):
    """A layer without a bias is left without one, and with it the shift of the normalization is
    lost. The folded layer always needs a bias: beta - mean * scale."""
    kernel, new_bias = fold_batch_norm(kernel, bias, gamma, beta, mean, variance, epsilon)
    return kernel, None if bias is None else new_bias


@mistake("fold_batch_norm")
def needs_a_bias(kernel, bias, gamma, beta, mean, variance, epsilon):
    """A bias of None raises an error. Layers before a normalization usually have none: treat None
    as zeros."""
    scale = scale_of(gamma, variance, epsilon)
    return as_floating(kernel) * scale, as_floating(beta) + (bias - as_floating(mean)) * scale


@mistake("fold_batch_norm")
def folds_in_float32(kernel, bias, gamma, beta, mean, variance, epsilon):
    """Everything is cast to float32, so a float16 layer comes back too large for its place and a
    float64 one has lost half of its digits. Keep the dtype you are given."""
    given = (kernel, bias, gamma, beta, mean, variance)
    single = (None if value is None else ops.cast(value, "float32") for value in given)
    return fold_batch_norm(*single, epsilon)
