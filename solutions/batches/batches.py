# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Batches
#
# A network never sees the data. It sees a batch of it, takes a step, and sees the next one. So each batch has to look
# like the data. Who mixes a million pictures that do not fit into memory? How can a picture be changed so that its
# label stays true? And what does a batch of sentences look like, when no two have the same length?
#
# **You will write** `shuffle_buffer`, the class `BatchSource`, which `model.fit` takes in place of arrays, the changes
# `random_flip`, `random_crop` and `mixup`, and for sequences `pad_batch` and `bucket_batches`.
#
# **Do you remember?** Two questions from [scaling](../scaling/README.md), to warm up:
#
# 1. On which part of the data are mean and standard deviation learned, and which parts are scaled with them?
# 2. Several batches of uneven sizes: why is the mean of their means not the mean of all rows?

# %%
import keras
import numpy as np

# %% tags=["demo"]
import tensorflow as tf
from sklearn.datasets import load_sample_image

from nnlearn import data, figures, lesson

images, labels = data.digits(seed=0)  # 1,797 digits of 8 x 8 pixels, mixed
by_class = np.argsort(labels, kind="stable")  # first all zeros, then all ones, ...

# %% [markdown]
# ## Before you read on, guess
#
# Replace each `None` below with your answer *before* you run or read anything else.
# Your first guess is kept, then answered, and you may think again: a wrong one teaches a lot.

# %%
PREDICTIONS = ...

# %% [markdown]
# ## A batch must look like the data
#
# The gradient of a batch stands for the gradient of all data. That is a fair guess if the batch is a random sample: then
# it is right on average. Files are rarely random. Pictures lie in a folder for each class, measurements are in the order
# of their dates. A batch of nothing but zeros says "answer zero, always", the next batches agree, and then come
# the ones. The network forgets one class while it learns the next.
#
# If the data fit into memory, draw a random order of all rows, anew for each *epoch* (one pass through the data).
# If they come from a file or over a wire, nobody can pick row 900,000 first. A *shuffle buffer* helps: hold a few items,
# give out a random one of them, and put the next that arrives into its place. `tf.data`, with which TensorFlow reads data
# as a stream, does it so: its guide says that `shuffle` "maintains a fixed-size buffer and chooses the next element
# uniformly at random from that buffer".
#
# To give out item number i (counted from 0), a buffer of size s has looked at the first i + s items and at no others. So
# what comes out at place i was among these. Below, a class has about 180 digits, and a buffer of 100 mixes it with no
# more than the few classes before it.

# %% tags=["demo", "figure"]
# figure: buffers | Four maps: which classes are in each of 56 batches of 32 digits, out of a file sorted by class, for shuffle buffers of 1, 100, 400 and 1797 digits. White: none of that class. With a buffer of 1 the classes form a staircase: a batch has at most 2 classes. With 100 the steps are blurred, and a batch has at most 5. With 400 they are broad, and still no nine comes in the first 38 batches. With 1797, all digits, every batch has at least 8 classes.
SIZES = (1, 100, 400, 1797)
fig, axes = figures.panels(2, 2, width=10.0, height=2.6)
kinds, first_nine = {}, {}
for axis, size in zip(axes.flat, SIZES, strict=True):
    order = tf.data.Dataset.range(1797).shuffle(size, seed=1).as_numpy_iterator()
    given = labels[by_class][list(order)]
    batches = given[: 56 * 32].reshape(56, 32)
    shares = np.array([np.bincount(batch, minlength=10) / 32 for batch in batches])
    kinds[size] = (shares > 0).sum(axis=1)
    first_nine[size] = np.flatnonzero(shares[:, 9])[0]
    there = np.where(shares > 0, shares, np.nan)  # what is not a number stays white
    shown = axis.imshow(there.T, aspect="auto", cmap="cividis", vmin=0, vmax=0.5, origin="lower")
    axis.set(title=f"buffer of {size}", xlabel="batch", ylabel="class", yticks=range(0, 10, 3))
    axis.grid(False)
fig.colorbar(shown, ax=axes, extend="max", label="share of the batch (white: none)")
most = [kinds[size].max() for size in SIZES[:2]]
figures.says(len(shares), 32, *SIZES, 1, most[0], 100, most[1], 400, first_nine[400], 1797, kinds[1797].min())

# %% [markdown]
# Does it matter? Here is a small network that learns from the sorted file through such a buffer, four epochs, with three
# seeds:

