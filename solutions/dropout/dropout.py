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
# # Dropout
#
# Imagine a team in which, each morning, a coin decides for every member whether to come in.
# Nobody can rely on one brilliant colleague, because tomorrow she may be at home.
# Everybody has to learn to be useful with whoever happens to be there.
#
# Dropout does this to the units of a network.
# It sounds like sabotage, and it helps a network that learns its training data by heart.
# (It is not the oldest cure. Weight decay, which keeps weights small, was explained by Krogh and Hertz in 1991.)
#
# The idea fits in one line of code.
# Getting it *right* takes care in five places: what to drop, by how much to scale the rest, when to stop,
# where the random numbers come from, and what one flip of the coin stands for.
# This topic is about those five.
#
# **You will write** `dropout`, the layers `Dropout`, `SpatialDropout2D` and `DropPath`, and `mc_predict`.
#
# **Do you remember?** Two questions from the topics before, to warm up:
#
# 1. The output of a relu is 0. What gradient passes through it, back to what came before? ([Activations](../activations/README.md))
# 2. A classifier ends in `Dense(10)`, without a softmax. What has the loss to be told? ([Losses](../losses/README.md))

# %%
import keras
from keras import ops

from nnlearn.lesson import as_floating

# %% tags=["demo"]
import numpy as np
from sklearn.datasets import make_moons

from nnlearn import data, figures, lesson

keras.utils.set_random_seed(11)

# %% [markdown]
# ## Before you read on, guess
#
# Replace each `None` below with your answer *before* you run or read anything else.
# Your first guess is kept, then answered, and you may think again: a wrong one teaches a lot.

# %%
PREDICTIONS = ...

# %% [markdown]
# ## "Why do we sometimes drop certain layers?"
#
# A network with many weights can learn its training examples by heart: it *overfits*.
# [Regularization](../regularization/README.md) shows how to see that, and some cures: penalties, limits, soft labels, stopping early. Dropout is another.
# One way it does so is by *conspiracies*: unit A makes an error, unit B learns to correct exactly that error, and
# together they fit one training image and nothing else.
# Srivastava et al. (2014) call this co-adaptation, and propose to break it up:
# *randomly drop units, along with their connections, during training.*
# A unit that may lose any of its partners at any moment has to learn something that is useful by itself.
#
# There is a second way to see it.
# Each pass uses another random part of the network, a "thinned" network.
# A layer of $n$ units has $2^n$ of them, and all share the same weights.
# At the end you use the whole network, which comes close to averaging the votes of all those small ones.
#
# **What people often read:** "we drop certain nodes, which essentially removes some of the synapses".
# The first half is right. The second needs four words more: *for one pass only*.
# Nothing is removed for good.
# The next pass flips new coins, and when training is over, none are flipped at all.
#
# And *layers*, as the question has it? Here the words are worth keeping apart:
#
# | what the coin decides about | name | source |
# |---|---|---|
# | one **unit** (all its connections at once, incoming and outgoing) | dropout | Srivastava et al. 2014 |
# | one **weight** (a single connection) | DropConnect | Wan et al. 2013 |
# | one **feature map** of a convolution | spatial dropout | Tompson et al. 2015 |
# | one whole **layer** of a residual network | stochastic depth | Huang et al. 2016 |
#
# The picture shows the first row: 12 examples go through a layer of 24 units, twice.
# Each cell is a coin of its own.

# %% tags=["demo", "figure"]
# figure: masks | Two grids of 12 examples by 24 units. About three cells in ten are dark, which the legend calls dropped; the others are bright, kept. The dark cells form no pattern, and the second grid, from the next pass over the same examples, has them in other places.
layer = keras.layers.Dropout(0.3, seed=2)
passes = [ops.convert_to_numpy(layer(np.ones((12, 24), "float32"), training=True)) > 0 for _ in range(2)]
fig, axes = figures.panels(1, 2, width=10, height=2.9)
for axis, title, kept in zip(axes, ("one pass", "the next pass"), passes, strict=True):
    shown = axis.imshow(kept, cmap="cividis", vmin=0, vmax=1, aspect="equal")
    axis.set(title=f"{title}: {(~kept).mean():.0%} dropped", xlabel="unit", ylabel="example")
    axis.grid(False)
    for name, value in (("dropped", 0), ("kept", 1)):
        axis.plot([], [], "s", markersize=9, color=shown.to_rgba(value), markeredgecolor="black", label=name)
fig.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=2)
figures.says(*passes[0].shape)

# %% [markdown]
# ### Does it help?
#
# Give a network something that it should *not* learn: 300 handwritten digits, of which one in five gets its label *redrawn* at random.
# (A few redrawn labels come out right by chance, so somewhat fewer are wrong.)
# With 85,000 weights the network can learn all of them by heart, the wrong ones too.
# Below, three networks without dropout and three with it are trained, which differ in their seeds only.

# %% tags=["demo"]
images, labels = data.digits(seed=1)
few, few_labels = images[:300], labels[:300]
rest, rest_labels = images[300:], labels[300:]
right_labels = few_labels.copy()
few_labels[:60] = np.random.default_rng(2).integers(0, 10, 60)
print(f"labels redrawn: 60 of 300, wrong now: {(few_labels != right_labels).sum()}")


