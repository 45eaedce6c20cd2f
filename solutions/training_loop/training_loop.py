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
# # The training loop
#
# `model.fit` is a lovely button. Press it, and a network learns.
#
# Behind it is a loop of about ten lines: take a *batch* of examples, run the model, measure the loss, work out the *gradient* (for each weight, how
# fast the loss grows with it), move the weights the other way, repeat. Once through all examples is an *epoch*.
# A loop that is wrong rarely stops with an error.
# It trains, the curve goes down, and the network is a little worse than it should be, or its numbers a little better than they are.
#
# In this topic you write the loop, and make it honest.
#
# **You will write** `minibatches`, `train_step`, `evaluate`, `fit`, `accumulate_gradients` and `clip_by_global_norm`.
#
# **Do you remember?** Two questions from the topics before, to warm up:
#
# 1. Why does a loss take a classifier's raw outputs rather than its probabilities? ([Losses](../losses/README.md))
# 2. What does it mean to reset gradients, and does a new `tf.GradientTape` need it? ([Gradients](../gradients/README.md))

# %%
import keras
import numpy as np
import tensorflow as tf
from keras import ops

# %% tags=["demo"]
from nnlearn import data, figures, lesson

keras.utils.set_random_seed(21)

# %% [markdown]
# ## Before you read on, guess
#
# Replace each `None` below with your answer *before* you run or read anything else.
# Your first guess is kept, then answered, and you may think again: a wrong one teaches a lot.

# %%
PREDICTIONS = ...

# %% [markdown]
# ## "What's a forward pass, and what is important to think of when designing this function?"
#
# A **forward pass** runs the model from its input to its output. It is a function of *four* things:
#
# $$\hat{y} = f(\text{inputs},\ \text{weights},\ \text{mode},\ \text{seed})$$
#
# Given the same four, it should give the same answer, and change nothing else without saying so.
# The first two everybody thinks of. The other two cause most of the trouble:
#
# - **Mode.** Two kinds of layers, each with a topic of its own later on, do one thing in training and another in use, which is called
#   inference. Dropout sets random units to zero, in training only. Batch normalization shifts and scales each unit by the mean and the spread
#   of the batch in training, and by stored ones (its *moving statistics*) at inference.
#   Keras passes the mode along as the argument `training`, and a model called without it runs in inference mode.
# - **Seed.** Where a layer draws random numbers, their source is an input like any other. Fix it, and a run can be repeated.
#
# When you design one, ask five questions.
# Which **shape** does each step give, also for the last, shorter batch?
# Which **dtype**?
# Is it **numerically stable**? (Hand raw outputs to the loss.)
# Does it know its **mode**?
# And do examples **mix**: does the answer for one depend on its neighbours in the batch?
#
# The last two can be measured. Here is one digit, asked about in four ways:

# %% tags=["demo"]
images, labels = data.digits(seed=0)
train_x, train_y, val_x, val_y = images[:1200], labels[:1200], images[1200:], labels[1200:]


def network(seed, hidden=(64,), dropout=0.0, norm=False):
    """A small network for the digits that returns raw outputs (logits)."""
    keras.utils.set_random_seed(seed)
    layers = [keras.Input((64,))]
    for width in hidden:
        layers += [keras.layers.Dense(width)]
        layers += [keras.layers.BatchNormalization(momentum=0.9)] if norm else []
        layers += [keras.layers.ReLU()]
        layers += [keras.layers.Dropout(dropout)] if dropout else []
    return keras.Sequential([*layers, keras.layers.Dense(10)])


crossentropy = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
asked = network(1, dropout=0.4, norm=True)
answers = {
    "inference, alone": asked(val_x[:1], training=False),
    "inference, in a batch of 8": asked(val_x[:8], training=False),
    "training, in a batch of 8": asked(val_x[:8], training=True),
    "training, the same again": asked(val_x[:8], training=True),
}
for way, answer in answers.items():
    print(f"{way:28}", ops.convert_to_numpy(answer)[0, :5].round(3))

# %% [markdown]
# The first two lines agree. At inference the answer for an example is its own.
# The other two differ from them and from each other: dropout drew new masks, and batch normalization looked at the neighbours.
#
# What does it cost to get the mode wrong? Below, one network with batch normalization and dropout learns 300 digits. The labels of a fifth
# of them were drawn again at random (a tenth of these hit the right one by chance).
# It is trained as it should be, and with `training` forgotten, so that it trains in inference mode.
# The first runs are also *measured* wrongly, in training mode. Three seeds each:

# %% tags=["demo", "figure"]
# figure: modes | Validation loss by epoch, three seeds for each way, as thin lines. Trained and measured in the right modes, the loss begins highest, falls steadily and ends lowest. The same runs measured in training mode begin lower, soon fall no further, and end almost twice as high. Trained without training=True, the loss falls fastest at first, levels off after a few epochs, and ends in between.
few, few_labels = train_x[:300], train_y[:300].copy()
few_labels[:60] = np.random.default_rng(2).integers(0, 10, 60)


class WithoutTheFlag(keras.Model):
    """Runs a model in inference mode, whatever it is told."""

    def __init__(self, inner):
        super().__init__()
        self.inner = inner

    def call(self, x):
        return self.inner(x, training=False)


