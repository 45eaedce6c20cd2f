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
# # Regularization
#
# A network with 84,000 weights learns 100 handwritten digits by heart: its training loss falls below 0.001. On digits that it has
# not seen, its loss is lowest after 9 to 16 of 40 epochs, and higher at the end. A network with two hidden units has by then not
# learned even the digits that it sees. How do you tell the two apart from their curves, and what do you do about either?
#
# **You will write** `diagnose_fit`, which reads the curves; a penalty and a limit that plug into any Keras layer,
# `ElasticNet` and `MaxNorm`; `ridge`, where the effect of a penalty can be worked out exactly;
# `smoothed_crossentropy`, which asks for less certainty; and `EarlyStopper`, which ends `fit` in time.
#
# **Do you remember?** Two questions from [optimizers](../optimizers/README.md) and the
# [training loop](../training_loop/README.md), to warm up:
#
# 1. Adam divides each gradient by the root of its mean square. How long are then the steps of a weight whose gradients are large?
# 2. `best = model.weights` is kept in the best epoch. What is in it ten epochs later?

# %%
import math

import keras
import numpy as np
from keras import ops

from nnlearn.lesson import as_floating

# %% tags=["demo"]
import tensorflow as tf

from nnlearn import data, figures, lesson

images, labels = data.digits(seed=7)  # 1,797 handwritten digits of 8 x 8 pixels, mixed
val_x, val_y = images[1000:], labels[1000:]
crossentropy = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
print(images.shape, val_x.shape)

# %% [markdown]
# ## Before you read on, guess
#
# Replace each `None` below with your answer *before* you run or read anything else.
# Your first guess is kept, then answered, and you may think again: a wrong one teaches a lot.

# %%
PREDICTIONS = ...

# %% [markdown]
# ## "Underfitting"
#
# A model *underfits* if it is bad on the very examples that it is trained on: compare the training loss with what can be
# reached, by people or by the best other method. That is the *target* below. The cures are more *capacity* (units, layers,
# features), a longer or better training, less regularization. More data is no cure: with more to learn, the same model does
# not get a lower training loss.
#
# ## "Overfitting"
#
# A model *overfits* if it is much better on the training examples than on others. What counts is the *gap* between the
# training loss and the loss on held-out examples. It comes from learning what is true of the training examples only:
# a smudge, a wrong label, the hand of one writer. The cures are more data, and everything in the second half of
# this lesson.
#
# Three networks, three seeds each. The left one, with two tanh units, is far smaller than the middle one, with two layers of 256
# relu units. The right one is the middle one again, with a tenth of the digits.


# %% tags=["demo", "figure"]
# figure: curves | Training and validation loss over 40 epochs in three panels on one scale, three seeds each as thin lines, all measured after the epoch without penalties. Left, 2 hidden tanh units and 1,000 digits: both losses stay high, between 1.02 and 1.23 after the last epoch. Middle, two layers of 256 relu units and 1,000 digits: training falls below 0.001, validation ends between 0.095 and 0.109. Right, the same network and 100 digits: training falls below 0.001 too. Validation, enlarged in an inset from epoch 5 on, wavers, is lowest at epochs 9 to 16, marked by circles, between 0.28 and 0.32, and ends between 0.37 and 0.38.
def network(units, seed, activation="relu", **settings):
    """A network for the digits; settings are those of its hidden layers."""
    keras.utils.set_random_seed(seed)
    layers = [keras.layers.Dense(size, activation, **settings) for size in units]
    return keras.Sequential([keras.Input((64,)), *layers, keras.layers.Dense(10)])


def trained(model, seed, count=100, epochs=40, answers=labels, kind=keras.optimizers.Adam, rate=0.005):
    """Training and validation loss after each epoch on the first digits, in batches of 25 that are mixed afresh."""
    optimizer, generator = kind(rate), np.random.default_rng(seed)
    optimizer.build(model.trainable_variables)
    few, few_labels = tf.constant(images[:count]), tf.constant(answers[:count])

    def epoch(batches):
        def update(number):
            rows = batches[number]
            with tf.GradientTape() as tape:
                loss = crossentropy(tf.gather(few_labels, rows), model(tf.gather(few, rows), training=True))
                loss += sum(model.losses)
            variables = [variable.value for variable in model.trainable_variables]
            optimizer.apply(tape.gradient(loss, variables), model.trainable_variables)
            return number + 1

        tf.while_loop(lambda number: number < batches.shape[0], update, [0])
        return crossentropy(few_labels, model(few)), crossentropy(val_y, model(val_x))

    epoch = tf.function(epoch, autograph=False)
    orders = [generator.permutation(count).reshape(-1, 25) for _ in range(epochs)]
    return np.array([epoch(tf.constant(order)) for order in orders], "float64")


