"""Mistakes in `softmax_crossentropy_backward`."""

from nnlearn.diagnosis import mistake

from .pieces import arrays, one_hot_of, shares_of


def weighed(gradient, labels, upstream):
    """The gradient of each loss, times what arrives for it."""
    if upstream is None:
        return gradient / np.asarray(labels).size
    return gradient * arrays(upstream)[0][..., None]


def of_the_mean(logits, labels, upstream, count):
    """The right gradient, but with another number of losses where their mean was taken."""
    gradient = np.asarray(softmax_crossentropy_backward(logits, labels, upstream))
    return gradient * (np.asarray(labels).size / count) if upstream is None else gradient


def with_shares(shares, labels, logits, upstream):
    """The right gradient but for the shares."""
    return weighed(shares - one_hot_of(labels, logits), labels, upstream)


@mistake("softmax_crossentropy_backward")
def shares_without_the_label(logits, labels, upstream=None):
    """The gradient is the shares themselves: 1 is not subtracted at the right class. Then every logit
    is pushed down, the right one too. It is shares minus one-hot, and each row adds up to 0."""
    (logits,) = arrays(logits)
    return weighed(shares_of(logits), labels, upstream)


@mistake("softmax_crossentropy_backward")
def label_minus_shares(logits, labels, upstream=None):
    """The sign is turned round: one-hot minus shares is the way downhill, that is *minus* the gradient.
    The gradient points uphill: shares minus one-hot."""
    return -softmax_crossentropy_backward(logits, labels, upstream)


@mistake("softmax_crossentropy_backward")
def sum_of_the_losses(logits, labels, upstream=None):
    """With upstream=None the rows are not divided by N. None means that the *mean* of all losses was
    taken, so the gradient by each of them is 1/N."""
    return of_the_mean(logits, labels, upstream, 1)


@mistake("softmax_crossentropy_backward")
def divided_despite_upstream(logits, labels, upstream=None):
    """The rows are divided by N although an upstream gradient was given. If somebody above took a mean,
    its 1/N is in the upstream gradient already. Divide only where upstream is None."""
    gradient = softmax_crossentropy_backward(logits, labels, upstream)
    return gradient if upstream is None else gradient / np.asarray(labels).size


@mistake("softmax_crossentropy_backward")
def counts_the_first_axis(logits, labels, upstream=None):
    """With upstream=None the rows are divided by the length of the first axis. The mean is that of
    *all* losses: labels of shape (2, 3) are 6. Divide by the number of labels."""
    return of_the_mean(logits, labels, upstream, len(labels) if np.ndim(labels) else 1)


@mistake("softmax_crossentropy_backward")
def counts_the_classes_too(logits, labels, upstream=None):
    """With upstream=None the rows are divided by the number of all *logits*, N times K. There is one
    loss for each label, so the mean divides by the number of labels."""
    gradient = softmax_crossentropy_backward(logits, labels, upstream)
    return gradient / np.shape(logits)[-1] if upstream is None else gradient


@mistake("softmax_crossentropy_backward")
def counts_the_classes(logits, labels, upstream=None):
    """With upstream=None the rows are divided by K, the number of classes. There is one loss for each
    label, so the mean divides by the number of labels."""
    return of_the_mean(logits, labels, upstream, np.shape(logits)[-1])


@mistake("softmax_crossentropy_backward")
def exponential_overflows(logits, labels, upstream=None):
    """The exponentials are taken of the logits as they are. exp(89) is beyond float32, and infinity
    divided by infinity is NaN. Subtract the maximum of each row first: the shares stay the same."""
    (logits,) = arrays(logits)
    exponentials = np.exp(logits)
    return with_shares(exponentials / exponentials.sum(axis=-1, keepdims=True), labels, logits, upstream)


@mistake("softmax_crossentropy_backward")
def one_maximum_for_all(logits, labels, upstream=None):
    """One maximum is subtracted from the whole batch. A row far below it gets exponentials that are all
    0, and 0 divided by 0 is NaN. Each row has its own maximum: axis=-1, keepdims=True."""
    (logits,) = arrays(logits)
    exponentials = np.exp(logits - logits.max())
    return with_shares(exponentials / exponentials.sum(axis=-1, keepdims=True), labels, logits, upstream)


@mistake("softmax_crossentropy_backward")
def clips_the_logits(logits, labels, upstream=None):
    """The logits are clipped so that no exponential overflows. Beyond the limit all logits are equal,
    and so are their shares, although one of them is larger by hundreds. Subtract the maximum of each
    row instead."""
    (logits,) = arrays(logits)
    return softmax_crossentropy_backward(np.clip(logits, -80, 80), labels, upstream)


@mistake("softmax_crossentropy_backward")
def sigmoid_for_softmax(logits, labels, upstream=None):
    """Each logit goes through a sigmoid of its own. The classes exclude each other: their shares come
    from one softmax and add up to 1, and each row of the gradient adds up to 0."""
    (logits,) = arrays(logits)
    shares = (1 + np.tanh(logits / 2)) / 2
    return with_shares(shares.astype(logits.dtype), labels, logits, upstream)


@mistake("softmax_crossentropy_backward")
def softmax_over_the_examples(logits, labels, upstream=None):
    """The shares add up to 1 along the first axis, over the examples. The classes are on the last axis:
    axis=-1."""
    (logits,) = arrays(logits)
    return with_shares(shares_of(logits, axis=0), labels, logits, upstream)


@mistake("softmax_crossentropy_backward")
def softmax_over_axis_one(logits, labels, upstream=None):
    """The shares add up to 1 along axis 1, which is the last axis of a matrix and of nothing else. The
    classes are on the last axis: axis=-1."""
    (logits,) = arrays(logits)
    return with_shares(shares_of(logits, axis=min(1, logits.ndim - 1)), labels, logits, upstream)


