"""Mistakes in `lsuv`."""

import math

import numpy as np
import tensorflow as tf

from nnlearn.diagnosis import mistake

from .networks import wide_std


def layer_by_layer(x, kernels, activation, rescale, go_on=True):
    """The loop of `lsuv` with another step: `rescale(z, kernel)` gives the new kernel.

    Args:
        x: The inputs.
        kernels: The kernels.
        activation: Between them.
        rescale: The step.
        go_on: Whether the signal goes on through new kernels.
    """
    signal, new = as_floating(x), []
    for kernel in kernels:
        kernel = ops.convert_to_tensor(kernel)
        z = ops.matmul(signal, kernel)
        refuse(wide_std(z))
        new.append(rescale(z, kernel))
        signal = activation(ops.matmul(signal, new[-1] if go_on else kernel))
    return new


def refuse(spread):
    """A ValueError for what cannot be brought to 1."""
    if not 0 < spread < math.inf:
        raise ValueError("no spread")


@mistake("lsuv")
def measures_the_original_network(x, kernels, activation):
    """All spreads are measured on the original network, and then all kernels divided. Each kernel gets
    another signal once those before it have changed: go on with what the *new* kernel gives, and measure
    there."""
    return layer_by_layer(x, kernels, activation, lambda z, kernel: kernel / wide_std(z), go_on=False)


@mistake("lsuv")
def divides_by_the_variance(x, kernels, activation):
    """The kernel is divided by the variance of z. That of c * z is c**2 times that of z: divide by the
    standard deviation."""
    return layer_by_layer(x, kernels, activation, lambda z, kernel: kernel / wide_std(z) ** 2)


@mistake("lsuv")
def multiplies_by_the_spread(x, kernels, activation):
    """The kernel is multiplied by the spread of z instead of divided by it."""
    return layer_by_layer(x, kernels, activation, lambda z, kernel: kernel * wide_std(z))


@mistake("lsuv")
def divides_by_the_rms(x, kernels, activation):
    """The kernel is divided by the root mean square of z, which counts its mean too. Asked for is a
    standard deviation of 1."""

    def rescale(z, kernel):
        return kernel / float(np.sqrt(np.mean(np.asarray(z, "float64") ** 2)))

    return layer_by_layer(x, kernels, activation, rescale)


@mistake("lsuv")
def brings_units_to_one(x, kernels, activation):
    """Each column of the kernel is divided by the spread of its own unit. That is what batch
    normalization does; here one number per kernel is asked for, which leaves the columns as they are to
    each other."""

    def rescale(z, kernel):
        spreads = np.std(np.asarray(z, "float64"), axis=0)
        return kernel / ops.cast(np.where(spreads > 0, spreads, 1.0), kernel.dtype)

    return layer_by_layer(x, kernels, activation, rescale)


@mistake("lsuv")
def averages_over_units(x, kernels, activation):
    """The kernel is divided by the mean of the spreads of its units. Asked for is the spread over all
    numbers of z, batch and units alike, to which differences between units belong too."""

    def rescale(z, kernel):
        return kernel / float(np.mean(np.std(np.asarray(z, "float64"), axis=0)))

    return layer_by_layer(x, kernels, activation, rescale)


@mistake("lsuv")
def averages_over_examples(x, kernels, activation):
    """The kernel is divided by the mean of the spreads of single examples. Asked for is the spread over
    all numbers of z, batch and units alike."""

    def rescale(z, kernel):
        return kernel / float(np.mean(np.std(np.asarray(z, "float64"), axis=-1)))

    return layer_by_layer(x, kernels, activation, rescale)


@mistake("lsuv")
def divides_by_the_sample_deviation(x, kernels, activation):
    """The kernel is divided by the sample's standard deviation (ddof=1). Asked for is the population's,
    np.std as it comes."""
    return layer_by_layer(x, kernels, activation, lambda z, kernel: kernel / wide_std(z, ddof=1))


@mistake("lsuv")
def brings_activations_to_one(x, kernels, activation):
    """The spread is measured after the activation. It is z, before the activation, that should have a
    standard deviation of 1."""
    return layer_by_layer(x, kernels, activation, lambda z, kernel: kernel / wide_std(activation(z)))


@mistake("lsuv")
def skips_the_activation(x, kernels, activation):
    """The activation is skipped: the next kernel gets z itself. The signal that goes on is activation(z)."""
    del activation
    return layer_by_layer(x, kernels, lambda z: z, lambda z, kernel: kernel / wide_std(z))


@mistake("lsuv")
def activates_before_the_first(x, kernels, activation):
    """The activation is applied to x before the first kernel. The first z is x @ kernels[0]."""
    return lsuv(activation(as_floating(x)), kernels, activation)


@mistake("lsuv")
def subtracts_the_mean(x, kernels, activation):
    """The mean of the kernel has been subtracted before it was rescaled. Asked for is the old kernel
    times one number."""
    kernels = [ops.convert_to_tensor(kernel) for kernel in kernels]
    lsuv(x, kernels, activation)
    return lsuv(x, [kernel - ops.mean(kernel) for kernel in kernels], activation)


