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
# # Activation functions
#
# Draw a neural network on a napkin and you draw circles and arrows.
# The arrows are the weights.
# What happens *inside* a circle is easy to leave out, and yet the whole thing stands or falls with it:
# a small curved function, applied to one number.
#
# This topic is about those functions.
# You will find out why a network without them is a straight line in disguise, meet the three families
# that do nearly all the work, and write six of them yourself.
# The formulas are short.
# Making them survive on a real computer, where numbers have a largest value, is the interesting part.
#
# **You will write** `relu`, `leaky_relu`, `sigmoid`, `gelu`, `softmax` and `log_softmax`.

# %%
import math

import keras
from keras import ops

from nnlearn.lesson import as_floating

# %% tags=["demo"]
import numpy as np
import tensorflow as tf

from nnlearn import data, figures, lesson

keras.utils.set_random_seed(7)

# %% [markdown]
# ## Before you read on, guess
#
# Replace each `None` below with your answer *before* you run or read anything else.
# A wrong guess costs little, teaches a lot, and can be changed later.

# %%
PREDICTIONS = ...

# %% [markdown]
# ## "What's the deal with things between linear layers?"
#
# A layer like `Dense` computes $x W + b$.
# Many people call it linear; with the bias, the exact word is *affine*.
# Now stack two of them and multiply out:
#
# $$(x W_1 + b_1)\, W_2 + b_2 = x\,(W_1 W_2) + (b_1 W_2 + b_2)$$
#
# The right-hand side is one affine layer, with weights $W_1 W_2$ and bias $b_1 W_2 + b_2$.
# Two layers have collapsed into one.
# So do three, or three hundred.
# However many you stack, the result can only be a straight line, a plane, or the same thing in more dimensions.
#
# The cure is to put a function that is *not* affine between the layers.
# That is an activation function, and it is the thing between linear layers.
#
# See it on numbers first:

# %% tags=["demo"]
first, second = keras.layers.Dense(32), keras.layers.Dense(1)
x = np.random.default_rng(0).normal(size=(5, 3)).astype("float32")
two_layers = second(first(x))

(w1, b1), (w2, b2) = first.get_weights(), second.get_weights()
one_layer = x @ (w1 @ w2) + (b1 @ w2 + b2)
print("largest difference between two layers and one:", np.abs(two_layers - one_layer).max())

# %% [markdown]
# The difference is rounding, nothing more.
# What does that mean for learning?
# Below, two networks with the same layers are trained on the same 64 points of a curve.
# One has `relu` after each hidden layer, the other has nothing there.

# %% tags=["demo", "figure"]
# figure: collapse | Two fits of 64 points on a wave. Three stacked layers without activation give one straight line. The same layers with relu between them follow the wave.
points = np.linspace(-2, 2, 64, dtype="float32")[:, None]
wave = np.sin(2.5 * points)


def fitted(activation):
    """The curve that three layers with this activation between them learn."""
    keras.utils.set_random_seed(3)
    model = keras.Sequential(
        [
            keras.layers.Dense(32, activation=activation),
            keras.layers.Dense(32, activation=activation),
            keras.layers.Dense(1),
        ]
    )
    model.compile(optimizer=keras.optimizers.Adam(0.01), loss="mean_squared_error")
    # 250 passes over the 64 points; one long epoch is quicker than 250 short ones.
    passes = 250
    model.fit(
        np.tile(points, (passes, 1)),
        np.tile(wave, (passes, 1)),
        batch_size=len(points),
        shuffle=False,
        verbose=0,
    )
    return ops.convert_to_numpy(model(points))


fig, axes = figures.panels(1, 2, height=3.2)
for axis, activation, title in zip(
    axes, (None, "relu"), ("no activation: a line", "relu between the layers"), strict=True
):
    curve = fitted(activation)
    axis.plot(points, wave, "o", color=figures.GREY, markersize=3, label="data")
    axis.plot(points, curve, **figures.line(0), label="network")
    axis.set(title=f"{title}\nmean squared error {np.mean((curve - wave) ** 2):.3f}", xlabel="x")
axes[0].set_ylabel("y")
fig.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=2)

