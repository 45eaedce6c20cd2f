"""Mistakes in `smoothed_crossentropy`: logarithms, axes, dtypes, and what is refused."""

from nnlearn.diagnosis import mistake

from .smoothing import Smoothing


@mistake("smoothed_crossentropy")
def log_of_softmax(labels, logits, smoothing=0.1):
    """The logarithm of a softmax is taken. At logits of 10,000 shares are 0, and their logarithm is minus
    infinity; for smoothed targets *every* class matters. Use log_softmax."""

    class InTwoSteps(Smoothing):
        def logs(self):
            return ops.log(ops.softmax(self.logits))

    return InTwoSteps(labels, logits, smoothing).loss()


@mistake("smoothed_crossentropy")
def clips_the_shares(labels, logits, smoothing=0.1):
    """The shares are kept above 1e-7, or a small number is added, before the logarithm. The loss is finite
    then, and wrong for extreme logits, and no gradient arrives there. Use log_softmax."""

    class Clipped(Smoothing):
        def logs(self):
            return ops.log(ops.clip(ops.softmax(self.logits), 1e-7, 1.0))

    return Clipped(labels, logits, smoothing).loss()


@mistake("smoothed_crossentropy")
def exponentials_overflow(labels, logits, smoothing=0.1):
    """The logarithm of the sum of exponentials is worked out as it stands. exp(10,000) is infinite:
    subtract the largest logit first, or use log_softmax."""

    class Overflowing(Smoothing):
        def logs(self):
            return self.logits - ops.log(ops.sum(ops.exp(self.logits), axis=-1, keepdims=True))

    return Overflowing(labels, logits, smoothing).loss()


@mistake("smoothed_crossentropy")
def expects_one_hot(labels, logits, smoothing=0.1):
    """The labels are used as if they were one-hot already. They are integers, the numbers of the
    classes."""

    class OneHot(Smoothing):
        def hard(self):
            return ops.cast(self.labels, self.logits.dtype)

    return OneHot(labels, logits, smoothing).loss()


@mistake("smoothed_crossentropy")
def shares_for_logarithms(labels, logits, smoothing=0.1):
    """The logits are used as if they were logarithms of shares already. Take log_softmax of them."""

    class Raw(Smoothing):
        def logs(self):
            return self.logits

    return Raw(labels, logits, smoothing).loss()


@mistake("smoothed_crossentropy")
def mean_over_the_classes(labels, logits, smoothing=0.1):
    """The mean over the classes is taken instead of the sum, so the loss is K times too small."""

    class Mean(Smoothing):
        def reduced(self, products):
            return ops.mean(products, axis=-1)

    return Mean(labels, logits, smoothing).loss()


@mistake("smoothed_crossentropy")
def mean_over_the_batch(labels, logits, smoothing=0.1):
    """One number comes back for the whole batch. There should be one loss for each label; whoever calls
    takes the mean."""
    return ops.mean(Smoothing(labels, logits, smoothing).loss())


@mistake("smoothed_crossentropy")
def log_softmax_over_the_first_axis(labels, logits, smoothing=0.1):
    """The shares are taken along the first axis, so examples compete with each other. The classes are on
    the last."""

    class FirstAxis(Smoothing):
        def logs(self):
            return ops.log_softmax(self.logits, axis=0)

    return FirstAxis(labels, logits, smoothing).loss()


@mistake("smoothed_crossentropy")
def classes_of_the_second_axis(labels, logits, smoothing=0.1):
    """The number of classes is read from axis 1. With labels of more than one axis that is another number:
    it is the size of the *last* axis, logits.shape[-1]."""

    class Second(Smoothing):
        def targets(self):
            return (1 - self.smoothing) * self.hard() + self.smoothing / self.logits.shape[1]

    return Second(labels, logits, smoothing).loss()


@mistake("smoothed_crossentropy")
def classes_of_the_labels(labels, logits, smoothing=0.1):
    """The number of classes is the largest label plus 1. A batch need not have all classes: it is
    logits.shape[-1]."""

    class Largest(Smoothing):
        def targets(self):
            return (1 - self.smoothing) * self.hard() + self.smoothing / (int(np.max(self.labels)) + 1)

    return Largest(labels, logits, smoothing).loss()


@mistake("smoothed_crossentropy")
def with_the_opposite_sign(labels, logits, smoothing=0.1):
    """The sign is missing, so the loss is below 0, and training makes the model worse."""
    return -Smoothing(labels, logits, smoothing).loss()


@mistake("smoothed_crossentropy")
def loses_in_float32(labels, logits, smoothing=0.1):
    """Logits are cast to float32 and stay that. Floating dtypes are to be kept."""

    class Narrow(Smoothing):
        def floating(self, logits):
            return ops.cast(logits, "float32")

    return Narrow(labels, logits, smoothing).loss()


@mistake("smoothed_crossentropy")
def accepts_any_smoothing(labels, logits, smoothing=0.1):
    """A smoothing below 0 or above 1 is accepted, and targets become negative. It has to be a
    ValueError."""

    class Any(Smoothing):
        def refuses(self):
            pass

    return Any(labels, logits, smoothing).loss()


@mistake("smoothed_crossentropy")
def computes_in_float32(labels, logits, smoothing=0.1):
    """Everything is computed in float32, and only the result is cast to float64: it has the dtype, and not
    the digits."""
    given = as_floating(logits)
    return ops.cast(Smoothing(labels, ops.cast(given, "float32"), smoothing).loss(), given.dtype)


@mistake("smoothed_crossentropy")
def one_loss_for_each_row(labels, logits, smoothing=0.1):
    """Where labels have more than one axis, there is a mean over all but the first. There should be one
    loss for each label: the result has the shape of the labels."""
    losses = Smoothing(labels, logits, smoothing).loss()
    return ops.mean(losses, axis=list(range(1, len(losses.shape)))) if len(losses.shape) > 1 else losses
