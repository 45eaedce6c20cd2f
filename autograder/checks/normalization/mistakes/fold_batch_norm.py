"""Mistakes in `fold_batch_norm`."""

import numpy as np

from nnlearn.diagnosis import mistake


def scale_of(gamma, variance, epsilon):
    """What the outputs are multiplied by."""
    return as_floating(gamma) / ops.sqrt(as_floating(variance) + epsilon)


@mistake("fold_batch_norm")
def folds_without_epsilon(kernel, bias, gamma, beta, mean, variance, epsilon):  # noqa: ARG001
    """epsilon is not added to the variance under the root. For large variances nobody notices; for an
    output that was nearly constant in training the folded layer is far off."""
    return fold_batch_norm(kernel, bias, gamma, beta, mean, variance, 0.0)


@mistake("fold_batch_norm")
def folds_with_epsilon_outside(kernel, bias, gamma, beta, mean, variance, epsilon):
    """epsilon is added to the root instead of to the variance under it. The folded layer has to use
    the formula of the layer it replaces."""
    root = ops.sqrt(as_floating(variance)) + epsilon
    return fold_batch_norm(kernel, bias, gamma, beta, mean, root**2, 0.0)


@mistake("fold_batch_norm")
def folds_with_epsilon_squared(kernel, bias, gamma, beta, mean, variance, epsilon):
    """The square of epsilon is added to the variance. The folded layer has to use the formula of the
    layer it replaces, and there epsilon is added as it is."""
    return fold_batch_norm(kernel, bias, gamma, beta, mean, variance, epsilon**2)


@mistake("fold_batch_norm")
def folds_with_an_epsilon_of_its_own(kernel, bias, gamma, beta, mean, variance, epsilon):  # noqa: ARG001
    """The formula uses 0.001 whatever epsilon it is given. The epsilon to use is that of the
    normalization that is folded."""
    return fold_batch_norm(kernel, bias, gamma, beta, mean, variance, 1e-3)


@mistake("fold_batch_norm")
def divides_by_the_variance(kernel, bias, gamma, beta, mean, variance, epsilon):
    """The scale is gamma over the variance; the root is missing."""
    divisor = as_floating(variance) + epsilon
    return fold_batch_norm(kernel, bias, gamma, beta, mean, divisor**2, 0.0)


@mistake("fold_batch_norm")
def forgets_the_old_bias(kernel, bias, gamma, beta, mean, variance, epsilon):  # noqa: ARG001
    """The layer's own bias is dropped. In training it would cancel, but the stored mean was
    measured with the bias in it: b - mean belongs together."""
    return fold_batch_norm(kernel, None, gamma, beta, mean, variance, epsilon)


@mistake("fold_batch_norm")
def leaves_the_old_bias_unscaled(kernel, bias, gamma, beta, mean, variance, epsilon):
    """The old bias is added as it is. It goes through the normalization like everything else the
    layer puts out, so it is multiplied by gamma / sqrt(variance + epsilon) as well."""
    kernel, new_bias = fold_batch_norm(kernel, None, gamma, beta, mean, variance, epsilon)
    return kernel, new_bias if bias is None else new_bias + as_floating(bias)


@mistake("fold_batch_norm")
def gives_the_old_bias_back(kernel, bias, gamma, beta, mean, variance, epsilon):
    """The kernel is scaled and the bias stays what it was. What the normalization subtracts and adds
    has to go somewhere: the new bias is beta + (bias - mean) * scale."""
    new_kernel, new_bias = fold_batch_norm(kernel, bias, gamma, beta, mean, variance, epsilon)
    return new_kernel, ops.zeros_like(new_bias) if bias is None else as_floating(bias)


@mistake("fold_batch_norm")
def gives_the_old_kernel_back(kernel, bias, gamma, beta, mean, variance, epsilon):
    """The bias is folded and the kernel stays what it was. The normalization scales all that the layer
    puts out, so the kernel is multiplied by gamma / sqrt(variance + epsilon)."""
    return as_floating(kernel), fold_batch_norm(kernel, bias, gamma, beta, mean, variance, epsilon)[1]


@mistake("fold_batch_norm")
def gives_bias_and_kernel(kernel, bias, gamma, beta, mean, variance, epsilon):
    """The pair is the other way round: the bias came first. The kernel does."""
    new_kernel, new_bias = fold_batch_norm(kernel, bias, gamma, beta, mean, variance, epsilon)
    return new_bias, new_kernel


@mistake("fold_batch_norm")
def forgets_gamma_in_the_kernel(kernel, bias, gamma, beta, mean, variance, epsilon):
    """The kernel is divided by the spread, and not multiplied by gamma; the bias is. Both are multiplied
    by the same factor."""
    plain = fold_batch_norm(kernel, bias, ops.ones_like(gamma), beta, mean, variance, epsilon)
    return plain[0], fold_batch_norm(kernel, bias, gamma, beta, mean, variance, epsilon)[1]


