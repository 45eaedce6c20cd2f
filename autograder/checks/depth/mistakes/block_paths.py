"""Mistakes in `ResidualBlock`: what stands on which path."""

from nnlearn.diagnosis import mistake

from .block_pieces import BlockInPieces


@mistake("ResidualBlock")
class HasNoShortcut(BlockInPieces):
    """Nothing is added to the branch: this is a plain block. The shortcut is what makes it residual."""

    def post(self, x):
        return ops.relu(self.branch(x))

    def pre_shortcut(self, x, a):  # noqa: ARG002
        return 0.0


@mistake("ResidualBlock")
class AddsAfterTheRelu(BlockInPieces):
    """The shortcut is added after the last relu: shortcut + relu(branch). Post-activation adds first,
    relu(shortcut + branch): otherwise the branch can only add, never take away."""

    def post(self, x):
        return self.shortcut(x) + ops.relu(self.branch(x))


@mistake("ResidualBlock")
class ForgetsTheLastRelu(BlockInPieces):
    """The sum is given back as it is. Post-activation has a relu after adding; only pre-activation has
    none there."""

    def post(self, x):
        return self.shortcut(x) + self.branch(x)


@mistake("ResidualBlock")
class ActivatesTheBranch(BlockInPieces):
    """The branch passes relu before it is added, and the sum again. The branch then can only make x
    larger. Between norm2 and the sum stands nothing."""

    def post(self, x):
        return ops.relu(self.shortcut(x) + ops.relu(self.branch(x)))


@mistake("ResidualBlock")
class ActivatesThePreSum(BlockInPieces):
    """Pre-activation has a relu after the sum, too. Nothing should stand there: x then goes from block
    to block as it is."""

    def pre(self, x):
        return ops.relu(super().pre(x))


@mistake("ResidualBlock")
class ProjectsXInPre(BlockInPieces):
    """The pre-activation block projects x. What is projected there is a = relu(norm1(x)), which is
    normalized; x itself is not, and has no normalization behind it, either."""

    def pre_shortcut(self, x, a):  # noqa: ARG002
        return self.shortcut(x)


@mistake("ResidualBlock")
class TakesAForTheShortcut(BlockInPieces):
    """In the pre-activation block the shortcut is a = relu(norm1(x)), also where nothing is projected.
    Where the shape stays it is x, untouched: that is the point of pre-activation."""

    def pre_shortcut(self, x, a):  # noqa: ARG002
        return self.shortcut(a)


@mistake("ResidualBlock")
class ForgetsTheReluInside(BlockInPieces):
    """There is no relu between the two convolutions: but for the normalization they are one linear
    map."""

    def branch(self, x):
        return self.norm2(self.conv2(self.norm1(self.conv1(x), **self.mode)), **self.mode)

    def pre_branch(self, a):
        return self.conv2(self.norm2(self.conv1(a), **self.mode))


@mistake("ResidualBlock")
class ActivatesBeforeItNormalizes(BlockInPieces):
    """relu comes before norm1 in the branch, norm1(relu(conv1(x))). Post-activation normalizes what the
    convolution gives, and then bends it: relu(norm1(conv1(x)))."""

    def branch(self, x):
        return self.norm2(self.conv2(self.norm1(ops.relu(self.conv1(x)), **self.mode)), **self.mode)


@mistake("ResidualBlock")
class ForgetsTheFirstRelu(BlockInPieces):
    """In the pre-activation block a is norm1(x) without its relu. Normalization and activation both
    come before the first convolution."""

    def pre(self, x):
        a = self.norm1(x, **self.mode)
        return self.pre_shortcut(x, a) + self.pre_branch(a)


@mistake("ResidualBlock")
class IsAlwaysPost(BlockInPieces):
    """`pre_activation` does not change what is computed: it is always the post-activation block."""

    def call(self, x, training=None):
        self.mode = {"training": training}
        return self.post(x)


@mistake("ResidualBlock")
class NormalizesInInferenceModeAlways(BlockInPieces):
    """The normalizations always run with training=False: they never use the statistics of the batch,
    and their moving statistics never move. Pass `training` on, or leave it out: Keras passes it on by
    itself."""

    def mode_of(self, training):  # noqa: ARG002
        return {"training": False}


@mistake("ResidualBlock")
class NormalizesInTrainingModeAlways(BlockInPieces):
    """The normalizations always run with training=True, so that in inference an answer depends on the
    rest of the batch, and asking moves the statistics. Pass `training` on, or leave it out."""

    def mode_of(self, training):  # noqa: ARG002
        return {"training": True}


@mistake("ResidualBlock")
class UsesOneNormalizationTwice(BlockInPieces):
    """norm1 stands behind both convolutions. Both places then share one gamma, one beta and one pair of
    moving statistics, which fit neither; norm2 is never used."""

    def branch(self, x):
        inside = ops.relu(self.norm1(self.conv1(x), **self.mode))
        self.norm2.build(inside.shape)
        return self.norm1(self.conv2(inside), **self.mode)


@mistake("ResidualBlock")
class SharesOneNormalization(BlockInPieces):
    """norm1 and norm2 are one layer. Both places then share one gamma, one beta and one pair of moving
    statistics, which fit neither. Make two."""

    def build(self, input_shape):
        super().build(input_shape)
        self.norm2 = self.norm1
