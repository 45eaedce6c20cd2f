# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Backpropagation
#
# A network has a million weights, and you want the slope of its loss by every one of them.
# In [autodiff](../autodiff/README.md) one walk backward through the graph gave all of them, one number at a time.
# Real networks take the same walk with *arrays*: a node is a whole layer.
#
# The rules fit on a page, and each is easy to get nearly right. A sum that is a mean, a term that is forgotten, a
# factor 1/N too many: nothing crashes, the shapes fit, and often the network learns, only badly. You will see
# what such errors look like, and how to find them.
#
# **You will write** `unbroadcast`, `affine_backward`, `softmax_crossentropy_backward`, `gather_backward`,
# `batchnorm_backward` and `mlp_gradients`, which puts a whole network together.
#
# **Do you remember?** From [autodiff](../autodiff/README.md) and [losses](../losses/README.md):
#
# 1. A number is used in two places. What does the reverse pass do with the two gradients that come back to it?
# 2. What is the slope of the cross-entropy by the logits, in terms of shares and labels?

# %%
import keras
import numpy as np
import tensorflow as tf
from keras import ops

from nnlearn.lesson import as_floating

# %% tags=["demo"]
import itertools

from nnlearn import data, figures, lesson

keras.utils.set_random_seed(7)
images, labels = data.digits(seed=5)  # 1,797 handwritten digits of 8 x 8 pixels; the seed mixes them
x, digits = images[:32], labels[:32]
print(x.shape, digits.shape)

# %% [markdown]
# ## Before you read on, guess
#
# Replace each `None` below with your answer *before* you run or read anything else.
# Your first guess is kept, then answered, and you may think again: a wrong one teaches a lot.
#
# For the last question: `Dropout` sets random outputs to 0. `LayerNormalization` gives the numbers of one example
# mean 0 and spread 1; `BatchNormalization` does that with each feature.

# %%
PREDICTIONS = ...

# %% [markdown]
# ## "What's a forward pass, and what is important to think of when designing this function?"
#
# The *forward pass* computes a network's output from its input, layer by layer. Design it as a *pure function*:
# all that its result depends on comes in, and nothing else changes. What comes in is four things: the inputs,
# the weights, the *mode* (training or inference), and a *seed* where something is drawn at random. Then the
# same call gives the same result, and the slopes of that result mean something. Ask of each layer:
#
# | think of | because |
# |---|---|
# | shapes | which axis holds the examples, which the features? The shapes of the weights must not depend on the batch size |
# | dtype | a sum of many small float16 numbers stops growing |
# | stability | `exp(1000)` is infinite: before a softmax, subtract the largest logit |
# | mode | dropout does nothing in inference; batch normalization then uses stored statistics |
# | mixing | does the answer for one example depend on the others in its batch? |
# | memory | what will the backward pass need? That has to be kept |
#
# Most layers treat each example on its own. Watch one that does not. We change image 0 of a batch and look
# at the output for image 1, in training mode:

# %% tags=["demo"]
changed = x.copy()
changed[0] = 1 - changed[0]
makers = {
    "Dense": lambda: keras.layers.Dense(10),
    "LayerNormalization": lambda: keras.layers.LayerNormalization(),
    "Dropout": lambda: keras.layers.Dropout(0.5, seed=7),
    "BatchNormalization": lambda: keras.layers.BatchNormalization(),
}
for name, maker in makers.items():
    outputs = []
    for batch in (x, changed):
        keras.utils.set_random_seed(7)  # the same weights both times, and the same zeros of Dropout
        outputs.append(ops.convert_to_numpy(maker()(batch, training=True)))
    moved = np.abs(outputs[1] - outputs[0]).max(axis=1)
    print(f"{name:20} image 0 moves by {moved[0]:.3f}, image 1 by {moved[1]:.3f}")

# %% [markdown]
# Batch normalization computes each feature's mean over the whole batch, so each output depends on that feature of every
# example. Going backward, each input gets a gradient from all outputs of its feature.
#
# And what is kept? For $y = xW + b$ the slope by a weight is the number that the weight is multiplied by, so the
# layer remembers its *input*, which is the output of the layer before. These arrays are called *activations* too, like the
# functions. They wait until the backward pass has used them. For layers of 128, 128 and 10 units on such digits, in float32:

