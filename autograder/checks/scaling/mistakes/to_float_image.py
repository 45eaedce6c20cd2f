"""Mistakes in `to_float_image`."""

from nnlearn.diagnosis import mistake

LARGEST = {"bool": 1.0, "uint8": 255.0, "uint16": 65535.0}


def shaped(image):
    """The image with a channel axis and without alpha."""
    image = np.asarray(image)
    image = image[..., None] if image.ndim == 2 else image
    if image.ndim != 3 or image.shape[-1] not in (1, 3, 4):
        raise ValueError(f"shape {image.shape}")
    return image[..., :3]


def in_range(image):
    """A floating image, whose numbers lie between 0 and 1."""
    if image.dtype.kind != "f" or not ((image >= 0) & (image <= 1)).all():
        raise ValueError(f"{image.dtype}")
    return image


def in_steps(image, *, shape=shaped, largest=LARGEST, floats=in_range):
    """The right one, but for what is given."""
    image = shape(image)
    if (divisor := largest.get(image.dtype.name)) is not None:
        return (image / divisor).astype("float32")
    return floats(image)


@mistake("to_float_image")
def divides_by_256(image):
    """uint8 is divided by 256. There are 256 levels, and the largest is 255: white should become 1."""
    return in_steps(image, largest=LARGEST | {"uint8": 256.0, "uint16": 65536.0})


@mistake("to_float_image")
def divides_by_the_maximum(image):
    """The image is divided by its own largest number, so that a dark picture becomes bright. The largest
    number is that of the dtype, 255 for uint8."""
    image = shaped(image)
    if image.dtype.name in LARGEST:
        return (image / max(float(image.max()), 1.0)).astype("float32")
    return in_range(image)


@mistake("to_float_image")
def stretches_the_contrast(image):
    """The smallest number becomes 0 and the largest 1, so that every picture has the same contrast. Divide
    by the largest number of the dtype."""
    image = shaped(image)
    if image.dtype.name in LARGEST:
        least, most = float(image.min()), float(image.max())
        return ((image - least) / max(most - least, 1.0)).astype("float32")
    return in_range(image)


@mistake("to_float_image")
def sixteen_bits_by_255(image):
    """uint16 is divided by 255, and goes up to 257. Its largest number is 65535."""
    return in_steps(image, largest=LARGEST | {"uint16": 255.0})


@mistake("to_float_image")
def from_minus_one_to_one(image):
    """The numbers lie between -1 and 1. Some networks want that; asked for here is 0 to 1."""
    image = in_steps(image)
    return (2 * image - 1).astype(image.dtype)


@mistake("to_float_image")
def waves_digits_through(image):
    """Floats are handed on whatever they are. Digits from 0 to 16 would train, only badly, and nobody would
    know. Raise a ValueError for what is not between 0 and 1."""

    def floats(image):
        if image.dtype.kind != "f":
            raise ValueError(f"{image.dtype}")
        return image

    return in_steps(image, floats=floats)


@mistake("to_float_image")
def guesses_by_the_maximum(image):
    """Floats with a number above 1 are taken for 0 to 255, and divided. Digits go up to 16: that is a
    guess, and a wrong one. Raise a ValueError."""

    def floats(image):
        if image.dtype.kind != "f":
            raise ValueError(f"{image.dtype}")
        return in_range(image) if not (image > 1).any() else image / 255

    return in_steps(image, floats=floats)


@mistake("to_float_image")
def clips_floats(image):
    """Floats beyond 0 and 1 are clipped without a word: of digits from 0 to 16, black and white are left.
    Raise a ValueError."""

    def floats(image):
        if image.dtype.kind != "f":
            raise ValueError(f"{image.dtype}")
        return in_range(np.clip(image, 0, 1))

    return in_steps(image, floats=floats)


@mistake("to_float_image")
def divides_floats_too(image):
    """Floats are divided by 255 as well, and nearly everything is black. Floats from 0 to 1 stay as they
    are."""
    return in_steps(image, floats=lambda image: in_range(image) / image.dtype.type(255))


