"""Mistakes in `random_crop`."""

from nnlearn.diagnosis import mistake


def bordered(images, padding, fill):
    """The images with their border."""
    images = np.asarray(images)
    count, height, width, channels = images.shape
    padded = np.empty((count, height + 2 * padding, width + 2 * padding, channels), images.dtype)
    padded[...] = fill
    padded[:, padding : padding + height, padding : padding + width] = images
    return padded


def refuse(size, height, width):
    if size[0] > height or size[1] > width:
        raise ValueError(f"a window of {size} does not fit into {(height, width)}")


def cut(padded, tops, lefts, size):
    places = zip(padded, tops, lefts, strict=True)
    return np.stack([image[top : top + size[0], left : left + size[1]] for image, top, left in places])


def cropped(images, size, seed, padding=0, fill=0.0, draw=None):
    """Windows at the places that `draw(generator, rows, columns, count)` says."""
    padded = bordered(images, padding, fill)
    count, tall, wide, _ = padded.shape
    refuse(size, tall, wide)
    tops, lefts = draw(np.random.default_rng(seed), tall - size[0] + 1, wide - size[1] + 1, count)
    return cut(padded, tops, lefts, size)


@mistake("random_crop")
def last_window_never(images, size, seed, padding=0, fill=0.0):
    """The last place is never drawn: integers(k) leaves k out. A window of h rows in H has H - h + 1
    places."""

    def draw(generator, rows, columns, count):
        return generator.integers(max(1, rows - 1), size=count), generator.integers(
            max(1, columns - 1), size=count
        )

    return cropped(images, size, seed, padding, fill, draw)


@mistake("random_crop")
def one_window_for_all(images, size, seed, padding=0, fill=0.0):
    """All images of the batch get the same window. Draw a place for each."""

    def draw(generator, rows, columns, count):
        return np.repeat(generator.integers(rows), count), np.repeat(generator.integers(columns), count)

    return cropped(images, size, seed, padding, fill, draw)


@mistake("random_crop")
def one_number_for_both(images, size, seed, padding=0, fill=0.0):
    """Row and column are made of the same random number, so in a square image windows lie on the diagonal
    alone: one number was drawn for both, or two generators were made from the same seed. Draw two numbers
    from one generator."""

    def draw(generator, rows, columns, count):
        share = generator.random(count)
        return (share * rows).astype(int), (share * columns).astype(int)

    return cropped(images, size, seed, padding, fill, draw)


