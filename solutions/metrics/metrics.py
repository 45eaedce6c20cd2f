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
# # Metrics
#
# "Our model is 94 % accurate." Is that good? You cannot say. What would somebody get who never looks at the data? How
# much would the number move with another hundred rows? And what does it cost when the model is wrong? A number means
# nothing without a baseline, an interval and a cost.
#
# **You will write** `baselines`, a Keras metric that keeps a confusion matrix, `roc_auc`,
# `expected_calibration_error`, `choose_threshold` and `bootstrap_interval`. Ready-made scores, of Keras, scikit-learn or
# SciPy, are refused there.
#
# **Do you remember?** Two questions from [losses](../losses/README.md) and [scaling](../scaling/README.md), to warm up:
#
# 1. A model gives the right class a probability of 0.75. What is the cross-entropy of this example?
# 2. Why are the mean and the deviation of a feature learned from the training part alone?

# %%
import keras
import numpy as np
from keras import ops

# %% tags=["demo"]
from sklearn.datasets import load_breast_cancer

from nnlearn import data, figures, lesson

tumours = load_breast_cancer()  # 569 tumours, 30 measurements of each
malignant = 1 - tumours.target  # 1 is malignant, what one looks for: the positive class
print(tumours.data.shape, "benign and malignant:", np.bincount(malignant))

# %% [markdown]
# ## Before you read on, guess
#
# Replace each `None` below with your answer *before* you run or read anything else.
# Your first guess is kept, then answered, and you may think again: a wrong one teaches a lot.

# %%
PREDICTIONS = ...

# %% [markdown]
# ## "Do we generally always need a good baseline to compare results to?"
#
# Yes. A *baseline* is what a much simpler rule gets on the same rows. Of the tumours, 63 % are benign. Whoever says
# "benign" to everybody is 63 % accurate and finds no cancer. With 990 healthy among 1,000 it would be 99 %. Only what
# a model has *beyond* its baseline was learned from the inputs.
#
# Which baselines? In rising order of work: the commonest class (or the mean, for numbers); the same network, trained with all
# inputs set to zero; a linear model; a person. Karpathy's recipe asks for the network on zeros and for the person: if the real
# inputs do no better than zeros, the network learns nothing from them.
#
# A baseline is a model as well. It is *fitted* on the training part and *scored* on the test part. Taking the
# commonest class of the test labels would be peeking.
#
# ### Once by hand
#
# Training labels 0, 0, 0, 1; test labels 0, 1.
#
# 1. The commonest training label is 0. On the test labels that is right once in two: accuracy 0.5.
# 2. As a *probability*, the training frequencies are 0.75 and 0.25. The log loss on the test labels is the mean of
#    −log 0.75 = 0.288 and −log 0.25 = 1.386, which is 0.837. Logarithms are natural ones, as in Keras' losses.
# 3. Were the second test label a 2, its frequency would be 0, and the loss infinite. Don't clip that away: a model
#    that rules out what happens is infinitely surprised.
#
# For numbers, each score has its own best constant: the *mean* is the constant with the lowest mean squared error, the
# *median* the one with the lowest mean absolute error. Of 1, 2, 9, the mean is 4 and the median 2. A model that is
# scored by absolute error and compared with the mean has an easy opponent.
#
# ## Part 1: `baselines`


# %%
def baselines(y_train, y_test, task):
    """Score the best constant guesses, which are learned from `y_train` alone, on `y_test`. No argument is changed.

    Args:
        y_train: An array or list of shape (N,), N of at least 1. For "classification" integer labels, which need not
            begin at 0 nor be consecutive; for "regression" numbers.
        y_test: The same, of shape (M,), M of at least 1. It may have labels that are not in `y_train`.
        task: "classification" or "regression".

    Returns:
        A dictionary of two plain numbers, computed in float64. For "classification":

        - "accuracy": the share of `y_test` that is the commonest label of `y_train`; of several that are equally common,
          the smallest label.
        - "log_loss": the mean over `y_test` of minus the natural logarithm of the label's frequency in `y_train`; infinity
          (`float("inf")`) if a label of `y_test` is not in `y_train`.

        For "regression":

        - "mse": the mean squared error of the mean of `y_train`.
        - "mae": the mean absolute error of the median of `y_train`, the mean of the two middle numbers if N is even.

    Raises:
        ValueError: Another `task`.
    """
    # BEGIN SOLUTION
    y_train, y_test = np.asarray(y_train), np.asarray(y_test)
    if task == "classification":
        labels, counts = np.unique(y_train, return_counts=True)
        shares = (counts / len(y_train)) @ (labels[:, None] == y_test)
        with np.errstate(divide="ignore"):
            log_loss = -np.mean(np.log(shares))
        return {"accuracy": float(np.mean(y_test == labels[np.argmax(counts)])), "log_loss": float(log_loss)}
    if task == "regression":
        y_train, y_test = y_train.astype("float64"), y_test.astype("float64")
        return {
            "mse": float(np.mean((y_test - np.mean(y_train)) ** 2)),
            "mae": float(np.mean(np.abs(y_test - np.median(y_train)))),
        }
    raise ValueError(f"the task is classification or regression, not {task!r}")
    # END SOLUTION