@mistake("softmax_crossentropy_backward")
def softmax_over_everything(logits, labels, upstream=None):
    """The exponentials are divided by their sum over the whole batch, so that all shares together add
    up to 1. Each row has shares of its own: axis=-1, keepdims=True."""
    (logits,) = arrays(logits)
    return with_shares(shares_of(logits, axis=None), labels, logits, upstream)


@mistake("softmax_crossentropy_backward")
def softmax_missing(logits, labels, upstream=None):
    """The one-hot labels are subtracted from the logits themselves. That is the slope of a squared
    error. Take the softmax of the logits first."""
    (logits,) = arrays(logits)
    return with_shares(logits, labels, logits, upstream)


@mistake("softmax_crossentropy_backward")
def through_softmax_twice(logits, labels, upstream=None):
    """Shares minus one-hot is sent through the slope of softmax once more. It is the gradient by the
    *logits* already: softmax and logarithm are both in it."""
    (logits,) = arrays(logits)
    shares = shares_of(logits)
    gradient = shares - one_hot_of(labels, logits)
    gradient = shares * (gradient - (gradient * shares).sum(axis=-1, keepdims=True))
    return weighed(gradient, labels, upstream)


@mistake("softmax_crossentropy_backward")
def slope_by_the_shares(logits, labels, upstream=None):
    """This is the gradient by the *shares*, -1/p at the right class, not by the logits. Going on
    through softmax it becomes shares minus one-hot."""
    (logits,) = arrays(logits)
    one_hot = one_hot_of(labels, logits)
    with np.errstate(divide="ignore", invalid="ignore"):
        return weighed(-one_hot / shares_of(logits), labels, upstream)


@mistake("softmax_crossentropy_backward")
def upstream_is_ignored(logits, labels, upstream=None):  # noqa: ARG001
    """The upstream gradient is ignored: the rows are divided by N as if the mean had been taken. Each
    row is multiplied by what arrives for its loss."""
    return softmax_crossentropy_backward(logits, labels)


@mistake("softmax_crossentropy_backward")
def upstream_is_summed(logits, labels, upstream=None):
    """The upstream gradient is made one number, which multiplies all rows. It has a number for each
    loss, and each row is multiplied by its own."""
    if upstream is not None:
        upstream = np.full(np.shape(upstream), np.mean(np.asarray(upstream)))
        logits, upstream = arrays(logits, upstream)
        upstream = upstream.astype(logits.dtype)
    return softmax_crossentropy_backward(logits, labels, upstream)


@mistake("softmax_crossentropy_backward")
def upstream_on_the_wrong_axis(logits, labels, upstream=None):
    """The upstream gradient meets the logits as it is, and broadcasting aligns it with the *classes*.
    There is one for each loss: give it a last axis of size 1, upstream[..., None]."""
    if upstream is None:
        return softmax_crossentropy_backward(logits, labels)
    logits, upstream = arrays(logits, upstream)
    return (shares_of(logits) - one_hot_of(labels, logits)) * upstream


@mistake("softmax_crossentropy_backward")
def upstream_gets_axis_one(logits, labels, upstream=None):
    """upstream[:, None] gives a last axis of size 1 only where the labels have one axis. For labels of
    shape (2, 3) it becomes (2, 1, 3). Write upstream[..., None]."""
    if upstream is None or np.ndim(upstream) < 2:
        return softmax_crossentropy_backward(logits, labels, upstream)
    logits, upstream = arrays(logits, upstream)
    return (shares_of(logits) - one_hot_of(labels, logits)) * upstream[:, None]


@mistake("softmax_crossentropy_backward")
def zeros_for_none(logits, labels, upstream=None):
    """An upstream gradient that is 0 everywhere is taken for none at all: the code asks whether it is
    true, or has anything in it, where it should ask `upstream is None`."""
    if upstream is not None and not np.any(np.asarray(upstream)):
        upstream = None
    return softmax_crossentropy_backward(logits, labels, upstream)


@mistake("softmax_crossentropy_backward")
def rows_by_number(logits, labels, upstream=None):
    """`gradient[np.arange(N), labels] -= 1` finds the right class in a matrix. For logits of shape (2,
    3, K) it changes other places, or fails. Subtract one-hot labels instead, or make rows of all losses
    first."""
    logits, labels = arrays(logits)[0], np.asarray(labels)
    gradient = shares_of(logits)
    gradient[np.arange(len(logits)), labels] -= 1
    return weighed(gradient, labels, upstream)


@mistake("softmax_crossentropy_backward")
def subtracts_in_place(logits, labels, upstream=None):
    """The maximum is subtracted from the logits in place, with -=: afterwards the array of whoever
    called is another one. Write logits = logits - ..., which makes a new one."""
    result = softmax_crossentropy_backward(logits, labels, upstream)
    if isinstance(logits, np.ndarray) and logits.dtype.kind == "f":
        logits -= logits.max(axis=-1, keepdims=True)
    return result


@mistake("softmax_crossentropy_backward")
def counts_classes_in_the_dtype_of_the_labels(logits, labels, upstream=None):
    """The numbers of the classes are made in the dtype of the labels, where they may not fit: in uint8,
    class 256 is 0 again, and the label 0 is found twice. Compare with np.arange(K) as it is."""
    (logits,), labels = arrays(logits), np.asarray(labels)
    hit = labels[..., None] == np.arange(logits.shape[-1]).astype(labels.dtype)
    return weighed(shares_of(logits) - hit.astype(logits.dtype), labels, upstream)
