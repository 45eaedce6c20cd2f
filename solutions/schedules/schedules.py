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
# # Learning rate schedules
#
# The learning rate says how far each update goes down the gradient. Ten times too small, and training seems to stand
# still; ten times too large, and the loss jumps up and stays there, or becomes NaN. How do you find a good rate in a
# minute, and why would you change it while you train?
#
# **You will write** three schedules, `Exponential`, `WarmupCosine` and `Chain`, which plug into any Keras
# optimizer; a callback, `ReduceOnPlateau`, which `fit` calls after each epoch; and `lr_range_test`, which measures how
# large a rate a model can stand.
#
# **Do you remember?** Two questions from [gradients](../gradients/README.md) and
# [optimizers](../optimizers/README.md), to warm up:
#
# 1. The gradient is worked out at the place where the weights are now. How far away from there is it still right?
# 2. What does an optimizer with momentum remember from one update to the next?

# %%
import math

import keras
import numpy as np
import tensorflow as tf
from keras import ops

# %% tags=["demo"]
from nnlearn import data, figures, lesson

images, labels = data.digits(seed=7)  # 1,797 handwritten digits of 8 x 8 pixels, mixed
train_x, train_y, val_x, val_y = images[:1400], labels[:1400], images[1400:], labels[1400:]
print(train_x.shape, val_x.shape)

# %% [markdown]
# ## Before you read on, guess
#
# Replace each `None` below with your answer *before* you run or read anything else.
# Your first guess is kept, then answered, and you may think again: a wrong one teaches a lot.

# %%
PREDICTIONS = ...

# %% [markdown]
# ## "Learning rate?"
#
# The *learning rate* $\eta$ is the factor between the gradient $g$ and the change of the weights $w$:
#
# $$w \leftarrow w - \eta \, g$$
#
# The gradient says which way is down, and how steep it is *here*. It does not say how far that holds. Think of
# walking down into a valley in fog. Tiny steps are safe, and take all day. Large steps carry you past the bottom,
# up the other side, and if that side is steeper, higher than you were: the next step is larger still.
#
# ### Once by hand
#
# The simplest valley is $L(w) = \frac{1}{2} \cdot 4 \cdot w^2$. Its gradient is $4w$, so an update gives
# $w - \eta \cdot 4w = (1 - 4\eta)\,w$: each one multiplies $w$ by the same factor. Start at $w = 1$.
#
# | rate | factor | $w$ after 1, 2, 3 updates | |
# |---|---|---|---|
# | 0.05 | 0.8 | 0.8, 0.64, 0.512 | slow |
# | 0.25 | 0 | 0, 0, 0 | there at once |
# | 0.4 | −0.6 | −0.6, 0.36, −0.216 | overshoots, and still arrives |
# | 0.5 | −1 | −1, 1, −1 | back and forth for ever |
# | 0.6 | −1.4 | −1.4, 1.96, −2.744 | *diverges*: further away with each update |
#
# The border is where the factor is −1. The number 4 is the *curvature*, how fast the slope changes; the flatter the
# valley, the larger the rate it bears. A network has very many weights and a different curvature in every
# direction. The direction of the largest curvature $h$ decides which rate is too large: above $2/h$. Along the smallest
# curvature, training is slow. Formulas as in [optimizers](../optimizers/README.md) need these curvatures; of a network
# nobody knows them, and they change as it trains. But the rate can be measured.
#
# ## A range test
#
# Take a model and do what you should not: begin with a rate that is far too small, and multiply it by the same
# factor after every batch until it is far too large. Write the loss down each time. This is the *range test*. L.
# Smith (2017) described it with a rate that rises *linearly*; from 0.0001 to 10 it is handier to *multiply*, so
# that every power of ten gets as many updates.


