"""Mistakes in `affine_backward`."""

from nnlearn.diagnosis import mistake

from .pieces import arrays


def rows_of(upstream, x, kernel):
    """The arguments as arrays, and upstream and x as rows; for mistakes that lie elsewhere."""
    upstream, x, kernel = arrays(upstream, x, kernel)
    affine_backward(upstream, x, kernel)  # which refuses what does not fit
    return upstream, x, kernel, upstream.reshape(-1, upstream.shape[-1]), x.reshape(-1, x.shape[-1])


@mistake("affine_backward")
def kernel_gradient_transposed(upstream, x, kernel):
    """dkernel is the transpose of what it should be: shape (m, n) instead of (n, m). The input stands
    on the left: x.T @ upstream."""
    dx, dkernel, dbias = affine_backward(upstream, x, kernel)
    return dx, dkernel.T, dbias


@mistake("affine_backward")
def kernel_gradient_transposed_by_reshape(upstream, x, kernel):
    """dkernel is upstream.T @ x, reshaped to the shape of the kernel. A reshape puts the same numbers
    in another order of rows; it does not transpose. Use x.T @ upstream."""
    dx, dkernel, dbias = affine_backward(upstream, x, kernel)
    return dx, dkernel.T.reshape(dkernel.shape), dbias


@mistake("affine_backward")
def kernel_not_transposed(upstream, x, kernel):
    """dx is upstream @ kernel. With a square kernel that fits and is wrong: kernel[i, j] leads from
    input i to output j, and backward from j to i. Use upstream @ kernel.T."""
    upstream, x, kernel = arrays(upstream, x, kernel)
    _, dkernel, dbias = affine_backward(upstream, x, kernel)
    return upstream @ kernel, dkernel, dbias


@mistake("affine_backward")
def kernel_not_transposed_if_square(upstream, x, kernel):
    """dx is upstream @ kernel where that fits, and so it is wrong for a square kernel: kernel[i, j]
    leads from input i to output j, and backward from j to i. Use upstream @ kernel.T."""
    upstream, x, kernel = arrays(upstream, x, kernel)
    dx, dkernel, dbias = affine_backward(upstream, x, kernel)
    return upstream @ kernel if kernel.shape[0] == kernel.shape[1] else dx, dkernel, dbias


@mistake("affine_backward")
def kernel_reshaped(upstream, x, kernel):
    """The kernel is reshaped to (m, n) where it should be transposed. The shapes fit, and the numbers
    stand in the wrong places. Use kernel.T."""
    upstream, x, kernel = arrays(upstream, x, kernel)
    _, dkernel, dbias = affine_backward(upstream, x, kernel)
    return upstream @ kernel.reshape(kernel.shape[::-1]), dkernel, dbias


