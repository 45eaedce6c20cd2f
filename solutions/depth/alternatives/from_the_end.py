"""A copy of the whole model that is taken apart, a stack planned from its end, gradients of copies in a stateless scope."""

import keras
import numpy as np
import tensorflow as tf
from keras import ops


PREDICTIONS = {"training_error": "higher", "first_gradient": 2, "biases": 1}


def deepen(model, position):
    last = len(model.layers) - 1
    if not 0 <= position < last:
        raise ValueError(f"no layer can be inserted after number {position}")
    anchor = model.layers[position]
    if keras.activations.serialize(anchor.activation) not in ("relu", "linear"):
        raise ValueError("the activation must be relu or none")

    clone = keras.models.clone_model(model)  # new layers of the same configurations and names
    clone.set_weights(model.get_weights())
    names = [layer.name for layer in clone.layers]
    added = keras.layers.Dense(
        anchor.units,
        activation=anchor.activation,
        use_bias=False,
        dtype=anchor.dtype_policy,
        name=next(n for n in (f"copy{i}_of_{anchor.name}" for i in range(len(names) + 1)) if n not in names),
    )
    tail = []
    while len(clone.layers) > position + 1:
        tail.append(clone.layers[-1])
        clone.pop(rebuild=False)
    for layer in (added, *reversed(tail)):
        clone.add(layer, rebuild=False)
    clone.build(model.inputs[0].shape)
    added.set_weights([np.eye(anchor.units)])
    return clone


def build_mlp(inputs, outputs, units, depth, residual=False, normalize=False, seed=0):
    streams = [np.random.default_rng(s) for s in np.random.SeedSequence(seed).spawn(depth + 2)]

    def add_dense(size, last=False):
        return keras.layers.Dense(size, use_bias=bool(last or not normalize), dtype="float32")

    chain = [add_dense(units)]
    for number in range(depth + 1):
        if normalize:
            chain.append(keras.layers.BatchNormalization(dtype="float32"))
        chain.append(add_dense(outputs, True) if number == depth else add_dense(units))
    model = _Chain(chain, residual, dtype="float32")
    model(np.zeros((1, inputs), "float32"))

    kernels = [layer for layer in chain if isinstance(layer, keras.layers.Dense)]
    for number, (layer, stream) in enumerate(zip(kernels, streams, strict=True)):
        shape = tuple(layer.kernel.shape)
        variance = 2 / shape[0]
        if residual and 0 < number <= depth:
            variance /= depth
        layer.kernel.assign(_truncated(stream, shape) * np.sqrt(variance))
    return model


def _truncated(stream, shape):
    """A normal distribution cut off at two deviations, scaled to a variance of 1."""
    values = stream.standard_normal(shape)
    while (far := np.abs(values) > 2).any():
        values[far] = stream.standard_normal(int(far.sum()))
    return values / 0.87962566103423978


class _Chain(keras.Model):
    """Dense layers, with batch normalization between them or without, in the order of their use."""

    def __init__(self, chain, residual, **kwargs):
        super().__init__(**kwargs)
        self.chain = chain
        self.residual = residual

    def call(self, x, training=None):
        first, *rest = self.chain
        h = a = first(x)
        for layer in rest:
            if isinstance(layer, keras.layers.BatchNormalization):
                a = layer(h, training=training)
                continue
            b = layer(ops.relu(a))
            h = a = h + b if self.residual and layer is not self.chain[-1] else b
        return h


def gradient_norms(model, loss_fn, x, y):
    # Everything happens on copies, in a stateless scope: nothing of the model is written to.
    variables = list(model.trainable_variables)
    copies = [tf.identity(tf.convert_to_tensor(v)) for v in variables]
    places = [i for i, v in enumerate(variables) if len(v.shape) > 1]
    mapping = list(zip(variables, copies, strict=True))
    mapping += [(v, tf.convert_to_tensor(v)) for v in model.non_trainable_variables]
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(copies)
        with keras.StatelessScope(state_mapping=mapping, collect_losses=True):
            loss = loss_fn(y, model(x, training=True))
            total = tf.reduce_mean(tf.cast(loss, "float64"))
            total += sum(tf.cast(tf.reduce_sum(extra), "float64") for extra in model.losses)
    slopes = tape.gradient(total, [copies[i] for i in places])

    def length(slope):
        if isinstance(slope, tf.IndexedSlices):
            slope = tf.IndexedSlices(tf.cast(slope.values, "float64"), slope.indices, slope.dense_shape)
        slope = tf.cast(tf.convert_to_tensor(slope), "float64")
        return float(tf.sqrt(tf.reduce_sum(tf.square(slope))))

    return [0.0 if slope is None else length(slope) for slope in slopes]