@mistake("lsuv")
def divides_by_the_spread_of_the_kernel(x, kernels, activation):
    """The kernel is divided by its own standard deviation. It is z, the product with the signal, whose
    spread should become 1."""
    return layer_by_layer(x, kernels, activation, lambda _, kernel: kernel / wide_std(kernel))


@mistake("lsuv")
def lsuv_in_place(x, kernels, activation):
    """What was given is changed: /= writes into the caller's arrays, and kernels[k] = ... into the
    caller's list. Make new kernels, kernel / spread, and collect them in a list of your own."""
    new = lsuv(x, kernels, activation)
    for old, kernel in zip(kernels, new, strict=True):
        if isinstance(old, np.ndarray):
            old[...] = np.asarray(kernel)
    return new


@mistake("lsuv")
def lsuv_returns_factors(x, kernels, activation):
    """The factors come back instead of the kernels. Multiply each kernel by its factor."""
    new = lsuv(x, kernels, activation)
    return [float(np.linalg.norm(b) / np.linalg.norm(a)) for a, b in zip(kernels, new, strict=True)]


@mistake("lsuv")
def lsuv_leaves_the_last(x, kernels, activation):
    """The last kernel stays as it was. Each z should have a spread of 1, that of the last one too."""
    new = lsuv(x, kernels, activation)
    return [*new[:-1], ops.convert_to_tensor(kernels[-1])]


@mistake("lsuv")
def lsuv_adds_an_epsilon(x, kernels, activation):
    """A small number is added to the spread before dividing, which hides spreads of 0 and is wrong where
    spreads are small. Divide by the spread itself, and raise a ValueError where it is 0."""
    signal, new = as_floating(x), []
    for kernel in kernels:
        z = ops.matmul(signal, kernel)
        new.append(ops.convert_to_tensor(kernel) / (wide_std(z) + 1e-8))
        signal = activation(ops.matmul(signal, new[-1]))
    return new


@mistake("lsuv")
def lsuv_takes_anything(x, kernels, activation):
    """A spread that is 0, NaN or infinite passes without a ValueError, and the kernels become NaN. Ask
    for 0 < spread < infinity before dividing."""
    signal, new = as_floating(x), []
    for kernel in kernels:
        with np.errstate(all="ignore"):
            spread = np.std(np.asarray(ops.matmul(signal, kernel)).astype("float64"))
        new.append(ops.convert_to_tensor(kernel) / ops.cast(spread, signal.dtype))
        signal = activation(ops.matmul(signal, new[-1]))
    return new


@mistake("lsuv")
def lsuv_takes_what_is_not_finite(x, kernels, activation):
    """A spread of 0 is refused, but NaN and infinity pass. NaN == 0 is False, and so is every comparison
    with NaN: ask for 0 < spread < infinity."""
    signal, new = as_floating(x), []
    for kernel in kernels:
        with np.errstate(all="ignore"):
            spread = float(np.std(np.asarray(ops.matmul(signal, kernel)).astype("float64")))
        if spread == 0:
            raise ValueError("spread of 0")
        new.append(ops.convert_to_tensor(kernel) / spread)
        signal = activation(ops.matmul(signal, new[-1]))
    return new


@mistake("lsuv")
def lsuv_skips_what_is_dead(x, kernels, activation):
    """A kernel whose z has no spread is left as it is, without a word. No factor helps there, and whoever
    calls has to know: raise a ValueError."""
    signal, new = as_floating(x), []
    for kernel in kernels:
        with np.errstate(all="ignore"):
            spread = float(np.std(np.asarray(ops.matmul(signal, kernel)).astype("float64")))
        kernel = ops.convert_to_tensor(kernel)
        new.append(kernel / spread if 0 < spread < math.inf else kernel)
        signal = activation(ops.matmul(signal, new[-1]))
    return new


@mistake("lsuv")
def lsuv_measures_in_float32(x, kernels, activation):
    """The spread is taken in float32, where the square of 1e-26 is 0 and that of 1e22 is infinite. Turn z
    into float64 first."""
    signal, new = as_floating(x), []
    for kernel in kernels:
        spread = float(tf.math.reduce_std(ops.matmul(signal, kernel)))
        refuse(spread)
        new.append(ops.convert_to_tensor(kernel) / spread)
        signal = activation(ops.matmul(signal, new[-1]))
    return new


@mistake("lsuv")
def lsuv_comes_near(x, kernels, activation):
    """The loop stops as soon as the spread is within a tenth of 1, as the paper's does. Here it should be
    1 to within 1e-4: one division is exact, since z is linear in the kernel."""

    def rescale(z, kernel):
        return kernel / (wide_std(z) * 1.05)

    return layer_by_layer(x, kernels, activation, rescale)


@mistake("lsuv")
def lsuv_takes_small_for_zero(x, kernels, activation):
    """A small spread is taken for 0: everything below a threshold, 1e-12 say, raises a ValueError. A
    small spread is one, and a factor brings it to 1; only 0 itself has none."""
    signal, new = as_floating(x), []
    for kernel in kernels:
        spread = wide_std(ops.matmul(signal, kernel))
        if not 1e-12 < spread < math.inf:
            raise ValueError("no spread")
        new.append(ops.convert_to_tensor(kernel) / spread)
        signal = activation(ops.matmul(signal, new[-1]))
    return new