class InTrainingMode(keras.callbacks.Callback):
    """Measures the validation loss in training mode, in batches of 32, and puts the weights back."""

    def on_epoch_end(self, _, logs):
        weights = self.model.get_weights()
        starts = range(0, 320, 32)
        batches = [(val_x[i : i + 32], val_y[i : i + 32]) for i in starts]
        losses = [float(crossentropy(y, self.model(x, training=True))) for x, y in batches]
        logs["measured_wrongly"] = float(np.mean(losses))
        self.model.set_weights(weights)


class Runs:
    """Runs of Keras' own fit that differ in their seed alone: of the first weights, and of the orders.

    Args:
        make: Makes the model from a seed.
        optimizer: A Keras optimizer.
    """

    def __init__(self, make, optimizer):
        self.make, self.model, self.optimizer = make, make(0), optimizer
        self.model.build((None, 64))
        self.model.compile(optimizer, crossentropy, metrics=["accuracy"], jit_compile=False)
        optimizer.build(self.model.trainable_variables)
        self.new = [variable.numpy() for variable in optimizer.variables]

    def history(self, seed, epochs, batch_size, train=(few, few_labels), callbacks=()):
        """What fit reports, beginning anew; the examples come in a new order in each epoch."""
        self.model.set_weights(self.make(seed).get_weights())
        for variable, value in zip(self.optimizer.variables, self.new, strict=True):
            variable.assign(value)
        done = self.model.fit(
            data.shuffled(*train, batch_size=batch_size, seed=seed),
            epochs=epochs,
            validation_data=(val_x, val_y),
            validation_batch_size=len(val_x),
            callbacks=list(callbacks),
            verbose=0,
        )
        return done.history


def deep(seed):
    """A larger network, with batch normalization and dropout."""
    return network(seed, (256, 256), dropout=0.5, norm=True)


def thin(axes, epochs, curves, number, label):
    """The same thing for several seeds, as thin lines with one entry in the legend."""
    for curve in curves:
        axes.plot(epochs, curve, label=label, linewidth=1.2, **figures.line(number))
        label = "_nolegend_"


seeds, epochs = (1, 2, 3), np.arange(1, 16)
as_it_should_be = Runs(deep, keras.optimizers.Adam(0.003))
forgetful = Runs(lambda seed: WithoutTheFlag(deep(seed)), keras.optimizers.Adam(0.003))
right = [as_it_should_be.history(seed, 15, 50, callbacks=[InTrainingMode()]) for seed in seeds]
forgotten = [forgetful.history(seed, 15, 50) for seed in seeds]
fig, axes = figures.panels(1, 1, width=7.5, height=3.4)
thin(axes, epochs, [run["val_loss"] for run in right], 0, "trained and measured right")
wrongly = [run["measured_wrongly"] for run in right]
thin(axes, epochs, wrongly, 1, "the same, measured in training mode")
thin(axes, epochs, [run["val_loss"] for run in forgotten], 2, "trained without training=True")
axes.set(xlabel="epoch", ylabel="validation loss", ylim=(0, None), xticks=epochs[::2])
axes.legend()

# %% [markdown]
# No error, no warning, three different results. The dashed curves slander a good network. The third kind flatters at first: nothing is dropped,
# so the same steps fit the data sooner. Then they fit the wrong labels too.
# (Why does the right way begin highest? An epoch has six steps here, and each replaces a tenth of the moving statistics: after the first
# epoch, half of what inference uses is still what it began with, $0.9^6 = 0.53$.)
#
# ## "What do we need inside the training loop?"
#
# Seven things. Each has a way of going wrong that no exception tells you about:
#
# | | what | and if not |
# |---|---|---|
# | 1 | **Shuffle**, anew each epoch, x and y together | the network learns from noise, or in circles |
# | 2 | **Forward pass** with `training=True` | dropout never drops, moving statistics never move |
# | 3 | **Loss**: the mean over the batch, plus `sum(model.losses)` | weight decay is switched off without a word |
# | 4 | **Gradient** of that loss with respect to the trainable variables | frozen layers move, or the wrong ones |
# | 5 | **Update**, by the [optimizer](../optimizers/README.md), which keeps its own memory of each variable | momentum is lost |
# | 6 | **Record**, as sums over examples, from zero each epoch | the short last batch counts too much |
# | 7 | **Evaluate** with `training=False` on data not trained on, and change nothing | a result that nobody can repeat |
#
# **One step by hand.** A model has a single weight, $w = 2$, and answers $w x$. The batch has the inputs 1 and 2 with the targets 1 and 3.
#
# - Forward: the answers are 2 and 4, the errors 1 and 1. The mean of the squared errors is $L = 1$.
# - Gradient: an error $e$ changes by $x$ when $w$ grows by 1, so $dL/dw$ is the mean of $2 e x$, $(2 + 4) / 2 = 3$.
# - Update with learning rate 0.1: $w = 2 - 0.1 \cdot 3 = 1.7$. The errors are now 0.7 and 0.4, the loss 0.325.
# - With a regularizer $0.1\,w^2$ the loss had been $1 + 0.4$, the gradient $3 + 0.4$. Both take part, or the weight is not regularised.
#
# For a million weights the gradient comes from a **tape**. It notes each operation on a variable; afterwards TensorFlow runs through the notes
# backwards. Trainable variables are watched by themselves.
# There is nothing to reset: each `tape.gradient` gives fresh values.