class LossInBothModes(keras.callbacks.Callback):
    """Measures the loss on the training images after each epoch: with dropout on, and with dropout off."""

    def on_epoch_end(self, _, logs):
        for name, on in (("on", True), ("off", False)):
            logs[f"dropout {name}"] = float(self.model.loss(few_labels, self.model(few, training=on)))


def trained(rate, seed):
    """A network trained on the few images, shuffled afresh in each epoch, and what was measured."""
    keras.utils.set_random_seed(seed)
    model = keras.Sequential(
        [
            keras.Input((64,)),
            keras.layers.Dense(256, activation="relu"),
            keras.layers.Dropout(rate),
            keras.layers.Dense(256, activation="relu"),
            keras.layers.Dropout(rate),
            keras.layers.Dense(10),
        ]
    )
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(0.002), loss, metrics=["accuracy"], jit_compile=False)
    history = model.fit(
        data.shuffled(few, few_labels, batch_size=75, seed=seed),
        validation_data=(rest, rest_labels),
        validation_batch_size=len(rest),
        epochs=40,
        callbacks=[LossInBothModes()],
        verbose=0,
    )
    return model, history.history


runs = {rate: [trained(rate, seed) for seed in (3, 4, 5)] for rate in (0.0, 0.5)}
for rate, three in runs.items():
    accuracies = ", ".join(f"{history['val_accuracy'][-1]:.3f}" for _, history in three)
    losses = ", ".join(f"{history['val_loss'][-1]:.2f}" for _, history in three)
    print(f"dropout {rate}, on {len(rest)} other digits: accuracy {accuracies}; loss {losses}")

# %% tags=["demo", "figure"]
# figure: overfit | Two panels of loss by epoch, three seeds each as thin lines. Left, the validation loss: without dropout it turns and rises, with dropout it ends lower for each of the three seeds. Right, the loss on the training images of the networks with dropout, measured after each epoch in both modes: with dropout on it lies above the loss of the same weights with dropout off.
fig, axes = figures.panels(1, 2, width=10, height=3.2)
epochs = np.arange(1, 41)
for number, (rate, three) in enumerate(runs.items()):
    for seed, (_, history) in enumerate(three):
        name = f"dropout {rate}" if seed == 0 else None
        axes[0].plot(epochs, history["val_loss"], label=name, **figures.line(number), linewidth=1)
for number, mode in enumerate(("dropout on", "dropout off")):
    for seed, (_, history) in enumerate(runs[0.5]):
        name = mode if seed == 0 else None
        axes[1].plot(epochs, history[mode], label=name, **figures.line(number), linewidth=1)
axes[0].set(title="validation loss", xlabel="epoch", ylabel="loss", ylim=(0, 2.2))
axes[1].set(title="training loss of dropout 0.5", xlabel="epoch", ylim=(0, 2.2))
for axis in axes:
    axis.legend()

# %% [markdown]
# On the right are the same networks, the same weights and the same images; only the mode of the dropout layers differs.
# What `fit` reports as the training loss is measured with dropout *on*, the validation loss with dropout *off*.
# So never compare the two when there is dropout. A training loss *above* the validation loss is no sign of a mistake.
#
# ## "Drop-out layers?"
#
# A dropout layer has a `rate` $r$ and nothing to learn.
# In training, it flips a coin for each value: with probability $r$ the value becomes 0.
# In use, it lets everything pass.
#
# That leaves a problem. Suppose $r = 0.3$.
# The next layer adds up its inputs, and in training only 70 % of them are there.
# In use all are there, and the sum is suddenly too large: $1/0.7$ times as large on average.
# The remedy is to make the survivors louder in training:
#
# $$y_i = \frac{m_i}{1 - r}\, x_i \qquad m_i = \begin{cases} 0 & \text{with probability } r \\ 1 & \text{with probability } 1 - r \end{cases}$$
#
# **Once by hand.** Four values, rate 0.6. Survivors are divided by $1 - 0.6 = 0.4$, that is multiplied by 2.5.
# Draw a number between 0 and 1 for each value; below 0.6 the value is dropped:
#
# | | | | | | sum |
# |---|---|---|---|---|---|
# | value $x_i$ | 4 | 8 | 2 | 6 | 20 |
# | number drawn | 0.71 | 0.13 | 0.92 | 0.38 | |
# | kept, $m_i$ | 1 | 0 | 1 | 0 | |
# | result $y_i$ | 10 | 0 | 5 | 0 | 15 |
# | gradient $\partial y_i / \partial x_i$ | 2.5 | 0 | 2.5 | 0 | |
#
# This time the sum fell from 20 to 15; had the 8 survived too, it would be 35.
# The *average* over the coins is right, because $m_i$ is 1 with probability $1 - r$:
#
# $$\mathrm{E}[y_i] = \frac{1 - r}{1 - r}\, x_i = x_i \qquad \mathrm{Var}[y_i] = \frac{r}{1 - r}\, x_i^2$$
#
# The first formula says that in use nothing has to be done, nothing at all: the layer is the identity.
# The second says that the price is noise, and that it grows without bound as $r$ comes close to 1.
# Here is what a unit receives, from a real digit and 64 weights, by rate:

# %% tags=["demo", "figure"]
# figure: scaling | Mean and spread of the sum that a unit receives, by dropout rate. Without scaling the mean in training falls in a straight line from the value at inference to zero. With scaling by one over one minus the rate it stays at the value at inference, and the band around it widens as the rate grows.
generator = np.random.default_rng(0)
digit, weights = data.digits()[0][3], np.abs(generator.normal(0.1, 0.05, 64))
rates = np.linspace(0, 0.9, 19)
coins = generator.uniform(size=(4000, 64))
fig, axes = figures.panels(1, 2, width=10, height=3.2)
for axis, scaled in zip(axes, (False, True), strict=True):
    sums = np.stack([((coins >= rate) / (1 - rate if scaled else 1)) @ (weights * digit) for rate in rates])
    mean, spread = sums.mean(axis=1), sums.std(axis=1)
    axis.fill_between(rates, mean - spread, mean + spread, alpha=0.25, label="spread: one standard deviation")
    axis.plot(rates, mean, label="mean over 4000 masks", **figures.line(0))
    axis.axhline(weights @ digit, label="at inference", **figures.line(1))
    axis.set(
        title="survivors scaled by 1 / (1 - rate)" if scaled else "not scaled", xlabel="rate", ylim=(0, 3)
    )
axes[0].set_ylabel("input of the unit")
axes[0].legend(loc="upper right")

# %% [markdown]
# **What people often read**, even on the documentation page of the Keras layer: that the scaling leaves the sum over all inputs unchanged.
# Each single sum does change, from 20 to 15 above. It is the *average* over many masks that stays.
#
# **A trap in the literature.** The paper of 2014 does the scaling at the other end: it keeps each unit with probability $p$, leaves
# survivors as they are, and multiplies the weights by $p$ after training.
# On average the two are the same.
# Keras scales in training, and so does PyTorch, so that a finished network has nothing to do.
# Mind also the letter: the paper's $p$ is the probability to *keep*, Keras' `rate` the probability to *drop*.
#
# ## Where the coins come from
#
# Keras' random functions are *stateless*: with the same integer seed, they give the same numbers each time.

# %% tags=["demo"]
for _ in range(2):
    print("seed 7:         ", ops.convert_to_numpy(keras.random.uniform((4,), seed=7)).round(2))
generator_7 = keras.random.SeedGenerator(7)
for _ in range(2):
    print("a SeedGenerator:", ops.convert_to_numpy(keras.random.uniform((4,), seed=generator_7)).round(2))

# %% [markdown]
# An integer seed in a dropout layer would therefore drop *the same units in every step*, which is a smaller network and no dropout.
# A `keras.random.SeedGenerator` is a counter that lives in a variable.
# Each use gives new numbers and moves the counter on.
# Start a second generator with the same seed and you get the same sequence again, so that an experiment can be repeated.
# As it is a variable, it also works in compiled code: `fit` runs your Python once, to *trace* what TensorFlow has to compute, and
# then repeats the traced graph. Numbers that Python or NumPy draw are drawn once, while tracing, and never again.
#
# **The pitfall**, then, is any other source: an integer seed, a new generator in each call, or NumPy.
#
# ## Part 1: `dropout`
#
# What training does, as one function. The coins are `keras.random.uniform(...)` compared with `rate`.
# Which side of the comparison is dropped? Say it in words before you write it: *with probability `rate`, a value is dropped.*
# The helper `as_floating`, which the first cell imports, makes a tensor of anything and float32 of integers. You do not have to use it.
#
# **The pitfalls.** `rate` 0.5 hides half of all mistakes, because there keeping and dropping are equally likely. Test with 0.1.
# And $1/(1 - r)$ has no value at $r = 1$: even where the zeros come out right, the *gradient* of a division by zero is NaN.


# %%
def dropout(x, rate, seed):
    """Drop elements of `x` with probability `rate` and scale the others, as in training.

    Each element is dropped or kept by itself: there is a coin for every one of them, whatever the
    shape of `x`, and as fair for float16 as for float32 (so it must not be drawn in float16). Dropped
    elements become 0, the others `x / (1 - rate)`, up to rounding.

    Args:
        x: Anything `keras.ops.convert_to_tensor` accepts, of rank 1 to 4, with finite values.
        rate: A number, the probability to drop an element, `0 <= rate <= 1`. At 0 the result is `x`,
            at 1 it is all zeros.
        seed: A `keras.random.SeedGenerator`, the only source of random numbers. Every call moves it
            on, also inside a `tf.function`, so that the next call draws another mask; at rates 0 and 1
            it may stay where it is. Two generators made with the same seed give the same sequence of
            masks.

    Returns:
        A tensor of the shape of `x`. Floating dtypes (float16, float32, float64) are kept, integers,
        signed or not, become float32. The gradient by `x` of an element of the result is
        `1 / (1 - rate)` where it is kept and 0 where it is dropped; at rate 1 it may be None, but not NaN.

    Raises:
        ValueError: `rate` is below 0 or above 1. The message contains the rate that was given.

    Reference:
        Srivastava et al. (2014), Dropout: A Simple Way to Prevent Neural Networks from Overfitting,
        https://jmlr.org/papers/v15/srivastava14a.html, with the scaling of `keras.layers.Dropout`.
    """
    # BEGIN SOLUTION
    if not 0 <= rate <= 1:
        raise ValueError(f"rate should lie between 0 and 1. Received: rate={rate}")
    x = as_floating(x)
    if rate == 1:
        return ops.zeros_like(x)
    kept = keras.random.uniform(ops.shape(x), seed=seed) >= rate
    return ops.where(kept, x / (1 - rate), 0.0)
    # END SOLUTION