cases = {
    "2 tanh units, 1,000 digits": ((2,), "tanh", 1000),
    "2 × 256 relu units, 1,000 digits": ((256, 256), "relu", 1000),
    "2 × 256 relu units, 100 digits": ((256, 256), "relu", 100),
}
fig, axes = figures.panels(1, 3, width=10, height=3.3)
inset = axes[2].inset_axes([0.25, 0.45, 0.73, 0.45])  # of the panel's width and height
epochs, ends, best, lowest = np.arange(1, 41), [], [], []
for axis, (title, (units, activation, count)) in zip(axes, cases.items(), strict=True):
    runs = [trained(network(units, seed, activation), seed, count) for seed in range(3)]
    for number, run in enumerate(runs):
        for place, name in enumerate(("training", "validation")):
            label = "_nolegend_" if number else name
            axis.plot(epochs, run[:, place], **figures.line(place) | {"linewidth": 1.1}, label=label)
        if count == 100:
            best.append(int(run[:, 1].argmin()) + 1)
            lowest.append(run[:, 1].min())
            inset.plot(epochs, run[:, 1], **figures.line(1) | {"linewidth": 1.1})
            mark = {"marker": "o", "fillstyle": "none", "linestyle": "", "color": figures.GREY}
            label = "_nolegend_" if number else "best epoch"
            for place in (axis, inset):
                place.plot(best[-1], lowest[-1], markersize=9, label=label, **mark)
    axis.set(title=title, xlabel="epoch", ylim=(0, 2.4))
    ends.append(np.array(runs)[:, -1])
axes[0].set_ylabel("loss")
axes[1].legend(*axes[2].get_legend_handles_labels())
inset.set(title="validation, enlarged", xlim=(5, 41), ylim=(0.25, 0.6))
print("training and validation loss at the end:", *(np.round(end, 4).tolist() for end in ends))
print("best epochs on the right:", best)
assert max(end[:, 0].max() for end in ends[1:]) < 0.001
figures.says(
    *(40, 2, 1000, ends[0].min(), ends[0].max()),
    *(256, 1000, 0.001, ends[1][:, 1].min(), ends[1][:, 1].max()),
    *(100, 0.001, inset.get_xlim()[0], min(best), max(best), min(lowest), max(lowest)),
    *(ends[2][:, 1].min(), ends[2][:, 1].max()),
)

# %% [markdown]
# Before the gap is read, the two numbers have to be comparable. The training loss of `fit` is an average *over* the
# epoch, while the weights improve; the validation loss is that *after* it. With [dropout](../dropout/README.md) the first is
# measured with units missing. Keras' `loss` and `val_loss` both contain the penalties of layers: that hardly changes the gap, but
# it does change what you compare with a target. Validation data may be easier, or have leaked into training.
# If validation is *much better* than training, find out why before anything else.
#
# Read the curves in this order: is everything finite, are they comparable, has training finished, does it fit, is there a gap?
# If you ask for the gap first, you may fight overfitting in a model that has not learned anything yet.
#
# ## Part 1: `diagnose_fit`
#
# A single epoch is noisy, so compare means of a *window* of epochs. The argument `gap` is the limit, the result's `gap` what
# was measured. A run of fewer than two windows cannot show that it has finished; above the target it is called underfitting
# all the same.


# %%
def diagnose_fit(history, target, gap, window=3):
    """Say what a training loss and a validation loss, epoch by epoch, have to tell.

    t and v are the means of `loss` and `val_loss` over the last `window` epochs, or over all, if there are fewer.
    The verdict is the first of these that holds:

    1. "diverged": a number in one of the lists is NaN or infinite.
    2. "not comparable": t - v > gap.
    3. "train longer": t > target, there are at least 2 * window epochs, and t is below 0.99 times the mean of
       `loss` over the `window` epochs before the last `window`.
    4. "underfitting": t > target.
    5. "overfitting": v - t > gap.
    6. "good".

    Args:
        history: A dictionary, as `model.fit(...).history` is one, with lists of numbers by name: "loss" and
            "val_loss", equally long and not empty. What else is in it does not matter.
        target: The training loss that is good enough, a number.
        gap: The difference of the two losses that is still harmless, a number of at least 0.
        window: How many epochs are averaged, an integer of at least 1.

    Returns:
        A dictionary. `verdict` is the text; `best_epoch` the number of the epoch with the smallest finite
        `val_loss`, from 0, the first if there are several; `gap` is v - t. (Where the verdict is "diverged",
        `gap` does not matter, nor does `best_epoch` if no `val_loss` is finite.)

    Raises:
        ValueError: A list is missing, empty, or shorter than the other; `gap` is below 0 or `window` below 1.
    """
    # BEGIN SOLUTION
    if not ("loss" in history and "val_loss" in history):
        raise ValueError("a history has to have loss and val_loss")
    loss, val_loss = (np.asarray(history[name], "float64") for name in ("loss", "val_loss"))
    if not 0 < len(loss) == len(val_loss):
        raise ValueError(f"loss has {len(loss)} epochs and val_loss {len(val_loss)}")
    if gap < 0 or window < 1:
        raise ValueError(f"there is no diagnosis with {gap=} and {window=}")
    t, v = loss[-window:].mean(), val_loss[-window:].mean()
    if not (np.isfinite(loss).all() and np.isfinite(val_loss).all()):
        verdict = "diverged"
    elif t - v > gap:
        verdict = "not comparable"
    elif t > target and len(loss) >= 2 * window and t < 0.99 * loss[-2 * window : -window].mean():
        verdict = "train longer"
    elif t > target:
        verdict = "underfitting"
    else:
        verdict = "overfitting" if v - t > gap else "good"
    best = int(np.argmin(np.where(np.isfinite(val_loss), val_loss, np.inf)))
    return {"verdict": verdict, "best_epoch": best, "gap": float(v - t)}
    # END SOLUTION


