# TensorFlow's own stateless random numbers, a gradient written by hand, floor(keep + u) for the mask, and a
# compiled pass in mc_predict.
import keras
import tensorflow as tf

PREDICTIONS = {
    "what_is_dropped": "units",
    "survivor_scale": 1.25,
    "at_inference": 6.0,
    "coin_flips": 256,
}


def mask_of(shape, rate, generator, dtype):
    seed = tf.cast(generator.next(), tf.int32)
    uniform = tf.random.stateless_uniform(shape, seed, dtype=tf.float32)
    return tf.cast(tf.floor(uniform + (1.0 - rate)), dtype)


@tf.custom_gradient
def apply(x, factor):
    def backward(upstream):
        return upstream * factor, None

    return tf.where(factor > 0, x * factor, tf.zeros_like(x)), backward


def check(rate):
    if rate < 0.0 or rate > 1.0:
        raise ValueError(f"expected 0 <= rate <= 1, received {rate}")


def inverse(rate):
    return 0.0 if rate == 1 else 1.0 / (1.0 - rate)


def dropout(x, rate, seed):
    check(rate)
    x = tf.convert_to_tensor(x)
    if not x.dtype.is_floating:
        x = tf.cast(x, tf.float32)
    factor = mask_of(tf.shape(x), rate, seed, x.dtype) * tf.cast(inverse(rate), x.dtype)
    return apply(x, factor)


@keras.saving.register_keras_serializable(package="nets")
class Dropout(keras.layers.Layer):
    def __init__(self, rate, seed=None, **kwargs):
        check(rate)
        super().__init__(**kwargs)
        self.rate, self.seed = rate, seed
        self.seed_generator = keras.random.SeedGenerator(seed)
        self.supports_masking = True

    def coins(self, x):
        return tf.shape(x)

    def call(self, inputs, training=False):
        inputs = tf.cast(inputs, self.compute_dtype)
        if not training or self.rate == 0:
            return inputs
        factor = mask_of(self.coins(inputs), self.rate, self.seed_generator, inputs.dtype)
        return apply(inputs, tf.broadcast_to(factor * inverse(self.rate), tf.shape(inputs)))

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        config = super().get_config()
        config.update(rate=self.rate, seed=self.seed)
        return config


@keras.saving.register_keras_serializable(package="nets")
class SpatialDropout2D(Dropout):
    def __init__(self, rate, seed=None, **kwargs):
        super().__init__(rate, seed, **kwargs)
        self.input_spec = keras.layers.InputSpec(ndim=4)

    def coins(self, x):
        shape = tf.shape(x)
        return tf.stack([shape[0], 1, 1, shape[3]])


@keras.saving.register_keras_serializable(package="nets")
class DropPath(Dropout):
    def coins(self, x):
        return tf.concat([tf.shape(x)[:1], tf.ones([tf.rank(x) - 1], tf.int32)], axis=0)


def mc_predict(model, x, passes):
    before = [tf.identity(v.value) for v in model.non_trainable_weights]

    @tf.function
    def one_pass(batch):
        return model(batch, training=True)

    answers = [one_pass(tf.convert_to_tensor(x)) for _ in range(passes)]
    for variable, value in zip(model.non_trainable_weights, before, strict=True):
        variable.assign(value)
    stacked = tf.stack(answers, axis=-1)
    return tf.reduce_mean(stacked, axis=-1), tf.math.reduce_std(stacked, axis=-1)
