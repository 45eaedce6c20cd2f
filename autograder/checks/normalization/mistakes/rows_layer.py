"""Mistakes in `LayerNormalization`: the layer."""

import tensorflow as tf

from nnlearn.diagnosis import mistake

from .dtypes import DtypeOfTheInput, InputCastAlone, IntegersAsTheyAre, NothingCast
from .pieces import BatchInPieces, LayerInPieces


@mistake("LayerNormalization")
class OneNumberForAll(LayerInPieces):
    """gamma and beta are single numbers, of shape (), so all features are scaled alike. Each feature
    has its own: their shape is (features,)."""

    def differently(self, name):  # noqa: ARG002
        return {"shape": ()}


@mistake("LayerNormalization")
class OneGammaForEachPosition(LayerInPieces):
    """gamma and beta have the shape of a whole example, so each position of a sequence or an image has
    some of its own, and another length does not fit. They belong to the features: their shape is
    (features,)."""

    def build(self, input_shape):
        self.example = tuple(input_shape[1:])
        super().build(input_shape)

    def differently(self, name):  # noqa: ARG002
        return {"shape": self.example}


@mistake("LayerNormalization")
class FixesTheRowBeta(LayerInPieces):
    """beta was made with trainable=False: it stays 0 however long you train. Both weights are
    learned."""

    def differently(self, name):
        return {"trainable": False} if name == "beta" else {}


@mistake("LayerNormalization")
class MakesTheRowBetaFirst(LayerInPieces):
    """beta is made before gamma. Saved weights are told apart by their order alone, and it is gamma,
    beta."""

    def build(self, input_shape):
        super().build(input_shape)
        self.gamma, self.beta = self.beta, self.gamma

    def differently(self, name):
        return {"initializer": "zeros" if name == "gamma" else "ones"}


@mistake("LayerNormalization")
class StartsTheRowGammaAtZero(LayerInPieces):
    """gamma starts as zeros, so the layer says beta whatever it is given, and no gradient reaches the
    layers before it. It should start as ones."""

    def differently(self, name):
        return {"initializer": "zeros"} if name == "gamma" else {}


@mistake("LayerNormalization")
class StartsRowsAtRandom(LayerInPieces):
    """gamma and beta are made without an initializer, and add_weight then draws random numbers: a new
    layer scales and shifts at random. Say initializer="ones" for gamma and initializer="zeros" for
    beta."""

    def differently(self, name):  # noqa: ARG002
        return {"initializer": None}


@mistake("LayerNormalization")
class StartsTheRowBetaAtOne(LayerInPieces):
    """beta starts as ones, as gamma does. It is added, so what changes nothing is 0: it should start as
    zeros."""

    def differently(self, name):
        return {"initializer": "ones"} if name == "beta" else {}


@mistake("LayerNormalization")
class KeepsTheRowWeightsInFloat32(LayerInPieces):
    """The weights are float32 whatever the policy says. Leave the dtype to add_weight: it takes the
    layer's variable dtype."""

    def differently(self, name):  # noqa: ARG002
        return {"dtype": "float32"}


@mistake("LayerNormalization")
class NormalizesRowsInTrainingOnly(LayerInPieces):
    """Without training=True the rows are passed on without being normalized. Layer normalization does
    the same in both modes: there is nothing to switch."""

    def call(self, inputs, training=None):
        x = self.widened(inputs)
        if training:
            return super().call(inputs)
        return ops.cast(self.scaled(x), self.compute_dtype)


@mistake("LayerNormalization")
class OneGammaForAll(LayerInPieces):
    """gamma and beta are single numbers, so all features are scaled alike. Each feature has its
    own: their shape is (features,)."""

    def build(self, input_shape):
        super().build((*input_shape[:-1], 1))


@mistake("LayerNormalization")
class FixesTheRowGamma(LayerInPieces):
    """gamma was made with trainable=False: it stays 1 however long you train. Both weights are
    learned."""

    def differently(self, name):
        return {"trainable": False} if name == "gamma" else {}


