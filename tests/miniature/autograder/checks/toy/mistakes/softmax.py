from keras import ops

from nnlearn.diagnosis import mistake


@mistake("softmax")
def divides_by_the_column_sum(logits, axis=-1):
    """Every column adds up to 1 instead of every row: the division runs over axis 0."""
    e = ops.exp(ops.convert_to_tensor(logits))
    return e / ops.sum(e, axis=0, keepdims=True)


@mistake("softmax")
def without_the_maximum(logits, axis=-1):
    """Without subtracting the maximum, exp overflows for large logits."""
    e = ops.exp(ops.convert_to_tensor(logits))
    return e / ops.sum(e, axis=axis, keepdims=True)
