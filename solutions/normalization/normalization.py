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
# Before you train, you bring your inputs to a common scale: subtract the mean, divide by the standard deviation.
# One feature in millimetres and one in kilometres would otherwise pull the weights around unevenly.
#
# And then the first layer multiplies, adds and bends, and its output has any scale it likes.
# To the second layer, the first one *is* the data.
# So why stop at the door?
#
# This topic puts the subtraction and the division *inside* the network.
# The formula has one line. What makes it interesting is everything around the line:
# a layer that behaves differently in training and in use, that remembers, that makes the examples of a batch
# depend on each other, and that can be folded away at the end as if it had never been there.
#
# **You will write** two layers, `BatchNormalization` and `LayerNormalization`, and the function
# `fold_batch_norm`.

# %%
import keras
from keras import ops

from nnlearn.lesson import as_floating

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
# A wrong guess costs little, teaches a lot, and can be changed later.

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
# Batch normalization looks down each *column* (Ioffe and Szegedy 2015, algorithm 1):
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
# The small $\epsilon$ keeps the division alive when a column is constant.
# It stands *inside* the root.
#
# Why step 4? Because otherwise the layer could only ever say "mean 0, spread 1", and for the layer that comes next
# that may be the wrong thing to say.
# With $\gamma = \sqrt{\sigma^2 + \epsilon}$ and $\beta = \mu$ the network can even undo the normalization, if that is what
# helps (Ioffe and Szegedy, §3).
#
# Let us see Keras do it:

# %% tags=["demo"]
people = np.array([[150, 2], [170, 10], [180, 6], [180, 2]], "float32")
layer = keras.layers.BatchNormalization()
print(layer(people, training=True).numpy())

# %% [markdown]
# **"Divided by m?"** Statistics books divide by $m - 1$ to estimate the variance of a whole population from a sample.
# Here we do not estimate anything: we want *this batch* to come out with a spread of 1, and dividing by $m$ does that.
# It is called the *biased* variance.
# With 4 examples the two differ by a third.
#
# ## "Explain the following terms with examples: ..." (a heading left blank)
#
# The notes this course grew out of have a second heading there, with nothing on it.
# It is a good place for **layer normalization** (Ba, Kiros and Hinton 2016), which is the same formula,
# turned by a quarter: it looks along each *row*.
# Ann is compared with herself: the mean of 150 and 2 is 76, and so on.
# With two features that is silly. With 64 hidden units it is not: "how active is this unit, compared with the other
# units, for this example?"
#
# A row does not know what else is in the batch. That one fact has three consequences:
#
# - the layer does the same in training and in use, so it has nothing to remember;
# - a batch of one is fine;
# - sequences of different lengths are fine, which is why you find it in recurrent networks and transformers.
#
# For images there is more room to choose. An activation has four axes: example, height, width and channel.
# Every normalization uses the same formula, and they differ in one thing: **which numbers are pooled into one mean and one
# variance**. In the picture, all the blue cells share one mean.

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
fig, axes = plt.subplots(1, 4, figsize=(12, 3.7), subplot_kw={"projection": "3d"})
for axis, (title, pooled) in zip(axes, pools.items(), strict=True):
    colours = np.where(pooled, figures.BLUE, "#FFFFFF40")
    axis.voxels(np.ones_like(pooled), facecolors=colours, edgecolors=figures.GREY, linewidth=0.5)
    axis.view_init(elev=25, azim=-35)
    axis.set_axis_off()
    axis.set_box_aspect(None, zoom=1.0)
    axis.set_title(title, fontsize=9)
    axis.text(2, -0.3, -0.3, "example", "x", fontsize=9, ha="center", va="top")
    axis.text(4.3, 2, -0.3, "channel", "y", fontsize=9, ha="center", va="top")
    axis.text(4, 4.3, 2, "position", "z", fontsize=9, ha="left", va="center")

# %% [markdown]
# *(Height and width are drawn as one axis, "position". Such cubes come from Wu and He 2018, figure 2.)*
#
# Papers about images mean the third cube when they say "layer norm". Keras' `LayerNormalization` without arguments is the
# second one, and it is what you will write.
# Group normalization (Wu and He 2018) lies between: some of the channels of one example.
#
# ## What it does to a signal
#
# Eight layers of 64 relu units, with random weights that are a little too small.
# We send 500 handwritten digits through and look at what arrives at each layer.
# Nothing is trained yet.