# %% [markdown]
# What it says of the last seed in each panel:

# %% tags=["demo"]
with lesson.if_written():
    for title, (units, activation, count) in cases.items():
        run = trained(network(units, 2, activation), 2, count)
        told = diagnose_fit({"loss": run[:, 0].tolist(), "val_loss": run[:, 1].tolist()}, target=0.1, gap=0.2)
        print(title, "->", told["verdict"], "with a gap of", round(told["gap"], 3))

# %% [markdown]
# The small network is still learning: its loss falls by 1.6 % from one window of three epochs to the next. Only when
# that has stopped is it *underfitting* (and the limit of 1 % is a choice). The middle one is "good" because its gap is below the
# 0.2 that we allow; with 0.1 it would be overfitting. Target and gap are yours to choose.
#
# ## "Regularization"
#
# *Regularization* is whatever you change in order to lower the error on new examples, not the training error (Goodfellow
# et al. 2016, ch. 7). The training loss may get worse for that, as long as the gap shrinks by more. This is a
# wide term: more data or distorted copies of it, penalties on weights, limits for them, softened labels, stopping early,
# [dropout](../dropout/README.md). Here are four that are short to write.
#
# ### A penalty, once by hand
#
# Large weights make steep functions, which can bend around single examples. So let weights cost something:
#
# $$\text{loss} + l_1 \sum |w| + l_2 \sum w^2$$
#
# Three weights, 3, −4 and 0, with $l_1 = 0.1$ and $l_2 = 0.01$. The penalty is $0.1 \cdot 7 + 0.01 \cdot 25 = 0.95$. The
# gradient gets $l_1 \operatorname{sign}(w) + 2\, l_2 w$ in addition: $0.1 + 0.06 = 0.16$, then
# $-0.1 - 0.08 = -0.18$, then 0.
#
# The two pull in different ways. L2 pulls in proportion to the weight: large ones strongly, small ones hardly. L1 pulls all of
# them equally hard: what earns less than it costs ends at 0, or, with gradient steps, close to it. The mixture is called
# *elastic net*.
#
# Textbooks write $\frac{1}{2} l_2 \sum w^2$; Keras has no ½. And it is a *sum*: the mean would make
# the same factor weaker in a larger layer.
#
# ## Part 2: `ElasticNet`
#
# A Keras regularizer is an object that is called with the weights and returns the penalty. The layer that has it puts the number on
# `model.losses`; `fit` adds it. Biases are usually spared: they shift, and do not make anything steep.


# %%
class ElasticNet(keras.regularizers.Regularizer):
    """The penalty `l1 * sum(abs(w)) + l2 * sum(w ** 2)`, as in `keras.regularizers.L1L2`.

    Its gradient by w is `l1 * sign(w) + 2 * l2 * w`, and 0 where w is 0.
    It works in layers, in `fit` and in a `tf.function`, and in a model that is saved and loaded (whoever loads it
    names the class in `custom_objects`).

    Args:
        l1: The factor of the sum of absolute values, a finite number of at least 0.
        l2: The factor of the sum of squares, a finite number of at least 0.

    Raises:
        ValueError: A factor is below 0, infinite or NaN.
    """

    def __init__(self, l1=0.0, l2=0.0):
        # BEGIN SOLUTION
        for name, factor in (("l1", l1), ("l2", l2)):
            if not (math.isfinite(factor) and factor >= 0):
                raise ValueError(f"{name} has to be finite and at least 0, and is {factor}")
        self.l1, self.l2 = float(l1), float(l2)
        # END SOLUTION

    def __call__(self, x):
        """The penalty of weights.

        Args:
            x: The weights, a floating variable, tensor or NumPy array of any shape.

        Returns:
            One number, a tensor of rank 0, in the dtype of `x`.
        """
        # BEGIN SOLUTION
        x = ops.convert_to_tensor(x)
        return self.l1 * ops.sum(ops.abs(x)) + self.l2 * ops.sum(ops.square(x))
        # END SOLUTION

    def get_config(self):
        """What makes the same penalty again: a dictionary with l1 and l2."""
        # BEGIN SOLUTION
        return {"l1": self.l1, "l2": self.l2}
        # END SOLUTION


# %% [markdown]
# The example from above, in a layer:

# %% tags=["demo"]
with lesson.if_written():
    layer = keras.layers.Dense(1, kernel_regularizer=ElasticNet(l1=0.1, l2=0.01))
    layer.build((None, 3))
    layer.set_weights([np.array([[3.0], [-4.0], [0.0]]), np.zeros(1)])
    print("what the layer adds to the loss:", [round(float(loss), 4) for loss in layer.losses])

# %% [markdown]
# ## Part 3: `MaxNorm`
#
# A limit instead of a price. After each update, the weights that lead *into* one unit are scaled back, if their length
# $\lVert w \rVert = \sqrt{\sum w^2}$ is above the limit $c$:
#
# $$w \leftarrow w \cdot \min(1,\; c / \lVert w \rVert)$$
#
# By hand, with $c = 2$: (3, −4) has the length 5 and becomes (1.2, −1.6), of length 2. (0.6, 0.8) has the length 1, and
# stays as it is.
#
# Which axis? A dense kernel has the shape (inputs, units): what leads into a unit is a *column*, so the sum goes over
# axis 0. A kernel of a convolution has (height, width, inputs, filters), so it goes over axes 0, 1 and 2 together. A wrong axis raises no error.


# %%
class MaxNorm(keras.constraints.Constraint):
    """Limits norms: `w * min(1, max_value / norm)`, as in `keras.constraints.MaxNorm`.

    The norm is the root of the sum of squares over `axis`. What is within the limit stays as it is (Keras' own
    changes it by a share of 1e-7 / norm, which is as good), and zeros stay zeros. You may take it for granted that
    the squares of the weights do not overflow.
    It works in layers, in `fit` and in a `tf.function`, and in a model that is saved and loaded (whoever loads it
    names the class in `custom_objects`).

    Args:
        max_value: The limit, a finite number above 0.
        axis: What the sum goes over, an integer or a list of integers: 0 for the kernel of a Dense layer,
            [0, 1, 2] for that of a Conv2D layer.

    Raises:
        ValueError: `max_value` is 0 or below.
    """

    def __init__(self, max_value=2.0, axis=0):
        # BEGIN SOLUTION
        if not max_value > 0:
            raise ValueError(f"max_value has to be above 0, and is {max_value}")
        self.max_value, self.axis = max_value, axis
        # END SOLUTION

    def __call__(self, w):
        """Weights within the limit.

        Args:
            w: The weights, a floating variable, tensor or NumPy array.

        Returns:
            A tensor of the shape and dtype of `w`.
        """
        # BEGIN SOLUTION
        w = ops.convert_to_tensor(w)
        norms = ops.sqrt(ops.sum(ops.square(w), axis=self.axis, keepdims=True))
        return w * (self.max_value / ops.maximum(norms, self.max_value))
        # END SOLUTION

    def get_config(self):
        """What makes the same limit again: a dictionary with max_value and axis, as they were given."""
        # BEGIN SOLUTION
        return {"max_value": self.max_value, "axis": self.axis}
        # END SOLUTION


# %% tags=["demo"]
with lesson.if_written():
    print(ops.convert_to_numpy(MaxNorm(2.0)(np.array([[3.0, 0.6, 0.0], [-4.0, 0.8, 0.0]]))))

# %% [markdown]
# What the three do to a network that learns 100 digits, a fifth of them with a label redrawn at random:

# %% tags=["demo", "figure"]
# figure: weights | Histograms of the first layer's weights of networks with 64 hidden units after 60 epochs on 100 digits, a fifth of whose labels is redrawn, in four panels on one scale with a logarithmic height, three seeds each as thin lines. Without regularization the weights spread widely, and 4 % are within 0.01 of 0. With L2 a spike stands at 0, 33 %, and the tails are gone. With L1 the spike is higher, 56 %, and its tails reach further out than those of L2. With norms of at most 1, there is no spike, and the tails end below 0.5.
redrawn = labels.copy()
redrawn[:20] = np.random.default_rng(1).integers(0, 10, 20)
ways = {
    "none": {},
    "L2, factor 0.003": {"kernel_regularizer": keras.regularizers.L2(0.003)},
    "L1, factor 0.001": {"kernel_regularizer": keras.regularizers.L1(0.001)},
    "norm at most 1": {"kernel_constraint": keras.constraints.MaxNorm(1.0, axis=0)},
}
fig, axes = figures.panels(1, 4, width=10, height=3.0)
edges = np.linspace(-0.975, 0.975, 66)
small, largest = [], []
for axis, (name, settings) in zip(axes, ways.items(), strict=True):
    kernels, ends = [], []
    for seed in range(3):
        model = network((64,), seed, **settings)
        ends.append(trained(model, seed, epochs=60, answers=redrawn)[-1])
        kernels.append(model.layers[0].kernel.numpy())
        heights = np.histogram(kernels[-1], edges)[0]
        axis.stairs(heights + 0.5, edges, color=figures.BLUE, linewidth=1.0)
    small.append(np.mean(np.abs(kernels) < 0.01))
    largest.append(np.abs(kernels).max())
    axis.set(title=name, xlabel="weight", yscale="log", ylim=(0.4, 4000))
    training, validation = np.transpose(ends)
    print(f"{name:17} training {training.round(2)}, validation {validation.round(2)}, ", end="")
    print(f"means {training.mean():.2f} and {validation.mean():.2f}; ", end="")
    print(f"{small[-1]:.0%} within 0.01 of 0, exactly 0: {np.sum(np.equal(kernels, 0))}")