# %% tags=["demo"]
widths = [64, 128, 128, 10]
weights_bytes = sum((n + 1) * m * 4 for n, m in itertools.pairwise(widths))
for batch_size in (1, 32, 1024):
    kept = batch_size * sum(widths[:-1]) * 4
    print(f"batch of {batch_size:4}: {kept / 1e3:8.1f} kB of inputs kept", end=", ")
    print(f"{weights_bytes / 1e3:.1f} kB of weights, as much for their gradients")

# %% [markdown]
# Memory for weights, and in training for their gradients, does not depend on the batch size; memory for activations grows
# with it and with the number of layers. Inference has no backward pass and can forget each one as soon as the next layer
# is done. Training can save memory as well: keep only some, and compute the others again when they are needed, which takes
# time.
#
# ## "What's a backward pass (backprop), and what is important to think of when designing this function?"
#
# The *backward pass* walks the same layers in reverse. To each layer it hands the *upstream gradient*: the slopes
# of the loss by the layer's *outputs*, an array of their shape. The layer answers with the slopes of the loss by
# its *inputs* and by its weights. The first goes on to the layer below. Rumelhart, Hinton and Williams (1986)
# described this as a way to train networks, under the name *back-propagation*.
#
# Whatever the layer, one sentence gives its rule:
#
# > The gradient of a number is the **sum**, over every place where the number was used, of the upstream gradient
# > there times the local gradient.
#
# ### Once by hand
#
# Two examples with two features, one unit, $y = xW + b$. Take a pencil: `x = [[1, 2], [3, 4]]`, `W = [[5], [-1]]` and
# `upstream = [[1], [10]]`.
#
# 1. *The weight 5* was used twice: times 1 in the first example, times 3 in the second. Its gradient is
#    1·1 + 10·3 = 31. The weight −1 gets 1·2 + 10·4 = 42. That is $x^\top \cdot \text{upstream}$.
# 2. *The bias* was used twice, with slope 1: 1 + 10 = 11.
# 3. *The input* 1 was used once, times 5: it gets 1·5 = 5, and its neighbour 2 gets 1·(−1) = −1. In the second
#    example it is 10·5 = 50 and 10·(−1) = −10. That is $\text{upstream} \cdot W^\top$.
#
# Four things to think of when you design one:
#
# - *Shape*: a gradient has exactly the shape of what it is the gradient of. That alone finds most transposes.
# - *Sum*, never mean. If the loss is a mean over the batch, the 1/N is in the loss, once, and arrives with the
#   upstream gradient. Nobody divides again.
# - *Keep* what the slope needs, and change nothing in place that somebody still needs.
# - *Check* it against numbers: move one input a little and see how much the loss changes. In float64.
#
# ### What all six parts promise
#
# - Arrays or tensors come in, arrays or tensors go out, as you like: NumPy and `keras.ops` are both fine.
#   All runs eagerly, outside of `tf.function`.
# - All floating arguments of one call have the same dtype (float16, float32 or float64), and so have the results.
#   Integers there count as float32: `as_floating` turns anything into a floating tensor, and
#   `np.asarray(as_floating(x))` is an array. Labels and indices stay integers.
# - No argument is changed. Nested lists are not asked for.
# - Results may be off by 0.0001·(1 + size) in float32, where a docstring does not say otherwise; for 0.0001 read 0.01 in
#   float16, a billionth in float64.
# - No ready-made gradients: no `GradientTape`, no layers, losses or gradient functions such as `tf.raw_ops.ReluGrad`.
#   `softmax`, `log_softmax` and `relu` are yours from [activations](../activations/README.md), so the ready-made ones are
#   allowed.
#
# ## Part 1: `unbroadcast`
#
# Add a bias of shape (3,) to a batch of shape (4, 3), and broadcasting *uses* each of its numbers four times.
# So the gradient of each is a sum of four. Two things happen in broadcasting: axes are added in front, and axes of
# size 1 are stretched. Going back, sum over both kinds. The second stays, with size 1:
#
# | shape before | shape after | used | going back, sum over |
# |---|---|---|---|
# | (3,) | (4, 3) | 4 times | axis 0, which goes |
# | (4, 1) | (4, 3) | 3 times | axis 1, which stays |
# | (4, 1) | (5, 4, 3) | 15 times | axis 0, which goes, and axis 2, which stays |
#
# A trap for half precision: between 256 and 512 the float16 numbers are 0.25 apart. Add 0.1 to 256 and it stays
# 256. (As float16, the last sum below is 500.)

# %% tags=["demo"]
many = np.full((5000, 2), 0.1, "float16")
print("TensorFlow's sum of 5000:", tf.reduce_sum(many, axis=0).numpy())
print("NumPy's:                 ", many.sum(axis=0))
print("summed in float32:       ", many.sum(axis=0, dtype="float32"))