# %% tags=["demo", "figure"]
# figure: histograms | Histograms of what arrives at the activation of layers 1, 4 and 8. Without normalization they get narrower until nearly every value is zero at layer 8. With batch normalization all three have the same width, centred on zero.
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
for row, (name, normalize) in enumerate({"plain": False, "normalized": True}.items()):
    signals = arriving(normalize)
    for axis, number in zip(axes[row], (1, 4, 8), strict=True):
        values = signals[number - 1].ravel()
        axis.hist(values, bins, color=figures.COLOURS[row], density=True)
        axis.set(title=f"{name}, layer {number}\nspread {values.std():.3f}", yticks=[], xlim=(-3, 3))

# %% [markdown]
# Without normalization the signal fades, and with weights a little too large it would explode instead.
# In both cases the gradients on the way back do the same.
# With normalization every layer receives a signal of spread 1, whatever the weights before it are.
#
# ## "Do we need batch normalization between activation layers? Does this increase or decrease accuracy?"
#
# **Need? No.** Networks without it exist and are as good: Brock et al. (2021) match the best batch-normalized image
# classifiers without any normalization layer, at the price of other measures.
# What it usually does is make training *faster* and *less fussy*: it tolerates a wide range of step sizes, and depth.
#
# **Increase or decrease?** Measure it. Four hidden layers of 32 units, four passes over 1200 digits, plain gradient descent,
# accuracy on the digits that were held out:

# %% tags=["demo"]
training, held_out = (digits[:1200], labels[:1200]), (digits[1200:], labels[1200:])
from_logits = keras.losses.SparseCategoricalCrossentropy(from_logits=True)


def trainer(hidden):
    """A function that trains `hidden` and an output layer on digits, from the same start each time."""
    keras.utils.set_random_seed(1)
    model = keras.Sequential([*hidden, keras.layers.Dense(10)])
    model.build((None, 64))
    start = model.get_weights()

    @tf.function(reduce_retracing=True)
    def step(images, targets, rate):
        with tf.GradientTape() as tape:
            loss = from_logits(targets, model(images, training=True))
        weights = model.trainable_variables
        for weight, gradient in zip(weights, tape.gradient(loss, weights), strict=True):
            weight.assign_sub(rate * gradient)
        return loss

    def accuracy(rate, batch_size, epochs):
        """Train with these settings; the accuracy on held-out digits."""
        model.set_weights(start)
        rate = tf.constant(rate, "float32")
        batches = tf.data.Dataset.from_tensor_slices(training).shuffle(1200, seed=1)
        batches = batches.batch(batch_size, drop_remainder=True).repeat(epochs)
        batches.reduce(0.0, lambda _, batch: step(*batch, rate))
        return float(np.mean(np.argmax(model(held_out[0]), axis=-1) == held_out[1]))

    return accuracy


def stack(depth, normalization, after_activation=False):
    """`depth` times a Dense layer, relu, and the layer that `normalization` makes, if any."""
    layers = []
    for _ in range(depth):
        middle = [] if normalization is None else [normalization()]
        relu = [keras.layers.Activation("relu")]
        layers += [keras.layers.Dense(32), *(relu + middle if after_activation else middle + relu)]
    return layers


# %% tags=["demo", "figure"]
# figure: step_sizes | Accuracy on held-out digits against the learning rate from 0.01 to 3. Without normalization it rises to about 0.7 near 0.1 and is down to guessing at 1 and above. With batch normalization, before or after relu, it is between 0.65 and 0.92 everywhere, and close to 0.9 from 0.03 to 1.
def batch_norm():
    """Batch normalization that follows the last ten batches or so: the training is short."""
    return keras.layers.BatchNormalization(momentum=0.9)


rates = [0.01, 0.03, 0.1, 0.3, 1.0, 3.0]
fig, axis = figures.panels(1, 1, width=7, height=3.4)
for number, (name, normalization, after) in enumerate(
    [
        ("no normalization", None, False),
        ("batch normalization, then relu", batch_norm, False),
        ("relu, then batch normalization", batch_norm, True),
    ]
):
    accuracy = trainer(stack(4, normalization, after))
    reached = [accuracy(rate, batch_size=32, epochs=4) for rate in rates]
    axis.plot(rates, reached, marker="o", label=name, **figures.line(number))
