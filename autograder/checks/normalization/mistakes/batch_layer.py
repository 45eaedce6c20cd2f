"""Mistakes in `BatchNormalization`: the layer."""

import tensorflow as tf

from nnlearn.diagnosis import mistake

from .dtypes import DtypeOfTheInput, InputCastAlone, IntegersAsTheyAre, NothingCast
from .moments import all_but_last
from .pieces import BatchInPieces


@mistake("BatchNormalization")
class FixesGamma(BatchInPieces):
    """gamma was made with trainable=False: it stays 1 however long you train. Only the moving
    statistics are not trained."""

    def differently(self, name):
        return {"trainable": False} if name == "gamma" else {}


@mistake("BatchNormalization")
class FixesBeta(BatchInPieces):
    """beta was made with trainable=False: it stays 0 however long you train. Only the moving
    statistics are not trained."""

    def differently(self, name):
        return {"trainable": False} if name == "beta" else {}


@mistake("BatchNormalization")
class FixesGammaAndBeta(BatchInPieces):
    """gamma and beta were made with trainable=False: they stay 1 and 0 however long you train. Only
    the moving statistics are not trained."""

    def differently(self, name):  # noqa: ARG002
        return {"trainable": False}


@mistake("BatchNormalization")
class StartsGammaAtZero(BatchInPieces):
    """gamma starts as zeros, so the layer says beta whatever it is given, and no gradient reaches the
    layers before it. It should start as ones."""

    def differently(self, name):
        return {"initializer": "zeros"} if name == "gamma" else {}


@mistake("BatchNormalization")
class StartsAtRandom(BatchInPieces):
    """Weights are made without an initializer, gamma for one, and add_weight then draws random numbers: a
    new layer scales and shifts at random. Say initializer="ones" for gamma and moving_variance, and
    initializer="zeros" for beta and moving_mean."""

    def differently(self, name):  # noqa: ARG002
        return {"initializer": None}


@mistake("BatchNormalization")
class StartsBetaAtOne(BatchInPieces):
    """beta starts as ones, as gamma does. It is added, so what changes nothing is 0: it should start as
    zeros."""

    def differently(self, name):
        return {"initializer": "ones"} if name == "beta" else {}


@mistake("BatchNormalization")
class OneGammaForTheLayer(BatchInPieces):
    """gamma and beta are single numbers, so all features are scaled alike. Each feature has its
    own: their shape is (features,)."""

    def differently(self, name):
        return {"shape": ()} if name in ("gamma", "beta") else {}


@mistake("BatchNormalization")
class MakesBetaFirst(BatchInPieces):
    """beta is made before gamma. Saved weights are told apart by their order alone, and it is gamma,
    beta, moving_mean, moving_variance."""

    def build(self, input_shape):
        super().build(input_shape)
        self.gamma, self.beta = self.beta, self.gamma

    def differently(self, name):
        return {"gamma": {"initializer": "zeros"}, "beta": {"initializer": "ones"}}.get(name, {})


@mistake("BatchNormalization")
class MakesTheVarianceFirst(BatchInPieces):
    """moving_variance is made before moving_mean. Saved weights are told apart by their order alone,
    and it is gamma, beta, moving_mean, moving_variance."""

    def build(self, input_shape):
        super().build(input_shape)
        self.moving_mean, self.moving_variance = self.moving_variance, self.moving_mean

    def differently(self, name):
        starts = {"moving_mean": {"initializer": "ones"}, "moving_variance": {"initializer": "zeros"}}
        return starts.get(name, {})


@mistake("BatchNormalization")
class KeepsItsWeightsInFloat32(BatchInPieces):
    """The weights are float32 whatever the policy says. Leave the dtype to add_weight: it takes the
    layer's variable dtype."""

    def differently(self, name):  # noqa: ARG002
        return {"dtype": "float32"}


@mistake("BatchNormalization")
class TrainsTheStatistics(BatchInPieces):
    """The moving statistics are trainable weights. They are counted, not learned: the optimizer
    (and weight decay) would pull at them. Make them with trainable=False."""

    def differently(self, name):
        return {"trainable": True} if name.startswith("moving") else {}


@mistake("BatchNormalization")
class LosesItsConfig(BatchInPieces):
    """get_config does not say what momentum and epsilon are, so a saved model cannot be loaded as
    it was. Extend the dictionary that super().get_config() returns."""

    def get_config(self):
        return super(BatchNormalization, self).get_config()


