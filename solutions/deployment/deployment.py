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
# # Deployment
#
# Your network is right on 97 % of the test images. Then somebody else calls it, with pictures as they come from a
# camera, one at a time, on a machine without a GPU, for two years. What do they need from you besides the weights?
# How long does it take, what does it cost, how do they notice that it has stopped working, and how does the next
# version get to them?
#
# **You will write** `predict_batched`, `bundle`, `benchmark`, `quantize_int8`, `carbon_estimate`, `drift` and
# `in_rollout`. `model.predict`, Keras' quantizers, `Lambda` layers and SciPy are refused there.
#
# **Do you remember?** Two questions from [normalization](../normalization/README.md) and
# [metrics](../metrics/README.md), to warm up:
#
# 1. Which numbers does BatchNormalization divide by in training, and which in inference?
# 2. The mean of the batches' F1 scores is not the F1 of all examples. What is added up instead?

# %%
import hashlib
import math
import time

import keras
import numpy as np
from keras import ops

# %% tags=["demo"]
from nnlearn import data, figures, lesson

images, labels = data.digits(seed=0)
pixels = np.rint(16 * images).astype("uint8")  # what the camera gives: whole numbers from 0 to 16
train, test = slice(0, 1200), slice(1200, None)
mean, scale = pixels[train].mean(axis=0), pixels[train].std(axis=0)
standardized = ((pixels - mean) / np.where(scale == 0, 1, scale)).astype("float32")
networks = []
for seed in range(3):
    keras.utils.set_random_seed(seed)
    network = keras.Sequential(
        [
            keras.Input((64,)),
            keras.layers.Dense(64),
            keras.layers.BatchNormalization(),
            keras.layers.Activation("relu"),
            keras.layers.Dropout(0.2),
            keras.layers.Dense(10),
        ]
    )
    network.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True), jit_compile=False)
    batches = data.shuffled(standardized[train], labels[train], batch_size=32, seed=seed)
    network.fit(batches, epochs=15, verbose=0)
    networks.append(network)


def accuracy(network, x, y):
    """The share of examples whose largest output is the right one."""
    return float(np.mean(np.asarray(network(x)).argmax(axis=1) == y))


# %% [markdown]
# ## Before you read on, guess
#
# Replace each `None` below with your answer *before* you run or read anything else. Your first guess is kept, then
# answered, and you may think again: a wrong one teaches a lot.

# %%
PREDICTIONS = ...

# %% [markdown]
# ## "How do we use this neural net?"
#
# As a function: raw inputs in, answers out, and nothing in between that somebody has to remember. A trained network
# is only the middle of it. Ours was trained on pixels with the mean and the deviation of the training images taken
# out. Give it the same pictures without that:

# %% tags=["demo"]
for network in networks:
    forgotten = pixels[test].astype("float32")
    for x in (standardized[test], forgotten):
        print(f"{accuracy(network, x, labels[test]):.3f}", end="   ")
    print("<- without its preprocessing")

# %% [markdown]
# No error, no warning: about a fifth fewer are right. Inference has four more traps.
#
# - **Mode.** Dropout and BatchNormalization have to run as in inference, `training=False`. In training mode the
#   answer for one picture depends on chance and on the others of its batch, and the moving statistics change while
#   you predict.
# - **Memory.** All rows at once may not fit, so they go through in batches. The last batch is smaller; it must not be
#   dropped, nor may a padded one come back longer than what was asked.
# - **Preprocessing** is for each batch, the last one too.
# - **Nothing** is an input as well. A day without requests is an array with no rows, and its answer has none.
#
# ## Part 1: `predict_batched`
#
# Five rows in batches of two are 2, 2 and 1: three calls, and five rows of answers. How many calls are N rows?
# N/size, rounded up.


# %%
def predict_batched(model, x, batch_size, preprocess=None):
    """The answers of a model for all rows of `x`, in batches, in inference mode.

    The rows go through in their order, `batch_size` at a time, the last batch having what is left. Each batch is a
    slice of `x`, with its dtype, that goes through `preprocess`, and what that gives through the model. So both are
    called once for each batch and neither ever gets more than `batch_size` rows; no rows are one empty batch.

    Nothing changes: neither `x`, even where `preprocess` overwrites the very array that it gets, nor the model's
    weights and moving statistics.

    Args:
        model: A built Keras model with one input and one output. It can take an empty batch.
        x: A NumPy array with N rows, shape (N, ...), of any numeric dtype. N may be 0.
        batch_size: The most rows of a batch, an integer of at least 1. It may be more than N.
        preprocess: A function of one array with n rows, n from 0 to `batch_size`, that returns an array or a tensor
            with n rows, which may differ in shape and dtype. None: the model gets the rows as they are.

    Returns:
        One NumPy array with N rows, in the order of `x`: what the model gives, with its dtype. Without rows its shape
        is (0, ...), with the other axes as always.

    Raises:
        ValueError: `batch_size` is below 1.
    """
    # BEGIN SOLUTION
    if batch_size < 1:
        raise ValueError(f"a batch has at least 1 row, not {batch_size}")
    outputs = []
    for begin in range(0, max(len(x), 1), batch_size):
        batch = x[begin : begin + batch_size].copy()
        if preprocess is not None:
            batch = preprocess(batch)
        outputs.append(ops.convert_to_numpy(model(batch, training=False)))
    return np.concatenate(outputs)
    # END SOLUTION


