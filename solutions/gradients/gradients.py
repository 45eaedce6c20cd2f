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
# # Gradients you can trust
#
# A wrong gradient does not crash. The network trains, only badly, and you look for the reason everywhere else.
# How do you find out that a gradient is wrong, if nobody tells you the right one? And why does everybody
# "reset" gradients before each step: is that needed, and what would go wrong?
#
# This topic is a toolbox for the day on which training does not work: a second way to a gradient, a measure of
# how far two gradients are apart, a look at which example influences which, a way past functions whose slope
# is 0, and a place to add gradients up.
#
# **You will write** `numerical_gradient`, `relative_error`, `gradient_check`, `batch_dependency`,
# `straight_through` and a `GradientAccumulator` class.
#
# **Do you remember?** Two questions from [autodiff](../autodiff/README.md) and
# [backprop](../backprop/README.md), to warm up:
#
# 1. A value is used in two places of a computation. What happens to the two gradients that come back to it?
# 2. Why does one backward pass give the slopes by all weights, however many there are?

# %%
import keras
import numpy as np
import tensorflow as tf
from keras import ops

from nnlearn.lesson import as_floating

# %% tags=["demo"]
from nnlearn import data, figures, lesson

keras.utils.set_random_seed(5)
images, labels = data.digits(seed=5)  # 1,797 handwritten digits of 8 x 8 pixels, mixed
print(images.shape, labels.shape)

# %% [markdown]
# ## Before you read on, guess
#
# Replace each `None` below with your answer *before* you run or read anything else.
# Your first guess is kept, then answered, and you may think again: a wrong one teaches a lot.

# %%
PREDICTIONS = ...

# %% [markdown]
# ## "Why do we always need requires-grad during training, and why do we need to reset this?"
#
# These are *two* questions. They sound like one because both words come from PyTorch, where the flag
# `requires_grad` and the buffer `.grad` live on the same object. What is reset is not the flag.
#
# **Recording.** To go backwards, somebody has to write down what was computed forwards. A flag says for what:
# `requires_grad` is True for the parameters of a PyTorch model. In TensorFlow a `GradientTape` writes, and
# *watches* trainable variables by itself; any other tensor only after `tape.watch`. An input that was not
# watched has the gradient None. So recording is needed for the weights, which are to change, while a training
# step runs forwards: not for images (unless you ask for a gradient by them, as in part 4), not in evaluation.
#
# **Resetting.** PyTorch's `backward()` *adds* each gradient to what `.grad` holds. Whoever wants one step's
# gradient empties the buffers first, with `optimizer.zero_grad()`. (An *optimizer* is the object that is handed
# gradients and moves the weights.) A tape *returns* its gradients, fresh every time. There is no buffer, and
# nothing to reset, unless you add up yourself.
#
# | | PyTorch | TensorFlow |
# |---|---|---|
# | what is recorded for | tensors with `requires_grad` | trainable variables, and what is watched |
# | where a gradient goes | it is added to `.grad` | it is returned |
# | to be reset before a step | `.grad`, by `zero_grad()` | nothing, except sums that you keep yourself |
# | frozen weights | `requires_grad=False`: no gradient | missing in `trainable_variables` |
#
# The first three rows, run on one pixel of a real digit. The loss is (weight · pixel)²: how steep is it by the
# weight, and by the pixel?

# %% tags=["demo"]
pixel = tf.constant(images[0, 20])
weight = keras.Variable(3.0)


def recorded_slopes(watch=False):
    """The slopes of (weight * pixel)**2 by the weight and by the pixel, from a new tape."""
    with tf.GradientTape() as tape:
        if watch:
            tape.watch(pixel)
        loss = (weight * pixel) ** 2
    # weight.value is the TensorFlow variable inside the Keras one: that is what the tape knows.
    return [None if g is None else float(g) for g in tape.gradient(loss, [weight.value, pixel])]


print(f"the pixel is {float(pixel)}")
print("by weight and pixel:", recorded_slopes())
print("with the pixel watched:", recorded_slopes(watch=True))
print("a second tape:", recorded_slopes())
buffer = 0.0
for _ in range(2):
    buffer += recorded_slopes()[0]  # what backward() does with .grad
print("added up, as in a buffer that is not reset:", buffer)

# %% [markdown]
# The last row of the table is a trap. Keras' `layer.trainable = False` takes a layer's weights out of
# `trainable_variables`, so an optimizer is not handed them. It does not blind a tape: ask for the gradient
# by a frozen kernel and you get it, as before. In Keras, freezing says *who is moved*; PyTorch's
# `requires_grad=False` says *what is computed*.

