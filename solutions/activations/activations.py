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
# You will see why a network without them is a straight line in disguise, meet the three families that do nearly
# all the work, and write six of them. The formulas are short; making them survive where numbers have a largest
# value is the interesting part.
#
# **You will write** `relu`, `leaky_relu`, `sigmoid`, `gelu`, `softmax` and `log_softmax`.
#
# **Do you remember?** Two questions from [neurons](../neurons/README.md), to warm up:
#
# 1. What does a layer `Dense(2)` compute from the numbers $x_1, x_2, x_3$, and how many numbers can it learn?
# 2. What becomes of two layers in a row, if nothing stands between them?

# %%
import math

import keras
from keras import ops

# as_floating(x): x as a tensor, floating dtypes as they are, everything else as float32.
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
# Your first guess is kept, then answered, and you may think again: a wrong one teaches a lot.

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
# The right-hand side is one affine layer: two have collapsed into one. So do three hundred.
# The result is a straight line, a plane, or the same thing in more dimensions.
#
# The thing between linear layers is a function that is *not* affine: an activation function.
# First the collapse, on numbers:

# %% tags=["demo"]
first, second = keras.layers.Dense(32), keras.layers.Dense(1)
x = np.random.default_rng(0).normal(size=(5, 3)).astype("float32")
two_layers = second(first(x))

(w1, b1), (w2, b2) = first.get_weights(), second.get_weights()
one_layer = x @ (w1 @ w2) + (b1 @ w2 + b2)
print("largest difference between two layers and one:", np.abs(two_layers - one_layer).max())

# %% [markdown]
# The difference is rounding. And for learning?
# Below, networks with the same layers are trained on 64 points of a curve, each from three random starts.
# Some have `relu` after each hidden layer, the others nothing.

# %% tags=["demo", "figure"]
# figure: collapse | Fits of 64 points on a wave, each from 3 random starts. Three stacked layers without activation give the same straight line each time, with a mean squared error of 0.50. The same layers with relu between them follow the wave each time; the largest error is 0.007.
points = np.linspace(-2, 2, 64, dtype="float32")[:, None]
wave = np.sin(2.5 * points)


def fitted(activation, seed):
    """The curve that three layers with this activation between them learn."""
    keras.utils.set_random_seed(seed)
    model = keras.Sequential(
        [
            keras.layers.Dense(32, activation=activation),
            keras.layers.Dense(32, activation=activation),
            keras.layers.Dense(1),
        ]
    )
    model.compile(optimizer=keras.optimizers.Adam(0.01), loss="mean_squared_error")
    # Every batch holds all 64 points: 250 steps, in one long epoch, which is quicker than 250 short ones.
    steps = 250
    model.fit(
        np.tile(points, (steps, 1)),
        np.tile(wave, (steps, 1)),
        batch_size=len(points),
        shuffle=False,
        verbose=0,
    )
    return ops.convert_to_numpy(model(points))


fig, axes = figures.panels(1, 2, height=3.2)
errors = []
for axis, activation, title in zip(
    axes, (None, "relu"), ("no activation: a line", "relu between the layers"), strict=True
):
    curves = [fitted(activation, seed) for seed in (0, 1, 2)]
    axis.plot(points, wave, "o", color=figures.GREY, markersize=3, label="data")
    for number, curve in enumerate(curves):
        axis.plot(points, curve, **figures.line(number), label=f"network, start {number + 1}")
    errors.append(max(np.mean((curve - wave) ** 2) for curve in curves))
    axis.set(title=f"{title}\nmean squared error up to {errors[-1]:.3f}", xlabel="x", ylim=(-1.5, 1.5))
axes[0].set_ylabel("y")
fig.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=4)
figures.says(len(points), 3, *errors)