# %% tags=["demo", "figure"]
# figure: range_test | The loss of a batch over the learning rate, which is logarithmic and rises from 0.0001 to 10, for a small network on the digits, three seeds as thin lines. Up to a rate of 0.01 the curves are flat, at about 2.4. Then they fall unevenly, and are lowest at rates from 0.69 to 1.4. Beyond 1.5 they shoot up, above 3, and come back to about the height at which they began; they are cut off at 4.5. A dotted line at 0.14 marks a tenth of the median of the best rates.
def network(seed):
    """A small network for the digits."""
    keras.utils.set_random_seed(seed)
    layers = keras.layers
    return keras.Sequential([keras.Input((64,)), layers.Dense(32, "relu"), layers.Dense(10)])


crossentropy = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
rates = 1e-4 * (10 / 1e-4) ** (np.arange(100) / 99)


def curve(seed):
    """The loss of each batch, before the update with the rate in its place."""
    model, optimizer = network(seed), keras.optimizers.SGD(1.0)
    order, losses = np.random.default_rng(seed).permutation(len(train_x)), []
    for number, rate in enumerate(rates):
        rows = np.take(order, range(32 * number, 32 * number + 32), mode="wrap")
        with tf.GradientTape() as tape:
            loss = crossentropy(train_y[rows], model(train_x[rows], training=True))
        losses.append(float(loss))
        optimizer.learning_rate = rate
        optimizer.apply(
            tape.gradient(loss, [v.value for v in model.trainable_variables]), model.trainable_variables
        )
    return np.array(losses)


curves = [curve(seed) for seed in range(3)]
best = np.array([rates[np.argmin(losses)] for losses in curves])
suggested = float(np.median(best)) / 10
fig, axis = figures.panels(1, 1, width=7.0, height=3.4)
for number, losses in enumerate(curves):
    label = "_nolegend_" if number else "three seeds"
    axis.plot(rates, np.minimum(losses, 5), **figures.line(0) | {"linewidth": 1.0}, label=label)
axis.axvline(suggested, color=figures.GREY, linestyle=":", label="a tenth of the median best rate")
axis.set(xscale="log", xlabel="learning rate", ylabel="loss of the batch", ylim=(0, 4.5))
axis.legend()
flat = np.mean([losses[rates < 0.01].mean() for losses in curves])
assert all(losses[rates > 1.5].max() > 3 for losses in curves)
figures.says(rates[0], rates[-1], 0.01, flat, best.min(), best.max(), 1.5, 3, 4.5, suggested)
print("lowest at rates", np.round(best, 2), "and a tenth of the median is", round(suggested, 3))

# %% [markdown]
# Read it from the left. While the rate is too small, nothing happens. Then the loss falls, unevenly, since each point is
# another batch of 32. At about 1.5 it explodes. That it comes back to 2.3 and more is no recovery: 2.3 is
# $\ln 10$, the loss of guessing among ten digits. Where the loss is *lowest*, training is about to break, so that is not
# a place to stay. The part below suggests a tenth of that rate. It is a rule of thumb, and proves nothing; try a few
# rates around it.
#
# By convention the loss that goes with a rate is the one *before* its update, since that one comes free with the
# gradient. It shows what the rates up to the one before have done. What matters is not to mix the two. And the test
# is only a measurement: the model has to come out of it exactly as it went in, weights and moving statistics alike
# (averages that some layers keep while they are trained, as in [normalization](../normalization/README.md)).
#
# ## "Changing learning rate progressively (momentum)?"
#
# These are two different things. *Momentum* leaves the rate alone. It changes the direction and the length of a step:
# instead of the last gradient, all past gradients are followed, averaged with weights that fade (in Keras a fading
# *sum*). A *schedule* looks at no gradient. It is a plan: a function from the number of the update to a rate.
#
# The confusion has a reason. If the gradient stays the same, momentum β adds up to steps that tend to $1/(1-\beta)$
# times the first: 10 times with 0.9. That looks like a larger rate, as long as the gradients agree. Where they
# alternate, the same momentum makes the steps *smaller*, $1/(1+\beta)$ times, which is about half. And since one is
# about history and the other about the count, both can be used at once.