plain = [network((64,), seed, **ways["L2, factor 0.003"]) for seed in range(3)]
for seed, model in enumerate(plain):
    trained(model, seed, epochs=60, answers=redrawn, kind=keras.optimizers.SGD, rate=0.3)
near = np.mean([np.abs(model.layers[0].kernel.numpy()) < 0.01 for model in plain])
print(f"L2 with plain gradient steps instead of Adam: {near:.0%} within 0.01 of 0")
axes[0].set_ylabel("how many (plus 0.5)")
assert largest[3] < 0.5
assert largest[1] < largest[2] < largest[0]
figures.says(64, 60, 100, small[0], 0.01, 0, 0, small[1], small[2], 1, 0.5)

# %% [markdown]
# L2 draws the large weights in, L1 leaves a few of them large and has the higher spike at 0. L2's spike is Adam's doing: after as
# many plain gradient steps 6 % of the weights lie within 0.01 of 0, not 33 % (below you will see why). Even under L1 none
# is *exactly* 0: with gradient steps, Adam's or plain ones, a weight near 0 jumps to and fro across it.
#
# Each of the three makes the gap smaller, mostly because the training loss gets worse. The validation loss
# falls by 0.02 or 0.03 in the mean, while seeds differ by 0.06: a hint, no proof. A penalty *costs* error on the old examples, and
# may buy nothing on new ones. Try a factor of 0.1: with L2 both losses get worse, with L1 they stay near ln 10 = 2.30, as
# with mere guessing.
#
# ## Part 4: `ridge`
#
# For a linear model, what a penalty does can be worked out exactly. *Ridge regression* minimizes
#
# $$\frac{1}{N} \sum_i (x_i w + b - y_i)^2 + s \sum_j w_j^2$$
#
# Center everything first: subtract the mean of each column of $x$, and that of $y$. Then $b$ drops out, free of any
# penalty, and comes back at the end as $\bar y - \bar x w$. Set the gradient to 0, and
# $(x^\top x + N s I)\, w = x^\top y$ is left. Mind the N: it comes from the *mean* (scikit-learn's `Ridge` has a sum, so its `alpha` is $N s$).
#
# By hand: one feature, −1, 0, 1, targets −2, 0, 2. $x^\top x = 2$, $x^\top y = 4$: without a penalty $w = 2$. With $s = 2/3$,
# $N s = 2$, and $w = 4 / (2 + 2) = 1$. A share of $2/(2+2) = \frac12$ is left.
#
# With more features, turn the axes so that the centered columns become uncorrelated (`np.linalg.svd` finds out how). Along each
# new axis the squares of the data's positions add up to $d^2$; $d$ is called a *singular value* of $x$. Above, $d^2 = 2$.
# The share $d^2 / (d^2 + N s)$ is left along each. Where the data spread widely, that is nearly all; where they hardly vary,
# and a weight would rest on noise, nearly nothing. The sum of the shares is called the
# *effective degrees of freedom*: F features count as that many (Hastie et al. 2009, §3.4.1). It is F without a penalty,
# and goes to 0 as s grows.


# %%
def ridge(x, y, strength):
    """Linear regression with an L2 penalty on the weights, and none on the bias, solved exactly.

    It minimizes `mean((x @ w + b - y) ** 2) + strength * sum(w ** 2)` over w and b.

    Args:
        x: Inputs, a NumPy array, float64, of shape (N, F), N > F. Its columns may have any mean and scale; less
            their means they are independent (so that there is one solution even at strength 0).
        y: Targets, float64, shape (N,).
        strength: The factor of the penalty; at least 0.

    Returns:
        A tuple `(weights, bias, degrees_of_freedom)`: weights of shape (F,), and two numbers. Degrees of
        freedom are the sum of `d ** 2 / (d ** 2 + N * strength)` over the singular values d of x less its
        means. All in float64; x and y stay as they are.

    Raises:
        ValueError: `strength` is below 0, or the shape of y is not (N,).
    """
    # BEGIN SOLUTION
    if strength < 0 or y.shape != (len(x),):
        raise ValueError(f"no regression has {strength=} and targets of shape {y.shape}")
    means, mean = x.mean(axis=0), y.mean()
    u, d, v = np.linalg.svd(x - means, full_matrices=False)
    kept = d**2 + len(x) * strength
    weights = v.T @ (d / kept * (u.T @ (y - mean)))
    return weights, mean - means @ weights, np.sum(d**2 / kept)
    # END SOLUTION