# %%
def unbroadcast(gradient, shape):
    """Sum a gradient over what broadcasting has repeated.

    Args:
        gradient: The upstream gradient, an array or tensor of any rank, 0 included. It stays as
            it is.
        shape: What was broadcast to the shape of `gradient`: a tuple of integers, `()` included.

    Returns:
        The gradient by what had `shape`: an array or tensor of exactly that shape, axes of size
        1 included, and of the dtype of `gradient` (integers count as float32). Each number is
        the sum of the gradients of all places to which broadcasting took it. A sum of nothing,
        where an axis of `gradient` has size 0, is 0. float16 is summed in float32 or better, so
        5000 times 0.1 is 500.

    Raises:
        ValueError: `shape` does not broadcast to the shape of `gradient`: it is longer, or one
            of its sizes is neither 1 nor that of `gradient` (counted from the last axis). So
            (4, 1) is refused for a gradient of shape (1, 3): together the two broadcast to
            something else.

    Reference:
        https://numpy.org/doc/stable/user/basics.broadcasting.html
    """
    # BEGIN SOLUTION
    gradient = np.asarray(as_floating(gradient))
    if np.broadcast_shapes(gradient.shape, shape) != gradient.shape:
        raise ValueError(f"{shape} does not broadcast to {gradient.shape}")
    added = gradient.ndim - len(shape)
    stretched = [added + axis for axis, size in enumerate(shape) if size == 1]
    # The sum over an axis that was 1 before changes nothing, so there is no need to find out.
    wide = np.promote_types(gradient.dtype, "float32")
    total = gradient.sum(axis=(*range(added), *stretched), dtype=wide)
    return total.reshape(shape).astype(gradient.dtype)
    # END SOLUTION


# %% [markdown]
# ## Part 2: `affine_backward`
#
# A dense layer computes $y = xW + b$. Above you have worked out the three answers:
#
# $$\mathrm{d}x = \text{upstream} \cdot W^\top \qquad \mathrm{d}W = x^\top \cdot \text{upstream} \qquad
# \mathrm{d}b = \sum_{\text{examples}} \text{upstream}$$
#
# If you forget which side is transposed, the shapes tell you (CS231n calls this dimension analysis): $\mathrm{d}W$ is
# (n, m), and the only way to get that from x, (N, n), and upstream, (N, m), is $x^\top$ on the left.
# With a *square* kernel the shapes fit either way, so test with one.
#
# The value of $b$ is in none of the three: when it grows by 1, so does $y$, whatever it was.
# And an input may have more axes: (batch, steps, n) for texts. Kernel and bias are used for each step of each
# example, so their sums run over *all* leading axes, not just the first.


# %%
def affine_backward(upstream, x, kernel):
    """Compute the gradients of a dense layer, `y = x @ kernel + bias`.

    Arguments and results are arrays or tensors; the arguments stay as they are.

    Args:
        upstream: The gradient by y, shape (..., m).
        x: The layer's input, shape (..., n), of rank 2, 3 or 4.
        kernel: Shape (n, m).

    Returns:
        A tuple `(dx, dkernel, dbias)` of shapes (..., n), (n, m) and (m,): the gradients of
        `sum(upstream * y)`. The last two are summed over all axes of `x` but the last. The
        dtype is that of the arguments, which have the same (integers count as float32).

    Raises:
        ValueError: The shapes do not fit each other: the last axis of `x` is not n, that of
            `upstream` is not m, or their other axes differ. Nothing is broadcast, and (2, 3, m)
            does not fit (6, n) or (3, 2, n).

    Reference:
        https://cs231n.github.io/optimization-2/#mat
    """
    # BEGIN SOLUTION
    upstream, x, kernel = (np.asarray(as_floating(each)) for each in (upstream, x, kernel))
    n, m = kernel.shape
    if x.shape[-1] != n or upstream.shape != (*x.shape[:-1], m):
        raise ValueError(f"upstream {upstream.shape}, x {x.shape} and kernel {kernel.shape} do not fit")
    rows, pushes = x.reshape(-1, n), upstream.reshape(-1, m)  # each step of each example is a row
    return upstream @ kernel.T, rows.T @ pushes, pushes.sum(axis=0)
    # END SOLUTION