# %% [markdown]
# **What people often read:** "most nonlinear functions can work".
# That is nearly right.
# With one hidden layer, enough units and biases, a network can approximate every continuous function
# on a bounded region as closely as you like *if and only if its activation is not a polynomial*
# (Leshno, Lin, Pinkus and Schocken 1993; for activations that are locally bounded and piecewise continuous).
# So $x^2$, as nonlinear as it is, does not work in general. One layer of it makes parabolas, a second one
# polynomials of degree 4, and however wide the layers are, the degree stays.
# The theorem says that good weights *exist*.
# It does not say that training finds them, and that is where activations differ.
#
# **Try it.** In the cell above, replace `"relu"` by `"tanh"`, then by `keras.ops.square`.
#
# ## Slopes, and who works them out
#
# How does a network learn? It is told how wrong its answer was, and asks of each weight: *if you were a little
# larger, how would the answer change?* The reply is a **slope**. All slopes together are the **gradient**, and
# training moves each weight a little against its own.
#
# **Once by hand.** One unit has the weight $w = 0.5$, the bias $b = -2$ and the input $x = 3$.
# Its weighted sum is $z = 0.5 \cdot 3 - 2 = -0.5$, and $a = f(z)$ is what comes out.
# Make $w$ larger by 0.01: $z$ grows by $3 \cdot 0.01$, since $x = 3$.
# Then $a$ grows by that, times the slope of $f$ at $z$:
#
# $$\frac{\partial a}{\partial w} = f'(z) \cdot x$$
#
# Slopes along a path are multiplied: that is the **chain rule**. What $f$ is decides what is left of it:
#
# | $f$ | $a = f(-0.5)$ | slope $f'(-0.5)$ | slope by $w$ |
# |---|---|---|---|
# | nothing | −0.5 | 1 | 3 |
# | relu | 0 | 0 | 0 |
# | leaky relu, 0.2 | −0.1 | 0.2 | 0.6 |
# | sigmoid | 0.378 | 0.235 | 0.705 |
#
# With relu this unit learns nothing from this example. Remember that 0.
#
# TensorFlow does the same for millions of weights. A `GradientTape` writes down every operation,
# then walks back through them and multiplies the slopes.
# It can do so only as long as the numbers stay tensors: what goes through NumPy leaves no trace on the tape.


# %% tags=["demo"]
def value_and_slope(function, x):
    """`function(x)` and its derivative at each element of `x`, as TensorFlow computes them."""
    x = tf.convert_to_tensor(x)
    with tf.GradientTape() as tape:
        tape.watch(x)
        value = function(x)
    return value.numpy(), tape.gradient(value, x).numpy()


for name, function in {"relu": ops.relu, "leaky": ops.leaky_relu, "sigmoid": ops.sigmoid}.items():
    value, slope = value_and_slope(function, np.float32(-0.5))
    print(f"{name:8} value {value:6.3f}   slope {slope:.3f}   times x = 3: {3 * slope:.3f}")

# %% [markdown]
# ### What every part promises
#
# - It takes anything `keras.ops.convert_to_tensor` takes: arrays, tensors, lists, plain numbers.
# - It keeps floating dtypes: float16 in, float16 out. Integers are treated as float32.
# - It returns a tensor of the shape of its input, and gradients flow through it.
# - Value *and gradient* are finite and right for large inputs too.
#
# For the first two there is a helper, `as_floating`, which you may use in every part:
#
# ```python
# def as_floating(x):
#     x = ops.convert_to_tensor(x)
#     return x if keras.backend.is_float_dtype(x.dtype) else ops.cast(x, "float32")
# ```
#
# Call it *first*. Whole numbers do not compute as you expect: in the `uint8` of images, $0 - 1$ is 255.
#
# Build the parts from elementary operations: `exp`, `log`, `log1p`, `expm1`, `tanh`, `erf`, `abs`, `maximum`,
# `where`, `sum`, `max` and the like. A call that does the whole part for you does not count.
#
# ## Part 1: `relu`
#
# $$\mathrm{relu}(x) = \max(0, x)$$
#
# A gate: positive numbers pass, negative ones are stopped.
# *At* 0 there is no slope, since the two sides disagree, and yet the computer has to return some number.
# Keras returns 0, and so should you.
# **The pitfall:** `maximum(x, 0)` has the right values, and the slope 1 at 0; `(x + abs(x)) / 2` has one half.
# Does it matter? Rarely for a single unit, but exact zeros are common in practice (padding, a layer whose
# weights start at zero, the output of another relu), and two programs that disagree there train differently.