# %% tags=["demo"]
w = keras.Variable(3.0)
with tf.GradientTape() as tape:
    inside = w**2
outside = w**2
print("d(w^2)/dw, recorded:    ", tape.gradient(inside, w.value).numpy())
with tf.GradientTape() as tape:
    w**2
print("and not on the tape:    ", tape.gradient(outside, w.value))

# %% [markdown]
# What is computed outside the tape has no gradient: `None`.
#
# `model.losses` in number 3 is the list of what layers add to the loss themselves, a kernel regularizer for example.
# `fit` adds it for you. In your own loop, you do:

# %% tags=["demo"]
regularized = keras.Sequential([keras.Input((64,)), keras.layers.Dense(10, kernel_regularizer="l2")])
print("model.losses:", [round(float(loss), 4) for loss in regularized.losses])

# %% [markdown]
# ## Part 1: `minibatches`
#
# A generator goes through the data once, in a new order, and hands out a batch at a time.
#
# **The pitfalls.** Shuffle x and y with two different orders, and every label belongs to another image.
# Forget the last, shorter batch, and some examples are never seen in an epoch.
# Draw examples with `choice`, and some come twice and about a third not at all.
# Do not shuffle the arrays themselves: they belong to whoever called you.
# And make each batch anew: where one buffer serves them all, a list of batches holds the last one many times.
# ([Batches](../batches/README.md) tells what a batch has to look like, and feeds `fit` by a class that shuffles anew in each epoch.)


# %%
def minibatches(x, y, batch_size, seed, shuffle=True):
    """Yield one epoch of the data in batches.

    Args:
        x: A NumPy array of shape (N, ...), the inputs. It is not changed.
        y: A NumPy array of shape (N, ...), the targets; row i belongs to row i of `x`. It is not changed.
        batch_size: An integer, at least 1.
        seed: An integer, at least 0. The same seed gives the same order; for another one it is drawn anew.
        shuffle: Whether to shuffle: every order of the examples is then equally likely. If not, the order is
            that of the arrays.

    Yields:
        Pairs of NumPy arrays, `(batch_x, batch_y)`, of the dtypes of `x` and `y`, their rows still
        belonging together. Each is a copy of its own, with and without shuffling: no later pair overwrites
        it, and writing into it changes neither `x` nor `y`. Each example comes exactly once per call, and then
        the generator ends. Every batch has `batch_size` examples, except the last, which has what is left; no
        batch is empty.
    """
    # BEGIN SOLUTION
    order = np.arange(len(x))
    if shuffle:
        np.random.default_rng(seed).shuffle(order)
    for start in range(0, len(x), batch_size):
        chosen = order[start : start + batch_size]
        yield x[chosen], y[chosen]
    # END SOLUTION


# %% tags=["demo"]
with lesson.if_written():
    for batch_x, batch_y in minibatches(train_x, train_y, batch_size=500, seed=1):
        print(batch_x.shape, batch_x.dtype, batch_y[:8])

# %% [markdown]
# ## Part 2: `train_step`
#
# One step: numbers 2 to 5 of the table.
#
# **The pitfalls.** The forward pass has to happen *on the tape* and *in training mode*. The loss has to contain all of `model.losses` before the
# gradient is taken, or the number you report is regularised and the weights are not. It is one step of the optimizer: a second one for the
# regularizers would upset what it remembers.
# And ask for `model.trainable_variables` at every step. Freeze a layer, and the list gets shorter; a list that you kept, or `model.weights`,
# then pairs gradients with the wrong variables. (A tape would still give a frozen layer's gradient if you asked: only the list tells.)


# %%
def train_step(model, optimizer, loss_fn, x, y):
    """Move the model's weights one step down the gradient of the loss of one batch.

    The model runs once, in training mode. The loss is the mean of `loss_fn(y, predictions)`, plus the
    sum of `model.losses`. The optimizer updates the variables that are trainable *now*. Between two calls
    layers may be frozen, but none is unfrozen; the next call may come with another optimizer, or with another
    model and a new optimizer.

    Args:
        model: A Keras model with one input and one output. The loss depends on each of its trainable
            variables. It need not be compiled.
        optimizer: A Keras optimizer, without loss scaling, new or used before. (A new one makes its
            variables itself, at its first step.)
        loss_fn: A function or Keras loss, called as `loss_fn(y, predictions)`. It returns a scalar, the
            mean over the batch, or one loss per example.
        x: An array of shape (N, ...), the inputs of one batch.
        y: An array of shape (N, ...), the targets.

    Returns:
        The loss as a scalar tensor, float32: that of the weights *before* the update.

    Reference:
        https://www.tensorflow.org/guide/keras/writing_a_training_loop_from_scratch
    """
    # BEGIN SOLUTION
    with tf.GradientTape() as tape:
        predictions = model(x, training=True)
        loss = ops.mean(loss_fn(y, predictions)) + sum(model.losses)
    variables = model.trainable_variables
    optimizer.apply(tape.gradient(loss, variables), variables)
    return loss
    # END SOLUTION