# %% [markdown]
# **What people often read:** "most nonlinear functions can work".
# That is nearly right, and the precise statement is better.
# With one hidden layer, enough units and biases, a network can approximate every continuous function
# on a bounded region as closely as you like *if and only if its activation is not a polynomial*
# (Leshno, Lin, Pinkus and Schocken 1993; for activations that are bounded on every bounded interval
# and continuous but for a few jumps).
# So $x^2$, as nonlinear as it is, does not work in general: a stack of fixed depth makes polynomials up
# to some degree and nothing else.
# The theorem says that good weights *exist*.
# It does not say that training finds them, and that is where activations differ.
#
# **Try it.** In the cell above, replace `"relu"` by `"tanh"`, then by `keras.ops.square`.
#
# ## "What is a hidden layer, and what types do we have?"
#
# A hidden layer is any layer between the input and the output.
# "Hidden" sounds mysterious and means something plain: the training data says what the *last* layer
# should produce, and says nothing about the layers before it (Goodfellow, Bengio and Courville 2016, chapter 6).
# The network has to find out for itself what those layers should compute.
#
# Two choices make a hidden layer:
#
# - **how it is wired**: fully connected (`Dense`), convolutional, recurrent, attention;
# - **which activation each unit applies** to its weighted sum: usually `relu` or a relative of it.
#
# **What people often read:** that the most common activations in hidden layers are "sigmoid, relu, softmax".
# Two of the three need a correction.
#
# - *Softmax* is most often the *output* of a classifier, and only more rarely used inside a model
#   (Goodfellow et al., §6.2.2.3). Its best-known place inside is attention, where it turns scores into weights:
#   $\mathrm{softmax}(Q K^\top / \sqrt{d_k})\, V$ (Vaswani et al. 2017, §3.2.1). As the activation of an
#   ordinary hidden layer it would make the units fight over a total of 1.
# - *Sigmoid* was common in hidden layers before relu. Today its use there is discouraged, because it is
#   flat over most of its range, and a flat function passes hardly any gradient back (§6.3.2).
#   It lives on in outputs and in gates.
#
# ## "What's activation layers?"
#
# The same functions, wrapped as layers so that you can put them in a list of layers.
# `Dense(8, activation="relu")` and `Dense(8)` followed by `Activation("relu")` are the same computation.
# Nearly all of them have nothing to learn.
# An exception is `PReLU`, which learns its negative slope.

# %% tags=["demo"]
dense = keras.layers.Dense(8)
with_name = keras.layers.Dense(8, activation="relu")
with_layer = keras.Sequential([dense, keras.layers.Activation("relu")])
with_name.build((None, 3))
with_layer(x)
with_name.set_weights(dense.get_weights())
print("same output:", np.array_equal(with_name(x), with_layer(x)))
print(
    "numbers to learn:",
    dense.count_params(),
    "in Dense,",
    with_layer.layers[1].count_params(),
    "in Activation",
)

# %% [markdown]
# ## "Activation functions: top 3 most commonly used"
#
# Nobody keeps an official count, and the question hides a better one: *for which job?*
# Sorted by job, three families cover nearly everything.
#
# | | family | where | why | watch out for |
# |---|---|---|---|---|
# | 1 | **relu** and its smooth relatives **gelu**, **silu** | hidden layers; gelu and silu in transformers | slope 1 wherever a unit is on, so the gradient gets through; cheap | units that are never on again |
# | 2 | **sigmoid** and **tanh** | yes-or-no outputs; gates that open and close (LSTM) | squeezes any number into (0, 1) or (−1, 1) | flat at both ends |
# | 3 | **softmax** | outputs with one right class out of many; attention | turns any numbers into weights that add up to 1 | overflow, and the logarithm afterwards |
#
# Sources for the first row: Glorot, Bordes and Bengio (2011) showed that networks of rectifiers train
# well in spite of the kink at 0. Goodfellow et al. (§6.3) call relu an excellent default.
# Hendrycks and Gimpel (2016) introduced gelu. The first transformer had relu between its dense layers
# (Vaswani et al. 2017, §3.3); BERT replaced it by gelu (Devlin et al. 2019, appendix A.2).
#
# Why does the slope matter so much?
# Training sends a gradient backwards through the network, and at each unit it is multiplied by the
# slope of that unit's activation.
# The slope of relu is 1 or 0.
# The slope of sigmoid is never above one quarter:

# %% tags=["demo"]
print("a quarter, ten times over:", 0.25**10)

# %% [markdown]
# ## The numbers inside the machine
#
# On paper, $e^{x}$ exists for every $x$.
# In float32 the largest number is about $3.4 \cdot 10^{38}$, and $e^{89}$ is larger already: the result is
# `inf`. In float16 the end comes at $e^{11.1}$.
# An infinity is harmless as long as it ends as $1/\infty = 0$.
# It is fatal when it meets another infinity or a zero, because $\infty/\infty$ and $0 \cdot \infty$ are `nan`,
# "not a number". One `nan` in a gradient turns every weight it touches into `nan`, for good.
#
# **The value can be right while the gradient is not.** Watch the textbook sigmoid at −100:


# %% tags=["demo"]
def value_and_slope(function, x):
    """`function(x)` and its derivative at each element of `x`, as TensorFlow computes them."""
    x = tf.convert_to_tensor(x)
    with tf.GradientTape() as tape:
        tape.watch(x)
        value = function(x)
    return value.numpy(), tape.gradient(value, x).numpy()


value, slope = value_and_slope(lambda x: 1 / (1 + ops.exp(-x)), np.float32([-100, 0, 100]))
print("1 / (1 + exp(-x)) at -100, 0, 100:", value)
print("its slope as TensorFlow finds it: ", slope)

# %% [markdown]
# The value at −100 is right. The slope should be as good as 0 and is `nan`: the chain rule multiplied the infinite
# slope of $e^{100}$ by the zero slope of $1/\infty$.
# Nothing would warn you. The loss looks fine, and one update later the network is gone.
#
# The picture below shows the six functions of this topic with their slopes.
# The hatched zones are measured: there the textbook formula gives `nan`, infinity or a wrong value in
# float32, in the function or in its slope.

# %% tags=["demo", "figure"]
# figure: functions | Relu, leaky relu, sigmoid, gelu, softmax and log softmax, each with its slope; hatched where the textbook formula fails in float32: sigmoid below about -89, relu by maximum at 0 only, gelu written with a ratio of exponentials beyond about 13 on both sides, softmax above about 89, log softmax below about -88 and above about 89.
tail = np.geomspace(5, 1000, 400)
grid = np.concatenate([-tail[::-1], np.linspace(-5, 5, 401)[1:-1], tail]).astype("float32")


def pair(function):
    """The first entry of softmax-like `function` for the two logits x and 0."""
    return lambda x: function(ops.stack([x, ops.zeros_like(x)], axis=-1))[..., 0]


def textbook_gelu(x):
    """Gelu in its tanh form, with tanh written as a ratio of exponentials."""
    u = math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)
    return 0.5 * x * (1 + (ops.exp(u) - ops.exp(-u)) / (ops.exp(u) + ops.exp(-u)))


def textbook_softmax(x):
    """Exponentials over their sum."""
    return ops.exp(x) / ops.sum(ops.exp(x), axis=-1, keepdims=True)


