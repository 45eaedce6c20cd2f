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
# # Initialization
#
# A colleague has a network of thirty tanh layers that learns. Somebody says that relu is better, so all thirty
# activations are replaced. Nothing else changes, and now the loss does not move at all.
# Both functions are fine. The weights were drawn for the other one.
#
# A network has to start somewhere, and its first weights decide whether a *signal*, the numbers that go from layer to
# layer, reaches the last one and whether a gradient comes back. You will see why a factor that looks harmless in one
# layer is fatal in fifty, how to work out the right one for an activation, and how to measure it where you cannot.
#
# **You will write** `compute_fans`, `variance_scaling`, `orthogonal`, `activation_gain`, `propagate_stats` and `lsuv`.
#
# **Do you remember?** Two questions from the topics before, to warm up:
#
# 1. What is the slope of relu left of 0, and how large can the slope of a sigmoid be? ([Activations](../activations/README.md))
# 2. The gradient by the input of `x @ kernel` is made of the upstream gradient and what else? ([Backprop](../backprop/README.md))

# %%
import math

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from nnlearn.lesson import as_floating

# %% tags=["demo"]
from nnlearn import data, figures, lesson

keras.utils.set_random_seed(16)
images, labels = data.digits(seed=1)  # 1,797 handwritten digits of 8 x 8 pixels
pixel_std = images.std(axis=0) + (images.std(axis=0) == 0)  # some pixels are always 0
digits = (images - images.mean(axis=0)) / pixel_std
print(digits.shape, "standard deviation", digits.std().round(2))

# %% [markdown]
# ## Before you read on, guess
#
# Replace each `None` below with your answer *before* you run or read anything else.
# Your first guess is kept, then answered, and you may think again: a wrong one teaches a lot.

# %%
PREDICTIONS = ...

# %% [markdown]
# ## Why not start all alike?
#
# The simplest start is the same number for all weights of a layer. Then all units of the layer compute the same,
# get the same gradient, and take the same step. They stay the same for ever: five units, and the network has the
# power of one. Zeros are worse still, in any number of layers. The gradient by each kernel is a product with an activation
# or with a weight of a later layer, and both are 0. The last bias alone learns: nothing stands between it and the loss.


# %% tags=["demo"]
def small_network(value):
    """Five hidden relu units and ten outputs; every weight starts at `value`."""
    start = keras.initializers.Constant(value)
    hidden = keras.layers.Dense(5, "relu", kernel_initializer=start, name="hidden")
    last = keras.layers.Dense(10, kernel_initializer=start, name="last")
    model = keras.Sequential([keras.Input((64,)), hidden, last])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.SGD(0.1), loss, jit_compile=False)
    return model


model = small_network(0.02)
model.fit(data.shuffled(digits, labels, batch_size=64), epochs=2, verbose=0)
units = model.layers[0].kernel.numpy().T
print("different hidden units after training:", len(np.unique(units, axis=0)), "of", len(units))
model = small_network(0.0)
with tf.GradientTape() as tape:
    loss = model.loss(labels, model(digits))
print("all weights 0, largest slopes:")
for weight, slope in zip(
    model.trainable_variables, tape.gradient(loss, model.trainable_variables), strict=True
):
    print(f"  {weight.path:14} {np.abs(slope).max():.3f}")

