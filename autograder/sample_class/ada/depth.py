"""Depth: what I build first is the table of layers, then the model."""

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops

PREDICTIONS = {"training_error": "higher", "first_gradient": 2, "biases": 1}


def deepen(model, position):
    dense = model.layers
    if position < 0 or position > len(dense) - 2:
        raise ValueError("there is no place behind this layer")
    here = dense[position]
    if keras.activations.serialize(here.activation) not in {"relu", "linear"}:
        raise ValueError("its activation changes what has passed it before")
    copy = keras.models.clone_model(model)
    copy.set_weights(model.get_weights())
    again = layers.Dense(
        here.units, here.activation, kernel_initializer="identity", dtype=here.dtype_policy, name=f"deeper_{len(dense)}"
    )
    chain = [*copy.layers[: position + 1], again, *copy.layers[position + 1 :]]
    return keras.Sequential([keras.Input(model.input_shape[1:], dtype=model.inputs[0].dtype), *chain])


def build_mlp(inputs, outputs, units, depth, residual=False, normalize=False, seed=0):
    seeds = np.random.default_rng(seed).permutation(10 * (depth + 2))
    sizes = [units] * (depth + 1) + [outputs]
    kernels = []
    for number, size in enumerate(sizes):
        variance = 2.0
        if residual and 0 < number <= depth:
            variance = variance / depth
        init = keras.initializers.VarianceScaling(
            variance, "fan_in", "truncated_normal", seed=int(seed) * 1000 + int(seeds[number])
        )
        bias = not normalize or number == depth + 1
        kernels.append(layers.Dense(size, use_bias=bias, kernel_initializer=init))
    x = keras.Input((inputs,))
    h = kernels[0](x)
    for number, dense in enumerate(kernels[1:], start=1):
        a = layers.BatchNormalization()(h) if normalize else h
        b = dense(layers.ReLU()(a))
        h = layers.add([h, b]) if residual and number <= depth else b
    return keras.Model(x, h)


def gradient_norms(model, loss_fn, x, y):
    saved = model.get_weights()
    kernels = [v for v in model.trainable_variables if len(v.shape) > 1]
    with tf.GradientTape() as tape:
        loss = ops.mean(loss_fn(y, model(x, training=True)))
        loss += sum(model.losses)
    norms = []
    for slope in tape.gradient(loss, kernels):
        if slope is None:
            norms.append(0.0)
        else:
            norms.append(float(np.linalg.norm(np.float64(tf.convert_to_tensor(slope)).ravel())))
    model.set_weights(saved)
    return norms


def conv_stack(pattern, filters, kernel_size=3):
    words = pattern.split("-")
    for word in words:
        if word not in ("conv", "bn", "relu"):
            raise ValueError(f"{word}?")
    if words.count("conv") != 1:
        raise ValueError("one conv, please")
    text = [word for _ in filters for word in words] + ["end"]
    counts = list(filters)
    stack = []
    for word, after in zip(text[:-1], text[1:], strict=True):
        if word == "conv":
            stack.append(layers.Conv2D(counts.pop(0), kernel_size, padding="same", use_bias=after != "bn"))
        if word == "bn":
            stack.append(layers.BatchNormalization())
        if word == "relu":
            stack.append(layers.Activation("relu"))
    return stack


class ResidualBlock(layers.Layer):
    def __init__(self, filters, kernel_size=3, stride=1, pre_activation=False, zero_init=True, **kwargs):
        super().__init__(**kwargs)
        self.filters = filters
        self.kernel_size = kernel_size
        self.stride = stride
        self.pre_activation = pre_activation
        self.zero_init = zero_init

    def build(self, shape):
        policy = self.dtype_policy
        plain = {"padding": "same", "use_bias": False, "dtype": policy}
        last_kernel = "zeros" if self.pre_activation and self.zero_init else "glorot_uniform"
        last_gamma = "zeros" if not self.pre_activation and self.zero_init else "ones"
        self.conv1 = layers.Conv2D(self.filters, self.kernel_size, strides=self.stride, **plain)
        self.conv2 = layers.Conv2D(self.filters, self.kernel_size, kernel_initializer=last_kernel, **plain)
        self.norm1 = layers.BatchNormalization(dtype=policy)
        self.norm2 = layers.BatchNormalization(gamma_initializer=last_gamma, dtype=policy)
        self.projection = None
        self.projection_norm = None
        smaller = self.conv1.compute_output_shape(shape)
        if tuple(smaller) != tuple(shape) or self.stride > 1:
            self.projection = layers.Conv2D(self.filters, 1, strides=self.stride, **plain)
            self.projection.build(shape)
            if not self.pre_activation:
                self.projection_norm = layers.BatchNormalization(dtype=policy)
                self.projection_norm.build(smaller)
        self.conv1.build(shape)
        self.conv2.build(smaller)
        self.norm1.build(shape if self.pre_activation else smaller)
        self.norm2.build(smaller)

    def call(self, x):
        way_round = x
        if self.pre_activation:
            x = ops.relu(self.norm1(x))
            if self.projection is not None:
                way_round = self.projection(x)
            x = self.conv1(x)
            x = ops.relu(self.norm2(x))
            return way_round + self.conv2(x)
        if self.projection is not None:
            way_round = self.projection_norm(self.projection(x))
        x = ops.relu(self.norm1(self.conv1(x)))
        x = self.norm2(self.conv2(x))
        return ops.relu(way_round + x)

    def get_config(self):
        config = super().get_config()
        for name in ("filters", "kernel_size", "stride", "pre_activation", "zero_init"):
            config[name] = getattr(self, name)
        return config


block = ResidualBlock(4)
print(np.asarray(block(np.ones((1, 3, 3, 4), "float32"))).mean(), "should be 1: a new block changes nothing here")
