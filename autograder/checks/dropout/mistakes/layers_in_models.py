"""Mistakes in every layer: configurations, dtypes and gradients."""

from .layers import in_every_layer


@in_every_layer
class ForgetsItsArguments:
    """get_config does not return rate and seed, so a saved layer cannot be made again: its constructor
    misses an argument. Add both to what super().get_config() returns."""

    def get_config(self):
        return keras.layers.Layer.get_config(self)


@in_every_layer
class ForgetsItsSeed:
    """get_config leaves the seed out, so a layer that was saved and loaded draws other masks than the one
    that was saved. Every argument of the constructor belongs in the configuration."""

    def get_config(self):
        config = super().get_config()
        del config["seed"]
        return config


@in_every_layer
class ForgetsItsName:
    """get_config returns rate and seed only. Name and dtype are in the configuration of the base class:
    start from super().get_config() and add to it."""

    def get_config(self):
        return {"rate": self.rate, "seed": self.seed}


@in_every_layer
class ForgetsItsDtype:
    """The dtype of the layer is missing in what get_config returns, so that a copy computes in another one.
    The configuration of the base class holds it: start from super().get_config() and add to it."""

    def get_config(self):
        return {"name": self.name, "rate": self.rate, "seed": self.seed}


@in_every_layer
class PassesNothingOn:
    """The constructor does not hand **kwargs on to super().__init__, so that name, dtype and trainable are
    lost: the layer takes them and does nothing with them."""

    def __init__(self, rate, seed=None, **kwargs):
        del kwargs
        super().__init__(rate, seed)


@in_every_layer
class IgnoresItsDtype:
    """The layer computes in float32 whatever its dtype is. In mixed precision the next layer gets the
    wrong type. Cast to self.compute_dtype."""

    def call(self, x, training=False):
        return ops.cast(super().call(x, training=training), "float32")


@in_every_layer
class IgnoresItsDtypeInTraining:
    """In training the layer returns float32 whatever its dtype is, and its compute dtype at inference only.
    Cast to self.compute_dtype before anything else, in both."""

    def call(self, x, training=False):
        y = super().call(x, training=training)
        return ops.cast(y, "float32") if training else y


class StaysWhole:
    """Integers stay integers: the layer works in the dtype of its input, so that x / (1 - rate) loses its
    fraction or does not come out at all. A layer casts its input to self.compute_dtype first; Keras does
    that by itself for floating inputs only."""

    def call(self, x, training=False):
        whole, given = not keras.backend.is_float_dtype(x.dtype), x
        y = super().call(x, training=training)
        if not whole or not training:
            return y
        return self.of_integers(ops.convert_to_tensor(given), y)


@in_every_layer
class IntegersStayIntegers(StaysWhole):
    __doc__ = StaysWhole.__doc__

    def of_integers(self, x, y):
        return ops.cast(y, x.dtype)


@in_every_layer
class IntegersAreScaledAsIntegers(StaysWhole):
    __doc__ = StaysWhole.__doc__

    def of_integers(self, x, y):
        return ops.cast(ops.where(y != 0, x, ops.zeros_like(x)), self.compute_dtype)


@in_every_layer
class IntegersAreTruncated(StaysWhole):
    __doc__ = StaysWhole.__doc__

    def of_integers(self, x, y):
        return ops.cast(ops.cast(y, x.dtype), self.compute_dtype)


@in_every_layer
class IntegersBecomeFloat32(StaysWhole):
    __doc__ = StaysWhole.__doc__

    def of_integers(self, x, y):
        return ops.where(y != 0, ops.cast(x, "float32") / (1 - self.rate), 0.0)


@in_every_layer
class IntegersCannotBeScaled(StaysWhole):
    __doc__ = StaysWhole.__doc__

    def of_integers(self, x, y):  # noqa: ARG002
        return x / (1 - self.rate)


@in_every_layer
class StopsGradients:
    """No gradient passes the layer in training, so the layers before it never learn: stop_gradient is
    around the whole product, or the work leaves TensorFlow for NumPy. Only the mask is constant."""

    def call(self, x, training=False):
        y = super().call(x, training=training)
        return ops.stop_gradient(y) if training else y