# %% [markdown]
# The slope by the last bias is small, but not 0: the ten classes are almost equally frequent.
#
# So weights are drawn at random, to be *different*. Biases may start at 0, for the weights already tell the units
# apart. How large the random numbers are is the rest of this lesson.
#
# ## One multiplication per layer
#
# A unit adds up $n$ products: $z = w_1 x_1 + \dots + w_n x_n$. Draw the weights independently, with mean 0 and
# variance $v$. Mixed terms like $w_1 w_2 x_1 x_2$ are 0 on average, and what remains is
#
# $$\mathrm{E}[z^2] = v\,(x_1^2 + \dots + x_n^2) = n\,v \cdot \overline{x^2} \tag{1}$$
#
# where $\overline{x^2}$ is the mean square of the inputs. No distribution is named: normal or uniform, only the
# variance counts.
#
# **Once by hand.** Three inputs 1, 2 and 2, weights with variance 1/3, layers of three units, and a relu after each.
#
# 1. The mean square of the inputs is $(1 + 4 + 4) / 3 = 3$.
# 2. By (1), $\mathrm{E}[z^2] = 3 \cdot \frac13 \cdot 3 = 3$. Nothing is lost so far.
# 3. If $z$ is even on both sides of 0, relu removes half of the square on average: 1.5 is left.
# 4. The next layer again multiplies by $3 \cdot \frac13 = 1$, its relu by one half: 0.75.
#
# Each layer multiplies the mean square by $\frac12$, and the root of it, the *rms*, by $\sqrt{1/2} = 0.71$. After
# fifty layers that is $(1/2)^{25} = 0.00000003$. With variance 2/3 the factor would have been 1, after fifty layers too.
# *One multiplication per layer, and depth takes its power*: who is off by a tenth upwards gets $1.1^{50} = 117$.
#
# The way back has a factor too. A gradient is carried back through the same kernel, where it is a sum over the $m$
# *outputs*, and then multiplied by the slope of the activation:
#
# $$\text{forward: } n\,v\,\frac{\mathrm{E}[f(z)^2]}{\mathrm{E}[z^2]} \qquad \text{backward: } m\,v\,\mathrm{E}[f'(z)^2] \tag{2}$$
#
# Glorot and Bengio (2010) saw that $n$ and $m$ cannot both be served by one $v$ and took their mean, $v = 2 / (n + m)$.
# He et al. (2015) put the one half of relu in: $v = 2 / n$.
#
# ## Part 1: `compute_fans`
#
# *fan_in* is the number of inputs that one output adds up; *fan_out* is the number of outputs that one input goes
# into. For a matrix of shape (n, m), they are n and m. A *convolution* kernel, which slides over an image, has the shape
# (height, width, in, out). Each of its outputs adds up a whole window: height × width × in products. Each input is seen by
# height × width windows, each with `out` numbers.
#
# **The pitfalls.** The window belongs into *both*. And Keras puts the inputs last but one; PyTorch has (out, in, ...).


# %%
def compute_fans(shape):
    """Count the connections of a kernel: how many inputs one output adds up, and the other way round.

    Args:
        shape: A tuple or list of Python ints, 0 or more, of any length from 0 on: the shape of a
            kernel as Keras has it, `(..., inputs, outputs)`.

    Returns:
        `(fan_in, fan_out)`, a tuple of two Python ints. For () they are 1 and 1; for (n,) n and n;
        for (n, m) n and m; for more axes, `inputs` and `outputs`, each times the product of all axes
        before the last two. A size of 0 is a number like any other. (Of the depthwise kernel (3, 3, 32, 1)
        this makes 288 and 9, as Keras does, although each of its outputs has only 9 inputs.)

    Reference:
        `compute_fans` in https://github.com/keras-team/keras/blob/master/keras/src/initializers/random_initializers.py
    """
    # BEGIN SOLUTION
    if len(shape) < 2:
        fan = shape[0] if len(shape) else 1
        return fan, fan
    window = math.prod(shape[:-2])
    return window * shape[-2], window * shape[-1]
    # END SOLUTION


# %% tags=["demo"]
with lesson.if_written():
    for shape in ((64, 128), (3, 3, 16, 32), (5, 8, 4), (10,), ()):
        print(shape, "->", compute_fans(shape))

# %% [markdown]
# ## Part 2: `variance_scaling`
#
# All initializers named after people are one function with three settings. The variance is
#
# $$v = \frac{\text{scale}}{\max(1, \text{fan})}$$
#
# with a number of your choice on top, and below it one of the two fans or their mean:
#
# | name | scale | mode | source |
# |---|---|---|---|
# | LeCun | 1 | `fan_in` | LeCun et al. 1998 |
# | Glorot (Xavier) | 1 | `fan_avg` | Glorot and Bengio 2010 |
# | He (Kaiming) | 2 | `fan_in` | He et al. 2015 |
#
# The distribution is a matter of taste as long as it has this variance. The traps:
#
# - *uniform* on $\pm a$ has variance $a^2 / 3$. So the limit is $a = \sqrt{3v}$, and neither $\sqrt v$ nor $v$.
#   (The well-known $\sqrt{6 / (n + m)}$ is $\sqrt{3v}$ with Glorot's $v$.)
# - *truncated normal*: what is more than 2 standard deviations out is drawn again, so that no weight is huge. But
#   of a standard deviation of 1, 0.8796 is then left. Thirty layers that are 12 % too small make
#   $0.88^{30} = 0.02$. So widen the normal first: draw with standard deviation $\sqrt v / 0.87962566$.
# - *clipping* is not drawing again: all that was outside then sits on the border.

# %% tags=["demo"]
raw = keras.random.truncated_normal((1_000_000,), stddev=1.0, seed=3)
print("spread of a truncated normal:", np.std(raw).round(4), " largest:", np.abs(raw).max().round(3))
for _ in range(2):
    print("Keras' initializer, seed=7:  ", keras.initializers.HeNormal(seed=7)((1, 3)).numpy().round(3))
unseeded = keras.initializers.HeNormal(seed=None)
for _ in range(2):
    print("one object with seed=None:   ", unseeded((1, 3)).numpy().round(3))

