"""Mistakes that people really make in the topic `normalization`, each with what a teacher would say.

`RightBatch` and `RightLayer` are right and made of small methods, so that a mistake is the one method that
goes wrong.
"""

import keras
from keras import ops

from nnlearn.diagnosis import mistake, wrong_prediction


class RightBatch(keras.layers.Layer):
    """Batch normalization as it should be."""

    autocast_weights = False
    gamma_is_trainable = True
    beta_is_trainable = True
    statistics_are_trainable = False
    first_variance = "ones"

    def __init__(self, momentum=0.99, epsilon=1e-3, **kwargs):
        super().__init__(**kwargs)
        self.momentum = momentum
        self.epsilon = epsilon

    def build(self, input_shape):
        def weight(name, start, trainable):
            return self.add_weight(
                name=name,
                shape=(input_shape[-1],),
                initializer=start,
                trainable=trainable,
                autocast=self.autocast_weights,
            )

        self.gamma = weight("gamma", "ones", self.gamma_is_trainable)
        self.beta = weight("beta", "zeros", self.beta_is_trainable)
        self.moving_mean = weight("moving_mean", "zeros", self.statistics_are_trainable)
        self.moving_variance = weight("moving_variance", self.first_variance, self.statistics_are_trainable)

    def call(self, inputs, training=None):
        x = self.widened(inputs)
        if self.trains(training):
            mean, variance = self.of_batch(x)
            self.remember(mean, variance)
        else:
            mean, variance = self.stored(x.dtype)
        return ops.cast(self.combined(x, mean, variance), self.compute_dtype)

    def get_config(self):
        return {**super().get_config(), "momentum": self.momentum, "epsilon": self.epsilon}

    def widened(self, inputs):
        """The inputs in at least float32."""
        return ops.cast(inputs, keras.backend.result_type(self.compute_dtype, "float32"))

    def trains(self, training):
        """Whether to use the statistics of the batch."""
        return training and self.trainable

    def of_batch(self, x):
        """Mean and variance of the batch."""
        axes = tuple(range(len(x.shape) - 1))
        return ops.mean(x, axis=axes), ops.var(x, axis=axes)

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

    def combined(self, x, mean, variance):
        """The formula."""
        normalized = (x - mean) / self.spread(variance)
        return ops.cast(self.gamma, x.dtype) * normalized + ops.cast(self.beta, x.dtype)

    def spread(self, variance):
        """What to divide by."""
        return ops.sqrt(variance + self.epsilon)


class RightLayer(keras.layers.Layer):
    """Layer normalization as it should be."""

    autocast_weights = False
    gamma_is_trainable = True

    def __init__(self, epsilon=1e-3, **kwargs):
        super().__init__(**kwargs)
        self.epsilon = epsilon

    def build(self, input_shape):
        self.gamma = self.add_weight(
            name="gamma",
            shape=self.weight_shape(input_shape),
            initializer="ones",
            trainable=self.gamma_is_trainable,
            autocast=self.autocast_weights,
        )
        self.beta = self.add_weight(
            name="beta",
            shape=self.weight_shape(input_shape),
            initializer="zeros",
            autocast=self.autocast_weights,
        )

    def call(self, inputs):
        x = self.widened(inputs)
        mean, variance = self.of_rows(x)
        return ops.cast(self.combined(x, mean, variance), self.compute_dtype)

    def get_config(self):
        return {**super().get_config(), "epsilon": self.epsilon}

    def weight_shape(self, input_shape):
        """One number per feature."""
        return (input_shape[-1],)

    def widened(self, inputs):
        """The inputs in at least float32."""
        return ops.cast(inputs, keras.backend.result_type(self.compute_dtype, "float32"))

    def of_rows(self, x):
        """Mean and variance of each vector along the last axis."""
        return ops.mean(x, axis=-1, keepdims=True), ops.var(x, axis=-1, keepdims=True)

    def combined(self, x, mean, variance):
        """The formula."""
        normalized = (x - mean) / self.spread(variance)
        return ops.cast(self.gamma, x.dtype) * normalized + ops.cast(self.beta, x.dtype)

    def spread(self, variance):
        """What to divide by."""
        return ops.sqrt(variance + self.epsilon)