# %%
def relu(x):
    """Apply the rectified linear unit: `x` where it is positive, 0 elsewhere.

    Args:
        x: Finite numbers: anything `keras.ops.convert_to_tensor` accepts, of rank 0 to 4.

    Returns:
        A tensor of the shape of `x`. Floating dtypes (float16, float32, float64) are kept,
        integers and plain Python numbers become float32. The gradient is 1 where `x > 0` and 0
        everywhere else: at exactly 0 it is 0, as in Keras.

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
# No gradient reaches its weights: as long as its inputs stay what they are, plain gradient descent never
# changes them. It is called a *dead* unit. (An earlier layer may move its inputs and wake it.)
# Leaky relu leaves the gate ajar, so that such a unit keeps a slope and can come back.
#
# **The pitfall:** `maximum(negative_slope * x, x)` is found in many places and works for the usual small slopes.
# Draw the two lines for a slope of 2 and see which one is on top.


# %%
def leaky_relu(x, negative_slope=0.2):
    """Apply the leaky rectified linear unit: `x` where positive, `negative_slope * x` elsewhere.

    Args:
        x: Finite numbers: anything `keras.ops.convert_to_tensor` accepts, of rank 0 to 4.
        negative_slope: A float, the slope at 0 and on its left, 0.2 where it is left out. It is
            0 or larger, and may be larger than 1.

    Returns:
        A tensor of the shape of `x`. Floating dtypes (float16, float32, float64) are kept,
        integers and plain Python numbers become float32. The gradient is 1 where `x > 0` and
        `negative_slope` everywhere else: at exactly 0 it is `negative_slope`, as in Keras.

    Reference:
        https://keras.io/api/layers/activations/
    """
    # BEGIN SOLUTION
    x = as_floating(x)
    return ops.where(x > 0, x, negative_slope * x)
    # END SOLUTION


# %% [markdown]
# Why does a unit die, and does leaking help?
# On the left, one unit starts with a bias so low that it is off for every example.
# On the right, a hidden layer of 100 relu units learns 150 handwritten digits, from three random starts.
# What differs between its lines is the learning rate, the size of the steps.

# %% tags=["demo", "figure"]
# figure: dying_relu | Left: the loss of a unit that starts switched off, for 3 starting biases, stays flat with relu and falls to nearly 0 with leaky relu. Right: how many of 100 relu units are dead, step by step, from 3 random starts for each learning rate. Between 3 and 12 are dead at step 0. With the rate 0.5 at most 1 more has died after 40 steps, with the rate 2 between 31 and 92 are dead, with the rate 5 all 100.
xs = np.linspace(-1, 1, 50)


def one_unit(slope_when_off, bias, steps=400, rate=0.1):
    """The loss, step by step, of act(w * x + b) learning relu(x) from a start where it is off."""
    w, b, losses = 1.0, bias, []
    for _ in range(steps + 1):
        z = w * xs + b
        error = np.where(z > 0, z, slope_when_off * z) - np.maximum(0, xs)
        losses.append(np.mean(error**2))
        push = 2 * error * np.where(z > 0, 1.0, slope_when_off) / len(xs)
        w, b = w - rate * np.sum(push * xs), b - rate * np.sum(push)
    return losses


pixels, digit = data.digits()
pixels, targets = pixels[:150], np.eye(10)[digit[:150]]


def dead_units(rate, seed, units=100, steps=40):
    """Train a hidden layer of relu units on digits; how many are 0 for every example, step by step."""
    rng = np.random.default_rng(seed)
    w = rng.normal(size=(64, units)) * np.sqrt(2 / 64)
    b = np.zeros(units)
    v = rng.normal(size=(units, 10)) * np.sqrt(1 / units)
    dead = []
    for _ in range(steps + 1):
        z = pixels @ w + b
        dead.append(np.sum(np.all(z <= 0, axis=0)))
        h = np.maximum(0, z)
        p = np.exp(h @ v - np.max(h @ v, axis=1, keepdims=True))
        error = (p / p.sum(axis=1, keepdims=True) - targets) / len(pixels)
        push = (error @ v.T) * (z > 0)
        w, b, v = w - rate * pixels.T @ push, b - rate * push.sum(axis=0), v - rate * h.T @ error
    return dead


fig, axes = figures.panels(1, 2, height=3.4)
for number, (name, slope_when_off) in enumerate({"leaky_relu, slope 0.2": 0.2, "relu": 0.0}.items()):
    for start, bias in enumerate((-1.2, -1.5, -1.8)):
        label = name if start == 0 else "_nolegend_"
        axes[0].plot(one_unit(slope_when_off, bias), **figures.line(number), label=label)
axes[0].set(title="One unit that starts switched off,\nfrom three biases", xlabel="step", ylabel="loss")
axes[0].set_ylim(0, None)
axes[0].legend()
dead = {}
for number, rate in enumerate((0.5, 2, 5)):
    dead[rate] = np.array([dead_units(rate, seed) for seed in (5, 6, 7)])
    for start, counts in enumerate(dead[rate]):
        label = f"learning rate {rate}" if start == 0 else "_nolegend_"
        axes[1].plot(counts, **figures.line(number), label=label)
axes[1].set(title="Dead units while learning digits,\nthree starts for each rate", ylim=(0, 105))
axes[1].set(xlabel="step", ylabel="of 100 units")
axes[1].legend()
born, last = dead[0.5][:, 0], {rate: counts[:, -1] for rate, counts in dead.items()}
more = max(last[0.5] - born)
spread = min(last[2]), max(last[2])
figures.says(3, 0, 100, 3, min(born), max(born), 0, 0.5, more, 40, 2, *spread, 5, min(last[5]))

# %% [markdown]
# A leaky unit finds its way back; a relu unit in the same place never moves.
# On the right a few units are dead before the first step: random weights made them so.
# With large steps deaths add up: each step throws some units over the edge, and nobody comes back.

# %% [markdown]
# ## "What is a hidden layer, and what types do we have?"
#
# A hidden layer is any layer between the input and the output.
# The training data says what the *last* layer should produce, and nothing about the layers before it
# (Goodfellow, Bengio and Courville 2016, chapter 6): the network has to find that out for itself.
#
# Two choices make a hidden layer:
#
# - **how it is wired**: fully connected (`Dense`), convolutional, recurrent, attention;
# - **which activation each unit applies** to its weighted sum: usually `relu` or a relative of it.
#
# **What people often read:** that the most common activations in hidden layers are "sigmoid, relu, softmax".
# Two of the three need a correction.
#
# - *Softmax* turns numbers into shares that add up to 1. It is most often the *output* of a classifier
#   (Goodfellow et al., §6.2.2.3). Its best-known place inside a model is attention, where it
#   turns scores into weights: $\mathrm{softmax}(Q K^\top / \sqrt{d_k})\, V$ (Vaswani et al. 2017, §3.2.1).
# - *Sigmoid* was common in hidden layers before relu. Today its use there is discouraged, because it is
#   flat over most of its range, and a flat function passes hardly any gradient back (§6.3.2).
#
# Measured, before any training: 200 digits go through five hidden layers of 64 units.
# How much of a gradient that starts at the top arrives at the input?

# %% tags=["demo"]
images, labels = data.digits()


def arriving(activation, seed):
    """Which part of a random gradient gets through five layers, and the total of a unit layer's outputs."""
    keras.utils.set_random_seed(seed)
    h = x = tf.convert_to_tensor(images[:200])
    upstream = tf.random.normal((200, 64), seed=seed)
    with tf.GradientTape() as tape:
        tape.watch(x)
        for _ in range(5):
            h = keras.layers.Dense(64, activation=activation, kernel_initializer="he_normal")(h)
    gradient = tape.gradient(h, x, output_gradients=upstream)
    return float(tf.norm(gradient) / tf.norm(upstream)), float(tf.reduce_mean(tf.reduce_sum(h, axis=-1)))