# %% [markdown]
# Look at the last two lines. An initializer of Keras draws its seed *once*, when it is made. Use one object for two
# layers of one shape, and they start alike. Yours draws anew. It also takes a `keras.random.SeedGenerator`, which moves
# on at each use. The functions of `keras.random` take all three kinds of seed as they are.


# %%
def variance_scaling(
    shape, scale=1.0, mode="fan_in", distribution="truncated_normal", seed=None, dtype="float32"
):
    """Draw a kernel whose weights have mean 0 and variance `scale / max(1, fan)`, independently.

    Not allowed, wherever they come from: Keras' initializers and layers, and `scipy.stats`.

    Args:
        shape: A tuple of Python ints, of any length from 1 on; sizes of 0 are allowed.
        scale: A number above 0.
        mode: "fan_in", "fan_out" or "fan_avg", the mean of the two. The fans are those of
            `compute_fans`: (n,) has n and n, (n, m) has n and m, and `(..., inputs, outputs)` has
            inputs and outputs, each times the product of all axes before the last two.
        distribution: "truncated_normal": a normal distribution of which what lies more than 2 of its
            standard deviations from 0 is drawn again; its standard deviation is that of the weights
            divided by 0.87962566, so that the weights have the right variance *after* the cut.
            "untruncated_normal": a normal distribution. "uniform": even from -a to a.
        seed: None: other numbers at each call. An integer, 0 or more: the same numbers at each call with the same
            arguments, and other ones for another integer. A `keras.random.SeedGenerator`: each call
            moves it on and gives other numbers, and generators made with the same seed give the same
            sequence. With an integer or a generator, the global generators of Python, NumPy, Keras and
            TensorFlow stay as they are. Which numbers come is free.
        dtype: "float16", "float32" or "float64".

    Returns:
        A tensor of this shape and dtype.

    Raises:
        ValueError: `scale` is 0 or below, or `mode` or `distribution` is none of those above.
            ("normal", which Keras takes for "truncated_normal", is left to you.)

    Reference:
        https://keras.io/api/layers/initializers/#variancescaling-class
    """
    # BEGIN SOLUTION
    if scale <= 0:
        raise ValueError(f"scale should be above 0. Received: scale={scale}")
    window = math.prod(shape[:-2])
    fan_in, fan_out = window * shape[-2 if len(shape) > 1 else -1], window * shape[-1]
    fans = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}
    if mode not in fans:
        raise ValueError(f"mode should be one of {', '.join(fans)}. Received: mode={mode}")
    deviation = math.sqrt(scale / max(1, fans[mode]))
    if distribution == "truncated_normal":
        return keras.random.truncated_normal(shape, stddev=deviation / 0.87962566, dtype=dtype, seed=seed)
    if distribution == "untruncated_normal":
        return keras.random.normal(shape, stddev=deviation, dtype=dtype, seed=seed)
    if distribution == "uniform":
        limit = math.sqrt(3) * deviation
        return keras.random.uniform(shape, -limit, limit, dtype=dtype, seed=seed)
    raise ValueError(f"distribution is unknown. Received: distribution={distribution}")
    # END SOLUTION


# %% tags=["demo"]
with lesson.if_written():
    for distribution in ("truncated_normal", "untruncated_normal", "uniform"):
        he = variance_scaling((400, 300), scale=2.0, distribution=distribution, seed=1)
        print(
            f"{distribution:18}: spread {np.std(he):.4f}, largest {np.abs(he).max() / np.std(he):.2f} spreads"
        )
    print("wanted: spread", np.sqrt(2 / 400).round(4))

# %% [markdown]
# ## Part 3: `orthogonal`
#
# (1) holds on average over all kernels that might be drawn. The one that *is* drawn stretches some inputs and
# squeezes others, and a product of fifty does so fifty times over. A square matrix whose columns are *orthonormal*
# (each of length 1, any two at right angles) keeps every length. Saxe et al. (2014) showed that deep *linear* networks,
# those without activations, learn in a time that does not grow with depth when they start with such matrices.
#
# A QR decomposition makes one out of random normal numbers: $A = QR$, with $Q$ orthonormal and $R$ triangular.
#
# **The pitfalls.**
#
# - A wide matrix cannot have orthonormal columns: 3 rows have no room for 5 directions at right angles. Then the
#   *rows* are orthonormal, and `x @ kernel` keeps every length, which a tall one cannot. Decompose the transpose.
# - Flip the sign of a column of $Q$ and of the same row of $R$: the product is the same. The routine picks signs by a
#   rule of its own, so its $Q$ is not evenly distributed (not after the *Haar measure*: turned in any way, it is as
#   likely as before). Multiply each column of $Q$ by the sign of its diagonal entry of $R$ (Mezzadri 2007).
# - A convolution kernel is a matrix with all axes but the last in front.