def unbiased(x, axes, keepdims=False):
    """The variance with m - 1 in the denominator."""
    biased = ops.var(x, axis=axes, keepdims=keepdims)
    count = ops.cast(ops.size(x), x.dtype) / ops.cast(ops.size(biased), x.dtype)
    return biased * count / (count - 1)


# BatchNormalization: which statistics, when -----------------------------------------------------


@mistake("BatchNormalization")
class UsesTheBatchAtInference(RightBatch):
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
class TrainsAlways(RightBatch):
    """The layer ignores the training argument: it normalizes with the batch and updates its memory
    at inference too. Only training=True (on a layer that is trainable) may do that."""

    def trains(self, training):  # noqa: ARG002
        return self.trainable


@mistake("BatchNormalization")
class TrainsByDefault(RightBatch):
    """When the training argument is left out, the layer behaves as in training. The default of call
    should be training=None or False: whoever calls a model to use it should not have to say so."""

    def call(self, inputs, training=True):
        return super().call(inputs, training=training)

    def trains(self, training):
        return (training is None or training) and self.trainable


@mistake("BatchNormalization")
class NormalizesTrainingWithTheMovingStatistics(RightBatch):
    """In training the layer updates the moving statistics and then normalizes with them, instead of
    with the batch. Early in training they are mostly 0 and 1, so next to nothing is normalized, and
    no gradient flows through the statistics. The moving statistics are for inference alone."""

    def combined(self, x, mean, variance):  # noqa: ARG002
        return super().combined(x, *self.stored(x.dtype))


@mistake("BatchNormalization")
class IgnoresTrainable(RightBatch):
    """A frozen layer (trainable = False) still normalizes with the batch and updates its memory
    when it is called with training=True. In Keras, freezing a batch normalization puts it into
    inference mode: ask for training and self.trainable."""

    def trains(self, training):
        return training


@mistake("BatchNormalization")
class FreezesOnlyTheUpdate(RightBatch):
    """A frozen layer leaves its moving statistics alone, which is right, but still normalizes with
    the batch. In Keras, trainable = False means inference mode altogether: the stored statistics
    are used too."""

    def trains(self, training):
        return training

    def remember(self, mean, variance):
        if self.trainable:
            super().remember(mean, variance)


@mistake("BatchNormalization")
class NeverRemembers(RightBatch):
    """The moving statistics are never updated: they stay 0 and 1, and inference normalizes nothing.
    The training loss looks fine and evaluation looks broken. Assign to both of them in training
    mode."""

    def remember(self, mean, variance):
        pass


@mistake("BatchNormalization")
class RemembersTheMeanOnly(RightBatch):
    """moving_mean is updated and moving_variance is not, so inference divides by the spread it
    started with. Both need an assign."""

    def remember(self, mean, variance):  # noqa: ARG002
        self.moving_mean.assign(self.blended(self.moving_mean, mean))


@mistake("BatchNormalization")
class RemembersAtInference(RightBatch):
    """Inference uses the stored statistics, and then updates them with the batch. Using a model
    must not change it: the same example would get another answer the second time. Update in
    training mode only."""

    def call(self, inputs, training=None):
        y = super().call(inputs, training=training)
        if not self.trains(training):
            self.remember(*self.of_batch(self.widened(inputs)))
        return y


@mistake("BatchNormalization")
class ReversesMomentum(RightBatch):
    """The roles of momentum and 1 - momentum are swapped: with 0.99 the memory keeps 1 % of its
    past and takes 99 % from the last batch. In Keras momentum is the share of the old value (in
    PyTorch of the new one)."""

    def blended(self, old, new):
        return (1 - self.momentum) * ops.cast(old, new.dtype) + self.momentum * new


@mistake("BatchNormalization")
class IgnoresItsMomentum(RightBatch):
    """The update uses 0.99 whatever momentum the layer was made with. Keep the argument in __init__
    and use self.momentum."""

    def blended(self, old, new):
        return 0.99 * ops.cast(old, new.dtype) + 0.01 * new


@mistake("BatchNormalization")
class AddsUpInsteadOfAveraging(RightBatch):
    """The new batch is added with its full weight, moving = momentum * moving + batch, so the
    stored statistics grow to 1 / (1 - momentum) times what they should be. The batch needs the
    factor 1 - momentum."""

    def blended(self, old, new):
        return self.momentum * ops.cast(old, new.dtype) + new