# %% tags=["demo"]
file = (images[:1400][np.argsort(labels[:1400])], np.sort(labels[:1400]))


def accuracy(size, seed):
    """Test accuracy after four epochs of a sorted file through a shuffle buffer."""
    keras.utils.set_random_seed(seed)
    layers = [keras.Input((64,)), keras.layers.Dense(32, activation="relu"), keras.layers.Dense(10)]
    model = keras.Sequential(layers)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.SGD(0.1), loss, metrics=["accuracy"])
    fed = tf.data.Dataset.from_tensor_slices(file).shuffle(size, seed=seed).batch(32)
    model.fit(fed, epochs=4, shuffle=False, verbose=0)  # tf.data has shuffled, anew for each epoch
    return model.evaluate(images[1400:], labels[1400:], verbose=0)[1]


for size in (1, 100, 400, 1400):
    runs = [accuracy(size, seed) for seed in range(3)]
    print(f"buffer of {size}: {np.mean(runs):.0%} right, from {min(runs):.0%} to {max(runs):.0%}")

# %% [markdown]
# With a buffer of 1, most test digits are wrong. With one that holds the whole file, nine of ten are right. All else is the
# same.
#
# ### Once by hand
#
# Items a, b, c, d, a buffer of size 2. Suppose the coin says: second, second, first.
#
# | read so far | buffer | given out |
# |---|---|---|
# | a b | a b | b (the second) |
# | a b c | a c | c (the second) |
# | a b c d | a d | a (the first) |
# | the end | d | d |
#
# The item a could come at any place. The item d could not come first or second: it had not been read.
#
# ## Part 1: `shuffle_buffer`
#
# Three pitfalls. Reading everything first, and shuffling that: of a stream that never ends, nothing would ever come out.
# Shuffling in *blocks*, five items and then the next five: an item never leaves its block. And the *tail*: when nothing
# is left to read, the buffer still holds items.


# %%
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
    # BEGIN SOLUTION
    if size < 1:
        raise ValueError(f"a buffer holds at least 1 item, not {size}")
    generator = np.random.default_rng(seed)
    buffer = []
    for item in items:
        buffer.append(item)
        if len(buffer) == size:
            yield buffer.pop(generator.integers(size))
    while buffer:
        yield buffer.pop(generator.integers(len(buffer)))
    # END SOLUTION


# %% tags=["demo"]
with lesson.if_written():
    print(list(shuffle_buffer(range(20), 1)))
    print(list(shuffle_buffer(range(20), 4)))
    print(list(shuffle_buffer(range(20), 20)))

# %% [markdown]
# ## Where normalization goes
#
# "Why do we often need to normalize our data?" had its answer in [scaling](../scaling/README.md). What is left to say
# is *where*. Statistics are learned once, from training data. If these come as a stream, add up: a batch of n rows with
# the mean m counts n times,
#
# $$\text{mean of all} = \frac{n_1 m_1 + n_2 m_2 + \dots}{n_1 + n_2 + \dots}$$
#
# The *same* numbers then scale each batch, on its way: in the *transform*, a function that is handed each batch before
# the network gets it. A batch scaled by its own mean would lose what made it different.

# %% tags=["demo"]
stream = [images[start : start + 256] for start in range(0, 1797, 256)]
total = sum(batch.sum(dtype="float64") for batch in stream)
count = sum(batch.size for batch in stream)
print("by batch:", [round(float(batch.mean()), 4) for batch in stream], "rows:", [len(b) for b in stream])
print(
    "of all:  ",
    round(total / count, 4),
    " mean of the batch means:",
    np.mean([b.mean() for b in stream]).round(4),
)