for activation in ("relu", "sigmoid", "softmax"):
    parts, totals = zip(*(arriving(activation, seed) for seed in (0, 1, 2)), strict=True)
    arrived = ", ".join(f"{part:.1e}" for part in parts)
    print(f"{activation:8} arrives: {arrived}   the 64 outputs add up to {np.mean(totals):.2f}")

# %% [markdown]
# With relu about all of it arrives, with sigmoid a 300th part, with softmax next to nothing:
# its 64 units share a total of 1, so each gets about 1/64, and so small are their slopes.
#
# ## "What's activation layers?"
#
# The same functions, wrapped as layers:
# `Dense(8, activation="relu")` and `Dense(8)` followed by `Activation("relu")` are the same computation.
# Nearly all of them have nothing to learn.
# An exception is `PReLU`, which learns its negative slope: one for each unit.

# %% tags=["demo"]
dense = keras.layers.Dense(8)
with_name = keras.layers.Dense(8, activation="relu")
with_layer = keras.Sequential([dense, keras.layers.Activation("relu")])
with_name.build((None, 3))
with_layer(x)
with_name.set_weights(dense.get_weights())
print("same output:", np.array_equal(with_name(x), with_layer(x)))
learned = keras.layers.PReLU()
learned(dense(x))
for layer in (dense, with_layer.layers[1], learned):
    print(f"numbers to learn in {type(layer).__name__}: {layer.count_params()}")