@mistake("BatchNormalization")
class AveragesStandardDeviations(RightBatch):
    """The moving average runs over standard deviations, which are squared afterwards. That is not
    the average of the variances: for 1 and 3 it gives 4 instead of 5. Average the variances
    themselves."""

    def remember(self, mean, variance):
        self.moving_mean.assign(self.blended(self.moving_mean, mean))
        old = ops.sqrt(ops.cast(self.moving_variance, variance.dtype))
        self.moving_variance.assign(ops.square(self.blended(old, ops.sqrt(variance))))


@mistake("BatchNormalization")
class StoresStandardDeviations(RightBatch):
    """moving_variance is fed with standard deviations: the root is taken too early. Store
    variances, and take the root when you divide."""

    def remember(self, mean, variance):
        super().remember(mean, ops.sqrt(variance))


@mistake("BatchNormalization")
class ReplacesTheVariables(RightBatch):
    """`self.moving_mean = ...` puts a tensor where a variable was. It looks right for a while, but
    the layer's weights keep their old values, so saving forgets what was learned, and a compiled
    step breaks. Use `self.moving_mean.assign(...)`."""

    def remember(self, mean, variance):
        self.moving_mean = self.blended(self.moving_mean, mean)
        self.moving_variance = self.blended(self.moving_variance, variance)


@mistake("BatchNormalization")
class StartsVarianceAtZero(RightBatch):
    """moving_variance starts at 0. A layer that has seen no batch then divides by the root of
    epsilon and blows its input up by a factor of about 30. It should start as ones."""

    first_variance = "zeros"


# BatchNormalization: the formula -----------------------------------------------------------------


@mistake("BatchNormalization")
class DividesByOneLess(RightBatch):
    """The variance is divided by m - 1, the unbiased estimate for a whole population. Here the
    batch itself should get a spread of 1, so divide by m. With 4 examples the two differ by a
    third."""

    def of_batch(self, x):
        axes = tuple(range(len(x.shape) - 1))
        return ops.mean(x, axis=axes), unbiased(x, axes)


@mistake("BatchNormalization")
class StoresTheUnbiasedVariance(RightBatch):
    """The output is right, but moving_variance is fed with the unbiased variance (divided by m -
    1). The paper and PyTorch do that; Keras stores the biased one, the one the batch was divided
    by."""

    def call(self, inputs, training=None):
        self.inputs = self.widened(inputs)
        return super().call(inputs, training=training)

    def remember(self, mean, variance):  # noqa: ARG002
        super().remember(mean, unbiased(self.inputs, tuple(range(len(self.inputs.shape) - 1))))


@mistake("BatchNormalization")
class ForgetsToSubtractInTheVariance(RightBatch):
    """The variance is the mean of the squares, without subtracting the mean first. That is right
    only for features whose mean is 0. It is the mean of (x - mean) squared."""

    def of_batch(self, x):
        axes = tuple(range(len(x.shape) - 1))
        return ops.mean(x, axis=axes), ops.mean(ops.square(x), axis=axes)


@mistake("BatchNormalization")
class PutsEpsilonOutsideTheRoot(RightBatch):
    """epsilon is added to the root instead of to the variance under it. It hardly shows until a
    variance is small, and there sqrt(0 + 0.001) = 0.03 is a very different number from 0 +
    0.001."""

    def spread(self, variance):
        return ops.sqrt(variance) + self.epsilon


@mistake("BatchNormalization")
class ForgetsEpsilon(RightBatch):
    """There is no epsilon: a feature that is constant over the batch gives 0 / 0, which is nan, and
    spreads from there. Add epsilon to the variance under the root."""

    def spread(self, variance):
        return ops.sqrt(variance)


@mistake("BatchNormalization")
class IgnoresItsEpsilon(RightBatch):
    """The formula uses 0.001 whatever epsilon the layer was made with. Keep the argument in
    __init__ and use self.epsilon."""

    def spread(self, variance):
        return ops.sqrt(variance + 1e-3)