# %% [markdown]
# The last batch is short: its 5 rows have the strangest mean. Counted like 256 rows, it pulls 0.3053 down to 0.3031.
#
# ## Part 2: `BatchSource`
#
# `model.fit(source)` takes a `keras.utils.PyDataset`: an object with a length in *batches*, which gives batch number i
# when it is asked `source[i]`. Keras asks in ways that surprise:
#
# - It *peeks*: first it takes up to two batches, 0 and 1, to see their shapes and dtypes.
# - Then it calls `on_epoch_end`, *before* the first epoch already, and again after each. So the order that you draw in
#   `__init__` is peeked at and never trained on. Of three batches and one epoch, `__getitem__` runs 5 times: 0, 1,
#   `on_epoch_end`, 0, 1, 2, `on_epoch_end`.
# - With `workers=2`, threads (calls that run at the same time) fetch batches ahead. That is an argument of PyDataset:
#   pass `**kwargs` on to `super().__init__`, or it is lost.
# - In training, `fit` asks for the batches in random order, by Python's global random generator, unless you say
#   `shuffle=False`. It never mixes rows of different batches. That is your task.
#
# All of this is harmless if `source[i]` draws nothing. So: draw the order of the rows *once per epoch*, in `on_epoch_end`
# (and in `__init__`, for whoever asks before), and let `source[i]` only look up. A random generator that all batches
# share, or a shuffle inside `__getitem__`, gives another batch each time somebody asks, so that some rows come twice and
# others never. The same holds for a random transform. It gets a *seed*, which belongs to this batch of this epoch: the
# same however often Keras asks, and another one in the next batch and in the next epoch. One seed for all would crop
# every batch alike, for ever.
#
# Two more pitfalls. The length: 10 rows in batches of 4 make 3 batches. Rounded down, two rows are never seen. And pairs:
# x and y need *one* order.


# %%
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
        # BEGIN SOLUTION
        super().__init__(**kwargs)
        if batch_size < 1:
            raise ValueError(f"a batch has at least 1 row, not {batch_size}")
        if len(x) != len(y):
            raise ValueError(f"each x needs a y: there are {len(x)} and {len(y)}")
        self._x, self._y, self._transform = x, y, transform
        self._batch_size, self._shuffle, self._drop_last = batch_size, shuffle, drop_last
        self._generator = np.random.default_rng(seed)
        self.on_epoch_end()
        # END SOLUTION

    def __len__(self):
        """How many batches an epoch has."""
        # BEGIN SOLUTION
        whole, rest = divmod(len(self._x), self._batch_size)
        return whole + (rest > 0 and not self._drop_last)
        # END SOLUTION

    def __getitem__(self, i):
        """Batch number `i`, from 0 to `len(source) - 1`: a tuple (x, y) of new arrays with the dtypes of x and y.

        Raises:
            IndexError: `i` is below 0, or not below `len(source)`.
        """
        # BEGIN SOLUTION
        if not 0 <= i < len(self):
            raise IndexError(f"there are batches 0 to {len(self) - 1}, not {i}")
        rows = self._order[i * self._batch_size : (i + 1) * self._batch_size]
        x, y = self._x[rows], self._y[rows]
        if self._transform is None:
            return x, y
        return self._transform(x, y, int(self._seeds[i]))
        # END SOLUTION

    def on_epoch_end(self):
        """Begin the next epoch."""
        # BEGIN SOLUTION
        count = len(self._x)
        self._order = self._generator.permutation(count) if self._shuffle else np.arange(count)
        self._seeds = self._generator.integers(2**62, size=len(self))
        # END SOLUTION


# %% tags=["demo"]


def marked(x, y, seed):
    """The digits behind the point come from the seed."""
    return x, y + seed % 9973 / 10000


with lesson.if_written():
    source = BatchSource(np.arange(10), np.arange(10) ** 2, batch_size=4, transform=marked)
    for epoch in (1, 2):
        for i in (0, 1, 2, 0):
            print(f"epoch {epoch}, batch {i}:", *source[i])
        source.on_epoch_end()

# %% [markdown]
# Before the point, each y is the square of its x: they stay together. Behind it are digits of the seed: the same when
# batch 0 is asked for again, others in other batches and epochs.
#
# ## Transformations and augmentation
#
# "How does i.e. an image look before/after a normalization (tfms)?" *Tfms* are transforms, all that is done to an image
# on its way in. [Scaling](../scaling/README.md) showed normalization, which does the same to each image. The other
# kind is random, and it is new in each epoch: *augmentation*. A photograph that is mirrored, or cut a little
# more to the left, is another array of numbers, and shows the same palace. What the network learns from it is that such
# changes do not matter. Three rules:
#
# 1. **The label stays true.** A mirrored palace is a palace. A mirrored 2 is no 2, and a 6 turned upside down is a 9.
# 2. **What belongs to the picture moves with it**: a box, a point on the roof.
# 3. **Training only.** Validation and test measure how good the network is on pictures as they come.

