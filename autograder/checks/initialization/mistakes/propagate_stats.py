"""Mistakes in `propagate_stats`."""

import numpy as np
import tensorflow as tf

from nnlearn.diagnosis import mistake

from .networks import passed, spread_of, wide_std


@mistake("propagate_stats")
def measures_after_the_activation(x, kernels, activation, upstream):
    """The forward statistics are taken after the activation. z is what comes out of the product, before
    it."""
    zs, _ = passed(x, kernels, activation, upstream)
    after = [wide_std(activation(z)) for z in zs[:-1]] + [wide_std(zs[-1])]
    return after, propagate_stats(x, kernels, activation, upstream)[1]


@mistake("propagate_stats")
def measures_every_activation(x, kernels, activation, upstream):
    """The forward statistics are taken after the activation, in the last layer too. z is what comes out
    of the product, before it."""
    zs, _ = passed(x, kernels, activation, upstream)
    return [wide_std(activation(z)) for z in zs], propagate_stats(x, kernels, activation, upstream)[1]


@mistake("propagate_stats")
def activates_the_last_layer(x, kernels, activation, upstream):
    """There is an activation after the last kernel too, so the gradient is that of another function. The
    last z is the output: upstream arrives there as it is."""
    signal, zs = as_floating(x), []
    with tf.GradientTape() as tape:
        for kernel in kernels:
            z = ops.matmul(signal, kernel)
            tape.watch(z)
            zs.append(z)
            signal = activation(z)
        total = ops.sum(upstream * signal)
    return [wide_std(z) for z in zs], [wide_std(g) for g in tape.gradient(total, zs)]


@mistake("propagate_stats")
def activates_the_input(x, kernels, activation, upstream):
    """The activation is applied to x before the first kernel. The first z is x @ kernels[0]."""
    return propagate_stats(activation(as_floating(x)), kernels, activation, upstream)


@mistake("propagate_stats")
def never_activates(x, kernels, activation, upstream):
    """The activation is missing, so the network is linear: each z is made from the last one as it is."""
    del activation
    return propagate_stats(x, kernels, lambda z: z, upstream)


@mistake("propagate_stats")
def squares_in_float32(x, kernels, activation, upstream):
    """The statistics are taken in float32, by ops.std, or by NumPy, which keeps the dtype of its array. A
    spread of 1e-25 fits there, its square does not: it becomes 0. Turn what is measured into float64
    first."""
    return spread_of(lambda t: float(ops.std(t)), x, kernels, activation, upstream)


@mistake("propagate_stats")
def sample_deviation(x, kernels, activation, upstream):
    """This is the sample's standard deviation, which divides by one less than the count (ddof=1, Bessel's
    correction). Asked for is the population's, np.std as it comes."""
    return spread_of(lambda t: wide_std(t, ddof=1), x, kernels, activation, upstream)


@mistake("propagate_stats")
def variance_of_the_signal(x, kernels, activation, upstream):
    """These are variances. The standard deviation is their root."""
    return spread_of(lambda t: wide_std(t) ** 2, x, kernels, activation, upstream)


@mistake("propagate_stats")
def root_mean_square(x, kernels, activation, upstream):
    """This is the root of the mean square, which counts the mean too. The standard deviation subtracts it
    first."""
    return spread_of(
        lambda t: float(np.sqrt(np.mean(np.asarray(t, "float64") ** 2))), x, kernels, activation, upstream
    )


@mistake("propagate_stats")
def mean_over_units(x, kernels, activation, upstream):
    """The standard deviation is taken for each unit over the batch, and these are averaged. Asked for is
    one over all numbers of a z, batch and units alike."""
    return spread_of(
        lambda t: float(np.mean(np.std(np.asarray(t, "float64"), axis=0))), x, kernels, activation, upstream
    )


@mistake("propagate_stats")
def mean_over_examples(x, kernels, activation, upstream):
    """The standard deviation is taken for each example over its units, and these are averaged. Asked for
    is one over all numbers of a z, batch and units alike."""
    return spread_of(
        lambda t: float(np.mean(np.std(np.asarray(t, "float64"), axis=-1))), x, kernels, activation, upstream
    )


@mistake("propagate_stats")
def upstream_is_ignored(x, kernels, activation, upstream):
    """upstream is not used: the gradient is that of the sum of the last z. Multiply z by upstream before
    the sum, or hand it to the tape as output_gradients."""
    return propagate_stats(x, kernels, activation, ops.ones_like(ops.convert_to_tensor(upstream)))


@mistake("propagate_stats")
def gradient_of_the_mean(x, kernels, activation, upstream):
    """The target is the mean of upstream times z, so all gradients are too small by the number of
    entries. Asked for is the sum."""
    size = int(np.prod(np.shape(upstream)))
    return propagate_stats(x, kernels, activation, ops.convert_to_tensor(upstream) / size)


