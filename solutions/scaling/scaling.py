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
# # Scaling
#
# A table of wines has a column of about 750 (proline, an amino acid) beside one of about 0.4. A
# photograph has numbers from 0 to 255. What does a network make of that? Why does nearly every recipe begin with
# "subtract the mean, divide by the standard deviation"? What if one value is a thousand times the others? And
# what is left of a picture afterwards?
#
# **You will write** `conditioning`, two scalers, `split`, `symlog`, and the way of an image into a network
# and back: `to_float_image` and `denormalize`.
#
# **Do you remember?** Two questions from [neurons](../neurons/README.md) and [losses](../losses/README.md), to
# warm up:
#
# 1. A linear layer gets a batch of shape (N, F). What shape has its kernel for one output, and what is added?
# 2. A prediction is 3 off, another 6 off. How many times as much does the second weigh in the mean squared error?

# %%
import math

import keras
import numpy as np
from keras import ops

from nnlearn.lesson import as_floating

# %% tags=["demo"]
from sklearn.datasets import load_breast_cancer, load_sample_image, load_wine

from nnlearn import figures, lesson

wine = load_wine()  # 178 wines, 13 measurements of each, 3 growers
print(wine.data.shape, np.bincount(wine.target))

# %% [markdown]
# ## Before you read on, guess
#
# Replace each `None` below with your answer *before* you run or read anything else.
# Your first guess is kept, then answered, and you may think again: a wrong one teaches a lot.

# %%
PREDICTIONS = ...

# %% [markdown]
# ## "Why do we often need to normalize our data?"
#
# Because gradient descent has *one* learning rate for all weights. The slope by a weight is the error times the
# feature that the weight multiplies. A feature of about 750 makes its direction steep, one of about 0.4
# leaves it nearly flat. A rate that is small enough for the steep direction is far too small for the flat one.
#
# How steep is steep? For the mean squared error of a linear model, the loss is a bowl. Along each axis of the
# bowl it is a parabola with a *curvature* λ, the second derivative: how fast the slope changes. One step of
# gradient descent with the rate η multiplies the distance from the lowest point, along this axis, by
#
# $$1 - \eta\lambda$$
#
# It shrinks if that lies between −1 and 1: if η is below 2/λ. The steepest axis decides: η < 2/λ_max. The flattest
# decides how long you wait. The number that says how bad it is, is the *condition number* λ_max/λ_min.
#
# A word on words. *Scaling* is whatever shifts and stretches features. *Standardizing* makes mean 0 and standard
# deviation 1, and with images people call that *normalizing*.
#
# ### Once by hand
#
# Two weights, no bias. The first feature is 1 or −1, the second 100 or −100, and their product is 0 on average: then
# the axes of the bowl are those of the weights.
#
# 1. The curvature of mean squared error along a weight is 2 times the mean of the squared feature: 2 and 20,000.
# 2. The rate has to be below 2/20,000 = 0.0001. The condition number is 20,000/2 = 10,000.
# 3. Take half of that rate, 0.00005. Along the second weight 1 − ηλ is 0: done in one step. Along the first it
#    is 1 − 0.0001 = 0.9999. To come half way there takes 6,931 steps.
# 4. Divide the second feature by 100. Both curvatures are 2, and one step with η = 0.5 is enough for both.
#
# Nothing was learned or lost in the division: the second weight becomes 100 times as large, and the model is the
# same. Only the way there is shorter (LeCun et al. 1998 make this argument for networks).
#
# A *mean* far from 0 does harm as well, and this is easy to overlook. In the picture there is one feature, the
# colour intensity of the wines, of 5.1 ± 2.3, and a bias. The bias's own "feature" is the constant 1. The two go
# together: a larger weight can nearly be made up for by a smaller bias. That is the long valley on the left.

# %% tags=["demo", "figure"]
# figure: valley | Two maps of the same loss over a weight and a bias, with the paths of gradient descent from three starting points. Left, the raw feature: the condition number is 189, the contours are a long narrow valley, and after 20 steps at 0.9 times the largest rate all three paths zigzag in the valley, still far from the lowest point. Right, the scaled feature: the condition number is 1, the contours are circles, and all three paths end in the lowest point.
colour, alcohol = wine.data[:, 9], wine.data[:, 0]
target = (alcohol - alcohol.mean()) / alcohol.std()


def bowl(feature):
    """The columns of a model with a weight and a bias, and the matrix of its curvatures."""
    columns = np.stack([feature, np.ones_like(feature)], axis=1)
    return columns, 2 / len(columns) * columns.T @ columns


def descend(feature, start, steps, share=0.9):
    """The path of gradient descent on the mean squared error, at a share of the largest rate."""
    columns, curvature = bowl(feature)
    rate = share * 2 / np.linalg.eigvalsh(curvature)[-1]
    path = [np.array(start)]
    for _ in range(steps):
        slope = 2 / len(columns) * columns.T @ (columns @ path[-1] - target)
        path.append(path[-1] - rate * slope)
    return np.array(path)


