"""Mistakes in all three losses that compare `y_true` with `y_pred`."""

import keras
import numpy as np
import tensorflow as tf

from nnlearn.diagnosis import mistake

from .pairs import as_pair, broadcast, each

SHORT = {"mean_squared_error": "mse", "huber": "huber", "binary_crossentropy": "bce"}


def in_each_loss(*parts):
    """A decorator: a mistake that can be made in each of the parts, which the code gets as `loss`."""

    def decorate(code):
        for part in parts:

            def wrong(y_true, y_pred, *args, part=part, **kwargs):
                return code(globals()[part], y_true, y_pred, *args, **kwargs)

            wrong.__name__, wrong.__doc__ = f"{SHORT[part]}_{code.__name__}", code.__doc__
            mistake(part)(wrong)
        return code

    return decorate


@in_each_loss("mean_squared_error", "huber", "binary_crossentropy")
def broadcasts(loss, y_true, y_pred, *args, **kwargs):
    """Targets of shape (N,) are accepted next to predictions of shape (N, 1). Either they are broadcast to a
    table of N by N, every target with every prediction, or they are reshaped to fit, which hides real
    mix-ups. Compare the two shapes before anything is computed, and raise a ValueError where they differ."""
    return loss(*broadcast(y_true, y_pred), *args, **kwargs)


@in_each_loss("mean_squared_error", "huber", "binary_crossentropy")
def compares_ranks_only(loss, y_true, y_pred, *args, **kwargs):
    """(N,) against (N, 1) is refused, and (N, 1) against (N, 3) is not: the number of axes is compared, and
    not their lengths, or only the first length. An axis of length 1 is broadcast to any other. Compare the
    whole shapes."""
    y_true, y_pred = as_pair(y_true, y_pred)
    if len(y_true.shape) != len(y_pred.shape):
        raise ValueError(f"shapes {y_true.shape} and {y_pred.shape} differ")
    return loss(*broadcast(y_true, y_pred), *args, **kwargs)


@in_each_loss("mean_squared_error", "huber", "binary_crossentropy")
def asserts_the_shapes(loss, y_true, y_pred, *args, **kwargs):
    """Shapes that differ raise an AssertionError. `assert` is for what cannot happen, and is left out when
    Python runs with -O. An argument that does not fit raises a ValueError."""
    y_true, y_pred = as_pair(y_true, y_pred)
    if y_true.shape != y_pred.shape:
        raise AssertionError
    return loss(y_true, y_pred, *args, **kwargs)


@in_each_loss("mean_squared_error", "huber", "binary_crossentropy")
def raises_a_type_error(loss, y_true, y_pred, *args, **kwargs):
    """Shapes that differ raise a TypeError. The arguments are of the right type, and one of them does not
    fit: that is a ValueError."""
    y_true, y_pred = as_pair(y_true, y_pred)
    if y_true.shape != y_pred.shape:
        raise TypeError
    return loss(y_true, y_pred, *args, **kwargs)


@in_each_loss("mean_squared_error", "huber", "binary_crossentropy")
def raises_any_exception(loss, y_true, y_pred, *args, **kwargs):
    """Shapes that differ raise an Exception and nothing more precise: a caller who expects a ValueError does
    not catch it. An argument that does not fit is a ValueError."""
    y_true, y_pred = as_pair(y_true, y_pred)
    if y_true.shape != y_pred.shape:
        raise Exception
    return loss(y_true, y_pred, *args, **kwargs)


@in_each_loss("mean_squared_error", "huber", "binary_crossentropy")
def reshapes_the_targets(loss, y_true, y_pred, *args, **kwargs):
    """Targets are reshaped to the shape of the predictions wherever their number fits: (N,) next to (N, 1) is
    accepted, and so would be (N, D) next to (D, N), where every target meets the wrong prediction. Raise a
    ValueError where the shapes differ."""
    y_pred = as_floating(y_pred)
    return loss(ops.reshape(ops.cast(y_true, y_pred.dtype), ops.shape(y_pred)), y_pred, *args, **kwargs)


@in_each_loss("mean_squared_error", "huber", "binary_crossentropy")
def leaves_the_shapes_to_an_assertion(loss, y_true, y_pred, *args, **kwargs):
    """Shapes that differ raise an error of TensorFlow's, InvalidArgumentError, which is no ValueError: a
    caller who expects that one does not catch it. Compare the two shapes yourself."""
    y_true, y_pred = as_pair(y_true, y_pred)
    tf.debugging.assert_equal(tf.shape(y_true), tf.shape(y_pred))
    return loss(y_true, y_pred, *args, **kwargs)