axis.axhline(0.1, color=figures.GREY, linewidth=1, label="guessing")
axis.set(xscale="log", ylim=(0, 1), xlabel="learning rate", ylabel="accuracy on held-out digits")
axis.legend(loc="center left", bbox_to_anchor=(1, 0.5))

# %% [markdown]
# Here it increases the accuracy, because the plain network had not got far in so few passes: it got stuck or blew up.
# Give a shallow, carefully initialised network all the time it wants, and the difference can vanish.
# So the honest answer is: **it helps you get there; it does not raise the ceiling by itself.**
#
# **Before or after the activation?** The paper puts it *before* the nonlinearity (§3.2). Both orders are in use, and both work
# here. There are other orders too: residual networks of the "pre-activation" kind run normalization, relu and then the
# convolution (He et al. 2016).
#
# **Why does it work?** The paper's own explanation is in its title: *reducing internal covariate shift*, the drift of each
# layer's inputs while the layers before it learn.
# That was the accepted story until Santurkar et al. (2018) put it to the test. They added noise *after* the normalization, with
# a mean and a spread of its own, so that the drift was back on purpose, and the networks trained about as well.
# Their explanation, with measurements and proofs: normalization makes the loss landscape smoother, so that a gradient stays
# valid for a longer step. The figure above fits that: larger steps survive.
#
# **When does it hurt?** When the batch is tiny. With two examples, the formula can say only "one is above the average and
# the other below": every feature becomes $+\gamma + \beta$ or $-\gamma + \beta$, and all other information is gone.

# %% tags=["demo"]
two = np.array([[3.0, -40.0, 0.5], [5.0, 70.0, 0.4]], "float32")
print(keras.layers.BatchNormalization(epsilon=1e-7)(two, training=True).numpy())

# %% tags=["demo", "figure"]
# figure: batch_sizes | Accuracy on held-out digits against batch sizes 2, 4, 16 and 64. Batch normalization is the worst by far at batches of 2, with about 0.7, and the best at 16 and 64, with about 0.92. Layer normalization, group normalization and no normalization stay between 0.85 and 0.9 throughout.
kinds = {
    "no normalization": None,
    "batch normalization": batch_norm,
    "layer normalization": keras.layers.LayerNormalization,
    "group normalization, 8 groups": lambda: keras.layers.GroupNormalization(groups=8),
}
sizes = [2, 4, 16, 64]
fig, axis = figures.panels(1, 1, width=7, height=3.4)
for number, (name, normalization) in enumerate(kinds.items()):
    accuracy = trainer(stack(2, normalization))
    # The step size follows the batch size, so that an epoch moves the weights about as far.
    reached = [accuracy(0.1 * size / 32, size, epochs=6) for size in sizes]
    axis.plot(sizes, reached, marker="o", label=name, **figures.line(number))
axis.set(xscale="log", ylim=(0.5, 1), xlabel="batch size", ylabel="accuracy on held-out digits")
axis.set_xticks(sizes, [str(size) for size in sizes])
axis.minorticks_off()
axis.legend(loc="center left", bbox_to_anchor=(1, 0.5))

# %% [markdown]
# Wu and He (2018) saw the same on ImageNet: with batches of 2, group normalization had a much lower error than batch
# normalization (10.6 % lower, says the abstract), and with the usual batch sizes the two were about equal.
#
# **Try it.** Change `drop_remainder=True` to `False` and the batch size to 599: the last batch of each epoch then holds
# two examples. What do two examples do to the stored statistics, and so to the accuracy?
#
# ## Two modes, and a memory
#
# In use, there may be no batch: one photo, one answer.
# And even if there is one, nobody wants the diagnosis of patient 1 to depend on who else came in today.
# So batch normalization has two modes:
#
# - **training**: mean and variance *of this batch*;
# - **inference** (everything else): a *stored* mean and variance.
#
# The stored ones are moving averages, updated by every training batch:
#
# $$\text{moving} \leftarrow \text{momentum} \cdot \text{moving} + (1 - \text{momentum}) \cdot \text{batch}$$
#
# How long is that memory? After $n$ batches, $\text{momentum}^n$ of the start value (0 for the mean, 1 for the variance) is
# still in there.