def conv_stack(pattern, filters, kernel_size=3):
    makers = {
        "conv": lambda count, bias: keras.layers.Conv2D(count, kernel_size, padding="same", use_bias=bias),
        "bn": lambda *_: keras.layers.BatchNormalization(),
        "relu": lambda *_: keras.layers.Activation("relu"),
    }
    pattern = pattern.split("-")
    convolutions = 0
    for word in pattern:
        if word not in makers:
            raise ValueError(f"what is {word!r}?")
        convolutions += word == "conv"
    if convolutions != 1:
        raise ValueError("a pattern has one convolution")
    plan = [(word, count) for count in filters for word in pattern]
    stack, after = [], None
    for word, count in reversed(plan):  # from the end: what comes after is known by then
        stack.append(makers[word](count, after != "bn"))
        after = word
    return stack[::-1]


class ResidualBlock(keras.layers.Layer):
    def __init__(self, filters, kernel_size=3, stride=1, pre_activation=False, zero_init=True, **kwargs):
        super().__init__(**kwargs)
        self.settings = {"filters": filters, "kernel_size": kernel_size, "stride": stride}
        self.settings |= {"pre_activation": pre_activation, "zero_init": zero_init}

    def build(self, input_shape):
        s = self.settings
        filters, pre, stride = s["filters"], s["pre_activation"], s["stride"]
        common = {"dtype": self.dtype_policy, "trainable": self.trainable}
        conv = dict(common, filters=filters, padding="same", use_bias=False, data_format="channels_last")
        conv["kernel_initializer"] = "he_normal"
        first_gamma = "zeros" if s["zero_init"] and not pre else "ones"
        projects = stride > 1 or input_shape[-1] != filters

        self.conv1 = keras.layers.Conv2D(kernel_size=s["kernel_size"], strides=stride, **conv)
        self.norm1 = keras.layers.BatchNormalization(**common)
        self.norm2 = keras.layers.BatchNormalization(gamma_initializer=first_gamma, **common)
        self.projection = keras.layers.Conv2D(kernel_size=1, strides=stride, **conv) if projects else None
        self.projection_norm = keras.layers.BatchNormalization(**common) if projects and not pre else None
        if pre and s["zero_init"]:
            conv["kernel_initializer"] = "zeros"
        self.conv2 = keras.layers.Conv2D(kernel_size=s["kernel_size"], **conv)
        self._build_all(tuple(input_shape))
        self.built = True

    def _build_all(self, shape):
        middle = self.conv1.compute_output_shape(shape)
        order = [(self.conv1, shape), (self.norm1, shape if self.settings["pre_activation"] else middle)]
        order += [(self.conv2, middle), (self.norm2, middle)]
        order += [(self.projection, shape), (self.projection_norm, middle)]
        for layer, its_shape in order:
            if layer is not None:
                layer.build(its_shape)

    def call(self, x, training=None):
        def project(value):
            for layer in (self.projection, self.projection_norm):
                if layer is not None:
                    value = apply(layer, value)
            return value

        def apply(layer, value):
            if isinstance(layer, keras.layers.BatchNormalization):
                return layer(value, training=training)
            return layer(value)

        pre = self.settings["pre_activation"]
        relu = ops.relu
        steps = [self.norm1, relu, self.conv1, self.norm2, relu, self.conv2]
        if not pre:
            steps = [self.conv1, self.norm1, relu, self.conv2, self.norm2]
        values = [x]
        for step in steps:
            values.append(apply(step, values[-1]))
        shortcut = x if self.projection is None else project(values[2] if pre else x)
        total = ops.add(shortcut, values[-1])
        return total if pre else relu(total)

    def get_config(self):
        config = super().get_config()
        config.update(self.settings)
        return config