# %% tags=["demo"]
with lesson.if_written():
    coins = keras.random.SeedGenerator(1)
    dropped = ops.convert_to_numpy(dropout(np.ones((200, 100)), 0.3, coins))
    print("dropped:", (dropped == 0).mean(), " survivors:", np.unique(dropped[dropped > 0]))
    print("average:", dropped.mean())

# %% [markdown]
# ## Part 2: the layer `Dropout`
#
# The function knows nothing about training and use. A layer does: Keras hands `call` a flag, `training`.
# `fit` sets it to `True`; `evaluate` and `predict` set it to `False`; if you call a model yourself and say nothing, you get inference.
#
# **How a layer of your own works.** It is a class made from `keras.layers.Layer`. Its constructor keeps the settings, and hands those
# that every layer has (`**kwargs`: name, dtype) on to `super().__init__`.
# What the layer computes stands in `call`. You write `call`, but call the layer itself, `layer(x)`: behind that is Keras' own `__call__`,
# which makes tensors of arrays, passes `training` on, and then calls `call`.
# While a model is traced, the size of the batch is not known: `x.shape[0]` is `None`, and `ops.shape(x)` still works.
#
# Do not mix `training` up with `trainable`, which says whether a layer's *weights* may change.
# A dropout layer has no weights, so freezing it means nothing: as the Keras page says, `trainable` does not affect its behaviour.
#
# A layer also has to survive being saved. Keras stores what `get_config` returns, and later calls the constructor with it.
# The configuration of the base class (name, dtype) belongs in it.
# (For a layer without `get_config`, Keras 3 notes down arguments that are plain numbers or text by itself.
# Once you write one, it has to be complete.)
#
# And it computes in the dtype that it was made with, `self.compute_dtype`. In float16, numbers between 0 and 1 are coarse: Keras' own
# layer, which draws its coins in that dtype, drops eight in 10,000 at a rate of 0.0001.
# Yours draws them in float32, as `keras.random` does by itself.
#
# **The pitfall** here is forgetting the flag, and there are two ways: noise in every prediction, or no dropout ever.
# The second is the worse one, because everything *seems* to work.
#
# Who decides about the flag in a model of models? The *outermost* call, if the model is made of symbolic inputs and outputs:

# %% tags=["demo"]
symbolic = keras.Input((1000,))
inner = keras.Sequential([keras.Input((1000,)), keras.layers.Dropout(0.3)])
outer = keras.Model(symbolic, inner(symbolic, training=False))
for mode in (True, False):
    share = (ops.convert_to_numpy(outer(np.ones((1, 1000)), training=mode)) == 0).mean()
    print(f"inner says training=False, the outer call training={mode}: {share:.0%} dropped")

# %% [markdown]
# The `training=False` in the middle is overruled, by `fit` as well. A model that is a subclass with a `call` of its own decides by itself.


# %%
class Dropout(keras.layers.Layer):
    """Applies dropout to each element of its input, in training only.

    In training, each element is dropped by a coin of its own, as fair in float16 as in float32: it
    becomes 0 with probability `rate` and `x / (1 - rate)` otherwise. At inference nothing is dropped
    and nothing scaled.

    The layer has no weights. It keeps its own `keras.random.SeedGenerator`: every call in training
    draws a new mask, also in compiled code; layers made with the same seed repeat the same sequence
    of masks, whatever other layers draw meanwhile. `trainable=False` does not turn dropout off.

    Args:
        rate: A number, the probability to drop an element, `0 <= rate <= 1`. At 0 nothing is
            dropped, at 1 everything.
        seed: An integer, or None for a seed that Keras picks.
        **kwargs: For `keras.layers.Layer`: `name`, `dtype` ...

    Call arguments:
        x: A tensor or array of any rank from 1 to 4, of any batch size, which need not be known when
            the call is traced. It is cast to the layer's compute dtype; only where nothing is dropped,
            at inference and at rate 0, may integers, signed or not, stay as they are.
        training: Whether to drop. Left out, the layer is in inference mode.

    Returns:
        A tensor of the shape of `x` and, but for such integers, of the compute dtype. The gradient passes as in `dropout`
        in training (0 or None at rate 1, not NaN), and unchanged at inference.

    Raises:
        ValueError: At construction, where `rate` is below 0 or above 1. The message contains the rate
            that was given.

    `get_config` and `from_config` give a new layer with the same rate, seed, name and dtype; if a seed was
    given, the new layer starts with the first mask of the old one's sequence. A model that contains the
    layer can be saved, and loaded with `custom_objects`.

    Reference:
        https://keras.io/api/layers/regularization_layers/dropout/
    """

    def __init__(self, rate, seed=None, **kwargs):
        # BEGIN SOLUTION
        super().__init__(**kwargs)
        if not 0 <= rate <= 1:
            raise ValueError(f"rate should lie between 0 and 1. Received: rate={rate}")
        self.rate = rate
        self.seed = seed
        self.seed_generator = keras.random.SeedGenerator(seed)
        # END SOLUTION

    def call(self, x, training=False):
        # BEGIN SOLUTION
        x = ops.cast(x, self.compute_dtype)
        if not training:
            return x
        if self.rate == 1:
            return ops.zeros_like(x)
        kept = keras.random.uniform(ops.shape(x), seed=self.seed_generator) >= self.rate
        return ops.where(kept, x / (1 - self.rate), 0.0)
        # END SOLUTION

    def get_config(self):
        # BEGIN SOLUTION
        return {**super().get_config(), "rate": self.rate, "seed": self.seed}
        # END SOLUTION


