"""Mistakes in dtypes, which are possible in every part."""

from nnlearn.diagnosis import mistake

PARTS = {
    "unbroadcast": unbroadcast,
    "affine_backward": affine_backward,
    "softmax_crossentropy_backward": softmax_crossentropy_backward,
    "gather_backward": gather_backward,
    "batchnorm_backward": batchnorm_backward,
    "mlp_gradients": mlp_gradients,
}


def in_dtype(values, dtype):
    """The values with all floating arrays in them cast, in lists and tuples too."""
    if isinstance(values, (list, tuple)):
        return type(values)(in_dtype(value, dtype) for value in values)
    if isinstance(values, float) or not hasattr(values, "dtype"):
        return values
    values = np.asarray(values)
    return values.astype(dtype) if values.dtype.kind == "f" else values


def in_each_part(change):
    """The same mistake in each part, which gets the right function first."""

    def decorate(wrong):
        for name, right in PARTS.items():

            def part(*args, right=right, **kwargs):
                return wrong(right, *args, **kwargs)

            part.__name__ = f"{change}_in_{name}"
            part.__doc__ = wrong.__doc__
            mistake(name)(part)
        return wrong

    return decorate


@in_each_part("always_float64")
def always_float64(right, *args, **kwargs):
    """The results are float64, whatever came in: a dtype of Python's or NumPy's own took part, such as
    that of np.zeros(...), np.eye(...) or float. Results have the dtype of the arguments: give these
    functions dtype=..., or cast at the end."""
    return in_dtype(right(*args, **kwargs), "float64")


@in_each_part("always_float32")
def always_float32(right, *args, **kwargs):
    """The results are float32, whatever came in: float16 and float64 should come back as they went in.
    Only integers become float32."""
    return right(*in_dtype(args, "float32"), **kwargs)