@mistake("BatchNormalization")
class DividesByTheVariance(RightBatch):
    """The output is divided by the variance, not by its root. Check the spread of a column: it
    should be 1. The variance is in squared units, centimetres squared; only the root brings back
    centimetres."""

    def spread(self, variance):
        return variance + self.epsilon


@mistake("BatchNormalization")
class ForgetsGamma(RightBatch):
    """gamma exists and takes no part in the output, so the layer can only ever say "spread 1".
    Multiply the normalized values by it."""

    def combined(self, x, mean, variance):
        return (x - mean) / self.spread(variance) + ops.cast(self.beta, x.dtype)


@mistake("BatchNormalization")
class ForgetsBeta(RightBatch):
    """beta exists and takes no part in the output. Add it at the end: it also does the work of the
    bias that the layer before does not need."""

    def combined(self, x, mean, variance):
        return ops.cast(self.gamma, x.dtype) * (x - mean) / self.spread(variance)


@mistake("BatchNormalization")
class StopsTheGradient(RightBatch):
    """The gradient is stopped at mean and variance, as if they were constants. They are functions
    of the batch: move one example and they move. Without that part the layer tries to shift
    features that the next forward pass centres again. Leave stop_gradient (and NumPy) out of the
    way to the output."""

    def of_batch(self, x):
        mean, variance = super().of_batch(x)
        return ops.stop_gradient(mean), ops.stop_gradient(variance)


# BatchNormalization: the axes --------------------------------------------------------------------


@mistake("BatchNormalization")
class NormalizesEachExample(RightBatch):
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
class PoolsOnlyTheBatch(RightBatch):
    """For images only the batch axis is pooled, so each pixel has a mean of its own. A convolution
    treats every position alike, and so does batch normalization: pool height and width as well, all
    axes but the last."""

    def of_batch(self, x):
        return ops.mean(x, axis=0), ops.var(x, axis=0)

    def remember(self, mean, variance):
        axes = tuple(range(len(mean.shape) - 1))
        super().remember(ops.mean(mean, axis=axes), ops.mean(variance, axis=axes))


@mistake("BatchNormalization")
class PoolsEverything(RightBatch):
    """One mean and one variance serve the whole batch, all features together, so features keep
    their different means and scales. Name the axes: all of them but the last."""

    def of_batch(self, x):
        return ops.mean(x), ops.var(x)

    def blended(self, old, new):
        return super().blended(old, ops.broadcast_to(new, old.shape))


# BatchNormalization: the layer ---------------------------------------------------------------------


@mistake("BatchNormalization")
class FixesGamma(RightBatch):
    """gamma was made with trainable=False: it stays 1 however long you train. Only the moving
    statistics are not trained."""

    gamma_is_trainable = False


@mistake("BatchNormalization")
class FixesBeta(RightBatch):
    """beta was made with trainable=False: it stays 0 however long you train. Only the moving
    statistics are not trained."""

    beta_is_trainable = False


@mistake("BatchNormalization")
class TrainsTheStatistics(RightBatch):
    """The moving statistics are trainable weights. They are counted, not learned: the optimizer
    (and weight decay) would pull at them. Make them with trainable=False."""

    statistics_are_trainable = True


@mistake("BatchNormalization")
class LosesItsConfig(RightBatch):
    """get_config does not say what momentum and epsilon are, so a saved model cannot be loaded as
    it was. Extend the dictionary that super().get_config() returns."""

    def get_config(self):
        return super(RightBatch, self).get_config()


@mistake("BatchNormalization")
class ComputesInHalfPrecision(RightBatch):
    """The statistics are computed in the dtype of the input. In float16 nothing above 65504 exists,
    and the variance of values around 300 is larger than that. Cast the input to float32 first, and
    the result back at the end."""

    def widened(self, inputs):
        return ops.cast(inputs, self.compute_dtype)

    def of_batch(self, x):
        axes = tuple(range(len(x.shape) - 1))
        mean = ops.mean(x, axis=axes)
        return mean, ops.mean(ops.square(x - mean), axis=axes)


@mistake("BatchNormalization")
class LetsKerasRoundTheWeights(RightBatch):
    """Under mixed_float16 Keras hands the weights to call rounded to float16, moving statistics
    included, and every update rounds them again. Make the weights with autocast=False."""

    autocast_weights = True