# %% tags=["demo"]
with lesson.if_written():
    answers = predict_batched(networks[0], standardized[test], batch_size=100)
    print(answers.shape, "right:", np.mean(answers.argmax(axis=1) == labels[test]))

# %% [markdown]
# ## Part 2: `bundle`
#
# Better than to remember the preprocessing is to be unable to forget it: put it *into* the model. The bundle takes
# pixels and gives probabilities,
#
# $$\text{bundle}(x) = a\left(\text{model}\left(\frac{x - \mu}{\sigma}\right)\right)$$
#
# By hand: a pixel of 9, mean 5 and deviation 2 give (9 − 5)/2 = 2. Scaling first and shifting then, 9/2 − 5 = −0.5,
# is something else. On paper, 9/2 − 5/2 is 2 as well. On a computer it is not the same where the mean is far above
# the deviation, for two large numbers are subtracted, and most digits are gone. In float32, 10,000.5 with mean
# 10,000 and deviation 0.3 becomes 1.6680 in this way; right is 1.6667. Subtract first. Some pixels are 0 in every
# training image, so their deviation is 0, and 0/0 is NaN: a scale of 0 counts as 1, as in
# [scaling](../scaling/README.md).
#
# What makes it fit to be sent?
#
# - **One activation.** The network gives logits, the bundle adds the softmax, once. A second softmax on top would
#   keep the order, and make every answer unsure.
# - **A copy.** Whoever trains the original on must not change what is served. `keras.models.clone_model` copies
#   layers, not weights: without `set_weights` you serve a network that was never trained.
# - **Saved and loaded elsewhere**, where there is Keras and none of your code. Layers of Keras and functions of
#   `keras.ops` go along in the file. A class of your own does not, and a `Lambda` layer holds Python code, which
#   Keras refuses to run from a file unless its *safe mode* is switched off. So test the round trip: save, load,
#   compare.


# %%
def bundle(model, mean, scale, activation="softmax"):
    """A model that takes raw inputs: `activation(model((x - mean) / scale))`.

    Args:
        model: A built Sequential or functional model of Keras' own layers, in float32, with one input and one output.
            It stays as it is: its weights, and which of them are trained.
        mean: A number, or a NumPy array that broadcasts against a batch of inputs: of an input's shape, or
            (channels,), or with axes of 1. Of an integer or floating dtype; it may count as float32, and so may the
            inputs.
        scale: The same, none of it below 0. Wherever it is 0, it counts as 1. Neither array is changed.
        activation: The name of any Keras activation, such as "softmax", "sigmoid" or "linear", for the last axis.

    Returns:
        A Keras model whose input has the shape of the model's. Called without `training`, or with `training=False`,
        with a batch of raw inputs, floating numbers or integers (pixels of uint8, say), it gives what the formula
        says, with the layers of `model` in inference mode, within 1e-5, and finite. That holds as well where the mean,
        a number that float32 holds exactly, is a hundred thousand times the scale: (x - mean) is computed first.

        Its weights are a copy: training the model, or the bundle, changes nothing in the other. Saved with `save` and
        loaded with `keras.saving.load_model`, without custom objects, in the default safe mode and by somebody
        without your code, it does the same.
    """
    # BEGIN SOLUTION
    shift = np.asarray(mean, "float32")
    divisor = np.where(np.equal(scale, 0), 1, scale).astype("float32")
    copy = keras.models.clone_model(model)
    copy.set_weights(model.get_weights())
    inputs = keras.Input(model.input_shape[1:], dtype="float32")
    outputs = keras.layers.Activation(activation)(copy((inputs - shift) / divisor))
    return keras.Model(inputs, outputs)
    # END SOLUTION


# %% tags=["demo"]
with lesson.if_written():
    served = bundle(networks[0], mean, scale)
    probabilities = ops.convert_to_numpy(served(pixels[test]))
    print("from pixels:", np.mean(probabilities.argmax(axis=1) == labels[test]))
    print("first answer:", probabilities[0].argmax(), f"with {probabilities[0].max():.3f}")

# %% [markdown]
# ## "Inference: GPU vs CPU: when to use what, and what do we consider?"
#
# Measure, then choose. *Latency* is how long one answer takes; *throughput* is how many rows are answered per second.
# Every call has a fixed cost, whatever its size: Python, starting the work, and on a GPU the way there and back. Then
# each row costs something, very little on a GPU, which works on thousands of rows at once. So a GPU pays where a call
# has much to do: a large model, or many rows that can wait for each other. For a small model whose requests come one
# at a time, a CPU often answers sooner, and costs less while it waits. (Nothing on this page was measured on a GPU:
# measure yours.) Ask also for memory, power, cost and the slowest answers.
#
# Even on a CPU you can see the fixed cost:

# %% tags=["demo", "figure"]
# figure: batches | Milliseconds per call and rows per second against the batch size, from 1 row to 1024, for three networks on a CPU. Lines are medians of 30 calls, the band goes from the lowest percentile 5 of the three to the highest percentile 95. A call with 1024 rows takes less than ten times as long as one with a single row, and answers more than a hundred times as many rows per second.
sizes = 4 ** np.arange(6)
fig, axes = figures.panels(1, 2, width=10.0, height=3.6)
bands = []
for number, network in enumerate(networks):
    quantiles = []
    for size in sizes:
        times = []
        for _ in range(33):
            begin = time.perf_counter()
            np.asarray(network(standardized[:size], training=False))
            times.append(time.perf_counter() - begin)
        quantiles.append(np.percentile(times[3:], [5, 50, 95]))  # the first three are a warm-up
    low, middle, high = np.transpose(quantiles)
    bands.append((low, high))
    axes[0].plot(sizes, 1000 * middle, label=f"network {number + 1}", **figures.line(number))
    axes[1].plot(sizes, sizes / middle, label=f"network {number + 1}", **figures.line(number))
    assert middle[-1] < 10 * middle[0]
    assert sizes[-1] / middle[-1] > 100 / middle[0]
low, high = np.min(bands, axis=0)[0], np.max(bands, axis=0)[1]
band = {"color": "gray", "alpha": 0.2, "linewidth": 0, "label": "percentiles 5 to 95"}
axes[0].fill_between(sizes, 1000 * low, 1000 * high, **band)
axes[1].fill_between(sizes, sizes / high, sizes / low, **band)
axes[0].set(xscale="log", xlabel="rows per call", ylabel="milliseconds per call", ylim=(0, None))
axes[1].set(xscale="log", yscale="log", xlabel="rows per call", ylabel="rows per second")
for axis in axes:
    axis.set_xticks(sizes, labels=[str(size) for size in sizes])
    axis.set_xticks([], minor=True)
axes[1].legend(loc="upper left")
figures.says(sizes[0], sizes[-1], 30, 5, 95, sizes[-1])

# %% [markdown]
# A call with 1,024 rows has a thousand times the work of one with a single row, and takes less than ten times as long:
# most of the shorter call is the fixed cost. (What goes up and down between is other work on the computer.) So waiting for
# more rows is good for the throughput, and what it costs is the time that the first row waits.
#
# How to measure?
#
# - **Warm up.** The first calls may compile code and ask for memory. They are not what users meet later.
# - **Wait for the numbers.** A GPU works on while Python goes on: a call returns when the work was *handed over*. Who
#   stops the clock then has measured nothing but that. Turn the result into NumPy first, and that of the warm-up as
#   well, or its work is still in the queue when you start the clock.
# - **Percentiles, not the mean.** One answer in twenty is slower than the p95. A mean hides them, and a maximum can
#   only grow, the longer one measures.
#
# By hand: five calls with 8 rows take 2, 2, 2, 2 and 12 ms. p50 is 2 ms. p95 stands at 0.95 · 4 = 3.8 of the places 0
# to 4, so it is 2 + 0.8 · 10 = 10 ms. The throughput is 40 rows in 20 ms, 2,000 per second.
#
# ## Part 3: `benchmark`


# %%
def benchmark(fn, batch, repeats=30, warmup=3, clock=time.perf_counter):
    """How long `fn(batch)` takes.

    `fn` is called with `batch` itself, `warmup` times untimed and then `repeats` times timed, one after the other and
    no more. Each result, also of the warm-up, is turned into NumPy (`keras.ops.convert_to_numpy` or `np.asarray`)
    before anything else happens: devices compute while Python goes on, and only then is the work done. A call's time
    is the difference of `clock()` just before it and when its result is NumPy.

    Args:
        fn: A function of one argument that returns an array or a tensor.
        batch: What it gets, with N rows: `len(batch)` is N, at least 1.
        repeats: How many calls are timed, at least 1.
        warmup: How many calls come before, at least 0.
        clock: A function without arguments that returns seconds. Nothing else says what time it is.

    Returns:
        A dictionary of plain numbers: "p50" and "p95", the percentiles 50 and 95 of the times in seconds, as
        `np.percentile` interpolates them, and "throughput", rows per second: N * repeats / (sum of the times).

    Raises:
        ValueError: `repeats` is below 1.
    """
    # BEGIN SOLUTION
    if repeats < 1:
        raise ValueError(f"at least 1 call has to be timed, not {repeats}")
    times = []
    for _ in range(warmup):
        ops.convert_to_numpy(fn(batch))
    for _ in range(repeats):
        begin = clock()
        ops.convert_to_numpy(fn(batch))
        times.append(clock() - begin)
    p50, p95 = np.percentile(times, [50, 95])
    return {"p50": float(p50), "p95": float(p95), "throughput": len(batch) * repeats / sum(times)}
    # END SOLUTION


