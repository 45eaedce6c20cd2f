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
# # Outputs and losses
#
# A network that has not been trained gives answers too. They are nonsense, and it has no way of knowing.
# Somebody has to tell it *how wrong* it is, and in which direction to change: the loss, one number,
# computed from the network's answer and the right one. Everything it will ever learn, it learns by
# making this number smaller.
#
# You will see why the obvious measure, counting mistakes, cannot train anything; where the formulas of
# the standard losses come from; and how to pair a loss with the last layer. The formulas are short.
# Around them lie expensive bugs, because a wrong loss does not crash. It trains, only badly.
#
# **You will write** `mean_squared_error`, `huber`, `binary_crossentropy`, `sparse_categorical_crossentropy`,
# a `WeightedLoss` class and `output_head`.
#
# **Do you remember?** Two questions from [activations](../activations/README.md), to warm up:
#
# 1. What happens to softmax if you add 100 to all of its inputs, and why?
# 2. Why is `log_softmax` a function of its own, when there are `log` and `softmax`?

# %%
import keras
import tensorflow as tf
from keras import ops

from nnlearn.lesson import as_floating

# %% tags=["demo"]
import numpy as np

from nnlearn import data, figures, lesson

keras.utils.set_random_seed(7)
images, labels = data.digits()  # 1,797 handwritten digits of 8 x 8 pixels
print(images.shape, labels.shape)

# %% [markdown]
# ## Before you read on, guess
#
# Replace each `None` below with your answer *before* you run or read anything else.
# Your first guess is kept, then answered, and you may think again: a wrong one teaches a lot.

# %%
PREDICTIONS = ...

# %% [markdown]
# ## "What is an output layer, and how do we design this to meet our goal?"
#
# The output layer is the last one, and its numbers are *read by somebody*. So it is designed backwards,
# from what is to be read: *the output unit follows the target* (Goodfellow, Bengio and Courville 2016,
# §6.2.2):
#
# | you want to predict | the target is | units | activation | loss on the raw outputs |
# |---|---|---|---|---|
# | an amount (price, temperature) | any real number | one per amount | `linear`, that is none | `mean_squared_error` |
# | yes or no | 0 or 1 | 1 | `sigmoid` | `binary_crossentropy` |
# | several yes-or-no answers at once | a 0 or 1 for each | one per question | `sigmoid` | `binary_crossentropy` |
# | exactly one of K classes | an integer from 0 to K − 1 | K | `softmax` | `sparse_categorical_crossentropy` |
#
# The second and third row hide a distinction that is often missed. A photo can show a beach *and* a dog:
# two questions, two independent sigmoids, *multi-label*. A handwritten digit is a 3 *or* an 8:
# one question, one softmax whose shares compete for a total of 1, *multi-class*.
#
# The raw outputs, before the activation, are called *logits* when a sigmoid or a softmax follows.
# The same three raw outputs become three different statements:

# %% tags=["demo", "figure"]
# figure: heads | Bars of three raw outputs 2, -1 and 1.5 under three heads. Linear leaves them as they are. Sigmoid turns each into a probability of its own: 0.88, 0.27 and 0.82. Softmax turns them into shares 0.60, 0.03 and 0.37, which add up to 1.
raw = np.float32([2.0, -1.0, 1.5])
heads = {
    "linear: three amounts": raw,
    "sigmoid: three yes-or-no": ops.convert_to_numpy(ops.sigmoid(raw)),
    "softmax: one of three": ops.convert_to_numpy(ops.softmax(raw)),
}
fig, axes = figures.panels(1, 3, height=2.6)
for number, (axis, (name, outputs)) in enumerate(zip(axes, heads.items(), strict=True)):
    bars = axis.bar(range(3), outputs, color=figures.COLOURS[number])
    axis.bar_label(bars, fmt="%.2f", padding=2)
    axis.set(
        title=f"{name}\nsum {outputs.sum():.2f}", xticks=range(3), xlabel="output unit", ylim=(-1.5, 2.6)
    )
axes[0].set_ylabel("what is read")
figures.says(*raw, *heads["sigmoid: three yes-or-no"], *heads["softmax: one of three"], 1)

# %% [markdown]
# In this topic *every classification loss takes logits*: the activation is applied when you want to *read*
# the prediction, not on the way into the loss. You will see two reasons below.
#
# ## "Why do we need a loss function?"
#
# Suppose you want the network to be right as often as possible. Why not train on exactly that, on accuracy?
#
# Gradient descent knows nothing but the slope, like somebody on a hillside in thick fog.
# Accuracy has none. It is a flight of flat steps: move a weight a little, and usually not one image changes
# sides. Its gradient is 0 almost everywhere, and where it is not 0 it does not exist.
#
# Here are both, measured. A single sigmoid unit tells 3 from 8 on real digits, and we walk along a
# straight line through its weights.

# %% tags=["demo", "figure"]
# figure: staircase | Accuracy and cross-entropy of a classifier of threes and eights along one line through its weights. From afar both change. Seen close up, accuracy is a staircase with flat steps and sudden jumps, while the loss is a smooth curve with a slope everywhere.
two_digits = np.isin(labels, (3, 8))
x38, y38 = images[two_digits], (labels[two_digits] == 8).astype("float32")
direction = np.random.default_rng(3).normal(size=64) / 8
best = np.linalg.lstsq(x38 - x38.mean(axis=0), 2 * y38 - 1, rcond=None)[0]


def along_the_line(t):
    """Accuracy and cross-entropy with the weights `5 * best + t * direction`."""
    z = (x38 - x38.mean(axis=0)) @ (5 * best + t * direction)
    return np.mean((z > 0) == y38), np.mean(np.logaddexp(0, z) - y38 * z)