# %% tags=["demo"]
corners = [np.linalg.qr(np.random.default_rng(seed).normal(size=(4, 3))) for seed in range(400)]
print("mean of Q[0, 0] over 400 draws, as it comes:", np.mean([q[0, 0] for q, r in corners]).round(2))
print(
    "times the sign of R[0, 0]:                  ",
    np.mean([q[0, 0] * np.sign(r[0, 0]) for q, r in corners]).round(2),
)


# %%
def orthogonal(shape, gain=1.0, seed=None, dtype="float32"):
    """Draw an orthogonal kernel, all of them being equally likely.

    Not allowed, wherever they come from: Keras' initializers and layers, and `scipy.stats`.

    Args:
        shape: A tuple of two or more Python ints, 1 or more. As a matrix M, the kernel has all axes
            but the last flattened into rows, in their order, and the last axis as columns: its shape is
            (product of the others, last).
        gain: A positive number.
        seed: None, an integer or a `keras.random.SeedGenerator`. None: another kernel at each call. An
            integer: the same kernel at each call, and another one for another integer. A generator: each
            call moves it on and gives another kernel, and generators made with the same seed give the
            same sequence. With an integer or a generator, the global generators of Python, NumPy, Keras
            and TensorFlow stay as they are. Which numbers come is free.
        dtype: "float16", "float32" or "float64". A float16 kernel is as exact as rounding allows, which
            takes a decomposition in more digits, float32 for instance, and a cast at the end.

    Returns:
        A tensor of this shape and dtype. Where M has at least as many rows as columns, its columns have
        length `gain` and are at right angles; where it has fewer, its rows. Lengths and products may be off
        by 1e-4 (float16: 1.2e-3, float64: 1e-9), times `gain` and `gain**2`.
        The matrix is distributed evenly (after Haar): turned or mirrored in any way, it is as likely as
        before. If it is the Q of a QR decomposition, that takes independent *normal* numbers, and columns
        with the signs of the diagonal of R.

    Raises:
        ValueError: `shape` has fewer than two axes.

    Reference:
        Mezzadri (2007), How to Generate Random Matrices from the Classical Compact Groups;
        https://keras.io/api/layers/initializers/#orthogonal-class
    """
    # BEGIN SOLUTION
    if len(shape) < 2:
        raise ValueError(f"shape should have two or more axes. Received: shape={shape}")
    rows, columns = math.prod(shape[:-1]), shape[-1]
    computed = "float32" if dtype == "float16" else dtype
    tall = (max(rows, columns), min(rows, columns))
    q, r = ops.qr(keras.random.normal(tall, dtype=computed, seed=seed))
    q = q * ops.sign(ops.diagonal(r))
    if rows < columns:
        q = ops.transpose(q)
    return ops.cast(gain * ops.reshape(q, shape), dtype)
    # END SOLUTION


# %% tags=["demo"]
with lesson.if_written():
    kernel = ops.reshape(orthogonal((3, 3, 2, 4), seed=1), (18, 4))
    print(ops.convert_to_numpy(ops.transpose(kernel) @ kernel).round(3))

# %% [markdown]
# ## "Does the combination of layers and activation functions matter?"
#
# It does, and how can be measured. In a wide layer $z$ is nearly normal. If its mean square is 1, then by (2) the
# activation lets $\mathrm{E}[f(z)^2]$ through, and the next weights have to bring that back to 1:
#
# $$\text{gain} = \frac{1}{\sqrt{\mathrm{E}[f(z)^2]}}, \quad z \sim N(0, 1) \qquad v = \frac{\text{gain}^2}{n} \tag{3}$$
#
# For relu the gain is $\sqrt 2$: He's scale of 2 is its square. For tanh it is 1.59. For selu it is 1: its two constants
# were chosen so that LeCun's weights keep mean 0 and variance 1 (Klambauer et al. 2017). A layer and an activation fit
# together if $n v = \text{gain}^2$. Here is what becomes of the digits in thirty layers of 128 units, and of a gradient
# on its way back. (A fixed 0.05 is the default of Keras' `RandomNormal`.)

# %% tags=["demo", "figure"]
# figure: depth | Four panels of spread by layer, from 1 to 30, on a logarithmic scale, each with four schemes and three seeds. Top, the signal on its way forward, bottom, the gradient on its way back from layer 30, to be read from right to left; left with tanh, right with relu. A fixed spread of 0.05 falls by far the fastest, out of every panel. Glorot with tanh falls ever more slowly, to between 0.11 and 0.16 in layer 30, and backward to about 0.2 in layer 1. With relu it falls steadily, to about 0.00004 in layer 30, and backward to about 0.00005 in layer 1. He and orthogonal times gain stay between 0.5 and 11 everywhere. With tanh, orthogonal times gain keeps the signal at 1, and its gradient grows on its way back to 11.
WIDTH, DEPTH = 128, 30
FUNCTIONS = {
    "tanh": (np.tanh, lambda z: 1 - np.tanh(z) ** 2, 1.5925),
    "relu": (lambda z: np.maximum(z, 0), lambda z: np.float64(z > 0), np.sqrt(2)),
}


