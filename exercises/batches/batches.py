"""Batches.

README.md next to this file is the lesson.
Put your own code in place of each `raise NotImplementedError` (and of each None), then run

    nnlearn check batches         to check your work
    nnlearn hint shuffle_buffer   for a hint
"""

import keras
import numpy as np


PREDICTIONS = {
    # A file has 1000 zeros, and then 1000 ones. It goes through a shuffle buffer of 100 items. How many
    # ones are among the first 32 items that come out?
    # Allowed: an integer.
    "sorted_data": None,
    # Images were normalized: the mean 0.5 was subtracted from values between 0 (black) and 1 (white), then
    # they were divided by the standard deviation 0.25. Now they get a border. Which number makes it black?
    # Allowed: a number.
    "black_border": None,
    # A stream comes in two batches. The first has 10 values, and their mean is 0. The second has a single
    # value, 11. What is the mean of all values?
    # Allowed: a number.
    "mean_of_stream": None,
    # A PyDataset has three batches. model.fit trains on it for one epoch. How often does __getitem__ run?
    # Allowed: "3 times" or "more often than 3".
    "peeked": None,
}


def shuffle_buffer(items, size, seed=0):
    """Give out items in random order, holding only a few of them at a time.

    The buffer holds the next `size` items, or what is left of them. Each time, one of those in the buffer is given out,
    all of them equally likely, and the next item takes its place. So output number i, counted from 0, is one of the
    first i + size items. `size` 1 keeps the order; with `size` items or fewer in all, every order is equally likely.

    Args:
        items: Any iterable: a list, a generator, a stream that never ends. The items may be anything, None or the
            same thing twice.
        size: How many items the buffer holds, a whole number.
        seed: A whole number, 0 or more. The same seed gives the same order again, another seed as a rule another one. NumPy's
            global generator is neither used nor set.

    Returns:
        An iterator (a generator will do) that gives each item exactly once, as it is. It is lazy: at any moment it
        has read at most size + 1 items more than it has given out (one more than it needs).

    Raises:
        ValueError: `size` is below 1. It is raised by the call, or at the latest when the first item is asked for.
    """
    raise NotImplementedError("shuffle_buffer: not written yet")


class BatchSource(keras.utils.PyDataset):
    """Batches of arrays for `model.fit`, in a new random order in each epoch.

    Until `on_epoch_end` is called, `source[i]` gives the same batch, however often and in whatever order it is asked.
    `on_epoch_end` begins the next epoch: it draws the next order of the rows. The first epoch has a random order
    already. In each epoch every row comes exactly once, beside its own y (`drop_last` leaves some out: of shuffled rows, other
    ones in other epochs), and every order is equally likely. The same seed, and as many calls of `on_epoch_end`, give
    the same batches again, another seed as a rule other ones. NumPy's global generator is neither used nor set.

    Args:
        x: A NumPy array of shape (N, ...), N at least 1.
        y: A NumPy array of shape (N, ...).
        batch_size: Rows of a batch. The last batch of an epoch has what is left.
        seed: A whole number, 0 or more.
        shuffle: If False, rows stay in the order of x and y, in every epoch.
        drop_last: Whether to leave out a last batch that would be shorter than the others.
        transform: None, or a function `transform(x, y, seed)` that is called with the x and y of a batch, and gives the pair
            that `source[i]` returns. Its seed is a whole number of 0 or more, as `np.random.default_rng` takes it: the same
            whenever this batch of this epoch is asked for, another one for each batch and for each epoch (with `shuffle=False`, too),
            drawn or counted so that two are as good as never alike. Another `seed` gives other ones.
            It may write into the arrays that it gets.
        **kwargs: What `keras.utils.PyDataset` takes: `workers`, `use_multiprocessing`, `max_queue_size`.

    Raises:
        ValueError: `batch_size` is below 1, or x and y differ in length.
    """

    def __init__(self, x, y, batch_size, seed=0, shuffle=True, drop_last=False, transform=None, **kwargs):
        raise NotImplementedError("BatchSource: not written yet")

    def __len__(self):
        """How many batches an epoch has."""
        raise NotImplementedError("BatchSource: not written yet")

    def __getitem__(self, i):
        """Batch number `i`, from 0 to `len(source) - 1`: a tuple (x, y) of new arrays with the dtypes of x and y.

        Raises:
            IndexError: `i` is below 0, or not below `len(source)`.
        """
        raise NotImplementedError("BatchSource: not written yet")

    def on_epoch_end(self):
        """Begin the next epoch."""
        raise NotImplementedError("BatchSource: not written yet")


def random_flip(images, points, seed):
    """Mirror images left-right at random, and the points in them.

    Args:
        images: A NumPy array of shape (N, H, W, C), N at least 1, any dtype.
        points: A NumPy array of shape (N, P, 2), of a floating or signed integer dtype: P points of each image, as (x, y); it can hold the number W. x is
            the column of a pixel, counted from 0 at the left, y the row.
        seed: A whole number, 0 or more. The same seed gives the same result again, another seed as a rule another one. NumPy's
            global generator is neither used nor set.

    Returns:
        A tuple (images, points) of new arrays with the same shapes and dtypes; the arguments are not changed. Each
        image is mirrored with probability 1/2, independently of the others. Where it is, the x of its points
        becomes W - 1 - x; y stays.
    """
    raise NotImplementedError("random_flip: not written yet")