fig, axes = figures.panels(1, 2, height=3.2)
views = {"From afar": (-60, 60), "Close up": (20, 23)}
for axis, (title, (first, last)) in zip(axes, views.items(), strict=True):
    ts = np.linspace(first, last, 601)
    accuracy, loss = np.transpose([along_the_line(t) for t in ts])
    axis.plot(ts, accuracy, **figures.line(1), label="accuracy")
    axis.set(title=title, xlabel="place t on the line through the weights", ylabel="accuracy")
    right = axis.twinx()
    right.plot(ts, loss, **figures.line(0), label="cross-entropy")
    right.grid(visible=False)
    right.set_ylabel("cross-entropy")
right.legend(handles=[*axis.get_lines(), *right.get_lines()], loc="upper center")
figures.says()

# %% [markdown]
# So we train on something else: a *surrogate*, a smooth function that is small when the network is right
# and has a useful slope where it is wrong. Two properties make a loss:
#
# 1. it is smallest when the prediction is what you want;
# 2. its slope with respect to the prediction exists (almost) everywhere and points the right way, most of
#    all where the prediction is bad.
#
# Accuracy remains what you *report*. The loss is what you *descend*. Two networks with 93 of 100 right are
# the same to accuracy. To the loss they are not, if one is sure of its seven mistakes and the other was in
# doubt.
#
# ## "Why do we often use predefined functions?"
#
# You are free to invent a loss. The standard ones are not arbitrary: all three follow from one sentence.
#
# > Let the network describe a probability distribution over possible answers,
# > and choose the weights under which the answers that were observed are most likely.
#
# In symbols: minimise $-\log p(y \mid x)$, summed over the examples, the *negative log-likelihood*
# (Goodfellow et al., §6.2.1.1; for any output whatever, §6.2.2.4). Choose the distribution, and the
# loss falls out:
#
# | the answer is | distribution | $-\log p$ | known as |
# |---|---|---|---|
# | a real number, with noise of fixed width $\sigma$ | Gaussian around $\hat y$ | $\frac{(y - \hat y)^2}{2 \sigma^2} + \text{const}$ | squared error |
# | 0 or 1 | Bernoulli, $p = \mathrm{sigmoid}(z)$ | $-y \log p - (1-y) \log(1-p)$ | binary cross-entropy |
# | one of K | categorical, $p = \mathrm{softmax}(z)$ | $-\log p_y$ | categorical cross-entropy |
#
# So choosing a loss means saying what kind of noise the answers have. And the predefined ones are stable:
# you are about to find out how much that is worth.
#
# Check the first row on numbers. If the table is right, the negative log-density and half the squared error
# differ by the same constant everywhere:

# %% tags=["demo"]
y, y_hat, sigma = 1.5, np.array([-2.0, 0.0, 1.0, 1.5, 4.0]), 1.0
density = np.exp(-((y - y_hat) ** 2) / (2 * sigma**2)) / np.sqrt(2 * np.pi * sigma**2)
print("-log density minus half the squared error:", -np.log(density) - (y - y_hat) ** 2 / 2)
print("the constant, log sqrt(2 pi):", np.log(np.sqrt(2 * np.pi)))

# %% [markdown]
# ## "Loss functions: top 3 most commonly used, and why they work"
#
# The three rows above, with Huber as a fourth:
#
# | | loss | for | why it works | watch out for |
# |---|---|---|---|---|
# | 1 | categorical cross-entropy | one of K classes | slope $p - \text{one-hot}(y)$: the error itself, never flat where the network is wrong | softmax applied twice; log of 0 |
# | 2 | binary cross-entropy | yes or no, once or many times | slope $p - y$ | sigmoid applied twice; log of 0 |
# | 3 | mean squared error | amounts | slope grows with the error; predicts the mean | outliers; silent broadcasting |
# | + | Huber | amounts with outliers | near the target like squared error, far away a slope that stops growing | choosing `delta` |
#
# (That these are the most used is an opinion.)
#
# ### Once by hand
#
# Three classes, logits 1, 0 and 0, and the first is right. Take a pencil.
#
# 1. *Exponentials*: $e^1 = 2.718$, $e^0 = 1$, $e^0 = 1$. Their sum is 4.718.
# 2. *Shares*: 2.718 / 4.718 = 0.576, and twice 1 / 4.718 = 0.212.
# 3. *Loss*: $-\log 0.576 = 0.551$.
# 4. *Slope*, shares minus one-hot: 0.576 − 1 = −0.424, and twice 0.212. They add up to 0.
# 5. *One step* of size 1 downhill: the logits become 1.424, −0.212, −0.212. Do it all again: the share of the
#    right class is now 0.720, and the loss 0.329.
#
# That is training, once. Now build the parts, from elementary operations.
#
# ### What parts 1 to 3 promise
#
# - They average over the *last axis* alone, as Keras' functions do. The mean over the batch comes in part 5.
# - The dtype of the second argument decides. Integers become float32 *before* anything is computed: in
#   `uint8`, 3 − 5 wraps around to 254. `as_floating`, which the first cell imports, does it.
# - Shapes that differ raise a `ValueError`. In `model.fit` the size of a batch is not known yet: compare
#   `.shape`, which holds None there. `ops.shape` holds a tensor, and an `if` cannot look at it.
# - Value *and gradient* are finite and right for large inputs too.
#
# ## Part 1: `mean_squared_error`
#
# $$\mathrm{mse} = \frac{1}{D} \sum_{d=1}^{D} (\hat y_d - y_d)^2 \qquad
# \frac{\partial\,\mathrm{mse}}{\partial \hat y_d} = \frac{2\,(\hat y_d - y_d)}{D}$$
#
# One line, and the home of a famous bug. `Dense(1)` returns shape (N, 1). Targets often come as (N,).
# NumPy and TensorFlow subtract the two by broadcasting: *every* target from *every* prediction.