six = {  # name: (Keras' function, the textbook formula, label of the formula)
    "relu(x)": (ops.relu, lambda x: ops.maximum(x, 0.0), "maximum(x, 0)"),
    "leaky_relu(x)": (ops.leaky_relu, lambda x: ops.maximum(0.2 * x, x), "maximum(0.2x, x)"),
    "sigmoid(x)": (ops.sigmoid, lambda x: 1 / (1 + ops.exp(-x)), "1 / (1 + exp(-x))"),
    "gelu(x)": (lambda x: ops.gelu(x, approximate=True), textbook_gelu, "tanh by exponentials"),
    "softmax([x, 0])[0]": (pair(ops.softmax), pair(textbook_softmax), "exp(x) / sum"),
    "log_softmax([x, 0])[0]": (
        pair(ops.log_softmax),
        pair(lambda x: ops.log(textbook_softmax(x))),
        "log(exp(x) / sum)",
    ),
}
fig, axes = figures.panels(2, 3, width=10.5, height=3.1)
for axis, (name, (function, textbook, formula)) in zip(axes.flat, six.items(), strict=True):
    right = value_and_slope(function, grid)
    tried = value_and_slope(textbook, grid)
    fails = ~np.all(
        [np.isclose(a, b, rtol=1e-3, atol=1e-3) for a, b in zip(tried, right, strict=True)], axis=0
    )
    figures.shade(axis, grid, fails, f"{formula} fails")
    axis.plot(grid, right[0], **figures.line(0), label="value")
    axis.plot(grid, right[1], **figures.line(1), label="slope")
    axis.set(title=name, ylim=(-1, 5))
    axis.set_xscale("symlog", linthresh=5, linscale=2)
    axis.set_xticks([-1000, -100, -10, -2, 0, 2, 10, 100, 1000])
    axis.set_xticklabels(["−1000", "−100", "−10", "−2", "0", "2", "10", "100", "1000"], fontsize=7)
    axis.legend(loc="upper left", fontsize=7, frameon=True, framealpha=0.9)

# %% [markdown]
# *(Between −5 and 5 the horizontal axis is an ordinary one; outside it is logarithmic, to show the far ends.)*
#
# Relu has no zone, only a line: its catch is the single point 0.
# Leaky relu has nothing at all, as long as its slope is as small as here.
# Let us write them.
#
# ### What every part promises
#
# - It takes anything `keras.ops.convert_to_tensor` takes: arrays, tensors, lists, plain numbers.
# - It keeps floating dtypes: float16 in, float16 out. Integers are treated as float32.
# - It returns a tensor of the shape of its input, and gradients flow through it.
# - Value *and gradient* are finite and right for large inputs too.
#
# For the first two there is a helper, `as_floating`, which the first cell imports. You may use it in every
# part, and you do not have to. It is short:
#
# ```python
# def as_floating(x):
#     x = ops.convert_to_tensor(x)
#     return x if keras.backend.is_float_dtype(x.dtype) else ops.cast(x, "float32")
# ```
#
# Build them from elementary operations: `exp`, `log`, `log1p`, `expm1`, `tanh`, `erf`, `abs`, `maximum`,
# `where`, `sum`, `max` and the like. A call that does the whole part for you does not count.
#
# ## Part 1: `relu`
#
# $$\mathrm{relu}(x) = \max(0, x)$$
#
# A gate: positive numbers pass, negative ones are stopped.
# The slope is 1 on the right and 0 on the left.
# *At* 0 there is no slope, since the two sides disagree, and yet the computer has to return some number.
# Keras returns 0, and so should you.
# Does it matter? Rarely for a single unit, but exact zeros are common in practice (padding, a layer whose
# weights start at zero, the output of another relu), and two programs that disagree there train differently.


# %%
def relu(x):
    """Apply the rectified linear unit: `x` where it is positive, 0 elsewhere.

    Args:
        x: Anything `keras.ops.convert_to_tensor` accepts, of rank 0 to 4.

    Returns:
        A tensor of the shape of `x`. Floating dtypes (float16, float32, float64) are kept,
        integers become float32. The gradient is 1 where `x > 0` and 0 elsewhere, also at
        exactly 0, as in Keras.

    Reference:
        Glorot, Bordes and Bengio (2011), Deep Sparse Rectifier Neural Networks.
    """
    # BEGIN SOLUTION
    x = as_floating(x)
    return ops.where(x > 0, x, 0.0)
    # END SOLUTION


# %% [markdown]
# ## Part 2: `leaky_relu`
#
# $$\mathrm{leaky\_relu}(x) = x \;\; \mathrm{where} \; x > 0, \quad \mathrm{negative\_slope} \cdot x \;\; \mathrm{elsewhere}$$
#
# A relu unit that is negative for every example has slope 0 for every example.
# No gradient reaches its weights, so nothing ever changes: it is called a *dead* unit.
# Leaky relu leaves the gate ajar, so that such a unit keeps a slope and can come back.
#
# **The pitfall:** `maximum(negative_slope * x, x)` is found in many places and works for the usual small slopes.
# Draw the two lines for a slope of 2 and see which one is on top.


