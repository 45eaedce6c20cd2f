"""Deployment.

README.md next to this file is the lesson.
Put your own code in place of each `raise NotImplementedError` (and of each None), then run

    nnlearn check deployment   to check your work
    nnlearn hint predictions   for a hint
"""

import hashlib
import math
import time

import keras
import numpy as np
from keras import ops


PREDICTIONS = {
    # Weights become whole numbers times a scale, each rounded to the nearest one. How far can a weight be
    # from what comes back, at most, counted in scales?
    # Allowed: a number.
    "int8_error": None,
    # A network with 5,000 weights answers requests that come one at a time, in the memory of the
    # computer. Which is likely to have the answer there sooner?
    # Allowed: "cpu" or "gpu".
    "tiny_model_one_request": None,
    # Each user has a fixed place from 0 to 1, and gets the new version if the place is below the share.
    # The share goes from 0.05 to 0.2. What becomes of a user who had it?
    # Allowed: "keeps it" or "is drawn again".
    "rollout_5_to_20": None,
    # The same task, trained by people who choose another model, data centre and processor. By how much
    # can these choices together change the footprint?
    # Allowed: "10 %", "10 times" or "100 times and more".
    "footprint_range": None,
}


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
    raise NotImplementedError("predict_batched: not written yet")


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
    raise NotImplementedError("bundle: not written yet")


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
    raise NotImplementedError("benchmark: not written yet")


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
    raise NotImplementedError("quantize_int8: not written yet")


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
    raise NotImplementedError("carbon_estimate: not written yet")


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
    raise NotImplementedError("drift: not written yet")


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
    raise NotImplementedError("in_rollout: not written yet")


# Answered in words, between the quotes: a person reads it.
ANSWERS = {
    # In your own words
    #
    # The first version of a network has read the digits on forms for a year, on a server without a GPU.
    # You have a second one that is larger, and 1.5 points better on last year's test rows. A new scanner
    # is delivered to the first offices next month.
    #
    # In six to twelve sentences: plan its release. What do you build and check before anybody gets it,
    # who gets it when, what do you watch, when do you go back and how, and what does it cost?
    "second_version": r"""

""",
}