# %% tags=["demo"]
targets = np.float32([0, 1, 2, 3])
predictions = targets[:, None]  # all of them right, with shape (4, 1)
print("shape of the difference:", (targets - predictions).shape)
print("its mean square:", np.mean((targets - predictions) ** 2))

# %% [markdown]
# Perfect predictions, and a loss of 2.5 that no training can bring to 0: it is smallest when the network
# predicts the *mean* of all targets for every example. People have reported it again and again
# (Keras issue [14627](https://github.com/keras-team/keras/issues/14627), PyTorch issue
# [16045](https://github.com/pytorch/pytorch/issues/16045)).
# Keras' own losses now squeeze the extra axis away. Yours will refuse.


# %%
def mean_squared_error(y_true, y_pred):
    """Compute the mean of squared differences over the last axis.

    Args:
        y_true: Targets: anything `keras.ops.convert_to_tensor` accepts, of rank 1 or more.
        y_pred: Predictions, of the same shape.

    Returns:
        A tensor of the shape of `y_pred` without its last axis: (N, T, D) gives (N, T), (D,)
        gives a scalar. Its dtype is that of `y_pred` (float16, float32 or float64), or float32 where
        `y_pred` holds integers, unsigned ones too. Both arguments are brought to the dtype of the
        result before anything is computed. Its gradient with respect to `y_pred` is
        `2 * (y_pred - y_true) / D`, where D is the length of the last axis.

    Raises:
        ValueError: The shapes differ, e.g. (N,) against (N, 1). Nothing is broadcast. So it is inside
            a `tf.function` and in `model.fit` too, where the size of a batch may not be known (None in
            `.shape`); whether None on one side alone differs from a number is left to you.

    Reference:
        https://keras.io/api/losses/regression_losses/
    """
    # BEGIN SOLUTION
    y_pred = as_floating(y_pred)
    y_true = ops.convert_to_tensor(y_true, dtype=y_pred.dtype)
    # A batch size that is not known yet (None, inside a tf.function) agrees with any other.
    if not y_true.shape.is_compatible_with(y_pred.shape):
        raise ValueError(f"y_true has shape {y_true.shape} and y_pred has shape {y_pred.shape}")
    return ops.mean(ops.square(y_pred - y_true), axis=-1)
    # END SOLUTION


# %% [markdown]
# ## Part 2: `huber`
#
# Squared error has a temper. A target that is off by 100, a typing error perhaps, costs as much as ten
# thousand targets that are off by 1, and its pull, the slope, is that of a hundred.
# Absolute error is clumsy: its slope is ±1 however close you are, so with a fixed step size training
# rattles around the target. Squared error predicts the *mean* of the targets, absolute error the *median*
# (Goodfellow et al., §6.2.1.2).
#
# Huber (1964) looked for "intermediaries between sample mean and sample median". With the error
# $e = \hat y - y$:
#
# $$\mathrm{huber}(e) = \begin{cases} \frac{1}{2} e^2 & |e| \le \delta \\ \delta\,|e| - \frac{1}{2}\delta^2 & |e| > \delta \end{cases}
# \qquad \text{slope} = \begin{cases} e & |e| \le \delta \\ \delta\,\mathrm{sign}(e) & |e| > \delta \end{cases}$$
#
# At $|e| = \delta$ both pieces are $\frac12 \delta^2$, with slope $\delta$. Forget the offset and the loss
# has a jump; forget a $\delta$ and all looks right as long as you test with $\delta = 1$.

# %% tags=["demo", "figure"]
# figure: outliers | Left: squared, absolute and Huber loss over the error. Middle: their slopes; that of squared error grows without end, that of Huber stops at plus and minus one. Right: a line fitted to 40 points, grey, of which five are far off; squared error is pulled towards the five until its line is flat, Huber and absolute error stay close to the other points.
errors = np.linspace(-4, 4, 401)
slopes = {
    "squared": (errors**2, 2 * errors),
    "absolute": (np.abs(errors), np.sign(errors)),
    "huber, delta=1": (
        np.where(np.abs(errors) <= 1, errors**2 / 2, np.abs(errors) - 0.5),
        np.clip(errors, -1, 1),
    ),
}
rng = np.random.default_rng(4)
px = np.linspace(-2, 2, 40)
py = 1.5 * px + 0.3 * rng.normal(size=40)
py[-5:] -= 9


def fitted_line(slope_of_loss, steps=4000, rate=0.02):
    """Slope and intercept of the line that gradient descent finds under a loss."""
    w, b = 0.0, 0.0
    for _ in range(steps):
        push = slope_of_loss(w * px + b - py)
        w, b = w - rate * np.mean(push * px), b - rate * np.mean(push)
    return w, b


fits = {
    "squared": fitted_line(lambda e: 2 * e),
    "absolute": fitted_line(np.sign),
    "huber, delta=1": fitted_line(lambda e: np.clip(e, -1, 1)),
}
fig, axes = figures.panels(1, 3, width=10, height=3.4)
for number, (name, (value, slope)) in enumerate(slopes.items()):
    axes[0].plot(errors, value, **figures.line(number), label=name)
    axes[1].plot(errors, slope, **figures.line(number), label=name)
    w, b = fits[name]
    axes[2].plot(px, w * px + b, **figures.line(number), label=f"{name}: slope {w:.2f}")