# %% [markdown]
# What do nearly right backward passes do? Take a single layer, 64 pixels to 10 digits, with the softmax and
# cross-entropy of part 3 on top, and five ways to compute the gradient of its kernel. Four do not give the slopes of the
# batch's mean loss. All give the right shape. Here each trains for 300 steps, with three seeds:


# %% tags=["demo"]
def p(logits):
    exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
    return exponentials / exponentials.sum(axis=1, keepdims=True)


ways = {
    "right": lambda x, logits, target: x.T @ ((p(logits) - target) / len(x)),
    "p without -target": lambda x, logits, _: x.T @ (p(logits) / len(x)),
    "last example only": lambda x, logits, target: x[-1:].T @ (p(logits) - target)[-1:],
    "divided by N twice": lambda x, logits, target: x.T @ ((p(logits) - target) / len(x)) / len(x),
    "sigmoid for softmax": lambda x, logits, target: x.T @ ((1 / (1 + np.exp(-logits)) - target) / len(x)),
}
for name, way in ways.items():
    right = []
    for seed in range(3):
        rng, kernel = np.random.default_rng(seed), np.zeros((64, 10))
        for _ in range(300):
            picked = rng.integers(0, 1400, size=32)
            logits = images[picked] @ kernel
            kernel -= 0.5 * way(images[picked], logits, np.eye(10)[labels[picked]])
        right.append(np.mean((images[1400:] @ kernel).argmax(axis=1) == labels[1400:]))
    print(f"{name:20} right on new digits:", ", ".join(f"{share:.0%}" for share in right))

# %% [markdown]
# One learns nothing. Two learn worse, as if the learning rate were poor. (The last example's gradient is right on average, but
# noisy.) The fifth is within two points of the right one, and its numbers alone look healthy: it descends *another*
# loss, ten yes-or-no questions. So "it learns" is a weak test.
#
# A better one looks at the gradient. For each digit it has 64 numbers, drawn here as 8 x 8 pixels, for our 32 images.
# Beside it stand the errors, *wrong minus right*, each map in its own scale:

# %% tags=["demo", "figure"]
# figure: error_maps | Five maps of ten small squares, two for the digits 0 and 1 in the top row, down to 8 and 9 in the last: orange below zero, purple above, each map in a scale of its own. First the right gradient of the kernel, up to 0.08 in size. Then four errors, wrong minus right. Without minus target, each square shows its own digit, up to 0.12. With the last example only, that example, a 4, stands out in the square of 4, up to 0.89, and is pale in the others. Divided by N twice, the right gradient appears with its sign turned, up to 0.08. With a sigmoid in place of softmax, all ten squares show nearly the same picture, an upright bar, up to 0.32.
kernel = 0.01 * np.random.default_rng(0).normal(size=(64, 10))
gradients = {name: way(x, x @ kernel, np.eye(10)[digits]) for name, way in ways.items()}
errors = {name: found - (name != "right") * gradients["right"] for name, found in gradients.items()}
fig, axes = figures.panels(1, 5, height=4.8)
for axis, (name, error) in zip(axes, errors.items(), strict=True):
    gaps = ((0, 0), (0, 0), (1, 0), (1, 0))
    tiles = np.pad(error.T.reshape(5, 2, 8, 8), gaps, constant_values=np.nan)
    tiles = tiles.transpose(0, 2, 1, 3).reshape(45, 18)
    largest = np.abs(error).max()
    picture = axis.imshow(tiles / largest, cmap="PuOr", vmin=-1, vmax=1)
    title = "right" if name == "right" else "error:\n" + "\n".join(name.rsplit(" ", 1))
    axis.set_title(f"{title}\nlimit {largest:.2f}")
    axis.set(xticks=[], yticks=[])
    axis.spines[:].set_visible(False)
    axis.grid(visible=False)
axes[0].set_yticks(4.5 + 9 * np.arange(5), [f"{digit}, {digit + 1}" for digit in range(0, 10, 2)])
axes[0].set_ylabel("digits of the two squares")
axes[0].tick_params(length=0)
bar = fig.colorbar(picture, ax=axes, label="gradient by a weight, or its error", shrink=0.9)
bar.set_ticks([-1, 0, 1], labels=["−limit", "0", "+limit"])
sizes = [np.abs(error).max() for error in errors.values()]
figures.says(0, 1, 8, 9, *sizes[:2], 4, 4, *sizes[2:])

