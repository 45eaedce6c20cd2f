"""What goes wrong with dtypes in one layer as in the other; each makes a mistake of its own of it."""


class WithoutCasts:
    """The weights and the moving statistics as they are."""

    def scaled(self, x):
        return x * self.gamma + self.beta

    def stored(self, dtype):  # noqa: ARG002
        return self.moving_mean, self.moving_variance

    def blended(self, old, new):
        return self.momentum * old + (1 - self.momentum) * new


class InputCastAlone(WithoutCasts):
    """The input is cast to float32 and the weights are not. Where those have another dtype, as under the
    policies "float16" and "float64", TensorFlow does not compute with the two. Cast the weights as
    well, to the wider of float32 and self.compute_dtype."""

    def widened(self, inputs):
        return ops.cast(inputs, "float32")


class DtypeOfTheInput:
    """The output gets the dtype of the input. For integers that cuts everything behind the point off.
    The output has the layer's compute dtype: ops.cast(result, self.compute_dtype)."""

    def call(self, inputs, training=None):
        return ops.cast(super().call(inputs, training=training), inputs.dtype)

    def normalized(self, x, mean, variance):
        return self.combined(x, mean, variance)


class IntegersAsTheyAre:
    """Integers are not cast, and TensorFlow does not subtract a float from an integer. Keras casts
    floating inputs to the layer's dtype, and not integers: cast the input first."""

    def widened(self, inputs):
        is_float = keras.backend.is_float_dtype(inputs.dtype)
        return super().widened(inputs) if is_float else inputs


class NothingCast(WithoutCasts):
    """Nothing is cast, so everything is computed in the dtype of the input. TensorFlow does not subtract
    a float from an integer; and under mixed_float16 the statistics and the weights are rounded to
    float16, where nothing above 65504 exists. Make the weights with autocast=False, cast the input
    to at least float32, and the result to the compute dtype."""

    def differently(self, name):  # noqa: ARG002
        return {"autocast": True}

    def widened(self, inputs):
        return inputs

    def normalized(self, x, mean, variance):
        return self.gamma * ((x - mean) / self.spread(variance)) + self.beta
