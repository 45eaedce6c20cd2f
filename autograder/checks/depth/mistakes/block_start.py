"""Mistakes in `ResidualBlock`: how it begins, and its configuration."""

from nnlearn.diagnosis import mistake

from .block_pieces import BlockInPieces


@mistake("ResidualBlock")
class ZeroesTheGammaOfNorm1(BlockInPieces):
    """The gamma of norm1 begins at zero instead of norm2's. A new block gives relu(x) all the same: but
    conv1, conv2 and their norm1 wait for each other, and learn much more slowly. It is the last gamma
    that should be zero."""

    def zeros(self):
        if not self.zero_init:
            return []
        return ["conv2"] if self.pre_activation else ["norm1"]


@mistake("ResidualBlock")
class ZeroesBothKernels(BlockInPieces):
    """In the pre-activation block both kernels begin at zero. Each gets its gradient through the other,
    so both stay at zero for ever. Only conv2, the last one, should begin there."""

    def zeros(self):
        if not self.zero_init:
            return []
        return ["conv1", "conv2"] if self.pre_activation else ["norm2"]


@mistake("ResidualBlock")
class ZeroesBothGammas(BlockInPieces):
    """Both gammas begin at zero. Only that of norm2 should: with norm1's at zero, too, nothing that
    depends on x comes out of it."""

    def zeros(self):
        if not self.zero_init:
            return []
        return ["conv2"] if self.pre_activation else ["norm1", "norm2"]


@mistake("ResidualBlock")
class ZeroesNorm2InPre(BlockInPieces):
    """In the pre-activation block the gamma of norm2 begins at zero. The branch is zero then, too, but
    it ends in conv2: that kernel should be zero, and every gamma 1."""

    def zeros(self):
        return ["norm2"] if self.zero_init else []


@mistake("ResidualBlock")
class ZeroesConv2InPost(BlockInPieces):
    """In the post-activation block the kernel of conv2 begins at zero. norm2 behind it divides the
    gradient of that kernel by a standard deviation near 0. The gamma of norm2, the last thing in the
    branch, should be zero."""

    def zeros(self):
        return ["conv2"] if self.zero_init else []


@mistake("ResidualBlock")
class ZeroesTheProjectionToo(BlockInPieces):
    """The gamma of projection_norm begins at zero as well: then a new block with a projection gives 0,
    and nothing gets through. Only the branch begins at zero."""

    def zeros(self):
        return [*super().zeros(), "projection_norm"] if self.zero_init else []


@mistake("ResidualBlock")
class NeverBeginsAtZero(BlockInPieces):
    """`zero_init` is ignored: the branch is there from the start. With it, norm2's gamma (or conv2's
    kernel) begins at zero."""

    def zeros(self):
        return []


@mistake("ResidualBlock")
class AlwaysBeginsAtZero(BlockInPieces):
    """The branch begins at zero even with zero_init=False."""

    def zeros(self):
        return ["conv2" if self.pre_activation else "norm2"]


@mistake("ResidualBlock")
class BeginsAtZeroTheOtherWayRound(BlockInPieces):
    """The branch begins at zero with zero_init=False, and not with zero_init=True: the condition is the
    wrong way round."""

    def zeros(self):
        return [] if self.zero_init else ["conv2" if self.pre_activation else "norm2"]


@mistake("ResidualBlock")
class ForgetsItsConfiguration(BlockInPieces):
    """get_config is that of the base class: what the block was made with is not in it, and a saved
    model cannot be loaded. Add the five arguments."""

    def get_config(self):
        return keras.layers.Layer.get_config(self)


@mistake("ResidualBlock")
class ForgetsPartOfItsConfiguration(BlockInPieces):
    """get_config leaves out pre_activation and zero_init, so that a loaded block is made with their
    defaults. Add all five arguments."""

    def get_config(self):
        config = super().get_config()
        return {key: value for key, value in config.items() if key not in ("pre_activation", "zero_init")}


@mistake("ResidualBlock")
class ForgetsTheBaseConfiguration(BlockInPieces):
    """get_config has the five arguments and nothing of the base class: name and dtype are lost. Begin
    with super().get_config()."""

    def get_config(self):
        names = ("filters", "kernel_size", "stride", "pre_activation", "zero_init")
        return {name: getattr(self, name) for name in names}


@mistake("ResidualBlock")
class ForgetsZeroInitInItsConfiguration(BlockInPieces):
    """get_config leaves out zero_init. A block with zero_init=False comes back with True, and begins at
    zero where it is made again. All five arguments belong there."""

    def get_config(self):
        config = super().get_config()
        del config["zero_init"]
        return config