# %% tags=["demo"]
layer = keras.layers.Dense(2)
layer.build((None, 64))
for trainable in (True, False):
    layer.trainable = trainable
    with tf.GradientTape() as tape:
        loss = ops.sum(layer(images[:4]) ** 2)
    size = float(ops.norm(tape.gradient(loss, layer.kernel.value)))
    listed = len(layer.trainable_variables)
    print(f"trainable={trainable}: {listed} trainable variables, gradient of length {size:.2f}")

# %% [markdown]
# ## How do you know that a gradient is right?
#
# A gradient is a slope, and a slope can be *measured*. For a *numerical gradient*, go a little to the right, a
# little to the left, and divide the rise by the way between:
#
# $$\frac{\partial f}{\partial x_i} \approx \frac{f(x + h e_i) - f(x - h e_i)}{2h}$$
#
# Here $e_i$ moves entry $i$ alone. Two evaluations for *each* entry: far too slow to train with, and just
# right to test with, since it knows nothing of chain rules.
#
# ### Once by hand
#
# $f(x) = x^3$ at $x = 1$, where the slope is 3. Take $h = 0.1$.
#
# 1. To the right: $1.1^3 = 1.331$. To the left: $0.9^3 = 0.729$.
# 2. *Central*: $(1.331 - 0.729) / 0.2 = 3.01$. The error is $h^2 = 0.01$.
# 3. *Forward*, from $x$ to $x + h$ alone: $(1.331 - 1) / 0.1 = 3.31$. The error is about $3h$.
# 4. With $h = 0.01$ the central error falls to 0.0001, and the forward one to about 0.03.
#
# A tenth of the step: a hundredth of the one error, a tenth of the other. That is why the centred formula is
# the one to use (CS231n, *Gradient checks*).
#
# ### Why not a tiny step?
#
# Because a computer rounds. As $h$ shrinks, the two values agree in ever more digits, and the subtraction takes
# those away. What is left has a rounding error of about $\varepsilon$, the spacing of floating numbers at 1, and it
# is divided by $h$. So one error falls like $h^2$, the other grows like $\varepsilon / h$. Their sum is smallest near
# $h = \varepsilon^{1/3}$, 0.005 in float32 and 0.000006 in float64; for the digit below, at 2 and 3 times as much.
# The picture shows the error divided by the slope. On the flat piece, at 1, float32 finds no difference.

# %% tags=["demo", "figure"]
# figure: v_shape | The relative error of central differences over the step, both axes logarithmic, for the cross-entropy of one digit: three curves for each dtype, for three groups of weights. Each curve is a V: on its left rounding rules, on its right the step. In float32 the smallest error is 0.00004, at a step of about 0.01; at steps below about 0.000001 the curves are flat, at an error of 1. In float64 the best step is about 0.00002, and the error there is below a billionth. Dotted lines mark the cube roots of eps, half of the one best step and a third of the other.
digit, label = images[0].astype("float64"), int(labels[0])
w = np.random.default_rng(0).normal(size=(10, 64)) / 8


def digit_loss(weights, x):
    """The cross-entropy of one digit, in the dtype of what is given."""
    z = weights @ x
    z = z - z.max()
    return np.log(np.sum(np.exp(z))) - z[label]


def digit_gradient():
    """Its gradient by the weights: softmax minus one-hot, times the pixels."""
    z = w @ digit
    p = np.exp(z - z.max())
    return np.outer(p / p.sum() - np.eye(10)[label], digit)


def error_of_step(step, dtype, entries):
    """The median of the relative errors of some entries."""
    errors = []
    for place in entries:
        sides = []
        for sign in (1, -1):
            moved = w.astype(dtype)
            moved[place] += dtype(sign * step)
            sides.append((digit_loss(moved, digit.astype(dtype)), float(moved[place])))
        (up, right), (down, left) = sides
        slope = float(up - down) / (right - left) if right != left else np.inf
        errors.append(abs(slope / digit_gradient()[place] - 1))
    return max(float(np.median(errors)), 1e-13)


