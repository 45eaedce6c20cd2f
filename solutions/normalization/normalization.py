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
# # Normalization
#
# Before you train, you bring your inputs to a common [scale](../scaling/README.md): subtract the mean, divide by the standard deviation.
# One feature in millimetres and one in kilometres would otherwise pull the weights around unevenly.
#
# And then the first layer multiplies, adds and bends, and its output has any scale it likes.
# To the second layer, the first one *is* the data. So why stop at the door?
#
# This topic puts the subtraction and the division *inside* the network. The formula has one line. Around the line there is a layer
# that behaves differently in training and in use, that remembers, and that can be folded away at the end.
#
# **You will write** two layers, `LayerNormalization` and `BatchNormalization`, and the function `fold_batch_norm`.
#
# **Do you remember?** Two questions from the topics before, to warm up:
#
# 1. What is a gradient, and what does `tf.GradientTape` record? ([Activations](../activations/README.md))
# 2. A layer does one thing in training and another in use. Which argument of `call` tells it which? ([Dropout](../dropout/README.md))

# %%
import keras
from keras import ops

from nnlearn.lesson import as_floating  # makes integers float32, leaves floating dtypes alone

# %% tags=["demo"]
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf

from nnlearn import data, figures, lesson

keras.utils.set_random_seed(11)
np.set_printoptions(precision=3, suppress=True)

# %% [markdown]
# ## Before you read on, guess
#
# Replace each `None` below with your answer *before* you run or read anything else.

# %%
PREDICTIONS = ...

# %% [markdown]
# ## "Explain the following terms with examples: batch normalization"
#
# Take four people. We know how tall each one is in centimetres, and how many kilometres each one ran this week.
#
# | | height | distance |
# |---|---|---|
# | Ann | 150 | 2 |
# | Bob | 170 | 10 |
# | Cem | 180 | 6 |
# | Dua | 180 | 2 |
#
# The four people are a *batch*, height and distance are two *features*.
# Batch normalization looks down each *column* (Ioffe and Szegedy 2015, algorithm 1). With a pencil:
#
# 1. **mean** of the column: 170 and 5
# 2. **variance** of the column, the average squared distance from the mean: 150 and 11
# 3. **subtract and divide**: Ann's height becomes $(150 - 170) / \sqrt{150} = -1.63$, her distance
#    $(2 - 5) / \sqrt{11} = -0.90$
# 4. **scale and shift** by two numbers per column, $\gamma$ and $\beta$, which the network learns
#
# In symbols, for one feature and a batch of $m$ examples $x_1 \dots x_m$:
#
# $$\mu = \frac{1}{m}\sum_{i} x_i \qquad \sigma^2 = \frac{1}{m}\sum_{i} (x_i - \mu)^2 \qquad
# y_i = \gamma\,\frac{x_i - \mu}{\sqrt{\sigma^2 + \epsilon}} + \beta$$
#
# The small $\epsilon$ keeps the division alive when a column is constant. It stands *inside* the root.
#
# Why step 4? Without it the layer could only ever say "mean 0, spread 1", and for the next layer that may be the wrong thing to say.
# With $\gamma = \sqrt{\sigma^2 + \epsilon}$ and $\beta = \mu$ the network can even undo the normalization (§3). Let us see Keras do it:

# %% tags=["demo"]
people = np.array([[150, 2], [170, 10], [180, 6], [180, 2]], "float32")
print(keras.layers.BatchNormalization()(people, training=True).numpy())

# %% [markdown]
# **"Divided by m?"** Statistics books divide by $m - 1$ to estimate the variance of a whole population from a sample.
# Here we want *this batch* to come out with a spread of 1, and dividing by $m$ does that.
# It is called the *biased* variance. With 4 examples the two differ by a third.
#
# ## "Explain the following terms with examples: ..." (a heading left blank)
#
# The notes this course grew out of have a second heading there, with nothing on it.
# It is a good place for **layer normalization** (Ba, Kiros and Hinton 2016): the same formula, turned by a quarter.
# It looks along each *row*. Ann is compared with herself: the mean of 150 and 2 is 76, and so on.
# With two features that is silly. With 64 hidden units it is not: "how active is this unit, compared with the other
# units, for this example?"
#
# A row does not know what else is in the batch. So the layer does the same in training and in use and has nothing to remember,
# a batch of one is fine, and so are sequences of different lengths.
#
# For images there is more room to choose. An activation has four axes: example, height, width and channel.
# The normalizations in the picture use one formula and differ in **which numbers are pooled into one mean and one
# variance**: all the blue cells share one.