# %% tags=["demo"]
with lesson.if_written():
    mixed = np.random.default_rng(0).permutation(malignant)  # the file is not shuffled
    print("tumours:", baselines(mixed[:300], mixed[300:], "classification"))
    print("ages:", baselines([31, 33, 35, 90], [30, 34, 38], "regression"))

# %% [markdown]
# ## "Measuring performance"
#
# Keep test rows apart, choose everything without them, and measure on them once at the end. Whoever looks at the
# test score after each change and keeps what helped has fitted the model to the test rows.
#
# What to measure? Accuracy counts all mistakes alike. The *confusion matrix* keeps them apart: one row for each true
# class, one column for each predicted class, and in each cell how many examples. All that is right stands on the diagonal.

# %% tags=["demo", "figure"]
# figure: confusion | The confusion matrix of three networks on handwritten digits, added up: rows are true digits, columns predicted ones. Of 2391 test digits 2266 stand on the diagonal. The largest number off it is 10: an eight that was taken for a one. The ten F1 scores beside it lie between 0.88, of the eight, and 0.99, of the zero.
images, labels = data.digits(seed=0)
confusion = np.zeros((10, 10), int)
runs = []  # true labels and scores of each run
for seed in range(3):
    keras.utils.set_random_seed(seed)
    network = keras.Sequential([keras.Input((64,)), keras.layers.Dense(32, "relu"), keras.layers.Dense(10)])
    network.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True), jit_compile=False)
    chosen = np.random.default_rng(seed).permutation(len(images))
    train, test = chosen[:1000], chosen[1000:]
    network.fit(data.shuffled(images[train], labels[train], batch_size=32, seed=seed), epochs=20, verbose=0)
    runs.append((labels[test], np.asarray(network(images[test]))))
    np.add.at(confusion, (runs[-1][0], runs[-1][1].argmax(axis=1)), 1)
f1_scores = 2 * np.diag(confusion) / (confusion.sum(axis=0) + confusion.sum(axis=1))
fig, axes = figures.panels(1, 2, width=10.0, height=4.6)
off = np.where(np.eye(10, dtype=bool), 0, confusion)
axes[0].imshow(off, cmap="Blues")
axes[0].grid(visible=False)
for row, column in np.ndindex(10, 10):
    if confusion[row, column]:
        dark = off[row, column] > off.max() / 2
        style = {"fontweight": "bold"} if row == column else {"color": "white" if dark else "black"}
        axes[0].text(column, row, confusion[row, column], ha="center", va="center", **style)
axes[0].set(xlabel="predicted digit", ylabel="true digit", xticks=range(10), yticks=range(10))
axes[1].plot(f1_scores, np.arange(10), "o", color=figures.BLUE, label="F1 of each digit")
axes[1].axvline(f1_scores.mean(), label="macro F1, their mean", **figures.line(1))
axes[1].set(xlabel="F1", ylabel="true digit", yticks=range(10), ylim=(9.5, -0.5))
axes[1].legend(loc="upper center", bbox_to_anchor=(0.5, 1.2))
worst = np.unravel_index(off.argmax(), off.shape)
assert worst == (8, 1)
assert (f1_scores.argmin(), f1_scores.argmax()) == (8, 0)
figures.says(confusion.sum(), np.trace(confusion), off.max(), f1_scores.min(), f1_scores.max())

# %% [markdown]
# The three test parts overlap, so a digit may be counted more than once; the colour shows mistakes alone, not the diagonal. An
# eight is often taken for a one, a one less often for an eight: that is what one number cannot say.
#
# For each class, three counts can be read off: the true positives TP, on the diagonal; the false positives FP, the rest of its
# column, which were *predicted* to be this class and are not; the false negatives FN, the rest of its row, which *are* this class
# and were missed.
#
# $$\text{precision} = \frac{TP}{TP + FP} \qquad \text{recall} = \frac{TP}{TP + FN} \qquad F_1 = \frac{2\,TP}{2\,TP + FP + FN}$$
#
# Precision: of those that were called a cancer, how many are one? Recall: of the cancers, how many were found?
# F1 is their harmonic mean, low if one of them is.
#
# By hand, with three classes and ten examples:
#
# | true | predicted 0 | 1 | 2 | precision | recall | F1 |
# |---|---|---|---|---|---|---|
# | 0 | 5 | 1 | 0 | 5/7 | 5/6 | 10/13 = 0.769 |
# | 1 | 1 | 2 | 0 | 2/3 | 2/3 | 4/6 = 0.667 |
# | 2 | 1 | 0 | 0 | 0/0 | 0/1 | 0/1 = 0 |
#
# - *Macro* is the mean of the classes' scores, all alike: (0.769 + 0.667 + 0)/3 = 0.479.
# - *Weighted* is their mean by how many examples *truly* are of each class: (6 · 0.769 + 3 · 0.667 + 0)/10 = 0.662.
# - *Micro* adds TP, FP and FN up over the classes first. Where each example has one label, every mistake is one FP
#   (of the class that was said) and one FN (of the true one). So micro precision, recall and F1 are one number: 7/10, the accuracy.
#
# Nobody predicted class 2, so its precision is 0/0. Say 0, and keep it in the mean. To leave it out would give
# a macro F1 of 0.718, to a model that never finds that class. (scikit-learn gives 0.479,
# too. But a class in *neither* labels nor predictions it leaves out, unless you name all classes.) Macro F1 is also not the F1
# of macro precision and macro recall: 0.4786 and 0.4793 here, hardly apart. But if of 100 zeros 10 are found, and of 10 ones
# all, it is 0.18 and 0.55.
#
# ### Aggregate counts, never averages
#
# Data comes in batches. The accuracy of the whole is the mean of the batches' accuracies, if all have one size. F1 is no
# such mean: a batch that happens to lack class 2 says 0 for it. So add up *counts* from batch to batch, and divide
# when you are asked.