@mistake("BatchNormalization")
class KeepsTheWideDtype(RightBatch):
    """The computation runs in float32, which is right, and so does the output, which should have
    the layer's compute dtype. Cast it at the end: ops.cast(result, self.compute_dtype)."""

    def call(self, inputs, training=None):
        x = self.widened(inputs)
        if self.trains(training):
            mean, variance = self.of_batch(x)
            self.remember(mean, variance)
        else:
            mean, variance = self.stored(x.dtype)
        return self.combined(x, mean, variance)


# LayerNormalization ----------------------------------------------------------------------------------


@mistake("LayerNormalization")
class ComparesTheExamples(RightLayer):
    """Every column gets mean 0 instead of every row: that is batch normalization. Layer
    normalization looks at one example at a time: pool the last axis."""

    def of_rows(self, x):
        axes = tuple(range(len(x.shape) - 1))
        return ops.mean(x, axis=axes), ops.var(x, axis=axes)


@mistake("LayerNormalization")
class PoolsTheWholeExample(RightLayer):
    """All axes but the first are pooled. Papers on images do that, and for rank 2 it is the same.
    Keras' layer, and this one, pools the last axis alone: each position of a sequence or an image
    by itself."""

    def of_rows(self, x):
        axes = tuple(range(1, len(x.shape)))
        return ops.mean(x, axis=axes, keepdims=True), ops.var(x, axis=axes, keepdims=True)


@mistake("LayerNormalization")
class PoolsTheWholeBatch(RightLayer):
    """One mean and one variance serve the whole input. Name the axis, -1, and keep its
    dimension."""

    def of_rows(self, x):
        return ops.mean(x), ops.var(x)


@mistake("LayerNormalization")
class ForgetsKeepdims(RightLayer):
    """mean and var were called without keepdims=True. The means of a (4, 3) input have shape (4,),
    and broadcasting lines them up with the features: an error, or, for a square input, silently the
    wrong numbers."""

    def of_rows(self, x):
        return ops.mean(x, axis=-1), ops.var(x, axis=-1)


@mistake("LayerNormalization")
class RowsDividedByOneLess(RightLayer):
    """The variance is divided by the number of features minus 1. The row itself should get a spread
    of 1, so divide by the number of features, as keras.ops.var does."""

    def of_rows(self, x):
        return ops.mean(x, axis=-1, keepdims=True), unbiased(x, -1, keepdims=True)


@mistake("LayerNormalization")
class DividesByTheRootMeanSquare(RightLayer):
    """The mean is not subtracted: the rows are only divided by the root of their mean square. That
    exists and is called RMS normalization. Layer normalization subtracts the mean, and measures the
    spread around it."""

    def of_rows(self, x):
        return ops.zeros_like(x[..., :1]), ops.mean(ops.square(x), axis=-1, keepdims=True)


@mistake("LayerNormalization")
class RowEpsilonOutsideTheRoot(RightLayer):
    """epsilon is added to the root instead of to the variance under it. It hardly shows until a row
    has a small variance."""

    def spread(self, variance):
        return ops.sqrt(variance) + self.epsilon


@mistake("LayerNormalization")
class RowsWithoutEpsilon(RightLayer):
    """There is no epsilon: a row of equal numbers gives 0 / 0, which is nan. Padding is such a row.
    Add epsilon to the variance under the root."""

    def spread(self, variance):
        return ops.sqrt(variance)


@mistake("LayerNormalization")
class RowsIgnoreTheirEpsilon(RightLayer):
    """The formula uses 0.001 whatever epsilon the layer was made with. Keep the argument in
    __init__ and use self.epsilon."""

    def spread(self, variance):
        return ops.sqrt(variance + 1e-3)


@mistake("LayerNormalization")
class RowsDividedByTheVariance(RightLayer):
    """The output is divided by the variance, not by its root. Check the spread of a row: it should
    be 1."""

    def spread(self, variance):
        return variance + self.epsilon


@mistake("LayerNormalization")
class RowsWithoutGamma(RightLayer):
    """gamma exists and takes no part in the output. Multiply the normalized values by it."""

    def combined(self, x, mean, variance):
        return (x - mean) / self.spread(variance) + ops.cast(self.beta, x.dtype)