def even(rng, n, m):
    """An orthogonal matrix of shape (n, m)."""
    q, r = np.linalg.qr(rng.normal(size=(max(n, m), min(n, m))))
    return q * np.sign(np.diag(r)) if n >= m else (q * np.sign(np.diag(r))).T


SCHEMES = {
    "std 0.05": lambda rng, n, m, _: rng.normal(size=(n, m)) * 0.05,
    "Glorot": lambda rng, n, m, _: rng.normal(size=(n, m)) * np.sqrt(2 / (n + m)),
    "He": lambda rng, n, m, _: rng.normal(size=(n, m)) * np.sqrt(2 / n),
    "orthogonal × gain": lambda rng, n, m, gain: even(rng, n, m) * gain,
}


def spreads(draw, function, slope, gain, seed):
    """The standard deviation of each layer's z, and of the gradient by it, from a random one at the end."""
    rng, zs, kernels, signal = np.random.default_rng(seed), [], [], digits[:100]
    for _ in range(DEPTH):
        kernels.append(draw(rng, signal.shape[1], WIDTH, gain))
        zs.append(signal @ kernels[-1])
        signal = function(zs[-1])
    gradients = [rng.normal(size=zs[-1].shape)]
    for z, kernel in zip(zs[-2::-1], kernels[:0:-1], strict=True):
        gradients.append((gradients[-1] @ kernel.T) * slope(z))
    return [z.std() for z in zs], [gradient.std() for gradient in reversed(gradients)]


fig, axes = figures.panels(2, 2, width=10, height=2.9)
layers, ends = np.arange(1, DEPTH + 1), {}
for column, (activation, functions) in enumerate(FUNCTIONS.items()):
    for number, (name, draw) in enumerate(SCHEMES.items()):
        runs = [spreads(draw, *functions, seed) for seed in (1, 2, 3)]
        ends[activation, name] = np.array(runs)
        for seed, run in enumerate(runs):
            for axis, values in zip(axes[:, column], run, strict=True):
                below = name == "orthogonal × gain"  # broad and light, so that what lies on it can be seen
                broad = {"linestyle": "-", "linewidth": 5, "alpha": 0.35, "zorder": 1}
                style = figures.line(number) | (broad if below else {"linewidth": 1.2})
                axis.plot(layers, values, **style, label=name if seed == 0 else None)
    axes[0, column].set(title=activation)
for axis in axes.flat:
    axis.set(yscale="log", ylim=(1e-6, 1e2), xlabel="layer", xticks=[1, 10, 20, 30])
axes[0, 0].set_ylabel("spread of z, forward")
axes[1, 0].set_ylabel("spread of gradient, backward")
fig.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=4)
last, (forth, back) = ends["tanh", "Glorot"][:, 0, -1], ends["relu", "Glorot"].mean(axis=0)
fitting = np.array([runs for (_, scheme), runs in ends.items() if scheme in ("He", "orthogonal × gain")])
steady = ends["tanh", "orthogonal × gain"].mean(axis=0)
tanh_says = last.min(), last.max(), DEPTH, ends["tanh", "Glorot"][:, 1, 0].mean(), 1
relu_says = forth[-1], DEPTH, back[0], 1
figures.says(
    1, DEPTH, DEPTH, 0.05, *tanh_says, *relu_says, fitting.min(), fitting.max(), steady[0, -1], steady[1, 0]
)

# %% [markdown]
# With tanh, Glorot's weights serve: a signal that shrinks comes into the middle of tanh, where its slope is almost 1,
# and shrinks ever more slowly. Its spread in layer 30 is about 0.13. With relu, the very same weights lose a factor 0.71 in
# each layer, and there is no middle to rescue them. So the answer is: *the combination matters, and the number to
# compare is the gain*. But look both ways. With tanh, orthogonal kernels times gain keep the signal steady, and the
# gradient grows on its way back, by
# $\text{gain} \cdot \sqrt{\mathrm{E}[f'(z)^2]} = 1.593 \cdot 0.681 = 1.085$ per layer. $1.085^{29}$ is the 11 at the lower left.
#
# ## Part 4: `activation_gain`
#
# The mean over a normal distribution is an integral: $\mathrm{E}[f(z)^2] = \int f(z)^2\, p(z)\, dz$ with the density
# $p(z) = e^{-z^2/2} / \sqrt{2\pi}$. Add it up on a fine grid.
#
# **The pitfalls.** It is the mean *square*, not the variance: what the next layer adds up are squares, and the mean of relu is not 0.
# Do not draw random numbers: with 100,000 of them the gain of relu is off by some 0.3 %, and differs each time. Nor trust
# Gauss-Hermite quadrature, a weighted sum over a few points, exact for polynomials: with 100 points the gain is off by
# 0.2 % for hard_tanh, which has kinks, and by 8 % for a jump from 0 to 1 at 0.5.
# Tables need care, too: PyTorch's `calculate_gain` has 5/3 for tanh and 1 for sigmoid, where (3) gives 1.59 and 1.85.


