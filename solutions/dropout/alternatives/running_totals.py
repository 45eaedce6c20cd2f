# Masks as factors in the dtype of the values, Welford's running mean and deviation.
import keras
import numpy as np
from keras import ops, random

PREDICTIONS = {
    "what_is_dropped": "units",
    "survivor_scale": 1.25,
    "at_inference": 6.0,
    "coin_flips": 256,
}


def factors(shape, rate, seed, dtype):
    """1 / (1 - rate) or 0 for each coin."""
    if rate in (0, 1):
        return ops.full(shape, 1.0 - rate, dtype=dtype)
    keep = 1 - rate
    heads = ops.less(random.uniform(shape, dtype="float32", seed=seed), keep)
    return ops.where(heads, ops.cast(1 / keep, dtype), ops.cast(0, dtype))


def require_probability(rate):
    assert_message = f"rate={rate} is not a probability"
    if rate > 1 or rate < 0:
        raise ValueError(assert_message)


def dropout(x, rate, seed):
    require_probability(rate)
    x = ops.convert_to_tensor(x)
    dtype = keras.backend.standardize_dtype(x.dtype)
    if not dtype.startswith("float"):
        dtype = "float32"
        x = ops.cast(x, dtype)
    return x * factors(ops.shape(x), rate, seed, dtype)


class Shared:
    """What the three layers have in common, as a mix-in."""

    def __init__(self, rate, seed=None, **kwargs):
        require_probability(rate)
        super().__init__(**kwargs)
        self.rate = float(rate)
        self.seed = seed
        self.rng = random.SeedGenerator(seed) if seed is not None else random.SeedGenerator()

    def call(self, x, training=False):
        if not training:
            return x
        x = ops.cast(x, self.compute_dtype)
        return x * factors(self.coin_shape(ops.shape(x)), self.rate, self.rng, self.compute_dtype)

    def get_config(self):
        config = super().get_config()
        return {**config, "rate": self.rate, "seed": self.seed}


class Dropout(Shared, keras.layers.Layer):
    def coin_shape(self, shape):
        return shape


class SpatialDropout2D(Shared, keras.layers.Layer):
    def coin_shape(self, shape):
        batch, _, _, channels = shape
        return batch, 1, 1, channels


class DropPath(Shared, keras.layers.Layer):
    def coin_shape(self, shape):
        return (shape[0], *(1 for _ in shape[1:]))


def mc_predict(model, x, passes):
    kept = {variable.path: np.copy(variable) for variable in model.weights}
    mean = spread = 0.0
    for count in range(1, passes + 1):
        answer = ops.convert_to_numpy(model(x, training=True)).astype("float64")
        step = answer - mean
        mean = mean + step / count
        spread = spread + step * (answer - mean)
    for variable in model.weights:
        variable.assign(kept[variable.path])
    return mean.astype("float32"), np.sqrt(spread / passes).astype("float32")
