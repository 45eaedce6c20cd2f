"""Step by step: a Sequential that grows layer by layer, seeds drawn one after the other, sublayers made in __init__."""

import keras
import numpy as np
import tensorflow as tf
from keras import ops


PREDICTIONS = {"training_error": "higher", "first_gradient": 2, "biases": 1}


def deepen(model, position):
    old = list(model.layers)
    if position not in range(len(old) - 1):
        raise ValueError(f"position must be from 0 to {len(old) - 2}, not {position}")
    position = int(position)
    before = old[position]
    if before.activation not in (keras.activations.relu, keras.activations.linear, None):
        raise ValueError("only relu and linear layers can be repeated")

    source = model.inputs[0]
    new = keras.Sequential([keras.Input(batch_shape=source.shape, dtype=source.dtype)])
    taken = {layer.name for layer in old}
    for number, layer in enumerate(old):
        config = layer.get_config()
        # The objects themselves: no trip through serialization is needed, nor safe with functions of one's own.
        for key in (
            "activation",
            "kernel_regularizer",
            "bias_regularizer",
            "activity_regularizer",
            "kernel_constraint",
            "bias_constraint",
        ):
            config[key] = getattr(layer, key)
        config["dtype"] = layer.dtype_policy
        copy = type(layer)(**config)
        new.add(copy)
        copy.set_weights(layer.get_weights())
        if number == position:
            name, count = f"{before.name}_deeper", 0
            while name in taken:
                count += 1
                name = f"{before.name}_deeper_{count}"
            new.add(
                keras.layers.Dense(
                    before.units,
                    activation=before.activation,
                    kernel_initializer="identity",
                    bias_initializer="zeros",
                    dtype=before.dtype_policy,
                    name=name,
                )
            )
    return new


def build_mlp(inputs, outputs, units, depth, residual=False, normalize=False, seed=0):
    draw = np.random.default_rng(seed)
    seeds = set()

    def dense(units, share=1.0, last=False):
        own = int(draw.integers(2**31))
        while own in seeds:
            own = int(draw.integers(2**31))
        seeds.add(own)
        return keras.layers.Dense(
            units,
            use_bias=last or not normalize,
            kernel_initializer=keras.initializers.VarianceScaling(
                scale=2.0 * share, mode="fan_in", distribution="truncated_normal", seed=own
            ),
            bias_initializer="zeros",
            dtype="float32",
        )

    def active(h):
        if normalize:
            h = keras.layers.BatchNormalization(dtype="float32")(h)
        return keras.layers.ReLU(dtype="float32")(h)

    x = keras.Input((inputs,), dtype="float32")
    h = dense(units)(x)
    for _ in range(depth):
        b = dense(units, 1.0 / depth if residual else 1.0)(active(h))
        h = keras.layers.Add(dtype="float32")([h, b]) if residual else b
    return keras.Model(x, dense(outputs, last=True)(active(h)))


def gradient_norms(model, loss_fn, x, y):
    kernels = [v for v in model.trainable_variables if len(v.shape) >= 2]
    values = [v.value for v in kernels]
    before = model.get_weights()
    try:
        with tf.GradientTape() as tape:
            for value in values:
                tape.watch(value)  # also those that were made while frozen
            loss = tf.reduce_mean(ops.convert_to_tensor(loss_fn(y, model(x, training=True))))
            for extra in model.losses:
                loss = loss + tf.cast(extra, loss.dtype)
        slopes = tape.gradient(loss, values)
    finally:
        model.set_weights(before)

    norms = []
    for slope in slopes:
        if slope is None:
            norms.append(0.0)
            continue
        flat = tf.convert_to_tensor(slope).numpy().astype("float64").ravel()
        norms.append(float(np.linalg.norm(flat)))
    return norms


def conv_stack(pattern, filters, kernel_size=3):
    words = pattern.split("-")
    if not set(words) <= {"conv", "bn", "relu"} or words.count("conv") != 1:
        raise ValueError(f"pattern must have 'conv' once, and else only 'bn' and 'relu', not {pattern!r}")
    following = words[1:] + words[:1]
    layers = []
    for number, count in enumerate(filters):
        for place, word in enumerate(words):
            if word == "bn":
                layers.append(keras.layers.BatchNormalization())
            elif word == "relu":
                layers.append(keras.layers.Activation("relu"))
            else:
                end = number == len(filters) - 1 and place == len(words) - 1
                use_bias = end or following[place] != "bn"
                layers.append(keras.layers.Conv2D(count, kernel_size, padding="same", use_bias=use_bias))
    return layers


@keras.saving.register_keras_serializable(package="depth")
class ResidualBlock(keras.layers.Layer):
    def __init__(self, filters, kernel_size=3, stride=1, pre_activation=False, zero_init=True, **kwargs):
        super().__init__(**kwargs)
        self.filters = filters
        self.kernel_size = kernel_size
        self.stride = stride
        self.pre_activation = pre_activation
        self.zero_init = zero_init

        zero_gamma = zero_init and not pre_activation
        zero_kernel = zero_init and pre_activation
        self.conv1 = self._conv("conv1", kernel_size, stride)
        self.norm1 = self._norm("norm1")
        self.conv2 = self._conv("conv2", kernel_size, 1, "zeros" if zero_kernel else "glorot_uniform")
        self.norm2 = self._norm("norm2", "zeros" if zero_gamma else "ones")
        self.projection = None
        self.projection_norm = None

    def _conv(self, name, size, stride, kernel="glorot_uniform"):
        return keras.layers.Conv2D(
            self.filters,
            size,
            strides=stride,
            padding="same",
            use_bias=False,
            data_format="channels_last",
            kernel_initializer=kernel,
            dtype=self.dtype_policy,
            trainable=self.trainable,
            name=name,
        )

    def _norm(self, name, gamma="ones"):
        return keras.layers.BatchNormalization(
            gamma_initializer=gamma, dtype=self.dtype_policy, trainable=self.trainable, name=name
        )

    def build(self, input_shape):
        input_shape = tuple(input_shape)
        if self.stride > 1 or input_shape[-1] != self.filters:
            self.projection = self._conv("projection", 1, self.stride)
            self.projection.build(input_shape)
            if not self.pre_activation:
                self.projection_norm = self._norm("projection_norm")
                self.projection_norm.build(self.compute_output_shape(input_shape))
        inner = self.compute_output_shape(input_shape)
        self.conv1.build(input_shape)
        self.norm1.build(input_shape if self.pre_activation else inner)
        self.conv2.build(inner)
        self.norm2.build(inner)
        self.built = True

    def compute_output_shape(self, input_shape):
        batch, *sides, _ = input_shape
        return (batch, *[None if side is None else -(-side // self.stride) for side in sides], self.filters)

    def call(self, x, training=None):
        if self.pre_activation:
            a = ops.relu(self.norm1(x, training=training))
            shortcut = x if self.projection is None else self.projection(a)
            b = self.conv1(a)
            b = ops.relu(self.norm2(b, training=training))
            return shortcut + self.conv2(b)
        b = self.conv1(x)
        b = ops.relu(self.norm1(b, training=training))
        b = self.norm2(self.conv2(b), training=training)
        shortcut = x
        if self.projection is not None:
            shortcut = self.projection_norm(self.projection(x), training=training)
        return ops.relu(shortcut + b)

    def get_config(self):
        return {
            **super().get_config(),
            "filters": self.filters,
            "kernel_size": self.kernel_size,
            "stride": self.stride,
            "pre_activation": self.pre_activation,
            "zero_init": self.zero_init,
        }