@mistake("LayerNormalization")
class RowsWithoutBeta(RightLayer):
    """beta exists and takes no part in the output. Add it at the end."""

    def combined(self, x, mean, variance):
        return ops.cast(self.gamma, x.dtype) * (x - mean) / self.spread(variance)


@mistake("LayerNormalization")
class ScalesBeforeNormalizing(RightLayer):
    """gamma and beta are applied to the input, and the result is normalized. That undoes most of
    what they did: the output has mean 0 and spread 1 again. They come after the normalization."""

    def widened(self, inputs):
        x = super().widened(inputs)
        return ops.cast(self.gamma, x.dtype) * x + ops.cast(self.beta, x.dtype)

    def combined(self, x, mean, variance):
        return (x - mean) / self.spread(variance)


@mistake("LayerNormalization")
class StopsTheRowGradient(RightLayer):
    """The gradient is stopped at mean and variance, as if they were constants. They are functions
    of the row. Leave stop_gradient (and NumPy) out of the way to the output."""

    def of_rows(self, x):
        mean, variance = super().of_rows(x)
        return ops.stop_gradient(mean), ops.stop_gradient(variance)


@mistake("LayerNormalization")
class OneGammaForAll(RightLayer):
    """gamma and beta are single numbers, so all features are scaled alike. Each feature has its
    own: their shape is (features,)."""

    def weight_shape(self, input_shape):  # noqa: ARG002
        return (1,)


@mistake("LayerNormalization")
class FixesTheRowGamma(RightLayer):
    """gamma was made with trainable=False: it stays 1 however long you train. Both weights are
    learned."""

    gamma_is_trainable = False


@mistake("LayerNormalization")
class RemembersLikeABatch(RightBatch):
    """The layer keeps moving statistics and uses them at inference, as batch normalization does.
    Layer normalization needs no memory: a row is all it takes to normalize a row, in both modes."""

    def __init__(self, epsilon=1e-3, **kwargs):
        super().__init__(epsilon=epsilon, **kwargs)

    def of_batch(self, x):
        return ops.mean(x, axis=-1, keepdims=True), ops.var(x, axis=-1, keepdims=True)

    def remember(self, mean, variance):
        pass

    def get_config(self):
        return {**super(RightBatch, self).get_config(), "epsilon": self.epsilon}


@mistake("LayerNormalization")
class ForgetsTheEpsilonInItsConfig(RightLayer):
    """get_config does not say what epsilon is, so a saved model cannot be loaded as it was. Extend
    the dictionary that super().get_config() returns."""

    def get_config(self):
        return super(RightLayer, self).get_config()


@mistake("LayerNormalization")
class RowsInHalfPrecision(RightLayer):
    """Mean and variance are computed in the dtype of the input. In float16 nothing above 65504
    exists, and the variance of values around 300 is larger than that. Cast the input to float32
    first, and the result back at the end."""

    def widened(self, inputs):
        return ops.cast(inputs, self.compute_dtype)

    def of_rows(self, x):
        mean = ops.mean(x, axis=-1, keepdims=True)
        return mean, ops.mean(ops.square(x - mean), axis=-1, keepdims=True)


@mistake("LayerNormalization")
class LetsKerasRoundGamma(RightLayer):
    """Under mixed_float16 Keras hands the weights to call rounded to float16. Make them with
    autocast=False and compute in float32 to the end."""

    autocast_weights = True


# fold_batch_norm -------------------------------------------------------------------------------------


def as_floating(x):
    """`x` as a tensor; integers become float32."""
    x = ops.convert_to_tensor(x)
    return x if keras.backend.is_float_dtype(x.dtype) else ops.cast(x, "float32")


def tensors(*values):
    """All of them as floating tensors; None stays."""
    return [None if value is None else as_floating(value) for value in values]


def shifted(bias, mean):
    """The old bias, or zeros, minus the mean."""
    return -mean if bias is None else bias - mean


@mistake("fold_batch_norm")
def folds_without_epsilon(kernel, bias, gamma, beta, mean, variance, epsilon):
    """epsilon is missing under the root. For large variances nobody notices; for an output that was
    nearly constant in training the folded layer is far off, or infinite."""
    kernel, bias, gamma, beta, mean, variance = tensors(kernel, bias, gamma, beta, mean, variance)
    scale = gamma / ops.sqrt(variance + 0 * epsilon)
    return kernel * scale, beta + shifted(bias, mean) * scale


