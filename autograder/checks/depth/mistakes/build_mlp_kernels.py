"""Mistakes in `build_mlp`: how kernels are drawn."""

from .build_mlp import Network, of


@of
class GivesOneSeedToAll(Network):
    """One integer, or one initializer object with a seed, serves every layer, so kernels of one shape
    are the same numbers: a Keras initializer with a seed draws the same each time. Draw a seed for each
    layer from one generator: np.random.default_rng(seed).integers(2**31)."""

    def initializer(self, share, number):  # noqa: ARG002
        return keras.initializers.VarianceScaling(2.0 * share, "fan_in", seed=self.seed)


@of
class FixesTheSeed(Network):
    """`seed` is ignored: every network begins with the same weights. Work the seeds of the layers out
    from it."""

    def initializer(self, share, number):
        self.draw = np.random.default_rng(number + 7)
        return super().initializer(share, number)


@of
class LeavesBranchesUnscaled(Network):
    """The kernels of residual blocks have the full variance of He. Each block then adds as much
    variance as there is, and forty blocks make it 2 ** 40 times as large. Divide it by the depth."""

    def share(self):
        return 1.0


@of
class DividesTheDeviation(Network):
    """The standard deviation of the residual kernels is divided by the depth, and so the variance by
    its square: the blocks hardly count. Divide the variance by the depth, the deviation by its root."""

    def share(self):
        return 1 / self.depth**2 if self.residual else 1.0


@of
class DividesByTheRoot(Network):
    """The variance is divided by the root of the depth. That is what the standard deviation is divided
    by; the scale of VarianceScaling is one of the variance: 2 / depth."""

    def share(self):
        return self.depth**-0.5 if self.residual else 1.0


@of
class ScalesPlainNetworksToo(Network):
    """The variance is divided by the depth in plain networks, too. There each layer has to keep the
    variance, or the signal dies out: He's full variance."""

    def share(self):
        return 1 / self.depth


@of
class ScalesEveryKernel(Network):
    """In a residual network the kernels of stem and output are scaled as well. Only those of the blocks
    add up; stem and output have He's variance."""

    def dense(self, units, share=1.0, *, use_bias, number=0):  # noqa: ARG002
        return super().dense(units, self.share(), use_bias=use_bias, number=number)


@of
class DrawsAsKerasByDefault(Network):
    """Kernels are drawn as Keras does by default, glorot_uniform, whose variance is 2 / (inputs +
    outputs). With relu half of the signal is lost in each layer; He's variance, 2 / inputs, makes up
    for that."""

    def initializer(self, share, number):  # noqa: ARG002
        seed = int(self.draw.integers(2**31))
        return keras.initializers.VarianceScaling(share, "fan_avg", "uniform", seed=seed)


@of
class DrawsGlorotNormal(Network):
    """The variance is 1 / inputs, half of what He's initialization has. relu halves the mean square of
    what passes it, and the 2 in 2 / inputs makes up for that."""

    def initializer(self, share, number):
        return super().initializer(share / 2, number)


@of
class CountsTheOutputs(Network):
    """The variance is 2 / outputs: fan_out. He's initialization, as Keras has it, counts the inputs,
    fan_in, as each output is a sum over the inputs."""

    def initializer(self, share, number):  # noqa: ARG002
        return keras.initializers.VarianceScaling(2.0 * share, "fan_out", seed=int(self.draw.integers(2**31)))


@of
class DrawsWithoutTruncation(Network):
    """Kernels are drawn from a whole normal distribution. HeNormal of Keras truncates it: nothing is
    further out than 2 standard deviations of what it is cut from, 2.27 of what is left."""

    def initializer(self, share, number):  # noqa: ARG002
        seed = int(self.draw.integers(2**31))
        return keras.initializers.VarianceScaling(2.0 * share, "fan_in", "untruncated_normal", seed=seed)


@of
class DrawsUniformly(Network):
    """Kernels are drawn from a uniform distribution, as HeUniform does. Their variance is right, but
    the task asks for HeNormal's truncated normal one."""

    def initializer(self, share, number):  # noqa: ARG002
        seed = int(self.draw.integers(2**31))
        return keras.initializers.VarianceScaling(2.0 * share, "fan_in", "uniform", seed=seed)


@of
class ScalesTheResult(Network):
    """The block's result is divided by the root of the depth in every pass. At the start that is the
    same, but it is another network: the task scales the kernels, once, when they are drawn."""

    def share(self):
        return 1.0

    def joined(self, h, b):
        return h + b / self.depth**0.5 if self.residual else b


@of
class GivesTheStemsSeedToTheFirstBlock(Network):
    """The first block has the seed of the stem. Where the network has as many inputs as units, the two
    kernels are the same numbers, up to their scale. Draw a seed for each layer."""

    def initializer(self, share, number):
        seeds = self.draw.integers(2**31, size=1) if number not in (0, 1) else [self.seed + 11]
        return keras.initializers.VarianceScaling(2.0 * share, "fan_in", seed=int(seeds[0]))