# %% tags=["demo"]
stepping, descent = network(1), keras.optimizers.SGD(0.5)
with lesson.if_written():
    losses = [
        float(train_step(stepping, descent, crossentropy, train_x[:100], train_y[:100])) for _ in range(8)
    ]
    print("the loss of the same 100 digits, step by step:", np.round(losses, 3))

# %% [markdown]
# A first test of any loop, from Karpathy's recipe: it should be able to learn *one* batch by heart. If the loss of the same few examples does not fall, the loop is wrong.
#
# ## Part 3: `evaluate`
#
# Measuring sounds harmless. Two things make it dishonest.
#
# The first is the mode. The second is arithmetic. Suppose 100 examples come in batches of 40, 40 and 20.
# The mean of the three batch means counts an example of the last batch twice as much as the others.
# So the result depends on the batch size, which has nothing to do with the model.
# Add up over *examples*, and divide once, at the end. `model.losses` is no sum over examples: it is added once, after that.

# %% tags=["demo"]
example_losses = keras.losses.sparse_categorical_crossentropy(
    val_y, asked(val_x, training=False), from_logits=True
)
example_losses = np.sort(ops.convert_to_numpy(example_losses))
for size in (32, 200, 500, 597):
    means = [example_losses[i : i + size].mean() for i in range(0, len(example_losses), size)]
    print(
        f"batches of {size}: mean of the batch means {np.mean(means):.3f}, mean {example_losses.mean():.3f}"
    )

# %% [markdown]
# (The examples were sorted by their loss here, to make the worst of it.)


# %%
def evaluate(model, loss_fn, x, y, batch_size):
    """Measure a classifier's mean loss and accuracy, and change nothing.

    The model runs in inference mode, batch by batch. Neither its weights nor its moving statistics
    are changed, and calls do not depend on each other.

    Args:
        model: A Keras model with one input, and outputs of shape (N, classes). Its `losses` depend on its
            weights alone.
        loss_fn: A function or Keras loss, called as `loss_fn(y, predictions)`. It returns a scalar, the
            mean over the batch, or one loss per example.
        x: A NumPy array of shape (N, ...), the inputs.
        y: A NumPy array of shape (N,) of integers, the labels.
        batch_size: An integer, at least 1: how many examples to run at once. It may be larger than N.
            The result does not depend on it.

    Returns:
        A dictionary with exactly two entries, both Python floats: `"loss"`, the mean loss over all N
        examples, plus the sum of `model.losses` once; and `"accuracy"`, the share of examples whose largest
        output is that of their label. (If several outputs are the largest, take any of them.)
    """
    # BEGIN SOLUTION
    loss, correct = 0.0, 0
    for start in range(0, len(x), batch_size):
        batch_x, batch_y = x[start : start + batch_size], y[start : start + batch_size]
        predictions = model(batch_x, training=False)
        loss += float(ops.mean(loss_fn(batch_y, predictions))) * len(batch_x)
        correct += int((ops.convert_to_numpy(predictions).argmax(axis=-1) == batch_y).sum())
    return {"loss": loss / len(x) + float(sum(model.losses)), "accuracy": correct / len(x)}
    # END SOLUTION


# %% tags=["demo"]
with lesson.if_written():
    print("before any training:", evaluate(network(1), crossentropy, val_x, val_y, batch_size=200))

# %% [markdown]
# Before any training, the loss should be near $\ln 10 = 2.3$ and the accuracy near 0.1. If it is not, look for the reason first.
#
# ## Part 4: `fit`
#
# Now put it together. `fit` runs epochs, keeps the books, and knows when to stop.
#
# **Early stopping** watches the validation loss. While the training loss goes on falling, that of the validation data turns at some point:
# the network starts to learn what is true of the training examples only.
# `patience` says how many epochs in a row may be no better before training ends. The weights of the best epoch are kept.
#
# The picture shows a larger network without dropout on the 300 digits, three seeds:

# %% tags=["demo", "figure"]
# figure: early_stopping | Training and validation loss by epoch for three seeds. The training loss falls all the way towards zero. The validation loss falls fast, then by little, and later creeps up and down. A circle marks its lowest value by the time training stops, at epochs 12 to 19. A cross on each curve, 5 epochs after its circle, marks where a patience of 5 stops.
patience, epochs = 5, np.arange(1, 31)
overfitting = Runs(lambda seed: network(seed, (256, 256)), keras.optimizers.Adam(0.002))
overfit = [overfitting.history(seed, 30, 50) for seed in seeds]


def stops_at(curve):
    """The best epoch when training stops, and the epoch in which it does, both counted from 0."""
    best = 0
    for epoch, loss in enumerate(curve):
        best = epoch if loss < curve[best] else best
        if epoch - best == patience:
            break
    return best, epoch


fig, axes = figures.panels(1, 1, width=7.5, height=3.4)
thin(axes, epochs, [run["loss"] for run in overfit], 0, "training")
thin(axes, epochs, [run["val_loss"] for run in overfit], 1, "validation")
curves = [np.array(run["val_loss"]) for run in overfit]
best, stopped = np.transpose([stops_at(curve) for curve in curves])
mark = {"linestyle": "", "color": figures.GREY, "markersize": 9}
for places, marker, what in (
    (best, "o", "best epoch until then"),
    (stopped, "x", "a patience of 5 stops here"),
):
    heights = [curve[place] for curve, place in zip(curves, places, strict=True)]
    axes.plot(places + 1, heights, marker=marker, fillstyle="none", label=what, **mark)