# %%
def activation_gain(fn):
    """Work out by how much weights have to make up for an activation: `1 / sqrt(E[fn(z)**2])`, z ~ N(0, 1).

    Not allowed, wherever they come from: `scipy.stats`, Keras' initializers and layers. `scipy.integrate`
    and `numpy.polynomial` are allowed.

    Args:
        fn: A function of Keras, or one like it: it takes a tensor of dtype float32 or float64 and of any
            shape, works on each number by itself and returns a tensor of this shape and dtype. It is
            finite everywhere and may grow as fast as `exp(z)`, on either side. It may have kinks and jumps
            anywhere, 0.1 and more apart.

    Returns:
        The gain, a Python float, right to within a thousandth of itself. Nothing is drawn at random:
        the same function has the same gain at each call.

    Raises:
        ValueError: `fn` is 0 everywhere.

    Reference:
        He et al. (2015), Delving Deep into Rectifiers, https://arxiv.org/abs/1502.01852, for relu.
    """
    # BEGIN SOLUTION
    z = np.linspace(-12.0, 12.0, 24_001)
    density = np.exp(-(z**2) / 2) / math.sqrt(2 * math.pi)
    values = ops.convert_to_numpy(fn(ops.convert_to_tensor(z)))
    mean_square = float(np.sum(values**2 * density) * (z[1] - z[0]))
    if mean_square == 0:
        raise ValueError("fn is 0 everywhere: no gain makes up for that")
    return 1 / math.sqrt(mean_square)
    # END SOLUTION


# %% tags=["demo"]
with lesson.if_written():
    for name in ("linear", "relu", "leaky_relu", "tanh", "sigmoid", "selu", "gelu"):
        print(f"{name:10} {activation_gain(getattr(keras.activations, name)):.4f}")

# %% [markdown]
# ## Part 5: `propagate_stats`
#
# Formula (3) is for wide layers and normal $z$. Your network has real data, and perhaps uneven layers.
# So measure: run a batch forward and note the spread of every $z$ (nearly its rms: over all units, its mean is near 0),
# then bring a gradient back and note its spread at each $z$. One forward pass is enough for both. The tape has to
# `watch` each $z$ as it is made: nothing here is a variable, and for what it did not watch it answers None.
#
# **The pitfalls.** Measure *before* the activation; the last layer has none after it. And mind the squares: a
# spread of $10^{-25}$ is a fine number in float32, and its square is 0 there. Measure in float64.


# %%
def propagate_stats(x, kernels, activation, upstream):
    """Measure how a network spreads a signal on its way forward, and a gradient on its way back.

    The network is `z_1 = x @ kernels[0]`, then `z_k = activation(z_(k-1)) @ kernels[k-1]`: no biases, no
    activation before the first kernel or after the last one.

    Args:
        x: A batch of inputs, shape (N, n_0): an array or tensor, float32 or float64; integers count
            as float32.
        kernels: A list or tuple of one or more arrays or tensors, of shapes (n_0, n_1), (n_1, n_2) and
            so on, of the dtype of `x` (float32 where that holds integers).
        activation: A function of Keras, or one like it: it takes a tensor and returns one of the same
            shape and dtype; TensorFlow can differentiate it.
        upstream: The gradient that arrives at the last z, of its shape and dtype.

    Returns:
        `(forward, backward)`, two lists of Python floats with an entry for each kernel. `forward[k]` is
        the standard deviation of z of kernel k over all its numbers, batch and units alike: the
        population's, which divides by how many there are. `backward[k]` is that of the gradient of
        `sum(upstream * z_last)` by this z; `backward[-1]` is that of `upstream`. Both are worked
        out in float64: a spread of 1e-35 is one, and is not 0. Relative error: 1e-4 at most. What was
        given is left as it was.
    """
    # BEGIN SOLUTION
    signal = as_floating(x)
    zs = []
    with tf.GradientTape() as tape:
        for kernel in kernels:
            z = ops.matmul(signal, kernel)
            tape.watch(z)
            zs.append(z)
            signal = activation(z)
        total = ops.sum(upstream * zs[-1])
    gradients = tape.gradient(total, zs)

    def spread(tensor):
        return float(np.std(ops.convert_to_numpy(tensor).astype("float64")))

    return [spread(z) for z in zs], [spread(gradient) for gradient in gradients]
    # END SOLUTION


