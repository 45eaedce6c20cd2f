import keras
import tensorflow as tf
from keras import ops

PREDICTIONS = {"what_is_dropped": "units", "survivor_scale": 1 / 0.8, "at_inference": 6, "coin_flips": 8 * 32}


def checked(rate):
    if 0 <= rate <= 1:
        return rate
    raise ValueError("rate=%r is not in [0, 1]" % rate)


def drop(x, rate, generator, shape):
    if rate >= 1:
        return 0 * x
    noise = keras.random.uniform(shape, seed=generator)
    mask = ops.cast(noise >= rate, x.dtype)
    return x * mask / tf.cast(1 - rate, x.dtype)


def dropout(x, rate, seed):
    checked(rate)
    x = ops.convert_to_tensor(x)
    if not keras.backend.is_float_dtype(x.dtype):
        x = ops.cast(x, "float32")
    return drop(x, rate, seed, ops.shape(x))


class Dropping(keras.layers.Layer):
    """What the three have in common: everything but the shape of the mask."""

    def __init__(self, rate, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.rate, self.seed = checked(rate), seed
        self.generator = keras.random.SeedGenerator(seed)

    def call(self, x, training=False):
        x = ops.cast(x, self.compute_dtype)
        if training:
            return drop(x, self.rate, self.generator, self.mask_shape(ops.shape(x)))
        return x

    def get_config(self):
        return super().get_config() | {"rate": self.rate, "seed": self.seed}


class Dropout(Dropping):
    def mask_shape(self, shape):
        return shape


class SpatialDropout2D(Dropping):
    def mask_shape(self, shape):
        return shape[0], 1, 1, shape[3]


class DropPath(Dropping):
    def mask_shape(self, shape):
        return (shape[0], *[1 for _ in shape[1:]])


def mc_predict(model, x, passes):
    before = [ops.copy(w) for w in model.weights]
    y = [ops.convert_to_tensor(model(x, training=True)) for _ in range(passes)]
    for w, old in zip(model.weights, before):
        w.assign(old)
    mean = sum(y) / passes
    return mean, ops.sqrt(sum((one - mean) ** 2 for one in y) / passes)
