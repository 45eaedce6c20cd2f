# One function and one base class carry everything; a layer is the shape of its coins.
import keras
from keras import ops

PREDICTIONS = {"what_is_dropped": "units", "survivor_scale": 1.25, "at_inference": 6.0, "coin_flips": 256}


def _drop(x, rate, seed, coins):
    return ops.where(keras.random.uniform(coins, seed=seed) < rate, 0.0, x / (1 - rate or 1))


def _valid(rate):
    if not 0 <= rate <= 1:
        raise ValueError(f"{rate=}")
    return rate


def dropout(x, rate, seed):
    x = ops.convert_to_tensor(x)
    x = x if keras.backend.is_float_dtype(x.dtype) else ops.cast(x, "float32")
    return _drop(x, _valid(rate), seed, ops.shape(x))


class _Masked(keras.layers.Layer):
    def __init__(self, rate, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.config = {"rate": _valid(rate), "seed": seed}
        self.random = keras.random.SeedGenerator(seed)

    def call(self, x, training=False):
        x = ops.cast(x, self.compute_dtype)
        return _drop(x, self.config["rate"], self.random, self.coins(x)) if training else x

    def get_config(self):
        return super().get_config() | self.config


class Dropout(_Masked):
    coins = staticmethod(ops.shape)


class SpatialDropout2D(_Masked):
    def coins(self, x):
        return (ops.shape(x)[0], 1, 1, x.shape[-1])


class DropPath(_Masked):
    def coins(self, x):
        return [ops.shape(x)[0]] + [1] * (x.ndim - 1)


def mc_predict(model, x, passes):
    weights = model.get_weights()
    y = ops.stack([model(x, training=True) for _ in range(passes)])
    model.set_weights(weights)
    return y.numpy().mean(0), y.numpy().std(0)