# %% tags=["demo"]
with lesson.if_written():
    layer = Dropout(0.3, seed=1)
    values = np.arange(1, 9, dtype="float32")[None]
    print("training: ", ops.convert_to_numpy(layer(values, training=True)).round(2))
    print("again:    ", ops.convert_to_numpy(layer(values, training=True)).round(2))
    print("inference:", ops.convert_to_numpy(layer(values)))

# %% [markdown]
# ## Part 3: `SpatialDropout2D`
#
# In an image, a pixel looks much like its neighbours, and so it does in the feature maps of a convolution.
# Drop single pixels there and little is lost: the neighbours still tell the story.
# As the Keras page puts it, ordinary dropout then comes down to a lower learning rate.
# Tompson et al. (2015) drop *whole feature maps* instead: one coin for each channel of each example.
#
# All that changes is the shape of the mask.
# A mask of shape `(N, 1, 1, C)` has one coin for each example and channel, and broadcasting spreads it over rows and columns.
# The picture shows three shapes of mask on the same feature maps: 3 examples below each other, 4 channels side by side.

# %% tags=["demo", "figure"]
# figure: coins | Feature maps of three digits with four channels each, dropped in three ways; what is dropped has the colour of 0 that the colour bar shows. With one coin per element each map has holes. With one coin per channel some maps are empty and the others whole. With one coin per example all four maps of one digit are empty and those of the other digits whole.
kernels = np.float32([[[1, 0], [0, 0]], [[1, 1], [-1, -1]], [[1, -1], [1, -1]], [[1, 1], [1, 1]]])
bank = kernels.transpose(1, 2, 0)[:, :, None, :]
maps = ops.conv(data.digits()[0][[10, 21, 18]].reshape(3, 8, 8, 1), bank, padding="same")
shapes = {
    "per element: (3, 8, 8, 4)": keras.layers.Dropout(0.4, seed=5),
    "per channel: (3, 1, 1, 4)": keras.layers.SpatialDropout2D(0.4, seed=2),
    "per example: (3, 1, 1, 1)": keras.layers.Dropout(0.4, noise_shape=(3, 1, 1, 1), seed=4),
}
fig, axes = figures.panels(1, 3, width=10, height=2.9)
for axis, (title, layer) in zip(axes, shapes.items(), strict=True):
    after = ops.convert_to_numpy(layer(maps, training=True))
    # A frame of NaN around each map keeps them apart.
    framed = np.pad(after, ((0, 0), (0, 1), (0, 1), (0, 0)), constant_values=np.nan)
    sheet = framed.transpose(0, 1, 3, 2).reshape(27, 36)
    shown = axis.imshow(sheet, cmap="cividis", vmin=-2, vmax=3)
    axis.set(title=title, xlabel="channels", ylabel="examples", xticks=[], yticks=[])
    axis.grid(False)
bar = fig.colorbar(shown, ax=axes, ticks=[-2, 0, 3], shrink=0.8)
bar.ax.set_yticklabels(["-2", "0 or dropped", "3"])
figures.says(0)

# %% [markdown]
# **The pitfall** is the axis. Keras' images are *channels last*, `(N, H, W, C)`.
# A mask of shape `(N, C, 1, 1)` is for the other convention, and `(1, 1, 1, C)` drops the same channels in the whole batch.


