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
# # Convolution
#
# A colour picture of 32 x 32 pixels is 3,072 numbers. A dense layer that turns it into 16 maps, grids of 30 x 30
# numbers, has a weight for each pair of an input and an output: 44 million. A convolutional layer makes maps of that
# size with a few hundred. Which weights did it leave out, and what does it believe about pictures that lets it?
#
# **You will write** `conv1d` and `conv2d` from slices and products, the matrix that a convolution is, pooling, and two
# functions that say how large the outputs of a stack of layers are and what each of them sees.
#
# **Do you remember?** Two questions from [neurons](../neurons/README.md), to warm up:
#
# 1. A dense layer has 5 inputs and 3 units. What shape has its kernel, and what stands in one column of it?
# 2. How many parameters has that layer, with its biases?

# %%
import keras
import numpy as np
from keras import ops

from nnlearn.lesson import as_floating

# %% tags=["demo"]
import matplotlib.pyplot as plt
from sklearn.datasets import load_sample_image

from nnlearn import data, figures, lesson

# %% [markdown]
# ## Before you read on, guess
#
# Replace each `None` below with your answer *before* you run or read anything else.
# Your first guess is kept, then answered, and you may think again: a wrong one teaches a lot.

# %%
PREDICTIONS = ...

# %% [markdown]
# ## "What's the deal with convolutional layers?"
#
# A convolutional layer is a dense layer with two restrictions. Each output is connected only to a few inputs
# that lie side by side: this is *locality*. And every output has the *same* few weights: these are
# *shared weights*. So the layer slides one small kernel along the input and takes the weighted sum at each place.
#
# ### Once by hand
#
# The input is 1, 3, 2, 0, 4, and the kernel is 1, 2, −1. Three places fit:
#
# 1. 1 · 1 + 3 · 2 + 2 · (−1) = 5
# 2. 3 · 1 + 2 · 2 + 0 · (−1) = 7
# 3. 2 · 1 + 0 · 2 + 4 · (−1) = −2
#
# Now the same with a dense layer of 5 inputs and 3 units. Its kernel has a row for each input and a column
# for each output. The three weights stand in every column, each time one row further down, and all the rest is 0.

# %% tags=["demo", "figure"]
# figure: matrix | Left, the kernel 1, 2, -1 slides along the inputs 1, 3, 2, 0, 4: at three places, it gives 5, 7 and -2. Right, the matrix of 5 rows and 3 columns that does the same: each column holds the kernel, one row further down than the column before, and the other 6 of its 15 numbers are zeros.
x, kernel = np.array([1, 3, 2, 0, 4]), np.array([1, 2, -1])
matrix = np.zeros((5, 3), int)
for place in range(3):
    matrix[place : place + 3, place] = kernel
y = x @ matrix
fig, (left, right) = figures.panels(1, 2, width=10.0, height=3.9)


def box(axis, column, row, number, colour="white"):
    """A number in a box, where `row` counts downwards."""
    corner = column - 0.5, row - 0.5
    look = {"facecolor": colour, "alpha": 0.55, "edgecolor": "black", "linewidth": 0.8}
    axis.add_patch(plt.Rectangle(corner, 1, 1, **look))
    axis.text(column, row, f"{number}", ha="center", va="center")


for tap, number in enumerate(x):
    box(left, tap, 0, number)
    right.text(-0.75, tap, f"$x_{tap}$ = {number}", ha="right", va="center")
for place, colour in enumerate((figures.SKY, figures.ORANGE, figures.PURPLE)):
    for tap, number in enumerate(kernel):
        box(left, place + tap, 1.6 + 1.3 * place, number, colour)
    left.text(5, 1.6 + 1.3 * place, f"gives {y[place]}", va="center")
    for tap, number in enumerate(matrix[:, place]):
        box(right, place, tap, number, colour if place <= tap < place + 3 else "white")
    right.text(place, 4.85, f"{y[place]}", ha="center", va="center")
left.text(5, 0, "inputs", va="center")
right.text(-0.75, 4.85, "outputs", ha="right", va="center")
left.set(xlim=(-0.7, 6.9), ylim=(5.3, -0.7), aspect="equal", title="a kernel that slides")
right.set(xlim=(-2.2, 3), ylim=(5.3, -0.7), aspect="equal", title="a dense kernel that repeats itself")
for axis in (left, right):
    axis.axis("off")
figures.says(*kernel, *x, *y, *matrix.shape, (matrix == 0).sum(), matrix.size)

