"""Mistakes in `BatchNormalization`: the axes."""

from nnlearn.diagnosis import mistake

from .moments import all_but_last
from .pieces import BatchInPieces


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
class HasMoreThanOneMeanPerChannel(BatchInPieces):
    """For images there is more than one mean for each channel, and they do not fit into moving_mean:
    only the batch axis is pooled, or only height and width, or all axes but another one than the
    last. Each channel has one mean and one variance: pool all axes but the last."""

    def of_batch(self, x):
        return ops.mean(x, axis=0), ops.var(x, axis=0)


@mistake("BatchNormalization")
class PoolsOnlyThePositions(BatchInPieces):
    """For images only height and width are pooled, so each image has means of its own, which do not line
    up with its channels. Each channel has one mean and one variance for the whole batch: pool all axes
    but the last."""

    def of_batch(self, x):
        axes = all_but_last(x)[1:] or 0
        mean = ops.mean(x, axis=axes)
        return mean, ops.mean(ops.square(x - mean), axis=axes)


@mistake("BatchNormalization")
class PoolsOnlyTheBatch(BatchInPieces):
    """For images only the batch axis is pooled, so each pixel has a mean of its own, and their averages
    are stored. A convolution treats every position alike, and so does batch normalization: pool
    height and width as well, all axes but the last."""

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
