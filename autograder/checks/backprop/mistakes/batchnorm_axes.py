"""Mistakes in `batchnorm_backward`: the axes, and the results."""

from nnlearn.diagnosis import mistake

from .norm_pieces import Norm, norm_mistake


@norm_mistake(mistake)
class PoolsOnlyTheBatch(Norm):
    """For images only the batch axis is pooled, so that each pixel has statistics of its own. A channel
    has one mean, one variance, one gamma and one beta for all positions: pool all axes but the last."""

    def pooled(self):
        return 0

    def count(self):
        return len(self.x)


@norm_mistake(mistake)
class PoolsOnlyTheBatchForTheStatistics(Norm):
    """For images mean and variance are those of each pixel, while dgamma and dbeta are summed over all
    positions. All of them pool the same axes: all but the last."""

    def moments(self):
        return self.x.mean(axis=0), self.x.var(axis=0)

    def count(self):
        return len(self.x)

    def dx(self):
        self.axes = 0
        return super().dx()

    def __call__(self, upstream, x, gamma, epsilon=1e-3):
        dx, dgamma, dbeta = super().__call__(upstream, x, gamma, epsilon)
        pooled = tuple(range(dgamma.ndim - 1))
        return dx, dgamma.sum(axis=pooled), dbeta.sum(axis=pooled)


@norm_mistake(mistake)
class CountsTheExamples(Norm):
    """For images the sums run over all positions, and m is the number of *images*. The mean of a
    channel is taken over batch, height and width, so m is their product."""

    def count(self):
        return len(self.x)


@norm_mistake(mistake)
class NormalizesEachExample(Norm):
    """Mean and variance are those of each *row*: that is layer normalization. Batch normalization
    compares the examples with each other, one feature at a time: pool all axes but the last."""

    def moments(self):
        self.axes = -1
        return self.x.mean(axis=-1, keepdims=True), self.x.var(axis=-1, keepdims=True)

    def count(self):
        return self.x.shape[-1]

    def sum(self, values):
        return values.sum(axis=-1, keepdims=True)

    def dgamma(self):
        return (self.upstream * self.normal).sum(axis=tuple(range(self.x.ndim - 1)))

    def dbeta(self):
        return self.upstream.sum(axis=tuple(range(self.x.ndim - 1)))


@norm_mistake(mistake)
class PoolsEverything(Norm):
    """One mean and one variance serve all features together. Each feature has its own: pool all axes
    *but the last*."""

    def moments(self):
        return self.x.mean(), self.x.var()


@norm_mistake(mistake)
class KeepsTheAxes(Norm):
    """dgamma and dbeta keep axes of length 1. A gradient has exactly the shape of what it is the
    gradient of, (C,): leave keepdims out of these two sums."""

    def dgamma(self):
        return super().dgamma()[None]

    def dbeta(self):
        return super().dbeta()[None]


@norm_mistake(mistake)
class SwapsGammaAndBeta(Norm):
    """dgamma and dbeta have changed places. Return (dx, dgamma, dbeta): gamma scales, beta shifts."""

    def dgamma(self):
        return super().dbeta()

    def dbeta(self):
        return super().dgamma()
