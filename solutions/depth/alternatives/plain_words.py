"""Lists first, layers afterwards; a network is described as data and then built; sublayers are made in __init__."""

import keras
import numpy as np
import tensorflow as tf

PREDICTIONS = {"training_error": "higher", "first_gradient": 2, "biases": 1}


def deepen(model, position):
    layers = list(model.layers)
    if position not in range(len(layers) - 1):
        raise ValueError("there has to be a Dense layer here, and another one behind it")
    kind = keras.activations.serialize(layers[position].activation)
    if kind not in ("relu", "linear"):
        raise ValueError(f"{kind} does not pass on what it gets")
    plan = []
    for number, layer in enumerate(layers):
        config = layer.get_config()
        config["name"] = f"layer_{len(plan)}"
        plan.append((config, layer.get_weights()))
        if number == position:
            eye = np.eye(layer.units)
            new = {"name": f"layer_{len(plan)}", "units": layer.units, "activation": kind}
            new |= {"use_bias": False, "dtype": layer.dtype_policy}
            plan.append((new, [eye]))
    deeper = keras.Sequential([keras.Input(model.input_shape[1:], dtype=model.input_dtype)])
    for config, weights in plan:
        deeper.add(keras.layers.Dense.from_config(config))
        deeper.layers[-1].set_weights(weights)
    return deeper


def build_mlp(inputs, outputs, units, depth, residual=False, normalize=False, seed=0):
    seeds = iter(np.random.SeedSequence(seed).generate_state(depth + 2))

    def dense(width, **kwargs):
        he = keras.initializers.HeNormal(seed=int(next(seeds)) // 2)
        return keras.layers.Dense(width, kernel_initializer=he, **kwargs)

    given = keras.Input(shape=(inputs,))
    stream = dense(units, use_bias=not normalize)(given)
    blocks = []
    for _ in range(depth):
        inner = stream
        if normalize:
            inner = keras.layers.BatchNormalization()(inner)
        inner = keras.layers.Activation("relu")(inner)
        block = dense(units, use_bias=not normalize)
        blocks.append(block)
        inner = block(inner)
        stream = keras.layers.Add()([stream, inner]) if residual else inner
    if normalize:
        stream = keras.layers.BatchNormalization()(stream)
    stream = keras.layers.Activation("relu")(stream)
    model = keras.Model(given, dense(outputs)(stream))
    if residual:
        for block in blocks:
            block.kernel.assign(block.kernel / np.sqrt(depth))
    return model


def gradient_norms(model, loss_fn, x, y):
    kept = [np.array(weight) for weight in model.weights]
    chosen = [variable.value for variable in model.trainable_variables if len(variable.shape) > 1]
    with tf.GradientTape() as tape:
        losses = loss_fn(y, model(x, training=True))
        total = tf.reduce_mean(losses)
        for penalty in model.losses:
            total = total + penalty
    lengths = []
    for slope in tape.gradient(total, chosen, unconnected_gradients=tf.UnconnectedGradients.ZERO):
        dense = tf.cast(tf.convert_to_tensor(slope), tf.float64)
        lengths.append(float(tf.norm(dense)))
    for weight, value in zip(model.weights, kept, strict=True):
        weight.assign(value)
    return lengths


def conv_stack(pattern, filters, kernel_size=3):
    words = pattern.split("-")
    if sorted(set(words) - {"bn", "relu"}) != ["conv"] or words.count("conv") > 1:
        raise ValueError(pattern)
    stack = []
    for count in filters:
        for word in words:
            if word == "conv":
                stack.append({"filters": count, "kernel_size": kernel_size, "padding": "same"})
            else:
                stack.append(word)
    layers = []
    for place, each in enumerate(stack):
        if each == "bn":
            layers.append(keras.layers.BatchNormalization())
        elif each == "relu":
            layers.append(keras.layers.Activation("relu"))
        else:
            normalized = stack[place + 1 : place + 2] == ["bn"]
            layers.append(keras.layers.Conv2D(**each, use_bias=not normalized))
    return layers


class ResidualBlock(keras.layers.Layer):
    def __init__(self, filters, kernel_size=3, stride=1, pre_activation=False, zero_init=True, **kwargs):
        super().__init__(**kwargs)
        self.settings = {
            "filters": filters,
            "kernel_size": kernel_size,
            "stride": stride,
            "pre_activation": pre_activation,
            "zero_init": zero_init,
        }
        conv = {"padding": "same", "use_bias": False, "dtype": self.dtype_policy}
        gamma = "zeros" if zero_init and not pre_activation else "ones"
        kernel = "zeros" if zero_init and pre_activation else "he_normal"
        self.conv1 = keras.layers.Conv2D(filters, kernel_size, stride, **conv)
        self.norm1 = keras.layers.BatchNormalization(dtype=self.dtype_policy)
        self.conv2 = keras.layers.Conv2D(filters, kernel_size, kernel_initializer=kernel, **conv)
        self.norm2 = keras.layers.BatchNormalization(gamma_initializer=gamma, dtype=self.dtype_policy)
        self.projection = keras.layers.Conv2D(filters, 1, stride, **conv)
        self.projection_norm = keras.layers.BatchNormalization(dtype=self.dtype_policy)

    def build(self, input_shape):
        if self.settings["stride"] == 1 and input_shape[-1] == self.settings["filters"]:
            self.projection = None
        if self.projection is None or self.settings["pre_activation"]:
            self.projection_norm = None
        shape = input_shape
        order = [self.conv1, self.norm1, self.conv2, self.norm2]
        if self.settings["pre_activation"]:
            order = [self.norm1, self.conv1, self.norm2, self.conv2]
        for layer in order:
            layer.build(shape)
            shape = layer.compute_output_shape(shape)
        if self.projection is not None:
            self.projection.build(input_shape)
        if self.projection_norm is not None:
            self.projection_norm.build(shape)

    def call(self, x):
        relu = keras.ops.relu
        if self.settings["pre_activation"]:
            a = relu(self.norm1(x))
            shortcut = x if self.projection is None else self.projection(a)
            return keras.ops.add(shortcut, self.conv2(relu(self.norm2(self.conv1(a)))))
        shortcut = x if self.projection is None else self.projection_norm(self.projection(x))
        return relu(keras.ops.add(shortcut, self.norm2(self.conv2(relu(self.norm1(self.conv1(x)))))))

    def get_config(self):
        return {**super().get_config(), **self.settings}