# %% [markdown]
# The example, and ten features of 442 patients with diabetes. Their columns come with length 1, so
# small strengths do:

# %% tags=["demo"]
from sklearn.datasets import load_diabetes

patients, progress = load_diabetes(return_X_y=True)
with lesson.if_written():
    print(ridge(np.array([[-1.0], [0.0], [1.0]]), np.array([-2.0, 0.0, 2.0]), 2 / 3))
    for strength in (0.0, 1e-4, 1e-3, 1e-2, 1.0):
        weights, bias, freedom = ridge(patients, progress, strength)
        print(
            f"strength {strength}: length {np.linalg.norm(weights):7.1f}, freedom {freedom:.2f}, bias {bias:.1f}"
        )

# %% [markdown]
# ### The same price for all? Not under Adam
#
# With plain gradient descent an L2 penalty takes the same share of each weight. Adam divides each weight's
# gradient, the penalty's part included, by the size of *that weight's own* gradients. Where these are large, little of the
# penalty is left; where they are tiny, the weight goes to 0 fast. *AdamW* takes the share from the weight itself (Loshchilov
# and Hutter 2019); you wrote it in [optimizers](../optimizers/README.md). Here two weights get noise for gradients, of mean 0
# and sizes that differ by 100. The penalty $0.05 w^2$ has the slope $0.1 w$, the price of a decay of 0.1:


# %% tags=["demo", "figure"]
# figure: decay | Two panels of the size of two weights over 730 steps, on one scale, both from 1, for three orders of the noise in their gradients. Left, AdamW with a decay of 0.1: both weights fall alike, to 0.48 in the mean of the orders. Right, Adam with an L2 penalty of 0.05: the weight with gradients of 10 is still at 0.93 or a little below, the one with gradients of 0.1 is near 0, within 0.002 of it.
def followed(seed, decay=0.0, penalty=0.0, steps=730, rate=0.01):
    """Two weights under Adam. Each gradient comes with its opposite, in an order that is drawn."""
    signs = np.random.default_rng(seed).choice([-1.0, 1.0], steps // 2)
    noise = np.stack([signs, -signs], axis=1).reshape(-1, 1) * np.array([10.0, 0.1])
    weights, first, second, path = np.ones(2), np.zeros(2), np.zeros(2), []
    for step, gradient in enumerate(noise, start=1):
        gradient = gradient + 2 * penalty * weights
        first += 0.1 * (gradient - first)
        second += 0.001 * (gradient**2 - second)
        scaled = first / (1 - 0.9**step) / (np.sqrt(second / (1 - 0.999**step)) + 1e-8)
        weights = weights - rate * decay * weights - rate * scaled
        path.append(weights)
    return np.array(path)


fig, axes = figures.panels(1, 2, width=9, height=3.0)
ends = []
for axis, title, settings in (
    (axes[0], "AdamW, decay 0.1", {"decay": 0.1}),
    (axes[1], "Adam with an L2 penalty of 0.05", {"penalty": 0.05}),
):
    paths = np.array([followed(seed, **settings) for seed in range(3)])
    for number, path in enumerate(paths):
        for place, name in enumerate(("gradients of 10", "gradients of 0.1")):
            label = "_nolegend_" if number else name
            axis.plot(path[:, place], **figures.line(place) | {"linewidth": 1.1}, label=label)
    axis.set(title=title, xlabel="step", ylim=(-0.1, 1.1))
    ends.append(paths[:, -1])
axes[0].set_ylabel("weight")
axes[0].legend()
print("at the end:", np.round(ends, 4).tolist())
assert np.ptp(ends[0], axis=-1).max() < 0.001
assert ends[1][:, 0].min() > 0.9
figures.says(730, 1, 0.1, ends[0].mean(), 0.05, 10, ends[1][:, 0].max(), 0.1, 0, np.abs(ends[1][:, 1]).max())

# %% [markdown]
# ## Part 5: `smoothed_crossentropy`
#
# Cross-entropy is never content: a right answer with 99 % can always become 99.9 %, and the weights grow on. *Label smoothing* asks for less
# (Szegedy et al. 2016). Instead of 1 for the right one of K classes and 0 for all others, the target is
#
# $$(1 - s) \cdot \text{one-hot} + s / K$$
#
# By hand, K = 4 and s = 0.2: 0.85 for the right class, 0.05 for each other; they add up to 1. Note s/K for *every* class, the
# right one too. The loss is $-\sum_k t_k \log p_k$ with these targets $t$ and the model's shares $p$. It is lowest where $p = t$, and there it is *not* 0:
# that floor is the *entropy* of the targets. And since the gradient by the logits is $p - t$, they stop growing there.
#
# Two pitfalls. Smooth the targets, not the logits. And do not take the logarithm of a softmax: at logits of ±10,000 shares are
# exactly 0. `log_softmax` has no such problem; [losses](../losses/README.md) says why.


# %%
def smoothed_crossentropy(labels, logits, smoothing=0.1):
    """Cross-entropy with softened targets, one loss for each label.

    The targets are `(1 - smoothing) * one_hot + smoothing / K`, and the loss is minus the sum of targets times the
    logarithm of softmax. Loss and gradient are finite for logits of ±10,000 (in float32 and float64); the
    gradient by the logits is softmax minus targets.

    Args:
        labels: The numbers of the right classes, integers from 0 to K - 1, of any shape.
        logits: Anything `keras.ops.convert_to_tensor` accepts, of the shape of `labels` and one more axis, the
            last, of K classes. Floating dtypes are kept, integers count as float32.
        smoothing: How much of the target is spread over all classes, from 0 to 1.

    Returns:
        A tensor of the shape of `labels`, in the dtype of the logits.

    Raises:
        ValueError: `smoothing` is below 0 or above 1.
    """
    # BEGIN SOLUTION
    if not 0 <= smoothing <= 1:
        raise ValueError(f"smoothing has to be from 0 to 1, and is {smoothing}")
    logits = as_floating(logits)
    classes = logits.shape[-1]
    targets = (1 - smoothing) * ops.one_hot(labels, classes, dtype=logits.dtype) + smoothing / classes
    return -ops.sum(targets * ops.log_softmax(logits), axis=-1)
    # END SOLUTION


# %% [markdown]
# One right class among four, and how sure the model is of it:

# %% tags=["demo"]
with lesson.if_written():
    for sure in (0.5, 0.85, 0.99, 0.9999):
        logits = np.log(np.array([sure, *[(1 - sure) / 3] * 3], "float32"))
        hard, soft = (float(smoothed_crossentropy(0, logits, smoothing)) for smoothing in (0.0, 0.2))
        print(f"share {sure}: loss {hard:.4f}, smoothed {soft:.4f}")

# %% [markdown]
# ## Part 6: `EarlyStopper`
#
# Weights begin small. Stop in time, and they have had no time to become large: in the right panel of the first figure,
# after 9 to 16 epochs, counted from 1 (callbacks count from 0). Your [training loop](../training_loop/README.md) has stopped
# early already, and says what speaks for and against it.
# Keras' `fit` asks *callbacks*, as in [schedules](../schedules/README.md). By hand, with a patience of 2:
#
# | epoch | 0 | 1 | 2 | 3 | 4 |
# |---|---|---|---|---|---|
# | val_loss | 0.9 | 0.7 | 0.8 | 0.6 | 0.65 |
# | epochs in a row without a better one | 0 | 0 | 1 | 0 | 1 |
#
# One more like that, and training stops: epoch 5. The weights of epoch 3 come back then. They have to be a *copy* (`model.get_weights()`), and come back
# also if the epochs run out first.
#
# `min_delta` says how much better is better. It is subtracted from the *best*, which stays until it is beaten: a loss
# that falls by less than `min_delta` in each epoch is better once these small steps add up to more. With `mode="max"`, for an
# accuracy, all is mirrored.


# %%
class EarlyStopper(keras.callbacks.Callback):
    """Ends training when a number has not become better for some epochs, and brings the best weights back.

    An epoch takes part if its number is `start_from_epoch` or more (epochs are counted from 0) and its logs have
    `monitor`; any other changes nothing. The first that takes part is the best. A later one is better if its
    value is below `best - abs(min_delta)`, or, with mode "max", above `best + abs(min_delta)`; where these are
    equal it is not. NaN is never better (the first value is not NaN). With `patience` epochs in a row that take part
    and are not better, `self.model.stop_training` becomes True; a patience of 0 does the same as 1.

    When training ends, stopped or not, all weights of the best epoch are restored, also those that are not trained
    (if `restore_best_weights`, and if an epoch took part).

    `best` is the best value, `best_epoch` the number of its epoch, and `stopped_epoch` that of the epoch in which
    this callback stopped training. Each is None as long as there is none, from the beginning.
    When a training begins (`on_train_begin`), everything is forgotten, so one callback may serve several.

    Args:
        monitor: The name of the number in `logs`.
        mode: "min" if lower is better, "max" if higher is.
        min_delta: By how much a value has to be better; its sign does not matter.
        patience: How many epochs in a row without a better one end the training, an integer of at least 0.
        start_from_epoch: The number of the first epoch that takes part.
        restore_best_weights: Whether the best weights come back. If not, those of the last epoch stay.

    Raises:
        ValueError: `mode` is neither "min" nor "max", or `patience` is below 0.
    """

    def __init__(
        self,
        monitor="val_loss",
        mode="min",
        min_delta=0.0,
        patience=0,
        start_from_epoch=0,
        restore_best_weights=True,
    ):
        # BEGIN SOLUTION
        super().__init__()
        if mode not in ("min", "max") or patience < 0:
            raise ValueError(f"there is no early stopping with {mode=} and {patience=}")
        self.monitor, self.patience, self.start_from_epoch = monitor, patience, start_from_epoch
        self.min_delta, self.restore_best_weights = abs(min_delta), restore_best_weights
        self._sign = 1 if mode == "min" else -1
        self.on_train_begin()
        # END SOLUTION

    def on_train_begin(self, logs=None):
        """Forget everything."""
        # BEGIN SOLUTION
        self.best = self.best_epoch = self.stopped_epoch = None
        self._wait, self._best_weights = 0, None
        # END SOLUTION

    def on_epoch_end(self, epoch, logs=None):
        """Look at the number, and stop training if it is time.

        Args:
            epoch: The number of the epoch, from 0.
            logs: The numbers of the epoch by name; it may be None.
        """
        # BEGIN SOLUTION
        value = (logs or {}).get(self.monitor)
        if value is None or epoch < self.start_from_epoch:
            return
        if self.best is None or self._sign * value < self._sign * self.best - self.min_delta:
            self.best, self.best_epoch, self._wait = value, epoch, 0
            if self.restore_best_weights:
                self._best_weights = self.model.get_weights()
            return
        self._wait += 1
        if self._wait >= self.patience:
            self.stopped_epoch, self.model.stop_training = epoch, True
        # END SOLUTION

    def on_train_end(self, logs=None):
        """Bring the best weights back."""
        # BEGIN SOLUTION
        if self._best_weights is not None:
            self.model.set_weights(self._best_weights)
        # END SOLUTION


# %% [markdown]
# On 100 digits, in Keras' own `fit`. The digits come in other orders than in the figure, so the best epoch is another. With a
# patience of 40 nothing stops early:

# %% tags=["demo"]
with lesson.if_written():
    for patience in (5, 40):
        model, stopper = network((256, 256), 0), EarlyStopper(patience=patience)
        model.compile(keras.optimizers.Adam(0.005), crossentropy, jit_compile=False)
        past = model.fit(
            data.shuffled(images[:100], labels[:100], batch_size=25),
            epochs=40,
            validation_data=(val_x, val_y),
            validation_batch_size=len(val_x),
            callbacks=[stopper],
            verbose=0,
        ).history["val_loss"]
        print(f"patience {patience}: best {stopper.best:.4f} in epoch {stopper.best_epoch}, ", end="")
        print(f"stopped in {stopper.stopped_epoch}; {past[-1]:.4f} after epoch {len(past) - 1}, ", end="")
        print(f"and with the weights that are left: {float(crossentropy(val_y, model(val_x))):.4f}")

# %% [markdown]
# Both times the best weights come back, better than those of the last epoch. But a patience of 5 is over before epoch 18, which
# is better still.

# %% [markdown] tags=["response"] name="better_than_training"
# ## In your own words
#
# A colleague trains a network with dropout and an L2 penalty. In every epoch, `val_loss` is *below* `loss`. "Then it does not overfit," says
# the colleague, "it even underfits, so I take a larger one."
#
# Why can a validation loss be below the training loss? Give at least four causes in five to ten sentences, and say for each how to find out whether it is
# the one. Then say what would have to be measured before anybody speaks of underfitting or overfitting.

# %% [markdown]
# ## To go on with
#
# Nobody grades these three.
#
# 1. *Easy.* By hand: what are the targets for K = 3 and s = 0.3? And which loss is the lowest that they allow?
# 2. *Harder.* Draw `length` and `freedom` of `ridge` for strengths from 0.000001 to 100, on a logarithmic axis. Which of the
#    ten weights go to 0 first? Do they get there?
# 3. *Open.* Train on 100, 200, 400 and 800 digits, with and without the L2 penalty of the figure, three seeds each. How many
#    digits is the penalty worth?
#
# Before this topic: the [training loop](../training_loop/README.md), whose `fit` stops early. After it:
# [dropout](../dropout/README.md), which regularizes by dropping units at random.
#
# ## Where this comes from
#
# - I. Goodfellow, Y. Bengio, A. Courville (2016). [*Deep Learning*](https://www.deeplearningbook.org/contents/regularization.html),
#   chapter 7: what regularization is, and its kinds: penalties, and that biases are spared (7.1), limits (7.2), stopping
#   early (7.8).
# - I. Loshchilov, F. Hutter (2019). [*Decoupled Weight Decay Regularization*](https://arxiv.org/abs/1711.05101).
# - C. Szegedy et al. (2016). [*Rethinking the Inception Architecture for Computer
#   Vision*](https://arxiv.org/abs/1512.00567): label smoothing.
# - T. Hastie, R. Tibshirani, J. Friedman (2009). [*The Elements of Statistical
#   Learning*](https://hastie.su.domains/ElemStatLearn/), §3.4.1: ridge regression and its degrees of freedom.
# - Keras: [regularizers](https://keras.io/api/layers/regularizers/), [constraints](https://keras.io/api/layers/constraints/),
#   [EarlyStopping](https://keras.io/api/callbacks/early_stopping/).
# - The digits and the diabetes data come from scikit-learn.