axes.set(xlabel="epoch", ylabel="loss", ylim=(0, None), xticks=[1, 5, 10, 15, 20, 25, 30])
axes.legend()
figures.says(best.min() + 1, best.max() + 1, *(stopped - best)[:1], patience)
for curve, epoch in zip(curves, best, strict=True):
    print(f"when it stops, the best is epoch {epoch + 1}: {curve[epoch]:.3f}", end="; ")
    print(f"of all 30 it is epoch {curve.argmin() + 1}: {curve.min():.3f}; the last: {curve[-1]:.3f}")

# %% [markdown]
# A curve that goes up and down may come lower once more after a patience of 5 has stopped: that is what stopping early costs.
#
# **The pitfalls.**
#
# - *A copy that is none.* `best = model.weights` is a list of the variables themselves. They go on changing, and `best` with them.
#   `model.get_weights()` copies the numbers, those of moving statistics included.
# - *Counting.* With a patience of 1, the first epoch that is no better ends the training. Equal is not better. An improvement sets the count back to 0.
# - *The end.* The best weights are wanted also when the epochs run out before patience does.
# - *The same order each epoch.* Seed each epoch differently, and yet reproducibly. (Keras 3.15's own `fit`, given arrays, repeats one order in every
#   epoch if `keras.utils.set_random_seed` was called before it. The figures here therefore hand it batches that are shuffled anew.)
# - *NaN.* Once a loss is NaN, so are the weights, and it never goes away. Every comparison with NaN is false, so patience may not notice.
#   Stop at once and say so, for infinity too, and for the validation loss.
#
# You may call your own `minibatches`, `train_step` and `evaluate`. A mistake in one of them then shows here as well: mend it there first.


# %%
def fit(model, optimizer, loss_fn, train, validation, epochs, batch_size, seed, patience=None):
    """Train a classifier, and stop early if asked to.

    Each epoch goes through all training examples once, in batches of `batch_size` (the last may be
    smaller), in an order that is new in each epoch and follows from `seed`. For each batch it takes one
    step as `train_step` does: training mode, mean loss plus `model.losses`. After each epoch it measures
    the validation data as `evaluate` does: inference mode, nothing changes.

    Args:
        model: A Keras model with one input, and outputs of shape (N, classes). Its `losses` depend on its
            weights alone.
        optimizer: A Keras optimizer, without loss scaling.
        loss_fn: A function or Keras loss, called as `loss_fn(y, predictions)`. It returns a scalar, the
            mean over the batch, or one loss per example.
        train: A pair of NumPy arrays `(x, y)`, with integer labels y of shape (N,).
        validation: Another such pair, or None.
        epochs: An integer, at least 1: the most epochs to run.
        batch_size: An integer, at least 1.
        seed: An integer, at least 0. The same seed gives the same orders of the examples; with another
            seed the first epoch has another order. (`seed + epoch` may be the seed of an epoch.)
        patience: None, or an integer of at least 1; None if `validation` is None. Training ends after
            this many epochs in a row whose `val_loss` was not smaller than the smallest before them.
            (Equal is not smaller.)

    Returns:
        A dictionary of lists with one number for each epoch that was run: `"loss"`, the mean over the
        epoch's examples of what `train_step` returns, so that a step counts by the examples in its batch;
        `"val_loss"` and `"val_accuracy"`, what `evaluate` gives after the epoch. Without validation the last
        two are left out. `"accuracy"`, that of the training examples, may be there too.

    With `patience`, the model ends with all the weights of its best epoch, moving statistics included,
    whether training ended early or not. Without, it keeps those of the last epoch.

    Raises:
        An exception of any type whose message says that the loss is not finite (with "nan", "inf" or
        "finite" in it), if the loss of a step or `val_loss` is NaN or infinite: at once, or at the latest
        before the next epoch. What the weights are then is left open.
    """
    # BEGIN SOLUTION
    x, y = train

    def loss_of(batch_x, batch_y, training):
        predictions = model(batch_x, training=training)
        return ops.mean(loss_fn(batch_y, predictions)) + sum(model.losses), predictions

    def step(batch_x, batch_y):
        with tf.GradientTape() as tape:
            loss, _ = loss_of(batch_x, batch_y, training=True)
        variables = model.trainable_variables
        optimizer.apply(tape.gradient(loss, variables), variables)
        return finite(float(loss), "training")

    def measure(val_x, val_y):
        loss = correct = 0.0
        for start in range(0, len(val_x), batch_size):
            batch_y = val_y[start : start + batch_size]
            batch_loss, predictions = loss_of(val_x[start : start + batch_size], batch_y, training=False)
            loss += float(batch_loss) * len(batch_y)
            correct += float((ops.convert_to_numpy(predictions).argmax(axis=-1) == batch_y).sum())
        return finite(loss / len(val_x), "validation"), correct / len(val_x)

    def finite(loss, what):
        if not np.isfinite(loss):
            raise FloatingPointError(f"the {what} loss is {loss}, which is not finite (epoch {epoch})")
        return loss

    history = {"loss": []} if validation is None else {"loss": [], "val_loss": [], "val_accuracy": []}
    best, best_weights, waited = float("inf"), None, 0
    for epoch in range(epochs):
        order = np.random.default_rng([seed, epoch]).permutation(len(x))
        total = 0.0
        for start in range(0, len(x), batch_size):
            chosen = order[start : start + batch_size]
            total += step(x[chosen], y[chosen]) * len(chosen)
        history["loss"].append(total / len(x))
        if validation is None:
            continue
        val_loss, val_accuracy = measure(*validation)
        history["val_loss"].append(val_loss)
        history["val_accuracy"].append(val_accuracy)
        if patience is None:
            continue
        if val_loss < best:
            best, best_weights, waited = val_loss, model.get_weights(), 0
        else:
            waited += 1
            if waited == patience:
                break
    if best_weights is not None:
        model.set_weights(best_weights)
    return history
    # END SOLUTION