steps = np.logspace(-11, 0.5, 47)
bright = [(row, column) for row in range(10) for column in np.flatnonzero(digit > 0.5)]
groups = [bright[start::3] for start in range(3)]
fig, axis = figures.panels(1, 1, width=7.0, height=3.6)
best = {}
for number, dtype in enumerate((np.float32, np.float64)):
    name = dtype.__name__
    used = steps[steps > np.finfo(dtype).eps / 4]  # smaller ones move nothing
    curves = [[error_of_step(s, dtype, group) for s in used] for group in groups]
    for place, curve in enumerate(curves):
        axis.plot(
            used, curve, **figures.line(number) | {"linewidth": 1.3}, label="_nolegend_" if place else name
        )
    middle = np.median(curves, axis=0)
    best[name] = used[np.argmin(middle)], middle.min()
    print(f"{name}: smallest error {best[name][1]:.1e}, at step {best[name][0]:.1e}")
    if dtype is np.float32:
        flat = used[middle == 1].max()
    rule = np.finfo(dtype).eps ** (1 / 3)
    factor = best[name][0] / rule
    assert round(float(factor)) == (2, 3)[number]
    axis.axvline(
        rule,
        color=figures.GREY,
        linewidth=0.9,
        linestyle=":",
        label="eps ** (1/3)" if number else "_nolegend_",
    )
axis.set(xscale="log", yscale="log", xlabel="step h", ylabel="relative error of the slope")
axis.legend()
assert best["float64"][1] < 1e-9
figures.says(best["float32"][1], best["float32"][0], flat, 1, best["float64"][0])

# %% [markdown]
# ## What every part promises
#
# It is called with numbers, not inside a `tf.function`; what it hands to `fn` is a tensor; and numbers that it is
# given are left as they were. `as_floating`, which the first cell imports, makes a tensor, keeps floating dtypes and
# casts integers to float32. The gradient of a table of which a few rows were looked up comes as `tf.IndexedSlices`,
# those rows alone; `tf.convert_to_tensor` makes the tensor of it.
#
# ## Part 1: `numerical_gradient`
#
# In float32 there is no 1000.101: near 1000 the numbers are 0.00006 apart. Ask for a step of 0.001 to each side of
# 1000.1 and you take another one, 2 % shorter. Divide by the step that was *taken*, the difference of the two places
# as they are stored.

# %% tags=["demo"]
x, h = np.float32(1000.1), np.float32(1e-3)
taken = float(x + h) - float(x - h)
print(f"asked for {2e-3:.6f}, taken {taken:.6f}: the slope of f(x) = x comes out as {taken / 2e-3:.3f}")


# %%
def numerical_gradient(fn, x, step=None):
    """Measure the gradient of a function by central differences.

    Each entry of `x` is moved alone, by a step up and a step down, and the rise is divided by the way
    between: by (x + h) - (x - h) as they are in the dtype of `x`, which may differ a little from 2h.

    Args:
        fn: A function of one tensor of the shape and dtype of `x`. It returns one number: a Python float,
            or a tensor or array of rank 0. It may be called often.
        x: Anything `keras.ops.convert_to_tensor` accepts, of any rank, 0 too. float32 and float64 are kept
            (float16 is not asked for), integers count as float32.
        step: The step h of every entry, used as it is; large enough that x + h and x - h differ.
            If None, `eps ** (1 / 3) * max(1, abs(x_i))` for each entry, where eps is
            `np.finfo(dtype).eps` of the dtype of `x`.

    Returns:
        A tensor of the shape and dtype of `x`. `x` itself is as before.

    Raises:
        ValueError: `fn` returns something of another rank than 0 (also of shape (1,)), or `step` is 0 or less.
    """
    # BEGIN SOLUTION
    if step is not None and step <= 0:
        raise ValueError(f"the step has to be above 0, and is {step}")
    x = ops.convert_to_numpy(as_floating(x))
    natural = np.finfo(x.dtype).eps ** (1 / 3)
    gradient = np.empty_like(x)
    for place in np.ndindex(x.shape):
        h = natural * max(1, abs(x[place])) if step is None else step
        above, below = x.copy(), x.copy()
        above[place] += h
        below[place] -= h
        rise = 0.0
        for side, sign in ((above, 1), (below, -1)):
            value = fn(ops.convert_to_tensor(side))
            if np.shape(value) != ():
                raise ValueError(f"fn has to return one number, and returns shape {np.shape(value)}")
            rise += sign * float(value)
        gradient[place] = rise / (float(above[place]) - float(below[place]))
    return ops.convert_to_tensor(gradient)
    # END SOLUTION


# %% [markdown]
# ## Part 2: `relative_error`
#
# Two gradients differ by 0.0001. Is that much? If both are about 1 it is little; if they are 0.0001 and 0.0002 it
# is half of the larger. So the difference is measured against the larger of the two:
#
# $$\max_i \frac{|a_i - b_i|}{\max(|a_i|, |b_i|, \text{floor})}$$
#
# The *floor* keeps 0/0 from happening. The *largest* counts, not the mean: one wrong entry among a million
# is a bug. Comparisons with NaN are False, so `error > limit` lets a NaN pass: return infinity instead. And (N,)
# against (N, 1) would broadcast: refuse it.


