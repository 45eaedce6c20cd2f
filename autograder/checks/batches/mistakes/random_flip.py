"""Mistakes in `random_flip`."""

from nnlearn.diagnosis import mistake


def coins(count, seed):
    return np.random.default_rng(seed).random(count) < 0.5


def flipped(images, points, flip, axis=2, place=0, edge=1):
    """Copies, of which those that are told are mirrored along an axis."""
    images, points = np.array(images), np.array(points)
    images[flip] = np.flip(images[flip], axis)
    points[flip, :, place] = images.shape[2] - edge - points[flip, :, place]
    return images, points


@mistake("random_flip")
def one_coin_for_all(images, points, seed):
    """One coin decides for the whole batch: all images are mirrored, or none. Throw one for each image."""
    flip = np.repeat(np.random.default_rng(seed).random() < 0.5, len(images))
    return flipped(images, points, flip)


@mistake("random_flip")
def always_flips(images, points, seed):  # noqa: ARG001
    """Every image is mirrored. That is no random change: the network sees the mirrored world alone."""
    return flipped(images, points, np.ones(len(images), bool))


@mistake("random_flip")
def upside_down(images, points, seed):
    """Images are turned upside down: axis 1 of a batch (N, H, W, C) is the height. Left and right are axis
    2. (The axis was counted as for a single image.)"""
    return flipped(images, points, coins(len(images), seed), axis=1)


@mistake("random_flip")
def flips_channels(images, points, seed):
    """The last axis is reversed: the channels. Red becomes blue, and left stays left. Left and right are
    axis 2."""
    return flipped(images, points, coins(len(images), seed), axis=3)


@mistake("random_flip")
def width_minus_x(images, points, seed):
    """x becomes W - x, one column too far: the first column, 0, becomes W, which is outside. Columns are
    counted from 0, so the mirror of x is W - 1 - x."""
    return flipped(images, points, coins(len(images), seed), edge=0)


@mistake("random_flip")
def leaves_points_behind(images, points, seed):
    """The image is mirrored, and its points stay where they were, on something else now."""
    return flipped(images, points, coins(len(images), seed))[0], np.array(points)


@mistake("random_flip")
def moves_all_points(images, points, seed):
    """The points of all images are mirrored, also of those that are not. Use the same coin for an image and
    its points."""
    images_after, _ = flipped(images, points, coins(len(images), seed))
    return images_after, flipped(images, points, np.ones(len(images), bool))[1]


@mistake("random_flip")
def coins_apart(images, points, seed):
    """Images and points have coins of their own, so they part. Throw one for both."""
    generator = np.random.default_rng(seed)
    first, second = generator.random((2, len(images))) < 0.5
    return flipped(images, points, first)[0], flipped(images, points, second)[1]


@mistake("random_flip")
def mirrors_y(images, points, seed):
    """y is mirrored in place of x: points are (x, y), so x is entry 0."""
    return flipped(images, points, coins(len(images), seed), place=1)


@mistake("random_flip")
def height_for_width(images, points, seed):
    """x becomes H - 1 - x, with the height. Of shape (N, H, W, C), the width is entry 2."""
    images_after, moved = flipped(images, points, flip := coins(len(images), seed))
    moved[flip, :, 0] += images_after.shape[1] - images_after.shape[2]
    return images_after, moved


@mistake("random_flip")
def flips_in_place(images, points, seed):
    """The caller's arrays are written into, so each epoch begins with what the last one left. Work on
    copies."""
    images[...], points[...] = flipped(images, points, coins(len(images), seed))
    return images, points


@mistake("random_flip")
def moves_points_in_place(images, points, seed):
    """The points are changed in the caller's array. Work on a copy of both."""
    images, points[...] = flipped(images, points, coins(len(images), seed))
    return images, points.copy()


@mistake("random_flip")
def flips_into_floats(images, points, seed):
    """Images and points come back in float64. Keep their dtypes."""
    images, points = flipped(images, points, coins(len(images), seed))
    return images.astype("float64"), points.astype("float64")


@mistake("random_flip")
def flips_exactly_half(images, points, seed):
    """Exactly half of the images are mirrored: that is half on average, but no coin for each. A batch of
    one is never mirrored, and whoever knows the others knows the last."""
    flip = np.zeros(len(images), bool)
    flip[np.random.default_rng(seed).permutation(len(images))[: len(images) // 2]] = True
    return flipped(images, points, flip)


@mistake("random_flip")
def flips_every_other(images, points, seed):
    """Every other image is mirrored. Each has a probability of 1/2 then, but no coin of its own."""
    start = int(np.random.default_rng(seed).integers(2))
    return flipped(images, points, np.arange(len(images)) % 2 == start)


@mistake("random_flip")
def flips_too_rarely(images, points, seed):
    """The probability is not 1/2. One coin for each image, and half of them fall on either side."""
    return flipped(images, points, np.random.default_rng(seed).random(len(images)) < 0.25)


@mistake("random_flip")
def flips_by_the_global_generator(images, points, seed):
    """The global generator is seeded and used: whoever draws from it elsewhere gets other numbers. Make a
    generator of your own, np.random.default_rng(seed)."""
    np.random.seed(seed)
    return flipped(images, points, np.random.random(len(images)) < 0.5)


@mistake("random_flip")
def flips_without_the_seed(images, points, seed):  # noqa: ARG001
    """The seed plays no part: the same seed gives other flips each time, or another seed the same ones."""
    return flipped(images, points, coins(len(images), 0))
