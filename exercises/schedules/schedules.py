"""Learning rate schedules.

README.md next to this file is the lesson.
Put your own code in place of each `raise NotImplementedError` (and of each None), then run

    nnlearn check schedules    to check your work
    nnlearn hint Exponential   for a hint
"""

import math

import keras
import numpy as np
import tensorflow as tf
from keras import ops


PREDICTIONS = {
    # Keras' ExponentialDecay(0.1, decay_steps=10, decay_rate=0.5, staircase=True) is the learning
    # rate in fit, on 1000 examples in batches of 32. How often has the rate been halved after 3
    # epochs?
    # Allowed: an integer.
    "halvings": None,
    # Gradient descent on the loss 1/2 * 10 * w**2, from w = 1. Above which learning rate does w get
    # further away from 0 with each update?
    # Allowed: a number.
    "stable": None,
    # Keras' CosineDecay(0.0, decay_steps=100, warmup_target=0.1, warmup_steps=10) is the learning
    # rate of SGD. Compare the very first update with one at the rate 0.1: what share of that step
    # is made?
    # Allowed: "none", "a tenth" or "full".
    "first_update": None,
    # What does momentum do to the updates?
    # Allowed: "averages past gradients" (with weights that fade; in Keras as a sum), "changes the
    # rate by plan" or "both".
    "momentum": None,
}


class Exponential(keras.optimizers.schedules.LearningRateSchedule):
    """A rate that is multiplied by the same factor in every stretch of updates.

    It is `max(initial * decay_rate ** (step / decay_steps), floor)`. It can be handed to any Keras optimizer
    as `learning_rate`, used in `fit` and in a `tf.function`, and saved with a model.

    Args:
        initial: The rate at step 0; above 0.
        decay_rate: What it is multiplied by in `decay_steps` updates; above 0, at most 1.
        decay_steps: After how many updates; a number above 0, whole or not.
        staircase: Whether the quotient is rounded down, so that the rate falls in steps, the first time at
            step `decay_steps` itself.
        floor: What the rate never goes below (so it may be above `initial`); at least 0.

    Raises:
        ValueError: An argument is outside of what is said above.
    """

    def __init__(self, initial, decay_rate, decay_steps, staircase=False, floor=0.0):
        raise NotImplementedError("Exponential: not written yet")

    def __call__(self, step):
        """Return the rate of an update.

        Args:
            step: How many updates were made before it: a Python int, or a scalar integer tensor or variable,
                at least 0, below 2 ** 24, up to which float32 counts exactly; inside a `tf.function` it has no
                value yet.

        Returns:
            A float32 tensor of rank 0.
        """
        raise NotImplementedError("Exponential: not written yet")

    def get_config(self):
        """Return the arguments of `__init__` by name: a schedule that Keras makes again from them
        (`keras.optimizers.schedules.serialize` and `deserialize`, or a saved model) gives the same rates."""
        raise NotImplementedError("Exponential: not written yet")


class WarmupCosine(keras.optimizers.schedules.LearningRateSchedule):
    """A rate that rises along a line to its peak, and then falls along half a cosine.

    Below `warmup_steps` it is `start + (peak - start) * step / warmup_steps`. From there on it is
    `end + (peak - end) * (1 + cos(pi * f)) / 2`, where f goes evenly from 0 at `warmup_steps` to 1 at
    `total_steps`; after that it stays at `end`. Without warm-up it is the peak at step 0. It can be handed to
    any Keras optimizer as `learning_rate`, used in `fit` and in a `tf.function`, and saved with a model.

    Args:
        peak: The largest rate; above 0.
        total_steps: At which step `end` is reached; above `warmup_steps`.
        warmup_steps: At which step the peak is reached; at least 0.
        start: The rate at step 0 if there is a warm-up; from 0 to the peak.
        end: The rate from `total_steps` on, from 0 to the peak: a rate, not a share of the peak.

    Raises:
        ValueError: `peak`, `total_steps` or `warmup_steps` is outside of what is said above.
    """

    def __init__(self, peak, total_steps, warmup_steps=0, start=0.0, end=0.0):
        raise NotImplementedError("WarmupCosine: not written yet")

    def __call__(self, step):
        """Return the rate of an update.

        Args:
            step: How many updates were made before it, as for `Exponential`.

        Returns:
            A float32 tensor of rank 0.
        """
        raise NotImplementedError("WarmupCosine: not written yet")

    def get_config(self):
        """Return the arguments of `__init__` by name, as for `Exponential`."""
        raise NotImplementedError("WarmupCosine: not written yet")


class Chain(keras.optimizers.schedules.LearningRateSchedule):
    """Schedules one after another, each counting from 0 where it begins.

    Schedule 0 rules the steps below `boundaries[0]`; schedule k those from `boundaries[k - 1]` on, up to
    `boundaries[k]` exclusive, and is called with `step - boundaries[k - 1]`; the last one rules for ever. No
    schedule is called with a step below 0; what it gives for steps at which it does not rule does not
    matter. It can be handed to any Keras optimizer as `learning_rate`, used in `fit` and in a `tf.function`, and
    saved with a model.

    Args:
        schedules: A list of at least one. An entry is a schedule of any kind (a chain too), or a number: a
            constant rate.
        boundaries: A list of whole numbers, one fewer than schedules, above 0, each larger than the one before.

    Raises:
        ValueError: An argument is outside of what is said above.
    """

    def __init__(self, schedules, boundaries):
        raise NotImplementedError("Chain: not written yet")

    def __call__(self, step):
        """Return the rate of an update.

        Args:
            step: How many updates were made before it, as for `Exponential`.

        Returns:
            A float32 tensor of rank 0.
        """
        raise NotImplementedError("Chain: not written yet")

    def get_config(self):
        """Return the arguments of `__init__` by name, as for `Exponential`, in a form from which `from_config`
        makes the same chain again, with schedules of the same classes in it, also after it was saved to a file.

        Classes that are not Keras' own can be found by their names then: whoever loads the file does it in a
        `keras.saving.custom_object_scope`.
        """
        raise NotImplementedError("Chain: not written yet")

    @classmethod
    def from_config(cls, config):
        """Make a chain from what `get_config` returned. The dictionary is not changed."""
        raise NotImplementedError("Chain: not written yet")