# %% tags=["demo"]
digits, scores = runs[0]
for size in (8, 32, 128, len(digits)):
    of_batches = []
    for begin in range(0, len(digits), size):
        part = np.zeros((10, 10))
        np.add.at(part, (digits[begin : begin + size], scores[begin : begin + size].argmax(axis=1)), 1)
        both = part.sum(axis=0) + part.sum(axis=1)
        of_batches.append(np.mean(2 * np.diag(part) / np.maximum(both, 1)))
    print(f"batches of {size:3d}: mean of their macro F1 {np.mean(of_batches):.3f}")

# %% [markdown]
# One network, the same digits, and four answers: only the batches differ, and only the last one is the macro F1.
#
# ## Part 2: `ConfusionMetric`
#
# A Keras metric has a life: `fit` and `evaluate` call `update_state` for each batch, show `result`, and call
# `reset_state` before the next epoch. Four places to slip:
#
# - **State lives in variables**, made in `__init__` by `self.add_variable(shape=..., initializer="zeros")`.
#   `reset_state` of the base class sets them to zero. It cannot know of a Python attribute, which, inside of
#   `fit`, would moreover be touched only once, when `update_state` is traced.
# - **Add** to what is there: `variable.assign(variable + counts)`.
# - **`keras.ops`, no NumPy**: inside of `fit` tensors have no values yet. `ops.one_hot` and a product of matrices
#   count without a loop.
# - **Weights.** An example with the sample weight 2 counts as two, with 0 not at all.