# %%
def relative_error(a, b, floor=1e-8):
    """Measure how far two arrays are apart, in relation to their size.

    Args:
        a: Numbers: anything of which `keras.ops.convert_to_numpy` makes an array (tensors, arrays, lists,
            single numbers), of any real numeric dtype and any rank.
        b: Numbers of the same shape; the dtypes may differ.
        floor: What the difference is divided by at least; above 0.

    Returns:
        A Python float: the largest of `abs(a - b) / max(abs(a), abs(b), floor)` over all entries, computed in
        float64. It is infinity if there is a NaN or an infinity anywhere in `a` or `b`, also where both have
        the same, and 0.0 if there are no entries.

    Raises:
        ValueError: The shapes differ. Nothing is broadcast.
    """
    # BEGIN SOLUTION
    a, b = (np.asarray(one, "float64") for one in (a, b))
    if a.shape != b.shape:
        raise ValueError(f"a has shape {a.shape} and b has shape {b.shape}")
    if not (np.isfinite(a).all() and np.isfinite(b).all()):
        return float("inf")
    scale = np.maximum(np.maximum(np.abs(a), np.abs(b)), floor)
    return float(np.max(np.abs(a - b) / scale, initial=0.0))
    # END SOLUTION


# %% [markdown]
# ## Part 3: `gradient_check`
#
# Now put the tape's gradient beside the measured one, for every input of a function, all in float64. CS231n's
# thumb rules, for an error that is divided by $|a| + |b|$: above 0.01 the gradient is probably wrong; at 1e-7 or
# below, be happy. In between it depends, and two things raise the error of a right gradient.
#
# A *kink* is a corner, as relu has at 0. The tape says 0 there, the central difference sees one
# side that is flat and one that rises, and says 1/2. Nobody is wrong: there is no slope. An error at a kink
# is a reason to look, and to check at another place.
#
# The other is a *slope of nearly 0*. The measured one is off by some 1e-11 even there, and divided by the floor of
# 1e-8 that looks like 0.001 or more. Look at the two slopes of that entry before you look for a bug.
#
# You may use your two parts above. But one of the two gradients has to come from a tape: two measured ones agree.


# %%
def gradient_check(fn, inputs, step=None):
    """Compare the gradients that a tape gives with measured ones, for each input of a function.

    Everything is computed in float64: the inputs, integers and float32 too, are cast before `fn` gets them.

    Args:
        fn: A function that takes as many tensors as there are inputs, `fn(*inputs)`, and returns a tensor of
            rank 0. It computes in the dtype of what it gets, and may be called often.
        inputs: A list or tuple of what `keras.ops.convert_to_tensor` accepts, of any shapes.
        step: The step of the central differences, as `numerical_gradient` takes it: used as it is for every
            entry; if None, `eps ** (1 / 3) * max(1, abs(x_i))` with eps of float64.

    Returns:
        A list of Python floats, one for each input: the largest of
        `abs(tape - measured) / max(abs(tape), abs(measured), 1e-8)` over its entries, or infinity where a
        NaN or an infinity is in one of the two. An input that `fn` does not use counts as a gradient of
        zeros. A gradient that the tape gives as `tf.IndexedSlices` counts as the tensor it stands for. The
        inputs themselves are as before.

    Raises:
        ValueError: `fn` returns something of another rank than 0 (also of shape (1,)), or `step` is 0 or less.
    """
    # BEGIN SOLUTION
    if step is not None and step <= 0:
        raise ValueError(f"the step has to be above 0, and is {step}")
    inputs = [tf.constant(ops.convert_to_numpy(x), tf.float64) for x in inputs]
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        value = fn(*inputs)
    if np.shape(value) != ():
        raise ValueError(f"fn has to return one number, and returns shape {np.shape(value)}")
    exact = tape.gradient(value, inputs, unconnected_gradients="zero")
    errors = []
    for number, x in enumerate(inputs):
        x, slopes, worst = np.array(x), tf.convert_to_tensor(exact[number]).numpy(), 0.0
        for place in np.ndindex(x.shape):
            h = np.finfo("float64").eps ** (1 / 3) * max(1, abs(x[place])) if step is None else step
            ends = []
            for sign in (1, -1):
                moved = x.copy()
                moved[place] += sign * h
                others = [tf.constant(moved) if i == number else other for i, other in enumerate(inputs)]
                ends.append((float(fn(*others)), moved[place]))
            (up, right), (down, left) = ends
            measured, slope = (up - down) / (right - left), slopes[place]
            error = abs(measured - slope) / max(abs(measured), abs(slope), 1e-8)
            worst = max(worst, error if np.isfinite([measured, slope]).all() else np.inf)
        errors.append(float(worst))
    return errors
    # END SOLUTION