# %% tags=["demo"]
with lesson.if_written():
    rng = np.random.default_rng(5)
    sizes = [(64, 200), (200, 50), (50, 200), (200, 50)]
    narrow = [rng.normal(size=(n, m)) * np.sqrt(2 / n) for n, m in sizes]
    upstream = rng.normal(size=(len(digits), 50))  # float64, as the kernels are
    forward, backward = propagate_stats(digits.astype("float64"), narrow, keras.ops.relu, upstream)
    print("forward: ", np.round(forward, 2))
    print("backward:", np.round(backward, 2))

# %% [markdown]
# He's weights keep the signal level in these uneven layers, and the gradient goes up and down with them: $m$ is not
# $n$. From 50 units back to 200, by (2), its mean square is multiplied by $50 \cdot \frac{2}{200} \cdot \frac12 = \frac14$.
# One of the two has to give.
#
# ## Part 6: `lsuv`
#
# If you can measure the spread, you can set it. *Layer-sequential unit variance* (Mishkin and Matas 2016) takes weights of any
# kind, the paper orthogonal ones. Run a batch up to the first $z$, divide the kernel by its spread, go on with
# the signal *of the new kernel*, and so on to the end.
#
# **The pitfall** is the word sequential. To measure all spreads on the original network and divide at once is wrong
# for two reasons: each kernel also undoes what the ones before it have undone already, and tanh of a signal a
# hundred times as large is something else altogether.


# %%
def lsuv(x, kernels, activation):
    """Rescale kernels one after the other, so that each layer's z has standard deviation 1.

    The network is that of `propagate_stats`: `z_1 = x @ kernels[0]`, then
    `z_k = activation(z_(k-1)) @ kernels[k-1]`.

    Args:
        x: A batch of inputs, shape (N, n_0): an array or tensor, float32 or float64; integers count
            as float32.
        kernels: A list or tuple of one or more arrays or tensors, of shapes (n_0, n_1), (n_1, n_2) and
            so on, of the dtype of `x` (float32 where that holds integers).
        activation: A function of Keras, or one like it: it takes a tensor and returns one of the same
            shape and dtype.

    Returns:
        A list of new kernels, arrays or tensors, of the same shapes and dtype. Each is the old one times
        one positive number, such that in the network of the *new* kernels each z has standard deviation 1
        over all its numbers, batch and units alike (population; to within 1e-4). Spreads are worked out
        in float64: 1e-30 is one. What was given is left as it was, the list and its kernels.

    Raises:
        ValueError: The spread of a z is 0 (its kernel is 0, say), NaN or infinite, so that no number
            brings it to 1.

    Reference:
        Mishkin and Matas (2016), All You Need Is a Good Init, https://arxiv.org/abs/1511.06422.
    """
    # BEGIN SOLUTION
    signal, rescaled = as_floating(x), []
    for number, kernel in enumerate(kernels):
        z = ops.matmul(signal, kernel)
        spread = float(np.std(ops.convert_to_numpy(z).astype("float64")))
        if not 0 < spread < math.inf:
            raise ValueError(f"z of kernel {number} has spread {spread}, which no factor brings to 1")
        rescaled.append(ops.convert_to_tensor(kernel) / spread)
        signal = activation(ops.matmul(signal, rescaled[-1]))
    return rescaled
    # END SOLUTION


# %% [markdown]
# ## Put yours to work
#
# The network of the beginning: thirty layers, trained for ten epochs on the digits from three seeds each. First tanh with
# Glorot's weights, then relu with the same, with He's, and with Glorot's after your `lsuv` on 200 digits without labels.


# %% tags=["demo"]
def deep_network(activation):
    """Thirty layers of weights, ready to be trained by plain gradient descent."""
    hidden = [keras.layers.Dense(64, activation) for _ in range(29)]
    network = keras.Sequential([keras.Input((64,)), *hidden, keras.layers.Dense(10)])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    network.compile(keras.optimizers.SGD(0.01), loss, jit_compile=False)
    return network


def loss_after(deep, scale, mode, seed, repair=None):
    """The last training loss of a deep network, from weights of its own."""
    rng = np.random.default_rng(seed)
    fans = {"fan_in": lambda n, _: n, "fan_avg": lambda n, m: (n + m) / 2}
    shapes = [layer.kernel.shape for layer in deep.layers]
    kernels = [
        rng.normal(scale=np.sqrt(scale / fans[mode](*shape)), size=shape).astype("float32")
        for shape in shapes
    ]
    if repair is not None:
        kernels = repair(digits[:200], kernels, ops.relu)
    for layer, kernel in zip(deep.layers, kernels, strict=True):
        layer.kernel.assign(kernel)
        layer.bias.assign(0 * layer.bias)
    batches = data.shuffled(digits, labels, batch_size=64, seed=seed)
    return deep.fit(batches, epochs=10, verbose=0).history["loss"][-1]


