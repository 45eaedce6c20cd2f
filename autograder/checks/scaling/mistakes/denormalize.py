"""Mistakes in `denormalize`."""

from nnlearn.diagnosis import mistake


def fits(image, mean, std):
    """The arguments in float64, when they are as they should be."""
    image, mean, std = (np.asarray(each, "float64") for each in (image, mean, std))
    if any(each.shape not in ((), image.shape[-1:]) for each in (mean, std)):
        raise ValueError("shapes")
    if not (std > 0).all():
        raise ValueError("deviations")
    return image, mean, std


def in_steps(image, mean, std, *, check=fits, undo=None, clip=None, largest=255.0, whole=np.rint):
    """The right one, but for what is given."""
    image, mean, std = check(image, mean, std)
    pixels = image * std + mean if undo is None else undo(image, mean, std)
    pixels = np.clip(pixels, 0, 1) if clip is None else clip(pixels)
    return whole(pixels * largest).astype("int64").astype("uint8")


@mistake("denormalize")
def adds_before_multiplying(image, mean, std):
    """The mean is added before the deviation is multiplied. The mean was subtracted first and the division
    came last: undo the last step first, image * std + mean."""
    return in_steps(image, mean, std, undo=lambda x, m, s: (x + m) * s)


@mistake("denormalize")
def subtracts_before_multiplying(image, mean, std):
    """(image - mean) * std: the mean is subtracted a second time, and too early. image * std + mean undoes
    it."""
    return in_steps(image, mean, std, undo=lambda x, m, s: (x - m) * s)


@mistake("denormalize")
def subtracts_the_mean(image, mean, std):
    """The mean is subtracted once more, where it should be added: image * std + mean."""
    return in_steps(image, mean, std, undo=lambda x, m, s: x * s - m)


@mistake("denormalize")
def normalizes_again(image, mean, std):
    """The image is normalized a second time: (image - mean) / std. To undo that, multiply and add."""
    return in_steps(image, mean, std, undo=lambda x, m, s: (x - m) / s)


@mistake("denormalize")
def swaps_mean_and_std(image, mean, std):
    """Mean and deviation have changed places: image * mean + std."""
    return in_steps(image, mean, std, undo=lambda x, m, s: x * m + s)


@mistake("denormalize")
def lets_bytes_wrap(image, mean, std):
    """Nothing is clipped, and uint8 wraps: 256 becomes 0, a black speck in a white sky. Clip to 0 and 1
    before."""
    return in_steps(image, mean, std, clip=lambda pixels: pixels)


@mistake("denormalize")
def clips_one_side(image, mean, std):
    """Only what is brighter than white is clipped. Below 0 uint8 wraps, too, and black becomes white."""
    return in_steps(image, mean, std, clip=lambda pixels: np.minimum(pixels, 1))


@mistake("denormalize")
def clips_before_undoing(image, mean, std):
    """The normalized image is clipped to 0 and 1, and then undone. About half of a normalized image is
    below 0: that half becomes flat. Clip at the end."""
    return in_steps(image, mean, std, undo=lambda x, m, s: np.clip(x, 0, 1) * s + m)


@mistake("denormalize")
def cuts_off(image, mean, std):
    """astype("uint8") cuts off what is behind the point, and 199.9999 becomes 199. Round first."""
    return in_steps(image, mean, std, whole=np.floor)


@mistake("denormalize")
def rounds_up(image, mean, std):
    """Every number is rounded up. Round to the nearest."""
    return in_steps(image, mean, std, whole=np.ceil)


@mistake("denormalize")
def times_256(image, mean, std):
    """White is 255, and not 256, which does not fit into uint8."""
    return in_steps(image, mean, std, largest=256.0)


@mistake("denormalize")
def not_times_255(image, mean, std):
    """The numbers from 0 to 1 are made whole as they are, and the picture is black. Multiply by 255
    first."""
    return in_steps(image, mean, std, largest=1.0)


@mistake("denormalize")
def stretches_to_the_range(image, mean, std):
    """The smallest number becomes 0 and the largest 255. That makes a picture, and not the one that was
    normalized: use mean and std."""

    def undo(x, m, s):  # noqa: ARG001
        return (x - x.min()) / max(float(x.max() - x.min()), 1e-9)

    return in_steps(image, mean, std, undo=undo)


@mistake("denormalize")
def leaves_floats(image, mean, std):
    """The grey levels are right, and come as floats. Asked for is uint8."""
    return denormalize(image, mean, std).astype("float32")


def broadcasts(image, mean, std):
    """The arguments in float64, whatever their shapes."""
    image, mean, std = (np.asarray(each, "float64") for each in (image, mean, std))
    if not (std > 0).all():
        raise ValueError("deviations")
    return image, mean, std


@mistake("denormalize")
def broadcasts_three_means(image, mean, std):
    """Three means on a grey image make a colour image of it: NumPy broadcasts without a word. Compare the
    shapes with the number of channels."""
    return in_steps(image, mean, std, check=broadcasts)


@mistake("denormalize")
def broadcasts_one_mean(image, mean, std):
    """A mean of shape (1,) is taken for all channels. One number for all is given as a number; an array has
    one for each channel."""

    def check(image, mean, std):
        mean, std = (np.reshape(each, ()) if np.shape(each) == (1,) else each for each in (mean, std))
        return fits(image, mean, std)

    return in_steps(image, mean, std, check=check)


@mistake("denormalize")
def takes_any_deviation(image, mean, std):
    """A deviation of 0 or below is taken. Nothing was ever divided by that: raise a ValueError."""

    def check(image, mean, std):
        fits(image, mean, np.abs(std) + 1)
        return tuple(np.asarray(each, "float64") for each in (image, mean, std))

    return in_steps(image, mean, std, check=check)


@mistake("denormalize")
def looks_at_the_first_deviation(image, mean, std):
    """Only one of the deviations has to be above 0. Ask for all of them."""

    def check(image, mean, std):
        fits(image, mean, np.abs(std) + 1)
        if not (np.asarray(std) > 0).any():
            raise ValueError("deviations")
        return tuple(np.asarray(each, "float64") for each in (image, mean, std))

    return in_steps(image, mean, std, check=check)