@mistake("fold_batch_norm")
def forgets_gamma_in_the_bias(kernel, bias, gamma, beta, mean, variance, epsilon):
    """The difference of bias and mean is divided by the spread, and not multiplied by gamma; the kernel
    is. Both are multiplied by the same factor."""
    plain = fold_batch_norm(kernel, bias, ops.ones_like(gamma), beta, mean, variance, epsilon)
    return fold_batch_norm(kernel, bias, gamma, beta, mean, variance, epsilon)[0], plain[1]


@mistake("fold_batch_norm")
def forgets_to_fold_gamma(kernel, bias, gamma, beta, mean, variance, epsilon):
    """gamma is missing from the scale: it is gamma / sqrt(variance + epsilon)."""
    return fold_batch_norm(kernel, bias, ops.ones_like(gamma), beta, mean, variance, epsilon)


@mistake("fold_batch_norm")
def forgets_to_fold_beta(kernel, bias, gamma, beta, mean, variance, epsilon):
    """beta is missing from the new bias. The normalization adds it at the end, so it is added
    unscaled."""
    return fold_batch_norm(kernel, bias, gamma, ops.zeros_like(beta), mean, variance, epsilon)


@mistake("fold_batch_norm")
def scales_beta_too(kernel, bias, gamma, beta, mean, variance, epsilon):
    """beta is multiplied by the scale. It is added after the scaling, so it goes into the new bias
    as it is."""
    shift = beta if bias is None else as_floating(bias) + as_floating(beta)
    return fold_batch_norm(kernel, shift, gamma, ops.zeros_like(beta), mean, variance, epsilon)


@mistake("fold_batch_norm")
def adds_the_mean(kernel, bias, gamma, beta, mean, variance, epsilon):
    """The mean is added where it should be subtracted: the new bias is beta + (bias - mean) *
    scale."""
    return fold_batch_norm(kernel, bias, gamma, beta, -as_floating(mean), variance, epsilon)


@mistake("fold_batch_norm")
def forgets_the_mean(kernel, bias, gamma, beta, mean, variance, epsilon):
    """The moving mean takes no part. The normalization subtracts it before it scales: the new bias is
    beta + (bias - mean) * scale."""
    return fold_batch_norm(kernel, bias, gamma, beta, ops.zeros_like(mean), variance, epsilon)


@mistake("fold_batch_norm")
def subtracts_the_mean_unscaled(kernel, bias, gamma, beta, mean, variance, epsilon):
    """The moving mean is subtracted as it is. It is subtracted before the scaling, so it is multiplied by
    gamma / sqrt(variance + epsilon), like the old bias."""
    new_kernel, new_bias = fold_batch_norm(kernel, bias, gamma, beta, ops.zeros_like(mean), variance, epsilon)
    return new_kernel, new_bias - as_floating(mean)


@mistake("fold_batch_norm")
def scales_the_inputs(kernel, bias, gamma, beta, mean, variance, epsilon):
    """The kernel is scaled along its inputs instead of along its outputs. If there are as many inputs
    as outputs nothing complains. Normalization follows the layer, so it acts on the outputs: the
    last axis of a kernel in Keras. (In PyTorch they are the first.)"""
    _, new_bias = fold_batch_norm(kernel, bias, gamma, beta, mean, variance, epsilon)
    return as_floating(kernel) * scale_of(gamma, variance, epsilon)[:, None], new_bias


@mistake("fold_batch_norm")
def leaves_no_bias(kernel, bias, gamma, beta, mean, variance, epsilon):
    """A layer without a bias is left without one, and with it the shift of the normalization is
    lost. The folded layer always needs a bias: beta - mean * scale."""
    kernel, new_bias = fold_batch_norm(kernel, bias, gamma, beta, mean, variance, epsilon)
    return kernel, None if bias is None else new_bias


@mistake("fold_batch_norm")
def gives_beta_without_a_bias(kernel, bias, gamma, beta, mean, variance, epsilon):
    """For a layer without a bias the new bias is beta alone. The moving mean is subtracted there, too:
    put 0 in the place of the old bias and leave the formula as it is."""
    new_kernel, new_bias = fold_batch_norm(kernel, bias, gamma, beta, mean, variance, epsilon)
    return new_kernel, as_floating(beta) if bias is None else new_bias


@mistake("fold_batch_norm")
def gives_zeros_without_a_bias(kernel, bias, gamma, beta, mean, variance, epsilon):
    """For a layer without a bias the new bias is zero. The normalization still subtracts its mean and adds
    beta: put 0 in the place of the old bias and leave the formula as it is."""
    new_kernel, new_bias = fold_batch_norm(kernel, bias, gamma, beta, mean, variance, epsilon)
    return new_kernel, ops.zeros_like(new_bias) if bias is None else new_bias