# %%
class SpatialDropout2D(keras.layers.Layer):
    """Drops whole channels of images, in training only.

    In training, each channel of each example has a coin of its own, as fair in float16 as in float32:
    with probability `rate` all its rows and columns become 0, otherwise all of them become
    `x / (1 - rate)`. At inference nothing is dropped and nothing scaled.

    For weights, random numbers, `trainable`, `get_config` and saving, see `Dropout` above: the same holds
    here.

    Args:
        rate: A number, the probability to drop a channel, `0 <= rate <= 1`. At 0 nothing is dropped,
            at 1 everything.
        seed: An integer, or None for a seed that Keras picks.
        **kwargs: For `keras.layers.Layer`: `name`, `dtype` ...

    Call arguments:
        x: A tensor or array of shape (examples, rows, columns, channels), of any number of examples,
            which need not be known when the call is traced. It is cast to the layer's compute dtype;
            only where nothing is dropped, at inference and at rate 0, may integers, signed or not, stay
            as they are.
        training: Whether to drop. Left out, the layer is in inference mode.

    Returns:
        A tensor of the shape of `x` and, but for such integers, of the compute dtype. The gradient passes as in `dropout`
        in training (0 or None at rate 1, not NaN), and unchanged at inference.

    Raises:
        ValueError: At construction, where `rate` is below 0 or above 1. The message contains the rate
            that was given.

    Reference:
        Tompson et al. (2015), Efficient Object Localization Using Convolutional Networks,
        https://arxiv.org/abs/1411.4280
    """

    def __init__(self, rate, seed=None, **kwargs):
        # BEGIN SOLUTION
        super().__init__(**kwargs)
        if not 0 <= rate <= 1:
            raise ValueError(f"rate should lie between 0 and 1. Received: rate={rate}")
        self.rate = rate
        self.seed = seed
        self.seed_generator = keras.random.SeedGenerator(seed)
        # END SOLUTION

    def call(self, x, training=False):
        # BEGIN SOLUTION
        x = ops.cast(x, self.compute_dtype)
        if not training:
            return x
        if self.rate == 1:
            return ops.zeros_like(x)
        examples, _, _, channels = ops.shape(x)
        coins = keras.random.uniform((examples, 1, 1, channels), seed=self.seed_generator)
        return ops.where(coins >= self.rate, x / (1 - self.rate), 0.0)
        # END SOLUTION

    def get_config(self):
        # BEGIN SOLUTION
        return {**super().get_config(), "rate": self.rate, "seed": self.seed}
        # END SOLUTION


# %% [markdown]
# ## Part 4: `DropPath`
#
# Back to the question: *why do we sometimes drop certain layers?*
# In most networks you cannot. Take a layer out, and the next one gets input it cannot read.
# In a *residual* network you can, because each block adds to what is there already:
#
# $$h_{k+1} = h_k + f_k(h_k)$$
#
# Drop $f_k$ and the block becomes the identity; the network is one block shorter, and still works.
# Huang et al. (2016) train this way and call it *stochastic depth*: short networks in training, the deep one in use.
# They drop later blocks more often than early ones, with a rate that grows linearly with depth.
#
# In the paper, a coin decides for a whole mini-batch, and blocks are scaled at test time.
# The version in wide use today, `DropPath` in the `timm` library for example, flips one coin *per example* and scales
# in training, as dropout does. That is the one you write.
# Its layer takes the branch alone, and the addition stays outside: `h + DropPath(0.1)(f(h))`.

# %% tags=["demo"]
blocks, last_rate = 12, 0.5
block_rates = last_rate * np.arange(1, blocks + 1) / blocks
print("rates:", block_rates.round(2))
print("blocks used by an average training pass:", (1 - block_rates).sum(), "of", blocks)

# %% [markdown]
# **The pitfall**: branches have different ranks. A mask of shape `(N, 1, 1, 1)` is right for images; multiplied with a branch of
# shape `(N, D)`, it silently broadcasts to `(N, 1, N, D)`.
# Build the shape from the rank of the input.


# %%
class DropPath(keras.layers.Layer):
    """Drops the branch of a residual block for whole examples, in training only: stochastic depth.

    In training, each example has a coin of its own, as fair in float16 as in float32: with probability
    `rate` all its elements become 0, otherwise all of them become `x / (1 - rate)`. At inference nothing
    is dropped and nothing scaled. Both are unlike the paper, which flips one coin for a whole batch and
    scales at inference. The layer gets the branch alone; the model adds the shortcut, the layer does not.

    For weights, random numbers, `trainable`, `get_config` and saving, see `Dropout` above: the same holds
    here.

    Args:
        rate: A number, the probability to drop an example's branch, `0 <= rate <= 1`. At 0 nothing is
            dropped, at 1 everything.
        seed: An integer, or None for a seed that Keras picks.
        **kwargs: For `keras.layers.Layer`: `name`, `dtype` ...

    Call arguments:
        x: A tensor or array of rank 2 to 4 whose first axis counts the examples. Their number need not
            be known when the call is traced. It is cast to the layer's compute dtype; only where nothing
            is dropped, at inference and at rate 0, may integers, signed or not, stay as they are.
        training: Whether to drop. Left out, the layer is in inference mode.

    Returns:
        A tensor of the shape of `x` and, but for such integers, of the compute dtype. The gradient passes as in `dropout`
        in training (0 or None at rate 1, not NaN), and unchanged at inference.

    Raises:
        ValueError: At construction, where `rate` is below 0 or above 1. The message contains the rate
            that was given.

    Reference:
        Huang et al. (2016), Deep Networks with Stochastic Depth, https://arxiv.org/abs/1603.09382;
        one coin per example, and scaling in training, as in timm, `timm/layers/drop.py`.
    """

    def __init__(self, rate, seed=None, **kwargs):
        # BEGIN SOLUTION
        super().__init__(**kwargs)
        if not 0 <= rate <= 1:
            raise ValueError(f"rate should lie between 0 and 1. Received: rate={rate}")
        self.rate = rate
        self.seed = seed
        self.seed_generator = keras.random.SeedGenerator(seed)
        # END SOLUTION

    def call(self, x, training=False):
        # BEGIN SOLUTION
        x = ops.cast(x, self.compute_dtype)
        if not training:
            return x
        if self.rate == 1:
            return ops.zeros_like(x)
        one_per_example = (ops.shape(x)[0],) + (1,) * (len(x.shape) - 1)
        coins = keras.random.uniform(one_per_example, seed=self.seed_generator)
        return ops.where(coins >= self.rate, x / (1 - self.rate), 0.0)
        # END SOLUTION

    def get_config(self):
        # BEGIN SOLUTION
        return {**super().get_config(), "rate": self.rate, "seed": self.seed}
        # END SOLUTION


