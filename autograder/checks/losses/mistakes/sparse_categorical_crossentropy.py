"""Mistakes in `sparse_categorical_crossentropy`."""

import numpy as np
import tensorflow as tf

from nnlearn.diagnosis import mistake

from .constants import SMALL, with_each


def known(labels, classes):
    """The labels, if they are all in range."""
    labels = ops.convert_to_tensor(labels)
    if hasattr(labels, "numpy") and not np.all((labels.numpy() >= 0) & (labels.numpy() < classes)):
        raise ValueError("labels out of range")
    return labels


def entry_of(labels, values):
    """The entry of each label on the last axis."""
    return ops.squeeze(ops.take_along_axis(values, ops.expand_dims(labels, -1), axis=-1), axis=-1)


@mistake("sparse_categorical_crossentropy")
def ce_after_a_softmax(labels, logits):
    """Softmax is applied twice. The second one sees shares between 0 and 1, and can make no more
    of a perfect answer than e / (e + 9) = 0.232 for ten classes. The loss has a floor of 1.461
    that no training gets under. Use the logits once."""
    return sparse_categorical_crossentropy(labels, ops.softmax(as_floating(logits)))


@mistake("sparse_categorical_crossentropy")
def ce_log_of_softmax(labels, logits):
    """The logarithm is taken of shares that were computed first. A share below about 1e-45 is
    rounded to 0, and its logarithm is minus infinity. Take the logarithm on paper: log of the sum
    of exponentials, minus the logit of the right class."""
    logits = as_floating(logits)
    labels = known(labels, logits.shape[-1])
    return -ops.log(entry_of(labels, ops.softmax(logits)))


@with_each("sparse_categorical_crossentropy", SMALL)
def ce_clips_shares(small, labels, logits):
    """The share of the right class is kept away from 0 before the logarithm: clipped, or with a small number
    added. The loss stops growing, and where the share is smaller than that number there is no gradient, so
    the examples that are most wrong teach nothing. Work with logits."""
    logits = as_floating(logits)
    labels = known(labels, logits.shape[-1])
    return -ops.log(ops.clip(entry_of(labels, ops.softmax(logits)), small, 1.0))


@with_each("sparse_categorical_crossentropy", (1e-6, 1e-7))
def ce_adds_epsilon(small, labels, logits):
    """The share of the right class is kept away from 0 before the logarithm: clipped, or with a small number
    added. The loss stops growing, and where the share is smaller than that number there is no gradient, so
    the examples that are most wrong teach nothing. Work with logits."""
    logits = as_floating(logits)
    labels = known(labels, logits.shape[-1])
    return -ops.log(entry_of(labels, ops.softmax(logits)) + small)


@mistake("sparse_categorical_crossentropy")
def ce_without_a_softmax(labels, logits):
    """Minus the logarithm is taken of the logit itself: the softmax is missing. Logits are raw outputs of the
    network, of any size and sign, and the logarithm of a negative number is NaN."""
    logits = as_floating(logits)
    labels = known(labels, logits.shape[-1])
    return -ops.log(entry_of(labels, logits))


@with_each("sparse_categorical_crossentropy", (1e-7, 1e-8, 1e-12, 1e-15))
def ce_clips_logits(small, labels, logits):
    """Minus the logarithm is taken of the logit itself, after it was clipped to lie between 0 and 1: the
    softmax is missing. Logits are raw outputs of the network, of any size and sign."""
    logits = as_floating(logits)
    labels = known(labels, logits.shape[-1])
    return -ops.log(ops.clip(entry_of(labels, logits), small, 1.0 - small))


@mistake("sparse_categorical_crossentropy")
def ce_shifts_only_the_sum(labels, logits):
    """The largest logit is subtracted inside the exponentials and not accounted for elsewhere. It cancels
    only if the logit of the label is shifted too, or the maximum is added again to the logarithm. The
    gradient does not show it; the values do."""
    logits = as_floating(logits)
    return sparse_categorical_crossentropy(labels, logits) - ops.max(logits, axis=-1)


@mistake("sparse_categorical_crossentropy")
def ce_shares_over_axis_one(labels, logits):
    """The exponentials are added up over axis 1, which is the last axis of a matrix and of nothing else. With
    logits of shape (N, T, K) the shares of one step do not add up to 1. The classes are on the last axis:
    axis=-1."""
    logits = as_floating(logits)
    labels = known(labels, logits.shape[-1])
    return -entry_of(labels, ops.log_softmax(logits, axis=1))


@mistake("sparse_categorical_crossentropy")
def ce_is_the_sum(labels, logits):
    """The losses of all labels are added up, and a single number comes back. This function returns one loss
    per label; reducing comes later, when weights and masks have had their say."""
    return ops.sum(sparse_categorical_crossentropy(labels, logits))