# %% tags=["demo"]
with lesson.if_written():
    for rows in (1, 64):
        print(rows, benchmark(networks[0], standardized[:rows]))

# %% [markdown]
# ### Smaller weights
#
# A float32 weight takes 4 bytes, an int8 one. A quarter of the memory is a quarter of what has to be read for each
# answer, and hardware for integers is cheap: on a phone that decides. *Quantization* writes each weight as a whole
# number times a scale,
#
# $$s = \frac{\max |w|}{127} \qquad q = \text{round}(w / s) \qquad w \approx q \cdot s$$
#
# By hand: the weights −0.5, 0.2 and 1.27 have s = 0.01 and become −50, 20 and 127. Weights between two whole numbers
# are rounded, so each is off by at most half a scale. −128 is left out, so that −w is −q and zero stays exactly zero;
# TensorFlow Lite's int8 weights, too, go from −127 to 127.
#
# One scale for the whole kernel makes all channels as coarse as the one with the largest weight. So each output
# channel, the last axis of a kernel, gets its own: `axis=-1` says which axis is *kept*.
# `keras.quantizers.abs_max_quantize` wants the axes to *reduce*, and returns the inverse, 127/max.

# %% tags=["demo", "figure"]
# figure: channels | Rounding error of the weights and test accuracy of three networks against the bits per weight, from 2 to 8, with a scale per channel and with one per tensor. With one per tensor the error is about 1.4 times as large, at 8 bits. At 8 bits every accuracy is within 0.002 of that of float32. At 2 bits it falls with both, and further with one scale per tensor, to 0.80 at the lowest, against 0.90.
bits = np.arange(2, 9)
fig, axes = figures.panels(1, 2, width=10.0, height=3.6)
errors, scores, exact = np.zeros((2, 3, 7)), np.zeros((2, 3, 7)), np.zeros(3)
for number, network in enumerate(networks):
    weights = network.get_weights()
    gamma, _, _, variance = network.layers[1].get_weights()
    fold = gamma / np.sqrt(variance + network.layers[1].epsilon)  # as it is served: one factor per channel
    exact[number] = accuracy(network, standardized[test], labels[test])
    for way, axis in enumerate((0, None)):
        for column, bit in enumerate(bits):
            rounded = [w.copy() for w in weights]
            for place, factor in ((0, fold), (6, 1)):
                kernel = weights[place] * factor
                step = np.abs(kernel).max(axis=axis, keepdims=True) / (2 ** (bit - 1) - 1)
                near = np.rint(kernel / step) * step
                rounded[place] = near / factor
                errors[way, number, column] += np.sum((near - kernel) ** 2)
            network.set_weights(rounded)
            scores[way, number, column] = accuracy(network, standardized[test], labels[test])
    network.set_weights(weights)
errors = np.sqrt(errors / (weights[0].size + weights[6].size))
for way, name in enumerate(("a scale per channel", "one per tensor")):
    for number in range(3):
        style = figures.line(way) | {"label": "_nolegend_" if number else name, "linewidth": 1.2}
        axes[0].plot(bits, errors[way, number], **style)
        axes[1].plot(bits, scores[way, number], **style)
axes[0].set(yscale="log", xlabel="bits per weight", ylabel="root mean squared error", xticks=bits)
axes[1].set(xlabel="bits per weight", ylabel="test accuracy", xticks=bits)
axes[0].legend(loc="upper right")
axes[1].legend(loc="lower right")
ratio, loss = np.mean(errors[1] / errors[0], axis=0)[-1], np.abs(scores[:, :, -1] - exact).max()
assert loss < 0.002
assert np.all(scores[1, :, 0] < scores[0, :, 0])
figures.says(2, 8, ratio, 8, 8, 0.002, 2, scores[1, :, 0].min(), scores[0, :, 0].min())

# %% [markdown]
# Each line is a network. Before it is rounded, a kernel is multiplied by what BatchNormalization would multiply its
# outputs by, one factor per channel: it is *folded*, as in [normalization](../normalization/README.md), which saves a
# step when serving. Eight bits cost these networks nothing that 597 test images could show, per channel or not. At
# two bits it matters how: 0.90 to 0.94 are right with a scale per channel, 0.80 to 0.87 with one per tensor. A network
# whose channels differ more needs its own scales sooner; measure yours.
#
# ## Part 4: `quantize_int8`
#
# Two pitfalls of rounding: conversion to int8 *cuts off* (2.9 becomes 2), and 0.5 is as near to 0 as to 1. Always up
# would shift the mean, so halves go to the *even* neighbour, as `np.rint` and `keras.ops.round` do. And a channel of
# zeros has a largest weight of 0: its scale is 1, not 0.