fig, axes = figures.panels(1, 2, width=10.0, height=4.2)
conditions, left_over = [], []
versions = {"raw": colour, "scaled": (colour - colour.mean()) / colour.std()}
for axis, (name, feature) in zip(axes, versions.items(), strict=True):
    columns, curvature = bowl(feature)
    lowest = np.linalg.lstsq(columns, target, rcond=None)[0]
    values = np.linalg.eigvalsh(curvature)
    conditions.append(values[-1] / values[0])
    w, b = np.meshgrid(*(centre + np.linspace(-2.7, 2.7, 301) for centre in lowest))
    away = np.stack([w - lowest[0], b - lowest[1]], axis=-1)
    above = 0.5 * np.einsum("...i,ij,...j->...", away, curvature, away)
    axis.contour(w, b, above, levels=np.geomspace(0.05, 100, 8), colors=figures.GREY, linewidths=0.6)
    for number, offset in enumerate(((1.0, 2.3), (-1.4, 1.4), (0.9, -2.3))):
        path = descend(feature, lowest + offset, 20)
        shown = figures.line(number) | {"linewidth": 1.1}
        axis.plot(*path.T, marker="o", markersize=2, label=f"path {number + 1}", **shown)
        mark = {"color": shown["color"], "marker": "s", "markersize": 8, "fillstyle": "none", "linestyle": ""}
        axis.plot(
            *path[0], label="_nolegend_" if number else "where it starts", **mark | {"color": figures.GREY}
        )
        left_over.append(np.linalg.norm(path[-1] - lowest))
    axis.plot(*lowest, "k+", markersize=12, label="lowest point")
    axis.set(title=f"{name}: condition {conditions[-1]:.0f}", xlabel="weight", ylabel="bias")
    axis.set(xlim=(w.min(), w.max()), ylim=(b.min(), b.max()), aspect="equal")
axes[1].legend(loc="upper left", bbox_to_anchor=(1.02, 1.0))
print("distance left after 20 steps:", np.round(left_over, 3))
assert min(left_over[:3]) > 1
assert max(left_over[3:]) < 0.05
figures.says(conditions[0], 20, 0.9, conditions[1])

# %% [markdown]
# A contour joins places of equal loss. At 0.9 of the largest rate a step along the steepest axis overshoots and leaves
# −0.8 of the distance, so that paths jump to and fro, on the right, too; there they shrink along every axis.
#
# How does the number of steps grow? Scale all 13 columns of the wines, then measure one of them in other units: 2, 4,
# 8, 16 times as large.

# %% tags=["demo"]
scaled = (wine.data - wine.data.mean(axis=0)) / wine.data.std(axis=0)
first_grower = (wine.target == 0).astype("float64")


def steps_needed(x, y):
    """The condition number, and steps until the loss is within a thousandth of where it ends, at half the largest rate."""
    columns = np.concatenate([x, np.ones((len(x), 1))], axis=1)
    curvature = 2 / len(columns) * columns.T @ columns
    values = np.linalg.eigvalsh(curvature)
    best = np.linalg.lstsq(columns, y, rcond=None)[0]
    weights, steps = np.zeros(len(best)), 0
    start = (weights - best) @ curvature @ (weights - best)
    while (weights - best) @ curvature @ (weights - best) > 1e-3 * start:
        weights = weights - curvature @ (weights - best) / values[-1]
        steps += 1
    return values[-1] / values[0], steps


for factor in (1, 2, 4, 8, 16):
    other_units = scaled * np.where(np.arange(13) == 0, factor, 1)
    condition, steps = steps_needed(other_units, first_grower)
    print(f"one column times {factor:2d}: condition {condition:6.0f}, {steps:5d} steps")

# %% [markdown]
# Twice the unit is four times the curvature. From factor 4 on, this column is the steepest by far, and each doubling
# makes the condition number and the steps nearly four times as large: they grow *in proportion*. Where does that
# come from? At half the largest rate a step along the flattest axis leaves 1 − λ_min/λ_max of the distance.
#
# A network with hidden layers is no single bowl, and its condition changes while it trains. But its first layer
# multiplies the raw features all the same. Later layers get numbers that earlier layers have made: see
# [normalization](../normalization/README.md). And not everything needs scaling: a decision tree asks whether one
# feature is above a threshold, and does not care about its units.
#
# ## Part 1: `conditioning`
#
# Two numbers to know before training: the rate above which gradient descent on a linear model diverges, and the
# condition number. Both come from the matrix of curvatures. With one row per example and a last column of ones
# for the bias, $A = [x\;1]$, it is $H = \frac{2}{N} A^T A$. Its *eigenvalues* are the curvatures along the
# bowl's own axes, which need not be those of the weights: `np.linalg.eigvalsh` gives them in rising order.
# Beware: the condition number of $A$ itself is the *root* of what you want. And without the column of ones you
# would not see what a mean far from 0 does.


# %%
def conditioning(x):
    """Say how well gradient descent can do on a linear model with a bias, under mean squared error.

    The loss is the mean of `(x @ w + b - y) ** 2` over the N rows. Its curvatures by w and b are the
    eigenvalues of `H = 2 / N * A.T @ A`, where A is x with a further column of ones; y plays no part.

    Args:
        x: A NumPy array or tensor of shape (N, F), of any numeric dtype; computed in float64.

    Returns:
        Two Python floats. The largest rate: gradient descent converges below it and diverges above,
        2 divided by the largest eigenvalue. And the condition number: the largest eigenvalue divided by
        the smallest, right to 1e-6 of its size if it is below 1e8. It is infinity if N <= F, or if the smallest
        eigenvalue is below 1e-14 times the largest: then a direction is flat.
    """
    # BEGIN SOLUTION
    x = np.asarray(x, "float64")
    columns = np.concatenate([x, np.ones((len(x), 1))], axis=1)
    curvatures = np.linalg.eigvalsh(2 / len(x) * columns.T @ columns)
    low, high = curvatures[0], curvatures[-1]
    is_flat = len(x) <= x.shape[1] or low < 1e-14 * high
    return float(2 / high), math.inf if is_flat else float(high / low)
    # END SOLUTION


