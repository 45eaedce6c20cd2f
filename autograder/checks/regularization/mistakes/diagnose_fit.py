"""Mistakes in `diagnose_fit`: which numbers are compared, and in which order."""

from nnlearn.diagnosis import mistake


class Diagnosis:
    """The pieces of a diagnosis, so that one of them can be wrong."""

    order = ("not comparable", "train longer", "underfitting", "overfitting")

    def __init__(self, history, target, gap, window=3):
        self.refuses(history, gap, window)
        self.loss, self.val_loss = (np.asarray(history[name], "float64") for name in ("loss", "val_loss"))
        self.refuses_lists()
        self.target, self.gap, self.window = target, gap, window
        self.t, self.v = self.of_window(self.loss), self.of_window(self.val_loss)

    def refuses(self, history, gap, window):
        if not {"loss", "val_loss"} <= set(history) or gap < 0 or window < 1:
            raise ValueError("that cannot be diagnosed")

    def refuses_lists(self):
        if not 0 < len(self.loss) == len(self.val_loss):
            raise ValueError("the lists have no epochs, or not as many")

    def of_window(self, losses):
        return losses[-self.window :].mean()

    def before(self):
        return self.loss[-2 * self.window : -self.window].mean()

    def has_two_windows(self):
        return len(self.loss) >= 2 * self.window

    def has_diverged(self):
        return not np.isfinite([*self.loss, *self.val_loss]).all()

    def is_not_comparable(self):
        return self.t - self.v > self.gap

    def falls(self):
        return self.t < 0.99 * self.before()

    def is_still_learning(self):
        return self.is_high() and self.has_two_windows() and self.falls()

    def is_high(self):
        return self.t > self.target

    def has_a_gap(self):
        return self.v - self.t > self.gap

    def verdict(self):
        if self.has_diverged():
            return "diverged"
        tests = {
            "not comparable": self.is_not_comparable,
            "train longer": self.is_still_learning,
            "underfitting": self.is_high,
            "overfitting": self.has_a_gap,
        }
        return next((name for name in self.order if tests[name]()), "good")

    def best_epoch(self):
        return int(np.argmin(np.where(np.isfinite(self.val_loss), self.val_loss, np.inf)))

    def distance(self):
        return float(self.v - self.t)

    def told(self):
        return {"verdict": self.verdict(), "best_epoch": self.best_epoch(), "gap": self.distance()}


@mistake("diagnose_fit")
def last_epoch_for_the_window(history, target, gap, window=3):
    """The last epoch alone is compared. One epoch goes up or down by chance: take the means of the last
    `window` epochs."""

    class Last(Diagnosis):
        def of_window(self, losses):
            return losses[-1]

    return Last(history, target, gap, window).told()


@mistake("diagnose_fit")
def smallest_of_the_window(history, target, gap, window=3):
    """The smallest loss of the window is taken for its mean. The smallest of several noisy numbers is luck,
    and more so the more there are."""

    class Smallest(Diagnosis):
        def of_window(self, losses):
            return losses[-self.window :].min()

    return Smallest(history, target, gap, window).told()


@mistake("diagnose_fit")
def smallest_of_all_epochs(history, target, gap, window=3):
    """The smallest loss of all epochs is taken for the mean of the window. What was good once may have been
    lost since; t and v say where training stands at its end."""

    class Smallest(Diagnosis):
        def of_window(self, losses):
            return losses.min()

    return Smallest(history, target, gap, window).told()


@mistake("diagnose_fit")
def mean_of_all_epochs(history, target, gap, window=3):
    """The means go over all epochs, so the first ones, when nothing had been learned, still count. Take the
    last `window`."""

    class Mean(Diagnosis):
        def of_window(self, losses):
            return losses.mean()

    return Mean(history, target, gap, window).told()


@mistake("diagnose_fit")
def median_of_the_window(history, target, gap, window=3):
    """The median of the window is taken for its mean."""

    class Median(Diagnosis):
        def of_window(self, losses):
            return np.median(losses[-self.window :])

    return Median(history, target, gap, window).told()


@mistake("diagnose_fit")
def divides_by_the_window(history, target, gap, window=3):
    """The sum of the last epochs is divided by `window`, also where there are fewer epochs: the mean is too
    small then. Divide by how many there are."""

    class Sum(Diagnosis):
        def of_window(self, losses):
            return losses[-self.window :].sum() / self.window

    return Sum(history, target, gap, window).told()


@mistake("diagnose_fit")
def first_window(history, target, gap, window=3):
    """The means go over the *first* epochs, losses[:window]. The last ones are losses[-window:]."""

    class First(Diagnosis):
        def of_window(self, losses):
            return losses[: self.window].mean()

    return First(history, target, gap, window).told()


@mistake("diagnose_fit")
def asks_for_the_gap_first(history, target, gap, window=3):
    """Overfitting is asked for before underfitting. A model that is bad on its own training examples gets
    regularized then, and becomes worse. First it has to fit."""

    class GapFirst(Diagnosis):
        order = ("not comparable", "overfitting", "train longer", "underfitting")

    return GapFirst(history, target, gap, window).told()


@mistake("diagnose_fit")
def underfitting_before_training_longer(history, target, gap, window=3):
    """Underfitting is asked for before whether the loss still falls, so that nobody is ever told to train
    longer."""

    class Impatient(Diagnosis):
        order = ("not comparable", "underfitting", "train longer", "overfitting")

    return Impatient(history, target, gap, window).told()


@mistake("diagnose_fit")
def compares_last(history, target, gap, window=3):
    """Whether the numbers can be compared is asked last, when a verdict has been given already. It comes
    before all that rests on a comparison."""

    class Last(Diagnosis):
        order = ("train longer", "underfitting", "overfitting", "not comparable")

    return Last(history, target, gap, window).told()


@mistake("diagnose_fit")
def diverged_last(history, target, gap, window=3):
    """Whether all numbers are finite is asked last. A comparison with NaN is always False, and one with
    infinity may be True: ask before anything is compared."""

    class Last(Diagnosis):
        def verdict(self):
            tests = {
                "not comparable": self.is_not_comparable,
                "train longer": self.is_still_learning,
                "underfitting": self.is_high,
                "overfitting": self.has_a_gap,
                "diverged": self.has_diverged,
            }
            return next((name for name, holds in tests.items() if holds()), "good")

    return Last(history, target, gap, window).told()


@mistake("diagnose_fit")
def size_of_the_gap(history, target, gap, window=3):
    """The gap is taken without its sign, so that a validation loss far *below* the training loss is called
    overfitting. That is another case: the two are not comparable."""

    class Sizes(Diagnosis):
        def is_not_comparable(self):
            return False

        def has_a_gap(self):
            return abs(self.v - self.t) > self.gap

    return Sizes(history, target, gap, window).told()