# %%
def quantize_int8(weights, axis=-1):
    """Whole numbers from -127 to 127 and scales, so that `weights` is about `q * scale`.

    A scale is the largest absolute weight divided by 127, one for each index of `axis`; a channel of zeros has the
    scale 1. `q` is weights / scale, rounded to the nearest whole number, and halves to the even one: 0.5 becomes 0
    and 1.5 becomes 2. Where a quotient lies within 1e-3 of a half without being one exactly, either neighbour is
    right.

    Args:
        weights: A floating array or tensor (float16, float32 or float64) with at least one axis and no axis of length
            0. The largest absolute weight of each channel is 0 or lies between 1e-30 and 1e30. It is not changed.
        axis: Which axis is kept, as one integer, which may be negative: all other axes share a scale. -1 is the
            output channel of a Dense or Conv2D kernel. None: one scale for all.

    Returns:
        A tuple of two NumPy arrays or tensors: `q`, int8, of the shape of `weights`; and `scale`, float32, right to
        1e-6 relative, of as many axes, whose length is 1 but for `axis`: for a kernel of shape (3, 5), (1, 5) with
        axis -1, (3, 1) with axis 0 and (1, 1) with None.

    Raises:
        ValueError: A weight is NaN or infinite.
    """
    # BEGIN SOLUTION
    weights = ops.convert_to_numpy(weights).astype("float64")
    if not np.isfinite(weights).all():
        raise ValueError("there is no scale for weights that are not finite")
    shared = tuple(i for i in range(weights.ndim) if axis is None or i != axis % weights.ndim)
    largest = np.max(np.abs(weights), axis=shared, keepdims=True)
    scale = np.where(largest == 0, 1, largest / 127)
    return np.rint(weights / scale).astype("int8"), scale.astype("float32")
    # END SOLUTION


# %% tags=["demo"]
with lesson.if_written():
    q, step = quantize_int8(networks[0].layers[0].get_weights()[0])
    print("bytes:", q.nbytes, "and", step.nbytes, "of scales, in place of", 4 * q.size)

# %% [markdown]
# ## "Are there any consequences of using these?"
#
# Two that can be measured: what it costs others, and what happens when the world moves on.
#
# ### What it costs
#
# "Training GPT-3 made as much CO2 as 120 cars in a year." That is *one estimate*, of one training run: Patterson et
# al. (2021) put it at 1,287 MWh and 552 tonnes of CO2 equivalents. If a car makes 4.6 tonnes in a year, that is 120
# cars. Their lesson is another one. The choice of model, data centre and processor together can make the footprint
# up to about 100 to 1000 times smaller: the place, with its mix of electricity, changes it by 5 to 10, a cloud data
# centre by 1.4 to 2, its processors by 2 to 5, and a sparsely activated model, of which each input uses only a
# part, by 10. Those who choose can do something.
#
# The arithmetic is short. Power times time is energy; the *PUE* says how much the building takes for each kWh of its
# computers, cooling included; the *carbon intensity* says how many grams a kWh costs there.
#
# $$\text{kg} = \frac{\text{watts} \cdot \text{hours} \cdot \text{devices}}{1000} \cdot \text{PUE} \cdot \frac{\text{g per kWh}}{1000}$$
#
# By hand, with 330 W, 14.8 days, 10,000 GPUs, PUE 1.1 and 429 g/kWh: 330 · 355.2 · 10,000 / 1000 = 1,172,160 kWh,
# times 1.1 is 1,289,376 kWh, times 0.429 is 553,142 kg: their number, up to rounding.
#
# Serving is small per request, and has no end. If a batch of 32 requests takes 0.5 s at 300 W, that is 150 J, and 3.6
# million joules are a kWh. How many requests until serving has taken as much as training? That number, the
# break-even, says which of the two to make cheaper.

# %% tags=["demo"]
energy = 330 * 14.8 * 24 * 10_000 / 1000
for where, pue, grams in (
    ("as estimated", 1.1, 429),
    ("a place with a tenth of the carbon", 1.1, 42.9),
    ("the same, in a wasteful building", 2.2, 42.9),
):
    print(f"{where:36s} {energy * pue / 1000:6.0f} MWh {energy * pue * grams / 1e6:6.0f} tonnes")

# %% [markdown]
# ## Part 5: `carbon_estimate`