# %% tags=["demo"]
with lesson.if_written():
    mine = network(1)
    history = fit(
        mine,
        keras.optimizers.Adam(0.003),
        crossentropy,
        (train_x, train_y),
        (val_x, val_y),
        8,
        64,
        seed=1,
        patience=2,
    )
    print("your fit:    ", [round(accuracy, 3) for accuracy in history["val_accuracy"]])
    theirs = Runs(network, keras.optimizers.Adam(0.003)).history(1, 8, 64, train=(train_x, train_y))
    print("Keras' fit:  ", [round(accuracy, 3) for accuracy in theirs["val_accuracy"]])

# %% [markdown]
# ## Part 5: `accumulate_gradients`
#
# A batch of 1024 examples does not fit into memory, but sixteen of 64 do.
# The gradient of a mean is the mean of the gradients, so one can go through the small batches, add up, and take *one* step at the end.
#
# **The pitfalls.** Add up without dividing, and the step is sixteen times too long. Divide by the number of batches, and the examples of
# a short last batch count too much, as in `evaluate`. Multiply the mean loss by the number of examples and forget `model.losses`, and these nearly vanish.
# And for layers that mix examples it is not the same: batch normalization sees the small batches, whatever you do afterwards.
#
# The Deep Learning Tuning Playbook warns: this simulates a larger batch, it does not make training faster, and mostly it is better avoided.


# %%
def accumulate_gradients(model, loss_fn, batches):
    """Work out the gradients of many batches as if they were one.

    The result is the gradient of `train_step`'s loss for one batch of all the examples: training mode,
    the mean over all of them, plus the sum of `model.losses` once. No weight is changed.

    Args:
        model: A Keras model with one input and one output, without batch normalization (its examples would
            mix) and without embeddings (their gradients are sparse). Its `losses` depend on its weights alone.
        loss_fn: A function or Keras loss, called as `loss_fn(y, predictions)`. It returns a scalar, the
            mean over the batch, or one loss per example.
        batches: One or more pairs `(x, y)` of arrays, with different numbers of examples: a list, or an
            iterator, which can be walked through only once.

    Returns:
        A list of tensors, one for each of `model.trainable_variables`, in that order. For a variable that
        the loss does not depend on, None is right, and zeros are right too.
    """
    # BEGIN SOLUTION
    totals, examples = None, 0
    for x, y in batches:
        with tf.GradientTape() as tape:
            loss = ops.mean(loss_fn(y, model(x, training=True))) + sum(model.losses)
        gradients = tape.gradient(loss, model.trainable_variables)
        totals = totals or [None] * len(gradients)
        for i, gradient in enumerate(gradients):
            if gradient is not None:
                weighted = tf.convert_to_tensor(gradient) * len(x)
                totals[i] = weighted if totals[i] is None else totals[i] + weighted
        examples += len(x)
    return [None if total is None else total / examples for total in totals]
    # END SOLUTION


# %% tags=["demo"]
with lesson.if_written():
    pieces = [(train_x[a:b], train_y[a:b]) for a, b in ((0, 120), (120, 240), (240, 270))]
    together = accumulate_gradients(stepping, crossentropy, pieces)
    at_once = accumulate_gradients(stepping, crossentropy, [(train_x[:270], train_y[:270])])
    print(
        "largest difference:",
        max(float(ops.max(ops.abs(a - b))) for a, b in zip(together, at_once, strict=True)),
    )

# %% [markdown]
# ## Part 6: `clip_by_global_norm`
#
# One bad batch can give a very long gradient, and one step along it can undo an hour of training.
# Pascanu, Mikolov and Bengio (2013) met this in recurrent networks and proposed to **clip**: if the gradient is longer than a limit, shorten it to the limit.
#
# *The* gradient, not each piece of it. All gradients together are one long vector $g = (g_1, g_2, \dots)$ with the norm
#
# $$\lVert g \rVert = \sqrt{\sum_k \sum_i g_{k,i}^2} \qquad g_k \leftarrow g_k \cdot \min\!\left(1, \frac{\text{max norm}}{\lVert g \rVert}\right)$$
#
# Every piece is multiplied by the same number, so the step gets shorter and keeps its *direction*.
#
# **The pitfall** is to clip each gradient by itself, or each element. The step then points somewhere else.
# Clipping the *loss* is worse: above the limit it is constant, and its gradient is 0.


