# Written the way a beginner would: one thing per line, everything named, nothing shared.
# ruff: noqa: PERF401, RET504
import keras
import numpy as np

PREDICTIONS = {
    "what_is_dropped": "units",
    "survivor_scale": 1 / 0.8,
    "at_inference": 6,
    "coin_flips": 8 * 32,
}


def dropout(x, rate, seed):
    if rate < 0:
        raise ValueError("rate must not be negative, but it is " + str(rate))
    if rate > 1:
        raise ValueError("rate must not be above 1, but it is " + str(rate))
    x = keras.ops.convert_to_tensor(x)
    if "int" in keras.backend.standardize_dtype(x.dtype):
        x = keras.ops.cast(x, "float32")
    keep_probability = 1 - rate
    if keep_probability == 0:
        return x * 0
    random_numbers = keras.random.uniform(keras.ops.shape(x), seed=seed)
    mask = random_numbers < keep_probability
    mask = keras.ops.cast(mask, x.dtype)
    result = x * mask
    result = result / keep_probability
    return result


class Dropout(keras.layers.Layer):
    def __init__(self, rate, seed=None, **kwargs):
        if rate < 0 or rate > 1:
            raise ValueError("Invalid rate: " + str(rate))
        super().__init__(**kwargs)
        self.rate = rate
        self.seed = seed
        self.generator = keras.random.SeedGenerator(seed=seed)

    def call(self, inputs, training=None):
        if training is None or not training:
            return inputs
        if self.rate == 0:
            return inputs
        inputs = keras.ops.cast(inputs, self.compute_dtype)
        if self.rate == 1:
            return keras.ops.zeros_like(inputs)
        random_numbers = keras.random.uniform(keras.ops.shape(inputs), seed=self.generator)
        mask = keras.ops.cast(random_numbers > self.rate, inputs.dtype)
        scale = 1 / (1 - self.rate)
        return inputs * mask * scale

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        config = super().get_config()
        config["rate"] = self.rate
        config["seed"] = self.seed
        return config


class SpatialDropout2D(keras.layers.Layer):
    def __init__(self, rate, seed=None, **kwargs):
        if rate < 0 or rate > 1:
            raise ValueError("Invalid rate: " + str(rate))
        super().__init__(**kwargs)
        self.rate = rate
        self.seed = seed
        self.generator = keras.random.SeedGenerator(seed=seed)

    def call(self, inputs, training=None):
        if not training:
            return inputs
        inputs = keras.ops.cast(inputs, self.compute_dtype)
        if self.rate == 1:
            return keras.ops.zeros_like(inputs)
        shape = keras.ops.shape(inputs)
        batch_size = shape[0]
        channels = shape[3]
        random_numbers = keras.random.uniform((batch_size, channels), seed=self.generator)
        random_numbers = keras.ops.expand_dims(random_numbers, axis=1)
        random_numbers = keras.ops.expand_dims(random_numbers, axis=1)
        mask = keras.ops.cast(random_numbers > self.rate, inputs.dtype)
        scale = 1 / (1 - self.rate)
        return inputs * mask * scale

    def get_config(self):
        config = super().get_config()
        config["rate"] = self.rate
        config["seed"] = self.seed
        return config


class DropPath(keras.layers.Layer):
    def __init__(self, rate, seed=None, **kwargs):
        if rate < 0 or rate > 1:
            raise ValueError("Invalid rate: " + str(rate))
        super().__init__(**kwargs)
        self.rate = rate
        self.seed = seed
        self.generator = keras.random.SeedGenerator(seed=seed)

    def call(self, inputs, training=None):
        if not training:
            return inputs
        inputs = keras.ops.cast(inputs, self.compute_dtype)
        if self.rate == 1:
            return keras.ops.zeros_like(inputs)
        mask_shape = [keras.ops.shape(inputs)[0]]
        for _ in range(keras.ops.ndim(inputs) - 1):
            mask_shape.append(1)
        random_numbers = keras.random.uniform(mask_shape, seed=self.generator)
        mask = keras.ops.cast(random_numbers > self.rate, inputs.dtype)
        scale = 1 / (1 - self.rate)
        return inputs * mask * scale

    def get_config(self):
        config = super().get_config()
        config["rate"] = self.rate
        config["seed"] = self.seed
        return config


def mc_predict(model, x, passes):
    saved = []
    for weight in model.weights:
        saved.append(np.array(weight))
    predictions = []
    for _ in range(passes):
        prediction = model(x, training=True)
        predictions.append(np.array(prediction))
    for weight, value in zip(model.weights, saved, strict=True):
        weight.assign(value)
    total = np.zeros(predictions[0].shape)
    for prediction in predictions:
        total = total + prediction
    mean = total / passes
    squares = np.zeros(mean.shape)
    for prediction in predictions:
        squares = squares + (prediction - mean) ** 2
    deviation = np.sqrt(squares / passes)
    return mean, deviation