# %%
def carbon_estimate(training, serving, requests, pue, intensity):
    """Energy and emissions of training and serving.

    Args:
        training: A list of runs, tuples (watts, hours, devices): the power of one device, how long the run took, and
            how many devices it took. Failed runs count. The list may be empty, and no number in it is below 0.
        serving: A tuple (watts, seconds, batch_size): what is drawn while a batch is answered, at least 0; how long
            that takes, at least 0; and the most requests in a batch, an integer of at least 1. A batch takes as long
            when it is not full.
        requests: How many requests are served, an integer of at least 0, in batches as full as can be.
        pue: What the building takes for each kWh of its computers, at least 1. It counts for training and for
            serving.
        intensity: Grams of CO2 equivalents per kWh, at least 0.

    Returns:
        A dictionary of plain numbers:

        - "training_kwh" and "serving_kwh": energy in kilowatt-hours, with `pue`. 1 kWh is 3.6 million joules
          (watt-seconds).
        - "kg_co2e": kilograms of CO2 equivalents, of training and serving together.
        - "break_even_requests": after how many requests, in full batches, serving has taken as much energy as
          training: training_kwh / (energy of a batch) * batch_size, not rounded; infinity (`float("inf")`) if a batch
          takes no energy.

    Raises:
        ValueError: A number is below what is allowed above.
    """
    # BEGIN SOLUTION
    watts, seconds, batch_size = serving
    if min([0, watts, seconds, requests, intensity, *(number for run in training for number in run)]) < 0:
        raise ValueError("no power, time or number is negative")
    if batch_size < 1 or pue < 1:
        raise ValueError("a batch has at least 1 request, and the PUE is at least 1")
    training_kwh = sum(watts * hours * devices for watts, hours, devices in training) / 1000 * pue
    batch_kwh = watts * seconds / 3.6e6 * pue
    serving_kwh = math.ceil(requests / batch_size) * batch_kwh
    return {
        "training_kwh": training_kwh,
        "serving_kwh": serving_kwh,
        "kg_co2e": (training_kwh + serving_kwh) * intensity / 1000,
        "break_even_requests": training_kwh / batch_kwh * batch_size if batch_kwh > 0 else math.inf,
    }
    # END SOLUTION


# %% tags=["demo"]
with lesson.if_written():
    gpt3 = [(330, 14.8 * 24, 10_000)]
    for name, value in carbon_estimate(gpt3, (300, 0.5, 32), requests=10**9, pue=1.1, intensity=429).items():
        print(f"{name:20s} {value:,.0f}")

# %% [markdown]
# ### When the world moves on
#
# A network keeps no watch. If the camera ages, it answers as surely as ever, and wrongly; labels, which would tell,
# come late or never. What can be watched at once are the *inputs*: do they still come from where the training data
# came from? A change of theirs is called *drift*.
#
# Comparing means is not enough: the numbers −1 and 1 have the same mean as 0 and 0. The
# *Kolmogorov–Smirnov statistic* compares everything: for each value v, take the share of the old numbers up to v and
# the share of the new ones up to v. The statistic is the largest distance of the two shares.
#
# By hand: old 1, 2, 3, 4 and new 3, 3, 5.
#
# | v | old up to v | new up to v | distance |
# |---|---|---|---|
# | 1 | 1/4 | 0 | 0.25 |
# | 2 | 2/4 | 0 | 0.5 |
# | 3 | 3/4 | 2/3 | 0.08 |
# | 4 | 1 | 2/3 | 0.33 |
# | 5 | 1 | 1 | 0 |
#
# It is 0.5. "Up to v" has v itself in it, for old and new alike: that is what makes ties come out right. All values
# have to be tried, the old and the new ones, and the sign does not matter.
#
# When is that too much? With N old and M new rows, two samples of one source are rarely further apart than
#
# $$\sqrt{-\frac{\ln(\alpha / 2)}{2}} \cdot \sqrt{\frac{N + M}{N M}}$$
#
# which at most about the share α of such pairs exceeds (with ties, or few rows, fewer). But we watch 64 pixels. At
# α = 0.01 for each, about 0.64 false alarms are to be expected every day, and if pixels are independent, on 1 −
# 0.99⁶⁴ = 47 % of all days at least one. So the level is divided by the number of features: α/F in place of α. Then
# it is about one day in 100. Here are 100 days on which nothing drifts (the bound is a little cautious, so there
# are fewer):

# %% tags=["demo"]
draw = np.random.default_rng(0)
days_with_an_alarm = np.zeros(2, int)
for _ in range(100):
    old, new = draw.normal(size=(64, 600)), draw.normal(size=(64, 200))  # of one source, nothing has drifted
    old, new = np.sort(old), np.sort(new)
    values = np.concatenate([old, new], axis=1)
    up_to = [
        [np.searchsorted(part, v, "right") for part, v in zip(parts, values, strict=True)]
        for parts in (old, new)
    ]
    distance = np.abs(np.array(up_to[0]) / 600 - np.array(up_to[1]) / 200).max(axis=1)
    for place, level in enumerate((0.01, 0.01 / 64)):
        bound = np.sqrt(-np.log(level / 2) / 2) * np.sqrt(1 / 600 + 1 / 200)
        days_with_an_alarm[place] += np.any(distance > bound)
print("days of 100 with a false alarm, with 0.01 and with 0.01 / 64:", *days_with_an_alarm)

