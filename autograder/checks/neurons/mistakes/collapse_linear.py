"""Mistakes in `collapse_linear`."""

from nnlearn.diagnosis import mistake


@mistake("collapse_linear")
def collapses_in_reverse(layers):
    """The layers are taken in the reverse order, as if the last one were applied first. With x as a row the
    first kernel stands on the left: x W1 W2."""
    return collapse_linear(list(layers)[::-1])


@mistake("collapse_linear")
def collapses_square_layers_in_reverse(layers):
    """Kernels are multiplied in the order that fits, and where both do it is the wrong one. With x as a row
    the first kernel stands on the left: x W1 W2."""
    layers = [(as_floating(kernel), bias) for kernel, bias in layers]
    is_square = len({size for kernel, _ in layers for size in kernel.shape}) == 1
    return collapse_linear(layers[::-1] if is_square else layers)


@mistake("collapse_linear")
def kernels_in_the_wrong_order(layers):
    """The new kernel is W2 W1. That is for columns of inputs; here x is a row, and x W1 comes first: W1
    W2."""
    layers = list(layers)
    kernel, bias = collapse_linear(layers)
    product = None
    for next_kernel, _ in layers:
        next_kernel = as_floating(next_kernel)
        product = next_kernel if product is None else ops.matmul(next_kernel, product)
    return (product if kernel is not None else kernel), bias


def biases_from(layers, fold):
    """The right kernel, and a bias that is made by `fold(old, kernel, new)`."""
    layers = list(layers)
    kernel, bias = collapse_linear(layers)
    if bias is None:
        return kernel, None
    old = None
    for next_kernel, next_bias in layers:
        old = fold(old, as_floating(next_kernel), None if next_bias is None else as_floating(next_bias))
    return kernel, old


def plus(old, new):
    """The sum of what is there."""
    return new if old is None else old if new is None else old + new


@mistake("collapse_linear")
def forgets_the_kernels_after_a_bias(layers):
    """The biases are added up as they are. What the first layer adds goes through the second kernel like
    everything that leaves it: b1 W2 + b2. And layers of different widths have biases that cannot be added."""
    return biases_from(layers, lambda old, kernel, new: plus(old, new))  # noqa: ARG005


@mistake("collapse_linear")
def keeps_the_last_bias(layers):
    """The bias is that of the last layer alone. What the layers before it add goes through the kernels behind
    them, and stays in the sum: b1 W2 + b2."""
    return biases_from(layers, lambda old, kernel, new: new)  # noqa: ARG005


@mistake("collapse_linear")
def forgets_the_last_bias(layers):
    """The biases go through the kernels that follow, and that of the last layer is left out. It is added at
    the end: b1 W2 + b2."""
    layers = list(layers)
    kernel, bias = collapse_linear(layers)
    _, rest = collapse_linear([*layers[:-1], (layers[-1][0], None)])
    return kernel, ops.zeros_like(bias) if rest is None and bias is not None else rest


@mistake("collapse_linear")
def a_missing_bias_discards_the_others(layers):
    """A layer without a bias makes the collected bias None: what the layers before it added is lost. None
    means that nothing is added there; what was collected goes on, through that kernel."""
    return biases_from(
        layers, lambda old, kernel, new: None if new is None else plus(through(old, kernel), new)
    )


def through(bias, kernel):
    """A bias, sent through the next kernel."""
    return None if bias is None else ops.matmul(bias, kernel)


@mistake("collapse_linear")
def a_missing_bias_starts_anew(layers):
    """Where a layer has no bias, the collected bias starts anew from zeros. None means that nothing is added
    there; what was collected goes on, through that kernel."""

    def fold(old, kernel, new):
        return (
            plus(through(old, kernel), new) if new is not None else ops.zeros(kernel.shape[1], kernel.dtype)
        )

    return biases_from(layers, fold)


@mistake("collapse_linear")
def a_missing_bias_skips_the_kernel(layers):
    """Where a layer has no bias, the collected one does not go through its kernel. It does, whatever the
    layer adds or does not add."""
    return biases_from(
        layers, lambda old, kernel, new: old if new is None else plus(through(old, kernel), new)
    )


@mistake("collapse_linear")
def biases_through_the_next_kernel_only(layers):
    """Each bias goes through the kernel of the next layer, and not through those behind it. With two layers
    that is enough; with three the first bias has to go through two."""
    layers = list(layers)
    kernel, bias = collapse_linear(layers)
    terms = [
        collapse_linear([(w, b), *[(as_floating(v), None) for v, _ in layers[place + 1 : place + 2]]])[1]
        for place, (w, b) in enumerate(layers)
    ]
    terms = [term for term in terms if term is not None]
    return kernel, sum(terms) if terms else bias


@mistake("collapse_linear")
def any_missing_bias_means_none(layers):
    """There is no bias as soon as one of the layers has none. The bias is None only if *every* layer's is:
    the others still add theirs."""
    layers = list(layers)
    kernel, bias = collapse_linear(layers)
    return kernel, None if any(each is None for _, each in layers) else bias


@mistake("collapse_linear")
def the_first_bias_decides(layers):
    """There is no bias where the first layer has none. The bias is None only if *every* layer's is: layers
    behind it still add theirs."""
    layers = list(layers)
    kernel, bias = collapse_linear(layers)
    return kernel, None if layers[0][1] is None else bias


@mistake("collapse_linear")
def the_last_bias_decides(layers):
    """There is no bias where the last layer has none. The bias is None only if *every* layer's is: those
    before it still add theirs, through the last kernel."""
    layers = list(layers)
    kernel, bias = collapse_linear(layers)
    return kernel, None if layers[-1][1] is None else bias


@mistake("collapse_linear")
def zeros_without_any_bias(layers):
    """Where no layer has a bias there is one of zeros. It should be None: a layer without a bias stays
    one."""
    kernel, bias = collapse_linear(layers)
    return kernel, ops.zeros(kernel.shape[1], kernel.dtype) if bias is None else bias


@mistake("collapse_linear")
def needs_every_bias(layers):
    """A layer without a bias raises an error: None is multiplied, or added, as if it were a number. It means
    that the layer adds nothing."""
    layers = list(layers)
    if any(bias is None for _, bias in layers):
        raise TypeError("None is no number")
    return collapse_linear(layers)


@mistake("collapse_linear")
def adds_kernels(layers):
    """The kernels are added. One layer after the other means that they are multiplied: x W1 W2."""
    layers = list(layers)
    kernel, bias = collapse_linear(layers)
    added = sum(as_floating(each) for each, _ in layers)
    return added + 0 * kernel, bias