axes[2].plot(px, py, "o", color=figures.GREY, markersize=3, label="points")
axes[0].set(title="Loss", xlabel="error", ylabel="loss", ylim=(0, 8))
axes[1].set(title="Its slope", xlabel="error", ylabel="slope", ylim=(-4, 4))
axes[2].set(title=f"Fits to {len(px)} points\n(true slope 1.5)", xlabel="x", ylabel="y", ylim=(-14, 6))
axes[1].legend(loc="lower right")
axes[2].legend(loc="lower left")
figures.says(len(px))

# %% [markdown]
# **Try it.** Make `delta` smaller in `fitted_line` (clip to ±0.1), then larger (±10). Which of the two other
# lines does Huber turn into?


# %%
def huber(y_true, y_pred, delta=1.0):
    """Compute the mean of Huber's loss over the last axis.

    Args:
        y_true: Targets: anything `keras.ops.convert_to_tensor` accepts, of rank 1 or more.
        y_pred: Predictions, of the same shape.
        delta: A positive float. The loss of an error `e = y_pred - y_true` is `e**2 / 2` where
            `abs(e) <= delta`, and `delta * abs(e) - delta**2 / 2` elsewhere.

    Returns:
        A tensor of the shape of `y_pred` without its last axis: (N, T, D) gives (N, T), (D,)
        gives a scalar. Its dtype is that of `y_pred` (float16, float32 or float64), or float32 where
        `y_pred` holds integers, unsigned ones too. Both arguments are brought to the dtype of the
        result before anything is computed. Its gradient with respect to `y_pred` is `e / D` where
        `abs(e) <= delta` and `delta * sign(e) / D` elsewhere.

    Raises:
        ValueError: The shapes differ, e.g. (N,) against (N, 1). Nothing is broadcast. So it is inside
            a `tf.function` and in `model.fit` too, where the size of a batch may not be known (None in
            `.shape`); whether None on one side alone differs from a number is left to you.

    Reference:
        Huber (1964), Robust Estimation of a Location Parameter;
        https://keras.io/api/losses/regression_losses/
    """
    # BEGIN SOLUTION
    y_pred = as_floating(y_pred)
    y_true = ops.convert_to_tensor(y_true, dtype=y_pred.dtype)
    if not y_true.shape.is_compatible_with(y_pred.shape):
        raise ValueError(f"y_true has shape {y_true.shape} and y_pred has shape {y_pred.shape}")
    error = y_pred - y_true
    size = ops.abs(error)
    near = 0.5 * ops.square(error)
    far = delta * (size - 0.5 * delta)
    return ops.mean(ops.where(size <= delta, near, far), axis=-1)
    # END SOLUTION


# %% [markdown]
# ## Part 3: `binary_crossentropy`
#
# $$\mathrm{bce}(y, z) = -y \log p - (1 - y) \log(1 - p), \qquad p = \mathrm{sigmoid}(z)$$
#
# Read it with $y = 1$: the loss is $-\log p$. Certain and right, it costs nothing. Undecided, $\log 2$.
# Certain and wrong, it grows without bound. Why not square the difference of $p$ and $y$? Look at the slopes:
#
# $$\frac{\partial}{\partial z} (p - y)^2 = 2\,(p - y)\;p\,(1 - p)
# \qquad\qquad
# \frac{\partial}{\partial z} \mathrm{bce} = p - y$$
#
# The factor $p\,(1-p)$ is the slope of the sigmoid, nearly 0 at both ends. A network that is *sure and
# wrong* sits at such an end: squared error tells it next to nothing. The logarithm undoes the
# exponential in the sigmoid, and what remains is the error itself. Goodfellow et al. (§6.2.2.3) say the same
# of softmax.

# %% tags=["demo", "figure"]
# figure: squared_error_and_cross_entropy | Loss and slope over the logit for an example whose right answer is 1. On the left end, sure and wrong, squared error on the sigmoid is flat near 1 with a slope near 0, while cross-entropy rises in a straight line with a slope near minus 1. Both are near 0 on the right end.
z = np.linspace(-10, 10, 401)
p = 1 / (1 + np.exp(-z))
fig, axes = figures.panels(1, 2, height=3.2)
axes[0].plot(z, np.logaddexp(0, -z), **figures.line(0), label="cross-entropy")
axes[0].plot(z, (p - 1) ** 2, **figures.line(1), label="squared error of the sigmoid")
axes[1].plot(z, p - 1, **figures.line(0), label="cross-entropy")
axes[1].plot(z, 2 * (p - 1) * p * (1 - p), **figures.line(1), label="squared error of the sigmoid")
axes[0].set(title="Loss when the right answer is 1", xlabel="logit z", ylabel="loss", ylim=(0, 6))
axes[1].set(title="Its slope", xlabel="logit z", ylabel="slope", ylim=(-1.1, 0.3))
for axis in axes:
    axis.axvspan(-10, -4, color=figures.GREY, alpha=0.12, label="sure and wrong")
axes[0].legend(loc="upper right")
slope = 2 * (p - 1) * p * (1 - p)
figures.says(1, (p[0] - 1) ** 2, slope[0], p[0] - 1, max(np.logaddexp(0, -z[-1]), abs(slope[-1])))
print(f"slopes at z = -10: cross-entropy {p[0] - 1:.5f}, squared error {slope[0]:.6f}")

# %% [markdown]
# **From probabilities, this formula breaks.** In float32 `sigmoid(20)` is exactly 1, so $\log(1 - p)$ is
# $-\infty$. And where $y$ is 1 the formula computes $0 \cdot (-\infty)$, which is `nan`:

# %% tags=["demo"]
p = ops.sigmoid(np.float32([20.0]))
print("p:", ops.convert_to_numpy(p))
print("right answer 1:", ops.convert_to_numpy(-1.0 * ops.log(p) - 0.0 * ops.log(1 - p)))
print("right answer 0:", ops.convert_to_numpy(-0.0 * ops.log(p) - 1.0 * ops.log(1 - p)))

