"""Mistakes in `collapse_linear`: how the layers are walked, what is refused, dtypes."""

from nnlearn.diagnosis import mistake


@mistake("collapse_linear")
def collapses_nothing_to_nothing(layers):
    """No layer at all gives (None, None), as if there were one. There is nothing to collapse: raise a
    ValueError."""
    layers = list(layers)
    return collapse_linear(layers) if layers else (None, None)


@mistake("collapse_linear")
def takes_the_first_without_looking(layers):
    """Without any layer, taking the first one raises an IndexError or a StopIteration. Raise a ValueError
    that says what is missing."""
    layers = list(layers)
    if not layers:
        raise IndexError("list index out of range")
    return collapse_linear(layers)


@mistake("collapse_linear")
def takes_lists_only(layers):
    """The layers are counted, or taken by number, and an iterator can do neither. Walk over them once with
    `for`, or make a list of them first."""
    if not hasattr(layers, "__len__"):
        raise TypeError("object of this type has no len()")
    return collapse_linear(layers)


@mistake("collapse_linear")
def walks_twice(layers):
    """The layers are walked twice, and of an iterator nothing is left after the first time. Do all in one
    loop, or make a list first."""
    list(layers)
    return collapse_linear(layers)


@mistake("collapse_linear")
def loses_the_first_of_an_iterator(layers):
    """To see whether there is a layer at all, the first one is taken, and an iterator does not give it again:
    the others are collapsed without it. Make a list first, or ask after the loop whether there was any."""
    if not any(True for _ in layers):
        raise ValueError("there are no layers")
    return collapse_linear(layers)


@mistake("collapse_linear")
def collapses_two_only(layers):
    """Only the first two layers are collapsed, whatever follows. Go on until there are no more."""
    return collapse_linear(list(layers)[:2])


@mistake("collapse_linear")
def needs_two_layers(layers):
    """A single layer raises an error. It is itself, and what it gives should come back."""
    layers = list(layers)
    if len(layers) == 1:
        raise ValueError("expected two layers or more")
    return collapse_linear(layers)


@mistake("collapse_linear")
def leaves_widths_to_tensorflow(layers):
    """Kernels that do not fit each other are left to TensorFlow, whose InvalidArgumentError is no ValueError.
    Compare the number of rows with that of the columns before."""
    layers = list(layers)
    try:
        return collapse_linear(layers)
    except ValueError as error:
        if layers:
            raise RuntimeError from error
        raise


@mistake("collapse_linear")
def adds_biases_of_any_shape(layers):
    """A bias of shape (1,) or (1, m) is broadcast. Each unit has one number; raise a ValueError unless the
    shape is (units,)."""

    def fitted(kernel, bias):
        kernel = as_floating(kernel)
        if bias is None or len(kernel.shape) != 2:
            return kernel, bias
        bias = as_floating(bias)
        return kernel, bias if bias.shape == kernel.shape[1:] else (bias + ops.zeros(kernel.shape[1:]))[
            ..., : kernel.shape[1]
        ]

    return collapse_linear(
        [(kernel, last_row(bias)) for kernel, bias in (fitted(*layer) for layer in layers)]
    )


def last_row(bias):
    """One row of a bias that has become a table."""
    return bias if bias is None or len(bias.shape) == 1 else bias[-1]


@mistake("collapse_linear")
def takes_any_shape_of_a_single_layer(layers):
    """A single layer is given back without a look at it. Its kernel has two axes and its bias one number for
    each unit, or a ValueError is raised."""
    layers = list(layers)
    if len(layers) == 1:
        kernel, bias = layers[0]
        return as_floating(kernel), None if bias is None else as_floating(bias)
    return collapse_linear(layers)


@mistake("collapse_linear")
def collapse_keeps_integers(layers):
    """Integers stay integers, and in uint8 what is above 255 wraps around. Integers count as float32;
    as_floating makes them so before anything is computed."""
    layers = list(layers)
    kernel, bias = collapse_linear(layers)
    dtype = ops.convert_to_tensor(layers[0][0]).dtype
    return ops.cast(kernel, dtype), None if bias is None else ops.cast(bias, dtype)


@mistake("collapse_linear")
def collapse_makes_all_float32(layers):
    """The result is float32 whatever comes in. Layers in float16 or float64 should give one of their own
    dtype: only integers become float32."""
    kernel, bias = collapse_linear(layers)
    return ops.cast(kernel, "float32"), None if bias is None else ops.cast(bias, "float32")


@mistake("collapse_linear")
def single_layers_stay_as_they_are(layers):
    """A single layer comes back as it was given, integers included. They count as float32: convert before you
    ask how many layers there are."""
    layers = list(layers)
    kernel, bias = collapse_linear(layers)
    if len(layers) == 1:
        return ops.cast(kernel, ops.convert_to_tensor(layers[0][0]).dtype), bias
    return kernel, bias
