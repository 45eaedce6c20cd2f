"""Mistakes in `receptive_field`."""

from nnlearn.diagnosis import mistake

from .output_sizes import span_of


def stack(size, layers):
    """Of each layer: its span, its stride, how many zeros it pads before, and in all."""
    found = []
    for layer, outputs in zip(layers, output_sizes(size, layers), strict=True):
        span, stride, padding = span_of(layer), layer.get("stride", 1), layer.get("padding", "valid")
        missing = max((outputs - 1) * stride + span - size, 0)
        before = {"valid": 0, "same": missing // 2, "causal": span - 1}[padding]
        found.append((span, stride, before, {"valid": 0, "same": missing, "causal": span - 1}[padding]))
        size = outputs
    return found


@mistake("receptive_field")
def field_grows_by_the_kernel(size, layers):
    """The field grows by K times the step. The windows of neighbours overlap: a layer adds K - 1 of them, so
    three layers of 3 see 7."""
    field, step, start = 1, 1, 0
    for span, stride, before, _ in stack(size, layers):
        field, start, step = field + span * step, start - before * step, step * stride
    return field, step, start


@mistake("receptive_field")
def field_is_a_product(size, layers):
    """Fields are multiplied. Neighbouring windows overlap: (span - 1) * step is added."""
    _, step, start = receptive_field(size, layers)
    field = 1
    for span, _, _, _ in stack(size, layers):
        field = field * span
    return field, step, start


@mistake("receptive_field")
def field_forgets_the_steps(size, layers):
    """The field grows by span - 1, whatever came before. The outputs that a layer joins lie step inputs
    apart: (span - 1) * step."""
    _, step, start = receptive_field(size, layers)
    return 1 + sum(span - 1 for span, *_ in stack(size, layers)), step, start


@mistake("receptive_field")
def field_times_its_own_stride(size, layers):
    """The field grows by (span - 1) times the layer's own stride. It is the steps of the layers *before*
    that count, multiplied by each other."""
    _, step, start = receptive_field(size, layers)
    return 1 + sum((span - 1) * stride for span, stride, *_ in stack(size, layers)), step, start


@mistake("receptive_field")
def field_times_the_stride_before(size, layers):
    """The field grows by (span - 1) times the stride of the layer just before. All strides before it count:
    their product is the step."""
    _, step, start = receptive_field(size, layers)
    field, last = 1, 1
    for span, stride, *_ in stack(size, layers):
        field, last = field + (span - 1) * last, stride
    return field, step, start


@mistake("receptive_field")
def field_with_the_new_step(size, layers):
    """The step is updated first, and field and start use the new one. A layer's own stride does not widen
    its window: take the old step for both, and update it last."""
    field, step, start = 1, 1, 0
    for span, stride, before, _ in stack(size, layers):
        step = step * stride
        field, start = field + (span - 1) * step, start - before * step
    return field, step, start


@mistake("receptive_field")
def step_before_the_field(size, layers):
    """The step is updated before the field, which uses the new one. A layer's own stride does not widen its
    window: take the old step, and update it last."""
    _, step, start = receptive_field(size, layers)
    field, so_far = 1, 1
    for span, stride, *_ in stack(size, layers):
        so_far = so_far * stride
        field = field + (span - 1) * so_far
    return field, step, start


@mistake("receptive_field")
def start_with_the_new_step(size, layers):
    """The start goes back by the new step. What a layer pads are outputs of the layer before, which lie the
    old step apart: update the step last."""
    field, step, _ = receptive_field(size, layers)
    start, so_far = 0, 1
    for _, stride, before, _ in stack(size, layers):
        so_far = so_far * stride
        start = start - before * so_far
    return field, step, start


@mistake("receptive_field")
def steps_are_added(size, layers):
    """Strides are added up. Two layers of stride 2 make a step of 4, three make 8: multiply."""
    field, step, start = 1, 1, 0
    for span, stride, before, _ in stack(size, layers):
        field, start, step = field + (span - 1) * step, start - before * step, step + stride - 1
    return field, step, start


@mistake("receptive_field")
def step_of_the_last_layer(size, layers):
    """The step is the stride of the last layer alone. It is the product of all strides."""
    field, _, start = receptive_field(size, layers)
    return field, stack(size, layers)[-1][1] if layers else 1, start


@mistake("receptive_field")
def start_in_outputs(size, layers):
    """The start goes back by what a layer pads, and not by that times the step. A zero before a later layer
    stands for `step` inputs."""
    field, step, _ = receptive_field(size, layers)
    return field, step, -sum(before for _, _, before, _ in stack(size, layers))


@mistake("receptive_field")
def start_is_positive(size, layers):
    """The start is counted to the right. Padding before the first input makes it negative."""
    field, step, start = receptive_field(size, layers)
    return field, step, -start


@mistake("receptive_field")
def start_never_below_zero(size, layers):
    """The start is cut off at 0. Padding counts: the first outputs look at places before the first input."""
    field, step, start = receptive_field(size, layers)
    return field, step, max(start, 0)


@mistake("receptive_field")
def all_padding_before(size, layers):
    """The start goes back by all that "same" pads. Half of it stands after: missing // 2 before."""
    field, step, start = 1, 1, 0
    for span, stride, _, padded in stack(size, layers):
        field, start, step = field + (span - 1) * step, start - padded * step, step * stride
    return field, step, start


@mistake("receptive_field")
def odd_place_before(size, layers):
    """Of an odd number of zeros, one more is counted before. It stands after: missing // 2 before."""
    field, step, start = 1, 1, 0
    for span, stride, before, padded in stack(size, layers):
        first = before if before == padded else padded - before
        field, start, step = field + (span - 1) * step, start - first * step, step * stride
    return field, step, start


@mistake("receptive_field")
def half_the_span_whatever_the_stride(size, layers):
    """ "same" is taken to pad half the span before, as for stride 1. With a stride it pads as much as the
    last window sticks out, which depends on how many inputs there are."""
    receptive_field(size, layers)
    field, step, start = 1, 1, 0
    for layer in layers:
        span = span_of(layer)
        before = {"valid": 0, "same": (span - 1) // 2, "causal": span - 1}[layer.get("padding", "valid")]
        field, start, step = field + (span - 1) * step, start - before * step, step * layer.get("stride", 1)
    return field, step, start


@mistake("receptive_field")
def size_stays_that_of_the_input(size, layers):
    """What "same" pads is worked out from the size of the input for every layer. A layer's inputs are the
    outputs of the one before."""
    receptive_field(size, layers)
    field, step, start = 1, 1, 0
    for layer in layers:
        span, stride, padding = span_of(layer), layer.get("stride", 1), layer.get("padding", "valid")
        missing = max((-(-size // stride) - 1) * stride + span - size, 0)
        before = {"valid": 0, "same": missing // 2, "causal": span - 1}[padding]
        field, start, step = field + (span - 1) * step, start - before * step, step * stride
    return field, step, start


@mistake("receptive_field")
def field_without_dilation(size, layers):
    """The dilation is not looked at. A layer reaches over (K - 1) * dilation + 1 outputs of the one
    before."""
    _, step, start = receptive_field(size, layers)
    field, so_far = 1, 1
    for layer in layers:
        field, so_far = field + (layer["kernel_size"] - 1) * so_far, so_far * layer.get("stride", 1)
    return field, step, start


@mistake("receptive_field")
def start_before_step(size, layers):
    """The three numbers come in another order. They are field, step and start."""
    field, step, start = receptive_field(size, layers)
    return field, start, step


@mistake("receptive_field")
def fields_of_impossible_stacks(size, layers):
    """A layer that does not fit gets a field like any other. Keep count of the outputs, and raise a
    ValueError."""
    try:
        return receptive_field(size, layers)
    except ValueError:
        if any(layer.get("padding", "valid") not in ("valid", "same", "causal") for layer in layers):
            raise
        return receptive_field(10**6, layers)


@mistake("receptive_field")
def any_padding_pads_nothing(size, layers):
    """A padding of another name counts as "valid". Raise a ValueError."""
    known = ("same", "causal")
    return receptive_field(
        size, [layer if layer.get("padding") in known else layer | {"padding": "valid"} for layer in layers]
    )


@mistake("receptive_field")
def start_can_move_on(size, layers):
    """Where the stride is larger than the kernel, the number of zeros comes out negative, and the start
    moves to the right. No zeros are taken away: it is 0 at least, max(..., 0)."""
    receptive_field(size, layers)
    field, step, start = 1, 1, 0
    for layer, outputs in zip(layers, output_sizes(size, layers), strict=True):
        span, stride = span_of(layer), layer.get("stride", 1)
        sticks_out = (outputs - 1) * stride + span - size
        before = {"valid": 0, "same": sticks_out // 2, "causal": span - 1}[layer.get("padding", "valid")]
        field, start, step, size = field + (span - 1) * step, start - before * step, step * stride, outputs
    return field, step, start


@mistake("receptive_field")
def fields_keep_what_was_left_out(size, layers):
    """What is left out is written into the layers that were given, by setdefault. They belong to whoever
    called: use get, which only looks."""
    found = receptive_field(size, layers)
    for layer in layers:
        for key, value in (("stride", 1), ("padding", "valid"), ("dilation", 1)):
            layer.setdefault(key, value)
    return found