# %%
class ConfusionMetric(keras.metrics.Metric):
    """Precision, recall or F1 of classes, from counts that are added up over batches.

    `update_state` adds to counts, and `result` computes from them what all examples since the last reset would give at
    once, up to rounding. Between batches nothing is kept but counts, in float32 variables. `update_state` and `result` work
    inside a `tf.function`, with the size of the batch unknown, and so in `fit` and `evaluate`, as one of `metrics` or
    `weighted_metrics` (only these get sample weights). `reset_state` forgets all counts (the base class does that).

    For each of the K classes, TP is the weight of its examples that are predicted as this class, FP that of other
    examples predicted as it, and FN that of its examples predicted as another. Precision is TP / (TP + FP), recall
    TP / (TP + FN), and F1 2 TP / (2 TP + FP + FN). 0/0 is 0, which covers `result()` before any update.

    Args:
        num_classes: K, at least 2.
        measure: "precision", "recall" or "f1".
        average: "macro", the mean over all K classes, also those that never occur; "micro", the measure of TP, FP and
            FN summed over all classes; "weighted", the mean over classes weighted by TP + FN, their true weight, 0 if
            there is none; or None, one number for each class.
        name: For the base class.
        dtype: For the base class, too.

    Raises:
        ValueError: Another `measure` or `average`.
    """

    def __init__(self, num_classes, measure="f1", average="macro", name=None, dtype=None):
        # BEGIN SOLUTION
        super().__init__(name=name, dtype=dtype)
        if measure not in ("precision", "recall", "f1"):
            raise ValueError(f"there is no measure {measure!r}")
        if average not in ("macro", "micro", "weighted", None):
            raise ValueError(f"there is no average {average!r}")
        self.num_classes, self.measure, self.average = num_classes, measure, average
        self.counts = self.add_variable(shape=(num_classes, num_classes), initializer="zeros")
        # END SOLUTION

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Add a batch.

        Args:
            y_true: Integer labels from 0 to K - 1, an array or tensor of shape (N,) or (N, 1).
            y_pred: A floating array or tensor of shape (N, K): probabilities, logits or other scores. The largest one
                decides what is predicted; of equal ones, the first.
            sample_weight: Numbers of at least 0, an array or tensor of shape (N,) or (N, 1); None for 1 each.
        """
        # BEGIN SOLUTION
        true = ops.one_hot(ops.reshape(y_true, (-1,)), self.num_classes)
        predicted = ops.one_hot(ops.argmax(y_pred, axis=-1), self.num_classes)
        if sample_weight is not None:
            true = true * ops.cast(ops.reshape(sample_weight, (-1, 1)), "float32")
        self.counts.assign(self.counts + ops.matmul(ops.transpose(true), predicted))
        # END SOLUTION

    def result(self):
        """The measure of all batches since the last reset.

        Returns:
            A float32 tensor: of shape (K,) if `average` is None, else of shape ().
        """
        # BEGIN SOLUTION
        right = ops.diagonal(self.counts)
        predicted, true = ops.sum(self.counts, axis=0), ops.sum(self.counts, axis=1)
        if self.average == "micro":
            right, predicted, true = ops.sum(right), ops.sum(predicted), ops.sum(true)
        if self.measure == "precision":
            score = ops.divide_no_nan(right, predicted)
        elif self.measure == "recall":
            score = ops.divide_no_nan(right, true)
        else:
            score = ops.divide_no_nan(2 * right, predicted + true)
        if self.average == "macro":
            return ops.mean(score)
        if self.average == "weighted":
            return ops.divide_no_nan(ops.sum(score * true), ops.sum(true))
        return score
        # END SOLUTION

    def get_config(self):
        """The configuration: what the base class has, and `num_classes`, `measure` and `average`."""
        # BEGIN SOLUTION
        return super().get_config() | {
            "num_classes": self.num_classes,
            "measure": self.measure,
            "average": self.average,
        }
        # END SOLUTION


# %% tags=["demo"]
with lesson.if_written():
    for average in ("macro", "weighted", "micro", None):
        metric = ConfusionMetric(10, average=average)
        for begin in range(0, len(digits), 32):
            metric.update_state(digits[begin : begin + 32], scores[begin : begin + 32])
        print(average, np.round(np.asarray(metric.result()), 3))

# %% [markdown]
# ## Part 3: `roc_auc`
#
# Precision and recall judge *decisions*. A score can also be judged before anybody decides: does it put positives above
# negatives? The AUC is the probability that a randomly drawn positive scores higher
# than a randomly drawn negative. A tie counts a half. (The name means "area under the curve": recall
# against the share of false alarms, over all thresholds. The area is that probability, Fawcett 2006.)
#
# By hand: positives have the scores 0.9 and 0.4, negatives 0.4 and 0.1. Of four pairs three are in order, and one
# is a tie: 3.5/4 = 0.875. A constant score has ties alone: 0.5, what guessing gets. Below 0.5, look for a flipped
# sign.
#
# Only the *order* of scores counts. A rising function of the scores, such as their cube, changes no pair, and no AUC. It
# may change calibration, the next part. Decisions, 0 or 1, have lost the order: take the scores.
#
# Keras' `AUC` compares with 200 fixed thresholds from 0 to 1. That is fast, and blind to differences that are finer:

# %% tags=["demo"]
fine = np.array([0.0501, 0.0502, 0.0503, 0.0504], "float32")
blind = keras.metrics.AUC()
blind.update_state([0, 1, 0, 1], fine)
print("3 of 4 pairs are in order, and Keras says", float(blind.result()))


# %%
def roc_auc(y_true, scores, sample_weight=None):
    """The probability that a positive scores higher than a negative, plus half of that of a tie.

    Over all pairs of a positive and a negative, each weighted by the product of their sample weights. Scores are compared
    exactly, as they are. No argument is changed.

    Args:
        y_true: Integers 0 and 1 (1 is positive), an array or list of shape (N,), N up to 5000.
        scores: Numbers of shape (N,), floats or integers (below 2**53 in size).
        sample_weight: Numbers of at least 0, of shape (N,); None for 1 each.

    Returns:
        A plain number from 0 to 1, computed in float64.

    Raises:
        ValueError: A score is NaN or infinite, or one of the two classes has no examples, or none with a weight
            above 0.
    """
    # BEGIN SOLUTION
    y_true, scores = np.asarray(y_true), np.asarray(scores)
    weights = np.ones(len(scores)) if sample_weight is None else np.asarray(sample_weight, "float64")
    if not np.isfinite(scores).all():
        raise ValueError("scores have to be finite")
    values, place = np.unique(scores, return_inverse=True)
    positive = np.bincount(place, weights * (y_true == 1), len(values))
    negative = np.bincount(place, weights * (y_true == 0), len(values))
    pairs = positive.sum() * negative.sum()
    if pairs == 0:
        raise ValueError("both classes need examples with a weight")
    below = np.cumsum(negative) - negative
    return float(positive @ (below + negative / 2) / pairs)
    # END SOLUTION


# %% tags=["demo"]
with lesson.if_written():
    print("exactly", roc_auc([0, 1, 0, 1], fine), "and of the cubes", roc_auc([0, 1, 0, 1], fine**3))

# %% [markdown]
# ## "Performance indicators?"
#
# Which number, then? It depends on what is done with the answer. If one class is rare: precision, recall, or F1 of
# that class. If cases are *ranked*, and the top ones looked at: AUC. If probabilities are used as such, to weigh
# costs or to hand doubtful cases to a person: *calibration*. If you know what mistakes cost: the cost itself.
#
# ### Calibration
#
# The probability that a model gives to the class it predicts is its *confidence*. Of a hundred answers that it is 80 % sure of,
# about eighty should be right. Then it is *calibrated*. Large networks for images and texts were found to be poorly calibrated
# (Guo et al. 2017). Here are five small ones that learn from only 69 tumours each; of the 500 others 250 are for choosing,
# and 250 for the test.


# %% tags=["demo", "figure"]
# figure: reliability | Left, how often five networks are right against how sure they are, in the upper half of ten bins of confidence. Where they are 0.75 sure on average they are right in 0.61 of the cases, where they are 0.86 sure in 0.54, and where they are surest in 0.98. All bins lie below the diagonal of a calibrated model, but the error bars, 2 standard deviations up and down, reach it in 2 of the 5. Right, how many of the 2500 answers are in each bin: 14, 19, 33, 26, and in the last 2408.
def network_of(seed):
    """Labels and probabilities, of rows for choosing and of rows for the test."""
    order = np.random.default_rng(seed).permutation(len(malignant))
    train, rest = order[:69], (order[69:319], order[319:])
    x = ((tumours.data - tumours.data[train].mean(axis=0)) / tumours.data[train].std(axis=0)).astype(
        "float32"
    )
    keras.utils.set_random_seed(seed)
    layers = [
        keras.layers.Dense(32, "relu"),
        keras.layers.Dense(32, "relu"),
        keras.layers.Dense(1, "sigmoid"),
    ]
    model = keras.Sequential([keras.Input((30,)), *layers])
    model.compile(keras.optimizers.Adam(0.01), "binary_crossentropy", jit_compile=False)
    targets = malignant[train][:, None].astype("float32")
    model.fit(data.shuffled(x[train], targets, batch_size=32, seed=seed), epochs=40, verbose=0)
    return [(malignant[rows], np.asarray(model(x[rows]), "float64")[:, 0]) for rows in rest]


splits = [network_of(seed) for seed in range(5)]
unseen = [part for split in splits for part in split]  # nothing was learned from either
truth, sure = (np.concatenate(parts) for parts in zip(*unseen, strict=True))
confidence = np.maximum(sure, 1 - sure)
correct = (sure > 0.5) == truth
bins = np.clip(np.ceil(confidence * 10).astype(int) - 1, 5, 9)
fig, axes = figures.panels(1, 2, width=10.0, height=3.6)
x_of, y_of, sizes = ([part[bins == i] for i in range(5, 10)] for part in (confidence, correct, bins))
x_of, y_of, sizes = [p.mean() for p in x_of], [p.mean() for p in y_of], [len(p) for p in sizes]
axes[0].plot([0, 1], [0, 1], color=figures.GREY, linestyle="--", label="calibrated")
bars = [2 * np.sqrt(right * (1 - right) / size) for right, size in zip(y_of, sizes, strict=True)]
style = {"marker": "o", "color": figures.BLUE, "elinewidth": 1.2, "capsize": 4}
axes[0].errorbar(x_of, y_of, yerr=bars, label="five networks, ± 2 deviations", **style)
axes[0].set(xlabel="confidence", ylabel="share that is right", xlim=(0.45, 1.02), ylim=(0, 1.05))
axes[0].legend(loc="upper left")
axes[1].bar_label(axes[1].bar(np.arange(0.55, 1, 0.1), sizes, width=0.09, color=figures.BLUE))
axes[1].set(xlabel="confidence", ylabel="answers", xlim=(0.45, 1.02), yscale="log", ylim=(1, 6000))
assert all(right < sure_of for right, sure_of in zip(y_of, x_of, strict=True))
reached = np.sum(np.add(y_of, bars) >= x_of)
print("accuracy of each:", [round(float(np.mean((p > 0.5) == y)), 3) for _, (y, p) in splits])
figures.says(x_of[2], y_of[2], x_of[3], y_of[3], y_of[-1], 2, reached, len(sizes), len(truth), *sizes)

# %% [markdown]
# They are too sure. Where they say 0.86 they are right in 14 of 26 cases (of 21 tumours): too few to say *how*
# often (the error bar, which Part 6 explains, goes from 0.34 to 0.73), enough to see that it is less than 0.86. Their accuracy,
# 96 % in the mean, says nothing of that.
#
# The *expected calibration error* makes one number of it. Put examples into bins by confidence. In each bin take the
# distance between accuracy and mean confidence. Take the mean of the distances, weighted by the number of examples:
#
# $$\text{ECE} = \sum_i \frac{n_i}{n}\,\bigl|\,\text{accuracy}_i - \text{confidence}_i\,\bigr|$$
#
# By hand: four answers are 0.95 sure, three of them right; six are 0.65 sure, five of them right. The distances are 0.20
# and 0.183, the ECE 0.4 · 0.20 + 0.6 · 0.183 = 0.19. Without absolute values, −0.08 and +0.11 would nearly cancel:
# too sure here and too modest there looks calibrated. Also, ECE says nothing about being *useful*: who predicts the class
# frequencies for everybody is right exactly as often as sure, on the same data, and has an ECE of 0.
#
# ## Part 4: `expected_calibration_error`
#
# Bin i goes from (i − 1)/bins to i/bins, *without* the lower edge and *with* the upper one, so that a confidence of 1
# is in the last bin.


# %%
def expected_calibration_error(y_true, probabilities, bins=10):
    """How far accuracy is from confidence, on average over bins of confidence.

    The predicted class is the one with the largest probability, of equal ones the first; this probability is the
    confidence. Bin i, from 1 to `bins`, holds confidences above (i - 1) / bins and up to i / bins, this one included. The
    result is the sum over bins of n_i / N * abs(accuracy - mean confidence), both of the n_i examples in the bin; empty
    bins add nothing. No argument is changed.

    Args:
        y_true: Integer labels from 0 to K - 1, an array or list of shape (N,), N of at least 1.
        probabilities: An array of shape (N, K), float32 or float64, each row with the sum 1. They count as float64. No
            confidence lies within 1e-6 of an edge that binary fractions cannot hold exactly, such as 0.7; one
            may lie on edges like 0.5 and 1.
        bins: How many bins, at least 1.

    Returns:
        A plain number from 0 to 1.
    """
    # BEGIN SOLUTION
    probabilities = np.asarray(probabilities, "float64")
    confidence = np.max(probabilities, axis=1)
    is_right = np.argmax(probabilities, axis=1) == np.asarray(y_true)
    bin_of = np.ceil(confidence * bins).astype(int)
    gaps = np.bincount(bin_of, weights=is_right - confidence)
    return float(np.sum(np.abs(gaps)) / len(confidence))
    # END SOLUTION


# %% tags=["demo"]
with lesson.if_written():
    for split in splits:
        y, p = split[1]
        ece = expected_calibration_error(y, np.stack([1 - p, p], axis=1))
        print(f"ECE {ece:.3f}, share of mistakes {np.mean((p > 0.5) != y):.3f}")

# %% [markdown]
# If all answers were 100 % sure, the two would be one number. Here the ECE is a little smaller: these networks are almost
# always that sure, and most mistakes surprise them.
#
# ## Part 5: `choose_threshold`
#
# A probability is no decision. To miss a cancer may cost ten times as much as a false alarm. Call the cost of a
# false alarm `cost_fp`, that of a miss `cost_fn`. Somebody has a cancer with probability p. To call them healthy
# costs p · cost_fn on average, the alarm (1 − p) · cost_fp. The alarm is cheaper if
#
# $$p \ge \frac{\text{cost\_fp}}{\text{cost\_fp} + \text{cost\_fn}}$$
#
# which is 1/11 here, not 0.5. But that holds for *calibrated* probabilities, and ours are not. So measure: try every
# threshold on rows that were kept for choosing, and take the cheapest. Not on the test rows, or their cost is no
# honest estimate any more.


# %% tags=["demo", "figure"]
# figure: cost | Mean cost per tumour against the threshold, on a logarithmic axis, for five networks on the 250 rows kept for choosing: a miss costs 10, a false alarm 1. Each curve is lowest at a threshold of about 0.023 or below, where it costs 0.164 or less. A dot marks it. On the test rows, the chosen thresholds cost 0.16 on average, 1/11 costs 0.19 and 0.5 costs 0.26, and the chosen one is cheaper than 0.5 in all 5 runs, and than 1/11 in 4.
def cost_at(threshold, y, p, cost_fp=1.0, cost_fn=10.0):
    """The mean cost per tumour where everybody from this threshold on is called positive."""
    alarm = p >= threshold
    return float(np.mean(cost_fp * (alarm & (y == 0)) + cost_fn * (~alarm & (y == 1))))


thresholds = np.geomspace(1e-6, 1, 300)
fig, axes = figures.panels(1, 2, width=10.0, height=3.6)
on_test, bests, lowest = {"0.5": [], "1/11": [], "chosen": []}, [], []
for number, ((y, p), test) in enumerate(splits):
    axes[0].plot(
        thresholds,
        [cost_at(t, y, p) for t in thresholds],
        label=f"network {number + 1}",
        **figures.line(number),
    )
    candidates = np.append(p, np.inf)
    best = candidates[np.argmin([cost_at(t, y, p) for t in candidates])]
    bests.append(best)
    lowest.append(cost_at(best, y, p))
    for name, threshold in (("0.5", 0.5), ("1/11", 1 / 11), ("chosen", best)):
        on_test[name].append(cost_at(threshold, *test))
axes[0].axvline(0.5, color=figures.GREY, linewidth=1, label="0.5")
axes[0].axvline(1 / 11, color=figures.GREY, linewidth=1, linestyle="--", label="1/11")
axes[0].plot(bests, lowest, "o", color="black", label="chosen", zorder=5)
axes[0].set(xscale="log", xlabel="threshold", ylabel="mean cost, rows for choosing", ylim=(0, 0.6))
axes[0].legend(loc="upper left", ncols=2)
for number in range(5):
    axes[1].plot(range(3), [costs[number] for costs in on_test.values()], marker="o", **figures.line(number))
axes[1].set(
    xticks=range(3),
    xticklabels=on_test,
    xlabel="threshold",
    ylabel="mean cost, test rows",
    ylim=(0, None),
    xlim=(-0.3, 2.3),
)
assert all(np.array(on_test["chosen"]) < np.array(on_test["0.5"]))
means = {name: np.mean(costs) for name, costs in on_test.items()}
cheaper = np.sum(np.array(on_test["chosen"]) < np.array(on_test["1/11"]))
costs = (means["chosen"], 1, 11, means["1/11"], 0.5, means["0.5"], 0.5)
figures.says(len(y), 10, 1, max(bests), max(lowest), *costs, len(splits), 1, 11, cheaper)

# %% [markdown]
# On the test rows choosing beats 0.5 in all runs, and 1/11 in four of five, by little: what is fitted to some 90 cancers
# wobbles, and the dots on the left lie far apart.
#
# Which thresholds need a try? Decisions change only where the threshold passes a score. So the N scores are enough, and
# infinity, where nobody is positive. By hand: scores 0.9, 0.7, 0.6, 0.2 of labels 1, 0, 1, 0; a miss costs 5, a false alarm 1.
# The threshold 0.9 has one miss, 5/4; 0.7 a miss and a false alarm, 6/4; 0.6 one false alarm, 1/4; 0.2 two of them, 2/4; infinity two
# misses, 10/4. So it is 0.6.


# %%
def choose_threshold(y_true, scores, cost_fp, cost_fn):
    """Find a threshold with the lowest mean cost; an example is positive when its score >= the threshold.

    No argument is changed.

    Args:
        y_true: Integers 0 and 1 (1 is positive), an array or list of shape (N,), N of at least 1.
        scores: Finite numbers of shape (N,), of any size; they count as float64, and so does the threshold.
        cost_fp: What a negative costs that is called positive, at least 0.
        cost_fn: What a positive costs that is called negative, at least 0.

    Returns:
        A tuple of two plain numbers: the threshold, and its mean cost per example. No other threshold is cheaper,
        infinite ones included (then nobody, or everybody, is positive); of several that are as cheap any one is
        right.
    """
    # BEGIN SOLUTION
    y_true, scores = np.asarray(y_true), np.asarray(scores, "float64")
    thresholds = np.append(scores, np.inf)
    is_positive = scores >= thresholds[:, None]
    costs = np.mean(np.where(y_true == 1, cost_fn * ~is_positive, cost_fp * is_positive), axis=1)
    best = np.argmin(costs)
    return float(thresholds[best]), float(costs[best])
    # END SOLUTION


# %% tags=["demo"]
with lesson.if_written():
    threshold, cost = choose_threshold(*splits[0][0], cost_fp=1, cost_fn=10)
    on_the_test = cost_at(threshold, *splits[0][1])
    print(f"from {threshold:.4f} on: {cost:.3f} where it was chosen, {on_the_test:.3f} on the test")

# %% [markdown]
# ## Part 6: `bootstrap_interval`
#
# How sure is 94 % on 250 rows? Other rows would have given another number. You have no others, but you can *resample*:
# draw 250 of your 250 rows at random, with replacement, so that some come twice and others not at all; score them; do that
# a thousand times. The middle 95 % of the scores, from the percentile 2.5 to 97.5, are the *percentile bootstrap* interval
# (Efron & Tibshirani 1993). It works for F1 and AUC as well, if every class has enough rows: a resample may lack a rare
# class, and then there is no AUC. Nor can it see what is not in the rows: 50 right of 50 give an interval from 1 to 1.
#
# By hand, a check on the size: the standard deviation of a share p of n is $\sqrt{p(1 - p)/n}$, here
# $\sqrt{0.94 \cdot 0.06/250}$ = 0.015. Two of them on each side: about 91 % to 97 %. The spread of the resampled
# scores is about that deviation. Don't divide it by √n once more.
#
# Draw *pairs*: row i of the labels goes with row i of the predictions. And the interval speaks of these test rows
# with this trained model. It knows nothing of another seed or of another training part. The five below differ in all three.

# %% tags=["demo", "figure"]
# figure: intervals | Test accuracies of five networks with their 95 % bootstrap intervals, beside the baseline of each, the commonest class. The networks lie between 0.940 and 0.980 and their intervals are up to 0.060 wide, so all of them overlap. The baselines lie below two thirds, far from every interval.
fig, axis = figures.panels(1, 1, width=8.0, height=3.4)
accuracies, lows, highs, commonest = [], [], [], []
draw = np.random.default_rng(0)
for number, (_, (y, p)) in enumerate(splits):
    hits = (p > 0.5) == y
    resampled = hits[draw.integers(len(hits), size=(1000, len(hits)))].mean(axis=1)
    low, high = np.quantile(resampled, [0.025, 0.975])
    accuracies.append(hits.mean())
    lows.append(low)
    highs.append(high)
    commonest.append(np.mean(y == 0))  # benign is the commonest of all training parts, too
    axis.plot(
        [number + 1] * 2,
        [low, high],
        color=figures.BLUE,
        linewidth=4,
        alpha=0.5,
        label="_nolegend_" if number else "95 % interval",
    )
axis.plot(range(1, 6), accuracies, "o", color=figures.BLUE, label="accuracy")
axis.plot(range(1, 6), commonest, "s", color=figures.VERMILION, label="commonest class")
axis.set(xlabel="network", ylabel="share that is right", xticks=range(1, 6), ylim=(0.5, 1.02))
axis.legend(loc="center right", bbox_to_anchor=(1.35, 0.5))
assert max(commonest) < 2 / 3
assert max(lows) < min(highs)
figures.says(0.95, min(accuracies), max(accuracies), np.subtract(highs, lows).max())


# %%
def bootstrap_interval(y_true, y_pred, metric, resamples=1000, level=0.95, seed=0):
    """The percentile bootstrap interval of a metric.

    A resample draws N places from N with replacement, the same for both arrays: pairs stay together. Of the values
    `metric(y_true[places], y_pred[places])` of all resamples, the interval goes from the quantile (1 - level) / 2 to
    the quantile (1 + level) / 2, interpolated linearly as `np.quantile` does.

    Args:
        y_true: A NumPy array with N rows: its shape is (N,) or (N, ...).
        y_pred: A NumPy array with N rows; it may have another shape and dtype.
        metric: A function of two NumPy arrays, of the shapes and dtypes of `y_true` and `y_pred`, in this order.
            It returns a finite number: Python's, NumPy's, or an array or tensor of shape ().
        resamples: How many times to draw, at least 1. `metric` is called once for each.
        level: The share of resamples between the two ends, above 0 and below 1.
        seed: An integer of at least 0. The same seed gives the same interval again; others differ. Neither depends on
            nor changes the state of any global random generator.

    Returns:
        A tuple of two plain numbers, the lower and the upper end. No argument is changed.

    Raises:
        ValueError: `level` is 0 or less, or 1 or more.
    """
    # BEGIN SOLUTION
    if not 0 < level < 1:
        raise ValueError(f"the level lies between 0 and 1, and is {level}")
    generator = np.random.default_rng(seed)
    values = []
    for _ in range(resamples):
        places = generator.integers(len(y_true), size=len(y_true))
        values.append(float(metric(y_true[places], y_pred[places])))
    low, high = np.quantile(values, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)
    # END SOLUTION


# %% tags=["demo"]
with lesson.if_written():
    y, p = splits[0][1]
    decided = (p > 0.5).astype(int)
    print("accuracy", bootstrap_interval(y, decided, lambda a, b: np.mean(a == b)))
    print("recall", bootstrap_interval(y, decided, lambda a, b: np.sum(a * b) / np.sum(a)))

# %% [markdown] tags=["response"] name="ninety_four_percent"
# ## In your own words
#
# A colleague shows you one number: "94 % accurate on the breast cancer data." It comes from a single run, on a test part
# of 114 rows that was looked at after each change to the model. The clinic wants to use the probabilities to decide
# whom to call back.
#
# In five to ten sentences: what else do you ask for, what can be wrong with 94 % as it is, and what would you report in
# its place?

# %% [markdown]
# ## To go on with
#
# Nobody grades these three.
#
# 1. *Easy.* By hand: turn the table of ten examples round, so that what was true is predicted. What becomes of macro precision,
#    macro recall and macro F1?
# 2. *Harder.* Let `network_of` return logits: no sigmoid, and a loss with `from_logits=True`. Divide them by a
#    [temperature](../activations/README.md) that you choose on the rows for choosing, by log loss. What becomes of the ECE on the test
#    rows, and what of the AUC? Why?
# 3. *Open.* Two models are 94 % and 95 % right on the same rows, and their intervals overlap. Bootstrap the *difference*
#    of paired scores. When does it say more than the two intervals?
#
# Before this topic: [Convolution](../convolution/README.md). Its networks are measured with what you have here. How `fit`
# goes from batch to batch: [the training loop](../training_loop/README.md). After it, take any network of this course and
# give its number a baseline, an interval and a cost; then [deployment](../deployment/README.md) lets others use it.
#
# ## Where this comes from
#
# - C. Guo, G. Pleiss, Y. Sun, K. Q. Weinberger (2017). [*On Calibration of Modern Neural Networks*](https://arxiv.org/abs/1706.04599):
#   confidence, reliability diagrams and the expected calibration error; what it depends on; temperature scaling.
# - A. Karpathy (2019). [*A Recipe for Training Neural Networks*](https://karpathy.github.io/2019/04/25/recipe/), §2: human and
#   input-independent baselines.
# - T. Fawcett (2006). *An introduction to ROC analysis*, Pattern Recognition Letters 27: the AUC as a probability.
# - B. Efron, R. Tibshirani (1993). *An Introduction to the Bootstrap*.
# - scikit-learn: [`f1_score`](https://scikit-learn.org/stable/modules/generated/sklearn.metrics.f1_score.html), averages and
#   labels. Tumours and digits come with it.
