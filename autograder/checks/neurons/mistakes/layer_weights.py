"""Mistakes in `Affine`: its weights, and what they start with."""

import numpy as np

from nnlearn.diagnosis import mistake


@mistake("Affine")
class UnitsBeforeInputs(Affine):
    """The kernel has the shape (units, inputs) and is transposed in the call. The outputs are right, and the
    weights of a Dense layer do not fit: Keras has a row for each input and a column for each unit."""

    def build(self, input_shape):
        self.kernel = self.add_weight(name="kernel", shape=(self.units, input_shape[-1]))
        self.bias = self.add_weight(shape=(self.units,), initializer="zeros") if self.use_bias else None

    def call(self, inputs):
        sums = ops.matmul(ops.cast(inputs, self.compute_dtype), ops.transpose(self.kernel))
        return sums if self.bias is None else sums + self.bias


@mistake("Affine")
class OneBiasForAllUnits(Affine):
    """There is one bias for the whole layer, of shape (1,) or (), and it is added to all units. Each unit has
    a bias of its own: shape (units,)."""

    def build(self, input_shape):
        self.kernel = self.add_weight(name="kernel", shape=(input_shape[-1], self.units))
        self.bias = self.add_weight(shape=(1,), initializer="zeros") if self.use_bias else None


@mistake("Affine")
class StartsTheBiasAtRandom(Affine):
    """The bias starts as random numbers: without an initializer, add_weight takes "glorot_uniform". Biases
    start as zeros: initializer="zeros"."""

    def build(self, input_shape):
        super().build(input_shape)
        if self.use_bias:
            self.bias.assign(np.linspace(-0.7, 0.7, self.units) + 0.05)


@mistake("Affine")
class StartsTheBiasAtOne(Affine):
    """The bias starts as ones. Biases start as zeros: initializer="zeros"."""

    def build(self, input_shape):
        super().build(input_shape)
        if self.use_bias:
            self.bias.assign(np.ones(self.units))


@mistake("Affine")
class StartsTheKernelAtZero(Affine):
    """The kernel starts as zeros, and then all units of a layer do and learn the same. It starts as random
    numbers: initializer="glorot_uniform"."""

    def build(self, input_shape):
        super().build(input_shape)
        self.kernel.assign(np.zeros(self.kernel.shape))


@mistake("Affine")
class StartsTheKernelAtOne(Affine):
    """The kernel starts as ones, and then all units of a layer do and learn the same. It starts as random
    numbers: initializer="glorot_uniform"."""

    def build(self, input_shape):
        super().build(input_shape)
        self.kernel.assign(np.ones(self.kernel.shape))


def starting_with(initializer):
    """A layer whose kernel starts with another initializer."""

    class Other(Affine):
        def build(self, input_shape):
            super().build(input_shape)
            self.kernel.assign(keras.initializers.get(initializer)(self.kernel.shape))

    return Other


@mistake("Affine")
class StartsAsGlorotNormal(starting_with("glorot_normal")):
    """The kernel starts with numbers from a bell curve, "glorot_normal". They have the right spread, and some
    lie beyond the limit: "glorot_uniform" spreads them evenly."""


@mistake("Affine")
class StartsAsHeUniform(starting_with("he_uniform")):
    """The kernel starts with "he_uniform", whose limit is sqrt(6 / inputs). What is asked for here is
    "glorot_uniform", whose limit is sqrt(6 / (inputs + units))."""


@mistake("Affine")
class StartsAsHeNormal(starting_with("he_normal")):
    """The kernel starts with "he_normal": a bell curve, with a spread of sqrt(2 / inputs). What is asked for
    here is "glorot_uniform", which spreads evenly up to sqrt(6 / (inputs + units))."""


@mistake("Affine")
class StartsAsRandomUniform(starting_with("random_uniform")):
    """The kernel starts with "random_uniform": numbers between -0.05 and 0.05 whatever the size of the layer.
    What is asked for is "glorot_uniform", whose limit follows the numbers of inputs and units."""


@mistake("Affine")
class StartsAsRandomNormal(starting_with("random_normal")):
    """The kernel starts with "random_normal": a bell curve with a spread of 0.05 whatever the size of the
    layer. What is asked for is "glorot_uniform", whose limit follows the numbers of inputs and units."""


@mistake("Affine")
class MakesABiasAnyway(Affine):
    """With use_bias=False there is a bias all the same, whether it is added or not. Then there should be
    none: the attribute is None, and the kernel is the only weight."""

    def __init__(self, units, use_bias=True, **kwargs):
        super().__init__(units, use_bias, **kwargs)
        self.is_told = use_bias

    def build(self, input_shape):
        self.use_bias = True
        super().build(input_shape)
        self.use_bias = self.is_told


@mistake("Affine")
class HasNoBiasAttribute(Affine):
    """With use_bias=False the layer has no attribute `bias` at all, and whoever asks for it gets an error. It
    should be there, and None."""

    def build(self, input_shape):
        self.kernel = self.add_weight(shape=(input_shape[-1], self.units))
        if self.use_bias:
            self.bias = self.add_weight(shape=(self.units,), initializer="zeros")

    def call(self, inputs):
        sums = ops.matmul(ops.cast(inputs, self.compute_dtype), self.kernel)
        return sums + self.bias if self.use_bias else sums


@mistake("Affine")
class MakesTheBiasFirst(Affine):
    """The bias is made before the kernel. Saved weights are told apart by their order alone, and it is
    kernel, bias."""

    def build(self, input_shape):
        self.bias = self.add_weight(shape=(self.units,), initializer="zeros") if self.use_bias else None
        self.kernel = self.add_weight(shape=(input_shape[-1], self.units))


@mistake("Affine")
class FixesTheBias(Affine):
    """The bias was made with trainable=False: it stays 0 however long you train. Both weights are learned."""

    def build(self, input_shape):
        super().build(input_shape)
        if self.use_bias:
            self.bias.trainable = False


@mistake("Affine")
class FixesTheKernel(Affine):
    """The kernel was made with trainable=False: it stays as it started however long you train. Both weights
    are learned."""

    def build(self, input_shape):
        super().build(input_shape)
        self.kernel.trainable = False


@mistake("Affine")
class MakesWeightsInTheComputeDtype(Affine):
    """The weights are made with dtype=self.compute_dtype. Under the policy "mixed_float16" the layer computes
    in float16 and keeps its weights in float32, so that small steps of training are not rounded away. Leave
    it out: add_weight takes the variable dtype of the layer."""

    def build(self, input_shape):
        how = {"dtype": self.compute_dtype}
        self.kernel = self.add_weight(shape=(input_shape[-1], self.units), **how)
        self.bias = (
            self.add_weight(shape=(self.units,), initializer="zeros", **how) if self.use_bias else None
        )


@mistake("Affine")
class MakesWeightsInFloat32(Affine):
    """The weights are made with dtype="float32", whatever the layer's dtype is. Leave it out: add_weight
    takes the variable dtype of the layer."""

    def build(self, input_shape):
        self.kernel = self.add_weight(shape=(input_shape[-1], self.units), dtype="float32")
        self.bias = (
            self.add_weight(shape=(self.units,), initializer="zeros", dtype="float32")
            if self.use_bias
            else None
        )