# %% tags=["demo"]
for name, gradients in (("the same gradient", [1.0] * 50), ("a gradient that alternates", [1.0, -1.0] * 25)):
    weight, optimizer = keras.Variable(0.0), keras.optimizers.SGD(0.1, momentum=0.9)
    places = [0.0]
    for gradient in gradients:
        optimizer.apply([ops.convert_to_tensor(gradient)], [weight])
        places.append(float(weight))
    steps, rate = np.abs(np.diff(places)), float(optimizer.learning_rate)
    print(f"{name}: first step {steps[0]:.3f}, last step {steps[-1]:.3f}, the rate is still {rate:.1f}")

# %% [markdown]
# Why slow down? Near the bottom, the gradient of a batch is mostly noise: it follows the few digits of this batch. With a
# fixed rate the weights keep jumping about, in jumps whose length the rate sets. A smaller rate makes them smaller.
# But to begin with a small rate would waste the beginning. So: large first, small later.
#
# And why start small, then? At the very first updates the weights are random, and a rate that will be right soon may
# be too large there. *Warm-up* raises the rate from little or nothing to its peak. Goyal et al. (2017) used it to
# train with batches of up to 8,192 images, where they had found the beginning to be hard.
#
# The picture has four plans for the digits. The *validation loss* is that of digits that are held out, and never trained
# on; a *plateau* is a stretch of epochs in which it does not get better.

# %% tags=["demo", "figure"]
# figure: four_schedules | Left, four plans for the learning rate over 2,625 updates: constant at 0.3; halved in steps, after each fifth; risen from 0 during the first tenth, and then down to 0 along a cosine; and, for one seed, halved after each epoch whose validation loss is not the lowest. Right, the validation loss by epoch, medians of three seeds, for the constant rate with a band from the lowest to the highest. The plan with warm-up begins higher, outside of the picture. The constant rate goes up and down to the end, and ends between 0.31 and 0.35. The three plans that slow down settle, and end between 0.23 and 0.28.
noisy = train_y.copy()
noisy[:140] = np.random.default_rng(1).integers(0, 10, 140)  # a tenth of the labels redrawn
epochs, per_epoch, peak = 15, len(train_x) // 8, 0.3
total = epochs * per_epoch


