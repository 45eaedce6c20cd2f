"""Scaling.

README.md next to this file is the lesson.
Put your own code in place of each `raise NotImplementedError` (and of each None), then run

    nnlearn check scaling       to check your work
    nnlearn hint conditioning   for a hint
"""

import math

import numpy as np
from keras import ops

from nnlearn.lesson import as_floating


PREDICTIONS = {
    # keras.layers.Normalization has learned (adapt) from a feature that is always 5: from 5, 5, 5. Later,
    # in use, it gets a 6. What comes out, about?
    # Allowed: "0", "1", "1e7" (ten million) or "nan" (not a number).
    "keras_constant": None,
    # A black pixel, uint8, is made a float from 0 to 1 and then normalized with the mean 0.485 and the
    # standard deviation 0.229. What is it then?
    # Allowed: a number; two decimals are enough.
    "black_pixel": None,
    # Gradient descent on a linear model under mean squared error, at half of the largest rate that
    # converges. The condition number (how much steeper the steepest direction is than the flattest)
    # becomes 100 times as large. How does the number of steps to the same accuracy grow?
    # Allowed: "not at all" (the rate makes up for it), "as its root" (10 times) or "proportionally"
    # (100 times).
    "steps": None,
    # A scaler divides, and then clips: it sets what is above 3 to 3. So an outlier has become 3. Can its
    # inverse give back what the outlier was?
    # Allowed: "no" or "yes".
    "clip_undone": None,
}


def conditioning(x):
    """Say how well gradient descent can do on a linear model with a bias, under mean squared error.

    The loss is the mean of `(x @ w + b - y) ** 2` over the N rows. Its curvatures by w and b are the
    eigenvalues of `H = 2 / N * A.T @ A`, where A is x with a further column of ones; y plays no part.

    Args:
        x: A NumPy array or tensor of shape (N, F), of any numeric dtype; computed in float64.

    Returns:
        Two Python floats. The largest rate: gradient descent converges below it and diverges above,
        2 divided by the largest eigenvalue. And the condition number: the largest eigenvalue divided by
        the smallest, right to 1e-6 of its size if it is below 1e8. It is infinity if N <= F, or if the smallest
        eigenvalue is below 1e-14 times the largest: then a direction is flat.
    """
    raise NotImplementedError("conditioning: not written yet")


class Standardizer:
    """Scale each feature to mean 0 and standard deviation 1.

    Features are the indices of the last axis, F of them; all other axes are pooled. After `fit` or `update`, the
    attributes `mean` and `scale` are float64 arrays of shape (F,). `scale` is the standard deviation of
    all values seen, divided by n, not by n - 1; it is 1 for a feature of which all values seen are equal, whatever
    rounding makes of its variance. Statistics are computed in float64 from the values as they are.

    Arguments called `x` or `z` are NumPy arrays or tensors of rank 2 or more, with finite numbers; none is changed.
    Results are arrays or tensors. They have the shape of the argument, and its dtype if that is float16, float32
    or float64; integers give float32. They are as good as that dtype allows: in float32 `transform` is right to
    1e-5 * (1 + abs(z)) + 1e-6 * abs(mean) / scale.
    """

    def __init__(self):
        raise NotImplementedError("Standardizer: not written yet")

    def fit(self, x):
        """Learn the statistics of `x`, and forget all that was learned before.

        Returns:
            This object.

        Raises:
            ValueError: `x` has no rows.
        """
        raise NotImplementedError("Standardizer: not written yet")

    def update(self, x):
        """Learn from more data: the statistics become those of all data since `fit`, as if it had come at once.

        Without a `fit` before it, it begins as `fit` does. What came before may, but need not, be stored.

        Returns:
            This object.

        Raises:
            ValueError: `x` has no rows, or another number of features than what came before.
        """
        raise NotImplementedError("Standardizer: not written yet")

    def transform(self, x):
        """Scale `x` with the statistics learned: `(x - mean) / scale`. It learns nothing.

        Raises:
            ValueError: Nothing was learned yet, or `x` has another number of features.
        """
        raise NotImplementedError("Standardizer: not written yet")

    def inverse(self, z):
        """Undo `transform`: `z * scale + mean`.

        Raises:
            ValueError: Nothing was learned yet, or `z` has another number of features.
        """
        raise NotImplementedError("Standardizer: not written yet")


def split(x, y, fractions=(0.6, 0.2, 0.2), seed=0, scaler=None):
    """Split examples into parts at random, each with its share of every class, and scale them.

    Args:
        x: A NumPy array or tensor of shape (N, ...). Its rows are the examples.
        y: The class of each: whole numbers, a NumPy array or tensor of shape (N,).
        fractions: The share of each part, positive, at least two of them. Their sum is 1, or off by 1e-6
            at most.
        seed: A whole number, 0 or more. The same seed gives the same parts, another one others. NumPy's global
            generator (`np.random.seed`) is neither used nor set.
        scaler: None, or an object with `fit(x)` and `transform(x)`, such as `Standardizer`. `fit` is called
            once, with the x of the first part. After that, `transform` gives every x that is returned.

    Returns:
        A list with a pair (x, y) for each fraction, in their order. y is a NumPy array, and so is x without a
        scaler; with one it is what `transform` gives. Every row is in exactly one part, beside its own y. Rows of a part are in
        random order, not sorted by class or as they came. Of a class with n rows, a part with the share f has a
        number of rows that is less than 1 away from f * n. A part may be empty, and what a scaler does then is
        its own affair. x and y keep their dtypes
        (without a scaler), and are not changed.

    Raises:
        ValueError: There are fewer than two fractions, one is not positive, or their sum is not 1; y has another
            rank than 1; x and y have different lengths.
    """
    raise NotImplementedError("split: not written yet")