# %%
def leaky_relu(x, negative_slope=0.2):
    """Apply the leaky rectified linear unit: `x` where positive, `negative_slope * x` elsewhere.

    Args:
        x: Anything `keras.ops.convert_to_tensor` accepts, of rank 0 to 4.
        negative_slope: A float, the slope for negative `x`. It may be larger than 1.

    Returns:
        A tensor of the shape of `x`. Floating dtypes (float16, float32, float64) are kept,
        integers become float32. The gradient is 1 where `x > 0` and `negative_slope` elsewhere,
        also at exactly 0, as in Keras.

    Reference:
        https://keras.io/api/layers/activations/
    """
    # BEGIN SOLUTION
    x = as_floating(x)
    return ops.where(x > 0, x, negative_slope * x)
    # END SOLUTION


# %% [markdown]
# Why does a unit die, and does leaking help? Both panels are measured.
# On the left, one unit starts on the wrong side: its bias is so low that it is off for every example.
# On the right, a hidden layer of 100 relu units learns handwritten digits, with larger and larger steps.

# %% tags=["demo", "figure"]
# figure: dying_relu | Left: the loss of one unit that starts switched off stays flat with relu and falls to nearly zero with leaky relu. Right: bars for six learning rates; of 100 relu units a few are dead up to a rate of 1, and nearly all from 3 on.
xs = np.linspace(-1, 1, 50)


def one_unit(slope_when_off, steps=400, rate=0.1):
    """The loss, step by step, of act(w * x + b) learning relu(x) from a start where it is off."""
    w, b, losses = 1.0, -1.5, []
    for _ in range(steps):
        z = w * xs + b
        error = np.where(z > 0, z, slope_when_off * z) - np.maximum(0, xs)
        losses.append(np.mean(error**2))
        push = 2 * error * np.where(z > 0, 1.0, slope_when_off) / len(xs)
        w, b = w - rate * np.sum(push * xs), b - rate * np.sum(push)
    return losses


pixels, digit = data.digits()
pixels, targets = pixels[:150], np.eye(10)[digit[:150]]


def share_of_dead_units(rate, units=100, steps=40):
    """Train a hidden layer of relu units on digits; the share that is 0 for every example."""
    rng = np.random.default_rng(5)
    w = rng.normal(size=(64, units)) * np.sqrt(2 / 64)
    b = np.zeros(units)
    v = rng.normal(size=(units, 10)) * np.sqrt(1 / units)
    for _ in range(steps):
        z = pixels @ w + b
        h = np.maximum(0, z)
        p = np.exp(h @ v - np.max(h @ v, axis=1, keepdims=True))
        error = (p / p.sum(axis=1, keepdims=True) - targets) / len(pixels)
        push = (error @ v.T) * (z > 0)
        w, b, v = w - rate * pixels.T @ push, b - rate * push.sum(axis=0), v - rate * h.T @ error
    return np.mean(np.all(pixels @ w + b <= 0, axis=0))


fig, axes = figures.panels(1, 2, height=3.2)
axes[0].plot(one_unit(0.0), **figures.line(1), label="relu")
axes[0].plot(one_unit(0.2), **figures.line(0), label="leaky_relu, slope 0.2")
axes[0].set(title="One unit that starts switched off", xlabel="step", ylabel="loss", ylim=(0, None))
axes[0].legend()
rates = [0.1, 0.5, 1, 2, 3, 5]
shares = [100 * share_of_dead_units(rate) for rate in rates]
bars = axes[1].bar([str(rate) for rate in rates], shares, color=figures.VERMILION)
axes[1].bar_label(bars, fmt="%.0f")
axes[1].set(title="Dead relu units after 40 steps on digits", ylim=(0, 110))
axes[1].set(xlabel="learning rate", ylabel="of 100 units")

# %% [markdown]
# A leaky unit finds its way back, a relu unit in the same place never moves.
# And most dead units were not born that way: one oversized step threw them over the edge.