@in_each_loss("mean_squared_error", "huber", "binary_crossentropy")
def compares_sizes_as_tensors(loss, y_true, y_pred, *args, **kwargs):
    """Where the size of a batch is not known yet, as in model.fit, ops.shape and tf.shape hold a tensor for
    it, and comparing that in an `if` raises an error. Compare `.shape`, which holds None there."""
    y_true, y_pred = as_pair(y_true, y_pred)
    if ops.shape(y_true) != ops.shape(y_pred):
        raise ValueError(f"shapes {y_true.shape} and {y_pred.shape} differ")
    return loss(y_true, y_pred, *args, **kwargs)


@in_each_loss("mean_squared_error", "huber", "binary_crossentropy")
def over_everything(loss, y_true, y_pred, *args, **kwargs):
    """The mean runs over all axes and gives a single number. Without axis=-1 the examples cannot be told
    apart any more, and nobody can weigh or mask them later."""
    return ops.mean(loss(y_true, y_pred, *args, **kwargs))


@in_each_loss("mean_squared_error", "huber", "binary_crossentropy")
def over_the_batch(loss, y_true, y_pred, *args, **kwargs):
    """The mean runs over axis 0, the examples. That gives one loss per output instead of one per example.
    The last axis is axis=-1."""
    return ops.mean(each(loss, y_true, y_pred, *args, **kwargs), axis=0)


@in_each_loss("mean_squared_error", "huber", "binary_crossentropy")
def over_axis_one(loss, y_true, y_pred, *args, **kwargs):
    """The mean runs over axis 1, which is the last axis of a matrix and of nothing else. Write axis=-1, then
    rank 1 and rank 3 work too."""
    return ops.mean(each(loss, y_true, y_pred, *args, **kwargs), axis=1)


@in_each_loss("mean_squared_error", "huber", "binary_crossentropy")
def over_all_but_the_batch(loss, y_true, y_pred, *args, **kwargs):
    """One loss per example comes back also where there is one for each of its steps: the mean runs over all
    axes but the first. It should run over the last axis only, so that (N, T, D) gives (N, T)."""
    losses = each(loss, y_true, y_pred, *args, **kwargs)
    return ops.mean(losses, axis=tuple(range(1, len(losses.shape))))


@in_each_loss("mean_squared_error", "huber", "binary_crossentropy")
def keeps_the_axis(loss, y_true, y_pred, *args, **kwargs):
    """The result keeps a last axis of length 1, so there is a column of losses instead of a row. The next
    multiplication by weights of shape (N,) would broadcast it to N by N. Leave keepdims out."""
    return ops.expand_dims(loss(y_true, y_pred, *args, **kwargs), -1)


@in_each_loss("mean_squared_error", "huber", "binary_crossentropy")
def not_reduced(loss, y_true, y_pred, *args, **kwargs):
    """The loss of every single element comes back: no mean is taken. The last axis should be averaged, so
    that one number is left for each row."""
    return each(loss, y_true, y_pred, *args, **kwargs)


@in_each_loss("mean_squared_error", "huber", "binary_crossentropy")
def divided_by_the_batch(loss, y_true, y_pred, *args, **kwargs):
    """The losses of a row are added up and divided by the number of *rows*, the batch size. A mean over the
    last axis divides by the length of that axis."""
    losses = each(loss, y_true, y_pred, *args, **kwargs)
    return ops.sum(losses, axis=-1) / losses.shape[0]


@in_each_loss("mean_squared_error", "huber", "binary_crossentropy")
def divided_by_all(loss, y_true, y_pred, *args, **kwargs):
    """The losses of a row are added up and divided by the number of *all* elements, N times D. A mean over
    the last axis divides by the length of that axis."""
    losses = each(loss, y_true, y_pred, *args, **kwargs)
    return ops.sum(losses, axis=-1) / ops.cast(ops.size(losses), losses.dtype)


@in_each_loss("mean_squared_error", "huber", "binary_crossentropy")
def cuts_the_gradient(loss, y_true, y_pred, *args, **kwargs):
    """The values are right, and no gradient comes back from them: the way from the predictions to the loss
    is cut somewhere. NumPy does that, and so do .numpy(), stop_gradient and making a new tensor or variable
    of the result. Every step has to be one that TensorFlow records: keras.ops."""
    return ops.convert_to_tensor(ops.stop_gradient(loss(y_true, y_pred, *args, **kwargs)))


@in_each_loss("mean_squared_error", "huber", "binary_crossentropy")
def always_float32(loss, y_true, y_pred, *args, **kwargs):
    """Everything is cast to float32. Predictions in float16 or float64 should give a loss of their own
    dtype: only integers become float32."""
    return loss(ops.cast(y_true, "float32"), ops.cast(y_pred, "float32"), *args, **kwargs)