# %% tags=["demo", "figure"]
# figure: augmented | A photograph of a Chinese palace, and eight random versions of it, some mirrored, all cut out at another place, with a black border where the window reaches over the edge. A ring marks the right tip of the roof, and stays on it, also where that is on the left now. Of the eight, 3 are mirrored.
photo, tip = (
    load_sample_image("china.jpg")[::6, ::6],
    np.array([52.0, 19.0]),
)  # the right tip of the roof: x, y
generator = np.random.default_rng(6)
fig, axes = figures.panels(3, 3, width=6.6, height=1.6)
mirrored = 0
for number, axis in enumerate(axes.flat):
    view, (x, y), title = photo, tip, "as it was"
    if number > 0:
        title = "moved"
        if generator.random() < 0.5:
            view, x, mirrored = np.fliplr(view), view.shape[1] - 1 - x, mirrored + 1
            title = "mirrored, moved"
        down, right = generator.integers(0, 25, size=2)
        tall, wide = view.shape[:2]
        view = np.pad(view, ((12, 12), (12, 12), (0, 0)))[down : down + tall, right : right + wide]
        x, y = x + 12 - right, y + 12 - down
    axis.imshow(view)
    axis.scatter(x, y, s=90, facecolors="none", edgecolors=figures.ORANGE, linewidths=2)
    axis.set(title=title, xticks=[], yticks=[])
    axis.set_frame_on(False)  # not to be taken for the black border
figures.says(mirrored)

# %% [markdown]
# ## Part 3: `random_flip`
#
# A row of W = 4 pixels, columns 0, 1, 2, 3. Mirrored, column 0 becomes column 3, and 1 becomes 2: x becomes W − 1 − x.
# Not W − x: that would send column 0 to column 4, which does not exist. Mind the axes: of a *batch*
# (N, H, W, C), left and right are axis 2; axis 1 is up and down. And each image needs a coin of its own.


# %%
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
    # BEGIN SOLUTION
    flip = np.random.default_rng(seed).random(len(images)) < 0.5
    images, points = np.array(images), np.array(points)
    images[flip] = images[flip, :, ::-1]
    points[flip, :, 0] = images.shape[2] - 1 - points[flip, :, 0]
    return images, points
    # END SOLUTION


# %% tags=["demo"]
# Six images of one row, whose pixels are 0, 1, 2, 3. In each, a point is on pixel 0.
numbered, corners = np.tile(np.arange(4).reshape(1, 1, 4, 1), (6, 1, 1, 1)), np.zeros((6, 1, 2))
with lesson.if_written():
    flipped, points = random_flip(numbered, corners, seed=0)
    for image, point in zip(flipped, points, strict=True):
        print(image[0, :, 0], "x of the point:", point[0, 0])

# %% [markdown]
# In a mirrored row, pixel 0 is at column 3, and so is the point.
#
# ## Part 4: `random_crop`
#
# Put a border of `padding` cells (pixels) around the image, and cut out a window at random. Of an axis with n cells, a
# window of k has n − k + 1 places, the last one included: 3 places for 8 of 10.
#
# What is in the border? Black, most people think, and write 0. But if the images are *normalized* already, 0 is the mean: a
# grey. Black has become (0 − mean)/std, in each channel another number. Fill with that, or crop before you normalize.
# And pad first: a border that is added after the crop shifts nothing.


# %%
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
    # BEGIN SOLUTION
    count, height, width, channels = images.shape
    tall, wide = height + 2 * padding, width + 2 * padding
    if size[0] > tall or size[1] > wide:
        raise ValueError(f"a window of {size} does not fit into {(tall, wide)}")
    padded = np.empty((count, tall, wide, channels), images.dtype)
    padded[...] = fill
    padded[:, padding : padding + height, padding : padding + width] = images
    generator = np.random.default_rng(seed)
    tops = generator.integers(tall - size[0] + 1, size=count)
    lefts = generator.integers(wide - size[1] + 1, size=count)
    places = zip(padded, tops, lefts, strict=True)
    return np.stack([image[top : top + size[0], left : left + size[1]] for image, top, left in places])
    # END SOLUTION


# %% [markdown]
# Try it on digits. A network learns from 200 of them, as they are, mirrored, or moved by up to one pixel. All three runs have the
# same number of steps:

# %% tags=["demo"]


def mirror(x, y, seed):
    return random_flip(x, np.zeros((len(x), 1, 2)), seed)[0], y


def move(x, y, seed):
    return random_crop(x, (8, 8), seed, padding=1), y


def trained(transform, seed):
    """Accuracy on digits as they come, after training on 200 transformed ones."""
    keras.utils.set_random_seed(seed)
    layers = [keras.Input((8, 8, 1)), keras.layers.Flatten()]
    layers += [keras.layers.Dense(64, activation="relu"), keras.layers.Dense(10)]
    model = keras.Sequential(layers)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(0.01), loss, metrics=["accuracy"])
    pictures = images.reshape(-1, 8, 8, 1)
    source = BatchSource(pictures[:200], labels[:200], batch_size=20, seed=seed, transform=transform)
    model.fit(source, epochs=15, shuffle=False, verbose=0)
    return model.evaluate(pictures[400:], labels[400:], verbose=0)[1]