# %% [markdown]
# ## Part 3: `sigmoid`
#
# $$\mathrm{sigmoid}(x) = \frac{1}{1 + e^{-x}} = \frac{e^{x}}{1 + e^{x}}$$
#
# An S-shaped curve from 0 to 1: "how sure are you?"
# At 0 it says one half, and its slope there is one quarter, the steepest it gets.
#
# The two formulas are equal on paper. On a computer the first fails at the far left, the second at the far right.
# So use each where it is safe? There are two traps on that road.
#
# - `where(x >= 0, first, second)` computes *both* everywhere, and then picks. The branch that was not
#   picked is multiplied by 0 on the way back, and $0 \cdot \infty$ is `nan`. You have to make the *input*
#   of the exponential safe, before the exponential sees it.
# - `exp(-abs(x))` is safe everywhere. But `abs` has slope 0 at 0, so the gradient at 0 comes out as 0 instead
#   of one quarter. Zero is not a rare input: it is what a freshly built layer with zero weights produces.


# %%
def sigmoid(x):
    """Apply the logistic function, `1 / (1 + exp(-x))`, without overflow.

    Args:
        x: Anything `keras.ops.convert_to_tensor` accepts, of rank 0 to 4.

    Returns:
        A tensor of the shape of `x` with values from 0 to 1. Floating dtypes (float16, float32,
        float64) are kept, integers become float32. Value and gradient, `p * (1 - p)` for the value
        `p`, are finite for every finite `x` and right to 1e-5 in float32; the gradient at 0 is 0.25.

    Reference:
        https://keras.io/api/layers/activations/
    """
    # BEGIN SOLUTION
    x = as_floating(x)
    # exp(-|x|) is at most 1. Picking the sign by hand, and not with abs, keeps a slope at 0.
    decay = ops.exp(ops.where(x < 0, x, -x))
    return ops.where(x < 0, decay, 1.0) / (1.0 + decay)
    # END SOLUTION


# %% [markdown]
# ## Part 4: `gelu`
#
# Relu multiplies $x$ by 0 or 1, depending on its sign.
# Gelu multiplies it by a number *between* 0 and 1 that grows with $x$: the probability that a standard
# normal variable is below $x$, written $\Phi(x)$ (Hendrycks and Gimpel 2016).
#
# $$\mathrm{gelu}(x) = x\, \Phi(x) = \frac{x}{2} \left(1 + \mathrm{erf}\left(\frac{x}{\sqrt 2}\right)\right)$$
#
# The same paper gives an approximation by tanh, which trades a little exactness for speed:
#
# $$\frac{x}{2} \left(1 + \tanh\left(\sqrt{\tfrac{2}{\pi}}\,\left(x + 0.044715\, x^3\right)\right)\right)$$
#
# The two differ by less than 0.0005. That is small, and still enough to make a model that was trained with one
# and run with the other give slightly different answers. So it is an argument, `approximate`, and
# you have to honour it.
#
# **The pitfall:** `tanh` is an operation of its own. Written out as $(e^u - e^{-u})/(e^u + e^{-u})$ it is
# $\infty/\infty$ as soon as $|u|$ passes 89, which happens near $x = 13$.


# %%
def gelu(x, approximate=False):
    """Apply the Gaussian error linear unit: `x` times the probability that a normal value is below it.

    Args:
        x: Anything `keras.ops.convert_to_tensor` accepts, of rank 0 to 4.
        approximate: False for the exact form with `erf`, True for the form with `tanh`:
            `0.5 * x * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 * x**3)))`.

    Returns:
        A tensor of the shape of `x`. Floating dtypes (float16, float32, float64) are kept,
        integers become float32. In both forms value and gradient are finite and right to
        `1e-5 * (1 + |y|)` for `x` up to 1e4 in float32. In float16, where `x**3` overflows early,
        the tanh form is asked for up to 30 only.

    Reference:
        Hendrycks and Gimpel (2016), Gaussian Error Linear Units, https://arxiv.org/abs/1606.08415
    """
    # BEGIN SOLUTION
    x = as_floating(x)
    if approximate:
        gate = ops.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))
    else:
        gate = ops.erf(x / math.sqrt(2))
    return 0.5 * x * (1.0 + gate)
    # END SOLUTION