# %% [markdown]
# Each leaves its fingerprint. Its own digit in each square: the targets are missing. One example: the others are missing. The
# gradient itself: a factor is wrong. The bar is the mean of all 32 images: all ten shares are off by nearly the same.
#
# ## Part 3: `softmax_crossentropy_backward`
#
# In [losses](../losses/README.md) the slope of the cross-entropy came out as shares minus one-hot. Two versions
# of it are in use, and mixing them up costs a factor:
#
# - The losses stay apart, one for each label, and an upstream gradient arrives for each. Then row $i$ is
#   $\text{upstream}_i \, (p_i - \text{onehot}(\text{label}_i))$, and there is no 1/N.
# - The *mean* of all losses was taken. Then each row is $(p_i - \text{onehot}(\text{label}_i)) / N$, where N
#   counts *all* labels: 32 texts of 20 words are 640 losses.
#
# Either way a row adds up to 0: what one class gains, the others lose.
#
# By hand, with the logits 1, 0, 0 of a single example and class 0 right: shares 0.576, 0.212, 0.212, and the
# gradient is −0.424, 0.212, 0.212.


# %%
def softmax_crossentropy_backward(logits, labels, upstream=None):
    """Compute the gradient of the cross-entropy of softmax by the logits.

    Arguments and result are arrays or tensors; the arguments stay as they are.

    Args:
        logits: Shape (..., K), of rank 1 or more.
        labels: Integers from 0 to K - 1 of any integer dtype, shape (...); of rank 0 for logits
            of shape (K,).
        upstream: The gradient by each loss, of the shape of `labels`. None means that the mean
            of all losses was taken, and the gradient by that mean is 1.

    Returns:
        The gradient, an array or tensor of the shape and dtype of `logits` (integers count as
        float32). For logits as large as ±10,000, in float32 and float64, it is finite, and
        right to 0.001.

    Reference:
        Goodfellow, Bengio, Courville (2016), Deep Learning, section 6.2.2.3.
    """
    # BEGIN SOLUTION
    logits, labels = np.asarray(as_floating(logits)), np.asarray(labels)
    exponentials = np.exp(logits - logits.max(axis=-1, keepdims=True))
    shares = exponentials / exponentials.sum(axis=-1, keepdims=True)
    gradient = shares - np.eye(logits.shape[-1], dtype=logits.dtype)[labels]
    if upstream is None:
        return gradient / labels.size
    return gradient * np.asarray(as_floating(upstream))[..., None]
    # END SOLUTION


# %% [markdown]
# ## Part 4: `gather_backward`
#
# Networks that read text begin with a table: word number 7 is turned into row 7. Forward that is
# `table[indices]`. Backward: a row was used wherever its index stands, so its gradient is the sum over
# those places. Rows that were not used get 0.
#
# The obvious short version, `total[indices] += upstream`, is wrong and raises no error. It reads all rows, adds
# once to each, and writes them back, so of an index that comes three times the last addition wins:

# %% tags=["demo"]
total = np.zeros(4)
total[[2, 2, 2]] += np.array([1.0, 10.0, 100.0])
print("+= with repeated indices:", total)

# %% [markdown]
# `np.add.at`, `tf.math.unsorted_segment_sum`, or a product with a one-hot matrix do add. Watch the other end too: NumPy takes
# −1 for the last row, and `unsorted_segment_sum` drops it. Yours will refuse.


# %%
def gather_backward(upstream, indices, rows):
    """Compute the gradient of `table[indices]` by the table.

    Arguments and result are arrays or tensors; the arguments stay as they are.

    Args:
        upstream: The gradient by what was picked, of shape `indices.shape + tail`, where `tail`
            is the shape of one row of the table, `()` included.
        indices: Integers of any integer dtype and any shape, () and (0,) included.
        rows: How many rows the table has.

    Returns:
        An array or tensor of shape `(rows, *tail)` and of the dtype of `upstream` (integers
        count as float32). Where an index comes more than once, what arrives for it is added.
        Rows that were not picked have gradient 0.

    Raises:
        ValueError: An index is outside 0 ... rows - 1; a negative one is, too.

    Reference:
        https://www.tensorflow.org/api_docs/python/tf/math/unsorted_segment_sum
    """
    # BEGIN SOLUTION
    upstream, indices = np.asarray(as_floating(upstream)), np.asarray(indices)
    if np.any((indices < 0) | (indices >= rows)):
        raise ValueError(f"indices have to be from 0 to {rows - 1}")
    gradient = np.zeros((rows, *upstream.shape[indices.ndim :]), upstream.dtype)
    np.add.at(gradient, indices, upstream)
    return gradient
    # END SOLUTION


