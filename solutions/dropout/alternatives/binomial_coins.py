# Coins from the binomial distribution; every layer calls the function; one big batch instead of many passes, and
# normalization layers frozen meanwhile.
import keras
from keras import ops

PREDICTIONS = {
    "what_is_dropped": "units",
    "survivor_scale": 1.25,
    "at_inference": 6,
    "coin_flips": 256,
}


def with_coins(x, rate, seed, shape):
    if rate == 1:
        return ops.zeros_like(x)
    heads = keras.random.binomial(shape, 1.0, 1.0 - rate, dtype="float32", seed=seed)
    return ops.multiply(x, ops.divide(ops.cast(heads, x.dtype), ops.cast(1.0 - rate, x.dtype)))


def checked(rate):
    try:
        inside = min(max(rate, 0), 1) == rate
    except TypeError:
        inside = False
    if inside:
        return rate
    raise ValueError(f"The rate has to be from 0 to 1 and is {rate!r}.")


def dropout(x, rate, seed):
    x = ops.convert_to_tensor(x)
    if not keras.backend.is_float_dtype(x.dtype):
        x = ops.cast(x, keras.config.floatx())
    return with_coins(x, checked(rate), seed, ops.shape(x))


class Dropout(keras.Layer):
    def __init__(self, rate, seed=None, name=None, **options):
        super().__init__(name=name, **options)
        self.rate = checked(rate)
        self.coins = keras.random.SeedGenerator(seed)
        self.seed = seed

    def shape_of_coins(self, shape):
        return shape

    def call(self, values, training=None):
        values = ops.cast(values, self.dtype_policy.compute_dtype)
        if training:
            return with_coins(values, self.rate, self.coins, self.shape_of_coins(ops.shape(values)))
        return values

    def get_config(self):
        return dict(super().get_config(), rate=self.rate, seed=self.seed)


class SpatialDropout2D(Dropout):
    def shape_of_coins(self, shape):
        return (shape[0], 1, 1, shape[-1])


class DropPath(Dropout):
    def shape_of_coins(self, shape):
        return tuple(size if axis == 0 else 1 for axis, size in enumerate(shape))


def mc_predict(model, x, passes):
    normalizing = [
        layer
        for layer in model.layers
        if isinstance(layer, keras.layers.BatchNormalization) and layer.trainable
    ]
    for layer in normalizing:
        layer.trainable = False
    x = ops.convert_to_tensor(x)
    try:
        answers = model(ops.concatenate([x] * passes), training=True)
    finally:
        for layer in normalizing:
            layer.trainable = True
    answers = ops.reshape(answers, (passes, -1, *answers.shape[1:]))
    return ops.mean(answers, axis=0), ops.std(answers, axis=0)