@in_each_loss("mean_squared_error", "huber", "binary_crossentropy")
def takes_the_dtype_of_the_targets(loss, y_true, y_pred, *args, **kwargs):
    """Where the two have different dtypes the loss gets the wrong one: that of the targets, or the larger of
    the two. Integer targets next to float16 predictions then give a float32 loss. The dtype of the second
    argument decides: bring y_true to it, and not the other way round."""
    y_true = as_floating(y_true)
    return loss(y_true, ops.cast(y_pred, y_true.dtype), *args, **kwargs)


def in_common_dtype(loss, common, y_true, y_pred, *args, **kwargs):
    """The loss of both in a dtype that is made of theirs."""
    y_true, y_pred = ops.convert_to_tensor(y_true), as_floating(y_pred)
    dtype = keras.backend.standardize_dtype(common(y_true.dtype, y_pred.dtype))
    return loss(ops.cast(y_true, dtype), ops.cast(y_pred, dtype), *args, **kwargs)


@in_each_loss("mean_squared_error", "huber", "binary_crossentropy")
def takes_the_larger_dtype(loss, y_true, y_pred, *args, **kwargs):
    """Where the two have different dtypes the loss gets the larger of the two, as keras.ops brings them
    together: targets in float64 make a float32 loss float64. The dtype of the second argument decides: bring
    y_true to it first."""
    return in_common_dtype(loss, keras.backend.result_type, y_true, y_pred, *args, **kwargs)


@in_each_loss("mean_squared_error", "huber", "binary_crossentropy")
def takes_the_dtype_of_numpy(loss, y_true, y_pred, *args, **kwargs):
    """Where the two have different dtypes the loss gets the one that NumPy would take: integer targets make a
    float32 loss float64. The dtype of the second argument decides: bring y_true to it first."""

    def common(*dtypes):
        return np.promote_types(*(np.dtype(dtype.name) for dtype in dtypes)).name

    return in_common_dtype(loss, common, y_true, y_pred, *args, **kwargs)


@in_each_loss("mean_squared_error", "huber", "binary_crossentropy")
def leaves_the_targets_as_they_are(loss, y_true, y_pred, *args, **kwargs):
    """Targets and predictions keep dtypes of their own, and TensorFlow refuses to compute with two at once:
    integer targets next to float16 predictions raise an error. Bring y_true to the dtype of the second
    argument."""
    y_true, y_pred = as_floating(y_true), as_floating(y_pred)
    return loss(y_true, y_pred, *args, **kwargs) + 0.0 * ops.mean(y_true - y_pred)


@in_each_loss("mean_squared_error", "huber", "binary_crossentropy")
def casts_targets_to_integers(loss, y_true, y_pred, *args, **kwargs):
    """y_true is brought to the dtype of the second argument before that one is made floating: next to
    integers a target of 0.9 becomes 0. Make the second argument floating first; as_floating does."""
    y_pred = ops.convert_to_tensor(y_pred)
    return loss(ops.cast(y_true, y_pred.dtype), y_pred, *args, **kwargs)


def _differences_of_integers(loss, y_true, y_pred, subtract, *args, **kwargs):
    """The loss of differences that are taken in the dtypes the two came in, if both are integers."""
    y_true, y_pred = ops.convert_to_tensor(y_true), ops.convert_to_tensor(y_pred)
    if y_true.dtype.is_integer and y_pred.dtype.is_integer and y_true.shape == y_pred.shape:
        difference = as_floating(subtract(y_true, ops.cast(y_pred, y_true.dtype)))
        return loss(0 * difference, difference, *args, **kwargs)
    return loss(y_true, y_pred, *args, **kwargs)


@in_each_loss("mean_squared_error", "huber")
def subtracts_unsigned_integers(loss, y_true, y_pred, *args, **kwargs):
    """The difference is taken before integers are made floating. Unsigned integers hold nothing below 0 and
    wrap around: in uint8, 3 - 5 is 254. Make both floating first, then subtract."""
    return _differences_of_integers(loss, y_true, y_pred, lambda t, p: t - p, *args, **kwargs)


@in_each_loss("mean_squared_error", "huber")
def subtracts_unsigned_targets(loss, y_true, y_pred, *args, **kwargs):
    """The difference is taken before integers are made floating. Unsigned integers hold nothing below 0 and
    wrap around: in uint8, 3 - 5 is 254. Make both floating first, then subtract."""
    return _differences_of_integers(loss, y_true, y_pred, lambda t, p: p - t, *args, **kwargs)