# %% tags=["demo"]
def squares_with_a_slip(x):
    """The sum of squares, with a gradient of x in place of 2x: somebody forgot the 2."""

    @tf.custom_gradient
    def slip(x):
        return tf.reduce_sum(x**2), lambda upstream: upstream * x

    return slip(x)


with lesson.if_written():
    print("a right one:", gradient_check(lambda x: ops.sum(ops.tanh(x)), [images[0, :8]]))
    print("a slip:     ", gradient_check(squares_with_a_slip, [[1.0, -2.0]]))
    print("a kink:     ", gradient_check(lambda x: ops.sum(ops.relu(x)), [[1.0, 0.0]]))
    print("a slope of 0, and right:", gradient_check(lambda x: ops.sum(x**3), [[1.0, 0.0]]))

# %% [markdown]
# ## Part 4: `batch_dependency`
#
# A network gets a batch, and each output should come from *its* example. A `reshape` where a `transpose` belongs
# mixes examples, and every shape is still right. Karpathy (2019, §2) notes that such a network
# will typically still train, and has a test: take the sum of all outputs of example $i$, go backwards to the
# input, and see that only example $i$ has a gradient.
#
# Here are two functions that are *meant* to average the eight rows of each image. The one with a reshape averages
# rows of different images. Each input was moved by 1, to see which outputs change.

# %% tags=["demo", "figure"]
# figure: dependencies | Two matrices, output by input, for six digits. With a transpose only the diagonal is filled: 6 fields. With a reshape in its place all 36 are filled, although the output has the same shape.
rows = images[:6].reshape(6, 8, 8)
averages = {
    "transpose: rows first": lambda x: x.transpose(1, 0, 2).mean(axis=0),
    "reshape in its place": lambda x: x.reshape(8, 6, 8).mean(axis=0),
}
fig, axes = figures.panels(1, 2, width=7.0, height=3.0)
filled = []
for axis, (name, average) in zip(axes, averages.items(), strict=True):
    matrix = np.zeros((6, 6), bool)
    for j in range(6):
        moved = rows.copy()
        moved[j] += 1.0
        matrix[:, j] = np.any(average(moved) != average(rows), axis=1)
    axis.imshow(matrix, cmap="Blues", vmin=0, vmax=1.4)
    axis.set(
        title=f"{name}: {matrix.sum()} of 36",
        xlabel="input j",
        ylabel="output i",
        xticks=range(6),
        yticks=range(6),
    )
    axis.grid(visible=False)
    assert average(rows).shape == (6, 8)
    filled.append(int(matrix.sum()))
figures.says(*filled)

# %% [markdown]
# Taken literally, though, the sum can fail you. If the outputs of an example always add up to the same, as those of
# softmax do, or to 0, their sum has *no* gradient by anything, and the matrix comes out empty (or full of rounding
# noise). Weigh the outputs differently before you add them up, take each by itself, or move the inputs instead.
# (A tape answers once, unless it is made with `persistent=True`.)
#
# Batch normalization mixes on purpose, in training alone. So the mode, and every other keyword, is passed on.


# %%
def batch_dependency(fn, x, **kwargs):
    """Find out which outputs of a batch depend on which inputs.

    Args:
        fn: A function or layer, called as `fn(x, **kwargs)` with a batch of N examples. It returns a tensor
            of any rank from 1 on whose first axis is N. It is differentiable at `x` and deterministic, and may
            be called often, with other numbers in `x` too. It may look up rows of `x`, so that a tape's gradient
            comes as `tf.IndexedSlices`. What a layer remembers of its calls may change.
        x: A batch of shape (N, ...): anything `keras.ops.convert_to_tensor` accepts, of rank 1 or more.
            float32 and float64 are kept, integers count as float32.
        **kwargs: Passed on to `fn`, e.g. `training=True`.

    Returns:
        A boolean tensor or array D of shape (N, N): `D[i, j]` is True if output i changes with input j. It
        does if one of the numbers of output i has a derivative of 1e-4 or more in size by one of the numbers of
        input j, whatever the others do: the changes may cancel in a sum. It does not if input j takes
        no part in output i at all. Nothing in between is asked for.

    Raises:
        ValueError: The output has no first axis, or one of another length than N.
    """
    # BEGIN SOLUTION
    x = as_floating(x)
    count = x.shape[0]
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        outputs = fn(x, **kwargs)
        if outputs.shape.rank == 0 or outputs.shape[0] != count:
            raise ValueError(f"{count} examples give an output of shape {outputs.shape}")
        # Weights that nothing is likely to cancel: a plain sum would hide what adds up to a constant.
        weights = np.random.default_rng(0).uniform(1, 2, size=outputs.shape[1:])
        weighted = tf.unstack(outputs * weights)
    # A tape adds up what it is asked for: each gradient is that of the weighted sum of one output.
    slopes = tf.stack([tape.gradient(output, x, unconnected_gradients="zero") for output in weighted])
    return tf.reduce_any(tf.reshape(slopes, (count, count, -1)) != 0, axis=-1)
    # END SOLUTION