@mistake("random_crop")
def always_the_middle(images, size, seed, padding=0, fill=0.0):
    """The window is in the middle. That is a crop, but not a random one."""

    def draw(generator, rows, columns, count):  # noqa: ARG001
        return np.full(count, (rows - 1) // 2), np.full(count, (columns - 1) // 2)

    return cropped(images, size, seed, padding, fill, draw)


@mistake("random_crop")
def edges_are_rarer(images, size, seed, padding=0, fill=0.0):
    """The first and the last place come more rarely than those between. A random number times k - 1, rounded,
    gives them half the share of the others; sums and normal numbers give even less. Draw whole numbers:
    generator.integers(k)."""

    def draw(generator, rows, columns, count):
        return (
            np.rint(generator.random(count) * (rows - 1)).astype(int),
            np.rint(generator.random(count) * (columns - 1)).astype(int),
        )

    return cropped(images, size, seed, padding, fill, draw)


@mistake("random_crop")
def takes_width_first(images, size, seed, padding=0, fill=0.0):
    """size is read as (width, height). It is (h, w), as in the shape of an array."""
    return random_crop(images, size[::-1], seed, padding, fill)


@mistake("random_crop")
def window_on_the_unpadded(images, size, seed, padding=0, fill=0.0):
    """The place is drawn for the image without its border, so windows never reach the border on the far
    side. Count the places in the padded image."""
    padded = bordered(images, padding, fill)
    height, width = np.shape(images)[1:3]
    refuse(size, *padded.shape[1:3])
    generator = np.random.default_rng(seed)
    tops = generator.integers(max(1, height - size[0] + 1), size=len(padded))
    lefts = generator.integers(max(1, width - size[1] + 1), size=len(padded))
    return cut(padded, tops, lefts, size)


@mistake("random_crop")
def pads_after_the_crop(images, size, seed, padding=0, fill=0.0):
    """The border is put around the window that was cut out already. So it moves nothing, and the result is
    too large. Pad first."""
    refuse(size, *(np.array(np.shape(images)[1:3]) + 2 * padding))
    inner = np.minimum(size, np.shape(images)[1:3])
    return bordered(random_crop(images, tuple(inner), seed), padding, fill)


@mistake("random_crop")
def pads_one_side(images, size, seed, padding=0, fill=0.0):
    """The border is on two sides only, below and on the right. It belongs on all four."""
    padded = bordered(images, padding, fill)
    height = np.shape(images)[1]
    padded = np.roll(padded, (-padding, -padding), axis=(1, 2)) if padding else padded
    padded[:, height : height + padding] = fill
    refuse(size, *padded.shape[1:3])
    return random_crop(padded, size, seed)


@mistake("random_crop")
def pads_half_on_each_side(images, size, seed, padding=0, fill=0.0):
    """The padding is shared by the two sides, half each. Each side gets all of it."""
    refuse(size, *(np.array(np.shape(images)[1:3]) + 2 * padding))
    padded = bordered(images, padding, fill)
    inner = padded[:, padding - padding // 2 : padded.shape[1] - padding + padding // 2]
    inner = inner[:, :, padding - padding // 2 : padded.shape[2] - padding + padding // 2]
    if size[0] > inner.shape[1] or size[1] > inner.shape[2]:
        inner = padded
    return random_crop(inner, size, seed)


@mistake("random_crop")
def fills_with_zero(images, size, seed, padding=0, fill=0.0):  # noqa: ARG001
    """The border is 0, whatever fill says. On normalized images 0 is the mean, a grey: black is (0 - mean)
    / std."""
    return random_crop(images, size, seed, padding, 0)


@mistake("random_crop")
def fills_with_the_first(images, size, seed, padding=0, fill=0.0):
    """All channels get the first number of fill. Each channel has its own black."""
    return random_crop(images, size, seed, padding, np.ravel(fill)[0])


@mistake("random_crop")
def repeats_the_edge(images, size, seed, padding=0, fill=0.0):  # noqa: ARG001
    """The border repeats the pixels at the edge, as mode="edge" of np.pad does. It should have the value of
    fill."""
    sides = ((0, 0), (padding, padding), (padding, padding), (0, 0))
    return random_crop(np.pad(images, sides, mode="edge"), size, seed)


@mistake("random_crop")
def ignores_padding(images, size, seed, padding=0, fill=0.0):  # noqa: ARG001
    """padding changes nothing: windows are cut from the image as it is."""
    return random_crop(images, size, seed)


@mistake("random_crop")
def crops_into_floats(images, size, seed, padding=0, fill=0.0):
    """Images come back as float64: the padded array was made without a dtype. Keep that of the images."""
    return random_crop(np.asarray(images, "float64"), size, seed, padding, fill)


@mistake("random_crop")
def cuts_what_fits(images, size, seed, padding=0, fill=0.0):
    """A window that is too large raises nothing, and what comes back is smaller than what was asked for.
    Raise a ValueError."""
    tall, wide = np.array(np.shape(images)[1:3]) + 2 * padding
    return random_crop(images, (min(size[0], tall), min(size[1], wide)), seed, padding, fill)


@mistake("random_crop")
def looks_at_the_height_alone(images, size, seed, padding=0, fill=0.0):
    """Only a window that is too high raises a ValueError. One that is too wide gives less than what was
    asked for."""
    wide = np.shape(images)[2] + 2 * padding
    return random_crop(images, (size[0], min(size[1], wide)), seed, padding, fill)


@mistake("random_crop")
def refuses_the_whole(images, size, seed, padding=0, fill=0.0):
    """A window as large as the image raises an error. It fits, at one place."""
    tall, wide = np.array(np.shape(images)[1:3]) + 2 * padding
    if size[0] >= tall or size[1] >= wide:
        raise ValueError(f"a window of {size} does not fit into {(tall, wide)}")
    return random_crop(images, size, seed, padding, fill)


@mistake("random_crop")
def gives_views(images, size, seed, padding=0, fill=0.0):
    """A window as large as the image is the caller's own array. Who writes into it changes the data: copy."""
    if not padding and tuple(size) == np.shape(images)[1:3]:
        return images
    return random_crop(images, size, seed, padding, fill)


@mistake("random_crop")
def crops_by_the_global_generator(images, size, seed, padding=0, fill=0.0):
    """The global generator is seeded and used: whoever draws from it elsewhere gets other numbers. Make a
    generator of your own, np.random.default_rng(seed)."""

    def draw(generator, rows, columns, count):  # noqa: ARG001
        np.random.seed(seed)
        return np.random.randint(rows, size=count), np.random.randint(columns, size=count)

    return cropped(images, size, seed, padding, fill, draw)


@mistake("random_crop")
def cuts_through_floats(images, size, seed, padding=0, fill=0.0):
    """Images are copied into an array of floats and cast back: large whole numbers come back rounded. Make
    the padded array in the dtype of the images."""
    dtype = np.asarray(images).dtype
    if dtype.kind not in "iu":
        return random_crop(images, size, seed, padding, fill)
    return random_crop(np.asarray(images, "float64"), size, seed, padding, fill).astype(dtype)