@mistake("LayerNormalization")
class RemembersLikeABatch(BatchInPieces):
    """The layer keeps moving statistics and uses them at inference, as batch normalization does.
    Layer normalization needs no memory: a row is all it takes to normalize a row, in both modes."""

    def __init__(self, epsilon=1e-3, **kwargs):
        super().__init__(epsilon=epsilon, **kwargs)

    def differently(self, name):
        return {"shape": ()} if name.startswith("moving") else {}

    def of_batch(self, x):
        return ops.mean(x, axis=-1, keepdims=True), ops.var(x, axis=-1, keepdims=True)

    def blended(self, old, new):
        return super().blended(old, ops.mean(new))

    def get_config(self):
        return {**super(BatchNormalization, self).get_config(), "epsilon": self.epsilon}


@mistake("LayerNormalization")
class ForgetsTheEpsilonInItsConfig(LayerInPieces):
    """get_config does not say what epsilon is, so a saved model cannot be loaded as it was. Extend
    the dictionary that super().get_config() returns."""

    def get_config(self):
        return super(LayerNormalization, self).get_config()


@mistake("LayerNormalization")
class SaysOnlyItsEpsilon(LayerInPieces):
    """get_config holds epsilon, and none of what every layer has: name, dtype, trainable. Begin with
    what super().get_config() returns."""

    def get_config(self):
        return {"epsilon": self.epsilon}


@mistake("LayerNormalization")
class DropsWhatEveryLayerTakesToo(LayerInPieces):
    """**kwargs is accepted and goes nowhere, so name, dtype and trainable have no effect. Hand it on:
    super().__init__(**kwargs)."""

    def __init__(self, epsilon=1e-3, **kwargs):  # noqa: ARG002
        super().__init__(epsilon)


@mistake("LayerNormalization")
class RowsInHalfPrecision(LayerInPieces):
    """Mean and variance are computed in the dtype of the input. In float16 nothing above 65504
    exists, and a spread of 300 has a variance of 90000. Cast the input to float32 first, and the
    result back at the end."""

    def widened(self, inputs):
        return ops.cast(inputs, self.compute_dtype)

    def of_rows(self, x):
        mean, _ = super().of_rows(x)
        return mean, ops.mean(ops.square(x - mean), axis=-1, keepdims=True)


@mistake("LayerNormalization")
class LetsKerasRoundGamma(LayerInPieces):
    """Under mixed_float16 Keras hands the weights to call rounded to float16. Make them with
    autocast=False and compute in float32 to the end."""

    def differently(self, name):  # noqa: ARG002
        return {"autocast": True}


@mistake("LayerNormalization")
class RowsAlwaysInFloat32(LayerInPieces):
    """Everything is computed in float32. For float16 that is right; under the policy "float64" half of
    the digits are lost on the way. Compute in the wider of float32 and self.compute_dtype."""

    def widened(self, inputs):
        return ops.cast(inputs, "float32")


@mistake("LayerNormalization")
class RowsKeepTheWideDtype(LayerInPieces):
    """The computation runs in float32, which is right, and so does the output, which should have
    the layer's compute dtype. Cast it at the end: ops.cast(result, self.compute_dtype)."""

    def normalized(self, x, mean, variance):
        return self.combined(x, mean, variance)


@mistake("LayerNormalization")
class CastsOnlyTheRows(InputCastAlone, LayerInPieces):
    __doc__ = InputCastAlone.__doc__


@mistake("LayerNormalization")
class RowsReturnTheDtypeOfTheInput(DtypeOfTheInput, LayerInPieces):
    __doc__ = DtypeOfTheInput.__doc__


@mistake("LayerNormalization")
class RowsLeaveIntegersAsTheyAre(IntegersAsTheyAre, LayerInPieces):
    __doc__ = IntegersAsTheyAre.__doc__


@mistake("LayerNormalization")
class CentresIntegerRows(LayerInPieces):
    """The mean of integers is taken, and subtracted, before they are cast: it is cut to a whole number,
    and unsigned integers have nothing below 0. Cast the input first."""

    def call(self, inputs, training=None):
        if keras.backend.is_float_dtype(inputs.dtype):
            return super().call(inputs, training=training)
        x = ops.convert_to_tensor(inputs)
        centred = self.widened(x - tf.reduce_mean(x, axis=-1, keepdims=True))
        return self.normalized(centred, 0.0, ops.mean(ops.square(centred), axis=-1, keepdims=True))


@mistake("LayerNormalization")
class RowsCastNothing(NothingCast, LayerInPieces):
    __doc__ = NothingCast.__doc__
