"""Mistakes in `bundle`: dtypes of what comes in, and what a file can hold."""

from nnlearn.diagnosis import mistake

from .bundle import copied, divisors, in_steps


class Standardize(keras.layers.Layer):
    """A layer of one's own."""

    def __init__(self, mean, scale, **kwargs):
        super().__init__(**kwargs)
        self.mean, self.scale = mean, scale

    def call(self, x):
        return (x - self.mean) / self.scale

    def get_config(self):
        return super().get_config() | {"mean": self.mean, "scale": self.scale}


@mistake("bundle")
def of_a_class_of_its_own(model, mean, scale, activation="softmax"):
    """The preprocessing is a layer of a class of your own. The file has its name, and who loads it has not
    its code. Use layers of Keras or functions of keras.ops, which everybody has."""

    def scaled(inputs, mean, scale):
        return Standardize(mean.tolist(), scale.tolist())(inputs)

    return in_steps(model, mean, scale, activation, scaled=scaled)


@mistake("bundle")
def in_whole_numbers(model, mean, scale, activation="softmax"):
    """Mean and scale are rounded to the dtype of integer inputs, or to whole numbers. Keep them
    floating."""
    return in_steps(model, np.rint(mean), np.rint(divisors(scale)), activation)


@mistake("bundle")
def takes_pixels_alone(model, mean, scale, activation="softmax"):
    """The input is declared uint8: whatever comes in is cast to it, 0.25 becomes 0. Floating inputs should
    do as well; an input of float32 takes both."""
    return in_steps(
        model,
        mean,
        scale,
        activation,
        dtype="uint8",
        scaled=lambda inputs, mean, scale: (ops.cast(inputs, "float32") - mean) / scale,
    )


@mistake("bundle")
def a_flat_input(model, mean, scale, activation="softmax"):
    """The input is made of the last axis of the model's input alone, so images do not fit. It has the whole
    shape: model.input_shape[1:]."""
    inputs = keras.Input(model.input_shape[-1:])
    scaled = (inputs - np.asarray(mean, "float32")) / divisors(scale)
    return keras.Model(inputs, keras.layers.Activation(activation)(copied(model)(scaled)))


@mistake("bundle")
def one_mean_for_all(model, mean, scale, activation="softmax"):
    """The mean of the means and the mean of the scales take the place of the arrays, so each feature is
    shifted alike. Each has its own."""
    return in_steps(model, np.mean(mean), np.mean(divisors(scale)), activation)


@mistake("bundle")
def writes_into_the_scale(model, mean, scale, activation="softmax"):
    """scale[scale == 0] = 1 changes the array of whoever called. Make a new one: np.where."""
    if np.ndim(scale):
        scale[scale == 0] = 1
    return in_steps(model, mean, scale, activation)


@mistake("bundle")
def changes_the_model(model, mean, scale, activation="softmax"):
    """The scale is multiplied into the weights of the model that was given, which then is another one.
    Leave it as it is."""
    bundled = in_steps(model, mean, scale, activation)
    model.set_weights([0.5 * w for w in model.get_weights()])
    return bundled


@mistake("bundle")
def freezes_the_model(model, mean, scale, activation="softmax"):
    """`trainable` is set to False on the model that was given, and whoever trains it on trains nothing.
    Freeze the copy, if any."""
    model.trainable = False
    return in_steps(model, mean, scale, activation)


@mistake("bundle")
def standardizes_the_answers(model, mean, scale, activation="softmax"):
    """The activation comes before the scaling of the outputs: what is standardized are the answers, and not
    the inputs. The order is inputs, scaling, model, activation."""
    inputs = keras.Input(model.input_shape[1:])
    outputs = keras.layers.Activation(activation)(copied(model)(inputs))
    return keras.Model(inputs, (outputs - np.mean(mean)) / np.mean(divisors(scale)))