# %% [markdown]
# ## "Activation functions: top 3 most commonly used"
#
# *For which job?* Sorted by job, three families cover nearly everything.
#
# | | family | where | why | watch out for |
# |---|---|---|---|---|
# | 1 | **relu** and its smooth relatives **gelu**, **silu** | hidden layers; gelu and silu in transformers | slope 1 wherever a unit is on, so the gradient gets through; cheap | units that are never on again |
# | 2 | **sigmoid** and **tanh** | yes-or-no outputs; gates that open and close (LSTM) | squeezes any number into (0, 1) or (−1, 1) | flat at both ends |
# | 3 | **softmax** | outputs with one right class out of many; attention | turns any numbers into weights that add up to 1 | overflow, and the logarithm afterwards |
#
# Networks of rectifiers train well in spite of the kink at 0 (Glorot, Bordes and Bengio 2011).
# The first transformer had relu between its dense layers (Vaswani et al. 2017, §3.3); GPT took gelu instead
# (Radford et al. 2018), and BERT followed it (Devlin et al. 2019, appendix A.2).
#
# The slope of relu is 1 or 0, that of sigmoid never above one quarter. On the way back slopes are multiplied:

# %% tags=["demo"]
print("a quarter, ten times over:", 0.25**10)

# %% [markdown]
# ## The numbers inside the machine
#
# On paper, $e^{x}$ exists for every $x$.
# In float32 the largest number is about $3.4 \cdot 10^{38}$, and $e^{89}$ is larger already: the result is
# `inf`. In float16 the end comes at $e^{11.1}$.
# For a *value*, an infinity does no harm as long as it ends as $1/\infty = 0$.
# It is fatal when it meets another infinity or a zero, because $\infty/\infty$ and $0 \cdot \infty$ are `nan`,
# "not a number". And on the way back, where slopes are multiplied, it meets a zero soon.
# One `nan` in a gradient turns every weight it touches into `nan`, for good.
#
# **The value can be right while the gradient is not.** Watch the textbook sigmoid at −100:

# %% tags=["demo"]
value, slope = value_and_slope(lambda x: 1 / (1 + ops.exp(-x)), np.float32([-100, 0, 100]))
print("1 / (1 + exp(-x)) at -100, 0, 100:", value)
print("its slope as TensorFlow finds it: ", slope)

# %% [markdown]
# The slope at −100 should be as good as 0: the chain rule multiplied the infinite slope of $e^{100}$ by the zero
# slope of $1/\infty$. Nothing warns you. The loss looks fine, and one update later the network is gone.
#
# Below are the six functions of this topic with their slopes.
# Hatched is where the textbook formula gives `nan`, infinity or a wrong value in float32, in the function or in
# its slope.

# %% tags=["demo", "figure"]
# figure: functions | Relu, leaky relu, sigmoid, gelu, softmax and log softmax, each with its slope; hatched where the textbook formula fails in float32: relu by maximum at 0 only, sigmoid below about -89, gelu written with a ratio of exponentials below about -13 and above about 13, softmax above about 89, log softmax below about -88 and above about 89.
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
fig, axes = figures.panels(2, 3, width=10, height=3.6)
zones = {}
for axis, (name, (function, textbook, formula)) in zip(axes.flat, six.items(), strict=True):
    right = value_and_slope(function, grid)
    tried = value_and_slope(textbook, grid)
    fails = ~np.all(
        [np.isclose(a, b, rtol=1e-3, atol=1e-3) for a, b in zip(tried, right, strict=True)], axis=0
    )
    zones[name] = figures.spans(grid, fails)
    figures.shade(axis, grid, fails, f"{formula} fails")
    axis.plot(grid, right[0], **figures.line(0), label="value")
    axis.plot(grid, right[1], **figures.line(1), label="slope")
    axis.set(title=name, ylim=(-5, 5), xlabel="x")
    axis.set_xscale("symlog", linthresh=5, linscale=2)
    axis.set_xticks([-100, 0, 100])
    axis.set_xticklabels(["−100", "0", "100"])
    axis.legend(loc="lower right", frameon=True, framealpha=0.9)
for axis in axes[:, 0]:
    axis.set_ylabel("value and slope")