# %%
def clip_by_global_norm(gradients, max_norm):
    """Shorten gradients, all together, to at most a given length.

    Args:
        gradients: A list of float32 tensors of any shapes, some of which may be None. The sum of the
            squares of their elements lies in the range of float32. Neither the list nor what is in it is
            changed.
        max_norm: A positive number, the most that the norm of all gradients together may be.

    Returns:
        A list of as many float32 tensors, with None where `gradients` has None. If the norm of all
        together is larger than `max_norm`, each gradient times `max_norm` / norm; that holds for tiny norms,
        too. Else each as it is; it may be the list that was given. Zeros stay zeros.

    Reference:
        Pascanu et al. (2013), On the difficulty of training recurrent neural networks,
        https://arxiv.org/abs/1211.5063
    """
    # BEGIN SOLUTION
    norm = ops.sqrt(sum(ops.sum(ops.square(g)) for g in gradients if g is not None))
    scale = max_norm / ops.maximum(norm, max_norm)
    return [None if g is None else g * scale for g in gradients]
    # END SOLUTION


# %% tags=["demo"]
with lesson.if_written():
    clipped = clip_by_global_norm(
        [ops.convert_to_tensor([3.0, 0.0]), None, ops.convert_to_tensor([[4.0]])], 1.0
    )
    print("norm 5, clipped to 1:", [None if g is None else g.numpy().ravel() for g in clipped])

# %% [markdown]
# ## "Controversial recommendations, e.g. early stopping? small batch sizes?"
#
# Here experts disagree, and both sides have measured. It helps to know what exactly they disagree about.
#
# ### Small batches
#
# A batch is a sample, and its gradient an estimate of the gradient over all data.
# Averages of $B$ independent things vary by $1/\sqrt{B}$: four times the batch, half the noise.
# Three networks agree:

# %% tags=["demo", "figure"]
# figure: gradient_noise | Noise of a batch's gradient, its standard deviation divided by that for batches of 4, against the batch size, both axes logarithmic. The points of three networks for batches of 4, 16, 64 and 256 lie close to a straight line that falls by half for each fourfold batch.
generator = np.random.default_rng(5)
sizes = np.array([4, 16, 64, 256])


def spread(model, size, samples=40):
    """The standard deviation of a batch's gradient, over random batches of this size."""
    kernel, gradients = model.layers[-1].kernel, []
    for _ in range(samples):
        rows = generator.integers(0, len(train_x), size)
        with tf.GradientTape() as tape:
            loss = crossentropy(train_y[rows], model(train_x[rows], training=False))
        gradients.append(tape.gradient(loss, kernel.value).numpy())
    return float(np.sqrt(np.var(gradients, axis=0).mean()))


fig, axes = figures.panels(1, 1, width=6.5, height=3.2)
axes.loglog(sizes, np.sqrt(4 / sizes), label="half the noise for four times the batch", **figures.line(1))
label = "measured, three networks"
for seed in seeds:
    measured = network(seed)
    spreads = np.array([spread(measured, size) for size in sizes])
    axes.loglog(sizes, spreads / spreads[0], "o", color=figures.BLUE, fillstyle="none", label=label)
    label = "_nolegend_"
axes.set(xlabel="batch size", ylabel="noise of the gradient\n(that of batches of 4 is 1)")
axes.set_xticks(sizes, [str(size) for size in sizes])
axes.set_yticks([1, 1 / 2, 1 / 4, 1 / 8], ["1", "1/2", "1/4", "1/8"])
axes.minorticks_off()
axes.legend()
figures.says(4, *sizes)

# %% [markdown]
# Is that noise good or bad?
#
# - **For small batches.** Keskar et al. (2017) found that large batches tend to end in *sharp* minima and generalise worse, and Masters and Luschi
#   (2018) got their best results with batches between 2 and 32.
#   Karpathy (2019) gives a narrower reason: smaller batches regularise *through batch normalization*, whose statistics become noisier.
# - **Against tuning it.** Shallue et al. (2019) trained 168,160 models and found no evidence that larger batches do worse on new data.
#   They explain the disagreement by differences in how carefully the other settings were tuned for each size, and by compute budgets.
#   The Deep Learning Tuning Playbook follows: the batch size sets the *speed*; do not use it to tune the validation result.
#
# You can watch the disagreement arise. The left picture changes the batch size and nothing else. The large batch looks hopeless.
# But in each epoch it takes 16 times fewer steps, all equally long. On the right, the learning rate grows with the batch.

# %% tags=["demo", "figure"]
# figure: batch_sizes | Validation loss by epoch for batches of 16, 64 and 256, means of three seeds with bands from the lowest to the highest. Left, with one learning rate for all, the curve for 16 falls fastest and the one for 256 falls slowly. Right, with a learning rate that grows in proportion to the batch, the first two curves are one, and the third is only a little higher, with a broad band.
epochs = np.arange(1, 7)
small = Runs(network, keras.optimizers.SGD(0.05))
place_of_rate = [variable.path.endswith("learning_rate") for variable in small.optimizer.variables].index(
    True
)
fig, axes = figures.panels(1, 2, width=10, height=3.4)
rates = {"one learning rate, 0.05": 0, "learning rate 0.05 × batch size / 16": 1}
for axis, (title, power) in zip(axes, rates.items(), strict=True):
    for number, size in enumerate((16, 64, 256)):
        small.new[place_of_rate] = np.float32(0.05 * (size / 16) ** power)
        runs = [small.history(seed, 6, size, train=(train_x, train_y))["val_loss"] for seed in seeds]
        line = figures.line(number)
        axis.plot(epochs, np.mean(runs, axis=0), label=f"batches of {size}", **line)
        axis.fill_between(epochs, np.min(runs, axis=0), np.max(runs, axis=0), color=line["color"], alpha=0.2)
    axis.set(title=title, xlabel="epoch", ylim=(0, 2.4), xticks=epochs)
    axis.legend()