# %% tags=["demo", "figure"]
# figure: moving_statistics | The stored variance of a feature whose true variance is 9, over 500 training batches, starting at 1. With momentum 0.9 it arrives after about 40 batches and jitters. With momentum 0.99 it takes about 400 batches and is smooth.
rng = np.random.default_rng(5)
fig, axis = figures.panels(1, 1, width=7, height=3.0)
for number, momentum in enumerate((0.9, 0.99)):
    moving, course = 1.0, []
    for _ in range(500):
        moving = momentum * moving + (1 - momentum) * rng.normal(scale=3, size=32).var()
        course.append(moving)
    axis.plot(course, label=f"momentum {momentum}", **figures.line(number))
axis.axhline(9, color=figures.GREY, linewidth=1, label="true variance")
axis.set(xlabel="training batches", ylabel="stored variance", ylim=(0, 12))
axis.legend(loc="lower right")

# %% [markdown]
# **The pitfall:** a short training with `momentum=0.99` ends before the stored statistics are right. The loss on the training
# batches looks fine, because it is computed with batch statistics; `evaluate` looks terrible, because it is not.
# Nothing is broken. The memory is too long for the few batches it saw.
# (That is why the measurements above used 0.9.)
#
# **Other books, other conventions.** The paper stores $m/(m-1)$ times the batch variance, an unbiased estimate (§3.1), and
# so does PyTorch. *Keras stores the biased variance*, the one it divided by, and so do we.
# PyTorch's `momentum` also means the share of the *new* value: its 0.1 is Keras' 0.9.
#
# ## Part 1: `BatchNormalization`
#
# Now write the layer.
# A Keras layer has four methods to fill in: the constructor keeps the settings, `build` makes the weights as soon as the
# number of features is known, `call` computes, and `get_config` says how to make another one like it, which is what saving
# and loading rest on.
#
# Some things to get right:
#
# - **Which axes to pool.** A feature is one index of the *last* axis. Pool all the others: the batch for a rank 2
#   input, and batch, height and width for images, because a convolution treats every position alike
#   (Ioffe and Szegedy, §3.2).
# - **What the gradient sees.** $\mu$ and $\sigma^2$ are functions of the batch, so the gradient has to flow through them
#   too. If you compute them with `keras.ops`, that happens by itself. Do not stop it: the layer would then believe that
#   it can move a feature's mean, and the next forward pass would undo the move.
# - **What is learned and what is counted.** $\gamma$ and $\beta$ are learned by gradient. The moving statistics are not:
#   `trainable=False`.
# - **Assign, do not replace.** `self.moving_mean = 0.9 * self.moving_mean + ...` puts a tensor where a variable was.
#   Use `self.moving_mean.assign(...)`.
# - **Frozen means frozen.** In Keras `layer.trainable = False` makes *this* layer run in inference mode, whatever `training`
#   says: when you fine-tune a network with some layers frozen, their statistics stay as they were, too.
# - **Small dtypes.** The largest float16 is 65504, so the variance of values around 300 no longer fits. Compute in float32
#   and cast the result at the end. Under the policy `"mixed_float16"` Keras also hands you *weights* as float16 inside
#   `call`, unless they were made with `autocast=False`.