# %% tags=["demo"]
with lesson.if_written():
    mean, deviation = wine.data.mean(axis=0), wine.data.std(axis=0)
    tables = {
        "raw": wine.data,
        "minus mean": wine.data - mean,
        "divided": wine.data / deviation,
        "both": scaled,
    }
    for name, table in tables.items():
        rate, condition = conditioning(table)
        print(f"wine, {name}: rates below {rate:.2g}, condition number {condition:.2g}")

# %% [markdown]
# From 460 million to 46, and it takes both, the mean and the deviation. What is left comes from columns that go
# together; scaling one by one cannot mend that.
#
# ## Part 2: `Standardizer`
#
# $$z = \frac{x - \text{mean}}{\text{scale}}$$
#
# for each feature, with *its* mean and *its* standard deviation. By hand: the feature 1, 3, 8 has the mean 4, the
# squared deviations 9, 1, 16 and so the variance 26/3. Its scale is the root, 2.94, and z is −1.02, −0.34, 1.36.
# (Dividing by n − 1 in place of n estimates a population from a sample. Here nothing is estimated: this is
# the spread of these very numbers.)
#
# Four places to slip:
#
# - **A constant feature.** Its standard deviation is 0, or something like 1e-17 if rounding had a hand in it. A change
#   of 1, divided by that, is infinite, or 1e17. Keras' `Normalization` divides by 0.0000001 at least, which makes ten
#   million of it. Scale such a feature by 1, and a change of 1 stays a change of 1. Don't ask whether the deviation
#   is 0: ask whether the smallest value and the largest are equal.
# - **The short formula.** The variance is E[x²] − E[x]² on paper. In float32, with numbers of about 10,000 and a deviation
#   of 1, both terms are about 100,000,000, where neighbouring floats are 8 apart: no variance of 1 can come out.
#   Subtract the mean first, and compute in float64.
# - **Batches.** The mean of batch means is wrong if batches have different sizes; the mean of their variances is wrong
#   even if they don't, since it misses that their means differ. For two groups of $n$ and $m$ rows, with sums of squared
#   deviations $S$ and $T$ and means $\delta$ apart, the sum for both is $S + T + \delta^2 nm/(n + m)$. By hand: 1, 3 and
#   then 8. $S$ = 2, $T$ = 0, the means 2 and 8 are 6 apart: 2 + 0 + 36 · 2/3 = 26, as above. The mean moves by
#   $\delta m/(n + m)$ = 2, to 4.
# - **The features' axis.** It is the last; all others are pooled. For images (N, H, W, C), that is one mean per
#   channel.


# %%
class Standardizer:
    """Scale each feature to mean 0 and standard deviation 1.

    Features are the indices of the last axis, F of them; all other axes are pooled. After `fit` or `update`, the
    attributes `mean` and `scale` are float64 arrays of shape (F,). `scale` is the standard deviation of
    all values seen, divided by n, not by n - 1; it is 1 for a feature of which all values seen are equal, whatever
    rounding makes of its variance. Statistics are computed in float64 from the values as they are.

    Arguments called `x` or `z` are NumPy arrays or tensors of rank 2 or more, with finite numbers; none is changed.
    Results are arrays or tensors. They have the shape of the argument, and its dtype if that is float16, float32
    or float64; integers give float32. They are as good as that dtype allows: in float32 `transform` is right to
    1e-5 * (1 + abs(z)) + 1e-6 * abs(mean) / scale.
    """

    def __init__(self):
        # BEGIN SOLUTION
        self.mean = self.scale = None
        # END SOLUTION

    def fit(self, x):
        """Learn the statistics of `x`, and forget all that was learned before.

        Returns:
            This object.

        Raises:
            ValueError: `x` has no rows.
        """
        # BEGIN SOLUTION
        self.mean = None
        return self.update(x)
        # END SOLUTION

    def update(self, x):
        """Learn from more data: the statistics become those of all data since `fit`, as if it had come at once.

        Without a `fit` before it, it begins as `fit` does. What came before may, but need not, be stored.

        Returns:
            This object.

        Raises:
            ValueError: `x` has no rows, or another number of features than what came before.
        """
        # BEGIN SOLUTION
        x = np.asarray(x, "float64")
        rows = x.reshape(-1, x.shape[-1])
        if len(rows) == 0:
            raise ValueError("there are no rows to learn from")
        if self.mean is None:
            self._count, self.mean, self._squares = 0, np.zeros(x.shape[-1]), np.zeros(x.shape[-1])
            self._low = self._high = rows[0]
        if self.mean.shape != rows.shape[1:]:
            raise ValueError(f"there were {len(self.mean)} features, and now {rows.shape[1]}")
        before, self._count = self._count, self._count + len(rows)
        mean = rows.mean(axis=0)
        apart = mean - self.mean
        self._squares = self._squares + ((rows - mean) ** 2).sum(axis=0)
        self._squares = self._squares + apart**2 * (before * len(rows) / self._count)
        self.mean = self.mean + apart * (len(rows) / self._count)
        self._low = np.minimum(self._low, rows.min(axis=0))
        self._high = np.maximum(self._high, rows.max(axis=0))
        self.scale = np.where(self._low == self._high, 1.0, np.sqrt(self._squares / self._count))
        return self
        # END SOLUTION

    def transform(self, x):
        """Scale `x` with the statistics learned: `(x - mean) / scale`. It learns nothing.

        Raises:
            ValueError: Nothing was learned yet, or `x` has another number of features.
        """
        # BEGIN SOLUTION
        x = self._known(x)
        return ((x - self.mean) / self.scale).astype(x.dtype)
        # END SOLUTION

    def inverse(self, z):
        """Undo `transform`: `z * scale + mean`.

        Raises:
            ValueError: Nothing was learned yet, or `z` has another number of features.
        """
        # BEGIN SOLUTION
        z = self._known(z)
        return (z * self.scale + self.mean).astype(z.dtype)

    def _known(self, x):
        # An array of a floating dtype, with the features that were learned.
        if self.mean is None:
            raise ValueError("nothing was learned yet: call fit first")
        x = np.asarray(x)
        if x.shape[-1] != len(self.mean):
            raise ValueError(f"there were {len(self.mean)} features, and now {x.shape[-1]}")
        return x if x.dtype.kind == "f" else x.astype("float32")
        # END SOLUTION