with lesson.if_written():
    for name, transform in {"as they are": None, "mirrored": mirror, "moved": move}.items():
        runs = [trained(transform, seed) for seed in range(3)]
        print(f"{name}: {np.mean(runs):.1%} right, from {min(runs):.1%} to {max(runs):.1%}")

# %% [markdown]
# Both made it *worse* here. Mirrored digits teach shapes that no test digit has. And all digits of this data set are
# centred, so a small network spends its weights on shifts that never come. (That ink is cut off as well matters little:
# with a border for all, moved digits did nearly as badly in three runs.) An augmentation helps if it makes what could
# have been in the data.
#
# ## Part 5: `mixup`
#
# Zhang et al. (2018) change labels on purpose. They train on blends of two examples and of their labels:
#
# $$\tilde{x} = \lambda x_i + (1 - \lambda) x_j \qquad \tilde{y} = \lambda y_i + (1 - \lambda) y_j$$
#
# Here λ is a share. A picture that is 70 % a three and 30 % an eight has the label 0.7 three, 0.3 eight. So y has to be
# a table of shares, *one-hot*: a 1 at the class, 0 elsewhere. Class numbers cannot be blended: 0.5 · 3 + 0.5 · 8 = 5.5,
# and there is no class 5.5. λ is drawn from Beta(α, α), a distribution between 0 and 1 with the mean ½ and the variance
# 1/(4(2α + 1)): for small α nearly 0 or nearly 1, for α = 1 evenly spread. Their abstract reports better generalization
# on images, speech and tables. Their released code draws one λ for the whole batch. You draw one for each example, so
# that a batch has many mixtures. x and y of an example need the *same* λ.


# %%
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
    # BEGIN SOLUTION
    if alpha < 0:
        raise ValueError(f"alpha has to be 0 or more, and is {alpha}")
    if y.ndim != 2 or y.dtype.kind != "f":
        raise ValueError(f"labels are shares, floating and of shape (N, K), not {y.dtype} of shape {y.shape}")
    if x.dtype.kind != "f":
        x = x.astype("float32")
    generator = np.random.default_rng(seed)
    partners = generator.permutation(len(x))
    shares = generator.beta(alpha, alpha, size=len(x)) if alpha > 0 else np.ones(len(x))

    def blended(own):
        share = shares.reshape(-1, *[1] * (own.ndim - 1))
        return (share * own + (1 - share) * own[partners]).astype(own.dtype)

    return blended(x), blended(y)
    # END SOLUTION


# %% tags=["demo"]
four = by_class[::450]  # a 0, a 2, a 4 and a 7
with lesson.if_written():
    _, shares = mixup(images[four], np.eye(10, dtype="float32")[labels[four]], alpha=1.0, seed=4)
    for label, row in zip(labels[four], shares, strict=True):
        print(f"the {label} became", " + ".join(f"{row[k]:.2f} of a {k}" for k in np.flatnonzero(row)))

# %% [markdown]
# A digit that stayed as it was has been its own partner.
#
# ## Part 6: `pad_batch`
#
# A sentence is a row of *time steps*, one for each word. Sentences differ in length, the rows of an array do not. So short
# ones are *padded* with a value, and a *mask* remembers which steps are real: [7, 0, 9] and [5] become 7 0 9 and 5 0 0.
# The mask comes from the lengths, never from the values: the 0 between 7 and 9 is real.
#
# If they are cut, keep the *first* steps here. Keras' `pad_sequences` pads and cuts at the *front* unless it is
# told otherwise: of a long text it keeps the end.


# %%
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
    # BEGIN SOLUTION
    if len(sequences) == 0:
        raise ValueError("there are no sequences")
    rest = sequences[0].shape[1:]
    if any(sequence.shape[1:] != rest for sequence in sequences):
        raise ValueError(f"behind the first axis, shapes have to be the same: {[s.shape for s in sequences]}")
    if length is None:
        length = max(map(len, sequences))
    elif length < 1:
        raise ValueError(f"the length has to be 1 or more, and is {length}")
    if side not in ("post", "pre"):
        raise ValueError(f"the side is post or pre, not {side!r}")
    array = np.full((len(sequences), length, *rest), value, sequences[0].dtype)
    mask = np.zeros((len(sequences), length), bool)
    for row, real, sequence in zip(array, mask, sequences, strict=True):
        kept = sequence[:length]
        start = 0 if side == "post" else length - len(kept)
        row[start : start + len(kept)] = kept
        real[start : start + len(kept)] = True
    return array, mask
    # END SOLUTION