@mistake("propagate_stats")
def backward_in_reverse(x, kernels, activation, upstream):
    """The backward list comes in the order in which the gradient was brought back, last layer first.
    Entry k belongs to kernel k: reverse it."""
    forward, backward = propagate_stats(x, kernels, activation, upstream)
    return forward, backward[::-1]


@mistake("propagate_stats")
def gradient_of_kernels(x, kernels, activation, upstream):
    """The backward list has the gradients by the kernels. Asked for are those by the z: have the tape
    watch each z."""
    kernels = [ops.convert_to_tensor(kernel) for kernel in kernels]
    with tf.GradientTape() as tape:
        for kernel in kernels:
            tape.watch(kernel)
        signal = as_floating(x)
        for kernel in kernels[:-1]:
            signal = activation(ops.matmul(signal, kernel))
        total = ops.sum(upstream * ops.matmul(signal, kernels[-1]))
    backward = [wide_std(gradient) for gradient in tape.gradient(total, kernels)]
    return propagate_stats(x, kernels, activation, upstream)[0], backward


@mistake("propagate_stats")
def gradient_of_the_signals(x, kernels, activation, upstream):
    """The backward list has the gradients by the inputs of the layers, after the activation. Asked for
    are those by z, which have its slope in them too."""
    signal, signals = as_floating(x), []
    with tf.GradientTape() as tape:
        for kernel in kernels:
            z = ops.matmul(signal, kernel)
            signal = activation(z)
            tape.watch(signal)
            signals.append(signal)
        signals[-1] = z
        total = ops.sum(upstream * z)
    gradients = tape.gradient(total, signals[:-1]) if len(signals) > 1 else []
    return propagate_stats(x, kernels, activation, upstream)[0], [wide_std(g) for g in [*gradients, upstream]]


@mistake("propagate_stats")
def slope_is_forgotten(x, kernels, activation, upstream):
    """On the way back the slope of the activation is left out: the gradient is multiplied by kernels
    alone. Each activation multiplies it by its slope at z."""
    gradients = [np.asarray(upstream, "float64")]
    for kernel in reversed(list(kernels)[1:]):
        gradients.append(gradients[-1] @ np.asarray(kernel, "float64").T)
    return propagate_stats(x, kernels, activation, upstream)[0], [wide_std(g) for g in reversed(gradients)]


@mistake("propagate_stats")
def backward_lacks_the_last(x, kernels, activation, upstream):
    """The backward list is one entry short: the gradient by the last z is missing. It is upstream itself."""
    forward, backward = propagate_stats(x, kernels, activation, upstream)
    return forward, backward[:-1]


@mistake("propagate_stats")
def forward_starts_with_the_input(x, kernels, activation, upstream):
    """The forward list begins with the spread of x, so it is one entry too long or everything is one
    place off. Its first entry belongs to x @ kernels[0]."""
    forward, backward = propagate_stats(x, kernels, activation, upstream)
    return [wide_std(x), *forward], backward


@mistake("propagate_stats")
def stats_as_arrays(x, kernels, activation, upstream):
    """The lists hold tensors or numbers of NumPy. Python floats are asked for: float(...)."""
    forward, backward = propagate_stats(x, kernels, activation, upstream)
    return [np.float64(v) for v in forward], [np.float64(v) for v in backward]


@mistake("propagate_stats")
def stats_of_integers_crash(x, kernels, activation, upstream):
    """Integers as x end in an error: a product of integers and float32 is none that TensorFlow knows.
    as_floating makes float32 of them."""
    return propagate_stats(
        tf.matmul(tf.convert_to_tensor(x), tf.eye(np.shape(x)[1], dtype=kernels[0].dtype)),
        kernels,
        activation,
        upstream,
    )


@mistake("propagate_stats")
def root_mean_square_backward(x, kernels, activation, upstream):
    """Backward holds roots of mean squares, which count the mean too. Gradients often have a mean near 0,
    which hides it; the standard deviation subtracts it first."""
    zs, gradients = passed(x, kernels, activation, upstream)
    rms = [float(np.sqrt(np.mean(np.asarray(g, "float64") ** 2))) for g in gradients]
    return [wide_std(z) for z in zs], rms


@mistake("propagate_stats")
def root_mean_square_forward(x, kernels, activation, upstream):
    """Forward holds roots of mean squares, which count the mean too. The standard deviation subtracts it
    first."""
    zs, gradients = passed(x, kernels, activation, upstream)
    rms = [float(np.sqrt(np.mean(np.asarray(z, "float64") ** 2))) for z in zs]
    return rms, [wide_std(gradient) for gradient in gradients]


@mistake("propagate_stats")
def mean_over_units_forward(x, kernels, activation, upstream):
    """Forward is the mean of the standard deviations of single units over the batch. Asked for is one
    over all numbers of a z, batch and units alike: that units differ counts too."""
    zs, gradients = passed(x, kernels, activation, upstream)
    means = [float(np.mean(np.std(np.asarray(z, "float64"), axis=0))) for z in zs]
    return means, [wide_std(gradient) for gradient in gradients]