# %% tags=["demo", "figure"]
# figure: fading | Twelve days on which 200 test images come in. From day 7 on the pictures fade by 10 % a day. Above, the pixels of 64 that the test calls drifted, at the level 0.01 / 64: none on the first 6 days, 27 on day 7, and 40 on day 12. Below, the accuracy of three networks: at least 0.95 up to day 8, and 0.78 at the most on day 12.
days, draw = np.arange(1, 13), np.random.default_rng(0)
rights, counts = np.zeros((3, 12)), []
for day in days:
    rows = draw.integers(1200, len(pixels), 200)
    live = np.rint(pixels[rows] * (1 - 0.1 * max(0, day - 6))).astype("uint8")
    for number, network in enumerate(networks):
        x = (live - mean) / np.where(scale == 0, 1, scale)
        rights[number, day - 1] = accuracy(network, x.astype("float32"), labels[rows])
    shares = [np.mean(part[:, :, None] <= np.arange(17), axis=0) for part in (pixels[train], live)]
    distance = np.abs(shares[0] - shares[1]).max(axis=1)
    bound = np.sqrt(-np.log(0.01 / 64 / 2) / 2) * np.sqrt(1 / 1200 + 1 / 200)
    counts.append(np.sum(distance > bound))
fig, axes = figures.panels(2, 1, width=8.0, height=2.7)
axes[0].plot(days, counts, marker="o", label="drifted pixels", **figures.line(0))
for number in range(3):
    axes[1].plot(days, rights[number], label=f"network {number + 1}", **figures.line(number))
axes[0].set(xlabel="day", ylabel="drifted pixels of 64", xticks=days)
axes[1].set(xlabel="day", ylabel="accuracy", xticks=days)
for axis in axes:
    axis.axvline(6.5, color="black", linewidth=0.8, label="fading begins")
    axis.legend(loc="center left")
assert max(counts[:6]) == 0
assert rights[:, :8].min() >= 0.95
figures.says(200, 7, 0.1, 64, 0.01, 64, 6, counts[6], 7, counts[-1], 12, 0.95, 8, rights[:, -1].max(), 12)

# %% [markdown]
# On day 7, the test finds the change, without a single label; the accuracy goes down days later. (It is an easy one: at
# 0.9 · 16 = 14.4, no pixel is 15 or 16 any more.) So an alarm says
# that something changed, not what, nor whether it hurts yet: somebody has to look.
#
# ## Part 6: `drift`


# %%
def drift(reference, live, level=0.01):
    """Which features of the live data no longer come from where the reference came from.

    For each feature by itself, the statistic is the two-sample one of Kolmogorov and Smirnov: the largest absolute
    difference, over all values v, of the share of reference numbers <= v and the share of live numbers <= v. Numbers
    may occur any number of times in either. A feature has drifted if its statistic is above

        sqrt(-ln(level / F / 2) / 2) * sqrt((N + M) / (N * M))

    Args:
        reference: Finite numbers of shape (N, F), an array of any numeric dtype, as training had them. F is at least
            1.
        live: The same, of shape (M, F), as they come in now. Both count as float64, and neither is changed.
        level: The share of false alarms among unchanged data, for all features together, above 0 and below 1.

    Returns:
        A dictionary of two NumPy arrays: "statistic", floating, shape (F,), right to 1e-9; and "drifted", booleans,
        shape (F,).

    Raises:
        ValueError: The two have different numbers of features, or one of them has no rows.
    """
    # BEGIN SOLUTION
    reference, live = np.asarray(reference, "float64"), np.asarray(live, "float64")
    (n, features), (m, others) = reference.shape, live.shape
    if features != others or n == 0 or m == 0:
        raise ValueError(f"expected rows of as many features, not {reference.shape} and {live.shape}")
    statistic = np.empty(features)
    for feature in range(features):
        old, new = np.sort(reference[:, feature]), np.sort(live[:, feature])
        values = np.concatenate([old, new])
        shares = [np.searchsorted(part, values, side="right") / len(part) for part in (old, new)]
        statistic[feature] = np.max(np.abs(shares[0] - shares[1]))
    bound = math.sqrt(-math.log(level / features / 2) / 2) * math.sqrt((n + m) / (n * m))
    return {"statistic": statistic, "drifted": statistic > bound}
    # END SOLUTION