# %% [markdown]
# Fifteen numbers, and only three of them are free. With 32 x 32 x 3 inputs the gap is vast: 44 million weights on one
# side, and on the other `3 * 3 * 3` weights and a bias for each of the 16 maps. It saves weights, not outputs.
#
# What does the layer believe, then? That what matters is *local*, and that what is worth finding in one place is
# worth finding in every place. People often say that it "assumes images". It does not: sound, text, prices and pulses
# are grids as well, with one axis. It takes a grid whose neighbours belong together (Goodfellow et al., chapter 9). The
# 13 columns of the [wines](../scaling/README.md) have no such order, and a convolution along them would be nonsense.
#
# One word on the name. Mathematicians *flip* the kernel before they slide it, and call that convolution. Without the
# flip it is *cross-correlation*. Keras and the other frameworks compute that one, and call it convolution all the same.
# If the kernel is learned, it makes no difference. If you bring your own, it does.
#
# ## Part 1: `conv1d`
#
# A series has T steps, and C channels in each: two microphones are two channels. An output looks at K steps and *all*
# channels of them. And a layer has F such kernels, the *filters*, each of which gives one
# [feature map](../GLOSSARY.md). With the stride s, the dilation d and p zeros before the series (x is 0 outside it):
#
# $$y_{o,f} = b_f + \sum_{k=0}^{K-1}\sum_{c=0}^{C-1} x_{o s + k d - p,\;c}\; w_{k,c,f}$$
#
# - **Stride** s: the kernel moves s steps at a time, so there are fewer outputs.
# - **Dilation** d: the K places of the kernel, its *taps*, lie d steps apart. The kernel then reaches over
#   (K − 1) · d + 1 steps, its *span*, with no more weights.
# - **Padding**: "valid" pads nothing, and the kernel stays inside. Same padding, "same", gives ⌈T/s⌉ outputs: T/s,
#   rounded up. Causal padding, "causal", puts all its zeros *before*, span − 1 of them, so that no output sees a later
#   step: what you need to predict the future.
#
# How many zeros does "same" take? As many as the last window sticks out:
#
# $$\max\bigl((\text{outputs} - 1) \cdot s + \text{span} - T,\; 0\bigr)$$
#
# Half of them before, half after, and an odd one *after*. By hand, for K = 3 and s = 2: if T = 7, there are 4 outputs,
# and 3 · 2 + 3 − 7 = 2 zeros, one on each side. If T = 6, there are 3 outputs and 2 · 2 + 3 − 6 = 1 zero, after. To
# pad for stride 1 and then take every second output is *not* the same: that has a zero before, too, and every window
# sits one step too early. It goes well for T = 7, and so the mistake is often not noticed.
#
# To compute it, loop over the K taps, not over outputs: tap k meets a strided slice of the padded series, and
# `ops.matmul(slice, kernel[k])` does all examples, outputs, channels and filters at once.


