"""Mistakes in `SpatialDropout2D` alone."""

from nnlearn.diagnosis import mistake

from .layers import OtherCoins


@mistake("SpatialDropout2D")
class SpatialPerElement(Dropout):
    """Single pixels are dropped, as in ordinary dropout. Neighbouring pixels still tell the story. Draw
    one coin for each channel of each example: shape (N, 1, 1, C)."""


@mistake("SpatialDropout2D")
class SpatialPerExample(DropPath):
    """Whole examples are dropped, with all their channels. Each channel needs a coin of its own: the last
    axis of the mask has length C, not 1."""


@mistake("SpatialDropout2D")
class SpatialOneMaskForTheBatch(OtherCoins, SpatialDropout2D):
    """The same channels are dropped for all examples of the batch. The first axis of the mask has to be
    the number of examples, not 1."""

    def coins(self, x):
        return (1, 1, 1, ops.shape(x)[3])


@mistake("SpatialDropout2D")
class SpatialPerPosition(OtherCoins, SpatialDropout2D):
    """All channels of a pixel share a coin: the mask has shape (N, H, W, 1). It is the other way round:
    all pixels of a channel share one, (N, 1, 1, C)."""

    def coins(self, x):
        examples, rows, columns, _ = ops.shape(x)
        return (examples, rows, columns, 1)


@mistake("SpatialDropout2D")
class SpatialChannelsFirst(OtherCoins, SpatialDropout2D):
    """The second axis is taken for the channels, so whole rows of the image disappear. That is the
    convention channels first. Here images are channels last: (N, H, W, C)."""

    def coins(self, x):
        examples, rows, _, _ = ops.shape(x)
        return (examples, rows, 1, 1)


@mistake("SpatialDropout2D")
class SpatialMaskOfChannelsFirst(OtherCoins, SpatialDropout2D):
    """The mask has shape (N, C, 1, 1), which is that of the convention channels first. Here images are
    channels last, (N, H, W, C), and so is the mask: (N, 1, 1, C)."""

    def coins(self, x):
        return (ops.shape(x)[0], ops.shape(x)[3], 1, 1)


@mistake("SpatialDropout2D")
class SpatialChoosesAsChannelsFirst(SpatialDropout2D):
    """The mask has shape (N, C, 1, 1), which is that of the convention channels first. Here images are
    channels last, (N, H, W, C), and so is the mask: (N, 1, 1, C)."""

    def call(self, x, training=False):
        if not training or self.rate in (0, 1):
            return super().call(x, training=training)
        coins = keras.random.uniform((ops.shape(x)[0], ops.shape(x)[3], 1, 1), seed=self.seed_generator)
        return ops.where(coins >= self.rate, x / (1 - self.rate), 0.0)


@mistake("SpatialDropout2D")
class SpatialPerRow(OtherCoins, SpatialDropout2D):
    """Rows of a channel are dropped one by one: the mask has shape (N, H, 1, C). A whole channel shares
    one coin: both of the middle axes have length 1."""

    def coins(self, x):
        examples, rows, _, channels = ops.shape(x)
        return (examples, rows, 1, channels)


@mistake("SpatialDropout2D")
class SpatialOneCoinForTheBatch(OtherCoins, SpatialDropout2D):
    """One coin decides about the whole batch. Each channel of each example has its own: shape
    (N, 1, 1, C)."""

    def coins(self, x):  # noqa: ARG002
        return (1, 1, 1, 1)


@mistake("SpatialDropout2D")
class SpatialPerColumn(OtherCoins, SpatialDropout2D):
    """Columns of a channel are dropped one by one: the mask has shape (N, 1, W, C). A whole channel shares
    one coin: both of the middle axes have length 1."""

    def coins(self, x):
        examples, _, columns, channels = ops.shape(x)
        return (examples, 1, columns, channels)