@mistake("sparse_categorical_crossentropy")
def ce_keeps_the_axis(labels, logits):
    """The result keeps a last axis of length 1: a column of losses instead of one for each label. Leave
    keepdims out, or squeeze the axis away after picking the entries."""
    return ops.expand_dims(sparse_categorical_crossentropy(labels, logits), -1)


@mistake("sparse_categorical_crossentropy")
def ce_cuts_the_gradient(labels, logits):
    """The values are right, and no gradient comes back from them: the way from the logits to the loss is cut
    somewhere. NumPy does that, and so do .numpy(), stop_gradient and making a new tensor or variable of the
    result. Every step has to be one that TensorFlow records: keras.ops."""
    return ops.stop_gradient(sparse_categorical_crossentropy(labels, logits))


@mistake("sparse_categorical_crossentropy")
def ce_mixes_dtypes(labels, logits):
    """A one-hot vector in float32 is multiplied with logits of another dtype, and TensorFlow refuses to
    compute with two at once: float16 logits raise an error. Give one_hot the dtype of the logits."""
    logits = as_floating(logits)
    one_hot = ops.one_hot(known(labels, logits.shape[-1]), logits.shape[-1])
    return -ops.sum(one_hot * ops.log_softmax(logits), axis=-1)


def _read_while_tracing(read, labels, logits):
    logits, labels = as_floating(logits), ops.cast(labels, "int64")
    if read(ops.min(labels)) < 0 or read(ops.max(labels)) >= logits.shape[-1]:
        raise ValueError("labels out of range")
    return sparse_categorical_crossentropy(labels, logits)


@mistake("sparse_categorical_crossentropy")
def ce_reads_labels_as_numpy(labels, logits):
    """The labels are looked at inside a tf.function too, where they have no values yet: the loss works in the
    first line of a notebook and not in model.fit. Ask tf.executing_eagerly() before you look."""
    return _read_while_tracing(lambda x: x.numpy(), labels, logits)


@mistake("sparse_categorical_crossentropy")
def ce_reads_labels_as_an_array(labels, logits):
    """The labels are looked at inside a tf.function too, where they have no values yet: the loss works in the
    first line of a notebook and not in model.fit. Ask tf.executing_eagerly() before you look."""
    return _read_while_tracing(ops.convert_to_numpy, labels, logits)


@mistake("sparse_categorical_crossentropy")
def ce_raises_while_tracing(labels, logits):
    """The labels are looked at in an `if` inside a tf.function too, where they have no values yet: the loss
    works in the first line of a notebook and not in model.fit. Ask tf.executing_eagerly() before you look."""
    logits, labels = as_floating(logits), ops.cast(labels, "int64")
    if ops.any(labels < 0) or ops.any(labels >= logits.shape[-1]):
        raise ValueError("labels out of range")
    return sparse_categorical_crossentropy(labels, logits)


@mistake("sparse_categorical_crossentropy")
def ce_one_hot_as_wide_as_the_labels(labels, logits):
    """The one-hot vectors are as wide as the largest label of the batch, and should be as wide as there are
    classes: the length of the last axis of the logits. A batch need not have all classes in it."""
    logits, labels = as_floating(logits), ops.convert_to_tensor(labels)
    one_hot = ops.one_hot(labels, int(ops.max(labels)) + 1, dtype=logits.dtype)
    return -ops.sum(one_hot * ops.log_softmax(logits), axis=-1)


@mistake("sparse_categorical_crossentropy")
def ce_one_hot_times_log_of_softmax(labels, logits):
    """The logarithm is taken of shares that were computed first, and multiplied by a one-hot vector. A share
    below about 1e-45 is rounded to 0, its logarithm is minus infinity, and 0 times that is NaN. Take the
    logarithm on paper: log of the sum of exponentials, minus the logit of the right class."""
    logits = as_floating(logits)
    one_hot = ops.one_hot(known(labels, logits.shape[-1]), logits.shape[-1], dtype=logits.dtype)
    return -ops.sum(one_hot * ops.log(ops.softmax(logits)), axis=-1)


@mistake("sparse_categorical_crossentropy")
def ce_asks_every_class(labels, logits):
    """Every class is asked by itself, yes or no, and the losses are added up: that is binary cross-entropy of
    one-hot targets. Exactly one of K: one softmax over all logits, and minus the log of the right share."""
    logits = as_floating(logits)
    hot = ops.one_hot(known(labels, logits.shape[-1]), logits.shape[-1], dtype=logits.dtype)
    return ops.sum(ops.softplus(logits) - hot * logits, axis=-1)


@mistake("sparse_categorical_crossentropy")
def ce_hands_labels_on_as_they_are(labels, logits):
    """tf.gather takes labels of the dtypes int32 and int64 alone: unsigned and short integers raise an error.
    Cast the labels first."""
    logits, labels = as_floating(logits), ops.convert_to_tensor(labels)
    return -tf.gather(ops.log_softmax(logits), labels, batch_dims=len(labels.shape))