# %% [markdown]
# Clipping $p$ to, say, $[10^{-7}, 1 - 10^{-7}]$ removes the `nan` and the gradient with it: exactly the worst
# examples stop teaching. The way out is the algebra on paper, with logits, as in `log_softmax`:
#
# $$\mathrm{bce}(y, z) = \log(1 + e^z) - y\,z$$
#
# Only $\log(1 + e^z)$ needs care, since $e^{89}$ is infinite in float32. Pull out the larger of the two terms,
# $m = \max(z, 0)$:
#
# $$\log(1 + e^z) = \log(e^0 + e^z) = m + \log(e^{-m} + e^{z - m})$$
#
# Now one of the exponents is 0 and the other is negative. Nothing can overflow.
#
# **The pitfall.** The form in TensorFlow's documentation is `max(z, 0) - z * y + log(1 + exp(-abs(z)))`. Its *values* are
# right everywhere. Typed in like that, its *gradient* is wrong at $z = 0$: `max` and `abs` have a kink
# there, and the two made-up slopes do not add up to $p - y = \frac12 - y$. Who cares about one point?
# A network whose last layer starts with zero weights: *every* logit is 0 there.

# %% tags=["demo"]
kinked = tf.Variable([0.0, 0.0])
y = tf.constant([1.0, 0.0])
with tf.GradientTape() as tape:
    loss = ops.maximum(kinked, 0.0) - kinked * y + ops.log1p(ops.exp(-ops.abs(kinked)))
print("values at 0:   ", loss.numpy(), "(log 2 is right)")
print("gradients at 0:", tape.gradient(loss, kinked).numpy(), "(-0.5 and 0.5 would be right)")


# %%
def binary_crossentropy(y_true, logits):
    """Compute the mean binary cross-entropy over the last axis, from logits.

    Not allowed, wherever they come from: ready-made losses, `softplus`, `log_sigmoid`, `logsumexp`
    and `logaddexp`. Other activations, such as `sigmoid`, are.

    Args:
        y_true: Targets from 0 to 1: anything `keras.ops.convert_to_tensor` accepts, of rank 1 or
            more. Mostly exactly 0 or 1; values between (as label smoothing gives) are allowed.
        logits: Raw outputs of the network, before any sigmoid, of the same shape.

    Returns:
        A tensor of the shape of `logits` without its last axis: (N, T, D) gives (N, T), (D,)
        gives a scalar. Its dtype is that of `logits` (float16, float32 or float64), or float32 where
        `logits` holds integers, unsigned ones too. Both arguments are brought to the dtype of the
        result before anything is computed. Values are right to about `1e-5 * (1 + abs(value))` in
        float32, to one percent in float16. Its gradient with respect to `logits` is
        `(sigmoid(logits) - y_true) / D` everywhere: at logits of +-100 (float16: +-60) too, and at
        exactly 0, where `maximum` and `abs` have a kink and the slopes that TensorFlow gives them there
        need not add up to it.

    Raises:
        ValueError: The shapes differ, e.g. (N,) against (N, 1). Nothing is broadcast. So it is inside
            a `tf.function` and in `model.fit` too, where the size of a batch may not be known (None in
            `.shape`); whether None on one side alone differs from a number is left to you.

    Reference:
        https://keras.io/api/losses/probabilistic_losses/ (with `from_logits=True`)
    """
    # BEGIN SOLUTION
    logits = as_floating(logits)
    y_true = ops.convert_to_tensor(y_true, dtype=logits.dtype)
    if not y_true.shape.is_compatible_with(logits.shape):
        raise ValueError(f"y_true has shape {y_true.shape} and logits has shape {logits.shape}")
    # log(1 + exp(z)), with the larger exponent pulled out of the sum
    largest = ops.maximum(logits, 0.0)
    log_total = largest + ops.log(ops.exp(-largest) + ops.exp(logits - largest))
    return ops.mean(log_total - y_true * logits, axis=-1)
    # END SOLUTION


# %% [markdown]
# ## Part 4: `sparse_categorical_crossentropy`
#
# $$\mathrm{ce}(y, z) = -\log \mathrm{softmax}(z)_y = \log \sum_k e^{z_k} - z_y
# \qquad \frac{\partial\,\mathrm{ce}}{\partial z} = \mathrm{softmax}(z) - \text{one-hot}(y)$$
#
# *Sparse* means that the label is an integer, not a vector of nine zeros and a one.
# Read the slope: raise the logit of the right class by as much as its share falls short of 1, lower every other by
# its share.
#
# **A check that costs nothing.** An untrained network should give every class about the same share, $1/K$.
# The loss is then $-\log(1/K) = \log K$. Karpathy (2019) calls it "verify loss @ init".
# A fresh network is not quite without opinions, mostly wrong ones, so it starts a little above. Here are
# the real digits and five networks fresh from their initializers:

# %% tags=["demo"]
at_start = []
for seed in range(5):
    keras.utils.set_random_seed(seed)
    fresh = keras.Sequential([keras.Input((64,)), keras.layers.Dense(10)])
    losses = keras.losses.sparse_categorical_crossentropy(labels, fresh(images), from_logits=True)
    at_start.append(float(np.mean(losses)))
fresh.layers[-1].kernel.assign(0 * fresh.layers[-1].kernel)
at_zero = keras.losses.sparse_categorical_crossentropy(labels, fresh(images), from_logits=True)
print("losses of fresh networks:", np.round(at_start, 3))
print(f"with all weights at 0:    {np.mean(at_zero):.3f},  log 10 = {np.log(10):.3f}")

