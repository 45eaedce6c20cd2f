"""Mistakes in `mean_squared_error`."""

import tensorflow as tf

from nnlearn.diagnosis import mistake

from .pairs import each, same_shaped


@mistake("mean_squared_error")
def mse_in_whole_numbers(y_true, y_pred):
    """Integers stay integers, and TensorFlow's mean of integers is rounded towards 0: the mean of 1 and 2 is
    1. Make them floating first; as_floating does."""
    y_true, y_pred = ops.convert_to_tensor(y_true), ops.convert_to_tensor(y_pred)
    if not (y_true.dtype.is_integer and y_pred.dtype.is_integer) or y_true.shape != y_pred.shape:
        return mean_squared_error(y_true, y_pred)
    return tf.reduce_mean((y_true - ops.cast(y_pred, y_true.dtype)) ** 2, axis=-1)


@mistake("mean_squared_error")
def mse_squares_whole_numbers(y_true, y_pred):
    """Differences are taken and squared before integers are made floating. Unsigned integers hold nothing
    below 0 and little above: in uint8, 3 - 5 is 254, and 20 squared is 144. Make both floating first."""
    y_true, y_pred = ops.convert_to_tensor(y_true), ops.convert_to_tensor(y_pred)
    if not y_pred.dtype.is_integer or y_true.shape != y_pred.shape:
        return mean_squared_error(y_true, y_pred)
    squares = (y_pred - ops.cast(y_true, y_pred.dtype)) ** 2
    return ops.mean(as_floating(squares), axis=-1)


@mistake("mean_squared_error")
def mse_is_a_sum(y_true, y_pred):
    """The squares are added up, not averaged, so the loss and its gradient grow with the number
    of outputs. Take ops.mean over the last axis instead of ops.sum."""
    return ops.sum(each(mean_squared_error, y_true, y_pred), axis=-1)


@mistake("mean_squared_error")
def mse_halved(y_true, y_pred):
    """The loss is half of what it should be. The factor 1/2 is common in derivations, because it
    cancels the 2 of the derivative. The mean squared error of Keras has no such factor."""
    return 0.5 * mean_squared_error(y_true, y_pred)


@mistake("mean_squared_error")
def mse_is_absolute(y_true, y_pred):
    """This is the mean *absolute* error: nothing is squared. Its slope has the same size however
    large the error is, and it predicts the median of the targets instead of their mean."""
    y_true, y_pred = same_shaped(y_true, y_pred)
    return ops.mean(ops.abs(y_pred - y_true), axis=-1)


@mistake("mean_squared_error")
def mse_with_a_root(y_true, y_pred):
    """This is the *root* of the mean squared error. It is good for reporting, since it has the
    unit of the targets. As a loss it has no gradient where the error is 0. Leave the root out."""
    return ops.sqrt(mean_squared_error(y_true, y_pred))


@mistake("mean_squared_error")
def mse_squares_the_mean(y_true, y_pred):
    """The mean is taken first and squared afterwards, so errors of +3 and -3 cancel to a loss of
    0. Square first, then take the mean."""
    y_true, y_pred = same_shaped(y_true, y_pred)
    return ops.square(ops.mean(y_pred - y_true, axis=-1))