# %%
def conv1d(x, kernel, bias=None, stride=1, padding="valid", dilation=1):
    """Slide a kernel along a series. It is cross-correlation, as in Keras: the kernel is not flipped.

    Output o of filter f is the sum over taps k and channels c of
    `padded[n, o * stride + k * dilation, c] * kernel[k, c, f]`, plus `bias[f]`.

    Args:
        x: Shape (N, T, C), with T of 1 or more. In a `tf.function` N may be unknown; T and C are known.
        kernel: Shape (K, C, F), K of 1 or more, even or odd.
        bias: Shape (F,), or None for none. `x`, `kernel` and `bias` are anything that `keras.ops.convert_to_tensor`
            accepts, all of one dtype: floating dtypes are kept, integers count as float32.
        stride: By how many steps the kernel moves, 1 or more.
        padding: With `span = (K - 1) * dilation + 1`: "valid" pads nothing. "same" gives `ceil(T / stride)` outputs;
            it adds `max((outputs - 1) * stride + span - T, 0)` zeros, half of them before and half after, an odd
            one after. "causal" adds `span - 1` zeros, all before.
        dilation: How many steps lie from one tap to the next, 1 or more. As in Keras, no call has a stride and a
            dilation both above 1.

    Returns:
        A tensor of shape (N, outputs, F), of the dtype of `x` (float32 for integers). For sums of up to 20 products of
        numbers of about 1 it is right to 1e-6 * (1 + abs(y)) in float64, to 1e-5 in place of 1e-6 in float32, and to 1e-2
        in float16. A tape gets the gradients by `x`, `kernel` and `bias`.

    Raises:
        ValueError: The padding has another name, the channels of `x` are not those of `kernel`, or the span is longer
            than the padded series.
    """
    # BEGIN SOLUTION
    x, kernel = as_floating(x), as_floating(kernel)
    length, (taps, channels, _) = x.shape[1], kernel.shape
    if x.shape[-1] != channels:
        raise ValueError(f"x has {x.shape[-1]} channels, and the kernel {channels}")
    span = (taps - 1) * dilation + 1
    if padding == "valid":
        before = after = 0
    elif padding == "same":
        missing = max((-(-length // stride) - 1) * stride + span - length, 0)
        before, after = missing // 2, missing - missing // 2
    elif padding == "causal":
        before, after = span - 1, 0
    else:
        raise ValueError(f"padding is 'valid', 'same' or 'causal', not {padding!r}")
    room = before + length + after - span
    if room < 0:
        raise ValueError(f"a kernel that spans {span} steps does not fit a series of {length}")
    padded = ops.pad(x, [[0, 0], [before, after], [0, 0]])
    y = 0 if bias is None else as_floating(bias)
    for tap in range(taps):
        first = tap * dilation
        y = y + ops.matmul(padded[:, first : first + room + 1 : stride], kernel[tap])
    return y
    # END SOLUTION


# %% [markdown]
# The example above, and what a single 1 makes of a kernel:

# %% tags=["demo"]
with lesson.if_written():
    series, taps = np.array([1.0, 3, 2, 0, 4]), np.array([1.0, 2, -1])
    print("by hand: ", np.ravel(conv1d(series[None, :, None], taps[:, None, None])))
    impulse = np.array([0.0, 0, 1, 0, 0])
    print("impulse: ", np.ravel(conv1d(impulse[None, :, None], np.array([1.0, 2, 3])[:, None, None])))
    for length in (6, 7):
        x = np.arange(1.0, length + 1)[None, :, None]
        strided = conv1d(x, taps[:, None, None], stride=2, padding="same")
        skipped = conv1d(x, taps[:, None, None], padding="same")[:, ::2]
        print(
            f"T = {length}: same with stride 2",
            np.ravel(strided),
            " every second of stride 1",
            np.ravel(skipped),
        )

# %% [markdown]
# ## Part 2: `conv1d_matrix`
#
# Build the matrix of the figure. With channels and filters, each of its numbers becomes a block of C rows and F
# columns. Its row for step t and channel c is row t · C + c, since that is where `reshape(x, (N, -1))` puts that
# number: the channels of a step stay together. In the same way output o of filter f is column o · F + f. What
# stands there is w with tap k = t − o · s + p, if there is such a tap, and 0 otherwise.
#
# Beware of wrapping round: a window that sticks out over the end does not begin again at the front. There it meets
# zeros, and these have no row: leave those taps out. (A matrix that wraps is *circulant*.)
#
# A tape has to follow, so do not assign the kernel's numbers into an array. Make zeros and ones of shape (length,
# outputs, K) in NumPy, with 1 where tap k of output o meets step t. One product then lets them choose from the kernel.


# %%
def conv1d_matrix(kernel, length, stride=1, padding="valid"):
    """Make the matrix by which a dense layer would do what `conv1d` does.

    For x of shape (N, length, C), `reshape(x, (N, -1)) @ matrix` is `reshape(y, (N, -1))`, where y, of shape
    (N, outputs, F), is the `conv1d` of x with this kernel, stride and padding, without a bias and with dilation 1.

    Args:
        kernel: Shape (K, C, F): anything `keras.ops.convert_to_tensor` accepts; floating dtypes are kept, integers
            count as float32.
        length: The number of steps, 1 or more.
        stride: As of `conv1d`.
        padding: "valid" or "same", as of `conv1d`.

    Returns:
        A tensor of shape (length * C, outputs * F), of the dtype of `kernel`. A tape gets the gradient by `kernel`.

    Raises:
        ValueError: The padding has another name ("causal" too), or the kernel is longer than the padded series.
    """
    # BEGIN SOLUTION
    kernel = as_floating(kernel)
    taps, channels, filters = kernel.shape
    if padding not in ("valid", "same"):
        raise ValueError(f"padding is 'valid' or 'same', not {padding!r}")
    outputs, before = (length - taps) // stride + 1, 0
    if padding == "same":
        outputs = -(-length // stride)
        before = max((outputs - 1) * stride + taps - length, 0) // 2
    if outputs < 1:
        raise ValueError(f"a kernel of {taps} taps does not fit a series of {length}")
    # Which tap of output o meets step t, if any: shape (length, outputs).
    tap = np.arange(length)[:, None] - stride * np.arange(outputs) + before
    meets = ops.cast(tap[..., None] == np.arange(taps), kernel.dtype)
    blocks = ops.einsum("tok,kcf->tcof", meets, kernel)
    return ops.reshape(blocks, (length * channels, outputs * filters))
    # END SOLUTION


# %% tags=["demo"]
with lesson.if_written():
    print(np.asarray(conv1d_matrix(np.array([1.0, 2, -1])[:, None, None], 5)).astype(int))
    two = conv1d_matrix(np.ones((3, 2, 4)), 10, padding="same")
    print(f"2 channels to 4 filters: {two.shape}, {np.mean(np.asarray(two) == 0):.0%} zeros, 24 weights")

# %% [markdown]
# ## Part 3: `conv2d`
#
# An image has two axes along which the kernel slides, and "same" pads each of them by the rule above. All you need
# is a second loop over taps. Keep height and width apart: `strides=(2, 1)` halves the height.
#
# What can a kernel of 3 x 3 see? Here are three that were made by hand:

# %% tags=["demo", "figure"]
# figure: edges | A photograph of a tower with many roofs, in grey, and the size, without its sign, of what three kernels of 3 by 3 make of it. A kernel whose columns are negative, 0 and positive lights up the upright edges of pillars and windows. The same kernel on its side lights up level edges, those of roofs. A kernel with 8 in the middle and -1 around lights up edges of every direction and fine texture. All of them leave the even sky almost black.
photo = load_sample_image("china.jpg")[60:340, 40:440].mean(axis=-1) / 255
grey = photo.reshape(70, 4, 100, 4).mean(axis=(1, 3))  # four pixels by four made one
upright = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])
kernels = {
    "upright edges": upright,
    "level edges": upright.T,
    "edges of every direction": np.array([[-1, -1, -1], [-1, 8, -1], [-1, -1, -1]]),
}
rows, columns = grey.shape
fig, axes = figures.panels(2, 2, width=8.0, height=2.9)
axes[0, 0].imshow(grey, cmap="gray")
axes[0, 0].set(title="the photograph")
for axis, (name, kernel) in zip(axes.ravel()[1:], kernels.items(), strict=True):
    answer = sum(
        kernel[i, j] * grey[i : rows - 2 + i, j : columns - 2 + j] for i in range(3) for j in range(3)
    )
    axis.imshow(np.abs(answer), cmap="gray", vmin=0, vmax=2)
    axis.set(title=name)
    assert np.abs(answer[:20, -15:]).max() < 0.3 < 1 < np.abs(answer[20:50, 10:40]).max()
for axis in axes.ravel():
    axis.axis("off")
around = kernels["edges of every direction"]
figures.says(*upright.shape, upright[0, 1], around[1, 1], around[0, 0])

# %% [markdown]
# For upright edges the rows are −1 0 1, −2 0 2, −1 0 1; for level ones, the same transposed; for every direction, −1
# around an 8. Bright is what is far from 0, of either sign. A network is given no such kernels: it learns its own.
#
# With **groups**, filters do not see all channels. Cut the C channels into G blocks, in order, and the F filters too:
# the g-th block of filters reads the g-th block of channels, and nothing else. The kernel has C/G channels, so the
# weights are G times fewer. With G = C each channel is filtered by itself (*depthwise*). By hand, C = 4, F = 6,
# G = 2: filters 0, 1, 2 read the channels 0 and 1; filters 3, 4, 5 read 2 and 3. Blocks, not every second one.


# %%
def conv2d(x, kernel, bias=None, strides=1, padding="valid", groups=1):
    """Slide a kernel over images. It is cross-correlation, as in Keras: the kernel is not flipped.

    Args:
        x: Shape (N, H, W, C), H and W of 1 or more. In a `tf.function` N may be unknown; the others are known.
        kernel: Shape (KH, KW, C / groups, F), KH and KW of 1 or more, even or odd.
        bias: Shape (F,), or None for none. Dtypes are those of `conv1d`: one for all three, floating ones are kept,
            integers count as float32.
        strides: An integer, or two (height, width) in a tuple or list, 1 or more.
        padding: "valid" or "same", for each axis as that of `conv1d`.
        groups: Into how many blocks of equal size channels and filters are cut, in their order. The filters of block
            g read the channels of block g alone: kernel[:, :, :, f] meets these.

    Returns:
        A tensor of shape (N, rows, columns, F), of the dtype of `x`, as near as that of `conv1d`. A tape gets the
        gradients by `x`, `kernel` and `bias`.

    Raises:
        ValueError: The padding has another name, C is not `groups` times the channels of `kernel`, F is no
            multiple of `groups`, or the kernel is higher or wider than the padded image.
    """
    # BEGIN SOLUTION
    x, kernel = as_floating(x), as_floating(kernel)
    strides = (strides, strides) if isinstance(strides, int) else tuple(strides)
    sizes, (*window, channels, filters) = x.shape[1:3], kernel.shape
    if x.shape[-1] != groups * channels or filters % groups != 0:
        raise ValueError(
            f"{x.shape[-1]} channels and {filters} filters do not fit {groups} groups of {channels}"
        )
    if padding not in ("valid", "same"):
        raise ValueError(f"padding is 'valid' or 'same', not {padding!r}")
    pads, rooms = [], []
    for size, taps, stride in zip(sizes, window, strides, strict=True):
        missing = max((-(-size // stride) - 1) * stride + taps - size, 0) if padding == "same" else 0
        pads.append((missing // 2, missing - missing // 2))
        rooms.append(size + missing - taps)
    if min(rooms) < 0:
        raise ValueError(f"a kernel of {window} does not fit images of {sizes}")
    padded = ops.pad(x, [(0, 0), *pads, (0, 0)])
    blocks = ops.reshape(padded, (-1, *padded.shape[1:3], groups, channels))
    kernels = ops.reshape(kernel, (*window, channels, groups, filters // groups))
    y = 0
    for i in range(window[0]):
        for j in range(window[1]):
            seen = blocks[:, i : i + rooms[0] + 1 : strides[0], j : j + rooms[1] + 1 : strides[1]]
            y = y + ops.einsum("nhwgc,cgf->nhwgf", seen, kernels[i, j])
    y = ops.reshape(y, (-1, *y.shape[1:3], filters))
    return y if bias is None else y + as_floating(bias)
    # END SOLUTION


# %% tags=["demo"]
with lesson.if_written():
    x = np.random.default_rng(0).normal(size=(1, 7, 6, 4)).astype("float32")
    weights = np.random.default_rng(1).normal(size=(3, 2, 2, 6)).astype("float32")
    ours = conv2d(x, weights, strides=(2, 1), padding="same", groups=2)
    theirs = keras.layers.Conv2D(6, (3, 2), (2, 1), "same", groups=2, use_bias=False)
    theirs.build(x.shape)
    theirs.set_weights([weights])
    print(ours.shape, "differs from Keras by", np.abs(np.asarray(ours) - np.asarray(theirs(x))).max())

# %% [markdown]
# ## Part 4: `pool2d`
#
# Pooling slides a window as well, over each channel by itself, and takes the largest number or the mean. It has no
# weights. Windows usually lie side by side: if you leave the strides out, they are the size of the window.
#
# Under "same" some windows reach over the edge, and there are no pixels there. A zero would be wrong. Say that a window
# of four has only two pixels, −3 and −5, as in the example after your part. The largest is −3, so "max" pads with −∞.
# The mean is −4, and not −2: "average" divides by how many real pixels there are.


# %%
def pool2d(x, pool_size=2, strides=None, padding="valid", mode="max"):
    """Summarise each window of each channel by its largest number or its mean.

    Args:
        x: Shape (N, H, W, C), H and W of 1 or more: anything `keras.ops.convert_to_tensor` accepts; floating dtypes
            are kept, integers count as float32. In a `tf.function` N may be unknown; the others are known.
        pool_size: The window: an integer, or two (height, width) in a tuple or list, 1 or more.
        strides: By how much the window moves, in the same form. None means the size of the window.
        padding: "valid" or "same": windows lie where those of `conv2d` would. What is padded is no part of a
            window: it is never the largest, and it is not counted in a mean.
        mode: "max" or "average".

    Returns:
        A tensor of shape (N, rows, columns, C), of the dtype of `x`, as near as that of `conv1d`. A tape gets the
        gradient by `x`; where several are the largest, any share between them will do.

    Raises:
        ValueError: The padding or the mode has another name, or the window is higher or wider than the padded image.
    """
    # BEGIN SOLUTION
    x = as_floating(x)
    window = (pool_size, pool_size) if isinstance(pool_size, int) else tuple(pool_size)
    strides = window if strides is None else strides
    strides = (strides, strides) if isinstance(strides, int) else tuple(strides)
    if padding not in ("valid", "same"):
        raise ValueError(f"padding is 'valid' or 'same', not {padding!r}")
    if mode not in ("max", "average"):
        raise ValueError(f"mode is 'max' or 'average', not {mode!r}")
    sizes, pads, rooms = x.shape[1:3], [], []
    for size, taps, stride in zip(sizes, window, strides, strict=True):
        missing = max((-(-size // stride) - 1) * stride + taps - size, 0) if padding == "same" else 0
        pads.append((missing // 2, missing - missing // 2))
        rooms.append(size + missing - taps)
    if min(rooms) < 0:
        raise ValueError(f"a window of {window} does not fit images of {sizes}")

    def cells(of, beyond):
        # What each cell of the window meets, cell by cell, on a new first axis.
        padded = ops.pad(of, [(0, 0), *pads, (0, 0)], constant_values=beyond)
        return ops.stack(
            [
                padded[:, i : i + rooms[0] + 1 : strides[0], j : j + rooms[1] + 1 : strides[1]]
                for i in range(window[0])
                for j in range(window[1])
            ]
        )

    if mode == "max":
        return ops.max(cells(x, -np.inf), axis=0)
    real = ops.ones((1, *sizes, 1), dtype=x.dtype)
    return ops.sum(cells(x, 0), axis=0) / ops.sum(cells(real, 0), axis=0)
    # END SOLUTION


# %% tags=["demo"]
with lesson.if_written():
    small = np.array([[2.0, -1, -3], [4, -7, -5]])[None, ..., None]
    for mode in ("max", "average"):
        print(mode, np.asarray(pool2d(small, padding="same", mode=mode))[0, ..., 0])

# %% [markdown]
# ## What happens when the picture is shifted?
#
# Shift the input of a convolution by one pixel, and its output shifts by one pixel: it is *equivariant* to shifts.
# (Away from the edges, and with stride 1.) A stride breaks this. A layer of stride 2 looks at every second place: a
# shift by one shows it the others, and a shift by two moves its output by one. So it is with strides of pooling.

# %% tags=["demo"]
with lesson.if_written():
    stripes = np.tile([0.0, 1.0], 6)
    for name, series in (("as it is", stripes), ("shifted", np.roll(stripes, 1))):
        print(
            f"{name:9}",
            *(np.ravel(conv1d(series[None, :, None], np.ones((1, 1, 1)), stride=s)) for s in (1, 2)),
        )

# %% [markdown]
# Equivariant is not *invariant*: the feature map moves with the digit. What comes after decides. A dense layer on the
# flattened map has other weights for each place. The largest number of each map stays as it is, as long as no window
# that sees the digit reaches over the edge. Three networks learn digits that all stand in the middle of an empty
# picture, and are tested on digits moved aside, in four directions (their mean is shown):

# %% tags=["demo", "figure"]
# figure: shifted | Test accuracy of three networks on digits shifted by 0 to 3 pixels, the mean over 4 directions, for 3 seeds each, as thin lines. A dense network falls from about 96 % to about 10 %. Convolutions followed by a dense layer on all places fall from about 99 % to about 8 %. Convolutions followed by the largest number of each map stay between about 94 % and about 99 %.
images, labels = data.digits(seed=0)
centred = np.zeros((len(images), 14, 14, 1), "float32")
centred[:, 3:11, 3:11, 0] = images.reshape(-1, 8, 8)


def network(kind):
    """A dense network, or two convolutions with what follows them."""
    layers = [keras.layers.Conv2D(filters, 3, padding="same", activation="relu") for filters in (16, 32)]
    follows = {
        "dense": [keras.layers.Flatten(), keras.layers.Dense(32, activation="relu")],
        "convolutions, all places": [*layers, keras.layers.Flatten()],
        "convolutions, largest of each map": [*layers, keras.layers.GlobalMaxPooling2D()],
    }[kind]
    return keras.Sequential([keras.Input((14, 14, 1)), *follows, keras.layers.Dense(10)])


directions = [(sign, axis) for sign in (-1, 1) for axis in (1, 2)]


def accuracy(model, by):
    """Of the test part, moved by so many pixels, over the four directions."""
    moved = [np.roll(centred[1400:], by * sign, axis=axis) for sign, axis in directions]
    return np.mean([model.predict_on_batch(x).argmax(-1) == labels[1400:] for x in moved])


fig, axis = figures.panels(1, 1, width=7.5, height=4.0)
found = {}
kinds = ("dense", "convolutions, all places", "convolutions, largest of each map")
for number, kind in enumerate(kinds):
    for seed in range(3):
        keras.utils.set_random_seed(seed)
        model = network(kind)
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        model.compile(keras.optimizers.Adam(0.005), loss)
        model.fit(
            data.shuffled(centred[:1400], labels[:1400], batch_size=64, seed=seed), epochs=12, verbose=0
        )
        found.setdefault(kind, []).append([100 * accuracy(model, by) for by in range(4)])
    print(f"{kind}: {model.count_params():,} parameters")
    for curve in found[kind]:
        is_first = curve is found[kind][0]
        label = kind if is_first else "_nolegend_"
        axis.plot(
            range(4),
            curve,
            marker="o",
            markersize=4,
            label=label,
            **figures.line(number) | {"linewidth": 1.2},
        )
axis.set(xlabel="shifted by pixels", ylabel="test accuracy in %", xticks=range(4), ylim=(0, 103))
axis.legend(loc="center right", bbox_to_anchor=(1, 0.62))
dense, places, largest = (np.array(found[kind]) for kind in kinds)
ends = [curves.mean(axis=0)[[0, 3]] for curves in (dense, places)]
for kind, curves in found.items():
    print(kind, np.round(curves, 1))
figures.says(
    0, 3, len(directions), 3, *ends[0] / 100, *ends[1] / 100, largest.min() / 100, largest.max() / 100
)

# %% [markdown]
# Locality and shared weights alone did not help: the second network falls as fast as the first. It takes a summary over
# all places to make use of them, and then 5,130 parameters are enough (dense: 6,634; all places: 67,530). That costs
# something, too: where the digit stands is lost. At 3 pixels the digit touches the edge, and one of the three seeds
# loses a few points. In the middle of a larger picture it would lose none.
#
# ## Part 5: `output_sizes`
#
# A stack of layers makes its maps smaller and smaller, until a window no longer fits: better to know before you
# build it. Height and width are counted separately, so one axis is enough. "same" and "causal" round up, to ⌈n/s⌉
# outputs. "valid" rounds down, to ⌊(n − span)/s⌋ + 1: what is left over at the end is never seen. Pooling counts just
# like a convolution, but has to state its stride: a dictionary without one means 1, for a pooling layer too.


# %%
def output_sizes(size, layers):
    """Say how many outputs each layer of a stack has along one axis.

    Args:
        size: How many inputs the first layer has along that axis, 1 or more.
        layers: A list of dictionaries, in the order of the layers, each with "kernel_size", and optionally "stride"
            (1 if left out, also of a pooling layer), "padding" ("valid"; "same" and "causal" as of `conv1d`) and
            "dilation" (1; here a layer may have both a stride and a dilation). None of them is changed.

    Returns:
        A list of Python ints, one for each layer; an empty one for no layers.

    Raises:
        ValueError: A padding has another name, or the span of a layer is longer than its padded input.
    """
    # BEGIN SOLUTION
    sizes = []
    for layer in layers:
        padding, stride = layer.get("padding", "valid"), layer.get("stride", 1)
        span = (layer["kernel_size"] - 1) * layer.get("dilation", 1) + 1
        if padding == "valid":
            size = (size - span) // stride + 1
        elif padding in ("same", "causal"):
            size = -(-size // stride)
        else:
            raise ValueError(f"padding is 'valid', 'same' or 'causal', not {padding!r}")
        if size < 1:
            raise ValueError(f"layer {len(sizes)} spans {span}, which does not fit")
        sizes.append(size)
    return sizes
    # END SOLUTION


# %% [markdown]
# ## Part 6: `receptive_field`
#
# What does one output of a deep stack see of the *input*? That is its *receptive field*. Walk through the layers from the
# front, and keep three numbers: how many inputs an output sees (field), how far apart the fields of two neighbours are
# (step), and where the first begins (start). Before the first layer they are 1, 1, 0. An output
# covers as many outputs of the layer before as its span, and these lie *step* inputs apart:
#
# $$\text{field} \mathrel{+}= (\text{span} - 1)\cdot\text{step}, \qquad \text{start} \mathrel{-}= p\cdot\text{step},
# \qquad \text{step} \mathrel{\cdot}= s$$
#
# in this order: the first two need the old step. Here p is what the layer pads before. By hand, for 9 inputs:
#
# | layer | outputs | field | step | start |
# |---|---|---|---|---|
# | (the input) | 9 | 1 | 1 | 0 |
# | K = 3, s = 2, "same": 4 · 2 + 3 − 9 = 2 zeros, p = 1 | 5 | 1 + 2 · 1 = 3 | 2 | −1 |
# | K = 3, s = 1, "same": 2 zeros, p = 1 | 5 | 3 + 2 · 2 = 7 | 2 | −1 − 2 = −3 |
#
# So output 2 sees the inputs from −3 + 2 · 2 = 1 to 7. The step multiplies all that comes after it: strides early in the
# stack widen the field of every later layer. A start below 0 means that the first outputs look at padding.


# %%
def receptive_field(size, layers):
    """Say which inputs each output of a stack of layers sees, along one axis.

    Output i of the last layer sees the inputs from `start + i * step` to `start + i * step + field - 1`, where the
    zeros that are padded are counted as well: `start` may be below 0. Those in between are counted whether a tap meets
    them or not.

    Args:
        size: How many inputs the first layer has along that axis, 1 or more.
        layers: As of `output_sizes`.

    Returns:
        Three Python ints: field, step and start. For no layers they are 1, 1 and 0.

    Raises:
        ValueError: As `output_sizes`.
    """
    # BEGIN SOLUTION
    field, step, start = 1, 1, 0
    for layer in layers:
        padding, stride = layer.get("padding", "valid"), layer.get("stride", 1)
        span = (layer["kernel_size"] - 1) * layer.get("dilation", 1) + 1
        if padding not in ("valid", "same", "causal"):
            raise ValueError(f"padding is 'valid', 'same' or 'causal', not {padding!r}")
        if padding == "valid" and span > size:
            raise ValueError(f"a layer spans {span}, and there are {size} inputs")
        outputs = (size - span) // stride + 1 if padding == "valid" else -(-size // stride)
        missing = max((outputs - 1) * stride + span - size, 0)
        before = {"valid": 0, "same": missing // 2, "causal": span - 1}[padding]
        field, start, step, size = field + (span - 1) * step, start - before * step, step * stride, outputs
    return field, step, start
    # END SOLUTION


# %% tags=["demo"]
with lesson.if_written():
    once = [{"kernel_size": 3, "padding": "same"}, {"kernel_size": 2, "stride": 2}]
    for depth in range(1, 5):
        print(
            f"{2 * depth} layers, 32 pixels:",
            output_sizes(32, once * depth),
            receptive_field(32, once * depth),
        )

# %% [markdown] tags=["response"] name="why_permuting"
# ## In your own words
#
# You draw one random permutation of the 784 pixels of an image, and apply this same permutation to every image of
# the training and the test part. Then you train a dense network and a convolutional one on them, from scratch.
#
# Explain in five to eight sentences what becomes of the accuracy of each, and why. What becomes of each of the
# two beliefs of a convolutional layer? And name one kind of data for which these beliefs are wrong from
# the start.

# %% [markdown]
# ## To go on with
#
# Nobody grades these three.
#
# 1. *Easy.* By hand: slide the kernel 1, 0, −1 along 2, 2, 5, 5, 1 with "same". What does
#    "causal" give, and how are the two related?
# 2. *Harder.* Write the transpose: `y @ conv1d_matrix(...).T` brings the outputs back to the length of the input. What
#    is its kernel, seen as a convolution of stride 1? It is what a tape does on the way back.
# 3. *Open.* Train the third network of the figure on the digits with stride 2 in its first layer, over five seeds.
#    How much of its steadiness under shifts by 1, 2 and 3 pixels is left?
#
# Before this topic: [normalization](../normalization/README.md), which takes one mean for each channel of a feature
# map, as [dropout](../dropout/README.md) drops whole maps. All of it stands on [neurons](../neurons/README.md), the dense
# layer. After it: [depth](../depth/README.md), on what stands where in a stack of them, and
# [metrics](../metrics/README.md), on what a trained network is worth.
#
# ## Where this comes from
#
# - I. Goodfellow, Y. Bengio, A. Courville (2016). [*Deep Learning*](https://www.deeplearningbook.org/), chapter 9:
#   sparse connections, shared parameters, equivariance; cross-correlation under the name of convolution.
# - V. Dumoulin, F. Visin (2016). [*A guide to convolution arithmetic for deep
#   learning*](https://arxiv.org/abs/1603.07285): sizes, strides and padding.
# - Keras: [`Conv2D`](https://keras.io/api/layers/convolution_layers/convolution2d/).
# - Digits and the photograph come with scikit-learn.