# %% [markdown]
# **Softmax twice.** The network ends with `softmax`. The loss expects logits, so it applies
# softmax again. Nothing crashes, the loss falls, and training gets stuck. The second softmax sees numbers
# between 0 and 1. Even a perfect network can offer it no more than $(1, 0, \dots, 0)$, and of that it makes
#
# $$\frac{e^1}{e^1 + 9 e^0} = 0.232, \qquad -\log 0.232 = 1.461$$
#
# for ten classes: a floor under the loss. Worse, the gradient now has to pass through the inner softmax,
# which is flat where the network is sure and wrong.
# Everything else in this figure is equal: the network, the steps, and a fresh order of the images in each epoch.


# %% tags=["demo", "figure"]
# figure: double_softmax | Training on digits with softmax applied once and twice, three seeds each as thin lines. Left: the loss of the right version falls towards 0, the double version stays above the dashed floor at 1.461. Right: accuracy on held-out digits; the double version learns later and ends lower.
def trained(loss, seed, epochs=30):
    """Loss and held-out accuracy per epoch of a small network on the digits, shuffled anew in each epoch."""
    keras.utils.set_random_seed(seed)
    model = keras.Sequential([keras.layers.Dense(32, activation="relu"), keras.layers.Dense(10)])
    optimizer = keras.optimizers.SGD(0.1, momentum=0.9)
    model.compile(optimizer, loss, metrics=["accuracy"], jit_compile=False)
    held_out = (images[1400:], labels[1400:])
    batches = data.shuffled(images[:1400], labels[:1400], batch_size=64, seed=seed)
    history = model.fit(batches, epochs=epochs, validation_data=held_out, verbose=0).history
    return history["loss"], history["val_accuracy"]


def softmax_once(y_true, outputs):
    """Cross-entropy of the outputs taken as logits, which they are."""
    return keras.losses.sparse_categorical_crossentropy(y_true, outputs, from_logits=True)


def softmax_twice(y_true, outputs):
    """The bug: softmax first, then a loss that expects logits."""
    # Adding 0 makes Keras forget that this tensor came out of a softmax; see below.
    return softmax_once(y_true, ops.softmax(outputs) + 0.0)


fig, axes = figures.panels(1, 2, height=3.2)
ends = {}
for number, (name, loss) in enumerate({"once": softmax_once, "twice": softmax_twice}.items()):
    runs = [trained(loss, seed) for seed in (1, 2, 3)]
    for seed, (losses, accuracies) in enumerate(runs):
        label = f"softmax {name}" if seed == 0 else None
        axes[0].plot(range(1, 31), losses, **figures.line(number), linewidth=1, label=label)
        axes[1].plot(range(1, 31), accuracies, **figures.line(number), linewidth=1, label=label)
    ends[name] = [(losses[-1], accuracies[-1]) for losses, accuracies in runs]
    shown = ", ".join(f"loss {loss:.3f} and accuracy {accuracy:.3f}" for loss, accuracy in ends[name])
    print(f"softmax {name}, after 30 epochs: {shown}")
floor = np.log(np.e + 9) - 1
axes[0].axhline(floor, color=figures.GREY, linestyle="--", label=f"floor {floor:.3f}")
axes[0].set(title="Training loss", xlabel="epoch", ylabel="loss", ylim=(0, None))
axes[1].set(title="Accuracy on held-out digits", xlabel="epoch", ylabel="accuracy", ylim=(0, 1))
axes[0].legend()
axes[1].legend(loc="lower right")
figures.says(max(loss for loss, _ in ends["once"]), floor)
assert min(loss for loss, _ in ends["twice"]) > floor
assert np.mean([end[1] for end in ends["twice"]]) < np.mean([end[1] for end in ends["once"]])

# %% [markdown]
# **Keras tries to save you, and that is a trap of its own.** A tensor that comes out of Keras' softmax remembers its
# logits. If a loss with `from_logits=True` meets such a tensor, Keras warns and uses the logits. Do anything to
# the tensor in between, add 0 or send it through `model.predict`, and the memory is gone, and so is the warning
# (Keras issue [15271](https://github.com/keras-team/keras/issues/15271)). Do not rely on it: end the network with
# raw outputs.

# %% tags=["demo"]
import warnings

scores, answer = np.float32([[4.0, 1.0, 0.0]]), np.array([0])
with warnings.catch_warnings(record=True) as said:
    warnings.simplefilter("always")
    print("logits:                ", softmax_once(answer, scores).numpy())
    print("softmax, remembered:   ", softmax_once(answer, ops.softmax(scores)).numpy())
print("Keras warned:          ", str(said[-1].message)[:60], "...")
print("softmax, forgotten:    ", softmax_once(answer, ops.softmax(scores) + 0.0).numpy())

# %% [markdown]
# **And the labels?** A label of 10 among the classes 0 to 9 is a bug in your data; perhaps somebody counted
# from 1. `one_hot` turns it into a row of zeros, with a loss of 0: the example counts as perfect.
# An index of −1 silently means the *last* class. Your loss will refuse both, where labels have values.
# `model.fit` compiles your function first: it runs once on stand-ins without values (*tracing*). Whoever
# looks at a label there gets an error, so ask `tf.executing_eagerly()` first.