axes[0].set_ylabel("validation loss")
figures.says(16, 64, 256, 16, 256)

# %% [markdown]
# So "small batches are better" and "the batch size does not matter" can both be read off experiments. The question to ask of any of them is:
# *what was tuned again when the batch size changed?* (Most settings have to be, says the Playbook, and the learning rate before all.)
# (The right-hand rule is no law either: at 256 the seeds part already.)
#
# ### Early stopping
#
# - **For it.** Karpathy lists it among the ways to regularise: stop by the measured validation loss, when the network is about to overfit.
#   (His recipe ends with the opposite advice, *leave it training*: networks go on learning for longer than one thinks.)
# - **With care.** Prechelt (1998) compared stopping rules in 1,296 training runs: slower ones generalised about 4 % better, and took about four times as long. Real curves go up
#   and down, and an impatient rule stops at the first bump.
# - **Against stopping.** Nakkiran et al. (2020) show runs in which the test error falls, rises and *falls again* with more epochs.
#   The Playbook fixes the number of steps beforehand and keeps the best checkpoints, so that stopping early is usually not needed.
#
# The two sides agree on more than it seems: *keep the best weights*. That is what your `fit` does, stopped early or not.
# And both pay a price: the validation data have been used to choose, so their loss is a little too good to be true. For an honest number, keep test data that nothing was chosen by.
#
# ## To go on with
#
# Nobody grades these.
#
# 1. *Easy.* Do the step by hand once more, from $w = 1.7$, and let your `train_step` do it too.
# 2. *Harder.* Let your `fit` and Keras' own train one network on the same batches, in the same order. Do they end with the same weights?
# 3. *Open.* Find, for batches of 16 and of 256, the learning rate that gives the lowest validation loss after 500 steps, and after 20 epochs. Which
#   side of the dispute does each table support?
#
# **Before this**: [Optimizers](../optimizers/README.md) and [Batches](../batches/README.md). **After it**: what the two losses
# tell, [Regularization](../regularization/README.md); and what depends on the mode, [Dropout](../dropout/README.md) and
# [Normalization](../normalization/README.md).

# %% [markdown] tags=["response"] name="three_bugs"
# ## In your own words
#
# A colleague shows you this evaluation and early stopping, and says: "It runs, and the loss goes down. Something is odd, though: each evaluation gives another number, and
# the restored model is never as good as the best epoch was."
#
# ```python
# losses = [loss_fn(y, model(x, training=True)) for x, y in batches]  # the last batch is short
# val_loss = np.mean(losses)
# if val_loss < best_loss:
#     best_loss, best = val_loss, model.weights
# ...
# model.set_weights(best)
# ```
#
# Explain in six to twelve sentences: which three mistakes you see, what each does to the numbers, and how to put it right.
# Then say whether you would advise this colleague to stop early at all, and what speaks against it.

# %% [markdown]
# ## Where this comes from
#
# - Keras: [Writing a training loop from scratch in TensorFlow](https://keras.io/guides/writing_a_custom_training_loop_in_tensorflow/),
#   [EarlyStopping](https://keras.io/api/callbacks/early_stopping/).
# - A. Karpathy (2019). [*A recipe for training neural networks*](https://karpathy.github.io/2019/04/25/recipe/).
# - V. Godbole, G. E. Dahl, J. Gilmer, C. J. Shallue, Z. Nado (2023).
#   [*Deep learning tuning playbook*](https://github.com/google-research/tuning_playbook).
# - N. S. Keskar, D. Mudigere, J. Nocedal, M. Smelyanskiy, P. T. P. Tang (2017).
#   [*On large-batch training for deep learning: generalization gap and sharp minima*](https://arxiv.org/abs/1609.04836). ICLR.
# - D. Masters, C. Luschi (2018). [*Revisiting small batch training for deep neural networks*](https://arxiv.org/abs/1804.07612).
# - C. J. Shallue, J. Lee, J. Antognini, J. Sohl-Dickstein, R. Frostig, G. E. Dahl (2019).
#   [*Measuring the effects of data parallelism on neural network training*](https://www.jmlr.org/papers/v20/18-789.html). JMLR 20.
# - L. Prechelt (1998). *Early stopping, but when?* In: Neural Networks: Tricks of the Trade, Springer.
# - P. Nakkiran, G. Kaplun, Y. Bansal, T. Yang, B. Barak, I. Sutskever (2020).
#   [*Deep double descent: where bigger models and more data hurt*](https://arxiv.org/abs/1912.02292). ICLR.
# - R. Pascanu, T. Mikolov, Y. Bengio (2013).
#   [*On the difficulty of training recurrent neural networks*](https://arxiv.org/abs/1211.5063). ICML.