@mistake("to_float_image")
def misses_nan(image):
    """A NaN goes through: asked was whether a number is below 0 or above 1, and a NaN is neither. Ask
    whether all lie between 0 and 1."""

    def floats(image):
        if image.dtype.kind != "f" or (image < 0).any() or (image > 1).any():
            raise ValueError(f"{image.dtype}")
        return image

    return in_steps(image, floats=floats)


@mistake("to_float_image")
def misses_negatives(image):
    """Only numbers above 1 are refused. Numbers below 0 are no brightness either."""

    def floats(image):
        if image.dtype.kind != "f" or not (image <= 1).all():
            raise ValueError(f"{image.dtype}")
        return image

    return in_steps(image, floats=floats)


@mistake("to_float_image")
def takes_other_integers(image):
    """Integers of every kind are divided by 255. int64 does not say what its largest number means: raise a
    ValueError."""
    image = np.asarray(image)
    return in_steps(image.astype("uint8") if image.dtype.name in ("int64", "int32") else image)


@mistake("to_float_image")
def keeps_alpha(image):
    """The fourth channel stays. It says how transparent a pixel is, and the network has three inputs: drop
    it."""

    def shape(image):
        three = shaped(image)
        return np.asarray(image) if np.shape(image)[-1] == 4 and np.ndim(image) == 3 else three

    return in_steps(image, shape=shape)


@mistake("to_float_image")
def drops_the_first_channel(image):
    """Of four channels the first is dropped, which is red. Alpha is the last: image[..., :3]."""

    def shape(image):
        three = shaped(image)
        return np.asarray(image)[..., 1:] if np.shape(image)[-1] == 4 and np.ndim(image) == 3 else three

    return in_steps(image, shape=shape)


@mistake("to_float_image")
def grey_without_an_axis(image):
    """A grey picture stays (H, W). Layers for images want a channel axis: (H, W, 1)."""
    result = to_float_image(image)
    return result[..., 0] if np.ndim(image) == 2 else result


@mistake("to_float_image")
def grey_three_times(image):
    """A grey picture is repeated in three channels. Asked for is (H, W, 1)."""
    result = to_float_image(image)
    return np.repeat(result, 3, axis=-1) if result.shape[-1] == 1 else result


@mistake("to_float_image")
def channel_in_front(image):
    """A grey picture gets its axis in front, (1, H, W). Channels come last here: image[..., None]."""
    result = to_float_image(image)
    return result.transpose(2, 0, 1) if np.ndim(image) == 2 else result


@mistake("to_float_image")
def takes_any_channels(image):
    """Two or five channels are taken. Nobody knows what they mean: raise a ValueError."""

    def shape(image):
        image = np.asarray(image)
        image = image[..., None] if image.ndim == 2 else image
        if image.ndim != 3:
            raise ValueError(f"shape {image.shape}")
        return image[..., :3]

    return in_steps(image, shape=shape)


@mistake("to_float_image")
def takes_batches(image):
    """A batch of images, or a row of pixels, is taken. One image has two axes, or three with its
    channels."""
    image = np.asarray(image)
    return in_steps(image, shape=shaped if image.ndim in (2, 3) else lambda image: image)


@mistake("to_float_image")
def everything_in_float32(image):
    """All images come back as float32. Floats keep their dtype."""
    return np.asarray(to_float_image(image)).astype("float32")


@mistake("to_float_image")
def bytes_in_float64(image):
    """uint8 comes back as float64, as NumPy divides. Asked for is float32, with half of the memory."""
    image = np.asarray(image)
    result = to_float_image(image)
    return result if image.dtype.kind == "f" else (shaped(image) / LARGEST[image.dtype.name])


@mistake("to_float_image")
def truth_by_255(image):
    """True becomes 1/255. Of truth values the largest is 1: True is white."""
    return in_steps(image, largest=LARGEST | {"bool": 255.0})


@mistake("to_float_image")
def looks_at_alpha(image):
    """The numbers are looked at before the fourth channel is dropped, so that an alpha of 255 beside floats
    is refused. Drop it first; what is dropped may be anything."""
    image = np.asarray(image)
    if image.dtype.kind == "f":
        in_range(image)
    return in_steps(image)