with_tanh, with_relu = deep_network("tanh"), deep_network("relu")
glorot, he = (1.0, "fan_avg"), (2.0, "fan_in")
print(f"log 10 = {np.log(10):.3f}")
for name, settings in {
    "tanh, Glorot": (with_tanh, *glorot),
    "relu, Glorot": (with_relu, *glorot),
    "relu, He": (with_relu, *he),
}.items():
    print(f"{name:18}", [f"{loss_after(*settings, seed):.3f}" for seed in (1, 2, 3)])
with lesson.if_written():
    repaired = [loss_after(with_relu, *glorot, seed, lsuv) for seed in (1, 2, 3)]
    print("relu, Glorot, lsuv", [f"{loss:.3f}" for loss in repaired])

# %% [markdown]
# Relu with Glorot's weights stays at log 10, the loss of guessing, in all three seeds. He's and yours leave it in all three.
# The right spread is not all that is needed: tanh is further still.
#
# Why is lost signal so costly? The gradient by a kernel is made of the signal that arrives and the gradient that comes
# back. In the first layers the gradient is tiny, in the last ones the signal, in between both are small: in every
# kernel, the product is about $0.707^{29} = 0.00004$ of what it is with He's. So no kernel moves.

# %% [markdown] tags=["response"] name="tanh_to_relu"
# ## In your own words
#
# A network of forty tanh layers, drawn with Glorot's weights, trains well on ten classes. A colleague replaces every
# tanh by relu and changes nothing else. The loss now stays at 2.303, which is log 10, for a whole day, and the
# colleague concludes that relu does not suit deep networks.
#
# Explain in five to ten sentences: what happens to the signal, and why not with tanh; what an activation has to
# do with the weights; what you would measure, where and in which direction, to find the cause in a minute; and two
# different ways to repair the network that keep relu.

# %% [markdown]
# ## To go on with
#
# Nobody grades these three.
#
# 1. *Easy.* By hand: a layer has 50 inputs and 200 outputs. What is the variance of its weights after LeCun, Glorot and He, and
#    what is the limit of the uniform distribution for Glorot?
# 2. *Harder.* In the code of the figure, set `WIDTH` to 10. What happens to the three seeds, and why?
# 3. *Open.* In the last demonstration, find a learning rate or an optimizer that trains the Glorot network after
#    all. Which of the two problems, forward or backward, have you solved?
#
# Before this topic: [Backprop](../backprop/README.md), which carries the gradient back, and [Gradients](../gradients/README.md),
# which checks it. After it: [Optimizers](../optimizers/README.md), which take the steps, and
# [Normalization](../normalization/README.md), which keeps the spread while weights change.
#
# ## Where this comes from
#
# - Y. LeCun, L. Bottou, G. B. Orr, K.-R. Müller (1998). [*Efficient
#   BackProp*](http://yann.lecun.com/exdb/publis/pdf/lecun-98b.pdf). In: Neural Networks: Tricks of the Trade.
# - X. Glorot, Y. Bengio (2010). [*Understanding the Difficulty of Training Deep Feedforward Neural
#   Networks*](https://proceedings.mlr.press/v9/glorot10a.html). AISTATS.
# - K. He, X. Zhang, S. Ren, J. Sun (2015). [*Delving Deep into Rectifiers*](https://arxiv.org/abs/1502.01852). ICCV.
# - A. M. Saxe, J. L. McClelland, S. Ganguli (2014). [*Exact Solutions to the Nonlinear Dynamics of Learning in Deep
#   Linear Neural Networks*](https://arxiv.org/abs/1312.6120). ICLR.
# - D. Mishkin, J. Matas (2016). [*All You Need Is a Good Init*](https://arxiv.org/abs/1511.06422). ICLR.
# - G. Klambauer, T. Unterthiner, A. Mayr, S. Hochreiter (2017). [*Self-Normalizing Neural
#   Networks*](https://arxiv.org/abs/1706.02515). NeurIPS.
# - F. Mezzadri (2007). [*How to Generate Random Matrices from the Classical Compact
#   Groups*](https://arxiv.org/abs/math-ph/0609050). Notices of the AMS 54.
# - Keras: [initializers](https://keras.io/api/layers/initializers/). PyTorch: `calculate_gain` in
#   [`torch/nn/init.py`](https://github.com/pytorch/pytorch/blob/main/torch/nn/init.py).
# - The digits come from scikit-learn's `load_digits`.