@mistake("fold_batch_norm")
def folds_with_epsilon_outside(kernel, bias, gamma, beta, mean, variance, epsilon):
    """epsilon is added to the root instead of to the variance under it. The folded layer has to use
    the formula of the layer it replaces."""
    kernel, bias, gamma, beta, mean, variance = tensors(kernel, bias, gamma, beta, mean, variance)
    scale = gamma / (ops.sqrt(variance) + epsilon)
    return kernel * scale, beta + shifted(bias, mean) * scale


@mistake("fold_batch_norm")
def divides_by_the_variance(kernel, bias, gamma, beta, mean, variance, epsilon):
    """The scale is gamma over the variance; the root is missing."""
    kernel, bias, gamma, beta, mean, variance = tensors(kernel, bias, gamma, beta, mean, variance)
    scale = gamma / (variance + epsilon)
    return kernel * scale, beta + shifted(bias, mean) * scale


@mistake("fold_batch_norm")
def forgets_the_old_bias(kernel, bias, gamma, beta, mean, variance, epsilon):  # noqa: ARG001
    """The layer's own bias is dropped. In training it would cancel, but the stored mean was
    measured with the bias in it: b - mean belongs together."""
    kernel, gamma, beta, mean, variance = tensors(kernel, gamma, beta, mean, variance)
    scale = gamma / ops.sqrt(variance + epsilon)
    return kernel * scale, beta - mean * scale


@mistake("fold_batch_norm")
def leaves_the_old_bias_unscaled(kernel, bias, gamma, beta, mean, variance, epsilon):
    """The old bias is added as it is. It goes through the normalization like everything else the
    layer puts out, so it is multiplied by gamma / sqrt(variance + epsilon) as well."""
    kernel, bias, gamma, beta, mean, variance = tensors(kernel, bias, gamma, beta, mean, variance)
    scale = gamma / ops.sqrt(variance + epsilon)
    new_bias = beta - mean * scale
    return kernel * scale, new_bias if bias is None else new_bias + bias


@mistake("fold_batch_norm")
def forgets_to_fold_gamma(kernel, bias, gamma, beta, mean, variance, epsilon):
    """gamma is missing from the scale: it is gamma / sqrt(variance + epsilon)."""
    kernel, bias, gamma, beta, mean, variance = tensors(kernel, bias, gamma, beta, mean, variance)
    scale = ops.ones_like(gamma) / ops.sqrt(variance + epsilon)
    return kernel * scale, beta + shifted(bias, mean) * scale


@mistake("fold_batch_norm")
def forgets_to_fold_beta(kernel, bias, gamma, beta, mean, variance, epsilon):  # noqa: ARG001
    """beta is missing from the new bias. The normalization adds it at the end, so it is added
    unscaled."""
    kernel, bias, gamma, mean, variance = tensors(kernel, bias, gamma, mean, variance)
    scale = gamma / ops.sqrt(variance + epsilon)
    return kernel * scale, shifted(bias, mean) * scale


@mistake("fold_batch_norm")
def scales_beta_too(kernel, bias, gamma, beta, mean, variance, epsilon):
    """beta is multiplied by the scale. It is added after the scaling, so it goes into the new bias
    as it is."""
    kernel, bias, gamma, beta, mean, variance = tensors(kernel, bias, gamma, beta, mean, variance)
    scale = gamma / ops.sqrt(variance + epsilon)
    return kernel * scale, (beta + shifted(bias, mean)) * scale


@mistake("fold_batch_norm")
def adds_the_mean(kernel, bias, gamma, beta, mean, variance, epsilon):
    """The mean is added where it should be subtracted: the new bias is beta + (bias - mean) *
    scale."""
    kernel, bias, gamma, beta, mean, variance = tensors(kernel, bias, gamma, beta, mean, variance)
    scale = gamma / ops.sqrt(variance + epsilon)
    return kernel * scale, beta + shifted(bias, -mean) * scale