# %%
class BatchNormalization(keras.layers.Layer):
    """Normalizes each feature over the batch, then scales it by gamma and shifts it by beta.

    A feature is an index of the last axis; all other axes are pooled. It behaves as Keras' layer of
    the same name does with the same arguments.

    Args:
        momentum: A float from 0 to 1, the share of the old moving statistics that an update keeps.
        epsilon: A float, added to the variance under the square root.
        **kwargs: What every Keras layer takes: `name`, `dtype`, `trainable`.

    Call arguments:
        inputs: A tensor or array of rank 2 (batch, features) or 4 (batch, height, width, features).
            The size of the batch may be unknown while a graph is traced, and may be 1. Integers are
            cast to the layer's compute dtype.
        training: True normalizes with the mean and the variance of this batch. False, None, or left
            out, normalizes with the moving statistics.

    Attributes:
        gamma, beta, moving_mean, moving_variance: The layer's four weights, made in `build` in this
            order, each of shape (features,) and of the layer's variable dtype. They start as ones,
            zeros, zeros, ones. Gamma and beta are trainable, the moving statistics are not.

    The output has the shape of the input and the layer's compute dtype. With `training=True`:

    - the variance is the biased one (the sum of squares divided by the count), and gradients flow
      through mean and variance;
    - the moving statistics become `momentum * moving + (1 - momentum) * batch`, both of them, with
      the same biased variance; the output does not depend on them.

    Otherwise, and whenever the layer's `trainable` is False, nothing in the layer changes.

    Everything is computed in at least float32, the weights included, also where the compute dtype
    is float16, and only the output is cast: statistics and weights beyond the range of float16 are
    no problem under the policy "mixed_float16". `get_config` holds `momentum` and `epsilon` besides
    what every layer has.

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
# ## Part 2: `LayerNormalization`
#
# After part 1 this one is short, and that is the point: no modes, no memory.
# Each vector along the last axis is normalized by its own mean and its own (biased) variance.
# $\gamma$ and $\beta$ still belong to *features*, so they have the shape of the last axis.
#
# **The pitfall:** `keepdims`. The mean of a (4, 3) input along its last axis has shape (4,), and NumPy's broadcasting
# aligns *last* axes. A square input hides the mistake.


# %%
class LayerNormalization(keras.layers.Layer):
    """Normalizes each vector along the last axis by itself, then scales by gamma and shifts by beta.

    It behaves as Keras' layer of the same name does with the same arguments, and does the same in
    training and in inference.

    Args:
        epsilon: A float, added to the variance under the square root.
        **kwargs: What every Keras layer takes: `name`, `dtype`, `trainable`.

    Call arguments:
        inputs: A tensor or array of rank 2, 3 or 4. The size of the batch, and of every axis but the
            last, may be unknown while a graph is traced. Integers are cast to the layer's compute
            dtype.

    Attributes:
        gamma, beta: The layer's only weights, made in `build` in this order, each of shape
            (features,), the size of the last axis, and of the layer's variable dtype. They start as
            ones and zeros; both are trainable.

    The output has the shape of the input and the layer's compute dtype. Mean and biased variance are
    those of the last axis alone: height and width of an image are not pooled, and no example depends
    on another. Gradients flow through both.

    Everything is computed in at least float32, the weights included, also where the compute dtype is
    float16, and only the output is cast. `get_config` holds `epsilon` besides what every layer has.

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
# You do not save much memory. What you save is a weight that looks as if it were learning:

# %% tags=["demo"]
dense, normalization = keras.layers.Dense(5), keras.layers.BatchNormalization()
upstream = np.random.default_rng(1).normal(size=(32, 5)).astype("float32")
with tf.GradientTape() as tape:
    output = normalization(dense(digits[:32]), training=True)
for_bias, for_beta = tape.gradient(
    output, [dense.bias.value, normalization.beta.value], output_gradients=upstream
)
print("gradient of the bias:", np.abs(for_bias).max(), "(rounding)")
print("gradient of beta:    ", np.abs(for_beta).max())

# %% [markdown]
# **Is it the same with layer normalization?** No.
# There the mean runs over the *units*, and each unit has its own bias. Only a shift that all units share would
# cancel. Keep the bias before `LayerNormalization`.
#
# **And with an activation in between?** `Dense`, `relu`, `BatchNormalization`: the bias decides which inputs pass the relu,
# so it does not cancel. Keep it.
#
# ## Part 3: `fold_batch_norm`
#
# In use, batch normalization is four constants per feature.
# A constant times $x$ plus a constant: that is an affine map, and an affine map after an affine layer collapses into one.
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
# gets one. And a square kernel does not complain when you scale the wrong axis.
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

    Each array is anything `keras.ops.convert_to_tensor` accepts, nested lists included. They share one
    floating dtype, or are integers, which count as float32.

    Returns:
        A pair `(kernel, bias)` of tensors, of the shapes of `kernel` and of `gamma` and of the dtype
        of the arguments: one layer with these computes what the layer and the normalization in
        inference mode compute one after the other, to 1e-5 in float32. There is a bias also where
        the layer had none.

    Reference:
        Ioffe and Szegedy (2015), Batch Normalization, section 3.1, https://arxiv.org/abs/1502.03167
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
    model.fit(*training, batch_size=32, epochs=5, verbose=0)
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