(_, sigmoid_end), softmax_zones = zones["sigmoid(x)"][0], zones["softmax([x, 0])[0]"]
(_, gelu_left), (gelu_right, _) = zones["gelu(x)"]
(_, log_left), (log_right, _) = zones["log_softmax([x, 0])[0]"]
softmax_from = softmax_zones[-1][0]
figures.says(zones["relu(x)"][0][0], sigmoid_end, gelu_left, gelu_right, softmax_from, log_left, log_right)

# %% [markdown]
# *(Beyond ±5 the horizontal axis is logarithmic, which is why straight lines bend there.)*
#
# Relu has no zone, only a line: its catch is the single point 0.
# Leaky relu has nothing at all, as long as its slope is as small as here.
#
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
# - `exp(-abs(x))` is safe everywhere. But TensorFlow gives `abs` the slope 0 at 0, so the gradient at 0 comes out as 0
#   instead of one quarter. Zero is not a rare input: it is what a freshly built layer with zero weights produces.


# %%
def sigmoid(x):
    """Apply the logistic function, `1 / (1 + exp(-x))`, without overflow.

    Args:
        x: Finite numbers: anything `keras.ops.convert_to_tensor` accepts, of rank 0 to 4.

    Returns:
        A tensor of the shape of `x` with values from 0 to 1. Floating dtypes (float16, float32,
        float64) are kept, integers and plain Python numbers become float32. Value and gradient
        are finite for every `x`, and the absolute error of each is at most 1e-5 in float32, 1e-6
        in float64 and 5e-3 in float16. The gradient at exactly 0 is 0.25.

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
# The two differ by less than 0.0005, enough for slightly different answers of a model that was trained with one
# and runs with the other. The argument `approximate` chooses.
#
# **The pitfall:** `tanh` is an operation of its own. Written out as $(e^u - e^{-u})/(e^u + e^{-u})$ it is
# $\infty/\infty$ as soon as $|u|$ passes 89, which happens near $x = 13$.


# %%
def gelu(x, approximate=False):
    """Apply the Gaussian error linear unit: `x` times the chance that a standard normal value is below `x`.

    Args:
        x: Finite numbers: anything `keras.ops.convert_to_tensor` accepts, of rank 0 to 4.
        approximate: False for the exact form with `erf`, True for the form with `tanh`:
            `0.5 * x * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 * x**3)))`.

    Returns:
        A tensor of the shape of `x`. Floating dtypes (float16, float32, float64) are kept,
        integers and plain Python numbers become float32. For `x` from -1e4 to 1e4 the error
        of value and gradient is at most `e * (1 + |what is right|)` in both forms, with `e` 1e-5
        in float32, 1e-6 in float64 and 5e-3 in float16. One exception: in float16, where `x**3`
        overflows early, the tanh form has to be right from -30 to 30, and may be NaN beyond.

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
# That is the rescue: choose $c$ yourself, as minus the largest logit.
# Then the largest exponential is $e^0 = 1$, nothing overflows, and the sum is at least 1
# (Goodfellow et al., §6.2.2.3).
#
# **Once by hand.** The logits are 2, 1 and 0. Subtract 2: 0, −1 and −2. The exponentials are 1, 0.368 and
# 0.135, together 1.503. The shares are 0.665, 0.245 and 0.090.
#
# *Stretching* the logits does change the answer. Dividing them by a "temperature" below 1 sharpens the
# shares towards one winner, above 1 flattens them.

# %% tags=["demo", "figure"]
# figure: softmax_temperature | Shares of four logits as bars, the tallest 0.61. Adding 100 to all logits leaves the bars as they are. Temperature 0.5 raises the tallest bar to 0.84, temperature 3 lowers it to 0.37 and brings all bars closer together.
logits = np.float32([2.0, 1.0, 0.5, -1.0])
settings = {
    "logits": logits,
    "logits + 100": logits + 100,
    "logits / 0.5": logits / 0.5,
    "logits / 3": logits / 3,
}
tallest = []
fig, axes = figures.panels(1, 4, width=10, height=2.6)
for number, (axis, (name, changed)) in enumerate(zip(axes, settings.items(), strict=True)):
    shares = ops.convert_to_numpy(ops.softmax(changed))
    tallest.append(shares.max())
    bars = axis.bar(range(4), shares, color=figures.COLOURS[0 if number < 2 else 1])
    axis.bar_label(bars, fmt="%.2f")
    axis.set(title=f"softmax({name})", ylim=(0, 1.05), xticks=range(4), xlabel="class")
