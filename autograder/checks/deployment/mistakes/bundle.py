"""Mistakes in `bundle`: the formula, the copy, the activation."""

from nnlearn.diagnosis import mistake


def copied(model):
    """A copy of a model, weights and all."""
    copy = keras.models.clone_model(model)
    copy.set_weights(model.get_weights())
    return copy


def divisors(scale):
    """A scale of 0 counts as 1."""
    return np.where(np.equal(scale, 0), 1, scale).astype("float32")


def in_steps(
    model,
    mean,
    scale,
    activation="softmax",
    *,
    copy=copied,
    divisor=divisors,
    scaled=lambda inputs, mean, scale: (inputs - mean) / scale,
    finish=lambda outputs, activation: keras.layers.Activation(activation)(outputs),
    dtype="float32",
):
    """The right one, but for what is given."""
    inputs = keras.Input(model.input_shape[1:], dtype=dtype)
    outputs = copy(model)(scaled(inputs, np.asarray(mean, "float32"), divisor(scale)))
    return keras.Model(inputs, finish(outputs, activation))


@mistake("bundle")
def clone_without_weights(model, mean, scale, activation="softmax"):
    """keras.models.clone_model copies the layers and draws new weights: the bundle was never trained. Copy
    the weights as well, with get_weights and set_weights."""
    return in_steps(model, mean, scale, activation, copy=keras.models.clone_model)


@mistake("bundle")
def copies_what_is_trained(model, mean, scale, activation="softmax"):
    """Only the trainable variables are copied: the moving means and variances of BatchNormalization are
    those of a new layer. get_weights and set_weights take all of them."""

    def copy(model):
        made = keras.models.clone_model(model)
        for new, old in zip(made.trainable_variables, model.trainable_variables, strict=True):
            new.assign(old)
        return made

    return in_steps(model, mean, scale, activation, copy=copy)


@mistake("bundle")
def shares_the_weights(model, mean, scale, activation="softmax"):
    """The bundle has the very layers of the model: whoever trains the model on changes what is served. Make
    a copy."""
    return in_steps(model, mean, scale, activation, copy=lambda model: model)


@mistake("bundle")
def shifts_after_scaling(model, mean, scale, activation="softmax"):
    """x / scale - mean: the mean is subtracted from what was divided already. Brackets: (x - mean) /
    scale."""
    return in_steps(model, mean, scale, activation, scaled=lambda inputs, mean, scale: inputs / scale - mean)


@mistake("bundle")
def softmax_twice(model, mean, scale, activation="softmax"):
    """The activation is applied twice. The order of the answers stays, and all of them become less sure.
    Once is enough."""

    def twice(outputs, name):
        return keras.layers.Activation(name)(keras.layers.Activation(name)(outputs))

    return in_steps(model, mean, scale, activation, finish=twice)


@mistake("bundle")
def no_activation(model, mean, scale, activation="softmax"):
    """The activation is missing: the bundle gives the model's outputs as they are, logits and no
    probabilities."""
    return in_steps(model, mean, scale, activation, finish=lambda outputs, _activation: outputs)


@mistake("bundle")
def always_softmax(model, mean, scale, activation="softmax"):  # noqa: ARG001
    """Softmax is applied, whatever activation is asked for. Make it of the name:
    keras.layers.Activation(activation)."""
    return in_steps(model, mean, scale, "softmax")


@mistake("bundle")
def divides_by_zero(model, mean, scale, activation="softmax"):
    """A scale of 0 divides: 0/0 is NaN, and it spreads through the whole network. Where the scale is 0,
    divide by 1."""
    return in_steps(model, mean, scale, activation, divisor=lambda scale: np.asarray(scale, "float32"))


@mistake("bundle")
def adds_an_epsilon(model, mean, scale, activation="softmax"):
    """A small number is added to the scale, or takes the place of 0. What differs from the mean by 1
    becomes ten million where the scale is 0, and the rest is a little off. Put 1 where it is 0, and leave
    the others."""
    return in_steps(
        model, mean, scale, activation, divisor=lambda scale: np.asarray(scale, "float32") + np.float32(1e-7)
    )


