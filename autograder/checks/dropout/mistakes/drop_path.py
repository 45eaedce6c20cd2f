"""Mistakes in `DropPath` alone."""

from nnlearn.diagnosis import mistake

from .layers import OtherCoins


@mistake("DropPath")
class PathPerElement(Dropout):
    """Single elements are dropped, as in ordinary dropout. A path is dropped as a whole: one coin for
    each example, shape (N, 1, ..., 1)."""


@mistake("DropPath")
class PathPerChannel(OtherCoins, DropPath):
    """Each feature of an example has a coin of its own. The branch of an example is one path with one
    coin: all axes of the mask but the first have length 1."""

    def coins(self, x):
        return (ops.shape(x)[0],) + (1,) * (len(x.shape) - 2) + (ops.shape(x)[-1],)


@mistake("DropPath")
class PathOneCoinForTheBatch(OtherCoins, DropPath):
    """One coin decides about the whole batch, as in the paper of 2016. Here each example has its own: the
    first axis of the mask is the number of examples."""

    def coins(self, x):
        return (1,) * len(x.shape)


@mistake("DropPath")
class PathAsInThePaper(OtherCoins, DropPath):
    """This is stochastic depth as the paper of 2016 has it: one coin decides about the whole batch, and
    everything is multiplied by 1 - rate at inference. Here each example has a coin of its own, what is kept
    is divided by 1 - rate in training, and inference returns its input."""

    def call(self, x, training=False):
        return super().call(x, training=training) * (1 - self.rate)

    def coins(self, x):
        return (1,) * len(x.shape)


@mistake("DropPath")
class PathOneCoinAndNoScale(OtherCoins, DropPath):
    """One coin decides about the whole batch, and what is kept is not scaled: that is how the paper of 2016
    trains. Here each example has a coin of its own, and what is kept is divided by 1 - rate."""

    def call(self, x, training=False):
        y = super().call(x, training=training)
        return y * (1 - self.rate) if training else y

    def coins(self, x):
        return (1,) * len(x.shape)


@mistake("DropPath")
class PathForImagesOnly(OtherCoins, DropPath):
    """The mask has shape (N, 1, 1, 1) whatever the rank of the branch is. With a branch of shape (N, D)
    broadcasting makes it (N, 1, N, D). Build the shape from the rank of x."""

    def coins(self, x):
        return (ops.shape(x)[0], 1, 1, 1)


@mistake("DropPath")
class PathOfFourAxes(DropPath):
    """The layer takes for granted that the branch has four axes, as images have. Branches have ranks from 2
    to 4. Build the shape from the rank of x."""

    def call(self, x, training=False):
        if training:
            _, _, _, _ = ops.shape(x)
        return super().call(x, training=training)


@mistake("DropPath")
class PathForTokensOnly(OtherCoins, DropPath):
    """The mask has shape (N, 1, 1), which is right for rank 3 only. Build the shape from the rank of
    x."""

    def coins(self, x):
        return (ops.shape(x)[0], 1, 1)


@mistake("DropPath")
class PathAddsTheShortcut(DropPath):
    """The layer adds its input to the result. It gets the branch alone, and the addition stays outside: h
    + DropPath(rate)(f(h)). Added inside, it is the branch that is counted twice."""

    def call(self, x, training=False):
        return super().call(x) + super().call(x, training=training)