def rows_of(logits, labels, count):
    """The entry of each label in a matrix, by the number of its row and its own."""
    index = ops.stack([ops.arange(count), ops.cast(known(labels, logits.shape[-1]), "int32")], axis=-1)
    return tf.gather_nd(logits, index)


@mistake("sparse_categorical_crossentropy")
def ce_counts_rows_by_the_shape(labels, logits):
    """The rows are counted with `.shape`, where the size of a batch is None inside model.fit. And counting
    rows fits matrices alone: logits may have more axes. Pick the entries with take_along_axis or a mask."""
    log_shares = ops.log_softmax(as_floating(logits))
    return -rows_of(log_shares, labels, log_shares.shape[0])


@mistake("sparse_categorical_crossentropy")
def ce_picks_from_matrices_only(labels, logits):
    """The entries are picked by the number of their row, which fits matrices alone. With labels of shape
    (N, T) there are T losses in each row: use take_along_axis or a mask, or flatten both and reshape."""
    log_shares = ops.log_softmax(as_floating(logits))
    return -rows_of(log_shares, labels, ops.shape(log_shares)[0])


@mistake("sparse_categorical_crossentropy")
def ce_without_the_maximum(labels, logits):
    """The exponentials are taken of the logits as they are. exp(100) is infinite in float32.
    Subtract the largest logit of each row first: the loss does not change, and no exponent is
    above 0."""
    logits = as_floating(logits)
    labels = known(labels, logits.shape[-1])
    return ops.log(ops.sum(ops.exp(logits), axis=-1)) - entry_of(labels, logits)


@mistake("sparse_categorical_crossentropy")
def ce_with_one_maximum_for_all(labels, logits):
    """The largest logit of the whole batch is subtracted from every row. A row whose own logits
    are 100 lower is left with exponentials of 0 and a logarithm of 0. Each row needs its own
    maximum: axis=-1, keepdims=True."""
    logits = as_floating(logits)
    labels = known(labels, logits.shape[-1])
    shifted = logits - ops.max(logits)
    return ops.log(ops.sum(ops.exp(shifted), axis=-1)) - entry_of(labels, shifted)


@mistake("sparse_categorical_crossentropy")
def ce_shares_over_the_batch(labels, logits):
    """The exponentials are added up over axis 0, the examples, instead of the classes. The shares
    of one example do not add up to 1. The classes are on the last axis."""
    logits = as_floating(logits)
    labels = known(labels, logits.shape[-1])
    shifted = logits - ops.max(logits, axis=0, keepdims=True)
    return -entry_of(labels, shifted - ops.log(ops.sum(ops.exp(shifted), axis=0, keepdims=True)))


@mistake("sparse_categorical_crossentropy")
def ce_is_the_mean(labels, logits):
    """The mean over all labels is taken, and a single number comes back. This function returns
    one loss per label; averaging comes later, when weights and masks have had their say."""
    return ops.mean(sparse_categorical_crossentropy(labels, logits))


@mistake("sparse_categorical_crossentropy")
def ce_divided_by_the_classes(labels, logits):
    """The loss is averaged over the classes, and so comes out K times too small. Only one class
    of each row contributes: add up over the last axis, or pick that entry."""
    logits = as_floating(logits)
    return sparse_categorical_crossentropy(labels, logits) / logits.shape[-1]


@mistake("sparse_categorical_crossentropy")
def ce_expects_one_hot(labels, logits):
    """The labels are multiplied with the log-shares as if they were one-hot vectors. *Sparse*
    labels are integers, one for each row: turn them into one-hot vectors first, or pick the entry
    with take_along_axis."""
    logits = as_floating(logits)
    return -ops.sum(ops.cast(labels, logits.dtype) * ops.log_softmax(logits), axis=-1)


def in_range(labels, classes, lowest=None, highest=None):
    """Labels moved into the range of the classes, if they are within the bounds that are given."""
    labels = ops.convert_to_tensor(labels)
    if hasattr(labels, "numpy") and (
        (lowest is not None and np.any(labels.numpy() < lowest))
        or (highest is not None and np.any(labels.numpy() > highest))
    ):
        raise ValueError("labels out of range")
    return ops.clip(labels, 0, classes - 1)


@mistake("sparse_categorical_crossentropy")
def ce_accepts_any_label(labels, logits):
    """Labels that are no class are accepted: below 0, and K or above. What comes of them depends on how the
    entry is picked: one_hot makes a row of zeros of them, take_along_axis counts -1 from the end, clipping
    moves them to a neighbour. In all cases wrong data counts as if it were right, and nobody hears of it.
    Look at the labels and raise an error."""
    logits = as_floating(logits)
    return sparse_categorical_crossentropy(in_range(labels, logits.shape[-1]), logits)