# %% tags=["demo"]
with lesson.if_written():
    for name, live in (("as ever", pixels[test]), ("half as bright", pixels[test] // 2)):
        print(f"{name:15s} {drift(pixels[train], live)['drifted'].sum()} of 64 pixels have drifted")

# %% [markdown]
# ## "Deployment strategies"
#
# First: *where* does it answer? In **batch**, overnight and for everybody at once, if answers can wait: throughput
# counts. On a **server**, when asked: latency counts, and its p95. **On the device** of the user, if the data must
# not leave it or there is no network: size counts, and power. (Sculley et al. 2015 tell how little of such a system
# is the model, and what the rest costs to keep.)
#
# Then: *how* does a new version get there?
#
# 1. Bundle, with its preprocessing and a version, and what it was trained on written down. Test the round trip.
# 2. Compare it with the old one on the same rows, and on a copy of the live requests whose answers nobody gets
#    (*shadow*).
# 3. A *canary*: a few users get it, and the others, meanwhile, are what it is compared with. Google's book on
#    reliability calls it "partial and time-limited".
# 4. Widen the share in steps, while errors, latency and drift are watched.
# 5. Keep the old version ready, so that going back takes a minute.
#
# Who are the few? Not whoever is drawn at each request: one user would get both versions in turn. Not Python's `hash`
# either: for text it differs from process to process. A *digest* of the user's name is the same on every machine, and
# looks like a random number between 0 and 1. Users below the share have the new version. Widen the share from 5 to 20
# %, and all who had it keep it. The *salt*, such as the name of the experiment, makes another draw for another
# release: else the same people are always the first to meet what is broken.

# %% tags=["demo"]
for salt in ("", "2.0"):
    for user in ("ada", "emil"):
        digest = hashlib.sha256(f"{salt}:{user}".encode()).digest()
        print(f"{salt}:{user}", digest.hex()[:16], f"{int.from_bytes(digest[:8], 'big') / 2**64:.3f}")

# %% [markdown]
# ## Part 7: `in_rollout`


# %%
def in_rollout(user, share, salt=""):
    """Whether a user belongs to the share of users that get the new version. Nothing but the arguments decides.

    The SHA-256 digest of the text f"{salt}:{user}", in UTF-8, begins with eight bytes, which are read as one whole
    number, the most significant byte first. Divided by 2**64 it is the user's place, from 0 to 1. The user belongs to
    the share if the place is below `share`.

    Args:
        user: A string or an integer.
        share: A number from 0, nobody, to 1, everybody. Any number in between will do, 0.0005 too.
        salt: A string that makes another draw.

    Returns:
        True or False.

    Raises:
        ValueError: `share` is below 0 or above 1.
    """
    # BEGIN SOLUTION
    if not 0 <= share <= 1:
        raise ValueError(f"a share lies between 0 and 1, and is {share}")
    digest = hashlib.sha256(f"{salt}:{user}".encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64 < share
    # END SOLUTION


# %% tags=["demo"]
with lesson.if_written():
    first = {user for user in range(10_000) if in_rollout(user, 0.05, "2.0")}
    later = {user for user in range(10_000) if in_rollout(user, 0.2, "2.0")}
    print(len(first), "users, then", len(later), "and lost on the way:", len(first - later))

# %% [markdown] tags=["response"] name="second_version"
# ## In your own words
#
# The first version of a network has read the digits on forms for a year, on a server without a GPU. You have a second
# one that is larger, and 1.5 points better on last year's test rows. A new scanner is delivered to the first offices
# next month.
#
# In six to twelve sentences: plan its release. What do you build and check before anybody gets it, who gets it when,
# what do you watch, when do you go back and how, and what does it cost?

# %% [markdown]
# ## To go on with
#
# Nobody grades these three.
#
# 1. *Easy.* By hand: the int8 numbers and the scale of the weights 2.54, −1.27 and 0.015, halves to the even number.
#    What comes back, and how far is each off?
# 2. *Harder.* Somebody moves the camera: shift the test images by one pixel to the side. How many of the 64 pixels
#    have drifted, and how many answers are wrong?
# 3. *Open.* Requests come at random moments, and may wait up to 20 ms to share a batch. What does that do to p50, p95
#    and throughput, at a low rate of requests and at a high one?
#
# Before this topic: [Metrics](../metrics/README.md), by which versions are compared, and
# [normalization](../normalization/README.md), whose two modes are why inference needs care.
#
# ## Where this comes from
#
# - D. Patterson et al. (2021). [*Carbon Emissions and Large Neural Network
#   Training*](https://arxiv.org/abs/2104.10350): what changes the footprint, and by how much.
# - B. Jacob et al. (2018). [*Quantization and Training of Neural Networks for Efficient Integer-Arithmetic-Only
#   Inference*](https://arxiv.org/abs/1712.05877).
# - TensorFlow Lite. [*8-bit quantization
#   specification*](https://www.tensorflow.org/lite/performance/quantization_spec): weights from −127 to 127.
# - D. Sculley et al. (2015). [*Hidden Technical Debt in Machine Learning
#   Systems*](https://papers.nips.cc/paper/5656-hidden-technical-debt-in-machine-learning-systems).
# - Google. [*Canarying Releases*](https://sre.google/workbook/canarying-releases/), in the Site Reliability Workbook.
# - SciPy: [`ks_2samp`](https://docs.scipy.org/doc/scipy/reference/generated/scipy.stats.ks_2samp.html), the same
#   statistic.