# %% [markdown]
# **Try it.** `keras.ops.gelu(x, approximate=True)` itself has a `nan` in its *gradient* at $x = 300$ in float16.
# Find it with `value_and_slope` from above, and work out which product of zero and infinity it is.
#
# ## Part 5: `softmax`
#
# $$\mathrm{softmax}(x)_i = \frac{e^{x_i}}{\sum_j e^{x_j}}$$
#
# Raw scores go in, a share for each comes out: positive, adding up to 1, in the same order.
# The raw scores are called *logits*.
# Only *differences* between logits count, because a constant added to all of them cancels:
#
# $$\frac{e^{x_i + c}}{\sum_j e^{x_j + c}} = \frac{e^c\, e^{x_i}}{e^c \sum_j e^{x_j}} = \mathrm{softmax}(x)_i$$
#
# That is not a curiosity. It is the rescue: choose $c$ yourself, as minus the largest logit.
# Then the largest exponential is $e^0 = 1$, nothing overflows, and the sum is at least 1
# (Goodfellow et al., §6.2.2.3).
#
# *Stretching* the logits does change the answer. Dividing them by a "temperature" below 1 sharpens the
# shares towards one winner, above 1 flattens them.

# %% tags=["demo", "figure"]
# figure: softmax_temperature | Shares of four logits as bars. Adding 100 to all logits leaves the bars as they are. Temperature 0.5 raises the tallest bar, temperature 3 brings all bars closer together.
logits = np.float32([2.0, 1.0, 0.5, -1.0])
settings = {
    "logits": logits,
    "logits + 100": logits + 100,
    "logits / 0.5": logits / 0.5,
    "logits / 3": logits / 3,
}
fig, axes = figures.panels(1, 4, width=10, height=2.6)
for number, (axis, (name, changed)) in enumerate(zip(axes, settings.items(), strict=True)):
    shares = ops.convert_to_numpy(ops.softmax(changed))
    bars = axis.bar(range(4), shares, color=figures.COLOURS[0 if number < 2 else 1])
    axis.bar_label(bars, fmt="%.2f", fontsize=8)
    axis.set(title=f"softmax({name})", ylim=(0, 1.05), xticks=range(4), xlabel="class")
axes[0].set_ylabel("share")

# %% [markdown]
# **The pitfalls.** Subtract the largest logit *of each row*: one common maximum for the whole batch leaves
# rows of small logits as $0/0$. And mind `keepdims`: without it the sums have shape `(4,)`, the exponentials
# `(4, 3)`, and broadcasting either complains or, when the input happens to be square, silently divides
# every *column* by the sum of a row.


# %%
def softmax(x, axis=-1):
    """Turn logits into shares that are positive and add up to 1 along `axis`.

    Args:
        x: Logits: anything `keras.ops.convert_to_tensor` accepts, of rank 1 to 4.
        axis: An integer, the axis along which the shares add up to 1; it may be negative.

    Returns:
        A tensor of the shape of `x`. Floating dtypes (float16, float32, float64) are kept,
        integers become float32. Value and gradient are finite and right to 1e-5 in float32,
        however large the logits are and however far the rows are apart.

    Reference:
        Goodfellow, Bengio and Courville (2016), Deep Learning, section 6.2.2.3.
    """
    # BEGIN SOLUTION
    x = as_floating(x)
    # The shares do not depend on the shift, so no gradient needs to flow through it.
    largest = ops.stop_gradient(ops.max(x, axis=axis, keepdims=True))
    weights = ops.exp(x - largest)
    return weights / ops.sum(weights, axis=axis, keepdims=True)
    # END SOLUTION


# %% [markdown]
# ## Part 6: `log_softmax`
#
# Training a classifier needs the *logarithm* of a share: the loss is minus the log of the share that the right
# class got. Taking the log of your softmax looks obvious and fails, with a perfect softmax too:

# %% tags=["demo"]
shares = ops.softmax(np.float32([0.0, 200.0]))
print("softmax:     ", ops.convert_to_numpy(shares))
print("log of it:   ", ops.convert_to_numpy(ops.log(shares)))
print("log_softmax: ", ops.convert_to_numpy(ops.log_softmax(np.float32([0.0, 200.0]))))