@mistake("affine_backward")
def bias_gradient_averaged(upstream, x, kernel):
    """dbias is the mean over the examples. The bias was added for each of them, so it is the sum. If
    the loss is a mean, its 1/N is in the upstream gradient already."""
    dx, dkernel, dbias = affine_backward(upstream, x, kernel)
    return dx, dkernel, dbias / (np.asarray(upstream).size // len(dbias))


@mistake("affine_backward")
def kernel_gradient_averaged(upstream, x, kernel):
    """dkernel is divided by the number of examples. It is a sum over them. If the loss is a mean, its
    1/N is in the upstream gradient already."""
    dx, dkernel, dbias = affine_backward(upstream, x, kernel)
    return dx, dkernel / (np.asarray(upstream).size // len(dbias)), dbias


@mistake("affine_backward")
def divided_by_the_batch(upstream, x, kernel):
    """dkernel and dbias are divided by the number of examples. They are sums over these. If the loss is
    a mean, its 1/N is in the upstream gradient already, and must not come twice."""
    dx, dkernel, dbias = affine_backward(upstream, x, kernel)
    return dx, dkernel / len(upstream), dbias / len(upstream)


@mistake("affine_backward")
def bias_over_the_first_axis(upstream, x, kernel):
    """dbias is summed over axis 0 only. With inputs of shape (batch, steps, n) the bias is used for
    each step of each example: sum over all axes but the last."""
    dx, dkernel, _ = affine_backward(upstream, x, kernel)
    return dx, dkernel, arrays(upstream)[0].sum(axis=0)


@mistake("affine_backward")
def bias_over_the_first_axis_at_most_two(upstream, x, kernel):
    """dbias is summed over axes 0 and 1 at most. That is all for rank 3; for rank 4 an axis is left.
    Sum over all axes but the last."""
    dx, dkernel, dbias = affine_backward(upstream, x, kernel)
    (upstream,) = arrays(upstream)
    return dx, dkernel, upstream.sum(axis=(0, 1)) if upstream.ndim > 3 else dbias


@mistake("affine_backward")
def bias_over_everything(upstream, x, kernel):
    """dbias is a single number, the sum over all axes. Each unit has a bias of its own: sum over all
    axes *but the last*."""
    dx, dkernel, dbias = affine_backward(upstream, x, kernel)
    return dx, dkernel, dbias.sum()


@mistake("affine_backward")
def bias_over_the_units(upstream, x, kernel):
    """dbias is summed over the last axis, the units, and has a number for each example. Each unit has a
    bias, and it is used for all examples: sum over all axes but the last."""
    dx, dkernel, _ = affine_backward(upstream, x, kernel)
    return dx, dkernel, arrays(upstream)[0].sum(axis=-1)


@mistake("affine_backward")
def bias_keeps_an_axis(upstream, x, kernel):
    """dbias keeps an axis of length 1 in front. A gradient has exactly the shape of what it is the
    gradient of, (m,): leave keepdims out."""
    dx, dkernel, dbias = affine_backward(upstream, x, kernel)
    return dx, dkernel, dbias[None]


@mistake("affine_backward")
def bias_not_summed(upstream, x, kernel):
    """dbias is the upstream gradient itself. Its slope is 1, but it was used for every example: sum
    over all axes but the last."""
    dx, dkernel, _ = affine_backward(upstream, x, kernel)
    return dx, dkernel, arrays(upstream)[0]


@mistake("affine_backward")
def a_kernel_gradient_for_each_example(upstream, x, kernel):
    """With inputs of rank 3 dkernel has a batch axis: a matrix for each example. The one kernel was
    used for all of them: sum over all leading axes, for example by reshaping to rows first."""
    upstream, x, _ = arrays(upstream, x, kernel)
    dx, dkernel, dbias = affine_backward(upstream, x, kernel)
    return dx, dkernel if x.ndim == 2 else np.swapaxes(x, -1, -2) @ upstream, dbias


@mistake("affine_backward")
def transposes_all_axes(upstream, x, kernel):
    """x.T turns round *all* axes: (2, 4, 3) becomes (3, 4, 2), and the product does not fit or is not
    what was meant. Make rows of all examples and steps first: x.reshape(-1, n)."""
    upstream, x, kernel = arrays(upstream, x, kernel)
    dx, _, dbias = affine_backward(upstream, x, kernel)
    return dx, x.T @ upstream, dbias


@mistake("affine_backward")
def ignores_what_arrives(upstream, x, kernel):
    """The upstream gradient is ignored, as if it were 1 everywhere. Every local gradient is multiplied by
    what arrives from above."""
    return affine_backward(np.ones_like(arrays(upstream)[0]), x, kernel)


@mistake("affine_backward")
def ignores_what_arrives_for_the_input(upstream, x, kernel):
    """dx does not contain the upstream gradient: it is the kernel's column sums for every example.
    Multiply the local gradient, the kernel, by what arrives from above: upstream @ kernel.T."""
    (ones,) = arrays(upstream)
    _, dkernel, dbias = affine_backward(upstream, x, kernel)
    return affine_backward(np.ones_like(ones), x, kernel)[0], dkernel, dbias


@mistake("affine_backward")
def in_another_order(upstream, x, kernel):
    """The three are right and come in another order. Return (dx, dkernel, dbias)."""
    dx, dkernel, dbias = affine_backward(upstream, x, kernel)
    return dkernel, dbias, dx


@mistake("affine_backward")
def multiplies_by_the_output(upstream, x, kernel):
    """dkernel is made of the layer's output, x @ kernel, where its input belongs. A weight's slope is
    what it is multiplied by: the input."""
    upstream, x, kernel, pushes, rows = rows_of(upstream, x, kernel)
    dx, _, dbias = affine_backward(upstream, x, kernel)
    return dx, (rows @ kernel).T @ pushes, dbias


@mistake("affine_backward")
def multiplies_element_by_element(upstream, x, kernel):
    """`*` multiplies element by element. The gradients are sums of products, that is matrix products:
    write @."""
    upstream, x, kernel = arrays(upstream, x, kernel)
    return upstream * kernel.T, x.T * upstream, upstream.sum(axis=0)


@mistake("affine_backward")
def accepts_what_reshapes(upstream, x, kernel):
    """Shapes that do not fit are accepted, since after reshaping to rows they do: (2, 4, m) goes with
    (8, n) or (4, 2, n), and rows meet rows that they have nothing to do with. Compare all axes but the
    last before."""
    upstream, x, kernel = arrays(upstream, x, kernel)
    n, m = kernel.shape
    rows, pushes = x.reshape(-1, n), upstream.reshape(-1, m)
    return (pushes @ kernel.T).reshape(*upstream.shape[:-1], n), rows.T @ pushes, pushes.sum(axis=0)


@mistake("affine_backward")
def accepts_what_broadcasts(upstream, x, kernel):
    """An upstream gradient with an axis of size 1 is accepted and repeated for every example. It has
    the shape of the layer's output, and nothing is broadcast: compare the shapes before."""
    upstream, x, kernel = arrays(upstream, x, kernel)
    if x.ndim == 2 and upstream.shape[0] == 1:
        upstream = np.broadcast_to(upstream, (len(x), upstream.shape[1]))
    return affine_backward(upstream, x, kernel)


@mistake("affine_backward")
def compares_sizes_only(upstream, x, kernel):
    """It is the *number* of examples that is compared, and so (2, 4, m) is accepted next to (4, 2, n).
    Compare the shapes: all axes but the last have to be the same."""
    upstream, x, kernel = arrays(upstream, x, kernel)
    n, m = kernel.shape
    if x.shape[-1] != n or upstream.shape[-1] != m or x.size // n != upstream.size // m:
        raise ValueError("the shapes do not fit")
    dx, dkernel, dbias = affine_backward(upstream.reshape(-1, m), x.reshape(-1, n), kernel)
    return dx.reshape(x.shape), dkernel, dbias