class ReduceOnPlateau(keras.callbacks.Callback):
    """Lowers the learning rate when a number that should fall has not become better for some epochs.

    At the end of each epoch that has the number in its logs, in this order:

    1. If a cooldown runs, it falls by one, and the wait becomes 0.
    2. If the number is better than the best so far (the first one always is), that is, below
       `best - min_delta`, it is the best now, and the wait becomes 0.
    3. Otherwise, if no cooldown runs (any more), the wait grows by one. If it is `patience` now or more, the
       rate of the model's optimizer becomes `max(rate * factor, min_lr)`, the wait becomes 0, and a cooldown
       begins at `cooldown`. Where the rate is `min_lr` or less already, it stays as it is. (What becomes of
       wait and cooldown then does not matter.)

    An epoch whose logs do not have the number (or that has no logs) counts for nothing. NaN is never better.
    The first number of a training is finite.
    Everything is forgotten when a training begins (`on_train_begin`), so one callback may serve several.

    Args:
        monitor: The name of the number in `logs`; lower is better.
        factor: What the rate is multiplied by; above 0 and below 1.
        patience: How many epochs in a row that are no better lower the rate; 0 does the same as 1.
        min_delta: How much lower is better; at least 0.
        cooldown: Where the cooldown begins, at least 0: with c > 0, c - 1 epochs go by without a wait.
        min_lr: What the rate is not lowered below; at least 0.

    Raises:
        ValueError: `factor` is not between 0 and 1, or is one of them.
    """

    def __init__(self, monitor="val_loss", factor=0.1, patience=10, min_delta=1e-4, cooldown=0, min_lr=0.0):
        raise NotImplementedError("ReduceOnPlateau: not written yet")

    def on_train_begin(self, logs=None):
        """Forget everything: the best value, the wait and the cooldown."""
        raise NotImplementedError("ReduceOnPlateau: not written yet")

    def on_epoch_end(self, epoch, logs=None):
        """Look at the number, and lower the rate if it is time.

        Args:
            epoch: The number of the epoch, from 0.
            logs: The numbers of the epoch by name; it may be None.
        """
        raise NotImplementedError("ReduceOnPlateau: not written yet")


def lr_range_test(model, loss_fn, x, y, low=1e-4, high=10.0, steps=50, batch_size=32, seed=0):
    """Train with a rate that rises from `low` to `high`, write down the losses, and put everything back.

    Update i, for i from 0 to steps - 1, has the rate `low * (high / low) ** (i / (steps - 1))`. It is plain
    gradient descent, `w - rate * gradient` for each trainable weight, whatever optimizer the model has. What goes
    down is the mean of `loss_fn` over the batch plus the sum of `model.losses`; the model runs with
    `training=True`.

    Examples come as in training: all of them in an order drawn from `seed`, cut into batches; what is left
    at the end is a batch of its own, also if it is smaller; then all of them in a new order, and so on, as often
    as it takes.

    Args:
        model: A built Keras model, compiled or not. Its loss depends on each of its trainable weights.
        loss_fn: Called as `loss_fn(targets, outputs)`: a loss object of Keras, which gives one number, or a
            function that gives one for each example. It is never below 0.
        x: Inputs, a float32 array of shape (N, ...).
        y: Targets, an array of shape (N, ...), float32 or integers.
        low: The first rate; above 0.
        high: The rate of the last update; above `low`.
        steps: How many updates at most; at least 2.
        batch_size: How many examples make a batch; at least 1.
        seed: Of the orders: the same seed gives the same orders.

    Returns:
        A dictionary. `rates` and `losses` are lists of Python floats of equal length: the rates in their
        order, and for each the loss of its batch *before* the update with that rate. A loss that is not
        finite, or more than 4 times the smallest so far, ends the test: it and its rate are the last.
        `suggestion` is a Python float: a tenth of the rate of the smallest finite loss (of the first, if
        there are several; the first loss is finite).

        Afterwards the model is as it was: all its weights, those that are not trained too, and its optimizer,
        if it has one. The states of random generators may have moved.

    Raises:
        ValueError: `low`, `high`, `steps` or `batch_size` is outside of what is said above.
    """
    raise NotImplementedError("lr_range_test: not written yet")


# Answered in words, between the quotes: a person reads it.
ANSWERS = {
    # In your own words
    #
    # In a seminar somebody says: "Momentum is a progressive learning rate. It starts slow, and gets
    # faster on the way."
    #
    # What is right about that, and what is wrong? Explain in five to ten sentences: what the step size
    # depends on in either case, and what a schedule cannot know; how long a step gets with momentum 0.9
    # when the gradient stays the same, and when it alternates; and whether one would use one of them or
    # both.
    "progressive_momentum": r"""

""",
}