# %% [markdown]
# See what it makes of the wines, in two uneven batches, and of a constant that changes:

# %% tags=["demo"]
with lesson.if_written():
    scaler = Standardizer().fit(wine.data[:100])
    scaler.update(wine.data[100:])
    z = np.asarray(scaler.transform(wine.data))
    print("means:", np.abs(z.mean(axis=0)).max().round(6), " deviations:", z.std(axis=0).round(6).min())
    constant = np.full((3, 1), 5.0)
    print("constant 5, then 6:", np.asarray(Standardizer().fit(constant).transform(constant + 1)))
layer = keras.layers.Normalization()
layer.adapt(np.full((3, 1), 5.0, "float32"))
print("Keras, the same:   ", np.asarray(layer(np.array([[6.0]], "float32"))))

# %% [markdown]
# ## Part 3: `split`
#
# A scaler has learned something from data: a mean, a scale. The test part stands for data that nobody has seen. So:
# **split first, fit on the training part alone, and use those very numbers for every part**, later for production
# too (scikit-learn's "Common pitfalls" shows what becomes of it otherwise).
#
# - *Fitted on everything*: the test part has a hand in what it is tested by. With mean and deviation of many rows the harm
#   is small as a rule. It can be large where labels are looked at, as in choosing features by them.
# - *Fitted on each part*, or on each batch later on: then the same wine gets other numbers when it comes among other
#   wines. Try it: a classifier that takes the nearest class mean, fitted on scaled wines, gets test wines one
#   grower at a time, as a cellar would deliver them.

# %% tags=["demo"]


def share_right(seed):
    """Test accuracy with the statistics of training, and with those of each delivery."""
    order = np.random.default_rng(seed).permutation(178)
    train, test = order[:118], order[118:]
    mean, scale = wine.data[train].mean(axis=0), wine.data[train].std(axis=0)
    labels, z = wine.target[train], (wine.data[train] - mean) / scale
    centres = np.stack([z[labels == k].mean(axis=0) for k in range(3)])
    right = {"stored": 0, "refitted": 0}
    for k in range(3):
        delivery = wine.data[test][wine.target[test] == k]
        own = delivery.mean(axis=0), delivery.std(axis=0)
        for name, (m, s) in {"stored": (mean, scale), "refitted": own}.items():
            distances = ((((delivery - m) / s)[:, None] - centres) ** 2).sum(axis=-1)
            right[name] += np.sum(distances.argmin(axis=1) == k)
    return [count / len(test) for count in right.values()]


shares = np.array([share_right(seed) for seed in range(20)])
for name, column in zip(("stored statistics", "refitted to each delivery"), shares.T, strict=True):
    print(f"{name}: {column.mean():.0%} right, from {column.min():.0%} to {column.max():.0%} over 20 splits")

# %% [markdown]
# With its own statistics a delivery has the mean 0 in every column: just what tells growers apart was
# subtracted, and what is left is as good as guessing. So store mean and scale with the model, and keep one
# example with the numbers that it became: production has to make the same of it, alone and in any batch.
#
# Two more rules. **Stratify**: give each part its share of every class, or a rare class may be missing from a part. And
# **keep pairs**: one random order, for x and for y. A split is random, but the same for the same seed, and it leaves
# NumPy's global generator alone: `np.random.default_rng(seed)` is a generator of one's own.
#
# Shares rarely come out whole: 3 rows at 0.6, 0.2, 0.2 are 1.8, 0.6, 0.6. Round down and hand out what is left to the
# largest remainders: 1 + 1, 0 + 1, 0. Then no part is a whole row off. To round down and give the last part all that is
# left would make 1, 0, 2 of them, and 2 is too far from 0.6.


