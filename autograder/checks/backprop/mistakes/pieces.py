"""What mistakes in several parts are made of."""


def arrays(*values):
    """Each of them as a floating array."""
    return [np.asarray(as_floating(value)) for value in values]


def shares_of(logits, axis=-1):
    """Softmax, stable."""
    exponentials = np.exp(logits - logits.max(axis=axis, keepdims=True))
    return exponentials / exponentials.sum(axis=axis, keepdims=True)


def one_hot_of(labels, logits):
    """Labels as rows with a 1, in the dtype of the logits."""
    return np.eye(logits.shape[-1], dtype=logits.dtype)[np.asarray(labels)]