# %% tags=["demo"]
with lesson.if_written():
    normalization = keras.layers.BatchNormalization()
    for training in (False, True):
        matrix = batch_dependency(normalization, images[:4], training=training)
        print(f"training={training}:", np.asarray(matrix).astype(int).tolist())

# %% [markdown]
# ## Part 5: `straight_through`
#
# Round a number, or take its sign, and the slope is 0 (almost) everywhere: nothing before it learns. (A tape
# gives 0 for the sign and None for rounding.) Yet one may want a network with rounded or binary values inside.
# Bengio, Léonard and Courville (2013) compare four ways out. One, a plain heuristic, they call the
# *straight-through estimator*: copy the gradient past the step, as if it were not there.
#
# Its backward pass is a deliberate lie, and your `gradient_check` will say so. But it should lie only there: the
# value is to be exactly $f(x)$, the gradient exactly what arrives. A well-known recipe is
# $x + \mathrm{stop}(f(x) - x)$, where *stop*, `ops.stop_gradient`, keeps the value and has no gradient. Try it at
# $x = 10^8$ with the sign: float32 has no room for $1 - 10^8$ and the 1 is lost. In which order would nothing be
# lost?


# %%
def straight_through(fn, x):
    """Apply a function forwards, and leave it out backwards.

    Args:
        fn: A function or layer of one tensor, called with `x` as a tensor of a floating dtype. It returns a
            tensor of the same shape, of any numeric dtype or of truth values.
        x: Finite numbers: anything `keras.ops.convert_to_tensor` accepts, of any rank. float16, float32 and
            float64 are kept, integers count as float32.

    Returns:
        A tensor of the shape and dtype of `x`. Its value equals `fn(x)`, cast to the dtype of `x`, exactly. Its
        gradient by `x` is exactly what arrives from above, whatever the slope of `fn`. Weights inside `fn`
        get no gradient (None or zeros).

    Raises:
        ValueError: `fn` returns another shape, also one that would broadcast.
    """
    # BEGIN SOLUTION
    x = as_floating(x)
    value = ops.stop_gradient(ops.cast(fn(x), x.dtype))
    if value.shape != x.shape:
        raise ValueError(f"fn makes shape {value.shape} of {x.shape}")
    return value + (x - ops.stop_gradient(x))
    # END SOLUTION


# %% tags=["demo"]
with lesson.if_written():
    x = tf.constant(images[0, 2:5])
    for name, function in (
        ("round", ops.round),
        ("straight through", lambda x: straight_through(ops.round, x)),
    ):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = function(x)
        gradient = tape.gradient(y, x)
        print(f"{name}: value {y.numpy()}, gradient {gradient if gradient is None else gradient.numpy()}")

# %% [markdown]
# ## "Resetting gradient"
#
# PyTorch's `.grad` is a *gradient buffer*. What happens if nobody empties it? Each step then goes along the sum of
# *all* gradients so far, those of long ago with full weight. Here is a small network, trained on batches of 32
# digits, with the same learning rate and the same batches both times:

# %% tags=["demo", "figure"]
# figure: reset | Cross-entropy on 500 digits over 200 steps, three seeds each. With a buffer that is emptied before each step the loss falls and ends at about 0.1. With one that is never emptied it falls faster at first, is lowest between steps 19 and 24, then jumps, once up to 5.9, and ends at about 2.2, close to the 2.3 of guessing among ten.
x_train, y_train = images[:500].astype("float64"), np.eye(10)[labels[:500]]


def forward(weights, x):
    """The hidden values and the shares of the ten classes."""
    hidden = np.maximum(x @ weights[0], 0)
    z = hidden @ weights[1]
    shares = np.exp(z - z.max(axis=1, keepdims=True))
    return hidden, shares / shares.sum(axis=1, keepdims=True)