# %%
def split(x, y, fractions=(0.6, 0.2, 0.2), seed=0, scaler=None):
    """Split examples into parts at random, each with its share of every class, and scale them.

    Args:
        x: A NumPy array or tensor of shape (N, ...). Its rows are the examples.
        y: The class of each: whole numbers, a NumPy array or tensor of shape (N,).
        fractions: The share of each part, positive, at least two of them. Their sum is 1, or off by 1e-6
            at most.
        seed: A whole number, 0 or more. The same seed gives the same parts, another one others. NumPy's global
            generator (`np.random.seed`) is neither used nor set.
        scaler: None, or an object with `fit(x)` and `transform(x)`, such as `Standardizer`. `fit` is called
            once, with the x of the first part. After that, `transform` gives every x that is returned.

    Returns:
        A list with a pair (x, y) for each fraction, in their order. y is a NumPy array, and so is x without a
        scaler; with one it is what `transform` gives. Every row is in exactly one part, beside its own y. Rows of a part are in
        random order, not sorted by class or as they came. Of a class with n rows, a part with the share f has a
        number of rows that is less than 1 away from f * n. A part may be empty, and what a scaler does then is
        its own affair. x and y keep their dtypes
        (without a scaler), and are not changed.

    Raises:
        ValueError: There are fewer than two fractions, one is not positive, or their sum is not 1; y has another
            rank than 1; x and y have different lengths.
    """
    # BEGIN SOLUTION
    x, y = np.asarray(x), np.asarray(y)
    shares = np.array(fractions, "float64")
    if len(shares) < 2 or not (shares > 0).all() or abs(shares.sum() - 1) > 1e-6:
        raise ValueError(f"at least two positive fractions have to add up to 1, not {fractions}")
    if y.ndim != 1 or len(x) != len(y):
        raise ValueError(f"each example needs one class: x has shape {x.shape}, and y {y.shape}")
    generator = np.random.default_rng(seed)
    chosen = [[] for _ in shares]
    for label in np.unique(y):
        rows = generator.permutation(np.flatnonzero(y == label))
        wanted = shares * len(rows)
        counts = np.floor(wanted).astype(int)
        largest = np.argsort(counts - wanted, kind="stable")
        counts[largest[: len(rows) - counts.sum()]] += 1
        for part, piece in zip(chosen, np.split(rows, np.cumsum(counts)[:-1]), strict=True):
            part.extend(piece)
    places = [generator.permutation(np.array(part, int)) for part in chosen]
    xs = [x[part] for part in places]
    if scaler is not None:
        scaler.fit(xs[0])
        xs = [scaler.transform(part) for part in xs]
    return [(part, y[place]) for part, place in zip(xs, places, strict=True)]
    # END SOLUTION


# %% tags=["demo"]
with lesson.if_written():
    for x, y in split(wine.data, wine.target, scaler=Standardizer()):
        print(
            "rows per grower:",
            np.bincount(y, minlength=3),
            " largest mean:",
            np.abs(np.mean(x, axis=0)).max().round(3),
        )

# %% [markdown]
# ## "Some data may have a wide spread of values, how do we cope with this?"
#
# Ask first what makes it wide. *A few wrong or rare values* pull on mean and standard deviation: a
# magnesium of 1,130 in place of 113 among 178 wines raises the mean from 99.7 to 105 and the standard
# deviation from 14 to 78. All the right wines are squeezed together. The *median* (98) and the distance
# between the *percentiles* 25 and 75 (19) stay where they were. So:
#
# - **Robust scaling** takes these two. Outliers stay outliers, but they don't decide about the others.
# - **Clipping** the scaled values to ±limit then bounds what an outlier can do. Its value is gone for good: what was
#   clipped cannot be recovered. And clip *after* scaling, or the limit means something else for each feature.
# - **A logarithm** is for values that are *really* spread over powers of ten. It keeps their order, and each factor of
#   10 becomes a step of the same length. But log of 0 or of a negative number is no number.
#
# `symlog` is a logarithm that takes 0 and negative numbers as well: $\text{sign}(x)\; t\, \log(1 + |x|/t)$.
# Where |x| is far below the threshold t it is nearly x itself, far above it a logarithm, for negative numbers
# the mirror image, and it can be undone. (Hafner et al. 2023 use it, with t = 1, among others for rewards of
# unknown size.)
#
# The picture shows the "area error" of 569 tumours, the standard error of the area of cell nuclei in one image.
# Standardizing and robust scaling move and stretch all values alike: the histogram keeps its shape, and only
# the numbers on the axis change. A logarithm changes its shape. Its threshold of 10 is near the smallest
# values.

# %% tags=["demo", "figure"]
# figure: spread | Three histograms of the area errors of 569 tumours, with logarithmic counts. Standardized and scaled by median and percentiles they have the same shape: nearly all close to the middle, and a long thin tail, to 11 in the one case and 19 in the other. After symlog with threshold 10 they are spread over the axis, from 5 to 40, and the two largest are no longer far away.
cancer = load_breast_cancer()
errors = cancer.data[:, list(cancer.feature_names).index("area error")]
low, middle, high = np.percentile(errors, [25, 50, 75])
versions = {
    "standardized": (errors - errors.mean()) / errors.std(),
    "median and percentiles": (errors - middle) / (high - low),
    "symlog, t = 10": 10 * np.log1p(errors / 10),
}
fig, axes = figures.panels(1, 3, width=10.0, height=2.8)
for axis, (name, values) in zip(axes, versions.items(), strict=True):
    axis.hist(values, bins=40, color=figures.BLUE)
    axis.set(title=name, xlabel="scaled area error", ylabel="tumours", yscale="log", ylim=(0.7, 300))