class Plan:
    """A rate for each update, and a look at the validation loss after each epoch."""

    def __init__(self, name):
        self.name, self.scale, self.lowest = name, 1.0, np.inf

    def rate(self, step):
        if self.name == "halved in steps":
            return peak * 0.5 ** (5 * step // total)
        if self.name == "warm-up, then cosine":
            warm, done = step / (total / 10), (step - total / 10) / (0.9 * total)
            return peak * (warm if warm < 1 else (1 + math.cos(math.pi * done)) / 2)
        return peak * self.scale

    def ends_epoch(self, loss):
        if self.name == "halved on a plateau" and loss >= self.lowest:
            self.scale /= 2
        self.lowest = min(loss, self.lowest)


def log_probabilities(weights, x):
    """The values of the hidden layer of a small network, and the logarithms of its softmax."""
    hidden = np.maximum(x @ weights[0] + weights[1], 0)
    z = hidden @ weights[2] + weights[3]
    z = z - z.max(axis=1, keepdims=True)
    return hidden, z - np.log(np.exp(z).sum(axis=1, keepdims=True))


def trained(name, seed):
    """The rates of all updates, and the validation loss after each epoch."""
    generator, plan, step = np.random.default_rng(seed), Plan(name), 0
    weights = [generator.normal(size=(64, 32)) * np.sqrt(2 / 64), np.zeros(32)]
    weights += [generator.normal(size=(32, 10)) * np.sqrt(1 / 32), np.zeros(10)]
    used, losses = [], []
    for _ in range(epochs):
        order = generator.permutation(len(train_x))  # afresh in each epoch
        for rows in np.array_split(order, per_epoch):
            hidden, logs = log_probabilities(weights, train_x[rows])
            slope = (np.exp(logs) - np.eye(10)[noisy[rows]]) / len(rows)
            inner = (slope @ weights[2].T) * (hidden > 0)
            gradients = [train_x[rows].T @ inner, inner.sum(axis=0), hidden.T @ slope, slope.sum(axis=0)]
            used.append(plan.rate(step))
            step += 1
            for weight, gradient in zip(weights, gradients, strict=True):
                weight -= used[-1] * gradient
        losses.append(-log_probabilities(weights, val_x)[1][np.arange(len(val_y)), val_y].mean())
        plan.ends_epoch(losses[-1])
    return used, losses


names = ["constant", "halved in steps", "warm-up, then cosine", "halved on a plateau"]
runs = {name: [trained(name, seed) for seed in range(3)] for name in names}
fig, (left, right) = figures.panels(1, 2, width=10, height=3.4)
ends = {}
for number, name in enumerate(names):
    losses = np.array([losses for _, losses in runs[name]])
    left.plot(np.arange(total), runs[name][0][0], label="_nolegend_", **figures.line(number))
    right.plot(np.arange(1, epochs + 1), np.median(losses, axis=0), label=name, **figures.line(number))
    if name == "constant":
        band = (losses.min(axis=0), losses.max(axis=0))
        right.fill_between(
            np.arange(1, epochs + 1), *band, color=figures.BLUE, alpha=0.15, label="its three seeds"
        )
    ends[name] = losses[:, -1]
    print(f"{name:22} validation loss at the end: {np.sort(losses[:, -1]).round(3)}")
left.set(xlabel="update", ylabel="learning rate", title="plans (the plateau's: one seed)")
right.set(xlabel="epoch", ylabel="validation loss", ylim=(0.2, 0.6))
right.legend()
slower = np.concatenate([ends[name] for name in names[1:]])
constant = np.array([losses for _, losses in runs["constant"]])
assert (constant[:, -2] < 0.25).sum() == 2
assert constant[:, -1].min() > 0.31
figures.says(
    total, peak, 0, 0, *(bound for one in (ends["constant"], slower) for bound in (one.min(), one.max()))
)

# %% [markdown]
# A tenth of the labels is redrawn at random here, the batches are of 8, and the rate is about twice what the test
# suggests, all of it to make the noise visible. The constant rate goes on jumping about, so that how good it is depends
# on when you stop: after epoch 14 it is below 0.25 for two seeds, after epoch 15 above 0.31 for all three. The plans
# that slow down stay between 0.23 and 0.28. Warm-up was not needed here, and costs an epoch. And that is *this* network on *these*
# labels: with the right labels and batches of 32 the constant rate was no worse than any plan when we tried
# it, since there is less noise to average out. (The plateau's plan has an advantage: it looks at the very loss by
# which it is judged.)
#
# ## What every schedule promises
#
# A Keras schedule is an object that is called with a step and returns a rate. The step counts *updates*, one for
# each batch, from 0. Not epochs: 1,000 examples in batches of 32 make 32 updates in each epoch. An optimizer that
# is given a schedule asks it before each update, with its own counter:
#
# - The counter is an integer *tensor*, and inside `fit` it has no value while the graph is made. Python's `if` on it
#   fails there; `ops.where` and `ops.maximum` do not. Cast it to float32 before you divide.
# - The answer is one float32 number, a tensor.
# - A model is saved with its schedule. Keras asks `get_config` for the arguments of `__init__`, and makes the object
#   again from those. It does not make again what is *inside* your arguments, such as schedules in a list:
#   `keras.optimizers.schedules.serialize` turns one into a dictionary, and `deserialize` a dictionary into one. Call
#   them in your `get_config` and `from_config`.
#
# ## Part 1: `Exponential`
#
# $$\eta(t) = \max\left(\eta_0 \cdot r^{\,t/T},\ \text{floor}\right)$$
#
# After every $T$ updates the rate has been multiplied by $r$ once. With `staircase` the quotient $t/T$ is rounded
# *down*, so that the rate stays, and then falls at once. The floor is what the rate does not go below. It is not added.


# %%
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
        # BEGIN SOLUTION
        super().__init__()
        if not (initial > 0 and 0 < decay_rate <= 1 and decay_steps > 0 and floor >= 0):
            raise ValueError(f"no decay is {initial=}, {decay_rate=}, {decay_steps=}, {floor=}")
        self.initial, self.decay_rate, self.decay_steps = initial, decay_rate, decay_steps
        self.staircase, self.floor = staircase, floor
        # END SOLUTION

    def __call__(self, step):
        """Return the rate of an update.

        Args:
            step: How many updates were made before it: a Python int, or a scalar integer tensor or variable,
                at least 0, below 2 ** 24, up to which float32 counts exactly; inside a `tf.function` it has no
                value yet.

        Returns:
            A float32 tensor of rank 0.
        """
        # BEGIN SOLUTION
        periods = ops.cast(step, "float32") / self.decay_steps
        if self.staircase:
            periods = ops.floor(periods)
        return ops.maximum(self.initial * ops.power(float(self.decay_rate), periods), self.floor)
        # END SOLUTION

    def get_config(self):
        """Return the arguments of `__init__` by name: a schedule that Keras makes again from them
        (`keras.optimizers.schedules.serialize` and `deserialize`, or a saved model) gives the same rates."""
        # BEGIN SOLUTION
        names = ("initial", "decay_rate", "decay_steps", "staircase", "floor")
        return {name: getattr(self, name) for name in names}
        # END SOLUTION


# %% [markdown]
# Half of it every 10 updates, but never below 0.15:

# %% tags=["demo"]
with lesson.if_written():
    schedule = Exponential(0.8, 0.5, 10, staircase=True, floor=0.15)
    print({step: round(float(schedule(step)), 3) for step in (0, 9, 10, 19, 20, 30, 1000)})

# %% [markdown]
# ## Part 2: `WarmupCosine`
#
# Two pieces that have to meet. First a straight line from `start` at step 0 up to the peak. Then a *cosine decay*, half
# a wave of the cosine from the peak down to `end`: flat at the top, steepest in the middle, flat at the bottom.
#
# $$\eta(t) = \text{end} + (\text{peak} - \text{end}) \cdot \tfrac12 (1 + \cos \pi f), \qquad f = \frac{t -
# \text{warm-up}}{\text{total} - \text{warm-up}}$$
#
# By hand, with a peak of 0.8, 4 updates of warm-up and 12 in total. At steps 0, 1, 2, 3 the rate is 0, 0.2, 0.4,
# 0.6; at 4 the peak, 0.8. Then $f$ goes from 0 at step 4 to 1 at step 12, so that the middle is at step 8:
# $0.8 \cdot \frac12 (1 + \cos \frac{\pi}{2}) = 0.4$. Step 12 has 0, and so has every step after it; a cosine that is
# left alone would rise again. An optimizer asks for step 0 first. Where the warm-up starts at 0, the first update
# changes nothing at all.


# %%
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
        # BEGIN SOLUTION
        super().__init__()
        if not (peak > 0 and 0 <= warmup_steps < total_steps):
            raise ValueError(f"no warm-up and cosine is {peak=}, {total_steps=}, {warmup_steps=}")
        self.peak, self.total_steps, self.warmup_steps = peak, total_steps, warmup_steps
        self.start, self.end = start, end
        # END SOLUTION

    def __call__(self, step):
        """Return the rate of an update.

        Args:
            step: How many updates were made before it, as for `Exponential`.

        Returns:
            A float32 tensor of rank 0.
        """
        # BEGIN SOLUTION
        step = ops.cast(step, "float32")
        rising = self.start + (self.peak - self.start) * step / max(self.warmup_steps, 1)
        done = ops.clip((step - self.warmup_steps) / (self.total_steps - self.warmup_steps), 0, 1)
        falling = self.end + (self.peak - self.end) * (1 + ops.cos(math.pi * done)) / 2
        return ops.where(step < self.warmup_steps, rising, falling)
        # END SOLUTION

    def get_config(self):
        """Return the arguments of `__init__` by name, as for `Exponential`."""
        # BEGIN SOLUTION
        names = ("peak", "total_steps", "warmup_steps", "start", "end")
        return {name: getattr(self, name) for name in names}
        # END SOLUTION


# %% [markdown]
# Compare with the numbers above:

# %% tags=["demo"]
with lesson.if_written():
    schedule = WarmupCosine(0.8, total_steps=12, warmup_steps=4)
    print([round(float(schedule(step)), 3) for step in range(15)])

# %% [markdown]
# ## Part 3: `Chain`
#
# One schedule after another. Where does each begin to count? At *its own* 0: a cosine over 100 updates that takes
# over at step 500 is at its peak there, and not long over. So the chain subtracts the boundary.
#
# A boundary belongs to what begins there: with boundary 5, steps 0 to 4 have the first schedule, and step 5 has the
# second. Keras' `PiecewiseConstantDecay` counts the boundary to what *ends* there; its boundary 4 is our 5.


# %%
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
        # BEGIN SOLUTION
        super().__init__()
        edges = [0, *boundaries]
        if len(edges) != len(schedules) or any(np.diff(edges) <= 0):
            raise ValueError(f"{len(schedules)} schedules do not change at {list(boundaries)}")
        self.schedules, self.boundaries = list(schedules), list(boundaries)
        # END SOLUTION

    def __call__(self, step):
        """Return the rate of an update.

        Args:
            step: How many updates were made before it, as for `Exponential`.

        Returns:
            A float32 tensor of rank 0.
        """
        # BEGIN SOLUTION
        step = ops.cast(step, "int32")
        rate = 0.0
        for begin, schedule in zip([0, *self.boundaries], self.schedules, strict=True):
            own = schedule(ops.maximum(step - begin, 0)) if callable(schedule) else schedule
            rate = ops.where(step >= begin, ops.cast(own, "float32"), rate)
        return rate
        # END SOLUTION

    def get_config(self):
        """Return the arguments of `__init__` by name, as for `Exponential`, in a form from which `from_config`
        makes the same chain again, with schedules of the same classes in it, also after it was saved to a file.

        Classes that are not Keras' own can be found by their names then: whoever loads the file does it in a
        `keras.saving.custom_object_scope`.
        """
        # BEGIN SOLUTION
        serialize = keras.optimizers.schedules.serialize
        schedules = [serialize(one) if callable(one) else one for one in self.schedules]
        return {"schedules": schedules, "boundaries": self.boundaries}
        # END SOLUTION

    @classmethod
    def from_config(cls, config):
        """Make a chain from what `get_config` returned. The dictionary is not changed."""
        # BEGIN SOLUTION
        deserialize = keras.optimizers.schedules.deserialize
        schedules = [deserialize(one) if isinstance(one, dict) else one for one in config["schedules"]]
        return cls(schedules, config["boundaries"])
        # END SOLUTION


# %% [markdown]
# One *warm restart*, as Loshchilov and Hutter (2017) call it when the rate goes up again at once ("warm" since the weights
# stay; it has nothing to do with warm-up), and then a constant rate. The cosines are Keras' own:

# %% tags=["demo"]
with lesson.if_written():
    cosine = keras.optimizers.schedules.CosineDecay
    chain = Chain([cosine(0.8, 4), cosine(0.4, 4), 0.01], [4, 8])
    print([round(float(chain(step)), 3) for step in range(10)])

# %% [markdown]
# ## Part 4: `ReduceOnPlateau`
#
# The plans so far are made in advance. This one waits and sees: if the validation loss has not become better for
# some epochs, the rate is lowered. It cannot be a schedule, which sees nothing but the step; it is a *callback*, an
# object whose `on_epoch_end` is called by `fit` with the epoch's numbers, `logs`. `self.model` is the model that is
# being trained, and `self.model.optimizer.learning_rate` can be read and assigned (where the optimizer was given a
# number; if it has a schedule, Keras refuses).
#
# Two counters are easy to mix up. With a *patience* of 2, the rate falls in the second epoch in a row that is no
# better. The *cooldown* begins when the rate has fallen, so that training has time to settle. It counts down *first* in
# each epoch, so that a cooldown of 3 spares 2 epochs: in the third it is over already. Keras' `ReduceLROnPlateau`
# counts like this, and yours is to do the same.
#
# | epoch | loss | cooldown | wait | rate |
# |---|---|---|---|---|
# | 0 | 1.0 | 0 | 0 | 0.8 |
# | 1 | 1.0 | 0 | 1 | 0.8 |
# | 2 | 1.0 | 0 → 2 | 2 → 0 | 0.4 |
# | 3 | 1.0 | 1 | 0 | 0.4 |
# | 4 | 1.0 | 0 | 1 | 0.4 |
# | 5 | 1.0 | 0 → 2 | 2 → 0 | 0.2 |
#
# That is with a patience of 2, a cooldown of 2 and a factor of 0.5. A fall by less than `min_delta` does not count as
# better: a loss that creeps down by a millionth in each epoch must not keep the rate up. Better is measured from
# the best value that was *stored*, so that small falls count once they add up to more than `min_delta`.


# %%
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
        # BEGIN SOLUTION
        super().__init__()
        if not 0 < factor < 1:
            raise ValueError(f"the factor has to be between 0 and 1, and is {factor}")
        self.monitor, self.factor, self.patience = monitor, factor, patience
        self.min_delta, self.cooldown, self.min_lr = min_delta, cooldown, min_lr
        # END SOLUTION

    def on_train_begin(self, logs=None):
        """Forget everything: the best value, the wait and the cooldown."""
        # BEGIN SOLUTION
        self._best, self._wait, self._cooling = None, 0, 0
        # END SOLUTION

    def on_epoch_end(self, epoch, logs=None):
        """Look at the number, and lower the rate if it is time.

        Args:
            epoch: The number of the epoch, from 0.
            logs: The numbers of the epoch by name; it may be None.
        """
        # BEGIN SOLUTION
        value = (logs or {}).get(self.monitor)
        if value is None:
            return
        if self._cooling > 0:
            self._cooling -= 1
            self._wait = 0
        if self._best is None or value < self._best - self.min_delta:
            self._best, self._wait = value, 0
        elif self._cooling == 0:
            self._wait += 1
            optimizer = self.model.optimizer
            rate = float(ops.convert_to_numpy(optimizer.learning_rate))
            if self._wait >= self.patience and rate > np.float32(self.min_lr):
                optimizer.learning_rate = max(rate * self.factor, self.min_lr)
                self._wait, self._cooling = 0, self.cooldown
        # END SOLUTION


# %% [markdown]
# The table, from your callback, without any training:

# %% tags=["demo"]
with lesson.if_written():
    callback = ReduceOnPlateau("loss", factor=0.5, patience=2, cooldown=2)
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile(optimizer=keras.optimizers.SGD(0.8), loss="mse")
    callback.set_model(model)
    callback.on_train_begin()
    for epoch in range(6):
        callback.on_epoch_end(epoch, {"loss": 1.0})
        print(epoch, round(float(model.optimizer.learning_rate), 3))

# %% [markdown]
# ## Part 5: `lr_range_test`
#
# The measurement from above, for any model. Three things go wrong easily. Of n updates the *last* has the highest
# rate, so that there are n − 1 factors between them. The loss that is minimized has the penalties of layers in it, such
# as L2: Keras collects them in the list `model.losses`. And the model runs with `training=True`, as it will when it is
# trained. The test has to stop when the loss has blown up: a NaN teaches nothing more, and must not be taken for the
# smallest loss.


# %%
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
    # BEGIN SOLUTION
    if not (0 < low < high and steps >= 2 and batch_size >= 1):
        raise ValueError(f"no range test is {low=}, {high=}, {steps=}, {batch_size=}")
    generator, before = np.random.default_rng(seed), model.get_weights()
    order, rates, losses = np.arange(0), [], []
    try:
        for step in range(steps):
            if len(order) == 0:
                order = generator.permutation(len(x))
            chosen, order = order[:batch_size], order[batch_size:]
            with tf.GradientTape() as tape:
                each = loss_fn(y[chosen], model(x[chosen], training=True))
                loss = ops.mean(each) + sum(model.losses)
            rates.append(low * (high / low) ** (step / (steps - 1)))
            losses.append(float(loss))
            if not losses[-1] <= 4 * min(losses):
                break
            variables = model.trainable_variables
            for variable, gradient in zip(
                variables, tape.gradient(loss, [v.value for v in variables]), strict=True
            ):
                variable.assign_sub(rates[-1] * gradient)
    finally:
        model.set_weights(before)
    return {"rates": rates, "losses": losses, "suggestion": rates[int(np.nanargmin(losses))] / 10}
    # END SOLUTION


# %% [markdown]
# On the digits. It will not be exactly the figure's 0.14, which is a median of three seeds, and has no smaller batches:
# which rate has the lowest loss is partly the chance of a batch.

# %% tags=["demo"]
with lesson.if_written():
    tested = lr_range_test(network(0), crossentropy, train_x, train_y, steps=100)
    print("updates:", len(tested["losses"]), " suggestion:", round(tested["suggestion"], 3))

# %% [markdown] tags=["response"] name="progressive_momentum"
# ## In your own words
#
# In a seminar somebody says: "Momentum is a progressive learning rate. It starts slow, and gets faster on the way."
#
# What is right about that, and what is wrong? Explain in five to ten sentences: what the step size depends on in
# either case, and what a schedule cannot know; how long a step gets with momentum 0.9 when the gradient stays the
# same, and when it alternates; and whether one would use one of them or both.

# %% [markdown]
# ## To go on with
#
# Nobody grades these three.
#
# 1. *Easy.* By hand: with a peak of 0.6, 3 updates of warm-up and 9 in total, what are the rates at steps 0 to 9?
# 2. *Harder.* Smith's range test raises the rate linearly. Draw both curves for one model. Where do you see more?
# 3. *Open.* Run the figure with four plans with the right labels (leave `noisy[:140] = ...` out), and with batches of 32
#    (`per_epoch = len(train_x) // 32`). Which plan is best now, over three seeds? And if training takes three times
#    as long?
#
# Before this topic: [Optimizers](../optimizers/README.md). After it: [Scaling](../scaling/README.md), which makes
# valleys less steep before any rate is chosen, and the [training loop](../training_loop/README.md), where the
# updates are counted.
#
# ## Where this comes from
#
# - L. N. Smith (2017). [*Cyclical Learning Rates for Training Neural Networks*](https://arxiv.org/abs/1506.01186): a
#   test in which the rate rises linearly.
# - I. Loshchilov, F. Hutter (2017). [*SGDR: Stochastic Gradient Descent with Warm
#   Restarts*](https://arxiv.org/abs/1608.03983).
# - P. Goyal et al. (2017). [*Accurate, Large Minibatch SGD: Training ImageNet in 1
#   Hour*](https://arxiv.org/abs/1706.02677): warm-up for batches of up to 8,192 images.
# - Keras: [learning rate schedules](https://keras.io/api/optimizers/learning_rate_schedules/) and
#   [`ReduceLROnPlateau`](https://keras.io/api/callbacks/reduce_lr_on_plateau/).
# - The digits come from scikit-learn's `load_digits`.