# %% tags=["demo"]
with lesson.if_written():
    inputs = keras.Input((64,))
    h = keras.layers.Dense(64, activation="relu")(inputs)
    for rate in (0.1, 0.2, 0.3):
        h = h + DropPath(rate)(keras.layers.Dense(64, activation="relu")(h))
    residual = keras.Model(inputs, keras.layers.Dense(10)(h))
    print("a residual network with your DropPath:", residual(few, training=True).shape)

# %% [markdown]
# ## Part 5: `mc_predict`
#
# In use, dropout is off. What if you leave it on, on purpose?
# Then each pass gives another answer, from another thinned network.
# Where they agree, the answer hardly depends on which units were there. Where they differ, take care.
#
# Gal and Ghahramani (2016) showed that this can be read as approximate Bayesian inference: the spread of the answers estimates how
# uncertain the *model* is. It is known as Monte Carlo dropout, or MC dropout.
# Read it as a hint, not as a guarantee: the size of the spread depends on the rate you chose.
#
# Two moons make it visible. The left map shows the average answer of 50 passes, the right map their spread:

# %% tags=["demo", "figure"]
# figure: uncertainty | Two maps of the plane around two interlocking half moons of points. Left: the mean answer of 50 passes with dropout on is near one around one moon and near zero around the other. Right: the standard deviation of the answers is small on the moons and large along the border between them.
keras.utils.set_random_seed(5)
points, sides = make_moons(300, noise=0.1, random_state=0)
moons = keras.Sequential(
    [
        keras.Input((2,)),
        keras.layers.Dense(96, activation="relu"),
        keras.layers.Dropout(0.2),
        keras.layers.Dense(96, activation="relu"),
        keras.layers.Dropout(0.2),
        keras.layers.Dense(1, activation="sigmoid"),
    ]
)
moons.compile(keras.optimizers.Adam(0.003), "binary_crossentropy", jit_compile=False)
moons.fit(np.tile(points, (300, 1)), np.tile(sides, 300), batch_size=300, shuffle=False, verbose=0)

across, up = np.meshgrid(np.linspace(-2, 3, 60), np.linspace(-1.5, 2, 45))
plane = np.stack([across.ravel(), up.ravel()], axis=1).astype("float32")
answers = np.stack([moons(plane, training=True) for _ in range(50)])
fig, axes = figures.panels(1, 2, width=10, height=3.4)
maps_of = {"mean of 50 passes": answers.mean(axis=0), "standard deviation": answers.std(axis=0)}
for axis, (title, values) in zip(axes, maps_of.items(), strict=True):
    filled = axis.contourf(across, up, values.reshape(across.shape), levels=12, cmap="cividis")
    fig.colorbar(filled, ax=axis)
    for side, marker in ((0, "o"), (1, "^")):
        axis.plot(
            *points[sides == side].T,
            marker,
            color="white",
            markersize=4,
            markeredgecolor=figures.GREY,
            markeredgewidth=0.5,
            label=f"moon {side}",
        )
    axis.set(title=title, xlabel="first feature", ylabel="second feature")
    axis.grid(False)
fig.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=2)
figures.says(len(answers))

# %% [markdown]
# How do you switch dropout on in a finished model? `model.predict` cannot: it always runs in inference mode.
# Call the model itself, with `training=True`.
#
# **The pitfall** is that `training=True` speaks to *all* layers.
# A batch normalization layer (its topic, [Normalization](../normalization/README.md), comes next) updates its moving statistics whenever it runs in training mode.
# Ask such a model for its uncertainty and you have changed the model.
# So whatever you do, leave the weights as you found them.