axes[0].set_ylabel("share")
figures.says(tallest[0], 100, 0.5, tallest[2], 3, tallest[3])

# %% [markdown]
# **The pitfalls.** Subtract the largest logit *of each row*: one common maximum for the whole batch leaves
# rows of small logits as $0/0$. And mind `keepdims`: without it the sums have shape `(4,)`, the exponentials
# `(4, 3)`, and broadcasting either complains or, when the input happens to be square, silently divides
# every *column* by the sum of a row.


# %%
def softmax(x, axis=-1):
    """Turn logits into shares from 0 to 1 that add up to 1 along `axis`.

    Args:
        x: Logits, all finite: anything `keras.ops.convert_to_tensor` accepts, of rank 1 to 4.
        axis: An integer, the axis along which the shares add up to 1; it may be negative.

    Returns:
        A tensor of the shape of `x`. Floating dtypes (float16, float32, float64) are kept,
        integers and plain Python numbers become float32. Value and gradient are finite, and in
        float32 the absolute error of each is at most 1e-5, for logits of any size. Each slice along
        `axis` (each row, where that is the last axis) is right whatever stands in the others.

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
    """Compute the logarithm of softmax along `axis`, also where softmax itself rounds to 0.

    Args:
        x: Logits, all finite: anything `keras.ops.convert_to_tensor` accepts, of rank 1 to 4.
        axis: An integer, the axis along which softmax would add up to 1; it may be negative.

    Returns:
        A tensor of the shape of `x`. Floating dtypes (float16, float32, float64) are kept,
        integers and plain Python numbers become float32. Value and gradient are finite wherever
        the dtype can hold the value, also where softmax rounds to 0. In float32 the error of each
        is at most `1e-5 * (1 + |what is right|)`, and 2e-3 more where logits are in the thousands.

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
# functions that *you* wrote, and with Keras' own. `data.shuffled` gives the examples in a new order in every epoch
# (an epoch is one pass through all of them).


# %% tags=["demo"]
def digits_accuracy(hidden, output):
    """The accuracy on held-out digits of a network with these activations."""
    keras.utils.set_random_seed(1)
    model = keras.Sequential(
        [keras.layers.Dense(32, activation=hidden), keras.layers.Dense(10, activation=output)]
    )
    model.compile(keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(data.shuffled(images[:1400], labels[:1400], batch_size=64), epochs=10, verbose=0)
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
# ## To go on with
#
# Nobody grades these three.
#
# 1. *Easy.* By hand: relu, leaky relu with slope 0.2, and sigmoid at −2, 0 and 2, each with its slope there.
# 2. *Harder.* `tanh` is a sigmoid in disguise. Write sigmoid with `tanh` and nothing else, and look at its gradient at 0 and at −100.
# 3. *Open.* In the cell with five hidden layers, try `tanh`, `gelu` and a leaky relu. Which weights would let sigmoid pass more?
#
# Before this topic: [Neurons](../neurons/README.md). After it: [Losses](../losses/README.md).
#
# ## Where this comes from
#
# - M. Leshno, V. Lin, A. Pinkus, S. Schocken (1993). *Multilayer feedforward networks with a nonpolynomial
#   activation function can approximate any function.* Neural Networks 6
#   ([the authors' working paper](https://docslib.org/doc/5317148/multilayer-feedforward-networks-with-a-non-polynomial-activation-function-can-approximate-any-function)).
# - I. Goodfellow, Y. Bengio, A. Courville (2016). [*Deep Learning*](https://www.deeplearningbook.org), chapter 6:
#   §6.2.2.3 on softmax, §6.3 on hidden units.
# - X. Glorot, A. Bordes, Y. Bengio (2011). *Deep sparse rectifier neural networks.* AISTATS.
# - D. Hendrycks, K. Gimpel (2016). [*Gaussian error linear units*](https://arxiv.org/abs/1606.08415).
# - A. Vaswani et al. (2017). [*Attention is all you need*](https://arxiv.org/abs/1706.03762), §3.2.1 and §3.3.
# - A. Radford, K. Narasimhan, T. Salimans, I. Sutskever (2018). *Improving language understanding by generative
#   pre-training*, "Model specifications".
# - J. Devlin et al. (2019). [*BERT*](https://arxiv.org/abs/1810.04805), appendix A.2.
# - Keras: [layer activation functions](https://keras.io/api/layers/activations/),
#   [PReLU](https://keras.io/api/layers/activation_layers/prelu/).