# %% tags=["demo", "figure"]
# figure: pooled_axes | Four cubes with the axes example, channel and position. Batch normalization pools one channel over all examples and positions. Layer normalization over the last axis pools all channels of one example at one position. Layer normalization over the whole example pools all channels and positions of one example. Group normalization pools half of the channels of one example over all positions.
figures.use_style()
side = 4
example, channel, position = np.indices((side, side, side))
newest, first = example == side - 1, channel == 0
pools = {
    "BatchNormalization\none channel,\nall examples and positions": first,
    "LayerNormalization\none position of one example,\nall channels": newest & (position == side - 1),
    "LayerNormalization(axis=[1, 2, 3])\none example,\nall channels and positions": newest,
    "GroupNormalization(groups=2)\none example, half of the channels,\nall positions": newest
    & (channel < side // 2),
}
fig, axes = plt.subplots(2, 2, figsize=(8, 7.6), subplot_kw={"projection": "3d"})
for axis, (title, pooled) in zip(axes.flat, pools.items(), strict=True):
    colours = np.where(pooled, figures.BLUE, "#FFFFFF40")
    axis.voxels(np.ones_like(pooled), facecolors=colours, edgecolors=figures.GREY, linewidth=0.5)
    axis.view_init(elev=25, azim=-35)
    axis.set_axis_off()
    axis.set_box_aspect(None, zoom=1.0)
    axis.set_title(title)
    axis.text(2, -0.3, -0.3, "example", "x", fontsize=9, ha="center", va="top")
    axis.text(4.3, 2, -0.3, "channel", "y", fontsize=9, ha="center", va="top")
    axis.text(4, 4.3, 2, "position", "z", fontsize=9, ha="left", va="center")

# %% [markdown]
# *(Height and width are drawn as one axis, "position". Such cubes come from Wu and He 2018, figure 2.)*
#
# What Wu and He call layer normalization is the third cube. Keras' `LayerNormalization` without arguments is the
# second one, and it is what you will write.
# Group normalization lies between: some of the channels of one example.
#
# ## What both layers promise
#
# Three things go wrong quietly, in both layers. The checks look at all of them.
#
# - **Number formats.** The largest float16 is 65504. Values with a *spread* of 300 have a variance of 90000, which does not fit; values of
#   300 ± 1 are no problem. So compute in float32 (in float64 where that is the layer's compute dtype), weights included, and cast only the
#   result, to `self.compute_dtype`. Under the policy `"mixed_float16"` Keras also hands you *weights* as float16 inside `call`, unless they
#   were made with `autocast=False`. And it casts floating inputs for you, but not integers: cast those yourself.
# - **Large numbers with a small spread.** On paper $\sigma^2$ is also the mean of the squares minus the square of the mean. Around 4096
#   both are near 16.8 million, where float32 counts in ones and twos, and a variance of 1 drowns. Subtract the mean first, then square.
# - **What the gradient sees.** $\mu$ and $\sigma^2$ are functions of the input, so the gradient has to flow through them
#   too. With `keras.ops` that happens by itself. Do not stop it: the layer would believe that it can move a feature's mean,
#   and the next forward pass would undo the move.
#
# A Keras layer has four methods to fill in: the constructor keeps the settings, `build` makes the weights as soon as the
# number of features is known, `call` computes, and `get_config` says how to make another one like it, which saving rests on.
#
# ## Part 1: `LayerNormalization`
#
# No modes, no memory: each vector along the last axis is normalized by its own mean and its own biased variance.
# $\gamma$ and $\beta$ belong to *features*, so they have the shape of the last axis.
#
# **The pitfall:** `keepdims`. The mean of a (4, 3) input along its last axis has shape (4,), and NumPy's broadcasting
# aligns *last* axes. A square input hides the mistake.


# %%
class LayerNormalization(keras.layers.Layer):
    """Normalizes each vector along the last axis by itself, then scales by gamma and shifts by beta.

    It computes what Keras' layer of the same name does with the same arguments, in training and in
    inference alike. Masks are not asked for.

    Args:
        epsilon: A float, added to the variance under the square root.
        **kwargs: What every Keras layer takes: `name`, `dtype`, `trainable`.

    Call arguments:
        inputs: A tensor or array of rank 2, 3 or 4. The size of the batch, and of every axis but the
            last, may be unknown while a graph is traced. Integers up to 2048, which float16
            holds too, are cast.

    Attributes:
        gamma, beta: The layer's only weights, made in `build` in this order, each of shape
            (features,), the size of the last axis, and of the layer's variable dtype. They start as
            ones and zeros; both are trainable.

    The output has the shape of the input and the layer's compute dtype. Mean and biased variance are
    those of the last axis alone: height and width of an image are not pooled, and no example depends
    on another. The variance is the mean of the squared distances from the mean, and right for rows far
    from zero too, such as 4096 with a spread of 1. Gradients flow through mean and variance.

    Everything is computed in float32, or in float64 where that is the compute dtype; the output alone
    is cast to the compute dtype. The weights are used as precise as they are stored: under the policy
    "mixed_float16" they do not pass through float16. `get_config` holds `epsilon` besides what every
    layer has.

    Reference:
        Ba, Kiros and Hinton (2016), Layer Normalization, https://arxiv.org/abs/1607.06450;
        https://keras.io/api/layers/normalization_layers/layer_normalization/
    """

    def __init__(self, epsilon=1e-3, **kwargs):
        super().__init__(**kwargs)
        # BEGIN SOLUTION
        self.epsilon = epsilon
        # END SOLUTION

    def build(self, input_shape):
        # BEGIN SOLUTION
        features = {"shape": (input_shape[-1],), "autocast": False}
        self.gamma = self.add_weight(initializer="ones", **features)
        self.beta = self.add_weight(initializer="zeros", **features)
        # END SOLUTION

    def call(self, inputs):
        # BEGIN SOLUTION
        dtype = keras.backend.result_type(self.compute_dtype, "float32")
        x, gamma, beta = (ops.cast(value, dtype) for value in (inputs, self.gamma, self.beta))
        mean = ops.mean(x, axis=-1, keepdims=True)
        variance = ops.var(x, axis=-1, keepdims=True)
        normalized = (x - mean) / ops.sqrt(variance + self.epsilon)
        return ops.cast(gamma * normalized + beta, self.compute_dtype)
        # END SOLUTION

    def get_config(self):
        # BEGIN SOLUTION
        return {**super().get_config(), "epsilon": self.epsilon}
        # END SOLUTION


# %% [markdown]
# ## What it does to a signal
#
# Eight layers of 64 relu units, with random weights that are a little too small.
# We send 500 handwritten digits through and look at what arrives at each activation. Nothing is trained yet.

# %% tags=["demo", "figure"]
# figure: histograms | Histograms of what arrives at the activations of the first, the fourth and the last of the layers. Without normalization the spread falls from 0.22 to 0.04 and 0.004: in the last one nearly every value is zero. With batch normalization all three have a spread of 1 and are centred on zero.
digits, labels = data.digits()


def arriving(normalize, depth=8):
    """What arrives at the activation of each layer, for 500 digits."""
    rng = np.random.default_rng(3)
    x, seen = digits[:500] - digits[:500].mean(axis=0), []
    for _ in range(depth):
        z = x @ rng.normal(size=(x.shape[1], 64), scale=0.1).astype("float32")
        if normalize:
            z = keras.layers.BatchNormalization()(z, training=True).numpy()
        seen.append(z)
        x = np.maximum(z, 0)
    return seen


fig, axes = figures.panels(2, 3, width=9.5, height=2.3)
bins = np.linspace(-3, 3, 61)
spreads = []
for row, (name, normalize) in enumerate({"plain": False, "normalized": True}.items()):
    signals = arriving(normalize)
    for axis, number in zip(axes[row], (1, 4, 8), strict=True):
        values = signals[number - 1].ravel()
        spreads.append(values.std())
        axis.hist(values, bins, color=figures.COLOURS[row], density=True)
        axis.set(title=f"{name}, layer {number}\nspread {spreads[-1]:.3f}", yticks=[], xlim=(-3, 3))
        axis.set(xlabel="what arrives", ylabel="share")
figures.says(*spreads[:4])

# %% [markdown]
# Without normalization the signal fades; with weights a little too large it would explode.
# On the way back the same happens to the gradients.
# With normalization every activation receives a signal of spread 1, whatever the scale of the weights before it.
#
# ## "Do we need batch normalization between activation layers? Does this increase or decrease accuracy?"
#
# **Need? No.** Brock et al. (2021) train image classifiers without any normalization layer that match or beat batch-normalized ones,
# at the price of other measures, such as clipping the gradients.
# What it usually buys is training that is *faster* and *less fussy* about step sizes.
#
# **Increase or decrease? Both happen.** Ioffe and Szegedy report the same accuracy in a fourteenth of the steps, then a better one,
# and say that it "also acts as a regularizer": the mean of a batch is a little random, and that noise makes learning by heart harder.
# Against it speak the networks of Brock et al., and tiny batches. So measure it. Four hidden layers of 32 units,
# four passes over 1200 digits, plain gradient descent, three random starts (thin lines; the thick one is their mean):

# %% tags=["demo"]
training, held_out = (digits[:1200], labels[:1200]), (digits[1200:], labels[1200:])
from_logits = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
SEEDS = 1, 2, 3


def trainer(make_hidden):
    """A function that trains the hidden layers and an output layer on digits, from a start of its own."""

    def fresh():
        model = keras.Sequential([*make_hidden(), keras.layers.Dense(10)])
        model.build((None, 64))
        return model

    model = fresh()

    @tf.function(reduce_retracing=True)
    def step(images, targets, rate):
        with tf.GradientTape() as tape:
            loss = from_logits(targets, model(images, training=True))
        weights = model.trainable_variables
        for weight, gradient in zip(weights, tape.gradient(loss, weights), strict=True):
            weight.assign_sub(rate * gradient)
        return loss

    def accuracy(rate, batch_size, epochs, seed):
        """Train with these settings; the accuracy on held-out digits."""
        keras.utils.set_random_seed(seed)
        model.set_weights(fresh().get_weights())
        rate = tf.constant(rate, "float32")
        batches = tf.data.Dataset.from_tensor_slices(training).shuffle(1200)  # afresh in each epoch
        batches = batches.batch(batch_size, drop_remainder=True).repeat(epochs)
        batches.reduce(0.0, lambda _, batch: step(*batch, rate))
        return float(np.mean(np.argmax(model(held_out[0]), axis=-1) == held_out[1]))

    return accuracy


def stack(depth, normalization, after_activation=False):
    """Makes `depth` times a Dense layer, relu, and the layer that `normalization` makes, if any."""

    def make():
        layers = []
        for _ in range(depth):
            middle = [] if normalization is None else [normalization()]
            relu = [keras.layers.Activation("relu")]
            layers += [keras.layers.Dense(32), *(relu + middle if after_activation else middle + relu)]
        return layers

    return make


def batch_norm():
    """Batch normalization that follows the last ten batches or so: the training is short."""
    return keras.layers.BatchNormalization(momentum=0.9)


def draw(axis, number, name, x, reached):
    """The mean over the seeds as a thick line, each seed as a thin one; `reached` has one row per seed."""
    look = figures.line(number)
    axis.plot(x, np.transpose(reached), **{**look, "linewidth": 0.7, "alpha": 0.5})
    axis.plot(x, np.mean(reached, axis=0), marker="o", label=name, **look)


# %% tags=["demo", "figure"]
# figure: step_sizes | Accuracy on held-out digits against the learning rate, mean of three seeds. Without normalization it is never above about 0.76, and it guesses at a rate of 1. With batch normalization before relu it is at least about 0.66 and at most about 0.92, and after relu at least about 0.79 and at most about 0.91.
rates = [0.01, 0.03, 0.1, 0.3, 1.0]
fig, axis = figures.panels(1, 1, width=7, height=3.4)
by_rate = {}
for number, (name, normalization, after) in enumerate(
    [
        ("no normalization", None, False),
        ("batch normalization, then relu", batch_norm, False),
        ("relu, then batch normalization", batch_norm, True),
    ]
):
    accuracy = trainer(stack(4, normalization, after))
    by_rate[name] = np.array([[accuracy(rate, 32, 4, seed) for rate in rates] for seed in SEEDS])
    draw(axis, number, name, rates, by_rate[name])
axis.axhline(0.1, color=figures.GREY, linewidth=1, label="guessing")
axis.set(xscale="log", ylim=(0, 1), xlabel="learning rate", ylabel="accuracy on held-out digits")
axis.legend(loc="center left", bbox_to_anchor=(1, 0.5))
plain, before, after = (values.mean(axis=0) for values in by_rate.values())
figures.says(plain.max(), rates[plain.argmin()], before.min(), before.max(), after.min(), after.max())

# %% [markdown]
# Here it increases the accuracy: in so few passes the plain network does not get far, and at large steps it gets stuck.
# That speaks of four passes over small images, not of the best that either network could reach.
#
# **Before or after the activation?** The paper puts it *before* the nonlinearity (§3.2). Both orders are in use, and both work
# here. Residual networks of the "pre-activation" kind run normalization, relu and then the convolution (He et al. 2016).
#
# **Why does it work?** The paper's title says: by *reducing internal covariate shift*, the drift of each
# layer's inputs while the layers before it learn.
# Santurkar et al. (2018) put that to the test. They added noise *after* the normalization, with
# a mean and a spread of its own, so that the drift was back on purpose, and the networks trained about as well.
# Their explanation, with measurements and proofs: normalization makes the loss landscape smoother, so that a gradient stays
# valid for a longer step. The figure above fits that.
#
# **When does it hurt?** When the batch is tiny. With two examples, the formula can say little more than "one is above the average and
# the other below": where their distance is far above $\sqrt{\epsilon}$ (0.03 by default), a feature becomes
# $+\gamma + \beta$ or $-\gamma + \beta$, and how far they were apart is gone. In the last column they are closer than that:

# %% tags=["demo"]
two = np.array([[3.0, -40.0, 0.50], [5.0, 70.0, 0.49]], "float32")
print(keras.layers.BatchNormalization()(two, training=True).numpy())

# %% tags=["demo", "figure"]
# figure: batch_sizes | Accuracy on held-out digits against the batch size, mean of three seeds. Batch normalization is the worst by far at batches of 2, with about 0.69, and the best at 16 and 64, with about 0.92. Layer normalization, group normalization and no normalization stay between about 0.86 and about 0.91 throughout.
kinds = {
    "no normalization": None,
    "batch normalization": batch_norm,
    "layer normalization": keras.layers.LayerNormalization,
    "group normalization, 8 groups": lambda: keras.layers.GroupNormalization(groups=8),
}
sizes = [2, 4, 16, 64]
fig, axis = figures.panels(1, 1, width=7, height=3.4)
by_size = {}
for number, (name, normalization) in enumerate(kinds.items()):
    accuracy = trainer(stack(2, normalization))
    # The step size follows the batch size, so that an epoch moves the weights about as far.
    by_size[name] = np.array([[accuracy(0.1 * size / 32, size, 6, seed) for size in sizes] for seed in SEEDS])
    draw(axis, number, name, sizes, by_size[name])
axis.set(xscale="log", ylim=(0.5, 1), xlabel="batch size", ylabel="accuracy on held-out digits")
axis.set_xticks(sizes, [str(size) for size in sizes])
axis.minorticks_off()
axis.legend(loc="center left", bbox_to_anchor=(1, 0.5))
with_batch = by_size.pop("batch normalization").mean(axis=0)
others = np.array([values.mean(axis=0) for values in by_size.values()])
figures.says(sizes[0], with_batch[0], sizes[2], sizes[3], with_batch[2:].mean(), others.min(), others.max())

# %% [markdown]
# Wu and He (2018) saw the same on ImageNet: with batches of 2, the error with group normalization was 10.6 percentage points lower than
# with batch normalization; with the usual batch sizes the two were about equal.
#
# ## Two modes, and a memory
#
# In use there may be no batch: one photo, one answer.
# And even if there is one, nobody wants the diagnosis of patient 1 to depend on who else came in today.
# So batch normalization has two modes:
#
# - **training**: mean and variance *of this batch*;
# - **inference** (everything else, also when nobody says which): a *stored* mean and variance.
#
# The stored ones are moving averages, updated by every training batch:
#
# $$\text{moving} \leftarrow \text{momentum} \cdot \text{moving} + (1 - \text{momentum}) \cdot \text{batch}$$
#
# How long is that memory? After $n$ batches, $\text{momentum}^n$ of the start value (0 for the mean, 1 for the variance) is
# still in there. Here is a feature whose true variance is 9, in batches of 32. A biased variance is too small by a factor of
# $31/32$ on average, so the stored one settles at 8.72:

# %% tags=["demo", "figure"]
# figure: moving_statistics | The stored variance over the training batches, starting at 1, three runs for each momentum. With momentum 0.9 it arrives at 8.72 after about 40 batches and jitters. With momentum 0.99 it is smooth and takes about 400 batches.
fig, axis = figures.panels(1, 1, width=7, height=3.0)
batches, settles = np.arange(1, 501), 9 * 31 / 32
for number, momentum in enumerate((0.9, 0.99)):
    for seed in SEEDS:
        rng = np.random.default_rng(seed)
        moving, course = 1.0, []
        for _ in batches:
            moving = momentum * moving + (1 - momentum) * rng.normal(scale=3, size=32).var()
            course.append(moving)
        label = f"momentum {momentum}" if seed == SEEDS[0] else None
        axis.plot(batches, course, label=label, **{**figures.line(number), "linewidth": 0.9})
axis.axhline(settles, color=figures.GREY, linewidth=1, label="9 · 31/32, where it settles")
axis.set(xlabel="training batches", ylabel="stored variance", ylim=(0, 12))
axis.legend(loc="lower right")
# Arrived: what is left of the way from 1 is under 2 % of it.
arrives = [np.log(0.02) / np.log(momentum) for momentum in (0.9, 0.99)]
figures.says(1, 0.9, settles, arrives[0], 0.99, arrives[1])

# %% [markdown]
# **The pitfall:** a short training with `momentum=0.99` ends before the stored statistics are right. The loss on the training
# batches looks fine, because it is computed with batch statistics; `evaluate` looks terrible, because it is not.
# The memory is too long for the few batches it saw. (That is why the measurements above used 0.9.)
#
# **Other conventions.** The paper stores the unbiased variance (§3.1), and so does PyTorch. *Keras stores the biased one*, by which
# it divided, and so do we. PyTorch's `momentum` is the share of the *new* value: its 0.1 is Keras' 0.9.
#
# **Frozen means frozen.** In Keras `layer.trainable = False` makes *this* layer run in inference mode, whatever `training`
# says: when you fine-tune a network with some layers frozen, their statistics stay as they were, too.
# Writing `training=False` at one call is weaker. In a *functional* model the mode of the outer call wins:

# %% tags=["demo"]
inner = keras.Sequential([keras.Input((2,)), keras.layers.BatchNormalization()])
inputs = keras.Input((2,))
outer = keras.Model(inputs, inner(inputs, training=False))
for frozen in (False, True):
    inner.trainable = not frozen
    before = inner.get_weights()[2]
    outer(people, training=True)
    print(f"frozen: {frozen}, the stored mean moved by", inner.get_weights()[2] - before)

# %% [markdown]
# ## Part 2: `BatchNormalization`
#
# What is new, compared with part 1:
#
# - **Which axes to pool.** A feature is one index of the *last* axis. Pool all the others: the batch for a rank 2
#   input, and batch, height and width for images, because a convolution treats every position alike
#   (Ioffe and Szegedy, §3.2). The number of examples may be unknown while a graph is traced: do not count it from `x.shape`.
# - **What is learned and what is counted.** $\gamma$ and $\beta$ are learned by gradient. The moving statistics are not:
#   `trainable=False`.
# - **Assign, do not replace.** `self.moving_mean = 0.9 * self.moving_mean + ...` puts a tensor where a variable was.
#   Use `self.moving_mean.assign(...)`.


# %%
class BatchNormalization(keras.layers.Layer):
    """Normalizes each feature over the batch, then scales it by gamma and shifts it by beta.

    A feature is an index of the last axis; all other axes are pooled. It computes what Keras' layer of
    the same name does with the same arguments. Masks are not asked for.

    Args:
        momentum: A float from 0 to 1, the share of the old moving statistics that an update keeps.
        epsilon: A float, added to the variance under the square root.
        **kwargs: What every Keras layer takes: `name`, `dtype`, `trainable`.

    Call arguments:
        inputs: A tensor or array of rank 2 (batch, features) or 4 (batch, height, width, features).
            The size of the batch may be unknown while a graph is traced. A batch may hold a single
            example. Integers up to 2048, which float16 holds too, are cast.
        training: True normalizes with the mean and the variance of this batch. False, None and left out
            normalize with the moving statistics, and then nothing in the layer changes. A frozen layer
            (its `trainable` is False) does the latter whatever `training` is. (Inside a model, Keras
            fills in what the model was called with.)

    Attributes:
        gamma, beta, moving_mean, moving_variance: The layer's four weights, made in `build` in this
            order, each of shape (features,) and of the layer's variable dtype. They start as ones,
            zeros, zeros, ones. Gamma and beta are trainable, the moving statistics are not.

    The output has the shape of the input and the layer's compute dtype. Where the batch is used:

    - the variance is the biased one, the mean of the squared distances from the mean, and right for
      features far from zero too, such as 4096 with a spread of 1; gradients flow through mean and
      variance;
    - the moving statistics become `momentum * moving + (1 - momentum) * batch`, both of them, with
      the biased variance here too, as in Keras (the paper corrects it for inference);
    - the output does not depend on the moving statistics.

    Everything is computed in float32, or in float64 where that is the compute dtype; the output alone
    is cast to the compute dtype. The weights are used and updated as precise as they are stored: under
    the policy "mixed_float16" statistics and weights beyond the range of float16 are no problem.
    `get_config` holds `momentum` and `epsilon` besides what every layer has.

    Reference:
        Ioffe and Szegedy (2015), Batch Normalization, https://arxiv.org/abs/1502.03167;
        https://keras.io/api/layers/normalization_layers/batch_normalization/
    """

    def __init__(self, momentum=0.99, epsilon=1e-3, **kwargs):
        super().__init__(**kwargs)
        # BEGIN SOLUTION
        self.momentum = momentum
        self.epsilon = epsilon
        # END SOLUTION

    def build(self, input_shape):
        # BEGIN SOLUTION
        # Without autocast, the weights stay as precise as they are stored.
        features = {"shape": (input_shape[-1],), "autocast": False}
        counted = {**features, "trainable": False}
        self.gamma = self.add_weight(initializer="ones", **features)
        self.beta = self.add_weight(initializer="zeros", **features)
        self.moving_mean = self.add_weight(initializer="zeros", **counted)
        self.moving_variance = self.add_weight(initializer="ones", **counted)
        # END SOLUTION

    def call(self, inputs, training=None):
        # BEGIN SOLUTION
        # Squares and sums overflow in float16, so nothing here is computed in less than float32.
        dtype = keras.backend.result_type(self.compute_dtype, "float32")
        x, gamma, beta, moving_mean, moving_variance = (
            ops.cast(value, dtype)
            for value in (inputs, self.gamma, self.beta, self.moving_mean, self.moving_variance)
        )
        if training and self.trainable:
            pooled = tuple(range(len(x.shape) - 1))
            mean, variance = ops.mean(x, axis=pooled), ops.var(x, axis=pooled)
            keep, take = self.momentum, 1 - self.momentum
            self.moving_mean.assign(keep * moving_mean + take * mean)
            self.moving_variance.assign(keep * moving_variance + take * variance)
        else:
            mean, variance = moving_mean, moving_variance
        normalized = (x - mean) / ops.sqrt(variance + self.epsilon)
        return ops.cast(gamma * normalized + beta, self.compute_dtype)
        # END SOLUTION

    def get_config(self):
        # BEGIN SOLUTION
        return {**super().get_config(), "momentum": self.momentum, "epsilon": self.epsilon}
        # END SOLUTION


# %% [markdown]
# Does yours agree with Keras'? A batch of digits, three training steps, then inference:

# %% tags=["demo"]
with lesson.if_written():
    mine, keras_own = BatchNormalization(momentum=0.8), keras.layers.BatchNormalization(momentum=0.8)
    for start in (0, 32, 64):
        difference = mine(digits[start : start + 32], training=True) - keras_own(
            digits[start : start + 32], training=True
        )
        print("training, largest difference: ", np.abs(difference).max())
    print("inference, largest difference:", np.abs(mine(digits) - keras_own(digits)).max())

# %% [markdown]
# ## "Why do we certain times only add it to a few layers, but not the rest?"
#
# "It" is the bias: the question before this one was why layers have one.
# Look at the first step of batch normalization, the subtraction of the mean.
# If every $x_i$ of a feature has the same constant $b$ in it, so has the mean, and
#
# $$(x_i + b) - (\mu + b) = x_i - \mu$$
#
# A bias right before batch normalization is subtracted again in the next breath.
# So it can be left out (Ioffe and Szegedy, §3.2), and $\beta$, which comes *after* the subtraction, does its job:
# `Dense(64, use_bias=False)`, then `BatchNormalization()`.
# The output layer has no normalization behind it and keeps its bias.
#
# What you save is a weight that looks as if it were learning:

# %% tags=["demo"]
for between in ("nothing", "relu"):
    dense, normalization = keras.layers.Dense(5), keras.layers.BatchNormalization()
    upstream = np.random.default_rng(1).normal(size=(32, 5)).astype("float32")
    with tf.GradientTape() as tape:
        signal = dense(digits[:32])
        signal = ops.relu(signal) if between == "relu" else signal
        output = normalization(signal, training=True)
    for_bias, for_beta = tape.gradient(
        output, [dense.bias.value, normalization.beta.value], output_gradients=upstream
    )
    print(f"{between} between the two layers: largest gradient of the bias {np.abs(for_bias).max():.7f},")
    print(f"    of beta {np.abs(for_beta).max():.1f}")

# %% [markdown]
# **And with an activation in between?** `Dense`, `relu`, `BatchNormalization`: the bias decides which inputs pass the relu,
# so it does not cancel. Keep it.
#
# **Is it the same with layer normalization?** No.
# There the mean runs over the *units*, and each unit has its own bias. Only a shift that all units share would
# cancel. Keep the bias before `LayerNormalization`.
#
# ## Part 3: `fold_batch_norm`
#
# In use, batch normalization is four constants per feature: an affine map (Ioffe and Szegedy, §3.1).
# One step further: an affine map after an affine layer collapses into one.
# So before you put a model on a phone, you fold each normalization into the layer in front of it, and it is gone:
#
# $$\gamma\,\frac{(x W + b) - \mu}{\sqrt{\sigma^2 + \epsilon}} + \beta
# \;=\; x \underbrace{(W s)}_{\text{kernel}} + \underbrace{\beta + (b - \mu)\,s}_{\text{bias}}
# \qquad\text{with}\qquad s = \frac{\gamma}{\sqrt{\sigma^2 + \epsilon}}$$
#
# There is one $s$ for each *output* of the layer, and the outputs are the last axis of a Keras kernel: of the (inputs,
# outputs) of `Dense` and of the (height, width, inputs, outputs) of `Conv2D`.
#
# **The pitfalls.** The old bias goes through the normalization too, so it is multiplied by $s$. A layer without a bias
# gets one. A square kernel does not complain when you scale the wrong axis. And unsigned integers have nothing below 0: subtract
# before you cast, and $1 - 2$ is 255.
#
# Integers count as float32. For that there is a helper, `as_floating`, which the first cell imports. You do not have to
# use it. It is short:
#
# ```python
# def as_floating(x):
#     x = ops.convert_to_tensor(x)
#     return x if keras.backend.is_float_dtype(x.dtype) else ops.cast(x, "float32")
# ```


# %%
def fold_batch_norm(kernel, bias, gamma, beta, mean, variance, epsilon):
    """Fold a batch normalization into the dense or convolutional layer that it follows.

    Args:
        kernel: The layer's kernel, of any rank from 2; its last axis is the outputs: (inputs, outputs)
            for Dense, (height, width, inputs, outputs) for Conv2D.
        bias: The layer's bias of shape (outputs,), or None if it has none.
        gamma: Scale of the normalization, of shape (outputs,).
        beta: Its shift, of shape (outputs,).
        mean: Its moving mean, of shape (outputs,).
        variance: Its moving variance, of shape (outputs,).
        epsilon: A float, what it adds to the variance under the square root.

    Each array is anything `keras.ops.convert_to_tensor` accepts, nested lists included. All have the
    same floating dtype, or all are integers, signed or not; integers count as float32.

    Returns:
        A pair `(kernel, bias)` of tensors or arrays, of the shapes of `kernel` and of `gamma` and of the
        floating dtype of the arguments, float32 where those are integers: one layer with these computes
        what the layer and the normalization in inference mode compute one after the other, to 1e-5 in
        float32 and 1e-8 in float64. For float16 arguments it may all be computed in float16. There is a bias also where
        the layer had none.

    Reference:
        The formula that is folded: Ioffe and Szegedy (2015), Batch Normalization, section 3.1,
        https://arxiv.org/abs/1502.03167
    """
    # BEGIN SOLUTION
    if bias is None:
        bias = ops.zeros_like(mean)
    kernel, bias, gamma, beta, mean, variance = map(as_floating, (kernel, bias, gamma, beta, mean, variance))
    scale = gamma / ops.sqrt(variance + epsilon)
    return kernel * scale, beta + (bias - mean) * scale
    # END SOLUTION


# %% [markdown]
# ## Put yours to work
#
# A small classifier of handwritten digits with *your* batch normalization, trained, then folded into plain `Dense` layers.
# The folded network has no normalization left and should give the same answers.

# %% tags=["demo"]
with lesson.if_written():
    model = keras.Sequential()
    for units in (32, 32):
        model.add(keras.layers.Dense(units, use_bias=False))
        model.add(BatchNormalization(momentum=0.9))
        model.add(keras.layers.Activation("relu"))
    model.add(keras.layers.Dense(10))
    model.compile(keras.optimizers.SGD(0.3), from_logits, metrics=["accuracy"], jit_compile=False)
    model.fit(data.shuffled(*training, batch_size=32), epochs=5, verbose=0)
    print(f"accuracy with your layers: {model.evaluate(*held_out, verbose=0)[1]:.3f}")

    signal = held_out[0]
    for number in (0, 3):
        dense, norm = model.layers[number], model.layers[number + 1]
        (kernel,), (gamma, beta, mean, variance) = dense.get_weights(), norm.get_weights()
        kernel, bias = fold_batch_norm(kernel, None, gamma, beta, mean, variance, norm.epsilon)
        signal = ops.relu(signal @ kernel + bias)
    folded = model.layers[-1](signal)
    print("largest difference after folding:", np.abs(folded - model(held_out[0])).max())

# %% [markdown] tags=["response"] name="one_photo_at_a_time"
# ## In your own words
#
# A colleague has trained a network with batch normalization. On test batches of 64 photos it is right 97 times out of 100.
# The app sends one photo at a time, and there the same network gives *the same answer for every photo*.
# The app's code contains the line `model(photo, training=True)`.
#
# Explain in five to ten sentences: what batch normalization computes for a batch of one photo in that mode, if the layer
# follows a `Dense` layer, and why all photos then look alike to the layers behind it; which numbers should be used instead
# and where they come from; why the team did not notice with batches of 64; and one way of building the network for which the
# mistake could not have happened.

# %% [markdown]
# ## To go on with
#
# Nobody grades these three.
#
# 1. *Easy.* Take Ann and Bob alone as a batch. What does batch normalization make of their heights, and of their distances?
# 2. *Harder.* In `accuracy`, set `drop_remainder=False` and train with batches of 599: the last batch of each epoch holds
#    two examples. What do they do to the stored statistics, and so to the accuracy?
# 3. *Open.* Give the network without normalization all the time it wants: 40 passes, and the best of six learning rates, over three seeds.
#    Is the one with batch normalization still ahead? What would convince you either way?
#
# Before this topic: [Initialization](../initialization/README.md), [Scaling](../scaling/README.md) and
# [Dropout](../dropout/README.md). After it: [Convolution](../convolution/README.md), whose maps are normalized
# channel by channel.

# %% [markdown]
# ## Where this comes from
#
# - S. Ioffe, C. Szegedy (2015). [*Batch normalization: accelerating deep network training by reducing internal covariate
#   shift*](https://arxiv.org/abs/1502.03167). ICML. §3.1 on inference, §3.2 on bias, placement and convolutions.
# - J. L. Ba, J. R. Kiros, G. E. Hinton (2016). [*Layer normalization*](https://arxiv.org/abs/1607.06450).
# - Y. Wu, K. He (2018). [*Group normalization*](https://arxiv.org/abs/1803.08494). ECCV.
# - S. Santurkar, D. Tsipras, A. Ilyas, A. Madry (2018). [*How does batch normalization help
#   optimization?*](https://arxiv.org/abs/1805.11604) NeurIPS.
# - K. He, X. Zhang, S. Ren, J. Sun (2016). [*Identity mappings in deep residual networks*](https://arxiv.org/abs/1603.05027). ECCV.
# - A. Brock, S. De, S. L. Smith, K. Simonyan (2021). [*High-performance large-scale image recognition without
#   normalization*](https://arxiv.org/abs/2102.06171).
# - Keras: [BatchNormalization](https://keras.io/api/layers/normalization_layers/batch_normalization/),
#   [LayerNormalization](https://keras.io/api/layers/normalization_layers/layer_normalization/).
#   PyTorch: [BatchNorm2d](https://pytorch.org/docs/stable/generated/torch.nn.BatchNorm2d.html).
