"""Mistakes in `Affine`: what it computes."""

import tensorflow as tf

from nnlearn.diagnosis import mistake


@mistake("Affine")
class ForgetsTheBias(Affine):
    """The bias is made, and never added: the outputs are the weighted sums alone, and the bias cannot learn.
    Add self.bias in call."""

    def call(self, inputs):
        return ops.matmul(ops.cast(inputs, self.compute_dtype), self.kernel)


@mistake("Affine")
class MakesWeightsInEachCall(Affine):
    """Each call makes new weights, with random numbers: nothing that was learned stays. `build` makes them,
    which Keras calls once."""

    def call(self, inputs):
        fresh = keras.initializers.RandomNormal(seed=len(inputs))(self.kernel.shape, self.compute_dtype)
        sums = ops.matmul(ops.cast(inputs, self.compute_dtype), fresh)
        return sums if self.bias is None else sums + self.bias


@mistake("Affine")
class LeavesIntegersAlone(Affine):
    """Integers are not cast, and TensorFlow does not multiply integers by floats. Keras casts floating inputs
    to the layer's dtype, and not integers: ops.cast(inputs, self.compute_dtype)."""

    def call(self, inputs):
        sums = tf.tensordot(inputs, tf.convert_to_tensor(self.kernel), 1)
        return sums if self.bias is None else sums + self.bias


@mistake("Affine")
class IntegersBecomeFloat32(Affine):
    """Integers become float32 whatever the layer's dtype is, as in a function. A layer has a dtype of its
    own: cast them to self.compute_dtype."""

    def call(self, inputs):
        sums = ops.matmul(as_floating(inputs), self.kernel)
        return sums if self.bias is None else ops.add(sums, self.bias)


@mistake("Affine")
class ComputesInFloat32(Affine):
    """Everything is cast to float32 whatever the layer's dtype is. Cast inputs to self.compute_dtype; the
    weights have the right dtype already."""

    def call(self, inputs):
        sums = ops.matmul(ops.cast(inputs, "float32"), ops.cast(self.kernel, "float32"))
        return sums if self.bias is None else sums + ops.cast(self.bias, "float32")


@mistake("Affine")
class CastsInputsToFloat32(Affine):
    """The inputs are cast to float32, and the output is float32 with them, or the dtypes do not fit each
    other, wherever the layer's dtype is another one. Cast them to self.compute_dtype."""

    def call(self, inputs):
        sums = ops.matmul(ops.cast(inputs, "float32"), self.kernel)
        return sums if self.bias is None else sums + self.bias


@mistake("Affine")
class FlattensTheInputs(Affine):
    """All axes but the first are flattened into one, so that (N, T, n) gives (N, units). Dense sums over the
    last axis alone, and keeps the others: (N, T, units)."""

    def build(self, input_shape):
        size = 1
        for axis in input_shape[1:]:
            size *= axis or 1
        super().build((input_shape[0], size))

    def call(self, inputs):
        return super().call(ops.reshape(inputs, (-1, self.kernel.shape[0])))


@mistake("Affine")
class TakesTablesOnly(Affine):
    """Inputs with more than two axes raise an error: the second axis is taken for the last one. The inputs of
    a unit are the last axis, input_shape[-1]."""

    def build(self, input_shape):
        super().build(input_shape[:2])

    def call(self, inputs):
        if inputs.shape[-1] != self.kernel.shape[0]:
            raise ValueError("the inputs do not fit the kernel")
        return super().call(inputs)


@mistake("Affine")
class AppliesRelu(Affine):
    """What is below 0 comes out as 0: that is an activation function, relu. This layer has none."""

    def call(self, inputs):
        return ops.relu(super().call(inputs))


@mistake("Affine")
class SubtractsTheBias(Affine):
    """The bias is subtracted, as a threshold would be. It is added: a unit computes w . x + b."""

    def call(self, inputs):
        sums = ops.matmul(ops.cast(inputs, self.compute_dtype), self.kernel)
        return sums if self.bias is None else sums - self.bias


@mistake("Affine")
class CutsTheGradient(Affine):
    """The outputs are right, and no gradient reaches the weights: the way is cut, by NumPy or by values that
    are copied out of the variables. Nothing can be learned then. Compute with self.kernel and keras.ops."""

    def call(self, inputs):
        return ops.stop_gradient(super().call(inputs))