@mistake("fold_batch_norm")
def scales_the_inputs(kernel, bias, gamma, beta, mean, variance, epsilon):
    """The kernel is scaled along its inputs instead of along its outputs. If there are as many inputs
    as outputs nothing complains. Normalization follows the layer, so it acts on the outputs: the
    last axis of a kernel in Keras. (In PyTorch they are the first.)"""
    kernel, bias, gamma, beta, mean, variance = tensors(kernel, bias, gamma, beta, mean, variance)
    scale = gamma / ops.sqrt(variance + epsilon)
    return kernel * scale[:, None], beta + shifted(bias, mean) * scale


@mistake("fold_batch_norm")
def leaves_no_bias(kernel, bias, gamma, beta, mean, variance, epsilon):
    """A layer without a bias is left without one, and with it the shift of the normalization is
    lost. The folded layer always needs a bias: beta - mean * scale."""
    kernel, bias, gamma, beta, mean, variance = tensors(kernel, bias, gamma, beta, mean, variance)
    scale = gamma / ops.sqrt(variance + epsilon)
    return kernel * scale, None if bias is None else beta + (bias - mean) * scale


@mistake("fold_batch_norm")
def needs_a_bias(kernel, bias, gamma, beta, mean, variance, epsilon):
    """A bias of None raises an error. Layers before a normalization usually have none: treat None
    as zeros."""
    kernel, gamma, beta, mean, variance = tensors(kernel, gamma, beta, mean, variance)
    scale = gamma / ops.sqrt(variance + epsilon)
    return kernel * scale, beta + (bias - mean) * scale


@mistake("fold_batch_norm")
def folds_in_float32(kernel, bias, gamma, beta, mean, variance, epsilon):
    """Everything is cast to float32, so a float16 layer comes back too large for its place and a
    float64 one has lost half of its digits. Keep the dtype you are given."""
    given = tensors(kernel, bias, gamma, beta, mean, variance)
    kernel, bias, gamma, beta, mean, variance = (
        None if value is None else ops.cast(value, "float32") for value in given
    )
    scale = gamma / ops.sqrt(variance + epsilon)
    return kernel * scale, beta + shifted(bias, mean) * scale


# predictions -------------------------------------------------------------------------------------------

wrong_prediction(
    "bias_plus_five",
    "grows by 5",
    """The output of the Dense layer grows by 5, for every example. So does its mean over the batch,
    and the mean is subtracted: the 5 is gone before anything else happens.""",
)
wrong_prediction(
    "bias_plus_five",
    "grows by 5 * gamma",
    """gamma multiplies what is left after the mean was subtracted. The 5 is in every example, so it
    is in the mean, and nothing of it is left.""",
)
wrong_prediction(
    "biases_to_leave_out",
    106,
    """106 is the number of all biases. The 10 of the last layer have no batch normalization behind
    them that would subtract them: they are needed.""",
)
wrong_prediction(
    "biases_to_leave_out",
    0,
    """A bias right before batch normalization is in every example, therefore in the mean, and is
    subtracted with it; beta takes its place. Count the biases of the layers that have a batch
    normalization right behind them.""",
)
wrong_prediction(
    "biases_to_leave_out",
    10,
    """It is the other way round. The last layer has no normalization behind it and needs its 10
    biases; those of the other layers are subtracted again.""",
)
wrong_prediction(
    "biases_to_leave_out",
    64,
    """That is the first layer. The second one has a batch normalization right behind it, too.""",
)
wrong_prediction(
    "batch_of_one",
    "0",
    """The mean of one number is that number, so x - mean is 0: that far it is right. Then comes
    gamma * 0 + beta.""",
)
wrong_prediction(
    "batch_of_one",
    "gamma",
    """gamma is multiplied with the normalized value, and that is 0: the mean of one number is the
    number itself. What remains is added afterwards.""",
)
wrong_prediction(
    "batch_of_one",
    "nan",
    """Without epsilon it would be 0 / 0. With it, 0 is divided by the root of epsilon, which is a
    number like any other.""",
)
wrong_prediction(
    "frozen_layer",
    "of the batch",
    """For most layers freezing means only that the weights are not updated. For batch normalization
    Keras goes further: a frozen layer runs in inference mode, so that fine-tuning the rest does not
    change what it does.""",
)