def losses_of(seed, *, reset):
    """The loss on all 500 after each step at rate 0.5, and the share of hidden units that are dead at the end."""
    draw = np.random.default_rng(seed)
    weights = [draw.normal(size=(64, 32)) / 6, draw.normal(size=(32, 10)) / 6]
    buffer, losses = [0.0, 0.0], []
    for _ in range(200):
        chosen = draw.integers(0, 500, size=32)
        x, y = x_train[chosen], y_train[chosen]
        hidden, shares = forward(weights, x)
        above = (shares - y) / len(x)
        gradients = [x.T @ ((above @ weights[1].T) * (hidden > 0)), hidden.T @ above]
        if reset:
            buffer = [0.0, 0.0]
        buffer = [sum_ + gradient for sum_, gradient in zip(buffer, gradients, strict=True)]
        weights = [w - 0.5 * g for w, g in zip(weights, buffer, strict=True)]
        right = np.sum(forward(weights, x_train)[1] * y_train, axis=1)
        losses.append(-np.mean(np.log(np.maximum(right, 1e-12))))
    return losses, np.mean(np.all(x_train @ weights[0] <= 0, axis=0))


fig, axis = figures.panels(1, 1, width=7.0, height=3.2)
runs = {reset: [losses_of(seed, reset=reset) for seed in range(3)] for reset in (True, False)}
curves = {reset: [curve for curve, _ in found] for reset, found in runs.items()}
for number, (reset, label) in enumerate({True: "emptied before each step", False: "never emptied"}.items()):
    for place, curve in enumerate(curves[reset]):
        style = figures.line(number) | {"linewidth": (1.8, 1.0, 1.0)[place], "alpha": (1, 0.6, 0.6)[place]}
        axis.plot(range(1, 201), curve, **style, label="_nolegend_" if place else label)
axis.set(xlabel="step", ylabel="cross-entropy")
axis.legend()
assert all(forgotten[5] < kept[5] for kept, forgotten in zip(*curves.values(), strict=True))
print("dead hidden units, never emptied:", [float(dead) for _, dead in runs[False]])
assert min(dead for _, dead in runs[False]) > 0.8
ends = {reset: np.mean([curve[-1] for curve in curves[reset]]) for reset in curves}
lowest = [1 + int(np.argmin(curve)) for curve in curves[False]]
peak = max(map(max, curves[False]))
figures.says(500, 200, ends[True], min(lowest), max(lowest), peak, ends[False], np.log(10))

# %% [markdown]
# At first the forgotten reset even helps: a sum of gradients is a step with a memory. A memory that *fades* is called
# momentum; many [optimizers](../optimizers/README.md) keep one for each variable, in their *state*. One that never fades
# drives on past every minimum, and the loss jumps. Here it ends with nearly all relu units dead, where guessing is all that is left.
#
# ## Part 6: `GradientAccumulator`
#
# Sometimes adding up is what you *want*, in *gradient accumulation*: a batch of 512 that does not fit
# into memory is taken in eight pieces of 64. Their gradients are added up, *one* step is taken, and then
# the sums are reset.
#
# Three things go wrong in practice. The last piece is smaller, so pieces need weights, and the sum is divided by
# the sum of the *weights*. A variable that a piece does not use has the gradient None, which is not 0: Adam moves a
# variable with gradient 0 on, by its momentum, and leaves one with None where it is. And `tf.IndexedSlices` do not
# add up with `+`.
#
# Do not filter the Nones out before the optimizer either. Keras' optimizer makes its state for the variables of its
# first call, and raises an error for any other later (*Unknown variable*).