plain, robust, logarithmic = versions.values()
assert np.mean(np.abs(plain) < 1) > 0.85
figures.says(len(errors), plain.max(), robust.max(), 10, logarithmic.min(), logarithmic.max())

# %% [markdown]
# ## Part 4: `RobustScaler`


# %%
class RobustScaler:
    """Scale each feature by its median and the distance between two percentiles, and bound the result.

    Features are the indices of the last axis, F of them; all other axes are pooled. After `fit`, the attributes
    `center` (the median) and `scale` (the percentile `high` minus the percentile `low`) are float64 arrays of
    shape (F,). Percentiles are interpolated linearly between neighbouring values, as `np.percentile` does.
    Where the two percentiles of a feature are equal, its scale is 1.

    Arguments called `x` or `z`, and results, are as those of `Standardizer`: finite numbers of rank 2 or more,
    which are not changed; results have the same shape and floating dtype, float32 for integers.

    Args:
        low: The lower percentile, from 0 to 100.
        high: The upper one, above `low`.
        limit: What `transform` clips its result to, after scaling: from -limit to limit. None for no clipping.

    Raises:
        ValueError: Not 0 <= low < high <= 100, or `limit` is 0 or less.
    """

    def __init__(self, low=25.0, high=75.0, limit=None):
        # BEGIN SOLUTION
        if not 0 <= low < high <= 100:
            raise ValueError(f"low and high have to be percentiles, low below high, not {low} and {high}")
        if limit is not None and limit <= 0:
            raise ValueError(f"the limit has to be above 0, and is {limit}")
        self.low, self.high, self.limit = low, high, limit
        self.center = self.scale = None
        # END SOLUTION

    def fit(self, x):
        """Learn the percentiles of `x`, and forget all that was learned before.

        Returns:
            This object.

        Raises:
            ValueError: `x` has no rows.
        """
        # BEGIN SOLUTION
        x = np.asarray(x, "float64")
        rows = x.reshape(-1, x.shape[-1])
        if len(rows) == 0:
            raise ValueError("there are no rows to learn from")
        low, self.center, high = np.percentile(rows, [self.low, 50, self.high], axis=0)
        self.scale = np.where(low == high, 1.0, high - low)
        return self
        # END SOLUTION

    def transform(self, x):
        """Scale `x` with the percentiles learned: `(x - center) / scale`, then clipped. It learns nothing.

        Raises:
            ValueError: Nothing was learned yet, or `x` has another number of features.
        """
        # BEGIN SOLUTION
        x = self._known(x)
        z = (x - self.center) / self.scale
        if self.limit is not None:
            z = np.clip(z, -self.limit, self.limit)
        return z.astype(x.dtype)
        # END SOLUTION

    def inverse(self, z):
        """Undo the scaling: `z * scale + center`. What was clipped stays clipped.

        Raises:
            ValueError: Nothing was learned yet, or `z` has another number of features.
        """
        # BEGIN SOLUTION
        z = self._known(z)
        return (z * self.scale + self.center).astype(z.dtype)

    def _known(self, x):
        # An array of a floating dtype, with the features that were learned.
        if self.center is None:
            raise ValueError("nothing was learned yet: call fit first")
        x = np.asarray(x)
        if x.shape[-1] != len(self.center):
            raise ValueError(f"there were {len(self.center)} features, and now {x.shape[-1]}")
        return x if x.dtype.kind == "f" else x.astype("float32")
        # END SOLUTION


# %% tags=["demo"]
with lesson.if_written():
    magnesium = wine.data[:, 4:5].copy()
    magnesium[3] *= 10  # somebody forgot the decimal point
    scaler = RobustScaler(limit=3.0).fit(magnesium)
    print(
        "center",
        scaler.center,
        "scale",
        scaler.scale,
        "the slip becomes",
        np.asarray(scaler.transform(magnesium))[3],
    )

# %% [markdown]
# ## Part 5: `symlog`
#
# `as_floating`, which the first cell imports, makes a tensor of x; it keeps floating dtypes and makes float32
# of integers.
#
# Write symlog so that a gradient can pass. Its slope at 0 is 1. But a tape takes the slopes of sign(x) and of
# |x| at 0 as 0, and gets 0. Use a sign that is 1 or −1 and never 0, and sign · x in place of |x|. And let
# `where` choose *before* the logarithm: computed for both sides, the wrong one has log(1 − 1) where |x| is the
# threshold, and its infinite slope times 0 is NaN. The threshold stands in two places: inside, and outside to
# make the slope 1.