@mistake("sparse_categorical_crossentropy")
def ce_accepts_labels_below_zero(labels, logits):
    """A label of -1 is accepted; one that is too large is not. -1 is taken for the last class, as in Python
    lists, or becomes a row of zeros in one_hot. In labels it usually means "unknown" or comes from a
    subtraction that went wrong. Raise an error for labels below 0 too."""
    logits = as_floating(logits)
    classes = logits.shape[-1]
    return sparse_categorical_crossentropy(in_range(labels, classes, highest=classes - 1), logits)


@mistake("sparse_categorical_crossentropy")
def ce_accepts_the_label_k(labels, logits):
    """A label of K among K classes is accepted; -1 is not. Classes are counted from 0, so the last one is
    K - 1: either large labels are not looked at, or the comparison is one off."""
    logits = as_floating(logits)
    return sparse_categorical_crossentropy(in_range(labels, logits.shape[-1], lowest=0), logits)


@mistake("sparse_categorical_crossentropy")
def ce_counts_from_one(labels, logits):
    """Classes are counted from 1, so every label is looked up one place too early. In Keras the K
    classes are 0 to K - 1."""
    logits = as_floating(logits)
    labels = known(labels, logits.shape[-1])
    return sparse_categorical_crossentropy((labels - 1) % logits.shape[-1], logits)


@mistake("sparse_categorical_crossentropy")
def ce_takes_all_labels_from_every_row(labels, logits):
    """ops.take picks *all* labels from *every* row, so N labels give N by N losses. To pick one
    entry from each row, use ops.take_along_axis with an index of shape (N, 1)."""
    logits = as_floating(logits)
    labels = known(labels, logits.shape[-1])
    return -ops.take(ops.log_softmax(logits), labels, axis=-1)


@mistake("sparse_categorical_crossentropy")
def ce_without_the_minus(labels, logits):
    """The minus sign is missing, so a good prediction has the *largest* value. Training would
    make every answer as wrong as it can. The loss is minus the logarithm."""
    return -sparse_categorical_crossentropy(labels, logits)


@mistake("sparse_categorical_crossentropy")
def ce_forgets_the_other_classes(labels, logits):
    """The loss is minus the logit of the right class, and the other classes play no part. A
    network can make it as small as it likes by raising all logits. The log of the sum of all
    exponentials belongs to it."""
    logits = as_floating(logits)
    labels = known(labels, logits.shape[-1])
    return -entry_of(labels, logits)


@mistake("sparse_categorical_crossentropy")
def ce_counts_wrong_answers(labels, logits):
    """This is 1 for a wrong answer and 0 for a right one: the error rate. It is what you want to
    know and cannot be trained on, since it has no slope."""
    logits = as_floating(logits)
    labels = known(labels, logits.shape[-1])
    wrong = ops.argmax(logits, axis=-1) != ops.cast(labels, "int64")
    return ops.cast(wrong, logits.dtype)


@mistake("sparse_categorical_crossentropy")
def ce_in_units_of_log_k(labels, logits):
    """The loss is divided by log K, so that an undecided network has a loss of 1 whatever K is.
    It is handy for comparing tasks, but it is not cross-entropy: the gradient is no longer
    softmax minus one-hot."""
    logits = as_floating(logits)
    return sparse_categorical_crossentropy(labels, logits) / np.log(logits.shape[-1])


@mistake("sparse_categorical_crossentropy")
def ce_always_float32(labels, logits):
    """The logits are cast to float32. Logits in float16 or float64 should give a loss of their
    own dtype: only integers become float32."""
    return sparse_categorical_crossentropy(labels, ops.cast(logits, "float32"))


@mistake("sparse_categorical_crossentropy")
def ce_in_bits(labels, logits):
    """The logarithm has base 2. Losses use the natural logarithm: then the loss of an undecided network is
    log K, and the gradient is softmax minus one-hot without a factor."""
    return sparse_categorical_crossentropy(labels, logits) / np.log(2.0)


@mistake("sparse_categorical_crossentropy")
def ce_shifts_by_the_columns(labels, logits):
    """The maximum that is subtracted runs over axis 0, the examples, so each class is shifted by another
    number, and that changes the shares. Only a shift that is the same for all classes of a row cancels:
    axis=-1."""
    logits = as_floating(logits)
    return sparse_categorical_crossentropy(labels, logits - ops.max(logits, axis=0, keepdims=True))


@mistake("sparse_categorical_crossentropy")
def ce_without_keepdims(labels, logits):
    """One number for each row is subtracted from the logits without keepdims=True: shape (N,) does not fit
    (N, K), which is compared from the last axis on. With (N, 1) each row gets its own number."""
    logits = as_floating(logits)
    return sparse_categorical_crossentropy(labels, logits - ops.max(logits, axis=-1))