# %%
class GradientAccumulator:
    """Add up gradients over several batches, and take one step along their weighted mean.

    `mean` is `sum(weight * gradient) / sum(weight)` for each variable, over all calls of `add` since the
    start or the last reset.
    """

    def __init__(self, variables):
        """Begin with nothing.

        Args:
            variables: A list of Keras variables.
        """
        # BEGIN SOLUTION
        self.variables = variables
        self.reset()
        # END SOLUTION

    def add(self, gradients, weight=1.0):
        """Add the gradients of one batch.

        Args:
            gradients: A list or tuple with an entry for each variable, in their order: a tensor or array of
                the variable's shape and dtype, `tf.IndexedSlices` with a known `dense_shape`, or None. None
                adds nothing, but its weight counts. What the caller does with the arrays afterwards changes
                nothing, and they are not written into.
            weight: What they count, e.g. the number of examples: a number of Python or NumPy.

        Raises:
            ValueError: There are more or fewer gradients than variables, or the weight is 0 or less. Then
                nothing is added.
        """
        # BEGIN SOLUTION
        if len(gradients) != len(self.variables):
            raise ValueError(f"{len(gradients)} gradients for {len(self.variables)} variables")
        if weight <= 0:
            raise ValueError(f"the weight has to be above 0, and is {weight}")
        for place, gradient in enumerate(gradients):
            if gradient is not None:
                weighted = tf.convert_to_tensor(gradient) * weight
                total = self._totals[place]
                self._totals[place] = weighted if total is None else total + weighted
        self._weight += weight
        # END SOLUTION

    def mean(self):
        """Return the weighted mean of what was added; it stays there.

        Returns:
            A list with an entry for each variable: a tensor of the dtype of the gradients, or None if its
            gradient was None in every call.

        Raises:
            ValueError: Nothing was added since the start or the last reset.
        """
        # BEGIN SOLUTION
        if self._weight == 0:
            raise ValueError("nothing was added")
        return [None if total is None else total / self._weight for total in self._totals]
        # END SOLUTION

    def apply(self, optimizer):
        """Have an optimizer take one step along the mean, then reset.

        Args:
            optimizer: A Keras optimizer. It is handed all variables in their order, with None for those
                that have no mean (Keras warns of these). At least one has a mean.

        Raises:
            ValueError: Nothing was added since the start or the last reset.
        """
        # BEGIN SOLUTION
        optimizer.apply(self.mean(), self.variables)
        self.reset()
        # END SOLUTION

    def reset(self):
        """Forget gradients and weights, as if nothing had been added."""
        # BEGIN SOLUTION
        self._totals = [None] * len(self.variables)
        self._weight = 0.0
        # END SOLUTION


# %% [markdown]
# Three uneven pieces of a batch of digits, against the batch at once:

# %% tags=["demo"]
layer = keras.layers.Dense(10)
layer.build((None, 64))


def gradients_of(chosen):
    """The gradients of the mean cross-entropy of some digits."""
    with tf.GradientTape() as tape:
        losses = keras.losses.sparse_categorical_crossentropy(
            labels[chosen], layer(images[chosen]), from_logits=True
        )
        loss = ops.mean(losses)
    return tape.gradient(loss, [variable.value for variable in layer.trainable_variables])


with lesson.if_written():
    accumulator = GradientAccumulator(layer.trainable_variables)
    for piece in (slice(0, 40), slice(40, 80), slice(80, 90)):
        accumulator.add(gradients_of(piece), weight=piece.stop - piece.start)
    for mean, whole in zip(accumulator.mean(), gradients_of(slice(0, 90)), strict=True):
        print("largest difference:", float(ops.max(ops.abs(mean - whole))))

# %% [markdown] tags=["response"] name="needless_reset"
# ## In your own words
#
# A colleague, used to PyTorch, writes a training loop in TensorFlow. Before each step a helper `zero_gradients`
# makes a list of zeros and puts it into a variable `grads`; then a new tape gives `grads = tape.gradient(...)`,
# and the optimizer applies them. "You have to reset the gradients", says the colleague, "and see, it trains."
#
# Explain in five to ten sentences: what the reset does here, and why it trains; where the same reset is needed,
# and what would happen without it; how "what is watched" differs from "what is updated"; and when one
# would leave it out on purpose.

# %% [markdown]
# ## To go on with
#
# Nobody grades these three.
#
# 1. *Easy.* By hand: the central difference of $x^2$ at 3 with any step you like. Why is it exactly 6?
# 2. *Harder.* A sequence model's output at time t must not depend on inputs after t. How do you use
#    `batch_dependency` to test that?
# 3. *Open.* Train a small digit classifier with hidden values rounded to 0 or 1, straight through. What does
#    it cost in accuracy, over three seeds, against the same network without rounding?
#
# Before this topic: [Backprop](../backprop/README.md). After it: [Initialization](../initialization/README.md), on
# what gradients begin with, and [Optimizers](../optimizers/README.md), on what is made of them.
#
# ## Where this comes from
#
# - Stanford CS231n, [*Learning*](https://cs231n.github.io/neural-networks-3/), "Gradient Checks": centred differences,
#   relative errors, kinks, the step.
# - A. Karpathy (2019). [*A Recipe for Training Neural Networks*](https://karpathy.github.io/2019/04/25/recipe/), §2:
#   "use backprop to chart dependencies".
# - Y. Bengio, N. Léonard, A. Courville (2013). [*Estimating or Propagating Gradients Through Stochastic Neurons for
#   Conditional Computation*](https://arxiv.org/abs/1308.3432).
# - TensorFlow: [`tf.GradientTape`](https://www.tensorflow.org/api_docs/python/tf/GradientTape), on what is watched.
# - PyTorch: [`zero_grad`](https://docs.pytorch.org/docs/stable/generated/torch.optim.Optimizer.zero_grad.html), on
#   zeros and None.
# - The digits come from scikit-learn's `load_digits`.