@mistake("BatchNormalization")
class LosesItsMomentum(BatchInPieces):
    """get_config does not say what momentum is, so a layer that is made again from it, or loaded, goes
    on with 0.99. It has to hold both arguments."""

    def get_config(self):
        return {**super(BatchNormalization, self).get_config(), "epsilon": self.epsilon}


@mistake("BatchNormalization")
class LosesItsEpsilon(BatchInPieces):
    """get_config does not say what epsilon is, so a layer that is made again from it, or loaded, goes
    on with 0.001. It has to hold both arguments."""

    def get_config(self):
        return {**super(BatchNormalization, self).get_config(), "momentum": self.momentum}


@mistake("BatchNormalization")
class SaysOnlyItsOwnArguments(BatchInPieces):
    """get_config holds momentum and epsilon, and none of what every layer has: name, dtype, trainable.
    Begin with what super().get_config() returns."""

    def get_config(self):
        return {"momentum": self.momentum, "epsilon": self.epsilon}


@mistake("BatchNormalization")
class DropsWhatEveryLayerTakes(BatchInPieces):
    """**kwargs is accepted and goes nowhere, so name, dtype and trainable have no effect. Hand it on:
    super().__init__(**kwargs)."""

    def __init__(self, momentum=0.99, epsilon=1e-3, **kwargs):  # noqa: ARG002
        super().__init__(momentum, epsilon)


@mistake("BatchNormalization")
class ComputesInHalfPrecision(BatchInPieces):
    """The statistics are computed in the dtype of the input. In float16 nothing above 65504 exists,
    and a spread of 300 has a variance of 90000. Cast the input to float32 first, and the result back
    at the end."""

    def widened(self, inputs):
        return ops.cast(inputs, self.compute_dtype)

    def of_batch(self, x):
        mean, _ = super().of_batch(x)
        return mean, ops.mean(ops.square(x - mean), axis=all_but_last(x))


@mistake("BatchNormalization")
class LetsKerasRoundTheWeights(BatchInPieces):
    """Under mixed_float16 Keras hands the weights to call rounded to float16, moving statistics
    included, and every update rounds them again. Make the weights with autocast=False."""

    def differently(self, name):  # noqa: ARG002
        return {"autocast": True}


@mistake("BatchNormalization")
class KeepsTheWideDtype(BatchInPieces):
    """The computation runs in float32, which is right, and so does the output, which should have
    the layer's compute dtype. Cast it at the end: ops.cast(result, self.compute_dtype)."""

    def normalized(self, x, mean, variance):
        return self.combined(x, mean, variance)


@mistake("BatchNormalization")
class AlwaysInFloat32(BatchInPieces):
    """Everything is computed in float32. For float16 that is right; under the policy "float64" half of
    the digits are lost on the way. Compute in the wider of float32 and self.compute_dtype."""

    def widened(self, inputs):
        return ops.cast(inputs, "float32")


@mistake("BatchNormalization")
class CastsOnlyTheInput(InputCastAlone, BatchInPieces):
    __doc__ = InputCastAlone.__doc__


@mistake("BatchNormalization")
class ReturnsTheDtypeOfTheInput(DtypeOfTheInput, BatchInPieces):
    __doc__ = DtypeOfTheInput.__doc__


@mistake("BatchNormalization")
class LeavesIntegersAsTheyAre(IntegersAsTheyAre, BatchInPieces):
    __doc__ = IntegersAsTheyAre.__doc__


@mistake("BatchNormalization")
class CentresIntegers(BatchInPieces):
    """The mean of integers is taken, and subtracted, before they are cast: it is cut to a whole number,
    and unsigned integers have nothing below 0. Cast the input first."""

    def call(self, inputs, training=None):
        if keras.backend.is_float_dtype(inputs.dtype) or not self.trains(training):
            return super().call(inputs, training=training)
        x = ops.convert_to_tensor(inputs)
        mean = tf.reduce_mean(x, axis=all_but_last(x))
        centred = self.widened(x - mean)
        variance = ops.mean(ops.square(centred), axis=all_but_last(x))
        self.remember(self.widened(mean), variance)
        return self.normalized(centred, 0.0, variance)


@mistake("BatchNormalization")
class CastsNothing(NothingCast, BatchInPieces):
    __doc__ = NothingCast.__doc__