@mistake("bundle")
def zero_leaves_all_alone(model, mean, scale, activation="softmax"):
    """If any scale is 0, none divides. Each is looked at by itself: np.where."""
    return in_steps(
        model,
        mean,
        scale,
        activation,
        divisor=lambda scale: (
            np.ones_like(divisors(scale)) if np.any(np.equal(scale, 0)) else divisors(scale)
        ),
    )


@mistake("bundle")
def asks_a_number_only(model, mean, scale, activation="softmax"):
    """Whether the scale is 0 is asked of a number, and an array divides as it is. Look at each of its
    elements: np.where."""
    return in_steps(
        model,
        mean,
        scale,
        activation,
        divisor=lambda scale: divisors(scale) if np.ndim(scale) == 0 else np.asarray(scale, "float32"),
    )


@mistake("bundle")
def shift_and_scale_apart(model, mean, scale, activation="softmax"):
    """x / scale - mean / scale, as a Rescaling layer computes it: right on paper. But in float32 two large
    numbers are subtracted where the mean is far above the scale, and most digits are lost. Subtract
    first."""
    return in_steps(
        model, mean, scale, activation, scaled=lambda inputs, mean, scale: inputs * (1 / scale) - mean / scale
    )


@mistake("bundle")
def shift_and_scale_beforehand(model, mean, scale, activation="softmax"):
    """1 / scale and -mean / scale are worked out first, and x * (1 / scale) - mean / scale is left, as a
    Rescaling layer computes it: right on paper. But in float32 two large numbers are subtracted where the
    mean is far above the scale, and most digits are lost. Subtract first."""
    divisor = np.where(np.equal(scale, 0), 1, scale).astype("float64")
    factor, offset = (
        (1 / divisor).astype("float32"),
        (-np.asarray(mean, "float64") / divisor).astype("float32"),
    )
    return in_steps(
        model, mean, scale, activation, scaled=lambda inputs, _mean, _scale: inputs * factor + offset
    )


@mistake("bundle")
def softmax_along_axis_1(model, mean, scale, activation="softmax"):
    """The softmax goes along axis 1. That is the last one for outputs of shape (N, classes), and not for
    sequences or images: take axis -1, as keras.layers.Activation does."""

    def finish(outputs, name):
        if name == "softmax":
            return keras.layers.Softmax(axis=1)(outputs)
        return keras.layers.Activation(name)(outputs)

    return in_steps(model, mean, scale, activation, finish=finish)


@mistake("bundle")
def forgets_the_mean(model, mean, scale, activation="softmax"):
    """Only the scale divides, and the mean is not subtracted."""
    return in_steps(model, mean, scale, activation, scaled=lambda inputs, _mean, scale: inputs / scale)


@mistake("bundle")
def divides_by_the_root(model, mean, scale, activation="softmax"):
    """The scale is taken for a variance, as keras.layers.Normalization(mean=..., variance=...) does, and
    its root divides. Give that layer scale**2."""
    return in_steps(model, mean, scale, activation, divisor=lambda scale: np.sqrt(divisors(scale)))


@mistake("bundle")
def adds_the_mean(model, mean, scale, activation="softmax"):
    """x * scale + mean is the way back, from standardized numbers to raw ones. The bundle goes there: (x -
    mean) / scale."""
    return in_steps(model, mean, scale, activation, scaled=lambda inputs, mean, scale: inputs * scale + mean)


@mistake("bundle")
def scales_the_outputs(model, mean, scale, activation="softmax"):
    """The model gets raw inputs: preprocessing is left to whoever calls the bundle. It belongs into it."""
    return in_steps(model, mean, scale, activation, scaled=lambda inputs, _mean, _scale: inputs)


@mistake("bundle")
def always_in_training_mode(model, mean, scale, activation="softmax"):
    """The model is called with training=True in the graph, which is what it does from then on if nobody
    says otherwise: Dropout drops. Leave `training` out."""
    inputs = keras.Input(model.input_shape[1:])
    outputs = copied(model)((inputs - np.asarray(mean, "float32")) / divisors(scale), training=True)
    return keras.Model(inputs, keras.layers.Activation(activation)(outputs))
