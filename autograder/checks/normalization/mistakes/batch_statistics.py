"""Mistakes in `BatchNormalization`: which statistics, when."""

from nnlearn.diagnosis import mistake

from .pieces import BatchInPieces


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
    when it is called with training=True: trainable is not looked at, or only once, when the layer is
    made. In Keras, freezing a batch normalization puts it into inference mode: ask for training and
    self.trainable in each call."""

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
class FreezesOnlyTheOutput(BatchInPieces):
    """A frozen layer normalizes with its stored statistics, which is right, but still updates them
    when it is called with training=True. In Keras, trainable = False means inference mode
    altogether: nothing in the layer changes."""

    def call(self, inputs, training=None):
        if training and not self.trainable:
            self.remember(*self.of_batch(self.widened(inputs)))
        return super().call(inputs, training=training)


@mistake("BatchNormalization")
class NormalizesTrainingWithTheOldStatistics(BatchInPieces):
    """In training the output is normalized with the statistics that were stored before this batch;
    the batch only updates them. Training uses the mean and the variance of the batch itself."""

    def call(self, inputs, training=None):
        x = self.widened(inputs)
        before = self.stored(x.dtype)
        if self.trains(training):
            self.remember(*self.of_batch(x))
        return self.normalized(x, *before)


@mistake("BatchNormalization")
class TakesTheBatchVarianceAtInference(BatchInPieces):
    """Inference subtracts the stored mean, which is right, and divides by the spread of the batch it
    is given. Both statistics are the stored ones there."""

    def call(self, inputs, training=None):
        self.batch = self.of_batch(self.widened(inputs))
        return super().call(inputs, training=training)

    def stored(self, dtype):
        return super().stored(dtype)[0], self.batch[1]


@mistake("BatchNormalization")
class TakesTheBatchMeanAtInference(BatchInPieces):
    """Inference divides by the stored spread, which is right, and subtracts the mean of the batch it
    is given. Both statistics are the stored ones there."""

    def call(self, inputs, training=None):
        self.batch = self.of_batch(self.widened(inputs))
        return super().call(inputs, training=training)

    def stored(self, dtype):
        return self.batch[0], super().stored(dtype)[1]


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
class RemembersTheVarianceOnly(BatchInPieces):
    """moving_variance is updated and moving_mean is not, so inference subtracts the 0 it started
    with. Both need an assign."""

    def remember(self, mean, variance):  # noqa: ARG002
        self.moving_variance.assign(self.blended(self.moving_variance, variance))


@mistake("BatchNormalization")
class RemembersTheLastBatchAlone(BatchInPieces):
    """The moving statistics are overwritten by those of the last batch. They are averages over many
    batches: keep the share momentum of the old value."""

    def blended(self, old, new):  # noqa: ARG002
        return new


@mistake("BatchNormalization")
class ForgetsToFade(BatchInPieces):
    """The old value is kept whole and a share of the new one is added to it, so the stored statistics
    grow with every batch. The old value needs the factor momentum."""

    def blended(self, old, new):
        return ops.cast(old, new.dtype) + (1 - self.momentum) * new


@mistake("BatchNormalization")
class ReversesMomentumOfTheVariance(BatchInPieces):
    """moving_mean is updated as it should be; for moving_variance the roles of momentum and 1 -
    momentum are swapped. Momentum is the share of the old value in both."""

    def remember(self, mean, variance):
        self.moving_mean.assign(self.blended(self.moving_mean, mean))
        old = ops.cast(self.moving_variance, variance.dtype)
        self.moving_variance.assign((1 - self.momentum) * old + self.momentum * variance)


@mistake("BatchNormalization")
class ReversesMomentumOfTheMean(BatchInPieces):
    """moving_variance is updated as it should be; for moving_mean the roles of momentum and 1 - momentum
    are swapped. Momentum is the share of the old value in both."""

    def remember(self, mean, variance):
        old = ops.cast(self.moving_mean, mean.dtype)
        self.moving_mean.assign((1 - self.momentum) * old + self.momentum * mean)
        self.moving_variance.assign(self.blended(self.moving_variance, variance))


@mistake("BatchNormalization")
class RemembersEpsilonToo(BatchInPieces):
    """epsilon is part of the variance that goes into moving_variance, and inference adds it once
    more. What is stored is the variance of the batch; epsilon belongs to the division alone."""

    def remember(self, mean, variance):
        super().remember(mean, variance + self.epsilon)


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
class RemembersBeforeInference(BatchInPieces):
    """The moving statistics are updated in every call, and inference then uses what it has just changed.
    Using a model must not change it: the same example would get another answer the second time.
    Update in training mode only."""

    def call(self, inputs, training=None):
        if self.trainable and not training:
            self.remember(*self.of_batch(self.widened(inputs)))
        return super().call(inputs, training=training)


@mistake("BatchNormalization")
class GivesUpOnABatchOfOne(BatchInPieces):
    """A batch of one example goes the way of inference, with the stored statistics and without an
    update. In training mode it is a batch like any other: its variance is 0, epsilon keeps the
    division alive, and the output is beta."""

    def call(self, inputs, training=None):
        return super().call(inputs, training=training and inputs.shape[0] != 1)


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
class HasAnotherMomentum(BatchInPieces):
    """Without an argument, momentum is 0.9 and not the 0.99 of the signature. PyTorch's layer keeps 0.9
    of the old value; this one, like Keras', keeps 0.99."""

    def __init__(self, momentum=0.9, epsilon=1e-3, **kwargs):
        super().__init__(momentum, epsilon, **kwargs)


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
