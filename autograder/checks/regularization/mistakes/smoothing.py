"""Mistakes in `smoothed_crossentropy`."""

from nnlearn.diagnosis import mistake


class Smoothing:
    """The pieces of the loss, so that one of them can be wrong."""

    def __init__(self, labels, logits, smoothing=0.1):
        self.smoothing = smoothing
        self.refuses()
        self.labels, self.logits = labels, self.floating(logits)
        self.classes = self.logits.shape[-1]

    def refuses(self):
        if not 0 <= self.smoothing <= 1:
            raise ValueError("smoothing has to be from 0 to 1")

    def floating(self, logits):
        return as_floating(logits)

    def hard(self):
        return ops.one_hot(self.labels, self.classes, dtype=self.logits.dtype)

    def targets(self):
        return (1 - self.smoothing) * self.hard() + self.smoothing / self.classes

    def logs(self):
        return ops.log_softmax(self.logits)

    def reduced(self, products):
        return ops.sum(products, axis=-1)

    def loss(self):
        return -self.reduced(self.targets() * self.logs())


@mistake("smoothed_crossentropy")
def spreads_over_the_others(labels, logits, smoothing=0.1):
    """The smoothing is spread over the K - 1 *other* classes, and the right one keeps 1 - smoothing. In
    Keras, and in the paper, all K classes get smoothing / K, the right one too."""

    class Others(Smoothing):
        def targets(self):
            hard = self.hard()
            return (1 - self.smoothing) * hard + self.smoothing / (self.classes - 1) * (1 - hard)

    return Others(labels, logits, smoothing).loss()


@mistake("smoothed_crossentropy")
def keeps_the_right_one_whole(labels, logits, smoothing=0.1):
    """smoothing / K is added to all classes, but nothing is taken from the right one: the targets add up to
    more than 1."""

    class Whole(Smoothing):
        def targets(self):
            return self.hard() + self.smoothing / self.classes

    return Whole(labels, logits, smoothing).loss()


@mistake("smoothed_crossentropy")
def takes_and_does_not_give(labels, logits, smoothing=0.1):
    """The right class loses a share, and the others get nothing: that is a smaller loss with the same place
    of its minimum, and no smoothing."""

    class Taken(Smoothing):
        def targets(self):
            return (1 - self.smoothing) * self.hard()

    return Taken(labels, logits, smoothing).loss()


@mistake("smoothed_crossentropy")
def gives_each_the_whole(labels, logits, smoothing=0.1):
    """Each class gets the whole smoothing, instead of smoothing / K: the targets add up to far more than
    1."""

    class Undivided(Smoothing):
        def targets(self):
            return (1 - self.smoothing) * self.hard() + self.smoothing

    return Undivided(labels, logits, smoothing).loss()


@mistake("smoothed_crossentropy")
def smooths_twice(labels, logits, smoothing=0.1):
    """The factors of the two parts are swapped: smoothing is what is left for the right class."""

    class Swapped(Smoothing):
        def targets(self):
            return self.smoothing * self.hard() + (1 - self.smoothing) / self.classes

    return Swapped(labels, logits, smoothing).loss()


@mistake("smoothed_crossentropy")
def smooths_the_logits(labels, logits, smoothing=0.1):
    """The logits are smoothed, and the targets stay hard. Then the model makes up for it with larger
    logits. Smooth the targets."""

    class Logits(Smoothing):
        def targets(self):
            return self.hard()

        def logs(self):
            return ops.log_softmax((1 - self.smoothing) * self.logits + self.smoothing / self.classes)

    return Logits(labels, logits, smoothing).loss()


@mistake("smoothed_crossentropy")
def smooths_the_shares(labels, logits, smoothing=0.1):
    """The shares of the model are smoothed, and the targets stay hard. That hides errors of the model
    instead of asking for less certainty."""

    class Shares(Smoothing):
        def targets(self):
            return self.hard()

        def logs(self):
            return ops.log((1 - self.smoothing) * ops.softmax(self.logits) + self.smoothing / self.classes)

    return Shares(labels, logits, smoothing).loss()


@mistake("smoothed_crossentropy")
def without_smoothing(labels, logits, smoothing=0.1):
    """The smoothing is not used: it is plain cross-entropy."""

    class Hard(Smoothing):
        def targets(self):
            return self.hard()

    return Hard(labels, logits, smoothing).loss()