# %%
def sparse_categorical_crossentropy(labels, logits):
    """Compute the categorical cross-entropy of each integer label, from logits.

    Not allowed, wherever they come from: ready-made losses, `softplus`, `log_sigmoid`, `logsumexp`
    and `logaddexp`. Other activations, such as `softmax` and `log_softmax`, are.

    Args:
        labels: Integers from 0 to K - 1, of any integer dtype and of the shape of `logits` without its
            last axis; no other shapes are given.
        logits: Raw outputs of the network, before any softmax, with K classes on the last axis:
            anything `keras.ops.convert_to_tensor` accepts, of rank 2 or more.

    Returns:
        A tensor of the shape of `labels`: one loss per label, no mean is taken. Its dtype is that of
        `logits` (float16, float32 or float64), or float32 where `logits` holds integers, unsigned ones
        too. Values are right to about `1e-5 * (1 + abs(value))` in float32, to one percent in float16.
        Its gradient with respect to `logits` is `softmax(logits) - one_hot(labels)`, also at logits of
        +-100 (float16: +-60).

    Raises:
        Exception: A label is below 0 or above K - 1. Any kind of exception will do, and it is
            needed when running eagerly only. Inside a `tf.function`, and so in `model.fit`, the
            function has to work too, where labels have no values yet and the size of a batch may be
            None. Operations such as gather do not mind; what hands a value to Python does (`if`,
            `int`, `.numpy()`): do that only where `tf.executing_eagerly()` is true.

    Reference:
        https://keras.io/api/losses/probabilistic_losses/ (with `from_logits=True`)
    """
    # BEGIN SOLUTION
    logits = as_floating(logits)
    classes = logits.shape[-1]
    # True at the right class of each row; a label that is no class is found nowhere.
    is_label = ops.equal(ops.expand_dims(labels, axis=-1), ops.arange(classes))
    tf.debugging.assert_equal(ops.any(is_label, axis=-1), True, f"labels must be from 0 to {classes - 1}")
    shifted = logits - ops.max(logits, axis=-1, keepdims=True)
    log_total = ops.log(ops.sum(ops.exp(shifted), axis=-1))
    return log_total - ops.sum(ops.where(is_label, shifted, 0.0), axis=-1)
    # END SOLUTION


# %% [markdown]
# ## Part 5: `WeightedLoss`
#
# The functions above return one loss per example (or per time step). An optimizer wants *one* number.
# How to get from many to one is the *reduction*, and examples can have weights: a rare class may count ten
# times, a row that only fills up the batch (*padding*) not at all. Keras knows five:
#
# | `reduction` | result for losses $\ell_i$ and weights $w_i$ |
# |---|---|
# | `"sum"` | $\sum w_i \ell_i$ |
# | `"sum_over_batch_size"` (the default) and `"mean"` | $\sum w_i \ell_i \;/\; n$, with $n$ the *number of losses* |
# | `"mean_with_sample_weight"` | $\sum w_i \ell_i \;/\; \sum w_i$ |
# | `None` | every $w_i \ell_i$, not reduced |
#
# `"sum_over_batch_size"` divides by the number of *losses*: for losses of shape (N, T) that is N·T, not the
# batch size N; and *even with weights*, so rows of weight 0 still count in $n$.
# Only `"mean_with_sample_weight"` is a weighted mean in the sense of statistics.
# On four losses 1, 2, 3, 4 with weights 1, 0, 0, 2 (two rows are masked):

# %% tags=["demo"]
four, weights = np.sqrt(np.float32([[1], [2], [3], [4]])), np.float32([1, 0, 0, 2])
for reduction in ("sum", "sum_over_batch_size", "mean", "mean_with_sample_weight", None):
    keras_loss = keras.losses.MeanSquaredError(reduction=reduction)
    result = ops.convert_to_numpy(keras_loss(np.zeros_like(four), four, sample_weight=weights))
    print(f"{reduction!r:>26}: {np.round(result, 3)}")

# %% [markdown]
# What if *all* weights are 0, a batch of nothing but padding? The weighted mean is $0/0$. Keras answers 0, so that
# one empty batch does not turn the network into `nan`. So will you, in the gradient too: choosing 0 *after* the
# division leaves a `nan` there.
#
# Keras' base class would do all of this if you gave it a `call` method. Write it out in `__call__` here. Beware
# of the old bug: weights often come as a column, (N, 1), and would turn losses of shape (N,) into a table. The
# base class should keep `name` and check `reduction`: hand both to its `__init__`.


# %%
class WeightedLoss(keras.losses.Loss):
    """A loss for `compile` and training loops: weights the losses of a function and reduces them.

    Args:
        fn: A function of `y_true` and `y_pred`, called in this order, that returns a tensor with one
            loss per example (N,) or per step (N, T): one of the functions of this topic, or of Keras'.
        reduction: What to do with the losses once each is multiplied by its weight.
            "sum" adds them up. "sum_over_batch_size" and "mean" divide their sum by the number of
            losses, N or N * T. "mean_with_sample_weight" divides it by the sum of the weights, or
            by the number of losses where no weights are given. None leaves them as they are: not
            reduced. These five are asked for; what Keras does not know raises a ValueError at
            construction (the base class sees to it).
        name: A name for the loss; None lets Keras choose one.

    Reference:
        https://keras.io/api/losses/ (keras.losses.Loss)
    """

    def __init__(self, fn, reduction="sum_over_batch_size", name=None):
        # BEGIN SOLUTION
        super().__init__(name=name, reduction=reduction)
        self.fn = fn
        # END SOLUTION

    def __call__(self, y_true, y_pred, sample_weight=None):
        """Compute the loss of a batch.

        Args:
            y_true: Targets, handed to `fn`.
            y_pred: Predictions, handed to `fn`.
            sample_weight: Weights, of any numeric dtype and of the shape of the losses. Losses of
                shape (N,) may also come with weights of shape (N, 1), though not with
                `reduction=None`; no other shapes are asked for. None weighs all alike. A finite loss
                of weight 0 adds nothing; if all weights are 0 the result and its gradient are 0 (with
                `reduction=None` each of them), not NaN.

        Returns:
            A scalar tensor; with `reduction=None` a tensor of the shape of the losses. Losses in
            float32 give float32, whatever the dtype of the weights; losses of another dtype are not
            asked for. It works eagerly, inside a `tf.function` and in `model.fit`, where the size of
            a batch may not be known (None in `.shape`), and gradients flow through it.
        """
        # BEGIN SOLUTION
        losses = self.fn(y_true, y_pred)
        divisor = ops.size(losses)
        if sample_weight is not None:
            weights = ops.convert_to_tensor(sample_weight, dtype=losses.dtype)
            if len(weights.shape) > len(losses.shape):
                weights = weights[..., 0]
            losses = losses * weights
            if self.reduction == "mean_with_sample_weight":
                divisor = ops.sum(weights)
        if self.reduction == "sum":
            return ops.sum(losses)
        if self.reduction in ("sum_over_batch_size", "mean", "mean_with_sample_weight"):
            return ops.divide_no_nan(ops.sum(losses), divisor)
        return losses
        # END SOLUTION


