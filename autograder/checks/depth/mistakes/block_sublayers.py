"""Mistakes in `ResidualBlock`: the sublayers, and when there is a projection."""

from nnlearn.diagnosis import mistake

from .block_pieces import BlockInPieces


@mistake("ResidualBlock")
class AlwaysProjects(BlockInPieces):
    """There is a projection also where the shape stays. The shortcut is x itself there: a projection
    costs weights, and the block no longer begins as the identity."""

    def projects(self, channels):  # noqa: ARG002
        return True


@mistake("ResidualBlock")
class ProjectsOnlyForAStride(BlockInPieces):
    """There is a projection only where the stride is above 1. Where the number of channels changes, x
    cannot be added as it is, either."""

    def projects(self, channels):  # noqa: ARG002
        return self.stride > 1


@mistake("ResidualBlock")
class ProjectsOnlyForChannels(BlockInPieces):
    """There is a projection only where the number of channels changes. With a stride the branch is
    smaller than x, which cannot be added as it is, either."""

    def projects(self, channels):
        return channels != self.filters


@mistake("ResidualBlock")
class ProjectsWithoutNormalization(BlockInPieces):
    """The post-activation block adds the projection of x as it is. Behind it stands projection_norm:
    both sides of the sum are normalized."""

    def normalizes_the_projection(self):
        return False


@mistake("ResidualBlock")
class NormalizesThePreProjection(BlockInPieces):
    """The pre-activation block normalizes its projection. What is projected there, a, is normalized
    already, and on the shortcut stands nothing else: projection_norm is None."""

    def normalizes_the_projection(self):
        return True


@mistake("ResidualBlock")
class StridesInConv2(BlockInPieces):
    """The stride is at conv2. The shapes fit, but the task has it at conv1: conv1 works on the larger
    image here, at more cost."""

    def stride_of(self, name):
        return self.stride if name == "conv2" else 1


@mistake("ResidualBlock")
class StridesInBoth(BlockInPieces):
    """Both convolutions have the stride, so the branch is smaller than the shortcut and cannot be
    added. Only conv1 has it."""

    def stride_of(self, name):  # noqa: ARG002
        return self.stride


@mistake("ResidualBlock")
class ProjectsWithoutTheStride(BlockInPieces):
    """The projection has no stride: with one in the branch, the two are of different sizes and cannot
    be added."""

    def of_projection(self):
        return 1, 1


@mistake("ResidualBlock")
class ProjectsWithALargeKernel(BlockInPieces):
    """The projection has the block's kernel size. It only has to change the channels, place by place: a
    kernel of 1 x 1."""

    def of_projection(self):
        return self.kernel_size, self.stride


@mistake("ResidualBlock")
class KeepsTheBiases(BlockInPieces):
    """The convolutions have biases. Normalization right behind subtracts them again, and the task asks
    for use_bias=False in all of them."""

    def conv_differently(self, name):  # noqa: ARG002
        return {"use_bias": True}


@mistake("ResidualBlock")
class KeepsTheBiasOfTheProjection(BlockInPieces):
    """The projection has a bias, Keras' default. All convolutions of the block have use_bias=False."""

    def conv_differently(self, name):
        return {"use_bias": name == "projection"}


@mistake("ResidualBlock")
class UsesValidPadding(BlockInPieces):
    """The convolutions have padding "valid", so the branch is smaller than the shortcut. It should be
    "same"."""

    def conv_differently(self, name):  # noqa: ARG002
        return {"padding": "valid"}


@mistake("ResidualBlock")
class IgnoresTheKernelSize(BlockInPieces):
    """`kernel_size` is ignored: conv1 and conv2 always have 3 x 3."""

    def size(self):
        return 3


@mistake("ResidualBlock")
class ForgetsTheDtype(BlockInPieces):
    """The sublayers have the default dtype policy, float32, whatever that of the block is. They should
    be made with dtype=self.dtype_policy."""

    def policy(self):
        return None


@mistake("ResidualBlock")
class TakesOtherDefaults(BlockInPieces):
    """The normalizations have an epsilon of 1e-5 and a momentum of 0.9, as elsewhere. The docstring
    asks for Keras' defaults, 1e-3 and 0.99."""

    def norm_differently(self, name):  # noqa: ARG002
        return {"epsilon": 1e-5, "momentum": 0.9}


@mistake("ResidualBlock")
class MakesConvolutionsWithRelu(BlockInPieces):
    """The convolutions have activation="relu" of their own, so relu comes before each normalization as
    well. They should have none."""

    def conv_differently(self, name):  # noqa: ARG002
        return {"activation": "relu"}


@mistake("ResidualBlock")
class NormalizesWithoutScale(BlockInPieces):
    """The normalizations have no gamma, scale=False. With Keras' defaults they have gamma and beta, and
    the last gamma is where a block begins."""

    def norm_differently(self, name):  # noqa: ARG002
        return {"scale": False}


@mistake("ResidualBlock")
class TakesTheDtypeOfTheWeights(BlockInPieces):
    """The sublayers are made with dtype=self.dtype, the dtype of the weights. Under mixed_float16 that is
    float32, and they compute in float32, too. Hand on self.dtype_policy."""

    def policy(self):
        return self.dtype


@mistake("ResidualBlock")
class MakesAProjectionNormToo(BlockInPieces):
    """projection_norm is made in the pre-activation block as well, and never used. It should be None
    there: its weights would be trained, saved and counted for nothing."""

    def build(self, input_shape):
        super().build(input_shape)
        if self.pre_activation and self.projection is not None:
            self.projection_norm = self.normalization("projection_norm")
            self.projection_norm.build((*input_shape[:-1], self.filters))

    def shortcut(self, x):
        return x if self.projection is None else self.projection(x)