@mistake("fold_batch_norm")
def forgets_beta_without_a_bias(kernel, bias, gamma, beta, mean, variance, epsilon):
    """For a layer without a bias beta is left out. The normalization adds it, whatever came before: put
    0 in the place of the old bias and leave the formula as it is."""
    shift = ops.zeros_like(beta) if bias is None else beta
    return fold_batch_norm(kernel, bias, gamma, shift, mean, variance, epsilon)


@mistake("fold_batch_norm")
def needs_a_bias(kernel, bias, gamma, beta, mean, variance, epsilon):
    """A bias of None raises an error. Layers before a normalization usually have none: treat None
    as zeros."""
    scale = scale_of(gamma, variance, epsilon)
    return as_floating(kernel) * scale, as_floating(beta) + (bias - as_floating(mean)) * scale


@mistake("fold_batch_norm")
def asks_whether_the_bias_is_true(kernel, bias, gamma, beta, mean, variance, epsilon):
    """`not bias`, or `bias or zeros`, asks whether the bias is true, and an array of several numbers is
    neither true nor false. Whether there is a bias is what matters: `bias is None`."""
    return fold_batch_norm(kernel, bias if bias else None, gamma, beta, mean, variance, epsilon)


@mistake("fold_batch_norm")
def folds_in_float32(kernel, bias, gamma, beta, mean, variance, epsilon):
    """Everything is cast to float32, so a float16 layer comes back too large for its place and a
    float64 one has lost half of its digits. Keep the dtype you are given."""
    given = (kernel, bias, gamma, beta, mean, variance)
    single = (None if value is None else ops.cast(value, "float32") for value in given)
    return fold_batch_norm(*single, epsilon)


@mistake("fold_batch_norm")
def folds_through_float32(kernel, bias, gamma, beta, mean, variance, epsilon):
    """float64 arrays are cast to float32 on the way, and back at the end: half of their digits are lost.
    Compute in the dtype you are given."""
    pair = folds_in_float32(kernel, bias, gamma, beta, mean, variance, epsilon)
    return tuple(ops.cast(value, as_floating(kernel).dtype) for value in pair)


@mistake("fold_batch_norm")
def folds_in_float64(kernel, bias, gamma, beta, mean, variance, epsilon):
    """The result is float64 whatever the arguments were, so it is too large for its place. Computing in
    float64 is fine: cast to the dtype you were given at the end, float32 for integers."""
    given = (kernel, bias, gamma, beta, mean, variance)
    double = (None if value is None else ops.cast(value, "float64") for value in given)
    return fold_batch_norm(*double, epsilon)


@mistake("fold_batch_norm")
def folds_as_numpy_reads(kernel, bias, gamma, beta, mean, variance, epsilon):
    """NumPy makes float64 of lists, of a root of integers, and of zeros that nobody gave a dtype. Here
    lists and integers count as float32, and zeros take the dtype of the arguments."""
    kernel, gamma, beta, mean, variance = map(np.array, (kernel, gamma, beta, mean, variance))
    bias = np.zeros(gamma.shape) if bias is None else np.array(bias)
    scale = gamma / np.sqrt(variance + epsilon)
    return kernel * scale, beta + (bias - mean) * scale


@mistake("fold_batch_norm")
def folds_into_the_dtype_of_the_kernel(kernel, bias, gamma, beta, mean, variance, epsilon):
    """The result is cast to the dtype the kernel came in, so for integers everything behind the point
    is cut off. Integers count as float32."""
    pair = fold_batch_norm(kernel, bias, gamma, beta, mean, variance, epsilon)
    return tuple(ops.cast(value, ops.convert_to_tensor(kernel).dtype) for value in pair)


@mistake("fold_batch_norm")
def folds_floats_only(kernel, bias, gamma, beta, mean, variance, epsilon):
    """Integers are not cast, and TensorFlow does not add a float to an integer. They count as float32:
    cast what is not a float yet."""
    arrays = (kernel, ops.zeros_like(mean) if bias is None else bias, gamma, beta, mean, variance)
    kernel, bias, gamma, beta, mean, variance = map(ops.convert_to_tensor, arrays)
    scale = gamma / ops.sqrt(variance + epsilon)
    return kernel * scale, beta + (bias - mean) * scale


@mistake("fold_batch_norm")
def wraps_around(kernel, bias, gamma, beta, mean, variance, epsilon):
    """The mean is subtracted from the bias while both are integers still. Unsigned integers have nothing
    below 0: 1 - 2 is 255 there. Cast first, then subtract."""
    if bias is None:
        return fold_batch_norm(kernel, bias, gamma, beta, mean, variance, epsilon)
    distance = ops.subtract(ops.convert_to_tensor(bias), ops.convert_to_tensor(mean))
    return fold_batch_norm(kernel, distance, gamma, beta, ops.zeros_like(mean), variance, epsilon)
