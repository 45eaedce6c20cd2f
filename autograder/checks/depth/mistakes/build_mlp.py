"""Mistakes in `build_mlp`: what is computed."""

from nnlearn.diagnosis import mistake


class Network:
    """The network in small methods, so that a mistake is the one method that goes wrong."""

    output_activation = None

    def __init__(self, inputs, outputs, units, depth, residual=False, normalize=False, seed=0):
        self.inputs, self.outputs, self.units, self.depth = inputs, outputs, units, depth
        self.residual, self.normalize, self.seed = residual, normalize, seed
        self.draw = np.random.default_rng(seed)

    def built(self):
        x = keras.Input((self.inputs,))
        h = self.stem(x)
        for number in range(self.blocks()):
            h = self.block(h, number)
        return keras.Model(x, self.head(h))

    def blocks(self):
        return self.depth

    def stem(self, x):
        return self.dense(self.units, use_bias=self.inner_bias())(x)

    def block(self, h, number):
        b = self.dense(self.units, self.share(), use_bias=self.inner_bias(), number=number + 1)(
            self.before(h)
        )
        return self.joined(h, b)

    def joined(self, h, b):
        return h + b if self.residual else b

    def before(self, h):
        """What comes between two layers."""
        return ops.relu(self.normalized(h))

    def normalized(self, h):
        return keras.layers.BatchNormalization()(h) if self.normalize else h

    def head(self, h):
        return self.dense(self.outputs, use_bias=self.outer_bias(), number=-1)(self.before(h))

    def inner_bias(self):
        return not self.normalize

    def outer_bias(self):
        return True

    def share(self):
        """Of He's variance, in a block."""
        return 1 / self.depth if self.residual else 1.0

    def dense(self, units, share=1.0, *, use_bias, number=0):
        kernel = self.initializer(share, number)
        return keras.layers.Dense(units, use_bias=use_bias, kernel_initializer=kernel)

    def initializer(self, share, number):  # noqa: ARG002
        return keras.initializers.VarianceScaling(2.0 * share, "fan_in", seed=int(self.draw.integers(2**31)))


def network(kind, about):
    """The function that builds such a network."""

    def build_mlp(inputs, outputs, units, depth, residual=False, normalize=False, seed=0):
        return kind(inputs, outputs, units, depth, residual, normalize, seed).built()

    build_mlp.__name__, build_mlp.__doc__ = kind.__name__, about
    return build_mlp


def of(kind):
    """A mistake of a kind of network, under the kind's name."""
    return mistake("build_mlp")(network(kind, kind.__doc__))


@of
class HasABlockTooFew(Network):
    """There is a block too few: the stem is counted as one. `depth` counts the blocks alone, so the
    network has depth + 2 Dense layers, with stem and output."""

    def blocks(self):
        return self.depth - 1


@of
class HasABlockTooMany(Network):
    """There is a block too many. `depth` counts the blocks, and the network has depth + 2 Dense layers,
    with stem and output."""

    def blocks(self):
        return self.depth + 1


@of
class ForgetsTheShortcut(Network):
    """`residual` changes nothing in what is computed: the block's result takes the place of its input.
    It should be added to it, h = h + b."""

    def joined(self, h, b):  # noqa: ARG002
        return b


@of
class AlwaysAdds(Network):
    """The input of a block is added to its result in plain networks, too. Only with residual=True is
    there a shortcut."""

    def joined(self, h, b):
        return h + b


@of
class AddsTheActivated(Network):
    """The shortcut carries relu(h), not h: what is below 0 is lost in each block. Only what goes into
    the Dense layer passes relu; on the shortcut stands nothing."""

    def block(self, h, number):
        a = self.before(h)
        b = self.dense(self.units, self.share(), use_bias=self.inner_bias(), number=number)(a)
        return a + b if self.residual else b


@of
class ActivatesAfterTheLayer(Network):
    """Each block is relu of a Dense layer, so that its result is never below 0 and the stream can only
    grow. Here relu comes first: Dense(units)(relu(h)), and the stem has none behind it."""

    def block(self, h, number):
        b = self.dense(self.units, self.share(), use_bias=self.inner_bias(), number=number)(
            self.normalized(h)
        )
        return self.joined(h, ops.relu(b))


@of
class ActivatesNothingAtTheEnd(Network):
    """The output layer works on h itself. Before it stands relu, of the normalized h with `normalize`,
    as before every block; without it the last two layers are one linear map."""

    def head(self, h):
        return self.dense(self.outputs, use_bias=True)(h)


@of
class NormalizesAfterRelu(Network):
    """relu comes before batch normalization. The task is relu of the normalized h,
    relu(BatchNormalization()(h)): half of what goes into relu is then below 0, whatever the scale of
    h."""

    def before(self, h):
        return self.normalized(ops.relu(h))


@of
class NormalizesOnce(Network):
    """One BatchNormalization layer serves all places. They then share one gamma, one beta and one pair
    of moving statistics, which fit none of them. Each relu needs a normalization of its own."""

    def normalized(self, h):
        if not self.normalize:
            return h
        self.norm = getattr(self, "norm", None) or keras.layers.BatchNormalization()
        return self.norm(h)


@of
class IgnoresNormalize(Network):
    """`normalize` adds no BatchNormalization."""

    def normalized(self, h):
        return h


@of
class KeepsInnerBiases(Network):
    """With `normalize`, all layers keep their bias. A bias of the block is added to the stream, and
    normalization subtracts the mean of it again: only that of the output does something."""

    def inner_bias(self):
        return True


@of
class DropsTheLastBias(Network):
    """With `normalize` the output layer has no bias, either. No normalization comes behind it, so it
    needs one."""

    def outer_bias(self):
        return not self.normalize


@of
class HasNoBiases(Network):
    """No Dense layer but the last has a bias, even without `normalize`. There nothing takes a bias
    away, so each has one."""

    def inner_bias(self):
        return False


@of
class EndsInProbabilities(Network):
    """The output passes softmax. It should have no activation: losses take raw outputs, with
    from_logits=True, and the task says so."""

    def head(self, h):
        return ops.softmax(super().head(h))


@of
class SharesOneBlock(Network):
    """One Dense layer is used for all blocks, so that all have the same kernel. Make a new layer in
    each round of the loop."""

    def block(self, h, number):
        if not hasattr(self, "layer"):
            self.layer = self.dense(self.units, self.share(), use_bias=self.inner_bias(), number=number)
        return self.joined(h, self.layer(self.before(h)))