# %%
def symlog(x, threshold=1.0, inverse=False):
    """Compress large numbers of either sign, or undo that.

    `sign(x) * threshold * log(1 + abs(x) / threshold)`, precise near 0 too. The inverse is
    `sign(x) * threshold * (exp(abs(x) / threshold) - 1)`.

    Args:
        x: Anything `keras.ops.convert_to_tensor` accepts. float16, float32 and float64 are kept, integers count
            as float32.
        threshold: A number above 0. Neither it nor abs(x) / threshold is too large, or too near 0, for the dtype
            of the result.
        inverse: Whether to undo it.

    Returns:
        A tensor of the shape and dtype of `x`. A tape gets the gradient by `x`: `1 / (1 + abs(x) / threshold)`, of
        the inverse `exp(abs(x) / threshold)`. At 0 both are 1.

    Raises:
        ValueError: `threshold` is 0 or less.
    """
    # BEGIN SOLUTION
    if threshold <= 0:
        raise ValueError(f"the threshold has to be above 0, and is {threshold}")
    x = as_floating(x)
    sign = ops.where(x < 0, ops.full_like(x, -1), ops.ones_like(x))
    size = sign * x / threshold
    return sign * threshold * (ops.expm1(size) if inverse else ops.log1p(size))
    # END SOLUTION


# %% tags=["demo"]
with lesson.if_written():
    x = np.array([-1e6, -1.0, 0.0, 1e-6, 1.0, 1e3, 1e6])
    print(np.asarray(symlog(x)).round(3))
    print(np.asarray(symlog(symlog(x), inverse=True)).round(3))

# %% [markdown]
# ## "How does i.e. an image look before/after a normalization (tfms)?"
#
# Before, a photograph is uint8: whole numbers from 0 to 255, for each pixel one of red, green and blue. ("tfms"
# are *transforms*, what is done to an image on its way into a network.) Two things happen:
#
# 1. **To floats from 0 to 1**: divide by 255, the largest uint8. That largest number belongs to the *dtype*, not to the
#    picture: dividing by the picture's own maximum would make a dark one bright.
# 2. **Normalize** each channel: subtract a mean, divide by a standard deviation, both stored with the model.
#    Models pretrained on ImageNet the PyTorch way expect the means 0.485, 0.456, 0.406 and the deviations 0.229, 0.224,
#    0.225 (Keras has them in `preprocess_input`, mode "torch").
#
# After, numbers lie between −2.12 (black, in the red channel) and 2.64 (white, in the blue one, of which this
# flower has none). The picture is still all there, to the last grey level. But drawn as it is, everything below
# 0 is cut to black and everything above 1 is at its brightest: it looks broken. To look at it, undo it:
# multiply, add, clip, times 255, *round*.

# %% tags=["demo", "figure"]
# figure: flower | Top: a photograph of a flower three times: as it was, after normalization, where all dark parts are black and the colours glare, and denormalized, where it looks as before. Below: histograms of the three channels, each of the same shape in all stages. Before, the values lie between 0 and 255; after normalization they lie between -2.1 and 2.2; denormalized they are the same whole numbers as before, all of them.
MEAN, STD = np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225])
photo = load_sample_image("flower.jpg")[::4, ::4]
normalized = (photo / 255 - MEAN) / STD
back = np.rint(np.clip(normalized * STD + MEAN, 0, 1) * 255).astype("uint8")
fig, axes = figures.panels(2, 3, width=10.0, height=2.7)
stages = {"before": photo, "normalized, drawn as it is": np.clip(normalized, 0, 1), "denormalized": back}
for axis, (name, picture) in zip(axes[0], stages.items(), strict=True):
    axis.imshow(picture)
    axis.set(title=name)
    axis.axis("off")
for axis, numbers in zip(axes[1], (photo, normalized, back), strict=True):
    for channel, (name, colour_of) in enumerate(
        zip(("red", "green", "blue"), (figures.VERMILION, figures.GREEN, figures.BLUE), strict=True)
    ):
        shown = figures.line(channel) | {"color": colour_of, "linewidth": 1.4}
        axis.hist(numbers[..., channel].ravel(), bins=40, histtype="step", label=name, **shown)
    axis.set(xlabel="value", ylabel="pixels", yscale="log")
axes[1, 0].legend()
assert (back == photo).all()
print("least and largest after normalization:", normalized.min().round(2), normalized.max().round(2))
figures.says(photo.min(), photo.max(), normalized.min(), normalized.max())

# %% [markdown]
# ## Part 6: `to_float_image`
#
# Images come as many things: grey without a channel axis, with a fourth channel for transparency (*alpha*),
# from scanners in uint16, from other code as floats. bool, uint8 and uint16 say what their largest number is; a
# float does not. So floats outside of 0 to 1 have to be refused: scikit-learn's digits are floats from 0 to 16,
# and a silent guess would train, only badly.


# %%
def to_float_image(image):
    """Make a floating image with numbers from 0 to 1 and a channel axis.

    Args:
        image: A NumPy array or tensor of shape (H, W), or (H, W, C) with 1, 3 or 4 channels. Of 4, the last is
            dropped. bool, uint8 (divided by 255) and uint16 (divided by 65535) become float32; float16,
            float32 and float64 are kept as they are, and have to lie between 0 and 1.

    Returns:
        An image of shape (H, W, 1) or (H, W, 3): an array or a tensor. `image` is not changed.

    Raises:
        ValueError: Anything else: another dtype, another shape, a float below 0, above 1, or NaN (in a channel that
            is kept).
    """
    # BEGIN SOLUTION
    image = np.asarray(image)
    if image.ndim == 2:
        image = image[..., None]
    if image.ndim != 3 or image.shape[-1] not in (1, 3, 4):
        raise ValueError(f"an image has shape (H, W) or (H, W, 1, 3 or 4), not {image.shape}")
    image = image[..., :3]
    largest = {"bool": 1, "uint8": 255, "uint16": 65535}.get(image.dtype.name)
    if largest is not None:
        return (image / largest).astype("float32")
    if image.dtype.kind != "f" or not ((image >= 0) & (image <= 1)).all():
        raise ValueError(f"{image.dtype} does not say what its largest number is")
    return image
    # END SOLUTION


