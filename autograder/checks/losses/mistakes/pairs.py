"""Targets and predictions as tensors: what mistakes in several losses have in common."""


def as_pair(y_true, y_pred):
    """Both as tensors of the dtype of `y_pred`, whatever their shapes."""
    y_pred = as_floating(y_pred)
    return ops.convert_to_tensor(y_true, dtype=y_pred.dtype), y_pred


def same_shaped(y_true, y_pred):
    """Both as tensors, for mistakes that lie elsewhere."""
    y_true, y_pred = as_pair(y_true, y_pred)
    if y_true.shape != y_pred.shape:
        raise ValueError(f"shapes {y_true.shape} and {y_pred.shape} differ")
    return y_true, y_pred


def broadcast(y_true, y_pred):
    """Both as tensors, of the shape that broadcasting makes of them."""
    y_true, y_pred = as_pair(y_true, y_pred)
    return y_true + ops.zeros_like(y_pred), y_pred + ops.zeros_like(y_true)


def each(loss, y_true, y_pred, *args, **kwargs):
    """The loss of every single element, which the right function averages over the last axis."""
    y_true, y_pred = same_shaped(y_true, y_pred)
    return loss(ops.expand_dims(y_true, -1), ops.expand_dims(y_pred, -1), *args, **kwargs)
