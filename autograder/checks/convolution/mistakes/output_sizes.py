"""Mistakes in `output_sizes`."""

from nnlearn.diagnosis import mistake


def span_of(layer):
    """How many inputs a layer reaches over."""
    return (layer["kernel_size"] - 1) * layer.get("dilation", 1) + 1


def walked(size, layers, count=None, span=span_of, stride=lambda layer: layer.get("stride", 1)):
    """The right one, but for what is given: `count(size, span, stride, padding)`, or None where it is
    right."""
    sizes = []
    for layer in layers:
        padding, reach, by = layer.get("padding", "valid"), span(layer), stride(layer)
        if padding not in ("valid", "same", "causal"):
            raise ValueError(f"padding {padding!r}")
        if padding == "valid" and reach > size:
            raise ValueError("a layer does not fit")
        right = (size - reach) // by + 1 if padding == "valid" else -(-size // by)
        found = None if count is None else count(size, reach, by, padding)
        size = right if found is None else found
        sizes.append(size)
    return sizes


@mistake("output_sizes")
def same_size_is_floored(size, layers):
    """ "same" is rounded down. It gives ceil(size / stride): 7 inputs with stride 2 give 4 outputs."""
    return walked(size, layers, lambda n, k, s, p: n // s if p == "same" else None)  # noqa: ARG005


@mistake("output_sizes")
def padded_sizes_are_floored(size, layers):
    """ "same" and "causal" are rounded down. Both give ceil(size / stride): 7 inputs with stride 2 give 4
    outputs."""
    return walked(size, layers, lambda n, k, s, p: n // s if p != "valid" else None)  # noqa: ARG005


@mistake("output_sizes")
def valid_size_is_rounded_up(size, layers):
    """ "valid" is rounded up. A window that does not fit any more gives no output: (size - span) // stride +
    1."""
    return walked(size, layers, lambda n, k, s, p: -(-(n - k) // s) + 1 if p == "valid" else None)


@mistake("output_sizes")
def forgets_the_first_window(size, layers):
    """ "valid" gives (size - span) // stride. The window that has not moved yet is one, too: + 1."""
    return walked(size, layers, lambda n, k, s, p: (n - k) // s if p == "valid" else None)


@mistake("output_sizes")
def half_the_kernel_counted_twice(size, layers):
    """ "same" is counted as if K // 2 zeros stood on both sides. For an even kernel that is one zero too
    many, and an output too many with it. It gives ceil(size / stride), whatever the kernel."""
    return walked(size, layers, lambda n, k, s, p: (n + 2 * (k // 2) - k) // s + 1 if p == "same" else None)


@mistake("output_sizes")
def same_keeps_the_size(size, layers):
    """ "same" gives as many outputs as inputs, whatever the stride. That is so for stride 1 alone."""
    return walked(size, layers, lambda n, k, s, p: n if p == "same" else None)  # noqa: ARG005


@mistake("output_sizes")
def causal_counts_as_valid(size, layers):
    """ "causal" is counted without its zeros. They stand before, span - 1 of them, so that there are
    ceil(size / stride) outputs."""
    return walked(size, layers, lambda n, k, s, p: max((n - k) // s + 1, 1) if p == "causal" else None)


@mistake("output_sizes")
def sizes_without_dilation(size, layers):
    """The dilation is not looked at. Taps that lie apart reach over (K - 1) * dilation + 1 inputs."""
    return walked(size, layers, span=lambda layer: layer["kernel_size"])


@mistake("output_sizes")
def dilated_span_times_taps(size, layers):
    """The span is taken as K * dilation. Between K taps there are K - 1 gaps: (K - 1) * dilation + 1."""
    return walked(size, layers, span=lambda layer: layer["kernel_size"] * layer.get("dilation", 1))


@mistake("output_sizes")
def stride_left_out_is_the_kernel(size, layers):
    """A stride that is left out is taken as the size of the kernel, as pool2d does. Here it is 1, and a
    pooling layer says its stride."""
    return walked(size, layers, stride=lambda layer: layer.get("stride", layer["kernel_size"]))


@mistake("output_sizes")
def every_layer_gets_the_input(size, layers):
    """Every layer is counted from the size of the input. The outputs of one layer are the inputs of the
    next."""
    output_sizes(size, layers)
    return [output_sizes(size, [layer])[0] for layer in layers]


@mistake("output_sizes")
def the_last_size_alone(size, layers):
    """Only the size after the last layer comes back. There is one for each layer, in a list."""
    return [size, *output_sizes(size, layers)][-1]


@mistake("output_sizes")
def begins_with_the_input(size, layers):
    """The list begins with the size of the input. It has one size for each layer, after it."""
    return [size, *output_sizes(size, layers)]


@mistake("output_sizes")
def sizes_are_floats(size, layers):
    """Sizes are floats: / gives a float, // an int."""
    return [float(each) for each in output_sizes(size, layers)]


@mistake("output_sizes")
def any_padding_counts_as_valid(size, layers):
    """A padding of another name is counted as "valid". Raise a ValueError."""
    known = ("same", "causal")
    return output_sizes(
        size, [layer if layer.get("padding") in known else layer | {"padding": "valid"} for layer in layers]
    )


@mistake("output_sizes")
def sizes_below_one(size, layers):
    """A layer that does not fit gets a size of 0 or below, and the next ones go on from it. Raise a
    ValueError."""
    sizes = []
    for layer in layers:
        padding, by = layer.get("padding", "valid"), layer.get("stride", 1)
        if padding not in ("valid", "same", "causal"):
            raise ValueError(f"padding {padding!r}")
        size = (size - span_of(layer)) // by + 1 if padding == "valid" else -(-size // by)
        sizes.append(size)
    return sizes


@mistake("output_sizes")
def stops_where_nothing_fits(size, layers):
    """Where a layer does not fit, the list just ends. Raise a ValueError: such a stack cannot be built."""
    for count in range(len(layers) + 1):
        try:
            sizes = output_sizes(size, layers[:count])
        except ValueError:
            if layers[count - 1].get("padding", "valid") != "valid":
                raise
            break
    return sizes


@mistake("output_sizes")
def fills_in_what_is_left_out(size, layers):
    """What is left out is written into the layers that were given, by setdefault. They belong to whoever
    called: use get, which only looks."""
    sizes = output_sizes(size, layers)
    for layer in layers:
        for key, value in (("stride", 1), ("padding", "valid"), ("dilation", 1)):
            layer.setdefault(key, value)
    return sizes


@mistake("output_sizes")
def kernel_alone_has_to_fit(size, layers):
    """Whether a layer fits is asked of its kernel and not of its span: a dilated one that reaches too far
    gets a size of 0 or below."""
    sizes = []
    for layer in layers:
        padding, by = layer.get("padding", "valid"), layer.get("stride", 1)
        if padding not in ("valid", "same", "causal") or (padding == "valid" and layer["kernel_size"] > size):
            raise ValueError("a layer does not fit")
        size = (size - span_of(layer)) // by + 1 if padding == "valid" else -(-size // by)
        sizes.append(size)
    return sizes