# %% [markdown]
# ## Part 7: `denormalize`
#
# Back again. The order matters: `transform` subtracted and then divided, so multiply first and add then. Clip before
# you make uint8 of it: 256 would *wrap* round to 0, a black speck in a white sky. And round: `astype` cuts off what is
# behind the point. Floats are not exact, and the grey level 68 comes back a hair below 68 here, to be cut to 67.

# %% tags=["demo"]
levels = np.arange(256)
there = ((levels / 255 - 0.485) / 0.229).astype("float32")
again = (there * np.float32(0.229) + np.float32(0.485)) * np.float32(255)
print(np.sum(again.astype("uint8") != levels), "of 256 levels are off if they are cut,", end=" ")
print(np.sum(np.rint(again).astype("uint8") != levels), "if they are rounded; 68 comes back as", again[68])


# %%
def denormalize(image, mean, std):
    """Turn a normalized image back into one that can be looked at.

    Args:
        image: A NumPy array or tensor with finite numbers and the channels in its last axis: (H, W, C) or a batch
            (N, H, W, C), for C of 1 or more. float16, float32 and float64 do.
        mean: What was subtracted from each channel: a number, or C of them in an array, list or tuple of shape (C,).
        std: What it was divided by, above 0: a number or C of them as well. One may be a number and the other not.

    Returns:
        An array or tensor of uint8, of the shape of `image`: `image * std + mean`, clipped to 0 to 1, times 255, rounded to the nearest whole
        number. (One more or less is right near halves, and for float16.) `image` is not changed.

    Raises:
        ValueError: `mean` or `std` is neither one number nor of shape (C,), or something in `std` is 0 or less. Three
            means for an image of one channel are an error too.
    """
    # BEGIN SOLUTION
    image = np.asarray(image, "float64")
    mean, std = np.asarray(mean, "float64"), np.asarray(std, "float64")
    for numbers in (mean, std):
        if numbers.shape not in ((), image.shape[-1:]):
            raise ValueError(f"{numbers.shape} does not fit an image of shape {image.shape}")
    if not (std > 0).all():
        raise ValueError("standard deviations are above 0")
    return np.rint(np.clip(image * std + mean, 0, 1) * 255).astype("uint8")
    # END SOLUTION


# %% [markdown] tags=["response"] name="the_same_scaling"
# ## In your own words
#
# A classifier of photographs was 94 % right on its test part. In production it is 71 % right, "with the same
# scaling". You find that the service makes floats of each upload by dividing by its largest value, that it
# standardizes each batch of uploads with mean and deviation of that batch, and that the notebook had fitted its
# scaler before it split.
#
# Explain in five to ten sentences what is wrong with each of these, which of them can have cost accuracy in
# production and which can have made 94 % look too good; what has to be stored with the model; and how you would test
# that training and production do the same to an image.

# %% [markdown]
# ## To go on with
#
# Nobody grades these three.
#
# 1. *Easy.* By hand: what are `center` and `scale` of 1, 2, 3, 4, 100 with the percentiles 25 and 75? And mean and
#    standard deviation?
# 2. *Harder.* `conditioning` says 46 for the scaled wines. Rotate them to their principal axes and scale again
#    (*whitening*). What should come out, and does it?
# 3. *Open.* Train one small network on raw, standardized and robustly scaled wines, over five seeds, each with
#    the best of four rates. How much of the difference is left with Adam?
#
# Before this topic: [Schedules](../schedules/README.md), on how the rate changes while training goes on. After it:
# [batches](../batches/README.md), on how examples reach a network, and [normalization](../normalization/README.md), which scales between the layers.
#
# ## Where this comes from
#
# - Y. LeCun, L. Bottou, G. Orr, K.-R. Müller (1998).
#   [*Efficient BackProp*](http://yann.lecun.com/exdb/publis/pdf/lecun-98b.pdf), in "Neural Networks: Tricks of the Trade":
#   inputs of mean 0 and equal spread, by way of the curvatures.
# - scikit-learn: [*Common pitfalls and recommended practices*](https://scikit-learn.org/stable/common_pitfalls.html): the
#   same preprocessing everywhere, and data leakage.
# - D. Hafner et al. (2023). [*Mastering Diverse Domains through World Models*](https://arxiv.org/abs/2301.04104): symlog.
# - Keras: [`Normalization`](https://keras.io/api/layers/preprocessing_layers/numerical/normalization/).
# - A. Karpathy (2019). [*A Recipe for Training Neural Networks*](https://karpathy.github.io/2019/04/25/recipe/), §1: look
#   at the data first.
# - Wines, tumours and the photograph come with scikit-learn.