# %% tags=["demo"]
with lesson.if_written():
    print(*pad_batch([np.array([7, 0, 9]), np.array([5])], side="pre"), sep="\n")

# %% [markdown]
# Here the padding is in front. The mask is False there, and True at the real 0.
#
# ## Part 7: `bucket_batches`
#
# Padding costs: in a batch with lengths 3 and 300, 297 of 600 steps are empty. Sort by length, and little is padded. But
# then each batch has nearly one length only, and comes at the same time in every epoch. *Buckets* are the way between:
# sequences of similar length share a bucket, each batch comes from one bucket at random, and batches come in random order.
#
# With boundaries 10 and 20 there are three buckets: lengths up to 10, from 11 to 20, and above. A boundary belongs to the bucket
# below it: then that bucket pads to 10 at most.


# %%
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
    # BEGIN SOLUTION
    if (np.diff(boundaries) <= 0).any():
        raise ValueError(f"boundaries have to rise, and are {boundaries}")
    generator = np.random.default_rng(seed)
    buckets = np.searchsorted(boundaries, lengths)  # how many boundaries are below each
    batches = []
    for bucket in np.unique(buckets):
        places = generator.permutation(np.flatnonzero(buckets == bucket))
        batches += [places[start : start + batch_size] for start in range(0, len(places), batch_size)]
    return [batches[number] for number in generator.permutation(len(batches))]
    # END SOLUTION


# %% tags=["demo"]
lengths = np.random.default_rng(0).geometric(0.05, size=1000)


def share_padded(batches):
    """How many of all steps are padding."""
    steps = sum(len(batch) * lengths[batch].max() for batch in batches)
    return 1 - lengths.sum() / steps


mixed = np.random.default_rng(1).permutation(1000)
print(f"batches of 20 at random: {share_padded(np.split(mixed, 50)):.0%} of all steps are padding")
with lesson.if_written():
    print(f"in buckets:              {share_padded(bucket_batches(lengths, [5, 10, 20, 40], 20)):.0%}")

# %% [markdown]
# With buckets, there are less than half as many steps to compute.

# %% [markdown] tags=["response"] name="digits_augmented"
# ## In your own words
#
# You are to train a classifier for handwritten digits on 2,000 pictures of 28 x 28 pixels, and somebody sends you a
# transform: it normalizes, mirrors left-right, turns by up to 180 degrees, moves by up to two pixels with a border of 0,
# and draws these numbers once for each batch. "I use it for training, validation and test alike, to be fair."
#
# Explain in five to ten sentences which of these changes you would keep for digits, and which not, and why; where and
# when the transform runs; what the border should be; and what "once for each batch" does.

# %% [markdown]
# ## To go on with
#
# Nobody grades these three.
#
# 1. *Easy.* By hand: items a to e, a buffer of size 3. Which items can come first, and at which places (0 to 4) can e come?
# 2. *Harder.* Sort 100,000 numbers, shuffle them with a buffer of 1,000, and draw how far each has moved. How far does an
#    item move on average, and how much earlier or later does one come at most? Then shuffle in two passes.
# 3. *Open.* Which changes help the small network on digits? Try shifts to left and right only, a little noise, and
#    `mixup`, over five seeds, and ask of each whether the changed digit could have been in the data.
#
# Before this topic: [Scaling](../scaling/README.md), on the numbers that a transform scales with. After it: the
# [training loop](../training_loop/README.md), which takes batches and makes steps of them.
#
# ## Where this comes from
#
# - Keras: [`PyDataset`](https://keras.io/api/utils/python_utils/), and its source (version 3.15.1) on what is asked when.
# - TensorFlow: [*tf.data: Build TensorFlow input pipelines*](https://www.tensorflow.org/guide/data): the shuffle buffer.
# - H. Zhang, M. Cisse, Y. N. Dauphin, D. Lopez-Paz (2018). [*mixup: Beyond Empirical Risk Minimization*](https://arxiv.org/abs/1710.09412),
#   and its [code](https://github.com/facebookresearch/mixup-cifar10).
# - The digits and the photograph come with scikit-learn.