# %% [markdown]
# The share of the first class is about $10^{-87}$. Float32 has no such number and writes 0, and the
# logarithm of 0 is minus infinity. The network is told that its mistake is infinitely bad, and the
# gradient is `nan`.
# The way out is to take the logarithm on paper, where the division becomes a subtraction and the
# exponential of the numerator disappears:
#
# $$\mathrm{log\_softmax}(x)_i = x_i - \log \sum_j e^{x_j}$$
#
# What remains is to keep the sum from overflowing. You know how.


# %%
def log_softmax(x, axis=-1):
    """Compute the logarithm of softmax along `axis`, without ever computing softmax.

    Args:
        x: Logits: anything `keras.ops.convert_to_tensor` accepts, of rank 1 to 4.
        axis: An integer, the axis along which softmax would add up to 1; it may be negative.

    Returns:
        A tensor of the shape of `x`. Floating dtypes (float16, float32, float64) are kept,
        integers become float32. Value and gradient are finite also where softmax itself would
        round to 0, and right to `1e-5 * (1 + |y|)` in float32, plus the rounding of the logits
        themselves where all of them are large.

    Reference:
        Goodfellow, Bengio and Courville (2016), Deep Learning, equation 6.30.
    """
    # BEGIN SOLUTION
    x = as_floating(x)
    shifted = x - ops.stop_gradient(ops.max(x, axis=axis, keepdims=True))
    return shifted - ops.log(ops.sum(ops.exp(shifted), axis=axis, keepdims=True))
    # END SOLUTION


# %% [markdown]
# ## Put yours to work
#
# Keras takes any function as an activation. This trains a small classifier of handwritten digits with the
# functions that *you* wrote, and compares it with Keras' own.


# %% tags=["demo"]
def digits_accuracy(hidden, output):
    """The accuracy on held-out digits of a network with these activations."""
    keras.utils.set_random_seed(1)
    images, labels = data.digits()
    model = keras.Sequential(
        [keras.layers.Dense(32, activation=hidden), keras.layers.Dense(10, activation=output)]
    )
    model.compile(keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(images[:1400], labels[:1400], epochs=10, batch_size=64, verbose=0)
    return model.evaluate(images[1400:], labels[1400:], verbose=0)[1]


print(f"Keras' relu and softmax: {digits_accuracy('relu', 'softmax'):.3f}")
with lesson.if_written():
    relu([0.0]), softmax([0.0])  # ends here while one of them is not written yet
    print(f"your relu and softmax:   {digits_accuracy(relu, softmax):.3f}")

# %% [markdown] tags=["response"] name="dying_relu"
# ## In your own words
#
# A colleague trains a network with `relu` and looks at its hidden layer of 64 units.
# For 40 of them the output is 0 on *every* training example.
# "Give it more epochs, they will wake up," says the colleague.
#
# Explain in five to ten sentences: why more epochs of gradient descent on the same data will not wake
# these units; what may have brought them there; one change that prevents it or lets them recover, and why it works.

# %% [markdown]
# ## Where this comes from
#
# - M. Leshno, V. Lin, A. Pinkus, S. Schocken (1993). *Multilayer feedforward networks with a nonpolynomial
#   activation function can approximate any function.* Neural Networks 6.
# - I. Goodfellow, Y. Bengio, A. Courville (2016). [*Deep Learning*](https://www.deeplearningbook.org), chapter 6:
#   §6.2.2.3 on softmax, §6.3 on hidden units.
# - X. Glorot, A. Bordes, Y. Bengio (2011). *Deep sparse rectifier neural networks.* AISTATS.
# - D. Hendrycks, K. Gimpel (2016). [*Gaussian error linear units*](https://arxiv.org/abs/1606.08415).
# - A. Vaswani et al. (2017). [*Attention is all you need*](https://arxiv.org/abs/1706.03762), §3.2.1 and §3.3.
# - J. Devlin et al. (2019). [*BERT*](https://arxiv.org/abs/1810.04805), appendix A.2.
# - Keras: [layer activation functions](https://keras.io/api/layers/activations/),
#   [PReLU](https://keras.io/api/layers/activation_layers/prelu/).