# %% [markdown]
# ## Part 5: `batchnorm_backward`
#
# Batch normalization, in training mode, gives each feature mean 0 and (but for $\epsilon$) spread 1 over the batch, then scales
# and shifts ([normalization](../normalization/README.md), later in the course, builds the layer):
#
# $$\mu = \frac{1}{m} \sum_i x_i \qquad \sigma^2 = \frac{1}{m} \sum_i (x_i - \mu)^2 \qquad
# \hat{x}_i = \frac{x_i - \mu}{\sqrt{\sigma^2 + \epsilon}} \qquad y_i = \gamma \hat{x}_i + \beta$$
#
# Here $x_i$ are the $m$ values of *one* feature. For images, (batch, height, width, channels), one channel has
# $m$ = batch · height · width of them: all axes but the last. Write $u_i$ for the upstream gradient. Two answers
# follow from the sentence in the box above, since $\gamma$ and $\beta$ are used $m$ times:
#
# $$\mathrm{d}\gamma = \sum_i u_i \hat{x}_i \qquad \mathrm{d}\beta = \sum_i u_i$$
#
# The input $x_i$ is used three times: in the numerator, in $\mu$ and in $\sigma^2$. So three slopes are added.
# With $g_i = \gamma u_i$ and $s = 1 / \sqrt{\sigma^2 + \epsilon}$ they are
#
# | where $x_i$ is used | what it adds |
# |---|---|
# | in the numerator | $s \, g_i$ |
# | in $\mu$ | $-\, s \cdot \mathrm{mean}(g)$ |
# | in $\sigma^2$ | $-\, s \, \hat{x}_i \cdot \mathrm{mean}(g \, \hat{x})$ |
#
# The third row is a product: what arrives at $\sigma^2$, times the slope of $\sigma^2$ by $x_i$:
#
# $$\sum_j g_j \frac{\partial \hat{x}_j}{\partial \sigma^2} = -\frac{s^2}{2} \sum_j g_j \hat{x}_j \qquad
# \frac{\partial \sigma^2}{\partial x_i} = \frac{2}{m} (x_i - \mu) = \frac{2}{m} \cdot \frac{\hat{x}_i}{s}$$
#
# (Is $\mu$ not used in $\sigma^2$ as well? Yes, but that slope is $-\frac{2}{m} \sum (x_i - \mu)$, which is 0.)
#
# Add a constant to the whole feature, and the output does not change; so the slopes $\mathrm{d}x$ of a feature must
# add up to 0. The second row sees to that. Stretch the feature about its mean, and the output (but for $\epsilon$) does not
# change either; hence the third row. Treat mean and variance as constants, and both rows are gone.
#
# By hand, with $\epsilon$ = 2 and $\gamma$ = 2:
#
# | $x$ | $u$ | $g$ | $\hat{x}$ | $\mathrm{d}x$ |
# |---|---|---|---|---|
# | 0 | 3 | 6 | −0.5 | 0.5 · (6 − 2 − (−0.5)·(−1)) = 1.75 |
# | 0 | 0 | 0 | −0.5 | 0.5 · (0 − 2 − (−0.5)·(−1)) = −1.25 |
# | 3 | 0 | 0 | 1 | 0.5 · (0 − 2 − 1·(−1)) = −0.5 |
# | $\mu$ = 1, $\sigma^2$ = 2, $s$ = 0.5 | $\mathrm{d}\beta$ = 3 | mean 2 | mean($g\hat{x}$) = −1, $\mathrm{d}\gamma$ = −1.5 | sum 0 |