# %% [markdown]
# ## Part 6: `output_head`
#
# Back to the start: for each kind of task, the activation with which predictions are *read* and the loss with
# which the raw outputs are *trained*.


# %%
def output_head(task):
    """Name the activation and the loss that fit a task.

    Args:
        task: "regression" (amounts), "binary" (one yes or no), "multilabel" (several independent
            yes or no answers) or "multiclass" (exactly one of several classes).

    Returns:
        A pair of names, `(activation, loss)`. The activation turns raw outputs into a prediction
        that can be read: "linear", "sigmoid" or "softmax". The loss is for training, and takes the raw
        outputs: "mean_squared_error", "binary_crossentropy" or "sparse_categorical_crossentropy".

    Raises:
        ValueError: `task` is another text (spelling and capitals count), or None.
    """
    # BEGIN SOLUTION
    heads = {
        "regression": ("linear", "mean_squared_error"),
        "binary": ("sigmoid", "binary_crossentropy"),
        "multilabel": ("sigmoid", "binary_crossentropy"),
        "multiclass": ("softmax", "sparse_categorical_crossentropy"),
    }
    if task not in heads:
        raise ValueError(f"task must be one of {', '.join(heads)}; received {task!r}")
    return heads[task]
    # END SOLUTION


# %% [markdown]
# ## Put yours to work
#
# Keras trains with any function as a loss. This trains the network of the double-softmax figure once more, with the
# loss that *you* wrote, wrapped in *your* class.

# %% tags=["demo"]
losses, accuracies = trained(softmax_once, 1, epochs=10)
print(f"Keras' loss: {losses[-1]:.3f}, accuracy {accuracies[-1]:.3f}")
with lesson.if_written():
    yours = WeightedLoss(sparse_categorical_crossentropy)
    yours(labels[:8], np.zeros((8, 10), "float32"))  # ends here while one of them is not written yet
    losses, accuracies = trained(yours, 1, epochs=10)
    print(f"your loss:   {losses[-1]:.3f}, accuracy {accuracies[-1]:.3f}")

# %% [markdown] tags=["response"] name="squared_error_classifier"
# ## In your own words
#
# A colleague trains a yes-or-no classifier that ends with a sigmoid, and uses the mean squared error of the
# probabilities as its loss. "It is the error, after all", says the colleague.
# After training, 3% of the training examples are still wrong, and their logits lie between −9 and −14 where the
# right answer is 1. Ten more epochs change nothing about them.
#
# Explain in five to ten sentences: why these examples no longer learn, with the slope of the loss at such a
# logit; what cross-entropy does differently and why; and what, in terms of probability, each of the two
# losses assumes about the targets.

# %% [markdown]
# ## To go on with
#
# Nobody grades these three.
#
# 1. *Easy.* By hand: the cross-entropy of the logits 0, 0 and 0, whichever class is right. And of 5, 5 and 5?
# 2. *Harder.* Smooth the labels: 0.9 for the right class, the rest shared by the others. What is now the smallest
#    loss, and which logits reach it?
# 3. *Open.* In the figure of the outliers, make the loss $\log(1 + e^2)$. What does it do to far points, and what would
#    you pay for that in other data?
#
# Before this topic: [Activations](../activations/README.md). After it: [Autodiff](../autodiff/README.md), where the slopes come from.
#
# ## Where this comes from
#
# - I. Goodfellow, Y. Bengio, A. Courville (2016). [*Deep Learning*](https://www.deeplearningbook.org), chapter 6:
#   §6.2.1 on cost functions, §6.2.2 on output units, §6.2.2.4 on the likelihood as a guide to any output.
# - P. J. Huber (1964). [*Robust Estimation of a Location
#   Parameter*](https://link.springer.com/chapter/10.1007/978-1-4612-4380-9_35). Annals of Mathematical Statistics
#   35, 73–101.
# - A. Karpathy (2019). [*A Recipe for Training Neural Networks*](https://karpathy.github.io/2019/04/25/recipe/):
#   "verify loss @ init".
# - Keras: [losses](https://keras.io/api/losses/), and the base class in
#   [`keras/src/losses/loss.py`](https://github.com/keras-team/keras/blob/master/keras/src/losses/loss.py), where the
#   five reductions are defined.
# - TensorFlow: [`sigmoid_cross_entropy_with_logits`](https://www.tensorflow.org/api_docs/python/tf/nn/sigmoid_cross_entropy_with_logits),
#   which derives the stable form of binary cross-entropy.
# - Broadcasting bugs in the wild, all of (N,) against (N, 1): Keras issue [14627](https://github.com/keras-team/keras/issues/14627), TensorFlow issue
#   [37770](https://github.com/tensorflow/tensorflow/issues/37770), PyTorch issue
#   [16045](https://github.com/pytorch/pytorch/issues/16045).
# - The digits come from scikit-learn's `load_digits`.