class RobustScaler:
    """Scale each feature by its median and the distance between two percentiles, and bound the result.

    Features are the indices of the last axis, F of them; all other axes are pooled. After `fit`, the attributes
    `center` (the median) and `scale` (the percentile `high` minus the percentile `low`) are float64 arrays of
    shape (F,). Percentiles are interpolated linearly between neighbouring values, as `np.percentile` does.
    Where the two percentiles of a feature are equal, its scale is 1.

    Arguments called `x` or `z`, and results, are as those of `Standardizer`: finite numbers of rank 2 or more,
    which are not changed; results have the same shape and floating dtype, float32 for integers.

    Args:
        low: The lower percentile, from 0 to 100.
        high: The upper one, above `low`.
        limit: What `transform` clips its result to, after scaling: from -limit to limit. None for no clipping.

    Raises:
        ValueError: Not 0 <= low < high <= 100, or `limit` is 0 or less.
    """

    def __init__(self, low=25.0, high=75.0, limit=None):
        raise NotImplementedError("RobustScaler: not written yet")

    def fit(self, x):
        """Learn the percentiles of `x`, and forget all that was learned before.

        Returns:
            This object.

        Raises:
            ValueError: `x` has no rows.
        """
        raise NotImplementedError("RobustScaler: not written yet")

    def transform(self, x):
        """Scale `x` with the percentiles learned: `(x - center) / scale`, then clipped. It learns nothing.

        Raises:
            ValueError: Nothing was learned yet, or `x` has another number of features.
        """
        raise NotImplementedError("RobustScaler: not written yet")

    def inverse(self, z):
        """Undo the scaling: `z * scale + center`. What was clipped stays clipped.

        Raises:
            ValueError: Nothing was learned yet, or `z` has another number of features.
        """
        raise NotImplementedError("RobustScaler: not written yet")


def symlog(x, threshold=1.0, inverse=False):
    """Compress large numbers of either sign, or undo that.

    `sign(x) * threshold * log(1 + abs(x) / threshold)`, precise near 0 too. The inverse is
    `sign(x) * threshold * (exp(abs(x) / threshold) - 1)`.

    Args:
        x: Anything `keras.ops.convert_to_tensor` accepts. float16, float32 and float64 are kept, integers count
            as float32.
        threshold: A number above 0. Neither it nor abs(x) / threshold is too large, or too near 0, for the dtype
            of the result.
        inverse: Whether to undo it.

    Returns:
        A tensor of the shape and dtype of `x`. A tape gets the gradient by `x`: `1 / (1 + abs(x) / threshold)`, of
        the inverse `exp(abs(x) / threshold)`. At 0 both are 1.

    Raises:
        ValueError: `threshold` is 0 or less.
    """
    raise NotImplementedError("symlog: not written yet")


def to_float_image(image):
    """Make a floating image with numbers from 0 to 1 and a channel axis.

    Args:
        image: A NumPy array or tensor of shape (H, W), or (H, W, C) with 1, 3 or 4 channels. Of 4, the last is
            dropped. bool, uint8 (divided by 255) and uint16 (divided by 65535) become float32; float16,
            float32 and float64 are kept as they are, and have to lie between 0 and 1.

    Returns:
        An image of shape (H, W, 1) or (H, W, 3): an array or a tensor. `image` is not changed.

    Raises:
        ValueError: Anything else: another dtype, another shape, a float below 0, above 1, or NaN (in a channel that
            is kept).
    """
    raise NotImplementedError("to_float_image: not written yet")


def denormalize(image, mean, std):
    """Turn a normalized image back into one that can be looked at.

    Args:
        image: A NumPy array or tensor with finite numbers and the channels in its last axis: (H, W, C) or a batch
            (N, H, W, C), for C of 1 or more. float16, float32 and float64 do.
        mean: What was subtracted from each channel: a number, or C of them in an array, list or tuple of shape (C,).
        std: What it was divided by, above 0: a number or C of them as well. One may be a number and the other not.

    Returns:
        An array or tensor of uint8, of the shape of `image`: `image * std + mean`, clipped to 0 to 1, times 255, rounded to the nearest whole
        number. (One more or less is right near halves, and for float16.) `image` is not changed.

    Raises:
        ValueError: `mean` or `std` is neither one number nor of shape (C,), or something in `std` is 0 or less. Three
            means for an image of one channel are an error too.
    """
    raise NotImplementedError("denormalize: not written yet")


# Answered in words, between the quotes: a person reads it.
ANSWERS = {
    # In your own words
    #
    # A classifier of photographs was 94 % right on its test part. In production it is 71 % right, "with
    # the same scaling". You find that the service makes floats of each upload by dividing by its largest
    # value, that it standardizes each batch of uploads with mean and deviation of that batch, and that
    # the notebook had fitted its scaler before it split.
    #
    # Explain in five to ten sentences what is wrong with each of these, which of them can have cost
    # accuracy in production and which can have made 94 % look too good; what has to be stored with the
    # model; and how you would test that training and production do the same to an image.
    "the_same_scaling": r"""

""",
}