def random_crop(images, size, seed, padding=0, fill=0.0):
    """Cut a random window out of each image, which may have got a border before.

    Args:
        images: A NumPy array of shape (N, H, W, C), N at least 1, any dtype.
        size: The height and width (h, w) of the window, whole numbers of 1 or more.
        seed: A whole number, 0 or more. The same seed gives the same windows again, another seed as a rule other ones. NumPy's
            global generator is neither used nor set.
        padding: How many cells are put around each image before, on all four sides: a whole number, 0 or more.
        fill: What is in these cells: a number, or C of them, one for each channel (an array, list or tuple). The
            dtype of `images` can hold them.

    Returns:
        A new array of shape (N, h, w, C) with the dtype of `images`, which are not changed. Each window lies within the padded
        image, (H + 2 * padding, W + 2 * padding). All its positions are equally likely, and images have
        windows independent of each other.

    Raises:
        ValueError: The window is larger than the padded image, in height or in width.
    """
    raise NotImplementedError("random_crop: not written yet")


def mixup(x, y, alpha, seed):
    """Blend each example, and its label, with another one of the batch.

    Args:
        x: A NumPy array of shape (N, ...), finite. Floating dtypes are kept, integers become float32.
        y: A NumPy array of a floating dtype, shape (N, K): the share of each class.
        alpha: A number of 0 or more.
        seed: A whole number, 0 or more. The same seed gives the same result again, another seed as a rule another one. NumPy's
            global generator is neither used nor set.

    Returns:
        A tuple (x, y) of new arrays: `share * own + (1 - share) * partner`, with the shapes of x and y. y keeps its
        dtype. Each example has a share of its own, drawn from the distribution Beta(alpha, alpha) independently of the others;
        its x and its y have the same one. With `alpha` 0 the share is 1: copies. The partners are drawn at random from the batch, with or without
        replacement (an example may be its own partner); x and y have the same. The arguments are not changed.

    Raises:
        ValueError: `alpha` is below 0, or y is not a floating array of rank 2.
    """
    raise NotImplementedError("mixup: not written yet")


def pad_batch(sequences, length=None, value=0, side="post"):
    """Make one array of sequences of different lengths, and say which steps are real.

    Args:
        sequences: A list or tuple of N NumPy arrays of shapes (t_i, ...), all of one dtype. Only the first axis differs; t_i
            may be 0.
        length: How many steps each row gets, or None for those of the longest sequence (0 if all are empty). Of a longer sequence, the
            *first* `length` steps are kept, whatever the side.
        value: What stands in steps that are not real. The dtype of the sequences can hold it.
        side: Where these steps are: behind the real ones ("post"), or in front of them ("pre").

    Returns:
        A tuple (array, mask). The array is new, has shape (N, length, ...) and the dtype of the sequences. The mask is boolean,
        of shape (N, length), and True for the real steps, also for those that equal `value`.

    Raises:
        ValueError: There are no sequences, their shapes differ behind the first axis, `length` is below 1, or `side`
            is neither "post" nor "pre".
    """
    raise NotImplementedError("pad_batch: not written yet")


def bucket_batches(lengths, boundaries, batch_size, seed=0):
    """Put sequences of similar length into batches.

    Args:
        lengths: The length of each of N sequences: whole numbers of 0 or more, a NumPy array of shape (N,) or a list, N at least 1.
        boundaries: Whole numbers that rise strictly, a list or tuple, which may be empty. Bucket k holds the sequences
            with boundaries[k - 1] < length <= boundaries[k]. The first has no lower limit, and one more holds what is longer
            than the last boundary.
        batch_size: How many sequences a batch has, 1 or more.
        seed: A whole number, 0 or more. The same seed gives the same batches again, another seed as a rule other ones. NumPy's
            global generator is neither used nor set.

    Returns:
        A list of NumPy arrays of whole numbers: the places of sequences in `lengths`. Every place is in exactly one batch. All of a batch are of
        one bucket. Of a bucket, all batches have `batch_size` places, except for one with what is left over, if anything is; none is empty.
        Every order of the sequences of a bucket is equally likely, and so is every order of the batches, whichever
        bucket and whatever size they have.

    Raises:
        ValueError: The boundaries do not rise strictly.
    """
    raise NotImplementedError("bucket_batches: not written yet")


# Answered in words, between the quotes: a person reads it.
ANSWERS = {
    # In your own words
    #
    # You are to train a classifier for handwritten digits on 2,000 pictures of 28 x 28 pixels, and
    # somebody sends you a transform: it normalizes, mirrors left-right, turns by up to 180 degrees, moves
    # by up to two pixels with a border of 0, and draws these numbers once for each batch. "I use it for
    # training, validation and test alike, to be fair."
    #
    # Explain in five to ten sentences which of these changes you would keep for digits, and which not,
    # and why; where and when the transform runs; what the border should be; and what "once for each
    # batch" does.
    "digits_augmented": r"""

""",
}