# %%
def mc_predict(model, x, passes):
    """Predict many times with dropout on, and say how much the answers vary.

    Args:
        model: A Keras model with one input and one output.
        x: Its input, a whole batch.
        passes: An integer, at least 1: how many times to predict. Each pass draws new random masks.

    Returns:
        Two tensors or arrays of the shape of the model's output, in any floating dtype, the model's or
        not: the mean over the passes and the *population* standard deviation, the root of the mean
        squared distance from the mean (0 for a single pass). Both are finite. Where all passes give the
        same number `a`, the standard deviation is at most `1e-5 * abs(a)`.

    Afterwards all weights of the model, moving statistics of normalization layers included, and the
    `trainable` flags of its layers are as before. The states of its random generators, which are no
    weights, have moved on, so that a second call sees other masks. During the passes, normalization
    layers are free to use the statistics of the batch or their moving ones.

    Reference:
        Gal and Ghahramani (2016), Dropout as a Bayesian Approximation,
        https://arxiv.org/abs/1506.02142
    """
    # BEGIN SOLUTION
    weights = model.get_weights()
    answers = ops.stack([model(x, training=True) for _ in range(passes)])
    model.set_weights(weights)
    return ops.mean(answers, axis=0), ops.std(answers, axis=0)
    # END SOLUTION


# %% [markdown]
# Put it to work: of all the digits that the network above has never seen, which ones is it least sure about?

# %% tags=["demo"]
import matplotlib.pyplot as plt

with lesson.if_written():
    model = runs[0.5][0][0]
    shares = keras.Sequential([model, keras.layers.Softmax()])
    mean, spread = (ops.convert_to_numpy(part) for part in mc_predict(shares, rest, 40))
    guesses = mean.argmax(axis=1)
    unsure = spread[np.arange(len(rest)), guesses]
    for name, chosen in (("surest", np.argsort(unsure)[:400]), ("least sure", np.argsort(-unsure)[:400])):
        print(f"accuracy on the 400 {name}: {(guesses == rest_labels)[chosen].mean():.3f}")
    fig, axes = figures.panels(1, 6, width=9, height=1.8)
    for axis, number in zip(axes, np.argsort(-unsure), strict=False):
        axis.imshow(rest[number].reshape(8, 8), cmap="gray_r")
        axis.set(title=f"{guesses[number]}? is {rest_labels[number]}", xticks=[], yticks=[])
        axis.grid(False)
    plt.show()

# %% [markdown] tags=["response"] name="higher_training_loss"
# ## In your own words
#
# A colleague trains a network with two `Dropout(0.4)` layers. In every epoch the training loss that `fit` reports is *higher* than
# the validation loss. "Impossible," says the colleague. "Some validation images must have slipped into the training set. And since dropout
# hurts the training loss that much, let us set the layers to `trainable=False`."
#
# Explain in five to ten sentences: why the training loss can be higher without any mistake; how to measure so that the two can be compared;
# whether the colleague's suspicion follows from the numbers; and what `trainable=False` would change.

# %% [markdown]
# ## To go on with
#
# Nobody grades these three.
#
# 1. *Easy.* Repeat the example by hand with rate 0.2 and the same four numbers. Which values survive, and what is their sum?
# 2. *Harder.* Put `Dropout(0.3, seed=1)` before a relu, then behind it. Why is the result the same? Is it with gelu?
# 3. *Open.* Train the digits above with rates 0.1, 0.3, 0.5, 0.7 and 0.9, three seeds each. Draw the validation loss by rate. Would you
#    find the same best rate with 1,000 digits for training?
#
# Before this topic: [Regularization](../regularization/README.md). After it: [Normalization](../normalization/README.md).
#
# ## Where this comes from
#
# - A. Krogh, J. Hertz (1991).
#   [*A simple weight decay can improve generalization*](https://papers.nips.cc/paper/1991/hash/8eefcfdf5990e441f0fb6f3fad709e21-Abstract.html). NIPS 4.
# - N. Srivastava, G. Hinton, A. Krizhevsky, I. Sutskever, R. Salakhutdinov (2014).
#   [*Dropout: a simple way to prevent neural networks from overfitting*](https://jmlr.org/papers/v15/srivastava14a.html). JMLR 15.
# - L. Wan, M. Zeiler, S. Zhang, Y. LeCun, R. Fergus (2013).
#   [*Regularization of neural networks using DropConnect*](https://proceedings.mlr.press/v28/wan13.html). ICML.
# - J. Tompson, R. Goroshin, A. Jain, Y. LeCun, C. Bregler (2015).
#   [*Efficient object localization using convolutional networks*](https://arxiv.org/abs/1411.4280). CVPR.
# - G. Huang, Y. Sun, Z. Liu, D. Sedra, K. Weinberger (2016).
#   [*Deep networks with stochastic depth*](https://arxiv.org/abs/1603.09382). ECCV.
# - Y. Gal, Z. Ghahramani (2016).
#   [*Dropout as a Bayesian approximation*](https://arxiv.org/abs/1506.02142). ICML.
# - Keras: [Dropout](https://keras.io/api/layers/regularization_layers/dropout/),
#   [SpatialDropout2D](https://keras.io/api/layers/regularization_layers/spatial_dropout2d/),
#   [SeedGenerator](https://keras.io/api/random/seed_generator/).
# - PyTorch: [Dropout](https://docs.pytorch.org/docs/stable/generated/torch.nn.Dropout.html).
# - The `timm` library: [`timm/layers/drop.py`](https://github.com/huggingface/pytorch-image-models/blob/main/timm/layers/drop.py).