# %%
def batchnorm_backward(upstream, x, gamma, epsilon=1e-3):
    """Compute the gradients of batch normalization in training mode.

    The layer computes `gamma * (x - mean) / sqrt(variance + epsilon) + beta`, with mean and
    biased variance (divided by m, not m - 1) of each feature over all axes of `x` but the last.
    Arguments and results are arrays or tensors; the arguments stay as they are.

    Args:
        upstream: The gradient by the layer's output, of the shape of `x`.
        x: The layer's input, shape (N, C) or (N, H, W, C).
        gamma: The scale of each feature, shape (C,).
        epsilon: Added to the variance, a number above 0.

    Returns:
        A tuple `(dx, dgamma, dbeta)` of shapes `x.shape`, (C,) and (C,): the gradients of
        `sum(upstream * output)`, where mean and variance depend on `x`. The dtype is that of
        the arguments, which have the same (integers count as float32); float16 is computed in
        float32 and rounded at the end, so a spread of 300, whose variance is beyond float16, is
        no problem. A feature that is constant over the batch, at any value up to ±100,000,
        gives finite results.

    Reference:
        Ioffe and Szegedy (2015), Batch Normalization, section 3.
    """
    # BEGIN SOLUTION
    x = np.asarray(as_floating(x))
    dtype, wide = x.dtype, np.promote_types(x.dtype, "float32")
    x, upstream, gamma = (np.asarray(as_floating(each)).astype(wide) for each in (x, upstream, gamma))
    axes = tuple(range(x.ndim - 1))
    scale = 1 / np.sqrt(x.var(axis=axes) + epsilon)
    normal = (x - x.mean(axis=axes)) * scale
    dgamma, dbeta = (upstream * normal).sum(axis=axes), upstream.sum(axis=axes)
    m = x.size // x.shape[-1]
    dx = gamma * scale * (upstream - dbeta / m - normal * dgamma / m)
    return dx.astype(dtype), dgamma.astype(dtype), dbeta.astype(dtype)
    # END SOLUTION


# %% [markdown]
# ## Part 6: `mlp_gradients`
#
# Now a whole network: affine layers with a relu between them, none after the last, and the mean cross-entropy
# on top. Forward, keep what each layer was given.
#
# Relu needs one line more. Where it let a number through, it lets the gradient through: upstream where its *input* was
# above 0 (its output is, too), and 0 elsewhere. At exactly 0 the slope is a matter of agreement; like TensorFlow,
# take 0. Do not look at the sign of the upstream gradient: a perfectly good gradient is often negative.
#
# For each layer, from the last to the first: (1) the gradients of kernel and bias, from the layer's input and what
# arrives; (2) the gradient by its input, $\text{upstream} \cdot W^\top$, with the weights as they came; (3) if a relu made that
# input, 0 wherever the input is not above 0. Return the gradients first layer first. And do not take the log
# of a share, which may be 0; `log_softmax` avoids it.


# %%
def mlp_gradients(x, labels, weights):
    """Compute the loss of a network and the gradients by all of its weights.

    The network is a chain of affine layers, `x @ kernel + bias`, with a relu between two of
    them and none after the last, whose outputs are the logits of K classes. The loss is the
    mean cross-entropy. Arguments and gradients are arrays or tensors; the arguments stay as
    they are.

    Args:
        x: Inputs, shape (N, n).
        labels: Integers from 0 to K - 1 of any integer dtype, shape (N,).
        weights: A list of pairs `(kernel, bias)`, one for each layer, the first layer first;
            one or more. Shapes are (n, m) and (m,), where n is the m of the layer before.

    Returns:
        A tuple `(loss, gradients)`. The loss is one number: Python's, or an array or tensor of
        rank 0. The gradients are a list of pairs `(dkernel, dbias)` in the order of `weights`,
        of the same shapes and of the dtype of `x` (integers count as float32). The gradient of
        relu at exactly 0 is 0. For logits as large as ±10,000, in float32 and float64, loss and
        gradients are finite, and right to 0.001·(1 + size).

    Reference:
        Rumelhart, Hinton, Williams (1986), Learning representations by back-propagating errors.
    """
    # BEGIN SOLUTION
    x, labels = np.asarray(as_floating(x)), np.asarray(labels)
    weights = [tuple(np.asarray(as_floating(each)) for each in pair) for pair in weights]
    inputs = [x]
    for kernel, bias in weights[:-1]:
        inputs.append(np.maximum(inputs[-1] @ kernel + bias, 0))
    kernel, bias = weights[-1]
    logits = inputs[-1] @ kernel + bias

    shifted = logits - logits.max(axis=-1, keepdims=True)
    log_shares = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    is_label = labels[:, None] == np.arange(logits.shape[-1])
    loss = -log_shares[is_label].mean()

    upstream = (np.exp(log_shares) - is_label.astype(x.dtype)) / len(x)
    gradients = []
    for (kernel, _), given in zip(reversed(weights), reversed(inputs), strict=True):
        gradients.append((given.T @ upstream, upstream.sum(axis=0)))
        # What a relu gave is above 0 where what it was given is. Below the first layer there is none,
        # and nobody asks for the gradient either.
        upstream = (upstream @ kernel.T) * (given > 0)
    return loss, gradients[::-1]
    # END SOLUTION


# %% [markdown]
# If it is right, it learns. Your gradients, and plain steps downhill, on 1,400 digits:

# %% tags=["demo"]
rng = np.random.default_rng(1)
network = [
    ((rng.normal(size=(n, m)) * np.sqrt(2 / n)).astype("float32"), np.zeros(m, "float32"))
    for n, m in ((64, 32), (32, 10))
]
with lesson.if_written():
    for step in range(201):
        picked = rng.integers(0, 1400, size=64)
        loss, slopes = mlp_gradients(images[picked], labels[picked], network)
        network = [
            (kernel - 0.5 * np.asarray(dkernel), bias - 0.5 * np.asarray(dbias))
            for (kernel, bias), (dkernel, dbias) in zip(network, slopes, strict=True)
        ]
        if step % 50 == 0:
            print(f"step {step:3}: loss {float(loss):.3f}")
    hidden = np.maximum(images[1400:] @ network[0][0] + network[0][1], 0)
    answers = (hidden @ network[1][0] + network[1][1]).argmax(axis=1)
    print(f"right on new digits: {np.mean(answers == labels[1400:]):.1%}")

# %% [markdown]
# That proves little, as you saw. The strong test moves a weight. Here one slope is checked, in float64, by
# *central differences*: the loss a step above minus the loss a step below, over twice the step.

# %% tags=["demo"]
with lesson.if_written():
    (kernel, bias), last = [tuple(each.astype("float64") for each in pair) for pair in network]
    _, slopes = mlp_gradients(x.astype("float64"), digits, [(kernel, bias), last])
    dkernel = np.asarray(slopes[0][0])
    weight = np.unravel_index(np.abs(dkernel).argmax(), dkernel.shape)  # the largest slope
    step, losses = 1e-6, []
    for sign in (1, -1):
        moved = kernel.copy()
        moved[weight] += sign * step
        loss, _ = mlp_gradients(x.astype("float64"), digits, [(moved, bias), last])
        losses.append(float(loss))
    print("by differences:", (losses[0] - losses[1]) / (2 * step))
    print("by backprop:   ", dkernel[weight])

# %% [markdown]
# Try it: change `1e-6` to `1`, then to `1e-14`. Each is off by a few percent, for a reason of its own. Which?
# [Gradients](../gradients/README.md), the next topic, goes on from here.

# %% [markdown] tags=["response"] name="memory_of_training"
# ## In your own words
#
# A colleague serves a network for predictions on a small machine, with batches of 32, and all is well. "Then we can train it there
# too", says the colleague, "with the same batches. Training is only a forward pass and a backward pass." The training
# runs out of memory at once. (Plain gradient descent: the optimizer stores nothing.)
#
# Explain in five to ten sentences why training needs more memory than inference for the same network and batch; what makes that
# memory grow; what inference can throw away, and when; and how one can train with less memory, at what price.

# %% [markdown]
# ## To go on with
#
# Nobody grades these three.
#
# 1. *Easy.* By hand: `unbroadcast` of the gradient [[1, 2, 3], [10, 20, 30]] to the shapes (3,), (2, 1) and ().
# 2. *Harder.* Write `layernorm_backward`: mean and variance are those of each *row*. Which sums change, and which
#    stay?
# 3. *Open.* Keep only every second layer's input in `mlp_gradients`, and compute the others again when they are needed. What do you
#    save, what does it cost, and what if there is dropout in between?
#
# Before this topic: [Autodiff](../autodiff/README.md), the same walk with single numbers. After it:
# [Gradients](../gradients/README.md), which lets TensorFlow do it and asks what can go wrong, and
# [Initialization](../initialization/README.md), on how large gradients should be at the start.
#
# ## Where this comes from
#
# - D. E. Rumelhart, G. E. Hinton, R. J. Williams (1986). [*Learning representations by back-propagating
#   errors*](https://www.nature.com/articles/323533a0). Nature 323, 533–536.
# - S. Ioffe, C. Szegedy (2015). [*Batch Normalization: Accelerating Deep Network Training by Reducing Internal Covariate
#   Shift*](https://arxiv.org/abs/1502.03167). ICML. §3.
# - Stanford CS231n: [*Backpropagation, Intuitions*](https://cs231n.github.io/optimization-2/): keep what the forward
#   pass computed, add up at forks, and let the dimensions tell you the transposes.
# - I. Goodfellow, Y. Bengio, A. Courville (2016). [*Deep Learning*](https://www.deeplearningbook.org), chapter 6: §6.2.2.3 on
#   softmax units, §6.5 on back-propagation.
# - The digits come from scikit-learn's `load_digits`.
